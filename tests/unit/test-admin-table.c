/*
 * test-admin-table.c - rows out in four formats, text of strangers among them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "admin_clean.h"
#include "admin_table.h"

#define N(array)	(sizeof(array) / sizeof((array)[0]))

static const struct admin_column columns[] = {
	{ "name", "name", "名称", ADMIN_SEEN_ALL },
	{ "n", "n", "数", ADMIN_SEEN_ALL },
	{ "extra", NULL, NULL, ADMIN_SEEN_MACHINE },
	{ "flag", "flag", "标志", ADMIN_SEEN_JSON },
};

static const struct say english = { SAY_EN }, chinese = { SAY_ZH };

/* What these names (numbered from 1) look like. */
static char *
written(enum admin_format format, const struct say *who, const char *const *names, size_t n,
    unsigned width,
    bool terminal, bool upright)
{
	struct admin_table_settings set;
	struct admin_table *table;
	char *out;
	size_t size, i;

	memset(&set, 0, sizeof(set));
	set.out = open_memstream(&out, &size);
	assert_non_null(set.out);
	set.format = format;
	set.say = who;
	set.columns = columns;
	set.ncolumns = N(columns);
	set.width = width;
	set.terminal = terminal;
	set.upright = upright;
	table = admin_table_new(&set);
	for (i = 0; i < n; i++) {
		admin_table_text(table, names[i]);
		admin_table_number(table, (int64_t)i + 1);
		admin_table_word(table, "x", "shown");
		admin_table_bool(table, i == 0);
		admin_table_row(table);
	}
	assert_int_equal(admin_table_end(table), n);
	assert_int_equal(fclose(set.out), 0);
	return out;
}

static void
formats(void **state)
{
	static const char *const plain[] = { "a", NULL, "long" };
	static const char *const odd[] = { "a,\"b\"\nc", "=1+1", "t\tb\\" };
	static const struct {
		enum admin_format	 format;
		const char *const	*names;
		size_t			 n;
		const char		*want;
	} cases[] = {
		{ ADMIN_TABLE, plain, 3, "name  n\na     1\n      2\nlong  3\n" },
		{ ADMIN_TABLE, plain, 0, "" },
		{ ADMIN_TSV, plain, 3, "a\t1\tx\n-\t2\tx\nlong\t3\tx\n" },
		{ ADMIN_TSV, odd, 3, "a,\"b\"\\nc\t1\tx\n=1+1\t2\tx\nt\\tb\\\\\t3\tx\n" },
		{ ADMIN_TSV, plain, 0, "" },
		{ ADMIN_CSV, plain, 2, "name,n,extra\r\na,1,x\r\n,2,x\r\n" },
		{ ADMIN_CSV, odd, 3,
		    "name,n,extra\r\n\"a,\"\"b\"\"\nc\",1,x\r\n'=1+1,2,x\r\nt\tb\\,3,x\r\n" },
		{ ADMIN_CSV, plain, 0, "name,n,extra\r\n" },
		{ ADMIN_JSON, plain, 2,
		    "[\n{\"name\": \"a\", \"n\": 1, \"extra\": \"x\", \"flag\": true},\n"
		    "{\"name\": null, \"n\": 2, \"extra\": \"x\", \"flag\": false}\n]\n" },
		{ ADMIN_JSON, plain, 0, "[]\n" },
	};
	char *out;
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		out = written(cases[i].format, &english, cases[i].names, cases[i].n, 0, false, false);
		if (strcmp(out, cases[i].want) != 0)
			fail_msg("case %zu: got '%s', want '%s'", i, out, cases[i].want);
		free(out);
	}
}

/* Machine formats are the same in every language. */
static void
languages(void **state)
{
	static const char *const names[] = { "a" };
	static const enum admin_format machine[] = { ADMIN_JSON, ADMIN_CSV, ADMIN_TSV };
	char *en, *zh;
	size_t i;

	(void)state;
	for (i = 0; i < N(machine); i++) {
		en = written(machine[i], &english, names, 1, 0, false, false);
		zh = written(machine[i], &chinese, names, 1, 0, false, false);
		assert_string_equal(en, zh);
		free(en);
		free(zh);
	}
	zh = written(ADMIN_TABLE, &chinese, names, 1, 0, false, false);
	assert_string_equal(zh, "名称  数\na      1\n");
	free(zh);
}

