/*
 * match_filter.c - the filter before the matcher, by Hyperscan or Vectorscan where configure found it.
 *
 * Floor 2.  Patterns are compiled in prefilter mode: what Hyperscan cannot do exactly it answers too often,
 * and PCRE2 confirms.  A pattern whose answer could be too rare (characters by Unicode's tables, ends of a
 * subject that is one line among many) is not taken.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include "match.h"
#include "match_filter.h"

#define TEXT_OF(x)		#x
#define PCRE2_VERSION(a, b)	"pcre2 " TEXT_OF(a) "." TEXT_OF(b)

#ifdef HAVE_LIBHS
#include <hs/hs.h>

#define WORTHWHILE	6		/* patterns below which a filter costs more than it saves */
#define LENGTH_MAX	400		/* octets of a pattern; long ones take seconds to compile and filter little */
#define REPEAT_MAX	20		/* the highest bound of a repetition that is left as it is */

struct match_filter {
	hs_database_t	*db;
};

struct match_scratch {
	hs_scratch_t	*hs;
};

/* Escapes that stand for the ends of the subject, which are not those of a line. */
static bool
has_escape(const char *text, size_t len, const char *letters)
{
	size_t	i;

	for (i = 0; i + 1 < len; i++) {
		if (text[i] != '\\')
			continue;
		i++;
		if (strchr(letters, text[i]) != NULL && text[i] != '\0')
			return true;
	}
	return false;
}

/* "(?-m" or "(?^": takes back what the filter adds. */
static bool
unsets_multiline(const char *text, size_t len)
{
	size_t	i, k;

	for (i = 0; i + 2 < len; i++) {
		if (text[i] != '(' || text[i + 1] != '?')
			continue;
		if (text[i + 2] == '^')
			return true;
		for (k = i + 2; k < len && (g_ascii_isalpha(text[k]) || text[k] == '-'); k++) {
			if (text[k] == '-' && k + 1 < len && memchr(text + k, 'm', len - k) != NULL)
				return true;
		}
	}
	return false;
}

/* "(?i" and the like: modifiers that a walk over the pattern would have to follow. */
static bool
has_modifiers(const char *text, size_t len)
{
	size_t	i;

	for (i = 0; i + 2 < len; i++) {
		if (text[i] == '(' && text[i + 1] == '?' &&
		    (g_ascii_isalpha(text[i + 2]) || text[i + 2] == '^' || text[i + 2] == '-'))
			return true;
	}
	return false;
}

/*
 * A pattern on characters, made loose: kinds of characters, which two libraries' Unicode tables may see
 * differently, become any character, word borders nothing.  NULL: it cannot be made loose safely.
 */
static char *
loosen(const struct match_filter_pattern *p)
{
	GString	*out = g_string_new(NULL);
	size_t	 i;
	bool	 class = false, ok;

	ok = (p->flags & (MATCH_CASELESS | MATCH_EXTENDED)) == 0 && !has_modifiers(p->text, p->len) &&
	    memmem(p->text, p->len, "[]", 2) == NULL && memmem(p->text, p->len, "[^]", 3) == NULL;
	for (i = 0; i < p->len && ok; i++) {
		char	c = p->text[i], next = i + 1 < p->len ? p->text[i + 1] : '\0';

		if (c == '\\' && g_ascii_isalpha(next)) {
			i++;
			if (strchr("tnrfae", next) != NULL)
				g_string_append_printf(out, "\\%c", next);
			else if (!class && strchr("dDwWsS", next) != NULL)
				g_string_append(out, "(?s:.)");
			else if (!class && strchr("bB", next) != NULL)
				g_string_append(out, "(?:)");
			else
				ok = false;
			continue;
		}
		if (c == '\\') {
			g_string_append_len(out, p->text + i, next == '\0' ? 1 : 2);
			i++;
			continue;
		}
		if (c == '[' && class)
			ok = false;
		if (c == '(' && next == '?' && i + 2 < p->len && strchr("!<", p->text[i + 2]) != NULL)
			ok = false;
		if (c == '[' || c == ']')
			class = c == '[';
		g_string_append_c(out, c);
	}
	return g_string_free(out, !ok);
}

/* Whether the filter, given the pattern as it is, is sure to miss no match. */
static bool
safe(const struct match_filter_pattern *p, bool lines, bool lf)
{
	if (p->len == 0 || p->len > LENGTH_MAX || memchr(p->text, '\0', p->len) != NULL)
		return false;
	if (p->len > 1 && p->text[0] == '(' && p->text[1] == '*')
		return false;
	if (!lines)
		return !has_escape(p->text, p->len, "GKC");
	return !has_escape(p->text, p->len, "AzZGKC") && !unsets_multiline(p->text, p->len) &&
	    !(lf && memchr(p->text, '$', p->len) != NULL);
}

