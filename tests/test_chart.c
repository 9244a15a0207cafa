/* Axes, units and the octets of pictures. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "query/render/canvas.h"
#include "query/render/kept.h"

static void expect_label(double value, enum chart_unit unit, const char *want)
{
	char got[32];
	value_label(value, unit, got);
	assert_string_equal(got, want);
}

/* SI prefixes; seconds go down to nanoseconds. */
static void values_have_units(void **state)
{
	(void)state;
	expect_label(0, UNIT_COUNT, "0");
	expect_label(9999, UNIT_COUNT, "9999");
	expect_label(12500, UNIT_COUNT, "12.5 k");
	expect_label(837214, UNIT_BYTES, "837 kB");
	expect_label(60, UNIT_BYTES, "60 bytes");
	expect_label(1.5e9, UNIT_BYTES, "1.50 GB");
	expect_label(0.0125, UNIT_SECONDS, "12.5 ms");
	expect_label(250e-9, UNIT_SECONDS, "250 ns");
	expect_label(600, UNIT_SECONDS, "10 min");
	expect_label(9000, UNIT_SECONDS, "2.5 h");
	expect_label(259200, UNIT_SECONDS, "3 days");
	expect_label(3.3e6, UNIT_BITS_S, "3.30 Mbit/s");
}

static void expect_ticks(double from, double to, enum chart_unit unit, unsigned wanted, const char *want)
{
	struct scale s;
	char label[32], all[256] = "";
	scale_fit(&s, from, to, unit, wanted, true);
	for (unsigned i = 0; i < s.n; i++) {
		scale_label(&s, s.ticks[i], label);
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? " " : "", label);
	}
	assert_string_equal(all, want);
	assert_true(s.from <= from && s.to >= to);
}

/* 1, 2 and 5 times powers of ten; whole counts; clock times by sixties. */
static void ticks_are_round(void **state)
{
	(void)state;
	expect_ticks(0, 10, UNIT_NUMBER, 5, "0 2 4 6 8 10");
	expect_ticks(0, 1, UNIT_NUMBER, 5, "0.0 0.2 0.4 0.6 0.8 1.0");
	expect_ticks(0, 2, UNIT_COUNT, 8, "0 1 2");
	expect_ticks(0, 0.05, UNIT_SECONDS, 5, "0 10 20 30 40 50");
	expect_ticks(0, 480000, UNIT_BYTES, 5, "0 100 200 300 400 500");
	expect_ticks(0, 300, UNIT_SECONDS, 5, "0:00 1:00 2:00 3:00 4:00 5:00");
	expect_ticks(0, 7200, UNIT_SECONDS, 4, "0:00:00 0:30:00 1:00:00 1:30:00 2:00:00");
	expect_ticks(-3, 3, UNIT_NUMBER, 6, "-3 -2 -1 0 1 2 3");
	/* No extent: there is a scale all the same. */
	expect_ticks(0, 0, UNIT_COUNT, 4, "0 1");
}

static char *draw(const struct chart *c, enum chart_output output, unsigned w, unsigned h, size_t *n)
{
	FILE *out = tmpfile();
	struct chart_look look = { .width = w, .height = h, .utf8 = true };
	assert_int_equal(chart_draw(c, output, out, &look), 0);
	*n = (size_t)ftell(out);
	char *text = calloc(1, *n + 1);
	assert_non_null(text);
	rewind(out);
	assert_int_equal(fread(text, 1, *n, out), *n);
	fclose(out);
	return text;
}

static unsigned count(const char *text, const char *word)
{
	unsigned n = 0;
	while ((text = strstr(text, word))) {
		n++;
		text++;
	}
	return n;
}

/* Names of series may come from captures. */
static void text_is_harmless(void **state)
{
	struct chart c = { 0 };
	size_t n;
	(void)state;
	chart_name(&c, "<script>&\"\x1b[2J", NULL);
	chart_point(&c, chart_series(&c, "<b>\n", MARK_LINE, RED), 0, 1);
	char *svg = draw(&c, CHART_SVG, 400, 300, &n);
	assert_non_null(strstr(svg, "&lt;script&gt;&amp;&quot;"));
	assert_null(strstr(svg, "<script"));
	assert_null(strstr(svg, "<b>"));
	assert_null(strchr(svg, '\x1b'));
	free(svg);
	char *letters = draw(&c, CHART_TERMINAL, 80, 5, &n);
	assert_null(strchr(letters, '\x1b'));
	free(letters);
	chart_free(&c);
}

/* A line of a million points is a picture of some thousand places, and reaches every extreme. */
static void many_points_are_few_places(void **state)
{
	struct chart c = { 0 };
	size_t n, small;
	(void)state;
	struct chart_series *s = chart_series(&c, "line", MARK_LINE, BLUE);
	for (unsigned i = 0; i < 1000000; i++)
		chart_point(&c, s, i, i == 500000 ? 1000 : i % 7);
	free(draw(&c, CHART_SVG, 960, 540, &n));
	assert_true(n < 200000);
	/* The one high point stands out: without it the scale ends at 6. */
	char *svg = draw(&c, CHART_SVG, 960, 540, &small);
	assert_non_null(strstr(svg, ">1000<"));
	free(svg);
	chart_free(&c);
}

