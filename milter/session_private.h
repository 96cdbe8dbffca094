/*
 * session_private.h - what the files of session share: one connection, one message.
 *
 * Floor 4.  For session*.c only.  Nothing here belongs to a thread: libmilter moves connections between them.
 */
#ifndef TUIDING_SESSION_PRIVATE_H
#define TUIDING_SESSION_PRIVATE_H

#include <libmilter/mfapi.h>
#include <glib.h>
#include "session.h"

#define SESSION_RCPTS_MAX	10000	/* recipients of one message; beyond: 4xx */
#define SESSION_MARKS_MAX	50	/* X-Tuiding* fields taken off one message; nobody honest sends more */
#define SESSION_SPARE_MAX	64	/* fields that matter, kept beyond the header's share of the room */
#define SESSION_SPARE_OCTETS	1000	/* of each of them */

/* Events are libmilter's callbacks; phases are what has been said so far. */
enum session_phase { PHASE_ILLEGAL, PHASE_IDLE, PHASE_ENVELOPE, PHASE_CONTENT, PHASE_MAX };
enum session_event { EVENT_MAIL, EVENT_RCPT, EVENT_HEADER, EVENT_EOH, EVENT_BODY, EVENT_EOM, EVENT_ABORT, EVENT_MAX };

/* From MAIL to the answer, or to abort or close, whichever comes first. */
struct session_message {
	struct judge	*judge;		/* the one this message began with */
	char		*sender;	/* as given */
	char		*login;		/* SASL login, or NULL */
	GPtrArray	*rcpts;		/* as given, char * */
	GString		*octets;	/* fields, empty line, body, up to max_scan_size */
	GHashTable	*marks;		/* lower-case X-Tuiding* name -> how many; NULL: none seen */
	unsigned	 nmarks;	/* all of them */
	unsigned	 nspare;	/* fields kept beyond the header's share */
	int		 group;		/* of a split message, -1 none yet */
	bool		 full;		/* max_scan_size reached */
};

/* From connect to close. */
struct session {
	enum session_phase	 phase;
	unsigned long		 steps;		/* protocol bits granted */
	unsigned long		 actions;	/* action bits granted */
	bool			 refused;	/* beyond max_connections */
	char			*client;	/* address literal; "" unknown; NULL: the local sendmail command */
	struct session_message	*msg;
};

/* The room all sessions stand in. */
struct session_room {
	struct session_settings	 set;
	struct log		*log;
	_Atomic unsigned	 connections;
	_Atomic unsigned	 judging;	/* messages between EOM and their answer */
	_Atomic bool		 closing;	/* what judging uses is about to be freed */
	struct log_gate		 ledger_gate;	/* one line a minute */
	struct log_gate		 crowd_gate;
};
struct session_room	*session_room(void);

/* session_message.c */
struct session_message	*session_message_new(struct judge *judge, const char *sender, const char *login);
void	session_message_free(struct session_message *msg);	/* NULL is fine */
void	session_message_field(struct session_message *msg, const char *name, const char *value, bool leading_blank);
/* False when there is no more room: the MTA may skip the rest. */
bool	session_message_body(struct session_message *msg, const unsigned char *octets, size_t len);
/* Counts one more X-Tuiding* field, so that it can be removed. */
void	session_message_mark(struct session_message *msg, const char *name);

/* session_answer.c: says the judge's answer to the MTA; what xxfi_eom returns. */
sfsistat	session_answer(SMFICTX *ctx, struct session *s, const struct judge_answer *answer);
/* Counts a verdict, which took so many microseconds. */
void		session_count(const struct judge_answer *answer, uint64_t us);
/* One log line a verdict. */
void		session_log(const struct session *s, const char *queue_id, const struct judge_answer *answer);

int64_t	session_now(void);		/* ms since 1970 */
uint64_t	session_ticks(void);	/* us since some time */

#endif
