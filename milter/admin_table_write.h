/*
 * admin_table_write.h - one row in one format.
 *
 * Floor 5, part of admin's table and seen by nobody else.
 */
#ifndef TUIDING_ADMIN_TABLE_WRITE_H
#define TUIDING_ADMIN_TABLE_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum admin_cell_type { ADMIN_CELL_EMPTY, ADMIN_CELL_TEXT, ADMIN_CELL_NUMBER, ADMIN_CELL_REAL,
	    ADMIN_CELL_BOOL };

struct admin_cell {
	enum admin_cell_type	 type;
	char			*machine;	/* valid UTF-8; NULL: empty */
	char			*person;	/* NULL: as machine */
};

/* One object, behind "[" (first) or ",". */
void	admin_write_json(FILE *out, const char *const *names, const struct admin_cell *const *cells,
	    size_t n, bool first);
void	admin_write_csv_names(FILE *out, const char *const *names, size_t n);
void	admin_write_csv(FILE *out, const struct admin_cell *const *cells, size_t n);
void	admin_write_tsv(FILE *out, const struct admin_cell *const *cells, size_t n);

/* How text stands in its column. */
enum admin_pad { ADMIN_PAD_LEFT, ADMIN_PAD_RIGHT, ADMIN_PAD_LAST };

/*
 * Text in that many columns, filled up with spaces (the last one is not).  What is wider is cut
 * with an ellipsis where cut says so, else it goes beyond.
 */
void	admin_write_padded(FILE *out, const char *text, size_t width, enum admin_pad pad, bool cut);

#endif
