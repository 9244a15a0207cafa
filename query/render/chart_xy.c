/* Charts with two axes. What lies closer together than pixels do is drawn once, so that a million points make
 * a picture of the same size as a thousand. */
#include <math.h>
#include <stdlib.h>

#include "query/render/canvas.h"

#define TICK_SIZE  12.0
#define LABEL_SIZE 12.0
#define DOT        2.2

struct frame {
	struct canvas *canvas;
	const struct chart *chart;
	struct scale x, y, y2;
	double left, top, right, bottom; /* of the plot, pixels */
};

/* ---- marks ---- */

/* Points of one pixel column: where the line enters it, how far it reaches, where it leaves. */
struct column {
	bool any;
	double x, first, low, high, last;
};

static void flush_column(struct canvas *c, struct column *k, bool *open)
{
	if (!k->any)
		return;
	if (*open)
		c->kind->line(c, k->x, k->first);
	else
		c->kind->move(c, k->x, k->first);
	*open = true;
	if (k->high - k->low > fabs(k->last - k->first) + 0.01) {
		c->kind->line(c, k->x, k->low);
		c->kind->line(c, k->x, k->high);
	}
	if (k->last != k->first)
		c->kind->line(c, k->x, k->last);
	k->any = false;
}

static void draw_line(struct frame *f, const struct chart_series *s, const struct scale *y)
{
	struct canvas *c = f->canvas;
	struct column k = { 0 };
	bool open = false, steps = s->mark == MARK_STEPS;
	unsigned alone = 0; /* points since the line was interrupted */
	for (size_t i = 0; i <= s->n; i++) {
		bool missing = i == s->n || !isfinite(s->points[i].y);
		if (missing) {
			double px = k.x, py = k.last;
			flush_column(c, &k, &open);
			/* A value between two gaps would not be seen. */
			if (alone == 1) {
				c->kind->line(c, px + 2, py);
				c->kind->move(c, px, py);
			}
			open = false;
			alone = 0;
			continue;
		}
		double px = scale_at(&f->x, s->points[i].x), py = scale_at(y, s->points[i].y);
		if (k.any && px - k.x < 0.5) {
			k.low = fmin(k.low, py);
			k.high = fmax(k.high, py);
			k.last = py;
		} else {
			double before = k.last;
			bool went = k.any;
			flush_column(c, &k, &open);
			if (steps && went)
				c->kind->line(c, px, before);
			k = (struct column) { true, px, py, py, py, py };
		}
		alone++;
	}
	c->kind->stroke(c, INK_SERIES + s->colour, 1.6);
}

/* Is the pixel new? `seen` has a bit for each. */
static bool take_pixel(const struct frame *f, uint8_t *seen, double x, double y)
{
	unsigned w = (unsigned)(f->right - f->left) + 1, h = (unsigned)(f->bottom - f->top) + 1;
	if (x < f->left || y < f->top || x > f->right + 1 || y > f->bottom + 1)
		return false;
	size_t bit = (size_t)(y - f->top) * w + (size_t)(x - f->left);
	if (bit >= (size_t)w * h || seen[bit / 8] >> bit % 8 & 1)
		return false;
	seen[bit / 8] |= (uint8_t)(1 << bit % 8);
	return true;
}

static void draw_dots(struct frame *f, const struct chart_series *s, const struct scale *y)
{
	struct canvas *c = f->canvas;
	size_t pixels = (size_t)(f->right - f->left + 2) * (size_t)(f->bottom - f->top + 2);
	uint8_t *seen = calloc(pixels / 8 + 1, 1);
	for (size_t i = 0; seen && i < s->n; i++) {
		double px = scale_at(&f->x, s->points[i].x), py = scale_at(y, s->points[i].y);
		if (!isfinite(s->points[i].y) || !take_pixel(f, seen, px, py))
			continue;
		if (s->mark == MARK_TICKS) {
			c->kind->move(c, px - 3, py);
			c->kind->line(c, px + 3, py);
			continue;
		}
		c->kind->move(c, px + DOT, py);
		c->kind->arc(c, px, py, DOT, 0, 2 * M_PI);
		c->kind->close(c);
	}
	free(seen);
	if (s->mark == MARK_TICKS)
		c->kind->stroke(c, INK_SERIES + s->colour, 1.8);
	else
		c->kind->fill(c, INK_SERIES + s->colour, 1);
}

