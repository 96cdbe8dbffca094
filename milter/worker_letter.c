/*
 * worker_letter.c - letters that are due: taken, written, handed to the relay, ended.
 *
 * Floor 5, part of worker.  A letter is taken in the ledger before it is sent, so two workers never send it twice;
 * a worker that dies in between leaves it to be sent again, under the same Message-ID.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "token.h"
#include "worker.h"

#define LOST_IN_A_ROW	3		/* tries in vain after which the relay gets a rest until the next look */
#define END_TRIES	5		/* to write down what became of a letter */
#define LEASE_TIMEOUTS	4		/* a session and its end, twice: with encryption and without */
#define LEASE_SLACK	(10 * WORKER_SECOND)

/* ---- those that are due -------------------------------------------------------------------------- */

struct letters {
	struct ledger_letter	letter[WORKER_BATCH];
	size_t			n;
};

static void
letter_free(struct ledger_letter *l)
{
	free((char *)l->purpose);
	free((char *)l->recipient);
	free((char *)l->cause);
	free((char *)l->values);
	free((char *)l->reference);
	*l = (struct ledger_letter){ .id = 0 };
}

static void
letters_free(struct letters *letters)
{
	size_t i;

	for (i = 0; i < letters->n; i++)
		letter_free(&letters->letter[i]);
	letters->n = 0;
}

/* A copy of its own: the ledger's goes with the call. */
static bool
take_letter(void *arg, const struct ledger_letter *from)
{
	struct letters *letters = arg;
	struct ledger_letter *l = &letters->letter[letters->n];

	*l = *from;
	l->purpose = strdup(from->purpose);
	l->recipient = strdup(from->recipient);
	l->cause = strdup(from->cause);
	l->values = strdup(from->values);
	l->reference = strdup(from->reference);
	l->error = NULL;
	if (l->purpose == NULL || l->recipient == NULL || l->cause == NULL || l->values == NULL ||
	    l->reference == NULL) {
		letter_free(l);			/* memory ended: the rest is for the next look */
		return false;
	}
	return ++letters->n < WORKER_BATCH;
}

/* ---- the way ------------------------------------------------------------------------------------- */

static const char *
address_from(const struct conf *conf)
{
	return conf->command_address[0] != '\0' ? conf->command_address : conf->complaint_address;
}

static struct notify_settings
settings_of(const struct conf *conf)
{
	return (struct notify_settings){
		.templates = conf->templates, .from = address_from(conf), .operator = conf->operator,
		.relay = conf->notify_relay, .timeout = conf->notify_timeout,
	};
}

/* Where an answer says which case it confirms: the command address with the case's token.  0, or -1. */
static int
case_address(const struct conf *conf, int64_t number, char out[ADDR_MAX + 1], struct err *err)
{
	const char *at = strrchr(conf->command_address, '@');
	char reference[24], token[TOKEN_MAX + 1];
	struct token_keys *keys = NULL;
	int ret = -1, n;

	if (at == NULL || conf->token_key[0] == '\0')
		return err_set(err, "no command-address or no token-key: the letter could not be answered");
	switch (token_keys_open(conf->token_key, &keys, err)) {
	case 1:
		break;
	case 0:
		return err_set(err, "there is no token key '%s': the letter could not be answered", conf->token_key);
	default:
		return -1;
	}
	(void)snprintf(reference, sizeof(reference), "%" PRId64, number);
	if (token_make(keys, TOKEN_CASE, reference, token) != 0 ||
	    (size_t)(at - conf->command_address) + 1 + strlen(token) > ADDR_LOCAL_MAX) {
		(void)err_set(err, "the command-address is too long for a token");
		goto out;
	}
	n = snprintf(out, ADDR_MAX + 1, "%.*s+%s%s", (int)(at - conf->command_address), conf->command_address,
	    token, at);
	ret = n > 0 && n <= ADDR_MAX ? 0 : err_set(err, "the command-address is too long for a token");
out:
	token_keys_free(keys);
	return ret;
}

static enum notify_outcome
send_letter(const struct conf *conf, const struct ledger_letter *letter, struct err *err)
{
	struct notify_settings settings = settings_of(conf);
	enum notify_outcome ret = NOTIFY_AGAIN;
	char address[ADDR_MAX + 1];
	char *message = NULL;
	size_t len = 0;

	if (strcmp(letter->purpose, NOTIFY_CASE_REPORTED) == 0) {
		if (case_address(conf, letter->number, address, err) != 0)
			return NOTIFY_AGAIN;
		settings.reply_to = address;
	}
	/* A letter that cannot be written may be after the templates or the configuration are put right. */
	if (notify_write(&settings, letter, worker_now(), &message, &len, err) == 0)
		ret = notify_send(&settings, letter->recipient, message, len, err);
	free(message);
	return ret;
}

/* ---- what became of it --------------------------------------------------------------------------- */

