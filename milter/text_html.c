/*
 * text_html.c - HTML as a reader sees it: words in paragraphs, what is hidden, and where links lead.
 *
 * Floor 2, part of text.  libxml2's push parser calls us for each element; no tree is built, no file opened, no
 * host asked, nothing said on stderr.  Two of its loops take the square of what they are fed, the list of
 * open elements and that of one tag's attributes, so both are kept short: a parser that goes too deep, or sits
 * in a tag of hundreds of words, is left and a new one goes on behind that place.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <glib.h>
#include <libxml/HTMLparser.h>
#include "text_private.h"

#define CHUNK		4096	/* octets fed at once, more where no tag ends in them */
#define TAG_MAX		16384	/* octets of a tag that the parser waits for the end of */
#define TAG_WORDS	512	/* blanks, '=' and quotes in a tag: no honest tag has so many */
#define SHEET_MAX	65536	/* octets of style sheets read */
#define ROOT		"<span>"	/* fed first: text outside all elements would be given a paragraph */
#define META_MAX	2048	/* octets in which a <meta> may name the charset */

/* What an element makes of the text inside it, its ancestors' share included. */
struct frame {
	bool	gone;		/* nothing inside can be seen, whatever it says */
	bool	invisible, tiny;/* until something inside says otherwise */
	bool	dropped;	/* no text at all: script, style */
	bool	sheet, title;
	unsigned flags;		/* enum element_flag, its own */
	int32_t	ink, ground;
};

struct html {
	struct text		*text;
	struct text_sheet	*sheet;
	struct text_view	 css;
	htmlParserCtxtPtr	 parser;
	struct frame		*stack;		/* limits.depth + 3 of them; [0] is outside all elements */
	unsigned		 depth;
	bool			 left;		/* the parser went too deep and was stopped */
	size_t			 unread;	/* octets it had been fed but not read by then */
};

enum element_flag {
	BLOCK = 1,		/* a paragraph of its own */
	CELL = 2,		/* parted from the text before by a space */
	DROP = 4,		/* its text is not text */
	SHEET = 8,
	TITLE = 16,
	IMAGE = 32,
	LINK = 64,		/* has an ink of its own */
	BODY_BLANK = 128,	/* white space at both ends, in the view of body rules: a blank, */
	BODY_LINE = 256,	/* a line feed, */
	BODY_GAP = 512		/* or two */
};

static const struct element {
	const char	*name;
	unsigned	 flags;
} elements[] = {		/* in order of name */
	{ "a", LINK }, { "address", BLOCK }, { "applet", DROP }, { "article", BLOCK },
	{ "aside", BLOCK }, { "blockquote", BLOCK | BODY_GAP }, { "body", BLOCK },
	{ "br", BLOCK | BODY_LINE }, { "caption", BLOCK }, { "center", BLOCK },
	{ "dd", BLOCK | BODY_BLANK }, { "details", BLOCK }, { "dir", BLOCK },
	{ "div", BLOCK | BODY_LINE }, { "dl", BLOCK }, { "dt", BLOCK | BODY_BLANK },
	{ "embed", BODY_BLANK }, { "fieldset", BLOCK }, { "figcaption", BLOCK }, { "figure", BLOCK },
	{ "footer", BLOCK }, { "form", BLOCK }, { "h1", BLOCK | BODY_BLANK },
	{ "h2", BLOCK | BODY_BLANK }, { "h3", BLOCK | BODY_BLANK }, { "h4", BLOCK | BODY_BLANK },
	{ "h5", BLOCK | BODY_BLANK }, { "h6", BLOCK | BODY_BLANK }, { "header", BLOCK },
	{ "hr", BLOCK | BODY_GAP }, { "img", IMAGE }, { "li", BLOCK | BODY_BLANK },
	{ "listing", BODY_GAP }, { "main", BLOCK }, { "menu", BLOCK }, { "nav", BLOCK },
	{ "ol", BLOCK }, { "option", BLOCK }, { "p", BLOCK | BODY_GAP }, { "plaintext", BODY_GAP },
	{ "pre", BLOCK | BODY_GAP }, { "script", DROP }, { "section", BLOCK }, { "select", BLOCK },
	{ "style", DROP | SHEET }, { "table", BLOCK }, { "tbody", BLOCK }, { "td", CELL | BODY_BLANK },
	{ "template", DROP }, { "textarea", BLOCK }, { "tfoot", BLOCK }, { "th", CELL | BODY_BLANK },
	{ "thead", BLOCK }, { "title", BLOCK | TITLE | BODY_GAP }, { "tr", BLOCK }, { "ul", BLOCK },
	{ "xml", DROP }, { "xmp", BODY_GAP },
};

