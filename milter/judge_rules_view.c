/*
 * judge_rules_view.c - the texts of one message that rules look at, brought when asked for.
 *
 * Floor 3.  Copies nothing that can be pointed at.  A field in the message that bears the name of our own
 * facts is taken out of every view.
 */
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "charset.h"
#include "judge_rules_index.h"
#include "judge_rules_name.h"
#include "judge_rules_part.h"
#include "judge_rules_uri.h"

#define ADDRESSES_MAX	100	/* of one field */
#define CHARSET		"GB18030"	/* of undeclared 8-bit octets */

struct judge_rules_view {
	const struct judge_rules_input	*input;
	size_t				*first;		/* by field number: 1 + the first such field, 0: none */
	size_t				*next;		/* by field: 1 + the next of its name */
	size_t				*last;
	GPtrArray			*values;	/* const struct mime_field, of the group asked for */
	GString				*text;		/* a header's value */
	GString				*joined;	/* links, or fields of parts */
	struct mime_address		*address;	/* ADDRESSES_MAX, when needed */
	const char			*addressed;	/* the value that address holds those of, NULL: none */
	size_t				 naddresses;
	struct judge_rules_pieces	 body, pieces;
	bool				 body_cut;
	char				*clean;		/* the octets without a field of our name; NULL: none was there */
	size_t				 clean_len, clean_body;
};

/* Chains the message's fields by name, so that every name is looked up once. */
static void
chain_fields(struct judge_rules_view *v, const struct judge_rules_index *index)
{
	size_t	names = judge_rules_index_count(index), n = mime_field_count(v->input->mime), i;

	v->first = g_new0(size_t, names);
	v->last = g_new0(size_t, names);
	v->next = g_new0(size_t, n + 1);
	for (i = 0; i < n; i++) {
		size_t	at = judge_rules_index_find(index, mime_field_at(v->input->mime, i)->name);

		if (at == SIZE_MAX)
			continue;
		if (v->first[at] == 0)
			v->first[at] = i + 1;
		else
			v->next[v->last[at] - 1] = i + 1;
		v->last[at] = i + 1;
	}
}

/* Whether a header line begins a field of our name. */
static bool
is_ours(const char *line, size_t len)
{
	size_t	n = strlen(JUDGE_RULES_FACT);

	if (len <= n || g_ascii_strncasecmp(line, JUDGE_RULES_FACT, n) != 0)
		return false;
	while (n < len && (line[n] == ' ' || line[n] == '\t'))
		n++;
	return n < len && line[n] == ':';
}

/* Takes every field of our name out of a copy of the octets. */
static void
clean_octets(struct judge_rules_view *v)
{
	size_t		 len = 0, body, at = 0;
	const char	*octets = mime_octets(v->input->mime, &len);
	GString		*out;
	bool		 drop = false;

	if (v->first[INDEX_FACT] == 0)
		return;
	body = MIN(mime_body_offset(v->input->mime), len);
	out = g_string_sized_new(len);
	while (at < body) {
		const char	*lf = memchr(octets + at, '\n', body - at);
		size_t		 n = lf == NULL ? body - at : (size_t)(lf - octets) + 1 - at;

		if (octets[at] != ' ' && octets[at] != '\t')
			drop = is_ours(octets + at, n);
		if (!drop)
			g_string_append_len(out, octets + at, (gssize)n);
		at += n;
	}
	v->clean_body = out->len;
	g_string_append_len(out, octets + body, (gssize)(len - body));
	v->clean_len = out->len;
	v->clean = g_string_free(out, FALSE);
}

struct judge_rules_view *
judge_rules_view_new(const struct judge_rules_index *index, const struct judge_rules_input *input)
{
	struct judge_rules_view	*v = g_new0(struct judge_rules_view, 1);

	v->input = input;
	v->values = g_ptr_array_new();
	v->text = g_string_sized_new(1024);
	v->joined = g_string_sized_new(1024);
	chain_fields(v, index);
	clean_octets(v);
	return v;
}

void
judge_rules_view_free(struct judge_rules_view *view)
{
	if (view == NULL)
		return;
	g_free(view->first);
	g_free(view->next);
	g_free(view->last);
	g_ptr_array_free(view->values, TRUE);
	g_string_free(view->text, TRUE);
	g_string_free(view->joined, TRUE);
	g_free(view->address);
	g_free(view->body.piece);
	g_free(view->pieces.piece);
	g_free(view->clean);
	g_free(view);
}

