/*
 * learn_trie.c - which of many phrases stand in a text.
 *
 * Floor 3, part of learn.  As the daemon's matcher finds it.  A blank at the beginning of a phrase is a line's
 * end too.
 */
#include "learn_private.h"

struct node {
	uint32_t	child, next;	/* numbers of nodes; 0: none */
	uint32_t	number;		/* of the phrase that ends here, + 1 */
	unsigned char	octet;
};

struct learn_trie {
	GArray	*nodes;		/* struct node; the first 256 are the roots */
};

struct learn_trie *
learn_trie_new(void)
{
	struct learn_trie	*trie = g_new0(struct learn_trie, 1);

	trie->nodes = g_array_new(FALSE, TRUE, sizeof(struct node));
	g_array_set_size(trie->nodes, 256);
	return trie;
}

void
learn_trie_free(struct learn_trie *trie)
{
	if (trie == NULL)
		return;
	g_array_free(trie->nodes, TRUE);
	g_free(trie);
}

/* The child of a node by its octet; 0: none. */
static uint32_t
child_of(const struct learn_trie *trie, uint32_t node, unsigned char octet)
{
	uint32_t	at = g_array_index(trie->nodes, struct node, node).child;

	while (at != 0 && g_array_index(trie->nodes, struct node, at).octet != octet)
		at = g_array_index(trie->nodes, struct node, at).next;
	return at;
}

void
learn_trie_add(struct learn_trie *trie, const char *phrase, uint32_t number)
{
	const unsigned char	*octet = (const unsigned char *)phrase;
	uint32_t		 at = octet[0], child;

	for (octet++; *octet != '\0'; octet++) {
		child = child_of(trie, at, *octet);
		if (child == 0) {
			struct node	new = { .octet = *octet,
					    .next = g_array_index(trie->nodes, struct node, at).child };

			child = trie->nodes->len;
			g_array_append_val(trie->nodes, new);
			g_array_index(trie->nodes, struct node, at).child = child;
		}
		at = child;
	}
	g_array_index(trie->nodes, struct node, at).number = number + 1;
}

void
learn_trie_walk(const struct learn_trie *trie, const char *text, size_t len, learn_trie_fn *fn, void *arg)
{
	const unsigned char	*octet = (const unsigned char *)text;
	size_t			 start, i;
	uint32_t		 at, number;

	for (start = 0; start < len; start++) {
		at = octet[start] == '\n' ? ' ' : octet[start];
		for (i = start + 1; ; i++) {
			number = g_array_index(trie->nodes, struct node, at).number;
			if (number != 0)
				fn(arg, number - 1);
			if (i >= len)
				break;
			at = child_of(trie, at, octet[i]);
			if (at == 0)
				break;
		}
	}
}
