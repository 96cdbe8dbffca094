/*
 * admin_table.c - rows out: a table for a person; json, csv, tsv for a machine.
 *
 * Floor 5, part of admin.  Holds at most HELD rows to learn the widths of a table; machine formats
 * hold none.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include "admin_clean.h"
#include "admin_table.h"
#include "admin_table_write.h"
#include "admin_time.h"

#define HELD	2000		/* rows whose widths are looked at before the first is written */

struct admin_table {
	struct admin_table_settings	 set;
	GPtrArray	*cells;		/* of the row being built: struct admin_cell */
	GPtrArray	*held;		/* rows of a table, not written yet */
	size_t		*widths;	/* of each column; NULL before the first row is written */
	size_t		 rows;
};

enum admin_format
admin_format_by_name(const char *name)
{
	static const char *const names[ADMIN_FORMAT_MAX] = {
		[ADMIN_TABLE] = "table", [ADMIN_JSON] = "json", [ADMIN_CSV] = "csv",
		    [ADMIN_TSV] = "tsv",
	};
	int i;

	for (i = ADMIN_TABLE; i < ADMIN_FORMAT_MAX; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum admin_format)i;
	return ADMIN_FORMAT_NONE;
}

static void
cell_free(void *p)
{
	struct admin_cell *cell = p;

	if (cell == NULL)
		return;
	free(cell->machine);
	free(cell->person);
	g_free(cell);
}

static void
row_free(void *row)
{
	g_ptr_array_free(row, TRUE);
}

struct admin_table *
admin_table_new(const struct admin_table_settings *settings)
{
	struct admin_table *table;

	table = g_new0(struct admin_table, 1);
	table->set = *settings;
	table->cells = g_ptr_array_new_with_free_func(cell_free);
	table->held = g_ptr_array_new_with_free_func(row_free);
	return table;
}

/* Adds a cell: machine and person (NULL: the same) are taken over. */
static void
cell_add(struct admin_table *table, enum admin_cell_type type, char *machine, char *person)
{
	struct admin_cell *cell;

	cell = g_new0(struct admin_cell, 1);
	cell->type = machine != NULL ? type : ADMIN_CELL_EMPTY;
	cell->machine = machine;
	cell->person = person;
	if (table->set.terminal && machine != NULL) {
		cell->machine = admin_clean(machine);
		free(machine);
	}
	g_ptr_array_add(table->cells, cell);
}

void
admin_table_text(struct admin_table *table, const char *text)
{
	admin_table_word(table, text, text);
}

void
admin_table_word(struct admin_table *table, const char *machine, const char *person)
{
	bool empty;

	empty = machine == NULL || machine[0] == '\0';
	cell_add(table, ADMIN_CELL_TEXT, empty ? NULL : admin_clean_utf8(machine),
	    table->set.format == ADMIN_TABLE && person != NULL ? admin_clean(person) : NULL);
}

void
admin_table_number(struct admin_table *table, int64_t number)
{
	cell_add(table, ADMIN_CELL_NUMBER, g_strdup_printf("%lld", (long long)number), NULL);
}

void
admin_table_real(struct admin_table *table, double real)
{
	cell_add(table, ADMIN_CELL_REAL, g_strdup_printf("%.2f", real), NULL);
}

void
admin_table_time(struct admin_table *table, int64_t ms)
{
	char machine[ADMIN_TIME_MAX], person[ADMIN_TIME_MAX];

	if (ms == 0)
		cell_add(table, ADMIN_CELL_EMPTY, NULL, NULL);
	else
		cell_add(table, ADMIN_CELL_TEXT, g_strdup(admin_time_text(ms, true, machine)),
		    g_strdup(admin_time_text(ms, false, person)));
}

void
admin_table_bool(struct admin_table *table, bool value)
{
	cell_add(table, ADMIN_CELL_BOOL, g_strdup(value ? "true" : "false"),
	    g_strdup(value ? say(table->set.say, "yes", "是") : say(table->set.say, "no", "否")));
}

static bool
seen(const struct admin_table *table, size_t i)
{
	switch (table->set.columns[i].seen) {
	case ADMIN_SEEN_MACHINE:	return table->set.format != ADMIN_TABLE;
	case ADMIN_SEEN_JSON:		return table->set.format == ADMIN_JSON;
	case ADMIN_SEEN_PERSON:		return table->set.format == ADMIN_TABLE;
	default:			return true;
	}
}

static const char *
heading(const struct admin_table *table, size_t i)
{
	return say(table->set.say, table->set.columns[i].en, table->set.columns[i].zh);
}

/* What a person reads in that cell. */
static const char *
shown(const struct admin_cell *cell)
{
	if (cell->person != NULL)
		return cell->person;
	return cell->machine != NULL ? cell->machine : "";
}

/*
 * Makes the widest columns narrower until the row fits, none below 24: an id or a reference is
 * never cut.
 */
static void
widths_fit(size_t *widths, size_t n, size_t room)
{
	size_t i, total, widest;

	for (;;) {
		for (i = total = widest = 0; i < n; i++) {
			total += widths[i] > 0 ? widths[i] + 2 : 0;
			if (widths[i] > widths[widest])
				widest = i;
		}
		if (total <= room + 2 || widths[widest] <= 24)
			return;
		widths[widest] -= MIN(total - room - 2, widths[widest] - 24);
	}
}

