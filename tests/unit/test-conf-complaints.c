/*
 * test-conf-complaints.c - what is said about a wrong configuration, word for word: file, line, key, what was
 * expected.
 */
#include "conf-fixture.h"

#define TENS	"0123456789"
#define FIFTY	TENS TENS TENS TENS TENS
#define HUNDRED	FIFTY FIFTY

/* ---- complaints -------------------------------------------------------------------------------- */

#define SOCKET		"is no socket: unix:/PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N is expected"
#define UNKNOWN		"no such setting; tuiding.conf(5) lists them"
#define WHOLE		"is no number: a whole decimal number is expected"
#define DECIMAL		"is no number: a decimal number is expected"
#define TEXT		"one line of printable ASCII, 1 to 400 octets, is expected"
#define LINE		"one line of UTF-8, less than 1,024 octets, is expected"
#define SIGNS		"at most four signs such as \"+\" or \"+-\" are expected"
#define NET		"an address or network such as \"192.0.2.0/24\" or \"::1\" is expected"
#define DOMAIN		"a domain such as \"example.com\" is expected"
#define TITLE		"inbound, outbound, or \"outbound shop.example\" is expected"
#define LIST_ID		"a List-Id such as \"talk.lists.example\" is expected"
#define KEY		"a sender key such as \"news@shop.example\", \"shop.example\" or \"<list.example>\" is expected"
#define LEDGER		"is no ledger: sqlite:/absolute/path is expected"
#define MAILBOX		"is no address: local@domain or \"\" is expected"
#define FILENAME	"the absolute path of a file, or \"\", is expected"
#define ACTIONS		"is none of \"accept\", \"tag\", \"quarantine\", \"reject\", \"tempfail\""

