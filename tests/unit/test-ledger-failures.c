/*
 * test-ledger-failures.c - disks that fill, break and lie, memory that ends: never "nothing on record".
 *
 * Every n-th call or allocation (ledger-shim.h) is tried until nothing fails any more.
 */
#include "ledger-shim.h"

#include <sys/stat.h>

/* ---- writing ------------------------------------------------------------------------------------- */

/* Three statements in one call; with evidence of many pages. */
static int
append_three(struct ledger *ledger, struct ledger_receipt receipts[3], struct err *err)
{
	static char evidence[40000];
	struct ledger_statement s[3];

	for (int i = 0; i < 3; i++) {
		s[i] = word(LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0 + 10 + i);
		s[i].evidence = evidence;
		s[i].evidence_len = sizeof evidence;
	}
	return ledger_append(ledger, s, 3, receipts, err);
}

static void
test_writing(void **state)
{
	static const struct { int code, once; enum shim_call call; } ways[] = {
		{ SQLITE_FULL, 1, SHIM_WRITE },		{ SQLITE_FULL, 0, SHIM_WRITE },
		{ SQLITE_IOERR_WRITE, 0, SHIM_CHANGE },	{ SQLITE_IOERR_FSYNC, 1, SHIM_SYNC },
		{ SQLITE_IOERR_FSYNC, 0, SHIM_SYNC },
	};
	struct fixture *f = *state;
	int failures = 0, n = 1, failed = 1;

	for (size_t way = 0; way < sizeof ways / sizeof *ways; way++)
		for (n = 1, failed = 1; failed > 0; n += 1 + n / 4) {
			struct ledger_receipt receipts[3] = { { .seq = 77 } };
			struct err err = { "" };
			int ret;

			(void)fixture_teardown(state);
			(void)fixture_setup(state);
			f = *state;
			say(f->ledger, LEDGER_CONSENT, "mail", ANNA, "shop.example", T0);
			arm(ways[way].call, n, ways[way].once, ways[way].code);
			ret = append_three(f->ledger, receipts, &err);
			failed = disarm();
			if (ret == -1) {
				failures++;
				assert_true(failed > 0 && err.text[0] != '\0');
				assert_int_equal(receipts[0].seq, 77);
				assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 1);
			} else {
				assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 4);
			}
			/* The same ledger goes on once the disk is well, and another one reads the same. */
			assert_int_equal(append_three(f->ledger, receipts, &err), 0);
			assert_int_equal(receipts[0].seq, 2);
			fixture_reopen(f);
			assert_int_equal(verify(f->ledger, receipts[2].hash, 1).statements, 4);
			assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 4);
		}
	assert_true(failures > 20);
}

/* ---- reading ------------------------------------------------------------------------------------- */

static bool
see(void *arg, const struct ledger_statement *s)
{
	*(int64_t *)arg += s->seq;
	return true;
}

/* One look-up and one listing: each is right or a failure, never less. */
static void
read_all(struct ledger *ledger, int *failures)
{
	const char *key = "shop.example";
	struct policy_word *words = NULL;
	struct err err = { "" };
	size_t n = 99;
	int64_t sum = 0, shown;

	if (ledger_words(ledger, ANNA, &key, 1, &words, &n, &err) == -1) {
		assert_true(err.text[0] != '\0');
		assert_int_equal(n, 99);
		assert_null(words);
		++*failures;
	} else {
		assert_int_equal(n, 40);
	}
	ledger_words_free(words);
	shown = ledger_statements(ledger, NULL, see, &sum, &err);
	if (shown == -1) {
		++*failures;
	} else {
		assert_int_equal(shown, 40);
		assert_int_equal(sum, 40 * 41 / 2);
	}
}

static void
fill(struct ledger *ledger)
{
	for (int i = 0; i < 40; i++)
		say(ledger, LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0 + i);
}

static void
test_reading(void **state)
{
	struct fixture *f = *state;
	int failures = 0, failed = 1;

	fill(f->ledger);
	for (int n = 1; failed > 0; n++) {
		fixture_reopen(f);			/* caches are cold */
		arm(SHIM_READ, n, n % 2, SQLITE_IOERR_READ);
		read_all(f->ledger, &failures);
		failed = disarm();
		read_all(f->ledger, &failed);
	}
	assert_true(failures >= 4);
}

