/*
 * test-rules.c - what rules files say: every directive, and what is wrong with one line.
 */
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
#include "rules.h"

struct warnings {
	unsigned	n, line;
	char		rule[128], what[512];
};

static void
note(void *arg, const char *file, unsigned line, const char *rule, const char *what)
{
	struct warnings	*w = arg;

	assert_non_null(file);
	w->n++;
	w->line = line;
	(void)snprintf(w->rule, sizeof(w->rule), "%s", rule == NULL ? "" : rule);
	(void)snprintf(w->what, sizeof(w->what), "%s", what);
}

static struct rules *
load(const char *text, struct warnings *w)
{
	size_t		 len = strlen(text);
	char		*copy = malloc(len + 1);
	struct rules	*set = NULL;
	struct err	 err = { "" };

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy = realloc(copy, len == 0 ? 1 : len);
	memset(w, 0, sizeof(*w));
	assert_int_equal(rules_load_text("mem.cf", copy, len, note, w, &set, &err), 0);
	free(copy);
	return set;
}

static const struct rules_rule *
rule(const struct rules *set, const char *name)
{
	size_t	i = rules_find(set, name);

	if (i == SIZE_MAX)
		fail_msg("no rule %s", name);
	return rules_at(set, i);
}

static void
test_patterns(void **state)
{
	static const struct {
		const char	*line;
		const char	*pattern;	/* NULL: the rule is off */
		unsigned	 flags;
	} c[] = {
		{ "body R /abc/",			"abc", 0 },
		{ "body R /a\\/b/i",			"a\\/b", RULES_CASELESS },
		{ "body R m{a/b}smx",			"a/b", RULES_DOTALL | RULES_MULTILINE | RULES_EXTENDED },
		{ "body R m!a/b!",			"a/b", 0 },
		{ "body R qr(a(b)c)i",			"a(b)c", RULES_CASELESS },
		{ "body R m#a#",			NULL, 0 },	/* # begins a comment */
		{ "body R m\\#a\\#",			"a", 0 },
		{ "body R /a\\#b/   # comment",		"a#b", 0 },
		{ "body R /a/nu",			"(?n)a", 0 },
		{ "body R /a/xx",			"(?xx)a", RULES_EXTENDED },
		{ "folded R /a/i",			"a", RULES_CASELESS | RULES_UTF },
		{ "uri R /\\.exe$/",			"\\.exe$", 0 },
		{ "rawbody R /<b>/",			"<b>", 0 },
		{ "full R /^From/m",			"^From", RULES_MULTILINE },
		{ "  BODY   R\t/abc/  \r",		"abc", 0 },
		{ "body R //",				"", 0 },
		{ "body R /a",				NULL, 0 },
		{ "body R abc",				NULL, 0 },
		{ "body R /a/b/",			NULL, 0 },
		{ "body R /a/g",			NULL, 0 },
		{ "body R /a/e",			NULL, 0 },
		{ "body R /(?{ print })/",		NULL, 0 },
		{ "body R /(??{ print })/",		NULL, 0 },
		{ "body R /%{NAME}/",			NULL, 0 },
		{ "body R m\\a\\",			NULL, 0 },
		{ "body R /a\\/",			NULL, 0 },
		{ "body R eval:check_html()",		NULL, 0 },
		{ "body R",				NULL, 0 },
		{ "uridnsbl R zen.example. A",		NULL, 0 },
	};
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct warnings			 w;
		struct rules			*set = load(c[i].line, &w);
		const struct rules_rule		*r = rule(set, "R");

		if (r->off != (c[i].pattern == NULL) || w.n != (c[i].pattern == NULL))
			fail_msg("%s: off %d, %u warnings (%s)", c[i].line, r->off, w.n, w.what);
		if (!r->off) {
			assert_string_equal(r->pattern, c[i].pattern);
			assert_int_equal(r->pattern_len, strlen(c[i].pattern));
			assert_int_equal(r->flags, c[i].flags);
		} else {
			assert_string_equal(w.rule, "R");
			assert_int_equal(w.line, 1);
		}
		rules_free(set);
	}
}