static const struct bad {
	const char	*text;
	unsigned	 line;
	const char	*want;			/* what stands behind "file:line: " */
} bad[] = {
	/* keys */
	{ "\nmoed = enforce", 2, "moed: " UNKNOWN },
	{ "MODE = enforce", 1, "MODE: " UNKNOWN },
	{ "policy inbound {\n refsed = reject\n}", 2, "refsed: " UNKNOWN },
	{ "policy inbound { mode = enforce }", 1, "mode: " UNKNOWN },
	{ "include('/etc/passwd')", 1, "include: " UNKNOWN },
	{ "# one\n# two\n/* three\n four */ // four\n\nmoed = x", 6, "moed: " UNKNOWN },
	{ "'|'()", 1, "|: no such setting" },
	{ "policy inbound { '|'(a) }", 1, "|: no such setting" },
	{ "mode \"enforce\"", 1, "mode: '=' is expected after it" },
	/* choices, and what is ill-typed */
	{ "\n\nmode = 'Enforce'\n", 3, "mode: 'Enforce' is none of \"observe\", \"enforce\"" },
	{ "mode = ''", 1, "mode: '' is none of \"observe\", \"enforce\"" },
	{ "log = file", 1, "log: 'file' is none of \"syslog\", \"stderr\"" },
	{ "mixed = reject", 1, "mixed: 'reject' is none of \"tempfail-once\", \"remove\", \"tag\"" },
	{ "outbound-mixed = tag", 1, "outbound-mixed: 'tag' is none of \"reject\", \"remove\"" },
	{ "header-other = maybe", 1, "header-other: 'maybe': yes or no is expected" },
	{ "header-other = 1", 1, "header-other: '1': yes or no is expected" },
	/* numbers */
	{ "local-domains = { # one\n # two\n 'a b' }", 3, "local-domains: 'a b': " DOMAIN },
	{ "policy inbound { # one\n # two\n none = x }", 3, "policy: none: 'x' " ACTIONS },
	{ "max-parts = many", 1, "max-parts: 'many' " WHOLE },
	{ "max-parts = ''", 1, "max-parts: '' " WHOLE },
	{ "max-parts = 2.5", 1, "max-parts: '2.5' " WHOLE },
	{ "max-parts = 0x10", 1, "max-parts: '0x10' " WHOLE },
	{ "max-parts = ' 7'", 1, "max-parts: ' 7' " WHOLE },
	{ "max-scan-size = 1M", 1, "max-scan-size: '1M' " WHOLE },
	{ "max-parts = 99999999999999999999", 1, "max-parts: '99999999999999999999' " WHOLE },
	{ "max-parts = 0", 1, "max-parts: 0 is out of range: 1 to 10000 is expected" },
	{ "max-parts = -1", 1, "max-parts: -1 is out of range: 1 to 10000 is expected" },
	{ "max-parts = 10001", 1, "max-parts: 10001 is out of range: 1 to 10000 is expected" },
	{ "max-depth = 101", 1, "max-depth: 101 is out of range: 1 to 100 is expected" },
	{ "max-header-size = 997", 1, "max-header-size: 997 is out of range: 998 to 1048576 is expected" },
	{ "max-scan-size = 4095", 1, "max-scan-size: 4095 is out of range: 4096 to 268435456 is expected" },
	{ "max-scan-size = 4294967297", 1,
	    "max-scan-size: 4294967297 is out of range: 4096 to 268435456 is expected" },
	{ "max-connections = 100001", 1, "max-connections: 100001 is out of range: 1 to 100000 is expected" },
	{ "ledger-timeout = 30001", 1, "ledger-timeout: 30001 is out of range: 1 to 30000 is expected" },
	{ "ledger-readers = 65", 1, "ledger-readers: 65 is out of range: 1 to 64 is expected" },
	{ "match-limit = 999", 1, "match-limit: 999 is out of range: 1000 to 100000000 is expected" },
	{ "required-score = nan", 1, "required-score: 'nan' " DECIMAL },
	{ "required-score = inf", 1, "required-score: 'inf' " DECIMAL },
	{ "required-score = -inf", 1, "required-score: '-inf' " DECIMAL },
	{ "required-score = 1e999", 1, "required-score: '1e999' " DECIMAL },
	{ "required-score = 0x5", 1, "required-score: '0x5' " DECIMAL },
	{ "required-score = '5,0'", 1, "required-score: '5,0' " DECIMAL },
	{ "required-score = ''", 1, "required-score: '' " DECIMAL },
	{ "required-score = 0", 1, "required-score: 0 is out of range: 0.01 to 1000 is expected" },
	{ "required-score = 1000.5", 1, "required-score: 1000.5 is out of range: 0.01 to 1000 is expected" },
	{ "reject-score = nan", 1, "reject-score: 'nan' " DECIMAL },
	{ "reject-score = -0.5", 1, "reject-score: -0.5 is out of range: 0 to 1000 is expected" },
	/* strings */
	{ "socket = ''", 1, "socket: '' " SOCKET },
	{ "socket = 'milter.sock'", 1, "socket: 'milter.sock' " SOCKET },
	{ "socket = 'unix:milter.sock'", 1, "socket: 'unix:milter.sock' " SOCKET },
	{ "socket = 'unix:/'", 1, "socket: 'unix:/' " SOCKET },
	{ "socket = 'unix:/run/'", 1, "socket: 'unix:/run/' " SOCKET },
	{ "socket = 'inet:'", 1, "socket: 'inet:' " SOCKET },
	{ "socket = 'inet:127.0.0.1:8895'", 1, "socket: 'inet:127.0.0.1:8895' " SOCKET },
	{ "socket = 'inet:0@127.0.0.1'", 1, "socket: 'inet:0@127.0.0.1' " SOCKET },
	{ "socket = 'inet:65536@127.0.0.1'", 1, "socket: 'inet:65536@127.0.0.1' " SOCKET },
	{ "socket = 'inet:8895@'", 1, "socket: 'inet:8895@' " SOCKET },
	{ "socket = 'fd:'", 1, "socket: 'fd:' " SOCKET },
	{ "socket = 'fd:3x'", 1, "socket: 'fd:3x' " SOCKET },
	{ "socket = 'unix:/" HUNDRED TENS "'", 1,
	    "socket: the path is longer than a socket's may be: 107 octets are expected at most" },
	{ "user = \"a\\nb\"", 1, "user: " LINE },
	{ "subject-tag = \"\\x1b[31m\"", 1, "subject-tag: " LINE },
	{ "subject-tag = \"\xb9\xe3\xb8\xe6\"", 1, "subject-tag: " LINE },
	{ "subject-tag = \"" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
	    TENS TENS "1234\"", 1, "subject-tag: " LINE },
	{ "ledger = 'sqlite:tuiding.db'", 1, "ledger: 'sqlite:tuiding.db' " LEDGER },
	{ "ledger = 'sqlite:/'", 1, "ledger: 'sqlite:/' " LEDGER },
	{ "ledger = 'sqlite:/var/lib/'", 1, "ledger: 'sqlite:/var/lib/' " LEDGER },
	{ "ledger = 'postgresql://db/t'", 1, "ledger: 'postgresql://db/t' " LEDGER },
	{ "reject-text = ''", 1, "reject-text: " TEXT },
	{ "reject-text = '请退订'", 1, "reject-text: " TEXT },
	{ "tempfail-text = \"a\\tb\"", 1, "tempfail-text: " TEXT },
	{ "mixed-text = \"a\r\n b\"", 2, "mixed-text: " TEXT },
	{ "split-text = '" HUNDRED HUNDRED HUNDRED HUNDRED "1'", 1, "split-text: " TEXT },
	{ "default-charset = 'GB-nonsense'", 1,
	    "default-charset: 'GB-nonsense' is no charset known here (GB18030, UTF-8, BIG5 ...)" },
	{ "default-charset = ''", 1, "default-charset: '' is no charset known here (GB18030, UTF-8, BIG5 ...)" },
	{ "recipient-delimiter = 'a'", 1, "recipient-delimiter: 'a': " SIGNS },
	{ "recipient-delimiter = '@'", 1, "recipient-delimiter: '@': " SIGNS },
	{ "recipient-delimiter = '+-+-+'", 1, "recipient-delimiter: '+-+-+': " SIGNS },
	{ "command-address = 'tuiding'", 1, "command-address: 'tuiding' " MAILBOX },
	{ "command-address = '@example.com'", 1, "command-address: '@example.com' " MAILBOX },
	{ "complaint-address = 'a@b@'", 1, "complaint-address: 'a@b@' " MAILBOX },
	{ "recipient-map = 'aliases'", 1, "recipient-map: 'aliases': " FILENAME },
	{ "recipient-map = '/nonexistent/map'", 1,
	    "recipient-map: cannot read '/nonexistent/map': No such file or directory" },
	{ "\n\npublic-mail-domains = '/nonexistent/domains'\n\n", 3,
	    "public-mail-domains: cannot read '/nonexistent/domains': No such file or directory" },
	{ "recipient-map = '/'", 1, "recipient-map: '/' is no file, or larger than 16777216 octets" },
	/* lists */
	{ "rules = { 'rules' }", 1, "rules: 'rules': an absolute path is expected" },
	{ "rules = {\n'/a',\n'' }", 3, "rules: '': an absolute path is expected" },
	{ "local-domains = { 'a.example', 'b..example' }", 1, "local-domains: 'b..example': " DOMAIN },
	{ "local-domains = { 'anna@b.example' }", 1, "local-domains: 'anna@b.example': " DOMAIN },
	{ "local-domains = { '' }", 1, "local-domains: '': " DOMAIN },
	{ "local-domains = \"b example\"", 1, "local-domains: 'b example': " DOMAIN },
	{ "internal-hosts = { '127.0.0.1/33' }", 1, "internal-hosts: '127.0.0.1/33': " NET },
	{ "internal-hosts = { '127.0.0.1/' }", 1, "internal-hosts: '127.0.0.1/': " NET },
	{ "internal-hosts = { '127.0.0' }", 1, "internal-hosts: '127.0.0': " NET },
	{ "internal-hosts = { '::1/129' }", 1, "internal-hosts: '::1/129': " NET },
	{ "internal-hosts = { 'localhost' }", 1, "internal-hosts: 'localhost': " NET },
	{ "internal-hosts += { '' }", 1, "internal-hosts: '': " NET },
	{ "gateway-hosts = { '10.0.0.0/8 ' }", 1, "gateway-hosts: '10.0.0.0/8 ': " NET },
	{ "trusted-forwarders = { '10.0.0.0/-1' }", 1, "trusted-forwarders: '10.0.0.0/-1': " NET },
	{ "exempt-clients = { ':' }", 1, "exempt-clients: ':': " NET },
	{ "trusted-lists = { '<news@shop.example>' }", 1, "trusted-lists: '<news@shop.example>': " LIST_ID },
	{ "trusted-lists = { 'news@shop.example' }", 1, "trusted-lists: 'news@shop.example': " LIST_ID },
	{ "trusted-lists = { '<talk.example' }", 1, "trusted-lists: '<talk.example': " LIST_ID },
	{ "exempt-senders = { 'shop' }", 1, "exempt-senders: 'shop': " KEY },
	{ "exempt-recipients = { 'box.example' }", 1,
	    "exempt-recipients: 'box.example': an address or \"@domain\" is expected" },
	{ "forwarded-recipients = { '@' }", 1, "forwarded-recipients: '@': an address or \"@domain\" is expected" },
	{ "authserv-id = { 'mx example' }", 1, "authserv-id: 'mx example': printable ASCII without blanks is expected" },
	{ "authserv-id = { '' }", 1, "authserv-id: '': printable ASCII without blanks is expected" },
	/* policies */
	{ "policy inbound {\n none = drop\n}", 2, "policy: none: 'drop' " ACTIONS },
	{ "policy inbound { unknown = 'none' }", 1, "policy: unknown: 'none' " ACTIONS },
	{ "policy inbound { refused = '' }", 1, "policy: refused: '' " ACTIONS },
	{ "policy sideways { none = tag }", 1, "policy: 'sideways': " TITLE },
	{ "policy \"\" { none = tag }", 1, "policy: '': " TITLE },
	{ "policy \"inbound \" { none = tag }", 1, "policy: 'inbound ': " TITLE },
	{ "policy \"outbound b..example\" { none = tag }", 1, "policy: 'outbound b..example': " TITLE },
	{ "policy \"inboundshop.example\" {}", 1, "policy: 'inboundshop.example': " TITLE },
	{ "policy inbound {}\npolicy outbound {}\npolicy inbound {}", 3, "policy: 'inbound' stands twice, once is expected" },
	{ "policy \"inbound a.example\" {}\npolicy \"outbound a.example\" {}\npolicy \"inbound A.example\" {}", 3,
	    "policy: 'inbound A.example' stands twice, once is expected" },
	/* only the first complaint is told */
	{ "max-parts = 0\nmode = x\nfoo = 1", 1, "max-parts: 0 is out of range: 1 to 10000 is expected" },
};

