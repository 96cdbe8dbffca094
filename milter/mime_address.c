/*
 * mime_address.c - the addresses of a structured field.
 *
 * Floor 2, part of mime.  GMime finds the addresses (RFC 5322 3.4); it must not decode their names, and a name
 * must be decoded only after its place is known, or "=?utf-8?Q?a=40b,?=" would be an address.  So what GMime
 * could take for a charset matter is hidden from it, each octet as "{" and two hex digits, and put back after.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <gmime/gmime.h>
#include "addr.h"
#include "charset.h"
#include "mime_private.h"

#define ENCODED_MAX	1024	/* octets of one encoded-word; RFC 2047 2 allows 75 */

static void
hide(GString *out, char c)
{
	static const char hex[] = "0123456789abcdef";

	g_string_append_c(out, '{');
	g_string_append_c(out, hex[(unsigned char)c >> 4]);
	g_string_append_c(out, hex[(unsigned char)c & 15]);
}

/* The length of the encoded-word at p, 0 when there is none.  RFC 2047 2; blanks inside are forgiven. */
static size_t
encoded_word(const char *p)
{
	const char *q = p + 2;

	q += strcspn(q, "?<>\"\n \t");
	if (*q != '?' || q == p + 2 || q[1] == '\0' || strchr("BbQq", q[1]) == NULL || q[2] != '?')
		return 0;
	for (q += 3; *q != '\0' && q - p < ENCODED_MAX; q++) {
		if (*q == '?' && q[1] == '=')
			return (size_t)(q + 2 - p);
		if (strchr("<>\"\n", *q) != NULL)
			break;
	}
	return 0;
}

static char *
hidden_copy(const char *raw)
{
	GString *out = g_string_sized_new(2 * strlen(raw));

	while (*raw != '\0') {
		bool marked = raw[0] == '=' && raw[1] == '?';
		size_t word = marked ? encoded_word(raw) : 0;

		if (word == 0) {
			if (marked || (unsigned char)*raw >= 0x80 || *raw == '{')
				hide(out, *raw);
			else
				g_string_append_c(out, *raw);
			raw++;
			continue;
		}
		for (; word > 0; word--, raw++) {
			if (g_ascii_isalnum(*raw))
				g_string_append_c(out, *raw);
			else
				hide(out, *raw);
		}
		if (*raw == '<' || *raw == '(')
			g_string_append_c(out, ' ');
	}
	return g_string_free(out, FALSE);
}

/* Puts the octets back, in place. */
static size_t
show(char *text)
{
	char *out = text;

	for (const char *p = text; *p != '\0'; p++) {
		if (p[0] == '{' && g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2])) {
			*out++ = (char)(g_ascii_xdigit_value(p[1]) << 4 | g_ascii_xdigit_value(p[2]));
			p += 2;
		} else {
			*out++ = *p;
		}
	}
	*out = '\0';
	return (size_t)(out - text);
}

/* Copies at most size - 1 octets, cut at a character border. */
static void
copy_cut(char *out, size_t size, const char *utf8, size_t len)
{
	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)utf8[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(out, utf8, len);
	out[len] = '\0';
}

static void
set_name(struct mime_address *out, const char *name, size_t len, const char *default_charset)
{
	char *decoded = charset_decode_header(name, len, default_charset, 4 * sizeof(out->name), &len);

	if (decoded != NULL)
		copy_cut(out->name, sizeof(out->name), decoded, len);
	charset_free(decoded);
}

static void
address_set(struct mime_address *out, InternetAddress *from, const char *default_charset)
{
	const char *address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(from));
	char *name = g_strdup(internet_address_get_name(from)), *addr = g_strdup(address);
	size_t len;

	out->name[0] = out->address[0] = '\0';
	if (name != NULL)
		set_name(out, name, show(name), default_charset);
	if (addr != NULL && (len = show(addr)) >= sizeof(out->address)) {
		char *at = strrchr(addr, '@');

		len = at != NULL ? strlen(at) : 0;
		if (len > 0 && len < sizeof(out->address))
			memcpy(out->address, at, len + 1);
	} else if (addr != NULL) {
		memcpy(out->address, addr, len + 1);
	}
	g_free(name);
	g_free(addr);
}

