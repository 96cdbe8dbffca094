/*
 * admin_enter.c - tuiding consent|refusal add and void: one entry, on somebody's written word.
 *
 * Floor 5, part of admin.  Nobody but the person overturns their refusal: the ledger refuses it,
 * and this says which refusal stands.
 */
#include <stdlib.h>
#include <string.h>
#include "admin_said.h"
#include "admin_standing.h"
#include "admin_statement.h"
#include "ledger_act.h"
#include "notify.h"

static const struct admin_column columns[] = {
	{ "outcome", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "kind", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "recipient", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "sender", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "reference", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "seq", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "hash", NULL, NULL, ADMIN_SEEN_MACHINE },
};

/* What became of it, as a row for a machine. */
static void
outcome_row(const struct admin *admin, const struct ledger_statement *s, const char *outcome,
    const char *reference, int64_t seq, const char *hash)
{
	struct admin_table *table;

	table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), false);
	admin_table_text(table, outcome);
	admin_table_text(table, ledger_kind_name(s->kind));
	admin_table_text(table, s->recipient);
	admin_table_text(table, s->sender);
	admin_table_text(table, reference);
	if (seq > 0)
		admin_table_number(table, seq);
	else
		admin_table_text(table, NULL);
	admin_table_text(table, hash);
	admin_table_row(table);
	(void)admin_table_end(table);
}

/* The consent was refused because of a refusal: which. */
static void
overturned(const struct admin *admin, const struct ledger_statement *s, const struct addr_key *sender)
{
	struct admin_standing standing;
	struct admin_said *said;
	struct err err;
	char when[ADMIN_TIME_MAX];

	said = NULL;
	memset(&standing, 0, sizeof(standing));
	if (admin_standing_ask(admin->ledger, s->recipient, sender, true, admin->now, &standing,
	    &err) == 0 &&
	    standing.finding.standing == STANDING_REFUSED && !standing.finding.by_rule)
		(void)admin_standing_said(admin->ledger, &standing.words[standing.finding.word],
		    &said, &err);
	if (said != NULL)
		admin_note(admin, say(&admin->say,
		    "refused: %s refused %s on %s (%s), and only the person's own word ends that",
		    "不予登记：%s 已拒收 %s（%s，编号 %s），只有本人的表示才能改变"),
		    said->statement.recipient,
		    said->statement.sender, admin_time_text(said->statement.given_at, false, when),
		    said->statement.reference);
	else
		admin_note(admin, say(&admin->say,
		    "refused: a refusal by %s stands, and only the person's own word ends that",
		    "不予登记：%s 的拒收仍然有效，只有本人的表示才能改变"), s->recipient);
	if (admin->format != ADMIN_TABLE)
		outcome_row(admin, s, "overturns", said != NULL ? said->statement.reference : NULL,
		    said != NULL ? said->statement.seq : 0, said != NULL ? said->statement.hash : NULL);
	admin_said_free(said);
	admin_standing_clear(&standing);
}

/* Appends it; of a void the person is told, in the same transaction.  said: what ends.  0, or -1. */
static int
append(const struct admin *admin, const struct ledger_statement *s, const struct ledger_statement *said,
    struct ledger_receipt *receipt_r, struct err *err)
{
	const char *const pairs[] = {
		"sender", said != NULL ? said->sender : NULL, "said", said != NULL ? ledger_kind_name(said->kind) : NULL,
		"reason", s->reason,
	};
	struct ledger_act_letter letter;
	struct ledger_act_result *result;
	struct ledger_act act;
	char *values;
	int ret;

