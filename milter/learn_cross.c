/*
 * learn_cross.c - cross-validation by groups: the cost, the threshold, and the scale of the weights.
 *
 * Floor 3, part of learn.  No message is ever judged by a fit that saw its group.
 */
#include <math.h>
#include <stdlib.h>
#include "learn_private.h"

#define LANGUAGE_MIN	50	/* messages of each class of a language, for a threshold of its own */

static const double	costs[] = { 0.15, 0.5 };

/* ---- folds ----------------------------------------------------------------------------------- */

struct group {
	unsigned	number;
	size_t		rows;
};

static int
compare_groups(const void *a, const void *b)
{
	const struct group	*x = a, *y = b;

	if (x->rows != y->rows)
		return x->rows > y->rows ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Deals the groups out, the largest first, each to the fold that has least. */
static void
deal(struct learn *learn, unsigned nfolds)
{
	unsigned	 ngroups = g_hash_table_size(learn->groups), i, k, best;
	struct group	*group = g_new0(struct group, ngroups + 1);
	unsigned	*fold_of = g_new0(unsigned, ngroups + 1);
	size_t		*load = g_new0(size_t, nfolds);

	for (i = 0; i < ngroups; i++)
		group[i].number = i;
	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		group[row->group].rows++;
	}
	qsort(group, ngroups, sizeof(*group), compare_groups);
	for (i = 0; i < ngroups; i++) {
		for (best = 0, k = 1; k < nfolds; k++)
			if (load[k] < load[best])
				best = k;
		load[best] += group[i].rows;
		fold_of[group[i].number] = best;
	}
	for (i = 0; i < learn->rows->len; i++) {
		struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		row->fold = fold_of[row->group];
	}
	g_free(load);
	g_free(fold_of);
	g_free(group);
}

/* ---- held-out scores ------------------------------------------------------------------------- */

/* What the models of one cost say of every row, held out. */
struct held {
	double	 cost;
	double	*alone, *both;	/* log-odds of what is learned alone, and with the base */
	double	 loss;		/* log loss, the mean by weight */
};

static double
log_loss(double odds, bool commercial)
{
	double	x = commercial ? -odds : odds;

	return x > 30 ? x : log1p(exp(x));
}

static int
hold_out(const struct learn *learn, struct held *held, struct err *err)
{
	struct learn_model	model;
	double			loss = 0, weight = 0;
	unsigned		fold, i;

	for (fold = 0; fold < learn->set.folds; fold++) {
		if (learn_solve(learn, (int)fold, held->cost, learn->set.max_rules, &model, err) != 0)
			return -1;
		for (i = 0; i < learn->rows->len; i++) {
			const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

			if (row->fold != fold)
				continue;
			held->alone[i] = learn_solve_alone(learn, &model, row);
			held->both[i] = learn_solve_both(learn, &model, row);
			loss += row->weight * log_loss(held->both[i], row->commercial);
			weight += row->weight;
		}
		learn_solve_clear(&model);
		if (learn->set.progress != NULL)
			learn->set.progress(learn->set.arg, "cross-validation", fold + 1, learn->set.folds);
	}
	held->loss = loss / weight;
	return 0;
}

enum language { LANGUAGE_OTHER, LANGUAGE_CHINESE, LANGUAGE_ANY };

/* The threshold on log-odds for the messages of a language; NAN when there are too few to tell. */
static double
threshold_of(const struct learn *learn, const struct held *held, enum language language)
{
	struct learn_point	*point = g_new(struct learn_point, learn->rows->len + 1);
	double			 threshold, recall;
	unsigned		 i;
	size_t			 n = 0, class[2] = { 0, 0 };

	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		if (language != LANGUAGE_ANY && row->han != (language == LANGUAGE_CHINESE))
			continue;
		class[row->commercial]++;
		point[n++] = (struct learn_point){ held->both[i], row->weight, row->commercial };
	}
	learn_measure_sort(point, n);
	threshold = learn_measure_threshold(point, n, learn->set.false_positives, &recall);
	if (isinf(threshold) && n > 0)
		threshold = point[0].score + 1;		/* above all */
	g_free(point);
	return language != LANGUAGE_ANY && MIN(class[0], class[1]) < LANGUAGE_MIN ? NAN : threshold;
}

