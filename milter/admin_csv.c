/*
 * admin_csv.c - comma-separated values, RFC 4180, out of one piece of memory.
 *
 * Floor 5, part of admin.  Pure; every length has its limit.
 */
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "admin_csv.h"

struct admin_csv {
	const char	*at, *end;
	unsigned	 line;			/* of at, from 1 */
	GString		*text;			/* the record's fields, a NUL after each */
	size_t		 offset[ADMIN_CSV_FIELDS];
	size_t		 n;
};

struct admin_csv *
admin_csv_new(const char *octets, size_t len)
{
	struct admin_csv *csv;

	csv = g_new0(struct admin_csv, 1);
	if (len >= 3 && memcmp(octets, "\xEF\xBB\xBF", 3) == 0) {
		octets += 3;
		len -= 3;
	}
	csv->at = octets;
	csv->end = octets + len;
	csv->line = 1;
	csv->text = g_string_new(NULL);
	return csv;
}

void
admin_csv_free(struct admin_csv *csv)
{
	if (csv == NULL)
		return;
	g_string_free(csv->text, TRUE);
	g_free(csv);
}

static bool
at_line_end(const struct admin_csv *csv)
{
	return csv->at == csv->end || *csv->at == '\n' || *csv->at == '\r';
}

/* Over one line end: CR LF is one, CR CR and LF LF are two. */
static void
skip_line_end(struct admin_csv *csv)
{
	if (csv->at < csv->end && *csv->at == '\r') {
		csv->at++;
		if (csv->at < csv->end && *csv->at == '\n')
			csv->at++;
	} else if (csv->at < csv->end) {
		csv->at++;
	}
}

/* Over the rest of the line and its end. */
static void
skip_line(struct admin_csv *csv)
{
	while (!at_line_end(csv))
		csv->at++;
	skip_line_end(csv);
}

static unsigned
lines_between(const char *from, const char *to, const char *end)
{
	unsigned n;

	n = 0;
	for (; from < to; from++)
		if (*from == '\n' || (*from == '\r' && (from + 1 == end || from[1] != '\n')))
			n++;
	return n;
}

static enum admin_csv_fault
put(struct admin_csv *csv, size_t start, char c)
{
	if (c == '\0')
		return ADMIN_CSV_NUL;
	if (csv->text->len - start >= ADMIN_CSV_OCTETS)
		return ADMIN_CSV_LONG;
	g_string_append_c(csv->text, c);
	return ADMIN_CSV_FINE;
}

/* A field in quotes, at standing behind the opening one. */
static enum admin_csv_fault
quoted(struct admin_csv *csv, size_t start)
{
	enum admin_csv_fault fault;
	char c;

	while (csv->at < csv->end) {
		c = *csv->at++;
		if (c == '"') {
			if (csv->at == csv->end || *csv->at != '"')
				return at_line_end(csv) || *csv->at == ',' ? ADMIN_CSV_FINE :
				    ADMIN_CSV_QUOTE_TAIL;
			csv->at++;
		}
		fault = put(csv, start, c);
		if (fault != ADMIN_CSV_FINE)
			return fault;
	}
	return ADMIN_CSV_QUOTE_OPEN;
}

static enum admin_csv_fault
bare(struct admin_csv *csv, size_t start)
{
	enum admin_csv_fault fault;

	while (!at_line_end(csv) && *csv->at != ',') {
		fault = put(csv, start, *csv->at);
		if (fault != ADMIN_CSV_FINE)
			return fault;
		csv->at++;
	}
	return ADMIN_CSV_FINE;
}

/* The fields of one record, up to its line end. */
static enum admin_csv_fault
record_read(struct admin_csv *csv)
{
	enum admin_csv_fault fault;
	size_t start;

	csv->n = 0;
	g_string_truncate(csv->text, 0);
	for (;;) {
		if (csv->n == ADMIN_CSV_FIELDS)
			return ADMIN_CSV_MANY;
		start = csv->text->len;
		csv->offset[csv->n++] = start;
		if (csv->at < csv->end && *csv->at == '"') {
			csv->at++;
			fault = quoted(csv, start);
		} else {
			fault = bare(csv, start);
		}
		if (fault != ADMIN_CSV_FINE)
			return fault;
		g_string_append_c(csv->text, '\0');
		if (csv->at == csv->end || *csv->at != ',')
			return ADMIN_CSV_FINE;
		csv->at++;
	}
}

int
admin_csv_next(struct admin_csv *csv, struct admin_csv_record *record_r)
{
	const char *start;
	unsigned line;
	size_t i;

	while (csv->at < csv->end && at_line_end(csv)) {
		skip_line_end(csv);
		csv->line++;
	}
	if (csv->at == csv->end)
		return 0;
	start = csv->at;
	line = csv->line;
	memset(record_r, 0, sizeof(*record_r));
	record_r->line = line;
	record_r->fault = record_read(csv);
	if (record_r->fault == ADMIN_CSV_FINE) {
		skip_line_end(csv);
		record_r->n = csv->n;
		for (i = 0; i < csv->n; i++)
			record_r->field[i] = csv->text->str + csv->offset[i];
	} else {
		if (record_r->fault == ADMIN_CSV_QUOTE_OPEN || record_r->fault == ADMIN_CSV_LONG)
			csv->at = start;
		skip_line(csv);
	}
	csv->line += lines_between(start, csv->at, csv->end);
	return record_r->fault == ADMIN_CSV_FINE ? 1 : -1;
}

static bool
runs_as_formula(char c)
{
	return c != '\0' && strchr("=+-@\t\r", c) != NULL;
}

int
admin_csv_guarded(const char *text)
{
	if (text[0] == '\'')
		return text[1] == '\'' || runs_as_formula(text[1]);
	return runs_as_formula(text[0]);
}

const char *
admin_csv_unguard(const char *text)
{
	if (text[0] == '\'' && (text[1] == '\'' || runs_as_formula(text[1])))
		return text + 1;
	return text;
}
