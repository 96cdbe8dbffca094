/*
 * test-ledger-decision.c - decisions recorded, found, and summed up.
 */
#include "ledger-fixture.h"

#include <math.h>

static struct ledger_decision
decision(const char *id, const char *message, const char *recipient, const char *sender, int64_t at)
{
	struct ledger_decision d = {
		.at = at, .queue_id = "4Q1", .message_id = "<m@x>", .recipient = recipient,
		.recipient_raw = "<Anna@Example.com>", .direction = DIRECTION_INBOUND, .mode = MODE_OBSERVE,
		.score = 7.25, .required = 5.0, .standing = STANDING_REFUSED, .by_rule = true, .word = 42,
		.action = ACTION_ACCEPT, .would = ACTION_REJECT, .sender = sender, .envelope = "",
		.default_key = "shop.example", .identities = "from=news@shop.example:pass",
		.matched_key = "shop.example", .rules = "ZH_PROMO=1.5", .subject = "\xe4\xbf\x83\xe9\x94\x80",
		.client = "192.0.2.1", .login = "", .reply = "",
	};

	(void)g_strlcpy(d.id, id, sizeof d.id);
	(void)g_strlcpy(d.message, message, sizeof d.message);
	return d;
}

static bool
see_decision(void *arg, const struct ledger_decision *d)
{
	const struct ledger_decision *want = arg;

	assert_string_equal(d->id, want->id);
	assert_string_equal(d->message, want->message);
	assert_int_equal(d->at, want->at);
	assert_string_equal(d->queue_id, want->queue_id);
	assert_string_equal(d->message_id, want->message_id);
	assert_string_equal(d->recipient, want->recipient);
	assert_string_equal(d->recipient_raw, want->recipient_raw);
	assert_int_equal(d->direction, want->direction);
	assert_int_equal(d->mode, want->mode);
	assert_true(d->score >= want->score && d->score <= want->score);
	assert_true(d->required >= want->required && d->required <= want->required);
	assert_int_equal(d->standing, want->standing);
	assert_int_equal(d->by_rule, want->by_rule);
	assert_int_equal(d->word, want->word);
	assert_int_equal(d->action, want->action);
	assert_int_equal(d->would, want->would);
	assert_string_equal(d->sender, want->sender);
	assert_string_equal(d->envelope, want->envelope);
	assert_string_equal(d->default_key, want->default_key);
	assert_string_equal(d->identities, want->identities);
	assert_string_equal(d->matched_key, want->matched_key);
	assert_string_equal(d->rules, want->rules);
	assert_string_equal(d->subject, want->subject);
	assert_string_equal(d->client, want->client);
	assert_string_equal(d->login, want->login);
	assert_string_equal(d->reply, want->reply);
	return true;
}

static bool
see_id(void *arg, const struct ledger_decision *d)
{
	g_string_append(arg, d->id);
	return true;
}

static void
test_decisions(void **state)
{
	static const struct {
		struct ledger_decision_filter	filter;
		const char			*want;	/* ids, newest first */
	} cases[] = {
		{ { 0 }, "dcba" },
		{ { .id = "a" }, "a" },
		{ { .id = "m1" }, "ba" },
		{ { .id = "m" }, "" },
		{ { .recipient = ANNA }, "dca" },
		{ { .sender = "news@shop.example" }, "dba" },
		{ { .sender = "shop.example" }, "dcba" },	/* also by default_key */
		{ { .sender = "mail.example" }, "c" },
		{ { .sender = "hop.example" }, "" },
		{ { .queue_id = "4Q1" }, "dcba" },
		{ { .queue_id = "4Q2" }, "" },
		{ { .message_id = "<m@x>", .limit = 2 }, "dc" },
		{ { .since = T0 + 2, .until = T0 + 4 }, "cb" },
		{ { .action = ACTION_REJECT }, "d" },
		{ { .changed = true }, "cba" },
		{ { .changed = true, .recipient = BERT }, "b" },
	};
	struct fixture *f = *state;
	struct ledger_decision d[4];
	struct err err = { "" };

	d[0] = decision("a", "m1", ANNA, "news@shop.example", T0 + 1);
	d[1] = decision("b", "m1", BERT, "news@shop.example", T0 + 2);
	d[2] = decision("c", "m2", ANNA, "x@a.mail.example", T0 + 3);
	d[3] = decision("d", "m3", ANNA, "news@shop.example", T0 + 4);
	d[3].action = ACTION_REJECT;
	assert_int_equal(ledger_decide(f->ledger, d, 4, &err), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		GString *seen = g_string_new(NULL);
		int64_t n = ledger_decisions(f->ledger, &cases[i].filter, see_id, seen, &err);

		if (n != (int64_t)strlen(cases[i].want) || strcmp(seen->str, cases[i].want) != 0)
			fail_msg("case %zu: '%s', not '%s'", i, seen->str, cases[i].want);
		g_string_free(seen, TRUE);
	}
	assert_int_equal(ledger_decisions(f->ledger, &cases[1].filter, see_decision, &d[0], &err), 1);
}

