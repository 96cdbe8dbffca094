/*
 * test-judge-word-desk.c - mail to our own addresses: the service's, with keys and references; and tokens.
 */
#include "judge-word-fixture.h"

#include "token.h"

#define NOTHING		{ { .to = NULL } }		/* went before */
#define ANNAS		.client = INSIDE, .login = ANNA
#define TO_SERVICE(text, ...)	{ .from = ANNA, .to = SERVICE, .subject = text, .body = "", .mid = "s1@x", __VA_ARGS__ }
#define SAID(verb, key, outcome) "mail " verb " login " ANNA " " key " " outcome
#define IGNORED(who, why)	"mail refuse none " who " - ignored: " why

/* ---- the service's address -------------------------------------------------------------------------- */

static const struct row service[] = {
	{ "a domain", NOTHING, TO_SERVICE("退订 Shop.Example", ANNAS),
	    SAID("refuse", "shop.example", "recorded"),
	    "refusal " ANNA " shop.example mail\nletter refused " ANNA, NULL },
	{ "an address", NOTHING, TO_SERVICE("拒收 News@Shop.Example", ANNAS),
	    SAID("refuse", SHOP, "recorded"),
	    "refusal " ANNA " " SHOP " mail\nletter refused " ANNA, NULL },
	{ "a list", NOTHING, TO_SERVICE("unsubscribe <deals.shop.example>", ANNAS),
	    SAID("refuse", "<deals.shop.example>", "recorded"),
	    "refusal " ANNA " <deals.shop.example> mail\nletter refused " ANNA, NULL },
	{ "every sender", NOTHING, TO_SERVICE("退订 全部", ANNAS), SAID("refuse", "*", "recorded"),
	    "refusal " ANNA " * mail\nletter refused " ANNA, NULL },
	{ "a consent", NOTHING, TO_SERVICE("订阅 shop.example", ANNAS),
	    SAID("consent", "shop.example", "recorded"),
	    "consent " ANNA " shop.example mail\nletter consented " ANNA, NULL },
	{ "whom, is not said", NOTHING, TO_SERVICE("退订", ANNAS), SAID("refuse", "-", "answered"),
	    "letter help " ANNA, NULL },
	{ "whom, cannot be read", NOTHING, TO_SERVICE("退订 那家酒店", ANNAS),
	    SAID("refuse", "-", "answered"),
	    "letter help " ANNA, NULL },
	{ "a complaint of nothing", NOTHING, TO_SERVICE("举报", ANNAS), SAID("complain", "-", "answered"),
	    "letter help " ANNA, NULL },
	{ "a confirmation of nothing", NOTHING, TO_SERVICE("确认", ANNAS), SAID("confirm", "-", "answered"),
	    "letter help " ANNA, NULL },
	{ "a listing", NOTHING, TO_SERVICE("查询", ANNAS), SAID("list", "-", "answered"),
	    "letter list " ANNA, NULL },
	{ "help", NOTHING, TO_SERVICE("帮助", ANNAS), SAID("help", "-", "answered"), "letter help " ANNA,
	    NULL },
	{ "nonsense", NOTHING, TO_SERVICE("怎么用？", ANNAS), SAID("none", "-", "answered"),
	    "letter help " ANNA, NULL },
	{ "nothing at all", NOTHING, TO_SERVICE("", ANNAS), SAID("none", "-", "answered"),
	    "letter help " ANNA, NULL },
	{ "an end of nothing", NOTHING, TO_SERVICE("撤销", ANNAS), SAID("undo", "-", "answered"),
	    "letter help " ANNA, NULL },
	{ "an end of what is not there", NOTHING, TO_SERVICE("撤销 RZZZZZZZZZZZZZ", ANNAS),
	    SAID("undo", "-", "no such statement"), "letter not-undone " ANNA, NULL },
	{ "beside other recipients", NOTHING, { .from = ANNA, .to = BO,
	    .more = { ZHOU, "TuiDing@EXAMPLE.COM" },
	    .subject = "退订 shop.example", .body = "", .mid = "s1@x", ANNAS },
	    SAID("refuse", "shop.example", "recorded"),
	    "refusal " ANNA " shop.example mail\nletter refused " ANNA, NULL },
	{ "an outside person, proven", NOTHING, { .from = ZHOU, .to = SERVICE,
	    .subject = "退订 example.com",
	    .body = "", .mid = "s1@x", .proven = "customer.example" },
	    "mail refuse dmarc " ZHOU " example.com recorded",
	    "refusal " ZHOU " example.com mail\nletter refused " ZHOU, NULL },
	{ "an outside person, unproven", NOTHING, { .from = ZHOU, .to = SERVICE,
	    .subject = "退订 example.com",
	    .body = "", .mid = "s1@x" }, IGNORED(ZHOU, "nothing proves who"), "", NULL },
	{ "an internal client alone", NOTHING, TO_SERVICE("退订 shop.example", .client = INSIDE),
	    IGNORED(ANNA, "nothing proves who"), "", NULL },
	{ "a shared mailbox", NOTHING, { .from = TEAM, .to = SERVICE, .subject = "退订 shop.example",
	    .body = "",
	    .client = INSIDE, .login = TEAM }, IGNORED("-", "nothing proves who"), "", NULL },
	{ "somebody else's login", NOTHING, TO_SERVICE("退订 shop.example", .client = INSIDE,
	    .login = BERT),
	    IGNORED("-", "nothing proves who"), "", NULL },
	{ "an automatic reply", { { .to = NULL } },
	    TO_SERVICE("退订 shop.example", .login = ANNA, .extra = "Auto-Submitted: auto-replied\n"),
	    "mail none login " ANNA " - ignored: automatic", "", NULL },
	{ "a bounce", NOTHING, TO_SERVICE("退订 shop.example", .login = ANNA, .envelope = ""),
	    "mail none login " ANNA " - ignored: automatic", "", NULL },
};