static void
test_complaints(void **state)
{
	const struct place *place = *state;
	char text[2048], want[ERR_MAX * 2];
	struct err err;
	size_t i;

	for (i = 0; i < N(bad); i++) {
		(void)snprintf(text, sizeof(text), NONE "%s", bad[i].text);
		(void)snprintf(want, sizeof(want), "%s:%u: %s", place->conf, bad[i].line, bad[i].want);
		read_bad(place, text, strlen(text), &err);
		if (strcmp(err.text, want) != 0)
			fail_msg("case %zu: '%s': %s; wanted %s", i, bad[i].text, err.text, want);
	}
}

/* What is no configuration at all: file and line, always, and never the end of us. */
static void
test_broken_syntax(void **state)
{
	static const struct { const char *text; unsigned line; const char *want; } cases[] = {
		{ "mode", 2, NULL }, { "mode =", 2, NULL }, { "= enforce", 1, NULL }, { "}", 1, NULL }, { "{ }", 1, NULL },
		{ "( )", 1, NULL }, { "mode == enforce", 1, NULL }, { "mode += enforce", 1, NULL },
		{ "max-parts += 3", 1, NULL }, { "policy inbound = tag", 1, NULL }, { "mode()", 1, NULL },
		{ "mode = { enforce }", 1, NULL }, { "policy { none = tag }", 1, NULL },
		{ "policy inbound none = tag", 1, NULL }, { "policy", 2, NULL }, { "policy inbound", 2, NULL },
		{ "policy inbound { none = tag } }", 1, NULL }, { "local-domains = { 'a' 'b' }", 1, NULL },
		{ "local-domains = { , , }", 1, NULL }, { "\xff\xfe\x6d", 1, NULL }, { "\x1b\x5b", 1, NULL },
		{ "#\n//\n/*\n\n*/\n=", 6, NULL },	/* comments are lines like others */
		{ "user = \"a\nb\\\nc\"", 3, "user: " LINE },
		{ "\n\nmode = \"enforce\nuser = 'x'\n", 3, "the closing quote is expected, to what begins here" },
		{ "mode = 'enforce", 1, "the closing quote is expected, to what begins here" },
		{ "mode = \"\\", 1, "the closing quote is expected, to what begins here" },
		{ "\n/* never closed\nmode = x", 2, "the end of the comment, */, is expected, to what begins here" },
		{ "/*/", 1, "the end of the comment, */, is expected, to what begins here" },
		{ "mode = {", 1, "a closing brace is expected, to what begins here" },
		{ "policy outbound {}\npolicy inbound {\n none = tag", 2, "a closing brace is expected, to what begins here" },
		{ "\nlocal-domains = { 'a.example'\n\n", 2, "a closing brace is expected, to what begins here" },
		{ "local-domains = {\n policy {\n}", 1, "a closing brace is expected, to what begins here" },
	};
	const struct place *place = *state;
	char text[256], where[160];
	struct err err;
	size_t i;

	for (i = 0; i < N(cases); i++) {
		(void)snprintf(text, sizeof(text), NONE "%s", cases[i].text);
		(void)snprintf(where, sizeof(where), "%s:%u: ", place->conf, cases[i].line);
		read_bad(place, text, strlen(text), &err);
		if (strncmp(err.text, where, strlen(where)) != 0 || strlen(err.text) < strlen(where) + 8 ||
		    (cases[i].want != NULL && strcmp(err.text + strlen(where), cases[i].want) != 0))
			fail_msg("case %zu: '%s': %s; wanted %s%s", i, cases[i].text, err.text, where,
			    cases[i].want == NULL ? "" : cases[i].want);
		conf_free(read_good(place, NONE "mode = enforce"));	/* nothing lingers */
	}
}

