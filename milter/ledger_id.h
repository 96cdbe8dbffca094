/*
 * ledger_id.h - random octets and the ids made of them.
 *
 * Floor 2, private to the ledger.
 */
#ifndef TUIDING_LEDGER_ID_H
#define TUIDING_LEDGER_ID_H

#include <stddef.h>
#include "ledger.h"

/* Fills octets (at most 256) from the system's random source.  0, or -1. */
int	ledger_random(void *octets, size_t len, struct err *err);

/* A new statement's reference: "R" and 13 letters.  0, or -1. */
int	ledger_new_reference(char reference[LEDGER_REFERENCE_MAX + 1], struct err *err);

#endif
