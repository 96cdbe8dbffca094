/*
 * test-learn.c - phrases found, rules fitted, and nothing learnt that must not be.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "learn.h"
#include "learn_private.h"
#include "match.h"
#include "rules.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define S(s)		(s), sizeof(s) - 1
#define SENDERS		12U
#define EACH		5U		/* messages of a sender and class */

/* ---- phrases --------------------------------------------------------------------------------- */

static const struct terms_case {
	const char	*text;
	size_t		 len;
	bool		 short_words;
	const char	*want;		/* every phrase, a bar behind each */
} terms[] = {
	{ S(""), false, "" },
	{ S("free shipping"), false, "free|shipping|free shipping|" },
	{ S("to do it"), false, "to do|do it|" },
	{ S("to do"), true, "to|do|to do|" },
	{ S("a big b"), false, "big|" },
	{ S("now\nbuy"), false, "now|buy|" },
	{ S("buy, now"), false, "buy|now|" },
	/* Nothing of addresses, domains, numbers, paths. */
	{ S("anna@shop.example now"), false, "now|" },
	{ S("www.shop.example"), false, "" },
	{ S("abc123 1st x_day /usr/lib a=bcd"), false, "" },
	{ S("the end."), false, "the|end|the end|" },
	{ S("end.then"), false, "" },
	{ S("abcdefghijklmnopqrstu"), false, "" },
	{ S("\xe4\xbc\x98"), false, "" },
	{ S("优惠"), false, "优惠|" },
	{ S("优惠券"), false, "优惠|优惠券|惠券|" },
	{ S("买buy"), false, "" },
	{ S("优,惠"), false, "" },
	{ S("甲乙丙丁戊己"), false,
	    "甲乙|甲乙丙|甲乙丙丁|甲乙丙丁戊|乙丙|乙丙丁|乙丙丁戊|乙丙丁戊己|丙丁|丙丁戊|丙丁戊己|丁戊|丁戊己|戊己|" },
};

static void
append_term(void *arg, const char *term, size_t len)
{
	GString	*all = arg;

	g_string_append_len(all, term, (gssize)len);
	g_string_append_c(all, '|');
}

static void
test_terms(void **state)
{
	size_t	i;

	(void)state;
	for (i = 0; i < COUNT(terms); i++) {
		GString	*got = g_string_new(NULL);
		char	*copy = malloc(terms[i].len + 1);

		assert_non_null(copy);
		/* At the end of what was allocated, so that a sanitizer sees the first octet beyond. */
		memcpy(copy + 1, terms[i].text, terms[i].len);
		learn_terms_walk(copy + 1, terms[i].len, terms[i].short_words, append_term, got);
		if (strcmp(got->str, terms[i].want) != 0)
			fail_msg("case %zu '%s': '%s'", i, terms[i].text, got->str);
		free(copy);
		g_string_free(got, TRUE);
	}
	assert_int_equal(learn_terms_subject(S("one\ntwo\n")), 3);
	assert_int_equal(learn_terms_subject(S("one")), 3);
	assert_int_equal(learn_terms_subject(S("")), 0);
}

/* ---- which phrases stand in a text ------------------------------------------------------------ */

static void
note_number(void *arg, uint32_t number)
{
	*(unsigned *)arg |= 1U << number;
}

static void
test_trie(void **state)
{
	static const char *const	phrases[] = { " free", " free ship", "优惠", "优惠券", "惠券发", "x" };
	static const struct trie_case {
		const char	*text;
		size_t		 len;
		unsigned	 want;
	} cases[] = {
		{ S(""), 0 }, { S("free"), 0 }, { S(" free"), 1 }, { S("\nfree shipping"), 3 },
		{ S("a free\nship"), 1 }, { S("freefree"), 0 }, { S("优惠"), 4 }, { S("领优惠券发"), 28 },
		{ S("优\xe6"), 0 }, { S("优惠\xe5"), 4 }, { S("axb"), 32 },
	};
	struct learn_trie		*trie = learn_trie_new();
	size_t				 i;

	(void)state;
	for (i = 0; i < COUNT(phrases); i++)
		learn_trie_add(trie, phrases[i], (uint32_t)i);
	for (i = 0; i < COUNT(cases); i++) {
		char		*copy = malloc(cases[i].len + 1);
		unsigned	 got = 0;

		assert_non_null(copy);
		memcpy(copy + 1, cases[i].text, cases[i].len);
		learn_trie_walk(trie, copy + 1, cases[i].len, note_number, &got);
		if (got != cases[i].want)
			fail_msg("case %zu: %x, wanted %x", i, got, cases[i].want);
		free(copy);
	}
	learn_trie_free(trie);
	learn_trie_free(NULL);
}

