/*
 * test-ledger-chain.c - the chain against hashes computed elsewhere, and every kind of damage found.
 */
#include "ledger-fixture.h"

#include <sys/stat.h>
#include "ledger_chain.h"

/* ---- vectors ------------------------------------------------------------------------------------- */

/* Computed with sha256sum from the text in sql/README. */
static void
test_vectors(void **state)
{
	static const unsigned char salt[LEDGER_SALT] = {
		0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
	};
	struct ledger_link link = {
		.seq = 1, .given_at = 1790000000000, .received_at = 1790000000005, .kind = "consent",
		.source = "reply", .reference = "R0123456789ABC", .expires = 1800000000000,
	};
	unsigned char hash[LEDGER_HASH] = { 0 };
	char hex[LEDGER_HASH_HEX + 1];

	(void)state;
	ledger_commit(salt, "anna@example.com", 16, link.c_recipient);
	ledger_hex(link.c_recipient, hex);
	assert_string_equal(hex, "b3f4bf2488eb9f9306e796b829d30bfa2d178e13931e9198e5dd793bd46ea77d");
	ledger_commit(salt, "shop.example", 12, link.c_sender);
	ledger_commit_evidence(salt, NULL, NULL, 0, link.c_evidence);
	ledger_hex(link.c_evidence, hex);
	assert_string_equal(hex, "be45cb2605bf36bebde684841a28f0fd43c69850a3dce5fedba69928ee3a8991");
	ledger_link_hash(hash, &link, hash);
	ledger_hex(hash, hex);
	assert_string_equal(hex, "bf7091fe42c07750849c30af095920db673e725a70d2856b5790ea06f7e2151a");

	link.seq = 2;
	link.kind = "void";
	link.source = "admin";
	link.expires = 0;
	ledger_commit_evidence(salt, "wrong person", "raw\0mail", 8, link.c_evidence);
	ledger_hex(link.c_evidence, hex);
	assert_string_equal(hex, "e14afbd4d2db65482ce3a5f0504094f814f20a3f86045f8dcb35a991a0444463");
	ledger_link_hash(hash, &link, hash);
	ledger_hex(hash, hex);
	assert_string_equal(hex, "e0ac1343749617be89dbedbea4e7dbe0d5e8bc4a6355b345484851eda96e6742");
}

struct walk {
	const char	*path;
	char		 hash[LEDGER_HASH_HEX + 1];
	int64_t		 n;
};

/* hex SHA-256 of the salt of statement seq and x. */
static char *
commitment(const char *path, int64_t seq, const void *x, size_t len)
{
	char *sql = g_strdup_printf("SELECT hex(salt) FROM statement_person WHERE seq = %d", (int)seq);
	char *salt = raw_text(path, sql), *digest;
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	assert_int_equal(strlen(salt), 32);
	for (size_t i = 0; i < 32; i += 2) {
		guchar octet = (guchar)(g_ascii_xdigit_value(salt[i]) << 4 | g_ascii_xdigit_value(salt[i + 1]));

		g_checksum_update(sum, &octet, 1);
	}
	if (len > 0)
		g_checksum_update(sum, x, (gssize)len);
	digest = g_strdup(g_checksum_get_string(sum));
	g_checksum_free(sum);
	g_free(salt);
	g_free(sql);
	return digest;
}

/* Computes the statement's hash by hand and compares. */
static bool
step(void *arg, const struct ledger_statement *s)
{
	struct walk *w = arg;
	char *evidence = s->reason == NULL ? g_strndup(s->evidence, s->evidence_len) : g_strdup(s->reason);
	char *r = commitment(w->path, s->seq, s->recipient, strlen(s->recipient));
	char *k = commitment(w->path, s->seq, s->sender, strlen(s->sender));
	char *e = commitment(w->path, s->seq, evidence, evidence == NULL ? 0 : strlen(evidence));
	char *expires = s->expires == 0 ? g_strdup("") : g_strdup_printf("%lld", (long long)s->expires);
	char *line = g_strdup_printf("%s\n%lld\t%s\t%s\t%lld\t%lld\t%s\t%s\t%s\t%s\t%s", w->hash,
	    (long long)s->seq, ledger_kind_name(s->kind), s->source, (long long)s->given_at,
	    (long long)s->received_at, expires, s->reference, r, k, e);
	char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, line, -1);

	assert_string_equal(hash, s->hash);
	(void)g_strlcpy(w->hash, hash, sizeof w->hash);
	w->n++;
	g_free(hash);
	g_free(line);
	g_free(expires);
	g_free(e);
	g_free(k);
	g_free(r);
	g_free(evidence);
	return true;
}

