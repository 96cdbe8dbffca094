/*
 * judge_rules_uri_clean.c - one link in all the spellings under which rules may look for it.
 *
 * Floor 3.  Asks no host and follows no redirection but what the link itself spells out.  Bounded: so many
 * redirections deep, and each spelling no longer than the link and a few octets.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <glib.h>
#include "addr.h"
#include "judge_rules_uri.h"

#define REDIRECTS_MAX	8	/* links within links */

/* A web link taken apart: what stands before "://" with it, the host, and ":port/path". */
struct web {
	const char	*scheme;	/* "http://" or "https://" */
	bool		 login;		/* a name and '@' stood before the host */
	char		*host;
	const char	*rest;
	bool		 port;		/* a port is named that is not the scheme's own */
};

/* ---- spelling -------------------------------------------------------------------------------- */

char *
judge_rules_uri_unescape(const char *uri)
{
	static const char	hex[] = "0123456789abcdef";
	GString			*out;
	const char		*c;

	for (c = uri; *c != '\0'; c++)
		if (c[0] == '%' && g_ascii_isxdigit(c[1]) && g_ascii_isxdigit(c[2]))
			break;
	if (*c == '\0')
		return g_strdup(uri);
	out = g_string_sized_new(strlen(uri));
	for (c = uri; *c != '\0'; c++) {
		int	high = *c == '%' ? g_ascii_xdigit_value(c[1]) : -1;
		int	low = high >= 0 ? g_ascii_xdigit_value(c[2]) : -1;

		if (low >= 0) {
			int	code = 16 * high + low;

			if (code > ' ' && code < 0x7f)
				g_string_append_c(out, (char)code);
			else
				g_string_append_len(out, c, 3);
			c += 2;
		} else if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || strchr("\"%<>", *c) != NULL) {
			g_string_append_c(out, '%');
			g_string_append_c(out, hex[(unsigned char)*c >> 4]);
			g_string_append_c(out, hex[(unsigned char)*c & 15]);
		} else {
			g_string_append_c(out, *c);
		}
	}
	return g_string_free(out, FALSE);
}

/* What "&#65;" and "&#x41;" stand for at c, printable ASCII or a full stop of another script; 0: nothing. */
static char
entity_at(const char *c, size_t *len_r)
{
	gchar	*end = NULL;
	guint64	 code;
	bool	 hex = c[0] == '&' && c[1] == '#' && (c[2] == 'x' || c[2] == 'X');

	if (c[0] != '&' || c[1] != '#' || !(hex ? g_ascii_isxdigit(c[3]) : g_ascii_isdigit(c[2])))
		return '\0';
	code = g_ascii_strtoull(c + (hex ? 3 : 2), &end, hex ? 16 : 10);
	if (*end != ';')
		return '\0';
	*len_r = (size_t)(end - c) + 1;
	if (code == 0x3002 || code == 0xff0e || code == 0xff61)
		return '.';
	return code > ' ' && code < 0x7f ? (char)code : '\0';
}

static char *
undo_entities(const char *uri)
{
	GString	*out = g_string_sized_new(strlen(uri));
	size_t	 len = 0;

	while (*uri != '\0') {
		char	c = entity_at(uri, &len);

		g_string_append_c(out, c != '\0' ? c : *uri);
		uri += c != '\0' ? len : 1;
	}
	return g_string_free(out, FALSE);
}

/* "http:", "https:" and the slashes behind it, too few or none: how long; 0: it is no such link. */
static size_t
web_scheme(const char *uri, const char **scheme_r)
{
	size_t	n = strncasecmp(uri, "https:", 6) == 0 ? 6 : strncasecmp(uri, "http:", 5) == 0 ? 5 : 0;

	if (n == 0)
		return 0;
	*scheme_r = n == 6 ? "https://" : "http://";
	if (uri[n] == '/')
		n += uri[n + 1] == '/' ? 2 : 1;
	return n;
}

static bool
has_scheme(const char *uri)
{
	size_t	n = 0;

	while (g_ascii_isalnum(uri[n]) || uri[n] == '-' || uri[n] == '_')
		n++;
	return n > 0 && uri[n] == ':';
}

