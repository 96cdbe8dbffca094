/*
 * load_mails.c - the messages of a load, read into memory as an MTA would hand them over.
 *
 * Part of the benchmark.  Fields keep their folding with LF; the body's lines end with CRLF.
 */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "load.h"

#define FIELD_MAX	60000		/* Postfix cuts fields there */
#define FILE_MAX	(64L << 20)
#define MAILS_MAX	1000000U

static int
trouble(const char *path, const char *what)
{
	(void)fprintf(stderr, "load: '%s': %s\n", path, what);
	return -1;
}

/* The octets of a file and a NUL behind them; NULL after saying why. */
static char *
slurp(const char *path, size_t *len_r)
{
	char *text = NULL;
	struct stat st;
	FILE *in;

	in = fopen(path, "re");
	if (in == NULL || fstat(fileno(in), &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > FILE_MAX) {
		(void)trouble(path, "is no file that can be read, or is too large");
	} else if ((text = malloc((size_t)st.st_size + 1)) == NULL) {
		(void)trouble(path, "no memory");
	} else {
		*len_r = fread(text, 1, (size_t)st.st_size, in);
		text[*len_r] = '\0';
	}
	if (in != NULL)
		(void)fclose(in);
	return text;
}

/* Where a line's content ends; *next_r is the line after it. */
static const char *
line_end(const char *p, const char *end, const char **next_r)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	*next_r = lf == NULL ? end : lf + 1;
	if (lf == NULL)
		lf = end;
	return lf > p && lf[-1] == '\r' ? lf - 1 : lf;
}

/* The length of the field name a line begins with; 0: it begins with none. */
static size_t
name_length(const char *p, const char *end)
{
	size_t n;

	for (n = 0; p + n < end && p[n] > ' ' && p[n] < 0x7f; n++)
		if (p[n] == ':')
			return n;
	return 0;
}

/* Copies octets of a field, which can bear no NUL. */
static char *
copy(char *out, const char *p, size_t len)
{
	for (; len > 0; len--, p++)
		*out++ = *p == '\0' ? '?' : *p;
	return out;
}

/* Adds a field, continued lines and all.  Returns where it ends in out; *at_r moves behind it. */
static char *
add_field(char *out, const char **at_r, const char *end, size_t nname)
{
	const char *p = *at_r, *stop, *next;
	size_t room = FIELD_MAX, len;

	out = copy(out, p, nname);
	*out++ = '\0';
	for (p += nname + 1;; p = next) {
		stop = line_end(p, end, &next);
		len = (size_t)(stop - p) < room ? (size_t)(stop - p) : room;
		out = copy(out, p, len);
		room -= len;
		if (next == end || (*next != ' ' && *next != '\t'))
			break;
		if (room > 0) {
			*out++ = '\n';
			room--;
		}
	}
	*out++ = '\0';
	*at_r = next;
	return out;
}

/* text -> mail, whose octets are its own.  0, or -1 without memory. */
static int
take_apart(const char *text, size_t len, struct mail *mail)
{
	const char *p = text, *end = text + len, *stop, *next;
	size_t n;
	char *out;

	*mail = (struct mail){ 0 };
	mail->octets = out = malloc(2 * len + 2);	/* an octet becomes two at most: LF, CRLF */
	if (out == NULL)
		return -1;
	if (len > 5 && memcmp(p, "From ", 5) == 0)
		(void)line_end(p, end, &p);
	while (p < end && (n = name_length(p, end)) > 0) {
		out = add_field(out, &p, end, n);
		mail->nfields++;
	}
	if (p < end && line_end(p, end, &next) == p)
		p = next;				/* the empty line */
	mail->body = out;
	for (; p < end; p = next) {
		stop = line_end(p, end, &next);
		memcpy(out, p, (size_t)(stop - p));
		out += stop - p;
		*out++ = '\r';
		*out++ = '\n';
	}
	mail->nbody = (size_t)(out - mail->body);
	(void)snprintf(mail->size, sizeof(mail->size), "SIZE=%zu", len);
	return 0;
}

static int
add_file(struct mails *mails, const char *path)
{
	struct mail *more;
	size_t len = 0;
	char *text;
	int ret = -1;

	if (mails->n >= MAILS_MAX)
		return trouble(path, "one message too many");
	if (mails->n == mails->room) {
		more = realloc(mails->list, (mails->room * 2 + 64) * sizeof(*more));
		if (more == NULL)
			return trouble(path, "no memory");
		mails->list = more;
		mails->room = mails->room * 2 + 64;
	}
	text = slurp(path, &len);
	if (text == NULL)
		return -1;
	if (take_apart(text, len, &mails->list[mails->n]) != 0) {
		(void)trouble(path, "no memory");
	} else {
		mails->n++;
		ret = 0;
	}
	free(text);
	return ret;
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool
is_message(const FTSENT *entry)
{
	return entry->fts_namelen > 4 &&
	    strcmp(entry->fts_name + entry->fts_namelen - 4, ".eml") == 0;
}

int
load_mails_read(struct mails *mails, const char *path)
{
	char *copy_of_path = strdup(path);
	char *const roots[] = { copy_of_path, NULL };
	FTSENT *entry;
	FTS *walk = NULL;
	int ret = 0;

	if (copy_of_path != NULL)
		walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (walk == NULL)
		ret = trouble(path, "no memory");
	while (ret == 0 && (entry = fts_read(walk)) != NULL) {
		if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR ||
		    entry->fts_info == FTS_ERR)
			ret = trouble(entry->fts_path, "cannot be read");
		else if (entry->fts_info == FTS_F && (entry->fts_level == 0 || is_message(entry)))
			ret = add_file(mails, entry->fts_path);
	}
	if (walk != NULL)
		(void)fts_close(walk);
	free(copy_of_path);
	return ret;
}

void
load_mails_free(struct mails *mails)
{
	size_t i;

	for (i = 0; i < mails->n; i++)
		free(mails->list[i].octets);
	free(mails->list);
	*mails = (struct mails){ 0 };
}
