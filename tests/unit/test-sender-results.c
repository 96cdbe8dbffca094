/*
 * test-sender-results.c - one Authentication-Results value, well made and not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>
#include "sender.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))
#define MX	"mx.example.com; "

/* Reads the value; false when it is malformed, else who said it and the results as "id|method=result:domain|…". */
static bool
read_value(const char *value, char *out, size_t size)
{
	struct sender_result	results[8];
	char			id[256] = "untouched";
	char			*copy = g_strdup(value);	/* of its length, for what watches reads */
	int			n = sender_results_parse(copy, id, results, N(results));

	g_free(copy);
	if (n < 0) {
		assert_string_equal(id, "untouched");
		return false;
	}
	(void)g_strlcpy(out, id, size);
	for (int i = 0; i < n; i++) {
		size_t	at = strlen(out);

		(void)snprintf(out + at, size - at, "|%s=%s:%s", results[i].method, results[i].result,
		    results[i].domain);
	}
	return true;
}

static void
test_good(void **state)
{
	static const struct {
		const char	*value, *want;
	} cases[] = {
		{ "mx.example.com; none", "mx.example.com" },
		{ " mx.example.com 1 ; (nothing) NONE (at all) ", "mx.example.com" },
		{ "\"mx example\"; none", "mx example" },
		{ MX "dkim=pass header.d=Shop.Example", "mx.example.com|dkim=pass:shop.example" },
		{ MX "DKIM=Pass Header.D=shop.example;", "mx.example.com|dkim=pass:shop.example" },
		{ MX "dkim=pass header.i=@a.example", "mx.example.com|dkim=pass:a.example" },
		{ MX "dkim=pass header.i=u@a.example header.d=b.example", "mx.example.com|dkim=pass:b.example" },
		{ MX "dkim=pass header.d=b.example header.i=u@a.example", "mx.example.com|dkim=pass:b.example" },
		{ MX "dkim=pass header.i=@a.example header.d=-", "mx.example.com|dkim=pass:" },
		{ MX "dkim=pass (2048-bit key; unprotected) header.d=a.example header.b=\"Ab/+=\" header.s=s1",
		  "mx.example.com|dkim=pass:a.example" },
		{ MX "dkim=pass header.b=Ab/+= header.d=a.example", "mx.example.com|dkim=pass:a.example" },
		{ MX "spf=pass smtp.mailfrom=\"a;b (c\"@a.example", "mx.example.com|spf=pass:a.example" },
		{ MX "spf=pass smtp.mailfrom=\"u@a.example\"", "mx.example.com|spf=pass:a.example" },
		{ MX "spf=pass smtp.mailfrom=\"x@bank.example\"@a.example", "mx.example.com|spf=pass:a.example" },
		{ MX "spf=pass smtp.mailfrom=\"a\\\"; dmarc=pass header.from=bank.example\"@a.example",
		  "mx.example.com|spf=pass:a.example" },
		{ MX "spf=pass smtp.mailfrom=b+u=c.example@a.example smtp.helo=h.example",
		  "mx.example.com|spf=pass:a.example" },
		{ MX "spf=none smtp.helo=h.example", "mx.example.com|spf=none:" },
		{ MX "spf=none smtp.mailfrom=\"\"", "mx.example.com|spf=none:" },
		{ MX "spf=none smtp.mailfrom=<>", "mx.example.com|spf=none:" },
		{ MX "dmarc=pass (p=none dis=none) header.from=a.example; spf=fail reason=\"no; way\" "
		  "smtp.mailfrom=b.example; iprev=pass policy.iprev=2001:db8::1",
		  "mx.example.com|dmarc=pass:a.example|spf=fail:b.example|iprev=pass:" },
		/* White space and comments wherever the grammar lets them stand. */
		{ "(a)\r\n mx.example.com (b(c\\)d))\t1 (e); (f) dkim (g) / (h) 1 (i) = (j) pass (k) reason (l) = (m)"
		  " ok (n) header (o) . (p) d (q) = (r) a.example (s)", "mx.example.com|dkim=pass:a.example" },
		{ MX "dkim=pass(c)header.d=a.example", "mx.example.com|dkim=pass:a.example" },
		/* A property of one method means nothing to another. */
		{ MX "arc=pass header.d=a.example; dkim=pass header.from=a.example; dmarc=pass header.d=a.example",
		  "mx.example.com|arc=pass:|dkim=pass:|dmarc=pass:" },
		{ MX "dkim=pass header.d=\xe4\xb8\xad\xe5\x9b\xbd", "mx.example.com|dkim=pass:xn--fiqs8s" },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		char	got[2048];

		if (!read_value(cases[i].value, got, sizeof(got)))
			fail_msg("'%s' is malformed", cases[i].value);
		assert_string_equal(got, cases[i].want);
	}
}

