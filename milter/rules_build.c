/*
 * rules_build.c - a set of rules while it is read: names, what was said about each, tags, tests.
 *
 * Floor 2.  Holds every string of the set; nothing here judges what a line means.
 */
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "rules_build.h"

struct rules_build {
	rules_warn_fn	*warn;
	void		*warn_arg;
	GHashTable	*names;			/* name -> struct rules_entry */
	GPtrArray	*entries;		/* in order; owns them */
	GArray		*tests;			/* struct rules_test */
	GHashTable	*tags[RULES_TAG_MAX];	/* name -> text */
	GHashTable	*said;			/* what was said once */
	GStringChunk	*strings;		/* all text, interned */
	size_t		 ndefined;
};

struct rules_build *
rules_build_new(rules_warn_fn *warn, void *arg)
{
	struct rules_build	*build = g_new0(struct rules_build, 1);
	size_t			 i;

	build->warn = warn;
	build->warn_arg = arg;
	build->names = g_hash_table_new(g_str_hash, g_str_equal);
	build->entries = g_ptr_array_new_with_free_func(g_free);
	build->tests = g_array_new(FALSE, FALSE, sizeof(struct rules_test));
	for (i = 0; i < RULES_TAG_MAX; i++)
		build->tags[i] = g_hash_table_new(g_str_hash, g_str_equal);
	build->said = g_hash_table_new(g_str_hash, g_str_equal);
	build->strings = g_string_chunk_new(65536);
	return build;
}

void
rules_build_free(struct rules_build *build)
{
	size_t	i;

	if (build == NULL)
		return;
	g_hash_table_destroy(build->names);
	g_ptr_array_free(build->entries, TRUE);
	g_array_free(build->tests, TRUE);
	for (i = 0; i < RULES_TAG_MAX; i++)
		g_hash_table_destroy(build->tags[i]);
	g_hash_table_destroy(build->said);
	g_string_chunk_free(build->strings);
	g_free(build);
}

struct rules_entry *
rules_build_find(const struct rules_build *build, const char *name)
{
	return g_hash_table_lookup(build->names, name);
}

struct rules_entry *
rules_build_entry(struct rules_build *build, const char *name)
{
	struct rules_entry	*entry = rules_build_find(build, name);

	if (entry != NULL)
		return entry;
	entry = g_new0(struct rules_entry, 1);
	entry->rule.name = rules_build_keep(build, name, strlen(name));
	entry->index = SIZE_MAX;
	g_hash_table_insert(build->names, (gpointer)(uintptr_t)entry->rule.name, entry);
	g_ptr_array_add(build->entries, entry);
	return entry;
}

/* What other lines said of the name (score, tflags, describe) stays. */
int
rules_build_define(struct rules_build *build, const struct rules_rule *rule, const char *expr, struct err *err)
{
	struct rules_entry	*entry = rules_build_entry(build, rule->name);
	struct rules_rule	*r = &entry->rule;

	if (!entry->defined && build->ndefined == RULES_MAX)
		return err_set(err, "more than %d rules", RULES_MAX);
	if (!entry->defined)
		build->ndefined++;
	entry->defined = true;
	entry->expr = expr;
	r->type = rule->type;
	r->file = rule->file;
	r->line = rule->line;
	r->field = rule->field;
	r->view = rule->view;
	r->pick = rule->pick;
	r->negated = rule->negated;
	r->if_unset = rule->if_unset;
	r->pattern = rule->pattern;
	r->pattern_len = rule->pattern_len;
	r->flags = rule->flags;
	r->off = rule->off;
	return 0;
}

size_t
rules_build_count(const struct rules_build *build)
{
	return build->entries->len;
}

struct rules_entry *
rules_build_at(const struct rules_build *build, size_t i)
{
	return g_ptr_array_index(build->entries, i);
}

int
rules_build_test(struct rules_build *build, const struct rules_test *test, struct err *err)
{
	if (build->tests->len == RULES_TESTS_MAX)
		return err_set(err, "more than %d tests", RULES_TESTS_MAX);
	g_array_append_vals(build->tests, test, 1);
	return 0;
}

struct rules_test *
rules_build_tests(const struct rules_build *build, size_t *n_r)
{
	*n_r = build->tests->len;
	return (struct rules_test *)(void *)build->tests->data;
}

void
rules_build_tag_set(struct rules_build *build, enum rules_tag_kind kind, const char *name, const char *text)
{
	const char	*n = rules_build_keep(build, name, strlen(name));
	const char	*t = rules_build_keep(build, text, strlen(text));

	g_hash_table_insert(build->tags[kind], (gpointer)(uintptr_t)n, (gpointer)(uintptr_t)t);
}

const char *
rules_build_tag(const struct rules_build *build, enum rules_tag_kind kind, const char *name)
{
	return g_hash_table_lookup(build->tags[kind], name);
}

const char *
rules_build_keep(struct rules_build *build, const char *text, size_t len)
{
	return g_string_chunk_insert_len(build->strings, text, (gssize)len);
}

bool
rules_build_first(struct rules_build *build, const char *text)
{
	const char	*t;

	if (g_hash_table_contains(build->said, text))
		return false;
	t = rules_build_keep(build, text, strlen(text));
	g_hash_table_add(build->said, (gpointer)(uintptr_t)t);
	return true;
}

void
rules_build_warn(const struct rules_build *build, const char *file, unsigned line, const char *rule,
    const char *what)
{
	if (build->warn != NULL)
		build->warn(build->warn_arg, file, line, rule, what);
}

bool
rules_name_valid(const char *text, size_t len)
{
	size_t	i;

	if (len == 0 || len >= RULES_NAME_MAX || g_ascii_isdigit(text[0]))
		return false;
	for (i = 0; i < len; i++) {
		if (!g_ascii_isalnum(text[i]) && text[i] != '_')
			return false;
	}
	return true;
}
