/*
 * test-conf.c - the configuration: defaults, every kind of value, lists and the files it names, reload.
 *
 * Each configuration is written to a file of its own and read by conf_read(), as the programs do it.
 */
#include "conf-fixture.h"

static void
same_list(const struct conf_list *list, const char *const *want)
{
	size_t n;

	for (n = 0; want[n] != NULL; n++) {
		assert_true(n < list->n);
		assert_string_equal(list->item[n], want[n]);
	}
	assert_int_equal(list->n, n);
	if (list->item != NULL)
		assert_null(list->item[n]);
}
#define SAME(list, ...)	same_list(&(list), (const char *const[]){ __VA_ARGS__, NULL })

/* ---- what is said when nothing is said --------------------------------------------------------- */

static void
test_defaults(void **state)
{
	struct conf *conf = read_good(*state, NONE);

	assert_string_equal(conf->path, ((struct place *)*state)->conf);
	assert_string_equal(conf->socket, "unix:/run/tuiding/milter.sock");
	assert_string_equal(conf->user, "tuiding");
	assert_int_equal(conf->mode, MODE_OBSERVE);
	assert_int_equal(conf->log, CONF_LOG_SYSLOG);
	assert_string_equal(conf->ledger, "sqlite:/var/lib/tuiding/tuiding.db");
	assert_int_equal(conf->ledger_timeout, 2000);
	assert_int_equal(conf->ledger_readers, 4);
	SAME(conf->rules, PKGDATADIR "/rules", SYSCONFDIR "/tuiding/rules.d");
	assert_true(conf->required_score == 5.0);
	assert_true(conf->reject_score == 5.0);
	assert_int_equal(conf->match_limit, 200000);
	SAME(conf->internal_hosts, "127.0.0.0/8", "::1");
	assert_int_equal(conf->local_domains.n + conf->gateway_hosts.n + conf->trusted_forwarders.n +
	    conf->trusted_lists.n + conf->exempt_clients.n + conf->exempt_senders.n + conf->exempt_recipients.n +
	    conf->forwarded_recipients.n + conf->authserv_id.n + conf->public_mail_domains.n +
	    conf->recipient_map.n, 0);
	assert_string_equal(conf->recipient_delimiter, "+");
	assert_string_equal(conf->command_address, "");
	assert_string_equal(conf->complaint_address, "");
	assert_int_equal(conf->npolicies, 0);
	assert_int_equal(conf->mixed, CONF_MIXED_TEMPFAIL_ONCE);
	assert_int_equal(conf->outbound_mixed, CONF_MIXED_REJECT);
	assert_string_equal(conf->subject_tag, "[广告] ");
	assert_true(conf->header_other);
	assert_non_null(strstr(conf->reject_text, "{id}"));
	assert_string_equal(conf->default_charset, "GB18030");
	assert_int_equal(conf->max_scan_size, 1048576);
	assert_int_equal(conf->max_header_size, 65536);
	assert_int_equal(conf->max_parts, 200);
	assert_int_equal(conf->max_depth, 20);
	assert_int_equal(conf->max_connections, 1000);
	conf_free(conf);
	conf_free(NULL);
}

/* Each default, said aloud in the file, must pass its own check. */
static void
test_defaults_pass(void **state)
{
	const struct conf_row *row;
	char text[1024];

	for (row = conf_rows; row->name != NULL; row++) {
		if (row->otherwise == NULL || row->kind == KIND_FILE_DOMAINS)
			continue;
		(void)snprintf(text, sizeof(text), row->kind >= KIND_PATHS ? NONE "%s = %s\n" : NONE "%s = '%s'\n",
		    row->name, row->otherwise);
		/* An apostrophe inside is for the other quotes. */
		if (strchr(row->otherwise, '\'') != NULL)
			(void)snprintf(text, sizeof(text), NONE "%s = \"%s\"\n", row->name, row->otherwise);
		conf_free(read_good(*state, text));
	}
}

