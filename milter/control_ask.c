/*
 * control_ask.c - the control socket's other side: one question, one answer.
 *
 * Floor 4, part of control.  What comes back is taken for text of a stranger: bounded, and ended by "ok" or "failed".
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "control.h"

/* A connection, with its patience.  Descriptor, or -1. */
static int
reach(const char *path, unsigned wait_ms, struct err *err)
{
	struct timeval patience = { .tv_sec = wait_ms / 1000, .tv_usec = (suseconds_t)(wait_ms % 1000) * 1000 };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char why[128];
	int fd;

	if (strlen(path) >= sizeof(un.sun_path))
		return err_set(err, "the path of the control socket '%s' is too long", path);
	memcpy(un.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, "cannot make a socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)&un, sizeof(un)) == 0)
		return fd;
	(void)err_set(err, "cannot reach the daemon at '%s': %s", path, strerror_r(errno, why, sizeof(why)));
	(void)close(fd);
	return -1;
}

/* All that comes.  NULL: no memory, too much, or it did not end. */
static char *
read_all(int fd, size_t *len_r)
{
	char *text = malloc(CONTROL_ANSWER_MAX + 1);
	size_t len = 0;
	ssize_t n = 1;

	while (text != NULL && n > 0 && len < CONTROL_ANSWER_MAX) {
		n = recv(fd, text + len, CONTROL_ANSWER_MAX - len, 0);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	if (n != 0) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	*len_r = len;
	return text;
}

/* The last line is cut off and understood.  1, 0, -1. */
static int
read_end(char *text, size_t len, struct err *err)
{
	char *last;

	if (len == 0 || text[len - 1] != '\n' || memchr(text, '\0', len) != NULL)
		return err_set(err, "the daemon's answer is cut short");
	text[len - 1] = '\0';
	last = strrchr(text, '\n');
	last = last == NULL ? text : last + 1;
	if (strcmp(last, "ok") == 0) {
		*last = '\0';
		return 1;
	}
	if (strncmp(last, "failed: ", 8) != 0)
		return err_set(err, "the daemon's answer is not understood");
	(void)err_set(err, "%s", last + 8);
	return 0;
}

int
control_ask(const char *path, const char *line, unsigned wait_ms, char **answer_r, struct err *err)
{
	char question[CONTROL_LINE_MAX + 2], *text = NULL;
	size_t len = strlen(line);
	int fd, ret = -1;

	if (len > CONTROL_LINE_MAX || strchr(line, '\n') != NULL)
		return err_set(err, "one short line is asked at a time");
	memcpy(question, line, len);
	question[len++] = '\n';
	fd = reach(path, wait_ms, err);
	if (fd < 0)
		return -1;
	if (send(fd, question, len, MSG_NOSIGNAL) != (ssize_t)len) {
		(void)err_set(err, "the daemon at '%s' does not listen", path);
		goto out;
	}
	text = read_all(fd, &len);
	if (text == NULL)
		(void)err_set(err, "the daemon at '%s' gives no answer", path);
	else
		ret = read_end(text, len, err);
out:
	if (ret == 1)
		*answer_r = text;
	else
		free(text);
	(void)close(fd);
	return ret;
}
