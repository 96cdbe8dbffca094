/*
 * learn_solve.c - logistic regression, twice: once over all columns, to choose those that tell most; then, of
 * those chosen, with the base's score as it stands, which its own rules' columns may correct but never turn
 * round: a rule that speaks for commercial mail never comes to speak against it.  Every message is shown with
 * the base and, for less, without, so that the weights are of use alone too.
 *
 * Floor 3, part of learn: liblinear's wall.  The same rows give the same weights.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <stdlib.h>
#include "learn_private.h"

#define BASE_SCALE	4.0	/* a base score of as much counts as one phrase, when columns are chosen */
#define BASE_LOW	(-6.0)	/* base scores beyond say no more there */
#define BASE_HIGH	10.0
#define ALONE		0.3	/* what a message counts without the base; with it, 1 */
#define SWEEPS		60	/* over all columns, at most */
#define STILL		0.005	/* the greatest step of a sweep that was the last */
#define STEP_MAX	1.0
#define SLOPE_LEAST	0.1	/* of one point of the base's score, in log-odds */
#define SLOPE_MOST	1.0

static double
sum_of(const struct learn_model *model, const struct learn_row *row, size_t below)
{
	double	sum = model->bias;
	size_t	i;

	for (i = 0; i < row->ncols && row->col[i] < below; i++)
		sum += model->weight[row->col[i]];
	return sum;
}

double
learn_solve_alone(const struct learn *learn, const struct learn_model *model, const struct learn_row *row)
{
	return sum_of(model, row, learn->first_rule);
}

double
learn_solve_both(const struct learn *learn, const struct learn_model *model, const struct learn_row *row)
{
	return sum_of(model, row, SIZE_MAX) + learn->slope * row->look.base;
}

void
learn_solve_clear(struct learn_model *model)
{
	g_free(model->weight);
	*model = (struct learn_model){ 0 };
}

/* How sure a margin y * m leaves one to be wrong. */
static double
doubt(double margin)
{
	return margin > 35 ? 0 : 1 / (1 + exp(margin));
}

/* Newton's method in two unknowns: a slope and an intercept. */
double
learn_solve_slope(const struct learn *learn)
{
	double		a = 0.3, b = -1, ga, gb, haa, hab, hbb, det, q, x, y, h;
	unsigned	i, round;

	for (round = 0; round < 50; round++) {
		ga = gb = hab = 0;
		haa = hbb = 1e-6;
		for (i = 0; i < learn->rows->len; i++) {
			const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

			x = row->look.base;
			y = row->commercial ? 1 : -1;
			q = doubt(y * (a * x + b));
			h = row->weight * q * (1 - q);
			ga += row->weight * y * q * x;
			gb += row->weight * y * q;
			haa += h * x * x;
			hab += h * x;
			hbb += h;
		}
		det = haa * hbb - hab * hab;
		if (!(det > 1e-9))
			break;
		a += CLAMP((hbb * ga - hab * gb) / det, -0.5, 0.5);
		b += CLAMP((haa * gb - hab * ga) / det, -1, 1);
	}
	return CLAMP(a, SLOPE_LEAST, SLOPE_MOST);
}

#ifdef HAVE_LIBLINEAR
#include <linear.h>

bool
learn_available(void)
{
	return true;
}

/* ---- choosing: liblinear --------------------------------------------------------------------- */

/* liblinear tells its progress to whoever listens. */
static void
say_nothing(const char *text)
{
	(void)text;
}

/* What liblinear is given. */
struct task {
	struct problem		 problem;
	struct feature_node	*node;		/* of all rows */
};

/* One row: its columns, and the base's score behind the last. */
static struct feature_node *
put_row(const struct learn *learn, const struct learn_row *row, struct feature_node *node)
{
	size_t	i;
	int	n = (int)learn->cols->len;

	for (i = 0; i < row->ncols; i++)
		*node++ = (struct feature_node){ (int)row->col[i] + 1, 1.0 };
	*node++ = (struct feature_node){ n + 1, CLAMP(row->look.base, BASE_LOW, BASE_HIGH) / BASE_SCALE };
	*node++ = (struct feature_node){ n + 2, 1.0 };
	*node++ = (struct feature_node){ -1, 0 };
	return node;
}

