/*
 * judge_rules_uri.c - the links that uri rules look at, gathered: markup's first, then those of the text.
 *
 * Floor 3.  Each link comes as written and in its variants, each once.  Bounded in number and octets.
 */
#include <string.h>
#include <glib.h>
#include "judge_rules_uri.h"

struct list {
	GHashTable			*seen;		/* offsets would move: copies */
	GString				*out;
	struct judge_rules_pieces	*pieces;
};

/* The variants of one link, before it is known whether they are wanted. */
struct variants {
	GPtrArray	*uri;
	bool		 leads;		/* one of them leads somewhere */
};

static void
list_add(struct list *list, const char *uri)
{
	size_t	start = list->out->len, len = strnlen(uri, JUDGE_RULES_URI_MAX);
	char	*copy;

	if (list->pieces->n >= JUDGE_RULES_URIS_MAX || start + len >= JUDGE_RULES_URIS_OCTETS)
		return;
	copy = g_strndup(uri, len);
	if (!g_hash_table_add(list->seen, copy))	/* it was there, and copy is gone */
		return;
	g_string_append_len(list->out, uri, (gssize)len);
	judge_rules_piece_add(list->pieces, start, len);
	g_string_append_c(list->out, '\n');
}

static void
on_mark(void *arg, const char *uri)
{
	list_add(arg, uri);
}

static void
on_variant(void *arg, const char *uri)
{
	struct variants	*v = arg;

	g_ptr_array_add(v->uri, g_strdup(uri));
	v->leads = v->leads || judge_rules_uri_leads(uri);
}

/* An address found in text counts only when it, or what it stands for, leads to a real name. */
static void
on_text(void *arg, const char *uri)
{
	struct list	*list = arg;
	struct variants	 v = { .uri = NULL };
	guint		 i;

	if (list->pieces->n >= JUDGE_RULES_URIS_MAX || g_hash_table_contains(list->seen, uri))
		return;
	v.uri = g_ptr_array_new_with_free_func(g_free);
	judge_rules_uri_clean(uri, on_variant, &v);
	for (i = 0; v.leads && i < v.uri->len; i++)
		list_add(list, g_ptr_array_index(v.uri, i));
	g_ptr_array_free(v.uri, TRUE);
}

void
judge_rules_uris(const struct text *text, const char *body, const struct judge_rules_pieces *lines,
    struct _GString *out, struct judge_rules_pieces *pieces)
{
	struct list	list = { .out = out, .pieces = pieces };
	size_t		i;

	g_string_truncate(out, 0);
	pieces->n = 0;
	list.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (i = 0; i < text_mark_count(text) && pieces->n < JUDGE_RULES_URIS_MAX; i++)
		judge_rules_uri_clean(text_mark_at(text, i), on_mark, &list);
	for (i = 0; i < lines->n && pieces->n < JUDGE_RULES_URIS_MAX; i++)
		judge_rules_uri_scan(body + lines->piece[i].start, lines->piece[i].len, on_text, &list);
	g_hash_table_destroy(list.seen);
}
