/*
 * conf_check.c - what each setting must be, said with file, line and key when it is not.
 *
 * Floor 2, part of conf.
 */
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include "charset.h"
#include "conf_private.h"

static bool
is_printable_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/* UTF-8 without control characters, and of bearable length. */
static bool
is_one_line(const char *text)
{
	size_t len = strlen(text);
	const char *p;

	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return len < 1024 && charset_is_utf8(text, len);
}

/* ---- parsing ----------------------------------------------------------------------------------- */

int
conf_parse_number(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || strspn(value, "0123456789+-") != strlen(value))
		return conf_complain(cfg, "%s: '%s' is no number: a whole decimal number is expected", opt->name, value);
	*(long *)result = number;
	return 0;
}

int
conf_parse_float(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	double number;
	char *end;

	errno = 0;
	number = strtod(value, &end);
	if (errno != 0 || end == value || *end != '\0' || strspn(value, "0123456789+-.eE") != strlen(value))
		return conf_complain(cfg, "%s: '%s' is no number: a decimal number is expected", opt->name, value);
	*(double *)result = number;
	return 0;
}

int
conf_parse_bool(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(value, words[i]) == 0)
			break;
	if (i == sizeof(words) / sizeof(words[0]))
		return conf_complain(cfg, "%s: '%s': yes or no is expected", opt->name, value);
	*(cfg_bool_t *)result = i % 2 == 1 ? cfg_true : cfg_false;
	return 0;
}

/* ---- checking ---------------------------------------------------------------------------------- */

/* The digits of a port or descriptor, and where they end. */
static bool
is_number(const char *text, unsigned long max, const char **end_r)
{
	unsigned long number;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	number = strtoul(text, &end, 10);
	*end_r = end;
	return errno == 0 && number <= max;
}

/* As libmilter reads it.  A file's name must be absolute: the daemon goes to "/". */
static bool
is_socket(const char *value)
{
	const char *rest, *end = NULL;

	if (!is_printable_ascii(value))
		return false;
	if (strncmp(value, "unix:/", 6) == 0 || strncmp(value, "local:/", 7) == 0 || value[0] == '/')
		return strchr(value, '/')[1] != '\0' && value[strlen(value) - 1] != '/';
	if (strncmp(value, "fd:", 3) == 0)
		return is_number(value + 3, 65535, &end) && *end == '\0';
	if (strncmp(value, "inet:", 5) != 0 && strncmp(value, "inet6:", 6) != 0)
		return false;
	rest = strchr(value, ':') + 1;
	if (!is_number(rest, 65535, &end) || strtoul(rest, NULL, 10) == 0)
		return false;
	return *end == '\0' || (*end == '@' && end[1] != '\0');
}

