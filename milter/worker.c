/*
 * worker.c - tuiding-worker: sends the letters, takes the measures, looks after the ledger once a day.
 *
 * Floor 5.  Looks into the ledger every few seconds, does what is due, and sleeps.  A signal is heard between two
 * letters, never within one.  A ledger that is away is waited for; the log is told once.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-daemon.h>
#endif
#include "daemon.h"
#include "worker.h"

#define PROGRAM	"tuiding-worker"
#define LOOK	(5 * WORKER_SECOND)		/* between two looks into the ledger */

/* ---- options ------------------------------------------------------------------------------------- */

static void
usage(FILE *out)
{
	(void)fputs("usage: tuiding-worker [-c FILE] [-f] [-n] [-V] [--once]\n"
	    "  -c FILE  configuration (" SYSCONFDIR "/tuiding/tuiding.conf)\n"
	    "  -f       stay in the foreground\n"
	    "  -n       check the configuration and the templates, and exit\n"
	    "  -V       print the version and exit\n"
	    "  -h       this help\n"
	    "  --once   do what is due, and exit\n"
	    "用法：tuiding-worker [-c 配置文件] [-f 前台运行] [-n 只检查配置和模板] [-V 版本] [--once 处理一遍后退出]\n", out);
}

/* -1: go on; else exit with it. */
static int
options_read(int argc, char **argv, struct worker *w)
{
	static const struct option longs[] = { { "once", no_argument, NULL, '1' }, { NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "c:fnVh", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			w->path = optarg;
			break;
		case 'f':
			w->foreground = true;
			break;
		case 'n':
			w->check = true;
			break;
		case '1':
			w->once = true;
			break;
		case 'V':
			(void)printf(PROGRAM " %s\n", PACKAGE_VERSION);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return DAEMON_USAGE;
		}
	}
	if (optind < argc) {
		(void)fprintf(stderr, PROGRAM ": unexpected argument '%s'\n", argv[optind]);
		usage(stderr);
		return DAEMON_USAGE;
	}
	return -1;
}

/* The milter says what is odd in the configuration; we say it only where somebody asks. */
static void
conf_remark(void *arg, const char *what)
{
	const struct worker *w = arg;

	if (w->check)
		(void)fprintf(stderr, PROGRAM ": warning: %s\n", what);
}

/* -n: reads everything that would be read, and says what is wrong. */
static int
check(const struct worker *w)
{
	struct err err = { "" };
	int n;

	n = worker_templates(w, &err);
	if (n < 0) {
		(void)fprintf(stderr, PROGRAM ": %s\n", err.text);
		return DAEMON_USAGE;
	}
	if (w->conf->command_address[0] == '\0' && w->conf->complaint_address[0] == '\0')
		(void)fprintf(stderr, PROGRAM ": warning: without a command-address no letter can be written\n");
	if (!daemon_has_user(w->conf->user))
		(void)fprintf(stderr, PROGRAM ": warning: there is no user '%s' yet\n", w->conf->user);
	(void)printf("%s: ok, relay %s, %d templates\n", w->conf->path, w->conf->notify_relay, n);
	return 0;
}

/* ---- time and signals ---------------------------------------------------------------------------- */

int64_t
worker_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* All the signals that we wait for instead of being interrupted by. */
static void
signals_of_ours(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGUSR1);
}

bool
worker_ending(struct worker *w, int64_t ms)
{
	struct timespec wait = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 };
	sigset_t set;
	int number;

	signals_of_ours(&set);
	while (!w->ending && (number = sigtimedwait(&set, NULL, &wait)) > 0) {
		if (number == SIGHUP || number == SIGUSR1)
			w->reload = true;
		else
			w->ending = true;
		wait = (struct timespec){ .tv_sec = 0 };
	}
	return w->ending;
}

/* ---- the ledger ---------------------------------------------------------------------------------- */

int
worker_lose(struct worker *w, const struct err *err)
{
	if (!w->lost)
		log_line(w->log, LOG_LEVEL_ERROR, "ledger: %s; tried again every %d s", err->text,
		    (int)(LOOK / WORKER_SECOND));
	w->lost = true;
	ledger_close(w->ledger);
	w->ledger = NULL;
	return -1;
}

