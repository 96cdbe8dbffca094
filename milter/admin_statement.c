/*
 * admin_statement.c - tuiding consent|refusal: the table of verbs, and list.
 *
 * Floor 5, part of admin.
 */
#include <stdlib.h>
#include <string.h>
#include "admin_access.h"
#include "admin_clean.h"
#include "admin_said.h"
#include "admin_statement.h"

static const struct admin_column columns[] = {
	{ "seq", "no.", "序号", ADMIN_SEEN_ALL },
	{ "reference", "reference", "编号", ADMIN_SEEN_ALL },
	{ "kind", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "recipient", "recipient", "收件人", ADMIN_SEEN_ALL },
	{ "sender", "sender", "发件人", ADMIN_SEEN_ALL },
	{ "source", "source", "来源", ADMIN_SEEN_ALL },
	{ "given_at", "given", "表示时间", ADMIN_SEEN_ALL },
	{ "received_at", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "expires", "expires", "有效期至", ADMIN_SEEN_ALL },
	{ "state", "state", "状态", ADMIN_SEEN_ALL },
	{ "note", "note", "备注", ADMIN_SEEN_ALL },
	{ "hash", NULL, NULL, ADMIN_SEEN_MACHINE },
};

struct list {
	const struct admin	*admin;
	struct admin_table	*table;
};

const struct admin_statement_fault *
admin_statement_note_fault(const char *note)
{
	static const struct admin_statement_fault too_long = {
		"the text is longer than 4000 octets", "文字超过 4000 字节"
	};
	static const struct admin_statement_fault coded = {
		"the text is not UTF-8", "文字不是 UTF-8 编码"
	};
	static const struct admin_statement_fault control = {
		"the text holds a control character", "文字含有控制字符"
	};
	size_t len;

	len = strlen(note);
	if (len > ADMIN_NOTE_MAX)
		return &too_long;
	if (admin_clean_is_text(note, len))
		return NULL;
	return admin_clean_is_utf8(note, len) ? &control : &coded;
}

static int
read_filter(const struct admin *admin, const struct admin_args *args,
    struct admin_statement_room *room, struct ledger_filter *filter_r)
{
	const char *text;
	int status;

	memset(filter_r, 0, sizeof(*filter_r));
	status = admin_period(admin, args, &filter_r->since, &filter_r->until);
	if (status == 0)
		status = admin_limit(admin, args, &filter_r->limit);
	text = admin_arg(args, "recipient");
	if (status == 0 && text != NULL && text[0] == '@') {
		room->recipient[0] = '@';
		if (addr_domain(text + 1, strlen(text + 1), room->recipient + 1) != 1)
			status = admin_usage(admin, say(&admin->say,
			    "'%s' is no domain: wanted is @example.com",
			    "“%s”不是域名，应形如 @example.com"), text);
		filter_r->recipient = room->recipient;
	} else if (status == 0 && text != NULL) {
		status = admin_recipient(admin, text, room->recipient);
		filter_r->recipient = room->recipient;
	}
	text = admin_arg(args, "sender");
	if (status == 0 && text != NULL) {
		status = admin_sender(admin, text, &room->sender);
		filter_r->sender = room->sender.text;
	}
	filter_r->kind = args->command->kind;
	filter_r->in_force = admin_arg(args, "all") == NULL;
	return status;
}

int
admin_statement_open(struct admin *admin, const struct admin_args *args, struct admin_statement_room *room,
    struct ledger_filter *filter_r)
{
	int status;

	status = admin_conf(admin);
	if (status == 0)
		status = read_filter(admin, args, room, filter_r);
	return status == 0 ? admin_show(admin, args, filter_r->recipient) : status;
}

static bool
row_write(void *arg, const struct ledger_statement *s)
{
	struct list *list = arg;
	const struct say *who;
	const char *state;
	char *note;

	who = &list->admin->say;
	state = "";
	if (s->voided)
		state = "void";
	else if (s->expires != 0 && s->expires <= list->admin->now)
		state = "expired";
	note = admin_said_note(s);
	admin_table_number(list->table, s->seq);
	admin_table_text(list->table, s->reference);
	admin_table_text(list->table, ledger_kind_name(s->kind));
	admin_table_text(list->table, s->recipient);
	admin_table_text(list->table, s->sender);
	admin_table_word(list->table, s->source, say_source(who, s->source));
	admin_table_time(list->table, s->given_at);
	admin_table_time(list->table, s->received_at);
	admin_table_time(list->table, s->expires);
	admin_table_word(list->table, state, state[0] == '\0' ? "" :
	    s->voided ? say(who, "void", "已作废") : say(who, "expired", "已过期"));
	admin_table_text(list->table, note);
	admin_table_text(list->table, s->hash);
	admin_table_row(list->table);
	free(note);
	return !ferror(stdout);
}

