/*
 * test-mime-vectors.c - published messages with what is expected of them, and torture messages.
 *
 * Both lie outside the project; without TUIDING_SHARED these tests are skipped.  The torture messages pass
 * through mime and text as a judged message does.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "charset.h"
#include "mime.h"
#include "text.h"

#define DEFAULT_CHARSET	"GB18030"
#define FILE_MAX	(1 << 22)

static struct mime *
parse(const char *octets, size_t len)
{
	struct mime *mime = NULL;
	struct err err = { "" };

	assert_int_equal(mime_parse(octets, len, DEFAULT_CHARSET, NULL, &mime, &err), 0);
	return mime;
}

static char *
read_file(const char *path, size_t *len_r)
{
	FILE *file = fopen(path, "rb");
	char *octets = malloc(1 << 22);

	assert_non_null(file);
	assert_non_null(octets);
	*len_r = fread(octets, 1, 1 << 22, file);
	fclose(file);
	return octets;
}

static char *
with_crlf(const char *octets, size_t len, size_t *len_r)
{
	char *out = malloc(2 * len + 1);
	size_t n = 0;

	assert_non_null(out);
	for (size_t i = 0; i < len; i++) {
		if (octets[i] == '\n' && (i == 0 || octets[i - 1] != '\r'))
			out[n++] = '\r';
		out[n++] = octets[i];
	}
	*len_r = n;
	return out;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
assert_same_parts(const struct mime *a, const struct mime *b)
{
	assert_int_equal(mime_part_count(a), mime_part_count(b));
	assert_int_equal(mime_field_count(a), mime_field_count(b));
	for (size_t i = 0; i < mime_part_count(a); i++) {
		const struct mime_part *x = mime_part_at(a, i), *y = mime_part_at(b, i);

		assert_string_equal(x->type, y->type);
		assert_true(same(x->filename, y->filename));
		assert_int_equal(x->len, y->len);
		assert_memory_equal(x->octets, y->octets, x->len);
	}
	for (size_t i = 0; i < mime_field_count(a); i++)
		assert_string_equal(mime_field_at(a, i)->text, mime_field_at(b, i)->text);
}

/* Calls fn for each file of a folder whose name ends in suffix; returns how many, all of which must be true. */
static unsigned
for_each(const char *folder, const char *suffix, bool (*fn)(const char *path))
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	unsigned n = 0, bad = 0;
	char path[1024];

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name), end = strlen(suffix);

		if (entry->d_name[0] == '.' || len <= end || strcmp(entry->d_name + len - end, suffix) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		bad += !fn(path);
		n++;
	}
	closedir(dir);
	assert_int_equal(bad, 0);
	return n;
}

/* Where the expectation is another reading than ours, and why. */
static const struct {
	const char	*file;
	const char	*why;
} left_out[] = {
	{ "legacy/035.eml", "a backslash that escapes nothing is kept in a file name" },
	{ "legacy/039.eml", "the same" },
	{ "legacy/049.eml", "uuencode is left as the text it is" },
	{ "malformed/000.eml", "parts without an empty line after their header are parts" },
	{ "malformed/001.eml", "a border of the outer multipart ends the inner one" },
	{ "malformed/002.eml", "a multipart without borders is text/plain, not text of type multipart" },
	{ "malformed/007.eml", "an empty inner multipart has no parts" },
	{ "malformed/009.eml", "a border of the outer multipart ends the inner one" },
	{ "malformed/011.eml", "the same" },
	{ "malformed/012.eml", "the same" },
	{ "malformed/016.eml", "of nested borders that begin alike the innermost is tried first" },
	{ "malformed/017.eml", "a boundary without its semicolon is none" },
	{ "malformed/019.eml", "uchardet takes a stray octet for another charset" },
	{ "malformed/020.eml", "of two Content-Type fields the last counts" },
	{ "malformed/021.eml", "the same" },
	{ "malformed/022.eml", "a message/rfc822 without a header is a message without fields" },
	{ "thirdparty/000.eml", "a NUL octet becomes U+FFFD" },
	{ "thirdparty/005.eml", "a border begins a line" },
};

