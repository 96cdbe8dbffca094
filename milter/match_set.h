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

#define MATCH_STRING_MAX	47	/* octets of one string */
#define MATCH_SET_MAX		256	/* strings of one set */

struct match_string {
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
/*
 * Drops every string that contains another of the set: whoever looks for one that is contained finds it there
 * too.  Returns how far behind the start of a dropped string the one kept may begin.
 */
size_t	match_set_reduce(struct match_set *set);
size_t	match_set_shortest(const struct match_set *set);	/* 0 of an empty set */
size_t	match_set_longest(const struct match_set *set);
/* How often, at a guess, one of them stands at a place of a text: 0 never … 1 always. */
double	match_set_frequency(const struct match_set *set);

#endif
