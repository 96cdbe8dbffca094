/*
 * text_body.c - the view that body rules look at, its white space exactly as SpamAssassin 4 leaves it.
 *
 * Floor 2, part of text.  A run of white space with two line feeds in it ends a paragraph, any other is one blank;
 * a blank before the first of the line feeds, and one behind the last, stay.  What an element of markup does to
 * the space around it is for the caller to say.
 */
#include <string.h>
#include <glib.h>
#include "text_private.h"

void
text_body_open(struct text_body *body, size_t limit, const char *subject)
{
	size_t len = strlen(subject);
	char *line;

	*body = (struct text_body){ .last = TEXT_LAST_NONE };
	text_view_open(&body->view, limit);
	while (len > 0 && g_ascii_isspace(subject[len - 1]))
		len--;
	while (len > 0 && g_ascii_isspace(*subject)) {
		subject++;
		len--;
	}
	line = g_strndup(subject, len);
	g_strdelimit(line, "\r\n", ' ');
	text_view_octets(&body->view, line, len);
	text_view_octets(&body->view, "\n", 1);
	g_free(line);
}

void
text_body_close(struct text_body *body)
{
	text_view_close(&body->view);
}

static void
add_blank(struct text_body *body)
{
	body->begun = true;
	if (body->feeds == 0)
		body->before = true;
	else
		body->after = true;
}

static void
add_feed(struct text_body *body)
{
	body->begun = true;
	body->feeds++;
	body->after = false;
}

/* Writes the white space that has gathered. */
static void
flush(struct text_body *body)
{
	if (body->feeds > 1) {
		if (body->before)
			text_view_octet(&body->view, ' ');
		text_view_octet(&body->view, '\n');
		if (body->after)
			text_view_octet(&body->view, ' ');
	} else if (body->feeds == 1 || body->before) {
		text_view_octet(&body->view, ' ');
	}
	body->feeds = 0;
	body->before = body->after = false;
}

/* The blank at the end of a text counts once it is known that no element takes it away. */
static void
keep_tail(struct text_body *body)
{
	if (body->tail)
		add_blank(body);
	body->tail = false;
}

void
text_body_part(struct text_body *body)
{
	keep_tail(body);
	if (body->begun)
		add_feed(body);
	body->last = TEXT_LAST_NONE;
}

static void
add_word(struct text_body *body, const char *word, size_t len)
{
	if (len == 0)
		return;
	body->begun = true;
	flush(body);
	text_view_octets(&body->view, word, len);
}

void
text_body_text(struct text_body *body, const char *utf8, size_t len)
{
	const char *p = utf8, *end = utf8 + len;
	bool trim = body->last == TEXT_LAST_SPACE;
	size_t n, blank;

	if (body->fresh && len > 0)
		keep_tail(body);
	body->fresh = false;
	while (p < end) {
		n = text_view_run(p, end, &blank);
		if (n > 0)
			keep_tail(body);
		add_word(body, p, n);
		trim = trim && n == 0;
		body->tail = body->tail || (blank > 0 && !trim);
		p += n + blank;
	}
	body->last = TEXT_LAST_TEXT;
}

void
text_body_tag(struct text_body *body)
{
	body->fresh = true;
}

void
text_body_space(struct text_body *body, unsigned feeds)
{
	body->tail = false;
	if (feeds == 0)
		add_blank(body);
	for (; feeds > 0; feeds--)
		add_feed(body);
	body->last = TEXT_LAST_SPACE;
}

void
text_body_plain(struct text_body *body, const char *utf8, size_t len)
{
	const char *p = utf8, *end = utf8 + len;
	size_t n, blank;

	while (p < end) {
		n = text_view_run(p, end, &blank);
		add_word(body, p, n);
		p += n;
		if (blank > 0 && *p == '\n')
			add_feed(body);
		else if (blank > 0)
			add_blank(body);
		p += blank;
	}
}

void
text_body_end(struct text_body *body)
{
	keep_tail(body);
	flush(body);
}
