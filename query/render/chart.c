#include "query/render/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/render/canvas.h"
#include "schema/list.h"

/* Paper, text, soft text, axis, grid; then the series. */
const unsigned ink_colours[2][INK_COUNT] = {
	{ 0xffffff, 0x1f2933, 0x5b6775, 0x8a94a0, 0xe3e7ec, 0x2c6fbb, 0xcc3d4f, 0xd98200, 0x23836a, 0x7a55a8,
		0x2b8fa8, 0x96592a, 0x7b8794 },
	{ 0x15191e, 0xe6eaef, 0xa3adb9, 0x6b7683, 0x2b323b, 0x6fabee, 0xf27783, 0xf3b04a, 0x5bc5a0, 0xb795e4,
		0x6fcfe3, 0xd59b73, 0x9aa5b1 },
};

static void *grow(struct chart *c, void *array, size_t n, size_t element)
{
	/* Sizes double at powers of two. */
	if (n && (n & (n - 1)))
		return array;
	void *more = realloc(array, (n ? n * 2 : 1) * element);
	if (!more)
		c->failed = true;
	return more;
}

static void set_text(struct chart *c, char **at, const char *text)
{
	if (!text)
		return;
	free(*at);
	*at = strdup(text);
	c->failed |= !*at;
}

void chart_name(struct chart *c, const char *title, const char *subtitle)
{
	set_text(c, &c->title, title);
	set_text(c, &c->subtitle, subtitle);
}

void chart_axis(struct chart *c, struct axis *axis, const char *title, enum chart_unit unit)
{
	set_text(c, &axis->title, title);
	axis->unit = unit;
}

struct chart_series *chart_series(struct chart *c, const char *name, enum mark mark, unsigned colour)
{
	struct chart_series *more = grow(c, c->series, c->nseries, sizeof(*more));
	if (!more)
		return NULL;
	c->series = more;
	struct chart_series *s = &more[c->nseries++];
	*s = (struct chart_series) {
		.name = name ? strdup(name) : NULL, .mark = mark, .colour = colour % CHART_COLOURS
	};
	c->failed |= name && !s->name;
	return s;
}

void chart_segment(struct chart *c, struct chart_series *s, double x, double low, double high)
{
	if (!s)
		return;
	struct point *more = list_room(s->points, &s->size, s->n, sizeof(*more));
	if (!more) {
		c->failed = true;
		return;
	}
	s->points = more;
	s->points[s->n++] = (struct point) { x, high, low };
}

void chart_point(struct chart *c, struct chart_series *s, double x, double y)
{
	chart_segment(c, s, x, 0, y);
}

size_t chart_label(struct chart *c, const char *label)
{
	char **more = grow(c, c->labels, c->nlabels, sizeof(*more));
	if (!more)
		return 0;
	c->labels = more;
	more[c->nlabels] = strdup(label);
	c->failed |= !more[c->nlabels];
	return c->nlabels++;
}

int chart_slice(struct chart *c, const char *name, int parent, double value, unsigned colour)
{
	struct slice *more = grow(c, c->slices, c->nslices, sizeof(*more));
	if (!more)
		return -1;
	c->slices = more;
	more[c->nslices] = (struct slice) { strdup(name), parent, value, colour % CHART_COLOURS };
	c->failed |= !more[c->nslices].name;
	return (int)c->nslices++;
}

static char *copy(struct chart *c, const char *text)
{
	char *t = text ? strdup(text) : NULL;
	c->failed |= text && !t;
	return t;
}

void chart_rung(struct chart *c, const struct rung *rung)
{
	struct rung *more = grow(c, c->rungs, c->nrungs, sizeof(*more));
	if (!more)
		return;
	c->rungs = more;
	more[c->nrungs++] = (struct rung) { rung->from, rung->to, rung->colour % CHART_COLOURS,
		copy(c, rung->time), copy(c, rung->label), copy(c, rung->about), copy(c, rung->from_end),
		copy(c, rung->to_end) };
}

void chart_free(struct chart *c)
{
	for (size_t i = 0; i < c->nrungs; i++) {
		free(c->rungs[i].time);
		free(c->rungs[i].label);
		free(c->rungs[i].about);
		free(c->rungs[i].from_end);
		free(c->rungs[i].to_end);
	}
	free(c->rungs);
	for (unsigned i = 0; i < c->nseries; i++) {
		free(c->series[i].name);
		free(c->series[i].points);
	}
	for (size_t i = 0; i < c->nlabels; i++)
		free(c->labels[i]);
	for (size_t i = 0; i < c->nslices; i++)
		free(c->slices[i].name);
	free(c->series);
	free(c->labels);
	free(c->slices);
	free(c->title);
	free(c->subtitle);
	free(c->note);
	free(c->x.title);
	free(c->y.title);
	free(c->y2.title);
	*c = (struct chart) { 0 };
}

bool chart_extent(const struct chart *chart, bool right, double *x0, double *x1, double *y0, double *y1)
{
	bool any = false;
	for (unsigned i = 0; i < chart->nseries; i++) {
		const struct chart_series *s = &chart->series[i];
		if (s->right != right)
			continue;
		for (size_t k = 0; k < s->n; k++) {
			const struct point *p = &s->points[k];
			double low = s->mark == MARK_SEGMENTS ? p->low : p->y, end = p->x + s->width;
			if (!isfinite(p->y))
				continue;
			*x0 = any ? fmin(*x0, p->x) : p->x;
			*x1 = any ? fmax(*x1, end) : end;
			*y0 = any ? fmin(*y0, low) : low;
			*y1 = any ? fmax(*y1, p->y) : p->y;
			any = true;
		}
	}
	return any;
}

bool chart_can(enum chart_output output)
{
#if HAVE_CAIRO
	return output != CHART_PNG || canvas_png_load(NULL);
#else
	return output != CHART_PNG;
#endif
}

int chart_draw(const struct chart *c, enum chart_output output, FILE *out, const struct chart_look *look)
{
	if (c->failed)
		return -1;
	if (output == CHART_TERMINAL)
		return draw_terminal(c, out, look);
	if (!chart_can(output))
		return -1;
#if HAVE_CAIRO
	const struct canvas_kind *kind = output == CHART_PNG ? &canvas_png : &canvas_svg;
#else
	const struct canvas_kind *kind = &canvas_svg;
#endif
	struct canvas canvas = {
		.kind = kind, .out = out, .look = look, .inline_svg = output == CHART_INLINE
	};
	kind->begin(&canvas, c->title ? c->title : "");
	switch (c->kind) {
	case CHART_XY:
	case CHART_COLUMNS:
		draw_xy(&canvas, c);
		break;
	case CHART_ROWS:
		draw_rows(&canvas, c);
		break;
	case CHART_SUNBURST:
		draw_sunburst(&canvas, c);
		break;
	case CHART_LADDER:
		draw_ladder(&canvas, c);
		break;
	}
	return kind->end(&canvas);
}
