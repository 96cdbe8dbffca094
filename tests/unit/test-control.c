/*
 * test-control.c - the control socket, both sides; and the counters that go through it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "control.h"
#include "metrics.h"

struct place {
	char		 folder[64], path[96];
	unsigned	 calls;
	struct control	*control;
};

static int
say_twice(void *arg, FILE *out, struct err *err)
{
	struct place *place = arg;

	(void)err;
	place->calls++;
	(void)fprintf(out, "one 1\ntwo 2\n");
	return 0;
}

static int
refuse(void *arg, FILE *out, struct err *err)
{
	(void)arg;
	(void)fprintf(out, "half an answer\n");
	return err_set(err, "because\nof it");
}

static int
flood(void *arg, FILE *out, struct err *err)
{
	int i;

	(void)arg;
	(void)err;
	for (i = 0; i < 20000; i++)
		(void)fprintf(out, "name%d %d\n", i, i);
	return 0;
}

static const struct control_command commands[] = {
	{ "status", say_twice }, { "bad", refuse }, { "flood", flood }, { NULL, NULL }
};

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	(void)snprintf(place->folder, sizeof(place->folder), "/tmp/control-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	(void)snprintf(place->path, sizeof(place->path), "%s/c.sock", place->folder);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	struct place *place = *state;

	control_stop(place->control);
	(void)unlink(place->path);
	(void)rmdir(place->folder);
	free(place);
	return 0;
}

static void
start(struct place *place)
{
	struct err err = { "" };

	if (control_start(place->path, commands, place, &place->control, &err) != 0)
		fail_msg("%s", err.text);
}

/* ---- asked and answered -------------------------------------------------------------------------- */

static void
test_answers(void **state)
{
	static const struct {
		const char	*line;
		int		 ret;
		const char	*text;		/* of the answer, or in err */
	} cases[] = {
		{ "status", 1, "one 1\ntwo 2\n" },
		{ "bad", 0, "because" },
		{ "nonsense", 0, "no such command" },
		{ "", 0, "no such command" },
		{ "status ", 0, "no such command" },
		{ "STATUS", 0, "no such command" },
		{ "status\nbad", -1, "one short line" },
		{ "0123456789012345678901234567890123456789012345678901234567890123x", -1, "one short line" },
		{ "flood", -1, "no answer" },			/* more than an asker takes */
		{ "status", 1, "one 1\ntwo 2\n" },		/* and the server goes on */
	};
	struct place *place = *state;
	struct err err;
	char *answer;
	size_t i;
	int ret;

	start(place);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		answer = NULL;
		err.text[0] = '\0';
		ret = control_ask(place->path, cases[i].line, 5000, &answer, &err);
		if (ret != cases[i].ret || (ret == 1 ? strcmp(answer, cases[i].text) != 0 :
		    strstr(err.text, cases[i].text) == NULL))
			fail_msg("case %zu: %d '%s' '%s'", i, ret, answer == NULL ? "" : answer, err.text);
		free(answer);
	}
}

static int
raw_connect(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof(un.sun_path));
	memcpy(un.sun_path, path, strlen(path) + 1);
	assert_int_equal(connect(fd, (const struct sockaddr *)&un, sizeof(un)), 0);
	return fd;
}

/* Askers that say nothing, too much, a NUL, or go away: the next one is served. */
static void
test_impolite(void **state)
{
	static const struct {
		const char	*octets;
		size_t		 len;
	} cases[] = { { "", 0 }, { "stat", 4 }, { "sta\0tus\n", 8 }, { "\0", 1 }, { "\xff\xfe\n", 3 } };
	struct place *place = *state;
	char *answer, big[4096];
	struct err err;
	size_t i;
	int fd;

	start(place);
	memset(big, 'x', sizeof(big));
	fd = raw_connect(place->path);
	(void)send(fd, big, sizeof(big), MSG_NOSIGNAL);
	(void)close(fd);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fd = raw_connect(place->path);
		(void)send(fd, cases[i].octets, cases[i].len, MSG_NOSIGNAL);
		if (i % 2 == 0)
			(void)close(fd);
		answer = NULL;
		if (control_ask(place->path, "status", 8000, &answer, &err) != 1)
			fail_msg("case %zu: %s", i, err.text);
		free(answer);
		if (i % 2 != 0)
			(void)close(fd);
	}
	fd = raw_connect(place->path);		/* asks, and does not wait for the answer */
	(void)send(fd, "flood\n", 6, MSG_NOSIGNAL);
	(void)close(fd);
	answer = NULL;
	assert_int_equal(control_ask(place->path, "status", 8000, &answer, &err), 1);
	free(answer);
}

static void *
ask_often(void *arg)
{
	struct place *place = arg;
	struct err err;
	char *answer;
	int i;

	for (i = 0; i < 20; i++) {
		answer = NULL;
		if (control_ask(place->path, "status", 10000, &answer, &err) != 1)
			return place;
		free(answer);
	}
	return NULL;
}

static void
test_crowd(void **state)
{
	struct place *place = *state;
	pthread_t threads[8];
	void *failed;
	size_t i;

	start(place);
	for (i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_often, place), 0);
	for (i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(place->calls, 160);
}

/* ---- the socket itself --------------------------------------------------------------------------- */

