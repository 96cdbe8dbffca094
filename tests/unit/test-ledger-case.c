/*
 * test-ledger-case.c - cases changed and found, their evidence kept, cut, and told when it is not what was kept.
 */
#include "ledger-act-fixture.h"

#include <pthread.h>
#include "ledger_sqlite_act.h"

/* A change that keeps all it does not name. */
static struct ledger_case_change
change_of(int64_t number, int64_t now)
{
	struct ledger_case_change c = { .number = number, .now = now, .hold = -1, .next_at = -1 };

	return c;
}

static int
change(struct ledger *ledger, const struct ledger_case_change *c, struct ledger_receipt *receipt)
{
	struct err err = { "" };
	int ret = ledger_case_change(ledger, c, receipt, &err);

	if (ret == -1)
		fail_msg("cannot change: %s", err.text);
	return ret;
}

/* Opens n cases of ANNA's, a second apart; the even ones with a measure. */
static void
open_cases(struct ledger *ledger, int n)
{
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	char cause[32], sender[32];

	for (int i = 1; i <= n; i++) {
		struct ledger_act_case c = act_case(ANNA, sender, cause, "<1>", LEDGER_ALWAYS);
		struct ledger_act act = { .now = T0 + i * 1000, .cases = &c, .ncases = 1 };

		snprintf(cause, sizeof cause, "<c%d>", i);
		snprintf(sender, sizeof sender, "s%d.shop.example", i);
		c.measure = i % 2 == 0;
		act_must(ledger, &act, result);
		assert_int_equal(result->cases[0].number, i);
	}
	g_free(result);
}

/* What the worker does with a measure: begun, failed once, done; its letters are queued once. */
static void
test_measure(void **state)
{
	struct fixture *f = *state;
	struct ledger_case_change c = change_of(2, T0 + 5000);
	struct ledger_act_letter l = letter("case-ended", ANNA, "case 2", LEDGER_ALWAYS, LEDGER_ALWAYS);
	struct ledger_case_filter due = { .due = T0 + 5000 };
	struct seen_letters letters;
	struct seen_cases seen;

	open_cases(f->ledger, 3);
	cases_seen(f->ledger, &due, &seen);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.last.number, 2);
	c.from = CASE_OPEN;
	c.to = CASE_ACTING;
	c.tried = true;
	c.next_at = T0 + 65000;
	assert_int_equal(change(f->ledger, &c, NULL), 1);
	assert_int_equal(change(f->ledger, &c, NULL), 0);		/* a second worker comes too late */
	cases_seen(f->ledger, &due, &seen);
	assert_int_equal(seen.n, 0);

	/* The first dies; one of the two that find it due takes it, by its time alone. */
	c = change_of(2, T0 + 66000);
	c.from = CASE_ACTING;
	c.to = CASE_ACTING;
	c.due = T0 + 66000;
	c.tried = true;
	c.next_at = T0 + 126000;
	c.reason = "no answer \xff\r\n";
	assert_int_equal(change(f->ledger, &c, NULL), 1);
	assert_int_equal(change(f->ledger, &c, NULL), 0);

	c = change_of(2, T0 + 70000);
	c.to = CASE_DONE;
	c.next_at = 0;
	c.letters = &l;
	c.nletters = 1;
	assert_int_equal(change(f->ledger, &c, NULL), 1);
	letters_seen(f->ledger, NULL, &letters);
	assert_string_equal(letters.text, "1 case-ended anna@example.com case 2 {} queued 0 2 []\n");
	assert_int_equal(letters.next_at, T0 + 70000);
	cases_seen(f->ledger, &(struct ledger_case_filter){ .number = 2 }, &seen);
	assert_string_equal(ledger_case_state_name(seen.last.state), "done");
	assert_int_equal(seen.last.tries, 2);
	assert_int_equal(seen.last.next_at, 0);
	assert_int_equal(seen.last.opened_at, T0 + 2000);
	assert_int_equal(seen.last.changed_at, T0 + 70000);
	assert_int_equal(seen.last.closed_at, 0);
	assert_string_equal(seen.reason, "no answer \xef\xbf\xbd?""?");

	c = change_of(2, T0 + 80000);
	c.to = CASE_CLOSED;
	c.reason = "";
	c.letters = &l;						/* the same letter is not queued again */
	c.nletters = 1;
	assert_int_equal(change(f->ledger, &c, NULL), 1);
	assert_int_equal(change(f->ledger, &c, NULL), 0);		/* closed: no more changes by anybody */
	letters_seen(f->ledger, NULL, &letters);
	assert_int_equal(letters.n, 1);
	c.from = CASE_CLOSED;
	c.hold = 1;
	c.to = CASE_NONE;
	assert_int_equal(change(f->ledger, &c, NULL), 1);		/* but by who names it */
	cases_seen(f->ledger, &(struct ledger_case_filter){ .state = CASE_CLOSED }, &seen);
	assert_int_equal(seen.last.closed_at, T0 + 80000);
	assert_true(seen.last.hold);
	assert_string_equal(seen.reason, "");
	c = change_of(77, T0);
	assert_int_equal(change(f->ledger, &c, NULL), 0);
	verify(f->ledger, NULL, 1);
}

