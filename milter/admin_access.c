/*
 * admin_access.c - who looked at whose data: the rows that are left, and tuiding access-log, which shows them.
 *
 * Floor 5, part of admin.  The row goes first: what cannot be noted is not shown.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "admin_access.h"
#include "admin_user.h"
#include "ledger_people.h"

#define SUBJECTS_MAX	20	/* people of one message that are named each */

/* ---- the rows ------------------------------------------------------------------------------------ */

/* Whether the ledger is a file that we may read and not write. */
static bool
is_read_only(const struct admin *admin)
{
	const char *path = admin_ledger_path(admin->conf);

	return path != NULL && access(path, R_OK) == 0 && access(path, W_OK) != 0 &&
	    (errno == EACCES || errno == EROFS || errno == EPERM);
}

int
admin_show_open(struct admin *admin)
{
	struct err err;

	if (admin->ledger != NULL)
		return 0;
	if (admin_user_become(admin->conf->user, &err) < 0)
		return admin_trouble(admin, "%s", err.text);
	if (!is_read_only(admin))
		return admin_ledger(admin, false);
	admin->unnoted = true;
	return admin_ledger(admin, true);
}

int
admin_show_note(const struct admin *admin, const struct admin_args *args, const char *subject)
{
	struct ledger_access row;
	struct err err;
	char what[100];

	if (admin->unnoted) {
		admin_note(admin, "%s", say(&admin->say,
		    "the ledger may not be written: that this was looked at is not on record",
		    "台账为只读，本次查阅未能留下记录"));
		return 0;
	}
	memset(&row, 0, sizeof(row));
	(void)snprintf(what, sizeof(what), "%s%s%s", args->noun, args->command->verb[0] != '\0' ? " " : "",
	    args->command->verb);
	row.at = admin->now;
	row.who = admin->who;
	row.what = what;
	row.subject = subject != NULL && subject[0] != '\0' ? subject : "*";
	if (ledger_access_add(admin->ledger, &row, &err) == 0)
		return 0;
	return admin_trouble(admin, say(&admin->say,
	    "who looks at personal data must be on record, and cannot be put there: %s",
	    "查阅个人信息必须留下记录，而记录无法写入：%s"), err.text);
}

int
admin_show(struct admin *admin, const struct admin_args *args, const char *subject)
{
	int status;

	status = admin_show_open(admin);
	return status != 0 ? status : admin_show_note(admin, args, subject);
}

struct subjects {
	char	key[SUBJECTS_MAX][ADDR_MAX + 1];
	size_t	n;
	bool	many;
};

static bool
take_subject(void *arg, const struct ledger_decision *d)
{
	struct subjects *subjects = arg;
	size_t i;

	for (i = 0; i < subjects->n; i++)
		if (strcmp(subjects->key[i], d->recipient) == 0)
			return true;
	subjects->many = subjects->n == SUBJECTS_MAX;
	if (!subjects->many)
		(void)snprintf(subjects->key[subjects->n++], sizeof(subjects->key[0]), "%s", d->recipient);
	return !subjects->many;
}

int
admin_show_decisions(const struct admin *admin, const struct admin_args *args,
    const struct ledger_decision_filter *filter)
{
	struct subjects *subjects;
	struct err err;
	size_t i;
	int status;

	subjects = calloc(1, sizeof(*subjects));
	if (subjects == NULL)
		return admin_trouble(admin, "no memory");
	status = 0;
	if (ledger_decisions(admin->ledger, filter, take_subject, subjects, &err) < 0)
		status = admin_trouble(admin, "%s", err.text);
	else if (subjects->many)
		status = admin_show_note(admin, args, "*");
	else
		for (i = 0; i < subjects->n && status == 0 && (i == 0 || !admin->unnoted); i++)
			status = admin_show_note(admin, args, subjects->key[i]);
	free(subjects);
	return status;
}

/* ---- tuiding access-log -------------------------------------------------------------------------- */

static const struct admin_column columns[] = {
	{ "id", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "at", "time", "时间", ADMIN_SEEN_ALL },
	{ "who", "who", "查阅人", ADMIN_SEEN_ALL },
	{ "what", "command", "命令", ADMIN_SEEN_ALL },
	{ "subject", "whose data", "查阅对象", ADMIN_SEEN_ALL },
};

static bool
row_write(void *arg, const struct ledger_access *row)
{
	struct admin_table *table = arg;

	admin_table_number(table, row->id);
	admin_table_time(table, row->at);
	admin_table_text(table, row->who);
	admin_table_text(table, row->what);
	admin_table_text(table, row->subject);
	admin_table_row(table);
	return !ferror(stdout);
}

static int
access_log_run(struct admin *admin, const struct admin_args *args)
{
	char recipient[ADDR_MAX + 2] = "";
	struct admin_table *table;
	struct err err;
	const char *subject;
	int64_t since = 0, until = 0, limit = 0, n;
	int status;

	subject = admin_arg(args, "subject");
	status = admin_conf(admin);
	if (status == 0)
		status = admin_period(admin, args, &since, &until);
	if (status == 0)
		status = admin_limit(admin, args, &limit);
	if (status == 0 && subject != NULL && subject[0] != '@' && strcmp(subject, "*") != 0) {
		status = admin_recipient(admin, subject, recipient);
		subject = recipient;
	}
	if (status == 0)
		status = admin_ledger(admin, true);
	if (status != 0)
		return status;
	table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), false);
	n = ledger_accesses(admin->ledger, subject, since, until, limit, row_write, table, &err);
	(void)admin_table_end(table);
	if (n < 0)
		return admin_trouble(admin, "%s", err.text);
	if (n == 0)
		admin_note(admin, say(&admin->say, "nothing on record", "没有记录"));
	return ADMIN_YES;
}

static const struct admin_option options[] = {
	{ "subject", "ADDRESS", "whose data: an address, @domain, or '*' (commands that showed all)",
	    "查阅对象：邮箱、@域名或 '*'（查阅全部数据的命令）" },
	{ "since", "TIME", "since then (2026-11-21, 7d …)", "起始时间（2026-11-21、7d 等）" },
	{ "until", "TIME", "before then", "截止时间" },
	{ "limit", "N", "at most so many", "最多条数" },
	{ NULL, NULL, NULL, NULL }
};

const struct admin_command admin_access_commands[] = {
	{ "", "", 0, 0, options, access_log_run, LEDGER_NONE,
	    "who looked at whose data", "谁查阅过谁的个人信息" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
