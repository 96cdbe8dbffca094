/*
 * charset_hz.c - HZ, the 7-bit way of writing GB 2312 that glibc's iconv does not know.  RFC 1843.
 *
 * Floor 1.  Pure.
 */
#include <string.h>
#include "charset_impl.h"

static bool
is_gb_octet(char c)
{
	return c >= 0x21 && c <= 0x7e;
}

/*
 * Strict, because ~{ also stands in programs: at least one stretch that is closed on its line and
 * holds nothing but pairs of rows that GB 2312 fills, and no stretch that is anything else.
 */
bool
charset_hz_seen(const char *octets, size_t len)
{
	const char	*tilde;
	size_t		 i = 0, pairs, seen = 0;

	while (i < len && (tilde = memchr(octets + i, '~', len - i)) != NULL) {
		i = (size_t)(tilde - octets) + 2;
		if (i > len || tilde[1] != '{') {
			i -= i <= len && tilde[1] == '~' ? 0 : 1;
			continue;
		}
		for (pairs = 0; i + 1 < len && octets[i] >= 0x21 && octets[i] <= 0x77 &&
		    is_gb_octet(octets[i + 1]);
		    i += 2)
			pairs++;
		if (pairs == 0 || i + 1 >= len || octets[i] != '~' || octets[i + 1] != '}')
			return false;
		i += 2;
		seen++;
	}
	return seen > 0;
}

/* Lenient: a stretch also ends with its line, and what is no pair stays as it is. */
size_t
charset_hz_to_gb(const char *octets, size_t len, char *gb)
{
	bool	inside = false;
	size_t	i = 0, n = 0;

	while (i < len) {
		if (octets[i] == '~' && i + 1 < len && octets[i + 1] == (inside ? '}' : '{')) {
			inside = !inside;
			i += 2;
		} else if (!inside && octets[i] == '~' && i + 1 < len && octets[i + 1] == '~') {
			gb[n++] = '~';
			i += 2;
		} else if (!inside && octets[i] == '~' && i + 1 < len && octets[i + 1] == '\n') {
			i += 2;			/* the line continues on the next one */
		} else if (!inside && octets[i] == '~' && i + 2 < len && octets[i + 1] == '\r' &&
		    octets[i + 2] == '\n') {
			i += 3;
		} else if (inside && i + 1 < len && is_gb_octet(octets[i]) &&
		    is_gb_octet(octets[i + 1])) {
			gb[n++] = (char)(octets[i++] | 0x80);
			gb[n++] = (char)(octets[i++] | 0x80);
		} else {
			inside = inside && octets[i] != '\n';
			gb[n++] = octets[i++];
		}
	}
	return n;
}
