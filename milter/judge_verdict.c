/*
 * judge_verdict.c - standing and verdict of every recipient, and the one answer for all of them.
 *
 * Floor 3.5, part of judge.  DESIGN sections 5 and 6.  A ledger that cannot be read gives STANDING_UNKNOWN to
 * whoever it was asked about, never "nothing on record".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "judge_private.h"


/* ---- what the verdict depends on --------------------------------------------------------------- */

/* The row for this direction and sender: the policy for the closest domain, else the general one. */
static const struct policy_row *
row_for(const struct judge_case *c)
{
	const struct judge_settings *set = &c->judge->set;
	const struct policy_row *row = &policy_default[c->answer->direction];
	const char *domain;
	size_t i, best = 0;

	domain = addr_domain_of(c->sender.from[0] != '\0' ? c->sender.from : c->sender.envelope);
	for (i = 0; i < set->npolicies; i++) {
		const struct judge_policy *p = &set->policies[i];
		size_t weight = strlen(p->domain) + 1;

		if (p->direction != c->answer->direction || weight <= best)
			continue;
		if (p->domain[0] != '\0' && (domain == NULL || !addr_domain_under(domain, p->domain)))
			continue;
		row = &p->row;
		best = weight;
	}
	return row;
}

/* Where a rejection would hit the wrong one: a gateway's, a forwarder's or a list's queue. */
static bool
is_soft(const struct judge_case *c)
{
	const struct judge_settings *set = &c->judge->set;
	char list[ADDR_KEY_MAX + 1];
	size_t i, n;

	if (judge_list_has_net(&set->gateway_hosts, c->msg->client) ||
	    judge_list_has_net(&set->trusted_forwarders, c->msg->client))
		return true;
	for (i = 0; i < c->sender.nids; i++) {
		const struct policy_identity *id = &c->sender.id[i];

		if (id->kind != IDENTITY_LIST || !id->authenticated)
			continue;
		(void)snprintf(list, sizeof(list), "%s", id->key.text + 1);	/* brackets off */
		n = strlen(list);
		if (n > 0)
			list[n - 1] = '\0';
		if (judge_list_has(&set->trusted_lists, list))
			return true;
	}
	return false;
}

/* Every key that covers one of the identities, each once; strings owned by the table. */
static GHashTable *
keys_of(const struct sender *sender)
{
	GHashTable *keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct addr_key *covering;
	size_t i, j, n;

	covering = g_new(struct addr_key, 130);
	(void)g_hash_table_add(keys, g_strdup("*"));
	for (i = 0; i < sender->nids; i++) {
		n = addr_key_covering(&sender->id[i].key, covering, 130);
		for (j = 0; j < n && j < 130; j++)
			(void)g_hash_table_add(keys, g_strdup(covering[j].text));
	}
	g_free(covering);
	return keys;
}

/* ---- one recipient ----------------------------------------------------------------------------- */

/* Who a message is from that names nobody: whoever refused every sender ("*") refused this one too. */
static const struct policy_identity nobody = {
	.kind = IDENTITY_ENVELOPE, .key = { .kind = ADDR_DOMAIN, .labels = 1, .text = "invalid" }
};

/* Whether the words refuse the list itself, whoever else they refuse and more closely. */
static bool
refuses_list(const struct judge_case *c, const struct policy_word *words, size_t n)
{
	size_t i;

	for (i = 0; i < c->sender.nids; i++) {
		const struct policy_identity *id = &c->sender.id[i];
		size_t w;

		if (id->kind != IDENTITY_LIST)
			continue;
		for (w = 0; w < n; w++)
			if (words[w].kind == WORD_REFUSAL && words[w].key.kind == ADDR_LIST &&
			    addr_key_covers(&words[w].key, &id->key))
				return policy_standing(words, n, id, 1, false, c->msg->now).standing == STANDING_REFUSED;
	}
	return false;
}

/* Where nobody spoke, or only a rule did, a correspondence counts: it is looked up only then. */
static void
stand(struct judge_case *c, struct judge_recipient *r, const struct policy_word *words, size_t n, struct err *err)
{
	const struct policy_identity *ids = c->sender.nids > 0 ? c->sender.id : &nobody;
	size_t nids = c->sender.nids > 0 ? c->sender.nids : 1;
	int knows;

	r->finding = policy_standing(words, n, ids, nids, false, c->msg->now);
	if (c->answer->direction != DIRECTION_INBOUND || (r->finding.standing != STANDING_NONE && !r->finding.by_rule))
		return;
	knows = judge_talk_knows(c, r->key, err);
	if (knows == 1)
		r->finding = policy_standing(words, n, ids, nids, true, c->msg->now);
	else if (knows < 0)
		r->finding.standing = STANDING_UNKNOWN;
}

