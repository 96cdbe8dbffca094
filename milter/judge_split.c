/*
 * judge_split.c - which recipients of a mixed message get which answer when it comes again.
 *
 * Floor 3.5, part of judge.  A queue in order of time and a hash over it; never grows beyond its ceiling.
 */
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <glib.h>
#include "judge_split.h"

struct pair {
	int64_t	 at;
	int	 group;
	GList	*link;			/* of this pair in the queue */
	char	 key[];			/* sender LF recipient */
};

struct judge_split {
	pthread_mutex_t	 lock;
	GHashTable	*pairs;		/* key -> struct pair, which owns the key */
	GQueue		 queue;		/* oldest first */
	size_t		 max;
};

struct judge_split *
judge_split_new(size_t max)
{
	struct judge_split *split;

	split = calloc(1, sizeof(*split));
	if (split == NULL)
		return NULL;
	if (pthread_mutex_init(&split->lock, NULL) != 0) {
		free(split);
		return NULL;
	}
	split->pairs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free);
	g_queue_init(&split->queue);
	split->max = max == 0 ? 1 : max;
	return split;
}

void
judge_split_free(struct judge_split *split)
{
	if (split == NULL)
		return;
	g_queue_clear(&split->queue);
	g_hash_table_destroy(split->pairs);
	pthread_mutex_destroy(&split->lock);
	free(split);
}

/* Forgets one pair.  The lock is held. */
static void
split_drop(struct judge_split *split, struct pair *pair)
{
	g_queue_delete_link(&split->queue, pair->link);
	(void)g_hash_table_remove(split->pairs, pair->key);
}

/* Forgets what is too old, and the oldest beyond max.  The lock is held. */
static void
split_prune(struct judge_split *split, size_t max, int64_t now)
{
	struct pair *pair;

	while ((pair = g_queue_peek_head(&split->queue)) != NULL &&
	    (split->queue.length > max || now - pair->at >= JUDGE_SPLIT_TTL))
		split_drop(split, pair);
}

void
judge_split_remember(struct judge_split *split, const char *sender, const char *rcpt, int group, int64_t now)
{
	size_t nsender = strlen(sender), nrcpt = strlen(rcpt);
	struct pair *pair, *old;

	pair = malloc(sizeof(*pair) + nsender + nrcpt + 2);
	if (pair == NULL)
		return;			/* a sender retries once more */
	memcpy(pair->key, sender, nsender);
	pair->key[nsender] = '\n';
	memcpy(pair->key + nsender + 1, rcpt, nrcpt + 1);
	pair->at = now;
	pair->group = group;

	pthread_mutex_lock(&split->lock);
	old = g_hash_table_lookup(split->pairs, pair->key);
	if (old != NULL)
		split_drop(split, old);
	split_prune(split, split->max - 1, now);
	g_queue_push_tail(&split->queue, pair);
	pair->link = g_queue_peek_tail_link(&split->queue);
	(void)g_hash_table_insert(split->pairs, pair->key, pair);
	pthread_mutex_unlock(&split->lock);
}

void
judge_split_forget(struct judge_split *split, const char *sender, const char *rcpt)
{
	struct pair *pair;
	char *key;

	pthread_mutex_lock(&split->lock);
	if (split->queue.length > 0) {
		key = g_strconcat(sender, "\n", rcpt, NULL);
		pair = g_hash_table_lookup(split->pairs, key);
		if (pair != NULL)
			split_drop(split, pair);
		g_free(key);
	}
	pthread_mutex_unlock(&split->lock);
}

int
judge_split_group(struct judge_split *split, const char *sender, const char *rcpt, int64_t now)
{
	const struct pair *pair;
	char *key = NULL;
	int group = -1;

	pthread_mutex_lock(&split->lock);
	if (split->queue.length == 0)		/* the ordinary case: nothing is remembered */
		goto out;
	split_prune(split, split->max, now);
	key = g_strconcat(sender, "\n", rcpt, NULL);
	pair = g_hash_table_lookup(split->pairs, key);
	if (pair != NULL)
		group = pair->group;
out:
	pthread_mutex_unlock(&split->lock);
	g_free(key);
	return group;
}
