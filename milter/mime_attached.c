/*
 * mime_attached.c - the messages that a message carries along, octet by octet as they came.
 *
 * Floor 2, part of mime.  The MIME library would take an enclosed message apart and could only write it anew; so it
 * is shown a copy in which such a part bears a type that it does not know, and the content is cut from the
 * original at the place it names.  Never looks into an enclosed message; any object GMime hands out may be NULL.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <gmime/gmime.h>
#include "mime_attached.h"
#include "mime_private.h"

#define KNOWN	"message/"
#define HIDDEN	"xmessag/"	/* as long, and no type of the library's */

struct search {
	struct mime	*mime;			/* only for the limits and what is decoded */
	const char	*original;		/* what contents are cut from */
	size_t		 len;
	const char	*default_charset;
	bool		(*take)(void *arg, const struct mime_attached *attached);
	void		*arg;
	unsigned	 parts;
	bool		 stop;
};

/* A copy in which no part is a message to the library. */
static char *
disguised(const char *octets, size_t len)
{
	char *copy = g_try_malloc(len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, octets, len);
	copy[len] = '\0';
	for (char *p = copy, *slash; (slash = memchr(p, '/', (size_t)(copy + len - p))) != NULL; p = slash + 1)
		if ((size_t)(slash - copy) + 1 >= strlen(KNOWN) &&
		    strncasecmp(slash + 1 - strlen(KNOWN), KNOWN, strlen(KNOWN)) == 0)
			memcpy(slash + 1 - strlen(KNOWN), HIDDEN, strlen(HIDDEN));
	return copy;
}

/* ---- what a part is -------------------------------------------------------------------------------- */

static const char *
raw_field(GMimeObject *object, const char *name)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	GMimeHeader *header = list != NULL ? g_mime_header_list_get_header(list, name) : NULL;

	return header != NULL ? g_mime_header_get_raw_value(header) : NULL;
}

static bool
is_message_type(GMimeContentType *type)
{
	static const char *const subtypes[] = {
		"rfc822", "rfc2822", "global", "news", "rfc822-headers", "global-headers",
	};
	const char *subtype = type != NULL ? g_mime_content_type_get_media_subtype(type) : NULL;

	if (subtype == NULL)
		return false;
	if (g_mime_content_type_is_type(type, "text", "rfc822-headers"))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(subtypes); i++)
		if (g_ascii_strcasecmp(subtype, subtypes[i]) == 0)
			return g_mime_content_type_is_type(type, "xmessag", "*");
	return false;
}

static bool
name_ends(const char *name, const char *ending)
{
	size_t n = name != NULL ? strlen(name) : 0;

	return n > strlen(ending) && g_ascii_strcasecmp(name + n - strlen(ending), ending) == 0;
}

/* The file's name as its fields give it, the caller's to g_free(), or NULL. */
static char *
file_name(const struct search *search, GMimeObject *object)
{
	const char *disposition = raw_field(object, "Content-Disposition");
	const char *type = raw_field(object, "Content-Type");
	char *name = NULL;

	if (disposition != NULL)
		name = mime_param(disposition, "filename", search->default_charset);
	if (name == NULL && type != NULL)
		name = mime_param(type, "name", search->default_charset);
	return name;
}

static bool
is_attachment(GMimeObject *object)
{
	GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);
	const char *value = disposition != NULL ? g_mime_content_disposition_get_disposition(disposition) : NULL;

	return value != NULL && g_ascii_strcasecmp(value, "attachment") == 0;
}

/* ---- the walk -------------------------------------------------------------------------------------- */

/* The part's content in the original; both ends lie inside it. */
static const char *
content_of(const struct search *search, GMimePart *part, size_t *len_r)
{
	GMimeDataWrapper *wrapper = g_mime_part_get_content(part);
	GMimeStream *stream = wrapper != NULL ? g_mime_data_wrapper_get_stream(wrapper) : NULL;
	size_t start, end = search->len;

	*len_r = 0;
	if (stream == NULL || stream->bound_start < 0 || (guint64)stream->bound_start > search->len)
		return search->original;
	start = (size_t)stream->bound_start;
	if (stream->bound_end >= 0 && (guint64)stream->bound_end < search->len)
		end = (size_t)stream->bound_end;
	*len_r = end > start ? end - start : 0;
	return search->original + start;
}

static void
show_part(struct search *search, GMimePart *part)
{
	GMimeObject *object = GMIME_OBJECT(part);
	GMimeContentEncoding encoding = g_mime_part_get_content_encoding(part);
	char *name = file_name(search, object);
	struct mime_attached attached = {
		.message = is_message_type(g_mime_object_get_content_type(object)) || name_ends(name, ".eml"),
	};

	if (attached.message) {
		attached.octets = content_of(search, part, &attached.len);
		if (encoding == GMIME_CONTENT_ENCODING_BASE64)
			attached.octets = mime_decode(search->mime, MIME_ENCODING_BASE64, attached.octets, attached.len,
			    &attached.len);
		else if (encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
			attached.octets = mime_decode(search->mime, MIME_ENCODING_QUOTED, attached.octets, attached.len,
			    &attached.len);
	}
	if (attached.message || name_ends(name, ".msg") || is_attachment(object))
		search->stop = !search->take(search->arg, &attached);
	g_free(name);
}

static void
walk(struct search *search, GMimeObject *object, unsigned depth)
{
	if (object == NULL || search->stop || depth > search->mime->limits.depth)
		return;
	if (GMIME_IS_MULTIPART(object)) {
		int count = g_mime_multipart_get_count(GMIME_MULTIPART(object));

		for (int i = 0; i < count && !search->stop; i++)
			walk(search, g_mime_multipart_get_part(GMIME_MULTIPART(object), i), depth + 1);
	} else if (GMIME_IS_PART(object) && search->parts < search->mime->limits.parts) {
		search->parts++;
		show_part(search, GMIME_PART(object));
	}
}

int
mime_attached_each(const char *octets, size_t len, const char *default_charset, const struct mime_limits *limits,
    bool (*take)(void *arg, const struct mime_attached *attached), void *arg, struct err *err)
{
	struct search search = { .original = octets, .default_charset = default_charset, .take = take, .arg = arg };
	GByteArray array = { NULL, 0 };
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeObject *object;
	char *copy = NULL;

	if (limits == NULL)
		limits = &mime_limits_default;
	search.len = mime_safe_length(octets, len < limits->octets ? len : limits->octets, limits);
	search.mime = g_try_malloc0(sizeof(*search.mime));
	if (search.mime == NULL || search.len >= G_MAXINT || (copy = disguised(octets, search.len)) == NULL) {
		g_free(search.mime);
		return err_set(err, "no memory for a message of %zu octets", len);
	}
	search.mime->limits = *limits;
	array.data = (guint8 *)copy;
	array.len = (guint)search.len;
	stream = g_mime_stream_mem_new_with_byte_array(&array);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_persist_stream(parser, TRUE);
	object = g_mime_parser_construct_part(parser, NULL);
	walk(&search, object, 0);
	if (object != NULL)
		g_object_unref(object);
	g_object_unref(parser);
	g_object_unref(stream);
	mime_free(search.mime);
	g_free(copy);
	return 0;
}
