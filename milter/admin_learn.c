/*
 * admin_learn.c - tuiding rules learn: fits rules with weights on labelled mail.
 *
 * Floor 5, part of admin.  Reads mail, writes the rules and a report.  A file that was there is replaced whole
 * or not at all.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "admin.h"
#include "admin_learn.h"
#include "admin_learn_list.h"
#include "admin_learn_look.h"
#include "admin_learn_read.h"
#include "admin_walk.h"
#include "learn.h"

#define MESSAGE_MAX	(1UL << 20)	/* octets of one message that are read */

/* One run. */
struct work {
	struct admin			*admin;
	struct admin_learn_look		*look;
	struct learn			*learn;
	struct admin_learn_weights	 weights;
	struct admin_learn_groups	*groups;	/* NULL: by sender */
	struct admin_learn_list		 without;
	const char			*dir;		/* at work */
	bool				 commercial;
	bool				 terminal;
	size_t				 n, bad;
	int				 status;
};

static const struct admin_column columns[] = {
	{ "mail", "mail", "邮件", ADMIN_SEEN_ALL },
	{ "rules", "rules", "规则", ADMIN_SEEN_ALL },
	{ "commercial", "commercial", "商业邮件", ADMIN_SEEN_ALL },
	{ "found", "found", "查出", ADMIN_SEEN_ALL },
	{ "other", "other", "其他邮件", ADMIN_SEEN_ALL },
	{ "wrong", "wrong", "误判", ADMIN_SEEN_ALL },
	{ "recall", "recall %", "查出率 %", ADMIN_SEEN_ALL },
	{ "false_positives", "wrong %", "误判率 %", ADMIN_SEEN_ALL },
};

/* ---- messages -------------------------------------------------------------------------------- */

static int
add_one(void *arg, const char *path, const char *octets, size_t len)
{
	struct work *work = arg;
	struct learn_message message;
	struct err err;

	memset(&message, 0, sizeof(message));
	message.path = path;
	message.group = admin_learn_group(work->groups, path);
	message.set = work->dir;
	message.octets = octets;
	message.len = len;
	message.commercial = work->commercial;
	message.weight = admin_learn_weight(&work->weights, path);
	if (learn_add(work->learn, &message, &err) < 0) {
		work->bad++;
		admin_note(work->admin, "'%s': %s", path, err.text);
	}
	work->n++;
	if (work->terminal && work->n % 100 == 0)
		fprintf(stderr, "\r%zu ", work->n);
	return 0;
}

static bool
add_file(void *arg, const char *path)
{
	struct work *work = arg;
	struct err err;

	if (admin_learn_read(path, strcmp(path, work->dir) != 0, MESSAGE_MAX, add_one, work, &err) < 0)
		work->status = admin_trouble(work->admin, "%s", err.text);
	return true;
}

static void
add_failed(void *arg, const char *path, const char *why)
{
	struct work *work = arg;

	work->status = admin_trouble(work->admin, "'%s': %s", path, why);
}

static int
look_at(void *arg, const struct mime *mime, const struct text *text, struct learn_look *look_r, struct err *err)
{
	const struct work *work = arg;

	return admin_learn_look_at(work->look, mime, text, look_r, err);
}

static void
progress(void *arg, const char *step, size_t done, size_t all)
{
	const struct work *work = arg;

	if (work->terminal)
		fprintf(stderr, "\r\033[K%s %zu/%zu ", step, done, all);
}

/* All messages of the folders of one class. */
static void
add_class(struct work *work, const char *list, bool commercial)
{
	struct admin_learn_list dirs;
	size_t i;

	admin_learn_list_read(list, &dirs);
	work->commercial = commercial;
	for (i = 0; i < dirs.n && work->status == 0; i++) {
		work->dir = dirs.item[i];
		admin_walk(work->dir, add_file, add_failed, work);
	}
	admin_learn_list_clear(&dirs);
}

/* ---- settings -------------------------------------------------------------------------------- */

/* A number of an option within its bounds; *value_r stays where the option is not given. */
static int
number_of(const struct admin *admin, const struct admin_args *args, const char *name, double least, double most,
    double *value_r)
{
	const char *text;
	char *end;
	double value;

	text = admin_arg(args, name);
	if (text == NULL)
		return 0;
	errno = 0;
	value = strtod(text, &end);
	if (errno != 0 || end == text || *end != '\0' || !(value >= least && value <= most))
		return admin_usage(admin, say(&admin->say, "--%s wants a number from %g to %g, not '%s'",
		    "--%s 要写 %g 到 %g 之间的数，不能是“%s”"), name, least, most, text);
	*value_r = value;
	return 0;
}

static int
numbers_read(const struct admin *admin, const struct admin_args *args, struct learn_settings *set)
{
	double rules, messages, rate, cost;

	rules = (double)set->max_rules;
	messages = set->min_messages;
	rate = set->false_positives;
	cost = 0;
	if (number_of(admin, args, "max-rules", 1, 100000, &rules) != 0 ||
	    number_of(admin, args, "min-messages", 2, 100000, &messages) != 0 ||
	    number_of(admin, args, "false-positives", 0.00001, 0.5, &rate) != 0 ||
	    number_of(admin, args, "cost", 0.0001, 1000, &cost) != 0)
		return ADMIN_USAGE;
	set->max_rules = (size_t)rules;
	set->min_messages = (unsigned)messages;
	set->false_positives = rate;
	set->cost = cost;
	return 0;
}

