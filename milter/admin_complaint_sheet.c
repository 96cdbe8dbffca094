/*
 * admin_complaint_sheet.c - the covering sheet of an exported bundle: who, when, what was done, and on what ground.
 *
 * Floor 5, part of admin.  In Chinese whatever the language of the program: its readers are the authority and the
 * reporting centre.  Says only what the ledger holds.
 */
#include <stdlib.h>
#include "admin_clean.h"
#include "admin_complaint_sheet.h"

static const struct say zh = { .lang = SAY_ZH };

/* One line, made fit to be read. */
static void
line(FILE *out, const char *name, const char *text)
{
	char *clean;

	if (text == NULL || text[0] == '\0')
		return;
	clean = admin_clean(text);
	(void)fprintf(out, "%s：%s\n", name, clean);
	free(clean);
}

static void
time_line(FILE *out, const char *name, int64_t ms)
{
	char text[ADMIN_TIME_MAX];

	if (ms != 0)
		line(out, name, admin_time_text(ms, true, text));
}

void
admin_complaint_sheet_head(const struct admin *admin, const struct ledger_case_filter *filter, FILE *out)
{
	(void)fputs("商业性电子信息投诉材料说明\n\n", out);
	(void)fputs("接收单位：12321 网络不良与垃圾信息举报受理中心／有关主管部门\n", out);
	line(out, "提交单位", admin->conf->operator[0] != '\0' ? admin->conf->operator : "（请填写电子邮件服务提供者名称）");
	line(out, "投诉受理邮箱", admin->conf->complaint_address);
	time_line(out, "导出时间", admin->now);
	line(out, "导出人", admin->who);
	line(out, "投诉人（筛选）", filter->recipient);
	line(out, "被投诉发件人（筛选）", filter->sender);
	time_line(out, "受理时间自（筛选）", filter->since);
	time_line(out, "受理时间至（筛选，不含）", filter->until);
	(void)fputs("\n一、投诉事项\n", out);
}

/* What was done about it. */
static void
done_lines(const struct ledger_case *c, FILE *out)
{
	char text[120];

	(void)snprintf(text, sizeof(text), "已登记投诉人的拒收声明，台账序号 %lld", (long long)c->refusal);
	if (c->refusal != 0)
		line(out, "已采取措施", text);
	line(out, "处理状态", admin_complaint_state(&zh, c->state));
	line(out, "处理结果", c->reason);
	time_line(out, "结案时间", c->closed_at);
}

void
admin_complaint_sheet_case(const struct admin *admin, const struct ledger_case *c, const char *file,
    const char *hash, FILE *out)
{
	char text[160];

	(void)fprintf(out, "\n【%lld】\n", (long long)c->number);
	line(out, "投诉人", c->recipient != NULL ? c->recipient : "（个人信息已应本人要求删除）");
	time_line(out, "受理时间", c->opened_at);
	line(out, "类别", admin_complaint_kind(&zh, c->kind));
	line(out, "被投诉邮件的发件人", c->from);
	line(out, "信封信息", c->envelope);
	line(out, "主题", c->subject);
	line(out, "Message-ID", c->message_id);
	line(out, "本系统处置记录", c->decision);
	done_lines(c, out);
	if (admin_complaint_overdue(admin, c))
		line(out, "提示", "超过规定期限尚未办结");
	line(out, "证据文件", file != NULL ? file : "（未提交，或保存期满已删除）");
	if (file != NULL && c->evidence_len < c->evidence_size) {
		(void)snprintf(text, sizeof(text), "仅保存前 %zu 字节，原邮件共 %zu 字节", c->evidence_len, c->evidence_size);
		line(out, "注", text);
	}
	if (file != NULL && c->weak)
		line(out, "注", "投诉人仅提供了正文引用，并非原始邮件");
	line(out, "证据 SHA-256", c->sha256);
	(void)snprintf(text, sizeof(text), "第 %lld 条，哈希 %s", (long long)c->statement, hash);
	if (hash[0] != '\0')
		line(out, "台账", text);
}

void
admin_complaint_sheet_foot(size_t cases, size_t files, FILE *out)
{
	(void)fprintf(out, "\n共 %zu 件投诉，证据文件 %zu 个。\n", cases, files);
	(void)fputs(
	    "\n二、法律依据\n"
	    "1. 《全国人民代表大会常务委员会关于加强网络信息保护的决定》（2012年12月28日）第七条：未经接收者同意或者请求，\n"
	    "   或者接收者明确表示拒绝的，不得向其个人电子邮箱发送商业性电子信息。\n"
	    "2. 同一决定第八条：受到商业性电子信息侵扰的，有权要求网络服务提供者删除有关信息或者采取其他必要措施予以制止。\n"
	    "3. 同一决定第九条：任何组织和个人对违法发送电子信息的行为，有权向有关主管部门举报、控告。\n"
	    "4. 《互联网电子邮件服务管理办法》（原信息产业部令第38号）第十三条、第十四条、第十五条。\n"
	    "5. 《中华人民共和国广告法》第四十三条。\n"
	    "\n三、文件与核验\n"
	    "complaints.csv   全部投诉的数据表（UTF-8）。\n"
	    "*.eml            被投诉邮件，按收到时的原样保存；*.txt 为投诉人在正文中的引用。\n"
	    "SHA256SUMS       以上各文件的 SHA-256 校验值，核验命令：sha256sum -c SHA256SUMS\n"
	    "每件投诉在受理时即写入前后相连的哈希链台账，事后改动可以发现；“台账”一项为其在链上的位置和哈希。\n"
	    "本材料含有个人信息，仅供举报和调查使用，请妥善保管。\n", out);
}