static void
log_letter(struct worker *w, const struct ledger_letter *l, enum ledger_letter_state state, int64_t next_at,
    const struct err *err)
{
	static const char *const names[LETTER_STATE_MAX] = {
		[LETTER_NONE] = "none", [LETTER_QUEUED] = "queued", [LETTER_SENT] = "sent", [LETTER_DEAD] = "dead",
	};
	char purpose[64], rcpt[2 * ADDR_MAX], next[32] = "";

	if (state == LETTER_QUEUED)
		(void)snprintf(next, sizeof(next), " next=%" PRId64, (next_at - worker_now()) / WORKER_SECOND);
	log_line(w->log, state == LETTER_SENT ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
	    "letter id=%" PRId64 " purpose=%s rcpt=%s state=%s tries=%u%s%s%s", l->id,
	    log_value(l->purpose, purpose, sizeof(purpose)), log_value(l->recipient, rcpt, sizeof(rcpt)), names[state],
	    l->tries + 1, next, err->text[0] != '\0' ? ": " : "", err->text);
}

/* Written down with patience: a letter that was sent and is not known to be would be sent again.  0, or -1. */
static int
end_letter(struct worker *w, const struct ledger_letter *l, enum ledger_letter_state state, int64_t next_at,
    const char *why)
{
	struct err err = { "" };
	int i;

	for (i = 0; i < END_TRIES; i++) {
		if (i > 0)
			(void)worker_ending(w, WORKER_SECOND);
		if (ledger_letter_end(w->ledger, l->id, state, next_at, why, &err) >= 0)
			return 0;
	}
	log_line(w->log, LOG_LEVEL_ERROR, "letter id=%" PRId64 ": what became of it could not be written: %s", l->id,
	    err.text);
	return worker_lose(w, &err);
}

/*
 * One letter.  1 sent or dead, 0 not now, -1 the ledger failed.  *vain counts the tries in a row that reached nobody.
 */
static int
deliver(struct worker *w, const struct ledger_letter *l, unsigned *vain)
{
	int64_t lease = LEASE_TIMEOUTS * (int64_t)w->conf->notify_timeout * WORKER_SECOND + LEASE_SLACK;
	int64_t now = worker_now();
	enum ledger_letter_state state = LETTER_SENT;
	struct err err = { "" };
	enum notify_outcome outcome;
	int taken;

	taken = ledger_letter_take(w->ledger, l->id, now, lease, &err);
	if (taken != 1)
		return taken < 0 ? worker_lose(w, &err) : 0;
	outcome = send_letter(w->conf, l, &err);
	now = worker_now();
	*vain = outcome == NOTIFY_AGAIN ? *vain + 1 : 0;
	if (outcome == NOTIFY_DEAD || (outcome == NOTIFY_AGAIN && now - l->made_at >= WORKER_PATIENCE))
		state = LETTER_DEAD;
	else if (outcome == NOTIFY_AGAIN) {
		state = LETTER_QUEUED;
		now += notify_backoff(l->tries + 1);
	}
	log_letter(w, l, state, now, &err);
	return end_letter(w, l, state, now, err.text) == 0 ? 1 : -1;
}

int
worker_letters(struct worker *w)
{
	const struct ledger_letter_filter filter = { .state = LETTER_QUEUED, .due = worker_now() };
	struct letters letters;
	struct err err = { "" };
	unsigned vain = 0, done;
	int ret = 0;
	size_t i;

	do {
		letters = (struct letters){ .n = 0 };
		if (ledger_letters(w->ledger, &filter, take_letter, &letters, &err) < 0)
			ret = worker_lose(w, &err);
		done = 0;
		for (i = 0; ret >= 0 && i < letters.n && vain < LOST_IN_A_ROW && !worker_ending(w, 0) && !w->reload; i++) {
			ret = deliver(w, &letters.letter[i], &vain);
			done += ret == 1 ? 1 : 0;
		}
		letters_free(&letters);
	} while (ret >= 0 && i == WORKER_BATCH && done > 0);
	return ret < 0 ? -1 : 0;
}

/* ---- -n ------------------------------------------------------------------------------------------ */

int
worker_templates(const struct worker *w, struct err *err)
{
	static const char *const purposes[] = {
		NOTIFY_REFUSED, NOTIFY_CONSENTED, NOTIFY_UNDONE, NOTIFY_NOT_UNDONE, NOTIFY_LIST, NOTIFY_HELP,
		NOTIFY_NEEDLESS, NOTIFY_MIXED, NOTIFY_VOIDED, NOTIFY_CASE_REPORTED, NOTIFY_CASE_OPENED, NOTIFY_CASE_ENDED,
	};
	struct notify_settings settings = settings_of(w->conf);
	struct ledger_letter letter = { .recipient = "anna@example.com", .cause = "", .reference = "", .values = "{}" };
	size_t i, len, n = sizeof(purposes) / sizeof(purposes[0]);
	char *message;

	if (settings.from[0] == '\0')
		settings.from = "tuiding@example.com";
	for (i = 0; i < n; i++) {
		letter.purpose = purposes[i];
		if (notify_write(&settings, &letter, 0, &message, &len, err) != 0)
			return -1;
		free(message);
	}
	return (int)n;
}
