/*
 * test-policy.c - the verdict, cell by cell: direction, standing, class, score, trust.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "policy.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* DESIGN section 6, written out once more by hand. */
static const enum policy_action wanted[DIRECTION_MAX][STANDING_MAX] = {
	[DIRECTION_INBOUND] = {
		[STANDING_REFUSED] = ACTION_REJECT, [STANDING_NONE] = ACTION_TAG,
		[STANDING_CORRESPONDENT] = ACTION_ACCEPT, [STANDING_CONSENTED] = ACTION_ACCEPT,
		[STANDING_UNKNOWN] = ACTION_TEMPFAIL,
	},
	[DIRECTION_OUTBOUND] = {
		[STANDING_REFUSED] = ACTION_REJECT, [STANDING_NONE] = ACTION_ACCEPT,
		[STANDING_CORRESPONDENT] = ACTION_ACCEPT, [STANDING_CONSENTED] = ACTION_ACCEPT,
		[STANDING_UNKNOWN] = ACTION_TEMPFAIL,
	},
};

/* What the facts make of a cell. */
static enum policy_action
soften(enum policy_action action, const struct policy_facts *f)
{
	if (action == ACTION_REJECT && (f->score < f->reject_score || (f->soft && !f->list_refused)))
		return ACTION_TAG;
	return action;
}

/* Every combination of facts under one row, against the cell that row should have. */
static void
walk(const struct policy_row *row, enum policy_direction direction, enum policy_standing standing,
    enum policy_action action)
{
	static const double scores[] = { -3.0, 4.99, 5.0, 7.2 };

	for (size_t s = 0; s < N(scores); s++)
		for (unsigned bits = 0; bits < 4; bits++) {
			struct policy_facts	f = {
				.class = CLASS_COMMERCIAL, .direction = direction, .standing = standing,
				.score = scores[s], .reject_score = 5.0,
				.soft = (bits & 1) != 0, .list_refused = (bits & 2) != 0,
			};

			if (policy_verdict(row, &f) != soften(action, &f))
				fail_msg("%s %s %.2f soft=%d list=%d: %s", policy_direction_name(direction),
				    policy_standing_name(standing), f.score, f.soft, f.list_refused,
				    policy_action_name(policy_verdict(row, &f)));
			f.class = CLASS_OTHER;
			assert_int_equal(policy_verdict(row, &f), ACTION_ACCEPT);
			f.class = CLASS_NONE;
			assert_int_equal(policy_verdict(row, &f), ACTION_TEMPFAIL);
			f.class = CLASS_MAX;
			assert_int_equal(policy_verdict(row, &f), ACTION_TEMPFAIL);
		}
}

static void
test_default(void **state)
{
	(void)state;
	for (size_t d = 1; d < DIRECTION_MAX; d++)
		for (size_t s = 1; s < STANDING_MAX; s++) {
			enum policy_action	action = wanted[d][s];

			assert_int_not_equal(action, ACTION_NONE);
			assert_int_equal(policy_default[d].action[s], action);
			walk(&policy_default[d], (enum policy_direction)d, (enum policy_standing)s, action);
			walk(NULL, (enum policy_direction)d, (enum policy_standing)s, action);
		}
}

/* Each cell set to each action; the cells beside it are forgotten ones and fall back to the default. */
static void
test_settings(void **state)
{
	(void)state;
	for (size_t d = 1; d < DIRECTION_MAX; d++)
		for (size_t s = 1; s < STANDING_MAX; s++)
			for (size_t a = 1; a < ACTION_MAX; a++) {
				struct policy_row	row = { { ACTION_NONE } };

				row.action[s] = (enum policy_action)a;
				for (size_t other = 1; other < STANDING_MAX; other++)
					walk(&row, (enum policy_direction)d, (enum policy_standing)other,
					    other == s ? (enum policy_action)a : wanted[d][other]);
			}
}

