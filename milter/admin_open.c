/*
 * admin_open.c - what most subcommands need first: words to the person, the configuration, the
 * ledger, addresses.
 *
 * Floor 5, part of admin.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "admin.h"
#include "admin_clean.h"
#include "admin_user.h"
#include "setup.h"

#define LINE_MAX_OCTETS	4096	/* of one line to a person */

static void	note(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

static void
note(const char *fmt, va_list ap)
{
	char line[LINE_MAX_OCTETS];
	char *clean;

	(void)vsnprintf(line, sizeof(line), fmt, ap);
	clean = admin_clean(line);
	fprintf(stderr, "tuiding: %s\n", clean);
	free(clean);
}

void
admin_note(const struct admin *admin, const char *fmt, ...)
{
	va_list ap;

	(void)admin;
	va_start(ap, fmt);
	note(fmt, ap);
	va_end(ap);
}

int
admin_usage(const struct admin *admin, const char *fmt, ...)
{
	va_list ap;

	(void)admin;
	va_start(ap, fmt);
	note(fmt, ap);
	va_end(ap);
	return ADMIN_USAGE;
}

int
admin_trouble(const struct admin *admin, const char *fmt, ...)
{
	va_list ap;

	(void)admin;
	va_start(ap, fmt);
	note(fmt, ap);
	va_end(ap);
	return ADMIN_TROUBLE;
}

void
admin_line(const struct admin *admin, const char *fmt, ...)
{
	char line[LINE_MAX_OCTETS];
	char *clean;
	va_list ap;

	(void)admin;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	clean = admin_clean(line);
	puts(clean);
	free(clean);
}

void
admin_quiet(void *arg, const char *file, unsigned line, const char *rule, const char *what)
{
	(void)arg;
	(void)file;
	(void)line;
	(void)rule;
	(void)what;
}

struct admin_table *
admin_rows(const struct admin *admin, const struct admin_column *columns, size_t ncolumns, bool upright)
{
	struct admin_table_settings set;
	struct winsize size;

	memset(&set, 0, sizeof(set));
	set.out = stdout;
	set.format = admin->format;
	set.say = &admin->say;
	set.columns = columns;
	set.ncolumns = ncolumns;
	set.upright = upright;
	set.terminal = isatty(STDOUT_FILENO) == 1;
	if (set.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		set.width = size.ws_col;
	return admin_table_new(&set);
}

/* Remarks on a configuration are the daemon's to make, at its start. */
static void
remark(void *arg, const char *what)
{
	(void)arg;
	(void)what;
}

int
admin_conf(struct admin *admin)
{
	struct err err;
	char reason[128];

	if (admin->conf != NULL)
		return 0;
	if (access(admin->conf_path, R_OK) != 0)
		return admin_usage(admin, say(&admin->say, "cannot read the configuration '%s': %s",
		    "无法读取配置文件“%s”：%s"), admin->conf_path, strerror_r(errno, reason,
		    sizeof(reason)));
	if (conf_read(admin->conf_path, remark, NULL, &admin->conf, &err) < 0)
		return admin_usage(admin, "%s", err.text);
	return 0;
}

const char *
admin_ledger_path(const struct conf *conf)
{
	static const char scheme[] = "sqlite:";

	if (strncmp(conf->ledger, scheme, sizeof(scheme) - 1) != 0)
		return NULL;
	return conf->ledger + sizeof(scheme) - 1;
}

const char *
admin_ledger_hint(const struct admin *admin, bool write, const struct err *err,
    char hint[ADMIN_HINT_MAX])
{
	const char *owner, *path;
	char denied[128], who[ADMIN_USER_MAX];

	hint[0] = '\0';
	owner = admin->conf->user != NULL ? admin->conf->user : "";
	path = admin_ledger_path(admin->conf);
	if (geteuid() == 0)
		return hint;
	if (strstr(err->text, strerror_r(EACCES, denied, sizeof(denied))) == NULL && (path == NULL ||
	    access(path, write ? R_OK | W_OK : R_OK) == 0 || errno != EACCES))
		return hint;
	admin_user_name(who);
	if (strcmp(who, owner) == 0)
		(void)snprintf(hint, ADMIN_HINT_MAX, say(&admin->say,
		    " (as user '%s', who must own the file and its folder)",
		    "（以用户“%s”的身份；文件及其目录须归该用户所有）"), who);
	else if (owner[0] != '\0')
		(void)snprintf(hint, ADMIN_HINT_MAX, say(&admin->say,
		    " (as user '%s'; this wants root or user '%s')",
		    "（当前用户为“%s”；须由 root 或用户“%s”执行）"), who, owner);
	else
		(void)snprintf(hint, ADMIN_HINT_MAX, say(&admin->say,
		    " (as user '%s'; this wants root or the owner of the ledger)",
		    "（当前用户为“%s”；须由 root 或台账的所有者执行）"), who);
	return hint;
}

int
admin_ledger(struct admin *admin, bool read_only)
{
	struct err err;
	char hint[ADMIN_HINT_MAX];

	if (admin->ledger != NULL)
		return 0;
	if (admin_user_become(admin->conf->user, &err) < 0 ||
	    setup_ledger(admin->conf, read_only, &admin->ledger, &err) < 0)
		return admin_trouble(admin, say(&admin->say, "cannot open the ledger: %s%s",
		    "无法打开台账：%s%s"), err.text, admin_ledger_hint(admin, !read_only, &err, hint));
	return 0;
}

static int
by_alias(const void *key, const void *pair)
{
	return strcmp(key, *(char *const *)pair);
}

int
admin_recipient_key(const struct conf *conf, const char *text, char out[ADDR_MAX + 1])
{
	char key[ADDR_MAX + 1];
	char *const *pair;

	if (addr_rcpt_key(text, conf->recipient_delimiter, NULL, key) != 1)
		return -1;
	pair = NULL;
	if (conf->recipient_map.n >= 2)
		pair = bsearch(key, conf->recipient_map.item, conf->recipient_map.n / 2,
		    2 * sizeof(conf->recipient_map.item[0]), by_alias);
	snprintf(out, ADDR_MAX + 1, "%s", pair != NULL ? pair[1] : key);
	return 1;
}

int
admin_recipient(const struct admin *admin, const char *text, char out[ADDR_MAX + 1])
{
	if (admin_recipient_key(admin->conf, text, out) == 1)
		return 0;
	return admin_usage(admin, say(&admin->say, "'%s' is no mailbox: wanted is anna@example.com",
	    "“%s”不是邮箱地址，应形如 anna@example.com"), text);
}

bool
admin_is_shared(const struct conf *conf, const char *recipient)
{
	const struct conf_list *list = &conf->shared_recipients;
	const char *domain = addr_domain_of(recipient);
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->item[i][0] == '@' ? domain != NULL && addr_domain_under(domain, list->item[i] + 1) :
		    strcmp(list->item[i], recipient) == 0)
			return true;
	return false;
}

int
admin_sender(const struct admin *admin, const char *text, struct addr_key *key_r)
{
	struct err err;

	if (addr_key_parse(text, strlen(text), key_r, &err) == 1)
		return 0;
	return admin_usage(admin, say(&admin->say,
	    "'%s' names no sender (%s): wanted is news@shop.example, shop.example, '<"
	    "list.shop.example>' or '*'",
	    "“%s”不是发件人（%s），应形如 news@shop.example、shop.example、'<list.shop.example>' "
	    "或 '*'"),
	    text, err.text);
}

int
admin_id(const char *text, char *out, size_t size)
{
	size_t i, len;
	char c;

	len = strlen(text);
	if (len == 0 || len >= size)
		return -1;
	for (i = 0; i < len; i++) {
		c = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
		if (c == 'O')
			c = '0';
		else if (c == 'I' || c == 'L')
			c = '1';
		out[i] = c;
	}
	out[len] = '\0';
	return 0;
}

/* One end of a period. */
static int
period_end(const struct admin *admin, const char *name, const char *text, int64_t *ms_r)
{
	bool date;

	if (text == NULL)
		return 0;
	if (admin_time_parse(text, admin->now, ADMIN_TIME_AGO, ms_r, &date) < 0)
		return admin_usage(admin, say(&admin->say,
		    "--%s wants a time such as 2026-11-21, 2026-11-21T18:00 or 7d (seven days "
		    "ago), not '%s'",
		    "--%s 要写时间，例如 2026-11-21、2026-11-21T18:00 或 7d（七天前），不能是“%s”"),
		    name, text);
	if (date && strcmp(name, "until") == 0)
		*ms_r = admin_time_next_day(*ms_r);
	return 0;
}

int
admin_period(const struct admin *admin, const struct admin_args *args, int64_t *since_r,
    int64_t *until_r)
{
	int status;

	status = period_end(admin, "since", admin_arg(args, "since"), since_r);
	return status != 0 ? status : period_end(admin, "until", admin_arg(args, "until"), until_r);
}

int
admin_limit(const struct admin *admin, const struct admin_args *args, int64_t *limit_r)
{
	const char *text;
	char *end;
	long long n;

	text = admin_arg(args, "limit");
	if (text == NULL)
		return 0;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < 1)
		return admin_usage(admin, say(&admin->say, "--limit wants a number from 1, not '%s'",
		    "--limit 要写不小于 1 的数字，不能是“%s”"), text);
	*limit_r = n;
	return 0;
}
