/*
 * fuzz-word.c - any octets as a message from anybody to any of our addresses, with a real ledger behind: whoever
 * proves nothing brings nothing about, and nothing that was read is without an answer.
 *
 * The first octet says who sends it, the second to whom; the third is skipped; the message follows.
 */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "judge.h"
#include "mime.h"
#include "text.h"

#define NOW	INT64_C(1790000000000)
#define ANNA	"anna@example.com"
#define SHOP	"news@shop.example"

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Who sends it.  No verifier is believed: from outside nobody is proven. */
static const struct {
	const char	*client, *login, *sender;
	bool		 known;		/* who it is */
} who[] = {
	{ "10.0.0.5", ANNA, "<" ANNA ">", true },	{ "10.1.0.5", NULL, "<" ANNA ">", true },
	{ "192.0.2.7", NULL, "<x@qq.com>", false },	{ "10.0.0.5", NULL, "<" ANNA ">", false },
	{ NULL, NULL, ANNA, false },			{ "192.0.2.7", NULL, "<>", false },
	{ "192.0.2.7", NULL, "<" ANNA ">", false },	{ "10.0.0.5", "", NULL, false },
};

static struct judge	*judge;
static struct ledger	*ledger;
static char		*folder, token[2][ADDR_MAX + 1];

static void
clean_up(void)
{
	static const char *const files[] = { "tuiding.db", "tuiding.db-wal", "tuiding.db-shm", "keys", "rules.cf" };

	judge_unref(judge);
	ledger_close(ledger);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		char *path = g_build_filename(folder, files[i], NULL);

		(void)unlink(path);
		g_free(path);
	}
	(void)rmdir(folder);
	g_free(folder);
}

static void
no_remark(void *arg, const char *file, unsigned line, const char *rule, const char *what)
{
	(void)arg;
	fprintf(stderr, "%s:%u: %s: %s\n", file, line, rule == NULL ? "-" : rule, what);
	abort();
}

static struct judge *
make_judge(struct token_keys *keys, const char *rules_path)
{
	static const char *const local[] = { "example.com" }, *const internal[] = { "10.0.0.0/8" };
	static const char *const submitters[] = { "10.1.0.0/16" }, *const shared[] = { "team@example.com" };
	const struct judge_policy policies[] = {
		{ .direction = DIRECTION_INBOUND, .domain = "", .row = policy_default[DIRECTION_INBOUND] },
		{ .direction = DIRECTION_OUTBOUND, .domain = "", .row = policy_default[DIRECTION_OUTBOUND] },
	};
	const struct judge_settings set = {
		.mode = MODE_ENFORCE, .required_score = 5, .reject_score = 5, .local_domains = { local, 1 },
		.internal_hosts = { internal, 1 }, .trusted_submitters = { submitters, 1 },
		.shared_recipients = { shared, 1 }, .recipient_delimiter = "+", .default_domain = "example.com",
		.command_address = "tuiding@example.com", .complaint_address = "jubao@example.com",
		.policies = policies, .npolicies = 2, .mixed = JUDGE_MIXED_TAG, .outbound_mixed = JUDGE_MIXED_REJECT,
		.subject_tag = "", .reject_text = "", .tempfail_text = "", .mixed_text = "",
		.default_charset = "GB18030", .mime = mime_limits_default, .offer = true, .correspondent_days = 30,
		.evidence_max = 4096, .measures = true, .keys = keys, .ledger = ledger,
	};
	struct judge_rules *rules = NULL;
	struct judge *made = NULL;

	if (judge_rules_new(&rules_path, 1, &match_limits_default, no_remark, NULL, &rules, NULL) != 0 ||
	    judge_new(&set, rules, &made, NULL) != 0)
		abort();
	return made;
}

/* An advertisement that anna got; the address of its token. */
static void
advertise(void)
{
	static const char ad[] = "From: " SHOP "\nMessage-ID: <a1@x>\n\neverything must go\n";
	const char *rcpt = ANNA;
	const struct judge_message in = { .octets = ad, .len = sizeof(ad) - 1, .client = "192.0.2.7", .sender = SHOP,
		.rcpts = &rcpt, .nrcpts = 1, .now = NOW };
	struct judge_answer a;
	const char *begin;

	judge_message(judge, &in, &a);
	begin = a.offer == NULL ? NULL : strstr(a.offer, "<mailto:");
	if (begin == NULL)
		abort();
	(void)snprintf(token[0], sizeof(token[0]), "%.*s", (int)strcspn(begin + 8, "?>"), begin + 8);
	(void)snprintf(token[1], sizeof(token[1]), "%s", token[0]);
	token[1][10] = token[1][10] == '0' ? '1' : '0';
	judge_answer_clear(&a);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct ledger_settings settings = { .create = true };
	struct token_keys *keys = NULL;
	char *path, *rules, *url;

	(void)argc;
	(void)argv;
	mime_init();
	text_init();
	folder = g_dir_make_tmp("fuzz-word-XXXXXX", NULL);
	path = g_build_filename(folder, "keys", NULL);
	rules = g_build_filename(folder, "rules.cf", NULL);
	url = g_strconcat("sqlite:", folder, "/tuiding.db", NULL);
	if (!g_file_set_contents(rules, "body SALE /everything must go/\nscore SALE 6.0\n", -1, NULL) ||
	    token_keys_create(path, NOW, NULL) != 1 || token_keys_open(path, &keys, NULL) != 1 ||
	    ledger_open(url, &settings, &ledger, NULL) != 0)
		abort();
	judge = make_judge(keys, rules);
	advertise();
	(void)atexit(clean_up);
	g_free(path);
	g_free(rules);
	g_free(url);
	return 0;
}

static void
check(const struct judge_answer *a, bool known, bool genuine)
{
	const struct judge_said *said = &a->said;
	struct addr_key key;

	if (a->action == ACTION_TEMPFAIL || a->ledger_failed)
		__builtin_trap();		/* nothing that a mail says makes the ledger fail */
	if (said->path[0] == '\0')
		return;
	if (said->verb[0] == '\0' || (said->reference[0] != '\0' && said->person[0] == '\0'))
		__builtin_trap();
	if (said->key[0] != '\0' && (addr_key_parse(said->key, strlen(said->key), &key, NULL) != 1 ||
	    strcmp(key.text, said->key) != 0))
		__builtin_trap();
	/* A report of a machine inside is the one demand without a person. */
	if (!known && !genuine && said->reference[0] != '\0')
		__builtin_trap();
	if (!known && a->direction == DIRECTION_INBOUND && said->cases > 0 && !genuine)
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const to[] = { SHOP, "tuiding@example.com", token[0], token[1], "jubao@example.com", "bo@example.com",
		"TUIDING+@example.com", "team@example.com" };
	struct judge_message in = { .now = NOW + 60000, .nrcpts = 1 };
	struct judge_answer a;
	const char *rcpt;
	size_t w, t;

	if (size < 3)
		return 0;
	w = data[0] % G_N_ELEMENTS(who);
	t = data[1] % G_N_ELEMENTS(to);
	rcpt = to[t];
	in.octets = (const char *)data + 3;
	in.len = size - 3;
	in.client = who[w].client;
	in.login = who[w].login;
	in.sender = who[w].sender;
	in.rcpts = &rcpt;
	judge_message(judge, &in, &a);
	check(&a, who[w].known, t == 2);
	judge_answer_clear(&a);
	return 0;
}
