/*
 * test-ledger-letter.c - the outbox as the worker sees it: due, taken by one, ended once, flat however full.
 */
#include "ledger-act-fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include "ledger_people.h"
#include "ledger_sqlite_sql.h"

#define LEASE	INT64_C(60000)

/* Queues n letters, one due each second from T0 on. */
static void
queue(struct ledger *ledger, int n)
{
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	char cause[32];

	for (int i = 0; i < n; i++) {
		struct ledger_act_letter l = letter("help", i % 2 == 0 ? ANNA : BERT, cause, LEDGER_ALWAYS,
		    LEDGER_ALWAYS);
		struct ledger_act act = { .now = T0, .letters = &l, .nletters = 1 };

		snprintf(cause, sizeof cause, "<%d@example.com>", i);
		l.letter.made_at = T0 - 5;
		l.letter.next_at = T0 + (n - i) * 1000;		/* the last is due first */
		act_must(ledger, &act, result);
		assert_int_equal(result->letters, 1);
	}
	g_free(result);
}

static int
take(struct ledger *ledger, int64_t id, int64_t now)
{
	struct err err = { "" };
	int ret = ledger_letter_take(ledger, id, now, LEASE, &err);

	assert_true(ret != -1);
	return ret;
}

static int
end(struct ledger *ledger, int64_t id, enum ledger_letter_state state, int64_t next_at, const char *error)
{
	struct err err = { "" };
	int ret = ledger_letter_end(ledger, id, state, next_at, error, &err);

	assert_true(ret != -1);
	return ret;
}

/* From queued to sent, by way of a failure, a lease that ends, and a worker that comes late. */
static void
test_life(void **state)
{
	struct fixture *f = *state;
	struct ledger_letter_filter due = { .state = LETTER_QUEUED, .due = T0 + 1000 };
	struct seen_letters seen;

	queue(f->ledger, 1);
	assert_int_equal(take(f->ledger, 1, T0 + 999), 0);		/* not yet due */
	assert_int_equal(take(f->ledger, 2, T0 + 1000), 0);		/* no such letter */
	assert_int_equal(take(f->ledger, 0, T0 + 1000), 0);
	assert_int_equal(take(f->ledger, INT64_MIN, T0 + 1000), 0);
	letters_seen(f->ledger, &due, &seen);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.made_at, T0 - 5);
	assert_int_equal(take(f->ledger, 1, T0 + 1000), 1);
	assert_int_equal(take(f->ledger, 1, T0 + 1000), 0);		/* another has it */
	letters_seen(f->ledger, &due, &seen);
	assert_int_equal(seen.n, 0);
	assert_int_equal(end(f->ledger, 1, LETTER_QUEUED, T0 + 5000, "451 \xff\r\nlater"), 1);
	letters_seen(f->ledger, NULL, &seen);
	assert_string_equal(seen.text, "1 help anna@example.com <0@example.com> {} queued 1 0 "
	    "[451 \xef\xbf\xbd?""?later]\n");
	assert_int_equal(seen.next_at, T0 + 5000);
	assert_int_equal(take(f->ledger, 1, T0 + 4999), 0);
	assert_int_equal(take(f->ledger, 1, T0 + 5000), 1);		/* and this worker dies */
	assert_int_equal(take(f->ledger, 1, T0 + 5000 + LEASE - 1), 0);
	fixture_reopen(f);
	assert_int_equal(take(f->ledger, 1, T0 + 5000 + LEASE), 1);
	assert_int_equal(end(f->ledger, 1, LETTER_SENT, 0, NULL), 1);
	assert_int_equal(end(f->ledger, 1, LETTER_QUEUED, T0, "late"), 0);	/* the one that was thought dead */
	assert_int_equal(end(f->ledger, 1, LETTER_DEAD, 0, "late"), 0);
	assert_int_equal(end(f->ledger, 99, LETTER_SENT, 0, ""), 0);
	assert_int_equal(take(f->ledger, 1, INT64_MAX - LEASE), 0);
	letters_seen(f->ledger, NULL, &seen);
	assert_string_equal(seen.text, "1 help anna@example.com <0@example.com> {} sent 3 0 []\n");
}

