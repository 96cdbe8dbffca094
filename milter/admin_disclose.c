/*
 * admin_disclose.c - tuiding disclose: all that is held about a person, for that person.
 *
 * Floor 5, part of admin.  Art. 2 of the Decision; PIPL Art. 45.  Shows what is held as it is held; of sealed
 * decisions their number only.
 */
#include <stdlib.h>
#include <string.h>
#include "admin_access.h"
#include "admin_complaint.h"
#include "admin_said.h"
#include "admin_standing.h"
#include "ledger_people.h"

#define KEYS_MAX	500	/* senders whose standing is told */

struct disclosure {
	struct admin		*admin;
	const char		*recipient;
	struct admin_table	*table;
	char			(*key)[ADDR_KEY_MAX + 1];	/* senders that were spoken of */
	size_t			 nkeys;
	struct err		 err;
};

static const struct admin_column statement_columns[] = {
	{ "seq", "no.", "序号", ADMIN_SEEN_ALL },
	{ "kind", "kind", "类别", ADMIN_SEEN_ALL },
	{ "sender", "sender", "发件人", ADMIN_SEEN_ALL },
	{ "source", "source", "来源", ADMIN_SEEN_ALL },
	{ "given_at", "given", "表示时间", ADMIN_SEEN_ALL },
	{ "expires", "expires", "有效期至", ADMIN_SEEN_ALL },
	{ "reference", "reference", "编号", ADMIN_SEEN_ALL },
	{ "state", "state", "状态", ADMIN_SEEN_ALL },
	{ "received_at", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "message_id", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "reason", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "note", "note", "备注", ADMIN_SEEN_ALL },
	{ "evidence_octets", "evidence, octets", "证据字节数", ADMIN_SEEN_ALL },
	{ "hash", NULL, NULL, ADMIN_SEEN_MACHINE },
};

static const struct admin_column standing_columns[] = {
	{ "sender", "sender", "发件人", ADMIN_SEEN_ALL },
	{ "standing", "standing", "意愿状态", ADMIN_SEEN_ALL },
};

static const struct admin_column decision_columns[] = {
	{ "at", "time", "时间", ADMIN_SEEN_ALL },
	{ "id", "id", "编号", ADMIN_SEEN_ALL },
	{ "sender", "sender", "发件人", ADMIN_SEEN_ALL },
	{ "subject", "subject", "主题", ADMIN_SEEN_ALL },
	{ "standing", "standing", "意愿状态", ADMIN_SEEN_ALL },
	{ "action", "action", "处置", ADMIN_SEEN_ALL },
	{ "direction", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "envelope", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "message_id", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "queue_id", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "client", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "login", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "score", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "rules", NULL, NULL, ADMIN_SEEN_MACHINE },
};

static const struct admin_column letter_columns[] = {
	{ "made_at", "time", "时间", ADMIN_SEEN_ALL },
	{ "purpose", "letter", "信件", ADMIN_SEEN_ALL },
	{ "state", "state", "状态", ADMIN_SEEN_ALL },
	{ "cause", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "values", NULL, NULL, ADMIN_SEEN_MACHINE },
};

static const struct admin_column access_columns[] = {
	{ "at", "time", "时间", ADMIN_SEEN_ALL },
	{ "who", "who", "查阅人", ADMIN_SEEN_ALL },
	{ "what", "command", "命令", ADMIN_SEEN_ALL },
};

#define COUNT(columns)	(sizeof(columns) / sizeof((columns)[0]))

/* ---- sections ------------------------------------------------------------------------------------ */

/* A heading for a person; a member of the one object for a machine. */
static void
section_head(const struct disclosure *d, const char *name, const char *en, const char *zh)
{
	if (d->admin->format == ADMIN_TABLE)
		printf("\n== %s ==\n", say(&d->admin->say, en, zh));
	else
		printf(",\n\"%s\": ", name);
}

static void
section_begin(struct disclosure *d, const char *name, const char *en, const char *zh,
    const struct admin_column *columns, size_t n)
{
	section_head(d, name, en, zh);
	d->table = admin_rows(d->admin, columns, n, false);
}

static void
section_end(struct disclosure *d)
{
	if (admin_table_end(d->table) == 0 && d->admin->format == ADMIN_TABLE)
		puts(say(&d->admin->say, "(nothing)", "（无）"));
	d->table = NULL;
}