static void flush_segment(struct canvas *c, double x, double low, double high, bool caps)
{
	c->kind->move(c, x, low);
	c->kind->line(c, x, high);
	if (!caps)
		return;
	c->kind->move(c, x - 2.5, low);
	c->kind->line(c, x + 2.5, low);
	c->kind->move(c, x - 2.5, high);
	c->kind->line(c, x + 2.5, high);
}

static void draw_segments(struct frame *f, const struct chart_series *s, const struct scale *y)
{
	struct canvas *c = f->canvas;
	/* Caps only where there is room for them. */
	bool any = false, caps = s->n < (size_t)(f->right - f->left) / 4;
	double x = 0, low = 0, high = 0;
	for (size_t i = 0; i < s->n; i++) {
		double px = scale_at(&f->x, s->points[i].x), bottom = scale_at(y, s->points[i].low),
		       top = scale_at(y, s->points[i].y);
		if (any && fabs(px - x) < 0.5 && top <= low + 1 && bottom >= high - 1) {
			low = fmax(low, bottom);
			high = fmin(high, top);
			continue;
		}
		if (any)
			flush_segment(c, x, low, high, caps);
		any = true;
		x = px;
		low = bottom;
		high = top;
	}
	if (any)
		flush_segment(c, x, low, high, caps);
	c->kind->stroke(c, INK_SERIES + s->colour, 1.4);
}

static void add_rectangle(struct canvas *c, double x, double top, double w, double bottom)
{
	c->kind->move(c, x, bottom);
	c->kind->line(c, x, top);
	c->kind->line(c, x + w, top);
	c->kind->line(c, x + w, bottom);
	c->kind->close(c);
}

static void draw_bars(struct frame *f, const struct chart_series *s, const struct scale *y)
{
	struct canvas *c = f->canvas;
	bool columns = f->chart->kind == CHART_COLUMNS, any = false;
	double unit = fabs(scale_at(&f->x, 1) - scale_at(&f->x, 0));
	double w = columns ? 0.72 * unit : s->width * unit, gap = w > 5 ? 1 : 0, at = 0, top = 0, bottom = 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct point *p = &s->points[i];
		if (!isfinite(p->y) || p->y == p->low)
			continue;
		double px = scale_at(&f->x, p->x) - (columns ? w / 2 : 0), pt = scale_at(y, p->y),
		       pb = scale_at(y, p->low);
		if (columns) {
			char value[32], words[256];
			value_label(p->y - p->low, f->chart->y.unit, value);
			snprintf(words, sizeof(words), "%s: %s", f->chart->labels[(size_t)p->x], value);
			c->kind->hint(c, words);
			add_rectangle(c, px, pt, w, pb);
			c->kind->fill(c, INK_SERIES + s->colour, 1);
			continue;
		}
		/* Bars thinner than a pixel: the highest of a pixel column. */
		if (any && px - at < 1 && w < 1) {
			top = fmin(top, pt);
			bottom = fmax(bottom, pb);
			continue;
		}
		if (any)
			add_rectangle(c, at, top, fmax(w - gap, 1), bottom);
		any = true;
		at = w < 1 ? floor(px) : px;
		top = pt;
		bottom = pb;
	}
	if (any)
		add_rectangle(c, at, top, fmax(w - gap, 1), bottom);
	if (!columns)
		c->kind->fill(c, INK_SERIES + s->colour, 1);
}

