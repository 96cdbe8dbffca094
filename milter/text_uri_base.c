/*
 * text_uri_base.c - a link as it is meant: relative to the <base> of its document, dots in its path worked off.
 *
 * Floor 2, part of text.  RFC 3986 5.2, with SpamAssassin's leave for "//www.…" without a scheme.  Pure.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <glib.h>
#include "text_private.h"

/* A piece of a link; NULL text: it is not there, which is not the same as empty. */
struct span {
	const char	*text;
	size_t		 len;
};

struct parts {
	struct span	scheme, authority, path, query, fragment;
};

/* Takes a span up to one of ends off *p. */
static struct span
take(const char **p, const char *ends)
{
	struct span	s = { .text = *p, .len = strcspn(*p, ends) };

	*p += s.len;
	return s;
}

static struct parts
split(const char *uri)
{
	struct parts	 parts = { .path = { .text = NULL } };
	size_t		 n = strcspn(uri, ":/?#");

	if (n > 0 && uri[n] == ':') {
		parts.scheme = take(&uri, ":");
		uri++;
	}
	if (uri[0] == '/' && uri[1] == '/') {
		uri += 2;
		parts.authority = take(&uri, "/?#");
	}
	parts.path = take(&uri, "?#");
	if (*uri == '?') {
		uri++;
		parts.query = take(&uri, "#");
	}
	if (*uri == '#') {
		uri++;
		parts.fragment = take(&uri, "");
	}
	return parts;
}

/* Whether the segment at p is dots ("/." or "/.."), so many, to its end. */
static bool
is_dots(const char *p, const char *end, size_t dots)
{
	return (size_t)(end - p) > dots && p[0] == '/' && memcmp(p + 1, "..", dots) == 0 &&
	    ((size_t)(end - p) == dots + 1 || p[dots + 1] == '/');
}

/* Appends a path without its "." and ".." segments. */
static void
append_path(GString *out, const char *path, size_t len)
{
	const char	*p = path, *end = path + len, *slash;
	size_t		 start = out->len;

	if (len > 1 && p[0] == '.' && p[1] == '/')
		p += 1;
	else if (len > 2 && p[0] == '.' && p[1] == '.' && p[2] == '/')
		p += 2;
	while (p < end) {
		if (is_dots(p, end, 1) || is_dots(p, end, 2)) {
			bool	up = is_dots(p, end, 2);

			p += up ? 3 : 2;
			for (; up && out->len > start && out->str[out->len - 1] != '/'; )
				g_string_truncate(out, out->len - 1);
			if (up && out->len > start)
				g_string_truncate(out, out->len - 1);
			if (p >= end)
				g_string_append_c(out, '/');
			continue;
		}
		slash = memchr(p + 1, '/', (size_t)(end - p - 1));
		slash = slash == NULL ? end : slash;
		g_string_append_len(out, p, slash - p);
		p = slash;
	}
}

/* The path of a relative link, which may lean on the base's. */
static void
append_target_path(GString *out, const struct parts *base, const struct parts *r)
{
	GString	*merged;
	size_t	 keep = base->path.len;

	if (r->scheme.text != NULL || r->authority.text != NULL || (r->path.len > 0 && *r->path.text == '/')) {
		append_path(out, r->path.text, r->path.len);
		return;
	}
	if (r->path.len == 0) {
		g_string_append_len(out, base->path.text, (gssize)base->path.len);
		return;
	}
	merged = g_string_new(base->authority.text != NULL && keep == 0 ? "/" : "");
	while (keep > 0 && base->path.text[keep - 1] != '/')
		keep--;
	g_string_append_len(merged, base->path.text, (gssize)keep);
	g_string_append_len(merged, r->path.text, (gssize)r->path.len);
	append_path(out, merged->str, merged->len);
	g_string_free(merged, TRUE);
}

static void
append_scheme(GString *out, struct span scheme, struct span authority)
{
	size_t	n = 3;

	if (scheme.text != NULL) {
		g_string_append_len(out, scheme.text, (gssize)scheme.len);
		g_string_append_c(out, ':');
	} else if (authority.text != NULL && strncasecmp(authority.text, "www", 3) == 0) {
		while (g_ascii_isdigit(authority.text[n]))
			n++;
		g_string_append(out, authority.text[n] == '.' ? "http:" : "");
	} else if (authority.text != NULL && strncasecmp(authority.text, "ftp.", 4) == 0) {
		g_string_append(out, "ftp:");
	}
}

static void
append_part(GString *out, const char *sign, struct span part)
{
	if (part.text == NULL)
		return;
	g_string_append(out, sign);
	g_string_append_len(out, part.text, (gssize)part.len);
}

/* Links that stand for themselves: no base, no path. */
static bool
is_whole(const char *uri)
{
	static const char *const	schemes[] = { "data:", "mailto:", "file:", "cid:", "tel:" };

	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
		if (strncasecmp(uri, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

char *
text_uri_resolve(const char *base_uri, const char *uri)
{
	struct parts	base = split(base_uri != NULL ? base_uri : ""), r = split(uri);
	GString		*out;

	if (is_whole(uri))
		return g_strdup(uri);
	if (r.scheme.text != NULL && r.scheme.len == base.scheme.len &&
	    memcmp(r.scheme.text, base.scheme.text, r.scheme.len) == 0)
		r.scheme.text = NULL;
	out = g_string_sized_new(strlen(uri) + 64);
	append_scheme(out, r.scheme.text != NULL ? r.scheme : base.scheme,
	    r.scheme.text != NULL || r.authority.text != NULL ? r.authority : base.authority);
	append_part(out, "//", r.scheme.text != NULL || r.authority.text != NULL ? r.authority : base.authority);
	append_target_path(out, &base, &r);
	if (r.query.text == NULL && r.path.len == 0 && r.scheme.text == NULL && r.authority.text == NULL)
		r.query = base.query;
	append_part(out, "?", r.query);
	append_part(out, "#", r.fragment);
	return g_string_free(out, FALSE);
}

char *
text_uri_as_base(const char *uri)
{
	const char	*path, *name, *dot, *slash;
	size_t		 n = strcspn(uri, ":");

	if (strncasecmp(uri, "http", 4) != 0 && strncasecmp(uri, "ftp", 3) != 0)
		return NULL;
	if (uri[n] != ':')
		return NULL;
	path = uri + n + 1;
	path += strspn(path, "/");
	slash = strchr(path, '/');
	name = slash != NULL ? strrchr(path, '/') + 1 : NULL;
	dot = name != NULL ? strrchr(name, '.') : NULL;
	if (dot != NULL && dot > name && strlen(dot) >= 3 && strlen(dot) <= 5)
		return g_strndup(uri, (gsize)(name - uri));
	return g_strconcat(uri, uri[strlen(uri) - 1] == '/' ? "" : "/", NULL);
}
