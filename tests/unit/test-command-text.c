/*
 * test-command-text.c - the new text of replies: quotes of every kind, in plain text and HTML,
 * parts, limits.
 */
#include "command-fixture.h"
#include "charset.h"

/* ---- new text -------------------------------------------------------------------------------- */

static const struct {
	const char	*body, *want;		/* want: lines that are left, without blank ones, parted by '|' */
} plain_cases[] = {
	{ "a\nb\n", "a|b" },
	{ "a\r\nb", "a|b" },
	{ "a\n> b\nc\n", "a" },
	{ "a\n  > b\n", "a" },
	{ "> b\n\na\n", "a" },
	{ "> b\na\n", "" },			/* a wrapped line of the quote */
	{ "> b\na\n\nc\n", "c" },
	{ "> b\n\na\n> c\n", "" },		/* answers between quotes */
	{ "> b\n\n\n> c\n\na\n", "a" },
	{ "a\n-----Original Message-----\nb\n", "a" },
	{ "a\n----- Original Message -----\nb\n", "a" },
	{ "a\n-----原始邮件-----\nb\n", "a" },
	{ "a\n------------------ 原始邮件 ------------------\nb\n", "a" },
	{ "a\n----- 原始郵件 -----\nb\n", "a" },
	{ "a\n-----邮件原件-----\nb\n", "a" },
	{ "a\n---- 回复的原邮件 ----\nb\n", "a" },
	{ "a\n---Original---\nb\n", "a" },
	{ "a\n—————— 转发邮件信息 ——————\nb\n", "a" },
	{ "a\n---------- Forwarded message ---------\nb\n", "a" },
	{ "a\nBegin forwarded message:\nb\n", "a" },
	{ "a\n下面是被转发的邮件：\nb\n", "a" },
	{ "a\n________________________________\nb\n", "a" },
	{ "a\n-- \nb\n", "a" },
	{ "a\n--\nb\n", "a" },
	{ "a\n____\nb\n", "a|____|b" },
	{ "a\n-\nb\n", "a|-|b" },
	{ "a\n原始邮件\nb\n", "a|原始邮件|b" },
	{ "a\n--原始邮件夹\nb\n", "a|--原始邮件夹|b" },
	{ "a\n发件人: x\n发送时间: y\nb\n", "a" },
	{ "a\n发件人： x\n收件人： y\nb\n", "a" },
	{ "a\n寄件者: x\n主旨: y\nb\n", "a" },
	{ "a\nFrom: x\nSent: y\nTo: z\nSubject: s\nb\n", "a" },
	{ "a\n*From:* x\n*Date:* y\nb\n", "a" },
	{ "a\n| 发件人 | x |\n| 日期 | y |\nb\n", "a" },
	{ "a\n主题: s\n发件人: x\nb\n", "a" },
	{ "a\nFrom: here\nwe go\nb\n", "a|From: here|we go|b" },
	{ "a\n主题: s\n时间: t\nb\n", "a|主题: s|时间: t|b" },
	{ "a\nFrom: x\nFrom: y\nb\n", "a|From: x|From: y|b" },
	{ "a\nOn Mon, 6 May 2024, X wrote:\nb\n", "a" },
	{ "a\nOn Mon, 6 May 2024, X <\nx@shop.example> wrote:\nb\n", "a" },
	{ "a\nOn Mon, 6 May 2024\nX\n<x@shop.example> wrote:\nb\n", "a" },
	{ "a\nOn Mon, 6 May 2024\nX\nY\n<x@shop.example> wrote:\nb\n", "a|On Mon, 6 May 2024|X|Y" },
	{ "a\n在 2024年5月6日，X <x@y.example> 写道：\nb\n", "a" },
	{ "a\nX <x@y.example> 于2024年5月6日周一\n10:00写道：\nb\n", "a" },
	{ "a\nX <x@y.example> 於 2024年5月6日 寫道：\nb\n", "a" },
	{ "a\nAt 2024-05-06 10:00:00, \"x\" <x@y.example> wrote:\nb\n", "a" },
	{ "退订 shop.example\n在 2024年5月6日，X <x@y.example> 写道：\nb\n", "退订 shop.example" },
	{ "退订 x@y.example\nOn Mon, 6 May 2024, X wrote:\nb\n", "退订 x@y.example" },
	{ "On Mon, 6 May 2024, X wrote:\n\n> b\n\na\n", "a" },
	{ "On Mon, 6 May 2024, X wrote:\nb\n\na\n", "" },
	{ "a\nShe wrote:\nb\n", "a|She wrote:|b" },
	{ "a\n他在信里写道：b\n", "a|他在信里写道：b" },
	{ "发自我的iPhone\n\n> b\n\na\n", "发自我的iPhone|a" },
	{ "a\n\xff\xfe\n", "a|\xef\xbf\xbd\xef\xbf\xbd" },
	{ "", "" },
	{ ">", "" },
	{ "--", "" },
};

