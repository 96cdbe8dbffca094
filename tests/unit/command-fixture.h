/*
 * command-fixture.h - messages for the tests of command.
 *
 * Messages are copied to their exact length, so that a sanitizer sees a read beyond them.
 */
#ifndef TUIDING_COMMAND_FIXTURE_H
#define TUIDING_COMMAND_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "command.h"
#include "text.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* A message of these further header lines (each with its LF) and this body. */
static inline struct mime *
message(const char *header, const char *body, size_t len)
{
	size_t head = strlen(header), n;
	static const char from[] = "From: Anna Zhang <anna@example.com>\nMessage-ID: <a@example.com>\n";
	char *octets = malloc(sizeof(from) + head + 1 + len);
	struct mime *mime = NULL;
	struct err err;

	assert_non_null(octets);
	n = sizeof(from) - 1;
	memcpy(octets, from, n);
	memcpy(octets + n, header, head);
	octets[n + head] = '\n';
	memcpy(octets + n + head + 1, body, len);
	n += head + 1 + len;
	octets = realloc(octets, n);
	assert_non_null(octets);
	assert_int_equal(mime_parse(octets, n, "GB18030", NULL, &mime, &err), 0);
	free(octets);
	return mime;
}

static inline struct mime *
text_message(const char *type, const char *subject, const char *body, size_t len)
{
	char *header = g_strdup_printf("Subject: %s\nContent-Type: %s; charset=utf-8\n", subject, type);
	struct mime *mime = message(header, body, len);

	g_free(header);
	return mime;
}

/* Reads a plain message; c is scribbled over before. */
static inline int
read_as(enum command_form form, const char *subject, const char *body, struct command *c)
{
	struct mime *mime = text_message("text/plain", subject, body, strlen(body));
	struct err err;
	int ret;

	memset(c, 0x55, sizeof(*c));
	ret = command_read(mime, form, "GB18030", c, &err);
	mime_free(mime);
	assert_int_equal(ret == 1, c->verb != COMMAND_NONE);
	return ret;
}

#endif
