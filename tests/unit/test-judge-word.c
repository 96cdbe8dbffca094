/*
 * test-judge-word.c - replies to a sender: who speaks for whom, which sender is meant, and what is no command.
 */
#include "judge-word-fixture.h"

#define AD(whom, id)	{ .from = SHOP, .to = whom, .mid = id, .proven = "shop.example" }
#define OURS(whom, id)	{ .from = NEWS, .to = whom, .mid = id, .client = INSIDE, .login = NEWS }
#define SAYS(who, text)	.from = who, .to = SHOP, .body = text, .mid = "r1@example.com"

/* ---- who speaks for whom --------------------------------------------------------------------------- */

#define REFUSED(whom)	"refusal " whom " shop.example reply\nletter refused " whom
#define SAID(who, proof) "reply refuse " proof " " who " shop.example recorded"

static const struct row people[] = {
	{ "a login is its mailbox by the map", { AD(BO, "a1@x") },
	    { SAYS(BO, "退订\n"), .answers = "a1@x", .client = INSIDE, .login = "bo_login" },
	    SAID(BO, "login"), REFUSED(BO), NULL },
	{ "whatever the From says", { AD(BO, "a1@x"), AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", .client = OUTSIDE, .login = "bo_login" },
	    SAID(BO, "login"), REFUSED(BO), NULL },
	{ "the From that equals the login", { AD(ANNA, "a1@x") },
	    { SAYS("Anna <Anna@EXAMPLE.com>", "退订\n"), .answers = "a1@x", .client = INSIDE,
	    .login = ANNA },
	    SAID(ANNA, "login"), REFUSED(ANNA), NULL },
	{ "a login without its domain", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", .client = INSIDE, .login = "anna" },
	    SAID(ANNA, "login"), REFUSED(ANNA), NULL },
	{ "an extension is the same mailbox", { AD("anna+shop@example.com", "a1@x") },
	    { SAYS("anna+shop@example.com", "退订\n"), .answers = "a1@x", .client = INSIDE, .login = ANNA },
	    SAID(ANNA, "login"), REFUSED(ANNA), NULL },
	{ "somebody else's login speaks for nobody", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", .client = INSIDE, .login = "emil@example.com" }, "",
	    "", NULL },
	{ "nor for oneself under a foreign From", { AD(BERT, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", .client = INSIDE, .login = BERT }, "", "", NULL },
	{ "a login is looked up as it is written", { AD(BO, "a1@x") },
	    { SAYS(BO, "退订\n"), .answers = "a1@x", .client = INSIDE, .login = "BO_LOGIN" }, "", "",
	    NULL },
	{ "a trusted submitter's From", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", .client = WEBMAIL }, SAID(ANNA, "submitter"),
	    REFUSED(ANNA), NULL },
	{ "but not of an outside person", { AD(ZHOU, "a1@x") },
	    { SAYS(ZHOU, "退订\n"), .answers = "a1@x", .client = WEBMAIL }, "", "", NULL },
	{ "nor against a login", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", .client = WEBMAIL, .login = "emil@example.com" }, "",
	    "", NULL },
	{ "an internal client alone", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", .client = INSIDE }, "", "", NULL },
	{ "an internal client, proven by a verifier", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", .client = INSIDE, .proven = "example.com" }, "", "",
	    NULL },
	{ "a local submission", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", .client = "local" }, "", "", NULL },
	{ "from outside about what came from outside", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", .proven = "example.com" }, "", "", NULL },
	{ "from outside, two in the From, one login", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA ", " BO, "退订\n"), .answers = "a1@x", .client = INSIDE,
	    .login = "emil@example.com" }, "", "", NULL },
	{ "a shared mailbox has no word", { AD(TEAM, "a1@x") },
	    { SAYS(TEAM, "退订\n"), .answers = "a1@x", .client = INSIDE, .login = TEAM }, "", "", NULL },
	{ "a shared mailbox has no word by a submitter either", { AD(TEAM, "a1@x") },
	    { SAYS(TEAM, "退订\n"), .answers = "a1@x", .client = WEBMAIL }, "", "", NULL },
	{ "through a gateway it is inbound", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", .client = "10.9.9.9" }, "", "", NULL },
	{ "nobody in the From", { AD(ANNA, "a1@x") },
	    { .to = SHOP, .body = "退订\n", .answers = "a1@x", .client = WEBMAIL, .envelope = ANNA }, "",
	    "", NULL },
};

static void
test_people(void **state)
{
	(void)state;
	run_rows(people, COUNT(people));
}

/* ---- which sender is meant ------------------------------------------------------------------------- */

#define ANNAS		.client = INSIDE, .login = ANNA
#define MEANT(key)	"reply refuse login " ANNA " " key " recorded"
#define GONE(key)	"refusal " ANNA " " key " reply\nletter refused " ANNA

static const struct row senders[] = {
	{ "a forged bank", { { .from = "news@bank.example", .to = ANNA, .mid = "a1@x" } },
	    { .from = ANNA, .to = "news@bank.example", .body = "退订\n", .mid = "r@x", .answers = "a1@x",
	    ANNAS },
	    MEANT("news@bank.example"), GONE("news@bank.example"), NULL },
	{ "a freemail address", { { .from = "promo@qq.com", .to = ANNA, .mid = "a1@x",
	    .proven = "qq.com" } },
	    { .from = ANNA, .to = "promo@qq.com", .body = "TD\n", .mid = "r@x", .answers = "a1@x", ANNAS },
	    MEANT("promo@qq.com"), GONE("promo@qq.com"), NULL },
	{ "a list that is only claimed", { { .from = SHOP, .to = ANNA, .mid = "a1@x",
	    .extra = "List-Id: <deals.shop.example>\n" } },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", ANNAS }, MEANT(SHOP), GONE(SHOP), NULL },
	{ "a list of our own", { { .from = NEWS, .to = ANNA, .mid = "n1@x", .client = INSIDE, .login = NEWS,
	    .extra = "List-Id: <week.example.com>\n" } },
	    { .from = ANNA, .to = NEWS, .body = "退订\n", .mid = "r@x", .answers = "n1@x", ANNAS },
	    MEANT("<week.example.com>"), GONE("<week.example.com>"), NULL },
	{ "a colleague's newsletter", { OURS(ANNA, "n1@x") },
	    { .from = ANNA, .to = NEWS, .body = "退订\n", .mid = "r@x", .answers = "n1@x", ANNAS },
	    MEANT(NEWS), GONE(NEWS),
	    NULL },
	{ "every sender", { AD(ANNA, "a1@x") }, { SAYS(ANNA, "退订 全部\n"), .answers = "a1@x", ANNAS },
	    MEANT("*"), GONE("*"),
	    NULL },
	{ "no threading: the last from that address", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "ＴＤ。\n"), ANNAS, .after = 30 * DAY },
	    MEANT("shop.example"), GONE("shop.example"), NULL },
	{ "no threading, and too long ago", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), ANNAS, .after = 31 * DAY }, "", "",
	    NULL },
	{ "with threading, however long ago", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", ANNAS, .after = 90 * DAY }, MEANT("shop.example"),
	    GONE("shop.example"),
	    NULL },
	{ "no threading, to another address of theirs", { AD(ANNA, "a1@x") },
	    { .from = ANNA, .to = "other@shop.example", .body = "退订\n", .mid = "r@x", ANNAS }, "", "",
	    NULL },
	{ "an advertisement that another got", { AD(BO, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", ANNAS }, "", "",
	    NULL },
	{ "References alone", { AD(ANNA, "a1@x") },
	    { SAYS(ANNA, "退订\n"), .extra = "References: <z@x> <a1@x>\n", ANNAS }, MEANT("shop.example"),
	    GONE("shop.example"),
	    NULL },
	{ "an Id that somebody else's advertisement has too", { AD(BO, "a1@x"),
	    { .from = "x@elsewhere.example", .to = ANNA, .mid = "a1@x", .proven = "elsewhere.example" } },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", ANNAS }, MEANT("elsewhere.example"),
	    GONE("elsewhere.example"), NULL },
	{ "one of several recipients", { { .from = SHOP, .to = ANNA, .more = { BO }, .mid = "a1@x",
	    .proven = "shop.example" } },
	    { SAYS(ANNA, "退订\n"), .answers = "a1@x", ANNAS }, MEANT("shop.example"), GONE("shop.example"),
	    NULL },
	{ "among partners", { { .from = "lin@partner.example", .to = ANNA, .mid = "p1@x",
	    .proven = "partner.example",
	    .body = "我方报价每吨 3200 元，请确认。\n" } },
	    { .from = ANNA, .to = "lin@partner.example", .body = "拒绝\n", .mid = "r@x", .answers = "p1@x",
	    ANNAS }, "", "", NULL },
};

static void
test_senders(void **state)
{
	(void)state;
	run_rows(senders, COUNT(senders));
}

/* ---- what is said ---------------------------------------------------------------------------------- */

#define WORD(text, ...)	{ SAYS(ANNA, text), .answers = "a1@x", .client = INSIDE, __VA_ARGS__ }
#define REFUSES		{ .from = ANNA, .to = SHOP, .body = "退订\n", .mid = "r0@x", .answers = "a1@x", ANNAS }

static const struct row verbs[] = {
	{ "a refusal twice, in two mails", { AD(ANNA, "a1@x"), REFUSES },
	    WORD("退订\n", .login = ANNA, .after = 1),
	    MEANT("shop.example"),
	    "refusal " ANNA " shop.example reply\nrefusal " ANNA " shop.example reply\n"
	    "letter refused " ANNA "\nletter refused " ANNA, NULL },
	{ "a consent ends it", { AD(ANNA, "a1@x"), REFUSES }, WORD("同意\n", .login = ANNA, .after = 1),
	    "reply consent login " ANNA " shop.example recorded",
	    "refusal " ANNA " shop.example reply\nconsent " ANNA
	    " shop.example reply\nletter refused " ANNA "\nletter consented " ANNA, NULL },
	{ "a complaint", { AD(ANNA, "a1@x") }, WORD("举报\n", .login = ANNA, .after = 1),
	    "reply complain login " ANNA " shop.example recorded",
	    "complaint " ANNA " shop.example inline\nrefusal " ANNA
	    " shop.example reply\nletter case-opened " ANNA
	    "\ncase open commercial inline " ANNA " shop.example weak measure",
	    NULL },
	{ "the subject alone", { AD(ANNA, "a1@x") }, WORD("", .login = ANNA, .subject = "回复: 退订"),
	    MEANT("shop.example"),
	    GONE("shop.example"), NULL },
	{ "a question", { AD(ANNA, "a1@x") }, WORD("如何退订？\n", .login = ANNA), "", "", NULL },
	{ "a wish within a sentence", { AD(ANNA, "a1@x") }, WORD("请帮我退订酒店\n", .login = ANNA), "", "",
	    NULL },
	{ "what only the quotation says", { AD(ANNA, "a1@x") }, WORD("好的\n\n> 退订\n", .login = ANNA), "",
	    "", NULL },
	{ "a verb for our own address", { AD(ANNA, "a1@x") }, WORD("查询\n", .login = ANNA), "", "", NULL },
	{ "an automatic reply", { AD(ANNA, "a1@x") },
	    WORD("退订\n", .login = ANNA, .extra = "Auto-Submitted: auto-replied\n"), "", "", NULL },
	{ "mail of a list", { AD(ANNA, "a1@x") }, WORD("退订\n", .login = ANNA,
	    .extra = "List-Id: <a.b.example>\n"), "", "", NULL },
	{ "the null sender", { AD(ANNA, "a1@x") }, WORD("退订\n", .login = ANNA, .envelope = ""), "", "",
	    NULL },
	{ "a letter of ours that comes back", { AD(ANNA, "a1@x") },
	    WORD("退订\n", .login = ANNA, .extra = "X-Tuiding-Letter: 1\n"), "", "",
	    NULL },
};

static void
test_verbs(void **state)
{
	(void)state;
	run_rows(verbs, COUNT(verbs));
}

/* ---- an outside person's reply to our own sender ------------------------------------------------------ */

#define HIS(text, ...)	{ .from = ZHOU, .to = NEWS, .body = text, .mid = "r@x", __VA_ARGS__ }
#define CUSTOMER(proof)	"customer refuse " proof " " ZHOU " " NEWS " recorded"
#define LEFT		"refusal " ZHOU " " NEWS " reply"

static void
ignore_unproven(struct judge_settings *set)
{
	set->unproven_refusals = false;
}

static const struct row customers[] = {
	{ "proven", { OURS(ZHOU, "n1@x") }, HIS("退订\n", .answers = "n1@x", .proven = "customer.example"),
	    CUSTOMER("dmarc"),
	    LEFT "\nletter refused " ZHOU, NULL },
	{ "proven, without threading", { OURS(ZHOU, "n1@x") }, HIS("退订\n", .proven = "customer.example"),
	    CUSTOMER("dmarc"),
	    LEFT "\nletter refused " ZHOU, ignore_unproven },
	{ "unproven, but an answer: no letter", { OURS(ZHOU, "n1@x") }, HIS("退订\n", .answers = "n1@x"),
	    CUSTOMER("in-reply-to"), LEFT,
	    NULL },
	{ "an answer counts also where unproven ones do not", { OURS(ZHOU, "n1@x") },
	    HIS("退订\n", .answers = "n1@x"),
	    CUSTOMER("in-reply-to"), LEFT, ignore_unproven },
	{ "unproven and no answer: marked", { OURS(ZHOU, "n1@x") }, HIS("退订\n", .answers = "z@x"),
	    CUSTOMER("none"), "refusal " ZHOU " " NEWS " unproven", NULL },
	{ "unproven and no answer, where that does not count", { OURS(ZHOU, "n1@x") },
	    HIS("退订\n", .answers = "z@x"),
	    "customer refuse none " ZHOU " - ignored: nothing proves who", "", ignore_unproven },
	{ "somebody else's newsletter proves nothing",
	    { OURS(ZHOU, "n1@x"), OURS("wu@customer.example", "n2@x") },
	    HIS("退订\n", .answers = "n2@x"), "customer refuse none " ZHOU " - ignored: nothing proves who",
	    "", ignore_unproven },
	{ "who got no newsletter", { OURS("wu@customer.example", "n1@x") },
	    HIS("退订\n", .answers = "n1@x"), "", "", NULL },
	{ "a consent unproven, though an answer", { OURS(ZHOU, "n1@x") }, HIS("订阅\n", .answers = "n1@x"),
	    "customer consent none " ZHOU " - ignored: nothing proves who", "", NULL },
	{ "a complaint unproven, though an answer", { OURS(ZHOU, "n1@x") },
	    HIS("举报\n", .answers = "n1@x"),
	    "customer complain none " ZHOU " - ignored: nothing proves who", "", NULL },
	{ "a consent proven", { OURS(ZHOU, "n1@x") },
	    HIS("订阅\n", .answers = "n1@x", .proven = "customer.example"),
	    "customer consent dmarc " ZHOU " " NEWS " recorded",
	    "consent " ZHOU " " NEWS " reply\nletter consented " ZHOU, NULL },
	{ "proven as somebody else", { OURS(ZHOU, "n1@x") },
	    HIS("退订\n", .answers = "z@x", .proven = "elsewhere.example"),
	    "customer refuse none " ZHOU " - ignored: nothing proves who", "", ignore_unproven },
	{ "a colleague's From out there proves nothing", { OURS(ANNA, "n1@x") },
	    { .from = ANNA, .to = NEWS, .body = "退订\n", .mid = "r@x" },
	    "customer refuse none " ANNA " - ignored: nothing proves who", "", NULL },
	{ "not even as an answer", { OURS(ANNA, "n1@x") },
	    { .from = ANNA, .to = NEWS, .body = "退订\n", .mid = "r@x", .answers = "n1@x" },
	    "customer refuse none " ANNA " - ignored: nothing proves who", "", NULL },
	{ "unless it is proven", { OURS(ANNA, "n1@x") },
	    { .from = ANNA, .to = NEWS, .body = "退订\n", .mid = "r@x", .answers = "n1@x",
	    .proven = "example.com" },
	    "customer refuse dmarc " ANNA " " NEWS " recorded", GONE(NEWS), NULL },
	{ "a vacation notice", { OURS(ZHOU, "n1@x") },
	    HIS("退订\n", .answers = "n1@x", .proven = "customer.example",
	    .extra = "Auto-Submitted: auto-replied\n"), "", "", NULL },
};

static void
test_customers(void **state)
{
	(void)state;
	run_rows(customers, COUNT(customers));
}

/* ---- what is kept ---------------------------------------------------------------------------------- */

static void
keep_nothing(struct judge_settings *set)
{
	set->evidence_max = 0;
}

static void
keep_little(struct judge_settings *set)
{
	set->evidence_max = 1024;
}

static void
keep_much(struct judge_settings *set)
{
	set->evidence_max = 1 << 26;
}

/* How it came stands above the mail, which is cut, not left out. */
static void
test_evidence(void **state)
{
	static const struct mail ad = AD(ANNA, "a1@x");
	static const struct {
		world_tweak	*keep;
		int		 least, most;		/* octets */
	} cases[] = { { keep_nothing, 60, 200 }, { keep_little, 1024, 1024 }, { NULL, 3000, 65536 },
	    { keep_much, 3000, 65536 } };
	char *blanks = g_strnfill(2800, ' '), *body = g_strconcat("退订\n", blanks, NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct mail m = { SAYS(ANNA, body), .answers = "a1@x", ANNAS };
		struct world *w = world_new(cases[i].keep);
		int64_t size;
		char *kept;

		mail_before(w, &ad);
		mail_before(w, &m);
		assert_state(w, "evidence", GONE("shop.example"));
		kept = raw_text(w->files.path, "SELECT octets FROM statement_evidence");
		size = raw_number(w->files.path, "SELECT length(octets) FROM statement_evidence");
		assert_true(g_str_has_prefix(kept,
		    "source=reply proof=login client=10.0.0.5 login=" ANNA " envelope=" ANNA));
		if (size < cases[i].least || size > cases[i].most)
			fail_msg("case %zu: %d octets", i, (int)size);
		g_free(kept);
		world_free(w);
	}
	g_free(blanks);
	g_free(body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_people), cmocka_unit_test(test_senders), cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_customers), cmocka_unit_test(test_evidence),
	};

	return cmocka_run_group_tests(tests, readers_setup, NULL);
}
