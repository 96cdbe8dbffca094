/*
 * ledger_sqlite.c - the SQLite ledger: opened, closed, and the table of what it does.
 *
 * Floor 2.
 */
#include "ledger_sqlite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
lite_deadline(unsigned ms, struct timespec *until_r)
{
	clock_gettime(CLOCK_MONOTONIC, until_r);
	until_r->tv_sec += (time_t)(ms / 1000);
	until_r->tv_nsec += (long)(ms % 1000) * 1000000;
	if (until_r->tv_nsec >= 1000000000) {
		until_r->tv_sec++;
		until_r->tv_nsec -= 1000000000;
	}
}

int64_t
lite_list(struct lite *lite, enum lite_sql which, lite_bind_fn *bind, const void *filter,
    lite_show_fn *show, void *arg, struct err *err)
{
	struct lite_query *q = NULL;
	struct lite_db *db = NULL;
	int64_t shown = 0, ret = -1;
	int row;

	if (lite_pool_take(lite->pool, &db, err) == -1)
		return -1;
	q = lite_query(db, which, err);
	if (q == NULL)
		goto out;
	bind(q, filter);
	while ((row = lite_step(q, err)) == 1) {
		shown++;
		if (!show(q, arg)) {
			row = 0;
			break;
		}
	}
	if (row == 0)
		ret = shown;
out:
	lite_end(q);
	lite_pool_give(lite->pool, db);
	return ret;
}

int
lite_same_file(const struct lite *lite, struct err *err)
{
	struct stat st;

	if (stat(lite->path, &st) == -1)
		return err_set(err, "the ledger '%s' is gone", lite->path);
	if (st.st_dev != lite->device || st.st_ino != lite->inode)
		return err_set(err, "another file stands where the ledger '%s' was opened", lite->path);
	return 1;
}

static int
lite_alive(struct ledger *ledger, struct err *err)
{
	return lite_same_file((const struct lite *)ledger, err);
}

/* Notes which file path is, before any handle is opened on it. */
static int
note_file(struct lite *lite, const char *path, struct err *err)
{
	struct stat st;

	lite->path = strdup(path);
	if (lite->path == NULL || stat(path, &st) == -1)
		return err_set(err, "cannot look at the ledger '%s'", path);
	lite->device = st.st_dev;
	lite->inode = st.st_ino;
	return 0;
}

static void
lite_close(struct ledger *ledger)
{
	struct lite *lite = (struct lite *)ledger;

	lite_pool_free(lite->pool);
	lite_writer_free(lite->writer);		/* the last to go takes the log back into the file */
	lite_talk_free(lite->talk);
	free(lite->path);
	free(lite);
}

static const struct ledger_ops lite_ops = {
	.close		= lite_close,
	.alive		= lite_alive,
	.append		= lite_append,
	.words		= lite_words,
	.statements	= lite_statements,
	.rule_add	= lite_rule_add,
	.rule_remove	= lite_rule_remove,
	.rules		= lite_rules,
	.decide		= lite_decide,
	.decisions	= lite_decisions,
	.would		= lite_would,
	.sound		= lite_sound,
	.verify		= lite_verify,
	.rebuild	= lite_rebuild,
	.backup		= lite_backup,
	.act		= lite_act,
	.letters	= lite_letters,
	.letter_take	= lite_letter_take,
	.letter_end	= lite_letter_end,
	.cases		= lite_cases,
	.case_change	= lite_case_change,
	.talk_note	= lite_talk_note,
	.talk_known	= lite_talk_known,
	.talk_lost	= lite_talk_lost,
	.access_add	= lite_access_add,
	.accesses	= lite_accesses,
	.prune		= lite_prune,
	.erase		= lite_erase,
	.flush		= lite_flush,
	.count		= lite_count,
};

static int
lite_open(const char *path, const struct ledger_settings *settings, struct ledger **ledger_r,
    struct err *err)
{
	struct lite_db *db = NULL;
	struct lite *lite = NULL;
	int ret = -1;

	switch (lite_check_file(path, err)) {
	case 1:
		break;
	case 0:
		if (!settings->create)
			return err_set(err, "there is no ledger '%s': make one with tuiding ledger init",
			    path);
		if (lite_migrate(path, true, NULL, NULL, err) == -1)
			return -1;
		break;
	default:
		return -1;
	}
	lite = calloc(1, sizeof *lite);
	if (lite == NULL)
		return err_set(err, "no memory for the ledger");
	lite->ledger.ops = &lite_ops;
	lite->busy_ms = settings->busy_ms;
	if (note_file(lite, path, err) == -1 || lite_talk_new(&lite->talk, err) == -1 ||
	    lite_db_open(path, LITE_READ, settings->busy_ms, &db, err) == -1 ||
	    lite_check_version(db, path, err) == -1)
		goto out;
	if (!settings->read_only &&
	    lite_writer_open(path, settings->busy_ms, settings->queue, &lite->writer, err) == -1)
		goto out;
	if (lite_pool_open(path, settings->readers, settings->busy_ms, &lite->pool, err) == -1)
		goto out;
	*ledger_r = &lite->ledger;
	lite = NULL;
	ret = 0;
out:
	lite_db_close(db);
	if (lite != NULL)
		lite_close(&lite->ledger);
	return ret;
}

const struct ledger_engine ledger_sqlite = {
	.scheme		= "sqlite:",
	.open		= lite_open,
	.migrate	= lite_migrate,
};