/* The lines of text that are not blank, parted by '|'; the caller's g_free(). */
static char *
squeeze(const char *text)
{
	GString *out = g_string_new(NULL);
	char **lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++) {
		g_strstrip(lines[i]);
		if (lines[i][0] == '\0')
			continue;
		if (out->len > 0)
			g_string_append_c(out, '|');
		g_string_append(out, lines[i]);
	}
	g_strfreev(lines);
	return g_string_free(out, FALSE);
}

static void
assert_text(const char *type, const char *body, const char *want)
{
	struct mime *mime = text_message(type, "x", body, strlen(body));
	char *got = command_new_text(mime, "GB18030", 65536), *lines;

	assert_non_null(got);
	assert_true(charset_is_utf8(got, strlen(got)));
	lines = squeeze(got);
	if (strcmp(lines, want) != 0)
		fail_msg("'%s' gives '%s', not '%s'", body, lines, want);
	g_free(lines);
	free(got);
	mime_free(mime);
}

static void
test_plain(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(plain_cases); i++)
		assert_text("text/plain", plain_cases[i].body, plain_cases[i].want);
}

static const struct {
	const char	*body, *want;
} html_cases[] = {
	{ "a", "a" },
	{ "<p>a</p><p>b", "a|b" },
	{ "a<br>b<br/>c", "a|b|c" },
	{ "<b>a</b>b \n c", "ab c" },
	{ "<pre>a\nb</pre>", "a|b" },
	{ "<table><tr><td>a</td><td>b</td></tr></table>", "a|b" },
	{ "&#36864;&#x8ba2;", "退订" },
	{ "a<blockquote>b</blockquote>", "a" },
	{ "<blockquote>b</blockquote>a", "a" },
	{ "<blockquote>b<blockquote>c</blockquote>d</blockquote>a", "a" },
	{ "<blockquote>b", "" },
	{ "a<div class=gmail_quote>b</div>", "a" },
	{ "a<div class='x gmail_quote y'>b</div>", "a" },
	{ "a<div class='x_gmail_quotes'>b</div>", "a|b" },
	{ "a<div id=divRplyFwdMsg></div><p>b", "a" },
	{ "a<div id=appendonsend></div>b", "a" },
	{ "a<hr id=replySplit>b", "a" },
	{ "a<hr style='WIDTH: 210px; HEIGHT: 1px'>b", "a" },
	{ "a<hr>b", "a|b" },
	{ "a<div style='border:none;border-top:solid #E1E1E1 1.0pt'>b</div>c", "a" },
	{ "a<div style='border:none; BORDER-TOP: solid #B5C4DF 1.0pt'>b</div>c", "a" },
	{ "a<div class=moz-cite-prefix>w</div><blockquote type=cite>b</blockquote>", "a" },
	{ "a<div class=moz-signature>b</div>", "a" },
	{ "a<div class=gmail_signature>b</div>", "a" },
	{ "a<div id=isReplyContent>b</div>", "a" },
	{ "a<div class=ntes-mailmaster-quote>b</div>", "a" },
	{ "a<div id=yahoo_quoted_123>b</div>", "a" },
	{ "a<div class=xm_mail_oringinal_describe>b</div>c", "a" },
	{ "a<div id=origbody>b</div>", "a" },
	{ "a<div name=messageReplySection>b</div>", "a" },
	{ "a<style>p{}</style><script>b</script><title>c</title>", "a" },
	{ "<div style='display : none'>b</div>a", "a" },
	{ "<!-- b -->a", "a" },
	{ "<!--[if gte mso 9]><xml>b</xml><![endif]-->a", "a" },
	{ "<img alt=b>a", "a" },
	{ "<a href=x>b</a>", "\xef\xbf\xbc" "b" },
	{ "<a href=x><b>b</b></a>", "\xef\xbf\xbc" "b" },
	{ "<a name=x>b</a>", "b" },
	{ "a <a href=x>b</a>", "a b" },
	{ "<a href=x><img></a>a", "a" },
	{ "&gt; b<br><br>a", "a" },
	{ "a<br>&gt; b<br>", "a" },
	{ "a<div>-----原始邮件-----</div>b", "a" },
	{ "a<div><b>发件人:</b> x</div><div><b>主题:</b> y</div>b", "a" },
	{ "a</div></p></body></html>b", "ab" },
	{ "a<p>b</whole>c", "a|b" },
	{ "", "" },
	{ "<", "" },
	{ "<div", "" },
	{ "a<div class=\"", "a" },
};

