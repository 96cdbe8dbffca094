/*
 * charset_header.c - header values: encoded-words, raw octets, folding.  RFC 2047, RFC 2231 5.
 *
 * Floor 1.  Reads what mail programs write, not only what the RFC allows.  Neighbouring words of
 * one charset are decoded as one text, so that a character may begin in one and end in the next.
 */
#include <glib.h>
#include <string.h>
#include "charset.h"
#include "charset_impl.h"

#define CHARSET_MAX	64		/* octets of a declared charset, its NUL included */

/* One encoded-word as it stands in the value: "=?charset?encoding?text?=". */
struct word {
	char		 charset[CHARSET_MAX];
	bool		 base64;
	const char	*text;
	size_t		 len;
	const char	*end;			/* the octet after it */
};

/* Words already taken off their encoding, waiting for more of the same charset. */
struct pending {
	char		 charset[CHARSET_MAX];	/* as declared; empty: nothing is waiting */
	const char	*name;			/* of charset_canonical(); NULL when unknown */
	char		*octets;
	size_t		 len, size;
	unsigned	 bits, held;	/* base64 that the last word left unfinished */
};

/* Reads "=?charset?encoding?" at p: 1 with word->text set, 0 when no such thing stands there. */
static int
read_opening(const char *p, const char *end, struct word *word)
{
	const char	*mark;
	size_t		 n;

	if (end - p < 6 || p[0] != '=' || p[1] != '?')
		return 0;
	p += 2;
	mark = memchr(p, '?', MIN((size_t)(end - p), CHARSET_MAX));
	if (mark == NULL || mark == p || mark - p >= CHARSET_MAX || end - mark < 3 ||
	    mark[2] != '?')
		return 0;
	n = (size_t)(mark - p);
	for (size_t i = 0; i < n; i++)
		if (!g_ascii_isprint(p[i]) || p[i] == '=')
			return 0;
	if (strchr("bBqQ", mark[1]) == NULL || mark[1] == '\0')
		return 0;
	memcpy(word->charset, p, n);
	word->charset[n] = '\0';
	word->base64 = g_ascii_tolower(mark[1]) == 'b';
	word->text = mark + 3;
	return 1;
}

/*
 * True when "?=" at p is a raw "?" before "=XX" rather than the end: another end follows in the
 * same word.
 */
static bool
is_false_end(const struct word *word, const char *p, const char *end)
{
	if (word->base64 || end - p < 4 || !g_ascii_isxdigit(p[2]) || !g_ascii_isxdigit(p[3]))
		return false;
	for (p += 4; end - p >= 2 && !(p[0] == '=' && p[1] == '?') && !g_ascii_isspace(*p); p++)
		if (p[0] == '?' && p[1] == '=')
			return true;
	return false;
}

/* An encoded-word at p.  Its end may be missing: then it ends at a blank, or with the value. */
static bool
read_word(const char *p, const char *end, struct word *word)
{
	struct word	 next;
	const char	*q;

	if (read_opening(p, end, word) == 0)
		return false;
	for (q = word->text; end - q >= 2; q++) {
		if (q[0] == '?' && q[1] == '=' && !is_false_end(word, q, end)) {
			word->len = (size_t)(q - word->text);
			word->end = q + 2;
			return true;
		}
		if (q[0] == '=' && q[1] == '?' && read_opening(q, end, &next) != 0)
			break;
	}
	for (q = word->text; q < end && !g_ascii_isspace(*q) && !(end - q >= 2 && q[0] == '=' &&
	    q[1] == '?'); q++)
		;
	word->len = (size_t)(q - word->text);
	word->end = q;
	if (word->len > 0 && q[-1] == '?')
		word->len--;
	return word->len > 0;
}

