/* Charts made of letters: dots of Braille (two by four in a letter) for lines, eighths of blocks for bars;
 * plain ASCII where the terminal knows no UTF-8. */
#include <math.h>
#include <stdlib.h>

#include "query/render/canvas.h"

struct grid {
	unsigned w, h; /* letters */
	uint8_t *dots; /* Braille of each letter */
	uint8_t *bars; /* eighths filled, 0 to 8 */
	uint8_t *dot_colour, *bar_colour;
	const struct chart_look *look;
	FILE *out;
};

/* ANSI's eight colours, in the order of enum chart_colour. */
static const unsigned ansi[CHART_COLOURS] = { 94, 91, 93, 92, 95, 96, 33, 37 };

static void put_colour(const struct grid *g, unsigned colour)
{
	if (g->look->colour)
		fprintf(g->out, "\x1b[%um", colour);
}

static void put_text(FILE *out, const char *text, unsigned width, bool right)
{
	struct buffer b = { 0 };
	put_visible(&b, text, strlen(text), ESCAPE_ALL);
	unsigned columns = text_columns(b.at ? b.at : "", b.used);
	for (unsigned i = columns; right && i < width; i++)
		putc(' ', out);
	size_t n = b.used;
	/* cut at a letter's border */
	while (n && text_columns(b.at, n) > width)
		do
			n--;
		while (n && ((unsigned char)b.at[n] & 0xc0) == 0x80);
	fwrite(b.at ? b.at : "", 1, n, out);
	for (unsigned i = columns; !right && i < width; i++)
		putc(' ', out);
	free(b.at);
}

static void set_dot(struct grid *g, long x, long y, unsigned colour)
{
	static const uint8_t bits[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
	if (x < 0 || y < 0 || x >= (long)g->w * 2 || y >= (long)g->h * 4)
		return;
	size_t at = (size_t)(y / 4) * g->w + (size_t)(x / 2);
	g->dots[at] |= bits[y % 4][x % 2];
	g->dot_colour[at] = (uint8_t)colour;
}

static void set_line(struct grid *g, double x0, double y0, double x1, double y1, unsigned colour)
{
	double n = ceil(fmax(fabs(x1 - x0), fabs(y1 - y0)));
	/* Nothing is drawn outside; a line between far points is cut short. */
	if (n > 100000)
		n = 100000;
	for (double i = 0; i <= n; i++) {
		double t = n > 0 ? i / n : 0;
		set_dot(g, (long)floor(x0 + (x1 - x0) * t), (long)floor(y0 + (y1 - y0) * t), colour);
	}
}

static void set_bar(struct grid *g, double x0, double x1, double low, double high, unsigned colour)
{
	long from = (long)floor(x0), to = (long)ceil(x1) - 1;
	if (to < from)
		to = from;
	for (long x = from < 0 ? 0 : from; x <= to && x < (long)g->w; x++)
		for (long row = 0; row < (long)g->h; row++) {
			double filled = (high - (double)row) * 8;
			size_t at = (size_t)((long)g->h - 1 - row) * g->w + (size_t)x;
			uint8_t eighths = (uint8_t)(filled >= 8 ? 8 : filled > 0 ? ceil(filled) : 0);
			if (!eighths || (double)row + 1 <= low || eighths < g->bars[at])
				continue;
			g->bars[at] = eighths;
			g->bar_colour[at] = (uint8_t)colour;
		}
}

static void plot_series(struct grid *g, const struct chart *chart, const struct chart_series *s,
	const struct scale *x, const struct scale *y)
{
	bool joined = s->mark == MARK_LINE || s->mark == MARK_STEPS, open = false;
	double before_x = 0, before_y = 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct point *p = &s->points[i];
		if (!isfinite(p->y)) {
			open = false;
			continue;
		}
		double px = scale_at(x, p->x), py = scale_at(y, p->y), low = scale_at(y, p->low);
		if (s->mark == MARK_BARS || s->mark == MARK_STACK) {
			double w = fabs(scale_at(x, 1) - scale_at(x, 0)) *
				   (chart->kind == CHART_COLUMNS ? 0.72 : s->width);
			double left = chart->kind == CHART_COLUMNS ? px - w / 2 : px;
			set_bar(g, left / 2, (left + w) / 2, (g->h * 4 - low) / 4, (g->h * 4 - py) / 4,
				s->colour);
			continue;
		}
		if (s->mark == MARK_SEGMENTS)
			set_line(g, px, low, px, py, s->colour);
		else if (joined && open && s->mark == MARK_STEPS) {
			set_line(g, before_x, before_y, px, before_y, s->colour);
			set_line(g, px, before_y, px, py, s->colour);
		} else if (joined && open)
			set_line(g, before_x, before_y, px, py, s->colour);
		else
			set_dot(g, (long)px, (long)py, s->colour);
		open = true;
		before_x = px;
		before_y = py;
	}
}

