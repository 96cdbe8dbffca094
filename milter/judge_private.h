/*
 * judge_private.h - what the files of judge share.
 *
 * Floor 3.5.  For judge*.c only.
 */
#ifndef TUIDING_JUDGE_PRIVATE_H
#define TUIDING_JUDGE_PRIVATE_H

#include "command.h"
#include "judge.h"
#include "judge_rate.h"
#include "judge_split.h"
#include "ledger_act.h"
#include "text.h"

#define JUDGE_FROM_MAX		8	/* From addresses looked at */
#define JUDGE_RESULTS_MAX	50	/* Authentication-Results fields looked at */

/* Compiled rules, and keys, under several judges. */
struct judge_shared {
	_Atomic unsigned	 references;
	struct judge_rules	*rules;
	struct token_keys	*keys;
};

struct judge {
	_Atomic unsigned	 references;
	struct judge_settings	 set;		/* deep copy */
	struct judge_shared	*shared;
	const struct judge_rules *rules;	/* its */
	struct sender_settings	 sender;	/* points into set */
};

/* One message on its way through judge_message(); everything here ends with the call. */
struct judge_case {
	const struct judge		*judge;
	const struct judge_message	*msg;
	struct judge_answer		*answer;
	struct mime			*mime;
	struct text			*text;
	struct sender			 sender;
	const struct policy_row		*row;
	bool				 soft;		/* gateway, trusted forwarder or list */
	char				 subject[201];	/* UTF-8, for the record */
};

/* judge_settings.c: deep copies, and look-ups in the lists. */
int	judge_settings_copy(struct judge_settings *to, const struct judge_settings *from, struct err *err);
void	judge_settings_clear(struct judge_settings *set);
bool	judge_list_has(const struct judge_list *sorted, const char *item);
bool	judge_list_has_net(const struct judge_list *nets, const char *address);
/* key itself, or its "@domain" (or a parent domain's), stands in the list. */
bool	judge_list_has_recipient(const struct judge_list *list, const char *key);
bool	judge_is_internal(const struct judge *judge, const char *client, const char *login);
bool	judge_is_local(const struct judge *judge, const char *key);
/* The recipient's key, mapped; false when it is no mailbox (key is then ""). */
bool	judge_recipient_key(const struct judge *judge, const char *rcpt, char key[ADDR_MAX + 1]);
/* The envelope sender as the split memory knows it; "" for the null sender, NULL or what is no mailbox. */
void	judge_envelope_key(const char *sender, char out[ADDR_MAX + 1]);
/* postmaster, abuse, our own addresses, and the configuration's exempt recipients. */
bool	judge_recipient_exempt(const struct judge *judge, const char *rcpt, const char *key);

/* judge_verdict.c: standing and verdict of every recipient, the mix, the one answer. */
void	judge_verdicts(struct judge_case *c);

/* judge_mark.c: what the delivered message bears. */
void	judge_marks(struct judge_case *c);
/* Replaces {id} and {sender} in a text of the configuration; ASCII, cut at size. */
void	judge_fill(const char *text, const char *id, const char *sender, char *out, size_t size);

/* judge_record.c: the decisions, durable before the answer.  0, or -1 with answer->why. */
int	judge_record(struct judge_case *c);

/* ---- words from recipients ---------------------------------------------------------------------- */

/* judge_person.c: who writes, and how that is known. */
struct judge_person {
	char		key[ADDR_MAX + 1];	/* their mailbox; "" nobody who is known */
	const char	*proof;			/* "login", "submitter", "dmarc", "dkim", "spf"; "none": From only says so */
	bool		 proven;
};
void	judge_person_of(const struct judge_case *c, struct judge_person *person_r);
/* Whether key is a mailbox of several people. */
bool	judge_is_shared(const struct judge *judge, const char *key);

