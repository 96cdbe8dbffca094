/*
 * command_quote.c - how the lines of a reply that are not its writer's look: quotes, dividers,
 * header blocks, "wrote:".
 *
 * Floor 3, part of command.  Looks at one line and a few below it, never back, and folds only short
 * lines that may be a mark: the cost grows with the length of the text alone.
 */
#include <string.h>
#include <glib.h>
#include "command_private.h"
#include "fold.h"

#define MARK_MAX	600	/* octets of a line, or of joined lines, that can be a mark */
#define WROTE_LINES	3	/* over which an attribution may be wrapped */
#define BLOCK_LINES	6	/* among which the second field of a header block stands */
#define RULE_MIN	5	/* "_____": a rule, not somebody's blank to fill in */
#define PROGRAM_MAX	120	/* octets of a mail program's own line */

/* ---- lines ----------------------------------------------------------------------------------- */

bool
command_line_next(const char **p, const char *end, struct command_span *line_r)
{
	const char *at = *p, *feed;

	if (at >= end)
		return false;
	feed = memchr(at, '\n', (size_t)(end - at));
	*p = feed != NULL ? feed + 1 : end;
	line_r->at = at;
	line_r->len = (size_t)((feed != NULL ? feed : end) - at);
	if (line_r->len > 0 && at[line_r->len - 1] == '\r')
		line_r->len--;
	return true;
}

static bool
is_unseen(gunichar c)
{
	return c <= ' ' || g_unichar_isspace(c) || g_unichar_iscntrl(c) ||
	    g_unichar_type(c) == G_UNICODE_FORMAT || c == 0x3164 || c == 0xfe0f;
}

struct command_span
command_trim(struct command_span line)
{
	const char *end = line.at + line.len, *last;

	while (line.at < end && is_unseen(g_utf8_get_char(line.at)))
		line.at = g_utf8_next_char(line.at);
	while (end > line.at && (last = g_utf8_find_prev_char(line.at, end)) != NULL &&
	    is_unseen(g_utf8_get_char(last)))
		end = last;
	line.len = (size_t)(end - line.at);
	return line;
}

struct command_span
command_unlink(struct command_span line)
{
	size_t n = strlen(COMMAND_LINK);

	if (line.len >= n && memcmp(line.at, COMMAND_LINK, n) == 0)
		return (struct command_span){ line.at + n, line.len - n };
	return line;
}

bool
command_is_blank(struct command_span line)
{
	return command_trim(line).len == 0;
}

/* The next line that is not blank. */
static bool
next_words(const char **p, const char *end, struct command_span *line_r)
{
	while (command_line_next(p, end, line_r))
		if (!command_is_blank(*line_r))
			return true;
	return false;
}

/* The line folded; NULL when it is too long to be a mark.  fold_free() it. */
static char *
fold_line(struct command_span line, size_t max, size_t *len_r)
{
	return line.len > max ? NULL : fold_text(line.at, line.len, 4 * max, len_r);
}

static bool
begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool
has_colon(struct command_span line)
{
	return memchr(line.at, ':', line.len) != NULL ||
	    g_strstr_len(line.at, (gssize)line.len, "：") != NULL;
}

/* ---- dividers -------------------------------------------------------------------------------- */

/* Between dashes: "-----Original Message-----". */
static const char *const dividers[] = {
	"原始邮件", "原邮件", "邮件原件", "邮件原文", "原始信息", "原始消息", "原始信件", "原文",
	"回复的原邮件", "回复邮件", "转发邮件", "转发邮件信息", "转发的邮件", "转发的原邮件",
	"转发信息", "转寄邮件", "被转发邮件", "original message", "original mail", "original email",
	"original", "replied message", "reply message", "forwarded message", "forwarded mail",
	"forwarded email", "forwarded", "forward message", "originalmessage",
};

/* Without dashes, at the beginning of a line. */
static const char *const forwards[] = {
	"begin forwarded message:", "开始转发邮件:", "开始转寄邮件:", "以下是转发的邮件:",
	"下面是被转发的邮件:", "下面是转发的邮件:",
};

