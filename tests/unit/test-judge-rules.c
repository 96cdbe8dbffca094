/*
 * test-judge-rules.c - rules put to whole messages: what each kind of rule sees, and what it must not see.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "judge_rules.h"

static const char	message[] =
    "Received: from a.example by b.example; Mon, 1 Jan 2024 00:00:00 +0000\n"
    "Received: from c.example by a.example\n"
    "From: \"=?UTF-8?B?5byg5LiJ?=\" <zhang@shop.example>, Second <two@other.example>\n"
    "To: Anna <anna@example.com>\n"
    "Cc: bob@example.com\n"
    "Subject: =?UTF-8?B?5Luj5byA5Y+R56Wo?= offer\n"
    "X-Folded: one\n\ttwo\n"
    "X-Tuiding-Fact: image-only\n\tforged\n"
    "X-Empty:\n"
    "Message-ID: <1@shop.example>\n"
    "MIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=\"b\"\n"
    "\n"
    "--b\n"
    "Content-Type: text/html; charset=utf-8\n"
    "\n"
    "<html><body><p>buy one</p><p>buy two buy now</p>"
    "<a href=\"http://shop.example/a.exe\">go</a><a href=\"http://x.example/q\">on</a></body></html>\n"
    "--b\n"
    "Content-Type: application/zip; name=\"bill.zip\"\n"
    "Content-Disposition: attachment; filename=\"bill.zip\"\n"
    "\n"
    "PK\n"
    "--b--\n";

static const char	rules_text[] =
    "header H_SUBJ Subject =~ /^\\xe4\\xbb\\xa3.*offer$/\n"
    "header H_RAW Subject:raw =~ /^=\\?UTF-8\\?B/\n"
    "header H_ADDR From:addr =~ /^zhang\\@shop\\.example$/m\n"
    "header H_ADDR2 From:addr =~ /^two\\@other/m\n"
    "header H_ADDRQ From:addr =~ /[<\"]/\n"
    "header H_NAME From:name =~ /^\xe5\xbc\xa0\xe4\xb8\x89$/m\n"
    "header H_NAMERAW From:name:raw =~ /^=\\?UTF-8\\?B\\?5byg5LiJ\\?=$/m\n"
    "header H_ADDRRAW From:raw:addr =~ /^zhang\\@shop/m\n"
    "header H_TOCC ToCc =~ /anna.*\\n.*bob/\n"
    "header H_ENV EnvelopeFrom =~ /^bounce\\@esp\\.example$/\n"
    "header H_MID MESSAGEID =~ /^<1\\@shop/\n"
    "header H_ALL ALL =~ /^To: Anna.*\\nCc: bob/m\n"
    "header H_ALLRAW ALL:raw =~ /^X-Folded: one\\n\\ttwo\\nX-Empty/m\n"
    "header H_FOLD X-Folded =~ /^one two$/\n"
    "header H_FIRST Received:first =~ /from a\\.example/\n"
    "header H_FIRSTNOT Received:first =~ /from c\\.example/\n"
    "header H_LAST Received:last =~ /^from c\\.example/\n"
    "header H_BOTH Received =~ /0000\\nfrom c/\n"
    "header H_COUNT Received =~ /from/\ntflags H_COUNT multiple\n"
    "header H_NONE X-None =~ /./\n"
    "header H_NONEEMPTY X-None =~ /^$/\n"
    "header H_NOT X-None !~ /x/\n"
    "header H_NOTHIT Subject !~ /offer/\n"
    "header H_UNSET X-None =~ /^lost$/ [if-unset: lost]\n"
    "header H_SETNOT X-Folded =~ /^lost$/ [if-unset: lost]\n"
    "header H_EXISTS exists:x-folded\n"
    "header H_EXISTSEMPTY exists:X-Empty\n"
    "header H_EXISTSNOT exists:X-None\n"
    "header F_HTML X-Tuiding-Fact =~ /^html$/m\n"
    "header F_LINKS X-Tuiding-Fact =~ /^links=2$/m\n"
    "header F_ATT X-Tuiding-Fact =~ /^attachments=1$/m\n"
    "header F_WPL X-Tuiding-Fact =~ /^words-per-link=\\d+$/m\n"
    "header F_FORGED X-Tuiding-Fact =~ /image-only|forged/\n"
    "header F_ALL ALL =~ /Tuiding-Fact|forged/i\n"
    "header F_ALLRAW ALL:raw =~ /Tuiding-Fact|forged/i\n"
    "full F_FULL /Tuiding-Fact|forged/i\n"
    "mimeheader F_MIME ALL =~ /Tuiding-Fact/i\n"
    "full FULL /\\n\\n--b\\nContent-Type/\n"
    "body B_SUBJ /^\\xe4\\xbb\\xa3/\n"
    "body B_NOSUBJ /offer/\ntflags B_NOSUBJ nosubject\n"
    "body B_PARA /^buy two/\n"
    "body B_ACROSS /one\\s+buy/\n"
    "body B_COUNT /buy/\ntflags B_COUNT multiple\n"
    "body B_MAX /buy/\ntflags B_MAX multiple maxhits=2\n"
    "rawbody R_TAG /<p>buy one<\\/p>/\n"
    "uri U_EXE /\\.exe$/\n"
    "uri U_ACROSS /exe.*q/s\n"
    "uri U_COUNT /^http/\ntflags U_COUNT multiple\n"
    "mimeheader M_ZIP Content-Type =~ /^application\\/zip; name=\"bill/\n"
    "mimeheader M_ROOT Content-Type =~ /^multipart/\n"
    "mimeheader M_NOT Content-Type !~ /zip/\n"
    "mimeheader M_NOTHERE Content-Type !~ /image/\n"
    "folded FOLD /\xe4\xbb\xa3\xe5\xbc\x80\xe5\x8f\x91\xe7\xa5\xa8/\n"
    "folded FOLDW /\\bbuy\\b/\n"
    "body BOMB /(?:b|bu|buy|u|y)+(?:(?:[a-z ]+)+)+\\d$/\n"
    "body BAD /(/\n"
    "body ZERO /buy/\nscore ZERO 0\n"
    "meta M_BAD BAD || ZERO\n"
    "meta M_GOOD B_PARA && H_SUBJ\n"
    "body __QUIET /buy/\n";

/* What hits, and how often; every other rule must not. */
static const struct {
	const char	*name;
	uint32_t	 hits;
} want[] = {
	{ "H_SUBJ", 1 }, { "H_RAW", 1 }, { "H_ADDR", 1 }, { "H_ADDR2", 1 }, { "H_NAME", 1 }, { "H_NAMERAW", 1 }, { "H_ADDRRAW", 1 },
	{ "H_TOCC", 1 },
	{ "H_ENV", 1 }, { "H_MID", 1 }, { "H_ALL", 1 }, { "H_ALLRAW", 1 }, { "H_FOLD", 1 }, { "H_FIRST", 1 },
	{ "H_LAST", 1 }, { "H_BOTH", 1 }, { "H_COUNT", 2 }, { "H_NONEEMPTY", 1 }, { "H_NOT", 1 }, { "H_UNSET", 1 },
	{ "H_EXISTS", 1 }, { "H_EXISTSEMPTY", 1 }, { "F_HTML", 1 }, { "F_LINKS", 1 }, { "F_ATT", 1 }, { "F_WPL", 1 },
	{ "FULL", 1 }, { "B_SUBJ", 1 }, { "B_PARA", 1 }, { "B_COUNT", 3 }, { "B_MAX", 2 }, { "R_TAG", 1 },
	{ "U_EXE", 1 }, { "U_COUNT", 2 }, { "M_ZIP", 1 }, { "M_ROOT", 1 }, { "M_NOTHERE", 1 }, { "FOLD", 1 },
	{ "FOLDW", 1 }, { "M_GOOD", 1 }, { "__QUIET", 1 },
};

