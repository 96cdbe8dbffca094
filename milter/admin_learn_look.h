/*
 * admin_learn_look.h - what the rules at hand say of a message that is learnt from.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_LEARN_LOOK_H
#define TUIDING_ADMIN_LEARN_LOOK_H

#include "learn.h"

struct admin_learn_look;

/*
 * Reads the rules at paths (those that were learnt before, LRN_…, are switched off; npaths may be 0) and
 * learn's facts.  0, or -1.
 */
int	admin_learn_look_new(const char *const *paths, size_t npaths, struct admin_learn_look **look_r,
	    struct err *err);
void	admin_learn_look_free(struct admin_learn_look *look);		/* NULL is fine */
/* The base's rules, as learn's settings have them; they live as long as look. */
const struct learn_rule	*admin_learn_look_rules(const struct admin_learn_look *look, size_t *n_r);
/* As learn_look_fn has it. */
int	admin_learn_look_at(const struct admin_learn_look *look, const struct mime *mime,
	    const struct text *text, struct learn_look *look_r, struct err *err);

#endif