static void
test_illegal(void **state)
{
	struct policy_facts	f = {
		.class = CLASS_COMMERCIAL, .direction = DIRECTION_INBOUND, .standing = STANDING_REFUSED,
		.score = 9.0, .reject_score = 5.0,
	};
	const struct policy_row	all = { { ACTION_ACCEPT, ACTION_ACCEPT, ACTION_ACCEPT, ACTION_ACCEPT,
	    ACTION_ACCEPT, ACTION_ACCEPT } };

	(void)state;
	assert_int_equal(policy_verdict(NULL, &f), ACTION_REJECT);
	f.score = NAN;
	assert_int_equal(policy_verdict(NULL, &f), ACTION_TAG);
	f.standing = STANDING_NONE_YET;
	assert_int_equal(policy_verdict(&all, &f), ACTION_TEMPFAIL);
	f.standing = STANDING_MAX;
	assert_int_equal(policy_verdict(&all, &f), ACTION_TEMPFAIL);
	f.standing = STANDING_NONE;
	assert_int_equal(policy_verdict(&all, &f), ACTION_ACCEPT);
	f.direction = DIRECTION_NONE;
	assert_int_equal(policy_verdict(&all, &f), ACTION_TEMPFAIL);
	f.direction = DIRECTION_MAX;
	assert_int_equal(policy_verdict(&all, &f), ACTION_TEMPFAIL);
}

static void
test_names(void **state)
{
	static const char *const standings[] = { "refused", "none", "correspondent", "consented", "unknown" };
	static const char *const actions[] = { "accept", "tag", "quarantine", "reject", "tempfail" };

	(void)state;
	for (size_t i = 0; i < N(standings); i++) {
		assert_string_equal(policy_standing_name((enum policy_standing)(i + 1)), standings[i]);
		assert_int_equal(policy_standing_by_name(standings[i]), i + 1);
	}
	for (size_t i = 0; i < N(actions); i++) {
		assert_string_equal(policy_action_name((enum policy_action)(i + 1)), actions[i]);
		assert_int_equal(policy_action_by_name(actions[i]), i + 1);
	}
	assert_int_equal(STANDING_MAX, N(standings) + 1);
	assert_int_equal(ACTION_MAX, N(actions) + 1);
	assert_string_equal(policy_class_name(CLASS_COMMERCIAL), "commercial");
	assert_string_equal(policy_class_name(CLASS_OTHER), "other");
	assert_int_equal(policy_class_by_name("commercial"), CLASS_COMMERCIAL);
	assert_int_equal(policy_class_by_name("other"), CLASS_OTHER);
	assert_int_equal(policy_mode_by_name("observe"), MODE_OBSERVE);
	assert_int_equal(policy_mode_by_name("enforce"), MODE_ENFORCE);
	assert_string_equal(policy_mode_name(MODE_OBSERVE), "observe");
	assert_int_equal(policy_direction_by_name("inbound"), DIRECTION_INBOUND);
	assert_int_equal(policy_direction_by_name("outbound"), DIRECTION_OUTBOUND);
	assert_string_equal(policy_identity_name(IDENTITY_FROM), "from");
	assert_string_equal(policy_identity_name(IDENTITY_ENVELOPE), "envelope");
	assert_string_equal(policy_identity_name(IDENTITY_LIST), "list");
	assert_string_equal(policy_identity_name(IDENTITY_DKIM), "dkim");
}

static void
test_no_names(void **state)
{
	static const char *const none[] = { "", "?", "Refused", "none ", "rejec", "acceptt" };

	(void)state;
	for (size_t i = 0; i < N(none); i++) {
		assert_int_equal(policy_standing_by_name(none[i]), STANDING_NONE_YET);
		assert_int_equal(policy_action_by_name(none[i]), ACTION_NONE);
		assert_int_equal(policy_mode_by_name(none[i]), MODE_NONE);
		assert_int_equal(policy_direction_by_name(none[i]), DIRECTION_NONE);
		assert_int_equal(policy_class_by_name(none[i]), CLASS_NONE);
	}
	assert_int_equal(policy_action_by_name(NULL), ACTION_NONE);
	assert_string_equal(policy_standing_name(STANDING_NONE_YET), "?");
	assert_string_equal(policy_standing_name(STANDING_MAX), "?");
	assert_string_equal(policy_action_name(ACTION_NONE), "?");
	assert_string_equal(policy_action_name((enum policy_action)1000), "?");
	assert_string_equal(policy_class_name(CLASS_MAX), "?");
	assert_string_equal(policy_direction_name(DIRECTION_MAX), "?");
	assert_string_equal(policy_mode_name(MODE_MAX), "?");
	assert_string_equal(policy_identity_name(IDENTITY_MAX), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_illegal),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
