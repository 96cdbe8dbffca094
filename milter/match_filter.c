/*
 * match_filter.c - the filter before the matcher, by Hyperscan or Vectorscan where configure found it.
 *
 * Floor 2.  Only literals are given to it: they compile in no time, and what it finds needs no trust.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <string.h>
#include <glib.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include "match.h"
#include "match_filter.h"
#include "match_index.h"

#define TEXT_OF(x)		#x
#define PCRE2_VERSION(a, b)	"pcre2 " TEXT_OF(a) "." TEXT_OF(b)

#ifdef HAVE_LIBHS
#include <hs/hs.h>

struct match_filter {
	hs_database_t	*db;
	size_t		*len;		/* of each literal */
	size_t		 n;
	struct match_index	*index;	/* instead, where libhs does not run */
};

struct match_scratch {
	hs_scratch_t	*hs;
};

int
match_filter_new(const struct match_literal *literal, size_t n, struct match_filter **filter_r,
    struct err *err)
{
	struct match_filter	*f = g_new0(struct match_filter, 1);
	const char		**text = g_new0(const char *, n);
	unsigned		 *flags = g_new0(unsigned, n), *id = g_new0(unsigned, n);
	hs_compile_error_t	 *error = NULL;
	size_t			  i;

	(void)err;
	f->len = g_new0(size_t, n);
	for (i = 0; i < n; i++) {
		text[i] = literal[i].text;
		f->len[i] = literal[i].len;
		flags[i] = literal[i].caseless ? HS_FLAG_CASELESS : 0;
		id[i] = (unsigned)i;
	}
	if (hs_valid_platform() != HS_SUCCESS || hs_compile_lit_multi(text, flags, id, f->len, (unsigned)n,
	    HS_MODE_BLOCK, NULL, &f->db, &error) != HS_SUCCESS) {
		hs_free_compile_error(error);
		f->index = match_index_new(literal, n);
	}
	g_free(text);
	g_free(flags);
	g_free(id);
	*filter_r = f;
	return 0;
}

void
match_filter_free(struct match_filter *filter)
{
	if (filter == NULL)
		return;
	(void)hs_free_database(filter->db);
	match_index_free(filter->index);
	g_free(filter->len);
	g_free(filter);
}

int
match_scratch_grow(const struct match_filter *filter, struct match_scratch **scratch_r)
{
	if (*scratch_r == NULL)
		*scratch_r = g_new0(struct match_scratch, 1);
	if (filter->db == NULL)
		return 0;
	return hs_alloc_scratch(filter->db, &(*scratch_r)->hs) == HS_SUCCESS ? 0 : -1;
}

int
match_scratch_copy(const struct match_scratch *from, struct match_scratch **scratch_r)
{
	struct match_scratch	*s = NULL;

	*scratch_r = NULL;
	if (from == NULL || from->hs == NULL)
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

struct listener {
	const struct match_filter	*filter;
	match_filter_fn			*found;
	void				*arg;
};

static int
on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
	const struct listener	*l = arg;

	(void)from;
	(void)flags;
	l->found(l->arg, id, (size_t)to - l->filter->len[id], (size_t)to);
	return 0;
}

int
match_filter_scan(const struct match_filter *filter, struct match_scratch *scratch, const char *subject,
    size_t len, match_filter_fn *found, void *arg)
{
	struct listener	l = { .filter = filter, .found = found, .arg = arg };

	if (filter->index != NULL) {
		match_index_scan(filter->index, subject, len, found, arg);
		return 0;
	}
	if (len > UINT32_MAX)
		return -1;
	return hs_scan(filter->db, subject, (unsigned)len, 0, scratch->hs, on_match, &l) == HS_SUCCESS ? 0 : -1;
}

#define HS_NAME(a, b, c)	", hyperscan " TEXT_OF(a) "." TEXT_OF(b) "." TEXT_OF(c)
#define FILTER_NAME		HS_NAME(HS_MAJOR, HS_MINOR, HS_PATCH)

#else	/* !HAVE_LIBHS: the index alone, which needs no scratch */

int
match_filter_new(const struct match_literal *literal, size_t n, struct match_filter **filter_r,
    struct err *err)
{
	(void)err;
	*filter_r = (struct match_filter *)match_index_new(literal, n);
	return 0;
}

void
match_filter_free(struct match_filter *filter)
{
	match_index_free((struct match_index *)filter);
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
match_filter_scan(const struct match_filter *filter, struct match_scratch *scratch, const char *subject,
    size_t len, match_filter_fn *found, void *arg)
{
	(void)scratch;
	match_index_scan((const struct match_index *)filter, subject, len, found, arg);
	return 0;
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
