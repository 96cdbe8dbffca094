/*
 * charset_guess.c - which charset some octets are in, when nobody says or what they say cannot be.
 *
 * Floor 1.  Short text is where detectors err: a subject of six characters is read by counting how
 * many would be frequent Han characters.  What the count leaves open goes to uchardet, and to the
 * fallback in the end.
 */
#include <glib.h>
#include <string.h>
#include <uchardet/uchardet.h>
#include "charset.h"
#include "charset_impl.h"

#define WINDOW		4096		/* octets counted, from the first one above 127 */
#define WINDOW_SLOW	2048		/* octets shown to uchardet, which takes 0.3 us for each */
#define SHORT_OCTETS	24		/* octets above 127; with fewer uchardet errs */
#define KOREAN_PAIRS	8		/* Chinese of so many characters leaves Korean's rows */

/* Counts the character at p as GB18030; returns its octets. */
static size_t
count_gb(const unsigned char *p, size_t len, struct charset_facts *f)
{
	unsigned char	trail;

	if (len < 2)
		return 1;			/* cut off here: says nothing */
	trail = p[1];
	if (p[0] == 0x80 || p[0] == 0xff) {
		f->gb_bad++;
		return 1;
	}
	if (trail >= 0x30 && trail <= 0x39) {
		if (len >= 4 && p[2] >= 0x81 && p[2] <= 0xfe && p[3] >= 0x30 && p[3] <= 0x39)
			return 4;
		f->gb_bad += len >= 4;
		return 1;
	}
	if (trail < 0x40 || trail == 0x7f || trail == 0xff) {
		f->gb_bad++;
		return 1;
	}
	f->gb_pairs++;
	if (trail < 0xa1)
		return 2;
	f->gb_han += p[0] >= 0xb0 && p[0] <= 0xf7;
	if (p[0] >= 0xb0 && p[0] <= 0xd7) {
		f->gb_common++;
		f->gb_late += p[0] >= 0xc9;
	}
	f->gb_sign += p[0] >= 0xa1 && p[0] <= 0xa3;
	f->gb_kana += p[0] == 0xa4 || p[0] == 0xa5;
	return 2;
}

/* Counts the character at p as Big5; returns its octets. */
static size_t
count_big5(const unsigned char *p, size_t len, struct charset_facts *f)
{
	if (len < 2)
		return 1;
	if (p[0] < 0x87 || p[0] == 0xff || p[1] < 0x40 || (p[1] > 0x7e && p[1] < 0xa1) ||
	    p[1] == 0xff) {
		f->big5_bad++;
		return 1;
	}
	f->big5_pairs++;
	f->big5_common += p[0] >= 0xa4 && p[0] <= 0xc6;
	f->big5_sign += p[0] >= 0xa1 && p[0] <= 0xa3;
	return 2;
}

/* Counts the character at p as UTF-8; returns its octets. */
static size_t
count_utf8(const unsigned char *p, size_t len, struct charset_facts *f)
{
	bool	valid;
	size_t	n;

	n = charset_utf8_step(p, len, &valid);
	f->utf8_good += valid;
	f->utf8_wide += valid && n >= 3;
	f->utf8_bad += !valid && n < len;	/* at the end it may only be cut off */
	return n;
}

void
charset_facts(const char *octets, size_t len, struct charset_facts *facts)
{
	size_t (*const counts[])(const unsigned char *, size_t, struct charset_facts *) = {
		count_gb, count_big5, count_utf8,
	};
	const unsigned char	*p;
	size_t			 skip;

	memset(facts, 0, sizeof(*facts));
	skip = charset_ascii_span(octets, len);
	p = (const unsigned char *)octets + skip;
	len = MIN(len - skip, WINDOW);
	for (size_t i = 0; i < len; i++)
		facts->high += p[i] >= 0x80;
	for (size_t k = 0; k < G_N_ELEMENTS(counts); k++)
		for (size_t i = 0; i < len; )
			i += p[i] < 0x80 ? 1 : counts[k](p + i, len - i, facts);
}

/* Hundredths of what is no punctuation that are frequent Han characters. */
static size_t
gb_share(const struct charset_facts *f)
{
	size_t	all = f->gb_pairs - f->gb_sign + f->gb_bad;

	return all == 0 ? 0 : f->gb_common * 100 / all;
}

static size_t
big5_share(const struct charset_facts *f)
{
	size_t	all = f->big5_pairs - f->big5_sign + f->big5_bad;

	return all == 0 ? 0 : f->big5_common * 100 / all;
}

/* Chinese beyond doubt, simplified or traditional: its charset; else NULL. */
static const char *
sure_chinese(const struct charset_facts *f, size_t least)
{
	size_t	gb = gb_share(f), big5 = big5_share(f);

	if (f->gb_common >= least && gb >= 70 && gb + 10 >= big5 && f->gb_bad * 32 <= f->gb_pairs &&
	    f->gb_kana * 8 < f->gb_pairs && (f->gb_late > 0 || f->gb_common < KOREAN_PAIRS))
		return "GB18030";
	if (f->big5_common >= MAX(least, 2) && big5 >= 85 && gb + 15 < big5 &&
	    f->big5_bad * 32 <= f->big5_pairs && f->gb_kana * 8 < f->gb_pairs)
		return "BIG5-HKSCS";
	return NULL;
}