/* Five statements: two refusals, a consent, the void of the first, a complaint.  Returns the last hash. */
static char *
fill(struct ledger *ledger)
{
	struct ledger_statement s = word(LEDGER_CONSENT, "mail", ANNA, "shop.example", T0 + 2);
	struct ledger_receipt first, last;

	first = say(ledger, LEDGER_REFUSAL, "reply", ANNA, "shop.example", T0 + 1);
	s.expires = T0 + 1000;
	s.evidence = "please write";
	s.evidence_len = 12;
	append(ledger, &s);
	say(ledger, LEDGER_REFUSAL, "mail", BERT, "<deals.shop.example>", T0 + 3);
	void_it(ledger, first.reference, T0 + 4);
	last = say(ledger, LEDGER_COMPLAINT, "complaint", BERT, "shop.example", T0 + 5);
	assert_int_equal(last.seq, 5);
	return g_strdup(last.hash);
}

static void
test_by_hand(void **state)
{
	struct fixture *f = *state;
	struct ledger_report report;
	struct err err = { "" };
	struct walk w = { .path = f->path };
	char *last;

	(void)memset(w.hash, '0', LEDGER_HASH_HEX);
	report = verify(f->ledger, w.hash, 1);			/* an empty chain ends in hash(0) */
	assert_int_equal(report.statements, 0);
	assert_string_equal(report.last_hash, w.hash);
	assert_true(report.anchor_found);
	last = fill(f->ledger);
	assert_int_equal(ledger_statements(f->ledger, NULL, step, &w, &err), 5);
	assert_int_equal(w.n, 5);
	assert_string_equal(w.hash, last);
	report = verify(f->ledger, last, 1);
	assert_int_equal(report.statements, 5);
	assert_int_equal(report.first_bad, 0);
	assert_string_equal(report.last_hash, last);
	assert_int_equal(report.anchor_seq, 5);
	assert_true(report.anchor_found && report.tables_agree && report.database_sound);
	assert_string_equal(report.what, "");
	g_free(last);
}

static void
test_anchor(void **state)
{
	static const char *const malformed[] = { "", "00", "G", "ABCDEF" };
	struct fixture *f = *state;
	struct ledger_report report;
	struct err err = { "" };
	char absent[LEDGER_HASH_HEX + 1];

	g_free(fill(f->ledger));
	(void)memset(absent, 'a', LEDGER_HASH_HEX);
	absent[LEDGER_HASH_HEX] = '\0';
	report = verify(f->ledger, absent, 0);
	assert_false(report.anchor_found);
	assert_int_equal(report.first_bad, 0);
	assert_non_null(strstr(report.what, "anchor"));
	absent[0] = 'A';
	assert_int_equal(ledger_verify(f->ledger, absent, &report, &err), -1);
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
		assert_int_equal(ledger_verify(f->ledger, malformed[i], &report, &err), -1);
}

/* ---- damage -------------------------------------------------------------------------------------- */

