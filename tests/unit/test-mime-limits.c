/*
 * test-mime-limits.c - messages that are too long, too deep, too many, or cut short anywhere; and From fields
 * that are no list of addresses.
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

/* Each limit alone; what is left must be whole and the cut must be told. */
static void
test_limits(void **state)
{
	static const char parts[] = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n12345\n--b\n\n67890\n--b\n\nx\n--b--\n";
	struct mime_limits limits = mime_limits_default;
	struct mime *mime;
	size_t len;

	(void)state;
	limits.octets = 60;
	mime = parse_limited(parts, sizeof(parts) - 1, &limits);
	mime_octets(mime, &len);
	assert_int_equal(len, 60);
	assert_true(mime_truncated(mime));
	mime_free(mime);
	limits = mime_limits_default;
	limits.parts = 2;
	mime = parse_limited(parts, sizeof(parts) - 1, &limits);
	assert_int_equal(mime_part_count(mime), 2);
	assert_true(mime_truncated(mime));
	mime_free(mime);
	limits = mime_limits_default;
	limits.decoded = 7;
	mime = parse_limited(parts, sizeof(parts) - 1, &limits);
	assert_string_equal(mime_part_at(mime, 0)->octets, "12345");
	assert_string_equal(mime_part_at(mime, 1)->octets, "67");
	assert_string_equal(mime_part_at(mime, 2)->octets, "");
	assert_true(mime_truncated(mime));
	mime_free(mime);
	limits = mime_limits_default;
	limits.depth = 0;
	mime = parse_limited(parts, sizeof(parts) - 1, &limits);
	assert_int_equal(mime_part_count(mime), 0);
	assert_true(mime_truncated(mime));
	mime_free(mime);
	limits = mime_limits_default;
	limits.header = 5;
	mime = parse_limited("Subject: 0123456789\nTo: a\n\n", 27, &limits);
	assert_string_equal(mime_field_at(mime, 0)->raw, "01234");
	assert_string_equal(mime_field_at(mime, 1)->raw, "a");
	assert_true(mime_truncated(mime));
	mime_free(mime);
}

#define KEPT_BEYOND	86	/* fields kept beyond the limit, all kinds together */

/* A flood of fields is cut, yet what says how the body is encoded is still found behind it. */
static void
test_field_flood(void **state)
{
	struct mime_limits limits = mime_limits_default;
	static const char message[] = "A: 1\nB: 2\nC: 3\nContent-Transfer-Encoding:\n base64\nD: 4\n\nSGVsbG8=\n";
	struct mime *mime;

	(void)state;
	limits.fields = 2;
	mime = parse_limited(message, sizeof(message) - 1, &limits);
	assert_int_equal(mime_field_count(mime), 3);
	assert_string_equal(mime_field_at(mime, 2)->name, "Content-Transfer-Encoding");
	assert_string_equal(mime_field_at(mime, 2)->raw, "\n base64");
	assert_null(mime_field_named(mime, "D", 0));
	assert_true(mime_truncated(mime));
	assert_int_equal(mime_part_count(mime), 1);
	assert_string_equal(mime_part_at(mime, 0)->octets, "Hello");
	mime_free(mime);
}

/* A thousand fields of junk hide nothing that says who and what; nor does a flood of one such field another. */
static void
test_field_junk(void **state)
{
	static const char *const flood[] = { "X1", "Received", "To", "Content-X", "X-Tuiding", "Reply-To" };
	static const char *const kept[] = { "From", "Sender", "Reply-To", "Subject", "List-Id", "List-Unsubscribe",
		"Message-ID", "Cc", "Authentication-Results", "subject ", "FROM\t" };
	char *message = malloc(200000);

	(void)state;
	assert_non_null(message);
	for (size_t i = 0; i < sizeof(flood) / sizeof(flood[0]); i++) {
		struct mime *mime;
		size_t len = 0;

		for (int j = 0; j < 3000; j++)
			len += (size_t)snprintf(message + len, 40, "%s: 1\n", flood[i]);
		for (size_t j = 0; j < sizeof(kept) / sizeof(kept[0]); j++)
			len += (size_t)snprintf(message + len, 60, "X1: 1\n%s: v%zu\n w\n", kept[j], j);
		len += (size_t)snprintf(message + len, 60, "Fromm: 1\nSubjec: 1\nList-Id-X: 1\n\nhi");
		mime = parse_limited(message, len, NULL);
		assert_true(mime_truncated(mime));
		assert_true(mime_field_count(mime) <= mime_limits_default.fields + KEPT_BEYOND);
		for (size_t j = 0; j < 9; j++)
			if (strcmp(kept[j], flood[i]) != 0)
				assert_non_null(mime_field_named(mime, kept[j], 0));
		assert_string_equal(mime_field_named(mime, "From", 0)->raw, "v0\n w");
		assert_string_equal(mime_field_named(mime, "From", 1)->raw, "v10\n w");
		assert_string_equal(mime_field_named(mime, "Subject", 1)->text, "v9 w");
		assert_null(mime_field_named(mime, "Fromm", 0));
		assert_null(mime_field_named(mime, "List-Id-X", 0));
		assert_string_equal(mime_part_at(mime, 0)->octets, "hi");
		mime_free(mime);
	}
	free(message);
}

