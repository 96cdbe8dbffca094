/*
 * ledger_check.c - what may enter a ledger at all, whatever its engine.
 *
 * Floor 2.  Mends nothing: a word stored in another spelling than the one it is looked up by would be
 * silently lost, so whoever hands one in hears of it.
 */
#include "ledger_check.h"

#include <glib.h>
#include <math.h>
#include <string.h>

/* Whose word a statement from there is. */
static const struct {
	const char	*name;
	bool		person;
} sources[] = {
	{ "admin",	false },
	{ "import",	false },
	{ "reply",	true },
	{ "token",	true },
	{ "mail",	true },
	{ "complaint",	true },
};

/* -1: no such source. */
static int
source_index(const char *source)
{
	for (size_t i = 0; source != NULL && i < sizeof sources / sizeof *sources; i++)
		if (strcmp(sources[i].name, source) == 0)
			return (int)i;
	return -1;
}

bool
ledger_source_is_person(const char *source)
{
	int i = source_index(source);

	return i >= 0 && sources[i].person;
}

/* Whether text is UTF-8 of at most max octets, without control characters. */
static bool
plain(const char *text, size_t max)
{
	size_t len = strnlen(text, max + 1);

	if (len > max || !g_utf8_validate(text, (gssize)len, NULL))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return true;
}

int
ledger_check_recipient(const char *recipient, struct err *err)
{
	const char *at;

	if (recipient == NULL || recipient[0] == '\0')
		return err_set(err, "a statement needs a recipient");
	at = strrchr(recipient, '@');
	if (at == NULL || at == recipient || at[1] == '\0')
		return err_set(err, "recipient '%.100s' is no mailbox: a domain is never a person",
		    recipient);
	if (!plain(recipient, ADDR_MAX))
		return err_set(err, "recipient '%.100s' is too long or not clean text", recipient);
	for (const char *p = recipient; *p != '\0'; p++)
		if (g_ascii_isupper(*p) || recipient[0] == '<')
			return err_set(err, "recipient '%.100s' is not in its key's spelling",
			    recipient);
	return 0;
}

int
ledger_check_sender(const char *sender, struct err *err)
{
	struct addr_key key;

	if (sender == NULL || strnlen(sender, ADDR_KEY_MAX + 1) > ADDR_KEY_MAX)
		return err_set(err, "a sender key is missing or too long");
	if (addr_key_parse(sender, strlen(sender), &key, err) != 1)
		return -1;
	if (strcmp(key.text, sender) != 0)
		return err_set(err, "sender key '%s' is spelt '%s'", sender, key.text);
	return 0;
}

/* The fields that all kinds have. */
static int
check_common(const struct ledger_statement *s, struct err *err)
{
	if (source_index(s->source) == -1)
		return err_set(err, "'%.32s' is no source of statements",
		    s->source == NULL ? "" : s->source);
	if (s->given_at < 0 || s->received_at < 0)
		return err_set(err, "a statement's time lies before 1970");
	if (s->evidence_len > LEDGER_EVIDENCE_MAX || (s->evidence == NULL && s->evidence_len > 0))
		return err_set(err, "the evidence is longer than %d octets", LEDGER_EVIDENCE_MAX);
	if (s->message_id != NULL && !plain(s->message_id, LEDGER_TEXT_MAX))
		return err_set(err, "the Message-ID is too long or not clean text");
	if (s->reason != NULL && !plain(s->reason, LEDGER_TEXT_MAX))
		return err_set(err, "the reason is too long or not clean text");
	if (s->reference != NULL && !plain(s->reference, LEDGER_REFERENCE_MAX))
		return err_set(err, "the reference is too long or not clean text");
	return 0;
}

int
ledger_check_statement(const struct ledger_statement *s, struct err *err)
{
	if (check_common(s, err) == -1)
		return -1;
	if (s->kind == LEDGER_VOID) {
		if (s->reference == NULL || s->reference[0] == '\0')
			return err_set(err, "a void needs the reference of what it ends");
		if (!ledger_source_is_person(s->source) && (s->reason == NULL || s->reason[0] == '\0'))
			return err_set(err, "a void made for somebody needs a reason");
		return s->recipient == NULL ? 0 : ledger_check_recipient(s->recipient, err);
	}
	if (s->kind != LEDGER_CONSENT && s->kind != LEDGER_REFUSAL && s->kind != LEDGER_COMPLAINT)
		return err_set(err, "a statement of no kind");
	if (s->reference != NULL)
		return err_set(err, "a statement's reference is given by the ledger");
	if (s->expires < 0 || (s->expires != 0 && s->kind != LEDGER_CONSENT))
		return err_set(err, "only a consent expires");
	if (ledger_check_recipient(s->recipient, err) == -1)
		return -1;
	return ledger_check_sender(s->sender, err);
}

int
ledger_check_rule(const struct ledger_rule *rule, struct err *err)
{
	char domain[ADDR_DOMAIN_MAX + 1];

	if (rule->domain == NULL || strnlen(rule->domain, ADDR_DOMAIN_MAX + 1) > ADDR_DOMAIN_MAX ||
	    addr_domain(rule->domain, strlen(rule->domain), domain) != 1 ||
	    strcmp(domain, rule->domain) != 0)
		return err_set(err, "a rule needs a recipients' domain, in lower case and A-labels");
	if (rule->word != WORD_CONSENT && rule->word != WORD_REFUSAL)
		return err_set(err, "a rule says consent or refusal");
	if (rule->note != NULL && !plain(rule->note, LEDGER_TEXT_MAX))
		return err_set(err, "the rule's note is too long or not clean text");
	return ledger_check_sender(rule->sender, err);
}

/* Texts that come from the mail are cut and mended where they are stored: they must not stop a verdict. */
int
ledger_check_decision(const struct ledger_decision *d, struct err *err)
{
	if (memchr(d->id, '\0', sizeof d->id) == NULL || d->id[0] == '\0' ||
	    memchr(d->message, '\0', sizeof d->message) == NULL || d->message[0] == '\0')
		return err_set(err, "a decision needs its id and its message's");
	if (d->recipient == NULL || d->recipient[0] == '\0')
		return err_set(err, "a decision needs a recipient");
	if (d->direction <= DIRECTION_NONE || d->direction >= DIRECTION_MAX || d->mode <= MODE_NONE ||
	    d->mode >= MODE_MAX || d->standing <= STANDING_NONE_YET || d->standing >= STANDING_MAX ||
	    d->action <= ACTION_NONE || d->action >= ACTION_MAX || d->would <= ACTION_NONE ||
	    d->would >= ACTION_MAX)
		return err_set(err, "decision %s: a value is missing", d->id);
	if (!isfinite(d->score) || !isfinite(d->required))
		return err_set(err, "decision %s: the score is no number", d->id);
	return 0;
}
