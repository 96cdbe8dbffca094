/*
 * judge_rules_make.c - a set of rules compiled: one group of patterns for each thing that rules look at.
 *
 * Floor 3.  A pattern that does not compile switches its rule off and is warned of; the rest is unharmed.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "judge_rules_make.h"

/* Whether a rule has a pattern to be matched. */
static bool
runs(const struct rules_rule *r)
{
	return !r->off && !r->idle && r->type != RULES_META && r->type != RULES_NONE;
}

static struct judge_rules_group
group_for(const struct rules_rule *r)
{
	struct judge_rules_group	g = { .type = r->type, .field = r->field, .view = r->view, .pick = r->pick,
	    .if_unset = r->if_unset };

	g.nosubject = r->type == RULES_BODY && r->nosubject;
	return g;
}

/* The group's name among groups: rules that see the same have the same. */
static char *
group_key(const struct judge_rules_group *g)
{
	const char	*field = g->field == NULL ? "" : g->field;
	char		*folded = g_ascii_strdown(field, -1), *key;
	bool		 capitals = strcmp(field, "ALL") == 0 || strcmp(field, "MESSAGEID") == 0;

	key = g_strdup_printf("%d\t%s\t%d\t%d\t%d\t%s%s", (int)g->type, capitals ? field : folded, (int)g->view,
	    (int)g->pick, g->nosubject, g->if_unset == NULL ? "" : "=", g->if_unset == NULL ? "" : g->if_unset);
	g_free(folded);
	return key;
}

/* Finds or makes the group of a rule. */
static size_t
assign(struct judge_rules *jr, const struct rules_rule *r, GHashTable *keys)
{
	struct judge_rules_group	g = group_for(r);
	char				*key = group_key(&g);
	size_t				 at = GPOINTER_TO_SIZE(g_hash_table_lookup(keys, key));

	if (at != 0) {
		g_free(key);
		return at - 1;
	}
	judge_rules_index_add(jr->index, &g);
	jr->group[jr->ngroups++] = g;
	g_hash_table_insert(keys, key, GSIZE_TO_POINTER(jr->ngroups));
	return jr->ngroups - 1;
}

/* Sorts the rules into groups. */
static void
make_groups(struct judge_rules *jr)
{
	GHashTable	*keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	size_t		 i, n = rules_count(jr->set);

	jr->group = g_new0(struct judge_rules_group, n + 1);
	jr->exists = g_new0(struct judge_rules_exists, n + 1);
	jr->negated = g_new0(size_t, n + 1);
	jr->group_of = g_new0(size_t, n + 1);
	for (i = 0; i < n; i++) {
		const struct rules_rule	*r = rules_at(jr->set, i);

		jr->group_of[i] = SIZE_MAX;
		if (!runs(r))
			continue;
		if (r->view == RULES_VIEW_EXISTS && r->type == RULES_HEADER) {
			struct judge_rules_exists	*e = &jr->exists[jr->nexists++];

			e->rule = i;
			e->group = group_for(r);
			e->group.view = RULES_VIEW_TEXT;
			judge_rules_index_add(jr->index, &e->group);
			continue;
		}
		jr->group_of[i] = assign(jr, r, keys);
	}
	g_hash_table_destroy(keys);
}

static unsigned
match_flags(const struct rules_rule *r)
{
	unsigned	flags = 0;

	flags |= (r->flags & RULES_CASELESS) != 0 ? MATCH_CASELESS : 0;
	flags |= (r->flags & RULES_MULTILINE) != 0 ? MATCH_MULTILINE : 0;
	flags |= (r->flags & RULES_DOTALL) != 0 ? MATCH_DOTALL : 0;
	flags |= (r->flags & RULES_EXTENDED) != 0 ? MATCH_EXTENDED : 0;
	flags |= (r->flags & RULES_UTF) != 0 ? MATCH_UTF : 0;
	return flags;
}

static int
compile(struct judge_rules *jr, const struct match_limits *limits, rules_warn_fn *warn, void *arg,
    struct err *err)
{
	struct err	why = { "" };
	size_t		i;

	if (match_new((unsigned)jr->ngroups + 1, limits, &jr->match, err) == -1)
		return -1;
	for (i = 0; i < rules_count(jr->set); i++) {
		const struct rules_rule	*r = rules_at(jr->set, i);

		if (jr->group_of[i] == SIZE_MAX)
			continue;
		if (match_add(jr->match, (unsigned)jr->group_of[i], (unsigned)i, r->pattern, r->pattern_len,
		    match_flags(r), &why) == -1) {
			if (warn != NULL)
				warn(arg, r->file, r->line, r->name, why.text);
			rules_switch_off(jr->set, i);
			jr->group_of[i] = SIZE_MAX;
		} else if (r->negated) {
			jr->negated[jr->nnegated++] = i;
		}
	}
	return match_finish(jr->match, err);
}