/*
 * Repetitions with a high bound, which cost Hyperscan seconds, lose it: "{0,200}" becomes "{0,}", which matches
 * at least as much.  NULL: there is one, and a negative look-around that would turn more into less.
 */
static char *
unbound(const char *text)
{
	GString	*out = g_string_new(NULL);
	bool	 ok = true, negative = strstr(text, "(?!") != NULL || strstr(text, "(?<!") != NULL;

	while (*text != '\0' && ok) {
		unsigned	least = 0, most = 0;
		int		n = 0;

		if (text[0] == '\\' && text[1] != '\0') {
			g_string_append_len(out, text, 2);
			text += 2;
			continue;
		}
		if (text[0] == '{' && g_ascii_isdigit(text[1]) &&
		    sscanf(text, "{%5u,%5u}%n", &least, &most, &n) == 2 && n > 0 && most > REPEAT_MAX) {
			ok = !negative && least <= REPEAT_MAX;
			g_string_append_printf(out, "{%u,}", least);
			text += n;
			continue;
		}
		if (text[0] == '{' && g_ascii_isdigit(text[1]) && strtoul(text + 1, NULL, 10) > REPEAT_MAX)
			ok = false;
		g_string_append_c(out, *text++);
	}
	return g_string_free(out, !ok);
}

/* What Hyperscan is given for a pattern, g_free() it; NULL: nothing would do. */
static char *
filter_text(const struct match_filter_pattern *p, bool lines, bool lf)
{
	char	*body, *bounded = NULL, *text = NULL;

	if (!safe(p, lines, lf))
		return NULL;
	body = (p->flags & MATCH_UTF) != 0 ? loosen(p) : g_strndup(p->text, p->len);
	if (body != NULL)
		bounded = unbound(body);
	if (bounded != NULL)
		text = g_strconcat((p->flags & MATCH_EXTENDED) != 0 ? "(?x)" : "", bounded, NULL);
	g_free(bounded);
	g_free(body);
	return text;
}

static unsigned
hs_flags(const struct match_filter_pattern *p, bool lines)
{
	unsigned	flags = HS_FLAG_PREFILTER | HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY;

	flags |= (p->flags & MATCH_CASELESS) != 0 ? HS_FLAG_CASELESS : 0;
	flags |= (p->flags & MATCH_MULTILINE) != 0 || lines ? HS_FLAG_MULTILINE : 0;
	flags |= (p->flags & MATCH_DOTALL) != 0 ? HS_FLAG_DOTALL : 0;
	flags |= (p->flags & MATCH_UTF) != 0 ? HS_FLAG_UTF8 | HS_FLAG_UCP : 0;
	return flags;
}

/* What hs_compile_multi() takes; text[] are copies. */
struct table {
	char		**text;
	unsigned	 *flags, *id;
	unsigned	  n;
};

static void
table_fill(struct table *t, const struct match_filter_pattern *p, size_t n, bool lines, bool lf)
{
	size_t	i;

	for (i = 0; i < n; i++) {
		hs_expr_info_t		*info = NULL;
		hs_compile_error_t	*error = NULL;
		unsigned		 flags = hs_flags(&p[i], lines);
		char			*text = filter_text(&p[i], lines, lf);

		if (text == NULL)
			continue;
		if (hs_expression_info(text, flags, &info, &error) != HS_SUCCESS) {
			hs_free_compile_error(error);
			g_free(text);
			continue;
		}
		free(info);
		t->text[t->n] = text;
		t->flags[t->n] = flags;
		t->id[t->n++] = (unsigned)i;
	}
}

/* Compiles, leaving out one by one what Hyperscan refuses after all. */
static int
table_compile(struct table *t, hs_database_t **db_r)
{
	hs_compile_error_t	*error = NULL;
	unsigned		 at;

	while (t->n >= WORTHWHILE) {
		if (hs_compile_multi((const char *const *)t->text, t->flags, t->id, t->n, HS_MODE_BLOCK, NULL,
		    db_r, &error) == HS_SUCCESS)
			return 0;
		if (error == NULL || error->expression < 0 || (unsigned)error->expression >= t->n) {
			hs_free_compile_error(error);
			return -1;
		}
		at = (unsigned)error->expression;
		hs_free_compile_error(error);
		error = NULL;
		g_free(t->text[at]);
		t->n--;
		t->text[at] = t->text[t->n];
		t->flags[at] = t->flags[t->n];
		t->id[at] = t->id[t->n];
	}
	return -1;
}

