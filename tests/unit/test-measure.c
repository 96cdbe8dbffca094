/*
 * test-measure.c - a message taken out of a mailbox: what is asked of doveadm and what is made of its answers, told
 * by a server of the test's own on loopback; and a command's run, its time and its words.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "measure.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define ID		"0123456789ABC"
#define MID		"<ad1@shop.example>"
#define GUID		"423c3619521d026b236b000083ecc375"
#define REQUESTS_MAX	4

static const struct measure_target	target = { "anna@example.com", MID, ID };

static double
seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- a doveadm of our own ------------------------------------------------------------------------------ */

struct server {
	int		 socket;
	pthread_t	 thread;
	const char	*status[REQUESTS_MAX], *body[REQUESTS_MAX];	/* body NULL: says nothing */
	char		 request[REQUESTS_MAX][8192];
	unsigned	 n;
	char		 url[64], key[64];
};

static void
answer_one(struct server *server, int fd)
{
	char *request = server->request[server->n];
	size_t n = 0, want = 0;
	const char *end = NULL, *length;
	char head[128];
	ssize_t got;

	while (n < sizeof(server->request[0]) - 1 && (end == NULL || n < want)) {
		got = read(fd, request + n, sizeof(server->request[0]) - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
		request[n] = '\0';
		end = strstr(request, "\r\n\r\n");
		length = strstr(request, "Content-Length: ");
		if (end != NULL && length != NULL)
			want = (size_t)(end - request) + 4 + (size_t)strtoul(length + 16, NULL, 10);
	}
	if (server->body[server->n] != NULL) {
		(void)snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
		    server->status[server->n], strlen(server->body[server->n]));
		(void)!write(fd, head, strlen(head));
		(void)!send(fd, server->body[server->n], strlen(server->body[server->n]), MSG_NOSIGNAL);
	} else {
		(void)!read(fd, head, 1);	/* until the other side gives up */
	}
}

static void *
serve(void *arg)
{
	struct server *server = arg;

	while (server->n < REQUESTS_MAX && server->status[server->n] != NULL) {
		int fd = accept(server->socket, NULL, NULL);

		if (fd < 0)
			break;
		answer_one(server, fd);
		server->n++;
		(void)close(fd);
	}
	return NULL;
}

static void
write_key(struct server *server, const char *octets, size_t len, mode_t mode)
{
	int fd;

	(void)strncpy(server->key, "measure-key.XXXXXX", sizeof(server->key) - 1);
	fd = mkstemp(server->key);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
}

static void
listen_on_loopback(struct server *server)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	server->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(server->socket >= 0);
	assert_int_equal(bind(server->socket, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(server->socket, 4), 0);
	assert_int_equal(getsockname(server->socket, (struct sockaddr *)&address, &len), 0);
	(void)snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u/doveadm/v1", ntohs(address.sin_port));
}

/* Takes the target by the server's answers. */
static enum measure_outcome
take_by(struct server *server, unsigned timeout, char *result, size_t size)
{
	struct measure_settings settings = { .kind = MEASURE_DOVEADM, .timeout = timeout };
	enum measure_outcome outcome;

	listen_on_loopback(server);
	write_key(server, "secret\n", 7, 0600);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
	settings.url = server->url;
	settings.key_file = server->key;
	outcome = measure_take(&settings, &target, result, size);
	(void)shutdown(server->socket, SHUT_RDWR);
	(void)pthread_join(server->thread, NULL);
	(void)close(server->socket);
	(void)unlink(server->key);
	return outcome;
}

#define COPY(guid, uid, mid, mark) "{\"mailbox-guid\":\"" guid "\",\"uid\":\"" uid "\",\"hdr.message-id\":\"" mid \
	"\",\"hdr.x-tuiding\":\"" mark "\"}"
