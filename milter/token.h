/*
 * token.h - the way out in an address: a capability that names one decision (or one case), and whose key it bears.
 *
 * Floor 2.  A token is a kind letter, the reference and a truncated HMAC-SHA256 of both, in Crockford's base32,
 * lower case: it survives programs that change the case of a local part.  The keys lie in a file of their own,
 * mode 0600, not in the ledger or its backups.  Also the keyed hashes of conversations (DESIGN sections 5.3, 7, 9).
 */
#ifndef TUIDING_TOKEN_H
#define TUIDING_TOKEN_H

#include <stddef.h>
#include <stdint.h>
#include "err.h"

#define TOKEN_REFERENCE_MAX	24	/* octets of a reference: base32 letters and digits */
#define TOKEN_MAX		42	/* octets of a token: kind, reference, 80 bits of HMAC */
#define TOKEN_DIGEST		16	/* octets of a conversation's digest */

enum token_kind { TOKEN_NONE, TOKEN_DECISION, TOKEN_CASE, TOKEN_KIND_MAX };

struct token_keys;

/*
 * Makes the file with one key and the hash key, 0600, never over another: 1 made, 0 there is one already, -1.
 * now: ms since 1970.
 */
int	token_keys_create(const char *path, int64_t now, struct err *err);
/*
 * Adds a new key that signs from now on; older ones are honoured until keep ms after they stopped signing, then
 * dropped.  Atomic: a crash leaves the old file or the new.  The hash key stays.  0, or -1.
 */
int	token_keys_rotate(const char *path, int64_t now, int64_t keep, struct err *err);
/* Reads the file.  1 and *keys_r (token_keys_free()); 0 there is none; -1 unreadable, malformed or open to others. */
int	token_keys_open(const char *path, struct token_keys **keys_r, struct err *err);
void	token_keys_free(struct token_keys *keys);		/* NULL is fine */

/* Writes the token of a reference.  0, or -1 when the reference is no base32 of 1 to TOKEN_REFERENCE_MAX letters. */
int	token_make(const struct token_keys *keys, enum token_kind kind, const char *reference, char out[TOKEN_MAX + 1]);

/*
 * Reads a token, in either case.  1: genuine, *kind_r and reference_r (upper case) are set; 0: not ours: forged,
 * truncated, of a key that is gone.  Compares in constant time.
 */
int	token_read(const struct token_keys *keys, const char *text, size_t len, enum token_kind *kind_r,
	    char reference_r[TOKEN_REFERENCE_MAX + 1]);

/*
 * A keyed hash of n texts, each bounded (their lengths go in), for what must be recognised but not read back.
 * label tells one use from another.
 */
void	token_digest(const struct token_keys *keys, const char *label, const char *const *texts, size_t n,
	    unsigned char out[TOKEN_DIGEST]);

#endif
