/*
 * control.h - the control socket: an administrator asks the running daemon something, and hears an answer.
 *
 * Floor 4.  A Unix stream socket, 0660.  One line in; lines out, the last of which is "ok", or "failed: why"; then
 * it is closed.  No personal data goes through it.
 */
#ifndef TUIDING_CONTROL_H
#define TUIDING_CONTROL_H

#include <stddef.h>
#include <stdio.h>
#include "err.h"

#define CONTROL_LINE_MAX	64		/* octets of a line in */
#define CONTROL_ANSWER_MAX	(64 * 1024)	/* octets of an answer that are read */

/* Writes its lines to out.  0, or -1 with err: that is said in their place. */
typedef int	control_fn(void *arg, FILE *out, struct err *err);

struct control_command {
	const char	*name;		/* the whole line; NULL ends a table */
	control_fn	*fn;		/* in the socket's own thread, one at a time */
};

struct control;

/*
 * Makes the socket, removing one that nobody serves any more, and a thread that serves it.  Signals must be blocked
 * already: the thread has the caller's mask.  path is copied; commands outlive it.  0, or -1.
 */
int	control_start(const char *path, const struct control_command *commands, void *arg,
	    struct control **control_r, struct err *err);
/* Ends the thread after the answer it is giving, and removes the socket.  NULL is fine. */
void	control_stop(struct control *control);

/*
 * The other side: asks, and waits at most wait_ms for the answer.  1 and its lines, without the last one, in
 * *answer_r (free()); 0 it was answered "failed", why is in err; -1 nobody answers.
 */
int	control_ask(const char *path, const char *line, unsigned wait_ms, char **answer_r, struct err *err);

#endif
