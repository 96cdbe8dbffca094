/*
 * mime.h - one message taken apart: header fields and leaf parts, decoded from their transfer encoding.
 *
 * Floor 2.  GMime stays behind this line.  Malformed mail is read as far as it can be read: parsing fails
 * only when memory or a limit forbids even to begin.
 */
#ifndef TUIDING_MIME_H
#define TUIDING_MIME_H

#include <stdbool.h>
#include <stddef.h>
#include "err.h"

struct mime_limits {
	size_t		octets;		/* of the message that are read; the rest is left out */
	size_t		header;		/* octets of one field; a longer one is cut */
	unsigned	fields;		/* header fields kept; beyond them only those that say who, what and how, 86 */
	unsigned	parts;		/* leaf parts kept */
	unsigned	depth;		/* of nesting looked into */
	size_t		decoded;	/* octets of all decoded parts together */
};
extern const struct mime_limits	mime_limits_default;	/* 1 MiB, 65,536, 1,000, 200, 20, 4 MiB */

struct mime_field {
	const char	*name;		/* as written */
	const char	*raw;		/* value as received, folding kept (LF), the leading blank off; NUL-terminated */
	size_t		 raw_len;
	const char	*text;		/* decoded UTF-8, unfolded */
	size_t		 text_len;
};

struct mime_part {
	const char	*type;		/* "text/html", lower case; "text/plain" when absent or malformed */
	const char	*charset;	/* as declared, or NULL */
	const char	*filename;	/* UTF-8, or NULL */
	const char	*header;	/* the part's header block as received (LF), for mimeheader rules */
	size_t		 header_len;
	const char	*octets;	/* transfer encoding removed; may hold NUL; octets[len] is NUL */
	size_t		 len;
	unsigned	 depth;
	bool		 attachment;	/* Content-Disposition: attachment */
	bool		 returned;	/* inside the returned message of a DSN or ARF report: not to be scanned */
	bool		 enclosed;	/* inside a message/rfc822 part (a forwarded message) */
};

struct mime;

/* Makes the MIME library ready.  Once, at program start, before any thread calls what follows. */
void	mime_init(void);

/*
 * Parses a message (either line end; CRLF is read as LF).  default_charset: for undeclared 8-bit headers.
 * The octets may go after the call: mime keeps its own copy of what it needs.  Returns 0; -1 with the
 * reason in err when there is no memory or len is 0.
 */
int	mime_parse(const char *octets, size_t len, const char *default_charset, const struct mime_limits *limits,
	    struct mime **mime_r, struct err *err);
void	mime_free(struct mime *mime);			/* NULL is fine */

/* Fields of the top header in the order received.  Pointers live as long as mime. */
size_t				 mime_field_count(const struct mime *mime);
const struct mime_field		*mime_field_at(const struct mime *mime, size_t i);
/* The nth (from 0) field of that name, case not counted; NULL: no such field. */
const struct mime_field		*mime_field_named(const struct mime *mime, const char *name, size_t nth);

/* Leaf parts in the order met; message/rfc822 is entered, not listed. */
size_t				 mime_part_count(const struct mime *mime);
const struct mime_part		*mime_part_at(const struct mime *mime, size_t i);

/* The whole message as read, LF line ends ("full" rules), and where its body begins. */
const char	*mime_octets(const struct mime *mime, size_t *len_r);
size_t		 mime_body_offset(const struct mime *mime);

/* True when a limit cut something away. */
bool		 mime_truncated(const struct mime *mime);
/* True for a multipart/report: delivery status (RFC 3464) or feedback (RFC 5965). */
bool		 mime_is_report(const struct mime *mime);

struct mime_address {
	char	name[256];		/* display name, UTF-8, cut at a character border */
	char	address[320];		/* addr-spec as written; "@domain" when it is longer; empty when there is none */
};

/*
 * The addresses of a structured field's raw value, groups opened.  Returns how many there are (also beyond
 * max); at most max are written.  RFC 5322 3.4.
 */
size_t	mime_addresses(const char *raw, const char *default_charset, struct mime_address *out, size_t max);

/*
 * What those n addresses leave unexplained of the field they were found in, whose raw or decoded value text
 * is: the value with the names of well-made addresses blanked, for a search after domains.  out has room for
 * len + 1 octets and ends in NUL.  Returns its length; 0 when every '@' belongs to a mailbox or its name.
 */
size_t	mime_addresses_rest(const char *text, size_t len, const struct mime_address *addresses, size_t n,
	    char *out);

/*
 * The addresses of all From fields, at most max: returns how many are written.  fields_r: how many such fields
 * there are.  rest_r: the rests of all of them, the caller's to free(); NULL: no From, or no memory.
 */
size_t	mime_from(const struct mime *mime, const char *default_charset, struct mime_address *out, size_t max,
	    unsigned *fields_r, char **rest_r);

#endif
