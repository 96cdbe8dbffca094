/*
 * test-charset.c - names, guesses and bodies, from good mail programs, broken ones and liars.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void
test_canonical(void **state)
{
	static const struct {
		const char	*declared;
		const char	*want;
	} cases[] = {
		{ "utf-8", "UTF-8" }, { "\"UTF8\"", "UTF-8" }, { " utf_8 ", "UTF-8" },
		{ "utf-8*zh-CN", "UTF-8" }, { "utf-8; format=flowed", "UTF-8" },
		{ "'utf-8'", "UTF-8" }, { "GB2312", "GB18030" }, { "gb_2312-80", "GB18030" },
		{ "x-gbk", "GB18030" }, { "CP936", "GB18030" }, { "GBK", "GB18030" },
		{ "gb18030", "GB18030" }, { "euc-cn", "GB18030" }, { "x-euc-cn", "GB18030" },
		{ "HZ-GB-2312", "HZ" }, { "hz", "HZ" }, { "x-big5", "BIG5-HKSCS" },
		{ "Big5", "BIG5-HKSCS" }, { "cp950", "BIG5-HKSCS" }, { "x-x-big5", "BIG5-HKSCS" },
		{ "big5-hkscs", "BIG5-HKSCS" }, { "ks_c_5601-1987", "CP949" },
		{ "Shift_JIS", "CP932" }, { "x-sjis", "CP932" }, { "iso-8859-1", "WINDOWS-1252" },
		{ "iso-8859-15", "ISO-8859-15" }, { "ISO_8859-2", "ISO-8859-2" },
		{ "cp-1251", "WINDOWS-1251" }, { "win-1251", "WINDOWS-1251" },
		{ "koi8-r", "KOI8-R" }, { "us-ascii", "US-ASCII" },
		{ "ANSI_X3.4-1968", "US-ASCII" }, { NULL, NULL }, { "", NULL }, { "\"\"", NULL },
		{ "*en", NULL }, { "unknown-8bit", NULL }, { "x-unknown", NULL },
		{ "nonsense", NULL }, { "windows-9999", NULL }, { "windows-125", NULL },
		{ "windows-12510", NULL }, { "iso-8859-12", NULL }, { "iso-8859-17", NULL },
		{ "iso-8859-", NULL }, { "latin2", "ISO-8859-2" }, { "ISO_8859-5:1988", "ISO-8859-5" },
		/* Known to the C library, not to mail: each would load a module. */
		{ "EUC-JISX0213", NULL }, { "SHIFT_JISX0213", NULL }, { "ISO-2022-JP-3", NULL },
		{ "ISO-2022-CN-EXT", NULL }, { "IBM930", NULL }, { "JOHAB", NULL },
		{ "EBCDIC-US", NULL }, { "INIS", NULL }, { "x-IBM1364", NULL },
		/*
		 * Nothing of iconv's own language gets through, and nothing of the process's
		 * locale.
		 */
		{ "utf-8//TRANSLIT", NULL }, { "//IGNORE", NULL }, { "/etc/passwd", NULL },
		{ "WCHAR_T", NULL }, { "INTERNAL", NULL }, { "char", NULL }, { "utf-8\x01", NULL },
		{ "gb\xff", NULL }, { "%s%n", NULL },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
	};
	const char	*got;
	char		 out[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		got = charset_canonical(cases[i].declared, out);
		if ((got == NULL) != (cases[i].want == NULL) ||
		    (got != NULL && strcmp(got, cases[i].want) != 0))
			fail_msg("case %zu '%s': got '%s'", i, cases[i].declared,
			    got == NULL ? "NULL" : got);
	}
}

