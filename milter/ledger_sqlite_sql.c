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
	" p.sender, (SELECT e.octets FROM statement_evidence e WHERE e.seq = s.seq), p.message_id, p.reason, NOT (s.kind = 'void' OR " STANDS "), s.hash "
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
 * ?10 limit, ?11 sealed too
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
	" AND (?11 <> 0 OR sealed = 0)" \
	" ORDER BY at DESC, number DESC LIMIT ?10"

/* ?1 state, ?2 recipient, ?3 due, ?4 limit */
#define LETTER_COLUMNS	\
	"SELECT id, purpose, recipient, cause, texts, made_at, next_at, tries, reference, number, state, error" \
	" FROM outbox WHERE"
#define LETTER_TESTS	\
	" (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR recipient = ?2) AND next_at <= ?3" \
	" ORDER BY next_at, id LIMIT ?4"

/*
 * ?1 number, ?2 state, ?3 recipient, ?4 sender, ?5 since, ?6 until, ?7 opened before, ?8 due, ?9 with evidence,
 * ?10 limit
 */
#define UNENDED	"c.state IN ('reported', 'open', 'acting', 'failed')"
#define CASE_COLUMNS	\
	"SELECT c.number, c.state, c.kind, c.source, c.weak, c.hold, c.opened_at, c.changed_at, c.closed_at," \
	" c.recipient, c.sender, c.from_address, c.subject, c.message_id, c.decision, c.cause, c.envelope," \
	" c.reason, c.statement, c.refusal, c.tries, c.next_at, e.kept, e.size, e.sha256," \
	" CASE WHEN ?9 <> 0 THEN e.octets END FROM complaint c LEFT JOIN evidence e ON e.number = c.number WHERE"
#define CASE_TESTS	\
	" (?1 = 0 OR c.number = ?1)" \
	" AND (?2 IS NULL OR c.state = ?2)" \
	" AND (?3 IS NULL OR c.recipient = ?3)" \
	" AND (?4 IS NULL OR c.sender = ?4 OR (instr(?4, '@') + instr(?4, '<') + instr(?4, '*') = 0" \
	" AND substr(rtrim(c.sender, '>'), -length(?4) - 1) IN ('@' || ?4, '.' || ?4, '<' || ?4)))" \
	" AND c.opened_at >= ?5 AND c.opened_at < ?6" \
	" AND (?7 = 0 OR (c.opened_at < ?7 AND " UNENDED "))" \
	" AND (?8 = 0 OR (c.next_at <> 0 AND c.next_at <= ?8))"
#define CASE_ORDER	" ORDER BY c.number LIMIT ?10"

/* ?1 subject, ?2 since, ?3 until, ?4 limit */
#define ACCESS_COLUMNS	"SELECT id, at, who, what, subject FROM access_log WHERE"
#define ACCESS_TESTS	" at >= ?2 AND at < ?3 ORDER BY id LIMIT ?4"

