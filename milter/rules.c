/*
 * rules.c - the rule language: a set of rules, read and made fast to ask.
 *
 * Floor 2.  The set is immutable once made (but for rules_switch_off() before it is shared).  Knows no regular
 * expression engine and never sees a message.
 */
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "rules_build.h"

#define BITS	64		/* of a word */

struct rules {
	struct rules_build	 *build;	/* names and every string */
	struct rules_rule	 *rule;
	struct rules_expr	**expr;		/* of each rule; NULL: no meta */
	size_t			  n;
	size_t			 *order;	/* metas, each after those it uses */
	size_t			  norder;
	uint64_t		 *awake;	/* a bit for each place in order: a meta that is not 0 when all it names is */
	size_t			 *first, *user;	/* places of the metas that name rule i: user[first[i]] up to first[i + 1] */
	struct rules_test	 *test;
	size_t			  ntest;
};

/* What SpamAssassin gives a rule that no score line names. */
static double
default_score(const struct rules_rule *r)
{
	double	score = strncmp(r->name, "T_", 2) == 0 ? 0.01 : 1.0;

	return r->nice ? -score : score;
}

/* Numbers the defined entries and copies their rules. */
static void
collect(struct rules *set)
{
	size_t	i, n = rules_build_count(set->build);

	set->rule = g_new0(struct rules_rule, n + 1);
	for (i = 0; i < n; i++) {
		struct rules_entry	*e = rules_build_at(set->build, i);
		struct rules_rule	*r = &e->rule;

		if (!e->defined)
			continue;
		r->scored = strncmp(r->name, "__", 2) != 0;
		r->score = !r->scored ? 0 : e->has_score ? e->score : default_score(r);
		r->idle = e->has_score && e->score >= 0 && e->score <= 0;
		e->index = set->n;
		set->rule[set->n++] = *r;
	}
}

static void
switch_off(struct rules *set, size_t i, const char *what)
{
	struct rules_rule	*r = &set->rule[i];

	if (!r->off)
		rules_build_warn(set->build, r->file, r->line, r->name, what);
	rules_switch_off(set, i);
}

static bool
replaceable(enum rules_type type)
{
	return type == RULES_HEADER || type == RULES_BODY || type == RULES_RAWBODY || type == RULES_FULL ||
	    type == RULES_URI || type == RULES_FOLDED;
}

/* What can only be said once all lines are read: tags, scores of nobody, tests of nobody. */
static void
finish_names(struct rules *set)
{
	size_t		 i;
	struct err	 why = { "" };

	for (i = 0; i < rules_build_count(set->build); i++) {
		const struct rules_entry	*e = rules_build_at(set->build, i);

		if (!e->defined) {
			if (e->has_score)
				rules_build_warn(set->build, e->score_file, e->score_line, e->rule.name,
				    "score of a rule that does not exist");
			continue;
		}
		if (e->replace && !e->rule.off && e->rule.pattern != NULL && replaceable(e->rule.type) &&
		    rules_replace(set->build, &set->rule[e->index], &why) == -1)
			switch_off(set, e->index, why.text);
	}
	set->test = rules_build_tests(set->build, &set->ntest);
	for (i = 0; i < set->ntest; i++)
		set->test[i].rule = rules_find(set, set->test[i].name);
}

static void
wake(uint64_t *awake, size_t place)
{
	awake[place / BITS] |= (uint64_t)1 << place % BITS;
}