/* Runs sql with all triggers and foreign keys out of the way, and puts the triggers back. */
static void
damage(const char *path, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	GPtrArray *make = g_ptr_array_new_with_free_func(g_free);
	GString *drop = g_string_new("PRAGMA foreign_keys=OFF; BEGIN;");
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
	    -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		g_string_append_printf(drop, "DROP TRIGGER %s;", sqlite3_column_text(stmt, 0));
		g_ptr_array_add(make, g_strdup((const char *)sqlite3_column_text(stmt, 1)));
	}
	(void)sqlite3_finalize(stmt);
	assert_true(make->len >= 4);
	g_string_append(drop, sql);
	g_string_append_c(drop, ';');
	for (guint i = 0; i < make->len; i++)
		g_string_append_printf(drop, "%s;", (const char *)g_ptr_array_index(make, i));
	g_string_append(drop, "COMMIT");
	if (sqlite3_exec(db, drop->str, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	g_string_free(drop, TRUE);
	g_ptr_array_free(make, TRUE);
}

static const struct damage_case {
	const char	*sql;
	int64_t		 first_bad;
	bool		 tables_agree, sound;
	const char	*what;
} damages[] = {
	/* changed */
	{ "UPDATE statement SET given_at = given_at + 1 WHERE seq = 3", 3, true, true, "not follow" },
	{ "UPDATE statement SET received_at = 0 WHERE seq = 1", 1, true, true, "not follow" },
	{ "UPDATE statement SET expires = expires + 1 WHERE seq = 2;"
	  " UPDATE consent SET expires = expires + 1", 2, true, true, "not follow" },
	{ "UPDATE statement SET kind = 'complaint' WHERE seq = 3; DELETE FROM refusal",
	  3, true, true, "not follow" },
	{ "UPDATE statement SET source = 'admin' WHERE seq = 5", 5, true, true, "not follow" },
	{ "UPDATE statement SET source = source || char(9) WHERE seq = 5", 5, true, true, "not follow" },
	{ "UPDATE statement SET reference = 'RX' WHERE seq = 3", 3, true, true, "not follow" },
	{ "UPDATE statement SET c_sender = zeroblob(32) WHERE seq = 4", 4, true, true, "not follow" },
	{ "UPDATE statement SET hash = zeroblob(32) WHERE seq = 2", 2, true, true, "not follow" },
	/* what a person's row says, with the tables moved along */
	{ "UPDATE statement_person SET recipient = 'x@example.com' WHERE seq = 3;"
	  " UPDATE refusal SET recipient = 'x@example.com'", 3, true, true, "recipient" },
	{ "UPDATE statement_person SET sender = '*' WHERE seq = 2; UPDATE consent SET sender = '*'",
	  2, true, true, "sender" },
	{ "DELETE FROM statement_evidence WHERE seq = 2", 2, true, true, "evidence" },
	{ "UPDATE statement_evidence SET octets = x'00' WHERE seq = 2", 2, true, true, "evidence" },
	{ "INSERT INTO statement_evidence VALUES (3, 0, x'00', 1, 0, NULL)", 3, true, true, "evidence" },
	{ "INSERT INTO statement_evidence VALUES (9, 0, x'00', 1, 0, NULL)", 0, true, false, "points nowhere" },
	{ "UPDATE statement_person SET reason = 'no' WHERE seq = 4", 4, true, true, "reason" },
	{ "UPDATE statement_person SET salt = zeroblob(16) WHERE seq = 5", 5, true, true, "recipient" },
	/* removed, with all that hung on it */
	{ "DELETE FROM statement WHERE seq = 2; DELETE FROM statement_person WHERE seq = 2;"
	  " DELETE FROM statement_evidence; DELETE FROM consent", 2, true, true, "missing" },
	{ "DELETE FROM statement WHERE seq = 1; DELETE FROM statement_person WHERE seq = 1",
	  1, true, true, "missing" },
	{ "DELETE FROM statement WHERE seq = 3", 3, false, false, "missing" },
	/* put in at the end, with another's hash, a hash of nothing, and a place left free */
	{ "INSERT INTO statement SELECT 6, kind, source, given_at, received_at, expires, 'RNEW', c_recipient,"
	  " c_sender, c_evidence, hash FROM statement WHERE seq = 5", 6, true, true, "not follow" },
	{ "INSERT INTO statement SELECT 7, kind, source, given_at, received_at, expires, 'RNEW', c_recipient,"
	  " c_sender, c_evidence, hash FROM statement WHERE seq = 5", 6, true, true, "missing" },
	/* reordered: 2 and 3 change places, whole rows, and then only their persons */
	{ "UPDATE statement SET seq = 99 WHERE seq = 2; UPDATE statement SET seq = 2 WHERE seq = 3;"
	  " UPDATE statement SET seq = 3 WHERE seq = 99;"
	  " UPDATE statement_person SET seq = 99 WHERE seq = 2;"
	  " UPDATE statement_person SET seq = 2 WHERE seq = 3;"
	  " UPDATE statement_person SET seq = 3 WHERE seq = 99;"
	  " UPDATE statement_evidence SET seq = 3; UPDATE consent SET seq = 3; UPDATE refusal SET seq = 2", 2, true, true, "not follow" },
	{ "UPDATE statement_person SET seq = 99 WHERE seq = 1;"
	  " UPDATE statement_person SET seq = 1 WHERE seq = 4;"
	  " UPDATE statement_person SET seq = 4 WHERE seq = 99", 1, true, true, "salt" },
	{ "UPDATE statement SET seq = 8 WHERE seq = 5; UPDATE statement_person SET seq = 8 WHERE seq = 5",
	  5, true, true, "missing" },
	/* the tables alone */
	{ "DELETE FROM consent", 0, false, true, "consents missing among those in force: 1" },
	{ "DELETE FROM refusal", 0, false, true, "refusals missing among those in force: 1" },
	{ "UPDATE consent SET expires = NULL", 0, false, true,
	  "consents in force that follow from no statement: 1" },
	{ "UPDATE consent SET own = 0", 0, false, true, "consents in force that follow" },
	{ "UPDATE refusal SET sender = 'x.example'", 0, false, true,
	  "refusals in force that follow from no statement: 1" },
	{ "INSERT INTO refusal SELECT recipient, sender, 1 FROM statement_person WHERE seq = 1",
	  0, false, true, "refusals in force that follow" },			/* the one that was ended */
	{ "INSERT INTO statement_person (seq, salt, recipient, sender) VALUES (9, zeroblob(16), 'a@b', '*')",
	  0, false, false, "belong to no statement" },
	/* the schema: what would let the next change through */
	{ "DROP INDEX statement_reference", 0, true, false, "triggers" },
	{ "CREATE TRIGGER quiet AFTER INSERT ON refusal BEGIN DELETE FROM refusal; END",
	  0, true, false, "triggers" },
	/* a person erased as the program does it: nothing is wrong */
	{ "DELETE FROM statement_person WHERE seq = 2; DELETE FROM statement_evidence; DELETE FROM consent",
	  0, true, true, "" },
	{ "DELETE FROM statement_person; DELETE FROM statement_evidence; DELETE FROM consent;"
	  " DELETE FROM refusal", 0, true, true, "" },
	/* and its evidence pruned */
	{ "UPDATE statement_evidence SET octets = NULL, pruned_at = 1", 0, true, true, "" },
};

static void
test_damage(void **state)
{
	struct fixture *f = *state;

	g_free(fill(f->ledger));
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		const struct damage_case *c = &damages[i];
		char *copy = g_strdup_printf("%s/copy-%zu.db", f->folder, i);
		char *url = g_strconcat("sqlite:", copy, NULL);
		const bool fine = c->first_bad == 0 && c->tables_agree && c->sound;
		struct ledger_report report;
		struct ledger *ledger = NULL;
		struct err err = { "" };

		assert_int_equal(ledger_backup(f->ledger, copy, &err), 0);
		damage(copy, c->sql);
		assert_int_equal(ledger_open(url, NULL, &ledger, &err), 0);
		report = verify(ledger, NULL, fine);
		if (report.first_bad != c->first_bad || report.tables_agree != c->tables_agree ||
		    report.database_sound != c->sound || strstr(report.what, c->what) == NULL)
			fail_msg("case %zu: first bad %d, tables %d, sound %d: %s", i, (int)report.first_bad,
			    report.tables_agree, report.database_sound, report.what);
		ledger_close(ledger);
		g_free(copy);
		g_free(url);
	}
}

