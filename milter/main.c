/*
 * main.c - tuiding-milter, the daemon: options, privileges, signals, wiring.
 *
 * Floor 5.  Order matters and is the order of start(): read the configuration (nothing is started with a wrong
 * one), go into the background, open the socket, drop privileges, open the ledger, read the rules, serve.
 */
#include <getopt.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-daemon.h>
#endif
#include "charset.h"
#include "conf.h"
#include "control.h"
#include "daemon.h"
#include "ledger_act.h"
#include "log.h"
#include "match.h"
#include "metrics.h"
#include "session.h"
#include "setup.h"

#define ARENAS		2
#define SPLIT_PAIRS	100000		/* (sender, recipient) pairs of mixed messages remembered */
#define RATE_NAMES	100000		/* people and clients whose commands are counted */
#define LEDGER_RETRY	10		/* seconds between attempts to open a ledger that could not be */
#define LEDGERS_RETIRED	16		/* that were lost and found again; beyond: left to the process's end */
#define QUIET_MS	10000		/* how long the end waits for messages being judged */

struct options {
	const char	*conf;
	bool		 foreground, check;
};

struct daemon {
	struct options		 opt;
	struct conf		*conf;
	struct log		*log;
	struct ledger		*ledger;	/* NULL: could not be opened yet */
	struct ledger		*retired[LEDGERS_RETIRED];	/* went away under us; messages may still hold them */
	size_t			 nretired;
	struct judge_split	*split;
	struct judge_rate	*rate;
	struct judge		*judge;		/* the one of now */
	struct metrics		 metrics;
	struct control		*control;	/* NULL: it could not be opened */
	pthread_mutex_t		 lock;		/* conf, the ledgers, judge: the keeper's and the control socket's */
	pthread_t		 keeper;
	bool			 keeping;
	_Atomic bool		 ending;
	int			 ready_fd;	/* the parent waits on it; -1 none */
};

/* ---- options ----------------------------------------------------------------------------------- */

static void
usage(FILE *out)
{
	(void)fputs("usage: tuiding-milter [-c FILE] [-f] [-n] [-V]\n"
	    "  -c FILE  configuration (" SYSCONFDIR "/tuiding/tuiding.conf)\n"
	    "  -f       stay in the foreground\n"
	    "  -n       check the configuration and the rules, and exit\n"
	    "  -V       print the version and exit\n"
	    "  -h       this help\n"
	    "用法：tuiding-milter [-c 配置文件] [-f 前台运行] [-n 只检查配置] [-V 版本]\n", out);
}

