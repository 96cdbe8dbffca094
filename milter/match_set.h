/*
 * match_set.h - small sets of octet strings: what a piece of a pattern can match, or must contain.
 *
 * Floor 2, private to the room of match.  Every string and every set has its ceiling; what would grow beyond
 * it is refused and nothing is changed.
 */
#ifndef TUIDING_MATCH_SET_H
#define TUIDING_MATCH_SET_H

#include <stdbool.h>
#include <stddef.h>

#define MATCH_STRING_MAX	45	/* octets of one string */
#define MATCH_SET_MAX		256	/* strings of one set */

#define MATCH_BEFORE_ANY	0xffff	/* before: no bound is known */

struct match_string {
	unsigned short	before;		/* a match that contains it begins at most so many octets in front of it */
	unsigned char	len;
	char		octet[MATCH_STRING_MAX];
};

struct match_set {
	struct match_string	*string;
	size_t			 n;
};

void	match_set_clear(struct match_set *set);
/* Makes it the set of that one string; false: too long, the set is empty. */
bool	match_set_one(struct match_set *set, const char *octets, size_t len);
void	match_set_copy(struct match_set *set, const struct match_set *from);
/* Adds those of other; false: too many, set is unchanged. */
bool	match_set_unite(struct match_set *set, const struct match_set *other);
/* Puts each of tail behind each of set; false: too many or too long, set is unchanged. */
bool	match_set_product(struct match_set *set, const struct match_set *tail);
/* Puts that many octets more in front of each; MATCH_BEFORE_ANY and more: any number. */
void	match_set_shift(struct match_set *set, size_t before);
/* Drops every string that contains another of the set: who looks for the other finds it there too. */
void	match_set_reduce(struct match_set *set);
size_t	match_set_shortest(const struct match_set *set);	/* 0 of an empty set */
size_t	match_set_longest(const struct match_set *set);
/*
 * How often, at a guess, one of them stands at a place of a text: 0 never … 1 always; and so much more where the
 * match may begin anywhere before.
 */
double	match_set_cost(const struct match_set *set);

#endif
