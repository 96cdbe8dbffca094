/*
 * admin_complaint.c - tuiding complaint: the table of verbs, list and show.
 *
 * Floor 5, part of admin.  DESIGN section 8.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "admin_access.h"
#include "admin_complaint.h"

#define DAY	(24LL * 3600 * 1000)	/* ms */

struct word {
	const char	*name, *en, *zh;
};

static const struct word states[CASE_STATE_MAX] = {
	[CASE_REPORTED]	= { "reported", "reported, not confirmed", "待本人确认" },
	[CASE_OPEN]	= { "open", "open", "已受理" },
	[CASE_ACTING]	= { "acting", "being acted on", "处理中" },
	[CASE_DONE]	= { "done", "done", "已处理" },
	[CASE_FAILED]	= { "failed", "measure failed", "处理失败" },
	[CASE_CLOSED]	= { "closed", "closed", "已结案" },
};

static const struct word kinds[] = {
	{ "commercial", "commercial", "商业性电子信息" }, { "privacy", "personal data", "个人信息泄露" },
	{ "other", "other", "其他" }, { NULL, NULL, NULL }
};

static const struct word sources[] = {
	{ "forward", "forwarded", "转发（附件）" }, { "inline", "quoted", "转发（正文引用）" },
	{ "report", "abuse report", "滥用报告" }, { "junk", "moved to Junk", "移入垃圾箱" },
	{ "admin", "administrator", "管理员登记" }, { NULL, NULL, NULL }
};

/* machine: who sees what a list has no room for. */
#define COLUMNS(machine) \
	{ "number", "no.", "编号", ADMIN_SEEN_ALL }, \
	{ "state", "state", "状态", ADMIN_SEEN_ALL }, \
	{ "overdue", "overdue", "逾期", ADMIN_SEEN_ALL }, \
	{ "opened_at", "opened", "受理时间", ADMIN_SEEN_ALL }, \
	{ "kind", "kind", "类别", ADMIN_SEEN_ALL }, \
	{ "recipient", "recipient", "投诉人", ADMIN_SEEN_ALL }, \
	{ "from", "from", "被投诉发件人", ADMIN_SEEN_ALL }, \
	{ "subject", "subject", "主题", ADMIN_SEEN_ALL }, \
	{ "sender", "sender key", "发件人标识", machine }, \
	{ "source", "came by", "来源", machine }, \
	{ "weak", "quoted only", "仅有引文", machine }, \
	{ "hold", "on hold", "保留", machine }, \
	{ "changed_at", "changed", "更新时间", machine }, \
	{ "closed_at", "closed", "结案时间", machine }, \
	{ "reason", "result or reason", "结果或理由", machine }, \
	{ "message_id", "Message-ID", "Message-ID", machine }, \
	{ "decision", "decision", "处置记录", machine }, \
	{ "envelope", "how it came", "信封信息", machine }, \
	{ "statement", "statement no.", "投诉声明序号", machine }, \
	{ "refusal", "refusal no.", "拒收声明序号", machine }, \
	{ "tries", "tries", "处理次数", machine }, \
	{ "next_at", "next try", "下次处理", machine }, \
	{ "evidence_size", "message, octets", "原邮件字节数", machine }, \
	{ "sha256", "SHA-256 of evidence", "证据 SHA-256", machine }

static const struct admin_column columns[] = { COLUMNS(ADMIN_SEEN_MACHINE) };
static const struct admin_column all_columns[] = { COLUMNS(ADMIN_SEEN_ALL) };

#define NCOLUMNS	(sizeof(columns) / sizeof(columns[0]))

static const char *
word_say(const struct say *who, const struct word *words, const char *name)
{
	for (; words->name != NULL; words++)
		if (strcmp(words->name, name) == 0)
			return say(who, words->en, words->zh);
	return name;
}

const char *
admin_complaint_state(const struct say *who, enum ledger_case_state state)
{
	if (state <= CASE_NONE || state >= CASE_STATE_MAX)
		return "?";
	return say(who, states[state].en, states[state].zh);
}

