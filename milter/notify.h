/*
 * notify.h - letters to people: their words, and their way to the relay.
 *
 * Floor 3.  A letter is queued by a few named values (ledger_act.h), written out by the worker from a template in
 * Chinese and English, and handed to the relay over SMTP by libcurl.  DESIGN section 7.
 */
#ifndef TUIDING_NOTIFY_H
#define TUIDING_NOTIFY_H

#include <stddef.h>
#include <stdint.h>
#include "err.h"
#include "ledger_act.h"

#define NOTIFY_LETTER_MAX	(256 * 1024)	/* octets of a whole letter */

/* Purposes, each with its template of that name. */
#define NOTIFY_REFUSED		"refused"	/* values: sender, everything ("yes"); the reference comes along */
#define NOTIFY_CONSENTED	"consented"	/* sender */
#define NOTIFY_UNDONE		"undone"	/* sender, said: "refusal" or "consent"; undid: the reference ended */
#define NOTIFY_NOT_UNDONE	"not-undone"	/* undid: a reference that is not theirs, or ended before */
#define NOTIFY_LIST		"list"		/* list: lines of their standing statements; count */
#define NOTIFY_HELP		"help"		/* line: what was not understood; "" */
#define NOTIFY_NEEDLESS		"needless"	/* a refusal is there already: sender, the old reference */
#define NOTIFY_MIXED		"mixed"		/* to our own sender: recipients (lines), action: "rejected", "removed"; subject */
#define NOTIFY_VOIDED		"voided"	/* an administrator ended a statement: sender, said, reason */
#define NOTIFY_CASE_REPORTED	"case-reported"	/* number, from, subject; answer: confirm */
#define NOTIFY_CASE_OPENED	"case-opened"	/* number, from, subject, sender; refused: "yes" or "no" */
#define NOTIFY_CASE_ENDED	"case-ended"	/* number, from, subject; outcome: "done", "failed", "closed": reason */

/*
 * A JSON object of npairs names and texts ("sender", "shop.example", …), for ledger_letter.values.  Texts that are
 * no UTF-8 are repaired, control characters but LF become blanks, each cut at 4,000 octets.  The caller's to
 * free(); NULL: no memory.
 */
char	*notify_values(const char *const *pairs, size_t npairs);

struct notify_settings {
	const char	*templates;	/* folder: PURPOSE.txt */
	const char	*from;		/* address letters come from and answers go to: the command address */
	const char	*operator;	/* who runs the service, UTF-8; "" */
	const char	*relay;		/* smtp://HOST:PORT */
	unsigned	 timeout;	/* seconds */
	const char	*reply_to;	/* of this letter, or NULL: a token's address */
};

/*
 * Writes the whole message: null envelope sender's header fields (From, To, Subject, Date, Message-ID made of the
 * letter's id so that a repeat is known for one, Auto-Submitted: auto-replied, X-Tuiding-Letter, Precedence is
 * left out), text/plain UTF-8, Chinese above English, CRLF.  now: ms.  0 and *message_r (free()), or -1: no such
 * template, malformed values.
 *
 * A template: the first line "Subject: …", an empty line, text.  {name} stands for a value, {reference}, {number},
 * {recipient}, {service}, {operator}, {date} always; a line "{?name}" to "{/name}" is kept only where the value is
 * not empty, "{?name=text}" only where it is that text, "{?name!text}" only where it is another.  A name without a
 * value stands for nothing.  Values never open a header or another placeholder.
 */
int	notify_write(const struct notify_settings *settings, const struct ledger_letter *letter, int64_t now,
	    char **message_r, size_t *len_r, struct err *err);

enum notify_outcome { NOTIFY_SENT, NOTIFY_AGAIN, NOTIFY_DEAD };

/*
 * Hands a message to the relay, from <> to one recipient.  SENT: the relay took it; AGAIN: 4xx, no connection, time
 * ran out, 5xx before the recipient is named (about us or the relay, and can be mended); DEAD: any other 5xx, or the
 * recipient is not one mailbox.  err tells why not, with the relay's words cleaned.
 */
enum notify_outcome	notify_send(const struct notify_settings *settings, const char *recipient, const char *message,
			    size_t len, struct err *err);

/* When to try again after the nth try (from 1): 1, 5, 15, 60 minutes, then every 4 hours.  ms. */
int64_t	notify_backoff(unsigned tries);

#endif
