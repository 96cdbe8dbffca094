/*
 * sender_results.c - one Authentication-Results value cut into its results, RFC 8601 2.2.
 *
 * Floor 2.  Parts of the value are the peer's own words (a local part, a reason): whatever does not
 * follow the grammar to its last octet is malformed as a whole, and nothing in it is believed.
 */
#include "sender.h"
#include <string.h>
#include <glib.h>

#define VALUE_MAX	1024	/* octets of one property's value */

struct cursor {
	const char	*p;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_control(char c)
{
	return ((unsigned char)c < ' ' || c == 0x7f) && !is_space(c);
}

/* Steps over white space and comments, nested ones too.  False: a comment that does not end. */
static bool
skip_cfws(struct cursor *c)
{
	size_t	depth = 0;

	for (; *c->p != '\0'; c->p++) {
		if (*c->p == '(') {
			depth++;
		} else if (depth == 0) {
			if (!is_space(*c->p))
				return true;
		} else if (*c->p == ')') {
			depth--;
		} else if (*c->p == '\\') {
			if (*++c->p == '\0' || is_control(*c->p))
				return false;
		} else if (is_control(*c->p)) {
			return false;
		}
	}
	return depth == 0;
}

/* Steps over the octet if it stands next, comments before it and behind it. */
static bool
take(struct cursor *c, char octet)
{
	struct cursor	next = *c;

	if (!skip_cfws(&next) || *next.p != octet)
		return false;
	next.p++;
	if (!skip_cfws(&next))
		return false;
	*c = next;
	return true;
}

/* A keyword (letters, digits, '-', '_') in lower case.  False: none, or longer than out holds. */
static bool
take_word(struct cursor *c, char *out, size_t size)
{
	size_t	n = 0;

	while (g_ascii_isalnum(*c->p) || *c->p == '-' || *c->p == '_') {
		if (n + 1 >= size)
			return false;
		out[n++] = g_ascii_tolower(*c->p++);
	}
	out[n] = '\0';
	return n > 0;
}

/* The inside of a quoted-string, appended to out.  False: it does not end, or is too long. */
static bool
take_quoted(struct cursor *c, char *out, size_t size, size_t *n)
{
	for (c->p++; *c->p != '"'; c->p++) {
		if (*c->p == '\\')
			c->p++;
		if (*c->p == '\0' || is_control(*c->p) || *n + 1 >= size)
			return false;
		out[(*n)++] = *c->p;
	}
	c->p++;
	return true;
}

/* Whether a value may end here. */
static bool
is_end(char c)
{
	return c == '\0' || c == ';' || c == '(' || is_space(c);
}

/*
 * A value or pvalue: a quoted string, a token, or an address whose local part may be quoted.
 * Quotes come off, so '"a b"@shop.example' reads "a b@shop.example".  A second '@' outside quotes has no
 * place in any of them.
 */
static bool
take_value(struct cursor *c, char *out, size_t size)
{
	bool	at = false, quoted = *c->p == '"';
	size_t	n = 0;

	if (quoted && (!take_quoted(c, out, size, &n) || (!is_end(*c->p) && *c->p != '@')))
		return false;
	for (; !is_end(*c->p); c->p++) {
		if (is_control(*c->p) || strchr("\\),\"", *c->p) != NULL || n + 1 >= size)
			return false;
		if (*c->p == '@' && at)
			return false;
		at = at || *c->p == '@';
		out[n++] = *c->p;
	}
	out[n] = '\0';
	return n > 0 || quoted;
}

/* A version after a '/' or an authserv-id: only 1 is known to anyone. */
static bool
take_version(struct cursor *c)
{
	if (c->p[0] != '1' || g_ascii_isalnum(c->p[1]))
		return false;
	c->p++;
	return true;
}

/* What a property is to us. */
enum property { PROPERTY_OTHER, PROPERTY_DOMAIN, PROPERTY_FALLBACK };

static enum property
property_of(const char *method, const char *ptype, const char *name)
{
	static const struct {
		const char	*method, *ptype, *name;
		enum property	 property;
	} table[] = {
		{ "dkim",  "header", "d",        PROPERTY_DOMAIN },
		{ "dkim",  "header", "i",        PROPERTY_FALLBACK },
		{ "spf",   "smtp",   "mailfrom", PROPERTY_DOMAIN },
		{ "dmarc", "header", "from",     PROPERTY_DOMAIN },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (strcmp(method, table[i].method) == 0 && strcmp(ptype, table[i].ptype) == 0 &&
		    strcmp(name, table[i].name) == 0)
			return table[i].property;
	return PROPERTY_OTHER;
}

/* The domain of a domain, an address or "@domain"; "" when the value is none of them. */
static void
value_domain(const char *value, char out[ADDR_DOMAIN_MAX + 1])
{
	const char	*at = strrchr(value, '@');
	const char	*domain = at == NULL ? value : at + 1;

	if (addr_domain(domain, strlen(domain), out) != 1)
		out[0] = '\0';
}

/* One "ptype.property=pvalue" into the result.  seen: ours that came already; none may come twice. */
static bool
take_property(struct cursor *c, const char *ptype, struct sender_result *result,
    bool seen[PROPERTY_FALLBACK + 1])
{
	char		name[64], value[VALUE_MAX];
	enum property	property;

	if (!take(c, '.') || !take_word(c, name, sizeof(name)) || !take(c, '=') ||
	    !take_value(c, value, sizeof(value)))
		return false;
	property = property_of(result->method, ptype, name);
	if (property == PROPERTY_OTHER)
		return true;
	if (seen[property])
		return false;
	seen[property] = true;
	if (property == PROPERTY_DOMAIN || !seen[PROPERTY_DOMAIN])
		value_domain(value, result->domain);
	return true;
}

/* What follows "method=result": at most one reason, then properties, up to ';' or the end. */
static bool
take_properties(struct cursor *c, struct sender_result *result)
{
	bool	seen[PROPERTY_FALLBACK + 1] = { false };
	char	word[64], value[VALUE_MAX];

	for (bool first = true; ; first = false) {
		if (!skip_cfws(c))
			return false;
		if (*c->p == ';' || *c->p == '\0')
			return true;
		if (!take_word(c, word, sizeof(word)))
			return false;
		if (first && strcmp(word, "reason") == 0 && take(c, '=')) {
			if (!take_value(c, value, sizeof(value)))
				return false;
			continue;
		}
		if (!take_property(c, word, result, seen))
			return false;
	}
}

static bool
take_result(struct cursor *c, struct sender_result *result)
{
	memset(result, 0, sizeof(*result));
	if (!take_word(c, result->method, sizeof(result->method)))
		return false;
	if (take(c, '/') && !take_version(c))
		return false;
	if (!take(c, '=') || !take_word(c, result->result, sizeof(result->result)))
		return false;
	return take_properties(c, result);
}

/* The name of who checked, with its version or without. */
static bool
take_authserv(struct cursor *c, char authserv_id[256])
{
	if (!skip_cfws(c) || !take_value(c, authserv_id, 256) || strchr(authserv_id, '=') != NULL ||
	    !skip_cfws(c))
		return false;
	if (*c->p != ';' && *c->p != '\0' && !take_version(c))
		return false;
	return true;
}

int
sender_results_parse(const char *value, char authserv_id[256], struct sender_result *out,
    size_t max)
{
	struct sender_result	result;
	struct cursor		c = { value };
	char			id[256];
	bool			none = false;
	size_t			n = 0;
	int			written = 0;

	if (!take_authserv(&c, id))
		return -1;
	while (take(&c, ';')) {
		if (*c.p == '\0' && n > 0)
			break;			/* many end with a ';' too much */
		if (none)
			return -1;		/* "none" stands alone */
		if (n == 0 && g_ascii_strncasecmp(c.p, "none", 4) == 0) {
			struct cursor	after = { c.p + 4 };

			if (skip_cfws(&after) && (*after.p == '\0' || *after.p == ';')) {
				c = after;
				none = true;
				n++;
				continue;
			}
		}
		if (!take_result(&c, &result))
			return -1;
		if (n++ < max)
			out[written++] = result;
	}
	if (!skip_cfws(&c) || *c.p != '\0' || n == 0)
		return -1;
	(void)g_strlcpy(authserv_id, id, 256);
	return written;
}
