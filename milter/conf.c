/*
 * conf.c - the configuration: one table of settings, read by libconfuse.
 *
 * Floor 2.  Every setting is a row; the manual and the shipped file are checked against the rows.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conf_private.h"

#define AT(field)	offsetof(struct conf, field)
#define NROWS		CONF_ROWS

/* ---- what libconfuse says ---------------------------------------------------------------------- */

/* One conf_read() at work. */
struct reading {
	struct err	err;			/* the first complaint; the rest follows from it */
	int		line[NROWS];		/* where each setting was last seen; 0: nowhere */
};

/*
 * libconfuse hands its callbacks nothing of ours but the parser.  So each parser and each section has one
 * option more than the table says, that carries the pointer; it is a function, and calling it is an error.
 */
#define CARRIER	"|"

static struct reading *
reading_of(const cfg_t *cfg)
{
	const cfg_opt_t *opt;

	for (opt = cfg == NULL ? NULL : cfg->opts; opt != NULL && opt->name != NULL; opt++)
		if (opt->type == CFGT_FUNC)
			return opt->simple_value.ptr == NULL ? NULL : *(struct reading **)(void *)opt->simple_value.ptr;
	return NULL;
}

static int
on_call(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	(void)argc;
	(void)argv;
	return conf_complain(cfg, "%s: no such setting", opt->name);
}

static cfg_opt_t
carrier_of(struct reading **reading)
{
	cfg_opt_t opt = CFG_FUNC(CARRIER, on_call);

	opt.flags = CFGF_NODEFAULT;
	opt.simple_value.ptr = (void **)(void *)reading;
	return opt;
}

/* What libconfuse found is told key first, as ours is, where it names a key. */
static void __attribute__((format(printf, 3, 0)))
in_our_words(char *words, size_t size, const char *fmt, va_list ap)
{
	if (strcmp(fmt, "no such option '%s'") == 0)
		(void)snprintf(words, size, "%s: no such setting; tuiding.conf(5) lists them", va_arg(ap, const char *));
	else if (strcmp(fmt, "found duplicate title '%s'") == 0)
		(void)snprintf(words, size, "policy: '%s' stands twice, once is expected", va_arg(ap, const char *));
	else if (strcmp(fmt, "missing equal sign after option '%s'") == 0)
		(void)snprintf(words, size, "%s: '=' is expected after it", va_arg(ap, const char *));
	else
		(void)vsnprintf(words, size, fmt, ap);
}

static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	struct reading *reading = reading_of(cfg);
	char words[ERR_MAX];

	if (reading == NULL || reading->err.text[0] != '\0')
		return;
	in_our_words(words, sizeof(words), fmt, ap);
	(void)err_set(&reading->err, "%s:%d: %s", cfg->filename != NULL ? cfg->filename : "-", cfg->line, words);
}

int
conf_complain(cfg_t *cfg, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	on_error(cfg, fmt, ap);
	va_end(ap);
	return -1;
}

void
conf_note_line(cfg_t *cfg, const struct conf_row *row)
{
	struct reading *reading = reading_of(cfg);

	if (reading != NULL)
		reading->line[row - conf_rows] = cfg->line;
}

/* ---- the table for libconfuse ------------------------------------------------------------------ */

static cfg_opt_t
option_of(const struct conf_row *row)
{
	char *text = (char *)(uintptr_t)row->otherwise;

	if (row->kind >= KIND_PATHS)
		return (cfg_opt_t)CFG_STR_LIST(row->name, text, CFGF_NONE);
	if (row->kind == KIND_NUMBER || row->kind == KIND_SIZE)
		return (cfg_opt_t)CFG_INT_CB(row->name, strtol(text, NULL, 10), CFGF_NONE, conf_parse_number);
	if (row->kind == KIND_FLOAT)
		return (cfg_opt_t)CFG_FLOAT_CB(row->name, text == NULL ? NAN : strtod(text, NULL), CFGF_NONE,
		    conf_parse_float);
	if (row->kind == KIND_BOOL)
		return (cfg_opt_t)CFG_BOOL_CB(row->name, strcmp(text, "yes") == 0 ? cfg_true : cfg_false, CFGF_NONE,
		    conf_parse_bool);
	return (cfg_opt_t)CFG_STR(row->name, text, CFGF_NONE);
}

