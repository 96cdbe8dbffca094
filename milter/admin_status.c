/*
 * admin_status.c - tuiding status and reload: the running daemon, asked through its control socket.
 *
 * Floor 5, part of admin.  Counts only, nobody's data; so no row in the access log.
 */
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include "admin_complaint.h"
#include "admin_status.h"
#include "control.h"
#include "ledger_people.h"

#define STATUS_WAIT	5000	/* ms */
#define RELOAD_WAIT	120000	/* ms: many rules take their time */

/* ---- what there is to tell ----------------------------------------------------------------------- */

static void
value_add(GArray *values, const char *name, double number)
{
	struct admin_status_value value = { .number = number };

	if (g_strlcpy(value.name, name, sizeof(value.name)) < sizeof(value.name))
		g_array_append_val(values, value);
}

/* The daemon's lines "name value"; what is none is left out. */
static void
lines_read(GArray *values, char *text)
{
	char *line, *rest = text, *end, *number;
	double value;

	while ((line = strsep(&rest, "\n")) != NULL) {
		number = strchr(line, ' ');
		if (number == NULL || strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_") != (size_t)(number - line))
			continue;
		*number++ = '\0';
		value = g_ascii_strtod(number, &end);
		if (end != number && *end == '\0' && line[0] != '\0')
			value_add(values, line, value);
	}
}

static bool
overdue_count(void *arg, const struct ledger_case *c)
{
	double *n = arg;

	*n += c->state != CASE_REPORTED;	/* that one waits for its person, not for us */
	return true;
}

/* What the ledger holds.  0, or -1. */
static int
ledger_read(const struct admin *admin, GArray *values, struct err *err)
{
	const struct ledger_case_filter filter = {
		.opened_before = admin->now - (int64_t)admin->conf->complaint_days * 24 * 3600 * 1000,
	};
	struct ledger_counts c;
	double overdue = 0;
	size_t i;

	if (ledger_count(admin->ledger, &c, err) != 0 ||
	    ledger_cases(admin->ledger, &filter, overdue_count, &overdue, err) < 0)
		return -1;
	const struct {
		const char	*name;
		int64_t		 number;
	} rows[] = {
		{ "statements", c.statements }, { "consents", c.consents }, { "refusals", c.refusals }, { "rules", c.rules },
		{ "decisions", c.decisions }, { "decisions_sealed", c.sealed }, { "conversations", c.talk },
		{ "letters_queued", c.letters_queued }, { "letters_dead", c.letters_dead },
		{ "cases_reported", c.cases_reported }, { "cases_open", c.cases_open }, { "cases_failed", c.cases_failed },
		{ "cases_done", c.cases_done }, { "cases_closed", c.cases_closed },
	};
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		value_add(values, rows[i].name, (double)rows[i].number);
	value_add(values, "cases_overdue", overdue);
	return 0;
}

/* ---- tuiding status ------------------------------------------------------------------------------ */

/* --format here knows prometheus too. */
static int
format_read(struct admin *admin, const struct admin_args *args, bool *prometheus_r)
{
	const char *text = admin_arg(args, "format");

	*prometheus_r = text != NULL && strcmp(text, "prometheus") == 0;
	if (text == NULL || *prometheus_r)
		return 0;
	admin->format = admin_format_by_name(text);
	if (admin->format != ADMIN_FORMAT_NONE)
		return 0;
	return admin_usage(admin, say(&admin->say,
	    "--format wants table, json, csv, tsv or prometheus, not '%s'",
	    "--format 只能是 table、json、csv、tsv 或 prometheus，不能是“%s”"), text);
}

/* 1 the daemon answered; 0 it did not, and that was said. */
static int
daemon_read(const struct admin *admin, GArray *values)
{
	struct err err = { "" };
	char *answer = NULL;
	int ret;

	if (admin->conf->control_socket[0] == '\0')
		ret = err_set(&err, "the configuration names no control-socket");
	else
		ret = control_ask(admin->conf->control_socket, "status", STATUS_WAIT, &answer, &err);
	if (ret == 1)
		lines_read(values, answer);
	else
		admin_note(admin, "%s", err.text);
	free(answer);
	return ret == 1;
}

static int
status_run(struct admin *admin, const struct admin_args *args)
{
	GArray *values;
	struct err err;
	bool prometheus = false;
	int up, status;

	status = format_read(admin, args, &prometheus);
	if (status == 0)
		status = admin_conf(admin);
	if (status != 0)
		return status;
	values = g_array_new(FALSE, TRUE, sizeof(struct admin_status_value));
	value_add(values, "up", 0);
	up = daemon_read(admin, values);
	g_array_index(values, struct admin_status_value, 0).number = up;
	status = admin_ledger(admin, true);
	if (status == 0 && ledger_read(admin, values, &err) != 0)
		status = admin_trouble(admin, "%s", err.text);
	if (prometheus)
		admin_status_prometheus((const struct admin_status_value *)(const void *)values->data, values->len);
	else
		admin_status_rows(admin, (const struct admin_status_value *)(const void *)values->data, values->len);
	g_array_free(values, TRUE);
	return status != 0 ? status : up ? ADMIN_YES : ADMIN_NO;
}

/* ---- tuiding reload ------------------------------------------------------------------------------ */

static int
reload_run(struct admin *admin, const struct admin_args *args)
{
	struct err err = { "" };
	char *answer = NULL;
	int ret, status;

	(void)args;
	status = admin_conf(admin);
	if (status != 0)
		return status;
	if (admin->conf->control_socket[0] == '\0')
		return admin_usage(admin, "%s", say(&admin->say,
		    "the configuration names no control-socket; the signal USR1 reloads too",
		    "配置中没有 control-socket；也可以发送 USR1 信号"));
	ret = control_ask(admin->conf->control_socket, "reload", RELOAD_WAIT, &answer, &err);
	free(answer);
	if (ret < 0)
		return admin_trouble(admin, "%s", err.text);
	if (ret == 0) {
		admin_note(admin, say(&admin->say, "the daemon goes on with the old configuration: %s",
		    "守护进程继续使用原配置：%s"), err.text);
		return ADMIN_NO;
	}
	admin_line(admin, "%s", say(&admin->say, "reloaded", "已重新读取"));
	return ADMIN_YES;
}

static const struct admin_option options[] = {
	{ "format", "FORMAT", "table, json, csv, tsv or prometheus", "输出格式：table、json、csv、tsv 或 prometheus" },
	{ NULL, NULL, NULL, NULL }
};

const struct admin_command admin_status_commands[] = {
	{ "", "", 0, 0, options, status_run, LEDGER_NONE,
	    "what the daemon counted, and what the ledger holds", "守护进程的计数和台账的数量" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};

const struct admin_command admin_reload_commands[] = {
	{ "", "", 0, 0, NULL, reload_run, LEDGER_NONE,
	    "let the daemon read its configuration and rules anew", "让守护进程重新读取配置和规则" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
