/* What all pictures have: heading, legend; and charts without axes of numbers along x: rows, sunburst. */
#include <math.h>
#include <stdlib.h>

#include "query/render/canvas.h"

void fit_text(struct canvas *c, double size, const char *text, double width, char *out, size_t out_size)
{
	static const char dots[] = "\xe2\x80\xa6";
	size_t n = strlen(text);
	if (c->kind->width(c, size, text) <= width) {
		snprintf(out, out_size, "%s", text);
		return;
	}
	if (n > out_size - sizeof(dots))
		n = out_size - sizeof(dots);
	do {
		/* back over a whole letter of UTF-8 */
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
		snprintf(out, out_size, "%.*s%s", (int)n, text, n ? dots : "");
	} while (n-- && c->kind->width(c, size, out) > width);
}

double draw_heading(struct canvas *c, const struct chart *chart)
{
	double y = 14;
	char text[512];
	if (c->look->bare)
		return 6;
	if (chart->title) {
		fit_text(c, 17, chart->title, c->look->width - 40, text, sizeof(text));
		c->kind->text(c, 20, y + 16, ANCHOR_START, 17, INK_TEXT, 0, text);
		y += 24;
	}
	if (chart->subtitle) {
		fit_text(c, 12.5, chart->subtitle, c->look->width - 40, text, sizeof(text));
		c->kind->text(c, 20, y + 13, ANCHOR_START, 12.5, INK_SOFT, 0, text);
		y += 19;
	}
	return y;
}

static void draw_swatch(struct canvas *c, const struct chart_series *s, double x, double y)
{
	switch (s->mark) {
	case MARK_LINE:
	case MARK_STEPS:
	case MARK_TICKS:
		c->kind->move(c, x, y);
		c->kind->line(c, x + 14, y);
		c->kind->stroke(c, INK_SERIES + s->colour, 2.2);
		break;
	case MARK_DOTS:
		c->kind->move(c, x + 10, y);
		c->kind->arc(c, x + 7, y, 3, 0, 2 * M_PI);
		c->kind->close(c);
		c->kind->fill(c, INK_SERIES + s->colour, 1);
		break;
	case MARK_SEGMENTS:
		for (unsigned i = 0; i < 3; i++) {
			double at = i == 0 ? y : i == 1 ? y - 5 : y + 5;
			c->kind->move(c, i ? x + 4 : x + 7, i ? at : y - 5);
			c->kind->line(c, i ? x + 10 : x + 7, i ? at : y + 5);
		}
		c->kind->stroke(c, INK_SERIES + s->colour, 1.4);
		break;
	default:
		c->kind->move(c, x + 1, y - 5);
		c->kind->line(c, x + 12, y - 5);
		c->kind->line(c, x + 12, y + 5);
		c->kind->line(c, x + 1, y + 5);
		c->kind->close(c);
		c->kind->fill(c, INK_SERIES + s->colour, 1);
	}
}

double draw_legend(struct canvas *c, const struct chart *chart, double x, double y, double width)
{
	double at = x, line = y + 14, height = 0;
	char text[256];
	for (unsigned i = 0; i < chart->nseries; i++) {
		const struct chart_series *s = &chart->series[i];
		if (!s->name)
			continue;
		fit_text(c, 12, s->name, width - 24, text, sizeof(text));
		double w = 20 + c->kind->width(c, 12, text) + 18;
		if (at > x && at + w - 18 > x + width) {
			at = x;
			line += 18;
		}
		draw_swatch(c, s, at, line - 4);
		c->kind->text(c, at + 20, line, ANCHOR_START, 12, INK_TEXT, 0, text);
		at += w;
		height = line - y + 6;
	}
	return height;
}

/* ---- rows: a bar for each category, with a label of any length ---- */

static double stacked_sum(const struct chart *chart, size_t row)
{
	double sum = 0;
	for (unsigned i = 0; i < chart->nseries; i++)
		for (size_t k = 0; k < chart->series[i].n; k++)
			if ((size_t)chart->series[i].points[k].x == row &&
				isfinite(chart->series[i].points[k].y))
				sum = fmax(sum, chart->series[i].points[k].y);
	return sum;
}

