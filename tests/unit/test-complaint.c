/*
 * test-complaint.c - what a mail to the complaint address complains of: attached, reported or quoted messages, and
 * mails that carry too much, too little or nonsense.
 *
 * Input is copied to its exact length, so that a sanitizer sees a read beyond it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "complaint.h"
#include "mime_attached.h"
#include "text.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define SPAM	"Return-Path: <prvs=123=bounce@shop.example>\nFrom: \"Shop\" <News@Shop.example>\n" \
		"Message-ID: <ad1@shop.example>\nSubject: =?UTF-8?B?54m55oOg?=\nList-Id: Deals <deals.shop.example>\n" \
		"X-Tuiding: class=commercial; score=7.20/5.00; standing=none;\n action=tag; sender=shop.example;\n" \
		"\tid=0123456789ABC\n\nBuy.\n"
#define HEAD	"From: anna@example.com\nTo: jubao@example.com\nSubject: spam\nMIME-Version: 1.0\n"
#define MIXED	HEAD "Content-Type: multipart/mixed; boundary=b\n\n"

static int
read_complaint(const char *octets, size_t len, struct complaint *complaint)
{
	char *exact = malloc(len > 0 ? len : 1);
	struct mime *mime = NULL;
	struct err err = { "" };
	int ret;

	assert_non_null(exact);
	memcpy(exact, octets, len);
	assert_int_equal(mime_parse(exact, len, "GB18030", NULL, &mime, &err), 0);
	ret = complaint_read(mime, exact, len, "GB18030", complaint, &err);
	mime_free(mime);
	free(exact);
	assert_true(ret >= 0);
	assert_int_equal(ret, complaint->n > 0);
	return ret;
}

static char *
with_crlf(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text != '\0'; text++)
		g_string_append(out, *text == '\n' ? "\r\n" : (const char[]){ *text, '\0' });
	return g_string_free(out, FALSE);
}

/* ---- one message ------------------------------------------------------------------------------------- */

