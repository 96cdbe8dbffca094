/*
 * learn_measure.c - how good scores are.
 *
 * Floor 3, part of learn.  Pure.
 */
#include <math.h>
#include <stdlib.h>
#include "learn_private.h"

static int
compare_points(const void *a, const void *b)
{
	const struct learn_point	*x = a, *y = b;

	if (x->score > y->score || x->score < y->score)
		return x->score > y->score ? -1 : 1;
	return (int)x->commercial - (int)y->commercial;
}

void
learn_measure_sort(struct learn_point *point, size_t n)
{
	qsort(point, n, sizeof(*point), compare_points);
}

double
learn_measure_threshold(const struct learn_point *point, size_t n, double rate, double *recall_r)
{
	double	sum[2] = { 0, 0 }, found = 0, wrong = 0, threshold = INFINITY, recall = 0;
	size_t	i;

	for (i = 0; i < n; i++)
		sum[point[i].commercial] += point[i].weight;
	for (i = 0; i < n; i++) {
		if (point[i].commercial)
			found += point[i].weight;
		else
			wrong += point[i].weight;
		if (wrong > rate * sum[0])
			break;
		if (i + 1 < n && !(point[i + 1].score < point[i].score))
			continue;		/* equals stand on one side */
		if (!(found > recall * sum[1]))
			continue;		/* nothing is gained by going lower */
		recall = found / sum[1];
		threshold = i + 1 < n ? (point[i].score + point[i + 1].score) / 2 : point[i].score;
	}
	*recall_r = recall;
	return threshold;
}

double
learn_measure_score(const struct learn_row *row, enum learn_by by)
{
	if (by == LEARN_BY_BASE)
		return row->look.base;
	return by == LEARN_BY_LEARNED ? row->alone : row->both;
}

struct learn_point *
learn_measure_points(const struct learn *learn, enum learn_by by)
{
	struct learn_point	*point = g_new(struct learn_point, learn->rows->len + 1);
	unsigned		 i;

	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		point[i] = (struct learn_point){ learn_measure_score(row, by), 1, row->commercial };
	}
	learn_measure_sort(point, learn->rows->len);
	return point;
}

struct learn_rates
learn_rates(const struct learn *learn, enum learn_by by, const char *set)
{
	struct learn_rates	r = { 0 };
	unsigned		i;

	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);
		bool			 hit = learn_measure_score(row, by) >= learn->set.required;

		if (set != NULL && g_strcmp0(set, row->set) != 0)
			continue;
		if (row->commercial) {
			r.commercial++;
			r.found += hit;
		} else {
			r.other++;
			r.wrong += hit;
		}
	}
	return r;
}
