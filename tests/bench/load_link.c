/*
 * load_link.c - one connection that speaks the milter protocol as Postfix 3.7 does.
 *
 * Part of the benchmark.  Offers all that Postfix offers and keeps to what was agreed; writes are
 * gathered until an answer is awaited, as in a stream of Postfix.  Every read and write has a
 * limit, and so has the whole run.
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
	return LINK_BROKEN;
}

double
load_seconds(const struct timespec *then)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

/* ---- octets --------------------------------------------------------------------------------- */

int
link_flush(struct link *link)
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

int
link_put(struct link *link, const void *octets, size_t len)
{
	const unsigned char *p = octets;
	size_t part;

	for (; len > 0; p += part, len -= part) {
		if (link->nout == LOAD_BUFFER && link_flush(link) != 0)
			return LINK_BROKEN;
		part = LOAD_BUFFER - link->nout < len ? LOAD_BUFFER - link->nout : len;
		memcpy(link->out + link->nout, p, part);
		link->nout += part;
	}
	return 0;
}

int
link_put_head(struct link *link, int command, size_t len)
{
	const uint32_t length = htonl((uint32_t)(len + 1));
	const char code = (char)command;

	if (link_put(link, &length, sizeof(length)) != 0)
		return LINK_BROKEN;
	return link_put(link, &code, 1);
}

static int
get(struct link *link, void *octets, size_t len)
{
	unsigned char *p = octets;
	ssize_t n;

	if (link->nout > 0 && link_flush(link) != 0)
		return LINK_BROKEN;
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

/*
 * Reads one packet: its code, or LINK_BROKEN.  The first size octets of its data are kept; *len_r
 * is how many there were.
 */
static int
get_packet(struct link *link, unsigned char *data, size_t size, size_t *len_r)
{
	uint32_t length;
	unsigned char code, octet;
	size_t i;

	if (load_seconds(&link->bench->begin) > (double)link->bench->opt.seconds)
		return broken(link, "the time is up");
	if (get(link, &length, sizeof(length)) != 0)
		return LINK_BROKEN;
	length = ntohl(length);
	if (length < 1 || length > PACKET_MAX)
		return broken(link, "an answer of %lu octets", (unsigned long)length);
	if (get(link, &code, 1) != 0)
		return LINK_BROKEN;
	*len_r = length - 1;
	for (i = 0; i < *len_r; i++) {
		if (get(link, &octet, 1) != 0)
			return LINK_BROKEN;
		if (i < size)
			data[i] = octet;
	}
	return code;
}

int
link_say(struct link *link, int command, int stage, const char *const *strings)
{
	const char code = (char)stage;
	size_t len = stage != 0;
	size_t i;

	for (i = 0; strings[i] != NULL; i++)
		len += strlen(strings[i]) + 1;
	if (link_put_head(link, command, len) != 0 || (stage != 0 && link_put(link, &code, 1) != 0))
		return LINK_BROKEN;
	for (i = 0; strings[i] != NULL; i++)
		if (link_put(link, strings[i], strlen(strings[i]) + 1) != 0)
			return LINK_BROKEN;
	return 0;
}

int
link_answer(struct link *link, int command, uint32_t no_reply)
{
	unsigned char data[4];
	size_t len;
	int code;

	if ((link->steps & no_reply) != 0)
		return LINK_GO_ON;
	for (;;) {
		code = get_packet(link, data, sizeof(data), &len);
		switch (code) {
		case SMFIR_CONTINUE: case SMFIR_ACCEPT: case SMFIR_REJECT: case SMFIR_TEMPFAIL:
		case SMFIR_DISCARD:
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
		case SMFIR_ADDRCPT: case SMFIR_DELRCPT: case SMFIR_ADDRCPT_PAR: case SMFIR_REPLBODY:
		case SMFIR_CHGFROM: case SMFIR_ADDHEADER: case SMFIR_INSHEADER:
		case SMFIR_CHGHEADER: case SMFIR_QUARANTINE:
			if (command != SMFIC_BODYEOB)
				return broken(link, "change %c before the end", code);
			link->changes[code]++;
			break;
		case LINK_BROKEN:
			return LINK_BROKEN;
		default:
			return broken(link, "unknown answer 0x%02x to %c", (unsigned)code, command);
		}
	}
}

int
link_step(struct link *link, int command, const char *const *macros, const char *const *strings,
    uint32_t unwanted, uint32_t no_reply)
{
	if (link_say(link, SMFIC_MACRO, command, macros) != 0)
		return LINK_BROKEN;
	if ((link->steps & unwanted) != 0)
		return LINK_GO_ON;
	if (link_say(link, command, 0, strings) != 0)
		return LINK_BROKEN;
	return link_answer(link, command, no_reply);
}

/* ---- one connection ------------------------------------------------------------------------- */

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
	const uint32_t offer[3] = { htonl(SMFI_PROT_VERSION), htonl(ALL_ACTIONS),
	    htonl(ALL_STEPS) };
	unsigned char data[12];
	uint32_t got[3];
	size_t len;
	int code;

	link->steps = 0;
	if (link_put_head(link, SMFIC_OPTNEG, sizeof(offer)) != 0 ||
	    link_put(link, offer, sizeof(offer)) != 0)
		return LINK_BROKEN;
	code = get_packet(link, data, sizeof(data), &len);
	if (code == LINK_BROKEN)
		return LINK_BROKEN;
	if (code != SMFIC_OPTNEG || len < sizeof(data))
		return broken(link, "negotiation answered with 0x%02x, %zu octets",
		    (unsigned)code, len);
	memcpy(got, data, sizeof(got));
	if (ntohl(got[0]) > SMFI_PROT_VERSION || (ntohl(got[1]) & ~ALL_ACTIONS) != 0 ||
	    (ntohl(got[2]) & ~ALL_STEPS) != 0)
		return broken(link, "the filter asks for what was not offered");
	link->steps = ntohl(got[2]);
	return 0;
}

