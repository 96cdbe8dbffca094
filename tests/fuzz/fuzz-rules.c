/*
 * fuzz-rules.c - any octets as a rules file: read, compiled, and put through the rules' own tests.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "judge_rules.h"

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
	const struct match_limits	 limits = { .steps = 1000, .heap = 256 };
	struct rules			*set = NULL;
	struct judge_rules		*jr = NULL;
	struct err			 err;

	if (rules_load_text("fuzz", (const char *)data, size, NULL, NULL, &set, &err) == 0 &&
	    judge_rules_from(set, &limits, NULL, NULL, &jr, &err) == 0)
		(void)judge_rules_test(jr, NULL, NULL, &err);
	judge_rules_free(jr);
	return 0;
}
