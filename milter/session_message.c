/*
 * session_message.c - a message as it comes in through the callbacks, put together again.
 *
 * Floor 4, part of session.  Never grows beyond max_scan_size.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "session_private.h"

struct session_message *
session_message_new(struct judge *judge, const char *sender, const char *login)
{
	struct session_message *msg;

	msg = calloc(1, sizeof(*msg));
	if (msg == NULL)
		return NULL;
	msg->judge = judge_ref(judge);
	msg->sender = g_strdup(sender == NULL ? "" : sender);
	msg->login = login == NULL || *login == '\0' ? NULL : g_strdup(login);
	msg->rcpts = g_ptr_array_new_with_free_func(g_free);
	msg->octets = g_string_sized_new(8192);
	msg->group = -1;
	return msg;
}

void
session_message_free(struct session_message *msg)
{
	if (msg == NULL)
		return;
	judge_unref(msg->judge);
	g_free(msg->sender);
	g_free(msg->login);
	g_ptr_array_free(msg->rcpts, TRUE);
	g_string_free(msg->octets, TRUE);
	if (msg->marks != NULL)
		g_hash_table_destroy(msg->marks);
	free(msg);
}

/* Adds what still fits. */
static bool
append(struct session_message *msg, const char *octets, size_t len)
{
	size_t room = session_room()->set.max_scan_size;

	room = room > msg->octets->len ? room - msg->octets->len : 0;
	if (len > room) {
		len = room;
		msg->full = true;
	}
	g_string_append_len(msg->octets, octets, (gssize)len);
	return !msg->full;
}

/* Fields without which nobody can say who wrote and what: no flood of others may push them out. */
static bool
matters(const char *name)
{
	static const char *const names[] = {
		"From", "Sender", "Reply-To", "Subject", "List-Id", "List-Unsubscribe", "Message-ID", "To", "Cc",
		"Content-Type", "Content-Transfer-Encoding", "MIME-Version", "Authentication-Results", "Received",
		"In-Reply-To", "References", "X-Tuiding",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

/* The header has half of the room; what matters may take of the next quarter, the rest is the body's. */
static bool
has_share(struct session_message *msg, const char *name, size_t *len)
{
	if (msg->octets->len + *len <= session_room()->set.max_scan_size / 2)
		return true;
	if (!matters(name) || msg->nspare >= SESSION_SPARE_MAX ||
	    msg->octets->len > session_room()->set.max_scan_size / 4 * 3)
		return false;
	msg->nspare++;
	if (*len > SESSION_SPARE_OCTETS)
		*len = SESSION_SPARE_OCTETS;
	return true;
}

void
session_message_field(struct session_message *msg, const char *name, const char *value, bool leading_blank)
{
	size_t max = session_room()->set.max_header_size, len = strlen(value), nname = strlen(name);

	if (nname > max)
		nname = max;
	if (len > max)
		len = max;
	while (nname > 0 && (name[nname - 1] == ' ' || name[nname - 1] == '\t'))
		nname--;			/* "From :" is From (RFC 5322 4.5) */
	if (!has_share(msg, name, &len))
		return;
	(void)append(msg, name, nname);
	(void)append(msg, ": ", leading_blank ? 1 : 2);
	(void)append(msg, value, len);
	(void)append(msg, "\n", 1);
}

bool
session_message_body(struct session_message *msg, const unsigned char *octets, size_t len)
{
	return append(msg, (const char *)octets, len);
}

void
session_message_mark(struct session_message *msg, const char *name)
{
	char *lower;
	guint n;

	if (++msg->nmarks > SESSION_MARKS_MAX)	/* such a message is not mended: session_answer() */
		return;
	lower = g_ascii_strdown(name, -1);
	if (msg->marks == NULL)
		msg->marks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	n = GPOINTER_TO_UINT(g_hash_table_lookup(msg->marks, lower));
	(void)g_hash_table_replace(msg->marks, lower, GUINT_TO_POINTER(n + 1));
}