static int
greet(struct link *link)
{
	const char *const macros[] = { "j", "mx.example.com", "{daemon_name}", "mx.example.com",
	    "{daemon_addr}", "192.0.2.25", "v", "Postfix 3.7.11", "_",
	    "client.example.net [192.0.2.1]", NULL };
	const char *const none[] = { NULL }, *const helo[] = { "client.example.net", NULL };
	const char *client = link->bench->opt.client;
	const char family = strchr(client, ':') == NULL ? SMFIA_INET : SMFIA_INET6;
	const uint16_t port = htons(40000);
	int code = LINK_GO_ON;

	if (link_say(link, SMFIC_MACRO, SMFIC_CONNECT, macros) != 0)
		return LINK_BROKEN;
	if ((link->steps & SMFIP_NOCONNECT) == 0) {
		const size_t nhost = strlen(helo[0]) + 1, nclient = strlen(client) + 1;

		if (link_put_head(link, SMFIC_CONNECT, nhost + 1 + sizeof(port) + nclient) != 0 ||
		    link_put(link, helo[0], nhost) != 0 || link_put(link, &family, 1) != 0 ||
		    link_put(link, &port, sizeof(port)) != 0 ||
		    link_put(link, client, nclient) != 0)
			return LINK_BROKEN;
		code = link_answer(link, SMFIC_CONNECT, SMFIP_NR_CONN);
	}
	if (code == LINK_GO_ON)
		code = link_step(link, SMFIC_HELO, none, helo, SMFIP_NOHELO, SMFIP_NR_HELO);
	if (code == LINK_GO_ON)
		return 0;
	return code == LINK_BROKEN ? code :
	    broken(link, "the connection was answered with %c", code);
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

int
link_open(struct link *link)
{
	if (dial(link) != 0)
		return LINK_BROKEN;
	return negotiate(link) == 0 && greet(link) == 0 ? 0 : LINK_BROKEN;
}

void
link_close(struct link *link)
{
	if (link->fd < 0)
		return;
	if (!atomic_load(&link->bench->broken) && link_put_head(link, SMFIC_QUIT, 0) == 0)
		(void)link_flush(link);
	(void)close(link->fd);
	link->fd = -1;
}
