/*
 * test-mime.c - messages taken apart: fields, parts, names, addresses, limits, and what malformed mail does.
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
#include "mime.h"

#define DEFAULT_CHARSET	"GB18030"

static struct mime *
parse_limited(const char *octets, size_t len, const struct mime_limits *limits)
{
	char *exact = malloc(len > 0 ? len : 1);
	struct mime *mime = NULL;
	struct err err = { "" };

	assert_non_null(exact);
	memcpy(exact, octets, len);
	assert_int_equal(mime_parse(exact, len, DEFAULT_CHARSET, limits, &mime, &err), 0);
	free(exact);
	return mime;
}

static struct mime *
parse(const char *message)
{
	return parse_limited(message, strlen(message), NULL);
}

static void
test_empty(void **state)
{
	struct mime *mime = NULL;
	struct err err = { "" };

	(void)state;
	assert_int_equal(mime_parse("", 0, DEFAULT_CHARSET, NULL, &mime, &err), -1);
	assert_null(mime);
	assert_true(strlen(err.text) > 0);
	mime_free(NULL);
}

static void
test_fields(void **state)
{
	static const struct {
		const char	*message, *name;
		size_t		 nth;
		const char	*raw, *text;	/* NULL: no such field */
	} cases[] = {
		{ "Subject: one\n\nbody", "subject", 0, "one", "one" },
		{ "Subject:one\n\n", "Subject", 0, "one", "one" },
		{ "Subject:\n\n", "Subject", 0, "", "" },
		{ "Subject: one", "Subject", 0, "one", "one" },
		{ "Subject: a\r\n b\r\n\r\n", "Subject", 0, "a\n b", "a b" },
		{ "Subject : spaced\n\n", "Subject", 0, "spaced", "spaced" },
		{ "Subject:   far\n\n", "Subject", 0, "  far", "far" },
		{ "Subject:\n late\n\n", "Subject", 0, "\n late", "late" },
		{ "To: a\nTo: b\n\n", "TO", 1, "b", "b" },
		{ "To: a\nTo: b\n\n", "To", 2, NULL, NULL },
		{ "To: a\n\nTo: b\n", "To", 1, NULL, NULL },
		{ "From anna Mon Jan 1\nTo: a\n\n", "To", 0, "a", "a" },
		{ "From anna 10:00\nTo: a\n\n", "From", 0, NULL, NULL },
		{ "From anna\n:\n", "From", 0, NULL, NULL },
		{ "From : anna\nTo: a\n\n", "From", 0, "anna", "anna" },
		{ "From \t :anna\nTo: a\n\n", "from", 0, "anna", "anna" },
		{ "From :", "From", 0, "", "" },
		{ "From ", "From", 0, NULL, NULL },
		{ "no field at all\nTo: a\n\n", "To", 0, "a", "a" },
		{ ": no name\nTo: a\n\n", "", 0, NULL, NULL },
		{ "Subject: =?gb2312?B?zcu2qQ==?=\n\n", "Subject", 0, "=?gb2312?B?zcu2qQ==?=", "退订" },
		{ "Subject: \xcd\xcb\xb6\xa9\n\n", "Subject", 0, "\xcd\xcb\xb6\xa9", "退订" },
		{ "Subject: 退订\n\n", "Subject", 0, "退订", "退订" },
		{ "\nSubject: in the body\n", "Subject", 0, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mime *mime = parse(cases[i].message);
		const struct mime_field *field = mime_field_named(mime, cases[i].name, cases[i].nth);

		if (cases[i].raw == NULL) {
			assert_null(field);
		} else {
			assert_non_null(field);
			assert_string_equal(field->raw, cases[i].raw);
			assert_int_equal(field->raw_len, strlen(cases[i].raw));
			assert_string_equal(field->text, cases[i].text);
			assert_int_equal(field->text_len, strlen(cases[i].text));
		}
		mime_free(mime);
	}
}

