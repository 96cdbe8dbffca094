/*
 * judge_complaint.c - complaints under Article 8: cases with their evidence, and what follows from them.
 *
 * Floor 3.5, part of judge.  DESIGN section 8.  A person complains for themselves; their own network's reports, and
 * a provider's for its own customers, count for the recipient they name.  A refusal follows for commercial mail only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "complaint.h"
#include "judge_matter.h"
#include "judge_word.h"
#include "notify.h"

#define CASES_MAX	(LEDGER_ACT_MAX / 2)		/* in one mail: each has a refusal too */

/* ---- who complains ----------------------------------------------------------------------------------- */

/*
 * Whether a report counts for the recipient it names: a machine's inside, for one of ours; a provider's, for its own
 * customer.  One of our people, or a customer of a public mail service, speaks for nobody else: only those who run
 * the mail there do (RFC 2142).
 */
static bool
reports_for(const struct judge_case *c, const struct judge_person *person, const char *recipient)
{
	const char *theirs = addr_domain_of(recipient), *domain = addr_domain_of(person->key);

	if (!person->proven)
		return c->answer->direction == DIRECTION_OUTBOUND && judge_is_local(c->judge, recipient);
	if (theirs == NULL || domain == NULL || strcmp(theirs, domain) != 0)
		return false;
	if (strncmp(person->key, "abuse@", 6) == 0 || strncmp(person->key, "postmaster@", 11) == 0)
		return true;
	return !judge_is_local(c->judge, recipient) && !judge_list_has(&c->judge->set.public_mail_domains, domain);
}

/* For whom: the recipient a report names, or the person themselves.  "": nobody who may. */
static const char *
complainant(const struct judge_case *c, const struct judge_person *person, const struct complaint *complaint)
{
	if (complaint->original_recipient[0] != '\0' && reports_for(c, person, complaint->original_recipient))
		return complaint->original_recipient;
	return person->proven ? person->key : "";
}

/* A report may be written by a machine; whatever else a machine sends here is no demand (RFC 3834). */
static bool
is_idle_talk(const struct judge_case *c, const struct complaint *complaint)
{
	bool report = complaint->n > 0 && complaint->item[0].source == COMPLAINT_REPORT;

	return !report && command_is_automatic(c->mime, c->msg->sender);
}

/* ---- the case ------------------------------------------------------------------------------------------ */

static void
open_case(struct judge_act *act, const struct judge_matter *m, const struct complaint_item *item, bool privacy)
{
	const struct judge_settings *set = &act->c->judge->set;
	struct ledger_act_case *opened = &act->cases[act->act.ncases++];

	*opened = (struct ledger_act_case){
		.statement = LEDGER_ALWAYS, .measure = set->measures && m->decision[0] != '\0',
	};
	if (m->commercial && m->key[0] != '\0')
		opened->statement = judge_act_say(act, LEDGER_REFUSAL, m->key, NULL);
	judge_matter_case(m, item, set->evidence_max, &opened->complaint);
	if (privacy)
		opened->complaint.kind = "privacy";
	opened->complaint.source = complaint_source_name(item->source);
	opened->complaint.recipient = act->recipient;
	opened->complaint.cause = act->cause;
}

static void
tell_opened(struct judge_act *act, const char *from, const char *subject, const char *key, bool refused)
{
	char more[24] = "";
	const char *const pairs[] = {
		"from", from, "subject", subject, "sender", key, "refused", refused ? "yes" : "", "more", more,
	};

	if (act->act.ncases > 1)
		(void)snprintf(more, sizeof(more), "%zu", act->act.ncases - 1);
	judge_act_tell(act, NOTIFY_CASE_OPENED, pairs, 5, LEDGER_ALWAYS, 0);
}

static int
open_all(struct judge_act *act, const struct complaint *complaint, struct judge_matter *matters,
    struct err *err)
{
	struct judge_case *c = act->c;
	size_t i, n = complaint->n < CASES_MAX ? complaint->n : CASES_MAX, own = 0;