static bool
statement_row(void *arg, const struct ledger_statement *s)
{
	struct disclosure *d = arg;
	const struct say *who = &d->admin->say;
	bool expired = s->expires != 0 && s->expires <= d->admin->now;
	char *note = admin_said_note(s);
	size_t i = 0;

	admin_table_number(d->table, s->seq);
	admin_table_word(d->table, ledger_kind_name(s->kind), say_kind(who, s->kind));
	admin_table_text(d->table, s->sender);
	admin_table_word(d->table, s->source, say_source(who, s->source));
	admin_table_time(d->table, s->given_at);
	admin_table_time(d->table, s->expires);
	admin_table_text(d->table, s->reference);
	admin_table_word(d->table, s->voided ? "void" : expired ? "expired" : NULL, s->voided ?
	    say(who, "void", "已作废") : expired ? say(who, "expired", "已过期") : NULL);
	admin_table_time(d->table, s->received_at);
	admin_table_text(d->table, s->message_id);
	admin_table_text(d->table, s->reason);
	admin_table_text(d->table, note);
	admin_table_number(d->table, (int64_t)s->evidence_len);
	admin_table_text(d->table, s->hash);
	admin_table_row(d->table);
	free(note);
	if (s->sender == NULL || (s->kind != LEDGER_CONSENT && s->kind != LEDGER_REFUSAL))
		return !ferror(stdout);
	while (i < d->nkeys && strcmp(d->key[i], s->sender) != 0)
		i++;
	if (i == d->nkeys && i < KEYS_MAX)
		(void)snprintf(d->key[d->nkeys++], sizeof(d->key[0]), "%s", s->sender);
	return !ferror(stdout);
}

static int
statements_write(struct disclosure *d)
{
	const struct ledger_filter filter = { .recipient = d->recipient };
	int64_t n;

	section_begin(d, "statements", "What was said", "本人的声明", statement_columns, COUNT(statement_columns));
	n = ledger_statements(d->admin->ledger, &filter, statement_row, d, &d->err);
	section_end(d);
	return n < 0 ? -1 : 0;
}

/* How the person stands to each sender they spoke of, today. */
static int
standings_write(struct disclosure *d)
{
	struct admin_standing standing;
	struct addr_key key;
	size_t i;
	int ret = 0;

	section_begin(d, "standings", "How it stands today", "当前意愿状态", standing_columns, COUNT(standing_columns));
	for (i = 0; i < d->nkeys && ret == 0; i++) {
		memset(&standing, 0, sizeof(standing));
		if (addr_key_parse(d->key[i], strlen(d->key[i]), &key, &d->err) != 1)
			continue;
		ret = admin_standing_ask(d->admin->ledger, d->recipient, &key, true, d->admin->now, &standing, &d->err);
		if (ret != 0)
			break;
		admin_table_text(d->table, key.text);
		admin_table_word(d->table, policy_standing_name(standing.finding.standing),
		    say_standing(&d->admin->say, standing.finding.standing));
		admin_table_row(d->table);
		admin_standing_clear(&standing);
	}
	section_end(d);
	return ret;
}

static bool
decision_row(void *arg, const struct ledger_decision *one)
{
	struct disclosure *d = arg;
	const struct say *who = &d->admin->say;

	admin_table_time(d->table, one->at);
	admin_table_text(d->table, one->id);
	admin_table_text(d->table, one->sender);
	admin_table_text(d->table, one->subject);
	admin_table_word(d->table, policy_standing_name(one->standing), say_standing(who, one->standing));
	admin_table_word(d->table, policy_action_name(one->action), say_action(who, one->action));
	admin_table_text(d->table, policy_direction_name(one->direction));
	admin_table_text(d->table, one->envelope);
	admin_table_text(d->table, one->message_id);
	admin_table_text(d->table, one->queue_id);
	admin_table_text(d->table, one->client);
	admin_table_text(d->table, one->login);
	admin_table_real(d->table, one->score);
	admin_table_text(d->table, one->rules);
	admin_table_row(d->table);
	return !ferror(stdout);
}

static bool
decision_count(void *arg, const struct ledger_decision *one)
{
	(void)arg;
	(void)one;
	return true;
}

static int
decisions_write(struct disclosure *d)
{
	struct ledger_decision_filter filter = { .recipient = d->recipient };
	int64_t n, all;

	section_begin(d, "decisions", "What was done with commercial mail to them", "对其商业性邮件的处置",
	    decision_columns, COUNT(decision_columns));
	n = ledger_decisions(d->admin->ledger, &filter, decision_row, d, &d->err);
	section_end(d);
	if (n < 0)
		return -1;
	filter.sealed = true;
	all = ledger_decisions(d->admin->ledger, &filter, decision_count, d, &d->err);
	if (all < 0)
		return -1;
	if (d->admin->format != ADMIN_TABLE)
		printf(",\n\"decisions_sealed\": %lld", (long long)(all > n ? all - n : 0));
	else if (all > n)
		admin_line(d->admin, say(&d->admin->say, "and %lld that are sealed, kept only as the law asks",
		    "另有 %lld 条已封存，仅为法定保存期而保留"), (long long)(all - n));
	return 0;
}

