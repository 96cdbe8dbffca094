/*
 * test-ledger-act-failures.c - an act when disks fail, memory ends and the process is killed: all of it, or nothing,
 * and never twice.
 */
#include "ledger-shim.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include "ledger-act-fixture.h"
#include "ledger_people.h"

#define EVIDENCE	30000

/* Octets that do not pack: many pages on their way. */
static void
noise(char *octets, size_t len)
{
	uint32_t x = 12345;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525 + 1013904223;
		octets[i] = (char)(x >> 24);
	}
}

/* One complaint with its refusal and its letter, and a letter that hangs on nothing. */
static int
act_once(struct ledger *ledger, int number, struct ledger_act_result *result, struct err *err)
{
	char octets[EVIDENCE], cause[32];
	struct ledger_statement s = word(LEDGER_REFUSAL, "complaint", ANNA, "shop.example", T0 + number);
	struct ledger_act_case c = act_case(ANNA, "shop.example", cause, "<ad@shop.example>", 0);
	struct ledger_act_letter l[2];
	struct ledger_act act = { .now = T0 + number, .statements = &s, .nstatements = 1, .cases = &c, .ncases = 1,
		.letters = l, .nletters = 2 };

	snprintf(cause, sizeof cause, "<f%d@example.com>", number);
	noise(octets, sizeof octets);
	c.measure = true;
	c.complaint.evidence = octets;
	c.complaint.evidence_len = sizeof octets;
	s.message_id = cause;
	s.evidence = octets;
	s.evidence_len = sizeof octets;
	l[0] = letter("case-opened", ANNA, cause, 0, 0);
	l[1] = letter("help", ANNA, cause, LEDGER_ALWAYS, LEDGER_ALWAYS);
	return ledger_do(ledger, &act, result, err);
}

/* That there are n acts, each of them whole. */
static void
assert_acts(struct fixture *f, int64_t n)
{
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM statement"), 2 * n);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM statement_evidence"), 2 * n);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM complaint c JOIN evidence USING (number)"
	    " JOIN refusal r ON r.seq = c.refusal JOIN statement s ON s.seq = c.statement"
	    " WHERE s.kind = 'complaint' AND c.refusal = c.statement + 1 AND c.next_at > 0"), n);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM outbox"), 2 * n);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM outbox o JOIN complaint c USING (number)"
	    " JOIN statement s ON s.seq = c.refusal WHERE s.reference = o.reference"), n);
}

static void
test_disk(void **state)
{
	static const struct { int code, once; enum shim_call call; } ways[] = {
		{ SQLITE_FULL, 1, SHIM_WRITE },		{ SQLITE_FULL, 0, SHIM_WRITE },
		{ SQLITE_IOERR_WRITE, 0, SHIM_CHANGE },	{ SQLITE_IOERR_FSYNC, 1, SHIM_SYNC },
		{ SQLITE_IOERR_FSYNC, 0, SHIM_SYNC },
	};
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct fixture *f = *state;
	int failures = 0;

	for (size_t way = 0; way < sizeof ways / sizeof *ways; way++)
		for (int n = 1, failed = 1; failed > 0; n += 1 + n / 3) {
			struct err err = { "" };
			int ret;

			(void)fixture_teardown(state);
			(void)fixture_setup(state);
			f = *state;
			assert_int_equal(act_once(f->ledger, 0, result, &err), 0);
			result->cases[0].number = 77;
			arm(ways[way].call, n, ways[way].once, ways[way].code);
			ret = act_once(f->ledger, 1, result, &err);
			failed = disarm();
			if (ret == -1) {
				failures++;
				assert_true(failed > 0 && err.text[0] != '\0');
				assert_int_equal(result->cases[0].number, 77);
			}
			assert_acts(f, ret == -1 ? 1 : 2);
			/* Once the disk is well the same is done, and then is done. */
			assert_int_equal(act_once(f->ledger, 1, result, &err), 0);
			assert_int_equal(result->cases[0].number, 2);
			assert_int_equal(result->cases[0].made, ret == -1);
			assert_int_equal(result->letters, ret == -1 ? 2 : 0);
			fixture_reopen(f);
			assert_acts(f, 2);
			verify(f->ledger, result->receipts[0].hash, 1);
		}
	assert_true(failures > 20);
	g_free(result);
}

static void
test_memory(void **state)
{
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct fixture *f = *state;
	int failures = 0, done = 0;

	for (int n = 1, failed = 1; failed > 0; n += 1 + n / 40) {
		struct err err = { "" };
		int ret;

		fixture_reopen(f);
		atomic_store(&heap_failed, 0);
		atomic_store(&heap_left, n);
		ret = act_once(f->ledger, done, result, &err);
		atomic_store(&heap_left, 0);
		failed = atomic_load(&heap_failed);
		failures += ret == -1;
		done += ret == 0;
		assert_int_equal(raw_number(f->path, "SELECT count(*) FROM complaint"), done);
	}
	assert_true(failures > 50);
	assert_true(done >= 1);
	assert_acts(f, done);
	verify(f->ledger, NULL, 1);
	g_free(result);
}