/* 0 when the ledger is open, -1. */
static int
open_ledger(struct worker *w)
{
	const struct ledger_settings settings = { .readers = 1, .busy_ms = w->conf->ledger_timeout };
	struct err err = { "" };

	if (w->ledger != NULL && ledger_alive(w->ledger, &err) != 1)
		return worker_lose(w, &err);
	if (w->ledger == NULL && ledger_open(w->conf->ledger, &settings, &w->ledger, &err) != 0) {
		w->ledger = NULL;
		return worker_lose(w, &err);
	}
	return 0;
}

/* ---- one look ------------------------------------------------------------------------------------ */

/* Does what is due.  0, or -1: the ledger is away. */
static int
look(struct worker *w)
{
	if (open_ledger(w) != 0 || worker_letters(w) != 0 || worker_cases(w) != 0)
		return -1;
	if (!w->ending && worker_upkeep(w) != 0)
		return -1;
	if (w->lost)
		log_line(w->log, LOG_LEVEL_NOTICE, "ledger: back, %s", w->conf->ledger);
	w->lost = false;
	return 0;
}

static void
reload(struct worker *w)
{
	struct conf *conf = NULL;
	struct err err = { "" };

	w->reload = false;
	if (conf_read(w->path, conf_remark, w, &conf, &err) != 0) {
		log_line(w->log, LOG_LEVEL_ERROR, "reload: %s; going on with the old configuration", err.text);
		return;
	}
	if (strcmp(w->conf->user, conf->user) != 0 || w->conf->log != conf->log)
		log_line(w->log, LOG_LEVEL_WARNING, "reload: user and log change only with a restart");
	ledger_close(w->ledger);		/* another one may be meant, or other times */
	w->ledger = NULL;
	conf_free(w->conf);
	w->conf = conf;
	log_line(w->log, LOG_LEVEL_NOTICE, "reload: done");
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static int
run(struct worker *w)
{
	log_line(w->log, LOG_LEVEL_NOTICE, "start: version %s, relay %s", PACKAGE_VERSION, w->conf->notify_relay);
	do {
		if (w->reload)
			reload(w);
		(void)look(w);
	} while (!worker_ending(w, w->reload ? 0 : LOOK));
	log_line(w->log, LOG_LEVEL_NOTICE, "end: stopped");
	return 0;
}

static int
serve(struct worker *w)
{
	struct err err = { "" };
	sigset_t set;
	int status;

	w->log = log_open(PROGRAM, w->conf->log == CONF_LOG_STDERR);
	/* For every thread there will be: a signal is heard where we ask for it, and nowhere else. */
	signals_of_ours(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)umask(027);
	if (daemon_become(w->conf->user, NULL, &err) != 0) {
		if (w->conf->log != CONF_LOG_STDERR)
			(void)fprintf(stderr, PROGRAM ": %s\n", err.text);
		log_line(w->log, LOG_LEVEL_ERROR, "start: %s", err.text);
		return DAEMON_TROUBLE;
	}
	daemon_ready(&w->ready_fd, w->conf->log == CONF_LOG_STDERR, 0);
#ifdef HAVE_LIBSYSTEMD
	(void)sd_notify(0, "READY=1");
#endif
	if (w->once)
		status = look(w) == 0 ? 0 : DAEMON_TROUBLE;
	else
		status = run(w);
	ledger_close(w->ledger);
	return status;
}

int
main(int argc, char **argv)
{
	struct worker w = { .path = SYSCONFDIR "/tuiding/tuiding.conf", .ready_fd = -1 };
	struct err err = { "" };
	int status;

	status = options_read(argc, argv, &w);
	if (status >= 0)
		return status;
	if (conf_read(w.path, conf_remark, &w, &w.conf, &err) != 0) {
		(void)fprintf(stderr, PROGRAM ": %s\n", err.text);
		status = DAEMON_USAGE;
		goto out;
	}
	status = w.check ? check(&w) : w.foreground || w.once ? -1 : daemon_background(PROGRAM, &w.ready_fd);
	if (status < 0)
		status = serve(&w);
	daemon_ready(&w.ready_fd, w.conf->log == CONF_LOG_STDERR, (unsigned char)status);
out:
	conf_free(w.conf);
	log_free(w.log);
	return status;
}