static bool
is_dash(gunichar c)
{
	return c == '-' || c == '_' || c == '=' || c == '*' || c == '~' || c == 0x2500 || c == 0x2501 ||
	    c == 0x2212 || g_unichar_type(c) == G_UNICODE_DASH_PUNCTUATION;
}

/* Takes dashes and blanks off both ends of line; returns how many dashes stood before it. */
static size_t
undash(struct command_span *line)
{
	const char *end = line->at + line->len, *last;
	size_t dashes = 0;
	gunichar c;

	for (; line->at < end; line->at = g_utf8_next_char(line->at)) {
		c = g_utf8_get_char(line->at);
		if (is_dash(c))
			dashes++;
		else if (!is_unseen(c))
			break;
	}
	while (end > line->at && (last = g_utf8_find_prev_char(line->at, end)) != NULL) {
		c = g_utf8_get_char(last);
		if (!is_dash(c) && !is_unseen(c))
			break;
		end = last;
	}
	line->len = (size_t)(end - line->at);
	return dashes;
}

static bool
is_divider(struct command_span line)
{
	struct command_span inner = line;
	size_t dashes = undash(&inner), len;
	char *text;
	bool found = false;

	if (inner.len == 0)			/* "-- ", "---", "______": a signature or a rule */
		return dashes >= RULE_MIN || (dashes >= 2 && memchr(line.at, '-', line.len) != NULL) ||
		    (dashes >= 2 && (unsigned char)command_trim(line).at[0] >= 0x80);
	if ((dashes < 2 && !has_colon(inner)) || (text = fold_line(inner, MARK_MAX, &len)) == NULL)
		return false;
	for (size_t i = 0; !found && dashes >= 2 && i < G_N_ELEMENTS(dividers); i++)
		found = strcmp(text, dividers[i]) == 0;
	for (size_t i = 0; !found && i < G_N_ELEMENTS(forwards); i++)
		found = begins(text, forwards[i]);
	fold_free(text);
	return found;
}

/* ---- header blocks --------------------------------------------------------------------------- */

enum label {
	LABEL_NONE,
	LABEL_FROM,
	LABEL_DATE,
	LABEL_TO,
	LABEL_SUBJECT
};

static const struct {
	const char	*text;		/* folded */
	enum label	 label;
} labels[] = {
	{ "发件人", LABEL_FROM }, { "寄件人", LABEL_FROM }, { "寄件者", LABEL_FROM },
	{ "发信人", LABEL_FROM }, { "发送人", LABEL_FROM }, { "发送者", LABEL_FROM },
	{ "来自", LABEL_FROM }, { "自", LABEL_FROM }, { "from", LABEL_FROM },
	{ "sender", LABEL_FROM },
	{ "发送时间", LABEL_DATE }, { "发送日期", LABEL_DATE }, { "寄件日期", LABEL_DATE },
	{ "发件日期", LABEL_DATE }, { "发件时间", LABEL_DATE }, { "传送时间", LABEL_DATE },
	{ "已发送", LABEL_DATE }, { "日期", LABEL_DATE }, { "时间", LABEL_DATE },
	{ "sent", LABEL_DATE }, { "date", LABEL_DATE }, { "sent at", LABEL_DATE },
	{ "send time", LABEL_DATE },
	{ "收件人", LABEL_TO }, { "收件者", LABEL_TO }, { "收信人", LABEL_TO },
	{ "抄送", LABEL_TO }, { "副本", LABEL_TO }, { "抄送人", LABEL_TO }, { "至", LABEL_TO },
	{ "to", LABEL_TO }, { "cc", LABEL_TO },
	{ "主题", LABEL_SUBJECT }, { "主旨", LABEL_SUBJECT }, { "标题", LABEL_SUBJECT },
	{ "subject", LABEL_SUBJECT },
};

