/*
 * mime.c - a message and its top header: octets brought to LF line ends, fields cut apart and decoded.
 *
 * Floor 2.  The top header is split here and not by the MIME library, because rules look at fields in the
 * order and with the octets received.  Never fails on content.
 */
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "charset.h"
#include "mime_private.h"

const struct mime_limits mime_limits_default = {
	.octets = 1024 * 1024,
	.header = 65536,
	.fields = 1000,
	.parts = 200,
	.depth = 20,
	.decoded = 4 * 1024 * 1024,
};

/* Copies with CRLF read as LF until limit octets are there; returns how many octets were taken. */
static size_t
copy_lines(const char *octets, size_t len, char *out, size_t limit, size_t *len_r)
{
	size_t in = 0, n = 0;

	while (in < len && n < limit) {
		const char *cr = memchr(octets + in, '\r', len - in);
		size_t run = (cr != NULL ? (size_t)(cr - octets) : len) - in;

		if (run > limit - n)
			run = limit - n;
		memcpy(out + n, octets + in, run);
		in += run;
		n += run;
		if (in == len || n == limit)
			break;
		if (in + 1 == len || octets[in + 1] != '\n')
			out[n++] = '\r';
		in++;
	}
	*len_r = n;
	return in;
}

/* The end of the field that begins at p: behind the LF of its last continuation line. */
static const char *
field_end(const char *p, const char *end)
{
	do {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		if (lf == NULL)
			return end;
		p = lf + 1;
	} while (p < end && (*p == ' ' || *p == '\t'));
	return p;
}

/* The colon after a field name that begins at p, or NULL.  RFC 5322 2.2, with 4.5's blanks before the colon. */
static const char *
field_colon(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && (unsigned char)*q > ' ' && *q != ':' && *q != 0x7f)
		q++;
	if (q == p)
		return NULL;
	while (q < end && (*q == ' ' || *q == '\t'))
		q++;
	return q < end && *q == ':' ? q : NULL;
}

/* Where the header begins: behind a mailbox file's "From " line, which "From :" is not. */
static size_t
header_start(const char *octets, size_t len)
{
	const char *lf;

	if (len < 5 || memcmp(octets, "From ", 5) != 0 || field_colon(octets, octets + len) != NULL)
		return 0;
	lf = memchr(octets, '\n', len);
	return lf != NULL ? (size_t)(lf - octets) + 1 : 0;
}

/* Where the body begins, and how many fields stand before it. */
static size_t
body_start(const char *octets, size_t start, size_t len, size_t *fields_r)
{
	const char *p = octets + start, *end = octets + len;

	*fields_r = 0;
	while (p < end) {
		if (*p == '\n')
			return (size_t)(p - octets) + 1;
		if (field_colon(p, end) != NULL)
			(*fields_r)++;
		p = field_end(p, end);
	}
	return len;
}

enum plainness {
	PLAIN,			/* decoding would change nothing: printable ASCII on one line, no encoded-word, no HZ */
	PLAIN_FOLDED,		/* nothing but the line breaks: each stands before a blank */
	NOT_PLAIN
};

static enum plainness
plainness_of(const char *s, size_t len)
{
	enum plainness answer = PLAIN;

	for (size_t i = 0; i < len; i++) {
		if ((s[i] == '=' && s[i + 1] == '?') || (s[i] == '~' && s[i + 1] == '{'))
			return NOT_PLAIN;
		if ((unsigned char)s[i] >= ' ' && (unsigned char)s[i] <= '~')
			continue;
		if (s[i] != '\t' && (s[i] != '\n' || (s[i + 1] != ' ' && s[i + 1] != '\t')))
			return NOT_PLAIN;
		answer = PLAIN_FOLDED;
	}
	return answer;
}

/* A copy without line breaks, the caller's to g_free(). */
static char *
unfolded(const char *s, size_t len, size_t *len_r)
{
	char *copy = g_malloc(len + 1), *out = copy;

	for (const char *end = s + len; s < end;) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));
		size_t n = (size_t)((lf != NULL ? lf : end) - s);

		memcpy(out, s, n);
		out += n;
		s += lf != NULL ? n + 1 : n;
	}
	*out = '\0';
	*len_r = (size_t)(out - copy);
	return copy;
}

static void
field_set(struct mime_field *field, char *name, char *colon, char *end, const char *default_charset,
    struct mime *mime)
{
	char *value = colon + 1;
	enum plainness plain;
	const char *text;

