/*
 * judge_rules.c - the rules put to one message: patterns grouped by what they look at, and the score.
 *
 * Floor 3.  Everything that does not depend on the message is worked out once; a run allocates its result and
 * its view of the message, and shares nothing with other runs but what is immutable.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "judge_rules_make.h"

/* What one run works on. */
struct run {
	const struct judge_rules	*rules;
	struct match_work		*work;
	struct judge_rules_subject	 subject;	/* of the group at work */
	struct match_piece		 whole;		/* the one piece of a subject that stands for an absent field */
	struct judge_rules_result	*result;
};

static void
note_failure(struct judge_rules_result *result, size_t i)
{
	if (result->nfailed < G_N_ELEMENTS(result->failed))
		result->failed[result->nfailed] = i;
	result->nfailed++;
}

/* How often a "multiple" rule matches in all pieces together. */
static int
count_hits(const struct run *run, unsigned id, unsigned maxhits)
{
	unsigned	max = maxhits == 0 ? INT32_MAX : MIN(maxhits, INT32_MAX), n = 0;
	size_t		k;

	for (k = 0; k < run->subject.npieces && n < max; k++) {
		const struct match_piece	*p = &run->subject.piece[k];
		int				 one;

		one = match_count(run->rules->match, run->work, id, run->subject.text + p->start, p->len, max - n);
		if (one == -1)
			return -1;
		n += (unsigned)one;
	}
	return (int)n;
}

static void
on_hit(void *arg, unsigned id, bool failed)
{
	const struct run	*run = arg;
	const struct rules_rule	*r = rules_at(run->rules->set, id);
	int			 n = 1;

	if (!failed && r->multiple && !r->negated) {
		n = count_hits(run, id, r->maxhits);
		failed = n == -1;
	}
	if (failed)
		note_failure(run->result, id);
	run->result->hits[id] = failed || r->negated ? 0 : (uint32_t)n;
}

/* The field is absent: what matches then is known. */
static void
hit_unset(struct run *run, const struct judge_rules_group *g)
{
	const char	*text = g->if_unset == NULL ? "" : g->if_unset;
	size_t		 i;

	run->whole = (struct match_piece){ .len = strlen(text) };
	run->subject = (struct judge_rules_subject){ .text = text, .len = run->whole.len, .piece = &run->whole,
	    .npieces = 1 };
	for (i = 0; i < g->nunset; i++)
		on_hit(run, g->unset[i], false);
}

static int
run_group(struct run *run, unsigned number, judge_rules_bring_fn *bring, void *arg, struct err *err)
{
	const struct judge_rules_group		*g = &run->rules->group[number];
	const struct judge_rules_subject	*s = &run->subject;

	if (!bring(arg, g, &run->subject)) {
		hit_unset(run, g);
		return 0;
	}
	return match_scan_pieces(run->rules->match, run->work, number, s->text, s->len, s->piece, s->npieces, on_hit,
	    run, err);
}

/* Rules without a pattern: "exists:". */
static void
run_exists(struct run *run, judge_rules_bring_fn *bring, void *arg)
{
	struct judge_rules_subject	subject;
	size_t				i;

	for (i = 0; i < run->rules->nexists; i++) {
		const struct judge_rules_exists	*e = &run->rules->exists[i];

		run->result->hits[e->rule] = bring(arg, &e->group, &subject);
	}
}

int
judge_rules_put(const struct judge_rules *rules, judge_rules_bring_fn *bring, void *arg,
    struct judge_rules_result *result, struct err *err)
{
	struct judge_rules_result	r = { .nrules = rules_count(rules->set) };
	struct run			run = { .rules = rules, .result = &r };
	size_t				i;
	int				ret = -1;

	r.hits = calloc(r.nrules + 1, sizeof(*r.hits));
	run.work = match_work_take(rules->match);
	if (r.hits == NULL || run.work == NULL) {
		(void)err_set(err, "no memory to put rules to a message");
		goto out;
	}
	for (i = 0; i < rules->nnegated; i++)
		r.hits[rules->negated[i]] = 1;
	run_exists(&run, bring, arg);
	for (i = 0; i < rules->ngroups; i++) {
		if (run_group(&run, (unsigned)i, bring, arg, err) == -1)
			goto out;
	}
	r.score = rules_score(rules->set, r.hits);
	*result = r;
	r.hits = NULL;
	ret = 0;
out:
	match_work_give(rules->match, run.work);
	free(r.hits);
	return ret;
}

static bool
bring_from_message(void *arg, const struct judge_rules_group *group, struct judge_rules_subject *subject)
{
	return judge_rules_view_get(arg, group, subject);
}

