/*
 * test-ledger-crowd.c - many at once: writers in one transaction, readers beside them, a kill in the middle.
 */
#include "ledger-fixture.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#define THREADS	8
#define ROUNDS	120

struct worker {
	pthread_t	 thread;
	struct ledger	*ledger;
	int		 number;
	_Atomic int	*stop;		/* of a reader; NULL: a writer */
	int64_t		 wrote, last;
	int		 bad;
};

/* Appends and decides; every third decision bears an id that is taken, and must fail alone. */
static void *
write_on(void *arg)
{
	struct worker *w = arg;
	struct ledger_decision d = {
		.id = "", .message = "m", .recipient = ANNA, .direction = DIRECTION_INBOUND,
		.mode = MODE_ENFORCE, .standing = STANDING_NONE, .action = ACTION_TAG, .would = ACTION_TAG,
	};
	char recipient[64];

	snprintf(recipient, sizeof recipient, "p%d@example.com", w->number);
	for (int i = 0; i < ROUNDS; i++) {
		struct ledger_statement s = word(i % 2 == 0 ? LEDGER_REFUSAL : LEDGER_CONSENT, "mail",
		    recipient, "shop.example", T0 + i);
		struct ledger_receipt receipt = { .seq = 0 };

		if (ledger_append(w->ledger, &s, 1, &receipt, NULL) != 0 ||
		    receipt.outcome != LEDGER_WRITTEN || receipt.seq <= w->last)
			w->bad++;
		w->last = receipt.seq;
		w->wrote++;
		snprintf(d.id, sizeof d.id, i % 3 == 0 ? "taken" : "d%d-%d", w->number, i);
		if (ledger_decide(w->ledger, &d, 1, NULL) != (i % 3 == 0 ? -1 : 0))
			w->bad++;
	}
	return NULL;
}

/* What a reader sees grows and never shrinks, and is never a failure. */
static void *
read_on(void *arg)
{
	struct worker *w = arg;
	const char *key = "shop.example";
	size_t before = 0;

	while (atomic_load(w->stop) == 0) {
		struct policy_word *words = NULL;
		size_t n = 0;

		if (ledger_words(w->ledger, "p0@example.com", &key, 1, &words, &n, NULL) != 0 || n < before)
			w->bad++;
		before = n;
		ledger_words_free(words);
		w->wrote++;
	}
	return NULL;
}

static void
test_crowd(void **state)
{
	struct worker workers[THREADS + 3] = { 0 };
	struct ledger_decision taken = {
		.id = "taken", .message = "m", .recipient = ANNA, .direction = DIRECTION_INBOUND,
		.mode = MODE_ENFORCE, .standing = STANDING_NONE, .action = ACTION_TAG, .would = ACTION_TAG,
	};
	struct fixture *f = *state;
	struct err err = { "" };
	_Atomic int stop = 0;

	assert_int_equal(ledger_decide(f->ledger, &taken, 1, &err), 0);
	for (int i = 0; i < THREADS + 3; i++) {
		workers[i].ledger = f->ledger;
		workers[i].number = i;
		workers[i].stop = i < THREADS ? NULL : &stop;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, i < THREADS ? write_on : read_on,
		    &workers[i]), 0);
	}
	verify(f->ledger, NULL, 1);				/* a snapshot in the middle of it */
	for (int i = 0; i < THREADS + 3; i++) {
		if (i == THREADS)
			atomic_store(&stop, 1);
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].bad, 0);
		assert_true(workers[i].wrote > 0);
	}
	assert_int_equal(verify(f->ledger, NULL, 1).statements, THREADS * ROUNDS);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM decision"), 1 + THREADS * ROUNDS * 2 / 3);
	assert_int_equal(count_words(f->ledger, "p7@example.com", "shop.example"), ROUNDS);
}

/* Two processes' worth of writers on one file: the chain has one order. */
static void
test_two_ledgers(void **state)
{
	struct worker workers[2] = { 0 };
	struct fixture *f = *state;
	struct ledger *other = NULL;
	struct err err = { "" };

	assert_int_equal(ledger_open(f->url, NULL, &other, &err), 0);
	for (int i = 0; i < 2; i++) {
		workers[i].ledger = i == 0 ? f->ledger : other;
		workers[i].number = i;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, write_on, &workers[i]), 0);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
	/* "taken" is free for the first who comes: one of its decisions is written by one of the two. */
	assert_int_equal(workers[0].bad + workers[1].bad, 1);
	assert_int_equal(verify(other, NULL, 1).statements, 2 * ROUNDS);
	ledger_close(other);
}

static void *
one_append(void *arg)
{
	struct worker *w = arg;
	struct ledger_statement s = word(LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0 + w->number);
	struct ledger_receipt receipt;
	struct err err = { "" };

	w->bad = ledger_append(w->ledger, &s, 1, &receipt, &err);
	if (w->bad == -1 && strstr(err.text, "busy") != NULL)
		w->wrote = -1;
	return NULL;
}

