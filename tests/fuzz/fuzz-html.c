/*
 * fuzz-html.c - any octets as an HTML part: the views must be valid UTF-8 and within their limit.
 */
#include <stddef.h>
#include <stdint.h>
#include "charset.h"
#include "text.h"

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	text_init();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *(*const views[])(const struct text *, size_t *) = { text_body, text_visible, text_raw, text_folded };
	static const struct text_limits limits = { 65536, 50, 30 };
	struct text_part part = { "text/html", NULL, (const char *)data, size, false };
	struct text *text = NULL;
	struct err err;
	size_t len;

	if (text_new(&limits, "GB18030", "a subject", &text, &err) < 0)
		return 0;
	if (text_add(text, &part, &err) < 0 || text_finish(text, &err) < 0)
		__builtin_trap();
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		const char *view = views[i](text, &len);

		if (len > limits.octets || !charset_is_utf8(view, len))
			__builtin_trap();
	}
	if (text_uri_count(text) > limits.uris)
		__builtin_trap();
	text_free(text);
	return 0;
}
