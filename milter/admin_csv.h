/*
 * admin_csv.h - comma-separated values, RFC 4180, out of one piece of memory.
 *
 * Floor 5, part of admin.  Pure.  Also reads what spreadsheets make of it: byte order mark, LF,
 * lone CR, line ends inside quotes, blank lines (left out).  A malformed record costs that record,
 * never the rest.
 */
#ifndef TUIDING_ADMIN_CSV_H
#define TUIDING_ADMIN_CSV_H

#include <stddef.h>

#define ADMIN_CSV_FIELDS	32	/* of one record */
#define ADMIN_CSV_OCTETS	65536	/* of one field */

enum admin_csv_fault {
	ADMIN_CSV_FINE,
	ADMIN_CSV_QUOTE_OPEN,	/* a quote that never closes: only its first line is given up */
	ADMIN_CSV_QUOTE_TAIL,	/* something stands between a closing quote and the comma */
	ADMIN_CSV_MANY,		/* more than ADMIN_CSV_FIELDS */
	ADMIN_CSV_LONG,		/* a field above ADMIN_CSV_OCTETS */
	ADMIN_CSV_NUL,		/* an octet 0 */
	ADMIN_CSV_FAULT_MAX
};

struct admin_csv_record {
	unsigned		 line;		/* where it begins, from 1 */
	enum admin_csv_fault	 fault;
	size_t			 n;
	const char		*field[ADMIN_CSV_FIELDS];	/* until the next call */
};

struct admin_csv;

/* octets outlive the reader.  NULL only when memory ends. */
struct admin_csv	*admin_csv_new(const char *octets, size_t len);
void			 admin_csv_free(struct admin_csv *csv);		/* NULL is fine */

/*
 * 1 and the next record; 0 at the end; -1 for a malformed one (its line and fault are set), and one
 * may go on.
 */
int	admin_csv_next(struct admin_csv *csv, struct admin_csv_record *record_r);

/*
 * A spreadsheet runs a cell that begins with = + - @, tab or CR as a formula.  On the way out such
 * a text gets an apostrophe in front, and so does one that begins with an apostrophe before one of
 * these (or before another apostrophe), so that the way back is exact.
 */
int		 admin_csv_guarded(const char *text);		/* 1 when the apostrophe is due */
const char	*admin_csv_unguard(const char *text);		/* text, or text + 1 */

#endif
