/*
 * rules_line.c - what one line of a rules file says about rules.
 *
 * Floor 2.  One table of directives, one short function each.  A line that is wrong is warned of and, where it
 * defines a rule, switches that rule off; no line ends the reading but for the limits of the set.
 */
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "rules_build.h"

typedef int	line_fn(const struct rules_line *l, struct err *err);

/* Warns of this line; 0, because the reading goes on. */
static int	complain(const struct rules_line *l, const char *rule, const char *fmt, ...)
		    __attribute__((format(printf, 3, 4)));

static int
complain(const struct rules_line *l, const char *rule, const char *fmt, ...)
{
	struct err	 text = { "" };
	va_list		 ap;
	char		*what;

	va_start(ap, fmt);
	what = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	(void)err_set(&text, "%s", what);	/* takes control characters out */
	g_free(what);
	rules_build_warn(l->build, l->file, l->line, rule, text.text);
	return 0;
}

/* Copies the first word of text and finds the next; false when there is none or it is longer than a name. */
static bool
take_word(const char *text, char word[RULES_NAME_MAX], const char **rest_r)
{
	size_t	len = strcspn(text, " \t\f\v\r");

	if (len == 0 || len >= RULES_NAME_MAX)
		return false;
	memcpy(word, text, len);
	word[len] = '\0';
	text += len;
	*rest_r = text + strspn(text, " \t\f\v\r");
	return true;
}

/* The same for a rule's name; false has been warned of. */
static bool
take_name(const struct rules_line *l, char name[RULES_NAME_MAX], const char **rest_r)
{
	if (take_word(l->value, name, rest_r) && rules_name_valid(name, strlen(name)))
		return true;
	(void)complain(l, NULL, "'%s' wants the name of a rule: a letter or _, then letters, digits or _", l->key);
	return false;
}

static struct rules_rule
blank_rule(const struct rules_line *l, enum rules_type type, const char *name)
{
	return (struct rules_rule){ .name = name, .type = type, .file = l->file, .line = l->line };
}

/*
 * A rule that cannot be had: off.  A definition that stood before stays when the new line makes no sense
 * (as in SpamAssassin), and goes when it made sense there.
 */
static int
define_off(const struct rules_line *l, const struct rules_rule *rule, bool sensible, struct err *err)
{
	struct rules_rule		 off = blank_rule(l, rule->type, rule->name);
	const struct rules_entry	*e = rules_build_find(l->build, rule->name);

	if (!sensible && e != NULL && e->defined)
		return 0;
	off.off = true;
	return rules_build_define(l->build, &off, NULL, err);
}

static bool
is_eval(const char *value)
{
	return strncmp(value, "eval:", 5) == 0 || strncmp(value, "rbleval:", 8) == 0;
}

static int
define_test(const struct rules_line *l, enum rules_type type, struct err *err)
{
	char			 name[RULES_NAME_MAX];
	const char		*value = NULL;
	struct rules_rule	 rule;
	struct err		 why = { "" };
	int			 ret;

	if (!take_name(l, name, &value))
		return 0;
	rule = blank_rule(l, type, name);
	if (*value == '\0') {
		(void)complain(l, name, "'%s' wants a test behind the name", l->key);
		return define_off(l, &rule, false, err);
	}
	if (is_eval(value)) {
		(void)complain(l, name, "eval: tests are not supported, rule is off");
		return define_off(l, &rule, true, err);
	}
	if (type == RULES_HEADER)
		ret = rules_header(l->build, value, &rule, &why);
	else if (type == RULES_MIMEHEADER)
		ret = rules_mimeheader(l->build, value, &rule, &why);
	else
		ret = rules_regex(l->build, value, &rule, &why);
	if (ret == 0)
		return rules_build_define(l->build, &rule, NULL, err);
	(void)complain(l, name, "%s, rule is off", why.text);
	return define_off(l, &rule, strstr(why.text, "not supported") != NULL, err);
}

static int
line_header(const struct rules_line *l, struct err *err)
{
	return define_test(l, RULES_HEADER, err);
}

static int
line_body(const struct rules_line *l, struct err *err)
{
	return define_test(l, RULES_BODY, err);
}

static int
line_rawbody(const struct rules_line *l, struct err *err)
{
	return define_test(l, RULES_RAWBODY, err);
}

static int
line_full(const struct rules_line *l, struct err *err)
{
	return define_test(l, RULES_FULL, err);
}

static int
line_uri(const struct rules_line *l, struct err *err)
{
	return define_test(l, RULES_URI, err);
}