static void
test_service(void **state)
{
	(void)state;
	run_rows(service, COUNT(service));
}

/* ---- 撤销 REF ---------------------------------------------------------------------------------------- */

static void
assert_said(struct world *w, const struct mail *m, const char *want)
{
	char *said = mail_said(w, m, NULL);

	assert_false(differs(m->subject, "what was said", said, want));
	g_free(said);
}

static void
test_undo(void **state)
{
	static const struct mail refuse = TO_SERVICE("退订 shop.example", .client = INSIDE, .login = ANNA);
	static const char undone[] = "refusal " ANNA " shop.example mail\nvoid " ANNA " shop.example mail\n"
	    "letter refused " ANNA "\nletter undone " ANNA;
	struct world *w = world_new(NULL);
	char *reference, *subject;
	struct mail m = { .to = SERVICE, .body = "", .client = INSIDE };

	(void)state;
	mail_before(w, &refuse);
	reference = raw_text(w->files.path, "SELECT lower(reference) FROM statement");
	m.subject = subject = g_strdup_printf("撤销 %s", reference);

	/* Another's is none of theirs, and it is not told whether there is one. */
	m.from = m.login = BERT;
	m.mid = "u1@x";
	assert_said(w, &m, "mail undo login " BERT " - no such statement");
	assert_state(w, "another's",
	    "refusal " ANNA " shop.example mail\nletter refused " ANNA "\nletter not-undone " BERT);
	raw(w->files.path, "DELETE FROM outbox WHERE recipient = '" BERT "'");

	/* One's own is ended once; the same mail again says nothing new, above all not that it failed. */
	m.from = m.login = ANNA;
	m.mid = "u2@x";
	assert_said(w, &m, "mail undo login " ANNA " - recorded");
	assert_state(w, "one's own", undone);
	assert_said(w, &m, "mail undo login " ANNA " - repeated");
	assert_state(w, "the same mail again", undone);
	m.mid = "u3@x";
	assert_said(w, &m, "mail undo login " ANNA " - no such statement");
	m.mid = "u2@x";
	assert_said(w, &m, "mail undo login " ANNA " - repeated");
	assert_int_equal(count_words(w->files.ledger, ANNA, "shop.example"), 0);
	assert_int_equal(raw_number(w->files.path,
	    "SELECT count(*) FROM outbox WHERE purpose = 'not-undone'"), 1);
	(void)verify(w->files.ledger, NULL, 1);
	g_free(reference);
	g_free(subject);
	world_free(w);
}

/* ---- tokens ------------------------------------------------------------------------------------------ */

enum damage { WHOLE, CAPITALS, FORGED, TRUNCATED, LENGTHENED, OTHER_KIND, FOREIGN, BARE, PRUNED, SHARED };

