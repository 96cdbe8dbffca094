/*
 * test-fold.c - folding: what obfuscation adds goes, what a sentence needs stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fold.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define S(s)		(s), sizeof(s) - 1
#define BIG		((size_t)1 << 20)

/*
 * fold_text() of a copy of exactly len octets, so that a sanitizer sees the first octet read beyond
 * them.
 */
static char *
fold_exact(const char *text, size_t len, size_t limit, size_t *len_r)
{
	char	*copy = malloc(len > 0 ? len : 1), *folded;

	assert_non_null(copy);
	memcpy(copy, text, len);
	folded = len > 0 ? fold_text(copy, len, limit, len_r) : fold_text(copy + 1, 0, limit,
	    len_r);
	free(copy);
	assert_non_null(folded);
	assert_int_equal(strlen(folded), *len_r);
	assert_true(*len_r <= limit);
	return folded;
}

static const struct fold_case {
	const char	*text;
	size_t		 len;
	const char	*want;
} cases[] = {
	{ S(""), "" },
	{ S("plain, text."), "plain, text." },
	{ S("UPPER Lower"), "upper lower" },
	/* The design's own example, and its kin. */
	{ S("代 开-發·票"), "代开发票" },
	{ S("代\u3000开\u200b发\u00a0票"), "代开发票" },
	{ S("代*开_发|票"), "代开发票" },
	{ S("代.开/发\\票"), "代开发票" },
	{ S("代~开+发=票#真^的`"), "代开发票真的`" },
	{ S("代“开”'发\"票"), "代开发票" },
	{ S("代★开■发\U0001f600票"), "代开发票" },
	{ S("代 - - * 开"), "代开" },
	{ S("代丶开丨发丿票"), "代开发票" },
	{ S("代ー开・发‧票•真"), "代开发票真" },
	{ S("代…开—发――票"), "代开发票" },
	{ S("代\u0336开\u20e3发\ufe0f票\u0301"), "代开发票" },
	{ S("代\xff开"), "代开" },
	/* Not between Han characters on both sides: separators stay. */
	{ S("3-5 a.b 微信-wx_1"), "3-5 a.b 微信-wx_1" },
	{ S("票 v 信"), "票 v 信" },
	{ S("- 票 -"), "- 票 -" },
	{ S("100+元"), "100+元" },
	{ S("サービス・カー"), "サービス・カー" },
	{ S("代<开>发"), "代<开>发" },
	{ S("你$好%的&是@它"), "你$好%的&是@它" },
	/* Sentences and brackets stay. */
	{ S("你好，世界。真的！吗？是：对；完、"), "你好,世界。真的!吗?是:对;完、" },
	{ S("【广告】（代开）《票》「真」"), "【广告】(代开)《票》「真」" },
	{ S("你好, 世界! 是"), "你好, 世界! 是" },
	/* Traditional to simplified, and what is simplified already. */
	{ S("繁體中文電子郵件發票"), "繁体中文电子邮件发票" },
	{ S("乾燥 幹部 皇后後面裏面里程"), "干燥干部皇后后面里面里程" },
	{ S("著名 看著 於是 徵求"), "著名看著于是征求" },
	{ S("退订 取消订阅"), "退订取消订阅" },
	/* NFKC. */
	{ S("ＡＢＣ　１２３"), "abc 123" },
	{ S("ｱﾊﾟｰﾄ"), "アパート" },
	{ S("①②㈱㎏½"), "12(株)kg1⁄2" },
	{ S("\U0001d400\U0001d41b\U0001d7d8"), "ab0" },
	{ S("ﬁne ﬂ"), "fine fl" },
	{ S("\uf900\u2f00"), "岂一" },
	{ S("E\u0301\u0301e\u0301"), "éé" },
	{ S("か\u3099"), "が" },
	{ S("\u1100\u1161\u11a8"), "각" },
	{ S("q\u0307\u0323"), "q" },			/* no letter absorbs these marks */
	{ S("\u0410\u0411\u0419 ÀÉ"), "абй àé" },
	{ S("\u0130I"), "ii" },
	{ S("\u0301"), "" },
	/* Invisible. */
	{ S("f\u200br\u200ce\u200de\u2060\ufeff \u00ad!"), "free !" },
	{ S("a\0b\x01" "c\x7f\xc2\x80" "d"), "abcd" },
	{ S("\u202eabc\u202c\U000e0041"), "abc" },
	{ S("\u3164\u115fa\uffa0"), "a" },
	/* White space and breaks. */
	{ S("  a \t\v b  "), "a b" },
	{ S("a \r\n \r\n b"), "a\nb" },
	{ S("代\n开\u2028发\u2029票\xc2\x85真\r的"), "代\n开\n发\n票\n真\n的" },
	{ S("代 - \n 开"), "代 -\n开" },
	{ S("\n\n a\n\n"), "a" },
	{ S(" \n \t"), "" },
	/* Broken UTF-8. */
	{ S("a\xe4\xbd"), "a\ufffd\ufffd" },
	{ S("a\xe4\xbd" "b"), "a\ufffd\ufffd" "b" },
	{ S("\xc0\xaf"), "\ufffd\ufffd" },
	{ S("\xed\xa0\x80"), "\ufffd\ufffd\ufffd" },
	{ S("a\xcc"), "a\ufffd" },
	{ S("\xf4\x90\x80\x80z"), "\ufffd\ufffd\ufffd\ufffdz" },
	{ S("\xf0\xa0\x80"), "\ufffd\ufffd\ufffd" },
	{ S("\U00020000 \U0002a6b2"), "\U00020000\U0002a6b2" },
};