static void
find_standing(struct judge_case *c, struct judge_recipient *r, char **keys, size_t nkeys, bool *list_refused_r)
{
	struct ledger *ledger = c->judge->set.ledger;
	struct policy_word *words = NULL;
	struct err err = { "" };
	size_t n = 0;

	r->finding = (struct policy_finding){ .standing = STANDING_UNKNOWN, .word = SIZE_MAX, .identity = SIZE_MAX };
	if (ledger == NULL)
		(void)err_set(&err, "the ledger is not open");
	else if (ledger_words(ledger, r->key, (const char *const *)keys, nkeys, &words, &n, &err) == 0)
		stand(c, r, words, n, &err);
	if (r->finding.standing == STANDING_UNKNOWN) {
		c->answer->ledger_failed = true;
		(void)snprintf(c->answer->why, sizeof(c->answer->why), "%s", err.text);
	} else if (r->finding.word < n) {
		r->word = words[r->finding.word].seq;
		(void)snprintf(r->matched, sizeof(r->matched), "%s", words[r->finding.word].key.text);
	}
	*list_refused_r = r->finding.standing == STANDING_REFUSED &&
	    ((r->finding.identity < c->sender.nids && c->sender.id[r->finding.identity].kind == IDENTITY_LIST) ||
	    refuses_list(c, words, n));
	ledger_words_free(words);
}

static void
verdict_of(struct judge_case *c, struct judge_recipient *r, char **keys, size_t nkeys)
{
	struct policy_facts facts = {
		.class = CLASS_COMMERCIAL, .direction = c->answer->direction, .score = c->answer->score,
		.reject_score = c->judge->set.reject_score, .soft = c->soft,
	};

	if (r->exempt)
		return;				/* accepted; nothing is looked up */
	if (r->key[0] != '\0')			/* what is no mailbox has no person behind it to have spoken */
		find_standing(c, r, keys, nkeys, &facts.list_refused);
	facts.standing = r->finding.standing;
	r->would = policy_verdict(c->row, &facts);
}

/* ---- all of them ------------------------------------------------------------------------------- */

struct tally {
	size_t	of[ACTION_MAX];
};

static struct tally
tally_of(const struct judge_answer *a)
{
	struct tally t = { { 0 } };
	size_t i;

	for (i = 0; i < a->nrcpts; i++)
		t.of[a->rcpts[i].would]++;
	return t;
}

static void
act_all(struct judge_answer *a, enum policy_action action)
{
	size_t i;

	a->action = action;
	for (i = 0; i < a->nrcpts; i++)
		a->rcpts[i].action = action;
}

/*
 * Nobody's mail is rejected here: each gets their own action, the message the strongest that all share.  Whoever
 * is removed takes no part.
 */
static void
deliver(struct judge_case *c, bool remove)
{
	struct judge_answer *a = c->answer;
	struct tally t = { { 0 } };
	size_t i, n = a->nrcpts;

	for (i = 0; i < a->nrcpts; i++) {
		a->rcpts[i].action = a->rcpts[i].would != ACTION_REJECT || remove ? a->rcpts[i].would : ACTION_TAG;
		t.of[a->rcpts[i].action]++;
	}
	n -= t.of[ACTION_REJECT];
	if (t.of[ACTION_QUARANTINE] == n && c->msg->can_quarantine) {
		a->action = ACTION_QUARANTINE;
		return;
	}
	for (i = 0; i < a->nrcpts; i++)		/* holding is for the whole message or not at all */
		if (a->rcpts[i].action == ACTION_QUARANTINE)
			a->rcpts[i].action = ACTION_TAG;
	a->action = t.of[ACTION_ACCEPT] == n ? ACTION_ACCEPT : ACTION_TAG;
}

/* "<>" is no sender: every report has it, and none is to wait for another. */
static bool
is_null_sender(const struct judge_case *c)
{
	char from[ADDR_MAX + 1];

	judge_envelope_key(c->msg->sender, from);
	return from[0] == '\0';
}

/* 451 now; when it comes again each group gets its own transaction, and a true answer. */
static void
ask_again(struct judge_case *c)
{
	struct judge_split *split = c->judge->set.split;
	struct judge_answer *a = c->answer;
	char from[ADDR_MAX + 1];
	size_t i;

	act_all(a, ACTION_TEMPFAIL);
	(void)snprintf(a->code, sizeof(a->code), "451");
	(void)snprintf(a->xcode, sizeof(a->xcode), "4.5.3");
	if (split == NULL || c->msg->dry)
		return;
	judge_envelope_key(c->msg->sender, from);
	for (i = 0; i < a->nrcpts; i++)
		if (a->rcpts[i].key[0] != '\0')
			judge_split_remember(split, from, a->rcpts[i].key, a->rcpts[i].would == ACTION_REJECT,
			    c->msg->now);
}

