/*
 * admin_explain_law.c - the parts of an explanation that speak of the law and of what is left to do.
 *
 * Floor 5, part of admin.  The Decision is cited first; MII Order 38 (2006) stands beside it.  A
 * correspondent or a rule is policy and is never passed off as consent or request.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "admin_explain.h"

struct text {
	const char	*en, *zh;
};

static const struct text laws[STANDING_MAX][3] = {
	[STANDING_REFUSED] = {
		{ "Art. 7 of the Decision (2012): no commercial electronic information to a "
		  "personal mailbox after the "
		  "recipient has expressly refused it.",
		  "《关于加强网络信息保护的决定》（2012年）第七条：接收者明确表示拒绝的，不得向其"
		  "个人电子邮箱发送商业性电子信息。" },
		{ "Beside it, MII Order 38 (2006) Art. 14: who is refused stops sending.",
		  "另见《互联网电子邮件服务管理办法》（2006年信息产业部令第38号）第十四条：接收者"
		  "拒绝继续接收的，发送者应当停止发送。" },
	},
	[STANDING_NONE] = {
		{ "Art. 7 of the Decision (2012): no commercial electronic information to a "
		  "personal mailbox without the "
		  "recipient's consent or request. None is on record here.",
		  "《关于加强网络信息保护的决定》（2012年）第七条：未经接收者同意或者请求，不得向"
		  "其个人电子邮箱发送商业性电子信息。"
		  "本台账中没有同意或请求的记录。" },
		{ "Beside it, MII Order 38 (2006) Art. 13: no advertising by mail without "
		  "express consent, and its subject "
		  "begins with 广告 or AD.",
		  "另见《互联网电子邮件服务管理办法》（2006年信息产业部令第38号）第十三条：未经接"
		  "收者明确同意不得发送商业广告邮件，"
		  "且标题前部应注明“广告”或“AD”。" },
		{ "That none is on record is no proof that none was given: the sender may hold it.",
		  "没有记录不等于从未同意：发送者可能持有同意的凭据。" },
	},
	[STANDING_CONSENTED] = {
		{ "Art. 7 of the Decision (2012) allows commercial electronic information that "
		  "the recipient consented to; "
		  "consent can be taken back at any time.",
		  "《关于加强网络信息保护的决定》（2012年）第七条允许经接收者同意的商业性电子信息；"
		  "同意可以随时撤回。" },
	},
	[STANDING_CORRESPONDENT] = {
		{ "The recipient wrote to this sender lately. That is a rule of this service "
		  "against mistakes, and not the "
		  "consent or request of Art. 7 of the Decision (2012).",
		  "收件人近期曾与该发件人通信。这只是本服务防止误判的规则，并不等于《关于加强网络"
		  "信息保护的决定》（2012年）"
		  "第七条所说的同意或者请求。" },
	},
	[STANDING_UNKNOWN] = {
		{ "The ledger could not be read, so nobody could tell whether Art. 7 of the "
		  "Decision (2012) was met; nothing "
		  "was taken for consent, and nothing for its absence.",
		  "台账当时无法读取，不能判断是否符合《关于加强网络信息保护的决定》（2012年）第七"
		  "条；既不视为同意，也不视为未同意。" },
	},
};

static const struct text by_rule = {
	"It rests on a rule that an administrator made for the recipients' whole domain: policy "
	"of this service, not a "
	"word of the recipient. Any statement of the recipient goes before it.",
	"依据的是管理员为整个收件域名设定的域名规则，属于本服务的策略，不是收件人本人的表示；收件"
	"人本人的声明优先于它。"
};

static const struct text actions[ACTION_MAX] = {
	[ACTION_ACCEPT]		= { "delivered as it came", "照常投递" },
	[ACTION_TAG]		= { "delivered, marked as advertising", "加上广告标签后投递" },
	[ACTION_QUARANTINE]	= { "held back in the mail server's quarantine",
	    "由邮件服务器隔离扣留" },
	[ACTION_REJECT]		= { "not accepted; the sending server was told so",
	    "未接收，并已告知发送方服务器" },
	[ACTION_TEMPFAIL]	= { "put off; the sending server was asked to try again later",
	    "暂缓接收，请发送方服务器稍后重试" },
};

void
admin_explain_law(const struct admin *admin, const struct ledger_decision *decision)
{
	const struct text *law;
	size_t i;

	admin_explain_head(admin, "What the law says", "法律依据");
	if (decision->by_rule)
		admin_explain_line(admin, "%s", say(&admin->say, by_rule.en, by_rule.zh));
	law = laws[decision->standing < STANDING_MAX ? decision->standing : STANDING_UNKNOWN];
	if (decision->by_rule)
		law = laws[STANDING_NONE];		/* the person said nothing */
	for (i = 0; i < 3; i++)
		if (law[i].en != NULL)
			admin_explain_line(admin, "%s", say(&admin->say, law[i].en, law[i].zh));
}

