/*
 * match_engine.h - what match.c (making) and match_scan.c (matching) share.
 *
 * Floor 2, private to the room of match.  PCRE2's types are hidden behind their tags.
 */
#ifndef TUIDING_MATCH_ENGINE_H
#define TUIDING_MATCH_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "match.h"
#include "match_filter.h"

struct match_pattern {
	void		*code;		/* pcre2_code; NULL: did not compile, never hits */
	char		*text;		/* kept until the filters are made */
	size_t		 len;
	unsigned	 flags;
};

struct match_group {
	unsigned		*id;		/* its patterns, in the filter's numbering */
	size_t			 n, cap;
	uint8_t			*always;	/* 1 for each that the filter does not cover */
	size_t			 nalways;
	struct match_filter	*filter;	/* NULL: none */
	bool			 lines, lf;
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

struct match_work {
	void			*data;		/* pcre2_match_data */
	void			*context;	/* pcre2_match_context */
	void			*stack;		/* pcre2_jit_stack */
	struct match_scratch	*scratch;
	uint8_t			*candidate;	/* one for each pattern of a group */
	struct match_work	*next;		/* in the pool */
};

struct match_work	*match_work_new(const struct match *match);
void			 match_work_free(struct match_work *work);	/* NULL is fine */

#endif
