/*
 * match_index.c - many literals looked for in one pass, by three octets of each.
 *
 * Floor 2.  A literal is filed under those three of its octets that fewest others are filed under.  The pass
 * asks a field of bits for every place of the subject; only where a bit is set it looks closer.  Costs the
 * same for ten literals and ten thousand, and next to nothing to make.
 */
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "match_index.h"

#define GRAM		3		/* octets; no literal is shorter */
#define BITS_LEAST	10		/* of the field's size, as a power of two */
#define BITS_MOST	18
#define BITS_EACH	32		/* bits of the field for one literal, about */

struct entry {
	uint32_t	literal;
	uint16_t	offset;		/* of the three octets in it */
	bool		last;		/* of its drawer */
};

struct index_literal {
	const char	*text;		/* in store */
	size_t		 len;
	bool		 caseless;
};

struct match_index {
	unsigned char		 lower[256];
	unsigned		 bits;
	uint64_t		*field;		/* 2^bits bits */
	uint32_t		*drawer;	/* by hash: 1 + its first entry, 0: none */
	struct entry		*entry;
	struct index_literal	*literal;
	char			*store;
};

static inline uint32_t
hash(uint32_t gram, unsigned bits)
{
	return gram * 0x9e3779b1u >> (32 - bits);
}

/* The octets as they are filed: ASCII letters in lower case. */
static uint32_t
gram_at(const struct match_index *x, const char *text)
{
	const unsigned char	*t = (const unsigned char *)text;

	return (uint32_t)x->lower[t[0]] << 16 | (uint32_t)x->lower[t[1]] << 8 | x->lower[t[2]];
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

/* Where in a literal those three octets stand that fewest others were filed under so far. */
static size_t
choose(const struct match_index *x, const struct index_literal *l, const uint32_t *load)
{
	size_t		i, best = 0;
	uint32_t	least = UINT32_MAX;

	for (i = 0; i + GRAM <= l->len; i++) {
		uint32_t	n = load[hash(gram_at(x, l->text + i), x->bits)];

		if (n < least) {
			least = n;
			best = i;
		}
	}
	return best;
}

/* Files every literal: offset[] is where its three octets stand. */
static void
file(struct match_index *x, size_t n)
{
	size_t		 size = (size_t)1 << x->bits, i, sum = 0;
	uint32_t	*load = g_new0(uint32_t, size), *next = g_new0(uint32_t, size);
	uint16_t	*offset = g_new(uint16_t, n);

	for (i = 0; i < n; i++) {
		offset[i] = (uint16_t)choose(x, &x->literal[i], load);
		load[hash(gram_at(x, x->literal[i].text + offset[i]), x->bits)]++;
	}
	for (i = 0; i < size; i++) {
		next[i] = (uint32_t)sum;
		x->drawer[i] = load[i] == 0 ? 0 : (uint32_t)sum + 1;
		if (load[i] > 0)
			x->field[i / 64] |= (uint64_t)1 << i % 64;
		sum += load[i];
	}
	for (i = 0; i < n; i++) {
		uint32_t	h = hash(gram_at(x, x->literal[i].text + offset[i]), x->bits);

		x->entry[next[h]++] = (struct entry){ .literal = (uint32_t)i, .offset = offset[i],
		    .last = --load[h] == 0 };
	}
	g_free(load);
	g_free(next);
	g_free(offset);
}

struct match_index *
match_index_new(const struct match_literal *literal, size_t n)
{
	struct match_index	*x = g_new0(struct match_index, 1);
	unsigned		 i;

	for (i = 0; i < 256; i++)
		x->lower[i] = (unsigned char)g_ascii_tolower((char)i);
	for (x->bits = BITS_LEAST; x->bits < BITS_MOST && ((size_t)1 << x->bits) < n * BITS_EACH; x->bits++)
		;
	x->field = g_new0(uint64_t, ((size_t)1 << x->bits) / 64);
	x->drawer = g_new0(uint32_t, (size_t)1 << x->bits);
	x->entry = g_new0(struct entry, n);
	copy_literals(x, literal, n);
	file(x, n);
	return x;
}

void
match_index_free(struct match_index *index)
{
	if (index == NULL)
		return;
	g_free(index->field);
	g_free(index->drawer);
	g_free(index->entry);
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

/* Looks closer at the three octets at at. */
static void
look(const struct match_index *x, const struct entry *e, const char *subject, size_t len, size_t at,
    match_filter_fn *found, void *arg)
{
	for (;; e++) {
		const struct index_literal	*l = &x->literal[e->literal];

		if (at >= e->offset && len - (at - e->offset) >= l->len && stands(x, l, subject + at - e->offset))
			found(arg, e->literal, at - e->offset, at);
		if (e->last)
			return;
	}
}

void
match_index_scan(const struct match_index *index, const char *subject, size_t len, match_filter_fn *found,
    void *arg)
{
	const unsigned char	*s = (const unsigned char *)subject, *lower = index->lower;
	const uint64_t		*field = index->field;
	unsigned		 bits = index->bits;
	uint32_t		 gram, h;
	size_t			 i;

	if (len < GRAM)
		return;
	gram = (uint32_t)lower[s[0]] << 8 | lower[s[1]];
	for (i = GRAM - 1; i < len; i++) {
		gram = (gram << 8 | lower[s[i]]) & 0xffffff;
		h = hash(gram, bits);
		if ((field[h / 64] >> h % 64 & 1) != 0)
			look(index, &index->entry[index->drawer[h] - 1], subject, len, i - (GRAM - 1), found, arg);
	}
}
