/*
 * ledger.c - the door of the ledger: finds the engine, and lets nothing in that no engine may store.
 *
 * Floor 2.  Knows no database.
 */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>
#include "ledger_check.h"
#include "ledger_ops.h"

static const struct ledger_engine *const engines[] = {
	&ledger_sqlite,
};

static const char *const kinds[LEDGER_KIND_MAX] = {
	[LEDGER_NONE]		= "none",
	[LEDGER_CONSENT]	= "consent",
	[LEDGER_REFUSAL]	= "refusal",
	[LEDGER_VOID]		= "void",
	[LEDGER_COMPLAINT]	= "complaint",
};

const char *
ledger_kind_name(enum ledger_kind kind)
{
	return kind >= LEDGER_NONE && kind < LEDGER_KIND_MAX ? kinds[kind] : "?";
}

enum ledger_kind
ledger_kind_by_name(const char *name)
{
	for (int kind = LEDGER_CONSENT; name != NULL && kind < LEDGER_KIND_MAX; kind++)
		if (strcmp(kinds[kind], name) == 0)
			return (enum ledger_kind)kind;
	return LEDGER_NONE;
}

/* The engine of url, and in *where_r what follows its scheme.  NULL: none has it. */
static const struct ledger_engine *
find_engine(const char *url, const char **where_r, struct err *err)
{
	for (size_t i = 0; url != NULL && i < sizeof engines / sizeof *engines; i++) {
		size_t len = strlen(engines[i]->scheme);

		if (strncmp(url, engines[i]->scheme, len) == 0) {
			*where_r = url + len;
			return engines[i];
		}
	}
	(void)err_set(err, "'%.200s' is no ledger that this program knows: expected sqlite:/path",
	    url == NULL ? "" : url);
	return NULL;
}

int
ledger_open(const char *url, const struct ledger_settings *settings, struct ledger **ledger_r,
    struct err *err)
{
	struct ledger_settings s = { 0 };
	const struct ledger_engine *engine;
	const char *where;

	engine = find_engine(url, &where, err);
	if (engine == NULL)
		return -1;
	if (settings != NULL)
		s = *settings;
	if (s.readers == 0)
		s.readers = 4;
	if (s.busy_ms == 0)
		s.busy_ms = 2000;
	if (s.queue == 0)
		s.queue = 1024;
	if (s.read_only && s.create)
		return err_set(err, "a ledger cannot be made and opened for reading only");
	return engine->open(where, &s, ledger_r, err);
}

void
ledger_close(struct ledger *ledger)
{
	if (ledger != NULL)
		ledger->ops->close(ledger);
}

int
ledger_alive(struct ledger *ledger, struct err *err)
{
	return ledger->ops->alive(ledger, err);
}

int
ledger_migrate(const char *url, bool create, int *from_r, int *to_r, struct err *err)
{
	const struct ledger_engine *engine;
	const char *where;

	engine = find_engine(url, &where, err);
	return engine == NULL ? -1 : engine->migrate(where, create, from_r, to_r, err);
}

int
ledger_append(struct ledger *ledger, const struct ledger_statement *statements, size_t n,
    struct ledger_receipt *receipts_r, struct err *err)
{
	if (n == 0)
		return 0;
	if (n > LEDGER_BATCH_MAX)
		return err_set(err, "more than %d statements at once", LEDGER_BATCH_MAX);
	for (size_t i = 0; i < n; i++)
		if (ledger_check_statement(&statements[i], err) == -1)
			return n == 1 ? -1 : err_prefix(err, "statement %zu of %zu", i + 1, n);
	return ledger->ops->append(ledger, statements, n, receipts_r, err);
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
ledger_words(struct ledger *ledger, const char *recipient, const char *const *keys, size_t nkeys,
    struct policy_word **words_r, size_t *nwords_r, struct err *err)
{
	const char **sorted = NULL;
	bool in_order = true;
	size_t n = 0;
	int ret = -1;

