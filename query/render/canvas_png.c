/* PNG: Cairo draws, Pango sets the text. Twice as many pixels as points, for screens and paper of today. */
#if HAVE_CAIRO

#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>

#include "query/render/canvas.h"

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
	cairo_set_source_rgba(
		c->cairo, (v >> 16) / 255.0, (v >> 8 & 0xff) / 255.0, (v & 0xff) / 255.0, opacity);
}

static void begin(struct canvas *c, const char *title)
{
	(void)title;
	double scale = pixels(c->look);
	c->surface = cairo_image_surface_create(
		CAIRO_FORMAT_RGB24, (int)(c->look->width * scale), (int)(c->look->height * scale));
	c->cairo = cairo_create(c->surface);
	cairo_scale(c->cairo, scale, scale);
	set_ink(c, INK_PAPER, 1);
	cairo_paint(c->cairo);
	cairo_set_line_join(c->cairo, CAIRO_LINE_JOIN_ROUND);
	c->layout = pango_cairo_create_layout(c->cairo);
}

static cairo_status_t put_octets(void *out, const unsigned char *at, unsigned n)
{
	return fwrite(at, 1, n, out) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static int end(struct canvas *c)
{
	cairo_status_t status = cairo_surface_write_to_png_stream(c->surface, put_octets, c->out);
	g_object_unref(c->layout);
	cairo_destroy(c->cairo);
	cairo_surface_destroy(c->surface);
	free(c->hint.at);
	return status == CAIRO_STATUS_SUCCESS ? 0 : -1;
}

static void move(struct canvas *c, double x, double y)
{
	cairo_move_to(c->cairo, x, y);
}

static void line(struct canvas *c, double x, double y)
{
	cairo_line_to(c->cairo, x, y);
}

static void arc(struct canvas *c, double x, double y, double r, double from, double to)
{
	if (to > from)
		cairo_arc(c->cairo, x, y, r, from, to);
	else
		cairo_arc_negative(c->cairo, x, y, r, from, to);
}

static void close_path(struct canvas *c)
{
	cairo_close_path(c->cairo);
}

static void stroke(struct canvas *c, enum ink ink, double width)
{
	set_ink(c, ink, 1);
	cairo_set_line_width(c->cairo, width);
	cairo_stroke(c->cairo);
}

static void fill(struct canvas *c, enum ink ink, double opacity)
{
	set_ink(c, ink, opacity);
	cairo_fill(c->cairo);
}

/* Make the layout hold the words; its size in pixels. */
static void lay_out(struct canvas *c, double size, const char *words, int *w, int *ascent)
{
	struct buffer b = { 0 };
	PangoFontDescription *font = pango_font_description_from_string("DejaVu Sans, sans-serif");
	pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	pango_layout_set_font_description(c->layout, font);
	pango_font_description_free(font);
	put_visible(&b, words, strlen(words), ESCAPE_ALL);
	pango_layout_set_text(c->layout, b.at ? b.at : "", -1);
	free(b.at);
	pango_layout_get_size(c->layout, w, NULL);
	*ascent = pango_layout_get_baseline(c->layout);
}

static void text(struct canvas *c, double x, double y, enum anchor anchor, double size, enum ink ink,
	double turn, const char *words)
{
	int w, ascent;
	lay_out(c, size, words, &w, &ascent);
	double shift = anchor == ANCHOR_START ? 0 : anchor == ANCHOR_MIDDLE ? 0.5 : 1;
	cairo_save(c->cairo);
	cairo_translate(c->cairo, x, y);
	cairo_rotate(c->cairo, turn * M_PI / 180);
	cairo_move_to(c->cairo, -shift * w / PANGO_SCALE, -(double)ascent / PANGO_SCALE);
	set_ink(c, ink, 1);
	pango_cairo_show_layout(c->cairo, c->layout);
	cairo_restore(c->cairo);
	cairo_new_path(c->cairo);
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
		cairo_reset_clip(c->cairo);
		return;
	}
	cairo_rectangle(c->cairo, x, y, w, h);
	cairo_clip(c->cairo);
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
