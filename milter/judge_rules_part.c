/*
 * judge_rules_part.c - what mimeheader rules look at: a field of the message itself and of each part.
 *
 * Floor 3.  Each part's value is a piece of its own; a part without the field gives an empty one, or the rule's
 * "if-unset".
 */
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "charset.h"
#include "judge_rules_part.h"

#define CHARSET		"GB18030"	/* of undeclared 8-bit octets */
#define DECODED_MAX	65536		/* octets of one field */

/* Whether the part's header is the message's own, which the top fields stand for. */
static bool
is_root(const struct mime *mime, const struct mime_part *part)
{
	size_t		 len = 0;
	const char	*octets = mime_octets(mime, &len);
	uintptr_t	 at = (uintptr_t)part->header, start = (uintptr_t)octets;

	return part->header_len == 0 || (at >= start && at - start < mime_body_offset(mime));
}

/* Adds a value, decoded or as it is, without the blanks around it. */
static void
append_value(GString *out, const char *value, size_t len, bool raw)
{
	char	*text = NULL;
	size_t	 n = 0;

	while (len > 0 && (*value == ' ' || *value == '\t')) {
		value++;
		len--;
	}
	while (len > 0 && g_ascii_isspace(value[len - 1]))
		len--;
	if (!raw)
		text = charset_decode_header(value, len, CHARSET, DECODED_MAX, &n);
	g_string_append_len(out, text != NULL ? text : value, (gssize)(text != NULL ? n : len));
	charset_free(text);
}

/* Where the field that begins at at ends, its folded lines included. */
static size_t
field_end(const char *header, size_t len, size_t at)
{
	do {
		const char	*lf = memchr(header + at, '\n', len - at);

		at = lf == NULL ? len : (size_t)(lf - header) + 1;
	} while (at < len && (header[at] == ' ' || header[at] == '\t'));
	return at;
}

/* The first field of the group's name, or all fields with their names ("ALL"); false: there is none. */
static bool
append_part(const struct judge_rules_group *g, const char *header, size_t len, GString *out)
{
	bool	all = strcmp(g->field, "ALL") == 0, any = false;
	size_t	at, end, name = strlen(g->field);

	for (at = 0; at < len && (all || !any); at = end) {
		const char	*colon;

		end = field_end(header, len, at);
		colon = memchr(header + at, ':', end - at);
		if (colon == NULL || (!all && ((size_t)(colon - header) - at != name ||
		    g_ascii_strncasecmp(header + at, g->field, name) != 0)))
			continue;
		any = true;
		colon++;
		if (all) {
			g_string_append_len(out, header + at, (gssize)((size_t)(colon - header) - at));
			g_string_append_c(out, ' ');
		}
		append_value(out, colon, end - (size_t)(colon - header), g->view == RULES_VIEW_RAW);
		if (all)
			g_string_append_c(out, '\n');
	}
	return any;
}

static void
add(const struct judge_rules_group *g, const char *header, size_t len, GString *out,
    struct judge_rules_pieces *pieces)
{
	size_t	start = out->len;

	if (!append_part(g, header, len, out) && g->if_unset != NULL)
		g_string_append(out, g->if_unset);
	judge_rules_piece_add(pieces, start, out->len - start);
	g_string_append_c(out, '\n');
}

void
judge_rules_parts(const struct mime *mime, const char *top, size_t top_len,
    const struct judge_rules_group *group, struct _GString *out, struct judge_rules_pieces *pieces)
{
	size_t	i;

	g_string_truncate(out, 0);
	pieces->n = 0;
	add(group, top, top_len, out, pieces);
	for (i = 0; i < mime_part_count(mime); i++) {
		const struct mime_part	*part = mime_part_at(mime, i);

		if (!part->returned && !is_root(mime, part))
			add(group, part->header, part->header_len, out, pieces);
	}
}
