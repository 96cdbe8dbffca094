/*
 * log.c - one line an event, to syslog or standard error.
 *
 * Floor 0.  Never writes a control character: no value can forge a second line.
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include "log.h"

#define LINE_MAX_OCTETS	2000

struct log {
	const char	*ident;
	bool		 to_stderr;
};

static const struct {
	const char	*name;
	int		 priority;
} levels[LOG_LEVEL_MAX] = {
	[LOG_LEVEL_NONE]	= { "debug",	LOG_DEBUG },
	[LOG_LEVEL_ERROR]	= { "error",	LOG_ERR },
	[LOG_LEVEL_WARNING]	= { "warning",	LOG_WARNING },
	[LOG_LEVEL_NOTICE]	= { "notice",	LOG_NOTICE },
	[LOG_LEVEL_INFO]	= { "info",	LOG_INFO },
};

struct log *
log_open(const char *ident, bool to_stderr)
{
	struct log *log;

	log = calloc(1, sizeof(*log));
	if (log == NULL)
		return NULL;
	log->ident = ident;
	log->to_stderr = to_stderr;
	if (!to_stderr)
		openlog(ident, LOG_PID | LOG_NDELAY, LOG_MAIL);
	return log;
}

void
log_free(struct log *log)
{
	if (log == NULL)
		return;
	if (!log->to_stderr)
		closelog();
	free(log);
}

void
log_line(struct log *log, enum log_level level, const char *fmt, ...)
{
	char line[LINE_MAX_OCTETS + 1], out[LINE_MAX_OCTETS + 200];
	unsigned char *p;
	va_list ap;
	int n;

	if (log == NULL || level >= LOG_LEVEL_MAX)
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	for (p = (unsigned char *)line; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
	if (!log->to_stderr) {
		syslog(levels[level].priority, "%s", line);
		return;
	}
	/* One write(2): lines of several threads never mix. */
	n = snprintf(out, sizeof(out), "%s[%ld]: %s: %s\n", log->ident, (long)getpid(), levels[level].name, line);
	if (n > 0 && write(STDERR_FILENO, out, (size_t)n < sizeof(out) ? (size_t)n : sizeof(out) - 1) < 0)
		return;				/* nowhere left to say so */
}

bool
log_gate_open(struct log_gate *gate, int64_t now, int64_t period, uint64_t *held_r)
{
	int64_t last = gate->opened;

	if ((last != 0 && now - last < period && now >= last) ||
	    !atomic_compare_exchange_strong(&gate->opened, &last, now == 0 ? 1 : now)) {
		gate->held++;
		return false;
	}
	*held_r = atomic_exchange(&gate->held, 0);
	return true;
}

char *
log_value(const char *value, char *out, unsigned size)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *p;
	unsigned n = 0;

	if (size == 0)
		return out;
	if (value == NULL || *value == '\0')
		value = "-";
	for (p = (const unsigned char *)value; *p != '\0'; p++) {
		if (*p > 0x20 && *p < 0x7f && *p != '"' && *p != '\\') {
			if (n + 1 >= size)
				break;
			out[n++] = (char)*p;
		} else {
			if (n + 4 >= size)
				break;
			out[n++] = '\\';
			out[n++] = 'x';
			out[n++] = hex[*p >> 4];
			out[n++] = hex[*p & 15];
		}
	}
	out[n] = '\0';
	return out;
}
