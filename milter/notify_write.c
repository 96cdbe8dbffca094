/*
 * notify_write.c - a queued letter written out as a message.
 *
 * Floor 3.  The text goes as base64: no line of it is too long, begins with a dot, or is a header field.  What
 * stands in the header is ours, or checked letter by letter.  jansson stays behind this line.
 */
#include <glib.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "addr.h"
#include "charset.h"
#include "notify_private.h"

#define NAME_MAX_OCTETS	200		/* of the operator's name in From */
#define BASE64_LINE	76
#define MESSAGE_ID_MAX	250

/* ---- what the placeholders stand for -------------------------------------------------------------- */

struct values {
	const struct notify_settings	*set;
	const struct ledger_letter	*letter;
	json_t				*given;
	char				 date[40], number[24];
};

static const char *
value_of(void *arg, const char *name)
{
	const struct values *v = arg;
	const struct {
		const char	*name, *value;
	} always[] = {
		{ "reference", v->letter->reference }, { "number", v->number }, { "recipient", v->letter->recipient },
		{ "service", v->set->from }, { "operator", v->set->operator }, { "date", v->date },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(always); i++)
		if (strcmp(always[i].name, name) == 0)
			return always[i].value;
	return json_string_value(json_object_get(v->given, name));
}

/* Cleaned once more: the ledger's file is one that others can write. */
static int
read_values(const char *text, json_t **given_r, struct err *err)
{
	json_t *given, *value, *clean;
	const char *name;
	json_error_t why;
	char *mended;

	if (text == NULL)
		text = "{}";
	if (strnlen(text, LEDGER_VALUES_MAX + 1) > LEDGER_VALUES_MAX)
		return err_set(err, "the letter's values are longer than %d octets", LEDGER_VALUES_MAX);
	given = json_loads(text, JSON_REJECT_DUPLICATES, &why);
	if (!json_is_object(given)) {
		json_decref(given);
		return err_set(err, "the letter's values are no JSON object");
	}
	json_object_foreach(given, name, value) {
		if (!json_is_string(value)) {
			(void)err_set(err, "the letter's value '%.40s' is no text", name);
			json_decref(given);
			return -1;
		}
		mended = notify_clean(json_string_value(value), LEDGER_VALUES_MAX, true);
		clean = json_string(mended);
		g_free(mended);
		if (clean == NULL || json_string_set(value, json_string_value(clean)) != 0) {
			json_decref(clean);
			json_decref(given);
			return err_set(err, "no memory for the letter's values");
		}
		json_decref(clean);
	}
	*given_r = given;
	return 0;
}

/* When the letter's matter was written down, as people here read time. */
static void
write_date(int64_t ms, char *out, size_t size)
{
	time_t at = (time_t)(ms / 1000);
	struct tm tm;

	if (localtime_r(&at, &tm) == NULL || strftime(out, size, "%Y-%m-%d %H:%M %z", &tm) == 0)
		out[0] = '\0';
}

/* ---- the header ---------------------------------------------------------------------------------- */

/* A field whose value is UTF-8 of one line: encoded and folded where it must be. */
static void
add_text_field(GString *out, const char *name, const char *value)
{
	char *encoded = charset_encode_header(value, strlen(name) + 2);
	const char *p;

	g_string_append_printf(out, "%s: ", name);
	for (p = encoded; *p != '\0'; p++) {
		if (*p == '\n')
			g_string_append_c(out, '\r');
		g_string_append_c(out, *p);
	}
	g_string_append(out, "\r\n");
	charset_free(encoded);
}

/* From: the operator's name, quoted or encoded, and the address. */
static void
add_from(GString *out, const struct notify_settings *set)
{
	char *name = notify_clean(set->operator == NULL ? "" : set->operator, NAME_MAX_OCTETS, false), *encoded;
	GString *value = g_string_new(NULL);
	const char *p;

	encoded = charset_encode_header(name, strlen("From: "));
	if (strcmp(encoded, name) == 0 && name[0] != '\0') {
		g_string_append_c(value, '"');
		for (p = name; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				g_string_append_c(value, '\\');
			g_string_append_c(value, *p);
		}
		g_string_append_c(value, '"');
	} else {
		for (p = encoded; *p != '\0'; p++)
			g_string_append_printf(value, "%s%c", *p == '\n' ? "\r" : "", *p);
	}
	g_string_append_printf(out, "From: %s%s<%s>\r\n", value->str, value->len == 0 ? "" : "\r\n ", set->from);
	g_string_free(value, TRUE);
	charset_free(encoded);
	g_free(name);
}

/* RFC 5322 3.3, in UTC: no locale has a say. */
static void
add_date(GString *out, int64_t now)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	};
	time_t at = (time_t)(now / 1000);
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL)
		return;
	g_string_append_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Whether what the letter answers is the Message-ID of a mail, and fit to be repeated. */
