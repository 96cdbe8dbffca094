/*
 * match_event.c - tries patterns where their literals stand, and nowhere else.
 *
 * Floor 2.  Occurrences are put in order before they are used, so that whatever filter found them the same
 * places are tried in the same order.  Looks at no octet outside the piece at hand.
 */
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "match_engine.h"

#define ROOM_FIRST	1024	/* events */
#define FEW		64	/* octets that may be tried again */

static bool
is_later(const struct match_event *a, const struct match_event *b)
{
	return a->start != b->start ? a->start > b->start : a->literal > b->literal;
}

/* Sorts events that are nearly in order. */
static void
sort(struct match_event *event, size_t n)
{
	size_t	i, k;

	for (i = 1; i < n; i++) {
		struct match_event	e = event[i];

		for (k = i; k > 0 && is_later(&event[k - 1], &e); k--)
			event[k] = event[k - 1];
		event[k] = e;
	}
}

static void
tell(struct match_run *run, size_t place, bool failed)
{
	match_state_of(run->work, place)->done = true;
	run->hit(run->arg, run->group->id[place], failed);
}

/*
 * What is left to be tried of the matches that begin from from to last (any: from wherever it may be): what was
 * tried before is left out, but for a few octets.  false: nothing.
 */
static bool
narrow(struct match_state *state, const struct match_piece *piece, bool any, size_t *from, size_t last)
{
	*from = MAX(*from, state->all);
	if (any) {
		state->all = MAX(state->all, last + 1);
		return *from <= last;
	}
	if (*from >= state->first && *from <= state->next)
		*from = state->next;
	else if (*from > state->next && last - *from < FEW)
		return true;				/* not worth remembering */
	else if (*from > state->next && *from - state->next < MATCH_BOUND_MAX &&
	    state->next > MAX(state->all, piece->start))
		*from = state->next;			/* so that nothing is tried twice */
	else
		state->first = *from;
	if (*from > last)
		return false;
	state->next = last + 1;
	return true;
}

/* Tries a pattern where one of its literals stands at start, in a piece. */
static void
try_at(struct match_run *run, const struct match_user *user, const struct match_piece *piece, size_t start)
{
	const struct match_pattern	*p = &run->match->pattern[run->group->id[user->place]];
	struct match_state		*state = match_state_of(run->work, user->place);
	size_t				 from = piece->start;
	int				 rc;

	if (state->done)
		return;
	if (p->plain) {
		tell(run, user->place, false);
		return;
	}
	if (user->before != MATCH_BEFORE_ANY && start - piece->start > user->before)
		from = start - user->before;
	if (!narrow(state, piece, user->before == MATCH_BEFORE_ANY, &from, start))
		return;
	while ((p->flags & MATCH_UTF) != 0 && from < start && ((unsigned char)run->subject[from] & 0xc0) == 0x80)
		from++;				/* no match begins within a character */
	rc = match_try(p, run->work, run->subject + piece->start, piece->len, from - piece->start,
	    start - piece->start, 0);
	if (rc != 0)
		tell(run, user->place, rc == -1);
}

/* One literal, somewhere: events come in order of start. */
static void
use(struct match_run *run, const struct match_event *e)
{
	const struct match_group	*g = run->group;
	const struct match_piece	*piece;
	uint32_t			 u;

	while (run->at < run->npieces && run->piece[run->at].start + run->piece[run->at].len <= e->start)
		run->at++;
	if (run->at == run->npieces || run->piece[run->at].start > e->start)
		return;
	piece = &run->piece[run->at];
	if (g->length[e->literal] > piece->start + piece->len - e->start)
		return;				/* it goes on into the next */
	for (u = g->first[e->literal]; u < g->first[e->literal + 1]; u++)
		try_at(run, &g->user[u], piece, e->start);
}

/* Uses the events that begin before limit, behind which more may come. */
static void
flush(struct match_run *run, size_t limit)
{
	struct match_work	*w = run->work;
	size_t			 n = 0;

	sort(w->event, w->nevents);
	for (; n < w->nevents && w->event[n].start < limit; n++)
		use(run, &w->event[n]);
	w->nevents -= n;
	memmove(w->event, w->event + n, w->nevents * sizeof(*w->event));
}

/* A literal that is a match wherever it stands, in a subject of one piece: no order is to be kept. */
static void
tell_plain(struct match_run *run, uint32_t literal, size_t start)
{
	const struct match_group	*g = run->group;
	uint32_t			 u;

	if (start < run->piece->start || start + g->length[literal] > run->piece->start + run->piece->len)
		return;
	for (u = g->first[literal]; u < g->first[literal + 1]; u++)
		if (!match_state_of(run->work, g->user[u].place)->done)
			tell(run, g->user[u].place, false);
}

static void
on_found(void *arg, uint32_t literal, size_t start, size_t seen)
{
	struct match_run	*run = arg;
	struct match_work	*w = run->work;

	if (run->npieces == 1 && run->group->plain[literal]) {
		tell_plain(run, literal, start);
		return;
	}
	if (w->nevents == w->room) {
		flush(run, seen - MIN(seen, run->group->longest));
		if (w->nevents > w->room / 2) {
			w->room = 2 * w->room;
			w->event = g_renew(struct match_event, w->event, w->room);
		}
	}
	w->event[w->nevents++] = (struct match_event){ .start = start, .literal = literal };
}

int
match_events_run(struct match_run *run)
{
	struct match_work	*w = run->work;

	if (w->room == 0) {
		w->room = ROOM_FIRST;
		w->event = g_new(struct match_event, w->room);
	}
	w->nevents = 0;
	run->at = 0;
	if (match_filter_scan(run->group->filter, w->scratch, run->subject, run->len, on_found, run) == -1)
		return -1;
	flush(run, SIZE_MAX);
	return 0;
}
