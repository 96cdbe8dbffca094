/*
 * ledger.h - all that people said, in order, and what was decided because of it.
 *
 * Floor 2.  Store operations sit behind struct ledger_ops; SQLite is the embedded default (ledger_sqlite.c).
 * A write returns when it is durable.  Found, absent and failed are 1, 0 and -1: a ledger that cannot be read
 * is never "nothing on record".  Safe from any thread.  DESIGN section 9.
 */
#ifndef TUIDING_LEDGER_H
#define TUIDING_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "addr.h"
#include "err.h"
#include "policy.h"

#define LEDGER_HASH_HEX		64	/* hex digits of a SHA-256 */
#define LEDGER_REFERENCE_MAX	24	/* octets of a statement's reference ("R" and base32 letters) */
#define LEDGER_ID_MAX		24	/* octets of a decision's id */
#define LEDGER_EVIDENCE_MAX	(1 << 20)	/* octets of one statement's evidence */
#define LEDGER_TEXT_MAX		1000	/* octets of a reason, a note, a Message-ID */
#define LEDGER_BATCH_MAX	10000	/* statements or decisions in one call */
#define LEDGER_KEYS_MAX		4500	/* keys in one ledger_words(): all that cover 32 identities */

struct ledger;

struct ledger_settings {
	unsigned	readers;	/* pooled read handles; 0: 4 */
	unsigned	busy_ms;	/* how long a locked database is waited for; 0: 2,000 */
	unsigned	queue;		/* callers that may wait to write, beyond it they hear "busy"; 0: 1,024 */
	bool		read_only;	/* admin commands that only read */
	bool		create;		/* make an empty ledger where there is none (ledger init) */
};

/*
 * Opens "sqlite:/path" (absolute).  Returns 0; -1 when the URL is not understood, the file is not there (without
 * create), is no ledger, is newer than this program, needs migration, or is readable by others.
 */
int	ledger_open(const char *url, const struct ledger_settings *settings, struct ledger **ledger_r, struct err *err);
/* Ends the writer after the work it has accepted.  NULL is fine. */
void	ledger_close(struct ledger *ledger);

/*
 * Whether the ledger still is what was opened.  1; -1 when its file is gone or another stands in its place:
 * every look-up and every write then fails too, until it is opened anew.
 */
int	ledger_alive(struct ledger *ledger, struct err *err);

/* ---- statements -------------------------------------------------------------------------------- */

enum ledger_kind { LEDGER_NONE, LEDGER_CONSENT, LEDGER_REFUSAL, LEDGER_VOID, LEDGER_COMPLAINT, LEDGER_KIND_MAX };

const char	*ledger_kind_name(enum ledger_kind);		/* "consent", "refusal", "void", "complaint" */
enum ledger_kind	 ledger_kind_by_name(const char *name);

struct ledger_statement {
	int64_t		 seq;			/* given by the ledger, from 1, without gaps */
	enum ledger_kind kind;
	const char	*source;		/* "admin", "import", "reply", "token", "mail", "complaint"; of a
						   COMPLAINT also its case's: "forward", "inline", "report", "junk" */
	int64_t		 given_at;		/* ms since 1970: when the person said it */
	int64_t		 received_at;		/* ms: when we took it */
	int64_t		 expires;		/* ms; 0: never.  Consents only */
	const char	*reference;		/* NULL on append: one is made.  Of a VOID: the reference it ends */
	const char	*recipient;		/* recipient key; NULL once erased */
	const char	*sender;		/* sender key text; NULL once erased */
	const char	*evidence;		/* octets: a note, a raw mail; NULL none, or pruned */
	size_t		 evidence_len;
	const char	*message_id;		/* what made it, for idempotence; NULL none */
	const char	*reason;		/* of a VOID; must be given where "admin" or "import" makes it */
	/* read only, filled by listings */
	bool		 voided;
	char		 hash[LEDGER_HASH_HEX + 1];
};

enum ledger_outcome {
	LEDGER_FAILED,		/* nothing was written; err says why */
	LEDGER_WRITTEN,
	LEDGER_ALREADY,		/* the same statement stands there: seq and reference are its */
	LEDGER_OVERTURNS,	/* refused: a consent by someone else over the person's standing refusal */
	LEDGER_ABSENT		/* of a void: no such statement, or already void */
};

struct ledger_receipt {
	enum ledger_outcome	outcome;
	int64_t			seq;
	char			reference[LEDGER_REFERENCE_MAX + 1];
	char			hash[LEDGER_HASH_HEX + 1];
};

