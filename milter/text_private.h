/*
 * text_private.h - what the files of text share.  Nobody else includes it.
 *
 * Floor 2, part of text.
 */
#ifndef TUIDING_TEXT_PRIVATE_H
#define TUIDING_TEXT_PRIVATE_H

#include <stdint.h>
#include <string.h>
#include "text.h"

/* What stands between the last word written and the next. */
enum text_gap {
	TEXT_GAP_NONE,
	TEXT_GAP_SPACE,
	TEXT_GAP_PARAGRAPH
};

/* One view being written: UTF-8, always ended by NUL, never longer than limit, cut at a character border. */
struct text_view {
	char		*octets;
	size_t		 len, size, limit;
	enum text_gap	 gap;
};

void	text_view_open(struct text_view *view, size_t limit);
void	text_view_close(struct text_view *view);
/* Adds octets as they are. */
void	text_view_octets(struct text_view *view, const char *utf8, size_t len);
/* Adds one octet. */
static inline void
text_view_octet(struct text_view *view, char octet)
{
	if (view->size - view->len < 2 || view->limit == view->len) {
		text_view_octets(view, &octet, 1);
		return;
	}
	view->octets[view->len++] = octet;
	view->octets[view->len] = '\0';
}
/* Adds words: every run of white space (no-break spaces too) is one gap. */
void	text_view_words(struct text_view *view, const char *utf8, size_t len);
/* Adds plain text: blank lines part paragraphs. */
void	text_view_lines(struct text_view *view, const char *utf8, size_t len);
void	text_view_space(struct text_view *view);
void	text_view_paragraph(struct text_view *view);
/* Ends the last paragraph. */
void	text_view_end(struct text_view *view);
bool	text_view_full(const struct text_view *view);

/* Of each octet, 0: no white space begins with it, 1: it is white space, 2: it may begin a wider one. */
extern const unsigned char	text_view_blanks[256];
/* The length of the white space at p, which begins with an octet that is no 0 there; 0: there is none. */
size_t	text_view_wide_blank(const char *p, const char *end);

/* The length of the white space at p, of any script; 0: there is none. */
static inline size_t
text_view_blank(const char *p, const char *end)
{
	unsigned kind = text_view_blanks[(unsigned char)*p];

	return kind != 2 ? kind : text_view_wide_blank(p, end);
}

/*
 * How far eight octets after the other hold nothing but printable ASCII and no two spaces in a row: the end of a
 * word there.
 */
static inline const char *
text_view_plain(const char *p, const char *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
	const char *q = p;

	if (end - p < 8 || *p <= ' ')
		return p;
	for (; end - q >= 8; q += 8) {
		uint64_t word, space;

		memcpy(&word, q, sizeof(word));
		if (((word | (word - ' ' * ones)) & high) != 0 || (*q == ' ' && q[-1] == ' '))
			break;
		space = ~((word ^ ' ' * ones) + 0x7f * ones) & high;
		if ((space & (space << 8)) != 0)
			break;
	}
	return q > p && q[-1] == ' ' ? q - 1 : q;
}

/*
 * The length of the words at p that stand apart by single spaces, as they will be written; *blank_r: of the white
 * space behind them.
 */
static inline size_t
text_view_run(const char *p, const char *end, size_t *blank_r)
{
	const char *q = text_view_plain(p, end);

	*blank_r = 0;
	for (;;) {
		while (q < end && text_view_blanks[(unsigned char)*q] == 0)
			q++;
		if (q == end)
			break;
		if (*q == ' ' && q > p && end - q > 1 && text_view_blanks[(unsigned char)q[1]] == 0)
			q += 2;
		else if ((*blank_r = text_view_blank(q, end)) > 0)
			break;
		else
			q++;
	}
	return (size_t)(q - p);
}

/* What was last added to a body. */
enum text_last {
	TEXT_LAST_NONE,
	TEXT_LAST_TEXT,
	TEXT_LAST_SPACE		/* an element that makes white space */
};

/* The view that body rules look at (text_body.c), and the white space that waits for its next word. */
struct text_body {
	struct text_view	view;
	unsigned		feeds;		/* line feeds in it */
	bool			before, after;	/* blanks before the first of them (or without any), behind the last */
	bool			tail;		/* a blank at the end of a text, which an element may take away */
	bool			fresh;		/* a tag stood since: what comes is another text */
	bool			begun;		/* there is something beside the subject */
	enum text_last		last;
};