/* One reply confirms a reported case: the refusal, the measure and the letter come with it, once. */
static void
test_confirmed(void **state)
{
	struct fixture *f = *state;
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct ledger_act_case ac = act_case(ANNA, "shop.example", "<junk>", "<ad>", LEDGER_ALWAYS);
	struct ledger_act act = { .now = T0, .cases = &ac, .ncases = 1 };
	struct ledger_statement refusal = word(LEDGER_REFUSAL, "complaint", ANNA, "shop.example", T0 + 9);
	struct ledger_act_letter l = letter("case-opened", ANNA, "<reply>", 0, 0);
	struct ledger_case_change c = change_of(1, T0 + 9);
	struct ledger_receipt receipt = { .seq = 77 };
	struct err err = { "" };
	struct seen_letters letters;
	struct seen_cases seen;

	ac.complaint.state = CASE_REPORTED;
	ac.complaint.source = "junk";
	act_must(f->ledger, &act, result);
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 0);
	refusal.message_id = "<reply>";
	c.from = CASE_REPORTED;
	c.to = CASE_OPEN;
	c.next_at = T0 + 9;
	c.refusal = &refusal;
	c.letters = &l;
	c.nletters = 1;
	refusal.recipient = BERT;		/* nobody confirms for another */
	assert_int_equal(ledger_case_change(f->ledger, &c, &receipt, &err), -1);
	assert_int_equal(receipt.seq, 77);
	refusal.recipient = ANNA;
	refusal.kind = LEDGER_CONSENT;
	assert_int_equal(ledger_case_change(f->ledger, &c, &receipt, &err), -1);
	refusal.kind = LEDGER_REFUSAL;
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM complaint WHERE state = 'reported'"), 1);
	assert_int_equal(change(f->ledger, &c, &receipt), 1);
	assert_int_equal(receipt.outcome, LEDGER_WRITTEN);
	assert_int_equal(receipt.seq, 2);
	receipt.seq = 77;
	assert_int_equal(change(f->ledger, &c, &receipt), 0);
	assert_int_equal(receipt.seq, 77);
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 1);
	cases_seen(f->ledger, &(struct ledger_case_filter){ .due = T0 + 9 }, &seen);
	assert_int_equal(seen.last.refusal, 2);
	assert_int_equal(seen.last.statement, 1);
	letters_seen(f->ledger, NULL, &letters);
	assert_int_equal(letters.n, 1);
	assert_string_equal(letters.reference, receipt.reference);
	verify(f->ledger, receipt.hash, 1);
	g_free(result);
}

