/*
 * rules_file.c - files, folders and lines of rules: comments, conditions, include, charset.
 *
 * Floor 2.  Opens only regular files, of bounded size; an include goes a bounded depth and never round in a
 * circle.  A file that is not UTF-8 is read as GB18030.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib.h>
#include "charset.h"
#include "rules_build.h"

#define FILE_OCTETS_MAX	(32 << 20)
#define LINE_MAX_OCTETS	(RULES_PATTERN_MAX + 1024)
#define INCLUDE_MAX	10		/* files inside one another */
#define IF_MAX		100		/* conditions inside one another */
#define VERSION_TEXT	"4.000001"	/* what require_version may ask for */

struct condition {
	bool		outer_skips;	/* it stands where nothing is read */
	unsigned	line;
};

/* One file while it is read; the file that includes it stands above. */
struct source {
	struct rules_build	*build;
	const struct source	*above;
	const char		*path;		/* kept by build; NULL: text that lies in no file */
	const char		*name;
	unsigned		 line;
	unsigned		 depth;
	dev_t			 dev;
	ino_t			 ino;
	bool			 skip;
	bool			 ended;		/* require_version asked for another */
	unsigned		 nconds;
	struct condition	 cond[IF_MAX];
};

static int	read_path(struct rules_build *build, const char *path, const struct source *above, bool folder,
		    struct err *err);

static void
warn(const struct source *s, const char *what)
{
	rules_build_warn(s->build, s->name, s->line, NULL, what);
}

static void
line_if(struct source *s, const char *key, const char *value)
{
	struct err	 why = { "" };
	char		*text = NULL;
	int		 holds;

	if (s->nconds == IF_MAX) {
		warn(s, "too many conditions inside one another, the rest of the file is left out");
		s->ended = true;
		return;
	}
	text = strcmp(key, "ifplugin") == 0 ? g_strdup_printf("plugin (%s)", value) : g_strdup(value);
	holds = rules_cond(text, &why);
	g_free(text);
	if (holds == -1)
		warn(s, why.text);
	s->cond[s->nconds++] = (struct condition){ .outer_skips = s->skip, .line = s->line };
	s->skip = s->skip || holds != 1;
}

static void
line_else(struct source *s)
{
	if (s->nconds == 0)
		warn(s, "'else' without 'if'");
	else
		s->skip = s->cond[s->nconds - 1].outer_skips || !s->skip;
}

static void
line_endif(struct source *s)
{
	if (s->nconds == 0)
		warn(s, "'endif' without 'if'");
	else
		s->skip = s->cond[--s->nconds].outer_skips;
}

/* A path that is not absolute starts at the folder of the file that names it. */
static int
line_include(const struct source *s, const char *value, struct err *err)
{
	char	*folder = NULL, *path = NULL;
	int	 ret = 0;

	if (*value == '\0' || s->path == NULL) {
		warn(s, "'include' wants a path, and to stand in a file");
		goto out;
	}
	if (s->depth + 1 >= INCLUDE_MAX) {
		warn(s, "'include' goes too deep");
		goto out;
	}
	folder = g_path_get_dirname(s->path);
	path = g_path_is_absolute(value) ? g_strdup(value) : g_build_filename(folder, value, NULL);
	ret = read_path(s->build, path, s, false, err);
out:
	g_free(path);
	g_free(folder);
	return ret;
}

/* Cuts the comment and the blanks at both ends, in place; "\#" is a "#" that begins none. */
static char *
clean_line(char *line)
{
	char	*in, *out = line;

	for (in = line; *in != '\0'; in++) {
		if (in[0] == '\\' && in[1] == '#')
			in++;
		else if (*in == '#')
			break;
		*out++ = *in;
	}
	*out = '\0';
	return g_strstrip(line);
}

/* Moves over the first word of *at; it is cut off in place. */
static char *
cut_word(char **at)
{
	char	*word = *at;
	size_t	 len = strcspn(word, " \t\f\v\r");

	*at = word + len;
	if (**at != '\0')
		*(*at)++ = '\0';
	*at += strspn(*at, " \t\f\v\r");
	return word;
}

static int
read_line(struct source *s, char *line, struct err *err)
{
	char			*rest = clean_line(line), *key, *c;
	struct rules_line	 l = { .build = s->build, .file = s->name, .line = s->line };

	if (*rest == '\0')
		return 0;
	key = cut_word(&rest);
	if (strcmp(key, "lang") == 0) {
		const char	*language = cut_word(&rest);

		l.chinese = g_ascii_strncasecmp(language, "zh", 2) == 0;
		if (!l.chinese && g_ascii_strncasecmp(language, "en", 2) != 0)
			return 0;
		key = cut_word(&rest);
	}
	for (c = key; *c != '\0'; c++)
		*c = *c == '-' ? '_' : g_ascii_tolower(*c);
	if (strcmp(key, "if") == 0 || strcmp(key, "ifplugin") == 0) {
		line_if(s, key, rest);
	} else if (strcmp(key, "else") == 0) {
		line_else(s);
	} else if (strcmp(key, "endif") == 0) {
		line_endif(s);
	} else if (s->skip) {
		return 0;
	} else if (strcmp(key, "include") == 0) {
		return line_include(s, rest, err);
	} else if (strcmp(key, "require_version") == 0) {
		s->ended = strcmp(rest, VERSION_TEXT) != 0 && strcmp(rest, "@@VERSION@@") != 0;
		if (s->ended)
			warn(s, "file is for another version (we answer " VERSION_TEXT "), the rest is left out");
	} else {
		l.key = key;
		l.value = rest;
		return rules_line(&l, err);
	}
	return 0;
}

