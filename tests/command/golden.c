/*
 * golden.c - whole messages read as commands, the answer compared with what stands beside them.
 *
 * usage: golden FOLDER
 *
 * For each NNN-what.eml of the folder there is NNN-what.want: lines of input, a line "--", and the
 * answer in full.  The lines of input are
 *	form service			the mail went to our own address; else it is somebody's reply
 *	envelope ADDRESS		the envelope sender, when it is not <anna@example.com>
 * The answer is "automatic", "none", or verb, key, everything, unreadable, reference and in_subject,
 * a line each.  With TUIDING_GOLDEN_UPDATE=1 the answers are written anew: read them before they are
 * committed.  Prints TAP.
 */
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "mime.h"
#include "text.h"

struct scene {
	enum command_form	 form;
	char			*envelope;
	char			*input;		/* up to and with "--" */
	char			*answer;
};

static void
scene_free(struct scene *s)
{
	g_free(s->envelope);
	g_free(s->input);
	g_free(s->answer);
}

/* False when there is no such file, or a line of it is not understood. */
static bool
scene_read(struct scene *s, const char *path)
{
	char *want = NULL, **lines = NULL;
	const char *dashes;
	bool ok = false;

	*s = (struct scene){ .form = COMMAND_FORM_REPLY, .envelope = g_strdup("<anna@example.com>") };
	if (!g_file_get_contents(path, &want, NULL, NULL))
		goto out;
	dashes = strncmp(want, "--\n", 3) == 0 ? want : strstr(want, "\n--\n");
	if (dashes == NULL)
		goto out;
	dashes = strstr(dashes, "--\n") + 3;
	s->input = g_strndup(want, (gsize)(dashes - want));
	s->answer = g_strdup(dashes);
	lines = g_strsplit(s->input, "\n", -1);
	ok = true;
	for (size_t i = 0; ok && strcmp(lines[i], "--") != 0; i++) {
		if (strcmp(lines[i], "form service") == 0) {
			s->form = COMMAND_FORM_SERVICE;
		} else if (g_str_has_prefix(lines[i], "envelope ")) {
			g_free(s->envelope);
			s->envelope = g_strdup(lines[i] + strlen("envelope "));
		} else {
			ok = lines[i][0] == '#';
		}
	}
out:
	g_strfreev(lines);
	g_free(want);
	return ok;
}

static char *
or_dash(const char *text)
{
	return g_strdup(text[0] != '\0' ? text : "-");
}

static char *
answer(const struct mime *mime, const struct scene *s)
{
	struct command c;
	struct err err;
	char *key, *reference, *text;

	if (command_is_automatic(mime, s->envelope))
		return g_strdup("automatic\n");
	switch (command_read(mime, s->form, "GB18030", &c, &err)) {
	case 0:
		return g_strdup("none\n");
	case 1:
		break;
	default:
		return g_strdup_printf("failed: %s\n", err.text);
	}
	key = or_dash(c.key);
	reference = or_dash(c.reference);
	text = g_strdup_printf("verb %s\nkey %s\neverything %s\nunreadable %s\nreference %s\n"
	    "in_subject %s\n", command_verb_name(c.verb), key, c.everything ? "yes" : "no",
	    c.unreadable ? "yes" : "no", reference, c.in_subject ? "yes" : "no");
	g_free(key);
	g_free(reference);
	return text;
}

/* The first line in which two answers differ, as a comment. */
static void
show_both(const char *want, const char *got)
{
	char **w = g_strsplit(want, "\n", -1), **g = g_strsplit(got, "\n", -1);
	size_t i = 0;

	while (w[i] != NULL && g[i] != NULL && strcmp(w[i], g[i]) == 0)
		i++;
	printf("#   wanted '%s', got '%s'\n", w[i] != NULL ? w[i] : "", g[i] != NULL ? g[i] : "");
	g_strfreev(w);
	g_strfreev(g);
}

static bool
run(const char *folder, const char *name)
{
	char *base = g_strndup(name, strlen(name) - strlen(".eml"));
	char *want = g_strconcat(folder, "/", base, ".want", NULL);
	char *eml = g_build_filename(folder, name, NULL);
	char *octets = NULL, *got = NULL, *both = NULL;
	struct mime *mime = NULL;
	struct scene scene;
	struct err err;
	bool ok = false;
	gsize len = 0;

	if (!scene_read(&scene, want) || !g_file_get_contents(eml, &octets, &len, NULL) ||
	    mime_parse(octets, len, "GB18030", NULL, &mime, &err) != 0) {
		printf("#   cannot read '%s' or what stands beside it\n", name);
		goto out;
	}
	got = answer(mime, &scene);
	if (g_getenv("TUIDING_GOLDEN_UPDATE") != NULL) {
		both = g_strconcat(scene.input, got, NULL);
		ok = g_file_set_contents(want, both, -1, NULL) != FALSE;
		goto out;
	}
	ok = strcmp(got, scene.answer) == 0;
	if (!ok)
		show_both(scene.answer, got);
out:
	scene_free(&scene);
	mime_free(mime);
	g_free(both);
	g_free(got);
	g_free(octets);
	g_free(want);
	g_free(eml);
	g_free(base);
	return ok;
}

static int
by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
main(int argc, char **argv)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	unsigned failed = 0;
	const char *name;
	GDir *dir;

	if (argc != 2 || (dir = g_dir_open(argv[1], 0, NULL)) == NULL) {
		fprintf(stderr, "usage: golden FOLDER\n");
		g_ptr_array_free(names, TRUE);
		return 2;
	}
	while ((name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(name, ".eml"))
			g_ptr_array_add(names, g_strdup(name));
	g_dir_close(dir);
	g_ptr_array_sort(names, by_name);
	mime_init();
	text_init();
	for (guint i = 0; i < names->len; i++) {
		bool ok;

		name = g_ptr_array_index(names, i);
		ok = run(argv[1], name);
		printf("%s %u - %s\n", ok ? "ok" : "not ok", i + 1, name);
		failed += !ok;
	}
	printf("1..%u\n", names->len);
	if (names->len == 0)
		failed = 1;
	g_ptr_array_free(names, TRUE);
	return failed > 0;
}
