/*
 * test-judge-word-complaint.c - mail to the complaint address: whose demand counts, for which message, and that it is
 * one case however often it comes; and a reported case that its person confirms.
 */
#include "judge-word-fixture.h"

#include "token.h"

#define ANNAS		.client = INSIDE, .login = ANNA
#define AD		{ .from = SHOP, .to = ANNA, .mid = "a1@x", .proven = "shop.example" }
#define MIXED		"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
#define ATTACHED(fields, text)	"--b\nContent-Type: message/rfc822\n\n" fields "\n" text "\n"
#define END		"--b--\n"
#define SHOPS		"From: " SHOP "\nMessage-ID: <a1@x>\nSubject: Sale\n"
#define ARF		"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n"
#define REPORT_OF(rcpt)	"--b\nContent-Type: text/plain\n\nan abuse report\n--b\n" \
	"Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: t/1\nVersion: 1\n" \
	"Original-Rcpt-To: <" rcpt ">\n\n"
#define REPORT(rcpt)	REPORT_OF(rcpt) ATTACHED(SHOPS, SALE) END
#define OUR_REPORT(rcpt) REPORT_OF(rcpt) \
	ATTACHED("From: " NEWS "\nMessage-ID: <n1@x>\nSubject: Sale\n", SALE) END
#define DEMAND(...)	{ .from = ANNA, .to = COMPLAINTS, .subject = "Fwd: Sale", .mid = "c1@x", __VA_ARGS__ }
#define SAID(outcome)	"complaint complain login " ANNA " - " outcome
#define CASE(key, rest)	"complaint " ANNA " " key " forward\nrefusal " ANNA " " key " complaint\n" \
	"letter case-opened " ANNA \
	"\ncase open commercial forward " ANNA " " key rest
#define OURS(whom, id)	{ .from = NEWS, .to = whom, .mid = id, .client = INSIDE, .login = NEWS }
#define REPORTED(whom, key) "complaint " whom " " key " report\nrefusal " whom " " key " complaint\n"

static const struct row demands[] = {
	{ "a message that was decided on", { AD },
	    DEMAND(ANNAS, .extra = MIXED, .body = ATTACHED(SHOPS, SALE) END),
	    SAID("recorded"), CASE("shop.example", " measure"), NULL },
	{ "one that we know nothing of: its exact address", { { .to = NULL } },
	    DEMAND(ANNAS, .extra = MIXED, .body = ATTACHED("From: " SHOP "\nMessage-ID: <z@x>\n",
	    SALE) END), SAID("recorded"),
	    CASE(SHOP, ""), NULL },
	{ "a letter: no refusal follows", { { .to = NULL } },
	    DEMAND(ANNAS, .extra = MIXED, .body = ATTACHED(SHOPS, "see you at nine\n") END),
	    SAID("recorded"),
	    "complaint " ANNA " " SHOP " forward\nletter case-opened " ANNA
	    "\ncase open other forward " ANNA " " SHOP, NULL },
	{ "two of them, one twice", { AD }, DEMAND(ANNAS, .extra = MIXED,
	    .body = ATTACHED(SHOPS, SALE) ATTACHED(SHOPS, SALE)
	    ATTACHED("From: x@elsewhere.example\nMessage-ID: <e@x>\n", SALE) END), SAID("recorded"),
	    "complaint " ANNA " shop.example forward\ncomplaint " ANNA " x@elsewhere.example forward\n"
	    "refusal " ANNA " shop.example complaint\nrefusal " ANNA " x@elsewhere.example complaint\n"
	    "letter case-opened " ANNA "\ncase open commercial forward " ANNA " shop.example measure\n"
	    "case open commercial forward " ANNA " x@elsewhere.example", NULL },
	{ "one's own message", { { .to = NULL } },
	    DEMAND(ANNAS, .extra = MIXED, .body = ATTACHED("From: " ANNA "\nMessage-ID: <z@x>\n",
	    SALE) END),
	    SAID("ignored: their own message"), "", NULL },
	{ "no message in it", { { .to = NULL } }, DEMAND(ANNAS, .body = "他们总是打扰我\n"),
	    SAID("no message in it"),
	    "letter help " ANNA, NULL },
	{ "an empty attachment", { { .to = NULL } },
	    DEMAND(ANNAS, .extra = MIXED, .body = "--b\nContent-Type: message/rfc822\n\n" END),
	    SAID("no message in it"), "letter help " ANNA, NULL },
	{ "somebody else's decision: judged anew, a measure in one's own mailbox only", {
	    { .from = SHOP, .to = BO, .mid = "a1@x", .proven = "shop.example" } },
	    DEMAND(ANNAS, .extra = MIXED, .body = ATTACHED(SHOPS, SALE) END), SAID("recorded"),
	    CASE(SHOP, ""), NULL },
	{ "nothing proves who", { AD }, DEMAND(.client = INSIDE, .extra = MIXED,
	    .body = ATTACHED(SHOPS, SALE) END),
	    "complaint complain none - - ignored: nothing proves who", "", NULL },
	{ "a shared mailbox", { { .to = NULL } }, { .from = TEAM, .to = COMPLAINTS, .mid = "c1@x",
	    .client = INSIDE, .login = TEAM,
	    .extra = MIXED, .body = ATTACHED(SHOPS, SALE) END },
	    "complaint complain none - - ignored: nothing proves who", "",
	    NULL },
	{ "a customer of ours, proven", { OURS(ZHOU, "n1@x") },
	    { .from = ZHOU, .to = COMPLAINTS, .mid = "c1@x",
	    .proven = "customer.example", .extra = MIXED,
	    .body = ATTACHED("From: " NEWS "\nMessage-ID: <n1@x>\nSubject: Sale\n", SALE) END },
	    "complaint complain dmarc " ZHOU " - recorded",
	    "complaint " ZHOU " " NEWS " forward\nrefusal " ZHOU " " NEWS
	    " complaint\nletter case-opened " ZHOU "\ncase open commercial forward " ZHOU " " NEWS " measure", NULL },
	{ "a vacation notice with our message in it", { AD },
	    DEMAND(ANNAS, .extra = MIXED "Auto-Submitted: auto-replied\n",
	    .body = ATTACHED(SHOPS, SALE) END),
	    SAID("ignored: automatic"), "", NULL },
	{ "a bounce that returns a message", { AD },
	    DEMAND(ANNAS, .envelope = "", .extra = "MIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
	    .body = ATTACHED(SHOPS, SALE) END),
	    SAID("ignored: automatic"), "", NULL },
	{ "words about one's data", { AD }, DEMAND(ANNAS, .extra = MIXED,
	    .body = "--b\nContent-Type: text/plain; charset=utf-8\n\n他们泄露了我的个人信息\n"
	    ATTACHED(SHOPS, SALE) END),
	    SAID("recorded"),
	    "complaint " ANNA " shop.example forward\nrefusal " ANNA " shop.example complaint\n"
	    "letter case-opened " ANNA "\ncase open privacy forward " ANNA " shop.example measure", NULL },
};

