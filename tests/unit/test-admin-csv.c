/*
 * test-admin-csv.c - comma-separated values: what is read, what is refused, and that the rest survives.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "admin_csv.h"

#define N(array)	(sizeof(array) / sizeof((array)[0]))
#define LIT(text)	text, sizeof(text) - 1

/* Octets copied to their exact length, so that an overread is seen. */
static char *
exact(const char *text, size_t len)
{
	char *copy;

	copy = malloc(len > 0 ? len : 1);
	assert_non_null(copy);
	memcpy(copy, text, len);
	return copy;
}

/* All records as "LINE:field|field" or "LINE!fault", one a line. */
static void
dump(const char *octets, size_t len, char *out, size_t size)
{
	struct admin_csv *csv;
	struct admin_csv_record record;
	size_t i, n;
	int answer;

	csv = admin_csv_new(octets, len);
	assert_non_null(csv);
	n = 0;
	out[0] = '\0';
	while ((answer = admin_csv_next(csv, &record)) != 0) {
		n += (size_t)snprintf(out + n, size - n, "%u%s", record.line, answer > 0 ? ":" : "!");
		assert_true(n < size);
		if (answer < 0)
			n += (size_t)snprintf(out + n, size - n, "%d", (int)record.fault);
		for (i = 0; answer > 0 && i < record.n; i++)
			n += (size_t)snprintf(out + n, size - n, "%s%s", i > 0 ? "|" : "",
			    record.field[i]);
		assert_true(n < size);
		n += (size_t)snprintf(out + n, size - n, "\n");
	}
	assert_int_equal(admin_csv_next(csv, &record), 0);	/* the end stays the end */
	admin_csv_free(csv);
}

static void
reads(void **state)
{
	static const struct {
		const char	*in, *want;
	} cases[] = {
		{ "", "" },
		{ "\n\r\n\r", "" },
		{ "a", "1:a\n" },
		{ "a,b\n", "1:a|b\n" },
		{ "a,b\r\nc,d\r\n", "1:a|b\n2:c|d\n" },
		{ "a,b\rc,d\r", "1:a|b\n2:c|d\n" },
		{ "\xEF\xBB\xBF" "a,b\n", "1:a|b\n" },
		{ "\xEF\xBB", "1:\xEF\xBB\n" },
		{ "a,\n,b\n,\n", "1:a|\n2:|b\n3:|\n" },
		{ "a\n\n\nb\n", "1:a\n4:b\n" },
		{ "a\r\n\r\nb\r\n", "1:a\n3:b\n" },
		{ "\"a,b\",c\n", "1:a,b|c\n" },
		{ "\"a\"\"b\"\n", "1:a\"b\n" },
		{ "\"\"\n", "1:\n" },
		{ "\"\",\"\"", "1:|\n" },
		{ "\"a\nb\"\nc\n", "1:a\nb\n3:c\n" },
		{ "\"a\r\nb\",x\r\nc\r\n", "1:a\r\nb|x\n3:c\n" },
		{ "a\"b,c\n", "1:a\"b|c\n" },		/* a quote inside a bare field is itself */
		{ " \"a\"\n", "1: \"a\"\n" },
		{ "\xE6\x94\xB6,\xE5\x8F\x91\n", "1:\xE6\x94\xB6|\xE5\x8F\x91\n" },
		{ "a,b,", "1:a|b|\n" },
		{ "\"a\"", "1:a\n" },
	};
	char out[2000], *in;
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		in = exact(cases[i].in, strlen(cases[i].in));
		dump(in, strlen(cases[i].in), out, sizeof(out));
		if (strcmp(out, cases[i].want) != 0)
			fail_msg("case %zu: got '%s', want '%s'", i, out, cases[i].want);
		free(in);
	}
}