/* What a scan of nothing tells. */
static void
note_unset(void *arg, unsigned id, bool failed)
{
	struct judge_rules_group	*g = arg;

	if (failed)
		return;
	g->unset = g_renew(unsigned, g->unset, g->nunset + 1);
	g->unset[g->nunset++] = id;
}

/* Finds out what matches when a header's field is absent. */
static int
try_unset(struct judge_rules *jr, struct err *err)
{
	struct match_work	*work = match_work_take(jr->match);
	size_t			 i;
	int			 ret = 0;

	if (work == NULL)
		return err_set(err, "no memory to try rules");
	for (i = 0; i < jr->ngroups && ret == 0; i++) {
		struct judge_rules_group	*g = &jr->group[i];
		const char			*text = g->if_unset == NULL ? "" : g->if_unset;

		if (g->type == RULES_HEADER)
			ret = match_scan(jr->match, work, (unsigned)i, text, strlen(text), note_unset, g, err);
	}
	match_work_give(jr->match, work);
	return ret;
}

/* What the log and the record say of a rule is written once, not once a message. */
int
judge_rules_weigh(double a, const char *a_name, double b, const char *b_name)
{
	a = fabs(a);
	b = fabs(b);
	if (a > b || a < b)
		return a > b ? -1 : 1;
	return strcmp(a_name, b_name);
}

static int
compare_ranks(const void *a, const void *b, void *arg)
{
	const struct rules	*set = arg;
	const struct rules_rule	*x = rules_at(set, *(const size_t *)a), *y = rules_at(set, *(const size_t *)b);

	return judge_rules_weigh(x->score, x->name, y->score, y->name);
}

static void
make_labels(struct judge_rules *jr)
{
	size_t	i, n = rules_count(jr->set);

	jr->label = g_new0(struct judge_rules_label, n + 1);
	jr->labels = g_string_chunk_new(65536);
	jr->ranked = g_new(size_t, n + 1);
	for (i = 0; i < n; i++) {
		const struct rules_rule		*r = rules_at(jr->set, i);
		struct judge_rules_label	*l = &jr->label[i];
		char				 text[RULES_NAME_MAX + 400];

		if (!r->scored)
			continue;
		(void)g_snprintf(text, sizeof(text), "%s=%.2f", r->name, r->score);
		l->text = g_string_chunk_insert(jr->labels, text);
		l->name = strlen(r->name);
		l->len = strlen(text);
		jr->ranked[jr->nranked++] = i;
	}
	if (jr->nranked > 1)
		g_qsort_with_data(jr->ranked, (gint)jr->nranked, sizeof(*jr->ranked), compare_ranks, jr->set);
	for (i = 0; i < jr->nranked; i++)
		jr->label[jr->ranked[i]].rank = i;
}

int
judge_rules_from(struct rules *set, const struct match_limits *limits, rules_warn_fn *warn, void *arg,
    struct judge_rules **rules_r, struct err *err)
{
	struct judge_rules	*jr = g_new0(struct judge_rules, 1);
	int			 ret = -1;

	jr->set = set;
	jr->index = judge_rules_index_new();
	make_groups(jr);
	make_labels(jr);
	if (compile(jr, limits, warn, arg, err) == -1 || try_unset(jr, err) == -1)
		goto out;
	*rules_r = jr;
	jr = NULL;
	ret = 0;
out:
	judge_rules_free(jr);
	return ret;
}

int
judge_rules_new(const char *const *paths, size_t npaths, const struct match_limits *limits,
    rules_warn_fn *warn, void *arg, struct judge_rules **rules_r, struct err *err)
{
	struct rules	*set = NULL;

	if (rules_load(paths, npaths, warn, arg, &set, err) == -1)
		return -1;
	return judge_rules_from(set, limits, warn, arg, rules_r, err);
}

void
judge_rules_free(struct judge_rules *rules)
{
	size_t	i;

	if (rules == NULL)
		return;
	for (i = 0; i < rules->ngroups; i++)
		g_free(rules->group[i].unset);
	g_free(rules->group);
	g_free(rules->exists);
	g_free(rules->negated);
	g_free(rules->group_of);
	g_free(rules->label);
	g_free(rules->ranked);
	if (rules->labels != NULL)
		g_string_chunk_free(rules->labels);
	judge_rules_index_free(rules->index);
	match_free(rules->match);
	rules_free(rules->set);
	g_free(rules);
}

const struct rules *
judge_rules_set(const struct judge_rules *rules)
{
	return rules->set;
}
