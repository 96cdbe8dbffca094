/*
 * test-addr.c - addresses, keys and networks: what is one, in which spelling, and what covers what.
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
#define T60	T10 T10 T10 T10 T10 T10
#define L63	T60 "012"
#define D253	L63 "." L63 "." L63 "." T60 "0"
#define UNTOUCHED "untouched"

struct pair {
	const char	*in;
	const char	*want;		/* NULL: -1, and the result untouched; "": 0 */
};

typedef int	reader(const char *text, size_t len, char *out);

/* Runs the table with every input in memory of just its length, so that an overread is seen. */
static void
run(const struct pair *cases, size_t n, reader *read, size_t size)
{
	for (size_t i = 0; i < n; i++) {
		size_t	 len = strlen(cases[i].in);
		char	*in = malloc(len == 0 ? 1 : len), *out = malloc(size);
		int	 ret;

		assert_true(in != NULL && out != NULL);
		memcpy(in, cases[i].in, len);
		memcpy(out, UNTOUCHED, sizeof(UNTOUCHED));
		ret = read(in, len, out);
		if (ret == 1 && cases[i].want != NULL && cases[i].want[0] != '\0') {
			assert_string_equal(out, cases[i].want);
			assert_int_equal(read(cases[i].want, strlen(cases[i].want), out), 1);
		} else if (ret != (cases[i].want == NULL ? -1 : 0)) {
			fail_msg("case %zu '%s': %d", i, cases[i].in, ret);
		}
		assert_string_equal(out, ret == 1 ? cases[i].want : UNTOUCHED);
		free(in);
		free(out);
	}
}

static void
test_domain(void **state)
{
	static const struct pair cases[] = {
		{ "shop.example", "shop.example" },
		{ "SHOP.Example", "shop.example" },
		{ "shop.example.", "shop.example" },
		{ "localhost", "localhost" },
		{ "_dmarc.shop.example", "_dmarc.shop.example" },
		{ "a-b.c--d.example", "a-b.c--d.example" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "xn--FIQS8S", "xn--fiqs8s" },
		{ "\xe4\xb8\xad\xe5\x9b\xbd", "xn--fiqs8s" },		/* 中国 */
		{ "\xe5\x95\x86\xe5\xba\x97\xe3\x80\x82\xe4\xb8\xad\xe5\x9b\xbd",
		  "xn--czrs0t.xn--fiqs8s" },				/* 商店。中国 */
		{ "B\xc3\x9c" "CHER.example", "xn--bcher-kva.example" },
		{ "\xef\xbd\x93\xef\xbd\x88op.example", "shop.example" },	/* full-width "sh" */
		{ "sh\xe2\x80\x8dop.example", "shop.example" },		/* a joiner inside */
		{ "[192.0.2.1]", "[192.0.2.1]" },
		{ "[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1]" },
		{ L63 ".example", L63 ".example" },
		{ D253, D253 },
		{ D253 ".", D253 },
		{ "", NULL }, { ".", NULL }, { "..", NULL }, { ".shop.example", NULL },
		{ "shop..example", NULL }, { "shop.example..", NULL },
		{ "-shop.example", NULL }, { "shop-.example", NULL }, { "shop.example-", NULL },
		{ "shop.-example", NULL }, { "shop.example-.", NULL },
		{ "shop example", NULL }, { "shop.example ", NULL }, { "shop\texample", NULL },
		{ "a@shop.example", NULL }, { "shop.example\n", NULL }, { "shop/.example", NULL },
		{ "sh\xef\xbc\xa0op.example", NULL },			/* full-width '@' */
		{ "shop\xe3\x80\x82\xe3\x80\x82" "example", NULL },
		{ "shop\xff.example", NULL }, { "shop\xc3", NULL },
		{ L63 "x.example", NULL }, { D253 "x", NULL },
		{ "[]", NULL }, { "[", NULL }, { "[192.0.2.1", NULL }, { "[192.0.2.256]", NULL },
		{ "[2001:db8::1]", NULL }, { "[IPv6:192.0.2.1]", NULL }, { "[IPv6:::g]", NULL },
		{ "[192.0.2.1].example", NULL }, { "[tag:anything]", NULL },
		{ "[IPv6:1111:2222:3333:4444:5555:6666:7777:8888:9999:1111:2222:3333:4444]", NULL },
	};
	char	out[ADDR_DOMAIN_MAX + 1] = UNTOUCHED, big[4096];

	(void)state;
	run(cases, N(cases), addr_domain, ADDR_DOMAIN_MAX + 1);
	assert_int_equal(addr_domain("shop\0.example", 13, out), -1);
	assert_int_equal(addr_domain("[192.0.2\0]", 10, out), -1);
	for (size_t i = 0; i + 1 < sizeof(big); i += 2)
		memcpy(big + i, "\xc3\xa9", 2);
	assert_int_equal(addr_domain(big, sizeof(big), out), -1);
	assert_string_equal(out, UNTOUCHED);
}