/* What is kept beyond the limit has a limit too, and keeps the order received. */
static void
test_field_kept_limit(void **state)
{
	static const char *const names[] = { "from", "Sender", "Reply-To", "Subject", "List-Id", "List-Unsubscribe",
		"Message-ID", "To", "Cc", "Content-Y", "Authentication-Results", "Received", "X-Tuiding", "Z" };
	struct mime_limits limits = mime_limits_default;
	char message[8192];
	struct mime *mime;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 20; i++)
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			len += (size_t)snprintf(message + len, sizeof(message) - len, "%s: %d\n", names[j], i);
	limits.fields = 0;
	mime = parse_limited(message, len, &limits);
	assert_int_equal(mime_field_count(mime), KEPT_BEYOND);
	for (size_t i = 0; i < 13; i++)
		assert_string_equal(mime_field_at(mime, i)->name, names[i]);
	assert_string_equal(mime_field_named(mime, "From", 15)->raw, "15");
	assert_null(mime_field_named(mime, "Received", 2));
	mime_free(mime);
	limits.fields = 14 * 20;
	mime = parse_limited(message, len, &limits);
	assert_int_equal(mime_field_count(mime), 14 * 20);
	assert_false(mime_truncated(mime));
	mime_free(mime);
}

/* What would cost the MIME library hundreds of times its size is not shown to it. */
static void
test_floods(void **state)
{
	static const struct {
		const char	*head, *line;
		size_t		 count;
	} cases[] = {
		{ "Content-Type: multipart/digest; boundary=a\n\n", "--a\n\n\n", 170000 },
		{ "Content-Type: multipart/mixed; boundary=a\n\n--a\n", "a:\n", 330000 },
		{ "Content-Type: multipart/mixed; boundary=a\n\n--a\n", "Content-Type: message/rfc822\n\n", 30000 },
		{ "", "a:\n", 340000 },
		{ "", "Content-Type: multipart/mixed; boundary=a\n\n--a\n", 20000 },
		{ "", "Content-Type: text/plain;a=b;c=d\n", 30000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t head = strlen(cases[i].head), line = strlen(cases[i].line);
		size_t len = head + cases[i].count * line;
		char *message = malloc(len);
		struct mime *mime;

		assert_non_null(message);
		memcpy(message, cases[i].head, head);
		for (size_t j = 0; j < cases[i].count; j++)
			memcpy(message + head + j * line, cases[i].line, line);
		mime = parse_limited(message, len, NULL);
		assert_true(mime_truncated(mime));
		assert_true(mime_part_count(mime) <= mime_limits_default.parts);
		assert_true(mime_field_count(mime) <= mime_limits_default.fields + KEPT_BEYOND);
		mime_free(mime);
		free(message);
	}
}

/* Plain text is no flood, whatever its lines look like. */
static void
test_no_flood(void **state)
{
	size_t len = 0, size = 400000;
	char *message = malloc(size);
	struct mime *mime;

	(void)state;
	assert_non_null(message);
	len = (size_t)snprintf(message, size, "Subject: log\n\n");
	while (len + 16 < size)
		len += (size_t)snprintf(message + len, size - len, "--x\nkey: v\n");
	mime = parse_limited(message, len, NULL);
	assert_false(mime_truncated(mime));
	assert_int_equal(mime_part_at(mime, 0)->len, len - 14);
	mime_free(mime);
	free(message);
}

/* Every prefix of a message is a message; none may crash. */
static void
test_prefixes(void **state)
{
	static const char message[] = "From: =?utf-8?Q?a=20?= <a@b>\nContent-Type: multipart/report; report-type=delivery-status;\n"
	    " boundary=\"b\"\n\nx\n--b\nContent-Type: text/html; charset=gbk; name*0*=gbk''%CD; name*1*=%CB\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n=CD=\n=CB\n--b\nContent-Type: message/rfc822\n\nSubject: =?b?\n"
	    "Content-Type: multipart/mixed; boundary=c\n\n--c\nContent-Transfer-Encoding: base64\n\nSGV=sbG8=\n--c--\n--b--\n";

	(void)state;
	for (size_t len = 1; len < sizeof(message); len++)
		mime_free(parse_limited(message, len, NULL));
}

/* What no address explains, of the raw value and of the decoded one; "" where all is explained. */
static void
test_addresses_rest(void **state)
{
	static const struct {
		const char	*raw, *rest, *rest_decoded;
	} cases[] = {
		{ "", "", "" },
		{ "News", "", "" },
		{ "n@a.example", "", "" },
		{ "n @ a . example", "", "" },
		{ "n@a.example, g: m@b.example;", "", "" },
		{ "\"x@y.example\"@a.example", "", "" },
		/* Names of well-made addresses are nobody's address, however they are written. */
		{ "\"x@y.example via L\" <n@a.example>", "", "" },
		{ "\"x\\\"x@y.example\" <n@a.example>", "", "" },
		{ "\"(x@y.example\" <n@a.example>", "", "" },
		{ "x@y.example <n@a.example>", "", "" },
		{ "n@a.example (x@y.example)", "", "" },
		{ "\"N\" <n@a.example> (by x@y.example (z@y.example))", "", "" },
		{ "=?utf-8?q?x=40y.example?= <n@a.example>", "", "" },
		{ "=?utf-8?q?x@y.example?= <n@a.example>", "", "" },
		{ "=?utf-8?b?eEB5LmV4YW1wbGU=?= <n@a.example>", "", "" },
		{ "=?utf-8?q?=28x@y.example?= <n@a.example>", "", "" },
		{ "\x81@y.example <n@a.example>", "", "" },	/* GB18030 has an '@' in it */
		/* What the library makes no address of. */
		{ "N n@a.example", "N n@a.example", "N n@a.example" },
		{ "n@a.example (N", "n@a.example (N", "n@a.example (N" },
		{ "=?utf-8?q?N_=3Cn=40a.example=3E?=", "", "N <n@a.example>" },
		{ "n@@a.example", "n@@a.example", "n@@a.example" },
		{ "<mailto:n@a.example>", "<mailto:n@a.example>", "<mailto:n@a.example>" },
		{ "N; Inc <n@a.example>", "N; Inc <n@a.example>", "N; Inc <n@a.example>" },
		/* Beside a good one: its name goes, the rest stays. */
		{ "\"x@y.example\" <m@b.example>, N n@a.example", "              <m@b.example>, N n@a.example",
		  "              <m@b.example>, N n@a.example" },
		{ "m@b.example (x@y), N n@a.example", "m@b.example      , N n@a.example",
		  "m@b.example      , N n@a.example" },
		{ "m@b.example, \"N n@a.example\"", "m@b.example, \"N n@a.example\"", "m@b.example, \"N n@a.example\"" },
		{ "m@b.example, n@@a.example (", "m@b.example, n@@a.example (", "m@b.example, n@@a.example (" },
		{ "a@b.example, c@d.example, e@f.example", "a@b.example, c@d.example, e@f.example",
		  "a@b.example, c@d.example, e@f.example" },	/* room for two */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char message[256];
		struct mime_address found[2];
		struct mime *mime;

		snprintf(message, sizeof(message), "From: %s\n\n", cases[i].raw);
		mime = parse_limited(message, strlen(message), NULL);
		for (int decoded = 0; decoded < 2; decoded++) {
			const struct mime_field *field = mime_field_named(mime, "From", 0);
			const char *want = decoded ? cases[i].rest_decoded : cases[i].rest;
			size_t n = mime_addresses(field->raw, DEFAULT_CHARSET, found, 2);
			size_t len = decoded ? field->text_len : field->raw_len, rest;
			char *exact = malloc(len + 1), *out = malloc(len + 1);

			assert_true(exact != NULL && out != NULL);
			memcpy(exact, decoded ? field->text : field->raw, len);
			exact = realloc(exact, len > 0 ? len : 1);
			assert_non_null(exact);
			rest = mime_addresses_rest(exact, len, found, n < 2 ? n : 2, out);
			assert_int_equal(rest, strlen(want));
			if (rest > 0 && strcmp(out, want) != 0)
				fail_msg("case %zu: '%s'", i, out);
			free(exact);
			free(out);
		}
		mime_free(mime);
	}
}

/* NUL ends no value here, though it ends it for the library. */
static void
test_addresses_rest_nul(void **state)
{
	static const char text[] = "m@b.example\0, n@a.example";
	struct mime_address one = { "", "m@b.example" };
	char out[sizeof(text)];

	(void)state;
	assert_int_equal(mime_addresses_rest(text, sizeof(text) - 1, &one, 1, out), sizeof(text) - 1);
	assert_string_equal(out, "m@b.example , n@a.example");
	assert_int_equal(mime_addresses_rest(text, 12, &one, 1, out), 0);
}

/* Base64 is the same whatever the length of its lines, and whatever is no letter between them. */
static void
test_base64_lines(void **state)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char *const breaks[] = { "\n", "\r\n", " \n", "\n\n", "!", "\x80" };
	static const char head[] = "Content-Transfer-Encoding: base64\n\n";
	char octets[150], coded[201], message[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (char)(i * 37 + 11);
	for (size_t i = 0; i < 200; i += 4) {
		const unsigned char *p = (const unsigned char *)octets + i / 4 * 3;
		unsigned bits = (unsigned)p[0] << 16 | (unsigned)p[1] << 8 | p[2];

		for (size_t j = 0; j < 4; j++)
			coded[i + j] = letters[bits >> (18 - 6 * j) & 63];
	}
	for (size_t width = 1; width <= 80; width++) {
		for (size_t b = 0; b < sizeof(breaks) / sizeof(breaks[0]); b++) {
			size_t n = (size_t)snprintf(message, sizeof(message), "%s", head);
			struct mime *mime;

			for (size_t i = 0; i < 200; i += width)
				n += (size_t)snprintf(message + n, sizeof(message) - n, "%.*s%s",
				    (int)(200 - i < width ? 200 - i : width), coded + i, breaks[b]);
			mime = parse_limited(message, n, NULL);
			assert_int_equal(mime_part_at(mime, 0)->len, sizeof(octets));
			assert_memory_equal(mime_part_at(mime, 0)->octets, octets, sizeof(octets));
			mime_free(mime);
		}
	}
}

static void
test_broken_encodings(void **state)
{
	static const struct {
		const char	*encoding, *coded, *want;
	} cases[] = {
		{ "base64", "YWJj", "abc" }, { "base64", "YWI=", "ab" }, { "base64", "YQ==", "a" },
		{ "base64", "YWI", "ab" }, { "base64", "YQ", "a" }, { "base64", "YWJjY", "abc" },
		{ "base64", "YQ==YWI=YWJj", "aababc" }, { "base64", "====YWJj", "abc" }, { "base64", "Y\nWJ\nj", "abc" },
		{ "base64", "YWJj\n-YWJj", "abcabc" }, { "base64", "", "" },
		{ "quoted-printable", "a=3Db=3db", "a=b=b" }, { "quoted-printable", "a=\nb", "ab" },
		{ "quoted-printable", "a=\r\nb", "ab" }, { "quoted-printable", "=zz=41", "=zzA" },
		{ "quoted-printable", "=4z=41=\n", "=4zA" }, { "quoted-printable", "==41", "==41" },
		{ "quoted-printable", "=C4=E3", "\xc4\xe3" }, { "quoted-printable", "a b\n", "a b\n" },
	};
	char message[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int n = snprintf(message, sizeof(message), "Content-Transfer-Encoding: %s\n\n%s", cases[i].encoding,
		    cases[i].coded);
		struct mime *mime = parse_limited(message, (size_t)n, NULL);
		const struct mime_part *part = mime_part_at(mime, 0);

		if (part->len != strlen(cases[i].want) || strcmp(part->octets, cases[i].want) != 0)
			fail_msg("case %zu: '%s', not '%s'", i, part->octets, cases[i].want);
		mime_free(mime);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_field_flood),
		cmocka_unit_test(test_field_junk),
		cmocka_unit_test(test_field_kept_limit),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_no_flood),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_addresses_rest),
		cmocka_unit_test(test_addresses_rest_nul),
		cmocka_unit_test(test_base64_lines),
		cmocka_unit_test(test_broken_encodings),
	};

	mime_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