/* Which header field the line shows: "发件人：x", "*From:* x", "| 发件人 | x |". */
static enum label
line_label(struct command_span line)
{
	size_t len, head = MIN(line.len, 48);
	enum label found = LABEL_NONE;
	char *text, *p, *colon;

	while (head < line.len && ((unsigned char)line.at[head] & 0xc0) == 0x80)
		head++;
	line.len = head;
	if (head == 0 || (!has_colon(line) && memchr(line.at, '|', head) == NULL))
		return LABEL_NONE;
	text = fold_text(line.at, head, MARK_MAX, &len);
	p = text + strspn(text, " *|\"");
	colon = p + strcspn(p, ":|");
	if (*colon != '\0') {
		while (colon > p && (colon[-1] == ' ' || colon[-1] == '*'))
			colon--;
		*colon = '\0';
		for (size_t i = 0; found == LABEL_NONE && i < G_N_ELEMENTS(labels); i++)
			if (strcmp(p, labels[i].text) == 0)
				found = labels[i].label;
	}
	fold_free(text);
	return found;
}

/* Whether a header block begins with line: a second field, and a sender, stand close below. */
static bool
is_block(struct command_span line, const char *below, const char *end)
{
	enum label first = line_label(line), next;
	bool from = first == LABEL_FROM, second = false;

	if (first == LABEL_NONE)
		return false;
	for (unsigned i = 0; i < BLOCK_LINES && !(from && second); i++) {
		if (!next_words(&below, end, &line))
			break;
		next = line_label(line);
		from |= next == LABEL_FROM;
		second |= next != LABEL_NONE && next != first;
	}
	return from && second;
}

/* ---- "wrote:" -------------------------------------------------------------------------------- */

/* True for a folded line that ends as an attribution does, and names a day or an address. */
static bool
says_wrote(char *text)
{
	static const char *const ends[] = { "写道", "wrote", "写到", "来信", "writes" };
	size_t n = strlen(text);
	bool colon = false, found = false;

	while (n > 0 && strchr(": -*_", text[n - 1]) != NULL) {
		colon |= text[n - 1] == ':' || text[n - 1] == '-';
		n--;
	}
	text[n] = '\0';
	for (size_t i = 0; !found && colon && i < G_N_ELEMENTS(ends); i++)
		found = g_str_has_suffix(text, ends[i]);
	return found && strpbrk(text, "0123456789@<") != NULL;
}

/* True for a line that an attribution may begin with, when it is wrapped. */
static bool
opens_wrote(struct command_span line)
{
	static const char *const openers[] = { "on ", "at ", "在 ", "在2", "于 ", "于2" };
	bool found = false;
	size_t len;
	char *text;

	if ((text = fold_line(line, MARK_MAX, &len)) == NULL)
		return false;
	for (size_t i = 0; !found && i < G_N_ELEMENTS(openers); i++)
		found = begins(text + strspn(text, "- "), openers[i]);
	fold_free(text);
	return found;
}

/* True when the line holds what part of an attribution holds: an address or a year. */
static bool
names_somebody(struct command_span line)
{
	return memchr(line.at, '<', line.len) != NULL || memchr(line.at, '@', line.len) != NULL ||
	    g_strstr_len(line.at, (gssize)line.len, "20") != NULL;
}

/* A cheap look before the dear one: whether line and the next two hold such a word at all. */
static bool
may_say_wrote(struct command_span line, const char *below, const char *end)
{
	static const char *const words[] = {
		"wrote", "writes", "写道", "寫道", "写到", "來信", "来信",
	};
	const char *first = line.at;
	size_t n;

	for (unsigned i = 1; i < WROTE_LINES && command_line_next(&below, end, &line); i++)
		;
	n = MIN((size_t)(line.at + line.len - first), (size_t)MARK_MAX);
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (g_strstr_len(first, (gssize)n, words[i]) != NULL)
			return true;
	return false;
}

