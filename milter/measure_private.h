/*
 * measure_private.h - what the files of measure share.  Nobody else includes it.
 *
 * Floor 3, part of measure.
 */
#ifndef TUIDING_MEASURE_PRIVATE_H
#define TUIDING_MEASURE_PRIVATE_H

#include "measure.h"

/* The case's one sentence and its size. */
struct measure_result {
	char	*text;
	size_t	 size;
};

/* Writes the sentence, UTF-8 without control characters, and returns outcome. */
enum measure_outcome	measure_say(const struct measure_result *result, enum measure_outcome outcome,
			    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

enum measure_outcome	measure_doveadm(const struct measure_settings *settings, const struct measure_target *target,
			    const struct measure_result *result);
enum measure_outcome	measure_command(const struct measure_settings *settings, const struct measure_target *target,
			    const struct measure_result *result);

#endif
