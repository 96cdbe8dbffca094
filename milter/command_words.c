/*
 * command_words.c - the words that are commands, and one line read as one of them.
 *
 * Floor 3, part of command.  A line is folded and must equal a word: nothing is searched for in a
 * sentence.  What follows a word is read as it was written, for folding would change a sender's
 * name.
 */
#include <string.h>
#include <glib.h>
#include "command_private.h"
#include "fold.h"

#define RAW_MAX		(4 * COMMAND_LINE_MAX)	/* octets before folding: full-width takes three for one */
#define WORD_RAW_MAX	160			/* octets of the longest word, as it may be written */
#define REFERENCE_PLAIN	13			/* letters of an id: fewer without a digit are a word */

static const struct word {
	const char		*text;		/* folded */
	enum command_verb	 verb;
} words[] = {
	{ "退订", COMMAND_REFUSE }, { "退", COMMAND_REFUSE }, { "t", COMMAND_REFUSE },
	{ "td", COMMAND_REFUSE }, { "我要退订", COMMAND_REFUSE }, { "请退订", COMMAND_REFUSE },
	{ "退订邮件", COMMAND_REFUSE }, { "取消订阅", COMMAND_REFUSE },
	{ "退订此邮件", COMMAND_REFUSE }, { "不再订阅", COMMAND_REFUSE },
	{ "拒收", COMMAND_REFUSE }, { "拒绝", COMMAND_REFUSE }, { "拒绝接收", COMMAND_REFUSE },
	{ "不再接收", COMMAND_REFUSE }, { "不要再发", COMMAND_REFUSE },
	{ "不要再发了", COMMAND_REFUSE }, { "请不要再发", COMMAND_REFUSE },
	{ "请勿再发", COMMAND_REFUSE }, { "别再发了", COMMAND_REFUSE },
	{ "unsubscribe", COMMAND_REFUSE }, { "unsubscribe me", COMMAND_REFUSE },
	{ "please unsubscribe", COMMAND_REFUSE }, { "please unsubscribe me", COMMAND_REFUSE },
	{ "stop", COMMAND_REFUSE }, { "remove", COMMAND_REFUSE }, { "remove me", COMMAND_REFUSE },
	{ "please remove me", COMMAND_REFUSE }, { "opt out", COMMAND_REFUSE },
	{ "opt-out", COMMAND_REFUSE }, { "optout", COMMAND_REFUSE },
	{ "订阅", COMMAND_CONSENT }, { "同意", COMMAND_CONSENT }, { "同意接收", COMMAND_CONSENT },
	{ "恢复订阅", COMMAND_CONSENT }, { "重新订阅", COMMAND_CONSENT }, { "dy", COMMAND_CONSENT },
	{ "subscribe", COMMAND_CONSENT }, { "resubscribe", COMMAND_CONSENT },
	{ "opt in", COMMAND_CONSENT }, { "opt-in", COMMAND_CONSENT }, { "optin", COMMAND_CONSENT },
	{ "举报", COMMAND_COMPLAIN }, { "投诉", COMMAND_COMPLAIN }, { "检举", COMMAND_COMPLAIN },
	{ "我要举报", COMMAND_COMPLAIN }, { "我要投诉", COMMAND_COMPLAIN },
	{ "complain", COMMAND_COMPLAIN }, { "complaint", COMMAND_COMPLAIN },
	{ "report", COMMAND_COMPLAIN }, { "report spam", COMMAND_COMPLAIN },
	{ "确认", COMMAND_CONFIRM }, { "confirm", COMMAND_CONFIRM },
	{ "撤销", COMMAND_UNDO }, { "撤消", COMMAND_UNDO }, { "undo", COMMAND_UNDO },
	{ "查询", COMMAND_LIST }, { "列表", COMMAND_LIST }, { "list", COMMAND_LIST },
	{ "帮助", COMMAND_HELP }, { "帮助?", COMMAND_HELP }, { "说明", COMMAND_HELP },
	{ "help", COMMAND_HELP }, { "help?", COMMAND_HELP }, { "?", COMMAND_HELP },
};

/* What follows a word to mean every sender, folded. */
static const char *const all_words[] = {
	"全部", "所有", "全部邮件", "所有邮件", "全部发件人", "所有发件人", "all", "everything",
	"*",
};

/* ---- folded text ----------------------------------------------------------------------------- */

/*
 * Punctuation and signs that people put around a word.  A question is no command, and "*" means
 * all.
 */
