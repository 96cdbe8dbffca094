/*
 * match_need_item.c - the items of a pattern that are neither characters nor groups: escapes and classes.
 *
 * Floor 2.  A class of few members is a set of strings, any other is some character.
 */
#include <string.h>
#include <glib.h>
#include "match_need.h"

#define CLASS_MAX	16	/* members that are written out */

/* Any one character. */
static void
some_character(const struct match_walk *w, struct match_need *need)
{
	match_need_any(need, w->utf ? 4 : 1);
}

/* A character by its number. */
static void
numbered(struct match_walk *w, struct match_need *need, unsigned long c)
{
	char	octets[8];
	size_t	len = 1;

	if (w->utf && c >= 0x80) {
		if (c > 0x10ffff) {
			w->lost = true;
			return;
		}
		len = (size_t)g_unichar_to_utf8((gunichar)c, octets);
	} else if (c > 0xff) {
		w->lost = true;
		return;
	} else {
		octets[0] = (char)(unsigned char)c;
	}
	match_need_character(w, need, octets, len);
}

/* Reads digits of a base from w->at on, most at most; how many. */
static size_t
read_digits(struct match_walk *w, unsigned base, size_t most, unsigned long *number)
{
	size_t	n = 0;

	*number = 0;
	while (n < most && w->at < w->len && g_ascii_isxdigit(w->text[w->at]) &&
	    (unsigned)g_ascii_xdigit_value(w->text[w->at]) < base) {
		*number = *number * base + (unsigned)g_ascii_xdigit_value(w->text[w->at]);
		w->at++;
		n++;
	}
	return n;
}

/* "\xhh", "\x{hhh}", "\o{ooo}", behind the letter; false: not understood. */
static bool
read_code(struct match_walk *w, unsigned base, unsigned long *c)
{
	size_t	n;

	if (w->at >= w->len || w->text[w->at] != '{') {
		(void)read_digits(w, base, 2, c);
		return base == 16;
	}
	w->at++;
	n = read_digits(w, base, 7, c);
	return n > 0 && w->at < w->len && w->text[w->at++] == '}';
}

/* Escapes that are one character in a class as outside; false: it is another. */
static bool
read_simple(struct match_walk *w, char letter, unsigned long *c)
{
	static const char	 letters[] = "aefnrt", codes[] = "\a\033\f\n\r\t";
	const char		*at = strchr(letters, letter);

	if (letter != '\0' && at != NULL) {
		*c = (unsigned char)codes[at - letters];
		return true;
	}
	switch (letter) {
	case 'x':
		w->lost = !read_code(w, 16, c) || w->lost;
		return true;
	case 'o':
		w->lost = !read_code(w, 8, c) || w->lost;
		return true;
	case '0':
		(void)read_digits(w, 8, 2, c);
		return true;
	default:
		return false;
	}
}

/* Skips "{name}", "<name>", "'name'" or a signed number, as what refers to a group has it. */
static void
skip_reference(struct match_walk *w)
{
	char		 open = w->at < w->len ? w->text[w->at] : '\0';
	const char	*end;

	if (open == '{' || open == '<' || open == '\'') {
		end = memchr(w->text + w->at + 1, open == '{' ? '}' : open == '<' ? '>' : '\'', w->len - w->at - 1);
		w->lost = w->lost || end == NULL;
		w->at = end == NULL ? w->len : (size_t)(end - w->text) + 1;
		return;
	}
	if (open == '-' || open == '+')
		w->at++;
	while (w->at < w->len && g_ascii_isdigit(w->text[w->at]))
		w->at++;
}

static void
skip_property(struct match_walk *w)
{
	const char	*end;

	if (w->at < w->len && w->text[w->at] != '{') {
		w->at++;
		return;
	}
	end = memchr(w->text + w->at, '}', w->len - w->at);
	w->lost = w->lost || end == NULL;
	w->at = end == NULL ? w->len : (size_t)(end - w->text) + 1;
}

/* Letters and digits that stand for something else than a character by its number. */
static void
escape_letter(struct match_walk *w, struct match_need *need, char letter)
{
	if (strchr("dDwWsShHvVN", letter) != NULL) {
		if (letter == 'N' && w->at < w->len && w->text[w->at] == '{')
			w->lost = true;
		some_character(w, need);
	} else if (strchr("pP", letter) != NULL) {
		skip_property(w);
		some_character(w, need);
	} else if (strchr("bBAzZ", letter) != NULL) {
		match_need_nothing(need, false);
	} else if (letter == 'R') {
		match_need_any(need, 3);
	} else if (letter == 'X') {
		match_need_any(need, MATCH_UNBOUNDED);
	} else if (letter == 'g' || letter == 'k') {
		if (letter == 'g' && w->at < w->len && strchr("<'", w->text[w->at]) != NULL)
			w->lost = true;		/* calls the group */
		skip_reference(w);
		w->refers = true;
		match_need_any(need, MATCH_UNBOUNDED);
	} else if (letter >= '1' && letter <= '9') {
		skip_reference(w);
		w->refers = true;
		match_need_any(need, MATCH_UNBOUNDED);
	} else if (letter == 'Q' && w->len - w->at >= 2 && memcmp(w->text + w->at, "\\E", 2) != 0) {
		w->quoted = true;
		match_need_nothing(need, true);
	} else {
		w->lost = true;			/* among them \G, \K, \E, \c */
	}
}

