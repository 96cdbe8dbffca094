/*
 * learn_facts.c - what a message looks like from outside, as rules that may be given a weight.
 *
 * Floor 3, part of learn.  Each is true or false of a message; none looks at who sent it.
 */
#include <string.h>
#include "learn_private.h"

struct fact {
	const char	*name, *test, *en, *zh;
};

#define FACT_FIELD(name, test, en, zh)	{ "LRN_H_" name, "header LRN_H_" name " " test, en, zh }
#define FACT_MARK(name, test, en, zh)	FACT_FIELD(name, "X-Tuiding-Fact =~ " test, en, zh)
#define FACT_TEXT(name, test, en, zh)	{ "LRN_T_" name, "folded LRN_T_" name " " test, en, zh }
#define FACT_URI(name, test, en, zh)	{ "LRN_U_" name, "uri LRN_U_" name " " test, en, zh }

static const struct fact facts[] = {
	/* Fields that a program for many recipients leaves. */
	FACT_FIELD("LIST_UNSUB", "List-Unsubscribe =~ /\\S/",
	    "A List-Unsubscribe field", "有退订字段"),
	FACT_FIELD("ONE_CLICK", "List-Unsubscribe-Post =~ /\\S/",
	    "One-click unsubscription is announced", "声明一键退订"),
	FACT_FIELD("LIST_ID", "List-Id =~ /\\S/", "A List-Id field", "有列表标识字段"),
	FACT_FIELD("LIST_POST", "List-Post =~ /mailto/i", "A list one can write to", "可以投稿的邮件列表"),
	FACT_FIELD("PRECEDENCE_BULK", "Precedence =~ /bulk|junk/i", "Bulk precedence", "声明为批量邮件"),
	FACT_FIELD("PRECEDENCE_LIST", "Precedence =~ /list/i", "List precedence", "声明为列表邮件"),
	FACT_FIELD("FEEDBACK_ID", "Feedback-ID =~ /\\S/", "A Feedback-ID field", "有活动反馈编号"),
	FACT_FIELD("AUTO", "Auto-Submitted =~ /auto-/i", "Says that a machine wrote it", "声明由程序自动发出"),
	FACT_FIELD("REPLY", "In-Reply-To =~ /</", "Answers another message", "是对另一封邮件的答复"),
	FACT_FIELD("REFERENCES", "References =~ /<[^>]*>\\s*</", "Stands in a longer thread", "处于较长的往来中"),
	FACT_FIELD("SUBJECT_RE", "Subject =~ /^\\s*(?:re|aw|sv|\\xe5\\x9b\\x9e\\xe5\\xa4\\x8d|\\xe7\\xad\\x94\\xe5\\xa4\\x8d)"
	    "\\s*(?:\\[\\d+\\])?(?::|\\xef\\xbc\\x9a)/i",
	    "The subject is an answer's", "主题是答复"),
	FACT_FIELD("SUBJECT_TAG", "Subject =~ /^\\s*\\[[A-Za-z][\\w .-]{1,30}\\]/",
	    "The subject begins with a list's tag", "主题以列表标签开头"),
	FACT_FIELD("SUBJECT_NUMBER", "Subject =~ /\\d[\\d-]{5,}/", "A long number in the subject",
	    "主题中有长编号"),
	FACT_FIELD("SUBJECT_SHOUT", "Subject =~ /!|\\xef\\xbc\\x81/", "The subject exclaims", "主题有感叹号"),
	FACT_FIELD("SUBJECT_QUESTION", "Subject =~ /\\?|\\xef\\xbc\\x9f/", "The subject asks", "主题有问号"),
	FACT_FIELD("SUBJECT_PERCENT", "Subject =~ /\\d ?%|\\d\\s*\\xe6\\x8a\\x98/",
	    "A percentage in the subject",
	    "主题有百分比或折扣"),
	FACT_FIELD("SUBJECT_MONEY", "Subject =~ /[$]\\s?\\d|\\xc2\\xa3\\s?\\d|\\xe2\\x82\\xac\\s?\\d"
	    "|\\xc2\\xa5\\s?\\d|\\xef\\xbf\\xa5\\s?\\d|\\d\\s*\\xe5\\x85\\x83/",
	    "A price in the subject", "主题有价格"),
	FACT_FIELD("SUBJECT_BRACKET", "Subject =~ /\\xe3\\x80\\x90/",
	    "A label in Chinese brackets in the subject",
	    "主题有方头括号标签"),
	FACT_FIELD("SUBJECT_PICTURE", "Subject =~ /\\xf0\\x9f|\\xe2[\\x98-\\x9e]/", "Pictures in the subject",
	    "主题有表情符号"),
	FACT_FIELD("SUBJECT_CAPITALS", "Subject =~ /\\b[A-Z]{4,}\\b.*\\b[A-Z]{4,}\\b/",
	    "Words in capitals in the subject",
	    "主题有多个全大写单词"),
	FACT_FIELD("NO_SUBJECT", "Subject !~ /\\S/", "No subject", "没有主题"),
	FACT_FIELD("FROM_NOREPLY", "From:addr =~ /^(?:no|do-?not)[-_.]?reply/i", "The sender wants no answer",
	    "发件地址为免回复地址"),
	FACT_FIELD("REPLY_TO", "Reply-To =~ /@/", "A Reply-To field", "另有回复地址"),
	FACT_FIELD("TO_MANY", "ToCc =~ /@.*@.*@/s", "Three recipients or more", "列出三个以上收件人"),
	FACT_FIELD("TO_NONE", "To !~ /@/", "No recipient is named", "未列明收件人"),
	FACT_FIELD("HTML_ONLY", "Content-Type =~ /^\\s*text\\/html/i", "HTML alone", "只有 HTML"),
	FACT_FIELD("MIXED", "Content-Type =~ /^\\s*multipart\\/mixed/i", "Text with attached files", "正文带有附件"),
	FACT_FIELD("PRIORITY", "X-Priority =~ /^\\s*[12]/", "Marked as urgent", "标为紧急"),
	FACT_FIELD("FROM_LATIN_PERSON", "From:name =~ /^\\s*[A-Z][a-z]+ (?:[A-Z]\\.? )?[A-Z][a-z]+\\s*$/",
	    "The sender's name is a person's, two words",
	    "发件人名形如西文人名"),
	FACT_FIELD("FROM_HAN_PERSON", "From:name =~ /^\\s*(?:[\\xe4-\\xe9][\\x80-\\xbf]{2}){2,3}\\s*$/",
	    "The sender's name has two or three Chinese characters",
	    "发件人名为两三个汉字"),
	FACT_FIELD("FROM_SERVICE", "From:name =~ /service|support|team|billing|account|notif|alert|security"
	    "|\\xe5\\xae\\xa2\\xe6\\x9c\\x8d|\\xe6\\x9c\\x8d\\xe5\\x8a\\xa1|\\xe9\\x80\\x9a\\xe7\\x9f\\xa5/i",
	    "The sender's name is a service's",
	    "发件人名带有客服、通知等字样"),
	FACT_FIELD("TO_NAMED", "To =~ /^\\s*\\S[^<@]*</", "The recipient is named", "收件人带有姓名"),
	FACT_FIELD("CC", "Cc =~ /@/", "There is a copy to others", "抄送他人"),
	FACT_FIELD("SUBJECT_FORWARD", "Subject =~ /^\\s*(?:fwd?|\\xe8\\xbd\\xac\\xe5\\x8f\\x91)\\s*(?::|\\xef\\xbc\\x9a)/i",
	    "The subject is a forwarded one's",
	    "主题为转发"),
	FACT_FIELD("SUBJECT_LONG", "Subject =~ /\\S[^\\n]{59}/", "A long subject", "主题很长"),
	/* Markup. */
	FACT_MARK("HTML", "/^html$/m", "There is HTML", "有 HTML"),
	FACT_MARK("PLAIN", "/^plain$/m", "There is plain text", "有纯文本"),
	FACT_MARK("HIDDEN", "/^hidden-text$/m", "Text is hidden", "有隐藏文字"),
	FACT_MARK("IMAGE_ONLY", "/^image-only$/m", "Pictures and hardly a word", "只有图片"),
	FACT_MARK("ATTACHMENTS", "/^attachments=/m", "Files are attached", "有附件"),
	FACT_MARK("IMAGES", "/^images=/m", "Pictures", "有图片"),
	FACT_MARK("IMAGES_MANY", "/^images=(?:[4-9]|\\d\\d)/m", "Four pictures or more", "四张以上图片"),
	FACT_MARK("LINKS", "/^links=/m", "Links", "有链接"),
	FACT_MARK("LINKS_SOME", "/^links=(?:[3-9]|\\d\\d)/m", "Three links or more", "三个以上链接"),
	FACT_MARK("LINKS_MANY", "/^links=(?:[89]|\\d\\d)/m", "Eight links or more", "八个以上链接"),
	FACT_MARK("DENSE", "/^words-per-link=(?:\\d|[12]\\d)$/m", "Hardly a word between links", "链接密集"),
	FACT_MARK("WORDS_30", "/^words=(?:[3-9]\\d|\\d{3,})$/m", "Thirty words or more", "三十字以上"),
	FACT_MARK("WORDS_80", "/^words=(?:[89]\\d|\\d{3,})$/m", "Eighty words or more", "八十字以上"),
	FACT_MARK("WORDS_200", "/^words=(?:[2-9]\\d\\d|\\d{4,})$/m", "Two hundred words or more", "二百字以上"),
	FACT_MARK("WORDS_500", "/^words=(?:[5-9]\\d\\d|\\d{4,})$/m", "Five hundred words or more", "五百字以上"),
	FACT_MARK("WORDS_1500", "/^words=(?:1[5-9]\\d\\d|[2-9]\\d{3}|\\d{5,})$/m",
	    "Fifteen hundred words or more",
	    "一千五百字以上"),
	/* The text as a whole. */
	FACT_TEXT("HAN", "/[一-鿿]{4}/", "Chinese text", "有中文"),
	FACT_TEXT("QUOTED", "/^>|\\n>/", "Quotes another message", "引用他人来信"),
	FACT_TEXT("SIGNED", "/\\n-- ?\\n/", "A signature is set off", "有签名分隔线"),
	FACT_TEXT("PHONE", "/\\b1[3-9][0-9]{9}\\b|\\b0[0-9]{2,3}-[0-9]{7,8}\\b/", "A telephone number in China",
	    "有中国电话号码"),
	FACT_TEXT("PRICE", "/[$£€¥][0-9]|[0-9] ?元/", "A price", "有价格"),
	FACT_TEXT("PERCENT", "/[0-9] ?%|[0-9]折/", "A percentage", "有百分比或折扣"),
	FACT_TEXT("EXCLAIMS", "/![^!]*!/", "Two exclamation marks", "两个以上感叹号"),
	FACT_TEXT("CODE", "/\\n[a-z_]{1,40}\\(|\\n@@ |\\ndiff |;\\n/", "Source code", "有源代码"),
	FACT_TEXT("CHAT", "/(?:qq|微信|wechat|whatsapp)[号]?[:： ]/", "A number for chatting", "有即时通讯号码"),
	FACT_TEXT("PRICES", "/(?:(?:[$£€¥] ?[0-9]|[0-9] ?元).{0,200}){3}/s", "Three prices or more", "三个以上价格"),
	FACT_TEXT("CENTS", "/[0-9]\\.[0-9]{2}(?![0-9.%])/", "An amount to the cent", "精确到分的金额"),
	FACT_TEXT("CLOCK", "/[0-9]:[0-9]{2}/", "A time of day", "有钟点"),
	FACT_TEXT("DATE", "/[0-9] ?月 ?[0-9]|20[0-9]{2}[-\\/.][0-9]{1,2}[-\\/.][0-9]/", "A date in figures", "有日期"),
	FACT_TEXT("REFERENCE", "/(?<=[a-z-])[0-9]{5}/", "A reference of letters and figures", "有字母数字编号"),
	FACT_TEXT("MASKED", "/[0-9*]\\*{2,}|\\*{4}/", "Figures are masked", "有打码数字"),
	FACT_TEXT("ORNAMENT", "/\\*{3}|={5}|-{6}|[★●◆■▶►✓✔]/", "Lines of ornament", "有装饰符号"),
	FACT_TEXT("LIST_MARKS", "/\\n ?(?:[-*•·]|[1-9]\\.) .*\\n ?(?:[-*•·]|[1-9]\\.) /", "A list of points", "有分条列举"),
	FACT_TEXT("ASKS", "/\\?/", "It asks", "有问句"),
	FACT_TEXT("EXCLAIMS_ONCE", "/!/", "It exclaims", "有感叹号"),
	FACT_TEXT("TRAILS", "/\\.{3}|。{2}|…/", "Sentences trail off", "有省略号"),
	FACT_TEXT("DEAR_HAN", "/\\n ?[一-鿿]{1,3}(?:总|工|哥|姐|老师|先生|女士|小姐|经理|主任)(?:[,:!]|您好|你好|\\n)/",
	    "A greeting by name and rank",
	    "中文称呼带有姓氏"),
	FACT_TEXT("HAN_YOU_POLITE", "/您/", "It says “you” politely", "用“您”"),
	FACT_TEXT("HAN_YOU", "/你/", "It says “you” plainly", "用“你”"),
	FACT_TEXT("HAN_I", "/我(?!们|司|公|国|校|院|行|店|厂)/", "It says “I” in Chinese", "用“我”"),
	FACT_TEXT("HAN_WE", "/我(?:们|司|公司|店|厂)/", "It says “we” in Chinese", "用“我们”"),
	FACT_TEXT("HAN_THEY", "/[他她]/", "It speaks of others in Chinese", "用“他”或“她”"),
	FACT_TEXT("I", "/[\\n ]i[ '’]/", "It says “I”", "英文用“I”"),
	FACT_TEXT("WE", "/[\\n ]we[ '’]/", "It says “we”", "英文用“we”"),
	FACT_TEXT("YOU", "/[\\n ]your?[ '’,.]/", "It says “you”", "英文用“you”"),
	FACT_TEXT("THEY", "/[\\n ](?:he|she|him|her|they)[ '’,.]/", "It speaks of others", "英文提到第三人"),
	/* Links. */
	FACT_URI("UNSUB", "/unsub|optout|opt-out|tuiding/i", "A link leads to unsubscription", "有退订链接"),
	FACT_URI("COUNTED", "/[?&](?:utm_|mc_|spm=|trk)/i", "Links are counted for a campaign", "链接带营销统计参数"),
	FACT_URI("NUMBER", "/^https?:\\/\\/\\d+\\.\\d+\\.\\d+\\.\\d+/i",
	    "A link to a bare number", "链接指向 IP 地址"),
	FACT_URI("COUNTER", "/^https?:\\/\\/(?:click|link|trk|track|email|em|go|t)\\d*\\./i", "Links lead through a counter",
	    "链接经统计跳转"),
	FACT_URI("SHOP", "/sale|shop|store|offer|deal|promo|coupon|product|item|buy|cart|huodong|quan\\b/i",
	    "A link leads to goods",
	    "链接指向商品或活动"),
	FACT_URI("MAILTO", "/^mailto:/i", "A link to write to", "有写信链接"),
};

G_STATIC_ASSERT(G_N_ELEMENTS(facts) <= LEARN_FACTS_MAX);

size_t
learn_facts_count(void)
{
	return G_N_ELEMENTS(facts);
}

const char *
learn_facts_name(size_t i)
{
	return facts[i].name;
}

size_t
learn_facts_han(void)
{
	size_t	i;

	for (i = 0; i < G_N_ELEMENTS(facts); i++)
		if (strcmp(facts[i].name, "LRN_T_HAN") == 0)
			return i;
	return SIZE_MAX;
}

void
learn_facts_put(size_t i, GString *out)
{
	g_string_append_printf(out, "%s\ndescribe %s %s\nlang zh describe %s %s\n", facts[i].test, facts[i].name,
	    facts[i].en, facts[i].name, facts[i].zh);
}

char *
learn_facts(void)
{
	GString	*out = g_string_new(NULL);
	size_t	 i;

	for (i = 0; i < G_N_ELEMENTS(facts); i++)
		learn_facts_put(i, out);
	return g_string_free(out, FALSE);
}