static void
test_field_order(void **state)
{
	struct mime *mime = parse("Content-Type: text/plain\nX-b: 1\nbad line\nFrom: a\nx-B: 2\n\nhi");
	static const char *const names[] = { "Content-Type", "X-b", "From", "x-B" };

	(void)state;
	assert_int_equal(mime_field_count(mime), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(mime_field_at(mime, i)->name, names[i]);
	assert_null(mime_field_at(mime, 4));
	assert_null(mime_part_at(mime, 1));
	mime_free(mime);
}

static void
test_nul_in_field(void **state)
{
	static const char message[] = "Subject: a\0b\nTo: c\n\nx\0y";
	struct mime *mime = parse_limited(message, sizeof(message) - 1, NULL);
	const struct mime_field *field = mime_field_named(mime, "Subject", 0);

	(void)state;
	assert_int_equal(field->raw_len, 3);
	assert_memory_equal(field->raw, "a\0b", 4);
	assert_string_equal(mime_field_named(mime, "To", 0)->text, "c");
	assert_int_equal(mime_part_at(mime, 0)->len, 3);
	assert_memory_equal(mime_part_at(mime, 0)->octets, "x\0y", 4);
	mime_free(mime);
}

static void
test_octets(void **state)
{
	struct mime *mime = parse("A: b\r\nC: d\r\n\r\nx\ry\r\n\r");
	const char *octets;
	size_t len;

	(void)state;
	octets = mime_octets(mime, &len);
	assert_string_equal(octets, "A: b\nC: d\n\nx\ry\n\r");
	assert_int_equal(len, strlen(octets));
	assert_string_equal(octets + mime_body_offset(mime), "x\ry\n\r");
	assert_false(mime_truncated(mime));
	mime_free(mime);
}

/* One line a part: depth type charset filename flags content, joined by '|'. */
static void
describe(const struct mime *mime, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < mime_part_count(mime) && n < size; i++) {
		const struct mime_part *part = mime_part_at(mime, i);

		assert_int_equal(part->octets[part->len], '\0');
		n += (size_t)snprintf(out + n, size - n, "%u %s %s %s %s%s%s %s|", part->depth, part->type,
		    part->charset != NULL ? part->charset : "-", part->filename != NULL ? part->filename : "-",
		    part->attachment ? "A" : "", part->returned ? "R" : "", part->enclosed ? "E" : "",
		    part->octets);
	}
}

static const struct {
	const char	*message, *parts;
} part_cases[] = {
	{ "Subject: x\n\nhello\n", "0 text/plain - -  hello\n|" },
	{ "Subject: x\n", "0 text/plain - -  |" },
	{ "Content-Type: TEXT/Html; Charset=\"GBK\"\n\n<p>", "0 text/html GBK -  <p>|" },
	{ "Content-Type: rubbish\n\nx", "0 text/plain - -  x|" },
	{ "Content-Type: /\n\nx", "0 text/plain - -  x|" },
	{ "Content-Transfer-Encoding: BASE64\n\nSGVs\nbG8h\n", "0 text/plain - -  Hello!|" },
	{ "Content-Transfer-Encoding: base64\n\nSGVsbG8", "0 text/plain - -  Hello|" },
	{ "Content-Transfer-Encoding: base64\n\nSGVsbG8=SGVsbA==bG8=", "0 text/plain - -  HelloHelllo|" },
	{ "Content-Transfer-Encoding: base64\n\n!S.G V\ts*bG8=\n--\n", "0 text/plain - -  Hello|" },
	{ "Content-Transfer-Encoding: base64\n\n====", "0 text/plain - -  |" },
	{ "Content-Transfer-Encoding: base64\n\nS", "0 text/plain - -  |" },
	{ "Content-Transfer-Encoding: quoted-printable\n\na=3Db=\nc =ZZ=\n", "0 text/plain - -  a=bc =ZZ|" },
	{ "Content-Transfer-Encoding: quoted-printable\n\na=4", "0 text/plain - -  a|" },
	{ "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n#86)C\n`\nend\n",
	  "0 text/plain - -  begin 644 x\n#86)C\n`\nend\n|" },
	{ "Content-Transfer-Encoding: nonsense\n\na=3D", "0 text/plain - -  a=3D|" },
	{ "Content-Type: multipart/mixed; boundary=b\n\nskip\n--b\n\none\n--b\nContent-Type: text/html\n\ntwo\n--b--\nskip",
	  "1 text/plain - -  one|1 text/html - -  two|" },
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nno end", "1 text/plain - -  no end|" },
	{ "Content-Type: multipart/mixed; boundary=b\n\nno border", "0 text/plain - -  no border|" },
	{ "Content-Type: multipart/mixed\n\n--b\n\nx\n", "0 text/plain - -  --b\n\nx\n|" },
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b--\n", "" },
	{ "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n1\n"
	  "--b\n\n2\n--b--\n--a\n\n3\n--a--\n", "2 text/plain - -  1|2 text/plain - -  2|1 text/plain - -  3|" },
	{ "Content-Type: message/rfc822\n\nSubject: in\nContent-Type: text/html\n\n<p>", "1 text/html - - E <p>|" },
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n--b\n\nx\n--b--\n",
	  "1 text/plain - -  x|" },
	{ "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: d\n\nin\n--b--\n", "2 text/plain - - E in|" },
	{ "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKaGVsbG8K",
	  "1 text/plain - - E hello\n|" },
	{ "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n", "" },
	{ "Content-Disposition: attachment; filename=a.txt\n\nx", "0 text/plain - a.txt A x|" },
	{ "Content-Disposition: ATTACHMENT\nContent-Type: text/plain; name=\"b.txt\"\n\nx", "0 text/plain - b.txt A x|" },
	{ "Content-Disposition: inline; filename=\"c d.txt\"\n\nx", "0 text/plain - c d.txt  x|" },
};

