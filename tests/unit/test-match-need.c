/*
 * test-match-need.c - what a pattern's matches must contain, read from the pattern.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "match.h"
#include "match_need.h"

#define ANY	MATCH_BEFORE_ANY

static const struct {
	const char	*pattern;
	unsigned	 flags;
	const char	*want;		/* literals, sorted by length, '|' between; "": nothing known */
	size_t		 before;		/* the most of any */
	bool		 plain;
} cases[] = {
	{ "cheap",			0,		"cheap",		0,	true },
	{ "Cheap",			MATCH_CASELESS,	"cheap",		0,	true },
	{ "cheap|dear",			0,		"dear|cheap",		0,	true },
	{ "cheap|[a-z]+",		0,		"",			0,	false },
	{ "^cheap",			0,		"cheap",		0,	false },
	{ "cheap\\b",			0,		"cheap",		0,	false },
	{ "(?=dear)cheap",		0,		"cheap",		0,	false },
	{ "(?!cheap)dear",		0,		"dear",			0,	false },
	{ "(?<=cheap )dear",		0,		"dear",			0,	false },
	{ "(?<!cheap )[a-z]+dear",	MATCH_UTF,	"dear",			ANY,	false },
	{ "cheap|",			0,		"",			0,	false },
	{ "cheap?",			0,		"chea",			0,	true },
	{ "(?:cheap)?",			0,		"",			0,	false },
	{ "(?:cheap)*dear",		0,		"dear",			ANY,	false },
	{ "(?:cheap){0}dear",		0,		"dear",			0,	true },
	{ "(?:cheap){0,3}dear",		0,		"dear",			15,	false },
	{ "(?:cheap)+",			0,		"cheap",		0,	false },
	{ "(?:ab){2}c",			0,		"ababc",		0,	true },
	{ "(?:cheap){2,}",		0,		"cheapcheap",		0,	false },
	{ "(?:ab|cd){2,}",		0,		"abab|abcd|cdab|cdcd",	0,	false },
	{ "\\b(?:ta|ps|am)\\b",		0,		"am|ps|ta",		0,	false },
	{ "_{30,}",			0,		"________",		0,	false },
	{ "a_{4}b",			0,		"a____",		0,	false },
	{ "(?:long phrase of words ){4,}", 0,		"long phrase of words long phrase of words ", 0, false },
	{ "(?:really )?cheap",		0,		"cheap",		7,	true },
	{ "(?>really|real)cheap",	0,		"realcheap|reallycheap", 0,	false },
	{ "ab.cheap",			0,		"cheap",		3,	false },
	{ "ab.cheap",			MATCH_UTF,	"cheap",		6,	false },
	{ "ab.{0,5}cheap",		MATCH_UTF,	"cheap",		22,	false },
	{ "ab.*cheap",			0,		"cheap",		ANY,	false },
	{ "[Cc]heap",			0,		"Cheap|cheap",		0,	true },
	{ "ch[a-q]ap",			0,		"ch",			0,	false },
	{ "[a-q]e[a-q]",		0,		"",			0,	false },
	{ "\\$\\d",			0,		"$",			0,	false },
	{ "\\w@\\w",			0,		"@",			1,	false },
	{ "\\d+ days",			0,		" days",		1,	false },
	{ "\\d+? days",			MATCH_UTF,	" days",		4,	false },
	{ "\\d++ days",			0,		" days",		ANY,	false },
	{ "\\d* days",			0,		" days",		0,	true },
	{ "^\\d+ days",			0,		" days",		ANY,	false },
	{ "\\d{2,} days",		0,		" days",		2,	false },
	{ "(?:\\d+|many) days",		0,		" days",		4,	false },
	{ "(?:\\d+|many )+days",	0,		"days",			ANY,	false },
	{ "(?=\\d+)days",		0,		"days",			0,	false },
	{ "(\\d+) days \\1",		0,		" days ",		ANY,	false },
	{ "(?>\\d+) days",		0,		" days",		ANY,	false },
	{ "x+ days",			0,		"x days",		0,	true },
	{ "[^c]heap",			0,		"heap",			1,	false },
	{ "[]c]heap",			0,		"]heap|cheap",		0,	true },
	{ "[\\]c]heap",			0,		"]heap|cheap",		0,	true },
	{ "[\\\\c]heap",		0,		"\\heap|cheap",		0,	true },
	{ "[a\\-c]heap",		0,		"-heap|aheap|cheap",	0,	true },
	{ "[[:alpha:]]cheap",		0,		"cheap",		1,	false },
	{ "[[:<:]]cheap",		0,		"",			0,	false },
	{ "[\\d.]cheap",		0,		"cheap",		1,	false },
	{ "a\\.b\\x63\\x{64}\\n",	0,		"a.bcd\n",		0,	true },
	{ "\\Qa.b\\Ecd",		0,		"a.bcd",		0,	true },
	{ "ab\\Qc\\E*def",		0,		"ab",			0,	false },
	{ "abcd\\E*",			0,		"",			0,	false },
	{ "abcd\\Q\\E*",		0,		"",			0,	false },
	{ "(?i)cheap",			0,		"cheap",		0,	false },
	{ "ch(?i:EAP)",			0,		"cheap",		0,	false },
	{ "(?-i)CHEAP",			MATCH_CASELESS,	"cheap",		0,	false },
	{ "(?^)CHEAP",			MATCH_CASELESS,	"",			0,	false },
	{ "(?x)che ap",			0,		"",			0,	false },
	{ "che ap # dear\n s",		MATCH_EXTENDED,	"cheaps",		0,	true },
	{ "cheap # x\n *dear",		MATCH_EXTENDED,	"chea",			0,	false },
	{ "che\\ ap[ #]",		MATCH_EXTENDED,	"che ap |che ap#",	0,	true },
	{ "cheap(?#dear)*",		0,		"",			0,	false },
	{ "(*ACCEPT)cheap",		0,		"",			0,	false },
	{ "cheap(*SKIP)dear",		0,		"",			0,	false },
	{ "\\Gcheap",			0,		"",			0,	false },
	{ "(?(?=x)cheap|dear)",		0,		"",			0,	false },
	{ "(cheap)\\1",			0,		"cheap",		0,	false },
	{ "(cheap)(?1)",		0,		"",			0,	false },
	{ "(c)\\1heap",			0,		"heap",			ANY,	false },
	{ "(?<a>che)(?'b'ap)(?P<c>ly)",	0,		"cheaply",		0,	true },
	{ "cheap{2}",			0,		"cheapp",		0,	true },
	{ "cheap{,2}",			0,		"",			0,	false },
	{ "cheap{x}",			0,		"cheap{x}",		0,	true },
	{ "cheap+?dear",		0,		"cheap",		0,	false },
	{ "cheap?+dear",		0,		"cheadear|cheapdear",	0,	false },
	{ "cheap",			MATCH_UTF | MATCH_CASELESS, "cheap",	0,	true },
	{ "skate",			MATCH_UTF | MATCH_CASELESS, "ate",	6,	false },
	{ "skate",			MATCH_CASELESS,	"skate",		0,	true },
	{ "\xc3\xa9""cole",		MATCH_UTF | MATCH_CASELESS, "cole",	4,	false },
	{ "\xc3\xa9""cole",		MATCH_UTF,	"\xc3\xa9""cole",	0,	true },
	{ "\xe7\xa5\xa8",		MATCH_UTF,	"\xe7\xa5\xa8",		0,	true },
	{ "\xe7\xa5\xa8",		MATCH_UTF | MATCH_CASELESS, "\xe7\xa5\xa8", 0,	true },
	{ "[\xe4\xbb\xa3\xe5\xbc\x80]\xe7\xa5\xa8", MATCH_UTF,
	    "\xe4\xbb\xa3\xe7\xa5\xa8|\xe5\xbc\x80\xe7\xa5\xa8",		0,	true },
	{ "\\x{7968}",			MATCH_UTF,	"\xe7\xa5\xa8",		0,	true },
	{ "\xe7\xa5\xa8+",		0,		"\xe7\xa5\xa8",		0,	false },
	{ "",				0,		"",			0,	false },
	{ "\\bcheap\\R\\X",		0,		"cheap",		0,	false },
	{ "\\p{Han}cheap",		MATCH_UTF,	"cheap",		4,	false },
	{ "cheap.{5000}dearly",		0,		"cheap",		0,	false },
};

