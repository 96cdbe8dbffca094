/*
 * match_need_repeat.c - repetitions: "x?", "x*", "x+", "x{2,3}".
 *
 * Floor 2.  What may be absent gives nothing; what stands there more than once gives itself once.
 */
#include <string.h>
#include <glib.h>
#include "match_need.h"

#define UNITE_MAX	3	/* repetitions that are written out */
#define HEAD_MAX	8	/* of one string, where there may be more */

/* Reads digits; false: there are none, or too many. */
static bool
read_number(const struct match_walk *w, size_t *at, size_t *number)
{
	size_t	start = *at;

	for (*number = 0; *at < w->len && g_ascii_isdigit(w->text[*at]) && *at - start < 6; (*at)++)
		*number = 10 * *number + (size_t)(w->text[*at] - '0');
	return *at > start && *at - start < 6;
}

/* Whether a brace begins something that some version of PCRE2 may take for a repetition. */
static bool
doubtful_brace(const struct match_walk *w)
{
	size_t	at = w->at + 1;

	while (at < w->len && (g_ascii_isdigit(w->text[at]) || strchr(" \t,", w->text[at]) != NULL) &&
	    w->text[at] != '\0')
		at++;
	return at < w->len && w->text[at] == '}' && at > w->at + 1;
}

bool
match_need_repeat_read(struct match_walk *w, size_t *least, size_t *most)
{
	char	c = w->at < w->len && !w->quoted ? w->text[w->at] : '\0';
	size_t	at = w->at + 1;

	*least = c == '+';
	*most = c == '?' ? 1 : MATCH_UNBOUNDED;
	if (c == '{') {
		if (!read_number(w, &at, least)) {
			w->lost = w->lost || doubtful_brace(w);
			return false;
		}
		*most = *least;
		if (at < w->len && w->text[at] == ',') {
			at++;
			if (!read_number(w, &at, most))
				*most = MATCH_UNBOUNDED;
		}
		if (at >= w->len || w->text[at] != '}') {
			w->lost = w->lost || doubtful_brace(w);
			return false;
		}
		at++;
	} else if (c != '*' && c != '+' && c != '?') {
		return false;
	}
	w->at = at;
	return true;
}

void
match_need_repeat(struct match_need *need, size_t least, size_t most)
{
	struct match_need	nothing = { 0 };
	struct match_set	once = { 0 };
	size_t			total = match_need_times(need->most, most), i;
	bool			exact = need->exact, whole;

	match_need_nothing(&nothing, true);
	if (most == 0) {
		match_need_nothing(need, true);
		goto out;
	}
	need->headed = need->headed && least > 0;
	if (least == 0) {
		match_set_clear(&need->best);
		exact = exact && most == 1 && match_set_unite(&need->set, &nothing.set);
	} else {
		match_set_copy(&once, &need->set);
		whole = exact && least == most && least <= UNITE_MAX;
		for (i = 1; exact && i < MIN(least, HEAD_MAX); i++)
			if (!match_set_product(&need->set, &once))
				break;
		whole = whole && i == least;
		if (exact && !whole) {		/* it begins with so many of them */
			match_need_consider(need, &need->set, 0);
			need->headed = true;
		}
		exact = whole;
	}
	need->most = total;
	need->plain = need->plain && exact;
	need->exact = exact;
out:
	match_need_clear(&nothing);
	match_set_clear(&once);
}
