/*
 * judge_rules_name.c - encoded-words kept as they are while a field's addresses are read (":name:raw").
 *
 * Floor 3.  What decodes addresses decodes their names too; here each sign of an encoded-word becomes "~" and
 * two hex digits, which are letters to whoever looks for addresses.
 */
#include <stdbool.h>
#include <string.h>
#include <glib.h>
#include "judge_rules_name.h"

char *
judge_rules_name_hide(const char *raw)
{
	static const char	hex[] = "0123456789abcdef";
	GString			*out = g_string_sized_new(2 * strlen(raw));
	const char		*end = raw;

	for (; *raw != '\0'; raw++) {
		if (raw >= end && raw[0] == '=' && raw[1] == '?') {
			size_t	len = strcspn(raw + 2, "<>\"\n \t") + 2;

			end = raw + len;
		}
		if (*raw == '~' || (raw < end && !g_ascii_isalnum(*raw) && (unsigned char)*raw < 0x80)) {
			g_string_append_c(out, '~');
			g_string_append_c(out, hex[(unsigned char)*raw >> 4]);
			g_string_append_c(out, hex[(unsigned char)*raw & 15]);
		} else {
			g_string_append_c(out, *raw);
		}
	}
	return g_string_free(out, FALSE);
}

void
judge_rules_name_show(char *text)
{
	char	*out = text;

	for (; *text != '\0'; text++) {
		if (text[0] == '~' && g_ascii_isxdigit(text[1]) && g_ascii_isxdigit(text[2])) {
			*out++ = (char)(g_ascii_xdigit_value(text[1]) << 4 | g_ascii_xdigit_value(text[2]));
			text += 2;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}
