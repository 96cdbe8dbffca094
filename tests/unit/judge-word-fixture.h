/*
 * judge-word-fixture.h - a house with its people, a ledger, keys and one rule, and mail that is written in few words:
 * for the tests of words from recipients.
 *
 * Mail goes through judge_message() and nothing else; what came of it is read from the answer, and behind the
 * ledger's back.  Messages are copied to their exact length, so that a sanitizer sees a read beyond them.
 */
#ifndef JUDGE_WORD_FIXTURE_H
#define JUDGE_WORD_FIXTURE_H

#include "ledger-fixture.h"
#include "judge.h"
#include "judge_rate.h"
#include "judge_split.h"
#include "ledger_act.h"
#include "mime.h"
#include "text.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define DAY		(INT64_C(86400000))
#define BO		"bo@example.com"
#define TEAM		"team@example.com"	/* several people's */
#define NEWS		"news@example.com"	/* our own newsletter */
#define ZHOU		"zhou@customer.example"	/* an outside person */
#define SHOP		"news@shop.example"
#define SERVICE		"tuiding@example.com"
#define COMPLAINTS	"jubao@example.com"
#define INSIDE		"10.0.0.5"		/* internal, and believed no From */
#define WEBMAIL		"10.1.0.5"		/* a trusted submitter */
#define OUTSIDE		"192.0.2.7"
#define SALE		"Dear customer,\n\neverything must go: half price until Sunday!\n"

struct world {
	struct fixture		 files;		/* the ledger and its folder */
	char			*rules, *keys;
	struct judge_rate	*rate;
	struct judge_split	*split;
	struct judge		*judge;
};

typedef void	world_tweak(struct judge_settings *set);

static inline void
world_warn(void *arg, const char *file, unsigned line, const char *rule, const char *what)
{
	(void)arg;
	fail_msg("%s:%u: %s: %s", file, line, rule == NULL ? "-" : rule, what);
}

/* The judge, with the settings that tweak makes of ours; ledger may be NULL. */
static inline struct judge *
world_judge(struct world *w, struct ledger *ledger, world_tweak *tweak)
{
	static const char *const local[] = { "example.com" }, *const internal[] = { "10.0.0.0/8" };
	static const char *const authserv[] = { "mx.example.com" }, *const public[] = { "qq.com" };
	static const char *const logins[] = { "bo_login", BO }, *const submitters[] = { "10.1.0.0/16" };
	static const char *const shared[] = { TEAM }, *const gateways[] = { "10.9.9.9" };
	const struct judge_policy policies[] = {
		{ .direction = DIRECTION_INBOUND, .domain = "", .row = policy_default[DIRECTION_INBOUND] },
		{ .direction = DIRECTION_OUTBOUND, .domain = "",
		    .row = policy_default[DIRECTION_OUTBOUND] },
	};
	struct judge_settings set = {
		.mode = MODE_ENFORCE, .required_score = 5, .reject_score = 5, .local_domains = { local, 1 },
		.internal_hosts = { internal, 1 }, .gateway_hosts = { gateways, 1 },
		    .authserv_ids = { authserv, 1 },
		.public_mail_domains = { public, 1 }, .recipient_delimiter = "+",
		    .default_domain = "example.com",
		.command_address = SERVICE, .complaint_address = COMPLAINTS, .policies = policies,
		    .npolicies = 2,
		.mixed = JUDGE_MIXED_TEMPFAIL_ONCE, .outbound_mixed = JUDGE_MIXED_REJECT,
		    .subject_tag = "[广告] ",
		.header_other = true, .reject_text = "refused {id}", .tempfail_text = "later {id}",
		.mixed_text = "again {id}", .default_charset = "GB18030", .mime = mime_limits_default,
		    .offer = true,
		.outbound_offer = true, .login_map = { logins, 2 }, .trusted_submitters = { submitters, 1 },
		.shared_recipients = { shared, 1 }, .unproven_refusals = true, .correspondent_days = 30,
		.confirmations_per_day = 20, .evidence_max = 65536, .measures = true, .rate = w->rate,
		.ledger = ledger, .split = w->split,
	};
	const char *rules_path = w->rules;
	struct judge_rules *rules = NULL;
	struct judge *judge = NULL;
	struct err err = { "" };

	assert_int_equal(token_keys_open(w->keys, &set.keys, &err), 1);
	if (tweak != NULL)
		tweak(&set);
	if (judge_rules_new(&rules_path, 1, &match_limits_default, world_warn, NULL, &rules, &err) != 0 ||
	    judge_new(&set, rules, &judge, &err) != 0)
		fail_msg("cannot make a judge: %s", err.text);
	return judge;
}

