/*
 * rules_foreign.c - what SpamAssassin's files say that is not ours to do.
 *
 * Floor 2.  Pure tables.  A directive in none of them is unknown: most likely a slip of the pen.
 */
#include <string.h>
#include <glib.h>
#include "rules_build.h"

/* Lines about rules that change nothing here: order of running, other people's bookkeeping. */
static const char *const ignored[] = {
	"priority", "reuse", "version_tag",
};

/* Lines whose first word is a rule that they define by look-ups or code. */
static const char *const rule_makers[] = {
	"uridnsbl", "uridnssub", "urirhsbl", "urirhssub", "urinsrhsbl", "urinsrhssub", "urifullnsrhsbl",
	"urifullnsrhssub", "askdns", "uri_detail", "uri_block_cc", "uri_block_cont", "uri_block_cidr",
	"uri_block_isp", "url_shortener_check",
};

/* Settings; "*" at the end stands for any rest. */
static const char *const settings[] = {
	"add_*", "adsp_*", "all_spam_to", "allow_user_rules", "always_trust_*", "asn_*", "authres_*", "auto_*",
	"bayes_*", "blacklist_*", "blocklist_*", "body_part_scan_size", "check_*", "clear_*", "country_*", "dcc_*",
	"dccifd_*", "def_*", "default_*", "delist_*", "dkim_*", "dmarc_*", "dns_*", "enable_compat",
	"enlist_*", "envelope_sender_header", "extracttext_*", "fns_*", "fold_headers", "freemail_*", "geodb_*",
	"hashbl_*", "header_address_parser", "ignore_*", "inactive_*", "internal_networks", "ldap_*",
	"loadplugin", "lock_method", "max_*", "mbox_*", "mimeheader_*", "more_spam_to", "msa_networks",
	"normalize_charset", "ok_*", "olemacro_*", "original_*", "originating_*", "parse_dkim_uris", "phishing_*",
	"pyzor_*", "rawbody_part_scan_size", "razor_*", "rbl_*", "redirector_pattern", "remove_header",
	"report*", "required_*", "resource_*", "rewrite_*", "run_*", "shortcircuit*", "skip_*", "spamcop_*",
	"spamtrap_*", "spf_*", "do_not_use_*", "subjprefix", "textcat_*", "time_limit", "trigger_*",
	"trusted_networks", "tryplugin", "txrep_*", "unblacklist_*", "unblocklist_*", "unsafe_*",
	"unwelcomelist_*", "unwhitelist_*", "uri_country_*", "uri_host_*", "uri_block_exclude", "uridnsbl_*",
	"url_shortener*", "use_*", "user_*", "util_rb_*", "welcomelist_*", "whitelist_*",
};

static bool
listed(const char *const *list, size_t n, const char *key)
{
	size_t	i, len;

	for (i = 0; i < n; i++) {
		len = strlen(list[i]);
		if (list[i][len - 1] == '*' ? strncmp(key, list[i], len - 1) == 0 : strcmp(key, list[i]) == 0)
			return true;
	}
	return false;
}

enum rules_foreign
rules_foreign(const char *key)
{
	if (listed(ignored, G_N_ELEMENTS(ignored), key))
		return RULES_IGNORED;
	if (listed(rule_makers, G_N_ELEMENTS(rule_makers), key))
		return RULES_UNSUPPORTED_RULE;
	if (listed(settings, G_N_ELEMENTS(settings), key))
		return RULES_UNSUPPORTED_SETTING;
	return RULES_UNKNOWN;
}
