/*
 * judge_rules_uri.h - the links that uri rules look at: as written, and as a mail program would open them.
 *
 * Floor 3, private to judge_rules.  Follows SpamAssassin 4 (PerMsgStatus, Util::uri_list_canonicalize), so that
 * the same rule meets the same links.
 */
#ifndef TUIDING_JUDGE_RULES_URI_H
#define TUIDING_JUDGE_RULES_URI_H

#include <stdbool.h>
#include <stddef.h>
#include "judge_rules_view.h"

#define JUDGE_RULES_URI_MAX	8192	/* octets of one link; a longer one is cut */
#define JUDGE_RULES_URIS_MAX	8000	/* links in all, their variants counted */
#define JUDGE_RULES_URIS_OCTETS	(1024 * 1024)	/* of all of them */

struct _GString;	/* the caller's, filled anew */

/* All links of a message, each once, one piece each: those of markup and those that stand in the body's pieces. */
void	judge_rules_uris(const struct text *text, const char *body, const struct judge_rules_pieces *lines,
	    struct _GString *out, struct judge_rules_pieces *pieces);

/* judge_rules_uri_scan.c: calls fn with each address of a piece of text, its scheme put before it. */
typedef void	judge_rules_uri_fn(void *arg, const char *uri);
void	judge_rules_uri_scan(const char *text, size_t len, judge_rules_uri_fn *fn, void *arg);

/*
 * judge_rules_uri_clean.c: calls fn with the variants of a link, the link itself among them: escapes undone, a
 * scheme put before it, the name before '@' off, numbers as addresses, what it redirects to.
 */
void	judge_rules_uri_clean(const char *uri, judge_rules_uri_fn *fn, void *arg);

/* Whether a link leads to an address or to a name below a real top-level domain. */
bool	judge_rules_uri_leads(const char *uri);
/* Whether a host name is well formed, and whether it ends in a real top-level domain. */
bool	judge_rules_uri_host(const char *host, size_t len);
bool	judge_rules_uri_tld(const char *host, size_t len);
/* Undoes escapes of printable characters and escapes what may not stand in a link.  The caller frees it. */
char	*judge_rules_uri_unescape(const char *uri);

#endif
