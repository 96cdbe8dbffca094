/*
 * conf.h - the configuration: what tuiding.conf says, checked, with defaults filled in.
 *
 * Floor 2.  libconfuse stays behind this line.  Immutable once read.  Only floors 4 and 5 know this header;
 * they hand down what each module needs.  Every key is documented in tuiding.conf(5).
 */
#ifndef TUIDING_CONF_H
#define TUIDING_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"
#include "policy.h"

struct conf_list {
	char	**item;			/* NULL-terminated */
	size_t	  n;
};

enum conf_mixed { CONF_MIXED_NONE, CONF_MIXED_TEMPFAIL_ONCE, CONF_MIXED_REMOVE, CONF_MIXED_TAG, CONF_MIXED_REJECT };

enum conf_unproven { CONF_UNPROVEN_NONE, CONF_UNPROVEN_ACCEPT, CONF_UNPROVEN_IGNORE };
enum conf_measure { CONF_MEASURE_UNSET, CONF_MEASURE_NONE, CONF_MEASURE_DOVEADM, CONF_MEASURE_COMMAND };
enum conf_log { CONF_LOG_UNSET, CONF_LOG_SYSLOG, CONF_LOG_STDERR };

/* policy inbound { … }, policy outbound { … }, policy "outbound shop.example" { … } */
struct conf_policy {
	enum policy_direction	direction;
	char			domain[ADDR_DOMAIN_MAX + 1];	/* sender domain it is for; "": all */
	struct policy_row	row;
};

struct conf {
	char			*path;			/* of the file read */
	char			*socket, *user, *ledger;
	enum conf_log		 log;
	enum policy_mode	 mode;
	struct conf_list	 rules;
	double			 required_score, reject_score;
	struct conf_list	 local_domains;		/* canonical, sorted */
	char			*default_domain;	/* the first of them as written; "" when there is none */
	struct conf_list	 internal_hosts, gateway_hosts, trusted_forwarders;	/* networks */
	struct conf_list	 trusted_lists;		/* List-Ids, canonical, no brackets */
	struct conf_list	 exempt_clients;	/* networks */
	struct conf_list	 exempt_senders;	/* sender keys */
	struct conf_list	 exempt_recipients;	/* recipient keys, or "@domain" */
	struct conf_list	 forwarded_recipients;	/* the same */
	struct conf_list	 authserv_id;
	struct conf_list	 public_mail_domains;	/* canonical, sorted; read from the file named */
	struct conf_list	 recipient_map;		/* pairs: alias, mailbox, alias, mailbox …; sorted by alias */
	char			*recipient_delimiter;
	char			*command_address, *complaint_address;	/* "": none */
	char			*token_key;		/* file of keys; "": no tokens, no way out */
	bool			 offer;			/* the way out on commercial mail let in */
	bool			 outbound_offer, outbound_label;	/* and on our own; with the label in the subject */
	struct conf_list	 login_map;		/* pairs: SASL login, mailbox; sorted by login */
	struct conf_list	 trusted_submitters;	/* networks whose From is believed without a login */
	struct conf_list	 shared_recipients;	/* mailboxes of several people: no token, no command */
	enum conf_unproven	 unauthenticated_refusals;
	unsigned		 commands_per_hour, client_commands_per_hour;
	unsigned		 correspondent_days, confirmations_per_day;
	char			*notify_relay, *templates;
	unsigned		 notify_timeout;	/* seconds */
	unsigned		 complaint_days, retention_days;
	size_t			 evidence_max_size;	/* octets */
	enum conf_measure	 measure;
	struct conf_list	 measure_command;	/* argv */
	unsigned		 measure_timeout;	/* seconds */
	char			*doveadm_url, *doveadm_key, *operator, *control_socket;
	struct conf_policy	*policies;
	size_t			 npolicies;
	enum conf_mixed		 mixed, outbound_mixed;
	char			*subject_tag;
	bool			 header_other;		/* X-Tuiding on class "other" too */
	char			*reject_text, *tempfail_text, *mixed_text, *split_text;
	char			*default_charset;
	size_t			 max_scan_size;		/* octets */
	unsigned		 max_parts, max_depth;
	size_t			 max_header_size;	/* octets of one field */
	unsigned		 max_connections;
	unsigned		 ledger_timeout;	/* ms */
	unsigned		 ledger_readers;
	unsigned		 match_limit;		/* PCRE2 steps */
};

/* A remark that does not stop the start (no authserv-id: no consent will be honoured). */
typedef void	conf_warn_fn(void *arg, const char *what);

/*
 * Reads and checks the file.  0 and *conf_r; -1 with "file:line: key: what was expected" in err for an unknown
 * key, a wrong type or value, an unreadable file it names.
 */
int	conf_read(const char *path, conf_warn_fn *warn, void *arg, struct conf **conf_r, struct err *err);
void	conf_free(struct conf *conf);			/* NULL is fine */


#endif
