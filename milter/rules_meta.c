/*
 * rules_meta.c - metas: their expressions over other rules, and the order in which they can be worked out.
 *
 * Floor 2.  A name that no rule bears is worth 0, as in SpamAssassin.
 */
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "rules_build.h"

struct words {
	const struct rules_build	*build;
	const struct rules_entry	*self;
};

/* Reads "( GLOB )" into glob; GLOB holds letters, digits, "_", "*" and "?". */
static int
read_glob(const char **rest, char glob[RULES_NAME_MAX], struct err *err)
{
	const char	*c = *rest;
	size_t		 n = 0;

	while (g_ascii_isspace(*c))
		c++;
	if (*c++ != '(')
		return err_set(err, "rules_matching wants '('");
	while (g_ascii_isspace(*c))
		c++;
	while (g_ascii_isalnum(*c) || (*c != '\0' && strchr("_*?", *c) != NULL)) {
		if (n == RULES_NAME_MAX - 1)
			return err_set(err, "rules_matching wants a shorter name");
		glob[n++] = *c++;
	}
	glob[n] = '\0';
	while (g_ascii_isspace(*c))
		c++;
	if (*c++ != ')' || n == 0)
		return err_set(err, "rules_matching wants a name and ')'");
	*rest = c;
	return 0;
}

/* rules_matching(FOO_*): the sum of all rules so named, this one left out. */
static int
emit_matching(const struct words *w, struct rules_expr *expr, const char **rest, struct err *err)
{
	char		 glob[RULES_NAME_MAX];
	GPatternSpec	*spec = NULL;
	size_t		 i;
	int		 ret = -1;

	if (read_glob(rest, glob, err) == -1)
		return -1;
	spec = g_pattern_spec_new(glob);
	if (rules_expr_emit(expr, (struct rules_op){ .code = OP_NUMBER }, err) == -1)
		goto out;
	for (i = 0; i < rules_build_count(w->build); i++) {
		const struct rules_entry	*e = rules_build_at(w->build, i);

		if (e == w->self || e->index == SIZE_MAX || !g_pattern_spec_match_string(spec, e->rule.name))
			continue;
		if (rules_expr_emit(expr, (struct rules_op){ .code = OP_RULE, .rule = e->index }, err) == -1 ||
		    rules_expr_emit(expr, (struct rules_op){ .code = OP_ADD }, err) == -1)
			goto out;
	}
	ret = 0;
out:
	g_pattern_spec_free(spec);
	return ret;
}

static int
meta_word(void *arg, struct rules_expr *expr, const char *word, size_t len, const char **rest, struct err *err)
{
	const struct words		*w = arg;
	const struct rules_entry	*e;
	struct rules_op			 op = { .code = OP_NUMBER };
	char				 name[RULES_NAME_MAX];

	if (!rules_name_valid(word, len))
		return err_set(err, "expression has an invalid name '%.*s'", (int)(len > 60 ? 60 : len), word);
	memcpy(name, word, len);
	name[len] = '\0';
	if (strcmp(name, "rules_matching") == 0)
		return emit_matching(w, expr, rest, err);
	if (strcmp(name, "local_tests_only") == 0) {
		op.number = 1;
	} else if ((e = rules_build_find(w->build, name)) != NULL && e->index != SIZE_MAX) {
		op.code = OP_RULE;
		op.rule = e->index;
	}
	return rules_expr_emit(expr, op, err);
}

int
rules_meta_parse(const struct rules_build *build, const struct rules_entry *entry, struct rules_expr **expr_r,
    struct err *err)
{
	struct words		 w = { .build = build, .self = entry };
	struct rules_expr	*expr = NULL;
	bool			 divided = false;

	if (rules_expr_parse(entry->expr, meta_word, &w, &expr, err) == -1)
		return -1;
	(void)rules_expr_run(expr, NULL, NULL, &divided);
	if (divided) {
		rules_expr_free(expr);
		return err_set(err, "division by zero possible");
	}
	*expr_r = expr;
	return 0;
}

/* How many metas each meta still waits for, and who waits for whom (a list for each, linked in edges). */
struct graph {
	size_t	*waits;
	size_t	*head;		/* first edge of each rule, SIZE_MAX: none */
	GArray	*edges;		/* struct edge */
};

struct edge {
	size_t	user, next;
};

static void
graph_add(struct graph *g, struct rules_expr *const *expr, size_t user)
{
	size_t			 i, n = 0;
	const struct rules_op	*op = rules_expr_ops(expr[user], &n);

	for (i = 0; i < n; i++) {
		struct edge	e = { .user = user };

		if (op[i].code != OP_RULE || expr[op[i].rule] == NULL)
			continue;
		e.next = g->head[op[i].rule];
		g->head[op[i].rule] = g->edges->len;
		g_array_append_val(g->edges, e);
		g->waits[user]++;
	}
}

size_t
rules_meta_sort(struct rules_expr *const *expr, size_t n, size_t *order)
{
	struct graph	g = { 0 };
	size_t		i, done = 0, sorted = 0;

	g.waits = g_new0(size_t, n);
	g.head = g_new(size_t, n);
	g.edges = g_array_new(FALSE, FALSE, sizeof(struct edge));
	for (i = 0; i < n; i++)
		g.head[i] = SIZE_MAX;
	for (i = 0; i < n; i++) {
		if (expr[i] != NULL)
			graph_add(&g, expr, i);
	}
	for (i = 0; i < n; i++) {
		if (expr[i] != NULL && g.waits[i] == 0)
			order[sorted++] = i;
	}
	for (; done < sorted; done++) {
		size_t	at = g.head[order[done]];

		while (at != SIZE_MAX) {
			const struct edge	*e = &g_array_index(g.edges, struct edge, at);

			if (--g.waits[e->user] == 0)
				order[sorted++] = e->user;
			at = e->next;
		}
	}
	g_array_free(g.edges, TRUE);
	g_free(g.head);
	g_free(g.waits);
	return sorted;
}