static void
test_filters(void **state)
{
	struct fixture *f = *state;
	static const struct {
		struct ledger_letter_filter	 filter;
		int64_t				 n, last;
	} cases[] = {
		{ { .state = LETTER_NONE }, 10, 10 },		/* the sent one has no due time: it comes first */
		{ { .state = LETTER_QUEUED }, 8, 1 },
		{ { .state = LETTER_QUEUED, .due = T0 + 3000 }, 2, 8 },
		{ { .state = LETTER_QUEUED, .due = T0 + 2999 }, 1, 9 },
		{ { .state = LETTER_QUEUED, .due = T0 }, 0, 0 },
		{ { .state = LETTER_QUEUED, .limit = 3 }, 3, 7 },
		{ { .state = LETTER_SENT }, 1, 10 },
		{ { .state = LETTER_DEAD }, 1, 5 },
		{ { .recipient = ANNA }, 5, 5 },
		{ { .recipient = ANNA, .state = LETTER_QUEUED }, 4, 1 },
		{ { .recipient = ANNA, .state = LETTER_QUEUED, .due = T0 + 5000 }, 2, 7 },
		{ { .recipient = "eve@example.com" }, 0, 0 },
		{ { .recipient = "' OR 1=1 --" }, 0, 0 },
	};
	struct seen_letters seen;
	struct err err = { "" };

	queue(f->ledger, 10);
	assert_int_equal(end(f->ledger, 10, LETTER_SENT, 0, NULL), 1);
	assert_int_equal(end(f->ledger, 5, LETTER_DEAD, INT64_MAX, "no such user"), 1);
	for (size_t i = 1; i < G_N_ELEMENTS(cases); i++) {
		letters_seen(f->ledger, &cases[i].filter, &seen);
		if (seen.n != cases[i].n || seen.last != cases[i].last)
			fail_msg("case %zu: %d letters, the last %d", i, (int)seen.n, (int)seen.last);
	}
	letters_seen(f->ledger, &cases[0].filter, &seen);
	assert_int_equal(seen.n, 10);
	assert_int_equal(ledger_letters(f->ledger, &(struct ledger_letter_filter){ .state = LETTER_STATE_MAX },
	    see_letter, &seen, &err), -1);
	assert_int_equal(ledger_letters(f->ledger, &(struct ledger_letter_filter){
	    .state = (enum ledger_letter_state)99 }, see_letter, &seen, &err), -1);
}

static void
test_bad(void **state)
{
	struct fixture *f = *state;
	char *endless = g_strnfill(100000, 'e');
	struct err err = { "" };

	queue(f->ledger, 1);
	assert_int_equal(ledger_letter_take(f->ledger, 1, T0, 0, &err), -1);
	assert_int_equal(ledger_letter_take(f->ledger, 1, T0, -1, &err), -1);
	assert_int_equal(ledger_letter_take(f->ledger, 1, T0, INT64_MAX, &err), -1);
	assert_int_equal(ledger_letter_take(f->ledger, 1, -1, LEASE, &err), -1);
	assert_int_equal(ledger_letter_end(f->ledger, 1, LETTER_NONE, 0, "", &err), -1);
	assert_int_equal(ledger_letter_end(f->ledger, 1, LETTER_STATE_MAX, 0, "", &err), -1);
	assert_int_equal(ledger_letter_end(f->ledger, 1, LETTER_SENT, -1, "", &err), -1);
	assert_int_equal(raw_number(f->path, "SELECT tries FROM outbox WHERE state = 'queued'"), 0);
	assert_int_equal(end(f->ledger, 1, LETTER_DEAD, 0, endless), 1);
	assert_int_equal(raw_number(f->path, "SELECT length(error) FROM outbox"), LEDGER_TEXT_MAX);
	g_free(endless);
}

/* ---- two workers ---------------------------------------------------------------------------------- */

#define LETTERS	150

struct worker {
	pthread_t	 thread;
	struct ledger	*ledger;
	_Atomic int	*sent;		/* how often each was */
	int		 mine, bad;
};

struct due {
	int64_t	id[LETTERS];
	int	n;
};

static bool
note_id(void *arg, const struct ledger_letter *l)
{
	struct due *due = arg;

	due->id[due->n++] = l->id;
	return due->n < LETTERS;
}

static void *
work(void *arg)
{
	const struct ledger_letter_filter filter = { .state = LETTER_QUEUED, .due = T0 + LETTERS * 1000 };
	struct worker *w = arg;

	for (;;) {
		struct due due = { .n = 0 };

		if (ledger_letters(w->ledger, &filter, note_id, &due, NULL) == -1)
			w->bad++;
		if (due.n == 0)
			return NULL;
		for (int i = 0; i < due.n; i++)
			switch (ledger_letter_take(w->ledger, due.id[i], filter.due, LEASE, NULL)) {
			case 1:
				atomic_fetch_add(&w->sent[due.id[i]], 1);
				w->mine++;
				w->bad += ledger_letter_end(w->ledger, due.id[i], LETTER_SENT, 0, "", NULL) != 1;
				break;
			case 0:
				break;
			default:
				w->bad++;
			}
	}
}

static void
test_two_workers(void **state)
{
	struct fixture *f = *state;
	_Atomic int sent[LETTERS + 1] = { 0 };
	struct worker workers[4] = { 0 };
	struct ledger *other = NULL;
	struct err err = { "" };
	int all = 0;

	queue(f->ledger, LETTERS);
	assert_int_equal(ledger_open(f->url, NULL, &other, &err), 0);
	for (int i = 0; i < 4; i++) {
		workers[i].ledger = i % 2 == 0 ? f->ledger : other;
		workers[i].sent = sent;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].bad, 0);
		all += workers[i].mine;
	}
	assert_int_equal(all, LETTERS);
	for (int i = 1; i <= LETTERS; i++)
		assert_int_equal(atomic_load(&sent[i]), 1);
	ledger_close(other);
}

