/*
 * golden.c - whole messages through judge_message(), the answer compared with what stands beside them.
 *
 * For each tests/golden/NNN-what.eml there is NNN-what.want: lines of input, a line "--", and the answer in full.
 * With TUIDING_GOLDEN_UPDATE=1 the answers are written anew: read them before they are committed.  The rules are
 * tests/golden/golden.cf and the ledger tests/golden/ledger.txt, so that no change of the shipped rules moves a
 * golden answer.  Prints TAP.
 *
 * The lines of input are those of words[] below, each with a value, and
 *	rcpt ADDRESS			a recipient, as the MTA gave it; in this order
 *	cell DIRECTION[/DOMAIN] STANDING ACTION	a cell of the policy, for that sender domain or for all
 *	client local			a local submission: no address
 *	authserv-id none		nobody's results are believed
 *	again CLIENT			judged once, delivered with its X-Tuiding field, and judged again from CLIENT
 *	no-ledger, no-header-other	the ledger cannot be read; "header-other" is off
 */
#include <glib.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "judge.h"
#include "judge_split.h"
#include "mime.h"
#include "text.h"

#define NOW	1767225600000LL		/* 2026-01-01T00:00:00Z */
#define DAY	86400000LL
#define LISTED	16

struct scene {
	const char	*rcpts[LISTED], *cells[LISTED];
	size_t		 nrcpts, ncells;
	const char	*from, *client, *login, *mode, *mixed, *outbound_mixed, *tag, *none, *reject_score;
	const char	*authserv, *cut, *limited, *unknown, *again;
	bool		 no_ledger, no_header_other;
};

static const struct {
	const char	*word;
	size_t		 offset;
} words[] = {
	{ "from", offsetof(struct scene, from) },	{ "client", offsetof(struct scene, client) },
	{ "login", offsetof(struct scene, login) },	{ "mode", offsetof(struct scene, mode) },
	{ "mixed", offsetof(struct scene, mixed) },	{ "outbound-mixed", offsetof(struct scene, outbound_mixed) },
	{ "subject-tag", offsetof(struct scene, tag) },	{ "none", offsetof(struct scene, none) },
	{ "reject-score", offsetof(struct scene, reject_score) },
	{ "authserv-id", offsetof(struct scene, authserv) },
	{ "max-scan-size", offsetof(struct scene, cut) },
	{ "limited", offsetof(struct scene, limited) },	{ "unknown", offsetof(struct scene, unknown) },
	{ "again", offsetof(struct scene, again) },
};

/* One line of input.  False when it is not understood. */
static bool
scene_line(struct scene *s, char *line)
{
	char *value = strchr(line, ' ');
	size_t i;

	if (line[0] == '#' || line[0] == '\0')
		return true;
	if (strcmp(line, "no-ledger") == 0)
		return s->no_ledger = true;
	if (strcmp(line, "no-header-other") == 0)
		return s->no_header_other = true;
	if (value == NULL)
		return false;
	*value++ = '\0';
	if (strcmp(line, "rcpt") == 0 && s->nrcpts < LISTED) {
		s->rcpts[s->nrcpts++] = value;
		return true;
	}
	if (strcmp(line, "cell") == 0 && s->ncells < LISTED) {
		s->cells[s->ncells++] = value;
		return true;
	}
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(line, words[i].word) == 0) {
			*(const char **)(void *)((char *)s + words[i].offset) = value;
			return true;
		}
	return false;
}

static bool
scene_read(struct scene *s, char **lines)
{
	size_t i;

	*s = (struct scene){ .from = "<news@shop.example>", .client = "192.0.2.7", .mode = "enforce",
		.authserv = "mx.example.com", .tag = "[广告] " };
	for (i = 0; lines[i] != NULL && strcmp(lines[i], "--") != 0; i++)
		if (!scene_line(s, lines[i]))
			return false;
	if (strcmp(s->client, "local") == 0)
		s->client = NULL;
	return lines[i] != NULL;
}

/* Adds one cell to the policies: to those for its domain, or to a copy of the general ones for a new domain. */
static bool
cell_add(const char *text, struct judge_policy *policies, size_t *n)
{
	char **f = g_strsplit(text, " ", 3), *slash = strchr(f[0], '/');
	const char *domain = slash == NULL ? "" : text + (slash - f[0]) + 1;
	enum policy_direction direction;
	size_t i, length = strcspn(domain, " ");
	bool ok = false;

	if (slash != NULL)
		*slash = '\0';
	direction = policy_direction_by_name(f[0]);
	if (g_strv_length(f) != 3 || direction == DIRECTION_NONE || policy_standing_by_name(f[1]) == STANDING_NONE_YET ||
	    policy_action_by_name(f[2]) == ACTION_NONE)
		goto out;
	for (i = 0; i < *n; i++)
		if (policies[i].direction == direction && strlen(policies[i].domain) == length &&
		    strncmp(policies[i].domain, domain, length) == 0)
			break;
	if (i == *n) {
		if (i == 2 + LISTED)
			goto out;
		policies[i] = policies[direction == DIRECTION_INBOUND ? 0 : 1];
		policies[i].domain = g_intern_string(slash + 1);
		(*n)++;
	}
	policies[i].row.action[policy_standing_by_name(f[1])] = policy_action_by_name(f[2]);
	ok = true;
out:
	g_strfreev(f);
	return ok;
}

