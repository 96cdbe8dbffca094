/*
 * mime_parts.c - the leaf parts of a message, found by GMime and decoded from their transfer encoding.
 *
 * Floor 2, part of mime.  GMime cuts the message where its borders are and undoes base64 and
 * quoted-printable; it decodes no charset and opens no file.  Any object it hands out may be NULL.
 */
#include <stdint.h>
#include <string.h>
#include <gmime/gmime.h>
#include "mime_private.h"

#define TYPE_MAX	127	/* octets of a type: RFC 6838 4.2 */
#define CONTENT_FIELDS	64	/* Content-* fields kept behind too many others */

/* The octets that GMime parses: those of the message, or of a message inside it that was encoded. */
struct view {
	struct mime	*mime;
	const char	*default_charset;
	const char	*octets;
	size_t		 len;
};

struct place {
	unsigned	 depth;
	gint64		 header;	/* where the enclosed message's header begins, or -1 */
	bool		 returned, enclosed;
};

static void	view_bound(struct view *view, size_t start);
static void	view_parse(const struct view *view, size_t start, struct place place);
static void	walk(const struct view *view, GMimeObject *object, struct place place);

void
mime_init(void)
{
	g_mime_init();
}

/* A new row in the list of parts, or NULL when there are enough. */
static struct mime_part *
part_new(struct mime *mime)
{
	if (mime->nparts >= mime->limits.parts) {
		mime->truncated = true;
		return NULL;
	}
	if (mime->nparts == mime->parts_size) {
		mime->parts_size = mime->parts_size != 0 ? 2 * mime->parts_size : 8;
		mime->parts = g_realloc_n(mime->parts, mime->parts_size, sizeof(*mime->parts));
	}
	memset(&mime->parts[mime->nparts], 0, sizeof(*mime->parts));
	return &mime->parts[mime->nparts++];
}

static const char *
object_field(GMimeObject *object, const char *name)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	GMimeHeader *header = list != NULL ? g_mime_header_list_get_header(list, name) : NULL;

	return header != NULL ? g_mime_header_get_raw_value(header) : NULL;
}

/* False for a Content-Type without a type on both sides of a slash: then RFC 2045 5.2 says text/plain. */
static bool
is_type_shaped(const char *raw)
{
	const char *slash = raw + strcspn(raw, "/;");

	raw += strspn(raw, " \t\n");
	return *slash == '/' && slash > raw && strchr(" \t\n;", slash[1]) == NULL;
}

/* "text/html" in lower case, mime's own. */
static const char *
object_type(struct mime *mime, GMimeObject *object)
{
	GMimeContentType *ct = g_mime_object_get_content_type(object);
	const char *type = ct != NULL ? g_mime_content_type_get_media_type(ct) : NULL;
	const char *subtype = ct != NULL ? g_mime_content_type_get_media_subtype(ct) : NULL;
	const char *raw = object_field(object, "Content-Type");
	char name[TYPE_MAX + 1];

	if (raw != NULL && !is_type_shaped(raw))
		return "text/plain";
	if (type == NULL || subtype == NULL || *type == '\0' || *subtype == '\0' ||
	    g_snprintf(name, sizeof(name), "%s/%s", type, subtype) > TYPE_MAX)
		return "text/plain";
	return mime_own(mime, g_ascii_strdown(name, -1));
}

/* Where the object's first header field begins, or -1. */
static gint64
object_start(GMimeObject *object)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	GMimeHeader *header = list != NULL && g_mime_header_list_get_count(list) > 0 ?
	    g_mime_header_list_get_header_at(list, 0) : NULL;

	return header != NULL ? g_mime_header_get_offset(header) : -1;
}

static const char *
object_filename(const struct view *view, GMimeObject *object)
{
	const char *raw = object_field(object, "Content-Disposition");
	char *name = NULL;

	if (raw != NULL)
		name = mime_param(raw, "filename", view->default_charset);
	if (name == NULL && (raw = object_field(object, "Content-Type")) != NULL)
		name = mime_param(raw, "name", view->default_charset);
	return name != NULL ? mime_own(view->mime, name) : NULL;
}

/* What stands between the header and the next border.  Both ends lie inside the view. */
static void
object_content(const struct view *view, GMimeObject *object, size_t *start_r, size_t *end_r)
{
	GMimeDataWrapper *wrapper = g_mime_part_get_content(GMIME_PART(object));
	GMimeStream *stream = wrapper != NULL ? g_mime_data_wrapper_get_stream(wrapper) : NULL;

	*start_r = *end_r = view->len;
	if (stream == NULL || stream->bound_start < 0 || (guint64)stream->bound_start > view->len)
		return;
	*start_r = (size_t)stream->bound_start;
	if (stream->bound_end >= 0 && (guint64)stream->bound_end < view->len)
		*end_r = (size_t)stream->bound_end;
	if (*end_r < *start_r)
		*end_r = *start_r;
}

