/*
 * ledger_id.c - random octets and the ids made of them.
 *
 * Floor 2.  An id tells nothing about whom or what it names; it is drawn, never counted.
 */
#include "ledger_id.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#define LETTERS	13	/* of five bits each hold 64 bits */

int
ledger_random(void *octets, size_t len, struct err *err)
{
	ssize_t got;

	do
		got = getrandom(octets, len, 0);
	while (got == -1 && errno == EINTR);
	if (got < 0 || (size_t)got != len)
		return err_set(err, "the system gives no random octets");
	return 0;
}

/* Crockford's base32: no letter that a person reads as another one. */
static int
letters(char *out, struct err *err)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t number;

	if (ledger_random(&number, sizeof number, err) == -1)
		return -1;
	for (size_t i = LETTERS; i-- > 0; number >>= 5)
		out[i] = alphabet[number & 31];
	out[LETTERS] = '\0';
	return 0;
}

int
ledger_new_id(char id[LEDGER_ID_MAX + 1], struct err *err)
{
	return letters(id, err);
}

int
ledger_new_reference(char reference[LEDGER_REFERENCE_MAX + 1], struct err *err)
{
	if (letters(reference + 1, err) == -1)
		return -1;
	reference[0] = 'R';
	return 0;
}
