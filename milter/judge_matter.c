/*
 * judge_matter.c - what a complaint about one message rests on.
 *
 * Floor 3.5, part of judge.  Reads only.  Whose complaint counts, and what is written, is not its business.
 */
#include <stdio.h>
#include <string.h>
#include "judge_matter.h"
#include "judge_word.h"

#define RECENT		(90LL * 24 * 3600 * 1000)	/* ms: how far back a quotation may point */

/* Our decision on that message for that person.  1, 0, -1. */
static int
find_decision(struct ledger *ledger, const char *recipient, const struct complaint_item *item, int64_t now,
    struct judge_word_decision *found, struct err *err)
{
	struct ledger_decision_filter filter = { .recipient = recipient };
	int ret = 0;

	if (item->decision[0] != '\0') {
		filter.id = item->decision;
		ret = judge_word_find(ledger, &filter, found, err);
	}
	filter.id = NULL;
	if (ret == 0 && item->message_id[0] != '\0') {
		/* Senders choose Message-IDs: one that an advertiser copied from wanted mail names two messages. */
		filter.message_id = item->message_id;
		filter.sender = item->from[0] == '\0' ? NULL : item->from;
		ret = judge_word_find(ledger, &filter, found, err);
	}
	filter.message_id = NULL;
	if (ret == 0 && item->weak && item->from[0] != '\0') {
		filter.sender = item->from;
		filter.since = now - RECENT;
		ret = judge_word_find(ledger, &filter, found, err);
	}
	return ret;
}

int
judge_matter_look(const struct judge *judge, struct ledger *ledger, const char *recipient,
    const struct complaint_item *item, int64_t now, struct judge_matter *matter_r, struct err *err)
{
	struct judge_word_decision decision = { .found = false };
	struct addr_key key;
	int found;

	memset(matter_r, 0, sizeof(*matter_r));
	if (ledger == NULL)
		return err_set(err, "the ledger is not open");
	found = find_decision(ledger, recipient, item, now, &decision, err);
	if (found < 0)
		return -1;
	matter_r->commercial = found == 1 || judge_class_of(judge, item->octets, item->len, now) == CLASS_COMMERCIAL;
	if (found == 1) {
		(void)snprintf(matter_r->decision, sizeof(matter_r->decision), "%s", decision.id);
		(void)snprintf(matter_r->key, sizeof(matter_r->key), "%s", decision.key);
		return 0;
	}
	(void)snprintf(matter_r->decision, sizeof(matter_r->decision), "%.*s", LEDGER_ID_MAX, item->decision);
	if (item->from[0] != '\0' && addr_key_make(ADDR_MAILBOX, item->from, &key) == 1)
		(void)snprintf(matter_r->key, sizeof(matter_r->key), "%s", key.text);
	return 0;
}

void
judge_matter_case(const struct judge_matter *matter, const struct complaint_item *item, size_t evidence_max,
    struct ledger_case *case_r)
{
	*case_r = (struct ledger_case){
		.state = CASE_OPEN, .kind = matter->commercial ? "commercial" : "other", .weak = item->weak,
		.sender = matter->key, .from = item->from, .subject = item->subject, .message_id = item->message_id,
		.decision = matter->decision, .envelope = item->envelope, .evidence = item->octets,
		.evidence_len = item->len < evidence_max ? item->len : evidence_max, .evidence_size = item->len,
	};
}