static void
test_demands(void **state)
{
	(void)state;
	run_rows(demands, COUNT(demands));
}

/* ---- reports of machines ------------------------------------------------------------------------------ */

static const struct row reports[] = {
	{ "a machine inside, for one of ours", { AD },
	    { .from = "filter@example.com", .to = COMPLAINTS, .mid = "c1@x",
	    .client = INSIDE, .extra = ARF "Auto-Submitted: auto-generated\n", .body = REPORT(ANNA) },
	    "complaint complain none " ANNA " - recorded",
	    REPORTED(ANNA, "shop.example") "case open commercial report " ANNA " shop.example measure",
	    NULL },
	{ "a machine inside, for somebody else's", { { .to = NULL } },
	    { .from = "filter@example.com", .to = COMPLAINTS,
	    .mid = "c1@x", .client = INSIDE, .extra = ARF, .body = REPORT(ZHOU) },
	    "complaint complain none - - ignored: nothing proves who", "", NULL },
	{ "a machine outside, for one of ours", { AD },
	    { .from = "filter@example.com", .to = COMPLAINTS, .mid = "c1@x",
	    .extra = ARF, .body = REPORT(ANNA) }, "complaint complain none - - ignored: nothing proves who",
	    "", NULL },
	{ "a provider, for its customer", { OURS(ZHOU, "n1@x") },
	    { .from = "fbl@customer.example", .to = COMPLAINTS,
	    .mid = "c1@x", .proven = "customer.example", .extra = ARF, .body = OUR_REPORT(ZHOU) },
	    "complaint complain dmarc " ZHOU " - recorded",
	    REPORTED(ZHOU, NEWS) "case open commercial report " ZHOU " " NEWS " measure", NULL },
	{ "a provider, for another's", { OURS(ZHOU, "n1@x") },
	    { .from = "fbl@elsewhere.example", .to = COMPLAINTS,
	    .mid = "c1@x", .proven = "elsewhere.example", .extra = ARF, .body = OUR_REPORT(ZHOU) },
	    "complaint complain dmarc fbl@elsewhere.example - recorded",
	    REPORTED("fbl@elsewhere.example", NEWS) "letter case-opened fbl@elsewhere.example\n"
	    "case open commercial report fbl@elsewhere.example " NEWS, NULL },
	{ "a provider that proves nothing", { OURS(ZHOU, "n1@x") },
	    { .from = "fbl@customer.example", .to = COMPLAINTS,
	    .mid = "c1@x", .extra = ARF, .body = OUR_REPORT(ZHOU) },
	    "complaint complain none - - ignored: nothing proves who",
	    "", NULL },
	{ "a customer of a public service speaks for no other", { OURS("wu@qq.com", "n1@x") },
	    { .from = "li@qq.com",
	    .to = COMPLAINTS, .mid = "c1@x", .proven = "qq.com", .extra = ARF,
	    .body = OUR_REPORT("wu@qq.com") },
	    "complaint complain dmarc li@qq.com - recorded",
	    REPORTED("li@qq.com",
	    NEWS) "letter case-opened li@qq.com\ncase open commercial report li@qq.com " NEWS, NULL },
	{ "its abuse desk does", { OURS("wu@qq.com", "n1@x") }, { .from = "abuse@qq.com",
	    .to = COMPLAINTS, .mid = "c1@x", .proven = "qq.com", .extra = ARF,
	    .body = OUR_REPORT("wu@qq.com") },
	    "complaint complain dmarc wu@qq.com - recorded",
	    REPORTED("wu@qq.com", NEWS) "case open commercial report wu@qq.com " NEWS " measure", NULL },
	{ "a colleague speaks for no other", { AD },
	    { .from = BO, .to = COMPLAINTS, .mid = "c1@x", .client = INSIDE,
	    .login = "bo_login", .extra = ARF, .body = REPORT(ANNA) },
	    "complaint complain login " BO " - recorded",
	    REPORTED(BO, SHOP) "letter case-opened " BO "\ncase open commercial report " BO " " SHOP,
	    NULL },
	{ "nor from outside", { AD }, { .from = BO, .to = COMPLAINTS, .mid = "c1@x",
	    .proven = "example.com", .extra = ARF,
	    .body = REPORT(ANNA) }, "complaint complain dmarc " BO " - recorded",
	    REPORTED(BO, SHOP) "letter case-opened " BO "\ncase open commercial report " BO " " SHOP,
	    NULL },
	{ "for a shared mailbox", { { .to = NULL } },
	    { .from = "filter@example.com", .to = COMPLAINTS, .mid = "c1@x",
	    .client = INSIDE, .extra = ARF, .body = REPORT(TEAM) },
	    "complaint complain none " TEAM " - ignored: nothing proves who",
	    "", NULL },
};

