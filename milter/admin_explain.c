/*
 * admin_explain.c - tuiding explain ID: what came, how it was judged, on what that rests, in words.
 *
 * Floor 5, part of admin.  For a person and a lawyer: every fact it states is in the ledger, with
 * its place in the chain.  Machines are served by "decision show".
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "admin_access.h"
#include "admin_clean.h"
#include "admin_explain.h"
#include "admin_said.h"
#include "judge_rules.h"
#include "setup.h"

#define EXPLAINED	100	/* decisions of one message that are explained */
#define TEXTS		15	/* texts of a decision */
#define LINE		4096	/* octets of one line */

/* A decision kept beyond its listing: its texts are its own. */
struct kept {
	struct ledger_decision	 d;
	char			*text[TEXTS];
};

struct kept_list {
	struct kept	*item;
	size_t		 n;
	bool		 no_memory;
};

void
admin_explain_head(const struct admin *admin, const char *en, const char *zh)
{
	printf("\n%s\n", say(&admin->say, en, zh));
}

void
admin_explain_line(const struct admin *admin, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	admin_line(admin, "  %s", line);
}

static bool
keep(void *arg, const struct ledger_decision *decision)
{
	struct kept_list *list = arg;
	struct kept *kept;
	const char **field[TEXTS];
	size_t i;

	kept = &list->item[list->n];
	kept->d = *decision;
	field[0] = &kept->d.queue_id;
	field[1] = &kept->d.message_id;
	field[2] = &kept->d.recipient;
	field[3] = &kept->d.recipient_raw;
	field[4] = &kept->d.sender;
	field[5] = &kept->d.envelope;
	field[6] = &kept->d.default_key;
	field[7] = &kept->d.identities;
	field[8] = &kept->d.matched_key;
	field[9] = &kept->d.rules;
	field[10] = &kept->d.subject;
	field[11] = &kept->d.client;
	field[12] = &kept->d.login;
	field[13] = &kept->d.reply;
	field[14] = NULL;
	list->n++;
	for (i = 0; field[i] != NULL; i++) {
		kept->text[i] = strdup(*field[i] != NULL ? *field[i] : "");
		*field[i] = kept->text[i];
		if (kept->text[i] == NULL)
			list->no_memory = true;
	}
	return !list->no_memory && list->n < EXPLAINED;
}

static void
kept_clear(struct kept_list *list)
{
	size_t i, j;

	for (i = 0; i < list->n; i++)
		for (j = 0; j < TEXTS; j++)
			free(list->item[i].text[j]);
	free(list->item);
}

/* "label  value", when there is a value. */
static void
fact(const struct admin *admin, const char *en, const char *zh, const char *value)
{
	char *label;
	size_t have;

	if (value == NULL || value[0] == '\0')
		return;
	label = admin_clean(say(&admin->say, en, zh));
	have = admin_clean_width(label);
	admin_explain_line(admin, "%s%*s  %s", label, have < 16 ? (int)(16 - have) : 0, "", value);
	free(label);
}

static void
what_came(const struct admin *admin, const struct ledger_decision *d)
{
	char when[ADMIN_TIME_MAX];

	admin_line(admin, say(&admin->say, "Decision %s, %s", "处置记录 %s，%s"), d->id,
	    admin_time_text(d->at, false, when));
	admin_explain_head(admin, "What came", "收到的邮件");
	fact(admin, "subject", "主题", d->subject);
	fact(admin, "recipient", "收件人", d->recipient);
	if (strcmp(d->recipient, d->recipient_raw) != 0)
		fact(admin, "as given", "收件人原文", d->recipient_raw);
	fact(admin, "direction", "方向", say_direction(&admin->say, d->direction));
	fact(admin, "client", "客户端", d->client);
	fact(admin, "login", "登录名", d->login);
	fact(admin, "Message-ID", "Message-ID", d->message_id);
	fact(admin, "queue id", "队列编号", d->queue_id);
	fact(admin, "message", "邮件编号", d->message);
}

/* One "kind=key:result". */
static void
identity_say(const struct admin *admin, char *text)
{
	char *key, *result;
	char value[2 * ADDR_KEY_MAX];
	bool proven;

	key = strchr(text, '=');
	result = strrchr(text, ':');
	if (key == NULL || result == NULL || result < key) {
		admin_explain_line(admin, "%s", text);
		return;
	}
	*key++ = '\0';
	*result++ = '\0';
	proven = strcmp(result, "pass") == 0;
	snprintf(value, sizeof(value), "%s  %s", key, proven ? say(&admin->say, "(proven)",
	    "（已验证）") : say(&admin->say, "(not proven)", "（未验证）"));
	fact(admin, say_identity(&admin->say, text), say_identity(&admin->say, text), value);
}

