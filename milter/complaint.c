/*
 * complaint.c - the messages that a mail to the complaint address complains of, each with what names it.
 *
 * Floor 3.  Reads only: looks nothing up, believes nothing.  What a message says of itself (its From, even its
 * X-Tuiding) is a hint for the judge, never a proof.  DESIGN section 8.
 */
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "charset.h"
#include "complaint_private.h"
#include "mime_attached.h"

#define ID_LETTERS	13	/* of a decision's id, in Crockford's base32 */
#define TUIDING_FIELDS	4	/* looked at in one message */
#define FROM_ADDRESSES	8

/* For the walk over a whole mail: what is handed in is limited by who hands it in. */
static const struct mime_limits mail_limits = {
	.octets = (size_t)64 * 1024 * 1024, .header = 65536, .fields = 4000, .parts = 400, .depth = 20,
	.decoded = (size_t)64 * 1024 * 1024,
};

/* For an offending message: only its header counts. */
static const struct mime_limits header_limits = {
	.octets = (size_t)256 * 1024, .header = 16384, .fields = 1000, .parts = 1, .depth = 0, .decoded = 4096,
};

const char *
complaint_source_name(enum complaint_source source)
{
	static const char *const names[COMPLAINT_SOURCE_MAX] = {
		[COMPLAINT_NONE] = "none", [COMPLAINT_FORWARD] = "forward", [COMPLAINT_REPORT] = "report",
		[COMPLAINT_INLINE] = "inline",
	};

	return (unsigned)source < COMPLAINT_SOURCE_MAX ? names[source] : "none";
}

/* ---- one message ------------------------------------------------------------------------------------- */

void
complaint_line(const char *text, size_t len, char *out, size_t size)
{
	char *valid = g_utf8_make_valid(text, (gssize)len);
	size_t n = strlen(valid);

	if (n >= size)
		for (n = size - 1; n > 0 && ((unsigned char)valid[n] & 0xc0) == 0x80;)
			n--;
	memcpy(out, valid, n);
	out[n] = '\0';
	g_free(valid);
	for (char *p = out; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	(void)g_strchomp(out);
}

void
complaint_address(const char *value, const char *default_charset, char out[ADDR_MAX + 1])
{
	struct mime_address found[FROM_ADDRESSES];
	size_t n = mime_addresses(value, default_charset, found, FROM_ADDRESSES);
	char address[ADDR_MAX + 1];

	for (size_t i = 0; i < n && i < FROM_ADDRESSES; i++)
		if (addr_mailbox(found[i].address, strlen(found[i].address), address) == 1) {
			memcpy(out, address, sizeof(address));
			return;
		}
	out[0] = '\0';
}

/* As the decisions have it: the whole value, where that is one id; else the first id in it. */
static void
read_message_id(const struct mime *mime, struct complaint_item *item)
{
	const struct mime_field *field = mime_field_named(mime, "Message-ID", 0);
	const char *open = field != NULL ? strchr(field->text, '<') : NULL;
	const char *close = open != NULL ? strchr(open, '>') : NULL;
	size_t n = close != NULL ? (size_t)(close - open) + 1 : 0;

	if (n < 3 || n >= sizeof(item->message_id) || !charset_is_utf8(open, n))
		return;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)open[i] <= ' ' || open[i] == 0x7f)
			return;
	memcpy(item->message_id, open, n);
	item->message_id[n] = '\0';
}

static void
read_list_id(const struct mime *mime, struct complaint_item *item)
{
	const struct mime_field *field = mime_field_named(mime, "List-Id", 0);
	const char *open = field != NULL ? strrchr(field->text, '<') : NULL;
	const char *close = open != NULL ? strchr(open, '>') : NULL;
	struct addr_key key;
	char text[ADDR_KEY_MAX + 1];

	if (field == NULL || (open != NULL && close == NULL))
		return;
	complaint_line(open != NULL ? open + 1 : field->text, open != NULL ? (size_t)(close - open) - 1 : field->text_len,
	    text, sizeof(text));
	if (addr_key_make(ADDR_LIST, g_strstrip(text), &key) == 1)
		memcpy(item->list_id, key.text, sizeof(item->list_id));
}

