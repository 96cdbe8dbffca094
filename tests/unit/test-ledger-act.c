/*
 * test-ledger-act.c - statements, letters and cases in one act: all of it, once.
 */
#include "ledger-act-fixture.h"

#define DAY	INT64_C(86400000)

/* ---- letters ------------------------------------------------------------------------------------- */

static void
test_refusal_with_letter(void **state)
{
	struct fixture *f = *state;
	struct ledger_statement s = word(LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0);
	struct ledger_act_letter l = letter("refused", ANNA, "<c1@example.com>", 0, LEDGER_ALWAYS);
	struct ledger_act act = { .now = T0, .statements = &s, .nstatements = 1, .letters = &l, .nletters = 1 };
	struct ledger_act_result *first = g_new0(struct ledger_act_result, 1), *again = g_new0(struct ledger_act_result, 1);
	struct seen_letters seen;

	s.message_id = "<c1@example.com>";
	l.letter.values = "{\"sender\":\"shop.example\"}";
	act_must(f->ledger, &act, first);
	assert_int_equal(first->receipts[0].outcome, LEDGER_WRITTEN);
	assert_int_equal(first->letters, 1);
	assert_int_equal(first->letters_over, 0);
	for (int i = 0; i < 3; i++) {
		if (i == 2)
			fixture_reopen(f);
		act_must(f->ledger, &act, again);
		assert_int_equal(again->receipts[0].outcome, LEDGER_ALREADY);
		assert_int_equal(again->receipts[0].seq, first->receipts[0].seq);
		assert_string_equal(again->receipts[0].reference, first->receipts[0].reference);
		assert_int_equal(again->letters, 0);
	}
	letters_seen(f->ledger, NULL, &seen);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.text, "1 refused anna@example.com <c1@example.com> {\"sender\":\"shop.example\"} "
	    "queued 0 0 []\n");
	assert_string_equal(seen.reference, first->receipts[0].reference);
	assert_int_equal(seen.made_at, T0);
	assert_int_equal(seen.next_at, T0);
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 1);
	verify(f->ledger, NULL, 1);
	g_free(first);
	g_free(again);
}

/* What a letter hangs on decides whether it is queued: written just now, there already, void of nothing. */
static void
test_hanging(void **state)
{
	struct fixture *f = *state;
	struct ledger_statement s[3] = {
		word(LEDGER_REFUSAL, "mail", ANNA, "old.example", T0),
		word(LEDGER_REFUSAL, "mail", ANNA, "new.example", T0),
		word(LEDGER_VOID, "mail", ANNA, NULL, T0),
	};
	struct ledger_act_letter l[] = {
		letter("old", ANNA, "c", 0, LEDGER_ALWAYS), letter("new", ANNA, "c", 1, LEDGER_ALWAYS),
		letter("void", ANNA, "c", 2, LEDGER_ALWAYS), letter("always", ANNA, "c", LEDGER_ALWAYS, LEDGER_ALWAYS),
		letter("always", ANNA, "c", LEDGER_ALWAYS, LEDGER_ALWAYS), letter("always", BERT, "c", LEDGER_ALWAYS,
		    LEDGER_ALWAYS), letter("always", ANNA, "d", LEDGER_ALWAYS, LEDGER_ALWAYS),
	};
	struct ledger_act act = { .now = T0, .statements = s, .nstatements = 3, .letters = l,
		.nletters = G_N_ELEMENTS(l) };
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);

	(void)append(f->ledger, &s[0]);
	s[2].reference = "RNOSUCHTHING00";
	act_must(f->ledger, &act, result);
	assert_int_equal(result->receipts[0].outcome, LEDGER_ALREADY);
	assert_int_equal(result->receipts[1].outcome, LEDGER_WRITTEN);
	assert_int_equal(result->receipts[2].outcome, LEDGER_ABSENT);
	assert_int_equal(result->letters, 4);
	act_must(f->ledger, &act, result);
	assert_int_equal(result->letters, 0);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM outbox"), 4);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM outbox WHERE purpose IN ('old', 'void')"), 0);
	g_free(result);
}

