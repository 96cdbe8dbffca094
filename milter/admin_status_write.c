/*
 * admin_status_write.c - named numbers, written out.
 *
 * Floor 5, part of admin.  One table says of each name what it means and where Prometheus finds it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "admin_status.h"

struct row {
	const char	*name;
	const char	*family, *label;	/* Prometheus; label NULL: none */
	bool		 counter;
	const char	*en, *zh;
};

/* Those of one family stand together. */
static const struct row rows[] = {
	{ "up", "up", NULL, false, "the daemon answers", "守护进程有应答" },
	{ "ledger_open", "ledger_open", NULL, false, "it has the ledger open", "台账已打开" },
	{ "enforcing", "enforcing", NULL, false, "mode is enforce", "处于执行模式" },
	{ "messages", "messages_total", NULL, true, "messages answered", "已答复的邮件" },
	{ "class_commercial", "classified_total", "class=\"commercial\"", true, "messages: commercial", "其中商业性邮件" },
	{ "class_other", "classified_total", "class=\"other\"", true, "messages: other", "其中其他邮件" },
	{ "class_untouched", "classified_total", "class=\"untouched\"", true, "messages: exempt, or judged before",
	    "其中免检或已判定的邮件" },
	{ "action_accept", "actions_total", "action=\"accept\"", true, "let in", "放行" },
	{ "action_tag", "actions_total", "action=\"tag\"", true, "labelled", "加标签" },
	{ "action_quarantine", "actions_total", "action=\"quarantine\"", true, "quarantined", "隔离" },
	{ "action_reject", "actions_total", "action=\"reject\"", true, "rejected", "退回" },
	{ "action_tempfail", "actions_total", "action=\"tempfail\"", true, "put off", "暂缓" },
	{ "ledger_failures", "ledger_failures_total", NULL, true, "messages for which the ledger failed",
	    "因台账故障受影响的邮件" },
	{ "rule_failures", "rule_failures_total", NULL, true, "rules that ran into a limit", "规则超出匹配限额的次数" },
	{ "commands", "commands_total", NULL, true, "words from recipients", "收件人的指令" },
	{ "complaints", "complaints_total", NULL, true, "complaints by mail", "来信投诉" },
	{ "reloads", "reloads_total", NULL, true, "reloads", "重新读取配置的次数" },
	{ "reload_failures", "reload_failures_total", NULL, true, "reloads that failed", "重新读取失败的次数" },
	{ "talk_lost", "talk_lost_total", NULL, true, "digests of conversations that were lost", "未能保存的往来摘要" },
	{ "statements", "ledger_statements", NULL, false, "statements in the chain", "链上的声明" },
	{ "consents", "ledger_consents", NULL, false, "consents in the table", "同意表" },
	{ "refusals", "ledger_refusals", NULL, false, "refusals in the table", "拒收表" },
	{ "rules", "ledger_rules", NULL, false, "rules for domains", "域名规则" },
	{ "decisions", "ledger_decisions", NULL, false, "decisions on record", "处置记录" },
	{ "decisions_sealed", "ledger_decisions_sealed", NULL, false, "sealed decisions", "封存的处置记录" },
	{ "conversations", "ledger_conversations", NULL, false, "digests of conversations", "往来摘要" },
	{ "letters_queued", "letters", "state=\"queued\"", false, "letters waiting", "待发信件" },
	{ "letters_dead", "letters", "state=\"dead\"", false, "letters that could not be sent", "未能发出的信件" },
	{ "cases_reported", "cases", "state=\"reported\"", false, "complaints not confirmed", "待确认的投诉" },
	{ "cases_open", "cases", "state=\"open\"", false, "complaints open", "未办结的投诉" },
	{ "cases_failed", "cases", "state=\"failed\"", false, "complaints whose measure failed", "处理失败的投诉" },
	{ "cases_done", "cases", "state=\"done\"", false, "complaints done", "已处理的投诉" },
	{ "cases_closed", "cases", "state=\"closed\"", false, "complaints closed", "已结案的投诉" },
	{ "cases_overdue", "cases_overdue", NULL, false, "complaints overdue", "逾期的投诉" },
};

