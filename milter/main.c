/*
 * main.c - tuiding-milter, the daemon: options, privileges, signals, wiring.
 *
 * Floor 5.  Order matters and is the order of start(): read the configuration (nothing is started with a wrong
 * one), go into the background, open the socket, drop privileges, open the ledger, read the rules, serve.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <malloc.h>
#include <pthread.h>
#include <pwd.h>
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
#include "log.h"
#include "match.h"
#include "session.h"
#include "setup.h"

#define ARENAS		2
#define EXIT_USAGE	2
#define EXIT_TROUBLE	3
#define SPLIT_PAIRS	100000		/* (sender, recipient) pairs of mixed messages remembered */
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
	struct judge		*judge;		/* the one of now */
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
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		(void)fprintf(stderr, "tuiding-milter: unexpected argument '%s'\n", argv[optind]);
		usage(stderr);
		return EXIT_USAGE;
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

static bool
has_user(const struct conf *conf)
{
	char buffer[16384];
	struct passwd pw, *found = NULL;

	return conf->user[0] == '\0' ||
	    (getpwnam_r(conf->user, &pw, buffer, sizeof(buffer), &found) == 0 && found != NULL);
}

/* -n: reads everything that would be read, and says what is wrong. */
static int
check(struct daemon *d)
{
	struct judge *judge = NULL;
	struct err err = { "" };

	if (setup_judge(d->conf, NULL, NULL, rules_remark, d, &judge, &err) != 0) {
		(void)fprintf(stderr, "tuiding-milter: %s\n", err.text);
		return EXIT_USAGE;
	}
	if (!has_user(d->conf))
		(void)fprintf(stderr, "tuiding-milter: warning: there is no user '%s' yet\n", d->conf->user);
	(void)printf("%s: ok, mode %s, %zu rules\n", d->conf->path, policy_mode_name(d->conf->mode),
	    rules_count(judge_rules_set(judge_ruleset(judge))));
	judge_unref(judge);
	return 0;
}

/* ---- start ------------------------------------------------------------------------------------- */

/* Tells the waiting parent how the start went, once; standard error was ours till then, to say why not. */
static void
tell_parent(struct daemon *d, unsigned char status)
{
	int null;

	if (d->ready_fd < 0)
		return;
	null = d->conf->log == CONF_LOG_STDERR ? -1 : open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0) {
		(void)dup2(null, STDERR_FILENO);
		(void)close(null);
	}
	(void)!write(d->ready_fd, &status, 1);
	(void)close(d->ready_fd);
	d->ready_fd = -1;
}

/*
 * Into the background.  Returns -1 in the child; in the parent the exit status, once the child has said that
 * it serves, or has ended.
 */
static int
background(struct daemon *d)
{
	unsigned char status = EXIT_TROUBLE;
	int fds[2], null;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0 || (pid = fork()) < 0) {
		(void)fprintf(stderr, "tuiding-milter: cannot go into the background\n");
		return EXIT_TROUBLE;
	}
	if (pid > 0) {
		(void)close(fds[1]);
		while (read(fds[0], &status, 1) < 0 && errno == EINTR)
			continue;
		return status;
	}
	(void)close(fds[0]);
	d->ready_fd = fds[1];
	(void)setsid();
	(void)!chdir("/");
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		(void)close(null);
	}
	return -1;
}

/* Hands the socket file to the user we are about to become, so that group members may connect. */
static void
give_socket(const char *socket, const struct passwd *pw)
{
	const char *path = socket;

	if (strncmp(path, "unix:", 5) == 0 || strncmp(path, "local:", 6) == 0)
		path = strchr(path, ':') + 1;
	if (path[0] == '/')
		(void)!lchown(path, pw->pw_uid, pw->pw_gid);
}

static int
drop_privileges(const struct conf *conf, struct err *err)
{
	char buffer[16384];
	struct passwd pw, *found = NULL;

	if (conf->user[0] == '\0' || geteuid() != 0)
		return 0;
	if (getpwnam_r(conf->user, &pw, buffer, sizeof(buffer), &found) != 0 || found == NULL)
		return err_set(err, "user: there is no user '%s' (empty: stay who we are)", conf->user);
	give_socket(conf->socket, found);
	if (initgroups(found->pw_name, found->pw_gid) != 0 || setgid(found->pw_gid) != 0 || setuid(found->pw_uid) != 0)
		return err_set(err, "user: cannot become '%s'", conf->user);
	if (found->pw_uid != 0 && setuid(0) == 0)
		return err_set(err, "user: privileges came back after they were dropped");
	return 0;
}

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

	if (setup_ledger(d->conf, false, &d->ledger, &err) == 0) {
		log_line(d->log, LOG_LEVEL_NOTICE, "ledger: open, %s", d->conf->ledger);
		return;
	}
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

	if (setup_judge(conf, d->ledger, d->split, rules_remark, d, &judge, err) != 0)
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
	    a->max_connections != b->max_connections;
}

static void
reload(struct daemon *d)
{
	struct conf *conf = NULL;
	struct err err = { "" };

	if (conf_read(d->opt.conf, conf_remark, d, &conf, &err) != 0 || install_judge(d, conf, &err) != 0) {
		log_line(d->log, LOG_LEVEL_ERROR, "reload: %s; going on with the old configuration", err.text);
		conf_free(conf);
		return;
	}
	if (needs_restart(d->conf, conf))
		log_line(d->log, LOG_LEVEL_WARNING, "reload: socket, user, log, the ledger keys, split-text, max-scan-size, "
		    "max-header-size and max-connections change fully only with a restart");
	conf_free(d->conf);
	d->conf = conf;
	log_line(d->log, LOG_LEVEL_NOTICE, "reload: done");
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
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	while (!d->ending) {
		if (sigtimedwait(&set, NULL, &nap) == SIGUSR1)
			reload(d);
		if (!d->ending)
			look_after_ledger(d);
	}
	return NULL;
}

/* ---- the whole --------------------------------------------------------------------------------- */

static int
start(struct daemon *d, struct err *err)
{
	const struct session_settings settings = {
		.socket = d->conf->socket, .max_scan_size = d->conf->max_scan_size,
		.max_header_size = d->conf->max_header_size, .max_connections = d->conf->max_connections,
		.split_text = d->conf->split_text,
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
	if (d->split == NULL)
		return err_set(err, "no memory");
	if (session_open(&settings, d->log, err) != 0 || drop_privileges(d->conf, err) != 0)
		return -1;
	open_ledger(d, true);
	if (install_judge(d, d->conf, err) != 0)
		return -1;
	if (pthread_create(&d->keeper, NULL, keep, d) != 0)
		return err_set(err, "cannot start a thread");
	d->keeping = true;
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
		return EXIT_TROUBLE;
	}
	tell_parent(d, 0);
#ifdef HAVE_LIBSYSTEMD
	(void)sd_notify(0, "READY=1");
#endif
	if (session_run(&err) != 0) {
		log_line(d->log, LOG_LEVEL_ERROR, "end: %s", err.text);
		status = EXIT_TROUBLE;
	}
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
	return status;
}

int
main(int argc, char **argv)
{
	struct daemon d = { .ready_fd = -1 };
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
		status = EXIT_USAGE;
		goto out;
	}
	status = d.opt.check ? check(&d) : d.opt.foreground ? -1 : background(&d);
	if (status < 0)
		status = serve(&d);
	tell_parent(&d, (unsigned char)status);
out:
	conf_free(d.conf);
	log_free(d.log);
	charset_hold_free(hold);
	return status;
}
