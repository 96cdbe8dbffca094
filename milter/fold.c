/*
 * fold.c - text as obfuscation cannot change it: one pass, one table look-up a character.
 *
 * Floor 1.  Only characters that need their neighbours go to GLib's normaliser, at most STRETCH of
 * them at a time, so that hostile runs of combining marks stay cheap.  Must never fail, and never
 * read beyond len.
 */
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "fold.h"
#include "fold_table.h"

#define STRETCH		64		/* characters normalised in one call */
#define REPLACEMENT	0xfffdu
#define ELLIPSIS	0x2026u		/* three dots; too frequent in Chinese for the normaliser */

enum kind {
	KIND_PLAIN,			/* stays */
	KIND_HAN,			/* stays, and swallows the separators before it */
	KIND_GAP,			/* a separator */
	KIND_SPACE,
	KIND_BREAK,
	KIND_GONE
};

struct output {
	char	*text;
	size_t	 len;
	size_t	 size;			/* octets allocated, without the NUL */
	size_t	 limit;
	size_t	 mark;			/* where the last Han character ends */
	bool	 open;			/* nothing but separators since mark */
	bool	 full;
};

/* Reads one character; invalid octets one by one as U+FFFD.  Returns the octets it took. */
static inline size_t
decode(const unsigned char *p, size_t len, uint32_t *c)
{
	gunichar	wide;

	if (*p < 0x80) {
		*c = *p;
		return 1;
	}
	if (len >= 3 && *p >= 0xe1 && *p != 0xed && *p <= 0xef && (p[1] & 0xc0) == 0x80 &&
	    (p[2] & 0xc0) == 0x80) {
		*c = (uint32_t)(*p & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3fu);
		return 3;
	}
	if (len >= 2 && *p >= 0xc2 && *p <= 0xdf && (p[1] & 0xc0) == 0x80) {
		*c = ((uint32_t)(*p & 0x1f) << 6) | (p[1] & 0x3fu);
		return 2;
	}
	wide = g_utf8_get_char_validated((const char *)p, (gssize)MIN(len, 4));
	if (wide == (gunichar)-1 || wide == (gunichar)-2) {
		*c = REPLACEMENT;
		return 1;
	}
	*c = wide;
	return (size_t)g_utf8_skip[*p];
}