	if (said == NULL || said->sender == NULL || admin_is_shared(admin->conf, said->recipient))
		return ledger_append(admin->ledger, s, 1, receipt_r, err);
	memset(&letter, 0, sizeof(letter));
	memset(&act, 0, sizeof(act));
	values = notify_values(pairs, 3);
	result = calloc(1, sizeof(*result));
	letter.letter.purpose = NOTIFY_VOIDED;
	letter.letter.recipient = said->recipient;
	letter.letter.cause = s->reference;
	letter.letter.values = values;
	letter.letter.next_at = admin->now;
	letter.complaint = LEDGER_ALWAYS;
	act.now = admin->now;
	act.statements = s;
	act.nstatements = 1;
	act.letters = &letter;
	act.nletters = 1;
	if (values == NULL || result == NULL)
		ret = err_set(err, "no memory");
	else
		ret = ledger_do(admin->ledger, &act, result, err);
	if (ret == 0)
		*receipt_r = result->receipts[0];
	free(values);
	free(result);
	return ret;
}

/* Appends, and says what became of it. */
static int
enter(struct admin *admin, const struct ledger_statement *s, const struct ledger_statement *said,
    const struct addr_key *sender)
{
	struct ledger_receipt receipt;
	struct err err;
	bool already;

	memset(&receipt, 0, sizeof(receipt));
	if (append(admin, s, said, &receipt, &err) < 0 || receipt.outcome == LEDGER_FAILED)
		return admin_trouble(admin, "%s", err.text);
	if (receipt.outcome == LEDGER_OVERTURNS) {
		overturned(admin, s, sender);
		return ADMIN_NO;
	}
	if (receipt.outcome == LEDGER_ABSENT) {
		admin_note(admin, say(&admin->say, "no such entry, or it is void already: %s",
		    "没有这条声明，或已作废：%s"), s->reference);
		return ADMIN_NO;
	}
	already = receipt.outcome == LEDGER_ALREADY;
	if (admin->format != ADMIN_TABLE)
		outcome_row(admin, s, already ? "already" : "written", receipt.reference,
		    receipt.seq, receipt.hash);
	else if (already)
		admin_line(admin, say(&admin->say, "on record already: %s, no. %lld",
		    "已有登记：%s，序号 %lld"), receipt.reference, (long long)receipt.seq);
	else if (s->kind == LEDGER_VOID)
		admin_line(admin, say(&admin->say, "void: %s, by statement no. %lld",
		    "已作废：%s，由序号 %lld 的声明作废"), receipt.reference, (long long)receipt.seq);
	else
		admin_line(admin, say(&admin->say, "%s recorded: %s about %s, reference %s, no. %lld",
		    "已登记%s：%s 对 %s，编号 %s，序号 %lld"), say_kind(&admin->say, s->kind),
		    s->recipient, s->sender, receipt.reference, (long long)receipt.seq);
	return ADMIN_YES;
}

/* --given and --expires. */
static int
times_read(const struct admin *admin, const struct admin_args *args, struct ledger_statement *s)
{
	const char *text;

	s->given_at = s->received_at = admin->now;
	text = admin_arg(args, "given");
	if (text != NULL && (admin_time_parse(text, admin->now, ADMIN_TIME_AGO, &s->given_at,
	    NULL) < 0 || s->given_at > admin->now))
		return admin_usage(admin, say(&admin->say,
		    "--given wants a time that is past, such as 2026-11-21 or 7d, not '%s'",
		    "--given 要写已经过去的时间，例如 2026-11-21 或 7d，不能是“%s”"), text);
	text = admin_arg(args, "expires");
	if (text == NULL || strcmp(text, "never") == 0)
		return 0;
	if (admin_time_parse(text, admin->now, ADMIN_TIME_FROM_NOW, &s->expires, NULL) < 0 ||
	    s->expires <= admin->now)
		return admin_usage(admin, say(&admin->say,
		    "--expires wants a time to come, such as 2027-12-31 or 2y, or never, not '%s'",
		    "--expires 要写将来的时间，例如 2027-12-31 或 2y，或写 never，不能是“%s”"), text);
	return 0;
}

