/*
 * admin_learn_look.c - what the rules at hand say of a message that is learnt from.
 *
 * Floor 5, part of admin.  The rules are put to it by the daemon's own code.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "admin.h"
#include "admin_learn_look.h"
#include "judge_rules.h"
#include "match.h"

#define LEARNT		"LRN_"

struct admin_learn_look {
	struct judge_rules	*base;
	struct judge_rules	*facts;
	struct learn_rule	*rules;		/* of the base */
	size_t			 nrules;
};

static int
open_base(struct admin_learn_look *look, const char *const *paths, size_t npaths, struct err *err)
{
	struct rules *set;
	size_t i;

	set = NULL;
	if (rules_load(paths, npaths, admin_quiet, NULL, &set, err) < 0)
		return -1;
	for (i = 0; i < rules_count(set); i++)
		if (strncmp(rules_at(set, i)->name, LEARNT, sizeof(LEARNT) - 1) == 0)
			rules_switch_off(set, i);
	return judge_rules_from(set, &match_limits_default, admin_quiet, NULL, &look->base, err);
}

/* The names and scores of the base's rules, for the learner; its set outlives them. */
static int
name_rules(struct admin_learn_look *look, struct err *err)
{
	const struct rules *set;
	const struct rules_rule *rule;
	size_t i;

	set = judge_rules_set(look->base);
	look->nrules = rules_count(set);
	look->rules = calloc(look->nrules + 1, sizeof(*look->rules));
	if (look->rules == NULL)
		return err_set(err, "no memory for the names of the rules");
	for (i = 0; i < look->nrules; i++) {
		rule = rules_at(set, i);
		look->rules[i].name = rule->name;
		look->rules[i].score = rule->scored && !rule->off ? rule->score : 0;
	}
	return 0;
}

static int
open_facts(struct admin_learn_look *look, struct err *err)
{
	struct rules *set;
	char *text;
	int ret;

	set = NULL;
	text = learn_facts();
	if (text == NULL)
		return err_set(err, "no memory for the facts");
	ret = rules_load_text("facts", text, strlen(text), admin_quiet, NULL, &set, err);
	free(text);
	if (ret < 0)
		return -1;
	return judge_rules_from(set, &match_limits_default, admin_quiet, NULL, &look->facts, err);
}

int
admin_learn_look_new(const char *const *paths, size_t npaths, struct admin_learn_look **look_r, struct err *err)
{
	struct admin_learn_look *look;
	int ret;

	ret = -1;
	look = calloc(1, sizeof(*look));
	if (look == NULL)
		return err_set(err, "no memory for rules");
	if (open_base(look, paths, npaths, err) < 0 || name_rules(look, err) < 0 || open_facts(look, err) < 0)
		goto out;
	*look_r = look;
	look = NULL;
	ret = 0;
out:
	admin_learn_look_free(look);
	return ret;
}

void
admin_learn_look_free(struct admin_learn_look *look)
{
	if (look == NULL)
		return;
	judge_rules_free(look->base);
	judge_rules_free(look->facts);
	free(look->rules);
	free(look);
}

const struct learn_rule *
admin_learn_look_rules(const struct admin_learn_look *look, size_t *n_r)
{
	*n_r = look->nrules;
	return look->rules;
}

/* The envelope sender that the MTA left in the message; "" when it is absent. */
static void
envelope_of(const struct mime *mime, char out[320])
{
	const struct mime_field *field;
	struct mime_address address;

	out[0] = '\0';
	field = mime_field_named(mime, "Return-Path", 0);
	if (field != NULL && mime_addresses(field->raw, NULL, &address, 1) > 0)
		memcpy(out, address.address, sizeof(address.address));
}

int
admin_learn_look_at(const struct admin_learn_look *look, const struct mime *mime, const struct text *text,
    struct learn_look *look_r, struct err *err)
{
	struct judge_rules_input input;
	struct judge_rules_result base, facts;
	char envelope[320];
	unsigned char *hit;
	size_t i;
	int ret;

	memset(&base, 0, sizeof(base));
	memset(&facts, 0, sizeof(facts));
	envelope_of(mime, envelope);
	input.mime = mime;
	input.text = text;
	input.envelope = envelope;
	ret = -1;
	if (judge_rules_run(look->base, &input, &base, err) < 0 ||
	    judge_rules_run(look->facts, &input, &facts, err) < 0)
		goto out;
	hit = calloc(look->nrules + 1, 1);
	if (hit == NULL) {
		(void)err_set(err, "no memory for the rules that hit");
		goto out;
	}
	for (i = 0; i < base.nrules && i < look->nrules; i++)
		hit[i] = base.hits[i] != 0;
	memset(look_r, 0, sizeof(*look_r));
	look_r->base = base.score;
	look_r->hit = hit;
	for (i = 0; i < facts.nrules && i < LEARN_FACTS_MAX; i++)
		if (facts.hits[i] != 0)
			look_r->facts[i / 64] |= UINT64_C(1) << i % 64;
	ret = 0;
out:
	judge_rules_result_clear(&base);
	judge_rules_result_clear(&facts);
	return ret;
}
