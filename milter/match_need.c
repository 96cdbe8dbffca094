/*
 * match_need.c - what a text must contain for a pattern to match: a walk over the pattern's syntax.
 *
 * Floor 2.  A sequence joins strings that stand side by side and keeps the rarest; an alternation needs one of
 * each branch; what may be absent gives nothing.  Never runs a pattern, never guesses: "(*VERBS)", callouts,
 * conditions and whatever else is not understood end the walk with nothing known.
 */
#include <string.h>
#include <glib.h>
#include "match.h"
#include "match_need.h"

#define DEPTH_MAX	100	/* nested groups */
#define UNITE_MAX	3	/* repetitions that are written out */
#define UNBOUNDED_COST	30	/* how much dearer a string is whose match may begin anywhere before it */

size_t
match_need_sum(size_t a, size_t b)
{
	return a > MATCH_BOUND_MAX || b > MATCH_BOUND_MAX || a + b > MATCH_BOUND_MAX ? MATCH_UNBOUNDED : a + b;
}

size_t
match_need_times(size_t a, size_t b)
{
	if (a == 0 || b == 0)
		return 0;
	return a > MATCH_BOUND_MAX || b > MATCH_BOUND_MAX || a * b > MATCH_BOUND_MAX ? MATCH_UNBOUNDED : a * b;
}

void
match_need_clear(struct match_need *need)
{
	match_set_clear(&need->set);
	match_set_clear(&need->best);
	*need = (struct match_need){ 0 };
}

void
match_need_any(struct match_need *need, size_t most)
{
	match_need_clear(need);
	need->most = most;
}

void
match_need_nothing(struct match_need *need, bool plain)
{
	match_need_clear(need);
	need->plain = plain;
	need->exact = match_set_one(&need->set, "", 0);
}

/* Takes set for the best when it is. */
static void
consider(struct match_need *need, const struct match_set *set, size_t before)
{
	struct match_set	copy = { 0 };
	double			cost;

	if (match_set_shortest(set) < MATCH_NEED_LEAST)
		return;
	match_set_copy(&copy, set);
	before = match_need_sum(before, match_set_reduce(&copy));
	cost = match_set_frequency(&copy) * (before == MATCH_UNBOUNDED ? UNBOUNDED_COST : 1);
	if (need->best.n > 0 && need->cost <= cost) {
		match_set_clear(&copy);
		return;
	}
	match_set_clear(&need->best);
	need->best = copy;
	need->before = before;
	need->cost = cost;
}

/* ---- sequences --------------------------------------------------------------------------------- */

/* A sequence as far as it is read: what stands last is exact, so that the next may be joined to it. */
struct sequence {
	struct match_need	need;
	struct match_set	last;
	size_t			before;		/* octets at most in front of last */
};

static void
append_item(struct sequence *seq, const struct match_need *item)
{
	struct match_need	*need = &seq->need;

	consider(need, &seq->last, seq->before);
	need->plain = need->plain && item->plain;
	need->most = match_need_sum(need->most, item->most);
	if (item->exact && match_set_product(&seq->last, &item->set))
		return;
	need->exact = false;
	seq->before = match_need_sum(seq->before, match_set_longest(&seq->last));
	if (item->exact) {
		match_set_copy(&seq->last, &item->set);
		return;
	}
	consider(need, &item->best, match_need_sum(seq->before, item->before));
	seq->before = match_need_sum(seq->before, item->most);
	(void)match_set_one(&seq->last, "", 0);
}

static void
append(struct sequence *seq, struct match_need *item)
{
	struct match_need	rest = { 0 };

	if (item->headed) {
		match_need_any(&rest, item->most);
		item->exact = true;
		item->most = match_set_longest(&item->set);
	}
	append_item(seq, item);
	if (item->headed)
		append_item(seq, &rest);
}

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

/* Reads a repetition when one stands here. */
static bool
read_repeat(struct match_walk *w, size_t *least, size_t *most)
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

/* The item least to most times. */
static void
repeat(struct match_need *need, size_t least, size_t most)
{
	struct match_need	nothing = { 0 };
	struct match_set	once = { 0 };
	size_t			total = match_need_times(need->most, most), i;
	bool			exact = need->exact;

	match_need_nothing(&nothing, true);
	if (most == 0) {
		match_need_nothing(need, need->plain);
		goto out;
	}
	need->headed = need->headed && least > 0;
	if (least == 0) {
		match_set_clear(&need->best);
		exact = exact && most == 1 && match_set_unite(&need->set, &nothing.set);
	} else if (least != most || least > UNITE_MAX) {
		if (exact)
			consider(need, &need->set, 0);
		need->headed = exact || need->headed;
		exact = false;
	} else {
		match_set_copy(&once, &need->set);
		for (i = 1; i < least && exact; i++)
			exact = match_set_product(&need->set, &once);
	}
	need->most = total;
	need->plain = need->plain && exact;
	need->exact = exact;
out:
	match_need_clear(&nothing);
	match_set_clear(&once);
}

