/*
 * judge_offer.c - the way out on commercial mail that is delivered: X-Tuiding-Refuse, and List-Unsubscribe.
 *
 * Floor 3.5, part of judge.  DESIGN section 6; RFC 6068 (mailto), RFC 2369 (List-Unsubscribe).  Only for mail to one
 * person: the token is theirs, and whoever holds it speaks for them.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "judge_private.h"

bool
judge_token_address(const struct judge *judge, enum token_kind kind, const char *reference, char out[ADDR_MAX + 1])
{
	const char *address = judge->set.command_address, *at = strrchr(address, '@');
	char token[TOKEN_MAX + 1];
	int n;

	if (at == NULL || judge->shared->keys == NULL || token_make(judge->shared->keys, kind, reference, token) != 0)
		return false;
	/* RFC 5321 4.5.3.1.1: 64 octets of local part. */
	if ((size_t)(at - address) + 1 + strlen(token) > 64)
		return false;
	n = snprintf(out, ADDR_MAX + 1, "%.*s+%s%s", (int)(at - address), address, token, at);
	return n > 0 && n <= ADDR_MAX;
}

/* Whether the h= tag of a signature names the field. */
static bool
names_field(const char *tags, const char *name)
{
	size_t len = strlen(name);
	const char *p = tags, *end;

	for (;; p = end + 1) {
		end = p + strcspn(p, ";");
		p += strspn(p, " \t");
		if ((*p == 'h' || *p == 'H') && p[1 + strspn(p + 1, " \t")] == '=')
			for (p++; p < end; p++)
				if (strncasecmp(p, name, len) == 0 && strchr("=: \t", p[-1]) != NULL &&
				    (p[len] == '\0' || strchr(":; \t", p[len]) != NULL))
					return true;
		if (*end == '\0')
			return false;
	}
}

/* Whether a DKIM signature covers the field, present or not (RFC 6376 5.4: adding it breaks the signature). */
static bool
is_signed(const struct mime *mime, const char *name)
{
	const struct mime_field *field;
	size_t i;

	for (i = 0; (field = mime_field_named(mime, "DKIM-Signature", i)) != NULL && i < 50; i++)
		if (names_field(field->text, name))
			return true;
	return false;
}

static bool
is_offered(const struct judge_case *c)
{
	const struct judge_answer *a = c->answer;
	bool outbound = a->direction == DIRECTION_OUTBOUND;

	if (outbound ? !c->judge->set.outbound_offer : !c->judge->set.offer)
		return false;
	return a->class == CLASS_COMMERCIAL && a->nrcpts == 1 && a->rcpts[0].key[0] != '\0' && a->rcpts[0].id[0] != '\0' &&
	    !a->rcpts[0].exempt && !judge_is_shared(c->judge, a->rcpts[0].key) &&
	    (outbound || judge_is_local(c->judge, a->rcpts[0].key));
}

/* On a line of its own: with the longest token it would pass column 78. */
static char *
mailto(const char *address)
{
	char *escaped = g_uri_escape_string(address, "@+", FALSE), *value = NULL;

	if (asprintf(&value, "\n\t<mailto:%s?subject=%s>", escaped, "%E9%80%80%E8%AE%A2") < 0)	/* 退订 */
		value = NULL;
	g_free(escaped);
	return value;
}

void
judge_offers(struct judge_case *c)
{
	struct judge_answer *a = c->answer;
	char address[ADDR_MAX + 1];

	if (!is_offered(c) || !judge_token_address(c->judge, TOKEN_DECISION, a->rcpts[0].id, address))
		return;
	a->offer = mailto(address);
	if (mime_field_named(c->mime, "List-Unsubscribe", 0) == NULL && !is_signed(c->mime, "List-Unsubscribe"))
		a->unsubscribe = mailto(address);
}
