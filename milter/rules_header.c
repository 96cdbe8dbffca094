/*
 * rules_header.c - what a "header" or "mimeheader" line looks at: field, view, operator, pattern.
 *
 * Floor 2.  Splits and checks the words; fetches no field.
 */
#include <string.h>
#include <glib.h>
#include "rules_build.h"

/* Fields that SpamAssassin makes out of the Received fields and its trust in networks. */
static const char *const unsupported_fields[] = {
	"ALL-TRUSTED", "ALL-INTERNAL", "ALL-UNTRUSTED", "ALL-EXTERNAL",
	"X-Spam-Relays-Trusted", "X-Spam-Relays-Untrusted", "X-Spam-Relays-Internal", "X-Spam-Relays-External",
};

static const struct modifier {
	const char		*name;
	bool			 pick_given, view_given, supported;
	enum rules_view		 view;
	enum rules_pick		 pick;
} modifiers[] = {
	{ "raw",    false, true,  true,  RULES_VIEW_RAW,  RULES_PICK_ALL },
	{ "addr",   false, true,  true,  RULES_VIEW_ADDR, RULES_PICK_ALL },
	{ "name",   false, true,  true,  RULES_VIEW_NAME, RULES_PICK_ALL },
	{ "first",  true,  false, true,  RULES_VIEW_TEXT, RULES_PICK_FIRST },
	{ "last",   true,  false, true,  RULES_VIEW_TEXT, RULES_PICK_LAST },
	{ "host",   false, false, false, RULES_VIEW_TEXT, RULES_PICK_ALL },
	{ "domain", false, false, false, RULES_VIEW_TEXT, RULES_PICK_ALL },
	{ "ip",     false, false, false, RULES_VIEW_TEXT, RULES_PICK_ALL },
	{ "revip",  false, false, false, RULES_VIEW_TEXT, RULES_PICK_ALL },
};

static const char *
skip_blanks(const char *c)
{
	while (g_ascii_isspace(*c))
		c++;
	return c;
}

static const char *
skip_name(const char *c)
{
	while (g_ascii_isalnum(*c) || *c == '_' || *c == '-' || *c == '.')
		c++;
	return c;
}

static int
set_field(struct rules_build *build, const char *name, size_t len, struct rules_rule *rule, struct err *err)
{
	size_t	i;

	if (len == 0 || len > 256)
		return err_set(err, "no field name, or one longer than 256 octets");
	rule->field = rules_build_keep(build, name, len);
	for (i = 0; i < G_N_ELEMENTS(unsupported_fields); i++) {
		if (g_ascii_strcasecmp(rule->field, unsupported_fields[i]) == 0)
			return err_set(err, "field '%s' is not supported", rule->field);
	}
	return 0;
}

/* What two views make together: ":addr:raw" is an address, ":name:raw" a name as it came. */
static enum rules_view
both_views(enum rules_view one, enum rules_view two)
{
	enum rules_view	other = one == RULES_VIEW_RAW ? two : one;

	if (one == RULES_VIEW_TEXT || one == two)
		return two;
	if (one != RULES_VIEW_RAW && two != RULES_VIEW_RAW)
		return two;
	return other == RULES_VIEW_NAME ? RULES_VIEW_NAME_RAW : other;
}

static int
set_modifier(const char *name, size_t len, struct rules_rule *rule, struct err *err)
{
	const struct modifier	*m;
	size_t			 i;

	for (i = 0; i < G_N_ELEMENTS(modifiers); i++) {
		m = &modifiers[i];
		if (strlen(m->name) != len || g_ascii_strncasecmp(m->name, name, len) != 0)
			continue;
		if (!m->supported)
			return err_set(err, "modifier ':%s' is not supported", m->name);
		if (m->pick_given)
			rule->pick = m->pick;
		else
			rule->view = both_views(rule->view, m->view);
		return 0;
	}
	return err_set(err, "unknown modifier ':%.*s'", (int)(len > 40 ? 40 : len), name);
}

/* "=~ /re/ [if-unset: text]" */
static int
read_operator(struct rules_build *build, const char *c, struct rules_rule *rule, struct err *err)
{
	const char	*at;
	char		*pattern = NULL;
	size_t		 len;
	int		 ret = -1;

	if ((c[0] != '=' && c[0] != '!') || c[1] != '~')
		return err_set(err, "header test wants '=~' or '!~'");
	rule->negated = c[0] == '!';
	c = skip_blanks(c + 2);
	len = strlen(c);
	at = strstr(c, "[if-unset:");
	if (at != NULL && at > c && g_ascii_isspace(at[-1]) && c[len - 1] == ']' && g_ascii_isspace(at[10])) {
		const char	*text = skip_blanks(at + 10);

		if (text < c + len - 1)
			rule->if_unset = rules_build_keep(build, text, (size_t)(c + len - 1 - text));
		while (at > c && g_ascii_isspace(at[-1]))
			at--;
		len = (size_t)(at - c);
	}
	pattern = g_strndup(c, len);
	ret = rules_regex(build, pattern, rule, err);
	g_free(pattern);
	return ret;
}

int
rules_header(struct rules_build *build, const char *value, struct rules_rule *rule, struct err *err)
{
	const char	*c = value, *end;

	if (strncmp(value, "exists:", 7) == 0) {
		end = skip_name(value + 7);
		rule->view = RULES_VIEW_EXISTS;
		if (end[0] != '\0' && (end[0] != ':' || end[1] != '\0'))
			return err_set(err, "'exists:' wants a field name");
		return set_field(build, value + 7, (size_t)(end - value - 7), rule, err);
	}
	end = skip_name(c);
	if (set_field(build, c, (size_t)(end - c), rule, err) == -1)
		return -1;
	while (*end == ':') {
		c = end + 1;
		for (end = c; g_ascii_isalpha(*end); end++)
			;
		if (end > c && set_modifier(c, (size_t)(end - c), rule, err) == -1)
			return -1;
	}
	return read_operator(build, skip_blanks(end), rule, err);
}

int
rules_mimeheader(struct rules_build *build, const char *value, struct rules_rule *rule, struct err *err)
{
	const char	*end = skip_name(value);

	if (set_field(build, value, (size_t)(end - value), rule, err) == -1)
		return -1;
	if (strncmp(end, ":raw", 4) == 0) {
		rule->view = RULES_VIEW_RAW;
		end += 4;
	} else if (*end == ':') {
		end++;
	}
	return read_operator(build, skip_blanks(end), rule, err);
}