#define REFUSED		"refusal " ANNA " shop.example token\nletter refused " ANNA
#define TOKEN(verb, proof, key, outcome) "token " verb " " proof " " ANNA " " key " " outcome
#define NOT_OURS	"token none none - - ignored: no token of ours"

static const struct {
	const char	*what, *subject, *body;
	enum damage	 damage;
	const char	*said, *state;
} tokens[] = {
	{ "the button", "退订", "", WHOLE, TOKEN("refuse", "token", "shop.example", "recorded"), REFUSED },
	{ "an empty mail", "", "", WHOLE, TOKEN("refuse", "token", "shop.example", "recorded"), REFUSED },
	{ "an empty mail of blanks", " \t ", " \n\n", WHOLE,
	    TOKEN("refuse", "token", "shop.example", "recorded"), REFUSED },
	{ "in capitals", "", "TD\n", CAPITALS, TOKEN("refuse", "token", "shop.example", "recorded"),
	    REFUSED },
	{ "every sender", "退订 全部", "", WHOLE, TOKEN("refuse", "token", "*", "recorded"),
	    "refusal " ANNA " * token\nletter refused " ANNA },
	{ "a consent", "订阅", "", WHOLE, TOKEN("consent", "token", "shop.example", "recorded"),
	    "consent " ANNA " shop.example token\nletter consented " ANNA },
	{ "a complaint", "举报", "", WHOLE, TOKEN("complain", "token", "shop.example", "recorded"),
	    "complaint " ANNA
	    " shop.example inline\nrefusal " ANNA " shop.example token\nletter case-opened " ANNA
	    "\ncase open commercial inline " ANNA " shop.example weak measure" },
	{ "a listing: to the mailbox, not to who asks", "查询", "", WHOLE,
	    TOKEN("list", "token", "-", "answered"),
	    "letter list " ANNA },
	{ "no command", "谢谢", "已收到\n", WHOLE, "token none none - - ignored: no command", "" },
	{ "a confirmation", "确认", "", WHOLE, TOKEN("confirm", "token", "-", "answered"),
	    "letter help " ANNA },
	{ "forged", "退订", "", FORGED, NOT_OURS, "" },
	{ "truncated", "退订", "", TRUNCATED, NOT_OURS, "" },
	{ "lengthened", "退订", "", LENGTHENED, NOT_OURS, "" },
	{ "of a case", "退订", "", OTHER_KIND, NOT_OURS, "" },
	{ "foreign", "退订", "", FOREIGN, NOT_OURS, "" },
	{ "none behind the mark: the service itself", "退订", "", BARE,
	    "mail refuse none gina@qq.com - ignored: nothing proves who",
	    "" },
	{ "of a decision that was pruned", "退订", "", PRUNED, "token none none - - ignored: expired", "" },
	{ "of a mailbox that is several people's now", "退订", "", SHARED,
	    "token none none - - ignored: shared mailbox", "" },
};

static void
share_anna(struct judge_settings *set)
{
	static const char *const shared[] = { ANNA };

	set->shared_recipients = (struct judge_list){ shared, 1 };
}

/* A token of the same reference under other keys. */
static char *
foreign_token(struct world *w)
{
	char *path = g_build_filename(w->files.folder, "others", NULL), token[TOKEN_MAX + 1];
	char *id = raw_text(w->files.path, "SELECT id FROM decision");
	struct token_keys *keys = NULL;
	struct err err = { "" };

	assert_int_equal(token_keys_create(path, T0, &err), 1);
	assert_int_equal(token_keys_open(path, &keys, &err), 1);
	assert_int_equal(token_make(keys, TOKEN_DECISION, id, token), 0);
	token_keys_free(keys);
	g_free(path);
	g_free(id);
	return g_strconcat("tuiding+", token, "@example.com", NULL);
}

