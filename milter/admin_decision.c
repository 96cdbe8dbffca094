/*
 * admin_decision.c - tuiding decision list|show: what happened to commercial messages.
 *
 * Floor 5, part of admin.
 */
#include <string.h>
#include "admin_access.h"

static const struct admin_column columns[] = {
	{ "at", "time", "时间", ADMIN_SEEN_ALL },
	{ "id", "id", "编号", ADMIN_SEEN_ALL },
	{ "recipient", "recipient", "收件人", ADMIN_SEEN_ALL },
	{ "sender", "sender", "发件人", ADMIN_SEEN_ALL },
	{ "score", "score", "分数", ADMIN_SEEN_ALL },
	{ "standing", "standing", "意愿状态", ADMIN_SEEN_ALL },
	{ "action", "action", "处置", ADMIN_SEEN_ALL },
	{ "would", "enforced", "执行模式下", ADMIN_SEEN_ALL },
	{ "message", "message", "邮件", ADMIN_SEEN_MACHINE },
	{ "queue_id", "queue id", "队列编号", ADMIN_SEEN_MACHINE },
	{ "message_id", "Message-ID", "Message-ID", ADMIN_SEEN_MACHINE },
	{ "recipient_raw", "as given", "收件人原文", ADMIN_SEEN_MACHINE },
	{ "direction", "direction", "方向", ADMIN_SEEN_MACHINE },
	{ "mode", "mode", "模式", ADMIN_SEEN_MACHINE },
	{ "required", "required", "判定分数线", ADMIN_SEEN_MACHINE },
	{ "by_rule", "by a rule", "依据域名规则", ADMIN_SEEN_MACHINE },
	{ "word", "rests on no.", "依据序号", ADMIN_SEEN_MACHINE },
	{ "matched_key", "its key", "依据的发件人", ADMIN_SEEN_MACHINE },
	{ "envelope", "envelope sender", "信封发件人", ADMIN_SEEN_MACHINE },
	{ "default_key", "a refusal names", "拒收将针对", ADMIN_SEEN_MACHINE },
	{ "identities", "identities", "发件身份", ADMIN_SEEN_MACHINE },
	{ "rules", "rules", "规则", ADMIN_SEEN_MACHINE },
	{ "subject", "subject", "主题", ADMIN_SEEN_MACHINE },
	{ "client", "client", "客户端", ADMIN_SEEN_MACHINE },
	{ "login", "login", "登录名", ADMIN_SEEN_MACHINE },
	{ "reply", "answer", "答复", ADMIN_SEEN_MACHINE },
};

#define NCOLUMNS	(sizeof(columns) / sizeof(columns[0]))

static const struct admin_column would_columns[] = {
	{ "sender", "sender", "发件人", ADMIN_SEEN_ALL },
	{ "would", "enforced", "执行模式下", ADMIN_SEEN_ALL },
	{ "messages", "messages", "邮件", ADMIN_SEEN_ALL },
	{ "recipients", "recipients", "收件人", ADMIN_SEEN_ALL },
	{ "first_at", "first", "最早", ADMIN_SEEN_ALL },
	{ "last_at", "last", "最近", ADMIN_SEEN_ALL },
};

struct list {
	const struct admin	*admin;
	struct admin_table	*table;
};

static bool
row_write(void *arg, const struct ledger_decision *d)
{
	struct list *list = arg;
	const struct say *who;
	struct admin_table *table;

	who = &list->admin->say;
	table = list->table;
	admin_table_time(table, d->at);
	admin_table_text(table, d->id);
	admin_table_text(table, d->recipient);
	admin_table_text(table, d->sender);
	admin_table_real(table, d->score);
	admin_table_word(table, policy_standing_name(d->standing), say_standing(who, d->standing));
	admin_table_word(table, policy_action_name(d->action), say_action(who, d->action));
	admin_table_word(table, policy_action_name(d->would), say_action(who, d->would));
	admin_table_text(table, d->message);
	admin_table_text(table, d->queue_id);
	admin_table_text(table, d->message_id);
	admin_table_text(table, d->recipient_raw);
	admin_table_word(table, policy_direction_name(d->direction), say_direction(who, d->direction));
	admin_table_word(table, policy_mode_name(d->mode), say_mode(who, d->mode));
	admin_table_real(table, d->required);
	admin_table_bool(table, d->by_rule);
	if (d->word > 0)
		admin_table_number(table, d->word);
	else
		admin_table_text(table, NULL);
	admin_table_text(table, d->matched_key);
	admin_table_text(table, d->envelope);
	admin_table_text(table, d->default_key);
	admin_table_text(table, d->identities);
	admin_table_text(table, d->rules);
	admin_table_text(table, d->subject);
	admin_table_text(table, d->client);
	admin_table_text(table, d->login);
	admin_table_text(table, d->reply);
	admin_table_row(table);
	return !ferror(stdout);
}

static bool
would_write(void *arg, const struct ledger_would *would)
{
	struct list *list = arg;

	admin_table_text(list->table, would->sender);
	admin_table_word(list->table, policy_action_name(would->would),
	    say_action(&list->admin->say, would->would));
	admin_table_number(list->table, would->messages);
	admin_table_number(list->table, would->recipients);
	admin_table_time(list->table, would->first_at);
	admin_table_time(list->table, would->last_at);
	admin_table_row(list->table);
	return !ferror(stdout);
}

/* What both lists end with. */
static int
list_end(const struct admin *admin, struct list *list, int64_t n, const struct err *err)
{
	(void)admin_table_end(list->table);
	if (n < 0)
		return admin_trouble(admin, "%s", err->text);
	if (n == 0)
		admin_note(admin, say(&admin->say, "nothing on record", "没有记录"));
	return ADMIN_YES;
}

