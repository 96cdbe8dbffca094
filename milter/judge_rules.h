/*
 * judge_rules.h - the rules put to one message: which hit, and the score.
 *
 * Floor 3, part of judge.  Joins rules (the language) and match (the engine): compiles every pattern once,
 * brings each field of a message before the patterns that ask for it.  Immutable and shared once made.
 */
#ifndef TUIDING_JUDGE_RULES_H
#define TUIDING_JUDGE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"
#include "match.h"
#include "mime.h"
#include "rules.h"
#include "text.h"

struct judge_rules;

/*
 * Reads and compiles the rules at paths.  A pattern that does not compile switches its rule off with a
 * warning.  0, or -1 (memory, too many rules).
 */
int	judge_rules_new(const char *const *paths, size_t npaths, const struct match_limits *limits,
	    rules_warn_fn *warn, void *arg, struct judge_rules **rules_r, struct err *err);
/* The same from a set already read, which it takes over (also when it fails). */
int	judge_rules_from(struct rules *set, const struct match_limits *limits,
	    rules_warn_fn *warn, void *arg, struct judge_rules **rules_r, struct err *err);
void	judge_rules_free(struct judge_rules *rules);		/* NULL is fine */

const struct rules	*judge_rules_set(const struct judge_rules *rules);

struct judge_rules_input {
	const struct mime	*mime;
	const struct text	*text;
	const char		*envelope;	/* MAIL FROM, brackets off; "" for the null sender */
};

struct judge_rules_result {
	double		 score;
	uint32_t	*hits;		/* a count for each rule of the set */
	size_t		 nrules;
	size_t		 nfailed;	/* rules that ran into a match limit for this message */
	size_t		 failed[8];	/* the first of them, indices */
};

/* Puts all rules to one message.  0 and *result (its hits freed by judge_rules_result_clear()), or -1. */
int	judge_rules_run(const struct judge_rules *rules, const struct judge_rules_input *input,
	    struct judge_rules_result *result, struct err *err);
void	judge_rules_result_clear(struct judge_rules_result *result);

/*
 * The names of the scored rules that hit, greatest weight first, in "NAME" or (with_scores) "NAME=1.50" form,
 * joined by commas; rules beyond size - 1 octets are left out.  Returns how many hit.
 */
size_t	judge_rules_names(const struct judge_rules *rules, const struct judge_rules_result *result,
	    bool with_scores, char *out, size_t size);

/*
 * Runs the set's own tests: "test NAME ok|fail TEXT".  A body/rawbody/uri/full rule sees TEXT, a header rule sees
 * it as its field's value, a folded rule sees fold_text(TEXT), a meta sees what its parts make of TEXT.
 * Calls fn for each with whether it went as wanted.  Returns how many did not, or -1.
 */
typedef void	judge_rules_test_fn(void *arg, const struct rules_test *test, bool as_wanted, const char *why);
int64_t	judge_rules_test(const struct judge_rules *rules, judge_rules_test_fn *fn, void *arg, struct err *err);

#endif
