/* test-token.c - tokens, their keys, and the keyed hashes of conversations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "token.h"

#define DAY	(24 * 60 * 60 * 1000LL)

struct place {
	char	folder[64], path[96];
};

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	(void)snprintf(p->folder, sizeof(p->folder), "/tmp/test-token.XXXXXX");
	if (mkdtemp(p->folder) == NULL)
		return -1;
	(void)snprintf(p->path, sizeof(p->path), "%s/key", p->folder);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct place *p = *state;

	(void)unlink(p->path);
	(void)rmdir(p->folder);			/* fails, and is seen below, when something was left behind */
	assert_int_not_equal(access(p->folder, F_OK), 0);
	free(p);
	return 0;
}

static struct token_keys *
keys_of(const struct place *p)
{
	struct token_keys *keys = NULL;
	struct err err = { "" };

	assert_int_equal(token_keys_open(p->path, &keys, &err), 1);
	return keys;
}

/* Copied to its exact length, so that a sanitizer sees a read beyond it. */
static int
read_exact(const struct token_keys *keys, const char *text, size_t len, enum token_kind *kind, char *reference)
{
	char *copy = malloc(len == 0 ? 1 : len);
	int ret;

	memcpy(copy, text, len);
	ret = token_read(keys, copy, len, kind, reference);
	free(copy);
	return ret;
}

static void
test_round_trip(void **state)
{
	static const char *const references[] = { "5ARC675SE85B6", "0", "ZZZZZZZZZZZZZZZZZZZZZZZZ", "7abc" };
	char token[TOKEN_MAX + 1], upper[TOKEN_MAX + 1], reference[TOKEN_REFERENCE_MAX + 1];
	struct err err = { "" };
	struct token_keys *keys;
	enum token_kind kind;
	size_t i, j;

	assert_int_equal(token_keys_create(((struct place *)*state)->path, 1000, &err), 1);
	keys = keys_of(*state);
	for (i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		assert_int_equal(token_make(keys, TOKEN_DECISION, references[i], token), 0);
		assert_true(strlen(token) <= TOKEN_MAX);
		for (j = 0; j <= strlen(token); j++)
			upper[j] = token[j] >= 'a' && token[j] <= 'z' ? (char)(token[j] - 32) : token[j];
		kind = TOKEN_NONE;
		assert_int_equal(read_exact(keys, upper, strlen(upper), &kind, reference), 1);
		assert_int_equal(kind, TOKEN_DECISION);
		assert_int_equal(strcasecmp(reference, references[i]), 0);
	}
	token_keys_free(keys);
}

