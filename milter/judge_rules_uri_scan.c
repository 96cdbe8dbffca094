/*
 * judge_rules_uri_scan.c - addresses that stand in running text, as mail programs make links of them.
 *
 * Floor 3.  The text is cut into words at what no link can hold; each word is read once from left to right.
 * What counts as a link, and where it ends, is SpamAssassin's: a scheme or "www." before it, or an "@" in it, or
 * a host name below a real top-level domain.
 */
#include <string.h>
#include <strings.h>
#include <glib.h>
#include "judge_rules_uri.h"

#define LINK_MAX	2048	/* octets behind a scheme */
#define MAIL_MAX	251	/* octets on either side of '@' */
#define HOST_MAX	260	/* octets of a host name, its port and what ends it not counted */

enum { END = 1, END_MAIL = 2, START = 4, START_HOST = 8, WORD = 16, HOST = 32, TRAIL = 64, SIGN = 128 };

/* What an octet may do; a table, for every octet of every message is asked. */
static const unsigned char kinds[256] = {
	['\t'] = END | END_MAIL | START | START_HOST, ['\n'] = END | END_MAIL | START | START_HOST,
	['\v'] = END | END_MAIL | START | START_HOST, ['\f'] = END | END_MAIL | START | START_HOST,
	['\r'] = END | END_MAIL | START | START_HOST, [0x1b] = END | END_MAIL | START | START_HOST,
	[' '] = END | END_MAIL | START | START_HOST, [0xa0] = END | END_MAIL | START | START_HOST,
	['<'] = END | END_MAIL | START | START_HOST, ['>'] = END | END_MAIL | START | START_HOST,
	['"'] = END | END_MAIL | START | START_HOST, ['`'] = END | END_MAIL | START | START_HOST,
	['{'] = END | END_MAIL | START | START_HOST, ['['] = END | END_MAIL | START | START_HOST,
	['|'] = END | END_MAIL | START | START_HOST, ['}'] = END | END_MAIL | START_HOST,
	[']'] = END | END_MAIL | START_HOST, ['\''] = END_MAIL | START | START_HOST | TRAIL,
	[','] = END_MAIL | START | START_HOST | TRAIL, ['('] = END_MAIL | START | START_HOST | TRAIL,
	[')'] = START_HOST | TRAIL, ['!'] = START_HOST | TRAIL, ['#'] = START_HOST | TRAIL, ['$'] = START_HOST,
	['&'] = START_HOST | TRAIL, ['*'] = START_HOST | TRAIL, ['+'] = START_HOST | TRAIL, ['/'] = START_HOST,
	[':'] = START_HOST | TRAIL | SIGN, [';'] = START_HOST | TRAIL, ['='] = START_HOST | TRAIL,
	['?'] = START_HOST | TRAIL, ['@'] = START_HOST | TRAIL | SIGN, ['\\'] = START_HOST,
	['^'] = START_HOST | TRAIL, ['~'] = START_HOST | TRAIL, ['-'] = HOST | TRAIL, ['.'] = HOST | TRAIL | SIGN,
	['_'] = WORD | HOST | TRAIL,
	['0'] = WORD | HOST, ['1'] = WORD | HOST, ['2'] = WORD | HOST, ['3'] = WORD | HOST, ['4'] = WORD | HOST,
	['5'] = WORD | HOST, ['6'] = WORD | HOST, ['7'] = WORD | HOST, ['8'] = WORD | HOST, ['9'] = WORD | HOST,
	['a'] = WORD | HOST, ['b'] = WORD | HOST, ['c'] = WORD | HOST, ['d'] = WORD | HOST, ['e'] = WORD | HOST,
	['f'] = WORD | HOST, ['g'] = WORD | HOST, ['h'] = WORD | HOST, ['i'] = WORD | HOST, ['j'] = WORD | HOST,
	['k'] = WORD | HOST, ['l'] = WORD | HOST, ['m'] = WORD | HOST, ['n'] = WORD | HOST, ['o'] = WORD | HOST,
	['p'] = WORD | HOST, ['q'] = WORD | HOST, ['r'] = WORD | HOST, ['s'] = WORD | HOST, ['t'] = WORD | HOST,
	['u'] = WORD | HOST, ['v'] = WORD | HOST, ['w'] = WORD | HOST, ['x'] = WORD | HOST, ['y'] = WORD | HOST,
	['z'] = WORD | HOST, ['A'] = WORD | HOST, ['B'] = WORD | HOST, ['C'] = WORD | HOST, ['D'] = WORD | HOST,
	['E'] = WORD | HOST, ['F'] = WORD | HOST, ['G'] = WORD | HOST, ['H'] = WORD | HOST, ['I'] = WORD | HOST,
	['J'] = WORD | HOST, ['K'] = WORD | HOST, ['L'] = WORD | HOST, ['M'] = WORD | HOST, ['N'] = WORD | HOST,
	['O'] = WORD | HOST, ['P'] = WORD | HOST, ['Q'] = WORD | HOST, ['R'] = WORD | HOST, ['S'] = WORD | HOST,
	['T'] = WORD | HOST, ['U'] = WORD | HOST, ['V'] = WORD | HOST, ['W'] = WORD | HOST, ['X'] = WORD | HOST,
	['Y'] = WORD | HOST, ['Z'] = WORD | HOST,
};