static void
test_bad_changes(void **state)
{
	struct fixture *f = *state;
	const struct ledger_case_change good = change_of(1, T0);
	struct ledger_act_letter l = letter("bad purpose", ANNA, "c", LEDGER_ALWAYS, LEDGER_ALWAYS);
	struct ledger_case_change bad[10];
	size_t n = 0;

#define BAD(field, value)	(bad[n] = good, bad[n++].field = (value))
	BAD(from, CASE_STATE_MAX);
	BAD(from, (enum ledger_case_state)-1);
	BAD(to, CASE_STATE_MAX);
	BAD(to, (enum ledger_case_state)1000);
	BAD(now, -1);
	BAD(next_at, -2);
	BAD(hold, 2);
	BAD(hold, -2);
	BAD(nletters, LEDGER_ACT_MAX + 1);
	BAD(letters, &l);
	bad[n - 1].nletters = 1;
#undef BAD
	assert_int_equal(n, G_N_ELEMENTS(bad));
	open_cases(f->ledger, 1);
	for (size_t i = 0; i < n; i++) {
		struct err err = { "" };

		if (ledger_case_change(f->ledger, &bad[i], NULL, &err) != -1 || err.text[0] == '\0')
			fail_msg("change %zu was made", i);
	}
	assert_int_equal(raw_number(f->path, "SELECT changed_at FROM complaint"), T0 + 1000);
	assert_string_equal(ledger_case_state_name(CASE_STATE_MAX), "?");
	assert_string_equal(ledger_case_state_name((enum ledger_case_state)-1), "?");
	assert_int_equal(ledger_case_state_by_name(NULL), CASE_NONE);
	assert_int_equal(ledger_case_state_by_name("none"), CASE_NONE);
	assert_int_equal(ledger_case_state_by_name("Open"), CASE_NONE);
	for (int s = CASE_REPORTED; s < CASE_STATE_MAX; s++)
		assert_int_equal(ledger_case_state_by_name(ledger_case_state_name((enum ledger_case_state)s)), s);
}

static void
test_filters(void **state)
{
	struct fixture *f = *state;
	static const struct {
		struct ledger_case_filter	 filter;
		int64_t				 n, last;
	} cases[] = {
		{ { .number = 0 }, 9, 9 },
		{ { .number = 3 }, 1, 3 },
		{ { .number = 99 }, 0, 0 },
		{ { .number = -1 }, 0, 0 },
		{ { .limit = 2 }, 2, 2 },
		{ { .state = CASE_OPEN }, 5, 6 },
		{ { .state = CASE_CLOSED }, 1, 1 },
		{ { .recipient = ANNA }, 6, 6 },
		{ { .recipient = BERT }, 3, 9 },
		{ { .recipient = BERT, .state = CASE_CLOSED }, 0, 0 },
		{ { .sender = "s2.shop.example" }, 1, 2 },
		{ { .sender = "shop.example" }, 8, 8 },		/* and all below; an address, a list in it */
		{ { .sender = "hop.example" }, 0, 0 },
		{ { .sender = "news@shop.example" }, 1, 7 },
		{ { .sender = "<deals.shop.example>" }, 1, 8 },
		{ { .sender = "*" }, 0, 0 },
		{ { .since = T0 + 3000, .until = T0 + 5000 }, 2, 4 },
		{ { .opened_before = T0 + 4000 }, 2, 3 },	/* 1 is closed */
		{ { .opened_before = T0 + 4000, .recipient = ANNA }, 2, 3 },
		{ { .due = T0 + 4000 }, 2, 4 },
		{ { .due = T0 + 3999 }, 1, 2 },
		{ { .due = T0 + 4000, .limit = 1 }, 1, 2 },
		{ { .due = T0 + 4000, .recipient = BERT }, 0, 0 },
	};
	static const char *const senders[] = { "news@shop.example", "<deals.shop.example>", "" };
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct ledger_case_change c = change_of(1, T0);
	struct seen_cases seen;
	struct err err = { "" };

	open_cases(f->ledger, 6);
	for (size_t i = 0; i < 3; i++) {
		struct ledger_act_case ac = act_case(BERT, senders[i], senders[i], "<x>", LEDGER_ALWAYS);
		struct ledger_act act = { .now = T0 + 10000, .cases = &ac, .ncases = 1 };

		ac.complaint.state = CASE_REPORTED;
		act_must(f->ledger, &act, result);
	}
	c.to = CASE_CLOSED;
	assert_int_equal(change(f->ledger, &c, NULL), 1);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		cases_seen(f->ledger, &cases[i].filter, &seen);
		if (seen.n != cases[i].n || seen.last.number != cases[i].last)
			fail_msg("case %zu: %d, the last %d", i, (int)seen.n, (int)seen.last.number);
	}
	assert_int_equal(ledger_cases(f->ledger, &(struct ledger_case_filter){ .state = CASE_STATE_MAX }, see_case,
	    &seen, &err), -1);
	g_free(result);
}

