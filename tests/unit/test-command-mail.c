/*
 * test-command-mail.c - who wrote a message, what it answers, and hostile mail: floods of
 * everything, cuts, NULs.
 */
#include "command-fixture.h"
#include <time.h>

/* ---- the header ------------------------------------------------------------------------------ */

static const struct {
	const char	*header, *envelope;
	bool		 automatic;
} automatic[] = {
	{ "", "<anna@example.com>", false },
	{ "", "anna@example.com", false },
	{ "", NULL, true },
	{ "", "", true },
	{ "", "<>", true },
	{ "Auto-Submitted: no\n", "a@b.example", false },
	{ "Auto-Submitted: NO (a person)\n", "a@b.example", false },
	{ "Auto-Submitted: (a (nested) comment) no\n", "a@b.example", false },
	{ "Auto-Submitted: auto-replied\n", "a@b.example", true },
	{ "auto-submitted: auto-generated; why=not\n", "a@b.example", true },
	{ "Auto-Submitted: none\n", "a@b.example", true },
	{ "Auto-Submitted:\n", "a@b.example", true },
	{ "Auto-Submitted: no\nAuto-Submitted: auto-replied\n", "a@b.example", true },
	{ "List-Id: <a.b>\n", "a@b.example", true },
	{ "list-unsubscribe: <mailto:a@b.example>\n", "a@b.example", true },
	{ "List-Post: NO\n", "a@b.example", true },
	{ "Listless: x\n", "a@b.example", false },
	{ "Precedence: bulk\n", "a@b.example", true },
	{ "Precedence: LIST\n", "a@b.example", true },
	{ "Precedence: junk\n", "a@b.example", true },
	{ "Precedence: first-class\n", "a@b.example", false },
	{ "Precedence: bulky\n", "a@b.example", false },
	{ "X-Auto-Response-Suppress: All\n", "a@b.example", true },
	{ "X-Autoreply: yes\n", "a@b.example", true },
	{ "X-Autorespond: x\n", "a@b.example", true },
	{ "Feedback-ID: 1:2\n", "a@b.example", true },
	{ "X-Tuiding-Letter: 1\n", "a@b.example", true },
	{ "X-Tuiding: class=other\n", "a@b.example", false },
	{ "Content-Type: multipart/report; boundary=x\n", "a@b.example", true },
	{ "Content-Type: Multipart/Report;\n\tboundary=x\n", "a@b.example", true },
	{ "Content-Type: multipart/reports; boundary=x\n", "a@b.example", false },
};

static void
test_automatic(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(automatic); i++) {
		struct mime *mime = message(automatic[i].header, "TD\n", 3);

		if (command_is_automatic(mime, automatic[i].envelope) != automatic[i].automatic)
			fail_msg("'%s' from '%s'", automatic[i].header, automatic[i].envelope);
		mime_free(mime);
	}
}

static const struct {
	const char	*header, *want;		/* parted by blanks */
} answers[] = {
	{ "", "" },
	{ "In-Reply-To: <a@b>\n", "<a@b>" },
	{ "In-Reply-To: <a@b>\nReferences: <x@y> <a@b>\n", "<a@b> <x@y>" },
	{ "References: <1@x> <2@x>\n\t<3@x>\n", "<3@x> <2@x> <1@x>" },
	{ "In-Reply-To: your mail <a@b> of Monday\n", "<a@b>" },
	{ "In-Reply-To: <a@b\n", "" },
	{ "In-Reply-To: a@b>\n", "" },
	{ "In-Reply-To: <>\n", "" },
	{ "In-Reply-To: <<a@b>>\n", "<a@b>" },
	{ "References: <1@x><2@x>,<1@x>\n", "<1@x> <2@x>" },
	{ "References: <long\n id@x>\n", "<longid@x>" },
	{ "References: <\x01@x> <ok@x>\n", "<ok@x>" },
	{ "References: <A@x> <a@x>\n", "<a@x> <A@x>" },
};

