/*
 * test-command.c - words from recipients: every word, what follows it, the subject beside the text.
 */
#include "command-fixture.h"

static enum command_verb
verb_of(enum command_form form, const char *body)
{
	struct command c;

	assert_int_not_equal(read_as(form, "hello", body, &c), -1);
	if (c.verb == COMMAND_NONE) {
		assert_string_equal(c.key, "");
		assert_string_equal(c.reference, "");
		assert_string_equal(c.line, "");
	}
	return c.verb;
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(command_verb_name(COMMAND_REFUSE), "refuse");
	assert_string_equal(command_verb_name(COMMAND_CONSENT), "consent");
	assert_string_equal(command_verb_name(COMMAND_COMPLAIN), "complain");
	assert_string_equal(command_verb_name(COMMAND_CONFIRM), "confirm");
	assert_string_equal(command_verb_name(COMMAND_UNDO), "undo");
	assert_string_equal(command_verb_name(COMMAND_LIST), "list");
	assert_string_equal(command_verb_name(COMMAND_HELP), "help");
	assert_string_equal(command_verb_name(COMMAND_NONE), "?");
	assert_string_equal(command_verb_name(COMMAND_MAX), "?");
	assert_string_equal(command_verb_name((enum command_verb)-1), "?");
}

/* ---- words ----------------------------------------------------------------------------------- */

static const struct {
	enum command_verb	 verb;
	const char		*words;		/* parted by '|' */
} words[] = {
	{ COMMAND_REFUSE, "退订|退訂|退|T|TD|取消订阅|取消訂閱|拒收|拒绝|拒絕|拒绝接收|拒絕接收|"
	    "不再接收|不要再发|不要再發|不要再发了|请不要再发|请勿再发|別再發了|不再订阅|我要退订|請退訂|"
	    "退订邮件|退订此邮件|unsubscribe|unsubscribe me|please unsubscribe|"
	    "please unsubscribe me|stop|remove|remove me|please remove me|opt out|opt-out|optout" },
	{ COMMAND_CONSENT, "订阅|訂閱|同意|同意接收|恢复订阅|恢復訂閱|重新订阅|DY|subscribe|"
	    "resubscribe|opt in|opt-in|optin" },
	{ COMMAND_COMPLAIN, "举报|舉報|投诉|投訴|检举|檢舉|我要举报|我要投訴|complain|complaint|"
	    "report|report spam" },
	{ COMMAND_CONFIRM, "确认|確認|confirm" },
	{ COMMAND_UNDO, "撤销|撤銷|撤消|undo" },
	{ COMMAND_LIST, "查询|查詢|列表|list" },
	{ COMMAND_HELP, "帮助|幫助|说明|說明|help|帮助？|help?|?|？" },
};

/* ASCII letters as their full-width forms; the caller's g_free(). */
static char *
wide(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text != '\0'; text++)
		if (*text > ' ' && *text < 0x7f)
			g_string_append_unichar(out, 0xff00 + (gunichar)(*text - ' '));
		else
			g_string_append_c(out, *text);
	return g_string_free(out, FALSE);
}

static void
check_word(const char *word, enum command_verb verb)
{
	static const char *const shapes[] = {
		"%s", "%s\n", "  %s  \r\n", "\n\n\xe3\x80\x80%s\xe3\x80\x80\n", "%s。", "“%s”！",
		"(%s)", "【%s】", "%s...\n\n张三\n", "- %s", "*%s*", "<%s>", "%s～",
		"\xef\xbb\xbf%s", "%s\xe2\x80\x8b", "%s\n\n> old words\n", "《%s》；",
	};
	char *upper = g_ascii_strup(word, -1), *full = wide(word);

	for (size_t i = 0; i < COUNT(shapes); i++) {
		char **parts = g_strsplit(shapes[i], "%s", 2);
		const char *forms[] = { word, upper, full };

		for (size_t j = 0; j < COUNT(forms); j++) {
			char *body = g_strconcat(parts[0], forms[j], parts[1], NULL);

			for (int form = COMMAND_FORM_REPLY; form <= COMMAND_FORM_SERVICE; form++)
				if (verb_of((enum command_form)form, body) != verb)
					fail_msg("'%s' is not %s", body, command_verb_name(verb));
			g_free(body);
		}
		g_strfreev(parts);
	}
	g_free(upper);
	g_free(full);
}

static void
test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		char **list = g_strsplit(words[i].words, "|", -1);

		for (size_t j = 0; list[j] != NULL; j++)
			check_word(list[j], words[i].verb);
		g_strfreev(list);
	}
}

