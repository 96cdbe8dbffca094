/*
 * sender.c - who a message says it is from: all its names, and which of them are proven.
 *
 * Floor 2.  Asks no DNS; trusts no field our own MTA did not add.  A name that cannot be read is
 * left out, never an error: the rest still counts.
 */
#include "sender.h"
#include <stdio.h>
#include <string.h>
#include <glib.h>
#include "sender_auth.h"

#define RESERVED	8	/* identities kept free for the envelope, the List-Id and DKIM */
#define LIST_ID_MAX	1024	/* octets between the brackets, white space included */

/* Adds an identity unless it stands there already; a full table takes no more. */
static void
identity_add(struct sender *sender, enum policy_identity_kind kind, bool authenticated,
    const struct addr_key *key)
{
	size_t	max = SENDER_IDENTITIES_MAX - (kind == IDENTITY_FROM ? RESERVED : 0);

	for (size_t i = 0; i < sender->nids; i++)
		if (sender->id[i].kind == kind && strcmp(sender->id[i].key.text, key->text) == 0)
			return;
	if (sender->nids >= max)
		return;
	sender->id[sender->nids++] = (struct policy_identity){ kind, authenticated, *key };
}

/* Whether no address goes on over this octet. */
static bool
is_stop(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f || strchr("<>()[],;:\"\\@", c) != NULL;
}

/*
 * The longest end of the text that is a domain with a dot.  Label by label from the right, so that the work
 * is that of one look however long the text.
 */
static bool
domain_tail(const char *p, size_t n, char out[ADDR_DOMAIN_MAX + 1])
{
	const char	*best = NULL, *from, *end;
	char		 label[ADDR_DOMAIN_MAX + 1];
	size_t		 total = 0;

	while (n > 0 && (unsigned char)p[n - 1] < 0x80 && !g_ascii_isalnum(p[n - 1]))
		n--;
	for (from = end = p + n; from > p;) {
		const char	*dot = memrchr(p, '.', (size_t)(from - p));
		const char	*start = dot == NULL ? p : dot + 1;

		if (addr_domain(start, (size_t)(from - start), label) != 1)
			break;
		total += strlen(label) + 1;
		if (total > ADDR_DOMAIN_MAX + 1)
			break;
		best = start;
		if (dot == NULL)
			break;
		from = dot;
	}
	while (best != NULL && addr_domain(best, (size_t)(end - best), out) != 1) {
		best = memchr(best, '.', (size_t)(end - best));
		best = best == NULL ? NULL : best + 1;
	}
	return best != NULL && strchr(out, '.') != NULL;
}

/* Adds the mailbox of that local part, if it makes one, else the domain that the text ends in. */
static void
found_add(struct sender *sender, enum policy_identity_kind kind, const char *local, size_t nlocal,
    const char *p, size_t n)
{
	char		domain[ADDR_DOMAIN_MAX + 1], mailbox[ADDR_MAX + 1], text[ADDR_MAX + 1];
	struct addr_key	key;

	if (!domain_tail(p, n, domain))
		return;
	if (nlocal > 0 && nlocal <= ADDR_LOCAL_MAX) {
		(void)snprintf(text, sizeof(text), "%.*s@%s", (int)nlocal, local, domain);
		if (addr_mailbox(text, strlen(text), mailbox) == 1 &&
		    addr_key_make(ADDR_MAILBOX, mailbox, &key) == 1) {
			identity_add(sender, kind, false, &key);
			return;
		}
	}
	if (addr_key_make(ADDR_DOMAIN, domain, &key) == 1)
		identity_add(sender, kind, false, &key);
}

/*
 * The names about each '@' of a text that is no list of addresses.  Where punctuation stands in a domain,
 * what comes before it counts as well as what comes last.
 */