/* Each charset that has a name is one this C library can read. */
static void
test_charsets(void **state)
{
	static const struct {
		const char	*declared;
		const char	*octets;
		size_t		 len;
		const char	*want;
	} cases[] = {
		{ "windows-1250", S("\xe8"), "č" }, { "windows-1251", S("\xe8"), "и" },
		{ "windows-1252", S("\xe8"), "è" }, { "windows-1253", S("\xe8"), "θ" },
		{ "windows-1254", S("\xfe"), "ş" }, { "windows-1255", S("\xe8"), "ט" },
		{ "windows-1256", S("\xc8"), "ب" }, { "windows-1257", S("\xe8"), "č" },
		{ "windows-1258", S("\xf0"), "đ" }, { "iso-8859-2", S("\xe8"), "č" },
		{ "iso-8859-3", S("\xfe"), "ŝ" }, { "iso-8859-4", S("\xe8"), "č" },
		{ "iso-8859-5", S("\xd8"), "и" }, { "iso-8859-6", S("\xc8"), "ب" },
		{ "iso-8859-7", S("\xe8"), "θ" }, { "iso-8859-8", S("\xe8"), "ט" },
		{ "iso-8859-9", S("\xfe"), "ş" }, { "iso-8859-10", S("\xe8"), "č" },
		{ "iso-8859-11", S("\xa1"), "ก" }, { "tis-620", S("\xa1"), "ก" },
		{ "windows-874", S("\xa1"), "ก" }, { "iso-8859-13", S("\xe8"), "č" },
		{ "iso-8859-14", S("\xf0"), "ŵ" }, { "iso-8859-15", S("\xa4"), "€" },
		{ "iso-8859-16", S("\xa4"), "€" }, { "koi8-r", S("\xc9"), "и" },
		{ "koi8-u", S("\xa4"), "є" }, { "macintosh", S("\x8f"), "è" },
		{ "x-mac-cyrillic", S("\xe8"), "и" }, { "ibm850", S("\x8a"), "è" },
		{ "cp437", S("\x8a"), "è" }, { "ibm866", S("\xa8"), "и" },
		{ "big5", S("\xa7\x41"), "你" }, { "euc-tw", S("\xc4\xe3"), "中" },
		{ "euc-jp", S("\xc6\xfc"), "日" }, { "shift_jis", S("\x93\xfa"), "日" },
		{ "euc-kr", S("\xb0\xa1"), "가" }, { "cp949", S("\xb0\xa1"), "가" },
		{ "iso-2022-jp", S("\x1b$BF|\x1b(B"), "日" },
		{ "iso-2022-jp-1", S("\x1b$BF|\x1b(B"), "日" },
		{ "iso-2022-jp-2", S("\x1b$A<:\x1b(B"), "己" },
		{ "iso-2022-kr", S("\x1b$)C\x0e" "0!\x0f"), "가" },
		{ "iso-2022-cn", S("\x1b$)A\x0e<:\x0f"), "己" },
		{ "utf-7", S("+T2A-"), "你" }, { "utf-16le", S("\x60\x4f\0\x4e"), "你一" },
		{ "utf-16be", S("\x4f\x60\x4e\0"), "你一" },
		{ "utf-16", S("\x60\x4f\0\x4e"), "你一" },
		{ "utf-16", S("\xff\xfe\x60\x4f\0\x4e"), "你一" },
		{ "utf-16", S("\xfe\xff\x4f\x60\x4e\0"), "你一" },
		{ "utf-32", S("\xff\xfe\0\0\x60\x4f\0\0"), "你" },
		{ "utf-32", S("\0\0\xfe\xff\0\0\x4f\x60"), "你" },
		{ "utf-32le", S("\x60\x4f\0\0"), "你" }, { "utf-32be", S("\0\0\x4f\x60"), "你" },
	};
	struct charset_hold	*hold = NULL;
	char			*octets, *got;
	size_t			 len;

	(void)state;
	/* Held or not: the same answers. */
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < COUNT(cases); i++) {
			octets = exact(cases[i].octets, cases[i].len);
			got = charset_decode(octets, cases[i].len, cases[i].declared, "GB18030",
			    BIG, &len);
			check(i, got, len, cases[i].want);
			charset_free(got);
			free(octets);
		}
		charset_hold_free(hold);
		hold = round == 0 ? charset_hold() : NULL;
	}
	charset_hold_free(hold);
}