static void
test_no_words(void **state)
{
	static const char *const none[] = {
		"", "\n\n", "如何退订？", "请帮我退订酒店", "请勿回复退订", "退订？", "退訂?", "T?",
		"stop?", "td ?", "不退订", "退订酒店", "退货", "退款", "tt", "tdd", "t d", "退订了",
		"已退订", "我不同意", "不同意", "unsubscribed", "unsubscribe.me", "don't stop",
		"stop it", "stop!no", "subscribe to our channel", "listing", "confirmed", "helpful",
		"*", "**", "<>", "。", "-", "退订/td", "退订 td", "退订，谢谢", "同意全部",
		"同意 all", "查询全部", "all", "全部", "stopall", "tall", "td全部x",
		"退订 shop.example", "undo R8K3M2Q5X7A9B", "T\xef\xbf\xbd", "\xef\xbf\xbcTD",
		"> TD", "你好\nTD", "回复TD退订", "退订回T", "1", "Y", "yes", "no", "确认收货",
		"确认订单", "report.pdf", "list:", "http://t", "t@t.example", "举报信",
		"投诉电话：12321",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++) {
		enum command_verb verb = verb_of(COMMAND_FORM_REPLY, none[i]);

		if (strcmp(none[i], "list:") == 0)	/* punctuation alone follows it */
			assert_int_equal(verb, COMMAND_LIST);
		else if (verb != COMMAND_NONE)
			fail_msg("'%s' is %s", none[i], command_verb_name(verb));
	}
}

static void
test_everything(void **state)
{
	static const char *const all[] = {
		"退订全部", "退订 全部", "退訂 所有", "退订：全部", "TD 全部", "TD：ALL", "t *",
		"退订*", "拒收所有邮件", "unsubscribe all", "Stop All!", "取消订阅 全部发件人",
		"opt out everything", "ＴＤ　＊",
	};
	struct command c;

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++)
		for (int form = COMMAND_FORM_REPLY; form <= COMMAND_FORM_SERVICE; form++) {
			assert_int_equal(read_as((enum command_form)form, "hello", all[i], &c), 1);
			if (c.verb != COMMAND_REFUSE || !c.everything || c.unreadable || c.key[0] != '\0')
				fail_msg("'%s' is not everything", all[i]);
		}
	assert_int_equal(read_as(COMMAND_FORM_SERVICE, "hello", "订阅 全部", &c), 1);
	assert_true(c.verb == COMMAND_CONSENT && c.everything);
	assert_int_equal(read_as(COMMAND_FORM_SERVICE, "hello", "举报 *", &c), 1);
	assert_true(c.verb == COMMAND_COMPLAIN && !c.everything && c.unreadable);
}

/* ---- what follows a word --------------------------------------------------------------------- */

