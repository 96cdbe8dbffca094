/*
 * admin_complaint_export.c - tuiding complaint export: a folder of evidence, fit to attach to a report.
 *
 * Floor 5, part of admin.  Never writes over a file: the folder must not be there.  SHA256SUMS comes last, so that a
 * folder without it is one that was not finished.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "admin_access.h"
#include "admin_complaint_sheet.h"
#include "admin_said.h"
#include "admin_user.h"

#define TABLE_NAME	"complaints.csv"
#define SHEET_NAME	"说明.txt"
#define SUMS_NAME	"SHA256SUMS"
#define BOM		"\xef\xbb\xbf"	/* without it spreadsheets in China take UTF-8 for GBK */

struct export {
	struct admin		*admin;
	int			 folder;	/* descriptor */
	bool			 overdue;
	struct admin_table	*table;
	FILE			*sheet, *csv;	/* in memory */
	GString			*sums;
	size_t			 cases, files;
	bool			 failed;
	struct err		 err;
};

/* One file of the bundle, and its line of SHA256SUMS.  0, or -1. */
static int
file_write(struct export *export, const char *name, const char *octets, size_t len)
{
	char why[128], *sum;
	ssize_t n = 0;
	size_t at;
	int fd;

	fd = openat(export->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return err_set(&export->err, "cannot make '%s': %s", name, strerror_r(errno, why, sizeof(why)));
	for (at = 0; at < len && n >= 0; at += (size_t)n) {
		n = write(fd, octets + at, len - at);
		if (n < 0 && errno == EINTR)
			n = 0;
	}
	if (n < 0 || fsync(fd) != 0) {
		(void)err_set(&export->err, "cannot write '%s': %s", name, strerror_r(errno, why, sizeof(why)));
		(void)close(fd);
		return -1;
	}
	(void)close(fd);
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)octets, len);
	g_string_append_printf(export->sums, "%s  %s\n", sum, name);
	g_free(sum);
	return 0;
}

/* The hash of the complaint's statement; "" where it cannot be told. */
static void
hash_find(const struct export *export, int64_t seq, char hash[LEDGER_HASH_HEX + 1])
{
	const struct ledger_filter filter = { .seq = seq };
	struct admin_said *said = NULL;
	struct err err;

	hash[0] = '\0';
	if (seq != 0 && admin_said_find(export->admin->ledger, &filter, &said, &err) == 1)
		(void)snprintf(hash, LEDGER_HASH_HEX + 1, "%s", said->statement.hash);
	admin_said_free(said);
}

static bool
export_case(void *arg, const struct ledger_case *c)
{
	struct export *export = arg;
	char name[40], hash[LEDGER_HASH_HEX + 1];

	if (export->overdue && !admin_complaint_overdue(export->admin, c))
		return true;
	(void)snprintf(name, sizeof(name), "%06lld.%s", (long long)c->number, c->weak ? "txt" : "eml");
	if (c->evidence != NULL && file_write(export, name, c->evidence, c->evidence_len) != 0) {
		export->failed = true;
		return false;
	}
	export->files += c->evidence != NULL;
	export->cases++;
	hash_find(export, c->statement, hash);
	admin_complaint_sheet_case(export->admin, c, c->evidence != NULL ? name : NULL, hash, export->sheet);
	admin_complaint_row(export->admin, export->table, c);
	return true;
}