/* *reading must live, and stay where it is, as long as the parser does. */
static cfg_t *
parser_new(struct reading **reading, const char *file)
{
	static const char *const cells[] = { "refused", "none", "correspondent", "consented", "unknown" };
	cfg_opt_t options[NROWS + 3] = { CFG_END() };
	cfg_opt_t policy[] = {
		CFG_STR("refused", NULL, CFGF_NODEFAULT), CFG_STR("none", NULL, CFGF_NODEFAULT),
		CFG_STR("correspondent", NULL, CFGF_NODEFAULT), CFG_STR("consented", NULL, CFGF_NODEFAULT),
		CFG_STR("unknown", NULL, CFGF_NODEFAULT), carrier_of(reading), CFG_END()
	};
	char path[64];
	cfg_t *cfg;
	size_t i;

	for (i = 0; i < NROWS; i++)
		options[i] = option_of(&conf_rows[i]);
	options[NROWS] = (cfg_opt_t)CFG_SEC("policy", policy, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	options[NROWS + 1] = carrier_of(reading);
	options[NROWS + 2] = (cfg_opt_t)CFG_END();
	cfg = cfg_init(options, CFGF_NONE);
	if (cfg == NULL || (cfg->filename = strdup(file)) == NULL) {
		(void)cfg_free(cfg);
		return NULL;
	}
	(void)cfg_set_error_function(cfg, on_error);
	for (i = 0; i < NROWS; i++)
		(void)cfg_set_validate_func(cfg, conf_rows[i].name, conf_check_row);
	(void)cfg_set_validate_func(cfg, "policy", conf_check_policy);
	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		(void)snprintf(path, sizeof(path), "policy|%s", cells[i]);
		(void)cfg_set_validate_func(cfg, path, conf_check_action);
	}
	return cfg;
}

/* ---- from libconfuse to ours ------------------------------------------------------------------- */

/* "path:line: key", or "path: key" of a default. */
static int
in_file(const struct conf *conf, const struct conf_row *row, int line, struct err *err)
{
	if (line == 0)
		return err_prefix(err, "%s: %s", conf->path, row->name);
	return err_prefix(err, "%s:%d: %s", conf->path, line, row->name);
}

static int
fill_string(struct conf *conf, const struct conf_row *row, const char *value, int line, struct err *err)
{
	char **string = (char **)(void *)((char *)conf + row->offset), out[512];

	if (row->kind == KIND_FILE_DOMAINS || row->kind == KIND_FILE_MAP || row->kind == KIND_FILE_LOGINS) {
		if (value[0] == '\0')
			return 0;
		return conf_list_from_file((struct conf_list *)(void *)string, row->kind, value, err) == 0 ? 0 :
		    in_file(conf, row, line, err);
	}
	if (row->kind == KIND_ADDRESS && value[0] != '\0' && conf_canonical(row->kind, value, out) == 0)
		value = out;
	*string = strdup(value);
	return *string == NULL ? err_set(err, "%s: no memory", row->name) : 0;
}

/* The place of the word is its value, from 1, in whatever enum the setting has. */
static void
fill_choice(struct conf *conf, const struct conf_row *row, const char *value)
{
	const char *const *words = conf_choice_words(row);
	int i;

	for (i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], value) == 0)
			*(int *)(void *)((char *)conf + row->offset) = i + 1;
}

static int
fill_row(struct conf *conf, const struct conf_row *row, cfg_t *cfg, int line, struct err *err)
{
	void *field = (char *)conf + row->offset;

	if (row->kind >= KIND_PATHS)
		return conf_list_fill(field, row->kind, cfg, row->name, err);
	if (row->kind == KIND_FLOAT)
		*(double *)field = cfg_getfloat(cfg, row->name);
	else if (row->kind == KIND_BOOL)
		*(bool *)field = cfg_getbool(cfg, row->name) == cfg_true;
	else if (row->kind == KIND_SIZE)
		*(size_t *)field = (size_t)cfg_getint(cfg, row->name);
	else if (row->kind == KIND_NUMBER)
		*(unsigned *)field = (unsigned)cfg_getint(cfg, row->name);
	else if (row->kind == KIND_CHOICE)
		fill_choice(conf, row, cfg_getstr(cfg, row->name));
	else
		return fill_string(conf, row, cfg_getstr(cfg, row->name), line, err);
	return 0;
}

static int
fill_policies(struct conf *conf, cfg_t *cfg, struct err *err)
{
	unsigned i, n = cfg_size(cfg, "policy");
	enum policy_standing standing;

	conf->policies = calloc(n + 1, sizeof(*conf->policies));
	if (conf->policies == NULL)
		return err_set(err, "policy: no memory");
	for (i = 0; i < n; i++) {
		cfg_t *section = cfg_getnsec(cfg, "policy", i);
		struct conf_policy *policy = &conf->policies[i];
		const char *title = cfg_title(section), *blank = strchr(title, ' ');
		char out[512];

		policy->direction = title[0] == 'i' ? DIRECTION_INBOUND : DIRECTION_OUTBOUND;
		if (blank != NULL && conf_canonical(KIND_DOMAINS, blank + 1, out) == 0)
			(void)snprintf(policy->domain, sizeof(policy->domain), "%.*s", ADDR_DOMAIN_MAX, out);
		policy->row = policy_default[policy->direction];
		for (standing = STANDING_REFUSED; standing < STANDING_MAX; standing++) {
			const char *value = cfg_getstr(section, policy_standing_name(standing));

			if (value != NULL)
				policy->row.action[standing] = policy_action_by_name(value);
		}
		conf->npolicies = i + 1;
	}
	return 0;
}

