/*
 * command_mail.c - what the header of a message says about it: whether a machine wrote it, and what
 * it answers.
 *
 * Floor 3, part of command.
 */
#include <string.h>
#include <strings.h>
#include <glib.h>
#include "command_private.h"

/* Fields that only machines write, whatever they say. */
static const char *const machine_fields[] = {
	"X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "Feedback-ID",
	"X-Tuiding-Letter",
};

static const char *const machine_precedences[] = { "bulk", "list", "junk" };

/*
 * The first word of a value, comments before it left out: "(x) auto-replied; why" begins with
 * "auto-replied".
 */
static struct command_span
first_word(const char *value)
{
	struct command_span word;
	unsigned depth = 0;

	for (; *value != '\0' && (depth > 0 || *value == '(' || g_ascii_isspace(*value)); value++) {
		if (*value == '(')
			depth++;
		else if (*value == ')' && depth > 0)
			depth--;
	}
	word.at = value;
	word.len = strcspn(value, " \t\r\n;(,");
	return word;
}

static bool
word_is(struct command_span word, const char *text)
{
	return word.len == strlen(text) && strncasecmp(word.at, text, word.len) == 0;
}

static bool
is_machine_field(const struct mime_field *field)
{
	struct command_span word;

	if (strncasecmp(field->name, "List-", 5) == 0)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(machine_fields); i++)
		if (strcasecmp(field->name, machine_fields[i]) == 0)
			return true;
	if (strcasecmp(field->name, "Auto-Submitted") == 0)
		return !word_is(first_word(field->raw), "no");
	if (strcasecmp(field->name, "Content-Type") == 0)
		return word_is(first_word(field->raw), "multipart/report");
	if (strcasecmp(field->name, "Precedence") != 0)
		return false;
	word = first_word(field->raw);
	for (size_t i = 0; i < G_N_ELEMENTS(machine_precedences); i++)
		if (word_is(word, machine_precedences[i]))
			return true;
	return false;
}

bool
command_is_automatic(const struct mime *mime, const char *envelope)
{
	if (envelope == NULL || envelope[0] == '\0' || strcmp(envelope, "<>") == 0 ||
	    mime_is_report(mime))
		return true;
	for (size_t i = 0; i < mime_field_count(mime); i++)
		if (is_machine_field(mime_field_at(mime, i)))
			return true;
	return false;
}

/* ---- what it answers ------------------------------------------------------------------------- */

/*
 * The Message-ID between open and close, its folding taken out; false when it is none or too long.
 */
static bool
id_read(const char *open, const char *close, char out[COMMAND_MESSAGE_ID_MAX + 1])
{
	size_t n = 0;

	for (const char *p = open; p <= close; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (c < ' ' || c == 0x7f || n == COMMAND_MESSAGE_ID_MAX)
			return false;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return n > 2;
}

/* Adds the ids of a value, from the last to the first. */
static size_t
ids_add(const struct mime_field *field, char (*out)[COMMAND_MESSAGE_ID_MAX + 1], size_t n, size_t max)
{
	char id[COMMAND_MESSAGE_ID_MAX + 1];
	const char *close = NULL;

	for (size_t i = field == NULL ? 0 : field->raw_len; i > 0 && n < max; i--) {
		const char *p = field->raw + i - 1;
		bool known = false;

		if (*p == '>')
			close = p;
		if (*p != '<' || close == NULL)
			continue;
		if (id_read(p, close, id)) {
			for (size_t j = 0; j < n && !known; j++)
				known = strcmp(out[j], id) == 0;
			if (!known)
				memcpy(out[n++], id, sizeof(id));
		}
		close = NULL;
	}
	return n;
}

size_t
command_answers(const struct mime *mime, char (*out)[COMMAND_MESSAGE_ID_MAX + 1], size_t max)
{
	size_t n = ids_add(mime_field_named(mime, "In-Reply-To", 0), out, 0, max);

	return ids_add(mime_field_named(mime, "References", 0), out, n, max);
}
