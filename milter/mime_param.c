/*
 * mime_param.c - the parameters of Content-Type and Content-Disposition that name a file.
 *
 * Floor 2, part of mime.  GMime reads these too, but decodes their charset its own way, which loses Chinese
 * names; the octets are taken here and left to charset.h.  Never allocates more than a few times VALUE_MAX.
 */
#include <string.h>
#include <glib.h>
#include "charset.h"
#include "mime_private.h"

#define SEGMENTS	32	/* numbered pieces of one value: RFC 2231 3 */
#define VALUE_MAX	2048	/* octets of one value */

struct segment {
	char	*octets;
	size_t	 len;
	bool	 extended;	/* percent-encoded: RFC 2231 4 */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *
skip_blanks(const char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

/* The next ';' outside quotes, or the end. */
static const char *
skip_value(const char *p)
{
	bool quoted = false;

	for (; *p != '\0' && (quoted || *p != ';'); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (quoted && *p == '\\' && p[1] != '\0')
			p++;
	}
	return p;
}

/*
 * A value as octets, the caller's to g_free().  A backslash counts only before what it must escape, and not as
 * the second half of a GBK or Big5 character.
 */
static char *
read_value(const char *p, const char **end_r, size_t *len_r)
{
	GString *out = g_string_sized_new(64);

	p = skip_blanks(p);
	if (*p != '"') {
		const char *end = skip_value(p), *last = end;

		while (last > p && is_blank(last[-1]))
			last--;
		g_string_append_len(out, p, MIN(last - p, VALUE_MAX));
		p = end;
	} else {
		for (p++; *p != '\0' && *p != '"'; p++) {
			if (*p == '\\' && (p[1] == '"' || p[1] == '\\') && (unsigned char)p[-1] < 0x80)
				p++;
			if (*p != '\n' && out->len < VALUE_MAX)
				g_string_append_c(out, *p);
		}
		p = skip_value(*p == '"' ? p + 1 : p);
	}
	*end_r = p;
	*len_r = out->len;
	return g_string_free(out, FALSE);
}

/*
 * Says whether attribute is name, and how: its number (0 when it has none) and whether it is percent-encoded.
 */
static bool
attribute_matches(const char *attribute, size_t len, const char *name, unsigned *number_r, bool *extended_r)
{
	size_t n = strlen(name);
	unsigned number = 0;

	if (len < n || g_ascii_strncasecmp(attribute, name, n) != 0)
		return false;
	attribute += n;
	len -= n;
	*extended_r = len > 0 && attribute[len - 1] == '*';
	if (*extended_r)
		len--;
	if (len > 0 && (*attribute != '*' || len < 2 || len > 3))
		return false;
	for (size_t i = 1; i < len; i++) {
		if (!g_ascii_isdigit(attribute[i]))
			return false;
		number = 10 * number + (unsigned)(attribute[i] - '0');
	}
	*number_r = number;
	return number < SEGMENTS;
}

/* Reads all pieces of the parameter.  A percent-encoded piece is believed before a plain one. */
static void
collect(const char *p, const char *name, struct segment segments[SEGMENTS])
{
	for (p = skip_value(p); *p == ';';) {
		const char *attribute = skip_blanks(p + 1);
		const char *end = attribute + strcspn(attribute, "=;");
		unsigned number;
		bool extended;
		char *octets;
		size_t len;

		if (*end != '=') {
			p = end;
			continue;
		}
		len = (size_t)(end - attribute);
		while (len > 0 && is_blank(attribute[len - 1]))
			len--;
		if (!attribute_matches(attribute, len, name, &number, &extended)) {
			p = skip_value(end);
			continue;
		}
		octets = read_value(end + 1, &p, &len);
		if (segments[number].octets == NULL || (extended && !segments[number].extended)) {
			g_free(segments[number].octets);
			segments[number] = (struct segment){ octets, len, extended };
		} else {
			g_free(octets);
		}
	}
}

static void
append_percent(GString *out, const char *p, size_t len)
{
	for (const char *end = p + len; p < end; p++) {
		if (*p == '%' && end - p > 2 && g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2])) {
			g_string_append_c(out, (char)(g_ascii_xdigit_value(p[1]) << 4 | g_ascii_xdigit_value(p[2])));
			p += 2;
		} else {
			g_string_append_c(out, *p);
		}
	}
}

