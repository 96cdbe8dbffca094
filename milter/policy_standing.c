/*
 * policy_standing.c - from what was said to how a sender stands with one recipient.
 *
 * Floor 1.  Pure.  Nobody but the person overturns their refusal; no unproven name earns a consent.
 */
#include "policy.h"

/* What all the steps look at. */
struct facts {
	const struct policy_word	*words;
	size_t				 nwords;
	const struct policy_identity	*ids;
	size_t				 nids;
	int64_t				 now;
};

static bool
is_statement(const struct policy_word *word, enum policy_word_kind kind)
{
	return word->kind == kind && !word->rule;
}

/* The first identity that key covers; SIZE_MAX when it covers none. */
static size_t
covered_by(const struct facts *f, const struct addr_key *key)
{
	for (size_t i = 0; i < f->nids; i++)
		if (addr_key_covers(key, &f->ids[i].key))
			return i;
	return SIZE_MAX;
}

/* Whether key covers every header From, or the List-Id: what a consent must do to end a refusal. */
static bool
covers_author(const struct facts *f, const struct addr_key *key)
{
	bool	from = false, all = true;

	for (size_t i = 0; i < f->nids; i++) {
		bool	covers = addr_key_covers(key, &f->ids[i].key);

		if (f->ids[i].kind == IDENTITY_LIST && covers)
			return true;
		if (f->ids[i].kind == IDENTITY_FROM) {
			from = true;
			all = all && covers;
		}
	}
	return from && all;
}

/* Whether a consent may rest on the identity: a proven From, or a proven List-Id beside a From. */
static bool
is_proven(const struct facts *f, size_t id)
{
	if (!f->ids[id].authenticated)
		return false;
	if (f->ids[id].kind == IDENTITY_FROM)
		return true;
	if (f->ids[id].kind != IDENTITY_LIST)
		return false;
	for (size_t i = 0; i < f->nids; i++)
		if (f->ids[i].kind == IDENTITY_FROM)
			return true;
	return false;
}

/* Whether a is to be named before b: the more specific, of equals the later. */
static bool
outranks(const struct policy_word *a, const struct policy_word *b)
{
	unsigned	ra = addr_key_rank(&a->key), rb = addr_key_rank(&b->key);

	return ra != rb ? ra > rb : a->seq > b->seq;
}

/* Whether the person took the refusal back, by a later consent within it that means this author. */
static bool
is_ended(const struct facts *f, const struct policy_word *refusal)
{
	for (size_t i = 0; i < f->nwords; i++) {
		const struct policy_word	*w = &f->words[i];

		if (is_statement(w, WORD_CONSENT) && w->seq > refusal->seq &&
		    addr_key_covers(&refusal->key, &w->key) && covers_author(f, &w->key))
			return true;
	}
	return false;
}

/* Whether a refusal after the consent covers the identity that it would be used for. */
static bool
is_withdrawn(const struct facts *f, const struct policy_word *consent, size_t id)
{
	for (size_t i = 0; i < f->nwords; i++) {
		const struct policy_word	*w = &f->words[i];

		if (is_statement(w, WORD_REFUSAL) && w->seq > consent->seq &&
		    addr_key_covers(&w->key, &f->ids[id].key))
			return true;
	}
	return false;
}

/* Whether the consent holds now for a proven identity; a rule is outranked, never withdrawn. */
static bool
is_in_force(const struct facts *f, const struct policy_word *consent, size_t *id_r)
{
	if (consent->expires != 0 && consent->expires <= f->now)
		return false;
	for (size_t i = 0; i < f->nids; i++)
		if (is_proven(f, i) && addr_key_covers(&consent->key, &f->ids[i].key) &&
		    (consent->rule || !is_withdrawn(f, consent, i))) {
			*id_r = i;
			return true;
		}
	return false;
}

/* Whether the word speaks in the step that asks, about this message; then on which identity. */
typedef bool	speaks_fn(const struct facts *f, const struct policy_word *word, size_t *id_r);

static bool
speaks_refusal(const struct facts *f, const struct policy_word *word, size_t *id_r)
{
	if (!is_statement(word, WORD_REFUSAL))
		return false;
	*id_r = covered_by(f, &word->key);
	return *id_r != SIZE_MAX && !is_ended(f, word);
}

static bool
speaks_consent(const struct facts *f, const struct policy_word *word, size_t *id_r)
{
	return is_statement(word, WORD_CONSENT) && is_in_force(f, word, id_r);
}

static bool
speaks_rule(const struct facts *f, const struct policy_word *word, size_t *id_r)
{
	if (!word->rule)
		return false;
	if (word->kind == WORD_CONSENT)
		return is_in_force(f, word, id_r);
	if (word->kind != WORD_REFUSAL)
		return false;
	*id_r = covered_by(f, &word->key);
	return *id_r != SIZE_MAX;
}

/* The word to name among those that speak; false when none does. */
static bool
find(const struct facts *f, speaks_fn *speaks, struct policy_finding *finding)
{
	size_t	id = SIZE_MAX;

	finding->word = finding->identity = SIZE_MAX;
	for (size_t i = 0; i < f->nwords; i++) {
		if (finding->word != SIZE_MAX && !outranks(&f->words[i], &f->words[finding->word]))
			continue;
		if (!speaks(f, &f->words[i], &id))
			continue;
		finding->word = i;
		finding->identity = id;
	}
	return finding->word != SIZE_MAX;
}

struct policy_finding
policy_standing(const struct policy_word *words, size_t nwords, const struct policy_identity *ids,
    size_t nids, bool correspondent, int64_t now)
{
	const struct facts	f = { words, nwords, ids, nids, now };
	struct policy_finding	finding = { .word = SIZE_MAX, .identity = SIZE_MAX };

	if (find(&f, speaks_refusal, &finding)) {
		finding.standing = STANDING_REFUSED;
		return finding;
	}
	if (find(&f, speaks_consent, &finding)) {
		finding.standing = STANDING_CONSENTED;
		return finding;
	}
	for (size_t i = 0; correspondent && i < nids; i++)
		if (ids[i].kind == IDENTITY_FROM && ids[i].authenticated) {
			finding.standing = STANDING_CORRESPONDENT;
			return finding;
		}
	if (find(&f, speaks_rule, &finding)) {
		finding.by_rule = true;
		finding.standing = words[finding.word].kind == WORD_REFUSAL ?
		    STANDING_REFUSED : STANDING_CONSENTED;
		return finding;
	}
	finding.standing = STANDING_NONE;
	return finding;
}
