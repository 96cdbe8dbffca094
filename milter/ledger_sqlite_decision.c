/*
 * ledger_sqlite_decision.c - decisions recorded and shown.
 *
 * Floor 2.  What a mail says of itself is cut and mended before it is stored: no mail can make its own
 * verdict fail.
 */
#include "ledger_sqlite.h"

#include <glib.h>
#include <string.h>
#include "ledger_text.h"

#define TEXTS		14

/*
 * Octets of a text that comes from the mail or its session.  One small mail to a thousand mailboxes makes a thousand
 * records: what the sender chooses freely must not fill the disk.
 */
#define QUEUE_ID_MAX	128
#define MESSAGE_ID_MAX	256
#define IDENTITIES_MAX	512
#define RULES_MAX	512
#define SUBJECT_MAX	200
#define CLIENT_MAX	64
#define LOGIN_MAX	256
#define REPLY_MAX	300

struct batch {
	const struct ledger_decision	*decisions;
	size_t				 n;
};

static int
insert(struct lite_db *db, const struct ledger_decision *d, struct err *err)
{
	const struct { int at; const char *text; size_t max; bool null; char separator; } texts[TEXTS] = {
		{ 4, d->queue_id, QUEUE_ID_MAX, true, '\0' },
		{ 5, d->message_id, MESSAGE_ID_MAX, true, '\0' },
		{ 6, d->recipient, ADDR_KEY_MAX, false, '\0' },
		{ 7, d->recipient_raw, ADDR_KEY_MAX, false, '\0' },
		{ 17, d->sender, ADDR_KEY_MAX, false, '\0' },
		{ 18, d->envelope, ADDR_KEY_MAX, false, '\0' },
		{ 19, d->default_key, ADDR_KEY_MAX, false, '\0' },
		{ 20, d->identities, IDENTITIES_MAX, false, ' ' },
		{ 21, d->matched_key, ADDR_KEY_MAX, false, '\0' },
		{ 22, d->rules, RULES_MAX, false, ',' },
		{ 23, d->subject, SUBJECT_MAX, false, '\0' },
		{ 24, d->client, CLIENT_MAX, false, '\0' },
		{ 25, d->login, LOGIN_MAX, false, '\0' },
		{ 26, d->reply, REPLY_MAX, false, '\0' },
	};
	struct lite_query *q = lite_query(db, LITE_ADD_DECISION, err);
	char *copies[TEXTS] = { NULL };
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, d->id);
	lite_bind_text(q, 2, d->message);
	lite_bind_int(q, 3, d->at);
	lite_bind_text(q, 8, policy_direction_name(d->direction));
	lite_bind_text(q, 9, policy_mode_name(d->mode));
	lite_bind_double(q, 10, d->score);
	lite_bind_double(q, 11, d->required);
	lite_bind_text(q, 12, policy_standing_name(d->standing));
	lite_bind_int(q, 13, d->by_rule);
	lite_bind_int(q, 14, d->word);
	lite_bind_text(q, 15, policy_action_name(d->action));
	lite_bind_text(q, 16, policy_action_name(d->would));
	for (size_t i = 0; i < TEXTS; i++) {
		if (texts[i].text == NULL && texts[i].null)
			continue;
		copies[i] = ledger_cut(texts[i].text, texts[i].max, texts[i].separator);
		lite_bind_text(q, texts[i].at, copies[i]);
	}
	ret = lite_run(q, err);
	for (size_t i = 0; i < TEXTS; i++)
		g_free(copies[i]);
	return ret;
}

static int
insert_all(struct lite_db *db, void *arg, struct err *err)
{
	const struct batch *b = arg;

	for (size_t i = 0; i < b->n; i++)
		if (insert(db, &b->decisions[i], err) == -1)
			return err_prefix(err, "decision %s", b->decisions[i].id);
	return 0;
}

int
lite_decide(struct ledger *ledger, const struct ledger_decision *decisions, size_t n, struct err *err)
{
	struct batch b = { decisions, n };

	return lite_write((struct lite *)ledger, insert_all, &b, err);
}

/* ---- shown -------------------------------------------------------------------------------------- */

static void
bind_filter(struct lite_query *q, const void *filter)
{
	const struct ledger_decision_filter *f = filter;

	lite_bind_text(q, 1, f->id);
	lite_bind_text(q, 2, f->recipient);
	lite_bind_text(q, 3, f->sender);
	lite_bind_text(q, 4, f->queue_id);
	lite_bind_text(q, 5, f->message_id);
	lite_bind_int(q, 6, f->since != 0 ? f->since : INT64_MIN);
	lite_bind_int(q, 7, f->until != 0 ? f->until : INT64_MAX);
	if (f->action != ACTION_NONE)
		lite_bind_text(q, 8, policy_action_name(f->action));
	lite_bind_int(q, 9, f->changed);
	lite_bind_int(q, 10, f->limit > 0 ? f->limit : -1);
	lite_bind_int(q, 11, f->sealed);
}