static void
test_remarks(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ NONE, "authserv-id is empty: no message counts as authenticated, so no consent is honoured\n"
		    "local-domains is empty: no subject is tagged, and postmaster has no local domain\n" },
		{ NONE "authserv-id={a} local-domains={a.example}", "" },
		{ NONE "authserv-id={a} local-domains={a.example} reject-score=5 required-score=5", "" },
		{ NONE "authserv-id={a} local-domains={a.example} reject-score=4.9",
		    "reject-score is below required-score: it has no effect\n" },
	};
	const struct place *place = *state;
	struct remarks remarks;
	struct conf *conf;
	size_t i;

	for (i = 0; i < N(cases); i++) {
		remarks.text[0] = '\0';
		write_octets(place->conf, cases[i].text, strlen(cases[i].text));
		assert_int_equal(conf_read(place->conf, remark, &remarks, &conf, NULL), 0);
		assert_string_equal(remarks.text, cases[i].want);
		conf_free(conf);
	}
}

/* ---- values ------------------------------------------------------------------------------------ */

static void
test_scalars(void **state)
{
	struct conf *conf = read_good(*state, "# a comment\n// another\n/* and\n another */\n" NONE "max-parts = 3 mode = observe\n"	/* the last word counts */
	    "socket = \"inet:8895@127.0.0.1\" user = ''\nmode = enforce\nlog = 'stderr'\n"
	    "ledger = \"sqlite:/srv/tuiding/l.db\"\nledger-timeout = 30000\nledger-readers = 1\n"
	    "required-score = 4.25\nreject-score = 1e1\nmatch-limit = +1000\n"
	    "recipient-delimiter = \"+-\"\ncommand-address = \"<TuiDing@Example.COM>\"\ncomplaint-address = ''\n"
	    "mixed = remove\noutbound-mixed = remove\nsubject-tag = ''\nheader-other = no\n"
	    "reject-text = 'Refused, \"see\" {id} and {sender}: 100%'\ndefault-charset = 'utf-8'\n"
	    "max-scan-size = 268435456\nmax-header-size = 998\nmax-parts = 010\nmax-depth = 100\n"
	    "max-connections = 100000");

	assert_string_equal(conf->socket, "inet:8895@127.0.0.1");
	assert_string_equal(conf->user, "");
	assert_int_equal(conf->mode, MODE_ENFORCE);
	assert_int_equal(conf->log, CONF_LOG_STDERR);
	assert_string_equal(conf->ledger, "sqlite:/srv/tuiding/l.db");
	assert_int_equal(conf->ledger_timeout, 30000);
	assert_int_equal(conf->ledger_readers, 1);
	assert_true(conf->required_score == 4.25);
	assert_true(conf->reject_score == 10.0);
	assert_int_equal(conf->match_limit, 1000);
	assert_string_equal(conf->recipient_delimiter, "+-");
	assert_string_equal(conf->command_address, "tuiding@example.com");
	assert_string_equal(conf->complaint_address, "");
	assert_int_equal(conf->mixed, CONF_MIXED_REMOVE);
	assert_int_equal(conf->outbound_mixed, CONF_MIXED_REMOVE);
	assert_string_equal(conf->subject_tag, "");
	assert_false(conf->header_other);
	assert_string_equal(conf->reject_text, "Refused, \"see\" {id} and {sender}: 100%");
	assert_string_equal(conf->default_charset, "utf-8");
	assert_int_equal(conf->max_scan_size, 268435456);
	assert_int_equal(conf->max_header_size, 998);
	assert_int_equal(conf->max_parts, 10);		/* decimal, not octal */
	assert_int_equal(conf->max_depth, 100);
	assert_int_equal(conf->max_connections, 100000);
	conf_free(conf);
}

