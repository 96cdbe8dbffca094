/*
 * admin_complaint_add.c - tuiding complaint add: a case by an administrator's hand, or by a move to Junk.
 *
 * Floor 5, part of admin.  The same rules as for complaints by mail (judge_matter.h).  A move to Junk is neither a
 * refusal nor a demand: the person is asked.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include "admin_clean.h"
#include "admin_complaint.h"
#include "admin_statement.h"
#include "admin_walk.h"
#include "judge_matter.h"
#include "notify.h"
#include "setup.h"

#define MESSAGE_MAX	((size_t)1 << 26)	/* octets of a message that are read */
#define SEEN_MAX	10000			/* earlier cases of one person that are looked through */

struct add {
	struct admin			*admin;
	char				 recipient[ADDR_MAX + 1];
	const char			*kind;		/* NULL: as it is judged */
	bool				 reported;
	char				*octets;
	size_t				 len;
	struct complaint_item		 item;
	struct judge_matter		 matter;
	char				 cause[300], note[300];
	int64_t				 before;	/* a case about it that is there already; 0 none */
	struct ledger_statement		 refusal;
	struct ledger_act_letter	 letter;
	struct ledger_act_case		 opened;
	struct ledger_act		 act;
	struct ledger_act_result	 result;
};

/* ---- what was handed in -------------------------------------------------------------------------- */

static int
options_read(struct add *add, const struct admin_args *args)
{
	const struct admin *admin = add->admin;
	const char *recipient = admin_arg(args, "recipient"), *kind = admin_arg(args, "kind");
	int status;

	if (admin_arg(args, "message") == NULL || recipient == NULL)
		return admin_usage(admin, "%s", say(&admin->say, "--message and --recipient are wanted",
		    "必须写明 --message 和 --recipient"));
	if (kind != NULL && strcmp(kind, "commercial") != 0 && strcmp(kind, "other") != 0 && strcmp(kind, "privacy") != 0)
		return admin_usage(admin, say(&admin->say, "--kind wants commercial, other or privacy, not '%s'",
		    "--kind 只能是 commercial、other 或 privacy，不能是“%s”"), kind);
	add->kind = kind;
	add->reported = admin_arg(args, "reported") != NULL;
	status = admin_recipient(admin, recipient, add->recipient);
	if (status == 0 && admin_is_shared(admin->conf, add->recipient)) {
		admin_note(admin, say(&admin->say, "%s is shared by several people: nobody speaks for all of them",
		    "%s 由多人共用，任何一人都不能代表全体投诉"), add->recipient);
		return ADMIN_NO;
	}
	return status;
}

/* Reads the message, before root's rights are given away. */
static int
message_read(struct add *add, const char *path)
{
	const struct admin *admin = add->admin;
	struct err err = { "" };
	char *sum;
	int ret;

	if (admin_walk_read(path, false, MESSAGE_MAX, &add->octets, &add->len, &err) < 0)
		return admin_trouble(admin, "%s", err.text);
	ret = complaint_item_read(add->octets, add->len, admin->conf->default_charset, &add->item, &err);
	if (ret < 0)
		return admin_trouble(admin, "%s", err.text);
	if (ret == 0 || add->len == 0) {
		admin_note(admin, say(&admin->say, "'%s' is no message: it has neither From nor Message-ID",
		    "“%s”不是邮件：既没有 From 也没有 Message-ID"), path);
		return ADMIN_NO;
	}
	if (strcmp(add->item.from, add->recipient) == 0) {
		admin_note(admin, say(&admin->say, "nobody complains of themselves: the message is from %s",
		    "不能投诉自己：该邮件由 %s 发出"), add->recipient);
		return ADMIN_NO;
	}
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)add->octets, add->len);
	(void)g_snprintf(add->cause, sizeof(add->cause), "<%s@%s.invalid>", sum, add->reported ? "junk" : "admin");
	(void)g_snprintf(add->note, sizeof(add->note), "complaint entered by %s, sha256=%s", admin->who, sum);
	g_free(sum);
	return 0;
}

/* ---- what follows -------------------------------------------------------------------------------- */

static bool
seen_before(void *arg, const struct ledger_case *c)
{
	struct add *add = arg;

	if (strcmp(c->message_id, add->item.message_id) == 0)
		add->before = c->number;
	return add->before == 0;
}

/* A message that is moved to Junk after it was complained of asks the person nothing. */
static int
look_before(struct add *add, struct err *err)
{
	const struct ledger_case_filter filter = { .recipient = add->recipient, .limit = SEEN_MAX };

	if (!add->reported || add->item.message_id[0] == '\0')
		return 0;
	return ledger_cases(add->admin->ledger, &filter, seen_before, add, err) < 0 ? -1 : 0;
}

static int
matter_look(struct add *add, struct err *err)
{
	const struct admin *admin = add->admin;
	struct judge *judge = NULL;
	int ret;

	if (setup_judge(admin->conf, admin->ledger, NULL, NULL, admin_quiet, NULL, &judge, err) < 0)
		return -1;
	ret = judge_matter_look(judge, admin->ledger, add->recipient, &add->item, admin->now, &add->matter, err);
	judge_unref(judge);
	if (ret == 0 && add->kind != NULL && strcmp(add->kind, "privacy") != 0)
		add->matter.commercial = strcmp(add->kind, "commercial") == 0;
	return ret;
}

