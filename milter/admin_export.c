/*
 * admin_export.c - tuiding consent|refusal export: the table as a CSV file that import reads back.
 *
 * Floor 5, part of admin.  Of evidence only typed notes go out, never a person's mail.
 */
#include <stdlib.h>
#include <string.h>
#include "admin_said.h"
#include "admin_statement.h"

static const struct admin_column columns[] = {
	{ "recipient", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "sender", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "given_at", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "expires", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "note", NULL, NULL, ADMIN_SEEN_MACHINE },
	/* with --proof: its place in the chain */
	{ "seq", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "reference", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "source", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "received_at", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "state", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "hash", NULL, NULL, ADMIN_SEEN_MACHINE },
};

#define NCOLUMNS	(sizeof(columns) / sizeof(columns[0]))
#define PLAIN		5		/* of them, what import reads */

struct export {
	const struct admin	*admin;
	struct admin_table	*table;
	size_t			 erased;
	bool			 proof;
};

static bool
row_write(void *arg, const struct ledger_statement *s)
{
	struct export *export = arg;
	char *note;

	if (s->recipient == NULL || s->sender == NULL) {
		export->erased++;
		return true;
	}
	note = admin_said_note(s);
	admin_table_text(export->table, s->recipient);
	admin_table_text(export->table, s->sender);
	admin_table_time(export->table, s->given_at);
	if (s->kind == LEDGER_CONSENT && s->expires == 0)
		admin_table_text(export->table, "never");	/* else import would give it an end */
	else
		admin_table_time(export->table, s->expires);
	admin_table_text(export->table, note);
	if (export->proof) {
		admin_table_number(export->table, s->seq);
		admin_table_text(export->table, s->reference);
		admin_table_text(export->table, s->source);
		admin_table_time(export->table, s->received_at);
		admin_table_text(export->table, s->voided ? "void" : NULL);
		admin_table_text(export->table, s->hash);
	}
	admin_table_row(export->table);
	free(note);
	return !ferror(stdout);
}

int
admin_statement_export(struct admin *admin, const struct admin_args *args)
{
	struct admin_statement_room room;
	struct ledger_filter filter;
	struct export export;
	struct err err;
	int64_t n;
	int status;

	status = admin_statement_open(admin, args, &room, &filter);
	if (status != 0)
		return status;
	if (admin->format == ADMIN_TABLE)
		admin->format = ADMIN_CSV;
	export.admin = admin;
	export.erased = 0;
	export.proof = admin_arg(args, "proof") != NULL;
	export.table = admin_rows(admin, columns, export.proof ? NCOLUMNS : PLAIN, false);
	n = ledger_statements(admin->ledger, &filter, row_write, &export, &err);
	(void)admin_table_end(export.table);
	if (n < 0)
		return admin_trouble(admin, "%s", err.text);
	if (export.erased > 0)
		admin_note(admin, say(&admin->say, "%zu entries of erased persons are left out",
		    "略去 %zu 条个人信息已删除的声明"), export.erased);
	return ADMIN_YES;
}
