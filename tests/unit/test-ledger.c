/*
 * test-ledger.c - what is said, looked up, shown, ended; and rules.
 */
#include "ledger-fixture.h"

/* ---- appended ------------------------------------------------------------------------------------ */

#define C	LEDGER_CONSENT
#define R	LEDGER_REFUSAL
#define X	LEDGER_COMPLAINT

static const struct {
	enum ledger_kind	 kind;
	const char		*source, *recipient, *sender, *message_id;
	int64_t			 at;
	enum ledger_outcome	 want;
} outcomes[] = {
	{ R, "reply", ANNA, "shop.example", NULL, 1, LEDGER_WRITTEN },
	/* the same word again, by source and time; then each part of "the same" differs */
	{ R, "reply", ANNA, "shop.example", NULL, 1, LEDGER_ALREADY },
	{ R, "reply", ANNA, "shop.example", NULL, 2, LEDGER_WRITTEN },
	{ R, "token", ANNA, "shop.example", NULL, 1, LEDGER_WRITTEN },
	{ R, "reply", BERT, "shop.example", NULL, 1, LEDGER_WRITTEN },
	{ X, "reply", ANNA, "shop.example", NULL, 1, LEDGER_WRITTEN },
	/* by Message-ID: time and source do not matter then */
	{ R, "mail", ANNA, "shop.example", "<1@x>", 3, LEDGER_WRITTEN },
	{ R, "token", ANNA, "shop.example", "<1@x>", 4, LEDGER_ALREADY },
	{ R, "mail", ANNA, "shop.example", "<2@x>", 3, LEDGER_WRITTEN },
	{ R, "mail", ANNA, "shop.example", NULL, 3, LEDGER_WRITTEN },
	/* somebody else's consent over the refusal of shop.example */
	{ C, "admin", ANNA, "shop.example", NULL, 10, LEDGER_OVERTURNS },
	{ C, "import", ANNA, "shop.example", NULL, 10, LEDGER_OVERTURNS },
	{ C, "import", ANNA, "news.shop.example", NULL, 10, LEDGER_OVERTURNS },
	{ C, "import", ANNA, "news@shop.example", NULL, 10, LEDGER_OVERTURNS },
	{ C, "import", ANNA, "<deals.shop.example>", NULL, 10, LEDGER_OVERTURNS },
	{ C, "import", ANNA, "notshop.example", NULL, 10, LEDGER_WRITTEN },
	{ R, "mail", ANNA, "news.wide.example", NULL, 9, LEDGER_WRITTEN },
	{ C, "import", ANNA, "wide.example", NULL, 10, LEDGER_WRITTEN },	/* ends nothing */
	{ C, "import", "carl@example.com", "shop.example", NULL, 10, LEDGER_WRITTEN },
	/* the person's own ends it, for what it covers */
	{ C, "reply", ANNA, "news@shop.example", NULL, 20, LEDGER_WRITTEN },
	{ C, "admin", ANNA, "shop.example", NULL, 21, LEDGER_OVERTURNS },
	{ C, "admin", ANNA, "news@shop.example", NULL, 21, LEDGER_WRITTEN },
	{ C, "mail", ANNA, "shop.example", NULL, 22, LEDGER_WRITTEN },
	{ C, "admin", ANNA, "shop.example", NULL, 23, LEDGER_WRITTEN },
	{ C, "admin", ANNA, "a.shop.example", NULL, 23, LEDGER_WRITTEN },
	/* a refusal of all stands over the consents before it */
	{ R, "mail", ANNA, "*", NULL, 30, LEDGER_WRITTEN },
	{ C, "admin", ANNA, "a.shop.example", NULL, 31, LEDGER_OVERTURNS },
	{ C, "token", ANNA, "*", NULL, 32, LEDGER_WRITTEN },
	{ C, "admin", ANNA, "a.shop.example", NULL, 33, LEDGER_WRITTEN },
};

static void
test_outcomes(void **state)
{
	struct fixture *f = *state;
	int64_t seq = 0;

	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
		struct ledger_statement s = word(outcomes[i].kind, outcomes[i].source, outcomes[i].recipient,
		    outcomes[i].sender, T0 + outcomes[i].at);
		struct ledger_receipt receipt;

		s.message_id = outcomes[i].message_id;
		receipt = append(f->ledger, &s);
		if (receipt.outcome != outcomes[i].want)
			fail_msg("case %zu: %d, not %d", i, (int)receipt.outcome, (int)outcomes[i].want);
		if (receipt.outcome == LEDGER_WRITTEN) {
			assert_int_equal(receipt.seq, ++seq);
			assert_int_equal(strlen(receipt.reference), 14);
			assert_int_equal(receipt.reference[0], 'R');
			assert_int_equal(strlen(receipt.hash), LEDGER_HASH_HEX);
		}
		if (receipt.outcome == LEDGER_ALREADY)
			assert_true(receipt.seq > 0 && receipt.reference[0] == 'R');
		if (receipt.outcome == LEDGER_OVERTURNS)
			assert_int_equal(receipt.seq, 0);
	}
	assert_int_equal(verify(f->ledger, NULL, 1).statements, seq);
}

