/*
 * ledger_sqlite_migrate.c - makes a ledger, brings an older one up to date, and knows a stranger's file.
 *
 * Floor 2.  A migration is whole or not at all; a newer ledger is never touched.
 */
#include "ledger_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ledger_sqlite_schema.h"

#define BUSY_MS	10000		/* a migration waits long: it runs once */

int
lite_check_file(const char *path, struct err *err)
{
	char why[128];
	struct stat st;

	if (path[0] != '/')
		return err_set(err, "'%s' is no absolute path: expected sqlite:/path", path);
	if (stat(path, &st) == -1) {
		if (errno == ENOENT)
			return 0;
		return err_set(err, "cannot read '%s': %s", path, strerror_r(errno, why, sizeof why));
	}
	if (!S_ISREG(st.st_mode))
		return err_set(err, "'%s' is no plain file", path);
	if ((st.st_mode & 007) != 0)
		return err_set(err, "the ledger '%s' is open to everybody (mode %04o): chmod o-rwx '%s'", path,
		    (unsigned)(st.st_mode & 07777), path);
	return 1;
}

/* The ledger's version; 0 of an empty database.  -1: a stranger's file, or a newer ledger. */
static int
read_version(struct lite_db *db, const char *path, int *version_r, struct err *err)
{
	int64_t application, version, tables;

	if (lite_number(db, "PRAGMA application_id", &application, err) == -1 ||
	    lite_number(db, "PRAGMA user_version", &version, err) == -1 ||
	    lite_number(db, "SELECT count(*) FROM sqlite_schema", &tables, err) == -1)
		return -1;
	if (application == 0 && version == 0 && tables == 0) {
		*version_r = 0;
		return 0;
	}
	if (application != LITE_APPLICATION || version < 1)
		return err_set(err, "'%s' is a database, but no ledger", path);
	if (version > lite_version)
		return err_set(err, "the ledger '%s' has version %lld, newer than this program's %d", path,
		    (long long)version, lite_version);
	*version_r = (int)version;
	return 0;
}

int
lite_check_version(struct lite_db *db, const char *path, struct err *err)
{
	int version;

	if (read_version(db, path, &version, err) == -1)
		return -1;
	if (version == 0)
		return err_set(err, "'%s' is empty, no ledger: make one with tuiding ledger init", path);
	if (version < lite_version)
		return err_set(err, "the ledger '%s' has version %d, this program wants %d: "
		    "run tuiding ledger migrate", path, version, lite_version);
	return 0;
}

static int
apply(struct lite_db *db, int from, struct err *err)
{
	for (int i = from; i < lite_version; i++) {
		GString *sql = g_string_new(NULL);
		int ret;

		for (const char *const *line = lite_migrations[i].lines; *line != NULL; line++)
			g_string_append(sql, *line);
		ret = lite_exec(db, sql->str, err);
		g_string_free(sql, TRUE);
		if (ret == -1)
			return err_prefix(err, "migration %s", lite_migrations[i].name);
	}
	return 0;
}

int
lite_lay_schema(struct lite_db *db, struct err *err)
{
	return apply(db, 0, err);
}

/* Brings db from the version it has to ours, in one transaction.  1 changed, 0 it was so, -1. */
static int
migrate(struct lite_db *db, const char *path, int *from_r, struct err *err)
{
	char pragma[96];
	int ret = -1;

	if (lite_exec(db, "BEGIN IMMEDIATE", err) == -1)
		return -1;
	if (read_version(db, path, from_r, err) == -1)
		goto out;
	if (*from_r == lite_version) {
		ret = 0;
		goto out;
	}
	snprintf(pragma, sizeof pragma, "PRAGMA application_id=%d; PRAGMA user_version=%d",
	    LITE_APPLICATION, lite_version);
	if (apply(db, *from_r, err) == -1 || lite_exec(db, pragma, err) == -1 ||
	    lite_exec(db, "COMMIT", err) == -1)
		goto out;
	ret = 1;
out:
	lite_rollback(db);
	return ret;
}

int
lite_make_file(const char *path, struct err *err)
{
	char why[128];
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, LITE_MODE);
	if (fd == -1)
		return err_set(err, "cannot make '%s': %s", path, strerror_r(errno, why, sizeof why));
	close(fd);
	return 0;
}

int
lite_migrate(const char *path, bool create, int *from_r, int *to_r, struct err *err)
{
	struct lite_db *db = NULL;
	bool made = false;
	int from = 0, ret = -1;

	switch (lite_check_file(path, err)) {
	case 1:
		break;
	case 0:
		if (!create)
			return err_set(err, "there is no ledger '%s'", path);
		if (lite_make_file(path, err) == -1)
			return -1;
		made = true;
		break;
	default:
		return -1;
	}
	if (lite_db_open(path, LITE_WRITE, BUSY_MS, &db, err) == -1 ||
	    (!made && read_version(db, path, &from, err) == -1))
		goto out;
	if (!made && from == 0 && !create) {
		(void)err_set(err, "'%s' is empty, no ledger", path);
		goto out;
	}
	if (lite_exec(db, "PRAGMA journal_mode=WAL", err) == 0)
		ret = migrate(db, path, &from, err);
out:
	lite_db_close(db);
	if (ret == -1 && made)
		(void)unlink(path);
	if (ret != -1 && from_r != NULL)
		*from_r = from;
	if (ret != -1 && to_r != NULL)
		*to_r = lite_version;
	return ret;
}
