/*
 * ledger_sqlite_case_list.c - cases shown, their evidence unpacked where it is asked for.
 *
 * Floor 2.  Evidence that is not what was kept fails the listing: it must not be shown as if it were.
 */
#include "ledger_sqlite_act.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct show {
	ledger_case_fn	*fn;
	void		*arg;
	bool		 failed;
	struct err	 err;
};

static void
bind_filter(struct lite_query *q, const void *filter)
{
	const struct ledger_case_filter *f = filter;

	lite_bind_int(q, 1, f->number);
	if (f->state != CASE_NONE)
		lite_bind_text(q, 2, ledger_case_state_name(f->state));
	lite_bind_text(q, 3, f->recipient);
	lite_bind_text(q, 4, f->sender);
	lite_bind_int(q, 5, f->since != 0 ? f->since : INT64_MIN);
	lite_bind_int(q, 6, f->until != 0 ? f->until : INT64_MAX);
	lite_bind_int(q, 7, f->opened_before);
	lite_bind_int(q, 8, f->due);
	lite_bind_int(q, 9, f->evidence);
	lite_bind_int(q, 10, f->limit > 0 ? f->limit : -1);
}

static void
read_case(struct lite_query *q, struct ledger_case *c)
{
	memset(c, 0, sizeof *c);
	c->number = lite_int(q, 0);
	c->state = ledger_case_state_by_name(lite_text_or_empty(q, 1));
	c->kind = lite_text_or_empty(q, 2);
	c->source = lite_text_or_empty(q, 3);
	c->weak = lite_int(q, 4) != 0;
	c->hold = lite_int(q, 5) != 0;
	c->opened_at = lite_int(q, 6);
	c->changed_at = lite_int(q, 7);
	c->closed_at = lite_int(q, 8);
	c->recipient = lite_text(q, 9);
	c->sender = lite_text(q, 10);
	c->from = lite_text_or_empty(q, 11);
	c->subject = lite_text_or_empty(q, 12);
	c->message_id = lite_text_or_empty(q, 13);
	c->decision = lite_text_or_empty(q, 14);
	c->cause = lite_text_or_empty(q, 15);
	c->envelope = lite_text_or_empty(q, 16);
	c->reason = lite_text_or_empty(q, 17);
	c->statement = lite_int(q, 18);
	c->refusal = lite_int(q, 19);
	c->tries = (unsigned)lite_int(q, 20);
	c->next_at = lite_int(q, 21);
}

/* The evidence of the row; *octets_r is the caller's to free.  0, or -1 and the reason in show. */
static int
read_evidence(struct lite_query *q, struct ledger_case *c, char **octets_r, struct show *show)
{
	size_t packed_len, hash_len;
	const void *hash = lite_octets(q, 24, &hash_len), *packed = lite_octets(q, 25, &packed_len);
	int64_t kept = lite_int(q, 22), size = lite_int(q, 23);

	if (hash == NULL || hash_len != LEDGER_HASH || kept <= 0 || size < kept)
		return 0;
	ledger_hex(hash, c->sha256);
	c->evidence_size = (size_t)size;
	if (packed == NULL)
		return 0;
	switch (lite_unpack(packed, packed_len, kept, hash, octets_r)) {
	case 1:
		c->evidence = *octets_r;
		c->evidence_len = (size_t)kept;
		return 0;
	case 0:
		return err_set(&show->err, "the evidence of case %" PRId64 " is not what was kept", c->number);
	default:
		return err_set(&show->err, "no memory for the evidence of case %" PRId64, c->number);
	}
}

static bool
show_case(struct lite_query *q, void *arg)
{
	struct show *show = arg;
	struct ledger_case complaint;
	char *octets = NULL;
	bool more = false;

	read_case(q, &complaint);
	if (read_evidence(q, &complaint, &octets, show) == -1)
		show->failed = true;
	else
		more = show->fn(show->arg, &complaint);
	free(octets);
	return more;
}

/* The query whose index serves the filter best. */
static enum lite_sql
choose(const struct ledger_case_filter *f)
{
	if (f->number != 0)
		return LITE_CASES_NUMBER;
	if (f->recipient != NULL)
		return LITE_CASES_RECIPIENT;
	if (f->due != 0)
		return LITE_CASES_DUE;
	return f->opened_before != 0 ? LITE_CASES_UNENDED : LITE_CASES;
}

int64_t
lite_cases(struct ledger *ledger, const struct ledger_case_filter *filter, ledger_case_fn *fn, void *arg,
    struct err *err)
{
	struct show show = { .fn = fn, .arg = arg };
	int64_t ret;

	ret = lite_list((struct lite *)ledger, choose(filter), bind_filter, filter, show_case, &show, err);
	if (show.failed)
		return err_set(err, "%s", show.err.text);
	return ret;
}
