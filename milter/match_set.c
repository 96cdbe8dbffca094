/*
 * match_set.c - small sets of octet strings.
 *
 * Floor 2.  Knows nothing of patterns.
 */
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "match_set.h"

#define ANY_COST	100	/* how much dearer a string is whose match may begin anywhere in front of it */
#define OCTETS_COST	64	/* octets in front of it that cost as much as the string itself */

void
match_set_clear(struct match_set *set)
{
	g_free(set->string);
	*set = (struct match_set){ 0 };
}

bool
match_set_one(struct match_set *set, const char *octets, size_t len)
{
	match_set_clear(set);
	if (len > MATCH_STRING_MAX)
		return false;
	set->string = g_new0(struct match_string, 1);
	set->string->len = (unsigned char)len;
	memcpy(set->string->octet, octets, len);
	set->n = 1;
	return true;
}

void
match_set_copy(struct match_set *set, const struct match_set *from)
{
	struct match_set	copy = { 0 };

	if (from->n > 0)
		copy.string = g_memdup2(from->string, from->n * sizeof(*from->string));
	copy.n = from->n;
	match_set_clear(set);
	*set = copy;
}

static bool
same(const struct match_string *a, const struct match_string *b)
{
	return a->len == b->len && memcmp(a->octet, b->octet, a->len) == 0;
}

/* Adds one that is not there yet; false: the set is full. */
static bool
add(struct match_string *list, size_t *n, const struct match_string *one)
{
	size_t	i;

	for (i = 0; i < *n; i++) {
		if (same(&list[i], one)) {
			list[i].before = MAX(list[i].before, one->before);
			return true;
		}
	}
	if (*n == MATCH_SET_MAX)
		return false;
	list[(*n)++] = *one;
	return true;
}

/* Puts a list in the place of a set's own when it is whole. */
static bool
replace(struct match_set *set, struct match_string *list, size_t n, bool whole)
{
	if (!whole) {
		g_free(list);
		return false;
	}
	g_free(set->string);
	set->string = g_renew(struct match_string, list, n);
	set->n = n;
	return true;
}

bool
match_set_unite(struct match_set *set, const struct match_set *other)
{
	struct match_string	*list;
	size_t			 n = set->n, i;
	bool			 ok = true;

	if (other->n == 0)
		return true;
	list = g_new(struct match_string, MATCH_SET_MAX);
	if (n > 0)
		memcpy(list, set->string, n * sizeof(*list));
	for (i = 0; i < other->n && ok; i++)
		ok = add(list, &n, &other->string[i]);
	return replace(set, list, n, ok);
}

bool
match_set_product(struct match_set *set, const struct match_set *tail)
{
	struct match_string	*list, one;
	size_t			 n = 0, i, k;
	bool			 ok = true;

	if (set->n == 0 || tail->n == 0 || match_set_longest(set) + match_set_longest(tail) > MATCH_STRING_MAX)
		return false;
	list = g_new(struct match_string, MATCH_SET_MAX);
	for (i = 0; i < set->n && ok; i++) {
		for (k = 0; k < tail->n && ok; k++) {
			one = set->string[i];
			memcpy(one.octet + one.len, tail->string[k].octet, tail->string[k].len);
			one.len = (unsigned char)(one.len + tail->string[k].len);
			ok = add(list, &n, &one);
		}
	}
	return replace(set, list, n, ok);
}

static int
compare_lengths(const void *a, const void *b)
{
	const struct match_string	*x = a, *y = b;
	int				 by = (int)x->len - (int)y->len;

	return by != 0 ? by : memcmp(x->octet, y->octet, x->len);
}

static unsigned short
sum(size_t a, size_t b)
{
	return (unsigned short)(a >= MATCH_BEFORE_ANY || b >= MATCH_BEFORE_ANY || a + b >= MATCH_BEFORE_ANY ?
	    MATCH_BEFORE_ANY : a + b);
}

void
match_set_shift(struct match_set *set, size_t before)
{
	size_t	i;

	for (i = 0; i < set->n; i++)
		set->string[i].before = sum(set->string[i].before, before);
}

void
match_set_reduce(struct match_set *set)
{
	size_t	kept = 0, i, k;

	if (set->n > 1)
		qsort(set->string, set->n, sizeof(*set->string), compare_lengths);
	for (i = 0; i < set->n; i++) {
		const struct match_string	*s = &set->string[i];
		const char			*at = NULL;

		for (k = 0; k < kept && at == NULL; k++)
			at = memmem(s->octet, s->len, set->string[k].octet, set->string[k].len);
		if (at != NULL)
			set->string[k - 1].before = MAX(set->string[k - 1].before,
			    sum(s->before, (size_t)(at - s->octet)));
		else
			set->string[kept++] = *s;
	}
	set->n = kept;
}

size_t
match_set_shortest(const struct match_set *set)
{
	size_t	i, len = set->n == 0 ? 0 : set->string[0].len;

	for (i = 1; i < set->n; i++)
		len = MIN(len, set->string[i].len);
	return len;
}

size_t
match_set_longest(const struct match_set *set)
{
	size_t	i, len = 0;

	for (i = 0; i < set->n; i++)
		len = MAX(len, set->string[i].len);
	return len;
}

/* How often an octet stands where any might. */
static double
frequency(char c)
{
	unsigned char	u = (unsigned char)c;

	if (u >= 0x80)		/* Chinese characters begin with 0xe4 … 0xe9 */
		return u < 0xc0 || (u >= 0xe4 && u <= 0xe9) ? 0.11 : 0.01;
	if (c == ' ' || c == '\n')
		return 0.18;
	if (g_ascii_isalpha(c))
		return 0.09;
	if (g_ascii_isdigit(c))
		return 0.02;
	return strchr(".,:-/=_<>\"", c) != NULL ? 0.025 : 0.003;
}

double
match_set_cost(const struct match_set *set)
{
	double	all = 0;
	size_t	i, k;

	for (i = 0; i < set->n; i++) {
		size_t	before = set->string[i].before;
		double	one = before == MATCH_BEFORE_ANY ? ANY_COST : 1 + (double)before / OCTETS_COST;

		for (k = 0; k < set->string[i].len; k++)
			one *= frequency(set->string[i].octet[k]);
		all += one;
	}
	return all;
}
