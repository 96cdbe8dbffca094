/*
 * complaint.h - what a mail to the complaint address complains of.
 *
 * Floor 3.  Reads only: forwarded as attachment (message/rfc822, an .eml file), an ARF report (RFC 5965), or, as
 * weak evidence, a forwarded header block in the text.  Who may complain for whom, and what follows, is the
 * judge's business.  DESIGN section 8.
 */
#ifndef TUIDING_COMPLAINT_H
#define TUIDING_COMPLAINT_H

#include <stdbool.h>
#include <stddef.h>
#include "addr.h"
#include "err.h"
#include "mime.h"

#define COMPLAINT_ITEMS_MAX	100	/* messages complained of in one mail */

enum complaint_source { COMPLAINT_NONE, COMPLAINT_FORWARD, COMPLAINT_REPORT, COMPLAINT_INLINE, COMPLAINT_SOURCE_MAX };

/* "forward", "report", "inline": ledger_case.source. */
const char	*complaint_source_name(enum complaint_source);

/* One offending message. */
struct complaint_item {
	enum complaint_source	 source;
	bool			 weak;			/* a quotation: anybody could have typed it */
	char			*octets;		/* the raw message; of an inline one the quoted block; owned */
	size_t			 len;
	char			 from[ADDR_MAX + 1];	/* canonical From address; "" */
	char			 message_id[256];	/* with its brackets; "" */
	char			 list_id[ADDR_KEY_MAX + 1];	/* as a key "<…>"; "" */
	char			 subject[201];		/* UTF-8 */
	char			 decision[32];		/* id of its X-Tuiding field; "" */
	char			 envelope[ADDR_MAX + 1];	/* ARF Original-Mail-From, or Return-Path; "" */
};

struct complaint {
	struct complaint_item	*item;
	size_t			 n;
	size_t			 refused;	/* attachments that are no message, or beyond COMPLAINT_ITEMS_MAX */
	bool			 privacy;	/* the person's own words, or the ARF feedback-type, tell of data spread */
	char			 original_recipient[ADDR_MAX + 1];	/* ARF Original-Rcpt-To; "" */
};

/* Reads them.  1, 0 nothing in it is a message, -1 no memory.  Free with complaint_clear() in every case. */
int	complaint_read(const struct mime *mime, const char *octets, size_t len, const char *default_charset,
	    struct complaint *complaint_r, struct err *err);
void	complaint_clear(struct complaint *complaint);

/*
 * One raw message as an item (complaint add, a move to Junk).  1, 0 it is no message (no From and no Message-ID),
 * -1.
 */
int	complaint_item_read(const char *octets, size_t len, const char *default_charset,
	    struct complaint_item *item_r, struct err *err);
void	complaint_item_clear(struct complaint_item *item);

#endif
