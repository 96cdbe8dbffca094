/*
 * session_answer.c - the judge's answer in the MTA's words: replies, header changes, recipients, log lines.
 *
 * Floor 4, part of session.  Has no opinion.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "session_private.h"

#define MINUTE	60000		/* ms */
#define FIELD	"X-Tuiding"
#define SUBJECTS_MAX	100	/* superfluous ones that are removed */

/* ---- counters ---------------------------------------------------------------------------------- */

uint64_t
session_ticks(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

void
session_count(const struct judge_answer *a, uint64_t us)
{
	static const enum metric by_action[ACTION_MAX] = {
		[ACTION_ACCEPT] = METRIC_ACCEPT, [ACTION_TAG] = METRIC_TAG, [ACTION_QUARANTINE] = METRIC_QUARANTINE,
		[ACTION_REJECT] = METRIC_REJECT, [ACTION_TEMPFAIL] = METRIC_TEMPFAIL,
	};
	struct metrics *metrics = session_room()->set.metrics;

	metrics_judged(metrics, us);
	metrics_add(metrics, METRIC_MESSAGES, 1);
	metrics_add(metrics, a->untouched ? METRIC_UNTOUCHED : a->class == CLASS_COMMERCIAL ? METRIC_COMMERCIAL :
	    METRIC_OTHER, 1);
	if (a->action > ACTION_NONE && a->action < ACTION_MAX)
		metrics_add(metrics, by_action[a->action], 1);
	if (a->ledger_failed)
		metrics_add(metrics, METRIC_LEDGER_FAILURES, 1);
	if (a->nrules_failed > 0)
		metrics_add(metrics, METRIC_RULE_FAILURES, a->nrules_failed);
	if (a->said.verb[0] != '\0' && strncmp(a->said.outcome, "ignored", 7) != 0)
		metrics_add(metrics, METRIC_COMMANDS, 1);
	metrics_add(metrics, METRIC_COMPLAINTS, a->said.cases);
}

/* ---- log --------------------------------------------------------------------------------------- */

static void
log_recipient(const struct session *s, const char *queue, const struct judge_answer *a,
    const struct judge_recipient *r)
{
	char rcpt[ADDR_MAX * 2], from[ADDR_MAX * 2], key[ADDR_KEY_MAX * 2];

	log_line(session_room()->log, LOG_LEVEL_INFO, "verdict queue=%s rcpt=%s from=%s auth=%s class=%s score=%.2f/%.2f "
	    "direction=%s mode=%s standing=%s%s word=%lld action=%s would=%s sender=%s id=%s rules=%s", queue,
	    log_value(r->key, rcpt, sizeof(rcpt)), log_value(a->from, from, sizeof(from)),
	    a->method[0] == '\0' ? "none" : a->method, policy_class_name(a->class), a->score, a->required,
	    policy_direction_name(a->direction), policy_mode_name(judge_mode(s->msg->judge)),
	    r->exempt ? "exempt" : policy_standing_name(r->finding.standing), r->finding.by_rule ? "(rule)" : "",
	    (long long)r->word, policy_action_name(r->action), policy_action_name(r->would),
	    log_value(a->sender_key, key, sizeof(key)), r->id[0] == '\0' ? "-" : r->id,
	    a->rules[0] == '\0' ? "-" : a->rules);
}

static void
log_said(const char *queue, const struct judge_said *said)
{
	char person[ADDR_MAX * 2], key[ADDR_KEY_MAX * 2];

	log_line(session_room()->log, LOG_LEVEL_INFO, "word queue=%s path=%s verb=%s person=%s proof=%s sender=%s "
	    "reference=%s cases=%u outcome=\"%s\"", queue, said->path, said->verb,
	    log_value(said->person, person, sizeof(person)), said->proof, log_value(said->key, key, sizeof(key)),
	    said->reference[0] == '\0' ? "-" : said->reference, said->cases, said->outcome);
}

void
session_log(const struct session *s, const char *queue_id, const struct judge_answer *a)
{
	struct session_room *room = session_room();
	char queue[64], from[ADDR_MAX * 2];
	uint64_t held;
	size_t i;

	(void)log_value(queue_id, queue, sizeof(queue));
	if (a->why[0] != '\0' && log_gate_open(&room->ledger_gate, session_now(), MINUTE, &held))
		log_line(room->log, LOG_LEVEL_ERROR, "%s queue=%s held=%llu: %s",
		    a->ledger_failed ? "ledger" : "judge", queue, (unsigned long long)held, a->why);
	if (a->said.verb[0] != '\0')
		log_said(queue, &a->said);
	if (a->class == CLASS_COMMERCIAL && a->nrcpts > 0 && !a->untouched) {
		for (i = 0; i < a->nrcpts; i++)
			log_recipient(s, queue, a, &a->rcpts[i]);
		return;
	}
	log_line(room->log, LOG_LEVEL_INFO, "verdict queue=%s rcpts=%zu from=%s class=%s score=%.2f/%.2f direction=%s "
	    "action=%s%s rules=%s", queue, a->nrcpts, log_value(a->from, from, sizeof(from)),
	    a->untouched ? "unjudged" : policy_class_name(a->class), a->score, a->required,
	    policy_direction_name(a->direction), policy_action_name(a->action), a->untouched ? " untouched=yes" : "",
	    a->rules[0] == '\0' ? "-" : a->rules);
}

/* ---- replies ----------------------------------------------------------------------------------- */

/* smfi_setreply() reads its text as a format and takes 980 octets of it. */
static void
set_reply(SMFICTX *ctx, const char *code, const char *xcode, const char *text)
{
	char line[980];
	size_t n = 0;

	for (; *text != '\0' && n + 2 < sizeof(line); text++) {
		if (*text == '%')
			line[n++] = '%';
		line[n++] = *text >= 0x20 && *text < 0x7f ? *text : '?';
	}
	line[n] = '\0';
	/* Failing, the MTA says its own words; the code is ours all the same. */
	(void)smfi_setreply(ctx, (char *)(uintptr_t)code, (char *)(uintptr_t)xcode, line);
}

/* ---- changes ----------------------------------------------------------------------------------- */

/* Takes incoming X-Tuiding* fields off, the last of each name first so that the numbers stay true. */
static int
strip_marks(SMFICTX *ctx, const struct session *s)
{
	GHashTableIter iter;
	gpointer name, count;
	unsigned i;
	int ret = MI_SUCCESS;

	if (s->msg->marks == NULL)
		return MI_SUCCESS;
	if ((s->actions & SMFIF_CHGHDRS) == 0 || s->msg->nmarks > SESSION_MARKS_MAX)
		return MI_FAILURE;
	g_hash_table_iter_init(&iter, s->msg->marks);
	while (g_hash_table_iter_next(&iter, &name, &count))
		for (i = GPOINTER_TO_UINT(count); i > 0; i--)
			if (smfi_chgheader(ctx, name, (int)i, NULL) != MI_SUCCESS)
				ret = MI_FAILURE;
	return ret;
}

/* A value as the MTA wants it: with its leading blank where blanks are ours to give. */
static char *
with_blank(const struct session *s, const char *value)
{
	return g_strconcat((s->steps & SMFIP_HDR_LEADSPC) != 0 ? " " : "", value, NULL);
}

/* At the end of the header; a NULL value adds nothing. */
static int
add_field(SMFICTX *ctx, const struct session *s, const char *name, const char *value)
{
	char *blank;
	int ret;

	if (value == NULL || (s->actions & SMFIF_ADDHDRS) == 0)
		return MI_SUCCESS;
	blank = with_blank(s, value);
	ret = smfi_addheader(ctx, (char *)(uintptr_t)name, blank);
	g_free(blank);
	return ret;
}

static int
change_headers(SMFICTX *ctx, const struct session *s, const struct judge_answer *a)
{
	char *value;
	size_t i;
	int ret = MI_SUCCESS;

	if (a->subject != NULL && (s->actions & (SMFIF_CHGHDRS | SMFIF_ADDHDRS)) == (SMFIF_CHGHDRS | SMFIF_ADDHDRS)) {
		value = with_blank(s, a->subject);
		ret = a->subject_absent ? smfi_addheader(ctx, (char *)(uintptr_t)"Subject", value) :
		    smfi_chgheader(ctx, (char *)(uintptr_t)"Subject", 1, value);
		g_free(value);
		for (i = a->nsubjects; i > 1 && i <= SUBJECTS_MAX; i--)
			(void)smfi_chgheader(ctx, (char *)(uintptr_t)"Subject", (int)i, NULL);
	}
	if (a->header != NULL && (s->actions & SMFIF_ADDHDRS) != 0) {
		value = with_blank(s, a->header);
		if (smfi_insheader(ctx, 0, (char *)(uintptr_t)FIELD, value) != MI_SUCCESS)
			ret = MI_FAILURE;
		g_free(value);
	}
	if (add_field(ctx, s, "X-Tuiding-Refuse", a->offer) != MI_SUCCESS ||
	    add_field(ctx, s, "List-Unsubscribe", a->unsubscribe) != MI_SUCCESS)
		ret = MI_FAILURE;
	return ret;
}

/* Takes those who refused off the envelope: the exact octets, or nothing is removed (FACTS, libmilter 4). */
static int
remove_recipients(SMFICTX *ctx, const struct session *s, const struct judge_answer *a)
{
	size_t i;

	if (a->class != CLASS_COMMERCIAL || a->action == ACTION_REJECT)
		return MI_SUCCESS;
	for (i = 0; i < a->nrcpts; i++)
		if (a->rcpts[i].action == ACTION_REJECT &&
		    smfi_delrcpt(ctx, g_ptr_array_index(s->msg->rcpts, i)) != MI_SUCCESS)
			return MI_FAILURE;
	return MI_SUCCESS;
}

sfsistat
session_answer(SMFICTX *ctx, struct session *s, const struct judge_answer *a)
{
	bool enforce = judge_mode(s->msg->judge) != MODE_OBSERVE;
	struct session_room *room = session_room();

	if (a->action == ACTION_REJECT || a->action == ACTION_TEMPFAIL) {
		set_reply(ctx, a->code, a->xcode, a->text);
		return a->action == ACTION_REJECT ? SMFIS_REJECT : SMFIS_TEMPFAIL;
	}
	if (a->strip && s->msg->nmarks > SESSION_MARKS_MAX && enforce) {
		set_reply(ctx, "550", "5.6.0", "Too many X-Tuiding fields");
		return SMFIS_REJECT;		/* taking off thousands costs the MTA minutes */
	}
	if (enforce && remove_recipients(ctx, s, a) != MI_SUCCESS) {
		log_line(room->log, LOG_LEVEL_ERROR, "answer: a recipient who refused could not be removed");
		return SMFIS_TEMPFAIL;
	}
	if (a->strip && strip_marks(ctx, s) != MI_SUCCESS)
		log_line(room->log, LOG_LEVEL_WARNING, "answer: incoming %s fields could not be removed", FIELD);
	if (change_headers(ctx, s, a) != MI_SUCCESS)
		log_line(room->log, LOG_LEVEL_WARNING, "answer: the header could not be changed");
	if (a->action == ACTION_QUARANTINE &&
	    smfi_quarantine(ctx, (char *)(uintptr_t)"commercial mail without consent") != MI_SUCCESS) {
		log_line(room->log, LOG_LEVEL_ERROR, "answer: the message could not be quarantined");
		return SMFIS_TEMPFAIL;
	}
	return SMFIS_CONTINUE;
}