static int
compare_strings(const void *a, const void *b)
{
	const struct match_string	*x = a, *y = b;

	return x->len != y->len ? (int)x->len - (int)y->len : memcmp(x->octet, y->octet, x->len);
}

static void
test_cases(void **state)
{
	size_t	i, k, before;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct match_need	 need = { 0 };
		size_t			 len = strlen(cases[i].pattern);
		char			*pattern = malloc(len == 0 ? 1 : len), got[4096] = "";
		bool			 caseless = false;

		assert_non_null(pattern);
		memcpy(pattern, cases[i].pattern, len);
		match_need_find(pattern, len, cases[i].flags, &need, &caseless);
		if (need.best.n > 0)
			qsort(need.best.string, need.best.n, sizeof(*need.best.string), compare_strings);
		for (before = k = 0; k < need.best.n; k++) {
			if (need.best.string[k].before > before)
				before = need.best.string[k].before;
			if (k > 0)
				strncat(got, "|", sizeof(got) - strlen(got) - 1);
			strncat(got, need.best.string[k].octet, need.best.string[k].len);
		}
		if (strcmp(got, cases[i].want) != 0 || need.plain != cases[i].plain ||
		    (*got != '\0' && !need.plain && before != cases[i].before))
			fail_msg("/%s/: \"%s\" at most %zu behind, plain %d", cases[i].pattern, got, before,
			    need.plain);
		match_need_clear(&need);
		free(pattern);
	}
}

