/*
 * test-standing.c - the standing that follows from what was said: every precedence of DESIGN section 5.
 *
 * A word is written "R key" (refusal) or "C key" (consent), in the order of the ledger; "C/500 key" expires at
 * 500, and now is 1000; "rR", "rC" are an administrator's rules.  An identity is "F key" (header From), "E"
 * (envelope), "L" (list), "D" (DKIM); "F! key" is authenticated.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "policy.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW	1000
#define MAX	6
#define NONE	-1

/* The messages that the cases are about. */
#define SHOP	{ "F! news@shop.example", "E bounce@shop.example" }
#define FORGED	{ "F news@shop.example", "E x@evil.test" }
#define DEALS	{ "F! news@shop.example", "E b@esp.example", "L! <deals.shop.example>", "D! shop.example" }

struct test {
	const char		*words[MAX], *ids[MAX];
	bool			 correspondent;
	enum policy_standing	 want;
	int			 word, id;	/* what the finding names */
};

static struct addr_key
key(const char *text)
{
	struct addr_key	k = { .kind = ADDR_NONE };
	struct err	err = { "" };

	if (addr_key_parse(text, strlen(text), &k, &err) != 1)
		fail_msg("%s", err.text);
	return k;
}

static struct policy_word
word(const char *text, int64_t seq)
{
	struct policy_word	w = { .seq = seq, .rule = text[0] == 'r' };

	text += w.rule ? 1 : 0;
	w.kind = text[0] == 'R' ? WORD_REFUSAL : WORD_CONSENT;
	if (text[1] == '/')
		w.expires = strtoll(text + 2, NULL, 10);
	w.key = key(strchr(text, ' ') + 1);
	return w;
}

static struct policy_identity
identity(const char *text)
{
	struct policy_identity	id = { .authenticated = text[1] == '!' };

	id.kind = text[0] == 'F' ? IDENTITY_FROM : text[0] == 'E' ? IDENTITY_ENVELOPE :
	    text[0] == 'L' ? IDENTITY_LIST : IDENTITY_DKIM;
	id.key = key(strchr(text, ' ') + 1);
	return id;
}

/* Asks with the words in every rotation and backwards: their order in memory means nothing. */
static void
check(const struct test *t, size_t number)
{
	struct policy_word	words[MAX];
	struct policy_identity	ids[MAX];
	size_t			n = 0, nids = 0;

	while (n < MAX && t->words[n] != NULL)
		n++;
	for (; nids < MAX && t->ids[nids] != NULL; nids++)
		ids[nids] = identity(t->ids[nids]);
	for (size_t turn = 0; turn < (n == 0 ? 1 : 2 * n); turn++) {
		struct policy_finding	f;
		size_t			at = SIZE_MAX, id = t->id == NONE ? SIZE_MAX : (size_t)t->id;

		for (size_t i = 0; i < n; i++) {
			size_t	from = turn < n ? (i + turn) % n : (2 * n - 1 - i - (turn - n)) % n;

			words[i] = word(t->words[from], (int64_t)from + 1);
			if ((int)from == t->word)
				at = i;
		}
		f = policy_standing(words, n, ids, nids, t->correspondent, NOW);
		if (f.standing != t->want || f.word != at || f.identity != id)
			fail_msg("case %zu turn %zu: %s, word %zd, identity %zd", number, turn,
			    policy_standing_name(f.standing), (ssize_t)f.word, (ssize_t)f.identity);
		assert_int_equal(f.by_rule, at != SIZE_MAX && words[at].rule);
	}
}

static void
run(const struct test *tests, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&tests[i], i);
}

