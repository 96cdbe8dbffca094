/*
 * admin_args.h - a subcommand's options and operands, read from its table; and its help.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_ARGS_H
#define TUIDING_ADMIN_ARGS_H

#include "admin.h"

/* One noun of the program. */
struct admin_noun {
	const char			*name;
	const struct admin_command	*commands;
	const char			*en, *zh;
};

/*
 * The options before the noun: -c, --lang, --help, -V.  Returns the index of the noun in argv
 * (argc: none), or -1 after saying what is wrong.
 */
int	admin_args_global(struct admin *admin, int argc, char **argv, bool *help_r, bool *version_r);

/* Those of a subcommand; argv[0] is its name.  0, or an exit status after saying what is wrong. */
int	admin_args_read(struct admin *admin, const char *noun, const struct admin_command *command,
	    int argc, char **argv, struct admin_args *args_r);

/* Help, to standard output. */
void	admin_args_help(const struct admin *admin, const struct admin_noun *nouns);
void	admin_args_help_noun(const struct admin *admin, const struct admin_noun *noun);
void	admin_args_help_command(const struct admin *admin, const char *noun,
	    const struct admin_command *command);

#endif
