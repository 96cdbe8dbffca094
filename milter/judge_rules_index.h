/*
 * judge_rules_index.h - the numbers of field names, for those who bring fields.
 *
 * Floor 3, private to judge_rules.
 */
#ifndef TUIDING_JUDGE_RULES_INDEX_H
#define TUIDING_JUDGE_RULES_INDEX_H

#include "judge_rules_view.h"

/* Names that have a number whatever the rules ask for. */
enum {
	INDEX_TO,
	INDEX_CC,
	INDEX_X_MESSAGE_ID,
	INDEX_RESENT_MESSAGE_ID,
	INDEX_X_ORIGINAL_MESSAGE_ID,
	INDEX_MESSAGE_ID,
	INDEX_SUBJECT,
	INDEX_FACT,
	INDEX_FIRST_FREE
};

size_t	judge_rules_index_count(const struct judge_rules_index *index);
/* The number of a name, case not counted; SIZE_MAX: nobody asks for it. */
size_t	judge_rules_index_find(const struct judge_rules_index *index, const char *name);

#endif
