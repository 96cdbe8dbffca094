/*
 * judge.c - one message in, the answers out: the one road of DESIGN section 2.
 *
 * Floor 3.5.  Knows no libmilter, no configuration file, no clock.  Never looks anything up for mail of class
 * "other": personal mail does not wait for the ledger.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "judge_private.h"

/* Takes the rules and keys over: counted, for judges that differ in other things only. */
static struct judge_shared *
share(struct judge_rules *rules, struct token_keys *keys)
{
	struct judge_shared *shared = calloc(1, sizeof(*shared));

	if (shared == NULL) {
		judge_rules_free(rules);
		token_keys_free(keys);
		return NULL;
	}
	atomic_init(&shared->references, 1);
	shared->rules = rules;
	shared->keys = keys;
	return shared;
}

static void
unshare(struct judge_shared *shared)
{
	if (shared == NULL || atomic_fetch_sub(&shared->references, 1) != 1)
		return;
	judge_rules_free(shared->rules);
	token_keys_free(shared->keys);
	free(shared);
}

/* A judge with a copy of the settings; shared is taken over. */
static int
judge_make(const struct judge_settings *settings, struct judge_shared *shared, struct judge **judge_r,
    struct err *err)
{
	struct judge *judge;
	int ret = -1;

	judge = shared == NULL ? NULL : calloc(1, sizeof(*judge));
	if (judge == NULL) {
		unshare(shared);
		return err_set(err, "no memory for a judge");
	}
	atomic_init(&judge->references, 1);
	judge->shared = shared;
	judge->rules = shared->rules;
	if (judge_settings_copy(&judge->set, settings, err) != 0)
		goto out;
	judge->sender = (struct sender_settings){
		.authserv_ids = judge->set.authserv_ids.item,
		.nauthserv_ids = judge->set.authserv_ids.n,
		.public_mail_domains = judge->set.public_mail_domains.item,
		.npublic_mail_domains = judge->set.public_mail_domains.n,
		.local_domains = judge->set.local_domains.item,
		.nlocal_domains = judge->set.local_domains.n,
	};
	*judge_r = judge;
	judge = NULL;
	ret = 0;
out:
	judge_unref(judge);
	return ret;
}

int
judge_new(const struct judge_settings *settings, struct judge_rules *rules, struct judge **judge_r, struct err *err)
{
	return judge_make(settings, share(rules, settings->keys), judge_r, err);
}

int
judge_with_ledger(const struct judge *judge, struct ledger *ledger, struct judge **judge_r, struct err *err)
{
	struct judge_settings set = judge->set;

	set.ledger = ledger;
	atomic_fetch_add(&judge->shared->references, 1);
	return judge_make(&set, judge->shared, judge_r, err);
}

struct judge *
judge_ref(struct judge *judge)
{
	if (judge != NULL)
		atomic_fetch_add(&judge->references, 1);
	return judge;
}

void
judge_unref(struct judge *judge)
{
	if (judge == NULL || atomic_fetch_sub(&judge->references, 1) != 1)
		return;
	judge_settings_clear(&judge->set);
	unshare(judge->shared);
	free(judge);
}

const struct judge_rules *
judge_ruleset(const struct judge *judge)
{
	return judge->rules;
}

enum policy_mode
judge_mode(const struct judge *judge)
{
	return judge->set.mode;
}

/* ---- before anything is read ------------------------------------------------------------------- */

static int
answer_begin(struct judge_case *c)
{
	const struct judge *judge = c->judge;
	const struct judge_message *msg = c->msg;
	struct judge_answer *a = c->answer;
	size_t i;

	memset(a, 0, sizeof(*a));
	a->class = CLASS_OTHER;
	a->action = ACTION_ACCEPT;
	a->required = judge->set.required_score;
	a->direction = judge_is_internal(judge, msg->client, msg->login) ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
	if (msg->nrcpts == 0)
		return 0;
	a->rcpts = calloc(msg->nrcpts, sizeof(*a->rcpts));
	if (a->rcpts == NULL) {
		a->action = ACTION_TEMPFAIL;
		(void)snprintf(a->why, sizeof(a->why), "no memory for %zu recipients", msg->nrcpts);
		return -1;
	}
	a->nrcpts = msg->nrcpts;
	for (i = 0; i < msg->nrcpts; i++) {
		struct judge_recipient *r = &a->rcpts[i];

		(void)judge_recipient_key(judge, msg->rcpts[i], r->key);
		r->exempt = judge_recipient_exempt(judge, msg->rcpts[i], r->key);
		r->would = r->action = ACTION_ACCEPT;
		r->finding = (struct policy_finding){ .standing = STANDING_NONE, .word = SIZE_MAX, .identity = SIZE_MAX };
	}
	return 0;
}

