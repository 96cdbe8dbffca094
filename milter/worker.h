/*
 * worker.h - the parts of tuiding-worker, as they know each other.
 *
 * Floor 5, private to the worker.  One thread does one thing after another: what is due stands in the ledger, and
 * nothing is kept anywhere else, so that a worker may be ended at any moment.
 */
#ifndef TUIDING_WORKER_H
#define TUIDING_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include "conf.h"
#include "ledger.h"
#include "log.h"
#include "notify.h"

#define WORKER_SECOND	INT64_C(1000)			/* ms */
#define WORKER_DAY	(24 * 3600 * WORKER_SECOND)
#define WORKER_PATIENCE	(3 * WORKER_DAY)		/* how long a letter or a measure is tried */
#define WORKER_BATCH	20				/* letters or cases that are read at once */

struct worker {
	const char	*path;			/* of the configuration */
	bool		 foreground, check, once;
	struct conf	*conf;
	struct log	*log;
	struct ledger	*ledger;		/* NULL: not open */
	bool		 lost;			/* it could not be used, and the log has been told */
	bool		 ending, reload;	/* what a signal asked for */
	int64_t		 upkeep_at;		/* ms: when the daily work is due */
	int		 ready_fd;		/* the parent waits on it; -1 none */
};

/* ---- worker.c ------------------------------------------------------------------------------------ */

int64_t	worker_now(void);			/* ms since 1970 */
/* Hears the signals that came, and waits for one at most ms.  True: it is time to end. */
bool	worker_ending(struct worker *w, int64_t ms);
/* The ledger failed: says so once, and closes it.  Always -1. */
int	worker_lose(struct worker *w, const struct err *err);

/* ---- letters (worker_letter.c) ------------------------------------------------------------------- */

/* Sends what is due.  0, or -1: the ledger failed (worker_lose() was called). */
int	worker_letters(struct worker *w);
/* Whether every template can be filled in.  How many; -1 with the first that cannot. */
int	worker_templates(const struct worker *w, struct err *err);

/* ---- measures (worker_case.c) -------------------------------------------------------------------- */

/* Takes the measures that are due, as worker_letters(). */
int	worker_cases(struct worker *w);

/* ---- once a day (worker_upkeep.c) ---------------------------------------------------------------- */

/* Prunes, and writes the anchor of the chain to the log, when a day is over.  As worker_letters(). */
int	worker_upkeep(struct worker *w);

#endif
