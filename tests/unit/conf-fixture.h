/*
 * conf-fixture.h - what the tests of conf share: a folder, and configurations written into it and read.
 */
#ifndef TUIDING_CONF_FIXTURE_H
#define TUIDING_CONF_FIXTURE_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "conf_private.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* The default list of domains lies where an installation puts it: tests name none, on line 1. */
#define NONE	"public-mail-domains = \"\" "
struct place {
	char	folder[64], conf[96], list[96];
};

static inline int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	const char *tmp = getenv("TMPDIR");

	if (place == NULL)
		return -1;
	(void)snprintf(place->folder, sizeof(place->folder), "%.40s/conf-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(place->folder) == NULL)
		return -1;
	(void)snprintf(place->conf, sizeof(place->conf), "%s/tuiding.conf", place->folder);
	(void)snprintf(place->list, sizeof(place->list), "%s/list", place->folder);
	*state = place;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct place *place = *state;

	(void)unlink(place->conf);
	(void)unlink(place->list);
	(void)rmdir(place->folder);
	free(place);
	return 0;
}

static inline void
write_octets(const char *path, const char *octets, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(octets, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* Remarks, a line each. */
struct remarks {
	char	text[1024];
};

static inline void
remark(void *arg, const char *what)
{
	struct remarks *remarks = arg;
	size_t n = strlen(remarks->text);

	(void)snprintf(remarks->text + n, sizeof(remarks->text) - n, "%s\n", what);
}

static inline struct conf *
read_good(const struct place *place, const char *text)
{
	struct conf *conf = NULL;
	struct err err = { "" };

	write_octets(place->conf, text, strlen(text));
	if (conf_read(place->conf, NULL, NULL, &conf, &err) != 0)
		fail_msg("'%s': %s", text, err.text);
	assert_non_null(conf);
	return conf;
}

/* Reads octets that are wrong; the complaint.  Neither result nor anything else may come of it. */
static inline void
read_bad(const struct place *place, const char *octets, size_t len, struct err *err)
{
	struct remarks remarks = { "" };
	struct conf *conf = (struct conf *)(uintptr_t)1;

	*err = (struct err){ "" };
	write_octets(place->conf, octets, len);
	if (conf_read(place->conf, remark, &remarks, &conf, err) != -1)
		fail_msg("'%s' was taken", octets);
	assert_ptr_equal(conf, (struct conf *)(uintptr_t)1);
	assert_string_equal(remarks.text, "");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
