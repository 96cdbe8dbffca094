/*
 * admin_erase.c - tuiding erase: what is held about a person goes.
 *
 * Floor 5, part of admin.  PIPL Art. 47.  Cannot be undone: it asks, or is told so by --yes.  Logs younger than the
 * legal six months are sealed, not removed; the chain still verifies.
 */
#include <string.h>
#include <unistd.h>
#include "admin_access.h"
#include "ledger_people.h"

#define DAY		(24LL * 3600 * 1000)	/* ms */
#define SEAL_DAYS	183			/* Cybersecurity Law: network logs, six months at least */

/* Asks at the terminal.  True: go on. */
static bool
confirmed(const struct admin *admin, const char *recipient, bool refusals)
{
	char line[32] = "";

	(void)fprintf(stderr, say(&admin->say,
	    "Erase what is held about %s%s? This cannot be undone. Type yes: ",
	    "删除 %s 的个人信息%s？此操作无法撤销。确认请输入 yes："), recipient, refusals ?
	    say(&admin->say, ", refusals too: mail they refused may then come again", "，包括拒收：被拒收的邮件此后可能再次送达") : "");
	(void)fflush(stderr);
	return fgets(line, sizeof(line), stdin) != NULL && strcmp(line, "yes\n") == 0;
}

static const struct admin_column columns[] = {
	{ "statements", "statements", "声明", ADMIN_SEEN_ALL },
	{ "decisions", "decisions", "处置记录", ADMIN_SEEN_ALL },
	{ "sealed", "sealed decisions", "封存的处置记录", ADMIN_SEEN_ALL },
	{ "complaints", "complaints", "投诉", ADMIN_SEEN_ALL },
	{ "letters", "letters", "信件", ADMIN_SEEN_ALL },
};

static void
told(const struct admin *admin, const struct ledger_erased *erased, bool refusals)
{
	struct admin_table *table;

	table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), true);
	admin_table_number(table, erased->statements);
	admin_table_number(table, erased->decisions);
	admin_table_number(table, erased->sealed);
	admin_table_number(table, erased->cases);
	admin_table_number(table, erased->letters);
	admin_table_row(table);
	(void)admin_table_end(table);
	if (admin->format != ADMIN_TABLE)
		return;
	if (!refusals)
		admin_line(admin, "%s", say(&admin->say,
		    "Refusals stay, and go on protecting; --including-refusals erases them too.",
		    "拒收声明保留并继续有效；如需一并删除，请用 --including-refusals。"));
	if (erased->sealed > 0)
		admin_line(admin, say(&admin->say, "Sealed decisions are shown to nobody, and go when they are %u days old.",
		    "封存的处置记录不再对外显示，满 %u 天即予清除。"), admin->conf->retention_days);
}

static int
erase_run(struct admin *admin, const struct admin_args *args)
{
	struct ledger_erase erase;
	struct ledger_erased erased;
	struct err err;
	char recipient[ADDR_MAX + 1];
	int status;

	memset(&erase, 0, sizeof(erase));
	memset(&erased, 0, sizeof(erased));
	erase.refusals = admin_arg(args, "including-refusals") != NULL;
	status = admin_conf(admin);
	if (status == 0)
		status = admin_recipient(admin, args->operand[0], recipient);
	if (status != 0)
		return status;
	if (admin_arg(args, "yes") == NULL && isatty(STDIN_FILENO) != 1)
		return admin_usage(admin, "%s", say(&admin->say, "nobody is there to be asked: --yes says it is meant",
		    "没有可供确认的终端：请加 --yes 表示确认"));
	if (admin_arg(args, "yes") == NULL && !confirmed(admin, recipient, erase.refusals)) {
		admin_note(admin, "%s", say(&admin->say, "nothing was erased", "未作删除"));
		return ADMIN_NO;
	}
	status = admin_ledger(admin, false);
	if (status == 0)
		status = admin_show_note(admin, args, recipient);
	if (status != 0)
		return status;
	erase.recipient = recipient;
	erase.now = admin->now;
	erase.seal_after = admin->now - SEAL_DAYS * DAY;
	if (ledger_erase(admin->ledger, &erase, &erased, &err) < 0)
		return admin_trouble(admin, say(&admin->say, "nothing was erased: %s", "未作删除：%s"), err.text);
	if (erased.statements + erased.decisions + erased.sealed + erased.cases + erased.letters == 0) {
		admin_note(admin, say(&admin->say, "nothing was held about %s that this erases", "没有可删除的 %s 的记录"),
		    recipient);
		return ADMIN_NO;
	}
	told(admin, &erased, erase.refusals);
	return ADMIN_YES;
}

static const struct admin_option options[] = {
	{ "including-refusals", NULL, "refusals too: what was refused may then come again",
	    "连同拒收声明：被拒收的邮件此后可能再次送达" },
	{ "yes", NULL, "do not ask", "不再询问" },
	{ NULL, NULL, NULL, NULL }
};

const struct admin_command admin_erase_commands[] = {
	{ "", "RCPT", 1, 1, options, erase_run, LEDGER_NONE,
	    "erase what is held about a person", "删除某人的个人信息" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