/* The attributes we read, in this order. */
enum attribute {
	STYLE, CLASS, ID, HIDDEN, BGCOLOR, BACKGROUND, COLOR, HREF, SRC, ACTION, ALT, TITLE_TEXT, ATTRIBUTES
};

static const char *const attribute_names[ATTRIBUTES] = {
	"style", "class", "id", "hidden", "bgcolor", "background", "color", "href", "src", "action", "alt", "title",
};

void
text_init(void)
{
	xmlInitParser();
}

static int
element_order(const void *name, const void *element)
{
	const char *a = name, *b = ((const struct element *)element)->name;

	return *a != *b ? (unsigned char)*a - (unsigned char)*b : strcmp(a, b);
}

static unsigned
element_flags(const char *name)
{
	const struct element *found = bsearch(name, elements, G_N_ELEMENTS(elements), sizeof(*elements),
	    element_order);

	return found != NULL ? found->flags : 0;
}

static void
read_attributes(const xmlChar **atts, const char *values[ATTRIBUTES])
{
	for (size_t i = 0; i < ATTRIBUTES; i++)
		values[i] = NULL;
	for (; atts != NULL && atts[0] != NULL; atts += 2)
		for (size_t i = 0; i < ATTRIBUTES; i++)
			if (*atts[0] == (xmlChar)*attribute_names[i] &&
			    strcmp((const char *)atts[0], attribute_names[i]) == 0)
				values[i] = atts[1] != NULL ? (const char *)atts[1] : "";
}

/* What attributes, style sheets and the element's own style say, in the order in which they outdo each other. */
static void
element_style(const struct html *html, const char *name, const char *const values[ATTRIBUTES],
    struct text_style *style)
{
	*style = text_style_unset;
	if (values[BGCOLOR] != NULL)
		style->ground = text_style_color(values[BGCOLOR], strlen(values[BGCOLOR]));
	if (values[BACKGROUND] != NULL && *values[BACKGROUND] != '\0')
		style->ground = TEXT_COLOR_UNKNOWN;
	if (values[COLOR] != NULL)
		style->ink = text_style_color(values[COLOR], strlen(values[COLOR]));
	if (html->sheet != NULL)
		text_sheet_apply(html->sheet, name, values[CLASS], values[ID], style);
	if (values[STYLE] != NULL)
		text_style_read(style, values[STYLE], strlen(values[STYLE]));
	if (values[HIDDEN] != NULL && style->none < 0)
		style->none = 1;
}

static void
frame_inherit(struct frame *frame, const struct text_style *style, unsigned flags)
{
	frame->gone |= style->none == 1 || style->transparent == 1 || style->offstage == 1 ||
	    (style->empty == 1 && style->clipped == 1);
	if (style->invisible >= 0)
		frame->invisible = style->invisible == 1;
	if (style->tiny >= 0)
		frame->tiny = style->tiny == 1;
	if (flags & LINK)
		frame->ink = TEXT_COLOR_UNKNOWN;
	if (style->ink != TEXT_COLOR_UNSET)
		frame->ink = style->ink;
	if (style->ground != TEXT_COLOR_UNSET && style->ground != TEXT_COLOR_CLEAR)
		frame->ground = style->ground;
	frame->flags = flags;
	frame->dropped |= (flags & DROP) != 0;
	frame->sheet = (flags & SHEET) != 0;
	frame->title |= (flags & TITLE) != 0;
}