static void
test_guess(void **state)
{
	static const struct {
		const char	*octets;
		size_t		 len;
		const char	*fallback;
		const char	*want;
	} cases[] = {
		{ S(""), NULL, "US-ASCII" },
		{ S("plain"), "GB18030", "US-ASCII" },
		{ S("caf\xc3\xa9"), "GB18030", "UTF-8" },
		{ S("\xe4\xbd\xa0\xe5\xa5\xbd"), "windows-1252", "UTF-8" },
		/* Two octets in front do not make UTF-16 of Chinese: 代开发票 behind them is to be seen. */
		{ S("\xff\xfe\xb4\xfa\xbf\xaa\xb7\xa2\xc6\xb1\xa3\xac\xb5\xe7\xbb\xb0\xc1\xaa\xcf\xb5"), "GB18030", "GB18030" },
		/* 7-bit, but not ASCII. */
		{ S("\x1b$BF|K\\8l\x1b(B"), NULL, "ISO-2022-JP" },
		{ S("\x1b$)C\x0e>H3g\x0f"), NULL, "ISO-2022-KR" },
		{ S("\x1b"), NULL, "US-ASCII" },
		{ S("a ~{<:Ky2;S{~} b"), NULL, "HZ" },
		{ S("cd ~{a,b}/x"), NULL, "US-ASCII" },	/* a shell, no HZ */
		{ S("~{abc~}"), NULL, "US-ASCII" },	/* half a pair */
		{ S("~{}"), NULL, "US-ASCII" },
		{ S("~~{<:~} ~"), NULL, "US-ASCII" },
		{ S("x~"), NULL, "US-ASCII" },
		/* Short Chinese, where detectors guess anything. */
		{ S("\xc4\xe3\xba\xc3"), "GB18030", "GB18030" },
		{ S("\xd6\xec\xe9\x46\xbb\xf9"), "GB18030", "GB18030" },
		{ S("\xb4\xfa\xbf\xaa\xb7\xa2\xc6\xb1"), NULL, "GB18030" },
		{ S("\xb4\xfa\xbf\xaa\xb7\xa2\xc6\xb1"), "windows-1252", "GB18030" },
		{ S("\xb4\xfa\xbf\xaa\xb7\xa2\xc6"), "GB18030", "GB18030" },	/* cut off */
		{ S("\xa7\x4b\xb6\x4f\xa5\x4e\xb6\x7d\xb5\x6f\xb2\xbc"), "GB18030", "BIG5-HKSCS" },
		{ S("\xa7\x41\xa6\x6e\xa5\x40\xac\xc9"), "GB18030", "BIG5-HKSCS" },
		/* Not Chinese, whatever the fallback. */
		{ S("\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4 \xbf\xa9\xb7\xaf\xba\xd0 "
		    "\xb9\xdd\xb0\xa9\xbd\xc0\xb4\xcf\xb4\xd9"), "GB18030", "CP949" },
		{ S("\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0? "
		    "\xdd\xf2\xee \xef\xe8\xf1\xfc\xec\xee"), "GB18030", "WINDOWS-1251" },
		{ S("L'\xe9t\xe9, \xe0 la plage, c'\xe9tait tr\xe8s agr\xe9" "able"),
		    "GB18030", "WINDOWS-1252" },
		{ S("Don\x92t miss it"), "GB18030", "WINDOWS-1252" },
		{ S("\x81"), "no such charset", "GB18030" },
		{ S("\x81"), "koi8-r", "KOI8-R" },
	};
	const char	*got;
	char		*octets, out[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		octets = exact(cases[i].octets, cases[i].len);
		got = charset_guess(octets, cases[i].len, cases[i].fallback, out);
		if (got == NULL || strcmp(got, cases[i].want) != 0)
			fail_msg("case %zu: got '%s', want '%s'", i, got == NULL ? "NULL" : got,
			    cases[i].want);
		free(octets);
	}
}

