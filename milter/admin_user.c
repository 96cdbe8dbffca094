/*
 * admin_user.c - root gives its rights away before it touches the ledger.
 *
 * Floor 5, part of admin.  Must never go on as root where it said it would not.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "admin_user.h"

struct user {
	uid_t	uid;
	gid_t	gid;
};

/* 1 and the user; 0 there is none of that name; -1 nobody can tell. */
static int
user_find(const char *name, struct user *user_r, struct err *err)
{
	struct passwd pw, *found;
	char *buffer;
	size_t size;
	int answer;

	found = NULL;
	buffer = NULL;
	for (size = 4096; size <= 1024 * 1024; size *= 4) {
		free(buffer);
		buffer = malloc(size);
		if (buffer == NULL)
			return err_set(err, "no memory");
		answer = getpwnam_r(name, &pw, buffer, size, &found);
		if (answer != ERANGE)
			break;
	}
	if (found != NULL) {
		user_r->uid = pw.pw_uid;
		user_r->gid = pw.pw_gid;
	}
	free(buffer);
	if (found != NULL)
		return 1;
	return answer == 0 || answer == ENOENT ? 0 : err_set(err, "cannot look up user '%s'", name);
}

int
admin_user_become(const char *name, struct err *err)
{
	struct user user;
	int answer;

	if (geteuid() != 0 || name == NULL || name[0] == '\0')
		return 0;
	answer = user_find(name, &user, err);
	if (answer <= 0)
		return answer;
	if (user.uid == 0)
		return 0;
	if (setgid(user.gid) != 0 || initgroups(name, user.gid) != 0 || setuid(user.uid) != 0)
		return err_set(err, "cannot become user '%s'", name);
	if (getuid() != user.uid || geteuid() != user.uid || getegid() != user.gid || setuid(0) == 0)
		return err_set(err, "did not become user '%s'", name);
	(void)umask(027);
	return 1;
}

int
admin_user_missing(const char *name, struct err *err)
{
	struct user user;
	int answer;

	if (geteuid() != 0 || name == NULL || name[0] == '\0')
		return 0;
	answer = user_find(name, &user, err);
	return answer < 0 ? -1 : answer == 0;
}

static void
name_of(uid_t uid, char out[ADMIN_USER_MAX])
{
	struct passwd pw, *found;
	char buffer[4096];

	found = NULL;
	if (getpwuid_r(uid, &pw, buffer, sizeof(buffer), &found) == 0 && found != NULL)
		(void)snprintf(out, ADMIN_USER_MAX, "%s", pw.pw_name);
	else
		(void)snprintf(out, ADMIN_USER_MAX, "uid %u", (unsigned)uid);
}

void
admin_user_name(char out[ADMIN_USER_MAX])
{
	name_of(geteuid(), out);
}

void
admin_user_person(char out[ADMIN_USER_MAX])
{
	const char *sudo = getenv("SUDO_USER");

	/* Only root can have come by sudo: anybody may set the variable. */
	if (getuid() == 0 && sudo != NULL && sudo[0] != '\0')
		(void)snprintf(out, ADMIN_USER_MAX, "%s", sudo);
	else
		name_of(getuid(), out);
}

int
admin_user_folder(const char *path, const char *name, struct err *err)
{
	struct user user;
	struct stat st;
	char *folder, *slash, why[128];
	int answer;

	answer = -1;
	folder = strdup(path);
	slash = folder != NULL ? strrchr(folder, '/') : NULL;
	if (folder == NULL) {
		(void)err_set(err, "no memory");
		goto out;
	}
	if (slash == NULL || slash == folder) {
		answer = 0;
		goto out;
	}
	*slash = '\0';
	if (stat(folder, &st) == 0) {
		answer = 0;
		goto out;
	}
	if (mkdir(folder, 0750) != 0) {
		(void)err_set(err, "cannot make folder '%s': %s", folder,
		    strerror_r(errno, why, sizeof(why)));
		goto out;
	}
	if (geteuid() == 0 && name != NULL && name[0] != '\0' && user_find(name, &user, err) == 1 &&
	    lchown(folder, user.uid, user.gid) != 0) {
		(void)err_set(err, "cannot give folder '%s' to user '%s'", folder, name);
		goto out;
	}
	answer = 1;
out:
	free(folder);
	return answer;
}