#define NROWS	(sizeof(rows) / sizeof(rows[0]))

static const char spans[] = "judge_ms_";

static const struct row *
row_find(const char *name)
{
	size_t i;

	for (i = 0; i < NROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* Whole numbers without a point. */
static void
number_print(double number)
{
	if (number >= 0 && number < 9e15 && floor(number) >= number)
		printf("%.0f", number);
	else
		printf("%g", number);
}

static const struct admin_column columns[] = {
	{ "name", "name", "名称", ADMIN_SEEN_ALL },
	{ "value", "value", "数值", ADMIN_SEEN_ALL },
	{ "meaning", "meaning", "含义", ADMIN_SEEN_PERSON },
};

void
admin_status_rows(const struct admin *admin, const struct admin_status_value *values, size_t n)
{
	const struct row *row;
	struct admin_table *table;
	size_t i;

	table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), false);
	for (i = 0; i < n; i++) {
		row = row_find(values[i].name);
		admin_table_text(table, values[i].name);
		if (floor(values[i].number) >= values[i].number)
			admin_table_number(table, (int64_t)values[i].number);
		else
			admin_table_real(table, values[i].number);
		admin_table_text(table, row == NULL ? NULL : say(&admin->say, row->en, row->zh));
		admin_table_row(table);
	}
	(void)admin_table_end(table);
}

/* ---- Prometheus ---------------------------------------------------------------------------------- */

static void
sample_print(const struct row *row, double number, bool first)
{
	if (first)
		printf("# HELP tuiding_%s %s\n# TYPE tuiding_%s %s\n", row->family, row->en, row->family,
		    row->counter ? "counter" : "gauge");
	printf("tuiding_%s%s%s%s ", row->family, row->label == NULL ? "" : "{", row->label == NULL ? "" : row->label,
	    row->label == NULL ? "" : "}");
	number_print(number);
	putchar('\n');
}

/* The histogram of judging times: milliseconds in, seconds out, as its users want them. */
static void
spans_print(const struct admin_status_value *values, size_t n)
{
	const char *rest;
	unsigned ms;
	bool first = true;
	size_t i;

	for (i = 0; i < n; i++) {
		if (strncmp(values[i].name, spans, sizeof(spans) - 1) != 0)
			continue;
		if (first)
			puts("# HELP tuiding_judge_seconds time to judge one message\n# TYPE tuiding_judge_seconds histogram");
		first = false;
		rest = values[i].name + sizeof(spans) - 1;
		if (sscanf(rest, "le_%5u", &ms) == 1)
			printf("tuiding_judge_seconds_bucket{le=\"%g\"} %.0f\n", ms / 1000.0, values[i].number);
		else if (strcmp(rest, "count") == 0)
			printf("tuiding_judge_seconds_bucket{le=\"+Inf\"} %.0f\ntuiding_judge_seconds_count %.0f\n",
			    values[i].number, values[i].number);
		else if (strcmp(rest, "sum") == 0)
			printf("tuiding_judge_seconds_sum %.6f\n", values[i].number / 1000);
	}
}

void
admin_status_prometheus(const struct admin_status_value *values, size_t n)
{
	const char *family = "";
	size_t i, k;

	for (i = 0; i < NROWS; i++)
		for (k = 0; k < n; k++)
			if (strcmp(values[k].name, rows[i].name) == 0) {
				sample_print(&rows[i], values[k].number, strcmp(family, rows[i].family) != 0);
				family = rows[i].family;
			}
	spans_print(values, n);
	for (k = 0; k < n; k++)
		if (row_find(values[k].name) == NULL && strncmp(values[k].name, spans, sizeof(spans) - 1) != 0) {
			printf("tuiding_%s ", values[k].name);
			number_print(values[k].number);
			putchar('\n');
		}
}
