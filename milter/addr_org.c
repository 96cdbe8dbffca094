/*
 * addr_org.c - whose a domain is, and whose address an envelope sender was before it was rewritten.
 *
 * Floor 1.  Pure.  The public suffix list is the one libpsl was built with: no file is read.
 */
#include "addr.h"
#include <stdio.h>
#include <string.h>
#include <glib.h>
#include <libpsl.h>

#define UNWRAP_MAX	4	/* rewritings on top of each other; two are common */
#define TAG_MAX		32	/* octets of a BATV tag */

int
addr_org_domain(const char *domain, char out[ADDR_DOMAIN_MAX + 1])
{
	const char	*tld = strrchr(domain, '.');
	const char	*org;

	/* "10.1" is not the organisation of a 192.0.10.1 written without its brackets. */
	if (tld == NULL || domain[0] == '[' || tld[strspn(tld, ".0123456789")] == '\0')
		return 0;
	org = psl_registrable_domain(psl_builtin(), domain);
	if (org == NULL || strlen(org) > ADDR_DOMAIN_MAX)
		return 0;
	(void)g_strlcpy(out, org, ADDR_DOMAIN_MAX + 1);
	return 1;
}

/* Steps over a non-empty field that ends with '='; NULL when there is none. */
static const char *
skip_field(const char *text)
{
	size_t	n = strcspn(text, "=\"");

	return n > 0 && text[n] == '=' ? text + n + 1 : NULL;
}

/* "srs0=hash=time=domain=local", the first '=' maybe '+' or '-': writes "local@domain". */
static bool
unwrap_srs(const char *mailbox, char out[ADDR_MAX + 1])
{
	const char	*p = mailbox + 4, *host, *at;
	char		 path[ADDR_MAX + 1];
	int		 n;

	if (strncmp(mailbox, "srs0", 4) != 0 && strncmp(mailbox, "srs1", 4) != 0)
		return false;
	if (*p == '\0' || strchr("=+-", *p) == NULL)
		return false;
	p++;
	if (mailbox[3] == '1') {		/* hash=host, then srs0's own: separator, hash, … */
		if ((p = skip_field(p)) == NULL || (p = skip_field(p)) == NULL)
			return false;
		if (*p == '\0' || strchr("=+-", *p) == NULL)
			return false;
		p++;
	}
	if ((p = skip_field(p)) == NULL || (host = skip_field(p)) == NULL ||
	    (p = skip_field(host)) == NULL)
		return false;
	at = strrchr(p, '@');
	if (at == NULL || at == p)
		return false;
	n = snprintf(path, sizeof(path), "%.*s@%.*s", (int)(at - p), p, (int)(p - 1 - host), host);
	return n > 0 && (size_t)n < sizeof(path) && addr_mailbox(path, (size_t)n, out) == 1;
}

/* "prvs=tag=local@domain" and "btv1==tag==local@domain": writes "local@domain". */
static bool
unwrap_batv(const char *mailbox, char out[ADDR_MAX + 1])
{
	static const struct {
		const char	*head, *tail;
	} forms[] = {
		{ "prvs=", "=" },
		{ "btv1==", "==" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		size_t		 n = strlen(forms[i].head), tag = 0;
		const char	*p = mailbox + n;

		if (strncmp(mailbox, forms[i].head, n) != 0)
			continue;
		while (g_ascii_isalnum(p[tag]))
			tag++;
		if (tag == 0 || tag > TAG_MAX ||
		    strncmp(p + tag, forms[i].tail, strlen(forms[i].tail)) != 0)
			return false;
		p += tag + strlen(forms[i].tail);
		return addr_mailbox(p, strlen(p), out) == 1;
	}
	return false;
}

int
addr_unwrap(const char *mailbox, char out[ADDR_MAX + 1])
{
	char	from[ADDR_MAX + 1], to[ADDR_MAX + 1];
	int	times = 0;

	(void)g_strlcpy(from, mailbox, sizeof(from));
	while (times < UNWRAP_MAX && (unwrap_srs(from, to) || unwrap_batv(from, to))) {
		(void)g_strlcpy(from, to, sizeof(from));
		times++;
	}
	(void)g_strlcpy(out, from, ADDR_MAX + 1);
	return times > 0 ? 1 : 0;
}
