/*
 * match.h - many regular expressions over one message: compiled once, matched often.
 *
 * Floor 2.  PCRE2 (JIT, with match and heap limits) stays behind this line, and Hyperscan where configure
 * found it.  A compiled match is immutable and shared by all threads; scratch comes out of a pool.
 * Patterns are numbered by the caller (0, 1, 2 …).
 */
#ifndef TUIDING_MATCH_H
#define TUIDING_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"

enum match_flag {
	MATCH_CASELESS	= 1 << 0,	/* /i */
	MATCH_MULTILINE	= 1 << 1,	/* /m */
	MATCH_DOTALL	= 1 << 2,	/* /s */
	MATCH_EXTENDED	= 1 << 3,	/* /x */
	MATCH_UTF	= 1 << 4,	/* characters with Unicode properties ("folded"); else octets */
	MATCH_UNGREEDY	= 1 << 5
};

struct match_limits {
	uint32_t	steps;		/* PCRE2 match limit */
	uint32_t	heap;		/* KiB */
};
extern const struct match_limits	match_limits_default;

struct match;		/* compiled patterns */
struct match_work;	/* scratch for one thread at a time */

/* groups: into how many sets the patterns are divided (one a field); each scan is over one set. */
int	match_new(unsigned groups, const struct match_limits *limits, struct match **match_r, struct err *err);
/*
 * Adds pattern number id (dense, each once) to a group.  Returns 0, or -1 with PCRE2's reason and offset in
 * err: that pattern then never hits, the rest is unharmed.
 */
int	match_add(struct match *match, unsigned group, unsigned id, const char *pattern, size_t len,
	    unsigned flags, struct err *err);
/* Ends the adding; compiles the filters. */
int	match_finish(struct match *match, struct err *err);
void	match_free(struct match *match);		/* NULL is fine */

/* Takes scratch out of match's pool, and gives it back.  NULL: no memory. */
struct match_work	*match_work_take(const struct match *match);
void			 match_work_give(const struct match *match, struct match_work *work);

/* What a scan tells: one call a pattern that hit (or failed). */
typedef void	match_hit_fn(void *arg, unsigned id, bool failed);

/*
 * Matches every pattern of the group against subject (octets; MATCH_UTF patterns need valid UTF-8: they
 * fail on other).  Calls hit() once for each pattern that matches, in any order; and with failed = true for
 * one that ran into a limit.  Returns 0; -1 when nothing could be matched (no memory).
 */
int	match_scan(const struct match *match, struct match_work *work, unsigned group,
	    const char *subject, size_t len, match_hit_fn *hit, void *arg, struct err *err);

/* Part of a subject. */
struct match_piece {
	size_t	start, len;
};
/*
 * The same where each pattern must match within one of the pieces (paragraphs, links), as if each were a
 * subject of its own: still at most one call a pattern.  Pieces lie within the subject, in order.
 */
int	match_scan_pieces(const struct match *match, struct match_work *work, unsigned group,
	    const char *subject, size_t len, const struct match_piece *piece, size_t npieces,
	    match_hit_fn *hit, void *arg, struct err *err);

/* One pattern alone: 1 it matches, 0 it does not, -1 it failed (limit). */
int	match_one(const struct match *match, struct match_work *work, unsigned id, const char *subject, size_t len);

/* How often pattern id matches without overlap, at most max: for "tflags multiple".  -1: it failed. */
int	match_count(const struct match *match, struct match_work *work, unsigned id,
	    const char *subject, size_t len, unsigned max);

/* How many patterns have no filter before them and are always tried: for status and tests. */
size_t	match_unfiltered(const struct match *match);

/* "pcre2 10.42 jit" or "pcre2 10.42 jit, hyperscan 5.4.0": what the build matches with. */
const char	*match_engine(void);

#endif
