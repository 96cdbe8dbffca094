/*
 * ledger_sqlite_append.c - statements enter the chain, and the tables follow them.
 *
 * Floor 2.  Runs inside the writer's transaction, so that what is looked up here cannot change before it
 * is written.  Overturns nobody's refusal but by their own word.
 */
#include "ledger_sqlite_act.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include "ledger_check.h"
#include "ledger_id.h"

#define COVERING_MAX	130	/* keys that cover one key: addr.h */

/* One call of ledger_append(). */
struct batch {
	const struct ledger_statement	*statements;
	size_t				 n;
	struct ledger_receipt		*receipts;	/* ours: the caller's wait for the disk */
};

int
lite_chain_read(struct lite_db *db, struct lite_chain *end, struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_LAST, err);
	const void *hash;
	size_t len;
	int ret;

	if (q == NULL)
		return -1;
	end->seq = 0;
	memset(end->hash, 0, sizeof end->hash);
	ret = lite_step(q, err);
	if (ret == 1) {
		end->seq = lite_int(q, 0);
		hash = lite_octets(q, 1, &len);
		if (hash == NULL || len != LEDGER_HASH)
			ret = err_set(err, "the ledger's last statement has no hash");
		else
			memcpy(end->hash, hash, LEDGER_HASH);
	}
	lite_end(q);
	return ret == -1 ? -1 : 0;
}

/* The receipt of a statement that stands there already, from columns seq, reference (NULL: given), hash. */
static void
already(struct lite_query *q, int seq, const char *reference, int hash, struct ledger_receipt *receipt)
{
	size_t len;
	const void *octets = lite_octets(q, hash, &len);

	receipt->outcome = LEDGER_ALREADY;
	receipt->seq = lite_int(q, seq);
	(void)g_strlcpy(receipt->reference, reference, sizeof receipt->reference);
	if (octets != NULL && len == LEDGER_HASH)
		ledger_hex(octets, receipt->hash);
}

/* Whether, after seq, a word was said that takes something from s, and stands.  1, 0, -1. */
static int
answered(struct lite_db *db, const struct ledger_statement *s, int64_t seq, struct err *err)
{
	bool refusal = s->kind == LEDGER_REFUSAL;
	struct lite_query *q = NULL;
	struct addr_key ours, other;
	const char *sender;
	int row, ret = 0;

	if (addr_key_parse(s->sender, strlen(s->sender), &ours, err) != 1)
		return -1;
	q = lite_query(db, refusal ? LITE_CONSENTS_SINCE : LITE_REFUSALS_SINCE, err);
	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, s->recipient);
	lite_bind_int(q, 2, seq);
	while (ret == 0 && (row = lite_step(q, err)) != 0) {
		sender = row == 1 ? lite_text_or_empty(q, 0) : "";
		if (row == -1 || addr_key_parse(sender, strlen(sender), &other, err) != 1)
			ret = -1;
		else
			ret = refusal ? addr_key_covers(&ours, &other) : addr_key_covers(&other, &ours);
	}
	lite_end(q);
	return ret;
}

/*
 * Whether the same was said before.  1 and the receipt, 0, -1.  An administrator's list that is read again is
 * the person's word of that later day; a mail that comes again is the old one, whoever sent it.
 */
static int
find_same(struct lite_db *db, const struct ledger_statement *s, struct ledger_receipt *receipt,
    struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_SAME, err);
	bool anew = false;
	int64_t seq = 0;
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, s->recipient);
	lite_bind_text(q, 2, s->sender);
	lite_bind_text(q, 3, ledger_kind_name(s->kind));
	lite_bind_text(q, 4, s->message_id);
	lite_bind_text(q, 5, s->source);
	lite_bind_int(q, 6, s->given_at);
	ret = lite_step(q, err);
	if (ret == 1) {
		seq = lite_int(q, 0);
		anew = (s->kind == LEDGER_REFUSAL || s->kind == LEDGER_CONSENT) &&
		    !ledger_source_is_person(s->source) && s->given_at > lite_int(q, 3) && lite_int(q, 4) != 0;
		already(q, 0, lite_text_or_empty(q, 1), 2, receipt);
	}
	lite_end(q);
	if (ret != 1 || !anew)
		return ret;
	ret = answered(db, s, seq, err);
	if (ret == 1)
		memset(receipt, 0, sizeof *receipt);
	return ret == -1 ? -1 : !ret;
}

