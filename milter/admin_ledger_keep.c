/*
 * admin_ledger_keep.c - tuiding ledger prune and rotate-key: what is old goes.
 *
 * Floor 5, part of admin.  Statements stay; so does what is on hold.
 */
#include <string.h>
#include <sys/stat.h>
#include "admin_ledger_keep.h"
#include "admin_user.h"
#include "setup.h"
#include "token.h"

#define DAY	(24LL * 3600 * 1000)	/* ms */

int
admin_ledger_key(const struct admin *admin)
{
	const char *path = admin->conf->token_key;
	struct err err;
	int made;

	if (path[0] == '\0')
		return 0;
	made = token_keys_create(path, admin->now, &err);
	if (made < 0)
		return admin_trouble(admin, "%s", err.text);
	if (made == 1)
		admin_line(admin, say(&admin->say, "token key made: %s", "令牌密钥已生成：%s"), path);
	return 0;
}

void
admin_ledger_changes(const struct admin *admin, int from, int to)
{
	static const struct {
		int		 version;
		const char	*en, *zh;
	} changes[] = {
		{ 2, "letters, complaints, conversations and the access log get their tables; evidence is kept apart from "
		    "the words, to be pruned without them",
		    "新增信件、投诉、往来记录和查阅记录各表；证据与声明分开保存，可单独清理" },
	};
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (changes[i].version > from && changes[i].version <= to)
			admin_line(admin, say(&admin->say, "  %d: %s", "  %d：%s"), changes[i].version,
			    say(&admin->say, changes[i].en, changes[i].zh));
}

/* ---- prune --------------------------------------------------------------------------------------- */

static const struct admin_column columns[] = {
	{ "decisions", "decisions", "处置记录", ADMIN_SEEN_ALL },
	{ "evidence", "evidence", "证据", ADMIN_SEEN_ALL },
	{ "conversations", "conversations", "往来记录", ADMIN_SEEN_ALL },
	{ "letters", "letters", "信件", ADMIN_SEEN_ALL },
	{ "accesses", "access log", "查阅记录", ADMIN_SEEN_ALL },
};

int
admin_ledger_prune(struct admin *admin, const struct admin_args *args)
{
	struct ledger_prune prune;
	struct ledger_pruned pruned;
	struct admin_table *table;
	struct err err;
	int status;

	(void)args;
	status = admin_conf(admin);
	if (status == 0)
		status = admin_ledger(admin, false);
	if (status != 0)
		return status;
	memset(&pruned, 0, sizeof(pruned));
	setup_prune(admin->conf, admin->now, &prune);
	if (ledger_prune(admin->ledger, &prune, &pruned, &err) < 0)
		return admin_trouble(admin, "%s", err.text);
	if (admin->format == ADMIN_TABLE)
		admin_line(admin, "%s", say(&admin->say, "removed what is old (statements stay):",
		    "已清理到期的记录（声明保留）："));
	table = admin_rows(admin, columns, sizeof(columns) / sizeof(columns[0]), true);
	admin_table_number(table, pruned.decisions);
	admin_table_number(table, pruned.evidence);
	admin_table_number(table, pruned.talk);
	admin_table_number(table, pruned.letters);
	admin_table_number(table, pruned.accesses);
	admin_table_row(table);
	(void)admin_table_end(table);
	return ADMIN_YES;
}

/* ---- rotate-key ---------------------------------------------------------------------------------- */

int
admin_ledger_rotate(struct admin *admin, const struct admin_args *args)
{
	struct err err;
	const char *path;
	int status;

	(void)args;
	status = admin_conf(admin);
	if (status != 0)
		return status;
	path = admin->conf->token_key;
	if (path[0] == '\0')
		return admin_usage(admin, "%s", say(&admin->say, "the configuration names no token-key",
		    "配置中没有 token-key"));
	(void)umask(027);
	if (admin_user_become(admin->conf->user, &err) < 0 ||
	    token_keys_rotate(path, admin->now, (int64_t)admin->conf->retention_days * DAY, &err) < 0)
		return admin_trouble(admin, "%s", err.text);
	admin_line(admin, say(&admin->say,
	    "a new key signs: %s; older ones are honoured for %u days more. tuiding reload lets the daemon take it up",
	    "已启用新密钥：%s；旧密钥继续有效 %u 天。执行 tuiding reload 使守护进程启用"), path,
	    admin->conf->retention_days);
	return ADMIN_YES;
}