static void
test_parts(void **state)
{
	char got[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(part_cases) / sizeof(part_cases[0]); i++) {
		struct mime *mime = parse(part_cases[i].message);

		describe(mime, got, sizeof(got));
		if (strcmp(got, part_cases[i].parts) != 0)
			print_error("case %zu\n", i);
		assert_string_equal(got, part_cases[i].parts);
		assert_false(mime_truncated(mime));
		mime_free(mime);
	}
}

static void
test_part_header(void **state)
{
	struct mime *mime = parse("To: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\nX-y: z\n"
	    "  w\n\n<p>\n--b\n\nplain\n--b\nContent-Type: message/rfc822\n\nSubject: s\nContent-Type: text/css\n\nc\n--b--\n");
	static const char *const want[] = {
		"Content-Type: text/html\nX-y: z\n  w\n", "", "Subject: s\nContent-Type: text/css\n",
	};

	(void)state;
	assert_int_equal(mime_part_count(mime), 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(mime_part_at(mime, i)->header_len, strlen(want[i]));
		assert_memory_equal(mime_part_at(mime, i)->header, want[i], strlen(want[i]));
	}
	mime_free(mime);
}

static void
test_filenames(void **state)
{
	static const struct {
		const char	*fields, *name;
	} cases[] = {
		{ "Content-Disposition: attachment; filename*=utf-8''%e9%80%80%E8%AE%A2%20b.txt", "退订 b.txt" },
		{ "Content-Disposition: attachment; filename*=GB2312'zh'%CD%CB%B6%A9", "退订" },
		{ "Content-Disposition: attachment; filename*0*=GBK''%CD; filename*1*=%CB%B6; filename*2=\"\xa9.x\"", "退订.x" },
		{ "Content-Disposition: attachment; filename*1=b; filename*0=a; filename*3=d", "ab" },
		{ "Content-Disposition: attachment; filename=plain; filename*=utf-8''better", "better" },
		{ "Content-Disposition: attachment; filename*=utf-8''better; filename=plain", "better" },
		{ "Content-Disposition: attachment; filename=\"=?gb2312?B?zcu2qQ==?=.pdf\"", "退订.pdf" },
		{ "Content-Disposition: attachment; filename==?gb2312?B?zcu2qQ==?=", "退订" },
		{ "Content-Disposition: attachment; filename=\"\xcd\xcb\xb6\xa9\"", "退订" },
		{ "Content-Disposition: attachment; filename=\"\xcd\xcb\xb6\xa9\x9e\x5c\x22; x=y", "退订瀄" },
		{ "Content-Disposition: attachment; filename=\"a\\\"b\\\\c\"", "a\"b\\c" },
		{ "Content-Disposition: attachment; filename=\"never closed", "never closed" },
		{ "Content-Disposition: attachment;\n filename=\"folded\n  name\"", "folded  name" },
		{ "Content-Disposition: attachment; x=\"; filename=no\"; filename=yes", "yes" },
		{ "Content-Disposition: attachment; FILENAME = spaced out ; y=z", "spaced out" },
		{ "Content-Disposition: attachment; filename=", NULL },
		{ "Content-Disposition: attachment; filename", NULL },
		{ "Content-Disposition: attachment; filename*99=x; filename*=", NULL },
		{ "Content-Disposition: attachment; filename*=utf-8''%zz%4", "%zz%4" },
		{ "Content-Disposition: attachment; filenames=x", NULL },
		{ "Content-Disposition: attachment\nContent-Type: image/png; name=p.png", "p.png" },
		{ "Content-Type: image/png; name*=utf-8''p%2Epng", "p.png" },
		{ "Content-Type: image/png", NULL },
	};
	char message[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct mime_part *part;
		struct mime *mime;

		snprintf(message, sizeof(message), "%s\n\nx", cases[i].fields);
		mime = parse(message);
		part = mime_part_at(mime, 0);
		assert_non_null(part);
		if (cases[i].name == NULL)
			assert_null(part->filename);
		else if (part->filename == NULL || strcmp(part->filename, cases[i].name) != 0)
			fail_msg("case %zu: %s", i, part->filename != NULL ? part->filename : "(none)");
		mime_free(mime);
	}
}