static void
read_decision(struct lite_query *q, struct ledger_decision *d)
{
	memset(d, 0, sizeof *d);
	(void)g_strlcpy(d->id, lite_text_or_empty(q, 0), sizeof d->id);
	(void)g_strlcpy(d->message, lite_text_or_empty(q, 1), sizeof d->message);
	d->at = lite_int(q, 2);
	d->queue_id = lite_text(q, 3);
	d->message_id = lite_text(q, 4);
	d->recipient = lite_text_or_empty(q, 5);
	d->recipient_raw = lite_text_or_empty(q, 6);
	d->direction = policy_direction_by_name(lite_text_or_empty(q, 7));
	d->mode = policy_mode_by_name(lite_text_or_empty(q, 8));
	d->score = lite_double(q, 9);
	d->required = lite_double(q, 10);
	d->standing = policy_standing_by_name(lite_text_or_empty(q, 11));
	d->by_rule = lite_int(q, 12) != 0;
	d->word = lite_int(q, 13);
	d->action = policy_action_by_name(lite_text_or_empty(q, 14));
	d->would = policy_action_by_name(lite_text_or_empty(q, 15));
	d->sender = lite_text_or_empty(q, 16);
	d->envelope = lite_text_or_empty(q, 17);
	d->default_key = lite_text_or_empty(q, 18);
	d->identities = lite_text_or_empty(q, 19);
	d->matched_key = lite_text_or_empty(q, 20);
	d->rules = lite_text_or_empty(q, 21);
	d->subject = lite_text_or_empty(q, 22);
	d->client = lite_text_or_empty(q, 23);
	d->login = lite_text_or_empty(q, 24);
	d->reply = lite_text_or_empty(q, 25);
}

struct decision_show {
	ledger_decision_fn	*fn;
	void			*arg;
};

static bool
show_decision(struct lite_query *q, void *arg)
{
	const struct decision_show *show = arg;
	struct ledger_decision decision;

	read_decision(q, &decision);
	return show->fn(show->arg, &decision);
}

int64_t
lite_decisions(struct ledger *ledger, const struct ledger_decision_filter *filter,
    ledger_decision_fn *fn, void *arg, struct err *err)
{
	struct ledger_decision_filter as_kept = *filter;
	struct decision_show show = { fn, arg };
	enum lite_sql which = LITE_DECISIONS;
	char *queue_id = NULL, *message_id = NULL;
	int64_t ret;

	if (filter->id != NULL)
		which = LITE_DECISIONS_ID;
	else if (filter->recipient != NULL)
		which = LITE_DECISIONS_RECIPIENT;
	if (filter->queue_id != NULL)
		as_kept.queue_id = queue_id = ledger_cut(filter->queue_id, QUEUE_ID_MAX, '\0');
	if (filter->message_id != NULL)
		as_kept.message_id = message_id = ledger_cut(filter->message_id, MESSAGE_ID_MAX, '\0');
	ret = lite_list((struct lite *)ledger, which, bind_filter, &as_kept, show_decision, &show, err);
	g_free(queue_id);
	g_free(message_id);
	return ret;
}

/* ---- what enforcement would do ------------------------------------------------------------------ */

struct would_show {
	ledger_would_fn	*fn;
	void		*arg;
};

struct period {
	int64_t	since, until;
};

static void
bind_period(struct lite_query *q, const void *filter)
{
	const struct period *period = filter;

	lite_bind_int(q, 1, period->since != 0 ? period->since : INT64_MIN);
	lite_bind_int(q, 2, period->until != 0 ? period->until : INT64_MAX);
}

static bool
show_would(struct lite_query *q, void *arg)
{
	const struct would_show *show = arg;
	struct ledger_would would;

	would.sender = lite_text_or_empty(q, 0);
	would.would = policy_action_by_name(lite_text_or_empty(q, 1));
	would.messages = lite_int(q, 2);
	would.recipients = lite_int(q, 3);
	would.first_at = lite_int(q, 4);
	would.last_at = lite_int(q, 5);
	return show->fn(show->arg, &would);
}

int64_t
lite_would(struct ledger *ledger, int64_t since, int64_t until, ledger_would_fn *fn, void *arg,
    struct err *err)
{
	struct would_show show = { fn, arg };
	struct period period = { since, until };

	return lite_list((struct lite *)ledger, LITE_WOULD, bind_period, &period, show_would, &show, err);
}
