/*
 * test-judge-offer.c - what delivered mail brings along and what sent mail teaches: the way out, the label on our own
 * advertising, correspondents, and the letter about a mixed message.
 */
#include "judge-word-fixture.h"

#include "policy.h"

#define AD(...)		{ .from = SHOP, .to = ANNA, .mid = "a1@x", .proven = "shop.example", __VA_ARGS__ }
#define OURS(whom, ...)	{ .from = NEWS, .to = whom, .mid = "n1@x", .client = INSIDE, .login = NEWS, __VA_ARGS__ }
#define SIGNED(tags)	.extra = "DKIM-Signature: v=1; d=shop.example; s=x;\n\t" tags "\n"

/* ---- the way out ------------------------------------------------------------------------------------------ */

static void
no_offer(struct judge_settings *set)
{
	set->offer = set->outbound_offer = false;
}

static void
no_keys(struct judge_settings *set)
{
	token_keys_free(set->keys);
	set->keys = NULL;
}

static void
no_address(struct judge_settings *set)
{
	set->command_address = "";
}

static void
short_address(struct judge_settings *set)
{
	set->command_address = "thirty-three-octets-fit-just-here@example.com";
}

static void
long_address(struct judge_settings *set)
{
	set->command_address = "thirty-four-octets-do-not-fit-here@example.com";
}

static void
observe(struct judge_settings *set)
{
	set->mode = MODE_OBSERVE;
}

static void
let_unknown_in(struct judge_settings *set)
{
	static const struct judge_policy policies[] = {
		{ .direction = DIRECTION_INBOUND, .domain = "", .row = { .action = {
		    [STANDING_NONE] = ACTION_TAG, [STANDING_REFUSED] = ACTION_REJECT,
		    [STANDING_CORRESPONDENT] = ACTION_ACCEPT,
		    [STANDING_CONSENTED] = ACTION_ACCEPT, [STANDING_UNKNOWN] = ACTION_ACCEPT } } },
	};

	set->ledger = NULL;
	set->policies = policies;
	set->npolicies = 1;
}

enum { NEITHER, REFUSE_ONLY, BOTH };

static const struct {
	const char	*what;
	struct mail	 mail;
	int		 want;
	world_tweak	*tweak;
} offers[] = {
	{ "an advertisement", AD(.client = OUTSIDE), BOTH, NULL },
	{ "in observe mode", AD(.client = OUTSIDE), BOTH, observe },
	{ "with a way of its own", AD(.extra = "List-Unsubscribe: <https://shop.example/u>\n"), REFUSE_ONLY,
	    NULL },
	{ "with an empty one", AD(.extra = "list-unsubscribe:\n"), REFUSE_ONLY, NULL },
	{ "signed", AD(SIGNED("h=from:to:subject; b=AAAA")), BOTH, NULL },
	{ "its absence signed", AD(SIGNED("h=from:list-unsubscribe:subject; b=AAAA")), REFUSE_ONLY, NULL },
	{ "first", AD(SIGNED("h=List-Unsubscribe:from; b=AAAA")), REFUSE_ONLY, NULL },
	{ "last, and nothing follows", AD(SIGNED("b=AAAA; h=from:LIST-UNSUBSCRIBE")), REFUSE_ONLY, NULL },
	{ "with blanks and folds", AD(SIGNED("b=AAAA;\n H =\n from :\n\tList-Unsubscribe ;")), REFUSE_ONLY,
	    NULL },
	{ "behind what only looks like h=", AD(SIGNED("bh=AAh=; b=AAAA\n h=; h=from:list-unsubscribe")),
	    REFUSE_ONLY, NULL },
	{ "in a second signature",
	    AD(SIGNED("h=from; b=A\nDKIM-Signature: v=1; h=from:list-unsubscribe; b=B")), REFUSE_ONLY,
	    NULL },
	{ "another field that begins so", AD(SIGNED("h=from:list-unsubscribe-post; b=AAAA")), BOTH, NULL },
	{ "another field that ends so", AD(SIGNED("h=from:x-list-unsubscribe; b=AAAA")), BOTH, NULL },
	{ "the name in another tag", AD(SIGNED("h=from; z=list-unsubscribe:x; b=AAAA")), BOTH, NULL },
	{ "a broken signature",
	    AD(.extra = "DKIM-Signature: h\nDKIM-Signature: h=\nDKIM-Signature: ;;;h\nDKIM-Signature:\n"),
	    BOTH, NULL },
	{ "two recipients", AD(.more = { BO }), NEITHER, NULL },
	{ "the same recipient twice", AD(.more = { ANNA }), NEITHER, NULL },
	{ "a shared mailbox", { .from = SHOP, .to = TEAM, .mid = "a1@x" }, NEITHER, NULL },
	{ "an extension of a shared mailbox", { .from = SHOP, .to = "team+x@example.com", .mid = "a1@x" },
	    NEITHER, NULL },
	{ "a relayed recipient", { .from = SHOP, .to = ZHOU, .mid = "a1@x" }, NEITHER, NULL },
	{ "postmaster", { .from = SHOP, .to = "postmaster@example.com", .mid = "a1@x" }, NEITHER, NULL },
	{ "a letter", AD(.body = "see you at nine\n"), NEITHER, NULL },
	{ "switched off", AD(.client = OUTSIDE), NEITHER, no_offer },
	{ "no keys", AD(.client = OUTSIDE), NEITHER, no_keys },
	{ "no address", AD(.client = OUTSIDE), NEITHER, no_address },
	{ "an address that fits", AD(.client = OUTSIDE), BOTH, short_address },
	{ "an address too long", AD(.client = OUTSIDE), NEITHER, long_address },
	{ "a decision that could not be kept", AD(.client = OUTSIDE), NEITHER, let_unknown_in },
	{ "our newsletter", OURS(ZHOU, .body = SALE), BOTH, NULL },
	{ "our newsletter to two", OURS(ZHOU, .more = { "wu@customer.example" }), NEITHER, NULL },
	{ "our newsletter, switched off", OURS(ZHOU, .body = SALE), NEITHER, no_offer },
};