/* Missing values interrupt a line: two pieces, two beginnings. */
static void gaps_are_gaps(void **state)
{
	struct chart c = { 0 };
	size_t n;
	(void)state;
	struct chart_series *s = chart_series(&c, NULL, MARK_LINE, BLUE);
	for (unsigned i = 0; i < 9; i++)
		chart_point(&c, s, i, i == 4 ? (double)NAN : 1);
	char *svg = draw(&c, CHART_SVG, 960, 540, &n), *path = strstr(svg, "class=\"lp0\"");
	assert_non_null(path);
	*strstr(path, "/>") = '\0';
	assert_int_equal(count(path, "M"), 2);
	free(svg);
	chart_free(&c);
}

/* A quarter of the whole is a quarter of the circle: it ends at three o'clock. */
static void shares_are_angles(void **state)
{
	struct chart c = { .kind = CHART_SUNBURST };
	size_t n;
	(void)state;
	int whole = chart_slice(&c, "all", -1, 100, BLUE);
	chart_slice(&c, "part", whole, 25, RED);
	char *svg = draw(&c, CHART_SVG, 500, 500, &n);
	assert_non_null(strstr(svg, "part: 25 (25.0%)"));
	/* Without a heading the circle's middle is (250, 254 - 5); the outer edge ends on its height, right
	 * of it. */
	char *path = strstr(svg, "class=\"p1\"");
	double x = 0, y = 0;
	assert_non_null(path);
	path = strstr(path, "A");
	path = strstr(path + 1, "A"); /* the second half of the arc */
	assert_int_equal(sscanf(path, "A%*f %*f 0 0 1 %lf %lf", &x, &y), 2);
	assert_true(x > 400);
	assert_true(fabs(y - (18 + 490) / 2.0) < 0.1);
	free(svg);
	chart_free(&c);
}

static void png_where_cairo_is(void **state)
{
	struct chart c = { 0 };
	size_t n;
	(void)state;
	if (!chart_can(CHART_PNG))
		skip();
	chart_point(&c, chart_series(&c, "dots", MARK_DOTS, GREEN), 1, 1);
	char *png = draw(&c, CHART_PNG, 400, 300, &n);
	assert_memory_equal(png, "\x89PNG\r\n\x1a\n", 8);
	/* IHDR: twice as many pixels as points */
	assert_memory_equal(png + 16, "\0\0\x03\x20\0\0\x02\x58", 8);
	free(png);
	chart_free(&c);
}

/* No line of the picture is wider than it was asked to be. */
static void terminal_has_its_width(void **state)
{
	struct chart c = { 0 };
	size_t n;
	(void)state;
	chart_axis(&c, &c.x, "Time", UNIT_SECONDS);
	struct chart_series *s = chart_series(&c, "a series", MARK_LINE, BLUE), *bars;
	for (unsigned i = 0; i < 100; i++)
		chart_point(&c, s, i, i * i);
	bars = chart_series(&c, "bars", MARK_BARS, RED);
	bars->width = 1;
	for (unsigned i = 0; i < 100; i++)
		chart_point(&c, bars, i, 5000);
	char *text = draw(&c, CHART_TERMINAL, 60, 10, &n);
	assert_true(count(text, "\xe2\x96\x88") > 100); /* full blocks */
	assert_true(count(text, "\xe2\xa0") + count(text, "\xe2\xa1") + count(text, "\xe2\xa2") >
		    10); /* Braille */
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(text_columns(line, strlen(line)) <= 60);
	free(text);
	chart_free(&c);
}

/* Kept rows are copies, lists too. */
static void rows_are_kept(void **state)
{
	static const struct render_column columns[] = { { "name", "Name", RENDER_TEXT },
		{ "n", NULL, RENDER_NUMBER } };
	static const char *const keys[] = { "what" };
	char text[] = "first";
	struct kept rows;
	(void)state;
	struct render *r = render_keep(&rows, columns, 2);
	assert_non_null(r);
	for (unsigned i = 0; i < 100; i++) {
		const struct value part = value_text(text);
		const struct value item = value_object(keys, &part, 1);
		render_row(r,
			(struct value[]) { i % 2 ? value_list(&item, 1) : value_text(text), value_int(i) });
	}
	assert_int_equal(render_close(r), 0);
	text[0] = 'X';
	assert_int_equal(rows.n, 100);
	assert_string_equal(kept_text(&rows, 0, kept_column(&rows, "name")), "first");
	assert_string_equal(kept_cell(&rows, 99, 0)->list.items[0].list.items[0].text.at, "first");
	assert_true(kept_number(&rows, 99, kept_column(&rows, "n")) == 99);
	assert_int_equal(kept_column(&rows, "none"), -1);
	assert_true(isnan(kept_number(&rows, 99, -1)));
	kept_free(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_have_units),
		cmocka_unit_test(ticks_are_round),
		cmocka_unit_test(text_is_harmless),
		cmocka_unit_test(many_points_are_few_places),
		cmocka_unit_test(gaps_are_gaps),
		cmocka_unit_test(shares_are_angles),
		cmocka_unit_test(png_where_cairo_is),
		cmocka_unit_test(terminal_has_its_width),
		cmocka_unit_test(rows_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
