/*
 * load.c - a crowd of MTAs: sends messages to a filter through its socket, measures its answers.
 *
 * Part of the benchmark, of nothing else.  All messages lie in memory before the first is sent.
 * Never waits for ever.  Exit: 0 done, 1 the filter broke the protocol or time ran out, 2 usage.
 */
#include <errno.h>
#include <getopt.h>
#include <libmilter/mfdef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "load.h"

#define CONNECTIONS_MAX	1000
#define TOTAL_MAX	100000000

/* What is counted, by the filter's own codes. */
static const struct {
	int		 code;
	const char	*name;
} finals[] = {
	{ SMFIR_CONTINUE, "continued" },
	{ SMFIR_ACCEPT,   "accepted" },
	{ SMFIR_REJECT,   "rejected" },
	{ SMFIR_TEMPFAIL, "tempfailed" },
	{ SMFIR_DISCARD,  "discarded" },
}, changes[] = {
	{ SMFIR_ADDHEADER,  "header_added" },
	{ SMFIR_INSHEADER,  "header_inserted" },
	{ SMFIR_CHGHEADER,  "header_changed" },
	{ SMFIR_DELRCPT,    "recipient_removed" },
	{ SMFIR_ADDRCPT,    "recipient_added" },
	{ SMFIR_ADDRCPT_PAR, "recipient_added_with_arguments" },
	{ SMFIR_REPLBODY,   "body_replaced" },
	{ SMFIR_CHGFROM,    "sender_changed" },
	{ SMFIR_QUARANTINE, "quarantined" },
};

static void
usage(FILE *out)
{
	(void)fputs("usage: load -s SOCKET [options] FILE|FOLDER...\n"
	    "  -s SOCKET   unix:PATH or inet:PORT@HOST\n"
	    "  -c N        connections at a time (4)\n"
	    "  -m N        messages a connection, then a new one (20; 0: one connection for all)\n"
	    "  -n N        messages in all (as many as were read)\n"
	    "  -r N        recipients a message (1)\n"
	    "  -f PATTERN  envelope sender, %d is a number (news@shop%d.example)\n"
	    "  -F N        of so many senders (100)\n"
	    "  -u PATTERN  recipient (user%d@example.com)\n"
	    "  -U N        of so many recipients (10000)\n"
	    "  -w          write the envelope sender into the From field\n"
	    "  -a ADDRESS  the client's address (192.0.2.1)\n"
	    "  -p N        print a line at=N after every N messages\n"
	    "  -t SECONDS  end, and fail, after that time (600)\n", out);
}

/* A number of at least min and at most max, or exit. */
static unsigned long
number(int option, const char *text, unsigned long min, unsigned long max)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || n < min || n > max) {
		(void)fprintf(stderr, "load: -%c wants a number from %lu to %lu\n", option, min,
		    max);
		exit(2);
	}
	return n;
}

static const char *
pattern(const char *text)
{
	if (strlen(text) > 250) {
		(void)fputs("load: a pattern is too long\n", stderr);
		exit(2);
	}
	return text;
}

/* Reads the options or exits. */
static void
options_read(int argc, char **argv, struct options *opt)
{
	int c;

	*opt = (struct options){ .client = "192.0.2.1", .sender = "news@shop%d.example",
	    .rcpt = "user%d@example.com", .senders = 100, .rcpts = 10000,
	    .connections = 4, .each = 20, .to = 1, .seconds = 600 };
	while ((c = getopt(argc, argv, "s:c:m:n:r:f:F:u:U:wa:p:t:h")) != -1) {
		switch (c) {
		case 's': opt->socket = optarg; break;
		case 'c': opt->connections = number(c, optarg, 1, CONNECTIONS_MAX); break;
		case 'm': opt->each = number(c, optarg, 0, TOTAL_MAX); break;
		case 'n': opt->total = number(c, optarg, 1, TOTAL_MAX); break;
		case 'r': opt->to = number(c, optarg, 1, 1000); break;
		case 'f': opt->sender = pattern(optarg); break;
		case 'F': opt->senders = number(c, optarg, 1, TOTAL_MAX); break;
		case 'u': opt->rcpt = pattern(optarg); break;
		case 'U': opt->rcpts = number(c, optarg, 1, TOTAL_MAX); break;
		case 'w': opt->rewrite = true; break;
		case 'a': opt->client = pattern(optarg); break;
		case 'p': opt->progress = number(c, optarg, 1, TOTAL_MAX); break;
		case 't': opt->seconds = number(c, optarg, 1, 86400); break;
		case 'h': usage(stdout); exit(0);
		default:  usage(stderr); exit(2);
		}
	}
	if (opt->socket == NULL || optind == argc) {
		usage(stderr);
		exit(2);
	}
}