static int
base64_value(char c)
{
	if (g_ascii_isupper(c))
		return c - 'A';
	if (g_ascii_islower(c))
		return c - 'a' + 26;
	if (g_ascii_isdigit(c))
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/*
 * Carries on where the word before stopped within a group of four, when only both together make
 * groups.
 */
static void
add_base64(struct pending *pend, const struct word *word)
{
	size_t	count = 0;
	bool	carry;
	int	value;

	for (size_t i = 0; i < word->len; i++)
		count += base64_value(word->text[i]) >= 0 || word->text[i] == '=';
	carry = pend->held > 0 && (pend->held + count) % 4 == 0;
	if (!carry)
		pend->bits = pend->held = 0;
	for (size_t i = 0; i < word->len; i++) {
		value = base64_value(word->text[i]);
		if (word->text[i] == '=')
			/* padding, also in the middle: a group begins */
			pend->bits = pend->held = 0;
		if (value < 0)
			continue;
		pend->bits = (pend->bits << 6 | (unsigned)value) & 0xffffff;
		if (pend->held > 0)
			pend->octets[pend->len++] = (char)(pend->bits >> (6 - 2 * pend->held));
		pend->held = (pend->held + 1) % 4;
	}
}

static void
add_quoted(struct pending *pend, const struct word *word)
{
	char	c;

	pend->bits = pend->held = 0;
	for (size_t i = 0; i < word->len; i++) {
		c = word->text[i];
		if (c == '=' && i + 2 < word->len && g_ascii_isxdigit(word->text[i + 1]) &&
		    g_ascii_isxdigit(word->text[i + 2])) {
			c = (char)(g_ascii_xdigit_value(word->text[i + 1]) << 4 |
			    g_ascii_xdigit_value(word->text[i + 2]));
			i += 2;
		} else if (c == '_') {
			c = ' ';
		}
		pend->octets[pend->len++] = c;
	}
}

/* Decodes what is waiting. */
static void
flush(struct charset_output *out, struct charset_desk *desk, struct pending *pend,
    const char *fallback)
{
	charset_append(out, desk, pend->octets, pend->len, pend->name, fallback);
	pend->len = 0;
	pend->bits = pend->held = 0;
	pend->charset[0] = '\0';
}

/* Takes the charset of word on; what waits in another one is decoded first. */
static void
turn_to(struct charset_output *out, struct charset_desk *desk, struct pending *pend,
    const struct word *word, const char *fallback)
{
	const char	*name;
	char		 buf[64];

	if (g_ascii_strcasecmp(pend->charset, word->charset) == 0)
		return;
	name = charset_canonical(word->charset, buf);
	if (pend->charset[0] != '\0' &&
	    (name == NULL || pend->name == NULL || strcmp(name, pend->name) != 0))
		flush(out, desk, pend, fallback);
	(void)g_strlcpy(pend->charset, word->charset, sizeof(pend->charset));
	pend->name = name;
}

static void
add_word(struct pending *pend, const struct word *word)
{
	if (pend->size - pend->len < word->len) {
		pend->size = pend->size * 2 + word->len;
		pend->octets = g_realloc(pend->octets, pend->size);
	}
	if (word->base64)
		add_base64(pend, word);
	else
		add_quoted(pend, word);
}

/*
 * A copy of the value on one line: line breaks before a blank and at the end gone, others a blank.
 */
static char *
unfold(const char *value, size_t len, size_t *len_r)
{
	char	*line = g_malloc(len + 1);
	size_t	 n = 0;

	while (len > 0 && (value[len - 1] == '\n' || value[len - 1] == '\r'))
		len--;
	for (size_t i = 0; i < len; i++) {
		if (value[i] != '\r' && value[i] != '\n') {
			line[n++] = value[i];
			continue;
		}
		if (value[i] == '\r' && value[i + 1] == '\n')
			i++;
		if (value[i + 1] != ' ' && value[i + 1] != '\t')
			line[n++] = ' ';
	}
	*len_r = n;
	return line;
}

static bool
is_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p == end;
}

static void
decode_line(struct charset_output *out, struct charset_desk *desk, const char *line, size_t len,
    const char *fallback)
{
	const char	*raw, *end = line + len, *p = line, *start = line;
	struct pending	 pend = { .octets = NULL };
	struct word	 word;
	bool		 words = false;

	/* Asked once of the whole value: a stretch between two words is too short to tell. */
	raw = charset_guess_at(desk, line, len, fallback);
	while (p < end && (p = memchr(p, '=', (size_t)(end - p))) != NULL && !out->full) {
		if (!read_word(p, end, &word)) {
			p++;
			continue;
		}
		if (!words || !is_blank(start, p)) {
			flush(out, desk, &pend, fallback);
			charset_convert(out, desk, start, (size_t)(p - start), raw);
		}
		turn_to(out, desk, &pend, &word, fallback);
		add_word(&pend, &word);
		words = true;
		start = p = word.end;
	}
	flush(out, desk, &pend, fallback);
	charset_convert(out, desk, start, (size_t)(end - start), raw);
	g_free(pend.octets);
}

char *
charset_decode_header(const char *value, size_t len, const char *fallback, size_t limit,
    size_t *len_r)
{
	struct charset_output	 out;
	struct charset_desk	 desk;
	char			*line;
	size_t			 line_len;

	charset_output_init(&out, len, limit);
	line = unfold(value, len, &line_len);
	charset_desk_init(&desk);
	decode_line(&out, &desk, line, line_len, fallback);
	charset_desk_clear(&desk);
	g_free(line);
	/*
	 * A line break inside an encoded-word would let mail forge a line wherever the value is
	 * written.
	 */
	for (size_t i = 0; i < out.len; i++)
		if (out.text[i] == '\n' || out.text[i] == '\r')
			out.text[i] = ' ';
	return charset_output_take(&out, len_r);
}
