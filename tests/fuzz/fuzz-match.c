/*
 * fuzz-match.c - any octets as a pattern and a text: through the filter the answer is PCRE2's own.
 *
 * The first octet gives the flags; the pattern goes to the first LF, the text follows, its lines the pieces.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "match.h"

#define PIECES	32

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	unsigned	hits[3], failed[3];
};

static void
note(void *arg, unsigned id, bool failed)
{
	struct seen	*s = arg;

	(failed ? s->failed : s->hits)[id]++;
}

static size_t
cut(const char *text, size_t len, struct match_piece *piece)
{
	size_t	n = 0, at = 0, end;

	for (; at < len; at = end) {
		const char	*lf = memchr(text + at, '\n', len - at);

		end = lf == NULL || n == PIECES - 1 ? len : (size_t)(lf - text) + 1;
		piece[n++] = (struct match_piece){ .start = at, .len = end - at };
	}
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct match_limits	 limits = { .steps = 2000, .heap = 256 };
	const char			*pattern = (const char *)data + 1, *lf;
	struct match_piece		 piece[PIECES];
	struct seen			 seen = { { 0 }, { 0 } };
	struct match			*m = NULL;
	struct match_work		*w = NULL;
	struct err			 err;
	size_t				 len, n, k;
	int				 want = 0;

	if (size < 2 || (lf = memchr(pattern, '\n', size - 1)) == NULL)
		return 0;
	len = size - 1 - (size_t)(lf + 1 - pattern);
	n = cut(lf + 1, len, piece);
	if (match_new(1, &limits, &m, &err) == -1)
		return 0;
	if (match_add(m, 0, 0, pattern, (size_t)(lf - pattern), data[0] & 63, &err) == -1 ||
	    match_add(m, 0, 1, "e", 1, 0, &err) == -1 || match_add(m, 0, 2, "cheap|deal", 10, 0, &err) == -1 ||
	    match_finish(m, &err) == -1 || (w = match_work_take(m)) == NULL)
		goto out;
	if (match_scan_pieces(m, w, 0, lf + 1, len, piece, n, note, &seen, &err) == -1)
		abort();
	for (k = 0; k < n && want == 0; k++)
		want = match_one(m, w, 0, lf + 1 + piece[k].start, piece[k].len);
	/* A text that is not UTF-8 fails as a whole; one that ran into a limit alone may have been spared it. */
	if (want != -1 && seen.failed[0] == 0 && seen.hits[0] != (want == 1))
		abort();
	if (seen.hits[0] + seen.failed[0] > 1)
		abort();
out:
	match_work_give(m, w);
	match_free(m);
	return 0;
}
