/*
 * judge_rules_test.c - the rules' own tests: "test NAME ok|fail TEXT".
 *
 * Floor 3.  TEXT stands for whatever the rule looks at, so that a test needs no whole message.
 */
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include "fold.h"
#include "judge_rules_make.h"

#define ADDRESSES_MAX	100
#define FOLDED_MAX	(1 << 20)

/* One test's text in all its views. */
struct sample {
	const char		*text;
	GString			*header;
	char			*folded;
	size_t			 folded_len;
	struct match_piece	 piece;
};

/* TEXT as a field's value: its addresses, their names, or itself with the LF at its end. */
static bool
bring_header(struct sample *s, const struct judge_rules_group *g)
{
	struct mime_address	*a = NULL;
	size_t			 i, n;

	g_string_truncate(s->header, 0);
	if (g->view != RULES_VIEW_ADDR && g->view != RULES_VIEW_NAME && g->view != RULES_VIEW_NAME_RAW) {
		g_string_assign(s->header, s->text);
		if (g->source != SOURCE_ENVELOPE)
			g_string_append_c(s->header, '\n');
		return *s->text != '\0';
	}
	a = g_new(struct mime_address, ADDRESSES_MAX);
	n = MIN(mime_addresses(s->text, "UTF-8", a, ADDRESSES_MAX), ADDRESSES_MAX);
	for (i = 0; i < n; i++) {
		const char	*one = g->view == RULES_VIEW_ADDR ? a[i].address : a[i].name;

		if (*one != '\0')
			g_string_append_printf(s->header, "%s%s", s->header->len == 0 ? "" : "\n", one);
	}
	g_free(a);
	return s->header->len > 0;
}

static bool
bring_sample(void *arg, const struct judge_rules_group *group, struct judge_rules_subject *subject)
{
	struct sample	*s = arg;
	bool		 found = true;

	if (group->type == RULES_HEADER) {
		found = bring_header(s, group);
		*subject = (struct judge_rules_subject){ .text = s->header->str, .len = s->header->len };
	} else if (group->type == RULES_FOLDED) {
		*subject = (struct judge_rules_subject){ .text = s->folded, .len = s->folded_len };
	} else {
		*subject = (struct judge_rules_subject){ .text = s->text, .len = strlen(s->text) };
	}
	s->piece = (struct match_piece){ .len = subject->len };
	subject->piece = &s->piece;
	subject->npieces = 1;
	return found;
}

/* Whether the test's rule hits its text: 1, 0, or -1. */
static int
try(const struct judge_rules *rules, const struct rules_test *test, struct err *err)
{
	struct sample			s = { .text = test->text };
	struct judge_rules_result	result = { 0 };
	int				ret = -1;

	s.header = g_string_new(NULL);
	s.folded = fold_text(test->text, strlen(test->text), FOLDED_MAX, &s.folded_len);
	if (s.folded == NULL) {
		(void)err_set(err, "no memory to fold the text of a test");
		goto out;
	}
	if (judge_rules_put(rules, bring_sample, &s, &result, err) == -1)
		goto out;
	ret = result.hits[test->rule] != 0;
	judge_rules_result_clear(&result);
out:
	fold_free(s.folded);
	g_string_free(s.header, TRUE);
	return ret;
}

int64_t
judge_rules_test(const struct judge_rules *rules, judge_rules_test_fn *fn, void *arg, struct err *err)
{
	int64_t	wrong = 0;
	size_t	i;

	for (i = 0; i < rules_test_count(rules->set); i++) {
		const struct rules_test	*t = rules_test_at(rules->set, i);
		const struct rules_rule	*r = t->rule == SIZE_MAX ? NULL : rules_at(rules->set, t->rule);
		const char		*why = "";
		bool			 good = false;
		int			 hit;

		if (r == NULL || r->off || r->idle) {
			why = r == NULL ? "no such rule" : r->off ? "the rule is off" : "the rule's score is 0";
		} else {
			hit = try(rules, t, err);
			if (hit == -1)
				return -1;
			good = (hit == 1) == t->want;
			why = hit == 1 ? "it hits" : "it does not hit";
		}
		wrong += !good;
		if (fn != NULL)
			fn(arg, t, good, why);
	}
	return wrong;
}
