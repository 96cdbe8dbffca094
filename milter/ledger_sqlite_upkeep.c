/*
 * ledger_sqlite_upkeep.c - the tables rebuilt from the statements; a copy made while all goes on.
 *
 * Floor 2.  Never touches a statement.
 */
#include "ledger_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

/* ---- rebuild ------------------------------------------------------------------------------------ */

static int
rebuild(struct lite_db *db, void *arg, struct err *err)
{
	static const enum lite_sql steps[] = {
		LITE_CLEAR_CONSENTS, LITE_CLEAR_REFUSALS, LITE_FILL_CONSENTS, LITE_FILL_REFUSALS,
	};
	int64_t *changed = arg;

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct lite_query *q = lite_query(db, steps[i], err);

		if (q == NULL || lite_run(q, err) == -1)
			return -1;
		*changed += lite_changes(q);
	}
	return 0;
}

int64_t
lite_rebuild(struct ledger *ledger, struct err *err)
{
	int64_t changed = 0;

	return lite_write((struct lite *)ledger, rebuild, &changed, err) == -1 ? -1 : changed;
}

/* ---- backup ------------------------------------------------------------------------------------- */

/* The file's name is durable too. */
static int
sync_folder(const char *path, struct err *err)
{
	char why[128], *folder = g_path_get_dirname(path);
	int fd, ret = -1;

	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || fsync(fd) == -1)
		(void)err_set(err, "cannot sync '%s': %s", folder, strerror_r(errno, why, sizeof why));
	else
		ret = 0;
	if (fd != -1)
		close(fd);
	g_free(folder);
	return ret;
}

/* Copies into path; as one file, with no log beside it. */
static int
copy(struct lite *lite, const char *path, struct err *err)
{
	struct lite_db *from = NULL, *to = NULL;
	int ret = -1;

	if (lite_db_open(path, LITE_WRITE, lite->busy_ms, &to, err) == -1)
		return -1;
	if (lite_pool_take(lite->pool, &from, err) == -1)
		goto out;
	if (lite_copy(from, to, err) == -1 || lite_exec(to, "PRAGMA journal_mode=DELETE", err) == -1)
		goto out;
	ret = 0;
out:
	lite_pool_give(lite->pool, from);
	lite_db_close(to);
	return ret;
}

static int
check_copy(struct lite *lite, const char *path, struct err *err)
{
	struct ledger_report report;
	struct lite_db *db = NULL;
	int ret = -1;

	if (lite_db_open(path, LITE_READ, lite->busy_ms, &db, err) == -1)
		return -1;
	switch (lite_verify_db(db, NULL, &report, err)) {
	case 1:
		ret = 0;
		break;
	case 0:
		(void)err_set(err, "the copy does not verify: %s", report.what);
		break;
	default:
		(void)err_prefix(err, "the copy cannot be verified");
		break;
	}
	lite_db_close(db);
	return ret;
}

int
lite_backup(struct ledger *ledger, const char *path, struct err *err)
{
	struct lite *lite = (struct lite *)ledger;

	if (path[0] != '/')
		return err_set(err, "'%s' is no absolute path for a copy", path);
	if (lite_make_file(path, err) == -1)
		return -1;
	if (copy(lite, path, err) == 0 && check_copy(lite, path, err) == 0 &&
	    sync_folder(path, err) == 0)
		return 0;
	(void)unlink(path);
	return -1;
}