/* The newest row of (recipient, key): 1 and its sequence, 0 none, -1. */
static int
newest(struct lite_db *db, enum lite_sql which, const char *recipient, const char *key, int64_t *seq_r,
    struct err *err)
{
	struct lite_query *q = lite_query(db, which, err);
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, recipient);
	lite_bind_text(q, 2, key);
	ret = lite_step(q, err);
	if (ret == 1)
		*seq_r = lite_int(q, 0);
	lite_end(q);
	return ret;
}

/*
 * Whether this consent would end a refusal that the person has not ended for all that it names.  The keys
 * that cover it lie in a row, each within the next: a refusal under one of them is ended by the person's
 * own later consent under that one or a narrower one of the row.  1, 0, -1.
 */
static int
overturns(struct lite_db *db, const struct ledger_statement *s, struct err *err)
{
	struct addr_key key, *covering = NULL;
	int64_t own = 0, seq;
	int ret = -1;
	size_t n;

	if (ledger_source_is_person(s->source))
		return 0;
	if (addr_key_parse(s->sender, strlen(s->sender), &key, err) != 1)
		return -1;
	covering = calloc(COVERING_MAX, sizeof *covering);
	if (covering == NULL)
		return err_set(err, "no memory for a consent's keys");
	n = addr_key_covering(&key, covering, COVERING_MAX);
	ret = 0;
	for (size_t i = 0; i < n && i < COVERING_MAX && ret == 0; i++) {
		seq = 0;
		ret = newest(db, LITE_NEWEST_OWN_CONSENT, s->recipient, covering[i].text, &seq, err);
		if (ret == -1)
			break;
		own = seq > own ? seq : own;
		ret = newest(db, LITE_NEWEST_REFUSAL, s->recipient, covering[i].text, &seq, err);
		if (ret == 1 && seq < own)
			ret = 0;
	}
	free(covering);
	return ret;
}

/* Who said it and about whom, beside the statement's line. */
static int
add_person(struct lite_db *db, const struct ledger_statement *s, int64_t seq,
    const unsigned char salt[LEDGER_SALT], struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_ADD_PERSON, err);

	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, seq);
	lite_bind_octets(q, 2, salt, LEDGER_SALT);
	lite_bind_text(q, 3, s->recipient);
	lite_bind_text(q, 4, s->sender);
	lite_bind_text(q, 5, s->message_id);
	lite_bind_text(q, 6, s->reason);
	return lite_run(q, err);
}

/* lasting: it names what was said by a note or a hash and is no mail, so that no retention ends it. */
static int
add_evidence(struct lite_db *db, const struct ledger_statement *s, int64_t seq, bool lasting, struct err *err)
{
	struct lite_query *q;

	if (s->evidence == NULL || s->evidence_len == 0)
		return 0;
	q = lite_query(db, LITE_ADD_STATEMENT_EVIDENCE, err);
	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, seq);
	lite_bind_int(q, 2, s->received_at);
	lite_bind_octets(q, 3, s->evidence, s->evidence_len);
	lite_bind_int(q, 4, (int64_t)s->evidence_len);
	lite_bind_int(q, 5, lasting || !ledger_source_is_person(s->source));
	return lite_run(q, err);
}