static void
test_letters_a_day(void **state)
{
	struct fixture *f = *state;
	struct ledger_act_letter l = letter("help", ANNA, "c", LEDGER_ALWAYS, LEDGER_ALWAYS);
	struct ledger_act act = { .now = T0, .letters = &l, .nletters = 1, .letters_per_day = 3 };
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	char cause[16];

	l.letter.cause = cause;
	for (int i = 0; i < 6; i++) {
		snprintf(cause, sizeof cause, "c%d", i);
		act.now = T0 + i * 1000;
		act_must(f->ledger, &act, result);
		assert_int_equal(result->letters, i < 3);
		assert_int_equal(result->letters_over, i >= 3);
	}
	snprintf(cause, sizeof cause, "c0");		/* a repeat is no letter more, and none over */
	act_must(f->ledger, &act, result);
	assert_int_equal(result->letters + result->letters_over, 0);
	l.letter.recipient = BERT;
	act_must(f->ledger, &act, result);
	assert_int_equal(result->letters, 1);
	l.letter.recipient = ANNA;
	snprintf(cause, sizeof cause, "later");
	act.now = T0 + DAY;				/* the first of the three is a day old */
	act_must(f->ledger, &act, result);
	assert_int_equal(result->letters, 1);
	snprintf(cause, sizeof cause, "later still");
	act_must(f->ledger, &act, result);
	assert_int_equal(result->letters_over, 1);
	g_free(result);
}

/* ---- cases --------------------------------------------------------------------------------------- */

static void
test_case_opened(void **state)
{
	struct fixture *f = *state;
	struct ledger_statement s = word(LEDGER_REFUSAL, "complaint", ANNA, "shop.example", T0);
	struct ledger_act_case c = act_case(ANNA, "shop.example", "<fwd@example.com>", "<ad@shop.example>", 0);
	struct ledger_act_letter l = letter("case-opened", ANNA, "<fwd@example.com>", 0, 0);
	struct ledger_act act = { .now = T0 + 9, .statements = &s, .nstatements = 1, .letters = &l, .nletters = 1,
		.cases = &c, .ncases = 1 };
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct ledger_case_filter filter = { .evidence = true };
	struct seen_cases seen;

	s.message_id = "<fwd@example.com>";
	c.measure = true;
	c.complaint.from = "news@shop.example";
	c.complaint.subject = "\xe5\xb9\xbf\xe5\x91\x8a\r\nBcc: x";
	c.complaint.decision = "0123456789ABC";
	c.complaint.envelope = "sender=x@shop.example client=192.0.2.1 queue=4Q";
	c.complaint.evidence = g_memdup2("From: x\r\n\r\n\0body", 16);
	c.complaint.evidence_len = 16;
	c.complaint.evidence_size = 4000;
	for (int i = 0; i < 2; i++) {
		act_must(f->ledger, &act, result);
		assert_int_equal(result->cases[0].number, 1);
		assert_int_equal(result->cases[0].made, i == 0);
		assert_int_equal(result->letters, i == 0);
		assert_int_equal(result->receipts[0].outcome, i == 0 ? LEDGER_WRITTEN : LEDGER_ALREADY);
		assert_int_equal(result->receipts[0].seq, 2);
	}
	cases_seen(f->ledger, &filter, &seen);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.text, "1 open commercial forward 00 anna@example.com shop.example news@shop.example "
	    "\xe5\xb9\xbf\xe5\x91\x8a??Bcc: x <ad@shop.example> 0123456789ABC <fwd@example.com> "
	    "sender=x@shop.example client=192.0.2.1 queue=4Q [] 1 2 16/4000 tries=0\n");
	assert_int_equal(seen.last.opened_at, T0 + 9);
	assert_int_equal(seen.last.changed_at, T0 + 9);
	assert_int_equal(seen.last.closed_at, 0);
	assert_int_equal(seen.last.next_at, T0 + 9);
	assert_memory_equal(seen.evidence, c.complaint.evidence, 16);
	filter.evidence = false;
	cases_seen(f->ledger, &filter, &seen);
	assert_null(seen.last.evidence);
	assert_int_equal(seen.last.evidence_size, 4000);
	assert_int_equal(strlen(seen.last.sha256), LEDGER_HASH_HEX);
	assert_int_equal(raw_number(f->path, "SELECT number FROM outbox"), 1);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM statement WHERE kind = 'complaint'"
	    " AND source = 'forward' AND seq = 1"), 1);
	assert_int_equal(verify(f->ledger, NULL, 1).statements, 2);
	g_free((void *)(uintptr_t)c.complaint.evidence);
	g_free(result);
}

