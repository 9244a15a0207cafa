/* A ladder: a life line for each party, time downward, an arrow for each message. */
#include <math.h>
#include <stdlib.h>

#include "query/render/canvas.h"

#define LEFT  110 /* where times stand */
#define RIGHT 40
#define HEAD  34 /* names of the lanes */
#define ROW   34
#define LANE  230

void ladder_size(const struct chart *chart, unsigned *width, unsigned *height)
{
	size_t lanes = chart->nlabels < LADDER_LANES ? chart->nlabels : LADDER_LANES,
	       rows = chart->nrungs < LADDER_RUNGS ? chart->nrungs : LADDER_RUNGS;
	*width = LEFT + RIGHT + LANE * (unsigned)(lanes > 2 ? lanes : 2);
	*height = 100 + HEAD + ROW * (unsigned)rows;
}

struct ladder {
	struct canvas *c;
	double lane, row, top;
};

static double middle(const struct ladder *l, unsigned lane)
{
	return LEFT + l->lane * (lane + 0.5);
}

static void draw_lane(const struct ladder *l, const struct chart *chart, unsigned i)
{
	char name[256];
	fit_text(l->c, 12, chart->labels[i], l->lane - 12, name, sizeof(name));
	l->c->kind->text(l->c, middle(l, i), l->top + 16, ANCHOR_MIDDLE, 12, INK_TEXT, 0, name);
	l->c->kind->move(l->c, middle(l, i), l->top + 24);
	l->c->kind->line(l->c, middle(l, i), l->top + HEAD + l->row * (double)chart->nrungs + 6);
	l->c->kind->stroke(l->c, INK_AXIS, 1);
}

/* The head is a triangle whose point is at (x, y); `side`: 1 it points to the right. */
static void draw_head(const struct ladder *l, const struct rung *r, double x, double y, int side)
{
	l->c->kind->move(l->c, x, y);
	l->c->kind->line(l->c, x - 8 * side, y - 4);
	l->c->kind->line(l->c, x - 8 * side, y + 4);
	l->c->kind->close(l->c);
	l->c->kind->hint(l->c, r->about ? r->about : r->label);
	l->c->kind->fill(l->c, INK_SERIES + r->colour, 1);
}

static void draw_rung(const struct ladder *l, const struct rung *r, double y)
{
	double from = middle(l, r->from), to = middle(l, r->to);
	bool self = r->from == r->to;
	int side = from <= to ? 1 : -1;
	/* A message to oneself goes out to the right and comes back below. */
	double far = self ? from + l->lane / 2 - 16 : to;
	char label[512];
	l->c->kind->text(l->c, LEFT - 14, y + 4, ANCHOR_END, 11, INK_SOFT, 0, r->time);
	l->c->kind->move(l->c, from, y);
	l->c->kind->line(l->c, far, y);
	if (self) {
		l->c->kind->line(l->c, far, y + 8);
		l->c->kind->line(l->c, from, y + 8);
	}
	l->c->kind->stroke(l->c, INK_SERIES + r->colour, 1.4);
	draw_head(l, r, to, self ? y + 8 : y, self ? -1 : side);
	fit_text(l->c, 11, r->label, fabs(far - from) - 12, label, sizeof(label));
	l->c->kind->text(l->c, (from + far) / 2, y - 5, ANCHOR_MIDDLE, 11, INK_TEXT, 0, label);
	if (r->from_end)
		l->c->kind->text(l->c, from - 5 * side, y + 4, side > 0 ? ANCHOR_END : ANCHOR_START, 11,
			INK_SOFT, 0, r->from_end);
	if (r->to_end && !self)
		l->c->kind->text(l->c, to + 5 * side, y + 4, side > 0 ? ANCHOR_START : ANCHOR_END, 11,
			INK_SOFT, 0, r->to_end);
}

void draw_ladder(struct canvas *c, const struct chart *chart)
{
	double top = draw_heading(c, chart), note = chart->note && !c->look->bare ? 26 : 10;
	if (!chart->nlabels)
		return;
	struct ladder l = { c, (c->look->width - LEFT - RIGHT) / (double)chart->nlabels, 0, top };
	l.row = fmin(
		ROW, (c->look->height - top - HEAD - note) / (double)(chart->nrungs ? chart->nrungs : 1));
	for (unsigned i = 0; i < chart->nlabels; i++)
		draw_lane(&l, chart, i);
	for (size_t i = 0; i < chart->nrungs; i++)
		draw_rung(&l, &chart->rungs[i], top + HEAD + l.row * ((double)i + 0.6));
	if (note > 10)
		c->kind->text(c, 20, c->look->height - 10, ANCHOR_START, 11, INK_SOFT, 0, chart->note);
}
