/*
 * addr.c - mailboxes and domains in the one spelling they are compared in.
 *
 * Floor 1.  Pure.  Never guesses: what is no mailbox is none, and the result stays as it was.
 */
#include "addr.h"
#include <arpa/inet.h>
#include <string.h>
#include <glib.h>

#define LABEL_MAX	63			/* RFC 1035 2.3.4 */
#define DOMAIN_RAW_MAX	(4 * ADDR_DOMAIN_MAX)	/* as U-labels; more is nobody's domain */
#define LOCAL_RAW_MAX	(2 * ADDR_LOCAL_MAX)	/* every octet of a quoted local part escaped */

struct span {
	const char	*p;
	size_t		 n;
};

/* atext of RFC 5322 3.2.3 with RFC 6532's UTF-8; whether that is valid is asked elsewhere. */
static bool
is_atext(unsigned char c)
{
	if (c >= 0x80 || g_ascii_isalnum((char)c))
		return true;
	return c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL;
}

static bool
has_high(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80)
			return true;
	return false;
}

/* An address literal of RFC 5321 4.1.3, brackets included: IPv4, or IPv6 behind its tag. */
static int
domain_literal(const char *text, size_t len, char out[ADDR_DOMAIN_MAX + 1])
{
	static const char tag[] = "IPv6:";
	char		  buf[INET6_ADDRSTRLEN + sizeof(tag)];
	unsigned char	  address[16];
	int		  known;

	if (len < 3 || len - 2 >= sizeof(buf) || text[len - 1] != ']' ||
	    memchr(text, '\0', len) != NULL)
		return -1;
	memcpy(buf, text + 1, len - 2);
	buf[len - 2] = '\0';
	if (g_ascii_strncasecmp(buf, tag, sizeof(tag) - 1) == 0)
		known = inet_pton(AF_INET6, buf + sizeof(tag) - 1, address);
	else
		known = inet_pton(AF_INET, buf, address);
	if (known != 1)
		return -1;
	for (size_t i = 0; i < len; i++)
		out[i] = g_ascii_tolower(text[i]);
	out[len] = '\0';
	return 1;
}

/* Checks labels of letters, digits, inner hyphens and underscores; writes them in lower case. */
static int
domain_ascii(const char *text, size_t len, char out[ADDR_DOMAIN_MAX + 1])
{
	size_t	label = 0;		/* octets of the label so far */

	if (len > 0 && text[len - 1] == '.')
		len--;
	if (len == 0 || len > ADDR_DOMAIN_MAX || text[len - 1] == '-')
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.') {
			if (label == 0 || text[i - 1] == '-')
				return -1;
			label = 0;
			continue;
		}
		if (!g_ascii_isalnum(text[i]) && text[i] != '_' && !(text[i] == '-' && label > 0))
			return -1;
		if (++label > LABEL_MAX)
			return -1;
	}
	if (label == 0)
		return -1;
	for (size_t i = 0; i < len; i++)
		out[i] = g_ascii_tolower(text[i]);
	out[len] = '\0';
	return 1;
}

int
addr_domain(const char *text, size_t len, char out[ADDR_DOMAIN_MAX + 1])
{
	char	*copy = NULL, *ascii = NULL;
	int	 ret = -1;

	if (len == 0 || len > DOMAIN_RAW_MAX)
		return -1;
	if (text[0] == '[')
		return domain_literal(text, len, out);
	if (!has_high(text, len))
		return domain_ascii(text, len, out);
	if (!g_utf8_validate(text, (gssize)len, NULL))
		return -1;
	copy = g_strndup(text, len);
	ascii = g_hostname_to_ascii(copy);
	if (ascii != NULL)		/* nameprep may have made anything of it: look again */
		ret = domain_ascii(ascii, strlen(ascii), out);
	g_free(ascii);
	g_free(copy);
	return ret;
}

/* Takes "@hop,@hop:" (RFC 5321 4.1.1.3, obsolete) off the front.  False: it is not well made. */
static bool
skip_route(struct span *s)
{
	char	hop[ADDR_DOMAIN_MAX + 1];

	while (s->n > 0 && s->p[0] == '@') {
		size_t	n = 1;
		bool	literal = false, last;

		while (n < s->n && (literal || (s->p[n] != ',' && s->p[n] != ':'))) {
			if (s->p[n] == '[' || s->p[n] == ']')
				literal = s->p[n] == '[';
			n++;
		}
		if (n == s->n || addr_domain(s->p + 1, n - 1, hop) != 1)
			return false;
		last = s->p[n] == ':';
		s->p += n + 1;
		s->n -= n + 1;
		if (last)
			return true;
	}
	return false;				/* "@a,b@c": no hop where one must be */
}

/*
 * Cuts a path in local part and domain, brackets and route off.  domain->p is NULL when there is no
 * '@'.  Returns 1; 0 for the null sender; -1 for no path.
 */
static int
path_split(const char *text, size_t len, struct span *local, struct span *domain)
{
	struct span	s = { text, len };
	size_t		n = 0;

	if (s.n > 0 && s.p[0] == '<') {
		if (s.n < 2 || s.p[s.n - 1] != '>')
			return -1;
		s.p++;
		s.n -= 2;
	}
	if (s.n == 0)
		return 0;
	if (s.p[0] == '@' && !skip_route(&s))
		return -1;
	if (s.n > 0 && s.p[0] == '"') {
		for (n = 1; n < s.n && s.p[n] != '"'; n++)
			if (s.p[n] == '\\')
				n++;
		if (n++ >= s.n)
			return -1;
	} else {
		while (n < s.n && s.p[n] != '@')
			n++;
	}
	*local = (struct span){ s.p, n };
	*domain = (struct span){ NULL, 0 };
	if (n == s.n)
		return 1;
	if (s.p[n] != '@')
		return -1;
	*domain = (struct span){ s.p + n + 1, s.n - n - 1 };
	return 1;
}

