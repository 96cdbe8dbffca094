/*
 * learn_terms.c - the phrases of a folded text.
 *
 * Floor 3, part of learn.  What may name a person never becomes a phrase: no digits, no '@', nothing that
 * looks like a domain.  Reads valid UTF-8.
 */
#include <string.h>
#include "learn_private.h"

#define HAN_MIN		2	/* characters of a run */
#define HAN_MAX		5
#define WORD_MIN	3	/* letters of a word that stands alone */
#define WORD_SHORT	2	/* of one in a pair */
#define WORD_MAX	20

/* A word met. */
struct word {
	const char	*text;
	size_t		 len;
};

static bool
is_han(gunichar c)
{
	return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf);
}

size_t
learn_terms_subject(const char *text, size_t len)
{
	const char	*lf = memchr(text, '\n', len);

	return lf == NULL ? len : (size_t)(lf - text);
}

/* All runs of a piece of Han text. */
static void
walk_han(const char *text, const char *end, learn_term_fn *fn, void *arg)
{
	const char	*start, *at;
	unsigned	 n;

	for (start = text; start < end; start = g_utf8_next_char(start)) {
		at = start;
		for (n = 1; n <= HAN_MAX && at < end; n++) {
			at = g_utf8_next_char(at);
			if (n >= HAN_MIN)
				fn(arg, start, (size_t)(at - start));
		}
	}
}

/* Part of a token that names something: an address, a domain, a number, a path. */
static bool
joins(char c)
{
	return g_ascii_isdigit(c) || (c != '\0' && strchr("@_/\\=&%#+~", c) != NULL);
}

/* Whether the letters from start to end are a word, and no piece of an address or a domain. */
static bool
is_word(const char *text, const char *start, const char *end, const char *stop)
{
	char	before = start > text ? start[-1] : ' ', after = end < stop ? end[0] : ' ';

	if ((size_t)(end - start) > WORD_MAX || joins(before) || joins(after))
		return false;
	if ((before & 0x80) != 0 || (after & 0x80) != 0)
		return false;
	if (before == '.' && start - 1 > text && g_ascii_isalnum(start[-2]))
		return false;
	return !(after == '.' && end + 1 < stop && g_ascii_isalnum(end[1]));
}

static void
take_word(const struct word *word, struct word *last, bool short_words, learn_term_fn *fn, void *arg)
{
	size_t	least = short_words ? WORD_SHORT : WORD_MIN;

	if (word->len >= least)
		fn(arg, word->text, word->len);
	if (last->text != NULL && last->text + last->len + 1 == word->text && last->text[last->len] == ' ' &&
	    last->len >= WORD_SHORT && word->len >= WORD_SHORT)
		fn(arg, last->text, last->len + 1 + word->len);
	*last = *word;
}

void
learn_terms_walk(const char *text, size_t len, bool short_words, learn_term_fn *fn, void *arg)
{
	const char	*at = text, *start, *stop = text + len;
	struct word	 last = { NULL, 0 };

	while (at < stop) {
		start = at;
		if (g_ascii_islower(*at)) {
			while (at < stop && g_ascii_islower(*at))
				at++;
			if (is_word(text, start, at, stop))
				take_word(&(struct word){ start, (size_t)(at - start) }, &last, short_words, fn, arg);
			continue;
		}
		while (at < stop && is_han(g_utf8_get_char(at)))
			at = g_utf8_next_char(at);
		if (at > start)
			walk_han(start, at, fn, arg);
		else
			at = g_utf8_next_char(at);
	}
}
