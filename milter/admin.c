/*
 * admin.c - "tuiding", the administrator's program: its main, and the table of its nouns.
 *
 * Floor 5.  Finds the subcommand, runs it, and makes sure that what it wrote arrived.  Holds no
 * secret and prints none.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include "admin.h"
#include "admin_args.h"
#include "admin_user.h"
#include "match.h"
#include "setup.h"

static const struct admin_noun nouns[] = {
	{ "check", admin_check_commands, "judge messages", "判定邮件" },
	{ "rules", admin_rules_commands, "the rules that classify", "分类规则" },
	{ "consent", admin_consent_commands, "what people agreed to", "收件人的同意" },
	{ "refusal", admin_refusal_commands, "what people refused", "收件人的拒收" },
	{ "rule", admin_rule_commands, "an administrator's rules for whole domains",
	    "管理员的域名规则" },
	{ "standing", admin_standing_commands, "how a recipient stands to a sender",
	    "收件人对发件人的意愿状态" },
	{ "decision", admin_decision_commands, "what happened to messages", "处置记录" },
	{ "explain", admin_explain_commands, "why it happened", "处置的理由" },
	{ "complaint", admin_complaint_commands, "complaints, and what was done about them",
	    "投诉及其处理" },
	{ "ledger", admin_ledger_commands, "the ledger's upkeep", "台账维护" },
	{ "disclose", admin_disclose_commands, "all that is held about a person",
	    "某人的全部记录" },
	{ "erase", admin_erase_commands, "what is held about a person goes", "删除某人的个人信息" },
	{ "notice", admin_notice_commands, "the rules of collection and use, to publish",
	    "收集、使用规则（供公开）" },
	{ "access-log", admin_access_commands, "who looked at whose data", "查阅记录" },
	{ "status", admin_status_commands, "how the daemon and the ledger are", "运行状态" },
	{ "reload", admin_reload_commands, "read configuration and rules anew", "重新读取配置和规则" },
	{ NULL, NULL, NULL, NULL }
};

static const struct admin_noun *
noun_find(const char *name)
{
	const struct admin_noun *noun;

	for (noun = nouns; noun->name != NULL; noun++)
		if (strcmp(noun->name, name) == 0)
			return noun;
	return NULL;
}

static const struct admin_command *
verb_find(const struct admin_noun *noun, const char *verb)
{
	const struct admin_command *command;

	for (command = noun->commands; command->run != NULL; command++)
		if (command->verb[0] == '\0' || (verb != NULL && strcmp(command->verb, verb) == 0))
			return command;
	return NULL;
}

static int
command_run(struct admin *admin, const struct admin_noun *noun, const struct admin_command *command,
    int argc, char **argv)
{
	struct admin_args args;
	int status;

	status = admin_args_read(admin, noun->name, command, argc, argv, &args);
	if (status != 0)
		return status;
	if (args.help) {
		admin_args_help_command(admin, noun->name, command);
		return ADMIN_YES;
	}
	return command->run(admin, &args);
}

/* A verb that is missing, or one that the noun does not know: which there are. */
static int
verb_wanted(const struct admin *admin, const struct admin_noun *noun, const char *verb)
{
	const struct admin_command *command;
	char verbs[200];
	size_t len;

	verbs[0] = '\0';
	for (command = noun->commands; command->run != NULL; command++) {
		len = strlen(verbs);
		(void)snprintf(verbs + len, sizeof(verbs) - len, "%s%s", len > 0 ? say(&admin->say,
		    ", ", "、") : "", command->verb);
	}
	if (verb == NULL)
		return admin_usage(admin, say(&admin->say,
		    "'%s' wants a subcommand of its own: %s (try: tuiding %s --help)",
		    "“%s”后面要有它的子命令：%s（请看：tuiding %s --help）"), noun->name, verbs,
		    noun->name);
	return admin_usage(admin, say(&admin->say,
	    "'%s' is no subcommand of '%s', these are: %s (try: tuiding %s --help)",
	    "“%s”不是“%s”的子命令，可用的有：%s（请看：tuiding %s --help）"), verb, noun->name, verbs,
	    noun->name);
}

/* argv[0] is the noun. */
static int
noun_run(struct admin *admin, int argc, char **argv)
{
	const struct admin_noun *noun;
	const struct admin_command *command;
	const char *verb;

	noun = noun_find(argv[0]);
	if (noun == NULL)
		return admin_usage(admin, say(&admin->say, "no such subcommand: '%s' (try --help)",
		    "没有这个子命令：“%s”（请看 --help）"), argv[0]);
	verb = argc > 1 ? argv[1] : NULL;
	command = verb_find(noun, verb);
	if (command != NULL && command->verb[0] == '\0')
		return command_run(admin, noun, command, argc, argv);
	if (command != NULL)
		return command_run(admin, noun, command, argc - 1, argv + 1);
	if (verb != NULL && (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0)) {
		admin_args_help_noun(admin, noun);
		return ADMIN_YES;
	}
	return verb_wanted(admin, noun, verb);
}

/* Whether nobody reads standard output any more, as behind "| head". */
static bool
reader_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

/*
 * Exit status 3 when standard output did not take all that was written.  A reader that went away is
 * no fault: then we end without a word by the signal that other programs end by, but only now, with
 * the work done and the ledger closed.
 */
static int
output_end(const struct admin *admin, int status)
{
	int failed;

	failed = fflush(stdout) != 0 || ferror(stdout);
	if (failed && reader_gone()) {
		(void)signal(SIGPIPE, SIG_DFL);
		(void)raise(SIGPIPE);
		return 128 + SIGPIPE;		/* where the signal is blocked */
	}
	if (fclose(stdout) != 0 || failed) {
		admin_note(admin, say(&admin->say, "standard output could not be written",
		    "无法写入标准输出"));
		return ADMIN_TROUBLE;
	}
	return status;
}

static int64_t
now_ms(void)
{
	struct timeval tv;

	(void)gettimeofday(&tv, NULL);
	return (int64_t)tv.tv_sec * 1000 + tv.tv_usec / 1000;
}

int
main(int argc, char **argv)
{
	struct admin admin = { .conf_path = SYSCONFDIR "/tuiding/tuiding.conf", .format = ADMIN_TABLE };
	char who[ADMIN_USER_MAX];
	bool help, version;
	int first, status;

	(void)signal(SIGPIPE, SIG_IGN);
	setup_libraries();
	admin.say.lang = say_lang_by_locale();
	admin.now = now_ms();
	admin_user_person(who);
	admin.who = who;
	help = version = false;
	first = admin_args_global(&admin, argc, argv, &help, &version);
	if (first < 0) {
		status = ADMIN_USAGE;
	} else if (help) {
		admin_args_help(&admin, nouns);
		status = ADMIN_YES;
	} else if (version) {
		printf("tuiding %s (%s)\n", PACKAGE_VERSION, match_engine());
		status = ADMIN_YES;
	} else if (first == argc) {
		status = admin_usage(&admin, say(&admin.say, "a subcommand is wanted (try --help)",
		    "缺少子命令（请看 --help）"));
	} else {
		status = noun_run(&admin, argc - first, argv + first);
	}
	ledger_close(admin.ledger);
	conf_free(admin.conf);
	return output_end(&admin, status);
}
