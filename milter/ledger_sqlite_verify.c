/*
 * ledger_sqlite_verify.c - whether the ledger is what was written into it.
 *
 * Floor 2.  Believes nothing that the file says of itself: hashes are computed anew, the schema is compared
 * with this program's own, the tables with the statements.  Changes nothing.
 */
#include "ledger_sqlite_act.h"

#include <glib.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns of LITE_CHAIN. */
enum column {
	SEQ, KIND, SOURCE, GIVEN_AT, RECEIVED_AT, EXPIRES, REFERENCE, C_RECIPIENT, C_SENDER, C_EVIDENCE, HASH,
	PERSON, SALT, RECIPIENT, SENDER, REASON, EVIDENCE, PRUNED_AT
};

/* Notes what is wrong, unless something was before. */
static void __attribute__((format(printf, 2, 3)))
blame(struct ledger_report *report, const char *fmt, ...)
{
	va_list ap;

	if (report->what[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(report->what, sizeof report->what, fmt, ap);
	va_end(ap);
}

/* Copies the 32 octets of a hash column; false when it holds something else. */
static bool
read_hash(struct lite_query *q, enum column column, unsigned char out[LEDGER_HASH])
{
	size_t len;
	const void *octets = lite_octets(q, (int)column, &len);

	if (octets == NULL || len != LEDGER_HASH)
		return false;
	memcpy(out, octets, LEDGER_HASH);
	return true;
}

/* What does not agree between a statement's personal fields and its commitments; NULL: all does. */
static const char *
check_person(struct lite_query *q, const struct ledger_link *link)
{
	const char *recipient = lite_text_or_empty(q, RECIPIENT), *sender = lite_text_or_empty(q, SENDER);
	size_t salt_len, evidence_len;
	const unsigned char *salt = lite_octets(q, SALT, &salt_len);
	const void *evidence = lite_octets(q, EVIDENCE, &evidence_len);
	unsigned char c[LEDGER_HASH];

	if (salt == NULL || salt_len != LEDGER_SALT)
		return "its salt is gone";
	ledger_commit(salt, recipient, strlen(recipient), c);
	if (memcmp(c, link->c_recipient, sizeof c) != 0)
		return "its recipient or its salt was changed";
	ledger_commit(salt, sender, strlen(sender), c);
	if (memcmp(c, link->c_sender, sizeof c) != 0)
		return "its sender was changed";
	if (lite_int(q, PRUNED_AT) != 0 && evidence == NULL)
		return NULL;		/* what c(evidence) was made of is gone: sql/README */
	ledger_commit_evidence(salt, lite_text(q, REASON), evidence, evidence_len, c);
	if (memcmp(c, link->c_evidence, sizeof c) != 0)
		return "its reason or evidence was changed";
	return NULL;
}

/* Moves hash over the statement that the query stands on.  What is wrong with it; NULL: nothing. */
static const char *
check_link(struct lite_query *q, unsigned char hash[LEDGER_HASH])
{
	struct ledger_link link = {
		.seq = lite_int(q, SEQ), .given_at = lite_int(q, GIVEN_AT),
		.received_at = lite_int(q, RECEIVED_AT), .expires = lite_int(q, EXPIRES),
		.kind = lite_text_or_empty(q, KIND), .source = lite_text_or_empty(q, SOURCE),
		.reference = lite_text_or_empty(q, REFERENCE),
	};
	unsigned char stored[LEDGER_HASH];

	if (!read_hash(q, C_RECIPIENT, link.c_recipient) || !read_hash(q, C_SENDER, link.c_sender) ||
	    !read_hash(q, C_EVIDENCE, link.c_evidence) || !read_hash(q, HASH, stored))
		return "a hash of it is malformed";
	ledger_link_hash(hash, &link, hash);
	if (memcmp(hash, stored, sizeof stored) != 0)
		return "it does not follow from the one before";
	return lite_int(q, PERSON) == 0 ? NULL : check_person(q, &link);
}

static void
find_anchor(const char *anchor, int64_t seq, const unsigned char hash[LEDGER_HASH],
    struct ledger_report *report)
{
	ledger_hex(hash, report->last_hash);
	if (anchor != NULL && !report->anchor_found && strcmp(anchor, report->last_hash) == 0) {
		report->anchor_found = true;
		report->anchor_seq = seq;
	}
}

/* Walks the chain to its first bad statement.  0, or -1 when it cannot be read. */
static int
walk(struct lite_db *db, const char *anchor, struct ledger_report *report, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_CHAIN, err);
	unsigned char hash[LEDGER_HASH] = { 0 };
	const char *wrong = NULL;
	int row = -1;

	if (q == NULL)
		return -1;
	find_anchor(anchor, 0, hash, report);
	while (wrong == NULL && (row = lite_step(q, err)) == 1) {
		if (lite_int(q, SEQ) != report->statements + 1)
			wrong = "it is missing";
		else
			wrong = check_link(q, hash);
		if (wrong == NULL)
			find_anchor(anchor, ++report->statements, hash, report);
	}
	lite_end(q);
	if (wrong != NULL || (row == -1 && lite_damaged(db))) {
		report->first_bad = report->statements + 1;
		blame(report, "statement %" PRId64 ": %s", report->first_bad,
		    wrong != NULL ? wrong : "the file is malformed there");
		return 0;
	}
	return row;
}

/* Counts with one query.  0 or -1. */
static int
count(struct lite_db *db, enum lite_sql which, int64_t *n_r, struct err *err)
{
	struct lite_query *q = lite_query(db, which, err);
	int row;

	if (q == NULL)
		return -1;
	row = lite_step(q, err);
	if (row == 1)
		*n_r = lite_int(q, 0);
	lite_end(q);
	return row == 1 ? 0 : -1;
}

/* Whether consent and refusal are what follows from the statements. */
static int
compare_tables(struct lite_db *db, struct ledger_report *report, struct err *err)
{
	static const struct { enum lite_sql which; const char *what; } counts[] = {
		{ LITE_STRAY_PERSONS,	"persons' rows that belong to no statement" },
		{ LITE_STRAY_CONSENTS,	"consents in force that follow from no statement" },
		{ LITE_STRAY_REFUSALS,	"refusals in force that follow from no statement" },
		{ LITE_LOST_CONSENTS,	"consents missing among those in force" },
		{ LITE_LOST_REFUSALS,	"refusals missing among those in force" },
	};
	int64_t n;

	report->tables_agree = true;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		if (count(db, counts[i].which, &n, err) == -1)
			return -1;
		if (n == 0)
			continue;
		report->tables_agree = false;
		blame(report, "%s: %" PRId64, counts[i].what, n);
	}
	return 0;
}

