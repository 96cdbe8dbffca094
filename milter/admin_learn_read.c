/*
 * admin_learn_read.c - labelled messages from files and mailboxes.
 *
 * Floor 5, part of admin.  A mailbox is cut at lines that begin with "From " behind an empty line (RFC 4155).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "admin_learn_read.h"
#include "admin_walk.h"

#define MAILBOX_MAX	(1UL << 30)	/* octets of one file */
#define MARK		"From "
#define MARK_LEN	5

/* Where the next message's mark begins, or the end. */
static const char *
next_mark(const char *at, const char *end)
{
	const char *lf;

	while ((lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at = lf + 1;
		if (at < end && *at == '\r')
			at++;
		if (at >= end || *at != '\n')
			continue;
		if ((size_t)(end - at) > MARK_LEN && memcmp(at + 1, MARK, MARK_LEN) == 0)
			return at + 1;
	}
	return end;
}

/* The messages of a mailbox. */
static int
read_mailbox(const char *path, const char *octets, size_t len, size_t limit, admin_learn_read_fn *fn, void *arg)
{
	const char *at, *end, *next, *lf;
	char name[4200];
	unsigned long n;
	size_t size;
	int ret;

	ret = 0;
	end = octets + len;
	n = 0;
	for (at = octets; at < end && ret == 0; at = next) {
		next = next_mark(at, end);
		lf = memchr(at, '\n', (size_t)(next - at));
		if (lf == NULL || lf + 1 >= next)
			continue;
		size = (size_t)(next - lf) - 1;
		(void)snprintf(name, sizeof(name), "%s#%lu", path, ++n);
		ret = fn(arg, name, lf + 1, size < limit ? size : limit);
	}
	return ret;
}

int
admin_learn_read(const char *path, int within, size_t limit, admin_learn_read_fn *fn, void *arg,
    struct err *err)
{
	char *octets;
	size_t len;
	int ret;

	octets = NULL;
	if (admin_walk_read(path, within != 0, MAILBOX_MAX, &octets, &len, err) < 0)
		return -1;
	if (len > MARK_LEN && memcmp(octets, MARK, MARK_LEN) == 0)
		ret = read_mailbox(path, octets, len, limit, fn, arg);
	else
		ret = fn(arg, path, octets, len < limit ? len : limit);
	free(octets);
	return ret;
}
