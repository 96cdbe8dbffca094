/*
 * command_html.c - an HTML reply as lines of text, its quotes taken out by what mail programs mark
 * them with.
 *
 * Floor 3, part of command.  libxml2's push parser calls us for each element; no tree is built, no
 * file opened, no host asked.  Two of its loops take the square of what they are fed, the open
 * elements and one tag's attributes: where a message nests too deep or has a tag without end,
 * reading ends there.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <libxml/HTMLparser.h>
#include "command_private.h"

#define CHUNK		2048	/* octets fed at once, more where no tag ends in them */
#define TAG_MAX		4096	/* octets of a tag that the parser waits for the end of */
#define DEPTH_MAX	256	/* open elements */
#define ROOT		"<whole>"	/* fed first: behind the end of all elements nothing is read */
#define STYLE_MAX	256	/* octets of a style attribute that are looked at */

enum action {
	ACTION_KEEP,
	ACTION_DROP,		/* no words of the writer: a signature, a style sheet */
	ACTION_QUOTE,		/* what is answered */
	ACTION_CUT		/* from here on nothing is new */
};

struct reader {
	htmlParserCtxtPtr	 parser;
	char			*out;
	size_t			 len, max;
	unsigned		 depth;
	unsigned		 skip, pre, link;	/* the depth at which each began; 0: outside */
	bool			 quoting;		/* what is skipped is a quote */
	bool			 space;			/* a blank waits for the next word */
	bool			 cut;
};

enum where { CLASS, ID, NAME, TITLE };

static const struct {
	enum where	 where;
	bool		 prefix;
	const char	*value;
	enum action	 action;
} marks[] = {
	/* Gmail, Thunderbird, Yahoo, Proton, Zoho and others */
	{ CLASS, false, "gmail_quote", ACTION_QUOTE },
	{ CLASS, false, "gmail_quote_container", ACTION_QUOTE },
	{ CLASS, false, "gmail_extra", ACTION_QUOTE }, { CLASS, false, "gmail_attr", ACTION_DROP },
	{ CLASS, false, "gmail_signature", ACTION_DROP },
	{ CLASS, false, "gmail_signature_prefix", ACTION_DROP },
	{ CLASS, false, "moz-cite-prefix", ACTION_DROP },
	{ CLASS, false, "moz-signature", ACTION_DROP },
	{ CLASS, false, "moz-forward-container", ACTION_QUOTE },
	{ CLASS, false, "yahoo_quoted", ACTION_QUOTE }, { ID, true, "yahoo_quoted", ACTION_QUOTE },
	{ CLASS, false, "protonmail_quote", ACTION_QUOTE },
	{ CLASS, false, "protonmail_signature_block", ACTION_DROP },
	{ CLASS, false, "tutanota_quote", ACTION_QUOTE },
	{ CLASS, false, "zmail_extra", ACTION_QUOTE }, { NAME, false, "quote", ACTION_QUOTE },
	{ NAME, false, "messageReplySection", ACTION_QUOTE },
	{ NAME, false, "messageSignatureSection", ACTION_DROP },
	{ CLASS, false, "k9mail-signature", ACTION_DROP },
	/* Apple */
	{ ID, false, "AppleMailSignature", ACTION_DROP },
	/* Outlook */
	{ ID, true, "divRplyFwdMsg", ACTION_CUT }, { ID, false, "appendonsend", ACTION_CUT },
	{ ID, true, "mail-editor-reference-message-container", ACTION_QUOTE },
	{ CLASS, false, "OutlookMessageHeader", ACTION_CUT },
	{ ID, true, "ms-outlook-mobile-signature", ACTION_DROP },
	{ ID, false, "Signature", ACTION_DROP },
	{ ID, false, "OLK_SRC_BODY_SECTION", ACTION_QUOTE },
	/* NetEase and Coremail */
	{ ID, false, "isReplyContent", ACTION_QUOTE },
	{ ID, false, "isForwardContent", ACTION_QUOTE },
	{ CLASS, false, "ntes-mailmaster-quote", ACTION_QUOTE },
	{ CLASS, false, "ntes-signature", ACTION_DROP },
	{ ID, false, "imail_signature", ACTION_DROP },
	{ ID, true, "netease_mail_footer", ACTION_DROP },
	{ TITLE, false, "neteasefooter", ACTION_DROP }, { ID, true, "ntes-pcma", ACTION_DROP },
	{ ID, false, "replySplit", ACTION_CUT },
	/* QQ and Foxmail */
	{ CLASS, false, "xm_mail_oringinal_describe", ACTION_CUT },
	{ ID, false, "original-content", ACTION_QUOTE },
	{ CLASS, false, "xmail_signature", ACTION_DROP },
	{ ID, false, "FMSigSeperator", ACTION_CUT },
	{ ID, false, "FMOriginalContent", ACTION_QUOTE },
	{ ID, false, "_FoxFROMNAME", ACTION_DROP },
	/* Sina, 139, Alibaba, Feishu */
	{ ID, false, "origbody", ACTION_QUOTE }, { ID, true, "reply139", ACTION_QUOTE },
	{ ID, false, "oriMsgHtmlSeperator", ACTION_CUT },
	{ CLASS, false, "__aliyun_signature_wrap", ACTION_DROP },
	{ CLASS, false, "history-quote-wrapper", ACTION_QUOTE },
	{ ID, true, "lark-mail-quote", ACTION_QUOTE },
	{ ID, true, "lark-mail-signature", ACTION_DROP },
};

