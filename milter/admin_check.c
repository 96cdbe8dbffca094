/*
 * admin_check.c - tuiding check: judges messages as the daemon would, and records nothing.
 *
 * Floor 5, part of admin.  Takes the daemon's road, judge_message(); without --rcpt no ledger is
 * opened.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "admin.h"
#include "admin_walk.h"
#include "judge.h"
#include "setup.h"

#define OUTSIDE		"192.0.2.1"	/* a client of nobody's network (RFC 5737), when none is named */

struct check {
	struct admin		*admin;
	struct judge		*judge;
	struct admin_table	*table;
	const char		*from, *rcpt, *client;
	const char		*operand;
	int			 status;
};

static const struct admin_column columns[] = {
	{ "path", "path", "文件", ADMIN_SEEN_ALL },
	{ "class", "class", "类别", ADMIN_SEEN_ALL },
	{ "score", "score", "分数", ADMIN_SEEN_ALL },
	{ "standing", "standing", "意愿状态", ADMIN_SEEN_ALL },
	{ "action", "action", "处置", ADMIN_SEEN_ALL },
	{ "would", "when enforced", "执行模式下", ADMIN_SEEN_JSON },
	{ "rules", "rules", "规则", ADMIN_SEEN_ALL },
	{ "sender", NULL, NULL, ADMIN_SEEN_JSON },
	{ "direction", NULL, NULL, ADMIN_SEEN_JSON },
	{ "required", NULL, NULL, ADMIN_SEEN_JSON },
};

/*
 * The envelope sender the MTA left in the message: the address of a Return-Path field.  false:
 * there is none.
 */
static bool
return_path(const char *octets, size_t len, char out[ADDR_MAX + 3])
{
	static const char name[] = "return-path:";
	const char *line, *end, *stop;
	size_t n;

	for (line = octets; line < octets + len; line = end + 1) {
		end = memchr(line, '\n', (size_t)(octets + len - line));
		if (end == NULL || end == line || (end == line + 1 && *line == '\r'))
			return false;
		if ((size_t)(end - line) < sizeof(name) || strncasecmp(line, name,
		    sizeof(name) - 1) != 0)
			continue;
		line = memchr(line, '<', (size_t)(end - line));
		stop = line != NULL ? memchr(line, '>', (size_t)(end - line)) : NULL;
		if (stop == NULL)
			return false;
		n = (size_t)(stop - line) + 1;
		if (n > ADDR_MAX + 2 || memchr(line, '\0', n) != NULL)
			return false;
		memcpy(out, line, n);
		out[n] = '\0';
		return true;
	}
	return false;
}

/* One row: what the answer says. */
static void
row_write(struct check *check, const char *path, const struct judge_answer *answer)
{
	const struct judge_recipient *rcpt;
	const struct say *who;
	struct admin_table *table;
	char person[80];

	who = &check->admin->say;
	table = check->table;
	rcpt = check->rcpt != NULL && answer->nrcpts > 0 && answer->class == CLASS_COMMERCIAL ?
	    answer->rcpts : NULL;
	admin_table_text(table, path);
	admin_table_word(table, policy_class_name(answer->class), say_class(who, answer->class));
	admin_table_real(table, answer->score);
	if (rcpt == NULL || rcpt->exempt) {
		admin_table_text(table, NULL);
		admin_table_word(table, check->rcpt != NULL ? policy_action_name(ACTION_ACCEPT) : NULL,
		    check->rcpt != NULL ? say_action(who, ACTION_ACCEPT) : NULL);
		admin_table_text(table, NULL);
	} else {
		snprintf(person, sizeof(person), rcpt->action == rcpt->would ? "%s" :
		    say(who, "%s (enforced: %s)", "%s（执行模式下：%s）"), say_action(who,
		    rcpt->action), say_action(who, rcpt->would));
		admin_table_word(table, policy_standing_name(rcpt->finding.standing),
		    say_standing(who, rcpt->finding.standing));
		admin_table_word(table, policy_action_name(rcpt->action), person);
		admin_table_text(table, policy_action_name(rcpt->would));
	}
	admin_table_text(table, answer->rules);
	admin_table_text(table, answer->from);
	admin_table_text(table, policy_direction_name(answer->direction));
	admin_table_real(table, answer->required);
	admin_table_row(table);
}