static void
part_header(const struct view *view, struct mime_part *part, gint64 start, size_t end)
{
	part->header = "";
	if (start < 0 || (guint64)start >= end || end > view->len)
		return;
	while (end > (size_t)start + 1 && view->octets[end - 1] == '\n' && view->octets[end - 2] == '\n')
		end--;
	part->header = view->octets + start;
	part->header_len = end - (size_t)start;
}

/* uuencode is left as it is: its text is what readers see. */
static enum mime_encoding
object_encoding(GMimeObject *object)
{
	switch (g_mime_part_get_content_encoding(GMIME_PART(object))) {
	case GMIME_CONTENT_ENCODING_BASE64:
		return MIME_ENCODING_BASE64;
	case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
		return MIME_ENCODING_QUOTED;
	default:
		return MIME_ENCODING_NONE;
	}
}

/* A message inside that was encoded, against RFC 2046 5.2.1: readers show it all the same. */
static bool
is_encoded_message(const char *type, enum mime_encoding encoding)
{
	return encoding != MIME_ENCODING_NONE &&
	    (strcmp(type, "message/rfc822") == 0 || strcmp(type, "message/global") == 0);
}

static void
walk_leaf(const struct view *view, GMimeObject *object, struct place place)
{
	enum mime_encoding encoding = object_encoding(object);
	GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);
	const char *type = object_type(view->mime, object), *charset;
	struct mime_part *part;
	size_t start, end;

	object_content(view, object, &start, &end);
	if (is_encoded_message(type, encoding)) {
		struct view inner = *view;

		inner.octets = mime_decode(view->mime, encoding, view->octets + start, end - start, &inner.len);
		view_bound(&inner, 0);
		place.depth++;
		place.enclosed = true;
		place.header = -1;
		view_parse(&inner, 0, place);
		return;
	}
	if ((part = part_new(view->mime)) == NULL)
		return;
	part->type = type;
	if ((charset = g_mime_object_get_content_type_parameter(object, "charset")) != NULL)
		part->charset = mime_own(view->mime, g_strndup(charset, 64));
	part->filename = object_filename(view, object);
	part_header(view, part, place.header >= 0 ? place.header : object_start(object), start);
	part->depth = place.depth;
	part->attachment = disposition != NULL && g_mime_content_disposition_get_disposition(disposition) != NULL &&
	    g_ascii_strcasecmp(g_mime_content_disposition_get_disposition(disposition), "attachment") == 0;
	part->returned = place.returned;
	part->enclosed = place.enclosed;
	part->octets = mime_decode(view->mime, encoding, view->octets + start, end - start, &part->len);
}

static bool
is_type(GMimeObject *object, const char *type, const char *subtype)
{
	GMimeContentType *ct = object != NULL ? g_mime_object_get_content_type(object) : NULL;

	return ct != NULL && g_mime_content_type_is_type(ct, type, subtype);
}

/* RFC 6522 with the report types of RFC 3464, 6533 and 5965. */
static bool
is_report(GMimeMultipart *multipart)
{
	static const char *const types[] = { "delivery-status", "global-delivery-status", "feedback-report" };
	GMimeObject *object = GMIME_OBJECT(multipart);
	const char *declared;

	if (!is_type(object, "multipart", "report"))
		return false;
	declared = g_mime_object_get_content_type_parameter(object, "report-type");
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		if (declared != NULL && g_ascii_strcasecmp(declared, types[i]) == 0)
			return true;
		for (int j = 1; j < g_mime_multipart_get_count(multipart) && j < 4; j++)
			if (is_type(g_mime_multipart_get_part(multipart, j), "message", types[i]))
				return true;
	}
	return false;
}

static bool
is_returned_type(GMimeObject *object)
{
	return is_type(object, "message", "rfc822") || is_type(object, "message", "global") ||
	    is_type(object, "text", "rfc822-headers") || is_type(object, "message", "global-headers");
}

/* A multipart without a single border is shown as text by what people read mail with. */
static void
walk_borderless(const struct view *view, GMimeMultipart *multipart, struct place place)
{
	const char *text = g_mime_multipart_get_prologue(multipart);
	struct mime_part *part;

	if (text == NULL || *text == '\0' || (part = part_new(view->mime)) == NULL)
		return;
	part->type = "text/plain";
	part->header = "";
	part->depth = place.depth;
	part->returned = place.returned;
	part->enclosed = place.enclosed;
	part->octets = mime_decode(view->mime, MIME_ENCODING_NONE, text, strlen(text), &part->len);
}

