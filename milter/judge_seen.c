/*
 * judge_seen.c - whether a message went through here before, or is a letter of our own.
 *
 * Floor 3.5, part of judge.  DESIGN section 2: what an internal client brings back with our own mark is left as it is.
 */
#include <stdlib.h>
#include <string.h>
#include "judge_private.h"

#define DAY	(24LL * 3600 * 1000)	/* ms */

/*
 * Our own mark on a message from an internal client: it went through here before, as a content filter brings it
 * back.  An id stands in every header we ever wrote, so it proves nothing alone: the decisions it names must be of
 * this Message-ID, of the last day, and of every recipient.  Whoever logs in brings new mail, not old.
 */
struct seen {
	const struct judge_case	*c;
	bool			*of;		/* for each recipient */
};

static bool
seen_before(void *arg, const struct ledger_decision *decision)
{
	struct seen *seen = arg;
	size_t i;

	if (decision->at > seen->c->msg->now || seen->c->msg->now - decision->at > DAY)
		return true;
	for (i = 0; i < seen->c->answer->nrcpts; i++)
		if (strcmp(seen->c->answer->rcpts[i].key, decision->recipient) == 0)
			seen->of[i] = true;
	return true;
}

/* Whether every recipient has a decision under this id. */
static bool
all_seen(const struct judge_case *c, const char *id, const char *message_id)
{
	const struct ledger_decision_filter filter = { .id = id, .message_id = message_id };
	struct seen seen = { .c = c };
	bool all = false;
	size_t i;

	seen.of = calloc(c->answer->nrcpts + 1, sizeof(*seen.of));
	/* When the ledger cannot say, the message is judged once more: never skipped by mistake. */
	if (seen.of != NULL && ledger_decisions(c->judge->set.ledger, &filter, seen_before, &seen, NULL) > 0)
		for (i = 0, all = true; i < c->answer->nrcpts; i++)
			all = all && (seen.of[i] || c->answer->rcpts[i].exempt);
	free(seen.of);
	return all;
}

bool
judge_was_seen(const struct judge_case *c)
{
	const struct mime_field *field, *message_id;
	char id[LEDGER_ID_MAX + 1];
	bool seen = false;
	const char *p;
	size_t i, n;

	message_id = mime_field_named(c->mime, "Message-ID", 0);
	if (c->answer->direction != DIRECTION_OUTBOUND || c->judge->set.ledger == NULL || message_id == NULL ||
	    (c->msg->login != NULL && c->msg->login[0] != '\0') || c->answer->nrcpts == 0)
		return false;
	for (i = 0; !seen && i < 4 && (field = mime_field_named(c->mime, "X-Tuiding", i)) != NULL; i++) {
		p = strstr(field->text, "id=");
		if (p == NULL)
			continue;
		n = strspn(p + 3, "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
		if (n == 0 || n > LEDGER_ID_MAX)
			continue;
		memcpy(id, p + 3, n);
		id[n] = '\0';
		seen = all_seen(c, id, message_id->text);
	}
	return seen;
}

bool
judge_is_own_letter(const struct judge_case *c)
{
	char from[ADDR_MAX + 1], envelope[ADDR_MAX + 1];

	judge_envelope_key(c->msg->sender, envelope);
	return c->answer->direction == DIRECTION_OUTBOUND && envelope[0] == '\0' &&
	    (c->msg->login == NULL || c->msg->login[0] == '\0') && c->judge->set.command_address[0] != '\0' &&
	    mime_field_named(c->mime, "X-Tuiding-Letter", 0) != NULL &&
	    judge_recipient_key(c->judge, c->sender.from, from) && strcmp(from, c->judge->set.command_address) == 0;
}
