/*
 * test-ledger-overturn.c - nobody but the person ends their refusal, whatever is said in whatever order.
 *
 * A long random history, always the same; after each step the standing that the policy reads out of the ledger
 * is compared with what the law allows to change.
 */
#include "ledger-fixture.h"

static const char *const keys[] = {
	"*", "*", "shop.example", "mail.shop.example", "<deals.shop.example>", "news@shop.example",
	"x@mail.shop.example",
};

static uint32_t
draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

/* The standing towards an authenticated From, as a judgement asks for it. */
static enum policy_standing
standing(struct ledger *ledger, const char *from)
{
	struct policy_identity id = { .kind = IDENTITY_FROM, .authenticated = true };
	struct policy_word *words = NULL;
	struct policy_finding finding;
	struct addr_key covering[130];
	const char *texts[130];
	struct err err = { "" };
	size_t n, nwords;

	assert_int_equal(addr_key_parse(from, strlen(from), &id.key, &err), 1);
	n = addr_key_covering(&id.key, covering, 130);
	for (size_t i = 0; i < n; i++)
		texts[i] = covering[i].text;
	assert_int_equal(ledger_words(ledger, ANNA, texts, n, &words, &nwords, &err), 0);
	finding = policy_standing(words, nwords, &id, 1, false, T0);
	ledger_words_free(words);
	return finding.standing;
}

static void
test_random(void **state)
{
	static const char *const froms[] = { "news@shop.example", "other@shop.example", "x@mail.shop.example" };
	enum { N = sizeof froms / sizeof *froms };
	char references[600][LEDGER_REFERENCE_MAX + 1];
	struct fixture *f = *state;
	uint32_t seed = 2012, nrefs = 0;
	int overturns = 0, written = 0, ended = 0;

	for (int step = 0; step < 600; step++) {
		enum policy_standing before[N];
		struct ledger_receipt receipt;
		struct ledger_statement s;
		uint32_t what = draw(&seed, 8);
		bool allowed = false;			/* may this step end a refusal? */

		for (size_t i = 0; i < N; i++)
			before[i] = standing(f->ledger, froms[i]);
		s = word(LEDGER_CONSENT, "admin", ANNA, keys[draw(&seed, 7)], T0 + step);
		if (what < 2) {
			s.kind = LEDGER_REFUSAL;
			s.source = what == 0 ? "mail" : "admin";
		} else if (what < 4) {
			s.source = "mail";
			allowed = true;
		} else if (what == 4 && nrefs > 0) {	/* an entry was wrong: a refusal may go, too */
			s = word(LEDGER_VOID, "admin", NULL, NULL, T0 + step);
			s.reference = references[draw(&seed, nrefs)];
			s.reason = "wrong";
		}
		receipt = append(f->ledger, &s);
		if (receipt.outcome == LEDGER_WRITTEN && s.kind != LEDGER_VOID)
			(void)g_strlcpy(references[nrefs++], receipt.reference, sizeof references[0]);
		if (s.kind == LEDGER_VOID)
			continue;
		for (size_t i = 0; i < N; i++) {
			enum policy_standing after = standing(f->ledger, froms[i]);

			if (!allowed && before[i] == STANDING_REFUSED && after != STANDING_REFUSED)
				fail_msg("step %d: %s by %s about %s ended a refusal of %s", step,
				    ledger_kind_name(s.kind), s.source, s.sender, froms[i]);
			ended += before[i] == STANDING_REFUSED && after == STANDING_CONSENTED;
		}
		overturns += receipt.outcome == LEDGER_OVERTURNS;
		written += receipt.outcome == LEDGER_WRITTEN && s.kind == LEDGER_CONSENT && !allowed;
	}
	assert_true(overturns > 50 && written > 20 && ended > 10);
	verify(f->ledger, NULL, 1);
}

/* The consent that an administrator's entry rested on turns out to be forged: the refusal is back. */
static void
test_rested_on_void(void **state)
{
	struct fixture *f = *state;
	struct ledger_receipt own;

	say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0);
	own = say(f->ledger, LEDGER_CONSENT, "mail", ANNA, "shop.example", T0 + 1);
	assert_int_equal(say(f->ledger, LEDGER_CONSENT, "import", ANNA, "news@shop.example", T0 + 2).outcome,
	    LEDGER_WRITTEN);
	assert_int_equal(standing(f->ledger, "news@shop.example"), STANDING_CONSENTED);
	assert_int_equal(void_it(f->ledger, own.reference, T0 + 3).outcome, LEDGER_WRITTEN);
	assert_int_equal(standing(f->ledger, "news@shop.example"), STANDING_REFUSED);
	verify(f->ledger, NULL, 1);
	say(f->ledger, LEDGER_CONSENT, "token", ANNA, "news@shop.example", T0 + 4);
	assert_int_equal(standing(f->ledger, "news@shop.example"), STANDING_CONSENTED);
	assert_int_equal(standing(f->ledger, "other@shop.example"), STANDING_REFUSED);
}