	for (i = 0; i < n; i++) {
		if (strcmp(complaint->item[i].from, act->recipient) == 0) {
			own++;			/* nobody complains of themselves */
			continue;
		}
		if (judge_matter_look(c->judge, c->judge->set.ledger, act->recipient, &complaint->item[i], c->msg->now,
		    &matters[i], err) != 0)
			return -1;
		open_case(act, &matters[i], &complaint->item[i], complaint->privacy);
	}
	if (act->act.ncases > 0) {
		const struct ledger_act_case *first = &act->cases[0];

		tell_opened(act, first->complaint.from, first->complaint.subject, first->complaint.sender,
		    first->statement != LEDGER_ALWAYS);
		return 0;
	}
	judge_word_outcome(c, own > 0 ? "ignored: their own message" : "no message in it");
	if (own == 0) {
		const char *const pairs[] = { "line", c->subject };

		judge_act_tell(act, NOTIFY_HELP, pairs, 1, LEDGER_ALWAYS, LEDGER_ALWAYS);
	}
	return 0;
}

int
judge_complain(struct judge_case *c, const struct judge_person *person, struct err *err)
{
	struct judge_act *act = calloc(1, sizeof(*act));
	struct judge_matter *matters = calloc(CASES_MAX, sizeof(*matters));
	struct complaint complaint = { .item = NULL };
	const char *recipient;
	int ret = -1;

	if (act == NULL || matters == NULL) {
		(void)err_set(err, "no memory for a complaint");
		goto out;
	}
	if (complaint_read(c->mime, c->msg->octets, c->msg->len, c->judge->set.default_charset, &complaint, err) < 0)
		goto out;
	if (is_idle_talk(c, &complaint)) {
		judge_word_outcome(c, "ignored: automatic");
		ret = 0;
		goto out;
	}
	recipient = complainant(c, person, &complaint);
	(void)snprintf(c->answer->said.person, sizeof(c->answer->said.person), "%s", recipient);
	if (recipient[0] == '\0' || judge_is_shared(c->judge, recipient)) {
		judge_word_outcome(c, "ignored: nothing proves who");
		ret = 0;
		goto out;
	}
	if (!judge_word_may(c, recipient)) {
		ret = 0;
		goto out;
	}
	if (judge_act_begin(act, c, person, recipient, "complaint", err) != 0)
		goto out;
	judge_word_outcome(c, "answered");
	if (open_all(act, &complaint, matters, err) != 0 || judge_act_do(act, err) != 0)
		goto out;
	judge_word_count(c, recipient);
	c->answer->said.cases = (unsigned)act->act.ncases;
	if (act->act.ncases > 0)
		judge_word_outcome(c, act->result.cases[0].made ? "recorded" : "repeated");
	ret = 0;
out:
	if (act != NULL)
		judge_act_end(act);
	complaint_clear(&complaint);
	free(matters);
	free(act);
	return ret;
}

/* 举报 in a reply or to a token: the decision is known, the message itself is not at hand. */
int
judge_complain_of(struct judge_act *act, const struct judge_word_decision *decision, struct err *err)
{
	bool refuse = decision->key[0] != '\0';	/* else the message named nobody */
	size_t statement;

	(void)err;
	statement = refuse ? judge_act_say(act, LEDGER_REFUSAL, decision->key, NULL) : LEDGER_ALWAYS;
	act->cases[0] = (struct ledger_act_case){
		.complaint = {
			.state = CASE_OPEN, .kind = "commercial", .source = "inline", .weak = true,
			.recipient = act->recipient, .sender = decision->key, .from = decision->sender,
			.subject = decision->subject, .message_id = decision->message_id, .decision = decision->id,
			.cause = act->cause, .envelope = "", .evidence = act->evidence,
			.evidence_len = act->evidence_len, .evidence_size = act->evidence_len,
		},
		.statement = statement, .measure = act->c->judge->set.measures,
	};
	act->act.ncases = 1;
	tell_opened(act, decision->sender, decision->subject, decision->key, refuse);
	(void)snprintf(act->c->answer->said.key, sizeof(act->c->answer->said.key), "%s", decision->key);
	act->c->answer->said.cases = 1;
	return 0;
}

/* ---- a reported case, confirmed -------------------------------------------------------------------------- */

struct reported {
	bool	found, commercial, measure;
	char	recipient[ADDR_MAX + 1], sender[ADDR_KEY_MAX + 1], from[ADDR_MAX + 1], subject[201];
};