static const struct {
	const char	*octets;
	int		 ret;
	const char	*from, *message_id, *list_id, *subject, *decision, *envelope;
} items[] = {
	{ SPAM, 1, "news@shop.example", "<ad1@shop.example>", "<deals.shop.example>", "特惠", "0123456789ABC",
	  "bounce@shop.example" },
	{ "\xef\xbb\xbf\r\n\nFrom: a@b.example\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "Message-ID: <x@y>", 1, "", "<x@y>", "", "", "", "" },
	{ "Message-ID:\n <x@y> (comment)\n", 1, "", "<x@y>", "", "", "", "" },
	{ "From: a@b.example\nMessage-ID: <x y@z>\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: a@b.example\nMessage-ID: x@z\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: nobody\nFrom: B <b@c.example>\n\n", 1, "b@c.example", "", "", "", "", "" },
	{ "From: nobody, B <b@c.example>\n\n", 1, "b@c.example", "", "", "", "", "" },
	{ "From: undisclosed\nSubject: x\n\n", 0, "", "", "", "", "", "" },
	{ "\n\n\n", 0, "", "", "", "", "", "" },
	{ "", 0, "", "", "", "", "", "" },
	{ "%PDF-1.4\n\nFrom: a@b.example\n", 0, "", "", "", "", "", "" },
	{ "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "", "", "", "", "", "" },
	/* the id: whole, of our letters, of its own name */
	{ "From: a@b.example\nX-Tuiding: id=0123456789ABC; x=y\n\n", 1, "a@b.example", "", "", "", "0123456789ABC", "" },
	{ "From: a@b.example\nX-Tuiding: id=0123456789ABCD\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: a@b.example\nX-Tuiding: id=0123456789AB\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: a@b.example\nX-Tuiding: id=0123456789ABU\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: a@b.example\nX-Tuiding: id=0123456789abc\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: a@b.example\nX-Tuiding: grid=0123456789ABC\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: a@b.example\nX-Tuiding: id=0123456789ABC' or 1\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: a@b.example\nX-Tuiding: none\nX-Tuiding: id=ABCDEFGHJKMNP\n\n", 1, "a@b.example", "", "", "",
	  "ABCDEFGHJKMNP", "" },
	{ "From: a@b.example\nX-Tuiding-Refuse: id=ABCDEFGHJKMNP\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: a@b.example\nList-Id: no brackets.example\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: a@b.example\nList-Id: deals.shop.example\n\n", 1, "a@b.example", "", "<deals.shop.example>", "", "", "" },
	{ "From: a@b.example\nList-Id: <open.shop.example\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: a@b.example\nReturn-Path: <>\n\n", 1, "a@b.example", "", "", "", "", "" },
	{ "From: a@b.example\nSubject: =?utf-8?Q?a=0Ab=01c?=\n\n", 1, "a@b.example", "", "", "a b c", "", "" },
};

static void
test_items(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(items); i++) {
		size_t len = strlen(items[i].octets);
		char *exact = malloc(len > 0 ? len : 1);
		struct complaint_item item;
		int ret;

		assert_non_null(exact);
		memcpy(exact, items[i].octets, len);
		ret = complaint_item_read(exact, len, "GB18030", &item, NULL);
		if (ret != items[i].ret)
			fail_msg("item %zu: %d", i, ret);
		if (ret == 1) {
			if (item.len != len || memcmp(item.octets, items[i].octets, len) != 0 || item.weak)
				fail_msg("item %zu: octets", i);
			if (strcmp(item.from, items[i].from) != 0 || strcmp(item.message_id, items[i].message_id) != 0)
				fail_msg("item %zu: '%s' '%s'", i, item.from, item.message_id);
			if (strcmp(item.list_id, items[i].list_id) != 0 || strcmp(item.subject, items[i].subject) != 0)
				fail_msg("item %zu: '%s' '%s'", i, item.list_id, item.subject);
			if (strcmp(item.decision, items[i].decision) != 0 || strcmp(item.envelope, items[i].envelope) != 0)
				fail_msg("item %zu: '%s' '%s'", i, item.decision, item.envelope);
		}
		complaint_item_clear(&item);
		free(exact);
	}
}

/* Values that are too long are left out or cut, never half a character. */
static void
test_long(void **state)
{
	GString *mail = g_string_new("From: a@b.example\nSubject: ");
	struct complaint_item item;

	(void)state;
	for (int i = 0; i < 100; i++)
		g_string_append(mail, "特惠");
	g_string_append(mail, "\nMessage-ID: <");
	for (int i = 0; i < 300; i++)
		g_string_append_c(mail, 'x');
	g_string_append(mail, "@y>\n\n");
	assert_int_equal(complaint_item_read(mail->str, mail->len, "UTF-8", &item, NULL), 1);
	assert_string_equal(item.message_id, "");
	assert_int_equal(strlen(item.subject), 198);
	assert_true(g_utf8_validate(item.subject, -1, NULL));
	complaint_item_clear(&item);
	g_string_free(mail, TRUE);
}

/* ---- attached ---------------------------------------------------------------------------------------- */

static const char b64_spam[] =		/* "From: news@shop.example\nMessage-ID: <ad1@shop.example>\n\nBuy.\n" */
    "RnJvbTogbmV3c0BzaG9wLmV4YW1wbGUKTWVzc2FnZS1JRDogPGFkMUBzaG9wLmV4YW1wbGU+\nCgpCdXkuCg==\n";

static const struct {
	const char	*what, *header, *content;
	size_t		 n, refused;
} attached[] = {
	{ "message/rfc822", "Content-Type: message/rfc822\n", SPAM, 1, 0 },
	{ "in capitals", "content-type: MESSAGE/RFC822; name=\"=?GBK?B?vLzKpg==?=.eml\"\n", SPAM, 1, 0 },
	{ "message/global", "Content-Type: message/global\n", SPAM, 1, 0 },
	{ "a header alone", "Content-Type: text/rfc822-headers\n", "From: news@shop.example\n", 1, 0 },
	{ "a file", "Content-Type: application/octet-stream; name=a.eml\nContent-Transfer-Encoding: base64\n", b64_spam, 1, 0 },
	{ "a file, named in its disposition", "Content-Type: application/octet-stream\n"
	  "Content-Disposition: attachment; filename*=utf-8''%E5%B9%BF.EML\nContent-Transfer-Encoding: base64\n", b64_spam, 1, 0 },
	{ "a file of a private type", "Content-Type: application/x-foxmail; name=\"x.eml\"\n"
	  "Content-Transfer-Encoding: base64\n", b64_spam, 1, 0 },
	{ "encoded against RFC 2046", "Content-Type: message/rfc822; name=x.eml\nContent-Transfer-Encoding: base64\n", b64_spam,
	  1, 0 },
	{ "quoted-printable", "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n",
	  "From: news@shop.example\n\nBuy =E4=BB=\n=80\n", 1, 0 },
	{ "a file as text", "Content-Type: text/plain; name=x.eml\n", SPAM, 1, 0 },
	{ "Outlook's own", "Content-Type: application/vnd.ms-outlook; name=x.msg\nContent-Transfer-Encoding: base64\n",
	  "0M8R4KGxGuE=\n", 0, 1 },
	{ "a picture", "Content-Type: image/png\nContent-Disposition: attachment; filename=x.png\n", "x\n", 0, 1 },
	{ "a picture in the text", "Content-Type: image/png\nContent-Disposition: inline; filename=x.png\n", "x\n", 0, 0 },
	{ "no message", "Content-Type: message/rfc822\n", "Hello\n\nFrom: a@b.example\n", 0, 1 },
	{ "empty", "Content-Type: message/rfc822\n", "", 0, 1 },
	{ "only an empty line", "Content-Type: message/rfc822\n", "\n", 0, 1 },
	{ "not base64", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n", "!!!\n", 0, 1 },
	{ "not named so", "Content-Type: application/octet-stream; name=eml\nContent-Disposition: attachment\n", SPAM, 0, 1 },
	{ "a status", "Content-Type: message/delivery-status\n", "From: a@b.example\n", 0, 0 },
};

static void
test_attached(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * COUNT(attached); i++) {
		const char *what = attached[i / 2].what;
		char *mail = g_strconcat(MIXED "--b\n\nPlease\n--b\n", attached[i / 2].header, "\n", attached[i / 2].content,
		    "\n--b--\n", NULL);
		struct complaint complaint;

		if (i % 2 == 1) {
			char *crlf = with_crlf(mail);

			g_free(mail);
			mail = crlf;
		}
		(void)read_complaint(mail, strlen(mail), &complaint);
		if (complaint.n != attached[i / 2].n || complaint.refused != attached[i / 2].refused)
			fail_msg("%s (%zu): %zu messages, %zu refused", what, i % 2, complaint.n, complaint.refused);
		if (complaint.n == 1 && (strcmp(complaint.item[0].from, "news@shop.example") != 0 ||
		    complaint.item[0].source != COMPLAINT_FORWARD || complaint.item[0].weak))
			fail_msg("%s: '%s' %d", what, complaint.item[0].from, (int)complaint.item[0].source);
		if (complaint.n == 1 && strcmp(what, "message/rfc822") == 0) {
			char *want = i % 2 == 1 ? with_crlf(SPAM) : g_strdup(SPAM);

			assert_int_equal(complaint.item[0].len, strlen(want));
			assert_memory_equal(complaint.item[0].octets, want, strlen(want));
			assert_string_equal(complaint.item[0].decision, "0123456789ABC");
			g_free(want);
		}
		complaint_clear(&complaint);
		g_free(mail);
	}
}

/* A part that is neither multipart nor in one; several; the same twice; messages inside messages. */
static void
test_several(void **state)
{
	static const char whole[] = HEAD "Content-Type: message/rfc822\n\n" SPAM;
	static const char several[] = MIXED
	    "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: message/rfc822\n\nFrom: a@b.example\n\nx\n"
	    "--c--\n--b\nContent-Type: message/rfc822\n\nFrom: c@d.example\nContent-Type: multipart/mixed; boundary=e\n\n"
	    "--e\nContent-Type: message/rfc822\n\nFrom: inner@d.example\n\nx\n--e--\n"
	    "--b\nContent-Type: message/rfc822\n\nFrom: a@b.example\n\nx\n--b--\n";
	struct complaint complaint;

	(void)state;
	assert_int_equal(read_complaint(whole, sizeof(whole) - 1, &complaint), 1);
	assert_int_equal(complaint.n, 1);
	assert_string_equal(complaint.item[0].message_id, "<ad1@shop.example>");
	complaint_clear(&complaint);
	assert_int_equal(read_complaint(several, sizeof(several) - 1, &complaint), 1);
	assert_int_equal(complaint.n, 2);
	assert_int_equal(complaint.refused, 0);
	assert_string_equal(complaint.item[0].from, "a@b.example");
	assert_string_equal(complaint.item[1].from, "c@d.example");
	assert_non_null(strstr(complaint.item[1].octets, "inner@d.example"));
	complaint_clear(&complaint);
}

/* More messages than are taken; nested deeper than is looked; an enormous one; NUL octets; cut anywhere. */
static void
test_too_much(void **state)
{
	GString *mail = g_string_new(MIXED);
	struct complaint complaint;

	(void)state;
	for (int i = 0; i < 150; i++)
		g_string_append_printf(mail, "--b\nContent-Type: message/rfc822\n\nFrom: a%d@b.example\n\nx\n", i);
	g_string_append(mail, "--b--\n");
	assert_int_equal(read_complaint(mail->str, mail->len, &complaint), 1);
	assert_int_equal(complaint.n, COMPLAINT_ITEMS_MAX);
	assert_int_equal(complaint.refused, 50);
	complaint_clear(&complaint);
	g_string_assign(mail, HEAD "Content-Type: multipart/mixed; boundary=d0\n\n");
	for (int i = 0; i < 40; i++)
		g_string_append_printf(mail, "--d%d\nContent-Type: multipart/mixed; boundary=d%d\n\n", i, i + 1);
	g_string_append(mail, "--d40\nContent-Type: message/rfc822\n\nFrom: a@b.example\n\nx\n");
	assert_int_equal(read_complaint(mail->str, mail->len, &complaint), 0);
	complaint_clear(&complaint);
	g_string_assign(mail, MIXED "--b\n");
	for (int i = 0; i < 20; i++)
		g_string_append_printf(mail, "Content-Type: message/rfc822\n\nFrom: a%d@b.example\n", i);
	g_string_append(mail, "\nx\n--b--\n");
	assert_int_equal(read_complaint(mail->str, mail->len, &complaint), 1);
	assert_int_equal(complaint.n, 1);
	assert_string_equal(complaint.item[0].from, "a0@b.example");
	complaint_clear(&complaint);
	g_string_free(mail, TRUE);
}

static void
test_hostile(void **state)
{
	static const char nul[] = MIXED "--b\nContent-Type: message/rfc822\n\nFrom: a@b.example\nSubject: x\0y\n\nx\0y\n--b--\n";
	GString *mail = g_string_new(MIXED "--b\nContent-Type: message/rfc822\n\n" SPAM);
	struct complaint complaint;

	(void)state;
	assert_int_equal(read_complaint(nul, sizeof(nul) - 1, &complaint), 1);
	assert_string_equal(complaint.item[0].from, "a@b.example");
	assert_int_equal(complaint.item[0].octets[complaint.item[0].len - 1], 'y');
	complaint_clear(&complaint);
	for (size_t len = 1; len < mail->len; len += 3) {
		(void)read_complaint(mail->str, len, &complaint);
		complaint_clear(&complaint);
	}
	for (int i = 0; i < 3 * 1024 * 1024 / 16; i++)
		g_string_append(mail, "0123456789abcde\n");
	g_string_append(mail, "--b--\n");
	assert_int_equal(read_complaint(mail->str, mail->len, &complaint), 1);
	assert_true(complaint.item[0].len > 3 * 1024 * 1024);
	assert_string_equal(complaint.item[0].decision, "0123456789ABC");
	complaint_clear(&complaint);
	g_string_free(mail, TRUE);
}

/* take() may end the walk. */
static bool
take_one(void *arg, const struct mime_attached *one)
{
	(*(unsigned *)arg)++;
	return !one->message;
}

static void
test_walk_ends(void **state)
{
	static const char mail[] = MIXED "--b\nContent-Disposition: attachment\n\nx\n--b\nContent-Type: message/rfc822\n\nx\n"
	    "--b\nContent-Type: message/rfc822\n\ny\n--b--\n";
	unsigned n = 0;

	(void)state;
	assert_int_equal(mime_attached_each(mail, sizeof(mail) - 1, "UTF-8", NULL, take_one, &n, NULL), 0);
	assert_int_equal(n, 2);
}

/* ---- reports ----------------------------------------------------------------------------------------- */

#define ARF(fields, part) "From: fbl@isp.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n" \
	"--b\n\nThis is a report about personal data.\n--b\nContent-Type: message/feedback-report\n\n" fields \
	"\n--b\n" part "\n--b--\n"
#define WHOLE	"Content-Type: message/rfc822\n\n" SPAM

static const struct {
	const char	*what, *mail;
	size_t		 n;
	const char	*envelope, *recipient;
	bool		 privacy;
} reports[] = {
	{ "abuse", ARF("Feedback-Type: abuse\nVersion: 1\nOriginal-Mail-From: <x@ESP.example>\n"
	  "Original-Rcpt-To: <Anna@example.com>\nReported-Domain: shop.example\n", WHOLE), 1, "x@esp.example",
	  "anna@example.com", false },
	{ "opt-out", ARF("Feedback-Type: opt-out\nVersion: 1\n", WHOLE), 1, "bounce@shop.example", "", false },
	{ "privacy", ARF("Feedback-Type: Privacy\n", WHOLE), 1, "bounce@shop.example", "", true },
	{ "a header alone", ARF("Feedback-Type: abuse\n", "Content-Type: text/rfc822-headers\n\nFrom: a@b.example\n"), 1, "",
	  "", false },
	{ "two recipients", ARF("Feedback-Type: abuse\nOriginal-Rcpt-To: a@example.com\nOriginal-Rcpt-To: b@example.com\n"
	  "Original-Rcpt-To: a@example.com\n", WHOLE), 1, "bounce@shop.example", "", false },
	{ "one twice", ARF("Feedback-Type: abuse\nOriginal-Rcpt-To: a@example.com\nOriginal-Rcpt-To: <A@example.com>\n", WHOLE),
	  1, "bounce@shop.example", "a@example.com", false },
	{ "redacted", ARF("Feedback-Type: abuse\nOriginal-Rcpt-To: <redacted>\nOriginal-Mail-From: <>\n", WHOLE), 1,
	  "bounce@shop.example", "", false },
	{ "wanted mail", ARF("Feedback-Type: not-spam\n", WHOLE), 0, "", "", false },
	{ "a forged name", ARF("Feedback-Type: auth-failure\n", WHOLE), 0, "", "", false },
	{ "no fields", ARF("", WHOLE), 1, "bounce@shop.example", "", false },
	{ "no message", ARF("Feedback-Type: abuse\n", "\nFrom: a@b.example\nSubject: x\n"), 0, "", "", false },
	{ "a bounce", "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b\n"
	  "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n--b\n" WHOLE "--b--\n", 0, "", "", false },
};

static void
test_reports(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reports); i++) {
		struct complaint complaint;

		(void)read_complaint(reports[i].mail, strlen(reports[i].mail), &complaint);
		if (complaint.n != reports[i].n || complaint.privacy != reports[i].privacy ||
		    strcmp(complaint.original_recipient, reports[i].recipient) != 0)
			fail_msg("%s: %zu, '%s'", reports[i].what, complaint.n, complaint.original_recipient);
		if (complaint.n == 1 && (complaint.item[0].source != COMPLAINT_REPORT || complaint.item[0].weak ||
		    strcmp(complaint.item[0].envelope, reports[i].envelope) != 0))
			fail_msg("%s: '%s'", reports[i].what, complaint.item[0].envelope);
		complaint_clear(&complaint);
	}
}