static void
find_names(struct sender *sender, const char *text)
{
	size_t	limit = sender->nids + SENDER_FOUND_MAX;

	for (const char *at = text; (at = strchr(at, '@')) != NULL && sender->nids < limit; at++) {
		const char	*local, *end = at, *p = at + 1;
		size_t		 n = 0, strict = 0;

		/* Bounded: a text of nothing but '@' and blanks would cost its square. */
		while (end > text && at - end < ADDR_LOCAL_MAX && (end[-1] == '@' || end[-1] == ' ' || end[-1] == '\t'))
			end--;
		for (local = end; local > text && !is_stop(local[-1]) && end - local <= ADDR_LOCAL_MAX;)
			local--;
		while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n' || *p == '[')
			p++;
		while (p[n] != '\0' && !is_stop(p[n]))
			n++;
		while (strict < n && ((unsigned char)p[strict] >= 0x80 || g_ascii_isalnum(p[strict]) ||
		    strchr("-_.", p[strict]) != NULL))
			strict++;
		found_add(sender, IDENTITY_FROM, local, (size_t)(end - local), p, n);
		if (strict < n && sender->nids < limit)
			found_add(sender, IDENTITY_FROM, local, (size_t)(end - local), p, strict);
	}
}

/* The domain of what is no mailbox but has one: a local part too long is no way round a refusal. */
static void
domain_add(struct sender *sender, enum policy_identity_kind kind, const char *text)
{
	const char	*at = strrchr(text, '@');

	if (at != NULL)
		found_add(sender, kind, NULL, 0, at + 1, strcspn(at + 1, ">"));
}

/* The From addresses, and what else the fields name.  All are identities; one alone can be proven. */
static void
read_from(const struct sender_settings *settings, const struct sender_fields *fields,
    const struct sender_auth *auth, struct sender *sender)
{
	static const char *const methods[METHOD_MAX] = { "none", "dmarc", "dkim", "spf" };
	enum sender_method	 method = METHOD_NONE;
	char			 mailbox[ADDR_MAX + 1];
	struct addr_key		 key;

	for (size_t i = 0; i < fields->nfrom; i++) {
		const char	*text = fields->from[i];

		if (addr_mailbox(text, strlen(text), mailbox) != 1 ||
		    addr_key_make(ADDR_MAILBOX, mailbox, &key) != 1) {
			domain_add(sender, IDENTITY_FROM, text);
			continue;
		}
		if (sender->from[0] == '\0')
			(void)g_strlcpy(sender->from, mailbox, sizeof(sender->from));
		identity_add(sender, IDENTITY_FROM, false, &key);
	}
	if (fields->from_rest != NULL)
		find_names(sender, fields->from_rest);
	if (fields->nfrom == 1 && fields->from_fields == 1 && sender->nids == 1 && sender->from[0] != '\0')
		method = sender_auth_proves(settings, auth, addr_domain_of(sender->from));
	if (method != METHOD_NONE)
		sender->id[0].authenticated = true;
	sender->authenticated = method != METHOD_NONE;
	(void)g_strlcpy(sender->method, methods[method], sizeof(sender->method));
}

/* MAIL FROM, rewritings off.  Proven by SPF for its own domain, which a rewritten one is not. */
static void
read_envelope(const struct sender_fields *fields, const struct sender_auth *auth,
    struct sender *sender)
{
	const char	*text = fields->envelope == NULL ? "" : fields->envelope;
	char		 mailbox[ADDR_MAX + 1];
	struct addr_key	 key;
	bool		 proven = false;
	int		 ret = addr_mailbox(text, strlen(text), mailbox);

	sender->null_sender = ret == 0;
	if (ret < 0)
		domain_add(sender, IDENTITY_ENVELOPE, text);
	if (ret != 1)
		return;
	if (addr_unwrap(mailbox, sender->envelope) == 0)
		for (size_t i = 0; i < auth->n; i++)
			proven = proven || (auth->verdicts[i].method == METHOD_SPF &&
			    sender_auth_passed(auth, &auth->verdicts[i]) &&
			    strcmp(auth->verdicts[i].domain, addr_domain_of(mailbox)) == 0);
	if (addr_key_make(ADDR_MAILBOX, sender->envelope, &key) == 1)
		identity_add(sender, IDENTITY_ENVELOPE, proven, &key);
}

static void
read_dkim(const struct sender_auth *auth, struct sender *sender)
{
	struct addr_key	key;

	for (size_t i = 0; i < auth->n; i++) {
		const struct sender_verdict	*v = &auth->verdicts[i];

		if (v->method == METHOD_DKIM && sender_auth_passed(auth, v) &&
		    addr_key_make(ADDR_DOMAIN, v->domain, &key) == 1)
			identity_add(sender, IDENTITY_DKIM, true, &key);
	}
}

/* Between the last brackets of the field, or all of it where there are none; white space goes. */
static bool
list_id_text(const char *value, char out[LIST_ID_MAX + 1])
{
	const char	*open = strrchr(value, '<');
	const char	*p = open == NULL ? value : open + 1;
	const char	*end = open == NULL ? value + strlen(value) : strchr(p, '>');
	size_t		 n = 0;

	if (end == NULL)
		return false;
	while (p < end && g_ascii_isspace(*p))
		p++;
	while (end > p && g_ascii_isspace(end[-1]))
		end--;
	for (; p < end; p++) {
		if (*p == '\r' || *p == '\n')
			continue;
		if (n == LIST_ID_MAX)
			return false;
		out[n++] = *p;
	}
	out[n] = '\0';
	return n > 0;
}

/* The domain a canonical List-Id lies in: the longest end of it that is one; "" when none is. */
static void
list_domain(const struct addr_key *list, char out[ADDR_DOMAIN_MAX + 1])
{
	const char	*p = list->text + 1;
	size_t		 n = strlen(p) - 1;

	out[0] = '\0';
	while (addr_domain(p, n, out) != 1) {
		const char	*dot = memchr(p, '.', n);

		if (dot == NULL)
			return;
		n -= (size_t)(dot + 1 - p);
		p = dot + 1;
	}
}

/* The List-Id.  Proven when its organisation signed the message, or is that of a proven From. */
static void
read_list(const struct sender_settings *settings, const struct sender_fields *fields,
    const struct sender_auth *auth, struct sender *sender)
{
	char		text[LIST_ID_MAX + 1], domain[ADDR_DOMAIN_MAX + 1];
	struct addr_key	key;
	bool		proven = false;

	if (fields->list_id == NULL || !list_id_text(fields->list_id, text) ||
	    addr_key_make(ADDR_LIST, text, &key) != 1)
		return;
	list_domain(&key, domain);
	if (domain[0] != '\0') {
		proven = sender->authenticated &&
		    sender_aligned(settings, domain, addr_domain_of(sender->from));
		for (size_t i = 0; i < auth->n; i++)
			proven = proven || (auth->verdicts[i].method == METHOD_DKIM &&
			    sender_auth_passed(auth, &auth->verdicts[i]) &&
			    sender_aligned(settings, domain, auth->verdicts[i].domain));
	}
	identity_add(sender, IDENTITY_LIST, proven, &key);
}

int
sender_read(const struct sender_settings *settings, const struct sender_fields *fields,
    struct sender *sender_r)
{
	struct sender_auth	auth;

	memset(sender_r, 0, sizeof(*sender_r));
	sender_auth_read(settings, fields, &auth);
	read_from(settings, fields, &auth, sender_r);
	read_envelope(fields, &auth, sender_r);
	read_list(settings, fields, &auth, sender_r);
	read_dkim(&auth, sender_r);
	return sender_r->nids > 0 ? 1 : 0;
}

/* Whether a refusal of the domain would hit our own senders. */
static bool
is_local(const struct sender_settings *settings, const char *domain)
{
	if (sender_listed(settings->local_domains, settings->nlocal_domains, domain))
		return true;
	for (size_t i = 0; i < settings->nlocal_domains; i++)
		if (addr_domain_under(settings->local_domains[i], domain))
			return true;
	return false;
}

int
sender_default_key(const struct sender_settings *settings, const struct sender *sender,
    struct addr_key *key_r)
{
	const char	*domain = addr_domain_of(sender->from);
	char		 org[ADDR_DOMAIN_MAX + 1];

	if (sender->authenticated && domain != NULL && !sender_is_public(settings, domain) &&
	    addr_org_domain(domain, org) == 1 && !is_local(settings, org) &&
	    !is_local(settings, domain))
		return addr_key_make(ADDR_DOMAIN, org, key_r) == 1 ? 1 : 0;
	for (size_t i = 0; i < sender->nids; i++)
		if (sender->id[i].kind == IDENTITY_LIST && sender->id[i].authenticated) {
			*key_r = sender->id[i].key;
			return 1;
		}
	if (sender->from[0] != '\0')
		return addr_key_make(ADDR_MAILBOX, sender->from, key_r) == 1 ? 1 : 0;
	for (size_t i = 0; i < sender->nids; i++)	/* a malformed From names an address all the same */
		if (sender->id[i].kind == IDENTITY_FROM && sender->id[i].key.kind == ADDR_MAILBOX) {
			*key_r = sender->id[i].key;
			return 1;
		}
	if (sender->envelope[0] != '\0')
		return addr_key_make(ADDR_MAILBOX, sender->envelope, key_r) == 1 ? 1 : 0;
	return 0;
}
