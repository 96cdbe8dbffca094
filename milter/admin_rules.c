/*
 * admin_rules.c - tuiding rules check|list|test: the rules that classify.
 *
 * Floor 5, part of admin.  With paths given no configuration is needed.
 */
#include <stdlib.h>
#include <string.h>
#include "admin_learn.h"
#include "admin.h"
#include "judge_rules.h"
#include "match.h"
#include "rules.h"

#define N(array)	(sizeof(array) / sizeof((array)[0]))

struct warnings {
	struct admin		*admin;
	struct admin_table	*lint;		/* what was asked for; NULL: standard error */
	size_t			 n;
};

static const struct admin_column warning_columns[] = {
	{ "file", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "line", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "rule", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "what", NULL, NULL, ADMIN_SEEN_MACHINE },
};

static const struct admin_column list_columns[] = {
	{ "name", "name", "规则", ADMIN_SEEN_ALL },
	{ "type", "type", "类型", ADMIN_SEEN_ALL },
	{ "score", "score", "分数", ADMIN_SEEN_ALL },
	{ "tests", "tests", "测试", ADMIN_SEEN_ALL },
	{ "describe", "describe", "说明", ADMIN_SEEN_ALL },
	{ "describe_zh", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "off", "off", "停用", ADMIN_SEEN_ALL },
};

static const struct admin_column test_columns[] = {
	{ "file", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "line", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "rule", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "want", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "what", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "text", NULL, NULL, ADMIN_SEEN_MACHINE },
};

static const char *
type_name(enum rules_type type)
{
	static const char *const names[RULES_TYPE_MAX] = {
		[RULES_NONE] = "none", [RULES_HEADER] = "header", [RULES_BODY] = "body",
		[RULES_RAWBODY] = "rawbody", [RULES_FULL] = "full", [RULES_URI] = "uri",
		[RULES_MIMEHEADER] = "mimeheader", [RULES_FOLDED] = "folded", [RULES_META] = "meta",
	};

	return type < RULES_TYPE_MAX ? names[type] : "?";
}

/* "file:line: rule: what" to a person, a row to a machine. */
static void
warn(void *arg, const char *file, unsigned line, const char *rule, const char *what)
{
	struct warnings *warnings = arg;
	const char *name;

	warnings->n++;
	name = rule != NULL ? rule : "-";
	if (warnings->lint == NULL) {
		admin_note(warnings->admin, "%s:%u: %s: %s", file, line, name, what);
	} else if (warnings->admin->format == ADMIN_TABLE) {
		admin_line(warnings->admin, "%s:%u: %s: %s", file, line, name, what);
	} else {
		admin_table_text(warnings->lint, file);
		admin_table_number(warnings->lint, (int64_t)line);
		admin_table_text(warnings->lint, rule);
		admin_table_text(warnings->lint, what);
		admin_table_row(warnings->lint);
	}
}

/* The rules of the paths given, else of the configuration. */
static int
rules_open(struct admin *admin, const struct admin_args *args, struct warnings *warnings,
    struct judge_rules **rules_r)
{
	struct match_limits limits;
	struct err err;
	const char *const *paths;
	size_t n;
	int status;

	limits = match_limits_default;
	paths = (const char *const *)args->operand;
	n = args->n;
	if (n == 0) {
		status = admin_conf(admin);
		if (status != 0)
			return status;
		paths = (const char *const *)admin->conf->rules.item;
		n = admin->conf->rules.n;
		if (admin->conf->match_limit > 0)
			limits.steps = admin->conf->match_limit;
	}
	if (judge_rules_new(paths, n, &limits, warn, warnings, rules_r, &err) < 0)
		return admin_trouble(admin, "%s", err.text);
	return 0;
}

static int
rules_check(struct admin *admin, const struct admin_args *args)
{
	struct warnings warnings;
	struct judge_rules *rules;
	int status;

	rules = NULL;
	warnings.admin = admin;
	warnings.n = 0;
	warnings.lint = admin_rows(admin, warning_columns, N(warning_columns), false);
	status = rules_open(admin, args, &warnings, &rules);
	if (status == 0 && warnings.n > 0)
		status = ADMIN_NO;
	if (status == 0 && rules_count(judge_rules_set(rules)) == 0) {
		admin_note(admin, say(&admin->say, "there is no rule at all", "一条规则也没有"));
		status = ADMIN_NO;
	}
	(void)admin_table_end(warnings.lint);
	if (status == 0 && admin->format == ADMIN_TABLE)
		admin_line(admin, say(&admin->say, "%zu rules, no warning", "共 %zu 条规则，没有警告"),
		    rules_count(judge_rules_set(rules)));
	judge_rules_free(rules);
	return status;
}