bool
charset_believable(const char *name, const char *octets, size_t len)
{
	struct charset_facts	f;
	size_t			ascii;
	bool			utf8, latin;

	ascii = charset_ascii_span(octets, len);
	if (strcmp(name, "US-ASCII") == 0)
		return ascii == len && charset_escaped(octets, len) == NULL;
	if (g_str_has_prefix(name, "UTF-16") || g_str_has_prefix(name, "UTF-32"))
		return memchr(octets, '\0', len) != NULL || !charset_is_utf8(octets, len);
	if (ascii == len)
		return strcmp(name, "GB18030") != 0 || !charset_hz_seen(octets, len);
	if (g_str_has_prefix(name, "ISO-2022-") || strcmp(name, "HZ") == 0 ||
	    strcmp(name, "UTF-7") == 0)
		return false;
	utf8 = charset_is_utf8(octets, len);
	latin = g_str_has_prefix(name, "WINDOWS-125") || g_str_has_prefix(name, "ISO-8859-");
	if (!utf8 && strcmp(name, "UTF-8") != 0 && strcmp(name, "WINDOWS-1252") != 0)
		return true;			/* most text: believed without a count */
	charset_facts(octets, len, &f);
	if (strcmp(name, "UTF-8") == 0)
		return f.utf8_bad == 0 || f.utf8_good >= 8 * f.utf8_bad;
	if (utf8)
		return !((f.utf8_wide > 0 && gb_share(&f) < 50) || (latin && f.utf8_good >= 2));
	return f.gb_bad * 32 > f.gb_pairs || f.gb_common < 4 || gb_share(&f) < 85;
}

const char *
charset_escaped(const char *octets, size_t len)
{
	static const struct {
		char		 after[4];
		const char	*name;
	} escapes[] = {
		{ "$B", "ISO-2022-JP" }, { "$@", "ISO-2022-JP" }, { "(J", "ISO-2022-JP" },
		{ "$(D", "ISO-2022-JP-2" }, { "$A", "ISO-2022-JP-2" }, { "$)C", "ISO-2022-KR" },
		{ "$)A", "ISO-2022-CN" }, { "$)G", "ISO-2022-CN" },
	};
	const char	*p = octets, *end = octets + len;
	size_t		 n;

	while (p < end && (p = memchr(p, '\x1b', (size_t)(end - p))) != NULL) {
		p++;
		if (p < end && *p != '$' && *p != '(')
			continue;
		for (size_t i = 0; i < G_N_ELEMENTS(escapes); i++) {
			n = strlen(escapes[i].after);
			if ((size_t)(end - p) >= n && memcmp(p, escapes[i].after, n) == 0)
				return escapes[i].name;
		}
	}
	return charset_hz_seen(octets, len) ? "HZ" : NULL;
}

/* What uchardet's word for a charset means; NULL when it is no answer. */
static const char *
uchardet_name(const char *said)
{
	char	out[64];

	/* These it says of English with curly quotes; no mail is written in them. */
	if (g_str_has_prefix(said, "MAC") || g_str_has_prefix(said, "IBM") ||
	    strcmp(said, "VISCII") == 0)
		return "WINDOWS-1252";
	return charset_canonical(said, out);
}

/* What uchardet says, as iconv calls it; NULL when it says nothing of use. */
static const char *
ask_uchardet(struct charset_desk *desk, const char *octets, size_t len)
{
	const char	*name = NULL;
	uchardet_t	 ud = NULL;
	size_t		 skip;

	if (desk->nasked < CHARSET_ASKED)
		ud = uchardet_new();
	if (ud == NULL)
		return NULL;
	desk->nasked++;
	skip = charset_ascii_span(octets, len);
	if (uchardet_handle_data(ud, octets + skip, MIN(len - skip, WINDOW_SLOW)) == 0) {
		uchardet_data_end(ud);
		name = uchardet_name(uchardet_get_charset(ud));
	}
	uchardet_delete(ud);
	/* A mark in front is not enough: text in these has NULs, and two octets would hide all the rest. */
	if (name != NULL && (g_str_has_prefix(name, "UTF-16") || g_str_has_prefix(name, "UTF-32")) &&
	    memchr(octets, '\0', len) == NULL)
		return NULL;
	/* These it says of anything: what is neither needs another answer. */
	if (name != NULL && (strcmp(name, "UTF-8") == 0 || strcmp(name, "US-ASCII") == 0))
		return NULL;
	return name;
}

const char *
charset_guess_at(struct charset_desk *desk, const char *octets, size_t len, const char *fallback)
{
	struct charset_facts	 f;
	const char		*name, *last;
	char			 buf[64];
	bool			 gb;

	if (charset_ascii_span(octets, len) == len) {
		name = charset_escaped(octets, len);
		return name != NULL ? name : "US-ASCII";
	}
	if (charset_is_utf8(octets, len))
		return "UTF-8";
	charset_facts(octets, len, &f);
	if (f.utf8_good >= 16 * f.utf8_bad && f.utf8_wide > 0 && gb_share(&f) < 50)
		return "UTF-8";			/* a character broken, or the last one cut off */
	last = charset_canonical(fallback, buf);
	gb = last == NULL || strcmp(last, "GB18030") == 0;
	name = sure_chinese(&f, gb ? 1 : 4);
	if (name != NULL)
		return name;
	if (gb && f.high < SHORT_OCTETS && f.gb_bad == 0 && f.gb_han * 2 > f.gb_pairs - f.gb_sign)
		return "GB18030";
	name = ask_uchardet(desk, octets, len);
	if (name != NULL)
		return name;
	return gb ? "GB18030" : last;
}

const char *
charset_guess(const char *octets, size_t len, const char *fallback, char out[64])
{
	struct charset_desk	desk;
	const char		*name;

	charset_desk_init(&desk);
	name = charset_guess_at(&desk, octets, len, fallback);
	charset_desk_clear(&desk);
	(void)g_strlcpy(out, name, 64);
	return out;
}