void draw_rows(struct canvas *c, const struct chart *chart)
{
	double w = c->look->width, top = draw_heading(c, chart), most = 0, label_width = 0;
	struct scale x = { 0 };
	char text[512], value[32], words[600];
	top += draw_legend(c, chart, 20, top, w - 40) + 8;
	double bottom =
		c->look->height - (chart->x.title ? 48 : 28) - (chart->note && !c->look->bare ? 18 : 0);
	double pitch = (bottom - top) / (double)(chart->nlabels ? chart->nlabels : 1);
	pitch = fmin(pitch, 34);
	bottom = top + pitch * (double)chart->nlabels;
	double size = fmin(12, pitch * 0.8);
	for (size_t i = 0; i < chart->nlabels; i++) {
		most = fmax(most, stacked_sum(chart, i));
		label_width = fmax(label_width, c->kind->width(c, size, chart->labels[i]));
	}
	label_width = fmin(label_width, w * 0.42);
	scale_fit(&x, 0, most > 0 ? most : 1, chart->x.unit, (unsigned)(w * 0.5 / 90) + 1, true);
	x.pixel_from = 20 + label_width + 10;
	x.pixel_to = w - 78;
	for (unsigned i = 0; i < x.n; i++) {
		double at = scale_at(&x, x.ticks[i]);
		c->kind->move(c, at, top);
		c->kind->line(c, at, bottom);
	}
	c->kind->stroke(c, INK_GRID, 1);
	for (unsigned i = 0; i < x.n; i++) {
		scale_label(&x, x.ticks[i], text);
		c->kind->text(c, scale_at(&x, x.ticks[i]), bottom + 16, ANCHOR_MIDDLE, 12, INK_SOFT, 0, text);
	}
	for (unsigned i = 0; i < chart->nseries; i++) {
		const struct chart_series *s = &chart->series[i];
		for (size_t k = 0; k < s->n; k++) {
			const struct point *p = &s->points[k];
			if (!isfinite(p->y) || p->y == p->low)
				continue;
			double y = top + p->x * pitch + pitch * 0.14, from = scale_at(&x, p->low),
			       to = fmax(scale_at(&x, p->y), from + 0.7);
			value_label(p->y - p->low, chart->x.unit, value);
			snprintf(words, sizeof(words), "%s%s%s: %s", chart->labels[(size_t)p->x],
				s->name ? ", " : "", s->name ? s->name : "", value);
			c->kind->hint(c, words);
			c->kind->move(c, from, y);
			c->kind->line(c, to, y);
			c->kind->line(c, to, y + pitch * 0.72);
			c->kind->line(c, from, y + pitch * 0.72);
			c->kind->close(c);
			c->kind->fill(c, INK_SERIES + s->colour, 1);
		}
	}
	for (size_t i = 0; i < chart->nlabels; i++) {
		double sum = stacked_sum(chart, i), y = top + ((double)i + 0.5) * pitch + size * 0.36;
		fit_text(c, size, chart->labels[i], label_width, text, sizeof(text));
		c->kind->text(c, x.pixel_from - 10, y, ANCHOR_END, size, INK_TEXT, 0, text);
		value_label(sum, chart->x.unit, value);
		c->kind->text(c, scale_at(&x, sum) + 6, y, ANCHOR_START, size, INK_SOFT, 0, value);
	}
	if (chart->x.title) {
		scale_title(&x, &chart->x, words, 128);
		c->kind->text(c, (x.pixel_from + x.pixel_to) / 2, bottom + 38, ANCHOR_MIDDLE, 12, INK_TEXT, 0,
			words);
	}
	if (chart->note && !c->look->bare)
		c->kind->text(c, 20, c->look->height - 10, ANCHOR_START, 11, INK_SOFT, 0, chart->note);
}

/* ---- sunburst ---- */

struct sunburst {
	struct canvas *canvas;
	const struct chart *chart;
	double x, y, hole, ring;
	unsigned rings;
};

static unsigned depth_of(const struct chart *chart, int i)
{
	unsigned depth = 0;
	while ((i = chart->slices[i].parent) >= 0)
		depth++;
	return depth;
}

