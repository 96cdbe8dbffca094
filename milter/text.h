/*
 * text.h - what a message says: its words as text, in the views that rules look at, and its links.
 *
 * Floor 2.  Charsets by charset.h, HTML by libxml2's push parser, folding by fold.h.  Never fails on content.
 */
#ifndef TUIDING_TEXT_H
#define TUIDING_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include "err.h"

struct text_limits {
	size_t		octets;		/* of each view, in UTF-8 */
	unsigned	uris;		/* links kept */
	unsigned	depth;		/* of HTML nesting looked into */
};
extern const struct text_limits	text_limits_default;	/* 1 MiB, 2,000, 200 */

/* Facts about the markup that rules can ask for. */
enum text_fact {
	TEXT_FACT_HTML,			/* there is HTML */
	TEXT_FACT_PLAIN,		/* there is plain text */
	TEXT_FACT_HIDDEN,		/* words that are hidden: display:none, zero size, same colour as its ground */
	TEXT_FACT_IMAGES,		/* images in the HTML */
	TEXT_FACT_LINKS,		/* links collected */
	TEXT_FACT_WORDS,		/* words: Han characters, and runs of other letters */
	TEXT_FACT_IMAGE_ONLY,		/* images, and hardly any visible text */
	TEXT_FACT_ATTACHMENTS,
	TEXT_FACT_MAX
};

struct text_part {
	const char	*type;		/* lower case "text/html"; what is no text is only counted */
	const char	*charset;	/* declared, or NULL */
	const char	*octets;
	size_t		 len;
	bool		 attachment;
};

struct text;

/* Makes the HTML library ready.  Once, at program start, before any thread calls what follows. */
void	text_init(void);

/* subject: decoded UTF-8 or NULL; it is the first line of body and of folded, as SpamAssassin has it. */
int	text_new(const struct text_limits *limits, const char *default_charset, const char *subject,
	    struct text **text_r, struct err *err);
/* Adds one part, in the order of the message. */
int	text_add(struct text *text, const struct text_part *part, struct err *err);
/* Ends the building; the views below may be asked for after it. */
int	text_finish(struct text *text, struct err *err);
void	text_free(struct text *text);			/* NULL is fine */

/*
 * The views.  UTF-8, NUL-terminated, *len_r octets, living as long as text.
 * body: SpamAssassin's "body", its white space as SpamAssassin leaves it.  The subject is the first line, empty when
 *       there is none; then all rendered text, hidden text and text attachments too.  A run of white space with two
 *       line feeds in it ends a paragraph (LF), any other is one blank.  alt and title of images are kept (ours).
 * visible: without the subject, hidden text and attachments; paragraphs, and what markup shows as a block, end in
 *       LF, white space inside one is a single space.
 * raw: decoded but not rendered, line breaks kept.  SpamAssassin's "rawbody".
 * folded: fold_text() of subject LF visible.
 * folded_subject: fold_text() of the subject alone.
 */
const char	*text_body(const struct text *text, size_t *len_r);
const char	*text_visible(const struct text *text, size_t *len_r);
const char	*text_raw(const struct text *text, size_t *len_r);
/* Where part i (from 0) begins in raw; its length when there is no such part. */
size_t		 text_raw_part(const struct text *text, size_t i);
const char	*text_folded(const struct text *text, size_t *len_r);
const char	*text_folded_subject(const struct text *text, size_t *len_r);

/* Links: href, src, bare http(s) addresses in plain text; as written, entities decoded; each once. */
size_t		 text_uri_count(const struct text *text);
const char	*text_uri_at(const struct text *text, size_t i);

/*
 * What markup points at, each once, for uri rules: relative links against <base>, and those that lead nowhere
 * outside ("#top", "cid:1") too.
 */
size_t		 text_mark_count(const struct text *text);
const char	*text_mark_at(const struct text *text, size_t i);

size_t		 text_fact(const struct text *text, enum text_fact fact);	/* a count, or 0/1 */

#endif