/* ---- thresholds ------------------------------------------------------------------------------ */

static void
test_threshold(void **state)
{
	struct learn_point	point[] = {
		{ 1, 1, false }, { 9, 1, true }, { 8, 1, true }, { 7, 1, false }, { 7, 1, true }, { 3, 1, true },
		{ 2, 1, false }, { 0, 2, false },
	};
	static const struct {
		double	rate, threshold, recall;
	} cases[] = {
		{ 0.1, 7.5, 0.5 },	/* the seven would be wrong, and its equal goes with it */
		{ 0.2, 2.5, 1.0 },
		{ 0.4, 2.5, 1.0 },	/* lower finds no more */
	};
	double			recall = -1, threshold;
	size_t			i;

	(void)state;
	learn_measure_sort(point, COUNT(point));
	for (i = 0; i < COUNT(cases); i++) {
		threshold = learn_measure_threshold(point, COUNT(point), cases[i].rate, &recall);
		assert_true(fabs(threshold - cases[i].threshold) < 1e-9);
		assert_true(fabs(recall - cases[i].recall) < 1e-9);
	}
	/* The first is other mail: no threshold is high enough but infinity. */
	point[0].commercial = false;
	threshold = learn_measure_threshold(point, COUNT(point), 0.01, &recall);
	assert_true(isinf(threshold) && recall < 1e-9);
	assert_true(isinf(learn_measure_threshold(point, 0, 0.5, &recall)));
}

/* ---- messages -------------------------------------------------------------------------------- */

static const struct learn_rule	base_rules[] = {
	{ "SAYS_BUY", 2.0 }, { "SAYS_NOTHING", 1.0 }, { "__PART", 0 }, { "WRONG_WAY", 1.5 }, { "NICE_WRONG_WAY", -1.5 },
};

/* The base score is what the message's own field says; Chinese is told by one character. */
static int
look(void *arg, const struct mime *mime, const struct text *text, struct learn_look *look_r, struct err *err)
{
	const struct mime_field	*base = mime_field_named(mime, "X-Base", 0);
	size_t			 len = 0, i;
	const char		*folded = text_folded(text, &len);

	(void)arg;
	if (base != NULL && strcmp(base->text, "fail") == 0)
		return err_set(err, "told to fail");
	look_r->base = base == NULL ? 0 : g_ascii_strtod(base->text, NULL);
	look_r->facts[0] = memmem(folded, len, "的", 3) != NULL ? UINT64_C(1) << learn_facts_han() : 0;
	if (mime_field_named(mime, "X-Hits", 0) == NULL)
		return 0;
	/* As many octets as rules, one a rule, '1' where it hit. */
	look_r->hit = calloc(COUNT(base_rules), 1);
	assert_non_null(look_r->hit);
	for (i = 0; i < COUNT(base_rules); i++)
		look_r->hit[i] = mime_field_named(mime, "X-Hits", 0)->text[i] == '1';
	return 0;
}

static struct learn *
learn_open(size_t max_rules, const char *const *without, size_t nwithout)
{
	struct learn_settings	 set = learn_settings_default;
	struct learn		*learn = NULL;
	struct err		 err;

	set.look = look;
	set.max_rules = max_rules;
	set.min_messages = 3;
	set.false_positives = 0.05;
	set.cost = 1;
	set.without = without;
	set.nwithout = nwithout;
	assert_int_equal(learn_new(&set, &learn, &err), 0);
	return learn;
}

/* Adds a copy of exactly its length. */
static int
add(struct learn *learn, const char *path, const char *octets, size_t len, bool commercial, struct err *err)
{
	char			*copy = malloc(len > 0 ? len : 1);
	struct learn_message	 message = { .path = path, .set = commercial ? "ads" : "mail", .octets = copy,
				    .len = len, .commercial = commercial, .weight = 1 };
	int			 ret;

	assert_non_null(copy);
	memcpy(copy, octets, len);
	ret = learn_add(learn, &message, err);
	free(copy);
	return ret;
}

