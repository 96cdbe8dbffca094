/*
 * rules_expr.c - arithmetic over rule hits: a recursive descent into a program for a small stack.
 *
 * Floor 2.  Precedence and truth are Perl's, because SpamAssassin evaluates these lines with it.
 * Nesting, length and stack are bounded, so running one needs no allocation and cannot fail.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "rules_expr.h"

#define OPS_MAX		65536	/* instructions of one expression */
#define NESTING_MAX	60	/* parentheses and signs inside one another */
#define STACK_MAX	(4 * NESTING_MAX)

struct rules_expr {
	struct rules_op	*op;
	size_t		 n, cap;
	unsigned	 stack;		/* values on the stack after the last instruction */
};

struct parser {
	const char		*at;
	struct rules_expr	*expr;
	rules_expr_word_fn	*word;
	void			*arg;
	unsigned		 nesting;
	struct err		*err;
};

/* Binary operators; the longer spelling stands before its own beginning. */
static const struct operator {
	const char		*text;
	enum rules_opcode	 code;
	int			 rank;		/* the higher, the tighter it binds */
} operators[] = {
	{ "||", OP_OR,			1 },
	{ "&&", OP_AND,			2 },
	{ "^",  OP_XOR,			3 },
	{ "==", OP_EQUAL,		4 },
	{ "!=", OP_NOT_EQUAL,		4 },
	{ "<=", OP_LESS_EQUAL,		5 },
	{ ">=", OP_GREATER_EQUAL,	5 },
	{ "<",  OP_LESS,		5 },
	{ ">",  OP_GREATER,		5 },
	{ "+",  OP_ADD,			6 },
	{ "-",  OP_SUBTRACT,		6 },
	{ "*",  OP_MULTIPLY,		7 },
	{ "/",  OP_DIVIDE,		7 },
};

/* What each instruction takes from the stack; all put one value back. */
static const unsigned char takes[OP_MAX] = {
	[OP_NOT] = 1, [OP_NEGATE] = 1, [OP_SELECT] = 3,
	[OP_MULTIPLY] = 2, [OP_DIVIDE] = 2, [OP_ADD] = 2, [OP_SUBTRACT] = 2, [OP_LESS] = 2, [OP_GREATER] = 2,
	[OP_LESS_EQUAL] = 2, [OP_GREATER_EQUAL] = 2, [OP_EQUAL] = 2, [OP_NOT_EQUAL] = 2, [OP_XOR] = 2,
	[OP_AND] = 2, [OP_OR] = 2,
};

static int	parse_choice(struct parser *p);

int
rules_expr_emit(struct rules_expr *expr, struct rules_op op, struct err *err)
{
	if (expr->n == OPS_MAX)
		return err_set(err, "expression is too long");
	if (expr->stack < takes[op.code])
		return err_set(err, "expression wants an operand");
	if (expr->stack - takes[op.code] + 1 > STACK_MAX)
		return err_set(err, "expression is too deep");
	if (expr->n == expr->cap) {
		expr->cap = expr->cap == 0 ? 8 : 2 * expr->cap;
		expr->op = g_renew(struct rules_op, expr->op, expr->cap);
	}
	expr->op[expr->n++] = op;
	expr->stack = expr->stack - takes[op.code] + 1;
	return 0;
}

static int
emit(struct parser *p, enum rules_opcode code, double number)
{
	return rules_expr_emit(p->expr, (struct rules_op){ .code = code, .number = number }, p->err);
}

static int
unexpected(struct parser *p)
{
	return err_set(p->err, "expression has an unexpected '%c'", g_ascii_isprint(*p->at) ? *p->at : '?');
}

static void
skip_blanks(struct parser *p)
{
	while (g_ascii_isspace(*p->at))
		p->at++;
}

static int
parse_number(struct parser *p)
{
	char		*end = NULL;
	const char	*c = p->at;
	double		 value;

	while (g_ascii_isdigit(*c) || *c == '.')
		c++;
	value = g_ascii_strtod(p->at, &end);
	if (end != c || c - p->at > 64 || !isfinite(value))
		return err_set(p->err, "malformed number in expression");
	p->at = c;
	return emit(p, OP_NUMBER, value);
}

static int
parse_word(struct parser *p)
{
	const char	*word = p->at;
	size_t		 len;

	while (g_ascii_isalnum(*p->at) || *p->at == '_' || *p->at == ':')
		p->at++;
	len = (size_t)(p->at - word);
	return p->word(p->arg, p->expr, word, len, &p->at, p->err);
}

/* "()" alone is worth nothing: a name declared without a test. */
static int
parse_group(struct parser *p)
{
	p->at++;
	skip_blanks(p);
	if (*p->at == ')') {
		p->at++;
		return emit(p, OP_NUMBER, 0);
	}
	if (parse_choice(p) == -1)
		return -1;
	skip_blanks(p);
	if (*p->at != ')')
		return err_set(p->err, "expression wants ')'");
	p->at++;
	return 0;
}

