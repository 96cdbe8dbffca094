/*
 * fuzz-results.c - any octets as an Authentication-Results value, and a message that bears it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "sender.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* From, List-Id, envelope and two results, a line each, as far as the lines go. */
static void
try_message(char *text)
{
	static const char *const	ids[] = { "mx" }, *const mail[] = { "qq.com" };
	const struct sender_settings	settings = { ids, 1, mail, 1, mail, 1 };
	const char			*lines[5] = { "n@shop.example", NULL, NULL, "mx; none", "mx; none" };
	struct sender_fields		fields;
	struct sender			sender;
	struct addr_key			key;

	for (size_t i = 5; i-- > 0 && text != NULL; ) {
		lines[i] = text;
		text = strchr(text, '\n');
		if (text != NULL)
			*text++ = '\0';
	}
	fields = (struct sender_fields){
		.from = &lines[0], .nfrom = 1, .from_fields = 1, .list_id = lines[1], .envelope = lines[2],
		.results = &lines[3], .nresults = 2,
	};
	(void)sender_read(&settings, &fields, &sender);
	check(sender.nids <= SENDER_IDENTITIES_MAX);
	for (size_t i = 0; i < sender.nids; i++)
		check(addr_key_rank(&sender.id[i].key) > 0);
	check(!sender.authenticated || sender.id[0].authenticated);
	if (sender_default_key(&settings, &sender, &key) == 1)
		check(addr_key_rank(&key) > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sender_result	results[4];
	char			*text = malloc(size + 1), id[256], domain[ADDR_DOMAIN_MAX + 1];
	int			n;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	n = sender_results_parse(text, id, results, 4);
	check(n >= -1 && n <= 4);
	for (int i = 0; i < n; i++) {
		size_t	len = strlen(results[i].domain);

		check(results[i].method[0] != '\0' && results[i].result[0] != '\0');
		check(len == 0 || addr_domain(results[i].domain, len, domain) == 1);
	}
	try_message(text);
	free(text);
	return 0;
}
