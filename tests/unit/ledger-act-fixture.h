/*
 * ledger-act-fixture.h - acts made of few words, letters and cases written out as lines, for the tests of the ledger.
 */
#ifndef LEDGER_ACT_FIXTURE_H
#define LEDGER_ACT_FIXTURE_H

#include "ledger-fixture.h"
#include "ledger_act.h"

static inline struct ledger_act_letter
letter(const char *purpose, const char *recipient, const char *cause, size_t statement, size_t complaint)
{
	struct ledger_act_letter l = {
		.letter = { .purpose = purpose, .recipient = recipient, .cause = cause }, .statement = statement,
		.complaint = complaint,
	};

	return l;
}

static inline struct ledger_act_case
act_case(const char *recipient, const char *sender, const char *cause, const char *message_id, size_t statement)
{
	struct ledger_act_case c = {
		.complaint = {
			.state = CASE_OPEN, .kind = "commercial", .source = "forward", .recipient = recipient,
			.sender = sender, .cause = cause, .message_id = message_id,
		},
		.statement = statement,
	};

	return c;
}

static inline void
act_must(struct ledger *ledger, const struct ledger_act *act, struct ledger_act_result *result)
{
	struct err err = { "" };

	if (ledger_do(ledger, act, result, &err) == -1)
		fail_msg("cannot act: %s", err.text);
}

/* Letters as lines; of the last one its numbers. */
struct seen_letters {
	int64_t	n, last, made_at, next_at;
	char	text[4096], reference[LEDGER_REFERENCE_MAX + 1];
};

static inline bool
see_letter(void *arg, const struct ledger_letter *l)
{
	static const char *const states[] = { "none", "queued", "sent", "dead" };
	struct seen_letters *seen = arg;
	size_t len = strlen(seen->text);

	seen->n++;
	seen->last = l->id;
	seen->made_at = l->made_at;
	seen->next_at = l->next_at;
	(void)g_strlcpy(seen->reference, l->reference, sizeof seen->reference);
	snprintf(seen->text + len, sizeof seen->text - len, "%d %s %s %s %s %s %u %d [%s]\n", (int)l->id, l->purpose,
	    l->recipient, l->cause, l->values, states[l->state], l->tries, (int)l->number, l->error);
	return true;
}

static inline void
letters_seen(struct ledger *ledger, const struct ledger_letter_filter *filter, struct seen_letters *seen)
{
	struct err err = { "" };

	memset(seen, 0, sizeof *seen);
	if (ledger_letters(ledger, filter, see_letter, seen, &err) != seen->n)
		fail_msg("cannot list letters: %s", err.text);
}

/* Cases as lines; the last one itself, whose texts are gone. */
struct seen_cases {
	int64_t			n;
	struct ledger_case	last;
	char			sender[400], recipient[400], source[20], reason[1100], evidence[64], text[8192];
};

static inline bool
see_case(void *arg, const struct ledger_case *c)
{
	struct seen_cases *seen = arg;
	size_t len = strlen(seen->text);

	seen->n++;
	seen->last = *c;
	(void)g_strlcpy(seen->sender, c->sender == NULL ? "NULL" : c->sender, sizeof seen->sender);
	(void)g_strlcpy(seen->recipient, c->recipient == NULL ? "NULL" : c->recipient, sizeof seen->recipient);
	(void)g_strlcpy(seen->source, c->source, sizeof seen->source);
	(void)g_strlcpy(seen->reason, c->reason, sizeof seen->reason);
	seen->last.sender = seen->sender;
	seen->last.recipient = seen->recipient;
	seen->last.source = seen->source;
	seen->last.reason = seen->reason;
	if (c->evidence != NULL)
		memcpy(seen->evidence, c->evidence, c->evidence_len < 64 ? c->evidence_len : 64);
	snprintf(seen->text + len, sizeof seen->text - len,
	    "%d %s %s %s %d%d %s %s %s %s %s %s %s %s [%s] %d %d %zu/%zu tries=%u\n", (int)c->number,
	    ledger_case_state_name(c->state), c->kind, c->source, c->weak, c->hold, seen->recipient, seen->sender,
	    c->from, c->subject, c->message_id, c->decision, c->cause, c->envelope, c->reason, (int)c->statement,
	    (int)c->refusal, c->evidence_len, c->evidence_size, c->tries);
	return true;
}

static inline void
cases_seen(struct ledger *ledger, const struct ledger_case_filter *filter, struct seen_cases *seen)
{
	struct err err = { "" };

	memset(seen, 0, sizeof *seen);
	if (ledger_cases(ledger, filter, see_case, seen, &err) != seen->n)
		fail_msg("cannot list cases: %s", err.text);
}

#endif
