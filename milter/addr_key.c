/*
 * addr_key.c - sender keys: how a sender is named in the ledger, and which name covers which.
 *
 * Floor 1.  Pure.  A key's text always reads back as the same key; never makes one that does not.
 */
#include "addr.h"
#include <stdio.h>
#include <string.h>
#include <glib.h>

#define LIST_MAX	255	/* octets of a List-Id, RFC 2919 section 2 */
#define RANK_LIST	200	/* above every domain, which has at most 127 labels */
#define RANK_MAILBOX	201
#define SHOWN_MAX	64	/* octets of somebody's text in a sentence */

static unsigned
label_count(const char *domain)
{
	unsigned	n = 1;

	if (domain[0] == '[')
		return 1;
	for (; *domain != '\0'; domain++)
		if (*domain == '.')
			n++;
	return n;
}

/* A List-Id as it is compared: lower case, with a dot in it; A-labels for letters beyond ASCII. */
static int
list_canonical(const char *text, size_t len, char out[LIST_MAX + 1])
{
	char	domain[ADDR_DOMAIN_MAX + 1];
	bool	dotted = false;

	if (len == 0 || len > LIST_MAX)
		return -1;
	for (size_t i = 0; i < len; i++) {
		unsigned char	c = (unsigned char)text[i];

		if (c >= 0x80) {
			if (addr_domain(text, len, domain) != 1 || strchr(domain, '.') == NULL)
				return -1;
			(void)g_strlcpy(out, domain, LIST_MAX + 1);
			return 1;
		}
		if (c == '.' && (i == 0 || i == len - 1 || text[i - 1] == '.'))
			return -1;
		if (c <= ' ' || c == 0x7f || strchr("()<>[]:;@\\,\"", c) != NULL)
			return -1;
		dotted = dotted || c == '.';
	}
	if (!dotted)
		return -1;
	for (size_t i = 0; i < len; i++)
		out[i] = g_ascii_tolower(text[i]);
	out[len] = '\0';
	return 1;
}

static int
key_make(enum addr_kind kind, const char *text, size_t len, struct addr_key *key_r)
{
	struct addr_key	key = { .kind = kind };
	char		list[LIST_MAX + 1];

	switch (kind) {
	case ADDR_ALL:
		if (len != 1 || text[0] != '*')
			return -1;
		(void)g_strlcpy(key.text, "*", sizeof(key.text));
		break;
	case ADDR_DOMAIN:
		if (addr_domain(text, len, key.text) != 1)
			return -1;
		key.labels = label_count(key.text);
		break;
	case ADDR_LIST:
		if (list_canonical(text, len, list) != 1)
			return -1;
		(void)snprintf(key.text, sizeof(key.text), "<%s>", list);
		break;
	case ADDR_MAILBOX:
		if (addr_mailbox(text, len, key.text) != 1)
			return -1;
		break;
	case ADDR_NONE:
	case ADDR_KIND_MAX:
	default:
		return -1;
	}
	*key_r = key;
	return 1;
}

int
addr_key_make(enum addr_kind kind, const char *text, struct addr_key *key_r)
{
	return key_make(kind, text, strlen(text), key_r);
}

/*
 * Which kind the text means to be, its decoration taken off.  "<news@shop.example>" is an address,
 * as mail programs write it; a List-Id has no '@'.
 */
static enum addr_kind
key_kind(const char **text, size_t *len)
{
	if (*len == 1 && (*text)[0] == '*')
		return ADDR_ALL;
	if (*len > 0 && (*text)[0] == '@' && memchr(*text, ':', *len) == NULL) {
		(*text)++;
		(*len)--;
		return ADDR_DOMAIN;
	}
	if (memchr(*text, '@', *len) != NULL)
		return ADDR_MAILBOX;
	if (*len >= 2 && (*text)[0] == '<' && (*text)[*len - 1] == '>') {
		(*text)++;
		*len -= 2;
		return ADDR_LIST;
	}
	return ADDR_DOMAIN;
}