static const struct decode_case {
	const char	*octets;
	size_t		 len;
	const char	*declared;
	size_t		 limit;
	const char	*want;
} bodies[] = {
	{ S(""), "utf-8", BIG, "" },
	{ S("abc"), NULL, BIG, "abc" },
	{ S("\xe4\xbd\xa0\xe5\xa5\xbd"), "utf-8", BIG, "你好" },
	{ S("\xc4\xe3\xba\xc3"), "gb2312", BIG, "你好" },
	/* GBK under GB2312's name */
	{ S("\xd6\xec\xe9\x46\xbb\xf9"), "gb2312", BIG, "朱镕基" },
	/* four octets under GBK's */
	{ S("\x95\x32\x82\x36"), "x-gbk", BIG, "\xf0\xa0\x80\x80" },
	{ S("\xa7\x41\xa6\x6e"), "x-big5", BIG, "你好" },
	{ S("x ~{<:Ky2;S{~} ~~ a~\nb"), "hz-gb-2312", BIG, "x 己所不欲 ~ ab" },
	{ S("~{<:Ky\nplain"), "hz-gb-2312", BIG, "己所\nplain" },	/* stretch not closed */
	{ S("~{<:K"), "hz-gb-2312", BIG, "己K" },
	{ S("~{<:Ky2;S{~}"), "gb2312", BIG, "己所不欲" },
	{ S("\x1b$BF|K\\8l\x1b(B"), "iso-2022-jp", BIG, "日本語" },
	{ S("\x1b$BF|K\\8l\x1b(B"), "us-ascii", BIG, "日本語" },
	{ S("\x93\x94"), "iso-8859-1", BIG, "\u201c\u201d" },
	/* Lies. */
	{ S("\xc4\xe3\xba\xc3"), "utf-8", BIG, "你好" },
	{ S("\xc4\xe3\xba\xc3"), "us-ascii", BIG, "你好" },
	{ S("\xc4\xe3\xba\xc3"), "x-unknown", BIG, "你好" },
	{ S("\xe4\xbd\xa0\xe5\xa5\xbd\xef\xbc\x8c\xe4\xb8\x96\xe7\x95\x8c"), "gb2312", BIG,
	    "你好，世界" },
	{ S("\xe4\xbd\xa0\xe5\xa5\xbd"), "iso-8859-1", BIG, "你好" },
	{ S("caf\xc3\xa9 cr\xc3\xa8me"), "iso-8859-1", BIG, "café crème" },
	{ S("\xcc\xd8\xbc\xdb\xbb\xfa\xc6\xb1\xa3\xac\xbb\xb6\xd3\xad"), "iso-8859-1", BIG,
	    "特价机票，欢迎" },
	{ S("plain text"), "utf-16", BIG, "plain text" },
	/* The truth, though it looks odd. */
	{ S("\xc9\xe9\xe8 \xc0 la"), "iso-8859-1", BIG, "Ééè À la" },
	{ S("caf\xe9"), "iso-8859-1", BIG, "café" },
	{ S("a\0\x60\x4f"), "utf-16le", BIG, "a你" },
	/* Damage. */
	{ S("a\0b"), "utf-8", BIG, "a\ufffd" "b" },
	{ S("a\0b"), "gb2312", BIG, "a\ufffd" "b" },
	{ S("\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd"
	    "\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd\xff!"), "utf-8", BIG,
	    "你好你好你好你好\ufffd!" },
	{ S("\xe4\xbd\xa0\xe5\xa5"), "utf-8", BIG, "你\ufffd" },
	{ S("\xc4\xe3\xba\xc3\xff\xc4\xe3\xba"), "gbk", BIG, "你好\ufffd你\ufffd" },
	{ S("\xed\xa0\x80 \xc0\xaf \xf4\x90\x80\x80"), "koi8-none", 0, "" },
	{ S("\0\xd8" "a\0"), "utf-16le", BIG, "\ufffd" "a" },	/* half a surrogate pair */
	{ S("a\0b\0c"), "utf-16le", BIG, "ab\ufffd" },
	/* Byte order marks. */
	{ S("\xef\xbb\xbfhi"), "utf-8", 2, "hi" },
	{ S("\xff\xfeh\0i\0"), "utf-16", BIG, "hi" },
	{ S("\xef\xbb\xbf"), "utf-8", BIG, "" },
	/* Limits, at a character border. */
	{ S("\xe4\xbd\xa0\xe5\xa5\xbd"), "utf-8", 6, "你好" },
	{ S("\xe4\xbd\xa0\xe5\xa5\xbd"), "utf-8", 5, "你" },
	{ S("\xe4\xbd\xa0\xe5\xa5\xbd"), "utf-8", 2, "" },
	{ S("\xc4\xe3\xba\xc3"), "gbk", 4, "你" },
	{ S("\xff\xff\xff\xff"), "gbk", 7, "\ufffd\ufffd" },
	{ S("abc"), "us-ascii", SIZE_MAX, "abc" },
};

static void
test_decode(void **state)
{
	char	*octets, *got;
	size_t	 len;

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		octets = exact(bodies[i].octets, bodies[i].len);
		got = charset_decode(octets, bodies[i].len, bodies[i].declared, "GB18030",
		    bodies[i].limit, &len);
		check(i, got, len, bodies[i].want);
		charset_free(got);
		free(octets);
	}
	charset_free(NULL);
}

