/*
 * judge_private.h - what the files of judge share.
 *
 * Floor 3.  For judge*.c only.
 */
#ifndef TUIDING_JUDGE_PRIVATE_H
#define TUIDING_JUDGE_PRIVATE_H

#include "judge.h"
#include "judge_split.h"
#include "text.h"

#define JUDGE_FROM_MAX		8	/* From addresses looked at */
#define JUDGE_RESULTS_MAX	50	/* Authentication-Results fields looked at */

/* Compiled rules under several judges. */
struct judge_shared {
	_Atomic unsigned	 references;
	struct judge_rules	*rules;
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

#endif