static int
read_lines(struct source *s, const char *text, size_t len, struct err *err)
{
	const char	*end = text + len;
	int		 ret = 0;

	while (text < end && !s->ended && ret == 0) {
		const char	*lf = memchr(text, '\n', (size_t)(end - text));
		size_t		 n = (size_t)((lf == NULL ? end : lf) - text);

		s->line++;
		if (memchr(text, '\0', n) != NULL) {
			warn(s, "line holds a NUL octet and is left out");
		} else if (n > LINE_MAX_OCTETS) {
			warn(s, "line is too long and is left out");
		} else {
			char	*line = g_strndup(text, n);

			ret = read_line(s, line, err);
			g_free(line);
		}
		text += n + (lf != NULL);
	}
	while (ret == 0 && !s->ended && s->nconds > 0) {
		char	what[80];

		(void)snprintf(what, sizeof(what), "'if' of line %u has no 'endif'", s->cond[--s->nconds].line);
		warn(s, what);
	}
	return ret;
}

/* Reads text, converted first when it is not UTF-8. */
static int
read_text(struct source *s, const char *text, size_t len, struct err *err)
{
	char	*utf8 = NULL;
	size_t	 n = 0;
	int	 ret;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (charset_is_utf8(text, len))
		return read_lines(s, text, len, err);
	warn(s, "file is not UTF-8, it is read as GB18030");
	utf8 = charset_decode(text, len, "GB18030", "GB18030", 4 * (size_t)FILE_OCTETS_MAX, &n);
	if (utf8 == NULL)
		return err_set(err, "no memory to convert '%s'", s->name);
	ret = read_lines(s, utf8, n, err);
	charset_free(utf8);
	return ret;
}

int
rules_text_read(struct rules_build *build, const char *name, const char *text, size_t len, struct err *err)
{
	struct source	*s = g_new0(struct source, 1);
	int		 ret;

	s->build = build;
	s->name = rules_build_keep(build, name, strlen(name));
	ret = read_text(s, text, len, err);
	g_free(s);
	return ret;
}

/* The octets of an open file, g_free() them; NULL with errno. */
static char *
slurp(int fd, size_t size, size_t *len_r)
{
	char	*octets = g_malloc(size + 1);
	size_t	 len = 0;
	ssize_t	 n;

	while (len < size) {
		n = read(fd, octets + len, size - len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			g_free(octets);
			return NULL;
		}
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*len_r = len;
	return octets;
}

static bool
in_circle(const struct source *s)
{
	const struct source	*a;

	for (a = s->above; a != NULL; a = a->above) {
		if (a->path != NULL && a->dev == s->dev && a->ino == s->ino)
			return true;
	}
	return false;
}

static void
warn_errno(const struct rules_build *build, const struct source *above, const char *path, int error)
{
	char	*what = g_strdup_printf("cannot read '%s': %s", path, g_strerror(error));

	rules_build_warn(build, above == NULL ? path : above->name, above == NULL ? 0 : above->line, NULL, what);
	g_free(what);
}

/* Reads an open regular file. */
static int
read_open(struct source *s, int fd, const struct stat *st, struct err *err)
{
	char	*octets = NULL;
	size_t	 len = 0;
	int	 ret = 0;

	s->dev = st->st_dev;
	s->ino = st->st_ino;
	if (in_circle(s)) {
		rules_build_warn(s->build, s->above->name, s->above->line, NULL, "'include' goes round in a circle");
	} else if (st->st_size > FILE_OCTETS_MAX) {
		warn(s, "file is too large and is left out");
	} else if ((octets = slurp(fd, (size_t)st->st_size, &len)) == NULL) {
		warn_errno(s->build, s->above, s->path, errno);
	} else {
		ret = read_text(s, octets, len, err);
	}
	g_free(octets);
	return ret;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every *.cf of a folder, by name. */
static int
read_folder(struct rules_build *build, const char *path, struct err *err)
{
	GPtrArray	*names = g_ptr_array_new_with_free_func(g_free);
	GDir		*dir = g_dir_open(path, 0, NULL);
	const char	*name;
	guint		 i;
	int		 ret = 0;

	if (dir == NULL)
		warn_errno(build, NULL, path, EACCES);
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		if (g_str_has_suffix(name, ".cf") && name[0] != '.')
			g_ptr_array_add(names, g_build_filename(path, name, NULL));
	}
	g_ptr_array_sort(names, compare_names);
	for (i = 0; i < names->len && ret == 0; i++)
		ret = read_path(build, g_ptr_array_index(names, i), NULL, false, err);
	if (dir != NULL)
		g_dir_close(dir);
	g_ptr_array_free(names, TRUE);
	return ret;
}

/* folder: whether path may be one. */
static int
read_path(struct rules_build *build, const char *path, const struct source *above, bool folder,
    struct err *err)
{
	struct source	*s = NULL;
	struct stat	 st;
	int		 fd, ret = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1 || fstat(fd, &st) == -1) {
		warn_errno(build, above, path, errno);
		goto out;
	}
	if (S_ISDIR(st.st_mode) && folder) {
		ret = read_folder(build, path, err);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		warn_errno(build, above, path, S_ISDIR(st.st_mode) ? EISDIR : EINVAL);
		goto out;
	}
	s = g_new0(struct source, 1);
	s->build = build;
	s->above = above;
	s->path = s->name = rules_build_keep(build, path, strlen(path));
	s->depth = above == NULL ? 0 : above->depth + 1;
	ret = read_open(s, fd, &st, err);
out:
	if (fd != -1)
		(void)close(fd);
	g_free(s);
	return ret;
}

int
rules_file_read(struct rules_build *build, const char *path, struct err *err)
{
	return read_path(build, path, NULL, true, err);
}
