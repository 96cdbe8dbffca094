/*
 * ledger_sqlite_case.c - cases opened and changed, their statements in the chain.
 *
 * Floor 2.  What comes twice opens one case.  Runs no measure.
 */
#include "ledger_sqlite_act.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>
#include "ledger_text.h"

/* Octets that are kept of what a mail says. */
#define FROM_MAX	ADDR_KEY_MAX
#define SUBJECT_MAX	200
#define DECISION_MAX	LEDGER_ID_MAX

/* A case's texts as they are kept; a mail wrote them. */
struct texts {
	char	*from, *subject, *message_id, *decision, *cause, *envelope, *reason;
};

static void
texts_make(struct texts *t, const struct ledger_case *c)
{
	t->from = ledger_mend(c->from, FROM_MAX);
	t->subject = ledger_mend(c->subject, SUBJECT_MAX);
	t->message_id = ledger_mend(c->message_id, LEDGER_TEXT_MAX);
	t->decision = ledger_mend(c->decision, DECISION_MAX);
	t->cause = ledger_mend(c->cause, LEDGER_TEXT_MAX);
	t->envelope = ledger_mend(c->envelope, LEDGER_TEXT_MAX);
	t->reason = ledger_mend(c->reason, LEDGER_TEXT_MAX);
}

static void
texts_clear(struct texts *t)
{
	g_free(t->from);
	g_free(t->subject);
	g_free(t->message_id);
	g_free(t->decision);
	g_free(t->cause);
	g_free(t->envelope);
	g_free(t->reason);
}

/* The case that is there already.  1 and its number, 0, -1. */
static int
find_same(struct lite_db *db, const char *recipient, const struct texts *t, int64_t *number_r, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_CASE_SAME, err);
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, recipient);
	lite_bind_text(q, 2, t->cause);
	lite_bind_text(q, 3, t->message_id);
	ret = lite_step(q, err);
	if (ret == 1)
		*number_r = lite_int(q, 0);
	lite_end(q);
	return ret;
}

/* The complaint enters the chain, and with it the hash of its evidence (sql/README). */
static int
append_complaint(struct lite_db *db, struct lite_chain *chain, const struct ledger_case *c,
    const struct texts *t, const struct lite_packed *packed, int64_t now, int64_t *seq_r, struct err *err)
{
	struct ledger_statement s = {
		.kind = LEDGER_COMPLAINT, .source = c->source, .given_at = now, .received_at = now,
		.recipient = c->recipient, .sender = c->sender == NULL || c->sender[0] == '\0' ? "*" : c->sender,
		.message_id = t->cause[0] != '\0' ? t->cause : t->message_id,
	};
	struct ledger_receipt receipt = { .outcome = LEDGER_FAILED };
	char hex[LEDGER_HASH_HEX + 1], bond[LITE_BOND_MAX];

	if (packed->octets != NULL) {
		ledger_hex(packed->hash, hex);
		lite_bond(hex, (int64_t)packed->kept, (int64_t)packed->size, bond);
		s.evidence = bond;
		s.evidence_len = strlen(bond);
	}
	if (lite_append_complaint(db, chain, &s, &receipt, err) == -1)
		return -1;
	*seq_r = receipt.seq;
	return 0;
}

static int
insert(struct lite_db *db, const struct ledger_act_case *ac, const struct texts *t, int64_t now, int64_t seq,
    int64_t *number_r, struct err *err)
{
	const struct ledger_case *c = &ac->complaint;
	struct lite_query *q = lite_query(db, LITE_ADD_CASE, err);
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, ledger_case_state_name(c->state));
	lite_bind_text(q, 2, c->kind);
	lite_bind_text(q, 3, c->source);
	lite_bind_int(q, 4, c->weak);
	lite_bind_int(q, 5, c->hold);
	lite_bind_int(q, 6, now);
	lite_bind_int(q, 7, c->state == CASE_CLOSED ? now : 0);
	lite_bind_text(q, 8, c->recipient);
	lite_bind_text(q, 9, c->sender == NULL ? "" : c->sender);
	lite_bind_text(q, 10, t->from);
	lite_bind_text(q, 11, t->subject);
	lite_bind_text(q, 12, t->message_id);
	lite_bind_text(q, 13, t->decision);
	lite_bind_text(q, 14, t->cause);
	lite_bind_text(q, 15, t->envelope);
	lite_bind_text(q, 16, t->reason);
	lite_bind_int(q, 17, seq);
	lite_bind_int(q, 18, ac->measure ? now : 0);
	ret = lite_step(q, err);
	if (ret == 1)
		*number_r = lite_int(q, 0);
	lite_end(q);
	return ret == 1 ? 0 : -1;
}

