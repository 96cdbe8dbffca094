/*
 * metrics.h - what the filter counts while it works.
 *
 * Floor 0.  Numbers only, never a name or an address.  Safe from any thread.  Counters begin at 0 with the process.
 */
#ifndef TUIDING_METRICS_H
#define TUIDING_METRICS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum metric {
	METRIC_MESSAGES,		/* answered */
	METRIC_COMMERCIAL, METRIC_OTHER, METRIC_UNTOUCHED,	/* by class; exempt or judged before */
	METRIC_ACCEPT, METRIC_TAG, METRIC_QUARANTINE, METRIC_REJECT, METRIC_TEMPFAIL,	/* by what was done */
	METRIC_LEDGER_FAILURES,		/* messages whose standing or record failed */
	METRIC_RULE_FAILURES,		/* rules that ran into a limit */
	METRIC_COMMANDS,		/* words from recipients that were recognised */
	METRIC_COMPLAINTS,		/* cases opened */
	METRIC_RELOADS, METRIC_RELOAD_FAILURES,
	METRIC_TALK_LOST,		/* digests of conversations that could not be kept */
	METRIC_MAX
};

/* How long judging took: messages in at most so many milliseconds, beyond the last in METRICS_SPANS - 1. */
#define METRICS_SPANS	12

struct metrics {
	_Atomic uint64_t	count[METRIC_MAX];
	_Atomic uint64_t	span[METRICS_SPANS];
	_Atomic uint64_t	judged_us;	/* sum of all */
};

/* NULL is fine: nothing is counted. */
void		metrics_add(struct metrics *metrics, enum metric metric, uint64_t n);
/* What others count, as it stands now. */
void		metrics_set(struct metrics *metrics, enum metric metric, uint64_t n);
/* One message was judged in so many microseconds. */
void		metrics_judged(struct metrics *metrics, uint64_t us);
uint64_t	metrics_count(const struct metrics *metrics, enum metric metric);

/*
 * All of them, a line "name value" each.  Of the histogram "judge_ms_le_N" count what took at most N ms (each
 * includes the ones before), "judge_ms_count" all, "judge_ms_sum" the milliseconds.
 */
void		metrics_write(const struct metrics *metrics, FILE *out);

/* The name in such a line; NULL outside the range. */
const char	*metrics_name(enum metric metric);

#endif