static void
refuses(void **state)
{
	static const struct {
		const char	*in;
		size_t		 len;
		const char	*want;
	} cases[] = {
		{ LIT("\"a\nb\nc"), "1!1\n2:b\n3:c\n" },		/* only the first line is given up */
		{ LIT("\""), "1!1\n" },
		{ LIT("x\n\"\"\"\ny\n"), "1:x\n2!1\n3:y\n" },
		{ LIT("\"a\"b,c\nd\n"), "1!2\n2:d\n" },
		{ LIT("\"a\nb\"c\nd\n"), "1!2\n3:d\n" },
		{ LIT("a\0b,c\nd\n"), "1!5\n2:d\n" },
		{ LIT("\"a\0b\",c\nd\n"), "1!5\n2:d\n" },
		{ LIT(",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\nd\n"),
		    "1:|||||||||||||||||||||||||||||||\n2:d\n" },
		{ LIT(",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\nd\n"), "1!3\n2:d\n" },
	};
	char out[2000], *in;
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		in = exact(cases[i].in, cases[i].len);
		dump(in, cases[i].len, out, sizeof(out));
		if (strcmp(out, cases[i].want) != 0)
			fail_msg("case %zu: got '%s', want '%s'", i, out, cases[i].want);
		free(in);
	}
}

/* A field one octet above the limit costs its line; one at the limit is read. */
static void
bounds(void **state)
{
	static const size_t sizes[] = { ADMIN_CSV_OCTETS, ADMIN_CSV_OCTETS + 1 };
	struct admin_csv_record record;
	struct admin_csv *csv;
	char *in;
	size_t i, quote;

	(void)state;
	for (i = 0; i < N(sizes); i++) {
		for (quote = 0; quote < 2; quote++) {
			in = malloc(sizes[i] + 2 * quote + 3);
			assert_non_null(in);
			memset(in, 'x', sizes[i] + 2 * quote);
			if (quote == 1)
				in[0] = in[sizes[i] + 1] = '"';
			memcpy(in + sizes[i] + 2 * quote, "\ny\n", 3);
			csv = admin_csv_new(in, sizes[i] + 2 * quote + 3);
			assert_int_equal(admin_csv_next(csv, &record), i == 0 ? 1 : -1);
			if (i == 0)
				assert_int_equal(strlen(record.field[0]), ADMIN_CSV_OCTETS);
			else
				assert_int_equal(record.fault, ADMIN_CSV_LONG);
			assert_int_equal(admin_csv_next(csv, &record), 1);
			assert_int_equal(record.line, 2);
			assert_string_equal(record.field[0], "y");
			admin_csv_free(csv);
			free(in);
		}
	}
	admin_csv_free(NULL);
}

static void
guards(void **state)
{
	static const struct {
		const char	*text;
		int		 guarded;
	} cases[] = {
		{ "", 0 }, { "a", 0 }, { "=1+1", 1 }, { "+8613", 1 }, { "-x", 1 }, { "@SUM", 1 },
		    { "\tx", 1 },
		{ "\rx", 1 }, { "'", 0 }, { "'a", 0 }, { "'=x", 1 }, { "''a", 1 }, { "''=a", 1 },
		    { "a=b", 0 },
	};
	char out[64];
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		assert_int_equal(admin_csv_guarded(cases[i].text), cases[i].guarded);
		snprintf(out, sizeof(out), "%s%s", cases[i].guarded ? "'" : "", cases[i].text);
		assert_string_equal(admin_csv_unguard(out), cases[i].text);	/* the way back is exact */
	}
}

/* Any octets: it ends, lines never go back, fields are strings. */
static void
survives(void **state)
{
	static const char alphabet[] = { '"', ',', '\n', '\r', 'a', '\0', '\'', (char)0xEF };
	struct admin_csv_record record;
	struct admin_csv *csv;
	unsigned seed, line;
	char in[40], *copy;
	size_t i, len, steps;
	int round;

	(void)state;
	seed = 12345;
	for (round = 0; round < 20000; round++) {
		seed = seed * 1103515245U + 12345U;
		len = (seed >> 16) % sizeof(in);
		for (i = 0; i < len; i++) {
			seed = seed * 1103515245U + 12345U;
			in[i] = alphabet[(seed >> 16) % sizeof(alphabet)];
		}
		copy = exact(in, len);
		csv = admin_csv_new(copy, len);
		line = 0;
		for (steps = 0; admin_csv_next(csv, &record) != 0; steps++) {
			assert_true(steps <= len);
			assert_true(record.line > line);
			line = record.line;
		}
		admin_csv_free(csv);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads), cmocka_unit_test(refuses), cmocka_unit_test(bounds),
		cmocka_unit_test(guards), cmocka_unit_test(survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
