/*
 * ledger_chain.h - the hash chain over all statements, the same on every engine.
 *
 * Floor 2, private to the ledger.  Pure: no file, no clock.  The canonical form stands in sql/README.
 */
#ifndef TUIDING_LEDGER_CHAIN_H
#define TUIDING_LEDGER_CHAIN_H

#include <stddef.h>
#include <stdint.h>
#include "ledger.h"

#define LEDGER_SALT	16	/* octets */
#define LEDGER_HASH	32	/* octets of a SHA-256 */

/* What of one statement is hashed.  The texts are the caller's and may come from a tampered file. */
struct ledger_link {
	int64_t		seq, given_at, received_at;
	int64_t		expires;			/* 0: an empty field */
	const char	*kind, *source, *reference;
	unsigned char	c_recipient[LEDGER_HASH];
	unsigned char	c_sender[LEDGER_HASH];
	unsigned char	c_evidence[LEDGER_HASH];
};

/* c(x).  octets NULL counts as empty. */
void	ledger_commit(const unsigned char salt[LEDGER_SALT], const void *octets, size_t len,
	    unsigned char out[LEDGER_HASH]);

/* c(evidence), where a reason given goes before the evidence. */
void	ledger_commit_evidence(const unsigned char salt[LEDGER_SALT], const char *reason,
	    const void *evidence, size_t len, unsigned char out[LEDGER_HASH]);

/* hash(n) from hash(n-1) and the statement n.  before and out may be the same. */
void	ledger_link_hash(const unsigned char before[LEDGER_HASH], const struct ledger_link *link,
	    unsigned char out[LEDGER_HASH]);

/* Lower-case hex. */
void	ledger_hex(const unsigned char octets[LEDGER_HASH], char out[LEDGER_HASH_HEX + 1]);

#endif
