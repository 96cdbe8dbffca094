/*
 * command.h - words from recipients: whether a message says "退订", and what about whom.
 *
 * Floor 3.  Recognises only; who may speak for whom, and what follows, is the judge's business.  Pure: no clock,
 * no ledger, no configuration.  DESIGN section 7.
 */
#ifndef TUIDING_COMMAND_H
#define TUIDING_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include "addr.h"
#include "err.h"
#include "mime.h"

#define COMMAND_LINE_MAX	200	/* octets of a line that can be a command: 321 of a key are cut to none */
#define COMMAND_REFERENCE_MAX	24	/* octets of a statement's reference or a case number */

enum command_verb {
	COMMAND_NONE,		/* the message says nothing to us */
	COMMAND_REFUSE,		/* 退订, 退, T, TD, 取消订阅, 拒收, 拒绝, unsubscribe, stop … */
	COMMAND_CONSENT,	/* 订阅, 同意, DY, subscribe … */
	COMMAND_COMPLAIN,	/* 举报, 投诉, complain … */
	COMMAND_CONFIRM,	/* 确认, confirm: a reported case (DESIGN section 8) */
	COMMAND_UNDO,		/* 撤销 REF, undo REF */
	COMMAND_LIST,		/* 查询, list */
	COMMAND_HELP,		/* 帮助, help */
	COMMAND_MAX
};

/* "refuse", "consent", …; "?" for 0 and outside the range. */
const char	*command_verb_name(enum command_verb);

/* Where the words were written. */
enum command_form {
	COMMAND_FORM_REPLY,	/* to a sender, or to a token: the line is the bare word, or the word and 全部/all */
	COMMAND_FORM_SERVICE	/* to our own address: a sender key or a reference may follow the word */
};

struct command {
	enum command_verb	verb;
	bool			everything;	/* 全部, all, *: every sender */
	bool			unreadable;	/* SERVICE: what followed the word is neither key nor reference: help is due */
	char			key[ADDR_KEY_MAX + 1];	/* canonical sender key that followed the word; "" none */
	char			reference[COMMAND_REFERENCE_MAX + 1];	/* upper case, that followed it; "" none */
	bool			in_subject;	/* the subject said it, not the text */
	char			line[COMMAND_LINE_MAX + 1];	/* the line, folded, for the log */
};

/*
 * Whether a message is written by a machine and so never a command (RFC 3834 2, 5.2; RFC 2919; DESIGN section 7):
 * null sender (envelope NULL, "" or "<>"), Auto-Submitted other than "no", a List-* field, Precedence bulk, list
 * or junk, X-Auto-Response-Suppress, X-Autoreply, X-Autorespond, Feedback-ID, multipart/report, our own
 * X-Tuiding-Letter.
 */
bool	command_is_automatic(const struct mime *mime, const char *envelope);

/*
 * The new text of a message: its first text part (plain before HTML in an alternative), decoded, with what it
 * quotes removed ('>' lines, "-----原始邮件-----" and its like, header blocks 发件人:/From:, "在 … 写道：", "On …
 * wrote:", blockquote, gmail, outlook, yahoo, Foxmail and Apple marks) and everything below them, and the
 * signature below "-- ".  Where no words stand above a quote that is marked line by line ('>') or as an element
 * (blockquote), the text below it counts: a blank line must part them, and no other quote may follow.  In HTML a link
 * at the beginning of a line is preceded by U+FFFC, so that a newsletter's own 退订 is no command; hidden text
 * is left out.  UTF-8, LF lines, at most max octets, NUL-terminated; the caller's to free().
 * NULL: no memory.  A message without any text gives "".
 */
char	*command_new_text(const struct mime *mime, const char *default_charset, size_t max);

/*
 * Reads the command of a message: the first non-empty line of its new text, else (where the new text is empty or
 * nothing but a signature or a mail program's own line such as 发自我的iPhone) the subject without Re:, 回复:,
 * 答复:, 转发:, Fwd: and the like, must equal a command word, folded, punctuation and blanks at both ends off.
 * A subject that is a command counts also when the text below says nothing else than a command or nothing at all;
 * subject and text that say different commands are none.  Returns 1 and *command_r; 0 when it is no command (verb
 * COMMAND_NONE); -1 no memory.
 */
int	command_read(const struct mime *mime, enum command_form form, const char *default_charset,
	    struct command *command_r, struct err *err);

/*
 * The Message-IDs a message answers: In-Reply-To, then References from the last to the first, each once, with
 * their angle brackets, at most max of at most 250 octets (longer ones are left out).  RFC 5322 3.6.4.
 * Returns how many were written to out.
 */
#define COMMAND_MESSAGE_ID_MAX	250
size_t	command_answers(const struct mime *mime, char (*out)[COMMAND_MESSAGE_ID_MAX + 1], size_t max);

#endif
