/*
 * charset_encode.c - header values in the other direction: UTF-8 to encoded-words.  RFC 2047.
 *
 * Floor 1.  What it returns is ASCII, and holds no line break but its own folding.
 */
#include <glib.h>
#include <string.h>
#include "charset.h"
#include "charset_impl.h"

#define LINE_MAX_OCTETS	76		/* of a line that holds an encoded-word, RFC 2047 2 */
#define WORD_MAX_OCTETS	75
#define OPENING		"=?UTF-8?B?"
#define CLOSING		"?="
#define FOLDING		"\n "
#define LEAST		4		/* octets of text a word holds at least: one character */

static bool
is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!g_ascii_isprint(text[i]))
			return false;
	return strstr(text, "=?") == NULL;
}

/* How many octets of text fit into a word of that many octets, ending at a character border. */
static size_t
fit(const char *text, size_t len, size_t room)
{
	size_t	overhead = strlen(OPENING) + strlen(CLOSING), n;

	n = room > overhead ? (room - overhead) / 4 * 3 : 0;
	n = MAX(n, LEAST);
	if (n >= len)
		return len;
	while (n > 1 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

char *
charset_encode_header(const char *utf8, size_t first)
{
	struct charset_output	 clean;
	GString			*value;
	char			*text, *base64;
	size_t			 len, n, room;

	/* Invalid octets become U+FFFD, three octets for one at most. */
	len = strlen(utf8);
	charset_output_init(&clean, len, len > G_MAXINT32 / 3 ? G_MAXINT32 : len * 3);
	charset_output_add(&clean, utf8, len);
	text = charset_output_take(&clean, &len);
	if (is_plain(text, len))
		return text;
	value = g_string_sized_new(len * 2);
	room = first < LINE_MAX_OCTETS ? MIN(LINE_MAX_OCTETS - first, WORD_MAX_OCTETS) : 0;
	for (size_t i = 0; i < len; i += n) {
		n = fit(text + i, len - i, room);
		base64 = g_base64_encode((const guchar *)text + i, n);
		g_string_append_printf(value, "%s%s%s%s", i > 0 ? FOLDING : "", OPENING, base64,
		    CLOSING);
		g_free(base64);
		room = WORD_MAX_OCTETS;
	}
	g_free(text);
	return g_string_free(value, FALSE);
}