static void
test_decisions_hostile(void **state)
{
	struct fixture *f = *state;
	struct ledger_decision d[2];
	struct err err = { "" };
	char *subject = g_strnfill(300, 'x');
	GString *seen = g_string_new(NULL);

	/* A subject is cut at a character's border and mended; nothing of it stops the record. */
	memcpy(subject + 199, "\xe4\xbf\x83", 3);
	d[0] = decision("a", "m1", ANNA, "n@x.example", T0);
	d[0].subject = subject;
	d[0].rules = "\xff\xfe";
	d[0].queue_id = NULL;
	d[0].message_id = NULL;
	d[0].login = NULL;
	assert_int_equal(ledger_decide(f->ledger, d, 1, &err), 0);
	assert_int_equal(ledger_decisions(f->ledger, NULL, see_id, seen, &err), 1);
	assert_int_equal(raw_number(f->path, "SELECT length(subject) FROM decision"), 199);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM decision"
	    " WHERE queue_id IS NULL AND message_id IS NULL"), 1);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM decision WHERE login = ''"
	    " AND rules = char(0xfffd, 0xfffd)"), 1);

	/* An id that stands there already takes its whole message with it. */
	d[0] = decision("b", "m2", ANNA, "n@x.example", T0);
	d[1] = decision("a", "m2", BERT, "n@x.example", T0);
	assert_int_equal(ledger_decide(f->ledger, d, 2, &err), -1);
	assert_non_null(strstr(err.text, "decision a"));
	assert_int_equal(ledger_decisions(f->ledger, NULL, see_id, seen, &err), 1);
	d[0].would = ACTION_NONE;
	assert_int_equal(ledger_decide(f->ledger, d, 1, &err), -1);
	d[0] = decision("", "m2", ANNA, "n@x.example", T0);
	assert_int_equal(ledger_decide(f->ledger, d, 1, &err), -1);
	d[0] = decision("c", "m2", ANNA, "n@x.example", T0);
	d[0].score = (double)NAN;
	assert_int_equal(ledger_decide(f->ledger, d, 1, &err), -1);
	g_string_free(seen, TRUE);
	g_free(subject);
}

/* Whatever the sender makes long, a record stays small, and what is looked for is cut as what was kept. */
static void
test_decisions_small(void **state)
{
	static const struct { const char *column; int max; } columns[] = {
		{ "queue_id", 128 }, { "message_id", 256 }, { "recipient", 320 }, { "recipient_raw", 320 },
		{ "sender", 320 }, { "envelope", 320 }, { "default_key", 320 }, { "identities", 512 },
		{ "matched_key", 320 }, { "rules", 512 }, { "subject", 200 }, { "client", 64 }, { "login", 256 },
		{ "reply", 300 },
	};
	static const char *const fills[] = { "x", "\xe4\xbf\x83", "\x80", "\xff\xe4", "ab=1.5,", "a=b:x " };
	struct fixture *f = *state;
	struct err err = { "" };

	for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
		struct ledger_decision_filter filter = { 0 };
		struct ledger_decision d = decision("id", "m1", ANNA, "", T0);
		GString *seen = g_string_new(NULL);
		char *text, sql[200];

		for (int n = 0; n < 5000; n++)
			g_string_append(seen, fills[i]);
		text = g_string_free(seen, FALSE);
		seen = g_string_new(NULL);
		d.id[0] = (char)('a' + i);
		d.queue_id = d.message_id = d.recipient = d.recipient_raw = d.sender = d.envelope = text;
		d.default_key = d.identities = d.matched_key = d.rules = d.subject = d.client = text;
		d.login = d.reply = text;
		assert_int_equal(ledger_decide(f->ledger, &d, 1, &err), 0);
		for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
			int64_t len;

			snprintf(sql, sizeof sql, "SELECT length(CAST(%s AS BLOB)) FROM decision WHERE id = '%s'",
			    columns[c].column, d.id);
			len = raw_number(f->path, sql);
			if (len > columns[c].max || len < columns[c].max - 7)
				fail_msg("fill %zu: %s has %d octets", i, columns[c].column, (int)len);
		}
		filter.id = d.id;
		filter.message_id = filter.queue_id = text;
		assert_int_equal(ledger_decisions(f->ledger, &filter, see_id, seen, &err), 1);
		assert_string_equal(seen->str, d.id);
		g_string_free(seen, TRUE);
		g_free(text);
	}
	/* A list is cut between its items. */
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM decision WHERE"
	    " (id = 'ed' AND rules LIKE '%,ab=1.5') OR (id = 'fd' AND identities LIKE '% a=b:x')"), 2);
}

static bool
see_would(void *arg, const struct ledger_would *w)
{
	g_string_append_printf(arg, "%s %s %d/%d %d-%d\n", w->sender, policy_action_name(w->would),
	    (int)w->messages, (int)w->recipients, (int)(w->first_at - T0), (int)(w->last_at - T0));
	return true;
}

static void
test_would(void **state)
{
	struct fixture *f = *state;
	GString *seen = g_string_new(NULL);
	struct ledger_decision d[4];
	struct err err = { "" };

	d[0] = decision("a", "m1", ANNA, "n@a.example", T0 + 1);
	d[1] = decision("b", "m1", BERT, "n@a.example", T0 + 2);
	d[2] = decision("c", "m2", ANNA, "n@a.example", T0 + 3);
	d[3] = decision("d", "m3", ANNA, "n@b.example", T0 + 4);
	d[3].default_key = "";
	d[3].would = ACTION_TAG;
	assert_int_equal(ledger_decide(f->ledger, d, 4, &err), 0);
	assert_int_equal(ledger_would(f->ledger, 0, 0, see_would, seen, &err), 2);
	assert_string_equal(seen->str, "shop.example reject 2/2 1-3\nn@b.example tag 1/1 4-4\n");
	assert_int_equal(ledger_would(f->ledger, T0 + 4, T0 + 5, see_would, seen, &err), 1);
	g_string_free(seen, TRUE);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_decisions), T(test_decisions_hostile), T(test_decisions_small), T(test_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
