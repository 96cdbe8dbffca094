/*
 * ledger_act.h - what a person's word sets going, in one transaction: statements, the letters that confirm them,
 * the cases they open.
 *
 * Floor 2, part of the ledger.  The contracts of ledger.h hold: durable when a call returns; 1, 0, -1 are found,
 * absent and failed.  DESIGN sections 7, 8 and 9.
 */
#ifndef TUIDING_LEDGER_ACT_H
#define TUIDING_LEDGER_ACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"
#include "ledger.h"

#define LEDGER_ACT_MAX		100	/* statements, letters or cases in one act */
#define LEDGER_VALUES_MAX	16384	/* octets of a letter's values */
#define LEDGER_CASE_EVIDENCE_MAX	(4 << 20)	/* octets of a case's evidence; what is longer is cut */

/* ---- letters: the outbox ------------------------------------------------------------------------ */

enum ledger_letter_state { LETTER_NONE, LETTER_QUEUED, LETTER_SENT, LETTER_DEAD, LETTER_STATE_MAX };

struct ledger_letter {
	int64_t		 id;			/* given by the ledger */
	const char	*purpose;		/* name of its template: "refused", "list" …; [a-z-], 1 to 32 octets */
	const char	*recipient;		/* canonical address it goes to; never empty */
	const char	*cause;			/* what it answers: one letter ever for (cause, purpose, recipient) */
	const char	*values;		/* a JSON object of texts for the template; NULL reads as "{}" */
	int64_t		 made_at, next_at;	/* ms */
	unsigned	 tries;
	const char	*reference;		/* of the statement it tells of; "" */
	int64_t		 number;		/* of the case it tells of; 0 */
	enum ledger_letter_state	 state;
	const char	*error;			/* of the last try; "" */
};

/* ---- cases: complaints --------------------------------------------------------------------------- */

enum ledger_case_state {
	CASE_NONE,
	CASE_REPORTED,		/* moved to Junk: waits for the person's one reply; no refusal, no measure */
	CASE_OPEN,
	CASE_ACTING,		/* the measure was begun */
	CASE_DONE, CASE_FAILED,	/* the measure's end */
	CASE_CLOSED,
	CASE_STATE_MAX
};
const char			*ledger_case_state_name(enum ledger_case_state);	/* "reported", … */
enum ledger_case_state		 ledger_case_state_by_name(const char *name);

struct ledger_case {
	int64_t		 number;		/* given by the ledger, from 1 */
	enum ledger_case_state	 state;
	const char	*kind;			/* "commercial", "other", "privacy" */
	const char	*source;		/* "forward", "inline", "report", "junk", "admin" */
	bool		 weak;			/* the evidence is a quotation only */
	bool		 hold;			/* kept beyond retention */
	int64_t		 opened_at, changed_at, closed_at;	/* ms; 0: not yet */
	const char	*recipient;		/* key of the person; NULL once erased */
	const char	*sender;		/* sender key complained of; "" unknown; NULL once erased */
	const char	*from;			/* From address of the message; "" */
	const char	*subject;		/* UTF-8, cut at 200 octets; "" */
	const char	*message_id;		/* of the offending message; "" */
	const char	*decision;		/* id of our decision on it; "" unknown */
	const char	*cause;			/* Message-ID of what brought it; same (recipient, cause, message) → same case */
	const char	*envelope;		/* what is known of how it came: "sender=… client=… queue=…"; "" */
	const char	*reason;		/* of closing, or the last result of the measure; "" */
	int64_t		 statement;		/* seq of the complaint in the chain */
	int64_t		 refusal;		/* seq of the refusal that followed; 0 */
	const char	*evidence;		/* raw message; NULL where a listing leaves it out or it is erased */
	size_t		 evidence_len;
	size_t		 evidence_size;		/* octets of the whole message; more than evidence_len: it was cut */
	char		 sha256[LEDGER_HASH_HEX + 1];	/* of the evidence kept */
	unsigned	 tries;			/* of the measure */
	int64_t		 next_at;		/* when the measure is due; 0: none is */
};

/* ---- the act ------------------------------------------------------------------------------------- */

#define LEDGER_ALWAYS	((size_t)-1)	/* hangs on no statement and no case */

/*
 * A letter that is queued when what it hangs on was written just now (LEDGER_WRITTEN, or the case is new); of one
 * that hangs on both, either.
 */
struct ledger_act_letter {
	struct ledger_letter	letter;		/* id, state, tries, reference, number are not looked at */
	size_t			statement;	/* index into statements, or LEDGER_ALWAYS */
	size_t			complaint;	/* index into cases, or LEDGER_ALWAYS */
};

/* A case; its state says what follows: OPEN with measure queues the measure. */
struct ledger_act_case {
	struct ledger_case	complaint;	/* number, statement, refusal, times are given by the ledger */
	size_t			statement;	/* index of the refusal that follows, or LEDGER_ALWAYS */
	bool			measure;
};

