/*
 * ledger_chain.c - the hash chain over all statements.
 *
 * Floor 2.  The form of the line is bound by every ledger ever written: never change it.
 */
#include "ledger_chain.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void
feed(GChecksum *sum, const void *octets, size_t len)
{
	if (octets != NULL && len > 0)
		g_checksum_update(sum, octets, (gssize)len);
}

static void
feed_text(GChecksum *sum, const char *text)
{
	feed(sum, text, strlen(text));
}

static void
feed_number(GChecksum *sum, int64_t number)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%" PRId64, number);
	feed_text(sum, digits);
}

static void
feed_hex(GChecksum *sum, const unsigned char octets[LEDGER_HASH])
{
	char hex[LEDGER_HASH_HEX + 1];

	ledger_hex(octets, hex);
	feed(sum, hex, LEDGER_HASH_HEX);
}

static void
finish(GChecksum *sum, unsigned char out[LEDGER_HASH])
{
	gsize len = LEDGER_HASH;

	g_checksum_get_digest(sum, out, &len);
	g_checksum_free(sum);
}

void
ledger_hex(const unsigned char octets[LEDGER_HASH], char out[LEDGER_HASH_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < LEDGER_HASH; i++) {
		out[2 * i] = digits[octets[i] >> 4];
		out[2 * i + 1] = digits[octets[i] & 15];
	}
	out[LEDGER_HASH_HEX] = '\0';
}

void
ledger_commit(const unsigned char salt[LEDGER_SALT], const void *octets, size_t len,
    unsigned char out[LEDGER_HASH])
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	feed(sum, salt, LEDGER_SALT);
	feed(sum, octets, len);
	finish(sum, out);
}

void
ledger_commit_evidence(const unsigned char salt[LEDGER_SALT], const char *reason,
    const void *evidence, size_t len, unsigned char out[LEDGER_HASH])
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	feed(sum, salt, LEDGER_SALT);
	if (reason != NULL) {
		feed_text(sum, reason);
		if (len > 0)
			feed_text(sum, "\n");
	}
	feed(sum, evidence, len);
	finish(sum, out);
}

/*
 * The line goes into the sum piece by piece: its texts may come from a tampered file and be of any
 * length.  Nine tabs stand in every true line, so a tab inside a text can never imitate another line.
 */
void
ledger_link_hash(const unsigned char before[LEDGER_HASH], const struct ledger_link *link,
    unsigned char out[LEDGER_HASH])
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	feed_hex(sum, before);
	feed_text(sum, "\n");
	feed_number(sum, link->seq);
	feed_text(sum, "\t");
	feed_text(sum, link->kind);
	feed_text(sum, "\t");
	feed_text(sum, link->source);
	feed_text(sum, "\t");
	feed_number(sum, link->given_at);
	feed_text(sum, "\t");
	feed_number(sum, link->received_at);
	feed_text(sum, "\t");
	if (link->expires != 0)
		feed_number(sum, link->expires);
	feed_text(sum, "\t");
	feed_text(sum, link->reference);
	feed_text(sum, "\t");
	feed_hex(sum, link->c_recipient);
	feed_text(sum, "\t");
	feed_hex(sum, link->c_sender);
	feed_text(sum, "\t");
	feed_hex(sum, link->c_evidence);
	finish(sum, out);
}
