/*
 * conf_text.c - the configuration's octets, made fit for libconfuse.
 *
 * Floor 2, part of conf.  libconfuse's scanner ends the program when it cannot read, counts every comment as two
 * lines more, takes none inside a list, and is content when the file ends inside a comment or a section.  So the
 * file is read here, comments become blanks, and what is opened must be closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "conf_private.h"

/* The octets, a newline and a NUL behind them. */
static int
octets_read(const char *path, char **text_r, size_t *len_r, struct err *err)
{
	char *text = NULL, reason[128];
	struct stat st;
	size_t len = 0;
	ssize_t n = -1;
	int fd, ret = -1;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);	/* a FIFO must not hold us up */
	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)err_set(err, "cannot read configuration '%s': %s", path, strerror_r(errno, reason, sizeof(reason)));
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > CONF_SIZE_MAX) {
		(void)err_set(err, "configuration '%s' is no file, or larger than %d octets", path, CONF_SIZE_MAX);
		goto out;
	}
	text = malloc(CONF_SIZE_MAX + 2);
	if (text == NULL) {
		(void)err_set(err, "no memory for the configuration");
		goto out;
	}
	while (len < CONF_SIZE_MAX && (n = read(fd, text + len, CONF_SIZE_MAX - len)) > 0)
		len += (size_t)n;
	if (n < 0 || memchr(text, '\0', len) != NULL) {
		(void)err_set(err, "configuration '%s' cannot be read to its end, or holds NUL octets", path);
		goto out;
	}
	text[len] = '\n';
	text[len + 1] = '\0';
	*text_r = text;
	*len_r = len + 1;
	text = NULL;
	ret = 0;
out:
	free(text);
	if (fd >= 0)
		(void)close(fd);
	return ret;
}

/* ---- comments, and what is left open ----------------------------------------------------------- */

struct scan {
	char		*p;
	unsigned	 line;
	unsigned	 opened;	/* the line of the construct being read */
	unsigned	 braces;	/* open now */
	unsigned	 brace;		/* the line of the first of them */
};

/* To the closing quote; false: there is none.  A backslash takes the next octet's meaning away. */
static bool
skip_string(struct scan *s)
{
	char quote = *s->p++;

	for (; *s->p != '\0'; s->p++) {
		if (*s->p == quote)
			return true;
		if (*s->p == '\\' && s->p[1] != '\0')
			s->p++;
		if (*s->p == '\n')
			s->line++;
	}
	return false;
}

/* To the newline. */
static void
blank_line(struct scan *s)
{
	for (; s->p[1] != '\0' && s->p[1] != '\n'; s->p++)
		*s->p = ' ';
	*s->p = ' ';
}

/* To the end of the C comment; false: there is none. */
static bool
blank_comment(struct scan *s)
{
	char *end = strstr(s->p + 2, "*/");

	if (end == NULL)
		return false;
	for (; s->p < end + 1; s->p++) {
		if (*s->p == '\n')
			s->line++;
		else
			*s->p = ' ';
	}
	*s->p = ' ';
	return true;
}

/* One octet or construct; NULL, or what is missing. */
static const char *
scan_one(struct scan *s, bool begins)
{
	s->opened = s->line;
	switch (*s->p) {
	case '\n':
		s->line++;
		break;
	case '"':
	case '\'':
		return skip_string(s) ? NULL : "the closing quote";
	case '#':
		blank_line(s);
		break;
	case '/':				/* inside a word it is a path's */
		if (begins && s->p[1] == '/')
			blank_line(s);
		else if (begins && s->p[1] == '*' && !blank_comment(s))
			return "the end of the comment, */,";
		break;
	case '{':
		if (s->braces++ == 0)
			s->brace = s->line;
		break;
	case '}':
		if (s->braces > 0)		/* one too many is libconfuse's to tell */
			s->braces--;
		break;
	default:
		break;
	}
	return NULL;
}

/* Comments to blanks, newlines kept.  0, or -1 with err. */
static int
comments_blank(const char *path, char *text, struct err *err)
{
	struct scan s = { .p = text, .line = 1 };
	const char *missing;
	bool begins = true;

	for (; *s.p != '\0'; s.p++) {
		missing = scan_one(&s, begins);
		if (missing != NULL)
			return err_set(err, "%s:%u: %s is expected, to what begins here", path, s.opened, missing);
		begins = strchr(" \t\r\n={}()+,\"'", *s.p) != NULL;
	}
	if (s.braces > 0)
		return err_set(err, "%s:%u: a closing brace is expected, to what begins here", path, s.brace);
	return 0;
}

int
conf_text_read(const char *path, char **text_r, size_t *len_r, struct err *err)
{
	char *text = NULL;
	size_t len;

	if (octets_read(path, &text, &len, err) != 0)
		return -1;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		memset(text, ' ', 3);		/* an editor's byte order mark */
	if (comments_blank(path, text, err) != 0) {
		free(text);
		return -1;
	}
	*text_r = text;
	*len_r = len;
	return 0;
}
