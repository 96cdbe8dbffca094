/*
 * text_style.c - the little of CSS that hides text.
 *
 * Floor 2, part of text.  Pure.  Reads declarations as a mail program would read them, guesses nothing: a value
 * it does not know says nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <glib.h>
#include "text_private.h"

#define NUMBER_MAX	32	/* octets of a number with its unit */
#define NEAR		24	/* levels of 255 in each channel that no eye tells apart */
#define OUT_OF_SIGHT	(-900)	/* pixels */

const struct text_style text_style_unset = {
	-1, -1, -1, -1, -1, -1, -1, TEXT_COLOR_UNSET, TEXT_COLOR_UNSET
};

static bool
word_is(const char *value, size_t len, const char *word)
{
	return len > 0 && ((*value ^ *word) & ~0x20) == 0 && strlen(word) == len &&
	    strncasecmp(value, word, len) == 0;
}

/* strcasestr() for octets with a length. */
static bool
contains(const char *value, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++)
		if (strncasecmp(value + i, word, n) == 0)
			return true;
	return false;
}

/* A length of CSS: the number and, in unit, what follows it in lower case.  False when there is no number. */
static bool
read_number(const char *value, size_t len, double *number_r, char unit[8])
{
	char copy[NUMBER_MAX], *end;

	if (len == 0 || !(g_ascii_isdigit(*value) || strchr("+-.", *value) != NULL))
		return false;
	if (len >= sizeof(copy))
		len = sizeof(copy) - 1;
	memcpy(copy, value, len);
	copy[len] = '\0';
	*number_r = g_ascii_strtod(copy, &end);
	if (end == copy)
		return false;
	for (len = 0; len < 7 && (g_ascii_isalpha(end[len]) || end[len] == '%'); len++)
		unit[len] = g_ascii_tolower(end[len]);
	unit[len] = '\0';
	return true;
}

/* 1: a pixel or less.  0: legible.  -1: as large as the parent's, more or less. */
static signed char
read_font_size(const char *value, size_t len)
{
	double number;
	char unit[8];

	if (!read_number(value, len, &number, unit))
		return (signed char)(word_is(value, len, "inherit") ? -1 : 0);
	if (strcmp(unit, "em") == 0)
		return (signed char)(number < 0.1 ? 1 : -1);
	if (strcmp(unit, "%") == 0)
		return (signed char)(number < 10 ? 1 : -1);
	if (strcmp(unit, "rem") == 0 || strcmp(unit, "vw") == 0)
		return number < 0.1;
	return number <= 1;
}

static const struct {
	const char	*name;
	int32_t		 color;
} colors[] = {
	{ "aqua", 0x00ffff }, { "black", 0x000000 }, { "blue", 0x0000ff }, { "currentcolor", TEXT_COLOR_UNSET },
	{ "fuchsia", 0xff00ff }, { "gray", 0x808080 }, { "green", 0x008000 }, { "grey", 0x808080 },
	{ "inherit", TEXT_COLOR_UNSET }, { "initial", TEXT_COLOR_UNSET }, { "ivory", 0xfffff0 },
	{ "lime", 0x00ff00 }, { "maroon", 0x800000 }, { "navy", 0x000080 }, { "none", TEXT_COLOR_UNSET },
	{ "olive", 0x808000 }, { "orange", 0xffa500 }, { "purple", 0x800080 }, { "red", 0xff0000 },
	{ "silver", 0xc0c0c0 }, { "snow", 0xfffafa }, { "teal", 0x008080 }, { "transparent", TEXT_COLOR_CLEAR },
	{ "white", 0xffffff }, { "whitesmoke", 0xf5f5f5 }, { "windowtext", 0x000000 }, { "yellow", 0xffff00 },
};

