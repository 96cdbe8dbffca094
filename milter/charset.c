/*
 * charset.c - octets in whatever a message calls its charset, to UTF-8.
 *
 * Floor 1.  Must never fail on content, never read beyond len, and never write more than limit
 * octets.  An iconv descriptor lives for one call, and no call opens one charset twice: opening may
 * load a module, which costs a hundred microseconds.  UTF-8 and ASCII, most of all mail, need none.
 */
#include <errno.h>
#include <glib.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>
#include "charset.h"
#include "charset_impl.h"

#define REPLACEMENT	"\xef\xbf\xbd"		/* U+FFFD */
#define CHUNK		4096			/* octets of one step of iconv */

void
charset_output_init(struct charset_output *out, size_t expect, size_t limit)
{
	memset(out, 0, sizeof(*out));
	out->limit = MIN(limit, (size_t)INT32_MAX);
	out->size = MIN(expect, out->limit);
	out->text = g_malloc(out->size + 1);
}

char *
charset_output_take(struct charset_output *out, size_t *len_r)
{
	char	*text = out->text;

	text[out->len] = '\0';
	if (len_r != NULL)
		*len_r = out->len;
	out->text = NULL;
	return text;
}

/* Adds valid UTF-8 without NUL, cut where it does not fit. */
static void
output_put(struct charset_output *out, const char *octets, size_t len)
{
	if (out->full)
		return;
	if (len > out->limit - out->len) {
		out->full = true;
		len = out->limit - out->len;
		while (len > 0 && ((unsigned char)octets[len] & 0xc0) == 0x80)
			len--;
	}
	if (len == 0)
		return;
	if (len > out->size - out->len) {
		out->size = MIN(out->limit, MAX(out->size * 2, out->len + len));
		out->text = g_realloc(out->text, out->size + 1);
	}
	memcpy(out->text + out->len, octets, len);
	out->len += len;
}

