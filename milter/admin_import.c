/*
 * admin_import.c - tuiding consent|refusal import: many statements from a CSV file.
 *
 * Floor 5, part of admin.  The whole file is checked before the first row is written; then slices
 * of SLICE go in one transaction each, so that mail never waits for an import.  Every row's id is
 * made of its content: running the same file again after a crash completes it and doubles nothing.
 * Nor does a file that export wrote: its rows are known by the moment the person spoke.
 */
#include <stdlib.h>
#include <string.h>
#include "admin_import.h"
#include "admin_standing.h"
#include "admin_statement.h"

#define SLICE	1000

static const struct admin_column columns[] = {
	{ "line", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "status", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "recipient", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "sender", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "reason", NULL, NULL, ADMIN_SEEN_MACHINE },
};

struct run {
	struct admin		*admin;
	struct admin_import	 import;
	struct admin_table	*table;
	const char		*path;
	bool			 strict, dry;
	struct admin_import_row	*rows;		/* SLICE of them */
	struct ledger_statement	*statements;
	struct ledger_receipt	*receipts;
	size_t			 n;		/* rows waiting */
	size_t			 good, bad, overturns, written, already;
};

static const char overturns_en[] = "would overturn the person's own refusal";
static const char overturns_zh[] = "与本人的拒收相抵触";

/* A refused row: a line to the person, a row to the machine. */
static void
report(struct run *run, const struct admin_import_row *row, const char *status,
    const struct admin_import_fault *fault)
{
	char reason[256];

	admin_note(run->admin, "%s:%u: %s%s%s", run->path, row->line, say(&run->admin->say,
	    fault->en, fault->zh), fault->detail[0] != '\0' ? ": " : "", fault->detail);
	if (run->admin->format == ADMIN_TABLE)
		return;
	snprintf(reason, sizeof(reason), "%s%s%s", fault->en, fault->detail[0] != '\0' ? ": " : "",
	    fault->detail);
	admin_table_number(run->table, (int64_t)row->line);
	admin_table_text(run->table, status);
	admin_table_text(run->table, row->recipient);
	admin_table_text(run->table, row->sender.text);
	admin_table_text(run->table, reason);
	admin_table_row(run->table);
}

static void
report_overturns(struct run *run, const struct admin_import_row *row)
{
	const struct admin_import_fault fault = { .en = overturns_en, .zh = overturns_zh };

	run->overturns++;
	report(run, row, "overturns", &fault);
}

struct known {
	const struct admin_import_row	*row;
	bool				 found;
};

static bool
known_met(void *arg, const struct ledger_statement *s)
{
	struct known *known = arg;

	known->found = (s->message_id != NULL && strcmp(s->message_id, known->row->id) == 0) ||
	    (known->row->dated && s->given_at == known->row->given_at &&
	    s->expires == known->row->expires);
	return !known->found;
}

/*
 * Whether the row is on record: the same said at the same millisecond, however it was entered and
 * whether or not it was made void since; or the row itself.  1, 0, or -1.
 */
static int
row_known(struct run *run, const struct admin_import_row *row, struct err *err)
{
	struct known known = { .row = row };
	struct ledger_filter filter;

	memset(&filter, 0, sizeof(filter));
	filter.kind = run->import.kind;
	filter.recipient = row->recipient;
	filter.sender = row->sender.text;
	if (ledger_statements(run->admin->ledger, &filter, known_met, &known, err) < 0)
		return -1;
	return known.found;
}

/* Whether a consent would be refused by the ledger: 1, 0, or -1. */
static int
row_overturns(struct run *run, const struct admin_import_row *row, struct err *err)
{
	struct admin_standing standing;
	int answer;

	if (run->import.kind != LEDGER_CONSENT)
		return 0;
	answer = row_known(run, row, err);
	if (answer != 0)
		return answer < 0 ? -1 : 0;
	memset(&standing, 0, sizeof(standing));
	if (admin_standing_ask(run->admin->ledger, row->recipient, &row->sender, true,
	    run->admin->now, &standing, err) < 0)
		return -1;
	answer = standing.finding.standing == STANDING_REFUSED && !standing.finding.by_rule;
	admin_standing_clear(&standing);
	return answer;
}

/* Goes through all rows and reports those that are wrong.  0, or an exit status. */
static int
validate(struct run *run)
{
	struct admin_import_row row;
	struct admin_import_fault fault;
	struct err err;
	int answer, overturns;

	overturns = 0;
	while (overturns >= 0 && (answer = admin_import_next(&run->import, &row, &fault)) != 0) {
		if (answer < 0) {
			run->bad++;
			report(run, &row, "invalid", &fault);
			continue;
		}
		if (run->strict || run->dry)
			overturns = row_overturns(run, &row, &err);
		if (overturns == 1)
			report_overturns(run, &row);
		else
			run->good++;
		admin_import_row_clear(&row);
	}
	if (overturns < 0)
		return admin_trouble(run->admin, "%s", err.text);
	return 0;
}

static void
statement_make(const struct run *run, const struct admin_import_row *row, struct ledger_statement *s)
{
	memset(s, 0, sizeof(*s));
	s->kind = run->import.kind;
	s->source = "import";
	s->given_at = row->given_at;
	s->received_at = run->admin->now;
	s->expires = row->expires;
	s->recipient = row->recipient;
	s->sender = row->sender.text;
	s->evidence = row->note;
	s->evidence_len = row->note != NULL ? strlen(row->note) : 0;
	s->message_id = row->id;
}

static int
stopped(const struct run *run, unsigned line, const struct err *err)
{
	return admin_trouble(run->admin, say(&run->admin->say,
	    "stopped at line %u: %s; running the import again completes it",
	    "在第 %u 行中断：%s；重新导入同一文件即可补全"), line, err->text);
}