/* ---- quotations --------------------------------------------------------------------------------------- */

static const struct {
	const char	*text, *from, *subject;		/* from: NULL: nothing is found */
} quotes[] = {
	{ "请处理\n\n------------------ 原始邮件 ------------------\n发件人: \"商城\"<news@shop.example>;\n"
	  "发送时间: 2026年11月1日(星期日) 上午10:00\n收件人: \"anna\"<anna@example.com>;\n主题: 特惠\n\n买\n",
	  "news@shop.example", "特惠" },
	{ "-----原始邮件-----\n发件人：News@Shop.example\n发送时间：2026-11-01 10:00:00\n收件人：anna\n主题：特惠 大促\n",
	  "news@shop.example", "特惠 大促" },
	{ "---------- 转发邮件 ----------\n寄件者：商城 <news@shop.example>\n主旨：特惠\n收件者：x\n", "news@shop.example", "特惠" },
	{ "-------- 转发邮件信息 --------\n发 件 人: 商城 <news@shop.example>\n发送日期: x\n", "news@shop.example", "" },
	{ "---------- Forwarded message ---------\nFrom: Shop <news@shop.example>\nDate: Sun\nSubject: Sale\nTo: <a@b.c>\n",
	  "news@shop.example", "Sale" },
	{ "Begin forwarded message:\n\n> From: Shop <news@shop.example>\n> Subject: Sale\n> Date: Sun\n>\n> Buy\n",
	  "news@shop.example", "Sale" },
	{ "*From:* Shop [mailto:news@shop.example]\n*Sent:* Sunday\n*To:* Anna\n*Subject:* Sale\n", "news@shop.example", "Sale" },
	{ "Subject: Sale\n\nFrom: news@shop.example\n", "news@shop.example", "Sale" },
	{ "| 发件人 | 商城<news@shop.example> |\n| 日期 | 2026 |\n| 收件人 | x |\n| 主题 | 特惠 |\n", "news@shop.example", "特惠 |" },
	{ "From: a@b.example\r\nTo: x@y.example\r\nSubject: s\r\n", "a@b.example", "s" },
	{ "From: a@b.example\nTo: x@y.example\n\nFrom: second@b.example\nTo: z@y.example\n", "a@b.example", "" },
	/* no block: alone, without an address, in running text, too far apart */
	{ "From: a@b.example\n", NULL, NULL },
	{ "From: Shop\nTo: Anna\nSubject: x\n", NULL, NULL },
	{ "发件人: 商城\n主题: 特惠\n", NULL, NULL },
	{ "Mail From: a@b.example and To: c@d.example\nplease\n", NULL, NULL },
	{ "From: a@b.example\n1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n1\n2\nSubject: x\n", NULL, NULL },
	{ "From: a@b.example\n\n\nSubject: x\n", NULL, NULL },
	{ "", NULL, NULL },
	{ ":::::\n：：\n|||\n>>>\n", NULL, NULL },
	{ "From:", NULL, NULL },
};

