/*
 * ledger_sqlite_db.c - one SQLite connection: opened, tuned, distrusted.
 *
 * Floor 2.  The file may have been written by someone else: nothing in its schema is run with trust.
 */
#include "ledger_sqlite_db.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define VALUE_MAX	(8 << 20)	/* octets of one value or row */
#define SQL_MAX		(1 << 20)	/* octets of one statement's text */

struct lite_query {
	struct lite_db	*db;
	sqlite3_stmt	*stmt;
	int		 rc;		/* the first failure since it was taken */
};

struct lite_db {
	sqlite3			*handle;
	bool			 damaged;
	struct lite_query	 queries[LITE_SQL_MAX];
};

int
lite_err(struct lite_db *db, const char *words, struct err *err)
{
	int code = sqlite3_errcode(db->handle) & 0xff;

	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		db->damaged = true;
	return err_set(err, "%s: %s", words, sqlite3_errmsg(db->handle));
}

bool
lite_damaged(const struct lite_db *db)
{
	return db->damaged;
}

bool
lite_in_transaction(const struct lite_db *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

int
lite_exec(struct lite_db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return lite_err(db, "the ledger", err);
	return 0;
}

void
lite_rollback(struct lite_db *db)
{
	if (lite_in_transaction(db))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

int
lite_number(struct lite_db *db, const char *sql, int64_t *number_r, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int ret = -1;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW) {
		(void)lite_err(db, "the ledger", err);
		goto out;
	}
	*number_r = sqlite3_column_int64(stmt, 0);
	ret = 0;
out:
	sqlite3_finalize(stmt);
	return ret;
}

/* How every connection is set; none of these writes to the file. */
static int
tune(struct lite_db *db, enum lite_access access, unsigned busy_ms, struct err *err)
{
	sqlite3_busy_timeout(db->handle, busy_ms > INT_MAX ? INT_MAX : (int)busy_ms);
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	sqlite3_limit(db->handle, SQLITE_LIMIT_SQL_LENGTH, SQL_MAX);
	sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	return lite_exec(db, access == LITE_READ ?
	    "PRAGMA query_only=ON; PRAGMA cell_size_check=ON; PRAGMA cache_size=-16384" :
	    "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA recursive_triggers=ON;"
	    " PRAGMA cell_size_check=ON; PRAGMA cache_size=-16384; PRAGMA journal_size_limit=67108864",
	    err);
}

/*
 * Whether path lies on a read-only file system with no log beside it that a reader would miss: nobody
 * can write then, and SQLite may read the file alone.
 */
static bool
is_immutable(const char *path)
{
	char *wal = g_strconcat(path, "-wal", NULL);
	struct statvfs fs;
	struct stat st;
	bool ret;

	ret = statvfs(path, &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0 &&
	    (stat(wal, &st) == -1 ? errno == ENOENT : st.st_size == 0);
	g_free(wal);
	return ret;
}

static int
open_handle(const char *name, int flags, enum lite_access access, unsigned busy_ms,
    struct lite_db **db_r, struct err *err)
{
	struct lite_db *db = calloc(1, sizeof *db);
	int64_t version;

	if (db == NULL)
		return err_set(err, "no memory for a connection to the ledger");
	if (sqlite3_open_v2(name, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		(void)err_set(err, "cannot open '%s': %s", name,
		    db->handle == NULL ? "no memory" : sqlite3_errmsg(db->handle));
		goto out;
	}
	/* Opening is lazy: reading the schema's version makes it real. */
	if (tune(db, access, busy_ms, err) == -1 ||
	    lite_number(db, "PRAGMA schema_version", &version, err) == -1) {
		(void)err_prefix(err, "cannot open '%s'", name);
		goto out;
	}
	*db_r = db;
	return 0;
out:
	lite_db_close(db);
	return -1;
}

int
lite_db_open(const char *path, enum lite_access access, unsigned busy_ms, struct lite_db **db_r,
    struct err *err)
{
	char *uri = NULL, *name = NULL, *folder = NULL;
	int ret;

	if (access == LITE_MEMORY)
		return open_handle(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, access,
		    busy_ms, db_r, err);
	if (access == LITE_WRITE)
		return open_handle(path, SQLITE_OPEN_READWRITE, access, busy_ms, db_r, err);
	ret = open_handle(path, SQLITE_OPEN_READONLY, access, busy_ms, db_r, err);
	if (ret == -1 && is_immutable(path) && (uri = g_filename_to_uri(path, NULL, NULL)) != NULL) {
		name = g_strconcat(uri, "?immutable=1", NULL);
		ret = open_handle(name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, access, busy_ms, db_r,
		    err);
	}
	folder = g_path_get_dirname(path);
	if (ret == -1 && faccessat(AT_FDCWD, folder, W_OK, AT_EACCESS) == -1)
		(void)err_prefix(err, "reading needs leave to write a log in '%s'", folder);
	g_free(folder);
	g_free(name);
	g_free(uri);
	return ret;
}

void
lite_db_close(struct lite_db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < LITE_SQL_MAX; i++)
		sqlite3_finalize(db->queries[i].stmt);
	sqlite3_close(db->handle);
	free(db);
}

int
lite_copy(struct lite_db *db, struct lite_db *to, struct err *err)
{
	sqlite3_backup *backup;
	int rc;

	backup = sqlite3_backup_init(to->handle, "main", db->handle, "main");
	if (backup == NULL)
		return lite_err(to, "cannot begin the copy", err);
	rc = sqlite3_backup_step(backup, -1);
	if (sqlite3_backup_finish(backup) != SQLITE_OK)
		return lite_err(to, "cannot copy", err);
	if (rc != SQLITE_DONE)
		return err_set(err, "cannot copy: %s", sqlite3_errstr(rc));
	return 0;
}

/* ---- prepared statements ------------------------------------------------------------------------ */

struct lite_query *
lite_query(struct lite_db *db, enum lite_sql which, struct err *err)
{
	struct lite_query *query = &db->queries[which];

	if (query->stmt == NULL && sqlite3_prepare_v3(db->handle, lite_sql[which], -1,
	    SQLITE_PREPARE_PERSISTENT, &query->stmt, NULL) != SQLITE_OK) {
		(void)lite_err(db, "the ledger", err);
		return NULL;
	}
	query->db = db;
	query->rc = SQLITE_OK;
	return query;
}

static void
keep(struct lite_query *query, int rc)
{
	if (query->rc == SQLITE_OK && rc != SQLITE_OK)
		query->rc = rc;
}

void
lite_bind_int(struct lite_query *query, int at, int64_t number)
{
	keep(query, sqlite3_bind_int64(query->stmt, at, number));
}

void
lite_bind_double(struct lite_query *query, int at, double number)
{
	keep(query, sqlite3_bind_double(query->stmt, at, number));
}

void
lite_bind_text(struct lite_query *query, int at, const char *text)
{
	keep(query, sqlite3_bind_text(query->stmt, at, text, -1, SQLITE_STATIC));
}

void
lite_bind_octets(struct lite_query *query, int at, const void *octets, size_t len)
{
	keep(query, sqlite3_bind_blob64(query->stmt, at, octets, len, SQLITE_STATIC));
}

int
lite_step(struct lite_query *query, struct err *err)
{
	int rc;

	if (query->rc != SQLITE_OK)
		return err_set(err, "the ledger: %s", sqlite3_errstr(query->rc));
	rc = sqlite3_step(query->stmt);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	query->rc = rc;
	return lite_err(query->db, "the ledger", err);
}

int
lite_run(struct lite_query *query, struct err *err)
{
	int ret;

	while ((ret = lite_step(query, err)) == 1)
		continue;
	lite_end(query);
	return ret;
}

int64_t
lite_changes(const struct lite_query *query)
{
	return sqlite3_changes64(query->db->handle);
}

void
lite_end(struct lite_query *query)
{
	if (query == NULL)
		return;
	(void)sqlite3_reset(query->stmt);	/* repeats what lite_step() has told */
	(void)sqlite3_clear_bindings(query->stmt);
}

int64_t
lite_int(struct lite_query *query, int column)
{
	return sqlite3_column_int64(query->stmt, column);
}

double
lite_double(struct lite_query *query, int column)
{
	return sqlite3_column_double(query->stmt, column);
}

const char *
lite_text(struct lite_query *query, int column)
{
	const char *text = (const char *)sqlite3_column_text(query->stmt, column);

	/* No text where there is a value: memory ended, and the next step must say so. */
	if (text == NULL && sqlite3_column_type(query->stmt, column) != SQLITE_NULL)
		keep(query, SQLITE_NOMEM);
	return text;
}

const char *
lite_text_or_empty(struct lite_query *query, int column)
{
	const char *text = lite_text(query, column);

	return text == NULL ? "" : text;
}

const void *
lite_octets(struct lite_query *query, int column, size_t *len_r)
{
	const void *octets = sqlite3_column_blob(query->stmt, column);

	*len_r = octets == NULL ? 0 : (size_t)sqlite3_column_bytes(query->stmt, column);
	return octets;
}