static void
who_sent(const struct admin *admin, const struct ledger_decision *d)
{
	char *copy, *next, *one;

	admin_explain_head(admin, "Who it says it is from", "邮件自称的来源");
	copy = strdup(d->identities);
	for (one = copy; one != NULL && *one != '\0'; one = next) {
		next = strchr(one, ' ');
		if (next != NULL)
			*next++ = '\0';
		identity_say(admin, one);
	}
	if (d->identities[0] == '\0')
		admin_explain_line(admin, "%s", say(&admin->say, "It names nobody.",
		    "邮件没有写明任何来源。"));
	free(copy);
}

/* One "NAME=1.50" with what the rule is about. */
static void
rule_say(const struct admin *admin, const struct rules *set, char *text)
{
	const struct rules_rule *rule;
	const char *about;
	char *score;
	size_t i;

	score = strchr(text, '=');
	if (score != NULL)
		*score++ = '\0';
	about = NULL;
	i = set != NULL ? rules_find(set, text) : SIZE_MAX;
	if (i != SIZE_MAX) {
		rule = rules_at(set, i);
		about = rule->describe;
		if (rule->describe_zh != NULL && admin->say.lang == SAY_ZH)
			about = rule->describe_zh;
	}
	if (about != NULL)
		admin_explain_line(admin, "%6s  %-24s  %s", score != NULL ? score : "", text, about);
	else
		admin_explain_line(admin, "%6s  %s", score != NULL ? score : "", text);
}

static void
how_classified(const struct admin *admin, const struct rules *set, const struct ledger_decision *d)
{
	char *copy, *next, *one;

	admin_explain_head(admin, "How it was classified", "分类");
	admin_explain_line(admin, say(&admin->say,
	    "commercial: score %.2f, and %.2f makes a message commercial. These rules hit:",
	    "商业性：得分 %.2f，达到 %.2f 即为商业性。命中的规则："), d->score, d->required);
	copy = strdup(d->rules);
	for (one = copy; one != NULL && *one != '\0'; one = next) {
		next = strchr(one, ',');
		if (next != NULL)
			*next++ = '\0';
		rule_say(admin, set, one);
	}
	free(copy);
}

/* The statement: who, when, how, proof, place in the chain. */
static void
statement_say(const struct admin *admin, const struct ledger_statement *s, int64_t at)
{
	char when[ADMIN_TIME_MAX], place[160];
	char *note;

	admin_explain_line(admin, say(&admin->say, "%s of %s about %s:", "%s：%s 对 %s 的声明。"),
	    say_kind(&admin->say, s->kind), s->recipient != NULL ? s->recipient : say(&admin->say,
	    "(erased)", "（已删除）"),
	    s->sender != NULL ? s->sender : say(&admin->say, "(erased)", "（已删除）"));
	fact(admin, "reference", "编号", s->reference);
	fact(admin, "said", "表示时间", admin_time_text(s->given_at, false, when));
	fact(admin, "taken", "登记时间", admin_time_text(s->received_at, false, when));
	fact(admin, "by", "方式", say_source(&admin->say, s->source));
	if (s->expires != 0)
		fact(admin, "expires", "有效期至", admin_time_text(s->expires, false, when));
	note = admin_said_note(s);
	if (note != NULL) {
		fact(admin, "note", "凭据说明", note);
	} else if (s->evidence != NULL) {
		snprintf(place, sizeof(place), say(&admin->say, "the mail itself, %zu octets",
		    "邮件原文，%zu 字节"), s->evidence_len);
		fact(admin, "evidence", "凭据", place);
	}
	snprintf(place, sizeof(place), say(&admin->say, "no. %lld, hash %s", "序号 %lld，哈希 %s"),
	    (long long)s->seq, s->hash);
	fact(admin, "in the chain", "台账位置", place);
	free(note);
	if (s->received_at > at)
		admin_explain_line(admin, "%s", say(&admin->say,
		    "It was taken after this decision.", "该声明登记于本次处置之后。"));
}

/* What a void says of the statement since. */
static void
void_say(const struct admin *admin, const struct ledger_statement *s)
{
	struct admin_said *ended;
	struct err err;
	char when[ADMIN_TIME_MAX];

	ended = NULL;
	if (!s->voided || admin_said_void(admin->ledger, s->reference, &ended, &err) != 1)
		return;
	admin_explain_line(admin, say(&admin->say, "It was declared void on %s by statement no. %lld: %s",
	    "该声明已于 %s 由序号 %lld 的声明作废：%s"), admin_time_text(ended->statement.received_at,
	    false, when), (long long)ended->statement.seq, ended->statement.reason != NULL ?
	    ended->statement.reason : "");
	admin_said_free(ended);
}

struct rule_search {
	const struct admin	*admin;
	int64_t			 id;
	bool			 found;
};

static bool
rule_met(void *arg, const struct ledger_rule *rule)
{
	struct rule_search *search = arg;
	char when[ADMIN_TIME_MAX];

	if (rule->id != search->id)
		return true;
	search->found = true;
	admin_explain_line(search->admin, say(&search->admin->say,
	    "An administrator's rule for %s: mail of %s stands for %s. Made %s. %s",
	    "管理员为 %s 设定的域名规则：%s 视为%s。登记于 %s。%s"), rule->domain, rule->sender,
	    say_word(&search->admin->say, rule->word), admin_time_text(rule->made_at, false, when),
	    rule->note != NULL ? rule->note : "");
	return false;
}