static bool
is_left_out(const char *path)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
		if (strstr(path, left_out[i].file) != NULL)
			return left_out[i].why[0] != '\0';
	return false;
}

/* The value of a part's header of that name, or NULL. */
static const json_t *
header_value(const json_t *part, const char *name)
{
	const json_t *header;
	size_t i;

	json_array_foreach(json_object_get(part, "headers"), i, header) {
		const char *has = json_string_value(json_object_get(header, "name"));

		if (has != NULL && strcmp(has, name) == 0)
			return json_object_get(json_object_get(header, "value"), "ContentType");
	}
	return NULL;
}

static const char *
attribute(const json_t *value, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(value, "attributes"), i, one)
		if (strcasecmp(json_string_value(json_object_get(one, "name")), name) == 0)
			return json_string_value(json_object_get(one, "value"));
	return NULL;
}

/* True where the expectation is that the charset is not understood; ours may be. */
static bool
is_lost(const char *text)
{
	return text != NULL && strstr(text, "\xef\xbf\xbd") != NULL;
}

static bool
compare_content(const char *path, const json_t *body, const struct mime_part *part)
{
	const json_t *octets = json_object_get(body, "Binary"), *text = json_object_get(body, "Text");
	char *decoded;
	size_t len;
	bool right;

	if (octets == NULL)
		octets = json_object_get(body, "InlineBinary");
	if (text == NULL)
		text = json_object_get(body, "Html");
	if (octets != NULL) {
		bool equal = part->len == json_array_size(octets);

		for (size_t i = 0; i < part->len && equal; i++)
			equal = (unsigned char)part->octets[i] == json_integer_value(json_array_get(octets, i));
		if (!equal)
			print_error("%s: other octets: [%s]\n", path, part->octets);
		return equal;
	}
	if (text != NULL && is_lost(json_string_value(text)))
		return true;
	decoded = charset_decode(part->octets, part->len, part->charset, DEFAULT_CHARSET, FILE_MAX, &len);
	right = text != NULL && len == json_string_length(text) && memcmp(decoded, json_string_value(text), len) == 0;
	if (!right)
		print_error("%s: [%s] is not [%s]\n", path, decoded, text != NULL ? json_string_value(text) : "(no text)");
	charset_free(decoded);
	return right;
}

/* Compares one expected leaf with the next of ours. */
static bool
compare_leaf(const char *path, const json_t *expected, const struct mime_part *part)
{
	const json_t *type = header_value(expected, "content_type");
	const json_t *disposition = header_value(expected, "content_disposition");
	const char *filename = attribute(disposition, "filename"), *subtype;
	char name[256];

	if (part == NULL) {
		print_error("%s: a part is missing\n", path);
		return false;
	}
	if (type != NULL && (subtype = json_string_value(json_object_get(type, "c_subtype"))) != NULL) {
		snprintf(name, sizeof(name), "%s/%s", json_string_value(json_object_get(type, "c_type")), subtype);
		if (strcasecmp(part->type, name) != 0) {
			print_error("%s: %s is not %s\n", path, part->type, name);
			return false;
		}
	}
	if (filename == NULL)
		filename = attribute(type, "name");
	if (!same(part->filename, filename) && !is_lost(filename)) {
		print_error("%s: file name %s is not %s\n", path, part->filename, filename);
		return false;
	}
	/* Where the transfer encoding is broken the expectation is the raw octets; ours is what can be decoded. */
	if (json_is_true(json_object_get(expected, "is_encoding_problem")))
		return true;
	return compare_content(path, json_object_get(expected, "body"), part);
}