int
admin_statement_list(struct admin *admin, const struct admin_args *args)
{
	struct admin_statement_room room;
	struct ledger_filter filter;
	struct list list;
	struct err err;
	int64_t n;
	int status;

	status = admin_statement_open(admin, args, &room, &filter);
	if (status != 0)
		return status;
	list.admin = admin;
	list.table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), false);
	n = ledger_statements(admin->ledger, &filter, row_write, &list, &err);
	(void)admin_table_end(list.table);
	if (n < 0)
		return admin_trouble(admin, "%s", err.text);
	if (n == 0)
		admin_note(admin, say(&admin->say, "nothing on record", "没有记录"));
	return ADMIN_YES;
}

#define LIST_OPTIONS \
	{ "recipient", "ADDRESS", "of this recipient, or of @domain", \
	    "只看该收件人，或 @域名 的全部收件人" }, \
	{ "sender", "SENDER", "about exactly this sender", "只看该发件人" }, \
	{ "since", "TIME", "taken since then (2026-11-21, 7d …)", "起始时间（2026-11-21、7d 等）" }, \
	{ "until", "TIME", "taken before then", "截止时间" }, \
	{ "limit", "N", "at most so many", "最多条数" }, \
	{ "all", NULL, "void ones too", "包括已作废的" }

static const struct admin_option list_options[] = {
	LIST_OPTIONS,
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option export_options[] = {
	LIST_OPTIONS,
	{ "proof", NULL, "with number, reference and hash: the place in the chain",
	    "附序号、编号和哈希，证明其在链上的位置" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option consent_add_options[] = {
	{ "given", "TIME", "when it was said (else now)", "作出表示的时间（未给出时为现在）" },
	{ "expires", "TIME", "until when it holds (2027-12-31, 2y; else for good)",
	    "有效期（2027-12-31、2y；未给出时长期有效）" },
	{ "note", "TEXT", "what proves it", "凭据说明" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option refusal_add_options[] = {
	{ "given", "TIME", "when it was said (else now)", "作出表示的时间（未给出时为现在）" },
	{ "note", "TEXT", "what proves it", "凭据说明" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option consent_import_options[] = {
	{ "expires", "SPAN", "for lines that name none: 2y (the default), a date, or never",
	    "未写有效期的行：2y（默认）、日期或 never（长期）" },
	{ "strict", NULL, "one bad line, and nothing is written", "有一行不合格就一行也不写入" },
	{ "dry-run", NULL, "only look", "只检查，不写入" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option refusal_import_options[] = {
	{ "strict", NULL, "one bad line, and nothing is written", "有一行不合格就一行也不写入" },
	{ "dry-run", NULL, "only look", "只检查，不写入" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option void_options[] = {
	{ "reason", "TEXT", "why the entry was wrong (needed)", "作废理由（必填）" },
	{ NULL, NULL, NULL, NULL }
};

#define VERBS(kind, add_options, import_options) \
	{ "list", "", 0, 0, list_options, admin_statement_list, kind, \
	    "show what stands in the table", "列出表中的声明" }, \
	{ "add", "RCPT SENDER", 2, 2, add_options, admin_statement_add, kind, \
	    "enter one, on the person's written word", "凭收件人的书面表示登记一条" }, \
	{ "import", "FILE.csv", 1, 1, import_options, admin_statement_import, kind, \
	    "enter many from a CSV file", "从 CSV 文件批量导入" }, \
	{ "export", "", 0, 0, export_options, admin_statement_export, kind, \
	    "write a CSV file that import reads", "导出可再导入的 CSV" }, \
	{ "void", "ID", 1, 1, void_options, admin_statement_void, kind, \
	    "end an entry that was made in error", "作废登记错误的声明" }, \
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }

const struct admin_command admin_consent_commands[] = {
	VERBS(LEDGER_CONSENT, consent_add_options, consent_import_options)
};

const struct admin_command admin_refusal_commands[] = {
	VERBS(LEDGER_REFUSAL, refusal_add_options, refusal_import_options)
};
