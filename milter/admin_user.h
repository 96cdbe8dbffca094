/*
 * admin_user.h - root gives its rights away before it touches the ledger.
 *
 * Floor 5, part of admin.  A database file that root made (a -wal, a -shm) is one the daemon cannot
 * open.
 */
#ifndef TUIDING_ADMIN_USER_H
#define TUIDING_ADMIN_USER_H

#include "err.h"

/*
 * When root: becomes that user for good, with its groups, umask 027.  1 done; 0 nothing to do (not
 * root, no user set, no such user); -1 it could not be done, and nothing may go on.
 */
int	admin_user_become(const char *user, struct err *err);

/*
 * Whether there is nobody for root to become: 1 we are root and there is no such user; 0; -1 nobody
 * can tell.
 */
int	admin_user_missing(const char *user, struct err *err);

#define ADMIN_USER_MAX	64	/* octets of a user's name here, its NUL included */

/* Who we are: a name, else "uid N". */
void	admin_user_name(char out[ADMIN_USER_MAX]);
/* Who sits there: whom sudo made root for, else the real user.  Before admin_user_become(). */
void	admin_user_person(char out[ADMIN_USER_MAX]);

/*
 * Makes the folder of path, 0750, when it is not there; when root, it belongs to that user.  1
 * made, 0 it was there, -1.
 */
int	admin_user_folder(const char *path, const char *user, struct err *err);

#endif
