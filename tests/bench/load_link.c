/*
 * load_link.c - one connection that speaks the milter protocol as Postfix 3.7 does.
 *
 * Part of the benchmark.  Offers all that Postfix offers and keeps to what was agreed; writes are gathered until an
 * answer is awaited, as in a stream of Postfix.  Every read and write has a limit, and so has the whole run.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmilter/mfdef.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "load.h"

#define ALL_ACTIONS	0x1ffU		/* what Postfix offers */
#define ALL_STEPS	0x1fffffU
#define PACKET_MAX	(1U << 20)	/* of an answer */
#define IO_TIMEOUT	30		/* s */
#define BROKEN		(-1)
#define GO_ON		SMFIR_CONTINUE

/* Says why, once for the whole crowd, and ends it. */
static int __attribute__((format(printf, 2, 3)))
broken(struct link *link, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (!atomic_exchange(&link->bench->broken, true))
		(void)fprintf(stderr, "load: %s\n", why);
	return BROKEN;
}

double
load_seconds(const struct timespec *then)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

/* ---- octets ------------------------------------------------------------------------------------ */

static int
flush(struct link *link)
{
	size_t at;
	ssize_t n;

	for (at = 0; at < link->nout; at += (size_t)n) {
		n = send(link->fd, link->out + at, link->nout - at, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return broken(link, "the filter does not read (errno %d)", errno);
	}
	link->nout = 0;
	return 0;
}

static int
put(struct link *link, const void *octets, size_t len)
{
	const unsigned char *p = octets;
	size_t part;

	for (; len > 0; p += part, len -= part) {
		if (link->nout == LOAD_BUFFER && flush(link) != 0)
			return BROKEN;
		part = LOAD_BUFFER - link->nout < len ? LOAD_BUFFER - link->nout : len;
		memcpy(link->out + link->nout, p, part);
		link->nout += part;
	}
	return 0;
}

/* The head of a packet whose data, of len octets, follow. */
static int
put_head(struct link *link, int command, size_t len)
{
	const uint32_t length = htonl((uint32_t)(len + 1));
	const char code = (char)command;

	return put(link, &length, sizeof(length)) == 0 ? put(link, &code, 1) : BROKEN;
}

static int
get(struct link *link, void *octets, size_t len)
{
	unsigned char *p = octets;
	ssize_t n;

	if (link->nout > 0 && flush(link) != 0)
		return BROKEN;
	while (len > 0) {
		if (link->in_at == link->nin) {
			n = recv(link->fd, link->in, LOAD_BUFFER, 0);
			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0)
				return n == 0 ? broken(link, "the filter hung up") :
				    broken(link, "no answer (errno %d)", errno);
			link->in_at = 0;
			link->nin = (size_t)n;
		}
		*p++ = link->in[link->in_at++];
		len--;
	}
	return 0;
}

/* Reads one packet: its code, or BROKEN.  The first size octets of its data are kept; *len_r is its whole length. */
static int
get_packet(struct link *link, unsigned char *data, size_t size, size_t *len_r)
{
	uint32_t length;
	unsigned char code, octet;
	size_t i;

	if (load_seconds(&link->bench->begin) > (double)link->bench->opt.seconds)
		return broken(link, "the time is up");
	if (get(link, &length, sizeof(length)) != 0)
		return BROKEN;
	length = ntohl(length);
	if (length < 1 || length > PACKET_MAX)
		return broken(link, "an answer of %lu octets", (unsigned long)length);
	if (get(link, &code, 1) != 0)
		return BROKEN;
	*len_r = length - 1;
	for (i = 0; i < *len_r; i++) {
		if (get(link, &octet, 1) != 0)
			return BROKEN;
		if (i < size)
			data[i] = octet;
	}
	return code;
}