static const struct {
	const char	*name;
	enum action	 action;
} element_actions[] = {
	{ "blockquote", ACTION_QUOTE }, { "script", ACTION_DROP }, { "style", ACTION_DROP },
	{ "title", ACTION_DROP }, { "xml", ACTION_DROP }, { "template", ACTION_DROP },
	{ "noscript", ACTION_DROP }, { "sign", ACTION_DROP }, { "select", ACTION_DROP },
	{ "textarea", ACTION_DROP },
};

/* Elements that stand on lines of their own, in order. */
static const char *const blocks[] = {
	"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl",
	"dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
	"hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot",
	"th", "thead", "tr", "ul",
};

/* ---- writing --------------------------------------------------------------------------------- */

static void
put(struct reader *r, const char *utf8, size_t len)
{
	if (r->cut)
		return;
	if (len > r->max - r->len) {
		r->cut = true;
		return;
	}
	memcpy(r->out + r->len, utf8, len);
	r->len += len;
}

static bool
at_line_start(const struct reader *r)
{
	return r->len == 0 || r->out[r->len - 1] == '\n';
}

static void
put_break(struct reader *r)
{
	if (!at_line_start(r))
		put(r, "\n", 1);
	r->space = false;
}

static void
put_word(struct reader *r, const char *utf8, size_t len)
{
	if (at_line_start(r)) {
		if (r->link > 0)
			put(r, COMMAND_LINK, strlen(COMMAND_LINK));
	} else if (r->space) {
		put(r, " ", 1);
	}
	r->space = false;
	put(r, utf8, len);
}

/* ---- elements -------------------------------------------------------------------------------- */

static bool
has_token(const char *list, const char *token)
{
	size_t n = strlen(token);

	for (const char *p = list; (p = strstr(p, token)) != NULL; p += n)
		if ((p == list || g_ascii_isspace(p[-1])) && (p[n] == '\0' || g_ascii_isspace(p[n])))
			return true;
	return false;
}

static const char *
attribute(const xmlChar **atts, const char *name)
{
	for (; atts != NULL && atts[0] != NULL; atts += 2)
		if (strcmp((const char *)atts[0], name) == 0)
			return atts[1] != NULL ? (const char *)atts[1] : "";
	return NULL;
}

/*
 * What a style says: hidden text, and the lines that Outlook and Foxmail draw above a quote and a
 * signature.
 */
static enum action
style_action(const char *name, const char *style)
{
	static const char *const rules[] = {
		"border-top:solid#e1e1e1", "border-top:solid#b5c4df", "border-top:1ptsolid#e1e1e1",
		"border-top:#b5c4df1ptsolid",
	};
	char text[STYLE_MAX + 1];
	size_t n = 0;

	for (; *style != '\0' && n < STYLE_MAX; style++)
		if (!g_ascii_isspace(*style))
			text[n++] = g_ascii_tolower(*style);
	text[n] = '\0';
	if (strstr(text, "display:none") != NULL || strstr(text, "mso-hide:all") != NULL)
		return ACTION_DROP;
	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
		if (strstr(text, rules[i]) != NULL)
			return ACTION_CUT;
	if (strcmp(name, "hr") == 0 && strstr(text, "width:210px") != NULL)
		return ACTION_CUT;		/* Foxmail's, above the signature */
	return ACTION_KEEP;
}

