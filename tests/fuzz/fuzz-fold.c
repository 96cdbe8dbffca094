/*
 * fuzz-fold.c - folding any octets: within the limit, one string.  The first octet chooses the
 * limit.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "fold.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	*text;
	size_t	 len, limit;

	if (size < 1)
		return 0;
	limit = data[0] < 128 ? data[0] : (size_t)1 << 20;
	text = fold_text((const char *)data + 1, size - 1, limit, &len);
	if (len > limit || strlen(text) != len)
		abort();
	fold_free(text);
	return 0;
}
