/*
 * notify_fill.c - a template and what it says once its placeholders stand for something.
 *
 * Floor 3.  Read once from left to right: what a value brings is never looked at again, so no value can open a
 * placeholder or close a block.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "notify_private.h"

#define FILE_MAX	65536		/* octets of a template */
#define BLOCKS_MAX	8		/* blocks in one another */
#define SUBJECT_MAX	400		/* octets */
#define NAME_LETTERS	"abcdefghijklmnopqrstuvwxyz-"

/* ---- the file ------------------------------------------------------------------------------------ */

/* 0 and *text_r (g_free()), LF only; -1. */
static int
read_file(const char *path, char **text_r, struct err *err)
{
	char why[128], *text = g_malloc(FILE_MAX + 1);
	size_t len = 0;
	ssize_t n = 1;
	int ret = -1, fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	while (fd >= 0 && n > 0 && len <= FILE_MAX) {
		n = read(fd, text + len, FILE_MAX + 1 - len);
		if (n > 0)
			len += (size_t)n;
	}
	if (fd < 0 || n < 0)
		(void)err_set(err, "cannot read the template '%s': %s", path, strerror_r(errno, why, sizeof(why)));
	else if (len > FILE_MAX)
		(void)err_set(err, "the template '%s' is longer than %d octets", path, FILE_MAX);
	else if (memchr(text, '\0', len) != NULL || !g_utf8_validate(text, (gssize)len, NULL))
		(void)err_set(err, "the template '%s' is not UTF-8", path);
	else {
		text[len] = '\0';
		*text_r = notify_clean(text, len, true);
		ret = 0;
	}
	if (fd >= 0)
		(void)close(fd);
	g_free(text);
	return ret;
}

/* ---- placeholders -------------------------------------------------------------------------------- */

/* "{name}" at p: its length and the name; 0: it is none. */
static size_t
placeholder(const char *p, char name[NOTIFY_NAME_MAX + 1])
{
	size_t len = strspn(p + 1, NAME_LETTERS);

	if (len == 0 || len > NOTIFY_NAME_MAX || p[1 + len] != '}')
		return 0;
	memcpy(name, p + 1, len);
	name[len] = '\0';
	return len + 2;
}

/* One line of len octets, filled in. */
static void
fill_line(GString *out, const char *line, size_t len, notify_value_fn *value, void *arg)
{
	const char *p = line, *end = line + len, *text;
	char name[NOTIFY_NAME_MAX + 1];
	size_t n;

	while (p < end && out->len <= NOTIFY_TEXT_MAX) {
		n = *p == '{' ? placeholder(p, name) : 0;
		if (n == 0 || n > (size_t)(end - p)) {
			g_string_append_c(out, *p++);
			continue;
		}
		text = value(arg, name);
		g_string_append(out, text == NULL ? "" : text);
		p += n;
	}
}

/* ---- blocks -------------------------------------------------------------------------------------- */

struct blocks {
	struct {
		char	name[NOTIFY_NAME_MAX + 1];
		bool	kept;
	}		 open[BLOCKS_MAX];
	size_t		 n, dropped;		/* open ones; how many of them are left out */
};

/*
 * Whether "{?name}", "{?name=text}" or "{?name!text}" is kept: the value is not empty, is the text, is another.
 * -1: no such line.
 */
static int
condition(const char *line, size_t len, char name[NOTIFY_NAME_MAX + 1], notify_value_fn *value, void *arg)
{
	size_t n = len < 4 ? 0 : strspn(line + 2, NAME_LETTERS), rest;
	const char *text, *what = line + 2 + n;
	bool same;

	if (n == 0 || n > NOTIFY_NAME_MAX || n + 3 > len || line[len - 1] != '}')
		return -1;
	memcpy(name, line + 2, n);
	name[n] = '\0';
	text = value(arg, name);
	text = text == NULL ? "" : text;
	rest = len - n - 3;			/* octets between the name and the brace */
	if (rest == 0)
		return text[0] != '\0';
	same = strlen(text) == rest - 1 && memcmp(text, what + 1, rest - 1) == 0;
	return what[0] == '=' ? same : what[0] == '!' ? !same : -1;
}

/* A line that opens or closes a block.  1 it was one, 0 it is text, -1. */
static int
block_line(struct blocks *b, const char *line, size_t len, notify_value_fn *value, void *arg, struct err *err)
{
	char name[NOTIFY_NAME_MAX + 1];
	int kept;

	if (len > 1 && line[0] == '{' && line[1] == '?') {
		kept = condition(line, len, name, value, arg);
		if (kept < 0 || b->n == BLOCKS_MAX)
			return err_set(err, "'%.*s' opens no block, or one too deep", (int)(len < 80 ? len : 80), line);
		(void)g_strlcpy(b->open[b->n].name, name, sizeof(b->open[b->n].name));
		b->open[b->n++].kept = kept == 1;
		b->dropped += kept == 1 ? 0 : 1;
		return 1;
	}
	if (len > 1 && line[0] == '{' && line[1] == '/') {
		if (b->n == 0 || len < 4 || line[len - 1] != '}' || strlen(b->open[b->n - 1].name) != len - 3 ||
		    memcmp(b->open[b->n - 1].name, line + 2, len - 3) != 0)
			return err_set(err, "'%.*s' closes what is not open", (int)(len < 80 ? len : 80), line);
		b->dropped -= b->open[--b->n].kept ? 0 : 1;
		return 1;
	}
	return 0;
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static int
fill_text(GString *out, const char *text, notify_value_fn *value, void *arg, struct err *err)
{
	struct blocks blocks = { .n = 0 };
	const char *line, *end;
	size_t len;

	for (line = text; *line != '\0'; line = end) {
		len = strcspn(line, "\n");
		end = line + len + (line[len] == '\n' ? 1 : 0);
		switch (block_line(&blocks, line, len, value, arg, err)) {
		case 0:
			if (blocks.dropped > 0)
				break;
			fill_line(out, line, len, value, arg);
			g_string_append_c(out, '\n');
			break;
		case 1:
			break;
		default:
			return -1;
		}
		if (out->len > NOTIFY_TEXT_MAX)
			return err_set(err, "the letter is longer than %d octets", NOTIFY_TEXT_MAX);
	}
	if (blocks.n > 0)
		return err_set(err, "'{?%s}' is never closed", blocks.open[blocks.n - 1].name);
	return 0;
}

int
notify_fill(const char *path, notify_value_fn *value, void *arg, char **subject_r, char **text_r, struct err *err)
{
	static const char opening[] = "Subject: ";
	GString *subject = g_string_new(NULL), *text = g_string_new(NULL);
	char *template = NULL;
	size_t len;
	int ret = -1;

	if (read_file(path, &template, err) != 0)
		goto out;
	len = strcspn(template, "\n");
	if (strncmp(template, opening, sizeof(opening) - 1) != 0 || strncmp(template + len, "\n\n", 2) != 0) {
		(void)err_set(err, "the template '%s' does not begin with a subject and an empty line", path);
		goto out;
	}
	fill_line(subject, template + sizeof(opening) - 1, len - (sizeof(opening) - 1), value, arg);
	if (fill_text(text, template + len + 2, value, arg, err) != 0) {
		(void)err_prefix(err, "the template '%s'", path);
		goto out;
	}
	*subject_r = notify_clean(subject->str, SUBJECT_MAX, false);
	*text_r = g_string_free(text, FALSE);
	text = NULL;
	ret = 0;
out:
	g_free(template);
	g_string_free(subject, TRUE);
	if (text != NULL)
		g_string_free(text, TRUE);
	return ret;
}