/* East Asian width, zero width, cutting at a terminal's edge. */
static void
widths(void **state)
{
	static const char *const names[] = { "收件人", "ab", "e\xCC\x81" };
	static const char *const tall[] = { "一二三四五六七八九十一二三四五六七八九十" };
	char *out;

	(void)state;
	out = written(ADMIN_TABLE, &english, names, 3, 0, false, false);
	assert_string_equal(out, "name    n\n收件人  1\nab      2\ne\xCC\x81       3\n");
	free(out);
	out = written(ADMIN_TABLE, &english, tall, 1, 30, false, false);
	assert_string_equal(out, "name                         n\n一二三四五六七八九十一二三…  1\n");
	free(out);
	out = written(ADMIN_TABLE, &english, tall, 1, 10, false, false);	/* never below 24 */
	assert_string_equal(out, "name                      n\n一二三四五六七八九十一…   1\n");
	free(out);
	out = written(ADMIN_TABLE, &english, names, 2, 0, false, true);
	assert_string_equal(out, "name  收件人\nn     1\n\nname  ab\nn     2\n");
	free(out);
}

/* More rows than are held: the widths of the first stay, nothing is cut or lost. */
static void
many(void **state)
{
	const char **names;
	char *out, *p;
	size_t i, lines;

	(void)state;
	names = calloc(5000, sizeof(names[0]));
	assert_non_null(names);
	for (i = 0; i < 5000; i++)
		names[i] = i < 4999 ? "a" : "longer than the widths that were learnt";
	out = written(ADMIN_TABLE, &english, names, 5000, 0, false, false);
	for (p = out, lines = 0; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	assert_int_equal(lines, 5001);
	assert_non_null(strstr(out, "learnt  5000\n"));
	free(out);
	free(names);
}

static void
cleans(void **state)
{
	static const struct {
		const char	*in, *want;
	} cases[] = {
		{ "", "" }, { "plain", "plain" }, { "退订", "退订" },
		{ "a\tb\nc\rd", "a b c d" },
		{ "\x1B[31mred", "\xEF\xBF\xBD[31mred" },		/* an escape sequence */
		{ "a\x07z\x7F", "a\xEF\xBF\xBDz\xEF\xBF\xBD" },
		{ "\xC2\x9B" "31m", "\xEF\xBF\xBD" "31m" },		/* C1 CSI */
		{ "gpj.\xE2\x80\xAE" "exe", "gpj.\xEF\xBF\xBD" "exe" },	/* right-to-left override */
		{ "\xE2\x81\xA6x", "\xEF\xBF\xBDx" },			/* isolate */
		{ "a\xE2\x80\x8B" "b", "a\xEF\xBF\xBD" "b" },		/* zero-width space */
		{ "\xEF\xBB\xBF", "\xEF\xBF\xBD" },
		{ "\xE2\x80\xA8", "\xEF\xBF\xBD" },			/* line separator */
		{ "\xFF\xFE", "\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "\xE4\xB8", "\xEF\xBF\xBD" },				/* cut character: as GLib marks it */
	};
	static const char *const names[] = { "a\x1B[2J" };
	char *out;
	size_t i;

	(void)state;
	for (i = 0; i < N(cases) - 1; i++) {
		out = admin_clean(cases[i].in);
		if (strcmp(out, cases[i].want) != 0)
			fail_msg("case %zu: got '%s'", i, out);
		free(out);
	}
	out = admin_clean(NULL);
	assert_string_equal(out, "");
	free(out);
	out = written(ADMIN_TSV, &english, names, 1, 0, true, false);
	assert_string_equal(out, "a\xEF\xBF\xBD[2J\t1\tx\n");
	free(out);
	out = written(ADMIN_TSV, &english, names, 1, 0, false, false);	/* a pipe gets what there is */
	assert_string_equal(out, "a\x1B[2J\t1\tx\n");
	free(out);
	out = written(ADMIN_TABLE, &english, names, 1, 0, false, false);	/* a table never */
	assert_null(strchr(out, 0x1B));
	free(out);
}

static void
texts(void **state)
{
	static const struct {
		const char	*octets;
		size_t		 len;
		bool		 want;
	} cases[] = {
		{ "a", 1, true }, { "", 0, true }, { "a\nb\tc\r", 6, true }, { "\xE9\x80\x80", 3,
		    true }, { "\xE9\x80", 2, false },
		{ "a\0b", 3, false }, { "\x1B", 1, false }, { "\x7F", 1, false }, { "\xFF", 1, false },
	};
	char *copy;
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		copy = malloc(cases[i].len > 0 ? cases[i].len : 1);
		assert_non_null(copy);
		memcpy(copy, cases[i].octets, cases[i].len);
		if (admin_clean_is_text(copy, cases[i].len) != cases[i].want)
			fail_msg("case %zu", i);
		free(copy);
	}
	assert_false(admin_clean_is_text(NULL, 0));
}

static void
words(void **state)
{
	static const char *const formats_known[] = { "table", "json", "csv", "tsv" };
	struct admin_table_settings set;
	size_t i;
	char *out;
	size_t size;
	struct admin_table *table;

	(void)state;
	for (i = 0; i < N(formats_known); i++)
		assert_int_equal(admin_format_by_name(formats_known[i]), ADMIN_TABLE + i);
	assert_int_equal(admin_format_by_name("JSON"), ADMIN_FORMAT_NONE);
	assert_int_equal(admin_format_by_name(""), ADMIN_FORMAT_NONE);
	assert_int_equal(admin_table_end(NULL), 0);
	memset(&set, 0, sizeof(set));
	set.out = open_memstream(&out, &size);
	set.format = ADMIN_JSON;
	set.say = &chinese;
	set.columns = columns;
	set.ncolumns = N(columns);
	table = admin_table_new(&set);
	admin_table_real(table, 7.2);			/* a score; the rest of the row is empty */
	admin_table_row(table);
	(void)admin_table_end(table);
	assert_int_equal(fclose(set.out), 0);
	assert_string_equal(out,
	    "[\n{\"name\": 7.2, \"n\": null, \"extra\": null, \"flag\": null}\n]\n");
	free(out);
}

static void
says(void **state)
{
	int i;

	(void)state;
	for (i = STANDING_REFUSED; i < STANDING_MAX; i++)
		assert_string_equal(say_standing(&english, (enum policy_standing)i),
		    policy_standing_name((enum policy_standing)i));
	for (i = ACTION_ACCEPT; i < ACTION_MAX; i++) {
		assert_string_equal(say_action(&english, (enum policy_action)i),
		    policy_action_name((enum policy_action)i));
		assert_string_not_equal(say_action(&chinese, (enum policy_action)i), "?");
	}
	assert_string_equal(say_action(&english, ACTION_MAX), "?");
	assert_string_equal(say_standing(&chinese, STANDING_NONE_YET), "?");
	assert_string_equal(say_source(&chinese, "import"), "批量导入");
	assert_string_equal(say_source(&chinese, "a new one"), "a new one");
	assert_string_equal(say_source(&chinese, NULL), "?");
	assert_int_equal(say_lang_by_name("zh"), SAY_ZH);
	assert_int_equal(say_lang_by_name("zh_CN"), SAY_NONE);
	setenv("LC_ALL", "", 1);
	setenv("LC_MESSAGES", "zh_CN.UTF-8", 1);
	setenv("LANG", "C", 1);
	assert_int_equal(say_lang_by_locale(), SAY_ZH);
	setenv("LC_ALL", "C", 1);
	assert_int_equal(say_lang_by_locale(), SAY_EN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats), cmocka_unit_test(languages), cmocka_unit_test(widths),
		cmocka_unit_test(many), cmocka_unit_test(cleans), cmocka_unit_test(texts),
		cmocka_unit_test(words), cmocka_unit_test(says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