/* ---- flat ----------------------------------------------------------------------------------------- */

/* How SQLite goes about a query, in one text; g_free() it. */
static char *
plan(const char *path, enum lite_sql which)
{
	char *sql = g_strconcat("EXPLAIN QUERY PLAN ", lite_sql[which], NULL);
	GString *text = g_string_new(NULL);
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		g_string_append_printf(text, "%s; ", sqlite3_column_text(stmt, 3));
	(void)sqlite3_finalize(stmt);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	g_free(sql);
	return g_string_free(text, FALSE);
}

/* The queries that run again and again find their rows by an index, and in its order where order counts. */
static void
test_plans(void **state)
{
	static const struct { enum lite_sql which; const char *index; bool ordered; } cases[] = {
		{ LITE_LETTERS_QUEUED,		"outbox_due",			true },
		{ LITE_LETTERS_RECIPIENT,	"outbox_recipient",		false },
		{ LITE_LETTER_SAME,		"outbox_once",			true },
		{ LITE_LETTER_DAY,		"outbox_recipient",		true },
		{ LITE_LETTER_TAKE,		"INTEGER PRIMARY KEY",		true },
		{ LITE_CASES_DUE,		"complaint_due",		false },
		{ LITE_CASES_UNENDED,		"complaint_unended",		false },
		{ LITE_CASES_RECIPIENT,		"complaint_once",		false },
		{ LITE_CASES_NUMBER,		"INTEGER PRIMARY KEY",		true },
		{ LITE_CASE_SAME,		"complaint_once",		true },
		{ LITE_KNOWN_TALK,		"PRIMARY KEY",			true },
		{ LITE_ACCESSES_SUBJECT,	"access_log_subject",		true },
		{ LITE_PRUNE_DECISIONS,		"decision_at",			true },
		{ LITE_PRUNE_DECISIONS,		"complaint_once",		true },
		{ LITE_PRUNE_EVIDENCE,		"complaint_ended",		true },
		{ LITE_PRUNE_WORDS,		"statement_evidence_kept",	true },
		{ LITE_PRUNE_WORDS,		"complaint_refusal",		true },
		{ LITE_PRUNE_TALK,		"conversation_at",		true },
		{ LITE_PRUNE_LETTERS,		"outbox_over",			true },
		{ LITE_PRUNE_ACCESSES,		"access_log_at",		true },
		{ LITE_ERASE_STATEMENTS,	"statement_person_recipient",	true },
		{ LITE_ERASE_LETTERS,		"outbox_recipient",		true },
		{ LITE_ERASE_LETTERS,		"outbox_number",		true },
		{ LITE_ERASE_CASES,		"complaint_once",		true },
		{ LITE_ERASE_DECISIONS,		"decision_recipient",		true },
		{ LITE_SEAL_DECISIONS,		"decision_recipient",		true },
		{ LITE_STATEMENTS_RECIPIENT,	"statement_person_recipient",	false },
		{ LITE_CHAIN,			"INTEGER PRIMARY KEY",		true },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *text = plan(f->path, cases[i].which);

		if (strstr(text, cases[i].index) == NULL || (cases[i].ordered && strstr(text, "TEMP B-TREE") != NULL))
			fail_msg("case %zu: %s", i, text);
		g_free(text);
	}
}

/* A look for what is due costs the same with 100 letters and with 100,000 of them, sent or not yet due. */
static void
test_flat(void **state)
{
	static const char *const more[] = {
		"SELECT 1",
		"INSERT INTO outbox (cause, purpose, recipient, texts, made_at, next_at, reference, number, state)"
		" WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 101000)"
		" SELECT i, 'help', 'p' || i || '@example.com', '{}', 1, 1790000900000 + i, '', 0,"
		" CASE i % 2 WHEN 0 THEN 'sent' ELSE 'queued' END FROM n",
	};
	const struct ledger_letter_filter filter = { .state = LETTER_QUEUED, .due = T0 + 100000, .limit = 50 };
	struct fixture *f = *state;
	gint64 best[2] = { INT64_MAX, INT64_MAX };
	struct seen_letters seen;
	struct ledger_counts counts;
	struct err err = { "" };

	queue(f->ledger, 100);
	for (int size = 0; size < 2; size++) {
		raw(f->path, more[size]);
		for (int i = 0; i < 30; i++) {
			gint64 began = g_get_monotonic_time();

			letters_seen(f->ledger, &filter, &seen);
			best[size] = MIN(best[size], g_get_monotonic_time() - began);
			assert_int_equal(seen.n, 50);
			assert_int_equal(seen.last, 51);
		}
	}
	if (best[1] > 10 * best[0] + 2000)
		fail_msg("%d us with few letters, %d us with many", (int)best[0], (int)best[1]);
	assert_int_equal(ledger_count(f->ledger, &counts, &err), 0);
	assert_int_equal(counts.letters_queued, 100 + 50000);
	assert_int_equal(counts.letters_dead, 0);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_life), T(test_filters), T(test_bad), T(test_two_workers), T(test_plans), T(test_flat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