static bool
is_message_id(const char *text)
{
	size_t i, len = text == NULL ? 0 : strnlen(text, MESSAGE_ID_MAX + 1);

	if (len < 5 || len > MESSAGE_ID_MAX || text[0] != '<' || text[len - 1] != '>' || strchr(text, '@') == NULL)
		return false;
	for (i = 1; i < len - 1; i++)
		if (text[i] <= 0x20 || text[i] >= 0x7f || text[i] == '<' || text[i] == '>')
			return false;
	return true;
}

static void
add_header(GString *out, const struct notify_settings *set, const struct ledger_letter *letter, const char *subject,
    int64_t now)
{
	add_from(out, set);
	g_string_append_printf(out, "To: <%s>\r\n", letter->recipient);
	if (set->reply_to != NULL)
		g_string_append_printf(out, "Reply-To: <%s>\r\n", set->reply_to);
	add_text_field(out, "Subject", subject);
	add_date(out, now);
	/* The time tells letters of two ledgers apart that began to count from 1. */
	g_string_append_printf(out, "Message-ID: <tuiding.%" PRId64 ".%" PRId64 "@%s>\r\n", letter->id, letter->made_at,
	    addr_domain_of(set->from));
	if (is_message_id(letter->cause))
		g_string_append_printf(out, "In-Reply-To: %s\r\nReferences: %s\r\n", letter->cause, letter->cause);
	g_string_append_printf(out, "Auto-Submitted: auto-replied\r\nX-Tuiding-Letter: %s\r\n", letter->purpose);
	g_string_append(out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n");
}

/* ---- the body ------------------------------------------------------------------------------------ */

static void
add_body(GString *out, const char *text)
{
	GString *lines = g_string_sized_new(strlen(text) + 1);
	const char *p;
	char *base64;
	size_t i, len;

	for (p = text; *p != '\0'; p++) {
		if (*p == '\n')
			g_string_append_c(lines, '\r');
		g_string_append_c(lines, *p);
	}
	base64 = g_base64_encode((const guchar *)lines->str, lines->len);
	len = strlen(base64);
	for (i = 0; i < len; i += BASE64_LINE) {
		g_string_append_len(out, base64 + i, (gssize)MIN(len - i, BASE64_LINE));
		g_string_append(out, "\r\n");
	}
	g_free(base64);
	g_string_free(lines, TRUE);
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static int
check(const struct notify_settings *set, const struct ledger_letter *letter, struct err *err)
{
	size_t len = letter->purpose == NULL ? 0 : strnlen(letter->purpose, NOTIFY_NAME_MAX + 1);

	if (len == 0 || len > NOTIFY_NAME_MAX || strspn(letter->purpose, "abcdefghijklmnopqrstuvwxyz-") != len)
		return err_set(err, "'%.40s' is no purpose of a letter",
		    letter->purpose == NULL ? "" : letter->purpose);
	if (!notify_one_mailbox(letter->recipient))
		return err_set(err, "'%.100s' is not one mailbox", letter->recipient == NULL ? "" : letter->recipient);
	if (!notify_one_mailbox(set->from))
		return err_set(err, "no address that letters come from: command-address");
	if (set->reply_to != NULL && !notify_one_mailbox(set->reply_to))
		return err_set(err, "'%.100s' is no address for answers", set->reply_to);
	return 0;
}

int
notify_write(const struct notify_settings *settings, const struct ledger_letter *letter, int64_t now, char **message_r,
    size_t *len_r, struct err *err)
{
	struct values values = { .set = settings, .letter = letter };
	char *path = NULL, *subject = NULL, *text = NULL, *message;
	GString *out = NULL;
	int ret = -1;

	if (check(settings, letter, err) != 0 || read_values(letter->values, &values.given, err) != 0)
		goto out;
	write_date(letter->made_at, values.date, sizeof(values.date));
	if (letter->number > 0)
		(void)snprintf(values.number, sizeof(values.number), "%" PRId64, letter->number);
	path = g_strdup_printf("%s/%s.txt", settings->templates, letter->purpose);
	if (notify_fill(path, value_of, &values, &subject, &text, err) != 0)
		goto out;
	out = g_string_sized_new(2 * strlen(text) + 1024);
	add_header(out, settings, letter, subject, now);
	add_body(out, text);
	if (out->len > NOTIFY_LETTER_MAX) {
		(void)err_set(err, "the letter is longer than %d octets", NOTIFY_LETTER_MAX);
		goto out;
	}
	message = malloc(out->len + 1);
	if (message == NULL) {
		(void)err_set(err, "no memory for a letter");
		goto out;
	}
	memcpy(message, out->str, out->len + 1);
	*message_r = message;
	*len_r = out->len;
	ret = 0;
out:
	json_decref(values.given);
	g_free(path);
	g_free(subject);
	g_free(text);
	if (out != NULL)
		g_string_free(out, TRUE);
	return ret;
}
