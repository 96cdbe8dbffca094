/*
 * judge_settings.c - the judge's own copy of its settings, and the questions asked of them.
 *
 * Floor 3.5, part of judge.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "judge_private.h"

/* Where the strings and lists of struct judge_settings lie: one row each, so that copy and clear agree. */
#define STRING(field)	{ offsetof(struct judge_settings, field), false }
#define LIST(field)	{ offsetof(struct judge_settings, field), true }
static const struct {
	size_t	offset;
	bool	list;
} owned[] = {
	LIST(local_domains), LIST(internal_hosts), LIST(gateway_hosts), LIST(trusted_forwarders),
	LIST(exempt_clients), LIST(trusted_lists), LIST(exempt_senders), LIST(exempt_recipients),
	LIST(forwarded_recipients), LIST(shared_recipients), LIST(login_map), LIST(trusted_submitters), LIST(authserv_ids), LIST(public_mail_domains), LIST(recipient_map),
	STRING(recipient_delimiter), STRING(default_domain), STRING(command_address), STRING(complaint_address), STRING(subject_tag),
	STRING(reject_text), STRING(tempfail_text), STRING(mixed_text), STRING(default_charset),
};
#define NOWNED	(sizeof(owned) / sizeof(owned[0]))

static const char **
string_at(struct judge_settings *set, size_t i)
{
	return (const char **)(void *)((char *)set + owned[i].offset);
}

static struct judge_list *
list_at(struct judge_settings *set, size_t i)
{
	return (struct judge_list *)(void *)((char *)set + owned[i].offset);
}

static void
list_clear(struct judge_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free((void *)(uintptr_t)list->item[i]);
	free((void *)(uintptr_t)list->item);
	*list = (struct judge_list){ NULL, 0 };
}

static int
list_copy(struct judge_list *list)
{
	const char *const *from = list->item;
	size_t i, n = list->n;
	const char **item;

	*list = (struct judge_list){ NULL, 0 };
	if (n == 0)
		return 0;
	item = calloc(n, sizeof(*item));
	if (item == NULL)
		return -1;
	list->item = (const char *const *)item;
	for (i = 0; i < n; i++) {
		item[i] = strdup(from[i]);
		if (item[i] == NULL)
			return -1;
		list->n = i + 1;
	}
	return 0;
}

static int
policies_copy(struct judge_settings *set)
{
	const struct judge_policy *from = set->policies;
	size_t i, n = set->npolicies;
	struct judge_policy *policy;

	set->policies = NULL;
	set->npolicies = 0;
	if (n == 0)
		return 0;
	policy = calloc(n, sizeof(*policy));
	if (policy == NULL)
		return -1;
	set->policies = policy;
	for (i = 0; i < n; i++) {
		policy[i] = from[i];
		policy[i].domain = strdup(from[i].domain == NULL ? "" : from[i].domain);
		if (policy[i].domain == NULL)
			return -1;
		set->npolicies = i + 1;
	}
	return 0;
}

int
judge_settings_copy(struct judge_settings *to, const struct judge_settings *from, struct err *err)
{
	bool failed = false;
	const char **string;
	size_t i;

	*to = *from;
	for (i = 0; i < NOWNED; i++) {		/* every pointer becomes ours or NULL before any return */
		if (owned[i].list) {
			if (list_copy(list_at(to, i)) != 0)
				failed = true;
			continue;
		}
		string = string_at(to, i);
		*string = strdup(*string == NULL ? "" : *string);
		if (*string == NULL)
			failed = true;
	}
	if (policies_copy(to) != 0)
		failed = true;
	return failed ? err_set(err, "no memory for the settings") : 0;
}

void
judge_settings_clear(struct judge_settings *set)
{
	size_t i;

	for (i = 0; i < NOWNED; i++) {
		if (owned[i].list)
			list_clear(list_at(set, i));
		else
			free((void *)(uintptr_t)*string_at(set, i));
	}
	for (i = 0; i < set->npolicies; i++)
		free((void *)(uintptr_t)set->policies[i].domain);
	free((void *)(uintptr_t)set->policies);
	memset(set, 0, sizeof(*set));
}

static int
compare(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

bool
judge_list_has(const struct judge_list *sorted, const char *item)
{
	return sorted->n > 0 && bsearch(item, sorted->item, sorted->n, sizeof(*sorted->item), compare) != NULL;
}

bool
judge_list_has_net(const struct judge_list *nets, const char *address)
{
	size_t i;

	if (address == NULL)
		return false;
	for (i = 0; i < nets->n; i++)
		if (addr_net_has(nets->item[i], address) == 1)
			return true;
	return false;
}

bool
judge_list_has_recipient(const struct judge_list *list, const char *key)
{
	const char *domain = addr_domain_of(key);
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (list->item[i][0] == '@' ? domain != NULL && addr_domain_under(domain, list->item[i] + 1) :
		    strcmp(list->item[i], key) == 0)
			return true;
	}
	return false;
}

bool
judge_is_internal(const struct judge *judge, const char *client, const char *login)
{
	if (login != NULL && *login != '\0')
		return true;
	if (client == NULL)
		return true;			/* the local sendmail command */
	return !judge_list_has_net(&judge->set.gateway_hosts, client) &&
	    judge_list_has_net(&judge->set.internal_hosts, client);
}

bool
judge_is_local(const struct judge *judge, const char *key)
{
	const char *domain = addr_domain_of(key);

	return domain != NULL && judge_list_has(&judge->set.local_domains, domain);
}

struct map_pair {
	const char	*alias, *mailbox;
};

static int
compare_alias(const void *key, const void *pair)
{
	return strcmp(key, ((const struct map_pair *)pair)->alias);
}

bool
judge_recipient_key(const struct judge *judge, const char *rcpt, char key[ADDR_MAX + 1])
{
	const struct judge_list *map = &judge->set.recipient_map;
	const struct map_pair *pair;
	const char *default_domain;

	key[0] = '\0';
	default_domain = judge->set.default_domain[0] != '\0' ? judge->set.default_domain : NULL;
	if (addr_rcpt_key(rcpt, judge->set.recipient_delimiter, default_domain, key) != 1) {
		key[0] = '\0';
		return false;
	}
	_Static_assert(sizeof(struct map_pair) == 2 * sizeof(char *), "the map is pairs of strings");
	if (map->n < 2)
		return true;
	pair = bsearch(key, map->item, map->n / 2, sizeof(*pair), compare_alias);
	if (pair != NULL)
		(void)snprintf(key, ADDR_MAX + 1, "%s", pair->mailbox);
	return true;
}

void
judge_envelope_key(const char *sender, char out[ADDR_MAX + 1])
{
	if (sender == NULL || addr_mailbox(sender, strlen(sender), out) != 1)
		out[0] = '\0';
}

bool
judge_recipient_exempt(const struct judge *judge, const char *rcpt, const char *key)
{
	static const char *const always[] = { "postmaster@", "abuse@" };	/* RFC 5321 4.5.1, RFC 2142 */
	struct judge_desk_address desk;
	size_t i;

	if (strcasecmp(rcpt, "<postmaster>") == 0 || strcasecmp(rcpt, "postmaster") == 0)
		return true;
	if (key[0] == '\0')
		return false;
	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (strncmp(key, always[i], strlen(always[i])) == 0 && judge_is_local(judge, key))
			return true;
	judge_desk_of(judge, rcpt, &desk);
	return desk.desk != DESK_NONE || judge_list_has_recipient(&judge->set.exempt_recipients, key);
}