static void
test_quotes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(quotes); i++) {
		char *mail = g_strconcat(HEAD "Content-Type: text/plain; charset=utf-8\n\n", quotes[i].text, NULL);
		struct complaint complaint;

		(void)read_complaint(mail, strlen(mail), &complaint);
		if ((complaint.n == 1) != (quotes[i].from != NULL))
			fail_msg("quote %zu: %zu found", i, complaint.n);
		if (complaint.n == 1) {
			const struct complaint_item *item = &complaint.item[0];

			if (strcmp(item->from, quotes[i].from) != 0 || strcmp(item->subject, quotes[i].subject) != 0)
				fail_msg("quote %zu: '%s' '%s'", i, item->from, item->subject);
			if (item->source != COMPLAINT_INLINE || !item->weak || item->len == 0 ||
			    strlen(item->octets) != item->len ||
			    (strchr(quotes[i].text, '\r') == NULL && strstr(quotes[i].text, item->octets) == NULL))
				fail_msg("quote %zu: octets", i);
		}
		complaint_clear(&complaint);
		g_free(mail);
	}
}

/* In HTML alone; beside an attachment, which is better evidence; not in a text attachment. */
static void
test_quotes_elsewhere(void **state)
{
	static const char html[] = HEAD "Content-Type: text/html; charset=utf-8\n\n<p>请看</p><div><b>发件人:</b> 商城 "
	    "&lt;news@shop.example&gt;<br><b>发送时间:</b> x<br><b>收件人:</b> y<br><b>主题:</b> 特惠</div>\n";
	static const char both[] = MIXED "--b\n\nFrom: a@b.example\nSubject: x\n--b\nContent-Type: message/rfc822\n\n" SPAM
	    "--b--\n";
	static const char attachment[] = MIXED "--b\nContent-Disposition: attachment\n\nFrom: a@b.example\nSubject: x\n--b--\n";
	struct complaint complaint;

	(void)state;
	assert_int_equal(read_complaint(html, sizeof(html) - 1, &complaint), 1);
	assert_string_equal(complaint.item[0].from, "news@shop.example");
	assert_string_equal(complaint.item[0].subject, "特惠");
	complaint_clear(&complaint);
	assert_int_equal(read_complaint(both, sizeof(both) - 1, &complaint), 1);
	assert_int_equal(complaint.n, 1);
	assert_int_equal(complaint.item[0].source, COMPLAINT_FORWARD);
	complaint_clear(&complaint);
	assert_int_equal(read_complaint(attachment, sizeof(attachment) - 1, &complaint), 0);
	assert_int_equal(complaint.refused, 1);
	complaint_clear(&complaint);
}

