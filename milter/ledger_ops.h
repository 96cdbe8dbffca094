/*
 * ledger_ops.h - what an engine does for a ledger.
 *
 * Floor 2, private to the ledger.  The contracts are those of ledger.h; ledger.c has looked at the arguments
 * (ledger_check.h, the limits, NULL settings) before an engine sees them.
 */
#ifndef TUIDING_LEDGER_OPS_H
#define TUIDING_LEDGER_OPS_H

#include "ledger.h"
#include "ledger_act.h"
#include "ledger_people.h"

/* What is pruned, one kind at a time. */
enum ledger_pruning {
	PRUNE_DECISIONS, PRUNE_EVIDENCE, PRUNE_WORDS, PRUNE_TALK, PRUNE_LETTERS, PRUNE_ACCESSES, PRUNE_MAX
};

struct ledger_ops {
	void	(*close)(struct ledger *ledger);
	int	(*alive)(struct ledger *ledger, struct err *err);
	int	(*append)(struct ledger *ledger, const struct ledger_statement *statements, size_t n,
		    struct ledger_receipt *receipts_r, struct err *err);
	/* keys: sorted, each once, "*" among them. */
	int	(*words)(struct ledger *ledger, const char *recipient, const char *const *keys, size_t nkeys,
		    struct policy_word **words_r, size_t *nwords_r, struct err *err);
	int64_t	(*statements)(struct ledger *ledger, const struct ledger_filter *filter,
		    ledger_statement_fn *fn, void *arg, struct err *err);
	int	(*rule_add)(struct ledger *ledger, const struct ledger_rule *rule, int64_t *id_r,
		    struct err *err);
	int	(*rule_remove)(struct ledger *ledger, int64_t id, struct err *err);
	int64_t	(*rules)(struct ledger *ledger, const char *domain, ledger_rule_fn *fn, void *arg,
		    struct err *err);
	int	(*decide)(struct ledger *ledger, const struct ledger_decision *decisions, size_t n,
		    struct err *err);
	int64_t	(*decisions)(struct ledger *ledger, const struct ledger_decision_filter *filter,
		    ledger_decision_fn *fn, void *arg, struct err *err);
	int64_t	(*would)(struct ledger *ledger, int64_t since, int64_t until, ledger_would_fn *fn, void *arg,
		    struct err *err);
	int	(*sound)(struct ledger *ledger, struct err *err);
	int	(*verify)(struct ledger *ledger, const char *anchor, struct ledger_report *report_r,
		    struct err *err);
	int64_t	(*rebuild)(struct ledger *ledger, struct err *err);
	int	(*backup)(struct ledger *ledger, const char *path, struct err *err);

	int	(*act)(struct ledger *ledger, const struct ledger_act *act,
		    struct ledger_act_result *result_r, struct err *err);
	int64_t	(*letters)(struct ledger *ledger, const struct ledger_letter_filter *filter,
		    ledger_letter_fn *fn, void *arg, struct err *err);
	int	(*letter_take)(struct ledger *ledger, int64_t id, int64_t now, int64_t lease, struct err *err);
	int	(*letter_end)(struct ledger *ledger, int64_t id, enum ledger_letter_state state,
		    int64_t next_at, const char *error, struct err *err);
	int64_t	(*cases)(struct ledger *ledger, const struct ledger_case_filter *filter, ledger_case_fn *fn,
		    void *arg, struct err *err);
	int	(*case_change)(struct ledger *ledger, const struct ledger_case_change *change,
		    struct ledger_receipt *receipt_r, struct err *err);
	bool	(*talk_note)(struct ledger *ledger, const unsigned char (*digests)[16], size_t n, int64_t now);
	int	(*talk_known)(struct ledger *ledger, const unsigned char (*digests)[16], size_t n,
		    int64_t since, struct err *err);
	uint64_t (*talk_lost)(struct ledger *ledger);

	int	(*access_add)(struct ledger *ledger, const struct ledger_access *access, struct err *err);
	int64_t	(*accesses)(struct ledger *ledger, const char *subject, int64_t since, int64_t until,
		    int64_t limit, ledger_access_fn *fn, void *arg, struct err *err);
	/* One small transaction: at most max rows older than before. */
	int	(*prune)(struct ledger *ledger, enum ledger_pruning what, int64_t before, int64_t now,
		    unsigned max, int64_t *rows_r, struct err *err);
	int	(*erase)(struct ledger *ledger, const struct ledger_erase *erase,
		    struct ledger_erased *erased_r, struct err *err);
	/* Best effort: what was removed leaves the files too. */
	void	(*flush)(struct ledger *ledger);
	int	(*count)(struct ledger *ledger, struct ledger_counts *counts_r, struct err *err);
};

/* The first member of every engine's own struct. */
struct ledger {
	const struct ledger_ops	*ops;
};

/* An engine: which URLs are its own, and its two ways in.  where: what follows the scheme. */
struct ledger_engine {
	const char	*scheme;			/* "sqlite:" */
	int		(*open)(const char *where, const struct ledger_settings *settings,
			    struct ledger **ledger_r, struct err *err);
	int		(*migrate)(const char *where, bool create, int *from_r, int *to_r, struct err *err);
};

extern const struct ledger_engine	ledger_sqlite;

#endif
