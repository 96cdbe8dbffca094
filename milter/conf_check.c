/*
 * conf_check.c - what each setting must be, said with file, line and key when it is not.
 *
 * Floor 2, part of conf.
 */
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include "charset.h"
#include "conf_private.h"

const struct conf_row *
conf_row_named(const char *name)
{
	const struct conf_row *row;

	for (row = conf_rows; row->name != NULL; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

static bool
is_printable_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

static int
check_socket(cfg_t *cfg, const char *name, const char *value)
{
	static const char *const schemes[] = { "unix:", "local:", "inet:", "inet6:", "fd:", "/" };
	const char *path;
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncmp(value, schemes[i], strlen(schemes[i])) == 0)
			break;
	if (i == sizeof(schemes) / sizeof(schemes[0]))
		return conf_complain(cfg, "%s: '%s' is no socket: unix:PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N is "
		    "expected", name, value);
	path = strchr(value, '/');
	if (path != NULL && strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return conf_complain(cfg, "%s: the path is longer than a socket's may be", name);
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
		if (strncmp(value, "sqlite:/", 8) == 0)
			return 0;
		return conf_complain(cfg, "%s: '%s' is no ledger: sqlite:/absolute/path is expected", row->name, value);
	case KIND_TEXT:
		if (value[0] != '\0' && strlen(value) <= CONF_TEXT_MAX && is_printable_ascii(value))
			return 0;
		return conf_complain(cfg, "%s: one line of printable ASCII, 1 to %d octets, is expected", row->name,
		    CONF_TEXT_MAX);
	case KIND_DELIMITER:
		if (strlen(value) <= 4 && is_printable_ascii(value) && strpbrk(value, "@ <>\"") == NULL)
			return 0;
		return conf_complain(cfg, "%s: '%s': at most four characters such as \"+\" or \"+-\" are expected", row->name,
		    value);
	case KIND_ADDRESS:
		if (value[0] == '\0' || conf_canonical(KIND_ADDRESS, value, out) == 0)
			return 0;
		return conf_complain(cfg, "%s: '%s' is no address: local@domain or \"\" is expected", row->name, value);
	default:
		if (strlen(value) < 1024 && charset_is_utf8(value, strlen(value)) && strpbrk(value, "\r\n") == NULL)
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
	if (row->kind >= KIND_PATHS)
		return check_list(cfg, opt, row);
	if (row->kind == KIND_BOOL)
		return 0;
	if (row->kind == KIND_NUMBER || row->kind == KIND_FLOAT) {
		number = row->kind == KIND_FLOAT ? cfg_opt_getnfloat(opt, 0) : (double)cfg_opt_getnint(opt, 0);
		if (number >= row->min && number <= row->max)	/* false for NaN */
			return 0;
		return conf_complain(cfg, "%s: %g is out of range: %.10g to %.10g is expected", row->name, number,
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

/* Called as each section ends: its title must be a direction, or a direction and a sender domain. */
int
conf_check_policy(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	const char *title = cfg_title(section), *blank = strchr(title, ' ');
	char out[512];

	if (strcmp(title, "inbound") == 0 || strcmp(title, "outbound") == 0)
		return 0;
	if ((strncmp(title, "inbound ", 8) == 0 || strncmp(title, "outbound ", 9) == 0) &&
	    conf_canonical(KIND_DOMAINS, blank + 1, out) == 0)
		return 0;
	return conf_complain(cfg, "policy: '%s': inbound, outbound, or \"outbound shop.example\" is expected", title);
}
