/*
 * ledger_text.h - texts that come from a mail or a peer, made fit to be kept: cut and mended, never refused.
 *
 * Floor 2, private to the ledger.  Pure.
 */
#ifndef TUIDING_LEDGER_TEXT_H
#define TUIDING_LEDGER_TEXT_H

#include <stddef.h>

/*
 * A copy of text, valid UTF-8, of at most max octets: whole characters, and where it is a list whole items,
 * separator between them ('\0': it is none).  NULL reads as "".  g_free() it.
 */
char	*ledger_cut(const char *text, size_t max, char separator);

/* The same of one line: control characters become '?'.  The same text always gives the same copy. */
char	*ledger_mend(const char *text, size_t max);

#endif