/* What is allowed, and surprises. */
static void
remark(const struct conf *conf, conf_warn_fn *warn, void *arg)
{
	if (warn == NULL)
		return;
	if (conf->authserv_id.n == 0)
		warn(arg, "authserv-id is empty: no message counts as authenticated, so no consent is honoured");
	if (conf->local_domains.n == 0)
		warn(arg, "local-domains is empty: no subject is tagged, and postmaster has no local domain");
	if (conf->reject_score < conf->required_score)
		warn(arg, "reject-score is below required-score: it has no effect");
}

/* The domain of addresses that come without one: the first the administrator wrote. */
static char *
first_domain(cfg_t *cfg)
{
	char out[512] = "";

	if (cfg_size(cfg, "local-domains") > 0)
		(void)conf_canonical(KIND_DOMAINS, cfg_getnstr(cfg, "local-domains", 0), out);
	return strdup(out);
}

/* Not set, the keys lie beside the ledger.  0, or -1. */
static int
key_beside(struct conf *conf, struct err *err)
{
	const char *path = strchr(conf->ledger, '/'), *slash = path == NULL ? NULL : strrchr(path, '/');
	char *key = NULL;

	if (slash == NULL)
		return 0;
	if (asprintf(&key, "%.*s/token.key", (int)(slash - path), path) < 0)
		return err_set(err, "token-key: no memory");
	free(conf->token_key);
	conf->token_key = key;
	return 0;
}

static int
conf_fill(struct conf *conf, cfg_t *cfg, const struct reading *reading, struct err *err)
{
	const struct conf_row *row;

	for (row = conf_rows; row->name != NULL; row++)
		if (fill_row(conf, row, cfg, reading->line[row - conf_rows], err) != 0)
			return -1;
	if (isnan(conf->reject_score))
		conf->reject_score = conf->required_score;
	conf->default_domain = first_domain(cfg);
	if (conf->default_domain == NULL)
		return err_set(err, "local-domains: no memory");
	if (reading->line[conf_row_named("token-key") - conf_rows] == 0 && key_beside(conf, err) != 0)
		return -1;
	return fill_policies(conf, cfg, err);
}

/* 0, or -1 with err. */
static int
parse(cfg_t *cfg, const char *path, const struct reading *reading, struct err *err)
{
	FILE *file = NULL;
	char *text = NULL;
	size_t len;
	int ret = -1;

	if (conf_text_read(path, &text, &len, err) != 0)
		return -1;
	file = fmemopen(text, len, "r");
	if (file == NULL)
		(void)err_set(err, "no memory for the configuration");
	else if (cfg_parse_fp(cfg, file) == CFG_SUCCESS && reading->err.text[0] == '\0')
		ret = 0;
	else if (reading->err.text[0] != '\0')
		(void)err_set(err, "%s", reading->err.text);
	else
		(void)err_set(err, "%s:%d: a setting is expected", path, cfg->line);
	if (file != NULL)
		(void)fclose(file);
	free(text);
	return ret;
}

int
conf_read(const char *path, conf_warn_fn *warn, void *arg, struct conf **conf_r, struct err *err)
{
	struct reading reading = { .err = { "" } }, *pointer = &reading;
	struct conf *conf = NULL;
	cfg_t *cfg = NULL;
	int ret = -1;

	conf = calloc(1, sizeof(*conf));
	if (conf == NULL || (conf->path = strdup(path)) == NULL || (cfg = parser_new(&pointer, path)) == NULL) {
		(void)err_set(err, "no memory for the configuration");
		goto out;
	}
	if (parse(cfg, path, &reading, err) != 0 || conf_fill(conf, cfg, &reading, err) != 0)
		goto out;
	remark(conf, warn, arg);
	*conf_r = conf;
	conf = NULL;
	ret = 0;
out:
	if (cfg != NULL)
		(void)cfg_free(cfg);
	conf_free(conf);
	return ret;
}

void
conf_free(struct conf *conf)
{
	const struct conf_row *row;

	if (conf == NULL)
		return;
	for (row = conf_rows; row->name != NULL; row++) {
		void *field = (char *)conf + row->offset;

		if (row->kind >= KIND_PATHS || row->kind == KIND_FILE_DOMAINS || row->kind == KIND_FILE_MAP ||
		    row->kind == KIND_FILE_LOGINS)
			conf_list_clear(field);
		else if (row->kind < KIND_NUMBER && row->kind != KIND_CHOICE)
			free(*(char **)field);
	}
	free(conf->default_domain);
	free(conf->policies);
	free(conf->path);
	free(conf);
}
