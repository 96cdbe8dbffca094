/*
 * judge_rules_view.h - what rules look at: the fields and texts of one message, brought when asked for.
 *
 * Floor 3, private to judge_rules.  A subject lives until the next is asked of the same view.
 */
#ifndef TUIDING_JUDGE_RULES_VIEW_H
#define TUIDING_JUDGE_RULES_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include "judge_rules.h"
#include "match.h"
#include "rules.h"

#define JUDGE_RULES_FACT	"X-Tuiding-Fact"	/* our own field; one in a message is never shown */

/* Where a header group's values come from. */
enum judge_rules_source {
	SOURCE_NONE,
	SOURCE_FIELD,		/* a field of the message, by number */
	SOURCE_ALL,
	SOURCE_TOCC,
	SOURCE_MESSAGEID,
	SOURCE_ENVELOPE,
	SOURCE_FACT
};

/* Rules that see the same subject. */
struct judge_rules_group {
	enum rules_type		 type;
	const char		*field;
	enum rules_view		 view;
	enum rules_pick		 pick;
	const char		*if_unset;
	bool			 nosubject;
	enum judge_rules_source	 source;
	size_t			 number;	/* SOURCE_FIELD */
	/* What matches when the field is absent (if_unset, or nothing): found out once. */
	unsigned		*unset;
	size_t			 nunset;
};

struct judge_rules_subject {
	const char			*text;
	size_t				 len;
	const struct match_piece	*piece;
	size_t				 npieces;
};

/* The field names that rules ask for, numbered. */
struct judge_rules_index;
struct judge_rules_index	*judge_rules_index_new(void);
void				 judge_rules_index_free(struct judge_rules_index *index);	/* NULL is fine */
/* Sets source and number of a header group. */
void				 judge_rules_index_add(struct judge_rules_index *index,
				    struct judge_rules_group *group);

struct judge_rules_view;
struct judge_rules_view	*judge_rules_view_new(const struct judge_rules_index *index,
			    const struct judge_rules_input *input);
void			 judge_rules_view_free(struct judge_rules_view *view);	/* NULL is fine */
/* The subject of a group; false: a header's field is absent. */
bool			 judge_rules_view_get(struct judge_rules_view *view, const struct judge_rules_group *group,
			    struct judge_rules_subject *subject);

/*
 * Cuts text as SpamAssassin does: body into paragraphs of at most 2,048 octets, a part of raw, from start, into
 * chunks of at most twice that.  Adds to pieces.
 */
struct judge_rules_pieces {
	struct match_piece	*piece;
	size_t			 n, cap;
};
void	judge_rules_piece_add(struct judge_rules_pieces *pieces, size_t start, size_t len);
void	judge_rules_cut_body(const char *text, size_t len, struct judge_rules_pieces *pieces);
void	judge_rules_cut_raw(const char *text, size_t start, size_t len, struct judge_rules_pieces *pieces);

/* judge_rules.c: brings a group's subject, whatever from. */
typedef bool	judge_rules_bring_fn(void *arg, const struct judge_rules_group *group,
		    struct judge_rules_subject *subject);
int	judge_rules_put(const struct judge_rules *rules, judge_rules_bring_fn *bring, void *arg,
	    struct judge_rules_result *result, struct err *err);

#endif
