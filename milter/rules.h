/*
 * rules.h - the rule language: SpamAssassin's, and our word "folded".
 *
 * Floor 2.  Reads *.cf files into an immutable set; evaluates metas and adds scores.  Knows no regular
 * expression engine: whoever scans (judge_rules) tells it what hit.  tuiding-rules(5) is the manual.
 */
#ifndef TUIDING_RULES_H
#define TUIDING_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "err.h"

#define RULES_NAME_MAX	128		/* octets of a rule's name */

enum rules_type {
	RULES_NONE,
	RULES_HEADER,
	RULES_BODY,
	RULES_RAWBODY,
	RULES_FULL,
	RULES_URI,
	RULES_MIMEHEADER,
	RULES_FOLDED,		/* ours: characters, on the folded visible text */
	RULES_META,
	RULES_TYPE_MAX
};

/* How a header rule looks at its field. */
enum rules_view {
	RULES_VIEW_TEXT,
	RULES_VIEW_RAW,
	RULES_VIEW_ADDR,
	RULES_VIEW_NAME,
	RULES_VIEW_NAME_RAW,	/* names as they came, encoded-words and all */
	RULES_VIEW_EXISTS
};

/* Which of several fields of one name: all of them, or ":first", or ":last". */
enum rules_pick { RULES_PICK_ALL, RULES_PICK_FIRST, RULES_PICK_LAST };

struct rules_rule {
	const char	*name;
	enum rules_type	 type;
	const char	*file;		/* where it stands */
	unsigned	 line;
	/* header and mimeheader */
	const char	*field;		/* "Subject", "ALL", "ToCc", "EnvelopeFrom", "MESSAGEID" …; NULL else */
	enum rules_view	 view;
	enum rules_pick	 pick;
	bool		 negated;	/* !~ */
	const char	*if_unset;	/* NULL: none */
	/* all that match */
	const char	*pattern;	/* delimiters off; NULL for exists: and meta */
	size_t		 pattern_len;
	unsigned	 flags;		/* enum match_flag's bits, copied by value (see rules_flag_*) */
	/* scoring */
	double		 score;
	bool		 scored;	/* false for __NAME */
	bool		 nice;		/* tflags nice */
	bool		 multiple;
	unsigned	 maxhits;	/* with multiple; 0: no limit */
	bool		 nosubject;	/* tflags nosubject: a body rule that leaves the subject out */
	bool		 off;		/* switched off: unsupported or broken; a warning said why */
	bool		 idle;		/* its score is 0: not to be run, counts 0 in metas */
	const char	*describe;	/* English, or NULL */
	const char	*describe_zh;	/* "lang zh describe", or NULL */
};

/* The pattern flags in rules_rule.flags. */
enum rules_flag {
	RULES_CASELESS	= 1 << 0,
	RULES_MULTILINE	= 1 << 1,
	RULES_DOTALL	= 1 << 2,
	RULES_EXTENDED	= 1 << 3,
	RULES_UTF	= 1 << 4
};

struct rules;

/* A warning while reading: file, line, the rule's name or NULL, what is wrong.  One call each. */
typedef void	rules_warn_fn(void *arg, const char *file, unsigned line, const char *rule, const char *what);

/*
 * Reads files and folders of *.cf (sorted by name) in the order given.  What is wrong with one rule switches
 * that rule off with a warning; a file that cannot be read is a warning too.  A path that does not exist is
 * a warning.  Returns 0; -1 only when memory or the limit of rules (200,000) ends it.
 */
int	rules_load(const char *const *paths, size_t npaths, rules_warn_fn *warn, void *arg,
	    struct rules **rules_r, struct err *err);
/* The same from one text in memory (for tests); name stands for the file. */
int	rules_load_text(const char *name, const char *text, size_t len, rules_warn_fn *warn, void *arg,
	    struct rules **rules_r, struct err *err);
void	rules_free(struct rules *rules);		/* NULL is fine */

size_t				 rules_count(const struct rules *rules);
const struct rules_rule		*rules_at(const struct rules *rules, size_t i);
/* Index of the rule of that name, or SIZE_MAX. */
size_t				 rules_find(const struct rules *rules, const char *name);
/* Switches a rule off (its pattern did not compile); before the set is shared. */
void				 rules_switch_off(struct rules *rules, size_t i);

/* The rules' own tests: "test NAME ok|fail TEXT". */
struct rules_test {
	size_t		 rule;		/* index; SIZE_MAX when no such rule */
	const char	*name;		/* as written */
	bool		 want;		/* ok: it must hit TEXT; fail: it must not */
	const char	*text;		/* UTF-8 */
	const char	*file;
	unsigned	 line;
};
size_t				 rules_test_count(const struct rules *rules);
const struct rules_test		*rules_test_at(const struct rules *rules, size_t i);

/*
 * hits: rules_count() numbers, how often each matching rule hit (0 or 1 unless "multiple"); the caller fills
 * those of pattern rules, this call fills those of metas.  Returns the sum of the scores of the scored rules
 * that hit (a "multiple" rule counts its score once for each hit, up to maxhits).
 */
double	rules_score(const struct rules *rules, uint32_t *hits);
/* The first rule from i on that hit; n where none did.  Few do: asked several times for every message. */
static inline size_t
rules_next_hit(const uint32_t *hits, size_t n, size_t i)
{
	uint64_t	some[4];

	while (i < n && hits[i] == 0) {
		for (i++; i + 8 <= n; i += 8) {
			memcpy(some, hits + i, sizeof(some));
			if ((some[0] | some[1] | some[2] | some[3]) != 0)
				break;
		}
	}
	return i;
}

#endif