/* Says a packet of strings; stage goes in front of them when it is not 0. */
static int
say(struct link *link, int command, int stage, const char *const *strings)
{
	const char code = (char)stage;
	size_t len = stage != 0;
	size_t i;

	for (i = 0; strings[i] != NULL; i++)
		len += strlen(strings[i]) + 1;
	if (put_head(link, command, len) != 0 || (stage != 0 && put(link, &code, 1) != 0))
		return BROKEN;
	for (i = 0; strings[i] != NULL; i++)
		if (put(link, strings[i], strlen(strings[i]) + 1) != 0)
			return BROKEN;
	return 0;
}

/*
 * Awaits the answer to a step, unless none was agreed on.  Returns GO_ON, another final code (a reply code counts
 * as reject or tempfail), or BROKEN.  Changes are counted, and legal only at the end of a message.
 */
static int
answer(struct link *link, int command, uint32_t no_reply)
{
	unsigned char data[4];
	size_t len;
	int code;

	if ((link->steps & no_reply) != 0)
		return GO_ON;
	for (;;) {
		code = get_packet(link, data, sizeof(data), &len);
		switch (code) {
		case SMFIR_CONTINUE: case SMFIR_ACCEPT: case SMFIR_REJECT: case SMFIR_TEMPFAIL: case SMFIR_DISCARD:
			return len == 0 ? code : broken(link, "answer %c bears data", code);
		case SMFIR_REPLYCODE:
			if (len < 4 || (data[0] != '4' && data[0] != '5') || data[3] != ' ')
				return broken(link, "a reply code that is none");
			return data[0] == '4' ? SMFIR_TEMPFAIL : SMFIR_REJECT;
		case SMFIR_SKIP:
			if (command == SMFIC_BODY && (link->steps & SMFIP_SKIP) != 0)
				return code;
			return broken(link, "skip where nothing may be skipped");
		case SMFIR_PROGRESS:
			break;
		case SMFIR_ADDRCPT: case SMFIR_DELRCPT: case SMFIR_ADDRCPT_PAR: case SMFIR_REPLBODY: case SMFIR_CHGFROM:
		case SMFIR_ADDHEADER: case SMFIR_INSHEADER: case SMFIR_CHGHEADER: case SMFIR_QUARANTINE:
			if (command != SMFIC_BODYEOB)
				return broken(link, "change %c before the end of the message", code);
			link->changes[code]++;
			break;
		case BROKEN:
			return BROKEN;
		default:
			return broken(link, "unknown answer 0x%02x to %c", (unsigned)code, command);
		}
	}
}

/* One step of strings with its macros, the macros even where the step itself is not wanted. */
static int
step(struct link *link, int command, const char *const *macros, const char *const *strings, uint32_t unwanted,
    uint32_t no_reply)
{
	if (say(link, SMFIC_MACRO, command, macros) != 0)
		return BROKEN;
	if ((link->steps & unwanted) != 0)
		return GO_ON;
	return say(link, command, 0, strings) != 0 ? BROKEN : answer(link, command, no_reply);
}

/* ---- one message ------------------------------------------------------------------------------- */

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
		(void)snprintf(out, size, "%.*s%lu%s", (int)(mark - pattern), pattern, number, mark + 2);
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
	const char *const rcpt_macros[] = { "i", link->queue, "{rcpt_addr}", bare, "{rcpt_host}", "example.com",
	    "{rcpt_mailer}", "virtual", NULL };
	unsigned long i, taken = 0;
	int code;

	address(opt->sender, scatter(number, opt->senders), bare, sizeof(bare));
	(void)snprintf(link->sender, sizeof(link->sender), " <%s>", bare);
	(void)snprintf(link->queue, sizeof(link->queue), "4%011lX", number);
	code = step(link, SMFIC_MAIL, mail_macros, mail_words, SMFIP_NOMAIL, SMFIP_NR_MAIL);
	for (i = 0; code == GO_ON && i < opt->to; i++) {
		address(opt->rcpt, scatter(UINT64_MAX - number * opt->to - i, opt->rcpts), bare, sizeof(bare));
		(void)snprintf(rcpt, sizeof(rcpt), "<%s>", bare);
		/* The queue id is not yet there at the first recipient. */
		code = step(link, SMFIC_RCPT, i == 0 ? rcpt_macros + 2 : rcpt_macros, rcpt_words, SMFIP_NORCPT,
		    SMFIP_NR_RCPT);
		if (code == GO_ON) {
			taken++;
		} else if (code == SMFIR_REJECT || code == SMFIR_TEMPFAIL) {
			link->refused++;
			if (i + 1 < opt->to || taken > 0)
				code = GO_ON;
		}
	}
	return code;
}

