/*
 * text_uri.c - the links of a message: those that markup names and those that stand bare in the text.
 *
 * Floor 2, part of text.  Resolves nothing, looks nothing up: a link is kept as written.
 */
#include <string.h>
#include <strings.h>
#include <glib.h>
#include "text_private.h"

#define URI_MAX		4096	/* octets of one link; a longer one is cut */

struct text_uris {
	GPtrArray	*list;
	GHashTable	*seen;		/* the same strings */
	unsigned	 max;
	bool		 marks;		/* all that markup points at, each as it is meant */
	char		*base;		/* what relative ones are relative to, or NULL */
};

struct text_uris *
text_uris_new(unsigned max, bool marks)
{
	struct text_uris *uris = g_new0(struct text_uris, 1);

	uris->list = g_ptr_array_new_with_free_func(g_free);
	uris->seen = g_hash_table_new(g_str_hash, g_str_equal);
	uris->max = max;
	uris->marks = marks;
	return uris;
}

void
text_uris_free(struct text_uris *uris)
{
	if (uris == NULL)
		return;
	g_hash_table_destroy(uris->seen);
	g_ptr_array_free(uris->list, TRUE);
	g_free(uris->base);
	g_free(uris);
}

/* Links that lead nowhere outside the message. */
static bool
is_internal(const char *uri)
{
	return *uri == '#' || strncasecmp(uri, "data:", 5) == 0 || strncasecmp(uri, "cid:", 4) == 0;
}

/* A copy without white space around it and control characters in it, which readers drop too. */
static char *
tidy(const char *uri, size_t len)
{
	char *copy, *out;

	while (len > 0 && (unsigned char)*uri <= ' ') {
		uri++;
		len--;
	}
	while (len > 0 && (unsigned char)uri[len - 1] <= ' ')
		len--;
	if (len > URI_MAX) {
		len = URI_MAX;
		while (((unsigned char)uri[len] & 0xc0) == 0x80)
			len--;
	}
	copy = out = g_malloc(len + 1);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)uri[i] >= ' ' && uri[i] != 0x7f)
			*out++ = uri[i];
	*out = '\0';
	return copy;
}

/* Links that stay as they are whatever the base: with an authority, and no dots to work off in the path. */
static bool
is_absolute(const char *uri)
{
	return (strncmp(uri, "http://", 7) == 0 || strncmp(uri, "https://", 8) == 0) && strstr(uri, "/.") == NULL;
}

void
text_uris_add(struct text_uris *uris, const char *uri, size_t len)
{
	char *copy, *target;

	if (uris->list->len >= uris->max)
		return;
	copy = tidy(uri, len);
	if (uris->marks && *copy != '\0' && !is_absolute(copy)) {
		target = text_uri_resolve(uris->base, copy);
		g_free(copy);
		copy = target;
	}
	if (*copy == '\0' || (!uris->marks && is_internal(copy)) || g_hash_table_contains(uris->seen, copy)) {
		g_free(copy);
		return;
	}
	g_hash_table_add(uris->seen, copy);
	g_ptr_array_add(uris->list, copy);
}

void
text_uris_set_base(struct text_uris *uris, const char *uri, size_t len)
{
	char *copy = tidy(uri, len), *base = text_uri_as_base(copy);

	if (base != NULL) {
		g_free(uris->base);
		uris->base = base;
	}
	g_free(copy);
}

size_t
text_uris_count(const struct text_uris *uris)
{
	return uris->list->len;
}

const char *
text_uris_at(const struct text_uris *uris, size_t i)
{
	return i < uris->list->len ? g_ptr_array_index(uris->list, i) : NULL;
}

/* True for what may stand in a link as ASCII text shows it.  RFC 3986, without what quotes or ends a link. */
static bool
is_link_char(unsigned char c)
{
	return c > ' ' && c < 0x7f && strchr("\"<>\\^`{|}", c) == NULL;
}

/* True when a Chinese or other non-ASCII letter begins at p: a name such as http://例子.example. */
static bool
is_foreign_letter(const char *p, const char *end)
{
	gunichar c = g_utf8_get_char_validated(p, (gssize)(end - p));

	return (gint32)c >= 0x80 && g_unichar_isalnum(c);
}

/* The end of a link whose host begins at p: a host may begin with foreign letters, all else is ASCII. */
static const char *
link_end(const char *p, const char *end)
{
	const char *start;
	int brackets = 0;

	while (p < end && (unsigned char)*p >= 0x80 && is_foreign_letter(p, end))
		p = g_utf8_next_char(p);
	start = p;
	while (p < end && is_link_char((unsigned char)*p))
		p++;
	for (const char *q = start; q < p; q++)
		brackets += *q == '(' ? 1 : *q == ')' ? -1 : 0;
	for (; p > start; p--) {
		if (p[-1] == ')' && brackets < 0)
			brackets++;
		else if (strchr(".,;:!?'*_~([]", p[-1]) == NULL)
			break;
	}
	return p;
}

/* A scheme that ends at colon, no letter before it: where it begins, or NULL. */
static const char *
scheme_start(const char *text, const char *colon)
{
	static const struct { const char *name; size_t len; bool slashes; } schemes[] = {
		{ "https", 5, true }, { "http", 4, true }, { "ftp", 3, true }, { "mailto", 6, false },
	};

	if (colon == text || strchr("spoSPO", colon[-1]) == NULL)
		return NULL;			/* no scheme ends in another letter */
	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
		const char *start = colon - schemes[i].len;

		if (start < text || strncasecmp(start, schemes[i].name, schemes[i].len) != 0)
			continue;
		if (start > text && g_ascii_isalnum(start[-1]))
			continue;
		if (!schemes[i].slashes || (colon[1] == '/' && colon[2] == '/'))
			return start;
	}
	return NULL;
}

/* Adds what begins at start with its host at host; returns where to read on. */
static const char *
add_link(struct text_uris *uris, const char *start, const char *host, const char *end)
{
	const char *stop = link_end(host, end);

	if (stop - host >= 3)
		text_uris_add(uris, start, (size_t)(stop - start));
	return stop > host ? stop : host;
}

void
text_uris_scan(struct text_uris *uris, const char *utf8, size_t len)
{
	const char *end = utf8 + len, *p, *start;

	for (p = utf8; (p = memchr(p, ':', (size_t)(end - p))) != NULL;) {
		size_t slashes = end - p > 2 && p[1] == '/' && p[2] == '/' ? 2 : 0;

		if (end - p > 3 && (start = scheme_start(utf8, p)) != NULL)
			p = add_link(uris, start, p + 1 + slashes, end);
		else
			p++;
	}
	for (p = utf8; (p = memchr(p, '.', (size_t)(end - p))) != NULL;) {
		if (p - utf8 >= 3 && (p[-1] | 0x20) == 'w' && strncasecmp(p - 3, "www", 3) == 0 &&
		    (p - utf8 == 3 || (!g_ascii_isalnum(p[-4]) && strchr("/.@-_=", p[-4]) == NULL)))
			p = add_link(uris, p - 3, p + 1, end);
		else
			p++;
	}
}
