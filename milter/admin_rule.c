/*
 * admin_rule.c - tuiding rule list|add|remove: an administrator's rules for whole domains.
 *
 * Floor 5, part of admin.  A rule is policy, shown as such; it stands below every statement of a
 * person.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "admin.h"
#include "admin_statement.h"

static const struct admin_column columns[] = {
	{ "id", "id", "编号", ADMIN_SEEN_ALL },
	{ "domain", "recipients", "收件域名", ADMIN_SEEN_ALL },
	{ "sender", "sender", "发件人", ADMIN_SEEN_ALL },
	{ "word", "word", "视为", ADMIN_SEEN_ALL },
	{ "made_at", "made", "登记时间", ADMIN_SEEN_ALL },
	{ "note", "note", "备注", ADMIN_SEEN_ALL },
};

struct list {
	const struct admin	*admin;
	struct admin_table	*table;
};

/* "example.com" or "@example.com", canonical. */
static int
domain_read(const struct admin *admin, const char *text, char out[ADDR_DOMAIN_MAX + 1])
{
	if (text[0] == '@')
		text++;
	if (addr_domain(text, strlen(text), out) == 1)
		return 0;
	return admin_usage(admin, say(&admin->say, "'%s' is no domain: wanted is example.com",
	    "“%s”不是域名，应形如 example.com"), text);
}

static bool
row_write(void *arg, const struct ledger_rule *rule)
{
	struct list *list = arg;

	admin_table_number(list->table, rule->id);
	admin_table_text(list->table, rule->domain);
	admin_table_text(list->table, rule->sender);
	admin_table_word(list->table, rule->word == WORD_CONSENT ? "consent" : "refusal",
	    say_word(&list->admin->say, rule->word));
	admin_table_time(list->table, rule->made_at);
	admin_table_text(list->table, rule->note);
	admin_table_row(list->table);
	return !ferror(stdout);
}

static int
rule_list(struct admin *admin, const struct admin_args *args)
{
	char domain[ADDR_DOMAIN_MAX + 1];
	const char *text;
	struct list list;
	struct err err;
	int64_t n;
	int status;

	text = admin_arg(args, "domain");
	status = admin_conf(admin);
	if (status == 0 && text != NULL)
		status = domain_read(admin, text, domain);
	if (status == 0)
		status = admin_ledger(admin, true);
	if (status != 0)
		return status;
	list.admin = admin;
	list.table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), false);
	n = ledger_rules(admin->ledger, text != NULL ? domain : NULL, row_write, &list, &err);
	(void)admin_table_end(list.table);
	if (n < 0)
		return admin_trouble(admin, "%s", err.text);
	if (n == 0)
		admin_note(admin, say(&admin->say, "no rule", "没有域名规则"));
	return ADMIN_YES;
}

static int
rule_add(struct admin *admin, const struct admin_args *args)
{
	const struct admin_statement_fault *fault;
	struct ledger_rule rule;
	struct addr_key sender;
	struct list list;
	struct err err;
	char domain[ADDR_DOMAIN_MAX + 1];
	const char *word;
	int status;

	memset(&rule, 0, sizeof(rule));
	word = args->operand[2];
	if (strcmp(word, "consent") == 0 || strcmp(word, "consented") == 0)
		rule.word = WORD_CONSENT;
	else if (strcmp(word, "refusal") == 0 || strcmp(word, "refused") == 0)
		rule.word = WORD_REFUSAL;
	else
		return admin_usage(admin, say(&admin->say,
		    "the third word is consent or refusal, not '%s'",
		    "第三项只能是 consent（同意）或 refusal（拒收），不能是“%s”"), word);
	rule.note = admin_arg(args, "note");
	fault = rule.note != NULL ? admin_statement_note_fault(rule.note) : NULL;
	if (fault != NULL)
		return admin_usage(admin, "--note: %s", say(&admin->say, fault->en, fault->zh));
	status = domain_read(admin, args->operand[0], domain);
	if (status == 0)
		status = admin_sender(admin, args->operand[1], &sender);
	if (status == 0)
		status = admin_conf(admin);
	if (status == 0)
		status = admin_ledger(admin, false);
	if (status != 0)
		return status;
	rule.domain = domain;
	rule.sender = sender.text;
	rule.made_at = admin->now;
	if (ledger_rule_add(admin->ledger, &rule, &rule.id, &err) < 0)
		return admin_trouble(admin, "%s", err.text);
	if (admin->format == ADMIN_TABLE) {
		admin_line(admin, say(&admin->say,
		    "rule %lld: %s about %s stands for %s where a person said nothing",
		    "域名规则 %lld：%s 的收件人对 %s，本人未表示时视为%s"), (long long)rule.id,
		    domain, sender.text, say_word(&admin->say, rule.word));
		return ADMIN_YES;
	}
	list.admin = admin;
	list.table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), false);
	(void)row_write(&list, &rule);
	(void)admin_table_end(list.table);
	return ADMIN_YES;
}

static int
rule_remove(struct admin *admin, const struct admin_args *args)
{
	struct err err;
	char *end;
	long long id;
	int status, removed;

	errno = 0;
	id = strtoll(args->operand[0], &end, 10);
	if (errno != 0 || end == args->operand[0] || *end != '\0' || id < 1)
		return admin_usage(admin, say(&admin->say,
		    "'%s' is no id of a rule (see: tuiding rule list)",
		    "“%s”不是域名规则的编号（请看：tuiding rule list）"), args->operand[0]);
	status = admin_conf(admin);
	if (status == 0)
		status = admin_ledger(admin, false);
	if (status != 0)
		return status;
	removed = ledger_rule_remove(admin->ledger, id, &err);
	if (removed < 0)
		return admin_trouble(admin, "%s", err.text);
	if (removed == 0)
		admin_note(admin, say(&admin->say, "no rule %lld", "没有域名规则 %lld"), id);
	else if (admin->format == ADMIN_TABLE)
		admin_line(admin, say(&admin->say, "rule %lld removed", "已删除域名规则 %lld"), id);
	return removed == 1 ? ADMIN_YES : ADMIN_NO;
}

static const struct admin_option list_options[] = {
	{ "domain", "DOMAIN", "for recipients of this domain", "只看该收件域名" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_option add_options[] = {
	{ "note", "TEXT", "why", "理由" },
	{ NULL, NULL, NULL, NULL }
};

const struct admin_command admin_rule_commands[] = {
	{ "list", "", 0, 0, list_options, rule_list, LEDGER_NONE, "show the rules for domains",
	    "列出域名规则" },
	{ "add", "DOMAIN SENDER consent|refusal", 3, 3, add_options, rule_add, LEDGER_NONE,
	    "for all recipients of a domain, where they said nothing",
	    "为整个域名的收件人设定（本人未表示时适用）" },
	{ "remove", "ID", 1, 1, NULL, rule_remove, LEDGER_NONE, "take a rule away", "删除域名规则" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