static const struct {
	const char		*line;
	enum command_verb	 verb;		/* COMMAND_NONE: no command */
	const char		*key, *reference;	/* both "": unreadable */
} service[] = {
	{ "退订 shop.example", COMMAND_REFUSE, "shop.example", "" },
	{ "退订　shop.example", COMMAND_REFUSE, "shop.example", "" },
	{ "退订:shop.example", COMMAND_REFUSE, "shop.example", "" },
	{ "退订：shop.example。", COMMAND_REFUSE, "shop.example", "" },
	{ "退订，shop.example", COMMAND_REFUSE, "shop.example", "" },
	{ "退订shop.example", COMMAND_REFUSE, "shop.example", "" },
	{ "退 订 : Shop.Example.", COMMAND_REFUSE, "shop.example", "" },
	{ "“退订” shop.example", COMMAND_REFUSE, "shop.example", "" },
	{ "T shop.example", COMMAND_REFUSE, "shop.example", "" },
	{ "t\tshop.example", COMMAND_REFUSE, "shop.example", "" },
	{ "Unsubscribe: news@shop.example", COMMAND_REFUSE, "news@shop.example", "" },
	{ "opt out shop.example", COMMAND_REFUSE, "shop.example", "" },
	{ "拒收 <news@shop.example>", COMMAND_REFUSE, "news@shop.example", "" },
	{ "拒收 \"Shop\" <news@shop.example>", COMMAND_REFUSE, "news@shop.example", "" },
	{ "拒收 好货商城<news@shop.example>", COMMAND_REFUSE, "news@shop.example", "" },
	{ "拒收 @shop.example", COMMAND_REFUSE, "shop.example", "" },
	{ "拒收 news@shop.example<mailto:news@shop.example>", COMMAND_REFUSE, "news@shop.example", "" },
	{ "拒收 shop.example<http://shop.example/>", COMMAND_REFUSE, "shop.example", "" },
	{ "td ｓｈｏｐ．ｅｘａｍｐｌｅ", COMMAND_REFUSE, "shop.example", "" },
	{ "td shop。example", COMMAND_REFUSE, "shop.example", "" },
	{ "td sh\xe2\x80\x8bop.example\xe2\x80\x8b", COMMAND_REFUSE, "shop.example", "" },
	{ "退订 淘寶.example", COMMAND_REFUSE, "xn--8dtz92b.example", "" },	/* not folded to 淘宝 */
	{ "td \x02商\x7f城.example", COMMAND_REFUSE, "xn--czru2d.example", "" },
	{ "订阅 <deals.shop.example>", COMMAND_CONSENT, "<deals.shop.example>", "" },
	{ "DY deals@shop.example", COMMAND_CONSENT, "deals@shop.example", "" },
	{ "投诉 news@shop.example", COMMAND_COMPLAIN, "news@shop.example", "" },
	{ "撤销 R8K3M2Q5X7A9BC", COMMAND_UNDO, "", "R8K3M2Q5X7A9BC" },
	{ "撤銷：r8k3m2q5x7a9bc", COMMAND_UNDO, "", "R8K3M2Q5X7A9BC" },
	{ "undo RABCDEFGHJKMNP", COMMAND_UNDO, "", "RABCDEFGHJKMNP" },
	{ "undo Ｒ８Ｋ３", COMMAND_UNDO, "", "R8K3" },
	{ "确认 12", COMMAND_CONFIRM, "", "12" },
	{ "确认12", COMMAND_CONFIRM, "", "12" },
	{ "confirm #12", COMMAND_CONFIRM, "", "12" },
	{ "confirm ABCDEFGHIJKLMNOPQRSTUVW1", COMMAND_CONFIRM, "", "ABCDEFGHIJKLMNOPQRSTUVW1" },
	{ "confirm ABCDEFGHIJKLMNOPQRSTUVWX1", COMMAND_CONFIRM, "", "" },
	{ "退订 那家店", COMMAND_REFUSE, "", "" },
	{ "退订：那家店", COMMAND_REFUSE, "", "" },
	{ "T 恤", COMMAND_REFUSE, "", "" },
	{ "stop it", COMMAND_REFUSE, "", "" },
	{ "remove please", COMMAND_REFUSE, "", "" },
	{ "td a@b@c.example", COMMAND_REFUSE, "", "" },
	{ "td shop.example other.example", COMMAND_REFUSE, "", "" },
	{ "td <shop", COMMAND_REFUSE, "", "" },
	{ "td <>", COMMAND_REFUSE, "", "" },
	{ "td @", COMMAND_REFUSE, "", "" },
	{ "td -R8", COMMAND_REFUSE, "", "R8" },
	{ "请退订 shop.example 谢谢", COMMAND_REFUSE, "", "" },
	{ "如何退订 shop.example", COMMAND_NONE, "", "" },
	{ "stopping shop.example", COMMAND_NONE, "", "" },
	{ "shop.example", COMMAND_NONE, "", "" },
	{ "shop.example 退订", COMMAND_NONE, "", "" },
	{ "tshop.example", COMMAND_NONE, "", "" },
};

static void
test_service(void **state)
{
	struct command c;

	(void)state;
	for (size_t i = 0; i < COUNT(service); i++) {
		bool readable = service[i].key[0] != '\0' || service[i].reference[0] != '\0';

		assert_int_equal(read_as(COMMAND_FORM_SERVICE, "hello", service[i].line, &c),
		    service[i].verb != COMMAND_NONE);
		if (c.verb != service[i].verb)
			fail_msg("'%s' is %s", service[i].line, command_verb_name(c.verb));
		if (c.verb == COMMAND_NONE)
			continue;
		if (strcmp(c.key, service[i].key) != 0 || strcmp(c.reference, service[i].reference) != 0 ||
		    c.unreadable == readable || c.everything || c.in_subject)
			fail_msg("'%s': key '%s', reference '%s', unreadable %d", service[i].line,
			    c.key, c.reference, c.unreadable);
		assert_int_equal(verb_of(COMMAND_FORM_REPLY, service[i].line), COMMAND_NONE);
	}
}

