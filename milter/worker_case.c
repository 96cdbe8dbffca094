/*
 * worker_case.c - measures that are due: what was complained of leaves the person's mailbox, and they are told.
 *
 * Floor 5, part of worker.  DESIGN section 8.  The case is marked as begun before anything is touched; a measure that
 * was begun twice finds nothing left to take.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "measure.h"
#include "worker.h"

#define RESULT_MAX	512		/* octets of what a measure tells */
#define LEASE_SLACK	(30 * WORKER_SECOND)

/* ---- those that are due -------------------------------------------------------------------------- */

struct due {
	int64_t			 number;
	enum ledger_case_state	 state;
	unsigned		 tries;
	char			*recipient, *from, *subject, *message_id, *decision;
};

struct cases {
	struct due	due[WORKER_BATCH];
	size_t		n;
};

static void
due_free(struct due *d)
{
	free(d->recipient);
	free(d->from);
	free(d->subject);
	free(d->message_id);
	free(d->decision);
	*d = (struct due){ .number = 0 };
}

static bool
take_case(void *arg, const struct ledger_case *c)
{
	struct cases *cases = arg;
	struct due *d = &cases->due[cases->n];

	if (c->recipient == NULL || (c->state != CASE_OPEN && c->state != CASE_ACTING && c->state != CASE_FAILED))
		return true;			/* closed or erased meanwhile: nothing is owed */
	*d = (struct due){
		.number = c->number, .state = c->state, .tries = c->tries, .recipient = strdup(c->recipient),
		.from = strdup(c->from), .subject = strdup(c->subject), .message_id = strdup(c->message_id),
		.decision = strdup(c->decision),
	};
	if (d->recipient == NULL || d->from == NULL || d->subject == NULL || d->message_id == NULL ||
	    d->decision == NULL) {
		due_free(d);
		return false;
	}
	return ++cases->n < WORKER_BATCH;
}

/* ---- the measure --------------------------------------------------------------------------------- */

static enum measure_outcome
take_measure(const struct conf *conf, const struct due *d, char *result, size_t size)
{
	static const enum measure_kind kinds[] = {
		[CONF_MEASURE_UNSET] = MEASURE_NONE, [CONF_MEASURE_NONE] = MEASURE_NONE,
		[CONF_MEASURE_DOVEADM] = MEASURE_DOVEADM, [CONF_MEASURE_COMMAND] = MEASURE_COMMAND,
	};
	const struct measure_settings settings = {
		.kind = kinds[conf->measure], .url = conf->doveadm_url, .key_file = conf->doveadm_key,
		.command = (const char *const *)conf->measure_command.item, .ncommand = conf->measure_command.n,
		.timeout = conf->measure_timeout,
	};
	const struct measure_target target = {
		.recipient = d->recipient, .message_id = d->message_id, .id = d->decision,
	};

	result[0] = '\0';
	if (settings.kind == MEASURE_NONE) {
		(void)snprintf(result, size, "no measure is configured");
		return MEASURE_FAILED;
	}
	return measure_take(&settings, &target, result, size);
}

/* Whether so many tries fill the time that a measure is given. */
static bool
is_over(unsigned tries)
{
	int64_t waited = 0;
	unsigned i;

	for (i = 1; i <= tries && waited < WORKER_PATIENCE; i++)
		waited += notify_backoff(i);
	return waited >= WORKER_PATIENCE;
}

/* ---- the person is told -------------------------------------------------------------------------- */

static bool
is_listed(const struct conf_list *list, const char *text)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (strcmp(list->item[i], text) == 0)
			return true;
	return false;
}

/* A mailbox of ours, of one person: nobody else is written to about a mailbox of ours. */
static bool
may_tell(const struct conf *conf, const char *recipient)
{
	const char *domain = addr_domain_of(recipient);

	return domain != NULL && is_listed(&conf->local_domains, domain) &&
	    !is_listed(&conf->shared_recipients, recipient) && !is_listed(&conf->shared_recipients, domain - 1);
}

