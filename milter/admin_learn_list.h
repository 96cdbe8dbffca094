/*
 * admin_learn_list.h - the lists that "tuiding rules learn" is given: folders, weights, groups, words.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_LEARN_LIST_H
#define TUIDING_ADMIN_LEARN_LIST_H

#include <stddef.h>
#include "err.h"

struct admin_learn_list {
	char	**item;
	size_t	  n;
};
/* "a,b,c"; NULL is an empty list. */
void	admin_learn_list_read(const char *text, struct admin_learn_list *list_r);
void	admin_learn_list_clear(struct admin_learn_list *list);

/* Words of a file, one a line, "#" for comments, sorted and folded.  NULL: none.  0, or -1. */
int	admin_learn_words_read(const char *path, struct admin_learn_list *list_r, struct err *err);

struct admin_learn_weights {
	struct admin_learn_list	 dirs;
	unsigned		*factor;
};
/* "DIR=N,DIR=N"; N from 1 to 20.  NULL is none.  0, or -1. */
int		admin_learn_weights_read(const char *text, struct admin_learn_weights *weights_r, struct err *err);
void		admin_learn_weights_clear(struct admin_learn_weights *weights);
/* That of the last folder in the list that the path lies in, else 1. */
unsigned	admin_learn_weight(const struct admin_learn_weights *weights, const char *path);

/* Lines of path, tab, group. */
struct admin_learn_groups;
int		 admin_learn_groups_read(const char *path, struct admin_learn_groups **groups_r,
		    struct err *err);
void		 admin_learn_groups_free(struct admin_learn_groups *groups);	/* NULL is fine */
/* NULL: none is named. */
const char	*admin_learn_group(const struct admin_learn_groups *groups, const char *path);

#endif