const char *
admin_complaint_kind(const struct say *who, const char *kind)
{
	return word_say(who, kinds, kind);
}

bool
admin_complaint_overdue(const struct admin *admin, const struct ledger_case *c)
{
	return (c->state == CASE_OPEN || c->state == CASE_ACTING || c->state == CASE_FAILED) &&
	    c->opened_at < admin->now - (int64_t)admin->conf->complaint_days * DAY;
}

/* ---- what the verbs are told --------------------------------------------------------------------- */

int
admin_complaint_number(const struct admin *admin, const char *text, int64_t *number_r)
{
	char *end;

	errno = 0;
	*number_r = strtoll(text, &end, 10);
	if (errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && *number_r > 0)
		return 0;
	return admin_usage(admin, say(&admin->say, "'%s' is no number of a case",
	    "“%s”不是投诉编号"), text);
}

int
admin_complaint_filter(const struct admin *admin, const struct admin_args *args,
    struct admin_complaint_room *room, struct ledger_case_filter *filter_r)
{
	const char *text;
	int status;

	memset(filter_r, 0, sizeof(*filter_r));
	status = admin_period(admin, args, &filter_r->since, &filter_r->until);
	text = admin_arg(args, "state");
	if (status == 0 && text != NULL) {
		filter_r->state = ledger_case_state_by_name(text);
		if (filter_r->state == CASE_NONE)
			status = admin_usage(admin, say(&admin->say,
			    "--state wants reported, open, acting, done, failed or closed, not '%s'",
			    "--state 只能是 reported、open、acting、done、failed 或 closed，不能是“%s”"), text);
	}
	text = admin_arg(args, "recipient");
	if (status == 0 && text != NULL) {
		status = admin_recipient(admin, text, room->recipient);
		filter_r->recipient = room->recipient;
	}
	text = admin_arg(args, "sender");
	if (status == 0 && text != NULL) {
		status = admin_sender(admin, text, &room->sender);
		filter_r->sender = room->sender.text;
	}
	room->overdue = admin_arg(args, "overdue") != NULL;
	if (room->overdue)
		filter_r->opened_before = admin->now - (int64_t)admin->conf->complaint_days * DAY;
	return status;
}

/* ---- rows ---------------------------------------------------------------------------------------- */

struct admin_table *
admin_complaint_table(const struct admin *admin, FILE *out, bool upright)
{
	struct admin_table_settings set;

	if (out == stdout)
		return admin_rows(admin, upright ? all_columns : columns, NCOLUMNS, upright);
	memset(&set, 0, sizeof(set));
	set.out = out;
	set.format = ADMIN_CSV;
	set.say = &admin->say;
	set.columns = columns;
	set.ncolumns = NCOLUMNS;
	return admin_table_new(&set);
}

static void
number_or_empty(struct admin_table *table, int64_t number)
{
	if (number != 0)
		admin_table_number(table, number);
	else
		admin_table_text(table, NULL);
}

void
admin_complaint_row(const struct admin *admin, struct admin_table *table, const struct ledger_case *c)
{
	const struct say *who = &admin->say;
	bool overdue = admin_complaint_overdue(admin, c);

	admin_table_number(table, c->number);
	admin_table_word(table, ledger_case_state_name(c->state), admin_complaint_state(who, c->state));
	if (admin->format == ADMIN_TABLE)
		admin_table_text(table, overdue ? say(who, "OVERDUE", "逾期") : NULL);
	else
		admin_table_bool(table, overdue);
	admin_table_time(table, c->opened_at);
	admin_table_word(table, c->kind, admin_complaint_kind(who, c->kind));
	admin_table_text(table, c->recipient);
	admin_table_text(table, c->from);
	admin_table_text(table, c->subject);
	admin_table_text(table, c->sender);
	admin_table_word(table, c->source, word_say(who, sources, c->source));
	admin_table_bool(table, c->weak);
	admin_table_bool(table, c->hold);
	admin_table_time(table, c->changed_at);
	admin_table_time(table, c->closed_at);
	admin_table_text(table, c->reason);
	admin_table_text(table, c->message_id);
	admin_table_text(table, c->decision);
	admin_table_text(table, c->envelope);
	number_or_empty(table, c->statement);
	number_or_empty(table, c->refusal);
	admin_table_number(table, c->tries);
	admin_table_time(table, c->next_at);
	number_or_empty(table, (int64_t)c->evidence_size);
	admin_table_text(table, c->sha256);
	admin_table_row(table);
}

