/*
 * control.c - the control socket's server: one thread, one asker at a time.
 *
 * Floor 4.  Whoever may connect is not trusted to be quick or polite: a line has its length and its time.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "control.h"

#define BACKLOG		16
#define PATIENCE	2		/* seconds for a line, and for an answer to be taken */

struct control {
	char				*path;
	const struct control_command	*commands;
	void				*arg;
	pthread_t			 thread;
	int				 listener, end;
};

/* ---- one asker ----------------------------------------------------------------------------------- */

/* The line, without its end.  False: none came in time, or it is too long. */
static bool
read_line(int fd, char line[CONTROL_LINE_MAX + 2])
{
	struct timeval patience = { .tv_sec = PATIENCE };
	struct pollfd in = { .fd = fd, .events = POLLIN };
	size_t n = 0;
	ssize_t got;
	int turns;

	/* A line that drips octet by octet has as many turns as it may have octets. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	for (turns = 0; turns < 4 && n <= CONTROL_LINE_MAX; turns++) {
		if (poll(&in, 1, PATIENCE * 1000 / 4) < 0 && errno != EINTR)
			return false;
		got = recv(fd, line + n, CONTROL_LINE_MAX + 1 - n, MSG_DONTWAIT);
		if (got == 0)
			return false;
		if (got < 0)
			continue;
		n += (size_t)got;
		line[n] = '\0';
		if (strlen(line) < n && strchr(line, '\n') == NULL)
			return false;
		if (strchr(line, '\n') != NULL) {
			line[strcspn(line, "\r\n")] = '\0';
			return true;
		}
	}
	return false;
}

static void
send_all(int fd, const char *octets, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = send(fd, octets, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;			/* the asker went away, or takes nothing */
		octets += n;
		len -= (size_t)n;
	}
}

static void
answer(const struct control *control, int fd, const char *line)
{
	const struct control_command *command = control->commands;
	struct err err = { "" };
	char *text = NULL, last[ERR_MAX + 16];
	size_t len = 0;
	FILE *out;
	int ret;

	while (command->name != NULL && strcmp(command->name, line) != 0)
		command++;
	out = open_memstream(&text, &len);
	if (out == NULL)
		ret = err_set(&err, "no memory");
	else if (command->name == NULL)
		ret = err_set(&err, "no such command");
	else
		ret = command->fn(control->arg, out, &err);
	if (out != NULL && fclose(out) == 0 && ret == 0)
		send_all(fd, text, len);
	(void)snprintf(last, sizeof(last), ret == 0 ? "ok\n" : "failed: %s\n", err.text);
	send_all(fd, last, strlen(last));
	free(text);
}

static void *
serve(void *arg)
{
	const struct control *control = arg;
	struct pollfd fds[2] = {
		{ .fd = control->end, .events = POLLIN }, { .fd = control->listener, .events = POLLIN },
	};
	char line[CONTROL_LINE_MAX + 2];
	int fd;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents != 0)
			return NULL;
		fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0) {
			(void)poll(fds, 1, 100);	/* no descriptor is free: do not spin */
			continue;
		}
		if (read_line(fd, line))
			answer(control, fd, line);
		(void)close(fd);
	}
}

/* ---- the socket ---------------------------------------------------------------------------------- */

/* Whether path is free for us: what nobody listens behind is removed.  0, or -1. */
static int
make_way(int fd, const struct sockaddr_un *un, struct err *err)
{
	struct stat st;

	if (lstat(un->sun_path, &st) != 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, "'%s' stands where the control socket is to be, and is no socket", un->sun_path);
	if (connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0)
		return err_set(err, "another daemon serves '%s' already", un->sun_path);
	if (errno != ECONNREFUSED || (unlink(un->sun_path) != 0 && errno != ENOENT))
		return err_set(err, "the stale socket '%s' cannot be removed", un->sun_path);
	return 0;
}

/* A socket of our own at path; nobody may connect before its mode is what it is to be.  Descriptor, or -1. */
static int
listen_at(const char *path, struct err *err)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char why[128];
	int fd = -1, probe = -1;

	if (strlen(path) >= sizeof(un.sun_path))
		return err_set(err, "the path of the control socket '%s' is too long", path);
	memcpy(un.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || probe < 0) {
		(void)err_set(err, "cannot make the control socket: %s", strerror_r(errno, why, sizeof(why)));
		goto failed;
	}
	if (make_way(probe, &un, err) != 0)
		goto failed;
	if (bind(fd, (const struct sockaddr *)&un, sizeof(un)) != 0 || chmod(path, 0660) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		(void)err_set(err, "cannot open the control socket '%s': %s", path, strerror_r(errno, why, sizeof(why)));
		goto failed;
	}
	(void)close(probe);
	return fd;
failed:
	if (fd >= 0)
		(void)close(fd);
	if (probe >= 0)
		(void)close(probe);
	return -1;
}

int
control_start(const char *path, const struct control_command *commands, void *arg, struct control **control_r,
    struct err *err)
{
	struct control *control = calloc(1, sizeof(*control));

	if (control == NULL)
		return err_set(err, "no memory for the control socket");
	control->commands = commands;
	control->arg = arg;
	control->end = control->listener = -1;
	control->path = strdup(path);
	if (control->path == NULL) {
		(void)err_set(err, "no memory for the control socket");
		goto failed;
	}
	control->end = eventfd(0, EFD_CLOEXEC);
	control->listener = control->end < 0 ? err_set(err, "cannot make an event") : listen_at(path, err);
	if (control->listener < 0)
		goto failed;
	if (pthread_create(&control->thread, NULL, serve, control) != 0) {
		(void)err_set(err, "cannot start the control socket's thread");
		(void)unlink(path);
		goto failed;
	}
	*control_r = control;
	return 0;
failed:
	if (control->listener >= 0)
		(void)close(control->listener);
	if (control->end >= 0)
		(void)close(control->end);
	free(control->path);
	free(control);
	return -1;
}

void
control_stop(struct control *control)
{
	const uint64_t one = 1;

	if (control == NULL)
		return;
	(void)!write(control->end, &one, sizeof(one));
	(void)pthread_join(control->thread, NULL);
	(void)unlink(control->path);
	(void)close(control->listener);
	(void)close(control->end);
	free(control->path);
	free(control);
}
