/*
 * admin_table.h - rows out: a table for a person; json, csv, tsv for a machine.
 *
 * Floor 5, part of admin.  Machine formats are the same in every language.  json: one array of
 * objects.  csv: RFC 4180 with a header line, cells that a spreadsheet would run guarded
 * (admin_csv.h).  tsv: no header line, "-" where empty, and \t \n \r \\ written so.  Text of
 * strangers is made fit for a terminal wherever it goes to one.
 */
#ifndef TUIDING_ADMIN_TABLE_H
#define TUIDING_ADMIN_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "admin_say.h"

enum admin_format { ADMIN_FORMAT_NONE, ADMIN_TABLE, ADMIN_JSON, ADMIN_CSV, ADMIN_TSV,
	    ADMIN_FORMAT_MAX };

/* The format of that name; ADMIN_FORMAT_NONE for anything else. */
enum admin_format	admin_format_by_name(const char *name);

/* Who sees a column. */
enum admin_seen { ADMIN_SEEN_ALL, ADMIN_SEEN_MACHINE, ADMIN_SEEN_JSON, ADMIN_SEEN_PERSON };

struct admin_column {
	const char	*name;		/* for machines */
	const char	*en, *zh;	/* heading; NULL where no person sees it */
	enum admin_seen	 seen;
};

struct admin_table_settings {
	FILE				*out;
	enum admin_format		 format;
	const struct say		*say;
	const struct admin_column	*columns;	/* outlive the table */
	size_t				 ncolumns;
	bool				 upright;	/* for a person: one "heading  value" line a cell */
	bool				 terminal;	/* out is one: clean whatever goes there */
	unsigned			 width;		/* of the terminal; 0: as wide as it gets */
};

struct admin_table;

/* NULL only when memory ends. */
struct admin_table	*admin_table_new(const struct admin_table_settings *settings);

/*
 * The cells of a row, left to right, one call a column; then admin_table_row().  A NULL text and a
 * time of 0 are empty cells.  Everything is copied.
 */
void	admin_table_text(struct admin_table *table, const char *text);
void	admin_table_word(struct admin_table *table, const char *machine, const char *person);
void	admin_table_number(struct admin_table *table, int64_t number);
void	admin_table_real(struct admin_table *table, double real);	/* two digits behind the point */
void	admin_table_time(struct admin_table *table, int64_t ms);
void	admin_table_bool(struct admin_table *table, bool value);
void	admin_table_row(struct admin_table *table);

/* Writes what is still held, ends the output, frees.  Rows written.  NULL is fine (0). */
size_t	admin_table_end(struct admin_table *table);

#endif
