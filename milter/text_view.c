/*
 * text_view.c - one view of a message being written: words, gaps, paragraphs.
 *
 * Floor 2, part of text.  Knows no markup.  A full view swallows what comes after.
 */
#include <string.h>
#include <glib.h>
#include "text_private.h"

#define FIRST_SIZE	4096

void
text_view_open(struct text_view *view, size_t limit)
{
	*view = (struct text_view){ .size = FIRST_SIZE, .limit = limit };
	view->octets = g_malloc(view->size);
	view->octets[0] = '\0';
}

void
text_view_close(struct text_view *view)
{
	g_free(view->octets);
	*view = (struct text_view){ 0 };
}

bool
text_view_full(const struct text_view *view)
{
	return view->len >= view->limit;
}

void
text_view_octets(struct text_view *view, const char *utf8, size_t len)
{
	size_t room = view->limit - view->len, keep = len;

	if (keep > room) {
		keep = room;
		while (keep > 0 && ((unsigned char)utf8[keep] & 0xc0) == 0x80)
			keep--;
	}
	if (view->size - view->len <= keep) {
		while (view->size - view->len <= keep)
			view->size *= 2;
		view->octets = g_realloc(view->octets, view->size);
	}
	memcpy(view->octets + view->len, utf8, keep);
	view->len += keep;
	view->octets[view->len] = '\0';
	if (keep < len)
		view->limit = view->len;
}

void
text_view_space(struct text_view *view)
{
	if (view->gap == TEXT_GAP_NONE)
		view->gap = TEXT_GAP_SPACE;
}

void
text_view_paragraph(struct text_view *view)
{
	view->gap = TEXT_GAP_PARAGRAPH;
}

const unsigned char text_view_blanks[256] = {
	[' '] = 1, ['\t'] = 1, ['\n'] = 1, ['\r'] = 1, ['\v'] = 1, ['\f'] = 1, [0xc2] = 2, [0xe1] = 2, [0xe2] = 2,
	[0xe3] = 2
};

/* U+0085, U+00A0, U+1680, U+2000 to 200A, U+2028, U+2029, U+202F, U+205F, U+3000. */
size_t
text_view_wide_blank(const char *p, const char *end)
{
	const unsigned char *q = (const unsigned char *)p;
	bool blank;

	if (end - p < 2)
		return 0;
	if (*q == 0xc2)
		return q[1] == 0x85 || q[1] == 0xa0 ? 2 : 0;
	if (end - p < 3)
		return 0;
	if (*q == 0xe3)
		blank = q[1] == 0x80 && q[2] == 0x80;
	else if (*q == 0xe1)
		blank = q[1] == 0x9a && q[2] == 0x80;
	else if (q[1] == 0x80)
		blank = (q[2] >= 0x80 && q[2] <= 0x8a) || q[2] == 0xa8 || q[2] == 0xa9 || q[2] == 0xaf;
	else
		blank = q[1] == 0x81 && q[2] == 0x9f;
	return blank ? 3 : 0;
}

void
text_view_words(struct text_view *view, const char *utf8, size_t len)
{
	const char *p = utf8, *end = utf8 + len;

	while (p < end) {
		size_t blank, n = text_view_run(p, end, &blank);

		if (n > 0) {
			if (view->gap != TEXT_GAP_NONE && view->len > 0)
				text_view_octet(view, view->gap == TEXT_GAP_SPACE ? ' ' : '\n');
			view->gap = TEXT_GAP_NONE;
			text_view_octets(view, p, n);
		}
		if (blank > 0)
			text_view_space(view);
		p += n + blank;
	}
}

static bool
is_blank_line(const char *p, const char *end)
{
	size_t blank;

	while (p < end && (blank = text_view_blank(p, end)) > 0)
		p += blank;
	return p >= end;
}

void
text_view_lines(struct text_view *view, const char *utf8, size_t len)
{
	const char *p = utf8, *end = utf8 + len;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *stop = lf != NULL ? lf : end;

		if (is_blank_line(p, stop))
			text_view_paragraph(view);
		else
			text_view_words(view, p, (size_t)(stop - p));
		text_view_space(view);
		p = stop + 1;
	}
}

void
text_view_end(struct text_view *view)
{
	view->gap = TEXT_GAP_NONE;
	if (view->len > 0 && view->octets[view->len - 1] != '\n')
		text_view_octets(view, "\n", 1);
}

/* 1 for letters and digits of ASCII. */
static const unsigned char letters[128] = {
	['0'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['A'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['a'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};

/* The length of a Han character at p, 0 when there is none.  CJK Unified Ideographs and their extensions. */
static size_t
han_at(const unsigned char *p, const unsigned char *end)
{
	if (end - p < 3)
		return 0;
	if ((*p >= 0xe4 && *p <= 0xe9) || (*p == 0xe3 && p[1] >= 0x90) ||
	    (*p == 0xef && p[1] >= 0xa4 && p[1] <= 0xab))
		return 3;
	return *p == 0xf0 && p[1] >= 0xa0 && p[1] <= 0xb3 && end - p > 3 ? 4 : 0;
}

/* Flags, in the high bit of each of eight octets of ASCII, those that are letters or digits. */
static uint64_t
flag_letters(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t lower = word | 0x20 * ones;
	uint64_t alpha = (lower + (0x80 - 'a') * ones) & ~(lower + (0x80 - 'z' - 1) * ones);
	uint64_t digit = (word + (0x80 - '0') * ones) & ~(word + (0x80 - '9' - 1) * ones);

	return (alpha | digit) & 0x80 * ones;
}

/* Counts in ASCII, eight octets after the other; returns how many are read.  inside: within a word. */
static size_t
count_ascii(const unsigned char *p, size_t len, unsigned *inside, size_t *n)
{
	size_t i = 0;

	for (; len - i >= 8; i += 8) {
		uint64_t word, flags;

		memcpy(&word, p + i, sizeof(word));
		if ((word & UINT64_C(0x8080808080808080)) != 0)
			break;
		flags = flag_letters(GUINT64_FROM_LE(word));
		*n += (size_t)((((flags & ~(flags << 8 | *inside << 7)) >> 7) * UINT64_C(0x0101010101010101)) >> 56);
		*inside = (unsigned)(flags >> 63);
	}
	return i;
}

size_t
text_count_words(const char *utf8, size_t len)
{
	const unsigned char *p = (const unsigned char *)utf8, *end = p + len;
	unsigned inside = 0;
	size_t n = 0;

	while (p < end) {
		size_t han;

		p += count_ascii(p, (size_t)(end - p), &inside, &n);
		for (; p < end && *p < 0x80; p++) {
			unsigned letter = letters[*p];

			n += letter & ~inside;
			inside = letter;
		}
		if (p == end)
			break;
		if ((han = han_at(p, end)) > 0) {
			n++;
			inside = 0;
			p += han;
		} else {
			gunichar c = g_utf8_get_char_validated((const char *)p, (gssize)(end - p));
			unsigned letter = (gint32)c >= 0 && g_unichar_isalnum(c);

			n += letter & ~inside;
			inside = letter;
			p += (gint32)c >= 0 ? g_utf8_skip[*p] : 1;
		}
	}
	return n;
}