static void
test_fold(void **state)
{
	char	*folded;
	size_t	 len;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		folded = fold_exact(cases[i].text, cases[i].len, BIG, &len);
		if (strcmp(folded, cases[i].want) != 0)
			fail_msg("case %zu: got '%s', want '%s'", i, folded, cases[i].want);
		fold_free(folded);
	}
	fold_free(NULL);
}

/* What is folded stays as it is when it is folded again. */
static void
test_twice(void **state)
{
	char	*once, *twice;
	size_t	 len, again;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		once = fold_exact(cases[i].text, cases[i].len, BIG, &len);
		twice = fold_exact(once, len, BIG, &again);
		assert_string_equal(once, twice);
		fold_free(twice);
		fold_free(once);
	}
}

/* Any limit gives whole characters only, and never more than it says. */
static void
test_limit(void **state)
{
	static const char	text[] = "Ab 繁體-中文 \U00020000½ é";
	static const char	whole[] = "ab 繁体中文\U00020000" "1⁄2 é";
	char			*folded;
	size_t			 len;

	(void)state;
	for (size_t limit = 0; limit <= sizeof(text) * 2; limit++) {
		folded = fold_exact(text, sizeof(text) - 1, limit, &len);
		/* no lead octet without what it announces */
		for (size_t i = 0; i < len; i++)
			if ((folded[i] & 0xe0) == 0xe0)
				assert_true(i + 2 < len);
		if (limit >= sizeof(text) * 2 - 1)
			assert_string_equal(folded, whole);
		fold_free(folded);
	}
	folded = fold_text("a", 1, 0, NULL);
	assert_string_equal(folded, "");
	fold_free(folded);
	folded = fold_text("A", 1, SIZE_MAX, NULL);
	assert_string_equal(folded, "a");
	fold_free(folded);
}