#define OURS	"class=commercial; sender=shop.example;\\n\\tid=" ID
#define FOUND(rows)	"[[\"doveadmResponse\",[" rows "],\"find\"]]"
#define TAKEN	"[\"doveadmResponse\",[],\"take\"]"
#define FAILED(type, code)	"[[\"error\",{\"type\":\"" type "\", \"exitCode\":" code "},\"find\"]]"

static const struct {
	const char		*status, *found, *taken;
	enum measure_outcome	 outcome;
	unsigned		 requests;
	const char		*result;
} answers[] = {
	{ "200 OK", FOUND(COPY(GUID, "7", MID, OURS)), "[" TAKEN "]", MEASURE_DONE, 2, "1 copy expunged" },
	{ "200 OK", FOUND(COPY(GUID, "7", MID, OURS) "," COPY(GUID, "9", "\\n <ad1@shop.\\n\\texample>", OURS)),
	  "[" TAKEN "," TAKEN "]", MEASURE_DONE, 2, "2 copies expunged" },
	{ "200 OK", FOUND(""), NULL, MEASURE_DONE, 1, "no copy was there any more" },
	/* what Dovecot's search finds and is not the message */
	{ "200 OK", FOUND(COPY(GUID, "7", "<x" MID, OURS)), NULL, MEASURE_DONE, 1, "no copy was there any more" },
	{ "200 OK", FOUND(COPY(GUID, "7", MID ">", OURS)), NULL, MEASURE_DONE, 1, "no copy was there any more" },
	{ "200 OK", FOUND(COPY(GUID, "7", "<AD1@shop.example>", OURS)), NULL, MEASURE_DONE, 1, "no copy" },
	{ "200 OK", FOUND(COPY(GUID, "7", "", OURS)), NULL, MEASURE_DONE, 1, "no copy was there any more" },
	{ "200 OK", FOUND(COPY(GUID, "7", MID, "x=y; id=" ID "D")), NULL, MEASURE_DONE, 1, "no copy was there any more" },
	{ "200 OK", FOUND(COPY(GUID, "7", MID, "grid=" ID)), NULL, MEASURE_DONE, 1, "no copy was there any more" },
	{ "200 OK", FOUND(COPY(GUID, "7", MID, "id=0123456789abc")), NULL, MEASURE_DONE, 1, "no copy was there any more" },
	{ "200 OK", FOUND("{\"uid\":\"1\"},7,null,[]"), NULL, MEASURE_DONE, 1, "no copy was there any more" },
	/* a folder or number that would be another search */
	{ "200 OK", FOUND(COPY("ALL", "7", MID, OURS)), NULL, MEASURE_DONE, 1, "no copy was there any more" },
	{ "200 OK", FOUND(COPY(GUID, "1:*", MID, OURS)), NULL, MEASURE_DONE, 1, "no copy was there any more" },
	{ "200 OK", FOUND(COPY(GUID, "", MID, OURS)), NULL, MEASURE_DONE, 1, "no copy was there any more" },
	/* refusals, and what passes */
	{ "200 OK", FAILED("exitCode", "67"), NULL, MEASURE_FAILED, 1, "Dovecot knows no user 'anna@example.com'" },
	{ "200 OK", FAILED("exitCode", "75"), NULL, MEASURE_AGAIN, 1, "doveadm failed: exitCode 75" },
	{ "200 OK", FAILED("exitCode", "64"), NULL, MEASURE_FAILED, 1, "doveadm failed: exitCode 64" },
	{ "200 OK", FAILED("unknownMethod", "0"), NULL, MEASURE_FAILED, 1, "doveadm failed: unknownMethod 0" },
	{ "200 OK", FOUND(COPY(GUID, "7", MID, OURS)), FAILED("exitCode", "75"), MEASURE_AGAIN, 2, "doveadm failed" },
	{ "200 OK", FOUND(COPY(GUID, "7", MID, OURS) "," COPY(GUID, "8", MID, OURS)), "[" TAKEN "]", MEASURE_FAILED, 2,
	  "what answers there is not doveadm" },
	{ "401 Authentication required", "", NULL, MEASURE_FAILED, 1, "doveadm refused the key" },
	{ "404 Not found", "", NULL, MEASURE_FAILED, 1, "doveadm answered 404" },
	{ "302 Elsewhere", "", NULL, MEASURE_FAILED, 1, "doveadm answered 302" },
	{ "503 Busy", "", NULL, MEASURE_AGAIN, 1, "doveadm answered 503" },
	{ "200 OK", "<html>", NULL, MEASURE_FAILED, 1, "what answers there is not doveadm" },
	{ "200 OK", "[]", NULL, MEASURE_FAILED, 1, "what answers there is not doveadm" },
	{ "200 OK", "{}", NULL, MEASURE_FAILED, 1, "what answers there is not doveadm" },
	{ "200 OK", "[[\"doveadmResponse\",{},\"find\"]]", NULL, MEASURE_FAILED, 1, "what answers there is not doveadm" },
	{ "200 OK", "[7]", NULL, MEASURE_FAILED, 1, "what answers there is not doveadm" },
	{ "200 OK", FAILED("\\u001b[2J", "1"), NULL, MEASURE_FAILED, 1, "doveadm failed: ?[2J 1" },
};

