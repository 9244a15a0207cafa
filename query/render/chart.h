/* Pictures of numbers: a chart is described (series, axes), then drawn as SVG, as PNG or in a terminal. Knows
 * nothing of captures.
 *
 *	struct chart c = { 0 };
 *	chart_name(&c, "Round-trip time", NULL);
 *	chart_axis(&c, &c.x, "Time", UNIT_SECONDS);
 *	chart_axis(&c, &c.y, "RTT", UNIT_SECONDS);
 *	struct chart_series *s = chart_series(&c, "A to B", MARK_DOTS, 0);
 *	chart_point(&c, s, 0.5, 0.012);
 *	chart_draw(&c, CHART_SVG, stdout, &(struct chart_look){ 960, 540 });
 *	chart_free(&c); */
#ifndef PCAPDEX_QUERY_RENDER_CHART_H
#define PCAPDEX_QUERY_RENDER_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum chart_unit {
	UNIT_COUNT,   /* 1200, 35 k, 1.2 M: whole numbers */
	UNIT_NUMBER,  /* of any kind */
	UNIT_SECONDS, /* 20 ms, 1.5 s, 2:30 */
	UNIT_BYTES,   /* 1.5 kB: thousands, as Wireshark counts */
	UNIT_BITS_S   /* 3 Mbit/s */
};

struct axis {
	char *title; /* the chart's own; NULL: none */
	enum chart_unit unit;
};

enum mark {
	MARK_LINE,  /* points joined; a missing value interrupts */
	MARK_STEPS, /* holds its value until the next point */
	MARK_DOTS,
	MARK_BARS,     /* from 0 up, `width` wide from the point on; series behind each other */
	MARK_STACK,    /* bars on top of those of the series before */
	MARK_SEGMENTS, /* a vertical line from low to y, with a cap at each end */
	MARK_TICKS     /* a short mark at a point of interest */
};

struct point {
	double x, y, low; /* y is NAN: missing */
};

struct chart_series {
	char *name; /* in the legend; NULL: not there */
	enum mark mark;
	unsigned colour; /* 0 .. CHART_COLOURS - 1: index of the palette */
	bool right;      /* measured by the axis on the right, y2 */
	double width;    /* bars: in units of x */
	struct point *points;
	size_t n, size;
};

/* Palette: chosen to stay apart for colour-blind eyes, on white and on black. */
enum chart_colour { BLUE, RED, ORANGE, GREEN, PURPLE, CYAN, BROWN, GRAY, CHART_COLOURS };

enum chart_kind {
	CHART_XY,
	CHART_COLUMNS,  /* categories along x: point.x is the number of its label */
	CHART_ROWS,     /* categories down the page: for long labels */
	CHART_SUNBURST, /* rings of shares; the children of a node lie outside of it */
	CHART_LADDER    /* lanes, one for each label, and arrows between them; on paper alone */
};

/* A node of a sunburst; the first is the whole. */
struct slice {
	char *name;
	int parent; /* index; -1 the whole */
	double value;
	unsigned colour;
};

/* An arrow of a ladder. */
struct rung {
	unsigned from, to, colour; /* numbers of labels; of the palette */
	char *time, *label;        /* beside it; on it */
	char *about;               /* for who points at it; NULL: the label */
	char *from_end, *to_end;   /* beside its ends; NULL nothing */
};

struct chart {
	enum chart_kind kind;
	char *title, *subtitle; /* the chart's own; NULL none */
	char *note;             /* said under the picture; NULL none */
	struct axis x, y, y2;
	struct chart_series *series;
	unsigned nseries;
	char **labels; /* of categories, the chart's own */
	size_t nlabels;
	struct slice *slices;
	size_t nslices;
	struct rung *rungs; /* downward */
	size_t nrungs;
	bool failed; /* memory ran out; sticks */
};

/* Titles are copied; NULL leaves what is there. */
void chart_name(struct chart *c, const char *title, const char *subtitle);
void chart_axis(struct chart *c, struct axis *axis, const char *title, enum chart_unit unit);
/* A new series behind the others, or NULL. Its address holds until the next one is added. The name is copied.
 */
struct chart_series *chart_series(struct chart *c, const char *name, enum mark mark, unsigned colour);
void chart_point(struct chart *c, struct chart_series *s, double x, double y);
void chart_segment(struct chart *c, struct chart_series *s, double x, double low, double high);
/* A category; gives its number. */
size_t chart_label(struct chart *c, const char *label);
/* A slice; gives its number, for its children, or -1. */
int chart_slice(struct chart *c, const char *name, int parent, double value, unsigned colour);
/* An arrow below the others; its texts are copied. */
void chart_rung(struct chart *c, const struct rung *rung);
/* The pixels that a ladder asks for. */
#define LADDER_LANES 200
#define LADDER_RUNGS 10000
void ladder_size(const struct chart *chart, unsigned *width, unsigned *height);
void chart_free(struct chart *c);

enum chart_output {
	CHART_SVG,    /* follows the reader's light or dark scheme, unless told */
	CHART_INLINE, /* SVG for a page that has the colours (chart_css()) */
	CHART_PNG,    /* needs Cairo */
	CHART_TERMINAL
};

enum chart_theme { THEME_AUTO, THEME_LIGHT, THEME_DARK };

struct chart_look {
	unsigned width, height; /* pixels; terminal: letters */
	enum chart_theme theme; /* AUTO: SVG has both, PNG is light */
	bool bare;              /* without title and subtitle: the page around it has them */
	bool utf8, colour;      /* what the terminal can do */
};

/* Was this program built with what the output needs? */
bool chart_can(enum chart_output output);
/* Draw it. 0, or -1: no memory, or the file cannot be written. */
int chart_draw(const struct chart *c, enum chart_output output, FILE *out, const struct chart_look *look);

/* A value with its unit, as a person reads it: "1.5 kB", "20 ms". */
void value_label(double value, enum chart_unit unit, char out[32]);

/* The style rules that CHART_INLINE needs, once a page. */
void chart_css(FILE *out, enum chart_theme theme);

#endif