/* Walks the expected parts, enclosed messages entered, in the order of our list. */
static bool
compare_message(const char *path, const json_t *message, const struct mime *mime, size_t *next)
{
	const json_t *part;
	bool right = true;
	size_t i;

	json_array_foreach(json_object_get(message, "parts"), i, part) {
		const json_t *body = json_object_get(part, "body");
		const json_t *inner = json_object_get(body, "Message");

		if (inner != NULL)
			right &= compare_message(path, inner, mime, next);
		else if (json_object_get(body, "Multipart") == NULL)
			right &= compare_leaf(path, part, mime_part_at(mime, (*next)++));
	}
	return right;
}

/* path: NNN.eml, with its expectation in NNN.json. */
static bool
compare_file(const char *path)
{
	char *octets, *crlf, json_path[1024];
	struct mime *mime, *other;
	size_t len, crlf_len, next = 0;
	bool right = true;
	json_error_t error;
	json_t *expected;

	snprintf(json_path, sizeof(json_path), "%.*s.json", (int)(strlen(path) - 4), path);
	octets = read_file(path, &len);
	crlf = with_crlf(octets, len, &crlf_len);
	mime = parse(octets, len);
	other = parse(crlf, crlf_len);
	assert_same_parts(mime, other);
	expected = json_load_file(json_path, JSON_ALLOW_NUL, &error);
	if (expected == NULL)
		fail_msg("%s:%d: %s", json_path, error.line, error.text);
	if (!is_left_out(path)) {
		right = compare_message(path, expected, mime, &next);
		if (next != mime_part_count(mime)) {
			print_error("%s: %zu parts, not %zu\n", path, mime_part_count(mime), next);
			right = false;
		}
	}
	json_decref(expected);
	mime_free(mime);
	mime_free(other);
	free(octets);
	free(crlf);
	return right;
}

static void
test_expected(void **state)
{
	static const char *const folders[] = { "rfc", "malformed", "legacy", "thirdparty" };
	const char *shared = getenv("TUIDING_SHARED");
	char folder[1024];
	unsigned n = 0;

	(void)state;
	if (shared == NULL)
		skip();
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(folder, sizeof(folder), "%s/vectors/mime-expected/%s", shared, folders[i]);
		n += for_each(folder, ".eml", compare_file);
	}
	assert_true(n > 50);
}

/* Parses and renders one message; what comes out is valid UTF-8 within the limits. */
static bool
judge_file(const char *path)
{
	const char *(*const views[])(const struct text *, size_t *) = {
		text_body, text_visible, text_raw, text_folded, text_folded_subject,
	};
	const struct mime_field *subject;
	struct text *text = NULL;
	struct mime *mime;
	struct err err;
	char *octets;
	size_t len;

	octets = read_file(path, &len);
	if (len == 0) {
		free(octets);
		return true;
	}
	mime = parse(octets, len);
	free(octets);
	subject = mime_field_named(mime, "Subject", 0);
	assert_int_equal(text_new(NULL, DEFAULT_CHARSET, subject != NULL ? subject->text : NULL, &text, &err), 0);
	for (size_t i = 0; i < mime_part_count(mime); i++) {
		const struct mime_part *part = mime_part_at(mime, i);
		struct text_part one = { part->type, part->charset, part->octets, part->len, part->attachment };

		assert_int_equal(text_add(text, &one, &err), 0);
	}
	assert_int_equal(text_finish(text, &err), 0);
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		const char *view = views[i](text, &len);

		assert_true(len <= text_limits_default.octets);
		assert_true(charset_is_utf8(view, len));
		assert_int_equal(view[len], '\0');
	}
	for (size_t i = 0; i < mime_field_count(mime); i++)
		assert_true(charset_is_utf8(mime_field_at(mime, i)->text, mime_field_at(mime, i)->text_len));
	text_free(text);
	mime_free(mime);
	return true;
}

static void
test_robustness(void **state)
{
	const char *shared = getenv("TUIDING_SHARED");
	char folder[1024];

	(void)state;
	if (shared == NULL)
		skip();
	snprintf(folder, sizeof(folder), "%s/robustness", shared);
	assert_true(for_each(folder, "", judge_file) > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_robustness),
	};

	mime_init();
	text_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
