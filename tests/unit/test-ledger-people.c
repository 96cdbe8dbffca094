/*
 * test-ledger-people.c - who looked, what is pruned and what is kept, and a person who goes: nothing of them stays.
 */
#include "ledger-act-fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include "ledger_people.h"

#define DAY	INT64_C(86400000)

/* ---- who looked ------------------------------------------------------------------------------------ */

static bool
see_access(void *arg, const struct ledger_access *a)
{
	g_string_append_printf(arg, "%d %d %s|%s|%s\n", (int)a->id, (int)(a->at - T0), a->who, a->what, a->subject);
	return true;
}

static void
assert_accesses(struct ledger *ledger, const char *subject, int64_t since, int64_t until, int64_t limit,
    const char *want)
{
	GString *text = g_string_new(NULL);
	struct err err = { "" };

	if (ledger_accesses(ledger, subject, since, until, limit, see_access, text, &err) == -1)
		fail_msg("cannot list: %s", err.text);
	assert_string_equal(text->str, want);
	g_string_free(text, TRUE);
}

static void
test_accesses(void **state)
{
	struct fixture *f = *state;
	static const struct ledger_access bad[] = {
		{ 0, T0, NULL, "list", "*" }, { 0, T0, "root", "", "*" }, { 0, T0, "root", "list", NULL },
		{ 0, T0, "", "list", "*" }, { 0, -1, "root", "list", "*" },
	};
	const struct ledger_access good[] = {
		{ 0, T0, "root", "refusal list", ANNA }, { 0, T0 + 1, "uid 7", "disclose", BERT },
		{ 0, T0 + 2, "a\nb\xff", "x", ANNA },
	};
	struct err err = { "" };

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_int_equal(ledger_access_add(f->ledger, &bad[i], &err), -1);
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
		assert_int_equal(ledger_access_add(f->ledger, &good[i], &err), 0);
	assert_accesses(f->ledger, NULL, 0, 0, 0, "1 0 root|refusal list|" ANNA "\n2 1 uid 7|disclose|" BERT "\n"
	    "3 2 a?b\xef\xbf\xbd|x|" ANNA "\n");
	assert_accesses(f->ledger, ANNA, 0, 0, 1, "1 0 root|refusal list|" ANNA "\n");
	assert_accesses(f->ledger, ANNA, T0 + 1, 0, 0, "3 2 a?b\xef\xbf\xbd|x|" ANNA "\n");
	assert_accesses(f->ledger, NULL, T0 + 1, T0 + 2, 0, "2 1 uid 7|disclose|" BERT "\n");
	assert_accesses(f->ledger, "*", 0, 0, 0, "");
}

/* ---- a ledger with a bit of everything -------------------------------------------------------------- */

static void
decide(struct ledger *ledger, const char *id, const char *recipient, int64_t at)
{
	struct ledger_decision d = {
		.id = "", .message = "m", .recipient = recipient, .recipient_raw = recipient, .at = at,
		.direction = DIRECTION_INBOUND, .mode = MODE_ENFORCE, .standing = STANDING_NONE,
		.action = ACTION_TAG, .would = ACTION_REJECT, .sender = "news@shop.example", .default_key = "shop.example",
	};
	struct err err = { "" };

	(void)g_strlcpy(d.id, id, sizeof d.id);
	if (ledger_decide(ledger, &d, 1, &err) == -1)
		fail_msg("cannot decide: %s", err.text);
}

