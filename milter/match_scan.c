/*
 * match_scan.c - many regular expressions over one subject: filter, then confirm.
 *
 * Floor 2.  Reads the subject's octets and nothing behind them.  A pattern that runs into a limit is told of as
 * failed; it is neither a hit nor a miss, and the rest goes on.
 */
#include <stdint.h>
#include <string.h>
#include <glib.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include "match_engine.h"

/* The length of the UTF-8 character at s, at most n octets; 0: none (RFC 3629). */
static size_t
utf8_length(const unsigned char *s, size_t n)
{
	size_t	len = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0, i;

	if (len == 0 || len > n)
		return 0;
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static bool
utf8_valid(const char *subject, size_t len)
{
	const unsigned char	*s = (const unsigned char *)subject;
	size_t			 i = 0, n;
	uint64_t		 eight;

	while (i < len) {
		if (s[i] < 0x80) {
			i++;
			while (len - i >= sizeof(eight)) {
				memcpy(&eight, s + i, sizeof(eight));
				if ((eight & 0x8080808080808080u) != 0)
					break;
				i += sizeof(eight);
			}
			continue;
		}
		n = utf8_length(s + i, len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

/*
 * The machine code is called without what pcre2_match() looks at first: nothing here breaks its rules.
 * Its stack may be too small for what the limits allow, then the slow code tries.
 */
int
match_try(const struct match_pattern *p, struct match_work *work, const char *piece, size_t len, size_t from,
    size_t last, uint32_t options)
{
	int	rc = PCRE2_ERROR_JIT_BADOPTION;

	if ((p->flags & MATCH_UTF) != 0)
		options |= PCRE2_NO_UTF_CHECK;		/* the callers have looked */
	(void)pcre2_set_offset_limit(work->context, last == SIZE_MAX ? PCRE2_UNSET : last);
	if (p->fast)
		rc = pcre2_jit_match(p->code, (PCRE2_SPTR)piece, len, from, options, work->data, work->context);
	if (rc == PCRE2_ERROR_JIT_BADOPTION)
		rc = pcre2_match(p->code, (PCRE2_SPTR)piece, len, from, options, work->data, work->context);
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(p->code, (PCRE2_SPTR)piece, len, from, options | PCRE2_NO_JIT, work->data,
		    work->context);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	return rc < 0 ? -1 : 1;
}

/* The pattern of that id, NULL when it did not compile; *ok false when the subject is not for it. */
static const struct match_pattern *
pattern_for(const struct match *match, unsigned id, const char *subject, size_t len, bool *ok)
{
	const struct match_pattern	*p = id < match->n ? &match->pattern[id] : NULL;

	if (p == NULL || p->code == NULL)
		return NULL;
	*ok = (p->flags & MATCH_UTF) == 0 || utf8_valid(subject, len);
	return p;
}

int
match_one(const struct match *match, struct match_work *work, unsigned id, const char *subject, size_t len)
{
	bool				 ok = false;
	const struct match_pattern	*p = pattern_for(match, id, subject, len, &ok);

	if (p == NULL)
		return 0;
	return ok ? match_try(p, work, subject, len, 0, SIZE_MAX, 0) : -1;
}

/* As Perl's "while (/re/g)": after an empty match the next one there must not be empty. */
int
match_count(const struct match *match, struct match_work *work, unsigned id, const char *subject, size_t len,
    unsigned max)
{
	bool				 ok = false;
	const struct match_pattern	*p = pattern_for(match, id, subject, len, &ok);
	size_t				 at = 0;
	uint32_t			 options = 0;
	unsigned			 n = 0;

	if (p == NULL)
		return 0;
	if (!ok)
		return -1;
	max = MIN(max, INT32_MAX);
	while (n < max) {
		const PCRE2_SIZE	*border;
		int			 rc = match_try(p, work, subject, len, at, SIZE_MAX, options);

		if (rc == -1)
			return -1;
		if (rc == 0)
			break;
		n++;
		border = pcre2_get_ovector_pointer(work->data);
		if (border[1] < at)		/* a \K in a lookahead went backwards */
			break;
		options = border[1] == border[0] || border[1] == at ? PCRE2_NOTEMPTY_ATSTART : 0;
		at = border[1];
	}
	return (int)n;
}

/* Patterns on characters fail on a subject that is none. */
static void
fail_characters(struct match_run *run)
{
	size_t	i;

	for (i = 0; i < run->group->n; i++) {
		if ((run->match->pattern[run->group->id[i]].flags & MATCH_UTF) == 0)
			continue;
		match_state_of(run->work, i)->done = true;
		run->hit(run->arg, run->group->id[i], true);
	}
}

/* One pattern over all pieces, wherever a match may begin. */
static void
try_everywhere(struct match_run *run, size_t place)
{
	const struct match_pattern	*p = &run->match->pattern[run->group->id[place]];
	size_t				 k;
	int				 rc = 0;

	if (match_state_of(run->work, place)->done)
		return;
	for (k = 0; k < run->npieces && rc == 0; k++)
		rc = match_try(p, run->work, run->subject + run->piece[k].start, run->piece[k].len, 0, SIZE_MAX, 0);
	match_state_of(run->work, place)->done = true;
	if (rc != 0)
		run->hit(run->arg, run->group->id[place], rc == -1);
}

int
match_scan_pieces(const struct match *match, struct match_work *work, unsigned group, const char *subject,
    size_t len, const struct match_piece *piece, size_t npieces, match_hit_fn *hit, void *arg,
    struct err *err)
{
	struct match_run		 run = { .match = match, .work = work, .subject = subject, .len = len,
					    .piece = piece, .npieces = npieces, .hit = hit, .arg = arg };
	const struct match_group	*g;
	size_t				 i;

	if (group >= match->ngroups || !match->finished)
		return err_set(err, "no group %u to match in", group);
	run.group = g = &match->group[group];
	if (g->n == 0 || npieces == 0)
		return 0;
	if (++work->scan == 0) {		/* 2^32 scans: old numbers come again */
		memset(work->state, 0, match->nlargest * sizeof(*work->state));
		work->scan = 1;
	}
	if (g->utf && !utf8_valid(subject, len))
		fail_characters(&run);
	if (g->filter != NULL && match_events_run(&run) == -1) {
		for (i = 0; i < g->n; i++)
			try_everywhere(&run, i);
	}
	for (i = 0; i < g->nalways; i++)
		try_everywhere(&run, g->always[i]);
	return 0;
}

int
match_scan(const struct match *match, struct match_work *work, unsigned group, const char *subject, size_t len,
    match_hit_fn *hit, void *arg, struct err *err)
{
	const struct match_piece	whole = { .start = 0, .len = len };

	return match_scan_pieces(match, work, group, subject, len, &whole, 1, hit, arg, err);
}