static void
task_new(struct task *task, const struct learn *learn, int without)
{
	size_t			 rows = 0, nodes = 0;
	struct feature_node	*node, *start;
	unsigned		 i, k;

	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		rows += row->weight;
		nodes += row->ncols + 3;
	}
	*task = (struct task){ .problem = { .n = (int)learn->cols->len + 2, .bias = 1.0 } };
	task->problem.y = g_new(double, rows + 1);
	task->problem.x = g_new(struct feature_node *, rows + 1);
	task->node = node = g_new(struct feature_node, nodes + 1);
	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		if ((int)row->fold == without)
			continue;
		start = node;
		node = put_row(learn, row, node);
		for (k = 0; k < row->weight; k++) {
			task->problem.y[task->problem.l] = row->commercial ? 1 : -1;
			task->problem.x[task->problem.l++] = start;
		}
	}
}

static void
task_clear(struct task *task)
{
	g_free(task->problem.y);
	g_free(task->problem.x);
	g_free(task->node);
}

/* The weights of all columns.  0, or -1. */
static int
weigh_all(const struct task *task, double c, size_t ncols, double *weight, struct err *err)
{
	struct parameter	 param = { .solver_type = L2R_LR, .eps = 0.01, .C = c };
	struct model		*made;
	const char		*wrong = check_parameter(&task->problem, &param);
	size_t			 i;

	if (wrong != NULL)
		return err_set(err, "the regression does not take its input: %s", wrong);
	set_print_string_function(say_nothing);
	made = train(&task->problem, &param);
	if (made == NULL)
		return err_set(err, "no memory for the regression");
	for (i = 0; i < ncols; i++)
		weight[i] = get_decfun_coef(made, (int)i + 1, 0) * made->label[0];
	free_and_destroy_model(&made);
	return 0;
}

/* What a column moves, over all messages. */
struct worth {
	size_t	col;
	double	worth;
};

static int
compare_worth(const void *a, const void *b)
{
	const struct worth	*x = a, *y = b;

	if (x->worth > y->worth || x->worth < y->worth)
		return x->worth > y->worth ? -1 : 1;
	return x->col < y->col ? -1 : x->col > y->col;
}

/* Marks the best max columns. */
static void
choose(const struct learn *learn, const double *weight, size_t max, uint8_t *keep)
{
	struct worth	*list = g_new(struct worth, learn->cols->len + 1);
	size_t		 i, n = 0;

	for (i = 0; i < learn->cols->len; i++) {
		const struct learn_col	*col = &g_array_index(learn->cols, struct learn_col, i);
		double			 w = fabs(weight[i]);

		if (w > 1e-6)
			list[n++] = (struct worth){ i, w * sqrt(col->count[0] + col->count[1]) };
	}
	qsort(list, n, sizeof(*list), compare_worth);
	for (i = 0; i < n && i < max; i++)
		keep[list[i].col] = 1;
	g_free(list);
}

/* ---- weighing: descent, a column at a time --------------------------------------------------- */

/* Every row twice: with the base at 2 i, without at 2 i + 1. */
struct descent {
	const struct learn	*learn;
	uint32_t		*start;		/* of each column in row; one more for the end */
	uint32_t		*row;		/* numbers of the rows that have the column */
	double			*margin, *weight, *sign;
	double			 penalty;
};

static void
descent_rows(struct descent *d, int without)
{
	unsigned	i;

	for (i = 0; i < d->learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(d->learn->rows, i);

		if ((int)row->fold == without)
			continue;		/* its weights stay 0 */
		d->weight[2 * i] = row->weight;
		d->weight[2 * i + 1] = ALONE * row->weight;
		d->margin[2 * i] = d->learn->slope * row->look.base;
		d->sign[2 * i] = d->sign[2 * i + 1] = row->commercial ? 1 : -1;
	}
}

/* Turns rows of columns into columns of rows, those that are kept. */
static void
descent_columns(struct descent *d, const uint8_t *keep)
{
	const struct learn	*learn = d->learn;
	size_t			 ncols = learn->cols->len, j;
	unsigned		 i;

	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		for (j = 0; j < row->ncols; j++)
			d->start[row->col[j] + 1] += keep[row->col[j]];
	}
	for (j = 0; j < ncols; j++)
		d->start[j + 1] += d->start[j];
	d->row = g_new(uint32_t, d->start[ncols] + 1);
	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		for (j = 0; j < row->ncols; j++)
			if (keep[row->col[j]])
				d->row[d->start[row->col[j]]++] = i;
	}
	for (j = ncols; j > 0; j--)
		d->start[j] = d->start[j - 1];
	d->start[0] = 0;
}