/*
 * The chain.  hash(n) = SHA-256 of hash(n-1) in hex, LF, the statement's line; hash(0) is 64 times "0".  A line is
 * ten fields with tabs between them: sequence, kind, source, given_at, received_at, expires (empty: never),
 * reference, c(recipient), c(sender key), c(evidence), where c(x) = hex SHA-256(salt, x) and a reason goes before
 * the evidence with LF between.  sql/README says it in full.
 *
 * Appends n statements in one transaction: the chain and the tables consent and refusal move together.
 * Same person, kind, key and message_id (or, without message_id: same source, given_at) → ALREADY.  But a row that
 * is imported (or entered) again under its message_id, given later than it first was, is said anew where a word
 * against it came in between and stands: after a refusal a consent under a key that the refusal's covers, after a
 * consent a refusal whose key covers the consent's.  A mail that comes again never is: whoever holds an old one
 * could bring it back.  A consent whose source is "admin" or "import" over a standing refusal of that person →
 * OVERTURNS.  A VOID names its target by reference; recipient and sender are then the target's, and a recipient
 * given must be the same one (else ABSENT: nobody voids another's statement).  A statement that was voided is still
 * ALREADY there: what is repeated does not come back by itself.  Recipients have an '@', keys their canonical
 * spelling, or the call fails.
 * Each statement gets its own receipt, in order; a later one sees the earlier ones.
 * Returns 0 when the transaction is durable; -1 when it failed and nothing of it was written.
 */
int	ledger_append(struct ledger *ledger, const struct ledger_statement *statements, size_t n,
	    struct ledger_receipt *receipts_r, struct err *err);

/*
 * All that was said by this recipient about any of the keys (and "*"), void ones left out, and the
 * administrator's rules for the recipient's domain about them: what policy_standing() wants.  A consent by "admin"
 * or "import" that rested on a consent of the person, which was since made void, is left out while the refusal it
 * would end stands.  For that, keys must hold with each key all that cover it (addr_key_covering()).
 * keys: canonical key texts, those in strcmp()'s order the fastest.  Returns 0 and *words_r, *nwords_r (free it
 * with ledger_words_free()); -1 failed.
 */
int	ledger_words(struct ledger *ledger, const char *recipient, const char *const *keys, size_t nkeys,
	    struct policy_word **words_r, size_t *nwords_r, struct err *err);
void	ledger_words_free(struct policy_word *words);

struct ledger_filter {
	enum ledger_kind kind;			/* LEDGER_NONE: all */
	const char	*recipient;		/* key; or "@domain": all of that domain; NULL: all */
	const char	*sender;		/* key text, exact; NULL: all */
	const char	*reference;		/* exact; NULL: all */
	int64_t		 since, until;		/* received_at, ms, [since, until); 0: open */
	int64_t		 seq;			/* exactly that one; 0: all */
	bool		 in_force;		/* only those in the current tables consent and refusal */
	int64_t		 limit;			/* 0: none */
};

/* Returns true to go on.  The statement lives for the call. */
typedef bool	ledger_statement_fn(void *arg, const struct ledger_statement *statement);

/* Calls fn for each statement in ledger order.  Returns how many were shown, or -1. */
int64_t	ledger_statements(struct ledger *ledger, const struct ledger_filter *filter,
	    ledger_statement_fn *fn, void *arg, struct err *err);

/* ---- an administrator's rules for whole domains ------------------------------------------------- */

struct ledger_rule {
	int64_t			 id;
	const char		*domain;	/* recipients' domain, canonical */
	const char		*sender;	/* sender key text */
	enum policy_word_kind	 word;		/* what it stands for */
	int64_t			 made_at;
	const char		*note;
};
int	ledger_rule_add(struct ledger *ledger, const struct ledger_rule *rule, int64_t *id_r, struct err *err);
int	ledger_rule_remove(struct ledger *ledger, int64_t id, struct err *err);	/* 1 done, 0 absent, -1 */
typedef bool	ledger_rule_fn(void *arg, const struct ledger_rule *rule);
int64_t	ledger_rules(struct ledger *ledger, const char *domain, ledger_rule_fn *fn, void *arg, struct err *err);

/* ---- decisions --------------------------------------------------------------------------------- */

