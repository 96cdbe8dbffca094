/*
 * ledger_sqlite_db.h - one SQLite connection with its prepared statements.
 *
 * Floor 2, private to the ledger.  ledger_sqlite_db.c alone sees sqlite3.h.  A connection
 * serves one thread at a time.
 */
#ifndef TUIDING_LEDGER_SQLITE_DB_H
#define TUIDING_LEDGER_SQLITE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"
#include "ledger_sqlite_sql.h"

#define LITE_APPLICATION	0x54554944	/* "TUID": what PRAGMA application_id says */
#define LITE_MODE		0640		/* of a ledger's file */

enum lite_access {
	LITE_READ,		/* writes are refused; a read-only file system will do */
	LITE_WRITE,		/* an existing file */
	LITE_MEMORY		/* an empty database that no file holds; path is not read */
};

struct lite_db;
struct lite_query;

/*
 * Opens path and makes it ours: WAL, synchronous=FULL, foreign keys, secure delete.  Does not ask whether
 * it is a ledger.  busy_ms: how long a lock is waited for.  0 or -1.
 */
int	lite_db_open(const char *path, enum lite_access access, unsigned busy_ms, struct lite_db **db_r,
	    struct err *err);
void	lite_db_close(struct lite_db *db);		/* NULL is fine */

/* Runs constant SQL that brings no rows.  0 or -1. */
int	lite_exec(struct lite_db *db, const char *sql, struct err *err);
/* The first number of the first row that constant SQL brings.  0, or -1 (also when there is no row). */
int	lite_number(struct lite_db *db, const char *sql, int64_t *number_r, struct err *err);
/* Undoes the open transaction, if there is one. */
void	lite_rollback(struct lite_db *db);
bool	lite_in_transaction(const struct lite_db *db);
/* Whether some call on this connection has found the file malformed. */
bool	lite_damaged(const struct lite_db *db);
/* Writes "words: why" from the connection's last failure.  -1. */
int	lite_err(struct lite_db *db, const char *words, struct err *err);

/* Copies all of db into the empty database to, as of now.  0 or -1. */
int	lite_copy(struct lite_db *db, struct lite_db *to, struct err *err);

/*
 * The prepared statement, ready to be bound from 1 on; what is not bound is NULL.  NULL: it cannot be
 * prepared, err says why.  It belongs to db.  lite_end() it once it was stepped.
 */
struct lite_query	*lite_query(struct lite_db *db, enum lite_sql which, struct err *err);

/* A binding that fails is told by the next lite_step().  Texts and octets must live until lite_end(). */
void	lite_bind_int(struct lite_query *query, int at, int64_t number);
void	lite_bind_double(struct lite_query *query, int at, double number);
void	lite_bind_text(struct lite_query *query, int at, const char *text);	/* NULL binds NULL */
void	lite_bind_octets(struct lite_query *query, int at, const void *octets, size_t len);

/* 1 a row, 0 no more, -1 failed. */
int	lite_step(struct lite_query *query, struct err *err);
/* Steps a write to its end and ends it.  0 or -1. */
int	lite_run(struct lite_query *query, struct err *err);
/* How many rows the last write changed. */
int64_t	lite_changes(const struct lite_query *query);
/* Makes it ready for the next use; a query not ended holds its snapshot.  NULL is fine. */
void	lite_end(struct lite_query *query);

/* Columns from 0 on, of the row just stepped to; they live until the next step. */
int64_t		 lite_int(struct lite_query *query, int column);
double		 lite_double(struct lite_query *query, int column);
const char	*lite_text(struct lite_query *query, int column);	/* NULL for NULL */
const char	*lite_text_or_empty(struct lite_query *query, int column);
const void	*lite_octets(struct lite_query *query, int column, size_t *len_r);

#endif
