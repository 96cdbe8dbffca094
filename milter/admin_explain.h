/*
 * admin_explain.h - the parts of an explanation that speak of the law and of what is left to do.
 *
 * Floor 5, part of admin.  Says what the Decision of 28 December 2012 asks; it gives no legal
 * advice on a case.
 */
#ifndef TUIDING_ADMIN_EXPLAIN_H
#define TUIDING_ADMIN_EXPLAIN_H

#include "admin.h"

/* A paragraph heading, and one indented line of a paragraph, cleaned. */
void	admin_explain_head(const struct admin *admin, const char *en, const char *zh);
void	admin_explain_line(const struct admin *admin, const char *fmt,
	    ...)
	    __attribute__((format(printf, 2, 3)));

/* Which Article the standing falls under. */
void	admin_explain_law(const struct admin *admin, const struct ledger_decision *decision);
/* What enforcement or observation did, and what the sender was told. */
void	admin_explain_done(const struct admin *admin, const struct ledger_decision *decision);
/* What the recipient can do now. */
void	admin_explain_way(const struct admin *admin, const struct ledger_decision *decision);

#endif