static const char *
action_text(const struct admin *admin, enum policy_action action)
{
	if (action <= ACTION_NONE || action >= ACTION_MAX)
		return "?";
	return say(&admin->say, actions[action].en, actions[action].zh);
}

void
admin_explain_done(const struct admin *admin, const struct ledger_decision *decision)
{
	admin_explain_head(admin, "What was done", "处置");
	admin_explain_line(admin, say(&admin->say, "%s: %s", "%s：%s"), say_action(&admin->say,
	    decision->action), action_text(admin, decision->action));
	if (decision->mode == MODE_OBSERVE)
		admin_explain_line(admin, say(&admin->say,
		    "The service only observed (mode = observe) and changed nothing. When "
		    "enforced: %s, %s",
		    "当时处于观察模式（mode = observe），未作任何改变。执行模式下：%s，%s"),
		    say_action(&admin->say, decision->would), action_text(admin, decision->would));
	else if (decision->would != decision->action)
		admin_explain_line(admin, say(&admin->say,
		    "For this recipient alone it would have been %s; the message had several "
		    "recipients.",
		    "若只有这一位收件人，处置应为：%s；该邮件有多位收件人。"),
		    say_action(&admin->say, decision->would));
	if (decision->reply != NULL && decision->reply[0] != '\0')
		admin_explain_line(admin, say(&admin->say, "Answer to the sending server: %s",
		    "对发送方服务器的答复：%s"), decision->reply);
	else
		admin_explain_line(admin, "%s", say(&admin->say,
		    "The sending server was told nothing but that it is accepted.",
		    "对发送方服务器只答复已接收。"));
}

void
admin_explain_way(const struct admin *admin, const struct ledger_decision *decision)
{
	const char *command, *complaint, *key;

	command = admin->conf->command_address != NULL ? admin->conf->command_address : "";
	complaint = admin->conf->complaint_address != NULL ? admin->conf->complaint_address : "";
	key = decision->default_key != NULL && decision->default_key[0] != '\0' ?
	    decision->default_key : say(&admin->say, "SENDER", "发件人");
	admin_explain_head(admin, "What the recipient can do", "收件人可以做什么");
	if (decision->standing == STANDING_REFUSED && !decision->by_rule) {
		admin_explain_line(admin, "%s", say(&admin->say,
		    "The refusal is the recipient's own: only the recipient can end it, by "
		    "consenting to this sender; an entry "
		    "made in error is declared void, with the reason.",
		    "这是收件人本人的拒收：只有本人另行同意才能改变；登记有误的，由管理员注明理由"
		    "后作废。"));
	} else {
		admin_explain_line(admin, say(&admin->say,
		    "Refuse all further commercial mail of %s%s%s; a refusal never expires.",
		    "拒收 %s 今后的一切商业性邮件%s%s；拒收没有期限。"), key,
		    command[0] != '\0' ? say(&admin->say, ", in a mail to ", "，可发邮件至 ") : "",
		    command);
		admin_explain_line(admin, say(&admin->say,
		    "A word in writing to this service's administrator does too (entered by: tuiding "
		    "refusal add %s %s).",
		    "也可以书面告知本服务的管理员（登记命令：tuiding refusal add %s %s）。"),
		    decision->recipient != NULL ? decision->recipient : "?", key);
	}
	admin_explain_line(admin, say(&admin->say,
	    "Art. 8 of the Decision: who is harassed by commercial electronic information may "
	    "ask the network service "
	    "provider to delete it or to stop it%s%s.",
	    "《决定》第八条：受到商业性电子信息侵扰的，有权要求网络服务提供者删除有关信息或者采取"
	    "其他必要措施予以制止%s%s。"),
	    complaint[0] != '\0' ? say(&admin->say, ", here: ", "，本服务的投诉地址：") : "",
	    complaint);
}