/* judge_person.c: what a recipient's address says to us. */
enum judge_desk { DESK_NONE, DESK_COMMAND, DESK_TOKEN, DESK_COMPLAINT };
struct judge_desk_address {
	enum judge_desk	 desk;
	enum token_kind	 kind;				/* of a genuine token */
	char		 reference[TOKEN_REFERENCE_MAX + 1];	/* "": the token is not ours, or none */
};
void	judge_desk_of(const struct judge *judge, const char *rcpt, struct judge_desk_address *desk_r);

/*
 * judge_word.c: finds the command in a message, does what follows from it, durably, and fills answer->said.
 * 0; -1 when it could not be kept: the message must come again.
 */
int	judge_words(struct judge_case *c, struct err *err);

/* judge_act.c: one word being acted upon. */
struct judge_act {
	struct judge_case		*c;
	struct judge_person		 person;	/* who said it */
	char				 recipient[ADDR_MAX + 1];	/* for whom: the person, or whom the token names */
	const char			*source;	/* of the statements: "reply", "token", "mail", "complaint" */
	char				 cause[300];	/* Message-ID of the mail, or a hash of it */
	char				*evidence;	/* how it came, and the mail; owned */
	size_t				 evidence_len, evidence_head;	/* head: the lines of how it came */
	char				*values[8];	/* of the letters; owned */
	size_t				 nvalues;
	struct ledger_statement		 statements[LEDGER_ACT_MAX];
	struct ledger_act_letter	 letters[LEDGER_ACT_MAX];
	struct ledger_act_case		 cases[LEDGER_ACT_MAX];
	struct ledger_act		 act;
	struct ledger_act_result	 result;
};
int	judge_act_begin(struct judge_act *act, struct judge_case *c, const struct judge_person *person,
	    const char *recipient, const char *source, struct err *err);
/* Adds a statement of the person; its index.  sender and reference must live until judge_act_end(). */
size_t	judge_act_say(struct judge_act *act, enum ledger_kind kind, const char *sender, const char *reference);
/* Adds a letter, where one may go.  statement, complaint: what it hangs on, or LEDGER_ALWAYS. */
void	judge_act_tell(struct judge_act *act, const char *purpose, const char *const *pairs, size_t npairs,
	    size_t statement, size_t complaint);
/* Does it.  0; -1 with err. */
int	judge_act_do(struct judge_act *act, struct err *err);
void	judge_act_end(struct judge_act *act);

/* judge_complaint.c: a mail to the complaint address, or a word of complaint about one decision.  0, -1. */
int	judge_complain(struct judge_case *c, const struct judge_person *person, struct err *err);
struct judge_word_decision;
int	judge_complain_of(struct judge_act *act, const struct judge_word_decision *decision, struct err *err);
/* A reported case that its person confirms.  0, -1. */
int	judge_confirm(struct judge_case *c, const struct judge_person *person, const char *number, struct err *err);

/* judge_seen.c: whether it bears our own mark, of decisions on this very message.  Ledger away: no. */
bool	judge_was_seen(const struct judge_case *c);
/* A letter of the worker's on its way out: an answer to a person, never advertising, whatever words it quotes. */
bool	judge_is_own_letter(const struct judge_case *c);

/* judge.c: the class of a message, nothing else. */
enum policy_class	judge_class_of(const struct judge *judge, const char *octets, size_t len, int64_t now);

/* judge_offer.c: the way out on what is delivered. */
void	judge_offers(struct judge_case *c);
/* The address that bears the token of a reference: "tuiding+TOKEN@…".  False: there are no keys or no address. */
bool	judge_token_address(const struct judge *judge, enum token_kind kind, const char *reference,
	    char out[ADDR_MAX + 1]);

/* judge_talk.c: who wrote to whom. */
void	judge_talk_learn(const struct judge_case *c);
/* Whether the person wrote to the (authenticated) From of this message.  1, 0, -1 the ledger cannot say. */
int	judge_talk_knows(const struct judge_case *c, const char *recipient, struct err *err);

/* judge_notice.c: our own sender is told whom a mixed message did not reach. */
void	judge_notice_mixed(struct judge_case *c);

#endif
