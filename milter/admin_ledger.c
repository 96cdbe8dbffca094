/*
 * admin_ledger.c - tuiding ledger init|migrate|verify|rebuild|backup: the ledger's upkeep.
 *
 * Floor 5, part of admin.  Run by root it gives its rights away first: the files belong to the
 * daemon's user.
 */
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include "admin_ledger_keep.h"
#include "admin_user.h"

/*
 * The user that the daemon runs as is not there, so path came to be root's: says so, and what mends
 * it.  whole: with the folder, where that is root's alone.
 */
static void
user_missing(const struct admin *admin, const char *path, bool whole)
{
	const char *slash, *user;
	char folder[1024], files[2048];
	struct stat st;
	int len;

	user = admin->conf->user;
	slash = strrchr(path, '/');
	len = whole && slash != NULL ? (int)(slash - path) : 0;
	(void)snprintf(folder, sizeof(folder), "%.*s", len, path);
	if (len > 0 && stat(folder, &st) == 0 && st.st_uid == 0 && (st.st_mode & 007) == 0)
		(void)snprintf(files, sizeof(files), "'%s' '%s'", folder, path);
	else
		(void)snprintf(files, sizeof(files), "'%s'", path);
	admin_note(admin, say(&admin->say,
	    "user '%s', which the configuration names, does not exist: '%s' was made as root, and "
	    "tuiding-milter will not be able to use it", "配置中的用户“%s”不存在：“%s”以 root 身份"
	    "写成，tuiding-milter 将无法使用"), user, path);
	admin_note(admin, say(&admin->say,
	    "make the user, then hand it over: useradd --system --user-group --shell "
	    "/usr/sbin/nologin %s && chown %s: %s", "请先建立该用户，再把文件交给它：useradd --system "
	    "--user-group --shell /usr/sbin/nologin %s && chown %s: %s"), user, user, files);
}

/* The folder, the rights, the ledger.  As ledger_migrate(). */
static int
migrate_as_user(const struct admin *admin, bool create, int *from_r, int *to_r, struct err *err)
{
	const char *path;

	path = admin_ledger_path(admin->conf);
	(void)umask(027);
	if (create && path != NULL && admin_user_folder(path, admin->conf->user, err) < 0)
		return -1;
	if (admin_user_become(admin->conf->user, err) < 0)
		return -1;
	return ledger_migrate(admin->conf->ledger, create, from_r, to_r, err);
}

/* Makes the ledger, or brings it up to date. */
static int
migrate(struct admin *admin, bool create)
{
	struct err err;
	const char *path;
	char hint[ADMIN_HINT_MAX];
	int changed, from, to, missing, status;

	status = admin_conf(admin);
	if (status != 0)
		return status;
	from = to = 0;
	path = admin_ledger_path(admin->conf);
	missing = admin_user_missing(admin->conf->user, &err);
	changed = missing < 0 ? -1 : migrate_as_user(admin, create, &from, &to, &err);
	if (changed < 0)
		return admin_trouble(admin, "%s%s", err.text, admin_ledger_hint(admin, true, &err,
		    hint));
	if (missing == 1 && path != NULL)
		user_missing(admin, path, true);
	if (changed == 0)
		admin_line(admin, say(&admin->say, "the ledger is up to date already (version %d)",
		    "台账已是最新（版本 %d）"), to);
	else if (from == 0)
		admin_line(admin, say(&admin->say, "ledger made (version %d)",
		    "台账已建立（版本 %d）"), to);
	else
		admin_line(admin, say(&admin->say, "ledger brought from version %d to %d",
		    "台账已从版本 %d 升级到 %d"), from, to);
	if (from > 0 && changed == 1)
		admin_ledger_changes(admin, from, to);
	status = admin_ledger_key(admin);
	if (status == 0 && missing == 1 && admin->conf->token_key[0] != '\0')
		user_missing(admin, admin->conf->token_key, false);
	return status;
}

static int
ledger_init(struct admin *admin, const struct admin_args *args)
{
	(void)args;
	return migrate(admin, true);
}

static int
ledger_update(struct admin *admin, const struct admin_args *args)
{
	(void)args;
	return migrate(admin, false);
}

static const struct admin_column report_columns[] = {
	{ "good", "all good", "全部正确", ADMIN_SEEN_ALL },
	{ "statements", "statements", "声明", ADMIN_SEEN_ALL },
	{ "last_hash", "last hash", "末尾哈希", ADMIN_SEEN_ALL },
	{ "first_bad", "first bad no.", "首个错误序号", ADMIN_SEEN_ALL },
	{ "what", "what is wrong", "错误", ADMIN_SEEN_ALL },
	{ "anchor_found", "anchor found", "锚点在链上", ADMIN_SEEN_ALL },
	{ "anchor_seq", "anchor is no.", "锚点序号", ADMIN_SEEN_ALL },
	{ "tables_agree", "tables agree", "各表一致", ADMIN_SEEN_ALL },
	{ "database_sound", "database sound", "数据库完好", ADMIN_SEEN_ALL },
};

/* A hash as syslog gives it. */
static bool
is_hash(const char *text)
{
	return strlen(text) == LEDGER_HASH_HEX && strspn(text,
	    "0123456789abcdefABCDEF") == LEDGER_HASH_HEX;
}