/* ---- list ---------------------------------------------------------------------------------------- */

struct list {
	const struct admin	*admin;
	struct admin_table	*table;
	bool			 overdue;
	int64_t			 left;		/* rows still wanted; 0: all */
	int64_t			 rows;
};

static bool
list_row(void *arg, const struct ledger_case *c)
{
	struct list *list = arg;

	if (list->overdue && !admin_complaint_overdue(list->admin, c))
		return true;
	admin_complaint_row(list->admin, list->table, c);
	list->rows++;
	return !ferror(stdout) && list->rows != list->left;
}

static int
complaint_list(struct admin *admin, const struct admin_args *args)
{
	struct admin_complaint_room room;
	struct ledger_case_filter filter;
	struct list list;
	struct err err;
	int64_t n;
	int status;

	memset(&list, 0, sizeof(list));
	status = admin_conf(admin);
	if (status == 0)
		status = admin_complaint_filter(admin, args, &room, &filter);
	if (status == 0)
		status = admin_limit(admin, args, &list.left);
	if (status == 0)
		status = admin_show(admin, args, filter.recipient);
	if (status != 0)
		return status;
	list.admin = admin;
	list.overdue = room.overdue;
	list.table = admin_complaint_table(admin, stdout, false);
	n = ledger_cases(admin->ledger, &filter, list_row, &list, &err);
	(void)admin_table_end(list.table);
	if (n < 0)
		return admin_trouble(admin, "%s", err.text);
	if (list.rows == 0)
		admin_note(admin, say(&admin->say, "no complaint", "没有投诉"));
	return ADMIN_YES;
}

/* ---- show ---------------------------------------------------------------------------------------- */

struct show {
	const struct admin	*admin;
	const struct admin_args	*args;
	bool			 raw;
	int			 status;
};

/* How much of the message is kept, and that its hash is the one in the chain's keeping. */
static void
show_evidence(const struct admin *admin, const struct ledger_case *c)
{
	if (admin->format != ADMIN_TABLE)
		return;
	putchar('\n');
	if (c->evidence_size == 0)
		admin_line(admin, "%s", say(&admin->say, "evidence: none was handed in", "证据：未提交"));
	else if (c->evidence == NULL)
		admin_line(admin, "%s", say(&admin->say, "evidence: was kept, and is pruned or erased; its hash stays",
		    "证据：保存期满或已删除，仅存哈希"));
	else
		admin_line(admin, say(&admin->say, "evidence: %zu of %zu octets are kept; tuiding complaint show %lld --raw",
		    "证据：保存 %zu 字节（原邮件 %zu 字节），查看：tuiding complaint show %lld --raw"), c->evidence_len,
		    c->evidence_size, (long long)c->number);
}

static bool
show_row(void *arg, const struct ledger_case *c)
{
	struct show *show = arg;
	const struct admin *admin = show->admin;
	struct admin_table *table;

	show->status = admin_show_note(admin, show->args, c->recipient);
	if (show->status != 0)
		return false;
	if (show->raw && c->evidence == NULL) {
		admin_note(admin, say(&admin->say, "case %lld has no evidence, or none any more",
		    "投诉 %lld 没有证据，或证据已不再保存"), (long long)c->number);
		show->status = ADMIN_NO;
	} else if (show->raw) {
		(void)fwrite(c->evidence, 1, c->evidence_len, stdout);
	} else {
		table = admin_complaint_table(admin, stdout, true);
		admin_complaint_row(admin, table, c);
		(void)admin_table_end(table);
		show_evidence(admin, c);
	}
	return false;
}