enum kind { LINK, MAIL, NAME };

/* One word of a text, its borders, and the place that is tried. */
struct word {
	const char	*text, *start, *end;	/* text: of the whole piece */
	const char	*at, *mail_end;		/* the next '@' and the next end of a mail address from p on */
};

static bool
is(char c, unsigned kind)
{
	unsigned	all = (unsigned char)c >= 0x80 ? END_MAIL : 0;

	return ((kinds[(unsigned char)c] | all) & kind) != 0;
}

/* Whether a link may begin at p: at the border of a word or behind an opening sign. */
static bool
may_start(const struct word *w, const char *p)
{
	bool	before = p > w->text && is(p[-1], WORD);

	if (before != is(*p, WORD) || (p > w->text && is(p[-1], START)))
		return true;
	return p - w->text >= 3 && p[-3] == 0x1b && p[-2] == '(';
}

/* The length of "http://", "www7." and such at p, or 0. */
static size_t
scheme_length(const char *p, size_t len)
{
	static const char *const	schemes[] = { "https://", "http://", "ftp://", "ftp." };
	size_t				 i, n;

	if (strchr("hHfFwW", *p) == NULL || *p == '\0')
		return 0;
	for (i = 0; i < G_N_ELEMENTS(schemes); i++) {
		n = strlen(schemes[i]);
		if (len > n && strncasecmp(p, schemes[i], n) == 0)
			return n;
	}
	if (len < 4 || strncasecmp(p, "www", 3) != 0)
		return 0;
	for (n = 3; n < 5 && n < len && g_ascii_isdigit(p[n]); n++)
		;
	return n + 1 < len && p[n] == '.' ? n + 1 : 0;
}

/* Moves the next '@' and the next end of a mail address on to p. */
static void
look_ahead(struct word *w, const char *p)
{
	if (w->at != NULL && w->at < p)
		w->at = memchr(p, '@', (size_t)(w->end - p));
	if (w->mail_end == NULL || w->mail_end < p)
		for (w->mail_end = p; w->mail_end < w->end && !is(*w->mail_end, END_MAIL); w->mail_end++)
			;
}

/* Where a mail address that begins at p ends, or NULL. */
static const char *
mail_at(struct word *w, const char *p)
{
	look_ahead(w, p);
	if (w->end - p > 7 && strncasecmp(p, "mailto:", 7) == 0 && w->mail_end > p + 7 &&
	    w->mail_end - p - 7 <= LINK_MAX)
		return w->mail_end;
	if (w->at == NULL || w->at == p || w->at >= w->mail_end || w->at - p > MAIL_MAX)
		return NULL;
	return w->mail_end - w->at > 1 && w->mail_end - w->at - 1 <= MAIL_MAX ? w->mail_end : NULL;
}

/* Whether a bare host name, and what may follow it, fills the word from p on. */
static bool
name_at(const struct word *w, const char *p)
{
	const char	*stop = p, *rest, *host;

	if (!is(*p, HOST) || *p == '-' || *p == '.' || *p == '_' || (p > w->text && !is(p[-1], START_HOST)))
		return false;
	while (stop < w->end && stop - p <= HOST_MAX && is(*stop, HOST))
		stop++;
	rest = stop;
	host = stop > p && stop[-1] == '.' ? stop - 1 : stop;
	if (rest < w->end && *rest == ':') {
		for (rest++; rest < w->end && rest - stop <= 5 && g_ascii_isdigit(*rest); rest++)
			;
		if (rest == stop + 1)
			return false;
	}
	if (rest < w->end && (*rest != '/' || w->end - rest < 2 || w->end - rest > LINK_MAX + 1))
		return false;
	return judge_rules_uri_host(p, (size_t)(host - p)) && judge_rules_uri_tld(p, (size_t)(host - p));
}

/* Takes off what stands behind the last ')' that no '(' opened, and signs at the end. */
static size_t
trim(const char *uri, size_t len)
{
	const char	*open = memchr(uri, '(', len);
	const char	*close = memrchr(uri, ')', open != NULL ? (size_t)(open - uri) : len);

	if (close != NULL)
		len = (size_t)(close - uri);
	while (len > 0 && is(uri[len - 1], TRAIL))
		len--;
	return len;
}

