/* SVG: colours are classes, so that a page or the reader's scheme sets them; text stays text. */
#include <math.h>
#include <stdlib.h>

#include "query/render/canvas.h"
#include "schema/utf8.h"

static const char *const names[INK_COUNT] = { "pp", "pt", "ps", "px", "pg", "p0", "p1", "p2", "p3", "p4",
	"p5", "p6", "p7" };

/* Text of a capture: controls made visible, XML's own letters by name. */
static void put_rules(FILE *out, const char *scope, unsigned dark)
{
	for (unsigned i = 0; i < INK_COUNT; i++)
		fprintf(out, "%s.%s{fill:#%06x}%s.l%s{stroke:#%06x}", scope, names[i], ink_colours[dark][i],
			scope, names[i], ink_colours[dark][i]);
}

static void put_css(FILE *out, const char *scope, enum chart_theme theme)
{
	put_rules(out, scope, theme == THEME_DARK);
	if (theme == THEME_AUTO) {
		fputs("@media (prefers-color-scheme:dark){", out);
		put_rules(out, scope, 1);
		fputs("}", out);
	}
}

void chart_css(FILE *out, enum chart_theme theme)
{
	put_css(out, ".pic ", theme);
}

static void begin(struct canvas *c, const char *title)
{
	unsigned w = c->look->width, h = c->look->height;
	if (c->inline_svg) {
		fprintf(c->out, "<svg class=\"pic\" viewBox=\"0 0 %u %u\" role=\"img\" aria-label=\"", w, h);
		put_markup(c->out, title, strlen(title));
		fputs("\">\n", c->out);
		return;
	}
	fprintf(c->out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"width=\"%u\" "
		"height=\"%u\" viewBox=\"0 0 %u %u\" role=\"img\"\n font-family=\"'DejaVu Sans',Verdana,"
		"sans-serif\">\n<title>",
		w, h, w, h);
	put_markup(c->out, title, strlen(title));
	fputs("</title>\n<style>", c->out);
	put_css(c->out, "", c->look->theme);
	fprintf(c->out, "</style>\n<rect class=\"pp\" width=\"%u\" height=\"%u\"/>\n", w, h);
}

static int end(struct canvas *c)
{
	bool failed = c->path.failed || c->hint.failed;
	fputs("</svg>\n", c->out);
	free(c->path.at);
	free(c->hint.at);
	return failed || ferror(c->out) ? -1 : 0;
}

/* Hundredths of a pixel, without the zeros at the end. */
static void put_number(struct buffer *b, double v)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%.2f", fabs(v) < 0.005 ? 0 : v);
	while (text[n - 1] == '0')
		n--;
	if (text[n - 1] == '.')
		n--;
	buffer_put(b, text, (size_t)n);
}

static void put_place(struct canvas *c, const char *command, double x, double y)
{
	buffer_puts(&c->path, command);
	put_number(&c->path, x);
	buffer_puts(&c->path, " ");
	put_number(&c->path, y);
}

static void move(struct canvas *c, double x, double y)
{
	put_place(c, "M", x, y);
}

static void line(struct canvas *c, double x, double y)
{
	put_place(c, "L", x, y);
}

/* From the current point (a line leads to the arc's beginning) along the circle. */
static void arc(struct canvas *c, double x, double y, double r, double from, double to)
{
	bool open = c->path.used != 0;
	put_place(c, open ? "L" : "M", x + r * cos(from), y + r * sin(from));
	/* A whole circle is two arcs: one would have no length. */
	double middle = (from + to) / 2;
	for (unsigned i = 0; i < 2; i++) {
		double at = i ? to : middle;
		buffer_puts(&c->path, "A");
		put_number(&c->path, r);
		buffer_puts(&c->path, " ");
		put_number(&c->path, r);
		put_place(c, to > from ? " 0 0 1 " : " 0 0 0 ", x + r * cos(at), y + r * sin(at));
	}
}

static void close_path(struct canvas *c)
{
	buffer_puts(&c->path, "Z");
}

static void stroke(struct canvas *c, enum ink ink, double width)
{
	if (c->path.used)
		fprintf(c->out,
			"<path class=\"l%s\" fill=\"none\" stroke-width=\"%g\" stroke-linejoin=\"round\" "
			"d=\"%s\"/>\n",
			names[ink], width, c->path.at);
	c->path.used = 0;
}

static void fill(struct canvas *c, enum ink ink, double opacity)
{
	if (c->path.used) {
		fprintf(c->out, "<path class=\"%s\"", names[ink]);
		if (opacity < 1)
			fprintf(c->out, " fill-opacity=\"%g\"", opacity);
		fprintf(c->out, " d=\"%s\"", c->path.at);
		if (c->hint.used) {
			fputs("><title>", c->out);
			put_markup(c->out, c->hint.at, strlen(c->hint.at));
			fputs("</title></path>\n", c->out);
		} else {
			fputs("/>\n", c->out);
		}
	}
	c->path.used = c->hint.used = 0;
}

static void text(struct canvas *c, double x, double y, enum anchor anchor, double size, enum ink ink,
	double turn, const char *words)
{
	static const char *const anchors[] = { "", " text-anchor=\"middle\"", " text-anchor=\"end\"" };
	fprintf(c->out, "<text class=\"%s\" font-size=\"%g\"%s x=\"%.1f\" y=\"%.1f\"", names[ink], size,
		anchors[anchor], x, y);
	if (turn != 0)
		fprintf(c->out, " transform=\"rotate(%.1f %.1f %.1f)\"", turn, x, y);
	putc('>', c->out);
	put_markup(c->out, words, strlen(words));
	fputs("</text>\n", c->out);
}

/* The reader's font is not known: widths of a sans-serif font that is rather wide. */
static double width(struct canvas *c, double size, const char *words)
{
	double sum = 0;
	(void)c;
	for (size_t n = strlen(words); n;) {
		uint32_t point = 0;
		unsigned len = utf8_read(words, n, &point);
		if (!len)
			len = 1;
		sum += len > 1                                                 ? 0.62 * utf8_columns(point)
		       : point < 128 && strchr("iljI|.,:;'!()[] ", (int)point) ? 0.36
		       : point < 128 && strchr("mwMW@%", (int)point)           ? 0.92
									       : 0.61;
		words += len;
		n -= len;
	}
	return sum * size;
}

static void clip(struct canvas *c, double x, double y, double w, double h)
{
	if (w <= 0) {
		fputs("</svg>\n", c->out);
		return;
	}
	/* A picture inside clips at its border, and needs no name that is unique in a page. */
	fprintf(c->out,
		"<svg x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" viewBox=\"%.1f %.1f %.1f "
		"%.1f\">\n",
		x, y, w, h, x, y, w, h);
}

static void hint(struct canvas *c, const char *words)
{
	c->hint.used = 0;
	buffer_puts(&c->hint, words);
}

const struct canvas_kind canvas_svg = { begin, end, move, line, arc, close_path, stroke, fill, text, width,
	clip, hint };
