/*
 * test-judge-rules-uri.c - the links that uri rules see: found in text, respelled, and what must not become one.
 *
 * Input is copied to its exact length, so that a sanitizer sees a read beyond it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include <glib.h>
#include "judge_rules_uri.h"

/* Joins what is found by blanks. */
static void
join(void *arg, const char *uri)
{
	GString	*out = arg;

	g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "", uri);
}

static GString *
scan(const char *text, size_t len)
{
	GString	*out = g_string_new(NULL);
	char	*exact = malloc(len > 0 ? len : 1);

	assert_non_null(exact);
	memcpy(exact, text, len);
	judge_rules_uri_scan(exact, len, join, out);
	free(exact);
	return out;
}

static void
test_scan(void **state)
{
	static const struct {
		const char	*text, *uris;
	} cases[] = {
		{ "see http://a.com/x, and (https://b.com/).", "http://a.com/x https://b.com/" },
		{ "", "" },
		{ "a", "" },
		{ "www.a.com www3.a.com ftp.a.com wwww.a.com/", "http://www.a.com http://www3.a.com ftp://ftp.a.com" },
		{ "HTTP://A.COM/(x) <http://b.com/y>\"http://c.com\"", "HTTP://A.COM/(x http://b.com/y http://c.com" },
		{ "http:// https:// mailto: www.", "" },
		{ "write to me@a.com, or mailto:you@b.org?subject=x!", "mailto:me@a.com mailto:you@b.org?subject=x" },
		{ "me@a.nosuchtop me@a m@. @a.com", "http://a.com" },
		{ "Vi@gra cid:part1@a.com mid:2@a.com", "" },
		{ "email:me@a.com e-mail:you@a.com", "mailto:me@a.com mailto:you@a.com" },
		{ "shop.com Shop.Com.Cn/x shop.com:8080 shop.com.", "http://shop.com http://Shop.Com.Cn/x http://shop.com:8080 http://shop.com" },
		{ "shop.nosuchtop shop.com/ file.c 3.14 a..com -a.com", "" },
		{ "x/shop.com (shop.com) x_shop.com y_.shop.com", "http://shop.com http://y_.shop.com" },
		{ "\xe7\x9c\x8bhttp://a.com\xe3\x80\x82", "http://a.com\xe3\x80\x82" },
		{ "me%40@a.co.za me@a.co.za?b", "mailto:me@@a.co.za mailto:me@a.co.za?b" },
		{ "\x1b(Bhttp://a.com", "http://a.com" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		GString	*out = scan(cases[i].text, strlen(cases[i].text));

		if (strcmp(out->str, cases[i].uris) != 0)
			fail_msg("case %zu: %s: [%s]", i, cases[i].text, out->str);
		g_string_free(out, TRUE);
	}
}

static void
test_clean(void **state)
{
	static const struct {
		const char	*uri, *variants;
	} cases[] = {
		{ "http://a.com/", "http://a.com/" },
		{ "#top", "#top" },
		{ "/go", "/go" },
		{ "x", "x" },
		{ "", "" },
		{ "//a.com/x", "//a.com/x http:////a.com/x" },
		{ "http:a.com", "http:a.com http://a.com" },
		{ "http:\\\\a.com\\b", "http:\\\\a.com\\b http://a.com/b" },
		{ "www.a.com", "www.a.com http://www.a.com" },
		{ "ftp.a.com", "ftp.a.com ftp://ftp.a.com" },
		{ "http://a.com?x", "http://a.com?x http://a.com/?x" },
		{ "http://a%2Ecom/%41%20%zz", "http://a%2Ecom/%41%20%zz http://a.com/A%20%25zz" },
		{ "http://a.com/&#98;&#x43;&#1;", "http://a.com/&#98;&#x43;&#1; http://a.com/bC&#1;" },
		{ "http://a.com:80/x", "http://a.com:80/x http://a.com/x" },
		{ "https://a.com:443", "https://a.com:443 https://a.com" },
		{ "http://a.com:8080/", "http://a.com:8080/" },
		{ "http://bank.com@1.2.3.4/", "http://bank.com@1.2.3.4/ http://1.2.3.4/" },
		{ "http://a.com./", "http://a.com./ http://a.com/" },
		{ "http://2130706433/", "http://2130706433/ http://127.0.0.1/" },
		{ "http://0x7f000001/", "http://0x7f000001/ http://127.0.0.1/" },
		{ "http://0x7f.0.0.01/", "http://0x7f.0.0.01/ http://127.0.0.1/" },
		{ "http://shop", "http://shop http://www.shop.com" },
		{ "http://localhost/", "http://localhost/" },
		{ "http://r.com/?u=http://b.com/x&y", "http://r.com/?u=http://b.com/x&y http://b.com/x" },
		{ "http://r.com/http:b.com", "http://r.com/http:b.com http:b.com http://b.com" },
		{ "http://\xe4\xbe\x8b.com/", "http://\xe4\xbe\x8b.com/ http://xn--fsq.com/" },
		{ "mailto:a@b.com?subject=x&y", "mailto:a@b.com?subject=x&y mailto:a@b.com" },
		{ "mailto:A%20<a@b.com>", "mailto:A%20<a@b.com> mailto:a@b.com" },
		{ "javascript:x()", "javascript:x()" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		GString	*out = g_string_new(NULL);
		char	*exact = strdup(cases[i].uri);

		judge_rules_uri_clean(exact, join, out);
		if (strcmp(out->str, cases[i].variants) != 0)
			fail_msg("case %zu: %s: [%s]", i, cases[i].uri, out->str);
		free(exact);
		g_string_free(out, TRUE);
	}
}

static void
test_leads(void **state)
{
	static const struct {
		const char	*uri;
		bool		 leads;
	} cases[] = {
		{ "http://a.com/x", true }, { "http://a.com:8080", true }, { "a.com", true }, { "http://1.2.3.4/", true },
		{ "http://name@a.com/", true }, { "mailto:me@a.co.za?x", true }, { "ftp://x_y.a.com", true },
		{ "http://a.nosuchtop/", false }, { "http://a", false }, { "http://", false }, { "", false },
		{ "mailto:me", false }, { "mailto:a@b@c.com", false }, { "javascript:a.com", false }, { "file://a.com", false },
		{ "http://a%41.com", false }, { "http://-a.com", false }, { "http://a_b.com", false }, { "http://a..com", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (judge_rules_uri_leads(cases[i].uri) != cases[i].leads)
			fail_msg("case %zu: %s", i, cases[i].uri);
}

/* Text made to cost the square of its length, or to make more links than anybody has. */
static void
test_hostile(void **state)
{
	static const char *const	units[] = {
		"@", "a@", "a@b.com@", ".", "a.", "www.", "http://", "http://a.com/", "(", ")", "a.com/", "mailto:a@", "%41",
		"&#65;", "\xe4\xbd\xa0.", "=a.com", "www.a", "a-", "\xa0", "[a.com ",
	};
	enum { SIZE = 1 << 20 };
	char				*text = malloc(SIZE);
	size_t				 len, unit;
	clock_t				 start;
	GString				*out;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		unit = strlen(units[i]);
		for (len = 0; len + unit <= SIZE; len += unit)
			memcpy(text + len, units[i], unit);
		start = clock();
		out = scan(text, len);
		g_string_free(out, TRUE);
		out = g_string_new(NULL);
		text[len - 1] = '\0';
		judge_rules_uri_clean(text, join, out);
		assert_true(out->len <= 16 * (JUDGE_RULES_URI_MAX + 8) * 3);
		g_string_free(out, TRUE);
		if ((double)(clock() - start) / CLOCKS_PER_SEC > 5)
			fail_msg("'%s' takes too long", units[i]);
	}
	free(text);
}

/* All of them together: each once, and never more than there may be. */
static void
test_all(void **state)
{
	static const char		 html[] = "<a href=http://a.com>http://b.com</a> http://a.com me@c.com";
	struct text			*text = NULL;
	struct judge_rules_pieces	 lines = { 0 }, pieces = { 0 };
	GString				*out = g_string_new(NULL), *big = g_string_new(NULL);
	struct text_part		 part = { "text/html", NULL, html, sizeof(html) - 1, false };
	struct err			 err;
	const char			*body;
	size_t				 len = 0, i;

	(void)state;
	assert_int_equal(text_new(NULL, "UTF-8", "go to d.com", &text, &err), 0);
	assert_int_equal(text_add(text, &part, &err), 0);
	assert_int_equal(text_finish(text, &err), 0);
	body = text_body(text, &len);
	judge_rules_cut_body(body, len, &lines);
	judge_rules_uris(text, body, &lines, out, &pieces);
	assert_string_equal(out->str, "http://a.com\nhttp://d.com\nhttp://b.com\nmailto:me@c.com\n");
	assert_int_equal(pieces.n, 4);
	assert_int_equal(pieces.piece[1].start, 13);
	assert_int_equal(pieces.piece[1].len, 12);
	for (i = 0; i < 2 * JUDGE_RULES_URIS_MAX; i++)
		g_string_append_printf(big, "http://%zu.a.com ", i);
	lines.n = 0;
	judge_rules_cut_body(big->str, big->len, &lines);
	judge_rules_uris(text, big->str, &lines, out, &pieces);
	assert_int_equal(pieces.n, JUDGE_RULES_URIS_MAX);
	assert_true(out->len <= JUDGE_RULES_URIS_OCTETS + 1);
	g_free(lines.piece);
	g_free(pieces.piece);
	g_string_free(out, TRUE);
	g_string_free(big, TRUE);
	text_free(text);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_leads),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_all),
	};

	text_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
