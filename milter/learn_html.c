/*
 * learn_html.c - the report as a page.
 *
 * Floor 3, part of learn.  Needs no other file and no network.  Names messages by their paths only; every
 * text from mail is escaped.
 */
#include <math.h>
#include <stdlib.h>
#include "learn_private.h"

#define PHRASES		60	/* shown of each kind */
#define ERRORS		40

static const char	head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>What the rules learned 规则训练报告</title>\n<style>\n"
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222;background:#fff}\n"
    "table{border-collapse:collapse;margin:1em 0}\n"
    "td,th{padding:.2em .8em;text-align:left;border-bottom:1px solid #ddd}\n"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}svg{width:100%;height:auto;font-size:12px}\n"
    "svg path{fill:none;stroke-width:2}.axis{stroke:#999}\n"
    ".by0{stroke:#888}.by1{stroke:#0072b2}.by2{stroke:#d55e00}\n"
    ".other{fill:#0072b2}.commercial{fill:#d55e00}.required{stroke:#222;stroke-dasharray:4 3}\n"
    ".phrases span{display:inline-block;border:1px solid #ccc;border-radius:.3em;padding:0 .4em;margin:.15em}\n"
    "</style>\n</head>\n<body>\n<h1>What the rules learned 规则训练报告</h1>\n";

static void
put_escaped(GString *out, const char *text)
{
	char	*escaped = g_markup_escape_text(text, -1);

	g_string_append(out, escaped);
	g_free(escaped);
}

static void
put_heading(GString *out, const char *text)
{
	g_string_append_printf(out, "<h2>%s</h2>\n", text);
}

/* ---- rates ----------------------------------------------------------------------------------- */

static void
put_share(GString *out, size_t n, size_t all)
{
	if (all == 0)
		g_string_append(out, "<td class=\"n\">-</td>");
	else
		g_string_append_printf(out, "<td class=\"n\">%zu/%zu (%u.%02u %%)</td>", n, all,
		    (unsigned)(n * 10000 / all / 100), (unsigned)(n * 10000 / all % 100));
}

static void
put_rates(const struct learn *learn, const char *set, GString *out)
{
	static const char *const	names[LEARN_BY_MAX] = { "base 原有", "learned 所学", "both 合计" };
	unsigned			by;

	for (by = 0; by < LEARN_BY_MAX; by++) {
		struct learn_rates	r = learn_rates(learn, (enum learn_by)by, set);

		g_string_append(out, "<tr><td>");
		put_escaped(out, set == NULL ? "all 全部" : set);
		g_string_append_printf(out, "</td><td>%s</td>", names[by]);
		put_share(out, r.found, r.commercial);
		put_share(out, r.wrong, r.other);
		g_string_append(out, "</tr>\n");
	}
}

static void
put_summary(const struct learn *learn, GString *out)
{
	size_t	i;

	g_string_append_printf(out, "<p>%zu commercial and %zu other messages, %zu rules. "
	    "Each message was judged by a fit that had not seen its group of senders.<br>"
	    "商业邮件 %zu 封，其他邮件 %zu 封，规则 %zu 条。"
	    "每封邮件均由未见过其所属发件人分组的模型评分。</p>\n",
	    learn_count(learn, true), learn_count(learn, false), learn->nrules,
	    learn_count(learn, true), learn_count(learn, false), learn->nrules);
	g_string_append(out, "<table>\n<tr><th>mail 邮件</th><th>rules 规则</th>"
	    "<th>found 查出</th><th>wrong 误判</th></tr>\n");
	put_rates(learn, NULL, out);
	for (i = 0; i < learn_set_count(learn); i++)
		put_rates(learn, learn_set_name(learn, i), out);
	g_string_append(out, "</table>\n");
}

/* ---- phrases --------------------------------------------------------------------------------- */

static void
put_phrase(const struct learn *learn, const struct learn_col *col, GString *out)
{
	g_string_append_printf(out, "<span title=\"%.2f\">", col->weight);
	if (col->kind == LEARN_FACT)
		put_escaped(out, learn_facts_name(col->number));
	else if (col->kind == LEARN_RULE)
		put_escaped(out, learn->set.rules[col->number].name);
	else
		put_escaped(out, col->text);
	g_string_append(out, "</span>\n");
}

static void
put_phrases(const struct learn *learn, GString *out)
{
	size_t			  n, i;
	const struct learn_col	**list = learn_write_order(learn, &n);

	put_heading(out, "Most telling of commercial mail 最能说明是商业邮件的特征");
	g_string_append(out, "<p class=\"phrases\">\n");
	for (i = 0; i < n && i < PHRASES && list[i]->weight > 0; i++)
		put_phrase(learn, list[i], out);
	g_string_append(out, "</p>\n");
	put_heading(out, "Most telling of other mail 最能说明是其他邮件的特征");
	g_string_append(out, "<p class=\"phrases\">\n");
	for (i = 0; i < n && i < PHRASES && list[n - 1 - i]->weight < 0; i++)
		put_phrase(learn, list[n - 1 - i], out);
	g_string_append(out, "</p>\n");
	g_free(list);
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* Those farthest on the wrong side first. */
static int
compare_errors(const void *a, const void *b)
{
	const struct learn_row	*x = *(const struct learn_row *const *)a, *y = *(const struct learn_row *const *)b;
	double			 sx = fabs(learn_measure_score(x, LEARN_BY_BOTH)),
				 sy = fabs(learn_measure_score(y, LEARN_BY_BOTH));

	return sx > sy ? -1 : sx < sy;
}

static void
put_errors(const struct learn *learn, bool commercial, GString *out)
{
	const struct learn_row	**list = g_new(const struct learn_row *, learn->rows->len + 1);
	size_t			  n = 0, i;

	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);

		if (row->commercial == commercial &&
		    (learn_measure_score(row, LEARN_BY_BOTH) >= learn->set.required) != commercial)
			list[n++] = row;
	}
	qsort(list, n, sizeof(*list), compare_errors);
	g_string_append(out, "<table>\n<tr><th>message 邮件</th><th>base 原有</th><th>both 合计</th></tr>\n");
	for (i = 0; i < n && i < ERRORS; i++) {
		g_string_append(out, "<tr><td>");
		put_escaped(out, list[i]->path);
		g_string_append_printf(out, "</td><td class=\"n\">%.2f</td><td class=\"n\">%.2f</td></tr>\n",
		    list[i]->look.base, learn_measure_score(list[i], LEARN_BY_BOTH));
	}
	g_string_append(out, "</table>\n");
	g_free(list);
}

int
learn_html(const struct learn *learn, FILE *out, struct err *err)
{
	GString	*page = g_string_new(head);
	int	 ret = 0;

	put_summary(learn, page);
	put_heading(page, "Recall (across) and precision (up) 召回率（横）与精确率（纵）");
	learn_plot_curves(learn, page);
	put_heading(page, "Scores 分数分布");
	learn_plot_scores(learn, page);
	put_phrases(learn, page);
	put_heading(page, "Other mail called commercial 误判为商业邮件");
	put_errors(learn, false, page);
	put_heading(page, "Commercial mail missed 漏判的商业邮件");
	put_errors(learn, true, page);
	g_string_append(page, "</body>\n</html>\n");
	if (fwrite(page->str, 1, page->len, out) != page->len)
		ret = err_set(err, "the report could not be written");
	g_string_free(page, TRUE);
	return ret;
}
