/*
 * judge_rules_cut.c - texts cut into the pieces that body and rawbody rules match one at a time.
 *
 * Floor 3.  Cuts where SpamAssassin cuts, so that a pattern meets the same borders.
 */
#include <string.h>
#include <glib.h>
#include "judge_rules_view.h"

#define LINE_OCTETS	2048

void
judge_rules_piece_add(struct judge_rules_pieces *pieces, size_t start, size_t len)
{
	if (pieces->n == pieces->cap) {
		pieces->cap = pieces->cap == 0 ? 64 : 2 * pieces->cap;
		pieces->piece = g_renew(struct match_piece, pieces->piece, pieces->cap);
	}
	pieces->piece[pieces->n++] = (struct match_piece){ .start = start, .len = len };
}

/* Where to cut a line longer than allowed: behind the last blank of what fits, else where it is full. */
static size_t
fitting(const char *line)
{
	const char	*blank = memrchr(line, ' ', LINE_OCTETS + 1);

	return blank == NULL ? LINE_OCTETS : (size_t)(blank - line) + 1;
}

void
judge_rules_cut_body(const char *text, size_t len, struct judge_rules_pieces *pieces)
{
	size_t	at = 0;

	while (at < len) {
		const char	*lf = memchr(text + at, '\n', len - at);
		size_t		 line = lf == NULL ? len - at : (size_t)(lf - text) + 1 - at;

		while (line > LINE_OCTETS) {
			size_t	fit = fitting(text + at);

			judge_rules_piece_add(pieces, at, fit);
			at += fit;
			line -= fit;
		}
		if (line > 0)
			judge_rules_piece_add(pieces, at, line);
		at += line;
	}
}

/* The length of a chunk that ends behind c, when c stands in its second half; else 0. */
static size_t
chunk_at(const char *chunk, char c)
{
	const char	*at = memchr(chunk + LINE_OCTETS, c, LINE_OCTETS);

	return at == NULL ? 0 : (size_t)(at - chunk) + 1;
}

void
judge_rules_cut_raw(const char *text, size_t start, size_t len, struct judge_rules_pieces *pieces)
{
	size_t	at = start, end = start + len, fit;

	while (end - at > 2 * LINE_OCTETS) {
		fit = chunk_at(text + at, '\n');
		if (fit == 0)
			fit = chunk_at(text + at, '>');
		if (fit == 0)
			fit = chunk_at(text + at, ' ');
		if (fit == 0)
			fit = LINE_OCTETS + 1;
		judge_rules_piece_add(pieces, at, fit);
		at += fit;
	}
	if (at < end)
		judge_rules_piece_add(pieces, at, end - at);
}