/* How many octets from p on are letters, digits or one of others. */
static size_t
span(const char *p, const char *others)
{
	const char *q = p;

	while (g_ascii_isalnum(*q) || (*q != '\0' && strchr(others, *q) != NULL))
		q++;
	return (size_t)(q - p);
}

/* The length of the plain addr-spec at p: words with single dots between them.  0: there is none. */
static size_t
plain_spec(const char *p)
{
	const char *q = p;
	bool host = false;

	for (;; q++) {
		size_t n = span(q, host ? "-" : "-_+=");

		if (n == 0)
			return 0;
		q += n;
		if (*q == '@' && !host)
			host = true;
		else if (*q != '.')
			break;
	}
	return host ? (size_t)(q - p) : 0;
}

/* The length of the words at p of these and letters, single spaces between them. */
static size_t
plain_words(const char *p, const char *others)
{
	const char *q = p + span(p, others);

	while (q > p && *q == ' ' && span(q + 1, others) > 0)
		q += 1 + span(q + 1, others);
	return (size_t)(q - p);
}

/* Most fields hold one address of the simplest shape: these need no parser.  False for every other. */
static bool
read_plain(const char *raw, const char *default_charset, struct mime_address *out)
{
	const char *name = raw + strspn(raw, " \t\n"), *spec = name, *p;
	size_t name_len = 0, len = plain_spec(spec);

	p = spec + len;
	if (len == 0 || p[strspn(p, " \t\n")] != '\0') {
		bool quoted = *name == '"';

		name += quoted;
		name_len = plain_words(name, quoted ? "-_+=?/&!'*,." : "-_+=?/&!'*");
		spec = name + name_len;
		if (quoted && (name_len == 0 || *spec++ != '"'))
			return false;
		spec += *spec == ' ';
		if (*spec++ != '<' || (len = plain_spec(spec)) == 0 || spec[len] != '>')
			return false;
		p = spec + len + 1;
	}
	if (len >= sizeof(out->address) || p[strspn(p, " \t\n")] != '\0')
		return false;
	out->name[0] = '\0';
	if (name_len > 0)
		set_name(out, name, name_len, default_charset);
	memcpy(out->address, spec, len);
	out->address[len] = '\0';
	return true;
}

/* Groups within groups are legal nowhere and opened only so far. */
static size_t
add_list(InternetAddressList *list, const char *default_charset, struct mime_address *out, size_t max, size_t n,
    unsigned depth)
{
	int count = list != NULL && depth < 4 ? internet_address_list_length(list) : 0;

	for (int i = 0; i < count; i++) {
		InternetAddress *address = internet_address_list_get_address(list, i);

		if (address != NULL && INTERNET_ADDRESS_IS_GROUP(address)) {
			n = add_list(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)),
			    default_charset, out, max, n, depth + 1);
		} else if (address != NULL && INTERNET_ADDRESS_IS_MAILBOX(address)) {
			if (n < max)
				address_set(&out[n], address, default_charset);
			n++;
		}
	}
	return n;
}

size_t
mime_addresses(const char *raw, const char *default_charset, struct mime_address *out, size_t max)
{
	InternetAddressList *list;
	char *hidden;
	size_t n;

	if (max > 0 && read_plain(raw, default_charset, out))
		return 1;
	hidden = hidden_copy(raw);
	list = internet_address_list_parse(NULL, hidden);
	n = add_list(list, default_charset, out, max, 0, 0);
	if (list != NULL)
		g_object_unref(list);
	g_free(hidden);
	return n;
}

