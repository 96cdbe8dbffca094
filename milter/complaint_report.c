/*
 * complaint_report.c - the fields of an abuse report (ARF, RFC 5965).
 *
 * Floor 3, part of complaint.  The report was written by a machine of somebody else's: its fields are hints.
 */
#include <string.h>
#include <strings.h>
#include "complaint_private.h"

static const struct mime_limits report_limits = {
	.octets = 65536, .header = 4096, .fields = 200, .parts = 1, .depth = 0, .decoded = 4096,
};

/* The report's own part, not that of a report forwarded within. */
static const struct mime_part *
report_part(const struct mime *mime)
{
	for (size_t i = 0; i < mime_part_count(mime); i++) {
		const struct mime_part *part = mime_part_at(mime, i);

		if (!part->enclosed && !part->returned && strcmp(part->type, "message/feedback-report") == 0)
			return part;
	}
	return NULL;
}

/*
 * The feedback-type.  not-spam says that a message is wanted; auth-failure (RFC 6591) that somebody forged our name:
 * neither is a person's complaint.
 */
static void
read_type(const struct mime *fields, struct complaint_report *report)
{
	static const char *const idle[] = { "not-spam", "auth-failure" };
	const struct mime_field *field = mime_field_named(fields, "Feedback-Type", 0);
	size_t n = field != NULL ? strcspn(field->text, " \t;") : 0;

	for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++)
		if (n == strlen(idle[i]) && strncasecmp(field->text, idle[i], n) == 0)
			report->idle = true;
	report->privacy = n == strlen("privacy") && strncasecmp(field->text, "privacy", n) == 0;
}

/* The recipient, where the report names just one: several leave open who complains. */
static void
read_recipient(const struct mime *fields, struct complaint_report *report)
{
	const struct mime_field *field;
	char address[ADDR_MAX + 1];

	for (size_t i = 0; (field = mime_field_named(fields, "Original-Rcpt-To", i)) != NULL; i++) {
		if (addr_mailbox(field->text, field->text_len, address) != 1)
			continue;
		if (report->recipient[0] != '\0' && strcmp(report->recipient, address) != 0) {
			report->recipient[0] = '\0';
			return;
		}
		memcpy(report->recipient, address, sizeof(address));
	}
}

void
complaint_report_read(const struct mime *mime, const char *default_charset, struct complaint_report *report_r)
{
	const struct mime_part *part = mime_is_report(mime) ? report_part(mime) : NULL;
	const struct mime_field *field;
	struct mime *fields = NULL;
	char address[ADDR_MAX + 1];
	size_t skip;

	memset(report_r, 0, sizeof(*report_r));
	if (part == NULL)
		return;
	report_r->found = true;
	for (skip = 0; skip < part->len && strchr("\r\n", part->octets[skip]) != NULL && part->octets[skip] != '\0';)
		skip++;
	if (skip == part->len ||
	    mime_parse(part->octets + skip, part->len - skip, default_charset, &report_limits, &fields, NULL) != 0)
		return;
	read_type(fields, report_r);
	read_recipient(fields, report_r);
	field = mime_field_named(fields, "Original-Mail-From", 0);
	if (field != NULL && addr_mailbox(field->text, field->text_len, address) == 1)
		(void)addr_unwrap(address, report_r->envelope);
	mime_free(fields);
}
