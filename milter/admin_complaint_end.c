/*
 * admin_complaint_end.c - tuiding complaint close and hold: a case's end, and its keeping.
 *
 * Floor 5, part of admin.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "admin_complaint.h"
#include "admin_statement.h"
#include "notify.h"

/* What is needed of a case beyond its listing. */
struct kept {
	bool			found;
	enum ledger_case_state	state;
	char			recipient[ADDR_MAX + 1], from[ADDR_MAX + 1], subject[201];
};

static bool
keep(void *arg, const struct ledger_case *c)
{
	struct kept *kept = arg;

	kept->found = true;
	kept->state = c->state;
	(void)snprintf(kept->recipient, sizeof(kept->recipient), "%s", c->recipient == NULL ? "" : c->recipient);
	(void)snprintf(kept->from, sizeof(kept->from), "%s", c->from);
	(void)snprintf(kept->subject, sizeof(kept->subject), "%s", c->subject);
	return false;
}

/* The case that the operand names.  0, or the exit status. */
static int
case_find(struct admin *admin, const struct admin_args *args, int64_t *number_r, struct kept *kept_r)
{
	struct ledger_case_filter filter;
	struct err err = { "" };
	int status;

	memset(&filter, 0, sizeof(filter));
	memset(kept_r, 0, sizeof(*kept_r));
	status = admin_conf(admin);
	if (status == 0)
		status = admin_complaint_number(admin, args->operand[0], number_r);
	if (status == 0)
		status = admin_ledger(admin, false);
	if (status != 0)
		return status;
	filter.number = *number_r;
	if (ledger_cases(admin->ledger, &filter, keep, kept_r, &err) < 0)
		return admin_trouble(admin, "%s", err.text);
	if (kept_r->found)
		return 0;
	admin_note(admin, say(&admin->say, "no case %lld", "没有编号为 %lld 的投诉"), (long long)*number_r);
	return ADMIN_NO;
}

/* Changes it, with at most one letter.  1, 0, -1. */
static int
change_do(struct admin *admin, struct ledger_case_change *change, struct err *err)
{
	struct ledger_receipt receipt;

	memset(&receipt, 0, sizeof(receipt));
	change->now = admin->now;
	return ledger_case_change(admin->ledger, change, &receipt, err);
}

/* The person is told, unless they never complained or heard the end already. */
static bool
is_told(const struct admin *admin, const struct kept *kept)
{
	return kept->recipient[0] != '\0' && !admin_is_shared(admin->conf, kept->recipient) &&
	    (kept->state == CASE_OPEN || kept->state == CASE_ACTING);
}

static int
close_do(struct admin *admin, int64_t number, const struct kept *kept, const char *reason, struct err *err)
{
	const char *const pairs[] = {
		"from", kept->from, "subject", kept->subject, "outcome", "closed", "reason", reason,
	};
	char cause[64], *values = notify_values(pairs, 4);
	const struct ledger_act_letter letter = {
		.letter = {
			.purpose = NOTIFY_CASE_ENDED, .recipient = kept->recipient, .cause = cause, .values = values,
			.next_at = admin->now, .number = number,
		},
		.statement = LEDGER_ALWAYS, .complaint = LEDGER_ALWAYS,
	};
	struct ledger_case_change change = {
		.number = number, .from = CASE_NONE, .to = CASE_CLOSED, .reason = reason, .hold = -1,
		.letters = &letter, .nletters = values != NULL && is_told(admin, kept) ? 1 : 0,
	};
	int ret;

	(void)snprintf(cause, sizeof(cause), "close-%lld", (long long)number);
	ret = change_do(admin, &change, err);
	free(values);
	return ret;
}

int
admin_complaint_close(struct admin *admin, const struct admin_args *args)
{
	const struct admin_statement_fault *fault;
	const char *reason = admin_arg(args, "reason");
	struct kept kept;
	struct err err = { "" };
	int64_t number;
	int ret, status;

	if (reason == NULL || reason[0] == '\0')
		return admin_usage(admin, "%s", say(&admin->say,
		    "--reason is wanted: what was done, or why nothing", "必须用 --reason 写明处理结果或理由"));
	fault = admin_statement_note_fault(reason);
	if (fault == NULL && strlen(reason) > LEDGER_TEXT_MAX)
		return admin_usage(admin, say(&admin->say, "--reason: at most %d octets", "--reason：最多 %d 字节"),
		    LEDGER_TEXT_MAX);
	if (fault != NULL)
		return admin_usage(admin, "--reason: %s", say(&admin->say, fault->en, fault->zh));
	status = case_find(admin, args, &number, &kept);
	if (status != 0)
		return status;
	ret = close_do(admin, number, &kept, reason, &err);
	if (ret < 0)
		return admin_trouble(admin, "%s", err.text);
	if (ret == 0) {
		admin_note(admin, say(&admin->say, "case %lld is closed already", "投诉 %lld 此前已结案"), (long long)number);
		return ADMIN_NO;
	}
	admin_line(admin, say(&admin->say, "case %lld: closed", "投诉 %lld：已结案"), (long long)number);
	return ADMIN_YES;
}

/* A hold is for closed cases too, which a change "from any" leaves out: it names the state it found. */
int
admin_complaint_hold(struct admin *admin, const struct admin_args *args)
{
	bool off = admin_arg(args, "off") != NULL;
	struct ledger_case_change change = { .hold = off ? 0 : 1, .to = CASE_NONE, .next_at = -1 };
	struct kept kept;
	struct err err = { "" };
	int ret, status;

	status = case_find(admin, args, &change.number, &kept);
	if (status != 0)
		return status;
	change.from = kept.state;
	ret = change_do(admin, &change, &err);
	if (ret < 0)
		return admin_trouble(admin, "%s", err.text);
	if (ret == 0)
		return admin_trouble(admin, "%s", say(&admin->say, "the case changed meanwhile: try again",
		    "该投诉刚有变动，请重试"));
	admin_line(admin, off ? say(&admin->say, "case %lld: held no longer", "投诉 %lld：已取消保留") :
	    say(&admin->say, "case %lld: held", "投诉 %lld：已保留"), (long long)change.number);
	return ADMIN_YES;
}
