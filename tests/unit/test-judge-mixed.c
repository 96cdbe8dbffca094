/*
 * test-judge-mixed.c - one message to several people of whom some refuse it, played as a mail server plays it: every
 * recipient ends with the answer that is theirs, exactly once, and a server that never comes again harms nobody.
 */
#include "judge-word-fixture.h"

#define PEOPLE		5
#define ROUNDS_MAX	4		/* the mix, one group, the other, and a restart in between */

static const char *const people[PEOPLE] = { ANNA, BERT, BO, "dora@example.com", "emil@example.com" };

enum fate { WAITING, TAKEN, REFUSED };

/* One server's try with whoever still waits, from first on; what becomes of each.  Returns how many were put off. */
static size_t
transact(struct world *w, const char *sender, int64_t after, size_t first, enum fate fates[PEOPLE])
{
	const char *rcpts[PEOPLE];
	size_t of[PEOPLE], put_off = 0;
	struct judge_message in = { .client = OUTSIDE, .sender = sender, .rcpts = rcpts, .now = T0 + after,
	    .can_remove = true };
	const struct mail m = { .from = SHOP, .to = ANNA, .mid = "m@x" };
	struct judge_answer a;
	GString *text;
	int group = -1;

	for (size_t k = 0; k < PEOPLE; k++) {
		size_t i = (first + k) % PEOPLE;

		if (fates[i] != WAITING)
			continue;
		if (judge_recipient_waits(w->judge, OUTSIDE, NULL, sender, people[i], &group, T0 + after)) {
			put_off++;
			continue;
		}
		of[in.nrcpts] = i;
		rcpts[in.nrcpts++] = people[i];
	}
	assert_true(in.nrcpts > 0);		/* else nobody would ever get further */
	text = mail_text(&m);
	in.octets = text->str;
	in.len = text->len;
	judge_message(w->judge, &in, &a);
	for (size_t k = 0; k < in.nrcpts; k++) {
		if (a.action == ACTION_TEMPFAIL)
			put_off++;
		else
			fates[of[k]] = a.action == ACTION_REJECT ? REFUSED : TAKEN;
	}
	if (a.action == ACTION_TEMPFAIL)
		assert_string_equal(a.xcode, "4.5.3");
	judge_answer_clear(&a);
	g_string_free(text, TRUE);
	return put_off;
}

/* Every choice of who refuses, whoever is named first, and a filter that forgets in between. */
static void
test_every_mix(void **state)
{
	(void)state;
	for (unsigned refuse = 0; refuse < 1U << PEOPLE; refuse++) {
		struct world *w = world_new(NULL);

		for (size_t i = 0; i < PEOPLE; i++)
			if ((refuse >> i & 1) != 0)
				(void)say(w->files.ledger, LEDGER_REFUSAL, "reply", people[i],
				    "shop.example", T0 - DAY);
		for (int forget = 0; forget < 2; forget++) {
			enum fate fates[PEOPLE] = { WAITING };
			size_t round = 0, left;
			int group = -1;

			do {
				left = transact(w, "bounce@shop.example", (int64_t)round * 60000,
				    refuse % PEOPLE + round, fates);
				if (round == 0 && forget == 1) {
					judge_split_free(w->split);
					w->split = judge_split_new(1000);
					world_change(w, w->files.ledger, NULL);
				}
			} while (left > 0 && ++round < ROUNDS_MAX + 1);
			assert_int_equal(left, 0);
			for (size_t i = 0; i < PEOPLE; i++)
				assert_int_equal(fates[i], (refuse >> i & 1) != 0 ? REFUSED : TAKEN);
			/* Nothing is left of it to stand in the way of their next message. */
			for (size_t i = 0; i < PEOPLE; i++)
				assert_false(judge_recipient_waits(w->judge, OUTSIDE, NULL, "bounce@shop.example",
				    people[i], &group, T0 + DAY / 2));
			assert_true(round == 0 || (refuse != 0 && refuse != (1U << PEOPLE) - 1));
		}
		world_free(w);
	}
}

