/*
 * test-judge-word-crash.c - the process is killed while it acts on a word: at every write and sync of the ledger, just
 * before the answer, and at odd moments.
 *
 * What is on record then is all of it or nothing; when the mail comes again, as it must without an answer, all of it is
 * there exactly once.  A killed process loses no written page: what a power cut does is SQLite's to promise.
 * Before the commit every tenth point is tried; with TUIDING_CRASH_ALL set, all of them and more odd moments.
 */
#include "judge-word-fixture.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define ANNAS		.client = INSIDE, .login = ANNA
#define AD		{ .from = SHOP, .to = ANNA, .mid = "a1@x", .proven = "shop.example" }
#define ODD_MOMENTS	3
#define LAST_POINTS	5		/* the commit and what follows it: every one of them is tried */
#define AFTERWARDS	3		/* points after the answer */

/* ---- where the child dies ---------------------------------------------------------------------------- */

static _Atomic int	kill_left;		/* kill points until the last one; 0: none is */
static _Atomic int	kill_seen;
static ssize_t		(*real_pwrite)(int, const void *, size_t, off_t);
static int		(*real_truncate)(int, off_t);

static void
kill_point(void)
{
	atomic_fetch_add(&kill_seen, 1);
	if (atomic_load(&kill_left) > 0 && atomic_fetch_sub(&kill_left, 1) == 1)
		(void)kill(getpid(), SIGKILL);
}

static ssize_t
kill_pwrite(int fd, const void *octets, size_t n, off_t at)
{
	kill_point();
	return real_pwrite(fd, octets, n, at);
}

static int
kill_truncate(int fd, off_t size)
{
	kill_point();
	return real_truncate(fd, size);
}

/* The library's calls for a sync come here. */
int
fdatasync(int fd)
{
	kill_point();
	return (int)syscall(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	kill_point();
	return (int)syscall(SYS_fsync, fd);
}

static void
watch_writes(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	sqlite3_syscall_ptr call;

	call = vfs->xGetSystemCall(vfs, "pwrite64");
	if (call == NULL)
		call = vfs->xGetSystemCall(vfs, "pwrite");
	memcpy(&real_pwrite, &call, sizeof(call));
	(void)vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)(void (*)(void))kill_pwrite);
	(void)vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)(void (*)(void))kill_pwrite);
	call = vfs->xGetSystemCall(vfs, "ftruncate");
	memcpy(&real_truncate, &call, sizeof(call));
	(void)vfs->xSetSystemCall(vfs, "ftruncate", (sqlite3_syscall_ptr)(void (*)(void))kill_truncate);
}

/* ---- what is said ------------------------------------------------------------------------------------- */

/* Fills in what the mail needs of the ledger; its text is owned. */
typedef char	*prepare_fn(struct world *w, struct mail *m);

static char *
to_the_token(struct world *w, struct mail *m)
{
	static const struct mail ad = { .from = SHOP, .to = ANNA, .mid = "a2@x", .proven = "shop.example" };
	char *address = world_way_out(w, &ad);

	m->to = address;
	return address;
}

static char *
of_the_reference(struct world *w, struct mail *m)
{
	char *reference = raw_text(w->files.path, "SELECT reference FROM statement"), *subject;

	m->subject = subject = g_strconcat("撤销 ", reference, NULL);
	g_free(reference);
	return subject;
}

static char *
of_the_case(struct world *w, struct mail *m)
{
	struct ledger_act_case reported = {
		.complaint = {
			.state = CASE_REPORTED, .kind = "commercial", .source = "junk", .recipient = ANNA,
			.sender = "shop.example", .from = SHOP, .subject = "Sale", .message_id = "<a1@x>",
			    .decision = "D1",
			.cause = "<junk@x>", .envelope = "",
		},
		.statement = LEDGER_ALWAYS,
	};
	const struct ledger_act act = { .now = T0, .cases = &reported, .ncases = 1 };
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	struct token_keys *keys = NULL;
	char number[24], token[TOKEN_MAX + 1], *address;
	struct err err = { "" };

	assert_int_equal(ledger_do(w->files.ledger, &act, result, &err), 0);
	(void)snprintf(number, sizeof(number), "%d", (int)result->cases[0].number);
	assert_int_equal(token_keys_open(w->keys, &keys, &err), 1);
	assert_int_equal(token_make(keys, TOKEN_CASE, number, token), 0);
	token_keys_free(keys);
	g_free(result);
	m->to = address = g_strconcat("tuiding+", token, "@example.com", NULL);
	return address;
}

