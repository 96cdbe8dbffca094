/*
 * charset_name.c - the many names of a charset, and the one that iconv knows.
 *
 * Floor 1.  Lets nothing through to iconv but the names that stand here: what mail is written
 * in, and not the hundreds that the C library can load besides, nor its own language (a slash in a
 * name).
 */
#include <glib.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include "charset.h"
#include "charset_impl.h"

#define NAME_MAX_OCTETS	40		/* of a declared name; longer ones name nothing */

struct alias {
	const char	*key;		/* in lower case, nothing but letters and digits */
	const char	*name;
};

/* Sorted by key, for bsearch(). */
static const struct alias aliases[] = {
	{ "437", "IBM437" }, { "65001", "UTF-8" }, { "7bit", "US-ASCII" }, { "850", "IBM850" },
	{ "866", "IBM866" }, { "936", "GB18030" }, { "950", "BIG5-HKSCS" },
	{ "arabic", "ISO-8859-6" }, { "ascii", "US-ASCII" }, { "asmo708", "ISO-8859-6" },
	{ "chinese", "GB18030" }, { "chinesebig5", "BIG5-HKSCS" }, { "cnbig5", "BIG5-HKSCS" },
	{ "cngb", "GB18030" }, { "cp367", "US-ASCII" }, { "cp437", "IBM437" },
	{ "cp50220", "ISO-2022-JP" }, { "cp50221", "ISO-2022-JP" }, { "cp51932", "EUC-JP" },
	{ "cp54936", "GB18030" }, { "cp65001", "UTF-8" }, { "cp819", "WINDOWS-1252" },
	{ "cp850", "IBM850" }, { "cp866", "IBM866" }, { "cp874", "CP874" },
	{ "cp878", "KOI8-R" }, { "cp932", "CP932" }, { "cp936", "GB18030" },
	{ "cp949", "CP949" }, { "cp950", "BIG5-HKSCS" }, { "csascii", "US-ASCII" },
	{ "csbig5", "BIG5-HKSCS" }, { "cseuckr", "CP949" },
	{ "cseucpkdfmtjapanese", "EUC-JP" }, { "cseuctw", "EUC-TW" },
	{ "csgb18030", "GB18030" }, { "csgb2312", "GB18030" }, { "csgbk", "GB18030" },
	{ "csibm866", "IBM866" }, { "csiso2022cn", "ISO-2022-CN" },
	{ "csiso2022jp", "ISO-2022-JP" }, { "csiso2022jp2", "ISO-2022-JP-2" },
	{ "csiso2022kr", "ISO-2022-KR" }, { "csiso58gb231280", "GB18030" },
	{ "csisolatin1", "WINDOWS-1252" }, { "csisolatin2", "ISO-8859-2" },
	{ "csisolatin3", "ISO-8859-3" }, { "csisolatin4", "ISO-8859-4" },
	{ "csisolatin5", "WINDOWS-1254" }, { "csisolatin6", "ISO-8859-10" },
	{ "csisolatinarabic", "ISO-8859-6" }, { "csisolatincyrillic", "ISO-8859-5" },
	{ "csisolatingreek", "ISO-8859-7" }, { "csisolatinhebrew", "ISO-8859-8" },
	{ "cskoi8r", "KOI8-R" }, { "cskoi8u", "KOI8-U" }, { "csksc56011987", "CP949" },
	{ "csmacintosh", "MACINTOSH" }, { "cspc850multilingual", "IBM850" },
	{ "cspc8codepage437", "IBM437" }, { "csshiftjis", "CP932" }, { "cstis620", "CP874" },
	{ "csunicode11utf7", "UTF-7" }, { "csutf8", "UTF-8" }, { "cswindows31j", "CP932" },
	{ "cyrillic", "ISO-8859-5" }, { "dos874", "CP874" }, { "ecma114", "ISO-8859-6" },
	{ "ecma118", "ISO-8859-7" }, { "elot928", "ISO-8859-7" }, { "euc", "EUC-JP" },
	{ "euccn", "GB18030" }, { "eucgb2312cn", "GB18030" }, { "eucjp", "EUC-JP" },
	{ "eucjpms", "EUC-JP" }, { "euckr", "CP949" }, { "euctw", "EUC-TW" },
	{ "gb", "GB18030" }, { "greek", "ISO-8859-7" }, { "greek8", "ISO-8859-7" },
	{ "hebrew", "ISO-8859-8" }, { "hz", "HZ" }, { "hzgb", "HZ" }, { "hzgb2312", "HZ" },
	{ "ibm367", "US-ASCII" }, { "ibm437", "IBM437" }, { "ibm819", "WINDOWS-1252" },
	{ "ibm850", "IBM850" }, { "ibm866", "IBM866" }, { "ibm874", "CP874" },
	{ "iso10646ucs2", "UTF-16" }, { "iso2022cn", "ISO-2022-CN" },
	{ "iso2022jp", "ISO-2022-JP" }, { "iso2022jp1", "ISO-2022-JP-2" },
	{ "iso2022jp2", "ISO-2022-JP-2" }, { "iso2022jpms", "ISO-2022-JP" },
	{ "iso2022kr", "ISO-2022-KR" }, { "iso646irv1991", "US-ASCII" },
	{ "iso646us", "US-ASCII" }, { "iso88591", "WINDOWS-1252" }, { "iso885911", "CP874" },
	{ "iso885911987", "WINDOWS-1252" }, { "iso885921987", "ISO-8859-2" },
	{ "iso885931988", "ISO-8859-3" }, { "iso885941988", "ISO-8859-4" },
	{ "iso885951988", "ISO-8859-5" }, { "iso885961987", "ISO-8859-6" },
	{ "iso88596e", "ISO-8859-6" }, { "iso88596i", "ISO-8859-6" },
	{ "iso885971987", "ISO-8859-7" }, { "iso885981988", "ISO-8859-8" },
	{ "iso88598e", "ISO-8859-8" }, { "iso88598i", "ISO-8859-8" },
	{ "iso88599", "WINDOWS-1254" }, { "iso885991989", "WINDOWS-1254" },
	{ "isoir100", "WINDOWS-1252" }, { "isoir101", "ISO-8859-2" },
	{ "isoir109", "ISO-8859-3" }, { "isoir110", "ISO-8859-4" },
	{ "isoir126", "ISO-8859-7" }, { "isoir127", "ISO-8859-6" },
	{ "isoir138", "ISO-8859-8" }, { "isoir144", "ISO-8859-5" },
	{ "isoir148", "WINDOWS-1254" }, { "isoir149", "CP949" }, { "isoir157", "ISO-8859-10" },
	{ "isoir58", "GB18030" }, { "isolatin1", "WINDOWS-1252" }, { "koi", "KOI8-R" },
	{ "koi8", "KOI8-R" }, { "koi8r", "KOI8-R" }, { "koi8ru", "KOI8-U" },
	{ "koi8u", "KOI8-U" }, { "korean", "CP949" }, { "ksx1001", "CP949" },
	{ "l1", "WINDOWS-1252" }, { "l10", "ISO-8859-16" }, { "l2", "ISO-8859-2" },
	{ "l3", "ISO-8859-3" }, { "l4", "ISO-8859-4" }, { "l5", "WINDOWS-1254" },
	{ "l6", "ISO-8859-10" }, { "l7", "ISO-8859-13" }, { "l8", "ISO-8859-14" },
	{ "latin1", "WINDOWS-1252" }, { "latin10", "ISO-8859-16" }, { "latin2", "ISO-8859-2" },
	{ "latin3", "ISO-8859-3" }, { "latin4", "ISO-8859-4" }, { "latin5", "WINDOWS-1254" },
	{ "latin6", "ISO-8859-10" }, { "latin7", "ISO-8859-13" }, { "latin8", "ISO-8859-14" },
	{ "latin9", "ISO-8859-15" }, { "mac", "MACINTOSH" }, { "maccyrillic", "MAC-CYRILLIC" },
	{ "macintosh", "MACINTOSH" }, { "macroman", "MACINTOSH" }, { "ms932", "CP932" },
	{ "ms936", "GB18030" }, { "ms949", "CP949" }, { "ms950", "BIG5-HKSCS" },
	{ "mskanji", "CP932" }, { "mswin936", "GB18030" }, { "shiftjis", "CP932" },
	{ "sjis", "CP932" }, { "ucs2", "UTF-16" }, { "uhc", "CP949" }, { "ujis", "EUC-JP" },
	{ "unicode", "UTF-16" }, { "unicode11utf7", "UTF-7" }, { "unicode11utf8", "UTF-8" },
	{ "unicode20utf8", "UTF-8" }, { "us", "US-ASCII" }, { "usascii", "US-ASCII" },
	{ "utf16", "UTF-16" }, { "utf16be", "UTF-16BE" }, { "utf16le", "UTF-16LE" },
	{ "utf32", "UTF-32" }, { "utf32be", "UTF-32BE" }, { "utf32le", "UTF-32LE" },
	{ "utf7", "UTF-7" }, { "utf8", "UTF-8" }, { "utf8mb4", "UTF-8" },
	{ "windows31j", "CP932" }, { "windows874", "CP874" }, { "windows936", "GB18030" },
	{ "windows949", "CP949" }, { "windows950", "BIG5-HKSCS" }, { "xbig5", "BIG5-HKSCS" },
};

