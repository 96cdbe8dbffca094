/*
 * test-err-log.c - the ground: sentences that cannot be forged, lines that cannot be doubled.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "err.h"
#include "log.h"

static void
test_err(void **state)
{
	char longer[2000];
	struct err err;

	(void)state;
	assert_int_equal(err_set(&err, "cannot open '%s'", "a\nb\x7f"), -1);
	assert_string_equal(err.text, "cannot open 'a?b?'");
	assert_int_equal(err_prefix(&err, "line %d", 7), -1);
	assert_string_equal(err.text, "line 7: cannot open 'a?b?'");
	assert_int_equal(err_set(NULL, "nobody asks"), -1);
	assert_int_equal(err_prefix(NULL, "nobody asks"), -1);
	/* Cut at a character border: 広 is three octets. */
	memset(longer, 'x', sizeof(longer));
	memcpy(longer + ERR_MAX - 2, "\xe5\xba\x83", 3);
	longer[sizeof(longer) - 1] = '\0';
	(void)err_set(&err, "%s", longer);
	assert_int_equal(strlen(err.text), ERR_MAX - 2);
	longer[ERR_MAX - 2] = 'x';
	longer[ERR_MAX - 1] = 'x';
	longer[ERR_MAX] = 'x';
	(void)err_set(&err, "%s", longer);
	assert_int_equal(strlen(err.text), ERR_MAX - 1);
}

static void
test_gate(void **state)
{
	struct log_gate gate = { 0 };
	uint64_t held = 99;

	(void)state;
	assert_true(log_gate_open(&gate, 1000, 60000, &held));
	assert_int_equal(held, 0);
	assert_false(log_gate_open(&gate, 2000, 60000, &held));
	assert_false(log_gate_open(&gate, 60999, 60000, &held));
	assert_true(log_gate_open(&gate, 61000, 60000, &held));
	assert_int_equal(held, 2);
	/* A clock set back does not silence the log for ever. */
	assert_true(log_gate_open(&gate, 5000, 60000, &held));
}

static void
test_value(void **state)
{
	static const struct {
		const char	*value, *want;
		unsigned	 size;
	} cases[] = {
		{ NULL, "-", 10 },
		{ "", "-", 10 },
		{ "plain", "plain", 10 },
		{ "a b", "a\\x20b", 10 },
		{ "q=\"\\", "q=\\x22\\x5c", 20 },
		{ "\n", "\\x0a", 10 },
		{ "\xe9", "\\xe9", 5 },
		{ "\xe9", "", 4 },
		{ "abcdef", "abc", 4 },
	};
	char out[40];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(log_value(cases[i].value, out, cases[i].size), cases[i].want);
}

static void
test_line(void **state)
{
	char path[] = "/tmp/tuiding-log-XXXXXX", text[4096] = "";
	int fd = mkstemp(path), saved = dup(STDERR_FILENO);
	char *longer = malloc(5000);
	struct log *log = log_open("unit", true);
	ssize_t n;

	(void)state;
	assert_true(fd >= 0 && saved >= 0);
	memset(longer, 'y', 4999);
	longer[4999] = '\0';
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	log_line(log, LOG_LEVEL_ERROR, "one%stwo", "\n");
	log_line(log, LOG_LEVEL_INFO, "%s", longer);
	log_line(NULL, LOG_LEVEL_INFO, "nowhere");
	(void)dup2(saved, STDERR_FILENO);
	n = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(n > 2000 && n < 2200);
	assert_non_null(strstr(text, "error: one?two\n"));
	(void)unlink(path);
	(void)close(fd);
	(void)close(saved);
	free(longer);
	log_free(log);
	log_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_err), cmocka_unit_test(test_gate), cmocka_unit_test(test_value),
		cmocka_unit_test(test_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