/* Those of both languages, by whether a message is Chinese; the one for all where too little is known. */
static void
thresholds_of(const struct learn *learn, const struct held *held, double threshold[2])
{
	double	any = threshold_of(learn, held, LANGUAGE_ANY);
	size_t	i;

	threshold[0] = threshold_of(learn, held, LANGUAGE_OTHER);
	threshold[1] = threshold_of(learn, held, LANGUAGE_CHINESE);
	for (i = 0; i < 2; i++)
		if (isnan(threshold[i]))
			threshold[i] = any;
}

/* Puts a model on the scale of the base's scores: the threshold becomes what is required. */
static void
rescale(struct learn *learn, const struct learn_model *model, const double threshold[2])
{
	double	scale = 1 / learn->slope, weight;
	size_t	i;

	learn->nrules = 1;
	learn->intercept = round(100 * (learn->set.required + scale * (model->bias - threshold[0]))) / 100;
	for (i = 0; i < learn->cols->len; i++) {
		struct learn_col	*col = &g_array_index(learn->cols, struct learn_col, i);

		weight = model->weight[i];
		if (col->kind == LEARN_FACT && col->number == learn_facts_han())
			weight += threshold[0] - threshold[1];
		col->weight = round(100 * scale * weight) / 100;
		learn->nrules += fabs(col->weight) >= 0.01;
	}
}

/* The held-out scores of all messages, on the same scale. */
static void
keep_held(struct learn *learn, const struct held *held, const double threshold[2])
{
	unsigned	i;

	for (i = 0; i < learn->rows->len; i++) {
		struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		row->alone = learn->set.required + (held->alone[i] - threshold[row->han]) / learn->slope;
		row->both = learn->set.required + (held->both[i] - threshold[row->han]) / learn->slope;
	}
}

/* Tries every cost, or the one that was set; the best by log loss. */
static int
try_costs(const struct learn *learn, struct held *held, size_t *best_r, struct err *err)
{
	size_t	i, best = 0;

	for (i = 0; i < G_N_ELEMENTS(costs); i++) {
		if (learn->set.cost > 0 && i > 0)
			break;
		held[i].cost = learn->set.cost > 0 ? learn->set.cost : costs[i];
		held[i].alone = g_new0(double, learn->rows->len + 1);
		held[i].both = g_new0(double, learn->rows->len + 1);
		if (hold_out(learn, &held[i], err) != 0)
			return -1;
		if (held[i].loss < held[best].loss)
			best = i;
	}
	*best_r = best;
	return 0;
}

int
learn_cross(struct learn *learn, struct err *err)
{
	struct held		held[G_N_ELEMENTS(costs)] = { { 0 } };
	struct learn_model	model = { 0 };
	double			threshold[2];
	size_t			best = 0, i;
	int			ret = -1;

	deal(learn, learn->set.folds);
	learn->slope = learn_solve_slope(learn);
	if (try_costs(learn, held, &best, err) != 0)
		goto out;
	learn->cost = held[best].cost;
	thresholds_of(learn, &held[best], threshold);
	if (learn_solve(learn, -1, learn->cost, learn->set.max_rules, &model, err) != 0)
		goto out;
	keep_held(learn, &held[best], threshold);
	rescale(learn, &model, threshold);
	ret = 0;
out:
	learn_solve_clear(&model);
	for (i = 0; i < G_N_ELEMENTS(costs); i++) {
		g_free(held[i].alone);
		g_free(held[i].both);
	}
	return ret;
}