/* Any name that begins so. */
static const struct alias beginnings[] = {
	{ "ansix34", "US-ASCII" }, { "gb2312", "GB18030" }, { "gbk", "GB18030" },
	{ "gb18030", "GB18030" }, { "big5", "BIG5-HKSCS" }, { "ksc5601", "CP949" },
	{ "tis620", "CP874" },
};

/* Members of the families below. */
static const char *const numbered[] = {
	"WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1254",
	"WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258", "ISO-8859-2",
	"ISO-8859-3", "ISO-8859-4", "ISO-8859-5", "ISO-8859-6", "ISO-8859-7", "ISO-8859-8",
	"ISO-8859-10", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16",
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

struct charset_hold {
	size_t	n;
	iconv_t	cd[G_N_ELEMENTS(aliases) + G_N_ELEMENTS(numbered)];
};

static void
hold_add(struct charset_hold *hold, const char *name)
{
	iconv_t	cd;

	cd = iconv_open("UTF-8", name);
	if (cd != (iconv_t)-1)
		hold->cd[hold->n++] = cd;
}

struct charset_hold *
charset_hold(void)
{
	struct charset_hold	*hold = g_new(struct charset_hold, 1);
	size_t			 k;

	hold->n = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(numbered); i++)
		hold_add(hold, numbered[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++) {
		for (k = 0; strcmp(aliases[k].name, aliases[i].name) != 0; k++)
			;
		if (k == i)			/* the first of its synonyms */
			hold_add(hold, aliases[i].name);
	}
	return hold;
}

void
charset_hold_free(struct charset_hold *hold)
{
	for (size_t i = 0; hold != NULL && i < hold->n; i++)
		(void)iconv_close(hold->cd[i]);
	g_free(hold);
}

static int
compare_key(const void *key, const void *alias)
{
	return strcmp(key, ((const struct alias *)alias)->key);
}

static const char *
find_alias(const char *key)
{
	const struct alias	*alias;

	alias = bsearch(key, aliases, G_N_ELEMENTS(aliases), sizeof(aliases[0]), compare_key);
	if (alias != NULL)
		return alias->name;
	for (size_t i = 0; i < G_N_ELEMENTS(beginnings); i++)
		if (g_str_has_prefix(key, beginnings[i].key))
			return beginnings[i].name;
	return NULL;
}

/* The member of a family that key spells; NULL when key is of no family. */
static const char *
find_family(const char *key)
{
	char	name[64];
	size_t	n;

	for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
		n = strlen(families[i].prefix);
		if (strncmp(key, families[i].prefix, n) != 0)
			continue;
		(void)g_strlcpy(name, families[i].name, sizeof(name));
		(void)g_strlcat(name, key + n, sizeof(name));
		for (size_t k = 0; k < G_N_ELEMENTS(numbered); k++)
			if (strcmp(name, numbered[k]) == 0)
				return numbered[k];
	}
	return NULL;
}

const char *
charset_canonical(const char *declared, char out[64])
{
	const char	*found;
	char		 name[NAME_MAX_OCTETS], key[NAME_MAX_OCTETS];

	(void)out;			/* every answer is a constant */
	if (declared == NULL || unwrap(declared, name) == 0)
		return NULL;
	squeeze(name, key);
	found = find_alias(key);
	return found != NULL ? found : find_family(key);
}