int
match_filter_new(struct match_filter_pattern *pattern, size_t n, bool lines, bool lf,
    struct match_filter **filter_r, struct err *err)
{
	struct table	 t = { 0 };
	hs_database_t	*db = NULL;
	unsigned	 i;

	(void)err;
	*filter_r = NULL;
	if (n < WORTHWHILE || hs_valid_platform() != HS_SUCCESS)
		return 0;
	t.text = g_new0(char *, n);
	t.flags = g_new0(unsigned, n);
	t.id = g_new0(unsigned, n);
	table_fill(&t, pattern, n, lines, lf);
	if (table_compile(&t, &db) == 0) {
		*filter_r = g_new0(struct match_filter, 1);
		(*filter_r)->db = db;
		for (i = 0; i < t.n; i++)
			pattern[t.id[i]].taken = true;
	}
	for (i = 0; i < t.n; i++)
		g_free(t.text[i]);
	g_free(t.text);
	g_free(t.flags);
	g_free(t.id);
	return 0;
}

void
match_filter_free(struct match_filter *filter)
{
	if (filter == NULL)
		return;
	(void)hs_free_database(filter->db);
	g_free(filter);
}

int
match_scratch_grow(const struct match_filter *filter, struct match_scratch **scratch_r)
{
	if (*scratch_r == NULL)
		*scratch_r = g_new0(struct match_scratch, 1);
	return hs_alloc_scratch(filter->db, &(*scratch_r)->hs) == HS_SUCCESS ? 0 : -1;
}

int
match_scratch_copy(const struct match_scratch *from, struct match_scratch **scratch_r)
{
	struct match_scratch	*s = NULL;

	*scratch_r = NULL;
	if (from == NULL)
		return 0;
	s = g_new0(struct match_scratch, 1);
	if (hs_clone_scratch(from->hs, &s->hs) != HS_SUCCESS) {
		g_free(s);
		return -1;
	}
	*scratch_r = s;
	return 0;
}

void
match_scratch_free(struct match_scratch *scratch)
{
	if (scratch == NULL)
		return;
	(void)hs_free_scratch(scratch->hs);
	g_free(scratch);
}

static int
on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
	uint8_t	*candidate = arg;

	(void)from;
	(void)to;
	(void)flags;
	candidate[id] = 1;
	return 0;
}

int
match_filter_scan(const struct match_filter *filter, struct match_scratch *scratch,
    const char *subject, size_t len, uint8_t *candidate)
{
	if (len > UINT32_MAX)
		return -1;
	return hs_scan(filter->db, subject, (unsigned)len, 0, scratch->hs, on_match, candidate) == HS_SUCCESS ?
	    0 : -1;
}

#define HS_NAME(a, b, c)	", hyperscan " TEXT_OF(a) "." TEXT_OF(b) "." TEXT_OF(c)
#define FILTER_NAME		HS_NAME(HS_MAJOR, HS_MINOR, HS_PATCH)

#else	/* !HAVE_LIBHS: no filter, every pattern is tried */

int
match_filter_new(struct match_filter_pattern *pattern, size_t n, bool lines, bool lf,
    struct match_filter **filter_r, struct err *err)
{
	(void)pattern;
	(void)n;
	(void)lines;
	(void)lf;
	(void)err;
	*filter_r = NULL;
	return 0;
}

void
match_filter_free(struct match_filter *filter)
{
	(void)filter;
}

int
match_scratch_grow(const struct match_filter *filter, struct match_scratch **scratch_r)
{
	(void)filter;
	(void)scratch_r;
	return 0;
}

int
match_scratch_copy(const struct match_scratch *from, struct match_scratch **scratch_r)
{
	(void)from;
	*scratch_r = NULL;
	return 0;
}

void
match_scratch_free(struct match_scratch *scratch)
{
	(void)scratch;
}

int
match_filter_scan(const struct match_filter *filter, struct match_scratch *scratch,
    const char *subject, size_t len, uint8_t *candidate)
{
	(void)filter;
	(void)scratch;
	(void)subject;
	(void)len;
	(void)candidate;
	return -1;
}

#define FILTER_NAME		""

#endif

const char *
match_engine(void)
{
	uint32_t	jit = 0;

	(void)pcre2_config(PCRE2_CONFIG_JIT, &jit);
	return jit != 0 ? PCRE2_VERSION(PCRE2_MAJOR, PCRE2_MINOR) " jit" FILTER_NAME :
	    PCRE2_VERSION(PCRE2_MAJOR, PCRE2_MINOR) FILTER_NAME;
}
