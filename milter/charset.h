/*
 * charset.h - octets in whatever a message calls its charset, to UTF-8.
 *
 * Floor 1.  Never fails on content: invalid input yields U+FFFD.  iconv and uchardet stay behind
 * this line.
 */
#ifndef TUIDING_CHARSET_H
#define TUIDING_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The name iconv knows for a declared charset: GB2312, GBK, x-gbk, gb_2312-80, CP936 … → GB18030;
 * hz-gb-2312 → HZ's name; x-big5 → BIG5-HKSCS; quotes and blanks off.  NULL for all that is not of
 * the fixed list of charsets mail is written in, whatever else iconv knows (the caller then asks
 * charset_guess).  The answer is a constant; out is not used.
 */
const char	*charset_canonical(const char *declared, char out[64]);

/*
 * The charset of undeclared or lying 8-bit text: "UTF-8" if valid (one broken character in sixteen
 * is forgiven), "US-ASCII" when no octet is above 127 and no ISO-2022/HZ escape stands in it, else
 * what uchardet says when it is sure enough and iconv knows it (Windows-1252 for the Macintosh and
 * IBM charsets it sees in English), else fallback.  Before uchardet is asked, text that is mostly
 * frequent Han characters under GB18030 or Big5 is that, and text too short to tell (fewer than 24
 * octets above 127) that reads without error, and mostly as Han characters of GB 2312, under a
 * GB18030 fallback is that.
 */
const char	*charset_guess(const char *octets, size_t len, const char *fallback, char out[64]);

/*
 * Decodes octets to valid UTF-8 (NUL octets become U+FFFD).  declared: as in the message, or
 * NULL.  A declared charset that the octets plainly are not (e.g. declared us-ascii or utf-8 and
 * invalid) is overruled by charset_guess(), and so is GB18030 or Latin text that is valid UTF-8.  A
 * byte order mark at the beginning is left out.  Returns a NUL-terminated string of *len_r octets,
 * the caller's to free() with charset_free(); at most limit octets of output (cut at a character
 * border).
 */
char	*charset_decode(const char *octets, size_t len, const char *declared, const char *fallback,
	    size_t limit, size_t *len_r);

/*
 * Decodes an unstructured or structured header value: encoded-words (RFC 2047, also the broken ones
 * mail programs write: spaces inside, a character split across two words of one charset, no blank
 * between), raw 8-bit octets by the same rules as charset_decode(), folding removed (CRLF and LF
 * before a blank).  A line break that is left, or stands inside an encoded-word, becomes a blank:
 * the result is always one line.  The cost grows with len alone: one value opens at most eight
 * charsets besides UTF-8 and those of Chinese (words in a ninth are read as UTF-8), and asks uchardet
 * eight times (then: the fallback).  Returns UTF-8 as charset_decode() does.
 */
char	*charset_decode_header(const char *value, size_t len, const char *fallback, size_t limit,
    size_t *len_r);

/*
 * Encodes UTF-8 as an unstructured header value: itself when it is printable ASCII without "=?",
 * else encoded-words (UTF-8, base64) of at most 75 octets, never splitting a character, joined by
 * "\n " (LF and a blank, as smfi_chgheader wants).  first: octets already standing on the first
 * line.  The caller's, charset_free().
 */
char	*charset_encode_header(const char *utf8, size_t first);

/*
 * Keeps what the C library loads for these charsets in memory until charset_hold_free(): while a
 * program holds it, opening a charset takes a microsecond and not a hundred.  Changes no answer.
 * The caller's; NULL is fine for charset_hold_free().
 */
struct charset_hold;
struct charset_hold	*charset_hold(void);
void	charset_hold_free(struct charset_hold *hold);

bool	charset_is_utf8(const char *octets, size_t len);
void	charset_free(char *text);		/* NULL is fine */

#endif