static bool
waits(const struct world *w, const char *client, const char *login, const char *sender, int64_t after)
{
	int group = -1;

	(void)judge_recipient_waits(w->judge, client, login, sender, ANNA, &group, T0 + after);
	return judge_recipient_waits(w->judge, client, login, sender, BERT, &group, T0 + after);
}

static void
never_again(struct judge_settings *set)
{
	set->mixed = JUDGE_MIXED_REMOVE;
}

/* Who waits at RCPT, and for how long. */
static void
test_who_waits(void **state)
{
	enum fate fates[PEOPLE] = { WAITING };
	struct world *w = world_new(NULL);

	(void)state;
	(void)say(w->files.ledger, LEDGER_REFUSAL, "reply", ANNA, "shop.example", T0 - DAY);
	assert_false(waits(w, OUTSIDE, NULL, "s@shop.example", 0));
	(void)transact(w, "s@shop.example", 0, 0, fates);
	assert_true(waits(w, OUTSIDE, NULL, "s@shop.example", 1));
	assert_true(waits(w, OUTSIDE, NULL, "<S@Shop.Example>", 1) || waits(w, OUTSIDE, NULL,
	    "<s@shop.example>", 1));
	assert_false(waits(w, OUTSIDE, NULL, "other@shop.example", 1));
	assert_false(waits(w, OUTSIDE, NULL, "", 1));
	assert_false(waits(w, INSIDE, NULL, "s@shop.example", 1));
	assert_false(waits(w, OUTSIDE, ANNA, "s@shop.example", 1));
	assert_false(waits(w, NULL, NULL, "s@shop.example", 1));
	assert_true(waits(w, OUTSIDE, NULL, "s@shop.example", DAY - 1));
	assert_false(waits(w, OUTSIDE, NULL, "s@shop.example", DAY));
	world_change(w, w->files.ledger, never_again);
	(void)transact(w, "s@shop.example", 0, 0, fates);
	assert_false(waits(w, OUTSIDE, NULL, "s@shop.example", 1));
	world_free(w);
}

/* Servers that never come again: what is remembered of them is bounded, and the last are remembered. */
static void
test_never_again(void **state)
{
	struct world *w = world_new(NULL);
	char sender[48];

	(void)state;
	judge_split_free(w->split);
	w->split = judge_split_new(100);
	world_change(w, w->files.ledger, NULL);
	(void)say(w->files.ledger, LEDGER_REFUSAL, "reply", ANNA, "shop.example", T0 - DAY);
	for (int i = 0; i < 300; i++) {
		enum fate fates[PEOPLE] = { WAITING };

		(void)snprintf(sender, sizeof(sender), "once%d@shop.example", i);
		assert_int_equal(transact(w, sender, i, 0, fates), PEOPLE);
	}
	for (int i = 0; i < 300; i++) {
		(void)snprintf(sender, sizeof(sender), "once%d@shop.example", i);
		assert_int_equal(waits(w, OUTSIDE, NULL, sender, 300), i >= 300 - 100 / PEOPLE);
	}
	assert_false(waits(w, OUTSIDE, NULL, sender, 300 + DAY));
	world_free(w);
}

/* Of a null sender nothing can be remembered: who refuses is taken away at once. */
static void
test_null_sender(void **state)
{
	enum fate fates[PEOPLE] = { WAITING };
	struct world *w = world_new(NULL);

	(void)state;
	(void)say(w->files.ledger, LEDGER_REFUSAL, "reply", ANNA, "shop.example", T0 - DAY);
	assert_int_equal(transact(w, "", 0, 0, fates), 0);
	assert_int_equal(raw_number(w->files.path, "SELECT count(*) FROM decision WHERE action = 'reject'"),
	    1);
	assert_int_equal(raw_number(w->files.path, "SELECT count(*) FROM decision WHERE action = 'tag'"),
	    PEOPLE - 1);
	assert_false(waits(w, OUTSIDE, NULL, "", 1));
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_mix), cmocka_unit_test(test_who_waits),
		    cmocka_unit_test(test_never_again),
		cmocka_unit_test(test_null_sender),
	};

	return cmocka_run_group_tests(tests, readers_setup, NULL);
}