	if (recipient == NULL || strnlen(recipient, ADDR_MAX + 1) > ADDR_MAX)
		return err_set(err, "the recipient's key is missing or too long");
	if (nkeys > LEDGER_KEYS_MAX)
		return err_set(err, "more than %d sender keys at once", LEDGER_KEYS_MAX);
	sorted = calloc(nkeys + 1, sizeof *sorted);
	if (sorted == NULL)
		return err_set(err, "no memory for the sender keys");
	sorted[0] = "*";
	for (size_t i = 0; i < nkeys; i++) {
		if (keys[i] == NULL || strnlen(keys[i], ADDR_KEY_MAX + 1) > ADDR_KEY_MAX) {
			(void)err_set(err, "a sender key is missing or too long");
			goto out;
		}
		sorted[i + 1] = keys[i];
		in_order = in_order && strcmp(sorted[i], keys[i]) <= 0;
	}
	if (!in_order)
		qsort(sorted, nkeys + 1, sizeof *sorted, compare_keys);
	for (size_t i = 0; i <= nkeys; i++)
		if (n == 0 || strcmp(sorted[n - 1], sorted[i]) != 0)
			sorted[n++] = sorted[i];
	ret = ledger->ops->words(ledger, recipient, sorted, n, words_r, nwords_r, err);
out:
	free(sorted);
	return ret;
}

void
ledger_words_free(struct policy_word *words)
{
	free(words);
}

int64_t
ledger_statements(struct ledger *ledger, const struct ledger_filter *filter, ledger_statement_fn *fn,
    void *arg, struct err *err)
{
	static const struct ledger_filter all = { 0 };

	return ledger->ops->statements(ledger, filter == NULL ? &all : filter, fn, arg, err);
}

int
ledger_rule_add(struct ledger *ledger, const struct ledger_rule *rule, int64_t *id_r, struct err *err)
{
	if (ledger_check_rule(rule, err) == -1)
		return -1;
	return ledger->ops->rule_add(ledger, rule, id_r, err);
}

int
ledger_rule_remove(struct ledger *ledger, int64_t id, struct err *err)
{
	return ledger->ops->rule_remove(ledger, id, err);
}

int64_t
ledger_rules(struct ledger *ledger, const char *domain, ledger_rule_fn *fn, void *arg, struct err *err)
{
	return ledger->ops->rules(ledger, domain, fn, arg, err);
}

int
ledger_decide(struct ledger *ledger, const struct ledger_decision *decisions, size_t n, struct err *err)
{
	if (n == 0)
		return 0;
	if (n > LEDGER_BATCH_MAX)
		return err_set(err, "more than %d decisions at once", LEDGER_BATCH_MAX);
	for (size_t i = 0; i < n; i++)
		if (ledger_check_decision(&decisions[i], err) == -1)
			return -1;
	return ledger->ops->decide(ledger, decisions, n, err);
}

int64_t
ledger_decisions(struct ledger *ledger, const struct ledger_decision_filter *filter,
    ledger_decision_fn *fn, void *arg, struct err *err)
{
	static const struct ledger_decision_filter all = { 0 };

	return ledger->ops->decisions(ledger, filter == NULL ? &all : filter, fn, arg, err);
}

int64_t
ledger_would(struct ledger *ledger, int64_t since, int64_t until, ledger_would_fn *fn, void *arg,
    struct err *err)
{
	return ledger->ops->would(ledger, since, until, fn, arg, err);
}

int
ledger_verify(struct ledger *ledger, const char *anchor, struct ledger_report *report_r,
    struct err *err)
{
	if (anchor != NULL && (strlen(anchor) != LEDGER_HASH_HEX ||
	    strspn(anchor, "0123456789abcdef") != LEDGER_HASH_HEX))
		return err_set(err, "an anchor is %d hex digits in lower case", LEDGER_HASH_HEX);
	return ledger->ops->verify(ledger, anchor, report_r, err);
}

int64_t
ledger_rebuild(struct ledger *ledger, struct err *err)
{
	return ledger->ops->rebuild(ledger, err);
}

int
ledger_backup(struct ledger *ledger, const char *path, struct err *err)
{
	return ledger->ops->backup(ledger, path, err);
}

int
ledger_sound(struct ledger *ledger, struct err *err)
{
	return ledger->ops->sound(ledger, err);
}
