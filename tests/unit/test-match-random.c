/*
 * test-match-random.c - made-up patterns on made-up texts: the filter must change no answer.
 *
 * Every pattern is matched alone, on each piece, and together with all others through the filter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <cmocka.h>
#include "match.h"
#include "match_filter.h"
#include "match_index.h"

#define PATTERNS	60
#define SUBJECTS	12
#define ROUNDS		60

/* The same numbers on every machine and run. */
static unsigned
draw(uint64_t *seed, unsigned below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*seed >> 33) % below;
}

static const char *const	letters[] = { "a", "b", "c", "K", "s", "\xc5\xbf", "\xe2\x84\xaa", "1", " ", "\n",
    "\xe4\xbb\xa3", "\xe5\xbc\x80", "\xe7\xa5\xa8", "\xc2\xa5", "$", "ab", "\xe5\xbc\x80\xe7\xa5\xa8" };
static const char *const	odd[] = { ".{0,90}", ".{65,300}", "[^b]*", "^", "$", "\\b", ".", "\\d", "\\w", "\\s", "[ab]", "[^a]", "[b-d\xc2\xa5]",
    "(?=a)", "(?!b)", "(?<=a)", "(?<!c)", "\\A", "\\z", "\\$", "\\x{62}", "\\Qa.b\\E", "(?i)", "[[:upper:]]",
    "\\h", "(?:)" };
static const char *const	repeats[] = { "?", "*", "+", "{2}", "{0,2}", "{1,3}", "+?", "*+", "{2,}", "{0}", "{0,90}", "{70,200}" };

#define N(list)	(unsigned)(sizeof(list) / sizeof(list[0]))

static void
put(char *out, size_t size, const char *text)
{
	strncat(out, text, size - strlen(out) - 1);
}

static void
make_pattern(uint64_t *seed, char *out, size_t size, unsigned depth)
{
	unsigned	n = 1 + draw(seed, 5), i;

	for (i = 0; i < n && strlen(out) < size - 40; i++) {
		unsigned	what = draw(seed, 10);

		if (what == 0 && depth < 3) {
			static const char *const	open[] = { "(?:", "(", "(?>", "(?i:", "(?<=a)(?:" };

			put(out, size, open[draw(seed, N(open))]);
			make_pattern(seed, out, size - 8, depth + 1);
			put(out, size, "|");
			make_pattern(seed, out, size - 8, depth + 1);
			put(out, size, ")");
		} else if (what == 1) {
			put(out, size, odd[draw(seed, N(odd))]);
		} else if (what == 2 && depth == 0) {
			put(out, size, "|");
			continue;
		} else {
			const char	*letter = letters[draw(seed, N(letters))];

			put(out, size, *letter == '$' ? "\\$" : letter);
		}
		if (draw(seed, 5) == 0)
			put(out, size, repeats[draw(seed, N(repeats))]);
	}
}

/* A subject copied to its exact length, cut into pieces at some of its lines. */
static char *
make_subject(uint64_t *seed, size_t *len, struct match_piece *piece, size_t *npieces)
{
	char		text[4096] = "", *copy;
	unsigned	n = draw(seed, draw(seed, 3) == 0 ? 600 : 100), i;
	size_t		at = 0, end;

	for (i = 0; i < n; i++)
		put(text, sizeof(text), letters[draw(seed, N(letters))]);
	*len = strlen(text);
	*npieces = 0;
	for (; at < *len; at = end) {
		const char	*lf = memchr(text + at, '\n', *len - at);

		end = lf == NULL ? *len : (size_t)(lf - text) + 1;
		if (draw(seed, 4) == 0 || *npieces == 100)
			end = *len;
		piece[(*npieces)++] = (struct match_piece){ .start = at, .len = end - at };
	}
	copy = malloc(*len == 0 ? 1 : *len);
	assert_non_null(copy);
	memcpy(copy, text, *len);
	return copy;
}

struct seen {
	unsigned	hits[PATTERNS], failed[PATTERNS];
};

static void
note(void *arg, unsigned id, bool failed)
{
	struct seen	*s = arg;

	assert_true(id < PATTERNS);
	(failed ? s->failed : s->hits)[id]++;
}

static int
alone(const struct match *m, struct match_work *w, unsigned id, const char *subject,
    const struct match_piece *piece, size_t npieces)
{
	size_t	k;
	int	rc = 0;

	for (k = 0; k < npieces && rc == 0; k++)
		rc = match_one(m, w, id, subject + piece[k].start, piece[k].len);
	return rc;
}