/*
 * All keys of the longest mail there can be, in one call: 32 senders of 127 labels each.  The refusal lies at one
 * end of the row of keys, the entry that may not end it at the other.
 */
static void
test_all_keys_at_once(void **state)
{
	enum { SENDERS = 32, COVERING = 130 };
	struct addr_key *covering = calloc(SENDERS * COVERING, sizeof *covering);
	const char **texts = calloc(SENDERS * COVERING, sizeof *texts);
	struct fixture *f = *state;
	struct policy_word *words = NULL;
	struct ledger_receipt own;
	struct err err = { "" };
	struct addr_key key;
	size_t n = 0, nwords;
	int64_t start;

	for (int i = 0; i < SENDERS; i++) {
		GString *text = g_string_new(NULL);

		g_string_printf(text, "news%d@", i);
		for (int label = 0; label < 126; label++)
			g_string_append_printf(text, "%c.", "abcdefghijklmnopqrstuvwxyz012345"[i]);
		g_string_append_c(text, 'x');
		assert_int_equal(addr_key_parse(text->str, text->len, &key, &err), 1);
		n += addr_key_covering(&key, covering + n, COVERING);
		g_string_free(text, TRUE);
	}
	assert_true(n > 4000 && n <= LEDGER_KEYS_MAX);
	for (size_t i = 0; i < n; i++)
		texts[i] = covering[i].text;
	say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "*", T0);
	own = say(f->ledger, LEDGER_CONSENT, "mail", ANNA, "*", T0 + 1);
	say(f->ledger, LEDGER_CONSENT, "import", ANNA, key.text, T0 + 2);
	void_it(f->ledger, own.reference, T0 + 3);
	for (size_t said = 0, i = 0; said < 2000;) {		/* little, and then much */
		start = g_get_monotonic_time();
		assert_int_equal(ledger_words(f->ledger, ANNA, texts, n, &words, &nwords, &err), 0);
		assert_true(g_get_monotonic_time() - start < G_USEC_PER_SEC);
		assert_int_equal(nwords, 1 + said);
		assert_int_equal(words[0].key.kind, ADDR_ALL);
		assert_int_equal(words[0].kind, WORD_REFUSAL);
		ledger_words_free(words);
		for (size_t end = said + 200; said < end; i += 2)
			if (strchr(texts[i], '.') != NULL && ++said > 0)
				say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, texts[i], T0);
	}
	free(texts);
	free(covering);
}