/* What becomes of the address on its way; takes it over. */
static char *
damaged(struct world *w, char *address, enum damage damage)
{
	char *at = strchr(address, '@'), *plus = strchr(address, '+'), *other = NULL;

	switch (damage) {
	case CAPITALS:
		other = g_ascii_strup(address, -1);
		break;
	case FORGED:
		at[-1] = at[-1] == '0' ? '1' : '0';
		break;
	case TRUNCATED:
		other = g_strdup_printf("%.*s@example.com", (int)(at - address) - 4, address);
		break;
	case LENGTHENED:
		other = g_strdup_printf("%.*s0@example.com", (int)(at - address), address);
		break;
	case OTHER_KIND:
		plus[1] = plus[1] == 'd' ? 'c' : 'd';
		break;
	case FOREIGN:
		other = foreign_token(w);
		break;
	case BARE:
		other = g_strdup("tuiding+@example.com");
		break;
	case PRUNED:
		raw(w->files.path, "DELETE FROM decision");
		break;
	case SHARED:
		world_change(w, w->files.ledger, share_anna);
		break;
	default:
		break;
	}
	if (other != NULL)
		g_free(address);
	return other == NULL ? address : other;
}

static void
test_tokens(void **state)
{
	static const struct mail ad = { .from = SHOP, .to = ANNA, .mid = "a1@x", .proven = "shop.example" };
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++) {
		struct world *w = world_new(NULL);
		char *address = world_way_out(w, &ad), *said;
		struct mail m = { .from = "gina@qq.com", .subject = tokens[i].subject,
		    .body = tokens[i].body, .mid = "t1@x" };

		assert_non_null(address);
		m.to = address = damaged(w, address, tokens[i].damage);
		for (int k = 0; k < 2; k++) {
			said = mail_said(w, &m, NULL);
			failed += k == 0 && differs(tokens[i].what, "what was said", said, tokens[i].said);
			failed += state_differs(w, tokens[i].what, tokens[i].state);
			g_free(said);
		}
		g_free(address);
		world_free(w);
	}
	assert_int_equal(failed, 0);
}

/* The person's own, proven, is as good; an outside person's token brings a letter to nobody who is not proven. */
static void
test_token_holders(void **state)
{
	static const struct mail ad = { .from = SHOP, .to = ANNA, .mid = "a1@x", .proven = "shop.example" };
	static const struct mail ours = { .from = NEWS, .to = ZHOU, .mid = "n1@x", .client = INSIDE,
	    .login = NEWS };
	struct world *w = world_new(NULL);
	char *address = world_way_out(w, &ad), *outside = world_way_out(w, &ours);
	struct mail m = { .from = ANNA, .to = address, .subject = "退订", .body = "", .mid = "t1@x",
	    ANNAS };

	(void)state;
	assert_non_null(address);
	assert_non_null(outside);
	assert_said(w, &m, "token refuse login " ANNA " shop.example recorded");
	m = (struct mail){ .from = "x@qq.com", .to = outside, .subject = "退订", .body = "",
	    .mid = "t2@x" };
	assert_said(w, &m, "token refuse token " ZHOU " " NEWS " recorded");
	assert_state(w, "holders",
	    "refusal " ANNA " shop.example token\nrefusal " ZHOU " " NEWS " token\nletter refused " ANNA);
	m = (struct mail){ .from = ZHOU, .to = outside, .subject = "退订", .body = "", .mid = "t3@x",
	    .proven = "customer.example" };
	assert_said(w, &m, "token refuse dmarc " ZHOU " " NEWS " recorded");
	assert_int_equal(raw_number(w->files.path,
	    "SELECT count(*) FROM outbox WHERE recipient = '" ZHOU "'"), 1);
	g_free(address);
	g_free(outside);
	world_free(w);
}

/* A message that names nobody: a complaint is kept, a refusal has no name to go by. */
static void
test_token_of_nobody(void **state)
{
	static const struct mail ad = { .to = ANNA, .mid = "a1@x", .envelope = "" };
	struct world *w = world_new(NULL);
	char *address = world_way_out(w, &ad);
	struct mail m = { .from = ANNA, .to = address, .subject = "举报", .body = "", .mid = "t1@x",
	    ANNAS };

	(void)state;
	assert_non_null(address);
	assert_said(w, &m, "token complain login " ANNA " - recorded");
	assert_state(w, "nobody",
	    "complaint " ANNA " * inline\nletter case-opened " ANNA "\ncase open commercial inline " ANNA
	    " - weak measure");
	m.subject = "退订";
	m.mid = "t2@x";
	assert_said(w, &m, "token refuse login " ANNA " - answered");
	g_free(address);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_service), cmocka_unit_test(test_undo), cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_token_holders), cmocka_unit_test(test_token_of_nobody),
	};

	return cmocka_run_group_tests(tests, readers_setup, NULL);
}
