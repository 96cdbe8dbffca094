/*
 * sender_auth.h - what our own verifiers say about a message, added up, and what it proves.
 *
 * Floor 2, part of sender.  Fails closed: too much said, or two things said, prove nothing.
 */
#ifndef TUIDING_SENDER_AUTH_H
#define TUIDING_SENDER_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include "addr.h"
#include "sender.h"

#define SENDER_AUTH_MAX	64	/* pairs of method and domain; beyond, nothing is believed */

enum sender_method { METHOD_NONE, METHOD_DMARC, METHOD_DKIM, METHOD_SPF, METHOD_MAX };

struct sender_auth {
	struct sender_verdict {
		enum sender_method	method;
		bool			pass, fail;	/* both: they conflict, which is a fail */
		bool			hard;		/* one of the fails is "fail" itself */
		char			domain[ADDR_DOMAIN_MAX + 1];
	} verdicts[SENDER_AUTH_MAX];
	size_t	n;
	bool	unsigned_mail;		/* "dkim=none": whoever says dkim=pass beside it lies */
	bool	overflow;
};

/* Adds up all fields of our authserv-ids. */
void	sender_auth_read(const struct sender_settings *settings, const struct sender_fields *fields,
	    struct sender_auth *auth);

/* Whether the verdict is a pass that nothing contradicts. */
bool	sender_auth_passed(const struct sender_auth *auth, const struct sender_verdict *verdict);

/* The method that proves a From of this canonical domain; METHOD_NONE when nothing does. */
enum sender_method	sender_auth_proves(const struct sender_settings *settings,
			    const struct sender_auth *auth, const char *domain);

/* Whether the domain, or one above it, is a public mail domain: no organisation. */
bool	sender_is_public(const struct sender_settings *settings, const char *domain);

/* Whether the two canonical domains belong to one organisation (of public mail domains: are the same). */
bool	sender_aligned(const struct sender_settings *settings, const char *a, const char *b);

/* Whether the canonical domain, or one above it, stands in the sorted list. */
bool	sender_listed(const char *const *list, size_t n, const char *domain);

#endif
