/*
 * test-ledger-talk.c - conversations: known when noted, dropped and counted when not, waited for by nobody.
 */
#include "ledger-fixture.h"

#include <pthread.h>
#include "ledger_act.h"
#include "ledger_people.h"

typedef unsigned char	digest[16];

static void
digest_of(int number, digest out)
{
	memset(out, 0, sizeof(digest));
	memcpy(out, &number, sizeof number);
	out[15] = 0x5a;
}

static bool
note(struct ledger *ledger, int number, int64_t now)
{
	digest d;

	digest_of(number, d);
	return ledger_talk_note(ledger, (const digest *)&d, 1, now);
}

static int
known(struct ledger *ledger, int number, int64_t since)
{
	struct err err = { "" };
	digest d;
	int ret;

	digest_of(number, d);
	ret = ledger_talk_known(ledger, (const digest *)&d, 1, since, &err);
	if (ret == -1)
		fail_msg("cannot look up: %s", err.text);
	return ret;
}

static int64_t
rows(struct ledger *ledger)
{
	struct ledger_counts counts;
	struct err err = { "" };

	assert_int_equal(ledger_count(ledger, &counts, &err), 0);
	return counts.talk;
}

static void
test_known(void **state)
{
	struct fixture *f = *state;
	digest many[3];
	struct err err = { "" };

	assert_int_equal(known(f->ledger, 1, 0), 0);
	assert_true(note(f->ledger, 1, T0));
	assert_int_equal(known(f->ledger, 1, T0), 1);		/* at once, written or not */
	assert_int_equal(known(f->ledger, 1, T0 + 1), 0);
	assert_int_equal(known(f->ledger, 2, 0), 0);
	assert_true(note(f->ledger, 1, T0 - 1000));		/* a clock that went back loses nothing */
	fixture_reopen(f);
	assert_int_equal(known(f->ledger, 1, T0), 1);
	assert_true(note(f->ledger, 1, T0 + 1000));
	fixture_reopen(f);
	assert_int_equal(known(f->ledger, 1, T0 + 1000), 1);
	assert_int_equal(rows(f->ledger), 1);
	for (int i = 0; i < 3; i++)
		digest_of(10 + i, many[i]);
	assert_true(ledger_talk_note(f->ledger, (const digest *)many, 2, T0));
	fixture_reopen(f);
	assert_int_equal(ledger_talk_known(f->ledger, (const digest *)many + 2, 1, 0, &err), 0);
	assert_int_equal(ledger_talk_known(f->ledger, (const digest *)many, 3, T0, &err), 1);
	assert_int_equal(ledger_talk_known(f->ledger, (const digest *)many, 3, T0 + 1, &err), 0);
	assert_int_equal(ledger_talk_known(f->ledger, NULL, 0, 0, &err), 0);
	assert_int_equal(ledger_talk_known(f->ledger, (const digest *)many, 1001, 0, &err), -1);
	assert_true(ledger_talk_note(f->ledger, NULL, 0, T0));
	assert_int_equal(ledger_talk_lost(f->ledger), 0);
}

/* While another holds the file nobody waits; what waits is bounded, and what is dropped is counted. */
static void
test_locked(void **state)
{
	const struct ledger_settings settings = { .busy_ms = 400, .queue = 4 };
	struct fixture *f = *state;
	sqlite3 *holder = NULL;
	uint64_t dropped = 0;
	gint64 began;

	ledger_close(f->ledger);
	fixture_open(f, &settings);
	assert_int_equal(sqlite3_open(f->path, &holder), SQLITE_OK);
	assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	began = g_get_monotonic_time();
	for (int i = 0; i < 20000; i++)
		dropped += note(f->ledger, i, T0) ? 0 : 1;
	assert_true(g_get_monotonic_time() - began < 350000);
	assert_true(dropped > 10000 && dropped < 20000);
	assert_int_equal(known(f->ledger, 0, T0), 1);
	g_usleep(600000);				/* the writer gives up what it had begun */
	assert_true(ledger_talk_lost(f->ledger) > dropped);
	assert_int_equal(sqlite3_exec(holder, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(holder), SQLITE_OK);
	while (!note(f->ledger, 77777, T0))		/* and goes on */
		g_usleep(10000);
	dropped = ledger_talk_lost(f->ledger);
	fixture_reopen(f);
	assert_int_equal(known(f->ledger, 77777, T0), 1);
	assert_true(rows(f->ledger) >= 1);
	assert_true((uint64_t)rows(f->ledger) + dropped >= 20000);
}

static void
test_read_only(void **state)
{
	const struct ledger_settings settings = { .read_only = true };
	struct fixture *f = *state;
	struct ledger *reader = NULL;
	struct err err = { "" };

	assert_true(note(f->ledger, 1, T0));
	fixture_reopen(f);
	assert_int_equal(ledger_open(f->url, &settings, &reader, &err), 0);
	assert_int_equal(known(reader, 1, T0), 1);
	assert_false(note(reader, 2, T0));
	assert_int_equal(ledger_talk_lost(reader), 1);
	assert_int_equal(known(reader, 2, T0), 0);
	ledger_close(reader);
}

/* A ledger that is gone answers neither yes nor no. */
static void
test_gone(void **state)
{
	struct fixture *f = *state;
	struct err err = { "" };
	digest d;

	digest_of(1, d);
	assert_int_equal(unlink(f->path), 0);
	assert_false(note(f->ledger, 1, T0));
	assert_int_equal(ledger_talk_known(f->ledger, (const digest *)&d, 1, 0, &err), -1);
	assert_int_equal(ledger_talk_lost(f->ledger), 1);
}

struct worker {
	pthread_t	 thread;
	struct ledger	*ledger;
	int		 number, dropped;
};

static void *
note_on(void *arg)
{
	struct worker *w = arg;

	for (int i = 0; i < 1000; i++) {
		w->dropped += note(w->ledger, w->number * 1000 + i, T0) ? 0 : 1;
		if (i % 100 == 0)
			say(w->ledger, LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0 + w->number * 1000 + i);
	}
	return NULL;
}

/* Many note at once, beside those who write and wait: every note is written or counted. */
static void
test_crowd(void **state)
{
	struct fixture *f = *state;
	struct worker workers[6] = { 0 };
	int64_t dropped = 0;

	for (int i = 0; i < 6; i++) {
		workers[i].ledger = f->ledger;
		workers[i].number = i;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, note_on, &workers[i]), 0);
	}
	for (int i = 0; i < 6; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		dropped += workers[i].dropped;
	}
	assert_int_equal(ledger_talk_lost(f->ledger), dropped);
	fixture_reopen(f);
	assert_int_equal(rows(f->ledger), 6000 - dropped);
	assert_int_equal(verify(f->ledger, NULL, 1).statements, 60);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_known), T(test_locked), T(test_read_only), T(test_gone), T(test_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