static enum judge_mixed
mixed_by_name(const char *name, enum judge_mixed otherwise)
{
	return name == NULL ? otherwise : strcmp(name, "remove") == 0 ? JUDGE_MIXED_REMOVE :
	    strcmp(name, "tag") == 0 ? JUDGE_MIXED_TAG : strcmp(name, "reject") == 0 ? JUDGE_MIXED_REJECT :
	    JUDGE_MIXED_TEMPFAIL_ONCE;
}

static void
no_remark(void *arg, const char *file, unsigned line, const char *rule, const char *what)
{
	(void)arg;
	printf("# %s:%u: %s: %s\n", file, line, rule == NULL ? "-" : rule, what);
}

static struct judge *
judge_for(const struct scene *s, const char *rules_path, struct ledger *ledger, struct judge_split *split)
{
	static const char *const local[] = { "example.com", "example.org" }, *const internal[] = { "10.0.0.0/8" };
	static const char *const gateway[] = { "10.9.9.9" }, *const clients[] = { "198.51.100.0/24" },
	    *const forwarder[] = { "203.0.113.5" };
	static const char *const public[] = { "gmail.com", "qq.com" };
	static const char *const lists[] = { "talk.lists.example" }, *const forwarded[] = { "moved@example.com" };
	static const char *const exempt[] = { "open@example.com" }, *const partners[] = { "partner.example" };
	static const char *const map[] = { "sales@example.com", "anna@example.com" };
	struct judge_policy policies[2 + LISTED] = {
		{ .direction = DIRECTION_INBOUND, .domain = "", .row = policy_default[DIRECTION_INBOUND] },
		{ .direction = DIRECTION_OUTBOUND, .domain = "", .row = policy_default[DIRECTION_OUTBOUND] },
	};
	struct judge_settings set = {
		.mode = policy_mode_by_name(s->mode), .required_score = 5, .reject_score = 5,
		.local_domains = { local, 2 }, .internal_hosts = { internal, 1 }, .gateway_hosts = { gateway, 1 },
		.trusted_forwarders = { forwarder, 1 }, .public_mail_domains = { public, 2 },
		.trusted_lists = { lists, 1 }, .forwarded_recipients = { forwarded, 1 },
		.exempt_recipients = { exempt, 1 }, .exempt_clients = { clients, 1 }, .exempt_senders = { partners, 1 }, .recipient_map = { map, 2 },
		.authserv_ids = { &s->authserv, strcmp(s->authserv, "none") != 0 }, .recipient_delimiter = "+", .default_domain = "example.com",
		.command_address = "tuiding@example.com", .complaint_address = "jubao@example.com",
		.policies = policies, .npolicies = 2,
		.mixed = mixed_by_name(s->mixed, JUDGE_MIXED_TEMPFAIL_ONCE),
		.outbound_mixed = mixed_by_name(s->outbound_mixed, JUDGE_MIXED_REJECT),
		.subject_tag = s->tag, .header_other = !s->no_header_other, .reject_text = "refused {id} {sender} 100%",
		.tempfail_text = "later {id}", .mixed_text = "again {id}", .default_charset = "GB18030",
		.mime = mime_limits_default, .ledger = ledger, .split = split,
	};
	struct judge_rules *rules = NULL;
	struct judge *judge = NULL;
	struct err err = { "" };
	size_t i;

	for (i = 0; i < s->ncells; i++)
		if (!cell_add(s->cells[i], policies, &set.npolicies)) {
			printf("# cell %s: not understood\n", s->cells[i]);
			return NULL;
		}
	if (s->none != NULL)
		policies[0].row.action[STANDING_NONE] = policies[1].row.action[STANDING_NONE] =
		    policy_action_by_name(s->none);
	if (s->unknown != NULL)
		policies[0].row.action[STANDING_UNKNOWN] = policy_action_by_name(s->unknown);
	if (s->reject_score != NULL)
		set.reject_score = g_ascii_strtod(s->reject_score, NULL);
	if (s->cut != NULL)
		set.mime.octets = (size_t)g_ascii_strtoull(s->cut, NULL, 10);
	if (judge_rules_new(&rules_path, 1, &match_limits_default, no_remark, NULL, &rules, &err) != 0 ||
	    judge_new(&set, rules, &judge, &err) != 0)
		printf("# %s\n", err.text);
	return judge;
}