/* Whether client, envelope sender or all recipients are exempt: nothing is read, nothing changed. */
static bool
is_exempt(const struct judge_case *c)
{
	const struct judge_list *senders = &c->judge->set.exempt_senders;
	struct addr_key key, exempt;
	char mailbox[ADDR_MAX + 1];
	size_t i;

	if (judge_list_has_net(&c->judge->set.exempt_clients, c->msg->client))
		return true;
	if (c->msg->sender != NULL && senders->n > 0 &&
	    addr_mailbox(c->msg->sender, strlen(c->msg->sender), mailbox) == 1 &&
	    addr_key_make(ADDR_MAILBOX, mailbox, &key) == 1)
		for (i = 0; i < senders->n; i++)
			if (addr_key_parse(senders->item[i], strlen(senders->item[i]), &exempt, NULL) == 1 &&
			    addr_key_covers(&exempt, &key))
				return true;
	for (i = 0; i < c->answer->nrcpts; i++)
		if (!c->answer->rcpts[i].exempt)
			return false;
	return c->answer->nrcpts > 0;
}

/* ---- reading ----------------------------------------------------------------------------------- */

static int
read_message(struct judge_case *c, struct err *err)
{
	static const char nothing[] = "\n";
	const struct mime_field *subject;
	size_t i;

	if (mime_parse(c->msg->len > 0 ? c->msg->octets : nothing, c->msg->len > 0 ? c->msg->len : 1,
	    c->judge->set.default_charset, &c->judge->set.mime, &c->mime, err) != 0)
		return -1;
	subject = mime_field_named(c->mime, "Subject", 0);
	if (subject != NULL)
		(void)snprintf(c->subject, sizeof(c->subject), "%s", subject->text);
	if (text_new(&text_limits_default, c->judge->set.default_charset, subject == NULL ? NULL : subject->text,
	    &c->text, err) != 0)
		return -1;
	for (i = 0; i < mime_part_count(c->mime); i++) {
		const struct mime_part *part = mime_part_at(c->mime, i);
		const struct text_part in = {
			.type = part->type, .charset = part->charset, .octets = part->octets, .len = part->len,
			.attachment = part->attachment,
		};

		if (!part->returned && text_add(c->text, &in, err) != 0)
			return -1;
	}
	return text_finish(c->text, err);
}

/*
 * Outbound, our own submission stands for the verifiers, which see mail only later or never: the one From of a
 * local domain is proven by the client or login we trust, and so is a List-Id of that domain.
 */
static void
trust_submission(struct judge_case *c)
{
	struct sender *sender = &c->sender;
	size_t i, nfrom = 0;

	for (i = 0; i < sender->nids; i++)
		nfrom += sender->id[i].kind == IDENTITY_FROM;
	if (c->answer->direction != DIRECTION_OUTBOUND || nfrom != 1 || !judge_is_local(c->judge, sender->from))
		return;
	for (i = 0; i < sender->nids; i++) {
		struct policy_identity *id = &sender->id[i];
		struct addr_key domain;

		if (id->kind == IDENTITY_FROM)
			id->authenticated = true;
		else if (id->kind == IDENTITY_LIST &&
		    addr_key_make(ADDR_DOMAIN, addr_domain_of(sender->from), &domain) == 1 &&
		    addr_key_covers(&domain, &id->key))
			id->authenticated = true;
	}
	if (!sender->authenticated) {
		sender->authenticated = true;
		(void)snprintf(sender->method, sizeof(sender->method), "submission");
	}
}

