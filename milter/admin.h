/*
 * admin.h - what the subcommands of "tuiding" share: the table they stand in, and the program's
 * state.
 *
 * Floor 5.  One file a noun (admin_check, admin_rules …); each exports its row of verbs, admin.c
 * lists them.
 */
#ifndef TUIDING_ADMIN_H
#define TUIDING_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "admin_say.h"
#include "admin_table.h"
#include "admin_time.h"
#include "conf.h"
#include "ledger.h"

/* The exit status of the program. */
enum admin_exit {
	ADMIN_YES,		/* yes, or done */
	ADMIN_NO,		/* no, not found, a check that failed */
	ADMIN_USAGE,		/* called wrongly; a wrong configuration */
	ADMIN_TROUBLE		/* could not find out, or could not do it */
};

struct admin {
	const char		*conf_path;
	struct say		 say;
	enum admin_format	 format;
	struct conf		*conf;		/* NULL before admin_conf() */
	struct ledger		*ledger;	/* NULL before admin_ledger() */
	int64_t			 now;		/* ms, the same for the whole run */
	const char		*who;		/* who runs it, as the access log names them */
	bool			 unnoted;	/* the ledger may not be written: looks leave no row */
};

/* ---- the table of subcommands */

#define ADMIN_OPTIONS_MAX	20	/* of one subcommand, the common ones included */

struct admin_option {
	const char	*name;		/* long name; NULL ends a table */
	const char	*value;		/* what it takes, in capitals; NULL: it is a flag */
	const char	*en, *zh;
};

struct admin_args;

struct admin_command {
	const char			*verb;		/* "" when the noun is the command */
	const char			*operands;	/* "RCPT SENDER" */
	size_t				 min, max;	/* how many */
	const struct admin_option	*options;	/* NULL: the common ones only */
	int				(*run)(struct admin *admin, const struct admin_args *args);
	enum ledger_kind		 kind;		/* of consent and refusal */
	const char			*en, *zh;
};

/* The verbs of each noun; run == NULL ends. */
extern const struct admin_command	admin_check_commands[];
extern const struct admin_command	admin_rules_commands[];
extern const struct admin_command	admin_consent_commands[];
extern const struct admin_command	admin_refusal_commands[];
extern const struct admin_command	admin_rule_commands[];
extern const struct admin_command	admin_standing_commands[];
extern const struct admin_command	admin_decision_commands[];
extern const struct admin_command	admin_explain_commands[];
extern const struct admin_command	admin_ledger_commands[];
extern const struct admin_command	admin_complaint_commands[];
extern const struct admin_command	admin_disclose_commands[];
extern const struct admin_command	admin_erase_commands[];
extern const struct admin_command	admin_notice_commands[];
extern const struct admin_command	admin_access_commands[];
extern const struct admin_command	admin_status_commands[];
extern const struct admin_command	admin_reload_commands[];

/* What was given to a subcommand. */
struct admin_args {
	const struct admin_command	*command;
	const char			*noun;
	const char			*value[ADMIN_OPTIONS_MAX];	/* as in the table; a flag's is "" */
	char				*const *operand;
	size_t				 n;
	bool				 help;
};

/* The value of one of the command's own options; NULL: not given. */
const char	*admin_arg(const struct admin_args *args, const char *name);

/* ---- to the person */

/* One line to standard error, "tuiding: …", cleaned.  Returns nothing that matters. */
void	admin_note(const struct admin *admin, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* The same, and an exit status to return. */
int	admin_usage(const struct admin *admin, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
int	admin_trouble(const struct admin *admin, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* One line to standard output, cleaned. */
void	admin_line(const struct admin *admin, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* A rules_warn_fn that says nothing: what is wrong with rules is "tuiding rules check"'s to tell. */
void	admin_quiet(void *arg, const char *file, unsigned line, const char *rule, const char *what);

/* A table on standard output in the format asked for. */
struct admin_table	*admin_rows(const struct admin *admin, const struct admin_column *columns,
	    size_t ncolumns, bool upright);

/* ---- what most subcommands need first; each returns 0, or the exit status after saying why */

int	admin_conf(struct admin *admin);
/*
 * Also drops root's rights for those of the configured user (admin_user.h): no file of root is left
 * behind.
 */
int	admin_ledger(struct admin *admin, bool read_only);

/* The ledger's file; NULL where it is no file. */
const char	*admin_ledger_path(const struct conf *conf);

/*
 * What to add to a failure of the ledger: whose rights were missing and whose it takes; "" where no
 * right was missing.  write: it was to be written.
 */
#define ADMIN_HINT_MAX	400
const char	*admin_ledger_hint(const struct admin *admin, bool write, const struct err *err,
	    char hint[ADMIN_HINT_MAX]);

/* Whether a mailbox is shared by several people: nobody's word binds it, no letter goes to it. */
bool	admin_is_shared(const struct conf *conf, const char *recipient);

/* A recipient as the ledger knows it: key, recipient-map applied. */
int	admin_recipient(const struct admin *admin, const char *text, char out[ADDR_MAX + 1]);
/* The same without words: 1, or -1. */
int	admin_recipient_key(const struct conf *conf, const char *text, char out[ADDR_MAX + 1]);
int	admin_sender(const struct admin *admin, const char *text, struct addr_key *key_r);
/*
 * An id or a reference as the ledger spells it, Crockford's base32: upper case, 0 for o, 1 for i and
 * l.  0; -1 when it is empty or does not fit into size octets.
 */
int	admin_id(const char *text, char *out, size_t size);
/* --since, --until, --limit, where given. */
int	admin_period(const struct admin *admin, const struct admin_args *args, int64_t *since_r,
	    int64_t *until_r);
int	admin_limit(const struct admin *admin, const struct admin_args *args, int64_t *limit_r);

#endif