/* Several in one mail; one twice; one of an unknown sender; one reported, which nothing follows. */
static void
test_cases(void **state)
{
	struct fixture *f = *state;
	struct ledger_statement s = word(LEDGER_REFUSAL, "complaint", ANNA, "a.example", T0);
	struct ledger_act_case c[] = {
		act_case(ANNA, "a.example", "<f>", "<1>", 0), act_case(ANNA, "a.example", "<f>", "<2>", 0),
		act_case(ANNA, "a.example", "<f>", "<1>", LEDGER_ALWAYS), act_case(ANNA, "", "<f>", "", LEDGER_ALWAYS),
		act_case(BERT, "b.example", "<f>", "<1>", LEDGER_ALWAYS), act_case(ANNA, NULL, "<g>", "<1>", LEDGER_ALWAYS),
	};
	struct ledger_act act = { .now = T0, .statements = &s, .nstatements = 1, .cases = c,
		.ncases = G_N_ELEMENTS(c) };
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	static const int64_t numbers[] = { 1, 2, 1, 3, 4, 5 };
	struct ledger_case_filter filter = { 0 };
	struct seen_cases seen;

	c[5].complaint.state = CASE_REPORTED;
	c[5].complaint.source = "junk";
	for (int round = 0; round < 2; round++) {
		act_must(f->ledger, &act, result);
		for (size_t i = 0; i < G_N_ELEMENTS(c); i++) {
			assert_int_equal(result->cases[i].number, numbers[i]);
			assert_int_equal(result->cases[i].made, round == 0 && i != 2);
		}
	}
	assert_int_equal(verify(f->ledger, NULL, 1).statements, 6);	/* a statement for each case, and the refusal */
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM complaint WHERE refusal = 6"), 2);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM statement_person WHERE sender = '*'"), 2);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM complaint WHERE next_at <> 0"), 0);
	filter.recipient = ANNA;
	cases_seen(f->ledger, &filter, &seen);
	assert_int_equal(seen.n, 4);
	filter.state = CASE_REPORTED;
	cases_seen(f->ledger, &filter, &seen);
	assert_int_equal(seen.last.number, 5);
	assert_string_equal(seen.last.sender, "");
	assert_string_equal(seen.last.source, "junk");
	g_free(result);
}

/* ---- what is refused ------------------------------------------------------------------------------ */

static char *
repeated(char c, size_t n)
{
	char *text = g_malloc(n + 1);

	memset(text, c, n);
	text[n] = '\0';
	return text;
}

static void
test_bad_letters(void **state)
{
	struct fixture *f = *state;
	char *long_values = repeated('x', LEDGER_VALUES_MAX), *long_name = repeated('a', 33);
	char *long_domain = repeated('b', 400), *long_address = g_strconcat("anna@", long_domain, ".example", NULL);
	const struct ledger_act_letter good = letter("help", ANNA, "c", LEDGER_ALWAYS, LEDGER_ALWAYS);
	struct ledger_act_letter bad[24];
	size_t n = 0;
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);

	long_values[0] = '{';
	long_values[LEDGER_VALUES_MAX - 1] = '}';
#define BAD(field, value)	(bad[n] = good, bad[n++].field = (value))
	BAD(letter.purpose, NULL);
	BAD(letter.purpose, "");
	BAD(letter.purpose, "Help");
	BAD(letter.purpose, "../help");
	BAD(letter.purpose, long_name);
	BAD(letter.recipient, NULL);
	BAD(letter.recipient, "");
	BAD(letter.recipient, "example.com");
	BAD(letter.recipient, "@example.com");
	BAD(letter.recipient, "anna@");
	BAD(letter.recipient, "anna@example.com\r\nRCPT TO:<eve@example.com>");
	BAD(letter.recipient, "anna@example.com>");
	BAD(letter.recipient, "\xff@example.com");
	BAD(letter.recipient, long_address);
	BAD(letter.cause, NULL);
	BAD(letter.cause, "");
	BAD(letter.values, "");
	BAD(letter.values, "[]");
	BAD(letter.values, "{\n}");
	BAD(letter.values, "{\"a\":\"\xc3\"}");
	BAD(letter.made_at, -1);
	BAD(letter.next_at, -1);
	BAD(statement, 0);
	BAD(complaint, 7);
#undef BAD
	assert_int_equal(n, G_N_ELEMENTS(bad));
	for (size_t i = 0; i < n; i++) {
		struct ledger_act act = { .now = T0, .letters = &bad[i], .nletters = 1 };
		struct err err = { "" };

		if (ledger_do(f->ledger, &act, result, &err) != -1 || err.text[0] == '\0')
			fail_msg("letter %zu was queued", i);
	}
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM outbox"), 0);
	bad[0] = good;
	bad[0].letter.values = long_values;
	{
		struct ledger_act act = { .now = T0, .letters = bad, .nletters = 1 };

		act_must(f->ledger, &act, result);	/* the longest there may be */
		assert_int_equal(result->letters, 1);
	}
	g_free(long_address);
	g_free(long_domain);
	g_free(long_values);
	g_free(long_name);
	g_free(result);
}

