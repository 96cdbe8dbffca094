/*
 * fuzz-addr.c - any octets as an address, a key, a network: what comes out must come out again as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "addr.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* A canonical spelling is its own canonical spelling. */
static void
try_text(const char *text, size_t len)
{
	char	domain[ADDR_DOMAIN_MAX + 1], mailbox[ADDR_MAX + 1], again[ADDR_MAX + 1];

	if (addr_domain(text, len, domain) == 1) {
		check(addr_domain(domain, strlen(domain), again) == 1 && strcmp(domain, again) == 0);
		if (addr_org_domain(domain, again) == 1)
			check(addr_domain_under(domain, again));
	}
	if (addr_mailbox(text, len, mailbox) == 1) {
		check(addr_mailbox(mailbox, strlen(mailbox), again) == 1 && strcmp(mailbox, again) == 0);
		if (addr_unwrap(mailbox, again) == 1)
			check(addr_mailbox(again, strlen(again), mailbox) == 1 && strcmp(mailbox, again) == 0);
	}
}

static void
try_key(const char *text, size_t len)
{
	struct addr_key	key, again, covering[130];
	struct err	err;
	size_t		n;

	if (addr_key_parse(text, len, &key, &err) != 1)
		return;
	check(addr_key_parse(key.text, strlen(key.text), &again, &err) == 1);
	check(again.kind == key.kind && again.labels == key.labels && strcmp(again.text, key.text) == 0);
	n = addr_key_covering(&key, covering, sizeof(covering) / sizeof(covering[0]));
	check(n > 0);
	for (size_t i = 0; i < n; i++)
		check(addr_key_covers(&covering[i], &key));
}

/* The same as strings, cut where the first line ends. */
static void
try_string(const uint8_t *data, size_t size)
{
	char	*text = malloc(size + 1), *rest = NULL;
	char	 key[ADDR_MAX + 1], again[ADDR_MAX + 1];

	if (text == NULL)
		return;
	memcpy(text, data, size);
	text[size] = '\0';
	rest = strchr(text, '\n');
	if (rest != NULL)
		*rest++ = '\0';
	if (addr_rcpt_key(text, "+-", rest, key) == 1)
		check(addr_rcpt_key(key, "", NULL, again) == 1 && strcmp(key, again) == 0);
	(void)addr_net_has(text, rest == NULL ? "192.0.2.1" : rest);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_text((const char *)data, size);
	try_key((const char *)data, size);
	try_string(data, size);
	return 0;
}
