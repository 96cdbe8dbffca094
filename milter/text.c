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
	text->uris = text_uris_new(text->limits.uris, false);
	text->marks = text_uris_new(text->limits.uris, true);
	text_body_open(&text->body, text->limits.octets, text->subject);
	text_view_open(&text->visible, text->limits.octets);
	text_view_open(&text->raw, text->limits.octets);
	*text_r = text;
	return 0;
}

void
text_free(struct text *text)
{
	if (text == NULL)
		return;
	text_body_close(&text->body);
	text_view_close(&text->visible);
	text_view_close(&text->raw);
	g_free(text->raw_part);
	text_uris_free(text->uris);
	text_uris_free(text->marks);
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

/* Adds decoded text to the views of words. */
static void
scan_utf8(struct text *text, const char *utf8, size_t len, bool html)
{
	size_t begin = text->body.view.len;

	text_view_paragraph(&text->visible);
	if (html) {
		text->facts[TEXT_FACT_HTML] = 1;
		text_html(text, utf8, len);
	} else {
		text->facts[TEXT_FACT_PLAIN] = 1;
		text_body_plain(&text->body, utf8, len);
		text_view_lines(&text->visible, utf8, len);
	}
	if (!text->aside)
		text_uris_scan(text->uris, text->body.view.octets + begin, text->body.view.len - begin);
}

/* Decodes one part and adds it to all views; one that is aside to raw and body alone. */
static void
scan(struct text *text, const struct text_part *part, bool html, bool aside)
{
	size_t room = text->limits.octets - text->raw.len, facts[TEXT_FACT_MAX], len = part->len;
	struct text_view visible = text->visible;
	const char *charset = part->charset;
	char found[64], *utf8;

	if (text_view_full(&text->raw) || len == 0)
		return;
	if (charset == NULL && html)
		charset = text_html_charset(part->octets, len, found);
	utf8 = charset_decode(part->octets, len, charset, text->default_charset, room, &len);
	if (utf8 == NULL)
		return;
	len = drop_cr(utf8, len);
	text->raw_part = g_renew(size_t, text->raw_part, text->nraw_parts + 1);
	text->raw_part[text->nraw_parts++] = text->raw.len;
	text_view_octets(&text->raw, utf8, len);
	if (len > 0 && utf8[len - 1] != '\n')
		text_view_octets(&text->raw, "\n", 1);
	memcpy(facts, text->facts, sizeof(facts));
	text->aside = aside;
	if (aside)
		text->visible.limit = text->visible.len;	/* it takes no more */
	scan_utf8(text, utf8, len, html);
	text->aside = false;
	text->scanned = text->scanned || !aside;
	if (aside) {
		memcpy(text->facts, facts, sizeof(facts));
		text->visible.limit = visible.limit;
		text->visible.gap = visible.gap;
	}
	charset_free(utf8);
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

/* Keeps an HTML attachment until it is known whether there is other text. */
static int
keep_spare(struct text *text, const struct text_part *part, struct err *err)
{
	text->spare_len = MIN(part->len, text->limits.octets);
	if ((text->spare = g_try_malloc(text->spare_len)) == NULL)
		return err_set(err, "no memory for an attachment of %zu octets", text->spare_len);
	memcpy(text->spare, part->octets, text->spare_len);
	text->spare_charset = g_strdup(part->charset);
	return 0;
}

int
text_add(struct text *text, const struct text_part *part, struct err *err)
{
	bool html = strcmp(part->type, "text/html") == 0;

	text_body_part(&text->body);
	if (!part->attachment && !is_data(part->type)) {
		scan(text, part, html, false);
		return 0;
	}
	text->facts[TEXT_FACT_ATTACHMENTS]++;
	if (part->len == 0)
		return 0;
	if (html && text->spare == NULL && !text->scanned)
		return keep_spare(text, part, err);
	if (html || strcmp(part->type, "text/plain") == 0)
		scan(text, part, html, true);
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
	struct text_part spare = { .charset = text->spare_charset, .octets = text->spare, .len = text->spare_len };
	size_t words;

	if (text->spare != NULL) {
		text_body_part(&text->body);
		scan(text, &spare, true, text->scanned);
	}
	text_body_end(&text->body);
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
	*len_r = text->body.view.len;
	return text->body.view.octets;
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

size_t
text_raw_part(const struct text *text, size_t i)
{
	return i < text->nraw_parts ? text->raw_part[i] : text->raw.len;
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
text_mark_count(const struct text *text)
{
	return text_uris_count(text->marks);
}

const char *
text_mark_at(const struct text *text, size_t i)
{
	return text_uris_at(text->marks, i);
}

size_t
text_fact(const struct text *text, enum text_fact fact)
{
	return (unsigned)fact < TEXT_FACT_MAX ? text->facts[fact] : 0;
}
