/*
 * ledger_check.h - what may enter a ledger at all, whatever its engine.
 *
 * Floor 2, private to the ledger.  Pure.  Each returns 0, or -1 with the reason in err.
 */
#ifndef TUIDING_LEDGER_CHECK_H
#define TUIDING_LEDGER_CHECK_H

#include <stdbool.h>
#include "ledger.h"
#include "ledger_act.h"

/* A recipient is one mailbox, in the spelling of addr_rcpt_key(): a domain is never a person. */
int	ledger_check_recipient(const char *recipient, struct err *err);

/* A sender key in the spelling of addr_key_parse(). */
int	ledger_check_sender(const char *sender, struct err *err);

int	ledger_check_statement(const struct ledger_statement *statement, struct err *err);
int	ledger_check_rule(const struct ledger_rule *rule, struct err *err);
int	ledger_check_decision(const struct ledger_decision *decision, struct err *err);

int	ledger_check_letter(const struct ledger_letter *letter, struct err *err);
int	ledger_check_case(const struct ledger_case *complaint, struct err *err);

/* Whether that source speaks for the person, not about them. */
bool	ledger_source_is_person(const char *source);

#endif
