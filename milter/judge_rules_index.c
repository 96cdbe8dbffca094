/*
 * judge_rules_index.c - the field names that rules ask for, numbered, so that a message's fields are looked
 * at once and not once a rule.
 *
 * Floor 3.  Immutable once the rules are made.
 */
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "judge_rules_index.h"

struct judge_rules_index {
	GHashTable	*numbers;	/* field name -> number + 1 */
	size_t		 n;
};

static guint
hash_name(gconstpointer key)
{
	const char	*c;
	guint		 h = 5381;

	for (c = key; *c != '\0'; c++)
		h = 33 * h + (guint)(unsigned char)g_ascii_tolower(*c);
	return h;
}

static gboolean
same_name(gconstpointer a, gconstpointer b)
{
	return g_ascii_strcasecmp(a, b) == 0;
}

static size_t
number(struct judge_rules_index *index, const char *name)
{
	size_t	at = judge_rules_index_find(index, name);

	if (at != SIZE_MAX)
		return at;
	g_hash_table_insert(index->numbers, g_strdup(name), GSIZE_TO_POINTER(index->n + 1));
	return index->n++;
}

struct judge_rules_index *
judge_rules_index_new(void)
{
	static const char *const	 always[INDEX_FIRST_FREE] = {
		[INDEX_TO] = "To",
		[INDEX_CC] = "Cc",
		[INDEX_X_MESSAGE_ID] = "X-Message-Id",
		[INDEX_RESENT_MESSAGE_ID] = "Resent-Message-Id",
		[INDEX_X_ORIGINAL_MESSAGE_ID] = "X-Original-Message-ID",
		[INDEX_MESSAGE_ID] = "Message-Id",
		[INDEX_SUBJECT] = "Subject",
		[INDEX_FACT] = JUDGE_RULES_FACT,
	};
	struct judge_rules_index	*index = g_new0(struct judge_rules_index, 1);
	size_t				 i;

	index->numbers = g_hash_table_new_full(hash_name, same_name, g_free, NULL);
	for (i = 0; i < INDEX_FIRST_FREE; i++)
		(void)number(index, always[i]);
	return index;
}

void
judge_rules_index_free(struct judge_rules_index *index)
{
	if (index == NULL)
		return;
	g_hash_table_destroy(index->numbers);
	g_free(index);
}

size_t
judge_rules_index_find(const struct judge_rules_index *index, const char *name)
{
	size_t	n = GPOINTER_TO_SIZE(g_hash_table_lookup(index->numbers, name));

	return n == 0 ? SIZE_MAX : n - 1;
}

size_t
judge_rules_index_count(const struct judge_rules_index *index)
{
	return index->n;
}

/* "ALL" and "MESSAGEID" are in capitals, the other two in any case, as in SpamAssassin. */
void
judge_rules_index_add(struct judge_rules_index *index, struct judge_rules_group *group)
{
	if (group->field == NULL || group->type != RULES_HEADER)
		return;
	if (strcmp(group->field, "ALL") == 0)
		group->source = SOURCE_ALL;
	else if (strcmp(group->field, "MESSAGEID") == 0)
		group->source = SOURCE_MESSAGEID;
	else if (g_ascii_strcasecmp(group->field, "ToCc") == 0)
		group->source = SOURCE_TOCC;
	else if (g_ascii_strcasecmp(group->field, "EnvelopeFrom") == 0)
		group->source = SOURCE_ENVELOPE;
	else if (g_ascii_strcasecmp(group->field, JUDGE_RULES_FACT) == 0)
		group->source = SOURCE_FACT;
	else
		group->source = SOURCE_FIELD;
	if (group->source == SOURCE_FIELD)
		group->number = number(index, group->field);
}