static int
complaint_show(struct admin *admin, const struct admin_args *args)
{
	struct ledger_case_filter filter;
	struct show show = { .admin = admin, .args = args, .status = ADMIN_NO };
	struct err err;
	int64_t n;
	int status;

	memset(&filter, 0, sizeof(filter));
	show.raw = admin_arg(args, "raw") != NULL;
	if (show.raw && isatty(STDOUT_FILENO) == 1)
		return admin_usage(admin, "%s", say(&admin->say,
		    "--raw writes a stranger's mail as it came: send it to a file, not to a terminal",
		    "--raw 原样输出他人邮件：请重定向到文件，不要输出到终端"));
	status = admin_conf(admin);
	if (status == 0)
		status = admin_complaint_number(admin, args->operand[0], &filter.number);
	if (status == 0)
		status = admin_show_open(admin);
	if (status != 0)
		return status;
	filter.evidence = true;
	n = ledger_cases(admin->ledger, &filter, show_row, &show, &err);
	if (n < 0)
		return admin_trouble(admin, "%s", err.text);
	if (n == 0)
		admin_note(admin, say(&admin->say, "no case %lld", "没有编号为 %lld 的投诉"), (long long)filter.number);
	return show.status;
}

/* ---- the table ----------------------------------------------------------------------------------- */

#define FILTERS \
	{ "state", "STATE", "reported, open, acting, done, failed, closed", \
	    "状态：reported、open、acting、done、failed、closed" }, \
	{ "sender", "SENDER", "about this address, or a domain and all below it", "只看该发件地址或域名" }, \
	{ "recipient", "ADDRESS", "of this person", "只看该投诉人" }, \
	{ "since", "TIME", "opened since then (2026-11-21, 7d …)", "受理起始时间（2026-11-21、7d 等）" }, \
	{ "until", "TIME", "opened before then", "受理截止时间" }, \
	{ "overdue", NULL, "not settled within complaint-days", "超过 complaint-days 天尚未办结的" }

static const struct admin_option list_options[] = {
	FILTERS,
	{ "limit", "N", "at most so many", "最多条数" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option show_options[] = {
	{ "raw", NULL, "the message itself, as it was kept", "原样输出所保存的邮件" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option add_options[] = {
	{ "message", "FILE", "the message complained of, or - (needed)", "被投诉的邮件，- 为标准输入（必填）" },
	{ "recipient", "ADDRESS", "who complains (needed)", "投诉人（必填）" },
	{ "kind", "KIND", "commercial, other or privacy (else as it is judged)",
	    "类别：commercial、other 或 privacy（未给出时按判定结果）" },
	{ "reported", NULL, "only moved to Junk: asks the person, no refusal, no measure",
	    "仅移入垃圾箱：先请本人确认，不登记拒收，不作处理" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option close_options[] = {
	{ "reason", "TEXT", "what was done, or why nothing (needed)", "处理结果或理由（必填）" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option hold_options[] = {
	{ "off", NULL, "let it go again", "取消保留" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option export_options[] = {
	{ "out", "FOLDER", "a folder that is not there yet (needed)", "输出目录，须尚不存在（必填）" },
	FILTERS,
	{ NULL, NULL, NULL, NULL }
};

const struct admin_command admin_complaint_commands[] = {
	{ "add", "", 0, 0, add_options, admin_complaint_add, LEDGER_NONE,
	    "open a case for a person", "代某人登记投诉" },
	{ "list", "", 0, 0, list_options, complaint_list, LEDGER_NONE, "the cases", "列出投诉" },
	{ "show", "NUMBER", 1, 1, show_options, complaint_show, LEDGER_NONE,
	    "all that is on record of one case", "一件投诉的全部记录" },
	{ "close", "NUMBER", 1, 1, close_options, admin_complaint_close, LEDGER_NONE,
	    "end a case, and tell the person", "结案并告知投诉人" },
	{ "hold", "NUMBER", 1, 1, hold_options, admin_complaint_hold, LEDGER_NONE,
	    "keep a case and its evidence beyond retention", "超过保存期继续保留案卷和证据" },
	{ "export", "", 0, 0, export_options, admin_complaint_export, LEDGER_NONE,
	    "a bundle of evidence to attach to a report", "导出证据材料，可随举报提交" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