static int
check_socket(cfg_t *cfg, const char *name, const char *value)
{
	const char *path = strchr(value, '/');

	if (!is_socket(value))
		return conf_complain(cfg, "%s: '%s' is no socket: unix:/PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N is "
		    "expected", name, value);
	if (path != NULL && strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return conf_complain(cfg, "%s: the path is longer than a socket's may be: %zu octets are expected at most",
		    name, sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
	return 0;
}

static int
check_choice(cfg_t *cfg, const struct conf_row *row, const char *value)
{
	char words[200] = "";
	size_t i, n = 0;

	for (i = 0; row->words[i] != NULL; i++) {
		if (strcmp(row->words[i], value) == 0)
			return 0;
		if (n < sizeof(words))
			n += (size_t)snprintf(words + n, sizeof(words) - n, "%s\"%s\"", i == 0 ? "" : ", ", row->words[i]);
	}
	return conf_complain(cfg, "%s: '%s' is none of %s", row->name, value, words);
}

static int
check_charset(cfg_t *cfg, const char *name, const char *value)
{
	const char *known;
	char buffer[64];
	iconv_t cd;

	known = charset_canonical(value, buffer);
	cd = known == NULL ? (iconv_t)-1 : iconv_open("UTF-8", known);
	if (cd == (iconv_t)-1)
		return conf_complain(cfg, "%s: '%s' is no charset known here (GB18030, UTF-8, BIG5 ...)", name, value);
	(void)iconv_close(cd);
	return 0;
}

static int
check_string(cfg_t *cfg, const struct conf_row *row, const char *value)
{
	char out[512];

	switch (row->kind) {
	case KIND_SOCKET:
		return check_socket(cfg, row->name, value);
	case KIND_CHOICE:
		return check_choice(cfg, row, value);
	case KIND_CHARSET:
		return check_charset(cfg, row->name, value);
	case KIND_LEDGER:
		if (strncmp(value, "sqlite:/", 8) == 0 && value[8] != '\0' && value[strlen(value) - 1] != '/' &&
		    is_one_line(value))
			return 0;
		return conf_complain(cfg, "%s: '%s' is no ledger: sqlite:/absolute/path is expected", row->name, value);
	case KIND_TEXT:
		if (value[0] != '\0' && strlen(value) <= CONF_TEXT_MAX && is_printable_ascii(value))
			return 0;
		return conf_complain(cfg, "%s: one line of printable ASCII, 1 to %d octets, is expected", row->name,
		    CONF_TEXT_MAX);
	case KIND_DELIMITER:
		if (strlen(value) <= 4 && strspn(value, "!#$%&'*+-./=?^_`{|}~") == strlen(value))
			return 0;
		return conf_complain(cfg, "%s: '%s': at most four signs such as \"+\" or \"+-\" are expected", row->name,
		    value);
	case KIND_ADDRESS:
		if (value[0] == '\0' || conf_canonical(KIND_ADDRESS, value, out) == 0)
			return 0;
		return conf_complain(cfg, "%s: '%s' is no address: local@domain or \"\" is expected", row->name, value);
	case KIND_RELAY:
		if ((strncmp(value, "smtp://", 7) == 0 || strncmp(value, "smtps://", 8) == 0) && is_printable_ascii(value) &&
		    strpbrk(value, " \"<>@") == NULL && strchr(value, '/')[2] != '\0')
			return 0;
		return conf_complain(cfg, "%s: '%s' is no relay: smtp://HOST:PORT or smtps://HOST:PORT is expected", row->name,
		    value);
	case KIND_PATH:
	case KIND_FILE_DOMAINS:
	case KIND_FILE_MAP:
	case KIND_FILE_LOGINS:
		if (value[0] == '\0' || (value[0] == '/' && is_one_line(value)))
			return 0;
		return conf_complain(cfg, "%s: '%s': the absolute path of a file, or \"\", is expected", row->name, value);
	default:
		if (is_one_line(value))
			return 0;
		return conf_complain(cfg, "%s: one line of UTF-8, less than 1,024 octets, is expected", row->name);
	}
}

static int
check_list(cfg_t *cfg, cfg_opt_t *opt, const struct conf_row *row)
{
	static const char *const wanted[KIND_MAX] = {
		[KIND_PATHS] = "an absolute path",
		[KIND_WORDS] = "printable ASCII without blanks",
		[KIND_DOMAINS] = "a domain such as \"example.com\"",
		[KIND_NETS] = "an address or network such as \"192.0.2.0/24\" or \"::1\"",
		[KIND_SENDERS] = "a sender key such as \"news@shop.example\", \"shop.example\" or \"<list.example>\"",
		[KIND_RECIPIENTS] = "an address or \"@domain\"",
		[KIND_LISTS] = "a List-Id such as \"talk.lists.example\"",
	};
	char out[512];
	unsigned i;

	for (i = 0; i < cfg_opt_size(opt); i++)
		if (conf_canonical(row->kind, cfg_opt_getnstr(opt, i), out) != 0)
			return conf_complain(cfg, "%s: '%s': %s is expected", row->name, cfg_opt_getnstr(opt, i),
			    wanted[row->kind]);
	return 0;
}

int
conf_check_row(cfg_t *cfg, cfg_opt_t *opt)
{
	const struct conf_row *row = conf_row_named(opt->name);
	double number;

	if (row == NULL)
		return conf_complain(cfg, "%s: no such setting", opt->name);
	conf_note_line(cfg, row);
	if (row->kind >= KIND_PATHS)
		return check_list(cfg, opt, row);
	if (row->kind == KIND_BOOL)
		return 0;
	if (row->kind == KIND_NUMBER || row->kind == KIND_SIZE || row->kind == KIND_FLOAT) {
		number = row->kind == KIND_FLOAT ? cfg_opt_getnfloat(opt, 0) : (double)cfg_opt_getnint(opt, 0);
		if (number >= row->min && number <= row->max)	/* false for NaN */
			return 0;
		return conf_complain(cfg, "%s: %.10g is out of range: %.10g to %.10g is expected", row->name, number,
		    row->min, row->max);
	}
	return check_string(cfg, row, cfg_opt_getnstr(opt, 0));
}

int
conf_check_action(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *value = cfg_opt_getnstr(opt, 0);

	if (policy_action_by_name(value) != ACTION_NONE)
		return 0;
	return conf_complain(cfg, "policy: %s: '%s' is none of \"accept\", \"tag\", \"quarantine\", \"reject\", "
	    "\"tempfail\"", opt->name, value);
}

/* The sections before this one, by their canonical titles: DUPES of libconfuse sees letters only. */
static bool
is_said_before(cfg_opt_t *opt, const char *direction, const char *domain)
{
	unsigned i, n = cfg_opt_size(opt);
	const char *title, *blank;
	char out[512];

	for (i = 0; i + 1 < n; i++) {
		title = cfg_title(cfg_opt_getnsec(opt, i));
		blank = strchr(title, ' ');
		if (title[0] == direction[0] && blank != NULL &&
		    conf_canonical(KIND_DOMAINS, blank + 1, out) == 0 && strcmp(out, domain) == 0)
			return true;
	}
	return false;
}

/* Called as each section ends: its title must be a direction, or a direction and a sender domain. */
int
conf_check_policy(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	const char *title = cfg_title(section), *blank = strchr(title, ' ');
	char out[512];

	if (strcmp(title, "inbound") == 0 || strcmp(title, "outbound") == 0)
		return 0;
	if ((strncmp(title, "inbound ", 8) != 0 && strncmp(title, "outbound ", 9) != 0) ||
	    conf_canonical(KIND_DOMAINS, blank + 1, out) != 0)
		return conf_complain(cfg, "policy: '%s': inbound, outbound, or \"outbound shop.example\" is expected", title);
	if (is_said_before(opt, title, out))
		return conf_complain(cfg, "policy: '%s' stands twice, once is expected", title);
	return 0;
}