static inline bool
is_han(uint32_t c)
{
	return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
	    c == 0x3005 || c == 0x3007 || (c >= 0x3021 && c <= 0x3029) ||
	    (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

/* True when c alone does not tell what it becomes. */
static bool
is_unstable(uint32_t c)
{
	size_t	low = 0, high = G_N_ELEMENTS(fold_unstable), mid;

	if (c < 0x80 || (c >= 0x3400 && c <= 0x9fff) || (c >= 0x3000 && c <= 0x3029) ||
	    (c >= 0xff01 && c <= 0xff5e) || c == ELLIPSIS)
		return false;
	while (low < high) {
		mid = (low + high) / 2;
		if (c > fold_unstable[mid].to)
			low = mid + 1;
		else if (c < fold_unstable[mid].from)
			high = mid;
		else
			return true;
	}
	return false;
}

static inline uint32_t
lookup(uint32_t c)
{
	const struct fold_page	*page;
	uint64_t		 bit;

	if (c >= FOLD_TABLE_END)
		return c;
	page = &fold_page[fold_index[c / 64]];
	bit = (uint64_t)1 << (c % 64);
	if ((page->mask & bit) == 0)
		return c;
	return fold_value[page->first + (unsigned)__builtin_popcountll(page->mask & (bit - 1))];
}

/* What ASCII becomes that is no white space, control or separator; 0 for those, and for what is not ASCII. */
static const unsigned char ascii_plain[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, '!', 0, 0, '$', '%', '&', 0, '(', ')', 0, 0, ',', 0, 0, 0,
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', 0, '>', '?',
	'@', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '[', 0, ']', 0, 0,
	0, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '{', 0, '}', 0, 0,
};

static enum kind
kind_ascii(uint32_t c)
{
	switch (c) {
	case ' ': case '\t': case '\v': case '\f':
		return KIND_SPACE;
	case '\n': case '\r':
		return KIND_BREAK;
	default:
		if (ascii_plain[c] != 0)
			return KIND_PLAIN;
		return c < 0x20 || c == 0x7f ? KIND_GONE : KIND_GAP;
	}
}

/* Marks that decorate letters of any script, and other characters that show nothing. */
static bool
is_invisible(uint32_t c)
{
	static const struct fold_range	gone[] = {
		{ 0x300, 0x36f }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
		{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff }, { 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(gone); i++)
		if (c >= gone[i].from && c <= gone[i].to)
			return true;
	return false;
}

/* Other punctuation that serves as a dot, a star or a quote. */
static bool
is_other_gap(uint32_t c)
{
	static const uint32_t	gaps[] = {
		0xb7, 0x2032, 0x2035, 0x203b, 0x2042, 0x2043, 0x204e, 0x2051, 0x2055, 0x205c,
		0x30fb, 0x30fc, 0xfe45, 0xfe46,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(gaps); i++)
		if (c == gaps[i])
			return true;
	return false;
}

static enum kind
kind_wide(uint32_t c)
{
	if (c == 0x3001 || c == 0x3002 || (c >= 0x3008 && c <= 0x3011))
		return KIND_PLAIN;		/* 、 。 and brackets: what Chinese text is full of */
	if (c >= 0x2010 && c <= 0x2027)
		return KIND_GAP;		/* dashes, quotes, dots */
	if (is_invisible(c))
		return KIND_GONE;
	switch (g_unichar_type(c)) {
	case G_UNICODE_SPACE_SEPARATOR:
		return KIND_SPACE;
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return KIND_BREAK;
	case G_UNICODE_CONTROL:
		return c == 0x85 ? KIND_BREAK : KIND_GONE;
	case G_UNICODE_FORMAT:
		return KIND_GONE;
	case G_UNICODE_DASH_PUNCTUATION:
	case G_UNICODE_CONNECT_PUNCTUATION:
	case G_UNICODE_INITIAL_PUNCTUATION:
	case G_UNICODE_FINAL_PUNCTUATION:
	case G_UNICODE_MATH_SYMBOL:
	case G_UNICODE_MODIFIER_SYMBOL:
	case G_UNICODE_OTHER_SYMBOL:
		return KIND_GAP;
	default:
		return is_other_gap(c) ? KIND_GAP : KIND_PLAIN;
	}
}

static inline enum kind
kind_of(uint32_t c)
{
	if (is_han(c))
		return c == 0x4e36 || c == 0x4e28 || c == 0x4e3f ? KIND_GAP : KIND_HAN;
	return c < 0x80 ? kind_ascii(c) : kind_wide(c);
}

/* Makes room for n octets more, or marks the output full. */
static bool
grow(struct output *out, size_t n)
{
	if (n > out->limit - out->len) {
		out->full = true;
		return false;
	}
	out->size = MIN(out->limit, out->size * 2 + 64);
	out->text = g_realloc(out->text, out->size + 1);
	return true;
}

static inline bool
reserve(struct output *out, size_t n)
{
	return n <= out->size - out->len || grow(out, n);
}

static inline void
put(struct output *out, uint32_t c)
{
	char	*p;

	if (c < 0x80) {
		if (reserve(out, 1))
			out->text[out->len++] = (char)c;
	} else if (c >= 0x800 && c <= 0xffff) {
		if (!reserve(out, 3))
			return;
		p = out->text + out->len;
		p[0] = (char)(0xe0 | (c >> 12));
		p[1] = (char)(0x80 | ((c >> 6) & 0x3f));
		p[2] = (char)(0x80 | (c & 0x3f));
		out->len += 3;
	} else if (reserve(out, c < 0x800 ? 2 : 4)) {
		out->len += (size_t)g_unichar_to_utf8(c, out->text + out->len);
	}
}

/* Takes blanks, and breaks too where asked, off the end. */
static void
trim(struct output *out, bool breaks)
{
	while (out->len > 0 && (out->text[out->len - 1] == ' ' || (breaks &&
	    out->text[out->len - 1] == '\n')))
		out->len--;
}

static inline void
emit_han(struct output *out, uint32_t c)
{
	if (out->open)
		out->len = out->mark;
	put(out, c);
	out->mark = out->len;
	out->open = true;
}

/* Adds one character that is folded already. */
static void
emit(struct output *out, uint32_t c)
{
	switch (kind_of(c)) {
	case KIND_HAN:
		emit_han(out, c);
		break;
	case KIND_PLAIN:
		put(out, c);
		out->open = false;
		break;
	case KIND_GAP:
		put(out, c);
		break;
	case KIND_SPACE:
		if (out->len > 0 && out->text[out->len - 1] != ' ' &&
		    out->text[out->len - 1] != '\n')
			put(out, ' ');
		break;
	case KIND_BREAK:
		trim(out, false);
		if (out->len > 0 && out->text[out->len - 1] != '\n')
			put(out, '\n');
		out->open = false;
		break;
	case KIND_GONE:
		break;
	}
}

/*
 * Folds the character at p and those after it that may join it, by the normaliser.  Returns the
 * octets taken, one character's at least.
 */
static size_t
emit_stretch(struct output *out, const unsigned char *p, size_t len)
{
	char		 raw[STRETCH * 6 + 1];
	char		*normal;
	size_t		 taken = 0, used = 0, n;
	uint32_t	 c;

	for (unsigned count = 0; count < STRETCH && taken < len; count++) {
		n = decode(p + taken, len - taken, &c);
		if (count > 0 && !is_unstable(c))
			break;
		taken += n;
		if (c != 0)
			used += (size_t)g_unichar_to_utf8(c, raw + used);
	}
	normal = g_utf8_normalize(raw, (gssize)used, G_NORMALIZE_NFKC);
	for (const char *q = normal; q != NULL && *q != '\0' &&
	    !out->full; q = g_utf8_next_char(q)) {
		c = g_utf8_get_char(q);
		emit(out, c >= 'A' && c <= 'Z' ? c | 0x20 : lookup(c));
	}
	g_free(normal);
	return taken;
}

/* True when a character that may join the one before it begins at p. */
static inline bool
joins(const unsigned char *p, size_t len)
{
	uint32_t	c;

	/* A lead octet of 0xe4 to 0xe9 begins a Han character, or an invalid one. */
	if (len == 0 || *p < 0x80 || (*p >= 0xe4 && *p <= 0xe9))
		return false;
	(void)decode(p, len, &c);
	return is_unstable(c);
}

/* Adds an ASCII character that is not plain, behind a plain one, at out; returns where to write on. */
static inline char *
add_ascii(char *out, unsigned char c)
{
	switch (kind_ascii(c)) {
	case KIND_GAP:
		*out++ = (char)c;
		break;
	case KIND_SPACE:
		if (out[-1] != ' ' && out[-1] != '\n')
			*out++ = ' ';
		break;
	case KIND_BREAK:
		while (out[-1] == ' ')
			out--;
		if (out[-1] != '\n')
			*out++ = '\n';
		break;
	default:
		break;
	}
	return out;
}

/*
 * Copies printable ASCII without two spaces in a row, eight octets after the other, in lower case, from behind a
 * plain character on.  More ASCII follows.  Returns the octets taken.
 */
static size_t
copy_ascii(char *to, const unsigned char *p, size_t len)
{
	const uint64_t	ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
	size_t		i = 0;

	for (; len - i > 8 && p[i + 8] < 0x80 && (p[i] != ' ' || to[(ptrdiff_t)i - 1] > ' '); i += 8) {
		uint64_t	word, space, upper;

		memcpy(&word, p + i, sizeof(word));
		if (((word | (word - ' ' * ones) | (word + ones)) & high) != 0)
			break;
		space = ~((word ^ ' ' * ones) + 0x7f * ones) & high;
		if ((space & (space << 8)) != 0)
			break;
		upper = (word + (0x80 - 'A') * ones) & ~(word + (0x80 - 'Z' - 1) * ones) & high;
		word |= upper >> 2;
		memcpy(to + i, &word, sizeof(word));
	}
	return i;
}

/*
 * ASCII from a plain character on, as far as there is room.  Of what is not plain only what ASCII follows: no
 * accent can join that.  Returns the octets taken.
 */
static size_t
emit_ascii(struct output *out, const unsigned char *p, size_t len)
{
	size_t	i = 0, most = MIN(len, out->size - out->len);
	char	*to = out->text + out->len;

	if (most == 0 || ascii_plain[*p] == 0)
		return 0;
	while (i < most) {
		size_t	n = i > 0 ? copy_ascii(to, p + i, most - i) : 0;

		to += n;
		i += n;
		for (; i < most && ascii_plain[p[i]] != 0; i++)
			*to++ = (char)ascii_plain[p[i]];
		if (i == most || p[i] >= 0x80 || i + 1 == len || p[i + 1] >= 0x80)
			break;
		if (p[i] == ' ' && to[-1] > ' ')
			*to++ = ' ';
		else
			to = add_ascii(to, p[i]);
		i++;
	}
	if (joins(p + i, len - i)) {
		i--;				/* its accent follows */
		to--;
	}
	if (i > 0)
		out->open = false;
	out->len = (size_t)(to - out->text);
	return i;
}

/* Han characters, up to the first one that needs a closer look.  Returns the octets taken. */
static size_t
emit_hans(struct output *out, const unsigned char *p, size_t len)
{
	size_t		i = 0, n;
	uint32_t	c;

	for (; i < len && p[i] >= 0xe4 && p[i] <= 0xe9 && !out->full; i += n) {
		n = decode(p + i, len - i, &c);
		c = lookup(c);
		if (kind_of(c) != KIND_HAN || joins(p + i + n, len - i - n))
			break;
		emit_han(out, c);
	}
	return i;
}

char *
fold_text(const char *utf8, size_t len, size_t limit, size_t *len_r)
{
	const unsigned char	*in = (const unsigned char *)utf8;
	struct output		 out = { .limit = limit };
	uint32_t		 c;
	size_t			 i = 0, n;

	out.size = MIN(len, limit);
	out.text = g_malloc(out.size + 1);
	while (i < len && !out.full) {
		i += emit_ascii(&out, in + i, len - i);
		i += emit_hans(&out, in + i, len - i);
		if (i == len || out.full)
			break;
		n = decode(in + i, len - i, &c);
		if (is_unstable(c) || joins(in + i + n, len - i - n))
			n = emit_stretch(&out, in + i, len - i);
		else if (c == ELLIPSIS)
			for (unsigned k = 0; k < 3; k++)
				emit(&out, '.');
		else
			emit(&out, c >= 'A' && c <= 'Z' ? c | 0x20 : lookup(c));
		i += n;
	}
	trim(&out, true);
	out.text[out.len] = '\0';
	if (len_r != NULL)
		*len_r = out.len;
	return out.text;
}

void
fold_free(char *text)
{
	g_free(text);
}
