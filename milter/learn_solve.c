/*
 * learn_solve.c - logistic regression, twice: under an L1 penalty, which leaves most columns without a weight,
 * to choose; then, of those chosen, under an L2 penalty, which carries over better to mail of other sources.
 * Every message is shown with the base's score and without, so that the weights are of use alone too.
 *
 * Floor 3, part of learn: liblinear's wall.  The same rows give the same weights.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <stdlib.h>
#include "learn_private.h"

#define BASE_SCALE	4.0	/* a base score of as much counts as one phrase */
#define BIAS		1.0
#define WITH_BASE	2U	/* a message counts as often with the base's score as known, for once without */
#define SELECT		3.0	/* the cost at which columns are chosen */

double
learn_solve_part(const struct learn_model *model, const struct learn_row *row)
{
	double	sum = model->bias;
	size_t	i;

	for (i = 0; i < row->ncols; i++)
		sum += model->weight[row->col[i]];
	return sum;
}

double
learn_solve_all(const struct learn_model *model, const struct learn_row *row)
{
	return learn_solve_part(model, row) + model->base * row->base;
}

void
learn_solve_clear(struct learn_model *model)
{
	g_free(model->weight);
	*model = (struct learn_model){ 0 };
}

#ifdef HAVE_LIBLINEAR
#include <linear.h>

bool
learn_available(void)
{
	return true;
}

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

static size_t
count_nodes(const struct learn *learn, int without, size_t *rows_r)
{
	size_t		nodes = 0, rows = 0;
	unsigned	i;

	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		if ((int)row->fold == without)
			continue;
		nodes += 2 * (row->ncols + 3);
		rows += (WITH_BASE + 1) * row->weight;
	}
	*rows_r = rows;
	return nodes;
}

/* One row, with the base or as if there were none; columns that are not kept stay out. */
static struct feature_node *
put_row(const struct learn *learn, const struct learn_row *row, const uint8_t *keep, bool base,
    struct feature_node *node)
{
	size_t	i;
	int	n = (int)learn->cols->len;

	for (i = 0; i < row->ncols; i++)
		if (keep == NULL || keep[row->col[i]])
			*node++ = (struct feature_node){ (int)row->col[i] + 1, 1.0 };
	if (base)
		*node++ = (struct feature_node){ n + 1, row->base / BASE_SCALE };
	*node++ = (struct feature_node){ n + 2, BIAS };
	*node++ = (struct feature_node){ -1, 0 };
	return node;
}

static void
task_new(struct task *task, const struct learn *learn, int without, const uint8_t *keep)
{
	size_t			 rows, nodes = count_nodes(learn, without, &rows);
	struct feature_node	*node;
	unsigned		 i, k;

	*task = (struct task){ .problem = { .n = (int)learn->cols->len + 2, .bias = BIAS } };
	task->problem.y = g_new(double, rows + 1);
	task->problem.x = g_new(struct feature_node *, rows + 1);
	task->node = node = g_new(struct feature_node, nodes + 1);
	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);
		struct feature_node	*start = node;

		if ((int)row->fold == without)
			continue;
		for (k = 0; k < (WITH_BASE + 1) * row->weight; k++) {
			if (k == 0 || k == WITH_BASE * row->weight) {
				start = node;
				node = put_row(learn, row, keep, k == 0, node);
			}
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

/* One fit.  0, or -1. */
static int
run(const struct task *task, int solver, double c, size_t ncols, struct learn_model *model, struct err *err)
{
	struct parameter	 param = { .solver_type = solver, .eps = 0.01, .C = c };
	struct model		*made;
	const char		*wrong = check_parameter(&task->problem, &param);
	size_t			 i;

	if (wrong != NULL)
		return err_set(err, "the regression does not take its input: %s", wrong);
	set_print_string_function(say_nothing);
	srandom(1);		/* what liblinear shuffles by shares its state in glibc */
	made = train(&task->problem, &param);
	if (made == NULL)
		return err_set(err, "no memory for the regression");
	for (i = 0; i < ncols; i++)
		model->weight[i] = get_decfun_coef(made, (int)i + 1, 0) * made->label[0];
	model->base = get_decfun_coef(made, (int)ncols + 1, 0) / BASE_SCALE * made->label[0];
	model->bias = get_decfun_coef(made, (int)ncols + 2, 0) * BIAS * made->label[0];
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

/* Marks the best max columns of those that have a weight. */
static void
choose(const struct learn *learn, const struct learn_model *model, size_t max, uint8_t *keep)
{
	struct worth	*list = g_new(struct worth, learn->cols->len + 1);
	size_t		 i, n = 0;

	for (i = 0; i < learn->cols->len; i++) {
		const struct learn_col	*col = &g_array_index(learn->cols, struct learn_col, i);
		double			 w = fabs(model->weight[i]);

		if (w > 1e-6)
			list[n++] = (struct worth){ i, w * sqrt(col->count[0] + col->count[1]) };
	}
	qsort(list, n, sizeof(*list), compare_worth);
	for (i = 0; i < n && i < max; i++)
		keep[list[i].col] = 1;
	g_free(list);
}

int
learn_solve(const struct learn *learn, int without, double c, size_t max, struct learn_model *model_r,
    struct err *err)
{
	size_t			 ncols = learn->cols->len;
	struct learn_model	 model = { .weight = g_new0(double, ncols + 1) };
	struct task		 task;
	uint8_t			*keep = g_new0(uint8_t, ncols + 1);
	int			 ret;

	task_new(&task, learn, without, NULL);
	ret = run(&task, L1R_LR, SELECT / (WITH_BASE + 1), ncols, &model, err);
	task_clear(&task);
	if (ret == 0) {
		choose(learn, &model, max, keep);
		task_new(&task, learn, without, keep);
		ret = run(&task, L2R_LR, c / (WITH_BASE + 1), ncols, &model, err);
		task_clear(&task);
	}
	g_free(keep);
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