static void put_cell(const struct grid *g, size_t at)
{
	static const char *const blocks[] = { " ", "\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83",
		"\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88" };
	bool dots = g->dots[at], bar = g->bars[at];
	if (!dots && !bar) {
		putc(' ', g->out);
		return;
	}
	put_colour(g, ansi[dots ? g->dot_colour[at] : g->bar_colour[at]]);
	if (!g->look->utf8)
		putc(dots ? '*' : '#', g->out);
	else if (dots)
		fprintf(g->out, "\xe2%c%c", 0xa0 | g->dots[at] >> 6, 0x80 | (g->dots[at] & 0x3f));
	else
		fputs(blocks[g->bars[at]], g->out);
	put_colour(g, 0);
}

static void put_legend(const struct grid *g, const struct chart *chart, unsigned indent)
{
	unsigned at = 0;
	for (unsigned i = 0; i < chart->nseries; i++) {
		const struct chart_series *s = &chart->series[i];
		if (!s->name)
			continue;
		unsigned w = render_visible_width(s->name, strlen(s->name)) + 4;
		if (at && at + w > g->look->width - indent) {
			putc('\n', g->out);
			at = 0;
		}
		for (unsigned k = at ? 0 : indent; k; k--)
			putc(' ', g->out);
		put_colour(g, ansi[s->colour]);
		fputs(g->look->utf8
				? (s->mark == MARK_BARS || s->mark == MARK_STACK          ? "\xe2\x96\x88 "
					  : s->mark == MARK_LINE || s->mark == MARK_STEPS ? "\xe2\x94\x80 "
											  : "\xe2\x80\xa2 ")
				: "* ",
			g->out);
		put_colour(g, 0);
		render_visible_text(g->out, s->name);
		fputs("  ", g->out);
		at += w;
	}
	if (at)
		putc('\n', g->out);
}

/* Labels under the ticks, left out where they would touch. */
static void put_x_labels(
	const struct grid *g, const struct chart *chart, const struct scale *x, unsigned margin)
{
	char text[64];
	unsigned at = 0;
	for (unsigned i = 0; i < margin; i++)
		putc(' ', g->out);
	size_t n = chart->kind == CHART_COLUMNS ? chart->nlabels : x->n;
	for (size_t i = 0; i < n; i++) {
		double value = chart->kind == CHART_COLUMNS ? (double)i : x->ticks[i];
		if (chart->kind == CHART_COLUMNS)
			snprintf(text, sizeof(text), "%s", chart->labels[i]);
		else
			scale_label(x, value, text);
		unsigned w = (unsigned)strlen(text);
		long from = lround(scale_at(x, value) / 2) - (long)w / 2;
		if (from < 0)
			from = 0;
		if ((unsigned)from < at + (at ? 1 : 0) || (unsigned)from + w > g->w)
			continue;
		for (; at < (unsigned)from; at++)
			putc(' ', g->out);
		fputs(text, g->out);
		at += w;
	}
	putc('\n', g->out);
}

