/*
 * learn.c - messages become rows, phrases and facts columns; then the fit.
 *
 * Floor 3.  Every octet of a message is hostile; what cannot be read is refused, and nothing of it kept.
 */
#include <stdlib.h>
#include <string.h>
#include "fold.h"
#include "learn_private.h"

#define MESSAGES_MIN	10	/* of a class */
#define WEIGHT_MAX	20
#define ROWS_MAX	1000000

const struct learn_settings	learn_settings_default = {
	.max_rules = 3000, .min_messages = 5, .false_positives = 0.005, .required = 5.0, .folds = 5,
	.default_charset = "GB18030",
};

static void
row_free(gpointer data)
{
	struct learn_row	*row = data;

	if (row == NULL)
		return;
	g_free(row->path);
	g_free(row->text);
	g_free(row->names);
	g_free(row->col);
	free(row->look.hit);
	g_free(row);
}

int
learn_new(const struct learn_settings *settings, struct learn **learn_r, struct err *err)
{
	struct learn	*learn;

	if (settings->look == NULL || settings->max_rules < 1 || settings->min_messages < 1 ||
	    settings->folds < 2 || settings->folds > 20 || !(settings->false_positives > 0) ||
	    !(settings->false_positives < 1))
		return err_set(err, "a setting for learning is out of its range");
	learn = g_new0(struct learn, 1);
	learn->set = *settings;
	learn->rows = g_ptr_array_new_with_free_func(row_free);
	learn->groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	learn->sets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	learn->set_names = g_ptr_array_new();
	learn->cols = g_array_new(FALSE, TRUE, sizeof(struct learn_col));
	*learn_r = learn;
	return 0;
}

void
learn_free(struct learn *learn)
{
	unsigned	i;

	if (learn == NULL)
		return;
	for (i = 0; i < learn->cols->len; i++)
		g_free(g_array_index(learn->cols, struct learn_col, i).text);
	g_array_free(learn->cols, TRUE);
	g_ptr_array_free(learn->set_names, TRUE);
	g_ptr_array_free(learn->rows, TRUE);
	g_hash_table_destroy(learn->groups);
	g_hash_table_destroy(learn->sets);
	g_free(learn);
}

/* ---- one message ----------------------------------------------------------------------------- */

static int
read_text(const struct mime *mime, const char *charset, struct text **text_r, struct err *err)
{
	const struct mime_field	*subject = mime_field_named(mime, "Subject", 0);
	struct text		*text = NULL;
	size_t			 i;
	int			 ret = -1;

	if (text_new(&text_limits_default, charset, subject == NULL ? NULL : subject->text, &text, err) != 0)
		return -1;
	for (i = 0; i < mime_part_count(mime); i++) {
		const struct mime_part	*part = mime_part_at(mime, i);
		const struct text_part	 in = { .type = part->type, .charset = part->charset,
					    .octets = part->octets, .len = part->len, .attachment = part->attachment };

		if (!part->returned && text_add(text, &in, err) != 0)
			goto out;
	}
	if (text_finish(text, err) != 0)
		goto out;
	*text_r = text;
	text = NULL;
	ret = 0;
out:
	text_free(text);
	return ret;
}

/* Every name and address of the header, folded, the separators of addresses made blanks. */
static void
read_names(const struct mime *mime, struct learn_row *row)
{
	static const char *const	 fields[] = { "From", "Reply-To", "Sender", "To", "Cc", "List-Id" };
	GString				*all = g_string_new(NULL);
	char				*folded;
	size_t				 i, n;

	for (i = 0; i < G_N_ELEMENTS(fields); i++) {
		const struct mime_field	*f = mime_field_named(mime, fields[i], 0);

		if (f != NULL)
			g_string_append_printf(all, "%s\n", f->text);
	}
	folded = fold_text(all->str, all->len, LEARN_TEXT_MAX, &n);
	for (i = 0; folded != NULL && i < n; i++)
		if (folded[i] != '\n' && (folded[i] & 0x80) == 0 && !g_ascii_islower(folded[i]))
			folded[i] = ' ';
	row->names = g_strndup(folded == NULL ? "" : folded, folded == NULL ? 0 : n);
	row->names_len = folded == NULL ? 0 : n;
	fold_free(folded);
	g_string_free(all, TRUE);
}

