/*
 * admin_complaint_sheet.h - the covering sheet of an exported bundle, in Chinese.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_COMPLAINT_SHEET_H
#define TUIDING_ADMIN_COMPLAINT_SHEET_H

#include <stdio.h>
#include "admin_complaint.h"

/* What stands above the cases, and below them. */
void	admin_complaint_sheet_head(const struct admin *admin, const struct ledger_case_filter *filter, FILE *out);
void	admin_complaint_sheet_foot(size_t cases, size_t files, FILE *out);

/* One case; file: of its evidence, or NULL.  hash: of its complaint in the chain; "" unknown. */
void	admin_complaint_sheet_case(const struct admin *admin, const struct ledger_case *complaint, const char *file,
	    const char *hash, FILE *out);

#endif