/* The link as a reader's program would spell it: slashes, scheme, escapes. */
static char *
respell(const char *uri)
{
	char		*slashed = g_strdelimit(g_strdup(uri), "\\", '/'), *plain;
	const char	*scheme = "", *host;
	GString		*out;
	size_t		 n = web_scheme(slashed, &scheme), len;

	out = g_string_new(NULL);
	g_string_append_len(out, slashed, (gssize)(n == 0 ? 0 : strcspn(slashed, ":")));
	g_string_append(out, n == 0 ? "" : "://");
	g_string_append(out, slashed + n);
	plain = judge_rules_uri_unescape(out->str);
	if (!has_scheme(plain))
		g_string_assign(out, strncmp(plain, "ftp.", 4) == 0 ? "ftp://" : "http://");
	else
		g_string_truncate(out, 0);
	g_string_append(out, plain);
	g_free(plain);
	g_free(slashed);
	n = web_scheme(out->str, &scheme);
	host = out->str + n;
	len = strcspn(host, "/?#");
	if (n == strlen(scheme) && n > 0 && len > 0 && (host[len] == '?' || host[len] == '#'))
		g_string_insert_c(out, (gssize)(n + len), '/');
	plain = undo_entities(out->str);
	g_string_free(out, TRUE);
	return plain;
}

/* ---- variants -------------------------------------------------------------------------------- */

static void
say(const struct web *web, const char *host, const char *rest, judge_rules_uri_fn *fn, void *arg)
{
	char	*uri = g_strconcat(web->scheme, host, rest, NULL);

	fn(arg, uri);
	g_free(uri);
}

/* Whether a number of a host spelled as address is hexadecimal, octal or decimal; its value modulo 2^32. */
static bool
read_number(const char *text, size_t len, guint64 *value_r)
{
	char	 copy[32];
	gchar	*end = NULL;
	bool	 hex = len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	guint	 base = hex ? 16 : len > 1 && text[0] == '0' ? 8 : 10;

	if (base != 10)
		for (text += hex ? 2 : 0, len -= hex ? 2 : 0; len > 1 && *text == '0'; len--)
			text++;
	if (len == 0 || len >= sizeof(copy) || !g_ascii_isxdigit(*text))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*value_r = g_ascii_strtoull(copy, &end, base);
	if (*end == '\0')
		return true;
	if (base != 8)
		return false;
	*value_r = g_ascii_strtoull(copy, &end, 10);	/* "099" is no octal number */
	return *end == '\0';
}

/* Hosts such as 0x7f000001, 2130706433 and 0x7f.0.0.01: the address they stand for. */
static bool
say_number(const struct web *web, judge_rules_uri_fn *fn, void *arg)
{
	guint64		 value = 0, number[4];
	const char	*p = web->host;
	char		 text[24];
	size_t		 n;

	if (strchr(p, '.') == NULL) {
		if (!read_number(p, strlen(p), &value))
			return false;
		for (n = 0; n < 4; n++)
			number[n] = value >> (24 - 8 * n) & 255;
	} else {
		for (n = 0; n < 4; n++, p++) {
			size_t	len = strcspn(p, ".");

			if (!read_number(p, len, &number[n]) || (p[len] == '.') != (n < 3))
				return false;
			p += len;
		}
	}
	g_snprintf(text, sizeof(text), "%u.%u.%u.%u", (unsigned)(number[0] & 0xffff), (unsigned)(number[1] & 0xffff),
	    (unsigned)(number[2] & 0xffff), (unsigned)(number[3] & 0xffff));
	say(web, text, web->rest, fn, arg);
	return true;
}

/* "http://shop" is opened as "http://www.shop.com". */
static void
say_guessed(const struct web *web, judge_rules_uri_fn *fn, void *arg)
{
	const char	*name = strncasecmp(web->host, "www.", 4) == 0 ? web->host + 4 : web->host;
	char		*host;

	if (strcmp(web->scheme, "http://") != 0 || web->login || web->port || *name == '\0' ||
	    strchr(name, '.') != NULL || strcasecmp(web->host, "localhost") == 0 ||
	    judge_rules_uri_tld(web->host, strlen(web->host)))
		return;
	host = g_strdup_printf("www.%s.com", name);
	say(web, host, web->rest, fn, arg);
	g_free(host);
}

/* Host names of other scripts, names with signs around them, numbers, single words. */
static void
say_hosts(struct web *web, judge_rules_uri_fn *fn, void *arg)
{
	char	ascii[ADDR_DOMAIN_MAX + 1];
	size_t	len = strlen(web->host);

	if (!g_str_is_ascii(web->host) && addr_domain(web->host, len, ascii) == 1)
		say(web, ascii, web->rest, fn, arg);
	while (len > 0 && !g_ascii_isalnum(web->host[len - 1]))
		len--;
	if (web->host[len] != '\0') {
		web->host[len] = '\0';
		say(web, web->host, web->rest, fn, arg);
	}
	if (!say_number(web, fn, arg))
		say_guessed(web, fn, arg);
}

