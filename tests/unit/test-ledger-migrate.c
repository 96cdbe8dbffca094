/*
 * test-ledger-migrate.c - a ledger of the first version with years of words in it, brought up to this one.
 */
#include "ledger-fixture.h"

#include <sys/stat.h>
#include "ledger_act.h"
#include "ledger_people.h"
#include "ledger_sqlite_schema.h"

/* What the ledger of today holds, as the first version kept it. */
static const char copy_back[] =
    "INSERT INTO statement SELECT * FROM now.statement ORDER BY seq;"
    "INSERT INTO statement_person SELECT p.seq, p.salt, p.recipient, p.sender, p.message_id, p.reason, e.octets"
    " FROM now.statement_person p LEFT JOIN now.statement_evidence e ON e.seq = p.seq;"
    "INSERT INTO consent SELECT * FROM now.consent;"
    "INSERT INTO refusal SELECT * FROM now.refusal;"
    "INSERT INTO rule SELECT * FROM now.rule;"
    "INSERT INTO decision (number, id, message, at, queue_id, message_id, recipient, recipient_raw, direction, mode,"
    " score, required, standing, by_rule, word, action, would, sender, envelope, default_key, identities,"
    " matched_key, rules, subject, client, login, reply) SELECT number, id, message, at, queue_id, message_id,"
    " recipient, recipient_raw, direction, mode, score, required, standing, by_rule, word, action, would, sender,"
    " envelope, default_key, identities, matched_key, rules, subject, client, login, reply FROM now.decision;"
    "PRAGMA application_id = 0x54554944; PRAGMA user_version = 1;";

/* Writes at path a ledger of version 1 that holds what f's holds. */
static void
make_first(const struct fixture *f, const char *path)
{
	GString *sql = g_string_new(NULL);

	for (const char *const *line = lite_migrations[0].lines; *line != NULL; line++)
		g_string_append(sql, *line);
	g_string_append_printf(sql, "ATTACH '%s' AS now; %s", f->path, copy_back);
	raw(path, sql->str);
	assert_int_equal(chmod(path, 0640), 0);
	g_string_free(sql, TRUE);
}

/* Words of all kinds, with evidence and without; one erased, one void. */
static void
fill(struct fixture *f)
{
	struct ledger_statement s = word(LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0);
	struct ledger_decision d = {
		.id = "D", .message = "M", .recipient = ANNA, .recipient_raw = ANNA, .at = T0,
		.direction = DIRECTION_INBOUND, .mode = MODE_ENFORCE, .standing = STANDING_NONE,
		.action = ACTION_TAG, .would = ACTION_TAG,
	};
	const struct ledger_rule rule = { 0, "example.com", "*", WORD_REFUSAL, T0, "" };
	char octets[20000];
	struct err err = { "" };

	memset(octets, 0xa5, sizeof octets);
	s.evidence = octets;
	s.evidence_len = sizeof octets;
	(void)append(f->ledger, &s);
	s = word(LEDGER_CONSENT, "import", ANNA, "bank.example", T0);
	s.evidence = "on paper";
	s.evidence_len = 8;
	s.expires = T0 + 1000;
	(void)append(f->ledger, &s);
	s = word(LEDGER_COMPLAINT, "complaint", BERT, "shop.example", T0);
	(void)append(f->ledger, &s);
	say(f->ledger, LEDGER_REFUSAL, "reply", "gone@example.com", "shop.example", T0);
	s = word(LEDGER_VOID, "admin", NULL, NULL, T0);
	s.reference = say(f->ledger, LEDGER_REFUSAL, "mail", BERT, "wrong.example", T0).reference;
	s.reason = "wrong person";
	s.evidence = "a letter";
	s.evidence_len = 8;
	(void)append(f->ledger, &s);
	assert_int_equal(ledger_decide(f->ledger, &d, 1, &err), 0);
	assert_int_equal(ledger_rule_add(f->ledger, &rule, NULL, &err), 0);
	raw(f->path, "PRAGMA foreign_keys=ON; DELETE FROM statement_person WHERE recipient = 'gone@example.com'");
}

static bool
add_line(void *arg, const struct ledger_statement *s)
{
	g_string_append_printf(arg, "%d %s %s %s %s %zu %d %s\n", (int)s->seq, ledger_kind_name(s->kind),
	    s->recipient == NULL ? "-" : s->recipient, s->sender == NULL ? "-" : s->sender,
	    s->reason == NULL ? "-" : s->reason, s->evidence_len, s->voided, s->hash);
	if (s->evidence != NULL)
		g_string_append_len(arg, s->evidence, (gssize)s->evidence_len);
	return true;
}

static char *
all_statements(struct ledger *ledger)
{
	GString *text = g_string_new(NULL);
	struct err err = { "" };

	assert_int_equal(ledger_statements(ledger, NULL, add_line, text, &err), 6);
	return g_string_free(text, FALSE);
}

