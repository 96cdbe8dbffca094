/*
 * measure_command.c - a command of the administrator's that takes the message away.
 *
 * Floor 3, part of measure.  argv, never a shell; an environment of its own; no input; its words are read up to a
 * bound, and nothing of it outlives its time.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <glib.h>
#include "measure_private.h"

#define ARGUMENTS_MAX	64
#define LINE_MAX_KEPT	200	/* octets of its first line */
#define NAP		20	/* ms between two looks */
#define EXIT_TEMPORARY	75	/* sysexits.h: try again */

struct run {
	pid_t	pid;			/* and its process group; 0: none */
	int	words;			/* what it says; -1 */
	char	line[LINE_MAX_KEPT + 1];	/* the first line with something on it */
	size_t	len;
	bool	ended;			/* that line is whole */
};

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- its arguments --------------------------------------------------------------------------------------- */

/* One argument with its values filled in, the caller's to g_free(). */
static char *
filled(const char *argument, const struct measure_target *target)
{
	const struct {
		const char	*name, *value;
	} values[] = {
		{ "{recipient}", target->recipient }, { "{message-id}", target->message_id }, { "{id}", target->id },
	};
	GString *out = g_string_new(NULL);

	while (*argument != '\0') {
		size_t i, n = 0;

		for (i = 0; i < G_N_ELEMENTS(values) && n == 0; i++)
			if (strncmp(argument, values[i].name, strlen(values[i].name)) == 0) {
				g_string_append(out, values[i].value);
				n = strlen(values[i].name);
			}
		if (n == 0)
			g_string_append_c(out, *argument);
		argument += n == 0 ? 1 : n;
	}
	return g_string_free(out, FALSE);
}

/* False when a value would be read as an option. */
static bool
fill_arguments(const struct measure_settings *settings, const struct measure_target *target, char **argv)
{
	for (size_t i = 0; i < settings->ncommand; i++) {
		const char *argument = settings->command[i];

		argv[i] = i == 0 ? g_strdup(argument) : filled(argument, target);
		if (argv[i][0] == '-' && argument[0] != '-')
			return false;
	}
	return true;
}

/* ---- its run ----------------------------------------------------------------------------------------------- */

static int
spawn_with(struct run *run, char **argv, int words)
{
	char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *environment[] = { path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int ret;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	if ((ret = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)) == 0 &&
	    (ret = posix_spawn_file_actions_adddup2(&files, words, 1)) == 0 &&
	    (ret = posix_spawn_file_actions_adddup2(&files, words, 2)) == 0 &&
	    (ret = posix_spawn_file_actions_addclosefrom_np(&files, 3)) == 0 &&
	    (ret = posix_spawn_file_actions_addchdir_np(&files, "/")) == 0 &&
	    (ret = posix_spawnattr_setpgroup(&attributes, 0)) == 0 &&
	    (ret = posix_spawnattr_setsigmask(&attributes, &none)) == 0 &&
	    (ret = posix_spawnattr_setsigdefault(&attributes, &all)) == 0 &&
	    (ret = posix_spawnattr_setflags(&attributes, (short)(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
	    POSIX_SPAWN_SETSIGDEF))) == 0)
		ret = posix_spawn(&run->pid, argv[0], &files, &attributes, argv, environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&files);
	if (ret != 0)
		run->pid = 0;
	return ret;
}

static void
keep_words(struct run *run, const char *octets, size_t n)
{
	for (size_t i = 0; i < n && !run->ended; i++) {
		if (octets[i] == '\n')
			run->ended = run->len > 0;
		else if (run->len < LINE_MAX_KEPT)
			run->line[run->len++] = octets[i];
	}
}

/* Reads what is there.  False when there will be no more. */
static bool
read_words(struct run *run)
{
	char octets[4096];
	ssize_t n;

	do {
		n = read(run->words, octets, sizeof(octets));
		if (n > 0)
			keep_words(run, octets, (size_t)n);
	} while (n == (ssize_t)sizeof(octets) && !run->ended);
	return n > 0 || (n == -1 && (errno == EAGAIN || errno == EINTR));
}

