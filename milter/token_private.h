/*
 * token_private.h - what the files of token share.
 *
 * Floor 2.  For token*.c only.
 */
#ifndef TUIDING_TOKEN_PRIVATE_H
#define TUIDING_TOKEN_PRIVATE_H

#include <glib.h>
#include <stdbool.h>
#include "token.h"

#define TOKEN_KEY	32	/* octets of a key */
#define TOKEN_HMAC	32	/* octets of an HMAC-SHA256 */
#define TOKEN_KEYS_MAX	16	/* keys honoured at one time */

struct token_key {
	int64_t		since;		/* ms: when it began to sign */
	unsigned char	octets[TOKEN_KEY];
};

struct token_keys {
	struct token_key	key[TOKEN_KEYS_MAX];	/* the newest, which signs, first */
	size_t			n;
	unsigned char		hash[TOKEN_KEY];	/* of conversations */
};

void	token_hmac(const unsigned char key[TOKEN_KEY], const char *label, const char *const *texts, size_t n,
	    unsigned char out[TOKEN_HMAC]);

#endif