static void
walk_multipart(const struct view *view, GMimeMultipart *multipart, struct place place)
{
	int count = g_mime_multipart_get_count(multipart);
	bool report = is_report(multipart);

	if (count == 0)
		walk_borderless(view, multipart, place);
	if (report && !place.enclosed)
		view->mime->report = true;
	place.depth++;
	place.header = -1;
	for (int i = 0; i < count; i++) {
		GMimeObject *child = g_mime_multipart_get_part(multipart, i);
		struct place below = place;

		below.returned = place.returned || (report && i > 0 && is_returned_type(child));
		walk(view, child, below);
	}
}

static void
walk_message(const struct view *view, GMimeMessagePart *message_part, struct place place)
{
	GMimeMessage *message = g_mime_message_part_get_message(message_part);
	GMimeObject *object = message != NULL ? g_mime_message_get_mime_part(message) : NULL;
	gint64 first, own;

	if (object == NULL)
		return;
	first = object_start(GMIME_OBJECT(message));
	own = object_start(object);
	place.header = own < 0 || (first >= 0 && first < own) ? first : own;
	place.depth++;
	place.enclosed = true;
	walk(view, object, place);
}

static void
walk(const struct view *view, GMimeObject *object, struct place place)
{
	if (object == NULL)
		return;
	if (place.depth > view->mime->limits.depth) {
		view->mime->truncated = true;
		return;
	}
	if (GMIME_IS_MULTIPART(object))
		walk_multipart(view, GMIME_MULTIPART(object), place);
	else if (GMIME_IS_MESSAGE_PART(object))
		walk_message(view, GMIME_MESSAGE_PART(object), place);
	else if (GMIME_IS_PART(object))
		walk_leaf(view, object, place);
}

/* Parses the view from start on.  GMime is given no copy: it cuts the view's own octets. */
static void
view_parse(const struct view *view, size_t start, struct place place)
{
	GByteArray array = { (guint8 *)(uintptr_t)view->octets, (guint)view->len };
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeObject *object;

	if (place.depth > view->mime->limits.depth) {
		view->mime->truncated = true;
		return;
	}
	stream = g_mime_stream_mem_new_with_byte_array(&array);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_stream_seek(stream, (gint64)start, GMIME_STREAM_SEEK_SET);
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_persist_stream(parser, TRUE);
	object = g_mime_parser_construct_part(parser, NULL);
	walk(view, object, place);
	if (object != NULL)
		g_object_unref(object);
	g_object_unref(parser);
	g_object_unref(stream);
}

/* Leaves out what would cost the library hundreds of times its size. */
static void
view_bound(struct view *view, size_t start)
{
	size_t safe = mime_safe_length(view->octets + start, view->len - start, &view->mime->limits);

	if (start + safe == view->len)
		return;
	view->len = start + safe;
	view->mime->truncated = true;
}

/* True when the message may be cut at borders: only then do lines of its body cost more than their size. */
static bool
is_composite(const struct mime *mime)
{
	const struct mime_field *field;

	for (size_t i = 0; (field = mime_field_named(mime, "Content-Type", i)) != NULL; i++)
		if (strcasestr(field->raw, "multipart") != NULL || strcasestr(field->raw, "message") != NULL)
			return true;
	return false;
}

/* The message without the fields beyond the limit, but with the Content-* ones: they say what the body is. */
static void
view_without_excess(struct view *view)
{
	struct mime *mime = view->mime;
	const char *p = mime->octets + mime->kept, *body = mime->octets + mime->body;
	GString *copy = g_string_sized_new(mime->kept + mime->len - mime->body + 4096);

	g_string_append_len(copy, mime->octets + mime->start, (gssize)(mime->kept - mime->start));
	for (unsigned n = 0; p < body && n < CONTENT_FIELDS;) {
		const char *lf = memchr(p, '\n', (size_t)(body - p));
		const char *next = lf != NULL ? lf + 1 : body;

		if (body - p > 8 && g_ascii_strncasecmp(p, "Content-", 8) == 0) {
			while (next < body && (*next == ' ' || *next == '\t')) {
				lf = memchr(next, '\n', (size_t)(body - next));
				next = lf != NULL ? lf + 1 : body;
			}
			g_string_append_len(copy, p, next - p);
			n++;
		}
		p = next;
	}
	g_string_append_c(copy, '\n');
	g_string_append_len(copy, body, (gssize)(mime->len - mime->body));
	view->len = copy->len;
	view->octets = mime_own(mime, g_string_free(copy, FALSE));
}

void
mime_parts_find(struct mime *mime, const char *default_charset)
{
	struct view view = { mime, default_charset, mime->octets, mime->len };
	struct place place = { .header = -1 };
	size_t start = mime->start;

	if (mime->nfields >= mime->limits.fields) {
		view_without_excess(&view);
		start = 0;
		view_bound(&view, start);
	} else if (is_composite(mime)) {
		view_bound(&view, start);
	}
	view_parse(&view, start, place);
}