static void
count_warning(void *arg, const char *file, unsigned line, const char *rule, const char *what)
{
	unsigned	*n = arg;

	(void)file;
	(void)line;
	(void)rule;
	(void)what;
	(*n)++;
}

static struct judge_rules *
make(const char *text, unsigned *warnings)
{
	const struct match_limits	 limits = { .steps = 20000, .heap = 1024 };
	struct rules			*set = NULL;
	struct judge_rules		*jr = NULL;
	struct err			 err = { "" };

	*warnings = 0;
	assert_int_equal(rules_load_text("mem.cf", text, strlen(text), count_warning, warnings, &set, &err), 0);
	assert_int_equal(judge_rules_from(set, &limits, count_warning, warnings, &jr, &err), 0);
	return jr;
}

static struct judge_rules_result
run(const struct judge_rules *jr, const char *octets, size_t len, const char *envelope)
{
	struct judge_rules_result	 result = { 0 };
	struct mime			*mime = NULL;
	struct text			*text = NULL;
	struct err			 err = { "" };
	const struct mime_field		*subject;
	size_t				 i;

	assert_int_equal(mime_parse(octets, len, "GB18030", &mime_limits_default, &mime, &err), 0);
	subject = mime_field_named(mime, "Subject", 0);
	assert_int_equal(text_new(&text_limits_default, "GB18030", subject == NULL ? NULL : subject->text, &text,
	    &err), 0);
	for (i = 0; i < mime_part_count(mime); i++) {
		const struct mime_part	*p = mime_part_at(mime, i);
		const struct text_part	 t = { .type = p->type, .charset = p->charset, .octets = p->octets,
		    .len = p->len, .attachment = p->attachment };

		assert_int_equal(text_add(text, &t, &err), 0);
	}
	assert_int_equal(text_finish(text, &err), 0);
	{
		const struct judge_rules_input	in = { .mime = mime, .text = text, .envelope = envelope };

		assert_int_equal(judge_rules_run(jr, &in, &result, &err), 0);
	}
	text_free(text);
	mime_free(mime);
	return result;
}

