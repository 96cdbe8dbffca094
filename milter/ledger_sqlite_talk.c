/*
 * ledger_sqlite_talk.c - conversations: noted by the way, never waited for.
 *
 * Floor 2.  Personal mail goes on when the disk is full and the file is gone: what cannot be noted is dropped and
 * counted.  Holds keyed hashes, nothing that can be read back.
 *
 *	note ──► the list ──one job at a time──► the writer's transaction ──► off the list
 */
#include "ledger_sqlite.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST		16	/* octets */
#define LIST_MAX	8192	/* notes that wait */
#define JOB_MAX		1024	/* notes in one transaction */

struct note {
	unsigned char	digest[DIGEST];
	int64_t		at;
};

struct lite_talk {
	pthread_mutex_t	 mutex;
	bool		 posted;	/* a job is under way; it writes the first njob of the list */
	size_t		 n, njob;
	uint64_t	 lost;
	struct note	 list[LIST_MAX];
};

int
lite_talk_new(struct lite_talk **talk_r, struct err *err)
{
	struct lite_talk *talk = calloc(1, sizeof *talk);

	if (talk == NULL)
		return err_set(err, "no memory for conversations");
	pthread_mutex_init(&talk->mutex, NULL);
	*talk_r = talk;
	return 0;
}

void
lite_talk_free(struct lite_talk *talk)
{
	if (talk == NULL)
		return;
	pthread_mutex_destroy(&talk->mutex);
	free(talk);
}

/* In the writer's thread: what stands first on the list.  Nobody else moves it while the job is under way. */
static int
write_notes(struct lite_db *db, void *arg, struct err *err)
{
	struct lite *lite = arg;
	struct lite_talk *talk = lite->talk;
	size_t n;

	pthread_mutex_lock(&talk->mutex);
	talk->njob = n = talk->n < JOB_MAX ? talk->n : JOB_MAX;
	pthread_mutex_unlock(&talk->mutex);
	for (size_t i = 0; i < n; i++) {
		struct lite_query *q = lite_query(db, LITE_NOTE_TALK, err);

		if (q == NULL)
			return -1;
		lite_bind_octets(q, 1, talk->list[i].digest, DIGEST);
		lite_bind_int(q, 2, talk->list[i].at);
		if (lite_run(q, err) == -1)
			return -1;
	}
	return 0;
}

static void	written(void *arg, int ret);

/* Sets a job under way when there is work and none is.  The mutex is held. */
static void
post(struct lite *lite)
{
	struct lite_talk *talk = lite->talk;

	if (talk->posted || talk->n == 0)
		return;
	talk->njob = 0;
	talk->posted = lite_post(lite, write_notes, written, lite);
	if (!talk->posted) {
		talk->lost += talk->n;
		talk->n = 0;
	}
}

/* In the writer's thread: the job's end, whatever it was. */
static void
written(void *arg, int ret)
{
	struct lite *lite = arg;
	struct lite_talk *talk = lite->talk;
	size_t n;

	pthread_mutex_lock(&talk->mutex);
	n = talk->njob;
	if (ret == -1 && n == 0)		/* it was not even begun */
		n = talk->n < JOB_MAX ? talk->n : JOB_MAX;
	if (ret == -1)
		talk->lost += n;
	talk->n -= n;
	memmove(talk->list, talk->list + n, talk->n * sizeof *talk->list);
	talk->posted = false;
	post(lite);
	pthread_mutex_unlock(&talk->mutex);
}

bool
lite_talk_note(struct ledger *ledger, const unsigned char (*digests)[DIGEST], size_t n, int64_t now)
{
	struct lite *lite = (struct lite *)ledger;
	struct lite_talk *talk = lite->talk;
	bool taken = false;

	pthread_mutex_lock(&talk->mutex);
	if (n > LIST_MAX - talk->n) {
		talk->lost += n;
	} else {
		for (size_t i = 0; i < n; i++) {
			memcpy(talk->list[talk->n + i].digest, digests[i], DIGEST);
			talk->list[talk->n + i].at = now;
		}
		talk->n += n;
		post(lite);
		taken = talk->posted;		/* a job that could not be set under way has emptied the list */
	}
	pthread_mutex_unlock(&talk->mutex);
	return taken;
}

/* Whether a digest waits on the list: what was noted a moment ago is known. */
static bool
waits(struct lite_talk *talk, const unsigned char (*digests)[DIGEST], size_t n, int64_t since)
{
	bool found = false;

	pthread_mutex_lock(&talk->mutex);
	for (size_t i = 0; i < talk->n && !found; i++)
		for (size_t k = 0; k < n && !found; k++)
			found = talk->list[i].at >= since &&
			    memcmp(talk->list[i].digest, digests[k], DIGEST) == 0;
	pthread_mutex_unlock(&talk->mutex);
	return found;
}

int
lite_talk_known(struct ledger *ledger, const unsigned char (*digests)[DIGEST], size_t n, int64_t since,
    struct err *err)
{
	struct lite *lite = (struct lite *)ledger;
	struct lite_db *db = NULL;
	int ret = 0;

	if (lite_same_file(lite, err) == -1)
		return -1;
	if (waits(lite->talk, digests, n, since))
		return 1;
	if (lite_pool_take(lite->pool, &db, err) == -1)
		return -1;
	for (size_t i = 0; i < n && ret == 0; i++) {
		struct lite_query *q = lite_query(db, LITE_KNOWN_TALK, err);

		if (q == NULL) {
			ret = -1;
			break;
		}
		lite_bind_octets(q, 1, digests[i], DIGEST);
		lite_bind_int(q, 2, since);
		ret = lite_step(q, err);
		lite_end(q);
	}
	lite_pool_give(lite->pool, db);
	return ret;
}

uint64_t
lite_talk_lost(struct ledger *ledger)
{
	struct lite_talk *talk = ((struct lite *)ledger)->talk;
	uint64_t lost;

	pthread_mutex_lock(&talk->mutex);
	lost = talk->lost;
	pthread_mutex_unlock(&talk->mutex);
	return lost;
}
