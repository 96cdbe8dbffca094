/*
 * ledger_sqlite_act.h - what the parts of one act share inside the writer's transaction.
 *
 * Floor 2, private to the ledger.  All of it is called in a lite_work_fn and nowhere else.
 */
#ifndef TUIDING_LEDGER_SQLITE_ACT_H
#define TUIDING_LEDGER_SQLITE_ACT_H

#include "ledger_chain.h"
#include "ledger_sqlite.h"

/* ---- statements (ledger_sqlite_append.c) --------------------------------------------------------- */

/* The chain's end, as this transaction sees it. */
struct lite_chain {
	int64_t		seq;
	unsigned char	hash[LEDGER_HASH];
};

int	lite_chain_read(struct lite_db *db, struct lite_chain *chain, struct err *err);
/* Appends as ledger_append() promises.  0 and the receipt, or -1. */
int	lite_append_one(struct lite_db *db, struct lite_chain *chain, const struct ledger_statement *statement,
	    struct ledger_receipt *receipt, struct err *err);
/* Appends a complaint that its case has found to be new; its evidence is never pruned. */
int	lite_append_complaint(struct lite_db *db, struct lite_chain *chain,
	    const struct ledger_statement *statement, struct ledger_receipt *receipt, struct err *err);

/* ---- letters (ledger_sqlite_letter.c) ------------------------------------------------------------ */

/* What a letter tells of, and when it is queued. */
struct lite_occasion {
	int64_t		 now;
	unsigned	 per_day;	/* letters to one recipient; 0: no limit */
	const char	*reference;
	int64_t		 number;
};

enum lite_queued { LITE_QUEUE_FAILED, LITE_QUEUED, LITE_QUEUED_BEFORE, LITE_QUEUE_OVER };

/* Queues a letter, unless the same was queued once or the day's are used up. */
enum lite_queued	lite_letter_queue(struct lite_db *db, const struct ledger_letter *letter,
			    const struct lite_occasion *occasion, struct err *err);

/* ---- evidence (ledger_sqlite_pack.c) ------------------------------------------------------------- */

/* Evidence on its way into the file or out of it. */
struct lite_packed {
	unsigned char	*octets;		/* packed; NULL: there is none */
	size_t		 len;
	size_t		 kept, size;		/* octets of it unpacked, and of the whole message */
	unsigned char	 hash[LEDGER_HASH];	/* of it unpacked */
};

/* Packs what a case brings.  Without evidence packed_r is empty.  0, or -1. */
int	lite_pack(const struct ledger_case *complaint, struct lite_packed *packed_r, struct err *err);
void	lite_packed_clear(struct lite_packed *packed);
/*
 * Unpacks len octets that are kept ones unpacked, and compares their hash.  1 and *out_r (free()); 0: they are
 * not what was kept; -1: no memory.
 */
int	lite_unpack(const void *octets, size_t len, int64_t kept, const unsigned char hash[LEDGER_HASH],
	    char **out_r);

#define LITE_BOND_MAX	160

/* What a complaint's statement bears as its evidence: it binds the case's evidence into the chain. */
void	lite_bond(const char *hex, int64_t kept, int64_t size, char bond[LITE_BOND_MAX]);

/* ---- cases (ledger_sqlite_case.c) ---------------------------------------------------------------- */

/* Opens a case, its statement in the chain.  1 made, 0 it is there already, -1; *number_r in both first. */
int	lite_case_open(struct lite_db *db, struct lite_chain *chain, const struct ledger_act_case *ac,
	    const struct lite_packed *packed, int64_t now, int64_t *number_r, struct err *err);
/* Notes the refusal that followed. */
int	lite_case_refused(struct lite_db *db, int64_t number, int64_t seq, struct err *err);

#endif
