/*
 * test-sender.c - who a message says it is from, and what of it is proven.
 *
 * Authentication-Results values themselves are test-sender-results.c's.
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
#define DMARC	"dmarc=pass header.from="
#define DKIM	"dkim=pass header.d="
#define SPF	"spf=pass smtp.mailfrom="
#define T60	"012345678901234567890123456789012345678901234567890123456789"

static const char *const authserv_ids[] = { "mx.example.com", "gate.example.com" };
static const char *const public_domains[] = { "163.com", "gmail.com", "qq.com" };
static const char *const local_domains[] = { "example.com", "mail.house.example" };
static const struct sender_settings settings = {
	authserv_ids, N(authserv_ids), public_domains, N(public_domains), local_domains, N(local_domains),
};

/* Reads a message of one From, envelope and List-Id (each may be NULL) with up to four results. */
static int
read_one(const char *from, const char *envelope, const char *list, const char *const *results,
    struct sender *sender)
{
	struct sender_fields	fields = {
		.from = &from, .nfrom = from == NULL ? 0 : 1, .from_fields = from == NULL ? 0 : 1,
		.envelope = envelope, .list_id = list, .results = results,
	};

	while (fields.nresults < 4 && results[fields.nresults] != NULL)
		fields.nresults++;
	return sender_read(&settings, &fields, sender);
}

/* What proves the From of the address, under these results. */
static const struct {
	const char	*from, *results[4], *method;
} proofs[] = {
	{ "n@shop.example", { NULL }, "none" },
	{ "n@shop.example", { MX DMARC "shop.example" }, "dmarc" },
	{ "n@a.shop.example", { MX DMARC "shop.example" }, "dmarc" },
	{ "n@shop.example", { MX DMARC "a.shop.example" }, "none" },
	{ "n@a.shop.example", { MX DMARC "b.shop.example" }, "none" },
	{ "n@shop.example", { MX DMARC "evil.test" }, "none" },
	{ "n@shop.example", { MX "dmarc=pass" }, "none" },
	{ "n@shop.example", { MX DKIM "shop.example" }, "dkim" },
	{ "n@a.shop.example", { MX DKIM "b.shop.example" }, "dkim" },
	{ "n@shop.example", { MX "dkim=pass header.i=@a.shop.example" }, "dkim" },
	{ "n@shop.example", { MX DKIM "evil.test header.i=@shop.example" }, "none" },
	{ "n@shop.example", { MX DKIM "shop.example.evil.test" }, "none" },
	{ "n@a.co.uk", { MX DKIM "b.co.uk" }, "none" },
	{ "n@a.github.io", { MX DKIM "b.github.io" }, "none" },
	{ "n@[192.0.2.1]", { MX DKIM "1" }, "none" },
	{ "n@shop.example", { MX SPF "x@b.shop.example" }, "spf" },
	{ "n@shop.example", { MX SPF "shop.example" }, "spf" },
	{ "n@shop.example", { MX "spf=pass smtp.helo=shop.example" }, "none" },
	{ "n@shop.example", { MX "iprev=pass policy.iprev=192.0.2.1; arc=pass header.d=shop.example" },
	  "none" },
	/* The strongest is named, wherever it stands. */
	{ "n@shop.example", { MX SPF "shop.example; " DKIM "shop.example",
	  MX DMARC "shop.example" }, "dmarc" },
	/* Public mail domains are no organisation. */
	{ "n@qq.com", { MX DKIM "qq.com" }, "dkim" },
	{ "n@vip.qq.com", { MX DKIM "qq.com" }, "none" },
	{ "n@qq.com", { MX SPF "x@vip.qq.com" }, "none" },
	{ "n@vip.qq.com", { MX DMARC "qq.com" }, "none" },
	{ "n@vip.qq.com", { MX DMARC "vip.qq.com" }, "dmarc" },
	/* Whose word it is. */
	{ "n@shop.example", { "evil.test; " DMARC "shop.example" }, "none" },
	{ "n@shop.example", { "MX.Example.COM 1; " DMARC "shop.example" }, "dmarc" },
	{ "n@shop.example", { "mx.example.com.evil.test; " DMARC "shop.example" }, "none" },
	{ "n@shop.example", { "mx.example.com 2; " DMARC "shop.example" }, "none" },
	{ "n@shop.example", { "gate.example.com; " DMARC "shop.example" }, "dmarc" },
	/* Conflicts. */
	{ "n@shop.example", { MX DKIM "shop.example", MX "dkim=fail header.d=shop.example" },
	  "none" },
	{ "n@shop.example", { MX "dkim=neutral header.d=shop.example",
	  "gate.example.com; " DKIM "shop.example" }, "none" },
	{ "n@shop.example", { MX "dkim=fail header.d=evil.test", MX DKIM "shop.example" },
	  "dkim" },
	{ "n@shop.example", { MX "dkim=none", MX DKIM "shop.example" }, "none" },
	{ "n@shop.example", { MX "dkim=none", MX SPF "shop.example" }, "spf" },
	{ "n@shop.example", { MX SPF "shop.example; spf=none smtp.mailfrom=shop.example" },
	  "none" },
	{ "n@shop.example", { MX DMARC "shop.example; dmarc=none header.from=shop.example" },
	  "none" },
	{ "n@shop.example", { MX "dmarc=fail header.from=shop.example; " DKIM "a.shop.example" },
	  "none" },
	{ "n@a.shop.example", { MX DMARC "a.shop.example; dmarc=fail header.from=shop.example" },
	  "none" },
	{ "n@shop.example", { MX "dmarc=none header.from=shop.example; " DKIM "shop.example" },
	  "dkim" },
	{ "n@shop.example", { MX "dmarc=fail header.from=evil.test; " DKIM "shop.example" }, "dkim" },
	/* Malformed: nothing of that field, all of the others. */
	{ "n@shop.example", { MX DKIM "shop.example (" }, "none" },
	{ "n@shop.example", { MX DKIM "shop.example (", MX SPF "shop.example" },
	  "spf" },
};