/* A tail that is cut off leaves a chain that verifies: the anchor finds it. */
static void
test_cut_tail(void **state)
{
	struct fixture *f = *state;
	struct ledger_report report;
	char *last = fill(f->ledger);

	ledger_close(f->ledger);
	f->ledger = NULL;
	damage(f->path, "DELETE FROM statement WHERE seq = 5; DELETE FROM statement_person WHERE seq = 5");
	fixture_open(f, NULL);
	assert_int_equal(verify(f->ledger, NULL, 1).statements, 4);
	report = verify(f->ledger, last, 0);
	assert_int_equal(report.first_bad, 0);
	assert_false(report.anchor_found);
	g_free(last);
}

/* Erased, then written on: the chain goes over the gap, and the erased say nothing any more. */
static void
test_erased(void **state)
{
	struct fixture *f = *state;

	g_free(fill(f->ledger));
	raw(f->path, "PRAGMA foreign_keys=ON; DELETE FROM statement_person WHERE recipient = '" BERT "'");
	assert_int_equal(count_words(f->ledger, BERT, "<deals.shop.example>"), 0);
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 1);
	say(f->ledger, LEDGER_REFUSAL, "mail", BERT, "shop.example", T0 + 9);
	assert_int_equal(verify(f->ledger, NULL, 1).statements, 6);
}

