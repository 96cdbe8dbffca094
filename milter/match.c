/*
 * match.c - many regular expressions: compiling them, and the pool of scratch.
 *
 * Floor 2.  What is compiled is never changed again; every pattern has limits, so none can hold up the daemon.
 */
#include <stdint.h>
#include <string.h>
#include <glib.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include "match_engine.h"

#define POOL_MAX	128		/* works kept for later */
#define STACK_FIRST	32768		/* octets of a fresh JIT stack */
#define PATTERNS_MAX	1000000
#define GROUPS_MAX	1000000

const struct match_limits	match_limits_default = { .steps = 1000000, .heap = 4096 };

struct match_pool {
	GMutex			 lock;
	struct match_work	*free;
	unsigned		 n;
};

int
match_new(unsigned groups, const struct match_limits *limits, struct match **match_r, struct err *err)
{
	struct match	*m;

	if (groups == 0 || groups > GROUPS_MAX)
		return err_set(err, "cannot match in %u groups", groups);
	m = g_new0(struct match, 1);
	m->limits = limits == NULL ? match_limits_default : *limits;
	m->group = g_new0(struct match_group, groups);
	m->ngroups = groups;
	m->pool = g_new0(struct match_pool, 1);
	g_mutex_init(&m->pool->lock);
	*match_r = m;
	return 0;
}

/* Flags as PCRE2 names them.  Octets stay octets whatever the pattern says of itself. */
static uint32_t
options(unsigned flags)
{
	uint32_t	o = PCRE2_NEVER_BACKSLASH_C | PCRE2_DUPNAMES;

	o |= (flags & MATCH_UTF) != 0 ? PCRE2_UTF | PCRE2_UCP : PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
	o |= (flags & MATCH_CASELESS) != 0 ? PCRE2_CASELESS : 0;
	o |= (flags & MATCH_MULTILINE) != 0 ? PCRE2_MULTILINE : 0;
	o |= (flags & MATCH_DOTALL) != 0 ? PCRE2_DOTALL : 0;
	o |= (flags & MATCH_EXTENDED) != 0 ? PCRE2_EXTENDED : 0;
	o |= (flags & MATCH_UNGREEDY) != 0 ? PCRE2_UNGREEDY : 0;
	return o;
}

static int
compile(const char *pattern, size_t len, unsigned flags, pcre2_code **code_r, struct err *err)
{
	pcre2_compile_context	*context = pcre2_compile_context_create(NULL);
	pcre2_code		*code = NULL;
	PCRE2_UCHAR		 reason[256] = "";
	PCRE2_SIZE		 offset = 0;
	int			 error = 0, ret = -1;

	if (context == NULL) {
		(void)err_set(err, "no memory to compile");
		goto out;
	}
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	(void)pcre2_set_bsr(context, PCRE2_BSR_UNICODE);
	code = pcre2_compile((PCRE2_SPTR)pattern, len, options(flags) | PCRE2_USE_OFFSET_LIMIT, &error, &offset,
	    context);
	if (code == NULL) {
		(void)pcre2_get_error_message(error, reason, sizeof(reason));
		(void)err_set(err, "%s at octet %zu", (const char *)reason, (size_t)offset);
		goto out;
	}
	*code_r = code;
	ret = 0;
out:
	pcre2_compile_context_free(context);
	return ret;
}

/* Makes room for pattern id; those between stay empty. */
static void
reserve(struct match *m, size_t id)
{
	while (m->cap <= id) {
		size_t	cap = m->cap == 0 ? 64 : 2 * m->cap;

		m->pattern = g_renew(struct match_pattern, m->pattern, cap);
		memset(m->pattern + m->cap, 0, (cap - m->cap) * sizeof(*m->pattern));
		m->cap = cap;
	}
	if (m->n <= id)
		m->n = id + 1;
}

int
match_add(struct match *match, unsigned group, unsigned id, const char *pattern, size_t len, unsigned flags,
    struct err *err)
{
	struct match_group	*g;
	struct match_pattern	*p;
	struct match_need	 need = { 0 };
	pcre2_code		*code = NULL;
	bool			 caseless = false, fast = false;