static int
line_mimeheader(const struct rules_line *l, struct err *err)
{
	return define_test(l, RULES_MIMEHEADER, err);
}

static int
line_folded(const struct rules_line *l, struct err *err)
{
	return define_test(l, RULES_FOLDED, err);
}

static int
line_meta(const struct rules_line *l, struct err *err)
{
	char			 name[RULES_NAME_MAX];
	const char		*value = NULL;
	struct rules_rule	 rule;

	if (!take_name(l, name, &value))
		return 0;
	rule = blank_rule(l, RULES_META, name);
	if (*value != '\0')
		return rules_build_define(l->build, &rule, rules_build_keep(l->build, value, strlen(value)), err);
	(void)complain(l, name, "'meta' wants an expression behind the name");
	return define_off(l, &rule, false, err);
}

/* One number, "(n)" relative to the score before; false when it is none. */
static bool
read_score(const char *word, double *score_r, bool *relative_r)
{
	size_t		 len = strlen(word);
	bool		 relative = len > 2 && word[0] == '(' && word[len - 1] == ')';
	const char	*c = word + relative, *stop = word + len - relative;
	char		*end = NULL;
	const char	*digit = c + (*c == '-');

	if (!g_ascii_isdigit(*digit) && *digit != '.')
		return false;
	*score_r = g_ascii_strtod(c, &end);
	if (end != stop || memchr(c, 'x', (size_t)(stop - c)) != NULL || *score_r > 1e6 || *score_r < -1e6)
		return false;
	*relative_r = relative;
	return true;
}

static int
line_score(const struct rules_line *l, struct err *err)
{
	char			 name[RULES_NAME_MAX], word[RULES_NAME_MAX];
	const char		*rest = NULL;
	double			 score = 0, other = 0;
	bool			 relative = false, ignore = false;
	struct rules_entry	*e;
	unsigned		 n = 0;

	(void)err;
	if (!take_name(l, name, &rest))
		return 0;
	for (; *rest != '\0'; n++) {
		if (!take_word(rest, word, &rest) ||
		    !read_score(word, n == 0 ? &score : &other, n == 0 ? &relative : &ignore))
			return complain(l, name, "'score' wants numbers");
	}
	if (n != 1 && n != 4)
		return complain(l, name, "'score' wants 1 or 4 numbers, not %u", n);
	e = rules_build_entry(l->build, name);
	if (relative && !e->has_score)
		return complain(l, name, "relative score without a score before it");
	e->score = relative ? e->score + score : score;
	e->has_score = true;
	e->score_file = l->file;
	e->score_line = l->line;
	return 0;
}

static int
line_describe(const struct rules_line *l, struct err *err)
{
	char			 name[RULES_NAME_MAX];
	const char		*rest = NULL, *text;
	struct rules_entry	*e;

	(void)err;
	if (!take_name(l, name, &rest))
		return 0;
	e = rules_build_entry(l->build, name);
	text = rules_build_keep(l->build, rest, strlen(rest));
	if (l->chinese)
		e->rule.describe_zh = text;
	else
		e->rule.describe = text;
	return 0;
}

/* The last line of a name counts whole, as in SpamAssassin. */
static int
line_tflags(const struct rules_line *l, struct err *err)
{
	char			 name[RULES_NAME_MAX], word[RULES_NAME_MAX];
	const char		*rest = NULL;
	struct rules_rule	*r;

	(void)err;
	if (!take_name(l, name, &rest))
		return 0;
	r = &rules_build_entry(l->build, name)->rule;
	r->nice = r->multiple = r->nosubject = false;
	r->maxhits = 0;
	while (*rest != '\0') {
		if (!take_word(rest, word, &rest))
			return complain(l, name, "'tflags' has a word that is too long");
		r->nice |= strcmp(word, "nice") == 0;
		r->multiple |= strcmp(word, "multiple") == 0;
		r->nosubject |= strcmp(word, "nosubject") == 0;
		if (strncmp(word, "maxhits=", 8) == 0)
			r->maxhits = (unsigned)MIN(g_ascii_strtoull(word + 8, NULL, 10), 1000000);
	}
	return 0;
}