void
match_need_escape(struct match_walk *w, struct match_need *need)
{
	const char	*t = w->text + w->at;
	size_t		 len = 1;
	unsigned long	 c = 0;

	if (w->at >= w->len) {
		w->lost = true;
		return;
	}
	if (!g_ascii_isalnum(*t)) {
		if (w->utf)
			len = MIN((size_t)g_utf8_skip[(unsigned char)*t], w->len - w->at);
		match_need_character(w, need, t, len);
		w->at += len;
		return;
	}
	w->at++;
	if (read_simple(w, *t, &c))
		numbered(w, need, c);
	else
		escape_letter(w, need, *t);
}

/* ---- classes ----------------------------------------------------------------------------------- */

struct members {
	unsigned long	code[CLASS_MAX];
	size_t		n;
	bool		many;		/* too many, or not known */
};

/* The character that stands here, as it is. */
static unsigned long
read_literal(struct match_walk *w)
{
	const char	*t = w->text + w->at;
	size_t		 len = w->utf ? MIN((size_t)g_utf8_skip[(unsigned char)*t], w->len - w->at) : 1;

	w->at += len;
	return len > 1 ? (unsigned long)g_utf8_get_char(t) : (unsigned char)*t;
}

/* One member of a class, or the end of a range; false: a kind of character. */
static bool
read_member(struct match_walk *w, unsigned long *c)
{
	const char	*t = w->text + w->at;

	if (*t != '\\') {
		*c = read_literal(w);
		return true;
	}
	w->at++;
	if (w->at >= w->len) {
		w->lost = true;
		return false;
	}
	t = w->text + w->at;
	if (!g_ascii_isalnum(*t)) {
		*c = read_literal(w);
		return true;
	}
	w->at++;
	if (read_simple(w, *t, c))
		return true;
	if (*t == 'b') {
		*c = '\b';
		return true;
	}
	if (strchr("pP", *t) != NULL)
		skip_property(w);
	else if (strchr("dDwWsShHvV", *t) == NULL)
		w->lost = true;
	return false;
}

static void
add_range(struct members *m, unsigned long from, unsigned long to)
{
	if (to < from || to - from >= CLASS_MAX) {
		m->many = true;
		return;
	}
	for (; from <= to && !m->many; from++) {
		m->many = m->n == CLASS_MAX;
		if (!m->many)
			m->code[m->n++] = from;
	}
}

/* "[:name:]" and the like within a class. */
static bool
skip_named(struct match_walk *w)
{
	const char	*t = w->text + w->at;
	char		 kind = w->len - w->at > 2 ? t[1] : '\0', end[2] = { kind, ']' };
	const char	*at;

	if (*t != '[' || kind == '\0' || strchr(":.=", kind) == NULL)
		return false;
	at = memmem(t + 2, w->len - w->at - 2, end, 2);
	if (at == NULL)
		return false;
	w->at = (size_t)(at - w->text) + 2;
	return true;
}

static void
walk_member(struct match_walk *w, struct members *m)
{
	unsigned long	from = 0, to = 0;
	bool		one;

	if (skip_named(w)) {
		m->many = true;
		return;
	}
	one = read_member(w, &from);
	to = from;
	if (w->len - w->at >= 2 && w->text[w->at] == '-' && w->text[w->at + 1] != ']') {
		w->at++;
		if (skip_named(w) || !read_member(w, &to) || !one)
			m->many = true;
	}
	if (!one)
		m->many = true;
	if (!m->many)
		add_range(m, from, to);
}

/* The members as strings; not exact when some member is no string. */
static void
unite_members(struct match_walk *w, const struct members *m, struct match_need *need)
{
	struct match_need	one = { 0 };
	size_t			i;
	bool			ok = m->n > 0;

	match_need_nothing(need, true);
	match_set_clear(&need->set);
	for (i = 0; i < m->n && ok && !w->lost; i++) {
		numbered(w, &one, m->code[i]);
		ok = one.exact && match_set_unite(&need->set, &one.set);
		need->most = MAX(need->most, one.most);
	}
	match_need_clear(&one);
	if (!ok)
		some_character(w, need);
}

void
match_need_class(struct match_walk *w, struct match_need *need)
{
	struct members	m = { .n = 0 };
	bool		negative = false, first = true;

	if (w->len - w->at >= 6 && (memcmp(w->text + w->at, "[:<:]]", 6) == 0 ||
	    memcmp(w->text + w->at, "[:>:]]", 6) == 0)) {
		w->lost = true;			/* word borders, by another name */
		return;
	}
	if (w->at < w->len && w->text[w->at] == '^') {
		negative = true;
		w->at++;
	}
	for (; w->at < w->len && !w->lost && (first || w->text[w->at] != ']'); first = false)
		walk_member(w, &m);
	if (w->at >= w->len)
		w->lost = true;
	else
		w->at++;
	if (negative || m.many)
		some_character(w, need);
	else
		unite_members(w, &m, need);
}