static bool
is_junk(const char *uri, size_t len)
{
	size_t	n = 0;

	if (len >= 4 && (strncasecmp(uri, "cid:", 4) == 0 || strncasecmp(uri, "mid:", 4) == 0))
		return true;
	while (n < len && is(uri[n], WORD))
		n++;
	if (n == 0 || n >= len || uri[n] != ':')
		return false;
	for (n++; n < len && uri[n] == '/'; n++)
		;
	return n == len;		/* a scheme and nothing else */
}

static bool
has_prefix(const char *text, const char *prefix)
{
	return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* A mail address without "mailto:": puts that before it; NULL: it is none. */
static char *
mail_link(const char *uri)
{
	static const char *const	heads[] = { "skype:", "email:", "e-mail:", "mail:", ":" };
	const char			*dot = strchr(uri, '@') + 1;
	size_t				 i;

	if (*dot == '\0' || strchr(dot + 1, '.') == NULL || strstr(uri, "&nbsp;") != NULL)
		return NULL;
	for (i = 0; i < G_N_ELEMENTS(heads) && !has_prefix(uri, heads[i]); i++)
		;
	if (i < G_N_ELEMENTS(heads)) {
		uri += strlen(heads[i]);
		uri += strspn(uri, ":");
	}
	return g_strconcat("mailto:", uri, NULL);
}

/* The link with its scheme; NULL: it is none.  The caller frees it. */
static char *
with_scheme(const char *uri)
{
	const char	*at = strchr(uri, '@'), *slash = strchr(uri, '/');

	if (has_prefix(uri, "http:") || has_prefix(uri, "https:") || has_prefix(uri, "ftp:") ||
	    has_prefix(uri, "mailto:"))
		return g_strdup(uri);
	if (has_prefix(uri, "ftp."))
		return g_strconcat("ftp://", uri, NULL);
	if (scheme_length(uri, strlen(uri)) > 0)
		return g_strconcat("http://", uri, NULL);
	if (slash != NULL && strrchr(uri, '@') > slash + 1)
		return g_strconcat("http://", uri, NULL);
	if (at != NULL)
		return mail_link(uri);
	return strchr(uri, '.') != NULL ? g_strconcat("http://", uri, NULL) : NULL;
}

/* Whether the host of a "mailto:" link stands below a real top-level domain. */
static bool
mail_leads(const char *uri)
{
	const char	*host = strchr(uri, '@');
	size_t		 len;

	if (host == NULL)
		return false;
	host++;
	len = strcspn(host, "?&>");
	while (len >= 3 && memcmp(host + len - 3, "%20", 3) == 0)
		len -= 3;
	return judge_rules_uri_tld(host, len);
}

static void
found(const char *raw, size_t len, enum kind kind, judge_rules_uri_fn *fn, void *arg)
{
	char	*cut, *uri = NULL, *plain;

	len = trim(raw, len);
	if (len == 0 || (kind == MAIL && memchr(raw, '@', len) == NULL) || is_junk(raw, len))
		return;
	cut = g_strndup(raw, len);
	uri = with_scheme(cut);
	if (uri != NULL && has_prefix(uri, "mailto:")) {
		plain = judge_rules_uri_unescape(uri);
		g_free(uri);
		uri = plain;
		if (!mail_leads(uri))
			goto out;
	}
	if (uri != NULL)
		fn(arg, uri);
out:
	g_free(cut);
	g_free(uri);
}

/* Finds the links of one word, from left to right. */
static void
scan_word(struct word *w, judge_rules_uri_fn *fn, void *arg)
{
	const char	*p, *stop;
	size_t		 scheme;

	w->at = memchr(w->start, '@', (size_t)(w->end - w->start));
	w->mail_end = NULL;
	for (p = w->start; p < w->end; p++) {
		if (is(*p, END_MAIL) || !may_start(w, p))
			continue;		/* no kind of link begins with what ends a mail address */
		scheme = scheme_length(p, (size_t)(w->end - p));
		if (scheme > 0 && (size_t)(w->end - p) - scheme <= LINK_MAX) {
			found(p, (size_t)(w->end - p), LINK, fn, arg);
			return;
		}
		stop = mail_at(w, p);
		if (stop != NULL) {
			found(p, (size_t)(stop - p), MAIL, fn, arg);
			p = stop - 1;
		} else if (name_at(w, p)) {
			found(p, (size_t)(w->end - p), NAME, fn, arg);
			return;
		}
	}
}

void
judge_rules_uri_scan(const char *text, size_t len, judge_rules_uri_fn *fn, void *arg)
{
	struct word	w = { .text = text };
	const char	*p = text, *end = text + len, *floor = text;

	while (p < end) {
		if (!is(*p, SIGN)) {		/* no link is without one: words without are not even borders */
			p++;
			continue;
		}
		for (w.start = p; w.start > floor && !is(w.start[-1], END); w.start--)
			;
		for (w.end = p; w.end < end && !is(*w.end, END); w.end++)
			;
		if (w.end - w.start >= 4)
			scan_word(&w, fn, arg);
		p = floor = w.end < end ? w.end + 1 : end;
	}
}