static inline struct world *
world_new(world_tweak *tweak)
{
	struct world *w = g_new0(struct world, 1);
	struct fixture *f = NULL;
	struct err err = { "" };
	void *state = NULL;

	assert_int_equal(fixture_setup(&state), 0);
	f = state;
	w->files = *f;
	g_free(f);
	w->rules = g_build_filename(w->files.folder, "rules.cf", NULL);
	w->keys = g_build_filename(w->files.folder, "keys", NULL);
	assert_true(g_file_set_contents(w->rules, "body SALE /everything must go/\nscore SALE 6.0\n", -1,
	    NULL));
	assert_int_equal(token_keys_create(w->keys, T0 - 60 * DAY, &err), 1);
	w->rate = judge_rate_new(1000);
	w->split = judge_split_new(1000);
	w->judge = world_judge(w, w->files.ledger, tweak);
	return w;
}

static inline void
world_free(struct world *w)
{
	struct fixture *f = g_new0(struct fixture, 1);
	void *state = f;

	judge_unref(w->judge);
	*f = w->files;
	(void)fixture_teardown(&state);
	judge_rate_free(w->rate);
	judge_split_free(w->split);
	g_free(w->rules);
	g_free(w->keys);
	g_free(w);
}

/* The same house, its judge made anew. */
static inline void
world_change(struct world *w, struct ledger *ledger, world_tweak *tweak)
{
	judge_unref(w->judge);
	w->judge = world_judge(w, ledger, tweak);
}

/* ---- mail ---------------------------------------------------------------------------------------- */

#define MAIL_RCPTS	6

struct mail {
	const char	*from, *to;		/* From field, first recipient */
	const char	*more[MAIL_RCPTS - 1];	/* further recipients */
	const char	*subject, *body, *mid;	/* NULL: "Re: Sale", SALE, none; mid without its brackets */
	const char	*answers;		/* Message-ID it answers, without brackets */
	const char	*extra;			/* header lines, each with its LF */
	const char	*proven;		/* domain that our verifier has proven */
	const char	*client, *login;	/* client NULL: OUTSIDE; "local": a local submission */
	const char	*envelope;		/* NULL: the From */
	int64_t		 after;			/* ms after T0 */
	bool		 dry;
};

static inline GString *
mail_text(const struct mail *m)
{
	GString *text = g_string_new(NULL);

	if (m->proven != NULL)
		g_string_append_printf(text,
		    "Authentication-Results: mx.example.com; dmarc=pass header.from=%s\n", m->proven);
	if (m->from != NULL)
		g_string_append_printf(text, "From: %s\n", m->from);
	g_string_append_printf(text, "To: %s\nSubject: %s\n", m->to,
	    m->subject == NULL ? "Re: Sale" : m->subject);
	if (m->mid != NULL)
		g_string_append_printf(text, "Message-ID: <%s>\n", m->mid);
	if (m->answers != NULL)
		g_string_append_printf(text, "In-Reply-To: <%s>\n", m->answers);
	if (m->extra != NULL)
		g_string_append(text, m->extra);
	if (m->extra == NULL || strstr(m->extra, "Content-Type:") == NULL)
		g_string_append(text, "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n");
	g_string_append_printf(text, "\n%s", m->body == NULL ? SALE : m->body);
	return text;
}

/* Through the door; the answer is the caller's to clear. */
static inline void
mail_send(struct judge *judge, const struct mail *m, struct judge_answer *a)
{
	const char *rcpts[MAIL_RCPTS] = { m->to };
	struct judge_message in = {
		.client = m->client == NULL ? OUTSIDE : strcmp(m->client, "local") == 0 ? NULL : m->client,
		.login = m->login, .sender = m->envelope == NULL ? m->from : m->envelope, .rcpts = rcpts,
		    .nrcpts = 1,
		.queue_id = "Q1", .now = T0 + m->after, .dry = m->dry, .can_remove = true,
		    .can_quarantine = true,
	};
	GString *text = mail_text(m);
	char *octets = malloc(text->len);

	assert_non_null(octets);
	memcpy(octets, text->str, text->len);
	in.octets = octets;
	in.len = text->len;
	while (in.nrcpts < MAIL_RCPTS && m->more[in.nrcpts - 1] != NULL) {
		rcpts[in.nrcpts] = m->more[in.nrcpts - 1];
		in.nrcpts++;
	}
	judge_message(judge, &in, a);
	free(octets);
	g_string_free(text, TRUE);
}