/* ---- evidence -------------------------------------------------------------------------------------- */

struct kept {
	char	*octets;
	size_t	 len, size;
};

static bool
keep_evidence(void *arg, const struct ledger_case *c)
{
	struct kept *kept = arg;

	g_free(kept->octets);
	kept->octets = g_memdup2(c->evidence, c->evidence_len);
	kept->len = c->evidence_len;
	kept->size = c->evidence_size;
	return true;
}

/* Lengths from one octet to more than is kept; the octets themselves end where they end. */
static void
test_evidence(void **state)
{
	static const size_t lengths[] = { 1, 2, 4095, 65536, LEDGER_CASE_EVIDENCE_MAX - 1, LEDGER_CASE_EVIDENCE_MAX,
		LEDGER_CASE_EVIDENCE_MAX + 1 };
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
		size_t len = lengths[i], want = MIN(len, LEDGER_CASE_EVIDENCE_MAX);
		char *octets = g_malloc(len), cause[16];
		struct ledger_act_case c = act_case(ANNA, "shop.example", cause, "", LEDGER_ALWAYS);
		struct ledger_act act = { .now = T0, .cases = &c, .ncases = 1 };
		struct ledger_case_filter filter = { .number = (int64_t)i + 1, .evidence = true };
		struct kept kept = { NULL, 0, 0 };
		struct err err = { "" };

		snprintf(cause, sizeof cause, "c%zu", i);
		for (size_t k = 0; k < len; k++)
			octets[k] = (char)(k * k >> 3);
		c.complaint.evidence = octets;
		c.complaint.evidence_len = len;
		c.complaint.evidence_size = i == 0 ? 0 : i == 1 ? 1 : len + 7;	/* less than there is: not believed */
		act_must(f->ledger, &act, result);
		assert_int_equal(ledger_cases(f->ledger, &filter, keep_evidence, &kept, &err), 1);
		assert_int_equal(kept.len, want);
		assert_int_equal(kept.size, i < 2 ? len : len + 7);
		assert_memory_equal(kept.octets, octets, want);
		g_free(kept.octets);
		g_free(octets);
	}
	verify(f->ledger, NULL, 1);
	g_free(result);
}

/* What was done to the file is told, and shown to nobody as if it were the mail. */
static void
test_damaged_evidence(void **state)
{
	static const struct { const char *sql; bool readable; } damages[] = {
		{ "UPDATE evidence SET octets = x'00'", false },
		{ "UPDATE evidence SET octets = substr(octets, 1, length(octets) - 1)", false },
		{ "UPDATE evidence SET octets = zeroblob(1000000)", false },
		{ "UPDATE evidence SET kept = kept - 1", false },
		{ "UPDATE evidence SET kept = 4000000, size = 5000000", false },
		{ "UPDATE evidence SET kept = 4611686018427387904, size = 4611686018427387904", false },
		{ "UPDATE evidence SET sha256 = zeroblob(32)", false },
		/* the mail whole, but not the one that the chain names */
		{ "UPDATE evidence SET size = size + 1", true },
		{ "DROP TRIGGER statement_evidence_no_update; UPDATE statement_evidence SET octets = x'00'", true },
	};
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct ledger_act_case c = act_case(ANNA, "shop.example", "c", "", LEDGER_ALWAYS);
	struct ledger_act act = { .now = T0, .cases = &c, .ncases = 1 };
	struct ledger_case_filter filter = { .evidence = true };
	struct fixture *f = *state;

	c.complaint.evidence = "From: shop@shop.example\r\n\r\nBuy, buy, buy, buy, buy.\r\n";
	c.complaint.evidence_len = strlen(c.complaint.evidence);
	act_must(f->ledger, &act, result);
	for (size_t i = 0; i < G_N_ELEMENTS(damages); i++) {
		char *copy = g_strdup_printf("%s/copy-%zu.db", f->folder, i);
		char *url = g_strconcat("sqlite:", copy, NULL);
		struct kept kept = { NULL, 0, 0 };
		struct ledger *ledger = NULL;
		struct err err = { "" };
		int64_t n;

		assert_int_equal(ledger_backup(f->ledger, copy, &err), 0);
		raw(copy, damages[i].sql);
		assert_int_equal(ledger_open(url, NULL, &ledger, &err), 0);
		n = ledger_cases(ledger, &filter, keep_evidence, &kept, &err);
		if (n != (damages[i].readable ? 1 : -1) || (n == -1 && strstr(err.text, "case 1") == NULL))
			fail_msg("damage %zu: %d %s", i, (int)n, err.text);
		verify(ledger, NULL, 0);
		filter.evidence = false;
		assert_int_equal(ledger_cases(ledger, &filter, keep_evidence, &kept, &err), 1);
		filter.evidence = true;
		ledger_close(ledger);
		g_free(kept.octets);
		g_free(url);
		g_free(copy);
	}
	g_free(result);
}