/* A case of the decision id, with evidence and the refusal that follows it, whose evidence is a mail too. */
static int64_t
complain(struct ledger *ledger, const char *recipient, const char *id, int64_t at)
{
	struct ledger_statement s = word(LEDGER_REFUSAL, "complaint", recipient, "shop.example", at);
	struct ledger_act_case c = act_case(recipient, "shop.example", id, "<ad@shop.example>", 0);
	struct ledger_act_letter l = letter("case-opened", recipient, id, 0, 0);
	struct ledger_act act = { .now = at, .statements = &s, .nstatements = 1, .cases = &c, .ncases = 1,
		.letters = &l, .nletters = 1 };
	struct ledger_act_result *result = g_new0(struct ledger_act_result, 1);
	int64_t number;

	s.message_id = id;
	s.evidence = "SECRETMAIL refuse";
	s.evidence_len = 17;
	c.measure = true;
	c.complaint.decision = id;
	c.complaint.subject = "SECRETSUBJECT";
	c.complaint.evidence = "SECRETMAIL complaint";
	c.complaint.evidence_len = 20;
	act_must(ledger, &act, result);
	number = result->cases[0].number;
	g_free(result);
	return number;
}

static void
set_case(struct ledger *ledger, int64_t number, enum ledger_case_state to, int hold, int64_t now)
{
	struct ledger_case_change c = { .number = number, .now = now, .to = to, .hold = hold, .next_at = -1 };
	struct err err = { "" };

	if (ledger_case_change(ledger, &c, NULL, &err) != 1)
		fail_msg("cannot change case %d: %s", (int)number, err.text);
}

static bool
count_one(void *arg, const struct ledger_decision *d)
{
	(void)d;
	++*(int64_t *)arg;
	return true;
}

static int64_t
decisions(struct ledger *ledger, const struct ledger_decision_filter *filter)
{
	struct err err = { "" };
	int64_t n = 0;

	if (ledger_decisions(ledger, filter, count_one, &n, &err) != n)
		fail_msg("cannot list: %s", err.text);
	return n;
}

static struct ledger_counts
counts_of(struct ledger *ledger)
{
	struct ledger_counts counts;
	struct err err = { "" };

	if (ledger_count(ledger, &counts, &err) == -1)
		fail_msg("cannot count: %s", err.text);
	return counts;
}

/* ---- pruning ---------------------------------------------------------------------------------------- */

static struct ledger_pruned
prune(struct ledger *ledger, int64_t before, unsigned batch)
{
	const struct ledger_prune p = {
		.now = before + DAY, .decisions_before = before, .evidence_before = before, .talk_before = before,
		.letters_before = before, .access_before = before, .batch = batch,
	};
	struct ledger_pruned pruned = { 0 };
	struct err err = { "" };

	if (ledger_prune(ledger, &p, &pruned, &err) == -1)
		fail_msg("cannot prune: %s", err.text);
	return pruned;
}

