/*
 * test-judge-word-limit.c - what bounds words: how many an hour, a dry run, a ledger that is away, and letters that
 * come back.
 */
#include "judge-word-fixture.h"

#include "notify.h"

#define ANNAS		.client = INSIDE, .login = ANNA
#define HOUR		(INT64_C(3600000))
#define AD		{ .from = SHOP, .to = ANNA, .mid = "a1@x", .proven = "shop.example" }

/* ---- how many an hour ----------------------------------------------------------------------------------- */

static void
three_an_hour(struct judge_settings *set)
{
	set->commands_per_hour = 3;
	set->client_commands_per_hour = 5;
}

static int64_t
refusals_of(const struct world *w, const char *who)
{
	char *sql = g_strdup_printf("SELECT count(*) FROM statement s JOIN statement_person p USING (seq)"
	    " WHERE kind = 'refusal' AND recipient = '%s'", who);
	int64_t n = raw_number(w->files.path, sql);

	g_free(sql);
	return n;
}

/* So many different words of that person at that time; the last outcome.  g_free(). */
static char *
say_often(struct world *w, struct mail m, int n, int64_t after)
{
	char *said = g_strdup("");

	for (int i = 0; i < n; i++) {
		char *subject = g_strdup_printf("退订 s%d.example", i),
		    *mid = g_strdup_printf("%d.%d.%s", i, (int)after, m.from);

		m.subject = subject;
		m.mid = mid;
		m.after = after;
		g_free(said);
		said = mail_said(w, &m, NULL);
		g_free(subject);
		g_free(mid);
	}
	return said;
}

static void
test_rate(void **state)
{
	static const struct mail annas = { .from = ANNA, .to = SERVICE, .body = "", ANNAS };
	static const struct mail bos = { .from = BO, .to = SERVICE, .body = "", .client = INSIDE,
	    .login = "bo_login" };
	struct mail outside = { .to = SERVICE, .body = "", .proven = "customer.example" };
	struct world *w = world_new(three_an_hour);
	char *said;

	(void)state;
	said = say_often(w, annas, 6, 0);
	assert_string_equal(said, "mail refuse login " ANNA " - ignored: too many");
	assert_int_equal(refusals_of(w, ANNA), 3);
	g_free(said);
	g_free(say_often(w, annas, 3, HOUR - 1));
	assert_int_equal(refusals_of(w, ANNA), 3);
	g_free(say_often(w, bos, 2, HOUR - 1));		/* one's flood is not another's */
	assert_int_equal(refusals_of(w, BO), 2);
	g_free(say_often(w, annas, 1, HOUR));
	assert_int_equal(refusals_of(w, ANNA), 4);

	/* Five an hour of one client, whoever it names. */
	for (int i = 0; i < 4; i++) {
		char *who = g_strdup_printf("c%d@customer.example", i);

		outside.from = who;
		g_free(say_often(w, outside, 2, 0));
		assert_int_equal(refusals_of(w, who), i < 2 ? 2 : i == 2 ? 1 : 0);
		g_free(who);
	}
	world_free(w);
}

/* What was put off is not counted: its retries would use up the hour. */
static void
test_rate_while_away(void **state)
{
	static const struct mail annas = { .from = ANNA, .to = SERVICE, .body = "", ANNAS };
	struct world *w = world_new(three_an_hour);

	(void)state;
	world_change(w, NULL, three_an_hour);
	g_free(say_often(w, annas, 10, 0));
	world_change(w, w->files.ledger, three_an_hour);
	g_free(say_often(w, annas, 3, 0));
	assert_int_equal(refusals_of(w, ANNA), 3);
	world_free(w);
}

/* ---- a dry run ------------------------------------------------------------------------------------------- */

static void
test_dry(void **state)
{
	static const struct mail ad = AD, dry[] = {
		{ .from = ANNA, .to = SHOP, .body = "退订\n", .mid = "r@x", .answers = "a1@x", ANNAS,
		    .dry = true },
		{ .from = ANNA, .to = SERVICE, .subject = "退订 全部", .body = "", .mid = "s@x", ANNAS,
		    .dry = true },
		{ .from = ANNA, .to = COMPLAINTS, .body = "举报\n", .mid = "c@x", ANNAS, .dry = true },
		{ .from = SHOP, .to = ANNA, .mid = "a2@x", .proven = "shop.example", .dry = true },
		{ .from = ANNA, .to = "p@partner.example", .body = "hello\n", .mid = "p@x", ANNAS,
		    .dry = true },
	};
	struct world *w = world_new(NULL);
	struct judge_answer a;

	(void)state;
	mail_before(w, &ad);
	for (size_t i = 0; i < COUNT(dry); i++) {
		mail_send(w->judge, &dry[i], &a);
		assert_string_equal(a.said.path, "");
		assert_null(a.offer);
		assert_null(a.unsubscribe);
		assert_int_not_equal(a.action, ACTION_TEMPFAIL);
		judge_answer_clear(&a);
	}
	assert_state(w, "dry", "");
	assert_int_equal(raw_number(w->files.path, "SELECT count(*) FROM decision"), 1);
	ledger_close(w->files.ledger);		/* ends what was to be learnt */
	w->files.ledger = NULL;
	assert_int_equal(raw_number(w->files.path, "SELECT count(*) FROM conversation"), 0);
	world_free(w);
}

