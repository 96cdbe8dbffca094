/*
 * session.c - the milter protocol's callbacks: decode, step, one call down, encode.
 *
 * Floor 4.  The only module that knows libmilter.  No opinion, no rule, no look-up of its own.
 *
 *	          MAIL          RCPT        header, EOH       body          EOM
 *	IDLE ──────────► ENVELOPE ──┐  ───────────► CONTENT ──┐ ───────────► IDLE
 *	  ▲                  ▲──────┘                  ▲──────┘
 *	  └───── abort, or a new MAIL, from anywhere
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "session_private.h"

#define MINUTE	60000		/* ms */

/* 0 is PHASE_ILLEGAL: answered 4xx. */
static const unsigned char next[PHASE_MAX][EVENT_MAX] = {
	/*		      MAIL            RCPT            HEADER         EOH            BODY           EOM         ABORT */
	[PHASE_IDLE]	 = { PHASE_ENVELOPE, 0,              0,             0,             0,             0,          PHASE_IDLE },
	[PHASE_ENVELOPE] = { PHASE_ENVELOPE, PHASE_ENVELOPE, PHASE_CONTENT, PHASE_CONTENT, PHASE_CONTENT, PHASE_IDLE, PHASE_IDLE },
	[PHASE_CONTENT]	 = { PHASE_ENVELOPE, 0,              PHASE_CONTENT, PHASE_CONTENT, PHASE_CONTENT, PHASE_IDLE, PHASE_IDLE },
};

/*
 * The one writable static of the program: libmilter hands its callbacks nothing of ours, so what all
 * sessions share must be found from nowhere.  Set before smfi_main(); the judge changes under its lock.
 */