/* A case that keeps what it names: the person's or the authority's matter is not over. */
#define KEEPS	"(c.hold = 1 OR c.state NOT IN ('done', 'closed'))"

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
	    "INSERT INTO statement_person (seq, salt, recipient, sender, message_id, reason)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[LITE_ADD_STATEMENT_EVIDENCE] =
	    "INSERT INTO statement_evidence (seq, received_at, octets, size, lasting)"
	    " VALUES (?1, ?2, ?3, ?4, ?5)",
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
	    " FROM decision WHERE at >= ?1 AND at < ?2 AND sealed = 0 GROUP BY who, would"
	    " ORDER BY messages DESC, who, would",
	[LITE_CHAIN] =
	    "SELECT s.seq, s.kind, s.source, s.given_at, s.received_at, s.expires, s.reference,"
	    " s.c_recipient, s.c_sender, s.c_evidence, s.hash, p.seq, p.salt, p.recipient, p.sender,"
	    " p.reason, e.octets, e.pruned_at FROM statement s LEFT JOIN statement_person p ON p.seq = s.seq"
	    " LEFT JOIN statement_evidence e ON e.seq = p.seq ORDER BY s.seq",
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
	[LITE_QUICK_CHECK] = "PRAGMA quick_check(1)",
	[LITE_FOREIGN_KEYS] = "PRAGMA foreign_key_check",
	[LITE_SCHEMA] =
	    "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
	    " ORDER BY type, name",
	[LITE_LETTER_SAME] =
	    "SELECT 1 FROM outbox WHERE cause = ?1 AND purpose = ?2 AND recipient = ?3",
	[LITE_LETTER_DAY] = "SELECT count(*) FROM outbox WHERE recipient = ?1 AND made_at > ?2",
	[LITE_ADD_LETTER] =
	    "INSERT INTO outbox (cause, purpose, recipient, texts, made_at, next_at, reference, number)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[LITE_LETTERS] = LETTER_COLUMNS LETTER_TESTS,
	[LITE_LETTERS_QUEUED] = LETTER_COLUMNS " state = 'queued' AND" LETTER_TESTS,
	[LITE_LETTERS_RECIPIENT] = LETTER_COLUMNS " recipient = ?2 AND" LETTER_TESTS,
	[LITE_LETTER_TAKE] =
	    "UPDATE outbox SET next_at = ?3, tries = tries + 1"
	    " WHERE id = ?1 AND state = 'queued' AND next_at <= ?2",
	[LITE_LETTER_END] =
	    "UPDATE outbox SET state = ?2, next_at = ?3, error = ?4 WHERE id = ?1 AND state = 'queued'",
	[LITE_CASE_SAME] =
	    "SELECT number FROM complaint WHERE recipient = ?1 AND cause = ?2 AND message_id = ?3",
	[LITE_ADD_CASE] =
	    "INSERT INTO complaint (state, kind, source, weak, hold, opened_at, changed_at, closed_at,"
	    " recipient, sender, from_address, subject, message_id, decision, cause, envelope, reason,"
	    " statement, refusal, next_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	    " ?14, ?15, ?16, ?17, 0, ?18) RETURNING number",
	[LITE_ADD_EVIDENCE] =
	    "INSERT INTO evidence (number, octets, kept, size, sha256) VALUES (?1, ?2, ?3, ?4, ?5)",
	[LITE_CASE_REFUSED] = "UPDATE complaint SET refusal = ?2 WHERE number = ?1",
	[LITE_CASES] = CASE_COLUMNS CASE_TESTS CASE_ORDER,
	[LITE_CASES_NUMBER] = CASE_COLUMNS " c.number = ?1 AND" CASE_TESTS CASE_ORDER,
	[LITE_CASES_RECIPIENT] = CASE_COLUMNS " c.recipient = ?3 AND" CASE_TESTS CASE_ORDER,
	[LITE_CASES_DUE] =
	    CASE_COLUMNS " c.next_at <> 0 AND c.next_at <= ?8 AND" CASE_TESTS
	    " ORDER BY c.next_at, c.number LIMIT ?10",
	[LITE_CASES_UNENDED] =
	    CASE_COLUMNS " c.opened_at < ?7 AND " UNENDED " AND" CASE_TESTS
	    " ORDER BY c.opened_at, c.number LIMIT ?10",
	[LITE_CASE_RECIPIENT] =
	    "SELECT recipient FROM complaint WHERE number = ?1"
	    " AND (state = ?2 OR (?2 IS NULL AND state <> 'closed'))"
	    " AND (?3 = 0 OR (next_at <> 0 AND next_at <= ?3))",
	[LITE_CASE_CHANGE] =
	    "UPDATE complaint SET changed_at = ?2, state = coalesce(?3, state), reason = coalesce(?4, reason),"
	    " hold = CASE ?5 WHEN -1 THEN hold ELSE ?5 END, next_at = CASE ?6 WHEN -1 THEN next_at ELSE ?6 END,"
	    " tries = tries + ?7, closed_at = CASE WHEN coalesce(?3, state) <> 'closed' THEN 0"
	    " WHEN closed_at = 0 THEN ?2 ELSE closed_at END WHERE number = ?1",
	[LITE_CASE_EVIDENCE] =
	    "SELECT e.number, e.octets, e.kept, e.size, e.sha256, p.seq, w.octets FROM evidence e"
	    " JOIN complaint c ON c.number = e.number LEFT JOIN statement_person p ON p.seq = c.statement"
	    " LEFT JOIN statement_evidence w ON w.seq = c.statement ORDER BY e.number",
	[LITE_NOTE_TALK] =
	    "INSERT INTO conversation (digest, at) VALUES (?1, ?2)"
	    " ON CONFLICT (digest) DO UPDATE SET at = excluded.at WHERE excluded.at > conversation.at",
	[LITE_KNOWN_TALK] = "SELECT 1 FROM conversation WHERE digest = ?1 AND at >= ?2",
	[LITE_ADD_ACCESS] = "INSERT INTO access_log (at, who, what, subject) VALUES (?1, ?2, ?3, ?4)",
	[LITE_ACCESSES] = ACCESS_COLUMNS ACCESS_TESTS,
	[LITE_ACCESSES_SUBJECT] = ACCESS_COLUMNS " subject = ?1 AND" ACCESS_TESTS,
	[LITE_PRUNE_DECISIONS] =
	    "DELETE FROM decision WHERE number IN (SELECT d.number FROM decision d WHERE d.at < ?1"
	    " AND NOT EXISTS (SELECT 1 FROM complaint c WHERE c.decision IN (d.id, d.message) AND c.decision <> ''"
	    " AND c.recipient = d.recipient AND " KEEPS
	    ") ORDER BY d.at LIMIT ?2)",
	[LITE_PRUNE_EVIDENCE] =
	    "UPDATE evidence SET octets = NULL WHERE number IN (SELECT c.number FROM complaint c"
	    " JOIN evidence e ON e.number = c.number AND e.octets IS NOT NULL WHERE c.state IN ('done', 'closed')"
	    " AND c.hold = 0 AND c.changed_at < ?1 ORDER BY c.changed_at LIMIT ?2)",
	[LITE_PRUNE_WORDS] =
	    "UPDATE statement_evidence SET octets = NULL, pruned_at = ?3 WHERE seq IN"
	    " (SELECT e.seq FROM statement_evidence e WHERE e.octets IS NOT NULL AND e.lasting = 0"
	    " AND e.received_at < ?1 AND NOT EXISTS (SELECT 1 FROM complaint c WHERE c.refusal = e.seq"
	    " AND c.refusal <> 0 AND " KEEPS ") ORDER BY e.received_at LIMIT ?2)",
	[LITE_PRUNE_TALK] =
	    "DELETE FROM conversation WHERE digest IN"
	    " (SELECT digest FROM conversation WHERE at < ?1 ORDER BY at LIMIT ?2)",
	[LITE_PRUNE_LETTERS] =
	    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state <> 'queued' AND made_at < ?1"
	    " ORDER BY made_at LIMIT ?2)",
	[LITE_PRUNE_ACCESSES] =
	    "DELETE FROM access_log WHERE id IN (SELECT id FROM access_log WHERE at < ?1 ORDER BY at LIMIT ?2)",
	[LITE_ERASE_HELD] = "SELECT number FROM complaint WHERE recipient = ?1 AND hold = 1 LIMIT 1",
	[LITE_ERASE_LETTERS] =
	    "DELETE FROM outbox WHERE recipient = ?1 OR (number <> 0"
	    " AND number IN (SELECT number FROM complaint WHERE recipient = ?1))",
	[LITE_ERASE_EVIDENCE] =
	    "DELETE FROM evidence WHERE number IN (SELECT number FROM complaint WHERE recipient = ?1)",
	[LITE_ERASE_CASES] =
	    "UPDATE complaint SET closed_at = CASE WHEN state IN ('done', 'closed') THEN closed_at ELSE ?2 END,"
	    " state = CASE state WHEN 'done' THEN 'done' ELSE 'closed' END, changed_at = ?2, next_at = 0,"
	    " recipient = NULL, sender = NULL, from_address = '', subject = '', message_id = '', decision = '',"
	    " cause = '', envelope = '', reason = 'erased' WHERE recipient = ?1",
	[LITE_ERASE_STATEMENTS] =
	    "DELETE FROM statement_person WHERE seq IN (SELECT p.seq FROM statement_person p"
	    " JOIN statement s ON s.seq = p.seq WHERE p.recipient = ?1"
	    " AND (?2 <> 0 OR s.kind <> 'refusal' OR NOT " STANDS "))",
	[LITE_ERASE_WORDS] =
	    "UPDATE statement_evidence SET octets = NULL, pruned_at = ?2 WHERE octets IS NOT NULL"
	    " AND seq IN (SELECT seq FROM statement_person WHERE recipient = ?1)",
	[LITE_ERASE_DECISIONS] = "DELETE FROM decision WHERE recipient = ?1 AND at < ?2",
	[LITE_SEAL_DECISIONS] =
	    "UPDATE decision SET sealed = 1 WHERE recipient = ?1 AND at >= ?2 AND sealed = 0",
	[LITE_COUNT] =
	    "SELECT (SELECT coalesce(max(seq), 0) FROM statement), (SELECT count(*) FROM consent),"
	    " (SELECT count(*) FROM refusal), (SELECT count(*) FROM rule), (SELECT count(*) FROM decision),"
	    " (SELECT count(*) FROM decision WHERE sealed = 1),"
	    " (SELECT count(*) FROM outbox WHERE state = 'queued'),"
	    " (SELECT count(*) FROM outbox WHERE state = 'dead'),"
	    " count(*) FILTER (WHERE state = 'reported'), count(*) FILTER (WHERE state IN ('open', 'acting')),"
	    " count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'done'),"
	    " count(*) FILTER (WHERE state = 'closed'), (SELECT count(*) FROM conversation),"
	    " (SELECT count(*) FROM access_log) FROM complaint",
};
