/*
 * admin_walk.h - the message files that an operand of "tuiding check" names, and their first octets.
 *
 * Floor 5, part of admin.  Inside a folder only regular files are read and no symbolic link is
 * followed.
 */
#ifndef TUIDING_ADMIN_WALK_H
#define TUIDING_ADMIN_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include "err.h"

/* Called for each file, in the order of sorted names; false ends the walk. */
typedef bool	admin_walk_fn(void *arg, const char *path);
/* Called for what cannot be looked at. */
typedef void	admin_walk_fail_fn(void *arg, const char *path, const char *why);

/*
 * path: a file of any name, or a folder: *.eml and the files in "cur" and "new" of Maildirs, at any
 * depth; names that begin with a dot are left out.
 */
void	admin_walk(const char *path, admin_walk_fn *fn, admin_walk_fail_fn *fail, void *arg);

/*
 * The first limit octets of a file ("-": standard input).  within: as found by a walk, so no link
 * at its end. 0 and *octets_r (free() it, never NULL) and *len_r; -1.
 */
int	admin_walk_read(const char *path, bool within, size_t limit, char **octets_r, size_t *len_r,
	    struct err *err);

#endif