static void
test_proof(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(proofs); i++) {
		struct sender	s;

		assert_int_equal(read_one(proofs[i].from, "x@b.example", NULL, proofs[i].results, &s), 1);
		if (strcmp(s.method, proofs[i].method) != 0)
			fail_msg("case %zu %s: %s", i, proofs[i].results[0], s.method);
		assert_int_equal(s.authenticated, strcmp(s.method, "none") != 0);
		assert_int_equal(s.id[0].kind, IDENTITY_FROM);
		assert_int_equal(s.id[0].authenticated, s.authenticated);
		assert_string_equal(s.id[0].key.text, proofs[i].from);
	}
}

/* The identities, as "kind[!] key, …" */
static void
describe(const struct sender *s, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < s->nids; i++) {
		(void)g_strlcat(out, i == 0 ? "" : ", ", size);
		(void)g_strlcat(out, policy_identity_name(s->id[i].kind), size);
		(void)g_strlcat(out, s->id[i].authenticated ? "! " : " ", size);
		(void)g_strlcat(out, s->id[i].key.text, size);
	}
}

static const struct {
	const char	*from, *envelope, *list, *results[4], *want;
} names[] = {
	{ NULL, NULL, NULL, { NULL }, "" },
	{ NULL, "<>", NULL, { NULL }, "" },
	{ "N@Shop.example", "<>", NULL, { NULL }, "from n@shop.example" },
	{ NULL, "<B@Shop.example>", NULL, { NULL }, "envelope b@shop.example" },
	{ "n@a.example", "srs0=h=t=shop.example=n@f.example", NULL, { MX SPF "f.example" },
	  "from n@a.example, envelope n@shop.example" },
	{ "n@a.example", "b@b.example", NULL, { MX SPF "b@b.example" },
	  "from n@a.example, envelope! b@b.example" },
	{ "n@a.example", "", "Deals <D.Shop.example>", { NULL }, "from n@a.example, list <d.shop.example>" },
	{ "n@a.example", "", "d.shop.example", { NULL }, "from n@a.example, list <d.shop.example>" },
	{ "n@a.example", "", " \"x <y.z>\"\r\n\t< d.shop.\r\nexample >", { NULL },
	  "from n@a.example, list <d.shop.example>" },
	{ "n@a.example", "", "Deals <d.shop.example", { NULL }, "from n@a.example" },
	{ "n@a.example", "", "Deals of the day", { NULL }, "from n@a.example" },
	{ "n@a.example", "", "", { NULL }, "from n@a.example" },
	{ "n@a.example", "", "<>", { NULL }, "from n@a.example" },
	/* The list's proof: a signature of its organisation, or the From's. */
	{ "n@a.example", "", "<d.shop.example>", { MX DKIM "shop.example" },
	  "from n@a.example, list! <d.shop.example>, dkim! shop.example" },
	{ "n@a.example", "", "<d+e.shop.example>", { MX DKIM "x.shop.example" },
	  "from n@a.example, list! <d+e.shop.example>, dkim! x.shop.example" },
	{ "n@shop.example", "", "<d.shop.example>", { MX SPF "shop.example" },
	  "from! n@shop.example, list! <d.shop.example>" },
	{ "n@shop.example", "", "<d.other.example>", { MX SPF "shop.example" },
	  "from! n@shop.example, list <d.other.example>" },
	{ "n@shop.example", "", "<d.shop.example>", { MX DKIM "evil.test" },
	  "from n@shop.example, list <d.shop.example>, dkim! evil.test" },
	{ "n@qq.com", "", "<d.qq.com>", { MX DKIM "qq.com" },
	  "from! n@qq.com, list <d.qq.com>, dkim! qq.com" },
	/* Only signatures that passed, each once. */
	{ "n@a.example", "", NULL, { MX DKIM "c.example; " DKIM "C.example header.s=2;"
	  " dkim=fail header.d=d.example" }, "from n@a.example, dkim! c.example" },
	{ "n@a.example", "", NULL, { "evil.test; " DKIM "c.example" }, "from n@a.example" },
	/* What is no mailbox still has a domain. */
	{ T60 "01234@shop.example", "<" T60 "01234@b.shop.example>", NULL,
	  { MX DMARC "shop.example" }, "from shop.example, envelope b.shop.example" },
	{ "no address", "nor here", NULL, { NULL }, "" },
	{ "a b@", "c d@..", NULL, { NULL }, "" },
	{ "n@x!.shop.example", "<n@-y.b.shop.example>", NULL, { MX DMARC "shop.example" },
	  "from shop.example, envelope b.shop.example" },
	{ "@shop.example", "", NULL, { MX DMARC "shop.example" }, "from shop.example" },
};

