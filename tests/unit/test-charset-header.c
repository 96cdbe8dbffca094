/*
 * test-charset-header.c - header values: encoded-words as they should be and as they are, and the
 * way back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "charset.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define S(s)		(s), sizeof(s) - 1
#define BIG		((size_t)1 << 20)

/* A copy of exactly len octets, so that a sanitizer sees the first octet read beyond them. */
static char *
exact(const char *octets, size_t len)
{
	char	*copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, octets, len);
	return copy;
}

static void
check(size_t i, const char *got, size_t got_len, const char *want)
{
	if (got_len != strlen(got) || strcmp(got, want) != 0)
		fail_msg("case %zu: got '%s' (%zu octets), want '%s'", i, got, got_len, want);
	assert_true(charset_is_utf8(got, got_len));
}

static const struct header_case {
	const char	*value;
	size_t		 len;
	const char	*want;
} headers[] = {
	{ S(""), "" },
	{ S("plain"), "plain" },
	{ S("a\r\n b\n\tc\r\n"), "a b\tc" },
	{ S("a\nb\rc"), "a b c" },
	{ S("a\r"), "a" },
	{ S("=?utf-8?B?5L2g5aW9?="), "你好" },
	{ S("=?UTF-8?Q?=E4=BD=A0_=e5=a5=bd?="), "你 好" },
	{ S("Re: =?gb2312?B?xOO6ww==?= (2)"), "Re: 你好 (2)" },
	/* Blanks between words go, others stay. */
	{ S("=?utf-8?Q?a?= =?utf-8?Q?b?= c =?utf-8?Q?d?="), "ab c d" },
	{ S("=?utf-8?Q?a?=\r\n  =?gbk?Q?=C4=E3?="), "a你" },
	/*
	 * A character split across two words, in either encoding, under two names of one
	 * charset.
	 */
	{ S("=?gb2312?B?xOO6?= =?gb2312?B?ww==?="), "你好" },
	{ S("=?gb2312?Q?=C4=E3=BA?=\r\n =?GBK?Q?=C3?="), "你好" },
	{ S("=?gb2312?Q?=C4=E3=BA?= =?gb2312?B?ww==?="), "你好" },
	{ S("=?utf-8?B?5L2?= =?utf-8?B?g?="), "你" },
	/* two charsets: no joining */
	{ S("=?gbk?Q?=C4?= =?utf-8?Q?b?="), "\ufffd" "b" },
	/* As mail programs break it. */
	{ S("=?utf-8?B?5L2g?==?utf-8?B?5aW9?="), "你好" },
	{ S("x=?utf-8?B?5L2g?=y"), "x你y" },
	{ S("=?utf-8?Q?b c=E4=BD=A0 d?="), "b c你 d" },
	{ S("=?utf-8?B?5L2g 5aW9?="), "你好" },
	{ S("=?utf-8?B?5L2g\r\n 5aW9?="), "你好" },
	{ S("=?utf-8?B?5L2g5aW9"), "你好" },				/* no end */
	{ S("=?utf-8?B?5L2g5aW9? x"), "你好 x" },
	{ S("=?utf-8?Q?one_=E4=BD=A0 =?utf-8?Q?two?="), "one 你two" },
	{ S("=?utf-8?Q?what?=20now?="), "what? now" },
	{ S("=?utf-8?B?5L2g5aW9=?="), "你好" },
	{ S("=?utf-8?B?5Q?="), "\ufffd" },
	{ S("=?utf-8?B?5L2g*!?="), "你" },
	{ S("=?utf-8*en?Q?=E4=BD=A0?="), "你" },
	{ S("=?hz-gb-2312?Q?~{<:Ky~}?="), "己所" },
	{ S("=?x-gbk?Q?=C4=E3?="), "你" },
	{ S("=?iso-2022-jp?B?GyRCRnxLXDhsGyhC?="), "日本語" },
	{ S("=?utf-8?Q?100%=zz=?="), "100%=zz=" },
	{ S("=?utf-8?Q?=C4=E3=BA=C3?="), "你好" },			/* a lie */
	{ S("=?nonsense?Q?=C4=E3=BA=C3?="), "你好" },
	/* Raw octets. */
	{ S("\xc4\xe3\xba\xc3 abc"), "你好 abc" },
	{ S("\xe4\xbd\xa0\xe5\xa5\xbd"), "你好" },
	{ S("\xc4\xe3=?utf-8?B?5aW9?=\xba\xc3"), "你好好" },
	{ S("\x1b$BF|K\\8l\x1b(B"), "日本語" },
	/* No words at all. */
	{ S("=?"), "=?" },
	{ S("=??Q?x?="), "=??Q?x?=" },
	{ S("=?utf-8?X?x?="), "=?utf-8?X?x?=" },
	{ S("=?utf-8?Q"), "=?utf-8?Q" },
	{ S("=?utf-8?Q?"), "=?utf-8?Q?" },
	{ S("a=b?c==?=?="), "a=b?c==?=?=" },
	{ S("=?utf-8?Q?" "?="), "" },
	/* One charset twice in a value: it begins anew, whatever state it was left in. */
	{ S("=?iso-2022-jp?q?=1b$BF|?= x =?iso-2022-jp?q?F|=1b$BF|?="), "日 x F|日" },
	{ S("=?utf-16?q?=fe=ff=4f=60?= x =?utf-16?q?=60=4f=00=4e?="), "你 x 你一" },
	{ S("=?gbk?q?=c4?= x =?gbk?q?=e3=ba=c3?= =?koi8-r?q?=c9?="), "\ufffd x 愫\ufffdи" },
	/* Eight charsets and no ninth; UTF-8 and Chinese always. */
	{ S("=?koi8-r?q?=c9?==?iso-8859-5?q?=d8?==?iso-8859-7?q?=e8?==?iso-8859-8?q?=e8?="
	    "=?iso-8859-2?q?=e8?==?iso-8859-4?q?=e8?==?ibm866?q?=a8?==?koi8-u?q?=a4?="
	    "=?windows-1251?q?=e8=e8?==?koi8-r?q?=c9?==?gbk?b?xOO6ww==?==?big5?q?=a7=41?="
	    "=?utf-8?q?=e4=bd=a0?==?windows-1257?q?=e8 a?="),
	    "ииθטččиє\ufffd\ufffdи你好你你\ufffd a" },
	/* What would forge a line. */
	{ S("=?utf-8?Q?a=0D=0AX-Forged:_b?="), "a  X-Forged: b" },
	{ S("=?utf-8?Q?a=00b?="), "a\ufffd" "b" },
	{ S("a\0b"), "a\ufffd" "b" },
};

