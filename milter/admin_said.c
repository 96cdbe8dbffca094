/*
 * admin_said.c - one statement, kept beyond the listing that showed it; and how a person is told of
 * it.
 *
 * Floor 5, part of admin.
 */
#include <stdlib.h>
#include <string.h>
#include "admin_clean.h"
#include "admin_said.h"

#define EVIDENCE_KEPT	16384	/* octets of evidence that are looked at */

struct search {
	bool			 voids;		/* voids are looked for, else all but them */
	struct admin_said	*found;
	bool			 no_memory;
};

/* Copies a text into the next slot.  false: no memory. */
static bool
keep(struct admin_said *said, size_t slot, const char **text)
{
	if (*text == NULL)
		return true;
	said->strings[slot] = strdup(*text);
	*text = said->strings[slot];
	return *text != NULL;
}

static struct admin_said *
said_copy(const struct ledger_statement *statement)
{
	struct admin_said *said;
	struct ledger_statement *s;
	const char *evidence;
	bool kept;

	said = calloc(1, sizeof(*said));
	if (said == NULL)
		return NULL;
	s = &said->statement;
	*s = *statement;
	evidence = s->evidence;
	s->evidence = NULL;
	kept = keep(said, 0, &s->source) && keep(said, 1, &s->reference) && keep(said, 2,
	    &s->recipient) &&
	    keep(said, 3, &s->sender) && keep(said, 4, &s->message_id) && keep(said, 5, &s->reason);
	if (kept && evidence != NULL) {
		if (s->evidence_len > EVIDENCE_KEPT)
			s->evidence_len = EVIDENCE_KEPT;
		said->strings[6] = malloc(s->evidence_len + 1);
		kept = said->strings[6] != NULL;
		if (kept) {
			memcpy(said->strings[6], evidence, s->evidence_len);
			said->strings[6][s->evidence_len] = '\0';
			s->evidence = said->strings[6];
		}
	}
	if (!kept) {
		admin_said_free(said);
		return NULL;
	}
	return said;
}

static bool
met(void *arg, const struct ledger_statement *statement)
{
	struct search *search = arg;

	if ((statement->kind == LEDGER_VOID) != search->voids)
		return true;
	search->found = said_copy(statement);
	search->no_memory = search->found == NULL;
	return false;
}

static int
search_run(struct ledger *ledger, const struct ledger_filter *filter, struct search *search,
    struct admin_said **said_r, struct err *err)
{
	if (ledger_statements(ledger, filter, met, search, err) < 0) {
		admin_said_free(search->found);
		return -1;
	}
	if (search->no_memory)
		return err_set(err, "no memory");
	if (search->found == NULL)
		return 0;
	*said_r = search->found;
	return 1;
}

int
admin_said_find(struct ledger *ledger, const struct ledger_filter *filter, struct admin_said **said_r,
    struct err *err)
{
	struct search search = { .voids = false };

	return search_run(ledger, filter, &search, said_r, err);
}

int
admin_said_void(struct ledger *ledger, const char *reference, struct admin_said **said_r,
    struct err *err)
{
	struct search search = { .voids = true };
	struct ledger_filter filter;

	memset(&filter, 0, sizeof(filter));
	filter.kind = LEDGER_VOID;
	filter.reference = reference;
	return search_run(ledger, &filter, &search, said_r, err);
}

void
admin_said_free(struct admin_said *said)
{
	size_t i;

	if (said == NULL)
		return;
	for (i = 0; i < sizeof(said->strings) / sizeof(said->strings[0]); i++)
		free(said->strings[i]);
	free(said);
}

char *
admin_said_note(const struct ledger_statement *statement)
{
	const char *source;

	source = statement->source != NULL ? statement->source : "";
	if (statement->evidence == NULL || (strcmp(source, "admin") != 0 && strcmp(source,
	    "import") != 0) || !admin_clean_is_text(statement->evidence, statement->evidence_len))
		return NULL;
	return strndup(statement->evidence, statement->evidence_len);
}