static void
test_answers(void **state)
{
	char out[10][COMMAND_MESSAGE_ID_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct mime *mime = message(answers[i].header, "", 0);
		GString *got = g_string_new(NULL);
		size_t n = command_answers(mime, out, COUNT(out));

		for (size_t j = 0; j < n; j++)
			g_string_append_printf(got, "%s%s", j > 0 ? " " : "", out[j]);
		assert_string_equal(got->str, answers[i].want);
		g_string_free(got, TRUE);
		mime_free(mime);
	}
}

static void
test_answers_bounds(void **state)
{
	char (*out)[COMMAND_MESSAGE_ID_MAX + 1] = malloc(3 * sizeof(*out));
	char *many = malloc(60001), *header;
	struct mime *mime;

	(void)state;
	assert_non_null(out);
	assert_non_null(many);
	for (size_t i = 0; i < 6000; i++)
		(void)snprintf(many + 10 * i, 11, "<%05zu@x> ", i);
	header = g_strconcat("References: ", many, "\n", NULL);
	mime = message(header, "", 0);
	assert_int_equal(command_answers(mime, out, 0), 0);
	assert_int_equal(command_answers(mime, out, 1), 1);
	assert_int_equal(command_answers(mime, out, 3), 3);
	assert_string_equal(out[0], "<05999@x>");
	assert_string_equal(out[2], "<05997@x>");
	mime_free(mime);
	g_free(header);
	for (size_t n = 245; n < 256; n++) {			/* of the id in its brackets */
		memset(many, 'a', n);
		many[0] = '<';
		many[n - 1] = '>';
		many[n] = '\0';
		header = g_strconcat("In-Reply-To: ", many, "\n", NULL);
		mime = message(header, "", 0);
		assert_int_equal(command_answers(mime, out, 3), n <= COMMAND_MESSAGE_ID_MAX);
		if (n <= COMMAND_MESSAGE_ID_MAX)
			assert_int_equal(strlen(out[0]), n);
		mime_free(mime);
		g_free(header);
	}
	free(many);
	free(out);
}

/* ---- hostile mail ---------------------------------------------------------------------------- */

/* Body: first, n times repeated, last.  Fails when the reading takes seconds. */
static void
read_flood(const char *type, const char *first, const char *repeated, size_t n, const char *last, int want)
{
	GString *body = g_string_new(first);
	struct timespec from, to;
	struct mime *mime;
	struct command c;
	struct err err;
	double seconds;
	char *text;

	for (size_t i = 0; i < n; i++)
		g_string_append(body, repeated);
	g_string_append(body, last);
	mime = text_message(type, "hello", body->str, body->len);
	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from), 0);
	for (int form = COMMAND_FORM_REPLY; form <= COMMAND_FORM_SERVICE; form++)
		if (command_read(mime, (enum command_form)form, "GB18030", &c, &err) != want)
			fail_msg("%zu times '%s': %s", n, repeated, command_verb_name(c.verb));
	text = command_new_text(mime, "GB18030", 4096);
	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to), 0);
	assert_non_null(text);
	assert_true(strlen(text) <= 4096);
	seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	if (seconds > 5)
		fail_msg("%zu times '%s' takes %.1f s", n, repeated, seconds);
	free(text);
	mime_free(mime);
	g_string_free(body, TRUE);
}

