/*
 * ledger-fixture.h - an empty ledger in a folder of its own, for the tests of the ledger.
 *
 * Every helper that must succeed asserts it: a fixture that fails quietly tests nothing.
 */
#ifndef LEDGER_FIXTURE_H
#define LEDGER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <glib.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "ledger.h"

#define ANNA	"anna@example.com"
#define BERT	"bert@example.com"
#define T0	INT64_C(1790000000000)

struct fixture {
	char		*folder, *path, *url;
	struct ledger	*ledger;
};

static inline void
fixture_open(struct fixture *f, const struct ledger_settings *settings)
{
	struct err err = { "" };

	if (ledger_open(f->url, settings, &f->ledger, &err) == -1)
		fail_msg("cannot open: %s", err.text);
}

static inline int
fixture_setup(void **state)
{
	const struct ledger_settings settings = { .create = true };
	struct fixture *f = g_new0(struct fixture, 1);

	f->folder = g_dir_make_tmp("ledger-XXXXXX", NULL);
	assert_non_null(f->folder);
	f->path = g_build_filename(f->folder, "tuiding.db", NULL);
	f->url = g_strconcat("sqlite:", f->path, NULL);
	fixture_open(f, &settings);
	*state = f;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	const char *name;
	GDir *dir;

	ledger_close(f->ledger);
	dir = g_dir_open(f->folder, 0, NULL);
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		char *path = g_build_filename(f->folder, name, NULL);

		(void)unlink(path);
		g_free(path);
	}
	if (dir != NULL)
		g_dir_close(dir);
	(void)rmdir(f->folder);
	g_free(f->folder);
	g_free(f->path);
	g_free(f->url);
	g_free(f);
	return 0;
}

static inline void
fixture_reopen(struct fixture *f)
{
	ledger_close(f->ledger);
	f->ledger = NULL;
	fixture_open(f, NULL);
}

/* Runs SQL behind the ledger's back. */
static inline void
raw(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The one text that a query behind the ledger's back brings; g_free() it. */
static inline char *
raw_text(const char *path, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	char *text;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	text = g_strdup((const char *)sqlite3_column_text(stmt, 0));
	(void)sqlite3_finalize(stmt);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return text;
}

static inline int64_t
raw_number(const char *path, const char *sql)
{
	char *text = raw_text(path, sql);
	int64_t number = g_ascii_strtoll(text, NULL, 10);

	g_free(text);
	return number;
}

static inline struct ledger_statement
word(enum ledger_kind kind, const char *source, const char *recipient, const char *sender, int64_t at)
{
	struct ledger_statement s = {
		.kind = kind, .source = source, .recipient = recipient, .sender = sender, .given_at = at,
		.received_at = at + 5,
	};

	return s;
}

static inline struct ledger_receipt
append(struct ledger *ledger, const struct ledger_statement *s)
{
	struct ledger_receipt receipt = { .outcome = LEDGER_FAILED };
	struct err err = { "" };

	if (ledger_append(ledger, s, 1, &receipt, &err) == -1)
		fail_msg("cannot append: %s", err.text);
	return receipt;
}

static inline struct ledger_receipt
say(struct ledger *ledger, enum ledger_kind kind, const char *source, const char *recipient,
    const char *sender, int64_t at)
{
	struct ledger_statement s = word(kind, source, recipient, sender, at);

	return append(ledger, &s);
}

static inline struct ledger_receipt
void_it(struct ledger *ledger, const char *reference, int64_t at)
{
	struct ledger_statement s = word(LEDGER_VOID, "admin", NULL, NULL, at);

	s.reference = reference;
	s.reason = "entered in error";
	return append(ledger, &s);
}

/* How many words recipient said about the one key (and "*"). */
static inline size_t
count_words(struct ledger *ledger, const char *recipient, const char *key)
{
	struct policy_word *words = NULL;
	struct err err = { "" };
	size_t n = 0;

	if (ledger_words(ledger, recipient, &key, 1, &words, &n, &err) == -1)
		fail_msg("cannot look up: %s", err.text);
	ledger_words_free(words);
	return n;
}

static inline struct ledger_report
verify(struct ledger *ledger, const char *anchor, int want)
{
	struct ledger_report report = { 0 };
	struct err err = { "" };
	int ret = ledger_verify(ledger, anchor, &report, &err);

	if (ret != want)
		fail_msg("verify says %d, not %d: %s%s", ret, want, report.what, err.text);
	return report;
}

#endif
