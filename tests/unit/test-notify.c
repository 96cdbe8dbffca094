/* test-notify.c - the values of letters, the templates filled in, the messages that come of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <glib.h>
#include <jansson.h>
#include "charset.h"
#include "notify.h"

#define FROM	"tuiding@example.com"
#define ANNA	"anna@example.com"
#define T0	INT64_C(1790000000000)
#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* ---- the ground ---------------------------------------------------------------------------------- */

struct place {
	char	folder[64], path[96];
};

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	(void)snprintf(p->folder, sizeof(p->folder), "/tmp/test-notify.XXXXXX");
	if (mkdtemp(p->folder) == NULL)
		return -1;
	(void)snprintf(p->path, sizeof(p->path), "%s/help.txt", p->folder);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct place *p = *state;

	(void)unlink(p->path);
	(void)rmdir(p->folder);
	assert_int_not_equal(access(p->folder, F_OK), 0);
	free(p);
	return 0;
}

static void
write_template(const struct place *p, const char *octets, size_t len)
{
	FILE *file = fopen(p->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(octets, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static struct notify_settings
settings_of(const char *templates)
{
	return (struct notify_settings){
		.templates = templates, .from = FROM, .operator = "", .relay = "smtp://127.0.0.1:1", .timeout = 1,
	};
}

static struct ledger_letter
letter_of(const char *purpose, const char *values)
{
	return (struct ledger_letter){
		.id = 7, .purpose = purpose, .recipient = ANNA, .cause = "<m1@example.com>", .values = values,
		.made_at = T0, .reference = "R5ARC675SE85B6", .number = 12,
	};
}

/* A message taken apart: its fields as they stand, unfolded nowhere, and its text decoded. */
struct message {
	char	*octets, *header, *text;
	size_t	 len;
};

static void
message_free(struct message *m)
{
	free(m->octets);
	g_free(m->header);
	g_free(m->text);
}

/* What holds of every letter, whatever it says. */
static void
check_message(struct message *m)
{
	const char *body = strstr(m->octets, "\r\n\r\n"), *p;
	size_t line = 0, len = 0;
	guchar *text;

	assert_non_null(body);
	assert_int_equal(strlen(m->octets), m->len);
	for (p = m->octets; *p != '\0'; p++) {
		assert_true(*p == '\n' ? p > m->octets && p[-1] == '\r' : *p != '\r' || p[1] == '\n');
		assert_true((unsigned char)*p < 0x80);		/* true as long as no address is UTF-8 */
		line = *p == '\n' ? 0 : line + 1;
		assert_true(line <= 500);
	}
	m->header = g_strndup(m->octets, (gsize)(body - m->octets) + 2);
	text = g_base64_decode(body + 4, &len);
	m->text = g_strndup((const char *)text, len);
	assert_int_equal(strlen(m->text), len);
	assert_true(g_utf8_validate(m->text, -1, NULL));
	g_free(text);
}

static struct message
must_write(const struct notify_settings *set, const struct ledger_letter *letter)
{
	struct message m = { NULL, NULL, NULL, 0 };
	struct err err = { "" };

	if (notify_write(set, letter, T0 + 1000, &m.octets, &m.len, &err) != 0)
		fail_msg("%s: %s", letter->purpose, err.text);
	check_message(&m);
	return m;
}

static void
must_not_write(const struct notify_settings *set, const struct ledger_letter *letter, const char *why)
{
	char *octets = (char *)(uintptr_t)1;
	struct err err = { "" };
	size_t len = 77;

	assert_int_equal(notify_write(set, letter, T0, &octets, &len, &err), -1);
	assert_true(octets == (char *)(uintptr_t)1 && len == 77);	/* untouched */
	if (strstr(err.text, why) == NULL)
		fail_msg("'%s' does not say '%s'", err.text, why);
}

/* ---- values -------------------------------------------------------------------------------------- */

/* A text goes in and comes out of what JSON's own reader makes of it. */
static void
test_values(void **state)
{
	static const struct {
		const char	*in, *out;
	} cases[] = {
		{ "shop.example", "shop.example" },
		{ "", "" },
		{ "two\nlines", "two\nlines" },
		{ "two\r\nlines", "two\nlines" },
		{ "a\rb\tc\033d\177e", "a b c d e" },
		{ "\"quoted\\\"", "\"quoted\\\"" },
		{ "}, {\"x\": \"y\"", "}, {\"x\": \"y\"" },
		{ "优惠", "优惠" },
		{ "bad\xff\xc0", "bad\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe4\xbc", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "left\xe2\x80\xaeright\xe2\x80\xa8line\xc2\x85", "left right line " },
	};
	json_t *object;
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		const char *const pairs[] = { "sender", cases[i].in, "x", NULL };
		char *values = notify_values(pairs, 2);

		assert_non_null(values);
		assert_null(strchr(values, '\n'));
		object = json_loads(values, 0, NULL);
		assert_non_null(object);
		assert_int_equal(json_object_size(object), 2);
		assert_string_equal(json_string_value(json_object_get(object, "x")), "");
		if (strcmp(json_string_value(json_object_get(object, "sender")), cases[i].out) != 0)
			fail_msg("case %zu: '%s'", i, json_string_value(json_object_get(object, "sender")));
		json_decref(object);
		free(values);
	}
	char *none = notify_values(NULL, 0);
	assert_string_equal(none, "{}");
	free(none);
}

/* 100 kB in, and what a ledger takes out; no character is cut in two. */
static void
test_values_long(void **state)
{
	static const char *const fills[] = { "x", "\"", "\n", "优", "\xff", "𝕊", "a优" };
	const char *pairs[20];
	size_t i, j;

	(void)state;
	for (i = 0; i < N(fills); i++) {
		GString *text = g_string_new(NULL);
		char *values;
		json_t *object;
		const char *got;

		while (text->len < 100000)
			g_string_append(text, fills[i]);
		for (j = 0; j < 10; j++) {
			pairs[2 * j] = (const char *const[]){ "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" }[j];
			pairs[2 * j + 1] = text->str;
		}
		values = notify_values(pairs, 1);
		object = json_loads(values, 0, NULL);
		got = json_string_value(json_object_get(object, "a"));
		assert_non_null(got);
		assert_true(strlen(got) > 3990 && strlen(got) <= (fills[i][0] == '\xff' ? 12000 : 4000));
		if (fills[i][0] != '\xff')
			assert_memory_equal(got, text->str, strlen(got));
		json_decref(object);
		free(values);
		values = notify_values(pairs, 10);
		assert_true(strlen(values) <= LEDGER_VALUES_MAX && strlen(values) > LEDGER_VALUES_MAX / 4);
		object = json_loads(values, 0, NULL);
		assert_int_equal(json_object_size(object), 10);
		json_decref(object);
		free(values);
		g_string_free(text, TRUE);
	}
}

static void
test_backoff(void **state)
{
	static const struct {
		unsigned	tries;
		int64_t		minutes;
	} cases[] = { { 0, 1 }, { 1, 1 }, { 2, 5 }, { 3, 15 }, { 4, 60 }, { 5, 240 }, { 6, 240 }, { 4000000000U, 240 } };
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++)
		assert_int_equal(notify_backoff(cases[i].tries), cases[i].minutes * 60000);
}

/* ---- the templates that are shipped -------------------------------------------------------------- */

static const struct {
	const char	*purpose;
	const char	*pairs[12];
	const char	*want[8];			/* in the text */
	const char	*never[4];
} shipped[] = {
	{ NOTIFY_REFUSED, { "sender", "shop.example", "everything", "" },
	    { "您已拒收 shop.example 发来", "自 2026-09-2", "撤销 R5ARC675SE85B6", "undo R5ARC675SE85B6", "第七条", "Article 7" },
	    { "所有发件人", "every sender" } },
	{ NOTIFY_REFUSED, { "sender", "*", "everything", "yes" }, { "您已拒收所有发件人", "every sender" }, { "*" } },
	{ NOTIFY_CONSENTED, { "sender", "shop.example", "everything", "" },
	    { "同意接收 shop.example", "退订 shop.example", "unsubscribe shop.example" }, { "全部" } },
	{ NOTIFY_CONSENTED, { "sender", "*", "everything", "yes" }, { "退订 全部", "unsubscribe all" }, { "*" } },
	{ NOTIFY_UNDONE, { "sender", "shop.example", "said", "refusal", "undid", "RAAAAAAAAAAAAA" },
	    { "对 shop.example 的拒收（编号 RAAAAAAAAAAAAA）", "退订 shop.example", "Your refusal of shop.example" },
	    { "的同意", "Your consent", "(*", "（*" } },
	{ NOTIFY_UNDONE, { "sender", "*", "said", "consent", "undid", "RAAAAAAAAAAAAA" },
	    { "的同意（编号 RAAAAAAAAAAAAA）", "Your consent to *", "（* 表示所有发件人。）" }, { "的拒收", "Your refusal" } },
	{ NOTIFY_NOT_UNDONE, { "undid", "RBBBBBBBBBBBBB" }, { "编号 RBBBBBBBBBBBBB", "undo RBBBBBBBBBBBBB", "查询" }, { NULL } },
	{ NOTIFY_LIST, { "list", "R1  2026-01-01  拒收 refused  a.example\nR2  2026-01-02  同意 consented  b.example\n", "count", "2" },
	    { "共 2 条", "\r\nR1  2026-01-01", "b.example\r\n", "there are 2 records" }, { "没有拒收任何" } },
	{ NOTIFY_LIST, { "list", "", "count", "0" }, { "您没有拒收任何发件人", "refused no sender" }, { "RXXX" } },
	{ NOTIFY_HELP, { "line", "如何退订？" }, { "“如何退订？”", "退订 shop.example", "undo REFERENCE" }, { NULL } },
	{ NOTIFY_HELP, { "line", "" }, { "退订 全部", "complain" }, { "没有看懂", "not understood" } },
	{ NOTIFY_NEEDLESS, { "sender", "shop.example" }, { "您此前已拒收 shop.example", "编号：R5ARC675SE85B6" }, { NULL } },
	{ NOTIFY_MIXED, { "recipients", "a@x.example\nb@y.example\n", "subject", "秋季新品", "action", "rejected", "id", "5ARC" },
	    { "“秋季新品”没有发出", "\r\na@x.example\r\nb@y.example\r\n", "was not sent", "编号：5ARC" }, { "已发给其他" } },
	{ NOTIFY_MIXED, { "recipients", "a@x.example\n", "subject", "Sale", "action", "removed" },
	    { "“Sale”已发给其他收件人", "went to its other recipients" }, { "没有发出", "编号：" } },
	{ NOTIFY_VOIDED, { "sender", "shop.example", "said", "consent", "reason", "录入有误" },
	    { "原因：录入有误", "Reason: 录入有误", "订阅 shop.example" }, { "的拒收记录" } },
	{ NOTIFY_VOIDED, { "sender", "shop.example", "said", "refusal", "reason", "x" },
	    { "拒收记录", "退订 shop.example" }, { "的同意记录" } },
	{ NOTIFY_CASE_REPORTED, { "from", "x@shop.example", "subject", "大促" },
	    { "发件人：x@shop.example", "主题：大促", "编号：12", "\r\n确认\r\n", "confirm", "第八条" }, { NULL } },
	{ NOTIFY_CASE_OPENED, { "from", "x@shop.example", "subject", "大促", "sender", "shop.example", "refused", "yes", "more", "" },
	    { "编号：12", "拒收 shop.example 发来", "Your refusal of commercial mail from shop.example" },
	    { "没有因此", "另外", "No refusal was" } },
	{ NOTIFY_CASE_OPENED, { "from", "", "subject", "", "sender", "", "refused", "", "more", "2" },
	    { "没有因此为您登记拒收", "另外 2 封", "The other 2 messages" }, { "发件人：", "立即生效" } },
	{ NOTIFY_CASE_OPENED, { "from", "", "subject", "", "sender", "", "refused", "no" },
	    { "没有因此为您登记拒收" }, { "立即生效", "another" } },
	{ NOTIFY_CASE_ENDED, { "from", "x@shop.example", "subject", "大促", "outcome", "done" },
	    { "该邮件已从您的邮箱中删除", "was removed", "12321" }, { "未能", "could not" } },
	{ NOTIFY_CASE_ENDED, { "from", "x@shop.example", "subject", "大促", "outcome", "failed" },
	    { "未能从您的邮箱中删除", "could not be removed" }, { "已从您的邮箱中删除", "was removed" } },
	{ NOTIFY_CASE_ENDED, { "from", "x@shop.example", "subject", "大促", "outcome", "closed", "reason", "已联系对方" },
	    { "处理结果：已联系对方", "Outcome: 已联系对方" }, { "从您的邮箱中删除", "removed" } },
};

static char *
templates_shipped(void)
{
	const char *src = getenv("TUIDING_SRCDIR");

	if (src == NULL)
		skip();
	return g_build_filename(src, "conf", "templates", NULL);
}

static void
test_shipped(void **state)
{
	char *templates = templates_shipped();
	struct notify_settings set = settings_of(templates);
	size_t i, j, npairs;

	(void)state;
	set.operator = "示例公司邮件服务";
	for (i = 0; i < N(shipped); i++) {
		struct message m;
		struct ledger_letter letter;
		char *values;

		for (npairs = 0; npairs < 6 && shipped[i].pairs[2 * npairs] != NULL; npairs++)
			continue;
		values = notify_values(shipped[i].pairs, npairs);
		letter = letter_of(shipped[i].purpose, values);
		m = must_write(&set, &letter);
		for (j = 0; j < N(shipped[i].want) && shipped[i].want[j] != NULL; j++)
			if (strstr(m.text, shipped[i].want[j]) == NULL)
				fail_msg("%s, case %zu: no '%s' in:\n%s", letter.purpose, i, shipped[i].want[j], m.text);
		for (j = 0; j < N(shipped[i].never) && shipped[i].never[j] != NULL; j++)
			if (strstr(m.text, shipped[i].never[j]) != NULL)
				fail_msg("%s, case %zu: '%s' in:\n%s", letter.purpose, i, shipped[i].never[j], m.text);
		assert_null(strpbrk(m.text, "{}"));
		assert_non_null(strstr(m.text, ANNA));
		assert_non_null(strstr(m.text, "示例公司邮件服务"));
		assert_true(strstr(m.text, "您好") != NULL && strstr(m.text, "您好") < strstr(m.text, "Hello"));
		assert_null(strstr(m.text, "\r\n\r\n\r\n\r\n"));
		message_free(&m);
		free(values);
	}
	g_free(templates);
}

/* ---- the header ---------------------------------------------------------------------------------- */

static void
test_header(void **state)
{
	static const char *const fields[] = {
		"From: <" FROM ">\r\n", "To: <" ANNA ">\r\n", "Date: Mon, 21 Sep 2026 14:13:21 +0000\r\n",
		"Message-ID: <tuiding.7.1790000000000@example.com>\r\n", "In-Reply-To: <m1@example.com>\r\n",
		"Auto-Submitted: auto-replied\r\n", "X-Tuiding-Letter: help\r\n", "MIME-Version: 1.0\r\n",
		"Content-Type: text/plain; charset=UTF-8\r\n", "Reply-To: <tuiding+c12@example.com>\r\n",
	};
	static const char template[] = "Subject: 使用说明 {reference} 很长的主题很长的主题很长的主题很长的主题很长的主题\n\n.\ntext\n";
	struct place *p = *state;
	struct notify_settings set = settings_of(p->folder);
	struct ledger_letter letter = letter_of(NOTIFY_HELP, NULL);
	struct message m, again;
	const char *subject;
	char *decoded;
	size_t i, len;

	write_template(p, template, strlen(template));
	set.reply_to = "tuiding+c12@example.com";
	m = must_write(&set, &letter);
	for (i = 0; i < N(fields); i++)
		if (strstr(m.header, fields[i]) == NULL)
			fail_msg("no '%s' in:\n%s", fields[i], m.header);
	assert_null(strstr(m.header, "Precedence"));
	subject = strstr(m.header, "Subject: ") + strlen("Subject: ");
	len = (size_t)(strstr(subject, "\r\nDate: ") - subject);
	assert_non_null(g_strstr_len(subject, (gssize)len, "\r\n =?UTF-8?B?"));	/* more words than one, folded */
	decoded = charset_decode_header(subject, len, "GB18030", 1000, &len);
	assert_string_equal(decoded, "使用说明 R5ARC675SE85B6 很长的主题很长的主题很长的主题很长的主题很长的主题");
	charset_free(decoded);
	assert_string_equal(m.text, ".\r\ntext\r\n");
	again = must_write(&set, &letter);		/* a repeat is the same letter */
	assert_string_equal(m.octets, again.octets);
	message_free(&again);
	message_free(&m);
	set.reply_to = NULL;
	m = must_write(&set, &letter);
	assert_null(strstr(m.header, "\nReply-To"));
	message_free(&m);
}

static void
test_operator(void **state)
{
	static const struct {
		const char	*operator, *want;
	} cases[] = {
		{ "", "From: <" FROM ">\r\n" },
		{ "Shop, Inc. \"x\\y\"", "From: \"Shop, Inc. \\\"x\\\\y\\\"\"\r\n <" FROM ">\r\n" },
		{ "退订", "From: =?UTF-8?B?6YCA6K6i?=\r\n <" FROM ">\r\n" },
		{ "a\r\nBcc: <b@x.example>", "From: \"a Bcc: <b@x.example>\"\r\n <" FROM ">\r\n" },
	};
	struct place *p = *state;
	struct ledger_letter letter = letter_of(NOTIFY_HELP, "{}");
	struct notify_settings set = settings_of(p->folder);
	struct message m;
	char *many;
	size_t i;

	write_template(p, "Subject: x\n\ny\n", 14);
	for (i = 0; i < N(cases); i++) {
		set.operator = cases[i].operator;
		m = must_write(&set, &letter);
		if (strncmp(m.octets, cases[i].want, strlen(cases[i].want)) != 0)
			fail_msg("case %zu: %.200s", i, m.octets);
		assert_null(strstr(m.header, "\nBcc:"));
		message_free(&m);
	}
	many = g_strnfill(100000, 'x');
	set.operator = many;
	m = must_write(&set, &letter);
	message_free(&m);
	g_free(many);
}

/* What a letter answers is repeated only when it is a Message-ID and nothing more. */
static void
test_cause(void **state)
{
	static const char *const bad[] = {
		"", "case-7-done", "<a@b>\r\nBcc: x", "<a b@c>", "<a@b><c@d>", "<ab>", "<a\n@b>", "<\xe4@b>", "a@b", NULL,
	};
	struct place *p = *state;
	struct notify_settings set = settings_of(p->folder);
	struct ledger_letter letter = letter_of(NOTIFY_HELP, "{}");
	struct message m;
	size_t i;

	write_template(p, "Subject: x\n\ny\n", 14);
	for (i = 0; i < N(bad); i++) {
		letter.cause = bad[i];
		m = must_write(&set, &letter);
		assert_null(strstr(m.header, "In-Reply-To"));
		assert_null(strstr(m.header, "Bcc"));
		message_free(&m);
	}
}

/* ---- hostile values ------------------------------------------------------------------------------ */

static void
test_hostile_values(void **state)
{
	static const char *const texts[] = {
		"x\r\nBcc: evil@x.example\r\n\r\nbody", "{reference}", "{?line}", "{/line}", "\n{/line}\n", "%s%n", "\xff\xfe",
		"=?UTF-8?B?6YCA6K6i?=", "\n.\n", "\xe2\x80\xae", "</x>", "\t\v\f",
	};
	static const char template[] = "Subject: a {line} b\n\n{?line}\n<{line}>\n{/line}\nend {reference} {unknown}{not a name} {\n";
	struct place *p = *state;
	struct notify_settings set = settings_of(p->folder);
	struct message m;
	size_t i;

	write_template(p, template, strlen(template));
	for (i = 0; i < N(texts); i++) {
		const char *const pairs[] = { "line", texts[i], "reference", "forged" };
		char *values = notify_values(pairs, 2);
		struct ledger_letter letter = letter_of(NOTIFY_HELP, values);

		m = must_write(&set, &letter);
		assert_null(strstr(m.header, "\nBcc:"));
		assert_null(strstr(m.text, "forged"));
		assert_true(g_str_has_suffix(m.text, ">\r\nend R5ARC675SE85B6 {not a name} {\r\n"));
		if (texts[i][0] == '{')			/* a value is text, whatever it looks like */
			assert_non_null(strstr(m.text, texts[i]));
		message_free(&m);
		free(values);
	}
}

/* The ledger's file may have been written by others. */
static void
test_hostile_json(void **state)
{
	static const char *const bad[] = {
		"", "[]", "{\"a\": 1}", "{\"a\": null}", "{\"a\": {}}", "{", "{} x", "null", "{\"a\": \"\xff\"}", "{\"a\": \"\\u0000\"}",
		"{\"a\": \"x\", \"a\": \"y\"}", "{\"a\": \"\\ud800\"}",
	};
	struct place *p = *state;
	struct notify_settings set = settings_of(p->folder);
	struct ledger_letter letter;
	struct message m;
	char *many;
	size_t i;

	write_template(p, "Subject: {a}\n\n{a}\n", 18);
	for (i = 0; i < N(bad); i++) {
		letter = letter_of(NOTIFY_HELP, bad[i]);
		must_not_write(&set, &letter, "the letter's value");
	}
	many = g_strnfill(LEDGER_VALUES_MAX + 1, ' ');
	letter = letter_of(NOTIFY_HELP, many);
	must_not_write(&set, &letter, "longer");
	g_free(many);
	letter = letter_of(NOTIFY_HELP, "{\"a\": \"x\\r\\nBcc: y\\u001b\\u202e\"}");
	m = must_write(&set, &letter);
	assert_non_null(strstr(m.header, "Subject: x Bcc: y  \r\n"));
	assert_string_equal(m.text, "x\r\nBcc: y  \r\n");
	message_free(&m);
}

/* ---- addresses and purposes ---------------------------------------------------------------------- */

static void
test_addresses(void **state)
{
	static const char *const bad[] = {
		"", "anna", "@example.com", "anna@", "a@x.example,b@y.example", "a@x.example b@y.example", "a@x.example\r\nRCPT TO:<b@y>",
		"<a@x.example>", "a@x.example>", "a\n@x.example", "\"a b\"@x.example", "a@x_.example\t", "a@b@c.example", NULL,
	};
	struct place *p = *state;
	struct notify_settings set = settings_of(p->folder);
	struct ledger_letter letter = letter_of(NOTIFY_HELP, "{}");
	char *many = g_strdup_printf("%0*d@example.com", 100000, 1);
	struct err err;
	size_t i;

	write_template(p, "Subject: x\n\ny\n", 14);
	for (i = 0; i <= N(bad); i++) {
		const char *address = i == N(bad) ? many : bad[i];

		letter.recipient = address;
		must_not_write(&set, &letter, "not one mailbox");
		err.text[0] = '\0';
		assert_int_equal(notify_send(&set, address, "x", 1, &err), NOTIFY_DEAD);
		assert_non_null(strstr(err.text, "not one mailbox"));
		letter.recipient = ANNA;
		set.from = address;
		must_not_write(&set, &letter, "come from");
		set.from = FROM;
		if (address != NULL) {
			set.reply_to = address;
			must_not_write(&set, &letter, "for answers");
			set.reply_to = NULL;
		}
	}
	g_free(many);
}

static void
test_purposes(void **state)
{
	static const struct {
		const char	*purpose, *why;
	} bad[] = {
		{ "", "no purpose" }, { "../help", "no purpose" }, { "help.txt", "no purpose" }, { "HELP", "no purpose" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "no purpose" }, { NULL, "no purpose" }, { "needless", "cannot read" },
	};
	struct place *p = *state;
	struct notify_settings set = settings_of(p->folder);
	struct ledger_letter letter;
	size_t i;

	write_template(p, "Subject: x\n\ny\n", 14);
	for (i = 0; i < N(bad); i++) {
		letter = letter_of(bad[i].purpose, "{}");
		must_not_write(&set, &letter, bad[i].why);
	}
}

/* ---- templates that are wrong -------------------------------------------------------------------- */

static void
test_templates(void **state)
{
	static const struct {
		const char	*template, *why, *text;		/* why it fails, or the text it gives */
	} cases[] = {
		{ "", "does not begin", NULL },
		{ "Subject: x\n", "does not begin", NULL },
		{ "Subject: x\ny\n", "does not begin", NULL },
		{ "subject: x\n\ny\n", "does not begin", NULL },
		{ "Subject: x\n\n{?a}\n", "never closed", NULL },
		{ "Subject: x\n\n{/a}\n", "not open", NULL },
		{ "Subject: x\n\n{?a}\n{?b}\n{/a}\n{/b}\n", "not open", NULL },
		{ "Subject: x\n\n{?a\n", "opens no block", NULL },
		{ "Subject: x\n\n{?a}\n{/a\n", "not open", NULL },
		{ "Subject: x\n\n{?A}\n{/A}\n", "opens no block", NULL },
		{ "Subject: x\n\n{?a~b}\n{/a}\n", "opens no block", NULL },
		{ "Subject: x\n\n{?a}\n{?a}\n{?a}\n{?a}\n{?a}\n{?a}\n{?a}\n{?a}\n{?a}\n", "too deep", NULL },
		{ "Subject: \xff\n\ny\n", "not UTF-8", NULL },
		{ "Subject: x\n\n", NULL, "" },
		{ "Subject: x\r\n\r\ny\r\n", NULL, "y\r\n" },
		{ "Subject: x\n\nno end", NULL, "no end\r\n" },
		{ "Subject: x\n\n{?a}\nA{a}\n{/a}\n{?none}\nN\n{/none}\n", NULL, "A1\r\n" },
		{ "Subject: x\n\n{?a=1}\n=\n{/a}\n{?a!1}\n!\n{/a}\n{?a=}\nempty\n{/a}\n", NULL, "=\r\n" },
		{ "Subject: x\n\n{?none=}\nempty\n{/none}\n{?none!x}\nnot x\n{/none}\n", NULL, "empty\r\nnot x\r\n" },
		{ "Subject: x\n\n{?none}\n{?a}\nin\n{/a}\n{/none}\nout\n", NULL, "out\r\n" },
		{ "Subject: x\n\n{?a}\n{?none}\nin\n{/none}\nmid\n{/a}\nout\n", NULL, "mid\r\nout\r\n" },
		{ "Subject: x\n\n{a}{a}{ a}{a\n}{}{{a}}\n", NULL, "11{ a}{a\r\n}{}{1}\r\n" },
		{ "Subject: x\n\n{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}\n", NULL, "{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}\r\n" },
	};
	struct place *p = *state;
	struct notify_settings set = settings_of(p->folder);
	struct ledger_letter letter = letter_of(NOTIFY_HELP, "{\"a\": \"1\"}");
	struct message m;
	char *many;
	size_t i;

	for (i = 0; i < N(cases); i++) {
		write_template(p, cases[i].template, strlen(cases[i].template));
		if (cases[i].why != NULL) {
			must_not_write(&set, &letter, cases[i].why);
			continue;
		}
		m = must_write(&set, &letter);
		if (strcmp(m.text, cases[i].text) != 0)
			fail_msg("case %zu: '%s'", i, m.text);
		message_free(&m);
	}
	write_template(p, "Subject: x\n\n\0\n", 14);
	must_not_write(&set, &letter, "not UTF-8");
	many = g_strnfill(70000, 'x');
	write_template(p, many, 70000);
	must_not_write(&set, &letter, "longer");
	g_free(many);
}

/* A template that says a long value many times: a letter has a limit all the same. */
static void
test_long(void **state)
{
	struct place *p = *state;
	struct notify_settings set = settings_of(p->folder);
	GString *template = g_string_new("Subject: {a}\n\n"), *values = g_string_new("{\"a\": \"");
	struct ledger_letter letter;
	struct message m;
	size_t i;

	for (i = 0; i < 2000; i++)
		g_string_append(values, "优惠");
	g_string_append(values, "\"}");
	letter = letter_of(NOTIFY_HELP, values->str);
	for (i = 0; i < 9; i++)
		g_string_append(template, "{a}\n");
	write_template(p, template->str, template->len);
	m = must_write(&set, &letter);
	assert_int_equal(strlen(m.text), 9 * (2000 * 6 + 2));
	assert_true(m.len <= NOTIFY_LETTER_MAX);
	message_free(&m);
	for (i = 0; i < 9; i++)
		g_string_append(template, "{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}\n");
	write_template(p, template->str, template->len);
	must_not_write(&set, &letter, "longer");
	g_string_free(template, TRUE);
	g_string_free(values, TRUE);
}

/* ---- the relay ----------------------------------------------------------------------------------- */

/* Nobody listens, or the URL is another protocol's: try again, and say why.  The rest is in tests/worker. */
static void
test_send(void **state)
{
	static const char *const relays[] = { "smtp://127.0.0.1:1", "http://127.0.0.1:1", "file:///etc/passwd", "smtp://" };
	size_t i;

	(void)state;
	for (i = 0; i < N(relays); i++) {
		struct notify_settings set = settings_of("/nowhere");
		struct err err = { "" };

		set.relay = relays[i];
		assert_int_equal(notify_send(&set, ANNA, "Subject: x\r\n\r\ny\r\n", 17, &err), NOTIFY_AGAIN);
		assert_true(err.text[0] != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_values_long),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_shipped),
		cmocka_unit_test_setup_teardown(test_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_operator, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cause, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_json, setup, teardown),
		cmocka_unit_test_setup_teardown(test_addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_purposes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_templates, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long, setup, teardown),
		cmocka_unit_test(test_send),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