static void
test_identities(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		char		got[2048];
		struct sender	s;
		int		ret;

		ret = read_one(names[i].from, names[i].envelope, names[i].list, names[i].results, &s);
		describe(&s, got, sizeof(got));
		assert_string_equal(got, names[i].want);
		assert_int_equal(ret, names[i].want[0] != '\0');
		assert_int_equal(s.null_sender, names[i].envelope == NULL || names[i].envelope[0] == '\0' ||
		    strcmp(names[i].envelope, "<>") == 0);
	}
}

/* More than one From: refusals see all of them, none is proven, and there is room left for the others. */
static void
test_many_from(void **state)
{
	const char	*from[100] = { "a@shop.example", "B@other.example", "b@other.example" };
	const char	*results[] = { MX DMARC "shop.example; " DKIM "shop.example" };
	struct sender_fields	fields = {
		.from = from, .nfrom = 3, .from_fields = 1, .envelope = "e@f.example",
		.list_id = "<d.shop.example>", .results = results, .nresults = 1,
	};
	char		got[2048], many[100][32];
	struct sender	s;

	(void)state;
	assert_int_equal(sender_read(&settings, &fields, &s), 1);
	describe(&s, got, sizeof(got));
	assert_string_equal(got, "from a@shop.example, from b@other.example, envelope e@f.example, "
	    "list! <d.shop.example>, dkim! shop.example");
	assert_string_equal(s.from, "a@shop.example");
	assert_false(s.authenticated);
	assert_string_equal(s.method, "none");

	fields.nfrom = 1;
	fields.from_fields = 2;			/* a second field, with no address in it */
	assert_int_equal(sender_read(&settings, &fields, &s), 1);
	assert_false(s.authenticated);
	fields.from_fields = 1;
	assert_int_equal(sender_read(&settings, &fields, &s), 1);
	assert_true(s.authenticated);

	for (size_t i = 0; i < N(many); i++) {
		(void)snprintf(many[i], sizeof(many[i]), "n%zu@many.example", i);
		from[i] = many[i];
	}
	fields.nfrom = N(many);
	assert_int_equal(sender_read(&settings, &fields, &s), 1);
	assert_true(s.nids <= SENDER_IDENTITIES_MAX);
	assert_int_equal(s.id[s.nids - 1].kind, IDENTITY_DKIM);
	assert_int_equal(s.id[s.nids - 2].kind, IDENTITY_LIST);
	assert_int_equal(s.id[s.nids - 3].kind, IDENTITY_ENVELOPE);
}

