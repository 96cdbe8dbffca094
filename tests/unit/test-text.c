/*
 * test-text.c - what a message says: views, paragraphs, hidden text, links, facts, limits, hostile markup.
 *
 * Input is copied to its exact length, so that a sanitizer sees a read beyond it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "charset.h"
#include "text.h"

static void
add(struct text *text, const char *type, const char *charset, const char *octets, size_t len, bool attachment)
{
	char *exact = malloc(len > 0 ? len : 1);
	struct text_part part = { type, charset, exact, len, attachment };
	struct err err;

	assert_non_null(exact);
	memcpy(exact, octets, len);
	assert_int_equal(text_add(text, &part, &err), 0);
	free(exact);
}

static struct text *
begin(const struct text_limits *limits, const char *subject)
{
	struct text *text = NULL;
	struct err err;

	assert_int_equal(text_new(limits, "GB18030", subject, &text, &err), 0);
	return text;
}

static struct text *
finish(struct text *text)
{
	struct err err;

	assert_int_equal(text_finish(text, &err), 0);
	return text;
}

static struct text *
one(const char *type, const char *octets)
{
	struct text *text = begin(NULL, NULL);

	add(text, type, NULL, octets, strlen(octets), false);
	return finish(text);
}

static void
assert_view(const char *(*view)(const struct text *, size_t *), const struct text *text, const char *want)
{
	size_t len;
	const char *got = view(text, &len);

	assert_string_equal(got, want);
	assert_int_equal(len, strlen(want));
}

static const struct {
	const char	*html, *body, *visible;		/* visible NULL: the same as body */
} html_cases[] = {
	{ "<p>one<p>two", "\n\none\ntwo", "one\ntwo\n" },
	{ "one<br>two<br/><br>three", "\none two\nthree", "one\ntwo\nthree\n" },
	{ "a <b>b</b>c\n\n d&nbsp;&nbsp;e", "\na bc d e", "a bc d e\n" },
	{ "<td>a</td><td>b</td>", "\n a b ", "a b\n" },
	{ "<table><tr><td>a<td>b<tr><td>c</table>", "\n a b c", "a b\nc\n" },
	{ "&lt;&amp;&#36864;&#x8ba2;&hellip;&bogus;", "\n<&退订…&bogus;", "<&退订…&bogus;\n" },
	{ "退订<!-- gone -->了", "\n退订了", "退订了\n" },
	{ "<title>T</title>x", "\n\nT\nx", "x\n" },
	{ "<script>no('<b>')</script>x<style>p{}</style>", "\nx", "x\n" },
	{ "<script>never closed", "\n", "" },
	{ "x<!-- never closed", "\nx", "x\n" },
	{ "a</body></html>b", "\nab", "ab\n" },
	{ "</p></div>x", "\nx", "x\n" },
	{ "<b><img alt=图 title=名>x", "\n 图 名 x", "图 名 x\n" },
	{ "<img alt=same title=same>", "\n same ", "same\n" },
	{ "<div style='display:none'>h<b>i</b></div>v", "\n hi v", "v\n" },
	{ "<div style='DISPLAY : None !important'>h</div>v", "\n h v", "v\n" },
	{ "<div hidden>h</div>v", "\n h v", "v\n" },
	{ "<p style=visibility:hidden>h<b style=visibility:visible>v</b></p>", "\n\nhv\n", "v\n" },
	{ "<td style='font-size:0px'>h<p style='font-size:13px'>v</td>", "\n h\nv ", "v\n" },
	{ "<p style='font-size:1px'>h</p><p style='font-size:2px'>v", "\n\nh\nv", "v\n" },
	{ "<p style='font:0/0 a'>h</p><p style='font:bold 12px a'>v", "\n\nh\nv", "v\n" },
	{ "<p style='font-size:0'>h<b style='font-size:2em'>h</b>", "\n\nhh", "" },
	{ "<p style='opacity:0'>h</p><p style='opacity:.5'>v", "\n\nh\nv", "v\n" },
	{ "<p style='mso-hide:all'>h", "\n\nh", "" },
	{ "<p style='max-height:0;overflow:hidden'>h</p><p style='max-height:0'>v", "\n\nh\nv", "v\n" },
	{ "<p style='width:1%;overflow:hidden'>v", "\n\nv", "v\n" },
	{ "<p style='text-indent:-9999px'>h</p><p style='text-indent:-2px'>v", "\n\nh\nv", "v\n" },
	{ "<font color=white>h</font>v", "\nhv", "v\n" },
	{ "<font color=#fefefe>h</font>v", "\nhv", "v\n" },
	{ "<font color=999999>v</font>", "\nv", "v\n" },
	{ "<td bgcolor=#000000><font color=white>v</font><font color=#010101>h</font></td>", "\n vh ", "v\n" },
	{ "<div style='background:#369'><b style='color:rgb(51, 102, 153)'>h</b><b style='color:#fff'>v</b></div>",
	  "\n hv ", "v\n" },
	{ "<div style='background:url(x)'><b style='color:#fff'>v</b></div>", "\n v ", "v\n" },
	{ "<td background=x.png><b style='color:#fff'>v</b></td>", "\n v ", "v\n" },
	{ "<b style='color:transparent'>h</b><b style='color:rgba(0,0,0,0)'>h</b>", "\nhh", "" },
	{ "<div style='color:#fff'><a href=x>v</a>h</div>", "\n vh ", "v\n" },
	{ "<style>.h{display:none}#i{color:#fff}td.w,em{font-size:0}</style><b class='x h'>1</b><b id=i>2</b>"
	  "<td class=w>3</td><b class=w>v</b><em>4</em>",
	  "\n12 3 v4", "v\n" },
	{ "<style>@media x{p{display:none}} /* p{display:none} */ b{color:red}</style><p>v", "\n\nv", "v\n" },
	{ "<style>.h{display:none}</style><p class=h style='display:block'>v", "\n\nv", "v\n" },
	{ "<style>table.x td{background:#000}</style><table class=x><td><b style='color:#fff'>v",
	  "\n v", "v\n" },
	{ "<style><!-- .h{display:none} --></style><p class=h>h", "\n\nh", "" },
	{ "<style>.h{display:none", "\n", "" },
	{ "\xcd\xcb\xb6\xa9\xc7\xeb\xbb\xd8\xb8\xb4", "\n退订请回复", "退订请回复\n" },
	{ "<meta charset=big5><p>\xb0\x68\xad\x71", "\n\n退訂", "退訂\n" },
	{ "<meta http-equiv=Content-Type content='text/html; charset=gb2312'>\xcd\xcb\xb6\xa9",
	  "\n退订", "退订\n" },
	{ "<meta charset=gb2312 <p>退订", "\n退订", "退订\n" },
	{ "1 < 2 <", "\n1 < 2 ", "1 < 2\n" },
	{ "", "\n", "" },
};