	if (match->finished || group >= match->ngroups || id >= PATTERNS_MAX)
		return err_set(err, "pattern %u cannot be added to group %u", id, group);
	reserve(match, id);
	if (match->pattern[id].code != NULL)
		return err_set(err, "pattern %u is there already", id);
	if (compile(pattern, len, flags, &code, err) == -1)
		return -1;
	match_need_find(pattern, len, flags, &need, &caseless);
	if (!need.plain)			/* where a literal is enough, the slow code serves the rare count */
		fast = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;	/* without, it is interpreted */
	p = &match->pattern[id];
	*p = (struct match_pattern){ .code = code, .flags = flags, .fast = fast, .plain = need.plain,
	    .need = need, .caseless = caseless };
	g = &match->group[group];
	if (g->n == g->cap) {
		g->cap = g->cap == 0 ? 16 : 2 * g->cap;
		g->id = g_renew(unsigned, g->id, g->cap);
	}
	g->id[g->n++] = id;
	g->utf = g->utf || (flags & MATCH_UTF) != 0;
	return 0;
}

int
match_finish(struct match *match, struct err *err)
{
	unsigned	i;
	size_t		k;

	if (match->finished)
		return 0;
	match->finished = true;
	for (i = 0; i < match->ngroups; i++) {
		match->nlargest = MAX(match->nlargest, match->group[i].n);
		if (match_group_finish(match, &match->group[i], err) == -1)
			return -1;
	}
	for (k = 0; k < match->n; k++)
		match_need_clear(&match->pattern[k].need);
	return 0;
}

void
match_free(struct match *match)
{
	struct match_work	*w;
	unsigned		 i;
	size_t			 k;

	if (match == NULL)
		return;
	while ((w = match->pool->free) != NULL) {
		match->pool->free = w->next;
		match_work_free(w);
	}
	g_mutex_clear(&match->pool->lock);
	g_free(match->pool);
	for (i = 0; i < match->ngroups; i++)
		match_group_clear(&match->group[i]);
	g_free(match->group);
	for (k = 0; k < match->n; k++) {
		pcre2_code_free(match->pattern[k].code);
		match_need_clear(&match->pattern[k].need);
	}
	g_free(match->pattern);
	match_scratch_free(match->scratch);
	g_free(match);
}

struct match_work *
match_work_new(const struct match *match)
{
	struct match_work	*w = g_new0(struct match_work, 1);
	pcre2_match_context	*context;
	size_t			 stack = (size_t)match->limits.heap * 1024;

	w->data = pcre2_match_data_create(1, NULL);
	w->context = context = pcre2_match_context_create(NULL);
	w->state = g_new0(struct match_state, match->nlargest + 1);
	if (w->data == NULL || context == NULL || match_scratch_copy(match->scratch, &w->scratch) == -1) {
		match_work_free(w);
		return NULL;
	}
	(void)pcre2_set_match_limit(context, match->limits.steps);
	(void)pcre2_set_heap_limit(context, match->limits.heap);
	w->stack = pcre2_jit_stack_create(MIN(STACK_FIRST, stack), MAX(stack, STACK_FIRST), NULL);
	if (w->stack != NULL)
		pcre2_jit_stack_assign(context, NULL, w->stack);
	return w;
}

void
match_work_free(struct match_work *work)
{
	if (work == NULL)
		return;
	pcre2_match_data_free(work->data);
	pcre2_match_context_free(work->context);
	pcre2_jit_stack_free(work->stack);
	match_scratch_free(work->scratch);
	g_free(work->state);
	g_free(work->event);
	g_free(work);
}

struct match_work *
match_work_take(const struct match *match)
{
	struct match_work	*w;

	g_mutex_lock(&match->pool->lock);
	w = match->pool->free;
	if (w != NULL) {
		match->pool->free = w->next;
		match->pool->n--;
	}
	g_mutex_unlock(&match->pool->lock);
	return w != NULL ? w : match_work_new(match);
}

void
match_work_give(const struct match *match, struct match_work *work)
{
	if (work == NULL)
		return;
	g_mutex_lock(&match->pool->lock);
	if (match->pool->n < POOL_MAX) {
		work->next = match->pool->free;
		match->pool->free = work;
		match->pool->n++;
		work = NULL;
	}
	g_mutex_unlock(&match->pool->lock);
	match_work_free(work);
}

size_t
match_unfiltered(const struct match *match)
{
	size_t		n = 0;
	unsigned	i;

	for (i = 0; i < match->ngroups; i++)
		n += match->group[i].nalways;
	return n;
}
