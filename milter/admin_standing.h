/*
 * admin_standing.h - how a recipient stands to a sender, asked of the ledger.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_STANDING_H
#define TUIDING_ADMIN_STANDING_H

#include "admin.h"
#include "admin_said.h"

struct admin_standing {
	struct policy_finding	 finding;
	struct policy_word	*words;
	size_t			 nwords;
};

/*
 * The standing that a message would meet whose only identity is sender, authenticated or not.  0
 * and *standing_r, free it with admin_standing_clear(); -1: nobody can tell.
 */
int	admin_standing_ask(struct ledger *ledger, const char *recipient, const struct addr_key *sender,
	    bool authenticated, int64_t now, struct admin_standing *standing_r, struct err *err);
void	admin_standing_clear(struct admin_standing *standing);

/* The statement behind a word (not a rule): 1, 0, -1 as admin_said_find(). */
int	admin_standing_said(struct ledger *ledger, const struct policy_word *word,
	    struct admin_said **said_r, struct err *err);

#endif
