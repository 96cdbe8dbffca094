/*
 * ledger_sqlite_words.c - what a recipient said about a message's sender: the look-up of every judgement.
 *
 * Floor 2.  A row that cannot be read fails the look-up: a refusal is never skipped.
 */
#include "ledger_sqlite.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX	100000		/* of one recipient about one message's keys */

struct words {
	struct policy_word	*list;
	size_t			 n, size;
};

/* What LITE_WORDS calls a row. */
static const struct {
	const char		*name;
	enum policy_word_kind	 kind;
	bool			 rule;
} kinds[] = {
	{ "consent",		WORD_CONSENT,	false },
	{ "refusal",		WORD_REFUSAL,	false },
	{ "rule consent",	WORD_CONSENT,	true },
	{ "rule refusal",	WORD_REFUSAL,	true },
};

static int
grow(struct words *words, struct err *err)
{
	struct policy_word *list;
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
	word = &words->list[words->n];
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
	const struct policy_word *x = a, *y = b;

	if (x->rule != y->rule)
		return x->rule ? 1 : -1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

int
lite_words(struct ledger *ledger, const char *recipient, const char *const *keys, size_t nkeys,
    struct policy_word **words_r, size_t *nwords_r, struct err *err)
{
	struct lite *lite = (struct lite *)ledger;
	struct words words = { 0 };
	struct lite_db *db = NULL;
	int ret = -1;

	if (lite_pool_take(lite->pool, &db, err) == -1)
		return -1;
	/* One query is its own snapshot; several need one around them. */
	if (nkeys > LITE_WORDS_KEYS && lite_exec(db, "BEGIN", err) == -1)
		goto out;
	for (size_t i = 0; i < nkeys; i += LITE_WORDS_KEYS) {
		size_t n = nkeys - i < LITE_WORDS_KEYS ? nkeys - i : LITE_WORDS_KEYS;

		if (look_up(db, recipient, keys + i, n, &words, err) == -1)
			goto out;
	}
	if (words.n > 1)
		qsort(words.list, words.n, sizeof *words.list, compare_words);
	*words_r = words.list;
	*nwords_r = words.n;
	words.list = NULL;
	ret = 0;
out:
	lite_pool_give(lite->pool, db);
	free(words.list);
	return ret;
}