static void
test_reports(void **state)
{
	(void)state;
	run_rows(reports, COUNT(reports));
}

/* ---- by the id that our mark bears ---------------------------------------------------------------------- */

static const struct {
	const char	*what, *rcpt;		/* who got the advertisement, beside bo */
	bool		 several, broken;
	const char	*want;
} marks[] = {
	{ "the id alone", ANNA, false, false, CASE("shop.example", " measure") },
	{ "the message's id, of several recipients", ANNA, true, false, CASE("shop.example", " measure") },
	{ "the id of another's copy", BERT, false, false, CASE(SHOP, " measure") },
	{ "a broken id", ANNA, false, true, CASE(SHOP, "") },
};

/* The message lost its Message-ID, or its sender made up another: what the copy bears of ours still finds it. */
static void
test_marks(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(marks); i++) {
		struct mail ad = { .from = SHOP, .to = marks[i].rcpt, .mid = "a1@x",
		    .proven = "shop.example" };
		struct mail m = DEMAND(ANNAS, .extra = MIXED);
		struct world *w = world_new(NULL);
		struct judge_answer a;
		char *body;

		if (marks[i].several)
			ad.more[0] = BO;
		mail_send(w->judge, &ad, &a);
		m.body = body =
		    g_strdup_printf(ATTACHED("From: " SHOP "\nX-Tuiding: class=commercial; id=%s%s\n",
		    SALE) END,
		    marks[i].broken ? "../" : "", a.id);
		mail_before(w, &m);
		mail_before(w, &m);
		failed += state_differs(w, marks[i].what, marks[i].want);
		judge_answer_clear(&a);
		g_free(body);
		world_free(w);
	}
	assert_int_equal(failed, 0);
}

