/*
 * ledger_sqlite_sql.c - all SQL of the SQLite ledger.
 *
 * Floor 2.  Nothing here rests on a view or a function stored in the file: the file is what is checked.
 */
#include "ledger_sqlite_sql.h"

#include <stddef.h>

/* Whether no void names the statement s. */
#define STANDS	\
	"NOT EXISTS (SELECT 1 FROM statement v WHERE v.reference = s.reference AND v.kind = 'void')"

/* What must stand in consent and refusal: every statement of that kind that no void ended. */
#define FOLLOWS(kind, table)	\
	"FROM statement s JOIN statement_person p ON p.seq = s.seq" \
	" WHERE s.kind = '" kind "' AND " STANDS \
	" AND NOT EXISTS (SELECT 1 FROM " table " t WHERE t.recipient = p.recipient" \
	" AND t.sender = p.sender AND t.seq = s.seq)"
#define STRAY(kind, table, also)	\
	"FROM " table " WHERE NOT EXISTS (SELECT 1 FROM statement s JOIN statement_person p ON p.seq = s.seq" \
	" WHERE s.seq = " table ".seq AND s.kind = '" kind "' AND p.recipient = " table ".recipient" \
	" AND p.sender = " table ".sender" also " AND " STANDS ")"
#define OWN		"s.source NOT IN ('admin', 'import')"
#define SAME_CONSENT	" AND s.expires IS consent.expires AND consent.own = (" OWN ")"

#define CONSENT	"CASE own WHEN 1 THEN 'consent' ELSE 'consent for' END"
#define WORDS(kind, table, expires)	\
	"SELECT " kind ", seq, " expires ", sender FROM " table " WHERE recipient = ?1 AND sender IN" \
	" (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"

/* ?1 kind, ?2 recipient, ?3 sender, ?4 reference, ?5 since, ?6 until, ?7 seq, ?8 in force, ?9 limit */
#define STATEMENT_COLUMNS	\
	"SELECT s.seq, s.kind, s.source, s.given_at, s.received_at, s.expires, s.reference, p.recipient," \
	" p.sender, p.evidence, p.message_id, p.reason, NOT (s.kind = 'void' OR " STANDS "), s.hash "
#define STATEMENT_TESTS	\
	" (?1 IS NULL OR s.kind = ?1)" \
	" AND (?2 IS NULL OR p.recipient = ?2" \
	" OR (substr(?2, 1, 1) = '@' AND substr(p.recipient, -length(?2)) = ?2))" \
	" AND (?3 IS NULL OR p.sender = ?3)" \
	" AND (?4 IS NULL OR s.reference = ?4)" \
	" AND s.received_at >= ?5 AND s.received_at < ?6" \
	" AND (?7 IS NULL OR s.seq = ?7)" \
	" AND (?8 = 0" \
	" OR EXISTS (SELECT 1 FROM consent t WHERE t.seq = s.seq)" \
	" OR EXISTS (SELECT 1 FROM refusal t WHERE t.seq = s.seq))" \
	" ORDER BY s.seq LIMIT ?9"
#define ALL_STATEMENTS	"FROM statement s LEFT JOIN statement_person p ON p.seq = s.seq WHERE"
#define BY_PERSON	"FROM statement_person p CROSS JOIN statement s ON s.seq = p.seq WHERE"

/*
 * ?1 id, ?2 recipient, ?3 sender, ?4 queue id, ?5 Message-ID, ?6 since, ?7 until, ?8 action, ?9 changed,
 * ?10 limit
 */
#define DECISION_COLUMNS	\
	"SELECT id, message, at, queue_id, message_id, recipient, recipient_raw, direction, mode, score," \
	" required, standing, by_rule, word, action, would, sender, envelope, default_key, identities," \
	" matched_key, rules, subject, client, login, reply FROM decision WHERE"