static bool
is_way_out(const char *value)
{
	return g_regex_match_simple("^\n\t<mailto:[a-z-]{1,33}\\+d[0-9a-z]{29}@example\\.com"
	    "\\?subject=%E9%80%80%E8%AE%A2>$", value,
	    0, 0);
}

static void
test_offers(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(offers); i++) {
		struct world *w = world_new(offers[i].tweak);
		struct judge_answer a;
		int got;

		mail_send(w->judge, &offers[i].mail, &a);
		got = a.offer == NULL ? NEITHER : a.unsubscribe == NULL ? REFUSE_ONLY : BOTH;
		if (got != offers[i].want || (a.offer != NULL && !is_way_out(a.offer)) ||
		    (a.unsubscribe != NULL &&
		    (a.offer == NULL || strcmp(a.unsubscribe, a.offer) != 0))) {
			print_error("%s: %s, %s\n", offers[i].what, a.offer == NULL ? "none" : a.offer,
			    a.unsubscribe == NULL ? "none" : a.unsubscribe);
			failed++;
		}
		judge_answer_clear(&a);
		world_free(w);
	}
	assert_int_equal(failed, 0);
}

/* ---- the label on our own advertising ------------------------------------------------------------------------ */

static void
label(struct judge_settings *set)
{
	set->outbound_label = true;
}

static void
label_observing(struct judge_settings *set)
{
	set->outbound_label = true;
	set->mode = MODE_OBSERVE;
}

static void
label_nothing(struct judge_settings *set)
{
	set->outbound_label = true;
	set->subject_tag = "";
}

static const struct {
	const char	*what;
	struct mail	 mail;
	const char	*want;		/* subject, or NULL: as it was */
	world_tweak	*tweak;
} labels[] = {
	{ "ours", OURS(ZHOU, .subject = "Sale"), "=?UTF-8?B?W+W5v+WRil0=?=\n Sale", label },
	{ "ours, to several", OURS(ZHOU, .more = { ANNA }, .subject = "Sale"),
	    "=?UTF-8?B?W+W5v+WRil0=?=\n Sale", label },
	{ "ours, labelled before", OURS(ZHOU, .subject = "(AD) Sale"), NULL, label },
	{ "ours, a letter", OURS(ZHOU, .subject = "Sale", .body = "see you at nine\n"), NULL, label },
	{ "ours, not asked for", OURS(ZHOU, .subject = "Sale"), NULL, NULL },
	{ "ours, in observe mode", OURS(ZHOU, .subject = "Sale"), NULL, label_observing },
	{ "ours, without a label", OURS(ZHOU, .subject = "Sale"), NULL, label_nothing },
	{ "a relayed one of others", { .from = SHOP, .to = ZHOU, .subject = "Sale" }, NULL, label },
};

static void
test_labels(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(labels); i++) {
		struct world *w = world_new(labels[i].tweak);
		const char *want = labels[i].want == NULL ? "as it was" : labels[i].want;
		struct judge_answer a;

		mail_send(w->judge, &labels[i].mail, &a);
		failed += differs(labels[i].what, "the subject",
		    a.subject == NULL ? "as it was" : a.subject, want);
		judge_answer_clear(&a);
		world_free(w);
	}
	assert_int_equal(failed, 0);
}