/* Mail of many senders: offers and minutes; a trap or two in each. */
static void
add_all(struct learn *learn)
{
	struct err	err;
	unsigned	sender, i;

	for (sender = 0; sender < SENDERS; sender++) {
		for (i = 0; i < 2 * EACH; i++) {
			bool	 commercial = i % 2 == 0;
			char	*path = g_strdup_printf("<b>%u-%u.eml", sender, i);
			char	*mail = g_strdup_printf("From: Zhou Petra <p@s%u.example>\nX-Base: %d\nSubject: %s\n"
			    "Content-Type: text/plain; charset=utf-8\n\n%s %s\nzhou petra 138001%05u anna@shop.example\n%s\n",
			    sender, commercial ? 3 : -1, commercial ? "限时优惠的" : "minutes",
			    commercial ? "领取优惠券，free shipping today" : "the meeting was moved, see the minutes",
			    i % 3 == 0 ? "forbidden words here" : "nothing else", sender * 100 + i,
			    sender == 3 ? "quicksilver emporium" : "");

			assert_int_equal(add(learn, path, mail, strlen(mail), commercial, &err), 0);
			g_free(mail);
			g_free(path);
		}
	}
}

/* What fn writes. */
static char *
written(const struct learn *learn, int (*fn)(const struct learn *, FILE *, struct err *))
{
	char		*text = NULL;
	size_t		 len = 0;
	FILE		*out = open_memstream(&text, &len);
	struct err	 err;

	assert_non_null(out);
	assert_int_equal(fn(learn, out, &err), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
count_warning(void *arg, const char *file, unsigned line, const char *rule, const char *what)
{
	(void)file;
	print_message("line %u: %s: %s\n", line, rule == NULL ? "-" : rule, what);
	++*(unsigned *)arg;
}

/* Every phrase weighs for the class it stands in; some do. */
static bool
check_signs(const struct rules *set)
{
	static const char	offer[] = " 限时优惠的 领取优惠券,free shipping today nothing",
				minutes[] = " minutes the meeting was moved, see the minutes nothing";
	size_t			i, n[2] = { 0, 0 };

	for (i = 0; i < rules_count(set); i++) {
		const struct rules_rule	*r = rules_at(set, i);
		const char		*word = r->pattern == NULL ? NULL : strpbrk(r->pattern, "])*}");

		if (r->type != RULES_FOLDED || strncmp(r->name, "LRN_T", 5) == 0)
			continue;
		if (fabs(r->score) < 0.1)
			continue;		/* words of both classes may weigh a little */
		while (word != NULL && strpbrk(word, "])*?}") != NULL)
			word = strpbrk(word, "])*?}") + 1;
		if (strstr(r->score > 0 ? offer : minutes, word == NULL ? r->pattern : word) == NULL)
			return false;
		n[r->score > 0]++;
	}
	return n[0] > 0 && n[1] > 0;
}

static void
test_fit(void **state)
{
	static const char *const	 without[] = { "forbidden" };
	struct learn			*learn = learn_open(100, without, 1), *again = learn_open(100, without, 1);
	struct rules			*set = NULL;
	struct learn_rates		 rates;
	struct err			 err;
	char				*text = NULL, *same = NULL;
	unsigned			 warnings = 0;

	(void)state;
	if (!learn_available())
		skip();
	add_all(learn);
	add_all(again);
	assert_int_equal(learn_count(learn, true), SENDERS * EACH);
	assert_int_equal(learn_fit(learn, &err), 0);
	assert_int_equal(learn_fit(again, &err), 0);
	text = written(learn, learn_write);
	same = written(again, learn_write);
	assert_string_equal(text, same);
	assert_int_equal(rules_load_text("learned", text, strlen(text), count_warning, &warnings, &set, &err), 0);
	assert_int_equal(warnings, 0);
	assert_int_equal(rules_count(set), learn_rule_count(learn));
	assert_true(check_signs(set));
	/* Never: what was forbidden, one sender's words, people's names, numbers, addresses. */
	assert_null(strstr(text, "forbidden"));
	assert_null(strstr(text, "quicksilver"));
	assert_null(strstr(text, "petra"));
	assert_null(strstr(text, "zhou"));
	assert_null(strstr(text, "138001"));
	assert_null(strchr(text, '@'));
	/* Easy mail is told apart, with the base's help and without. */
	rates = learn_rates(learn, LEARN_BY_BOTH, NULL);
	assert_int_equal(rates.found, SENDERS * EACH);
	assert_int_equal(rates.other, SENDERS * EACH);
	assert_int_equal(rates.wrong, 0);
	rates = learn_rates(learn, LEARN_BY_BASE, "ads");
	assert_int_equal(rates.commercial, SENDERS * EACH);
	assert_int_equal(rates.other + rates.found, 0);
	assert_int_equal(learn_set_count(learn), 2);
	/* Once is enough. */
	assert_int_equal(learn_fit(learn, &err), -1);
	assert_int_equal(add(learn, "late", S("Subject: x\n\ny\n"), true, &err), -1);
	rules_free(set);
	free(text);
	free(same);
	learn_free(learn);
	learn_free(again);
}

static void
test_max_rules(void **state)
{
	struct learn	*learn = learn_open(3, NULL, 0);
	struct err	 err;

	(void)state;
	if (!learn_available())
		skip();
	add_all(learn);
	assert_int_equal(learn_fit(learn, &err), 0);
	assert_in_range(learn_rule_count(learn), 2, 4);		/* with the one that every message has */
	learn_free(learn);
}

/* What is added to a rule of the base, by its name; 0 when nothing is. */
static double
added(const char *text, const char *rule)
{
	char		*line = g_strdup_printf("\nscore LRN_B_%s ", rule);
	const char	*at = strstr(text, line);
	double		 score = at == NULL ? 0 : g_ascii_strtod(at + strlen(line), NULL);

	g_free(line);
	return score;
}

/* Rules of the base are corrected, and never turned round. */
static void
test_rules(void **state)
{
	struct learn_settings	 set = learn_settings_default;
	struct learn		*learn = NULL;
	struct err		 err;
	char			*text;
	unsigned		 i;

	(void)state;
	if (!learn_available())
		skip();
	set.look = look;
	set.min_messages = 3;
	set.false_positives = 0.05;
	set.cost = 1;
	set.rules = base_rules;
	set.nrules = COUNT(base_rules);
	assert_int_equal(learn_new(&set, &learn, &err), 0);
	for (i = 0; i < 200; i++) {
		bool	 commercial = i % 2 == 0;
		char	*mail = g_strdup_printf("From: p@s%u.example\nX-Base: %s\nX-Hits: %s\nSubject: s%u\n\nthe same text\n",
		    i / 10, commercial ? "0.5" : "0", commercial ? "10101" : "01010", i % 7);

		assert_int_equal(add(learn, "x.eml", mail, strlen(mail), commercial, &err), 0);
		g_free(mail);
	}
	assert_int_equal(learn_fit(learn, &err), 0);
	text = written(learn, learn_write);
	assert_non_null(strstr(text, "\nmeta LRN_B_SAYS_BUY (SAYS_BUY)\n"));
	assert_true(added(text, "SAYS_BUY") > 0.1);
	assert_true(added(text, "__PART") > 0.1);
	/* They hit in the other class: nothing of their scores is left at most. */
	assert_true(added(text, "WRONG_WAY") >= -1.5 - 1e-9 && added(text, "WRONG_WAY") < 0);
	assert_true(added(text, "SAYS_NOTHING") >= -1.0 - 1e-9);
	assert_true(added(text, "NICE_WRONG_WAY") <= 1.5 + 1e-9 && added(text, "NICE_WRONG_WAY") > 0);
	free(text);
	learn_free(learn);
}

static void
test_report(void **state)
{
	struct learn	*learn = learn_open(50, NULL, 0);
	struct err	 err;
	char		*page;

	(void)state;
	if (!learn_available())
		skip();
	add_all(learn);
	/* Two that nobody could tell from the other class, so that there are errors to show. */
	assert_int_equal(add(learn, "<b>lie.eml", S("From: a@lie.example\nX-Base: -6\nSubject: minutes\n\nthe meeting\n"),
	    true, &err), 0);
	assert_int_equal(add(learn, "<b>truth.eml", S("From: a@truth.example\nX-Base: 9\nSubject: 限时优惠的\n"
	    "Content-Type: text/plain; charset=utf-8\n\n领取优惠券，free shipping\n"), false, &err), 0);
	assert_int_equal(learn_fit(learn, &err), 0);
	page = written(learn, learn_html);
	assert_non_null(strstr(page, "&lt;b&gt;lie.eml"));
	assert_non_null(strstr(page, "&lt;b&gt;truth.eml"));
	assert_null(strstr(page, "<b>"));
	assert_null(strstr(page, "nan"));
	assert_non_null(strstr(page, "</html>"));
	assert_null(strstr(page, "http"));
	free(page);
	learn_free(learn);
}

/* ---- a rule hits where the fit saw it ---------------------------------------------------------- */

static void
note_hit(void *arg, unsigned id, bool failed)
{
	assert_false(failed);
	((uint8_t *)arg)[id] = 1;
}

static void
test_same_hits(void **state)
{
	struct learn		*learn = learn_open(1000, NULL, 0);
	struct rules		*set = NULL;
	struct match		*match = NULL;
	struct match_work	*work;
	struct err		 err;
	char			*text, name[LEARN_NAME_MAX];
	uint8_t			*hit;
	unsigned		 i, checked = 0;
	size_t			 k, j;

	(void)state;
	if (!learn_available())
		skip();
	add_all(learn);
	assert_int_equal(learn_fit(learn, &err), 0);
	text = written(learn, learn_write);
	assert_int_equal(rules_load_text("learned", text, strlen(text), NULL, NULL, &set, &err), 0);
	assert_int_equal(match_new(1, &match_limits_default, &match, &err), 0);
	for (k = 0; k < rules_count(set); k++) {
		const struct rules_rule	*r = rules_at(set, k);

		assert_int_equal(match_add(match, 0, (unsigned)k, r->type == RULES_FOLDED ? r->pattern : "a^",
		    r->type == RULES_FOLDED ? r->pattern_len : 2, MATCH_UTF, &err), 0);
	}
	assert_int_equal(match_finish(match, &err), 0);
	work = match_work_take(match);
	hit = calloc(rules_count(set), 1);
	assert_true(work != NULL && hit != NULL);
	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		memset(hit, 0, rules_count(set));
		assert_int_equal(match_scan(match, work, 0, row->text, row->len, note_hit, hit, &err), 0);
		for (k = 0; k < learn->cols->len; k++) {
			const struct learn_col	*col = &g_array_index(learn->cols, struct learn_col, k);
			bool			 seen = false;

			if (col->kind == LEARN_FACT || fabs(col->weight) < 0.01)
				continue;
			for (j = 0; j < row->ncols; j++)
				seen = seen || row->col[j] == k;
			learn_write_name(learn, col, name);
			if (rules_find(set, name) == SIZE_MAX || hit[rules_find(set, name)] != seen)
				fail_msg("%s: %s", row->path, name);
			checked++;
		}
	}
	assert_true(checked > 0);
	free(hit);
	match_work_give(match, work);
	match_free(match);
	rules_free(set);
	free(text);
	learn_free(learn);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void
test_refusals(void **state)
{
	struct learn_settings	 set = learn_settings_default;
	struct learn		*learn = NULL;
	struct err		 err;
	unsigned		 i;

	(void)state;
	assert_int_equal(learn_new(&set, &learn, &err), -1);		/* nobody to ask */
	set.look = look;
	set.folds = 1;
	assert_int_equal(learn_new(&set, &learn, &err), -1);
	set.folds = 5;
	set.false_positives = NAN;
	assert_int_equal(learn_new(&set, &learn, &err), -1);
	assert_null(learn);
	learn = learn_open(10, NULL, 0);
	assert_int_equal(learn_fit(learn, &err), -1);			/* nothing */
	assert_int_equal(add(learn, "empty", "", 0, true, &err), -1);
	assert_int_equal(add(learn, "fail", S("X-Base: fail\n\nx\n"), true, &err), -1);
	assert_string_equal(err.text, "told to fail");
	assert_int_equal(learn_count(learn, true) + learn_count(learn, false), 0);
	for (i = 0; i < 20; i++)					/* one side */
		assert_int_equal(add(learn, "a", S("From: a@b.example\n\nx\0y \xff\xfe\n"), true, &err), 0);
	assert_int_equal(learn_fit(learn, &err), -1);
	for (i = 0; i < 20; i++)					/* one sender */
		assert_int_equal(add(learn, "b", S("From: a@b.example\n\nz\n"), false, &err), 0);
	assert_int_equal(learn_fit(learn, &err), -1);
	learn_free(learn);
	learn_free(NULL);
}

static void
test_facts(void **state)
{
	struct rules	*set = NULL;
	struct err	 err;
	char		*text = learn_facts();
	unsigned	 warnings = 0;
	size_t		 i;

	(void)state;
	assert_non_null(text);
	assert_int_equal(rules_load_text("facts", text, strlen(text), count_warning, &warnings, &set, &err), 0);
	assert_int_equal(warnings, 0);
	assert_int_equal(rules_count(set), learn_facts_count());
	assert_true(rules_count(set) <= LEARN_FACTS_MAX);
	for (i = 0; i < rules_count(set); i++) {
		assert_string_equal(rules_at(set, i)->name, learn_facts_name(i));
		assert_non_null(rules_at(set, i)->describe);
		assert_non_null(rules_at(set, i)->describe_zh);
	}
	assert_true(learn_facts_han() < learn_facts_count());
	rules_free(set);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_terms),
		cmocka_unit_test(test_trie),
		cmocka_unit_test(test_threshold),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_max_rules),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_same_hits),
	};

	mime_init();
	text_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