/* rgb(1, 2, 3), rgba(1, 2, 3, .5): the numbers between the brackets. */
static int32_t
read_rgb(const char *value, size_t len)
{
	const char *p = memchr(value, '(', len), *end = value + len;
	double channel[4] = { 0, 0, 0, 1 };
	int n = 0;

	while (p != NULL && n < 4 && ++p < end) {
		const char *stop = p;
		char unit[8];

		while (p < end && *p == ' ')
			p++;
		for (stop = p; stop < end && strchr(",)/ ", *stop) == NULL;)
			stop++;
		if (!read_number(p, (size_t)(stop - p), &channel[n], unit))
			break;
		n++;
		while (stop < end && *stop == ' ')
			stop++;
		p = stop < end && *stop != ')' ? stop : NULL;
	}
	if (n < 3)
		return TEXT_COLOR_UNKNOWN;
	if (channel[3] < 0.05)
		return TEXT_COLOR_CLEAR;
	for (n = 0; n < 3; n++)
		channel[n] = CLAMP(channel[n], 0, 255);
	return (int32_t)channel[0] << 16 | (int32_t)channel[1] << 8 | (int32_t)channel[2];
}

static int32_t
read_hex(const char *value, size_t len)
{
	int32_t color = 0;

	for (size_t i = 0; i < len; i++)
		if (!g_ascii_isxdigit(value[i]))
			return TEXT_COLOR_UNKNOWN;
	if (len == 3 || len == 4) {
		for (size_t i = 0; i < 3; i++)
			color = color << 8 | g_ascii_xdigit_value(value[i]) * 0x11;
		return color;
	}
	if (len != 6 && len != 8)
		return TEXT_COLOR_UNKNOWN;
	for (size_t i = 0; i < 6; i++)
		color = color << 4 | g_ascii_xdigit_value(value[i]);
	return color;
}

int32_t
text_style_color(const char *value, size_t len)
{
	while (len > 0 && g_ascii_isspace(*value)) {
		value++;
		len--;
	}
	while (len > 0 && g_ascii_isspace(value[len - 1]))
		len--;
	if (len == 0)
		return TEXT_COLOR_UNSET;
	if (*value == '#')
		return read_hex(value + 1, len - 1);
	if (len > 4 && strncasecmp(value, "rgb", 3) == 0)
		return read_rgb(value, len);
	for (size_t i = 0; i < G_N_ELEMENTS(colors); i++)
		if (word_is(value, len, colors[i].name))
			return colors[i].color;
	return len == 6 ? read_hex(value, len) : TEXT_COLOR_UNKNOWN;	/* bgcolor=ffffff */
}

/* The colour in a background: a picture or gradient makes it unknown. */
static int32_t
read_ground(const char *value, size_t len)
{
	const char *end = value + len;

	if (contains(value, len, "url(") || contains(value, len, "gradient"))
		return TEXT_COLOR_UNKNOWN;
	if (memchr(value, '(', len) != NULL)
		return text_style_color(value, len);
	while (value < end) {
		const char *stop = memchr(value, ' ', (size_t)(end - value));
		int32_t color;

		if (stop == NULL)
			stop = end;
		color = text_style_color(value, (size_t)(stop - value));
		if (color >= 0 || color == TEXT_COLOR_CLEAR)
			return color;
		value = stop < end ? stop + 1 : end;
	}
	return TEXT_COLOR_UNSET;
}

bool
text_style_same(int32_t ink, int32_t ground)
{
	if (ink == TEXT_COLOR_CLEAR)
		return true;
	if (ink < 0 || ground < 0)
		return false;
	for (int shift = 0; shift <= 16; shift += 8)
		if (abs(((ink >> shift) & 0xff) - ((ground >> shift) & 0xff)) > NEAR)
			return false;
	return true;
}

static void
set_empty(struct text_style *style, const char *value, size_t len)
{
	double number;
	char unit[8];

	if (!read_number(value, len, &number, unit))
		return;
	if (number <= 1 && strcmp(unit, "em") != 0 && !(number > 0 && strcmp(unit, "%") == 0))
		style->empty = 1;
	else if (style->empty < 0)
		style->empty = 0;
}