static void
test_refused_input(void **state)
{
	static const char bad[] = "\xff\xfe";
	struct fixture *f = *state;
	const struct ledger_statement good = word(LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0);
	struct ledger_statement cases[24];
	struct ledger_receipt receipts[2] = { { .seq = 77 }, { .seq = 77 } };
	char *long_name = g_strnfill(400, 'a'), *long_text = g_strnfill(LEDGER_TEXT_MAX + 1, 'a');
	struct err err;
	size_t n = 0;

#define CASE(field, value)	(cases[n] = good, cases[n++].field = (value))
	CASE(recipient, "example.com");		/* a domain is never a person */
	CASE(recipient, "@example.com");
	CASE(recipient, "anna@");
	CASE(recipient, "");
	CASE(recipient, NULL);
	CASE(recipient, "Anna@example.com");
	CASE(recipient, "<anna@example.com>");
	CASE(recipient, "an\nna@example.com");
	CASE(recipient, bad);
	CASE(recipient, long_name);
	CASE(sender, NULL);
	CASE(sender, "");
	CASE(sender, "Shop.Example");
	CASE(sender, "@shop.example");
	CASE(sender, long_name);
	CASE(source, NULL);
	CASE(source, "Admin");
	CASE(kind, LEDGER_NONE);
	CASE(kind, LEDGER_VOID);		/* without a reference */
	CASE(expires, T0);			/* of a refusal */
	CASE(given_at, -1);
	CASE(reference, "RAAAAAAAAAAAAA");	/* given by the ledger alone */
	CASE(message_id, long_text);
	CASE(evidence_len, 1);			/* of no evidence */
#undef CASE
	assert_int_equal(n, sizeof cases / sizeof *cases);
	for (size_t i = 0; i < n; i++) {
		/* the good one before it is not written either */
		struct ledger_statement pair[2] = { good, cases[i] };

		err.text[0] = '\0';
		if (ledger_append(f->ledger, pair, 2, receipts, &err) != -1)
			fail_msg("case %zu was taken", i);
		assert_true(err.text[0] != '\0');
		assert_int_equal(receipts[0].seq, 77);
	}
	assert_int_equal(verify(f->ledger, NULL, 1).statements, 0);
	assert_int_equal(ledger_append(f->ledger, &good, LEDGER_BATCH_MAX + 1, receipts, &err), -1);
	g_free(long_name);
	g_free(long_text);
}

static void
test_batch(void **state)
{
	struct fixture *f = *state;
	struct ledger_statement s[4];
	struct ledger_receipt receipts[4];
	struct err err = { "" };

	s[0] = word(LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0);
	s[1] = s[0];						/* sees the one before it */
	s[2] = word(LEDGER_CONSENT, "import", ANNA, "shop.example", T0);
	s[3] = word(LEDGER_CONSENT, "import", BERT, "shop.example", T0);
	assert_int_equal(ledger_append(f->ledger, s, 4, receipts, &err), 0);
	assert_int_equal(receipts[0].outcome, LEDGER_WRITTEN);
	assert_int_equal(receipts[1].outcome, LEDGER_ALREADY);
	assert_string_equal(receipts[1].reference, receipts[0].reference);
	assert_string_equal(receipts[1].hash, receipts[0].hash);
	assert_int_equal(receipts[2].outcome, LEDGER_OVERTURNS);
	assert_int_equal(receipts[3].outcome, LEDGER_WRITTEN);
	assert_int_equal(receipts[3].seq, 2);
	assert_int_equal(ledger_append(f->ledger, NULL, 0, NULL, &err), 0);
}

/* ---- ended --------------------------------------------------------------------------------------- */

