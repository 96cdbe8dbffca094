/*
 * conf_list.c - lists of the configuration, each item in its one canonical spelling.
 *
 * Floor 2, part of conf.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "addr.h"
#include "conf_private.h"

int
conf_list_add(struct conf_list *list, const char *item)
{
	char **grown;

	grown = realloc(list->item, (list->n + 2) * sizeof(*grown));
	if (grown == NULL)
		return -1;
	list->item = grown;
	grown[list->n] = strdup(item);
	if (grown[list->n] == NULL)
		return -1;
	grown[++list->n] = NULL;
	return 0;
}

void
conf_list_clear(struct conf_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->item[i]);
	free(list->item);
	*list = (struct conf_list){ NULL, 0 };
}

static int
canonical_recipient(const char *text, char out[512])
{
	char domain[ADDR_DOMAIN_MAX + 1], key[ADDR_MAX + 1];

	if (text[0] == '@') {
		if (addr_domain(text + 1, strlen(text + 1), domain) != 1)
			return -1;
		(void)snprintf(out, 512, "@%s", domain);
		return 0;
	}
	if (addr_rcpt_key(text, NULL, NULL, key) != 1)
		return -1;
	(void)snprintf(out, 512, "%s", key);
	return 0;
}

int
conf_canonical(enum conf_kind kind, const char *text, char out[512])
{
	char domain[ADDR_DOMAIN_MAX + 1];
	struct addr_key key;
	const char *p;

	if (strlen(text) >= 500)
		return -1;
	(void)snprintf(out, 512, "%s", text);
	switch (kind) {
	case KIND_PATHS:
		return text[0] == '/' ? 0 : -1;
	case KIND_WORDS:
		for (p = text; *p > 0x20 && *p < 0x7f; p++)
			continue;
		return *p == '\0' && p > text ? 0 : -1;
	case KIND_DOMAINS:
		if (addr_domain(text, strlen(text), domain) != 1)
			return -1;
		(void)snprintf(out, 512, "%s", domain);
		return 0;
	case KIND_NETS:
		/* "no" is a good answer: it says that the network can be compared with. */
		return addr_net_has(text, strchr(text, ':') == NULL ? "192.0.2.1" : "2001:db8::1") < 0 ? -1 : 0;
	case KIND_SENDERS:
		if (addr_key_parse(text, strlen(text), &key, NULL) != 1)
			return -1;
		(void)snprintf(out, 512, "%s", key.text);
		return 0;
	case KIND_RECIPIENTS:
	case KIND_ADDRESS:
		return kind == KIND_ADDRESS && text[0] == '@' ? -1 : canonical_recipient(text, out);
	case KIND_LISTS:
		(void)snprintf(out, 512, "%s%s%s", text[0] == '<' ? "" : "<", text, text[0] == '<' ? "" : ">");
		if (addr_key_parse(out, strlen(out), &key, NULL) != 1 || key.kind != ADDR_LIST)
			return -1;			/* "<news@shop.example>" is an address */
		(void)snprintf(out, 512, "%.*s", (int)strlen(key.text) - 2, key.text + 1);
		return 0;
	default:
		return 0;
	}
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lists that are searched are sorted; where order is the administrator's it is kept. */
static void
list_sort(struct conf_list *list, enum conf_kind kind)
{
	if ((kind == KIND_FILE_MAP || kind == KIND_FILE_LOGINS) && list->n > 1)
		qsort(list->item, list->n / 2, 2 * sizeof(*list->item), compare);
	else if (list->n > 1 && (kind == KIND_DOMAINS || kind == KIND_LISTS || kind == KIND_FILE_DOMAINS))
		qsort(list->item, list->n, sizeof(*list->item), compare);
}

