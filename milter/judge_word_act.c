/*
 * judge_word_act.c - what follows from a command: the statement, the letter that confirms it.
 *
 * Floor 3.5, part of judge.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "judge_word.h"
#include "notify.h"

#define LIST_MAX	100		/* statements in one letter */

/* A refusal or a consent about one key. */
static void
say_about(struct judge_act *act, const struct command *command, const char *key)
{
	bool refuse = command->verb == COMMAND_REFUSE;
	const char *const pairs[] = { "sender", key, "everything", strcmp(key, "*") == 0 ? "yes" : "" };
	size_t i;

	i = judge_act_say(act, refuse ? LEDGER_REFUSAL : LEDGER_CONSENT, key, NULL);
	judge_act_tell(act, refuse ? NOTIFY_REFUSED : NOTIFY_CONSENTED, pairs, 2, i, LEDGER_ALWAYS);
	(void)snprintf(act->c->answer->said.key, sizeof(act->c->answer->said.key), "%s", key);
}

/* Says what was not understood, and how it goes. */
static void
help(struct judge_act *act, const struct command *command)
{
	const char *const pairs[] = { "line", command->verb == COMMAND_HELP ? "" : command->line };

	judge_act_tell(act, NOTIFY_HELP, pairs, 1, LEDGER_ALWAYS, LEDGER_ALWAYS);
}

/* ---- 撤销 REF -------------------------------------------------------------------------------------- */

struct own {
	const char	*cause;			/* the mail that says it */
	bool		 found;			/* it stands */
	bool		 repeated;		/* it was ended by this mail, which has come again */
	char		 sender[ADDR_KEY_MAX + 1];
	char		 kind[16];
};

static bool
take_own(void *arg, const struct ledger_statement *statement)
{
	struct own *own = arg;

	if (statement->kind == LEDGER_VOID && statement->message_id != NULL)
		own->repeated = own->repeated || strcmp(statement->message_id, own->cause) == 0;
	if (statement->kind != LEDGER_CONSENT && statement->kind != LEDGER_REFUSAL)
		return true;
	own->found = !statement->voided;
	(void)snprintf(own->sender, sizeof(own->sender), "%s", statement->sender == NULL ? "" : statement->sender);
	(void)snprintf(own->kind, sizeof(own->kind), "%s", ledger_kind_name(statement->kind));
	return true;
}

static int
undo(struct judge_act *act, const struct command *command, struct err *err)
{
	const struct ledger_filter filter = { .recipient = act->recipient, .reference = command->reference };
	const char *const not[] = { "undid", command->reference };
	struct own own = { .cause = act->cause };
	size_t i;

	if (command->reference[0] == '\0') {
		help(act, command);
		return 0;
	}
	if (ledger_statements(act->c->judge->set.ledger, &filter, take_own, &own, err) < 0)
		return -1;
	if (!own.found && own.repeated) {
		judge_word_outcome(act->c, "repeated");
		return 0;
	}
	if (!own.found) {
		judge_act_tell(act, NOTIFY_NOT_UNDONE, not, 1, LEDGER_ALWAYS, LEDGER_ALWAYS);
		judge_word_outcome(act->c, "no such statement");
		return 0;
	}
	i = judge_act_say(act, LEDGER_VOID, NULL, command->reference);
	if (i != LEDGER_ALWAYS)
		act->statements[i].reason = "the person's own word";
	const char *const pairs[] = { "undid", command->reference, "sender", own.sender, "said", own.kind };

	judge_act_tell(act, NOTIFY_UNDONE, pairs, 3, i, LEDGER_ALWAYS);
	return 0;
}

/* ---- 查询 ------------------------------------------------------------------------------------------ */

struct listing {
	GString	*text;
	size_t	 n;
};

static bool
list_one(void *arg, const struct ledger_statement *statement)
{
	struct listing *l = arg;
	time_t at = (time_t)(statement->received_at / 1000);
	char date[32] = "";
	struct tm tm;

	if (l->n++ >= LIST_MAX)
		return true;
	if (localtime_r(&at, &tm) != NULL)
		(void)strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	g_string_append_printf(l->text, "%s  %s  %s  %s\n", statement->reference, date,
	    statement->kind == LEDGER_REFUSAL ? "拒收 refused" : "同意 consented",
	    statement->sender == NULL ? "" : statement->sender);
	return true;
}

static int
list(struct judge_act *act, struct err *err)
{
	const struct ledger_filter filter = { .recipient = act->recipient, .in_force = true };
	struct listing l = { g_string_new(NULL), 0 };
	char count[24];
	int ret = -1;

	if (ledger_statements(act->c->judge->set.ledger, &filter, list_one, &l, err) >= 0) {
		const char *const pairs[] = { "list", l.text->str, "count", count };

		(void)snprintf(count, sizeof(count), "%zu", l.n);
		judge_act_tell(act, NOTIFY_LIST, pairs, 2, LEDGER_ALWAYS, LEDGER_ALWAYS);
		ret = 0;
	}
	g_string_free(l.text, TRUE);
	return ret;
}

/* ---- all of them ------------------------------------------------------------------------------------ */

/* The key a command is about: the one it names, every sender, or the meant decision's.  NULL: none. */
static const char *
key_of(const struct command *command, const struct judge_word_decision *meant)
{
	if (command->everything)
		return "*";
	if (command->key[0] != '\0')
		return command->key;
	return meant != NULL && meant->key[0] != '\0' ? meant->key : NULL;
}

static int
gather(struct judge_act *act, const struct command *command, const struct judge_word_decision *meant, struct err *err)
{
	const char *key = key_of(command, meant);

	switch (command->verb) {
	case COMMAND_REFUSE:
	case COMMAND_CONSENT:
		if (key != NULL && !command->unreadable)
			say_about(act, command, key);
		else
			help(act, command);
		return 0;
	case COMMAND_COMPLAIN:
		if (meant != NULL)
			return judge_complain_of(act, meant, err);
		help(act, command);
		return 0;
	case COMMAND_UNDO:
		return undo(act, command, err);
	case COMMAND_LIST:
		return list(act, err);
	default:
		help(act, command);
		return 0;
	}
}

int
judge_word_act(struct judge_case *c, const struct judge_person *person, const char *recipient, const char *source,
    const struct command *command, const struct judge_word_decision *meant, struct err *err)
{
	struct judge_act *act = calloc(1, sizeof(*act));
	const struct ledger_receipt *receipt;
	int ret = -1;

	if (act == NULL)
		return err_set(err, "no memory for a command");
	if (c->judge->set.ledger == NULL) {
		(void)err_set(err, "the ledger is not open");
		goto out;
	}
	judge_word_outcome(c, "answered");
	if (judge_act_begin(act, c, person, recipient, source, err) != 0 || gather(act, command, meant, err) != 0 ||
	    judge_act_do(act, err) != 0)
		goto out;
	if (act->act.nstatements > 0) {
		receipt = &act->result.receipts[0];
		judge_word_outcome(c, receipt->outcome == LEDGER_WRITTEN ? "recorded" :
		    receipt->outcome == LEDGER_ALREADY ? "repeated" : "not recorded");
		(void)snprintf(c->answer->said.reference, sizeof(c->answer->said.reference), "%s", receipt->reference);
	} else if (act->act.ncases > 0) {
		judge_word_outcome(c, act->result.cases[0].made ? "recorded" : "repeated");
	}
	ret = 0;
out:
	judge_act_end(act);
	free(act);
	return ret;
}
