/*
 * admin_clean.c - text of strangers, made fit for a terminal.
 *
 * Floor 5, part of admin.  Pure; trusts no octet.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include "admin_clean.h"

static const char replacement[] = "\xEF\xBF\xBD";	/* U+FFFD */

/* Whether a terminal may be shown this character. */
static bool
showable(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return false;
	default:
		return true;
	}
}

char *
admin_clean(const char *text)
{
	GString *out;
	const char *p;
	char *valid, *result;
	gunichar c;

	valid = g_utf8_make_valid(text != NULL ? text : "", -1);
	out = g_string_sized_new(strlen(valid) + 1);
	for (p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
		c = g_utf8_get_char(p);
		if (c == '\t' || c == '\n' || c == '\r')
			g_string_append_c(out, ' ');
		else if (showable(c))
			g_string_append_len(out, p, g_utf8_next_char(p) - p);
		else
			g_string_append(out, replacement);
	}
	g_free(valid);
	result = g_string_free(out, FALSE);
	return result;
}

static size_t
char_width(gunichar c)
{
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

size_t
admin_clean_width(const char *text)
{
	const char *p;
	size_t width;

	width = 0;
	for (p = text; *p != '\0'; p = g_utf8_next_char(p))
		width += char_width(g_utf8_get_char(p));
	return width;
}

size_t
admin_clean_fit(const char *text, size_t columns)
{
	const char *p;
	size_t width, w;

	width = 0;
	for (p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		w = char_width(g_utf8_get_char(p));
		if (width + w > columns)
			break;
		width += w;
	}
	return (size_t)(p - text);
}

char *
admin_clean_utf8(const char *text)
{
	return g_utf8_make_valid(text != NULL ? text : "", -1);
}

bool
admin_clean_is_utf8(const char *octets, size_t len)
{
	return octets != NULL && g_utf8_validate_len(octets, len, NULL);
}

bool
admin_clean_is_text(const char *octets, size_t len)
{
	size_t i;

	if (!admin_clean_is_utf8(octets, len))
		return false;
	for (i = 0; i < len; i++)
		if (((unsigned char)octets[i] < 0x20 && strchr("\t\n\r", octets[i]) == NULL) ||
		    octets[i] == 0x7f)
			return false;
	return true;
}
