/*
 * learn_plot.c - the report's drawings: how much is found at which precision, and how the scores lie.
 *
 * Floor 3, part of learn.  Plain SVG, no script; colours by the page's style.
 */
#include <math.h>
#include "learn_private.h"

#define WIDTH	640
#define HEIGHT	320
#define LEFT	48
#define BOTTOM	32
#define PLAIN	(WIDTH - LEFT - 12)	/* of the drawing itself */
#define TALL	(HEIGHT - BOTTOM - 12)
#define LOW	(-15)			/* scores drawn */
#define HIGH	25
#define BINS	(HIGH - LOW)

/* A number as SVG wants it, whatever the locale. */
static void
put_number(GString *out, double x)
{
	char	text[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append(out, g_ascii_formatd(text, sizeof(text), "%.1f", x));
}

static double
across(double share)
{
	return LEFT + share * PLAIN;
}

static double
up(double share)
{
	return HEIGHT - BOTTOM - share * TALL;
}

static void
put_text(GString *out, double x, double y, const char *anchor, const char *text)
{
	g_string_append(out, "<text x=\"");
	put_number(out, x);
	g_string_append(out, "\" y=\"");
	put_number(out, y);
	g_string_append_printf(out, "\" text-anchor=\"%s\">%s</text>\n", anchor, text);
}

static void
put_line(GString *out, const char *class, double x1, double y1, double x2, double y2)
{
	g_string_append_printf(out, "<path class=\"%s\" d=\"M", class);
	put_number(out, x1);
	g_string_append_c(out, ' ');
	put_number(out, y1);
	g_string_append_c(out, 'L');
	put_number(out, x2);
	g_string_append_c(out, ' ');
	put_number(out, y2);
	g_string_append(out, "\"/>\n");
}

static void
begin(GString *out, const char *title)
{
	g_string_append_printf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n<title>%s</title>\n",
	    WIDTH, HEIGHT, title, title);
	put_line(out, "axis", LEFT, up(0), LEFT + PLAIN, up(0));
	put_line(out, "axis", LEFT, up(0), LEFT, up(1));
}

/* ---- recall and precision -------------------------------------------------------------------- */

#define PRECISION_LOW	0.8	/* the axis begins here */

static void
put_curve(const struct learn *learn, enum learn_by by, GString *out)
{
	struct learn_point	*point = learn_measure_points(learn, by);
	double			 found = 0, wrong = 0, all = (double)learn_count(learn, true), last = -1;
	unsigned		 i;

	g_string_append_printf(out, "<path class=\"by%d\" d=\"", (int)by);
	for (i = 0; i < learn->rows->len; i++) {
		double	precision;

		found += point[i].commercial;
		wrong += !point[i].commercial;
		precision = found / (found + wrong);
		if (precision < PRECISION_LOW || (found / all - last < 0.004 && i + 1 < learn->rows->len))
			continue;
		g_string_append_c(out, last < 0 ? 'M' : 'L');
		last = found / all;
		put_number(out, across(last));
		g_string_append_c(out, ' ');
		put_number(out, up((precision - PRECISION_LOW) / (1 - PRECISION_LOW)));
	}
	g_string_append(out, last < 0 ? "M0 0\"/>\n" : "\"/>\n");
	g_free(point);
}

void
learn_plot_curves(const struct learn *learn, GString *out)
{
	static const char *const	names[LEARN_BY_MAX] = { "base 原有规则", "learned 所学规则", "both 合计" };
	char				text[16];
	int				i;

	begin(out, "Recall and precision 召回率与精确率");
	for (i = 0; i <= 5; i++) {
		(void)g_snprintf(text, sizeof(text), "%d%%", 20 * i);
		put_text(out, across(i / 5.0), HEIGHT - 12, "middle", text);
		(void)g_snprintf(text, sizeof(text), "%d%%", 80 + 4 * i);
		put_text(out, LEFT - 6, up(i / 5.0) + 4, "end", text);
	}
	for (i = 0; i < LEARN_BY_MAX; i++) {
		double	y = up(0.3) + 20 * i;

		put_curve(learn, (enum learn_by)i, out);
		(void)g_snprintf(text, sizeof(text), "by%d", i);
		put_line(out, text, across(0.05), y, across(0.1), y);
		put_text(out, across(0.12), y + 4, "start", names[i]);
	}
	g_string_append(out, "</svg>\n");
}

/* ---- how the scores lie ---------------------------------------------------------------------- */

static void
put_bar(GString *out, const char *class, int bin, double share, double offset)
{
	double	wide = (double)PLAIN / BINS;

	if (!(share > 0))
		return;
	g_string_append_printf(out, "<rect class=\"%s\" x=\"", class);
	put_number(out, LEFT + wide * (bin + offset));
	g_string_append(out, "\" y=\"");
	put_number(out, up(share));
	g_string_append(out, "\" width=\"");
	put_number(out, wide / 2);
	g_string_append(out, "\" height=\"");
	put_number(out, share * TALL);
	g_string_append(out, "\"/>\n");
}

/* Shares of each class by score, one point wide; the ends take what lies beyond. */
static double
count_bins(const struct learn *learn, double bin[2][BINS])
{
	double		sum[2], most = 0;
	unsigned	i, class;
	int		k;

	sum[0] = MAX(1, (double)learn_count(learn, false));
	sum[1] = MAX(1, (double)learn_count(learn, true));
	for (i = 0; i < learn->rows->len; i++) {
		const struct learn_row	*row = g_ptr_array_index(learn->rows, i);
		double			 score = learn_measure_score(row, LEARN_BY_BOTH);

		k = (int)floor(CLAMP(score, LOW, HIGH - 1) - LOW);
		bin[row->commercial][k] += 1 / sum[row->commercial];
	}
	for (class = 0; class < 2; class++)
		for (k = 0; k < BINS; k++)
			most = MAX(most, bin[class][k]);
	return most;
}

void
learn_plot_scores(const struct learn *learn, GString *out)
{
	double	bin[2][BINS] = { { 0 } }, most = count_bins(learn, bin), at;
	char	text[16];
	int	k;

	begin(out, "Scores of held-out mail 留出邮件的分数分布");
	for (k = 0; k < BINS; k++) {
		put_bar(out, "other", k, bin[0][k] / most, 0);
		put_bar(out, "commercial", k, bin[1][k] / most, 0.5);
	}
	for (k = LOW; k <= HIGH; k += 5) {
		(void)g_snprintf(text, sizeof(text), "%d", k);
		put_text(out, across((double)(k - LOW) / BINS), HEIGHT - 12, "middle", text);
	}
	at = across(CLAMP((learn->set.required - LOW) / BINS, 0, 1));
	put_line(out, "required", at, up(0), at, up(1));
	put_text(out, at + 6, up(1) + 12, "start", "commercial 商业");
	put_text(out, at - 6, up(1) + 12, "end", "other 其他");
	g_string_append(out, "</svg>\n");
}