static void
test_small_things(void **state)
{
	static const char *const good[] = {
		"", "\n", "# only a comment without an end of line", "\357\273\277# an editor's mark\nmode = observe",
		"mode = \"enforce\"\r\nuser = \"\"\r\n", "mode = observe mode = enforce",
		"socket = '/run/m.sock'", "socket = 'local:/run/m.sock'", "socket = 'fd:3'", "socket = 'inet:65535'",
		"socket = 'inet6:1@[::1]'", "header-other = on", "header-other = \"false\"", "mixed = tag",
		"recipient-delimiter = ''", "recipient-delimiter = '+-.#'", "required-score = 0.01",
		"required-score = 1000", "reject-score = 0", "internal-hosts = {}", "internal-hosts = {'0.0.0.0/0', '::/0'}",
		"gateway-hosts = {'2001:db8::/32'}", "policy inbound {}", "policy \"outbound shop.example\" { none = reject }",
		"policy inbound { unknown = quarantine } policy outbound { none = tag }",
		"subject-tag = \"[AD] \"", "reject-text = x", "trusted-lists = { '<talk.lists.example>' }",
		"local-domains = { \"例子.example\" }", "exempt-recipients = { '@box.example', 'anna@box.example' }",
	};
	char text[512];
	size_t i;

	for (i = 0; i < N(good); i++) {
		(void)snprintf(text, sizeof(text), "%s%s\n%s", strncmp(good[i], "\xef\xbb\xbf", 3) == 0 ? "\xef\xbb\xbf" : "",
		    NONE, strncmp(good[i], "\xef\xbb\xbf", 3) == 0 ? good[i] + 3 : good[i]);
		conf_free(read_good(*state, text));
	}
}

static void
test_lists(void **state)
{
	struct conf *conf = read_good(*state, NONE
	    "rules = { '/z', \"/a\" }\n"
	    "local-domains = { 'WWW.Example.COM', 'b.example.', \"例子.example\", 'a.example' }\n"
	    "internal-hosts = { '10.0.0.0/8' }\ninternal-hosts += { '192.0.2.7', '::1' }\n"
	    "gateway-hosts = { '2001:db8::/32' }\ntrusted-forwarders = { '198.51.100.1' }\n"
	    "trusted-lists = { 'Talk.Lists.EXAMPLE', '<a.lists.example>' }\n"
	    "exempt-clients = { '203.0.113.0/24' }\n"
	    "exempt-senders = { 'Boss@Partner.Example', '@Shop.Example', '<Deals.shop.example>', '*' }\n"
	    "exempt-recipients = { 'Chen+x@Box.EXAMPLE', '@Box.EXAMPLE' }\n"
	    "forwarded-recipients = { '<dora@box.example>' }\n"
	    "authserv-id = { 'mx.b.example', 'mx.a.example' }\n");

	SAME(conf->rules, "/z", "/a");			/* the administrator's order */
	SAME(conf->local_domains, "a.example", "b.example", "www.example.com", "xn--fsqu00a.example");
	SAME(conf->internal_hosts, "10.0.0.0/8", "192.0.2.7", "::1");	/* the default is gone */
	SAME(conf->gateway_hosts, "2001:db8::/32");
	SAME(conf->trusted_forwarders, "198.51.100.1");
	SAME(conf->trusted_lists, "a.lists.example", "talk.lists.example");
	SAME(conf->exempt_clients, "203.0.113.0/24");
	SAME(conf->exempt_senders, "boss@partner.example", "shop.example", "<deals.shop.example>", "*");
	SAME(conf->exempt_recipients, "chen+x@box.example", "@box.example");
	SAME(conf->forwarded_recipients, "dora@box.example");
	SAME(conf->authserv_id, "mx.b.example", "mx.a.example");
	conf_free(conf);

	conf = read_good(*state, NONE "internal-hosts += { '10.0.0.0/8' }");
	SAME(conf->internal_hosts, "127.0.0.0/8", "::1", "10.0.0.0/8");
	conf_free(conf);
	conf = read_good(*state, NONE "internal-hosts = {}");
	assert_int_equal(conf->internal_hosts.n, 0);
	conf_free(conf);
}

