/*
 * metrics.c - what the filter counts while it works.
 *
 * Floor 0.  Must never wait: a counter that is off by the message just being answered is right enough.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include "metrics.h"

#define US_PER_MS	1000

static const char *const names[METRIC_MAX] = {
	[METRIC_MESSAGES]		= "messages",
	[METRIC_COMMERCIAL]		= "class_commercial",
	[METRIC_OTHER]			= "class_other",
	[METRIC_UNTOUCHED]		= "class_untouched",
	[METRIC_ACCEPT]			= "action_accept",
	[METRIC_TAG]			= "action_tag",
	[METRIC_QUARANTINE]		= "action_quarantine",
	[METRIC_REJECT]			= "action_reject",
	[METRIC_TEMPFAIL]		= "action_tempfail",
	[METRIC_LEDGER_FAILURES]	= "ledger_failures",
	[METRIC_RULE_FAILURES]		= "rule_failures",
	[METRIC_COMMANDS]		= "commands",
	[METRIC_COMPLAINTS]		= "complaints",
	[METRIC_RELOADS]		= "reloads",
	[METRIC_RELOAD_FAILURES]	= "reload_failures",
	[METRIC_TALK_LOST]		= "talk_lost",
};

/* Milliseconds; the last span has no end. */
static const unsigned ends[METRICS_SPANS - 1] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000 };

const char *
metrics_name(enum metric metric)
{
	return (unsigned)metric < METRIC_MAX ? names[metric] : NULL;
}

void
metrics_add(struct metrics *metrics, enum metric metric, uint64_t n)
{
	if (metrics != NULL && (unsigned)metric < METRIC_MAX)
		atomic_fetch_add_explicit(&metrics->count[metric], n, memory_order_relaxed);
}

void
metrics_set(struct metrics *metrics, enum metric metric, uint64_t n)
{
	if (metrics != NULL && (unsigned)metric < METRIC_MAX)
		atomic_store_explicit(&metrics->count[metric], n, memory_order_relaxed);
}

void
metrics_judged(struct metrics *metrics, uint64_t us)
{
	size_t i = 0;

	if (metrics == NULL)
		return;
	while (i < METRICS_SPANS - 1 && us > (uint64_t)ends[i] * US_PER_MS)
		i++;
	atomic_fetch_add_explicit(&metrics->span[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&metrics->judged_us, us, memory_order_relaxed);
}

uint64_t
metrics_count(const struct metrics *metrics, enum metric metric)
{
	if (metrics == NULL || (unsigned)metric >= METRIC_MAX)
		return 0;
	return atomic_load_explicit(&metrics->count[metric], memory_order_relaxed);
}

void
metrics_write(const struct metrics *metrics, FILE *out)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < METRIC_MAX; i++)
		(void)fprintf(out, "%s %" PRIu64 "\n", names[i], metrics_count(metrics, (enum metric)i));
	for (i = 0; i < METRICS_SPANS; i++) {
		sum += atomic_load_explicit(&metrics->span[i], memory_order_relaxed);
		if (i < METRICS_SPANS - 1)
			(void)fprintf(out, "judge_ms_le_%u %" PRIu64 "\n", ends[i], sum);
	}
	(void)fprintf(out, "judge_ms_count %" PRIu64 "\n", sum);
	(void)fprintf(out, "judge_ms_sum %.3f\n",
	    (double)atomic_load_explicit(&metrics->judged_us, memory_order_relaxed) / US_PER_MS);
}