static void
test_floods(void **state)
{
	(void)state;
	read_flood("text/plain", "", "> \n", 80000, "\nTD\n", 1);
	read_flood("text/plain", "TD\n", ">", 1000000, "", 1);
	read_flood("text/plain", "", ">", 1000000, "\nTD\n", 0);
	read_flood("text/plain", "TD\n\n", "x\n", 500000, "", 1);
	read_flood("text/plain", "", "\n", 1000000, "TD\n", 0);
	read_flood("text/plain", "", "\n", 200000, "TD\n", 0);
	read_flood("text/plain", "", "\n", 60000, "TD\n", 1);
	read_flood("text/plain", "", "From: a\n\n\n\n", 20000, "", 0);
	read_flood("text/plain", "", "On 2024 <\n", 20000, "wrote:\n", 0);
	read_flood("text/plain", "", "wrote: ", 50000, "", 0);
	read_flood("text/plain", "", "-", 1000000, "", 0);
	read_flood("text/plain", "", "- ", 500000, "\nTD\n", 0);
	read_flood("text/plain", "", "退", 400000, "", 0);
	read_flood("text/plain", "", "\xe2\x80\x8b", 20000, "TD", 1);
	read_flood("text/html", "TD", "<blockquote>", 90000, "x", 1);
	read_flood("text/html", "TD", "<div>", 90000, "x", 1);
	read_flood("text/html", "TD<br>", "<b>", 300000, "x", 1);
	read_flood("text/html", "TD<p>", "</i>", 300000, "x", 1);
	read_flood("text/html", "TD<p><a ", "b ", 300000, ">", 1);
	read_flood("text/html", "TD<p><a b=\">\" ", "c>\" ", 200000, ">", 1);
	read_flood("text/html", "TD<p><a b='", "x", 900000, "'>", 1);
	read_flood("text/html", "TD<!--", "-", 900000, "", 1);
	read_flood("text/html", "TD<br>", "&", 900000, "", 1);
	read_flood("text/html", "TD<br>", "<", 900000, "", 1);
	read_flood("text/html", "", "<br>", 200000, "TD", 0);
	read_flood("text/html", "<p>", "&nbsp;", 20000, "TD", 1);
	read_flood("text/html", "", "<blockquote></blockquote>", 5000, "TD", 1);
	read_flood("text/html", "TD", "<table><tr><td>", 30000, "", 1);
}

/* Attributes with names of their own: libxml2 compares each with all before it in the tag. */
static void
test_attribute_flood(void **state)
{
	GString *tag = g_string_new("<a");

	(void)state;
	for (unsigned i = 0; i < 700; i++)
		g_string_append_printf(tag, " a%x", i);
	g_string_append(tag, ">");
	read_flood("text/html", "TD<br>", tag->str, 200, "", 1);
	for (unsigned i = 0; i < 40000; i++)
		g_string_insert(tag, 2, " b");
	read_flood("text/html", "TD<br>", tag->str, 2, "", 1);
	g_string_free(tag, TRUE);
}

static void
test_nul(void **state)
{
	static const char body[] = "TD\0\n";
	struct mime *mime = text_message("text/plain", "hello", body, sizeof(body) - 1);
	struct command c;
	struct err err;

	(void)state;
	assert_int_equal(command_read(mime, COMMAND_FORM_REPLY, "GB18030", &c, &err), 0);
	mime_free(mime);
	mime = text_message("text/html", "hello", body, sizeof(body) - 1);
	assert_int_equal(command_read(mime, COMMAND_FORM_REPLY, "GB18030", &c, &err), 0);
	mime_free(mime);
}

/*
 * Every cut of a message is read without harm, and says nothing else than the whole says, or
 * nothing.
 */
static void
test_cuts(void **state)
{
	static const char octets[] = "From: a@example.com\nSubject: =?utf-8?B?5Zue5aSN77ya6YCA6K6i?=\n"
	    "Content-Type: multipart/alternative; boundary=b\n\n--b\n"
	    "Content-Type: text/plain; charset=gbk\n\n\xcd\xcb\xb6\xa9\n"
	    "> x\n--b\nContent-Type: text/html\n\n<div class=\"gmail_quote\">退订</div>\n--b--\n";

	(void)state;
	for (size_t n = (size_t)(strstr(octets, "\n\n") - octets); n < sizeof(octets); n++) {
		char *exact = malloc(n);
		struct mime *mime = NULL;
		struct command c;
		struct err err;

		assert_non_null(exact);
		memcpy(exact, octets, n);
		assert_int_equal(mime_parse(exact, n, "GB18030", NULL, &mime, &err), 0);
		free(exact);
		assert_int_not_equal(command_read(mime, COMMAND_FORM_SERVICE, "GB18030", &c, &err), -1);
		assert_true(c.verb == COMMAND_NONE || c.verb == COMMAND_REFUSE);
		mime_free(mime);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_automatic),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_answers_bounds),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_attribute_flood),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_cuts),
	};

	mime_init();
	text_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