static void
test_html(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(html_cases); i++)
		assert_text("text/html", html_cases[i].body, html_cases[i].want);
}

/* Reading ends where elements nest too deep, and in a tag without end: what stands above is kept. */
static void
test_html_bounds(void **state)
{
	static const struct {
		const char	*repeated;
		unsigned	 n;
		bool		 below;		/* what follows is read too */
	} cases[] = {
		{ "<div>", 200, true }, { "<div>", 300, false }, { "<b>", 200, true }, { "<b>", 300, false },
		{ " b%x=c", 300, true }, { " b%x=c", 3000, false }, { " b%x=c", 30000, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool tag = cases[i].repeated[0] == ' ';
		GString *body = g_string_new(tag ? "above<p><i" : "above<p>");
		char **parts = g_strsplit(cases[i].repeated, "%x", 2);

		for (unsigned j = 0; j < cases[i].n; j++) {
			g_string_append(body, parts[0]);
			if (parts[1] != NULL)
				g_string_append_printf(body, "%x%s", j, parts[1]);
		}
		g_string_append(body, tag ? ">below" : "below");
		assert_text("text/html", body->str, cases[i].below ? "above|below" : "above");
		g_strfreev(parts);
		g_string_free(body, TRUE);
	}
}

#define PLAIN	"--b\nContent-Type: text/plain\n\n"
#define HTML	"--b\nContent-Type: text/html\n\n"

static void
test_parts(void **state)
{
	static const struct {
		const char	*type, *body, *want;
	} cases[] = {
		{ "alternative", PLAIN "p\n" HTML "h\n--b--\n", "p" },
		{ "alternative", PLAIN " \n\n" HTML "h\n--b--\n", "h" },
		{ "mixed", HTML "h\n" PLAIN "footer\n--b--\n", "h" },
		{ "mixed", "--b\nContent-Disposition: attachment\n\na\n--b--\n", "" },
		{ "mixed", "--b\nContent-Type: text/plain; name=a.txt\n\na\n--b--\n", "" },
		{ "mixed", "--b\nContent-Type: message/rfc822\n\nSubject: x\n\na\n--b--\n", "" },
		{ "mixed", "--b\nContent-Type: text/calendar\n\nTD\n--b\n\np\n--b--\n", "p" },
		{ "report", "--b\n\np\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nTD\n--b--\n", "p" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *header = g_strdup_printf("Content-Type: multipart/%s; boundary=b\n", cases[i].type);
		struct mime *mime = message(header, cases[i].body, strlen(cases[i].body));
		char *got = command_new_text(mime, "GB18030", 65536), *lines;

		assert_non_null(got);
		lines = squeeze(got);
		assert_string_equal(lines, cases[i].want);
		g_free(lines);
		free(got);
		mime_free(mime);
		g_free(header);
	}
}

static void
test_max(void **state)
{
	static const char body[] = "退订\nabc\n";
	struct mime *mime = text_message("text/plain", "x", body, strlen(body));

	(void)state;
	for (size_t max = 0; max < 20; max++) {
		char *got = command_new_text(mime, "GB18030", max);

		assert_non_null(got);
		assert_true(strlen(got) <= max);
		assert_true(charset_is_utf8(got, strlen(got)));
		free(got);
	}
	mime_free(mime);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_html_bounds),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_max),
	};

	mime_init();
	text_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