/*
 * What the local part says, quotes and backslashes off.  Dots may stand where RFC 5321 wants them
 * quoted: MTAs take them so, and the mailbox is the same.  Returns the octets, or -1.
 */
static int
local_unquote(const struct span *local, char raw[LOCAL_RAW_MAX + 1])
{
	bool	quoted = local->n >= 2 && local->p[0] == '"';
	size_t	end = quoted ? local->n - 1 : local->n;
	size_t	n = 0;

	if (local->n == 0 || local->n > LOCAL_RAW_MAX)
		return -1;
	for (size_t i = quoted ? 1 : 0; i < end; i++) {
		unsigned char	c = (unsigned char)local->p[i];

		if (quoted && c == '\\') {
			c = (unsigned char)local->p[++i];
			if (c >= 0x80)
				return -1;	/* RFC 6531 escapes no UTF-8 */
		}
		if (quoted ? c < ' ' || c == 0x7f : !is_atext(c) && c != '.')
			return -1;
		raw[n++] = (char)c;
	}
	raw[n] = '\0';
	return (int)n;
}

/* Folds case in place.  False when it is no UTF-8, has control characters, or grows too long. */
static bool
local_fold(char raw[LOCAL_RAW_MAX + 1], size_t len)
{
	char	*folded = NULL;
	bool	 ok = true;

	if (!has_high(raw, len)) {
		for (size_t i = 0; i < len; i++)
			raw[i] = g_ascii_tolower(raw[i]);
		return true;
	}
	if (!g_utf8_validate(raw, (gssize)len, NULL))
		return false;
	for (const char *p = raw; *p != '\0'; p = g_utf8_next_char(p))
		if (g_unichar_iscntrl(g_utf8_get_char(p)))
			return false;
	folded = g_utf8_casefold(raw, (gssize)len);
	ok = g_strlcpy(raw, folded, LOCAL_RAW_MAX + 1) <= LOCAL_RAW_MAX;
	g_free(folded);
	return ok;
}

/* Whether the text may stand without quotes: a dot-atom. */
static bool
is_dot_atom(const char *text)
{
	bool	atom = false;

	for (; *text != '\0'; text++) {
		if (*text == '.' ? !atom : !is_atext((unsigned char)*text))
			return false;
		atom = *text != '.';
	}
	return atom;
}

/* Writes the text as a local part, quoted if it must be.  False when it is too long. */
static bool
local_write(const char *text, char out[ADDR_LOCAL_MAX + 1])
{
	size_t	n = 0;

	if (is_dot_atom(text))
		return g_strlcpy(out, text, ADDR_LOCAL_MAX + 1) <= ADDR_LOCAL_MAX;
	out[n++] = '"';
	for (; *text != '\0'; text++) {
		bool	escape = *text == '"' || *text == '\\';

		if (n + (escape ? 2 : 1) + 1 > ADDR_LOCAL_MAX)
			return false;
		if (escape)
			out[n++] = '\\';
		out[n++] = *text;
	}
	out[n++] = '"';
	out[n] = '\0';
	return true;
}

/* Cuts the text at the first octet of delimiter, unless nothing were left. */
static void
local_cut(char *text, const char *delimiter)
{
	size_t	at;

	for (const char *d = delimiter; *d != '\0'; d++)
		if ((unsigned char)*d >= 0x80)
			return;			/* would cut through a character */
	at = strcspn(text, delimiter);
	if (at > 0)
		text[at] = '\0';
}

/* Puts a canonical mailbox together from its two parts; "" for delimiter cuts nothing. */
static int
mailbox_make(const struct span *local, const struct span *domain, const char *delimiter,
    char out[ADDR_MAX + 1])
{
	char	raw[LOCAL_RAW_MAX + 1], user[ADDR_LOCAL_MAX + 1], host[ADDR_DOMAIN_MAX + 1];
	int	n = local_unquote(local, raw);
	size_t	at;

	if (n < 0 || !local_fold(raw, (size_t)n) || addr_domain(domain->p, domain->n, host) != 1)
		return -1;
	local_cut(raw, delimiter);
	if (!local_write(raw, user))
		return -1;
	at = g_strlcpy(out, user, ADDR_MAX + 1);
	out[at++] = '@';
	(void)g_strlcpy(out + at, host, ADDR_MAX + 1 - at);
	return 1;
}

int
addr_mailbox(const char *text, size_t len, char out[ADDR_MAX + 1])
{
	struct span	local, domain;
	int		ret = path_split(text, len, &local, &domain);

	if (ret != 1)
		return ret;
	if (domain.p == NULL)
		return -1;
	return mailbox_make(&local, &domain, "", out);
}

int
addr_rcpt_key(const char *rcpt, const char *delimiter, const char *default_domain,
    char out[ADDR_MAX + 1])
{
	struct span	local, domain;

	if (path_split(rcpt, strlen(rcpt), &local, &domain) != 1)
		return -1;
	if (domain.p == NULL) {
		if (default_domain == NULL)
			return -1;
		domain = (struct span){ default_domain, strlen(default_domain) };
	}
	return mailbox_make(&local, &domain, delimiter == NULL ? "" : delimiter, out);
}

const char *
addr_domain_of(const char *mailbox)
{
	const char	*at = strrchr(mailbox, '@');

	return at == NULL ? NULL : at + 1;
}

bool
addr_domain_under(const char *domain, const char *parent)
{
	size_t	n = strlen(domain), m = strlen(parent);

	if (m == 0 || n < m || memcmp(domain + n - m, parent, m) != 0)
		return false;
	return n == m || domain[n - m - 1] == '.';
}
