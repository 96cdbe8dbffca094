/*
 * daemon.h - what every daemon of ours does alike: into the background, and out of its privileges.
 *
 * Floor 4.  Knows no configuration.  Called at the start, from the only thread.
 */
#ifndef TUIDING_DAEMON_H
#define TUIDING_DAEMON_H

#include <stdbool.h>
#include "err.h"

#define DAEMON_USAGE	2	/* exit status: called wrongly, or the configuration is wrong */
#define DAEMON_TROUBLE	3	/* exit status: could not start or serve */

/*
 * Goes into the background.  -1 in the child, *ready_r is what daemon_ready() wants; in the parent the exit status,
 * once the child has said that it serves, or has ended.
 */
int	daemon_background(const char *program, int *ready_r);

/*
 * Tells the waiting parent how the start went, once: *ready becomes -1.  Standard error was ours till then, to say
 * why not; it is given up unless kept.  *ready is -1: does nothing.
 */
void	daemon_ready(int *ready, bool keep_stderr, unsigned char status);

/* Whether there is that user; "": always. */
bool	daemon_has_user(const char *user);

/*
 * Becomes user, for good, if we are root and user is not "".  socket: a file that is given to them first, as
 * libmilter writes it; NULL none.  0, or -1.
 */
int	daemon_become(const char *user, const char *socket, struct err *err);

#endif
