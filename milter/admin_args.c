/*
 * admin_args.c - a subcommand's options and operands, read from its table; and its help.
 *
 * Floor 5, part of admin.  getopt_long() does the reading; what is wrong is said in the person's
 * language.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "admin_args.h"
#include "admin_clean.h"

#define BASE	1000	/* getopt's value of the first option of a table */

/* Those that every subcommand knows. */
static const struct admin_option common[] = {
	{ "config", "FILE", "the configuration (also -c)", "配置文件（也可写作 -c）" },
	{ "lang", "zh|en", "language of the words", "说明文字的语言" },
	{ "format", "FORMAT", "table, json, csv or tsv", "输出格式：table、json、csv 或 tsv" },
	{ "help", NULL, "this help (also -h)", "显示本帮助（也可写作 -h）" },
	{ NULL, NULL, NULL, NULL }
};

static int
take_lang(struct admin *admin, const char *value)
{
	enum say_lang lang;

	lang = say_lang_by_name(value);
	if (lang == SAY_NONE)
		return admin_usage(admin, say(&admin->say, "--lang wants zh or en, not '%s'",
		    "--lang 只能是 zh 或 en，不能是“%s”"), value);
	admin->say.lang = lang;
	return 0;
}

/* What getopt_long() choked on: '?' an unknown option, ':' a missing value. */
static int
complain(const struct admin *admin, int answer, char **argv)
{
	const char *what;

	what = argv[optind - 1];
	if (answer == ':')
		return admin_usage(admin, say(&admin->say, "option '%s' wants a value",
		    "选项“%s”需要一个值"), what);
	return admin_usage(admin, say(&admin->say,
	    "no such option, or not to be used so: '%s' (try --help)",
	    "没有这个选项，或用法不对：“%s”（请看 --help）"), what);
}

int
admin_args_global(struct admin *admin, int argc, char **argv, bool *help_r, bool *version_r)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "lang", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, "+:c:hV", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			admin->conf_path = optarg;
			break;
		case 'l':
			if (take_lang(admin, optarg) != 0)
				return -1;
			break;
		case 'h':
			*help_r = true;
			break;
		case 'V':
			*version_r = true;
			break;
		default:
			(void)complain(admin, c, argv);
			return -1;
		}
	}
	return optind;
}

/* Puts an option table behind those already there. */
static size_t
options_add(struct option *out, const struct admin_option **from, size_t n,
    const struct admin_option *table)
{
	for (; table != NULL && table->name != NULL && n < ADMIN_OPTIONS_MAX; table++, n++) {
		out[n].name = table->name;
		out[n].has_arg = table->value != NULL ? required_argument : no_argument;
		out[n].flag = NULL;
		out[n].val = BASE + (int)n;
		from[n] = table;
	}
	memset(&out[n], 0, sizeof(out[n]));
	return n;
}

/* One of the common options, by name. */
static int
take_common(struct admin *admin, struct admin_args *args, const char *name, const char *value)
{
	if (strcmp(name, "config") == 0) {
		admin->conf_path = value;
	} else if (strcmp(name, "lang") == 0) {
		return take_lang(admin, value);
	} else if (strcmp(name, "help") == 0) {
		args->help = true;
	} else {
		admin->format = admin_format_by_name(value);
		if (admin->format == ADMIN_FORMAT_NONE)
			return admin_usage(admin, say(&admin->say,
			    "--format wants table, json, csv or tsv, not '%s'",
			    "--format 只能是 table、json、csv 或 tsv，不能是“%s”"), value);
	}
	return 0;
}

static int
operands_check(const struct admin *admin, const struct admin_args *args)
{
	const struct admin_command *command;

	command = args->command;
	if (args->n >= command->min && args->n <= command->max)
		return 0;
	return admin_usage(admin, say(&admin->say, "usage: tuiding %s%s%s%s%s (try --help)",
	    "用法：tuiding %s%s%s%s%s（请看 --help）"), args->noun, command->verb[0] != '\0' ? " " : "",
	    command->verb, command->operands[0] != '\0' ? " " : "", command->operands);
}