static void
test_bounds_of_a_line(void **state)
{
	char body[2048];
	struct command c;

	(void)state;
	for (size_t n = 190; n < 210; n++) {			/* "td" and dots: n octets, folded */
		memset(body, '.', n);
		memcpy(body, "td", 2);
		body[n] = '\0';
		assert_int_equal(read_as(COMMAND_FORM_REPLY, "hello", body, &c), n <= COMMAND_LINE_MAX);
		if (n <= COMMAND_LINE_MAX)
			assert_int_equal(strlen(c.line), n);
	}
	for (size_t n = 10; n < 400; n += 13) {			/* a key: never cut, read or none */
		(void)snprintf(body, sizeof(body), "td ");
		memset(body + 3, 'a', n);
		memcpy(body + 3 + n, ".example", 9);
		(void)read_as(COMMAND_FORM_SERVICE, "hello", body, &c);
		if (n <= 63)
			assert_int_equal(strlen(c.key), n + 8);
		else
			assert_string_equal(c.key, "");
		assert_int_equal(c.verb == COMMAND_NONE, n + 11 > COMMAND_LINE_MAX);
	}
	/* Full-width letters take three octets for one. */
	body[0] = '\0';
	for (size_t i = 0; i < 300; i++)
		(void)g_strlcat(body, "！", sizeof(body));
	(void)g_strlcat(body, "ＴＤ", sizeof(body));
	assert_int_equal(verb_of(COMMAND_FORM_REPLY, body), COMMAND_NONE);
	assert_int_equal(verb_of(COMMAND_FORM_REPLY, body + 3 * 110), COMMAND_REFUSE);
}

/* ---- subjects -------------------------------------------------------------------------------- */

static const struct {
	const char		*subject, *body;
	enum command_verb	 verb;
	bool			 in_subject;
} subjects[] = {
	{ "退订", "", COMMAND_REFUSE, true },
	{ "退订", "\n \n\xe3\x80\x80\n", COMMAND_REFUSE, true },
	{ "Re: 退订", "", COMMAND_REFUSE, true },
	{ "RE：退订", "", COMMAND_REFUSE, true },
	{ "Re: re:RE : 退订", "", COMMAND_REFUSE, true },
	{ "回复：退订", "", COMMAND_REFUSE, true },
	{ "回覆: 退訂", "", COMMAND_REFUSE, true },
	{ "答复: TD", "", COMMAND_REFUSE, true },
	{ "答覆：TD", "", COMMAND_REFUSE, true },
	{ "转发：TD", "", COMMAND_REFUSE, true },
	{ "轉寄: TD", "", COMMAND_REFUSE, true },
	{ "Fwd: FW: stop", "", COMMAND_REFUSE, true },
	{ "Re[2]: stop", "", COMMAND_REFUSE, true },
	{ "回复(12): 回复: 投诉", "", COMMAND_COMPLAIN, true },
	{ "AW: SV: unsubscribe", "", COMMAND_REFUSE, true },
	{ "自动回复: 退订", "", COMMAND_NONE, false },
	{ "Automatic reply: stop", "", COMMAND_NONE, false },
	{ "Res: stop", "", COMMAND_NONE, false },
	{ "Re 退订", "", COMMAND_NONE, false },
	{ "[广告] 退订", "", COMMAND_NONE, false },
	{ "退订？", "", COMMAND_NONE, false },
	{ "退订酒店", "", COMMAND_NONE, false },
	{ "", "", COMMAND_NONE, false },
	{ ":::", "", COMMAND_NONE, false },
	{ "退订", "发自我的iPhone\n", COMMAND_REFUSE, true },
	{ "退订", "\n-- \nTD\n", COMMAND_REFUSE, true },
	{ "退订", "anna@example.com\n", COMMAND_REFUSE, true },
	{ "退订", "Anna Zhang\n| ANNA@example.com |\n", COMMAND_REFUSE, true },
	{ "退订", "Bert\n", COMMAND_NONE, false },
	{ "退订", "bert@example.com\n", COMMAND_NONE, false },
	{ "退订", "> old\n", COMMAND_REFUSE, true },
	{ "退订", "退订\n", COMMAND_REFUSE, false },
	{ "退订", "TD\nand more\n", COMMAND_REFUSE, false },
	{ "退订", "同意\n", COMMAND_NONE, false },
	{ "订阅", "退订\n", COMMAND_NONE, false },
	{ "退订", "好的\n", COMMAND_NONE, false },
	{ "退订", "退订酒店\n", COMMAND_NONE, false },
	{ "春季大促", "退订\n", COMMAND_REFUSE, false },
};

static void
test_subjects(void **state)
{
	struct command c;

	(void)state;
	for (size_t i = 0; i < COUNT(subjects); i++) {
		(void)read_as(COMMAND_FORM_REPLY, subjects[i].subject, subjects[i].body, &c);
		if (c.verb != subjects[i].verb || c.in_subject != subjects[i].in_subject)
			fail_msg("'%s' with '%s' is %s, %d", subjects[i].subject, subjects[i].body,
			    command_verb_name(c.verb), c.in_subject);
	}
}

