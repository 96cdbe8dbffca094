/*
 * ledger_sqlite_words.c - what a recipient said about a message's sender: the look-up of every judgement.
 *
 * Floor 2.  A row that cannot be read fails the look-up: a refusal is never skipped.
 */
#include "ledger_sqlite.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX	20000		/* of one recipient about one message's keys */

struct entry {
	struct policy_word	 word;
	bool			 own;		/* said by the person, not for them */
};

struct words {
	struct entry	*list;
	size_t		 n, size;
};

/* What LITE_WORDS calls a row. */
static const struct {
	const char		*name;
	enum policy_word_kind	 kind;
	bool			 rule, own;
} kinds[] = {
	{ "consent",		WORD_CONSENT,	false,	true },
	{ "consent for",	WORD_CONSENT,	false,	false },	/* an administrator's entry */
	{ "refusal",		WORD_REFUSAL,	false,	true },
	{ "rule consent",	WORD_CONSENT,	true,	false },
	{ "rule refusal",	WORD_REFUSAL,	true,	false },
};

static int
grow(struct words *words, struct err *err)
{
	struct entry *list;
	size_t size = words->size == 0 ? 8 : 2 * words->size;

	if (words->n >= WORDS_MAX)
		return err_set(err, "a recipient said more than %d words about one sender", WORDS_MAX);
	list = realloc(words->list, size * sizeof *list);
	if (list == NULL)
		return err_set(err, "no memory for a recipient's words");
	words->list = list;
	words->size = size;
	return 0;
}

/* Adds the row that the query stands on. */
static int
add_word(struct words *words, struct lite_query *q, struct err *err)
{
	const char *name = lite_text_or_empty(q, 0), *sender = lite_text_or_empty(q, 3);
	struct policy_word *word;
	size_t i = 0;

	if (words->n == words->size && grow(words, err) == -1)
		return -1;
	while (i < sizeof kinds / sizeof *kinds && strcmp(kinds[i].name, name) != 0)
		i++;
	if (i == sizeof kinds / sizeof *kinds)
		return err_set(err, "the ledger holds a word of no kind");
	word = &words->list[words->n].word;
	words->list[words->n].own = kinds[i].own;
	memset(word, 0, sizeof *word);
	word->kind = kinds[i].kind;
	word->rule = kinds[i].rule;
	word->seq = lite_int(q, 1);
	word->expires = lite_int(q, 2);
	if (addr_key_parse(sender, strlen(sender), &word->key, err) != 1)
		return err_prefix(err, "the ledger's entry %lld", (long long)word->seq);
	words->n++;
	return 0;
}

static int
compare_key(const void *sender, const void *key)
{
	return strcmp(sender, *(const char *const *)key);
}

/*
 * Most people said little: to read it all and choose is one descent of each index, where asking by keys
 * is one for each key.  The more keys, the more is little.  1 done, 0 they said too much for that, -1.
 */
static int
look_up_few(struct lite_db *db, const char *recipient, const char *const *keys, size_t nkeys,
    struct words *words, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_WORDS_FEW, err);
	size_t few = nkeys > LITE_FEW_WORDS ? nkeys : LITE_FEW_WORDS, rows = 0;
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, recipient);
	lite_bind_text(q, 2, addr_domain_of(recipient));
	lite_bind_int(q, 3, (int64_t)few + 1);
	while ((ret = lite_step(q, err)) == 1 && ++rows <= few)
		if (bsearch(lite_text_or_empty(q, 3), keys, nkeys, sizeof *keys, compare_key) != NULL &&
		    add_word(words, q, err) == -1) {
			ret = -1;
			break;
		}
	lite_end(q);
	if (ret == 1)
		words->n = 0;
	return ret == -1 ? -1 : rows <= few;
}

/* One query for at most LITE_WORDS_KEYS keys. */
static int
look_up(struct lite_db *db, const char *recipient, const char *const *keys, size_t nkeys,
    struct words *words, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_WORDS, err);
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, recipient);
	lite_bind_text(q, 2, addr_domain_of(recipient));
	for (size_t i = 0; i < nkeys; i++)
		lite_bind_text(q, (int)i + 3, keys[i]);
	while ((ret = lite_step(q, err)) == 1)
		if (add_word(words, q, err) == -1) {
			ret = -1;
			break;
		}
	lite_end(q);
	return ret;
}

/* Statements in ledger order, then the rules in theirs. */
static int
compare_words(const void *a, const void *b)
{
	const struct policy_word *x = &((const struct entry *)a)->word, *y = &((const struct entry *)b)->word;

	if (x->rule != y->rule)
		return x->rule ? 1 : -1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

/*
 * Whether entry k, a consent made for the person, stands over a refusal that they have not ended themselves:
 * it was let in over their own consent, and that was void.  All keys that cover k's lie in a row, so rank tells
 * which covers which.  The list is in ledger order.
 */
static bool
overturns(const struct words *words, size_t k)
{
	const struct entry *list = words->list;
	unsigned own = 0, rank;

	for (size_t i = words->n; i-- > 0;) {
		if (list[i].word.rule || !addr_key_covers(&list[i].word.key, &list[k].word.key))
			continue;
		rank = addr_key_rank(&list[i].word.key);
		if (list[i].word.kind == WORD_CONSENT && list[i].own && rank > own)
			own = rank;
		if (list[i].word.kind == WORD_REFUSAL && i < k && rank > own)
			return true;
	}
	return false;
}

/* Sorts the words and hands them over, but for those that may not count.  0 or -1. */
static int
hand_over(struct words *words, struct policy_word **words_r, size_t *nwords_r, struct err *err)
{
	struct policy_word *out = NULL;
	size_t n = 0;

	if (words->n > 0) {
		qsort(words->list, words->n, sizeof *words->list, compare_words);
		out = calloc(words->n, sizeof *out);
		if (out == NULL)
			return err_set(err, "no memory for a recipient's words");
	}
	for (size_t i = 0; i < words->n; i++) {
		const struct entry *entry = &words->list[i];

		if (entry->own || entry->word.rule || !overturns(words, i))
			out[n++] = entry->word;
	}
	*words_r = out;
	*nwords_r = n;
	return 0;
}

int
lite_words(struct ledger *ledger, const char *recipient, const char *const *keys, size_t nkeys,
    struct policy_word **words_r, size_t *nwords_r, struct err *err)
{
	struct lite *lite = (struct lite *)ledger;
	struct words words = { 0 };
	struct lite_db *db = NULL;
	int few, ret = -1;

	if (lite_same_file(lite, err) == -1 || lite_pool_take(lite->pool, &db, err) == -1)
		return -1;
	few = look_up_few(db, recipient, keys, nkeys, &words, err);
	/* One query is its own snapshot; several need one around them. */
	if (few == -1 || (few == 0 && nkeys > LITE_WORDS_KEYS && lite_exec(db, "BEGIN", err) == -1))
		goto out;
	for (size_t i = 0; few == 0 && i < nkeys; i += LITE_WORDS_KEYS) {
		size_t n = nkeys - i < LITE_WORDS_KEYS ? nkeys - i : LITE_WORDS_KEYS;

		if (look_up(db, recipient, keys + i, n, &words, err) == -1)
			goto out;
	}
	ret = hand_over(&words, words_r, nwords_r, err);
out:
	lite_pool_give(lite->pool, db);
	free(words.list);
	return ret;
}
