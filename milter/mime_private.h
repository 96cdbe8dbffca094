/*
 * mime_private.h - what the files of mime share.  Nobody else includes it.
 *
 * Floor 2, part of mime.
 */
#ifndef TUIDING_MIME_PRIVATE_H
#define TUIDING_MIME_PRIVATE_H

#include <stddef.h>
#include "mime.h"

struct mime {
	char			*octets;	/* the message, LF line ends, octets[len] is NUL */
	size_t			 len;
	size_t			 start;		/* where the header begins */
	size_t			 kept;		/* where the fields within the limit end */
	size_t			 body;		/* where the body begins */
	bool			 orderly;	/* the header is fields, their continuation lines and an empty line */
	char			*head;		/* the top header once more, names and values ended by NUL */
	struct mime_field	*fields;
	size_t			 nfields;
	struct mime_part	*parts;
	size_t			 nparts, parts_size;
	char			**owned;	/* what parts point to, freed with mime */
	size_t			 nowned, owned_size;
	size_t			 decoded;	/* octets of all parts so far */
	struct mime_limits	 limits;
	bool			 truncated;
	bool			 report;
};

/* Hands memory of g_malloc() over to mime and returns it. */
char	*mime_own(struct mime *mime, char *memory);

/* The field of that name, or NULL; *plain_r becomes false when there are several, or it is not plain ASCII. */
const struct mime_field	*mime_field_plain(const struct mime *mime, const char *name, bool *plain_r);

/* Lists the leaf parts of the message in mime->octets; needs the fields. */
void	mime_parts_find(struct mime *mime, const char *default_charset);

enum mime_encoding {
	MIME_ENCODING_NONE,	/* 7bit, 8bit, binary, uuencode, unknown */
	MIME_ENCODING_BASE64,
	MIME_ENCODING_QUOTED
};

/*
 * Removes a transfer encoding (RFC 2045 6).  The answer is mime's own and ends in NUL; never more than
 * limits.decoded lets through.
 */
const char	*mime_decode(struct mime *mime, enum mime_encoding encoding, const char *in, size_t len,
		    size_t *len_r);

/*
 * How many of len octets of a body the MIME library may be shown: with thousands of part borders or header
 * lines it would eat hundreds of times their size.  RFC 2046 borders begin with "--".
 */
size_t	mime_safe_length(const char *octets, size_t len, const struct mime_limits *limits);

/*
 * Other headers, the caller's to g_free(): with the body, without the fields beyond the limit but for the
 * Content-* ones, which say what the body is;
 */
char	*mime_without_excess(const struct mime *mime, size_t *len_r);
/* and of an orderly one just the fields that the MIME library looks at, with the blank line. */
char	*mime_short_header(const struct mime *mime, size_t *len_r);

/*
 * The value of a parameter of a Content-Type or Content-Disposition field: UTF-8, the caller's to g_free(),
 * or NULL when there is none.  RFC 2231, and the encoded-words that mail programs write instead.
 */
char	*mime_param(const char *raw, const char *name, const char *default_charset);

#define MIME_TYPE_MAX		127	/* octets of a type: RFC 6838 4.2 */
#define MIME_CHARSET_MAX	64	/* octets kept of a charset's name */

/*
 * A Content-Type of the plainest sort, on one line: the type in lower case, and the charset, empty when there is
 * none.  False for every other, which the MIME library must read.
 */
bool	mime_plain_type(const char *value, char type[MIME_TYPE_MAX + 1], char charset[MIME_CHARSET_MAX + 1]);

#endif
