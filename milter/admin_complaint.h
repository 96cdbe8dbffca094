/*
 * admin_complaint.h - what the verbs of complaint share.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_COMPLAINT_H
#define TUIDING_ADMIN_COMPLAINT_H

#include "admin.h"
#include "ledger_act.h"

/* The verbs. */
int	admin_complaint_add(struct admin *admin, const struct admin_args *args);
int	admin_complaint_close(struct admin *admin, const struct admin_args *args);
int	admin_complaint_hold(struct admin *admin, const struct admin_args *args);
int	admin_complaint_export(struct admin *admin, const struct admin_args *args);

/* The filter that --state, --sender, --recipient, --since, --until and --overdue ask for; its texts are in room. */
struct admin_complaint_room {
	char		recipient[ADDR_MAX + 1];
	struct addr_key	sender;
	bool		overdue;	/* only those that are: the filter lets in a few more */
};
int	admin_complaint_filter(const struct admin *admin, const struct admin_args *args,
	    struct admin_complaint_room *room, struct ledger_case_filter *filter_r);

/* A case's number, from 1.  0, or the exit status. */
int	admin_complaint_number(const struct admin *admin, const char *text, int64_t *number_r);

/* Whether a complaint waits for longer than complaint-days.  One that its person has not confirmed never does. */
bool	admin_complaint_overdue(const struct admin *admin, const struct ledger_case *complaint);

/* A table of cases, and one of its rows. */
struct admin_table	*admin_complaint_table(const struct admin *admin, FILE *out, bool upright);
void			 admin_complaint_row(const struct admin *admin, struct admin_table *table,
			    const struct ledger_case *complaint);

/* The words for a state, a kind, a source. */
const char	*admin_complaint_state(const struct say *say, enum ledger_case_state state);
const char	*admin_complaint_kind(const struct say *say, const char *kind);

#endif