/* ---- the ledger is away ------------------------------------------------------------------------------------ */

#define MESSAGE		"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
#define ATTACHED	"--b\nContent-Type: message/rfc822\n\nFrom: " SHOP "\nMessage-ID: <a1@x>\n\n" SALE "\n--b--\n"

static const struct {
	const char		*what;
	struct mail		 mail;
	enum policy_action	 enforce, observe;
} away[] = {
	{ "a letter", { .from = "lin@partner.example", .to = ANNA, .body = "see you at nine\n" },
	    ACTION_ACCEPT, ACTION_ACCEPT },
	{ "a long answer", { .from = ANNA, .to = SHOP, .body = "thank you\n", .answers = "a1@x", ANNAS },
	    ACTION_ACCEPT,
	    ACTION_ACCEPT },
	{ "an advertisement", AD, ACTION_TEMPFAIL, ACTION_ACCEPT },
	{ "a reply: 退订", { .from = ANNA, .to = SHOP, .body = "退订\n", .answers = "a1@x", ANNAS },
	    ACTION_TEMPFAIL,
	    ACTION_TEMPFAIL },
	{ "the same by nobody who is known", { .from = ANNA, .to = SHOP, .body = "退订\n",
	    .answers = "a1@x", .client = INSIDE },
	    ACTION_ACCEPT, ACTION_ACCEPT },
	{ "the same by a machine", { .from = ANNA, .to = SHOP, .body = "退订\n", .answers = "a1@x", ANNAS,
	    .extra = "Auto-Submitted: auto-replied\n" }, ACTION_ACCEPT, ACTION_ACCEPT },
	{ "a customer's reply", { .from = ZHOU, .to = NEWS, .body = "退订\n", .answers = "n1@x" },
	    ACTION_TEMPFAIL,
	    ACTION_TEMPFAIL },
	{ "the service: a word", { .from = ANNA, .to = SERVICE, .subject = "退订 全部", .body = "", ANNAS },
	    ACTION_TEMPFAIL,
	    ACTION_TEMPFAIL },
	{ "the service: a question", { .from = ANNA, .to = SERVICE, .subject = "查询", .body = "", ANNAS },
	    ACTION_TEMPFAIL,
	    ACTION_TEMPFAIL },
	{ "the service: nobody who is known", { .from = ZHOU, .to = SERVICE, .subject = "退订 全部",
	    .body = "" }, ACTION_ACCEPT,
	    ACTION_ACCEPT },
	{ "no token of ours", { .from = ZHOU, .to = "tuiding+d0000000000000aaaaaaaaaaaaaaaa@example.com",
	    .body = "" },
	    ACTION_ACCEPT, ACTION_ACCEPT },
	{ "a demand", { .from = ANNA, .to = COMPLAINTS, ANNAS, .extra = MESSAGE, .body = ATTACHED },
	    ACTION_TEMPFAIL,
	    ACTION_TEMPFAIL },
	{ "a demand of nobody who is known", { .from = ANNA, .to = COMPLAINTS, .extra = MESSAGE,
	    .body = ATTACHED },
	    ACTION_ACCEPT, ACTION_ACCEPT },
};

static void
observe(struct judge_settings *set)
{
	set->mode = MODE_OBSERVE;
}

static void
test_away(void **state)
{
	static const struct mail ad = AD;
	struct world *w = world_new(NULL);
	char *address = world_way_out(w, &ad);
	const struct mail button = { .from = "x@qq.com", .to = address, .subject = "退订", .body = "",
	    .mid = "b@x" };
	struct judge_answer a;

	(void)state;
	for (int mode = 0; mode < 2; mode++) {
		world_change(w, NULL, mode == 0 ? NULL : observe);
		for (size_t i = 0; i < COUNT(away); i++) {
			enum policy_action want = mode == 0 ? away[i].enforce : away[i].observe;

			mail_send(w->judge, &away[i].mail, &a);
			if (a.action != want)
				fail_msg("%s: %s: %s", away[i].what, policy_action_name(a.action), a.why);
			assert_string_equal(a.code, want == ACTION_TEMPFAIL ? "451" : "");
			if (want == ACTION_TEMPFAIL)
				assert_true(a.ledger_failed && a.why[0] != '\0');
			judge_answer_clear(&a);
		}
		mail_send(w->judge, &button, &a);
		assert_int_equal(a.action, ACTION_TEMPFAIL);
		assert_string_equal(a.said.outcome, "put off");
		judge_answer_clear(&a);
	}
	world_change(w, w->files.ledger, NULL);
	mail_before(w, &button);
	assert_state(w, "back again", "refusal " ANNA " shop.example token\nletter refused " ANNA);
	g_free(address);
	world_free(w);
}