/* An erasure that the disk breaks off leaves the whole person, or nothing of them. */
static void
test_erase_disk(void **state)
{
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	const struct ledger_erase erase = { .recipient = ANNA, .now = T0, .refusals = true };
	struct fixture *f = *state;
	int failures = 0;

	for (int n = 1, failed = 1; failed > 0; n += 1 + n / 3) {
		struct ledger_erased erased = { .cases = 77 };
		struct err err = { "" };
		int ret;

		(void)fixture_teardown(state);
		(void)fixture_setup(state);
		f = *state;
		for (int i = 0; i < 5; i++)
			assert_int_equal(act_once(f->ledger, i, result, &err), 0);
		arm(SHIM_WRITE, n, 0, SQLITE_FULL);
		ret = ledger_erase(f->ledger, &erase, &erased, &err);
		failed = disarm();
		if (ret == -1) {
			failures++;
			assert_int_equal(erased.cases, 77);
			assert_acts(f, 5);
			assert_int_equal(ledger_erase(f->ledger, &erase, &erased, &err), 0);
		}
		assert_int_equal(erased.cases, 5);
		assert_int_equal(raw_number(f->path, "SELECT (SELECT count(*) FROM statement_person) +"
		    " (SELECT count(*) FROM refusal) + (SELECT count(*) FROM evidence) + (SELECT count(*) FROM outbox)"),
		    0);
		verify(f->ledger, NULL, 1);
	}
	assert_true(failures > 3);
	g_free(result);
}

/* ---- killed -------------------------------------------------------------------------------------- */

/* Acts for ever, each act twice, and says each number after it was told that it is durable. */
static void
child(const char *url, int out, int from)
{
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct ledger *ledger = NULL;

	if (ledger_open(url, NULL, &ledger, NULL) == -1)
		_exit(1);
	for (int i = from;; i++)
		for (int k = 0; k < 2; k++)
			if (act_once(ledger, i, result, NULL) == -1 || write(out, &i, sizeof i) != sizeof i)
				_exit(1);
}

static void
test_killed(void **state)
{
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct fixture *f = *state;
	int from = 0, i, promised = -1;

	for (int round = 0; round < 6; round++) {
		int ends[2], status;
		struct err err = { "" };
		pid_t pid;

		ledger_close(f->ledger);
		f->ledger = NULL;
		assert_int_equal(pipe(ends), 0);
		pid = fork();
		assert_true(pid != -1);
		if (pid == 0)
			child(f->url, ends[1], from);
		close(ends[1]);
		assert_int_equal(read(ends[0], &i, sizeof i), sizeof i);
		promised = i;
		g_usleep(30000 + 7001 * (gulong)round);
		assert_int_equal(kill(pid, SIGKILL), 0);
		while (read(ends[0], &i, sizeof i) == sizeof i)
			promised = i;
		close(ends[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));

		/* What was promised is there, at most one more, and who was told nothing says it again. */
		fixture_open(f, NULL);
		from = (int)raw_number(f->path, "SELECT count(*) FROM complaint");
		assert_true(from == promised + 1 || from == promised + 2);
		assert_acts(f, from);
		assert_int_equal(act_once(f->ledger, promised + 1, result, &err), 0);
		assert_int_equal(result->cases[0].made, from == promised + 1);
		from = promised + 2;
		assert_acts(f, from);
		verify(f->ledger, NULL, 1);
	}
	assert_true(from >= 12);
	g_free(result);
}

/* ---- many at once -------------------------------------------------------------------------------- */

struct worker {
	pthread_t	 thread;
	struct ledger	*ledger;
	unsigned	 made, letters;
	int		 bad;
};

static void *
act_on(void *arg)
{
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct worker *w = arg;

	for (int i = 0; i < 60; i++) {
		if (act_once(w->ledger, i, result, NULL) == -1) {
			w->bad++;
			continue;
		}
		w->made += result->cases[0].made;
		w->letters += result->letters;
	}
	g_free(result);
	return NULL;
}

/* The same mails come in on all threads and two processes' worth of ledgers: each is acted on once. */
static void
test_crowd(void **state)
{
	struct fixture *f = *state;
	struct ledger *other = NULL;
	struct worker workers[6] = { 0 };
	unsigned made = 0, letters = 0;
	struct err err = { "" };

	assert_int_equal(ledger_open(f->url, NULL, &other, &err), 0);
	for (int i = 0; i < 6; i++) {
		workers[i].ledger = i % 2 == 0 ? f->ledger : other;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, act_on, &workers[i]), 0);
	}
	for (int i = 0; i < 6; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].bad, 0);
		made += workers[i].made;
		letters += workers[i].letters;
	}
	assert_int_equal(made, 60);
	assert_int_equal(letters, 120);
	assert_acts(f, 60);
	verify(other, NULL, 1);
	ledger_close(other);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_killed),		/* first: it forks, and no thread runs yet but the fixture's */
		T(test_disk), T(test_memory), T(test_erase_disk), T(test_crowd),
	};

	return cmocka_run_group_tests(tests, shim_setup, NULL);
}
