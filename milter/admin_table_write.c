/*
 * admin_table_write.c - one row in one format.
 *
 * Floor 5, part of admin's table.  Errors of writing stay in the stream, where the end of the
 * program looks.
 */
#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "admin_clean.h"
#include "admin_csv.h"
#include "admin_table_write.h"

static json_t *
cell_json(const struct admin_cell *cell)
{
	switch (cell->type) {
	case ADMIN_CELL_NUMBER:	return json_integer(strtoll(cell->machine, NULL, 10));
	case ADMIN_CELL_REAL:	return json_real(g_ascii_strtod(cell->machine, NULL));
	case ADMIN_CELL_BOOL:	return json_boolean(strcmp(cell->machine, "true") == 0);
	case ADMIN_CELL_TEXT:	return json_string(cell->machine);
	default:		return json_null();
	}
}

void
admin_write_json(FILE *out, const char *const *names, const struct admin_cell *const *cells,
    size_t n, bool first)
{
	json_t *object;
	size_t i;

	object = json_object();
	for (i = 0; i < n; i++)
		(void)json_object_set_new(object, names[i], cell_json(cells[i]));
	fputs(first ? "[\n" : ",\n", out);
	(void)json_dumpf(object, out, JSON_REAL_PRECISION(12));
	json_decref(object);
}

void
admin_write_csv_names(FILE *out, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		fprintf(out, "%s%s", i > 0 ? "," : "", names[i]);
	fputs("\r\n", out);
}

static void
csv_cell_write(FILE *out, const struct admin_cell *cell)
{
	const char *p;
	bool guard, quote;

	if (cell->machine == NULL)
		return;
	guard = cell->type == ADMIN_CELL_TEXT && admin_csv_guarded(cell->machine) == 1;
	quote = strpbrk(cell->machine, ",\"\r\n") != NULL;
	if (quote)
		putc('"', out);
	if (guard)
		putc('\'', out);
	for (p = cell->machine; *p != '\0'; p++) {
		if (*p == '"')
			putc('"', out);
		putc(*p, out);
	}
	if (quote)
		putc('"', out);
}

void
admin_write_csv(FILE *out, const struct admin_cell *const *cells, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0)
			putc(',', out);
		csv_cell_write(out, cells[i]);
	}
	fputs("\r\n", out);
}

static void
tsv_cell_write(FILE *out, const char *text)
{
	const char *p;

	if (text == NULL) {
		putc('-', out);
		return;
	}
	for (p = text; *p != '\0'; p++) {
		switch (*p) {
		case '\t':	fputs("\\t", out); break;
		case '\n':	fputs("\\n", out); break;
		case '\r':	fputs("\\r", out); break;
		case '\\':	fputs("\\\\", out); break;
		default:	putc(*p, out); break;
		}
	}
}

void
admin_write_tsv(FILE *out, const struct admin_cell *const *cells, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0)
			putc('\t', out);
		tsv_cell_write(out, cells[i]->machine);
	}
	putc('\n', out);
}

static void
spaces(FILE *out, size_t n)
{
	for (; n > 0; n--)
		putc(' ', out);
}

void
admin_write_padded(FILE *out, const char *text, size_t width, enum admin_pad pad, bool cut)
{
	size_t have, fit, missing;

	have = admin_clean_width(text);
	fit = strlen(text);
	cut = cut && have > width && width > 0;
	if (cut) {
		fit = admin_clean_fit(text, width - 1);
		have = have - admin_clean_width(text + fit) + 1;
	}
	missing = have < width ? width - have : 0;
	if (pad == ADMIN_PAD_RIGHT)
		spaces(out, missing);
	fwrite(text, 1, fit, out);
	if (cut)
		fputs("…", out);
	if (pad == ADMIN_PAD_LEFT)
		spaces(out, missing);
}