static void
test_memory(void **state)
{
	struct fixture *f = *state;
	int failures = 0, failed = 1;

	fill(f->ledger);
	for (int n = 1; failed > 0; n++) {
		struct ledger_receipt receipts[3];
		struct err err = { "" };

		fixture_reopen(f);
		atomic_store(&heap_failed, 0);
		atomic_store(&heap_left, n);
		read_all(f->ledger, &failures);
		if (n % 10 == 0 && append_three(f->ledger, receipts, &err) != -1)
			fail_msg("appended without memory");
		atomic_store(&heap_left, 0);
		failed = atomic_load(&heap_failed);
	}
	assert_true(failures > 50);
	verify(f->ledger, NULL, 1);
}

/* ---- the file itself ----------------------------------------------------------------------------- */

static void
test_locked(void **state)
{
	const struct ledger_settings settings = { .busy_ms = 50 };
	struct fixture *f = *state;
	struct ledger *ledger = NULL;
	struct ledger_receipt receipt;
	struct ledger_statement s = word(LEDGER_REFUSAL, "mail", ANNA, "x.example", T0);
	struct err err = { "" };
	sqlite3 *holder = NULL;

	fill(f->ledger);
	ledger_close(f->ledger);
	f->ledger = NULL;
	assert_int_equal(sqlite3_open(f->path, &holder), SQLITE_OK);
	assert_int_equal(sqlite3_exec(holder, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE", NULL,
	    NULL, NULL), SQLITE_OK);
	assert_int_equal(ledger_open(f->url, &settings, &ledger, &err), -1);
	assert_non_null(strstr(err.text, "locked"));
	assert_int_equal(sqlite3_close(holder), SQLITE_OK);

	fixture_open(f, &settings);
	assert_int_equal(sqlite3_open(f->path, &holder), SQLITE_OK);
	assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(ledger_append(f->ledger, &s, 1, &receipt, &err), -1);
	assert_non_null(strstr(err.text, "locked"));
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 40);
	assert_int_equal(sqlite3_close(holder), SQLITE_OK);
	assert_int_equal(append(f->ledger, &s).outcome, LEDGER_WRITTEN);
}

/* Every page but the first overwritten, cut off, or its tables gone: opening or reading says so. */
static void
test_corrupt(void **state)
{
	static const struct { const char *name, *sql; off_t cut; int junk; } cases[] = {
		{ "junk", NULL, 0, 1 }, { "cut", NULL, 8192, 0 }, { "one page", NULL, 4096, 0 },
		{ "no refusals", "DROP TABLE refusal", 0, 0 }, { "no rules", "DROP TABLE rule", 0, 0 },
		{ "a word of no kind", "INSERT INTO refusal SELECT recipient, '', seq FROM refusal;"
		    " UPDATE refusal SET sender = 'shop.example ' WHERE sender = 'shop.example'", 0, 0 },
	};
	struct fixture *f = *state;
	struct err err = { "" };

	fill(f->ledger);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *copy = g_strdup_printf("%s/copy-%zu.db", f->folder, i);
		char *url = g_strconcat("sqlite:", copy, NULL);
		const char *keys[] = { "shop.example", "shop.example ", "" };
		struct ledger *ledger = NULL;
		struct policy_word *words = NULL;
		struct ledger_report report;
		size_t n = 99;

		assert_int_equal(ledger_backup(f->ledger, copy, &err), 0);
		if (cases[i].sql != NULL)
			raw(copy, cases[i].sql);
		if (cases[i].cut != 0)
			assert_int_equal(truncate(copy, cases[i].cut), 0);
		if (cases[i].junk) {
			FILE *file = fopen(copy, "r+b");

			assert_non_null(file);
			assert_int_equal(fseek(file, 4096, SEEK_SET), 0);
			for (int k = 0; k < 200000; k++)
				(void)fputc(0xa5, file);
			assert_int_equal(fclose(file), 0);
		}
		if (ledger_open(url, NULL, &ledger, &err) == 0) {
			if (ledger_words(ledger, ANNA, keys, 3, &words, &n, &err) != -1)
				fail_msg("%s: %zu words", cases[i].name, n);
			assert_int_equal(n, 99);
			if (ledger_verify(ledger, NULL, &report, &err) == 1)
				fail_msg("%s: verified", cases[i].name);
		}
		ledger_close(ledger);
		g_free(url);
		g_free(copy);
	}
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_writing), T(test_reading), T(test_memory), T(test_locked), T(test_corrupt),
	};

	return cmocka_run_group_tests(tests, shim_setup, NULL);
}