/* ---- correspondents ------------------------------------------------------------------------------------------ */

#define WROTE(...)	{ .from = ANNA, .to = SHOP, .body = "when do you open?\n", .mid = "w1@x", __VA_ARGS__ }
#define ANNAS		.client = INSIDE, .login = ANNA

static void
no_days(struct judge_settings *set)
{
	set->correspondent_days = 0;
}

static const struct {
	const char	*what;
	struct mail	 wrote, ad;
	const char	*want;		/* the standing */
	world_tweak	*tweak;
} talks[] = {
	{ "nobody wrote", OURS(ZHOU, .body = SALE), AD(.client = OUTSIDE), "none", NULL },
	{ "a moment ago", WROTE(ANNAS), AD(.after = 1), "correspondent", NULL },
	{ "29 days ago", WROTE(ANNAS), AD(.after = 29 * DAY), "correspondent", NULL },
	{ "31 days ago", WROTE(ANNAS), AD(.after = 31 * DAY), "none", NULL },
	{ "from the program on the server", WROTE(.client = "local"), AD(.after = DAY), "correspondent",
	    NULL },
	{ "to one of several", WROTE(ANNAS, .more = { ZHOU, SHOP }), AD(.after = DAY), "correspondent",
	    NULL },
	{ "to their other letters", WROTE(ANNAS), AD(.after = DAY, .extra = "References: <w1@x>\n"),
	    "correspondent", NULL },
	{ "nothing proves the From", WROTE(ANNAS), { .from = SHOP, .to = ANNA, .after = DAY }, "none",
	    NULL },
	{ "another is proven", WROTE(ANNAS), { .from = SHOP, .to = ANNA, .proven = "elsewhere.example",
	    .after = DAY }, "none",
	    NULL },
	{ "another person wrote", WROTE(ANNAS), { .from = SHOP, .to = BO, .proven = "shop.example",
	    .after = DAY }, "none", NULL },
	{ "to another address of theirs", WROTE(ANNAS),
	    { .from = "x@shop.example", .to = ANNA, .proven = "shop.example",
	    .after = DAY }, "none", NULL },
	{ "a machine wrote", WROTE(ANNAS, .extra = "Auto-Submitted: auto-replied\n"), AD(.after = DAY),
	    "none", NULL },
	{ "a bounce wrote", WROTE(ANNAS, .envelope = ""), AD(.after = DAY), "none", NULL },
	{ "somebody outside wrote in her name", WROTE(.client = OUTSIDE), AD(.after = DAY), "none", NULL },
	{ "a dry run wrote", WROTE(ANNAS, .dry = true), AD(.after = DAY), "none", NULL },
	{ "no keys", WROTE(ANNAS), AD(.after = DAY), "none", no_keys },
	{ "no days", WROTE(ANNAS), AD(.after = 0), "none", no_days },
	{ "she refused it", { .from = ANNA, .to = SERVICE, .more = { SHOP }, .subject = "退订 shop.example",
	    .body = "", ANNAS },
	    AD(.after = DAY), "refused", NULL },
};

static void
test_talks(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(talks); i++) {
		struct world *w = world_new(talks[i].tweak);
		struct judge_answer a;

		mail_before(w, &talks[i].wrote);
		world_change(w, NULL, talks[i].tweak);
		fixture_reopen(&w->files);		/* what was taken up is written */
		world_change(w, w->files.ledger, talks[i].tweak);
		mail_send(w->judge, &talks[i].ad, &a);
		failed += differs(talks[i].what, "the standing",
		    policy_standing_name(a.rcpts[0].finding.standing),
		    talks[i].want);
		judge_answer_clear(&a);
		world_free(w);
	}
	assert_int_equal(failed, 0);
}

/* What is kept tells nobody who wrote to whom. */
static void
test_talk_is_hashed(void **state)
{
	static const struct mail wrote = WROTE(ANNAS);
	struct world *w = world_new(NULL);
	char *octets = NULL;
	gsize len;

	(void)state;
	mail_before(w, &wrote);
	world_change(w, NULL, NULL);
	fixture_reopen(&w->files);
	assert_int_equal(raw_number(w->files.path, "SELECT count(*) FROM conversation"), 1);
	raw(w->files.path, "PRAGMA wal_checkpoint(TRUNCATE)");
	assert_true(g_file_get_contents(w->files.path, &octets, &len, NULL));
	assert_null(memmem(octets, len, SHOP, strlen(SHOP)));
	assert_null(memmem(octets, len, "w1@x", 4));
	g_free(octets);
	world_free(w);
}

