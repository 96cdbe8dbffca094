/*
 * judge_rate.h - how many commands came from whom in the last hour.
 *
 * Floor 3.5, part of judge; made by the daemon's wiring because it outlives a judge.  Safe from any thread.
 */
#ifndef TUIDING_JUDGE_RATE_H
#define TUIDING_JUDGE_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JUDGE_RATE_WINDOW	(3600LL * 1000)	/* ms */

/* Remembers at most max names; those beyond it are counted anew.  NULL: no memory. */
struct judge_rate	*judge_rate_new(size_t max);
void			 judge_rate_free(struct judge_rate *rate);		/* NULL is fine */

/* Whether one more of name is within limit (0: none) in this window.  Counts nothing.  now: ms. */
bool	judge_rate_within(struct judge_rate *rate, const char *name, unsigned limit, int64_t now);
/* Counts one of name: what was put off is not, else its retries would use up the hour. */
void	judge_rate_count(struct judge_rate *rate, const char *name, int64_t now);

#endif
