/*
 * admin_import_row.c - the rows of a CSV file as statements: read, checked, or refused with a reason.
 *
 * Floor 5, part of admin.  Every octet of the file is hostile.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "admin_import.h"
#include "admin_statement.h"
#include "admin_walk.h"
#include "charset.h"

#define GUESSED	(1U << 20)	/* octets that the charset is guessed from */

enum field { RECIPIENT, SENDER, GIVEN_AT, EXPIRES, NOTE, FIELD_MAX };

static const struct {
	const char	*en, *zh;
	const char	*table;		/* as our own Chinese tables head it */
} names[FIELD_MAX] = {
	[RECIPIENT]	= { "recipient", "收件人", "收件人" },
	[SENDER]	= { "sender", "发件人", "发件人" },
	[GIVEN_AT]	= { "given_at", "时间", "表示时间" },
	[EXPIRES]	= { "expires", "有效期", "有效期至" },
	[NOTE]		= { "note", "备注", "备注" },
};

/* Cuts white space, the ideographic space too, off both ends. */
static char *
trimmed(const char *text)
{
	static const char wide[] = "\xE3\x80\x80";	/* U+3000 */
	size_t len;

	for (;;) {
		if (*text == ' ' || *text == '\t')
			text++;
		else if (strncmp(text, wide, 3) == 0)
			text += 3;
		else
			break;
	}
	for (len = strlen(text); len > 0;) {
		if (strchr(" \t\r\n", text[len - 1]) != NULL)
			len--;
		else if (len >= 3 && memcmp(text + len - 3, wide, 3) == 0)
			len -= 3;
		else
			break;
	}
	return g_strndup(text, len);
}

/* Which field a heading names; FIELD_MAX: none. */
static enum field
field_named(const char *heading)
{
	char *name;
	int i;

	name = trimmed(heading);
	for (i = 0; i < FIELD_MAX; i++)
		if (g_ascii_strcasecmp(name, names[i].en) == 0 || strcmp(name, names[i].zh) == 0 ||
		    strcmp(name, names[i].table) == 0)
			break;
	g_free(name);
	return (enum field)i;
}

static int
header_read(struct admin_import *import)
{
	const struct admin *admin;
	struct admin_csv_record record;
	enum field field;
	size_t i;

	admin = import->admin;
	for (i = 0; i < FIELD_MAX; i++)
		import->column[i] = -1;
	record.line = 1;		/* where there is none */
	if (admin_csv_next(import->csv, &record) != 1)
		record.n = 0;
	for (i = 0; i < record.n; i++) {
		field = field_named(record.field[i]);
		if (field == FIELD_MAX || import->column[field] != -1)
			return admin_usage(admin, say(&admin->say,
			    "%s:%u: the header line has an unknown or repeated column '%s': wanted "
			    "are recipient, sender, given_at, expires, note",
			    "%s:%u: 标题行的列“%s”无法识别或重复，可用的列："
			    "收件人、发件人、时间、有效期、备注"), import->path, record.line,
			    record.field[i]);
		import->column[field] = (int)i;
	}
	if (import->column[RECIPIENT] < 0 || import->column[SENDER] < 0)
		return admin_usage(admin, say(&admin->say,
		    "%s:%u: the first line must name the columns: recipient,sender[,given_at]"
		    "[,expires][,note]",
		    "%s:%u: 第一行必须是列名：收件人,发件人[,时间][,有效期][,备注]"), import->path,
		    record.line);
	return 0;
}

/* What is not UTF-8 is read as what it seems to be, mostly GB18030. */
static int
to_utf8(struct admin_import *import)
{
	char *text;
	size_t len;

	if (charset_is_utf8(import->text, import->len))
		return 0;
	import->charset = charset_guess(import->text, import->len < GUESSED ? import->len : GUESSED,
	    "GB18030", import->charset_room);
	if (strcmp(import->charset, "UTF-8") == 0 || strcmp(import->charset, "US-ASCII") == 0)
		import->charset = "GB18030";		/* the start looked so, the rest is not */
	text = charset_decode(import->text, import->len, import->charset, "GB18030",
	    import->len * 3 + 16, &len);
	if (text == NULL)
		return admin_trouble(import->admin, "no memory");
	free(import->text);
	import->text = g_strndup(text, len);
	import->len = len;
	charset_free(text);
	return 0;
}