static void
test_reports(void **state)
{
	static const struct {
		const char	*type, *first, *second, *third;
		bool		 report, returned;
	} cases[] = {
		{ "report; report-type=delivery-status", "text/plain", "message/delivery-status", "message/rfc822", true, true },
		{ "report; report-type=\"Delivery-Status\"", "text/plain", "x/y", "text/rfc822-headers", true, true },
		{ "report", "text/plain", "message/feedback-report", "message/rfc822", true, true },
		{ "report; report-type=disposition-notification", "text/plain", "message/disposition-notification",
		  "message/rfc822", false, false },
		{ "mixed; report-type=delivery-status", "text/plain", "message/delivery-status", "message/rfc822", false, false },
		{ "report; report-type=feedback-report", "text/plain", "message/feedback-report", "text/html", true, false },
	};
	char message[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mime *mime;

		snprintf(message, sizeof(message), "Content-Type: multipart/%s; boundary=b\n\n--b\nContent-Type: %s\n\nhuman\n--b\n"
		    "Content-Type: %s\n\nStatus: 5\n--b\nContent-Type: %s\n\nSubject: ad\n\nad\n--b--\n", cases[i].type,
		    cases[i].first, cases[i].second, cases[i].third);
		mime = parse(message);
		assert_int_equal(mime_is_report(mime), cases[i].report);
		assert_int_equal(mime_part_count(mime), 3);
		assert_false(mime_part_at(mime, 0)->returned);
		assert_false(mime_part_at(mime, 1)->returned);
		assert_int_equal(mime_part_at(mime, 2)->returned, cases[i].returned);
		mime_free(mime);
	}
}

/* The human part of a report is judged even when it is a message itself; so is a report inside a message. */
static void
test_report_tricks(void **state)
{
	struct mime *mime = parse("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
	    "Content-Type: message/rfc822\n\nSubject: ad\n\nad\n--b\nContent-Type: message/delivery-status\n\nx: y\n--b--\n");

	(void)state;
	assert_false(mime_part_at(mime, 0)->returned);
	mime_free(mime);
	mime = parse("Content-Type: message/rfc822\n\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
	    "--b\n\nx\n--b\nContent-Type: message/rfc822\n\nSubject: y\n\nz\n--b--\n");
	assert_false(mime_is_report(mime));
	assert_true(mime_part_at(mime, 1)->returned);
	mime_free(mime);
}