/* --holdout: a rate, or a file of groups. */
static int
holdout_read(struct work *work, const char *text, struct learn_settings *set)
{
	struct err err;
	char *end;
	double rate;

	if (text == NULL)
		return 0;
	errno = 0;
	rate = strtod(text, &end);
	if (errno == 0 && end != text && *end == '\0') {
		if (!(rate >= 0.05 && rate <= 0.5))
			return admin_usage(work->admin, say(&work->admin->say,
			    "--holdout wants a rate from 0.05 to 0.5, or a file of groups",
			    "--holdout 要写 0.05 到 0.5 之间的比例，或分组文件"));
		set->folds = (unsigned)(1 / rate + 0.5);
		return 0;
	}
	if (admin_learn_groups_read(text, &work->groups, &err) < 0)
		return admin_trouble(work->admin, "%s", err.text);
	return 0;
}

/* The rules whose score the learned ones are to be added to. */
static int
base_open(struct work *work, const char *base)
{
	struct admin_learn_list paths;
	struct err err;
	int status;

	if (base != NULL) {
		admin_learn_list_read(base, &paths);
		status = admin_learn_look_new((const char *const *)paths.item, paths.n, &work->look, &err);
		admin_learn_list_clear(&paths);
	} else {
		status = admin_conf(work->admin);
		if (status != 0)
			return status;
		status = admin_learn_look_new((const char *const *)work->admin->conf->rules.item,
		    work->admin->conf->rules.n, &work->look, &err);
	}
	return status < 0 ? admin_trouble(work->admin, "%s", err.text) : 0;
}

/* ---- what is written ------------------------------------------------------------------------- */

typedef int	write_fn(const struct learn *learn, FILE *out, struct err *err);

/* Writes a new file beside path, then puts it in its place. */
static int
replace(struct work *work, const char *path, write_fn *fn)
{
	struct err err = { "" };
	char temporary[4200], why[128];
	FILE *out;
	int fd, failed;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return admin_trouble(work->admin, "'%s': the name is too long", path);
	fd = mkstemp(temporary);
	out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (out == NULL) {
		failed = errno;
		if (fd >= 0) {
			(void)close(fd);
			(void)unlink(temporary);
		}
		return admin_trouble(work->admin, "cannot write '%s': %s", path,
		    strerror_r(failed, why, sizeof(why)));
	}
	failed = fn(work->learn, out, &err);
	if (failed == 0 && (fflush(out) != 0 || fchmod(fd, 0644) != 0 || fsync(fd) != 0))
		failed = err_set(&err, "cannot write '%s': %s", path, strerror_r(errno, why, sizeof(why)));
	if (fclose(out) != 0 && failed == 0)
		failed = err_set(&err, "cannot write '%s'", path);
	if (failed == 0 && rename(temporary, path) != 0)
		failed = err_set(&err, "cannot replace '%s': %s", path, strerror_r(errno, why, sizeof(why)));
	if (failed != 0) {
		(void)unlink(temporary);
		return admin_trouble(work->admin, "%s", err.text);
	}
	return 0;
}

/* One set of mail, by one set of rules. */
static void
rates_row(const struct work *work, struct admin_table *table, enum learn_by by, const char *set)
{
	static const char *const names[LEARN_BY_MAX] = { "base", "learned", "both" };
	struct learn_rates rates;

	rates = learn_rates(work->learn, by, set);
	admin_table_text(table, set != NULL ? set : "*");
	admin_table_text(table, names[by]);
	admin_table_number(table, (int64_t)rates.commercial);
	admin_table_number(table, (int64_t)rates.found);
	admin_table_number(table, (int64_t)rates.other);
	admin_table_number(table, (int64_t)rates.wrong);
	admin_table_real(table, rates.commercial > 0 ? 100.0 * (double)rates.found / (double)rates.commercial : 0);
	admin_table_real(table, rates.other > 0 ? 100.0 * (double)rates.wrong / (double)rates.other : 0);
	admin_table_row(table);
}

/* What was found on held-out mail, to standard output. */
static void
rates_show(const struct work *work)
{
	struct admin_table *table;
	unsigned by;
	size_t i;

	table = admin_rows(work->admin, columns, sizeof(columns) / sizeof(columns[0]), false);
	for (i = 0; i <= learn_set_count(work->learn); i++)
		for (by = 0; by < LEARN_BY_MAX; by++)
			rates_row(work, table, (enum learn_by)by,
			    i == 0 ? NULL : learn_set_name(work->learn, i - 1));
	(void)admin_table_end(table);
	if (work->admin->format == ADMIN_TABLE)
		admin_line(work->admin, say(&work->admin->say, "%zu rules", "共 %zu 条规则"),
		    learn_rule_count(work->learn));
}

