/*
 * ledger_people.c - the doors of ledger_people.h: arguments looked at, pruning paced.
 *
 * Floor 2.  Knows no database.
 */
#include "ledger_people.h"

#include <string.h>
#include <time.h>
#include "ledger_check.h"
#include "ledger_ops.h"

#define BATCH		500		/* rows in one transaction, when nobody says how many */
#define BATCH_MAX	100000
#define REST_MAX	INT64_C(250000000)	/* ns between two batches */

int
ledger_access_add(struct ledger *ledger, const struct ledger_access *access, struct err *err)
{
	if (access->who == NULL || access->who[0] == '\0' || access->what == NULL || access->what[0] == '\0' ||
	    access->subject == NULL || access->subject[0] == '\0')
		return err_set(err, "an access needs who, what and whose data");
	if (access->at < 0)
		return err_set(err, "an access lies before 1970");
	return ledger->ops->access_add(ledger, access, err);
}

int64_t
ledger_accesses(struct ledger *ledger, const char *subject, int64_t since, int64_t until, int64_t limit,
    ledger_access_fn *fn, void *arg, struct err *err)
{
	return ledger->ops->accesses(ledger, subject, since, until, limit, fn, arg, err);
}

/* ---- pruning ------------------------------------------------------------------------------------- */

static int64_t
nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Rests as long as the batch took: another process that waits for the file gets half of the time at least. */
static void
rest(int64_t took)
{
	struct timespec pause = { 0 };

	pause.tv_nsec = (long)(took > REST_MAX ? REST_MAX : took);
	(void)nanosleep(&pause, NULL);
}

/* All of one kind, batch by batch. */
static int
prune_kind(struct ledger *ledger, enum ledger_pruning what, int64_t before, int64_t now, unsigned batch,
    int64_t *pruned, struct err *err)
{
	int64_t began, rows;

	for (;;) {
		began = nanoseconds();
		if (ledger->ops->prune(ledger, what, before, now, batch, &rows, err) == -1)
			return -1;
		*pruned += rows;
		if (rows < (int64_t)batch)
			return 0;
		rest(nanoseconds() - began);
	}
}

int
ledger_prune(struct ledger *ledger, const struct ledger_prune *prune, struct ledger_pruned *pruned_r,
    struct err *err)
{
	struct ledger_pruned pruned = { 0 };
	const struct {
		enum ledger_pruning	 what;
		int64_t			 before;
		int64_t			*pruned;
	} kinds[] = {
		{ PRUNE_DECISIONS,	prune->decisions_before,	&pruned.decisions },
		{ PRUNE_EVIDENCE,	prune->evidence_before,		&pruned.evidence },
		{ PRUNE_WORDS,		prune->evidence_before,		&pruned.evidence },
		{ PRUNE_TALK,		prune->talk_before,		&pruned.talk },
		{ PRUNE_LETTERS,	prune->letters_before,		&pruned.letters },
		{ PRUNE_ACCESSES,	prune->access_before,		&pruned.accesses },
	};
	unsigned batch = prune->batch == 0 ? BATCH : prune->batch;

	if (batch > BATCH_MAX)
		return err_set(err, "more than %d rows in one batch", BATCH_MAX);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (prune_kind(ledger, kinds[i].what, kinds[i].before, prune->now, batch, kinds[i].pruned,
		    err) == -1)
			return -1;
	ledger->ops->flush(ledger);
	*pruned_r = pruned;
	return 0;
}

/* ---- erasure ------------------------------------------------------------------------------------- */

int
ledger_erase(struct ledger *ledger, const struct ledger_erase *erase, struct ledger_erased *erased_r,
    struct err *err)
{
	struct ledger_erased erased;

	if (ledger_check_recipient(erase->recipient, err) == -1)
		return -1;
	if (erase->now < 0)
		return err_set(err, "an erasure lies before 1970");
	if (ledger->ops->erase(ledger, erase, &erased, err) == -1)
		return -1;
	ledger->ops->flush(ledger);
	*erased_r = erased;
	return 0;
}

int
ledger_count(struct ledger *ledger, struct ledger_counts *counts_r, struct err *err)
{
	return ledger->ops->count(ledger, counts_r, err);
}