/* ---- header ---------------------------------------------------------------------------------- */

static void
append_trimmed(GString *out, const char *text, size_t len)
{
	while (len > 0 && g_ascii_isspace(text[len - 1]))
		len--;
	while (len > 0 && g_ascii_isspace(text[0])) {
		text++;
		len--;
	}
	g_string_append_len(out, text, (gssize)len);
}

/* Whether decoding leaves it as it is. */
static bool
is_plain(const char *text, size_t len)
{
	size_t	i;

	for (i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~' || (text[i] == '=' && text[i + 1] == '?'))
			return false;
	return true;
}

/*
 * A field's decoded value.  Every fold is one blank, as in SpamAssassin, where the decoded text may have kept
 * a tab or several blanks: such a value is unfolded and decoded again.
 */
static void
append_text(GString *out, const struct mime_field *f)
{
	GString		*flat;
	const char	*c;
	char		*text = NULL;
	size_t		 len = 0;

	if (strstr(f->raw, "\n\t") == NULL && strstr(f->raw, "\n  ") == NULL) {
		append_trimmed(out, f->text, f->text_len);
		return;
	}
	flat = g_string_sized_new(f->raw_len);
	for (c = f->raw; *c != '\0'; c++) {
		if (*c != '\n') {
			g_string_append_c(flat, *c);
			continue;
		}
		g_string_append_c(flat, ' ');
		c += strspn(c + 1, " \t");
	}
	if (is_plain(flat->str, flat->len))
		append_trimmed(out, flat->str, flat->len);
	else
		text = charset_decode_header(flat->str, flat->len, CHARSET, 2 * f->raw_len + 64, &len);
	if (text != NULL)
		append_trimmed(out, text, len);
	charset_free(text);
	g_string_free(flat, TRUE);
}

/* The whole header: decoded and unfolded, or as it came. */
static void
bring_all(struct judge_rules_view *v, enum rules_view kind)
{
	size_t		 i, len = 0, body;
	const char	*octets = mime_octets(v->input->mime, &len);

	if (kind == RULES_VIEW_RAW) {
		octets = v->clean != NULL ? v->clean : octets;
		body = v->clean != NULL ? v->clean_body : MIN(mime_body_offset(v->input->mime), len);
		if (body > 1 && octets[body - 1] == '\n' && octets[body - 2] == '\n')
			body--;			/* the empty line between */
		g_string_append_len(v->text, octets, (gssize)body);
		return;
	}
	for (i = 0; i < mime_field_count(v->input->mime); i++) {
		const struct mime_field	*f = mime_field_at(v->input->mime, i);

		if (g_ascii_strcasecmp(f->name, JUDGE_RULES_FACT) == 0)
			continue;
		g_string_append(v->text, f->name);
		g_string_append_len(v->text, ": ", 2);
		append_text(v->text, f);
		g_string_append_c(v->text, '\n');
	}
}

static void
append_number(GString *out, size_t n)
{
	char	digits[24];
	size_t	at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	g_string_append_len(out, digits + at, (gssize)(sizeof(digits) - at));
}

static void
fact(GString *out, const char *name, size_t n, bool counted)
{
	if (n == 0)
		return;
	g_string_append(out, name);
	if (counted) {
		g_string_append_c(out, '=');
		append_number(out, n);
	}
	g_string_append_c(out, '\n');
}

/* What is true of the markup, one line each. */
static void
bring_facts(struct judge_rules_view *v)
{
	const struct text	*t = v->input->text;
	size_t			 links = text_fact(t, TEXT_FACT_LINKS), words = text_fact(t, TEXT_FACT_WORDS);

	fact(v->text, "html", text_fact(t, TEXT_FACT_HTML), false);
	fact(v->text, "plain", text_fact(t, TEXT_FACT_PLAIN), false);
	fact(v->text, "hidden-text", text_fact(t, TEXT_FACT_HIDDEN), false);
	fact(v->text, "image-only", text_fact(t, TEXT_FACT_IMAGE_ONLY), false);
	fact(v->text, "links", links, true);
	fact(v->text, "images", text_fact(t, TEXT_FACT_IMAGES), true);
	fact(v->text, "words", words, true);
	if (links > 0) {
		g_string_append(v->text, "words-per-link=");
		append_number(v->text, words / links);
		g_string_append_c(v->text, '\n');
	}
	fact(v->text, "attachments", text_fact(t, TEXT_FACT_ATTACHMENTS), true);
}

/* Adds every field of a number to the values. */
static void
add_values(struct judge_rules_view *v, size_t number, bool filled)
{
	size_t	at;

	for (at = v->first[number]; at != 0; at = v->next[at - 1]) {
		const struct mime_field	*f = mime_field_at(v->input->mime, at - 1);

		if (!filled || f->raw_len > 0)
			g_ptr_array_add(v->values, (gpointer)(uintptr_t)f);
	}
}

static void
find_values(struct judge_rules_view *v, const struct judge_rules_group *g)
{
	size_t	i;

	g_ptr_array_set_size(v->values, 0);
	if (g->source == SOURCE_FIELD) {
		add_values(v, g->number, false);
	} else if (g->source == SOURCE_TOCC) {
		add_values(v, INDEX_TO, false);
		add_values(v, INDEX_CC, false);
	} else if (g->source == SOURCE_MESSAGEID) {
		for (i = INDEX_X_MESSAGE_ID; i <= INDEX_MESSAGE_ID; i++)
			add_values(v, i, true);
	}
	if (g->pick == RULES_PICK_FIRST && v->values->len > 1)
		g_ptr_array_set_size(v->values, 1);
	if (g->pick == RULES_PICK_LAST && v->values->len > 1)
		g_ptr_array_remove_range(v->values, 0, v->values->len - 1);
}

/* Addresses or names of a value, an LF between two; true when there are any. */
static bool
bring_addresses(struct judge_rules_view *v, const char *raw, enum rules_view kind, bool any)
{
	char	*hidden = kind == RULES_VIEW_NAME_RAW ? judge_rules_name_hide(raw) : NULL;
	size_t	 i;

	if (v->address == NULL)
		v->address = g_new(struct mime_address, ADDRESSES_MAX);
	if (hidden != NULL || v->addressed != raw)	/* ":addr" and ":name" ask for the same */
		v->naddresses = mime_addresses(hidden != NULL ? hidden : raw, CHARSET, v->address, ADDRESSES_MAX);
	v->addressed = hidden != NULL ? NULL : raw;
	for (i = 0; i < MIN(v->naddresses, ADDRESSES_MAX); i++) {
		char	*one = kind == RULES_VIEW_ADDR ? v->address[i].address : v->address[i].name;

		if (hidden != NULL)
			judge_rules_name_show(one);
		if (*one == '\0')
			continue;
		if (any)
			g_string_append_c(v->text, '\n');
		append_trimmed(v->text, one, strlen(one));
		any = true;
	}
	g_free(hidden);
	return any;
}

/* The value a header rule matches, into v->text; false: there is none. */
static bool
bring_header(struct judge_rules_view *v, const struct judge_rules_group *g)
{
	bool	any = false;
	guint	i;

	g_string_truncate(v->text, 0);
	if (g->source == SOURCE_ALL) {
		bring_all(v, g->view);
		return v->text->len > 0;
	}
	if (g->source == SOURCE_FACT) {
		bring_facts(v);
		return v->text->len > 0;
	}
	if (g->source == SOURCE_ENVELOPE) {
		g_string_append(v->text, v->input->envelope == NULL ? "" : v->input->envelope);
		return v->input->envelope != NULL;
	}
	find_values(v, g);
	for (i = 0; i < v->values->len; i++) {
		const struct mime_field	*f = g_ptr_array_index(v->values, i);

		if (g->view == RULES_VIEW_ADDR || g->view == RULES_VIEW_NAME || g->view == RULES_VIEW_NAME_RAW) {
			any = bring_addresses(v, f->raw, g->view, any);
			continue;
		}
		if (g->view == RULES_VIEW_RAW)
			g_string_append_len(v->text, f->raw, (gssize)f->raw_len);
		else
			append_text(v->text, f);
		if (v->text->len == 0 || v->text->str[v->text->len - 1] != '\n' || g->view != RULES_VIEW_RAW)
			g_string_append_c(v->text, '\n');
		any = true;
	}
	return any;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* The body, cut into its pieces once. */
static const char *
cut_body(struct judge_rules_view *v, size_t *len_r)
{
	const char	*text = text_body(v->input->text, len_r);

	if (v->body_cut)
		return text;
	judge_rules_cut_body(text, *len_r, &v->body);
	v->body_cut = true;
	return text;
}

static void
bring_body(struct judge_rules_view *v, const struct judge_rules_group *g, struct judge_rules_subject *s)
{
	size_t	skip = 0;

	s->text = cut_body(v, &s->len);
	if (g->nosubject)
		skip = MIN(1, v->body.n);		/* the subject, be it empty */
	s->piece = v->body.piece == NULL ? NULL : v->body.piece + skip;
	s->npieces = v->body.n - skip;
}

/* Each part is cut by itself. */
static void
bring_raw(struct judge_rules_view *v, struct judge_rules_subject *s)
{
	const char	*text = text_raw(v->input->text, &s->len);
	size_t		 i, start, end;

	v->pieces.n = 0;
	for (i = 0; (start = text_raw_part(v->input->text, i)) < s->len; i++) {
		end = text_raw_part(v->input->text, i + 1);
		judge_rules_cut_raw(text, start, end - start, &v->pieces);
	}
	s->text = text;
	s->piece = v->pieces.piece;
	s->npieces = v->pieces.n;
}

/* One piece for each link. */
static void
bring_uris(struct judge_rules_view *v, struct judge_rules_subject *s)
{
	size_t		 len = 0;
	const char	*body = cut_body(v, &len);

	judge_rules_uris(v->input->text, body, &v->body, v->joined, &v->pieces);
	s->text = v->joined->str;
	s->len = v->joined->len;
	s->piece = v->pieces.piece;
	s->npieces = v->pieces.n;
}

/* The whole as one piece. */
static void
bring_whole(struct judge_rules_view *v, const char *text, size_t len, struct judge_rules_subject *s)
{
	v->pieces.n = 0;
	judge_rules_piece_add(&v->pieces, 0, len);
	*s = (struct judge_rules_subject){ .text = text, .len = len, .piece = v->pieces.piece, .npieces = 1 };
}

/* How much of the message as read is to be scanned: what a report returns is not. */
static size_t
scanned_length(const struct mime *mime, const char *octets, size_t len)
{
	size_t	i;

	for (i = 0; i < mime_part_count(mime); i++) {
		const struct mime_part	*part = mime_part_at(mime, i);
		uintptr_t		 at = (uintptr_t)part->header, start = (uintptr_t)octets;

		if (part->returned && part->header_len > 0 && at >= start && at - start < len)
			return (size_t)(at - start);
	}
	return len;
}

bool
judge_rules_view_get(struct judge_rules_view *view, const struct judge_rules_group *group,
    struct judge_rules_subject *subject)
{
	const char	*text;
	size_t		 len = 0, whole = 0;
	bool		 found = true;

	*subject = (struct judge_rules_subject){ .text = "" };
	switch (group->type) {
	case RULES_HEADER:
		found = bring_header(view, group);
		bring_whole(view, view->text->str, view->text->len, subject);
		break;
	case RULES_BODY:
		bring_body(view, group, subject);
		break;
	case RULES_RAWBODY:
		bring_raw(view, subject);
		break;
	case RULES_URI:
		bring_uris(view, subject);
		break;
	case RULES_MIMEHEADER:
		text = mime_octets(view->input->mime, &len);
		len = MIN(mime_body_offset(view->input->mime), len);
		judge_rules_parts(view->input->mime, view->clean != NULL ? view->clean : text,
		    view->clean != NULL ? view->clean_body : len, group, view->joined, &view->pieces);
		*subject = (struct judge_rules_subject){ .text = view->joined->str, .len = view->joined->len,
		    .piece = view->pieces.piece, .npieces = view->pieces.n };
		break;
	case RULES_FULL:
		text = mime_octets(view->input->mime, &whole);
		len = scanned_length(view->input->mime, text, whole);
		if (view->clean != NULL)
			bring_whole(view, view->clean, view->clean_len - (whole - len), subject);
		else
			bring_whole(view, text, len, subject);
		break;
	case RULES_FOLDED:
		text = text_folded(view->input->text, &len);
		bring_whole(view, text, len, subject);
		break;
	default:
		break;
	}
	return found;
}
