/*
 * judge_person.c - who writes a message, how that is known, and which of our own desks it goes to.
 *
 * Floor 3.5, part of judge.  DESIGN section 7: a person is believed by their login, by a submitter we trust, or by
 * aligned authentication; an internal client alone speaks for nobody.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "judge_private.h"

struct map_pair {
	const char	*login, *mailbox;
};

static int
compare_login(const void *key, const void *pair)
{
	return strcmp(key, ((const struct map_pair *)pair)->login);
}

static const char *
mapped(const struct judge_list *map, const char *login)
{
	const struct map_pair *pair = NULL;

	_Static_assert(sizeof(struct map_pair) == 2 * sizeof(char *), "the map is pairs of strings");
	if (map->n >= 2)
		pair = bsearch(login, map->item, map->n / 2, sizeof(*pair), compare_login);
	return pair == NULL ? NULL : pair->mailbox;
}

static void
take_address(const struct judge_case *c, const char *address, const char *proof, struct judge_person *person)
{
	if (address[0] == '\0' || !judge_recipient_key(c->judge, address, person->key))
		return;
	person->proof = proof;
	person->proven = true;
}

/* The login's mailbox by the map; else the From that equals the login. */
static void
by_login(const struct judge_case *c, struct judge_person *person)
{
	const char *mailbox = mapped(&c->judge->set.login_map, c->msg->login);
	char login[ADDR_MAX + 1], from[ADDR_MAX + 1];

	if (mailbox != NULL) {
		take_address(c, mailbox, "login", person);
	} else if (judge_recipient_key(c->judge, c->msg->login, login) &&
	    judge_recipient_key(c->judge, c->sender.from, from) && strcmp(login, from) == 0) {
		take_address(c, c->sender.from, "login", person);
	}
}

void
judge_person_of(const struct judge_case *c, struct judge_person *person_r)
{
	const struct sender *sender = &c->sender;
	bool login = c->msg->login != NULL && c->msg->login[0] != '\0';

	*person_r = (struct judge_person){ .proof = "none" };
	if (login)
		by_login(c, person_r);
	else if (c->answer->direction == DIRECTION_OUTBOUND &&
	    judge_list_has_net(&c->judge->set.trusted_submitters, c->msg->client) && judge_is_local(c->judge, sender->from))
		take_address(c, sender->from, "submitter", person_r);
	else if (c->answer->direction == DIRECTION_INBOUND && sender->authenticated)
		take_address(c, sender->from, sender->method, person_r);
	if (!person_r->proven && !login && sender->from[0] != '\0')
		(void)judge_recipient_key(c->judge, sender->from, person_r->key);
	if (person_r->key[0] != '\0' && judge_is_shared(c->judge, person_r->key))
		*person_r = (struct judge_person){ .proof = "none" };
}

bool
judge_is_shared(const struct judge *judge, const char *key)
{
	return judge_list_has_recipient(&judge->set.shared_recipients, key);
}

/* ---- our own addresses --------------------------------------------------------------------------- */

/* What follows the local part of address in mailbox: "" when it is that address, "+x", NULL when it is another. */
static const char *
extension_of(const struct judge *judge, const char *address, const char *mailbox, size_t *len_r)
{
	const char *at = strrchr(mailbox, '@'), *own_at = strrchr(address, '@');
	size_t local = own_at == NULL ? 0 : (size_t)(own_at - address);

	if (local == 0 || at == NULL || strcmp(at, own_at) != 0 || (size_t)(at - mailbox) < local ||
	    strncasecmp(mailbox, address, local) != 0)
		return NULL;
	*len_r = (size_t)(at - mailbox) - local;
	if (*len_r == 0)
		return mailbox + local;
	/* '+' is read whatever the MTA's delimiter is: our own tokens were written with it. */
	if (mailbox[local] != '+' && strchr(judge->set.recipient_delimiter, mailbox[local]) == NULL)
		return NULL;
	return mailbox + local;
}

void
judge_desk_of(const struct judge *judge, const char *rcpt, struct judge_desk_address *desk_r)
{
	char mailbox[ADDR_MAX + 1];
	const char *extension;
	size_t len = 0;

	*desk_r = (struct judge_desk_address){ .desk = DESK_NONE };
	if (addr_rcpt_key(rcpt, NULL, judge->set.default_domain[0] == '\0' ? NULL : judge->set.default_domain,
	    mailbox) != 1)
		return;
	if (extension_of(judge, judge->set.complaint_address, mailbox, &len) != NULL) {
		desk_r->desk = DESK_COMPLAINT;
		return;
	}
	extension = extension_of(judge, judge->set.command_address, mailbox, &len);
	if (extension == NULL)
		return;
	desk_r->desk = len < 2 ? DESK_COMMAND : DESK_TOKEN;
	if (desk_r->desk == DESK_TOKEN && (judge->shared->keys == NULL ||
	    token_read(judge->shared->keys, extension + 1, len - 1, &desk_r->kind, desk_r->reference) != 1))
		desk_r->reference[0] = '\0';
}