static void
test_void(void **state)
{
	struct fixture *f = *state;
	struct ledger_receipt consent, refusal, receipt;
	struct ledger_statement s;

	consent = say(f->ledger, LEDGER_CONSENT, "mail", ANNA, "shop.example", T0);
	refusal = say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0 + 1);
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 2);

	assert_int_equal(void_it(f->ledger, "RNOSUCHTHING00", T0 + 2).outcome, LEDGER_ABSENT);
	s = word(LEDGER_VOID, "admin", NULL, NULL, T0 + 2);	/* without a reason */
	s.reference = refusal.reference;
	assert_int_equal(ledger_append(f->ledger, &s, 1, &receipt, NULL), -1);
	s = word(LEDGER_VOID, "mail", BERT, NULL, T0 + 2);	/* another's word */
	s.reference = refusal.reference;
	assert_int_equal(append(f->ledger, &s).outcome, LEDGER_ABSENT);
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 2);

	receipt = void_it(f->ledger, refusal.reference, T0 + 2);
	assert_int_equal(receipt.outcome, LEDGER_WRITTEN);
	assert_int_equal(receipt.seq, 3);
	assert_string_equal(receipt.reference, refusal.reference);
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 1);
	assert_int_equal(void_it(f->ledger, refusal.reference, T0 + 2).outcome, LEDGER_ALREADY);
	assert_int_equal(void_it(f->ledger, refusal.reference, T0 + 3).outcome, LEDGER_ABSENT);

	/* The refusal's end brings the consent back into sight; its own end takes it too. */
	assert_int_equal(void_it(f->ledger, consent.reference, T0 + 4).outcome, LEDGER_WRITTEN);
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 0);

	/* What was ended does not come back by being repeated. */
	assert_int_equal(say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0 + 1).outcome,
	    LEDGER_ALREADY);
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 0);

	/* A refusal that was void from the start stands in nobody's way. */
	assert_int_equal(say(f->ledger, LEDGER_CONSENT, "admin", ANNA, "shop.example", T0 + 5).outcome,
	    LEDGER_WRITTEN);
	assert_int_equal(verify(f->ledger, NULL, 1).statements, 5);
}

/* ---- looked up ----------------------------------------------------------------------------------- */

static void
test_words(void **state)
{
	struct fixture *f = *state;
	const struct ledger_rule rule = { 0, "example.com", "shop.example", WORD_CONSENT, T0, "contract" };
	const struct ledger_rule other = { 0, "example.net", "shop.example", WORD_REFUSAL, T0, NULL };
	const char *keys[] = { "news@shop.example", "shop.example", "shop.example", "example" };
	struct ledger_statement s = word(LEDGER_CONSENT, "mail", ANNA, "shop.example", T0 + 2);
	struct policy_word *words = NULL;
	struct err err = { "" };
	size_t n = 99;
	int64_t id;

	assert_int_equal(ledger_words(f->ledger, ANNA, keys, 4, &words, &n, &err), 0);
	assert_int_equal(n, 0);
	ledger_words_free(words);

	say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "*", T0);
	say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "other.example", T0);
	say(f->ledger, LEDGER_REFUSAL, "mail", BERT, "shop.example", T0);
	say(f->ledger, LEDGER_COMPLAINT, "mail", ANNA, "shop.example", T0);
	s.expires = T0 + 1000;
	append(f->ledger, &s);
	say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "news@shop.example", T0 + 3);
	assert_int_equal(ledger_rule_add(f->ledger, &rule, &id, &err), 0);
	assert_int_equal(ledger_rule_add(f->ledger, &other, NULL, &err), 0);

	assert_int_equal(ledger_words(f->ledger, ANNA, keys, 4, &words, &n, &err), 0);
	assert_int_equal(n, 4);
	assert_int_equal(words[0].seq, 1);
	assert_int_equal(words[0].kind, WORD_REFUSAL);
	assert_int_equal(words[0].key.kind, ADDR_ALL);
	assert_int_equal(words[1].seq, 5);
	assert_int_equal(words[1].kind, WORD_CONSENT);
	assert_int_equal(words[1].expires, T0 + 1000);
	assert_string_equal(words[1].key.text, "shop.example");
	assert_int_equal(words[1].key.labels, 2);
	assert_int_equal(words[2].seq, 6);
	assert_int_equal(words[2].expires, 0);
	assert_int_equal(words[2].key.kind, ADDR_MAILBOX);
	assert_true(words[3].rule);
	assert_int_equal(words[3].seq, id);
	assert_int_equal(words[3].kind, WORD_CONSENT);
	ledger_words_free(words);

	assert_int_equal(ledger_words(f->ledger, NULL, keys, 4, &words, &n, &err), -1);
	assert_int_equal(ledger_words(f->ledger, ANNA, keys, LEDGER_KEYS_MAX + 1, &words, &n, &err), -1);
	ledger_words_free(NULL);
}

