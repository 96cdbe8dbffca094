/*
 * ledger_sqlite_writer.c - the one thread that writes: whatever waits goes into one transaction.
 *
 * Floor 2.  A caller hears 0 only after the disk has; work that fails takes nobody else's with it.
 *
 *	QUEUED ──taken──► TAKEN ──commit or rollback──► DONE
 *	   └──the caller waited too long: taken out of the queue, never run
 */
#include "ledger_sqlite.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define GROUP_MAX	128	/* callers whose work goes into one transaction */

enum job_state { JOB_NONE, JOB_QUEUED, JOB_TAKEN, JOB_DONE };

/* One caller's work; it lies on the caller's stack until it is done, or with done set it is the writer's own. */
struct job {
	struct job	*next;
	lite_work_fn	*work;
	lite_done_fn	*done;		/* hears the end of work that nobody waits for; NULL: a caller waits */
	void		*arg;
	enum job_state	 state;
	int		 ret;
	struct err	 err;
};

struct lite_writer {
	struct lite_db	*db;		/* the writer thread's alone */
	pthread_t	 thread;
	bool		 started;
	pthread_mutex_t	 mutex;		/* over what follows */
	pthread_cond_t	 work, done;
	struct job	*first, **last;
	unsigned	 nqueued, queue_max;
	bool		 stop;
};

/* Runs one job; what it wrote is undone when it fails. -1: the whole transaction is lost, err says why. */
static int
run_job(struct lite_db *db, struct job *job, struct err *err)
{
	if (lite_exec(db, "SAVEPOINT job", err) == -1)
		return -1;
	job->ret = job->work(db, job->arg, &job->err);
	if (job->ret == -1 && !lite_in_transaction(db)) {
		*err = job->err;
		return -1;
	}
	if (job->ret == -1 && lite_exec(db, "ROLLBACK TO job", err) == -1)
		return -1;
	return lite_exec(db, "RELEASE job", err);
}

/* All of the group in one transaction.  Each job gets its answer. */
static void
run_group(struct lite_db *db, struct job *group)
{
	struct err err = { "" };
	int ret;

	ret = lite_exec(db, "BEGIN IMMEDIATE", &err);
	for (struct job *job = group; job != NULL && ret == 0; job = job->next)
		ret = run_job(db, job, &err);
	if (ret == 0)
		ret = lite_exec(db, "COMMIT", &err);
	lite_rollback(db);
	for (struct job *job = group; job != NULL && ret == -1; job = job->next) {
		job->ret = -1;
		job->err = err;
	}
}

/* Takes at most GROUP_MAX jobs off the queue's head.  The mutex is held. */
static struct job *
take_group(struct lite_writer *w)
{
	struct job *group = w->first, **end = &w->first;

	for (unsigned n = 0; n < GROUP_MAX && *end != NULL; n++, w->nqueued--) {
		(*end)->state = JOB_TAKEN;
		end = &(*end)->next;
	}
	w->first = *end;
	if (w->first == NULL)
		w->last = &w->first;
	*end = NULL;
	return group;
}

/* Tells the ends of work that nobody waits for, and takes it out of the group.  The mutex is not held. */
static void
end_posted(struct job **at)
{
	struct job *job;

	while ((job = *at) != NULL) {
		if (job->done == NULL) {
			at = &job->next;
			continue;
		}
		*at = job->next;
		job->done(job->arg, job->ret);
		free(job);
	}
}

static void *
writer_main(void *arg)
{
	struct lite_writer *w = arg;
	struct job *group, *next;

	pthread_mutex_lock(&w->mutex);
	for (;;) {
		while (w->first == NULL && !w->stop)
			pthread_cond_wait(&w->work, &w->mutex);
		if (w->first == NULL)
			break;
		group = take_group(w);
		pthread_mutex_unlock(&w->mutex);
		run_group(w->db, group);
		end_posted(&group);
		pthread_mutex_lock(&w->mutex);
		for (; group != NULL; group = next) {
			next = group->next;		/* a job that is done is its caller's again */
			group->state = JOB_DONE;
		}
		pthread_cond_broadcast(&w->done);
	}
	pthread_mutex_unlock(&w->mutex);
	return NULL;
}