static void
test_mailbox(void **state)
{
	static const struct pair cases[] = {
		{ "news@shop.example", "news@shop.example" },
		{ "<News@SHOP.Example.>", "news@shop.example" },
		{ "", "" }, { "<>", "" },
		{ "<@a.example,@[192.0.2.1]:news@shop.example>", "news@shop.example" },
		{ "@[IPv6:2001:db8::1]:a@b.example", "a@b.example" },
		{ "\"news\"@shop.example", "news@shop.example" },
		{ "\"N\\e\\ws\"@shop.example", "news@shop.example" },
		{ "\"two words\"@shop.example", "\"two words\"@shop.example" },
		{ "\"a@b\"@shop.example", "\"a@b\"@shop.example" },
		{ "\"\\\"\\\\\"@shop.example", "\"\\\"\\\\\"@shop.example" },
		{ "\"\"@shop.example", "\"\"@shop.example" },
		{ "a..b@shop.example", "\"a..b\"@shop.example" },
		{ "\"a..b\"@shop.example", "\"a..b\"@shop.example" },
		{ ".a@shop.example", "\".a\"@shop.example" },
		{ "a.@shop.example", "\"a.\"@shop.example" },
		{ "!#$%&'*+-/=?^_`{|}~@shop.example", "!#$%&'*+-/=?^_`{|}~@shop.example" },
		{ "a@[192.0.2.1]", "a@[192.0.2.1]" },
		{ "\xc3\x84@b.example", "\xc3\xa4@b.example" },
		{ "STRA\xc3\x9f" "E@b.example", "strasse@b.example" },
		{ "\xe7\x94\xa8\xe6\x88\xb7@\xe4\xb8\xad\xe5\x9b\xbd",
		  "\xe7\x94\xa8\xe6\x88\xb7@xn--fiqs8s" },
		{ T60 "0123@b.example", T60 "0123@b.example" },
		{ "a@" D253, "a@" D253 },
		{ "news", NULL }, { "@shop.example", NULL }, { "news@", NULL }, { "<news@b.example", NULL },
		{ "news@b.example>", NULL }, { "<", NULL }, { "<<a@b.example>>", NULL }, { "@", NULL },
		{ "a@b@shop.example", NULL }, { "a b@shop.example", NULL }, { " a@b.example", NULL },
		{ "a@b.example ", NULL }, { "an\ra@shop.example", NULL }, { "(c)a@b.example", NULL },
		{ "\"a@b.example", NULL }, { "\"a\"b@c.example", NULL }, { "a\"b\"@c.example", NULL },
		{ "\"a\\\"@b.example", NULL }, { "\"", NULL }, { "\"\\", NULL }, { "\"a\"", NULL },
		{ "\"a\nb\"@c.example", NULL }, { "\"\\\n\"@c.example", NULL }, { "\x7f@c.example", NULL },
		{ "\"\\\xc3\xa9\"@c.example", NULL }, { "a\xff@c.example", NULL }, { "\xc3@c.example", NULL },
		{ "a\xc2\x85" "b@c.example", NULL },			/* a control of Unicode */
		{ T60 "01234@b.example", NULL }, { "a@" D253 "x", NULL },
		{ "\"" T60 "01 \"@b.example", NULL },			/* quotes make it 65 */
		{ "<@a.example>", NULL }, { "<@a.example:>", NULL }, { "@a.example,b@c.example", NULL },
		{ "@:a@b.example", NULL }, { "@a..b:c@d.example", NULL }, { "@[192.0.2.1:c@d.example", NULL },
		{ "a,b@c.example", NULL }, { "a:b@c.example", NULL }, { "a;b@c.example", NULL },
	};
	char	out[ADDR_MAX + 1] = UNTOUCHED;

	(void)state;
	run(cases, N(cases), addr_mailbox, ADDR_MAX + 1);
	assert_int_equal(addr_mailbox("a\0@b.example", 12, out), -1);
	assert_int_equal(addr_mailbox("\"a\0\"@b.example", 14, out), -1);
	assert_string_equal(out, UNTOUCHED);
}

