/*
 * ledger_people.h - what is kept about people, how long, who looked at it, and how it goes.
 *
 * Floor 2, part of the ledger.  DESIGN section 9; PIPL Art. 47; Cybersecurity Law (logs for six months).
 */
#ifndef TUIDING_LEDGER_PEOPLE_H
#define TUIDING_LEDGER_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"
#include "ledger.h"

/* ---- who looked ----------------------------------------------------------------------------------- */

struct ledger_access {
	int64_t		 id, at;		/* ms */
	const char	*who;			/* login name of the administrator, "uid 0" */
	const char	*what;			/* the command, "refusal list" */
	const char	*subject;		/* whose data: a recipient key, "@domain", "*" all */
};
typedef bool	ledger_access_fn(void *arg, const struct ledger_access *access);
int	ledger_access_add(struct ledger *ledger, const struct ledger_access *access, struct err *err);
int64_t	ledger_accesses(struct ledger *ledger, const char *subject, int64_t since, int64_t until, int64_t limit,
	    ledger_access_fn *fn, void *arg, struct err *err);

/* ---- pruning -------------------------------------------------------------------------------------- */

struct ledger_prune {
	int64_t		now;			/* ms */
	int64_t		decisions_before;	/* ms: decisions older, unless a case names them that is held, or
						   neither done nor closed */
	int64_t		evidence_before;	/* of cases done or closed before and not held; mails that statements
						   were drawn from (an administrator's notes stay) */
	int64_t		talk_before;		/* conversations */
	int64_t		letters_before;		/* sent and dead letters */
	int64_t		access_before;		/* rows of the access log */
	unsigned	batch;			/* rows in one transaction; 0: 500 */
};
struct ledger_pruned {
	int64_t	decisions, evidence, talk, letters, accesses;
};
/* Removes in batches, leaving mail to go between them.  0, or -1 (what was done stays done). */
int	ledger_prune(struct ledger *ledger, const struct ledger_prune *prune, struct ledger_pruned *pruned_r,
	    struct err *err);

/* ---- erasure -------------------------------------------------------------------------------------- */

struct ledger_erase {
	const char	*recipient;		/* key */
	int64_t		 now;
	int64_t		 seal_after;		/* decisions at or after it are sealed, not removed (legal retention) */
	bool		 refusals;		/* refusals too; without it they stand and go on protecting */
};
struct ledger_erased {
	int64_t	statements, decisions, sealed, cases, letters, talk;
};
/*
 * Takes away what is held about a person: the personal fields of statements (consents, voids and complaints;
 * refusals if asked), evidence, decisions (young ones sealed: shown to nobody but an export that asks for sealed
 * ones, and pruned when old), cases' personal fields, letters.  The chain still verifies.  What talk is theirs
 * cannot be told from a keyed hash: the caller gives none and it ends by itself.  Of a refusal that stays the
 * evidence goes; one that was void goes whole.  A case that was not over is closed; while one is held, nothing is
 * erased: -1.  0, or -1 and nothing changed.
 */
int	ledger_erase(struct ledger *ledger, const struct ledger_erase *erase, struct ledger_erased *erased_r,
	    struct err *err);

/* How many rows each kind has, for status and disclosure. */
struct ledger_counts {
	int64_t	statements, consents, refusals, rules, decisions, sealed, letters_queued, letters_dead;
	int64_t	cases_reported, cases_open, cases_failed, cases_done, cases_closed, talk, accesses;
};
int	ledger_count(struct ledger *ledger, struct ledger_counts *counts_r, struct err *err);

#endif