/* The id in an X-Tuiding value, "…; id=XXXXXXXXXXXXX"; false: there is none of the right shape. */
static bool
read_decision(const char *value, char *out)
{
	for (const char *p = value; (p = strstr(p, "id=")) != NULL; p += 3) {
		size_t n = strspn(p + 3, "0123456789ABCDEFGHJKMNPQRSTVWXYZ");

		if ((p == value || strchr("; \t\n", p[-1]) != NULL) && n == ID_LETTERS &&
		    (p[3 + n] == '\0' || strchr("; \t\r\n", p[3 + n]) != NULL)) {
			memcpy(out, p + 3, n);
			out[n] = '\0';
			return true;
		}
	}
	return false;
}

static void
read_header(const struct mime *mime, const char *default_charset, struct complaint_item *item)
{
	char address[ADDR_MAX + 1];
	const struct mime_field *field;

	for (size_t i = 0; item->from[0] == '\0' && i < 4 && (field = mime_field_named(mime, "From", i)) != NULL; i++)
		complaint_address(field->raw, default_charset, item->from);
	read_message_id(mime, item);
	read_list_id(mime, item);
	if ((field = mime_field_named(mime, "Subject", 0)) != NULL)
		complaint_line(field->text, field->text_len, item->subject, sizeof(item->subject));
	for (size_t i = 0; i < TUIDING_FIELDS && (field = mime_field_named(mime, "X-Tuiding", i)) != NULL; i++)
		if (read_decision(field->text, item->decision))
			break;
	field = mime_field_named(mime, "Return-Path", 0);
	if (field != NULL && addr_mailbox(field->text, field->text_len, address) == 1)
		(void)addr_unwrap(address, item->envelope);
}

