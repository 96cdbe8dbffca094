/*
 * test-admin-time.c - times as people write them, in a zone of their own.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "admin_time.h"

#define N(array)	(sizeof(array) / sizeof((array)[0]))
#define NOW		INT64_C(1700000000123)	/* 2023-11-15T06:13:20.123+08:00 */
#define DAY		INT64_C(86400000)

static int
zone_set(void **state)
{
	(void)state;
	assert_int_equal(setenv("TZ", "CST-8", 1), 0);
	tzset();
	return 0;
}

static void
reads(void **state)
{
	static const struct {
		const char	*text;
		int64_t		 want;
		bool		 date;
	} cases[] = {
		{ "1970-01-02", 57600000, true },
		{ "2023-11-15", 1699977600000, true },
		{ "2023/11/15", 1699977600000, true },
		{ "2023/1/5", 1672848000000, true },
		{ "2024-02-29", 1709136000000, true },
		{ "2023-11-15T06:13", 1699999980000, false },
		{ "2023-11-15 06:13:20", 1700000000000, false },
		{ "2023/11/15 6:13", 1699999980000, false },
		{ "2023-11-15T06:13:20.123", 1700000000123, false },
		{ "2023-11-15T06:13:20.1", 1700000000100, false },
		{ "2023-11-15T06:13:20.123456789", 1700000000123, false },
		{ "2023-11-14T22:13:20Z", 1700000000000, false },
		{ "2023-11-14T22:13:20.123Z", 1700000000123, false },
		{ "2023-11-15T06:13:20+08:00", 1700000000000, false },
		{ "2023-11-15T06:13:20+0800", 1700000000000, false },
		{ "2023-11-14T17:13:20-05", 1700000000000, false },
		{ "2023-11-15T03:43:20+05:30", 1700000000000, false },
	};
	int64_t ms;
	bool date;
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		ms = -1;
		if (admin_time_parse(cases[i].text, NOW, ADMIN_TIME_NO_SPAN, &ms, &date) != 1)
			fail_msg("'%s' is refused", cases[i].text);
		if (ms != cases[i].want || date != cases[i].date)
			fail_msg("'%s' reads %lld", cases[i].text, (long long)ms);
	}
}

static void
refuses(void **state)
{
	static const char *const cases[] = {
		"", " ", "2023", "2023-11", "2023-11-", "2023-1-5", "2023-13-01", "2023-00-10",
		    "2023-11-31", "2023-02-29",
		"1900-02-29", "1969-12-31", "99999-01-01", "2023-11/15", "2023-11-15x",
		    "2023-11-15T", "2023-11-15T06",
		"2023-11-15T24:00", "2023-11-15T06:60", "2023-11-15T06:13:60",
		    "2023-11-15T06:13:20.", "2023-11-15T06:13:2",
		"2023-11-15T06:13ZZ", "2023-11-15T06:13+", "2023-11-15T06:13+99:00",
		    "2023-11-15T06:13+08:61",
		"2023-11-15  06:13", "-023-11-15", "20231115", "yesterday", "7", "d", "7x", "7dd",
		    "-7d", "7 d", "999999d",
		"1.5d", "2023-11-15T06:13:20.123+08:00 ", "\xEF\xBC\x97\x64",
	};
	int64_t ms;
	bool date;
	size_t i;
	int span;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		for (span = ADMIN_TIME_NO_SPAN; span <= ADMIN_TIME_FROM_NOW; span++) {
			ms = 42;
			if (admin_time_parse(cases[i], NOW, (enum admin_time_span)span, &ms,
			    &date) != -1 || ms != 42)
				fail_msg("'%s' is read as %lld", cases[i], (long long)ms);
		}
	}
}

static void
spans(void **state)
{
	static const struct {
		const char	*text;
		int64_t		 ago, from;	/* difference to now */
	} cases[] = {
		{ "0d", 0, 0 }, { "1h", -3600000, 3600000 }, { "7d", -7 * DAY, 7 * DAY }, { "2w",
		    -14 * DAY, 14 * DAY },
		{ "1m", -31 * DAY, 30 * DAY },		/* from 15 October, to 15 December */
		{ "1y", -365 * DAY, 366 * DAY },	/* 2024 has a 29 February */
	};
	int64_t ms;
	bool date;
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		assert_int_equal(admin_time_parse(cases[i].text, NOW, ADMIN_TIME_AGO, &ms, &date), 1);
		assert_int_equal(ms, NOW + cases[i].ago);
		assert_false(date);
		assert_int_equal(admin_time_parse(cases[i].text, NOW, ADMIN_TIME_FROM_NOW, &ms,
		    NULL), 1);
		assert_int_equal(ms, NOW + cases[i].from);
		assert_int_equal(admin_time_parse(cases[i].text, NOW, ADMIN_TIME_NO_SPAN, &ms,
		    NULL), -1);
	}
	assert_int_equal(admin_time_parse("100y", NOW, ADMIN_TIME_AGO, &ms, NULL), -1);		/* before 1970 */
	assert_int_equal(admin_time_parse("9000y", NOW, ADMIN_TIME_FROM_NOW, &ms, NULL), -1);	/* after 9999 */
}

static void
writes(void **state)
{
	static const int64_t cases[] = { 1, 999, 1000, NOW, INT64_C(253402271999999) };
	char out[ADMIN_TIME_MAX];
	int64_t back;
	size_t i;

	(void)state;
	assert_string_equal(admin_time_text(NOW, true, out), "2023-11-15T06:13:20.123+08:00");
	assert_string_equal(admin_time_text(NOW, false, out), "2023-11-15 06:13:20");
	assert_string_equal(admin_time_text(-1, true, out), "?");
	assert_string_equal(admin_time_text(INT64_MAX, true, out), "?");
	for (i = 0; i < N(cases); i++) {
		assert_int_equal(admin_time_parse(admin_time_text(cases[i], true, out), 0,
		    ADMIN_TIME_NO_SPAN, &back,
		    NULL), 1);
		assert_int_equal(back, cases[i]);
	}
	assert_int_equal(admin_time_next_day(NOW), INT64_C(1700064000000));
	assert_int_equal(admin_time_next_day(INT64_C(1699977600000)), INT64_C(1700064000000));
}

/* West of Greenwich, and half hours. */
static void
zones(void **state)
{
	char out[ADMIN_TIME_MAX];

	(void)state;
	assert_int_equal(setenv("TZ", "XXX3:30", 1), 0);
	tzset();
	assert_string_equal(admin_time_text(NOW, true, out), "2023-11-14T18:43:20.123-03:30");
	(void)zone_set(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads), cmocka_unit_test(refuses), cmocka_unit_test(spans),
		cmocka_unit_test(writes), cmocka_unit_test(zones),
	};

	return cmocka_run_group_tests(tests, zone_set, NULL);
}
