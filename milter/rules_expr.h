/*
 * rules_expr.h - arithmetic over rule hits: what "meta" and "if" say.
 *
 * Floor 2, private to the room of rules.  Knows operators and numbers; what a word means is the caller's.
 */
#ifndef TUIDING_RULES_EXPR_H
#define TUIDING_RULES_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"

enum rules_opcode {
	OP_NONE,
	OP_NUMBER,
	OP_RULE,		/* how often a rule hit */
	OP_NOT,
	OP_NEGATE,
	OP_MULTIPLY,
	OP_DIVIDE,
	OP_ADD,
	OP_SUBTRACT,
	OP_LESS,
	OP_GREATER,
	OP_LESS_EQUAL,
	OP_GREATER_EQUAL,
	OP_EQUAL,
	OP_NOT_EQUAL,
	OP_XOR,
	OP_AND,			/* the right operand if the left is true, else the left, as Perl has it */
	OP_OR,
	OP_SELECT,		/* a ? b : c */
	OP_MAX
};

struct rules_op {
	enum rules_opcode	code;
	double			number;		/* OP_NUMBER */
	size_t			rule;		/* OP_RULE: an index into the values */
};

struct rules_expr;		/* a compiled expression */

/*
 * Told of each word.  *rest stands behind it and may be moved over arguments that belong to the word.
 * Emits exactly one value (rules_expr_emit()); 0, or -1 with the reason.
 */
typedef int	rules_expr_word_fn(void *arg, struct rules_expr *expr, const char *word, size_t len,
		    const char **rest, struct err *err);

/* Compiles text.  0, or -1 with what is wrong. */
int	rules_expr_parse(const char *text, rules_expr_word_fn *word, void *arg, struct rules_expr **expr_r,
	    struct err *err);
void	rules_expr_free(struct rules_expr *expr);	/* NULL is fine */

/* Adds one instruction; -1 when the expression grows over its limit. */
int	rules_expr_emit(struct rules_expr *expr, struct rules_op op, struct err *err);

/* The instructions, for those who follow dependencies. */
const struct rules_op	*rules_expr_ops(const struct rules_expr *expr, size_t *n_r);

/*
 * The value, given what each rule is worth: 0 where hits is 0, else what stands in values.  hits may be NULL: every
 * rule is worth 0.
 * *divided_r (may be NULL) is set when something was divided by zero, which then is worth 0.
 */
double	rules_expr_run(const struct rules_expr *expr, const uint32_t *hits, const double *values, bool *divided_r);

#endif