/* A packed bomb takes no more room than the row says it kept. */
static void
test_bomb(void **state)
{
	char *octets = g_malloc0(LEDGER_CASE_EVIDENCE_MAX), *out = NULL;
	struct ledger_case c = { .evidence = octets, .evidence_len = LEDGER_CASE_EVIDENCE_MAX };
	struct lite_packed packed = { NULL, 0, 0, 0, { 0 } };
	unsigned char *exact;
	struct err err = { "" };

	(void)state;
	assert_int_equal(lite_pack(&c, &packed, &err), 0);
	assert_true(packed.len < 10000);
	exact = g_memdup2(packed.octets, packed.len);
	assert_int_equal(lite_unpack(exact, packed.len, 100, packed.hash, &out), 0);
	assert_int_equal(lite_unpack(exact, packed.len, 0, packed.hash, &out), 0);
	assert_int_equal(lite_unpack(exact, packed.len, -1, packed.hash, &out), 0);
	assert_int_equal(lite_unpack(exact, packed.len, INT64_MAX, packed.hash, &out), 0);
	assert_int_equal(lite_unpack(exact, 0, 100, packed.hash, &out), 0);
	assert_int_equal(lite_unpack(NULL, 0, 100, packed.hash, &out), 0);
	for (size_t cut = 1; cut < 50; cut++)
		assert_int_equal(lite_unpack(exact, cut, LEDGER_CASE_EVIDENCE_MAX, packed.hash, &out), 0);
	assert_null(out);
	assert_int_equal(lite_unpack(exact, packed.len, LEDGER_CASE_EVIDENCE_MAX, packed.hash, &out), 1);
	assert_memory_equal(out, octets, LEDGER_CASE_EVIDENCE_MAX);
	free(out);
	g_free(exact);
	g_free(octets);
	lite_packed_clear(&packed);
	lite_packed_clear(&packed);
}

/* ---- two workers ----------------------------------------------------------------------------------- */

struct worker {
	pthread_t	 thread;
	struct ledger	*ledger;
	int		 begun, bad;
};

static void *
begin_all(void *arg)
{
	struct worker *w = arg;

	for (int i = 1; i <= 40; i++) {
		struct ledger_case_change c = change_of(i, T0 + 100000);

		c.from = CASE_OPEN;
		c.to = CASE_ACTING;
		c.tried = true;
		switch (ledger_case_change(w->ledger, &c, NULL, NULL)) {
		case 1:
			w->begun++;
			break;
		case 0:
			break;
		default:
			w->bad++;
		}
	}
	return NULL;
}

static void
test_two_workers(void **state)
{
	struct fixture *f = *state;
	struct worker workers[3] = { 0 };
	int begun = 0;

	open_cases(f->ledger, 40);
	for (int i = 0; i < 3; i++) {
		workers[i].ledger = f->ledger;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, begin_all, &workers[i]), 0);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].bad, 0);
		begun += workers[i].begun;
	}
	assert_int_equal(begun, 40);
	assert_int_equal(raw_number(f->path, "SELECT sum(tries) FROM complaint WHERE state = 'acting'"), 40);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_measure), T(test_confirmed), T(test_bad_changes), T(test_filters), T(test_evidence),
		T(test_damaged_evidence), cmocka_unit_test(test_bomb), T(test_two_workers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