/* Cases, table, sheet, sums.  0, or -1 with export->err. */
static int
bundle_write(struct export *export, const struct ledger_case_filter *filter)
{
	char *csv = NULL, *sheet = NULL;
	size_t csv_len = 0, sheet_len = 0;
	int ret = -1;

	export->csv = open_memstream(&csv, &csv_len);
	export->sheet = open_memstream(&sheet, &sheet_len);
	export->sums = g_string_new(NULL);
	if (export->csv == NULL || export->sheet == NULL) {
		(void)err_set(&export->err, "no memory");
		goto out;
	}
	(void)fputs(BOM, export->csv);
	(void)fputs(BOM, export->sheet);
	admin_complaint_sheet_head(export->admin, filter, export->sheet);
	export->table = admin_complaint_table(export->admin, export->csv, false);
	if (ledger_cases(export->admin->ledger, filter, export_case, export, &export->err) >= 0 && !export->failed)
		ret = 0;
	(void)admin_table_end(export->table);
	admin_complaint_sheet_foot(export->cases, export->files, export->sheet);
	if (fclose(export->csv) != 0 || fclose(export->sheet) != 0)
		ret = err_set(&export->err, "no memory");
	export->csv = export->sheet = NULL;
	if (ret == 0 && (file_write(export, TABLE_NAME, csv, csv_len) != 0 ||
	    file_write(export, SHEET_NAME, sheet, sheet_len) != 0 ||
	    file_write(export, SUMS_NAME, export->sums->str, export->sums->len) != 0))
		ret = -1;
out:
	if (export->csv != NULL)
		(void)fclose(export->csv);
	if (export->sheet != NULL)
		(void)fclose(export->sheet);
	g_string_free(export->sums, TRUE);
	free(csv);
	free(sheet);
	return ret;
}

/* A new folder, which the user that the ledger makes of us can write.  Descriptor, or -1 after saying why. */
static int
folder_make(const struct admin *admin, const char *path)
{
	char *inside = g_build_filename(path, "x", NULL);
	struct err err = { "" };
	char why[128];
	int made, fd = -1;

	made = admin_user_folder(inside, admin->conf->user, &err);
	if (made == 0)
		(void)admin_trouble(admin, say(&admin->say, "'%s' is there already: name a folder that is not",
		    "“%s”已经存在：请另取目录名"), path);
	else if (made < 0)
		(void)admin_trouble(admin, "%s", err.text);
	else if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		(void)admin_trouble(admin, "'%s': %s", path, strerror_r(errno, why, sizeof(why)));
	g_free(inside);
	return fd;
}

/* The folder is taken away again where nothing came into it. */
static int
export_run(struct admin *admin, const struct admin_args *args, const char *out,
    const struct ledger_case_filter *filter, bool overdue)
{
	struct export export = { .admin = admin, .overdue = overdue };
	enum admin_format format = admin->format;
	int status;

	export.folder = folder_make(admin, out);
	if (export.folder < 0)
		return ADMIN_TROUBLE;
	status = admin_show(admin, args, filter->recipient);
	if (status == 0) {
		admin->format = ADMIN_CSV;
		if (bundle_write(&export, filter) != 0)
			status = admin_trouble(admin, say(&admin->say, "the bundle in '%s' is not complete: %s",
			    "“%s”中的材料不完整：%s"), out, export.err.text);
		admin->format = format;
	}
	(void)close(export.folder);
	if (status != 0) {
		(void)rmdir(out);
		return status;
	}
	admin_line(admin, say(&admin->say, "%zu cases with %zu files of evidence: %s",
	    "%zu 件投诉，证据文件 %zu 个：%s"), export.cases, export.files, out);
	return export.cases > 0 ? ADMIN_YES : ADMIN_NO;
}

int
admin_complaint_export(struct admin *admin, const struct admin_args *args)
{
	struct admin_complaint_room room;
	struct ledger_case_filter filter;
	const char *out = admin_arg(args, "out");
	int status;

	if (out == NULL || out[0] == '\0')
		return admin_usage(admin, "%s", say(&admin->say, "--out is wanted: a folder that is not there yet",
		    "必须用 --out 写明尚不存在的目录"));
	if (g_str_has_suffix(out, ".tar"))
		return admin_usage(admin, say(&admin->say, "--out makes a folder; then: tar -cf %s FOLDER",
		    "--out 只生成目录，打包请用：tar -cf %s 目录"), out);
	status = admin_conf(admin);
	if (status == 0)
		status = admin_complaint_filter(admin, args, &room, &filter);
	if (status != 0)
		return status;
	filter.evidence = true;
	return export_run(admin, args, out, &filter, room.overdue);
}
