/*
 * ledger_sqlite_erase.c - a person goes out of the ledger.
 *
 * Floor 2.  Takes the personal fields, never a link of the chain.  In one transaction: a person is not half gone.
 */
#include "ledger_sqlite.h"

#include <inttypes.h>

struct work {
	const struct ledger_erase	*erase;
	struct ledger_erased		 erased;
};

/* Evidence that is held for the authority is not erased by the way: whoever holds it lets it go first. */
static int
check_held(struct lite_db *db, const char *recipient, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_ERASE_HELD, err);
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, recipient);
	ret = lite_step(q, err);
	if (ret == 1)
		(void)err_set(err, "case %" PRId64 " of this person is held: end the hold first", lite_int(q, 0));
	lite_end(q);
	return ret == 0 ? 0 : -1;
}

/* Erases with one query: ?1 the person, ?2 a number.  0 and the rows, or -1. */
static int
erase_with(struct lite_db *db, enum lite_sql which, const char *recipient, int64_t number, int64_t *rows_r,
    struct err *err)
{
	struct lite_query *q = lite_query(db, which, err);

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, recipient);
	if (which != LITE_ERASE_LETTERS && which != LITE_ERASE_EVIDENCE)
		lite_bind_int(q, 2, number);
	if (lite_run(q, err) == -1)
		return -1;
	*rows_r = lite_changes(q);
	return 0;
}

static int
erase_all(struct lite_db *db, void *arg, struct err *err)
{
	struct work *work = arg;
	const struct ledger_erase *e = work->erase;
	int64_t evidence;
	/* The letters of a case, and its evidence, are found by it: the case goes after them. */
	const struct {
		enum lite_sql	 which;
		int64_t		 number;
		int64_t		*rows;
	} steps[] = {
		{ LITE_ERASE_LETTERS,		0,		&work->erased.letters },
		{ LITE_ERASE_EVIDENCE,		0,		&evidence },
		{ LITE_ERASE_CASES,		e->now,		&work->erased.cases },
		{ LITE_ERASE_STATEMENTS,	e->refusals,	&work->erased.statements },
		{ LITE_ERASE_WORDS,		e->now,		&evidence },
		{ LITE_ERASE_DECISIONS,		e->seal_after,	&work->erased.decisions },
		{ LITE_SEAL_DECISIONS,		e->seal_after,	&work->erased.sealed },
	};

	if (check_held(db, e->recipient, err) == -1)
		return -1;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (erase_with(db, steps[i].which, e->recipient, steps[i].number, steps[i].rows, err) == -1)
			return -1;
	return 0;
}

int
lite_erase(struct ledger *ledger, const struct ledger_erase *erase, struct ledger_erased *erased_r,
    struct err *err)
{
	struct work work = { .erase = erase };

	if (lite_write((struct lite *)ledger, erase_all, &work, err) == -1)
		return -1;
	*erased_r = work.erased;
	return 0;
}
