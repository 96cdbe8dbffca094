/*
 * complaint_private.h - what the files of complaint share.  Nobody else includes it.
 *
 * Floor 3, part of complaint.
 */
#ifndef TUIDING_COMPLAINT_PRIVATE_H
#define TUIDING_COMPLAINT_PRIVATE_H

#include "complaint.h"

#define COMPLAINT_TEXT_MAX	((size_t)256 * 1024)	/* octets of a person's text that are read */

/* The fields of an ARF report, RFC 5965 3. */
struct complaint_report {
	bool	found;				/* the mail is such a report */
	bool	idle;				/* of a kind that complains of nothing: not-spam, auth-failure */
	bool	privacy;
	char	envelope[ADDR_MAX + 1];		/* Original-Mail-From; "" */
	char	recipient[ADDR_MAX + 1];	/* Original-Rcpt-To where there is one; "" */
};

void	complaint_report_read(const struct mime *mime, const char *default_charset, struct complaint_report *report_r);

/*
 * The text of the mail itself, UTF-8, line by line: its plain text, else (html: or rather) what its HTML shows.
 * The caller's to free(); NULL: there is none, or no memory.
 */
char	*complaint_text(const struct mime *mime, const char *default_charset, bool html);

/* Where a forwarded header block begins in text; NULL: nowhere.  item_r gets what it says, without octets. */
const char	*complaint_quote_find(const char *text, struct complaint_item *item_r);

/* Whether what stands before end tells of one's own data spread. */
bool	complaint_tells_of_data(const char *text, const char *end);

/* The first of the value's addresses that is one, canonical; "" when none is. */
void	complaint_address(const char *value, const char *default_charset, char out[ADDR_MAX + 1]);

/* A decoded value as one line of at most size - 1 octets, cut at a character border. */
void	complaint_line(const char *text, size_t len, char *out, size_t size);

#endif
