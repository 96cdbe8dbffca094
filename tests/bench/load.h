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

#define LOAD_BUFFER	4096	/* of a stream in Postfix: written when it is full, or an answer is awaited */

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
	unsigned long	 answers[256];		/* final ones, by code; a reply code counts as r or t */
	unsigned long	 changes[256];		/* asked for at the end of a message, by code */
	unsigned long	 refused;		/* recipients */
	unsigned long	 connects;
};

/* load_mails.c: reads a message, or every *.eml below a folder.  0, or -1 after saying why on standard error. */
int	load_mails_read(struct mails *mails, const char *path);
void	load_mails_free(struct mails *mails);

/* load_link.c: the life of one of the crowd (a struct link); returns NULL.  What went wrong is said once. */
void	*load_work(void *link);
double	 load_seconds(const struct timespec *since);

#endif
