/*
 * match_need.h - what a text must contain for a pattern to match it at all.
 *
 * Floor 2, private to the room of match.  Reads PCRE2's syntax (pcre2pattern(3)) only as far as it must, and
 * errs on one side: where it does not follow, it says that nothing is known.
 */
#ifndef TUIDING_MATCH_NEED_H
#define TUIDING_MATCH_NEED_H

#include <stdbool.h>
#include <stddef.h>
#include "match_set.h"

#define MATCH_UNBOUNDED		((size_t)-1)
#define MATCH_BOUND_MAX		4096		/* octets; what is longer counts as unbounded */

/* What is known of a pattern, or of a part of one. */
struct match_need {
	bool			exact;	/* it matches nothing but the strings of set */
	bool			plain;	/* … and each of them wherever it stands */
	bool			headed;	/* not exact, but begins with one of set */
	struct match_set	set;
	struct match_set	best;	/* every match contains one of these; empty: nothing is known */
	double			cost;	/* of best */
	size_t			most;	/* octets a match can have */
};

/*
 * flags: enum match_flag.  The pattern compiles.  Fills need: best and plain (finding one of best is
 * a match, no more to be asked).  With *caseless the strings are in lower case and stand for ASCII letters of
 * either case.
 */
void	match_need_find(const char *pattern, size_t len, unsigned flags, struct match_need *need, bool *caseless);
void	match_need_clear(struct match_need *need);

/* Of match_need.c, match_need_repeat.c and match_need_item.c: the walk over one pattern. */
struct match_walk {
	const char	*text;
	size_t		 len, at;
	bool		 utf, caseless, extended;
	bool		 quoted;	/* between \Q and \E */
	bool		 lost;		/* something it does not follow: nothing is known */
	unsigned	 depth;
	/*
	 * What begins a match may be taken for as short as it can be: where "\d+ days" matches, "\d days" does, a
	 * little later.  Not so when it is referred to, or repeated as a whole: then all is read again without.
	 */
	bool		 leading;	/* the item at hand begins the match */
	bool		 trimmed;	/* something was taken for shorter */
	bool		 refers, again;
};

/* Sums and products of lengths, MATCH_UNBOUNDED when too long. */
size_t	match_need_sum(size_t a, size_t b);
size_t	match_need_times(size_t a, size_t b);
/* Takes set for the best when it is; at most before octets stand in front of it. */
void	match_need_consider(struct match_need *need, const struct match_set *set, size_t before);
/* Any text of at most so many octets. */
void	match_need_any(struct match_need *need, size_t most);
/* Nothing, and maybe a condition on what stands around. */
void	match_need_nothing(struct match_need *need, bool plain);
/* One character, or octet, as the pattern's flags have it. */
void	match_need_character(const struct match_walk *walk, struct match_need *need, const char *octets, size_t len);

/* Reads a repetition when one stands here.  Makes need what it is least to most times. */
bool	match_need_repeat_read(struct match_walk *walk, size_t *least, size_t *most);
void	match_need_repeat(struct match_need *need, size_t least, size_t most);
/* An escape (at the octet behind the backslash) and a class (behind the bracket). */
void	match_need_escape(struct match_walk *walk, struct match_need *need);
void	match_need_class(struct match_walk *walk, struct match_need *need);

#endif
