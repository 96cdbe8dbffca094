/*
 * measure.h - takes the message complained of out of one person's mailbox.
 *
 * Floor 3.  Dovecot's doveadm HTTP API over libcurl, or a command of the administrator's: argv, no shell.
 * DESIGN section 8.
 */
#ifndef TUIDING_MEASURE_H
#define TUIDING_MEASURE_H

#include <stddef.h>
#include "err.h"

enum measure_kind { MEASURE_NONE, MEASURE_DOVEADM, MEASURE_COMMAND };

struct measure_settings {
	enum measure_kind	 kind;
	const char		*url;		/* doveadm's HTTP service */
	const char		*key_file;	/* its API key; open to others: refused */
	const char *const	*command;	/* argv; {recipient}, {message-id}, {id} stand for values */
	size_t			 ncommand;
	unsigned		 timeout;	/* seconds */
};

/* What is to go. */
struct measure_target {
	const char	*recipient;	/* mailbox */
	const char	*message_id;	/* with its brackets */
	const char	*id;		/* of our decision, as X-Tuiding bears it ("id=…") */
};

enum measure_outcome {
	MEASURE_DONE,		/* gone; told how many, which may be none: then it was gone before */
	MEASURE_AGAIN,		/* not reached, timed out, exit 75 (EX_TEMPFAIL) */
	MEASURE_FAILED		/* refused for good: wrong key, no such user, no target that is ours, other exits */
};

/*
 * Takes it.  The message must bear both our decision's id in its X-Tuiding field and that Message-ID: an advertiser
 * chooses Message-IDs, so one copied from wanted mail must take nothing else along.  result_r: one sentence for the
 * case.  A target without id is FAILED.
 */
enum measure_outcome	measure_take(const struct measure_settings *settings, const struct measure_target *target,
			    char *result_r, size_t size);

#endif