static int
by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The smallest latency that so many per mille of the messages do not exceed. */
static unsigned
per_mille(const struct bench *bench, unsigned long share)
{
	unsigned long rank = (bench->opt.total * share + 999) / 1000;

	return bench->latency[rank > 0 ? rank - 1 : 0];
}

static void
report(struct bench *bench, const struct link *links, double took)
{
	unsigned long i, sum, refused = 0, connects = 0;
	size_t k;

	qsort(bench->latency, bench->opt.total, sizeof(*bench->latency), by_size);
	for (i = 0; i < bench->opt.connections; i++) {
		refused += links[i].refused;
		connects += links[i].connects;
	}
	(void)printf("messages=%lu\nconnections=%lu\nseconds=%.3f\nper_second=%.1f\n",
	    bench->opt.total, connects, took, (double)bench->opt.total / took);
	(void)printf("p50_us=%u\np99_us=%u\nmax_us=%u\n", per_mille(bench, 500),
	    per_mille(bench, 990), per_mille(bench, 1000));
	for (k = 0; k < sizeof(finals) / sizeof(finals[0]); k++) {
		for (sum = i = 0; i < bench->opt.connections; i++)
			sum += links[i].answers[finals[k].code];
		(void)printf("%s=%lu\n", finals[k].name, sum);
	}
	(void)printf("recipients_refused=%lu\n", refused);
	for (k = 0; k < sizeof(changes) / sizeof(changes[0]); k++) {
		for (sum = i = 0; i < bench->opt.connections; i++)
			sum += links[i].changes[changes[k].code];
		if (sum > 0)
			(void)printf("%s=%lu\n", changes[k].name, sum);
	}
}

/* Lets the crowd loose.  0, or -1 when anything went wrong. */
static int
run(struct bench *bench)
{
	struct link *links = NULL;
	unsigned long i, started;
	int ret = -1;

	bench->latency = calloc(bench->opt.total, sizeof(*bench->latency));
	links = calloc(bench->opt.connections, sizeof(*links));
	if (bench->latency == NULL || links == NULL) {
		(void)fputs("load: no memory\n", stderr);
		goto out;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &bench->begin);
	for (started = 0; started < bench->opt.connections; started++) {
		links[started].bench = bench;
		if (pthread_create(&links[started].thread, NULL, load_work, &links[started]) != 0) {
			(void)fputs("load: cannot start a thread\n", stderr);
			atomic_store(&bench->broken, true);
			break;
		}
	}
	for (i = 0; i < started; i++)
		(void)pthread_join(links[i].thread, NULL);
	if (!atomic_load(&bench->broken)) {
		report(bench, links, load_seconds(&bench->begin));
		ret = 0;
	}
out:
	free(links);
	free(bench->latency);
	return ret;
}

int
main(int argc, char **argv)
{
	struct bench bench = { .next = 0 };
	int i, ret = 0;

	options_read(argc, argv, &bench.opt);
	for (i = optind; ret == 0 && i < argc; i++)
		ret = load_mails_read(&bench.mails, argv[i]);
	if (ret == 0 && bench.mails.n == 0) {
		(void)fputs("load: no message in there (a folder is searched for *.eml)\n", stderr);
		ret = -1;
	}
	if (bench.opt.total == 0)
		bench.opt.total = bench.mails.n;
	if (ret == 0)
		ret = run(&bench);
	load_mails_free(&bench.mails);
	return ret == 0 ? 0 : 1;
}