static void
report_write(const struct admin *admin, const struct ledger_report *report, bool good, bool anchored)
{
	struct admin_table *table;

	table = admin_rows(admin, report_columns,
	    sizeof(report_columns) / sizeof(report_columns[0]), true);
	admin_table_bool(table, good);
	admin_table_number(table, report->statements);
	admin_table_text(table, report->last_hash);
	if (report->first_bad > 0)
		admin_table_number(table, report->first_bad);
	else
		admin_table_text(table, NULL);
	admin_table_text(table, report->what);
	if (anchored)
		admin_table_bool(table, report->anchor_found);
	else
		admin_table_text(table, NULL);
	if (anchored && report->anchor_found)
		admin_table_number(table, report->anchor_seq);
	else
		admin_table_text(table, NULL);
	admin_table_bool(table, report->tables_agree);
	admin_table_bool(table, report->database_sound);
	admin_table_row(table);
	(void)admin_table_end(table);
}

static int
ledger_verify_run(struct admin *admin, const struct admin_args *args)
{
	struct ledger_report report;
	struct err err;
	char anchor[LEDGER_HASH_HEX + 1];
	const char *text;
	size_t i;
	int good, status;

	text = admin_arg(args, "anchor");
	if (text != NULL && !is_hash(text))
		return admin_usage(admin, say(&admin->say, "--anchor wants a hash of %d hex digits",
		    "--anchor 要写 %d 位十六进制哈希"), LEDGER_HASH_HEX);
	for (i = 0; text != NULL && i <= LEDGER_HASH_HEX; i++)
		anchor[i] = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] - 'A' + 'a') : text[i];
	status = admin_conf(admin);
	if (status == 0)
		status = admin_ledger(admin, true);
	if (status != 0)
		return status;
	memset(&report, 0, sizeof(report));
	good = ledger_verify(admin->ledger, text != NULL ? anchor : NULL, &report, &err);
	if (good < 0)
		return admin_trouble(admin, "%s", err.text);
	if (text != NULL && !report.anchor_found)
		good = 0;
	report_write(admin, &report, good == 1, text != NULL);
	return good == 1 ? ADMIN_YES : ADMIN_NO;
}

static int
ledger_rebuild_run(struct admin *admin, const struct admin_args *args)
{
	struct err err;
	int64_t changed;
	int status;

	(void)args;
	status = admin_conf(admin);
	if (status == 0)
		status = admin_ledger(admin, false);
	if (status != 0)
		return status;
	changed = ledger_rebuild(admin->ledger, &err);
	if (changed < 0)
		return admin_trouble(admin, "%s", err.text);
	admin_line(admin, say(&admin->say, "rebuilt: %lld rows changed", "已重建，改动 %lld 行"),
	    (long long)changed);
	return ADMIN_YES;
}

static int
ledger_backup_run(struct admin *admin, const struct admin_args *args)
{
	struct err err;
	char who[ADMIN_USER_MAX];
	int missing, status;

	status = admin_conf(admin);
	if (status != 0)
		return status;
	missing = admin_user_missing(admin->conf->user, &err);
	if (missing < 0)
		return admin_trouble(admin, "%s", err.text);
	status = admin_ledger(admin, true);
	if (status != 0)
		return status;
	(void)umask(027);
	admin_user_name(who);
	if (ledger_backup(admin->ledger, args->operand[0], &err) < 0)
		return admin_trouble(admin, say(&admin->say, "%s (as user '%s')",
		    "%s（以用户“%s”的身份）"), err.text, who);
	if (missing == 1)
		user_missing(admin, args->operand[0], false);
	admin_line(admin, say(&admin->say, "backup written and checked: %s",
	    "备份已写入并校验：%s"), args->operand[0]);
	return ADMIN_YES;
}

static const struct admin_option verify_options[] = {
	{ "anchor", "HASH", "a hash from the log that must stand in the chain",
	    "日志中记下的哈希，必须在链上" },
	{ NULL, NULL, NULL, NULL }
};

const struct admin_command admin_ledger_commands[] = {
	{ "init", "", 0, 0, NULL, ledger_init, LEDGER_NONE, "make the ledger", "建立台账" },
	{ "migrate", "", 0, 0, NULL, ledger_update, LEDGER_NONE,
	    "bring an older ledger to this version", "升级旧版本的台账" },
	{ "verify", "", 0, 0, verify_options, ledger_verify_run, LEDGER_NONE,
	    "verify the chain, the tables, the file", "校验哈希链、各表和文件" },
	{ "rebuild", "", 0, 0, NULL, ledger_rebuild_run, LEDGER_NONE,
	    "make the tables of consents and refusals anew from the statements",
	    "由声明重建同意表和拒收表" },
	{ "backup", "FILE", 1, 1, NULL, ledger_backup_run, LEDGER_NONE,
	    "copy the ledger while it is in use", "在线备份台账" },
	{ "prune", "", 0, 0, NULL, admin_ledger_prune, LEDGER_NONE,
	    "remove what is older than retention-days", "清理超过 retention-days 天的记录" },
	{ "rotate-key", "", 0, 0, NULL, admin_ledger_rotate, LEDGER_NONE,
	    "a new key for the way out; older ones are honoured a while", "更换退订地址的密钥，旧密钥在一段时间内仍有效" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