static void
test_headers(void **state)
{
	static const struct {
		const char	*line;
		bool		 off;
		const char	*field;
		enum rules_view	 view;
		enum rules_pick	 pick;
		bool		 negated;
		const char	*unset;
	} c[] = {
		{ "header R Subject =~ /a/", false, "Subject", RULES_VIEW_TEXT, RULES_PICK_ALL, false, NULL },
		{ "header R Subject=~/a/", false, "Subject", RULES_VIEW_TEXT, RULES_PICK_ALL, false, NULL },
		{ "header R From:addr !~ /a/", false, "From", RULES_VIEW_ADDR, RULES_PICK_ALL, true, NULL },
		{ "header R From:name =~ /a/", false, "From", RULES_VIEW_NAME, RULES_PICK_ALL, false, NULL },
		{ "header R From:name:raw =~ /a/", false, "From", RULES_VIEW_NAME_RAW, RULES_PICK_ALL, false, NULL },
		{ "header R To:raw:first =~ /a/", false, "To", RULES_VIEW_RAW, RULES_PICK_FIRST, false, NULL },
		{ "header R Received:last =~ /a/", false, "Received", RULES_VIEW_TEXT, RULES_PICK_LAST, false, NULL },
		{ "header R X-A exists:X-B", true, NULL, 0, 0, false, NULL },
		{ "header R exists:X-B", false, "X-B", RULES_VIEW_EXISTS, RULES_PICK_ALL, false, NULL },
		{ "header R exists:X B", true, NULL, 0, 0, false, NULL },
		{ "header R Cc =~ /a/ [if-unset: none here]", false, "Cc", RULES_VIEW_TEXT, RULES_PICK_ALL, false,
		    "none here" },
		{ "header R From:host =~ /a/", true, NULL, 0, 0, false, NULL },
		{ "header R From:what =~ /a/", true, NULL, 0, 0, false, NULL },
		{ "header R X-Spam-Relays-External =~ /a/", true, NULL, 0, 0, false, NULL },
		{ "header R Subject = /a/", true, NULL, 0, 0, false, NULL },
		{ "header R =~ /a/", true, NULL, 0, 0, false, NULL },
		{ "mimeheader R Content-Type:raw =~ /a/", false, "Content-Type", RULES_VIEW_RAW, 0, false, NULL },
	};
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct warnings			 w;
		struct rules			*set = load(c[i].line, &w);
		const struct rules_rule		*r = rule(set, "R");

		if (r->off != c[i].off || w.n != c[i].off)
			fail_msg("%s: off %d, %u warnings (%s)", c[i].line, r->off, w.n, w.what);
		if (!r->off) {
			assert_string_equal(r->field, c[i].field);
			assert_int_equal(r->view, c[i].view);
			assert_int_equal(r->pick, c[i].pick);
			assert_int_equal(r->negated, c[i].negated);
			if (c[i].unset == NULL)
				assert_null(r->if_unset);
			else
				assert_string_equal(r->if_unset, c[i].unset);
		}
		rules_free(set);
	}
}

static void
test_scores(void **state)
{
	static const char	 text[] =
	    "body A /a/\nbody __B /b/\nbody T_C /c/\nbody D /d/\nbody E /e/\nbody F /f/\nbody G /g/\nbody H /h/\n"
	    "tflags D nice\nscore E 1.5 2 3 4\nscore F 0\nscore G 2\nscore G (0.5)\nscore H 1 2\n"
	    "tflags T_C multiple maxhits=3\nscore NOBODY 1\n"
	    "describe A An A.\nlang zh describe A \xe4\xb8\x80\nlang de describe A Ein A.\nlang en describe D A D.\n";
	struct warnings		 w;
	struct rules		*set = load(text, &w);

	(void)state;
	assert_float_equal(rule(set, "A")->score, 1, 1e-9);
	assert_true(rule(set, "A")->scored);
	assert_string_equal(rule(set, "A")->describe, "An A.");
	assert_string_equal(rule(set, "A")->describe_zh, "\xe4\xb8\x80");
	assert_string_equal(rule(set, "D")->describe, "A D.");
	assert_float_equal(rule(set, "__B")->score, 0, 1e-9);
	assert_false(rule(set, "__B")->scored);
	assert_false(rule(set, "__B")->idle);
	assert_float_equal(rule(set, "T_C")->score, 0.01, 1e-9);
	assert_true(rule(set, "T_C")->multiple);
	assert_int_equal(rule(set, "T_C")->maxhits, 3);
	assert_float_equal(rule(set, "D")->score, -1, 1e-9);
	assert_float_equal(rule(set, "E")->score, 1.5, 1e-9);
	assert_true(rule(set, "F")->idle);
	assert_float_equal(rule(set, "G")->score, 2.5, 1e-9);
	assert_float_equal(rule(set, "H")->score, 1, 1e-9);
	assert_int_equal(w.n, 2);			/* H's two numbers, and nobody */
	assert_string_equal(w.rule, "NOBODY");
	rules_free(set);
}

