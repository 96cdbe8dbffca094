/*
 * judge_record.c - the decisions on one message, durable before the MTA is answered.
 *
 * Floor 3.5, part of judge.  What cannot be recorded is not acted on: the sender is asked to come again, unless
 * the mode is observe, which never changes a delivery, or the policy says that "unknown" is let through.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "judge_private.h"

#define IDENTITIES_MAX	2048

/* "from=news@shop.example:pass envelope=b@esp.example:none", as explain reads it. */
static void
identities_text(const struct sender *sender, char *out, size_t size)
{
	size_t i, n = 0;
	int w;

	out[0] = '\0';
	for (i = 0; i < sender->nids && n < size; i++) {
		w = snprintf(out + n, size - n, "%s%s=%s:%s", n == 0 ? "" : " ",
		    policy_identity_name(sender->id[i].kind), sender->id[i].key.text,
		    sender->id[i].authenticated ? "pass" : "none");
		if (w < 0 || (size_t)w >= size - n) {
			out[n] = '\0';
			return;
		}
		n += (size_t)w;
	}
}

static void
fill(const struct judge_case *c, const struct judge_recipient *r, const char *raw, struct ledger_decision *d)
{
	const struct judge_answer *a = c->answer;

	(void)snprintf(d->id, sizeof(d->id), "%s", r->id);
	(void)snprintf(d->message, sizeof(d->message), "%s", a->id);
	d->recipient = r->key[0] == '\0' ? raw : r->key;	/* what is no mailbox is recorded as it came */
	d->recipient_raw = raw;
	d->standing = r->finding.standing;
	d->by_rule = r->finding.by_rule;
	d->word = r->word;
	d->matched_key = r->matched;
	d->action = r->action;
	d->would = r->would;
}

/* What enforcement does when the record cannot be kept. */
static void
unrecorded(struct judge_case *c, const struct err *err)
{
	struct judge_answer *a = c->answer;
	enum policy_action action = c->row->action[STANDING_UNKNOWN];
	size_t i;

	a->ledger_failed = true;
	(void)snprintf(a->why, sizeof(a->why), "%s", err->text);
	a->id[0] = '\0';
	for (i = 0; i < a->nrcpts; i++)
		a->rcpts[i].id[0] = '\0';
	if (c->judge->set.mode == MODE_OBSERVE)
		return;
	if (action == ACTION_ACCEPT || action == ACTION_TAG)
		return;				/* the verdicts stand, unrecorded, as the configuration asks */
	a->action = ACTION_TEMPFAIL;
	a->code[0] = a->xcode[0] = a->text[0] = '\0';	/* judge_message() fills them in */
	for (i = 0; i < a->nrcpts; i++)
		a->rcpts[i].action = ACTION_TEMPFAIL;
}

int
judge_record(struct judge_case *c)
{
	const struct judge_answer *a = c->answer;
	const struct mime_field *message_id;
	struct ledger_decision *all = NULL;
	char identities[IDENTITIES_MAX], reply[640];
	struct ledger_decision one = { .at = c->msg->now };
	struct err err = { "" };
	size_t i, n = 0;
	int ret = -1;

	if (a->ledger_failed) {			/* it was not there to be read; writing would only wait */
		(void)snprintf(err.text, sizeof(err.text), "%s", a->why);
		goto out;
	}
	all = calloc(a->nrcpts, sizeof(*all));
	if (all == NULL || c->judge->set.ledger == NULL) {
		(void)err_set(&err, all == NULL ? "no memory for decisions" : "the ledger is not open");
		goto out;
	}
	identities_text(&c->sender, identities, sizeof(identities));
	(void)snprintf(reply, sizeof(reply), "%s%s%s%s%s", a->code, a->code[0] == '\0' ? "" : " ", a->xcode,
	    a->xcode[0] == '\0' ? "" : " ", a->text);
	message_id = mime_field_named(c->mime, "Message-ID", 0);
	one.queue_id = c->msg->queue_id;
	one.message_id = message_id == NULL ? NULL : message_id->text;
	one.direction = a->direction;
	one.mode = c->judge->set.mode;
	one.score = a->score;
	one.required = a->required;
	one.sender = c->sender.from;
	one.envelope = c->sender.envelope;
	one.default_key = a->sender_key;
	one.identities = identities;
	one.rules = a->scored;
	one.subject = c->subject;
	one.client = c->msg->client == NULL ? "" : c->msg->client;
	one.login = c->msg->login == NULL ? "" : c->msg->login;
	one.reply = reply;
	for (i = 0; i < a->nrcpts; i++) {
		if (a->rcpts[i].exempt)
			continue;
		all[n] = one;
		fill(c, &a->rcpts[i], c->msg->rcpts[i], &all[n++]);
	}
	ret = n == 0 ? 0 : ledger_decide(c->judge->set.ledger, all, n, &err);
out:
	if (ret != 0)
		unrecorded(c, &err);
	free(all);
	return ret;
}
