/*
 * judge_word.c - finds the command in a message, and who may give it: the four paths of DESIGN section 7.
 *
 * Floor 3.5, part of judge.  A word that could be kept is durable when the message is answered; while the ledger
 * cannot be read the message must come again, because it must not be lost.  Tokens that are not ours are logged,
 * never answered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "judge_private.h"
#include "judge_word.h"

#define RECENT		(30LL * 24 * 3600 * 1000)	/* ms: how long a decision counts as "the last one" */
#define ANSWERS_MAX	20			/* Message-IDs of one reply that are looked up */
#define RECIPIENTS_MAX	20			/* of one reply that are looked up */

/* ---- what the log says --------------------------------------------------------------------------- */

static void
note(struct judge_case *c, const char *path, const char *verb, const struct judge_person *person, const char *recipient)
{
	struct judge_said *said = &c->answer->said;

	(void)snprintf(said->path, sizeof(said->path), "%s", path);
	(void)snprintf(said->verb, sizeof(said->verb), "%s", verb);
	(void)snprintf(said->person, sizeof(said->person), "%s", recipient);
	(void)snprintf(said->proof, sizeof(said->proof), "%s", person->proof);
}

void
judge_word_outcome(struct judge_case *c, const char *outcome)
{
	(void)snprintf(c->answer->said.outcome, sizeof(c->answer->said.outcome), "%s", outcome);
}

/* Under which names a word is counted: the person's, and an outside client's ("" of our own). */
static void
rate_names(const struct judge_case *c, const char *recipient, char person[ADDR_MAX + 16], char client[ADDR_MAX + 16])
{
	bool outside = c->answer->direction == DIRECTION_INBOUND && c->msg->client != NULL;

	(void)snprintf(person, ADDR_MAX + 16, "person %s", recipient);
	client[0] = '\0';
	if (outside)
		(void)snprintf(client, ADDR_MAX + 16, "client %s", c->msg->client);
}

bool
judge_word_may(struct judge_case *c, const char *recipient)
{
	const struct judge_settings *set = &c->judge->set;
	char names[2][ADDR_MAX + 16];

	rate_names(c, recipient, names[0], names[1]);
	if (set->rate == NULL || (judge_rate_within(set->rate, names[0], set->commands_per_hour, c->msg->now) &&
	    (names[1][0] == '\0' ||
	    judge_rate_within(set->rate, names[1], set->client_commands_per_hour, c->msg->now))))
		return true;
	judge_word_outcome(c, "ignored: too many");
	return false;
}

void
judge_word_count(struct judge_case *c, const char *recipient)
{
	char names[2][ADDR_MAX + 16];

	rate_names(c, recipient, names[0], names[1]);
	if (c->judge->set.rate == NULL)
		return;
	judge_rate_count(c->judge->set.rate, names[0], c->msg->now);
	if (names[1][0] != '\0')
		judge_rate_count(c->judge->set.rate, names[1], c->msg->now);
}

/* Acts on a command, if this person and this client may say one more thing this hour. */
static int
act_within_rate(struct judge_case *c, const struct judge_person *person, const char *recipient, const char *source,
    const struct command *command, const struct judge_word_decision *meant, struct err *err)
{
	if (!judge_word_may(c, recipient))
		return 0;
	if (judge_word_act(c, person, recipient, source, command, meant, err) != 0)
		return -1;
	judge_word_count(c, recipient);
	return 0;
}

/* ---- the decision that is meant -------------------------------------------------------------------- */

/* The newest commercial decision that a filter finds. */
static bool
take_decision(void *arg, const struct ledger_decision *decision)
{
	struct judge_word_decision *found = arg;

	found->found = true;
	/* The message's id is what its X-Tuiding bears, and so what a measure looks for. */
	(void)snprintf(found->id, sizeof(found->id), "%s",
	    decision->message[0] != '\0' ? decision->message : decision->id);
	(void)snprintf(found->recipient, sizeof(found->recipient), "%s", decision->recipient);
	(void)snprintf(found->sender, sizeof(found->sender), "%s", decision->sender);
	(void)snprintf(found->key, sizeof(found->key), "%s",
	    decision->default_key[0] != '\0' ? decision->default_key : decision->sender);
	(void)snprintf(found->message_id, sizeof(found->message_id), "%s",
	    decision->message_id == NULL ? "" : decision->message_id);
	(void)snprintf(found->subject, sizeof(found->subject), "%s", decision->subject);
	found->direction = decision->direction;
	return false;
}

