/*
 * ledger_sqlite_schema.h - the migrations that this program carries.
 *
 * Floor 2, private to the ledger.  The tables are generated from sql/sqlite by scripts/gen-sql.
 */
#ifndef TUIDING_LEDGER_SQLITE_SCHEMA_H
#define TUIDING_LEDGER_SQLITE_SCHEMA_H

#include <stddef.h>

struct lite_migration {
	const char		*name;		/* its file's */
	const char *const	*lines;		/* of SQL; NULL ends them */
};

extern const struct lite_migration	lite_migrations[];	/* [n] brings version n to n + 1 */
extern const int			lite_version;		/* how many there are: the newest version */

#endif
