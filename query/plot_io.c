/* I/O graphs: a series for each graph of each capture. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/plot.h"

#define SERIES_MAX 24

const char *const plot_io_graphs[2] = { ";COUNT FRAMES", "tcp.analysis.flags;COUNT FRAMES" };
static const char *const usual_names[2] = { "All packets", "TCP errors" };

/* The first column of a graph: behind the interval's end. */
static unsigned first_graph(const struct kept *rows)
{
	return (unsigned)kept_column(rows, "end") + 1;
}

static double start_of(const struct kept *rows, size_t row)
{
	return kept_number(rows, row, kept_column(rows, "start"));
}

/* Has each capture rows of its own? Else (--align) it has columns of its own. */
static bool has_captures(const struct kept *rows)
{
	return kept_column(rows, "capture") >= 0;
}

int64_t plot_io_interval(double seconds, unsigned most)
{
	static const int64_t steps[] = { 1000000, 2000000, 5000000, 10000000, 15000000, 30000000, 60000000,
		120000000, 300000000, 600000000, 900000000, 1800000000, 3600000000, 7200000000, 21600000000,
		43200000000, 86400000000 };
	double least = seconds * 1e6 / most;
	for (int64_t step = 1; step < 1000000; step *= 10)
		for (int64_t k = 1; k <= 5; k += k == 1 ? 1 : 3)
			if (step * k < 1000000 && (double)(step * k) >= least)
				return step * k;
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if ((double)steps[i] >= least)
			return steps[i];
	return steps[sizeof(steps) / sizeof(steps[0]) - 1] * (int64_t)ceil(least / 86400e6);
}

static int parse_style(const char *name, enum mark *mark)
{
	static const struct {
		const char *name;
		enum mark mark;
	} styles[] = { { "line", MARK_LINE }, { "bar", MARK_BARS }, { "dot", MARK_DOTS },
		{ "stack", MARK_STACK } };
	for (unsigned i = 0; i < 4; i++)
		if (strcmp(styles[i].name, name) == 0) {
			*mark = styles[i].mark;
			return EXIT_DONE;
		}
	return complain(EXIT_USAGE, "--style is line, bar, dot or stack, not %s", name);
}

/* The nth --style; beyond the last one, the last. Without any: lines, but errors of TCP are bars. */
static int style_of(const struct args *args, unsigned graph, const char *text, enum mark *mark)
{
	const char *style = NULL;
	for (unsigned i = 0; i <= graph && args_nth(args, "style", i); i++)
		style = args_nth(args, "style", i);
	const char *filter = strstr(text, ": "); /* behind a capture's name */
	*mark = strncmp(filter ? filter + 2 : text, "tcp.analysis.", 13) == 0 ? MARK_BARS : MARK_LINE;
	return style ? parse_style(style, mark) : EXIT_DONE;
}

/* The length of an interval, from the rows: the last one of a capture is cut short. */
static double interval_of(const struct kept *rows)
{
	double longest = 0;
	for (size_t i = 0; i < rows->n && i < 2; i++)
		longest = fmax(longest, kept_number(rows, i, kept_column(rows, "end")) - start_of(rows, i));
	return longest > 0 ? longest : 1;
}

static enum chart_unit unit_of(const struct kept *rows, unsigned graphs)
{
	unsigned bytes = 0;
	for (unsigned g = 0; g < graphs; g++)
		bytes += strstr(rows->columns[first_graph(rows) + g].key, ";BYTES") != NULL;
	if (bytes == graphs)
		return UNIT_BYTES;
	for (size_t i = 0; i < rows->n; i++)
		for (unsigned g = 0; g < graphs; g++)
			if (kept_cell(rows, i, (int)(first_graph(rows) + g))->kind == VALUE_REAL)
				return UNIT_NUMBER;
	return UNIT_COUNT;
}

/* Rows [from, to) of one capture. */
static int add_series(const struct args *args, const struct kept *rows, struct chart *chart, size_t from,
	size_t to, unsigned graphs, bool many)
{
	bool usual = !args_nth(args, "graph", 0) && has_captures(rows);
	double interval = interval_of(rows);
	double *floors = calloc(to - from, sizeof(*floors)); /* of stacked bars */
	int status = floors ? EXIT_DONE : complain(EXIT_FAILED, "out of memory");
	for (unsigned g = 0; status == EXIT_DONE && g < graphs; g++) {
		const char *name =
			usual && g < 2 ? usual_names[g] : rows->columns[first_graph(rows) + g].title;
		char label[256];
		enum mark mark;
		if (usual && g == 1 && many)
			break;
		if (*name == ';')
			name++;
		snprintf(label, sizeof(label), "%s%s%s",
			many ? kept_text(rows, from, kept_column(rows, "capture")) : "", many ? ": " : "",
			name);
		status = style_of(args, g, rows->columns[first_graph(rows) + g].title, &mark);
		struct chart_series *s = chart_series(chart, label, mark, chart->nseries);
		if (!s)
			continue;
		bool bars = mark == MARK_BARS || mark == MARK_STACK;
		s->width = bars ? interval : 0;
		for (size_t i = from; i < to; i++) {
			double at = start_of(rows, i), v = kept_number(rows, i, (int)(first_graph(rows) + g));
			if (mark == MARK_STACK) {
				chart_segment(chart, s, at, floors[i - from],
					floors[i - from] + (isfinite(v) ? v : 0));
				floors[i - from] += isfinite(v) ? v : 0;
			} else {
				/* A point stands for its whole interval: in the middle of it. */
				chart_point(chart, s, bars ? at : at + interval / 2, v);
			}
		}
	}
	free(floors);
	return status;
}

int plot_io(const struct args *args, const struct kept *rows, struct chart *chart)
{
	char title[256];
	unsigned graphs = rows->ncolumns > first_graph(rows) ? rows->ncolumns - first_graph(rows) : 0;
	size_t captures = 0;
	char length[32];
	int status = EXIT_DONE;
	if (kept_column(rows, "graph") >= 0)
		return complain(EXIT_USAGE, "io: --peak has no picture; leave it out");
	for (size_t i = 0; i < rows->n; i++)
		captures += start_of(rows, i) == 0;
	if (captures * graphs > SERIES_MAX)
		return complain(EXIT_USAGE,
			"%zu captures with %u graphs each are too many for one picture (at most %d); "
			"name some with -c",
			captures, graphs, SERIES_MAX);
	value_label(interval_of(rows), UNIT_SECONDS, length);
	enum chart_unit unit = unit_of(rows, graphs);
	snprintf(title, sizeof(title), "%s per %s",
		!args_nth(args, "graph", 0) ? "Packets"
		: unit == UNIT_BYTES        ? "Bytes"
		: graphs == 1 && rows->n    ? rows->columns[first_graph(rows)].title +
						   (rows->columns[first_graph(rows)].title[0] == ';')
					 : "Value",
		length);
	chart_name(chart, "I/O graph", NULL);
	chart_axis(chart, &chart->x, "Time since the first frame", UNIT_SECONDS);
	chart_axis(chart, &chart->y, title, unit);
	for (size_t from = 0, to; status == EXIT_DONE && from < rows->n; from = to) {
		for (to = from + 1; to < rows->n && start_of(rows, to) > 0; to++)
			;
		status = add_series(args, rows, chart, from, to, graphs, captures > 1);
	}
	return status;
}