static void
test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct server server = { .status = { answers[i].status, answers[i].taken == NULL ? NULL : "200 OK" },
		    .body = { answers[i].found, answers[i].taken } };
		char result[256];
		enum measure_outcome outcome = take_by(&server, 10, result, sizeof(result));

		if (outcome != answers[i].outcome || server.n != answers[i].requests ||
		    strncmp(result, answers[i].result, strlen(answers[i].result)) != 0)
			fail_msg("answer %zu: %d '%s' after %u requests", i, (int)outcome, result, server.n);
	}
}

/* The very octets: the key in base64, the person, both fields, then folder and number. */
static void
test_request(void **state)
{
	struct server server = { .status = { "200 OK", "200 OK" },
	    .body = { FOUND(COPY(GUID, "7", MID, OURS)), "[" TAKEN "]" } };
	char result[8];

	(void)state;
	assert_int_equal(take_by(&server, 10, result, sizeof(result)), MEASURE_DONE);
	assert_string_equal(result, "1 copy ");
	assert_non_null(strstr(server.request[0], "POST /doveadm/v1 HTTP/"));
	assert_non_null(strstr(server.request[0], "\r\nAuthorization: X-Dovecot-API c2VjcmV0\r\n"));
	assert_non_null(strstr(server.request[0], "[[\"fetch\",{\"user\":\"anna@example.com\",\"field\":[\"mailbox-guid\","
	    "\"uid\",\"hdr.message-id\",\"hdr.x-tuiding\"],\"query\":[\"mailbox\",\"*\",\"HEADER\",\"X-Tuiding\","
	    "\"id=" ID "\",\"HEADER\",\"Message-ID\",\"" MID "\"]},\"find\"]]"));
	assert_non_null(strstr(server.request[1], "[[\"expunge\",{\"user\":\"anna@example.com\",\"query\":["
	    "\"mailbox-guid\",\"" GUID "\",\"uid\",\"7\"]},\"take\"]]"));
}

/* A server that is silent, and one that is not there. */
static void
test_away(void **state)
{
	struct server server = { .status = { "200 OK" }, .body = { NULL } };
	struct measure_settings settings = { .kind = MEASURE_DOVEADM, .timeout = 1 };
	double begin = seconds();
	char result[256];

	(void)state;
	assert_int_equal(take_by(&server, 1, result, sizeof(result)), MEASURE_AGAIN);
	assert_non_null(strstr(result, "doveadm not reached"));
	assert_true(seconds() - begin < 5);
	write_key(&server, "secret\n", 7, 0600);
	settings.url = server.url;
	settings.key_file = server.key;
	assert_int_equal(measure_take(&settings, &target, result, sizeof(result)), MEASURE_AGAIN);
	settings.url = "file:///etc/passwd";
	assert_int_equal(measure_take(&settings, &target, result, sizeof(result)), MEASURE_FAILED);
	settings.url = "";
	assert_int_equal(measure_take(&settings, &target, result, sizeof(result)), MEASURE_FAILED);
	(void)unlink(server.key);
}

