/*
 * measure_doveadm.c - the message expunged by Dovecot, asked over doveadm's HTTP API.
 *
 * Floor 3, part of measure.  First the copies are fetched by what their header says, in all of the person's
 * folders; then each that bears exactly our id and that Message-ID is expunged by its folder and number.  Dovecot's
 * own search is for parts of a field: it finds, it does not decide.  libcurl and jansson stay in here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <curl/curl.h>
#include <glib.h>
#include <jansson.h>
#include "measure_private.h"

#define ANSWER_MAX	((size_t)4 * 1024 * 1024)	/* octets of Dovecot's answer */
#define KEY_MAX		1024			/* octets of the API key */
#define COPIES_MAX	100			/* expunged in one go */
#define EXIT_NO_USER	67			/* sysexits.h, as doveadm has them */
#define EXIT_NO_HOST	68
#define EXIT_UNAVAILABLE	69
#define EXIT_TEMPORARY	75

struct call {
	const struct measure_settings	*settings;
	const struct measure_target	*target;
	const struct measure_result	*result;
	char				*authorization;		/* the whole header line */
};

/* ---- the key ------------------------------------------------------------------------------------------- */

static enum measure_outcome
key_failed(struct call *call, const char *why)
{
	return measure_say(call->result, MEASURE_FAILED, "cannot use the key file '%s': %s", call->settings->key_file, why);
}

/* Its octets without the line's end.  Readable by others it is no secret, writable by others not ours. */
static enum measure_outcome
read_key(struct call *call, char key[KEY_MAX + 2], size_t *len_r)
{
	char reason[128];
	struct stat st;
	ssize_t n = -1;
	int fd = open(call->settings->key_file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd == -1)
		return key_failed(call, strerror_r(errno, reason, sizeof(reason)));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXO | S_IWGRP)) == 0)
		n = read(fd, key, KEY_MAX + 1);
	else
		(void)snprintf(reason, sizeof(reason), "it is no file, or open to others");
	(void)close(fd);
	if (n < 0)
		return key_failed(call, reason);
	while (n > 0 && (key[n - 1] == '\n' || key[n - 1] == '\r'))
		n--;
	if (n == 0 || n > KEY_MAX)
		return key_failed(call, n == 0 ? "it is empty" : "it is too long");
	*len_r = (size_t)n;
	return MEASURE_DONE;
}

static enum measure_outcome
authorize(struct call *call)
{
	char key[KEY_MAX + 2], *encoded;
	enum measure_outcome outcome;
	size_t len = 0;

	if (call->settings->key_file == NULL || call->settings->key_file[0] == '\0' || call->settings->url == NULL ||
	    call->settings->url[0] == '\0')
		return measure_say(call->result, MEASURE_FAILED, "no address or no key file of doveadm is configured");
	outcome = read_key(call, key, &len);
	if (outcome == MEASURE_DONE) {
		encoded = g_base64_encode((const guchar *)key, len);
		call->authorization = g_strconcat("Authorization: X-Dovecot-API ", encoded, NULL);
		explicit_bzero(encoded, strlen(encoded));
		g_free(encoded);
	}
	explicit_bzero(key, sizeof(key));
	return outcome;
}

/* ---- one request --------------------------------------------------------------------------------------- */

static size_t
take_octets(char *octets, size_t size, size_t n, void *arg)
{
	GString *answer = arg;

	if (size != 1 || n > ANSWER_MAX - answer->len)
		return 0;
	g_string_append_len(answer, octets, (gssize)n);
	return n;
}

/* What the transfer came to. */
static enum measure_outcome
transfer_outcome(struct call *call, CURLcode code, long status)
{
	switch (code) {
	case CURLE_OK:
		break;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WRITE_ERROR:
	case CURLE_OUT_OF_MEMORY:
		return measure_say(call->result, code == CURLE_OUT_OF_MEMORY ? MEASURE_AGAIN : MEASURE_FAILED, "doveadm: %s",
		    code == CURLE_WRITE_ERROR ? "the answer is too long" : curl_easy_strerror(code));
	default:
		return measure_say(call->result, MEASURE_AGAIN, "doveadm not reached: %s", curl_easy_strerror(code));
	}
	if (status == 401 || status == 403)
		return measure_say(call->result, MEASURE_FAILED, "doveadm refused the key");
	if (status >= 500 || status == 429)
		return measure_say(call->result, MEASURE_AGAIN, "doveadm answered %ld", status);
	if (status != 200)
		return measure_say(call->result, MEASURE_FAILED, "doveadm answered %ld", status);
	return MEASURE_DONE;
}

