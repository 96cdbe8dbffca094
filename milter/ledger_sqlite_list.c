/*
 * ledger_sqlite_list.c - statements and rules shown, rules made and removed.
 *
 * Floor 2.
 */
#include "ledger_sqlite.h"

#include <string.h>
#include "ledger_chain.h"

/* The query whose index serves the filter best. */
static enum lite_sql
choose(const struct ledger_filter *f)
{
	if (f->reference != NULL)
		return LITE_STATEMENTS_REFERENCE;
	if (f->recipient != NULL && f->recipient[0] != '@' && f->seq == 0)
		return LITE_STATEMENTS_RECIPIENT;
	if (f->sender != NULL && f->seq == 0)
		return LITE_STATEMENTS_SENDER;
	return LITE_STATEMENTS;
}

static void
bind_filter(struct lite_query *q, const void *filter)
{
	const struct ledger_filter *f = filter;

	if (f->kind != LEDGER_NONE)
		lite_bind_text(q, 1, ledger_kind_name(f->kind));
	lite_bind_text(q, 2, f->recipient);
	lite_bind_text(q, 3, f->sender);
	lite_bind_text(q, 4, f->reference);
	lite_bind_int(q, 5, f->since != 0 ? f->since : INT64_MIN);
	lite_bind_int(q, 6, f->until != 0 ? f->until : INT64_MAX);
	if (f->seq != 0)
		lite_bind_int(q, 7, f->seq);
	lite_bind_int(q, 8, f->in_force);
	lite_bind_int(q, 9, f->limit > 0 ? f->limit : -1);
}

static void
read_statement(struct lite_query *q, struct ledger_statement *s)
{
	const void *hash;
	size_t len;

	memset(s, 0, sizeof *s);
	s->seq = lite_int(q, 0);
	s->kind = ledger_kind_by_name(lite_text(q, 1));
	s->source = lite_text_or_empty(q, 2);
	s->given_at = lite_int(q, 3);
	s->received_at = lite_int(q, 4);
	s->expires = lite_int(q, 5);
	s->reference = lite_text_or_empty(q, 6);
	s->recipient = lite_text(q, 7);
	s->sender = lite_text(q, 8);
	s->evidence = lite_octets(q, 9, &s->evidence_len);
	s->message_id = lite_text(q, 10);
	s->reason = lite_text(q, 11);
	s->voided = lite_int(q, 12) != 0;
	hash = lite_octets(q, 13, &len);
	if (hash != NULL && len == LEDGER_HASH)
		ledger_hex(hash, s->hash);
}

struct statement_show {
	ledger_statement_fn	*fn;
	void			*arg;
};

static bool
show_statement(struct lite_query *q, void *arg)
{
	const struct statement_show *show = arg;
	struct ledger_statement statement;

	read_statement(q, &statement);
	return show->fn(show->arg, &statement);
}

int64_t
lite_statements(struct ledger *ledger, const struct ledger_filter *filter, ledger_statement_fn *fn,
    void *arg, struct err *err)
{
	struct statement_show show = { fn, arg };

	return lite_list((struct lite *)ledger, choose(filter), bind_filter, filter, show_statement, &show,
	    err);
}

/* ---- rules -------------------------------------------------------------------------------------- */

struct rule_work {
	const struct ledger_rule	*rule;
	int64_t				 id;
	bool				 done;
};

static const char *
word_name(enum policy_word_kind word)
{
	return word == WORD_CONSENT ? "consent" : "refusal";
}

static int
add_rule(struct lite_db *db, void *arg, struct err *err)
{
	struct rule_work *work = arg;
	struct lite_query *q = lite_query(db, LITE_ADD_RULE, err);
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, work->rule->domain);
	lite_bind_text(q, 2, work->rule->sender);
	lite_bind_text(q, 3, word_name(work->rule->word));
	lite_bind_int(q, 4, work->rule->made_at);
	lite_bind_text(q, 5, work->rule->note == NULL ? "" : work->rule->note);
	ret = lite_step(q, err);
	if (ret == 1)
		work->id = lite_int(q, 0);
	lite_end(q);
	return ret == 1 ? 0 : -1;
}

static int
remove_rule(struct lite_db *db, void *arg, struct err *err)
{
	struct rule_work *work = arg;
	struct lite_query *q = lite_query(db, LITE_DROP_RULE, err);

	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, work->id);
	if (lite_run(q, err) == -1)
		return -1;
	work->done = lite_changes(q) > 0;
	return 0;
}

int
lite_rule_add(struct ledger *ledger, const struct ledger_rule *rule, int64_t *id_r, struct err *err)
{
	struct rule_work work = { .rule = rule };

	if (lite_write((struct lite *)ledger, add_rule, &work, err) == -1)
		return -1;
	if (id_r != NULL)
		*id_r = work.id;
	return 0;
}

int
lite_rule_remove(struct ledger *ledger, int64_t id, struct err *err)
{
	struct rule_work work = { .id = id };

	if (lite_write((struct lite *)ledger, remove_rule, &work, err) == -1)
		return -1;
	return work.done ? 1 : 0;
}

struct rule_show {
	ledger_rule_fn	*fn;
	void		*arg;
};

static void
bind_domain(struct lite_query *q, const void *domain)
{
	lite_bind_text(q, 1, domain);
}

static bool
show_rule(struct lite_query *q, void *arg)
{
	const struct rule_show *show = arg;
	struct ledger_rule rule;

	rule.id = lite_int(q, 0);
	rule.domain = lite_text_or_empty(q, 1);
	rule.sender = lite_text_or_empty(q, 2);
	rule.word = strcmp(lite_text_or_empty(q, 3), "consent") == 0 ? WORD_CONSENT : WORD_REFUSAL;
	rule.made_at = lite_int(q, 4);
	rule.note = lite_text_or_empty(q, 5);
	return show->fn(show->arg, &rule);
}

int64_t
lite_rules(struct ledger *ledger, const char *domain, ledger_rule_fn *fn, void *arg, struct err *err)
{
	struct rule_show show = { fn, arg };

	return lite_list((struct lite *)ledger, LITE_RULES, bind_domain, domain, show_rule, &show, err);
}
