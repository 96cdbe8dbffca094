/*
 * ledger_act.c - the doors of ledger_act.h: names, and arguments looked at before an engine sees them.
 *
 * Floor 2.  Knows no database.
 */
#include "ledger_act.h"

#include <string.h>
#include "ledger_check.h"
#include "ledger_ops.h"

#define TALK_MAX	1000	/* digests in one call */

static const char *const case_states[CASE_STATE_MAX] = {
	[CASE_NONE]	= "none",
	[CASE_REPORTED]	= "reported",
	[CASE_OPEN]	= "open",
	[CASE_ACTING]	= "acting",
	[CASE_DONE]	= "done",
	[CASE_FAILED]	= "failed",
	[CASE_CLOSED]	= "closed",
};

const char *
ledger_case_state_name(enum ledger_case_state state)
{
	return state >= CASE_NONE && state < CASE_STATE_MAX ? case_states[state] : "?";
}

enum ledger_case_state
ledger_case_state_by_name(const char *name)
{
	for (int state = CASE_REPORTED; name != NULL && state < CASE_STATE_MAX; state++)
		if (strcmp(case_states[state], name) == 0)
			return (enum ledger_case_state)state;
	return CASE_NONE;
}

/* ---- the act ------------------------------------------------------------------------------------- */

/* Whether index names one of n, or nothing at all. */
static bool
names_one(size_t index, size_t n)
{
	return index == LEDGER_ALWAYS || index < n;
}

static int
check_letter(const struct ledger_act *act, const struct ledger_act_letter *letter, struct err *err)
{
	if (!names_one(letter->statement, act->nstatements) || !names_one(letter->complaint, act->ncases))
		return err_set(err, "a letter hangs on what is not in the act");
	return ledger_check_letter(&letter->letter, err);
}

static int
check_case(const struct ledger_act *act, const struct ledger_act_case *ac, struct err *err)
{
	const struct ledger_statement *refusal;

	if (ledger_check_case(&ac->complaint, err) == -1)
		return -1;
	if (ac->measure && ac->complaint.state != CASE_OPEN)
		return err_set(err, "a measure is for an open case");
	if (!names_one(ac->statement, act->nstatements))
		return err_set(err, "a case's refusal is not in the act");
	if (ac->statement == LEDGER_ALWAYS)
		return 0;
	refusal = &act->statements[ac->statement];
	if (refusal->kind != LEDGER_REFUSAL || strcmp(refusal->recipient, ac->complaint.recipient) != 0)
		return err_set(err, "what follows a case is a refusal of its person");
	return 0;
}

static int
check_act(const struct ledger_act *act, struct err *err)
{
	if (act->nstatements > LEDGER_ACT_MAX || act->nletters > LEDGER_ACT_MAX || act->ncases > LEDGER_ACT_MAX)
		return err_set(err, "more than %d statements, letters or cases in one act", LEDGER_ACT_MAX);
	if (act->now < 0)
		return err_set(err, "an act lies before 1970");
	for (size_t i = 0; i < act->nstatements; i++)
		if (ledger_check_statement(&act->statements[i], err) == -1)
			return err_prefix(err, "statement %zu of the act", i + 1);
	for (size_t i = 0; i < act->ncases; i++)
		if (check_case(act, &act->cases[i], err) == -1)
			return err_prefix(err, "case %zu of the act", i + 1);
	for (size_t i = 0; i < act->nletters; i++)
		if (check_letter(act, &act->letters[i], err) == -1)
			return err_prefix(err, "letter %zu of the act", i + 1);
	return 0;
}

int
ledger_do(struct ledger *ledger, const struct ledger_act *act, struct ledger_act_result *result_r,
    struct err *err)
{
	if (check_act(act, err) == -1)
		return -1;
	return ledger->ops->act(ledger, act, result_r, err);
}

/* ---- letters ------------------------------------------------------------------------------------- */

int64_t
ledger_letters(struct ledger *ledger, const struct ledger_letter_filter *filter, ledger_letter_fn *fn,
    void *arg, struct err *err)
{
	static const struct ledger_letter_filter all = { 0 };

	if (filter == NULL)
		filter = &all;
	if (filter->state < LETTER_NONE || filter->state >= LETTER_STATE_MAX)
		return err_set(err, "letters of no state");
	return ledger->ops->letters(ledger, filter, fn, arg, err);
}

int
ledger_letter_take(struct ledger *ledger, int64_t id, int64_t now, int64_t lease, struct err *err)
{
	if (now < 0 || lease <= 0 || lease > INT64_MAX - now)
		return err_set(err, "a letter is taken for a time that ends");
	return ledger->ops->letter_take(ledger, id, now, lease, err);
}

int
ledger_letter_end(struct ledger *ledger, int64_t id, enum ledger_letter_state state, int64_t next_at,
    const char *error, struct err *err)
{
	if (state != LETTER_QUEUED && state != LETTER_SENT && state != LETTER_DEAD)
		return err_set(err, "a letter cannot end in no state");
	if (next_at < 0)
		return err_set(err, "a letter is due before 1970");
	return ledger->ops->letter_end(ledger, id, state, next_at, error, err);
}

/* ---- cases --------------------------------------------------------------------------------------- */

int64_t
ledger_cases(struct ledger *ledger, const struct ledger_case_filter *filter, ledger_case_fn *fn, void *arg,
    struct err *err)
{
	static const struct ledger_case_filter all = { 0 };

	if (filter == NULL)
		filter = &all;
	if (filter->state < CASE_NONE || filter->state >= CASE_STATE_MAX)
		return err_set(err, "cases of no state");
	return ledger->ops->cases(ledger, filter, fn, arg, err);
}

int
ledger_case_change(struct ledger *ledger, const struct ledger_case_change *change,
    struct ledger_receipt *receipt_r, struct err *err)
{
	if (change->from < CASE_NONE || change->from >= CASE_STATE_MAX || change->to < CASE_NONE ||
	    change->to >= CASE_STATE_MAX)
		return err_set(err, "a case cannot change to or from no state");
	if (change->now < 0 || change->next_at < -1 || change->hold < -1 || change->hold > 1)
		return err_set(err, "a change of a case: a number is out of range");
	if (change->nletters > LEDGER_ACT_MAX)
		return err_set(err, "more than %d letters in one change", LEDGER_ACT_MAX);
	for (size_t i = 0; i < change->nletters; i++)
		if (ledger_check_letter(&change->letters[i].letter, err) == -1)
			return -1;
	if (change->refusal != NULL && change->refusal->kind != LEDGER_REFUSAL)
		return err_set(err, "what follows a case is a refusal");
	if (change->refusal != NULL && ledger_check_statement(change->refusal, err) == -1)
		return -1;
	return ledger->ops->case_change(ledger, change, receipt_r, err);
}

/* ---- conversations ------------------------------------------------------------------------------- */

bool
ledger_talk_note(struct ledger *ledger, const unsigned char (*digests)[16], size_t n, int64_t now)
{
	return n == 0 || ledger->ops->talk_note(ledger, digests, n, now);
}

int
ledger_talk_known(struct ledger *ledger, const unsigned char (*digests)[16], size_t n, int64_t since,
    struct err *err)
{
	if (n > TALK_MAX)
		return err_set(err, "more than %d digests at once", TALK_MAX);
	return n == 0 ? 0 : ledger->ops->talk_known(ledger, digests, n, since, err);
}

uint64_t
ledger_talk_lost(struct ledger *ledger)
{
	return ledger->ops->talk_lost(ledger);
}