/* Waits until it has ended, not taking its status yet.  False: its time is over, or it cannot be waited for. */
static bool
wait_for_end(struct run *run, int64_t deadline)
{
	struct pollfd words = { .fd = run->words, .events = POLLIN };
	siginfo_t info;

	for (;;) {
		memset(&info, 0, sizeof(info));
		if (waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno != EINTR)
			return false;
		if (info.si_pid == run->pid) {
			(void)read_words(run);
			return true;
		}
		if (now_ms() >= deadline)
			return false;
		if (poll(&words, 1, NAP) > 0 && !read_words(run))
			words.fd = -1;		/* it may go on in silence */
	}
}

/* Ends what is left of its group, then takes its status: until then the number is nobody else's. */
static bool
reap(struct run *run, int *status_r)
{
	pid_t pid;

	(void)kill(-run->pid, SIGKILL);
	do
		pid = waitpid(run->pid, status_r, 0);
	while (pid == -1 && errno == EINTR);
	return pid == run->pid;
}

static enum measure_outcome
outcome_of(const struct measure_result *result, const struct run *run, int status)
{
	const char *line = run->line, *colon = run->line[0] == '\0' ? "" : ": ";

	if (WIFSIGNALED(status))
		return measure_say(result, MEASURE_FAILED, "the command died of signal %d%s%s", WTERMSIG(status), colon, line);
	if (WEXITSTATUS(status) == 0)
		return measure_say(result, MEASURE_DONE, "the command has done it%s%s", colon, line);
	if (WEXITSTATUS(status) == EXIT_TEMPORARY)
		return measure_say(result, MEASURE_AGAIN, "the command asks to be tried again%s%s", colon, line);
	return measure_say(result, MEASURE_FAILED, "the command failed with status %d%s%s", WEXITSTATUS(status), colon, line);
}

static enum measure_outcome
run_command(const struct measure_settings *settings, const struct measure_result *result, char **argv)
{
	int64_t deadline = now_ms() + 1000LL * (settings->timeout > 0 ? settings->timeout : 30);
	struct run run = { .pid = 0, .words = -1 };
	int ends[2], failed, status = 0;
	char reason[128];
	bool ended;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return measure_say(result, MEASURE_AGAIN, "no pipe: %s", strerror_r(errno, reason, sizeof(reason)));
	run.words = ends[0];
	(void)fcntl(ends[1], F_SETFL, 0);	/* the command's end waits as programs expect */
	failed = spawn_with(&run, argv, ends[1]);
	(void)close(ends[1]);
	if (failed != 0) {
		(void)close(ends[0]);
		return measure_say(result, failed == EAGAIN || failed == ENOMEM ? MEASURE_AGAIN : MEASURE_FAILED,
		    "cannot run '%s': %s", argv[0], strerror_r(failed, reason, sizeof(reason)));
	}
	ended = wait_for_end(&run, deadline);
	if (!reap(&run, &status))
		ended = false;
	(void)close(ends[0]);
	if (!ended)
		return measure_say(result, MEASURE_AGAIN, "the command did not end within %u s and was ended",
		    settings->timeout);
	return outcome_of(result, &run, status);
}

enum measure_outcome
measure_command(const struct measure_settings *settings, const struct measure_target *target,
    const struct measure_result *result)
{
	char *argv[ARGUMENTS_MAX + 1] = { NULL };
	enum measure_outcome outcome;

	if (settings->ncommand == 0 || settings->ncommand > ARGUMENTS_MAX || settings->command[0][0] != '/')
		return measure_say(result, MEASURE_FAILED, "the command wants a whole path, and at most %d arguments",
		    ARGUMENTS_MAX - 1);
	if (fill_arguments(settings, target, argv))
		outcome = run_command(settings, result, argv);
	else
		outcome = measure_say(result, MEASURE_FAILED, "a value that begins with '-' would be an option of the command's");
	for (size_t i = 0; i < settings->ncommand; i++)
		g_free(argv[i]);
	return outcome;
}