/* A group that came and has its true answer: the sender's next message to these waits no longer. */
static void
forget_split(struct judge_case *c)
{
	struct judge_split *split = c->judge->set.split;
	char from[ADDR_MAX + 1];
	size_t i;

	if (split == NULL || c->msg->dry || is_null_sender(c))
		return;
	judge_envelope_key(c->msg->sender, from);
	for (i = 0; i < c->answer->nrcpts; i++)
		judge_split_forget(split, from, c->answer->rcpts[i].key);
}

/* Some refuse it and some do not.  DESIGN section 6, "Several recipients". */
static void
settle_mix(struct judge_case *c)
{
	enum judge_mixed how = c->judge->set.mixed;
	struct judge_answer *a = c->answer;

	if (a->direction == DIRECTION_OUTBOUND)
		how = c->judge->set.outbound_mixed;
	if (how == JUDGE_MIXED_TEMPFAIL_ONCE && is_null_sender(c) && c->msg->can_remove)
		how = JUDGE_MIXED_REMOVE;	/* nothing can be remembered of it */
	if (how == JUDGE_MIXED_REMOVE && !c->msg->can_remove)
		how = a->direction == DIRECTION_OUTBOUND ? JUDGE_MIXED_REJECT : JUDGE_MIXED_TEMPFAIL_ONCE;
	switch (how) {
	case JUDGE_MIXED_REJECT:
		act_all(a, ACTION_REJECT);
		break;
	case JUDGE_MIXED_TAG:
	case JUDGE_MIXED_REMOVE:
		deliver(c, how == JUDGE_MIXED_REMOVE);
		break;
	default:
		ask_again(c);
		break;
	}
}

/* What the sending side is told. */
static void
say(struct judge_case *c)
{
	const struct judge_settings *set = &c->judge->set;
	struct judge_answer *a = c->answer;
	bool again = a->xcode[0] != '\0';
	const char *text;

	if (a->action != ACTION_REJECT && a->action != ACTION_TEMPFAIL)
		return;
	text = a->action == ACTION_REJECT ? set->reject_text : again ? set->mixed_text : set->tempfail_text;
	(void)snprintf(a->code, sizeof(a->code), "%s", a->action == ACTION_REJECT ? "550" : "451");
	if (!again)
		(void)snprintf(a->xcode, sizeof(a->xcode), "%s", a->action == ACTION_REJECT ? "5.7.1" : "4.3.0");
	judge_fill(text, a->id, a->sender_key, a->text, sizeof(a->text));
}

/* Ids only for what is to be recorded. */
static void
name_decisions(struct judge_case *c)
{
	struct judge_answer *a = c->answer;
	struct err err = { "" };
	size_t i;

	if (c->msg->dry)
		return;
	if (ledger_new_id(a->id, &err) != 0) {
		(void)snprintf(a->why, sizeof(a->why), "%s", err.text);
		a->ledger_failed = true;
		return;
	}
	for (i = 0; i < a->nrcpts; i++) {
		if (a->rcpts[i].exempt)
			continue;
		if (a->nrcpts == 1)
			(void)snprintf(a->rcpts[i].id, sizeof(a->rcpts[i].id), "%s", a->id);
		else if (ledger_new_id(a->rcpts[i].id, &err) != 0)
			a->ledger_failed = true;
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
judge_verdicts(struct judge_case *c)
{
	struct judge_answer *a = c->answer;
	GHashTable *table;
	struct tally t;
	char **keys;
	guint nkeys;
	size_t i;

	c->row = row_for(c);
	c->soft = is_soft(c);
	table = keys_of(&c->sender);
	keys = (char **)g_hash_table_get_keys_as_array(table, &nkeys);
	qsort(keys, nkeys, sizeof(*keys), by_text);	/* once: the ledger wants them so for each recipient */
	for (i = 0; i < a->nrcpts; i++)
		verdict_of(c, &a->rcpts[i], keys, nkeys);
	g_free(keys);
	g_hash_table_destroy(table);
	name_decisions(c);

	t = tally_of(a);
	if (c->judge->set.mode == MODE_OBSERVE)
		act_all(a, ACTION_ACCEPT);
	else if (t.of[ACTION_TEMPFAIL] > 0)
		act_all(a, ACTION_TEMPFAIL);
	else if (t.of[ACTION_REJECT] == a->nrcpts)
		act_all(a, ACTION_REJECT);
	else if (t.of[ACTION_REJECT] > 0)
		settle_mix(c);
	else
		deliver(c, false);
	if (a->action != ACTION_TEMPFAIL)
		forget_split(c);
	say(c);
}
