/*
 * ledger_sqlite_people.c - who looked, what there is, what is old and goes.
 *
 * Floor 2.  Prunes a little at a time: the writer has other work.
 */
#include "ledger_sqlite.h"

#include <glib.h>
#include "ledger_text.h"

#define BUSY_MS	100	/* what a flush waits: it can wait for the next one */

/* ---- who looked ---------------------------------------------------------------------------------- */

struct texts {
	int64_t	 at;
	char	*who, *what, *subject;
};

static int
add_access(struct lite_db *db, void *arg, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_ADD_ACCESS, err);
	const struct texts *t = arg;

	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, t->at);
	lite_bind_text(q, 2, t->who);
	lite_bind_text(q, 3, t->what);
	lite_bind_text(q, 4, t->subject);
	return lite_run(q, err);
}

int
lite_access_add(struct ledger *ledger, const struct ledger_access *access, struct err *err)
{
	struct texts t = {
		access->at, ledger_mend(access->who, LEDGER_TEXT_MAX), ledger_mend(access->what, LEDGER_TEXT_MAX),
		ledger_mend(access->subject, ADDR_KEY_MAX),
	};
	int ret;

	ret = lite_write((struct lite *)ledger, add_access, &t, err);
	g_free(t.who);
	g_free(t.what);
	g_free(t.subject);
	return ret;
}

struct period {
	const char	*subject;
	int64_t		 since, until, limit;
};

static void
bind_period(struct lite_query *q, const void *filter)
{
	const struct period *p = filter;

	lite_bind_text(q, 1, p->subject);
	lite_bind_int(q, 2, p->since != 0 ? p->since : INT64_MIN);
	lite_bind_int(q, 3, p->until != 0 ? p->until : INT64_MAX);
	lite_bind_int(q, 4, p->limit > 0 ? p->limit : -1);
}

struct show {
	ledger_access_fn	*fn;
	void			*arg;
};

static bool
show_access(struct lite_query *q, void *arg)
{
	const struct show *show = arg;
	struct ledger_access access = {
		lite_int(q, 0), lite_int(q, 1), lite_text_or_empty(q, 2), lite_text_or_empty(q, 3),
		lite_text_or_empty(q, 4),
	};

	return show->fn(show->arg, &access);
}

int64_t
lite_accesses(struct ledger *ledger, const char *subject, int64_t since, int64_t until, int64_t limit,
    ledger_access_fn *fn, void *arg, struct err *err)
{
	struct period period = { subject, since, until, limit };
	struct show show = { fn, arg };

	return lite_list((struct lite *)ledger, subject == NULL ? LITE_ACCESSES : LITE_ACCESSES_SUBJECT,
	    bind_period, &period, show_access, &show, err);
}

/* ---- what is old --------------------------------------------------------------------------------- */

struct pruning {
	enum lite_sql	which;
	int64_t		before, now, rows;
	unsigned	max;
};

static int
prune(struct lite_db *db, void *arg, struct err *err)
{
	struct pruning *p = arg;
	struct lite_query *q = lite_query(db, p->which, err);

	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, p->before);
	lite_bind_int(q, 2, p->max);
	if (p->which == LITE_PRUNE_WORDS)
		lite_bind_int(q, 3, p->now);
	if (lite_run(q, err) == -1)
		return -1;
	p->rows = lite_changes(q);
	return 0;
}

int
lite_prune(struct ledger *ledger, enum ledger_pruning what, int64_t before, int64_t now, unsigned max,
    int64_t *rows_r, struct err *err)
{
	static const enum lite_sql queries[PRUNE_MAX] = {
		[PRUNE_DECISIONS]	= LITE_PRUNE_DECISIONS,
		[PRUNE_EVIDENCE]	= LITE_PRUNE_EVIDENCE,
		[PRUNE_WORDS]		= LITE_PRUNE_WORDS,
		[PRUNE_TALK]		= LITE_PRUNE_TALK,
		[PRUNE_LETTERS]		= LITE_PRUNE_LETTERS,
		[PRUNE_ACCESSES]	= LITE_PRUNE_ACCESSES,
	};
	struct pruning p = { queries[what], before, now, 0, max };

	if (lite_write((struct lite *)ledger, prune, &p, err) == -1)
		return -1;
	*rows_r = p.rows;
	return 0;
}

/* What was removed is overwritten in the file (secure_delete); the log beside it still holds it until now. */
void
lite_flush(struct ledger *ledger)
{
	struct lite *lite = (struct lite *)ledger;
	struct lite_db *db = NULL;

	if (lite_same_file(lite, NULL) == 1 && lite_db_open(lite->path, LITE_WRITE, BUSY_MS, &db, NULL) == 0)
		(void)lite_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
	lite_db_close(db);
}

/* ---- what there is ------------------------------------------------------------------------------- */

int
lite_count(struct ledger *ledger, struct ledger_counts *counts_r, struct err *err)
{
	struct lite *lite = (struct lite *)ledger;
	struct ledger_counts c = { 0 };
	int64_t *const columns[] = {
		&c.statements, &c.consents, &c.refusals, &c.rules, &c.decisions, &c.sealed, &c.letters_queued,
		&c.letters_dead, &c.cases_reported, &c.cases_open, &c.cases_failed, &c.cases_done,
		&c.cases_closed, &c.talk, &c.accesses,
	};
	struct lite_query *q = NULL;
	struct lite_db *db = NULL;
	int row = -1;

	if (lite_pool_take(lite->pool, &db, err) == -1)
		return -1;
	q = lite_query(db, LITE_COUNT, err);
	if (q != NULL)
		row = lite_step(q, err);
	for (size_t i = 0; row == 1 && i < sizeof columns / sizeof *columns; i++)
		*columns[i] = lite_int(q, (int)i);
	lite_end(q);
	lite_pool_give(lite->pool, db);
	if (row != 1)
		return -1;
	c.decisions -= c.sealed;
	*counts_r = c;
	return 0;
}
