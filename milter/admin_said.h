/*
 * admin_said.h - one statement, kept beyond the listing that showed it; and how a person is told of
 * it.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_SAID_H
#define TUIDING_ADMIN_SAID_H

#include "admin.h"

struct admin_said {
	struct ledger_statement	 statement;	/* its pointers are its own */
	char			*strings[7];
};

/*
 * The first statement (no void) that the filter lets through.  1 and *said_r, free it with
 * admin_said_free(); 0 there is none; -1.
 */
int	admin_said_find(struct ledger *ledger, const struct ledger_filter *filter,
	    struct admin_said **said_r, struct err *err);
/* The void that ended the statement of that reference: the same answers. */
int	admin_said_void(struct ledger *ledger, const char *reference, struct admin_said **said_r,
	    struct err *err);
void	admin_said_free(struct admin_said *said);		/* NULL is fine */

/*
 * The note of a statement, where its evidence is text a person typed; else NULL.  The caller's,
 * free() it.
 */
char	*admin_said_note(const struct ledger_statement *statement);

#endif
