/*
 * match_index.c - many literals looked for in one pass, by a few octets of each.
 *
 * Floor 2.  A literal is filed under six of its octets, or three, two or one; the pass asks a field of bits
 * for every place of the subject, and only where a bit is set it looks closer.  Costs nearly the same for
 * ten literals and ten thousand, and next to nothing to make.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "match_index.h"

#define BITS_LEAST	10		/* of a field's size, as a power of two */
#define BITS_MOST	20
#define BITS_EACH	32		/* bits of the field for one literal, about */
#define DRAWER_BITS	4		/* so many fewer bits number the drawers */

/* The shelves, by how many octets (a gram) literals are filed under. */
enum { LONG, MIDDLE, SHORT, SINGLE, SHELVES };
static const size_t	grams[SHELVES] = { [LONG] = 6, [MIDDLE] = 3, [SHORT] = 2, [SINGLE] = 1 };

struct entry {
	uint32_t	tag;		/* the gram's whole hash */
	uint32_t	literal;
	uint16_t	offset;		/* of the gram in it */
	bool		last;		/* of its drawer */
};

struct shelf {
	unsigned	 bits;
	uint64_t	*field;		/* 2^bits bits */
	uint32_t	*drawer;	/* by hash: 1 + its first entry, 0: none */
	struct entry	*entry;
	size_t		 n;
};

struct index_literal {
	const char	*text;		/* in store */
	size_t		 len;
	bool		 caseless;
};

struct match_index {
	unsigned char		 lower[256];
	struct shelf		 shelf[SHELVES];
	struct index_literal	*literal;
	char			*store;
};

static inline uint32_t
hash(uint64_t gram)
{
	return (uint32_t)(gram * 0x9e3779b97f4a7c15u >> 32);
}

/* Whether anything is filed under that hash; right: 32 - bits. */
static inline bool
marked(const uint64_t *field, unsigned right, uint32_t tag)
{
	return (field[tag >> right >> 6] >> (tag >> right & 63) & 1) != 0;
}

static int
shelf_of(size_t len)
{
	int	shelf = LONG;

	while (shelf < SINGLE && len < grams[shelf])
		shelf++;
	return shelf;
}

/* The hash of the gram that begins at text; ASCII letters count as lower case. */
static uint32_t
gram_at(const struct match_index *x, const char *text, size_t octets)
{
	uint64_t	gram = 0;

	while (octets-- > 0)
		gram = gram << 8 | x->lower[(unsigned char)*text++];
	return hash(gram);
}

/* Copies the literals, those without regard to case in lower case. */
static void
copy_literals(struct match_index *x, const struct match_literal *literal, size_t n)
{
	size_t	total = 0, i, k;
	char	*at;

	for (i = 0; i < n; i++)
		total += literal[i].len;
	x->store = at = g_malloc(total + 1);
	x->literal = g_new(struct index_literal, n);
	for (i = 0; i < n; i++) {
		x->literal[i] = (struct index_literal){ .text = at, .len = literal[i].len,
		    .caseless = literal[i].caseless };
		for (k = 0; k < literal[i].len; k++)
			*at++ = literal[i].caseless ? (char)x->lower[(unsigned char)literal[i].text[k]] :
			    literal[i].text[k];
	}
}

/* An entry for literal i: of its grams the one that fewest others are filed under so far. */
static void
choose(const struct match_index *x, size_t i, size_t octets, const struct shelf *s, uint32_t *load,
    struct entry *e)
{
	const struct index_literal	*l = &x->literal[i];
	uint32_t			 least = UINT32_MAX;
	size_t				 k;

	e->literal = (uint32_t)i;
	for (k = 0; k + octets <= l->len; k++) {
		uint32_t	tag = gram_at(x, l->text + k, octets), n = load[tag >> (32 - s->bits)];

		if (n >= least)
			continue;
		least = n;
		e->tag = tag;
		e->offset = (uint16_t)k;
	}
	load[e->tag >> (32 - s->bits)]++;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry	*x = a, *y = b;

	if (x->tag != y->tag)
		return x->tag < y->tag ? -1 : 1;
	return (x->literal > y->literal) - (x->literal < y->literal);
}