static int
fields(struct link *link, const struct mail *mail)
{
	const char *p = mail->octets, *name, *value;
	int code = GO_ON;
	size_t i;

	if ((link->steps & SMFIP_NOHDRS) != 0)
		return GO_ON;
	for (i = 0; code == GO_ON && i < mail->nfields; i++) {
		name = p;
		value = name + strlen(name) + 1;
		p = value + strlen(value) + 1;
		if (link->bench->opt.rewrite && strcasecmp(name, "From") == 0)
			value = link->sender;		/* a space, then the address */
		if (*value == ' ' && (link->steps & SMFIP_HDR_LEADSPC) == 0)
			value++;
		code = say(link, SMFIC_HEADER, 0, (const char *const []){ name, value, NULL }) != 0 ? BROKEN :
		    answer(link, SMFIC_HEADER, SMFIP_NR_HDR);
	}
	return code;
}

static int
content(struct link *link, const struct mail *mail)
{
	const char *const macros[] = { "i", link->queue, NULL };
	size_t at, part;
	int code;

	code = step(link, SMFIC_DATA, macros, nothing, SMFIP_NODATA, SMFIP_NR_DATA);
	if (code == GO_ON)
		code = fields(link, mail);
	if (code == GO_ON)
		code = step(link, SMFIC_EOH, macros, nothing, SMFIP_NOEOH, SMFIP_NR_EOH);
	for (at = 0; code == GO_ON && (link->steps & SMFIP_NOBODY) == 0 && at < mail->nbody; at += part) {
		part = mail->nbody - at < MILTER_CHUNK_SIZE ? mail->nbody - at : MILTER_CHUNK_SIZE;
		code = put_head(link, SMFIC_BODY, part) != 0 || put(link, mail->body + at, part) != 0 ? BROKEN :
		    answer(link, SMFIC_BODY, SMFIP_NR_BODY);
	}
	if (code == GO_ON || code == SMFIR_SKIP)
		code = step(link, SMFIC_BODYEOB, macros, nothing, 0, 0);
	return code;
}

/* Sends message number and notes what became of it.  0 or BROKEN. */
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
	if (code == GO_ON)
		code = content(link, mail);
	if (code == BROKEN)
		return BROKEN;
	took = load_seconds(&begin) * 1e6;
	bench->latency[number] = took < (double)UINT32_MAX ? (uint32_t)took : UINT32_MAX;
	link->answers[code]++;
	done = atomic_fetch_add(&bench->done, 1) + 1;
	if (bench->opt.progress != 0 && done % bench->opt.progress == 0) {
		(void)printf("at=%lu\n", done);
		(void)fflush(stdout);
	}
	return put_head(link, SMFIC_ABORT, 0);	/* as smtpd does; it travels with what comes next */
}

/* ---- one connection ---------------------------------------------------------------------------- */

static int
dial_unix(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(un.sun_path))
		return -1;
	memcpy(un.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&un, sizeof(un)) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

/* spec: PORT@HOST. */
static int
dial_inet(const char *spec)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	const char *at = strchr(spec, '@');
	struct addrinfo *found = NULL;
	const int one = 1;
	char port[8];
	int fd = -1;

	if (at == NULL || (size_t)(at - spec) >= sizeof(port))
		return -1;
	(void)snprintf(port, sizeof(port), "%.*s", (int)(at - spec), spec);
	if (getaddrinfo(at + 1, port, &hints, &found) != 0)
		return -1;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
		(void)close(fd);
		fd = -1;
	}
	if (fd >= 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	freeaddrinfo(found);
	return fd;
}