static void
test_is_utf8(void **state)
{
	static const struct {
		const char	*octets;
		size_t		 len;
		bool		 want;
	} cases[] = {
		{ S(""), true }, { S("abc\0"), true }, { S("\xc2\x80"), true },
		{ S("\xdf\xbf"), true },
		{ S("\xe0\xa0\x80"), true }, { S("\xed\x9f\xbf"), true },
		{ S("\xee\x80\x80"), true },
		{ S("\xf0\x90\x80\x80"), true }, { S("\xf4\x8f\xbf\xbf"), true },
		{ S("12345678\xe4\xbd\xa0"), true },
		{ S("\x80"), false }, { S("\xc0\x80"), false }, { S("\xc1\xbf"), false },
		{ S("\xe0\x9f\xbf"), false },
		{ S("\xed\xa0\x80"), false }, { S("\xf0\x8f\xbf\xbf"), false },
		{ S("\xf4\x90\x80\x80"), false },
		{ S("\xf5\x80\x80\x80"), false }, { S("\xff"), false }, { S("\xc2"), false },
		{ S("\xe4\xbd"), false },
		{ S("\xf0\x90\x80"), false }, { S("\xe4\xbd" "a"), false },
		{ S("12345678\xe4\xbd"), false },
	};
	char	*octets;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		octets = exact(cases[i].octets, cases[i].len);
		if (charset_is_utf8(octets, cases[i].len) != cases[i].want)
			fail_msg("case %zu", i);
		free(octets);
	}
}

static char *
slurp(const char *folder, const char *name, const char *suffix, size_t *len_r)
{
	char	 path[4096];
	char	*octets;
	FILE	*file;

	assert_true(snprintf(path, sizeof(path), "%s/vectors/cjkencodings/%s%s.txt", folder, name,
	    suffix) <
	    (int)sizeof(path));
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("cannot open '%s'", path);
	octets = malloc(65536);
	assert_non_null(octets);
	*len_r = fread(octets, 1, 65535, file);
	assert_false(ferror(file));
	octets[*len_r] = '\0';
	assert_int_equal(fclose(file), 0);
	return octets;
}

/*
 * The published vectors.  differ: how many octets of decoded text, from the end, are not compared:
 * euc_kr ends in syllables that KS X 1001 spells as a filler and three letters, and glibc leaves
 * them spelled.
 */
static void
test_vectors(void **state)
{
	static const struct {
		const char	*name;
		const char	*charset;
		size_t		 differ;
	} cases[] = {
		{ "big5", "big5", 0 }, { "big5hkscs", "big5-hkscs", 0 }, { "cp949", "cp949", 0 },
		{ "euc_jp", "euc-jp", 0 },
		{ "euc_kr", "euc-kr", 100 }, { "gb18030", "gb18030", 0 }, { "gb2312", "gb2312", 0 },
		{ "gb2312", "gb_2312-80", 0 }, { "gbk", "gbk", 0 }, { "gbk", "gb2312", 0 },
		{ "gbk", "x-gbk", 0 }, { "hz", "hz-gb-2312", 0 },
		{ "iso2022_jp", "iso-2022-jp", 0 }, { "iso2022_kr", "iso-2022-kr", 0 },
		{ "shift_jis", "shift_jis", 0 },
		/* Undeclared, or as a liar declares it. */
		{ "big5", NULL, 0 }, { "gb18030", NULL, 0 }, { "gb2312", NULL, 0 },
		{ "gbk", NULL, 0 }, { "hz", NULL, 0 },
		{ "gbk", "utf-8", 0 }, { "gb2312", "us-ascii", 0 }, { "big5", "utf-8", 0 },
		{ "gb2312", "iso-8859-1", 0 },
		{ "euc_jp", NULL, 0 }, { "shift_jis", NULL, 0 }, { "iso2022_jp", NULL, 0 },
		{ "iso2022_kr", NULL, 0 },
		{ "iso2022_jp", "us-ascii", 0 }, { "euc_kr", NULL, 100 },
	};
	const char	*folder = getenv("TUIDING_SHARED");
	char		*octets, *want, *copy, *got;
	size_t		 len, want_len, got_len;

	(void)state;
	if (folder == NULL)
		skip();
	for (size_t i = 0; i < COUNT(cases); i++) {
		octets = slurp(folder, cases[i].name, "", &len);
		want = slurp(folder, cases[i].name, "-utf8", &want_len);
		copy = exact(octets, len);
		got = charset_decode(copy, len, cases[i].charset, "GB18030", BIG, &got_len);
		assert_true(want_len > cases[i].differ);
		if (cases[i].differ == 0 ? got_len != want_len : got_len < want_len)
			fail_msg("%s as %s: %zu octets, want %zu", cases[i].name, cases[i].charset,
			    got_len, want_len);
		if (memcmp(got, want, want_len - cases[i].differ) != 0)
			fail_msg("%s as %s: got '%s'", cases[i].name, cases[i].charset, got);
		charset_free(got);
		free(copy);
		free(want);
		free(octets);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_guess),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_is_utf8),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
