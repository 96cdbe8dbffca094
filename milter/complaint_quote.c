/*
 * complaint_quote.c - a forwarded header block in the text of a mail, and the person's own words before it.
 *
 * Floor 3, part of complaint.  Anybody can type such a block: what it says is a hint, and weak evidence.  Knows
 * what mail programs write in Chinese (both scripts) and English; takes time in proportion to the text.
 */
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "charset.h"
#include "complaint_private.h"
#include "fold.h"
#include "text.h"

#define LABEL_MAX	48	/* octets of a label, decorations and inner blanks included */
#define BLOCK_LINES	12	/* in which the fields of a block stand, empty and continued ones counted */
#define OWN_MAX		4096	/* octets of the person's own words that are read */

enum label { LABEL_NONE, LABEL_FROM, LABEL_DATE, LABEL_TO, LABEL_CC, LABEL_SUBJECT, LABEL_OTHER };

/* In folded text: traditional is simplified, full width is half width, case is gone. */
static const struct {
	const char	*text;
	enum label	 label;
} labels[] = {
	{ "from", LABEL_FROM }, { "发件人", LABEL_FROM }, { "发件者", LABEL_FROM }, { "寄件人", LABEL_FROM },
	{ "寄件者", LABEL_FROM }, { "发信人", LABEL_FROM }, { "寄信人", LABEL_FROM }, { "发送人", LABEL_FROM },
	{ "date", LABEL_DATE }, { "sent", LABEL_DATE }, { "日期", LABEL_DATE }, { "时间", LABEL_DATE },
	{ "发送时间", LABEL_DATE }, { "发送日期", LABEL_DATE }, { "发件时间", LABEL_DATE }, { "寄件日期", LABEL_DATE },
	{ "传送时间", LABEL_DATE }, { "已发送", LABEL_DATE }, { "发件日期", LABEL_DATE }, { "date sent", LABEL_DATE },
	{ "to", LABEL_TO }, { "收件人", LABEL_TO }, { "收件者", LABEL_TO }, { "收信人", LABEL_TO }, { "至", LABEL_TO },
	{ "cc", LABEL_CC }, { "抄送", LABEL_CC }, { "副本", LABEL_CC }, { "抄送人", LABEL_CC },
	{ "subject", LABEL_SUBJECT }, { "主题", LABEL_SUBJECT }, { "主旨", LABEL_SUBJECT }, { "标题", LABEL_SUBJECT },
	{ "reply-to", LABEL_OTHER }, { "回复", LABEL_OTHER }, { "回复地址", LABEL_OTHER }, { "答复", LABEL_OTHER },
	{ "附件", LABEL_OTHER }, { "attachments", LABEL_OTHER }, { "importance", LABEL_OTHER }, { "重要性", LABEL_OTHER },
};

/* ---- lines ------------------------------------------------------------------------------------------- */

struct line {
	const char	*at, *end;	/* end: at its LF or at the end of the text */
};

static struct line
line_at(const char *p)
{
	struct line line = { p, p + strcspn(p, "\n") };

	return line;
}

static const char *
line_next(struct line line)
{
	return *line.end == '\0' ? line.end : line.end + 1;
}

/* Over blanks of every kind, quote marks, and what plain text puts around what was bold or a table. */
static const char *
skip_marks(const char *p, const char *end)
{
	while (p < end) {
		gunichar c = g_utf8_get_char(p);

		if (c != '>' && c != '*' && c != '|' && c != 0xfeff && c != 0x200b && !g_unichar_isspace(c))
			break;
		p = g_utf8_next_char(p);
	}
	return p;
}

static bool
is_blank(struct line line)
{
	return skip_marks(line.at, line.end) >= line.end;
}

/* The label a line begins with, and where its value begins. */
static enum label
label_of(struct line line, const char **value_r)
{
	const char *p = skip_marks(line.at, line.end), *q = p;
	bool table = memchr(line.at, '|', (size_t)(p - line.at)) != NULL;
	enum label label = LABEL_NONE;
	size_t n = 0, len;
	char *folded;

	while (q < line.end && q - p < LABEL_MAX && *q != ':' && strncmp(q, "：", 3) != 0 && !(table && *q == '|'))
		q = g_utf8_next_char(q);
	if (q >= line.end || q - p >= LABEL_MAX || q == p)
		return LABEL_NONE;
	for (n = (size_t)(q - p); n > 0 && (p[n - 1] == '*' || p[n - 1] == ' ' || p[n - 1] == '\t');)
		n--;
	folded = fold_text(p, n, 2 * LABEL_MAX, &len);
	for (size_t i = 0; folded != NULL && i < G_N_ELEMENTS(labels) && label == LABEL_NONE; i++)
		if (strcmp(folded, labels[i].text) == 0)
			label = labels[i].label;
	fold_free(folded);
	*value_r = skip_marks(g_utf8_next_char(q), line.end);
	return label;
}

/* ---- the block --------------------------------------------------------------------------------------- */

/* The mailbox that a value names some other way than RFC 5322 would: "Li Si [mailto:li@shop.example]". */
static void
find_address(const char *value, size_t len, char out[ADDR_MAX + 1])
{
	static const char edges[] = " \t<>[]()\"',;:|*";
	const char *end = value + len, *at = value;

	while ((at = memchr(at, '@', (size_t)(end - at))) != NULL) {
		const char *from = at, *to = at + 1;
		char address[ADDR_MAX + 1];

		while (from > value && at - from < ADDR_MAX && strchr(edges, from[-1]) == NULL)
			from--;
		while (to < end && to - at < ADDR_MAX && strchr(edges, *to) == NULL)
			to++;
		if (addr_mailbox(from, (size_t)(to - from), address) == 1) {
			memcpy(out, address, sizeof(address));
			return;
		}
		at++;
	}
}

