/* PNG: Cairo draws, Pango sets the text. Twice as many pixels as points, for screens and paper of today. */
#if HAVE_CAIRO

#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>

#include "query/render/canvas.h"
#include "query/render/loaded.h"

/* clang-format off */
#define DRAWING_FUNCTIONS(X) \
	X(cairo_arc) X(cairo_arc_negative) X(cairo_clip) X(cairo_close_path) X(cairo_create) \
	X(cairo_destroy) X(cairo_fill) X(cairo_image_surface_create) X(cairo_line_to) X(cairo_move_to) \
	X(cairo_new_path) X(cairo_paint) X(cairo_rectangle) X(cairo_reset_clip) X(cairo_restore) \
	X(cairo_rotate) X(cairo_save) X(cairo_scale) X(cairo_set_line_join) X(cairo_set_line_width) \
	X(cairo_set_source_rgba) X(cairo_stroke) X(cairo_surface_destroy) \
	X(cairo_surface_write_to_png_stream) X(cairo_translate) X(g_object_unref) \
	X(pango_cairo_create_layout) X(pango_cairo_show_layout) X(pango_font_description_free) \
	X(pango_font_description_from_string) X(pango_font_description_set_absolute_size) \
	X(pango_layout_get_baseline) X(pango_layout_get_size) X(pango_layout_set_font_description) \
	X(pango_layout_set_text)
/* clang-format on */

/* Cairo's, Pango's and GObject's, loaded with the first picture. */
static struct {
#define X(name) __typeof__(name) *name;
	DRAWING_FUNCTIONS(X)
#undef X
} draw;

bool canvas_png_load(char *message)
{
	static const char *const names[] = {
#define X(name) #name,
		DRAWING_FUNCTIONS(X)
#undef X
	};
	_Static_assert(sizeof(draw) == sizeof(names), "a pointer for each name");
	return draw.cairo_create || library_load("libpangocairo-1.0.so.0", names,
					    sizeof(names) / sizeof(*names), (void **)&draw, message);
}

#define PIXELS  2.0
#define LONGEST 32000.0 /* Cairo's images reach to 32767 pixels */
#define LARGEST 60e6    /* pixels: 240 MB */

/* Pixels a point: fewer in a picture that would be too large (a long flow graph). */
static double pixels(const struct chart_look *look)
{
	double longest = fmax(look->width, look->height);
	return fmin(fmin(PIXELS, LONGEST / longest), sqrt(LARGEST / look->width / look->height));
}

static void set_ink(struct canvas *c, enum ink ink, double opacity)
{
	unsigned v = ink_colours[c->look->theme == THEME_DARK][ink];
	draw.cairo_set_source_rgba(
		c->cairo, (v >> 16) / 255.0, (v >> 8 & 0xff) / 255.0, (v & 0xff) / 255.0, opacity);
}

static void begin(struct canvas *c, const char *title)
{
	(void)title;
	double scale = pixels(c->look);
	c->surface = draw.cairo_image_surface_create(
		CAIRO_FORMAT_RGB24, (int)(c->look->width * scale), (int)(c->look->height * scale));
	c->cairo = draw.cairo_create(c->surface);
	draw.cairo_scale(c->cairo, scale, scale);
	set_ink(c, INK_PAPER, 1);
	draw.cairo_paint(c->cairo);
	draw.cairo_set_line_join(c->cairo, CAIRO_LINE_JOIN_ROUND);
	c->layout = draw.pango_cairo_create_layout(c->cairo);
}

static cairo_status_t put_octets(void *out, const unsigned char *at, unsigned n)
{
	return fwrite(at, 1, n, out) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static int end(struct canvas *c)
{
	cairo_status_t status = draw.cairo_surface_write_to_png_stream(c->surface, put_octets, c->out);
	draw.g_object_unref(c->layout);
	draw.cairo_destroy(c->cairo);
	draw.cairo_surface_destroy(c->surface);
	free(c->hint.at);
	return status == CAIRO_STATUS_SUCCESS ? 0 : -1;
}

static void move(struct canvas *c, double x, double y)
{
	draw.cairo_move_to(c->cairo, x, y);
}

static void line(struct canvas *c, double x, double y)
{
	draw.cairo_line_to(c->cairo, x, y);
}

static void arc(struct canvas *c, double x, double y, double r, double from, double to)
{
	if (to > from)
		draw.cairo_arc(c->cairo, x, y, r, from, to);
	else
		draw.cairo_arc_negative(c->cairo, x, y, r, from, to);
}

static void close_path(struct canvas *c)
{
	draw.cairo_close_path(c->cairo);
}

static void stroke(struct canvas *c, enum ink ink, double width)
{
	set_ink(c, ink, 1);
	draw.cairo_set_line_width(c->cairo, width);
	draw.cairo_stroke(c->cairo);
}

static void fill(struct canvas *c, enum ink ink, double opacity)
{
	set_ink(c, ink, opacity);
	draw.cairo_fill(c->cairo);
}

/* Make the layout hold the words; its size in pixels. */
static void lay_out(struct canvas *c, double size, const char *words, int *w, int *ascent)
{
	struct buffer b = { 0 };
	PangoFontDescription *font = draw.pango_font_description_from_string("DejaVu Sans, sans-serif");
	draw.pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	draw.pango_layout_set_font_description(c->layout, font);
	draw.pango_font_description_free(font);
	put_visible(&b, words, strlen(words), ESCAPE_ALL);
	draw.pango_layout_set_text(c->layout, b.at ? b.at : "", -1);
	free(b.at);
	draw.pango_layout_get_size(c->layout, w, NULL);
	*ascent = draw.pango_layout_get_baseline(c->layout);
}

static void text(struct canvas *c, double x, double y, enum anchor anchor, double size, enum ink ink,
	double turn, const char *words)
{
	int w, ascent;
	lay_out(c, size, words, &w, &ascent);
	double shift = anchor == ANCHOR_START ? 0 : anchor == ANCHOR_MIDDLE ? 0.5 : 1;
	draw.cairo_save(c->cairo);
	draw.cairo_translate(c->cairo, x, y);
	draw.cairo_rotate(c->cairo, turn * M_PI / 180);
	draw.cairo_move_to(c->cairo, -shift * w / PANGO_SCALE, -(double)ascent / PANGO_SCALE);
	set_ink(c, ink, 1);
	draw.pango_cairo_show_layout(c->cairo, c->layout);
	draw.cairo_restore(c->cairo);
	draw.cairo_new_path(c->cairo);
}

static double width(struct canvas *c, double size, const char *words)
{
	int w, ascent;
	lay_out(c, size, words, &w, &ascent);
	return (double)w / PANGO_SCALE;
}

static void clip(struct canvas *c, double x, double y, double w, double h)
{
	if (w <= 0) {
		draw.cairo_reset_clip(c->cairo);
		return;
	}
	draw.cairo_rectangle(c->cairo, x, y, w, h);
	draw.cairo_clip(c->cairo);
}

static void hint(struct canvas *c, const char *words)
{
	(void)c;
	(void)words;
}

const struct canvas_kind canvas_png = { begin, end, move, line, arc, close_path, stroke, fill, text, width,
	clip, hint };

#else
typedef int nothing_to_compile;
#endif