/* What does not agree between the case's evidence that the query stands on and its statement; NULL: all does. */
static const char *
check_case(struct lite_query *q)
{
	size_t packed_len, hash_len, said_len;
	const void *packed = lite_octets(q, 1, &packed_len), *hash = lite_octets(q, 4, &hash_len);
	const char *said = lite_octets(q, 6, &said_len);
	char hex[LEDGER_HASH_HEX + 1], want[LITE_BOND_MAX], *octets = NULL;
	int ret;

	if (hash == NULL || hash_len != LEDGER_HASH)
		return "it has no hash";
	ledger_hex(hash, hex);
	lite_bond(hex, lite_int(q, 2), lite_int(q, 3), want);
	/* Of an erased statement nothing is left to compare with. */
	if (lite_int(q, 5) != 0 && (said == NULL || said_len != strlen(want) || memcmp(said, want, said_len) != 0))
		return "it is not what its statement says";
	if (packed == NULL)
		return NULL;
	ret = lite_unpack(packed, packed_len, lite_int(q, 2), hash, &octets);
	free(octets);
	return ret == 0 ? "it was changed" : NULL;
}

/* Whether the cases' evidence is what the chain says it was. */
static int
check_cases(struct lite_db *db, struct ledger_report *report, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_CASE_EVIDENCE, err);
	const char *wrong;
	int row;

	if (q == NULL)
		return -1;
	while ((row = lite_step(q, err)) == 1) {
		wrong = check_case(q);
		if (wrong == NULL)
			continue;
		report->tables_agree = false;
		blame(report, "the evidence of case %" PRId64 ": %s", lite_int(q, 0), wrong);
	}
	lite_end(q);
	return row;
}

