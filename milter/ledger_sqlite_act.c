/*
 * ledger_sqlite_act.c - one act: complaints, statements and letters in one transaction.
 *
 * Floor 2.  All of it or nothing; what is repeated changes nothing.  The order is the chain's: a complaint stands
 * before the refusal that follows it.
 */
#include "ledger_sqlite_act.h"

#include <stdlib.h>
#include <string.h>

struct work {
	const struct ledger_act		*act;
	const struct lite_packed	*packed;	/* of each case */
	struct ledger_act_result	*result;	/* ours: the caller's waits for the disk */
};

static int
open_cases(struct lite_db *db, struct lite_chain *chain, struct work *work, struct err *err)
{
	const struct ledger_act *act = work->act;

	for (size_t i = 0; i < act->ncases; i++) {
		int made = lite_case_open(db, chain, &act->cases[i], &work->packed[i], act->now,
		    &work->result->cases[i].number, err);

		if (made == -1)
			return -1;
		work->result->cases[i].made = made == 1;
	}
	return 0;
}

/* A case made now names the refusal that followed it, one said before too. */
static int
note_refusals(struct lite_db *db, const struct work *work, struct err *err)
{
	for (size_t i = 0; i < work->act->ncases; i++) {
		size_t at = work->act->cases[i].statement;
		const struct ledger_receipt *receipt;

		if (!work->result->cases[i].made || at == LEDGER_ALWAYS)
			continue;
		receipt = &work->result->receipts[at];
		if (receipt->seq != 0 &&
		    lite_case_refused(db, work->result->cases[i].number, receipt->seq, err) == -1)
			return -1;
	}
	return 0;
}

/* Whether what the letter hangs on was written just now. */
static bool
is_due(const struct ledger_act_letter *letter, const struct ledger_act_result *result)
{
	if (letter->statement == LEDGER_ALWAYS && letter->complaint == LEDGER_ALWAYS)
		return true;
	if (letter->statement != LEDGER_ALWAYS && result->receipts[letter->statement].outcome == LEDGER_WRITTEN)
		return true;
	return letter->complaint != LEDGER_ALWAYS && result->cases[letter->complaint].made;
}

static int
queue_letters(struct lite_db *db, struct work *work, struct err *err)
{
	struct ledger_act_result *result = work->result;

	for (size_t i = 0; i < work->act->nletters; i++) {
		const struct ledger_act_letter *letter = &work->act->letters[i];
		struct lite_occasion occasion = {
			.now = work->act->now, .per_day = work->act->letters_per_day,
		};

		if (!is_due(letter, result))
			continue;
		if (letter->statement != LEDGER_ALWAYS)
			occasion.reference = result->receipts[letter->statement].reference;
		if (letter->complaint != LEDGER_ALWAYS)
			occasion.number = result->cases[letter->complaint].number;
		switch (lite_letter_queue(db, &letter->letter, &occasion, err)) {
		case LITE_QUEUED:
			result->letters++;
			break;
		case LITE_QUEUED_BEFORE:
			break;
		case LITE_QUEUE_OVER:
			result->letters_over++;
			break;
		default:
			return -1;
		}
	}
	return 0;
}

static int
do_all(struct lite_db *db, void *arg, struct err *err)
{
	struct work *work = arg;
	const struct ledger_act *act = work->act;
	struct lite_chain chain;

	if (lite_chain_read(db, &chain, err) == -1 || open_cases(db, &chain, work, err) == -1)
		return -1;
	for (size_t i = 0; i < act->nstatements; i++)
		if (lite_append_one(db, &chain, &act->statements[i], &work->result->receipts[i], err) == -1)
			return -1;
	if (note_refusals(db, work, err) == -1)
		return -1;
	return queue_letters(db, work, err);
}

int
lite_act(struct ledger *ledger, const struct ledger_act *act, struct ledger_act_result *result_r,
    struct err *err)
{
	struct lite_packed *packed = NULL;
	struct work work = { .act = act };
	int ret = -1;

	work.result = calloc(1, sizeof *work.result);
	packed = calloc(act->ncases + 1, sizeof *packed);
	if (work.result == NULL || packed == NULL) {
		(void)err_set(err, "no memory for an act");
		goto out;
	}
	work.packed = packed;
	for (size_t i = 0; i < act->ncases; i++)	/* here, so that the writer packs nothing */
		if (lite_pack(&act->cases[i].complaint, &packed[i], err) == -1)
			goto out;
	if (lite_write((struct lite *)ledger, do_all, &work, err) == -1)
		goto out;
	*result_r = *work.result;
	ret = 0;
out:
	for (size_t i = 0; packed != NULL && i < act->ncases; i++)
		lite_packed_clear(&packed[i]);
	free(packed);
	free(work.result);
	return ret;
}