/* What the standing rests on.  0, or -1. */
static int
what_was_said(const struct admin *admin, const struct ledger_decision *d, struct err *err)
{
	struct rule_search search = { .admin = admin, .id = d->word };
	struct ledger_filter filter;
	struct admin_said *said;
	int found;

	admin_explain_head(admin, "How the recipient stands to this sender", "收件人对该发件人的意愿");
	admin_explain_line(admin, say(&admin->say, "%s", "%s（%s）"), say_standing(&admin->say,
	    d->standing), policy_standing_name(d->standing));
	if (d->matched_key[0] != '\0')
		fact(admin, "it names", "针对", d->matched_key);
	if (d->word == 0)
		return 0;
	if (d->by_rule) {
		if (ledger_rules(admin->ledger, NULL, rule_met, &search, err) < 0)
			return -1;
		if (!search.found)
			admin_explain_line(admin, say(&admin->say,
			    "Rule %lld, which has been removed since.",
			    "域名规则 %lld，此后已删除。"), (long long)d->word);
		return 0;
	}
	said = NULL;
	memset(&filter, 0, sizeof(filter));
	filter.seq = d->word;
	found = admin_said_find(admin->ledger, &filter, &said, err);
	if (found == 1) {
		statement_say(admin, &said->statement, d->at);
		void_say(admin, &said->statement);
	} else if (found == 0) {
		admin_explain_line(admin, say(&admin->say, "Statement no. %lld, which this ledger does not hold.",
		    "声明序号 %lld，本台账中没有。"), (long long)d->word);
	}
	admin_said_free(said);
	return found < 0 ? -1 : 0;
}

static int
explain_all(const struct admin *admin, const struct rules *set, const struct kept_list *list,
    struct err *err)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (i > 0)
			printf("\n----\n\n");
		what_came(admin, &list->item[i].d);
		who_sent(admin, &list->item[i].d);
		how_classified(admin, set, &list->item[i].d);
		if (what_was_said(admin, &list->item[i].d, err) < 0)
			return -1;
		admin_explain_law(admin, &list->item[i].d);
		admin_explain_done(admin, &list->item[i].d);
		admin_explain_way(admin, &list->item[i].d);
	}
	return 0;
}

/* The decisions of that id, explained. */
static int
explain_id(struct admin *admin, const char *id)
{
	struct ledger_decision_filter filter;
	struct kept_list list;
	struct judge_rules *rules;
	struct err err;
	int status;

	memset(&filter, 0, sizeof(filter));
	memset(&list, 0, sizeof(list));
	filter.id = id;
	rules = NULL;
	status = ADMIN_YES;
	list.item = calloc(EXPLAINED, sizeof(list.item[0]));
	if (list.item == NULL)
		return admin_trouble(admin, "no memory");
	if (ledger_decisions(admin->ledger, &filter, keep, &list, &err) < 0) {
		status = admin_trouble(admin, "%s", err.text);
	} else if (list.no_memory) {
		status = admin_trouble(admin, "no memory");
	} else if (list.n == 0) {
		admin_note(admin, say(&admin->say, "no decision %s", "没有处置记录 %s"), id);
		status = ADMIN_NO;
	} else {
		if (setup_rules(admin->conf, admin_quiet, NULL, &rules, &err) < 0)
			rules = NULL;			/* the names alone must do */
		if (explain_all(admin, rules != NULL ? judge_rules_set(rules) : NULL, &list, &err) < 0)
			status = admin_trouble(admin, "%s", err.text);
	}
	judge_rules_free(rules);
	kept_clear(&list);
	return status;
}

static int
explain_run(struct admin *admin, const struct admin_args *args)
{
	struct ledger_decision_filter filter;
	const char *id;
	char own[LEDGER_ID_MAX + 1];
	int status;

	memset(&filter, 0, sizeof(filter));
	id = args->operand[0];
	if (admin->format != ADMIN_TABLE)
		return admin_usage(admin, say(&admin->say,
		    "explain speaks to people; for a machine: tuiding decision show %s",
		    "explain 供人阅读；供程序读取请用：tuiding decision show %s"), id);
	if (admin_id(id, own, sizeof(own)) < 0)
		return admin_usage(admin, say(&admin->say, "'%s' is no id of a decision",
		    "“%s”不是处置记录的编号"), id);
	status = admin_conf(admin);
	if (status == 0)
		status = admin_show_open(admin);
	filter.id = own;
	if (status == 0)
		status = admin_show_decisions(admin, args, &filter);
	return status != 0 ? status : explain_id(admin, own);
}

const struct admin_command admin_explain_commands[] = {
	{ "", "ID", 1, 1, NULL, explain_run, LEDGER_NONE,
	    "what happened to a message, and why", "一封邮件的处置经过和理由" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
