-- 002-people.sql - letters, cases, conversations, who looked; what is kept for a while goes by itself.
--
-- Evidence leaves statement_person, whose rows never change: a mail is kept as long as its retention says, the
-- words drawn from it longer.

-- consent and refusal follow from the statements, and are made anew below; so nothing points at the old table.
DROP TABLE consent;
DROP TABLE refusal;
DROP TRIGGER statement_person_no_update;
DROP INDEX statement_person_recipient;
DROP INDEX statement_person_sender;
ALTER TABLE statement_person RENAME TO statement_person_001;

CREATE TABLE statement_person (
	seq		INTEGER PRIMARY KEY REFERENCES statement (seq),
	salt		BLOB NOT NULL CHECK (length(salt) = 16),
	recipient	TEXT NOT NULL,
	sender		TEXT NOT NULL,
	message_id	TEXT,
	reason		TEXT
) STRICT;

-- The evidence of a statement, bound by c(evidence).  Pruned, its row stays without octets, and says so.
CREATE TABLE statement_evidence (
	seq		INTEGER PRIMARY KEY REFERENCES statement_person (seq) ON DELETE CASCADE,
	received_at	INTEGER NOT NULL,		-- statement.received_at
	octets		BLOB CHECK (length(octets) > 0),	-- NULL once pruned
	size		INTEGER NOT NULL CHECK (size > 0),
	lasting		INTEGER NOT NULL CHECK (lasting IN (0, 1)),	-- a note or a hash, no mail: never pruned
	pruned_at	INTEGER CHECK ((pruned_at IS NULL) = (octets IS NOT NULL))
) STRICT;

INSERT INTO statement_person (seq, salt, recipient, sender, message_id, reason)
	SELECT seq, salt, recipient, sender, message_id, reason FROM statement_person_001 ORDER BY seq;
INSERT INTO statement_evidence (seq, received_at, octets, size, lasting)
	SELECT p.seq, s.received_at, p.evidence, length(p.evidence), s.source IN ('admin', 'import')
	FROM statement_person_001 p JOIN statement s ON s.seq = p.seq
	WHERE length(p.evidence) > 0 ORDER BY p.seq;
DROP TABLE statement_person_001;

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

CREATE TABLE refusal (
	recipient	TEXT NOT NULL,
	sender		TEXT NOT NULL,
	seq		INTEGER NOT NULL REFERENCES statement_person (seq) ON DELETE CASCADE,
	PRIMARY KEY (recipient, sender, seq)
) STRICT, WITHOUT ROWID;

INSERT INTO consent (recipient, sender, seq, expires, own)
	SELECT p.recipient, p.sender, s.seq, s.expires, s.source NOT IN ('admin', 'import')
	FROM statement s JOIN statement_person p ON p.seq = s.seq
	WHERE s.kind = 'consent' AND NOT EXISTS (SELECT 1 FROM statement v
		WHERE v.reference = s.reference AND v.kind = 'void');
INSERT INTO refusal (recipient, sender, seq)
	SELECT p.recipient, p.sender, s.seq
	FROM statement s JOIN statement_person p ON p.seq = s.seq
	WHERE s.kind = 'refusal' AND NOT EXISTS (SELECT 1 FROM statement v
		WHERE v.reference = s.reference AND v.kind = 'void');

CREATE INDEX consent_seq ON consent (seq);
CREATE INDEX refusal_seq ON refusal (seq);

CREATE INDEX statement_evidence_kept ON statement_evidence (received_at)
	WHERE octets IS NOT NULL AND lasting = 0;

CREATE TRIGGER statement_evidence_no_update BEFORE UPDATE ON statement_evidence
WHEN NEW.octets IS NOT NULL OR OLD.octets IS NULL OR NEW.seq IS NOT OLD.seq OR NEW.size IS NOT OLD.size
    OR NEW.received_at IS NOT OLD.received_at OR NEW.lasting IS NOT OLD.lasting
BEGIN
	SELECT RAISE(ABORT, 'evidence is pruned, never changed');
END;

-- A sealed decision is shown to nobody but an export that asks for it, and pruned when it is old.
ALTER TABLE decision ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0 CHECK (sealed IN (0, 1));

CREATE INDEX decision_sealed ON decision (at) WHERE sealed = 1;