static bool
frame_hidden(const struct frame *frame)
{
	return frame->gone || frame->invisible || frame->tiny || text_style_same(frame->ink, frame->ground);
}

static void
add_words(struct html *html, const struct frame *frame, const char *utf8, size_t len)
{
	struct text *text = html->text;

	text_body_text(&text->body, utf8, len);
	if (frame->title)
		return;
	if (frame_hidden(frame))
		text->facts[TEXT_FACT_HIDDEN] += text_count_words(utf8, len);
	else
		text_view_words(&text->visible, utf8, len);
}

/* The white space at either end of an element. */
static void
add_space(struct html *html, unsigned flags)
{
	if (flags & BLOCK)
		text_view_paragraph(&html->text->visible);
	if (flags & CELL)
		text_view_space(&html->text->visible);
}

static void
add_body_space(struct html *html, unsigned flags)
{
	if (flags & (BODY_BLANK | BODY_LINE | BODY_GAP))
		text_body_space(&html->text->body, flags & BODY_GAP ? 2 : flags & BODY_LINE ? 1 : 0);
}

static void
add_image(struct html *html, const struct frame *frame, const char *const values[ATTRIBUTES])
{
	static const enum attribute names[] = { ALT, TITLE_TEXT };

	html->text->facts[TEXT_FACT_IMAGES]++;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *words = values[names[i]];

		if (words == NULL || (i > 0 && values[ALT] != NULL && strcmp(words, values[ALT]) == 0))
			continue;
		text_body_space(&html->text->body, 0);
		text_view_space(&html->text->visible);
		add_words(html, frame, words, strlen(words));
		text_body_space(&html->text->body, 0);
		text_view_space(&html->text->visible);
		if (!frame_hidden(frame) && !frame->title)
			html->text->alt_words += text_count_words(words, strlen(words));
	}
}

static void
add_links(struct html *html, const char *name, const char *const values[ATTRIBUTES])
{
	static const enum attribute names[] = { HREF, SRC, ACTION, BACKGROUND };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (values[names[i]] == NULL)
			continue;
		if (!html->text->aside)
			text_uris_add(html->text->uris, values[names[i]], strlen(values[names[i]]));
		text_uris_add(html->text->marks, values[names[i]], strlen(values[names[i]]));
	}
	if (values[HREF] != NULL && strcmp(name, "base") == 0)
		text_uris_set_base(html->text->marks, values[HREF], strlen(values[HREF]));
}

/* Stops the parser where it stands; the rest is for another. */
static void
leave(struct html *html)
{
	html->left = true;
	html->unread = (size_t)(html->parser->input->end - html->parser->input->cur);
	xmlStopParser(html->parser);
}

static void
on_start(void *arg, const xmlChar *xml_name, const xmlChar **atts)
{
	struct html *html = arg;
	const char *name = (const char *)xml_name, *values[ATTRIBUTES];
	unsigned flags = element_flags(name);
	struct text_style style;
	struct frame *frame;

	if (html->left)
		return;
	frame = &html->stack[html->depth + 1];
	*frame = html->stack[html->depth];
	read_attributes(atts, values);
	element_style(html, name, values, &style);
	frame_inherit(frame, &style, flags);
	add_links(html, name, values);
	text_body_tag(&html->text->body);
	add_space(html, flags);
	add_body_space(html, flags);
	if (flags & IMAGE)
		add_image(html, frame, values);
	html->depth++;
	if (html->depth > html->text->limits.depth + 1 ||
	    (unsigned)html->parser->nameNr > html->text->limits.depth + 8)
		leave(html);
}