static void set_ranges(
	const struct chart *chart, const struct grid *g, struct scale *x, struct scale *y, bool right)
{
	double x0 = 0, x1 = 1, y0 = 0, y1 = 1, unused = 0, other;
	if (right)
		chart_extent(chart, true, &x0, &x1, &y0, &y1);
	else if (!chart_extent(chart, false, &x0, &x1, &y0, &y1))
		chart_extent(chart, true, &x0, &x1, &unused, &other);
	if (y0 > 0 && (chart->kind == CHART_COLUMNS || y0 < 0.9 * y1))
		y0 = 0;
	scale_fit(y, y0, y1, right ? chart->y2.unit : chart->y.unit, g->h / 4 + 1, true);
	y->pixel_from = g->h * 4 - 0.01;
	y->pixel_to = 0;
	if (chart->kind == CHART_COLUMNS) {
		x->from = -0.5;
		x->to = (double)chart->nlabels - 0.5;
	} else if (!right) {
		scale_fit(x, x0, x1, chart->x.unit, g->w / 14 + 1, false);
	}
	x->pixel_from = 0;
	x->pixel_to = g->w * 2 - 0.01;
}

static void put_frame(const struct grid *g, const struct chart *chart, const struct scale *x,
	const struct scale *y, unsigned margin)
{
	char text[32], title[128];
	for (unsigned row = 0; row < g->h; row++) {
		text[0] = '\0';
		for (unsigned i = 0; i < y->n; i++)
			if ((unsigned)fmin(scale_at(y, y->ticks[i]) / 4, g->h - 1) == row)
				scale_label(y, y->ticks[i], text);
		put_text(g->out, text, margin - 2, true);
		fputs(g->look->utf8 ? (*text ? " \xe2\x94\xa4" : " \xe2\x94\x82") : " |", g->out);
		for (unsigned i = 0; i < g->w; i++)
			put_cell(g, (size_t)row * g->w + i);
		putc('\n', g->out);
	}
	put_text(g->out, "", margin - 1, true);
	fputs(g->look->utf8 ? "\xe2\x94\x94" : "+", g->out);
	for (unsigned i = 0; i < g->w; i++)
		fputs(g->look->utf8 ? "\xe2\x94\x80" : "-", g->out);
	putc('\n', g->out);
	put_x_labels(g, chart, x, margin);
	if (chart->x.title && chart->kind != CHART_COLUMNS) {
		scale_title(x, &chart->x, title, sizeof(title));
		put_text(g->out, "", margin, true);
		render_visible_text(g->out, title);
		putc('\n', g->out);
	}
}

static int draw_axes(struct grid *g, const struct chart *chart)
{
	struct scale x = { 0 }, y = { 0 }, y2 = { 0 };
	bool right = false;
	unsigned margin = 3;
	char text[128];
	for (unsigned i = 0; i < chart->nseries; i++)
		right |= chart->series[i].right;
	g->h = g->look->height;
	g->w = g->look->width - 4;
	set_ranges(chart, g, &x, &y, false);
	for (unsigned i = 0; i < y.n; i++) {
		scale_label(&y, y.ticks[i], text);
		if (strlen(text) + 3 > margin)
			margin = (unsigned)strlen(text) + 3;
	}
	g->w = g->look->width > margin + 20 ? g->look->width - margin : 20;
	set_ranges(chart, g, &x, &y, false);
	if (right)
		set_ranges(chart, g, &x, &y2, true);
	size_t n = (size_t)g->w * g->h;
	uint8_t *cells = calloc(n, 4);
	if (!cells)
		return -1;
	g->dots = cells;
	g->bars = cells + n;
	g->dot_colour = cells + 2 * n;
	g->bar_colour = cells + 3 * n;
	for (unsigned i = 0; i < chart->nseries; i++)
		plot_series(g, chart, &chart->series[i], &x, chart->series[i].right ? &y2 : &y);
	scale_title(&y, &chart->y, text, sizeof(text));
	render_visible_text(g->out, text);
	if (right) {
		char most[32];
		value_label(y2.to, chart->y2.unit, most);
		fprintf(g->out, "; %s: up to %s", chart->y2.title ? chart->y2.title : "", most);
	}
	putc('\n', g->out);
	put_frame(g, chart, &x, &y, margin);
	put_legend(g, chart, margin);
	free(cells);
	return 0;
}

