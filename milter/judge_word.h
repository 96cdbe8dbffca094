/*
 * judge_word.h - what the files about words from recipients share.
 *
 * Floor 3.5.  For judge_word*.c, judge_complaint.c and judge_matter.c only.
 */
#ifndef TUIDING_JUDGE_WORD_H
#define TUIDING_JUDGE_WORD_H

#include "judge_private.h"

#define JUDGE_WORD_SHORT	2000	/* octets of text below which a message that answers none may hold a command */

/* What is taken from a decision: it outlives the listing. */
struct judge_word_decision {
	bool			found;
	char			id[LEDGER_ID_MAX + 1];
	char			recipient[ADDR_MAX + 1];
	char			sender[ADDR_MAX + 1];
	char			key[ADDR_KEY_MAX + 1];		/* that a refusal gets */
	char			message_id[300];
	char			subject[201];
	enum policy_direction	direction;
};

/* The newest commercial decision of a filter; ledger NULL: it cannot be read.  1, 0, -1. */
int	judge_word_find(struct ledger *ledger, const struct ledger_decision_filter *filter,
	    struct judge_word_decision *found_r, struct err *err);

/* judge_word_act.c: does what the command says for recipient; meant is NULL where no decision is meant.  0, -1. */
int	judge_word_act(struct judge_case *c, const struct judge_person *person, const char *recipient, const char *source,
	    const struct command *command, const struct judge_word_decision *meant, struct err *err);

/*
 * Whether this person, and an outside client, may say one more thing this hour; if not, the log says so.  What was
 * done is counted after it: what was put off is not, else its retries would use up the hour.
 */
bool	judge_word_may(struct judge_case *c, const char *recipient);
void	judge_word_count(struct judge_case *c, const char *recipient);

/* For the log: what came of it. */
void	judge_word_outcome(struct judge_case *c, const char *outcome);

#endif