static void
test_no_configuration(void **state)
{
	const struct place *place = *state;
	struct conf *conf = NULL;
	struct err err = { "" };
	char want[ERR_MAX], *big;

	assert_int_equal(conf_read("/nonexistent/tuiding.conf", NULL, NULL, &conf, &err), -1);
	assert_string_equal(err.text, "cannot read configuration '/nonexistent/tuiding.conf': No such file or directory");
	assert_int_equal(conf_read("/nonexistent/tuiding.conf", NULL, NULL, &conf, NULL), -1);

	assert_int_equal(conf_read(place->folder, NULL, NULL, &conf, &err), -1);	/* a folder */
	(void)snprintf(want, sizeof(want), "configuration '%s' is no file, or larger than 1048576 octets", place->folder);
	assert_string_equal(err.text, want);

	assert_int_equal(mkfifo(place->conf, 0600), 0);		/* nobody writes: it must not wait */
	assert_int_equal(conf_read(place->conf, NULL, NULL, &conf, &err), -1);
	assert_int_equal(unlink(place->conf), 0);

	big = malloc(CONF_SIZE_MAX + 1);
	assert_non_null(big);
	memset(big, '\n', CONF_SIZE_MAX + 1);
	memcpy(big, NONE, strlen(NONE));
	read_bad(place, big, CONF_SIZE_MAX + 1, &err);
	assert_non_null(strstr(err.text, "larger than 1048576 octets"));
	write_octets(place->conf, big, CONF_SIZE_MAX);		/* the limit itself is allowed */
	assert_int_equal(conf_read(place->conf, NULL, NULL, &conf, &err), 0);
	conf_free(conf);
	free(big);

	read_bad(place, NONE "mode = enforce\0\n", strlen(NONE) + 16, &err);
	assert_non_null(strstr(err.text, "holds NUL octets"));
	assert_null(strchr(err.text, '\n'));
}

/* A hostile value cannot forge a line of the log, nor outgrow the sentence. */
static void
test_hostile_values(void **state)
{
	struct err err;
	char *text;
	size_t n;

	read_bad(*state, NONE "mode = \"x\\ny\\x1b\"", strlen(NONE "mode = \"x\\ny\\x1b\""), &err);
	assert_null(strpbrk(err.text, "\n\x1b"));
	assert_non_null(strstr(err.text, "mode: 'x?y?' is none of"));

	text = malloc(200000);
	assert_non_null(text);
	n = (size_t)snprintf(text, 200000, NONE "local-domains = { \"");
	memset(text + n, 'a', 150000);
	memcpy(text + n + 150000, "\" }", 3);
	read_bad(*state, text, n + 150003, &err);
	assert_int_equal(strlen(err.text), ERR_MAX - 1);
	assert_non_null(strstr(err.text, "local-domains: 'aaa"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_complaints), TEST(test_broken_syntax), TEST(test_no_configuration), TEST(test_hostile_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
