/*
 * charset_impl.h - what the files of the charset room share among themselves.  Nobody else includes
 * it.
 *
 * Floor 1.
 */
#ifndef TUIDING_CHARSET_IMPL_H
#define TUIDING_CHARSET_IMPL_H

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>

#define CHARSET_HELD	10		/* charsets one call may open, the last two only for Chinese */
#define CHARSET_ASKED	8		/* times one call may ask uchardet */

/*
 * What one call has opened and asked.  Opening a descriptor may load a module from disk, and
 * closing it unload it again: a value that alternates between charsets must not pay for every turn.
 */
struct charset_desk {
	struct {
		const char	*name;	/* a constant of charset_canonical() */
		iconv_t		 cd;	/* (iconv_t)-1: it could not be opened, and is not tried again */
	} held[CHARSET_HELD];
	unsigned	nheld, nasked;
};

/* Valid UTF-8 that grows to its limit and no further; cut at a character border. */
struct charset_output {
	char	*text;			/* NUL-terminated only by charset_output_take() */
	size_t	 len;
	size_t	 size;			/* octets allocated, without the NUL */
	size_t	 limit;
	bool	 full;			/* something did not fit: nothing more is added */
};

/* What one look over some octets tells about the charset they may be in. */
struct charset_facts {
	size_t	high;			/* octets above 127 */
	size_t	utf8_good, utf8_wide;	/* sequences of UTF-8; of three octets and more */
	size_t	utf8_bad;
	size_t	gb_pairs;		/* two-octet characters when read as GB18030 */
	size_t	gb_han;			/* of them: Han characters of GB 2312 */
	size_t	gb_common;		/* of these: the 3,755 most frequent Han characters */
	size_t	gb_late;		/* of these: in rows that Korean text does not touch */
	size_t	gb_sign, gb_kana;	/* of the pairs: punctuation, Japanese syllables */
	size_t	gb_bad;
	size_t	big5_pairs, big5_common, big5_sign, big5_bad;	/* the same for Big5 */
};

void	 charset_output_init(struct charset_output *out, size_t expect, size_t limit);
/* Adds octets that should be UTF-8; what is not, and NUL, becomes U+FFFD. */
void	 charset_output_add(struct charset_output *out, const char *octets, size_t len);
/* Hands the string to the caller. */
char	*charset_output_take(struct charset_output *out, size_t *len_r);

/*
 * The octets of the character at p (len of at least 1), valid_r true; or of the longest broken
 * beginning of one, valid_r false.  NUL is a valid character here.
 */
size_t	 charset_utf8_step(const unsigned char *p, size_t len, bool *valid_r);
/* How many octets from the first are below 128. */
size_t	 charset_ascii_span(const char *octets, size_t len);

void	 charset_desk_init(struct charset_desk *desk);
void	 charset_desk_clear(struct charset_desk *desk);

/* Decodes as charset_decode() does, into out.  name: of charset_canonical(), NULL when unknown. */
void	 charset_append(struct charset_output *out, struct charset_desk *desk, const char *octets,
    size_t len, const char *name, const char *fallback);
/* Decodes from a name of charset_canonical(), asking no more questions. */
void	 charset_convert(struct charset_output *out, struct charset_desk *desk, const char *octets,
    size_t len, const char *name);
/* charset_guess() at the cost of that desk: uchardet that may not be asked any more says nothing. */
const char *charset_guess_at(struct charset_desk *desk, const char *octets, size_t len,
    const char *fallback);

void	 charset_facts(const char *octets, size_t len, struct charset_facts *facts);
/* False when the octets plainly are not in the charset of that canonical name. */
bool	 charset_believable(const char *name, const char *octets, size_t len);
/* The charset whose escape sequences stand in 7-bit text, or NULL. */
const char *charset_escaped(const char *octets, size_t len);

/*
 * HZ (RFC 1843): whether 7-bit text is it beyond doubt, and its octets as GB18030 (len of room in
 * gb).
 */
bool	 charset_hz_seen(const char *octets, size_t len);
size_t	 charset_hz_to_gb(const char *octets, size_t len, char *gb);

#endif