static int
parse_operand(struct parser *p)
{
	int	ret = -1;

	if (++p->nesting > NESTING_MAX)
		return err_set(p->err, "expression is too deep");
	skip_blanks(p);
	if (*p->at == '!' && p->at[1] != '=') {
		p->at++;
		ret = parse_operand(p) == -1 ? -1 : emit(p, OP_NOT, 0);
	} else if (*p->at == '-') {
		p->at++;
		ret = parse_operand(p) == -1 ? -1 : emit(p, OP_NEGATE, 0);
	} else if (*p->at == '+') {
		p->at++;
		ret = parse_operand(p);
	} else if (*p->at == '(') {
		ret = parse_group(p);
	} else if (g_ascii_isdigit(*p->at) || *p->at == '.') {
		ret = parse_number(p);
	} else if (g_ascii_isalpha(*p->at) || *p->at == '_') {
		ret = parse_word(p);
	} else if (*p->at == '\0') {
		ret = err_set(p->err, "expression ends too early");
	} else {
		ret = unexpected(p);
	}
	p->nesting--;
	return ret;
}

static const struct operator *
peek_operator(struct parser *p)
{
	size_t	i;

	skip_blanks(p);
	for (i = 0; i < G_N_ELEMENTS(operators); i++) {
		if (strncmp(p->at, operators[i].text, strlen(operators[i].text)) == 0)
			return &operators[i];
	}
	return NULL;
}

/* Operators that bind at least as tightly as rank, from left to right. */
static int
parse_binary(struct parser *p, int rank)
{
	const struct operator	*o;

	if (parse_operand(p) == -1)
		return -1;
	while ((o = peek_operator(p)) != NULL && o->rank >= rank) {
		p->at += strlen(o->text);
		if (parse_binary(p, o->rank + 1) == -1 || emit(p, o->code, 0) == -1)
			return -1;
	}
	return 0;
}

static int
parse_choice(struct parser *p)
{
	if (parse_binary(p, 1) == -1)
		return -1;
	skip_blanks(p);
	if (*p->at != '?')
		return 0;
	p->at++;
	if (++p->nesting > NESTING_MAX)
		return err_set(p->err, "expression is too deep");
	if (parse_choice(p) == -1)
		return -1;
	skip_blanks(p);
	if (*p->at != ':')
		return err_set(p->err, "expression wants ':'");
	p->at++;
	if (parse_choice(p) == -1)
		return -1;
	p->nesting--;
	return emit(p, OP_SELECT, 0);
}

int
rules_expr_parse(const char *text, rules_expr_word_fn *word, void *arg, struct rules_expr **expr_r,
    struct err *err)
{
	struct parser	 p = { .at = text, .word = word, .arg = arg, .err = err };
	int		 ret = -1;

	p.expr = g_new0(struct rules_expr, 1);
	if (parse_choice(&p) == -1)
		goto out;
	skip_blanks(&p);
	if (*p.at != '\0') {
		(void)unexpected(&p);
		goto out;
	}
	if (p.expr->stack != 1) {
		(void)err_set(err, "expression has no one value");
		goto out;
	}
	*expr_r = p.expr;
	p.expr = NULL;
	ret = 0;
out:
	rules_expr_free(p.expr);
	return ret;
}

void
rules_expr_free(struct rules_expr *expr)
{
	if (expr == NULL)
		return;
	g_free(expr->op);
	g_free(expr);
}

const struct rules_op *
rules_expr_ops(const struct rules_expr *expr, size_t *n_r)
{
	*n_r = expr->n;
	return expr->op;
}

/* Bits of a number as Perl's "^" takes them; what is no whole number in range is worth 0. */
static uint64_t
bits(double x)
{
	return x > 0 && x < 9e15 ? (uint64_t)x : 0;
}

static double
apply(enum rules_opcode code, double a, double b, bool *divided)
{
	switch (code) {
	case OP_MULTIPLY:	return a * b;
	case OP_ADD:		return a + b;
	case OP_SUBTRACT:	return a - b;
	case OP_LESS:		return a < b;
	case OP_GREATER:	return a > b;
	case OP_LESS_EQUAL:	return a <= b;
	case OP_GREATER_EQUAL:	return a >= b;
	case OP_EQUAL:		return a >= b && a <= b;
	case OP_NOT_EQUAL:	return a < b || a > b;
	case OP_XOR:		return (double)(bits(a) ^ bits(b));
	case OP_AND:		return fpclassify(a) == FP_ZERO ? a : b;
	case OP_OR:		return fpclassify(a) == FP_ZERO ? b : a;
	case OP_DIVIDE:
		if (fpclassify(b) != FP_ZERO)
			return a / b;
		*divided = true;
		return 0;
	default:
		return 0;
	}
}

double
rules_expr_run(const struct rules_expr *expr, const uint32_t *hits, const double *values, bool *divided_r)
{
	double	stack[STACK_MAX], *top = stack;		/* top: the next free one */
	bool	divided = false;
	size_t	i;

	for (i = 0; i < expr->n; i++) {
		const struct rules_op	*op = &expr->op[i];

		switch (op->code) {
		case OP_NUMBER:
			*top++ = op->number;
			break;
		case OP_RULE:
			*top++ = hits == NULL || hits[op->rule] == 0 ? 0 : values[op->rule];
			break;
		case OP_NOT:
			top[-1] = fpclassify(top[-1]) == FP_ZERO;
			break;
		case OP_NEGATE:
			top[-1] = -top[-1];
			break;
		case OP_SELECT:
			top -= 2;
			top[-1] = fpclassify(top[-1]) != FP_ZERO ? top[0] : top[1];
			break;
		default:
			top--;
			top[-1] = apply(op->code, top[-1], top[0], &divided);
			break;
		}
	}
	if (divided_r != NULL)
		*divided_r = divided;
	return isfinite(top[-1]) ? top[-1] : 0;
}
