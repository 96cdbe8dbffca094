/*
 * admin_access.h - whoever looks at a person's data leaves a row that says so.
 *
 * Floor 5, part of admin.  DESIGN section 9.
 */
#ifndef TUIDING_ADMIN_ACCESS_H
#define TUIDING_ADMIN_ACCESS_H

#include "admin.h"

/*
 * As admin_ledger(), for a command that shows data of subject (a recipient key, "@domain", "*" for all): the row in
 * the access log is durable before it returns 0.  A row that cannot be written is trouble, and nothing is shown;
 * only a ledger that may not be written at all is read without, and that is said.
 */
int	admin_show(struct admin *admin, const struct admin_args *args, const char *subject);

/*
 * The same in two steps, where whose data it is turns out in the ledger itself: opens it, and later notes.
 */
int	admin_show_open(struct admin *admin);
int	admin_show_note(const struct admin *admin, const struct admin_args *args, const char *subject);

/* The row for whom the decisions of a filter concern; every one of them when they are few, else "*". */
struct ledger_decision_filter;
int	admin_show_decisions(const struct admin *admin, const struct admin_args *args,
	    const struct ledger_decision_filter *filter);

#endif