	while (colon > name && (colon[-1] == ' ' || colon[-1] == '\t'))
		colon--;
	*colon = '\0';
	if (end > value && end[-1] == '\n')
		end--;
	if (value < end && (*value == ' ' || *value == '\t'))
		value++;
	if ((size_t)(end - value) > mime->limits.header) {
		end = value + mime->limits.header;
		mime->truncated = true;
	}
	*end = '\0';
	field->name = name;
	field->raw = value;
	field->raw_len = (size_t)(end - value);
	for (text = value; *text == ' ' || *text == '\t' || *text == '\n';)
		text++;
	field->text = text;
	field->text_len = (size_t)(end - text);
	plain = plainness_of(text, field->text_len);
	if (plain == PLAIN)
		return;
	if (plain == PLAIN_FOLDED) {
		field->text = unfolded(text, field->text_len, &field->text_len);
		return;
	}
	field->text = charset_decode_header(text, field->text_len, default_charset, 2 * mime->limits.header,
	    &field->text_len);
	if (field->text == NULL) {
		field->text = end;
		field->text_len = 0;
	}
}

/* True when text is not a piece of the header's copy but of charset's making. */
static bool
field_text_owned(const struct mime *mime, const struct mime_field *field)
{
	return field->text < mime->head || field->text > mime->head + mime->body;
}

/*
 * The fields that are kept beyond the limit, or junk would hide who a message is from.  Each has its own cap,
 * 86 in all, so that a flood of one cannot hide another either.
 */
static const struct {
	const char	*name;		/* a trailing '-': whatever begins with that */
	unsigned char	 max;
} kept_always[] = {
	{ "From", 16 }, { "Sender", 4 }, { "Reply-To", 4 }, { "Subject", 4 }, { "List-Id", 4 },
	{ "List-Unsubscribe", 4 }, { "Message-ID", 4 }, { "To", 4 }, { "Cc", 4 }, { "Content-", 16 },
	{ "Authentication-Results", 16 }, { "Received", 2 }, { "X-Tuiding", 4 },
};

struct kept_count {
	unsigned char	n[G_N_ELEMENTS(kept_always)];
};

/* Whether the field that begins at p is kept although there are too many. */
static bool
is_kept(const char *p, const char *colon, struct kept_count *count)
{
	size_t len = (size_t)(colon - p);

	while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
		len--;
	for (size_t i = 0; i < G_N_ELEMENTS(kept_always); i++) {
		size_t n = strlen(kept_always[i].name);

		if ((len == n || (len > n && kept_always[i].name[n - 1] == '-')) &&
		    g_ascii_strncasecmp(p, kept_always[i].name, n) == 0)
			return count->n[i] < kept_always[i].max && ++count->n[i] != 0;
	}
	return false;
}

/* True for a header that an empty line ends, without CR and NUL: some readers end lines or text there. */
static bool
is_ended(const struct mime *mime)
{
	const char *header = mime->octets + mime->start;
	size_t len = mime->body - mime->start;

	return len > 2 && header[len - 1] == '\n' && header[len - 2] == '\n' &&
	    memchr(header, '\r', len) == NULL && memchr(header, '\0', len) == NULL;
}

/* Cuts the top header into fields; count says how many there are. */
static int
fields_split(struct mime *mime, size_t count, const char *default_charset)
{
	struct kept_count beyond = { { 0 } };
	size_t limit = mime->limits.fields;
	char *p, *end;

	for (size_t i = 0; i < G_N_ELEMENTS(kept_always); i++)
		limit += kept_always[i].max;
	if (count > mime->limits.fields) {
		count = count < limit ? count : limit;
		mime->truncated = true;
	}
	mime->head = g_try_malloc(mime->body + 1);
	mime->fields = g_try_malloc0_n(count + 1, sizeof(*mime->fields));
	if (mime->head == NULL || mime->fields == NULL)
		return -1;
	memcpy(mime->head, mime->octets, mime->body);
	end = mime->head + mime->body;
	*end = '\0';
	mime->kept = mime->start;
	mime->orderly = is_ended(mime);
	for (p = mime->head + mime->start; p < end && *p != '\n' && mime->nfields < count;) {
		char *next = mime->head + (field_end(p, end) - mime->head);
		const char *colon = field_colon(p, next);

		if (mime->nfields < mime->limits.fields)
			mime->kept = (size_t)(next - mime->head);
		if (colon == NULL || colon[-1] == ' ' || colon[-1] == '\t')
			mime->orderly = false;
		if (colon != NULL && (mime->nfields < mime->limits.fields || is_kept(p, colon, &beyond)))
			field_set(&mime->fields[mime->nfields++], p, mime->head + (colon - mime->head),
			    next, default_charset, mime);
		p = next;
	}
	if (p < end && *p != '\n')
		mime->orderly = false;
	return 0;
}

