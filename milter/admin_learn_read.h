/*
 * admin_learn_read.h - labelled messages from folders, Maildirs and mailboxes.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_LEARN_READ_H
#define TUIDING_ADMIN_LEARN_READ_H

#include <stddef.h>
#include "err.h"

/* One message; what is not 0 ends the reading. */
typedef int	admin_learn_read_fn(void *arg, const char *path, const char *octets, size_t len);

/*
 * Calls fn for each message of a file: all of it, or, where it begins as an mbox, each message in it under
 * the name "path#1", "path#2" …  within: found by a walk.  limit: octets of one message that matter.
 * 0; -1 when the file cannot be read, or what fn returned when that was not 0.
 */
int	admin_learn_read(const char *path, int within, size_t limit, admin_learn_read_fn *fn, void *arg,
	    struct err *err);

#endif
