/*
 * notify_send.c - one message handed to the relay: SMTP by libcurl, from <> to one mailbox.
 *
 * Floor 3.  libcurl stays behind this line.  No proxy, no netrc, no redirect, no protocol but SMTP: nothing of the
 * surroundings decides where a letter goes.  With smtp:// the session is encrypted where the relay offers it, its
 * certificate unseen, as mail servers do among each other; with smtps:// the certificate must be right.
 */
#include <curl/curl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include "addr.h"
#include "notify_private.h"

#define REPLY_MAX	300		/* octets of the relay's words that are kept */
#define URL_MAX		600

/* One try. */
struct attempt {
	const char	*message;
	size_t		 len, at;
	bool		 addressed;	/* the recipient was named: what is refused from now on is this letter */
	bool		 over;		/* we said good-bye: what is heard now is no answer to the letter */
	bool		 ended;		/* the line before was the last of a reply */
	char		 reply[REPLY_MAX];
};

/* ---- what libcurl calls -------------------------------------------------------------------------- */

static size_t
give(char *out, size_t size, size_t count, void *arg)
{
	struct attempt *a = arg;
	size_t n = a->len - a->at;

	if (n > size * count)
		n = size * count;
	memcpy(out, a->message + a->at, n);
	a->at += n;
	return n;
}

/* A line of a reply: those of the newest are kept, their codes between them left out. */
static size_t
hear(char *line, size_t size, size_t count, void *arg)
{
	size_t len = size * count, used, skip;
	struct attempt *a = arg;

	if (a->over)
		return len;
	if (a->ended)
		a->reply[0] = '\0';
	a->ended = len < 4 || line[3] != '-';
	used = strlen(a->reply);
	skip = used > 0 && len > 4 ? 4 : 0;
	while (len > skip && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	if (used + 2 < sizeof(a->reply))
		(void)snprintf(a->reply + used, sizeof(a->reply) - used, "%s%.*s", used > 0 ? " " : "",
		    (int)(len - skip < REPLY_MAX ? len - skip : REPLY_MAX), line + skip);
	return size * count;
}

/* Where the dialogue is. */
static int
follow(CURL *curl, curl_infotype type, char *octets, size_t len, void *arg)
{
	struct attempt *a = arg;

	(void)curl;
	if (type != CURLINFO_HEADER_OUT || len < 4)
		return 0;
	if (memcmp(octets, "RCPT", 4) == 0)
		a->addressed = true;
	else if (memcmp(octets, "QUIT", 4) == 0)
		a->over = true;
	return 0;
}

/* ---- the session --------------------------------------------------------------------------------- */

/* The relay's URL; where it names no host for EHLO, our own domain. */
static void
make_url(const struct notify_settings *set, char out[URL_MAX])
{
	const char *domain = addr_domain_of(set->from), *host = strstr(set->relay, "://");
	const char *path = host == NULL ? NULL : strchr(host + 3, '/');
	bool named = path != NULL && path[1] != '\0';

	if (domain == NULL || domain[strspn(domain, "abcdefghijklmnopqrstuvwxyz0123456789.-")] != '\0')
		named = true;			/* a literal: libcurl finds a name */
	(void)snprintf(out, URL_MAX, "%s%s%s", set->relay, named || path != NULL ? "" : "/", named ? "" : domain);
}

static CURLcode
set_up(CURL *curl, const struct notify_settings *set, struct curl_slist *recipients, struct attempt *a, bool encrypt)
{
	long timeout = set->timeout == 0 ? 60 : (long)set->timeout;
	bool whole = strncmp(set->relay, "smtps:", 6) == 0;
	char url[URL_MAX];
	CURLcode code;

	make_url(set, url);
	/* What cannot go wrong but for memory; the last one tells. */
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, timeout < 30 ? timeout : 30L);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, timeout);
	(void)curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout);	/* holds for QUIT too */
	(void)curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(encrypt ? CURLUSESSL_TRY : CURLUSESSL_NONE));
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, whole ? 1L : 0L);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, whole ? 2L : 0L);
	(void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)a->len);
	(void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	(void)curl_easy_setopt(curl, CURLOPT_READDATA, a);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, a);
	(void)curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, follow);
	(void)curl_easy_setopt(curl, CURLOPT_DEBUGDATA, a);
	(void)curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
	code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_MAIL_FROM, "");	/* MAIL FROM:<> */
	return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_URL, url) : code;
}

/* One session.  *code_r: the relay's last answer, 0 when it gave none. */
static CURLcode
run(const struct notify_settings *set, struct curl_slist *recipients, struct attempt *a, bool encrypt, long *code_r)
{
	CURL *curl = curl_easy_init();
	CURLcode ret = CURLE_OUT_OF_MEMORY;

	*code_r = 0;
	if (curl == NULL)
		return ret;
	ret = set_up(curl, set, recipients, a, encrypt);
	if (ret == CURLE_OK)
		ret = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, code_r);
	curl_easy_cleanup(curl);
	return ret;
}

/* Why not, for the log and the ledger. */
static enum notify_outcome
tell(const struct attempt *a, CURLcode ret, long code, struct err *err)
{
	char *words;

	if (code < 400 || code > 599) {
		(void)err_set(err, "%s", curl_easy_strerror(ret));
		return NOTIFY_AGAIN;
	}
	words = notify_clean(a->reply, sizeof(a->reply), false);
	(void)err_set(err, "the relay said: %s", words);
	g_free(words);
	/* A 5xx before the recipient is named is about us or the relay, and can be mended. */
	return code >= 500 && a->addressed ? NOTIFY_DEAD : NOTIFY_AGAIN;
}

enum notify_outcome
notify_send(const struct notify_settings *settings, const char *recipient, const char *message, size_t len,
    struct err *err)
{
	struct attempt a = { .message = message, .len = len };
	struct curl_slist *recipients = NULL;
	CURLcode ret = CURLE_OUT_OF_MEMORY;
	long code = 0;

	if (!notify_one_mailbox(recipient)) {
		(void)err_set(err, "'%.100s' is not one mailbox", recipient == NULL ? "" : recipient);
		return NOTIFY_DEAD;
	}
	recipients = curl_slist_append(NULL, recipient);
	if (recipients != NULL)
		ret = run(settings, recipients, &a, true, &code);
	/* Encryption that fails is done without, as if it had not been offered. */
	if (ret == CURLE_SSL_CONNECT_ERROR && strncmp(settings->relay, "smtp:", 5) == 0) {
		a = (struct attempt){ .message = message, .len = len };
		ret = run(settings, recipients, &a, false, &code);
	}
	curl_slist_free_all(recipients);
	return ret == CURLE_OK ? NOTIFY_SENT : tell(&a, ret, code, err);
}