/* Expressions over A = 1 hit, B = 3 hits, Z = none, OFF = switched off, IDLE = score 0. */
static void
test_metas(void **state)
{
	static const char	 head[] =
	    "body A /a/\nbody B /b/\ntflags B multiple\nbody Z /z/\nbody OFF eval:x()\nbody IDLE /i/\nscore IDLE 0\n";
	static const struct {
		const char	*expr;
		int		 want;		/* hits of M; -1: M is off */
	} c[] = {
		{ "A", 1 },			{ "A && B", 3 },	{ "A && Z", 0 },	{ "Z || B", 3 },
		{ "!Z", 1 },			{ "!A", 0 },		{ "!!B", 1 },		{ "A + B", 4 },
		{ "A + B > 3", 1 },		{ "A + B > 4", 0 },	{ "B * 2 - 1", 5 },	{ "B - 4", 1 },
		{ "B / 2", 1 },			{ "A == B", 0 },	{ "A != B", 1 },	{ "B >= 3", 1 },
		{ "B <= 2", 0 },		{ "A < B", 1 },		{ "A ^ B", 2 },		{ "Z ? 5 : 7", 7 },
		{ "A ? 5 : 7", 5 },		{ "(A || Z) && !OFF", 1 }, { "OFF", 0 },	{ "IDLE", 0 },
		{ "NOSUCH", 0 },		{ "A && !NOSUCH", 1 },	{ "()", 0 },		{ "0", 0 },
		{ "1 + 2 * 3 == 7", 1 },	{ "-1", 1 },		{ "2 - 1 - 1", 0 },	{ "A+B+Z==4", 1 },
		{ "local_tests_only", 1 },	{ "rules_matching(B*)", 3 }, { "rules_matching(Q*)", 0 },
		{ "rules_matching(?)", 4 },	/* A, B and Z; M itself is left out */
		{ "A &&", -1 },			{ "A B", -1 },		{ "A & B", -1 },	{ "(A", -1 },
		{ "A)", -1 },			{ "A and B", -1 },	{ "A || $x", -1 },	{ "1 / A", -1 },
		{ "rules_matching(B", -1 },	{ "M", -1 },		{ "A ? B", -1 },	{ "A::B", -1 },
		{ "1..2", -1 },			{ "A / A", -1 },
	};
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		char			 text[1024];
		struct warnings		 w;
		struct rules		*set;
		uint32_t		 hits[16] = { 0 };

		(void)snprintf(text, sizeof(text), "meta M %s\n%s", c[i].expr, head);
		set = load(text, &w);
		hits[rules_find(set, "A")] = 7;		/* not "multiple": counts once */
		hits[rules_find(set, "B")] = 3;
		hits[rules_find(set, "OFF")] = 1;
		hits[rules_find(set, "IDLE")] = 1;
		(void)rules_score(set, hits);
		if (rule(set, "M")->off != (c[i].want == -1))
			fail_msg("%s: off %d (%s)", c[i].expr, rule(set, "M")->off, w.what);
		if (c[i].want >= 0 && hits[rules_find(set, "M")] != (uint32_t)c[i].want)
			fail_msg("%s: %u, want %d", c[i].expr, hits[rules_find(set, "M")], c[i].want);
		rules_free(set);
	}
}