/* The number of a group; by the sender's domain, or whole address where it has none. */
static unsigned
group_of(struct learn *learn, const struct learn_message *message, const struct mime *mime)
{
	const struct mime_field	*from = mime_field_named(mime, "From", 0);
	struct mime_address	 address = { .address = "" };
	char			 domain[320];
	const char		*name = message->group, *at;
	gpointer		 number;

	if (name == NULL) {
		if (from != NULL)
			(void)mime_addresses(from->raw, learn->set.default_charset, &address, 1);
		at = strrchr(address.address, '@');
		g_strlcpy(domain, at == NULL ? address.address : at + 1, sizeof(domain));
		for (char *c = domain; *c != '\0'; c++)
			*c = g_ascii_tolower(*c);
		name = domain;
	}
	number = g_hash_table_lookup(learn->groups, name);
	if (number == NULL) {
		number = GUINT_TO_POINTER(g_hash_table_size(learn->groups) + 1);
		g_hash_table_insert(learn->groups, g_strdup(name), number);
	}
	return GPOINTER_TO_UINT(number) - 1;
}

static const char *
set_of(struct learn *learn, const char *name)
{
	gpointer	key;

	if (name == NULL)
		return NULL;
	if (!g_hash_table_lookup_extended(learn->sets, name, &key, NULL)) {
		key = g_strdup(name);
		g_hash_table_insert(learn->sets, key, NULL);
		g_ptr_array_add(learn->set_names, key);
	}
	return key;
}

static bool
has_fact(const struct learn_row *row, size_t i)
{
	return (row->look.facts[i / 64] >> i % 64 & 1) != 0;
}

/* The row's text, cut at a character's border. */
static void
keep_text(struct learn_row *row, const struct text *text)
{
	size_t		 len = 0;
	const char	*folded = text_folded(text, &len);

	if (len > LEARN_TEXT_MAX) {
		len = LEARN_TEXT_MAX;
		while (len > 0 && ((unsigned char)folded[len] & 0xc0) == 0x80)
			len--;
	}
	row->text = g_strndup(folded, len);
	row->len = strlen(row->text);
	row->han = has_fact(row, learn_facts_han());
}

int
learn_add(struct learn *learn, const struct learn_message *message, struct err *err)
{
	struct learn_row	*row = NULL;
	struct mime		*mime = NULL;
	struct text		*text = NULL;
	int			 ret = -1;

	if (learn->fitted || learn->rows->len >= ROWS_MAX || message->weight < 1 || message->weight > WEIGHT_MAX)
		return err_set(err, "no message can be added, or not with this weight");
	if (mime_parse(message->octets, message->len, learn->set.default_charset, &mime_limits_default, &mime,
	    err) != 0 || read_text(mime, learn->set.default_charset, &text, err) != 0)
		goto out;
	row = g_new0(struct learn_row, 1);
	if (learn->set.look(learn->set.arg, mime, text, &row->look, err) != 0)
		goto out;
	row->path = g_strdup(message->path);
	row->weight = message->weight;
	row->commercial = message->commercial;
	keep_text(row, text);
	read_names(mime, row);
	row->group = group_of(learn, message, mime);
	row->set = set_of(learn, message->set);
	g_ptr_array_add(learn->rows, row);
	row = NULL;
	ret = 0;
out:
	row_free(row);
	text_free(text);
	mime_free(mime);
	return ret;
}

size_t
learn_count(const struct learn *learn, bool commercial)
{
	unsigned	i;
	size_t		n = 0;

	for (i = 0; i < learn->rows->len; i++)
		n += ((const struct learn_row *)g_ptr_array_index(learn->rows, i))->commercial == commercial;
	return n;
}

size_t
learn_set_count(const struct learn *learn)
{
	return learn->set_names->len;
}

const char *
learn_set_name(const struct learn *learn, size_t i)
{
	return g_ptr_array_index(learn->set_names, i);
}

size_t
learn_rule_count(const struct learn *learn)
{
	return learn->nrules;
}

/* ---- columns --------------------------------------------------------------------------------- */

struct filling {
	uint8_t	*seen;
	GArray	*list;		/* uint32_t */
	GString	*subject;
};

static void
fill_one(void *arg, uint32_t number)
{
	struct filling	*f = arg;

	if (f->seen[number])
		return;
	f->seen[number] = 1;
	g_array_append_val(f->list, number);
}