static void
test_policies(void **state)
{
	struct conf *conf = read_good(*state, NONE
	    "policy inbound { refused = \"quarantine\" }\n"
	    "policy \"outbound Shop.EXAMPLE.\" { none = \"reject\"  unknown = accept }\n"
	    "policy \"inbound shop.example\" { consented = tag correspondent = tag }\n");

	assert_int_equal(conf->npolicies, 3);
	assert_int_equal(conf->policies[0].direction, DIRECTION_INBOUND);
	assert_string_equal(conf->policies[0].domain, "");
	assert_int_equal(conf->policies[0].row.action[STANDING_REFUSED], ACTION_QUARANTINE);
	assert_int_equal(conf->policies[0].row.action[STANDING_NONE], ACTION_TAG);
	assert_int_equal(conf->policies[0].row.action[STANDING_UNKNOWN], ACTION_TEMPFAIL);
	assert_int_equal(conf->policies[1].direction, DIRECTION_OUTBOUND);
	assert_string_equal(conf->policies[1].domain, "shop.example");
	assert_int_equal(conf->policies[1].row.action[STANDING_REFUSED], ACTION_REJECT);
	assert_int_equal(conf->policies[1].row.action[STANDING_NONE], ACTION_REJECT);
	assert_int_equal(conf->policies[1].row.action[STANDING_UNKNOWN], ACTION_ACCEPT);
	assert_int_equal(conf->policies[2].direction, DIRECTION_INBOUND);
	assert_int_equal(conf->policies[2].row.action[STANDING_CORRESPONDENT], ACTION_TAG);
	assert_int_equal(conf->policies[2].row.action[STANDING_CONSENTED], ACTION_TAG);
	assert_int_equal(conf->policies[2].row.action[STANDING_REFUSED], ACTION_REJECT);
	conf_free(conf);
}

/* Comments are ours: in lists and sections too, and never inside a quoted text. */
static void
test_comments(void **state)
{
	struct conf *conf = read_good(*state, "# } { \" ' /*\n" NONE "// { \"\n/* ' \n # \n*/"
	    "local-domains = { # first\n 'a.example', /* second */ 'b.example' // third\n}\n"
	    "policy inbound { // refused = accept\n none = /* tag */ reject # }\n}\n"
	    "subject-tag = \"# // /* \\\" \" user = 'it\\'s /* # */' /**/ socket = /run//m.sock#x\n"
	    "ledger = sqlite:/var//l.db//x # 注释 \xff\n//");

	SAME(conf->local_domains, "a.example", "b.example");
	assert_int_equal(conf->npolicies, 1);
	assert_int_equal(conf->policies[0].row.action[STANDING_REFUSED], ACTION_REJECT);
	assert_int_equal(conf->policies[0].row.action[STANDING_NONE], ACTION_REJECT);
	assert_string_equal(conf->subject_tag, "# // /* \" ");
	assert_string_equal(conf->user, "it's /* # */");
	assert_string_equal(conf->socket, "/run//m.sock");
	assert_string_equal(conf->ledger, "sqlite:/var//l.db//x");
	conf_free(conf);
}

/* ---- files it names ---------------------------------------------------------------------------- */

static struct conf *
read_with_list(const struct place *place, const char *key, const char *octets, size_t len, struct err *err)
{
	struct conf *conf = NULL;
	char text[256];

	write_octets(place->list, octets, len);
	(void)snprintf(text, sizeof(text), NONE "\n%s = \"%s\"", key, place->list);
	write_octets(place->conf, text, strlen(text));
	*err = (struct err){ "" };
	(void)conf_read(place->conf, NULL, NULL, &conf, err);
	return conf;
}

static void
test_list_files(void **state)
{
	static const char domains[] = "\xef\xbb\xbf# free mail\r\n\r\n  QQ.com  # Tencent\n163.com\n\n例子.example.";
	static const char map[] = "# alias mailbox\nSales@box.example\tanna@box.example\n"
	    "info@Box.Example  BO@box.example # two blanks\na#b@box.example anna@box.example\n"
	    "sales@box.example anna@box.example\n";
	const struct place *place = *state;
	struct conf *conf;
	struct err err;

	conf = read_with_list(place, "public-mail-domains", domains, sizeof(domains) - 1, &err);
	assert_string_equal(err.text, "");
	SAME(conf->public_mail_domains, "163.com", "qq.com", "xn--fsqu00a.example");
	conf_free(conf);
	conf = read_with_list(place, "recipient-map", map, sizeof(map) - 1, &err);
	assert_string_equal(err.text, "");
	SAME(conf->recipient_map, "a#b@box.example", "anna@box.example", "info@box.example", "bo@box.example",
	    "sales@box.example", "anna@box.example", "sales@box.example", "anna@box.example");
	conf_free(conf);
	conf = read_with_list(place, "recipient-map", "", 0, &err);
	assert_non_null(conf);
	assert_int_equal(conf->recipient_map.n, 0);
	conf_free(conf);
}

