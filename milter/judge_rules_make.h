/*
 * judge_rules_make.h - the rules compiled and grouped: what making and running share.
 *
 * Floor 3, private to judge_rules.
 */
#ifndef TUIDING_JUDGE_RULES_MAKE_H
#define TUIDING_JUDGE_RULES_MAKE_H

#include "judge_rules_view.h"

/* A rule that only asks whether a field is there. */
struct judge_rules_exists {
	size_t				rule;
	struct judge_rules_group	group;
};

/* How a rule that hit once is told of; text is NULL where it bears no score. */
struct judge_rules_label {
	const char	*text;		/* "NAME=1.50" */
	size_t		 name, len;	/* octets of the name, and of all */
	size_t		 rank;		/* among all that bear a score, the weightiest first */
};

struct judge_rules {
	struct rules			*set;
	struct match			*match;		/* a pattern's number is its rule's index */
	struct judge_rules_index	*index;
	struct judge_rules_group	*group;		/* a group's number is match's */
	size_t				 ngroups;
	struct judge_rules_exists	*exists;
	size_t				 nexists;
	size_t				*negated;	/* rules that hit unless they match */
	size_t				 nnegated;
	size_t				*group_of;	/* of each rule; SIZE_MAX: none */
	struct judge_rules_label	*label;		/* of each rule */
	struct _GStringChunk		*labels;	/* their text */
	size_t				*ranked;	/* rules that bear a score, by rank */
	size_t				 nranked;
};

/* The order in which names are told: the weightier first, equals by name. */
int	judge_rules_weigh(double a, const char *a_name, double b, const char *b_name);

#endif
