/*
 * admin_say.c - words to a person, in English or Chinese.
 *
 * Floor 5, part of admin.  One Chinese term for each notion, the same in every text: 同意 consent,
 * 拒收 refusal, 声明 statement, 台账 ledger, 意愿状态 standing, 处置 verdict, 处置记录 decision,
 * 作废 void, 域名规则 rule.
 */
#include <stdlib.h>
#include <string.h>
#include "admin_say.h"

struct pair {
	const char	*en, *zh;
};

static const struct pair classes[CLASS_MAX] = {
	[CLASS_OTHER]		= { "other", "其他" },
	[CLASS_COMMERCIAL]	= { "commercial", "商业性" },
};

static const struct pair directions[DIRECTION_MAX] = {
	[DIRECTION_INBOUND]	= { "inbound", "收信" },
	[DIRECTION_OUTBOUND]	= { "outbound", "发信" },
};

static const struct pair modes[MODE_MAX] = {
	[MODE_OBSERVE]		= { "observe", "观察" },
	[MODE_ENFORCE]		= { "enforce", "执行" },
};

static const struct pair standings[STANDING_MAX] = {
	[STANDING_REFUSED]	= { "refused", "已拒收" },
	[STANDING_NONE]		= { "none", "未表示" },
	[STANDING_CORRESPONDENT] = { "correspondent", "有往来" },
	[STANDING_CONSENTED]	= { "consented", "已同意" },
	[STANDING_UNKNOWN]	= { "unknown", "不明" },
};

static const struct pair actions[ACTION_MAX] = {
	[ACTION_ACCEPT]		= { "accept", "放行" },
	[ACTION_TAG]		= { "tag", "加标签" },
	[ACTION_QUARANTINE]	= { "quarantine", "隔离" },
	[ACTION_REJECT]		= { "reject", "退回" },
	[ACTION_TEMPFAIL]	= { "tempfail", "暂缓" },
};

static const struct pair kinds[LEDGER_KIND_MAX] = {
	[LEDGER_CONSENT]	= { "consent", "同意" },
	[LEDGER_REFUSAL]	= { "refusal", "拒收" },
	[LEDGER_VOID]		= { "void", "作废" },
	[LEDGER_COMPLAINT]	= { "complaint", "投诉" },
};

static const struct pair words[WORD_KIND_MAX] = {
	[WORD_CONSENT]		= { "consent", "同意" },
	[WORD_REFUSAL]		= { "refusal", "拒收" },
};

struct named {
	const char	*name, *en, *zh;
};

static const struct named sources[] = {
	{ "admin", "administrator", "管理员登记" }, { "import", "import", "批量导入" }, { "reply",
	    "reply", "回复邮件" }, { "unproven", "reply, not proven", "回复邮件（未经验证）" },
	{ "token", "refusal address", "退订地址" }, { "mail", "command mail", "指令邮件" },
	{ "complaint", "complaint", "投诉" }, { NULL, NULL, NULL }
};

static const struct named identities[] = {
	{ "from", "From", "发件人" }, { "envelope", "envelope sender", "信封发件人" },
	{ "list", "mailing list", "邮件列表" }, { "dkim", "DKIM signature", "DKIM 签名域" }, { NULL,
	    NULL, NULL }
};

enum say_lang
say_lang_by_name(const char *name)
{
	if (strcmp(name, "zh") == 0)
		return SAY_ZH;
	return strcmp(name, "en") == 0 ? SAY_EN : SAY_NONE;
}

enum say_lang
say_lang_by_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			return strncmp(value, "zh", 2) == 0 ? SAY_ZH : SAY_EN;
	}
	return SAY_EN;
}

const char *
say(const struct say *say, const char *en, const char *zh)
{
	return say->lang == SAY_ZH ? zh : en;
}

static const char *
pair_say(const struct say *who, const struct pair *pairs, size_t n, size_t i)
{
	if (i >= n || pairs[i].en == NULL)
		return "?";
	return who->lang == SAY_ZH ? pairs[i].zh : pairs[i].en;
}

const char *
say_class(const struct say *who, enum policy_class class)
{
	return pair_say(who, classes, CLASS_MAX, (size_t)class);
}

const char *
say_direction(const struct say *who, enum policy_direction direction)
{
	return pair_say(who, directions, DIRECTION_MAX, (size_t)direction);
}

const char *
say_mode(const struct say *who, enum policy_mode mode)
{
	return pair_say(who, modes, MODE_MAX, (size_t)mode);
}

const char *
say_standing(const struct say *who, enum policy_standing standing)
{
	return pair_say(who, standings, STANDING_MAX, (size_t)standing);
}

const char *
say_action(const struct say *who, enum policy_action action)
{
	return pair_say(who, actions, ACTION_MAX, (size_t)action);
}

const char *
say_kind(const struct say *who, enum ledger_kind kind)
{
	return pair_say(who, kinds, LEDGER_KIND_MAX, (size_t)kind);
}

const char *
say_word(const struct say *who, enum policy_word_kind word)
{
	return pair_say(who, words, WORD_KIND_MAX, (size_t)word);
}

/* The words for that name; else the name itself. */
static const char *
name_say(const struct say *who, const struct named *table, const char *name)
{
	for (; name != NULL && table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return who->lang == SAY_ZH ? table->zh : table->en;
	return name != NULL ? name : "?";
}

const char *
say_source(const struct say *who, const char *source)
{
	return name_say(who, sources, source);
}

const char *
say_identity(const struct say *who, const char *identity)
{
	return name_say(who, identities, identity);
}