static void
test_order(void **state)
{
	/* Each uses the one behind it; C1 and C2 use each other, and USER one of them. */
	static const char	 text[] =
	    "meta M1 M2 && !C1\nmeta M2 M3 + 1\nmeta M3 A\nbody A /a/\nscore M1 10\nscore M2 20\nscore M3 -3\nscore A 0.5\n"
	    "meta C1 C2\nmeta C2 C1 || A\nmeta USER C1 || A\nbody N /n/\ntflags N multiple maxhits=2\nscore N 4\n"
	    "meta NN N\nscore NN 100\n";
	struct warnings		 w;
	struct rules		*set = load(text, &w);
	uint32_t		 hits[16] = { 0 };

	(void)state;
	assert_true(rule(set, "C1")->off);
	assert_true(rule(set, "C2")->off);
	assert_true(rule(set, "USER")->off);
	assert_true(rule(set, "M1")->off);		/* hangs on C1 */
	assert_int_equal(w.n, 4);
	hits[rules_find(set, "A")] = 1;
	hits[rules_find(set, "N")] = 5;
	assert_float_equal(rules_score(set, hits), 0.5 - 3 + 20 + 8 + 100, 1e-9);
	assert_int_equal(hits[rules_find(set, "M2")], 2);
	assert_int_equal(hits[rules_find(set, "NN")], 2);
	assert_int_equal(hits[rules_find(set, "M1")], 0);
	rules_switch_off(set, rules_find(set, "A"));
	memset(hits, 0, sizeof(hits));
	hits[rules_find(set, "A")] = 1;
	assert_float_equal(rules_score(set, hits), 20, 1e-9);	/* M2: M3 is 0, and 1 more */
	assert_int_equal(hits[rules_find(set, "A")], 0);
	rules_free(set);
	rules_free(NULL);
}

static void
test_conditions(void **state)
{
	static const struct {
		const char	*cond;
		int		 want;		/* 1 the rule is read, 0 not */
		unsigned	 warnings;
	} c[] = {
		{ "if (version >= 3.004002)", 1, 0 },		{ "if (version > 4.000001)", 0, 0 },
		{ "if version == 4.000001", 1, 0 },		{ "if !((version >= 3.4))", 0, 0 },
		{ "ifplugin Mail::SpamAssassin::Plugin::ReplaceTags", 1, 0 },
		{ "ifplugin Mail::SpamAssassin::Plugin::MIMEHeader", 1, 0 },
		{ "ifplugin Mail::SpamAssassin::Plugin::SPF", 0, 0 },
		{ "if !plugin (Mail::SpamAssassin::Plugin::SPF)", 1, 0 },
		{ "if can(Mail::SpamAssassin::Conf::feature_bug6558_free)", 1, 0 },
		{ "if has(Mail::SpamAssassin::Conf::feature_nothing)", 0, 0 },
		{ "if perl_version >= 5.010000 && 1", 1, 0 },	{ "if local_tests_only", 1, 0 },
		{ "if nonsense", 0, 1 },			{ "if (version", 0, 1 },
		{ "if can()", 0, 1 },				{ "if", 0, 1 },
	};
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		char			 text[512];
		struct warnings		 w;
		struct rules		*set;

		(void)snprintf(text, sizeof(text), "%s\nif 0\nbody X /x/\nelse\nbody R /r/\nendif\nelse\nbody S /s/\n"
		    "if 1\nbody S2 /s/\nendif\nendif\nbody T /t/\n", c[i].cond);
		set = load(text, &w);
		if ((rules_find(set, "R") != SIZE_MAX) != c[i].want || (rules_find(set, "S") != SIZE_MAX) == c[i].want ||
		    (rules_find(set, "S2") != SIZE_MAX) == c[i].want || w.n != c[i].warnings)
			fail_msg("%s: %u warnings (%s)", c[i].cond, w.n, w.what);
		assert_int_equal(rules_find(set, "X"), SIZE_MAX);
		assert_true(rules_find(set, "T") != SIZE_MAX);
		rules_free(set);
	}
}