static int
compare_numbers(const void *a, const void *b)
{
	uint32_t	x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
fill_row(struct learn *learn, struct learn_row *row, const struct learn_trie *whole,
    const struct learn_trie *subject, size_t first_fact, struct filling *f)
{
	size_t	i;

	g_array_set_size(f->list, 0);
	learn_trie_walk(whole, row->text, row->len, fill_one, f);
	g_string_assign(f->subject, " ");		/* its first word has a blank in front too */
	g_string_append_len(f->subject, row->text, (gssize)learn_terms_subject(row->text, row->len));
	learn_trie_walk(subject, f->subject->str, f->subject->len, fill_one, f);
	for (i = 0; i < learn_facts_count(); i++)
		if (has_fact(row, i))
			fill_one(f, (uint32_t)(first_fact + i));
	for (i = 0; row->look.hit != NULL && i < learn->set.nrules; i++)
		if (row->look.hit[i] != 0)
			fill_one(f, (uint32_t)(learn->first_rule + i));
	g_array_sort(f->list, compare_numbers);
	row->ncols = f->list->len;
	row->col = g_new(uint32_t, row->ncols + 1);
	for (i = 0; i < row->ncols; i++) {
		row->col[i] = g_array_index(f->list, uint32_t, i);
		f->seen[row->col[i]] = 0;
		g_array_index(learn->cols, struct learn_col, row->col[i]).count[row->commercial]++;
	}
}

/* Columns that are no phrases, numbered from 0. */
static void
add_numbered(struct learn *learn, enum learn_kind kind, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++) {
		struct learn_col	col = { .kind = kind, .number = (unsigned)i };

		g_array_append_val(learn->cols, col);
	}
}

/* Finds the columns of every row. */
static void
fill(struct learn *learn)
{
	struct learn_trie	*whole = learn_trie_new(), *subject = learn_trie_new();
	struct filling		 f = { .list = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
				    .subject = g_string_new(NULL) };
	size_t			 first_fact = learn->cols->len, i;

	for (i = 0; i < first_fact; i++) {
		const struct learn_col	*col = &g_array_index(learn->cols, struct learn_col, i);

		learn_trie_add(col->kind == LEARN_SUBJECT ? subject : whole, col->text, (uint32_t)i);
	}
	add_numbered(learn, LEARN_FACT, learn_facts_count());
	learn->first_rule = learn->cols->len;
	add_numbered(learn, LEARN_RULE, learn->set.nrules);
	f.seen = g_new0(uint8_t, learn->cols->len + 1);
	for (i = 0; i < learn->rows->len; i++)
		fill_row(learn, g_ptr_array_index(learn->rows, i), whole, subject, first_fact, &f);
	g_free(f.seen);
	g_array_free(f.list, TRUE);
	g_string_free(f.subject, TRUE);
	learn_trie_free(whole);
	learn_trie_free(subject);
}

static int
compare_rows(const void *a, const void *b)
{
	const struct learn_row	*x = *(struct learn_row *const *)a, *y = *(struct learn_row *const *)b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return strcmp(x->path, y->path);
}

int
learn_fit(struct learn *learn, struct err *err)
{
	size_t	commercial = learn_count(learn, true), other = learn_count(learn, false);

	if (!learn_available())
		return err_set(err, "this build has no liblinear: it cannot learn");
	if (learn->fitted)
		return err_set(err, "fitted already");
	if (commercial < MESSAGES_MIN || other < MESSAGES_MIN)
		return err_set(err, "too few messages to learn from: %zu commercial, %zu other (each wants %d)",
		    commercial, other, MESSAGES_MIN);
	if (g_hash_table_size(learn->groups) < learn->set.folds)
		return err_set(err, "too few groups of senders to hold out: %u, wanted %u",
		    g_hash_table_size(learn->groups), learn->set.folds);
	learn->fitted = true;
	g_ptr_array_sort(learn->rows, compare_rows);
	learn_vocab_add(learn, LEARN_PHRASE);
	learn_vocab_add(learn, LEARN_SUBJECT);
	fill(learn);
	if (learn->set.progress != NULL)
		learn->set.progress(learn->set.arg, "phrases", learn->cols->len, learn->cols->len);
	return learn_cross(learn, err);
}
