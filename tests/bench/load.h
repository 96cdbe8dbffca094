/*
 * load.h - the load program: its messages, its options, its connections.
 *
 * Part of the benchmark, of nothing else.
 */
#ifndef TUIDING_LOAD_H
#define TUIDING_LOAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define LOAD_BUFFER	4096		/* of a stream in Postfix */
#define LINK_BROKEN	(-1)		/* and why was said */
#define LINK_GO_ON	'c'		/* the filter says: continue */

struct mail {
	char	 *octets;		/* fields as name NUL value NUL, then the body with CRLF */
	size_t	  nfields, nbody;
	char	 *body;
	char	  size[32];		/* SIZE=... */
};

struct mails {
	struct mail	*list;
	size_t		 n, room;
};

struct options {
	const char	*socket, *client;
	const char	*sender, *rcpt;		/* patterns: %d is a number */
	unsigned long	 senders, rcpts;	/* of these many */
	unsigned long	 connections, each, total, to, progress, seconds;
	bool		 rewrite;		/* From is the envelope sender */
};

struct bench {
	struct options		 opt;
	struct mails		 mails;
	uint32_t		*latency;	/* µs, by message */
	_Atomic unsigned long	 next, done;
	_Atomic bool		 broken;
	struct timespec		 begin;
};

/* One of the crowd: a thread with one connection at a time. */
struct link {
	struct bench	*bench;
	pthread_t	 thread;
	int		 fd;
	uint32_t	 steps;
	unsigned char	 out[LOAD_BUFFER], in[LOAD_BUFFER];
	size_t		 nout, nin, in_at;
	char		 sender[324], queue[32];	/* the sender has a space in front */
	unsigned long	 answers[256];	/* final ones, by code; a reply code counts as r or t */
	unsigned long	 changes[256];	/* asked for at the end of a message, by code */
	unsigned long	 refused;		/* recipients */
	unsigned long	 connects;
};

/*
 * load_mails.c: reads a message, or every *.eml below a folder.  0, or -1 after saying why on
 * standard error.
 */
int	load_mails_read(struct mails *mails, const char *path);
void	load_mails_free(struct mails *mails);

/* load_message.c: the life of one of the crowd (a struct link); returns NULL. */
void	*load_work(void *link);

/*
 * load_link.c.  Connects, negotiates and greets.  0 or LINK_BROKEN; link_close() it either way.
 */
int	link_open(struct link *link);
void	link_close(struct link *link);
/* The head of a packet whose data, of len octets, follow. */
int	link_put_head(struct link *link, int command, size_t len);
int	link_put(struct link *link, const void *octets, size_t len);
int	link_flush(struct link *link);
/* A packet of strings, NULL behind the last; stage, when it is not 0, goes in front of them. */
int	link_say(struct link *link, int command, int stage, const char *const *strings);
/*
 * Awaits the answer to a step, unless none was agreed on.  Returns LINK_GO_ON, another code (a
 * reply code counts as reject or tempfail), or LINK_BROKEN.  Changes are counted, and legal at the end.
 */
int	link_answer(struct link *link, int command, uint32_t no_reply);
/* A step of strings with its macros; the macros even where the filter does not want the step. */
int	link_step(struct link *link, int command, const char *const *macros,
	    const char *const *strings, uint32_t unwanted, uint32_t no_reply);
double	load_seconds(const struct timespec *since);

#endif