/* Sends it; what was said, as one line: "path verb proof person key outcome", "-" where empty.  g_free(). */
static inline char *
mail_said(struct world *w, const struct mail *m, enum policy_action *action_r)
{
	struct judge_answer a;
	char *line;

#define OR(text)	((text)[0] == '\0' ? "-" : (text))
	mail_send(w->judge, m, &a);
	line = a.said.path[0] == '\0' ? g_strdup("") : g_strdup_printf("%s %s %s %s %s %s", a.said.path,
	    OR(a.said.verb),
	    OR(a.said.proof), OR(a.said.person), OR(a.said.key), OR(a.said.outcome));
	if (action_r != NULL)
		*action_r = a.action;
	judge_answer_clear(&a);
	return line;
#undef OR
}

/* Sends what only prepares the scene, and must pass. */
static inline void
mail_before(struct world *w, const struct mail *m)
{
	struct judge_answer a;

	mail_send(w->judge, m, &a);
	if (a.why[0] != '\0')
		fail_msg("'%s' to %s: %s", m->subject == NULL ? "" : m->subject, m->to, a.why);
	judge_answer_clear(&a);
}

/* ---- what came of it ------------------------------------------------------------------------------- */

/* "refusal anna@example.com shop.example reply", "letter refused …", "case open …", one a line.  g_free(). */
static inline char *
world_state(const struct world *w)
{
	static const char sql[] = "SELECT coalesce(group_concat(t, char(10)), '') FROM ("
	    "SELECT t FROM (SELECT 1 AS o, seq AS n,"
	    " s.kind || ' ' || p.recipient || ' ' || p.sender || ' ' || s.source AS t"
	    " FROM statement s JOIN statement_person p USING (seq)"
	    " UNION ALL SELECT 2, id, 'letter ' || purpose || ' ' || recipient FROM outbox"
	    " UNION ALL SELECT 3, number, 'case ' || state || ' ' || kind || ' ' || source || ' ' || recipient ||"
	    " ' ' || coalesce(nullif(sender, ''), '-') || iif(weak, ' weak', '') ||"
	    " iif(next_at > 0, ' measure', '') FROM complaint)"
	    " ORDER BY o, n)";

	return raw_text(w->files.path, sql);
}

/* Says so where they differ. */
static inline bool
differs(const char *what, const char *field, const char *got, const char *want)
{
	if (strcmp(got, want) == 0)
		return false;
	print_error("%s: %s is\n%s\nnot\n%s\n", what, field, got, want);
	return true;
}

static inline bool
state_differs(const struct world *w, const char *what, const char *want)
{
	char *got = world_state(w);
	bool differ = differs(what, "the state", got, want);

	g_free(got);
	return differ;
}

static inline void
assert_state(const struct world *w, const char *what, const char *want)
{
	assert_false(state_differs(w, what, want));
}

/* The way out that an advertisement to that person bears: "tuiding+TOKEN@…".  g_free(). */
static inline char *
world_way_out(struct world *w, const struct mail *ad)
{
	struct judge_answer a;
	char *begin, *address = NULL;

	mail_send(w->judge, ad, &a);
	begin = a.offer == NULL ? NULL : strstr(a.offer, "<mailto:");
	if (begin != NULL)
		address = g_strndup(begin + 8, strcspn(begin + 8, "?>"));
	judge_answer_clear(&a);
	return address;
}

static inline int
readers_setup(void **state)
{
	(void)state;
	mime_init();
	text_init();
	return 0;
}

/* ---- tables --------------------------------------------------------------------------------------- */

#define ROW_BEFORE	3

/* One word, what went before it, what the log says of it, and what is on record in the end. */
struct row {
	const char	*what;
	struct mail	 before[ROW_BEFORE];	/* up to the first without a recipient */
	struct mail	 mail;
	const char	*said, *state;
	world_tweak	*tweak;
};

/*
 * Every row in a house of its own.  Each word is delivered twice, as after a crash between the ledger and the answer:
 * the second time changes nothing.
 */
static inline bool
row_fails(const struct row *row)
{
	struct world *w = world_new(row->tweak);
	struct mail again = row->mail;
	enum policy_action first, second;
	bool fails;
	char *said;

	for (size_t k = 0; k < ROW_BEFORE && row->before[k].to != NULL; k++)
		mail_before(w, &row->before[k]);
	said = mail_said(w, &row->mail, &first);
	fails = differs(row->what, "what was said", said, row->said);
	fails |= state_differs(w, row->what, row->state);
	g_free(said);
	again.after += 60000;
	said = mail_said(w, &again, &second);
	fails |= state_differs(w, row->what, row->state);
	if (first == ACTION_TEMPFAIL || second == ACTION_TEMPFAIL) {
		print_error("%s: put off\n", row->what);
		fails = true;
	}
	g_free(said);
	(void)verify(w->files.ledger, NULL, 1);
	world_free(w);
	return fails;
}

static inline void
run_rows(const struct row *rows, size_t n)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++)
		failed += row_fails(&rows[i]);
	assert_int_equal(failed, 0);
}

#endif
