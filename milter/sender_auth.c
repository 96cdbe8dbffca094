/*
 * sender_auth.c - what our own verifiers say about a message, added up, and what it proves.
 *
 * Floor 2, part of sender.  Fails closed: too much said, or two things said, prove nothing.
 */
#include "sender_auth.h"
#include <stdlib.h>
#include <string.h>
#include <glib.h>

static const char *const method_names[METHOD_MAX] = {
	[METHOD_DMARC] = "dmarc",
	[METHOD_DKIM] = "dkim",
	[METHOD_SPF] = "spf",
};

static enum sender_method
method_by_name(const char *name)
{
	for (size_t i = 1; i < METHOD_MAX; i++)
		if (strcmp(method_names[i], name) == 0)
			return (enum sender_method)i;
	return METHOD_NONE;
}

static int
compare(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

bool
sender_listed(const char *const *list, size_t n, const char *domain)
{
	if (n == 0)
		return false;
	for (const char *p = domain; p != NULL; p = strchr(p, '.')) {
		if (p != domain)
			p++;
		if (bsearch(p, list, n, sizeof(*list), compare) != NULL)
			return true;
	}
	return false;
}

bool
sender_is_public(const struct sender_settings *settings, const char *domain)
{
	return sender_listed(settings->public_mail_domains, settings->npublic_mail_domains, domain);
}

bool
sender_aligned(const struct sender_settings *settings, const char *a, const char *b)
{
	char	org_a[ADDR_DOMAIN_MAX + 1], org_b[ADDR_DOMAIN_MAX + 1];

	if (strcmp(a, b) == 0)
		return true;
	if (sender_is_public(settings, a) || sender_is_public(settings, b))
		return false;
	if (addr_org_domain(a, org_a) != 1 || addr_org_domain(b, org_b) != 1)
		return false;
	return strcmp(org_a, org_b) == 0;
}

/* The verdict on that method and domain, a new one if need be; NULL when there is no room. */
static struct sender_verdict *
verdict_for(struct sender_auth *auth, enum sender_method method, const char *domain)
{
	struct sender_verdict	*v;

	for (size_t i = 0; i < auth->n; i++) {
		v = &auth->verdicts[i];
		if (v->method == method && strcmp(v->domain, domain) == 0)
			return v;
	}
	if (auth->n == SENDER_AUTH_MAX)
		return NULL;
	v = &auth->verdicts[auth->n++];
	*v = (struct sender_verdict){ .method = method };
	(void)g_strlcpy(v->domain, domain, sizeof(v->domain));
	return v;
}

static void
auth_add(struct sender_auth *auth, const struct sender_result *result)
{
	enum sender_method	 method = method_by_name(result->method);
	struct sender_verdict	*v;

	if (method == METHOD_NONE)
		return;
	if (result->domain[0] == '\0') {
		if (method == METHOD_DKIM && strcmp(result->result, "none") == 0)
			auth->unsigned_mail = true;
		return;
	}
	v = verdict_for(auth, method, result->domain);
	if (v == NULL) {
		auth->overflow = true;
		return;
	}
	if (strcmp(result->result, "pass") == 0)
		v->pass = true;
	else
		v->fail = true;
	v->hard = v->hard || strcmp(result->result, "fail") == 0;
}

static bool
is_ours(const struct sender_settings *settings, const char *authserv_id)
{
	for (size_t i = 0; i < settings->nauthserv_ids; i++)
		if (g_ascii_strcasecmp(settings->authserv_ids[i], authserv_id) == 0)
			return true;
	return false;
}

void
sender_auth_read(const struct sender_settings *settings, const struct sender_fields *fields,
    struct sender_auth *auth)
{
	struct sender_result	results[SENDER_AUTH_MAX + 1];
	char			id[256];

	auth->n = 0;
	auth->unsigned_mail = auth->overflow = false;
	if (settings->nauthserv_ids == 0)
		return;
	for (size_t i = 0; i < fields->nresults && !auth->overflow; i++) {
		int	n;

		n = sender_results_parse(fields->results[i], id, results, G_N_ELEMENTS(results));
		if (n < 0 || !is_ours(settings, id))
			continue;
		if (n > SENDER_AUTH_MAX)
			auth->overflow = true;	/* what was left out might contradict the rest */
		for (int r = 0; r < n; r++)
			auth_add(auth, &results[r]);
	}
}

bool
sender_auth_passed(const struct sender_auth *auth, const struct sender_verdict *verdict)
{
	if (auth->overflow || (auth->unsigned_mail && verdict->method == METHOD_DKIM))
		return false;
	return verdict->pass && !verdict->fail;
}

/*
 * Whether a DMARC verdict is about this From domain: header.from is that, or its organisation where
 * it has one.  Nobody else's result is.
 */
static bool
is_about(const struct sender_settings *settings, const struct sender_verdict *v, const char *domain)
{
	char	org[ADDR_DOMAIN_MAX + 1];

	if (v->method != METHOD_DMARC)
		return false;
	if (strcmp(v->domain, domain) == 0)
		return true;
	return !sender_is_public(settings, domain) && addr_org_domain(domain, org) == 1 &&
	    strcmp(v->domain, org) == 0;
}

enum sender_method
sender_auth_proves(const struct sender_settings *settings, const struct sender_auth *auth,
    const char *domain)
{
	enum sender_method	best = METHOD_NONE;

	for (size_t i = 0; i < auth->n; i++) {
		const struct sender_verdict	*v = &auth->verdicts[i];
		bool				 about = is_about(settings, v, domain);

		/* The domain's own owner says that what passed was not enough. */
		if (about && v->hard)
			return METHOD_NONE;
		if (v->method == METHOD_DMARC ? !about :
		    !sender_aligned(settings, domain, v->domain))
			continue;
		if (sender_auth_passed(auth, v) && (best == METHOD_NONE || v->method < best))
			best = v->method;
	}
	return best;
}