static enum action
element_action(const char *name, const xmlChar **atts)
{
	static const char *const names[] = {
		[CLASS] = "class", [ID] = "id", [NAME] = "name", [TITLE] = "title",
	};
	const char *values[G_N_ELEMENTS(names)], *style = attribute(atts, "style");
	enum action found = ACTION_KEEP;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		values[i] = attribute(atts, names[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(element_actions); i++)
		if (strcmp(name, element_actions[i].name) == 0)
			return element_actions[i].action;
	for (size_t i = 0; found == ACTION_KEEP && i < G_N_ELEMENTS(marks); i++) {
		const char *value = values[marks[i].where];

		if (value == NULL)
			continue;
		if (marks[i].where == CLASS ? has_token(value, marks[i].value) :
		    marks[i].prefix ? g_str_has_prefix(value, marks[i].value) :
		    strcmp(value, marks[i].value) == 0)
			found = marks[i].action;
	}
	return found == ACTION_KEEP && style != NULL ? style_action(name, style) : found;
}

static int
block_order(const void *name, const void *block)
{
	return strcmp(name, *(const char *const *)block);
}

static bool
is_block(const char *name)
{
	return bsearch(name, blocks, G_N_ELEMENTS(blocks), sizeof(blocks[0]), block_order) != NULL;
}

static void
stop(struct reader *r)
{
	r->cut = true;
	xmlStopParser(r->parser);
}

static void
on_start(void *arg, const xmlChar *xml_name, const xmlChar **atts)
{
	struct reader *r = arg;
	const char *name = (const char *)xml_name;
	enum action action;

	if (r->cut)
		return;
	r->depth++;
	if (r->depth > DEPTH_MAX || r->parser->nameNr > DEPTH_MAX) {
		stop(r);
		return;
	}
	if (r->skip > 0)
		return;
	action = element_action(name, atts);
	if (is_block(name))
		put_break(r);
	if (strcmp(name, "br") == 0)
		put(r, "\n", 1);
	if (action == ACTION_CUT) {
		stop(r);
	} else if (action != ACTION_KEEP) {
		r->skip = r->depth;
		r->quoting = action == ACTION_QUOTE;
	} else if (strcmp(name, "pre") == 0 && r->pre == 0) {
		r->pre = r->depth;
	} else if (strcmp(name, "a") == 0 && r->link == 0 && attribute(atts, "href") != NULL) {
		r->link = r->depth;
	}
	if (r->skip == r->depth && r->quoting) {
		put_break(r);
		put(r, ">\n\n", 3);
	}
}

static void
on_end(void *arg, const xmlChar *name)
{
	struct reader *r = arg;

	if (r->cut || r->depth == 0)
		return;
	if (r->skip == 0 && is_block((const char *)name))
		put_break(r);
	if (r->skip == r->depth)
		r->skip = 0;
	if (r->pre == r->depth)
		r->pre = 0;
	if (r->link == r->depth)
		r->link = 0;
	r->depth--;
}

static void
on_text(void *arg, const xmlChar *utf8, int len)
{
	struct reader *r = arg;
	const char *p = (const char *)utf8, *end = p + MAX(len, 0);

	while (p < end && !r->cut && r->skip == 0) {
		const char *word = p;

		while (p < end && strchr(" \t\r\n\f", *p) == NULL)
			p++;
		if (p > word)
			put_word(r, word, (size_t)(p - word));
		for (; p < end && strchr(" \t\r\n\f", *p) != NULL; p++) {
			if (*p == '\n' && r->pre > 0)
				put(r, "\n", 1);
			else
				r->space = true;
		}
	}
}

/* ---- feeding --------------------------------------------------------------------------------- */

/*
 * How much to feed next: up to the end of a tag, for libxml2 loses count of quotes between two
 * feeds.
 */
static size_t
chunk_length(const char *p, size_t len)
{
	const char *close;

	if (len <= CHUNK)
		return len;
	if ((close = memrchr(p, '>', CHUNK)) == NULL)
		close = memchr(p + CHUNK, '>', MIN(len - CHUNK, TAG_MAX));
	return close != NULL ? (size_t)(close - p) + 1 : CHUNK;
}

/* True when the parser waits for the end of a tag that no honest message has. */
static bool
is_hostile(const htmlParserCtxt *parser)
{
	const char *p = (const char *)parser->input->cur, *end = (const char *)parser->input->end;

	return end - p > TAG_MAX && *p == '<' && g_ascii_isalpha(p[1]);
}

static void
feed(struct reader *r, const char *utf8, size_t len)
{
	while (len > 0 && !r->cut) {
		size_t n = chunk_length(utf8, len);

		(void)htmlParseChunk(r->parser, utf8, (int)n, 0);
		utf8 += n;
		len -= n;
		if (r->parser->input == NULL || r->parser->instate == XML_PARSER_EOF ||
		    is_hostile(r->parser))
			return;
	}
	if (!r->cut)
		(void)htmlParseChunk(r->parser, NULL, 0, 1);
}

char *
command_html_lines(const char *utf8, size_t len, size_t max, size_t *len_r)
{
	static const htmlSAXHandler handler = {
		.startElement = on_start, .endElement = on_end,
		.characters = on_text, .cdataBlock = on_text, .ignorableWhitespace = on_text,
	};
	struct reader r = { .max = max };

	if ((r.out = malloc(max + 1)) == NULL)
		return NULL;
	r.parser = htmlCreatePushParserCtxt((htmlSAXHandlerPtr)(uintptr_t)&handler, &r, NULL, 0, NULL,
	    XML_CHAR_ENCODING_UTF8);
	if (r.parser == NULL) {
		free(r.out);
		return NULL;
	}
	(void)htmlCtxtUseOptions(r.parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
	    HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_NOIMPLIED | HTML_PARSE_IGNORE_ENC);
	(void)htmlParseChunk(r.parser, ROOT, (int)strlen(ROOT), 0);
	feed(&r, utf8, MIN(len, COMMAND_PART_MAX));
	htmlFreeParserCtxt(r.parser);
	r.out[r.len] = '\0';
	*len_r = r.len;
	return r.out;
}