/*
 * While someone else holds the file: one job is at work, two may wait, the others hear "busy" at once; all
 * end within bounds, and the ledger goes on when the file is free.
 */
static void
test_queue(void **state)
{
	const struct ledger_settings settings = { .busy_ms = 1000, .queue = 2 };
	struct worker workers[THREADS] = { 0 };
	struct fixture *f = *state;
	sqlite3 *holder = NULL;
	gint64 began;
	int busy = 0;

	ledger_close(f->ledger);
	fixture_open(f, &settings);
	assert_int_equal(sqlite3_open(f->path, &holder), SQLITE_OK);
	assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	began = g_get_monotonic_time();
	for (int i = 0; i < THREADS; i++) {
		workers[i].ledger = f->ledger;
		workers[i].number = i;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, one_append, &workers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].bad, -1);
		busy += workers[i].wrote == -1;
	}
	assert_true(busy >= THREADS - 2 * 3);		/* two groups of at most three fail for the lock */
	assert_true(g_get_monotonic_time() - began < 10 * G_USEC_PER_SEC);
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 0);	/* reading goes on */
	assert_int_equal(sqlite3_exec(holder, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(holder), SQLITE_OK);
	say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0);
	assert_int_equal(verify(f->ledger, NULL, 1).statements, 1);
}

/* A look-up inside a listing needs a second reader: with one, it fails in bounded time and says why. */
static bool
look_inside(void *arg, const struct ledger_statement *s)
{
	struct worker *w = arg;
	struct policy_word *words = NULL;
	struct err err = { "" };
	size_t n = 0;

	w->bad = ledger_words(w->ledger, s->recipient, &s->sender, 1, &words, &n, &err);
	w->wrote = strstr(err.text, "busy") != NULL ? 1 : 0;
	ledger_words_free(words);
	return true;
}

static void
test_pool(void **state)
{
	const struct ledger_settings settings = { .readers = 1, .busy_ms = 50 };
	struct fixture *f = *state;
	struct worker w = { 0 };
	struct err err = { "" };

	say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0);
	w.ledger = f->ledger;
	assert_int_equal(ledger_statements(f->ledger, NULL, look_inside, &w, &err), 1);
	assert_int_equal(w.bad, 0);
	ledger_close(f->ledger);
	fixture_open(f, &settings);
	w.ledger = f->ledger;
	assert_int_equal(ledger_statements(f->ledger, NULL, look_inside, &w, &err), 1);
	assert_int_equal(w.bad, -1);
	assert_int_equal(w.wrote, 1);
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 1);	/* and the reader is back */
}

/* ---- killed -------------------------------------------------------------------------------------- */

/* Appends for ever, and says each sequence after it was told that it is durable. */
static void
child(const char *url, int out, int round)
{
	struct ledger *ledger = NULL;

	if (ledger_open(url, NULL, &ledger, NULL) == -1)
		_exit(1);
	for (int64_t i = 0;; i++) {
		struct ledger_statement s[2];
		struct ledger_receipt receipts[2];

		s[0] = word(LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0 + round * 1000000 + 2 * i);
		s[1] = word(LEDGER_CONSENT, "mail", ANNA, "shop.example", T0 + round * 1000000 + 2 * i);
		if (ledger_append(ledger, s, 2, receipts, NULL) == -1 ||
		    write(out, &receipts[1].seq, sizeof receipts[1].seq) != sizeof receipts[1].seq)
			_exit(1);
	}
}

static void
test_killed(void **state)
{
	struct fixture *f = *state;
	int64_t promised = 0, seq;

	for (int round = 0; round < 6; round++) {
		struct ledger_report report;
		int ends[2], status;
		pid_t pid;

		ledger_close(f->ledger);
		f->ledger = NULL;
		assert_int_equal(pipe(ends), 0);
		pid = fork();
		assert_true(pid != -1);
		if (pid == 0)
			child(f->url, ends[1], round);
		close(ends[1]);
		assert_int_equal(read(ends[0], &seq, sizeof seq), sizeof seq);
		promised = seq;
		g_usleep(20000 + 7001 * (gulong)round);
		assert_int_equal(kill(pid, SIGKILL), 0);
		while (read(ends[0], &seq, sizeof seq) == sizeof seq)
			promised = seq;
		close(ends[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));

		fixture_open(f, NULL);
		report = verify(f->ledger, NULL, 1);
		assert_true(report.statements >= promised);
		assert_int_equal(report.statements % 2, 0);		/* pairs are whole */
		assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), report.statements);
	}
	assert_true(promised >= 12);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_killed),		/* first: it forks, and no thread runs yet but the fixture's */
		T(test_crowd), T(test_two_ledgers), T(test_queue), T(test_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
