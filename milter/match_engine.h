/*
 * match_engine.h - what match.c (making), match_scan.c (matching) and match_event.c (trying where the filter
 * points) share.
 *
 * Floor 2, private to the room of match.  PCRE2's types are hidden behind void.
 */
#ifndef TUIDING_MATCH_ENGINE_H
#define TUIDING_MATCH_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "match.h"
#include "match_filter.h"
#include "match_need.h"

struct match_pattern {
	void			*code;		/* pcre2_code; NULL: did not compile, never hits */
	unsigned		 flags;
	bool			 fast;		/* there is machine code of it */
	bool			 plain;		/* where one of its literals stands it matches: nothing to confirm */
	struct match_need	 need;		/* its literals, until the filters are made */
	bool			 caseless;	/* the literals are */
};

/* A pattern that a literal may mean. */
struct match_user {
	uint32_t	place;		/* in id */
	uint32_t	before;		/* a match begins at most so far in front of the literal */
};

struct match_group {
	unsigned		*id;		/* its patterns */
	size_t			 n, cap;
	unsigned		*always;	/* those (by place in id) that the filter does not cover */
	size_t			 nalways;
	struct match_filter	*filter;	/* NULL: none */
	size_t			 longest;	/* octets of the filter's longest literal */
	uint32_t		*first;		/* by literal: its first user, up to the next literal's */
	struct match_user	*user;
	uint32_t		*length;	/* octets, by literal */
	bool			*plain;		/* by literal: so are all its users */
	bool			 utf;		/* some pattern wants UTF-8 */
};

struct match {
	struct match_limits	 limits;
	struct match_pattern	*pattern;	/* by id */
	size_t			 n, cap;
	struct match_group	*group;
	unsigned		 ngroups;
	size_t			 nlargest;	/* patterns of the largest group */
	struct match_scratch	*scratch;	/* the mould of all threads' scratch */
	struct match_pool	*pool;
	bool			 finished;
};

/* How far a pattern is within one scan; of an older scan: nothing was done yet. */
struct match_state {
	uint32_t	scan;
	bool		done;		/* it hit or failed: told once */
	size_t		all;		/* in this piece, matches that begin before it were tried */
	size_t		first, next;	/* so were those that begin from first on, before next */
};

/* A literal that stands somewhere. */
struct match_event {
	size_t		start;
	uint32_t	literal;
};

struct match_work {
	void			*data;		/* pcre2_match_data */
	void			*context;	/* pcre2_match_context */
	void			*stack;		/* pcre2_jit_stack */
	struct match_scratch	*scratch;
	struct match_state	*state;		/* one for each pattern of a group: match_state_of() */
	uint32_t		 scan;		/* the number of this scan */
	struct match_event	*event;
	size_t			 nevents, room;
	struct match_work	*next;		/* in the pool */
};

struct match_work	*match_work_new(const struct match *match);
void			 match_work_free(struct match_work *work);	/* NULL is fine */

/* match_group.c: the filter of one group. */
int	match_group_finish(struct match *match, struct match_group *group, struct err *err);
void	match_group_clear(struct match_group *group);

/* What one scan works on. */
struct match_run {
	const struct match		*match;
	const struct match_group	*group;
	struct match_work		*work;
	const char			*subject;
	size_t				 len;
	const struct match_piece	*piece;
	size_t				 npieces;
	size_t				 at;		/* the piece that events have come to */
	match_hit_fn			*hit;
	void				*arg;
};

/* The state of the pattern at place in this scan. */
static inline struct match_state *
match_state_of(struct match_work *work, size_t place)
{
	struct match_state	*state = &work->state[place];

	if (state->scan != work->scan)
		*state = (struct match_state){ .scan = work->scan };
	return state;
}

/*
 * match_scan.c: tries one pattern on a piece, matches that begin at from … last of it only (last SIZE_MAX: the
 * rest): 1, 0, or -1.
 */
int	match_try(const struct match_pattern *pattern, struct match_work *work, const char *piece, size_t len,
	    size_t from, size_t last, uint32_t options);

/* match_event.c: tries every pattern of the group where its literals stand.  -1: the filter cannot say. */
int	match_events_run(struct match_run *run);

#endif
