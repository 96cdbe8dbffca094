/*
 * judge_split.h - which recipients of a mixed message get which answer when it comes again.
 *
 * Floor 3.5, part of judge.  In memory, bounded, 24 hours; lost with the process, which costs a sender one more
 * retry and nobody a mail.
 */
#ifndef TUIDING_JUDGE_SPLIT_H
#define TUIDING_JUDGE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JUDGE_SPLIT_TTL	(24LL * 3600 * 1000)	/* ms */

struct judge_split;

/* max: (sender, recipient) pairs kept; the oldest go first.  NULL: no memory. */
struct judge_split	*judge_split_new(size_t max);
void			 judge_split_free(struct judge_split *split);	/* NULL is fine */

/* Remembers that this recipient of this sender belongs to group (0 or 1). */
void	judge_split_remember(struct judge_split *split, const char *sender, const char *rcpt, int group, int64_t now);
/* Forgets it again, if it was remembered. */
void	judge_split_forget(struct judge_split *split, const char *sender, const char *rcpt);
/* The group remembered, or -1.  Also -1 once older than JUDGE_SPLIT_TTL. */
int	judge_split_group(struct judge_split *split, const char *sender, const char *rcpt, int64_t now);

#endif
