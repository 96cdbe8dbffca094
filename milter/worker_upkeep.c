/*
 * worker_upkeep.c - once a day: what is old goes, and the log is told where the chain ends.
 *
 * Floor 5, part of worker.  DESIGN section 9.  The log stands elsewhere than the ledger: "tuiding ledger verify
 * --anchor HASH" then finds a tail that was cut off.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "ledger_people.h"
#include "setup.h"
#include "worker.h"

#define AFTER_FAILURE	(3600 * WORKER_SECOND)

static bool
take_hash(void *arg, const struct ledger_statement *statement)
{
	(void)snprintf(arg, LEDGER_HASH_HEX + 1, "%s", statement->hash);
	return false;
}

/* The last hash of the chain: 64 times "0" before the first statement. */
static int
anchor(struct worker *w, struct err *err)
{
	struct ledger_filter filter = { .limit = 1 };
	char hash[LEDGER_HASH_HEX + 1];
	struct ledger_counts counts;

	if (ledger_count(w->ledger, &counts, err) != 0)
		return -1;
	(void)snprintf(hash, sizeof(hash), "%064d", 0);
	filter.seq = counts.statements;
	if (filter.seq > 0 && ledger_statements(w->ledger, &filter, take_hash, hash, err) < 0)
		return -1;
	log_line(w->log, LOG_LEVEL_NOTICE, "anchor seq=%" PRId64 " hash=%s", filter.seq, hash);
	return 0;
}

static int
prune(struct worker *w, struct err *err)
{
	struct ledger_prune prune;
	struct ledger_pruned pruned = { 0 };

	setup_prune(w->conf, worker_now(), &prune);
	if (ledger_prune(w->ledger, &prune, &pruned, err) != 0)
		return -1;
	log_line(w->log, LOG_LEVEL_INFO, "prune decisions=%" PRId64 " evidence=%" PRId64 " talk=%" PRId64
	    " letters=%" PRId64 " accesses=%" PRId64, pruned.decisions, pruned.evidence, pruned.talk, pruned.letters, pruned.accesses);
	return 0;
}

int
worker_upkeep(struct worker *w)
{
	int64_t now = worker_now();
	struct err err = { "" };

	/* A clock that was set back must not put the day off for long. */
	if (now < w->upkeep_at && w->upkeep_at - now <= WORKER_DAY)
		return 0;
	if (anchor(w, &err) != 0 || prune(w, &err) != 0) {
		w->upkeep_at = now + AFTER_FAILURE;
		return worker_lose(w, &err);
	}
	w->upkeep_at = now + WORKER_DAY;
	return 0;
}