/*
 * More keys than one query takes, with words under the first, some middle ones and the last of them; then
 * the same for someone who said so much elsewhere that the look-up goes another way.
 */
static void
test_many_keys(void **state)
{
	struct fixture *f = *state;
	struct policy_word *words = NULL;
	struct err err = { "" };
	char keys[200][32], other[32];
	const char *list[200];
	size_t n = 0;

	for (size_t i = 0; i < 200; i++) {
		snprintf(keys[i], sizeof keys[i], "k%03zu.shop.example", 199 - i);
		list[i] = keys[i];
	}
	for (size_t i = 0; i < 200; i += 50)
		say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, keys[i], T0);
	say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, keys[199], T0);
	for (int said = 5; said <= 70; said++) {
		for (size_t nkeys = said == 5 || said >= 63 ? 0 : 200; nkeys <= 200; nkeys++) {
			assert_int_equal(ledger_words(f->ledger, ANNA, list, nkeys, &words, &n, &err), 0);
			assert_int_equal(n, (nkeys + 49) / 50 + (nkeys == 200));
			for (size_t i = 1; i < n; i++)
				assert_true(words[i - 1].seq < words[i].seq);
			ledger_words_free(words);
		}
		snprintf(other, sizeof other, "other%d.example", said);
		say(f->ledger, LEDGER_CONSENT, "mail", ANNA, other, T0);
	}
}

/* ---- shown --------------------------------------------------------------------------------------- */

struct seen {
	int64_t	seq[16];
	size_t	n, stop;
	bool	voided;
};

static bool
see(void *arg, const struct ledger_statement *s)
{
	struct seen *seen = arg;

	assert_true(seen->n < 16);
	seen->seq[seen->n++] = s->seq;
	seen->voided = s->voided;
	return seen->n != seen->stop;
}

static bool
see_first(void *arg, const struct ledger_statement *s)
{
	assert_int_equal(s->kind, LEDGER_REFUSAL);
	assert_string_equal(s->source, "mail");
	assert_int_equal(s->given_at, T0 + 1);
	assert_int_equal(s->received_at, T0 + 6);
	assert_string_equal(s->recipient, ANNA);
	assert_string_equal(s->sender, "shop.example");
	assert_string_equal(s->message_id, "<1@x>");
	assert_null(s->reason);
	assert_int_equal(s->evidence_len, 5);
	assert_memory_equal(s->evidence, "raw\0m", 5);
	assert_true(s->voided);
	assert_string_equal(s->hash, arg);
	return true;
}

static const struct {
	struct ledger_filter	filter;
	const char		*want;		/* sequences, a letter each */
} filters[] = {
	{ { 0 }, "12345" },
	{ { .kind = LEDGER_REFUSAL }, "13" },
	{ { .kind = LEDGER_VOID }, "5" },
	{ { .recipient = ANNA }, "1245" },
	{ { .recipient = "@example.com" }, "1245" },
	{ { .recipient = "@example.net" }, "3" },
	{ { .recipient = "@ample.com" }, "" },
	{ { .recipient = "example.com" }, "" },
	{ { .sender = "shop.example" }, "135" },
	{ { .sender = "shop" }, "" },
	{ { .recipient = ANNA, .sender = "shop.example" }, "15" },
	{ { .since = T0 + 7, .until = T0 + 9 }, "23" },
	{ { .seq = 4 }, "4" },
	{ { .seq = 4, .recipient = "bert@example.net" }, "" },
	{ { .in_force = true }, "23" },
	{ { .in_force = true, .recipient = ANNA }, "2" },
	{ { .limit = 2 }, "12" },
	{ { .reference = "RNOSUCHTHING00" }, "" },
};

static void
test_statements(void **state)
{
	struct fixture *f = *state;
	struct ledger_statement s = word(LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0 + 1);
	struct ledger_filter by_reference = { 0 };
	struct ledger_receipt first;
	struct seen seen;
	struct err err = { "" };

	s.message_id = "<1@x>";
	s.evidence = "raw\0m";
	s.evidence_len = 5;
	first = append(f->ledger, &s);
	say(f->ledger, LEDGER_CONSENT, "mail", ANNA, "other.example", T0 + 2);
	say(f->ledger, LEDGER_REFUSAL, "mail", "bert@example.net", "shop.example", T0 + 3);
	say(f->ledger, LEDGER_COMPLAINT, "complaint", ANNA, "other.example", T0 + 4);
	void_it(f->ledger, first.reference, T0 + 5);
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
		int64_t n;

		memset(&seen, 0, sizeof seen);
		n = ledger_statements(f->ledger, &filters[i].filter, see, &seen, &err);
		if (n != (int64_t)strlen(filters[i].want) || seen.n != (size_t)n)
			fail_msg("case %zu: %d statements", i, (int)n);
		for (size_t k = 0; k < seen.n; k++)
			assert_int_equal(seen.seq[k], filters[i].want[k] - '0');
	}
	by_reference.reference = first.reference;		/* the refusal and the void behind it */
	memset(&seen, 0, sizeof seen);
	assert_int_equal(ledger_statements(f->ledger, &by_reference, see, &seen, &err), 2);
	assert_false(seen.voided);
	by_reference.limit = 1;
	assert_int_equal(ledger_statements(f->ledger, &by_reference, see_first, first.hash, &err), 1);
	memset(&seen, 0, sizeof seen);
	seen.stop = 2;						/* the caller has enough */
	assert_int_equal(ledger_statements(f->ledger, NULL, see, &seen, &err), 2);
}

