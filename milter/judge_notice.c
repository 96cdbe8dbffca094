/*
 * judge_notice.c - our own sender is told, by letter, whom a message of theirs did not reach.
 *
 * Floor 3.5, part of judge.  DESIGN section 6, "Several recipients": a mail program shows one reply for all, so the
 * authenticated sender gets the names.  Nobody else does.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include "judge_private.h"
#include "notify.h"

void
judge_notice_mixed(struct judge_case *c)
{
	const struct judge_answer *a = c->answer;
	struct judge_person person;
	struct judge_act *act;
	GString *names;
	size_t i, n = 0;

	if (c->msg->dry || a->direction != DIRECTION_OUTBOUND || c->judge->set.mode == MODE_OBSERVE || a->nrcpts < 2 ||
	    a->action == ACTION_TEMPFAIL)	/* nothing has become of it yet */
		return;
	judge_person_of(c, &person);
	if (!person.proven)
		return;
	names = g_string_new(NULL);
	for (i = 0; i < a->nrcpts; i++)
		if (a->rcpts[i].would == ACTION_REJECT && a->rcpts[i].key[0] != '\0' && n++ < 200)
			g_string_append_printf(names, "%s\n", a->rcpts[i].key);
	act = n == 0 || n == a->nrcpts ? NULL : calloc(1, sizeof(*act));
	if (act != NULL && judge_act_begin(act, c, &person, person.key, "mail", NULL) == 0) {
		const char *const pairs[] = {
			"recipients", names->str, "subject", c->subject,
			"action", a->action == ACTION_REJECT ? "rejected" : "removed", "id", a->id,
		};

		act->act.letters_per_day = 0;	/* whom a message did not reach must be told each time */
		judge_act_tell(act, NOTIFY_MIXED, pairs, 4, LEDGER_ALWAYS, LEDGER_ALWAYS);
		(void)judge_act_do(act, NULL);	/* the reply itself says it too */
	}
	if (act != NULL)
		judge_act_end(act);
	free(act);
	g_string_free(names, TRUE);
}
