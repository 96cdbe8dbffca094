/*
 * rules_cond.c - the conditions of "if" and "ifplugin", as SpamAssassin 4.0.1 without network would answer.
 *
 * Floor 2.  Pure: the answers are tables.  What we cannot do is answered "absent", never guessed.
 */
#include <string.h>
#include <glib.h>
#include "rules_build.h"

#define SPAMASSASSIN_VERSION		4.000001
#define PERL_VERSION	5.036000
#define PLUGIN		"Mail::SpamAssassin::Plugin::"
#define CONF		"Mail::SpamAssassin::Conf::"

/* Plugins whose directives we understand ourselves. */
static const char *const plugins[] = {
	PLUGIN "ReplaceTags",
	PLUGIN "MIMEHeader",
};

/* What can() and has() are asked about and our language does. */
static const char *const abilities[] = {
	CONF "feature_originating_ip_headers",
	CONF "feature_dns_local_ports_permit_avoid",
	CONF "feature_bayes_auto_learn_on_error",
	CONF "feature_uri_host_listed",
	CONF "feature_yesno_takes_args",
	CONF "feature_bug6558_free",
	CONF "feature_edns",
	CONF "feature_dns_query_restriction",
	CONF "feature_registryboundaries",
	CONF "feature_geodb",
	CONF "feature_dns_block_rule",
	CONF "feature_compile_regexp",
	CONF "feature_meta_rules_matching",
	CONF "feature_subjprefix",
	CONF "feature_bayes_stopwords",
	CONF "feature_blocklist_welcomelist",
	CONF "feature_welcomelist_blocklist",
	CONF "feature_header_address_parser",
	CONF "feature_local_tests_only",
	CONF "feature_header_first_last",
	CONF "feature_header_match_many",
	CONF "has_tflags_nosubject",
	CONF "has_tflags_nolog",
	CONF "perl_min_version_5010000",
	PLUGIN "MIMEHeader::has_all_header",
	PLUGIN "MIMEHeader::has_tflags_multiple",
};

static bool
listed(const char *const *list, size_t n, const char *name, size_t len)
{
	size_t	i;

	for (i = 0; i < n; i++) {
		if (strlen(list[i]) == len && memcmp(list[i], name, len) == 0)
			return true;
	}
	return false;
}

/* Reads "( Name::Of::Class )" behind a function's word. */
static int
read_argument(const char **rest, const char **name_r, size_t *len_r, struct err *err)
{
	const char	*c = *rest;

	while (g_ascii_isspace(*c))
		c++;
	if (*c++ != '(')
		return err_set(err, "condition wants '('");
	while (g_ascii_isspace(*c))
		c++;
	*name_r = c;
	while (g_ascii_isalnum(*c) || *c == '_' || *c == ':')
		c++;
	*len_r = (size_t)(c - *name_r);
	while (g_ascii_isspace(*c))
		c++;
	if (*c++ != ')' || *len_r == 0)
		return err_set(err, "condition wants a name and ')'");
	*rest = c;
	return 0;
}

static int
cond_word(void *arg, struct rules_expr *expr, const char *word, size_t len, const char **rest, struct err *err)
{
	struct rules_op	 op = { .code = OP_NUMBER };
	const char	*name = NULL;
	size_t		 name_len = 0;

	(void)arg;
	if (len == 7 && memcmp(word, "version", len) == 0) {
		op.number = SPAMASSASSIN_VERSION;
	} else if (len == 12 && memcmp(word, "perl_version", len) == 0) {
		op.number = PERL_VERSION;
	} else if (len == 16 && memcmp(word, "local_tests_only", len) == 0) {
		op.number = 1;
	} else if (len == 6 && memcmp(word, "plugin", len) == 0) {
		if (read_argument(rest, &name, &name_len, err) == -1)
			return -1;
		op.number = listed(plugins, G_N_ELEMENTS(plugins), name, name_len);
	} else if (len == 3 && (memcmp(word, "can", len) == 0 || memcmp(word, "has", len) == 0)) {
		if (read_argument(rest, &name, &name_len, err) == -1)
			return -1;
		op.number = listed(abilities, G_N_ELEMENTS(abilities), name, name_len);
	} else {
		return err_set(err, "condition has an unknown word '%.*s'", (int)(len > 60 ? 60 : len), word);
	}
	return rules_expr_emit(expr, op, err);
}

int
rules_cond(const char *text, struct err *err)
{
	struct rules_expr	*expr = NULL;
	double			 value;

	if (rules_expr_parse(text, cond_word, NULL, &expr, err) == -1)
		return -1;
	value = rules_expr_run(expr, NULL, NULL, NULL);
	rules_expr_free(expr);
	return value < 0 || value > 0;
}
