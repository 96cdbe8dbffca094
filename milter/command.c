/*
 * command.c - a whole message read as a command: its new text and its subject, and what they say
 * together.
 *
 * Floor 3.  Pure.  Never takes a word out of a sentence for a command.
 */
#include "command.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <glib.h>
#include "command_private.h"
#include "fold.h"

#define ADDRESSES	4	/* From addresses looked at */
#define PREFIXES	20	/* "Re: Re: Re: ..." */
#define PREFIX_MAX	40	/* octets of one of them */

static const char *const verb_names[COMMAND_MAX] = {
	[COMMAND_REFUSE] = "refuse",
	[COMMAND_CONSENT] = "consent",
	[COMMAND_COMPLAIN] = "complain",
	[COMMAND_CONFIRM] = "confirm",
	[COMMAND_UNDO] = "undo",
	[COMMAND_LIST] = "list",
	[COMMAND_HELP] = "help",
};

const char *
command_verb_name(enum command_verb verb)
{
	return (unsigned)verb < COMMAND_MAX && verb_names[verb] != NULL ? verb_names[verb] : "?";
}

/* ---- the subject ----------------------------------------------------------------------------- */

/* What stands before the colon when a subject is answered or passed on, folded. */
static const char *const prefixes[] = {
	"re", "aw", "sv", "antw", "fw", "fwd", "wg", "tr", "回复", "回覆", "答复", "答覆", "回信",
	"转发", "转寄",
};

/* Whether the octets before a colon are "Re", "回复", "Re[2]", "RE (3)". */
static bool
is_prefix(const char *text, size_t len)
{
	bool found = false;
	size_t n;
	char *folded = fold_text(text, len, 4 * PREFIX_MAX, &n);

	while (n > 0 && strchr("0123456789[](){}^ ", folded[n - 1]) != NULL)
		folded[--n] = '\0';
	for (size_t i = 0; !found && i < G_N_ELEMENTS(prefixes); i++)
		found = strcmp(folded, prefixes[i]) == 0;
	fold_free(folded);
	return found;
}

/* The subject without its prefixes. */
static struct command_span
bare_subject(const struct mime *mime)
{
	const struct mime_field *field = mime_field_named(mime, "Subject", 0);
	struct command_span s = { "", 0 };

	if (field == NULL)
		return s;
	s = command_trim((struct command_span){ field->text, field->text_len });
	for (unsigned i = 0; i < PREFIXES; i++) {
		size_t head = MIN(s.len, PREFIX_MAX);
		const char *wide = g_strstr_len(s.at, (gssize)head, "：");
		const char *colon = memchr(s.at, ':', head);
		size_t n = colon == NULL ? strlen("：") : 1;

		if (wide != NULL && (colon == NULL || wide < colon)) {
			colon = wide;
			n = strlen("：");
		}
		if (colon == NULL || !is_prefix(s.at, (size_t)(colon - s.at)))
			break;
		n += (size_t)(colon - s.at);
		s = command_trim((struct command_span){ s.at + n, s.len - n });
	}
	return s;
}

/* ---- the text -------------------------------------------------------------------------------- */

struct writer {
	struct mime_address	address[ADDRESSES];
	size_t			n;
};

/*
 * True for a line that is the writer's own name or address, as mail programs sign; a name that is a
 * command is not.
 */
static bool
is_signed(const struct writer *writer, struct command_span line)
{
	struct command c;

	while (line.len > 0 && strchr("|<>[]() \t\"'", line.at[0]) != NULL) {
		line.at++;
		line.len--;
	}
	while (line.len > 0 && strchr("|<>[]() \t\"'", line.at[line.len - 1]) != NULL)
		line.len--;
	line = command_unlink(line);
	for (size_t i = 0; i < writer->n; i++) {
		const char *name = writer->address[i].name, *address = writer->address[i].address;

		if (address[0] != '\0' && strlen(address) == line.len &&
		    strncasecmp(address, line.at, line.len) == 0)
			return true;
		if (name[0] != '\0' && strlen(name) == line.len && memcmp(name, line.at, line.len) == 0)
			return command_line_read(line, COMMAND_FORM_REPLY, &c) == 0;
	}
	return line.len == 0;
}

/* Whether somebody wrote that line: it is not blank, nor the mail program's own, nor a signature. */
static bool
is_written(void *arg, struct command_span line)
{
	const struct writer *writer = arg;

	line = command_trim(line);
	return line.len > 0 && !command_is_program_line(line) && !is_signed(writer, line);
}

/* The first line that somebody wrote; len 0: none but the mail program's own and a signature. */
static struct command_span
first_line(const char *text, struct writer *writer)
{
	const char *end = text + strlen(text);
	struct command_span line;

	while (command_line_next(&text, end, &line))
		if (is_written(writer, line))
			return command_trim(line);
	return (struct command_span){ "", 0 };
}

/* ---- both together --------------------------------------------------------------------------- */

static bool
has_argument(const struct command *c)
{
	return c->everything || c->key[0] != '\0' || c->reference[0] != '\0';
}

/* Adds to what the text says what the subject says; false when they contradict each other. */
static bool
agree(struct command *text, const struct command *subject)
{
	if (text->verb != subject->verb)
		return false;
	if (text->unreadable || subject->unreadable) {
		text->unreadable = true;
		text->everything = false;
		text->key[0] = text->reference[0] = '\0';
		return true;
	}
	if (!has_argument(subject))
		return true;
	if (!has_argument(text)) {
		*text = *subject;
		text->in_subject = false;
		return true;
	}
	return text->everything == subject->everything && strcmp(text->key, subject->key) == 0 &&
	    strcmp(text->reference, subject->reference) == 0;
}

int
command_read(const struct mime *mime, enum command_form form, const char *default_charset,
    struct command *command_r, struct err *err)
{
	struct command said = { .verb = COMMAND_NONE }, titled = { .verb = COMMAND_NONE };
	struct writer writer = { .n = 0 };
	struct command_span line;
	char *text = NULL, *rest = NULL;
	unsigned fields;

	*command_r = said;
	writer.n = mime_from(mime, default_charset, writer.address, ADDRESSES, &fields, &rest);
	free(rest);
	text = command_new_text_until(mime, default_charset, COMMAND_TEXT_MAX, is_written, &writer);
	if (text == NULL)
		return err_set(err, "no memory for the text of a message");
	line = first_line(text, &writer);
	if (line.len > 0)
		(void)command_line_read(line, form, &said);
	if (command_line_read(bare_subject(mime), form, &titled) == 1)
		titled.in_subject = true;
	if (line.len == 0)
		said = titled;
	else if (said.verb != COMMAND_NONE && titled.verb != COMMAND_NONE && !agree(&said, &titled))
		said = (struct command){ .verb = COMMAND_NONE };
	free(text);
	*command_r = said;
	return said.verb != COMMAND_NONE;
}