static void
read_from(const char *value, size_t len, struct complaint_item *item)
{
	char line[1024];

	complaint_line(value, len, line, sizeof(line));
	complaint_address(line, "UTF-8", item->from);
	if (item->from[0] == '\0')
		find_address(line, strlen(line), item->from);
}

/* Reads the block that begins at p.  True when it is one: a From that names somebody, and one field more. */
static bool
read_block(const char *p, struct complaint_item *item_r)
{
	struct complaint_item item = { .source = COMPLAINT_INLINE };
	unsigned seen = 0, blank = 0;

	for (unsigned i = 0; i < BLOCK_LINES && *p != '\0' && blank < 2; i++) {
		struct line line = line_at(p);
		const char *value = line.at;
		enum label label = label_of(line, &value);

		p = line_next(line);
		blank = is_blank(line) ? blank + 1 : 0;
		if ((seen & 1U << label) != 0 && label != LABEL_NONE)
			break;			/* the next block */
		seen |= 1U << label;
		if (label == LABEL_FROM)
			read_from(value, (size_t)(line.end - value), &item);
		else if (label == LABEL_SUBJECT)
			complaint_line(value, (size_t)(line.end - value), item.subject, sizeof(item.subject));
	}
	if (item.from[0] == '\0' || (seen & (1U << LABEL_DATE | 1U << LABEL_TO | 1U << LABEL_SUBJECT)) == 0)
		return false;
	*item_r = item;
	return true;
}

const char *
complaint_quote_find(const char *text, struct complaint_item *item_r)
{
	for (const char *p = text; *p != '\0';) {
		struct line line = line_at(p);
		const char *value;

		if (label_of(line, &value) != LABEL_NONE && read_block(p, item_r))
			return p;
		p = line_next(line);
	}
	return NULL;
}

/* ---- the person's own words ---------------------------------------------------------------------------- */

static bool
is_quoted(struct line line)
{
	return *line.at == '>';
}

/* "-- " and what stands below it was not written for this mail. */
static bool
is_signature(struct line line)
{
	size_t n = (size_t)(line.end - line.at);

	return (n == 2 || (n == 3 && (line.at[2] == ' ' || line.at[2] == '\r'))) && memcmp(line.at, "--", 2) == 0;
}

bool
complaint_tells_of_data(const char *text, const char *end)
{
	static const char *const terms[] = {
		"个人信息", "个人数据", "个人资料", "隐私", "泄露", "泄漏",
		"my data", "personal data", "personal information", "my privacy", "data leak", "data breach",
	};
	GString *own = g_string_sized_new(512);
	bool told = false;
	size_t len;
	char *folded;

	for (const char *p = text; *p != '\0' && p != end && own->len < OWN_MAX;) {
		struct line line = line_at(p);

		if (is_signature(line))
			break;
		if (!is_quoted(line)) {
			g_string_append_len(own, line.at, line.end - line.at);
			g_string_append_c(own, '\n');
		}
		p = line_next(line);
	}
	folded = fold_text(own->str, own->len, 2 * OWN_MAX, &len);
	for (size_t i = 0; folded != NULL && i < G_N_ELEMENTS(terms); i++)
		told = told || strstr(folded, terms[i]) != NULL;
	fold_free(folded);
	(void)g_string_free(own, TRUE);
	return told;
}

/* ---- the text ------------------------------------------------------------------------------------------ */

static bool
is_own_text(const struct mime_part *part, const char *type)
{
	return !part->attachment && !part->returned && !part->enclosed && strcmp(part->type, type) == 0 &&
	    (part->filename == NULL || part->filename[0] == '\0');
}

/* What the HTML of one part shows, malloc()ed; NULL: no memory. */
static char *
shown(const struct mime_part *part, const char *default_charset)
{
	const struct text_limits limits = { .octets = COMPLAINT_TEXT_MAX, .uris = 1, .depth = 200 };
	const struct text_part in = {
		.type = part->type, .charset = part->charset, .octets = part->octets, .len = part->len,
	};
	struct text *text = NULL;
	char *copy = NULL;
	const char *view;
	size_t len;

	if (text_new(&limits, default_charset, NULL, &text, NULL) == 0 && text_add(text, &in, NULL) == 0 &&
	    text_finish(text, NULL) == 0) {
		view = text_visible(text, &len);
		copy = strndup(view, len);
	}
	text_free(text);
	return copy;
}

char *
complaint_text(const struct mime *mime, const char *default_charset, bool html)
{
	char *decoded, *copy;
	size_t len;

	for (size_t i = 0; i < mime_part_count(mime); i++) {
		const struct mime_part *part = mime_part_at(mime, i);

		if (!is_own_text(part, html ? "text/html" : "text/plain"))
			continue;
		if (html)
			return shown(part, default_charset);
		decoded = charset_decode(part->octets, part->len, part->charset, default_charset, COMPLAINT_TEXT_MAX, &len);
		copy = decoded != NULL ? strndup(decoded, len) : NULL;
		charset_free(decoded);
		return copy;
	}
	return NULL;
}