int
addr_key_parse(const char *text, size_t len, struct addr_key *key_r, struct err *err)
{
	static const char *const wanted[ADDR_KIND_MAX] = {
		[ADDR_NONE] = "",
		[ADDR_ALL] = "'*'",
		[ADDR_DOMAIN] = "a domain with a dot in it, like shop.example",
		[ADDR_LIST] = "a List-Id, like <deals.shop.example>",
		[ADDR_MAILBOX] = "an address, like news@shop.example",
	};
	struct addr_key	 key;
	enum addr_kind	 kind;
	const char	*inner;
	size_t		 n;

	while (len > 0 && g_ascii_isspace(text[0])) {
		text++;
		len--;
	}
	while (len > 0 && g_ascii_isspace(text[len - 1]))
		len--;
	if (len == 0)
		return err_set(err, "an empty sender names nobody");
	inner = text;
	n = len;
	kind = key_kind(&inner, &n);
	/* A single word is no sender: "unsubscribe please" must not refuse the domain "please". */
	if (key_make(kind, inner, n, &key) != 1 ||
	    (kind == ADDR_DOMAIN && key.labels < 2 && key.text[0] != '['))
		return err_set(err, "'%.*s' is not %s", (int)MIN(len, SHOWN_MAX), text,
		    wanted[kind]);
	*key_r = key;
	return 1;
}

unsigned
addr_key_rank(const struct addr_key *key)
{
	switch (key->kind) {
	case ADDR_ALL:		return 1;
	case ADDR_DOMAIN:	return 1 + key->labels;
	case ADDR_LIST:		return RANK_LIST;
	case ADDR_MAILBOX:	return RANK_MAILBOX;
	case ADDR_NONE:
	case ADDR_KIND_MAX:
	default:		return 0;
	}
}

/* Copies the domain the key stands in: itself, behind the '@', between the brackets; "" for "*". */
static void
key_domain(const struct addr_key *key, char out[ADDR_KEY_MAX + 1])
{
	const char	*at;
	size_t		 n;

	out[0] = '\0';
	switch (key->kind) {
	case ADDR_DOMAIN:
		(void)g_strlcpy(out, key->text, ADDR_KEY_MAX + 1);
		break;
	case ADDR_LIST:
		n = strlen(key->text);
		(void)g_strlcpy(out, key->text + 1, MIN(n - 1, ADDR_KEY_MAX + 1));
		break;
	case ADDR_MAILBOX:
		at = addr_domain_of(key->text);
		if (at != NULL)
			(void)g_strlcpy(out, at, ADDR_KEY_MAX + 1);
		break;
	case ADDR_NONE:
	case ADDR_ALL:
	case ADDR_KIND_MAX:
	default:
		break;
	}
}

bool
addr_key_covers(const struct addr_key *wide, const struct addr_key *narrow)
{
	char	domain[ADDR_KEY_MAX + 1];

	if (addr_key_rank(wide) == 0 || addr_key_rank(narrow) == 0)
		return false;
	if (wide->kind == ADDR_ALL)
		return true;
	if (wide->kind != ADDR_DOMAIN)
		return wide->kind == narrow->kind && strcmp(wide->text, narrow->text) == 0;
	key_domain(narrow, domain);
	return addr_domain_under(domain, wide->text);
}

size_t
addr_key_covering(const struct addr_key *key, struct addr_key *out, size_t max)
{
	char	domain[ADDR_KEY_MAX + 1];
	size_t	n = 0;

	if (addr_key_rank(key) == 0)
		return 0;
	if (n < max)
		out[n++] = *key;
	if (key->kind == ADDR_ALL)
		return n;
	key_domain(key, domain);
	for (const char *p = domain; p != NULL && *p != '\0'; ) {
		/* A List-Id's labels need not make a domain: those are left out. */
		if (n < max && (p != domain || key->kind != ADDR_DOMAIN) &&
		    key_make(ADDR_DOMAIN, p, strlen(p), &out[n]) == 1)
			n++;
		p = p[0] == '[' ? NULL : strchr(p, '.');
		if (p != NULL)
			p++;
	}
	if (n < max)
		(void)key_make(ADDR_ALL, "*", 1, &out[n++]);
	return n;
}