static void
widths_learn(struct admin_table *table)
{
	const struct admin_cell *cell;
	size_t i, r, width;

	table->widths = g_new0(size_t, table->set.ncolumns);
	for (i = 0; i < table->set.ncolumns; i++) {
		if (!seen(table, i))
			continue;
		table->widths[i] = admin_clean_width(heading(table, i));
		for (r = 0; r < table->held->len; r++) {
			cell = g_ptr_array_index((GPtrArray *)g_ptr_array_index(table->held, r), i);
			width = admin_clean_width(shown(cell));
			table->widths[i] = MAX(table->widths[i], width);
		}
	}
	if (table->set.width > 0)
		widths_fit(table->widths, table->set.ncolumns, table->set.width);
}

/* One line of a table: cells of a row, or the headings where cells is NULL. */
static void
line_write(struct admin_table *table, GPtrArray *cells)
{
	const struct admin_cell *cell;
	enum admin_pad pad;
	size_t i, last;

	for (i = last = 0; i < table->set.ncolumns; i++)
		if (seen(table, i) && (cells == NULL || shown(g_ptr_array_index(cells, i))[0] != '\0'))
			last = i;
	for (i = 0; i <= last; i++) {
		if (!seen(table, i))
			continue;
		cell = cells != NULL ? g_ptr_array_index(cells, i) : NULL;
		pad = i == last ? ADMIN_PAD_LAST : ADMIN_PAD_LEFT;
		if (cell != NULL && (cell->type == ADMIN_CELL_NUMBER || cell->type == ADMIN_CELL_REAL))
			pad = ADMIN_PAD_RIGHT;
		admin_write_padded(table->set.out, cell != NULL ? shown(cell) : heading(table, i),
		    table->widths[i], pad, table->set.width > 0 && pad != ADMIN_PAD_RIGHT);
		if (i < last)
			fputs("  ", table->set.out);
	}
	putc('\n', table->set.out);
}

static void
held_write(struct admin_table *table)
{
	size_t r;

	if (table->held->len == 0)
		return;
	if (table->widths == NULL) {
		widths_learn(table);
		line_write(table, NULL);
	}
	for (r = 0; r < table->held->len; r++)
		line_write(table, g_ptr_array_index(table->held, r));
	g_ptr_array_set_size(table->held, 0);
}

/* One "heading  value" line a cell that is not empty. */
static void
upright_write(struct admin_table *table)
{
	const struct admin_cell *cell;
	size_t i, width;

	for (i = width = 0; i < table->set.ncolumns; i++)
		if (seen(table, i))
			width = MAX(width, admin_clean_width(heading(table, i)));
	if (table->rows > 0)
		putc('\n', table->set.out);
	for (i = 0; i < table->set.ncolumns; i++) {
		cell = g_ptr_array_index(table->cells, i);
		if (!seen(table, i) || shown(cell)[0] == '\0')
			continue;
		admin_write_padded(table->set.out, heading(table, i), width, ADMIN_PAD_LEFT, false);
		fprintf(table->set.out, "  %s\n", shown(cell));
	}
}

static void
machine_write(struct admin_table *table)
{
	const struct admin_cell **cells;
	const char **names;
	size_t i, n;

	cells = g_new0(const struct admin_cell *, table->set.ncolumns);
	names = g_new0(const char *, table->set.ncolumns);
	for (i = n = 0; i < table->set.ncolumns; i++) {
		if (!seen(table, i))
			continue;
		names[n] = table->set.columns[i].name;
		cells[n++] = g_ptr_array_index(table->cells, i);
	}
	switch (table->set.format) {
	case ADMIN_JSON:
		admin_write_json(table->set.out, names, cells, n, table->rows == 0);
		break;
	case ADMIN_CSV:
		if (table->rows == 0)
			admin_write_csv_names(table->set.out, names, n);
		admin_write_csv(table->set.out, cells, n);
		break;
	default:
		admin_write_tsv(table->set.out, cells, n);
		break;
	}
	g_free(cells);
	g_free(names);
}

void
admin_table_row(struct admin_table *table)
{
	while (table->cells->len < table->set.ncolumns)
		cell_add(table, ADMIN_CELL_EMPTY, NULL, NULL);
	if (table->set.format != ADMIN_TABLE) {
		machine_write(table);
		g_ptr_array_set_size(table->cells, 0);
	} else if (table->set.upright) {
		upright_write(table);
		g_ptr_array_set_size(table->cells, 0);
	} else {
		g_ptr_array_add(table->held, table->cells);
		table->cells = g_ptr_array_new_with_free_func(cell_free);
		if (table->held->len >= HELD)
			held_write(table);
	}
	table->rows++;
}

/* What a machine gets of a table without rows. */
static void
nothing_write(struct admin_table *table)
{
	const char **names;
	size_t i, n;

	if (table->set.format == ADMIN_JSON)
		fputs("[]\n", table->set.out);
	if (table->set.format != ADMIN_CSV)
		return;
	names = g_new0(const char *, table->set.ncolumns);
	for (i = n = 0; i < table->set.ncolumns; i++)
		if (seen(table, i))
			names[n++] = table->set.columns[i].name;
	admin_write_csv_names(table->set.out, names, n);
	g_free(names);
}

size_t
admin_table_end(struct admin_table *table)
{
	size_t rows;

	if (table == NULL)
		return 0;
	held_write(table);
	if (table->rows == 0)
		nothing_write(table);
	else if (table->set.format == ADMIN_JSON)
		fputs("\n]\n", table->set.out);
	rows = table->rows;
	g_ptr_array_free(table->cells, TRUE);
	g_ptr_array_free(table->held, TRUE);
	g_free(table->widths);
	g_free(table);
	return rows;
}