/* A ring's sector, its label where it fits: along the ring's middle line, upright. */
static void draw_slice(const struct sunburst *b, int i, double from, double to)
{
	struct canvas *c = b->canvas;
	const struct slice *s = &b->chart->slices[i];
	unsigned depth = depth_of(b->chart, i);
	double inner = b->hole + (depth - 1) * b->ring, outer = inner + b->ring;
	char value[32], words[300], text[128];
	double whole = b->chart->slices[0].value, share = whole > 0 ? 100 * s->value / whole : 0;
	value_label(s->value, b->chart->y.unit, value);
	snprintf(words, sizeof(words), "%s: %s (%.1f%%)", s->name, value, share);
	c->kind->hint(c, words);
	c->kind->move(c, b->x + inner * cos(from), b->y + inner * sin(from));
	c->kind->arc(c, b->x, b->y, outer, from, to);
	c->kind->arc(c, b->x, b->y, inner, to, from);
	c->kind->close(c);
	/* Deeper rings are paler. */
	c->kind->fill(c, INK_SERIES + s->colour, fmax(1 - 0.13 * (depth - 1), 0.3));
	c->kind->move(c, b->x + inner * cos(from), b->y + inner * sin(from));
	c->kind->line(c, b->x + outer * cos(from), b->y + outer * sin(from));
	c->kind->stroke(c, INK_PAPER, 1.2);
	c->kind->move(c, b->x + outer * cos(from), b->y + outer * sin(from));
	c->kind->arc(c, b->x, b->y, outer, from, to);
	c->kind->stroke(c, INK_PAPER, 1.2);
	double middle = (from + to) / 2, radius = (inner + outer) / 2, arc = (to - from) * radius;
	bool across = arc > 26 && b->ring > 30;
	if (!across && arc < 12)
		return;
	double degrees = middle * 180 / M_PI, room = b->ring - 8;
	if (to - from > 1.2) {
		/* A wide sector reads level at its middle. */
		degrees = 0;
		room = fmin(arc * 0.8, b->ring * 1.6);
	} else {
		degrees = fmod(degrees + 720, 360);
		if (degrees > 90 && degrees < 270)
			degrees -= 180;
	}
	fit_text(c, 11.5, s->name, room, text, sizeof(text));
	if (strlen(text) < 5 && strcmp(text, s->name) != 0)
		return;
	double turn = degrees * M_PI / 180;
	c->kind->text(c, b->x + radius * cos(middle) - 4 * sin(turn),
		b->y + radius * sin(middle) + 4 * cos(turn), ANCHOR_MIDDLE, 11.5,
		depth == 1 ? INK_PAPER : INK_TEXT, degrees, text);
}

static void draw_children(const struct sunburst *b, int parent, double from, double to)
{
	double whole = b->chart->slices[parent].value, sum = 0;
	for (size_t i = 0; i < b->chart->nslices; i++)
		if (b->chart->slices[i].parent == parent)
			sum += b->chart->slices[i].value;
	/* Children that share frames may add up to more than their parent. */
	double per = (to - from) / fmax(fmax(whole, sum), 1e-300);
	if (depth_of(b->chart, parent) + 1 > b->rings)
		return;
	for (size_t i = 0; i < b->chart->nslices; i++) {
		const struct slice *s = &b->chart->slices[i];
		if (s->parent != parent)
			continue;
		double end = from + s->value * per;
		/* Thinner than half a pixel is not seen. */
		if ((end - from) * (b->hole + b->ring * b->rings) > 0.5) {
			draw_slice(b, (int)i, from, end);
			draw_children(b, (int)i, from, end);
		}
		from = end;
	}
}

void draw_sunburst(struct canvas *c, const struct chart *chart)
{
	double w = c->look->width, top = draw_heading(c, chart) + 4,
	       bottom = c->look->height - (chart->note ? 26 : 10);
	double radius = fmin(w - 40, bottom - top) / 2;
	struct sunburst b = { c, chart, w / 2, (top + bottom) / 2, 0, 0, 0 };
	char value[32];
	if (!chart->nslices)
		return;
	/* As many rings as have something to show: a depth of which only slivers are there is left out. */
	for (size_t i = 0; i < chart->nslices; i++)
		if (depth_of(chart, (int)i) > b.rings &&
			chart->slices[i].value >= 0.015 * chart->slices[0].value)
			b.rings = depth_of(chart, (int)i);
	if (b.rings > 7)
		b.rings = 7;
	b.hole = radius * (b.rings > 4 ? 0.16 : 0.22);
	b.ring = (radius - b.hole) / (b.rings ? b.rings : 1);
	draw_children(&b, 0, -M_PI / 2, 1.5 * M_PI);
	value_label(chart->slices[0].value, chart->y.unit, value);
	c->kind->text(c, b.x, b.y, ANCHOR_MIDDLE, 15, INK_TEXT, 0, value);
	c->kind->text(c, b.x, b.y + 15, ANCHOR_MIDDLE, 11, INK_SOFT, 0, chart->slices[0].name);
	if (chart->note && !c->look->bare)
		c->kind->text(c, 20, c->look->height - 10, ANCHOR_START, 11, INK_SOFT, 0, chart->note);
}
