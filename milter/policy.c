/*
 * policy.c - the verdict tables: from a standing to an action; and the names of all these things.
 *
 * Floor 1.  Pure.  Knows no setting's name and no message; never turns "unknown" into "none".
 */
#include "policy.h"
#include <string.h>

const struct policy_row policy_default[DIRECTION_MAX] = {
	[DIRECTION_INBOUND] = { {
		[STANDING_REFUSED] = ACTION_REJECT,
		[STANDING_NONE] = ACTION_TAG,
		[STANDING_CORRESPONDENT] = ACTION_ACCEPT,
		[STANDING_CONSENTED] = ACTION_ACCEPT,
		[STANDING_UNKNOWN] = ACTION_TEMPFAIL,
	} },
	[DIRECTION_OUTBOUND] = { {
		[STANDING_REFUSED] = ACTION_REJECT,
		[STANDING_NONE] = ACTION_ACCEPT,
		[STANDING_CORRESPONDENT] = ACTION_ACCEPT,
		[STANDING_CONSENTED] = ACTION_ACCEPT,
		[STANDING_UNKNOWN] = ACTION_TEMPFAIL,
	} },
};

static const char *const class_names[CLASS_MAX] = {
	[CLASS_OTHER] = "other",
	[CLASS_COMMERCIAL] = "commercial",
};

static const char *const direction_names[DIRECTION_MAX] = {
	[DIRECTION_INBOUND] = "inbound",
	[DIRECTION_OUTBOUND] = "outbound",
};

static const char *const mode_names[MODE_MAX] = {
	[MODE_OBSERVE] = "observe",
	[MODE_ENFORCE] = "enforce",
};

static const char *const standing_names[STANDING_MAX] = {
	[STANDING_REFUSED] = "refused",
	[STANDING_NONE] = "none",
	[STANDING_CORRESPONDENT] = "correspondent",
	[STANDING_CONSENTED] = "consented",
	[STANDING_UNKNOWN] = "unknown",
};

static const char *const action_names[ACTION_MAX] = {
	[ACTION_ACCEPT] = "accept",
	[ACTION_TAG] = "tag",
	[ACTION_QUARANTINE] = "quarantine",
	[ACTION_REJECT] = "reject",
	[ACTION_TEMPFAIL] = "tempfail",
};

static const char *const identity_names[IDENTITY_MAX] = {
	[IDENTITY_FROM] = "from",
	[IDENTITY_ENVELOPE] = "envelope",
	[IDENTITY_LIST] = "list",
	[IDENTITY_DKIM] = "dkim",
};

static const char *
name_at(const char *const *names, size_t max, size_t i)
{
	return i < max && names[i] != NULL ? names[i] : "?";
}

/* The index that bears the name; 0 when none does. */
static size_t
by_name(const char *const *names, size_t max, const char *name)
{
	for (size_t i = 1; name != NULL && i < max; i++)
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return i;
	return 0;
}

const char *
policy_class_name(enum policy_class class)
{
	return name_at(class_names, CLASS_MAX, (size_t)class);
}

const char *
policy_direction_name(enum policy_direction direction)
{
	return name_at(direction_names, DIRECTION_MAX, (size_t)direction);
}

const char *
policy_mode_name(enum policy_mode mode)
{
	return name_at(mode_names, MODE_MAX, (size_t)mode);
}

const char *
policy_standing_name(enum policy_standing standing)
{
	return name_at(standing_names, STANDING_MAX, (size_t)standing);
}

const char *
policy_action_name(enum policy_action action)
{
	return name_at(action_names, ACTION_MAX, (size_t)action);
}

const char *
policy_identity_name(enum policy_identity_kind kind)
{
	return name_at(identity_names, IDENTITY_MAX, (size_t)kind);
}

enum policy_standing
policy_standing_by_name(const char *name)
{
	return (enum policy_standing)by_name(standing_names, STANDING_MAX, name);
}

enum policy_action
policy_action_by_name(const char *name)
{
	return (enum policy_action)by_name(action_names, ACTION_MAX, name);
}

enum policy_mode
policy_mode_by_name(const char *name)
{
	return (enum policy_mode)by_name(mode_names, MODE_MAX, name);
}

enum policy_direction
policy_direction_by_name(const char *name)
{
	return (enum policy_direction)by_name(direction_names, DIRECTION_MAX, name);
}

enum policy_class
policy_class_by_name(const char *name)
{
	return (enum policy_class)by_name(class_names, CLASS_MAX, name);
}

/* The cell of the table, before score and trust soften it. */
static enum policy_action
cell(const struct policy_row *row, enum policy_direction direction, enum policy_standing standing)
{
	enum policy_action	action = ACTION_NONE;

	if (standing == STANDING_NONE_YET || (size_t)standing >= STANDING_MAX ||
	    direction == DIRECTION_NONE || (size_t)direction >= DIRECTION_MAX)
		return ACTION_TEMPFAIL;
	if (row != NULL)
		action = row->action[standing];
	if (action == ACTION_NONE)
		action = policy_default[direction].action[standing];
	return action == ACTION_NONE ? ACTION_TEMPFAIL : action;
}

enum policy_action
policy_verdict(const struct policy_row *row, const struct policy_facts *facts)
{
	enum policy_action	action;

	if (facts->class == CLASS_OTHER)
		return ACTION_ACCEPT;
	if (facts->class != CLASS_COMMERCIAL)
		return ACTION_TEMPFAIL;
	action = cell(row, facts->direction, facts->standing);
	if (action != ACTION_REJECT)
		return action;
	if (!(facts->score >= facts->reject_score))	/* no number: reject nobody */
		return ACTION_TAG;
	if (facts->soft && !facts->list_refused)
		return ACTION_TAG;
	return ACTION_REJECT;
}