static struct {
	struct session_room	 room;
	pthread_mutex_t		 lock;
	struct judge		*judge;
	char			*socket, *split_text;
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

struct session_room *
session_room(void)
{
	return &shared.room;
}

int64_t
session_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
session_set_judge(struct judge *judge)
{
	struct judge *old;

	pthread_mutex_lock(&shared.lock);
	old = shared.judge;
	shared.judge = judge_ref(judge);
	pthread_mutex_unlock(&shared.lock);
	judge_unref(old);
}

/* The judge of now, counted; judge_unref() it. */
static struct judge *
current_judge(void)
{
	struct judge *judge;

	pthread_mutex_lock(&shared.lock);
	judge = judge_ref(shared.judge);
	pthread_mutex_unlock(&shared.lock);
	return judge;
}

/* ---- one connection ---------------------------------------------------------------------------- */

static struct session *
session_new(SMFICTX *ctx)
{
	struct session *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->phase = PHASE_IDLE;
	s->client = strdup("");
	if (s->client == NULL || smfi_setpriv(ctx, s) != MI_SUCCESS) {
		free(s->client);
		free(s);
		return NULL;
	}
	if (atomic_fetch_add(&shared.room.connections, 1) >= shared.room.set.max_connections)
		s->refused = true;
	return s;
}

/* Ends the message, whatever became of it. */
static void
message_end(struct session *s)
{
	session_message_free(s->msg);
	s->msg = NULL;
}

/* Moves on; false when the event may not come now. */
static bool
session_step(struct session *s, enum session_event event)
{
	enum session_phase to = next[s->phase][event];

	if (to == PHASE_ILLEGAL) {
		log_line(shared.room.log, LOG_LEVEL_WARNING, "protocol: event %d in phase %d", (int)event, (int)s->phase);
		return false;
	}
	s->phase = to;
	return true;
}

/* What a step answers that is content: nothing at all where the MTA waits for nothing. */
static sfsistat
go_on(const struct session *s, unsigned long no_reply)
{
	return (s->steps & no_reply) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/*
 * Each packet of macros costs as much as a header field: only what callbacks ask for is to be sent.  What an MTA does
 * not know how to leave out, it sends all the same.
 */
static void
ask_macros(SMFICTX *ctx, unsigned long offered)
{
	static const struct {
		int		 stage;
		const char	*macros;
	} wanted[] = {
		{ SMFIM_CONNECT, "" }, { SMFIM_HELO, "" }, { SMFIM_ENVFROM, "i {auth_authen}" }, { SMFIM_ENVRCPT, "" },
		{ SMFIM_DATA, "" }, { SMFIM_EOH, "" }, { SMFIM_EOM, "i" },
	};
	size_t i;

	for (i = 0; (offered & SMFIF_SETSYMLIST) != 0 && i < sizeof(wanted) / sizeof(wanted[0]); i++)
		(void)smfi_setsymlist(ctx, wanted[i].stage, (char *)(uintptr_t)wanted[i].macros);
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1, unsigned long f2, unsigned long f3,
    unsigned long *pf0, unsigned long *pf1, unsigned long *pf2, unsigned long *pf3)
{
	const unsigned long want_actions = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_DELRCPT | SMFIF_QUARANTINE |
	    SMFIF_SETSYMLIST;
	unsigned long want = SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_NR_CONN | SMFIP_NR_MAIL |
	    SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_SKIP | SMFIP_HDR_LEADSPC;
	struct session *s;

	(void)f2;
	(void)f3;
	s = session_new(ctx);
	if (s == NULL)
		return SMFIS_REJECT;		/* the MTA's default action is taken */
	if (s->refused)
		want &= ~(unsigned long)SMFIP_NR_CONN;	/* we have something to say */
	if ((f1 & SMFIP_SKIP) == 0)
		want |= SMFIP_NR_BODY;		/* where nothing can be skipped, nothing needs an answer */
	s->actions = *pf0 = f0 & want_actions;
	s->steps = *pf1 = f1 & want;
	*pf2 = 0;
	*pf3 = 0;
	ask_macros(ctx, f0);
	return SMFIS_CONTINUE;
}

/* The client's address; NULL for the local sendmail command, "" where the MTA cannot say.  -1: no memory. */
static int
client_text(const char *hostname, const _SOCK_ADDR *hostaddr, char **client_r)
{
	char text[INET6_ADDRSTRLEN] = "";

	*client_r = NULL;
	if (hostaddr == NULL && hostname != NULL && strcasecmp(hostname, "localhost") == 0)
		return 0;
	if (hostaddr != NULL && hostaddr->sa_family == AF_UNIX)
		return 0;
	if (hostaddr != NULL && hostaddr->sa_family == AF_INET) {
		struct sockaddr_in in4;

		memcpy(&in4, hostaddr, sizeof(in4));
		(void)inet_ntop(AF_INET, &in4.sin_addr, text, sizeof(text));
	} else if (hostaddr != NULL && hostaddr->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, hostaddr, sizeof(in6));
		(void)inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text));
	}
	*client_r = strdup(text);
	return *client_r == NULL ? -1 : 0;
}

static sfsistat
on_connect(SMFICTX *ctx, char *hostname, _SOCK_ADDR *hostaddr)
{
	struct session *s = smfi_getpriv(ctx);
	uint64_t held;

	if (s == NULL)
		s = session_new(ctx);
	if (s == NULL)
		return SMFIS_TEMPFAIL;
	free(s->client);
	s->client = NULL;
	if (client_text(hostname, hostaddr, &s->client) != 0)
		s->refused = true;		/* who it is cannot be kept: nothing is judged by mistake */
	if (!s->refused)
		return go_on(s, SMFIP_NR_CONN);
	if (log_gate_open(&shared.room.crowd_gate, session_now(), MINUTE, &held))
		log_line(shared.room.log, LOG_LEVEL_WARNING, "connections: more than %u, answered 4xx, held=%llu",
		    shared.room.set.max_connections, (unsigned long long)held);
	return SMFIS_TEMPFAIL;
}

/* Between these two the judge's ledger and memory stand; false: we are ending, and they may not. */
static bool
judging_begin(void)
{
	atomic_fetch_add(&shared.room.judging, 1);
	return !atomic_load(&shared.room.closing);
}

static void
judging_end(void)
{
	atomic_fetch_sub(&shared.room.judging, 1);
}

/* ---- one message ------------------------------------------------------------------------------- */

