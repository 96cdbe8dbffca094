/*
 * admin_notice.c - tuiding notice: the rules of collection and use, to be published (Art. 2 of the Decision).
 *
 * Floor 5, part of admin.  Made from the configuration that is in force, so that it says what is done and no more.
 * Chinese above English.  Opens no ledger.
 */
#include "admin.h"
#include "setup.h"

/* Whether "who wrote to whom" is learnt at all. */
static bool
learns_talk(const struct conf *conf)
{
	return conf->token_key[0] != '\0' && conf->correspondent_days > 0;
}

/* Of letters and the access log: as setup_prune(). */
static unsigned
log_days(const struct conf *conf)
{
	return conf->retention_days > SETUP_LOG_DAYS ? conf->retention_days : SETUP_LOG_DAYS;
}

/* "a, b、c"; each cleaned by the configuration's own reader. */
static void
list_write(const struct conf_list *list, const char *between)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		printf("%s%s", i > 0 ? between : "", list->item[i]);
}

static void
zh_collected(const struct conf *conf)
{
	puts("\n二、收集哪些信息，为什么");
	puts("1. 商业性邮件的处置记录：时间、收件人、发件人（邮件头和信封地址、邮件列表标识、签名域名）、客户端 IP 地址、\n"
	    "   登录名、Message-ID、主题、队列编号、命中的规则和分数、处置结果。用于落实收件人的同意和拒收、答复查询。");
	puts("   被判定为其他类别的邮件不留处置记录。邮件正文不保存。");
	puts("   此外，系统日志为每封邮件记一行：时间、队列编号、发件地址、类别、分数、处置，商业性邮件并记收件人。");
	puts("2. 您的声明：您作出的同意、拒收、撤销，作出的时间，以及作为凭据的来信（限定大小）。用于执行您的意愿并证明其存在。");
	printf("3. 投诉：您投诉的邮件（最多保存 %zu 字节）、处理经过和结果。用于处理投诉、向主管部门举报。\n",
	    conf->evidence_max_size);
	puts("4. 发给您的确认信和答复的内容与发送结果。");
	if (learns_talk(conf))
		puts("5. 往来关系：仅保存经密钥运算的摘要（无法还原为地址），用于避免误拦您正在通信的对方的来信。");
	if (conf->measure == CONF_MEASURE_DOVEADM || conf->measure == CONF_MEASURE_COMMAND)
		puts("受理您的投诉后，系统会从您的邮箱中删除您所投诉的那一封邮件，不读取其他邮件。");
}

static void
zh_kept(const struct conf *conf)
{
	puts("\n三、保存多久");
	puts("声明：为持续保护您而长期保存，直至您要求删除。");
	printf("处置记录、证据：%u 天（网络安全法要求网络日志留存不少于六个月）。\n", conf->retention_days);
	if (learns_talk(conf))
		printf("往来摘要：%u 天。\n", conf->correspondent_days);
	printf("信件、查阅记录：%u 天。系统日志：不少于六个月。\n", log_days(conf));
	puts("\n四、如何保护");
	puts("不向他人出售或者非法提供。仅管理员可以查阅，每次查阅均留下记录。声明写入前后相连的哈希链，不能暗中改动。");
	puts("依法向主管部门举报、配合调查时提供的除外。");
}

static void
zh_rights(const struct conf *conf)
{
	const char *to = conf->command_address;

	puts("\n五、您的权利");
	if (to[0] != '\0') {
		printf("拒收：直接回复商业性邮件“退订”，或写信至 %s，内容为“退订”加对方地址或域名。\n", to);
		printf("同意、撤回同意：写信至 %s，内容为“订阅”或“退订”加对方地址或域名。撤回与同意同样方便。\n", to);
		printf("查询：写信至 %s，内容为“查询”。撤销自己的声明：“撤销”加编号。\n", to);
	} else {
		puts("拒收、同意、查询：请与管理员联系。");
	}
	if (conf->complaint_address[0] != '\0')
		printf("投诉：把邮件作为附件转发至 %s，我们在 %u 天内处理并告知结果。\n", conf->complaint_address,
		    conf->complaint_days);
	puts("复制、更正、删除：可以要求管理员提供您的全部记录，或者予以删除。法定留存期内的日志予以封存，期满清除。");
	puts("您也可以向 12321 网络不良与垃圾信息举报受理中心（www.12321.cn）举报。");
}

static void
zh_write(const struct conf *conf)
{
	puts("商业性电子邮件过滤服务个人信息收集、使用规则\n");
	puts("依据：《全国人民代表大会常务委员会关于加强网络信息保护的决定》第二条、第七条、第八条，《个人信息保护法》，\n"
	    "《互联网电子邮件服务管理办法》。处理这些信息是为履行上述法定义务。");
	puts("\n一、谁在收集，范围");
	printf("服务提供者：%s\n", conf->operator[0] != '\0' ? conf->operator : "（请在配置 operator 中填写）");
	fputs("适用的邮箱：", stdout);
	list_write(&conf->local_domains, "、");
	puts(conf->local_domains.n > 0 ? "" : "（请在配置 local-domains 中填写）");
	puts(conf->mode == MODE_ENFORCE ? "本服务按规则自动识别商业性邮件，并按您的意愿放行、加标签或退回。" :
	    "本服务目前处于观察阶段：识别并记录商业性邮件，不改变投递。");
	zh_collected(conf);
	zh_kept(conf);
	zh_rights(conf);
}