size_t
charset_ascii_span(const char *octets, size_t len)
{
	uint64_t	word;
	size_t		i = 0;

	for (; len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, octets + i, sizeof(word));
		if ((word & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	while (i < len && (unsigned char)octets[i] < 0x80)
		i++;
	return i;
}

/*
 * The octets of the sequence that lead begins, and the range of the second one; 0 when it begins
 * none.
 */
static size_t
utf8_shape(unsigned char lead, unsigned char *low, unsigned char *high)
{
	*low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	*high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

size_t
charset_utf8_step(const unsigned char *p, size_t len, bool *valid_r)
{
	unsigned char	low, high;
	size_t		want, i;

	want = utf8_shape(*p, &low, &high);
	for (i = 1; i < want && i < len; i++) {
		if (p[i] < low || p[i] > high)
			break;
		low = 0x80;
		high = 0xbf;
	}
	*valid_r = want > 0 && i == want;
	return i;
}

bool
charset_is_utf8(const char *octets, size_t len)
{
	const unsigned char	*p = (const unsigned char *)octets;
	size_t			 i = 0;
	bool			 valid = true;

	while (valid && i < len) {
		if (p[i] < 0x80)
			i += charset_ascii_span(octets + i, len - i);
		else if (len - i >= 3 && p[i] >= 0xe1 && p[i] <= 0xec &&
		    (p[i + 1] & 0xc0) == 0x80 &&
		    (p[i + 2] & 0xc0) == 0x80)
			i += 3;			/* most of what is not ASCII */
		else
			i += charset_utf8_step(p + i, len - i, &valid);
	}
	return valid;
}

/* Adds octets one character after the other, replacing what is broken, and NUL. */
static void
add_mended(struct charset_output *out, const char *octets, size_t len)
{
	size_t	i = 0, start = 0, n;
	bool	valid;

	while (i < len && !out->full) {
		n = charset_utf8_step((const unsigned char *)octets + i, len - i, &valid);
		if (!valid || octets[i] == '\0') {
			output_put(out, octets + start, i - start);
			output_put(out, REPLACEMENT, strlen(REPLACEMENT));
			start = i + n;
		}
		i += n;
	}
	output_put(out, octets + start, i - start);
}

/* Adds valid UTF-8 that may hold NUL. */
static void
add_valid(struct charset_output *out, const char *octets, size_t len)
{
	if (memchr(octets, '\0', len) == NULL)
		output_put(out, octets, len);
	else
		add_mended(out, octets, len);
}

void
charset_output_add(struct charset_output *out, const char *octets, size_t len)
{
	if (len == 0)
		return;
	if (charset_is_utf8(octets, len))
		add_valid(out, octets, len);
	else
		add_mended(out, octets, len);
}

void
charset_desk_init(struct charset_desk *desk)
{
	desk->nheld = desk->nasked = 0;
}

void
charset_desk_clear(struct charset_desk *desk)
{
	for (unsigned i = 0; i < desk->nheld; i++)
		if (desk->held[i].cd != (iconv_t)-1)
			(void)iconv_close(desk->held[i].cd);
	desk->nheld = 0;
}

/* The descriptor for that charset at its beginning; (iconv_t)-1 when there is none to be had. */
static iconv_t
desk_open(struct charset_desk *desk, const char *name)
{
	iconv_t	cd;

	for (unsigned i = 0; i < desk->nheld; i++) {
		if (strcmp(desk->held[i].name, name) != 0)
			continue;
		cd = desk->held[i].cd;
		if (cd != (iconv_t)-1)
			(void)iconv(cd, NULL, NULL, NULL, NULL);
		return cd;
	}
	/* Chinese always has a place: no row of charsets in front of it makes it unreadable. */
	if (desk->nheld >= CHARSET_HELD - 2 && strcmp(name, "GB18030") != 0 &&
	    strcmp(name, "BIG5-HKSCS") != 0)
		return (iconv_t)-1;
	cd = iconv_open("UTF-8", name);
	desk->held[desk->nheld].name = name;
	desk->held[desk->nheld++].cd = cd;
	return cd;
}

/*
 * The byte order that the mark in front tells, the mark left out; without one the order of
 * Windows, where such text comes from.  Not left to iconv, which remembers it between two texts.
 */
static const char *
byte_order(const char *name, const char **octets, size_t *len)
{
	static const struct {
		const char	*name;
		size_t		 len;
		char		 mark[4];
		const char	*ordered;
	} marks[] = {
		{ "UTF-16", 2, { '\xff', '\xfe' }, "UTF-16LE" },
		{ "UTF-16", 2, { '\xfe', '\xff' }, "UTF-16BE" },
		{ "UTF-16", 0, { 0 }, "UTF-16LE" },
		{ "UTF-32", 4, { '\xff', '\xfe', 0, 0 }, "UTF-32LE" },
		{ "UTF-32", 4, { 0, 0, '\xfe', '\xff' }, "UTF-32BE" },
		{ "UTF-32", 0, { 0 }, "UTF-32LE" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		if (strcmp(name, marks[i].name) != 0 || *len < marks[i].len ||
		    memcmp(*octets, marks[i].mark, marks[i].len) != 0)
			continue;
		*octets += marks[i].len;
		*len -= marks[i].len;
		return marks[i].ordered;
	}
	return name;
}

/* The octets to leave out after one that iconv cannot read. */
static size_t
unit_of(const char *name)
{
	return g_str_has_prefix(name, "UTF-16") ? 2 : g_str_has_prefix(name, "UTF-32") ? 4 : 1;
}

static void
convert_iconv(struct charset_output *out, iconv_t cd, const char *octets, size_t len, size_t unit)
{
	char	 chunk[CHUNK], *to = chunk, *from;
	size_t	 room = sizeof(chunk), rest = len, done;
	int	 why = 0;

	/* iconv() only reads there, whatever its type says */
	from = (char *)(uintptr_t)octets;
	while (rest > 0 && why != EINVAL && !out->full) {
		why = 0;
		if (iconv(cd, &from, &rest, &to, &room) == (size_t)-1)
			why = errno;
		done = (size_t)(to - chunk);
		charset_output_add(out, chunk, done);
		to = chunk;
		room = sizeof(chunk);
		if (why == E2BIG && done > 0)
			continue;
		if (why != 0)
			charset_output_add(out, REPLACEMENT, strlen(REPLACEMENT));
		if (why != 0 && why != EINVAL) {
			from += MIN(unit, rest);
			rest -= MIN(unit, rest);
		}
	}
	/* Some decoders hold a character back until they are told that no more comes. */
	if (iconv(cd, NULL, NULL, &to, &room) != (size_t)-1)
		charset_output_add(out, chunk, (size_t)(to - chunk));
}

void
charset_convert(struct charset_output *out, struct charset_desk *desk, const char *octets,
    size_t len, const char *name)
{
	iconv_t	 cd = (iconv_t)-1;
	char	*gb = NULL;

	if (len == 0)
		return;
	if (strcmp(name, "HZ") == 0) {
		gb = g_malloc(len);
		len = charset_hz_to_gb(octets, len, gb);
		octets = gb;
		name = "GB18030";
	}
	name = byte_order(name, &octets, &len);
	if (strcmp(name, "UTF-8") != 0 && strcmp(name, "US-ASCII") != 0)
		cd = desk_open(desk, name);
	if (cd == (iconv_t)-1)
		charset_output_add(out, octets, len);
	else
		convert_iconv(out, cd, octets, len, unit_of(name));
	g_free(gb);
}

/* True when 7-bit octets without escapes mean in that charset what they mean in ASCII. */
static bool
extends_ascii(const char *name)
{
	static const char *const prefixes[] = {
		"UTF-8", "US-ASCII", "GB18030", "BIG5-HKSCS", "WINDOWS-", "ISO-8859-", "CP949",
		"CP932", "CP874", "EUC-", "KOI8-", "ISO-2022-", "HZ",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(name, prefixes[i]))
			return true;
	return false;
}

/* True when a 7-bit charset uses these octets for more than themselves. */
static bool
has_escapes(const char *octets, size_t len)
{
	return memchr(octets, '\x1b', len) != NULL || memchr(octets, '\x0e', len) != NULL ||
	    memchr(octets, '~', len) != NULL;
}

void
charset_append(struct charset_output *out, struct charset_desk *desk, const char *octets,
    size_t len, const char *name, const char *fallback)
{
	if (len == 0)
		return;
	if (name != NULL && strcmp(name, "UTF-8") == 0 && charset_is_utf8(octets, len)) {
		add_valid(out, octets, len);
		return;
	}
	if (name == NULL || !charset_believable(name, octets, len))
		name = charset_guess_at(desk, octets, len, fallback);
	if (extends_ascii(name) && charset_ascii_span(octets, len) == len &&
	    !has_escapes(octets, len))
		name = "UTF-8";
	charset_convert(out, desk, octets, len, name);
}

char *
charset_decode(const char *octets, size_t len, const char *declared, const char *fallback,
    size_t limit, size_t *len_r)
{
	struct charset_output	out;
	struct charset_desk	desk;
	char			name[64];

	charset_desk_init(&desk);
	/* Room for a byte order mark beside the text: it is taken off again. */
	charset_output_init(&out, len, limit > SIZE_MAX - 3 ? limit : limit + 3);
	charset_append(&out, &desk, octets, len, charset_canonical(declared, name), fallback);
	charset_desk_clear(&desk);
	if (out.len >= 3 && memcmp(out.text, "\xef\xbb\xbf", 3) == 0) {
		out.len -= 3;
		memmove(out.text, out.text + 3, out.len);
	}
	if (out.len > limit) {
		out.len = limit;
		while (out.len > 0 && ((unsigned char)out.text[out.len] & 0xc0) == 0x80)
			out.len--;
	}
	return charset_output_take(&out, len_r);
}

void
charset_free(char *text)
{
	g_free(text);
}