/* The statement's line into the chain, its personal fields beside it. */
static int
chain(struct lite_db *db, struct lite_chain *end, const struct ledger_statement *s, bool lasting,
    struct ledger_receipt *receipt, struct err *err)
{
	struct ledger_link link = {
		.seq = end->seq + 1, .given_at = s->given_at, .received_at = s->received_at,
		.expires = s->expires, .kind = ledger_kind_name(s->kind), .source = s->source,
		.reference = s->reference,
	};
	unsigned char salt[LEDGER_SALT], hash[LEDGER_HASH];
	struct lite_query *q;

	if (ledger_random(salt, sizeof salt, err) == -1)
		return -1;
	ledger_commit(salt, s->recipient, strlen(s->recipient), link.c_recipient);
	ledger_commit(salt, s->sender, strlen(s->sender), link.c_sender);
	ledger_commit_evidence(salt, s->reason, s->evidence, s->evidence_len, link.c_evidence);
	ledger_link_hash(end->hash, &link, hash);

	q = lite_query(db, LITE_ADD_STATEMENT, err);
	if (q == NULL)
		return -1;
	lite_bind_int(q, 1, link.seq);
	lite_bind_text(q, 2, link.kind);
	lite_bind_text(q, 3, link.source);
	lite_bind_int(q, 4, link.given_at);
	lite_bind_int(q, 5, link.received_at);
	if (link.expires != 0)
		lite_bind_int(q, 6, link.expires);
	lite_bind_text(q, 7, link.reference);
	lite_bind_octets(q, 8, link.c_recipient, LEDGER_HASH);
	lite_bind_octets(q, 9, link.c_sender, LEDGER_HASH);
	lite_bind_octets(q, 10, link.c_evidence, LEDGER_HASH);
	lite_bind_octets(q, 11, hash, LEDGER_HASH);
	if (lite_run(q, err) == -1)
		return -1;

	if (add_person(db, s, link.seq, salt, err) == -1 || add_evidence(db, s, link.seq, lasting, err) == -1)
		return -1;

	end->seq = link.seq;
	memcpy(end->hash, hash, sizeof hash);
	receipt->outcome = LEDGER_WRITTEN;
	receipt->seq = link.seq;
	(void)g_strlcpy(receipt->reference, s->reference, sizeof receipt->reference);
	ledger_hex(hash, receipt->hash);
	return 0;
}

/* Puts a row into consent or refusal, or takes it out. */
static int
keep_table(struct lite_db *db, enum lite_sql which, const struct ledger_statement *s, int64_t seq,
    struct err *err)
{
	struct lite_query *q = lite_query(db, which, err);

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, s->recipient);
	lite_bind_text(q, 2, s->sender);
	lite_bind_int(q, 3, seq);
	if (which == LITE_ADD_CONSENT && s->expires != 0)
		lite_bind_int(q, 4, s->expires);
	if (which == LITE_ADD_CONSENT)
		lite_bind_int(q, 5, ledger_source_is_person(s->source));
	return lite_run(q, err);
}

/* Whether a void stands already behind that reference: 1 and the receipt, 0, -1. */
static int
find_void(struct lite_db *db, const struct ledger_statement *s, struct ledger_receipt *receipt,
    struct err *err)
{
	struct lite_query *q = lite_query(db, LITE_VOID_OF, err);
	const char *message_id;
	int ret;

	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, s->reference);
	ret = lite_step(q, err);
	if (ret == 1) {
		message_id = lite_text(q, 4);
		receipt->outcome = LEDGER_ABSENT;
		if (g_strcmp0(message_id, s->message_id) == 0 && (message_id != NULL ||
		    (strcmp(lite_text_or_empty(q, 2), s->source) == 0 && lite_int(q, 3) == s->given_at)))
			already(q, 0, s->reference, 1, receipt);
	}
	lite_end(q);
	return ret;
}

/* Ends the statement that the reference names.  What a void says of its target is the target's own. */
static int
append_void(struct lite_db *db, struct lite_chain *end, const struct ledger_statement *s,
    struct ledger_receipt *receipt, struct err *err)
{
	struct ledger_statement v = *s;
	enum ledger_kind kind;
	struct lite_query *q;
	int64_t seq;
	int ret;

