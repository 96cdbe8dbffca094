/*
 * mime_attached.h - the messages that a message carries along, octet by octet as they came.
 *
 * Floor 2, part of mime.  mime_parse() takes enclosed messages apart; whoever wants them whole asks here.
 */
#ifndef TUIDING_MIME_ATTACHED_H
#define TUIDING_MIME_ATTACHED_H

#include "mime.h"

/* A message, or an attachment that is none. */
struct mime_attached {
	bool		 message;	/* message/rfc822 and its kin, a header alone, a file *.eml; else an attachment */
	const char	*octets;	/* of a message, as received, transfer encoding removed; may hold NUL; no NUL behind */
	size_t		 len;
};

/*
 * Shows take() each of them in order until it returns false; their octets go after the call.  It does not look into
 * messages: what a message inside carries is its own.  octets: a message as received; limits: as for mime_parse().
 * Returns 0; -1 with the reason in err when there is no memory.
 */
int	mime_attached_each(const char *octets, size_t len, const char *default_charset,
	    const struct mime_limits *limits, bool (*take)(void *arg, const struct mime_attached *attached), void *arg,
	    struct err *err);

#endif
