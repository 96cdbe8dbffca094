/*
 * admin_time.h - times as a person writes and reads them, to and from milliseconds since 1970.
 *
 * Floor 5, part of admin.  Asks no clock: now comes in.  The local zone is the process's (TZ).
 */
#ifndef TUIDING_ADMIN_TIME_H
#define TUIDING_ADMIN_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define ADMIN_TIME_MAX	40	/* octets that admin_time_text() writes at most, its NUL included */

enum admin_time_span { ADMIN_TIME_NO_SPAN, ADMIN_TIME_AGO, ADMIN_TIME_FROM_NOW };

/*
 * ISO 8601: "2026-11-21", "2026-11-21T18:54", "2026-11-21 18:54:09.250", with "Z" or "+08:00" else
 * in the local zone; also "2026/11/21 8:05" as spreadsheets write it.  Where span allows it "7d":
 * hours h, days d, weeks w, months m, years y before or after now, by the calendar.  Years 1970 to
 * 9999. Returns 1 and *ms_r, *date_r whether it was a bare date (date_r may be NULL); -1 for
 * anything else.
 */
int	admin_time_parse(const char *text, int64_t now, enum admin_time_span span, int64_t *ms_r,
	    bool *date_r);

/* The begin of the day after that moment's, in the local zone. */
int64_t	admin_time_next_day(int64_t ms);

/*
 * For a machine "2026-11-21T18:54:09.250+08:00", which admin_time_parse() reads back exactly; for a
 * person "2026-11-21 18:54:09".  "?" when it is out of range.  Returns out.
 */
char	*admin_time_text(int64_t ms, bool machine, char out[ADMIN_TIME_MAX]);

#endif