static bool
is_around(gunichar c)
{
	if (c == 0xfffc || c == 0xfffd || (c > ' ' && c < 0x80 && strchr("?*@%<>", (int)c) != NULL))
		return false;
	return c <= ' ' || g_unichar_ispunct(c);
}

static struct command_span
trim_left(struct command_span s)
{
	while (s.len > 0) {
		gunichar c = g_utf8_get_char_validated(s.at, (gssize)s.len);
		size_t n = (size_t)(g_utf8_next_char(s.at) - s.at);

		if (c >= (gunichar)-2 || n > s.len || !is_around(c))
			break;
		s.at += n;
		s.len -= n;
	}
	return s;
}

static struct command_span
trim_right(struct command_span s)
{
	while (s.len > 0) {
		const char *last = g_utf8_find_prev_char(s.at, s.at + s.len);
		gunichar c;

		if (last == NULL)
			break;
		c = g_utf8_get_char_validated(last, (gssize)(s.at + (ptrdiff_t)s.len - last));
		if (c >= (gunichar)-2 || !is_around(c))
			break;
		s.len = (size_t)(last - s.at);
	}
	return s;
}

/*
 * The line without punctuation and blanks at both ends, nor the pair of "*" or "<>" that stands
 * around it all.
 */
static struct command_span
trim_both(struct command_span s)
{
	s = trim_right(trim_left(s));
	while (s.len > 2 && ((s.at[0] == '*' && s.at[s.len - 1] == '*') ||
	    (s.at[0] == '<' && s.at[s.len - 1] == '>')))
		s = trim_right(trim_left((struct command_span){ s.at + 1, s.len - 2 }));
	return s;
}

static bool
span_is(struct command_span s, const char *text)
{
	return strlen(text) == s.len && memcmp(s.at, text, s.len) == 0;
}

static const struct word *
word_find(struct command_span folded)
{
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (span_is(folded, words[i].text))
			return &words[i];
	return NULL;
}

static bool
means_all(struct command_span folded)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all_words); i++)
		if (span_is(folded, all_words[i]))
			return true;
	return false;
}

/* Whether a "stop all" of that kind is taken at its word. */
static bool
may_be_all(enum command_verb verb, enum command_form form)
{
	/*
	 * "同意全部" among people agrees to what was asked; only at our own address is it about
	 * every sender.
	 */
	return verb == COMMAND_REFUSE ||
	    (form == COMMAND_FORM_SERVICE && (verb == COMMAND_CONSENT || verb == COMMAND_LIST));
}

/* The word that a folded line begins with when what follows it means every sender, or NULL. */
static const struct word *
word_and_all(struct command_span folded, enum command_form form)
{
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		size_t n = strlen(words[i].text);
		struct command_span rest = { folded.at + n, folded.len - n };

		if (folded.len <= n || memcmp(folded.at, words[i].text, n) != 0 ||
		    !may_be_all(words[i].verb, form))
			continue;
		if (g_ascii_isalnum(folded.at[n - 1]) && g_ascii_isalnum(rest.at[0]))
			continue;		/* "tall" */
		if (means_all(trim_left(rest)))
			return &words[i];
	}
	return NULL;
}

/* ---- what follows a word --------------------------------------------------------------------- */

/* The address in "Shop <news@shop.example>" and in what Outlook makes of a link; else all of it. */
static struct command_span
argument_core(struct command_span arg)
{
	static const char *const marks[] = { "<mailto:", "<http://", "<https://" };
	const char *open;

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		open = g_strstr_len(arg.at, (gssize)arg.len, marks[i]);
		if (open != NULL && open > arg.at && arg.at[arg.len - 1] == '>')
			return (struct command_span){ arg.at, (size_t)(open - arg.at) };
	}
	open = memrchr(arg.at, '<', arg.len);
	if (open != NULL && open > arg.at && arg.at[arg.len - 1] == '>' && memchr(open, '@', arg.len -
	    (size_t)(open - arg.at)) != NULL)
		return (struct command_span){ open, arg.len - (size_t)(open - arg.at) };
	return arg;
}

/* A reference or a case number: letters and digits, enough of them that no word passes for one. */
static bool
reference_read(struct command_span arg, char out[COMMAND_REFERENCE_MAX + 1])
{
	bool digit = false;

	if (arg.len > 1 && arg.at[0] == '#')
		arg = (struct command_span){ arg.at + 1, arg.len - 1 };
	if (arg.len == 0 || arg.len > COMMAND_REFERENCE_MAX)
		return false;
	for (size_t i = 0; i < arg.len; i++) {
		if (!g_ascii_isalnum(arg.at[i]) && !(arg.at[i] == '-' && i > 0))
			return false;
		digit |= g_ascii_isdigit(arg.at[i]) != 0;
	}
	if (!digit && arg.len < REFERENCE_PLAIN)
		return false;
	for (size_t i = 0; i < arg.len; i++)
		out[i] = g_ascii_toupper(arg.at[i]);
	out[arg.len] = '\0';
	return true;
}

