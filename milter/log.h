/*
 * log.h - one line an event, key=value, to syslog or standard error.
 *
 * Floor 0.  Only the doors and the roof (floors 4 and 5) call it: whatever stands below returns
 * its reason in a struct err.
 */
#ifndef TUIDING_LOG_H
#define TUIDING_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_NONE, LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO, LOG_LEVEL_MAX };

struct log;

/*
 * Opens the log: syslog facility "mail" under ident, or standard error when to_stderr.
 * ident must outlive the log.  Returns NULL only when memory ends.
 */
struct log	*log_open(const char *ident, bool to_stderr);
void		 log_free(struct log *log);		/* NULL is fine */

/*
 * Writes one line.  Control characters in the result become '?'; the line is cut at 2,000 octets.
 * Safe from any thread.
 */
void	log_line(struct log *log, enum log_level level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A gate that lets one line through in every period; the rest are counted. */
struct log_gate {
	_Atomic int64_t		opened;		/* ms of the last line let through */
	_Atomic uint64_t	held;		/* lines kept back since */
};

/*
 * True when a line may be written now; *held_r is how many were kept back since the last one.
 * now and period in milliseconds.  A gate that is all zero is ready.
 */
bool	log_gate_open(struct log_gate *gate, int64_t now, int64_t period, uint64_t *held_r);

/*
 * Copies a value so that it can stand behind "key=" in one line: octets outside printable ASCII, and
 * space, quote and backslash, are written \xNN; cut at size.  NULL reads as "-".  Returns out.
 */
char	*log_value(const char *value, char *out, unsigned size);

#endif