static sfsistat
on_envfrom(SMFICTX *ctx, char **argv)
{
	struct session *s = smfi_getpriv(ctx);
	struct judge *judge;

	if (s == NULL)				/* a peer that skipped negotiation and connect */
		s = session_new(ctx);
	if (s == NULL)
		return SMFIS_TEMPFAIL;
	message_end(s);
	(void)session_step(s, EVENT_MAIL);	/* always allowed */
	judge = current_judge();
	s->msg = session_message_new(judge, argv[0], smfi_getsymval(ctx, (char *)(uintptr_t)"{auth_authen}"));
	judge_unref(judge);
	/* Without memory the RCPT that follows is answered 4xx: s->msg is NULL. */
	return go_on(s, SMFIP_NR_MAIL);
}

static sfsistat
on_envrcpt(SMFICTX *ctx, char **argv)
{
	struct session *s = smfi_getpriv(ctx);
	struct session_message *msg = s == NULL ? NULL : s->msg;
	bool waits;

	if (msg == NULL || msg->judge == NULL || !session_step(s, EVENT_RCPT) || s->refused)
		return SMFIS_TEMPFAIL;
	if (msg->rcpts->len >= SESSION_RCPTS_MAX) {
		(void)smfi_setreply(ctx, (char *)(uintptr_t)"452", (char *)(uintptr_t)"4.5.3",
		    (char *)(uintptr_t)"Too many recipients");
		return SMFIS_TEMPFAIL;
	}
	waits = judging_begin() && judge_recipient_waits(msg->judge, s->client, msg->login, msg->sender, argv[0],
	    &msg->group, session_now());
	judging_end();
	if (waits) {
		(void)smfi_setreply(ctx, (char *)(uintptr_t)"451", (char *)(uintptr_t)"4.5.3",
		    (char *)(uintptr_t)shared.room.set.split_text);
		return SMFIS_TEMPFAIL;
	}
	g_ptr_array_add(msg->rcpts, g_strdup(argv[0]));
	return SMFIS_CONTINUE;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	if (s->msg != NULL && session_step(s, EVENT_HEADER)) {
		session_message_field(s->msg, name, value, (s->steps & SMFIP_HDR_LEADSPC) != 0);
		if (strncasecmp(name, "X-Tuiding", strlen("X-Tuiding")) == 0)
			session_message_mark(s->msg, name);
	}
	return go_on(s, SMFIP_NR_HDR);
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	if (s->msg != NULL && session_step(s, EVENT_EOH))
		(void)session_message_body(s->msg, (const unsigned char *)"\n", 1);
	return go_on(s, SMFIP_NR_EOH);
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *octets, size_t len)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	if (s->msg != NULL && session_step(s, EVENT_BODY) && !session_message_body(s->msg, octets, len) &&
	    (s->steps & SMFIP_SKIP) != 0)
		return SMFIS_SKIP;
	return go_on(s, SMFIP_NR_BODY);
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);
	struct judge_answer answer;
	struct judge_message in;
	const char *queue;
	uint64_t begun;
	sfsistat ret = SMFIS_TEMPFAIL;

	if (s == NULL || s->msg == NULL || s->msg->judge == NULL || !session_step(s, EVENT_EOM))
		return SMFIS_TEMPFAIL;
	queue = smfi_getsymval(ctx, (char *)(uintptr_t)"i");
	in = (struct judge_message){
		.octets = s->msg->octets->str, .len = s->msg->octets->len,
		.client = s->client, .login = s->msg->login, .sender = s->msg->sender,
		.rcpts = (const char *const *)s->msg->rcpts->pdata, .nrcpts = s->msg->rcpts->len,
		.queue_id = queue, .now = session_now(),
		.can_remove = (s->actions & SMFIF_DELRCPT) != 0,
		.can_quarantine = (s->actions & SMFIF_QUARANTINE) != 0,
	};
	if (judging_begin()) {
		begun = session_ticks();
		judge_message(s->msg->judge, &in, &answer);
		session_count(&answer, session_ticks() - begun);
		ret = session_answer(ctx, s, &answer);
		session_log(s, queue, &answer);
		judge_answer_clear(&answer);
	}
	message_end(s);
	judging_end();
	return ret;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s != NULL) {
		message_end(s);
		(void)session_step(s, EVENT_ABORT);
	}
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL)				/* close may come first, or alone */
		return SMFIS_CONTINUE;
	(void)smfi_setpriv(ctx, NULL);
	message_end(s);
	free(s->client);
	free(s);
	atomic_fetch_sub(&shared.room.connections, 1);
	return SMFIS_CONTINUE;
}