/* The answer as text; what is random (ids) reads ID. */
static GString *
answer_text(const struct judge_answer *a, const struct scene *s)
{
	GString *out = g_string_new(NULL);
	size_t i;

	if (a->untouched) {
		g_string_append_printf(out, "untouched\n%s", a->strip ? "strip\n" : "");
		return out;
	}
	g_string_append_printf(out, "class %s\nscore %.2f\ndirection %s\naction %s\n", policy_class_name(a->class),
	    a->score, policy_direction_name(a->direction), policy_action_name(a->action));
	g_string_append_printf(out, "from %s\nauth %s\nsender %s\nrules %s\n", a->from, a->method, a->sender_key, a->rules);
	if (a->code[0] != '\0')
		g_string_append_printf(out, "reply %s %s %s\n", a->code, a->xcode, a->text);
	if (a->header != NULL)
		g_string_append_printf(out, "header %s\n", a->header);
	if (a->subject != NULL)
		g_string_append_printf(out, "subject%s %s\n", a->subject_absent ? "+" : "", a->subject);
	if (a->strip)
		g_string_append(out, "strip\n");
	for (i = 0; a->class == CLASS_COMMERCIAL && i < a->nrcpts; i++) {
		const struct judge_recipient *r = &a->rcpts[i];

		g_string_append_printf(out, "rcpt %s key=%s%s standing=%s%s matched=%s would=%s action=%s\n", s->rcpts[i],
		    r->key, r->exempt ? " exempt" : "", policy_standing_name(r->finding.standing),
		    r->finding.by_rule ? "(rule)" : "", r->matched, policy_action_name(r->would),
		    policy_action_name(r->action));
	}
	if (a->ledger_failed)
		g_string_append(out, "ledger-failed\n");
	if (a->id[0] != '\0')
		g_string_replace(out, a->id, "ID", 0);
	return out;
}

/* "refusal anna@example.com shop.example [expires-in-days]", "rule-refusal example.org shop.example". */
static bool
ledger_fill(struct ledger *ledger, const char *path)
{
	char *text = NULL, **lines, **f;
	struct err err = { "" };
	bool ok = true;
	size_t i;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return false;
	lines = g_strsplit(text, "\n", -1);
	for (i = 0; ok && lines[i] != NULL; i++) {
		struct ledger_receipt receipt;

		if (lines[i][0] == '#' || lines[i][0] == '\0')
			continue;
		f = g_strsplit(lines[i], " ", 4);
		if (g_strv_length(f) < 3) {
			ok = false;
		} else if (g_str_has_prefix(f[0], "rule-")) {
			struct ledger_rule rule = { .domain = f[1], .sender = f[2], .made_at = NOW, .note = "",
				.word = strcmp(f[0], "rule-refusal") == 0 ? WORD_REFUSAL : WORD_CONSENT };
			int64_t id;

			ok = ledger_rule_add(ledger, &rule, &id, &err) == 1 || err.text[0] == '\0';
		} else {
			struct ledger_statement st = { .kind = ledger_kind_by_name(f[0]), .source = "reply",
				.given_at = NOW - 30 * DAY + (int64_t)i, .received_at = NOW - 30 * DAY + (int64_t)i,
				.recipient = f[1], .sender = f[2] };

			if (f[3] != NULL)
				st.expires = NOW + g_ascii_strtoll(f[3], NULL, 10) * DAY;
			ok = ledger_append(ledger, &st, 1, &receipt, &err) == 0 && receipt.outcome == LEDGER_WRITTEN;
		}
		if (!ok)
			printf("# %s:%zu: %s\n", path, i + 1, err.text);
		g_strfreev(f);
	}
	g_strfreev(lines);
	g_free(text);
	return ok;
}

/* Judges the message, and where the scene says so again, with the field that the first time gave it. */
static void
judge_scene(struct judge *judge, const struct scene *s, const char *octets, size_t len, struct judge_answer *answer)
{
	struct judge_message in = { .octets = octets, .len = len, .client = s->client, .login = s->login,
		.sender = s->from, .rcpts = s->rcpts, .nrcpts = s->nrcpts, .queue_id = "Q1", .now = NOW,
		.can_remove = s->limited == NULL, .can_quarantine = s->limited == NULL };
	GString *marked = NULL;

	judge_message(judge, &in, answer);
	if (s->again == NULL)
		return;
	marked = g_string_new(NULL);
	g_string_printf(marked, "X-Tuiding: %s\n", answer->header == NULL ? "" : answer->header);
	g_string_append_len(marked, octets, (gssize)len);
	judge_answer_clear(answer);
	in.octets = marked->str;
	in.len = marked->len;
	in.client = s->again;
	judge_message(judge, &in, answer);
	g_string_free(marked, TRUE);
}

