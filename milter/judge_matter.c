/*
 * judge_matter.c - what a complaint about one message rests on.
 *
 * Floor 3.5, part of judge.  Reads only.  Whose complaint counts, and what is written, is not its business.
 */
#include <stdio.h>
#include <string.h>
#include "judge_matter.h"
#include "judge_private.h"

#define RECENT		(90LL * 24 * 3600 * 1000)	/* ms: how far back a quotation may point */

struct found {
	struct judge_matter	*matter;
	bool			 any;
};

static bool
take_decision(void *arg, const struct ledger_decision *d)
{
	struct found *found = arg;

	found->any = true;
	/* The message's id is what its X-Tuiding bears, and so what a measure looks for. */
	(void)snprintf(found->matter->decision, sizeof(found->matter->decision), "%s",
	    d->message[0] != '\0' ? d->message : d->id);
	(void)snprintf(found->matter->key, sizeof(found->matter->key), "%s", d->default_key);
	return false;
}

/* The newest of the filter.  1, 0, -1. */
static int
find(struct ledger *ledger, const struct ledger_decision_filter *filter, struct judge_matter *matter, struct err *err)
{
	struct ledger_decision_filter one = *filter;
	struct found found = { .matter = matter };

	one.limit = 1;
	if (ledger_decisions(ledger, &one, take_decision, &found, err) < 0)
		return -1;
	return found.any;
}

/* Our decision on that message for that person.  1, 0, -1. */
static int
find_decision(struct ledger *ledger, const char *recipient, const struct complaint_item *item, int64_t now,
    struct judge_matter *matter, struct err *err)
{
	struct ledger_decision_filter filter = { .recipient = recipient };
	int ret = 0;

	if (item->decision[0] != '\0') {
		filter.id = item->decision;
		ret = find(ledger, &filter, matter, err);
	}
	filter.id = NULL;
	if (ret == 0 && item->message_id[0] != '\0') {
		/* Senders choose Message-IDs: one that an advertiser copied from wanted mail names two messages. */
		filter.message_id = item->message_id;
		filter.sender = item->from[0] == '\0' ? NULL : item->from;
		ret = find(ledger, &filter, matter, err);
	}
	filter.message_id = NULL;
	if (ret == 0 && item->weak && item->from[0] != '\0') {
		filter.sender = item->from;
		filter.since = now - RECENT;
		ret = find(ledger, &filter, matter, err);
	}
	return ret;
}

int
judge_matter_look(const struct judge *judge, struct ledger *ledger, const char *recipient,
    const struct complaint_item *item, int64_t now, struct judge_matter *matter_r, struct err *err)
{
	struct addr_key key;
	int found;

	memset(matter_r, 0, sizeof(*matter_r));
	if (ledger == NULL)
		return err_set(err, "the ledger is not open");
	found = find_decision(ledger, recipient, item, now, matter_r, err);
	if (found < 0)
		return -1;
	matter_r->commercial = found == 1 || judge_class_of(judge, item->octets, item->len, now) == CLASS_COMMERCIAL;
	if (found == 1)
		return 0;
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