static const struct scene {
	const char	*what;
	struct mail	 before[2], mail;
	prepare_fn	*prepare;
	size_t		 statements, letters, cases;	/* that it makes */
} scenes[] = {
	{ "a reply: 退订", { AD }, { .from = ANNA, .to = SHOP, .body = "退订\n", .mid = "r@x",
	    .answers = "a1@x", ANNAS }, NULL,
	    1, 1, 0 },
	{ "the button", { { .to = NULL } }, { .from = "x@qq.com", .subject = "退订", .body = "",
	    .mid = "r@x" }, to_the_token,
	    1, 1, 0 },
	{ "the service: 退订 全部", { { .to = NULL } },
	    { .from = ANNA, .to = SERVICE, .subject = "退订 全部", .body = "", .mid = "r@x", ANNAS }, NULL,
	    1, 1, 0 },
	{ "the service: 撤销 REF", { { .from = ANNA, .to = SERVICE, .subject = "退订 a.example", .body = "",
	    .mid = "q@x", ANNAS } },
	    { .from = ANNA, .to = SERVICE, .body = "", .mid = "r@x", ANNAS }, of_the_reference, 1, 1, 0 },
	{ "a customer's reply", { { .from = NEWS, .to = ZHOU, .mid = "n1@x", .client = INSIDE,
	    .login = NEWS } },
	    { .from = ZHOU, .to = NEWS, .body = "退订\n", .mid = "r@x", .answers = "n1@x",
	    .proven = "customer.example" }, NULL,
	    1, 1, 0 },
	{ "a reply: 举报", { AD }, { .from = ANNA, .to = SHOP, .body = "举报\n", .mid = "r@x",
	    .answers = "a1@x", ANNAS }, NULL,
	    2, 1, 1 },
	{ "a forwarded advertisement", { AD }, { .from = ANNA, .to = COMPLAINTS, .mid = "r@x", ANNAS,
	    .extra = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n",
	    .body = "--b\nContent-Type: message/rfc822\n\nFrom: " SHOP "\nMessage-ID: <a1@x>\nSubject: Sale\n\n" SALE
	    "\n--b--\n" }, NULL, 2, 1, 1 },
	{ "确认 of a reported case", { { .to = NULL } },
	    { .from = ANNA, .subject = "确认", .body = "", .mid = "r@x", ANNAS }, of_the_case, 1, 1, 0 },
};

/* ---- one life and death ------------------------------------------------------------------------------- */

struct life {
	const struct scene	*scene;
	struct world		*w;
	struct mail		 mail;
	char			*owned, *before;	/* what is on record before the word */
};

static void
life_begin(struct life *l, const struct scene *scene)
{
	l->scene = scene;
	l->w = world_new(NULL);
	l->mail = scene->mail;
	for (size_t i = 0; i < 2 && scene->before[i].to != NULL; i++)
		mail_before(l->w, &scene->before[i]);
	l->owned = scene->prepare == NULL ? NULL : scene->prepare(l->w, &l->mail);
	l->before = world_state(l->w);
}

static void
life_end(struct life *l)
{
	world_free(l->w);
	g_free(l->owned);
	g_free(l->before);
}

/* The daemon in a process of its own: says 'b' before, 'a' when it has answered, and how many points it passed. */
static void
daemon_run(struct life *l, int out, int points)
{
	struct judge *judge = NULL;
	struct judge_answer a;
	int seen;

	fixture_open(&l->w->files, NULL);
	if (judge_with_ledger(l->w->judge, l->w->files.ledger, &judge, NULL) != 0)
		_exit(1);
	atomic_store(&kill_seen, 0);
	atomic_store(&kill_left, points);
	if (write(out, "b", 1) != 1)
		_exit(1);
	mail_send(judge, &l->mail, &a);
	kill_point();				/* durable, and nobody was told */
	seen = atomic_load(&kill_seen);
	if (a.action == ACTION_TEMPFAIL || write(out, "a", 1) != 1 || write(out, &seen,
	    sizeof(seen)) != sizeof(seen))
		_exit(1);
	ledger_close(l->w->files.ledger);	/* what was learnt of a correspondence may still be on its way */
	_exit(0);
}

struct death {
	bool	answered, killed;
	int	points;			/* passed before the answer */
};

