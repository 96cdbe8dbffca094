/*
 * ledger_sqlite_letter.c - the outbox: letters queued, shown, taken and ended.
 *
 * Floor 2.  Sends nothing.  Queues no letter twice, whatever is repeated.
 */
#include "ledger_sqlite_act.h"

#include <glib.h>
#include <string.h>
#include "ledger_text.h"

#define DAY	INT64_C(86400000)	/* ms */

static const char *const states[LETTER_STATE_MAX] = {
	[LETTER_NONE]	= NULL,
	[LETTER_QUEUED]	= "queued",
	[LETTER_SENT]	= "sent",
	[LETTER_DEAD]	= "dead",
};

static enum ledger_letter_state
state_by_name(const char *name)
{
	for (int state = LETTER_QUEUED; state < LETTER_STATE_MAX; state++)
		if (strcmp(states[state], name) == 0)
			return (enum ledger_letter_state)state;
	return LETTER_NONE;
}

/* ---- queued -------------------------------------------------------------------------------------- */

/* Whether (cause, purpose, recipient) had a letter.  1, 0, -1. */
static int
queued_before(struct lite_db *db, const struct ledger_letter *letter, const char *cause, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_LETTER_SAME, err);
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, cause);
	lite_bind_text(q, 2, letter->purpose);
	lite_bind_text(q, 3, letter->recipient);
	ret = lite_step(q, err);
	lite_end(q);
	return ret;
}

/* Whether the recipient has had all the letters of this day.  1, 0, -1. */
static int
day_is_full(struct lite_db *db, const char *recipient, const struct lite_occasion *occasion, struct err *err)
{
	struct lite_query *q;
	int ret;

	if (occasion->per_day == 0)
		return 0;
	q = lite_query(db, LITE_LETTER_DAY, err);
	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, recipient);
	lite_bind_int(q, 2, occasion->now - DAY);
	ret = lite_step(q, err);
	if (ret == 1)
		ret = lite_int(q, 0) >= (int64_t)occasion->per_day;
	lite_end(q);
	return ret;
}

static int
insert(struct lite_db *db, const struct ledger_letter *letter, const char *cause,
    const struct lite_occasion *occasion, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_ADD_LETTER, err);
	int64_t made_at = letter->made_at != 0 ? letter->made_at : occasion->now;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, cause);
	lite_bind_text(q, 2, letter->purpose);
	lite_bind_text(q, 3, letter->recipient);
	lite_bind_text(q, 4, letter->values == NULL ? "{}" : letter->values);
	lite_bind_int(q, 5, made_at);
	lite_bind_int(q, 6, letter->next_at != 0 ? letter->next_at : made_at);
	lite_bind_text(q, 7, occasion->reference == NULL ? "" : occasion->reference);
	lite_bind_int(q, 8, occasion->number);
	return lite_run(q, err);
}

enum lite_queued
lite_letter_queue(struct lite_db *db, const struct ledger_letter *letter,
    const struct lite_occasion *occasion, struct err *err)
{
	char *cause = ledger_mend(letter->cause, LEDGER_TEXT_MAX);
	enum lite_queued ret = LITE_QUEUE_FAILED;

	switch (queued_before(db, letter, cause, err)) {
	case 1:
		ret = LITE_QUEUED_BEFORE;
		goto out;
	case -1:
		goto out;
	default:
		break;
	}
	switch (day_is_full(db, letter->recipient, occasion, err)) {
	case 1:
		ret = LITE_QUEUE_OVER;
		break;
	case 0:
		if (insert(db, letter, cause, occasion, err) == 0)
			ret = LITE_QUEUED;
		break;
	default:
		break;
	}
out:
	g_free(cause);
	return ret;
}

/* ---- shown --------------------------------------------------------------------------------------- */

static void
bind_filter(struct lite_query *q, const void *filter)
{
	const struct ledger_letter_filter *f = filter;

	lite_bind_text(q, 1, states[f->state]);
	lite_bind_text(q, 2, f->recipient);
	lite_bind_int(q, 3, f->due != 0 ? f->due : INT64_MAX);
	lite_bind_int(q, 4, f->limit > 0 ? f->limit : -1);
}

struct show {
	ledger_letter_fn	*fn;
	void			*arg;
};

static bool
show_letter(struct lite_query *q, void *arg)
{
	const struct show *show = arg;
	struct ledger_letter letter = {
		.id = lite_int(q, 0), .purpose = lite_text_or_empty(q, 1), .recipient = lite_text_or_empty(q, 2),
		.cause = lite_text_or_empty(q, 3), .values = lite_text_or_empty(q, 4), .made_at = lite_int(q, 5),
		.next_at = lite_int(q, 6), .tries = (unsigned)lite_int(q, 7),
		.reference = lite_text_or_empty(q, 8), .number = lite_int(q, 9),
		.state = state_by_name(lite_text_or_empty(q, 10)), .error = lite_text_or_empty(q, 11),
	};

	return show->fn(show->arg, &letter);
}

int64_t
lite_letters(struct ledger *ledger, const struct ledger_letter_filter *filter, ledger_letter_fn *fn, void *arg,
    struct err *err)
{
	enum lite_sql which = LITE_LETTERS;
	struct show show = { fn, arg };

	if (filter->recipient != NULL)
		which = LITE_LETTERS_RECIPIENT;
	else if (filter->state == LETTER_QUEUED)
		which = LITE_LETTERS_QUEUED;
	return lite_list((struct lite *)ledger, which, bind_filter, filter, show_letter, &show, err);
}

/* ---- taken and ended ----------------------------------------------------------------------------- */

struct work {
	int64_t				 id, now, next_at;
	enum ledger_letter_state	 state;
	const char			*error;
	bool				 done;
};

static int
take(struct lite_db *db, void *arg, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_LETTER_TAKE, err);
	struct work *work = arg;

	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, work->id);
	lite_bind_int(q, 2, work->now);
	lite_bind_int(q, 3, work->next_at);
	if (lite_run(q, err) == -1)
		return -1;
	work->done = lite_changes(q) > 0;
	return 0;
}

static int
end(struct lite_db *db, void *arg, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_LETTER_END, err);
	struct work *work = arg;

	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, work->id);
	lite_bind_text(q, 2, states[work->state]);
	lite_bind_int(q, 3, work->next_at);
	lite_bind_text(q, 4, work->error);
	if (lite_run(q, err) == -1)
		return -1;
	work->done = lite_changes(q) > 0;
	return 0;
}

int
lite_letter_take(struct ledger *ledger, int64_t id, int64_t now, int64_t lease, struct err *err)
{
	struct work work = { .id = id, .now = now, .next_at = now + lease };

	if (lite_write((struct lite *)ledger, take, &work, err) == -1)
		return -1;
	return work.done ? 1 : 0;
}

int
lite_letter_end(struct ledger *ledger, int64_t id, enum ledger_letter_state state, int64_t next_at,
    const char *error, struct err *err)
{
	struct work work = { .id = id, .state = state, .next_at = next_at };
	char *mended = ledger_mend(error, LEDGER_TEXT_MAX);
	int ret;

	work.error = mended;
	ret = lite_write((struct lite *)ledger, end, &work, err);
	g_free(mended);
	if (ret == -1)
		return -1;
	return work.done ? 1 : 0;
}
