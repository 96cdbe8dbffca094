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

/* Whose word a statement from there is, and whether it can be nothing but a complaint. */
static const struct {
	const char	*name;
	bool		person, complaint;
} sources[] = {
	{ "admin",	false,	false },
	{ "import",	false,	false },
	{ "reply",	true,	false },
	{ "unproven",	true,	false },	/* a reply that nothing proves to be the person's */
	{ "token",	true,	false },
	{ "mail",	true,	false },
	{ "complaint",	true,	false },
	{ "forward",	true,	true },		/* how a case came: ledger_case.source */
	{ "inline",	true,	true },
	{ "report",	true,	true },
	{ "junk",	true,	true },
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
	int source = source_index(s->source);

	if (source == -1)
		return err_set(err, "'%.32s' is no source of statements",
		    s->source == NULL ? "" : s->source);
	if (sources[source].complaint && s->kind != LEDGER_COMPLAINT)
		return err_set(err, "'%s' is a source of complaints only", s->source);
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

static bool
is_one_of(const char *text, const char *const *names, size_t n)
{
	for (size_t i = 0; text != NULL && i < n; i++)
		if (strcmp(text, names[i]) == 0)
			return true;
	return false;
}

/* What is said of a letter goes into an SMTP session and a template: no sender of mail writes any of it. */
int
ledger_check_letter(const struct ledger_letter *l, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";
	size_t len = l->purpose == NULL ? 0 : strnlen(l->purpose, 33);
	const char *at;

	if (len == 0 || len > 32 || strspn(l->purpose, letters) != len)
		return err_set(err, "'%.40s' is no purpose of a letter", l->purpose == NULL ? "" : l->purpose);
	at = l->recipient == NULL ? NULL : strrchr(l->recipient, '@');
	if (at == NULL || at == l->recipient || at[1] == '\0' || !plain(l->recipient, ADDR_MAX) ||
	    strpbrk(l->recipient, "<>") != NULL)
		return err_set(err, "a letter needs an address to go to");
	if (l->cause == NULL || l->cause[0] == '\0')
		return err_set(err, "a letter needs what it answers");
	if (l->made_at < 0 || l->next_at < 0)
		return err_set(err, "a letter lies before 1970");
	if (l->values == NULL)
		return 0;
	len = strnlen(l->values, LEDGER_VALUES_MAX + 1);
	if (len > LEDGER_VALUES_MAX)
		return err_set(err, "a letter's values are longer than %d octets", LEDGER_VALUES_MAX);
	if (!plain(l->values, LEDGER_VALUES_MAX) || l->values[0] != '{' || l->values[len - 1] != '}')
		return err_set(err, "a letter's values are no JSON object on one line");
	return 0;
}

/* What the mail wrote is cut and mended where it is stored: it must not stop a complaint. */
int
ledger_check_case(const struct ledger_case *c, struct err *err)
{
	static const char *const kinds[] = { "commercial", "other", "privacy" };
	static const char *const ways[] = { "forward", "inline", "report", "junk", "admin" };

	if (c->state <= CASE_NONE || c->state >= CASE_STATE_MAX)
		return err_set(err, "a case of no state");
	if (!is_one_of(c->kind, kinds, sizeof kinds / sizeof *kinds))
		return err_set(err, "'%.32s' is no kind of case", c->kind == NULL ? "" : c->kind);
	if (!is_one_of(c->source, ways, sizeof ways / sizeof *ways))
		return err_set(err, "'%.32s' is no source of cases", c->source == NULL ? "" : c->source);
	if (c->evidence == NULL && c->evidence_len > 0)
		return err_set(err, "a case's evidence is missing");
	if ((c->cause == NULL || c->cause[0] == '\0') && (c->message_id == NULL || c->message_id[0] == '\0'))
		return err_set(err, "a case needs what brought it, or the message complained of");
	if (ledger_check_recipient(c->recipient, err) == -1)
		return -1;
	return c->sender == NULL || c->sender[0] == '\0' ? 0 : ledger_check_sender(c->sender, err);
}