static int
insert_evidence(struct lite_db *db, int64_t number, const struct lite_packed *packed, struct err *err)
{
	struct lite_query *q;

	if (packed->octets == NULL)
		return 0;
	q = lite_query(db, LITE_ADD_EVIDENCE, err);
	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, number);
	lite_bind_octets(q, 2, packed->octets, packed->len);
	lite_bind_int(q, 3, (int64_t)packed->kept);
	lite_bind_int(q, 4, (int64_t)packed->size);
	lite_bind_octets(q, 5, packed->hash, LEDGER_HASH);
	return lite_run(q, err);
}

int
lite_case_open(struct lite_db *db, struct lite_chain *chain, const struct ledger_act_case *ac,
    const struct lite_packed *packed, int64_t now, int64_t *number_r, struct err *err)
{
	const struct ledger_case *c = &ac->complaint;
	struct texts t = { .from = NULL };
	int64_t seq;
	int ret;

	texts_make(&t, c);
	ret = find_same(db, c->recipient, &t, number_r, err);
	if (ret != 0) {
		ret = ret == 1 ? 0 : -1;
		goto out;
	}
	ret = -1;
	if (append_complaint(db, chain, c, &t, packed, now, &seq, err) == 0 &&
	    insert(db, ac, &t, now, seq, number_r, err) == 0 &&
	    insert_evidence(db, *number_r, packed, err) == 0)
		ret = 1;
out:
	texts_clear(&t);
	return ret;
}

int
lite_case_refused(struct lite_db *db, int64_t number, int64_t seq, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_CASE_REFUSED, err);

	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, number);
	lite_bind_int(q, 2, seq);
	return lite_run(q, err);
}

/* ---- changed ------------------------------------------------------------------------------------- */

struct work {
	const struct ledger_case_change	*change;
	const char			*reason;	/* as it is kept */
	struct ledger_receipt		 receipt;
	bool				 done;
};

/* "reported" …; NULL for none, which binds NULL. */
static const char *
state_or_null(enum ledger_case_state state)
{
	return state == CASE_NONE ? NULL : ledger_case_state_name(state);
}

/* Whether the case is as the change wants it, and the refusal its person's.  1, 0, -1. */
static int
fits(struct lite_db *db, const struct ledger_case_change *change, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_CASE_RECIPIENT, err);
	const char *recipient;
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, change->number);
	lite_bind_text(q, 2, state_or_null(change->from));
	lite_bind_int(q, 3, change->due);
	ret = lite_step(q, err);
	if (ret == 1 && change->refusal != NULL) {
		recipient = lite_text(q, 0);
		if (recipient == NULL || strcmp(recipient, change->refusal->recipient) != 0)
			ret = err_set(err, "the refusal is not of case %" PRId64 "'s person", change->number);
	}
	lite_end(q);
	return ret;
}

static int
update(struct lite_db *db, const struct work *work, struct err *err)
{
	const struct ledger_case_change *change = work->change;
	struct lite_query *q = lite_query(db, LITE_CASE_CHANGE, err);

	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, change->number);
	lite_bind_int(q, 2, change->now);
	lite_bind_text(q, 3, state_or_null(change->to));
	lite_bind_text(q, 4, work->reason);
	lite_bind_int(q, 5, change->hold);
	lite_bind_int(q, 6, change->next_at);
	lite_bind_int(q, 7, change->tried);
	return lite_run(q, err);
}

static int
append_refusal(struct lite_db *db, struct work *work, struct err *err)
{
	struct lite_chain chain;

	if (work->change->refusal == NULL)
		return 0;
	if (lite_chain_read(db, &chain, err) == -1 ||
	    lite_append_one(db, &chain, work->change->refusal, &work->receipt, err) == -1)
		return -1;
	return lite_case_refused(db, work->change->number, work->receipt.seq, err);
}

static int
change_case(struct lite_db *db, void *arg, struct err *err)
{
	struct work *work = arg;
	const struct ledger_case_change *change = work->change;
	struct lite_occasion occasion = {
		.now = change->now, .number = change->number, .reference = work->receipt.reference,
	};
	int ret;

	ret = fits(db, change, err);
	if (ret != 1)
		return ret;
	if (update(db, work, err) == -1 || append_refusal(db, work, err) == -1)
		return -1;
	for (size_t i = 0; i < change->nletters; i++)
		if (lite_letter_queue(db, &change->letters[i].letter, &occasion, err) == LITE_QUEUE_FAILED)
			return -1;
	work->done = true;
	return 0;
}

int
lite_case_change(struct ledger *ledger, const struct ledger_case_change *change,
    struct ledger_receipt *receipt_r, struct err *err)
{
	struct work work = { .change = change };
	char *reason = change->reason == NULL ? NULL : ledger_mend(change->reason, LEDGER_TEXT_MAX);
	int ret;

	work.reason = reason;
	ret = lite_write((struct lite *)ledger, change_case, &work, err);
	g_free(reason);
	if (ret == -1)
		return -1;
	if (work.done && receipt_r != NULL)
		*receipt_r = work.receipt;
	return work.done ? 1 : 0;
}
