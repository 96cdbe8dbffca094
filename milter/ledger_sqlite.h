/*
 * ledger_sqlite.h - the parts of the SQLite ledger, as they know each other.
 *
 * Floor 2, private to the ledger.  Readers come out of a pool and see a snapshot; all writing is done by one
 * thread, many callers' work in one transaction.
 */
#ifndef TUIDING_LEDGER_SQLITE_H
#define TUIDING_LEDGER_SQLITE_H

#include <sys/types.h>
#include <time.h>
#include "ledger_ops.h"
#include "ledger_sqlite_db.h"

struct lite_pool;
struct lite_talk;
struct lite_writer;

struct lite {
	struct ledger		 ledger;	/* what callers hold; must stand first */
	struct lite_pool	*pool;
	struct lite_writer	*writer;	/* NULL: opened for reading only */
	struct lite_talk	*talk;
	unsigned		 busy_ms;
	char			*path;
	dev_t			 device;	/* of the file that was opened */
	ino_t			 inode;
};

/*
 * SQLite goes on reading and writing a file that was unlinked or replaced: words said into it would be lost,
 * and what stands in its place unheard.  1 when path is still the file opened; -1.  (ledger_sqlite.c)
 */
int	lite_same_file(const struct lite *lite, struct err *err);

/* The moment ms from now, on CLOCK_MONOTONIC (ledger_sqlite.c). */
void	lite_deadline(unsigned ms, struct timespec *until_r);

/* ---- the pool of readers (ledger_sqlite_pool.c) ------------------------------------------------- */

int	lite_pool_open(const char *path, unsigned readers, unsigned busy_ms, struct lite_pool **pool_r,
	    struct err *err);
void	lite_pool_free(struct lite_pool *pool);		/* every handle is back; NULL is fine */
/* A handle of one's own, waited for at most the pool's busy_ms.  0 or -1. */
int	lite_pool_take(struct lite_pool *pool, struct lite_db **db_r, struct err *err);
void	lite_pool_give(struct lite_pool *pool, struct lite_db *db);	/* NULL is fine */

/*
 * Shows the rows of a query on a reader of the pool: bind sets the query up from filter, show hands one row
 * on and says whether to go on.  How many were shown, or -1.  (ledger_sqlite.c)
 */
typedef void	lite_bind_fn(struct lite_query *query, const void *filter);
typedef bool	lite_show_fn(struct lite_query *query, void *arg);
int64_t	lite_list(struct lite *lite, enum lite_sql which, lite_bind_fn *bind, const void *filter,
	    lite_show_fn *show, void *arg, struct err *err);

/* ---- the writer (ledger_sqlite_writer.c) --------------------------------------------------------- */

/*
 * One caller's work, run inside the writer's transaction.  Returns 0, or -1: then what it wrote is undone
 * and the others' work goes on.  It must keep its results in arg: they count only when lite_write() says 0.
 */
typedef int	lite_work_fn(struct lite_db *db, void *arg, struct err *err);

int	lite_writer_open(const char *path, unsigned busy_ms, unsigned queue_max,
	    struct lite_writer **writer_r, struct err *err);
void	lite_writer_free(struct lite_writer *writer);	/* after the work it has accepted; NULL is fine */

/*
 * Has work done and waits until it is durable.  Returns 0; -1 when nothing of it was written: it failed, the
 * transaction failed, too much work is waiting, or the ledger is open for reading only.
 */
int	lite_write(struct lite *lite, lite_work_fn *work, void *arg, struct err *err);

/*
 * Has work done later and waits for nothing: done hears its end, in the writer's thread, 0 when it is durable.
 * False: too much is waiting, or the ledger is gone or open for reading only; then done hears nothing.
 */
typedef void	lite_done_fn(void *arg, int ret);
bool	lite_post(struct lite *lite, lite_work_fn *work, lite_done_fn *done, void *arg);

/* ---- conversations that wait to be noted (ledger_sqlite_talk.c) ---------------------------------- */

int	lite_talk_new(struct lite_talk **talk_r, struct err *err);
void	lite_talk_free(struct lite_talk *talk);		/* after the writer; NULL is fine */

/* ---- migrations (ledger_sqlite_migrate.c) -------------------------------------------------------- */