static void
test_header(void **state)
{
	char	*value, *got;
	size_t	 len;

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		value = exact(headers[i].value, headers[i].len);
		got = charset_decode_header(value, headers[i].len, "GB18030", BIG, &len);
		check(i, got, len, headers[i].want);
		charset_free(got);
		free(value);
	}
}

static void
test_header_limit(void **state)
{
	static const char	value[] = "ab =?utf-8?B?5L2g5aW9?= cd";
	static const char	whole[] = "ab 你好 cd";
	char			*got;
	size_t			 len;

	(void)state;
	for (size_t limit = 0; limit <= sizeof(whole); limit++) {
		got = charset_decode_header(value, sizeof(value) - 1, "GB18030", limit, &len);
		assert_true(len <= limit);
		assert_true(len + 3 > limit || len == strlen(whole));
		assert_memory_equal(got, whole, len);
		assert_int_equal(got[len], '\0');
		assert_true(charset_is_utf8(got, len));
		charset_free(got);
	}
}

/*
 * A value that turns from one charset to another with every word.  Seconds where each turn opens a
 * charset or asks for a guess; the bound is wide enough for a sanitizer on a busy machine.
 */
static void
test_header_turns(void **state)
{
	static const char *const patterns[] = {
		"=?ISO-2022-CN-EXT?q?A=80?==?EUC-JISX0213?q?A=80?==?IBM930?q?A=80?="
		    "=?SHIFT_JISX0213?q?A=80?==?ISO-2022-JP-3?q?A=80?==?JOHAB?q?A=80?=",
		"=?big5?q?=80?==?gbk?q?=80?==?euc-kr?q?=80?==?sjis?q?=80?==?koi8-r?q?=c0?="
		    "=?euc-tw?q?=80?==?iso-8859-2?q?=c0?==?euc-jp?q?=80?=",
		"=?big5?q?=a7A?= =?koi8-r?q?=c1?= =?koi8-u?q?=c1?= =?ibm866?q?=c1?= ",
		"=?a?q?=80=81?==?b?q?=82=83?=",
		"=?utf-8?q?=80?==?us-ascii?q?=80?=",
	};
	const size_t	 size = 500000;
	char		*value, *got;
	clock_t		 begun;
	size_t		 len;

	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		value = malloc(size);
		assert_non_null(value);
		for (size_t k = 0; k < size; k++)
			value[k] = patterns[i][k % strlen(patterns[i])];
		begun = clock();
		got = charset_decode_header(value, size, "GB18030", BIG, &len);
		if (clock() - begun > CLOCKS_PER_SEC / 2)
			fail_msg("pattern %zu: %.2f s", i,
			    (double)(clock() - begun) / (double)CLOCKS_PER_SEC);
		assert_true(charset_is_utf8(got, len));
		charset_free(got);
		free(value);
	}
}