/* A server that talks without end is not listened to. */
static void
test_long_answer(void **state)
{
	size_t len = 5 * 1024 * 1024;
	char *body = malloc(len + 1), result[256];
	struct server server = { .status = { "200 OK" } };

	(void)state;
	assert_non_null(body);
	memset(body, ' ', len);
	body[len] = '\0';
	server.body[0] = body;
	assert_int_equal(take_by(&server, 10, result, sizeof(result)), MEASURE_FAILED);
	assert_string_equal(result, "doveadm: the answer is too long");
	free(body);
}

static const struct {
	const char	*octets;
	size_t		 len;
	mode_t		 mode;
	const char	*why;
} keys[] = {
	{ "secret\n", 7, 0604, "open to others" },
	{ "secret\n", 7, 0602, "open to others" },
	{ "secret\n", 7, 0620, "open to others" },
	{ "", 0, 0600, "it is empty" },
	{ "\r\n\n", 3, 0600, "it is empty" },
	{ "secret\n", 7, 0640, NULL },
};

static void
test_keys(void **state)
{
	struct measure_settings settings = { .kind = MEASURE_DOVEADM, .timeout = 1, .url = "http://127.0.0.1:1/" };
	struct server server;
	char result[256], longer[2000];

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		enum measure_outcome outcome;

		write_key(&server, keys[i].octets, keys[i].len, keys[i].mode);
		settings.key_file = server.key;
		outcome = measure_take(&settings, &target, result, sizeof(result));
		(void)unlink(server.key);
		if (keys[i].why == NULL ? outcome != MEASURE_AGAIN : outcome != MEASURE_FAILED ||
		    strstr(result, keys[i].why) == NULL)
			fail_msg("key %zu: %d '%s'", i, (int)outcome, result);
	}
	memset(longer, 'x', sizeof(longer));
	write_key(&server, longer, sizeof(longer), 0600);
	assert_int_equal(measure_take(&settings, &target, result, sizeof(result)), MEASURE_FAILED);
	assert_non_null(strstr(result, "it is too long"));
	(void)unlink(server.key);
	assert_int_equal(measure_take(&settings, &target, result, sizeof(result)), MEASURE_FAILED);
	settings.key_file = "/";
	assert_int_equal(measure_take(&settings, &target, result, sizeof(result)), MEASURE_FAILED);
	settings.key_file = NULL;
	assert_int_equal(measure_take(&settings, &target, result, sizeof(result)), MEASURE_FAILED);
}

/* ---- targets ------------------------------------------------------------------------------------------- */

static const struct {
	const char	*recipient, *message_id, *id;
	bool		 good;
} targets[] = {
	{ "anna@example.com", MID, ID, true },
	{ "anna@example.com", "", ID, true },
	{ "anna@example.com", MID, "", false },
	{ "anna@example.com", MID, NULL, false },
	{ "anna@example.com", MID, "0123456789AB", false },
	{ "anna@example.com", MID, "0123456789ABU", false },
	{ "anna@example.com", MID, "0123456789abc", false },
	{ "anna@example.com", NULL, ID, false },
	{ "anna@example.com", "ad1@shop.example", ID, false },
	{ "anna@example.com", "<>", ID, false },
	{ "anna@example.com", "<a b>", ID, false },
	{ "anna@example.com", "<a\nb>", ID, false },
	{ "*@example.com", MID, ID, false },
	{ "ann?@example.com", MID, ID, false },
	{ "a%u@example.com", MID, ID, false },
	{ "\"a b\"@example.com", MID, ID, false },
	{ "anna", MID, ID, false },
	{ "", MID, ID, false },
	{ NULL, MID, ID, false },
};

