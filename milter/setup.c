/*
 * setup.c - from a configuration to a working judge.
 *
 * Floor 4.  The only place where conf.h's fields become other modules' settings.
 */
#include <stdlib.h>
#include <string.h>
#include "setup.h"

void
setup_libraries(void)
{
	mime_init();
	text_init();
}

int
setup_ledger(const struct conf *conf, bool read_only, struct ledger **ledger_r, struct err *err)
{
	const struct ledger_settings settings = {
		.readers = conf->ledger_readers,
		.busy_ms = conf->ledger_timeout,
		.read_only = read_only,
	};

	return ledger_open(conf->ledger, &settings, ledger_r, err);
}

int
setup_rules(const struct conf *conf, rules_warn_fn *warn, void *arg, struct judge_rules **rules_r, struct err *err)
{
	struct match_limits limits = match_limits_default;

	limits.steps = conf->match_limit;
	if (judge_rules_new((const char *const *)conf->rules.item, conf->rules.n, &limits, warn, arg, rules_r, err) != 0)
		return -1;
	if (rules_count(judge_rules_set(*rules_r)) > 0)
		return 0;
	judge_rules_free(*rules_r);		/* without rules all advertising would flow, and nobody be told */
	*rules_r = NULL;
	return err_set(err, "rules: not one rule could be read");
}

static struct judge_list
list_of(const struct conf_list *list)
{
	return (struct judge_list){ .item = (const char *const *)list->item, .n = list->n };
}

static enum judge_mixed
mixed_of(enum conf_mixed mixed)
{
	static const enum judge_mixed to[] = {
		[CONF_MIXED_NONE] = JUDGE_MIXED_NONE,
		[CONF_MIXED_TEMPFAIL_ONCE] = JUDGE_MIXED_TEMPFAIL_ONCE,
		[CONF_MIXED_REMOVE] = JUDGE_MIXED_REMOVE,
		[CONF_MIXED_TAG] = JUDGE_MIXED_TAG,
		[CONF_MIXED_REJECT] = JUDGE_MIXED_REJECT,
	};

	return to[mixed];
}

static struct judge_settings
settings_of(const struct conf *conf)
{
	struct judge_settings set = {
		.mode = conf->mode,
		.required_score = conf->required_score, .reject_score = conf->reject_score,
		.local_domains = list_of(&conf->local_domains), .internal_hosts = list_of(&conf->internal_hosts),
		.gateway_hosts = list_of(&conf->gateway_hosts),
		.trusted_forwarders = list_of(&conf->trusted_forwarders),
		.exempt_clients = list_of(&conf->exempt_clients), .trusted_lists = list_of(&conf->trusted_lists),
		.exempt_senders = list_of(&conf->exempt_senders),
		.exempt_recipients = list_of(&conf->exempt_recipients),
		.forwarded_recipients = list_of(&conf->forwarded_recipients),
		.authserv_ids = list_of(&conf->authserv_id),
		.public_mail_domains = list_of(&conf->public_mail_domains),
		.recipient_map = list_of(&conf->recipient_map), .recipient_delimiter = conf->recipient_delimiter,
		.default_domain = conf->default_domain,
		.command_address = conf->command_address, .complaint_address = conf->complaint_address,
		.mixed = mixed_of(conf->mixed), .outbound_mixed = mixed_of(conf->outbound_mixed),
		.subject_tag = conf->subject_tag, .header_other = conf->header_other,
		.reject_text = conf->reject_text, .tempfail_text = conf->tempfail_text, .mixed_text = conf->mixed_text,
		.default_charset = conf->default_charset, .mime = mime_limits_default,
		.offer = conf->offer, .outbound_offer = conf->outbound_offer, .outbound_label = conf->outbound_label,
		.login_map = list_of(&conf->login_map), .trusted_submitters = list_of(&conf->trusted_submitters),
		.shared_recipients = list_of(&conf->shared_recipients),
		.unproven_refusals = conf->unauthenticated_refusals == CONF_UNPROVEN_ACCEPT,
		.commands_per_hour = conf->commands_per_hour,
		.client_commands_per_hour = conf->client_commands_per_hour,
		.correspondent_days = conf->correspondent_days, .confirmations_per_day = conf->confirmations_per_day,
		.evidence_max = conf->evidence_max_size,
		.measures = conf->measure == CONF_MEASURE_DOVEADM || conf->measure == CONF_MEASURE_COMMAND,
	};

	set.mime.octets = conf->max_scan_size;
	set.mime.header = conf->max_header_size;
	set.mime.parts = conf->max_parts;
	set.mime.depth = conf->max_depth;
	return set;
}

/* The keys of the way out.  Not there is a remark, not a failure: mail flows without it.  0, or -1. */
static int
setup_keys(const struct conf *conf, rules_warn_fn *warn, void *arg, struct token_keys **keys_r, struct err *err)
{
	int ret;

	*keys_r = NULL;
	if (conf->token_key[0] == '\0')
		return 0;
	ret = token_keys_open(conf->token_key, keys_r, err);
	if (ret == 0 && warn != NULL)
		warn(arg, conf->token_key, 0, NULL, "there is no token key: no way out is offered, and nobody counts as a "
		    "correspondent; tuiding ledger init makes one");
	return ret < 0 ? -1 : 0;
}

int
setup_judge(const struct conf *conf, struct ledger *ledger, struct judge_split *split, struct judge_rate *rate,
    rules_warn_fn *warn, void *arg, struct judge **judge_r, struct err *err)
{
	struct judge_settings set = settings_of(conf);
	struct judge_policy *policies = NULL;
	struct judge_rules *rules = NULL;
	size_t i;
	int ret;

	if (rate != NULL && setup_keys(conf, warn, arg, &set.keys, err) != 0)
		return -1;
	if (setup_rules(conf, warn, arg, &rules, err) != 0) {
		token_keys_free(set.keys);
		return -1;
	}
	if (conf->npolicies > 0) {
		policies = calloc(conf->npolicies, sizeof(*policies));
		if (policies == NULL) {
			judge_rules_free(rules);
			token_keys_free(set.keys);
			return err_set(err, "no memory for policies");
		}
	}
	for (i = 0; i < conf->npolicies; i++)
		policies[i] = (struct judge_policy){
			.direction = conf->policies[i].direction,
			.domain = conf->policies[i].domain,
			.row = conf->policies[i].row,
		};
	set.policies = policies;
	set.npolicies = conf->npolicies;
	set.ledger = ledger;
	set.split = split;
	set.rate = rate;
	ret = judge_new(&set, rules, judge_r, err);
	free(policies);
	return ret;
}

void
setup_prune(const struct conf *conf, int64_t now, struct ledger_prune *prune_r)
{
	const int64_t day = 24LL * 3600 * 1000;
	unsigned logs = conf->retention_days > SETUP_LOG_DAYS ? conf->retention_days : SETUP_LOG_DAYS;

	*prune_r = (struct ledger_prune){
		.now = now, .decisions_before = now - (int64_t)conf->retention_days * day,
		.evidence_before = now - (int64_t)conf->retention_days * day,
		.talk_before = now - (int64_t)conf->correspondent_days * day,
		.letters_before = now - (int64_t)logs * day, .access_before = now - (int64_t)logs * day,
	};
}
