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
#define LONG_ENOUGH	3	/* octets of a string that is looked for however frequent it may be */
#define RARE_ENOUGH	0.05	/* the frequency of shorter ones */
#define STRING_COST	4e-6	/* of one more string, in its frequency */

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

void
match_need_consider(struct match_need *need, const struct match_set *set, size_t before)
{
	struct match_set	copy = { 0 };
	double			cost;

	if (match_set_shortest(set) == 0)
		return;
	match_set_copy(&copy, set);
	match_set_reduce(&copy);
	cost = match_set_cost(&copy);
	if (match_set_shortest(&copy) < LONG_ENOUGH && cost > RARE_ENOUGH)
		goto out;
	match_set_shift(&copy, before);
	cost = match_set_cost(&copy) + STRING_COST * (double)copy.n;
	if (need->best.n > 0 && need->cost <= cost)
		goto out;
	match_set_clear(&need->best);
	need->best = copy;
	need->cost = cost;
	return;
out:
	match_set_clear(&copy);
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

	match_need_consider(need, &seq->last, seq->before);
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
	match_need_consider(need, &item->best, seq->before);
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

/* trim: the item begins the match, and may as well be as short as it can. */
static void
walk_repeats(struct match_walk *w, struct match_need *item, bool trim)
{
	size_t	least, most, at;
	bool	possessive;

	skip_blanks(w);
	while (!w->lost && match_need_repeat_read(w, &least, &most)) {
		possessive = false;
		at = w->at;
		skip_blanks(w);
		if (w->at < w->len && strchr("+?", w->text[w->at]) != NULL && w->text[w->at] != '\0') {
			if (w->at != at)
				w->lost = true;		/* a blank within a repetition */
			possessive = w->text[w->at] == '+';
			w->at++;
		}
		if (trim && !possessive && least < most) {
			most = least;
			w->trimmed = true;
		}
		match_need_repeat(item, least, most);
		item->plain = item->plain && !possessive;
		trim = false;
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
	w->leading = w->leading && kind == GROUP_PLAIN;
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

/* One item with its repetitions; leading: a match begins with it. */
static void
walk_repeated(struct match_walk *w, struct match_need *item, bool leading)
{
	bool	group = !w->quoted && w->text[w->at] == '(', before = w->trimmed;
	size_t	at;

	w->leading = leading;
	w->trimmed = false;
	walk_item(w, item);
	if (w->quoted && w->len - w->at >= 2 && memcmp(w->text + w->at, "\\E", 2) == 0) {
		w->quoted = false;		/* what follows repeats the last character */
		w->at += 2;
	}
	at = w->at;
	walk_repeats(w, item, leading && !group);
	if (group && w->trimmed && w->at != at)
		w->again = true;		/* only the first of its repetitions leads */
	w->trimmed = w->trimmed || before;
}

static void
walk_sequence(struct match_walk *w, struct match_need *need)
{
	struct sequence		seq = { { 0 }, { 0 }, 0 };
	struct match_need	item = { 0 };
	bool			leading = w->leading;

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
		walk_repeated(w, &item, leading);
		leading = false;
		append(&seq, &item);
		match_need_clear(&item);
	}
	match_need_consider(&seq.need, &seq.last, seq.before);
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
	bool			leading = w->leading;

	walk_sequence(w, need);
	while (!w->lost && w->at < w->len && w->text[w->at] == '|') {
		w->at++;
		w->leading = leading;
		walk_sequence(w, &next);
		need->exact = need->exact && next.exact && match_set_unite(&need->set, &next.set);
		need->plain = need->plain && next.plain;
		if (need->best.n == 0 || next.best.n == 0 || !match_set_unite(&need->best, &next.best))
			match_set_clear(&need->best);
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
	bool			inner = turns_caseless(pattern, len), trim = true;
	struct match_walk	w;

	match_need_clear(need);
	*caseless = inner || (flags & MATCH_CASELESS) != 0;
	if (len == 0 || beyond(pattern, len, flags))
		return;
	do {
		w = (struct match_walk){ .text = pattern, .len = len, .utf = (flags & MATCH_UTF) != 0,
		    .caseless = *caseless, .extended = (flags & MATCH_EXTENDED) != 0, .leading = trim };
		walk_alternatives(&w, need);
		trim = false;
	} while (!w.lost && w.trimmed && (w.again || w.refers));
	if (w.lost || w.at < w.len) {
		match_need_clear(need);
		return;
	}
	need->plain = need->plain && need->exact && !inner;
	if (need->plain) {
		match_set_clear(&need->best);
		match_need_consider(need, &need->set, 0);
		need->plain = need->best.n > 0;
	}
	match_set_clear(&need->set);
}
