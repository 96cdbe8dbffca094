/*
 * command_text.c - the new text of a reply: its first text part, decoded, without what it quotes.
 *
 * Floor 3, part of command.  One pass over bounded text, one buffer.
 */
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "charset.h"
#include "command_private.h"

/* What was seen so far, from the top. */
struct strip {
	char	*out;
	size_t	 len, max;
	bool	 said;		/* words of the writer */
	bool	 quoted;	/* a quote, before any words */
	bool	 gap;		/* a blank line since the quote */
	command_enough_fn	*enough;	/* NULL: all is wanted */
	void			*arg;
};

static bool
is_text(const struct mime_part *part)
{
	return !part->attachment && !part->returned && !part->enclosed && part->filename == NULL &&
	    strncmp(part->type, "text/", 5) == 0;
}

static bool
is_empty(const struct mime_part *part)
{
	for (size_t i = 0; i < part->len; i++)
		if ((unsigned char)part->octets[i] > ' ')
			return false;
	return true;
}

static bool
is_html(const struct mime_part *part)
{
	return strcmp(part->type, "text/html") == 0;
}

/*
 * The part that is read: the first that is text; HTML behind plain text only where that is empty.
 */
static const struct mime_part *
first_text(const struct mime *mime)
{
	const struct mime_part *found = NULL, *part;

	for (size_t i = 0; i < mime_part_count(mime); i++) {
		part = mime_part_at(mime, i);
		if (!is_text(part) || (!is_html(part) && strcmp(part->type, "text/plain") != 0))
			continue;
		if (!is_empty(part))
			return part;
		if (found == NULL)
			found = part;
	}
	return found;
}

static bool
add(struct strip *strip, const char *octets, size_t len)
{
	if (len > strip->max - strip->len)
		return false;
	memcpy(strip->out + strip->len, octets, len);
	strip->len += len;
	return true;
}

/* Whether the lines behind an attribution are marked with '>'. */
static bool
is_marked(const char *p, const char *end)
{
	struct command_span line;

	while (command_line_next(&p, end, &line)) {
		line = command_trim(line);
		if (line.len > 0)
			return line.at[0] == '>';
	}
	return false;
}

/* A quote: false when nothing below it is new. */
static bool
take_quote(struct strip *strip)
{
	if (strip->said) {
		if (strip->quoted)
			strip->len = 0;		/* answers between quotes: none is the message */
		return false;
	}
	strip->quoted = true;
	strip->gap = false;
	return true;
}

/*
 * A line of text: false when there is no room for it, or none below it matters.  Below a quote all do: one more
 * quote, and there was no message.
 */
static bool
take_line(struct strip *strip, struct command_span line)
{
	if (command_is_blank(line)) {
		strip->gap = true;
		return add(strip, "\n", 1);
	}
	if (strip->quoted && !strip->gap)
		return true;			/* the end of a quoted line that was wrapped */
	if (!add(strip, line.at, line.len) || !add(strip, "\n", 1))
		return false;
	strip->said |= !command_is_program_line(line);
	return strip->enough == NULL || strip->quoted || !strip->enough(strip->arg, line);
}

static void
strip_quotes(struct strip *strip, const char *p, const char *end)
{
	bool going = true;

	while (going && p < end) {
		const char *at = p, *next;
		struct command_span line;

		switch (command_mark_at(p, end, &next)) {
		case COMMAND_MARK_QUOTE:
			going = take_quote(strip);
			break;
		case COMMAND_MARK_WROTE:
			going = is_marked(next, end) && take_quote(strip);
			break;
		case COMMAND_MARK_CUT:
			going = false;
			break;
		case COMMAND_MARK_TEXT:
		default:
			(void)command_line_next(&at, end, &line);
			going = take_line(strip, line);
			break;
		}
		p = next;
	}
}

char *
command_new_text_until(const struct mime *mime, const char *default_charset, size_t max,
    command_enough_fn *enough, void *arg)
{
	const struct mime_part *part = first_text(mime);
	struct strip strip = { .enough = enough, .arg = arg };
	char *utf8 = NULL, *html = NULL;
	const char *text;
	size_t len = 0;

	if (part != NULL)
		utf8 = charset_decode(part->octets, MIN(part->len, COMMAND_PART_MAX), part->charset,
		    default_charset, COMMAND_PART_MAX, &len);
	text = utf8;
	if (part != NULL && is_html(part)) {
		if ((html = command_html_lines(utf8, len, COMMAND_PART_MAX, &len)) == NULL)
			goto out;
		text = html;
	}
	strip.max = MIN(max, len + 1);
	if ((strip.out = malloc(strip.max + 1)) == NULL)
		goto out;
	if (text != NULL)
		strip_quotes(&strip, text, text + len);
	strip.out[strip.len] = '\0';
out:
	free(html);
	charset_free(utf8);
	return strip.out;
}

char *
command_new_text(const struct mime *mime, const char *default_charset, size_t max)
{
	return command_new_text_until(mime, default_charset, max, NULL, NULL);
}
