/*
 * match_filter.h - the filter before the matcher: which patterns could match at all.
 *
 * Floor 2, private to the room of match.  With libhs one pass over the subject names candidates; without it
 * there is no filter and every pattern is a candidate.  A filter may name too many, never too few.
 */
#ifndef TUIDING_MATCH_FILTER_H
#define TUIDING_MATCH_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"

struct match_filter;		/* of one group */
struct match_scratch;		/* of one thread, for all filters of a match */

struct match_filter_pattern {
	const char	*text;
	size_t		 len;
	unsigned	 flags;		/* enum match_flag */
	bool		 taken;		/* out: the filter covers it */
};

/*
 * Builds the filter of a group; sets taken of those it covers.  lines: subjects are many lines at once and
 * every line's start and end count; lf: a line's LF belongs to it.  *filter_r is NULL when there is nothing
 * to gain.  -1: no memory.
 */
int	match_filter_new(struct match_filter_pattern *pattern, size_t n, bool lines, bool lf,
	    struct match_filter **filter_r, struct err *err);
void	match_filter_free(struct match_filter *filter);		/* NULL is fine */

/* Makes scratch that serves filter too; *scratch_r NULL at first.  -1: no memory. */
int	match_scratch_grow(const struct match_filter *filter, struct match_scratch **scratch_r);
/* A copy for another thread; NULL of NULL; -1: no memory. */
int	match_scratch_copy(const struct match_scratch *from, struct match_scratch **scratch_r);
void	match_scratch_free(struct match_scratch *scratch);	/* NULL is fine */

/* Sets candidate[i] to 1 for each pattern i of the filter that may match.  -1: it cannot say. */
int	match_filter_scan(const struct match_filter *filter, struct match_scratch *scratch,
	    const char *subject, size_t len, uint8_t *candidate);

#endif
