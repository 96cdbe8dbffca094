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

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_random), T(test_rested_on_void),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
