/*
 * mime_decode.c - transfer encodings undone, and the octets measured and cut before the MIME library sees them.
 *
 * Floor 2, part of mime.  Broken input is decoded as far as it goes; nothing here can fail but for memory,
 * and then the part is empty and the message counts as cut.
 */
#include <string.h>
#include <gmime/gmime.h>
#include "mime_private.h"

#define BORDERS_A_PART	20	/* lines that begin with "--", for each part allowed */
#define FIELDS_A_FIELD	10	/* lines that look like header fields, for each field allowed */
#define CONTENT_FIELDS	64	/* Content-* fields kept behind too many others */

/* True for a line that GMime would make a header field of.  RFC 5322 2.2. */
static bool
looks_like_field(const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len < 77 ? len : 77);

	return colon != NULL && colon > line && memchr(line, ' ', (size_t)(colon - line)) == NULL;
}

size_t
mime_safe_length(const char *octets, size_t len, const struct mime_limits *limits)
{
	size_t borders = (size_t)BORDERS_A_PART * limits->parts;
	size_t fields = (size_t)FIELDS_A_FIELD * limits->fields;
	const char *p = octets, *end = octets + len;

	if (len / 3 < borders && len / 3 < fields)	/* such a line has three octets at least */
		return len;
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((lf != NULL ? lf : end) - p);

		if (n >= 2 && p[0] == '-' && p[1] == '-') {
			if (borders-- == 0)
				break;
		} else if (looks_like_field(p, n) && fields-- == 0) {
			break;
		}
		if (lf == NULL)
			return len;
		p = lf + 1;
	}
	return (size_t)(p - octets);
}

char *
mime_without_excess(const struct mime *mime, size_t *len_r)
{
	const char *p = mime->octets + mime->kept, *body = mime->octets + mime->body;
	GString *copy = g_string_sized_new(mime->kept + mime->len - mime->body + 4096);

	g_string_append_len(copy, mime->octets + mime->start, (gssize)(mime->kept - mime->start));
	for (unsigned n = 0; p < body && n < CONTENT_FIELDS;) {
		const char *lf = memchr(p, '\n', (size_t)(body - p));
		const char *next = lf != NULL ? lf + 1 : body;

		if (body - p > 8 && g_ascii_strncasecmp(p, "Content-", 8) == 0) {
			while (next < body && (*next == ' ' || *next == '\t')) {
				lf = memchr(next, '\n', (size_t)(body - next));
				next = lf != NULL ? lf + 1 : body;
			}
			g_string_append_len(copy, p, next - p);
			n++;
		}
		p = next;
	}
	g_string_append_c(copy, '\n');
	g_string_append_len(copy, body, (gssize)(mime->len - mime->body));
	*len_r = copy->len;
	return g_string_free(copy, FALSE);
}

char *
mime_short_header(const struct mime *mime, size_t *len_r)
{
	static const char *const names[] = { "Content-Type", "Content-Transfer-Encoding", "Content-Disposition" };
	const char *end = mime->octets + mime->body - 1;
	GString *out = g_string_sized_new(512);

	for (size_t i = 0; i < mime->nfields; i++) {
		const char *p = mime->octets + (mime->fields[i].name - mime->head);
		const char *next = i + 1 < mime->nfields ? mime->octets + (mime->fields[i + 1].name - mime->head) : end;

		if ((*p | 0x20) != 'c')
			continue;
		for (size_t k = 0; k < G_N_ELEMENTS(names); k++)
			if (g_ascii_strcasecmp(mime->fields[i].name, names[k]) == 0)
				g_string_append_len(out, p, next - p);
	}
	g_string_append_c(out, '\n');
	*len_r = out->len;
	return g_string_free(out, FALSE);
}

/* What base64's letters stand for; NONE: no letter. */
#define NONE	255
static const unsigned char values[256] = {
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, 62, NONE, NONE, NONE, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NONE, NONE, NONE, NONE, NONE, NONE,
	NONE, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NONE, NONE, NONE, NONE, NONE,
	NONE, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NONE, NONE, NONE, NONE, NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
};

/* Whole groups of four, line feeds between two of them, and nothing else.  Returns how many octets are read. */
static size_t
decode_groups(const char *in, size_t len, char *out, size_t *n_r)
{
	const unsigned char *p = (const unsigned char *)in, *end = p + len;
	char *to = out + *n_r;

	while (end - p >= 4) {
		unsigned a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]], bits;

		if (((a | b | c | d) & 0x80) != 0) {
			if (*p != '\n')
				break;
			p++;
			continue;
		}
		bits = a << 18 | b << 12 | c << 6 | d;
		to[0] = (char)(bits >> 16);
		to[1] = (char)(bits >> 8);
		to[2] = (char)bits;
		to += 3;
		p += 4;
	}
	*n_r = (size_t)(to - out);
	return (size_t)(p - (const unsigned char *)in);
}

/* What follows padding is read on, missing padding is supplied. */
static size_t
decode_base64(const char *in, size_t len, char *out)
{
	const char *end = in + len;
	size_t n = 0;

	while (in < end) {
		const char *pad = memchr(in, '=', (size_t)(end - in));
		const char *stop = pad != NULL ? pad : end;
		guint32 save = 0;
		int state = 0;

		in += decode_groups(in, (size_t)(stop - in), out, &n);
		n += g_mime_encoding_base64_decode_step((const unsigned char *)in, (size_t)(stop - in),
		    (unsigned char *)out + n, &state, &save);
		if ((state & 0xff) > 1)
			n += g_mime_encoding_base64_decode_step((const unsigned char *)"==", 2,
			    (unsigned char *)out + n, &state, &save);
		for (in = stop; in < end && *in == '=';)
			in++;
	}
	return n;
}

/* "=XX", and "=" before a line feed; where anything else begins with "=", GMime reads on. */
static size_t
decode_quoted(const char *in, size_t len, char *out)
{
	const char *p = in, *end = in + len;
	guint32 save = 0;
	int state = 0;
	size_t n = 0;

	while (p < end) {
		int high, low;

		if (*p != '=') {
			out[n++] = *p++;
			continue;
		}
		if (end - p > 1 && p[1] == '\n') {
			p += 2;
			continue;
		}
		if (end - p < 3 || (high = g_ascii_xdigit_value(p[1])) < 0 || (low = g_ascii_xdigit_value(p[2])) < 0)
			break;
		out[n++] = (char)(high << 4 | low);
		p += 3;
	}
	return n + g_mime_encoding_quoted_decode_step((const unsigned char *)p, (size_t)(end - p),
	    (unsigned char *)out + n, &state, &save);
}

const char *
mime_decode(struct mime *mime, enum mime_encoding encoding, const char *in, size_t len, size_t *len_r)
{
	size_t room = mime->limits.decoded - mime->decoded, n = len;
	char *out;

	if (len / 2 > room) {		/* base64 shrinks by a quarter, quoted-printable text by two thirds */
		n = len = 2 * room;
		mime->truncated = true;
	}
	if ((out = g_try_malloc(len + 8)) == NULL) {
		mime->truncated = true;
		*len_r = 0;
		return "";
	}
	if (encoding == MIME_ENCODING_BASE64)
		n = decode_base64(in, len, out);
	else if (encoding == MIME_ENCODING_QUOTED)
		n = decode_quoted(in, len, out);
	else
		memcpy(out, in, len);
	if (n > room) {
		n = room;
		mime->truncated = true;
	}
	out[n] = '\0';
	mime->decoded += n;
	*len_r = n;
	return mime_own(mime, out);
}