/* One example's share of the slope and the curvature. */
static void
look_at(const struct descent *d, size_t k, double *slope, double *curve)
{
	double	q;

	if (!(d->weight[k] > 0))
		return;
	q = doubt(d->sign[k] * d->margin[k]);
	*slope += d->weight[k] * d->sign[k] * q;
	*curve += d->weight[k] * q * (1 - q);
}

/* The bounds of a column's weight. */
static void
bounds_of(const struct learn *learn, size_t j, double *low, double *high)
{
	double	score;

	*low = -INFINITY;
	*high = INFINITY;
	if (j < learn->first_rule)
		return;
	score = learn->set.rules[j - learn->first_rule].score;
	if (score > 0)
		*low = -learn->slope * score;
	else if (score < 0)
		*high = -learn->slope * score;
}

/* One step in one column; how far it went. */
static double
descend(struct descent *d, size_t j, double *w)
{
	bool		alone = j < d->learn->first_rule;
	double		slope = 0, curve = 1e-5, low, high, step;
	uint32_t	k;

	if (d->start[j] == d->start[j + 1])
		return 0;
	for (k = d->start[j]; k < d->start[j + 1]; k++) {
		look_at(d, 2 * d->row[k], &slope, &curve);
		if (alone)
			look_at(d, 2 * d->row[k] + 1, &slope, &curve);
	}
	bounds_of(d->learn, j, &low, &high);
	step = CLAMP((slope - d->penalty * *w) / (1.2 * curve + d->penalty), -STEP_MAX, STEP_MAX);
	step = CLAMP(*w + step, low, high) - *w;
	*w += step;
	for (k = d->start[j]; k < d->start[j + 1]; k++) {
		d->margin[2 * d->row[k]] += step;
		if (alone)
			d->margin[2 * d->row[k] + 1] += step;
	}
	return fabs(step);
}

/* The intercept, which has no penalty. */
static double
descend_bias(struct descent *d, double *w)
{
	double	slope = 0, curve = 1e-5, step;
	size_t	k, n = 2 * (size_t)d->learn->rows->len;

	for (k = 0; k < n; k++)
		look_at(d, k, &slope, &curve);
	step = CLAMP(slope / (1.2 * curve), -STEP_MAX, STEP_MAX);
	*w += step;
	for (k = 0; k < n; k++)
		d->margin[k] += step;
	return fabs(step);
}

static void
weigh_kept(const struct learn *learn, int without, double c, const uint8_t *keep, struct learn_model *model)
{
	size_t		 n = 2 * (size_t)learn->rows->len, ncols = learn->cols->len, j;
	struct descent	 d = { .learn = learn, .penalty = 1 / c };
	double		 most = INFINITY, step;
	unsigned	 sweep;

	d.start = g_new0(uint32_t, ncols + 2);
	d.margin = g_new0(double, n + 1);
	d.weight = g_new0(double, n + 1);
	d.sign = g_new0(double, n + 1);
	descent_rows(&d, without);
	descent_columns(&d, keep);
	for (sweep = 0; sweep < SWEEPS && most > STILL; sweep++) {
		most = descend_bias(&d, &model->bias);
		for (j = 0; j < ncols; j++) {
			step = descend(&d, j, &model->weight[j]);
			most = step > most ? step : most;
		}
	}
	g_free(d.sign);
	g_free(d.weight);
	g_free(d.margin);
	g_free(d.row);
	g_free(d.start);
}

int
learn_solve(const struct learn *learn, int without, double c, size_t max, struct learn_model *model_r,
    struct err *err)
{
	size_t			 ncols = learn->cols->len;
	struct learn_model	 model = { .weight = g_new0(double, ncols + 1) };
	double			*weight = g_new0(double, ncols + 1);
	uint8_t			*keep = g_new0(uint8_t, ncols + 1);
	struct task		 task;
	int			 ret;

	task_new(&task, learn, without);
	ret = weigh_all(&task, c, ncols, weight, err);
	task_clear(&task);
	if (ret == 0) {
		choose(learn, weight, max, keep);
		weigh_kept(learn, without, c, keep, &model);
	}
	g_free(keep);
	g_free(weight);
	if (ret == 0)
		*model_r = model;
	else
		learn_solve_clear(&model);
	return ret;
}

#else	/* !HAVE_LIBLINEAR */

bool
learn_available(void)
{
	return false;
}

int
learn_solve(const struct learn *learn, int without, double c, size_t max, struct learn_model *model_r,
    struct err *err)
{
	(void)learn;
	(void)without;
	(void)c;
	(void)max;
	(void)model_r;
	return err_set(err, "this build has no liblinear");
}

#endif