/* The subject is the first line, empty when there is none. */
void	text_body_open(struct text_body *body, size_t limit, const char *subject);
void	text_body_close(struct text_body *body);
/* A leaf part begins, whether or not it has text. */
void	text_body_part(struct text_body *body);
void	text_body_plain(struct text_body *body, const char *utf8, size_t len);
/* A tag, whatever its element; text between tags; and an element that makes so many line feeds, or with none a blank. */
void	text_body_tag(struct text_body *body);
void	text_body_text(struct text_body *body, const char *utf8, size_t len);
void	text_body_space(struct text_body *body, unsigned feeds);
void	text_body_end(struct text_body *body);

/* Words as TEXT_FACT_WORDS counts them. */
size_t	text_count_words(const char *utf8, size_t len);

/* Links, each once.  marks: those that lead nowhere outside the message too, and each relative to the base. */
struct text_uris;
struct text_uris	*text_uris_new(unsigned max, bool marks);
void			 text_uris_free(struct text_uris *uris);		/* NULL is fine */
void			 text_uris_add(struct text_uris *uris, const char *uri, size_t len);
/* What <base> says, for the marks that follow. */
void			 text_uris_set_base(struct text_uris *uris, const char *uri, size_t len);
/* Adds the bare addresses in running text. */
void			 text_uris_scan(struct text_uris *uris, const char *utf8, size_t len);
size_t			 text_uris_count(const struct text_uris *uris);
const char		*text_uris_at(const struct text_uris *uris, size_t i);

/* text_uri_base.c: uri relative to base (NULL: none), and the base that an absolute link makes (NULL: none). */
char	*text_uri_resolve(const char *base, const char *uri);
char	*text_uri_as_base(const char *uri);

/* Declarations of CSS that can hide text.  Each is -1 (not said), 0 or 1. */
struct text_style {
	signed char	none;		/* display: none; mso-hide: all */
	signed char	invisible;	/* visibility */
	signed char	tiny;		/* font-size of a pixel or less */
	signed char	transparent;	/* opacity */
	signed char	empty;		/* width or height 0 */
	signed char	clipped;	/* overflow: hidden */
	signed char	offstage;	/* moved out of sight */
	int32_t		ink, ground;	/* 0xRRGGBB or one of those below */
};

#define TEXT_COLOR_UNSET	(-1)	/* nothing said: the ancestor's */
#define TEXT_COLOR_UNKNOWN	(-2)	/* a picture, a gradient, a word we do not know */
#define TEXT_COLOR_CLEAR	(-3)	/* transparent */

extern const struct text_style	text_style_unset;

/* Reads "property: value; ..." over style. */
void	text_style_read(struct text_style *style, const char *css, size_t len);
/* What over says replaces what style says. */
void	text_style_merge(struct text_style *style, const struct text_style *over);
int32_t	text_style_color(const char *value, size_t len);
/* True when ink cannot be told from ground. */
bool	text_style_same(int32_t ink, int32_t ground);

/* The simple rules (tag, .class, #id, tag.class) of a message's style sheets. */
struct text_sheet;
struct text_sheet	*text_sheet_new(void);
void			 text_sheet_free(struct text_sheet *sheet);		/* NULL is fine */
void			 text_sheet_read(struct text_sheet *sheet, const char *css, size_t len);
/* Merges what the sheet says of an element; class and id may be NULL. */
void			 text_sheet_apply(const struct text_sheet *sheet, const char *tag, const char *class,
			    const char *id, struct text_style *style);
/* True when a rule that we cannot follow colours some ground. */
bool			 text_sheet_colours(const struct text_sheet *sheet);

struct text {
	struct text_limits	 limits;
	char			*default_charset;
	char			*subject;
	struct text_body	 body;
	struct text_view	 visible, raw;
	size_t			*raw_part;	/* where each begins in raw */
	size_t			 nraw_parts;
	bool			 aside;		/* what is read is an attachment: for body and raw alone */
	char			*folded, *folded_subject;
	size_t			 folded_len, folded_subject_len;
	struct text_uris	*uris, *marks;
	size_t			 facts[TEXT_FACT_MAX];
	size_t			 alt_words;	/* words of images' alt and title */
	char			*spare;		/* an HTML attachment, read when there is no other text */
	size_t			 spare_len;
	char			*spare_charset;
	bool			 scanned;
};

/* Renders UTF-8 HTML into the views.  Never fails on content. */
void	text_html(struct text *text, const char *utf8, size_t len);
/* The charset a <meta> names: writes it to out and returns out, or NULL. */
const char	*text_html_charset(const char *octets, size_t len, char out[64]);

#endif
