/*
 * test-match.c - hits, misses and failures of many patterns; the filter must change none of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "match.h"

struct seen {
	unsigned	hits[64], failed[64];
};

static void
note(void *arg, unsigned id, bool failed)
{
	struct seen	*s = arg;

	assert_true(id < 64);
	if (failed)
		s->failed[id]++;
	else
		s->hits[id]++;
}

/* A copy of exactly len octets, so that a look behind them is seen. */
static char *
exactly(const char *text, size_t len)
{
	char	*copy = malloc(len == 0 ? 1 : len);

	assert_non_null(copy);
	memcpy(copy, text, len);
	return copy;
}

static const struct {
	const char	*pattern;
	unsigned	 flags;
	const char	*subject;
	int		 want;		/* 1, 0, -1 */
} cases[] = {
	{ "cheap",		0,			"very cheap", 1 },
	{ "cheap",		0,			"very CHEAP", 0 },
	{ "cheap",		MATCH_CASELESS,		"very CHEAP", 1 },
	{ "^b",			0,			"a\nb", 0 },
	{ "^b",			MATCH_MULTILINE,	"a\nb", 1 },
	{ "a$",			0,			"a\n", 1 },
	{ "a\\z",		0,			"a\n", 0 },
	{ "a.b",		0,			"a\nb", 0 },
	{ "a.b",		MATCH_DOTALL,		"a\nb", 1 },
	{ "a b # c",		MATCH_EXTENDED,		"ab", 1 },
	{ "^$",			0,			"", 1 },
	{ "",			0,			"x", 1 },
	{ "\\x{e4}\\x{bb}",	0,			"\xe4\xbb\xa3", 1 },
	{ "^...$",		0,			"\xe4\xbb\xa3", 1 },
	{ "^.$",		MATCH_UTF,		"\xe4\xbb\xa3", 1 },
	{ "^\\w$",		MATCH_UTF,		"\xe4\xbb\xa3", 1 },
	{ "\\w",		0,			"\xe4\xbb\xa3", 0 },
	{ "a",			MATCH_UTF,		"a\xff", -1 },
	{ "a",			MATCH_UTF,		"a\xed\xa0\x80", -1 },
	{ "a",			MATCH_UTF,		"a\xc0\x80", -1 },
	{ "a",			MATCH_UTF,		"a\xf4\x90\x80\x80", -1 },
	{ "a",			MATCH_UTF,		"a\xe4\xbb", -1 },
	{ "(a+)+$",		0,			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", -1 },
	{ "(?<=x)y",		0,			"xy", 1 },
	{ "(a)\\1",		0,			"aa", 1 },
	{ "(?!a)b",		0,			"b", 1 },
	{ "a.*?b",		MATCH_UNGREEDY,		"a--b", 1 },
};

#define NCASES	(sizeof(cases) / sizeof(cases[0]))

static void
test_one(void **state)
{
	size_t	i;

	(void)state;
	for (i = 0; i < NCASES; i++) {
		struct match		*m = NULL;
		struct match_work	*w;
		struct err		 err = { "" };
		struct seen		 seen = { { 0 }, { 0 } };
		size_t			 len = strlen(cases[i].subject);
		char			*subject = exactly(cases[i].subject, len);
		int			 got;

		assert_int_equal(match_new(1, NULL, &m, &err), 0);
		assert_int_equal(match_add(m, 0, 0, cases[i].pattern, strlen(cases[i].pattern), cases[i].flags,
		    &err), 0);
		assert_int_equal(match_finish(m, &err), 0);
		w = match_work_take(m);
		assert_non_null(w);
		got = match_one(m, w, 0, subject, len);
		if (got != cases[i].want)
			fail_msg("case %zu, /%s/: %d, want %d", i, cases[i].pattern, got, cases[i].want);
		assert_int_equal(match_scan(m, w, 0, subject, len, note, &seen, &err), 0);
		assert_int_equal(seen.hits[0], cases[i].want == 1);
		assert_int_equal(seen.failed[0], cases[i].want == -1);
		match_work_give(m, w);
		match_free(m);
		free(subject);
	}
}

/* All cases in one group, where a filter stands before them: the answers must be the same. */
static void
test_together(void **state)
{
	struct match		*m = NULL;
	struct match_work	*w;
	struct err		 err = { "" };
	size_t			 i, k;

	(void)state;
	assert_int_equal(match_new(2, NULL, &m, &err), 0);
	for (i = 0; i < NCASES; i++)
		assert_int_equal(match_add(m, 1, (unsigned)i, cases[i].pattern, strlen(cases[i].pattern),
		    cases[i].flags, &err), 0);
	assert_int_equal(match_finish(m, &err), 0);
	w = match_work_take(m);
	for (k = 0; k < NCASES; k++) {
		size_t		 len = strlen(cases[k].subject);
		char		*subject = exactly(cases[k].subject, len);
		struct seen	 seen = { { 0 }, { 0 } };

		assert_int_equal(match_scan(m, w, 1, subject, len, note, &seen, &err), 0);
		for (i = 0; i < NCASES; i++) {
			int	alone = match_one(m, w, (unsigned)i, subject, len);

			/* Where a pattern alone would have failed, it may be spared the trying. */
			if (alone != -1 && (seen.hits[i] != (alone == 1) || seen.failed[i] != 0))
				fail_msg("subject %zu, /%s/: alone %d, together %u hits %u failed", k,
				    cases[i].pattern, alone, seen.hits[i], seen.failed[i]);
		}
		free(subject);
	}
	match_work_give(m, w);
	match_free(m);
}

static void
test_pieces(void **state)
{
	static const char		 text[] = "first line\nsecond buy\nnow third\n";
	static const struct match_piece	 lines[] = { { 0, 11 }, { 11, 11 }, { 22, 10 } };
	static const struct {
		const char	*pattern;
		bool		 want;
	} p[] = {
		{ "buy\\s+now", false },	{ "^second", true },	{ "line$", true },	{ "line\\n$", true },
		{ "\\Anow", true },		{ "third\\s\\z", true },	{ "^line", false },	{ "buy", true },
		{ "y.n", false },		{ "(?-m:^now)", true },	{ "\\bbuy\\b", true },	{ "first.*third", false },
		{ "(?<!d )buy", false },	{ "x?", true },		{ "d (?=buy$)", true },	{ "\\Gnow", true },
	};
	struct match			*m = NULL;
	struct match_work		*w;
	struct err			 err = { "" };
	struct seen			 seen = { { 0 }, { 0 } };
	char				*subject = exactly(text, sizeof(text) - 1);
	size_t				 i;

	(void)state;
	assert_int_equal(match_new(1, NULL, &m, &err), 0);
	for (i = 0; i < sizeof(p) / sizeof(p[0]); i++)
		assert_int_equal(match_add(m, 0, (unsigned)i, p[i].pattern, strlen(p[i].pattern), MATCH_DOTALL, &err), 0);
	assert_int_equal(match_finish(m, &err), 0);
	w = match_work_take(m);
	assert_int_equal(match_scan_pieces(m, w, 0, subject, sizeof(text) - 1, lines, 3, note, &seen, &err), 0);
	for (i = 0; i < sizeof(p) / sizeof(p[0]); i++) {
		if (seen.hits[i] != p[i].want)
			fail_msg("/%s/: %u, want %d", p[i].pattern, seen.hits[i], p[i].want);
	}
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(match_scan_pieces(m, w, 0, subject, sizeof(text) - 1, lines, 0, note, &seen, &err), 0);
	assert_int_equal(seen.hits[7], 0);
	match_work_give(m, w);
	match_free(m);
	free(subject);
}

static void
test_count(void **state)
{
	static const struct {
		const char	*pattern, *subject;
		unsigned	 max;
		int		 want;
	} c[] = {
		{ "a", "banana", 100, 3 },	{ "a", "banana", 2, 2 },	{ "a", "banana", 0, 0 },
		{ "a*", "aab", 100, 3 },	{ "", "abc", 100, 4 },		{ "x", "banana", 9, 0 },
		{ "(?=a)", "aa", 9, 2 },	{ "ana", "banana", 9, 1 },
		{ "(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 9, -1 },
	};
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct match		*m = NULL;
		struct match_work	*w;
		struct err		 err = { "" };
		char			*subject = exactly(c[i].subject, strlen(c[i].subject));

		assert_int_equal(match_new(1, NULL, &m, &err), 0);
		assert_int_equal(match_add(m, 0, 0, c[i].pattern, strlen(c[i].pattern), 0, &err), 0);
		assert_int_equal(match_finish(m, &err), 0);
		w = match_work_take(m);
		assert_int_equal(match_count(m, w, 0, subject, strlen(c[i].subject), c[i].max), c[i].want);
		match_work_give(m, w);
		match_free(m);
		free(subject);
	}
}

static void
test_broken(void **state)
{
	struct match		*m = NULL;
	struct match_work	*w, *w2;
	struct err		 err = { "" };
	struct seen		 seen = { { 0 }, { 0 } };

	(void)state;
	assert_int_equal(match_new(0, NULL, &m, &err), -1);
	assert_null(m);
	assert_int_equal(match_new(1, NULL, &m, &err), 0);
	assert_int_equal(match_add(m, 0, 0, "(", 1, 0, &err), -1);
	assert_non_null(strstr(err.text, "at octet"));
	assert_int_equal(match_add(m, 0, 1, "ok", 2, 0, &err), 0);
	assert_int_equal(match_add(m, 0, 1, "twice", 5, 0, &err), -1);
	assert_int_equal(match_add(m, 1, 2, "no group", 8, 0, &err), -1);
	assert_int_equal(match_add(m, 0, 3, "(*UTF)x", 7, 0, &err), -1);
	assert_int_equal(match_add(m, 0, 4, "\\C", 2, MATCH_UTF, &err), -1);
	assert_int_equal(match_scan(m, NULL, 0, "ok", 2, note, &seen, &err), -1);	/* not finished */
	assert_int_equal(match_finish(m, &err), 0);
	assert_int_equal(match_add(m, 0, 5, "late", 4, 0, &err), -1);
	w = match_work_take(m);
	assert_int_equal(match_scan(m, w, 0, "ok (", 4, note, &seen, &err), 0);
	assert_int_equal(seen.hits[1], 1);
	assert_int_equal(seen.hits[0], 0);
	assert_int_equal(match_one(m, w, 0, "(", 1), 0);
	assert_int_equal(match_one(m, w, 999, "(", 1), 0);
	assert_int_equal(match_scan(m, w, 7, "ok", 2, note, &seen, &err), -1);
	match_work_give(m, w);
	w2 = match_work_take(m);
	assert_ptr_equal(w, w2);		/* out of the pool */
	match_work_give(m, w2);
	match_work_give(m, NULL);
	match_free(m);
	match_free(NULL);
	assert_non_null(strstr(match_engine(), "pcre2 "));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