/* ---- rules --------------------------------------------------------------------------------------- */

static bool
see_rule(void *arg, const struct ledger_rule *rule)
{
	const struct ledger_rule *want = arg;

	assert_string_equal(rule->domain, want->domain);
	assert_string_equal(rule->sender, want->sender);
	assert_int_equal(rule->word, want->word);
	assert_int_equal(rule->made_at, want->made_at);
	assert_string_equal(rule->note, want->note);
	return true;
}

static void
test_rules(void **state)
{
	struct ledger_rule bad[] = {
		{ 0, "anna@example.com", "shop.example", WORD_REFUSAL, T0, "" },
		{ 0, "Example.com", "shop.example", WORD_REFUSAL, T0, "" },
		{ 0, NULL, "shop.example", WORD_REFUSAL, T0, "" },
		{ 0, "example.com", "Shop.example", WORD_REFUSAL, T0, "" },
		{ 0, "example.com", NULL, WORD_REFUSAL, T0, "" },
		{ 0, "example.com", "shop.example", WORD_NONE, T0, "" },
		{ 0, "example.com", "shop.example", WORD_REFUSAL, T0, "a\nb" },
	};
	struct ledger_rule rule = { 0, "example.com", "*", WORD_REFUSAL, T0, "all bulk" };
	struct fixture *f = *state;
	struct err err = { "" };
	int64_t id = 0;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(ledger_rule_add(f->ledger, &bad[i], &id, &err), -1);
	assert_int_equal(ledger_rule_add(f->ledger, &rule, &id, &err), 0);
	assert_true(id > 0);
	assert_int_equal(count_words(f->ledger, ANNA, "any.example"), 1);
	assert_int_equal(ledger_rules(f->ledger, NULL, see_rule, &rule, &err), 1);
	assert_int_equal(ledger_rules(f->ledger, "example.com", see_rule, &rule, &err), 1);
	assert_int_equal(ledger_rules(f->ledger, "example.net", see_rule, &rule, &err), 0);
	assert_int_equal(ledger_rule_remove(f->ledger, id + 1, &err), 0);
	assert_int_equal(ledger_rule_remove(f->ledger, id, &err), 1);
	assert_int_equal(ledger_rule_remove(f->ledger, id, &err), 0);
	assert_int_equal(count_words(f->ledger, ANNA, "any.example"), 0);
}

/* ---- names and ids ------------------------------------------------------------------------------- */

static void
test_names(void **state)
{
	char ids[64][LEDGER_ID_MAX + 1];
	struct err err = { "" };

	(void)state;
	for (int kind = LEDGER_CONSENT; kind < LEDGER_KIND_MAX; kind++)
		assert_int_equal(ledger_kind_by_name(ledger_kind_name((enum ledger_kind)kind)), kind);
	assert_string_equal(ledger_kind_name(LEDGER_VOID), "void");
	assert_string_equal(ledger_kind_name(LEDGER_KIND_MAX), "?");
	assert_int_equal(ledger_kind_by_name("none"), LEDGER_NONE);
	assert_int_equal(ledger_kind_by_name("Consent"), LEDGER_NONE);
	assert_int_equal(ledger_kind_by_name(NULL), LEDGER_NONE);
	for (size_t i = 0; i < 64; i++) {
		assert_int_equal(ledger_new_id(ids[i], &err), 0);
		assert_int_equal(strlen(ids[i]), 13);
		assert_int_equal(strspn(ids[i], "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 13);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(ids[i], ids[k]);
	}
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_outcomes), T(test_refused_input), T(test_batch), T(test_void), T(test_words),
		T(test_many_keys), T(test_statements), T(test_rules), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