static int
line_test(const struct rules_line *l, struct err *err)
{
	char			name[RULES_NAME_MAX], word[RULES_NAME_MAX];
	const char		*rest = NULL;
	struct rules_test	 test = { .rule = SIZE_MAX, .file = l->file, .line = l->line };

	if (!take_name(l, name, &rest))
		return 0;
	if (!take_word(rest, word, &rest) || (strcmp(word, "ok") != 0 && strcmp(word, "fail") != 0))
		return complain(l, name, "'test' wants 'ok' or 'fail', and a text");
	test.name = rules_build_keep(l->build, name, strlen(name));
	test.want = word[0] == 'o';
	test.text = rules_build_keep(l->build, rest, strlen(rest));
	return rules_build_test(l->build, &test, err);
}

static int
set_tag(const struct rules_line *l, enum rules_tag_kind kind)
{
	char		 name[RULES_NAME_MAX];
	const char	*rest = NULL;

	if (!take_word(l->value, name, &rest) || *rest == '\0')
		return complain(l, NULL, "'%s' wants a name and an expression", l->key);
	rules_build_tag_set(l->build, kind, name, rest);
	return 0;
}

static int
line_replace_tag(const struct rules_line *l, struct err *err)
{
	(void)err;
	return set_tag(l, RULES_TAG);
}

static int
line_replace_pre(const struct rules_line *l, struct err *err)
{
	(void)err;
	return set_tag(l, RULES_TAG_PRE);
}

static int
line_replace_inter(const struct rules_line *l, struct err *err)
{
	(void)err;
	return set_tag(l, RULES_TAG_INTER);
}

static int
line_replace_post(const struct rules_line *l, struct err *err)
{
	(void)err;
	return set_tag(l, RULES_TAG_POST);
}

static int
line_replace_rules(const struct rules_line *l, struct err *err)
{
	char		 name[RULES_NAME_MAX];
	const char	*rest = l->value;

	(void)err;
	while (*rest != '\0') {
		if (!take_word(rest, name, &rest) || !rules_name_valid(name, strlen(name)))
			return complain(l, NULL, "'replace_rules' wants names of rules");
		rules_build_entry(l->build, name)->replace = true;
	}
	return 0;
}

/* "<" and ">" are what tags stand between; other signs would change what every pattern means. */
static int
line_replace_border(const struct rules_line *l, struct err *err)
{
	(void)err;
	if (strcmp(l->value, l->key[strlen("replace_")] == 's' ? "<" : ">") == 0)
		return 0;
	return complain(l, NULL, "'%s' can be nothing but %s", l->key,
	    l->key[strlen("replace_")] == 's' ? "'<'" : "'>'");
}

static const struct directive {
	const char	*key;
	line_fn		*fn;
} directives[] = {
	{ "header",		line_header },
	{ "body",		line_body },
	{ "rawbody",		line_rawbody },
	{ "full",		line_full },
	{ "uri",		line_uri },
	{ "mimeheader",		line_mimeheader },
	{ "folded",		line_folded },
	{ "meta",		line_meta },
	{ "score",		line_score },
	{ "describe",		line_describe },
	{ "tflags",		line_tflags },
	{ "test",		line_test },
	{ "replace_tag",	line_replace_tag },
	{ "replace_pre",	line_replace_pre },
	{ "replace_inter",	line_replace_inter },
	{ "replace_post",	line_replace_post },
	{ "replace_rules",	line_replace_rules },
	{ "replace_start",	line_replace_border },
	{ "replace_end",	line_replace_border },
};

static int
line_foreign(const struct rules_line *l, struct err *err)
{
	char			 name[RULES_NAME_MAX];
	const char		*rest = NULL;
	struct rules_rule	 rule;

	switch (rules_foreign(l->key)) {
	case RULES_IGNORED:
		return 0;
	case RULES_UNSUPPORTED_SETTING:
		if (!rules_build_first(l->build, l->key))
			return 0;
		return complain(l, NULL, "setting '%s' is not supported (said once)", l->key);
	case RULES_UNSUPPORTED_RULE:
		if (!take_name(l, name, &rest))
			return 0;
		rule = blank_rule(l, RULES_HEADER, name);
		(void)complain(l, name, "'%s' is not supported, rule is off", l->key);
		return define_off(l, &rule, true, err);
	default:
		return complain(l, NULL, "unknown directive '%s'", l->key);
	}
}

int
rules_line(const struct rules_line *l, struct err *err)
{
	size_t	i;

	if (l->chinese && strcmp(l->key, "describe") != 0)
		return 0;
	for (i = 0; i < G_N_ELEMENTS(directives); i++) {
		if (strcmp(l->key, directives[i].key) == 0)
			return directives[i].fn(l, err);
	}
	return line_foreign(l, err);
}
