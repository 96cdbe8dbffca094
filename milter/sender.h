/*
 * sender.h - who a message says it is from: its identities, and which of them are proven.
 *
 * Floor 2.  Asks no DNS; trusts no Authentication-Results field our own MTA did not add.  DESIGN section 4.
 */
#ifndef TUIDING_SENDER_H
#define TUIDING_SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include "addr.h"
#include "err.h"
#include "policy.h"

#define SENDER_IDENTITIES_MAX	32
#define SENDER_FOUND_MAX	16	/* identities from what is left of malformed From fields */

struct sender_settings {
	const char *const	*authserv_ids;		/* whose results are believed; compared without case */
	size_t			 nauthserv_ids;		/* 0: nothing is ever authenticated */
	const char *const	*public_mail_domains;	/* canonical domains, sorted by strcmp() */
	size_t			 npublic_mail_domains;
	const char *const	*local_domains;		/* canonical, sorted */
	size_t			 nlocal_domains;
};

struct sender_fields {
	const char *const	*from;		/* every addr-spec of every From field, as written */
	size_t			 nfrom;		/* more than one: From is not authenticated */
	unsigned		 from_fields;	/* how many From fields the message has */
	const char		*from_rest;	/* of From fields with an '@' that is none of these; NULL: nothing */
	const char		*envelope;	/* MAIL FROM as given; NULL, "" or "<>": null sender */
	const char		*list_id;	/* raw List-Id value, NULL when absent (RFC 2919) */
	const char *const	*results;	/* Authentication-Results values above the first Received, top first */
	size_t			 nresults;
};

struct sender {
	struct policy_identity	id[SENDER_IDENTITIES_MAX];
	size_t			nids;
	bool			null_sender;
	bool			authenticated;		/* the header From is */
	char			from[ADDR_MAX + 1];	/* canonical first From; "" when there is none */
	char			envelope[ADDR_MAX + 1];	/* canonical, unwrapped; "" for the null sender */
	char			method[32];		/* what proved From: "dmarc", "dkim", "spf"; "none" */
};

/*
 * Reads the identities.  Returns 1; 0 when the message names nobody at all (no From, no list, null sender):
 * sender_r is then empty but valid.  Never fails on content.
 *
 * From counts as authenticated by dmarc=pass for its domain, dkim=pass with d= aligned, or spf=pass with
 * smtp.mailfrom aligned (RFC 7489 3.1 relaxed: same organisational domain; on public mail domains the same
 * domain), in fields of our authserv-id.  Results that conflict for one method and domain count as fail, as
 * does dkim=none beside any dkim=pass; dmarc=fail for the From domain outweighs the other methods.
 * A List-Id is authenticated when its organisation is that of a passed d= or of an authenticated From.
 * A From or envelope that is no mailbox but has a domain (its local part is too long) still gives that domain
 * as an identity, for refusals only; of a malformed domain the longest end that is one.  from_rest gives, for
 * refusals only too, whatever stands about each '@' in it: the mailbox, else the domain, at most
 * SENDER_FOUND_MAX; a From beside which it names somebody else is not authenticated.
 */
int	sender_read(const struct sender_settings *settings, const struct sender_fields *fields,
	    struct sender *sender_r);

/*
 * The key a refusal gets when the person names none (DESIGN section 7): the registrable domain of an
 * authenticated From; else, and on public mail domains and for local senders, the List-Id if it is
 * authenticated (anybody can write one: it would refuse a real list, or nothing that comes again), else the
 * exact From address; without a From the envelope address.  Returns 1; 0 when there is nothing to name.
 */
int	sender_default_key(const struct sender_settings *settings, const struct sender *sender,
	    struct addr_key *key_r);

/*
 * One Authentication-Results value (RFC 8601 2.2) cut into its results; for sender_read() and its tests.
 */
struct sender_result {
	char	method[32];			/* "dkim", "spf", "dmarc", lower case */
	char	result[32];			/* "pass", "fail", lower case */
	char	domain[ADDR_DOMAIN_MAX + 1];	/* header.d, header.from, smtp.mailfrom's domain …; "" none */
};
/*
 * Returns how many results were written (at most max; the rest is checked and left out): 0 for "none"; -1 when
 * the value is malformed (nothing is believed).
 */
int	sender_results_parse(const char *value, char authserv_id[256], struct sender_result *out,
	    size_t max);

#endif