/* 1, 0, -1. */
int
judge_word_find(struct ledger *ledger, const struct ledger_decision_filter *filter,
    struct judge_word_decision *found_r, struct err *err)
{
	struct ledger_decision_filter one = *filter;

	memset(found_r, 0, sizeof(*found_r));
	one.limit = 1;
	if (ledger == NULL)
		return err_set(err, "the ledger is not open");
	if (ledger_decisions(ledger, &one, take_decision, found_r, err) < 0)
		return -1;
	return found_r->found ? 1 : 0;
}

/*
 * The decision a reply means: of the message it answers, else the last one for this person from an address it goes
 * to.  *direct_r: it was found by the Message-ID.  1, 0 none, -1.
 */
static int
find_meant(struct judge_case *c, const char *person, struct judge_word_decision *found_r, bool *direct_r, struct err *err)
{
	char ids[ANSWERS_MAX][COMMAND_MESSAGE_ID_MAX + 1];
	struct ledger_decision_filter filter = { .recipient = person };
	size_t i, n = command_answers(c->mime, ids, ANSWERS_MAX);
	int ret = 0;

	*direct_r = true;
	for (i = 0; ret == 0 && i < n; i++) {
		filter.message_id = ids[i];
		ret = judge_word_find(c->judge->set.ledger, &filter, found_r, err);
	}
	if (ret != 0)
		return ret;
	*direct_r = false;
	filter.message_id = NULL;
	filter.since = c->msg->now - RECENT;
	for (i = 0; ret == 0 && i < c->answer->nrcpts && i < RECIPIENTS_MAX; i++) {
		filter.sender = c->answer->rcpts[i].key;
		if (filter.sender[0] != '\0' && !c->answer->rcpts[i].exempt)
			ret = judge_word_find(c->judge->set.ledger, &filter, found_r, err);
	}
	return ret;
}

/* ---- replies --------------------------------------------------------------------------------------- */

/* Whether the message may hold a command at all: cheap, for every message there is. */
static bool
may_say(const struct judge_case *c)
{
	size_t len;

	(void)text_visible(c->text, &len);
	return len <= JUDGE_WORD_SHORT || mime_field_named(c->mime, "In-Reply-To", 0) != NULL ||
	    mime_field_named(c->mime, "References", 0) != NULL;
}

/* Verbs that a reply to a sender may carry; the rest belongs to our own address. */
static bool
is_about_sender(enum command_verb verb)
{
	return verb == COMMAND_REFUSE || verb == COMMAND_CONSENT || verb == COMMAND_COMPLAIN;
}

/*
 * Whether this word from outside counts.  A consent asks for proof, since it would undo a refusal; a refusal for
 * proof, or an answer to a message of ours, or the setting that lets it in marked.  One of our own people who writes
 * from out there is no outside person: without proof it may be anybody.
 */
static bool
outside_counts(struct judge_case *c, const struct command *command, struct judge_person *person, bool direct)
{
	if (person->proven)
		return true;
	if (command->verb != COMMAND_REFUSE || judge_is_local(c->judge, person->key))
		return false;
	if (direct)
		person->proof = "in-reply-to";
	return direct || c->judge->set.unproven_refusals;
}

/* A reply to a sender: of our people outbound, of outside people to our own senders inbound. */
static int
read_reply(struct judge_case *c, struct err *err)
{
	bool outbound = c->answer->direction == DIRECTION_OUTBOUND, direct = false;
	struct judge_word_decision meant;
	struct judge_person person;
	struct command command;
	bool counts;
	int ret;

	if (!may_say(c) || command_is_automatic(c->mime, c->msg->sender))
		return 0;
	ret = command_read(c->mime, COMMAND_FORM_REPLY, c->judge->set.default_charset, &command, err);
	if (ret != 1 || !is_about_sender(command.verb))
		return ret < 0 ? -1 : 0;
	judge_person_of(c, &person);
	if (person.key[0] == '\0' || (outbound && !person.proven))
		return 0;
	ret = find_meant(c, person.key, &meant, &direct, err);
	if (ret != 1)
		return ret;			/* a "拒绝" among partners refuses nobody */
	if (!outbound && meant.direction != DIRECTION_OUTBOUND)
		return 0;			/* what came in from outside is not answered from outside */
	counts = outbound || outside_counts(c, &command, &person, direct);
	note(c, outbound ? "reply" : "customer", command_verb_name(command.verb), &person, person.key);
	if (!counts) {
		judge_word_outcome(c, "ignored: nothing proves who");
		return 0;
	}
	return act_within_rate(c, &person, person.key, person.proven || direct ? "reply" : "unproven", &command, &meant,
	    err);
}