struct ledger_decision {
	char			 id[LEDGER_ID_MAX + 1];		/* of (message, recipient) */
	char			 message[LEDGER_ID_MAX + 1];	/* of the message: shared by its recipients */
	int64_t			 at;				/* ms */
	const char		*queue_id;			/* the MTA's, or NULL */
	const char		*message_id;			/* Message-ID field, or NULL */
	const char		*recipient;			/* key */
	const char		*recipient_raw;			/* as the MTA gave it */
	enum policy_direction	 direction;
	enum policy_mode	 mode;
	double			 score, required;
	enum policy_standing	 standing;
	bool			 by_rule;			/* the standing is an administrator's rule */
	int64_t			 word;				/* seq of the statement (or id of the rule) it rests on; 0 */
	enum policy_action	 action;			/* what was done */
	enum policy_action	 would;				/* what enforcement does */
	const char		*sender;			/* From, canonical; "" */
	const char		*envelope;			/* "" for the null sender */
	const char		*default_key;			/* key a refusal would get; "" */
	const char		*identities;			/* "from=news@shop.example:pass list=<x>:none …" */
	const char		*matched_key;			/* key of the word; "" */
	const char		*rules;				/* "ZH_PROMO=1.5,ZH_LABEL=3.0" */
	const char		*subject;			/* UTF-8, cut at 200 octets */
	const char		*client;			/* address, "" when local */
	const char		*login;				/* SASL login, "" */
	const char		*reply;				/* "550 5.7.1 …" said, "" */
};

/*
 * Records the decisions of one message in one transaction.  0 when durable; -1 nothing was written.  Texts are kept
 * as valid UTF-8 and cut: addresses and keys at 320 octets, identities and rules at 512 (between items), reply at
 * 300, message_id and login at 256, subject at 200, queue_id at 128, client at 64.
 */
int	ledger_decide(struct ledger *ledger, const struct ledger_decision *decisions, size_t n, struct err *err);

struct ledger_decision_filter {
	const char	*id;			/* a decision's or a message's id; NULL: all */
	const char	*recipient, *sender;	/* keys; sender: the From address or a domain */
	const char	*queue_id, *message_id;
	int64_t		 since, until;
	enum policy_action action;		/* ACTION_NONE: all */
	bool		 changed;		/* only those where would differs from action (observe mode) */
	int64_t		 limit;			/* newest first; 0: none */
	bool		 sealed;		/* sealed ones too (ledger_erase()) */
};
typedef bool	ledger_decision_fn(void *arg, const struct ledger_decision *decision);
int64_t	ledger_decisions(struct ledger *ledger, const struct ledger_decision_filter *filter,
	    ledger_decision_fn *fn, void *arg, struct err *err);

/* What enforcement would do, by sender: for "decision list --would". */
struct ledger_would {
	const char		*sender;	/* registrable domain or address: the decision's default_key */
	enum policy_action	 would;
	int64_t			 messages, recipients, first_at, last_at;
};
typedef bool	ledger_would_fn(void *arg, const struct ledger_would *would);
int64_t	ledger_would(struct ledger *ledger, int64_t since, int64_t until, ledger_would_fn *fn, void *arg,
	    struct err *err);

/* A new random id: 64 bits, 13 letters of Crockford base32.  0, or -1 when the system gives no randomness. */
int	ledger_new_id(char id[LEDGER_ID_MAX + 1], struct err *err);

/* ---- upkeep ------------------------------------------------------------------------------------ */

/* Makes the ledger, or brings an older one to this program's version.  1 changed, 0 it was so already, -1. */
int	ledger_migrate(const char *url, bool create, int *from_r, int *to_r, struct err *err);

struct ledger_report {
	int64_t		statements;		/* that the chain holds */
	int64_t		first_bad;		/* seq of the first statement that does not verify; 0: all do */
	char		what[200];		/* what is wrong with it; "" */
	char		last_hash[LEDGER_HASH_HEX + 1];
	bool		anchor_found;		/* the anchor given stands in the chain */
	int64_t		anchor_seq;
	bool		tables_agree;		/* consent and refusal follow from the statements */
	bool		database_sound;		/* the engine's own integrity check */
};
/* Verifies the chain, the tables, the file.  1 all good, 0 something is wrong (report says), -1 cannot tell. */
int	ledger_verify(struct ledger *ledger, const char *anchor, struct ledger_report *report_r, struct err *err);
/*
 * Whether the file itself is whole, by the engine's quick check: a second for some millions of rows; what is in it is
 * ledger_verify()'s business.  1; 0 it is damaged, and err says how; -1 cannot tell.
 */
int	ledger_sound(struct ledger *ledger, struct err *err);
/* Rebuilds consent and refusal from the statements.  Returns rows that changed, or -1. */
int64_t	ledger_rebuild(struct ledger *ledger, struct err *err);
/* Online copy to path (must not exist), then checked.  0 or -1. */
int	ledger_backup(struct ledger *ledger, const char *path, struct err *err);

#endif