struct ledger_act {
	int64_t				 now;		/* ms */
	const struct ledger_statement	*statements;
	size_t				 nstatements;
	const struct ledger_act_letter	*letters;
	size_t				 nletters;
	unsigned			 letters_per_day;	/* to one recipient; 0: no limit */
	const struct ledger_act_case	*cases;
	size_t				 ncases;
};

struct ledger_act_result {
	struct ledger_receipt	 receipts[LEDGER_ACT_MAX];	/* of the statements, in order */
	struct {
		int64_t	number;
		bool	made;			/* false: the case was there already */
	}			 cases[LEDGER_ACT_MAX];
	unsigned		 letters;	/* queued now */
	unsigned		 letters_over;	/* left out by letters_per_day */
};

/*
 * Does all of it in one transaction, or nothing.  Each case appends its statement of kind complaint to the chain
 * (source: the case's; sender key "*" when the case names none), before the refusal that follows it.  What is
 * repeated (a crash between commit and answer, a second delivery) changes nothing and queues no second letter.
 * What a mail wrote (a cause, a case's from, subject, Message-ID, envelope …) is cut and mended, never refused; a
 * letter's purpose, recipient and values are refused when they are not what is said above.  0, or -1.
 */
int	ledger_do(struct ledger *ledger, const struct ledger_act *act, struct ledger_act_result *result_r,
	    struct err *err);

/* ---- the worker's side --------------------------------------------------------------------------- */

typedef bool	ledger_letter_fn(void *arg, const struct ledger_letter *letter);
struct ledger_letter_filter {
	enum ledger_letter_state state;		/* LETTER_NONE: all */
	const char		*recipient;	/* NULL: all */
	int64_t			 due;		/* those with next_at <= due; 0: all */
	int64_t			 limit;		/* 0: none */
};
/* Oldest due first.  Returns how many were shown, or -1. */
int64_t	ledger_letters(struct ledger *ledger, const struct ledger_letter_filter *filter, ledger_letter_fn *fn,
	    void *arg, struct err *err);
/*
 * Before a try: takes the letter until now + lease, so that no second worker sends it, and counts the try.
 * 1 taken, 0 it is not due any more, -1.
 */
int	ledger_letter_take(struct ledger *ledger, int64_t id, int64_t now, int64_t lease, struct err *err);
/* After a try: SENT, DEAD, or QUEUED again for next_at, with the error.  1, 0 no such letter is queued, -1. */
int	ledger_letter_end(struct ledger *ledger, int64_t id, enum ledger_letter_state state, int64_t next_at,
	    const char *error, struct err *err);

/* ---- cases, for the worker and the administrator ------------------------------------------------- */

struct ledger_case_filter {
	int64_t			 number;	/* exactly that one; 0: all */
	enum ledger_case_state	 state;		/* CASE_NONE: all */
	const char		*recipient;	/* key; NULL: all */
	const char		*sender;	/* key, or a domain: it and all below; NULL: all */
	int64_t			 since, until;	/* opened_at, [since, until); 0: open */
	int64_t			 opened_before;	/* still reported, open, acting or failed, and opened before; 0: all */
	int64_t			 due;		/* a measure with next_at <= due; 0: all */
	bool			 evidence;	/* bring the evidence along */
	int64_t			 limit;
};
typedef bool	ledger_case_fn(void *arg, const struct ledger_case *complaint);
int64_t	ledger_cases(struct ledger *ledger, const struct ledger_case_filter *filter, ledger_case_fn *fn, void *arg,
	    struct err *err);

/* A change of one case, with the letters that tell of it.  reason: NULL keeps the old one. */
struct ledger_case_change {
	int64_t				 number;
	int64_t				 now;
	enum ledger_case_state		 from;		/* only if it is in this state; CASE_NONE: any but closed */
	enum ledger_case_state		 to;		/* CASE_NONE: keeps */
	const char			*reason;
	int				 hold;		/* 1 on, 0 off, -1 keep */
	int64_t				 next_at;	/* of the measure; 0: none, -1 keep */
	bool				 tried;		/* counts one try */
	const struct ledger_act_letter	*letters;	/* queued if the change was made */
	size_t				 nletters;
	const struct ledger_statement	*refusal;	/* of a confirmed case: appended with it; NULL */
	int64_t				 due;		/* only if its measure is due by then; 0: whenever it is */
};
/* 1 changed, 0 there is no such case in such a state, -1. */
int	ledger_case_change(struct ledger *ledger, const struct ledger_case_change *change,
	    struct ledger_receipt *receipt_r, struct err *err);

/* ---- conversations: keyed hashes only ------------------------------------------------------------ */

/*
 * Notes n digests of 16 octets at now, without waiting: lost when the ledger is away or busy (DESIGN 5.3).
 * True when they were taken up, false when they were dropped at once.
 */
bool	ledger_talk_note(struct ledger *ledger, const unsigned char (*digests)[16], size_t n, int64_t now);
/* Whether one of them was noted at since or later.  1, 0, -1. */
int	ledger_talk_known(struct ledger *ledger, const unsigned char (*digests)[16], size_t n, int64_t since,
	    struct err *err);
/* Digests that were dropped or could not be written since the ledger was opened. */
uint64_t	ledger_talk_lost(struct ledger *ledger);

#endif
