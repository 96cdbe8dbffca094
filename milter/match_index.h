/*
 * match_index.h - many literals looked for in one pass, by a few octets of each.
 *
 * Floor 2, private to the room of match.  Immutable once made.
 */
#ifndef TUIDING_MATCH_INDEX_H
#define TUIDING_MATCH_INDEX_H

#include "match_filter.h"

struct match_index;

struct match_index	*match_index_new(const struct match_literal *literal, size_t n);
void			 match_index_free(struct match_index *index);		/* NULL is fine */
void			 match_index_scan(const struct match_index *index, const char *subject, size_t len,
			    match_filter_fn *found, void *arg);

#endif
