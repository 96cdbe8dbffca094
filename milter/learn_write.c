/*
 * learn_write.c - the rules as a file of our language.
 *
 * Floor 3, part of learn.  Every phrase stands there as it is matched, so that a person can read, judge and
 * strike it out.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "learn_private.h"

#define LEAST	0.01	/* a weight below it is none */

/* A phrase of Latin letters names itself; one of others by a hash. */
void
learn_write_name(const struct learn *learn, const struct learn_col *col, char out[LEARN_NAME_MAX])
{
	const char	*place = col->kind == LEARN_SUBJECT ? "S" : "";
	uint64_t	 h = 1469598103934665603U;
	size_t		 i, at;

	if (col->kind == LEARN_FACT) {
		g_strlcpy(out, learn_facts_name(col->number), LEARN_NAME_MAX);
	} else if (col->kind == LEARN_RULE) {
		(void)g_snprintf(out, LEARN_NAME_MAX, "LRN_B_%s", learn->set.rules[col->number].name);
	} else if ((col->text[0] & 0x80) == 0) {
		at = (size_t)g_snprintf(out, LEARN_NAME_MAX, "LRN_%sE_", place);
		for (i = 1; col->text[i] != '\0' && at + 1 < LEARN_NAME_MAX; i++)
			out[at++] = col->text[i] == ' ' ? '_' : g_ascii_toupper(col->text[i]);
		out[at] = '\0';
	} else {
		for (i = 1; col->text[i] != '\0'; i++)
			h = (h ^ (unsigned char)col->text[i]) * 1099511628211U;
		(void)g_snprintf(out, LEARN_NAME_MAX, "LRN_%sZ_%08X", place, (unsigned)(h ^ (h >> 32)));
	}
}

/* The weightier first. */
static int
compare_cols(const void *a, const void *b)
{
	const struct learn_col	*x = *(const struct learn_col *const *)a, *y = *(const struct learn_col *const *)b;

	if (x->weight > y->weight || x->weight < y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->text == NULL || y->text == NULL)
		return x->number < y->number ? -1 : x->number > y->number;
	return strcmp(x->text, y->text);
}

/* A word's pattern begins where the word does; a Han phrase stands anywhere. */
static void
put_phrase(const struct learn_col *col, const char *name, GString *out)
{
	bool		 words = col->text[0] == ' ';
	const char	*phrase = col->text + words;

	if (col->kind == LEARN_SUBJECT)
		g_string_append_printf(out, "folded %s /^%s%s/\ndescribe %s The subject says: %s\n"
		    "lang zh describe %s 主题中有：%s\n", name, words ? "(?:[^\\n]{0,200} )?" : "[^\\n]{0,200}", phrase, name, phrase,
		    name, phrase);
	else
		g_string_append_printf(out, "folded %s /%s%s/\ndescribe %s It says: %s\n"
		    "lang zh describe %s 文中有：%s\n", name, words ? "[ \\n]" : "", phrase, name, phrase, name, phrase);
}

/* What is added to the score of a rule of the base, where the base is there. */
static void
put_rule(const char *rule, const char *name, GString *out)
{
	g_string_append_printf(out, "meta %s (%s)\ndescribe %s Beside the phrases here, %s counts differently\n"
	    "lang zh describe %s 与本文件短语同用时对 %s 的修正\n", name, rule, name, rule, name, rule);
}

static void
put_col(const struct learn *learn, const struct learn_col *col, GString *out)
{
	char	name[LEARN_NAME_MAX];

	learn_write_name(learn, col, name);
	if (col->kind == LEARN_FACT)
		learn_facts_put(col->number, out);
	else if (col->kind == LEARN_RULE)
		put_rule(learn->set.rules[col->number].name, name, out);
	else
		put_phrase(col, name, out);
	g_string_append_printf(out, "score %s %.2f\n", name, col->weight);
	if (col->weight < 0)
		g_string_append_printf(out, "tflags %s nice\n", name);
	g_string_append_c(out, '\n');
}

static void
put_head(const struct learn *learn, GString *out)
{
	g_string_append_printf(out,
	    "# learned.cf - phrases and facts with weights fitted on labelled mail by \"tuiding rules learn\".\n"
	    "#\n"
	    "# %zu commercial and %zu other messages; phrases that stand in %u messages or more, of two groups\n"
	    "# of senders or more.  The scores are added to those of the other rules; a sum of %.1f was reached by\n"
	    "# %.2f %% of the other mail when its senders were held out.  Rules LRN_B_NAME correct what NAME weighs where\n"
	    "# that rule is there too.  Any rule may be struck out or changed.\n\n",
	    learn_count(learn, true), learn_count(learn, false), learn->set.min_messages, learn->set.required,
	    100 * learn->set.false_positives);
	g_string_append_printf(out,
	    "meta LRN_BASE (1)\ndescribe LRN_BASE What every message has: the weights below are counted from here\n"
	    "lang zh describe LRN_BASE 每封邮件的起点，以下分数由此加减\nscore LRN_BASE %.2f\n%s\n",
	    learn->intercept, learn->intercept < 0 ? "tflags LRN_BASE nice\n" : "");
}

const struct learn_col **
learn_write_order(const struct learn *learn, size_t *n_r)
{
	const struct learn_col	**list = g_new(const struct learn_col *, learn->cols->len + 1);
	size_t			  i, n = 0;

	for (i = 0; i < learn->cols->len; i++) {
		const struct learn_col	*col = &g_array_index(learn->cols, struct learn_col, i);

		if (fabs(col->weight) >= LEAST)
			list[n++] = col;
	}
	qsort(list, n, sizeof(*list), compare_cols);
	*n_r = n;
	return list;
}

int
learn_write(const struct learn *learn, FILE *out, struct err *err)
{
	const struct learn_col	**list = NULL;
	GString			 *text = g_string_new(NULL);
	size_t			  i, n = 0;
	int			  ret = 0;

	list = learn_write_order(learn, &n);
	put_head(learn, text);
	for (i = 0; i < n; i++)
		put_col(learn, list[i], text);
	if (fwrite(text->str, 1, text->len, out) != text->len)
		ret = err_set(err, "the rules could not be written");
	g_string_free(text, TRUE);
	g_free(list);
	return ret;
}