/* The octets of a view that are no white space. */
static size_t
solid(const char *view)
{
	size_t n = 0;

	for (; *view != '\0'; view++)
		n += strchr(" \n", *view) == NULL;
	return n;
}

static void
test_html(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(html_cases) / sizeof(html_cases[0]); i++) {
		struct text *text = one("text/html", html_cases[i].html);
		const char *visible = html_cases[i].visible != NULL ? html_cases[i].visible : html_cases[i].body;
		size_t body_len, visible_len;

		if (strcmp(text_body(text, &body_len), html_cases[i].body) != 0 ||
		    strcmp(text_visible(text, &visible_len), visible) != 0)
			fail_msg("case %zu: %s: [%s] [%s]", i, html_cases[i].html, text_body(text, &body_len),
			    text_visible(text, &visible_len));
		if (strstr(html_cases[i].html, "<title>") == NULL)
			assert_int_equal(text_fact(text, TEXT_FACT_HIDDEN) > 0,
			    solid(html_cases[i].body) != solid(visible));
		text_free(text);
	}
}

static void
test_plain(void **state)
{
	static const struct {
		const char	*plain, *body, *visible, *raw;
	} cases[] = {
		{ "one\ntwo\n\nthree", "\none two\nthree", "one two\nthree\n", "one\ntwo\n\nthree\n" },
		{ "one\r\n  \t\r\ntwo\r\n", "\none\ntwo ", "one\ntwo\n", "one\n  \t\ntwo\n" },
		{ "\n\n a  b \n", "\n\n a b ", "a b\n", "\n\n a  b \n" },
		{ "one \n\n\n two\n\n", "\none \n two\n", "one\ntwo\n", "one \n\n\n two\n\n" },
		{ "a\xe3\x80\x80\xc2\xa0" "b\xe2\x80\x83", "\na b ", "a b\n", "a\xe3\x80\x80\xc2\xa0" "b\xe2\x80\x83\n" },
		{ "<p>no markup", "\n<p>no markup", "<p>no markup\n", "<p>no markup\n" },
		{ "", "\n", "", "" },
		{ "\n", "\n ", "", "\n" },
		{ "a\rb", "\na b", "a b\n", "a\rb\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text *text = one("text/plain", cases[i].plain);

		assert_view(text_body, text, cases[i].body);
		assert_view(text_visible, text, cases[i].visible);
		assert_view(text_raw, text, cases[i].raw);
		text_free(text);
	}
}

static void
test_subject(void **state)
{
	struct text *text = begin(NULL, " 代 开 发票\n now ");

	(void)state;
	add(text, "text/plain", "utf-8", "HELLO", 5, false);
	add(text, "text/html", "utf-8", "<b>World", 8, false);
	finish(text);
	assert_view(text_body, text, "代 开 发票  now\nHELLO World");	/* one line feed between parts */
	assert_view(text_visible, text, "HELLO\nWorld\n");
	assert_view(text_raw, text, "HELLO\n<b>World\n");
	assert_int_equal(text_fact(text, TEXT_FACT_PLAIN), 1);
	assert_int_equal(text_fact(text, TEXT_FACT_HTML), 1);
	assert_int_equal(text_fact(text, TEXT_FACT_WORDS), 2);
	assert_int_equal(text_fact(text, TEXT_FACT_MAX), 0);
	assert_int_equal(text_raw_part(text, 0), 0);
	assert_int_equal(text_raw_part(text, 1), 6);
	assert_int_equal(text_raw_part(text, 2), 15);
	text_free(text);
	text = finish(begin(NULL, NULL));
	assert_view(text_body, text, "\n");
	assert_int_equal(text_raw_part(text, 0), 0);
	text_free(text);
	text_free(NULL);
}

static void
test_attachments(void **state)
{
	struct text *text = begin(NULL, NULL);

	(void)state;
	add(text, "text/html", NULL, "<p>only", 7, true);
	add(text, "text/html", NULL, "<p>second", 9, true);
	add(text, "application/pdf", NULL, "x", 1, false);
	add(text, "text/calendar", NULL, "y", 1, false);
	finish(text);
	assert_view(text_visible, text, "only\n");	/* there was no other text */
	assert_view(text_body, text, "\n\nsecond\nonly");	/* of all attachments of HTML or plain text */
	assert_int_equal(text_fact(text, TEXT_FACT_ATTACHMENTS), 4);
	text_free(text);
	text = begin(NULL, NULL);
	add(text, "text/html", NULL, "<p>attached", 11, true);
	add(text, "text/plain", NULL, "text", 4, false);
	add(text, "text/plain", NULL, "attached", 8, true);
	finish(text);
	assert_view(text_visible, text, "text\n");
	assert_view(text_body, text, "\ntext attached\nattached");
	assert_int_equal(text_fact(text, TEXT_FACT_WORDS), 1);
	assert_int_equal(text_fact(text, TEXT_FACT_HTML), 0);
	assert_int_equal(text_fact(text, TEXT_FACT_ATTACHMENTS), 2);
	text_free(text);
}

static void
test_uris(void **state)
{
	static const struct {
		const char	*type, *octets, *uris;	/* joined by a blank */
	} cases[] = {
		{ "text/plain", "see http://a.example/x, and (https://b.example/).", "http://a.example/x https://b.example/" },
		{ "text/plain", "点http://t.example/a，查看 www.b.example。完", "http://t.example/a www.b.example" },
		{ "text/plain", "访问www.b.example查看】", "www.b.example" },
		{ "text/plain", "http://例子.example/路 x", "http://例子.example/" },
		{ "text/plain", "mailto:a@b.example?subject=%E9; HTTP://UP.example", "mailto:a@b.example?subject=%E9 HTTP://UP.example" },
		{ "text/plain", "http://w.example/a_(b) http://w.example/a_(b))", "http://w.example/a_(b)" },
		{ "text/plain", "<http://a.example> \"http://b.example\"", "http://a.example http://b.example" },
		{ "text/plain", "xhttp://no http:/no http:// www. :// ://www", "" },
		{ "text/plain", "http://www.a.example/www.b a@www.c.example", "http://www.a.example/www.b" },
		{ "text/plain", "end http:", "" },
		{ "text/html", "<a href=' http://a.example/?x=1&amp;y=\n2 '>a</a><img src=http://b.example/i><a href=#x><img src=cid:1>",
		  "http://a.example/?x=1&y=2 http://b.example/i" },
		{ "text/html", "<img src='data:image/png;base64,AAAA'><form action=/go><a href=http://a.example>http://a.example</a>",
		  "/go http://a.example" },
		{ "text/html", "<p hidden>http://bare.example", "http://bare.example" },
	};
	char got[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text *text = one(cases[i].type, cases[i].octets);
		size_t n = 0;

		got[0] = '\0';
		for (size_t j = 0; j < text_uri_count(text); j++)
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s", j > 0 ? " " : "", text_uri_at(text, j));
		assert_string_equal(got, cases[i].uris);
		assert_null(text_uri_at(text, text_uri_count(text)));
		assert_int_equal(text_fact(text, TEXT_FACT_LINKS), text_uri_count(text));
		text_free(text);
	}
}

/* What markup points at, for uri rules. */
static void
test_marks(void **state)
{
	static const struct {
		const char	*html, *marks;	/* joined by a blank */
	} cases[] = {
		{ "<a href=#x><img src=cid:1><a href=' mailto:a@b.example '>", "#x cid:1 mailto:a@b.example" },
		{ "http://bare.example <a href=http://a.example>", "http://a.example" },
		{ "<a href=''><a href='\n'><a href=a/../b?c#d>", "/b?c#d" },
		{ "<a href=//www.a.example/x><a href=//a.example><a href=www.a.example>",
		  "http://www.a.example/x //a.example www.a.example" },
		{ "<a href=x><base href=http://a.example/b/c.html><a href=d><a href=../e><a href=../../../f><a href=/g>"
		  "<a href=?h><a href=//i.example/j><a href=http:k><a href=https:l><a href=#m>",
		  "x http://a.example/b/c.html http://a.example/b/d http://a.example/e http://a.example/f "
		  "http://a.example/g http://a.example/b/?h http://i.example/j http://a.example/b/k https:l "
		  "http://a.example/b/#m" },
		{ "<base href=/nowhere><base href='http://a.example'><a href=b>", "/nowhere http://a.example http://a.example/b" },
		{ "<a href=http://a.example/./b/.><a href=http://a.example/..><a href=http://a.example/b/..>",
		  "http://a.example/b/ http://a.example/" },
	};
	char got[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text *text = one("text/html", cases[i].html);
		size_t n = 0;

		got[0] = '\0';
		for (size_t j = 0; j < text_mark_count(text); j++)
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s", j > 0 ? " " : "", text_mark_at(text, j));
		assert_string_equal(got, cases[i].marks);
		assert_null(text_mark_at(text, text_mark_count(text)));
		text_free(text);
	}
}

static void
test_facts(void **state)
{
	static const struct {
		const char	*html;
		size_t		 words, images, hidden, image_only;
	} cases[] = {
		{ "<p>退订 two words, 3", 5, 0, 0, 0 },
		{ "<img src=a alt='many words in the alternative text of the picture that nobody reads at all here'>x", 16, 1, 0, 1 },
		{ "<img><img>a b c d e f g h i j k l m n o p q r s t", 20, 2, 0, 0 },
		{ "<p style=display:none>退订 x</p>&zwnj;", 0, 0, 3, 0 },
		{ "<p style=display:none>&nbsp;&zwnj; </p>", 0, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text *text = one("text/html", cases[i].html);

		assert_int_equal(text_fact(text, TEXT_FACT_WORDS), cases[i].words);
		assert_int_equal(text_fact(text, TEXT_FACT_IMAGES), cases[i].images);
		assert_int_equal(text_fact(text, TEXT_FACT_HIDDEN), cases[i].hidden);
		assert_int_equal(text_fact(text, TEXT_FACT_IMAGE_ONLY), cases[i].image_only);
		text_free(text);
	}
}

static void
test_limits(void **state)
{
	static const struct text_limits limits = { 10, 2, 3 };
	struct text *text = begin(&limits, NULL);
	const char *raw;
	size_t len;

	(void)state;
	add(text, "text/plain", "utf-8", "退订退订退订", 18, false);
	add(text, "text/plain", "utf-8", "more", 4, false);
	finish(text);
	assert_view(text_visible, text, "退订退\n");
	raw = text_raw(text, &len);
	assert_true(len <= 10);
	assert_true(charset_is_utf8(raw, len));
	text_free(text);
	text = begin(NULL, NULL);
	add(text, "text/plain", NULL, "http://a.x http://b.x http://c.x", 32, false);
	assert_int_equal(text_uri_count(text), 3);
	text_free(finish(text));
	text = begin(&(struct text_limits){ 1000, 2, 3 }, NULL);
	add(text, "text/html", NULL, "http://a.x http://b.x http://c.x", 32, false);
	finish(text);
	assert_int_equal(text_uri_count(text), 2);
	text_free(text);
	text = begin(&(struct text_limits){ 1000, 2, 3 }, NULL);	/* deeper than it may be: nothing is lost */
	add(text, "text/html", NULL, "<b><i><b><i><b><i>x<p>y</i>z", 28, false);
	assert_view(text_body, finish(text), "\nx\nyz");
	text_free(text);
}

/* Markup on which an HTML parser may take the square of its size.  Each is read to its end in a moment. */
static void
test_hostile(void **state)
{
	static const struct {
		const char	*head, *unit, *tail, *body;	/* body NULL: not looked at; %zu in unit: the count */
		size_t		 count;
	} cases[] = {
		{ "<a ", "a%zu ", "", NULL, 100000 },
		{ "<a ", "a%zu=\"\"", ">x", "\nx", 80000 },
		{ "<a x=\">\" ", "a%zu\r", ">x", NULL, 100000 },
		{ "", "<b>", "x", "\nx", 200000 },
		{ "<b><b>", "</i><b>", "x", "\nx", 100000 },
		{ "", "<div>x", "", NULL, 150000 },
		{ "", "<script>", "", "\n", 100000 },
		{ "", "<!--", "", NULL, 200000 },
		{ "", "<p style=\"color:red;", "", NULL, 30000 },
		{ "", "</html>", "x", "\nx", 100000 },
		{ "<b><img src=\"data:x,", "QUFBQUFB", "\" alt=a>b", "\n a b", 100000 },
		{ "", "&", "", NULL, 500000 },
		{ "<style>", "a{", "</style>x", "\nx", 300000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size = cases[i].count * (strlen(cases[i].unit) + 8) + 100, n;
		char *html = malloc(size);
		clock_t start = clock();
		const char *visible;
		struct text *text;
		size_t len;

		assert_non_null(html);
		n = (size_t)snprintf(html, size, "%s", cases[i].head);
		for (size_t j = 0; j < cases[i].count; j++) {
			const char *number = strstr(cases[i].unit, "%zu");

			n += (size_t)(number == NULL ? snprintf(html + n, size - n, "%s", cases[i].unit) :
			    snprintf(html + n, size - n, "%.*s%zu%s", (int)(number - cases[i].unit), cases[i].unit,
				j, number + 3));
		}
		n += (size_t)snprintf(html + n, size - n, "%s", cases[i].tail);
		text = begin(NULL, NULL);
		add(text, "text/html", "utf-8", html, n, false);
		finish(text);
		if (cases[i].body != NULL)
			assert_view(text_body, text, cases[i].body);
		visible = text_visible(text, &len);
		assert_true(charset_is_utf8(visible, len));
		if ((double)(clock() - start) / CLOCKS_PER_SEC > 20)	/* the square would take minutes */
			fail_msg("case %zu takes too long", i);
		text_free(text);
		free(html);
	}
}

/* White space of every width at every place of a line, held against a word by word account. */
static void
test_runs(void **state)
{
	static const char *const pieces[] = {
		"a", "bc", "word", "longer-word", "\x01", "\u4f60", "\u3002", "\u00e9", "\u200b", "9", " ", " ", " ", "  ", "\t",
		"\u00a0", "\u3000", "\u2003", "\u1680", "\u205f", "\xc2\x85",
	};
	const size_t blanks = 10;	/* the first piece that is one */
	char line[512], want[512];
	uint32_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		size_t n = 0, m = 0;
		bool gap = false;
		struct text *text;

		for (unsigned i = 0; i < round % 30; i++) {
			size_t piece, len;

			seed = seed * 1664525 + 1013904223;
			piece = (seed >> 16) % (sizeof(pieces) / sizeof(pieces[0]));
			len = strlen(pieces[piece]);
			memcpy(line + n, pieces[piece], len);
			n += len;
			if (piece >= blanks) {
				gap = true;
				continue;
			}
			if (gap && m > 0)
				want[m++] = ' ';
			gap = false;
			memcpy(want + m, pieces[piece], len);
			m += len;
		}
		memcpy(want + m, "\n", m > 0 ? 2 : 1);
		want[m > 0 ? m + 1 : 0] = '\0';
		text = begin(NULL, NULL);
		add(text, "text/plain", "utf-8", line, n, false);
		assert_view(text_visible, finish(text), want);
		text_free(text);
	}
}

/* Words of ASCII counted at every place. */
static void
test_word_count(void **state)
{
	static const char alphabet[] = "azAZ09@[`{/: -,ab  ";
	char line[64];
	uint32_t seed = 3;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		size_t n, words = 0;
		bool inside = false;
		struct text *text = begin(NULL, NULL);

		for (n = 0; n < round % 50; n++) {
			bool letter;

			seed = seed * 1664525 + 1013904223;
			line[n] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
			letter = strchr("azAZ09b", line[n]) != NULL;
			words += letter && !inside;
			inside = letter;
		}
		add(text, "text/plain", "utf-8", line, n, false);
		assert_int_equal(text_fact(finish(text), TEXT_FACT_WORDS), words);
		text_free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_attachments),
		cmocka_unit_test(test_uris),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_word_count),
	};

	text_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
