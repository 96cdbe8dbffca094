/*
 * notify_private.h - the parts of notify, as they know each other.
 *
 * Floor 3, private to notify.
 */
#ifndef TUIDING_NOTIFY_PRIVATE_H
#define TUIDING_NOTIFY_PRIVATE_H

#include <stdbool.h>
#include "notify.h"

#define NOTIFY_TEXT_MAX		(128 * 1024)	/* octets of a letter's text before it is encoded */
#define NOTIFY_NAME_MAX		32		/* octets of a placeholder's name */

/*
 * At most max octets of text as valid UTF-8: control characters and signs that change the direction of writing
 * become blanks, CR LF becomes LF; a LF stays only with lines.  g_free().
 */
char	*notify_clean(const char *text, size_t max, bool lines);

/* Whether it is one mailbox that can stand between angle brackets: no blank, no control character, "<" or ">". */
bool	notify_one_mailbox(const char *address);

/* The value a name stands for, UTF-8; NULL: none.  It lives as long as arg's. */
typedef const char	*notify_value_fn(void *arg, const char *name);

/*
 * Reads the file of a template and fills it in.  0 and *subject_r (one line), *text_r (lines of LF), both g_free();
 * -1: no such file, not UTF-8, longer than a letter may be, no subject, a block that is not closed.
 */
int	notify_fill(const char *path, notify_value_fn *value, void *arg, char **subject_r, char **text_r,
	    struct err *err);

#endif
