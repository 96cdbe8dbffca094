/*
 * test-addr-key.c - sender keys: what a person may write, how it is kept, and what it covers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "addr.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))
#define T10	"0123456789"
#define T100	T10 T10 T10 T10 T10 T10 T10 T10 T10 T10

/* Reads a key out of memory of just its length. */
static int
parse(const char *text, struct addr_key *key, struct err *err)
{
	size_t	 len = strlen(text);
	char	*copy = malloc(len == 0 ? 1 : len);
	int	 ret;

	assert_non_null(copy);
	memcpy(copy, text, len);
	ret = addr_key_parse(copy, len, key, err);
	free(copy);
	return ret;
}

static struct addr_key
key(const char *text)
{
	struct addr_key	k = { .kind = ADDR_NONE };
	struct err	err = { "" };

	if (parse(text, &k, &err) != 1)
		fail_msg("%s", err.text);
	return k;
}

static void
test_parse(void **state)
{
	static const struct {
		const char	*text;
		enum addr_kind	 kind;		/* ADDR_NONE: no key */
		const char	*want;
		unsigned	 labels;
	} cases[] = {
		{ "*", ADDR_ALL, "*", 0 },
		{ " * \n", ADDR_ALL, "*", 0 },
		{ "Shop.Example", ADDR_DOMAIN, "shop.example", 2 },
		{ "@shop.example.", ADDR_DOMAIN, "shop.example", 2 },
		{ "\xe5\x95\x86\xe5\xba\x97.\xe4\xb8\xad\xe5\x9b\xbd", ADDR_DOMAIN,
		  "xn--czrs0t.xn--fiqs8s", 2 },
		{ "[192.0.2.1]", ADDR_DOMAIN, "[192.0.2.1]", 1 },
		{ "News@Shop.example", ADDR_MAILBOX, "news@shop.example", 0 },
		{ "<News@Shop.example>", ADDR_MAILBOX, "news@shop.example", 0 },
		{ "<Deals.Shop.example>", ADDR_LIST, "<deals.shop.example>", 0 },
		{ "<a+b.xt.local>", ADDR_LIST, "<a+b.xt.local>", 0 },
		{ "<\xe5\x95\x86.cn>", ADDR_LIST, "<xn--czr.cn>", 0 },
		{ "", ADDR_NONE, NULL, 0 }, { "  ", ADDR_NONE, NULL, 0 }, { "**", ADDR_NONE, NULL, 0 },
		{ "please", ADDR_NONE, NULL, 0 }, { "@please", ADDR_NONE, NULL, 0 },
		{ "\xe5\x90\xa7", ADDR_NONE, NULL, 0 },			/* 吧 */
		{ "two words.example", ADDR_NONE, NULL, 0 }, { "*.example", ADDR_NONE, NULL, 0 },
		{ "@", ADDR_NONE, NULL, 0 }, { "news@", ADDR_NONE, NULL, 0 },
		{ "a@b@c.example", ADDR_NONE, NULL, 0 }, { "<>", ADDR_NONE, NULL, 0 },
		{ "<list>", ADDR_NONE, NULL, 0 }, { "<.a.b>", ADDR_NONE, NULL, 0 },
		{ "<a..b>", ADDR_NONE, NULL, 0 }, { "<a.b.>", ADDR_NONE, NULL, 0 },
		{ "<a b.c>", ADDR_NONE, NULL, 0 }, { "<<a.b>>", ADDR_NONE, NULL, 0 },
		{ "<a.b", ADDR_NONE, NULL, 0 }, { "a.b>", ADDR_NONE, NULL, 0 },
		{ "<\xff.b>", ADDR_NONE, NULL, 0 }, { "<\x01.b>", ADDR_NONE, NULL, 0 },
		{ "<" T100 T100 T10 T10 T10 T10 T10 ".12345>", ADDR_NONE, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		struct addr_key	k = { .kind = ADDR_KIND_MAX, .text = "untouched" }, again;
		struct err	err = { "" };
		int		ret = parse(cases[i].text, &k, &err);

		if (cases[i].kind == ADDR_NONE) {
			assert_int_equal(ret, -1);
			assert_string_equal(k.text, "untouched");
			assert_true(err.text[0] != '\0');
			assert_int_equal(parse(cases[i].text, &k, NULL), -1);
			continue;
		}
		if (ret != 1)
			fail_msg("'%s': %s", cases[i].text, err.text);
		assert_int_equal(k.kind, cases[i].kind);
		assert_int_equal(k.labels, cases[i].labels);
		assert_string_equal(k.text, cases[i].want);
		again = key(k.text);
		assert_int_equal(again.kind, k.kind);
		assert_string_equal(again.text, k.text);
	}
}

static void
test_make(void **state)
{
	static const struct {
		enum addr_kind	 kind;
		const char	*text, *want;
	} cases[] = {
		{ ADDR_ALL, "*", "*" },
		{ ADDR_DOMAIN, "shop.example", "shop.example" },
		{ ADDR_DOMAIN, "localhost", "localhost" },
		{ ADDR_LIST, "deals.shop.example", "<deals.shop.example>" },
		{ ADDR_LIST, T100 T100 T10 T10 T10 T10 T10 ".1234",
		  "<" T100 T100 T10 T10 T10 T10 T10 ".1234>" },
		{ ADDR_MAILBOX, "news@shop.example", "news@shop.example" },
		{ ADDR_ALL, "shop.example", NULL }, { ADDR_ALL, "", NULL },
		{ ADDR_DOMAIN, "news@shop.example", NULL }, { ADDR_DOMAIN, "", NULL },
		{ ADDR_LIST, "news@shop.example", NULL }, { ADDR_LIST, "list", NULL },
		{ ADDR_LIST, "<a.b>", NULL }, { ADDR_LIST, "", NULL },
		{ ADDR_MAILBOX, "shop.example", NULL }, { ADDR_MAILBOX, "<>", NULL },
		{ ADDR_NONE, "*", NULL }, { ADDR_KIND_MAX, "*", NULL },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		struct addr_key	k = { .kind = ADDR_KIND_MAX, .text = "untouched" };

		assert_int_equal(addr_key_make(cases[i].kind, cases[i].text, &k),
		    cases[i].want == NULL ? -1 : 1);
		assert_string_equal(k.text, cases[i].want == NULL ? "untouched" : cases[i].want);
	}
}

static void
test_rank(void **state)
{
	static const char *const order[] = {
		"*", "shop.example", "a.shop.example", "b.a.shop.example", "<x.example>", "a@b.example",
	};
	const struct addr_key	none = { .kind = ADDR_NONE };
	struct addr_key		deep;
	char			domain[ADDR_DOMAIN_MAX + 1];

	(void)state;
	assert_int_equal(addr_key_rank(&none), 0);
	for (size_t i = 0; i < N(order); i++) {
		struct addr_key	k = key(order[i]), next;

		assert_true(addr_key_rank(&k) > 0);
		if (i + 1 == N(order))
			break;
		next = key(order[i + 1]);
		assert_true(addr_key_rank(&k) < addr_key_rank(&next));
	}
	for (size_t i = 0; i < ADDR_DOMAIN_MAX; i++)
		domain[i] = i % 2 == 0 ? 'a' : '.';
	domain[ADDR_DOMAIN_MAX] = '\0';
	deep = key(domain);
	assert_int_equal(deep.labels, 127);
	assert_true(addr_key_rank(&deep) < addr_key_rank(&(struct addr_key){ .kind = ADDR_LIST }));
}

static void
test_covers(void **state)
{
	static const struct {
		const char	*wide, *narrow;
		bool		 want;
	} cases[] = {
		{ "*", "*", true }, { "*", "shop.example", true }, { "*", "a@b.example", true },
		{ "*", "<a.b>", true },
		{ "shop.example", "shop.example", true },
		{ "shop.example", "a.shop.example", true },
		{ "shop.example", "news@shop.example", true },
		{ "shop.example", "news@a.shop.example", true },
		{ "shop.example", "<shop.example>", true },
		{ "shop.example", "<deals.shop.example>", true },
		{ "shop.example", "*", false }, { "a.shop.example", "shop.example", false },
		{ "shop.example", "news@workshop.example", false },
		{ "shop.example", "<deals.workshop.example>", false },
		{ "shop.example", "<shop.example.evil.test>", false },
		{ "shop.example", "news@shop.example.evil.test", false },
		{ "news@shop.example", "news@shop.example", true },
		{ "news@shop.example", "new@shop.example", false },
		{ "news@shop.example", "shop.example", false },
		{ "news@shop.example", "<news.shop.example>", false },
		{ "<deals.shop.example>", "<deals.shop.example>", true },
		{ "<deals.shop.example>", "<a.deals.shop.example>", false },
		{ "<deals.shop.example>", "deals.shop.example", false },
		{ "<deals.shop.example>", "a@deals.shop.example", false },
		{ "[192.0.2.1]", "a@[192.0.2.1]", true }, { "[192.0.2.1]", "a@[192.0.2.2]", false },
	};
	const struct addr_key	none = { .kind = ADDR_NONE };

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		struct addr_key	wide = key(cases[i].wide), narrow = key(cases[i].narrow);

		if (addr_key_covers(&wide, &narrow) != cases[i].want)
			fail_msg("%s over %s", cases[i].wide, cases[i].narrow);
		assert_false(addr_key_covers(&none, &narrow));
		assert_false(addr_key_covers(&wide, &none));
	}
}