int
admin_args_read(struct admin *admin, const char *noun, const struct admin_command *command,
    int argc, char **argv, struct admin_args *args_r)
{
	struct option options[ADMIN_OPTIONS_MAX + 1];
	const struct admin_option *from[ADMIN_OPTIONS_MAX];
	size_t own, i;
	int c, status;

	memset(args_r, 0, sizeof(*args_r));
	args_r->command = command;
	args_r->noun = noun;
	own = options_add(options, from, 0, command->options);
	(void)options_add(options, from, own, common);
	optind = 0;
	while ((c = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
		if (c == '?' || c == ':')
			return complain(admin, c, argv);
		if (c < BASE) {
			status = take_common(admin, args_r, c == 'c' ? "config" : "help", optarg);
		} else if (i = (size_t)(c - BASE), i >= own) {
			status = take_common(admin, args_r, from[i]->name, optarg);
		} else {
			if (args_r->value[i] != NULL)
				return admin_usage(admin, say(&admin->say, "--%s is given twice",
				    "选项 --%s 重复"), from[i]->name);
			args_r->value[i] = optarg != NULL ? optarg : "";
			status = 0;
		}
		if (status != 0)
			return status;
	}
	args_r->operand = argv + optind;
	args_r->n = (size_t)(argc - optind);
	return args_r->help ? 0 : operands_check(admin, args_r);
}

const char *
admin_arg(const struct admin_args *args, const char *name)
{
	size_t i;

	for (i = 0; args->command->options != NULL && args->command->options[i].name != NULL; i++)
		if (strcmp(args->command->options[i].name, name) == 0)
			return args->value[i];
	return NULL;
}

/* "  left      right", right beginning in column width. */
static void
help_line(const char *left, size_t width, const char *right)
{
	size_t have;

	have = admin_clean_width(left);
	printf("  %s", left);
	for (; have < width; have++)
		putchar(' ');
	printf("  %s\n", right);
}

/* Whether a subcommand has an option of that name of its own. */
static bool
is_own(const struct admin_command *command, const char *name)
{
	const struct admin_option *own;

	for (own = command->options; own != NULL && own->name != NULL; own++)
		if (strcmp(own->name, name) == 0)
			return true;
	return false;
}

static void
help_options(const struct admin *admin, const struct admin_option *table, const struct admin_command *shadowed)
{
	char left[80];

	for (; table != NULL && table->name != NULL; table++) {
		if (shadowed != NULL && is_own(shadowed, table->name))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", table->name, table->value != NULL ? " " : "",
		    table->value != NULL ? table->value : "");
		help_line(left, 24, say(&admin->say, table->en, table->zh));
	}
}

void
admin_args_help_command(const struct admin *admin, const char *noun,
    const struct admin_command *command)
{
	printf(say(&admin->say, "usage: tuiding [-c FILE] %s%s%s [OPTION]…%s%s\n%s\n\noptions:\n",
	    "用法：tuiding [-c FILE] %s%s%s [选项]…%s%s\n%s\n\n选项：\n"), noun,
	    command->verb[0] != '\0' ? " " : "", command->verb,
	    command->operands[0] != '\0' ? " " : "", command->operands,
	    say(&admin->say, command->en, command->zh));
	help_options(admin, command->options, NULL);
	help_options(admin, common, command);
}

/* The verbs of a noun, a line each. */
static void
help_commands(const struct admin *admin, const struct admin_noun *noun)
{
	const struct admin_command *command;
	char left[120];

	for (command = noun->commands; command->run != NULL; command++) {
		snprintf(left, sizeof(left), "%s%s%s%s%s", noun->name, command->verb[0] != '\0' ?
		    " " : "",
		    command->verb, command->operands[0] != '\0' ? " " : "", command->operands);
		help_line(left, 34, say(&admin->say, command->en, command->zh));
	}
}

void
admin_args_help_noun(const struct admin *admin, const struct admin_noun *noun)
{
	if (noun->commands[0].verb[0] == '\0') {
		admin_args_help_command(admin, noun->name, &noun->commands[0]);
		return;
	}
	printf(say(&admin->say, "usage: tuiding [-c FILE] %s SUBCOMMAND [OPTION]…\n%s\n\n",
	    "用法：tuiding [-c FILE] %s 子命令 [选项]…\n%s\n\n"), noun->name,
	    say(&admin->say, noun->en, noun->zh));
	help_commands(admin, noun);
	printf(say(&admin->say, "\n'tuiding %s SUBCOMMAND --help' tells its options.\n",
	    "\n“tuiding %s 子命令 --help”列出该子命令的选项。\n"), noun->name);
}

void
admin_args_help(const struct admin *admin, const struct admin_noun *nouns)
{
	fputs(say(&admin->say,
	    "usage: tuiding [-c FILE] [--lang zh|en] SUBCOMMAND [--format table|json|csv|tsv] …\n\n",
	    "用法：tuiding [-c FILE] [--lang zh|en] 子命令 [--format table|json|csv|tsv] …\n\n"),
	    stdout);
	for (; nouns->name != NULL; nouns++)
		help_commands(admin, nouns);
	fputs(say(&admin->say,
	    "\n  -V         the version\n"
	    "  --help     help, also behind every subcommand\n"
	    "\nexit status: 0 yes or done, 1 no, not found or a failed check, "
	    "2 called wrongly or the configuration is wrong, 3 trouble\n",
	    "\n  -V         版本\n"
	    "  --help     帮助，每个子命令后面都可以用\n"
	    "\n退出状态：0 是或已完成，1 否、未找到或检查未通过，2 用法或配置有误，3 出现故障\n"),
	    stdout);
}
