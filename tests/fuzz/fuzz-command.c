/*
 * fuzz-command.c - any octets as a message that may be a command: its new text is valid and bounded,
 * the answer whole.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "charset.h"
#include "command.h"
#include "text.h"

#define TEXT_MAX	4096
#define ANSWERS		4

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

/* What a command holds is canonical, and there is none without a verb. */
static void
check(const struct command *c, int ret, enum command_form form)
{
	struct addr_key key;

	if (ret < 0 || (ret == 1) != (c->verb != COMMAND_NONE) || c->verb >= COMMAND_MAX)
		__builtin_trap();
	if (strlen(c->line) > COMMAND_LINE_MAX || !charset_is_utf8(c->line, strlen(c->line)))
		__builtin_trap();
	if (form == COMMAND_FORM_REPLY && (c->key[0] != '\0' || c->reference[0] != '\0' || c->unreadable))
		__builtin_trap();
	if (c->key[0] != '\0' && (addr_key_parse(c->key, strlen(c->key), &key, NULL) != 1 ||
	    strcmp(key.text, c->key) != 0))
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum command_form forms[] = { COMMAND_FORM_REPLY, COMMAND_FORM_SERVICE };
	char ids[ANSWERS][COMMAND_MESSAGE_ID_MAX + 1], *text;
	struct mime *mime = NULL;
	struct command c;
	struct err err;
	size_t n;

	if (mime_parse((const char *)data, size, "GB18030", NULL, &mime, &err) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		int ret = command_read(mime, forms[i], "GB18030", &c, &err);

		check(&c, ret, forms[i]);
	}
	text = command_new_text(mime, "GB18030", TEXT_MAX);
	if (text == NULL || strlen(text) > TEXT_MAX || !charset_is_utf8(text, strlen(text)))
		__builtin_trap();
	free(text);
	n = command_answers(mime, ids, ANSWERS);
	if (n > ANSWERS)
		__builtin_trap();
	for (size_t i = 0; i < n; i++)
		if (strlen(ids[i]) < 3 || ids[i][0] != '<' || ids[i][strlen(ids[i]) - 1] != '>')
			__builtin_trap();
	(void)command_is_automatic(mime, "<a@b.example>");
	mime_free(mime);
	return 0;
}
