/*
 * token_file.c - the file of keys: made, read, rotated.
 *
 * Floor 2, part of token.  One line a key: "hash HEX" once, "key SINCE HEX" for each, the newest first.  Nobody
 * but its owner may read it, and it is never written in place.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "token_private.h"

#define FILE_MAX	4096		/* octets of the file: more than TOKEN_KEYS_MAX lines */

static int
failed(struct err *err, const char *what, const char *path)
{
	char reason[128];

	return err_set(err, "cannot %s '%s': %s", what, path, strerror_r(errno, reason, sizeof(reason)));
}

static int
random_key(unsigned char octets[TOKEN_KEY], struct err *err)
{
	ssize_t got;

	do
		got = getrandom(octets, TOKEN_KEY, 0);
	while (got == -1 && errno == EINTR);
	return got == TOKEN_KEY ? 0 : err_set(err, "the system gives no random octets");
}

/* ---- text -------------------------------------------------------------------------------------- */

static void
put_hex(const unsigned char octets[TOKEN_KEY], char out[2 * TOKEN_KEY + 1])
{
	size_t i;

	for (i = 0; i < TOKEN_KEY; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", octets[i]);
}

static bool
take_hex(const char *text, unsigned char octets[TOKEN_KEY])
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;
	size_t i;

	for (i = 0; i < TOKEN_KEY; i++) {
		high = text[2 * i] == '\0' ? NULL : strchr(digits, text[2 * i]);
		low = high == NULL || text[2 * i + 1] == '\0' ? NULL : strchr(digits, text[2 * i + 1]);
		if (low == NULL)
			return false;
		octets[i] = (unsigned char)((high - digits) << 4 | (low - digits));
	}
	return text[2 * TOKEN_KEY] == '\0';
}

static bool
take_line(const char *line, struct token_keys *keys, bool *hash)
{
	struct token_key *key = &keys->key[keys->n];
	char *end;

	if (strncmp(line, "hash ", 5) == 0) {
		if (*hash || !take_hex(line + 5, keys->hash))
			return false;
		*hash = true;
		return true;
	}
	if (strncmp(line, "key ", 4) != 0 || line[4] < '0' || line[4] > '9' || keys->n == TOKEN_KEYS_MAX)
		return false;
	key->since = strtoimax(line + 4, &end, 10);
	if (*end != ' ' || !take_hex(end + 1, key->octets))
		return false;
	keys->n++;
	return true;
}

/* text is cut up.  False: it is no such file. */
static bool
parse(char *text, struct token_keys *keys)
{
	bool hash = false;
	char *line, *end;

	for (line = text; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		if (end == NULL)
			return false;		/* cut off */
		*end = '\0';
		if (line[0] != '\0' && line[0] != '#' && !take_line(line, keys, &hash))
			return false;
	}
	return hash && keys->n > 0;
}

/* ---- file -------------------------------------------------------------------------------------- */