int
admin_import_open(struct admin_import *import, const char *path)
{
	const struct admin *admin;
	struct stat st;
	struct err err;
	int status;

	admin = import->admin;
	import->path = path;
	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return admin_trouble(admin, say(&admin->say,
		    "'%s' is a folder: wanted is a CSV file, or - for standard input",
		    "“%s”是目录，应为 CSV 文件，或用 - 表示标准输入"), path);
	if (admin_walk_read(path, false, ADMIN_IMPORT_OCTETS + 1, &import->text, &import->len,
	    &err) < 0)
		return admin_trouble(admin, "%s", err.text);
	if (import->len > ADMIN_IMPORT_OCTETS)
		return admin_trouble(admin, say(&admin->say,
		    "'%s' is larger than %u MiB: cut it in pieces",
		    "“%s”超过 %u MiB，请分成几个文件"), path, ADMIN_IMPORT_OCTETS >> 20);
	status = to_utf8(import);
	if (status != 0)
		return status;
	if (import->charset != NULL)
		admin_note(admin, say(&admin->say, "'%s' is not UTF-8: read as %s",
		    "“%s”不是 UTF-8，按 %s 读取"), path, import->charset);
	return admin_import_rewind(import);
}

int
admin_import_rewind(struct admin_import *import)
{
	admin_csv_free(import->csv);
	import->csv = admin_csv_new(import->text, import->len);
	return header_read(import);
}

static int
refuse(struct admin_import_fault *fault, const char *en, const char *zh, const char *detail)
{
	fault->en = en;
	fault->zh = zh;
	g_strlcpy(fault->detail, detail, sizeof(fault->detail));
	return -1;
}

static int
malformed(struct admin_import_fault *fault, enum admin_csv_fault what)
{
	static const struct {
		const char	*en, *zh;
	} words[ADMIN_CSV_FAULT_MAX] = {
		[ADMIN_CSV_QUOTE_OPEN]	= { "a quote that never closes", "引号没有闭合" },
		[ADMIN_CSV_QUOTE_TAIL]	= { "text behind a closing quote", "引号之后还有文字" },
		[ADMIN_CSV_MANY]	= { "too many fields", "列太多" },
		[ADMIN_CSV_LONG]	= { "a field that is too long", "内容过长" },
		[ADMIN_CSV_NUL]		= { "an octet 0", "含有空字节" },
	};

	return refuse(fault, words[what].en, words[what].zh, "");
}

/* The field as it is meant: guard and white space off.  "" when the row or the file has none. */
static char *
field_of(const struct admin_import *import, const struct admin_csv_record *record, enum field field)
{
	int column;

	column = import->column[field];
	if (column < 0 || (size_t)column >= record->n)
		return g_strdup("");
	return trimmed(admin_csv_unguard(record->field[column]));
}

static int
times_check(const struct admin_import *import, const char *given, const char *expires,
    struct admin_import_row *row, struct admin_import_fault *fault)
{
	const struct admin *admin;