/* Bars first: a line must not hide behind them. */
static void draw_series(struct frame *f)
{
	for (int bars = 1; bars >= 0; bars--)
		for (unsigned i = 0; i < f->chart->nseries; i++) {
			const struct chart_series *s = &f->chart->series[i];
			const struct scale *y = s->right ? &f->y2 : &f->y;
			if ((s->mark == MARK_BARS || s->mark == MARK_STACK) != bars)
				continue;
			if (bars)
				draw_bars(f, s, y);
			else if (s->mark == MARK_LINE || s->mark == MARK_STEPS)
				draw_line(f, s, y);
			else if (s->mark == MARK_SEGMENTS)
				draw_segments(f, s, y);
			else
				draw_dots(f, s, y);
		}
}

/* ---- axes ---- */

static double widest_label(struct canvas *c, const struct scale *s)
{
	double widest = 0;
	char text[32];
	for (unsigned i = 0; i < s->n; i++) {
		scale_label(s, s->ticks[i], text);
		widest = fmax(widest, c->kind->width(c, TICK_SIZE, text));
	}
	return widest;
}

static void draw_x_ticks(struct frame *f)
{
	struct canvas *c = f->canvas;
	char text[32];
	for (unsigned i = 0; i < f->x.n; i++) {
		double x = scale_at(&f->x, f->x.ticks[i]);
		c->kind->move(c, x, f->bottom);
		c->kind->line(c, x, f->bottom + 5);
		c->kind->stroke(c, INK_AXIS, 1);
		scale_label(&f->x, f->x.ticks[i], text);
		c->kind->text(c, x, f->bottom + 19, ANCHOR_MIDDLE, TICK_SIZE, INK_SOFT, 0, text);
	}
}

/* Labels of categories; where they are too wide, every second or third. */
static void draw_categories(struct frame *f)
{
	struct canvas *c = f->canvas;
	double room = (f->right - f->left) / (double)(f->chart->nlabels ? f->chart->nlabels : 1), widest = 1;
	for (size_t i = 0; i < f->chart->nlabels; i++)
		widest = fmax(widest, c->kind->width(c, TICK_SIZE, f->chart->labels[i]) + 6);
	size_t every = (size_t)ceil(widest / room);
	for (size_t i = 0; i < f->chart->nlabels; i += every)
		c->kind->text(c, scale_at(&f->x, (double)i), f->bottom + 19, ANCHOR_MIDDLE, TICK_SIZE,
			INK_SOFT, 0, f->chart->labels[i]);
}

static void draw_y_ticks(struct frame *f, const struct scale *y, bool right)
{
	struct canvas *c = f->canvas;
	char text[32];
	for (unsigned i = 0; i < y->n && !right; i++) {
		c->kind->move(c, f->left, scale_at(y, y->ticks[i]));
		c->kind->line(c, f->right, scale_at(y, y->ticks[i]));
	}
	c->kind->stroke(c, INK_GRID, 1);
	for (unsigned i = 0; i < y->n; i++) {
		scale_label(y, y->ticks[i], text);
		c->kind->text(c, right ? f->right + 8 : f->left - 8, scale_at(y, y->ticks[i]) + 4,
			right ? ANCHOR_START : ANCHOR_END, TICK_SIZE, INK_SOFT, 0, text);
	}
}

/* The value above each column that stands alone. */
static void draw_values(struct frame *f)
{
	const struct chart_series *s = f->chart->nseries == 1 ? &f->chart->series[0] : NULL;
	for (size_t i = 0; s && i < s->n; i++) {
		char text[32];
		if (!isfinite(s->points[i].y) || s->points[i].y == 0)
			continue;
		value_label(s->points[i].y, f->chart->y.unit, text);
		f->canvas->kind->text(f->canvas, scale_at(&f->x, s->points[i].x),
			scale_at(&f->y, s->points[i].y) - 6, ANCHOR_MIDDLE, TICK_SIZE, INK_TEXT, 0, text);
	}
}