#define DECISION_TESTS	\
	" (?1 IS NULL OR id = ?1 OR message = ?1)" \
	" AND (?2 IS NULL OR recipient = ?2)" \
	" AND (?3 IS NULL OR sender = ?3 OR default_key = ?3" \
	" OR (instr(?3, '@') = 0 AND substr(sender, -length(?3) - 1) IN ('@' || ?3, '.' || ?3)))" \
	" AND (?4 IS NULL OR queue_id = ?4)" \
	" AND (?5 IS NULL OR message_id = ?5)" \
	" AND at >= ?6 AND at < ?7" \
	" AND (?8 IS NULL OR action = ?8)" \
	" AND (?9 = 0 OR would <> action)" \
	" ORDER BY at DESC, number DESC LIMIT ?10"

const char *const lite_sql[LITE_SQL_MAX] = {
	[LITE_LAST] = "SELECT seq, hash FROM statement ORDER BY seq DESC LIMIT 1",
	[LITE_SAME] =
	    "SELECT s.seq, s.reference, s.hash, s.given_at, " STANDS
	    " FROM statement_person p CROSS JOIN statement s"
	    " ON s.seq = p.seq WHERE p.recipient = ?1 AND p.sender = ?2 AND s.kind = ?3"
	    " AND p.message_id IS ?4 AND (?4 IS NOT NULL OR (s.source = ?5 AND s.given_at = ?6))"
	    " ORDER BY s.seq DESC LIMIT 1",
	[LITE_CONSENTS_SINCE] = "SELECT sender FROM consent WHERE recipient = ?1 AND seq > ?2",
	[LITE_REFUSALS_SINCE] = "SELECT sender FROM refusal WHERE recipient = ?1 AND seq > ?2",
	[LITE_TARGET] =
	    "SELECT s.seq, s.kind, p.recipient, p.sender FROM statement s"
	    " LEFT JOIN statement_person p ON p.seq = s.seq WHERE s.reference = ?1 AND s.kind <> 'void'",
	[LITE_VOID_OF] =
	    "SELECT s.seq, s.hash, s.source, s.given_at, p.message_id FROM statement s"
	    " LEFT JOIN statement_person p ON p.seq = s.seq WHERE s.reference = ?1 AND s.kind = 'void'",
	[LITE_NEWEST_REFUSAL] =
	    "SELECT seq FROM refusal WHERE recipient = ?1 AND sender = ?2 ORDER BY seq DESC LIMIT 1",
	[LITE_NEWEST_OWN_CONSENT] =
	    "SELECT c.seq FROM consent c CROSS JOIN statement s ON s.seq = c.seq"
	    " WHERE c.recipient = ?1 AND c.sender = ?2 AND " OWN
	    " ORDER BY c.seq DESC LIMIT 1",
	[LITE_ADD_STATEMENT] =
	    "INSERT INTO statement (seq, kind, source, given_at, received_at, expires, reference,"
	    " c_recipient, c_sender, c_evidence, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[LITE_ADD_PERSON] =
	    "INSERT INTO statement_person (seq, salt, recipient, sender, message_id, reason, evidence)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[LITE_ADD_CONSENT] =
	    "INSERT INTO consent (recipient, sender, seq, expires, own) VALUES (?1, ?2, ?3, ?4, ?5)",
	[LITE_ADD_REFUSAL] = "INSERT INTO refusal (recipient, sender, seq) VALUES (?1, ?2, ?3)",
	[LITE_DROP_CONSENT] = "DELETE FROM consent WHERE recipient = ?1 AND sender = ?2 AND seq = ?3",
	[LITE_DROP_REFUSAL] = "DELETE FROM refusal WHERE recipient = ?1 AND sender = ?2 AND seq = ?3",
	[LITE_WORDS_FEW] =
	    "SELECT " CONSENT ", seq, expires, sender FROM consent WHERE recipient = ?1"
	    " UNION ALL SELECT 'refusal', seq, NULL, sender FROM refusal WHERE recipient = ?1"
	    " UNION ALL SELECT 'rule ' || word, id, NULL, sender FROM rule WHERE domain = ?2 LIMIT ?3",
	[LITE_WORDS] =
	    WORDS(CONSENT, "consent", "expires")
	    " UNION ALL " WORDS("'refusal'", "refusal", "NULL")
	    " UNION ALL SELECT 'rule ' || word, id, NULL, sender FROM rule WHERE domain = ?2 AND sender IN"
	    " (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
	[LITE_STATEMENTS] = STATEMENT_COLUMNS ALL_STATEMENTS STATEMENT_TESTS,
	[LITE_STATEMENTS_RECIPIENT] =
	    STATEMENT_COLUMNS BY_PERSON " p.recipient = ?2 AND" STATEMENT_TESTS,
	[LITE_STATEMENTS_SENDER] = STATEMENT_COLUMNS BY_PERSON " p.sender = ?3 AND" STATEMENT_TESTS,
	[LITE_STATEMENTS_REFERENCE] =
	    STATEMENT_COLUMNS ALL_STATEMENTS " s.reference = ?4 AND" STATEMENT_TESTS,
	[LITE_ADD_RULE] =
	    "INSERT INTO rule (domain, sender, word, made_at, note) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id",
	[LITE_DROP_RULE] = "DELETE FROM rule WHERE id = ?1",
	[LITE_RULES] =
	    "SELECT id, domain, sender, word, made_at, note FROM rule WHERE ?1 IS NULL OR domain = ?1"
	    " ORDER BY id",
	[LITE_ADD_DECISION] =
	    "INSERT INTO decision (id, message, at, queue_id, message_id, recipient, recipient_raw,"
	    " direction, mode, score, required, standing, by_rule, word, action, would, sender, envelope,"
	    " default_key, identities, matched_key, rules, subject, client, login, reply) VALUES (?1, ?2, ?3,"
	    " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,"
	    " ?24, ?25, ?26)",
	[LITE_DECISIONS] = DECISION_COLUMNS DECISION_TESTS,
	[LITE_DECISIONS_ID] = DECISION_COLUMNS " (id = ?1 OR message = ?1) AND" DECISION_TESTS,
	[LITE_DECISIONS_RECIPIENT] = DECISION_COLUMNS " recipient = ?2 AND" DECISION_TESTS,
	[LITE_WOULD] =
	    "SELECT CASE default_key WHEN '' THEN sender ELSE default_key END AS who, would,"
	    " count(DISTINCT message) AS messages, count(DISTINCT recipient), min(at), max(at)"
	    " FROM decision WHERE at >= ?1 AND at < ?2 GROUP BY who, would"
	    " ORDER BY messages DESC, who, would",
	[LITE_CHAIN] =
	    "SELECT s.seq, s.kind, s.source, s.given_at, s.received_at, s.expires, s.reference,"
	    " s.c_recipient, s.c_sender, s.c_evidence, s.hash, p.seq, p.salt, p.recipient, p.sender,"
	    " p.reason, p.evidence FROM statement s LEFT JOIN statement_person p ON p.seq = s.seq"
	    " ORDER BY s.seq",
	[LITE_STRAY_PERSONS] =
	    "SELECT count(*) FROM statement_person WHERE NOT EXISTS"
	    " (SELECT 1 FROM statement s WHERE s.seq = statement_person.seq)",
	[LITE_STRAY_CONSENTS] = "SELECT count(*) " STRAY("consent", "consent", SAME_CONSENT),
	[LITE_STRAY_REFUSALS] = "SELECT count(*) " STRAY("refusal", "refusal", ""),
	[LITE_LOST_CONSENTS] = "SELECT count(*) " FOLLOWS("consent", "consent"),
	[LITE_LOST_REFUSALS] = "SELECT count(*) " FOLLOWS("refusal", "refusal"),
	[LITE_CLEAR_CONSENTS] = "DELETE " STRAY("consent", "consent", SAME_CONSENT),
	[LITE_CLEAR_REFUSALS] = "DELETE " STRAY("refusal", "refusal", ""),
	[LITE_FILL_CONSENTS] =
	    "INSERT INTO consent (recipient, sender, seq, expires, own)"
	    " SELECT p.recipient, p.sender, s.seq, s.expires, " OWN " " FOLLOWS("consent", "consent"),
	[LITE_FILL_REFUSALS] =
	    "INSERT INTO refusal (recipient, sender, seq)"
	    " SELECT p.recipient, p.sender, s.seq " FOLLOWS("refusal", "refusal"),
	[LITE_INTEGRITY] = "PRAGMA integrity_check(1)",
	[LITE_FOREIGN_KEYS] = "PRAGMA foreign_key_check",
	[LITE_SCHEMA] =
	    "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
	    " ORDER BY type, name",
};
