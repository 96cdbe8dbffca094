/*
 * setup.h - from a configuration to a working judge: what the daemon and the administrator's program share.
 *
 * Floor 4.  Opens the ledger, reads the rules, hands each module its settings.
 */
#ifndef TUIDING_SETUP_H
#define TUIDING_SETUP_H

#include "conf.h"
#include "judge.h"
#include "judge_rate.h"
#include "judge_split.h"
#include "ledger.h"
#include "ledger_people.h"
#include "rules.h"

/* Once at program start, from the only thread: libraries' own initialisation. */
void	setup_libraries(void);

/* Opens the ledger conf names. 0, or -1. */
int	setup_ledger(const struct conf *conf, bool read_only, struct ledger **ledger_r, struct err *err);

/* Reads and compiles conf's rules. */
int	setup_rules(const struct conf *conf, rules_warn_fn *warn, void *arg, struct judge_rules **rules_r,
	    struct err *err);

/*
 * A judge from conf.  ledger, split and rate may be NULL and are not taken over.  Without rate it only looks: it
 * reads no token keys.
 */
int	setup_judge(const struct conf *conf, struct ledger *ledger, struct judge_split *split, struct judge_rate *rate,
	    rules_warn_fn *warn, void *arg, struct judge **judge_r, struct err *err);

/*
 * What is old at now (ms) by conf.  Decisions, evidence: retention-days.  Letters that were ended and the access log:
 * a year, or retention-days where that is more; a letter that is forgotten too soon could be sent twice.
 * Conversations: correspondent-days.
 */
#define SETUP_LOG_DAYS	365
void	setup_prune(const struct conf *conf, int64_t now, struct ledger_prune *prune_r);

#endif