/* What "x" lets stand between items: blanks, and comments to the line's end. */
static void
skip_blanks(struct match_walk *w)
{
	while (w->extended && !w->quoted && w->at < w->len) {
		char	c = w->text[w->at];

		if (c == '#') {
			const char	*lf = memchr(w->text + w->at, '\n', w->len - w->at);

			w->at = lf == NULL ? w->len : (size_t)(lf - w->text) + 1;
		} else if (c == ' ' || (c >= '\t' && c <= '\r')) {
			w->at++;
		} else {
			break;
		}
	}
}

static void
walk_repeats(struct match_walk *w, struct match_need *item)
{
	size_t	least, most, at;

	skip_blanks(w);
	while (!w->lost && read_repeat(w, &least, &most)) {
		at = w->at;
		skip_blanks(w);
		if (w->at < w->len && strchr("+?", w->text[w->at]) != NULL && w->text[w->at] != '\0') {
			if (w->at != at)
				w->lost = true;		/* a blank within a repetition */
			item->plain = item->plain && w->text[w->at] == '?';
			w->at++;
		}
		repeat(item, least, most);
		skip_blanks(w);
	}
}

static void	walk_alternatives(struct match_walk *w, struct match_need *need);

/* Behind "(?" and its letters; false: they end the group at once, "(?i)". */
static bool
walk_options(struct match_walk *w)
{
	while (w->at < w->len && (g_ascii_isalpha(w->text[w->at]) || w->text[w->at] == '-')) {
		if (strchr("imsnJU-", w->text[w->at]) == NULL)
			w->lost = true;
		w->at++;
	}
	if (w->at >= w->len || (w->text[w->at] != ':' && w->text[w->at] != ')'))
		w->lost = true;
	return !w->lost && w->text[w->at++] == ':';
}

enum group { GROUP_PLAIN, GROUP_LOOK, GROUP_ATOMIC, GROUP_EMPTY };

/* What kind of group begins here, behind its parenthesis; goes on to its contents. */
static enum group
group_kind(struct match_walk *w)
{
	const char	*t = w->text + w->at;
	size_t		 n = w->len - w->at;
	const char	*end;

	if (n > 0 && *t == '*')
		w->lost = true;
	if (n < 2 || *t != '?')
		return GROUP_PLAIN;
	w->at += 2;
	if (t[1] == ':' || t[1] == '|')
		return GROUP_PLAIN;
	if (t[1] == '>')
		return GROUP_ATOMIC;
	if (t[1] == '=' || t[1] == '!')
		return GROUP_LOOK;
	if (n > 2 && t[1] == '<' && (t[2] == '=' || t[2] == '!')) {
		w->at++;
		return GROUP_LOOK;
	}
	if (t[1] == '<' || t[1] == '\'' || (n > 2 && t[1] == 'P' && t[2] == '<')) {
		w->at += t[1] == 'P';
		end = memchr(w->text + w->at, t[1] == '\'' ? '\'' : '>', w->len - w->at);
		w->lost = w->lost || end == NULL;
		w->at = end == NULL ? w->len : (size_t)(end - w->text) + 1;
		return GROUP_PLAIN;
	}
	w->at--;
	return walk_options(w) ? GROUP_PLAIN : GROUP_EMPTY;
}

static void
walk_group(struct match_walk *w, struct match_need *need)
{
	enum group	kind;

	if (++w->depth > DEPTH_MAX)
		w->lost = true;
	kind = group_kind(w);
	if (!w->lost && kind != GROUP_EMPTY) {
		walk_alternatives(w, need);
		if (w->at >= w->len || w->text[w->at] != ')')
			w->lost = true;
		else
			w->at++;
	}
	w->depth--;
	if (kind == GROUP_EMPTY || kind == GROUP_LOOK)
		match_need_nothing(need, kind == GROUP_EMPTY);
	if (kind == GROUP_ATOMIC)
		need->plain = false;
}

void
match_need_character(const struct match_walk *walk, struct match_need *need, const char *octets, size_t len)
{
	char		lower[8];
	gunichar	c;

	if (walk->caseless && len == 1 && walk->utf && strchr("kKsS", *octets) != NULL && *octets != '\0') {
		match_need_any(need, 3);	/* U+212A and U+017F are theirs too */
		return;
	}
	if (walk->caseless && walk->utf && len > 1) {
		c = g_utf8_get_char_validated(octets, (gssize)len);
		if (!(c >= 0x2e80 && c <= 0xa4cf) && !(c >= 0xac00 && c <= 0xd7a3) &&
		    !(c >= 0x20000 && c <= 0x3ffff)) {
			match_need_any(need, 4);	/* it may have another case */
			return;
		}
	}
	match_need_nothing(need, true);
	len = MIN(len, sizeof(lower));
	memcpy(lower, octets, len);
	if (walk->caseless && len == 1)
		lower[0] = g_ascii_tolower(lower[0]);
	(void)match_set_one(&need->set, lower, len);
	need->most = len;
}

