/*
 * admin_ledger_keep.h - what is kept how long: verbs of the table in admin_ledger.c.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_LEDGER_KEEP_H
#define TUIDING_ADMIN_LEDGER_KEEP_H

#include "admin.h"

int	admin_ledger_prune(struct admin *admin, const struct admin_args *args);
int	admin_ledger_rotate(struct admin *admin, const struct admin_args *args);

/* Makes the token key where the configuration names a file for it and none is there.  0, or the exit status. */
int	admin_ledger_key(const struct admin *admin);

/* What came with the versions after from, up to to: a line each. */
void	admin_ledger_changes(const struct admin *admin, int from, int to);

#endif
