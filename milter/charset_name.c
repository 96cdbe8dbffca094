/*
 * charset_name.c - the many names of a charset, and the one that iconv knows.
 *
 * Floor 1.  Hands iconv no name with anything but letters, digits and - _ . : in it: a slash would
 * be an instruction to iconv, not a name.
 */
#include <glib.h>
#include <iconv.h>
#include <string.h>
#include "charset.h"
#include "charset_impl.h"

#define NAME_MAX_OCTETS	40		/* of a declared name; longer ones name nothing */

/*
 * Names in lower case without anything but letters and digits.  A star at the end: any name that
 * begins so.
 */
static const struct alias {
	const char	*key;
	const char	*name;
} aliases[] = {
	{ "utf8", "UTF-8" }, { "utf8mb4", "UTF-8" }, { "unicode11utf8", "UTF-8" },
	{ "unicode20utf8", "UTF-8" }, { "cp65001", "UTF-8" }, { "65001", "UTF-8" },
	{ "csutf8", "UTF-8" }, { "usascii", "US-ASCII" }, { "ascii", "US-ASCII" },
	{ "us", "US-ASCII" }, { "ansix34*", "US-ASCII" }, { "iso646us", "US-ASCII" },
	{ "iso646irv1991", "US-ASCII" }, { "cp367", "US-ASCII" }, { "ibm367", "US-ASCII" },
	{ "csascii", "US-ASCII" }, { "7bit", "US-ASCII" }, { "gb2312*", "GB18030" },
	{ "gbk*", "GB18030" }, { "gb18030*", "GB18030" }, { "csgb2312", "GB18030" },
	{ "csgbk", "GB18030" }, { "csgb18030", "GB18030" }, { "csiso58gb231280", "GB18030" },
	{ "isoir58", "GB18030" }, { "chinese", "GB18030" }, { "cp936", "GB18030" },
	{ "936", "GB18030" }, { "ms936", "GB18030" }, { "windows936", "GB18030" },
	{ "mswin936", "GB18030" }, { "cngb", "GB18030" }, { "gb", "GB18030" },
	{ "euccn", "GB18030" }, { "eucgb2312cn", "GB18030" }, { "cp54936", "GB18030" },
	{ "hz", "HZ" }, { "hzgb2312", "HZ" }, { "hzgb", "HZ" }, { "big5*", "BIG5-HKSCS" },
	{ "xbig5", "BIG5-HKSCS" }, { "cnbig5", "BIG5-HKSCS" }, { "csbig5", "BIG5-HKSCS" },
	{ "chinesebig5", "BIG5-HKSCS" }, { "cp950", "BIG5-HKSCS" }, { "950", "BIG5-HKSCS" },
	{ "windows950", "BIG5-HKSCS" }, { "ms950", "BIG5-HKSCS" }, { "euckr", "CP949" },
	{ "ksc5601*", "CP949" }, { "ksx1001", "CP949" }, { "csksc56011987", "CP949" },
	{ "cseuckr", "CP949" }, { "isoir149", "CP949" }, { "korean", "CP949" }, { "uhc", "CP949" },
	{ "cp949", "CP949" }, { "windows949", "CP949" }, { "ms949", "CP949" },
	{ "shiftjis", "CP932" }, { "sjis", "CP932" }, { "mskanji", "CP932" },
	{ "csshiftjis", "CP932" }, { "windows31j", "CP932" }, { "cswindows31j", "CP932" },
	{ "cp932", "CP932" }, { "ms932", "CP932" }, { "eucjp", "EUC-JP" }, { "ujis", "EUC-JP" },
	{ "euc", "EUC-JP" }, { "iso88591", "WINDOWS-1252" }, { "latin1", "WINDOWS-1252" },
	{ "isolatin1", "WINDOWS-1252" }, { "iso885911987", "WINDOWS-1252" },
	{ "l1", "WINDOWS-1252" }, { "cp819", "WINDOWS-1252" }, { "iso88599", "WINDOWS-1254" },
	{ "latin5", "WINDOWS-1254" }, { "tis620*", "CP874" }, { "iso885911", "CP874" },
	{ "windows874", "CP874" }, { "iso88596i", "ISO-8859-6" }, { "iso88596e", "ISO-8859-6" },
	{ "iso88598i", "ISO-8859-8" }, { "iso88598e", "ISO-8859-8" }, { "utf7", "UTF-7" },
	{ "unicode11utf7", "UTF-7" }, { "utf16", "UTF-16" }, { "ucs2", "UTF-16" },
	{ "unicode", "UTF-16" }, { "utf16le", "UTF-16LE" }, { "utf16be", "UTF-16BE" },
	{ "utf32", "UTF-32" }, { "utf32le", "UTF-32LE" }, { "utf32be", "UTF-32BE" },
	{ "macroman", "MACINTOSH" }, { "maccyrillic", "MAC-CYRILLIC" },
	/* Names that mean something to iconv, but nothing in a message. */
	{ "char", NULL }, { "wchart", NULL }, { "internal", NULL }, { "default", NULL },
	{ "unknown*", NULL }, { "binary", NULL }, { "8bit", NULL },
};

