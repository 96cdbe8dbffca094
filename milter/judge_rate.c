/*
 * judge_rate.c - counters by name, each for an hour from its first use.
 *
 * Floor 3.5, part of judge.  Never grows beyond its ceiling: what is over goes first, then everything.
 */
#include "judge_rate.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>

struct window {
	int64_t		began;
	unsigned	count;
};

struct judge_rate {
	pthread_mutex_t	 lock;
	GHashTable	*windows;	/* name -> struct window, both owned */
	size_t		 max;
};

struct judge_rate *
judge_rate_new(size_t max)
{
	struct judge_rate *rate = calloc(1, sizeof(*rate));

	if (rate == NULL)
		return NULL;
	if (pthread_mutex_init(&rate->lock, NULL) != 0) {
		free(rate);
		return NULL;
	}
	rate->windows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	rate->max = max == 0 ? 1 : max;
	return rate;
}

void
judge_rate_free(struct judge_rate *rate)
{
	if (rate == NULL)
		return;
	g_hash_table_destroy(rate->windows);
	pthread_mutex_destroy(&rate->lock);
	free(rate);
}

static gboolean
is_over(gpointer name, gpointer window, gpointer now)
{
	(void)name;
	return *(const int64_t *)now - ((const struct window *)window)->began >= JUDGE_RATE_WINDOW;
}

static void
make_room(struct judge_rate *rate, int64_t now)
{
	if (g_hash_table_size(rate->windows) < rate->max)
		return;
	(void)g_hash_table_foreach_remove(rate->windows, is_over, &now);
	if (g_hash_table_size(rate->windows) >= rate->max)
		g_hash_table_remove_all(rate->windows);
}

bool
judge_rate_within(struct judge_rate *rate, const char *name, unsigned limit, int64_t now)
{
	struct window *w;
	bool within;

	pthread_mutex_lock(&rate->lock);
	w = g_hash_table_lookup(rate->windows, name);
	within = limit == 0 || w == NULL || is_over(NULL, w, &now) || w->count < limit;
	pthread_mutex_unlock(&rate->lock);
	return within;
}

void
judge_rate_count(struct judge_rate *rate, const char *name, int64_t now)
{
	struct window *w;

	pthread_mutex_lock(&rate->lock);
	w = g_hash_table_lookup(rate->windows, name);
	if (w == NULL) {
		make_room(rate, now);
		w = g_new0(struct window, 1);
		w->began = now;
		(void)g_hash_table_insert(rate->windows, g_strdup(name), w);
	} else if (is_over(NULL, w, &now)) {
		*w = (struct window){ .began = now };
	}
	w->count++;
	pthread_mutex_unlock(&rate->lock);
}
