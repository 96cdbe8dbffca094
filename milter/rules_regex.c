/*
 * rules_regex.c - a regular expression as a rule writes it: delimiters and modifiers off.
 *
 * Floor 2.  Looks at the borders of a pattern only; whether it compiles is for the engine to say.
 * Refuses what Perl would run as code.
 */
#include <string.h>
#include <glib.h>
#include "rules_build.h"

/* A pattern between its delimiters, pointing into the line. */
struct cut {
	const char	*start, *end;
	char		 close;
	bool		 paired;	/* {}, (), []: may stand inside unescaped */
};

/* "/re/", "m!re!" or "qr{re}": where the pattern starts and what closes it. */
static int
open_pattern(const char *text, struct cut *cut, struct err *err)
{
	static const char	 opens[] = "{([<", closes[] = "})]>";
	const char		*at;

	if (text[0] == '/') {
		cut->start = text + 1;
		cut->close = '/';
		return 0;
	}
	if (text[0] == 'm')
		text += 1;
	else if (text[0] == 'q' && text[1] == 'r')
		text += 2;
	else
		return err_set(err, "regular expression wants delimiters");
	if (text[0] == '\0' || text[0] == '\\' || text[0] == '_' || g_ascii_isalnum(text[0]))
		return err_set(err, "regular expression wants delimiters");
	at = strchr(opens, text[0]);
	cut->start = text + 1;
	cut->close = at != NULL ? closes[at - opens] : text[0];
	cut->paired = at != NULL && *at != '<';
	return 0;
}

/* The last delimiter, with nothing but letters behind it. */
static int
close_pattern(struct cut *cut, struct err *err)
{
	const char	*end = cut->start + strlen(cut->start);

	while (end > cut->start && g_ascii_islower(end[-1]) && end[-1] != cut->close)
		end--;
	if (end == cut->start || end[-1] != cut->close)
		return err_set(err, "regular expression has no end, or what follows it is no modifier");
	cut->end = end - 1;
	if (cut->end - cut->start > RULES_PATTERN_MAX)
		return err_set(err, "regular expression is longer than %d octets", RULES_PATTERN_MAX);
	return 0;
}

static int
check_inside(const struct cut *cut, struct err *err)
{
	const char	*c;

	for (c = cut->start; c < cut->end; c++) {
		if (*c == '\\') {
			c++;
			if (c == cut->end)
				return err_set(err, "regular expression ends in a backslash");
			continue;
		}
		if (*c == cut->close && !cut->paired)
			return err_set(err, "regular expression has its delimiter '%c' inside, unescaped",
			    g_ascii_isprint(*c) ? *c : '?');
		if (c[0] == '(' && c[1] == '?' && (c[2] == '{' || (c[2] == '?' && c[3] == '{')))
			return err_set(err, "regular expression holds code");
		if (c[0] == '%' && c[1] == '{' && g_ascii_isupper(c[2]))
			return err_set(err, "captured values (%%{...}) are not supported");
	}
	return 0;
}

/* Modifiers as Perl has them inside "(?...)"; those that change nothing for octets are taken and forgotten. */
static int
read_modifiers(const char *c, unsigned *flags_r, const char **prefix_r, struct err *err)
{
	unsigned	flags = 0;
	bool		quiet = false, very = false;

	for (; *c != '\0'; c++) {
		switch (*c) {
		case 'i':
			flags |= RULES_CASELESS;
			break;
		case 'm':
			flags |= RULES_MULTILINE;
			break;
		case 's':
			flags |= RULES_DOTALL;
			break;
		case 'x':
			very = (flags & RULES_EXTENDED) != 0;
			flags |= RULES_EXTENDED;
			break;
		case 'n':
			quiet = true;
			break;
		case 'a':
		case 'd':
		case 'l':
		case 'p':
		case 'u':
			break;
		default:
			return err_set(err, "modifier '%c' is not supported", *c);
		}
	}
	*flags_r = flags;
	*prefix_r = quiet ? (very ? "(?nxx)" : "(?n)") : (very ? "(?xx)" : "");
	return 0;
}

int
rules_regex(struct rules_build *build, const char *text, struct rules_rule *rule, struct err *err)
{
	struct cut	 cut = { 0 };
	const char	*prefix = NULL;
	unsigned	 flags = 0;
	GString		*whole;

	if (open_pattern(text, &cut, err) == -1 || close_pattern(&cut, err) == -1 ||
	    check_inside(&cut, err) == -1 || read_modifiers(cut.end + 1, &flags, &prefix, err) == -1)
		return -1;
	whole = g_string_new(prefix);
	g_string_append_len(whole, cut.start, cut.end - cut.start);
	rule->pattern = rules_build_keep(build, whole->str, whole->len);
	rule->pattern_len = whole->len;
	rule->flags = flags | (rule->type == RULES_FOLDED ? RULES_UTF : 0);
	g_string_free(whole, TRUE);
	return 0;
}
