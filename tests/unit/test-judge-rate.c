/* test-judge-rate.c - how many commands came from whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "judge_rate.h"

static void
test_limit(void **state)
{
	struct judge_rate *rate = judge_rate_new(10);
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_true(judge_rate_within(rate, "a", 3, 1000));
		judge_rate_count(rate, "a", 1000);
	}
	assert_false(judge_rate_within(rate, "a", 3, 1000));
	assert_true(judge_rate_within(rate, "a", 4, 1000));
	assert_true(judge_rate_within(rate, "a", 0, 1000));		/* no limit */
	assert_true(judge_rate_within(rate, "b", 3, 1000));		/* another's are not ours */
	assert_false(judge_rate_within(rate, "a", 3, 1000 + JUDGE_RATE_WINDOW - 1));
	assert_true(judge_rate_within(rate, "a", 3, 1000 + JUDGE_RATE_WINDOW));
	judge_rate_count(rate, "a", 1000 + JUDGE_RATE_WINDOW);		/* a new hour begins with one */
	assert_false(judge_rate_within(rate, "a", 1, 1001 + JUDGE_RATE_WINDOW));
	assert_true(judge_rate_within(rate, "a", 2, 1001 + JUDGE_RATE_WINDOW));
	judge_rate_free(rate);
	judge_rate_free(NULL);
}

/* Whoever floods with names cannot make it grow; those who are over make room first. */
static void
test_ceiling(void **state)
{
	struct judge_rate *rate = judge_rate_new(100);
	char name[32];
	int i;

	(void)state;
	judge_rate_count(rate, "old", 0);
	for (i = 0; i < 99; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		judge_rate_count(rate, name, JUDGE_RATE_WINDOW);
	}
	judge_rate_count(rate, "one more", JUDGE_RATE_WINDOW);		/* "old" went */
	assert_false(judge_rate_within(rate, "n0", 1, JUDGE_RATE_WINDOW));
	for (i = 0; i < 100000; i++) {
		(void)snprintf(name, sizeof(name), "flood %d", i);
		judge_rate_count(rate, name, JUDGE_RATE_WINDOW);
	}
	assert_true(judge_rate_within(rate, "n0", 1, JUDGE_RATE_WINDOW));
	judge_rate_free(rate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_limit), cmocka_unit_test(test_ceiling) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
