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


/* The octets that GMime parses: those of the message, or of a message inside it that was encoded. */
struct view {
	struct mime	*mime;
	const char	*default_charset;
	const char	*octets;
	size_t		 len;
};

/* A part as its fields describe it. */
struct leaf {
	const char		*type;			/* lower case, mime's own or constant */
	const char		*charset;		/* or NULL, like the next three */
	GMimeContentDisposition	*disposition;
	const char		*raw_type, *raw_disposition;
	enum mime_encoding	 encoding;
	size_t			 start, end;		/* its content, in the view */
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

/* "text/html" in lower case, mime's own.  raw: the field, or NULL. */
static const char *
type_name(struct mime *mime, GMimeContentType *ct, const char *raw)
{
	const char *type = ct != NULL ? g_mime_content_type_get_media_type(ct) : NULL;
	const char *subtype = ct != NULL ? g_mime_content_type_get_media_subtype(ct) : NULL;
	char name[MIME_TYPE_MAX + 1];
	size_t len;

	if ((raw != NULL && !is_type_shaped(raw)) || type == NULL || subtype == NULL || *type == '\0' ||
	    *subtype == '\0')
		return "text/plain";
	len = strlen(type);
	if (len + 1 + strlen(subtype) > MIME_TYPE_MAX)
		return "text/plain";
	memcpy(name, type, len);
	name[len] = '/';
	(void)g_strlcpy(name + len + 1, subtype, sizeof(name) - len - 1);
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

/* type and disposition: the fields, or NULL. */
static const char *
part_filename(const struct view *view, const char *type, const char *disposition)
{
	char *name = NULL;

	if (disposition != NULL)
		name = mime_param(disposition, "filename", view->default_charset);
	if (name == NULL && type != NULL)
		name = mime_param(type, "name", view->default_charset);
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
encoding_of(GMimeContentEncoding encoding)
{
	switch (encoding) {
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

/* Lists a leaf, or reads on in an encoded message. */
static void
add_leaf(const struct view *view, const struct leaf *leaf, struct place place)
{
	const char *octets = view->octets + leaf->start;
	size_t len = leaf->end - leaf->start;
	const char *disposition;
	struct mime_part *part;

	if (is_encoded_message(leaf->type, leaf->encoding)) {
		struct view inner = *view;

		inner.octets = mime_decode(view->mime, leaf->encoding, octets, len, &inner.len);
		view_bound(&inner, 0);
		place.depth++;
		place.enclosed = true;
		place.header = -1;
		view_parse(&inner, 0, place);
		return;
	}
	if ((part = part_new(view->mime)) == NULL)
		return;
	part->type = leaf->type;
	if (leaf->charset != NULL)
		part->charset = mime_own(view->mime, g_strndup(leaf->charset, MIME_CHARSET_MAX));
	part->filename = part_filename(view, leaf->raw_type, leaf->raw_disposition);
	part_header(view, part, place.header, leaf->start);
	part->depth = place.depth;
	disposition = leaf->disposition != NULL ?
	    g_mime_content_disposition_get_disposition(leaf->disposition) : NULL;
	part->attachment = disposition != NULL && g_ascii_strcasecmp(disposition, "attachment") == 0;
	part->returned = place.returned;
	part->enclosed = place.enclosed;
	part->octets = mime_decode(view->mime, leaf->encoding, octets, len, &part->len);
}

static void
walk_leaf(const struct view *view, GMimeObject *object, struct place place)
{
	const char *raw = object_field(object, "Content-Type");
	struct leaf leaf = {
		.type = type_name(view->mime, g_mime_object_get_content_type(object), raw),
		.charset = g_mime_object_get_content_type_parameter(object, "charset"),
		.disposition = g_mime_object_get_content_disposition(object),
		.raw_type = raw,
		.raw_disposition = object_field(object, "Content-Disposition"),
		.encoding = encoding_of(g_mime_part_get_content_encoding(GMIME_PART(object))),
	};

	object_content(view, object, &leaf.start, &leaf.end);
	if (place.header < 0)
		place.header = object_start(object);
	add_leaf(view, &leaf, place);
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

/*
 * Parses with the short header, which stands in front of the body for so long: an object for each field would
 * cost more than all else.
 */
static void
parse_short(struct view *view, struct place place)
{
	struct mime *mime = view->mime;
	size_t len;
	char *header = mime_short_header(mime, &len);
	char *at = mime->octets + mime->body - len, *saved = g_memdup2(at, len);

	memcpy(at, header, len);
	place.header = (gint64)mime->start;
	view_parse(view, mime->body - len, place);
	memcpy(at, saved, len);
	g_free(saved);
	g_free(header);
}

/* Whether the value is one word.  Then encoding_r is what GMime makes of it. */
static bool
read_encoding(const char *raw, enum mime_encoding *encoding_r)
{
	char word[32];
	size_t n;

	raw += strspn(raw, " \t\n");
	n = strspn(raw, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
	if (n >= sizeof(word) || raw[n + strspn(raw + n, " \t\n")] != '\0')
		return false;
	memcpy(word, raw, n);
	word[n] = '\0';
	*encoding_r = encoding_of(g_mime_content_encoding_from_string(word));
	return true;
}

/* A message of one part, its fields plain: GMime reads these one by one and builds no tree.  False: it must. */
static bool
find_leaf(const struct view *view)
{
	struct mime *mime = view->mime;
	struct place place = { .header = (gint64)mime->start };
	struct leaf leaf = { .type = "text/plain", .start = mime->body, .end = mime->len };
	char name[MIME_TYPE_MAX + 1], charset[MIME_CHARSET_MAX + 1];
	GMimeContentType *ct = NULL;
	bool plain = mime->orderly;
	const struct mime_field *type = mime_field_plain(mime, "Content-Type", &plain);
	const struct mime_field *encoding = mime_field_plain(mime, "Content-Transfer-Encoding", &plain);
	const struct mime_field *disposition = mime_field_plain(mime, "Content-Disposition", &plain);

	if (!plain || (encoding != NULL && !read_encoding(encoding->raw, &leaf.encoding)))
		return false;
	if (type != NULL) {
		leaf.raw_type = type->raw;
		if (mime_plain_type(type->text, name, charset)) {
			leaf.type = mime_own(mime, g_strdup(name));
			leaf.charset = *charset != '\0' ? charset : NULL;
		} else {
			ct = g_mime_content_type_parse(NULL, type->text);
			leaf.type = type_name(mime, ct, type->raw);
			leaf.charset = ct != NULL ? g_mime_content_type_get_parameter(ct, "charset") : NULL;
		}
	}
	if (disposition != NULL) {
		leaf.raw_disposition = disposition->raw;
		leaf.disposition = g_mime_content_disposition_parse(NULL, disposition->text);
	}
	add_leaf(view, &leaf, place);
	if (ct != NULL)
		g_object_unref(ct);
	if (leaf.disposition != NULL)
		g_object_unref(leaf.disposition);
	return true;
}

void
mime_parts_find(struct mime *mime, const char *default_charset)
{
	struct view view = { mime, default_charset, mime->octets, mime->len };
	struct place place = { .header = -1 };

	if (mime->nfields >= mime->limits.fields) {
		view.octets = mime_own(mime, mime_without_excess(mime, &view.len));
		view_bound(&view, 0);
		view_parse(&view, 0, place);
		return;
	}
	if (is_composite(mime))
		view_bound(&view, mime->start);
	else if (find_leaf(&view))
		return;
	if (mime->orderly && view.len >= mime->body)
		parse_short(&view, place);
	else
		view_parse(&view, mime->start, place);
}