static void
test_covering(void **state)
{
	static const struct {
		const char	*key;
		const char	*want[6];
	} cases[] = {
		{ "*", { "*" } },
		{ "shop.example", { "shop.example", "example", "*" } },
		{ "n@a.shop.example", { "n@a.shop.example", "a.shop.example", "shop.example", "example", "*" } },
		{ "<d.shop.example>", { "<d.shop.example>", "d.shop.example", "shop.example", "example", "*" } },
		{ "<a+b.shop.example>", { "<a+b.shop.example>", "shop.example", "example", "*" } },
		{ "n@[192.0.2.1]", { "n@[192.0.2.1]", "[192.0.2.1]", "*" } },
		{ "[192.0.2.1]", { "[192.0.2.1]", "*" } },
	};
	const struct addr_key	none = { .kind = ADDR_NONE };
	struct addr_key		out[8], k;

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		size_t	n, want = 0;

		k = key(cases[i].key);
		n = addr_key_covering(&k, out, N(out));
		while (want < N(cases[i].want) && cases[i].want[want] != NULL) {
			assert_true(want < n);
			assert_string_equal(out[want].text, cases[i].want[want]);
			assert_true(addr_key_covers(&out[want], &k));
			if (want > 0)
				assert_true(addr_key_rank(&out[want]) < addr_key_rank(&out[want - 1]));
			want++;
		}
		assert_int_equal(n, want);
	}
	assert_int_equal(addr_key_covering(&none, out, N(out)), 0);
	k = key("n@a.shop.example");
	assert_int_equal(addr_key_covering(&k, out, 2), 2);
	assert_int_equal(addr_key_covering(&k, out, 0), 0);
}

/* The deepest key of all: the hundred and thirty that the header promises are enough, and are reached. */
static void
test_covering_most(void **state)
{
	struct addr_key	*out = calloc(200, sizeof(*out)), list;
	char		 text[256];
	size_t		 n;

	(void)state;
	assert_non_null(out);
	for (size_t i = 0; i < 255; i++)
		text[i] = i % 2 == 0 ? 'a' : '.';
	text[255] = '\0';
	assert_int_equal(addr_key_make(ADDR_LIST, text, &list), 1);
	n = addr_key_covering(&list, out, 200);
	assert_int_equal(n, 129);			/* 128 labels, of which 127 make a domain, and "*" */
	assert_string_equal(out[n - 1].text, "*");
	assert_int_equal(addr_key_covering(&list, out, 130), n);
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_rank),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_covering),
		cmocka_unit_test(test_covering_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