/* All that a schema says, in one text.  NULL: it cannot be read. */
static char *
read_schema(struct lite_db *db, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_SCHEMA, err);
	GString *text;
	int row;

	if (q == NULL)
		return NULL;
	text = g_string_new(NULL);
	while ((row = lite_step(q, err)) == 1)
		for (int column = 0; column < 3; column++) {
			g_string_append(text, lite_text_or_empty(q, column));
			g_string_append_c(text, '\n');
		}
	lite_end(q);
	return g_string_free(text, row == -1);
}

/* Whether the file's tables and triggers are this program's: a trigger taken out opens the statements. */
static int
compare_schema(struct lite_db *db, struct ledger_report *report, struct err *err)
{
	struct lite_db *own = NULL;
	char *have = NULL, *want = NULL;
	int ret = -1;

	if (lite_db_open(NULL, LITE_MEMORY, 0, &own, err) == -1 || lite_lay_schema(own, err) == -1)
		goto out;
	want = read_schema(own, err);
	have = want == NULL ? NULL : read_schema(db, err);
	if (have == NULL)
		goto out;
	if (strcmp(have, want) != 0) {
		report->database_sound = false;
		blame(report, "the file's tables, indexes or triggers are not this program's");
	}
	ret = 0;
out:
	lite_db_close(own);
	g_free(want);
	g_free(have);
	return ret;
}

/* The engine's own checks. */
static int
check_engine(struct lite_db *db, struct ledger_report *report, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_INTEGRITY, err);
	int row;

	if (q == NULL)
		return -1;
	row = lite_step(q, err);
	if (row == 1 && strcmp(lite_text_or_empty(q, 0), "ok") != 0) {
		report->database_sound = false;
		blame(report, "the file is malformed: %.100s", lite_text_or_empty(q, 0));
	}
	lite_end(q);
	if (row == -1)
		return -1;
	q = lite_query(db, LITE_FOREIGN_KEYS, err);
	if (q == NULL)
		return -1;
	row = lite_step(q, err);
	if (row == 1) {
		report->database_sound = false;
		blame(report, "a row of table %.40s points nowhere", lite_text_or_empty(q, 0));
	}
	lite_end(q);
	return row == -1 ? -1 : 0;
}

int
lite_verify_db(struct lite_db *db, const char *anchor, struct ledger_report *report_r, struct err *err)
{
	struct ledger_report report = { .database_sound = true };
	int ret;

	if (lite_exec(db, "BEGIN", err) == -1)
		return -1;
	ret = walk(db, anchor, &report, err);
	if (ret == 0)
		ret = compare_tables(db, &report, err);
	if (ret == 0)
		ret = check_cases(db, &report, err);
	if (ret == 0)
		ret = compare_schema(db, &report, err);
	if (ret == 0)
		ret = check_engine(db, &report, err);
	lite_rollback(db);
	if (ret == -1 && !lite_damaged(db))
		return -1;
	if (ret == -1) {		/* a file that breaks under the reader is an answer */
		report.database_sound = false;
		blame(&report, "the file is malformed");
	}
	if (anchor != NULL && !report.anchor_found)
		blame(&report, "the anchor is not in the chain: the tail was cut, or all made anew");
	*report_r = report;
	return report.first_bad == 0 && report.tables_agree && report.database_sound &&
	    (anchor == NULL || report.anchor_found);
}

int
lite_verify(struct ledger *ledger, const char *anchor, struct ledger_report *report_r, struct err *err)
{
	struct lite *lite = (struct lite *)ledger;
	struct lite_db *db = NULL;
	int ret;

	if (lite_pool_take(lite->pool, &db, err) == -1)
		return -1;
	ret = lite_verify_db(db, anchor, report_r, err);
	lite_pool_give(lite->pool, db);
	return ret;
}

int
lite_sound(struct ledger *ledger, struct err *err)
{
	struct lite *lite = (struct lite *)ledger;
	struct lite_query *q = NULL;
	struct lite_db *db = NULL;
	int row = -1;

	if (lite_pool_take(lite->pool, &db, err) == -1)
		return -1;
	q = lite_query(db, LITE_QUICK_CHECK, err);
	if (q != NULL)
		row = lite_step(q, err);
	if (row == 1 && strcmp(lite_text_or_empty(q, 0), "ok") != 0) {
		(void)err_set(err, "the file is malformed: %.100s", lite_text_or_empty(q, 0));
		row = 0;
	} else if (row == -1 && lite_damaged(db)) {
		row = 0;
	}
	lite_end(q);
	lite_pool_give(lite->pool, db);
	return row;
}
