/*
 * policy.h - the two decisions, as tables: which standing follows from what was said, and which action
 * from the standing.
 *
 * Floor 1.  Pure: no clock, file, lock or log; time and statements come in as facts.  DESIGN sections 5, 6.
 */
#ifndef TUIDING_POLICY_H
#define TUIDING_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "addr.h"

enum policy_class { CLASS_NONE, CLASS_OTHER, CLASS_COMMERCIAL, CLASS_MAX };
enum policy_direction { DIRECTION_NONE, DIRECTION_INBOUND, DIRECTION_OUTBOUND, DIRECTION_MAX };
enum policy_mode { MODE_NONE, MODE_OBSERVE, MODE_ENFORCE, MODE_MAX };

enum policy_standing {
	STANDING_NONE_YET,	/* 0: forgotten; a test walks the table for it */
	STANDING_REFUSED,
	STANDING_NONE,
	STANDING_CORRESPONDENT,
	STANDING_CONSENTED,
	STANDING_UNKNOWN,	/* the ledger cannot say: never read as NONE */
	STANDING_MAX
};

enum policy_action {
	ACTION_NONE,		/* 0: forgotten */
	ACTION_ACCEPT,
	ACTION_TAG,
	ACTION_QUARANTINE,
	ACTION_REJECT,
	ACTION_TEMPFAIL,
	ACTION_MAX
};

/* Names as configuration, header, log and ledger write them; "?" for 0 and outside the range. */
const char	*policy_class_name(enum policy_class);
const char	*policy_direction_name(enum policy_direction);
const char	*policy_mode_name(enum policy_mode);
const char	*policy_standing_name(enum policy_standing);
const char	*policy_action_name(enum policy_action);
/* The value that bears the name, or the enum's 0. */
enum policy_standing	policy_standing_by_name(const char *name);
enum policy_action	policy_action_by_name(const char *name);
enum policy_mode	policy_mode_by_name(const char *name);
enum policy_direction	policy_direction_by_name(const char *name);
enum policy_class	policy_class_by_name(const char *name);

/* One row of the verdict table for commercial mail: an action for each standing. */
struct policy_row {
	enum policy_action	action[STANDING_MAX];
};

/* The defaults of DESIGN section 6. */
extern const struct policy_row	policy_default[DIRECTION_MAX];

/* Everything the verdict on one recipient depends on. */
struct policy_facts {
	enum policy_class	class;
	enum policy_direction	direction;
	enum policy_standing	standing;
	double			score;
	double			reject_score;	/* below it, reject becomes tag */
	bool			soft;		/* gateway, trusted forwarder or list: reject becomes tag */
	bool			list_refused;	/* the list itself is refused: soft does not count */
};

/*
 * The action that enforcement takes.  CLASS_OTHER is accepted whatever the rest says.  A row that is NULL or
 * has no action for the standing gives way to policy_default; facts out of range are put off (tempfail).
 */
enum policy_action	policy_verdict(const struct policy_row *row, const struct policy_facts *facts);

/* ---- standing ---------------------------------------------------------------------------------- */

enum policy_identity_kind {
	IDENTITY_NONE,
	IDENTITY_FROM,		/* header From */
	IDENTITY_ENVELOPE,	/* MAIL FROM, unwrapped */
	IDENTITY_LIST,		/* List-Id */
	IDENTITY_DKIM,		/* d= of a signature that passed */
	IDENTITY_MAX
};

/* One name that the message gives for its sender. */
struct policy_identity {
	enum policy_identity_kind	kind;
	bool				authenticated;
	struct addr_key			key;	/* mailbox, List-Id or domain */
};

const char	*policy_identity_name(enum policy_identity_kind);	/* "from", "envelope", "list", "dkim" */

enum policy_word_kind { WORD_NONE, WORD_CONSENT, WORD_REFUSAL, WORD_KIND_MAX };

/* One statement (void ones left out) or one administrator's rule about this recipient. */
struct policy_word {
	int64_t			seq;		/* ledger order; of a rule: its id */
	enum policy_word_kind	kind;
	bool			rule;		/* policy for a whole domain: stands below every statement */
	int64_t			expires;	/* ms since 1970, 0: never */
	struct addr_key		key;
};

struct policy_finding {
	enum policy_standing	standing;
	bool			by_rule;
	size_t			word;		/* index of the word it rests on; SIZE_MAX: none */
	size_t			identity;	/* index of the identity that word covers; SIZE_MAX: none */
};

/*
 * The standing of one recipient, DESIGN section 5:
 * 1. A refusal that covers any identity stands, unless a later consent ends it: one whose key the refusal's
 *    key covers (so at least as specific) and that itself covers the header From or the List-Id of this
 *    message, authenticated or not, expired since or not.  Where a message has several From addresses, it
 *    covers all of them or the List-Id: a second From is no way round a refusal.
 * 2. Else a consent that covers an authenticated From (or an authenticated List-Id while From is given),
 *    not expired at now, and not withdrawn by a later refusal that covers that From (or List-Id) too: what a
 *    refusal took, only a consent after it gives back, and only as long as that one lasts.
 * 3. Else correspondent, when the caller says so and a From is authenticated.
 * 4. Else the most specific rule (of equals, the latest); a consenting rule asks for authentication as 2 does.
 * 5. Else none.
 * words in any order.  Of several refusals standing the most specific (then latest) is named.
 */
struct policy_finding	policy_standing(const struct policy_word *words, size_t nwords,
			    const struct policy_identity *ids, size_t nids, bool correspondent, int64_t now);

#endif
