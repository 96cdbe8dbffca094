/*
 * fuzz-charset.c - bodies and headers in any charset: the output is UTF-8 within its limit, and
 * encodes back.
 *
 * The first octet chooses the declared charset, the second the limit.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "charset.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(char *text, size_t len, size_t limit)
{
	if (len > limit || strlen(text) != len || !charset_is_utf8(text, len))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const charsets[] = {
		NULL, "utf-8", "us-ascii", "gb2312", "gb18030", "hz-gb-2312", "big5", "iso-8859-1",
		"iso-2022-jp",
		"iso-2022-kr", "iso-2022-cn", "shift_jis", "euc-kr", "euc-jp", "utf-7", "utf-16",
		"utf-32", "nonsense",
	};
	const char	*octets, *declared;
	char		*text, *value;
	size_t		 len, limit;

	if (size < 2)
		return 0;
	declared = charsets[data[0] % (sizeof(charsets) / sizeof(charsets[0]))];
	limit = data[1] < 128 ? data[1] : (size_t)1 << 20;
	octets = (const char *)data + 2;
	text = charset_decode(octets, size - 2, declared, "GB18030", limit, &len);
	check(text, len, limit);
	value = charset_encode_header(text, data[1]);
	charset_free(text);
	text = charset_decode_header(value, strlen(value), "GB18030", (size_t)1 << 24, &len);
	check(text, len, (size_t)1 << 24);
	charset_free(text);
	charset_free(value);
	text = charset_decode_header(octets, size - 2, "GB18030", limit, &len);
	check(text, len, limit);
	charset_free(text);
	return 0;
}