/* The end of a case, with its letter.  1, 0 it is not in our hands any more, -1. */
static int
end_case(struct worker *w, const struct due *d, enum ledger_case_state to, int64_t next_at, const char *result,
    struct err *err)
{
	const char *const pairs[] = {
		"from", d->from, "subject", d->subject, "outcome", to == CASE_DONE ? "done" : "failed",
	};
	char *values = notify_values(pairs, sizeof(pairs) / sizeof(pairs[0]) / 2), cause[64];
	struct ledger_act_letter letter = {
		.letter = { .purpose = NOTIFY_CASE_ENDED, .recipient = d->recipient, .cause = cause, .values = values },
		.statement = LEDGER_ALWAYS, .complaint = LEDGER_ALWAYS,
	};
	struct ledger_case_change change = {
		.number = d->number, .now = worker_now(), .from = CASE_ACTING, .to = to, .reason = result, .hold = -1,
		.next_at = next_at, .letters = &letter,
	};
	int ret;

	(void)snprintf(cause, sizeof(cause), "case-%" PRId64 "-%s", d->number, ledger_case_state_name(to));
	change.nletters = to != CASE_ACTING && values != NULL && may_tell(w->conf, d->recipient) ? 1 : 0;
	ret = ledger_case_change(w->ledger, &change, NULL, err);
	if (ret < 0 && change.nletters > 0) {
		change.nletters = 0;		/* the outcome counts more than the letter */
		ret = ledger_case_change(w->ledger, &change, NULL, err);
	}
	free(values);
	return ret;
}

/* ---- one case ------------------------------------------------------------------------------------ */

static int
act(struct worker *w, const struct due *d)
{
	int64_t now = worker_now(), lease = 2 * (int64_t)w->conf->measure_timeout * WORKER_SECOND + LEASE_SLACK;
	const struct ledger_case_change begin = {
		.number = d->number, .now = now, .from = d->state, .to = CASE_ACTING, .hold = -1,
		.next_at = now + lease, .tried = true, .due = now,
	};
	enum ledger_case_state to = CASE_DONE;
	char result[RESULT_MAX], rcpt[2 * ADDR_MAX];
	enum measure_outcome outcome;
	struct err err = { "" };
	int64_t next_at = 0;
	int ret;

	ret = ledger_case_change(w->ledger, &begin, NULL, &err);
	if (ret != 1)
		return ret < 0 ? worker_lose(w, &err) : 0;
	outcome = take_measure(w->conf, d, result, sizeof(result));
	if (outcome == MEASURE_FAILED || (outcome == MEASURE_AGAIN && is_over(d->tries + 1)))
		to = CASE_FAILED;
	else if (outcome == MEASURE_AGAIN) {
		to = CASE_ACTING;
		next_at = worker_now() + notify_backoff(d->tries + 1);
	}
	log_line(w->log, to == CASE_DONE ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING,
	    "case number=%" PRId64 " rcpt=%s state=%s tries=%u: %s", d->number,
	    log_value(d->recipient, rcpt, sizeof(rcpt)), ledger_case_state_name(to), d->tries + 1, result);
	ret = end_case(w, d, to, next_at, result, &err);
	return ret < 0 ? worker_lose(w, &err) : 0;
}

int
worker_cases(struct worker *w)
{
	const struct ledger_case_filter filter = { .due = worker_now() };
	struct cases cases = { .n = 0 };
	struct err err = { "" };
	int ret = 0;
	size_t i;

	if (ledger_cases(w->ledger, &filter, take_case, &cases, &err) < 0)
		ret = worker_lose(w, &err);
	for (i = 0; i < cases.n; i++) {
		if (ret == 0 && !worker_ending(w, 0))
			ret = act(w, &cases.due[i]);
		due_free(&cases.due[i]);
	}
	return ret;
}
