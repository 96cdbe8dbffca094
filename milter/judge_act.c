/*
 * judge_act.c - one word being acted upon: its statements, letters and cases gathered, then done in one transaction.
 *
 * Floor 3.5, part of judge.  DESIGN section 7: durable before the SMTP answer; repeated, it changes nothing.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "judge_private.h"
#include "notify.h"

/* The Message-ID, else a hash of the whole: the same mail again is the same word. */
static void
take_cause(struct judge_act *act, const struct judge_case *c)
{
	const struct mime_field *id = mime_field_named(c->mime, "Message-ID", 0);
	size_t i, n = 0;
	char *sum;

	for (i = 0; id != NULL && id->text[i] != '\0' && n + 1 < sizeof(act->cause); i++)
		if (id->text[i] > 0x20 && id->text[i] < 0x7f)
			act->cause[n++] = id->text[i];
	act->cause[n] = '\0';
	if (n > 2 && n < 250)
		return;
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)c->msg->octets, c->msg->len);
	(void)snprintf(act->cause, sizeof(act->cause), "<%s@sha256.invalid>", sum);
	g_free(sum);
}

/* How the word came, and the mail itself: what an auditor wants to see. */
static int
take_evidence(struct judge_act *act, const struct judge_case *c)
{
	const struct judge_settings *set = &c->judge->set;
	size_t max = set->evidence_max < LEDGER_EVIDENCE_MAX ? set->evidence_max : LEDGER_EVIDENCE_MAX, len = c->msg->len;
	char head[1600];
	int n;

	n = snprintf(head, sizeof(head), "source=%s proof=%s client=%.60s login=%.250s envelope=%.320s octets=%zu\n\n",
	    act->source, act->person.proof, c->msg->client == NULL ? "local" : c->msg->client,
	    c->msg->login == NULL ? "-" : c->msg->login, c->sender.envelope, c->msg->len);
	if (n < 0 || (size_t)n >= sizeof(head))
		return -1;
	max = max > (size_t)n ? max - (size_t)n : 0;
	if (len > max)
		len = max;
	act->evidence = malloc((size_t)n + len + 1);
	if (act->evidence == NULL)
		return -1;
	memcpy(act->evidence, head, (size_t)n);
	memcpy(act->evidence + n, c->msg->octets, len);
	act->evidence_head = (size_t)n;
	act->evidence_len = (size_t)n + len;
	return 0;
}

int
judge_act_begin(struct judge_act *act, struct judge_case *c, const struct judge_person *person,
    const char *recipient, const char *source, struct err *err)
{
	memset(act, 0, sizeof(*act));
	act->c = c;
	act->person = *person;
	act->source = source;
	(void)snprintf(act->recipient, sizeof(act->recipient), "%s", recipient);
	act->act.now = c->msg->now;
	act->act.letters_per_day = c->judge->set.confirmations_per_day;
	take_cause(act, c);
	return take_evidence(act, c) == 0 ? 0 : err_set(err, "no memory for the evidence");
}

size_t
judge_act_say(struct judge_act *act, enum ledger_kind kind, const char *sender, const char *reference)
{
	size_t i = act->act.nstatements;

	if (i == LEDGER_ACT_MAX)
		return LEDGER_ALWAYS;
	act->statements[i] = (struct ledger_statement){
		.kind = kind, .source = act->source, .given_at = act->c->msg->now, .received_at = act->c->msg->now,
		.reference = reference, .recipient = act->recipient, .sender = sender, .message_id = act->cause,
		.evidence = act->evidence, .evidence_len = act->evidence_len,
	};
	act->act.nstatements++;
	return i;
}

/*
 * To whoever is proven to have said it; and to the mailbox that a token was delivered to, which is one of ours.
 * Nobody else: a letter to a forged From would be one more unwanted mail.
 */
static bool
may_tell(const struct judge_act *act)
{
	if (act->recipient[0] == '\0' || judge_is_shared(act->c->judge, act->recipient))
		return false;
	if (act->person.proven && strcmp(act->person.key, act->recipient) == 0)
		return true;
	return strcmp(act->source, "token") == 0 && judge_is_local(act->c->judge, act->recipient);
}

void
judge_act_tell(struct judge_act *act, const char *purpose, const char *const *pairs, size_t npairs,
    size_t statement, size_t complaint)
{
	size_t i = act->act.nletters;
	char *values;

	if (!may_tell(act) || i == LEDGER_ACT_MAX || act->nvalues == sizeof(act->values) / sizeof(act->values[0]))
		return;
	values = notify_values(pairs, npairs);
	if (values == NULL)
		return;				/* the word counts all the same */
	act->values[act->nvalues++] = values;
	act->letters[i] = (struct ledger_act_letter){
		.letter = {
			.purpose = purpose, .recipient = act->recipient, .cause = act->cause, .values = values,
			.next_at = act->c->msg->now,
		},
		.statement = statement, .complaint = complaint,
	};
	act->act.nletters++;
}

int
judge_act_do(struct judge_act *act, struct err *err)
{
	act->act.statements = act->statements;
	act->act.letters = act->letters;
	act->act.cases = act->cases;
	if (act->act.nstatements + act->act.nletters + act->act.ncases == 0)
		return 0;
	if (act->c->judge->set.ledger == NULL)
		return err_set(err, "the ledger is not open");
	return ledger_do(act->c->judge->set.ledger, &act->act, &act->result, err);
}

void
judge_act_end(struct judge_act *act)
{
	size_t i;

	for (i = 0; i < act->nvalues; i++)
		free(act->values[i]);
	free(act->evidence);
	act->nvalues = 0;
	act->evidence = NULL;
}