/* points: dies at that one, 0: at none; after: killed from outside after so many us, 0: not. */
static struct death
die(struct life *l, int points, unsigned after)
{
	struct death death = { false, false, 0 };
	int ends[2], status = 0;
	char octet = 0;
	pid_t pid;

	world_change(l->w, NULL, NULL);
	ledger_close(l->w->files.ledger);
	l->w->files.ledger = NULL;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0)
		daemon_run(l, ends[1], points);
	close(ends[1]);
	assert_int_equal(read(ends[0], &octet, 1), 1);
	if (after > 0) {
		g_usleep(after);
		(void)kill(pid, SIGKILL);
	}
	death.answered = read(ends[0], &octet, 1) == 1 && octet == 'a';
	if (death.answered && read(ends[0], &death.points, sizeof(death.points)) != sizeof(death.points))
		death.points = 0;
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	death.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	if (!death.killed && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		fail_msg("%s: the child ended with %d", l->scene->what, status);
	fixture_open(&l->w->files, NULL);
	world_change(l->w, l->w->files.ledger, NULL);
	return death;
}

static int64_t
count(const struct world *w, const char *table)
{
	char *sql = g_strdup_printf("SELECT count(*) FROM %s", table);
	int64_t n = raw_number(w->files.path, sql);

	g_free(sql);
	return n;
}

struct tally {
	unsigned	deaths, before, kept, answered, points;
};

/* One death, and the mail again after it.  whole: what is on record where nobody dies. */
static struct death
die_and_repeat(const struct scene *scene, int points, unsigned after, const char *whole,
    struct tally *tally)
{
	struct death death;
	enum policy_action action;
	struct life l;
	char *state;
	bool kept;

	life_begin(&l, scene);
	death = die(&l, points, after);
	state = world_state(l.w);
	kept = strcmp(state, whole) == 0;
	if (!kept)				/* all of it, or nothing */
		assert_string_equal(state, l.before);
	if (death.answered)
		assert_true(kept);		/* who was told "250" is not forgotten */
	g_free(state);
	for (int i = 0; i < 2; i++) {
		g_free(mail_said(l.w, &l.mail, &action));
		assert_int_not_equal(action, ACTION_TEMPFAIL);
		assert_state(l.w, scene->what, whole);
	}
	(void)verify(l.w->files.ledger, NULL, 1);
	tally->deaths += death.killed;
	tally->before += death.killed && !kept;
	tally->kept += death.killed && kept;
	tally->answered += death.killed && death.answered;
	life_end(&l);
	return death;
}

/* Nobody dies: what is on record then, and how many points there are. */
static char *
live(const struct scene *scene, int *points_r)
{
	struct death death;
	struct life l;
	int64_t had[3];
	char *whole;

	life_begin(&l, scene);
	had[0] = count(l.w, "statement");
	had[1] = count(l.w, "outbox");
	had[2] = count(l.w, "complaint");
	death = die(&l, 0, 0);
	assert_true(death.answered && !death.killed);
	*points_r = death.points;
	whole = world_state(l.w);
	assert_string_not_equal(whole, l.before);
	assert_int_equal(count(l.w, "statement") - had[0], scene->statements);
	assert_int_equal(count(l.w, "outbox") - had[1], scene->letters);
	assert_int_equal(count(l.w, "complaint") - had[2], scene->cases);
	life_end(&l);
	return whole;
}

static void
test_killed(void **state)
{
	const char *all = getenv("TUIDING_CRASH_ALL");
	GRand *random = g_rand_new_with_seed(20261121);

	(void)state;
	print_message("# %-26s %6s %6s %6s %8s %6s %7s\n", "killed while acting on", "killed", "before",
	    "kept", "answered",
	    "lost", "doubled");
	for (size_t i = 0; i < COUNT(scenes); i++) {
		struct tally tally = { 0 };
		int points, n;
		char *whole = live(&scenes[i], &points);

		assert_true(points >= 4);
		for (n = 1; n <= points + AFTERWARDS; n++)
			if (all != NULL || n > points - LAST_POINTS || n % 10 == 1)
				(void)die_and_repeat(&scenes[i], n, 0, whole, &tally);
		/* Both sides of the commit were met. */
		assert_true(tally.before > 0 && tally.kept > tally.answered);
		for (n = 0; n < (all != NULL ? 8 * ODD_MOMENTS : ODD_MOMENTS); n++)
			(void)die_and_repeat(&scenes[i], 0, (unsigned)g_rand_int_range(random, 1, 12000),
			    whole, &tally);
		print_message("# %-26s %6u %6u %6u %8u %6d %7d\n", scenes[i].what, tally.deaths,
		    tally.before, tally.kept,
		    tally.answered, 0, 0);	/* else an assertion had failed */
		g_free(whole);
	}
	g_rand_free(random);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed),
	};

	watch_writes();
	return cmocka_run_group_tests(tests, readers_setup, NULL);
}