static int
read_all(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t got;

	while (len < size && (got = read(fd, text + len, size - len)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		len += (size_t)got;
	}
	if (len == size)
		return -1;
	text[len] = '\0';
	return memchr(text, '\0', len) == NULL ? 0 : -1;
}

static int
check_mode(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return failed(err, "read", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, "'%s' is no plain file", path);
	if ((st.st_mode & 077) != 0)
		return err_set(err, "'%s' is open to others: chmod 600 it, and rotate the key if they read it", path);
	return 0;
}

int
token_keys_open(const char *path, struct token_keys **keys_r, struct err *err)
{
	char text[FILE_MAX] = "";
	struct token_keys *keys = NULL;
	int fd, ret = -1;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return errno == ENOENT ? 0 : failed(err, "read", path);
	if (check_mode(fd, path, err) != 0)
		goto out;
	keys = calloc(1, sizeof(*keys));
	if (keys == NULL) {
		(void)err_set(err, "no memory for the keys");
		goto out;
	}
	if (read_all(fd, text, sizeof(text)) != 0 || !parse(text, keys)) {
		(void)err_set(err, "'%s' is no file of token keys", path);
		goto out;
	}
	*keys_r = keys;
	keys = NULL;
	ret = 1;
out:
	explicit_bzero(text, sizeof(text));
	token_keys_free(keys);
	(void)close(fd);
	return ret;
}

void
token_keys_free(struct token_keys *keys)
{
	if (keys == NULL)
		return;
	explicit_bzero(keys, sizeof(*keys));
	free(keys);
}

static int
write_keys(int fd, const struct token_keys *keys)
{
	char hex[2 * TOKEN_KEY + 1];
	bool good;
	size_t i;

	put_hex(keys->hash, hex);
	good = dprintf(fd, "# keys of tuiding: never copy, never publish\nhash %s\n", hex) > 0;
	for (i = 0; good && i < keys->n; i++) {
		put_hex(keys->key[i].octets, hex);
		good = dprintf(fd, "key %" PRId64 " %s\n", keys->key[i].since, hex) > 0;
	}
	explicit_bzero(hex, sizeof(hex));
	return good && fsync(fd) == 0 ? 0 : -1;
}

static void
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[4096];
	int fd;

	(void)snprintf(folder, sizeof(folder), "%.*s", slash == NULL ? 1 : (int)(slash - path + (slash == path)),
	    slash == NULL ? "." : path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1) {
		(void)fsync(fd);
		(void)close(fd);
	}
}

/*
 * Writes a file beside path and gives it the name: by link() where there must be none, by rename() over an old
 * one.  1, 0 there was one, -1.
 */
static int
put_in_place(const char *path, const struct token_keys *keys, const struct stat *old, struct err *err)
{
	char beside[4096];
	int fd, ret = -1;

	if ((size_t)snprintf(beside, sizeof(beside), "%s.XXXXXX", path) >= sizeof(beside))
		return err_set(err, "the name '%.100s…' is too long", path);
	fd = mkostemp(beside, O_CLOEXEC);			/* 0600 */
	if (fd == -1)
		return failed(err, "write beside", path);
	if (write_keys(fd, keys) != 0 || (old != NULL && geteuid() == 0 && fchown(fd, old->st_uid, old->st_gid) != 0))
		(void)failed(err, "write", beside);
	else if (old != NULL)
		ret = rename(beside, path) == 0 ? 1 : failed(err, "replace", path);
	else if (link(beside, path) == 0)
		ret = 1;
	else
		ret = errno == EEXIST ? 0 : failed(err, "make", path);
	if (old == NULL || ret != 1)
		(void)unlink(beside);
	(void)close(fd);
	if (ret == 1)
		sync_folder(path);
	return ret;
}

int
token_keys_create(const char *path, int64_t now, struct err *err)
{
	struct token_keys keys = { .n = 1 };
	int ret = -1;

	keys.key[0].since = now;
	if (random_key(keys.hash, err) == 0 && random_key(keys.key[0].octets, err) == 0)
		ret = put_in_place(path, &keys, NULL, err);
	explicit_bzero(&keys, sizeof(keys));
	return ret;
}

int
token_keys_rotate(const char *path, int64_t now, int64_t keep, struct err *err)
{
	struct token_keys *old = NULL, keys = { .n = 1 };
	struct stat st;
	int ret = -1;
	size_t i;

	if (stat(path, &st) != 0)
		return failed(err, "read", path);
	if (token_keys_open(path, &old, err) != 1)
		goto out;
	memcpy(keys.hash, old->hash, sizeof(keys.hash));
	keys.key[0].since = now;
	if (random_key(keys.key[0].octets, err) != 0)
		goto out;
	/* Key i stopped signing when the one before it began. */
	for (i = 0; i < old->n && keys.n < TOKEN_KEYS_MAX; i++)
		if (i == 0 || old->key[i - 1].since >= now - keep)
			keys.key[keys.n++] = old->key[i];
	ret = put_in_place(path, &keys, &st, err) == 1 ? 0 : -1;
out:
	token_keys_free(old);
	explicit_bzero(&keys, sizeof(keys));
	return ret;
}