static void
test_bad_list_files(void **state)
{
#define CASE(key, octets, tail)	{ key, octets, sizeof(octets) - 1, tail }
	static const struct { const char *key, *octets; size_t len; const char *tail; } cases[] = {
		CASE("public-mail-domains", "qq.com\n\nqq com\n", ":3: one domain is expected"),
		CASE("public-mail-domains", "qq.com#Tencent\n", ":1: one domain is expected"),
		CASE("public-mail-domains", "anna@qq.com\n", ":1: one domain is expected"),
		CASE("public-mail-domains", "163.com\nqq.com\0evil\n", ":2: one domain is expected"),
		CASE("public-mail-domains", "\xff\xfe", ":1: one domain is expected"),
		CASE("recipient-map", "a@box.example\n", ":1: an alias and its mailbox is expected"),
		CASE("recipient-map", "a@box.example b@box.example c@box.example", ":1: an alias and its mailbox is expected"),
		CASE("recipient-map", "a@box.example b\n", ":1: an alias and its mailbox is expected"),
		CASE("recipient-map", "@box.example b@box.example\n", ":1: an alias and its mailbox is expected"),
		CASE("recipient-map", "\n#\na b@box.example", ":3: an alias and its mailbox is expected"),
		CASE("recipient-map", "a@box.example b@box.example\nA@box.example c@box.example\n",
		    ": 'a@box.example' stands for two mailboxes, one is expected"),
	};
	const struct place *place = *state;
	char want[ERR_MAX];
	struct err err;
	size_t i;

	for (i = 0; i < N(cases); i++) {
		assert_null(read_with_list(place, cases[i].key, cases[i].octets, cases[i].len, &err));
		(void)snprintf(want, sizeof(want), "%s:2: %s: %s%s", place->conf, cases[i].key, place->list, cases[i].tail);
		assert_string_equal(err.text, want);
	}
}

static void
test_unreadable_list(void **state)
{
	const struct place *place = *state;
	struct conf *conf;
	struct err err;
	char tail[160];

	if (geteuid() == 0)
		skip();					/* root reads everything */
	conf_free(read_with_list(place, "mode = enforce recipient-map", "", 0, &err));
	conf = NULL;
	assert_int_equal(chmod(place->list, 0), 0);
	(void)snprintf(tail, sizeof(tail), "cannot read '%s': Permission denied", place->list);
	assert_int_equal(conf_read(place->conf, NULL, NULL, &conf, &err), -1);
	assert_non_null(strstr(err.text, tail));
}

/* A list of its own is a regular file: a FIFO that nobody writes to would stop the daemon. */
static void
test_list_is_a_fifo(void **state)
{
	const struct place *place = *state;
	struct conf *conf = NULL;
	struct err err = { "" };
	char text[256], want[ERR_MAX];

	assert_int_equal(mkfifo(place->list, 0600), 0);
	(void)snprintf(text, sizeof(text), NONE "recipient-map = '%s'", place->list);
	write_octets(place->conf, text, strlen(text));
	assert_int_equal(conf_read(place->conf, NULL, NULL, &conf, &err), -1);
	(void)snprintf(want, sizeof(want), "%s:1: recipient-map: '%s' is no file, or larger than 16777216 octets",
	    place->conf, place->list);
	assert_string_equal(err.text, want);
}

/* ---- the file that is shipped ------------------------------------------------------------------ */

