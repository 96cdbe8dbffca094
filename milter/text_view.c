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

/* 1: white space.  2: perhaps the beginning of a wider one. */
static const unsigned char blanks[256] = {
	[' '] = 1, ['\t'] = 1, ['\n'] = 1, ['\r'] = 1, ['\v'] = 1, ['\f'] = 1, [0xc2] = 2, [0xe1] = 2, [0xe2] = 2,
	[0xe3] = 2
};

size_t
text_view_blank(const char *p, const char *end)
{
	unsigned kind = blanks[(unsigned char)*p];
	gunichar c;

	if (kind != 2)
		return kind;
	c = g_utf8_get_char_validated(p, (gssize)(end - p));
	if (c == 0x85 || c == 0xa0)
		return 2;
	return c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	    c == 0x205f || c == 0x3000 ? 3 : 0;
}

void
text_view_words(struct text_view *view, const char *utf8, size_t len)
{
	const char *p = utf8, *end = utf8 + len;

	while (p < end) {
		const char *word = p;
		size_t blank = 0;

		while (p < end && (blanks[(unsigned char)*p] == 0 || (blank = text_view_blank(p, end)) == 0))
			p++;
		if (p > word) {
			if (view->gap != TEXT_GAP_NONE && view->len > 0)
				text_view_octets(view, view->gap == TEXT_GAP_SPACE ? " " : "\n", 1);
			view->gap = TEXT_GAP_NONE;
			text_view_octets(view, word, (size_t)(p - word));
		}
		if (blank > 0)
			text_view_space(view);
		p += blank;
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

size_t
text_count_words(const char *utf8, size_t len)
{
	const unsigned char *p = (const unsigned char *)utf8, *end = p + len;
	bool inside = false;
	size_t n = 0;

	while (p < end) {
		size_t han = han_at(p, end), step = 1;
		bool letter;

		if (han > 0) {
			n++;
			inside = false;
			p += han;
			continue;
		}
		if (*p < 0x80) {
			letter = g_ascii_isalnum(*p) != 0;
		} else {
			gunichar c = g_utf8_get_char_validated((const char *)p, (gssize)(end - p));

			letter = (gint32)c >= 0 && g_unichar_isalnum(c);
			if ((gint32)c >= 0)
				step = (size_t)(g_utf8_next_char((const char *)p) - (const char *)p);
		}
		n += letter && !inside;
		inside = letter;
		p += step;
	}
	return n;
}