static void
set_offstage(struct text_style *style, const char *value, size_t len)
{
	double number;
	char unit[8];

	if (read_number(value, len, &number, unit) && number <= OUT_OF_SIGHT)
		style->offstage = 1;
}

/* "font: italic 0/0 arial": the first number is the size. */
static void
set_font(struct text_style *style, const char *value, size_t len)
{
	for (const char *p = value, *end = value + len; p < end; p++)
		if (g_ascii_isdigit(*p) && (p == value || p[-1] == ' ')) {
			style->tiny = read_font_size(p, (size_t)(end - p));
			return;
		}
}

static void
set(struct text_style *style, const char *name, size_t n, const char *value, size_t len)
{
	double number;
	char unit[8];

	if (word_is(name, n, "display")) {
		style->none = word_is(value, len, "none");
	} else if (word_is(name, n, "mso-hide")) {
		if (word_is(value, len, "all"))
			style->none = 1;
	} else if (word_is(name, n, "visibility")) {
		style->invisible = word_is(value, len, "hidden") || word_is(value, len, "collapse");
	} else if (word_is(name, n, "font-size")) {
		style->tiny = read_font_size(value, len);
	} else if (word_is(name, n, "font")) {
		set_font(style, value, len);
	} else if (word_is(name, n, "opacity")) {
		if (read_number(value, len, &number, unit))
			style->transparent = number < 0.05;
	} else if (word_is(name, n, "width") || word_is(name, n, "height") || word_is(name, n, "max-width") ||
	    word_is(name, n, "max-height")) {
		set_empty(style, value, len);
	} else if (word_is(name, n, "overflow")) {
		style->clipped = word_is(value, len, "hidden") || word_is(value, len, "clip");
	} else if (word_is(name, n, "text-indent") || word_is(name, n, "left") || word_is(name, n, "top")) {
		set_offstage(style, value, len);
	} else if (word_is(name, n, "color")) {
		style->ink = text_style_color(value, len);
	} else if (word_is(name, n, "background") || word_is(name, n, "background-color")) {
		style->ground = read_ground(value, len);
	} else if (word_is(name, n, "background-image") && !word_is(value, len, "none")) {
		style->ground = TEXT_COLOR_UNKNOWN;
	}
}

/* Narrows [*p_r, end) to what stands between blanks. */
static size_t
trim(const char **p_r, const char *end)
{
	while (*p_r < end && g_ascii_isspace(**p_r))
		(*p_r)++;
	while (end > *p_r && g_ascii_isspace(end[-1]))
		end--;
	return (size_t)(end - *p_r);
}

void
text_style_read(struct text_style *style, const char *css, size_t len)
{
	const char *p = css, *end = css + len;

	while (p < end) {
		const char *stop = memchr(p, ';', (size_t)(end - p));
		const char *colon, *value, *bang;
		size_t name_len, value_len;

		if (stop == NULL)
			stop = end;
		if ((colon = memchr(p, ':', (size_t)(stop - p))) != NULL) {
			name_len = trim(&p, colon);
			value = colon + 1;
			value_len = trim(&value, stop);
			if ((bang = memchr(value, '!', value_len)) != NULL)
				value_len = trim(&value, bang);
			if (value_len > 0)
				set(style, p, name_len, value, value_len);
		}
		p = stop < end ? stop + 1 : end;
	}
}

void
text_style_merge(struct text_style *style, const struct text_style *over)
{
	if (over->none >= 0)
		style->none = over->none;
	if (over->invisible >= 0)
		style->invisible = over->invisible;
	if (over->tiny >= 0)
		style->tiny = over->tiny;
	if (over->transparent >= 0)
		style->transparent = over->transparent;
	if (over->empty >= 0)
		style->empty = over->empty;
	if (over->clipped >= 0)
		style->clipped = over->clipped;
	if (over->offstage >= 0)
		style->offstage = over->offstage;
	if (over->ink != TEXT_COLOR_UNSET)
		style->ink = over->ink;
	if (over->ground != TEXT_COLOR_UNSET)
		style->ground = over->ground;
}