/* Whether the parser stands behind "</name>", not where it closed an element by itself. */
static bool
is_end_tag(const htmlParserCtxt *parser, const char *name)
{
	const char *base = (const char *)parser->input->base, *p = (const char *)parser->input->cur;
	size_t len = strlen(name);

	if (p <= base || *--p != '>')
		return false;
	while (p > base && g_ascii_isspace(p[-1]))
		p--;
	if ((size_t)(p - base) < len + 2)
		return false;
	p -= len;
	return strncasecmp(p, name, len) == 0 && p[-1] == '/' && p[-2] == '<';
}

static void
on_end(void *arg, const xmlChar *name)
{
	struct html *html = arg;
	const struct frame *frame = &html->stack[html->depth];

	if (html->left || html->depth == 0)
		return;
	text_body_tag(&html->text->body);
	add_space(html, frame->flags & BLOCK);
	if (is_end_tag(html->parser, (const char *)name))
		add_body_space(html, frame->flags);
	if (frame->sheet && html->css.len > 0) {
		if (html->sheet == NULL)
			html->sheet = text_sheet_new();
		text_sheet_read(html->sheet, html->css.octets, html->css.len);
		html->css.len = 0;
		if (text_sheet_colours(html->sheet) && html->stack[0].ground >= 0)
			for (unsigned i = 0; i < html->depth; i++)
				html->stack[i].ground = TEXT_COLOR_UNKNOWN;
	}
	html->depth--;
}

static void
on_text(void *arg, const xmlChar *utf8, int len)
{
	struct html *html = arg;
	const struct frame *frame = &html->stack[html->depth];

	if (html->left || len <= 0)
		return;
	if (frame->sheet)
		text_view_octets(&html->css, (const char *)utf8, (size_t)len);
	else if (!frame->dropped)
		add_words(html, frame, (const char *)utf8, (size_t)len);
}

/* True when p holds more blanks, '=' and quotes than a tag needs. */
static bool
is_wordy(const char *p, const char *end)
{
	unsigned words = 0;

	for (; p < end && words <= TAG_WORDS; p++)
		words += (unsigned char)*p <= ' ' || *p == '=' || *p == '"' || *p == '\'';
	return words > TAG_WORDS;
}

/* The first '<' in [p, end) that begins a tag, or NULL. */
static const char *
tag_start(const char *p, const char *end)
{
	while ((p = memchr(p, '<', (size_t)(end - p))) != NULL && (end - p < 2 || !g_ascii_isalpha(p[1])))
		p++;
	return p;
}

/* True when the parser waits for the end of a tag. */
static bool
is_in_tag(const htmlParserCtxt *parser)
{
	const char *p = (const char *)parser->input->cur, *end = (const char *)parser->input->end;

	return end - p >= 2 && *p == '<' && tag_start(p, p + 2) == p;
}

/* How much to skip, at least, of a tag that the parser must not be given; 0: it may go on. */
static size_t
hostile_length(const struct html *html)
{
	const htmlParserCtxt *parser = html->parser;
	const char *p = (const char *)parser->input->cur, *end = (const char *)parser->input->end;

	if (html->stack[html->depth].dropped || !is_in_tag(parser))
		return 0;
	if (end - p > TAG_MAX)
		return TAG_MAX / 4;
	return is_wordy(p, end) ? TAG_WORDS / 2 : 0;
}

/* How much to feed next: up to the end of a tag, for this libxml2 loses count of quotes between two feeds. */
static size_t
chunk_length(const char *p, size_t len)
{
	const char *close;

	if (len <= CHUNK)
		return len;
	if ((close = memrchr(p, '>', CHUNK)) == NULL)
		close = memchr(p + CHUNK, '>', len - CHUNK);
	return close != NULL ? (size_t)(close - p) + 1 : len;
}

/* Where to go on after a parser that was left: behind the tag it was in. */
static size_t
skip_tag(const char *utf8, size_t from, size_t len)
{
	const char *close = memchr(utf8 + from, '>', len - from);

	return close != NULL ? (size_t)(close - utf8) + 1 : len;
}