/* One golden message.  True when the answer is the one that was wanted. */
static bool
golden_one(const char *dir, const char *name, struct ledger *ledger)
{
	char *eml = g_strdup_printf("%s/%s.eml", dir, name), *want_path = g_strdup_printf("%s/%s.want", dir, name);
	char *rules = g_strdup_printf("%s/golden.cf", dir), *octets = NULL, *want = NULL, **lines = NULL;
	struct judge_split *split = judge_split_new(100);
	struct judge *judge = NULL;
	struct judge_answer answer;
	GString *got = NULL;
	struct scene s;
	char *head;
	bool ok = false;
	gsize len = 0;

	if (!g_file_get_contents(eml, &octets, &len, NULL) || !g_file_get_contents(want_path, &want, NULL, NULL))
		goto out;
	lines = g_strsplit(want, "\n", -1);
	if (!scene_read(&s, lines)) {
		printf("# %s: the lines before \"--\" are not understood\n", want_path);
		goto out;
	}
	judge = judge_for(&s, rules, s.no_ledger ? NULL : ledger, split);
	if (judge == NULL)
		goto out;
	judge_scene(judge, &s, octets, len, &answer);
	got = answer_text(&answer, &s);
	judge_answer_clear(&answer);
	head = strstr(want, "--\n");
	ok = head != NULL && strcmp(head + 3, got->str) == 0;
	if (!ok && getenv("TUIDING_GOLDEN_UPDATE") != NULL && head != NULL) {
		head[3] = '\0';
		g_string_prepend(got, want);
		ok = g_file_set_contents(want_path, got->str, -1, NULL);
	} else if (!ok && head != NULL) {
		printf("# wanted:\n# %s\n# got:\n# %s\n", g_strjoinv("\n# ", g_strsplit(head + 3, "\n", -1)),
		    g_strjoinv("\n# ", g_strsplit(got->str, "\n", -1)));
	}
out:
	if (got != NULL)
		g_string_free(got, TRUE);
	judge_unref(judge);
	judge_split_free(split);
	g_strfreev(lines);
	g_free(octets);
	g_free(want);
	g_free(eml);
	g_free(want_path);
	g_free(rules);
	return ok;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
main(void)
{
	const char *src = getenv("TUIDING_SRCDIR");
	char *dir = g_strdup_printf("%s/tests/golden", src == NULL ? "." : src);
	char *home = g_dir_make_tmp("tuiding-golden-XXXXXX", NULL), *url, *path, *seed;
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	struct ledger_settings settings = { 0 };
	struct ledger *ledger = NULL;
	struct err err = { "" };
	const char *entry;
	int from, to;
	guint i, failed = 0;
	bool any;
	GDir *d;

	mime_init();
	text_init();
	path = g_strdup_printf("%s/ledger.db", home);
	url = g_strdup_printf("sqlite:%s", path);
	seed = g_strdup_printf("%s/ledger.txt", dir);
	d = g_dir_open(dir, 0, NULL);
	if (d == NULL || ledger_migrate(url, true, &from, &to, &err) < 0 ||
	    ledger_open(url, &settings, &ledger, &err) != 0 || !ledger_fill(ledger, seed)) {
		printf("Bail out! %s\n", err.text);
		return 99;
	}
	while ((entry = g_dir_read_name(d)) != NULL)
		if (g_str_has_suffix(entry, ".eml"))
			g_ptr_array_add(names, g_strndup(entry, strlen(entry) - 4));
	g_dir_close(d);
	qsort(names->pdata, names->len, sizeof(*names->pdata), by_name);
	printf("1..%u\n", names->len);
	for (i = 0; i < names->len; i++) {
		bool ok = golden_one(dir, names->pdata[i], ledger);

		failed += !ok;
		printf("%sok %u - %s\n", ok ? "" : "not ", i + 1, (const char *)names->pdata[i]);
	}
	any = names->len > 0;
	ledger_close(ledger);
	(void)unlink(path);
	for (i = 0; i < 2; i++) {
		char *extra = g_strconcat(path, i == 0 ? "-wal" : "-shm", NULL);

		(void)unlink(extra);
		g_free(extra);
	}
	(void)rmdir(home);
	g_ptr_array_free(names, TRUE);
	g_free(dir);
	g_free(home);
	g_free(path);
	g_free(url);
	g_free(seed);
	return failed > 0 || !any;
}
