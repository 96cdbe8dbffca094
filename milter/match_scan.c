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

	while (i < len) {
		if (s[i] < 0x80) {
			i++;
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
 * One match from an offset on: 1, 0, or -1.  The fast code's stack
 * may be too small for what the limits allow, then the slow code tries.
 */
static int
run(const struct match_pattern *p, struct match_work *work, const char *subject, size_t len, size_t from,
    uint32_t options)
{
	int	rc;

	if ((p->flags & MATCH_UTF) != 0)
		options |= PCRE2_NO_UTF_CHECK;		/* the callers have looked */
	rc = pcre2_match(p->code, (PCRE2_SPTR)subject, len, from, options, work->data, work->context);
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(p->code, (PCRE2_SPTR)subject, len, from, options | PCRE2_NO_JIT, work->data,
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
	return ok ? run(p, work, subject, len, 0, 0) : -1;
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
		int			 rc = run(p, work, subject, len, at, options);

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

/* What one scan works on. */
struct scan {
	const struct match		*match;
	const struct match_group	*group;
	struct match_work		*work;
	const char			*subject;
	const struct match_piece	*piece;
	size_t				 npieces;
	bool				 valid;		/* the subject is UTF-8 */
};

/* Whether piece k begins a line that the filter sees together with the piece before it. */
static bool
joins(const struct scan *s, size_t k)
{
	size_t	end = s->piece[k - 1].start + s->piece[k - 1].len, start = s->piece[k].start;

	return s->group->lines && start > 0 && s->subject[start - 1] == '\n' &&
	    (start == end || start == end + 1);
}

/* Marks the patterns that may match in some piece. */
static void
mark_candidates(const struct scan *s)
{
	const struct match_group	*g = s->group;
	size_t				 i, k;

	memcpy(s->work->candidate, g->always, g->n);
	if (g->filter == NULL)
		return;
	if (g->utf && !s->valid)
		goto all;
	for (i = 0; i < s->npieces; i = k) {
		const char	*start = s->subject + s->piece[i].start;
		size_t		 end;

		for (k = i + 1; k < s->npieces && joins(s, k); k++)
			;
		end = s->piece[k - 1].start + s->piece[k - 1].len;
		if (match_filter_scan(g->filter, s->work->scratch, start, end - s->piece[i].start,
		    s->work->candidate) == -1)
			goto all;
	}
	return;
all:
	memset(s->work->candidate, 1, g->n);
}

/* One candidate over all pieces: 1, 0, or -1. */
static int
confirm(const struct scan *s, const struct match_pattern *p)
{
	size_t	k;
	int	rc = 0;

	if ((p->flags & MATCH_UTF) != 0 && !s->valid)
		return -1;
	for (k = 0; k < s->npieces && rc == 0; k++)
		rc = run(p, s->work, s->subject + s->piece[k].start, s->piece[k].len, 0, 0);
	return rc;
}

int
match_scan_pieces(const struct match *match, struct match_work *work, unsigned group, const char *subject,
    size_t len, const struct match_piece *piece, size_t npieces, match_hit_fn *hit, void *arg,
    struct err *err)
{
	struct scan	s = { .match = match, .work = work, .subject = subject, .piece = piece, .npieces = npieces };
	size_t		i;

	if (group >= match->ngroups || !match->finished)
		return err_set(err, "no group %u to match in", group);
	s.group = &match->group[group];
	if (s.group->n == 0 || npieces == 0)
		return 0;
	s.valid = !s.group->utf || utf8_valid(subject, len);
	mark_candidates(&s);
	for (i = 0; i < s.group->n; i++) {
		const uint8_t	*next = memchr(work->candidate + i, 1, s.group->n - i);
		unsigned	 id;
		int		 rc;

		if (next == NULL)
			break;
		i = (size_t)(next - work->candidate);
		id = s.group->id[i];
		rc = confirm(&s, &match->pattern[id]);
		if (rc != 0)
			hit(arg, id, rc == -1);
	}
	return 0;
}

int
match_scan(const struct match *match, struct match_work *work, unsigned group, const char *subject, size_t len,
    match_hit_fn *hit, void *arg, struct err *err)
{
	const struct match_piece	whole = { .start = 0, .len = len };

	return match_scan_pieces(match, work, group, subject, len, &whole, 1, hit, arg, err);
}
