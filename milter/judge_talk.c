/*
 * judge_talk.c - who wrote to whom, as keyed hashes: correspondents.
 *
 * Floor 3.5, part of judge.  DESIGN section 5.3: policy against mistakes, learnt from outbound mail that a person
 * wrote, never waited for, lost without harm.
 */
#include <string.h>
#include "judge_private.h"

#define DAY		(24LL * 3600 * 1000)	/* ms */
#define TALK_RECIPIENTS	100			/* of one message that are learnt */

static void
wrote(const struct judge_case *c, const char *mailbox, const char *address, unsigned char out[TOKEN_DIGEST])
{
	const char *const texts[] = { mailbox, address };

	token_digest(c->judge->shared->keys, "wrote", texts, 2, out);
}

static bool
can_talk(const struct judge_case *c)
{
	return c->judge->shared->keys != NULL && c->judge->set.ledger != NULL && c->judge->set.correspondent_days > 0;
}

void
judge_talk_learn(const struct judge_case *c)
{
	unsigned char digests[TALK_RECIPIENTS][TOKEN_DIGEST];
	char mailbox[ADDR_MAX + 1];
	size_t i, n = 0;

	if (c->msg->dry || c->answer->direction != DIRECTION_OUTBOUND || !can_talk(c) ||
	    !judge_is_local(c->judge, c->sender.from) || command_is_automatic(c->mime, c->msg->sender) ||
	    !judge_recipient_key(c->judge, c->sender.from, mailbox))
		return;
	for (i = 0; i < c->answer->nrcpts && i < TALK_RECIPIENTS; i++) {
		const char *key = c->answer->rcpts[i].key;

		if (key[0] == '\0' || c->answer->rcpts[i].exempt)
			continue;
		wrote(c, mailbox, key, digests[n++]);
	}
	if (n > 0)
		(void)ledger_talk_note(c->judge->set.ledger, (const unsigned char (*)[TOKEN_DIGEST])digests, n, c->msg->now);
}

int
judge_talk_knows(const struct judge_case *c, const char *recipient, struct err *err)
{
	unsigned char digests[1][TOKEN_DIGEST];
	char from[ADDR_MAX + 1];

	if (!can_talk(c) || !c->sender.authenticated || !judge_recipient_key(c->judge, c->sender.from, from))
		return 0;
	wrote(c, recipient, from, digests[0]);
	return ledger_talk_known(c->judge->set.ledger, (const unsigned char (*)[TOKEN_DIGEST])digests, 1,
	    c->msg->now - c->judge->set.correspondent_days * DAY, err);
}