/* Writes the rows that wait, in one transaction. */
static int
slice_write(struct run *run)
{
	struct err err;
	size_t i;
	int status;

	status = 0;
	for (i = 0; i < run->n; i++)
		statement_make(run, &run->rows[i], &run->statements[i]);
	memset(run->receipts, 0, SLICE * sizeof(run->receipts[0]));
	if (run->n > 0 && ledger_append(run->admin->ledger, run->statements, run->n, run->receipts,
	    &err) < 0)
		status = stopped(run, run->rows[0].line, &err);
	for (i = 0; i < run->n; i++) {
		if (status == 0 && run->receipts[i].outcome == LEDGER_WRITTEN)
			run->written++;
		else if (status == 0 && run->receipts[i].outcome == LEDGER_ALREADY)
			run->already++;
		else if (status == 0)
			report_overturns(run, &run->rows[i]);
		admin_import_row_clear(&run->rows[i]);
	}
	run->n = 0;
	return status;
}

/* The row that was just read waits for its slice, unless it is on record. */
static int
row_take(struct run *run)
{
	struct admin_import_row *row;
	struct err err;
	int known;

	row = &run->rows[run->n];
	known = row->dated ? row_known(run, row, &err) : 0;
	if (known == 0) {
		run->n++;
		return run->n == SLICE ? slice_write(run) : 0;
	}
	if (known == 1)
		run->already++;
	admin_import_row_clear(row);
	return known == 1 ? 0 : stopped(run, row->line, &err);
}

static int
write_all(struct run *run)
{
	struct admin_import_fault fault;
	int answer, status;

	status = admin_import_rewind(&run->import);
	while (status == 0 && (answer = admin_import_next(&run->import, &run->rows[run->n],
	    &fault)) != 0) {
		if (answer < 0)
			continue;		/* reported before */
		status = row_take(run);
	}
	return status != 0 ? status : slice_write(run);
}

static void
summary(const struct run *run, bool wrote)
{
	const struct admin *admin;

	admin = run->admin;
	if (!wrote) {
		admin_note(admin, say(&admin->say,
		    "nothing written: %zu lines are good, %zu wrong, %zu would overturn a refusal",
		    "没有写入：合格 %zu 行，不合格 %zu 行，与拒收相抵触 %zu 行"), run->good,
		    run->bad, run->overturns);
		return;
	}
	if (admin->format == ADMIN_TABLE)
		admin_line(admin, say(&admin->say,
		    "%zu written, %zu on record already, %zu wrong, %zu would overturn a refusal",
		    "写入 %zu 条，已有登记 %zu 条，不合格 %zu 行，与拒收相抵触 %zu 行"),
		    run->written, run->already, run->bad, run->overturns);
	else
		admin_note(admin, say(&admin->say,
		    "%zu written, %zu on record already, %zu wrong, %zu would overturn a refusal",
		    "写入 %zu 条，已有登记 %zu 条，不合格 %zu 行，与拒收相抵触 %zu 行"),
		    run->written, run->already, run->bad, run->overturns);
}

/* The default end of consents. */
static int
expires_read(struct run *run, const struct admin_args *args)
{
	const struct admin *admin;
	const char *text;

	admin = run->admin;
	text = admin_arg(args, "expires");
	if (run->import.kind != LEDGER_CONSENT || (text != NULL && strcmp(text, "never") == 0))
		return 0;
	if (admin_time_parse(text != NULL ? text : "2y", admin->now, ADMIN_TIME_FROM_NOW,
	    &run->import.expires, NULL) < 0 || run->import.expires <= admin->now)
		return admin_usage(admin, say(&admin->say,
		    "--expires wants a span such as 2y, a date to come, or never, not '%s'",
		    "--expires 要写 2y 之类的期限、将来的日期或 never，不能是“%s”"), text);
	return 0;
}

/* Reads and checks the file, then writes what is good. */
static int
import_file(struct run *run)
{
	struct admin *admin;
	bool write;
	int status;

	admin = run->admin;
	status = admin_import_open(&run->import, run->path);
	if (status == 0)
		status = admin_ledger(admin, run->dry);
	if (status != 0)
		return status;
	run->rows = calloc(SLICE, sizeof(run->rows[0]));
	run->statements = calloc(SLICE, sizeof(run->statements[0]));
	run->receipts = calloc(SLICE, sizeof(run->receipts[0]));
	if (run->rows == NULL || run->statements == NULL || run->receipts == NULL)
		return admin_trouble(admin, "no memory");
	run->table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), false);
	status = validate(run);
	write = status == 0 && !run->dry && !(run->strict && run->bad + run->overturns > 0);
	if (write)
		status = write_all(run);
	(void)admin_table_end(run->table);
	summary(run, write);
	return status == 0 && run->bad + run->overturns > 0 ? ADMIN_NO : status;
}

int
admin_statement_import(struct admin *admin, const struct admin_args *args)
{
	struct run run;
	size_t i;
	int status;

	memset(&run, 0, sizeof(run));
	run.admin = admin;
	run.path = args->operand[0];
	run.strict = admin_arg(args, "strict") != NULL;
	run.dry = admin_arg(args, "dry-run") != NULL;
	run.import.admin = admin;
	run.import.kind = args->command->kind;
	status = admin_conf(admin);
	if (status == 0)
		status = expires_read(&run, args);
	if (status == 0)
		status = import_file(&run);
	admin_import_close(&run.import);
	for (i = 0; i < run.n; i++)
		admin_import_row_clear(&run.rows[i]);
	free(run.rows);
	free(run.statements);
	free(run.receipts);
	return status;
}
