/*
 * test-ledger-open.c - what is opened, made, brought up to date, and what is sent away.
 */
#include "ledger-fixture.h"

#include <sys/stat.h>
#include "ledger_sqlite_schema.h"

static void
test_urls(void **state)
{
	static const char *const cases[] = {
		NULL, "", "sqlite", "sqlite:", "sqlite:relative.db", "sqlite::memory:",
		"sqlite:file:/x?mode=memory", "/var/lib/tuiding.db",
		"postgresql://db.example/tuiding", "SQLITE:/x", "sqlite:/nonexistent/x.db",
	};
	const struct ledger_settings create = { .create = true };
	struct ledger *ledger = (struct ledger *)&ledger;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = { "" };

		if (ledger_open(cases[i], &create, &ledger, &err) != -1)
			fail_msg("case %zu was opened", i);
		assert_true(err.text[0] != '\0');
		assert_ptr_equal(ledger, &ledger);
		assert_int_equal(ledger_migrate(cases[i], true, NULL, NULL, &err), -1);
	}
	assert_int_equal(access("relative.db", F_OK), -1);
	ledger_close(NULL);
}

/* What open and migrate say to each kind of file. */
static void
test_files(void **state)
{
	static const struct {
		const char	*name, *sql;
		mode_t		 mode;
		const char	*why;		/* part of what opening says; NULL: it opens */
	} cases[] = {
		{ "own",	"SELECT 1", 0640, NULL },
		{ "private",	"SELECT 1", 0600, NULL },
		{ "readable",	"SELECT 1", 0644, "chmod o-rwx" },
		{ "writable",	"SELECT 1", 0642, "chmod o-rwx" },
		{ "entered",	"SELECT 1", 0641, "chmod o-rwx" },
		{ "newer",	"PRAGMA user_version = 999", 0640, "newer than this program" },
		{ "older",	"PRAGMA user_version = 0", 0640, "no ledger" },
		{ "negative",	"PRAGMA user_version = -1", 0640, "no ledger" },
		{ "strange",	"PRAGMA application_id = 1", 0640, "no ledger" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *path = g_strconcat(f->folder, "/", cases[i].name, NULL);
		char *url = g_strconcat("sqlite:", path, NULL);
		struct ledger *ledger = NULL;
		struct err err = { "" };
		int ret;

		assert_int_equal(ledger_backup(f->ledger, path, &err), 0);
		raw(path, cases[i].sql);
		assert_int_equal(chmod(path, cases[i].mode), 0);
		ret = ledger_open(url, NULL, &ledger, &err);
		if ((ret == 0) != (cases[i].why == NULL) ||
		    (ret == -1 && strstr(err.text, cases[i].why) == NULL))
			fail_msg("%s: %d %s", cases[i].name, ret, err.text);
		ledger_close(ledger);
		ret = ledger_migrate(url, true, NULL, NULL, &err);
		assert_int_equal(ret, cases[i].why == NULL ? 0 : -1);
		g_free(url);
		g_free(path);
	}
}

static void
test_no_database(void **state)
{
	static const char text[] = "This is a text of more than sixteen octets, and no database at all.";
	struct fixture *f = *state;
	char *path = g_strconcat(f->folder, "/text", NULL), *url = g_strconcat("sqlite:", path, NULL);
	char *folder = g_strconcat("sqlite:", f->folder, NULL), *after = NULL;
	struct ledger *ledger = NULL;
	struct err err = { "" };

	assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(ledger_open(url, NULL, &ledger, &err), -1);
	assert_int_equal(ledger_migrate(url, true, NULL, NULL, &err), -1);
	assert_true(g_file_get_contents(path, &after, NULL, NULL));
	assert_string_equal(after, text);
	assert_int_equal(ledger_open(folder, NULL, &ledger, &err), -1);
	assert_non_null(strstr(err.text, "no plain file"));
	assert_null(ledger);
	g_free(after);
	g_free(folder);
	g_free(url);
	g_free(path);
}

static void
test_migrate(void **state)
{
	struct fixture *f = *state;
	char *path = g_strconcat(f->folder, "/new.db", NULL), *url = g_strconcat("sqlite:", path, NULL);
	struct ledger *ledger = NULL;
	struct err err = { "" };
	int from = 77, to = 77;
	struct stat st;

	assert_int_equal(ledger_open(url, NULL, &ledger, &err), -1);
	assert_non_null(strstr(err.text, "ledger init"));
	assert_int_equal(ledger_migrate(url, false, &from, &to, &err), -1);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(from, 77);
	assert_int_equal(ledger_migrate(url, true, &from, &to, &err), 1);
	assert_int_equal(from, 0);
	assert_int_equal(to, lite_version);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0137, 0);
	assert_int_equal(ledger_migrate(url, true, &from, &to, &err), 0);
	assert_int_equal(from, lite_version);
	assert_int_equal(raw_number(path, "PRAGMA user_version"), lite_version);
	assert_int_equal(raw_number(path, "PRAGMA application_id"), 0x54554944);
	assert_int_equal(ledger_open(url, NULL, &ledger, &err), 0);
	verify(ledger, NULL, 1);
	ledger_close(ledger);

	/* An empty file is a ledger still to be made, but only by who asks for it. */
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(ledger_open(url, NULL, &ledger, &err), -1);
	assert_int_equal(ledger_migrate(url, false, &from, &to, &err), -1);
	assert_int_equal(ledger_migrate(url, true, &from, &to, &err), 1);
	g_free(url);
	g_free(path);
}