static void
test_append_only(void **state)
{
	static const char *const refused[] = {
		"UPDATE statement SET source = 'mail'",
		"DELETE FROM statement",
		"DELETE FROM statement WHERE seq = 5",
		"INSERT OR REPLACE INTO statement SELECT * FROM statement WHERE seq = 5",
		"INSERT OR REPLACE INTO statement SELECT 6, kind, source, given_at, received_at, expires,"
		" reference, c_recipient, c_sender, c_evidence, hash FROM statement WHERE seq = 2",
		"INSERT INTO statement SELECT 7, kind, source, given_at, received_at, expires, 'RX',"
		" c_recipient, c_sender, c_evidence, hash FROM statement WHERE seq = 2",
		"UPDATE OR REPLACE statement SET seq = 3 WHERE seq = 2",
		"UPDATE statement_person SET sender = '*'",
	};
	struct fixture *f = *state;
	sqlite3 *db = NULL;

	g_free(fill(f->ledger));
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (sqlite3_exec(db, refused[i], NULL, NULL, NULL) != SQLITE_CONSTRAINT)
			fail_msg("'%s' went through", refused[i]);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(verify(f->ledger, NULL, 1).statements, 5);
}

/* ---- rebuilt, copied ----------------------------------------------------------------------------- */

static void
test_rebuild(void **state)
{
	static const struct { const char *sql; int64_t changed; } cases[] = {
		{ "SELECT 1", 0 },
		{ "DELETE FROM consent; DELETE FROM refusal", 2 },
		{ "UPDATE consent SET expires = NULL", 2 },	/* one goes, one comes */
		{ "INSERT INTO refusal VALUES ('x@example.com', '*', 5)", 1 },
	};
	struct fixture *f = *state;
	struct err err = { "" };

	g_free(fill(f->ledger));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		raw(f->path, cases[i].sql);
		assert_int_equal(ledger_rebuild(f->ledger, &err), cases[i].changed);
		verify(f->ledger, NULL, 1);
		assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 1);
	}
}

static void
test_backup(void **state)
{
	struct fixture *f = *state;
	char *copy = g_strconcat(f->folder, "/copy.db", NULL), *url = g_strconcat("sqlite:", copy, NULL);
	char *wal = g_strconcat(copy, "-wal", NULL), *last = fill(f->ledger);
	const struct ledger_settings read_only = { .read_only = true };
	struct ledger *ledger = NULL;
	struct err err = { "" };
	struct stat st;

	assert_int_equal(ledger_backup(f->ledger, copy, &err), 0);
	assert_int_equal(stat(copy, &st), 0);
	assert_int_equal(st.st_mode & 0137, 0);
	assert_int_equal(access(wal, F_OK), -1);			/* one file is the whole copy */
	assert_int_equal(ledger_backup(f->ledger, copy, &err), -1);	/* never in another's place */
	assert_int_equal(stat(copy, &st), 0);
	assert_int_equal(ledger_backup(f->ledger, "relative.db", &err), -1);
	assert_int_equal(ledger_backup(f->ledger, "/nonexistent/copy.db", &err), -1);

	say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "late.example", T0 + 9);
	assert_int_equal(ledger_open(url, &read_only, &ledger, &err), 0);
	assert_int_equal(verify(ledger, last, 1).statements, 5);
	ledger_close(ledger);
	assert_int_equal(ledger_open(url, NULL, &ledger, &err), 0);	/* put in place, it goes on */
	say(ledger, LEDGER_REFUSAL, "mail", ANNA, "late.example", T0 + 9);
	assert_int_equal(verify(ledger, last, 1).statements, 6);
	ledger_close(ledger);

	/* A copy of what is damaged is no copy, and leaves no file. */
	assert_int_equal(unlink(copy), 0);
	raw(f->path, "DELETE FROM refusal");
	assert_int_equal(ledger_backup(f->ledger, copy, &err), -1);
	assert_non_null(strstr(err.text, "missing"));
	assert_int_equal(access(copy, F_OK), -1);
	g_free(last);
	g_free(wal);
	g_free(url);
	g_free(copy);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors), T(test_by_hand), T(test_anchor), T(test_damage),
		T(test_cut_tail), T(test_erased), T(test_append_only), T(test_rebuild), T(test_backup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