/* Long hostile values must cost no more than their length. */
static void
test_header_hostile(void **state)
{
	static const char *const patterns[] = {
		"=?", "=?a?q?", "=?a?b?=", "=?utf-8?q?=41?=41", "=?gbk?b?xOM", "?=", "=\xff?",
		"\r\n ", "=?utf-8?q?a?= ",
	};
	const size_t	 size = 200000;
	char		*value, *got;
	size_t		 len;

	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		value = malloc(size);
		assert_non_null(value);
		for (size_t k = 0; k < size; k++)
			value[k] = patterns[i][k % strlen(patterns[i])];
		got = charset_decode_header(value, size, "GB18030", BIG, &len);
		assert_true(charset_is_utf8(got, len));
		assert_int_equal(strlen(got), len);
		charset_free(got);
		free(value);
	}
}

/* Every line of an encoded value: at most 76 octets, a whole word, whole characters. */
static void
check_lines(const char *value, size_t first)
{
	const char	*line, *end;
	char		*one;
	size_t		 len, n;

	for (line = value; *line != '\0'; line = *end == '\0' ? end : end + 1) {
		end = strchr(line, '\n');
		end = end == NULL ? line + strlen(line) : end;
		n = (size_t)(end - line);
		assert_true(line == value || *line == ' ');
		assert_true(n + (line == value ? first : 0) <= 76 || (line == value && first > 56));
		for (size_t i = 0; i < n; i++)
			assert_true(line[i] >= 0x20 && line[i] < 0x7f);
		one = charset_decode_header(line, n, "GB18030", BIG, &len);
		assert_null(strstr(one, "\ufffd"));
		charset_free(one);
	}
}

static void
test_encode(void **state)
{
	static const char *const cases[] = {
		"", "plain text", "你好", "[广告] Summer sale", "a =?utf-8?Q?b?= c", "tab\there",
		" leading and trailing ",
		"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十",
		("x\U0001f600y\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600"
		    "\U0001f600\U0001f600\U0001f600"),
		"ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé",
	};
	static const size_t	firsts[] = { 0, 1, 9, 20, 56, 57, 70, 75, 76, 77, 500 };
	char			*value, *back;
	size_t			 len;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (size_t k = 0; k < COUNT(firsts); k++) {
			value = charset_encode_header(cases[i], firsts[k]);
			back = charset_decode_header(value, strlen(value), "GB18030", BIG, &len);
			check(i, back, len, cases[i]);
			if (strncmp(value, "=?", 2) == 0)
				check_lines(value, firsts[k]);
			else
				assert_string_equal(value, cases[i]);
			charset_free(back);
			charset_free(value);
		}
	}
}

static void
test_encode_exact(void **state)
{
	static const struct {
		const char	*text;
		const char	*want;
	} cases[] = {
		{ "plain", "plain" },
		{ "你好", "=?UTF-8?B?5L2g5aW9?=" },
		{ "=?", "=?UTF-8?B?PT8=?=" },
		/* no line break of the text gets out */
		{ "a\nb", "=?UTF-8?B?YQpi?=" },
		{ "a\xff", "=?UTF-8?B?Ye+/vQ==?=" },
	};
	char	*value;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		value = charset_encode_header(cases[i].text, 9);
		assert_string_equal(value, cases[i].want);
		charset_free(value);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_header_limit),
		cmocka_unit_test(test_header_turns),
		cmocka_unit_test(test_header_hostile),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_encode_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