/* Takes out what cannot be seen and comes along when a name is pasted. */
static void
drop_invisible(char *text)
{
	char *to = text;

	for (const char *p = text, *next; *p != '\0'; p = next) {
		gunichar c = g_utf8_get_char(p);
		size_t n;

		next = g_utf8_next_char(p);		/* before p is written over */
		n = (size_t)(next - p);
		if (g_unichar_type(c) == G_UNICODE_FORMAT || g_unichar_iscntrl(c))
			continue;
		memmove(to, p, n);
		to += n;
	}
	*to = '\0';
}

/* Reads what follows a word into key, everything or reference; else it is unreadable. */
static void
argument_read(struct command_span raw, struct command *c)
{
	char *normal = g_utf8_normalize(raw.at, (gssize)raw.len, G_NORMALIZE_NFKC);
	struct command_span arg = { "", 0 };
	struct addr_key key;

	if (normal != NULL) {
		drop_invisible(normal);
		arg = trim_right(trim_left((struct command_span){ normal, strlen(normal) }));
		if (arg.len > 0 && arg.at > normal && arg.at[-1] == '#')
			arg = (struct command_span){ arg.at - 1, arg.len + 1 };
		arg = argument_core(arg);
	}
	if (arg.len > 0 && addr_key_parse(arg.at, arg.len, &key, NULL) == 1) {
		if (key.kind != ADDR_ALL)
			(void)g_strlcpy(c->key, key.text, sizeof(c->key));
		else if (may_be_all(c->verb, COMMAND_FORM_SERVICE))
			c->everything = true;
		else
			c->unreadable = true;
	} else if (!reference_read(arg, c->reference)) {
		c->unreadable = true;
	}
	g_free(normal);
}

/* Whether a word may end before p: a blank or a colon stands there, or Latin behind Han. */
static bool
is_border(const char *start, const char *p)
{
	gunichar c = g_utf8_get_char(p);

	if (c == ':' || c == 0xff1a || c == ',' || c == 0xff0c || g_unichar_isspace(c))
		return true;
	return p > start && (unsigned char)p[-1] >= 0x80 && c < 0x80 &&
	    (g_ascii_isalnum((char)c) || c == '<' || c == '@');
}

/* The longest word that the line begins with, before a border; rest_r is what follows it. */
static const struct word *
word_before(struct command_span line, struct command_span *rest_r)
{
	const char *end = line.at + MIN(line.len, WORD_RAW_MAX);
	const struct word *found = NULL;

	for (const char *p = g_utf8_next_char(line.at); p < end; p = g_utf8_next_char(p)) {
		const struct word *word;
		size_t len;
		char *folded;

		if (!is_border(line.at, p))
			continue;
		folded = fold_text(line.at, (size_t)(p - line.at), COMMAND_LINE_MAX, &len);
		word = word_find(trim_both((struct command_span){ folded, len }));
		fold_free(folded);
		if (word == NULL)
			continue;
		found = word;
		*rest_r = (struct command_span){ p, line.len - (size_t)(p - line.at) };
	}
	return found;
}

int
command_line_read(struct command_span line, enum command_form form, struct command *command_r)
{
	struct command c = { .verb = COMMAND_NONE };
	const struct word *word;
	struct command_span folded, rest = { NULL, 0 };
	char *text = NULL;
	int ret = 0;

	line = command_trim(line);
	if (line.len == 0 || line.len > RAW_MAX)
		return 0;
	text = fold_text(line.at, line.len, RAW_MAX, &folded.len);
	folded.at = text;
	if (folded.len > COMMAND_LINE_MAX)
		goto out;
	(void)g_strlcpy(c.line, text, sizeof(c.line));
	folded = trim_both(folded);
	if ((word = word_find(folded)) != NULL) {
		c.verb = word->verb;
	} else if ((word = word_and_all(folded, form)) != NULL) {
		c.verb = word->verb;
		c.everything = true;
	} else if (form == COMMAND_FORM_SERVICE &&
	    (word = word_before(trim_left(line), &rest)) != NULL) {
		c.verb = word->verb;
		argument_read(rest, &c);
	}
	if (c.verb == COMMAND_NONE)
		goto out;
	*command_r = c;
	ret = 1;
out:
	fold_free(text);
	return ret;
}