int
judge_rules_run(const struct judge_rules *rules, const struct judge_rules_input *input,
    struct judge_rules_result *result, struct err *err)
{
	struct judge_rules_view	*view = judge_rules_view_new(rules->index, input);
	int			 ret;

	ret = judge_rules_put(rules, bring_from_message, view, result, err);
	judge_rules_view_free(view);
	return ret;
}

void
judge_rules_result_clear(struct judge_rules_result *result)
{
	free(result->hits);
	*result = (struct judge_rules_result){ 0 };
}

/* ---- names ----------------------------------------------------------------------------------- */

struct weight {
	double		 score;
	const char	*name;
	size_t		 rule;
	bool		 once;		/* its score is that of the rule */
};

#define BITS	64		/* of a word */

/* Puts one that counts several times among those that do not. */
static void
insert_weight(struct weight *list, size_t n, struct weight w)
{
	for (; n > 0 && judge_rules_weigh(w.score, w.name, list[n - 1].score, list[n - 1].name) < 0; n--)
		list[n] = list[n - 1];
	list[n] = w;
}

/* The scored rules of ranks that are set, in order; then those of hits that count several times, in their places. */
static struct weight *
list_weights(const struct judge_rules *rules, const uint64_t *ranks, GArray *several, size_t *n_r)
{
	struct weight	*list;
	size_t		 i, n = 0, words = rules->nranked / BITS + 1;

	for (i = 0; i < words; i++)
		n += (size_t)__builtin_popcountll(ranks[i]);
	list = g_new(struct weight, n + several->len + 1);
	for (n = i = 0; i < words; i++) {
		uint64_t	word;

		for (word = ranks[i]; word != 0; word &= word - 1) {
			size_t			 rule = rules->ranked[i * BITS + (size_t)__builtin_ctzll(word)];
			const struct rules_rule	*r = rules_at(rules->set, rule);

			list[n++] = (struct weight){ .name = r->name, .rule = rule, .score = r->score, .once = true };
		}
	}
	for (i = 0; i < several->len; i++)
		insert_weight(list, n++, g_array_index(several, struct weight, i));
	*n_r = n;
	return list;
}

/* The scored rules that hit; the caller frees them. */
static struct weight *
collect_weights(const struct judge_rules *rules, const struct judge_rules_result *result, size_t *n_r)
{
	uint64_t	*ranks = g_new0(uint64_t, rules->nranked / BITS + 1);
	GArray		*several = g_array_new(FALSE, FALSE, sizeof(struct weight));
	const uint32_t	*hits = result->hits;
	struct weight	*list;
	size_t		 i;

	for (i = rules_next_hit(hits, result->nrules, 0); i < result->nrules;
	    i = rules_next_hit(hits, result->nrules, i + 1)) {
		const struct rules_rule	*r = rules_at(rules->set, i);
		size_t			 rank = rules->label[i].rank;

		if (!r->scored)
			continue;
		if (r->type == RULES_META || hits[i] == 1) {
			ranks[rank / BITS] |= UINT64_C(1) << rank % BITS;
		} else {
			struct weight	w = { .name = r->name, .rule = i, .score = r->score * hits[i] };

			g_array_append_val(several, w);
		}
	}
	list = list_weights(rules, ranks, several, n_r);
	g_array_free(several, TRUE);
	g_free(ranks);
	return list;
}

/* Writes "NAME" or "NAME=1.50"; 0: no room for it. */
static size_t
write_weight(const struct judge_rules *rules, const struct weight *w, bool with_score, char *out, size_t room)
{
	const struct judge_rules_label	*l = &rules->label[w->rule];
	size_t				 len = with_score ? l->len : l->name;
	int				 n;

	if (with_score && !w->once) {
		n = snprintf(out, room, "%s=%.2f", w->name, w->score);
		return n > 0 && (size_t)n < room ? (size_t)n : 0;
	}
	if (len >= room)
		return 0;
	memcpy(out, l->text, len);
	return len;
}

size_t
judge_rules_names(const struct judge_rules *rules, const struct judge_rules_result *result, bool with_scores,
    char *out, size_t size)
{
	size_t		 i, n = 0, at = 0;
	struct weight	*list = collect_weights(rules, result, &n);

	for (i = 0; i < n && size > 0; i++) {
		size_t	comma = at > 0, room = size - at, len;

		if (room <= comma)
			break;
		len = write_weight(rules, &list[i], with_scores, out + at + comma, room - comma);
		if (len == 0)
			break;
		if (comma > 0)
			out[at] = ',';
		at += comma + len;
	}
	if (size > 0)
		out[at] = '\0';
	g_free(list);
	return n;
}
