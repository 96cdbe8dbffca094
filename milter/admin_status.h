/*
 * admin_status.h - named numbers, for a person and for Prometheus.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_STATUS_H
#define TUIDING_ADMIN_STATUS_H

#include <stddef.h>
#include "admin.h"

struct admin_status_value {
	char	name[48];	/* as metrics.h and the ledger's counts name them: a-z, 0-9, _ */
	double	number;
};

/* In the format asked for: name, value, what it means. */
void	admin_status_rows(const struct admin *admin, const struct admin_status_value *values, size_t n);
/* Prometheus's text format: families tuiding_…, each with HELP and TYPE.  Names it does not know become gauges. */
void	admin_status_prometheus(const struct admin_status_value *values, size_t n);

#endif
