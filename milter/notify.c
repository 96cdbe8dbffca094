/*
 * notify.c - the values a letter is queued with, and when a letter that could not be sent is tried again.
 *
 * Floor 3.  Knows neither libcurl nor a parser of JSON, so that whoever only queues letters needs neither.  Never
 * lets a value be more than text: one line of JSON comes out, whatever goes in.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include "addr.h"
#include "notify_private.h"

#define VALUE_MAX	4000		/* octets of one text */
#define MINUTE		INT64_C(60000)	/* ms */

/* ---- text ---------------------------------------------------------------------------------------- */

/* Signs that would change the direction of what stands around them, or begin a line of their own. */
static bool
is_sly(gunichar c)
{
	return (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	    c == 0x061c || c == 0xfeff;
}

/* The longest beginning of at most max octets that does not end within a character. */
static size_t
fit(const char *text, size_t max)
{
	size_t n = strnlen(text, max + 1), cut = n < max ? n : max;

	while (n > max && cut > 0 && max - cut < 3 && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	return cut;
}

char *
notify_clean(const char *text, size_t max, bool lines)
{
	char *valid = g_utf8_make_valid(text, (gssize)fit(text, max));
	GString *out = g_string_sized_new(strlen(valid));
	const char *p, *end;

	for (p = valid; *p != '\0'; p = end) {
		gunichar c = g_utf8_get_char(p);

		end = g_utf8_next_char(p);
		if (c == '\r' && *end == '\n')
			continue;
		if (c == '\n' && lines)
			g_string_append_c(out, '\n');
		else if (g_unichar_iscntrl(c) || is_sly(c))
			g_string_append_c(out, ' ');
		else
			g_string_append_len(out, p, end - p);
	}
	g_free(valid);
	return g_string_free(out, FALSE);
}

/* Bounded, and nothing in it that could say more to a relay, or in a header, than one address. */
bool
notify_one_mailbox(const char *address)
{
	char out[ADDR_MAX + 1];
	const char *p;

	if (address == NULL || strnlen(address, ADDR_MAX + 1) > ADDR_MAX || strpbrk(address, "<>") != NULL ||
	    addr_mailbox(address, strlen(address), out) != 1)
		return false;
	for (p = address; *p != '\0'; p++)
		if ((unsigned char)*p <= 0x20 || *p == 0x7f)
			return false;
	return true;
}

/* ---- values -------------------------------------------------------------------------------------- */

/* A clean text as JSON writes it. */
static void
add_string(GString *out, const char *text, size_t max)
{
	char *clean = notify_clean(text, max, true);
	const char *p;

	g_string_append_c(out, '"');
	for (p = clean; *p != '\0'; p++) {
		if (*p == '\n')
			g_string_append(out, "\\n");
		else {
			if (*p == '"' || *p == '\\')
				g_string_append_c(out, '\\');
			g_string_append_c(out, *p);
		}
	}
	g_string_append_c(out, '"');
	g_free(clean);
}

/* What is longer than a ledger takes is cut shorter: a letter with less in it is better than none. */
char *
notify_values(const char *const *pairs, size_t npairs)
{
	GString *out = g_string_new(NULL);
	size_t i, max = VALUE_MAX;
	char *values = NULL;

	for (; max > 0; max /= 2) {
		g_string_assign(out, "{");
		for (i = 0; i < npairs && out->len <= LEDGER_VALUES_MAX; i++) {
			g_string_append(out, i == 0 ? "" : ",");
			add_string(out, pairs[2 * i], VALUE_MAX);
			g_string_append_c(out, ':');
			add_string(out, pairs[2 * i + 1] == NULL ? "" : pairs[2 * i + 1], max);
		}
		g_string_append_c(out, '}');
		if (out->len <= LEDGER_VALUES_MAX)
			break;
	}
	if (max > 0)
		values = strdup(out->str);
	g_string_free(out, TRUE);
	return values;
}

/* ---- time ---------------------------------------------------------------------------------------- */

int64_t
notify_backoff(unsigned tries)
{
	static const int64_t minutes[] = { 1, 5, 15, 60, 240 };
	size_t i = tries == 0 ? 0 : tries - 1;

	return minutes[i < G_N_ELEMENTS(minutes) ? i : G_N_ELEMENTS(minutes) - 1] * MINUTE;
}
