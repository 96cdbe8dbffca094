/*
 * conf_rows.c - the one table of settings: name, kind, place, default, bounds.
 *
 * Floor 2, part of conf.  The manual and the shipped file are checked against the rows.
 */
#include <string.h>
#include "conf_private.h"

#define AT(field)	offsetof(struct conf, field)

static const char *const modes[] = { "observe", "enforce", NULL };
static const char *const unproven[] = { "accept", "ignore", NULL };
static const char *const measures[] = { "none", "doveadm", "command", NULL };
static const char *const logs[] = { "syslog", "stderr", NULL };
static const char *const all_mixes[] = { "tempfail-once", "remove", "tag", "reject", NULL };	/* enum conf_mixed */
static const char *const mixes[] = { "tempfail-once", "remove", "tag", NULL };
static const char *const outbound_mixes[] = { "reject", "remove", NULL };

#define REJECT_TEXT	"Commercial mail refused by the recipient, or sent without consent (ref {id}). Remove this " \
			"address from your list; see Art. 7, NPC Decision of 2012-12-28"
#define TEMPFAIL_TEXT	"Cannot check the recipient's consent now, please try again later (ref {id})"
#define MIXED_TEXT	"Recipients of this message need different answers, please send it again (ref {id})"
#define SPLIT_TEXT	"Please deliver to this recipient in a separate transaction"