/* How many of its own tests a rule has. */
static int64_t
tests_of(const struct rules *set, size_t rule)
{
	int64_t n;
	size_t i;

	n = 0;
	for (i = 0; i < rules_test_count(set); i++)
		if (rules_test_at(set, i)->rule == rule)
			n++;
	return n;
}

static int
rules_list(struct admin *admin, const struct admin_args *args)
{
	struct warnings warnings;
	struct judge_rules *rules;
	struct admin_table *table;
	const struct rules *set;
	const struct rules_rule *rule;
	const char *describe;
	size_t i;
	int status;

	rules = NULL;
	memset(&warnings, 0, sizeof(warnings));
	warnings.admin = admin;
	status = rules_open(admin, args, &warnings, &rules);
	if (status != 0)
		return status;
	set = judge_rules_set(rules);
	table = admin_rows(admin, list_columns, N(list_columns), false);
	for (i = 0; i < rules_count(set); i++) {
		rule = rules_at(set, i);
		describe = rule->describe_zh != NULL ? rule->describe_zh : rule->describe;
		admin_table_text(table, rule->name);
		admin_table_text(table, type_name(rule->type));
		if (rule->scored)
			admin_table_real(table, rule->score);
		else
			admin_table_text(table, NULL);
		admin_table_number(table, tests_of(set, i));
		admin_table_word(table, rule->describe, say(&admin->say,
		    rule->describe != NULL ? rule->describe : "", describe != NULL ? describe : ""));
		admin_table_text(table, rule->describe_zh);
		admin_table_bool(table, rule->off);
		admin_table_row(table);
	}
	(void)admin_table_end(table);
	judge_rules_free(rules);
	return ferror(stdout) ? ADMIN_TROUBLE : ADMIN_YES;
}

/* One of the rules' own tests came out. */
static void
tested(void *arg, const struct rules_test *test, bool as_wanted, const char *why)
{
	struct warnings *failures = arg;
	const char *want, *reason;

	if (as_wanted)
		return;
	want = test->want ? "ok" : "fail";
	reason = why != NULL ? why : "";
	if (failures->admin->format == ADMIN_TABLE) {
		admin_line(failures->admin, "%s:%u: %s: %s %s: %s", test->file, test->line,
		    test->name, want, reason, test->text);
		return;
	}
	admin_table_text(failures->lint, test->file);
	admin_table_number(failures->lint, (int64_t)test->line);
	admin_table_text(failures->lint, test->name);
	admin_table_text(failures->lint, want);
	admin_table_text(failures->lint, reason);
	admin_table_text(failures->lint, test->text);
	admin_table_row(failures->lint);
}

static int
rules_test(struct admin *admin, const struct admin_args *args)
{
	struct warnings warnings, failures;
	struct judge_rules *rules;
	struct err err;
	int64_t failed;
	size_t n;
	int status;

	rules = NULL;
	memset(&warnings, 0, sizeof(warnings));
	warnings.admin = admin;
	failures = warnings;
	status = rules_open(admin, args, &warnings, &rules);
	if (status != 0)
		return status;
	failures.lint = admin_rows(admin, test_columns, N(test_columns), false);
	failed = judge_rules_test(rules, tested, &failures, &err);
	(void)admin_table_end(failures.lint);
	n = rules_test_count(judge_rules_set(rules));
	if (failed < 0)
		status = admin_trouble(admin, "%s", err.text);
	else if (admin->format == ADMIN_TABLE)
		admin_line(admin, say(&admin->say, "%zu tests, %lld failed",
		    "共 %zu 项测试，%lld 项未通过"), n, (long long)failed);
	judge_rules_free(rules);
	return failed > 0 ? ADMIN_NO : status;
}

const struct admin_command admin_rules_commands[] = {
	{ "check", "[PATH…]", 0, SIZE_MAX, NULL, rules_check, LEDGER_NONE,
	    "look for what is wrong in the rules", "检查规则文件有无错误" },
	{ "list", "[PATH…]", 0, SIZE_MAX, NULL, rules_list, LEDGER_NONE, "show the rules", "列出规则" },
	{ "test", "[PATH…]", 0, SIZE_MAX, NULL, rules_test, LEDGER_NONE,
	    "run the rules' own tests", "运行规则自带的测试" },
	{ "learn", "", 0, 0, admin_learn_options, admin_learn_run, LEDGER_NONE,
	    "fit rules with weights on labelled mail", "用已分类的邮件训练带分数的规则" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