static void
test_lines(void **state)
{
	static const struct {
		const char	*text;
		unsigned	 warnings, line;
	} c[] = {
		{ "", 0, 0 },
		{ "\n\n# nothing\n   # here\n", 0, 0 },
		{ "\xef\xbb\xbf" "body A /a/", 0, 0 },
		{ "frobnicate A 1", 1, 1 },
		{ "report_safe 0\nreport_safe 1\nuse_bayes 0", 2, 3 },
		{ "priority A 10\nreuse A", 0, 0 },
		{ "\nbody 1A /a/", 1, 2 },
		{ "body A-B /a/", 1, 1 },
		{ "else\nendif", 2, 2 },
		{ "if 1\nbody A /a/", 1, 2 },
		{ "include x.cf", 1, 1 },
		{ "require_version 3.0\nfrobnicate", 1, 1 },
		{ "require_version 4.000001\nfrobnicate", 1, 2 },
		{ "score A x", 1, 1 },
		{ "score A 0x10", 1, 1 },
		{ "score A (1)", 1, 1 },
		{ "test A maybe x", 1, 1 },
		{ "replace_start [", 1, 1 },
		{ "replace_tag X", 1, 1 },
		{ "lang de frobnicate", 0, 0 },
	};
	static const char	 nul[] = "body A /a\0/\nbody B /b/\n";
	struct warnings		 w;
	struct rules		*set = NULL;
	struct err		 err = { "" };
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		set = load(c[i].text, &w);
		if (w.n != c[i].warnings || w.line != c[i].line)
			fail_msg("%s: %u warnings, line %u (%s)", c[i].text, w.n, w.line, w.what);
		rules_free(set);
	}
	memset(&w, 0, sizeof(w));
	assert_int_equal(rules_load_text("nul", nul, sizeof(nul) - 1, note, &w, &set, &err), 0);
	assert_int_equal(w.n, 1);
	assert_int_equal(rules_count(set), 1);
	rules_free(set);
}

/* A later line replaces the rule, but not by nonsense; what was said of the name stays. */
static void
test_again(void **state)
{
	struct warnings		 w;
	struct rules		*set = load("score A 3\nbody A /one/\nuri A /two/i\nbody B /b/\nbody B /b\n"
				    "body C /c/\nbody C eval:x()\nheader D X !~ /d/\nheader D exists:Y\n", &w);

	(void)state;
	assert_int_equal(rules_count(set), 4);
	assert_int_equal(rule(set, "A")->type, RULES_URI);
	assert_string_equal(rule(set, "A")->pattern, "two");
	assert_float_equal(rule(set, "A")->score, 3, 1e-9);
	assert_int_equal(rule(set, "A")->line, 3);
	assert_false(rule(set, "B")->off);
	assert_true(rule(set, "C")->off);
	assert_false(rule(set, "D")->negated);
	assert_null(rule(set, "D")->pattern);
	assert_int_equal(w.n, 2);
	rules_free(set);
}

static void
test_replace(void **state)
{
	struct warnings		 w;
	struct rules		*set = load("replace_tag A [a@]\nreplace_tag B (?:b|<A>)\nreplace_inter SP \\s?\n"
				    "replace_pre P (?:\nreplace_post Q )+\nreplace_tag LOOP <LOOP><LOOP>\n"
				    "replace_rules R1 R2 R3 R4 R5 NOBODY\n"
				    "body R1 /x<A>y/\nbody R2 /<inter SP><A><A>/i\nbody R3 /<pre P><post Q>z<B>/i\n"
				    "body R4 /<UNKNOWN>(?<=a)(?<n>b)/\nbody R5 /<LOOP>/\nbody R6 /<A>/\n", &w);

	(void)state;
	assert_string_equal(rule(set, "R1")->pattern, "x[a@]y");
	assert_string_equal(rule(set, "R2")->pattern, "[a@]\\s?[a@]");
	assert_string_equal(rule(set, "R3")->pattern, "z(?:(?:b|[a@]))+");
	assert_string_equal(rule(set, "R4")->pattern, "<UNKNOWN>(?<=a)(?<n>b)");
	assert_int_equal(strlen(rule(set, "R5")->pattern), 64 * 6);	/* six passes, no more */
	assert_string_equal(rule(set, "R6")->pattern, "<A>");
	assert_int_equal(w.n, 0);
	rules_free(set);
}