static void
test_targets(void **state)
{
	static const char *const command[] = { "/bin/true" };
	const struct measure_settings settings = { MEASURE_COMMAND, NULL, NULL, command, 1, 10 };
	const struct measure_settings none = { .kind = MEASURE_NONE };
	char result[256];

	(void)state;
	for (size_t i = 0; i < COUNT(targets); i++) {
		const struct measure_target t = { targets[i].recipient, targets[i].message_id, targets[i].id };

		if ((measure_take(&settings, &t, result, sizeof(result)) == MEASURE_DONE) != targets[i].good)
			fail_msg("target %zu: '%s'", i, result);
	}
	assert_int_equal(measure_take(&none, &target, result, sizeof(result)), MEASURE_FAILED);
	assert_string_equal(result, "no measure is configured");
	assert_int_equal(measure_take(&none, &target, NULL, 0), MEASURE_FAILED);
}

/* ---- commands ------------------------------------------------------------------------------------------ */

static const struct {
	const char		*argv[6];
	enum measure_outcome	 outcome;
	const char		*result;
} commands[] = {
	{ { "/bin/echo", "{recipient}", "<{message-id}>", "x{id}{id}", "{ID}" }, MEASURE_DONE,
	  "the command has done it: anna@example.com <" MID "> x" ID ID " {ID}" },
	{ { "/bin/true" }, MEASURE_DONE, "the command has done it" },
	{ { "/bin/sh", "-c", "echo; echo one; echo two; exit 0" }, MEASURE_DONE, "the command has done it: one" },
	{ { "/bin/sh", "-c", "echo later >&2; exit 75" }, MEASURE_AGAIN, "the command asks to be tried again: later" },
	{ { "/bin/sh", "-c", "exit 1" }, MEASURE_FAILED, "the command failed with status 1" },
	{ { "/bin/sh", "-c", "kill -9 $$" }, MEASURE_FAILED, "the command died of signal 9" },
	{ { "/bin/sh", "-c", "printf 'a\\033b\\tc'" }, MEASURE_DONE, "the command has done it: a?b?c" },
	{ { "/bin/sh", "-c", "printf 'a\\377b'" }, MEASURE_DONE, "the command has done it: a" },
	{ { "/bin/sh", "-c", "printf '%s' \"$HOME$TUIDING_SECRET\"" }, MEASURE_DONE, "the command has done it" },
	{ { "/bin/sh", "-c", "cat; pwd" }, MEASURE_DONE, "the command has done it: /" },
	{ { "/bin/sh", "-c", "exec ls /proc/self/fd | tr '\\n' ' '" }, MEASURE_DONE, "the command has done it: 0 1 2 3 " },
	{ { "/bin/sh", "-c", "trap - TERM; kill -TERM $$" }, MEASURE_FAILED, "the command died of signal 15" },
	{ { "/nonexistent/command" }, MEASURE_FAILED, "cannot run '/nonexistent/command': No such file or directory" },
	{ { "/etc/passwd" }, MEASURE_FAILED, "cannot run '/etc/passwd': Permission denied" },
	{ { "true" }, MEASURE_FAILED, "the command wants a whole path" },
	{ { "{id}" }, MEASURE_FAILED, "the command wants a whole path" },
	{ { NULL }, MEASURE_FAILED, "the command wants a whole path" },
};