/* Notes who names whom, so that only metas that something speaks for are worked out. */
static void
finish_users(struct rules *set)
{
	size_t	*at, i, k, n, total = 0;

	set->awake = g_new0(uint64_t, set->norder / BITS + 1);
	set->first = g_new0(size_t, set->n + 2);
	for (i = 0; i < set->norder; i++) {
		const struct rules_op	*op = rules_expr_ops(set->expr[set->order[i]], &n);
		double			 value = rules_expr_run(set->expr[set->order[i]], NULL, NULL, NULL);

		if (value < 0 || value > 0)
			wake(set->awake, i);
		for (k = 0; k < n; k++)
			set->first[op[k].rule + 1] += op[k].code == OP_RULE;
	}
	for (i = 0; i <= set->n; i++)
		set->first[i] = total += set->first[i];
	set->user = g_new0(size_t, total + 1);
	at = g_memdup2(set->first, (set->n + 1) * sizeof(*at));
	for (i = 0; i < set->norder; i++) {
		const struct rules_op	*op = rules_expr_ops(set->expr[set->order[i]], &n);

		for (k = 0; k < n; k++) {
			if (op[k].code == OP_RULE)
				set->user[at[op[k].rule]++] = i;
		}
	}
	g_free(at);
}

static void
finish_metas(struct rules *set)
{
	struct err	 why = { "" };
	size_t		 i;

	set->expr = g_new0(struct rules_expr *, set->n + 1);
	set->order = g_new0(size_t, set->n + 1);
	for (i = 0; i < set->n; i++) {
		const struct rules_entry	*e = rules_build_find(set->build, set->rule[i].name);

		if (set->rule[i].type == RULES_META && !set->rule[i].off &&
		    rules_meta_parse(set->build, e, &set->expr[i], &why) == -1)
			switch_off(set, i, why.text);
	}
	set->norder = rules_meta_sort(set->expr, set->n, set->order);
	finish_users(set);
}

/* Metas that could not be sorted hang on themselves. */
static void
finish_circles(struct rules *set)
{
	bool	*sorted = g_new0(bool, set->n + 1);
	size_t	 i;

	for (i = 0; i < set->norder; i++)
		sorted[set->order[i]] = true;
	for (i = 0; i < set->n; i++) {
		if (set->expr[i] != NULL && !sorted[i])
			switch_off(set, i, "meta depends on itself, it is off");
	}
	g_free(sorted);
}

/* Makes the set out of build, which it owns from now on. */
static struct rules *
finish(struct rules_build *build)
{
	struct rules	*set = g_new0(struct rules, 1);

	set->build = build;
	collect(set);
	finish_names(set);
	finish_metas(set);
	finish_circles(set);
	return set;
}

int
rules_load(const char *const *paths, size_t npaths, rules_warn_fn *warn, void *arg, struct rules **rules_r,
    struct err *err)
{
	struct rules_build	*build = rules_build_new(warn, arg);
	size_t			 i;

	for (i = 0; i < npaths; i++) {
		if (rules_file_read(build, paths[i], err) == -1) {
			rules_build_free(build);
			return -1;
		}
	}
	*rules_r = finish(build);
	return 0;
}

int
rules_load_text(const char *name, const char *text, size_t len, rules_warn_fn *warn, void *arg,
    struct rules **rules_r, struct err *err)
{
	struct rules_build	*build = rules_build_new(warn, arg);

	if (rules_text_read(build, name, text, len, err) == -1) {
		rules_build_free(build);
		return -1;
	}
	*rules_r = finish(build);
	return 0;
}

void
rules_free(struct rules *rules)
{
	size_t	i;

	if (rules == NULL)
		return;
	for (i = 0; i < rules->n; i++)
		rules_expr_free(rules->expr[i]);
	g_free(rules->expr);
	g_free(rules->order);
	g_free(rules->awake);
	g_free(rules->first);
	g_free(rules->user);
	g_free(rules->rule);
	rules_build_free(rules->build);
	g_free(rules);
}

size_t
rules_count(const struct rules *rules)
{
	return rules->n;
}

const struct rules_rule *
rules_at(const struct rules *rules, size_t i)
{
	return &rules->rule[i];
}

size_t
rules_find(const struct rules *rules, const char *name)
{
	const struct rules_entry	*e = rules_build_find(rules->build, name);

	return e == NULL ? SIZE_MAX : e->index;
}