static void
read_sender(struct judge_case *c)
{
	struct mime_address from[JUDGE_FROM_MAX];
	const char *addresses[JUDGE_FROM_MAX], *results[JUDGE_RESULTS_MAX];
	const struct mime_field *field;
	struct sender_fields in = { .from = addresses, .results = results, .envelope = c->msg->sender };
	char *rest;
	struct addr_key key;
	size_t i;

	in.nfrom = mime_from(c->mime, c->judge->set.default_charset, from, JUDGE_FROM_MAX, &in.from_fields, &rest);
	for (i = 0; i < in.nfrom; i++)
		addresses[i] = from[i].address;
	in.from_rest = rest;
	field = mime_field_named(c->mime, "List-Id", 0);
	in.list_id = field == NULL ? NULL : field->raw;
	for (i = 0; i < mime_field_count(c->mime) && in.nresults < JUDGE_RESULTS_MAX; i++) {
		field = mime_field_at(c->mime, i);
		if (strcasecmp(field->name, "Received") == 0)
			break;			/* what stands below came with the message */
		if (strcasecmp(field->name, "Authentication-Results") == 0)
			results[in.nresults++] = field->raw;
	}
	(void)sender_read(&c->judge->sender, &in, &c->sender);
	free(rest);
	trust_submission(c);
	(void)snprintf(c->answer->from, sizeof(c->answer->from), "%s", c->sender.from);
	(void)snprintf(c->answer->method, sizeof(c->answer->method), "%s", c->sender.method);
	if (sender_default_key(&c->judge->sender, &c->sender, &key) == 1)
		(void)snprintf(c->answer->sender_key, sizeof(c->answer->sender_key), "%s", key.text);
}

/* ---- class ------------------------------------------------------------------------------------- */

/* "NAME=1.50,NAME=…" without the scores. */
static void
without_scores(const char *scored, char *names)
{
	bool name = true;

	for (; *scored != '\0'; scored++) {
		if (*scored == '=')
			name = false;
		else if (*scored == ',')
			name = true;
		if (name)
			*names++ = *scored;
	}
	*names = '\0';
}

static int
classify(struct judge_case *c, struct err *err)
{
	struct judge_rules_input in = { .mime = c->mime, .text = c->text };
	struct judge_rules_result result = { 0 };
	struct judge_answer *a = c->answer;
	const struct rules *set = judge_rules_set(c->judge->rules);
	const char *name;

	in.envelope = c->sender.envelope;
	if (judge_rules_run(c->judge->rules, &in, &result, err) != 0)
		return -1;
	a->score = result.score;
	a->class = result.score >= a->required ? CLASS_COMMERCIAL : CLASS_OTHER;
	(void)judge_rules_names(c->judge->rules, &result, true, a->scored, sizeof(a->scored));
	without_scores(a->scored, a->rules);
	a->nrules_failed = result.nfailed;
	if (result.nfailed > 0) {
		name = rules_at(set, result.failed[0])->name;
		(void)snprintf(a->rule_failed, sizeof(a->rule_failed), "%s", name);
	}
	judge_rules_result_clear(&result);
	return 0;
}

/* ---- the road ---------------------------------------------------------------------------------- */

/* A word that could not be kept must come again, whatever the mode: it must not be lost (DESIGN section 2). */
static int
put_off(struct judge_case *c, const struct err *err)
{
	struct judge_answer *a = c->answer;

	a->action = ACTION_TEMPFAIL;
	a->ledger_failed = true;
	(void)snprintf(a->why, sizeof(a->why), "%s", err->text);
	(void)snprintf(a->said.outcome, sizeof(a->said.outcome), "put off");
	return 0;
}

/* Whether one of the recipients is our own command or complaint address. */
static bool
is_for_desk(const struct judge_case *c)
{
	struct judge_desk_address desk;
	size_t i;

	for (i = 0; i < c->msg->nrcpts; i++) {
		judge_desk_of(c->judge, c->msg->rcpts[i], &desk);
		if (desk.desk != DESK_NONE)
			return true;
	}
	return false;
}