	admin = import->admin;
	row->given_at = admin->now;
	row->dated = given[0] != '\0';
	if (given[0] != '\0' && admin_time_parse(given, admin->now, ADMIN_TIME_NO_SPAN,
	    &row->given_at, NULL) < 0)
		return refuse(fault, "no time", "时间无法识别", given);
	if (row->given_at > admin->now)
		return refuse(fault, "given in the future", "表示时间在将来", given);
	if (import->kind != LEDGER_CONSENT)
		return expires[0] == '\0' ? 0 : refuse(fault, "a refusal never expires",
		    "拒收没有有效期", expires);
	row->expires = import->expires;
	if (strcmp(expires, "never") == 0 || strcmp(expires, "长期") == 0)
		row->expires = 0;
	else if (expires[0] != '\0' &&
	    admin_time_parse(expires, admin->now, ADMIN_TIME_FROM_NOW, &row->expires, NULL) < 0)
		return refuse(fault, "no time", "时间无法识别", expires);
	if (row->expires != 0 && row->expires <= row->given_at)
		return refuse(fault, "expires before it was given", "有效期早于表示时间", expires);
	return 0;
}

/* The id of a row: a hash of what it says, whatever the file's columns, quotes or charset were. */
static void
id_make(enum ledger_kind kind, const struct admin_import_row *row, const char *given,
    const char *expires, const char *note, char id[80])
{
	GChecksum *sum;
	const char *parts[6];
	char when[ADMIN_TIME_MAX];
	size_t i;

	snprintf(when, sizeof(when), "%lld", (long long)row->given_at);
	parts[0] = ledger_kind_name(kind);
	parts[1] = row->recipient;
	parts[2] = row->sender.text;
	parts[3] = given[0] != '\0' ? when : "";		/* now is no content */
	parts[4] = expires;
	parts[5] = note;
	sum = g_checksum_new(G_CHECKSUM_SHA256);
	for (i = 0; i < 6; i++)
		g_checksum_update(sum, (const guchar *)parts[i], (gssize)strlen(parts[i]) + 1);
	snprintf(id, 80, "import:%.64s", g_checksum_get_string(sum));
	g_checksum_free(sum);
}

static int
row_check(const struct admin_import *import, char *const *text, struct admin_import_row *row,
    struct admin_import_fault *fault)
{
	const struct admin_statement_fault *wrong;
	struct err err;

	if (admin_recipient_key(import->admin->conf, text[RECIPIENT], row->recipient) != 1)
		return refuse(fault, "recipient is no mailbox", "收件人不是邮箱地址", text[RECIPIENT]);
	if (addr_key_parse(text[SENDER], strlen(text[SENDER]), &row->sender, &err) != 1)
		return refuse(fault, "sender is no address, domain or list",
		    "发件人不是地址、域名或列表", text[SENDER]);
	wrong = admin_statement_note_fault(text[NOTE]);
	if (wrong != NULL)
		return refuse(fault, wrong->en, wrong->zh, text[NOTE]);
	if (times_check(import, text[GIVEN_AT], text[EXPIRES], row, fault) < 0)
		return -1;
	id_make(import->kind, row, text[GIVEN_AT], text[EXPIRES], text[NOTE], row->id);
	row->note = text[NOTE][0] != '\0' ? g_strdup(text[NOTE]) : NULL;
	return 1;
}

int
admin_import_next(struct admin_import *import, struct admin_import_row *row_r,
    struct admin_import_fault *fault_r)
{
	struct admin_csv_record record;
	char *text[FIELD_MAX];
	int answer, i;

	memset(row_r, 0, sizeof(*row_r));
	memset(fault_r, 0, sizeof(*fault_r));
	answer = admin_csv_next(import->csv, &record);
	if (answer == 0)
		return 0;
	row_r->line = record.line;
	if (answer < 0)
		return malformed(fault_r, record.fault);
	for (i = 0; i < FIELD_MAX; i++)
		text[i] = field_of(import, &record, (enum field)i);
	answer = row_check(import, text, row_r, fault_r);
	for (i = 0; i < FIELD_MAX; i++)
		g_free(text[i]);
	return answer;
}

void
admin_import_row_clear(struct admin_import_row *row)
{
	g_free(row->note);
	row->note = NULL;
}

void
admin_import_close(struct admin_import *import)
{
	admin_csv_free(import->csv);
	free(import->text);
	import->csv = NULL;
	import->text = NULL;
}