/* Families whose members differ in a number alone. */
static const struct family {
	const char	*prefix;	/* of the key */
	const char	*name;		/* what iconv calls it, before the number */
} families[] = {
	{ "windows", "WINDOWS-" }, { "win", "WINDOWS-" }, { "cp125", "WINDOWS-125" },
	{ "ms125", "WINDOWS-125" }, { "iso8859", "ISO-8859-" }, { "8859", "ISO-8859-" },
};

/*
 * The declared name without its wrapping: quotes, blanks, a language (RFC 2231 5) and what follows
 * a comma or semicolon.  Returns its length, 0 when nothing usable is left.
 */
static size_t
unwrap(const char *declared, char name[NAME_MAX_OCTETS])
{
	size_t	n = 0;

	for (; *declared != '\0' && strchr("*;,", *declared) == NULL; declared++) {
		if (strchr("\"' \t\r\n<>", *declared) != NULL)
			continue;
		if ((!g_ascii_isalnum(*declared) && strchr("-_.:", *declared) == NULL) ||
		    n + 1 == NAME_MAX_OCTETS)
			return 0;
		name[n++] = g_ascii_toupper(*declared);
	}
	name[n] = '\0';
	return n;
}

/* What two spellings of one name have in common. */
static void
squeeze(const char *name, char key[NAME_MAX_OCTETS])
{
	size_t	n = 0;

	if (g_ascii_strncasecmp(name, "x-", 2) == 0)
		name += 2;
	for (; *name != '\0'; name++)
		if (g_ascii_isalnum(*name))
			key[n++] = g_ascii_tolower(*name);
	key[n] = '\0';
}

static const struct alias *
find_alias(const char *key)
{
	size_t	n;

	for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++) {
		n = strlen(aliases[i].key);
		if (aliases[i].key[n - 1] == '*' ? strncmp(key, aliases[i].key, n - 1) == 0 :
		    strcmp(key, aliases[i].key) == 0)
			return &aliases[i];
	}
	return NULL;
}

/* Writes the family's spelling of key to out; false when key is of no family. */
static bool
find_family(const char *key, char out[64])
{
	const char	*rest;
	size_t		 n;

	for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
		n = strlen(families[i].prefix);
		if (strncmp(key, families[i].prefix, n) != 0)
			continue;
		rest = key + n;
		if (*rest == '\0' || strlen(rest) > 4 || strspn(rest, "0123456789") != strlen(rest))
			continue;
		(void)g_strlcpy(out, families[i].name, 64);
		(void)g_strlcat(out, rest, 64);
		return true;
	}
	return false;
}

static bool
iconv_knows(const char *name)
{
	iconv_t	cd;

	cd = iconv_open("UTF-8", name);
	if (cd == (iconv_t)-1)
		return false;
	(void)iconv_close(cd);
	return true;
}

const char *
charset_canonical(const char *declared, char out[64])
{
	const struct alias	*alias;
	char			 name[NAME_MAX_OCTETS], key[NAME_MAX_OCTETS];

	if (declared == NULL || unwrap(declared, name) == 0)
		return NULL;
	squeeze(name, key);
	alias = find_alias(key);
	if (alias != NULL)
		return alias->name;
	if (find_family(key, out) && iconv_knows(out))
		return out;
	(void)g_strlcpy(out, name, 64);
	if (iconv_knows(out))
		return out;
	if (g_str_has_prefix(name, "X-")) {
		(void)g_strlcpy(out, name + 2, 64);
		if (iconv_knows(out))
			return out;
	}
	return NULL;
}