static void
test_socket(void **state)
{
	struct place *place = *state;
	struct control *second = NULL;
	struct err err = { "" };
	char long_path[300], *answer = NULL;
	struct stat st;
	int fd;

	assert_int_equal(control_ask(place->path, "status", 1000, &answer, &err), -1);
	fd = open(place->path, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(control_start(place->path, commands, place, &second, &err), -1);	/* a file of somebody's */
	assert_int_equal(stat(place->path, &st), 0);
	(void)close(fd);
	(void)unlink(place->path);
	start(place);
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(control_start(place->path, commands, place, &second, &err), -1);	/* another serves it */
	assert_non_null(strstr(err.text, "another"));
	control_stop(place->control);
	place->control = NULL;
	assert_int_equal(stat(place->path, &st), -1);
	memset(long_path, 'x', sizeof(long_path));
	long_path[0] = '/';
	long_path[sizeof(long_path) - 1] = '\0';
	assert_int_equal(control_start(long_path, commands, place, &second, &err), -1);
	assert_int_equal(control_ask(long_path, "status", 1000, &answer, &err), -1);
	assert_int_equal(control_start("/nowhere/at/all", commands, place, &second, &err), -1);
	control_stop(NULL);
}

/* One that died left its socket file: it is taken over. */
static void
test_stale(void **state)
{
	struct place *place = *state;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct err err;
	char *answer = NULL;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(un.sun_path, place->path, strlen(place->path) + 1);
	assert_int_equal(bind(fd, (const struct sockaddr *)&un, sizeof(un)), 0);
	(void)close(fd);
	start(place);
	assert_int_equal(control_ask(place->path, "status", 1000, &answer, &err), 1);
	free(answer);
}

/* ---- a daemon that answers nonsense -------------------------------------------------------------- */

struct liar {
	int		 listener;
	const char	*octets;
	size_t		 len;
};

static void *
lie(void *arg)
{
	const struct liar *liar = arg;
	char line[100];
	int fd = accept(liar->listener, NULL, NULL);

	(void)!recv(fd, line, sizeof(line), 0);
	(void)send(fd, liar->octets, liar->len, MSG_NOSIGNAL);
	(void)close(fd);
	return NULL;
}

static void
test_liar(void **state)
{
	static const struct {
		const char	*octets;
		size_t		 len;
		int		 ret;
	} cases[] = {
		{ "", 0, -1 }, { "ok", 2, -1 }, { "ok\n", 3, 1 }, { "a 1\n", 4, -1 }, { "a 1\nok\n", 7, 1 }, { "\n", 1, -1 },
		{ "a\0b\nok\n", 7, -1 }, { "failed: x\n", 10, 0 }, { "failed:\n", 8, -1 }, { "a 1\nfailed: \n", 13, 0 },
		{ "OK\n", 3, -1 },
	};
	struct place *place = *state;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct liar liar;
	struct err err;
	pthread_t thread;
	char *answer;
	size_t i;
	int ret;

	memcpy(un.sun_path, place->path, strlen(place->path) + 1);
	liar.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(liar.listener, (const struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(liar.listener, 1), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		liar.octets = cases[i].octets;
		liar.len = cases[i].len;
		assert_int_equal(pthread_create(&thread, NULL, lie, &liar), 0);
		answer = NULL;
		ret = control_ask(place->path, "status", 3000, &answer, &err);
		(void)pthread_join(thread, NULL);
		if (ret != cases[i].ret || (ret == 1) != (answer != NULL))
			fail_msg("case %zu: %d", i, ret);
		free(answer);
	}
	answer = NULL;
	assert_int_equal(control_ask(place->path, "status", 200, &answer, &err), -1);	/* nobody accepts: time ends */
	(void)close(liar.listener);
}

/* ---- counters ------------------------------------------------------------------------------------ */

static void
test_metrics(void **state)
{
	static const struct {
		uint64_t	 us;
		const char	*line;
	} spans[] = {
		{ 0, "judge_ms_le_1 2\n" }, { 1000, "judge_ms_le_1 2\n" }, { 1001, "judge_ms_le_2 3\n" },
		{ 5000000, "judge_ms_le_5000 4\n" }, { 5000001, "judge_ms_count 5\n" },
	};
	struct metrics *metrics = calloc(1, sizeof(*metrics));
	char *text = NULL, line[80];
	size_t len = 0, i;
	FILE *out;

	(void)state;
	assert_non_null(metrics);
	metrics_add(NULL, METRIC_MESSAGES, 1);
	metrics_judged(NULL, 1);
	assert_int_equal(metrics_count(NULL, METRIC_MESSAGES), 0);
	metrics_add(metrics, METRIC_MAX, 1);
	metrics_set(metrics, (enum metric)-1, 1);
	assert_int_equal(metrics_count(metrics, METRIC_MAX), 0);
	assert_null(metrics_name(METRIC_MAX));
	for (i = 0; i < METRIC_MAX; i++) {
		assert_non_null(metrics_name((enum metric)i));
		metrics_add(metrics, (enum metric)i, i + 1);
	}
	metrics_set(metrics, METRIC_TALK_LOST, 77);
	for (i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		metrics_judged(metrics, spans[i].us);
	out = open_memstream(&text, &len);
	assert_non_null(out);
	metrics_write(metrics, out);
	(void)fclose(out);
	for (i = 0; i < METRIC_MAX; i++) {
		(void)snprintf(line, sizeof(line), "%s %zu\n", metrics_name((enum metric)i), i == METRIC_TALK_LOST ? 77 : i + 1);
		assert_non_null(strstr(text, line));
	}
	for (i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		if (strstr(text, spans[i].line) == NULL)
			fail_msg("no '%s' in:\n%s", spans[i].line, text);
	assert_non_null(strstr(text, "judge_ms_sum 10002.002\n"));
	free(text);
	free(metrics);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_impolite, setup, teardown),
		cmocka_unit_test_setup_teardown(test_crowd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stale, setup, teardown),
		cmocka_unit_test_setup_teardown(test_liar, setup, teardown),
		cmocka_unit_test(test_metrics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
