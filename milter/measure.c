/*
 * measure.c - takes the message complained of out of one person's mailbox: the target looked at, the way chosen.
 *
 * Floor 3.  A target that could mean more than one person's one message is refused here, before anybody is asked.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <glib.h>
#include "addr.h"
#include "measure_private.h"

#define ID_LETTERS	13	/* all ids are as long, so that none begins another */
#define MESSAGE_ID_MAX	998	/* octets: a line, RFC 5322 2.1.1 */

enum measure_outcome
measure_say(const struct measure_result *result, enum measure_outcome outcome, const char *fmt, ...)
{
	const char *end;
	va_list ap;

	va_start(ap, fmt);
	if (result->size > 0)
		(void)vsnprintf(result->text, result->size, fmt, ap);
	va_end(ap);
	for (char *p = result->text; result->size > 0 && *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	if (result->size > 0 && !g_utf8_validate(result->text, -1, &end))
		result->text[end - result->text] = '\0';
	return outcome;
}

/* A mailbox in one piece.  What is no mailbox, or a pattern of several to doveadm, is nobody's. */
static bool
is_recipient(const char *recipient)
{
	char canonical[ADDR_MAX + 1];

	if (recipient == NULL || addr_mailbox(recipient, strlen(recipient), canonical) != 1)
		return false;
	for (const char *p = recipient; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || strchr("*?\"\\<>%\x7f", *p) != NULL)
			return false;
	return true;
}

/* A Message-ID in its brackets, or "": the message has none. */
static bool
is_message_id(const char *id)
{
	size_t n = id == NULL ? 0 : strlen(id);

	if (id == NULL || n > MESSAGE_ID_MAX)
		return false;
	for (const char *p = id; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	return n == 0 || (n > 2 && id[0] == '<' && id[n - 1] == '>');
}

static bool
is_decision(const char *id)
{
	return id != NULL && strlen(id) == ID_LETTERS && strspn(id, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") == ID_LETTERS;
}

enum measure_outcome
measure_take(const struct measure_settings *settings, const struct measure_target *target, char *result_r, size_t size)
{
	const struct measure_result result = { result_r, size };

	if (!is_decision(target->id))
		return measure_say(&result, MEASURE_FAILED, "no decision of ours is known for this message");
	if (!is_recipient(target->recipient))
		return measure_say(&result, MEASURE_FAILED, "the recipient is no single mailbox");
	if (!is_message_id(target->message_id))
		return measure_say(&result, MEASURE_FAILED, "the Message-ID is none that can be searched for");
	switch (settings->kind) {
	case MEASURE_DOVEADM:
		return measure_doveadm(settings, target, &result);
	case MEASURE_COMMAND:
		return measure_command(settings, target, &result);
	case MEASURE_NONE:
		break;
	}
	return measure_say(&result, MEASURE_FAILED, "no measure is configured");
}