static void set_scales(struct frame *f, bool *right)
{
	const struct chart *chart = f->chart;
	double x0 = 0, x1 = 1, y0 = 0, y1 = 1, r0 = 0, r1 = 1, rx0 = 0, rx1 = 1;
	bool left = chart_extent(chart, false, &x0, &x1, &y0, &y1), bars = false;
	unsigned rows = (unsigned)(f->bottom - f->top) / 55 + 2;
	*right = chart_extent(chart, true, &rx0, &rx1, &r0, &r1);
	if (*right && left) {
		x0 = fmin(x0, rx0);
		x1 = fmax(x1, rx1);
	} else if (*right) {
		x0 = rx0;
		x1 = rx1;
	}
	for (unsigned i = 0; i < chart->nseries; i++)
		bars |= chart->series[i].width > 0;
	/* From 0 on, unless all values are far from it. */
	if (y0 > 0 && (bars || chart->kind == CHART_COLUMNS || y0 < 0.9 * y1))
		y0 = 0;
	scale_fit(&f->y, y0, y1, chart->y.unit, rows, true);
	scale_fit(&f->y2, fmin(r0, 0), r1, chart->y2.unit, rows, true);
	if (chart->kind == CHART_COLUMNS) {
		f->x.from = -0.5;
		f->x.to = (double)chart->nlabels - 0.5;
		return;
	}
	double room = bars || x1 <= x0 ? 0 : (x1 - x0) * 0.015;
	scale_fit(&f->x, x0 - room, x1 + room, chart->x.unit, (unsigned)(f->canvas->look->width / 95) + 1,
		false);
}

/* For each pixel at which a scale is asked: set after the margins are known. */
static void set_pixels(struct frame *f)
{
	f->x.pixel_from = f->left;
	f->x.pixel_to = f->right;
	f->y.pixel_from = f->y2.pixel_from = f->bottom;
	f->y.pixel_to = f->y2.pixel_to = f->top;
}

void draw_xy(struct canvas *c, const struct chart *chart)
{
	struct frame f = { .canvas = c, .chart = chart };
	double w = c->look->width, h = c->look->height;
	bool right;
	char title[128];
	f.top = draw_heading(c, chart);
	f.top += draw_legend(c, chart, 20, f.top, w - 40) + 10;
	f.bottom = h - (chart->x.title ? 54 : 34) - (chart->note && !c->look->bare ? 18 : 0);
	set_scales(&f, &right);
	f.left = 20 + widest_label(c, &f.y) + 10 + (chart->y.title ? 18 : 0);
	f.right = w - 22 - (right ? widest_label(c, &f.y2) + 10 + 16 : 0);
	set_pixels(&f);

	draw_y_ticks(&f, &f.y, false);
	if (right)
		draw_y_ticks(&f, &f.y2, true);
	if (chart->kind == CHART_COLUMNS)
		draw_categories(&f);
	else
		draw_x_ticks(&f);
	c->kind->clip(c, f.left, f.top - 3, f.right - f.left + 1, f.bottom - f.top + 3);
	draw_series(&f);
	c->kind->clip(c, 0, 0, 0, 0);
	if (chart->kind == CHART_COLUMNS)
		draw_values(&f);
	c->kind->move(c, f.left, f.bottom);
	c->kind->line(c, f.right, f.bottom);
	c->kind->stroke(c, INK_AXIS, 1);

	if (chart->x.title) {
		if (chart->kind == CHART_COLUMNS)
			snprintf(title, sizeof(title), "%s", chart->x.title);
		else
			scale_title(&f.x, &chart->x, title, sizeof(title));
		c->kind->text(c, (f.left + f.right) / 2, f.bottom + 42, ANCHOR_MIDDLE, LABEL_SIZE, INK_TEXT,
			0, title);
	}
	if (chart->y.title) {
		scale_title(&f.y, &chart->y, title, sizeof(title));
		c->kind->text(c, 24, (f.top + f.bottom) / 2, ANCHOR_MIDDLE, LABEL_SIZE, INK_TEXT, -90, title);
	}
	if (right && chart->y2.title) {
		scale_title(&f.y2, &chart->y2, title, sizeof(title));
		c->kind->text(
			c, w - 14, (f.top + f.bottom) / 2, ANCHOR_MIDDLE, LABEL_SIZE, INK_TEXT, 90, title);
	}
	if (chart->note && !c->look->bare)
		c->kind->text(c, 20, h - 10, ANCHOR_START, 11, INK_SOFT, 0, chart->note);
}