/* What is old goes; what a case that is not over or is held names stays, and so do notes, words and hashes. */
static void
test_prune(void **state)
{
	static const char *const ids[] = { "OPEN", "DONE", "CLOSED", "HELD", "FAILED" };
	static const enum ledger_case_state ends[] = { CASE_OPEN, CASE_DONE, CASE_CLOSED, CASE_CLOSED, CASE_FAILED };
	const struct ledger_access access = { 0, T0, "root", "list", "*" };
	struct ledger_statement note = word(LEDGER_CONSENT, "admin", BERT, "paper.example", T0);
	struct ledger_statement mail = word(LEDGER_REFUSAL, "mail", BERT, "shop.example", T0);
	const unsigned char talk[2][16] = { { 1 }, { 2 } };
	struct fixture *f = *state;
	struct ledger_pruned pruned;
	struct seen_cases seen;
	struct err err = { "" };

	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
		int64_t number;

		decide(f->ledger, ids[i], ANNA, T0);
		number = complain(f->ledger, ANNA, ids[i], T0);
		set_case(f->ledger, number, ends[i], i == 3, T0 + 100);
	}
	decide(f->ledger, "PLAIN", ANNA, T0);
	decide(f->ledger, "YOUNG", ANNA, T0 + DAY);
	note.evidence = "on paper";
	note.evidence_len = 8;
	mail.evidence = "raw";
	mail.evidence_len = 3;
	(void)append(f->ledger, &note);
	(void)append(f->ledger, &mail);
	assert_int_equal(ledger_access_add(f->ledger, &access, &err), 0);
	assert_true(ledger_talk_note(f->ledger, talk, 1, T0));
	assert_true(ledger_talk_note(f->ledger, talk + 1, 1, T0 + DAY));
	assert_int_equal(ledger_letter_end(f->ledger, 1, LETTER_SENT, 0, "", &err), 1);
	assert_int_equal(ledger_letter_end(f->ledger, 2, LETTER_DEAD, 0, "", &err), 1);
	fixture_reopen(f);

	pruned = prune(f->ledger, 0, 0);
	assert_int_equal(pruned.decisions + pruned.evidence + pruned.talk + pruned.letters + pruned.accesses, 0);
	pruned = prune(f->ledger, T0 + 50, 1);
	assert_int_equal(pruned.decisions, 3);		/* DONE, CLOSED, PLAIN */
	assert_int_equal(pruned.evidence, 3);		/* the refusals' mails of DONE and CLOSED; BERT's */
	assert_int_equal(pruned.talk, 1);
	assert_int_equal(pruned.letters, 2);
	assert_int_equal(pruned.accesses, 1);
	pruned = prune(f->ledger, T0 + 200, 2);
	assert_int_equal(pruned.evidence, 2);		/* the cases' own count from their end */
	assert_int_equal(pruned.decisions, 0);
	pruned = prune(f->ledger, T0 + 200, 0);
	assert_int_equal(pruned.evidence, 0);

	assert_int_equal(decisions(f->ledger, NULL), 4);
	assert_int_equal(ledger_cases(f->ledger, &(struct ledger_case_filter){ .evidence = true }, see_case,
	    memset(&seen, 0, sizeof seen), &err), 5);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM evidence WHERE octets IS NOT NULL"), 3);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM evidence WHERE length(sha256) = 32"), 5);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM statement_evidence WHERE "
	    " CAST(octets AS TEXT) = 'on paper'"), 1);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM statement_evidence WHERE pruned_at = 1790000000050"
	    " + 86400000 AND octets IS NULL AND size IN (3, 17)"), 3);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM statement_evidence WHERE CAST(octets AS TEXT)"
	    " LIKE 'sha256=%'"), 5);
	verify(f->ledger, NULL, 1);
	assert_int_equal(ledger_rebuild(f->ledger, &err), 0);
	/* The hold ends, and so does what it kept. */
	{
		struct ledger_case_change c = { .number = 4, .now = T0 + 300, .from = CASE_CLOSED, .hold = 0,
			.next_at = -1 };

		assert_int_equal(ledger_case_change(f->ledger, &c, NULL, &err), 1);
	}
	pruned = prune(f->ledger, T0 + 400, 0);
	assert_int_equal(pruned.decisions, 1);
	assert_int_equal(pruned.evidence, 2);
	verify(f->ledger, NULL, 1);
}

static void
test_prune_bad(void **state)
{
	const struct ledger_settings settings = { .busy_ms = 50 };
	const struct ledger_prune large = { .batch = 100001 };
	const struct ledger_prune some = { .now = T0, .decisions_before = T0 };
	struct ledger_pruned pruned = { .decisions = 77 };
	struct fixture *f = *state;
	sqlite3 *holder = NULL;
	struct err err = { "" };

	assert_int_equal(ledger_prune(f->ledger, &large, &pruned, &err), -1);
	ledger_close(f->ledger);
	fixture_open(f, &settings);
	assert_int_equal(sqlite3_open(f->path, &holder), SQLITE_OK);
	assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(ledger_prune(f->ledger, &some, &pruned, &err), -1);
	assert_int_equal(pruned.decisions, 77);
	assert_int_equal(sqlite3_close(holder), SQLITE_OK);
	assert_int_equal(ledger_prune(f->ledger, &some, &pruned, &err), 0);
	assert_int_equal(pruned.decisions, 0);
}

struct worker {
	pthread_t	 thread;
	struct ledger	*ledger;
	_Atomic int	*stop;
	int64_t		 done;
	gint64		 slowest;
	int		 bad;
};

