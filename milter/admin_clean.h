/*
 * admin_clean.h - text of strangers, made fit for a terminal.
 *
 * Floor 5, part of admin.  Pure.  What a mail, a file name or the database holds must not move the
 * cursor, colour the screen, reverse the reading order or hide characters.  GLib stays behind this
 * line.
 */
#ifndef TUIDING_ADMIN_CLEAN_H
#define TUIDING_ADMIN_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A copy as valid UTF-8: tab and line ends become a space; other control characters, format
 * characters (bidi marks, zero-width characters, byte order mark), line and paragraph separators,
 * private and unassigned characters and invalid octets become U+FFFD.  The caller's, free() it. 
 * Never NULL; NULL reads as "".
 */
char	*admin_clean(const char *text);

/*
 * Columns that valid UTF-8 takes on a terminal: two for a wide character, none for a combining one.
 */
size_t	admin_clean_width(const char *text);

/* How many octets of text fit into that many columns, at a character border. */
size_t	admin_clean_fit(const char *text, size_t columns);

/*
 * A copy as valid UTF-8, nothing else changed (U+FFFD for invalid octets).  The caller's, free()
 * it.
 */
char	*admin_clean_utf8(const char *text);

/* Whether octets are UTF-8. */
bool	admin_clean_is_utf8(const char *octets, size_t len);

/*
 * Whether octets are text a person can read: valid UTF-8 without control characters but tab and
 * line ends.
 */
bool	admin_clean_is_text(const char *octets, size_t len);

#endif