static size_t
put_utf8(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 0x3f));
		p[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	p[0] = (char)(0xf0 | c >> 18);
	p[1] = (char)(0x80 | (c >> 12 & 0x3f));
	p[2] = (char)(0x80 | (c >> 6 & 0x3f));
	p[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/*
 * Every character there is, between letters: once folded it stays, and the letters stay around it.
 */
static void
test_every_character(void **state)
{
	char	 text[8], *once, *twice;
	size_t	 n, len, again;

	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		text[0] = 'x';
		n = 1 + put_utf8(text + 1, c);
		text[n++] = '1';
		once = fold_text(text, n, BIG, &len);
		twice = fold_text(once, len, BIG, &again);
		if (strcmp(once, twice) != 0 || len < 2 || once[len - 1] != '1')
			fail_msg("U+%04X: '%s', then '%s'", c, once, twice);
		fold_free(twice);
		fold_free(once);
	}
}

/* Runs that would make a normaliser slow, or its output large. */
static void
test_hostile(void **state)
{
	static const char *const patterns[] = {
		"\u0301\u0323", "a\u0315\u0300\u05ae\u0300", "\ufdfa", "\u1100\u1161", "\xff", "- ",
		"代-", "\u200b",
		"\n ", "\u2026", "\U000e0100",
	};
	const size_t	 size = 300000;
	char		*text, *folded;
	size_t		 len;

	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		text = malloc(size);
		assert_non_null(text);
		for (size_t k = 0; k < size; k++)
			text[k] = patterns[i][k % strlen(patterns[i])];
		folded = fold_exact(text, size, BIG, &len);
		fold_free(folded);
		free(text);
	}
}

/* ASCII folded one octet after the other, to hold the fast ways against. */
static size_t
fold_slowly(const char *text, size_t len, char *out)
{
	size_t	 n = 0;

	for (size_t i = 0; i < len; i++) {
		char	 c = text[i];

		if (c == '\n' || c == '\r') {
			while (n > 0 && out[n - 1] == ' ')
				n--;
			if (n > 0 && out[n - 1] != '\n')
				out[n++] = '\n';
		} else if (c == ' ' || (c >= '\t' && c <= '\f')) {
			if (n > 0 && out[n - 1] != ' ' && out[n - 1] != '\n')
				out[n++] = ' ';
		} else if (c > ' ' && c < 0x7f) {
			out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
		}
	}
	while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '\n'))
		n--;
	return n;
}

/* Every kind of ASCII at every place of a stretch, and what may join it behind. */
static void
test_ascii_stretches(void **state)
{
	static const char	 alphabet[] = "aaazAZ09@[`{~ \t\n\r.-'*\x7f\x01   bcdefgh";
	char			 text[64], want[64], *got;
	uint32_t		 seed = 1;
	size_t			 n, len;

	(void)state;
	for (unsigned round = 0; round < 50000; round++) {
		for (n = 0; n < round % 41; n++) {
			seed = seed * 1664525 + 1013904223;
			text[n] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		got = fold_exact(text, n, BIG, &len);
		if (len != fold_slowly(text, n, want) || memcmp(got, want, len) != 0)
			fail_msg("round %u: '%.*s' became '%s'", round, (int)n, text, got);
		fold_free(got);
	}
	for (n = 0; n < 24; n++) {			/* the accent joins its letter */
		memset(text, 'X', n);
		memcpy(text + n, "E\xcc\x81 .\xe4\xbd\xa0", 8);
		memset(want, 'x', n);
		memcpy(want + n, "\xc3\xa9 .\xe4\xbd\xa0", 7);
		got = fold_exact(text, n + 8, BIG, &len);
		assert_int_equal(len, n + 7);
		assert_memory_equal(got, want, len);
		fold_free(got);
	}
	for (n = 1; n < 48; n++) {			/* what joins a separator, wherever that stands */
		char	*first;
		size_t	 first_len;

		memset(text, 'x', n / 2 + 1);
		text[1] = n > 4 ? '-' : text[1];
		memcpy(text + n / 2 + 1, n % 2 != 0 ? "=\xcc\xb8y" : " \xcc\x81y", 4);
		first = fold_exact(text + n / 2, 5, BIG, &first_len);
		got = fold_exact(text, n / 2 + 5, BIG, &len);
		assert_int_equal(len, n / 2 + first_len);
		assert_memory_equal(got + n / 2, first, first_len);
		fold_free(first);
		fold_free(got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_every_character),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_ascii_stretches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
