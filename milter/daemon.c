/*
 * daemon.c - what every daemon of ours does alike: into the background, and out of its privileges.
 *
 * Floor 4.  Never leaves a way back to root.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include "daemon.h"

#define USER_BUFFER	16384		/* octets for what the system says of a user */

/* ---- the background ------------------------------------------------------------------------------ */

void
daemon_ready(int *ready, bool keep_stderr, unsigned char status)
{
	int null;

	if (*ready < 0)
		return;
	null = keep_stderr ? -1 : open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0) {
		(void)dup2(null, STDERR_FILENO);
		(void)close(null);
	}
	(void)!write(*ready, &status, 1);
	(void)close(*ready);
	*ready = -1;
}

int
daemon_background(const char *program, int *ready_r)
{
	unsigned char status = DAEMON_TROUBLE;
	int fds[2], null;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0 || (pid = fork()) < 0) {
		(void)fprintf(stderr, "%s: cannot go into the background\n", program);
		return DAEMON_TROUBLE;
	}
	if (pid > 0) {
		(void)close(fds[1]);
		while (read(fds[0], &status, 1) < 0 && errno == EINTR)
			continue;
		return status;
	}
	(void)close(fds[0]);
	*ready_r = fds[1];
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

/* ---- privileges ---------------------------------------------------------------------------------- */

bool
daemon_has_user(const char *user)
{
	struct passwd pw, *found = NULL;
	char buffer[USER_BUFFER];

	return user[0] == '\0' || (getpwnam_r(user, &pw, buffer, sizeof(buffer), &found) == 0 && found != NULL);
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

int
daemon_become(const char *user, const char *socket, struct err *err)
{
	struct passwd pw, *found = NULL;
	char buffer[USER_BUFFER];

	if (user[0] == '\0' || geteuid() != 0)
		return 0;
	if (getpwnam_r(user, &pw, buffer, sizeof(buffer), &found) != 0 || found == NULL)
		return err_set(err, "user: there is no user '%s' (empty: stay who we are)", user);
	if (socket != NULL)
		give_socket(socket, found);
	if (initgroups(found->pw_name, found->pw_gid) != 0 || setgid(found->pw_gid) != 0 || setuid(found->pw_uid) != 0)
		return err_set(err, "user: cannot become '%s'", user);
	if (found->pw_uid != 0 && setuid(0) == 0)
		return err_set(err, "user: privileges came back after they were dropped");
	return 0;
}
