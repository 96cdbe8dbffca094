/*
 * err.c - why something failed, in one sentence.
 *
 * Floor 0.  Allocates nothing, logs nothing.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "err.h"

/* Cuts at a character border and takes the sting out of control characters. */
static void
err_clean(char *text, size_t written)
{
	size_t len, start;
	unsigned char *p;

	len = strlen(text);
	if (written > len) {			/* cut: an incomplete last character goes too */
		start = len;
		while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
			start--;
		if (start > 0 && (unsigned char)text[start - 1] >= 0xc0)
			text[start - 1] = '\0';
	}
	for (p = (unsigned char *)text; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
}

int
err_set(struct err *err, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (err == NULL)
		return -1;
	va_start(ap, fmt);
	n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	if (n < 0)
		err->text[0] = '\0';
	else
		err_clean(err->text, (size_t)n);
	return -1;
}

int
err_prefix(struct err *err, const char *fmt, ...)
{
	char said[ERR_MAX], words[ERR_MAX];
	va_list ap;

	if (err == NULL)
		return -1;
	memcpy(said, err->text, sizeof(said));
	said[sizeof(said) - 1] = '\0';
	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	return err_set(err, "%s: %s", words, said);
}
