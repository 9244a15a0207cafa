/* What charts are drawn with: paths and text, in pixels from the upper left. One table of functions for SVG
 * and one for Cairo. Private to query/render/. */
#ifndef PCAPDEX_QUERY_RENDER_CANVAS_H
#define PCAPDEX_QUERY_RENDER_CANVAS_H

#include "query/render/chart.h"
#include "query/render/text.h"

/* Colours by what they are for; the series' follow behind. */
enum ink {
	INK_PAPER,
	INK_TEXT,
	INK_SOFT,
	INK_AXIS,
	INK_GRID,
	INK_SERIES,
	INK_COUNT = INK_SERIES + CHART_COLOURS
};
extern const unsigned ink_colours[2][INK_COUNT]; /* 0xrrggbb: light, dark */

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct canvas;

struct canvas_kind {
	void (*begin)(struct canvas *c, const char *title);
	int (*end)(struct canvas *c);
	void (*move)(struct canvas *c, double x, double y);
	void (*line)(struct canvas *c, double x, double y);
	void (*arc)(struct canvas *c, double x, double y, double r, double from,
		double to); /* radians, clockwise */
	void (*close)(struct canvas *c);
	void (*stroke)(struct canvas *c, enum ink ink, double width);
	void (*fill)(struct canvas *c, enum ink ink, double opacity);
	void (*text)(struct canvas *c, double x, double y, enum anchor anchor, double size, enum ink ink,
		double turn, const char *text);
	double (*width)(struct canvas *c, double size, const char *text);
	void (*clip)(struct canvas *c, double x, double y, double w, double h); /* w 0: no more */
	void (*hint)(struct canvas *c, const char *text); /* what the next fill is, for who points at it */
};

struct canvas {
	const struct canvas_kind *kind;
	FILE *out;
	const struct chart_look *look;
	bool inline_svg;
	struct buffer path, hint;
	unsigned clips;
	void *surface, *cairo, *layout;
};

extern const struct canvas_kind canvas_svg;
extern const struct canvas_kind canvas_png; /* with Cairo, after canvas_png_load() */
/* Load Cairo and Pango; false with a message (512 octets, or NULL): they are not installed. */
bool canvas_png_load(char *message);

/* ---- axes (axis.c) ---- */

#define TICKS_MAX 24

struct scale {
	double from, to; /* values */
	double pixel_from, pixel_to;
	unsigned n;
	double ticks[TICKS_MAX];
	double step;
	double unit;        /* what a label is divided by */
	const char *suffix; /* "ms", "kB": said once, in the axis' title */
	unsigned decimals;
	bool clock; /* labels are h:mm:ss */
};

/* Ticks at round places, about `wanted` of them. `grow`: the scale reaches to the next tick. */
void scale_fit(struct scale *s, double from, double to, enum chart_unit unit, unsigned wanted, bool grow);
double scale_at(const struct scale *s, double value);
void scale_label(const struct scale *s, double value, char out[32]);
/* "Time (ms)"; the title may be NULL. */
void scale_title(const struct scale *s, const struct axis *axis, char *out, size_t size);

/* ---- shapes ---- */

void draw_xy(struct canvas *c, const struct chart *chart);
void draw_rows(struct canvas *c, const struct chart *chart);
void draw_ladder(struct canvas *c, const struct chart *chart);
void draw_sunburst(struct canvas *c, const struct chart *chart);
int draw_terminal(const struct chart *chart, FILE *out, const struct chart_look *look);

/* Title and subtitle above; the height that they take. */
double draw_heading(struct canvas *c, const struct chart *chart);
/* Names of the series in a row that breaks; its height. */
double draw_legend(struct canvas *c, const struct chart *chart, double x, double y, double width);
/* Text cut to a width, with an ellipsis. `out` has room for `size` octets. */
void fit_text(struct canvas *c, double size, const char *text, double width, char *out, size_t out_size);

/* The extent of all series of one axis; false: no values. */
bool chart_extent(const struct chart *chart, bool right, double *x0, double *x1, double *y0, double *y1);

#endif
