/*
 * addr.h - addresses and what they are compared as: mailboxes, domains, sender keys, networks.
 *
 * Floor 1.  Pure: no file, no look-up, no clock.  libpsl and GLib stay behind this line.
 * Every function takes hostile octets; results are left untouched unless the answer is 1.
 */
#ifndef TUIDING_ADDR_H
#define TUIDING_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include "err.h"

#define ADDR_LOCAL_MAX	64	/* octets, RFC 5321 4.5.3.1.1 (a UTF-8 local part counts in octets) */
#define ADDR_DOMAIN_MAX	253	/* octets of a domain in A-labels, RFC 1035 */
#define ADDR_MAX	(ADDR_LOCAL_MAX + 1 + ADDR_DOMAIN_MAX)
#define ADDR_KEY_MAX	(ADDR_MAX + 2)	/* "<list-id>" needs two more */

/* From general to specific: the order is the rank between kinds (DESIGN section 4). */
enum addr_kind {
	ADDR_NONE,
	ADDR_ALL,		/* "*": every sender */
	ADDR_DOMAIN,		/* "shop.example": the domain and all below it, at label borders */
	ADDR_LIST,		/* "<deals.shop.example>": one List-Id (RFC 2919) */
	ADDR_MAILBOX,		/* "news@shop.example": one address */
	ADDR_KIND_MAX
};

/* A sender key in its one canonical spelling. */
struct addr_key {
	enum addr_kind	kind;
	unsigned	labels;			/* of an ADDR_DOMAIN; 0 else */
	char		text[ADDR_KEY_MAX + 1];	/* lower case, A-labels; what the ledger stores */
};

/*
 * Domain in lower-case A-labels (IDNA), a trailing dot off.  Domain literals ("[192.0.2.1]") are kept
 * in lower case.  Returns 1; -1 when it is no domain (empty label, octet that cannot stand there, too long).
 */
int	addr_domain(const char *text, size_t len, char out[ADDR_DOMAIN_MAX + 1]);

/*
 * A sender's mailbox as it is compared: angle brackets and a source route off, the quotes of a local part
 * that needs none off, local part case-folded (UTF-8 aware), domain as addr_domain().  RFC 5321 4.1.2,
 * RFC 6531; dots that should have been quoted are taken as MTAs take them.  Returns 1; 0 for the null sender
 * ("" or "<>"); -1 when it is no mailbox with a domain.
 */
int	addr_mailbox(const char *text, size_t len, char out[ADDR_MAX + 1]);

/*
 * A recipient's key: as addr_mailbox(), then the extension cut off the local part at the first octet that
 * stands in delimiter ("+" or "+-"; "" or NULL: none), never leaving the local part empty.
 * Returns 1 or -1.  A recipient without a domain (local submission) gets default_domain; NULL: -1.
 */
int	addr_rcpt_key(const char *rcpt, const char *delimiter, const char *default_domain,
	    char out[ADDR_MAX + 1]);

/* The domain of a canonical mailbox ("a@b" -> "b"); NULL when there is no '@'.  Points into mailbox. */
const char	*addr_domain_of(const char *mailbox);

/* Whether domain is parent or stands below it, at a label border.  Both canonical. */
bool	addr_domain_under(const char *domain, const char *parent);

/*
 * The registrable domain ("mail.shop.co.uk" -> "shop.co.uk") by the public suffix list, ICANN and private
 * sections.  domain: canonical.  Returns 1; 0 when there is none (a public suffix itself, a literal).
 */
int	addr_org_domain(const char *domain, char out[ADDR_DOMAIN_MAX + 1]);

/*
 * Takes SRS0/SRS1 rewriting and BATV ("prvs=tag=local@domain", "btv1==tag==local@domain") off a canonical
 * mailbox, nothing else guessed.  Returns 1 when something came off, 0 when there was nothing to take (out
 * is then a copy of mailbox).
 */
int	addr_unwrap(const char *mailbox, char out[ADDR_MAX + 1]);

/*
 * A sender key as a person writes it: "*", "shop.example", "@shop.example", "news@shop.example",
 * "<deals.shop.example>", "<news@shop.example>" (an address).  White space around it goes.  A domain needs a
 * dot, so that no single word passes for a sender.  Returns 1, or -1 with the reason in err.
 */
int	addr_key_parse(const char *text, size_t len, struct addr_key *key_r, struct err *err);

/*
 * Makes the key of that kind from a canonical domain, mailbox or List-Id (without brackets; dot-separated,
 * with a dot, at most 255 octets, no '@').  1 or -1.
 */
int	addr_key_make(enum addr_kind kind, const char *text, struct addr_key *key_r);

/* Greater is more specific: "*" < domain by number of labels < List-Id < mailbox.  0 for ADDR_NONE. */
unsigned	addr_key_rank(const struct addr_key *key);

/*
 * Whether whatever narrow names is among what wide names.  "*" covers all; a domain covers itself, every
 * domain, mailbox and List-Id at or below it; a List-Id or a mailbox covers only itself.
 */
bool	addr_key_covers(const struct addr_key *wide, const struct addr_key *narrow);

/*
 * Writes every key that covers key, from the most specific to "*".  Returns how many; at most max are
 * written (130 are always enough: key itself, each parent domain, "*").
 */
size_t	addr_key_covering(const struct addr_key *key, struct addr_key *out, size_t max);

/*
 * Whether address (an IPv4 or IPv6 literal; "IPv6:" prefix and IPv4-mapped forms understood) lies in net
 * ("127.0.0.0/8", "::1", "192.0.2.7").  Returns 1 or 0; -1 when either is malformed.
 */
int	addr_net_has(const char *net, const char *address);

#endif