static int
write_all(struct work *work, const char *out, const char *html)
{
	struct err err;
	int status;

	status = 0;
	if (html != NULL)
		status = replace(work, html, learn_html);
	if (status == 0 && out != NULL)
		status = replace(work, out, learn_write);
	if (status == 0 && out != NULL)
		rates_show(work);
	else if (status == 0 && learn_write(work->learn, stdout, &err) < 0)
		status = admin_trouble(work->admin, "%s", err.text);
	return status;
}

/* Reads the mail and fits. */
static int
fit(struct work *work, const struct admin_args *args)
{
	struct err err;

	add_class(work, admin_arg(args, "commercial"), true);
	add_class(work, admin_arg(args, "other"), false);
	if (work->status != 0)
		return work->status;
	if (learn_fit(work->learn, &err) < 0)
		work->status = admin_trouble(work->admin, "%s", err.text);
	if (work->terminal)
		fputs("\r\033[K", stderr);
	return work->status;
}

/* All options into settings, and what they name read.  0, or an exit status. */
static int
settings_read(struct work *work, const struct admin_args *args, struct learn_settings *set)
{
	struct err err;
	int status;

	status = numbers_read(work->admin, args, set);
	if (status == 0)
		status = holdout_read(work, admin_arg(args, "holdout"), set);
	if (status == 0 && admin_learn_weights_read(admin_arg(args, "weight"), &work->weights, &err) < 0)
		status = admin_usage(work->admin, "%s", err.text);
	if (status == 0 && admin_learn_words_read(admin_arg(args, "without"), &work->without, &err) < 0)
		status = admin_trouble(work->admin, "%s", err.text);
	if (status == 0)
		status = base_open(work, admin_arg(args, "base"));
	if (status == 0 && work->admin->conf != NULL)
		set->required = work->admin->conf->required_score;
	if (status == 0)
		set->rules = admin_learn_look_rules(work->look, &set->nrules);
	set->without = (const char *const *)work->without.item;
	set->nwithout = work->without.n;
	return status;
}

int
admin_learn_run(struct admin *admin, const struct admin_args *args)
{
	struct learn_settings set;
	struct work work;
	struct err err;
	int status;

	if (!learn_available())
		return admin_trouble(admin, say(&admin->say, "this build has no liblinear and cannot learn",
		    "本程序编译时没有 liblinear，不能训练"));
	if (admin_arg(args, "commercial") == NULL || admin_arg(args, "other") == NULL)
		return admin_usage(admin, say(&admin->say, "--commercial and --other are wanted",
		    "--commercial 和 --other 都要给出"));
	memset(&work, 0, sizeof(work));
	work.admin = admin;
	work.terminal = isatty(STDERR_FILENO) == 1;
	set = learn_settings_default;
	set.look = look_at;
	set.progress = progress;
	set.arg = &work;
	status = settings_read(&work, args, &set);
	if (status == 0 && learn_new(&set, &work.learn, &err) < 0)
		status = admin_trouble(admin, "%s", err.text);
	if (status == 0)
		status = fit(&work, args);
	if (status == 0)
		status = write_all(&work, admin_arg(args, "out"), admin_arg(args, "report"));
	learn_free(work.learn);
	admin_learn_look_free(work.look);
	admin_learn_weights_clear(&work.weights);
	admin_learn_groups_free(work.groups);
	admin_learn_list_clear(&work.without);
	return status;
}

const struct admin_option	admin_learn_options[] = {
	{ "commercial", "DIR[,DIR…]", "commercial mail: folders, Maildirs, mbox files",
	    "商业邮件：文件夹、Maildir 或 mbox 文件" },
	{ "other", "DIR[,DIR…]", "other mail", "其他邮件" },
	{ "out", "FILE", "the rules (else standard output)", "规则文件（未给出时写到标准输出）" },
	{ "report", "FILE", "a report as an HTML page", "HTML 报告" },
	{ "base", "PATH[,PATH…]", "rules that the learned ones are added to (else the configuration's)",
	    "与所学规则一同计分的规则（未给出时取配置中的规则）" },
	{ "max-rules", "N", "rules at most (3000)", "规则条数上限（3000）" },
	{ "min-messages", "N", "messages a phrase must stand in (5)", "短语至少出现的邮件数（5）" },
	{ "false-positives", "RATE", "of other mail, at the required score (0.005)",
	    "判定分数线上允许的误判率（0.005）" },
	{ "holdout", "RATE|FILE", "share of senders held out (0.2), or a file of paths and groups",
	    "每轮留出的发件人比例（0.2），或路径与分组的对照文件" },
	{ "cost", "C", "of the regression: less is simpler (else chosen by cross-validation)",
	    "回归的代价参数，越小模型越简单（未给出时由交叉验证选定）" },
	{ "weight", "DIR=N[,DIR=N…]", "messages of DIR count N times", "DIR 中的邮件按 N 倍计" },
	{ "without", "FILE", "words never to be learnt, one a line", "不得学习的词，每行一个" },
	{ NULL, NULL, NULL, NULL }
};