static void
test_first(void **state)
{
	struct fixture *f = *state;
	char *path = g_strconcat(f->folder, "/first.db", NULL), *url = g_strconcat("sqlite:", path, NULL);
	const struct ledger_settings read_only = { .read_only = true };
	struct ledger_statement again = word(LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0);
	struct ledger_counts counts;
	struct ledger *ledger = NULL;
	struct err err = { "" };
	char *before, *after;
	int from = 0, to = 0;

	fill(f);
	before = all_statements(f->ledger);
	make_first(f, path);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ledger_open(url, i == 0 ? NULL : &read_only, &ledger, &err), -1);
		assert_non_null(strstr(err.text, "tuiding ledger migrate"));
	}
	assert_int_equal(raw_number(path, "PRAGMA user_version"), 1);
	assert_int_equal(ledger_migrate(url, false, &from, &to, &err), 1);
	assert_int_equal(from, 1);
	assert_int_equal(to, lite_version);
	assert_int_equal(ledger_migrate(url, false, &from, &to, &err), 0);
	assert_int_equal(ledger_open(url, NULL, &ledger, &err), 0);
	after = all_statements(ledger);
	assert_string_equal(after, before);
	verify(ledger, NULL, 1);
	assert_int_equal(ledger_rebuild(ledger, &err), 0);
	assert_int_equal(count_words(ledger, ANNA, "shop.example"), 2);		/* and the rule */
	assert_int_equal(count_words(ledger, ANNA, "bank.example"), 2);
	assert_int_equal(count_words(ledger, BERT, "wrong.example"), 1);
	assert_int_equal(raw_number(path, "SELECT count(*) FROM consent WHERE own = 0 AND expires IS NOT NULL"), 1);
	assert_int_equal(raw_number(path, "SELECT count(*) FROM statement_evidence"), 3);
	assert_int_equal(raw_number(path, "SELECT sum(lasting) FROM statement_evidence"), 2);	/* notes, no mails */
	assert_int_equal(append(ledger, &again).outcome, LEDGER_ALREADY);
	assert_int_equal(ledger_count(ledger, &counts, &err), 0);
	assert_int_equal(counts.statements, 6);
	assert_int_equal(counts.decisions, 1);
	assert_int_equal(counts.sealed, 0);
	say(ledger, LEDGER_REFUSAL, "mail", ANNA, "next.example", T0);
	assert_int_equal(verify(ledger, NULL, 1).statements, 7);
	ledger_close(ledger);
	g_free(before);
	g_free(after);
	g_free(url);
	g_free(path);
}

/* An empty one of the first version, and what a damaged one was told before it is told after. */
static void
test_others(void **state)
{
	static const struct { const char *sql; int want; } cases[] = {
		{ "SELECT 1", 1 },
		{ "DROP TRIGGER statement_person_no_update; UPDATE statement_person SET recipient = 'x@example.com'"
		  " WHERE seq = 1; CREATE TRIGGER statement_person_no_update BEFORE UPDATE ON statement_person BEGIN"
		  " SELECT 1; END", 0 },
		{ "DROP TRIGGER statement_person_no_update; UPDATE statement_person SET evidence = x'00' WHERE seq = 2;"
		  " CREATE TRIGGER statement_person_no_update BEFORE UPDATE ON statement_person BEGIN SELECT 1; END", 0 },
	};
	struct fixture *f = *state;

	fill(f);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *path = g_strdup_printf("%s/first-%zu.db", f->folder, i), *url = g_strconcat("sqlite:", path, NULL);
		struct ledger *ledger = NULL;
		struct err err = { "" };

		make_first(f, path);
		raw(path, cases[i].sql);
		if (ledger_migrate(url, false, NULL, NULL, &err) != 1)
			fail_msg("case %zu: %s", i, err.text);
		assert_int_equal(ledger_open(url, NULL, &ledger, &err), 0);
		verify(ledger, NULL, cases[i].want);
		ledger_close(ledger);
		g_free(url);
		g_free(path);
	}
}

/* A migration that cannot end leaves the first version as it was. */
static void
test_whole(void **state)
{
	struct fixture *f = *state;
	char *path = g_strconcat(f->folder, "/half.db", NULL), *url = g_strconcat("sqlite:", path, NULL);
	struct err err = { "" };
	char *before, *after;

	fill(f);
	make_first(f, path);
	raw(path, "CREATE TABLE access_log (x)");		/* the last table stands in the way */
	before = raw_text(path, "SELECT group_concat(name || coalesce(sql, '')) FROM sqlite_schema");
	assert_int_equal(ledger_migrate(url, false, NULL, NULL, &err), -1);
	assert_non_null(strstr(err.text, "002-people"));
	after = raw_text(path, "SELECT group_concat(name || coalesce(sql, '')) FROM sqlite_schema");
	assert_string_equal(after, before);
	assert_int_equal(raw_number(path, "PRAGMA user_version"), 1);
	assert_int_equal(raw_number(path, "SELECT count(*) FROM refusal"), 1);
	raw(path, "DROP TABLE access_log");
	assert_int_equal(ledger_migrate(url, false, NULL, NULL, &err), 1);
	g_free(before);
	g_free(after);
	g_free(url);
	g_free(path);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = { T(test_first), T(test_others), T(test_whole) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
