/*
 * rules_replace.c - replace_tag and its kin: short names inside a pattern, written out.
 *
 * Floor 2.  Follows SpamAssassin's ReplaceTags step by step, its corners too, so that the same line gives the
 * same pattern.  Bounded: six passes, and a pattern no longer than the limit.
 */
#include <string.h>
#include <glib.h>
#include "rules_build.h"

#define PASSES_MAX	6

/* The names that "<pre X>", "<inter X>" and "<post X>" ask for, as their texts; NULL: none. */
struct around {
	const char	*pre, *inter, *post;
};

/* Takes the first "<word NAME>" out of re; returns what NAME stands for, or NULL. */
static const char *
take_modifier(const struct rules_build *build, GString *re, const char *word, enum rules_tag_kind kind)
{
	const char	*at = strstr(re->str, word), *end, *text = NULL;
	size_t		 len = strlen(word);
	char		*name;

	if (at == NULL || at[len] == '\0' || (end = strchr(at + len + 1, '>')) == NULL)
		return NULL;
	name = g_strndup(at + len, (gsize)(end - at) - len);
	text = rules_build_tag(build, kind, name);
	g_free(name);
	g_string_erase(re, at - re->str, end - at + 1);
	return text != NULL && *text != '\0' ? text : NULL;
}

/* The end of the "<...>" at c, behind its '>'; NULL: none begins here. */
static const char *
tag_end(const char *c)
{
	size_t	len;

	if (*c != '<')
		return NULL;
	len = strcspn(c + 1, "<>");
	return len > 0 && c[1 + len] == '>' ? c + len + 2 : NULL;
}

/* Writes one tag and what stands around it; true when what it stands for holds tags again. */
static bool
put_tag(const struct rules_build *build, GString *out, const char *tag, size_t len, const struct around *around)
{
	char		*name = g_strndup(tag + 1, len - 2);
	const char	*text = rules_build_tag(build, RULES_TAG, name), *c;
	bool		 again = false;

	g_free(name);
	if (around->pre != NULL)
		g_string_append(out, around->pre);
	if (text == NULL || *text == '\0')
		g_string_append_len(out, tag, (gssize)len);
	else
		g_string_append(out, text);
	if (around->post != NULL)
		g_string_append(out, around->post);
	for (c = text; c != NULL && (c = strchr(c, '<')) != NULL && !again; c++)
		again = tag_end(c) != NULL;
	return again;
}

/*
 * One pass from in to out.  "inter" goes between two adjacent tags, and before a tag that begins the pattern
 * (bare: the pattern has no modifiers, which would stand before it).
 */
static bool
pass(const struct rules_build *build, const char *in, GString *out, const struct around *around, bool bare)
{
	const char	*end;
	bool		 again = false, beside = bare;	/* beside: no text since the last tag */

	while (*in != '\0') {
		end = tag_end(in);
		if (end == NULL) {
			g_string_append_c(out, *in++);
			beside = false;
			continue;
		}
		if (beside && around->inter != NULL)
			g_string_append(out, around->inter);
		again |= put_tag(build, out, in, (size_t)(end - in), around);
		beside = true;
		in = end;
	}
	return again;
}

int
rules_replace(struct rules_build *build, struct rules_rule *rule, struct err *err)
{
	GString		*re = g_string_new(rule->pattern), *out = g_string_new(NULL);
	unsigned	 n;
	bool		 again = true;
	int		 ret = -1;

	for (n = 0; n < PASSES_MAX && again; n++) {
		struct around	around = { 0 };

		around.pre = take_modifier(build, re, "<pre ", RULES_TAG_PRE);
		around.post = take_modifier(build, re, "<post ", RULES_TAG_POST);
		around.inter = take_modifier(build, re, "<inter ", RULES_TAG_INTER);
		g_string_truncate(out, 0);
		again = pass(build, re->str, out, &around, rule->flags == 0);
		if (out->len > RULES_PATTERN_MAX) {
			(void)err_set(err, "pattern is longer than %d octets with its tags", RULES_PATTERN_MAX);
			goto out;
		}
		g_string_assign(re, out->str);
	}
	rule->pattern = rules_build_keep(build, re->str, re->len);
	rule->pattern_len = re->len;
	ret = 0;
out:
	g_string_free(re, TRUE);
	g_string_free(out, TRUE);
	return ret;
}