static void
test_bad_cases(void **state)
{
	struct fixture *f = *state;
	const struct ledger_act_case good = act_case(ANNA, "shop.example", "<f>", "<1>", LEDGER_ALWAYS);
	const struct ledger_statement statements[2] = {
		word(LEDGER_CONSENT, "mail", ANNA, "shop.example", T0),
		word(LEDGER_REFUSAL, "mail", BERT, "shop.example", T0),
	};
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct ledger_act_case bad[17];
	size_t n = 0;

#define BAD(field, value)	(bad[n] = good, bad[n++].field = (value))
	BAD(complaint.state, CASE_NONE);
	BAD(complaint.state, CASE_STATE_MAX);
	BAD(complaint.state, (enum ledger_case_state)77);
	BAD(complaint.kind, NULL);
	BAD(complaint.kind, "spam");
	BAD(complaint.source, NULL);
	BAD(complaint.source, "mail");
	BAD(complaint.recipient, NULL);
	BAD(complaint.recipient, "example.com");
	BAD(complaint.recipient, "Anna@example.com");
	BAD(complaint.sender, "Shop.example");
	BAD(complaint.sender, "no key at all");
	BAD(complaint.evidence_len, 5);
	BAD(statement, 2);
	BAD(statement, 0);		/* a consent */
	BAD(statement, 1);		/* somebody else's */
	BAD(complaint.cause, "");
	bad[n - 1].complaint.message_id = NULL;
#undef BAD
	assert_int_equal(n, G_N_ELEMENTS(bad));
	for (size_t i = 0; i < n; i++) {
		struct ledger_act act = { .now = T0, .cases = &bad[i], .ncases = 1, .statements = statements,
			.nstatements = 2 };
		struct err err = { "" };

		if (ledger_do(f->ledger, &act, result, &err) != -1 || err.text[0] == '\0')
			fail_msg("case %zu was opened", i);
	}
	bad[0] = good;
	bad[0].complaint.state = CASE_REPORTED;
	bad[0].measure = true;
	{
		struct ledger_act act = { .now = T0, .cases = bad, .ncases = 1 };
		struct err err = { "" };

		assert_int_equal(ledger_do(f->ledger, &act, result, &err), -1);
		act.ncases = LEDGER_ACT_MAX + 1;
		assert_int_equal(ledger_do(f->ledger, &act, result, &err), -1);
		act.ncases = 0;
		act.now = -1;
		assert_int_equal(ledger_do(f->ledger, &act, result, &err), -1);
	}
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM statement"), 0);
	g_free(result);
}

/* What a hostile mail says of itself is cut and mended: it never stops a complaint, and repeats are known. */
static void
test_hostile_texts(void **state)
{
	struct fixture *f = *state;
	char *junk = repeated('\xff', 5000);
	GString *many = g_string_new(NULL);
	struct ledger_act_case c = act_case(ANNA, "shop.example", junk, "<\x01\x02\r\n\t>", LEDGER_ALWAYS);
	struct ledger_act_letter l = letter("case-opened", ANNA, junk, LEDGER_ALWAYS, 0);
	struct ledger_act act = { .now = T0, .cases = &c, .ncases = 1, .letters = &l, .nletters = 1 };
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct ledger_case_filter filter = { .number = 1 };
	struct seen_cases seen;

	for (int i = 0; i < 500; i++)
		g_string_append(many, "\xe5\xb9\xbf");		/* three octets: 200 cuts inside one */
	c.complaint.subject = many->str;
	c.complaint.from = junk;
	c.complaint.decision = junk;
	c.complaint.envelope = junk;
	c.complaint.reason = junk;
	for (int i = 0; i < 2; i++) {
		act_must(f->ledger, &act, result);
		assert_int_equal(result->cases[0].made, i == 0);
		assert_int_equal(result->letters, i == 0);
	}
	cases_seen(f->ledger, &filter, &seen);
	assert_true(g_utf8_validate(seen.text, -1, NULL));
	assert_int_equal(raw_number(f->path, "SELECT length(CAST(subject AS BLOB)) FROM complaint"), 198);
	assert_int_equal(raw_number(f->path, "SELECT max(length(CAST(cause AS BLOB)), length(CAST(envelope AS BLOB)),"
	    " length(CAST(reason AS BLOB))) <= 1000 FROM complaint"), 1);
	assert_int_equal(raw_number(f->path, "SELECT message_id GLOB '<[?][?][?][?][?]>' FROM complaint"), 1);
	verify(f->ledger, NULL, 1);
	g_string_free(many, TRUE);
	g_free(junk);
	g_free(result);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_refusal_with_letter), T(test_hanging), T(test_letters_a_day), T(test_case_opened), T(test_cases),
		T(test_bad_letters), T(test_bad_cases), T(test_hostile_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