static void
judge_one(struct check *check, const char *path, const char *octets, size_t len)
{
	struct judge_message message;
	struct judge_answer answer;
	char sender[ADDR_MAX + 3];

	memset(&message, 0, sizeof(message));
	memset(&answer, 0, sizeof(answer));
	message.octets = octets;
	message.len = len;
	message.client = check->client;
	message.sender = check->from;
	if (check->from == NULL && return_path(octets, len, sender))
		message.sender = sender;
	message.rcpts = &check->rcpt;
	message.nrcpts = check->rcpt != NULL ? 1 : 0;
	message.now = check->admin->now;
	message.dry = true;
	message.can_remove = message.can_quarantine = true;
	judge_message(check->judge, &message, &answer);
	if (answer.class == CLASS_NONE) {
		check->status = admin_trouble(check->admin, say(&check->admin->say,
		    "cannot judge '%s': %s",
		    "无法判定“%s”：%s"), path, answer.why);
	} else {
		if (answer.nrules_failed > 0)
			admin_note(check->admin, say(&check->admin->say,
			    "'%s': rule %s ran into its limit",
			    "“%s”：规则 %s 超出匹配限额"), path, answer.rule_failed);
		if (answer.ledger_failed && check->admin->ledger != NULL)
			admin_note(check->admin, "'%s': %s", path, answer.why);
		row_write(check, path, &answer);
	}
	judge_answer_clear(&answer);
}

static bool
check_file(void *arg, const char *path)
{
	struct check *check = arg;
	struct err err;
	char *octets;
	size_t len;

	octets = NULL;
	if (admin_walk_read(path, strcmp(path, check->operand) != 0,
	    check->admin->conf->max_scan_size, &octets, &len, &err) < 0)
		check->status = admin_trouble(check->admin, "%s", err.text);
	else
		judge_one(check, path, octets, len);
	free(octets);
	return !ferror(stdout);
}

static void
check_failed(void *arg, const char *path, const char *why)
{
	struct check *check = arg;

	check->status = admin_trouble(check->admin, "'%s': %s", path, why);
}

/* The ledger (where a recipient is asked about) and the judge. */
static int
check_open(struct check *check)
{
	struct admin *admin;
	struct err err;
	char key[ADDR_MAX + 1];
	int status;

	admin = check->admin;
	status = admin_conf(admin);
	if (status == 0 && check->rcpt != NULL)
		status = admin_recipient(admin, check->rcpt, key);
	if (status != 0)
		return status;
	if (check->rcpt != NULL && admin_ledger(admin, true) != 0)
		admin_note(admin, say(&admin->say, "standings are unknown", "意愿状态一律视为不明"));
	if (setup_judge(admin->conf, admin->ledger, NULL, NULL, admin_quiet, NULL, &check->judge, &err) < 0)
		return admin_trouble(admin, "%s", err.text);
	return 0;
}

static int
check_run(struct admin *admin, const struct admin_args *args)
{
	struct check check;
	size_t i;

	memset(&check, 0, sizeof(check));
	check.admin = admin;
	check.from = admin_arg(args, "from");
	check.rcpt = admin_arg(args, "rcpt");
	check.client = admin_arg(args, "client");
	if (check.client == NULL)
		check.client = OUTSIDE;
	else if (strcmp(check.client, "local") == 0)
		check.client = NULL;
	else if (addr_net_has(check.client, check.client) != 1)
		return admin_usage(admin, say(&admin->say,
		    "--client wants an address such as 192.0.2.7, or local",
		    "--client 要写 IP 地址，例如 192.0.2.7，或写 local"));
	check.status = check_open(&check);
	if (check.judge == NULL)
		return check.status;
	check.table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), false);
	for (i = 0; i < args->n && !ferror(stdout); i++) {
		check.operand = args->operand[i];
		if (strcmp(check.operand, "-") == 0)
			(void)check_file(&check, "-");
		else
			admin_walk(check.operand, check_file, check_failed, &check);
	}
	(void)admin_table_end(check.table);
	judge_unref(check.judge);
	return check.status;
}

static const struct admin_option options[] = {
	{ "from", "ADDRESS", "envelope sender (else the Return-Path field)",
	    "信封发件人（未给出时取 Return-Path 字段）" },
	{ "rcpt", "ADDRESS", "recipient: tells standing and action too",
	    "收件人：同时给出意愿状态和处置" },
	{ "client", "IP", "the client's address (else one outside), or local",
	    "客户端地址（未给出时视为外部），或 local" },
	{ NULL, NULL, NULL, NULL }
};

const struct admin_command admin_check_commands[] = {
	{ "", "FILE|DIR|-…", 1, SIZE_MAX, options, check_run, LEDGER_NONE,
	    "judge messages as the daemon would, recording nothing",
	    "按守护进程的方式判定邮件，不作任何记录" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