/* Splits "http://name@host:80/path"; false: it is no web link with a host. */
static bool
take_apart(const char *uri, struct web *web)
{
	size_t		 n, len;
	const char	*at;

	*web = (struct web){ .scheme = "" };
	n = web_scheme(uri, &web->scheme);
	if (n == 0 || n != strlen(web->scheme))
		return false;
	uri += n;
	at = memchr(uri, '@', strcspn(uri, "/?#"));
	web->login = at != NULL;
	uri = at != NULL ? at + 1 : uri;
	len = strcspn(uri, "/?#:");
	if (len == 0)
		return false;
	web->host = g_strndup(uri, len);
	web->rest = uri + len;
	return true;
}

/* The link without the port that is its scheme's own. */
static void
say_without_port(struct web *web, judge_rules_uri_fn *fn, void *arg)
{
	const char	*own = strcmp(web->scheme, "http://") == 0 ? ":80" : ":443";
	size_t		 n = strlen(own);

	if (*web->rest != ':')
		return;
	if (strncmp(web->rest, own, n) == 0 && !g_ascii_isalnum(web->rest[n]) && web->rest[n] != '_')
		say(web, web->host, web->rest + n, fn, arg);
	else
		web->port = g_ascii_isdigit(web->rest[1]);
}

/* The link a link spells out behind its host; NULL: none.  The caller frees it. */
static char *
redirect(const char *rest)
{
	const char	*p = rest, *scheme;
	size_t		 n, len;

	for (; (p = strcasestr(p, "http")) != NULL; p += 4) {
		n = web_scheme(p, &scheme);
		len = strcspn(p, "&#");
		if (n > 0 && len > n)
			return memchr(p, '.', len) != NULL ? g_strndup(p, len) : NULL;
	}
	return NULL;
}

/* A mail link without what follows its address. */
static void
say_mail(const char *uri, judge_rules_uri_fn *fn, void *arg)
{
	static const char *const	ends[] = { "?", "?&" };
	const char			*at = strchr(uri, '@'), *open = strchr(uri, '<'), *close;
	char				*part;
	size_t				 i, len;

	if (at == NULL || at == uri)
		return;
	for (i = 0; i < G_N_ELEMENTS(ends); i++) {
		len = strcspn(at + 1, ends[i]);
		if (len == 0 || at[1 + len] != ends[i][strlen(ends[i]) - 1])
			continue;
		part = g_strndup(uri, (gsize)(at + 1 + len - uri));
		fn(arg, part);
		g_free(part);
	}
	if (open != NULL && open < at && (close = strchr(at, '>')) != NULL && close > at + 1) {
		part = g_strdup_printf("mailto:%.*s", (int)(close - open - 1), open + 1);
		fn(arg, part);
		g_free(part);
	}
}

/* The variants of one link; returns where it redirects to, or NULL.  The caller frees it. */
static char *
clean_one(const char *uri, judge_rules_uri_fn *fn, void *arg)
{
	struct web	 web = { .host = NULL };
	char		*spelled, *next = NULL;
	size_t		 colon = strcspn(uri, ":");

	fn(arg, uri);
	if (strlen(uri) < 2 || strchr("#?&", *uri) != NULL || (*uri == '/' && uri[1] != '/'))
		return NULL;
	if (strncasecmp(uri, "mailto:", 7) == 0 || memchr(uri, '@', colon) != NULL) {
		say_mail(uri, fn, arg);
		return NULL;
	}
	spelled = respell(uri);
	if (strcmp(spelled, uri) != 0)
		fn(arg, spelled);
	if (take_apart(spelled, &web)) {
		say_without_port(&web, fn, arg);
		next = redirect(web.rest);
		say_hosts(&web, fn, arg);
	}
	g_free(web.host);
	g_free(spelled);
	return next;
}

void
judge_rules_uri_clean(const char *uri, judge_rules_uri_fn *fn, void *arg)
{
	char	*at = g_strndup(uri, JUDGE_RULES_URI_MAX), *next;
	int	 n;

	for (n = 0; at != NULL && n <= REDIRECTS_MAX; n++) {
		next = clean_one(at, fn, arg);
		g_free(at);
		at = next;
	}
	g_free(at);
}