const struct conf_row conf_rows[] = {
	/* name			  kind			field			   default	      min     max */
	{ "socket",		  KIND_SOCKET,		AT(socket),		   "unix:/run/tuiding/milter.sock", 0, 0, NULL },
	{ "user",		  KIND_STRING,		AT(user),		   "tuiding",		0, 0, NULL },
	{ "mode",		  KIND_CHOICE,		AT(mode),		   "observe",		0, 0, modes },
	{ "log",		  KIND_CHOICE,		AT(log),		   "syslog",		0, 0, logs },
	{ "ledger",		  KIND_LEDGER,		AT(ledger),		   "sqlite:/var/lib/tuiding/tuiding.db", 0, 0, NULL },
	{ "ledger-timeout",	  KIND_NUMBER,		AT(ledger_timeout),	   "2000",	      1, 30000, NULL },	/* ms */
	{ "ledger-readers",	  KIND_NUMBER,		AT(ledger_readers),	   "4",		      1, 64, NULL },
	{ "rules",		  KIND_PATHS,		AT(rules),		   "{\"" PKGDATADIR "/rules\", \"" SYSCONFDIR "/tuiding/rules.d\"}", 0, 0, NULL },
	{ "required-score",	  KIND_FLOAT,		AT(required_score),	   "5.0",	      0.01, 1000, NULL },
	{ "reject-score",	  KIND_FLOAT,		AT(reject_score),	   NULL,	      0, 1000, NULL },	/* NULL: required-score */
	{ "match-limit",	  KIND_NUMBER,		AT(match_limit),	   "200000",	      1000, 100000000, NULL },
	{ "local-domains",	  KIND_DOMAINS,		AT(local_domains),	   "{}",	      0, 0, NULL },
	{ "internal-hosts",	  KIND_NETS,		AT(internal_hosts),	   "{\"127.0.0.0/8\", \"::1\"}", 0, 0, NULL },
	{ "gateway-hosts",	  KIND_NETS,		AT(gateway_hosts),	   "{}",	      0, 0, NULL },
	{ "trusted-forwarders",	  KIND_NETS,		AT(trusted_forwarders),	   "{}",	      0, 0, NULL },
	{ "trusted-lists",	  KIND_LISTS,		AT(trusted_lists),	   "{}",	      0, 0, NULL },
	{ "exempt-clients",	  KIND_NETS,		AT(exempt_clients),	   "{}",	      0, 0, NULL },
	{ "exempt-senders",	  KIND_SENDERS,		AT(exempt_senders),	   "{}",	      0, 0, NULL },
	{ "exempt-recipients",	  KIND_RECIPIENTS,	AT(exempt_recipients),	   "{}",	      0, 0, NULL },
	{ "forwarded-recipients", KIND_RECIPIENTS,	AT(forwarded_recipients),  "{}",	      0, 0, NULL },
	{ "authserv-id",	  KIND_WORDS,		AT(authserv_id),	   "{}",	      0, 0, NULL },
	{ "public-mail-domains",  KIND_FILE_DOMAINS,	AT(public_mail_domains),   PKGDATADIR "/public-mail-domains", 0, 0, NULL },
	{ "recipient-delimiter",  KIND_DELIMITER,	AT(recipient_delimiter),   "+",		      0, 0, NULL },
	{ "recipient-map",	  KIND_FILE_MAP,	AT(recipient_map),	   "",		      0, 0, NULL },
	{ "command-address",	  KIND_ADDRESS,		AT(command_address),	   "",		      0, 0, NULL },
	{ "complaint-address",	  KIND_ADDRESS,		AT(complaint_address),	   "",		      0, 0, NULL },
	{ "token-key",		  KIND_PATH,		AT(token_key),		   "/var/lib/tuiding/token.key", 0, 0, NULL },
	{ "offer",		  KIND_BOOL,		AT(offer),		   "yes",		0, 0, NULL },
	{ "outbound-offer",	  KIND_BOOL,		AT(outbound_offer),	   "no",		0, 0, NULL },
	{ "outbound-label",	  KIND_BOOL,		AT(outbound_label),	   "no",		0, 0, NULL },
	{ "login-map",		  KIND_FILE_LOGINS,	AT(login_map),		   "",			0, 0, NULL },
	{ "trusted-submitters",	  KIND_NETS,		AT(trusted_submitters),	   "{}",		0, 0, NULL },
	{ "shared-recipients",	  KIND_RECIPIENTS,	AT(shared_recipients),	   "{}",		0, 0, NULL },
	{ "unauthenticated-refusals", KIND_CHOICE,	AT(unauthenticated_refusals), "accept",		0, 0, unproven },
	{ "commands-per-hour",	  KIND_NUMBER,		AT(commands_per_hour),	   "20",	      1, 100000, NULL },
	{ "client-commands-per-hour", KIND_NUMBER,	AT(client_commands_per_hour), "200",	      1, 1000000, NULL },
	{ "correspondent-days",	  KIND_NUMBER,		AT(correspondent_days),	   "30",	      0, 3650, NULL },
	{ "confirmations-per-day", KIND_NUMBER,		AT(confirmations_per_day), "5",		      1, 10000, NULL },
	{ "notify-relay",	  KIND_RELAY,		AT(notify_relay),	   "smtp://127.0.0.1:25", 0, 0, NULL },
	{ "notify-timeout",	  KIND_NUMBER,		AT(notify_timeout),	   "60",	      1, 600, NULL },	/* seconds */
	{ "templates",		  KIND_PATH,		AT(templates),		   PKGDATADIR "/templates", 0, 0, NULL },
	{ "complaint-days",	  KIND_NUMBER,		AT(complaint_days),	   "15",	      1, 3650, NULL },
	{ "evidence-max-size",	  KIND_SIZE,		AT(evidence_max_size),	   "1048576",	      1024, 1 << 26, NULL },	/* octets */
	{ "retention-days",	  KIND_NUMBER,		AT(retention_days),	   "180",	      1, 36500, NULL },
	{ "measure",		  KIND_CHOICE,		AT(measure),		   "none",		0, 0, measures },
	{ "measure-command",	  KIND_WORDS,		AT(measure_command),	   "{}",		0, 0, NULL },
	{ "measure-timeout",	  KIND_NUMBER,		AT(measure_timeout),	   "60",	      1, 3600, NULL },	/* seconds */
	{ "doveadm-url",	  KIND_STRING,		AT(doveadm_url),	   "http://127.0.0.1:8080/doveadm/v1", 0, 0, NULL },
	{ "doveadm-key",	  KIND_PATH,		AT(doveadm_key),	   "/etc/tuiding/doveadm.key", 0, 0, NULL },
	{ "operator",		  KIND_STRING,		AT(operator),		   "",			0, 0, NULL },
	{ "control-socket",	  KIND_PATH,		AT(control_socket),	   "/run/tuiding/control.sock", 0, 0, NULL },
	{ "mixed",		  KIND_CHOICE,		AT(mixed),		   "tempfail-once",   0, 0, mixes },
	{ "outbound-mixed",	  KIND_CHOICE,		AT(outbound_mixed),	   "reject",	      0, 0, outbound_mixes },
	{ "subject-tag",	  KIND_STRING,		AT(subject_tag),	   "[广告] ",	      0, 0, NULL },
	{ "header-other",	  KIND_BOOL,		AT(header_other),	   "yes",	      0, 0, NULL },
	{ "reject-text",	  KIND_TEXT,		AT(reject_text),	   REJECT_TEXT,	      0, 0, NULL },
	{ "tempfail-text",	  KIND_TEXT,		AT(tempfail_text),	   TEMPFAIL_TEXT,     0, 0, NULL },
	{ "mixed-text",		  KIND_TEXT,		AT(mixed_text),		   MIXED_TEXT,	      0, 0, NULL },
	{ "split-text",		  KIND_TEXT,		AT(split_text),		   SPLIT_TEXT,	      0, 0, NULL },
	{ "default-charset",	  KIND_CHARSET,		AT(default_charset),	   "GB18030",	      0, 0, NULL },
	{ "max-scan-size",	  KIND_SIZE,		AT(max_scan_size),	   "1048576",	      4096, 1 << 28, NULL },	/* octets */
	{ "max-header-size",	  KIND_SIZE,		AT(max_header_size),	   "65536",	      998, 1 << 20, NULL },	/* octets of a field */
	{ "max-parts",		  KIND_NUMBER,		AT(max_parts),		   "200",	      1, 10000, NULL },
	{ "max-depth",		  KIND_NUMBER,		AT(max_depth),		   "20",	      1, 100, NULL },
	{ "max-connections",	  KIND_NUMBER,		AT(max_connections),	   "1000",	      1, 100000, NULL },
	{ NULL, KIND_STRING, 0, NULL, 0, 0, NULL }
};

_Static_assert(sizeof(conf_rows) / sizeof(conf_rows[0]) == CONF_ROWS + 1, "CONF_ROWS counts the rows");

const char *const *
conf_choice_words(const struct conf_row *row)
{
	return row->words == mixes || row->words == outbound_mixes ? all_mixes : row->words;
}

const struct conf_row *
conf_row_named(const char *name)
{
	const struct conf_row *row;

	for (row = conf_rows; row->name != NULL; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}
