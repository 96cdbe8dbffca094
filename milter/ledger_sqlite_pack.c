/*
 * ledger_sqlite_pack.c - a case's evidence, packed for the file and unpacked out of it.
 *
 * Floor 2.  The only file that sees zlib.  Believes no length and no octet that a file holds: what does not
 * unpack to what was kept is told as such.
 */
#include "ledger_sqlite_act.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void
hash_of(const void *octets, size_t len, unsigned char hash[LEDGER_HASH])
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize n = LEDGER_HASH;

	g_checksum_update(sum, octets, (gssize)len);
	g_checksum_get_digest(sum, hash, &n);
	g_checksum_free(sum);
}

int
lite_pack(const struct ledger_case *complaint, struct lite_packed *packed_r, struct err *err)
{
	size_t kept = complaint->evidence_len;
	uLongf len;

	memset(packed_r, 0, sizeof *packed_r);
	if (complaint->evidence == NULL || kept == 0)
		return 0;
	if (kept > LEDGER_CASE_EVIDENCE_MAX)
		kept = LEDGER_CASE_EVIDENCE_MAX;
	len = compressBound((uLong)kept);
	packed_r->octets = malloc(len);
	if (packed_r->octets == NULL)
		return err_set(err, "no memory for a case's evidence");
	if (compress2(packed_r->octets, &len, (const Bytef *)complaint->evidence, (uLong)kept,
	    Z_DEFAULT_COMPRESSION) != Z_OK) {
		lite_packed_clear(packed_r);
		return err_set(err, "cannot pack a case's evidence");
	}
	packed_r->len = len;
	packed_r->kept = kept;
	packed_r->size = complaint->evidence_len;
	if (complaint->evidence_size > packed_r->size)
		packed_r->size = complaint->evidence_size;
	hash_of(complaint->evidence, kept, packed_r->hash);
	return 0;
}

void
lite_bond(const char *hex, int64_t kept, int64_t size, char bond[LITE_BOND_MAX])
{
	snprintf(bond, LITE_BOND_MAX, "sha256=%s kept=%" PRId64 " size=%" PRId64, hex, kept, size);
}

void
lite_packed_clear(struct lite_packed *packed)
{
	free(packed->octets);
	memset(packed, 0, sizeof *packed);
}

int
lite_unpack(const void *octets, size_t len, int64_t kept, const unsigned char hash[LEDGER_HASH], char **out_r)
{
	unsigned char found[LEDGER_HASH];
	uLongf n;
	char *out;

	if (octets == NULL || kept <= 0 || kept > LEDGER_CASE_EVIDENCE_MAX)
		return 0;
	n = (uLongf)kept;
	out = malloc(n + 1);
	if (out == NULL)
		return -1;
	switch (uncompress((Bytef *)out, &n, octets, (uLong)len)) {
	case Z_OK:
		break;
	case Z_MEM_ERROR:
		free(out);
		return -1;
	default:
		free(out);
		return 0;
	}
	if (n == (uLongf)kept)
		hash_of(out, n, found);
	if (n != (uLongf)kept || memcmp(found, hash, sizeof found) != 0) {
		free(out);
		return 0;
	}
	out[n] = '\0';
	*out_r = out;
	return 1;
}
