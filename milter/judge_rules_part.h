/*
 * judge_rules_part.h - what mimeheader rules look at.
 *
 * Floor 3, private to judge_rules.
 */
#ifndef TUIDING_JUDGE_RULES_PART_H
#define TUIDING_JUDGE_RULES_PART_H

#include "judge_rules_view.h"

struct _GString;	/* the caller's, filled anew */

/* The values of group's field, one piece each: of the top header (top), then of the parts. */
void	judge_rules_parts(const struct mime *mime, const char *top, size_t top_len,
	    const struct judge_rules_group *group, struct _GString *out, struct judge_rules_pieces *pieces);

#endif