/* Whether an attribution begins with line; next_r: behind it. */
static bool
is_wrote(struct command_span line, const char *below, const char *end, const char **next_r)
{
	const char *first = line.at;
	bool found = false;

	if (!may_say_wrote(line, below, end))
		return false;
	for (unsigned i = 0; i < WROTE_LINES && !found; i++) {
		struct command_span joined = { first, (size_t)(line.at - first) + line.len };
		size_t len;
		char *text;

		if ((text = fold_line(joined, MARK_MAX, &len)) == NULL)
			return false;
		for (char *p = text; *p != '\0'; p++)
			*p = *p == '\n' ? ' ' : *p;
		found = says_wrote(text);
		fold_free(text);
		*next_r = below;
		if (found || (i == 0 && !opens_wrote(line) && !names_somebody(line)))
			break;
		if (!command_line_next(&below, end, &line) || command_is_blank(line) ||
		    opens_wrote(line) || command_trim(line).at[0] == '>')
			break;
	}
	return found;
}

/* ---- all of them ----------------------------------------------------------------------------- */

enum command_mark
command_mark_at(const char *p, const char *end, const char **next_r)
{
	struct command_span line, words;
	const char *below = p, *behind = NULL;
	gunichar c;

	if (!command_line_next(&below, end, &line)) {
		*next_r = end;
		return COMMAND_MARK_TEXT;
	}
	*next_r = below;
	words = command_trim(line);
	if (words.len == 0 || words.len > MARK_MAX)
		return words.len > 0 && words.at[0] == '>' ? COMMAND_MARK_QUOTE : COMMAND_MARK_TEXT;
	c = g_utf8_get_char(words.at);
	if (c == '>')
		return COMMAND_MARK_QUOTE;
	if (is_divider(line) || is_block(words, below, end))
		return COMMAND_MARK_CUT;
	if (is_wrote(words, below, end, &behind)) {
		*next_r = behind;
		return COMMAND_MARK_WROTE;
	}
	return COMMAND_MARK_TEXT;
}

/* What a mail program calls itself or the thing it runs on, folded. */
static const char *const devices[] = {
	"iphone", "ipad", "ipod", "android", "安卓", "ios", "mac", "windows", "小米", "红米",
	"redmi", "xiaomi", "华为", "huawei", "荣耀", "honor", "三星", "samsung", "vivo", "oppo",
	"一加", "oneplus", "魅族", "meizu", "中兴", "realme", "手机", "网易", "qq", "foxmail",
	"outlook", "新浪", "搜狐", "阿里", "钉钉", "飞书", "企业微信", "雅虎", "yahoo", "gmail",
	"189", "139", "mail", "phone", "thunderbird", "coremail",
};
static const char *const sendings[] = { "发送", "发出", "传送", "寄出", "定制", "outlook" };

static const struct {
	const char	*prefix;	/* folded */
	bool		 device;	/* a device or a program must be named after it, */
	bool		 sending;	/* and that it sent */
} programs[] = {
	{ "发自", true, false }, { "来自", true, false }, { "发送自", true, false },
	{ "传送自", true, false }, { "寄自", true, false }, { "从", true, true },
	{ "获取", true, true }, { "取得", true, true }, { "下载", true, true },
	{ "使用", true, true }, { "通过", true, true }, { "由", true, true },
	{ "签名由", true, true }, { "sent from ", false, false }, { "sent via ", false, false },
	{ "sent with ", true, false }, { "get outlook for", false, false },
	{ "from my ", true, false }, { "send from ", true, false },
};

static bool
has_one_of(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(text, list[i]) != NULL)
			return true;
	return false;
}

bool
command_is_program_line(struct command_span line)
{
	bool found = false;
	const char *text;
	char *folded;
	size_t len;

	line = command_unlink(command_trim(line));
	if (line.len == 0 || (folded = fold_line(line, PROGRAM_MAX, &len)) == NULL)
		return false;
	text = folded + strspn(folded, "-([<*\"' ");
	for (size_t i = 0; !found && i < G_N_ELEMENTS(programs); i++) {
		const char *rest = text + strlen(programs[i].prefix);

		found = begins(text, programs[i].prefix) &&
		    (!programs[i].device || has_one_of(rest, devices, G_N_ELEMENTS(devices))) &&
		    (!programs[i].sending || has_one_of(rest, sendings, G_N_ELEMENTS(sendings)));
	}
	fold_free(folded);
	return found;
}