/* ---- letters that come back --------------------------------------------------------------------------------- */

/* A letter as the worker writes it. */
static char *
letter_text(const char *purpose, size_t *len_r)
{
	const char *src = getenv("TUIDING_SRCDIR");
	char *templates = g_strdup_printf("%s/conf/templates", src == NULL ? "." : src), *text = NULL;
	const struct notify_settings settings = { .templates = templates, .from = SERVICE, .operator = "",
	    .relay = "" };
	const struct ledger_letter letter = { .id = 7, .purpose = purpose, .recipient = ANNA,
	    .cause = "<r@x>",
		.values = "{\"sender\":\"shop.example\",\"line\":\"退订\",\"list\":\"退订\"}",
		    .reference = "R0", .number = 3 };
	struct err err = { "" };

	if (notify_write(&settings, &letter, T0, &text, len_r, &err) != 0)
		fail_msg("%s: %s", purpose, err.text);
	g_free(templates);
	return text;
}

/* However a letter of ours comes back, by whatever address, it says nothing and brings no other. */
static void
test_letters(void **state)
{
	static const char *const purposes[] = { NOTIFY_REFUSED, NOTIFY_CONSENTED, NOTIFY_UNDONE,
	    NOTIFY_NOT_UNDONE, NOTIFY_LIST,
		NOTIFY_HELP, NOTIFY_MIXED, NOTIFY_VOIDED, NOTIFY_CASE_REPORTED, NOTIFY_CASE_OPENED,
		    NOTIFY_CASE_ENDED };
	static const char *const ways[] = { "<>", SERVICE, ANNA };	/* as sent,
	    and as something on the way made of it */
	static const struct mail ad = AD;
	struct world *w = world_new(NULL);
	char *token = world_way_out(w, &ad);
	const char *const to[] = { SERVICE, token, COMPLAINTS, SHOP };

	(void)state;
	for (size_t i = 0; i < COUNT(purposes) * COUNT(ways) * COUNT(to); i++) {
		size_t len;
		char *text = letter_text(purposes[i % COUNT(purposes)], &len);
		const struct judge_message in = { .octets = text, .len = len, .client = INSIDE,
		    .login = ANNA,
			.sender = ways[i / COUNT(purposes) % COUNT(ways)],
			    .rcpts = &to[i / COUNT(purposes) / COUNT(ways)],
			.nrcpts = 1, .now = T0 + (int64_t)i };
		struct judge_answer a;

		judge_message(w->judge, &in, &a);
		assert_int_equal(a.action, ACTION_ACCEPT);
		judge_answer_clear(&a);
		free(text);
	}
	assert_state(w, "letters", "");
	g_free(token);
	world_free(w);
}

static void
five_letters(struct judge_settings *set)
{
	set->confirmations_per_day = 5;
	set->commands_per_hour = 20;
}

/* An auto-responder that answers every letter of ours: marked, it ends at once; unmarked, with the day's letters. */
static void
test_responders(void **state)
{
	struct mail m = { .from = ZHOU, .to = SERVICE, .subject = "Re: help", .body = "我在休假。\n",
	    .proven = "customer.example" };

	(void)state;
	for (int marked = 0; marked < 2; marked++) {
		struct world *w = world_new(five_letters);
		int64_t letters = 0, before;
		int n = 0;

		m.extra = marked == 1 ? "Auto-Submitted: auto-replied\n" : NULL;
		do {
			char *mid = g_strdup_printf("v%d@customer.example", n);

			before = letters;
			m.mid = mid;
			m.after = n * 60000;
			mail_before(w, &m);
			letters = raw_number(w->files.path, "SELECT count(*) FROM outbox");
			g_free(mid);
		} while (letters > before && n++ < 100);
		assert_int_equal(letters, marked == 1 ? 0 : 5);
		assert_int_equal(n, letters);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate), cmocka_unit_test(test_rate_while_away),
		    cmocka_unit_test(test_dry),
		cmocka_unit_test(test_away), cmocka_unit_test(test_letters),
		    cmocka_unit_test(test_responders),
	};

	return cmocka_run_group_tests(tests, readers_setup, NULL);
}
