/*
 * mime_decode.c - transfer encodings undone, and the octets measured before the MIME library sees them.
 *
 * Floor 2, part of mime.  Broken input is decoded as far as it goes; nothing here can fail but for memory,
 * and then the part is empty and the message counts as cut.
 */
#include <string.h>
#include <gmime/gmime.h>
#include "mime_private.h"

#define BORDERS_A_PART	20	/* lines that begin with "--", for each part allowed */
#define FIELDS_A_FIELD	10	/* lines that look like header fields, for each field allowed */

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

const char *
mime_decode(struct mime *mime, enum mime_encoding encoding, const char *in, size_t len, size_t *len_r)
{
	size_t room = mime->limits.decoded - mime->decoded, n = len;
	guint32 save = 0;
	int state = 0;
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
		n = g_mime_encoding_quoted_decode_step((const unsigned char *)in, len, (unsigned char *)out,
		    &state, &save);
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
