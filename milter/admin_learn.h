/*
 * admin_learn.h - tuiding rules learn, a verb of the table in admin_rules.c.
 *
 * Floor 5, part of admin.
 */
#ifndef TUIDING_ADMIN_LEARN_H
#define TUIDING_ADMIN_LEARN_H

#include "admin.h"

extern const struct admin_option	admin_learn_options[];

int	admin_learn_run(struct admin *admin, const struct admin_args *args);

#endif