static void *
go_on(void *arg)
{
	struct worker *w = arg;
	const char *key = "shop.example";

	while (atomic_load(w->stop) == 0) {
		gint64 began = g_get_monotonic_time();
		struct policy_word *words = NULL;
		char id[24];
		size_t n = 0;

		if (ledger_words(w->ledger, ANNA, &key, 1, &words, &n, NULL) != 0 || n != 1)
			w->bad++;
		ledger_words_free(words);
		snprintf(id, sizeof id, "N%d", (int)w->done++);
		decide(w->ledger, id, BERT, T0 + DAY);
		w->slowest = MAX(w->slowest, g_get_monotonic_time() - began);
	}
	return NULL;
}

/* Mail goes on while a year of decisions goes: another process's, too. */
static void
test_prune_beside_mail(void **state)
{
	struct fixture *f = *state;
	_Atomic int stop = 0;
	struct worker workers[2] = { 0 };
	struct ledger *other = NULL;
	struct err err = { "" };

	say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "shop.example", T0);
	raw(f->path, "INSERT INTO decision (id, message, at, recipient, recipient_raw, direction, mode, score, required,"
	    " standing, by_rule, word, action, would, sender, envelope, default_key, identities, matched_key, rules,"
	    " subject, client, login, reply) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 20000) SELECT 'D' || i, 'M' || i, 1000 + i, 'p' || i || '@example.com', '', 'inbound',"
	    " 'enforce', 7, 5, 'none', 0, 0, 'tag', 'tag', '', '', '', '', '', '', '', '', '', '' FROM n");
	assert_int_equal(ledger_open(f->url, NULL, &other, &err), 0);
	for (int i = 0; i < 2; i++) {
		workers[i].ledger = i == 0 ? f->ledger : other;
		workers[i].stop = &stop;
		workers[i].done = i * 1000000;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, go_on, &workers[i]), 0);
	}
	assert_int_equal(prune(f->ledger, T0, 250).decisions, 20000);
	atomic_store(&stop, 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].bad, 0);
		assert_true(workers[i].done - i * 1000000 >= 10);
		assert_true(workers[i].slowest < 4000000);
	}
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM decision WHERE id LIKE 'D%'"), 0);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM decision"),
	    workers[0].done + workers[1].done - 1000000);
	ledger_close(other);
}

/* ---- erasure ---------------------------------------------------------------------------------------- */

static struct ledger_erased
erase(struct ledger *ledger, const char *recipient, bool refusals)
{
	const struct ledger_erase e = { recipient, T0 + 9 * DAY, T0 + DAY, refusals };
	struct ledger_erased erased = { 0 };
	struct err err = { "" };

	if (ledger_erase(ledger, &e, &erased, &err) == -1)
		fail_msg("cannot erase: %s", err.text);
	return erased;
}

/* Everything that can be held about recipient. */
static void
live(struct ledger *ledger, const char *recipient, const char *mark)
{
	struct ledger_statement consent = word(LEDGER_CONSENT, "mail", recipient, "good.example", T0);
	struct ledger_statement refusal = word(LEDGER_REFUSAL, "mail", recipient, "bad.example", T0);
	struct ledger_statement wrong = word(LEDGER_REFUSAL, "admin", recipient, "wrong.example", T0);
	char id[24];

	consent.evidence = refusal.evidence = "SECRETMAIL";
	consent.evidence_len = refusal.evidence_len = 10;
	(void)append(ledger, &consent);
	(void)append(ledger, &refusal);
	void_it(ledger, append(ledger, &wrong).reference, T0 + 1);
	snprintf(id, sizeof id, "OLD%s", mark);
	decide(ledger, id, recipient, T0);
	(void)complain(ledger, recipient, id, T0);
	snprintf(id, sizeof id, "NEW%s", mark);
	decide(ledger, id, recipient, T0 + 2 * DAY);
}