/* A migration that breaks leaves the file as it was. */
static void
test_migration_whole(void **state)
{
	struct fixture *f = *state;
	char *path = g_strconcat(f->folder, "/half.db", NULL), *url = g_strconcat("sqlite:", path, NULL);
	struct err err = { "" };

	/* A file that calls itself a ledger of version 0 and has a table in the way. */
	raw(path, "CREATE TABLE decision (x)");
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(ledger_migrate(url, true, NULL, NULL, &err), -1);
	assert_int_equal(raw_number(path, "SELECT count(*) FROM sqlite_schema"), 1);
	assert_int_equal(raw_number(path, "PRAGMA user_version"), 0);
	g_free(url);
	g_free(path);
}

static void
test_read_only(void **state)
{
	const struct ledger_settings read_only = { .read_only = true };
	const struct ledger_settings both = { .read_only = true, .create = true };
	const struct ledger_rule rule = { 0, "example.com", "*", WORD_REFUSAL, T0, "" };
	const struct ledger_statement s = word(LEDGER_REFUSAL, "mail", ANNA, "x.example", T0);
	struct fixture *f = *state;
	struct ledger *reader = NULL;
	struct ledger_receipt receipt;
	struct err err = { "" };
	char *wal;

	/* While another one writes. */
	say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0);
	assert_int_equal(ledger_open(f->url, &read_only, &reader, &err), 0);
	assert_int_equal(count_words(reader, ANNA, "shop.example"), 1);
	say(f->ledger, LEDGER_CONSENT, "mail", ANNA, "shop.example", T0);
	assert_int_equal(count_words(reader, ANNA, "shop.example"), 2);
	assert_int_equal(ledger_append(reader, &s, 1, &receipt, &err), -1);
	assert_non_null(strstr(err.text, "reading only"));
	assert_int_equal(ledger_rule_add(reader, &rule, NULL, &err), -1);
	assert_int_equal(ledger_rule_remove(reader, 1, &err), -1);
	assert_int_equal(ledger_rebuild(reader, &err), -1);
	verify(reader, NULL, 1);
	ledger_close(reader);
	reader = NULL;
	assert_int_equal(ledger_open(f->url, &both, &reader, &err), -1);

	/* And when nobody does: the log was taken back into the file, which is the whole ledger then. */
	ledger_close(f->ledger);
	f->ledger = NULL;
	wal = g_strconcat(f->path, "-wal", NULL);
	assert_int_equal(access(wal, F_OK), -1);
	g_free(wal);
	assert_int_equal(ledger_open(f->url, &read_only, &reader, &err), 0);
	assert_int_equal(count_words(reader, ANNA, "shop.example"), 2);
	ledger_close(reader);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls), T(test_files), T(test_no_database), T(test_migrate),
		T(test_migration_whole), T(test_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