/* One item, without its repetition. */
static void
walk_item(struct match_walk *w, struct match_need *need)
{
	const char	*t = w->text + w->at;
	size_t		 len = 1;

	if (!w->quoted) {
		switch (*t) {
		case '(':
			w->at++;
			walk_group(w, need);
			return;
		case '[':
			w->at++;
			match_need_class(w, need);
			return;
		case '.':
			w->at++;
			match_need_any(need, w->utf ? 4 : 1);
			return;
		case '^':
		case '$':
			w->at++;
			match_need_nothing(need, false);
			return;
		case '\\':
			w->at++;
			match_need_escape(w, need);
			return;
		case '*':
		case '+':
		case '?':
			w->lost = true;		/* repeats nothing */
			return;
		}
	}
	if (w->utf)
		len = MIN((size_t)g_utf8_skip[(unsigned char)*t], w->len - w->at);
	match_need_character(w, need, t, len);
	w->at += len;
}

static void
walk_sequence(struct match_walk *w, struct match_need *need)
{
	struct sequence		seq = { { 0 }, { 0 }, 0 };
	struct match_need	item = { 0 };

	match_need_nothing(&seq.need, true);
	(void)match_set_one(&seq.last, "", 0);
	for (;;) {
		skip_blanks(w);
		if (w->quoted && w->len - w->at >= 2 && memcmp(w->text + w->at, "\\E", 2) == 0) {
			w->quoted = false;
			w->at += 2;
			continue;
		}
		if (w->lost || w->at >= w->len || (!w->quoted && strchr("|)", w->text[w->at]) != NULL &&
		    w->text[w->at] != '\0'))
			break;
		walk_item(w, &item);
		if (w->quoted && w->len - w->at >= 2 && memcmp(w->text + w->at, "\\E", 2) == 0) {
			w->quoted = false;	/* what follows repeats the last character */
			w->at += 2;
		}
		walk_repeats(w, &item);
		append(&seq, &item);
		match_need_clear(&item);
	}
	consider(&seq.need, &seq.last, seq.before);
	match_set_clear(&seq.need.set);
	if (seq.need.exact)
		seq.need.set = seq.last;
	else
		match_set_clear(&seq.last);
	match_need_clear(&item);
	match_need_clear(need);
	*need = seq.need;
}

static void
walk_alternatives(struct match_walk *w, struct match_need *need)
{
	struct match_need	next = { 0 };

	walk_sequence(w, need);
	while (!w->lost && w->at < w->len && w->text[w->at] == '|') {
		w->at++;
		walk_sequence(w, &next);
		need->exact = need->exact && next.exact && match_set_unite(&need->set, &next.set);
		need->plain = need->plain && next.plain;
		if (need->best.n == 0 || next.best.n == 0 || !match_set_unite(&need->best, &next.best))
			match_set_clear(&need->best);
		need->before = MAX(need->before, next.before);
		need->most = MAX(need->most, next.most);
		need->cost += next.cost;
	}
	match_need_clear(&next);
}

/* ---- the whole --------------------------------------------------------------------------------- */

/* Whether "(?i" or the like stands somewhere: then all is read as caseless, which is true of more texts. */
static bool
turns_caseless(const char *text, size_t len)
{
	size_t	i, k;

	for (i = 0; i + 2 < len; i++) {
		if (text[i] != '(' || text[i + 1] != '?')
			continue;
		for (k = i + 2; k < len && (g_ascii_isalpha(text[k]) || text[k] == '-'); k++) {
			if (text[k] == 'i')
				return true;
		}
	}
	return false;
}

/* Blanks beyond ASCII, which "x" may skip, and comments that may stand before a repetition. */
static bool
beyond(const char *text, size_t len, unsigned flags)
{
	if (memmem(text, len, "(?#", 3) != NULL)
		return true;
	return (flags & MATCH_EXTENDED) != 0 && (memchr(text, 0x85, len) != NULL ||
	    memmem(text, len, "\xe2\x80", 2) != NULL);
}

void
match_need_find(const char *pattern, size_t len, unsigned flags, struct match_need *need, bool *caseless)
{
	bool			inner = turns_caseless(pattern, len);
	struct match_walk	w = { .text = pattern, .len = len };

	w.utf = (flags & MATCH_UTF) != 0;
	w.extended = (flags & MATCH_EXTENDED) != 0;
	*caseless = w.caseless = inner || (flags & MATCH_CASELESS) != 0;
	match_need_clear(need);
	if (len == 0 || beyond(pattern, len, flags))
		return;
	walk_alternatives(&w, need);
	if (w.lost || w.at < w.len) {
		match_need_clear(need);
		return;
	}
	need->plain = need->plain && need->exact && !inner &&
	    match_set_shortest(&need->set) >= MATCH_NEED_LEAST;
	if (need->plain) {
		match_set_clear(&need->best);
		consider(need, &need->set, 0);
	}
	match_set_clear(&need->set);
}