/* What is left of a malformed From, and the names that are found in it. */
static const struct {
	const char	*rest, *want;
} rests[] = {
	{ "", "" }, { "@", "" }, { "@@@", "" }, { "no address", "" }, { "n@", "" }, { "n@shop", "" },
	{ "n@.", "" }, { "n@-.-", "" }, { "N n@shop.example", "from n@shop.example" },
	{ "N n@SHOP.Example.", "from n@shop.example" },
	{ "<n@@shop.example>", "from n@shop.example" },
	{ "N @ shop.example", "from n@shop.example" },
	{ "@shop.example", "from shop.example" },
	{ "<mailto:n@shop.example?subject=x>", "from n@shop.example" },
	{ "N [n@shop.example]", "from n@shop.example" },
	{ "n@[shop.example]", "from n@shop.example" },
	{ "n..x@shop.example", "from \"n..x\"@shop.example" },
	{ "\"n\"@shop.example", "from shop.example" },
	{ T60 "01234@shop.example", "from shop.example" },
	{ "n@" T60 "01234.shop.example", "from n@shop.example" },
	{ "n@-x.shop.example", "from n@shop.example" },
	{ "n@x!.shop.example", "from n@shop.example" },
	{ "n@x..shop.example", "from n@shop.example" },
	{ "n@\xff.shop.example", "from n@shop.example" },
	{ "n@xn--\xe4\xbd\xa0.shop.example", "from n@shop.example" },
	{ "n@\xe4\xbd\xa0.example", "from n@xn--6qq.example" },
	{ "n@shop.example!x", "from n@shop.example" },
	{ "n@shop.example!b.example", "from n@shop.example" },
	{ "n@shop.example!b.c.example", "from n@c.example, from n@shop.example" },
	{ "n@shop.example,m@b.example;n@shop.example", "from n@shop.example, from m@b.example" },
	{ "\xff@shop.example", "from shop.example" },
};

static void
test_rest(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(rests); i++) {
		char			*exact = strdup(rests[i].rest), got[2048];
		struct sender_fields	 fields = { .from_fields = 1, .from_rest = exact };
		struct sender		 s;
		struct addr_key		 key;

		assert_int_equal(sender_read(&settings, &fields, &s), rests[i].want[0] != '\0');
		describe(&s, got, sizeof(got));
		assert_string_equal(got, rests[i].want);
		assert_string_equal(s.from, "");
		assert_false(s.authenticated);
		/* One address found is what a refusal names; a bare domain is never its default. */
		assert_int_equal(sender_default_key(&settings, &s, &key), strstr(got, "@") != NULL);
		free(exact);
	}
}

/* Beside a good From: nothing new weakens nothing, another name takes the proof away. */
static void
test_rest_beside(void **state)
{
	const char		*from = "n@shop.example", *results[] = { MX DMARC "shop.example" };
	struct sender_fields	 fields = {
		.from = &from, .nfrom = 1, .from_fields = 1, .results = results, .nresults = 1,
		.from_rest = "<N@Shop.example> n@",
	};
	struct sender		 s;
	char			 got[2048];

	(void)state;
	assert_int_equal(sender_read(&settings, &fields, &s), 1);
	assert_true(s.authenticated);
	assert_int_equal(s.nids, 1);
	fields.from_rest = "<n@shop.example> x@b.example";
	assert_int_equal(sender_read(&settings, &fields, &s), 1);
	describe(&s, got, sizeof(got));
	assert_string_equal(got, "from n@shop.example, from x@b.example");
	assert_false(s.authenticated);
	assert_string_equal(s.from, "n@shop.example");
}

