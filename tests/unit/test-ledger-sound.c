/* test-ledger-sound.c - a file that was damaged while nobody looked is noticed when it is opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "ledger.h"

#define STATEMENTS	400
#define PAGE		4096

static void
fill(const char *url)
{
	const struct ledger_settings settings = { .create = true };
	struct ledger_statement statements[STATEMENTS];
	struct ledger_receipt receipts[STATEMENTS];
	static char recipients[STATEMENTS][64];
	struct ledger *ledger = NULL;
	struct err err = { "" };
	size_t i;

	assert_int_equal(ledger_open(url, &settings, &ledger, &err), 0);
	for (i = 0; i < STATEMENTS; i++) {
		(void)snprintf(recipients[i], sizeof(recipients[i]), "person-%zu@example.com", i);
		statements[i] = (struct ledger_statement){
			.kind = LEDGER_REFUSAL, .source = "admin", .given_at = 1000, .received_at = 1000,
			.recipient = recipients[i], .sender = "shop.example",
		};
	}
	assert_int_equal(ledger_append(ledger, statements, STATEMENTS, receipts, &err), 0);
	assert_int_equal(ledger_sound(ledger, &err), 1);
	ledger_close(ledger);			/* the write-ahead log goes into the file */
}

/* 1, 0, -1 of ledger_sound(); 0 too when it cannot even be opened. */
static int
look(const char *url)
{
	const struct ledger_settings settings = { .readers = 1 };
	struct ledger *ledger = NULL;
	struct err err = { "" };
	int ret = 0;

	if (ledger_open(url, &settings, &ledger, &err) == 0)
		ret = ledger_sound(ledger, &err);
	if (ret != 1)
		assert_true(err.text[0] != '\0');
	ledger_close(ledger);
	return ret;
}

static void
test_damage(void **state)
{
	char folder[] = "/tmp/test-ledger-sound.XXXXXX", path[96], url[112], wal[112], zeros[PAGE / 2] = { 0 };
	int damaged = 0, at, pages;
	struct stat st;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/t.db", folder);
	(void)snprintf(url, sizeof(url), "sqlite:%s", path);
	fill(url);
	assert_int_equal(look(url), 1);
	assert_int_equal(stat(path, &st), 0);
	pages = (int)(st.st_size / PAGE);
	assert_true(pages > 20);
	for (at = pages / 2; at < pages / 2 + 8; at++) {	/* half of a page, eight pages in a row: some are in use */
		file = fopen(path, "r+b");
		assert_non_null(file);
		assert_int_equal(fseek(file, (long)at * PAGE, SEEK_SET), 0);
		assert_int_equal(fwrite(zeros, 1, sizeof(zeros), file), sizeof(zeros));
		assert_int_equal(fclose(file), 0);
		damaged += look(url) == 0;
	}
	assert_true(damaged > 0);
	assert_int_equal(look(url), 0);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	(void)unlink(wal);
	(void)snprintf(wal, sizeof(wal), "%s-shm", path);
	(void)unlink(wal);
	assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_damage) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