/* The thread takes no signal: those are the roof's. */
static int
start_thread(struct lite_writer *w, struct err *err)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&w->thread, NULL, writer_main, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	w->started = rc == 0;
	return rc == 0 ? 0 : err_set(err, "no thread for the ledger's writer");
}

int
lite_writer_open(const char *path, unsigned busy_ms, unsigned queue_max, struct lite_writer **writer_r,
    struct err *err)
{
	struct lite_writer *w = calloc(1, sizeof *w);
	pthread_condattr_t attr;

	if (w == NULL)
		return err_set(err, "no memory for the ledger's writer");
	w->last = &w->first;
	w->queue_max = queue_max;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->work, NULL);
	pthread_cond_init(&w->done, &attr);
	pthread_condattr_destroy(&attr);
	/* A copy put in place by hand is not in WAL mode; on one that is, this changes nothing. */
	if (lite_db_open(path, LITE_WRITE, busy_ms, &w->db, err) == -1 ||
	    lite_exec(w->db, "PRAGMA journal_mode=WAL", err) == -1 || start_thread(w, err) == -1) {
		lite_writer_free(w);
		return -1;
	}
	*writer_r = w;
	return 0;
}

void
lite_writer_free(struct lite_writer *w)
{
	if (w == NULL)
		return;
	if (w->started) {
		pthread_mutex_lock(&w->mutex);
		w->stop = true;
		pthread_cond_signal(&w->work);
		pthread_mutex_unlock(&w->mutex);
		pthread_join(w->thread, NULL);
	}
	lite_db_close(w->db);
	pthread_cond_destroy(&w->work);
	pthread_cond_destroy(&w->done);
	pthread_mutex_destroy(&w->mutex);
	free(w);
}

/* Takes a job that nobody has begun out of the queue.  The mutex is held. */
static void
withdraw(struct lite_writer *w, struct job *job)
{
	struct job **at = &w->first;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	if (*at == NULL)
		w->last = at;
	w->nqueued--;
	job->ret = err_set(&job->err, "the ledger is busy: its writer did not come to this in time");
}

/* Puts the job at the queue's end.  False: too many wait.  The mutex is held. */
static bool
enqueue(struct lite_writer *w, struct job *job)
{
	if (w->nqueued >= w->queue_max)
		return false;
	job->state = JOB_QUEUED;
	*w->last = job;
	w->last = &job->next;
	w->nqueued++;
	pthread_cond_signal(&w->work);
	return true;
}

/* Queues the job and waits for its end.  Work that was begun is waited for however long it takes. */
static void
await(struct lite_writer *w, struct job *job, unsigned wait_ms)
{
	struct timespec until;
	int late = 0;

	lite_deadline(wait_ms, &until);
	pthread_mutex_lock(&w->mutex);
	if (!enqueue(w, job)) {
		job->ret = err_set(&job->err, "the ledger is busy: %u wait to write", w->nqueued);
		job->state = JOB_DONE;
	}
	while (job->state != JOB_DONE) {
		if (job->state == JOB_QUEUED && late == ETIMEDOUT) {
			withdraw(w, job);
			break;
		}
		if (job->state == JOB_QUEUED)
			late = pthread_cond_timedwait(&w->done, &w->mutex, &until);
		else
			pthread_cond_wait(&w->done, &w->mutex);
	}
	pthread_mutex_unlock(&w->mutex);
}

int
lite_write(struct lite *lite, lite_work_fn *work, void *arg, struct err *err)
{
	struct job job = { .work = work, .arg = arg };

	if (lite->writer == NULL)
		return err_set(err, "the ledger is open for reading only");
	if (lite_same_file(lite, err) == -1)
		return -1;
	await(lite->writer, &job, 2 * lite->busy_ms);
	if (job.ret == -1)
		return err_set(err, "%s", job.err.text);
	return 0;
}

bool
lite_post(struct lite *lite, lite_work_fn *work, lite_done_fn *done, void *arg)
{
	struct job *job;
	bool taken;

	if (lite->writer == NULL || lite_same_file(lite, NULL) == -1)
		return false;
	job = calloc(1, sizeof *job);
	if (job == NULL)
		return false;
	job->work = work;
	job->done = done;
	job->arg = arg;
	pthread_mutex_lock(&lite->writer->mutex);
	taken = enqueue(lite->writer, job);
	pthread_mutex_unlock(&lite->writer->mutex);
	if (!taken)
		free(job);
	return taken;
}