/* ---- rows, and a sunburst as rows ---- */

static void put_row(const struct grid *g, const char *label, unsigned label_width, double value, double most,
	enum chart_unit unit, unsigned colour)
{
	static const char *const parts[] = { "", "\xe2\x96\x8f", "\xe2\x96\x8e", "\xe2\x96\x8d",
		"\xe2\x96\x8c", "\xe2\x96\x8b", "\xe2\x96\x8a", "\xe2\x96\x89" };
	char number[32];
	unsigned room = g->look->width > label_width + 32 ? g->look->width - label_width - 12 : 20;
	double eighths = most > 0 ? value / most * room * 8 : 0;
	put_text(g->out, label, label_width, false);
	fputs("  ", g->out);
	put_colour(g, ansi[colour]);
	for (; eighths >= 8; eighths -= 8)
		fputs(g->look->utf8 ? "\xe2\x96\x88" : "#", g->out);
	fputs(g->look->utf8 ? parts[(unsigned)eighths] : "", g->out);
	put_colour(g, 0);
	value_label(value, unit, number);
	fprintf(g->out, " %s\n", number);
}

static void draw_label_rows(struct grid *g, const struct chart *chart)
{
	unsigned widest = 4;
	double most = 0;
	for (size_t i = 0; i < chart->nlabels; i++) {
		unsigned w = render_visible_width(chart->labels[i], strlen(chart->labels[i]));
		widest = w > widest ? w : widest;
	}
	if (widest > g->look->width / 2)
		widest = g->look->width / 2;
	for (int print = 0; print < 2; print++)
		for (size_t i = 0; i < chart->nlabels; i++) {
			double sum = 0;
			for (unsigned k = 0; k < chart->nseries; k++)
				for (size_t n = 0; n < chart->series[k].n; n++)
					if ((size_t)chart->series[k].points[n].x == i)
						sum = fmax(sum, chart->series[k].points[n].y);
			most = fmax(most, sum);
			if (print)
				put_row(g, chart->labels[i], widest, sum, most, chart->x.unit,
					chart->nseries == 1 ? chart->series[0].colour : BLUE);
		}
}

static void draw_slices(struct grid *g, const struct chart *chart)
{
	unsigned widest = 4;
	char label[160];
	for (int print = 0; print < 2; print++)
		for (size_t i = 0; i < chart->nslices; i++) {
			int depth = 0;
			for (int up = chart->slices[i].parent; up >= 0; up = chart->slices[up].parent)
				depth++;
			snprintf(label, sizeof(label), "%*s%s", depth * 2, "", chart->slices[i].name);
			unsigned w = render_visible_width(label, strlen(label));
			if (w > widest)
				widest = w > g->look->width / 2 ? g->look->width / 2 : w;
			if (print)
				put_row(g, label, widest, chart->slices[i].value, chart->slices[0].value,
					chart->y.unit, chart->slices[i].colour);
		}
}

int draw_terminal(const struct chart *chart, FILE *out, const struct chart_look *look)
{
	struct grid g = { .look = look, .out = out };
	int rc = 0;
	if (chart->title) {
		render_visible_text(out, chart->title);
		if (chart->subtitle) {
			fputs("  ", out);
			render_visible_text(out, chart->subtitle);
		}
		putc('\n', out);
	}
	if (chart->kind == CHART_ROWS)
		draw_label_rows(&g, chart);
	else if (chart->kind == CHART_SUNBURST)
		draw_slices(&g, chart);
	else
		rc = draw_axes(&g, chart);
	if (chart->note) {
		render_visible_text(out, chart->note);
		putc('\n', out);
	}
	return ferror(out) ? -1 : rc;
}