/* Takes charset'language' off the first piece.  charset: NUL-terminated. */
static void
split_charset(struct segment *first, char charset[64])
{
	char *quote = memchr(first->octets, '\'', first->len), *second;

	charset[0] = '\0';
	if (quote == NULL)
		return;
	second = memchr(quote + 1, '\'', first->len - (size_t)(quote + 1 - first->octets));
	if (second == NULL)
		return;
	if (quote - first->octets < 64)
		g_strlcpy(charset, first->octets, (size_t)(quote - first->octets) + 1);
	first->len -= (size_t)(second + 1 - first->octets);
	memmove(first->octets, second + 1, first->len);
}

char *
mime_param(const char *raw, const char *name, const char *default_charset)
{
	struct segment segments[SEGMENTS] = { { 0 } };
	char charset[64] = "", *decoded, *answer = NULL;
	GString *octets = NULL;
	bool extended = false;
	size_t len;

	collect(raw, name, segments);
	if (segments[0].octets == NULL)
		goto out;
	octets = g_string_new(NULL);
	if (segments[0].extended)
		split_charset(&segments[0], charset);
	for (size_t i = 0; i < SEGMENTS && segments[i].octets != NULL && octets->len < VALUE_MAX; i++) {
		extended |= segments[i].extended;
		if (segments[i].extended)
			append_percent(octets, segments[i].octets, segments[i].len);
		else
			g_string_append_len(octets, segments[i].octets, (gssize)segments[i].len);
	}
	decoded = extended ?
	    charset_decode(octets->str, octets->len, *charset != '\0' ? charset : NULL, default_charset,
		VALUE_MAX, &len) :
	    charset_decode_header(octets->str, octets->len, default_charset, VALUE_MAX, &len);
	if (decoded != NULL && len > 0)
		answer = g_strndup(decoded, len);
	charset_free(decoded);
out:
	for (size_t i = 0; i < SEGMENTS; i++)
		g_free(segments[i].octets);
	if (octets != NULL)
		g_string_free(octets, TRUE);
	return answer;
}

/* How many octets from p on may stand in a type, a parameter's name or a value without quotes. */
static size_t
plain_span(const char *p)
{
	const char *q = p;

	while (g_ascii_isalnum(*q) || *q == '-' || *q == '.' || *q == '+' || *q == '_')
		q++;
	return (size_t)(q - p);
}

/* Reads the parameter at *p, into charset if it is that one.  False when it is not of the plainest sort. */
static bool
plain_parameter(const char **p, char charset[MIME_CHARSET_MAX + 1])
{
	const char *name = skip_blanks(*p), *value;
	size_t n = plain_span(name), len;
	bool quoted;

	if (n == 0 || name[n] != '=')
		return false;
	quoted = name[n + 1] == '"';
	value = name + n + 1 + quoted;
	len = quoted ? strcspn(value, "\"\\\t\n") : plain_span(value);
	if (len == 0 || (quoted && value[len] != '"'))
		return false;
	*p = skip_blanks(value + len + quoted);
	if (n != strlen("charset") || g_ascii_strncasecmp(name, "charset", n) != 0)
		return true;
	if (*charset != '\0' || len > MIME_CHARSET_MAX || plain_span(value) != len)
		return false;
	memcpy(charset, value, len);
	charset[len] = '\0';
	return true;
}

bool
mime_plain_type(const char *value, char type[MIME_TYPE_MAX + 1], char charset[MIME_CHARSET_MAX + 1])
{
	const char *p = skip_blanks(value);
	size_t n = plain_span(p), len;

	charset[0] = '\0';
	if (n == 0 || p[n] != '/' || (len = plain_span(p + n + 1)) == 0 || n + 1 + len > MIME_TYPE_MAX)
		return false;
	len += n + 1;
	for (size_t i = 0; i < len; i++)
		type[i] = g_ascii_tolower(p[i]);
	type[len] = '\0';
	for (p = skip_blanks(p + len); *p == ';';) {
		p = skip_blanks(p + 1);
		if (*p != '\0' && !plain_parameter(&p, charset))
			return false;
	}
	return *p == '\0';
}