int
admin_statement_add(struct admin *admin, const struct admin_args *args)
{
	struct ledger_statement s;
	const struct admin_statement_fault *fault;
	struct addr_key sender;
	char recipient[ADDR_MAX + 1];
	int status;

	memset(&s, 0, sizeof(s));
	status = admin_conf(admin);
	if (status == 0)
		status = admin_recipient(admin, args->operand[0], recipient);
	if (status == 0)
		status = admin_sender(admin, args->operand[1], &sender);
	if (status == 0)
		status = times_read(admin, args, &s);
	s.evidence = admin_arg(args, "note");
	fault = s.evidence != NULL ? admin_statement_note_fault(s.evidence) : NULL;
	if (status == 0 && fault != NULL)
		status = admin_usage(admin, "--note: %s", say(&admin->say, fault->en, fault->zh));
	if (status == 0)
		status = admin_ledger(admin, false);
	if (status != 0)
		return status;
	s.evidence_len = s.evidence != NULL ? strlen(s.evidence) : 0;
	s.kind = args->command->kind;
	s.source = "admin";
	s.recipient = recipient;
	s.sender = sender.text;
	return enter(admin, &s, NULL, &sender);
}

/* The statement that a reference or a sequence number names, of that kind.  0, or an exit status. */
static int
target_find(struct admin *admin, const char *id, enum ledger_kind kind, struct admin_said **said_r)
{
	struct ledger_filter filter;
	struct err err;
	char reference[LEDGER_REFERENCE_MAX + 1];
	size_t len;
	int found;

	memset(&filter, 0, sizeof(filter));
	len = strlen(id);
	if (admin_id(id, reference, sizeof(reference)) < 0)
		return admin_usage(admin, say(&admin->say, "'%s' is neither a reference nor a number",
		    "“%s”既不是编号也不是序号"), id);
	if (strspn(id, "0123456789") == len && len <= 18)
		filter.seq = strtoll(id, NULL, 10);
	else
		filter.reference = reference;
	if (filter.reference == NULL && filter.seq == 0)
		found = 0;
	else
		found = admin_said_find(admin->ledger, &filter, said_r, &err);
	if (found < 0)
		return admin_trouble(admin, "%s", err.text);
	if (found == 1 && (*said_r)->statement.kind != kind) {
		admin_note(admin, say(&admin->say, "%s is a %s, not a %s", "%s 是%s，不是%s"), id,
		    say_kind(&admin->say, (*said_r)->statement.kind), say_kind(&admin->say, kind));
		return ADMIN_NO;
	}
	if (found == 0)
		admin_note(admin, say(&admin->say, "no such entry: %s", "没有这条声明：%s"), id);
	return found == 1 ? 0 : ADMIN_NO;
}

int
admin_statement_void(struct admin *admin, const struct admin_args *args)
{
	struct ledger_statement s;
	const struct admin_statement_fault *fault;
	struct admin_said *said;
	const char *reason;
	int status;

	said = NULL;
	reason = admin_arg(args, "reason");
	if (reason == NULL || reason[0] == '\0')
		return admin_usage(admin, "%s", say(&admin->say,
		    "--reason is wanted: why the entry was wrong", "必须用 --reason 写明作废理由"));
	fault = admin_statement_note_fault(reason);
	if (fault != NULL)
		return admin_usage(admin, "--reason: %s", say(&admin->say, fault->en, fault->zh));
	status = admin_conf(admin);
	if (status == 0)
		status = admin_ledger(admin, false);
	if (status == 0)
		status = target_find(admin, args->operand[0], args->command->kind, &said);
	if (status == 0) {
		memset(&s, 0, sizeof(s));
		s.kind = LEDGER_VOID;
		s.source = "admin";
		s.given_at = s.received_at = admin->now;
		s.reference = said->statement.reference;
		s.recipient = said->statement.recipient;
		s.sender = said->statement.sender;
		s.reason = reason;
		status = enter(admin, &s, &said->statement, NULL);
	}
	admin_said_free(said);
	return status;
}
