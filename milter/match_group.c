/*
 * match_group.c - the filter of one group: the literals of all its patterns, each once.
 *
 * Floor 2.  Literals that two patterns share are looked for once.
 */
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "match_engine.h"

/* A literal and a pattern that it may mean. */
struct pair {
	struct match_literal	 literal;
	struct match_user	 user;
};

static int
compare_literals(const struct match_literal *a, const struct match_literal *b)
{
	int	by = (int)a->caseless - (int)b->caseless;

	if (by == 0)
		by = memcmp(a->text, b->text, MIN(a->len, b->len));
	if (by == 0)
		by = (a->len > b->len) - (a->len < b->len);
	return by;
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair	*x = a, *y = b;
	int			 by = compare_literals(&x->literal, &y->literal);

	return by != 0 ? by : (x->user.place > y->user.place) - (x->user.place < y->user.place);
}

/* All literals of the group with their patterns, sorted; those without any go to always. */
static struct pair *
collect(const struct match *m, struct match_group *g, size_t *n_r)
{
	struct pair	*list;
	size_t		 n = 0, i, k;

	for (i = 0; i < g->n; i++)
		n += m->pattern[g->id[i]].need.best.n;
	list = g_new0(struct pair, n + 1);
	for (n = i = 0; i < g->n; i++) {
		const struct match_pattern	*p = &m->pattern[g->id[i]];
		const struct match_set		*best = &p->need.best;

		if (best->n == 0)
			g->always[g->nalways++] = (unsigned)i;
		for (k = 0; k < best->n; k++) {
			list[n].literal = (struct match_literal){ .text = best->string[k].octet,
			    .len = best->string[k].len, .caseless = p->caseless };
			list[n++].user = (struct match_user){ .place = (uint32_t)i,
			    .before = best->string[k].before };
		}
	}
	qsort(list, n, sizeof(*list), compare_pairs);
	*n_r = n;
	return list;
}

/* Numbers the literals: who uses each.  Returns how many there are. */
static size_t
number(const struct match *m, struct match_group *g, const struct pair *list, size_t n, struct match_literal *literal)
{
	size_t	i, k = 0;

	g->first = g_new0(uint32_t, n + 1);
	g->user = g_new0(struct match_user, n);
	g->length = g_new0(uint32_t, n);
	g->plain = g_new0(bool, n);
	for (i = 0; i < n; i++) {
		if (i == 0 || compare_literals(&list[i - 1].literal, &list[i].literal) != 0) {
			g->first[k] = (uint32_t)i;
			g->length[k] = (uint32_t)list[i].literal.len;
			g->longest = MAX(g->longest, list[i].literal.len);
			g->plain[k] = true;
			literal[k++] = list[i].literal;
		}
		g->plain[k - 1] = g->plain[k - 1] && m->pattern[g->id[list[i].user.place]].plain;
		g->user[i] = list[i].user;
	}
	g->first[k] = (uint32_t)n;
	return k;
}

int
match_group_finish(struct match *match, struct match_group *g, struct err *err)
{
	struct match_literal	*literal = NULL;
	struct pair		*list;
	size_t			 n = 0;
	int			 ret = -1;

	g->always = g_new0(unsigned, g->n + 1);
	list = collect(match, g, &n);
	if (n > 0) {
		literal = g_new0(struct match_literal, n);
		if (match_filter_new(literal, number(match, g, list, n, literal), &g->filter, err) == -1)
			goto out;
		if (match_scratch_grow(g->filter, &match->scratch) == -1) {
			(void)err_set(err, "no memory for the filter's scratch");
			goto out;
		}
	}
	ret = 0;
out:
	g_free(literal);
	g_free(list);
	return ret;
}

void
match_group_clear(struct match_group *g)
{
	match_filter_free(g->filter);
	g_free(g->id);
	g_free(g->always);
	g_free(g->first);
	g_free(g->user);
	g_free(g->length);
	g_free(g->plain);
}
