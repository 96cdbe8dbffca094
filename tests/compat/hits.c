/*
 * hits.c - which of our rules hit which message: our side of the comparison with SpamAssassin.
 *
 * Stands above judge: reads a message as judge_message() does and puts the rules to it.  Paths come on standard
 * input, one a line.  First it says what it knows of each rule,
 *	rule TAB name TAB type TAB on, off (not supported) or idle (score 0)
 * and then of each message
 *	hits TAB path TAB every rule that hit, sub-rules too (commas)
 * "hits -t RULES" only reads the rules and says how many and in what time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <glib.h>
#include "judge_rules.h"

#define CHARSET	"GB18030"

static const char *const types[RULES_TYPE_MAX] = {
	[RULES_NONE] = "none", [RULES_HEADER] = "header", [RULES_BODY] = "body", [RULES_RAWBODY] = "rawbody",
	[RULES_FULL] = "full", [RULES_URI] = "uri", [RULES_MIMEHEADER] = "mimeheader", [RULES_FOLDED] = "folded",
	[RULES_META] = "meta",
};

static void
say_rules(const struct rules *set)
{
	for (size_t i = 0; i < rules_count(set); i++) {
		const struct rules_rule *r = rules_at(set, i);

		printf("rule\t%s\t%s\t%s\n", r->name, types[r->type], r->off ? "off" : r->idle ? "idle" : "on");
	}
}

/* The words of all parts, as judge.c gathers them. */
static int
read_text(const struct mime *mime, struct text **text_r, struct err *err)
{
	const struct mime_field *subject = mime_field_named(mime, "Subject", 0);

	if (text_new(NULL, CHARSET, subject == NULL ? NULL : subject->text, text_r, err) != 0)
		return -1;
	for (size_t i = 0; i < mime_part_count(mime); i++) {
		const struct mime_part *part = mime_part_at(mime, i);
		const struct text_part in = {
			.type = part->type, .charset = part->charset, .octets = part->octets, .len = part->len,
			.attachment = part->attachment,
		};

		if (!part->returned && text_add(*text_r, &in, err) != 0)
			return -1;
	}
	return text_finish(*text_r, err);
}

/* The envelope sender: what the message itself says of it, as SpamAssassin has no other source here either. */
static const char *
envelope(const struct mime *mime, struct mime_address *address)
{
	const struct mime_field *path = mime_field_named(mime, "Return-Path", 0);

	return path != NULL && mime_addresses(path->raw, CHARSET, address, 1) > 0 ? address->address : NULL;
}

static void
say_hits(const struct judge_rules *rules, const char *path, const struct judge_rules_result *result)
{
	const char *sign = "";

	printf("hits\t%s\t", path);
	for (size_t i = 0; i < result->nrules; i++) {
		if (result->hits[i] == 0)
			continue;
		printf("%s%s", sign, rules_at(judge_rules_set(rules), i)->name);
		sign = ",";
	}
	putchar('\n');
}

static int
judge_file(const struct judge_rules *rules, const char *path, struct err *err)
{
	struct judge_rules_input input = { 0 };
	struct judge_rules_result result = { 0 };
	struct mime_address address;
	struct mime *mime = NULL;
	struct text *text = NULL;
	gchar *octets = NULL;
	gsize len = 0;
	int ret = -1;

	if (!g_file_get_contents(path, &octets, &len, NULL)) {
		(void)err_set(err, "it cannot be read");
		goto out;
	}
	if (mime_parse(octets, len, CHARSET, &mime_limits_default, &mime, err) != 0 || read_text(mime, &text, err) != 0)
		goto out;
	input = (struct judge_rules_input){ .mime = mime, .text = text, .envelope = envelope(mime, &address) };
	if (judge_rules_run(rules, &input, &result, err) != 0)
		goto out;
	say_hits(rules, path, &result);
	ret = 0;
out:
	judge_rules_result_clear(&result);
	text_free(text);
	mime_free(mime);
	g_free(octets);
	return ret;
}

static int
judge_all(const struct judge_rules *rules)
{
	struct err err = { "" };
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int status = 0;

	while ((len = getline(&line, &size, stdin)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (judge_file(rules, line, &err) != 0) {
			fprintf(stderr, "hits: %s: %s\n", line, err.text);
			status = 1;
		}
	}
	free(line);
	return status;
}

int
main(int argc, char *argv[])
{
	bool timed = argc == 3 && strcmp(argv[1], "-t") == 0;
	const char *path = argv[argc - 1];
	struct judge_rules *rules = NULL;
	struct timespec begin, end;
	struct err err = { "" };
	int status = 0;

	if (argc != 2 && !timed) {
		fprintf(stderr, "usage: hits [-t] RULES\n");
		return 2;
	}
	mime_init();
	text_init();
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	if (judge_rules_new(&path, 1, &match_limits_default, NULL, NULL, &rules, &err) != 0) {
		fprintf(stderr, "hits: %s\n", err.text);
		return 1;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	if (timed) {
		printf("%zu rules in %.2f s\n", rules_count(judge_rules_set(rules)),
		    (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
	} else {
		say_rules(judge_rules_set(rules));
		status = judge_all(rules);
	}
	judge_rules_free(rules);
	return status;
}