static int
judge_case_run(struct judge_case *c, struct err *err)
{
	struct judge_answer *a = c->answer;

	if (read_message(c, err) != 0)
		return -1;
	if (judge_was_seen(c)) {
		a->untouched = true;
		return 0;
	}
	read_sender(c);
	if (judge_is_own_letter(c))
		a->untouched = true;
	else if (judge_words(c, err) != 0)
		return put_off(c, err);
	if (a->untouched)
		return 0;
	judge_talk_learn(c);
	if (classify(c, err) != 0)
		return -1;
	a->strip = a->direction == DIRECTION_INBOUND;
	if (a->class == CLASS_COMMERCIAL && a->nrcpts > 0) {
		judge_verdicts(c);
		if (!c->msg->dry)
			if (judge_record(c) == 0)	/* failing, it changes the answer itself */
				judge_notice_mixed(c);
	} else if (!c->msg->dry && a->direction == DIRECTION_INBOUND && ledger_new_id(a->id, NULL) != 0) {
		a->id[0] = '\0';		/* no record has it: it names this copy, for a complaint */
	}
	judge_marks(c);
	judge_offers(c);
	return 0;
}

void
judge_message(struct judge *judge, const struct judge_message *message, struct judge_answer *answer_r)
{
	struct judge_case c = { .judge = judge, .msg = message, .answer = answer_r };
	struct err err = { "" };

	if (answer_begin(&c) != 0)
		goto out;
	if (is_exempt(&c)) {
		answer_r->untouched = true;	/* but for a forged field of ours, which nobody is to believe */
		answer_r->strip = answer_r->direction == DIRECTION_INBOUND;
		if (!is_for_desk(&c))
			goto out;
	}
	if (judge_case_run(&c, &err) != 0) {
		answer_r->action = judge->set.mode == MODE_OBSERVE ? ACTION_ACCEPT : ACTION_TEMPFAIL;
		(void)snprintf(answer_r->why, sizeof(answer_r->why), "%s", err.text);
	}
out:
	if (answer_r->action == ACTION_TEMPFAIL && answer_r->code[0] == '\0') {
		(void)snprintf(answer_r->code, sizeof(answer_r->code), "451");
		(void)snprintf(answer_r->xcode, sizeof(answer_r->xcode), "4.3.0");
		judge_fill(judge->set.tempfail_text, "-", "-", answer_r->text, sizeof(answer_r->text));
	}
	mime_free(c.mime);
	text_free(c.text);
}

void
judge_answer_clear(struct judge_answer *answer)
{
	free(answer->header);
	free(answer->subject);
	free(answer->offer);
	free(answer->unsubscribe);
	free(answer->rcpts);
	memset(answer, 0, sizeof(*answer));
}

enum policy_class
judge_class_of(const struct judge *judge, const char *octets, size_t len, int64_t now)
{
	const struct judge_message msg = { .octets = octets, .len = len, .now = now, .dry = true };
	struct judge_answer answer;
	struct judge_case c = { .judge = judge, .msg = &msg, .answer = &answer };
	enum policy_class class = CLASS_OTHER;
	struct err err = { "" };

	if (answer_begin(&c) == 0 && read_message(&c, &err) == 0) {
		read_sender(&c);
		if (classify(&c, &err) == 0)
			class = answer.class;
	}
	mime_free(c.mime);
	text_free(c.text);
	judge_answer_clear(&answer);
	return class;
}

bool
judge_recipient_waits(const struct judge *judge, const char *client, const char *login, const char *sender,
    const char *rcpt, int *group, int64_t now)
{
	char from[ADDR_MAX + 1], key[ADDR_MAX + 1];
	int remembered;

	if (judge->set.split == NULL || judge->set.mixed != JUDGE_MIXED_TEMPFAIL_ONCE ||
	    judge_is_internal(judge, client, login))
		return false;
	judge_envelope_key(sender, from);
	if (!judge_recipient_key(judge, rcpt, key))
		return false;
	remembered = judge_split_group(judge->set.split, from, key, now);
	if (remembered < 0)
		return false;
	if (*group < 0)
		*group = remembered;
	return *group != remembered;
}