static int
negotiate(struct link *link)
{
	const uint32_t offer[3] = { htonl(SMFI_PROT_VERSION), htonl(ALL_ACTIONS), htonl(ALL_STEPS) };
	unsigned char data[12];
	uint32_t got[3];
	size_t len;
	int code;

	link->steps = 0;
	if (put_head(link, SMFIC_OPTNEG, sizeof(offer)) != 0 || put(link, offer, sizeof(offer)) != 0)
		return BROKEN;
	code = get_packet(link, data, sizeof(data), &len);
	if (code == BROKEN)
		return BROKEN;
	if (code != SMFIC_OPTNEG || len < sizeof(data))
		return broken(link, "negotiation answered with 0x%02x, %zu octets", (unsigned)code, len);
	memcpy(got, data, sizeof(got));
	if (ntohl(got[0]) > SMFI_PROT_VERSION || (ntohl(got[1]) & ~ALL_ACTIONS) != 0 || (ntohl(got[2]) & ~ALL_STEPS) != 0)
		return broken(link, "the filter asks for what was not offered");
	link->steps = ntohl(got[2]);
	return 0;
}

static int
greet(struct link *link)
{
	const char *const macros[] = { "j", "mx.example.com", "{daemon_name}", "mx.example.com", "{daemon_addr}",
	    "192.0.2.25", "v", "Postfix 3.7.11", "_", "client.example.net [192.0.2.1]", NULL };
	const char *const helo[] = { "client.example.net", NULL };
	const char *client = link->bench->opt.client;
	const char family = strchr(client, ':') == NULL ? SMFIA_INET : SMFIA_INET6;
	const uint16_t port = htons(40000);
	int code = GO_ON;

	if (say(link, SMFIC_MACRO, SMFIC_CONNECT, macros) != 0)
		return BROKEN;
	if ((link->steps & SMFIP_NOCONNECT) == 0) {
		if (put_head(link, SMFIC_CONNECT, strlen(helo[0]) + 1 + 1 + 2 + strlen(client) + 1) != 0 ||
		    put(link, helo[0], strlen(helo[0]) + 1) != 0 || put(link, &family, 1) != 0 ||
		    put(link, &port, sizeof(port)) != 0 || put(link, client, strlen(client) + 1) != 0)
			return BROKEN;
		code = answer(link, SMFIC_CONNECT, SMFIP_NR_CONN);
	}
	if (code == GO_ON)
		code = step(link, SMFIC_HELO, nothing, helo, SMFIP_NOHELO, SMFIP_NR_HELO);
	return code == GO_ON || code == BROKEN ? code : broken(link, "the connection was answered with %c", code);
}

static int
dial(struct link *link)
{
	const struct timeval limit = { .tv_sec = IO_TIMEOUT };
	const char *spec = link->bench->opt.socket;

	link->nout = link->nin = link->in_at = 0;
	link->fd = strncmp(spec, "inet:", 5) == 0 ? dial_inet(spec + 5) :
	    dial_unix(strncmp(spec, "unix:", 5) == 0 ? spec + 5 : spec);
	if (link->fd < 0)
		return broken(link, "cannot connect to '%s'", spec);
	(void)setsockopt(link->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	(void)setsockopt(link->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	link->connects++;
	return 0;
}

void *
load_work(void *arg)
{
	struct link *link = arg;
	struct bench *bench = link->bench;
	unsigned long number = 0, sent;
	int ret = 0;

	while (ret == 0 && number < bench->opt.total) {
		ret = dial(link);
		if (ret == 0 && (ret = negotiate(link)) == 0)
			ret = greet(link) == GO_ON ? 0 : BROKEN;
		for (sent = 0; ret == 0 && (bench->opt.each == 0 || sent < bench->opt.each); sent++) {
			if (atomic_load(&bench->broken) || (number = atomic_fetch_add(&bench->next, 1)) >= bench->opt.total)
				break;
			ret = message(link, number);
		}
		if (ret == 0 && put_head(link, SMFIC_QUIT, 0) == 0)
			(void)flush(link);
		if (link->fd >= 0)
			(void)close(link->fd);
		if (atomic_load(&bench->broken))
			ret = BROKEN;
	}
	return NULL;
}