static void
test_addresses(void **state)
{
	static const struct {
		const char	*raw, *want;	/* name<address>| ... */
	} cases[] = {
		{ "anna@shop.example", "<anna@shop.example>|" },
		{ "Anna B <anna@shop.example>", "Anna B<anna@shop.example>|" },
		{ "\"B, Anna\" <anna@shop.example>, c@d.example", "B, Anna<anna@shop.example>|<c@d.example>|" },
		{ "a@b.example (Anna)", "Anna<a@b.example>|" },
		{ "shop: a@b.example, c@d.example;, e@f.example", "<a@b.example>|<c@d.example>|<e@f.example>|" },
		{ "undisclosed-recipients:;", "" },
		{ "", "" },
		{ " \n\t", "" },
		{ "=?gb2312?B?zcu2qQ==?= <a@b.example>", "退订<a@b.example>|" },
		{ "\"=?gb2312?B?zcu2qQ==?=\" <a@b.example>", "退订<a@b.example>|" },
		{ "=?gb2312?B?zcu2qQ==?=<a@b.example>", "退订<a@b.example>|" },
		{ "=?utf-8?Q?a=40b.example=2C?= <c@d.example>", "a@b.example,<c@d.example>|" },
		{ "=?utf-8?Q?a, b?= <c@d.example>", "a, b<c@d.example>|" },
		{ "=?utf-8?Q?a@b.example,?= <c@d.example>", "a@b.example,<c@d.example>|" },
		{ "\xcd\xcb\xb6\xa9 <a@b.example>", "退订<a@b.example>|" },
		{ "退订 <a@b.example>", "退订<a@b.example>|" },
		{ "\"a@b.example\" <c@d.example>", "a@b.example<c@d.example>|" },
		{ "{41} <a{b}@c.example>", "{41}<a{b}@c.example>|" },
		{ "Anna\n <a@b.example>,\n c@d.example", "Anna<a@b.example>|<c@d.example>|" },
		{ "<a@b.example", "<a@b.example>|" },
		{ "=?utf-8?Q?never ends <a@b.example>", "never ends<a@b.example>|" },
	};
	struct mime_address out[4];
	char got[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *exact = strdup(cases[i].raw);
		size_t n = mime_addresses(exact, DEFAULT_CHARSET, out, 4), len = 0;

		got[0] = '\0';
		for (size_t j = 0; j < n && j < 4; j++)
			len += (size_t)snprintf(got + len, sizeof(got) - len, "%s<%s>|", out[j].name, out[j].address);
		free(exact);
		if (strcmp(got, cases[i].want) != 0)
			print_error("case %zu: %s\n", i, cases[i].raw);
		assert_string_equal(got, cases[i].want);
	}
}

static void
test_many_addresses(void **state)
{
	struct mime_address out[2];
	char raw[8192], name[600];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 300; i++)
		n += (size_t)snprintf(raw + n, sizeof(raw) - n, "a%d@b.example, ", i);
	assert_int_equal(mime_addresses(raw, DEFAULT_CHARSET, out, 2), 300);
	assert_string_equal(out[1].address, "a1@b.example");
	assert_int_equal(mime_addresses(raw, DEFAULT_CHARSET, NULL, 0), 300);
	memset(name, 'x', sizeof(name));
	snprintf(raw, sizeof(raw), "退%.251s退 <%.400s@b.example>", name, name);
	assert_int_equal(mime_addresses(raw, DEFAULT_CHARSET, out, 2), 1);
	assert_int_equal(strlen(out[0].name), 254);	/* the second Han character does not fit */
	assert_string_equal(out[0].address, "@b.example");	/* cut short it would name somebody else */
	snprintf(raw, sizeof(raw), "<a@%.400s.example>", name);
	assert_int_equal(mime_addresses(raw, DEFAULT_CHARSET, out, 2), 1);
	assert_string_equal(out[0].address, "");
}

