/*
 * admin_statement.h - what the verbs of consent and refusal share.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_STATEMENT_H
#define TUIDING_ADMIN_STATEMENT_H

#include "admin.h"

#define ADMIN_NOTE_MAX	4000	/* octets of a note or a reason; the words of its fault say so too */

/* The verbs; args->command->kind says of which noun. */
int	admin_statement_list(struct admin *admin, const struct admin_args *args);
int	admin_statement_add(struct admin *admin, const struct admin_args *args);
int	admin_statement_void(struct admin *admin, const struct admin_args *args);
int	admin_statement_import(struct admin *admin, const struct admin_args *args);
int	admin_statement_export(struct admin *admin, const struct admin_args *args);

/*
 * Opens the ledger for reading, with the filter that the noun, --recipient, --sender, --since, --until, --limit and
 * --all ask for; the filter's texts point into room.  0, or the exit status.
 */
struct admin_statement_room {
	char		recipient[ADDR_MAX + 2];
	struct addr_key	sender;
};
int	admin_statement_open(struct admin *admin, const struct admin_args *args, struct admin_statement_room *room,
	    struct ledger_filter *filter_r);

/* What is wrong with a note or a reason, in both languages; NULL: nothing. */
struct admin_statement_fault {
	const char	*en, *zh;
};
const struct admin_statement_fault	*admin_statement_note_fault(const char *note);

#endif
