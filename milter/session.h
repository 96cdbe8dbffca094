/*
 * session.h - the milter protocol: the only file that knows libmilter.
 *
 * Floor 4.  Decodes callbacks into a message, asks the judge, says the answers to the MTA.  Has no opinion.
 */
#ifndef TUIDING_SESSION_H
#define TUIDING_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include "err.h"
#include "judge.h"
#include "log.h"
#include "metrics.h"

struct session_settings {
	const char	*socket;		/* as libmilter writes it; also "fd:N" */
	size_t		 max_scan_size;		/* octets of a message that are kept */
	size_t		 max_header_size;	/* octets of one field that are kept */
	unsigned	 max_connections;	/* beyond: 4xx */
	const char	*split_text;		/* of the 451 4.5.3 */
	struct metrics	*metrics;		/* counts; lives as long as the process */
};

/*
 * Registers the filter and makes its socket.  log lives as long as the process.  Call before dropping
 * privileges (umask 007 is set for it).  0, or -1.
 */
int	session_open(const struct session_settings *settings, struct log *log, struct err *err);

/* Sets or replaces the judge; messages in flight finish with the one they began with.  Takes a reference. */
void	session_set_judge(struct judge *judge);

/* Serves until session_stop() or a signal stops libmilter.  0 or -1. */
int	session_run(struct err *err);
/*
 * After session_run(): libmilter ends without closing its sessions.  Waits until no message is being judged,
 * at most wait_ms.  False: some still are, and what they use must not be freed.
 */
bool	session_quiet(unsigned wait_ms);
void	session_stop(void);			/* from another thread */

#endif