static void
test_malformed(void **state)
{
	static const char *const cases[] = {
		"", " ", ";", "; none", "mx.example.com", "mx.example.com;", "mx.example.com ;;", "(mx.example.com",
		"mx.example.com 2; none", "mx.example.com 11; none", "mx.example.com x; none",
		"mx@a@b; none", "\"mx; none", "\"mx\"x; none", "dkim=pass header.d=a.example",
		MX "none; dkim=pass header.d=a.example", MX "none none", MX "nonesuch", MX ";",
		MX "dkim=pass header.d=a.example;; spf=pass", MX "dkim", MX "dkim=", MX "dkim=;", MX "=pass",
		MX "dkim/2=pass header.d=a.example", MX "dkim/=pass", MX "dkim=pass header", MX "dkim=pass header.",
		MX "dkim=pass header.d", MX "dkim=pass header.d=", MX "dkim=pass header.d=;", MX "dkim=pass .d=a",
		MX "dkim=pass header.d=a.example header.d=b.example",
		MX "dkim=pass header.i=@a.example header.i=@b.example",
		MX "spf=pass smtp.mailfrom=a.example smtp.mailfrom=b.example",
		MX "dkim=pass (open header.d=a.example", MX "dkim=pass (a(b) header.d=a.example",
		MX "dkim=pass header.d=a.example)", MX "dkim=pass header.d=a.example (a\\",
		MX "dkim=pass \"x\" header.d=a.example", MX "dkim=pass reason=\"open header.d=a.example",
		MX "dkim=pass reason=\"x\\", MX "dkim=pass header.d=\"a\"b.example", MX "dkim=pass header.d=a\"b\"",
		MX "dkim=pass reason=a reason=b", MX "dkim=pass header.d=a.example reason=late",
		MX "dkim=pass=pass", MX "dkim=\"pass\"", MX "dkim=pass, spf=pass", MX "dkim=pass/x",
		MX "dkim=pass action=none header.d=a.example", MX "dkim=pass header.d=a.example x",
		MX "dkim=pass header.d=a.example\x01", MX "dkim=pass (\x01) header.d=a.example",
		MX "dkim=pass reason=\"\x7f\" header.d=a.example", MX "dkim=pass header.d=a\\.example",
		/* A peer's local part that its verifier did not quote. */
		MX "spf=pass smtp.mailfrom=x; dmarc=pass header.from=bank.example @evil.test",
		MX "spf=pass smtp.mailfrom=x; dmarc=pass header.from=bank.example(@evil.test",
		MX "spf=pass smtp.mailfrom=x@bank.example@evil.test",
		MX "spf=pass smtp.mailfrom=x header.from=bank.example@evil.test y",
		MX "a012345678901234567890123456789012=pass", MX "dkim=a012345678901234567890123456789012",
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		char	got[2048];

		if (read_value(cases[i], got, sizeof(got)))
			fail_msg("'%s' reads as %s", cases[i], got);
	}
}

/* The ceilings: of the name, of a value, of the results that fit, of the depth of comments. */
static void
test_limits(void **state)
{
	GString			*value = g_string_new("mx; spf=pass reason=");
	struct sender_result	 results[2];
	char			 id[256];

	(void)state;
	for (int i = 0; i < 1023; i++)
		g_string_append_c(value, 'r');
	assert_int_equal(sender_results_parse(value->str, id, results, 2), 1);
	g_string_append_c(value, 'r');
	assert_int_equal(sender_results_parse(value->str, id, results, 2), -1);

	assert_int_equal(sender_results_parse("mx; a=b; c=d; e=f; g=h", id, results, 2), 2);
	assert_string_equal(results[1].method, "c");
	assert_int_equal(sender_results_parse("mx; a=b; c=d; e=f; g", id, results, 2), -1);
	assert_int_equal(sender_results_parse("mx; a=b; c=d", id, results, 0), 0);

	g_string_assign(value, "mx; a=b ");
	for (int i = 0; i < 50000; i++)
		g_string_append_c(value, '(');
	assert_int_equal(sender_results_parse(value->str, id, results, 2), -1);
	for (int i = 0; i < 50000; i++)
		g_string_append_c(value, ')');
	assert_int_equal(sender_results_parse(value->str, id, results, 2), 1);

	g_string_truncate(value, 0);
	for (int i = 0; i < 255; i++)
		g_string_append_c(value, 'm');
	g_string_append(value, "; none");
	assert_int_equal(sender_results_parse(value->str, id, results, 2), 0);
	g_string_prepend_c(value, 'm');
	assert_int_equal(sender_results_parse(value->str, id, results, 2), -1);
	g_string_free(value, TRUE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