/* ---- our own addresses ------------------------------------------------------------------------------ */

/* Neither a subject nor a word. */
static bool
is_empty(const struct judge_case *c)
{
	size_t len = 0;

	(void)text_visible(c->text, &len);
	return len == 0 && c->subject[strspn(c->subject, " \t")] == '\0';
}

/* A token: what it names, for whom it was made. */
static int
read_token(struct judge_case *c, const struct judge_desk_address *desk, const struct judge_person *person, struct err *err)
{
	const struct ledger_decision_filter filter = { .id = desk->reference };
	struct judge_word_decision meant;
	struct judge_person holder = *person;
	struct command command;
	int ret;

	note(c, "token", "none", person, "");
	if (desk->reference[0] == '\0') {
		judge_word_outcome(c, "ignored: no token of ours");
		return 0;
	}
	if (desk->kind == TOKEN_CASE)
		return judge_confirm(c, person, desk->reference, err);
	ret = judge_word_find(c->judge->set.ledger, &filter, &meant, err);
	if (ret != 1 || judge_is_shared(c->judge, meant.recipient)) {
		judge_word_outcome(c, ret == 0 ? "ignored: expired" : "ignored: shared mailbox");
		return ret < 0 ? -1 : 0;
	}
	ret = command_read(c->mime, COMMAND_FORM_REPLY, c->judge->set.default_charset, &command, err);
	if (ret == 0 && is_empty(c)) {
		command.verb = COMMAND_REFUSE;	/* some buttons send nothing but the address */
		ret = 1;
	}
	if (ret != 1) {
		judge_word_outcome(c, "ignored: no command");
		return ret;
	}
	if (!holder.proven || strcmp(holder.key, meant.recipient) != 0)
		holder = (struct judge_person){ .proof = "token" };
	note(c, "token", command_verb_name(command.verb), &holder, meant.recipient);
	return act_within_rate(c, &holder, meant.recipient, "token", &command, &meant, err);
}

/* Mail to the command address itself: the person must be proven. */
static int
read_service(struct judge_case *c, const struct judge_person *person, struct err *err)
{
	struct command command;
	int ret;

	ret = command_read(c->mime, COMMAND_FORM_SERVICE, c->judge->set.default_charset, &command, err);
	if (ret < 0)
		return -1;
	note(c, "mail", ret == 0 ? "none" : command_verb_name(command.verb), person, person->key);
	if (!person->proven) {
		judge_word_outcome(c, "ignored: nothing proves who");
		return 0;
	}
	return act_within_rate(c, person, person->key, "mail", &command, NULL, err);
}

/* The desk that the first of our own addresses among the recipients is. */
static enum judge_desk
find_desk(const struct judge_case *c, struct judge_desk_address *desk_r)
{
	size_t i;

	for (i = 0; i < c->msg->nrcpts; i++) {
		if (!c->answer->rcpts[i].exempt)
			continue;
		judge_desk_of(c->judge, c->msg->rcpts[i], desk_r);
		if (desk_r->desk != DESK_NONE)
			return desk_r->desk;
	}
	return DESK_NONE;
}

int
judge_words(struct judge_case *c, struct err *err)
{
	struct judge_desk_address desk;
	struct judge_person person;

	if (c->msg->dry || c->msg->nrcpts == 0)
		return 0;
	if (find_desk(c, &desk) == DESK_NONE)
		return read_reply(c, err);
	judge_person_of(c, &person);
	if (desk.desk == DESK_COMPLAINT) {
		/* An abuse report may be sent by a machine: that is what ARF is for. */
		note(c, "complaint", command_verb_name(COMMAND_COMPLAIN), &person, person.key);
		return judge_complain(c, &person, err);
	}
	if (command_is_automatic(c->mime, c->msg->sender)) {
		note(c, desk.desk == DESK_TOKEN ? "token" : "mail", "none", &person, person.key);
		judge_word_outcome(c, "ignored: automatic");
		return 0;
	}
	return desk.desk == DESK_TOKEN ? read_token(c, &desk, &person, err) : read_service(c, &person, err);
}
