/*
 * match_filter.h - the filter before the matcher: where the literals of a group stand in a subject.
 *
 * Floor 2, private to the room of match.  By libhs where configure found it, else by an index of our own; both
 * tell of the same places.
 */
#ifndef TUIDING_MATCH_FILTER_H
#define TUIDING_MATCH_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"

struct match_filter;		/* of one group */
struct match_scratch;		/* of one thread, for all filters of a match */

struct match_literal {
	const char	*text;		/* one octet at least */
	size_t		 len;
	bool		 caseless;	/* ASCII letters of either case */
};

/*
 * One occurrence of a literal.  Occurrences come in no order, but none that is told of later begins before
 * seen - (the longest literal's length).
 */
typedef void	match_filter_fn(void *arg, uint32_t literal, size_t start, size_t seen);

/* Takes what it needs of the literals, each different.  -1: no memory. */
int	match_filter_new(const struct match_literal *literal, size_t n, struct match_filter **filter_r,
	    struct err *err);
void	match_filter_free(struct match_filter *filter);		/* NULL is fine */

/* Makes scratch that serves filter too; *scratch_r NULL at first.  -1: no memory. */
int	match_scratch_grow(const struct match_filter *filter, struct match_scratch **scratch_r);
/* A copy for another thread; NULL of NULL; -1: no memory. */
int	match_scratch_copy(const struct match_scratch *from, struct match_scratch **scratch_r);
void	match_scratch_free(struct match_scratch *scratch);	/* NULL is fine */

/* Tells of every occurrence of every literal.  -1: it cannot say; some may have been told of. */
int	match_filter_scan(const struct match_filter *filter, struct match_scratch *scratch,
	    const char *subject, size_t len, match_filter_fn *found, void *arg);

#endif