/* However much there is of it, so many identities and no more, and no time to speak of. */
static void
test_rest_flood(void **state)
{
	GString			*rest = g_string_new(NULL);
	struct sender_fields	 fields = { .envelope = "e@f.example" };
	struct sender		 s;

	(void)state;
	for (int i = 0; i < 100; i++)
		g_string_append_printf(rest, "n@d%d.example ", i);
	fields.from_rest = rest->str;
	assert_int_equal(sender_read(&settings, &fields, &s), 1);
	assert_int_equal(s.nids, SENDER_FOUND_MAX + 1);
	assert_int_equal(s.id[SENDER_FOUND_MAX].kind, IDENTITY_ENVELOPE);
	g_string_assign(rest, "n@");
	for (int i = 0; i < 30000; i++)
		g_string_append(rest, "a.");
	g_string_append(rest, "shop.example");
	fields.from_rest = rest->str;
	assert_int_equal(sender_read(&settings, &fields, &s), 1);
	assert_int_equal(s.nids, 2);
	assert_true(g_str_has_suffix(s.id[0].key.text, ".a.shop.example"));
	g_string_truncate(rest, 0);
	for (int i = 0; i < 500000; i++)
		g_string_append(rest, "@ ");
	fields.from_rest = rest->str;
	assert_int_equal(sender_read(&settings, &fields, &s), 1);
	assert_int_equal(s.nids, 1);
	g_string_free(rest, TRUE);
}

/* More results than anybody reads: nothing is believed, as what was left out might contradict the rest. */
static void
test_overflow(void **state)
{
	GString		*value = g_string_new(MX DMARC "shop.example");
	const char	*results[4] = { NULL };
	struct sender	 s;

	(void)state;
	for (int i = 0; i < 63; i++)
		g_string_append_printf(value, "; " DKIM "d%d.example", i);
	results[0] = value->str;
	assert_int_equal(read_one("n@shop.example", "", NULL, results, &s), 1);
	assert_true(s.authenticated);
	assert_int_equal(s.nids, SENDER_IDENTITIES_MAX);
	g_string_append(value, "; dmarc=fail header.from=shop.example");
	results[0] = value->str;
	assert_int_equal(read_one("n@shop.example", "", NULL, results, &s), 1);
	assert_false(s.authenticated);
	assert_int_equal(s.nids, 1);
	/* The same in two fields. */
	g_string_truncate(value, value->len - strlen("; dmarc=fail header.from=shop.example"));
	results[0] = value->str;
	results[1] = MX DKIM "more.example";
	assert_int_equal(read_one("n@shop.example", "", NULL, results, &s), 1);
	assert_false(s.authenticated);
	g_string_free(value, TRUE);
}

static void
test_no_authserv(void **state)
{
	const char		*from = "n@shop.example", *results[] = { MX DMARC "shop.example" };
	struct sender_fields	 fields = {
		.from = &from, .nfrom = 1, .from_fields = 1, .results = results, .nresults = 1,
	};
	struct sender_settings	 none = settings;
	struct sender		 s;

	(void)state;
	none.nauthserv_ids = 0;
	assert_int_equal(sender_read(&none, &fields, &s), 1);
	assert_false(s.authenticated);
	assert_true(s.null_sender);
	assert_int_equal(sender_read(&settings, &fields, &s), 1);
	assert_true(s.authenticated);
}

