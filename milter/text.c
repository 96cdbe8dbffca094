/*
 * text.c - what a message says, gathered part by part into the views that rules look at.
 *
 * Floor 2.  Never fails on content; what a limit leaves no room for is left out.
 */
#include <string.h>
#include <glib.h>
#include "charset.h"
#include "fold.h"
#include "text_private.h"

#define FEW_WORDS	20	/* visible words beside images that make a message "image only" */

const struct text_limits text_limits_default = {
	.octets = 1024 * 1024,
	.uris = 2000,
	.depth = 200,
};

int
text_new(const struct text_limits *limits, const char *default_charset, const char *subject,
    struct text **text_r, struct err *err)
{
	struct text *text = g_try_new0(struct text, 1);

	if (text == NULL)
		return err_set(err, "no memory for the text of a message");
	text->limits = limits != NULL ? *limits : text_limits_default;
	text->default_charset = g_strdup(default_charset);
	text->subject = g_strdup(subject != NULL ? subject : "");
	text->uris = text_uris_new(text->limits.uris);
	text_view_open(&text->body, text->limits.octets);
	text_view_open(&text->visible, text->limits.octets);
	text_view_open(&text->raw, text->limits.octets);
	text_view_words(&text->body, text->subject, strlen(text->subject));
	text_view_paragraph(&text->body);
	*text_r = text;
	return 0;
}

void
text_free(struct text *text)
{
	if (text == NULL)
		return;
	text_view_close(&text->body);
	text_view_close(&text->visible);
	text_view_close(&text->raw);
	text_uris_free(text->uris);
	fold_free(text->folded);
	fold_free(text->folded_subject);
	g_free(text->spare);
	g_free(text->spare_charset);
	g_free(text->default_charset);
	g_free(text->subject);
	g_free(text);
}

/* CRLF is read as LF, in place. */
static size_t
drop_cr(char *utf8, size_t len)
{
	char *in = memchr(utf8, '\r', len), *end = utf8 + len, *out = in;

	if (in == NULL)
		return len;
	for (; in < end; in++)
		if (*in != '\r' || in + 1 == end || in[1] != '\n')
			*out++ = *in;
	*out = '\0';
	return (size_t)(out - utf8);
}

/* Decodes one part and adds it to all views. */
static void
scan(struct text *text, const char *octets, size_t len, const char *charset, bool html)
{
	size_t room = text->limits.octets - text->raw.len, begin = text->body.len;
	char found[64], *utf8;

	if (text_view_full(&text->raw) || len == 0)
		return;
	if (charset == NULL && html)
		charset = text_html_charset(octets, len, found);
	utf8 = charset_decode(octets, len, charset, text->default_charset, room, &len);
	if (utf8 == NULL)
		return;
	len = drop_cr(utf8, len);
	text_view_octets(&text->raw, utf8, len);
	if (len > 0 && utf8[len - 1] != '\n')
		text_view_octets(&text->raw, "\n", 1);
	text_view_paragraph(&text->body);
	text_view_paragraph(&text->visible);
	if (html) {
		text->facts[TEXT_FACT_HTML] = 1;
		text_html(text, utf8, len);
	} else {
		text->facts[TEXT_FACT_PLAIN] = 1;
		text_view_lines(&text->body, utf8, len);
		text_view_lines(&text->visible, utf8, len);
	}
	text_uris_scan(text->uris, text->body.octets + begin, text->body.len - begin);
	charset_free(utf8);
	text->scanned = true;
}

/* Text that no reader shows as the message's words. */
static bool
is_data(const char *type)
{
	static const char *const types[] = {
		"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/csv",
		"text/javascript", "text/rfc822-headers",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return strncmp(type, "text/", 5) != 0;
}

int
text_add(struct text *text, const struct text_part *part, struct err *err)
{
	bool html = strcmp(part->type, "text/html") == 0;

	if (!part->attachment && !is_data(part->type)) {
		scan(text, part->octets, part->len, part->charset, html);
		return 0;
	}
	text->facts[TEXT_FACT_ATTACHMENTS]++;
	if (!html || text->spare != NULL || text->scanned || part->len == 0)
		return 0;
	text->spare_len = MIN(part->len, text->limits.octets);
	if ((text->spare = g_try_malloc(text->spare_len)) == NULL)
		return err_set(err, "no memory for an attachment of %zu octets", text->spare_len);
	memcpy(text->spare, part->octets, text->spare_len);
	text->spare_charset = g_strdup(part->charset);
	return 0;
}

/* fold_text() of subject LF visible. */
static void
fold(struct text *text)
{
	size_t subject_len = strlen(text->subject);
	char *both = g_malloc(subject_len + text->visible.len + 2);

	memcpy(both, text->subject, subject_len);
	both[subject_len] = '\n';
	memcpy(both + subject_len + 1, text->visible.octets, text->visible.len + 1);
	text->folded = fold_text(both, subject_len + 1 + text->visible.len, text->limits.octets, &text->folded_len);
	text->folded_subject = fold_text(text->subject, subject_len, text->limits.octets,
	    &text->folded_subject_len);
	g_free(both);
}

int
text_finish(struct text *text, struct err *err)
{
	size_t words;

	if (text->spare != NULL && !text->scanned)
		scan(text, text->spare, text->spare_len, text->spare_charset, true);
	text_view_end(&text->body);
	text_view_end(&text->visible);
	fold(text);
	if (text->folded == NULL || text->folded_subject == NULL)
		return err_set(err, "no memory to fold %zu octets", text->visible.len);
	words = text_count_words(text->visible.octets, text->visible.len);
	text->facts[TEXT_FACT_WORDS] = words;
	text->facts[TEXT_FACT_LINKS] = text_uris_count(text->uris);
	text->facts[TEXT_FACT_IMAGE_ONLY] = text->facts[TEXT_FACT_IMAGES] > 0 && words < text->alt_words + FEW_WORDS;
	return 0;
}

const char *
text_body(const struct text *text, size_t *len_r)
{
	*len_r = text->body.len;
	return text->body.octets;
}

const char *
text_visible(const struct text *text, size_t *len_r)
{
	*len_r = text->visible.len;
	return text->visible.octets;
}

const char *
text_raw(const struct text *text, size_t *len_r)
{
	*len_r = text->raw.len;
	return text->raw.octets;
}

const char *
text_folded(const struct text *text, size_t *len_r)
{
	*len_r = text->folded_len;
	return text->folded;
}

const char *
text_folded_subject(const struct text *text, size_t *len_r)
{
	*len_r = text->folded_subject_len;
	return text->folded_subject;
}

size_t
text_uri_count(const struct text *text)
{
	return text_uris_count(text->uris);
}

const char *
text_uri_at(const struct text *text, size_t i)
{
	return text_uris_at(text->uris, i);
}

size_t
text_fact(const struct text *text, enum text_fact fact)
{
	return (unsigned)fact < TEXT_FACT_MAX ? text->facts[fact] : 0;
}