static void
test_rcpt_key(void **state)
{
	static const struct {
		const char	*rcpt, *delimiter, *domain, *want;
	} cases[] = {
		{ "<Anna+Shop@Example.COM>", "+", NULL, "anna@example.com" },
		{ "anna+a+b@example.com", "+", NULL, "anna@example.com" },
		{ "anna-x+y@example.com", "+-", NULL, "anna@example.com" },
		{ "anna+x@example.com", "", NULL, "anna+x@example.com" },
		{ "anna+x@example.com", NULL, NULL, "anna+x@example.com" },
		{ "anna+@example.com", "+", NULL, "anna@example.com" },
		{ "+anna@example.com", "+", NULL, "+anna@example.com" },
		{ "+anna+x@example.com", "+", NULL, "+anna+x@example.com" },
		{ "\"an na+x\"@example.com", "+", NULL, "\"an na\"@example.com" },
		{ "\"anna+ x\"@example.com", "+", NULL, "anna@example.com" },
		{ "\xc3\xa9+x@example.com", "+", NULL, "\xc3\xa9@example.com" },
		{ "\xc3\xa9@example.com", "\xa9", NULL, "\xc3\xa9@example.com" },
		{ "anna", "+", "Example.com", "anna@example.com" },
		{ "<Postmaster>", "+", "example.com", "postmaster@example.com" },
		{ "anna+x", "+", "example.com", "anna@example.com" },
		{ "anna@other.example", "+", "example.com", "anna@other.example" },
		{ "anna", "+", NULL, NULL },
		{ "anna", "+", "not a domain", NULL },
		{ "", "+", "example.com", NULL },
		{ "<>", "+", "example.com", NULL },
		{ "anna@", "+", "example.com", NULL },
		{ "@example.com", "+", "example.com", NULL },
		{ "an na", "+", "example.com", NULL },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		char	out[ADDR_MAX + 1] = UNTOUCHED;
		int	ret = addr_rcpt_key(cases[i].rcpt, cases[i].delimiter, cases[i].domain, out);

		assert_int_equal(ret, cases[i].want == NULL ? -1 : 1);
		assert_string_equal(out, cases[i].want == NULL ? UNTOUCHED : cases[i].want);
	}
}

static void
test_under(void **state)
{
	static const struct {
		const char	*domain, *parent;
		bool		 want;
	} cases[] = {
		{ "shop.example", "shop.example", true },
		{ "a.b.shop.example", "shop.example", true },
		{ "shop.example", "example", true },
		{ "workshop.example", "shop.example", false },
		{ "shop.example", "a.shop.example", false },
		{ "shop.example.evil.test", "shop.example", false },
		{ "shop.example", "", false },
		{ "", "shop.example", false },
		{ "[192.0.2.1]", "[192.0.2.1]", true },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++)
		assert_int_equal(addr_domain_under(cases[i].domain, cases[i].parent), cases[i].want);
	assert_string_equal(addr_domain_of("a@b.example"), "b.example");
	assert_string_equal(addr_domain_of("\"a@b\"@c.example"), "c.example");
	assert_null(addr_domain_of("b.example"));
}

static void
test_org(void **state)
{
	static const struct {
		const char	*domain, *want;
	} cases[] = {
		{ "mail.shop.co.uk", "shop.co.uk" },
		{ "shop.com.cn", "shop.com.cn" },
		{ "a.b.shop.com.cn", "shop.com.cn" },
		{ "a.user.github.io", "user.github.io" },	/* the private section */
		{ "github.io", NULL },
		{ "com.cn", NULL }, { "cn", NULL }, { "localhost", NULL }, { "", NULL },
		{ "192.0.2.1", NULL }, { "[192.0.2.1]", NULL }, { "a.123", NULL },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		char	out[ADDR_DOMAIN_MAX + 1] = UNTOUCHED;

		assert_int_equal(addr_org_domain(cases[i].domain, out), cases[i].want != NULL);
		assert_string_equal(out, cases[i].want == NULL ? UNTOUCHED : cases[i].want);
	}
}