static uint32_t
wanted(const char *name)
{
	size_t	i;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		if (strcmp(want[i].name, name) == 0)
			return want[i].hits;
	}
	return 0;
}

static void
test_message(void **state)
{
	unsigned			 warnings = 0;
	struct judge_rules		*jr = make(rules_text, &warnings);
	const struct rules		*set = judge_rules_set(jr);
	struct judge_rules_result	 r = run(jr, message, sizeof(message) - 1, "bounce@esp.example");
	size_t				 i;
	double				 score = 0;

	(void)state;
	assert_int_equal(warnings, 1);		/* BAD */
	assert_true(rules_at(set, rules_find(set, "BAD"))->off);
	assert_int_equal(r.nrules, rules_count(set));
	for (i = 0; i < r.nrules; i++) {
		const struct rules_rule	*rule = rules_at(set, i);

		if (r.hits[i] != wanted(rule->name))
			fail_msg("%s: %u hits, want %u", rule->name, r.hits[i], wanted(rule->name));
		score += rule->scored ? rule->score * r.hits[i] : 0;
	}
	assert_float_equal(r.score, score, 1e-6);
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_true(rules_find(set, want[i].name) != SIZE_MAX);
	judge_rules_result_clear(&r);
	assert_null(r.hits);
	judge_rules_free(jr);
}

static void
test_limit(void **state)
{
	unsigned			 warnings = 0, i;
	struct judge_rules		*jr = make("body A /(a+)+$/\nbody B /b/\nheader C Subject !~ /(a+)+$/\n", &warnings);
	static const char		 text[] = "Subject: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n\nb\n";
	struct judge_rules_result	 r;

	(void)state;
	for (i = 0; i < 2; i++) {		/* the second with used scratch */
		r = run(jr, text, sizeof(text) - 1, "");
		assert_int_equal(r.nfailed, 2);
		assert_int_equal(r.hits[0], 0);
		assert_int_equal(r.hits[1], 1);
		assert_int_equal(r.hits[2], 0);	/* failed is no miss: "!~" does not hit */
		judge_rules_result_clear(&r);
	}
	judge_rules_free(jr);
}