static void
compare(const struct match *m, struct match_work *w, char pattern[][512], uint64_t *seed, unsigned *hits)
{
	struct match_piece	 piece[128];
	struct seen		 seen = { { 0 }, { 0 } };
	struct err		 err = { "" };
	size_t			 len = 0, npieces = 0;
	char			*subject = make_subject(seed, &len, piece, &npieces);
	unsigned		 i;

	assert_int_equal(match_scan_pieces(m, w, 0, subject, len, piece, npieces, note, &seen, &err), 0);
	for (i = 0; i < PATTERNS; i++) {
		int	want = alone(m, w, i, subject, piece, npieces);

		*hits += want == 1;
		if (want != -1 && (seen.hits[i] != (want == 1) || seen.failed[i] != 0))
			fail_msg("/%s/ on \"%.*s\": alone %d, together %u hits %u failed", pattern[i], (int)len,
			    subject, want, seen.hits[i], seen.failed[i]);
	}
	free(subject);
}

static void
test_patterns(void **state)
{
	static const unsigned	kinds[] = { 0, MATCH_CASELESS, MATCH_UTF, MATCH_UTF | MATCH_CASELESS, MATCH_EXTENDED,
	    MATCH_UTF | MATCH_MULTILINE, MATCH_DOTALL | MATCH_UNGREEDY };
	uint64_t		seed = 20261121;
	unsigned		round, i, hits = 0, made = 0;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		char			 pattern[PATTERNS][512];
		struct match		*m = NULL;
		struct match_work	*w;
		struct err		 err = { "" };

		assert_int_equal(match_new(1, NULL, &m, &err), 0);
		for (i = 0; i < PATTERNS; i++) {
			pattern[i][0] = '\0';
			make_pattern(&seed, pattern[i], sizeof(pattern[i]), 0);
			made += match_add(m, 0, i, pattern[i], strlen(pattern[i]), kinds[draw(&seed, N(kinds))],
			    &err) == 0;
		}
		assert_int_equal(match_finish(m, &err), 0);
		w = match_work_take(m);
		assert_non_null(w);
		for (i = 0; i < SUBJECTS; i++)
			compare(m, w, pattern, &seed, &hits);
		match_work_give(m, w);
		match_free(m);
	}
	assert_true(made > ROUNDS * PATTERNS / 2);
	assert_true(hits > ROUNDS * SUBJECTS);
}

/* ---- the filter itself ------------------------------------------------------------------------- */

struct places {
	size_t	n;
	unsigned char	at[64][512];
	size_t	late, longest;
};

static void
note_place(void *arg, uint32_t literal, size_t start, size_t seen)
{
	struct places	*p = arg;

	assert_true(literal < 64 && start < 512);
	assert_true(start + p->longest >= p->late);	/* as promised */
	if (seen > p->late)
		p->late = seen;
	p->at[literal][start]++;
	p->n++;
}

static bool
stands(const struct match_literal *l, const char *at)
{
	return l->caseless ? strncasecmp(at, l->text, l->len) == 0 : memcmp(at, l->text, l->len) == 0;
}

/* Every place, each once, and no other: by both filters. */
static void
test_places(void **state)
{
	uint64_t	seed = 7;
	unsigned	round, i;

	(void)state;
	for (round = 0; round < 300; round++) {
		struct match_literal	 literal[24];
		char			 text[24][32], subject[512];
		unsigned		 n = 1 + draw(&seed, 24), len = draw(&seed, 200), kind;
		char			*copy = malloc(len == 0 ? 1 : len);
		struct match_filter	*f = NULL;
		struct match_scratch	*scratch = NULL;
		struct match_index	*x;
		struct err		 err = { "" };

		assert_non_null(copy);
		for (i = 0; i < n; i++) {
			unsigned	k, octets = 1 + draw(&seed, 10);

			for (k = 0; k < octets; k++)
				text[i][k] = (char)("aabB\xe4k"[draw(&seed, 6)]);
			literal[i] = (struct match_literal){ .text = text[i], .len = octets, .caseless = draw(&seed, 2) };
			for (k = 0; k < octets && literal[i].caseless; k++)
				text[i][k] = (char)(text[i][k] == 'B' ? 'b' : text[i][k]);
		}
		for (i = 0; i < len; i++)
			subject[i] = (char)("aabB\xe4kK"[draw(&seed, 7)]);
		memcpy(copy, subject, len);
		x = match_index_new(literal, n);
		assert_int_equal(match_filter_new(literal, n, &f, &err), 0);
		assert_int_equal(match_scratch_grow(f, &scratch), 0);
		for (kind = 0; kind < 2; kind++) {
			struct places	*p = calloc(1, sizeof(*p));
			unsigned	 k;

			assert_non_null(p);
			p->longest = 11;
			if (kind == 0)
				match_index_scan(x, copy, len, note_place, p);
			else
				assert_int_equal(match_filter_scan(f, scratch, copy, len, note_place, p), 0);
			for (i = 0; i < n; i++) {
				for (k = 0; k < len; k++)
					assert_int_equal(p->at[i][k], len - k >= literal[i].len &&
					    stands(&literal[i], subject + k));
			}
			free(p);
		}
		match_index_free(x);
		match_filter_free(f);
		match_scratch_free(scratch);
		free(copy);
	}
	match_index_free(NULL);
	match_filter_free(NULL);
	match_scratch_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