/* What some programs put before the first field: a byte order mark, empty lines. */
static size_t
skip_lead(const char *octets, size_t len)
{
	size_t n = len >= 3 && memcmp(octets, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (n < len && (octets[n] == '\r' || octets[n] == '\n'))
		n++;
	return n;
}

int
complaint_item_read(const char *octets, size_t len, const char *default_charset, struct complaint_item *item_r,
    struct err *err)
{
	struct complaint_item item = { .source = COMPLAINT_FORWARD };
	size_t lead = skip_lead(octets, len);
	struct mime *mime = NULL;
	int ret = -1;

	memset(item_r, 0, sizeof(*item_r));
	if (lead == len)
		return 0;
	if (mime_parse(octets + lead, len - lead, default_charset, &header_limits, &mime, err) != 0)
		goto out;
	read_header(mime, default_charset, &item);
	ret = 0;
	if (item.from[0] == '\0' && item.message_id[0] == '\0')
		goto out;
	ret = -1;
	if ((item.octets = malloc(len)) == NULL) {
		(void)err_set(err, "no memory for a message of %zu octets", len);
		goto out;
	}
	memcpy(item.octets, octets, len);
	item.len = len;
	*item_r = item;
	ret = 1;
out:
	mime_free(mime);
	return ret;
}

void
complaint_item_clear(struct complaint_item *item)
{
	free(item->octets);
	memset(item, 0, sizeof(*item));
}

/* ---- all of a mail's ----------------------------------------------------------------------------------- */

struct reading {
	struct complaint		*complaint;
	const struct complaint_report	*report;
	const char			*default_charset;
	struct err			*err;
	bool				 failed;
};

/* The same message attached once more tells nothing new. */
static bool
is_known(const struct complaint *complaint, const struct complaint_item *item)
{
	for (size_t i = 0; i < complaint->n; i++)
		if (complaint->item[i].len == item->len &&
		    memcmp(complaint->item[i].octets, item->octets, item->len) == 0)
			return true;
	return false;
}

/* Takes item over.  0 or -1. */
static int
add_item(struct complaint *complaint, struct complaint_item *item, struct err *err)
{
	struct complaint_item *grown;

	grown = realloc(complaint->item, (complaint->n + 1) * sizeof(*grown));
	if (grown == NULL) {
		complaint_item_clear(item);
		return err_set(err, "no memory for a complaint");
	}
	complaint->item = grown;
	complaint->item[complaint->n++] = *item;
	return 0;
}

static bool
take_attached(void *arg, const struct mime_attached *attached)
{
	struct reading *reading = arg;
	struct complaint *complaint = reading->complaint;
	struct complaint_item item;
	int found = 0;

	if (attached->message && complaint->n < COMPLAINT_ITEMS_MAX)
		found = complaint_item_read(attached->octets, attached->len, reading->default_charset, &item,
		    reading->err);
	if (found == 0)
		complaint->refused++;
	if (found == 1 && is_known(complaint, &item)) {
		complaint_item_clear(&item);
	} else if (found == 1) {
		if (reading->report->found) {
			item.source = COMPLAINT_REPORT;
			if (reading->report->envelope[0] != '\0')
				memcpy(item.envelope, reading->report->envelope, sizeof(item.envelope));
		}
		found = add_item(complaint, &item, reading->err);
	}
	reading->failed = found < 0;
	return !reading->failed;
}

/* A header block quoted in the text, where nothing better is there.  0 or -1. */
static int
read_quoted(struct complaint *complaint, const char *quote, struct complaint_item *item, struct err *err)
{
	item->source = COMPLAINT_INLINE;
	item->weak = true;
	item->len = strlen(quote);
	item->octets = malloc(item->len + 1);
	if (item->octets == NULL)
		return err_set(err, "no memory for a quotation");
	memcpy(item->octets, quote, item->len + 1);
	return add_item(complaint, item, err);
}

/* What the mail itself says: the quotation, and the person's own words before it. */
static int
read_text(const struct mime *mime, const char *default_charset, struct complaint *complaint, struct err *err)
{
	static const bool views[] = { false, true };
	bool found = complaint->n > 0;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < G_N_ELEMENTS(views); i++) {
		char *text = complaint_text(mime, default_charset, views[i]);
		struct complaint_item item = { .source = COMPLAINT_INLINE };
		const char *quote = text != NULL ? complaint_quote_find(text, &item) : NULL;

		if (text != NULL && complaint_tells_of_data(text, quote))
			complaint->privacy = true;
		if (quote != NULL && !found) {
			ret = read_quoted(complaint, quote, &item, err);
			found = true;
		}
		free(text);
	}
	return ret;
}

int
complaint_read(const struct mime *mime, const char *octets, size_t len, const char *default_charset,
    struct complaint *complaint_r, struct err *err)
{
	struct complaint_report report;
	struct reading reading = {
		.complaint = complaint_r, .report = &report, .default_charset = default_charset, .err = err,
	};

	memset(complaint_r, 0, sizeof(*complaint_r));
	complaint_report_read(mime, default_charset, &report);
	if (report.idle || (mime_is_report(mime) && !report.found))
		return 0;		/* a bounce complains of nothing, whatever it returns */
	if (mime_attached_each(octets, len, default_charset, &mail_limits, take_attached, &reading, err) != 0 ||
	    reading.failed)
		return -1;
	if (report.found) {
		complaint_r->privacy = report.privacy;
		memcpy(complaint_r->original_recipient, report.recipient, sizeof(report.recipient));
	} else if (read_text(mime, default_charset, complaint_r, err) != 0) {
		return -1;
	}
	return complaint_r->n > 0 ? 1 : 0;
}

void
complaint_clear(struct complaint *complaint)
{
	for (size_t i = 0; i < complaint->n; i++)
		complaint_item_clear(&complaint->item[i]);
	free(complaint->item);
	memset(complaint, 0, sizeof(*complaint));
}