/* Statements in order, each with what must come of it; then the standing towards news@shop.example. */
static void
test_said_anew(void **state)
{
	static const struct step {
		enum ledger_kind	 kind;
		const char		*source, *sender;
		int64_t			 given_at;
		const char		*message_id;
		enum ledger_outcome	 want;		/* LEDGER_FAILED: the list ends */
	} cases[][8] = {
		/* A list without dates, read again: the refusal is renewed, once. */
		{ { LEDGER_REFUSAL, "import", "shop.example", 1, "row", LEDGER_WRITTEN },
		  { LEDGER_REFUSAL, "import", "shop.example", 2, "row", LEDGER_ALREADY },
		  { LEDGER_CONSENT, "mail", "news@shop.example", 3, "<c>", LEDGER_WRITTEN },
		  { LEDGER_REFUSAL, "import", "shop.example", 4, "row", LEDGER_WRITTEN },
		  { LEDGER_REFUSAL, "import", "shop.example", 5, "row", LEDGER_ALREADY },
		  { LEDGER_CONSENT, "import", "shop.example", 6, "yes", LEDGER_OVERTURNS },
		  { LEDGER_NONE, NULL, "refused", 0, NULL, LEDGER_FAILED } },
		/* With the same date it is the old one; a consent elsewhere takes nothing from it. */
		{ { LEDGER_REFUSAL, "import", "shop.example", 1, "row", LEDGER_WRITTEN },
		  { LEDGER_CONSENT, "mail", "shop.example", 2, "<c>", LEDGER_WRITTEN },
		  { LEDGER_REFUSAL, "import", "shop.example", 1, "row", LEDGER_ALREADY },
		  { LEDGER_NONE, NULL, "consented", 0, NULL, LEDGER_FAILED } },
		{ { LEDGER_REFUSAL, "import", "shop.example", 1, "row", LEDGER_WRITTEN },
		  { LEDGER_CONSENT, "mail", "other.example", 2, "<c>", LEDGER_WRITTEN },
		  { LEDGER_REFUSAL, "import", "shop.example", 3, "row", LEDGER_ALREADY },
		  { LEDGER_NONE, NULL, "refused", 0, NULL, LEDGER_FAILED } },
		/* A mail that comes again is the old one, of either kind; a new one counts. */
		{ { LEDGER_CONSENT, "mail", "shop.example", 1, "<c>", LEDGER_WRITTEN },
		  { LEDGER_REFUSAL, "mail", "*", 2, "<r>", LEDGER_WRITTEN },
		  { LEDGER_CONSENT, "mail", "shop.example", 3, "<c>", LEDGER_ALREADY },
		  { LEDGER_CONSENT, "mail", "shop.example", 4, "<c2>", LEDGER_WRITTEN },
		  { LEDGER_REFUSAL, "mail", "*", 5, "<r>", LEDGER_ALREADY },
		  { LEDGER_NONE, NULL, "consented", 0, NULL, LEDGER_FAILED } },
		{ { LEDGER_CONSENT, "token", "shop.example", 1, NULL, LEDGER_WRITTEN },
		  { LEDGER_REFUSAL, "token", "shop.example", 2, NULL, LEDGER_WRITTEN },
		  { LEDGER_CONSENT, "token", "shop.example", 3, NULL, LEDGER_WRITTEN },
		  { LEDGER_CONSENT, "token", "shop.example", 3, NULL, LEDGER_ALREADY },
		  { LEDGER_NONE, NULL, "consented", 0, NULL, LEDGER_FAILED } },
		/* An imported consent hears that the person refused since, however wide, and ends nothing. */
		{ { LEDGER_CONSENT, "import", "shop.example", 1, "row", LEDGER_WRITTEN },
		  { LEDGER_REFUSAL, "mail", "*", 2, "<r>", LEDGER_WRITTEN },
		  { LEDGER_CONSENT, "import", "shop.example", 3, "row", LEDGER_OVERTURNS },
		  { LEDGER_NONE, NULL, "refused", 0, NULL, LEDGER_FAILED } },
		/* A complaint stands however often it comes. */
		{ { LEDGER_COMPLAINT, "import", "shop.example", 1, "row", LEDGER_WRITTEN },
		  { LEDGER_CONSENT, "mail", "shop.example", 2, "<c>", LEDGER_WRITTEN },
		  { LEDGER_COMPLAINT, "import", "shop.example", 3, "row", LEDGER_ALREADY },
		  { LEDGER_NONE, NULL, "consented", 0, NULL, LEDGER_FAILED } },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct step *step = cases[i];

		for (; step->want != LEDGER_FAILED; step++) {
			struct ledger_statement s = word(step->kind, step->source, ANNA, step->sender,
			    T0 - 100 + step->given_at);

			s.message_id = step->message_id;
			if (append(f->ledger, &s).outcome != step->want)
				fail_msg("case %zu, step %td: not %d", i, step - cases[i], step->want);
		}
		if (strcmp(policy_standing_name(standing(f->ledger, "news@shop.example")), step->sender) != 0)
			fail_msg("case %zu: not %s", i, step->sender);
		verify(f->ledger, NULL, 1);
		fixture_teardown(state);
		fixture_setup(state);
		f = *state;
	}
}

/* A row that was entered in error stays ended, and a consent that was ended takes nothing. */
static void
test_said_anew_void(void **state)
{
	struct ledger_statement s = word(LEDGER_REFUSAL, "import", ANNA, "shop.example", T0);
	struct fixture *f = *state;
	struct ledger_receipt first, again;

	s.message_id = "row";
	first = append(f->ledger, &s);
	again = say(f->ledger, LEDGER_CONSENT, "mail", ANNA, "shop.example", T0 + 1);
	void_it(f->ledger, again.reference, T0 + 2);
	s.given_at = T0 + 3;
	again = append(f->ledger, &s);
	assert_int_equal(again.outcome, LEDGER_ALREADY);
	assert_int_equal(again.seq, first.seq);
	assert_string_equal(again.reference, first.reference);

	say(f->ledger, LEDGER_CONSENT, "mail", ANNA, "shop.example", T0 + 4);
	s.given_at = T0 + 5;
	again = append(f->ledger, &s);
	assert_int_equal(again.outcome, LEDGER_WRITTEN);
	assert_string_not_equal(again.reference, first.reference);
	void_it(f->ledger, again.reference, T0 + 6);
	s.given_at = T0 + 7;
	assert_int_equal(append(f->ledger, &s).outcome, LEDGER_ALREADY);
	assert_int_equal(standing(f->ledger, "news@shop.example"), STANDING_CONSENTED);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_random), T(test_rested_on_void), T(test_all_keys_at_once), T(test_said_anew),
		T(test_said_anew_void),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