/* What a message is is one thing, whether its header is read the short way or, for a blank before a colon, the long. */
static void
test_two_ways(void **state)
{
	static const char *const headers[] = {
		"", "Content-Type: text/html; charset=gbk\n", "content-type:TEXT/Html;charset=\"x-gbk\"\n",
		"Content-Type: text/plain;\n\tcharset=\"gb\n\t2312\"; format=flowed\n", "Content-Type: text\n",
		"Content-Type: text/plain; charset=a; charset=b\n", "Content-Type: text/; charset=a\n",
		"Content-Type: text/html; charset*=us-ascii'en'utf%2D8\n", "Content-Type: text/html; charset=\n",
		"Content-Type: text/html; charset = utf-8 ; ;\n", "Content-Type: text/html (a); charset=b (c)\n",
		"Content-Type: text/plain\nContent-Type: text/html\n", "Content-Type: text/html;;charset=c\n",
		"Content-Type: application/pdf; name=\"a;b.pdf\"\nContent-Disposition: attachment\n",
		"Content-Type: image/png\nContent-Disposition:\n ATTACHMENT;\n filename=x.png\n",
		"Content-Disposition: inline; filename==?gbk?B?zcu2qQ==?=\n", "Content-Transfer-Encoding: base64\n",
		"Content-Transfer-Encoding:\n\tBASE64 \n", "Content-Transfer-Encoding: quoted-printable (a)\n",
		"Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n",
		"Content-Transfer-Encoding: \"base64\"\n", "Content-Type: message/rfc822\n",
		"Content-Type: multipart/mixed; boundary=b\n", "Content-Type: multipart/mixed\n",
	};
	static const char body[] = "\nPGI+\n--b\nContent-Type: text/html\n\n=41\n--b--\n";
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct mime *way[2];

		for (int j = 0; j < 2; j++) {
			snprintf(text, sizeof(text), "%s%s%s", j == 0 ? "X-A:  b\n" : "X-A : b\n", headers[i], body);
			way[j] = parse(text);
		}
		assert_int_equal(mime_part_count(way[0]), mime_part_count(way[1]));
		for (size_t k = 0; k < mime_part_count(way[0]); k++) {
			const struct mime_part *a = mime_part_at(way[0], k), *b = mime_part_at(way[1], k);

			if (a->len != b->len || memcmp(a->octets, b->octets, a->len) != 0 ||
			    strcmp(a->type, b->type) != 0 || a->header_len != b->header_len ||
			    strcmp(a->charset != NULL ? a->charset : "-", b->charset != NULL ? b->charset : "-") != 0 ||
			    strcmp(a->filename != NULL ? a->filename : "-", b->filename != NULL ? b->filename : "-") != 0 ||
			    a->attachment != b->attachment || a->depth != b->depth || a->enclosed != b->enclosed)
				fail_msg("header %zu, part %zu: %s %s, %s %s", i, k, a->type, a->octets, b->type, b->octets);
		}
		mime_free(way[0]);
		mime_free(way[1]);
	}
}

/* An address is read the short way alone, and the long way before an empty one. */
static void
test_address_two_ways(void **state)
{
	static const char *const raws[] = {
		"a@b", "a.b_c+d=e@f-g.example", " a@b.example\n", "<a@b>", "x<a@b>", "x <a@b> ", "x  y <a@b>", "x\ty <a@b>",
		"x y z <a@b>", "\"x, y.\" <a@b>", "\"x\"<a@b>", "\" x\" <a@b>", "\"x \" <a@b>", "\"x  y\" <a@b>", "\"\" <a@b>",
		"\"x\" y <a@b>", "x. <a@b>", ".a@b", "a..b@c", "a.@b", "a@b.", "a@.b", "a@-b", "@b", "a@", "<a@b> c", "x <a@b> (y)",
		"=?utf-8?Q?x?= <a@b>", "=?utf-8?Q?x?= =?utf-8?Q?y?= <a@b>", "\"=?gbk?B?zcu2qQ==?=\" <a@b>", "=? <a@b>", "a@b@c",
		"x a@b", "a@b <c@d>", "'x' <a@b>", "<a@b", "x <a@b>>", "x: a@b", "a", "\"a\"@b", "a@[1.2.3.4]",
	};
	struct mime_address alone, pair[2];
	char raw[128];

	(void)state;
	for (size_t i = 0; i < sizeof(raws) / sizeof(raws[0]); i++) {
		char *exact = strdup(raws[i]);
		size_t n, m;

		memset(&alone, 0, sizeof(alone));
		memset(pair, 0, sizeof(pair));
		snprintf(raw, sizeof(raw), "%s,", raws[i]);
		n = mime_addresses(exact, DEFAULT_CHARSET, &alone, 1);
		m = mime_addresses(raw, DEFAULT_CHARSET, pair, 2);
		if (n != m || strcmp(alone.name, pair[0].name) != 0 || strcmp(alone.address, pair[0].address) != 0)
			fail_msg("'%s': %zu '%s' '%s', %zu '%s' '%s'", exact, n, alone.name, alone.address, m,
			    pair[0].name, pair[0].address);
		free(exact);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_field_order),
		cmocka_unit_test(test_nul_in_field),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_part_header),
		cmocka_unit_test(test_filenames),
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_report_tricks),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_many_addresses),
		cmocka_unit_test(test_two_ways),
		cmocka_unit_test(test_address_two_ways),
	};

	mime_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