/* Its octets with the folders put in, "#key = ..." made "key = ..."; where the list of domains lies in the source. */
static char *
shipped_text(const char *top)
{
	static const char *const folders[][2] = {
		{ "@sysconfdir@", SYSCONFDIR }, { "@localstatedir@", "/var" }, { "@runstatedir@", "/run" },
	};
	char path[512], conf[512], *text = calloc(1, 65536), *p, *rest;
	FILE *file;
	size_t i;

	assert_non_null(text);
	(void)snprintf(path, sizeof(path), "%.400s/conf/tuiding.conf.in", top);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, 32768, file) < 32768);
	assert_int_equal(fclose(file), 0);
	for (p = text; (p = strstr(p, "\n#")) != NULL; p++)
		if (p[2] >= 'a' && p[2] <= 'z')
			p[1] = ' ';
	(void)snprintf(conf, sizeof(conf), "%.400s/conf", top);
	for (i = 0; i < N(folders) + 1; i++) {
		const char *from = i < N(folders) ? folders[i][0] : "@pkgdatadir@";
		const char *to = i < N(folders) ? folders[i][1] : conf;

		while ((p = strstr(text, from)) != NULL) {
			rest = strdup(p + strlen(from));
			assert_non_null(rest);
			(void)snprintf(p, 65536 - (size_t)(p - text), "%s%s", to, rest);
			free(rest);
		}
	}
	return text;
}

/* What it says behind "#" is what holds where nothing is said. */
static void
test_shipped(void **state)
{
	const char *top = getenv("TUIDING_SRCDIR");
	const struct conf_row *row;
	struct conf *said, *silent;
	char *text;

	if (top == NULL)
		skip();
	text = shipped_text(top);
	said = read_good(*state, text);
	free(text);
	silent = read_good(*state, NONE);
	assert_true(said->public_mail_domains.n > 20);
	assert_int_equal(said->npolicies, 2);
	assert_memory_equal(&said->policies[0].row, &policy_default[DIRECTION_INBOUND], sizeof(struct policy_row));
	assert_memory_equal(&said->policies[1].row, &policy_default[DIRECTION_OUTBOUND], sizeof(struct policy_row));
	assert_string_equal(said->rules.item[1], silent->rules.item[1]);
	for (row = conf_rows; row->name != NULL; row++) {
		const void *a = (const char *)said + row->offset, *b = (const char *)silent + row->offset;

		if ((row->kind < KIND_FILE_DOMAINS && row->kind != KIND_CHOICE) || row->kind == KIND_RELAY ||
		    (row->kind == KIND_PATH && strcmp(row->name, "templates") != 0))
			assert_string_equal(*(char *const *)a, *(char *const *)b);
		else if (row->kind == KIND_CHOICE)
			assert_int_equal(*(const int *)a, *(const int *)b);
		else if (row->kind == KIND_SIZE)
			assert_memory_equal(a, b, sizeof(size_t));
		else if (row->kind == KIND_NUMBER)
			assert_memory_equal(a, b, sizeof(unsigned));
		else if (row->kind == KIND_FLOAT)
			assert_memory_equal(a, b, sizeof(double));
	}
	assert_int_equal(said->mode, silent->mode);
	assert_int_equal(said->mixed, silent->mixed);
	assert_int_equal(said->outbound_mixed, silent->outbound_mixed);
	assert_int_equal(said->header_other, silent->header_other);
	SAME(said->internal_hosts, "127.0.0.0/8", "::1");
	conf_free(said);
	conf_free(silent);
}

/* ---- again and again --------------------------------------------------------------------------- */

/* A reload, as the daemon does it: the new one is read while the old one is in use. */
static void
test_reload(void **state)
{
	const struct place *place = *state;
	struct conf *old, *new;
	struct err err;
	size_t i;

	old = read_good(place, NONE "mode = observe local-domains = { 'a.example' } policy inbound { none = accept }");
	for (i = 0; i < 3; i++) {
		read_bad(place, "mode = \"observe\nlocal-domains = {", 34, &err);
		new = read_good(place, NONE "mode = enforce local-domains = { 'b.example' }");
		SAME(old->local_domains, i == 0 ? "a.example" : "b.example");
		SAME(new->local_domains, "b.example");
		assert_int_equal(new->npolicies, 0);		/* nothing is left of the first */
		assert_int_equal(new->mode, MODE_ENFORCE);
		conf_free(old);
		old = new;
	}
	conf_free(old);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults), TEST(test_defaults_pass), TEST(test_remarks), TEST(test_scalars),
		TEST(test_small_things), TEST(test_lists), TEST(test_policies), TEST(test_comments),
		TEST(test_list_files), TEST(test_bad_list_files), TEST(test_unreadable_list), TEST(test_list_is_a_fifo),
		TEST(test_shipped), TEST(test_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