static void
en_collected(const struct conf *conf)
{
	puts("\n2. What is collected, and why");
	puts("(1) Of commercial messages: time, recipient, sender (header and envelope addresses, mailing list, signing\n"
	    "    domains), client address, login name, Message-ID, subject, queue id, the rules that hit and the score, and\n"
	    "    what was done: to carry out what recipients agreed to and refused, and to answer for it.");
	puts("    Of other mail no such record is made. The text of messages is not kept.");
	puts("    The system's log has a line for each message: time, queue id, sender, class, score, what was done, and of\n"
	    "    commercial mail the recipient.");
	puts("(2) Your statements: consent, refusal, undoing, when you made them, and your letter as proof (up to a size).");
	printf("(3) Complaints: the message you complain of (at most %zu octets), what was done, and the outcome.\n",
	    conf->evidence_max_size);
	puts("(4) The confirmations and answers that are sent to you.");
	if (learns_talk(conf))
		puts("(5) Who writes to whom: keyed digests only, which cannot be turned back into addresses, so that mail of\n"
		    "    people you write to is not stopped by mistake.");
	if (conf->measure == CONF_MEASURE_DOVEADM || conf->measure == CONF_MEASURE_COMMAND)
		puts("When you complain, the one message you complain of is removed from your mailbox; no other is read.");
}

static void
en_kept(const struct conf *conf)
{
	puts("\n3. For how long");
	puts("Statements: for as long as they protect you, until you ask for their erasure.");
	printf("Records of what was done, evidence: %u days (the law asks for six months of network logs).\n",
	    conf->retention_days);
	if (learns_talk(conf))
		printf("Digests of conversations: %u days.\n", conf->correspondent_days);
	printf("Letters, records of who looked: %u days. The system's log: six months at least.\n", log_days(conf));
	puts("\n4. How it is guarded");
	puts("It is not sold nor given away unlawfully. Only administrators can look, and each look leaves a record. Statements\n"
	    "are bound in a chain of hashes and cannot be altered unseen. Reports to the authority are made as the law says.");
}

static void
en_rights(const struct conf *conf)
{
	const char *to = conf->command_address;

	puts("\n5. Your rights");
	if (to[0] != '\0') {
		printf("To refuse: answer the message with \"unsubscribe\", or write to %s: unsubscribe, and the address or domain.\n",
		    to);
		printf("To consent, and to withdraw it, which is as easy: write to %s: subscribe, or unsubscribe.\n", to);
		printf("To see your statements: write to %s: list. To undo one: undo, and its reference.\n", to);
	} else {
		puts("To refuse, to consent, to see your statements: ask the administrator.");
	}
	if (conf->complaint_address[0] != '\0')
		printf("To complain: forward the message as attachment to %s; we act within %u days and tell you.\n",
		    conf->complaint_address, conf->complaint_days);
	puts("To get a copy, to correct, to erase: ask the administrator. Logs that the law wants kept are sealed until then.");
	puts("You may also report to the reporting centre 12321 (www.12321.cn).");
}

static void
en_write(const struct conf *conf)
{
	puts("Collection and use of personal data by the filter of commercial e-mail\n");
	puts("Ground: Articles 2, 7 and 8 of the NPC Standing Committee's Decision on Strengthening Network Information\n"
	    "Protection, the Personal Information Protection Law, and the Measures for the Administration of Internet\n"
	    "Electronic Mail Services. The data are processed to perform these duties.");
	puts("\n1. Who collects, and where");
	printf("Service provider: %s\n", conf->operator[0] != '\0' ? conf->operator : "(set operator in the configuration)");
	fputs("Mailboxes: ", stdout);
	list_write(&conf->local_domains, ", ");
	puts(conf->local_domains.n > 0 ? "" : "(set local-domains in the configuration)");
	puts(conf->mode == MODE_ENFORCE ?
	    "Commercial mail is recognised by rules, and let in, labelled or returned as you wish." :
	    "At present commercial mail is recognised and recorded; no delivery is changed.");
	en_collected(conf);
	en_kept(conf);
	en_rights(conf);
}

static int
notice_run(struct admin *admin, const struct admin_args *args)
{
	int status;

	(void)args;
	if (admin->format != ADMIN_TABLE)
		return admin_usage(admin, "%s", say(&admin->say, "notice is a text for people: it has no --format",
		    "notice 是供人阅读的文字，没有 --format"));
	status = admin_conf(admin);
	if (status != 0)
		return status;
	zh_write(admin->conf);
	puts("\n----------------------------------------------------------------\n");
	en_write(admin->conf);
	if (admin->conf->operator[0] == '\0' || admin->conf->local_domains.n == 0)
		admin_note(admin, "%s", say(&admin->say, "set operator and local-domains before you publish it",
		    "公布之前请先在配置中填写 operator 和 local-domains"));
	return ADMIN_YES;
}

const struct admin_command admin_notice_commands[] = {
	{ "", "", 0, 0, NULL, notice_run, LEDGER_NONE,
	    "the rules of collection and use, to publish (Chinese and English)",
	    "收集、使用规则，供公开（中英文）" },
	{ NULL, NULL, 0, 0, NULL, NULL, LEDGER_NONE, NULL, NULL }
};