static void
refusal_fill(struct add *add)
{
	add->refusal = (struct ledger_statement){
		.kind = LEDGER_REFUSAL, .source = "complaint", .given_at = add->admin->now,
		.received_at = add->admin->now, .recipient = add->recipient, .sender = add->matter.key,
		.message_id = add->cause, .evidence = add->note, .evidence_len = strlen(add->note),
	};
	add->act.statements = &add->refusal;
	add->act.nstatements = 1;
	add->opened.statement = 0;
}

/* One transaction: the case, the refusal that follows, the letter.  0, or -1. */
static int
open_case(struct add *add, struct err *err)
{
	const struct conf *conf = add->admin->conf;
	bool refuse = !add->reported && add->matter.commercial && add->matter.key[0] != '\0';
	const char *const pairs[] = {
		"from", add->item.from, "subject", add->item.subject, "sender", add->matter.key,
		"refused", refuse ? "yes" : "", "answer", "confirm",
	};
	char *values = notify_values(pairs, sizeof(pairs) / sizeof(pairs[0]) / 2);
	int ret;

	add->act.now = add->admin->now;
	add->opened.statement = LEDGER_ALWAYS;
	judge_matter_case(&add->matter, &add->item, conf->evidence_max_size, &add->opened.complaint);
	add->opened.complaint.state = add->reported ? CASE_REPORTED : CASE_OPEN;
	add->opened.complaint.source = add->reported ? "junk" : "admin";
	add->opened.complaint.recipient = add->recipient;
	add->opened.complaint.cause = add->cause;
	if (add->kind != NULL)
		add->opened.complaint.kind = add->kind;
	add->opened.measure = !add->reported && conf->measure != CONF_MEASURE_NONE && add->matter.decision[0] != '\0';
	add->act.cases = &add->opened;
	add->act.ncases = 1;
	if (refuse)
		refusal_fill(add);
	add->letter = (struct ledger_act_letter){
		.letter = {
			.purpose = add->reported ? NOTIFY_CASE_REPORTED : NOTIFY_CASE_OPENED,
			.recipient = add->recipient, .cause = add->cause, .values = values, .next_at = add->admin->now,
		},
		.statement = LEDGER_ALWAYS, .complaint = 0,
	};
	add->act.letters = &add->letter;
	add->act.nletters = values != NULL ? 1 : 0;
	add->act.letters_per_day = add->reported ? conf->confirmations_per_day : 0;
	ret = ledger_do(add->admin->ledger, &add->act, &add->result, err);
	free(values);
	return ret;
}

/* ---- what came of it ----------------------------------------------------------------------------- */

static const struct admin_column columns[] = {
	{ "number", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "outcome", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "kind", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "sender", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "decision", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "reference", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "measure", NULL, NULL, ADMIN_SEEN_MACHINE },
};

static void
told(const struct add *add, int64_t number, bool made)
{
	const struct admin *admin = add->admin;
	const char *reference = made && add->act.nstatements > 0 ? add->result.receipts[0].reference : "";
	struct admin_table *table;

	if (admin->format != ADMIN_TABLE) {
		table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), false);
		admin_table_number(table, number);
		admin_table_text(table, made ? "made" : "already");
		admin_table_text(table, made ? add->opened.complaint.kind : NULL);
		admin_table_text(table, add->matter.key);
		admin_table_text(table, add->matter.decision);
		admin_table_text(table, reference);
		admin_table_bool(table, made && add->opened.measure);
		admin_table_row(table);
		(void)admin_table_end(table);
		return;
	}
	if (!made) {
		admin_line(admin, say(&admin->say, "case %lld is there already", "投诉 %lld 已登记在案"), (long long)number);
		return;
	}
	admin_line(admin, add->reported ? say(&admin->say, "case %lld: reported, waits for the person's word",
	    "投诉 %lld：已记录，待本人确认") : say(&admin->say, "case %lld: opened", "投诉 %lld：已受理"), (long long)number);
	if (reference[0] != '\0')
		admin_line(admin, say(&admin->say, "refusal recorded: %s about %s, reference %s",
		    "已登记拒收：%s 对 %s，编号 %s"), add->recipient, add->matter.key, reference);
	if (add->opened.measure)
		admin_line(admin, "%s", say(&admin->say, "the message will be removed from the mailbox",
		    "将从邮箱中删除该邮件"));
}

int
admin_complaint_add(struct admin *admin, const struct admin_args *args)
{
	struct add *add = calloc(1, sizeof(*add));
	struct err err = { "" };
	int status;

	if (add == NULL)
		return admin_trouble(admin, "no memory");
	add->admin = admin;
	status = admin_conf(admin);
	if (status == 0)
		status = options_read(add, args);
	if (status == 0)
		status = message_read(add, admin_arg(args, "message"));
	if (status == 0)
		status = admin_ledger(admin, false);
	if (status == 0 && look_before(add, &err) != 0)
		status = admin_trouble(admin, "%s", err.text);
	if (status == 0 && add->before == 0 && (matter_look(add, &err) != 0 || open_case(add, &err) != 0))
		status = admin_trouble(admin, "%s", err.text);
	if (status == 0 && add->before != 0)
		told(add, add->before, false);
	else if (status == 0)
		told(add, add->result.cases[0].number, add->result.cases[0].made);
	complaint_item_clear(&add->item);
	free(add->octets);
	free(add);
	return status;
}