static void
test_forged(void **state)
{
	char token[TOKEN_MAX + 1], other[TOKEN_MAX + 1], reference[TOKEN_REFERENCE_MAX + 1];
	struct err err = { "" };
	struct token_keys *keys;
	enum token_kind kind;
	size_t i, len;

	assert_int_equal(token_keys_create(((struct place *)*state)->path, 1000, &err), 1);
	keys = keys_of(*state);
	assert_int_equal(token_make(keys, TOKEN_DECISION, "5ARC675SE85B6", token), 0);
	len = strlen(token);
	for (i = 0; i < len; i++) {		/* every octet counts, and so does every length */
		memcpy(other, token, len + 1);
		other[i] = other[i] == 'x' ? 'y' : 'x';
		assert_int_equal(read_exact(keys, other, len, &kind, reference), 0);
		assert_int_equal(read_exact(keys, token, i, &kind, reference), 0);
	}
	memcpy(other, token, len);
	other[0] = 'c';				/* a decision's token opens no case */
	assert_int_equal(read_exact(keys, other, len, &kind, reference), 0);
	assert_int_equal(token_read(keys, "d\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 19, &kind, reference), 0);
	assert_int_equal(token_make(keys, TOKEN_DECISION, "", token), -1);
	assert_int_equal(token_make(keys, TOKEN_DECISION, "with blank", token), -1);
	assert_int_equal(token_make(keys, TOKEN_DECISION, "0123456789012345678901234", token), -1);
	assert_int_equal(token_make(keys, TOKEN_NONE, "0", token), -1);
	assert_int_equal(token_make(keys, TOKEN_DECISION, NULL, token), -1);
	token_keys_free(keys);
}

static void
test_rotate(void **state)
{
	char old[TOKEN_MAX + 1], new[TOKEN_MAX + 1], reference[TOKEN_REFERENCE_MAX + 1];
	unsigned char before[TOKEN_DIGEST], after[TOKEN_DIGEST];
	static const char *const texts[] = { "anna@example.com", "shop.example" };
	const struct place *p = *state;
	struct token_keys *keys;
	enum token_kind kind;
	struct err err = { "" };
	struct stat st;
	int i;

	assert_int_equal(token_keys_create(p->path, 0, &err), 1);
	keys = keys_of(p);
	assert_int_equal(token_make(keys, TOKEN_CASE, "17", old), 0);
	token_digest(keys, "wrote", texts, 2, before);
	token_keys_free(keys);
	assert_int_equal(token_keys_rotate(p->path, 100 * DAY, 180 * DAY, &err), 0);
	keys = keys_of(p);
	assert_int_equal(token_make(keys, TOKEN_CASE, "17", new), 0);
	assert_string_not_equal(old, new);
	assert_int_equal(read_exact(keys, old, strlen(old), &kind, reference), 1);
	assert_int_equal(kind, TOKEN_CASE);
	assert_int_equal(read_exact(keys, new, strlen(new), &kind, reference), 1);
	token_digest(keys, "wrote", texts, 2, after);
	assert_memory_equal(before, after, TOKEN_DIGEST);
	token_keys_free(keys);
	/* It stopped signing on day 100: gone when that is more than 180 days ago. */
	assert_int_equal(token_keys_rotate(p->path, 281 * DAY, 180 * DAY, &err), 0);
	keys = keys_of(p);
	assert_int_equal(read_exact(keys, old, strlen(old), &kind, reference), 0);
	assert_int_equal(read_exact(keys, new, strlen(new), &kind, reference), 1);
	token_keys_free(keys);
	for (i = 0; i < 40; i++)		/* more keys than are kept: the newest stay */
		assert_int_equal(token_keys_rotate(p->path, 281 * DAY + i, 180 * DAY, &err), 0);
	keys = keys_of(p);
	assert_int_equal(read_exact(keys, new, strlen(new), &kind, reference), 0);
	token_keys_free(keys);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

#define HEX	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
test_files(void **state)
{
	static const struct {
		const char	*text;
		int		 want;
	} cases[] = {
		{ "hash " HEX "\nkey 5 " HEX "\n",			1 },
		{ "# remark\n\nkey 5 " HEX "\nhash " HEX "\n",		1 },
		{ "",							-1 },
		{ "hash " HEX "\n",					-1 },	/* no key */
		{ "key 5 " HEX "\n",					-1 },	/* no hash */
		{ "hash " HEX "\nkey 5 " HEX,				-1 },	/* cut off */
		{ "hash " HEX "\nkey -5 " HEX "\n",			-1 },
		{ "hash " HEX "\nkey 5 " HEX "0\n",			-1 },
		{ "hash " HEX "\nkey 5 0" "\n",				-1 },
		{ "hash " HEX "\nhash " HEX "\nkey 5 " HEX "\n",	-1 },
		{ "hash " HEX "\nkey 5 " HEX "\nnonsense\n",		-1 },
	};
	const struct place *p = *state;
	struct token_keys *keys = NULL;
	struct err err = { "" };
	size_t i;

	assert_int_equal(token_keys_open(p->path, &keys, &err), 0);	/* absent is not failed */
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put(p->path, cases[i].text);
		keys = NULL;
		if (token_keys_open(p->path, &keys, &err) != cases[i].want)
			fail_msg("case %zu", i);
		token_keys_free(keys);
	}
	put(p->path, cases[0].text);
	assert_int_equal(token_keys_create(p->path, 9, &err), 0);	/* never over another */
	assert_int_equal(chmod(p->path, 0640), 0);
	assert_int_equal(token_keys_open(p->path, &keys, &err), -1);
	assert_non_null(strstr(err.text, "open to others"));
	assert_int_equal(token_keys_rotate(p->path, 9, 1, &err), -1);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(token_keys_rotate(p->path, 9, 1, &err), -1);
	assert_int_equal(token_keys_create("/nonexistent/folder/key", 9, &err), -1);
	assert_int_equal(token_keys_open("/tmp", &keys, &err), -1);
}

static void
test_digest(void **state)
{
	static const char *const ab[] = { "ab", "c" }, *const a[] = { "a", "bc" };
	unsigned char one[TOKEN_DIGEST], two[TOKEN_DIGEST];
	struct token_keys *keys;
	struct err err = { "" };

	assert_int_equal(token_keys_create(((struct place *)*state)->path, 1000, &err), 1);
	keys = keys_of(*state);
	token_digest(keys, "wrote", ab, 2, one);
	token_digest(keys, "wrote", a, 2, two);
	assert_memory_not_equal(one, two, TOKEN_DIGEST);
	token_digest(keys, "sent", ab, 2, two);
	assert_memory_not_equal(one, two, TOKEN_DIGEST);
	token_digest(keys, "wrote", ab, 2, two);
	assert_memory_equal(one, two, TOKEN_DIGEST);
	token_keys_free(keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rotate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_digest, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