static void
test_default_key(void **state)
{
	static const struct {
		const char	*from, *envelope, *list, *results[4], *want;	/* want NULL: nothing to name */
	} cases[] = {
		{ "n@a.shop.example", "", NULL, { MX DKIM "shop.example" }, "shop.example" },
		{ "n@a.shop.example", "", "<d.shop.example>", { MX DKIM "shop.example" }, "shop.example" },
		{ "n@a.shop.example", "", NULL, { NULL }, "n@a.shop.example" },
		/* Anybody can write a List-Id. */
		{ "n@a.shop.example", "x@y.example", "<d.shop.example>", { NULL }, "n@a.shop.example" },
		{ "n@a.example", "", "<d.shop.example>", { MX DKIM "evil.test" }, "n@a.example" },
		{ "n@a.example", "", "<d.shop.example>", { MX DKIM "shop.example" }, "<d.shop.example>" },
		{ "n@qq.com", "", NULL, { MX DKIM "qq.com" }, "n@qq.com" },
		{ "n@vip.qq.com", "", NULL, { MX DKIM "vip.qq.com" }, "n@vip.qq.com" },
		{ "n@qq.com", "", "<d.qq.com>", { MX DKIM "qq.com" }, "n@qq.com" },
		{ "n@qq.com", "", "<d.shop.example>", { MX DKIM "shop.example" }, "<d.shop.example>" },
		{ "n@example.com", "", NULL, { MX DKIM "example.com" }, "n@example.com" },
		{ "n@a.example.com", "", NULL, { MX DKIM "example.com" }, "n@a.example.com" },
		{ "n@example.com", "", "<d.example.com>", { MX DKIM "example.com" }, "<d.example.com>" },
		/* The registrable domain of a stranger that has one of ours below it. */
		{ "n@b.house.example", "", NULL, { MX DKIM "house.example" }, "n@b.house.example" },
		/* No organisation to name. */
		{ "n@github.io", "", NULL, { MX DKIM "github.io" }, "n@github.io" },
		{ NULL, "B@y.example", NULL, { NULL }, "b@y.example" },
		{ NULL, "b@y.example", "<d.shop.example>", { NULL }, "b@y.example" },
		{ NULL, "b@y.example", "<d.shop.example>", { MX DKIM "shop.example" }, "<d.shop.example>" },
		{ NULL, "<>", "<d.shop.example>", { NULL }, NULL },
		{ "no address", "b@y.example", NULL, { NULL }, "b@y.example" },
		{ NULL, "<>", NULL, { NULL }, NULL },
		{ NULL, "<>", NULL, { MX DKIM "shop.example" }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		struct addr_key	key = { .kind = ADDR_NONE, .text = "untouched" };
		struct sender	s;

		(void)read_one(cases[i].from, cases[i].envelope, cases[i].list, cases[i].results, &s);
		assert_int_equal(sender_default_key(&settings, &s, &key), cases[i].want != NULL);
		assert_string_equal(key.text, cases[i].want == NULL ? "untouched" : cases[i].want);
	}
}

/* The shipped list: each line as it is compared, none twice. */
static void
test_public_list(void **state)
{
	const char	*top = getenv("srcdir");
	char		*path = g_build_filename(top == NULL ? "." : top, "conf/public-mail-domains", NULL);
	char		*text = NULL, *save = NULL;
	GHashTable	*seen = NULL;

	(void)state;
	if (!g_file_get_contents(path, &text, NULL, NULL)) {
		g_free(path);
		skip();
	}
	g_free(path);
	seen = g_hash_table_new(g_str_hash, g_str_equal);
	for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		char	domain[ADDR_DOMAIN_MAX + 1];

		if (line[0] == '#')
			continue;
		if (addr_domain(line, strlen(line), domain) != 1 || strcmp(domain, line) != 0)
			fail_msg("'%s' is no canonical domain", line);
		if (!g_hash_table_add(seen, line))
			fail_msg("'%s' stands there twice", line);
	}
	assert_true(g_hash_table_size(seen) >= 150);
	assert_true(g_hash_table_contains(seen, "qq.com") && g_hash_table_contains(seen, "gmail.com"));
	g_hash_table_destroy(seen);
	g_free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proof),
		cmocka_unit_test(test_identities),
		cmocka_unit_test(test_many_from),
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_rest_beside),
		cmocka_unit_test(test_rest_flood),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_no_authserv),
		cmocka_unit_test(test_default_key),
		cmocka_unit_test(test_public_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