/* Whether any file of the ledger holds the octets. */
static bool
files_hold(const struct fixture *f, const char *octets)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	bool found = false;

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		char *path = g_strconcat(f->path, ends[i], NULL), *text = NULL;
		gsize len = 0;

		if (g_file_get_contents(path, &text, &len, NULL))
			found = found || memmem(text, len, octets, strlen(octets)) != NULL;
		g_free(text);
		g_free(path);
	}
	return found;
}

static void
test_erase(void **state)
{
	const struct ledger_decision_filter all = { .sealed = true }, hers = { .recipient = ANNA },
	    sealed = { .recipient = ANNA, .sealed = true }, by_id = { .id = "NEWa" };
	struct fixture *f = *state;
	struct ledger_erased erased;
	struct ledger_counts counts;
	struct seen_cases seen;
	struct seen_letters letters;
	struct err err = { "" };

	live(f->ledger, ANNA, "a");
	live(f->ledger, BERT, "b");
	assert_true(files_hold(f, ANNA));
	erased = erase(f->ledger, ANNA, false);
	assert_int_equal(erased.statements, 4);		/* consent, complaint, the void and what it ended */
	assert_int_equal(erased.decisions, 1);
	assert_int_equal(erased.sealed, 1);
	assert_int_equal(erased.cases, 1);
	assert_int_equal(erased.letters, 1);
	assert_int_equal(erased.talk, 0);
	verify(f->ledger, NULL, 1);
	assert_int_equal(ledger_rebuild(f->ledger, &err), 0);
	assert_int_equal(count_words(f->ledger, ANNA, "good.example"), 0);
	assert_int_equal(count_words(f->ledger, ANNA, "bad.example"), 1);	/* goes on protecting her */
	assert_int_equal(count_words(f->ledger, ANNA, "shop.example"), 1);
	assert_int_equal(raw_number(f->path, "SELECT count(*) FROM statement_person p JOIN statement_evidence e"
	    " USING (seq) WHERE p.recipient = '" ANNA "' AND octets IS NOT NULL"), 0);
	assert_int_equal(decisions(f->ledger, &hers), 0);
	assert_int_equal(decisions(f->ledger, &by_id), 0);
	assert_int_equal(decisions(f->ledger, &sealed), 1);
	assert_int_equal(decisions(f->ledger, NULL), 2);
	assert_int_equal(decisions(f->ledger, &all), 3);
	cases_seen(f->ledger, &(struct ledger_case_filter){ .number = 1, .evidence = true }, &seen);
	assert_string_equal(seen.text, "1 closed commercial forward 00 NULL NULL       [erased] 5 6 0/0 tries=0\n");
	assert_int_equal(seen.last.next_at, 0);
	assert_int_equal(seen.last.closed_at, T0 + 9 * DAY);
	cases_seen(f->ledger, &(struct ledger_case_filter){ .due = INT64_MAX }, &seen);
	assert_int_equal(seen.n, 1);			/* BERT's */
	letters_seen(f->ledger, NULL, &letters);
	assert_int_equal(letters.n, 1);

	erased = erase(f->ledger, ANNA, true);
	assert_int_equal(erased.statements, 2);
	assert_int_equal(erased.sealed + erased.decisions + erased.cases + erased.letters, 0);
	assert_int_equal(count_words(f->ledger, ANNA, "bad.example"), 0);
	assert_int_equal(verify(f->ledger, NULL, 1).statements, 12);
	assert_int_equal(ledger_rebuild(f->ledger, &err), 0);
	/* Not a table holds her but the sealed decision; and when that is pruned, not a file. */
	assert_int_equal(prune(f->ledger, T0 + 3 * DAY, 0).decisions, 2);
	assert_int_equal(decisions(f->ledger, &sealed), 0);
	assert_false(files_hold(f, ANNA));
	assert_true(files_hold(f, BERT));
	counts = counts_of(f->ledger);
	assert_int_equal(counts.statements, 12);
	assert_int_equal(counts.consents, 1);
	assert_int_equal(counts.refusals, 2);
	assert_int_equal(counts.decisions, 1);
	assert_int_equal(counts.sealed, 0);
	assert_int_equal(counts.cases_open, 1);
	assert_int_equal(counts.cases_closed, 1);
	assert_int_equal(counts.letters_queued, 1);
	/* She may come back, and say the same anew. */
	assert_int_equal(say(f->ledger, LEDGER_REFUSAL, "mail", ANNA, "bad.example", T0).outcome, LEDGER_WRITTEN);
	verify(f->ledger, NULL, 1);
}