/* Sends octets.  No proxy, no redirection: the key is for this server alone. */
static enum measure_outcome
post(struct call *call, const char *octets, GString *answer)
{
	struct curl_slist *fields = NULL, *more;
	CURL *curl = curl_easy_init();
	long status = 0, seconds = call->settings->timeout > 0 ? (long)call->settings->timeout : 30;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (curl == NULL || (fields = curl_slist_append(NULL, call->authorization)) == NULL ||
	    (more = curl_slist_append(fields, "Content-Type: application/json")) == NULL ||
	    (more = curl_slist_append(more, "Expect:")) == NULL)
		goto out;
	if (curl_easy_setopt(curl, CURLOPT_URL, call->settings->url) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_PROXY, "") != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_TIMEOUT, seconds) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, octets) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_octets) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer) != CURLE_OK)
		goto out;
	code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
out:
	curl_slist_free_all(fields);
	curl_easy_cleanup(curl);
	return transfer_outcome(call, code, status);
}

/* Asks; *answer_r is then an array, one row a command: [what, payload, tag].  request goes in every case. */
static enum measure_outcome
ask(struct call *call, json_t *request, json_t **answer_r)
{
	char *octets = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
	GString *answer = g_string_new(NULL);
	enum measure_outcome outcome;

	json_decref(request);
	if (octets == NULL) {
		outcome = measure_say(call->result, MEASURE_FAILED, "the target is no UTF-8");
	} else if ((outcome = post(call, octets, answer)) == MEASURE_DONE) {
		*answer_r = json_loadb(answer->str, answer->len, 0, NULL);
		if (!json_is_array(*answer_r) || json_array_size(*answer_r) == 0)
			outcome = measure_say(call->result, MEASURE_FAILED, "what answers there is not doveadm");
	}
	free(octets);
	(void)g_string_free(answer, TRUE);
	return outcome;
}

/* The payload of one row, or why there is none. */
static enum measure_outcome
payload_of(struct call *call, const json_t *row, const json_t **payload_r)
{
	const char *what = json_string_value(json_array_get(row, 0)), *type;
	const json_t *payload = json_array_get(row, 1);
	json_int_t code;

	if (what != NULL && strcmp(what, "doveadmResponse") == 0 && json_is_array(payload)) {
		*payload_r = payload;
		return MEASURE_DONE;
	}
	if (what == NULL || strcmp(what, "error") != 0)
		return measure_say(call->result, MEASURE_FAILED, "what answers there is not doveadm");
	code = json_integer_value(json_object_get(payload, "exitCode"));
	type = json_string_value(json_object_get(payload, "type"));
	if (code == EXIT_NO_USER)
		return measure_say(call->result, MEASURE_FAILED, "Dovecot knows no user '%s'", call->target->recipient);
	return measure_say(call->result,
	    code == EXIT_TEMPORARY || code == EXIT_NO_HOST || code == EXIT_UNAVAILABLE ? MEASURE_AGAIN : MEASURE_FAILED,
	    "doveadm failed: %s %d", type == NULL ? "error" : type, (int)code);
}

/* ---- the two steps ------------------------------------------------------------------------------------- */

/* Whether a field's value, its folding and blanks aside, is just that. */
static bool
is_value(const char *value, const char *want)
{
	for (; *value != '\0'; value++) {
		if (strchr(" \t\r\n", *value) != NULL)
			continue;
		if (*value != *want++)
			return false;
	}
	return *want == '\0';
}

/* Whether an X-Tuiding value bears that id, as a whole parameter. */
static bool
bears_id(const char *value, const char *id)
{
	size_t n = strlen(id);

	for (const char *p = value; (p = strstr(p, "id=")) != NULL; p += 3)
		if ((p == value || strchr("; \t\r\n", p[-1]) != NULL) && strncmp(p + 3, id, n) == 0 &&
		    (p[3 + n] == '\0' || strchr("; \t\r\n", p[3 + n]) != NULL))
			return true;
	return false;
}

