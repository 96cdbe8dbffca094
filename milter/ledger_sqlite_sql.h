/*
 * ledger_sqlite_sql.h - all SQL of the SQLite ledger, by name.
 *
 * Floor 2, private to the ledger.  Values are bound, never printed into SQL.
 */
#ifndef TUIDING_LEDGER_SQLITE_SQL_H
#define TUIDING_LEDGER_SQLITE_SQL_H

#define LITE_FEW_WORDS	64	/* words that are read all, however few the keys */
#define LITE_WORDS_KEYS	16	/* sender keys that one LITE_WORDS takes, bound from ?3 on */

enum lite_sql {
	LITE_LAST,			/* the chain's end */
	LITE_SAME,			/* the newest statement made before by the same word */
	LITE_CONSENTS_SINCE,		/* of a recipient, after seq */
	LITE_REFUSALS_SINCE,
	LITE_TARGET,			/* what a void's reference names */
	LITE_VOID_OF,			/* the void that ended it */
	LITE_NEWEST_REFUSAL,		/* of (recipient, key) */
	LITE_NEWEST_OWN_CONSENT,	/* of (recipient, key), made by the person */
	LITE_ADD_STATEMENT,
	LITE_ADD_PERSON,
	LITE_ADD_STATEMENT_EVIDENCE,
	LITE_ADD_CONSENT,
	LITE_ADD_REFUSAL,
	LITE_DROP_CONSENT,
	LITE_DROP_REFUSAL,
	LITE_WORDS_FEW,			/* all words of a recipient, and all rules of their domain */
	LITE_WORDS,			/* those about some keys */
	LITE_STATEMENTS,		/* all of these four end with the same tests on ?1 to ?9 */
	LITE_STATEMENTS_RECIPIENT,
	LITE_STATEMENTS_SENDER,
	LITE_STATEMENTS_REFERENCE,
	LITE_ADD_RULE,
	LITE_DROP_RULE,
	LITE_RULES,
	LITE_ADD_DECISION,
	LITE_DECISIONS,			/* these three too, on ?1 to ?11 */
	LITE_DECISIONS_ID,
	LITE_DECISIONS_RECIPIENT,
	LITE_WOULD,
	LITE_CHAIN,			/* every statement with its person, in order */
	LITE_STRAY_PERSONS,		/* how many rows there follow from no statement */
	LITE_STRAY_CONSENTS,
	LITE_STRAY_REFUSALS,
	LITE_LOST_CONSENTS,		/* how many statements are missing there */
	LITE_LOST_REFUSALS,
	LITE_CLEAR_CONSENTS,		/* the rebuild: what is stray goes, what is lost comes */
	LITE_CLEAR_REFUSALS,
	LITE_FILL_CONSENTS,
	LITE_FILL_REFUSALS,
	LITE_INTEGRITY,
	LITE_QUICK_CHECK,
	LITE_FOREIGN_KEYS,
	LITE_SCHEMA,
	LITE_LETTER_SAME,		/* whether it was queued once */
	LITE_LETTER_DAY,		/* how many to a recipient since */
	LITE_ADD_LETTER,
	LITE_LETTERS,			/* these three end with the same tests on ?1 to ?4 */
	LITE_LETTERS_QUEUED,
	LITE_LETTERS_RECIPIENT,
	LITE_LETTER_TAKE,
	LITE_LETTER_END,
	LITE_CASE_SAME,
	LITE_ADD_CASE,
	LITE_ADD_EVIDENCE,
	LITE_CASE_REFUSED,
	LITE_CASES,			/* these five on ?1 to ?10 */
	LITE_CASES_NUMBER,
	LITE_CASES_RECIPIENT,
	LITE_CASES_DUE,
	LITE_CASES_UNENDED,
	LITE_CASE_RECIPIENT,		/* whose it is, if it is in that state */
	LITE_CASE_CHANGE,
	LITE_CASE_EVIDENCE,		/* every evidence with what the chain says of it */
	LITE_NOTE_TALK,
	LITE_KNOWN_TALK,
	LITE_ADD_ACCESS,
	LITE_ACCESSES,			/* both on ?1 to ?4 */
	LITE_ACCESSES_SUBJECT,
	LITE_PRUNE_DECISIONS,		/* all prunings: ?1 before, ?2 how many, ?3 now */
	LITE_PRUNE_EVIDENCE,
	LITE_PRUNE_WORDS,
	LITE_PRUNE_TALK,
	LITE_PRUNE_LETTERS,
	LITE_PRUNE_ACCESSES,
	LITE_ERASE_HELD,		/* a case of theirs that is held */
	LITE_ERASE_LETTERS,
	LITE_ERASE_EVIDENCE,
	LITE_ERASE_CASES,
	LITE_ERASE_STATEMENTS,
	LITE_ERASE_WORDS,		/* evidence of the statements that stay */
	LITE_ERASE_DECISIONS,
	LITE_SEAL_DECISIONS,
	LITE_COUNT,
	LITE_SQL_MAX
};

extern const char *const	lite_sql[LITE_SQL_MAX];

#endif