static bool
case_row(void *arg, const struct ledger_case *c)
{
	struct disclosure *d = arg;

	admin_complaint_row(d->admin, d->table, c);
	return !ferror(stdout);
}

static int
cases_write(struct disclosure *d)
{
	const struct ledger_case_filter filter = { .recipient = d->recipient };
	int64_t n;

	section_head(d, "complaints", "Their complaints", "投诉");
	d->table = admin_complaint_table(d->admin, stdout, false);
	n = ledger_cases(d->admin->ledger, &filter, case_row, d, &d->err);
	section_end(d);
	return n < 0 ? -1 : 0;
}

static bool
letter_row(void *arg, const struct ledger_letter *letter)
{
	static const char *const names[LETTER_STATE_MAX] = { "", "queued", "sent", "dead" };
	struct disclosure *d = arg;
	const char *state = letter->state > LETTER_NONE && letter->state < LETTER_STATE_MAX ? names[letter->state] : "?";
	const char *person = letter->state == LETTER_QUEUED ? say(&d->admin->say, "queued", "待发") :
	    letter->state == LETTER_SENT ? say(&d->admin->say, "sent", "已发") : say(&d->admin->say, "dead", "未能发出");

	admin_table_time(d->table, letter->made_at);
	admin_table_text(d->table, letter->purpose);
	admin_table_word(d->table, state, person);
	admin_table_text(d->table, letter->cause);
	admin_table_text(d->table, letter->values);
	admin_table_row(d->table);
	return !ferror(stdout);
}

static int
letters_write(struct disclosure *d)
{
	const struct ledger_letter_filter filter = { .recipient = d->recipient };
	int64_t n;

	section_begin(d, "letters", "Letters to them", "发给本人的信件", letter_columns, COUNT(letter_columns));
	n = ledger_letters(d->admin->ledger, &filter, letter_row, d, &d->err);
	section_end(d);
	return n < 0 ? -1 : 0;
}

static bool
access_row(void *arg, const struct ledger_access *access)
{
	struct disclosure *d = arg;

	admin_table_time(d->table, access->at);
	admin_table_text(d->table, access->who);
	admin_table_text(d->table, access->what);
	admin_table_row(d->table);
	return !ferror(stdout);
}

static int
accesses_write(struct disclosure *d)
{
	int64_t n;

	section_begin(d, "accesses", "Who looked at it", "查阅记录", access_columns, COUNT(access_columns));
	n = ledger_accesses(d->admin->ledger, d->recipient, 0, 0, 0, access_row, d, &d->err);
	section_end(d);
	return n < 0 ? -1 : 0;
}

/* ---- the whole ----------------------------------------------------------------------------------- */

/* The head; the recipient is a key, so only quote and backslash need care. */
static void
head_write(const struct disclosure *d)
{
	char when[ADMIN_TIME_MAX];
	const char *p;

	if (d->admin->format == ADMIN_TABLE) {
		admin_line(d->admin, say(&d->admin->say, "All that is held about %s, %s",
		    "%s 的全部记录，%s"), d->recipient, admin_time_text(d->admin->now, false, when));
		return;
	}
	fputs("{\"recipient\": \"", stdout);
	for (p = d->recipient; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			putchar('\\');
		putchar(*p);
	}
	printf("\",\n\"at\": \"%s\"", admin_time_text(d->admin->now, true, when));
}

static int
disclose_run(struct admin *admin, const struct admin_args *args)
{
	struct disclosure d = { .admin = admin };
	char recipient[ADDR_MAX + 1];
	int status;

	if (admin->format != ADMIN_TABLE && admin->format != ADMIN_JSON)
		return admin_usage(admin, "%s", say(&admin->say, "disclose knows --format table and json",
		    "disclose 的输出格式只有 table 和 json"));
	status = admin_conf(admin);
	if (status == 0)
		status = admin_recipient(admin, args->operand[0], recipient);
	if (status == 0)
		status = admin_show(admin, args, recipient);
	if (status != 0)
		return status;
	d.recipient = recipient;
	d.key = calloc(KEYS_MAX, sizeof(d.key[0]));
	if (d.key == NULL)
		return admin_trouble(admin, "no memory");
	head_write(&d);
	if (statements_write(&d) != 0 || standings_write(&d) != 0 || decisions_write(&d) != 0 || cases_write(&d) != 0 ||
	    letters_write(&d) != 0 || accesses_write(&d) != 0)
		status = admin_trouble(admin, say(&admin->say, "this is not all: %s", "以上并不完整：%s"), d.err.text);
	else if (admin->format == ADMIN_JSON)
		puts("}");
	free(d.key);
	return status;
}

const struct admin_command admin_disclose_commands[] = {
	{ "", "RCPT", 1, 1, NULL, disclose_run, LEDGER_NONE,
	    "all that is held about a person", "某人的全部记录" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
