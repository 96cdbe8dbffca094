/*
 * judge_rules_uri_host.c - whether a link leads anywhere: its host, and the top-level domain of that.
 *
 * Floor 3.  Asks no name server: what is a top-level domain stands in the public suffix list.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <glib.h>
#include <libpsl.h>
#include "judge_rules_uri.h"

#define NAME_OCTETS	253	/* of a host name, RFC 1035 */
#define LABEL_MAX	63

/* Below "za" and others nobody has a name, only below "co.za": such a top is known by what is under it. */
static bool
is_suffix(const char *host, size_t len, unsigned labels)
{
	char	suffix[2 * LABEL_MAX + 2];
	size_t	n = 0, i;

	for (; n < len && (host[len - n - 1] != '.' || --labels > 0); n++)
		;
	if (n == 0 || n >= len || n >= sizeof(suffix))
		return false;
	for (i = 0; i < n; i++) {
		suffix[i] = g_ascii_tolower(host[len - n + i]);
		if (!g_ascii_isalnum(suffix[i]) && suffix[i] != '-' && suffix[i] != '.')
			return false;
	}
	suffix[n] = '\0';
	return psl_is_public_suffix2(psl_builtin(), suffix, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0;
}

bool
judge_rules_uri_tld(const char *host, size_t len)
{
	return is_suffix(host, len, 1) || is_suffix(host, len, 2);
}

/* One label: letters, digits, '-' within and, far enough from the top, '_'. */
static bool
label_valid(const char *label, size_t len, bool low)
{
	if (len < 1 || len > LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!g_ascii_isalnum(label[i]) && label[i] != '-' && (label[i] != '_' || !low))
			return false;
	return true;
}

bool
judge_rules_uri_host(const char *host, size_t len)
{
	size_t	at, end, labels = 1, seen = 0;

	while (len > 0 && host[len - 1] == '.')
		len--;
	if (len > NAME_OCTETS)
		return false;
	for (at = 0; at < len; at++)
		labels += host[at] == '.';
	if (labels < 2)
		return false;
	for (at = 0; at <= len; at = end + 1, seen++) {
		for (end = at; end < len && host[end] != '.'; end++)
			;
		if (!label_valid(host + at, end - at, seen + 2 < labels))
			return false;
	}
	return true;
}

/* Four numbers below 256, or an IPv6 address. */
static bool
is_address(const char *host, size_t len)
{
	char	text[64];

	if (len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, host, len);
	text[len] = '\0';
	return g_hostname_is_ip_address(text);
}

/* Whether an escape is left that should have been undone. */
static bool
is_escaped(const char *host, size_t len)
{
	for (size_t i = 0; i + 2 < len; i++) {
		int	high = g_ascii_xdigit_value(host[i + 1]), low = g_ascii_xdigit_value(host[i + 2]);

		if (host[i] == '%' && high >= 2 && high <= 7 && low >= 0 && (high > 2 || low > 0) &&
		    (high < 7 || low < 15))
			return true;
	}
	return false;
}

bool
judge_rules_uri_leads(const char *uri)
{
	const char	*host, *at;
	size_t		 len;

	if (strncasecmp(uri, "javascript:", 11) == 0 || strncasecmp(uri, "cid:", 4) == 0 ||
	    strncasecmp(uri, "file:", 5) == 0)
		return false;
	if (strncasecmp(uri, "mailto:", 7) == 0) {
		len = strcspn(uri + 7, "?");
		at = memchr(uri + 7, '@', len);
		if (at == NULL || memchr(at + 1, '@', len - (size_t)(at + 1 - uri - 7)) != NULL)
			return false;
		host = at + 1;
		len -= (size_t)(host - uri - 7);
	} else {
		host = uri + strspn(uri, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
		host = *host == ':' && host > uri ? host + 1 : uri;
		if (host > uri)
			for (int i = 0; i < 2 && *host == '/'; i++)
				host++;
		len = strcspn(host, "/?#");
		at = memrchr(host, '@', len);
		if (at != NULL) {
			len -= (size_t)(at + 1 - host);
			host = at + 1;
		}
		while (len > 0 && g_ascii_isdigit(host[len - 1]) && memchr(host, ':', len) != NULL)
			len--;
		if (len > 0 && host[len - 1] == ':')
			len--;
	}
	if (is_escaped(host, len))
		return false;
	return is_address(host, len) || (judge_rules_uri_host(host, len) && judge_rules_uri_tld(host, len));
}