static size_t
count_at(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '@')) != NULL) {
		text++;
		n++;
	}
	return n;
}

/* The end of the quoted-string or comment that begins at p, behind its last octet; NULL: it has none. */
static char *
group_end(char *p)
{
	bool quoted = *p == '"';
	size_t depth = 1;

	for (p++; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (quoted ? *p == '"' : *p == ')') {
			if (--depth == 0)
				return p + 1;
		} else if (!quoted && *p == '(') {
			depth++;
		}
	}
	return NULL;
}

/* Blanks comments, and quoted-strings that are the name before a '<'.  What does not end stays. */
static void
blank_groups(char *text)
{
	char *end;

	for (char *p = text; *p != '\0'; p = end) {
		bool name;

		end = p + 1;
		if (*p != '"' && *p != '(')
			continue;
		if ((end = group_end(p)) == NULL)
			return;
		name = end[strcspn(end, "<>,;:@\"(")] == '<';
		if (*p == '(' || name)
			memset(p, ' ', (size_t)(end - p));
	}
}

/* Blanks encoded-words: what they say stands in the decoded text. */
static void
blank_words(char *text)
{
	for (char *p = text; (p = strstr(p, "=?")) != NULL; p++) {
		size_t n = encoded_word(p);

		memset(p, ' ', n);
	}
}

static void
blank_name(char *text, const char *name)
{
	char *p = strchr(name, '@') != NULL ? strstr(text, name) : NULL;

	if (p != NULL)
		memset(p, ' ', strlen(name));
}

size_t
mime_addresses_rest(const char *text, size_t len, const struct mime_address *addresses, size_t n, char *out)
{
	size_t known = 0, usable = 0;
	char mailbox[ADDR_MAX + 1];

	if (memchr(text, '@', len) == NULL)
		return 0;
	memcpy(out, text, len);
	out[len] = '\0';
	for (char *nul = out; (nul = memchr(nul, '\0', len - (size_t)(nul - out))) != NULL;)
		*nul = ' ';
	for (size_t i = 0; i < n; i++) {
		const char *address = addresses[i].address;

		if (addr_mailbox(address, strlen(address), mailbox) != 1)
			continue;
		blank_name(out, addresses[i].name);
		known += count_at(address);
		usable++;
	}
	if (usable == 0)
		return len;
	if (usable == n && !charset_is_utf8(out, len))
		return 0;		/* an '@' may be half a character there; the decoded text knows */
	blank_words(out);
	blank_groups(out);
	return usable == n && count_at(out) <= known ? 0 : len;
}

/* Memory for the values of all From fields, raw and decoded; NULL when there is none of either. */
static char *
from_room(const struct mime *mime)
{
	const struct mime_field *field;
	size_t i, size = 1;

	for (i = 0; (field = mime_field_named(mime, "From", i)) != NULL; i++)
		size += field->raw_len + field->text_len + 2;
	return i == 0 ? NULL : calloc(1, size);
}

size_t
mime_from(const struct mime *mime, const char *default_charset, struct mime_address *out, size_t max,
    unsigned *fields_r, char **rest_r)
{
	char *rest = from_room(mime);
	const struct mime_field *field;
	size_t total = 0, used = 0;

	*fields_r = 0;
	for (; (field = mime_field_named(mime, "From", *fields_r)) != NULL; (*fields_r)++) {
		size_t room = max - total, n = 0;

		if (room > 0)
			n = mime_addresses(field->raw, default_charset, out + total, room);
		if (n > room)
			n = room;
		if (rest != NULL) {
			used += mime_addresses_rest(field->text, field->text_len, out + total, n, rest + used);
			rest[used++] = '\n';
			used += mime_addresses_rest(field->raw, field->raw_len, out + total, n, rest + used);
			rest[used++] = '\n';
			rest[used] = '\0';
		}
		total += n;
	}
	*rest_r = rest;
	return total;
}