void
rules_switch_off(struct rules *rules, size_t i)
{
	rules->rule[i].off = true;
}

size_t
rules_test_count(const struct rules *rules)
{
	return rules->ntest;
}

const struct rules_test *
rules_test_at(const struct rules *rules, size_t i)
{
	return &rules->test[i];
}

/* How often a pattern rule counts: 0 when it does not run, 1 or, if "multiple", up to maxhits. */
static uint32_t
clip(const struct rules_rule *r, uint32_t hits)
{
	if (r->off || r->idle || hits == 0)
		return 0;
	if (!r->multiple)
		return 1;
	return r->maxhits != 0 && hits > r->maxhits ? r->maxhits : hits;
}

/* What one scoring works on. */
struct tally {
	const struct rules	*rules;
	uint32_t		*hits;
	double			*values;	/* of rules that hit */
	uint64_t		*awake;
	uint64_t		*said;		/* a bit for each rule that hit */
};

/* What rule i is worth to the metas that name it. */
static void
speak(struct tally *t, size_t i, double value)
{
	size_t	u;

	t->values[i] = value;
	t->said[i / BITS] |= UINT64_C(1) << i % BITS;
	for (u = t->rules->first[i]; u < t->rules->first[i + 1]; u++)
		wake(t->awake, t->rules->user[u]);
}

/* A meta that holds is worth its value to other metas, but at least something: 1 when it is not positive. */
static void
run_meta(struct tally *t, size_t i)
{
	double	value;

	if (t->rules->rule[i].off || t->rules->rule[i].idle)
		return;
	value = rules_expr_run(t->rules->expr[i], t->hits, t->values, NULL);
	if (value >= 0 && value <= 0)
		return;
	value = value > 0 ? value : 1;
	t->hits[i] = value < 1 ? 1 : value > 1e9 ? 1000000000 : (uint32_t)value;
	speak(t, i, value);
}

/* In order, those that are awake; a meta wakes only such as stand behind it. */
static void
run_metas(struct tally *t)
{
	size_t	w;

	for (w = 0; w <= t->rules->norder / BITS; w++) {
		uint64_t	left = UINT64_MAX;

		while ((t->awake[w] & left) != 0) {
			unsigned	bit = (unsigned)__builtin_ctzll(t->awake[w] & left);

			run_meta(t, t->rules->order[w * BITS + bit]);
			left = UINT64_MAX << bit << 1;
		}
	}
}

/* The scores of what hit, added up in order. */
static double
add_up(const struct tally *t)
{
	double	score = 0;
	size_t	w;

	for (w = 0; w <= t->rules->n / BITS; w++) {
		uint64_t	left;

		for (left = t->said[w]; left != 0; left &= left - 1) {
			size_t			 i = w * BITS + (size_t)__builtin_ctzll(left);
			const struct rules_rule	*r = &t->rules->rule[i];

			if (r->scored)
				score += r->type == RULES_META ? r->score : r->score * t->hits[i];
		}
	}
	return score;
}

double
rules_score(const struct rules *rules, uint32_t *hits)
{
	struct tally	t = { .rules = rules, .hits = hits };
	double		score;
	size_t		i;

	t.values = g_new(double, rules->n + 1);
	t.awake = g_memdup2(rules->awake, (rules->norder / BITS + 1) * sizeof(*t.awake));
	t.said = g_new0(uint64_t, rules->n / BITS + 1);
	for (i = rules_next_hit(hits, rules->n, 0); i < rules->n; i = rules_next_hit(hits, rules->n, i + 1)) {
		hits[i] = rules->rule[i].type == RULES_META ? 0 : clip(&rules->rule[i], hits[i]);
		if (hits[i] != 0)
			speak(&t, i, hits[i]);
	}
	run_metas(&t);
	score = add_up(&t);
	g_free(t.values);
	g_free(t.awake);
	g_free(t.said);
	return score;
}