static void
test_unwrap(void **state)
{
	static const struct {
		const char	*in, *want;		/* want NULL: nothing comes off */
	} cases[] = {
		{ "srs0=hhh=tt=shop.example=news@fwd.example", "news@shop.example" },
		{ "srs0+hhh=tt=shop.example=news@fwd.example", "news@shop.example" },
		{ "srs0-hhh=tt=shop.example=a=b@fwd.example", "a=b@shop.example" },
		{ "srs1=hhh=fwd.example==hhh=tt=shop.example=news@two.example", "news@shop.example" },
		{ "srs1=hhh=fwd.example=+hhh=tt=shop.example=news@two.example", "news@shop.example" },
		{ "prvs=0123abcdef=news@shop.example", "news@shop.example" },
		{ "btv1==0123abcdef==news@shop.example", "news@shop.example" },
		{ "srs0=hhh=tt=shop.example=prvs=01ab=news@fwd.example", "news@shop.example" },
		{ "news@shop.example", NULL },
		{ "srs0@shop.example", NULL }, { "srs0=@shop.example", NULL },
		{ "srs0=hhh=tt=shop.example=@fwd.example", NULL },
		{ "srs0=hhh=tt==news@fwd.example", NULL },
		{ "srs0=hhh=tt=sh op=news@fwd.example", NULL },
		{ "srs0=hhh==shop.example=news@fwd.example", NULL },
		{ "srs0=hhh=shop.example@fwd.example", NULL },
		{ "srs1=hhh=fwd.example=hhh=tt=shop.example=news@two.example", NULL },
		{ "srs1=hhh==hhh=tt=shop.example=news@two.example", NULL },
		{ "srs2=hhh=tt=shop.example=news@fwd.example", NULL },
		{ "srs0x=hhh=tt=shop.example=news@fwd.example", NULL },
		{ "prvs=news@shop.example", NULL }, { "prvs==news@shop.example", NULL },
		{ "prvs=01=@shop.example", NULL }, { "prvs=0-1=news@shop.example", NULL },
		{ "btv1==01=news@shop.example", NULL }, { "btv1=01==news@shop.example", NULL },
		{ "prvs=" T10 T10 T10 "012=news@shop.example", NULL },
		{ "\"srs0=h h=tt=shop.example=news\"@fwd.example", NULL },
		{ "news+user=example.com@shop.example", NULL },	/* VERP is not guessed */
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		char	out[ADDR_MAX + 1] = UNTOUCHED;

		assert_int_equal(addr_unwrap(cases[i].in, out), cases[i].want != NULL);
		assert_string_equal(out, cases[i].want == NULL ? cases[i].in : cases[i].want);
	}
}

static void
test_net(void **state)
{
	static const struct {
		const char	*net, *address;
		int		 want;
	} cases[] = {
		{ "127.0.0.0/8", "127.1.2.3", 1 }, { "127.0.0.0/8", "128.0.0.1", 0 },
		{ "192.0.2.7", "192.0.2.7", 1 }, { "192.0.2.7", "192.0.2.6", 0 },
		{ "192.0.2.0/25", "192.0.2.127", 1 }, { "192.0.2.0/25", "192.0.2.128", 0 },
		{ "192.0.2.128/25", "192.0.2.1", 0 }, { "192.0.2.6/31", "192.0.2.7", 1 },
		{ "192.0.2.6/31", "192.0.2.8", 0 }, { "0.0.0.0/0", "203.0.113.9", 1 },
		{ "0.0.0.0/0", "2001:db8::1", 0 }, { "::/0", "2001:db8::1", 1 }, { "::/0", "192.0.2.1", 0 },
		{ "::1", "::1", 1 }, { "::1", "IPv6:::1", 1 }, { "[::1]", "[IPv6:0:0::1]", 1 },
		{ "[2001:db8::]/32", "2001:DB8:ffff::", 1 }, { "2001:db8::/33", "2001:db8:8000::", 0 },
		{ "192.0.2.0/24", "::ffff:192.0.2.9", 1 }, { "192.0.2.0/24", "::ffff:c000:209", 1 },
		{ "::ffff:192.0.2.0/120", "192.0.2.9", 1 }, { "::ffff:192.0.2.0/120", "192.0.3.9", 0 },
		{ "::ffff:0:0/96", "192.0.2.9", 1 }, { "fe80::/10", "192.0.2.1", 0 },
		{ "192.0.2.1/24", "192.0.2.1", -1 }, { "192.0.2.0/33", "192.0.2.1", -1 },
		{ "2001:db8::/129", "::1", -1 }, { "192.0.2.0/", "192.0.2.1", -1 },
		{ "192.0.2.0/-1", "192.0.2.1", -1 }, { "192.0.2.0/24x", "192.0.2.1", -1 },
		{ "192.0.2.0/0024", "192.0.2.1", -1 }, { "192.0.2", "192.0.2.1", -1 },
		{ "", "192.0.2.1", -1 }, { "192.0.2.1", "", -1 }, { "::1", "localhost", -1 },
		{ "::1", "192.0.2.1.5", -1 }, { "::1", "[::1", -1 }, { "::1", "::1%lo", -1 },
		{ "192.0.2.1", "192.0.2.1" T60 T10, -1 }, { "::1" T60 T10, "::1", -1 },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++)
		if (addr_net_has(cases[i].net, cases[i].address) != cases[i].want)
			fail_msg("'%s' has '%s'", cases[i].net, cases[i].address);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_domain),
		cmocka_unit_test(test_mailbox),
		cmocka_unit_test(test_rcpt_key),
		cmocka_unit_test(test_under),
		cmocka_unit_test(test_org),
		cmocka_unit_test(test_unwrap),
		cmocka_unit_test(test_net),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
