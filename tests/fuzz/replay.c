/*
 * main.c - runs a fuzz target as a plain program: each file named on the command line, or standard
 * input, goes to it once.  For builds without libFuzzer, and for replaying what a fuzzer found.
 *
 * Exit status: 0 when all were read (the sanitizers are the judges), 2 when one could not be.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX	((size_t)16 << 20)	/* octets of one input; a longer one is cut */

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int	LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

/* Reads one input and hands it over, in memory of exactly its size. */
static int
run(FILE *file, const char *name)
{
	uint8_t	*data = NULL, *fit;
	size_t	 size = 0;
	int	 ret = -1;

	data = malloc(INPUT_MAX);
	if (data == NULL) {
		fprintf(stderr, "no memory for '%s'\n", name);
		goto out;
	}
	size = fread(data, 1, INPUT_MAX, file);
	if (ferror(file)) {
		fprintf(stderr, "cannot read '%s'\n", name);
		goto out;
	}
	fit = realloc(data, size > 0 ? size : 1);
	if (fit != NULL)
		data = fit;
	(void)LLVMFuzzerTestOneInput(data, size);
	ret = 0;
out:
	free(data);
	return ret;
}

int
main(int argc, char **argv)
{
	FILE	*file;
	int	 failed = 0;

	if (LLVMFuzzerInitialize != NULL)
		(void)LLVMFuzzerInitialize(&argc, &argv);
	if (argc < 2)
		return run(stdin, "standard input") == 0 ? 0 : 2;
	for (int i = 1; i < argc; i++) {
		file = fopen(argv[i], "rb");
		if (file == NULL) {
			fprintf(stderr, "cannot open '%s': error %d\n", argv[i], errno);
			failed = 1;
			continue;
		}
		failed |= run(file, argv[i]) != 0;
		(void)fclose(file);
	}
	return failed ? 2 : 0;
}