int	lite_migrate(const char *path, bool create, int *from_r, int *to_r, struct err *err);
/* Whether db is a ledger of this program's version.  0 or -1. */
int	lite_check_version(struct lite_db *db, const char *path, struct err *err);
/* Whether path is a file that others cannot read.  1, 0 there is none, -1. */
int	lite_check_file(const char *path, struct err *err);
/* Makes a new, empty file of mode LITE_MODE: SQLite itself would let everybody read it.  0 or -1. */
int	lite_make_file(const char *path, struct err *err);
/* Lays the newest schema into an empty database, without its version. */
int	lite_lay_schema(struct lite_db *db, struct err *err);

/* ---- the operations, each beside its kin --------------------------------------------------------- */

int	lite_append(struct ledger *ledger, const struct ledger_statement *statements, size_t n,
	    struct ledger_receipt *receipts_r, struct err *err);
int	lite_words(struct ledger *ledger, const char *recipient, const char *const *keys, size_t nkeys,
	    struct policy_word **words_r, size_t *nwords_r, struct err *err);
int64_t	lite_statements(struct ledger *ledger, const struct ledger_filter *filter, ledger_statement_fn *fn,
	    void *arg, struct err *err);
int	lite_rule_add(struct ledger *ledger, const struct ledger_rule *rule, int64_t *id_r, struct err *err);
int	lite_rule_remove(struct ledger *ledger, int64_t id, struct err *err);
int64_t	lite_rules(struct ledger *ledger, const char *domain, ledger_rule_fn *fn, void *arg, struct err *err);
int	lite_decide(struct ledger *ledger, const struct ledger_decision *decisions, size_t n, struct err *err);
int64_t	lite_decisions(struct ledger *ledger, const struct ledger_decision_filter *filter,
	    ledger_decision_fn *fn, void *arg, struct err *err);
int64_t	lite_would(struct ledger *ledger, int64_t since, int64_t until, ledger_would_fn *fn, void *arg,
	    struct err *err);
int	lite_sound(struct ledger *ledger, struct err *err);
int	lite_verify(struct ledger *ledger, const char *anchor, struct ledger_report *report_r,
	    struct err *err);
/* The same on one connection. */
int	lite_verify_db(struct lite_db *db, const char *anchor, struct ledger_report *report_r,
	    struct err *err);
int64_t	lite_rebuild(struct ledger *ledger, struct err *err);
int	lite_backup(struct ledger *ledger, const char *path, struct err *err);

int	lite_act(struct ledger *ledger, const struct ledger_act *act, struct ledger_act_result *result_r,
	    struct err *err);
int64_t	lite_letters(struct ledger *ledger, const struct ledger_letter_filter *filter, ledger_letter_fn *fn,
	    void *arg, struct err *err);
int	lite_letter_take(struct ledger *ledger, int64_t id, int64_t now, int64_t lease, struct err *err);
int	lite_letter_end(struct ledger *ledger, int64_t id, enum ledger_letter_state state, int64_t next_at,
	    const char *error, struct err *err);
int64_t	lite_cases(struct ledger *ledger, const struct ledger_case_filter *filter, ledger_case_fn *fn, void *arg,
	    struct err *err);
int	lite_case_change(struct ledger *ledger, const struct ledger_case_change *change,
	    struct ledger_receipt *receipt_r, struct err *err);
bool	lite_talk_note(struct ledger *ledger, const unsigned char (*digests)[16], size_t n, int64_t now);
int	lite_talk_known(struct ledger *ledger, const unsigned char (*digests)[16], size_t n, int64_t since,
	    struct err *err);
uint64_t lite_talk_lost(struct ledger *ledger);
int	lite_access_add(struct ledger *ledger, const struct ledger_access *access, struct err *err);
int64_t	lite_accesses(struct ledger *ledger, const char *subject, int64_t since, int64_t until, int64_t limit,
	    ledger_access_fn *fn, void *arg, struct err *err);
int	lite_prune(struct ledger *ledger, enum ledger_pruning what, int64_t before, int64_t now, unsigned max,
	    int64_t *rows_r, struct err *err);
int	lite_erase(struct ledger *ledger, const struct ledger_erase *erase, struct ledger_erased *erased_r,
	    struct err *err);
void	lite_flush(struct ledger *ledger);
int	lite_count(struct ledger *ledger, struct ledger_counts *counts_r, struct err *err);

#endif
