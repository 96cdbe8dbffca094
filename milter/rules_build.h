/*
 * rules_build.h - a set of rules while it is read: names, what was said about each, tags, tests.
 *
 * Floor 2, private to the room of rules.  One writer; once the set is made it is only read.
 */
#ifndef TUIDING_RULES_BUILD_H
#define TUIDING_RULES_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include "rules.h"
#include "rules_expr.h"

#define RULES_MAX	200000		/* rules of one set */
#define RULES_TESTS_MAX	1000000		/* tests of one set */
#define RULES_PATTERN_MAX	262144	/* octets of one pattern */

/* All that was said about one name, in whatever order. */
struct rules_entry {
	struct rules_rule	 rule;		/* its name always stands */
	const char		*expr;		/* of a meta, as written */
	bool			 defined;	/* some line says what it tests */
	bool			 has_score;
	double			 score;
	const char		*score_file;
	unsigned		 score_line;
	bool			 replace;	/* replace_rules names it */
	size_t			 index;		/* in the set; SIZE_MAX: not defined */
};

enum rules_tag_kind { RULES_TAG, RULES_TAG_PRE, RULES_TAG_INTER, RULES_TAG_POST, RULES_TAG_MAX };

struct rules_build;

struct rules_build	*rules_build_new(rules_warn_fn *warn, void *arg);
void			 rules_build_free(struct rules_build *build);	/* NULL is fine */

/* The entry of that name; NULL: never heard of. */
struct rules_entry	*rules_build_find(const struct rules_build *build, const char *name);
/* The same, made where it is missing. */
struct rules_entry	*rules_build_entry(struct rules_build *build, const char *name);
/* Puts a definition in the place of what stood there.  -1: too many rules. */
int			 rules_build_define(struct rules_build *build, const struct rules_rule *rule,
			    const char *expr, struct err *err);
/* Entries in the order in which their names were first heard. */
size_t			 rules_build_count(const struct rules_build *build);
struct rules_entry	*rules_build_at(const struct rules_build *build, size_t i);

int			 rules_build_test(struct rules_build *build, const struct rules_test *test, struct err *err);
struct rules_test	*rules_build_tests(const struct rules_build *build, size_t *n_r);

void			 rules_build_tag_set(struct rules_build *build, enum rules_tag_kind kind, const char *name,
			    const char *text);
const char		*rules_build_tag(const struct rules_build *build, enum rules_tag_kind kind, const char *name);

/* A copy that lives as long as build. */
const char		*rules_build_keep(struct rules_build *build, const char *text, size_t len);
/* True the first time it is asked about this text. */
bool			 rules_build_first(struct rules_build *build, const char *text);

void			 rules_build_warn(const struct rules_build *build, const char *file, unsigned line,
			    const char *rule, const char *what);

/* Whether text[len] is a name as a rule may bear it: ASCII letters, digits and "_", no digit first. */
bool			 rules_name_valid(const char *text, size_t len);

/* ---- the other files of the room ------------------------------------------------------------- */

/* rules_file.c: reads a file or folder, or one text, into build.  -1 only for limits. */
int	rules_file_read(struct rules_build *build, const char *path, struct err *err);
int	rules_text_read(struct rules_build *build, const char *name, const char *text, size_t len, struct err *err);

/*
 * rules_line.c: what one line says, its key in lower case with "_" for "-".  What is wrong is warned of.
 * -1 only for limits.
 */
struct rules_line {
	struct rules_build	*build;
	const char		*file;		/* kept by build */
	unsigned		 line;
	const char		*key;
	const char		*value;		/* "" when nothing stands there */
	bool			 chinese;	/* said with "lang zh" */
};
int	rules_line(const struct rules_line *line, struct err *err);

/* rules_header.c: "header" and "mimeheader" lines; value is what stands behind the rule's name. */
int	rules_header(struct rules_build *build, const char *value, struct rules_rule *rule, struct err *err);
int	rules_mimeheader(struct rules_build *build, const char *value, struct rules_rule *rule, struct err *err);

/* rules_foreign.c: what SpamAssassin knows and we do not. */
enum rules_foreign { RULES_UNKNOWN, RULES_IGNORED, RULES_UNSUPPORTED_SETTING, RULES_UNSUPPORTED_RULE };
enum rules_foreign	rules_foreign(const char *key);

/* rules_cond.c: whether the condition of an "if" holds; what makes no sense does not, -1. */
int	rules_cond(const char *text, struct err *err);

/* rules_regex.c: takes the delimiters and modifiers off text and sets pattern, pattern_len and flags of *rule. */
int	rules_regex(struct rules_build *build, const char *text, struct rules_rule *rule, struct err *err);

/* rules_replace.c: puts the replace_tags into the pattern of a rule. */
int	rules_replace(struct rules_build *build, struct rules_rule *rule, struct err *err);

/*
 * rules_meta.c: compiles a meta of the set.  Names are looked up in build, by index.
 */
int	rules_meta_parse(const struct rules_build *build, const struct rules_entry *entry, struct rules_expr **expr_r,
	    struct err *err);
/*
 * Sorts metas so that each comes after those it uses.  expr: of each of n rules, NULL where it is no meta.
 * order holds n indices; returns how many were sorted; the rest depends on itself.
 */
size_t	rules_meta_sort(struct rules_expr *const *expr, size_t n, size_t *order);

#endif