/* Step 1: what a refusal reaches, and what ends it. */
static void
test_refusal(void **state)
{
	static const struct test tests[] = {
		{ { "R shop.example" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "R news@shop.example" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "R *" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "R shop.example" }, SHOP, true, STANDING_REFUSED, 0, 0 },
		{ { "R other.example" }, SHOP, false, STANDING_NONE, NONE, NONE },
		{ { "R other@shop.example" }, SHOP, false, STANDING_NONE, NONE, NONE },
		/* Any identity, proven or not. */
		{ { "R shop.example" }, FORGED, false, STANDING_REFUSED, 0, 0 },
		{ { "R evil.test" }, FORGED, false, STANDING_REFUSED, 0, 1 },
		{ { "R esp.example" }, DEALS, false, STANDING_REFUSED, 0, 1 },
		{ { "R <deals.shop.example>" }, DEALS, false, STANDING_REFUSED, 0, 2 },
		{ { "R a.example" }, { "F! n@b.example", "D a.example" }, false, STANDING_REFUSED, 0, 1 },
		{ { "R c.example" }, { "F n@b.example", "F m@c.example" }, false, STANDING_REFUSED, 0, 1 },
		/* It never expires. */
		{ { "R/500 shop.example" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		/* Before and after a consent. */
		{ { "C shop.example", "R shop.example" }, SHOP, false, STANDING_REFUSED, 1, 0 },
		{ { "C news@shop.example", "R *" }, SHOP, false, STANDING_REFUSED, 1, 0 },
		{ { "R shop.example", "C shop.example" }, SHOP, false, STANDING_CONSENTED, 1, 0 },
		{ { "R shop.example", "C news@shop.example" }, SHOP, false, STANDING_CONSENTED, 1, 0 },
		{ { "R *", "C shop.example" }, SHOP, false, STANDING_CONSENTED, 1, 0 },
		{ { "R *", "C *" }, SHOP, false, STANDING_CONSENTED, 1, 0 },
		{ { "R news@shop.example", "C news@shop.example" }, SHOP, false, STANDING_CONSENTED, 1, 0 },
		{ { "R shop.example", "C shop.example", "R shop.example" }, SHOP, false,
		  STANDING_REFUSED, 2, 0 },
		/* A later consent that is less specific ends nothing. */
		{ { "R news@shop.example", "C shop.example" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "R shop.example", "C *" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "R <deals.shop.example>", "C shop.example" }, DEALS, false, STANDING_REFUSED, 0, 2 },
		/* One that is more specific, and not about this sender, ends nothing. */
		{ { "R shop.example", "C orders@shop.example" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "R *", "C other.example" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "R *", "C a.shop.example" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		/* Expired since or not, authenticated or not, it has ended the refusal. */
		{ { "R shop.example", "C/500 shop.example" }, SHOP, false, STANDING_NONE, NONE, NONE },
		{ { "R shop.example", "C shop.example" }, FORGED, false, STANDING_NONE, NONE, NONE },
		{ { "R shop.example", "C/500 shop.example" }, SHOP, true, STANDING_CORRESPONDENT, NONE, NONE },
		/* By the List-Id. */
		{ { "R shop.example", "C <deals.shop.example>" }, DEALS, false, STANDING_CONSENTED, 1, 2 },
		{ { "R *", "C <deals.shop.example>" }, DEALS, false, STANDING_CONSENTED, 1, 2 },
	};

	(void)state;
	run(tests, N(tests));
}

/* What somebody might claim to get round a refusal, or to use another's consent. */
static void
test_spoof(void **state)
{
	static const struct test tests[] = {
		/* The consented name in the envelope or a signature only. */
		{ { "C shop.example" }, { "F! a@evil.test", "E! x@shop.example" }, false,
		  STANDING_NONE, NONE, NONE },
		{ { "C shop.example" }, { "F! a@evil.test", "D! shop.example" }, false,
		  STANDING_NONE, NONE, NONE },
		{ { "R *", "C shop.example" }, { "F! a@evil.test", "E x@shop.example", "D! shop.example" },
		  false, STANDING_REFUSED, 0, 0 },
		{ { "R evil.test", "C shop.example" }, { "F! a@evil.test", "E x@shop.example" }, false,
		  STANDING_REFUSED, 0, 0 },
		/* A consented From with a refused envelope. */
		{ { "R evil.test", "C shop.example" }, { "F news@shop.example", "E x@evil.test" }, false,
		  STANDING_REFUSED, 0, 1 },
		{ { "R *", "C shop.example", "R evil.test" }, { "F! n@shop.example", "E x@evil.test" }, false,
		  STANDING_REFUSED, 2, 1 },
		/* A consent within the refusal, claimed by one From of two. */
		{ { "R *", "C shop.example" }, { "F a@evil.test", "F news@shop.example" }, false,
		  STANDING_REFUSED, 0, 0 },
		{ { "R *", "C *" }, { "F a@evil.test", "F news@shop.example" }, false,
		  STANDING_NONE, NONE, NONE },
		/* A From that nothing proves. */
		{ { "C shop.example" }, FORGED, false, STANDING_NONE, NONE, NONE },
		{ { "C *" }, FORGED, false, STANDING_NONE, NONE, NONE },
		{ { "C shop.example" }, FORGED, true, STANDING_NONE, NONE, NONE },
		/* A List-Id: proven it needs a From beside it, unproven it is worth nothing. */
		{ { "C <deals.shop.example>" }, { "F! a@evil.test", "L <deals.shop.example>" }, false,
		  STANDING_NONE, NONE, NONE },
		{ { "C <deals.shop.example>" }, { "F a@b.example", "L! <deals.shop.example>" }, false,
		  STANDING_CONSENTED, 0, 1 },
		{ { "C <deals.shop.example>" }, { "E a@b.example", "L! <deals.shop.example>" }, false,
		  STANDING_NONE, NONE, NONE },
		/* Nobody at all. */
		{ { "C *" }, { NULL }, true, STANDING_NONE, NONE, NONE },
		{ { "R *" }, { NULL }, false, STANDING_NONE, NONE, NONE },
		{ { "R *", "C *" }, { "E a@b.example" }, false, STANDING_REFUSED, 0, 0 },
		{ { NULL }, SHOP, false, STANDING_NONE, NONE, NONE },
	};

	(void)state;
	run(tests, N(tests));
}

/* Steps 2 and 3. */
static void
test_consent(void **state)
{
	static const struct test tests[] = {
		{ { "C shop.example" }, SHOP, false, STANDING_CONSENTED, 0, 0 },
		{ { "C news@shop.example" }, SHOP, false, STANDING_CONSENTED, 0, 0 },
		{ { "C *" }, SHOP, false, STANDING_CONSENTED, 0, 0 },
		{ { "C other@shop.example" }, SHOP, false, STANDING_NONE, NONE, NONE },
		{ { "C <deals.shop.example>" }, DEALS, false, STANDING_CONSENTED, 0, 2 },
		/* The time of its end is its end. */
		{ { "C/999 shop.example" }, SHOP, false, STANDING_NONE, NONE, NONE },
		{ { "C/1000 shop.example" }, SHOP, false, STANDING_NONE, NONE, NONE },
		{ { "C/1001 shop.example" }, SHOP, false, STANDING_CONSENTED, 0, 0 },
		{ { "C/999 news@shop.example", "C shop.example" }, SHOP, false, STANDING_CONSENTED, 1, 0 },
		/* Withdrawn, given again, that one expired: the first does not come back. */
		{ { "C shop.example", "R shop.example", "C/500 shop.example" }, SHOP, false,
		  STANDING_NONE, NONE, NONE },
		{ { "C shop.example", "R *", "C/500 news@shop.example" }, SHOP, false,
		  STANDING_NONE, NONE, NONE },
		{ { "C shop.example", "R news@shop.example", "C/500 news@shop.example" }, SHOP, false,
		  STANDING_NONE, NONE, NONE },
		{ { "C shop.example", "R shop.example", "C/1500 shop.example" }, SHOP, false,
		  STANDING_CONSENTED, 2, 0 },
		/* A narrower refusal leaves the consent for the rest. */
		{ { "C shop.example", "R promo@shop.example" }, SHOP, false, STANDING_CONSENTED, 0, 0 },
		{ { "C shop.example", "R promo@shop.example" }, { "F! promo@shop.example" }, false,
		  STANDING_REFUSED, 1, 0 },
		/* The most specific, then the latest, is named. */
		{ { "C news@shop.example", "C shop.example", "C *" }, SHOP, false, STANDING_CONSENTED, 0, 0 },
		{ { "C shop.example", "C shop.example" }, SHOP, false, STANDING_CONSENTED, 1, 0 },
		{ { "R news@shop.example", "R shop.example", "R *" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "R shop.example", "R shop.example" }, SHOP, false, STANDING_REFUSED, 1, 0 },
		{ { "R news@shop.example", "C news@shop.example", "R *" }, SHOP, false,
		  STANDING_REFUSED, 2, 0 },
		/* Consent goes before correspondence, which asks for proof as well. */
		{ { "C shop.example" }, SHOP, true, STANDING_CONSENTED, 0, 0 },
		{ { NULL }, SHOP, true, STANDING_CORRESPONDENT, NONE, NONE },
		{ { NULL }, FORGED, true, STANDING_NONE, NONE, NONE },
		{ { NULL }, { "F a@b.example", "L! <deals.shop.example>", "E! a@b.example" }, true,
		  STANDING_NONE, NONE, NONE },
		{ { "C/500 shop.example" }, SHOP, true, STANDING_CORRESPONDENT, NONE, NONE },
	};

	(void)state;
	run(tests, N(tests));
}

/* Step 4: rules stand below every statement. */
static void
test_rules(void **state)
{
	static const struct test tests[] = {
		{ { "rR shop.example" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "rC shop.example" }, SHOP, false, STANDING_CONSENTED, 0, 0 },
		{ { "rR evil.test" }, FORGED, false, STANDING_REFUSED, 0, 1 },
		{ { "rC shop.example" }, FORGED, false, STANDING_NONE, NONE, NONE },
		{ { "rC/1000 shop.example" }, SHOP, false, STANDING_NONE, NONE, NONE },
		/* Under the person's own words, whatever the order or the rank. */
		{ { "R *", "rC news@shop.example" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "rC news@shop.example", "R shop.example" }, SHOP, false, STANDING_REFUSED, 1, 0 },
		{ { "C *", "rR news@shop.example" }, SHOP, false, STANDING_CONSENTED, 0, 0 },
		{ { "rR news@shop.example" }, SHOP, true, STANDING_CORRESPONDENT, NONE, NONE },
		/* A rule ends no refusal and withdraws no consent, not among themselves either. */
		{ { "R shop.example", "rC shop.example" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "C shop.example", "rR shop.example" }, SHOP, false, STANDING_CONSENTED, 0, 0 },
		{ { "rC news@shop.example", "rR shop.example" }, SHOP, false, STANDING_CONSENTED, 0, 0 },
		{ { "R shop.example", "C/500 shop.example", "rC shop.example" }, SHOP, false,
		  STANDING_CONSENTED, 2, 0 },
		{ { "rC shop.example", "R shop.example", "C/500 shop.example" }, SHOP, false,
		  STANDING_CONSENTED, 0, 0 },
		/* The most specific; of equals the latest. */
		{ { "rR *", "rC shop.example" }, SHOP, false, STANDING_CONSENTED, 1, 0 },
		{ { "rC shop.example", "rR *" }, SHOP, false, STANDING_CONSENTED, 0, 0 },
		{ { "rC shop.example", "rR news@shop.example" }, SHOP, false, STANDING_REFUSED, 1, 0 },
		{ { "rC shop.example", "rR shop.example" }, SHOP, false, STANDING_REFUSED, 1, 0 },
		{ { "rR shop.example", "rC shop.example" }, SHOP, false, STANDING_CONSENTED, 1, 0 },
		/* A consenting rule that lacks the proof leaves the word to the next. */
		{ { "rR *", "rC shop.example" }, FORGED, false, STANDING_REFUSED, 0, 0 },
		{ { "rR *", "rC/500 shop.example" }, SHOP, false, STANDING_REFUSED, 0, 0 },
		{ { "rR other.example" }, SHOP, false, STANDING_NONE, NONE, NONE },
	};

	(void)state;
	run(tests, N(tests));
}

/* A word of no kind says nothing, as a statement or as a rule. */
static void
test_illegal(void **state)
{
	struct policy_word	w = word("R shop.example", 1);
	struct policy_identity	id = identity("F! news@shop.example");

	(void)state;
	assert_int_equal(policy_standing(&w, 1, &id, 1, false, NOW).standing, STANDING_REFUSED);
	w.kind = WORD_NONE;
	assert_int_equal(policy_standing(&w, 1, &id, 1, false, NOW).standing, STANDING_NONE);
	w.kind = WORD_KIND_MAX;
	assert_int_equal(policy_standing(&w, 1, &id, 1, false, NOW).standing, STANDING_NONE);
	w.rule = true;
	assert_int_equal(policy_standing(&w, 1, &id, 1, false, NOW).standing, STANDING_NONE);
	w = word("C *", 1);
	w.key.kind = ADDR_NONE;
	assert_int_equal(policy_standing(&w, 1, &id, 1, false, NOW).standing, STANDING_NONE);
	assert_int_equal(policy_standing(NULL, 0, NULL, 0, true, NOW).standing, STANDING_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_spoof),
		cmocka_unit_test(test_consent),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_illegal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