int
mime_parse(const char *octets, size_t len, const char *default_charset, const struct mime_limits *limits,
    struct mime **mime_r, struct err *err)
{
	struct mime *mime = NULL;
	size_t size, count;
	int ret = -1;

	if (limits == NULL)
		limits = &mime_limits_default;
	if (len == 0)
		return err_set(err, "message is empty");
	size = len < limits->octets ? len : limits->octets;
	if ((mime = g_try_malloc0(sizeof(*mime))) == NULL ||
	    (mime->octets = g_try_malloc(size + 1)) == NULL) {
		err_set(err, "no memory for a message of %zu octets", len);
		goto out;
	}
	mime->limits = *limits;
	mime->truncated = copy_lines(octets, len, mime->octets, size, &mime->len) < len;
	mime->octets[mime->len] = '\0';
	mime->start = header_start(mime->octets, mime->len);
	mime->body = body_start(mime->octets, mime->start, mime->len, &count);
	if (fields_split(mime, count, default_charset) < 0) {
		err_set(err, "no memory for %zu header fields", count);
		goto out;
	}
	mime_parts_find(mime, default_charset);
	*mime_r = mime;
	mime = NULL;
	ret = 0;
out:
	mime_free(mime);
	return ret;
}

void
mime_free(struct mime *mime)
{
	if (mime == NULL)
		return;
	for (size_t i = 0; i < mime->nfields; i++)
		if (field_text_owned(mime, &mime->fields[i]))
			charset_free((char *)(uintptr_t)mime->fields[i].text);
	for (size_t i = 0; i < mime->nowned; i++)
		g_free(mime->owned[i]);
	g_free(mime->owned);
	g_free(mime->parts);
	g_free(mime->fields);
	g_free(mime->head);
	g_free(mime->octets);
	g_free(mime);
}

char *
mime_own(struct mime *mime, char *memory)
{
	if (mime->nowned == mime->owned_size) {
		mime->owned_size = mime->owned_size != 0 ? 2 * mime->owned_size : 16;
		mime->owned = g_realloc_n(mime->owned, mime->owned_size, sizeof(*mime->owned));
	}
	return mime->owned[mime->nowned++] = memory;
}

size_t
mime_field_count(const struct mime *mime)
{
	return mime->nfields;
}

const struct mime_field *
mime_field_at(const struct mime *mime, size_t i)
{
	return i < mime->nfields ? &mime->fields[i] : NULL;
}

const struct mime_field *
mime_field_named(const struct mime *mime, const char *name, size_t nth)
{
	for (size_t i = 0; i < mime->nfields; i++)
		if (((*mime->fields[i].name ^ *name) & ~0x20) == 0 &&
		    g_ascii_strcasecmp(mime->fields[i].name, name) == 0 && nth-- == 0)
			return &mime->fields[i];
	return NULL;
}

const struct mime_field *
mime_field_plain(const struct mime *mime, const char *name, bool *plain_r)
{
	const struct mime_field *field = mime_field_named(mime, name, 0);

	if (field == NULL)
		return NULL;
	if (mime_field_named(mime, name, 1) != NULL || field->raw_len >= mime->limits.header ||
	    strstr(field->raw, "=?") != NULL || strstr(field->raw, "~{") != NULL)
		*plain_r = false;
	for (const char *p = field->raw; *p != '\0'; p++)
		if ((unsigned char)*p >= 0x7f || (*p < ' ' && *p != '\t' && *p != '\n'))
			*plain_r = false;
	return field;
}

size_t
mime_part_count(const struct mime *mime)
{
	return mime->nparts;
}

const struct mime_part *
mime_part_at(const struct mime *mime, size_t i)
{
	return i < mime->nparts ? &mime->parts[i] : NULL;
}

const char *
mime_octets(const struct mime *mime, size_t *len_r)
{
	*len_r = mime->len;
	return mime->octets;
}

size_t
mime_body_offset(const struct mime *mime)
{
	return mime->body;
}

bool
mime_truncated(const struct mime *mime)
{
	return mime->truncated;
}

bool
mime_is_report(const struct mime *mime)
{
	return mime->report;
}
