/*
 * admin_import.h - the rows of a CSV file as statements: read, checked, or refused with a reason.
 *
 * Floor 5, part of admin.  admin_import_row.c reads and checks; admin_import.c writes them to the
 * ledger.
 */
#ifndef TUIDING_ADMIN_IMPORT_H
#define TUIDING_ADMIN_IMPORT_H

#include "admin.h"
#include "admin_csv.h"

#define ADMIN_IMPORT_OCTETS	(256U << 20)	/* of a file */

/* Why a row is refused, in both languages, and what it was that was wrong (may be ""). */
struct admin_import_fault {
	const char	*en, *zh;
	char		 detail[160];
};

struct admin_import_row {
	unsigned	 line;
	char		 recipient[ADDR_MAX + 1];
	struct addr_key	 sender;
	int64_t		 given_at, expires;
	bool		 dated;			/* given_at stands in the file */
	char		*note;			/* NULL: none; its own */
	char		 id[80];		/* of its content: the same row is the same statement */
};

/* A file being read. */
struct admin_import {
	const struct admin	*admin;
	enum ledger_kind	 kind;
	int64_t			 expires;	/* of a consent that names none; 0: never */
	const char		*path;		/* as given */
	char			*text;		/* UTF-8 */
	size_t			 len;
	const char		*charset;	/* it was read as, when that is not UTF-8; else NULL */
	char			 charset_room[64];
	int			 column[5];	/* where the field of each kind stands; -1: nowhere */
	struct admin_csv	*csv;
};

/*
 * Reads the file ("-": standard input) and its header line.  0, or an exit status after saying why.
 */
int	admin_import_open(struct admin_import *import, const char *path);
/* Back to the first row. */
int	admin_import_rewind(struct admin_import *import);
/*
 * 1 and the next row (admin_import_row_clear()); 0 at the end; -1 the row is refused: its line and
 * the fault.
 */
int	admin_import_next(struct admin_import *import, struct admin_import_row *row_r,
	    struct admin_import_fault *fault_r);
void	admin_import_row_clear(struct admin_import_row *row);
void	admin_import_close(struct admin_import *import);

#endif
