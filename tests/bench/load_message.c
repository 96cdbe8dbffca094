/*
 * load_message.c - one of the crowd: connects, sends its share of the messages, notes the answers.
 *
 * Part of the benchmark.  The order of steps, and the macros of each, are those of Postfix.
 */
#include <libmilter/mfdef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "load.h"

static const char *const nothing[] = { NULL };

/* A number that looks like chance and is the same in every run (splitmix64). */
static unsigned long
scatter(uint64_t n, unsigned long below)
{
	n += UINT64_C(0x9e3779b97f4a7c15);
	n = (n ^ (n >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ (n >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (unsigned long)((n ^ (n >> 31)) % below);
}

/* Writes the address a pattern means, its first %d replaced. */
static void
address(const char *pattern, unsigned long number, char *out, size_t size)
{
	const char *mark = strstr(pattern, "%d");

	if (mark == NULL)
		(void)snprintf(out, size, "%s", pattern);
	else
		(void)snprintf(out, size, "%.*s%lu%s", (int)(mark - pattern), pattern, number,
		    mark + 2);
}

static int
envelope(struct link *link, const struct mail *mail, unsigned long number)
{
	const struct options *opt = &link->bench->opt;
	const char *const mail_words[] = { link->sender + 1, mail->size, NULL };
	char bare[320], rcpt[324];
	const char *const mail_macros[] = { "{mail_addr}", bare, "{mail_host}", "example.com",
	    "{mail_mailer}", "smtp", NULL };
	const char *const rcpt_words[] = { rcpt, NULL };
	const char *const rcpt_macros[] = { "i", link->queue, "{rcpt_addr}", bare, "{rcpt_host}",
	    "example.com", "{rcpt_mailer}", "virtual", NULL };
	unsigned long i, taken = 0;
	int code;

	address(opt->sender, scatter(number, opt->senders), bare, sizeof(bare));
	(void)snprintf(link->sender, sizeof(link->sender), " <%s>", bare);
	(void)snprintf(link->queue, sizeof(link->queue), "4%011lX", number);
	code = link_step(link, SMFIC_MAIL, mail_macros, mail_words, SMFIP_NOMAIL, SMFIP_NR_MAIL);
	for (i = 0; code == LINK_GO_ON && i < opt->to; i++) {
		address(opt->rcpt, scatter(UINT64_MAX - number * opt->to - i, opt->rcpts), bare,
		    sizeof(bare));
		(void)snprintf(rcpt, sizeof(rcpt), "<%s>", bare);
		/* The queue id is not yet there at the first recipient. */
		code = link_step(link, SMFIC_RCPT, i == 0 ? rcpt_macros + 2 : rcpt_macros,
		    rcpt_words, SMFIP_NORCPT, SMFIP_NR_RCPT);
		if (code == LINK_GO_ON) {
			taken++;
		} else if (code == SMFIR_REJECT || code == SMFIR_TEMPFAIL) {
			link->refused++;
			if (i + 1 < opt->to || taken > 0)
				code = LINK_GO_ON;
		}
	}
	return code;
}

static int
fields(struct link *link, const struct mail *mail)
{
	const char *p = mail->octets, *pair[3] = { NULL };
	int code = LINK_GO_ON;
	size_t i;

	if ((link->steps & SMFIP_NOHDRS) != 0)
		return LINK_GO_ON;
	for (i = 0; code == LINK_GO_ON && i < mail->nfields; i++) {
		pair[0] = p;
		pair[1] = p + strlen(p) + 1;
		p = pair[1] + strlen(pair[1]) + 1;
		if (link->bench->opt.rewrite && strcasecmp(pair[0], "From") == 0)
			pair[1] = link->sender;		/* a space, then the address */
		if (*pair[1] == ' ' && (link->steps & SMFIP_HDR_LEADSPC) == 0)
			pair[1]++;
		code = LINK_BROKEN;
		if (link_say(link, SMFIC_HEADER, 0, pair) == 0)
			code = link_answer(link, SMFIC_HEADER, SMFIP_NR_HDR);
	}
	return code;
}

static int
content(struct link *link, const struct mail *mail)
{
	const char *const macros[] = { "i", link->queue, NULL };
	size_t at = 0, part;
	int code;

	code = link_step(link, SMFIC_DATA, macros, nothing, SMFIP_NODATA, SMFIP_NR_DATA);
	if (code == LINK_GO_ON)
		code = fields(link, mail);
	if (code == LINK_GO_ON)
		code = link_step(link, SMFIC_EOH, macros, nothing, SMFIP_NOEOH, SMFIP_NR_EOH);
	if ((link->steps & SMFIP_NOBODY) != 0)
		at = mail->nbody;
	for (; code == LINK_GO_ON && at < mail->nbody; at += part) {
		part = mail->nbody - at < MILTER_CHUNK_SIZE ? mail->nbody - at : MILTER_CHUNK_SIZE;
		code = LINK_BROKEN;
		if (link_put_head(link, SMFIC_BODY, part) == 0 &&
		    link_put(link, mail->body + at, part) == 0)
			code = link_answer(link, SMFIC_BODY, SMFIP_NR_BODY);
	}
	if (code == LINK_GO_ON || code == SMFIR_SKIP)
		code = link_step(link, SMFIC_BODYEOB, macros, nothing, 0, 0);
	return code;
}

/* Sends message number and notes what became of it.  0 or LINK_BROKEN. */
static int
message(struct link *link, unsigned long number)
{
	struct bench *bench = link->bench;
	const struct mail *mail = &bench->mails.list[number % bench->mails.n];
	struct timespec begin;
	unsigned long done;
	double took;
	int code;

	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	code = envelope(link, mail, number);
	if (code == LINK_GO_ON)
		code = content(link, mail);
	if (code == LINK_BROKEN)
		return LINK_BROKEN;
	took = load_seconds(&begin) * 1e6;
	bench->latency[number] = took < (double)UINT32_MAX ? (uint32_t)took : UINT32_MAX;
	link->answers[code]++;
	done = atomic_fetch_add(&bench->done, 1) + 1;
	if (bench->opt.progress != 0 && done % bench->opt.progress == 0) {
		(void)printf("at=%lu\n", done);
		(void)fflush(stdout);
	}
	/* As smtpd does; it travels with what comes next. */
	return link_put_head(link, SMFIC_ABORT, 0);
}

void *
load_work(void *arg)
{
	struct link *link = arg;
	struct bench *bench = link->bench;
	const unsigned long each = bench->opt.each, total = bench->opt.total;
	unsigned long number = 0, sent;
	int ret = 0;

	link->fd = -1;
	while (ret == 0 && number < total) {
		ret = link_open(link);
		for (sent = 0; ret == 0 && (each == 0 || sent < each); sent++) {
			number = atomic_fetch_add(&bench->next, 1);
			if (number >= total)
				break;
			ret = message(link, number);
		}
		link_close(link);
		if (atomic_load(&bench->broken))
			ret = LINK_BROKEN;
	}
	return NULL;
}