/* What goes is not left behind in free pages: all of it is gone from the file, the person's mails too. */
static void
test_erase_leaves_nothing(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 20; i++) {
		char mark[16];

		snprintf(mark, sizeof mark, "%d", i);
		live(f->ledger, ANNA, mark);
	}
	assert_true(files_hold(f, "SECRETMAIL"));
	assert_true(files_hold(f, "SECRETSUBJECT"));
	(void)erase(f->ledger, ANNA, true);
	assert_false(files_hold(f, "SECRETMAIL"));
	assert_false(files_hold(f, "SECRETSUBJECT"));
	(void)prune(f->ledger, T0 + 3 * DAY, 0);
	assert_false(files_hold(f, ANNA));
	verify(f->ledger, NULL, 1);
}

static void
test_erase_bad(void **state)
{
	static const char *const bad[] = { NULL, "", "example.com", "@example.com", "Anna@example.com", "a@\nb" };
	struct ledger_erased erased = { .cases = 77 };
	struct ledger_erase e = { .recipient = ANNA, .now = T0, .refusals = true };
	struct fixture *f = *state;
	struct err err = { "" };

	live(f->ledger, ANNA, "a");
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		e.recipient = bad[i];
		assert_int_equal(ledger_erase(f->ledger, &e, &erased, &err), -1);
	}
	e.recipient = ANNA;
	e.now = -1;
	assert_int_equal(ledger_erase(f->ledger, &e, &erased, &err), -1);
	e.now = T0;
	set_case(f->ledger, 1, CASE_CLOSED, 1, T0);
	assert_int_equal(ledger_erase(f->ledger, &e, &erased, &err), -1);	/* held for the authority */
	assert_non_null(strstr(err.text, "case 1 of this person is held"));
	assert_int_equal(erased.cases, 77);
	assert_int_equal(count_words(f->ledger, ANNA, "bad.example"), 1);
	e.recipient = "nobody@example.com";
	assert_int_equal(ledger_erase(f->ledger, &e, &erased, &err), 0);
	assert_int_equal(erased.cases + erased.statements + erased.decisions + erased.letters, 0);
}

/* Sealed ones are in no listing and no sum, unless somebody asks for them. */
static void
test_sealed(void **state)
{
	struct fixture *f = *state;
	const struct ledger_decision_filter filters[] = {
		{ .limit = 0 }, { .id = "S" }, { .id = "m" }, { .recipient = ANNA }, { .sender = "shop.example" },
		{ .since = T0 }, { .action = ACTION_TAG }, { .changed = true },
	};
	struct err err = { "" };

	decide(f->ledger, "S", ANNA, T0 + 2 * DAY);
	(void)erase(f->ledger, ANNA, true);
	for (size_t i = 0; i < G_N_ELEMENTS(filters); i++) {
		struct ledger_decision_filter with = filters[i];

		assert_int_equal(decisions(f->ledger, &filters[i]), 0);
		with.sealed = true;
		assert_int_equal(decisions(f->ledger, &with), 1);
	}
	assert_int_equal(ledger_would(f->ledger, 0, 0, NULL, NULL, &err), 0);
	assert_int_equal(counts_of(f->ledger).sealed, 1);
	assert_int_equal(counts_of(f->ledger).decisions, 0);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_accesses), T(test_prune), T(test_prune_bad), T(test_prune_beside_mail), T(test_erase),
		T(test_erase_leaves_nothing), T(test_erase_bad), T(test_sealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