	q = lite_query(db, LITE_TARGET, err);
	if (q == NULL)
		return -1;
	lite_bind_text(q, 1, s->reference);
	ret = lite_step(q, err);
	receipt->outcome = LEDGER_ABSENT;
	if (ret != 1)
		goto out;
	seq = lite_int(q, 0);
	kind = ledger_kind_by_name(lite_text(q, 1));
	v.recipient = lite_text_or_empty(q, 2);		/* they live until the query ends */
	v.sender = lite_text_or_empty(q, 3);
	if (s->recipient != NULL && strcmp(s->recipient, v.recipient) != 0) {
		ret = 0;
		goto out;
	}
	ret = find_void(db, s, receipt, err);
	if (ret != 0)
		goto out;
	ret = chain(db, end, &v, false, receipt, err);
	if (ret == 0 && (kind == LEDGER_CONSENT || kind == LEDGER_REFUSAL))
		ret = keep_table(db, kind == LEDGER_CONSENT ? LITE_DROP_CONSENT : LITE_DROP_REFUSAL, &v,
		    seq, err);
out:
	lite_end(q);
	return ret == -1 ? -1 : 0;
}

/* Under a reference of its own. */
static int
chain_new(struct lite_db *db, struct lite_chain *end, const struct ledger_statement *s, bool lasting,
    struct ledger_receipt *receipt, struct err *err)
{
	char reference[LEDGER_REFERENCE_MAX + 1];
	struct ledger_statement word = *s;

	if (ledger_new_reference(reference, err) == -1)
		return -1;
	word.reference = reference;
	return chain(db, end, &word, lasting, receipt, err);
}

int
lite_append_one(struct lite_db *db, struct lite_chain *end, const struct ledger_statement *s,
    struct ledger_receipt *receipt, struct err *err)
{
	int ret;

	if (s->kind == LEDGER_VOID)
		return append_void(db, end, s, receipt, err);
	ret = find_same(db, s, receipt, err);
	if (ret != 0)
		return ret == -1 ? -1 : 0;
	ret = s->kind == LEDGER_CONSENT ? overturns(db, s, err) : 0;
	if (ret == 1)
		receipt->outcome = LEDGER_OVERTURNS;
	if (ret != 0)
		return ret == -1 ? -1 : 0;
	if (chain_new(db, end, s, false, receipt, err) == -1)
		return -1;
	if (s->kind == LEDGER_CONSENT)
		return keep_table(db, LITE_ADD_CONSENT, s, receipt->seq, err);
	if (s->kind == LEDGER_REFUSAL)
		return keep_table(db, LITE_ADD_REFUSAL, s, receipt->seq, err);
	return 0;
}

int
lite_append_complaint(struct lite_db *db, struct lite_chain *end, const struct ledger_statement *s,
    struct ledger_receipt *receipt, struct err *err)
{
	return chain_new(db, end, s, true, receipt, err);
}

static int
append_batch(struct lite_db *db, void *arg, struct err *err)
{
	struct lite_chain end;
	struct batch *b = arg;

	if (lite_chain_read(db, &end, err) == -1)
		return -1;
	for (size_t i = 0; i < b->n; i++)
		if (lite_append_one(db, &end, &b->statements[i], &b->receipts[i], err) == -1)
			return -1;
	return 0;
}

int
lite_append(struct ledger *ledger, const struct ledger_statement *statements, size_t n,
    struct ledger_receipt *receipts_r, struct err *err)
{
	struct batch b = { .statements = statements, .n = n };
	int ret;

	b.receipts = calloc(n, sizeof *b.receipts);
	if (b.receipts == NULL)
		return err_set(err, "no memory for %zu receipts", n);
	ret = lite_write((struct lite *)ledger, append_batch, &b, err);
	if (ret == 0)
		memcpy(receipts_r, b.receipts, n * sizeof *b.receipts);
	free(b.receipts);
	return ret;
}