static void
test_commands(void **state)
{
	(void)state;
	(void)setenv("TUIDING_SECRET", "secret", 1);
	for (size_t i = 0; i < COUNT(commands); i++) {
		struct measure_settings settings = { .kind = MEASURE_COMMAND, .timeout = 10, .command = commands[i].argv };
		char result[256];
		enum measure_outcome outcome;

		while (settings.ncommand < 6 && commands[i].argv[settings.ncommand] != NULL)
			settings.ncommand++;
		outcome = measure_take(&settings, &target, result, sizeof(result));
		if (outcome != commands[i].outcome || strncmp(result, commands[i].result, strlen(commands[i].result)) != 0)
			fail_msg("command %zu: %d '%s'", i, (int)outcome, result);
		if (strcmp(commands[i].result, "the command has done it") == 0 && strcmp(result, commands[i].result) != 0)
			fail_msg("command %zu: '%s'", i, result);
	}
}

/* A recipient that would be an option, as a word of its own. */
static void
test_option(void **state)
{
	static const char *const alone[] = { "/bin/echo", "{recipient}" }, *const within[] = { "/bin/echo", "-u{recipient}" };
	const struct measure_target odd = { "-anna@example.com", MID, ID };
	struct measure_settings settings = { .kind = MEASURE_COMMAND, .timeout = 10, .command = alone, .ncommand = 2 };
	char result[256];

	(void)state;
	assert_int_equal(measure_take(&settings, &odd, result, sizeof(result)), MEASURE_FAILED);
	settings.command = within;
	assert_int_equal(measure_take(&settings, &odd, result, sizeof(result)), MEASURE_DONE);
	assert_string_equal(result, "the command has done it: -u-anna@example.com");
}

/* Time over: the command and what it began are ended, even when it talks or plays dead. */
static void
test_timeout(void **state)
{
	static const char *const scripts[] = {
		"echo $$; trap '' TERM; while :; do sleep 0.05; done", "echo $$; exec >/dev/null 2>&1; sleep 60",
		"echo $$; sleep 60 & while :; do echo x; done", "echo $$; (sleep 60; echo late) & wait",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		const char *argv[] = { "/bin/sh", "-c", scripts[i] };
		struct measure_settings settings = { .kind = MEASURE_COMMAND, .timeout = 1, .command = argv, .ncommand = 3 };
		double begin = seconds();
		char result[256];

		assert_int_equal(measure_take(&settings, &target, result, sizeof(result)), MEASURE_AGAIN);
		assert_string_equal(result, "the command did not end within 1 s and was ended");
		assert_true(seconds() - begin > 0.9 && seconds() - begin < 5);
	}
}

/* What it leaves behind is ended with it; and much talk is no reason to wait. */
static void
test_leavings(void **state)
{
	static const char *const leaves[] = { "/bin/sh", "-c", "sleep 60 & echo $!" };
	static const char *const talks[] = { "/bin/sh", "-c", "echo first; head -c 3000000 /dev/zero" };
	struct measure_settings settings = { .kind = MEASURE_COMMAND, .timeout = 20, .command = leaves, .ncommand = 3 };
	double begin = seconds();
	char result[256];
	long pid;

	(void)state;
	assert_int_equal(measure_take(&settings, &target, result, sizeof(result)), MEASURE_DONE);
	pid = strtol(strrchr(result, ' ') + 1, NULL, 10);
	assert_true(pid > 1);
	for (int i = 0; i < 200 && kill((pid_t)pid, 0) == 0; i++)
		(void)usleep(10000);	/* until init has taken its status */
	if (kill((pid_t)pid, 0) == 0) {		/* nobody takes it here: dead all the same */
		char path[64], line[256] = "";
		FILE *file;

		(void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
		file = fopen(path, "r");
		assert_non_null(file);
		assert_non_null(fgets(line, sizeof(line), file));
		(void)fclose(file);
		assert_non_null(strstr(line, ") Z "));
	}
	settings.command = talks;
	assert_int_equal(measure_take(&settings, &target, result, sizeof(result)), MEASURE_DONE);
	assert_string_equal(result, "the command has done it: first");
	assert_true(seconds() - begin < 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_long_answer),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_option),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_leavings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