/* Patterns cut short anywhere: no look behind their end, no answer asked for. */
static void
test_cut(void **state)
{
	static const char	whole[] = "(?<n>a[^[:alpha:]\\x{7968}-\\]]{2,3}?\\Qx\\E)|\\g{n}\\p{Han}\\o{12}(?i-m:b)[a-\\";
	size_t			i, k;

	(void)state;
	for (i = 0; i < sizeof(whole); i++) {
		for (k = 0; k < 4; k++) {
			struct match_need	 need = { 0 };
			char			*pattern = malloc(i == 0 ? 1 : i);
			bool			 caseless = false;

			assert_non_null(pattern);
			memcpy(pattern, whole, i);
			match_need_find(pattern, i, (k & 1 ? MATCH_UTF : 0) | (k & 2 ? MATCH_EXTENDED : 0), &need,
			    &caseless);
			assert_true(need.best.n <= MATCH_SET_MAX);
			match_need_clear(&need);
			free(pattern);
		}
	}
}

/* What is nested or multiplied beyond the limits ends with nothing known, or less. */
static void
test_limits(void **state)
{
	struct match_need	 need = { 0 };
	char			 deep[2 * 4000 + 8] = "", wide[40 * 8 + 1] = "";
	bool			 caseless = false;
	size_t			 i;

	(void)state;
	memset(deep, '(', 4000);
	memcpy(deep + 4000, "cheap", 5);
	memset(deep + 4005, ')', 4000);
	match_need_find(deep, 8005, 0, &need, &caseless);
	assert_int_equal(need.best.n, 0);
	for (i = 0; i < 40; i++)
		memcpy(wide + 8 * i, "[abcdef]", 9);
	match_need_find(wide, strlen(wide), 0, &need, &caseless);
	assert_in_range(need.best.n, 1, MATCH_SET_MAX);
	assert_false(need.plain);
	match_need_clear(&need);
	match_need_clear(&need);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
