/*
 * test-ledger-gone.c - a ledger whose file is taken away or replaced under an open handle says so, never "none".
 */
#include "ledger-fixture.h"

static void
test_gone(void **state)
{
	static const char *const keys[] = { "*", "shop.example" };
	struct ledger_statement st = { .kind = LEDGER_REFUSAL, .source = "reply", .given_at = 1, .received_at = 2,
		.recipient = "anna@example.com", .sender = "shop.example" };
	char dir[] = "/tmp/tuiding-gone-XXXXXX", path[64], aside[64], url[80];
	struct ledger_receipt receipt;
	struct policy_word *words = NULL;
	struct ledger *ledger = NULL;
	struct err err = { "" };
	size_t n = 99;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/a.db", dir);
	(void)snprintf(aside, sizeof(aside), "%s/b.db", dir);
	(void)snprintf(url, sizeof(url), "sqlite:%s", path);
	assert_int_equal(ledger_migrate(url, true, NULL, NULL, &err), 1);
	assert_int_equal(ledger_open(url, NULL, &ledger, &err), 0);
	assert_int_equal(ledger_alive(ledger, &err), 1);
	assert_int_equal(ledger_append(ledger, &st, 1, &receipt, &err), 0);

	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(ledger_alive(ledger, &err), -1);
	assert_int_equal(ledger_words(ledger, "anna@example.com", keys, 2, &words, &n, &err), -1);
	assert_int_equal(n, 99);
	assert_non_null(strstr(err.text, "is gone"));
	st.given_at = 3;
	assert_int_equal(ledger_append(ledger, &st, 1, &receipt, &err), -1);

	assert_true(g_file_set_contents(path, "another", -1, NULL));
	assert_int_equal(ledger_words(ledger, "anna@example.com", keys, 2, &words, &n, &err), -1);
	assert_non_null(strstr(err.text, "another file"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rename(aside, path), 0);
	assert_int_equal(ledger_alive(ledger, &err), 1);
	assert_int_equal(ledger_words(ledger, "anna@example.com", keys, 2, &words, &n, &err), 0);
	assert_int_equal(n, 1);
	ledger_words_free(words);
	ledger_close(ledger);
	(void)unlink(path);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_gone) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
