/*
 * admin_standing.c - tuiding standing RCPT SENDER: the standing, and the statements behind it.
 *
 * Floor 5, part of admin.  Asks policy_standing() as the judge does; what cannot be read is
 * unknown, never none.
 */
#include <stdlib.h>
#include <string.h>
#include "admin_access.h"
#include "admin_standing.h"

#define COVERING_MAX	130	/* always enough, says addr_key_covering() */

static const struct admin_column columns[] = {
	{ "standing", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "decides", "decides", "依据", ADMIN_SEEN_ALL },
	{ "kind", "kind", "类别", ADMIN_SEEN_ALL },
	{ "reference", "reference", "编号", ADMIN_SEEN_ALL },
	{ "seq", "no.", "序号", ADMIN_SEEN_ALL },
	{ "rule", "rule", "域名规则", ADMIN_SEEN_ALL },
	{ "sender", "sender", "发件人", ADMIN_SEEN_ALL },
	{ "source", "source", "来源", ADMIN_SEEN_ALL },
	{ "given_at", "given", "表示时间", ADMIN_SEEN_ALL },
	{ "expires", "expires", "有效期至", ADMIN_SEEN_ALL },
	{ "hash", NULL, NULL, ADMIN_SEEN_MACHINE },
};

int
admin_standing_ask(struct ledger *ledger, const char *recipient, const struct addr_key *sender,
    bool authenticated, int64_t now, struct admin_standing *standing_r, struct err *err)
{
	struct policy_identity id;
	struct addr_key *covering;
	const char *texts[COVERING_MAX];
	size_t i, n;
	int ret;

	covering = calloc(COVERING_MAX, sizeof(*covering));
	if (covering == NULL)
		return err_set(err, "no memory");
	n = addr_key_covering(sender, covering, COVERING_MAX);
	if (n > COVERING_MAX)
		n = COVERING_MAX;
	for (i = 0; i < n; i++)
		texts[i] = covering[i].text;
	ret = ledger_words(ledger, recipient, texts, n, &standing_r->words, &standing_r->nwords, err);
	if (ret == 0) {
		memset(&id, 0, sizeof(id));
		id.kind = sender->kind == ADDR_LIST ? IDENTITY_LIST : IDENTITY_FROM;
		id.authenticated = authenticated;
		id.key = *sender;
		standing_r->finding = policy_standing(standing_r->words, standing_r->nwords, &id, 1,
		    false, now);
	}
	free(covering);
	return ret;
}

void
admin_standing_clear(struct admin_standing *standing)
{
	ledger_words_free(standing->words);
	memset(standing, 0, sizeof(*standing));
}

int
admin_standing_said(struct ledger *ledger, const struct policy_word *word, struct admin_said **said_r,
    struct err *err)
{
	struct ledger_filter filter;

	memset(&filter, 0, sizeof(filter));
	filter.seq = word->seq;
	return admin_said_find(ledger, &filter, said_r, err);
}

/* One statement or rule about the sender. */
static int
word_write(const struct admin *admin, struct admin_table *table,
    const struct admin_standing *standing, size_t i, struct err *err)
{
	const struct policy_word *word;
	const struct ledger_statement *s;
	struct admin_said *said;

	said = NULL;
	word = &standing->words[i];
	if (!word->rule && admin_standing_said(admin->ledger, word, &said, err) < 0)
		return -1;
	s = said != NULL ? &said->statement : NULL;
	admin_table_text(table, policy_standing_name(standing->finding.standing));
	admin_table_bool(table, standing->finding.word == i);
	admin_table_word(table, word->kind == WORD_CONSENT ? "consent" : "refusal",
	    say_word(&admin->say, word->kind));
	admin_table_text(table, s != NULL ? s->reference : NULL);
	if (word->rule)
		admin_table_text(table, NULL);
	else
		admin_table_number(table, word->seq);
	if (word->rule)
		admin_table_number(table, word->seq);
	else
		admin_table_text(table, NULL);
	admin_table_text(table, word->key.text);
	admin_table_word(table, s != NULL ? s->source : NULL, s != NULL ? say_source(&admin->say,
	    s->source) : "");
	admin_table_time(table, s != NULL ? s->given_at : 0);
	admin_table_time(table, word->expires);
	admin_table_text(table, s != NULL ? s->hash : NULL);
	admin_table_row(table);
	admin_said_free(said);
	return 0;
}

static int
standing_write(struct admin *admin, const struct admin_standing *standing, struct err *err)
{
	struct admin_table *table;
	size_t i;
	int ret;

	ret = 0;
	if (admin->format == ADMIN_TABLE)
		admin_line(admin, say(&admin->say, "standing: %s%s", "意愿状态：%s%s"),
		    say_standing(&admin->say, standing->finding.standing),
		    !standing->finding.by_rule ? "" :
		    say(&admin->say, " (by an administrator's rule, not the person's word)",
		    "（依据管理员的域名规则，并非本人表示）"));
	table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), false);
	for (i = 0; i < standing->nwords && ret == 0; i++)
		ret = word_write(admin, table, standing, i, err);
	if (standing->nwords == 0 && admin->format != ADMIN_TABLE) {
		admin_table_text(table, policy_standing_name(standing->finding.standing));
		admin_table_row(table);
	}
	(void)admin_table_end(table);
	return ret;
}

static int
standing_run(struct admin *admin, const struct admin_args *args)
{
	struct admin_standing standing;
	struct addr_key sender;
	struct err err;
	char recipient[ADDR_MAX + 1];
	int status;

	memset(&standing, 0, sizeof(standing));
	status = admin_conf(admin);
	if (status == 0)
		status = admin_recipient(admin, args->operand[0], recipient);
	if (status == 0)
		status = admin_sender(admin, args->operand[1], &sender);
	if (status == 0)
		status = admin_show(admin, args, recipient);
	if (status != 0)
		return status;
	if (admin_standing_ask(admin->ledger, recipient, &sender, admin_arg(args,
	    "unauthenticated") == NULL,
	    admin->now, &standing, &err) < 0 || standing_write(admin, &standing, &err) < 0)
		status = admin_trouble(admin, say(&admin->say, "the standing is unknown: %s",
		    "意愿状态不明：%s"), err.text);
	else if (standing.finding.standing == STANDING_UNKNOWN)
		status = ADMIN_TROUBLE;
	else
		status = standing.finding.standing == STANDING_REFUSED ? ADMIN_NO : ADMIN_YES;
	admin_standing_clear(&standing);
	return status;
}

static const struct admin_option options[] = {
	{ "unauthenticated", NULL, "of a message whose From is not proven",
	    "按发件人未经验证的邮件查询" },
	{ NULL, NULL, NULL, NULL }
};

const struct admin_command admin_standing_commands[] = {
	{ "", "RCPT SENDER", 2, 2, options, standing_run, LEDGER_NONE,
	    "how a recipient stands to a sender (status 1: refused)",
	    "收件人对发件人的意愿状态（已拒收时退出状态为 1）" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
