/*
 * conf_private.h - what the files of conf share: the table of settings.
 *
 * Floor 2.  For conf*.c only.
 */
#ifndef TUIDING_CONF_PRIVATE_H
#define TUIDING_CONF_PRIVATE_H

#include <confuse.h>
#include "conf.h"

/* What a value must be; decides how it is read, checked and kept. */
enum conf_kind {
	KIND_STRING,		/* one line of UTF-8 without control characters */
	KIND_TEXT,		/* what a sending server is told: printable ASCII, 1 to 400 octets */
	KIND_SOCKET,
	KIND_LEDGER,
	KIND_CHOICE,		/* one of the words */
	KIND_CHARSET,
	KIND_DELIMITER,
	KIND_ADDRESS,		/* a mailbox, or "" */
	KIND_FILE_DOMAINS,	/* absolute path of a list of domains, or "" */
	KIND_FILE_MAP,		/* absolute path of "alias mailbox" pairs, or "" */
	KIND_FILE_LOGINS,	/* absolute path of "login mailbox" pairs, or "" */
	KIND_PATH,		/* absolute path, or "" */
	KIND_RELAY,		/* smtp://HOST:PORT */
	KIND_NUMBER,		/* unsigned */
	KIND_SIZE,		/* size_t */
	KIND_FLOAT,
	KIND_BOOL,
	KIND_PATHS,		/* lists from here on */
	KIND_WORDS,
	KIND_DOMAINS,
	KIND_NETS,
	KIND_SENDERS,		/* sender keys */
	KIND_RECIPIENTS,	/* addresses, or "@domain" */
	KIND_LISTS,		/* List-Ids */
	KIND_MAX
};

struct conf_row {
	const char		*name;
	enum conf_kind		 kind;
	size_t			 offset;	/* in struct conf */
	const char		*otherwise;	/* default: text; "{ … }" of a list; "yes" or "no" */
	double			 min, max;	/* of numbers */
	const char *const	*words;		/* of a choice, in the order of its enum from 1 */
};
#define CONF_ROWS	65
extern const struct conf_row	conf_rows[CONF_ROWS + 1];
/* What the values of the setting's enum are called, from 1; NULL ends them. */
const char *const	*conf_choice_words(const struct conf_row *row);

#define CONF_TEXT_MAX	400	/* octets */
#define CONF_SIZE_MAX	(1 << 20)	/* octets of the configuration itself */
#define CONF_FILE_MAX	(16 << 20)	/* octets of a list or map file */

/* Says "file:line: key: ..." once; what comes later follows from it.  Returns -1. */
int	conf_complain(cfg_t *cfg, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Keeps the line that the setting stands on, for what is found out only after the parse. */
void	conf_note_line(cfg_t *cfg, const struct conf_row *row);

/*
 * conf_text.c: the whole file for libconfuse, len octets and a NUL, without comments.  0, and *text_r is the caller's
 * to free(); -1 with err.
 */
int	conf_text_read(const char *path, char **text_r, size_t *len_r, struct err *err);

/* conf_check.c: libconfuse's parsing callbacks.  0 and *result (long, double, cfg_bool_t), -1 complained. */
int	conf_parse_number(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result);
int	conf_parse_float(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result);
int	conf_parse_bool(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result);
/* Its validation callbacks.  0 good, -1 complained. */
int	conf_check_row(cfg_t *cfg, cfg_opt_t *opt);
int	conf_check_action(cfg_t *cfg, cfg_opt_t *opt);
int	conf_check_policy(cfg_t *cfg, cfg_opt_t *opt);
const struct conf_row	*conf_row_named(const char *name);

/* conf_list.c: canonical lists.  0, or -1 with err. */
int	conf_list_add(struct conf_list *list, const char *item);
void	conf_list_clear(struct conf_list *list);
int	conf_list_fill(struct conf_list *list, enum conf_kind kind, cfg_t *cfg, const char *name, struct err *err);
int	conf_list_from_file(struct conf_list *list, enum conf_kind kind, const char *path, struct err *err);
/* One item in its canonical spelling; -1 when it is none of that kind.  out: 512 octets. */
int	conf_canonical(enum conf_kind kind, const char *text, char out[512]);

#endif