static void
test_names(void **state)
{
	static const struct {
		size_t		 size;
		bool		 scores;
		const char	*want;
	} c[] = {
		{ 100, false, "BIG,NICE,TWICE,SMALL,SMALL2" },
		{ 100, true, "BIG=6.00,NICE=-2.00,TWICE=1.50,SMALL=1.00,SMALL2=1.00" },
		{ 9, false, "BIG,NICE" },	{ 8, false, "BIG" },	{ 4, false, "BIG" },	{ 3, false, "" },
		{ 1, true, "" },
	};
	unsigned			 warnings = 0;
	struct judge_rules		*jr = make("body SMALL2 /b/\nbody SMALL /b/\nbody NICE /b/\nscore NICE -2\n"
					    "body BIG /b/\nscore BIG 3\ntflags BIG multiple\nbody __Q /b/\nbody NO /x/\n"
					    "body TWICE /b/\nscore TWICE 0.75\ntflags TWICE multiple\n", &warnings);
	struct judge_rules_result	 r = run(jr, "A: b\n\nbb\n", 9, NULL);
	size_t				 i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		char	*out = malloc(c[i].size);

		assert_int_equal(judge_rules_names(jr, &r, c[i].scores, out, c[i].size), 5);
		assert_string_equal(out, c[i].want);
		free(out);
	}
	assert_int_equal(judge_rules_names(jr, &r, false, NULL, 0), 5);
	judge_rules_result_clear(&r);
	judge_rules_free(jr);
}

static void
note_test(void *arg, const struct rules_test *test, bool good, const char *why)
{
	char	*log = arg;

	assert_non_null(why);
	(void)snprintf(log + strlen(log), 200 - strlen(log), "%s%c ", test->name, good ? '+' : '-');
}

static void
test_own_tests(void **state)
{
	char			 log[200] = "";
	unsigned		 warnings = 0;
	struct err		 err = { "" };
	struct judge_rules	*jr = make("body A /cheap/\ntest A ok very cheap\ntest A fail dear\ntest A ok dear\n"
				    "header H From:addr =~ /^a\\@b$/\ntest H ok Anna <a@b>\nheader N X !~ /q/\ntest N fail q\n"
				    "folded F /\xe4\xbb\xa3\xe5\xbc\x80/\ntest F ok \xe4\xbb\xa3 \xe9\x96\x8b\n"
				    "meta M A && !F\ntest M ok cheap\ntest M fail dear\ntest NONE ok x\n"
				    "body OFF /(/\ntest OFF ok (\n", &warnings);

	(void)state;
	assert_int_equal(judge_rules_test(jr, note_test, log, &err), 3);
	assert_string_equal(log, "A+ A+ A- H+ N+ F+ M+ M+ NONE- OFF- ");
	assert_int_equal(judge_rules_test(jr, NULL, NULL, &err), 3);
	judge_rules_free(jr);
	judge_rules_free(NULL);
}

/* "aaa…" of 2,040 octets, a blank, "bbb…" of 2,000, "omega". */
static size_t
long_paragraph(char *out)
{
	static const char	head[] = "A: b\n\n";
	size_t			n = sizeof(head) - 1;

	memcpy(out, head, n);
	memset(out + n, 'a', 2040);
	n += 2040;
	out[n++] = ' ';
	memset(out + n, 'b', 2000);
	n += 2000;
	memcpy(out + n, " omega\n", 7);
	return n + 7;
}

/* A paragraph longer than a piece is cut at a blank, and matched on both sides of the cut. */
static void
test_long(void **state)
{
	unsigned			 warnings = 0;
	struct judge_rules		*jr = make("body END /omega\\s*$/\nbody CUT /^bb/\nbody WHOLE /aaa bbb/\n"
					    "rawbody RAW /omega/\nuri NONE /./\nbody F1 /q1/\nbody F2 /q2/\nbody F3 /q3/\n", &warnings);
	char				*text = malloc(12000);
	struct judge_rules_result	 r;
	size_t				 n;

	(void)state;
	assert_non_null(text);
	n = long_paragraph(text);
	r = run(jr, text, n, "");
	assert_int_equal(r.hits[0], 1);
	assert_int_equal(r.hits[1], 1);
	assert_int_equal(r.hits[2], 0);
	assert_int_equal(r.hits[3], 1);
	assert_int_equal(r.hits[4], 0);
	judge_rules_result_clear(&r);
	judge_rules_free(jr);
	free(text);
}

static int
set_up(void **state)
{
	(void)state;
	mime_init();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_own_tests),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