/* Files the literals of one shelf. */
static void
fill(struct match_index *x, int number, size_t n)
{
	struct shelf	*s = &x->shelf[number];
	size_t		 i, octets = grams[number];
	uint32_t	*load;

	for (i = 0; i < n; i++)
		s->n += shelf_of(x->literal[i].len) == number;
	for (s->bits = BITS_LEAST; s->bits < BITS_MOST && ((size_t)1 << s->bits) < s->n * BITS_EACH; s->bits++)
		;
	s->field = g_new0(uint64_t, ((size_t)1 << s->bits) / 64);
	s->drawer = g_new0(uint32_t, (size_t)1 << (s->bits - DRAWER_BITS));
	s->entry = g_new0(struct entry, s->n);
	load = g_new0(uint32_t, (size_t)1 << s->bits);
	for (s->n = i = 0; i < n; i++) {
		if (shelf_of(x->literal[i].len) == number)
			choose(x, i, octets, s, load, &s->entry[s->n++]);
	}
	if (s->n > 1)
		qsort(s->entry, s->n, sizeof(*s->entry), compare_entries);
	for (i = 0; i < s->n; i++) {
		uint32_t	bit = s->entry[i].tag >> (32 - s->bits), drawer = bit >> DRAWER_BITS;

		s->field[bit / 64] |= (uint64_t)1 << bit % 64;
		if (s->drawer[drawer] == 0)
			s->drawer[drawer] = (uint32_t)i + 1;
		s->entry[i].last = i + 1 == s->n ||
		    s->entry[i + 1].tag >> (32 - s->bits + DRAWER_BITS) != drawer;
	}
	g_free(load);
}

struct match_index *
match_index_new(const struct match_literal *literal, size_t n)
{
	struct match_index	*x = g_new0(struct match_index, 1);
	int			 i;

	for (i = 0; i < 256; i++)
		x->lower[i] = (unsigned char)g_ascii_tolower((char)i);
	copy_literals(x, literal, n);
	for (i = 0; i < SHELVES; i++)
		fill(x, i, n);
	return x;
}

void
match_index_free(struct match_index *index)
{
	int	i;

	if (index == NULL)
		return;
	for (i = 0; i < SHELVES; i++) {
		g_free(index->shelf[i].field);
		g_free(index->shelf[i].drawer);
		g_free(index->shelf[i].entry);
	}
	g_free(index->literal);
	g_free(index->store);
	g_free(index);
}

static bool
stands(const struct match_index *x, const struct index_literal *l, const char *at)
{
	size_t	i;

	if (!l->caseless)
		return memcmp(at, l->text, l->len) == 0;
	for (i = 0; i < l->len; i++) {
		if (x->lower[(unsigned char)at[i]] != (unsigned char)l->text[i])
			return false;
	}
	return true;
}

/* What one pass works on. */
struct pass {
	const struct match_index	*index;
	const char			*subject;
	size_t				 len;
	match_filter_fn			*found;
	void				*arg;
};

/* Looks closer at the gram that begins at at. */
static void
look(const struct pass *p, const struct shelf *s, uint32_t tag, size_t at)
{
	uint32_t		 first = s->drawer[tag >> (32 - s->bits + DRAWER_BITS)];
	const struct entry	*e;

	if (first == 0)
		return;
	for (e = &s->entry[first - 1];; e++) {
		const struct index_literal	*l = &p->index->literal[e->literal];

		if (e->tag == tag && at >= e->offset && p->len - (at - e->offset) >= l->len &&
		    stands(p->index, l, p->subject + at - e->offset))
			p->found(p->arg, e->literal, at - e->offset, at);
		if (e->last || e->tag > tag)
			return;
	}
}

/* Literals of one or two octets that end at at. */
static inline void
look_brief(const struct pass *p, uint64_t gram, size_t at)
{
	const struct shelf	*s = p->index->shelf;
	uint32_t		 pair = hash(gram & 0xffff), one = hash(gram & 0xff);

	if (at >= 1 && marked(s[SHORT].field, 32 - s[SHORT].bits, pair))
		look(p, &s[SHORT], pair, at - 1);
	if (marked(s[SINGLE].field, 32 - s[SINGLE].bits, one))
		look(p, &s[SINGLE], one, at);
}

void
match_index_scan(const struct match_index *index, const char *subject, size_t len, match_filter_fn *found,
    void *arg)
{
	const struct pass	 p = { .index = index, .subject = subject, .len = len, .found = found, .arg = arg };
	const struct shelf	*s = index->shelf;
	const uint64_t		*many = s[LONG].field, *some = s[MIDDLE].field;
	const unsigned		 l = 32 - s[LONG].bits, m = 32 - s[MIDDLE].bits;
	const unsigned char	*at = (const unsigned char *)subject;
	const bool		 brief = s[SHORT].n > 0 || s[SINGLE].n > 0;
	uint64_t		 gram = 0;
	size_t			 i;

	for (i = 0; i < len; i++) {
		uint32_t	tag, middle;

		gram = gram << 8 | index->lower[at[i]];
		tag = hash(gram & 0xffffffffffff);
		middle = hash(gram & 0xffffff);
		if (marked(many, l, tag) && i >= 5)
			look(&p, &s[LONG], tag, i - 5);
		if (marked(some, m, middle) && i >= 2)
			look(&p, &s[MIDDLE], middle, i - 2);
		if (brief)
			look_brief(&p, gram, i);
	}
}
