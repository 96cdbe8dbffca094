/*
 * test-mime-limits.c - messages that are too long, too deep, too many, or cut short anywhere.
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

/* A flood of fields is cut, yet what says how the body is encoded is still found behind it. */
static void
test_field_flood(void **state)
{
	struct mime_limits limits = mime_limits_default;
	static const char message[] = "A: 1\nB: 2\nC: 3\nContent-Transfer-Encoding:\n base64\n\nSGVsbG8=\n";
	struct mime *mime;

	(void)state;
	limits.fields = 2;
	mime = parse_limited(message, sizeof(message) - 1, &limits);
	assert_int_equal(mime_field_count(mime), 2);
	assert_true(mime_truncated(mime));
	assert_int_equal(mime_part_count(mime), 1);
	assert_string_equal(mime_part_at(mime, 0)->octets, "Hello");
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
		assert_true(mime_field_count(mime) <= mime_limits_default.fields);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_field_flood),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_no_flood),
		cmocka_unit_test(test_prefixes),
	};

	mime_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