/* Feeds one parser from utf8 on; returns how many octets are done with. */
static size_t
parse(struct html *html, const char *utf8, size_t len)
{
	htmlParserCtxtPtr parser = html->parser;
	size_t fed = 0, unread = 0;

	while (fed < len) {
		const char *p = utf8 + fed, *tag;
		size_t n = chunk_length(p, len - fed);
		bool last = fed + n == len;

		if (n > CHUNK) {		/* one long tag, or much text before one */
			tag = unread > 0 && is_in_tag(parser) ? p : tag_start(p, p + n);
			if (tag != NULL && is_wordy(tag, p + n)) {
				n = (size_t)(tag - p);
				(void)htmlParseChunk(parser, p, (int)n, 1);
				return skip_tag(utf8, fed + n, len);
			}
		}
		(void)htmlParseChunk(parser, p, (int)n, last);
		fed += n;
		if (html->left)
			return skip_tag(utf8, fed - MIN(fed, html->unread), len);
		if (parser->input == NULL)
			return fed;
		unread = MIN(fed, (size_t)(parser->input->end - parser->input->cur));
		if (parser->instate == XML_PARSER_EOF)
			break;
		if ((n = hostile_length(html)) > 0)
			return skip_tag(utf8, fed - unread + MIN(n, unread), len);
	}
	return fed - unread;
}

static size_t
pass(struct html *html, const char *utf8, size_t len)
{
	static const htmlSAXHandler handler = {
		.startElement = on_start, .endElement = on_end,
		.characters = on_text, .cdataBlock = on_text, .ignorableWhitespace = on_text,
	};
	size_t done;

	html->left = false;
	html->depth = 0;
	html->parser = htmlCreatePushParserCtxt((htmlSAXHandlerPtr)(uintptr_t)&handler, html, NULL, 0, NULL,
	    XML_CHAR_ENCODING_UTF8);
	if (html->parser == NULL)
		return len;
	(void)htmlCtxtUseOptions(html->parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
	    HTML_PARSE_NONET | HTML_PARSE_NOIMPLIED | HTML_PARSE_IGNORE_ENC);
	(void)htmlParseChunk(html->parser, ROOT, (int)strlen(ROOT), 0);
	done = parse(html, utf8, len);
	htmlFreeParserCtxt(html->parser);
	html->parser = NULL;
	return done > 0 ? done : 1;
}

void
text_html(struct text *text, const char *utf8, size_t len)
{
	struct html html = { .text = text };

	html.stack = g_new0(struct frame, (size_t)text->limits.depth + 3);
	html.stack[0].ink = TEXT_COLOR_UNSET;
	html.stack[0].ground = 0xffffff;
	text_view_open(&html.css, SHEET_MAX);
	for (size_t at = 0; at < len && !text_view_full(&text->body.view);)
		at += pass(&html, utf8 + at, len - at);
	text_view_close(&html.css);
	text_sheet_free(html.sheet);
	g_free(html.stack);
}

const char *
text_html_charset(const char *octets, size_t len, char out[64])
{
	const char *end = octets + MIN(len, META_MAX), *p = octets;

	for (; (p = memchr(p, '<', (size_t)(end - p))) != NULL; p++) {
		const char *stop = memchr(p, '>', (size_t)(end - p));
		size_t n = 0;

		if (stop == NULL)
			break;
		if (stop - p < 6 || strncasecmp(p, "<meta", 5) != 0)
			continue;
		for (; stop - p > 8 && strncasecmp(p, "charset", 7) != 0; p++)
			;
		if (stop - p <= 8)
			continue;
		for (p += 7; p < stop && strchr(" =\"'\t", *p) != NULL; p++)
			;
		while (p < stop && n < 63 && (g_ascii_isalnum(*p) || strchr("-_:.+", *p) != NULL) && *p != '\0')
			out[n++] = *p++;
		out[n] = '\0';
		if (n > 0 && strncasecmp(out, "utf-16", 6) != 0 && strncasecmp(out, "utf-32", 6) != 0)
			return out;
	}
	return NULL;
}
