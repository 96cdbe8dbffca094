/*
 * test-addr-vectors.c - addresses and organisations against what others published.
 *
 * The public suffix vectors lie in data/; the mailbox vectors (isemail, by Dominic Sayers) only in the folder
 * that TUIDING_SHARED names.
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
#include "addr.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* The whole file as a string; NULL when it cannot be read. */
static char *
slurp(const char *folder, const char *name)
{
	char	*path = NULL, *text = NULL;

	if (folder == NULL)
		return NULL;
	path = g_build_filename(folder, name, NULL);
	if (!g_file_get_contents(path, &text, NULL, NULL))
		text = NULL;
	g_free(path);
	return text;
}

/* Cuts the next "'text'" or "null" argument off the line; NULL for "null". */
static char *
argument(char **line)
{
	char	*p = *line + strcspn(*line, "'n"), *end;

	if (*p == 'n') {
		*line = p + 4;
		return NULL;
	}
	assert_int_equal(*p, '\'');
	end = strchr(p + 1, '\'');
	assert_non_null(end);
	*end = '\0';
	*line = end + 1;
	return p + 1;
}

static void
test_psl(void **state)
{
	const char	*top = getenv("srcdir");
	char		*text = slurp(top == NULL ? "." : top, "tests/unit/data/psl-test.txt"), *save = NULL;
	size_t		 n = 0, bad = 0;

	(void)state;
	if (text == NULL)
		text = slurp(getenv("TUIDING_SHARED"), "vectors/psl-test.txt");
	if (text == NULL)
		skip();
	for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		char	 domain[ADDR_DOMAIN_MAX + 1], org[ADDR_DOMAIN_MAX + 1], want[ADDR_DOMAIN_MAX + 1];
		char	*in, *out;
		bool	 found;

		if (strncmp(line, "checkPublicSuffix(", 18) != 0)
			continue;
		line += 18;
		in = argument(&line);
		out = argument(&line);
		if (in == NULL)
			continue;
		n++;
		found = addr_domain(in, strlen(in), domain) == 1 && addr_org_domain(domain, org) == 1;
		if (out != NULL)
			assert_int_equal(addr_domain(out, strlen(out), want), 1);
		if (found != (out != NULL) || (found && strcmp(org, want) != 0)) {
			print_error("%s: %s, not %s\n", in, found ? org : "none", out == NULL ? "none" : want);
			bad++;
		}
	}
	g_free(text);
	assert_true(n > 70);
	assert_int_equal(bad, 0);
}

/*
 * The content of the next element of that name within [*p, end), entities decoded, the pictures of control
 * characters (U+2400 on) made the characters themselves.  False when there is none.
 */
static bool
element(const char **p, const char *end, const char *name, GString *out)
{
	char		 open[32], close[32];
	const char	*from, *to;

	(void)snprintf(open, sizeof(open), "<%s>", name);
	(void)snprintf(close, sizeof(close), "</%s>", name);
	from = strstr(*p, open);
	g_string_truncate(out, 0);
	if (from == NULL || from >= end)
		return false;
	from += strlen(open);
	to = strstr(from, close);
	assert_true(to != NULL && to < end);
	while (from < to) {
		gunichar	c = g_utf8_get_char(from);
		char		name_of[8] = "";
		unsigned	code = 0;

		if (sscanf(from, "&#x%x;", &code) == 1)
			c = code;
		else if (sscanf(from, "&%7[a-z];", name_of) == 1)
			c = strcmp(name_of, "lt") == 0 ? '<' : strcmp(name_of, "gt") == 0 ? '>' :
			    strcmp(name_of, "quot") == 0 ? '"' : strcmp(name_of, "apos") == 0 ? '\'' : '&';
		from = code != 0 || name_of[0] != '\0' ? strchr(from, ';') + 1 : g_utf8_next_char(from);
		g_string_append_unichar(out, c >= 0x2400 && c <= 0x2421 ? c - 0x2400 : c);
	}
	*p = to;
	return true;
}

/*
 * What of isemail's verdicts is a mailbox that SMTP can use: VALID, DNSWARN (the domain had no record, which
 * nobody asks here) and RFC5321.  The others (CFWS, DEPREC, RFC5322, ERR) are none.  On purpose we differ:
 * - dots where RFC 5321 wants quotes, a dot behind the domain: MTAs take them, and they must not hide a sender;
 * - "::" for one group of zeros: deprecated, and an address still;
 * - 255 octets in all: each part has its limit, the sum has none;
 * - a backslash that escapes nothing does not count in the length.
 */
static bool
is_usable(const char *category, const char *diagnosis, const char *address)
{
	static const char *const accepted[] = {
		".test@iana.org", "test.@iana.org", "test@iana.org.",
	};

	for (size_t i = 0; i < N(accepted); i++)
		if (strcmp(address, accepted[i]) == 0)
			return true;
	if (strcmp(diagnosis, "ISEMAIL_RFC5321_IPV6DEPRECATED") == 0)
		return true;
	if (strcmp(diagnosis, "ISEMAIL_RFC5322_TOOLONG") == 0)
		return strlen(strrchr(address, '@') + 1) <= ADDR_DOMAIN_MAX;
	if (strcmp(diagnosis, "ISEMAIL_RFC5322_LOCAL_TOOLONG") == 0)
		return strchr(address, '\\') != NULL;
	return strcmp(category, "ISEMAIL_VALID_CATEGORY") == 0 ||
	    strcmp(category, "ISEMAIL_DNSWARN") == 0 || strcmp(category, "ISEMAIL_RFC5321") == 0;
}

static void
test_isemail(void **state)
{
	char		*text = slurp(getenv("TUIDING_SHARED"), "vectors/isemail-tests.xml");
	GString		*address, *category, *diagnosis;
	const char	*p;
	size_t		 n = 0, bad = 0;

	(void)state;
	if (text == NULL)
		skip();
	address = g_string_new(NULL);
	category = g_string_new(NULL);
	diagnosis = g_string_new(NULL);
	for (p = strstr(text, "<test id"); p != NULL; p = strstr(p, "<test id")) {
		const char	*end = strstr(p, "</test>");
		char		 out[ADDR_MAX + 1], *copy;
		bool		 usable;

		assert_non_null(end);
		(void)element(&p, end, "address", address);	/* <address/> is the empty one */
		assert_true(element(&p, end, "category", category));
		assert_true(element(&p, end, "diagnosis", diagnosis));
		copy = g_memdup2(address->str, address->len == 0 ? 1 : address->len);
		usable = addr_mailbox(copy, address->len, out) == 1;
		g_free(copy);
		n++;
		if (usable != is_usable(category->str, diagnosis->str, address->str)) {
			print_error("%s %s: %d\n", address->str, diagnosis->str, usable);
			bad++;
		}
		p = end;
	}
	g_string_free(address, TRUE);
	g_string_free(category, TRUE);
	g_string_free(diagnosis, TRUE);
	g_free(text);
	assert_true(n > 150);
	assert_int_equal(bad, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_psl),
		cmocka_unit_test(test_isemail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
