/*
 * fuzz-mime.c - any octets as a message: every part, field and address is read to its end.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "mime.h"

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	mime_init();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mime_address addresses[4];
	struct mime *mime = NULL;
	struct err err;
	size_t sum = 0;

	if (mime_parse((const char *)data, size, "GB18030", NULL, &mime, &err) < 0)
		return 0;
	for (size_t i = 0; i < mime_field_count(mime); i++) {
		const struct mime_field *field = mime_field_at(mime, i);

		sum += strlen(field->name) + strlen(field->raw) + strlen(field->text);
		sum += mime_addresses(field->raw, "GB18030", addresses, 4);
	}
	for (size_t i = 0; i < mime_part_count(mime); i++) {
		const struct mime_part *part = mime_part_at(mime, i);

		sum += strlen(part->type) + strlen(part->octets) + part->len;
		if (part->octets[part->len] != '\0')
			__builtin_trap();
		for (size_t j = 0; j < part->header_len; j++)
			sum += (unsigned char)part->header[j];
	}
	mime_free(mime);
	return sum == SIZE_MAX;
}