static bool
take_reported(void *arg, const struct ledger_case *complaint)
{
	struct reported *r = arg;

	r->found = complaint->recipient != NULL && complaint->state == CASE_REPORTED;
	r->commercial = strcmp(complaint->kind, "commercial") == 0;
	r->measure = complaint->decision[0] != '\0';
	(void)snprintf(r->recipient, sizeof(r->recipient), "%s", complaint->recipient == NULL ? "" : complaint->recipient);
	(void)snprintf(r->sender, sizeof(r->sender), "%s", complaint->sender == NULL ? "" : complaint->sender);
	(void)snprintf(r->from, sizeof(r->from), "%s", complaint->from);
	(void)snprintf(r->subject, sizeof(r->subject), "%s", complaint->subject);
	return false;
}

/* The change, with the refusal and the letter that belong to it. */
static int
change_reported(struct judge_act *act, int64_t number, const struct reported *r, struct err *err)
{
	bool refuse = r->commercial && r->sender[0] != '\0';
	const char *const pairs[] = {
		"from", r->from, "subject", r->subject, "sender", r->sender, "refused", refuse ? "yes" : "",
		"more", "",
	};
	struct ledger_case_change change = {
		.number = number, .now = act->c->msg->now, .from = CASE_REPORTED, .to = CASE_OPEN, .hold = -1, .next_at = 0,
	};
	struct ledger_receipt receipt = { .outcome = LEDGER_FAILED };
	int ret;

	if (refuse)
		(void)judge_act_say(act, LEDGER_REFUSAL, r->sender, NULL);
	judge_act_tell(act, NOTIFY_CASE_OPENED, pairs, 5, LEDGER_ALWAYS, LEDGER_ALWAYS);
	change.refusal = refuse ? &act->statements[0] : NULL;
	change.letters = act->letters;
	change.nletters = act->act.nletters;
	if (r->measure && act->c->judge->set.measures)
		change.next_at = act->c->msg->now;
	ret = ledger_case_change(act->c->judge->set.ledger, &change, &receipt, err);
	if (ret == 1)
		(void)snprintf(act->c->answer->said.reference, sizeof(act->c->answer->said.reference), "%s",
		    refuse ? receipt.reference : "");
	return ret;
}

int
judge_confirm(struct judge_case *c, const struct judge_person *person, const char *number, struct err *err)
{
	struct ledger_case_filter filter = { .number = strtoll(number, NULL, 10), .limit = 1 };
	struct judge_person holder = *person;
	struct judge_act *act = NULL;
	struct reported r = { .found = false };
	struct command command;
	int ret;

	ret = command_read(c->mime, COMMAND_FORM_REPLY, c->judge->set.default_charset, &command, err);
	if (ret < 0)
		return -1;
	if (ret == 0 || command.verb != COMMAND_CONFIRM) {
		judge_word_outcome(c, "ignored: no command");
		return 0;
	}
	if (c->judge->set.ledger == NULL)
		return err_set(err, "the ledger is not open");
	if (ledger_cases(c->judge->set.ledger, &filter, take_reported, &r, err) < 0)
		return -1;
	if (!r.found) {
		judge_word_outcome(c, "ignored: no such case");
		return 0;
	}
	if (judge_is_shared(c->judge, r.recipient)) {
		judge_word_outcome(c, "ignored: shared mailbox");
		return 0;
	}
	if (!holder.proven || strcmp(holder.key, r.recipient) != 0)
		holder = (struct judge_person){ .proof = "token" };
	(void)snprintf(c->answer->said.person, sizeof(c->answer->said.person), "%s", r.recipient);
	(void)snprintf(c->answer->said.verb, sizeof(c->answer->said.verb), "%s", command_verb_name(command.verb));
	act = calloc(1, sizeof(*act));
	if (act == NULL)
		return err_set(err, "no memory for a complaint");
	ret = judge_act_begin(act, c, &holder, r.recipient, "token", err);
	if (ret == 0)
		ret = change_reported(act, filter.number, &r, err);
	if (ret >= 0)
		judge_word_outcome(c, ret == 1 ? "recorded" : "repeated");
	judge_act_end(act);
	free(act);
	return ret < 0 ? -1 : 0;
}