/* -1: go on; else exit with it. */
static int
options_read(int argc, char **argv, struct options *opt)
{
	int c;

	*opt = (struct options){ .conf = SYSCONFDIR "/tuiding/tuiding.conf" };
	while ((c = getopt(argc, argv, "c:fnVh")) != -1) {
		switch (c) {
		case 'c':
			opt->conf = optarg;
			break;
		case 'f':
			opt->foreground = true;
			break;
		case 'n':
			opt->check = true;
			break;
		case 'V':
			(void)printf("tuiding-milter %s (%s)\n", PACKAGE_VERSION, match_engine());
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
		(void)fprintf(stderr, "tuiding-milter: unexpected argument '%s'\n", argv[optind]);
		usage(stderr);
		return DAEMON_USAGE;
	}
	return -1;
}

/* ---- remarks ----------------------------------------------------------------------------------- */

static void
conf_remark(void *arg, const char *what)
{
	struct daemon *d = arg;

	if (d->log == NULL)
		(void)fprintf(stderr, "tuiding-milter: warning: %s\n", what);
	else
		log_line(d->log, LOG_LEVEL_WARNING, "configuration: %s", what);
}

static void
rules_remark(void *arg, const char *file, unsigned line, const char *rule, const char *what)
{
	struct daemon *d = arg;

	if (d->log == NULL)
		(void)fprintf(stderr, "tuiding-milter: warning: %s:%u: %s: %s\n", file, line,
		    rule == NULL ? "-" : rule, what);
	else
		log_line(d->log, LOG_LEVEL_WARNING, "rules: %s:%u: %s: %s", file, line, rule == NULL ? "-" : rule, what);
}

/* -n: reads everything that would be read, and says what is wrong. */
static int
check(struct daemon *d)
{
	struct judge *judge = NULL;
	struct err err = { "" };

	if (setup_judge(d->conf, NULL, NULL, NULL, rules_remark, d, &judge, &err) != 0) {
		(void)fprintf(stderr, "tuiding-milter: %s\n", err.text);
		return DAEMON_USAGE;
	}
	if (!daemon_has_user(d->conf->user))
		(void)fprintf(stderr, "tuiding-milter: warning: there is no user '%s' yet\n", d->conf->user);
	(void)printf("%s: ok, mode %s, %zu rules\n", d->conf->path, policy_mode_name(d->conf->mode),
	    rules_count(judge_rules_set(judge_ruleset(judge))));
	judge_unref(judge);
	return 0;
}

/* ---- start ------------------------------------------------------------------------------------- */

/* As many descriptors as connections and the rest may want. */
static void
raise_limits(const struct conf *conf)
{
	struct rlimit limit;
	rlim_t want = (rlim_t)conf->max_connections + 128;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > want ? want : limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* ---- the keeper: reload, and a ledger that was not there --------------------------------------- */

/* What happens to commercial mail while there is no ledger. */
static const char *
meanwhile(const struct daemon *d)
{
	return d->conf->mode == MODE_OBSERVE ? "nothing is recorded" : "commercial mail gets 451";
}

static void
open_ledger(struct daemon *d, bool first)
{
	struct err err = { "" };

	if (setup_ledger(d->conf, false, &d->ledger, &err) == 0 && ledger_sound(d->ledger, &err) == 1) {
		log_line(d->log, LOG_LEVEL_NOTICE, "ledger: open, %s", d->conf->ledger);
		return;
	}
	ledger_close(d->ledger);
	d->ledger = NULL;
	if (first)
		log_line(d->log, LOG_LEVEL_ERROR, "ledger: %s; %s until it opens, tried again every %d s", err.text,
		    meanwhile(d), LEDGER_RETRY);
}

/* judge takes over from the one before. */
static void
use_judge(struct daemon *d, struct judge *judge)
{
	session_set_judge(judge);
	judge_unref(d->judge);
	d->judge = judge;
}

/* A judge from conf takes over.  0, or -1 and the old one stays. */
static int
install_judge(struct daemon *d, const struct conf *conf, struct err *err)
{
	struct judge *judge = NULL;

	if (setup_judge(conf, d->ledger, d->split, d->rate, rules_remark, d, &judge, err) != 0)
		return -1;
	use_judge(d, judge);
	log_line(d->log, LOG_LEVEL_NOTICE, "rules: %zu, %s, mode %s",
	    rules_count(judge_rules_set(judge_ruleset(judge))), match_engine(), policy_mode_name(conf->mode));
	return 0;
}

static bool
needs_restart(const struct conf *a, const struct conf *b)
{
	return strcmp(a->socket, b->socket) != 0 || strcmp(a->user, b->user) != 0 || a->log != b->log ||
	    strcmp(a->ledger, b->ledger) != 0 || a->ledger_timeout != b->ledger_timeout ||
	    a->ledger_readers != b->ledger_readers || strcmp(a->split_text, b->split_text) != 0 ||
	    a->max_scan_size != b->max_scan_size || a->max_header_size != b->max_header_size ||
	    a->max_connections != b->max_connections || strcmp(a->control_socket, b->control_socket) != 0;
}

/* 0, or -1 and everything goes on as it was. */
static int
reload(struct daemon *d, struct err *err)
{
	struct conf *conf = NULL;

	if (conf_read(d->opt.conf, conf_remark, d, &conf, err) != 0 || install_judge(d, conf, err) != 0) {
		log_line(d->log, LOG_LEVEL_ERROR, "reload: %s; going on with the old configuration", err->text);
		metrics_add(&d->metrics, METRIC_RELOAD_FAILURES, 1);
		conf_free(conf);
		return -1;
	}
	if (needs_restart(d->conf, conf))
		log_line(d->log, LOG_LEVEL_WARNING, "reload: socket, control-socket, user, log, the ledger keys, split-text, "
		    "max-scan-size, max-header-size and max-connections change fully only with a restart");
	conf_free(d->conf);
	d->conf = conf;
	metrics_add(&d->metrics, METRIC_RELOADS, 1);
	log_line(d->log, LOG_LEVEL_NOTICE, "reload: done");
	return 0;
}

/* A ledger whose file went away is set aside; the next one that can be opened takes its place. */
static void
look_after_ledger(struct daemon *d)
{
	struct judge *judge = NULL;
	struct err err = { "" };

	if (d->ledger != NULL && ledger_alive(d->ledger, &err) != 1) {
		log_line(d->log, LOG_LEVEL_ERROR, "ledger: %s; %s until it is back", err.text, meanwhile(d));
		if (d->nretired < LEDGERS_RETIRED)
			d->retired[d->nretired++] = d->ledger;
		d->ledger = NULL;
	}
	if (d->ledger != NULL)
		return;
	open_ledger(d, false);
	if (d->ledger == NULL)
		return;
	if (judge_with_ledger(d->judge, d->ledger, &judge, &err) != 0) {
		log_line(d->log, LOG_LEVEL_ERROR, "ledger: %s", err.text);
		ledger_close(d->ledger);	/* nobody has met it: tried again next time */
		d->ledger = NULL;
		return;
	}
	use_judge(d, judge);
}

static void *
keep(void *arg)
{
	const struct timespec nap = { .tv_sec = LEDGER_RETRY };
	struct daemon *d = arg;
	struct err err = { "" };
	sigset_t set;
	int signal;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	while (!d->ending) {
		signal = sigtimedwait(&set, NULL, &nap);
		pthread_mutex_lock(&d->lock);
		if (signal == SIGUSR1)
			(void)reload(d, &err);
		if (!d->ending)
			look_after_ledger(d);
		pthread_mutex_unlock(&d->lock);
	}
	return NULL;
}

/* ---- what the control socket asks ---------------------------------------------------------------- */

static int
on_status(void *arg, FILE *out, struct err *err)
{
	struct daemon *d = arg;
	uint64_t lost;
	size_t i;

	(void)err;
	pthread_mutex_lock(&d->lock);
	lost = d->ledger == NULL ? 0 : ledger_talk_lost(d->ledger);
	for (i = 0; i < d->nretired; i++)
		lost += ledger_talk_lost(d->retired[i]);
	(void)fprintf(out, "ledger_open %d\nenforcing %d\n", d->ledger != NULL, d->conf->mode == MODE_ENFORCE);
	pthread_mutex_unlock(&d->lock);
	metrics_set(&d->metrics, METRIC_TALK_LOST, lost);
	metrics_write(&d->metrics, out);
	return 0;
}

static int
on_reload(void *arg, FILE *out, struct err *err)
{
	struct daemon *d = arg;
	int ret;

	(void)out;
	pthread_mutex_lock(&d->lock);
	ret = reload(d, err);
	pthread_mutex_unlock(&d->lock);
	return ret;
}

/* Mail flows without it: what is wrong is a warning. */
static void
open_control(struct daemon *d)
{
	static const struct control_command commands[] = {
		{ "status", on_status }, { "reload", on_reload }, { NULL, NULL }
	};
	struct err err = { "" };

	if (d->conf->control_socket[0] != '\0' &&
	    control_start(d->conf->control_socket, commands, d, &d->control, &err) != 0)
		log_line(d->log, LOG_LEVEL_WARNING, "control: %s; tuiding status and tuiding reload will find nobody",
		    err.text);
}

/* ---- the whole --------------------------------------------------------------------------------- */

static int
start(struct daemon *d, struct err *err)
{
	const struct session_settings settings = {
		.socket = d->conf->socket, .max_scan_size = d->conf->max_scan_size,
		.max_header_size = d->conf->max_header_size, .max_connections = d->conf->max_connections,
		.split_text = d->conf->split_text, .metrics = &d->metrics,
	};
	sigset_t set;

	/*
	 * For every thread: only the keeper waits for the first two, only libmilter's own thread for the rest.  A
	 * thread that left them open would die of them, and all of us with it.
	 */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	(void)umask(027);
	raise_limits(d->conf);
	d->split = judge_split_new(SPLIT_PAIRS);
	d->rate = judge_rate_new(RATE_NAMES);
	if (d->split == NULL || d->rate == NULL)
		return err_set(err, "no memory");
	if (session_open(&settings, d->log, err) != 0 || daemon_become(d->conf->user, d->conf->socket, err) != 0)
		return -1;
	open_ledger(d, true);
	if (install_judge(d, d->conf, err) != 0)
		return -1;
	if (pthread_create(&d->keeper, NULL, keep, d) != 0)
		return err_set(err, "cannot start a thread");
	d->keeping = true;
	open_control(d);
	log_line(d->log, LOG_LEVEL_NOTICE, "start: version %s, socket %s", PACKAGE_VERSION, d->conf->socket);
	return 0;
}

static int
serve(struct daemon *d)
{
	struct err err = { "" };
	int status = 0;

	d->log = log_open("tuiding-milter", d->conf->log == CONF_LOG_STDERR);
	if (start(d, &err) != 0) {
		if (d->conf->log != CONF_LOG_STDERR)
			(void)fprintf(stderr, "tuiding-milter: %s\n", err.text);
		log_line(d->log, LOG_LEVEL_ERROR, "start: %s", err.text);
		return DAEMON_TROUBLE;
	}
	daemon_ready(&d->ready_fd, d->conf->log == CONF_LOG_STDERR, 0);
#ifdef HAVE_LIBSYSTEMD
	(void)sd_notify(0, "READY=1");
#endif
	if (session_run(&err) != 0) {
		log_line(d->log, LOG_LEVEL_ERROR, "end: %s", err.text);
		status = DAEMON_TROUBLE;
	}
	control_stop(d->control);
	d->ending = true;
	(void)pthread_kill(d->keeper, SIGUSR2);
	(void)pthread_join(d->keeper, NULL);
	log_line(d->log, LOG_LEVEL_NOTICE, "end: stopped");
	if (!session_quiet(QUIET_MS))
		_exit(status);			/* somebody still uses what we would free */
	session_set_judge(NULL);
	judge_unref(d->judge);
	ledger_close(d->ledger);
	while (d->nretired > 0)
		ledger_close(d->retired[--d->nretired]);
	judge_split_free(d->split);
	judge_rate_free(d->rate);
	return status;
}

int
main(int argc, char **argv)
{
	struct daemon d = { .ready_fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER };
	struct charset_hold *hold;
	struct err err = { "" };
	int status;

	status = options_read(argc, argv, &d.opt);
	if (status >= 0)
		return status;
	/* An arena a thread would keep what its busiest moment took, many times over (measured: tests/bench). */
	(void)mallopt(M_ARENA_MAX, ARENAS);
	setup_libraries();
	hold = charset_hold();
	if (conf_read(d.opt.conf, conf_remark, &d, &d.conf, &err) != 0) {
		(void)fprintf(stderr, "tuiding-milter: %s\n", err.text);
		status = DAEMON_USAGE;
		goto out;
	}
	status = d.opt.check ? check(&d) : d.opt.foreground ? -1 : daemon_background("tuiding-milter", &d.ready_fd);
	if (status < 0)
		status = serve(&d);
	daemon_ready(&d.ready_fd, d.conf->log == CONF_LOG_STDERR, (unsigned char)status);
out:
	conf_free(d.conf);
	log_free(d.log);
	charset_hold_free(hold);
	return status;
}
