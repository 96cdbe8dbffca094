/*
 * ledger_sqlite_pool.c - the readers: handles with their statements prepared, one for each who asks.
 *
 * Floor 2.  Nobody waits for ever: a pool that stays empty is a failure, not an absence.
 */
#include "ledger_sqlite.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define READERS_MAX	256

struct lite_pool {
	pthread_mutex_t	 mutex;
	pthread_cond_t	 given;
	unsigned	 busy_ms;
	size_t		 n, nfree;
	struct lite_db	*all[READERS_MAX];
	struct lite_db	*free[READERS_MAX];	/* the last given is the first taken: its cache is warm */
};

int
lite_pool_open(const char *path, unsigned readers, unsigned busy_ms, struct lite_pool **pool_r,
    struct err *err)
{
	struct lite_pool *pool;
	pthread_condattr_t attr;

	if (readers > READERS_MAX)
		return err_set(err, "more than %d readers of the ledger", READERS_MAX);
	pool = calloc(1, sizeof *pool);
	if (pool == NULL)
		return err_set(err, "no memory for the ledger's readers");
	pool->busy_ms = busy_ms;
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->given, &attr);
	pthread_condattr_destroy(&attr);
	for (; pool->n < readers; pool->n++) {
		if (lite_db_open(path, LITE_READ, busy_ms, &pool->all[pool->n], err) == -1) {
			lite_pool_free(pool);
			return -1;
		}
		pool->free[pool->nfree++] = pool->all[pool->n];
	}
	*pool_r = pool;
	return 0;
}

void
lite_pool_free(struct lite_pool *pool)
{
	if (pool == NULL)
		return;
	for (size_t i = 0; i < pool->n; i++)
		lite_db_close(pool->all[i]);
	pthread_cond_destroy(&pool->given);
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

int
lite_pool_take(struct lite_pool *pool, struct lite_db **db_r, struct err *err)
{
	struct timespec until;
	int late = 0;

	lite_deadline(pool->busy_ms, &until);
	pthread_mutex_lock(&pool->mutex);
	while (pool->nfree == 0 && late != ETIMEDOUT)
		late = pthread_cond_timedwait(&pool->given, &pool->mutex, &until);
	if (pool->nfree > 0) {
		*db_r = pool->free[--pool->nfree];
		late = 0;
	}
	pthread_mutex_unlock(&pool->mutex);
	if (late != 0)
		return err_set(err, "the ledger is busy: all its readers are at work");
	return 0;
}

void
lite_pool_give(struct lite_pool *pool, struct lite_db *db)
{
	if (db == NULL)
		return;
	lite_rollback(db);		/* ends a snapshot that is still held */
	pthread_mutex_lock(&pool->mutex);
	pool->free[pool->nfree++] = db;
	pthread_cond_signal(&pool->given);
	pthread_mutex_unlock(&pool->mutex);
}
