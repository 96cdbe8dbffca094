/*
 * test-judge-split.c - the memory of mixed messages: groups, age, ceiling, threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <pthread.h>
#include <cmocka.h>
#include "judge_split.h"

static void
test_groups(void **state)
{
	struct judge_split *split = judge_split_new(100);

	(void)state;
	assert_non_null(split);
	assert_int_equal(judge_split_group(split, "n@shop.example", "a@example.com", 1), -1);
	judge_split_remember(split, "n@shop.example", "a@example.com", 1, 1000);
	judge_split_remember(split, "n@shop.example", "b@example.com", 0, 1000);
	assert_int_equal(judge_split_group(split, "n@shop.example", "a@example.com", 2000), 1);
	assert_int_equal(judge_split_group(split, "n@shop.example", "b@example.com", 2000), 0);
	assert_int_equal(judge_split_group(split, "m@shop.example", "a@example.com", 2000), -1);
	assert_int_equal(judge_split_group(split, "", "a@example.com", 2000), -1);
	/* The latest word counts. */
	judge_split_remember(split, "n@shop.example", "a@example.com", 0, 3000);
	assert_int_equal(judge_split_group(split, "n@shop.example", "a@example.com", 3000), 0);
	judge_split_forget(split, "n@shop.example", "nobody@example.com");
	judge_split_forget(split, "n@shop.example", "a@example.com");
	assert_int_equal(judge_split_group(split, "n@shop.example", "a@example.com", 3000), -1);
	assert_int_equal(judge_split_group(split, "n@shop.example", "b@example.com", 3000), 0);
	judge_split_free(split);
	judge_split_free(NULL);
}

static void
test_age(void **state)
{
	struct judge_split *split = judge_split_new(100);

	(void)state;
	judge_split_remember(split, "s", "r", 1, 1000);
	assert_int_equal(judge_split_group(split, "s", "r", 1000 + JUDGE_SPLIT_TTL - 1), 1);
	assert_int_equal(judge_split_group(split, "s", "r", 1000 + JUDGE_SPLIT_TTL), -1);
	judge_split_free(split);
}

static void
test_ceiling(void **state)
{
	struct judge_split *split = judge_split_new(10);
	char rcpt[32];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		(void)snprintf(rcpt, sizeof(rcpt), "r%d", i);
		judge_split_remember(split, "s", rcpt, 1, i);
	}
	for (i = 0; i < 1000; i++) {
		(void)snprintf(rcpt, sizeof(rcpt), "r%d", i);
		assert_int_equal(judge_split_group(split, "s", rcpt, 1000), i >= 990 ? 1 : -1);
	}
	judge_split_free(split);
}

static void *
hammer(void *arg)
{
	char rcpt[32];
	int i;

	for (i = 0; i < 5000; i++) {
		(void)snprintf(rcpt, sizeof(rcpt), "r%d", i % 37);
		judge_split_remember(arg, "s", rcpt, i & 1, i);
		(void)judge_split_group(arg, "s", rcpt, i);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct judge_split *split = judge_split_new(20);
	pthread_t thread[4];
	char rcpt[32];
	int i, found = 0;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, hammer, split), 0);
	for (i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < 37; i++) {
		(void)snprintf(rcpt, sizeof(rcpt), "r%d", i);
		found += judge_split_group(split, "s", rcpt, 5000) >= 0;
	}
	assert_int_equal(found, 20);
	judge_split_free(split);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups), cmocka_unit_test(test_age), cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