/* ---- the letter about a mixed message -------------------------------------------------------------------------- */

#define TWO(...)	{ .from = NEWS, .to = ZHOU, .more = { "wu@customer.example" }, .mid = "n1@x", .subject = "Sale", \
	__VA_ARGS__ }

static void
take_away(struct judge_settings *set)
{
	set->outbound_mixed = JUDGE_MIXED_REMOVE;
}

static void
put_off_none(struct judge_settings *set)
{
	static const struct judge_policy policies[] = {
		{ .direction = DIRECTION_OUTBOUND, .domain = "", .row = { .action = {
		    [STANDING_NONE] = ACTION_TEMPFAIL, [STANDING_REFUSED] = ACTION_REJECT,
		    [STANDING_CORRESPONDENT] = ACTION_ACCEPT, [STANDING_CONSENTED] = ACTION_ACCEPT,
		    [STANDING_UNKNOWN] = ACTION_TEMPFAIL } } },
	};

	set->policies = policies;
	set->npolicies = 1;
}

static const struct {
	const char		*what;
	struct mail		 mail;
	const char		*want;		/* what the letter says; "" none */
	enum policy_action	 action;
	world_tweak		*tweak;
} mixed[] = {
	{ "rejected", TWO(.client = INSIDE, .login = NEWS), ZHOU "|rejected|Sale|" NEWS, ACTION_REJECT,
	    NULL },
	{ "removed", TWO(.client = INSIDE, .login = NEWS), ZHOU "|removed|Sale|" NEWS, ACTION_ACCEPT,
	    take_away },
	{ "nobody logged in", TWO(.client = INSIDE), "", ACTION_REJECT, NULL },
	{ "somebody else logged in", TWO(.client = INSIDE, .login = ANNA), "", ACTION_REJECT, NULL },
	{ "a submitter that is trusted", TWO(.client = WEBMAIL), ZHOU "|rejected|Sale|" NEWS, ACTION_REJECT,
	    NULL },
	{ "in observe mode", TWO(.client = INSIDE, .login = NEWS), "", ACTION_ACCEPT, observe },
	{ "a dry run", TWO(.client = INSIDE, .login = NEWS, .dry = true), "", ACTION_REJECT, NULL },
	{ "put off: nothing has become of it yet", TWO(.client = INSIDE, .login = NEWS), "",
	    ACTION_TEMPFAIL, put_off_none },
	{ "one recipient, and refused", { .from = NEWS, .to = ZHOU, .mid = "n1@x", .client = INSIDE,
	    .login = NEWS }, "",
	    ACTION_REJECT, NULL },
	{ "all refuse", { .from = NEWS, .to = ZHOU, .more = { ZHOU }, .mid = "n1@x", .client = INSIDE,
	    .login = NEWS }, "",
	    ACTION_REJECT, NULL },
	{ "nobody refuses", { .from = NEWS, .to = ANNA, .more = { BO }, .mid = "n1@x", .client = INSIDE,
	    .login = NEWS }, "",
	    ACTION_ACCEPT, NULL },
};

static void
test_mixed(void **state)
{
	static const char sql[] =
	    "SELECT coalesce(group_concat(trim(json_extract(texts, '$.recipients'), char(10)) || '|' ||"
	    " json_extract(texts, '$.action') || '|' || json_extract(texts, '$.subject') || '|' || recipient, ';'), '')"
	    " FROM outbox WHERE purpose = 'mixed'";
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(mixed); i++) {
		struct world *w = world_new(mixed[i].tweak);
		char *got;

		(void)say(w->files.ledger, LEDGER_REFUSAL, "reply", ZHOU, NEWS, T0 - DAY);
		for (int k = 0; k < 2; k++) {		/* the same again brings no second letter */
			struct judge_answer a;

			mail_send(w->judge, &mixed[i].mail, &a);
			failed += differs(mixed[i].what, "the action", policy_action_name(a.action),
			    policy_action_name(mixed[i].action));
			judge_answer_clear(&a);
			got = raw_text(w->files.path, sql);
			failed += differs(mixed[i].what, "the letter", got, mixed[i].want);
			g_free(got);
		}
		world_free(w);
	}
	assert_int_equal(failed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offers), cmocka_unit_test(test_labels), cmocka_unit_test(test_talks),
		cmocka_unit_test(test_talk_is_hashed), cmocka_unit_test(test_mixed),
	};

	return cmocka_run_group_tests(tests, readers_setup, NULL);
}
