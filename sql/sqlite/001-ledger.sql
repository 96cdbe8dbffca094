-- 001-ledger.sql - what people said, what stands because of it, and what was decided.
--
-- Times are milliseconds since 1970, UTC.  Enumerations are stored by their names, so that an auditor
-- reads them without this program.  Everything in "statement" is bound by the hash chain (sql/README);
-- whatever names a person stands in tables whose rows can be deleted.

-- All statements in order.  No row is ever changed or removed; the triggers below refuse it.
CREATE TABLE statement (
	seq		INTEGER PRIMARY KEY CHECK (seq > 0),
	kind		TEXT NOT NULL CHECK (kind IN ('consent', 'refusal', 'void', 'complaint')),
	source		TEXT NOT NULL,
	given_at	INTEGER NOT NULL,
	received_at	INTEGER NOT NULL,
	expires		INTEGER CHECK (expires IS NULL OR kind = 'consent'),
	reference	TEXT NOT NULL,			-- of a void: the reference it ends
	c_recipient	BLOB NOT NULL CHECK (length(c_recipient) = 32),
	c_sender	BLOB NOT NULL CHECK (length(c_sender) = 32),
	c_evidence	BLOB NOT NULL CHECK (length(c_evidence) = 32),
	hash		BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- A reference names one statement, and at most one void ends it.
CREATE UNIQUE INDEX statement_reference ON statement (reference, kind = 'void');

CREATE TRIGGER statement_no_update BEFORE UPDATE ON statement
BEGIN
	SELECT RAISE(ABORT, 'a statement is never changed');
END;

CREATE TRIGGER statement_no_delete BEFORE DELETE ON statement
BEGIN
	SELECT RAISE(ABORT, 'a statement is never removed');
END;

-- Also keeps INSERT OR REPLACE, which fires no DELETE trigger, from putting one in another's place.
CREATE TRIGGER statement_no_gap BEFORE INSERT ON statement
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM statement)
    OR EXISTS (SELECT 1 FROM statement
	WHERE reference = NEW.reference AND (kind = 'void') = (NEW.kind = 'void'))
BEGIN
	SELECT RAISE(ABORT, 'a statement takes the next place');
END;

-- Who said it and about whom.  Erasing a person deletes these rows; the chain still verifies.
CREATE TABLE statement_person (
	seq		INTEGER PRIMARY KEY REFERENCES statement (seq),
	salt		BLOB NOT NULL CHECK (length(salt) = 16),
	recipient	TEXT NOT NULL,
	sender		TEXT NOT NULL,
	message_id	TEXT,
	reason		TEXT,
	evidence	BLOB
) STRICT;

CREATE INDEX statement_person_recipient ON statement_person (recipient, sender);
CREATE INDEX statement_person_sender ON statement_person (sender);

CREATE TRIGGER statement_person_no_update BEFORE UPDATE ON statement_person
BEGIN
	SELECT RAISE(ABORT, 'the words of a person are never changed');
END;

-- What follows from the statements: all that no void ended.  "tuiding ledger rebuild" makes them anew.
CREATE TABLE consent (
	recipient	TEXT NOT NULL,
	sender		TEXT NOT NULL,
	seq		INTEGER NOT NULL REFERENCES statement_person (seq) ON DELETE CASCADE,
	expires		INTEGER,
	own		INTEGER NOT NULL CHECK (own IN (0, 1)),	-- the person's word, not an administrator's
	PRIMARY KEY (recipient, sender, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX consent_seq ON consent (seq);

CREATE TABLE refusal (
	recipient	TEXT NOT NULL,
	sender		TEXT NOT NULL,
	seq		INTEGER NOT NULL REFERENCES statement_person (seq) ON DELETE CASCADE,
	PRIMARY KEY (recipient, sender, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX refusal_seq ON refusal (seq);

-- An administrator's rules for whole domains: policy, not a person's word.
CREATE TABLE rule (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	domain		TEXT NOT NULL,
	sender		TEXT NOT NULL,
	word		TEXT NOT NULL CHECK (word IN ('consent', 'refusal')),
	made_at		INTEGER NOT NULL,
	note		TEXT NOT NULL
) STRICT;

CREATE INDEX rule_domain ON rule (domain, sender);

-- One judged commercial message for one recipient.
CREATE TABLE decision (
	number		INTEGER PRIMARY KEY,
	id		TEXT NOT NULL,
	message		TEXT NOT NULL,
	at		INTEGER NOT NULL,
	queue_id	TEXT,
	message_id	TEXT,
	recipient	TEXT NOT NULL,
	recipient_raw	TEXT NOT NULL,
	direction	TEXT NOT NULL,
	mode		TEXT NOT NULL,
	score		REAL NOT NULL,
	required	REAL NOT NULL,
	standing	TEXT NOT NULL,
	by_rule		INTEGER NOT NULL CHECK (by_rule IN (0, 1)),
	word		INTEGER NOT NULL,		-- statement.seq, or rule.id where by_rule; 0
	action		TEXT NOT NULL,
	would		TEXT NOT NULL,
	sender		TEXT NOT NULL,
	envelope	TEXT NOT NULL,
	default_key	TEXT NOT NULL,
	identities	TEXT NOT NULL,
	matched_key	TEXT NOT NULL,
	rules		TEXT NOT NULL,
	subject		TEXT NOT NULL,
	client		TEXT NOT NULL,
	login		TEXT NOT NULL,
	reply		TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX decision_id ON decision (id);
CREATE INDEX decision_message ON decision (message);
CREATE INDEX decision_at ON decision (at);
CREATE INDEX decision_recipient ON decision (recipient, at);
CREATE INDEX decision_queue_id ON decision (queue_id) WHERE queue_id IS NOT NULL;
CREATE INDEX decision_message_id ON decision (message_id) WHERE message_id IS NOT NULL;

-- Facts about the ledger itself.
CREATE TABLE meta (
	name		TEXT PRIMARY KEY,
	value		TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (name, value) VALUES ('chain', 'sha256-1');
