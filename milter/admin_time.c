/*
 * admin_time.c - times as a person writes and reads them, to and from milliseconds since 1970.
 *
 * Floor 5, part of admin.  Reads hostile text (CSV files): fixed digits, no library guessing.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "admin_time.h"

#define SPAN_DIGITS	5	/* "99999h" is enough */

/*
 * Reads min to max decimal digits at *p.  Returns the number and moves *p; -1 when there are too
 * few.
 */
static int
digits(const char **p, int min, int max)
{
	int n, value;

	value = 0;
	for (n = 0; n < max && **p >= '0' && **p <= '9'; n++, (*p)++)
		value = value * 10 + (**p - '0');
	return n >= min ? value : -1;
}

static bool
take(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static int
days_in_month(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* "2026-11-21" or "2026/1/2". */
static int
date_read(const char **p, struct tm *tm)
{
	int year, month, day, min;
	char sep;

	year = digits(p, 4, 4);
	sep = **p;
	if (year < 1970 || (sep != '-' && sep != '/'))
		return -1;
	min = sep == '/' ? 1 : 2;
	(*p)++;
	month = digits(p, min, 2);
	if (month < 1 || month > 12 || !take(p, sep))
		return -1;
	day = digits(p, min, 2);
	if (day < 1 || day > days_in_month(year, month))
		return -1;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return 1;
}

/* "18:54", "18:54:09", "18:54:09.25"; *milli gets the fraction. */
static int
clock_read(const char **p, struct tm *tm, int *milli)
{
	int scale;

	tm->tm_hour = digits(p, 1, 2);
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || !take(p, ':'))
		return -1;
	tm->tm_min = digits(p, 2, 2);
	if (tm->tm_min < 0 || tm->tm_min > 59)
		return -1;
	if (!take(p, ':'))
		return 1;
	tm->tm_sec = digits(p, 2, 2);
	if (tm->tm_sec < 0 || tm->tm_sec > 59)
		return -1;
	if (!take(p, '.'))
		return 1;
	if (**p < '0' || **p > '9')
		return -1;
	for (scale = 100; **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
		*milli += (**p - '0') * scale;
	return 1;
}

/* "Z", "+08:00", "+0800", "-05".  1 and seconds east of UTC; 0 when no zone stands there; -1. */
static int
zone_read(const char **p, long *east)
{
	int sign, hours, minutes;

	if (take(p, 'Z') || take(p, 'z')) {
		*east = 0;
		return 1;
	}
	if (**p != '+' && **p != '-')
		return 0;
	sign = take(p, '-') ? -1 : 1;
	if (sign > 0)
		(void)take(p, '+');
	hours = digits(p, 2, 2);
	if (hours < 0 || hours > 14)
		return -1;
	minutes = 0;
	if (take(p, ':') || (**p >= '0' && **p <= '9'))
		minutes = digits(p, 2, 2);
	if (minutes < 0 || minutes > 59)
		return -1;
	*east = sign * (hours * 3600L + minutes * 60L);
	return 1;
}

/* "7d" before or after now. */
static int
span_read(const char *text, int64_t now, int sign, int64_t *ms_r)
{
	const char *p;
	struct tm tm;
	time_t at;
	int n;

	p = text;
	n = digits(&p, 1, SPAN_DIGITS);
	if (n < 0 || p[0] == '\0' || p[1] != '\0')
		return -1;
	n *= sign;
	at = (time_t)(now / 1000);
	if (*p == 'h') {
		*ms_r = now + n * INT64_C(3600000);
		return *ms_r >= 0 ? 1 : -1;
	}
	if (localtime_r(&at, &tm) == NULL)
		return -1;
	switch (*p) {
	case 'd':	tm.tm_mday += n; break;
	case 'w':	tm.tm_mday += 7 * n; break;
	case 'm':	tm.tm_mon += n; break;
	case 'y':	tm.tm_year += n; break;
	default:	return -1;
	}
	if (tm.tm_year > 9999 - 1900)
		return -1;
	tm.tm_isdst = -1;
	at = mktime(&tm);
	if (at < 0)
		return -1;
	*ms_r = (int64_t)at * 1000 + now % 1000;
	return 1;
}

int
admin_time_parse(const char *text, int64_t now, enum admin_time_span span, int64_t *ms_r, bool *date_r)
{
	struct tm tm;
	const char *p;
	time_t at;
	long east;
	int milli, zone;
	bool date;

	if (span != ADMIN_TIME_NO_SPAN && strspn(text, "0123456789") + 1 == strlen(text)) {
		if (date_r != NULL)
			*date_r = false;
		return span_read(text, now, span == ADMIN_TIME_AGO ? -1 : 1, ms_r);
	}
	memset(&tm, 0, sizeof(tm));
	milli = zone = 0;
	east = 0;
	p = text;
	if (date_read(&p, &tm) < 0)
		return -1;
	date = *p == '\0';
	if (!date) {
		if (!take(&p, 'T') && !take(&p, ' '))
			return -1;
		if (clock_read(&p, &tm, &milli) < 0 || (zone = zone_read(&p, &east)) < 0 || *p != '\0')
			return -1;
	}
	tm.tm_isdst = -1;
	at = zone == 1 ? timegm(&tm) - east : mktime(&tm);
	if (at < 0)
		return -1;
	*ms_r = (int64_t)at * 1000 + milli;
	if (date_r != NULL)
		*date_r = date;
	return 1;
}

int64_t
admin_time_next_day(int64_t ms)
{
	struct tm tm;
	time_t at;

	at = (time_t)(ms / 1000);
	if (localtime_r(&at, &tm) == NULL)
		return ms;
	tm.tm_mday += 1;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * 1000;
}

char *
admin_time_text(int64_t ms, bool machine, char out[ADMIN_TIME_MAX])
{
	struct tm tm;
	time_t at;
	char day[24], clock[24];
	long east;

	at = (time_t)(ms / 1000);
	if (ms < 0 || localtime_r(&at, &tm) == NULL || tm.tm_year > 9999 - 1900) {
		snprintf(out, ADMIN_TIME_MAX, "?");
		return out;
	}
	(void)strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	(void)strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	if (!machine) {
		snprintf(out, ADMIN_TIME_MAX, "%.10s %.8s", day, clock);
		return out;
	}
	east = tm.tm_gmtoff / 60;
	snprintf(out, ADMIN_TIME_MAX, "%.10sT%.8s.%03d%c%02d:%02d", day, clock, (int)(ms % 1000),
	    east < 0 ? '-' : '+', (int)((east < 0 ? -east : east) / 60) % 24, (int)((east < 0 ?
	    -east : east) % 60));
	return out;
}
