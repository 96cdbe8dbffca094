/*
 * text_sheet.c - the style sheets of an HTML mail, as far as they hide text by tag, class or id.
 *
 * Floor 2, part of text.  Rules inside @media are left out: they speak of other screens than the one we judge.
 * Selectors of more than one step are left out too, and remembered where they colour a ground.
 */
#include <string.h>
#include <glib.h>
#include "text_private.h"

#define RULES_MAX	1000	/* selectors kept */
#define SELECTOR_MAX	100	/* octets of one */
#define CLASSES_MAX	8	/* classes of one element looked at */

struct text_sheet {
	GHashTable	*rules;		/* selector → struct text_style */
	bool		 colours;
};

struct text_sheet *
text_sheet_new(void)
{
	struct text_sheet *sheet = g_new0(struct text_sheet, 1);

	sheet->rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return sheet;
}

void
text_sheet_free(struct text_sheet *sheet)
{
	if (sheet == NULL)
		return;
	g_hash_table_destroy(sheet->rules);
	g_free(sheet);
}

bool
text_sheet_colours(const struct text_sheet *sheet)
{
	return sheet->colours;
}

static bool
says_nothing(const struct text_style *style)
{
	return memcmp(style, &text_style_unset, offsetof(struct text_style, ink)) == 0 &&
	    style->ink == TEXT_COLOR_UNSET && style->ground == TEXT_COLOR_UNSET;
}

/* Adds one selector; its tag, if it has one, in lower case. */
static void
add_selector(struct text_sheet *sheet, const char *p, const char *end, const struct text_style *style)
{
	struct text_style *known;
	char name[SELECTOR_MAX + 1];
	size_t n = 0;
	bool tag = true;

	while (p < end && g_ascii_isspace(*p))
		p++;
	while (end > p && g_ascii_isspace(end[-1]))
		end--;
	if (p == end || (size_t)(end - p) > SELECTOR_MAX)
		return;
	for (; p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '.' || c == '#')
			tag = false;
		else if (!g_ascii_isalnum(c) && c != '-' && c != '_' && c < 0x80)
			break;
		name[n++] = tag ? g_ascii_tolower(*p) : *p;
	}
	name[n] = '\0';
	if (p < end) {
		sheet->colours |= style->ground != TEXT_COLOR_UNSET;
		return;
	}
	if ((known = g_hash_table_lookup(sheet->rules, name)) != NULL) {
		text_style_merge(known, style);
	} else if (g_hash_table_size(sheet->rules) < RULES_MAX) {
		g_hash_table_insert(sheet->rules, g_strdup(name), g_memdup2(style, sizeof(*style)));
	}
}

static void
add_rule(struct text_sheet *sheet, const char *selectors, const char *open, const char *close)
{
	struct text_style style = text_style_unset;

	text_style_read(&style, open + 1, (size_t)(close - open - 1));
	if (says_nothing(&style))
		return;
	while (selectors < open) {
		const char *comma = memchr(selectors, ',', (size_t)(open - selectors));
		const char *stop = comma != NULL ? comma : open;

		add_selector(sheet, selectors, stop, &style);
		selectors = stop + 1;
	}
}

/* The brace that closes the one at p, or end. */
static const char *
block_end(const char *p, const char *end)
{
	unsigned depth = 0;

	for (; p < end; p++) {
		if (*p == '{')
			depth++;
		else if (*p == '}' && --depth == 0)
			return p;
	}
	return end;
}

/* Comments and the marks that hide a sheet from old readers become blanks, in place. */
static void
blank_comments(char *css, size_t len)
{
	char *end = css + len;

	for (char *p = css; p < end; p++) {
		if (end - p >= 2 && p[0] == '/' && p[1] == '*') {
			char *stop = memmem(p + 2, (size_t)(end - p - 2), "*/", 2);
			char *last = stop != NULL ? stop + 2 : end;

			memset(p, ' ', (size_t)(last - p));
			p = last - 1;
		} else if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
			memset(p, ' ', 4);
		} else if (end - p >= 3 && memcmp(p, "-->", 3) == 0) {
			memset(p, ' ', 3);
		}
	}
}

void
text_sheet_read(struct text_sheet *sheet, const char *css, size_t len)
{
	char *copy = g_strndup(css, len), *p = copy, *end = copy + strlen(copy);

	blank_comments(copy, (size_t)(end - copy));
	while (p < end) {
		const char *open = p + strcspn(p, "{;"), *close;

		while (p < open && g_ascii_isspace(*p))
			p++;
		if (open >= end)
			break;
		if (*open == ';') {			/* @import, @charset */
			p = copy + (open + 1 - copy);
			continue;
		}
		close = block_end(open, end);
		if (*p != '@')
			add_rule(sheet, p, open, close);
		p = copy + (close - copy) + 1;
	}
	g_free(copy);
}

static void
apply(const struct text_sheet *sheet, const char *selector, struct text_style *style)
{
	const struct text_style *found = g_hash_table_lookup(sheet->rules, selector);

	if (found != NULL)
		text_style_merge(style, found);
}

void
text_sheet_apply(const struct text_sheet *sheet, const char *tag, const char *class, const char *id,
    struct text_style *style)
{
	char name[SELECTOR_MAX + 2];

	if (g_hash_table_size(sheet->rules) == 0)
		return;
	apply(sheet, tag, style);
	for (unsigned n = 0; class != NULL && n < CLASSES_MAX; n++) {
		size_t len;

		class += strspn(class, " \t\r\n\f");
		if ((len = strcspn(class, " \t\r\n\f")) == 0)
			break;
		if (len < SELECTOR_MAX) {
			g_snprintf(name, sizeof(name), ".%.*s", (int)len, class);
			apply(sheet, name, style);
			g_snprintf(name, sizeof(name), "%s.%.*s", tag, (int)len, class);
			apply(sheet, name, style);
		}
		class += len;
	}
	if (id != NULL && strlen(id) < SELECTOR_MAX) {
		g_snprintf(name, sizeof(name), "#%s", id);
		apply(sheet, name, style);
	}
}
