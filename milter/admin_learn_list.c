/*
 * admin_learn_list.c - the lists that "tuiding rules learn" is given: folders, weights, groups, words.
 *
 * Floor 5, part of admin.
 */
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "admin_learn_list.h"
#include "admin_walk.h"
#include "fold.h"

#define FILE_MAX	(64UL << 20)	/* octets of a list in a file */
#define WEIGHT_MAX	20

struct admin_learn_groups {
	char		*octets;
	GHashTable	*by_path;	/* both point into octets */
};

static void
list_put(struct admin_learn_list *list, char *item)
{
	list->item = g_renew(char *, list->item, list->n + 1);
	list->item[list->n++] = item;
}

void
admin_learn_list_read(const char *text, struct admin_learn_list *list_r)
{
	const char *end;

	memset(list_r, 0, sizeof(*list_r));
	while (text != NULL && *text != '\0') {
		end = strchrnul(text, ',');
		if (end > text)
			list_put(list_r, g_strndup(text, (gsize)(end - text)));
		text = *end == ',' ? end + 1 : end;
	}
}

void
admin_learn_list_clear(struct admin_learn_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		g_free(list->item[i]);
	g_free(list->item);
	memset(list, 0, sizeof(*list));
}

/* ---- words ----------------------------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
admin_learn_words_read(const char *path, struct admin_learn_list *list_r, struct err *err)
{
	char *octets, *line, *rest, *folded;
	size_t len;

	memset(list_r, 0, sizeof(*list_r));
	if (path == NULL)
		return 0;
	octets = NULL;
	if (admin_walk_read(path, false, FILE_MAX, &octets, &len, err) < 0)
		return -1;
	for (line = octets; line != NULL; line = rest) {
		rest = strchr(line, '\n');
		if (rest != NULL)
			*rest++ = '\0';
		if (*line == '#')
			continue;
		folded = fold_text(line, strlen(line), 256, &len);
		if (folded != NULL && len > 0)
			list_put(list_r, g_strdup(folded));
		fold_free(folded);
	}
	if (list_r->n > 0)
		qsort(list_r->item, list_r->n, sizeof(*list_r->item), compare);
	free(octets);
	return 0;
}

/* ---- weights --------------------------------------------------------------------------------- */

int
admin_learn_weights_read(const char *text, struct admin_learn_weights *weights_r, struct err *err)
{
	char *end, *mark;
	unsigned long factor;
	size_t i;

	memset(weights_r, 0, sizeof(*weights_r));
	admin_learn_list_read(text, &weights_r->dirs);
	weights_r->factor = g_new0(unsigned, weights_r->dirs.n + 1);
	for (i = 0; i < weights_r->dirs.n; i++) {
		mark = strrchr(weights_r->dirs.item[i], '=');
		factor = mark != NULL && g_ascii_isdigit(mark[1]) ? strtoul(mark + 1, &end, 10) : 0;
		if (factor < 1 || factor > WEIGHT_MAX || *end != '\0')
			return err_set(err, "a weight is written DIR=N, N from 1 to %d, not '%s'", WEIGHT_MAX,
			    weights_r->dirs.item[i]);
		*mark = '\0';
		weights_r->factor[i] = (unsigned)factor;
	}
	return 0;
}

void
admin_learn_weights_clear(struct admin_learn_weights *weights)
{
	admin_learn_list_clear(&weights->dirs);
	g_free(weights->factor);
	weights->factor = NULL;
}

unsigned
admin_learn_weight(const struct admin_learn_weights *weights, const char *path)
{
	const char *dir;
	size_t i, n;

	for (i = weights->dirs.n; i > 0; i--) {
		dir = weights->dirs.item[i - 1];
		n = strlen(dir);
		while (n > 1 && dir[n - 1] == '/')
			n--;
		if (strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0' || path[n] == '#' ||
		    dir[n - 1] == '/'))
			return weights->factor[i - 1];
	}
	return 1;
}

/* ---- groups ---------------------------------------------------------------------------------- */

int
admin_learn_groups_read(const char *path, struct admin_learn_groups **groups_r, struct err *err)
{
	struct admin_learn_groups *groups;
	char *octets, *line, *rest, *tab;
	size_t len;

	octets = NULL;
	if (admin_walk_read(path, false, FILE_MAX, &octets, &len, err) < 0)
		return -1;
	groups = g_new0(struct admin_learn_groups, 1);
	groups->octets = octets;
	groups->by_path = g_hash_table_new(g_str_hash, g_str_equal);
	for (line = octets; line != NULL; line = rest) {
		rest = strchr(line, '\n');
		if (rest != NULL)
			*rest++ = '\0';
		tab = strchr(line, '\t');
		if (tab == NULL)
			continue;
		*tab++ = '\0';
		tab[strcspn(tab, "\t\r")] = '\0';
		g_hash_table_insert(groups->by_path, line, tab);
	}
	if (g_hash_table_size(groups->by_path) == 0) {
		admin_learn_groups_free(groups);
		return err_set(err, "'%s' has no line of a path, a tab and a group", path);
	}
	*groups_r = groups;
	return 0;
}

void
admin_learn_groups_free(struct admin_learn_groups *groups)
{
	if (groups == NULL)
		return;
	g_hash_table_destroy(groups->by_path);
	free(groups->octets);
	g_free(groups);
}

const char *
admin_learn_group(const struct admin_learn_groups *groups, const char *path)
{
	return groups != NULL ? g_hash_table_lookup(groups->by_path, path) : NULL;
}
