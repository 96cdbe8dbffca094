/*
 * command_private.h - what the files of command share.  Nobody else includes it.
 *
 * Floor 3, part of command.  Every text here is valid UTF-8 with a length; nothing needs an end in NUL.
 */
#ifndef TUIDING_COMMAND_PRIVATE_H
#define TUIDING_COMMAND_PRIVATE_H

#include "command.h"

#define COMMAND_TEXT_MAX	((size_t)64 << 10)	/* octets of new text that are looked at */
#define COMMAND_PART_MAX	((size_t)256 << 10)	/* octets of a part that are decoded */

/* What stands at the start of a link at the start of a line: no person types a link for a command. */
#define COMMAND_LINK	"\xef\xbf\xbc"			/* U+FFFC */

struct command_span {
	const char	*at;
	size_t		 len;
};

/* The next line, without its end; false: there is none.  *p goes behind it. */
bool	command_line_next(const char **p, const char *end, struct command_span *line_r);
/* True when nothing can be seen in it: white space of any script, invisible characters. */
bool	command_is_blank(struct command_span line);
/* The line without what command_is_blank() does not see at both its ends. */
struct command_span	command_trim(struct command_span line);

/* The line without a COMMAND_LINK before it. */
struct command_span	command_unlink(struct command_span line);

/* What a line is to a reader who looks for new text. */
enum command_mark {
	COMMAND_MARK_TEXT,		/* somebody's words, or blank */
	COMMAND_MARK_QUOTE,		/* begins with '>' */
	COMMAND_MARK_WROTE,		/* "On ... wrote:", on up to three lines */
	COMMAND_MARK_CUT		/* divider, header block, signature: nothing new below */
};

/*
 * What the line at p is, looking at a few lines below it; p is where a line begins.  next_r: behind
 * the lines that belong to it, for COMMAND_MARK_WROTE; behind the first one else.
 */
enum command_mark	command_mark_at(const char *p, const char *end, const char **next_r);

/* True for a line that a mail program writes of itself: "Sent from my iPhone", "发自我的华为手机". */
bool	command_is_program_line(struct command_span line);

/*
 * HTML as lines, ended by LF, at most max octets; what it quotes is one line ">" with a blank one
 * below, and it ends where markup says that nothing new comes.  NUL-terminated, to be freed with
 * free(); NULL: no memory.
 */
char	*command_html_lines(const char *utf8, size_t len, size_t max, size_t *len_r);

/*
 * As command_new_text(), but it may end behind the line of which enough() says so: asked of each line that is not
 * blank, from the top, until a quote comes.
 */
typedef bool command_enough_fn(void *arg, struct command_span line);
char	*command_new_text_until(const struct mime *mime, const char *default_charset, size_t max,
	    command_enough_fn *enough, void *arg);

/*
 * Reads one line as a command.  Returns 1 and fills verb, everything, unreadable, key, reference and
 * line of *command_r; 0 when it is none.
 */
int	command_line_read(struct command_span line, enum command_form form, struct command *command_r);

#endif