static void
test_tests(void **state)
{
	struct warnings			 w;
	struct rules			*set = load("test A ok cheap  offer \\# 1\ntest B fail \nbody A /a/\n", &w);
	const struct rules_test		*t;

	(void)state;
	assert_int_equal(rules_test_count(set), 2);
	t = rules_test_at(set, 0);
	assert_int_equal(t->rule, rules_find(set, "A"));
	assert_true(t->want);
	assert_string_equal(t->text, "cheap  offer # 1");
	t = rules_test_at(set, 1);
	assert_int_equal(t->rule, SIZE_MAX);
	assert_false(t->want);
	assert_string_equal(t->text, "");
	rules_free(set);
}

static void
put(const char *dir, const char *name, const char *text, size_t len)
{
	char	 path[256];
	FILE	*f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void
test_files(void **state)
{
	static const char *const	 names[] = { "10_a.cf", "20_b.cf", "30_gb.cf", "40_loop.cf", "inc.txt", "z.txt" };
	char				 dir[] = "rules-test-XXXXXX", path[256];
	const char			*paths[2];
	struct warnings			 w = { 0 };
	struct rules			*set = NULL;
	struct err			 err = { "" };
	size_t				 i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	put(dir, "10_a.cf", "body A /one/\ninclude inc.txt\n", 28);
	put(dir, "20_b.cf", "body A /two/\n", 13);
	put(dir, "30_gb.cf", "body G /\xb4\xfa\xbf\xaa\xb7\xa2\xc6\xb1/\n", 18);
	put(dir, "40_loop.cf", "include 40_loop.cf\nbody L /l/\n", 30);
	put(dir, "inc.txt", "body I /i/\nif 1\n", 16);
	put(dir, "z.txt", "body ZZ /z/\n", 12);
	paths[0] = dir;
	(void)snprintf(path, sizeof(path), "%s/absent.cf", dir);
	paths[1] = path;
	assert_int_equal(rules_load(paths, 2, note, &w, &set, &err), 0);
	assert_string_equal(rule(set, "A")->pattern, "two");
	assert_string_equal(rule(set, "I")->pattern, "i");
	assert_string_equal(rule(set, "G")->pattern, "\xe4\xbb\xa3\xe5\xbc\x80\xe5\x8f\x91\xe7\xa5\xa8");
	assert_string_equal(rule(set, "L")->pattern, "l");
	assert_int_equal(rules_find(set, "ZZ"), SIZE_MAX);
	assert_int_equal(w.n, 4);	/* the open "if", GB18030, the circle, the absent file */
	assert_non_null(strstr(w.what, "absent.cf"));
	rules_free(set);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(dir), 0);
}

/* Nesting and length run into limits, not into the stack. */
static void
test_limits(void **state)
{
	char			*text = malloc(200100);
	struct warnings		 w;
	struct rules		*set;

	(void)state;
	assert_non_null(text);
	memcpy(text, "meta M ", 7);
	memset(text + 7, '(', 100000);
	memcpy(text + 100007, "1\n", 3);
	set = load(text, &w);
	assert_true(rule(set, "M")->off);
	rules_free(set);
	memset(text + 7, '!', 100000);
	set = load(text, &w);
	assert_true(rule(set, "M")->off);
	rules_free(set);
	memset(text, '\n', 200000);
	memcpy(text, "body A /", 8);
	memset(text + 8, 'a', 150000);
	text[150008] = '/';
	text[200000] = '\0';
	set = load(text, &w);
	assert_int_equal(rule(set, "A")->pattern_len, 150000);
	rules_free(set);
	free(text);
}

/* Each single hit of sets of every small size is found, from every place, and nothing behind the set is read. */
static void
test_next_hit(void **state)
{
	size_t	n, at, i;

	(void)state;
	for (n = 0; n < 20; n++) {
		uint32_t	*hits = calloc(n == 0 ? 1 : n, sizeof(*hits));

		assert_non_null(hits);
		assert_int_equal(rules_next_hit(hits, n, 0), n);
		for (at = 0; at < n; at++) {
			hits[at] = 7;
			for (i = 0; i < n; i++)
				assert_int_equal(rules_next_hit(hits, n, i), i <= at ? at : n);
			hits[at] = 0;
		}
		free(hits);
	}
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_next_hit),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_scores),
		cmocka_unit_test(test_metas),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_tests),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
