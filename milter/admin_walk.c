/*
 * admin_walk.c - the message files that an operand of "tuiding check" names, and their first octets.
 *
 * Floor 5, part of admin.  Must never follow a link out of the folder, nor hang on a pipe or a
 * device in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "admin_walk.h"

#define STEP	65536		/* octets by which a buffer begins */

static const char *
reason(int number, char out[128])
{
	return strerror_r(number, out, 128);
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Whether a file found inside a folder is a message. */
static bool
is_message(const FTSENT *entry)
{
	const char *parent;

	if (entry->fts_level == FTS_ROOTLEVEL)
		return true;
	if (entry->fts_namelen > 4 && strcasecmp(entry->fts_name + entry->fts_namelen - 4, ".eml") == 0)
		return true;
	parent = entry->fts_parent->fts_name;
	if (strrchr(parent, '/') != NULL && strrchr(parent, '/')[1] != '\0')
		parent = strrchr(parent, '/') + 1;
	return strcmp(parent, "cur") == 0 || strcmp(parent, "new") == 0;
}

/* One thing the walk met.  False ends it. */
static bool
meet(FTS *fts, FTSENT *entry, admin_walk_fn *fn, admin_walk_fail_fn *fail, void *arg)
{
	char why[128];

	if (entry->fts_level > FTS_ROOTLEVEL && entry->fts_name[0] == '.' &&
	    entry->fts_info != FTS_DP) {
		(void)fts_set(fts, entry, FTS_SKIP);
		return true;
	}
	switch (entry->fts_info) {
	case FTS_F:
		return is_message(entry) ? fn(arg, entry->fts_path) : true;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		fail(arg, entry->fts_path, reason(entry->fts_errno, why));
		return true;
	case FTS_DEFAULT:
		if (entry->fts_level == FTS_ROOTLEVEL)
			return fn(arg, entry->fts_path);
		return true;
	default:
		return true;
	}
}

void
admin_walk(const char *path, admin_walk_fn *fn, admin_walk_fail_fn *fail, void *arg)
{
	FTS *fts;
	FTSENT *entry;
	char *root, why[128];
	char *roots[2];

	fts = NULL;
	root = strdup(path);
	roots[0] = root;
	roots[1] = NULL;
	if (root != NULL)
		fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	if (fts == NULL) {
		fail(arg, path, reason(errno, why));
		goto out;
	}
	while ((entry = fts_read(fts)) != NULL)
		if (!meet(fts, entry, fn, fail, arg))
			break;
out:
	if (fts != NULL)
		(void)fts_close(fts);
	free(root);
}

/* Reads until limit or the end. */
static int
read_all(int fd, const char *path, size_t limit, char **octets_r, size_t *len_r, struct err *err)
{
	char *octets, *bigger, why[128];
	size_t len, size;
	ssize_t n;
	int ret;

	ret = -1;
	len = 0;
	size = limit < STEP ? limit : STEP;
	octets = malloc(size + 1);
	if (octets == NULL)
		return err_set(err, "no memory to read '%s'", path);
	while (len < limit) {
		if (len == size) {
			size = size > limit / 2 ? limit : size * 2;
			bigger = realloc(octets, size + 1);
			if (bigger == NULL) {
				(void)err_set(err, "no memory to read '%s'", path);
				goto out;
			}
			octets = bigger;
		}
		n = read(fd, octets + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			(void)err_set(err, "cannot read '%s': %s", path, reason(errno, why));
			goto out;
		}
		if (n == 0)
			break;
		len += (size_t)n;
	}
	octets[len] = '\0';
	*octets_r = octets;
	*len_r = len;
	octets = NULL;
	ret = 0;
out:
	free(octets);
	return ret;
}

int
admin_walk_read(const char *path, bool within, size_t limit, char **octets_r, size_t *len_r,
    struct err *err)
{
	struct stat st;
	char why[128];
	int fd, ret;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", limit, octets_r, len_r, err);
	ret = -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (within ? O_NOFOLLOW | O_NONBLOCK : 0));
	if (fd < 0)
		return err_set(err, "cannot open '%s': %s", path, reason(errno, why));
	if (fstat(fd, &st) < 0 || (within && !S_ISREG(st.st_mode)) || S_ISDIR(st.st_mode))
		(void)err_set(err, "'%s' is no file of messages", path);
	else
		ret = read_all(fd, path, limit, octets_r, len_r, err);
	(void)close(fd);
	return ret;
}