/* The same message complained of in another mail is another case of the same person; nothing is lost. */
static void
test_twice(void **state)
{
	static const struct mail ad = AD;
	struct mail m = DEMAND(ANNAS, .extra = MIXED, .body = ATTACHED(SHOPS, SALE) END);
	struct world *w = world_new(NULL);

	(void)state;
	mail_before(w, &ad);
	mail_before(w, &m);
	m.after = DAY;
	m.mid = "c2@x";
	mail_before(w, &m);
	assert_int_equal(raw_number(w->files.path, "SELECT count(*) FROM complaint"), 2);
	assert_int_equal(count_words(w->files.ledger, ANNA, "shop.example"), 2);
	(void)verify(w->files.ledger, NULL, 1);
	world_free(w);
}

/* ---- a reported case, confirmed --------------------------------------------------------------------------- */

static int64_t
report_case(struct world *w, const char *recipient, const char *kind)
{
	struct ledger_act_case reported = {
		.complaint = {
			.state = CASE_REPORTED, .kind = kind, .source = "junk", .recipient = recipient,
			    .sender = "shop.example",
			.from = SHOP, .subject = "Sale", .message_id = "<a1@x>", .decision = "D1",
			    .cause = "<junk@x>",
			.envelope = "",
		},
		.statement = LEDGER_ALWAYS,
	};
	const struct ledger_act act = { .now = T0, .cases = &reported, .ncases = 1 };
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct err err = { "" };
	int64_t number;

	assert_int_equal(ledger_do(w->files.ledger, &act, result, &err), 0);
	number = result->cases[0].number;
	g_free(result);
	return number;
}

static char *
case_address(struct world *w, int64_t number)
{
	char text[24], token[TOKEN_MAX + 1];
	struct token_keys *keys = NULL;
	struct err err = { "" };

	(void)snprintf(text, sizeof(text), "%d", (int)number);
	assert_int_equal(token_keys_open(w->keys, &keys, &err), 1);
	assert_int_equal(token_make(keys, TOKEN_CASE, text, token), 0);
	token_keys_free(keys);
	return g_strconcat("tuiding+", token, "@example.com", NULL);
}

#define REPORTED_OF(whom)	"complaint " whom " shop.example junk"
#define STILL(whom)		REPORTED_OF(whom) "\ncase reported commercial junk " whom " shop.example"

static const struct {
	const char	*what, *recipient, *kind, *subject;
	int64_t		 shift;			/* of the number named */
	const char	*said, *state;
} confirmations[] = {
	{ "确认", ANNA, "commercial", "确认", 0, "token confirm none " ANNA " - recorded",
	    REPORTED_OF(ANNA) "\nrefusal " ANNA
	    " shop.example token\nletter case-opened " ANNA
	    "\ncase open commercial junk " ANNA " shop.example measure" },
	{ "of other mail: no refusal", ANNA, "other", "confirm", 0,
	    "token confirm none " ANNA " - recorded", REPORTED_OF(ANNA)
	    "\nletter case-opened " ANNA "\ncase open other junk " ANNA " shop.example measure" },
	{ "another word", ANNA, "commercial", "退订", 0, "token none none - - ignored: no command",
	    STILL(ANNA) },
	{ "no word", ANNA, "commercial", "", 0, "token none none - - ignored: no command", STILL(ANNA) },
	{ "a case that is not there", ANNA, "commercial", "确认", 7,
	    "token none none - - ignored: no such case", STILL(ANNA) },
	{ "a shared mailbox", TEAM, "commercial", "确认", 0, "token none none - - ignored: shared mailbox",
	    STILL(TEAM) },
};

static void
test_confirmations(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(confirmations); i++) {
		struct world *w = world_new(NULL);
		struct mail m = { .from = "x@qq.com", .subject = confirmations[i].subject, .body = "",
		    .mid = "t1@x" };
		int64_t number = report_case(w, confirmations[i].recipient, confirmations[i].kind);
		char *address = case_address(w, number + confirmations[i].shift), *said;

		m.to = address;
		for (int k = 0; k < 3; k++) {		/* again, and then by another mail */
			m.mid = k == 2 ? "t2@x" : "t1@x";
			said = mail_said(w, &m, NULL);
			failed += k == 0 && differs(confirmations[i].what, "what was said", said,
			    confirmations[i].said);
			failed += state_differs(w, confirmations[i].what, confirmations[i].state);
			g_free(said);
		}
		g_free(address);
		world_free(w);
	}
	assert_int_equal(failed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_demands), cmocka_unit_test(test_reports),
		    cmocka_unit_test(test_marks),
		cmocka_unit_test(test_twice), cmocka_unit_test(test_confirmations),
	};

	return cmocka_run_group_tests(tests, readers_setup, NULL);
}
