/*
 * learn_vocab.c - the phrases worth a column.
 *
 * Floor 3, part of learn.  A phrase must stand in enough messages of more than one group, and must not be a
 * name: neither on the list of words never to be learnt, nor often in the names and addresses of headers.
 */
#include <stdlib.h>
#include <string.h>
#include "learn_private.h"

#define SLOTS		(1U << 22)	/* of the first, rough count */
#define GROUPS_MIN	2		/* in which a phrase must stand */
#define NAMED		8		/* one in as many messages has it in a name: it is one */
#define SAME		0.97		/* a longer phrase as frequent as its part says nothing new */

/* A phrase being counted. */
struct entry {
	unsigned	count[2];
	unsigned	last;		/* 1 + the row that had it last */
	unsigned	group, groups;	/* 1 + the last group; how many */
	unsigned	named, last_named;
	bool		dropped;
};

struct vocab {
	const struct learn	*learn;
	enum learn_kind		 kind;
	uint16_t		*slot;		/* occurrences by hash, at most 65,535 */
	GHashTable		*entries;	/* phrase -> struct entry */
	const struct learn_row	*row;		/* at work */
	unsigned		 number;
};

static uint32_t
slot_of(const char *term, size_t len)
{
	uint64_t	h = 1469598103934665603U;
	size_t		i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)term[i]) * 1099511628211U;
	return (uint32_t)(h ^ (h >> 32)) & (SLOTS - 1);
}

static void
rough(void *arg, const char *term, size_t len)
{
	struct vocab	*v = arg;
	uint16_t	*slot = &v->slot[slot_of(term, len)];

	*slot = (uint16_t)(*slot + (*slot < UINT16_MAX));
}

/* A phrase as it is kept: words with a blank in front, where they begin.  False: it is too long. */
static bool
kept_text(const char *term, size_t len, char out[LEARN_TERM_MAX])
{
	size_t	words = (*term & 0x80) == 0;

	if (len + words >= LEARN_TERM_MAX)
		return false;
	out[0] = ' ';
	memcpy(out + words, term, len);
	out[words + len] = '\0';
	return true;
}

static void
count(void *arg, const char *term, size_t len)
{
	struct vocab	*v = arg;
	struct entry	*e;
	char		 text[LEARN_TERM_MAX];

	if (v->slot[slot_of(term, len)] < v->learn->set.min_messages || !kept_text(term, len, text))
		return;
	e = g_hash_table_lookup(v->entries, text);
	if (e == NULL) {
		e = g_new0(struct entry, 1);
		g_hash_table_insert(v->entries, g_strdup(text), e);
	}
	if (e->last == v->number + 1)
		return;
	e->last = v->number + 1;
	e->count[v->row->commercial]++;
	if (e->group != v->row->group + 1) {
		e->group = v->row->group + 1;
		e->groups++;
	}
}

static void
count_named(void *arg, const char *term, size_t len)
{
	struct vocab	*v = arg;
	struct entry	*e;
	char		 text[LEARN_TERM_MAX];

	if (!kept_text(term, len, text))
		return;
	e = g_hash_table_lookup(v->entries, text);
	if (e == NULL || e->last_named == v->number + 1)
		return;
	e->last_named = v->number + 1;
	e->named++;
}

/* Calls fn for the phrases of every row; rows are in the order of their groups. */
static void
walk_rows(struct vocab *v, bool names, learn_term_fn *fn)
{
	unsigned	i;

	for (i = 0; i < v->learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(v->learn->rows, i);
		size_t			 len = row->len;

		v->row = row;
		v->number = i;
		if (v->kind == LEARN_SUBJECT)
			len = learn_terms_subject(row->text, row->len);
		if (names)
			learn_terms_walk(row->names, row->names_len, true, fn, v);
		else
			learn_terms_walk(row->text, len, false, fn, v);
	}
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

/* Whether a word of the phrase is one never to be learnt; of Han text, any part of it. */
static bool
unwanted(const struct learn_settings *set, const char *phrase)
{
	char	*copy, *word, *blank;
	size_t	 i;
	bool	 found = false;

	if ((*phrase & 0x80) != 0) {
		for (i = 0; i < set->nwithout && !found; i++)
			found = (*set->without[i] & 0x80) != 0 && strstr(phrase, set->without[i]) != NULL;
		return found;
	}
	copy = g_strdup(phrase + 1);
	for (word = copy; word != NULL && !found; word = blank) {
		blank = strchr(word, ' ');
		if (blank != NULL)
			*blank++ = '\0';
		found = set->nwithout > 0 && bsearch(word, set->without, set->nwithout,
		    sizeof(*set->without), compare_words) != NULL;
	}
	g_free(copy);
	return found;
}

static bool
worth(const struct vocab *v, const char *phrase, const struct entry *e)
{
	unsigned	all = e->count[0] + e->count[1];

	return all >= v->learn->set.min_messages && e->groups >= GROUPS_MIN && e->named * NAMED < all &&
	    !unwanted(&v->learn->set, phrase);
}

/* Whether part, a shorter phrase, makes this one needless. */
static bool
covers(const struct vocab *v, const char *part, const struct entry *e)
{
	const struct entry	*p = g_hash_table_lookup(v->entries, part);
	unsigned		 all = e->count[0] + e->count[1];

	return p != NULL && worth(v, part, p) && all >= SAME * (p->count[0] + p->count[1]);
}

/* A Han phrase less its first or last character. */
static bool
needless(const struct vocab *v, const char *phrase, const struct entry *e)
{
	const char	*last = g_utf8_find_prev_char(phrase, phrase + strlen(phrase));
	char		 part[LEARN_TERM_MAX];

	if ((*phrase & 0x80) == 0 || g_utf8_strlen(phrase, -1) < 3 || last == NULL)
		return false;
	g_strlcpy(part, phrase, MIN(sizeof(part), (size_t)(last - phrase) + 1));
	return covers(v, part, e) || covers(v, g_utf8_next_char(phrase), e);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
learn_vocab_add(struct learn *learn, enum learn_kind kind)
{
	struct vocab	 v = { .learn = learn, .kind = kind };
	GHashTableIter	 iter;
	GPtrArray	*chosen = g_ptr_array_new();
	gpointer	 key, value;
	unsigned	 i;

	v.slot = g_new0(uint16_t, SLOTS);
	v.entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	walk_rows(&v, false, rough);
	walk_rows(&v, false, count);
	walk_rows(&v, true, count_named);
	g_hash_table_iter_init(&iter, v.entries);
	while (g_hash_table_iter_next(&iter, &key, &value))
		if (worth(&v, key, value) && !needless(&v, key, value))
			g_ptr_array_add(chosen, key);
	if (chosen->len > 1)		/* an empty array has no data to sort */
		qsort(chosen->pdata, chosen->len, sizeof(*chosen->pdata), compare_texts);
	for (i = 0; i < chosen->len; i++) {
		struct learn_col	col = { .kind = kind, .text = g_strdup(chosen->pdata[i]) };

		g_array_append_val(learn->cols, col);
	}
	g_ptr_array_free(chosen, TRUE);
	g_hash_table_destroy(v.entries);
	g_free(v.slot);
}
