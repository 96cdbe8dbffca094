/*
 * ledger_text.c - texts that come from a mail or a peer, made fit to be kept.
 *
 * Floor 2.  Never fails: what somebody wrote into a mail must not stop what follows from it.
 */
#include "ledger_text.h"

#include <glib.h>
#include <string.h>

char *
ledger_cut(const char *text, size_t max, char separator)
{
	size_t len = text == NULL ? 0 : strnlen(text, max + 4);		/* a character more than is kept */
	char *copy = g_utf8_make_valid(text == NULL ? "" : text, (gssize)len), *last;

	len = strlen(copy);
	if (len <= max)
		return copy;
	for (len = max; ((unsigned char)copy[len] & 0xc0) == 0x80;)
		len--;
	if (separator != '\0' && copy[len] != separator) {
		copy[len] = '\0';
		last = strrchr(copy, separator);
		if (last != NULL)
			len = (size_t)(last - copy);
	}
	copy[len] = '\0';
	return copy;
}

char *
ledger_mend(const char *text, size_t max)
{
	char *copy = ledger_cut(text, max, '\0');

	for (char *p = copy; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return copy;
}