/* The filter, from the options. */
static int
filter_read(const struct admin *admin, const struct admin_args *args,
    struct ledger_decision_filter *filter, char recipient[ADDR_MAX + 1], struct addr_key *sender)
{
	const char *text;
	int status;

	status = admin_period(admin, args, &filter->since, &filter->until);
	if (status == 0)
		status = admin_limit(admin, args, &filter->limit);
	text = admin_arg(args, "recipient");
	if (status == 0 && text != NULL) {
		status = admin_recipient(admin, text, recipient);
		filter->recipient = recipient;
	}
	text = admin_arg(args, "sender");
	if (status == 0 && text != NULL) {
		status = admin_sender(admin, text, sender);
		filter->sender = sender->text;
	}
	text = admin_arg(args, "action");
	if (status == 0 && text != NULL) {
		filter->action = policy_action_by_name(text);
		if (filter->action == ACTION_NONE)
			status = admin_usage(admin, say(&admin->say,
			    "--action wants accept, tag, quarantine, reject or tempfail, not '%s'",
			    "--action 只能是 accept、tag、quarantine、reject 或 tempfail，不能是“"
			    "%s”"), text);
	}
	filter->queue_id = admin_arg(args, "queue-id");
	filter->sealed = admin_arg(args, "sealed") != NULL;
	return status;
}

static int
decision_list(struct admin *admin, const struct admin_args *args)
{
	struct ledger_decision_filter filter;
	struct addr_key sender;
	char recipient[ADDR_MAX + 1];
	struct list list;
	struct err err;
	int64_t n;
	bool would;
	int status;

	memset(&filter, 0, sizeof(filter));
	would = admin_arg(args, "would") != NULL;
	status = admin_conf(admin);
	if (status == 0)
		status = filter_read(admin, args, &filter, recipient, &sender);
	if (status == 0 && would && (filter.recipient != NULL || filter.sender != NULL ||
	    filter.queue_id != NULL || filter.action != ACTION_NONE || filter.limit != 0 ||
	    filter.sealed))
		status = admin_usage(admin, say(&admin->say,
		    "with --would only --since and --until may stand",
		    "--would 只能与 --since、--until 一起使用"));
	if (status == 0)
		status = would ? admin_ledger(admin, true) : admin_show(admin, args, filter.recipient);
	if (status != 0)
		return status;
	list.admin = admin;
	if (would) {
		list.table = admin_rows(admin, would_columns,
		    sizeof(would_columns) / sizeof(would_columns[0]), false);
		n = ledger_would(admin->ledger, filter.since, filter.until, would_write, &list, &err);
	} else {
		list.table = admin_rows(admin, columns, NCOLUMNS, false);
		n = ledger_decisions(admin->ledger, &filter, row_write, &list, &err);
	}
	return list_end(admin, &list, n, &err);
}

static int
decision_show(struct admin *admin, const struct admin_args *args)
{
	struct admin_column all[NCOLUMNS];
	struct ledger_decision_filter filter;
	struct list list;
	struct err err;
	char id[LEDGER_ID_MAX + 1];
	int64_t n;
	size_t i;
	int status;

	memset(&filter, 0, sizeof(filter));
	if (admin_id(args->operand[0], id, sizeof(id)) < 0)
		return admin_usage(admin, say(&admin->say, "'%s' is no id of a decision",
		    "“%s”不是处置记录的编号"), args->operand[0]);
	filter.id = id;
	status = admin_conf(admin);
	if (status == 0)
		status = admin_show_open(admin);
	if (status == 0)
		status = admin_show_decisions(admin, args, &filter);
	if (status != 0)
		return status;
	memcpy(all, columns, sizeof(all));
	for (i = 0; i < NCOLUMNS; i++)
		all[i].seen = ADMIN_SEEN_ALL;
	list.admin = admin;
	list.table = admin_rows(admin, all, NCOLUMNS, true);
	n = ledger_decisions(admin->ledger, &filter, row_write, &list, &err);
	(void)admin_table_end(list.table);
	if (n < 0)
		return admin_trouble(admin, "%s", err.text);
	if (n == 0)
		admin_note(admin, say(&admin->say, "no decision %s", "没有处置记录 %s"), filter.id);
	return n == 0 ? ADMIN_NO : ADMIN_YES;
}

static const struct admin_option list_options[] = {
	{ "recipient", "ADDRESS", "of this recipient", "只看该收件人" },
	{ "sender", "SENDER", "from this address, or from a domain", "只看该发件地址或域名" },
	{ "since", "TIME", "since then (2026-11-21, 7d …)", "起始时间（2026-11-21、7d 等）" },
	{ "until", "TIME", "before then", "截止时间" },
	{ "action", "ACTION", "accept, tag, quarantine, reject, tempfail",
	    "处置：accept、tag、quarantine、reject、tempfail" },
	{ "queue-id", "ID", "of this message in the MTA's queue", "只看邮件队列中的该编号" },
	{ "limit", "N", "the newest N", "只看最近 N 条" },
	{ "sealed", NULL, "sealed ones too, for an authority that asks by law", "包括已封存的（仅供主管部门依法调取）" },
	{ "would", NULL, "what enforcement would do, by sender",
	    "执行模式下将如何处置（按发件人汇总）" },
	{ NULL, NULL, NULL, NULL }
};

const struct admin_command admin_decision_commands[] = {
	{ "list", "", 0, 0, list_options, decision_list, LEDGER_NONE,
	    "what happened, newest first", "列出处置记录，最近的在前" },
	{ "show", "ID", 1, 1, NULL, decision_show, LEDGER_NONE,
	    "all that is on record of one decision or message",
	    "一条处置记录（或一封邮件）的全部内容" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