static const struct {
	const char	*text;
	bool		 privacy;
} words[] = {
	{ "他们泄露了我的个人信息\n", true },
	{ "他們洩漏個人資料\n", true },
	{ "They have my personal data!\n", true },
	{ "广告，请处理\n", false },
	{ "ok\n\n-- \nThis mail may hold personal data.\n", false },
	{ "> personal data\nspam\n", false },
	{ "spam\n\nFrom: a@b.example\nSubject: privacy\n\nWe respect your personal data.\n", false },
	{ "personal data\n\nFrom: a@b.example\nSubject: x\n", true },
	{ "", false },
};

static void
test_privacy(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		char *mail = g_strconcat(MIXED "--b\nContent-Type: text/plain; charset=utf-8\n\n", words[i].text,
		    "\n--b\nContent-Type: message/rfc822\n\nFrom: c@d.example\n\npersonal data\n--b--\n", NULL);
		struct complaint complaint;

		assert_int_equal(read_complaint(mail, strlen(mail), &complaint), 1);
		if (complaint.privacy != words[i].privacy)
			fail_msg("words %zu: %d", i, complaint.privacy);
		complaint_clear(&complaint);
		g_free(mail);
	}
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(complaint_source_name(COMPLAINT_FORWARD), "forward");
	assert_string_equal(complaint_source_name(COMPLAINT_REPORT), "report");
	assert_string_equal(complaint_source_name(COMPLAINT_INLINE), "inline");
	assert_string_equal(complaint_source_name(COMPLAINT_SOURCE_MAX), "none");
	assert_string_equal(complaint_source_name((enum complaint_source)-1), "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_attached),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_walk_ends),
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_quotes_elsewhere),
		cmocka_unit_test(test_privacy),
		cmocka_unit_test(test_names),
	};

	mime_init();
	text_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