-- Letters to people, one ever for (cause, purpose, recipient).
CREATE TABLE outbox (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	cause		TEXT NOT NULL,			-- what it answers
	purpose		TEXT NOT NULL,			-- name of its template
	recipient	TEXT NOT NULL,			-- address it goes to
	texts		TEXT NOT NULL,			-- JSON object for the template
	made_at		INTEGER NOT NULL,
	next_at		INTEGER NOT NULL,		-- of a queued one: when it is due
	tries		INTEGER NOT NULL DEFAULT 0,
	reference	TEXT NOT NULL,			-- of the statement it tells of; ''
	number		INTEGER NOT NULL,		-- of the case it tells of; 0
	state		TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'dead')),
	error		TEXT NOT NULL DEFAULT ''	-- of the last try
) STRICT;

CREATE UNIQUE INDEX outbox_once ON outbox (cause, purpose, recipient);
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE state = 'queued';
CREATE INDEX outbox_recipient ON outbox (recipient, made_at);
CREATE INDEX outbox_over ON outbox (made_at) WHERE state <> 'queued';
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';
CREATE INDEX outbox_number ON outbox (number) WHERE number <> 0;

-- Complaints, and the measure that each of them asks for.
CREATE TABLE complaint (
	number		INTEGER PRIMARY KEY AUTOINCREMENT,
	state		TEXT NOT NULL
		CHECK (state IN ('reported', 'open', 'acting', 'done', 'failed', 'closed')),
	kind		TEXT NOT NULL CHECK (kind IN ('commercial', 'other', 'privacy')),
	source		TEXT NOT NULL CHECK (source IN ('forward', 'inline', 'report', 'junk', 'admin')),
	weak		INTEGER NOT NULL CHECK (weak IN (0, 1)),	-- the evidence is a quotation only
	hold		INTEGER NOT NULL CHECK (hold IN (0, 1)),	-- kept beyond retention
	opened_at	INTEGER NOT NULL,
	changed_at	INTEGER NOT NULL,
	closed_at	INTEGER NOT NULL,		-- 0: not yet
	recipient	TEXT,				-- NULL once erased, as sender
	sender		TEXT,
	from_address	TEXT NOT NULL,
	subject		TEXT NOT NULL,
	message_id	TEXT NOT NULL,			-- of the message complained of
	decision	TEXT NOT NULL,			-- decision.id; '' unknown
	cause		TEXT NOT NULL,			-- Message-ID of what brought it
	envelope	TEXT NOT NULL,
	reason		TEXT NOT NULL,			-- of closing, or the last result of the measure
	statement	INTEGER NOT NULL REFERENCES statement (seq),
	refusal		INTEGER NOT NULL,		-- statement.seq; 0: none followed
	tries		INTEGER NOT NULL DEFAULT 0,	-- of the measure
	next_at		INTEGER NOT NULL DEFAULT 0	-- when the measure is due; 0: none is
) STRICT;

CREATE UNIQUE INDEX complaint_once ON complaint (recipient, cause, message_id) WHERE recipient IS NOT NULL;
CREATE INDEX complaint_due ON complaint (next_at) WHERE next_at <> 0;
CREATE INDEX complaint_unended ON complaint (opened_at)
	WHERE state IN ('reported', 'open', 'acting', 'failed');
CREATE INDEX complaint_ended ON complaint (changed_at) WHERE state IN ('done', 'closed') AND hold = 0;
CREATE INDEX complaint_statement ON complaint (statement);
CREATE INDEX complaint_refusal ON complaint (refusal) WHERE refusal <> 0;

-- The message complained of.  Its hash also stands in the complaint's statement, and so in the chain.
CREATE TABLE evidence (
	number		INTEGER PRIMARY KEY REFERENCES complaint (number) ON DELETE CASCADE,
	octets		BLOB CHECK (length(octets) > 0),	-- zlib (RFC 1950); NULL once pruned
	kept		INTEGER NOT NULL CHECK (kept > 0),	-- octets of it, unpacked
	size		INTEGER NOT NULL CHECK (size >= kept),	-- octets of the whole message
	sha256		BLOB NOT NULL CHECK (length(sha256) = 32)	-- of what is kept, unpacked
) STRICT;

-- Who wrote to whom, and which message answers which: keyed hashes only (DESIGN 5.3).
CREATE TABLE conversation (
	digest		BLOB PRIMARY KEY CHECK (length(digest) = 16),
	at		INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX conversation_at ON conversation (at);

-- Every command that showed a person's data.
CREATE TABLE access_log (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	at		INTEGER NOT NULL,
	who		TEXT NOT NULL,
	what		TEXT NOT NULL,
	subject		TEXT NOT NULL			-- a recipient, '@domain', '*'
) STRICT;

CREATE INDEX access_log_at ON access_log (at);
CREATE INDEX access_log_subject ON access_log (subject, id);