static void
test_subject_beside_text(void **state)
{
	static const struct {
		const char	*subject, *body, *key;	/* NULL: none; "": unreadable; "*": all */
	} cases[] = {
		{ "退订 shop.example", "", "shop.example" },
		{ "退订 shop.example", "退订", "shop.example" },
		{ "退订", "退订 shop.example", "shop.example" },
		{ "退订 shop.example", "TD Shop.Example", "shop.example" },
		{ "退订 shop.example", "退订 other.example", NULL },
		{ "退订 shop.example", "退订 全部", NULL },
		{ "退订 全部", "退订", "*" },
		{ "退订 shop.example", "stop writing to me", "" },
		{ "stop writing to me", "退订 shop.example", "" },
		{ "订阅 shop.example", "退订 shop.example", NULL },
	};
	struct command c;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int ret = read_as(COMMAND_FORM_SERVICE, cases[i].subject, cases[i].body, &c);

		assert_int_equal(ret, cases[i].key != NULL);
		if (ret == 0)
			continue;
		assert_int_equal(c.unreadable, cases[i].key[0] == '\0');
		assert_int_equal(c.everything, strcmp(cases[i].key, "*") == 0);
		assert_string_equal(c.key, c.everything ? "" : cases[i].key);
		assert_int_equal(c.in_subject, cases[i].body[0] == '\0');
	}
}

static void
test_many_prefixes(void **state)
{
	GString *subject = g_string_new(NULL);
	struct command c;

	(void)state;
	for (int i = 0; i < 20; i++)
		g_string_append(subject, "Re: ");
	g_string_append(subject, "TD");
	assert_int_equal(read_as(COMMAND_FORM_REPLY, subject->str, "", &c), 1);
	g_string_prepend(subject, "Re: ");
	assert_int_equal(read_as(COMMAND_FORM_REPLY, subject->str, "", &c), 0);
	g_string_free(subject, TRUE);
}

/* A writer whose name is a command still says it. */
static void
test_name_that_is_a_word(void **state)
{
	struct mime *mime = NULL;
	struct command c;
	struct err err;
	static const char octets[] = "From: TD <td@example.com>\nSubject: x\n\nTD\n";

	(void)state;
	assert_int_equal(mime_parse(octets, strlen(octets), "GB18030", NULL, &mime, &err), 0);
	assert_int_equal(command_read(mime, COMMAND_FORM_REPLY, "GB18030", &c, &err), 1);
	mime_free(mime);
}

static void
test_program_lines(void **state)
{
	static const char *const own[] = {
		"发自我的iPhone", "發自我的 iPhone", "发自我的华为手机", "发自我的小米手机",
		"来自小米手机", "来自 华为手机", "发自 网易邮箱大师", "發自 Yahoo 奇摩手機信箱",
		"从我的 iPhone 发送", "從我的 iPhone 傳送", "从 Windows 版邮件发送",
		"发送自 Windows 10 版邮件应用", "获取 Outlook for iOS", "取得 Outlook for Android",
		"获取 Outlook for iOS<https://aka.ms/o0ukef>", "下载 Outlook for Android",
		"签名由 网易邮箱大师 定制", "Sent from my iPhone",
		"Sent from Yahoo Mail on Android", "Sent from Mail for Windows",
		"Get Outlook for iOS", "-- 发自新浪邮箱客户端", "发自我的 vivo 手机",
		"Sent via the Samsung Galaxy S20", "发自我的OPPO", "通过 Outlook 发送",
	};
	static const char *const not_own[] = {
		"来自北京的酒店", "来自我的客户", "从网易买的票", "发自内心", "获取报价",
		"由我来办", "使用华为手机", "Sent yesterday", "get it", "退掉小米手机",
	};
	struct command c;

	(void)state;
	for (size_t i = 0; i < COUNT(own); i++)
		if (read_as(COMMAND_FORM_REPLY, "退订", own[i], &c) != 1 || !c.in_subject)
			fail_msg("'%s' is no mail program's line", own[i]);
	for (size_t i = 0; i < COUNT(not_own); i++)
		if (read_as(COMMAND_FORM_REPLY, "退订", not_own[i], &c) != 0)
			fail_msg("'%s' is a mail program's line", not_own[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_no_words),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_service),
		cmocka_unit_test(test_bounds_of_a_line),
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_subject_beside_text),
		cmocka_unit_test(test_many_prefixes),
		cmocka_unit_test(test_name_that_is_a_word),
		cmocka_unit_test(test_program_lines),
	};

	mime_init();
	text_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