/* A copy is named by its folder's GUID and its number in there. */
static bool
is_copy(const struct call *call, const json_t *found, const char **folder_r, const char **uid_r)
{
	const char *message_id = json_string_value(json_object_get(found, "hdr.message-id"));
	const char *mark = json_string_value(json_object_get(found, "hdr.x-tuiding"));
	const char *folder = json_string_value(json_object_get(found, "mailbox-guid"));
	const char *uid = json_string_value(json_object_get(found, "uid"));

	if (mark == NULL || !bears_id(mark, call->target->id) ||
	    !is_value(message_id == NULL ? "" : message_id, call->target->message_id))
		return false;
	if (folder == NULL || uid == NULL || strlen(folder) != 32 || strspn(folder, "0123456789abcdef") != 32 ||
	    uid[0] == '\0' || strlen(uid) > 10 || strspn(uid, "0123456789") != strlen(uid))
		return false;
	*folder_r = folder;
	*uid_r = uid;
	return true;
}

static json_t *
search_request(const struct measure_target *target)
{
	char id[32];

	(void)snprintf(id, sizeof(id), "id=%s", target->id);
	if (target->message_id[0] == '\0')
		return json_pack("[[s, {s:s, s:[s,s,s,s], s:[s,s,s,s,s]}, s]]", "fetch", "user", target->recipient,
		    "field", "mailbox-guid", "uid", "hdr.message-id", "hdr.x-tuiding",
		    "query", "mailbox", "*", "HEADER", "X-Tuiding", id, "find");
	return json_pack("[[s, {s:s, s:[s,s,s,s], s:[s,s,s,s,s,s,s,s]}, s]]", "fetch", "user", target->recipient,
	    "field", "mailbox-guid", "uid", "hdr.message-id", "hdr.x-tuiding",
	    "query", "mailbox", "*", "HEADER", "X-Tuiding", id, "HEADER", "Message-ID", target->message_id, "find");
}

/* Commands for all copies among what was found; *n_r: how many. */
static json_t *
expunge_request(const struct call *call, const json_t *found, size_t *n_r)
{
	json_t *request = json_array();
	const char *folder, *uid;

	*n_r = 0;
	for (size_t i = 0; i < json_array_size(found) && *n_r < COPIES_MAX; i++) {
		if (!is_copy(call, json_array_get(found, i), &folder, &uid))
			continue;
		if (json_array_append_new(request, json_pack("[s, {s:s, s:[s,s,s,s]}, s]", "expunge", "user",
		    call->target->recipient, "query", "mailbox-guid", folder, "uid", uid, "take")) != 0) {
			json_decref(request);
			return NULL;
		}
		(*n_r)++;
	}
	return request;
}

static enum measure_outcome
expunge(struct call *call, json_t *request, size_t n)
{
	enum measure_outcome outcome;
	const json_t *payload = NULL;
	json_t *answer = NULL;

	outcome = ask(call, request, &answer);
	for (size_t i = 0; outcome == MEASURE_DONE && i < n; i++)
		outcome = payload_of(call, json_array_get(answer, i), &payload);
	json_decref(answer);
	if (outcome != MEASURE_DONE)
		return outcome;
	if (n == COPIES_MAX)
		return measure_say(call->result, MEASURE_AGAIN, "%zu copies expunged, there may be more", n);
	return measure_say(call->result, MEASURE_DONE, "%zu %s expunged", n, n == 1 ? "copy" : "copies");
}

enum measure_outcome
measure_doveadm(const struct measure_settings *settings, const struct measure_target *target,
    const struct measure_result *result)
{
	struct call call = { .settings = settings, .target = target, .result = result };
	const json_t *found = NULL;
	json_t *answer = NULL, *request = NULL;
	enum measure_outcome outcome;
	size_t n = 0;

	outcome = authorize(&call);
	if (outcome == MEASURE_DONE)
		outcome = ask(&call, search_request(target), &answer);
	if (outcome == MEASURE_DONE)
		outcome = payload_of(&call, json_array_get(answer, 0), &found);
	if (outcome != MEASURE_DONE)
		goto out;
	request = expunge_request(&call, found, &n);
	if (request != NULL && n == 0)
		outcome = measure_say(result, MEASURE_DONE, "no copy was there any more");
	else
		outcome = expunge(&call, request, n), request = NULL;
out:
	json_decref(request);
	json_decref(answer);
	if (call.authorization != NULL)
		explicit_bzero(call.authorization, strlen(call.authorization));
	g_free(call.authorization);
	return outcome;
}
