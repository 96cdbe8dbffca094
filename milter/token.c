/*
 * token.c - tokens made and read, and the keyed hashes of conversations.
 *
 * Floor 2.  HMAC by GLib.  Knows no ledger: that a token is genuine says nothing of whether its decision lives.
 */
#include "token.h"

#include <ctype.h>
#include <string.h>
#include "token_private.h"

#define MAC_OCTETS	10			/* 80 bits: 16 letters */
#define MAC_LETTERS	16

/* Crockford's base32, in lower case: a local part loses its capitals on the way. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
static const char kinds[TOKEN_KIND_MAX] = { [TOKEN_DECISION] = 'd', [TOKEN_CASE] = 'c' };

void
token_hmac(const unsigned char key[TOKEN_KEY], const char *label, const char *const *texts, size_t n,
    unsigned char out[TOKEN_HMAC])
{
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, key, TOKEN_KEY);
	gsize len = TOKEN_HMAC;
	size_t i;

	/* Each text with its NUL: no two lists read alike. */
	g_hmac_update(hmac, (const guchar *)label, (gssize)strlen(label) + 1);
	for (i = 0; i < n; i++)
		g_hmac_update(hmac, (const guchar *)texts[i], (gssize)strlen(texts[i]) + 1);
	g_hmac_get_digest(hmac, out, &len);
	g_hmac_unref(hmac);
}

/* MAC_OCTETS octets as MAC_LETTERS letters. */
static void
letters(const unsigned char *octets, char *out)
{
	unsigned bits = 0, held = 0;
	size_t i;

	for (i = 0; i < MAC_OCTETS; i++) {
		bits = bits << 8 | octets[i];
		for (held += 8; held >= 5; held -= 5)
			*out++ = alphabet[bits >> (held - 5) & 31];
	}
}

static void
sign(const unsigned char key[TOKEN_KEY], char kind, const char *reference, char out[MAC_LETTERS])
{
	const char kind_text[2] = { kind, '\0' }, *const texts[] = { kind_text, reference };
	unsigned char mac[TOKEN_HMAC];

	token_hmac(key, "token", texts, 2, mac);
	letters(mac, out);
}

/* Lower case copy of 1 to TOKEN_REFERENCE_MAX letters of the alphabet. */
static bool
take_reference(const char *text, size_t len, char out[TOKEN_REFERENCE_MAX + 1])
{
	size_t i;

	if (len == 0 || len > TOKEN_REFERENCE_MAX)
		return false;
	for (i = 0; i < len; i++) {
		out[i] = (char)tolower((unsigned char)text[i]);
		if (out[i] == '\0' || strchr(alphabet, out[i]) == NULL)
			return false;
	}
	out[len] = '\0';
	return true;
}

int
token_make(const struct token_keys *keys, enum token_kind kind, const char *reference, char out[TOKEN_MAX + 1])
{
	char lower[TOKEN_REFERENCE_MAX + 1];
	size_t len;

	if (kind <= TOKEN_NONE || kind >= TOKEN_KIND_MAX || reference == NULL ||
	    !take_reference(reference, strlen(reference), lower))
		return -1;
	len = strlen(lower);
	out[0] = kinds[kind];
	memcpy(out + 1, lower, len);
	sign(keys->key[0].octets, kinds[kind], lower, out + 1 + len);
	out[1 + len + MAC_LETTERS] = '\0';
	return 0;
}

/* Every octet is looked at, whatever the ones before it were. */
static bool
same(const char *a, const char *b, size_t n)
{
	unsigned char differ = 0;
	size_t i;

	for (i = 0; i < n; i++)
		differ = (unsigned char)(differ | (a[i] ^ b[i]));
	return differ == 0;
}

int
token_read(const struct token_keys *keys, const char *text, size_t len, enum token_kind *kind_r,
    char reference_r[TOKEN_REFERENCE_MAX + 1])
{
	char lower[TOKEN_REFERENCE_MAX + 1], given[MAC_LETTERS], made[MAC_LETTERS], first;
	enum token_kind kind = TOKEN_NONE;
	bool genuine = false;
	size_t i;

	if (len < 2 + MAC_LETTERS || len > TOKEN_MAX ||
	    !take_reference(text + 1, len - 1 - MAC_LETTERS, lower))
		return 0;
	first = (char)tolower((unsigned char)text[0]);
	for (i = TOKEN_DECISION; i < TOKEN_KIND_MAX; i++)
		if (kinds[i] == first)
			kind = (enum token_kind)i;
	if (kind == TOKEN_NONE)
		return 0;
	for (i = 0; i < MAC_LETTERS; i++)
		given[i] = (char)tolower((unsigned char)text[len - MAC_LETTERS + i]);
	for (i = 0; i < keys->n; i++) {
		sign(keys->key[i].octets, first, lower, made);
		genuine |= same(given, made, MAC_LETTERS);
	}
	if (!genuine)
		return 0;
	*kind_r = kind;
	for (i = 0; lower[i] != '\0'; i++)
		reference_r[i] = (char)toupper((unsigned char)lower[i]);
	reference_r[i] = '\0';
	return 1;
}

void
token_digest(const struct token_keys *keys, const char *label, const char *const *texts, size_t n,
    unsigned char out[TOKEN_DIGEST])
{
	unsigned char mac[TOKEN_HMAC];

	token_hmac(keys->hash, label, texts, n, mac);
	memcpy(out, mac, TOKEN_DIGEST);
}