int
conf_list_fill(struct conf_list *list, enum conf_kind kind, cfg_t *cfg, const char *name, struct err *err)
{
	char out[512];
	unsigned i;

	for (i = 0; i < cfg_size(cfg, name); i++)
		if (conf_canonical(kind, cfg_getnstr(cfg, name, i), out) != 0 || conf_list_add(list, out) != 0)
			return err_set(err, "%s: no memory", name);
	list_sort(list, kind);
	return 0;
}

/* Cut where a word begins with '#': inside one it may belong to an address. */
static void
cut_comment(char *line)
{
	char *p;

	for (p = line; *p != '\0'; p++)
		if (*p == '#' && (p == line || p[-1] == ' ' || p[-1] == '\t')) {
			*p = '\0';
			return;
		}
}

/* One line of a file, comment and blanks off: a domain, or an alias and its mailbox. */
static int
line_take(struct conf_list *list, enum conf_kind kind, char *line)
{
	static const char blanks[] = " \t\r\n";
	char *word, *save = NULL, out[512];
	static const enum conf_kind columns[KIND_MAX][2] = {
		[KIND_FILE_DOMAINS] = { KIND_DOMAINS, KIND_STRING },
		[KIND_FILE_MAP] = { KIND_ADDRESS, KIND_ADDRESS },
		[KIND_FILE_LOGINS] = { KIND_WORDS, KIND_ADDRESS },
	};
	int i, n = kind == KIND_FILE_DOMAINS ? 1 : 2;

	cut_comment(line);
	word = strtok_r(line, blanks, &save);
	if (word == NULL)
		return 0;
	for (i = 0; i < n; i++) {
		if (word == NULL || conf_canonical(columns[kind][i], word, out) != 0)
			return -1;
		if (conf_list_add(list, out) != 0)
			return -1;
		word = strtok_r(NULL, blanks, &save);
	}
	return word == NULL ? 0 : -1;
}

/* Of a sorted map: one alias cannot be two mailboxes. */
static int
map_check(const struct conf_list *list, const char *path, struct err *err)
{
	size_t i;

	for (i = 2; i + 1 < list->n; i += 2)
		if (strcmp(list->item[i - 2], list->item[i]) == 0 && strcmp(list->item[i - 1], list->item[i + 1]) != 0)
			return err_set(err, "%s: '%s' stands for two mailboxes, one is expected", path, list->item[i]);
	return 0;
}

static int
file_take(struct conf_list *list, enum conf_kind kind, const char *path, FILE *file, struct err *err)
{
	char *line = NULL, *text;
	unsigned number = 0;
	size_t size = 0;
	ssize_t len;
	int ret = -1;

	while ((len = getline(&line, &size, file)) >= 0) {
		text = ++number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0 ? line + 3 : line;
		if (strlen(line) != (size_t)len || line_take(list, kind, text) != 0) {
			(void)err_set(err, "%s:%u: %s is expected", path, number,
			    kind == KIND_FILE_MAP ? "an alias and its mailbox" :
			    kind == KIND_FILE_LOGINS ? "a login and its mailbox" : "one domain");
			goto out;
		}
	}
	if (ferror(file)) {
		(void)err_set(err, "'%s' cannot be read to its end", path);
		goto out;
	}
	ret = 0;
out:
	free(line);
	return ret;
}

int
conf_list_from_file(struct conf_list *list, enum conf_kind kind, const char *path, struct err *err)
{
	char reason[128];
	struct stat st;
	FILE *file;
	int fd, ret = -1;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);	/* a FIFO must not hold us up */
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (file == NULL) {
		(void)err_set(err, "cannot read '%s': %s", path, strerror_r(errno, reason, sizeof(reason)));
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > CONF_FILE_MAX)
		(void)err_set(err, "'%s' is no file, or larger than %d octets", path, CONF_FILE_MAX);
	else
		ret = file_take(list, kind, path, file, err);
	(void)fclose(file);
	if (ret != 0)
		return -1;
	list_sort(list, kind);
	return kind == KIND_FILE_DOMAINS ? 0 : map_check(list, path, err);
}
