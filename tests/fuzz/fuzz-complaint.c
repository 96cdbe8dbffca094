/*
 * fuzz-complaint.c - any octets as a mail to the complaint address, and as a message complained of: what is found is
 * canonical, valid and bounded.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "charset.h"
#include "complaint.h"
#include "text.h"

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	mime_init();
	text_init();
	return 0;
}

static void
check_mailbox(const char *address)
{
	char canonical[ADDR_MAX + 1];

	if (address[0] != '\0' && (addr_mailbox(address, strlen(address), canonical) != 1 ||
	    strcmp(canonical, address) != 0))
		__builtin_trap();
}

static void
check_item(const struct complaint_item *item, size_t size)
{
	struct addr_key key;
	size_t sum = 0, n = strlen(item->message_id);

	if (item->source == COMPLAINT_NONE || item->source >= COMPLAINT_SOURCE_MAX ||
	    item->weak != (item->source == COMPLAINT_INLINE) || item->octets == NULL || item->len == 0)
		__builtin_trap();
	if (!item->weak && item->len > size)
		__builtin_trap();
	for (size_t i = 0; i < item->len; i++)
		sum += (unsigned char)item->octets[i];
	check_mailbox(item->from);
	check_mailbox(item->envelope);
	if (item->from[0] == '\0' && n == 0)
		__builtin_trap();
	if (n > 0 && (n < 3 || item->message_id[0] != '<' || item->message_id[n - 1] != '>' || sum == 0))
		__builtin_trap();
	if (!charset_is_utf8(item->subject, strlen(item->subject)) || !charset_is_utf8(item->message_id, n))
		__builtin_trap();
	if (item->decision[0] != '\0' && strlen(item->decision) != 13)
		__builtin_trap();
	if (item->list_id[0] != '\0' &&
	    (addr_key_parse(item->list_id, strlen(item->list_id), &key, NULL) != 1 || key.kind == ADDR_NONE))
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *octets = (const char *)data;
	struct complaint complaint;
	struct complaint_item item;
	struct mime *mime = NULL;
	struct err err;

	if (complaint_item_read(octets, size, "GB18030", &item, &err) == 1)
		check_item(&item, size);
	complaint_item_clear(&item);
	if (mime_parse(octets, size, "GB18030", NULL, &mime, &err) < 0)
		return 0;
	if ((complaint_read(mime, octets, size, "GB18030", &complaint, &err) == 1) != (complaint.n > 0) ||
	    complaint.n > COMPLAINT_ITEMS_MAX)
		__builtin_trap();
	check_mailbox(complaint.original_recipient);
	for (size_t i = 0; i < complaint.n; i++)
		check_item(&complaint.item[i], size);
	complaint_clear(&complaint);
	mime_free(mime);
	return 0;
}