/* ---- the door itself --------------------------------------------------------------------------- */

/* A socket file nobody listens behind is removed (libmilter does not, as root); a live one is not ours. */
static int
clear_stale(const char *spec, struct err *err)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const char *path = spec;
	struct stat st;
	int fd, alive;

	if (strncmp(path, "unix:", 5) == 0 || strncmp(path, "local:", 6) == 0)
		path = strchr(path, ':') + 1;
	else if (path[0] != '/')
		return 0;
	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : err_set(err, "cannot look at socket '%s'", path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, "'%s' stands where the socket is to be, and is no socket", path);
	if (strlen(path) >= sizeof(un.sun_path))
		return err_set(err, "the socket's path '%s' is too long", path);
	memcpy(un.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, "cannot make a socket");
	alive = connect(fd, (const struct sockaddr *)&un, sizeof(un)) == 0;
	(void)close(fd);
	if (alive)
		return err_set(err, "another filter serves socket '%s' already", path);
	if (unlink(path) != 0 && errno != ENOENT)
		return err_set(err, "cannot remove the stale socket '%s'", path);
	return 0;
}

int
session_open(const struct session_settings *settings, struct log *log, struct err *err)
{
	struct smfiDesc filter = {
		.xxfi_name = (char *)(uintptr_t)"tuiding", .xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_DELRCPT | SMFIF_QUARANTINE | SMFIF_SETSYMLIST,
		.xxfi_connect = on_connect, .xxfi_envfrom = on_envfrom, .xxfi_envrcpt = on_envrcpt,
		.xxfi_header = on_header, .xxfi_eoh = on_eoh, .xxfi_body = on_body, .xxfi_eom = on_eom,
		.xxfi_abort = on_abort, .xxfi_close = on_close, .xxfi_negotiate = on_negotiate,
	};
	mode_t mask;
	int ret = -1;

	shared.socket = strdup(settings->socket);
	shared.split_text = strdup(settings->split_text);
	if (shared.socket == NULL || shared.split_text == NULL)
		return err_set(err, "no memory for the socket");
	shared.room.set = *settings;
	shared.room.set.socket = shared.socket;
	shared.room.set.split_text = shared.split_text;
	shared.room.log = log;
	if (clear_stale(shared.socket, err) != 0)
		return -1;
	mask = umask(007);
	if (smfi_register(filter) == MI_FAILURE)
		(void)err_set(err, "libmilter did not register the filter");
	else if (smfi_setconn(shared.socket) == MI_FAILURE)
		(void)err_set(err, "'%s' is no socket as libmilter writes it (unix:PATH, inet:PORT@HOST)", shared.socket);
	else if (smfi_opensocket(0) == MI_FAILURE)
		(void)err_set(err, "cannot open socket '%s' (is the folder there and writable, the port free?)", shared.socket);
	else
		ret = 0;
	(void)umask(mask);
	return ret;
}

int
session_run(struct err *err)
{
	if (smfi_main() != MI_SUCCESS)
		return err_set(err, "libmilter ended with a failure");
	return 0;
}

bool
session_quiet(unsigned wait_ms)
{
	const struct timespec nap = { .tv_nsec = 10 * 1000000 };
	unsigned waited;

	atomic_store(&shared.room.closing, true);
	for (waited = 0; atomic_load(&shared.room.judging) > 0; waited += 10) {
		if (waited >= wait_ms)
			return false;
		(void)nanosleep(&nap, NULL);
	}
	return true;
}

void
session_stop(void)
{
	(void)smfi_stop();
}
