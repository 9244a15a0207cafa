/* pcapdex io: I/O Graphs, as numbers. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "query/plot.h"
#include "query/series.h"

#define GRAPHS_MAX  60
#define COLUMNS_MAX 400 /* graphs of all captures side by side */

struct io {
	struct question q;
	unsigned n;
	struct graph graphs[GRAPHS_MAX];
	bool plain; /* no --graph: frames and bytes */
	int64_t interval_us;
	bool aligned, absolute; /* captures side by side; by the clock */
	int64_t origin;         /* of all captures, nanoseconds since 1970: absolute */
	struct render *render;
	struct render_column columns[4 + COLUMNS_MAX]; /* must outlive the render */
	char *titles[COLUMNS_MAX];
};

/* ---- options ---- */

/* "100ms", "1", "0.5s", "10min", "1h", "1d". */
static int parse_interval(const char *text, int64_t *us)
{
	static const struct {
		const char *name;
		double us;
	} units[] = { { "", 1e6 }, { "s", 1e6 }, { "ms", 1e3 }, { "us", 1 }, { "m", 60e6 }, { "min", 60e6 },
		{ "h", 3600e6 }, { "d", 86400e6 } };
	char *end;
	double v = isdigit((uint8_t)*text) || *text == '.' ? strtod(text, &end) : -1;
	for (unsigned i = 0; v > 0 && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].name) == 0 && v * units[i].us >= 1 && v * units[i].us < 1e15) {
			*us = (int64_t)(v * units[i].us + 0.5);
			return EXIT_DONE;
		}
	return complain(
		EXIT_USAGE, "--interval takes a time such as 1, 100ms, 10min, 1h or 1d, not %s", text);
}

/* --interval; a picture has about as many intervals as it has room for. */
static int choose_interval(struct io *io)
{
	const char *given = args_value(io->q.args, "interval", NULL);
	double longest = 0;
	if (given || !args_has(io->q.args, "plot"))
		return parse_interval(given ? given : "1", &io->interval_us);
	for (unsigned i = 0; i < io->q.session.ncaptures; i++) {
		const struct selected_capture *c = &io->q.session.captures[i];
		if (c->frames && (double)(c->time_last - c->time_zero) / 1e9 > longest)
			longest = (double)(c->time_last - c->time_zero) / 1e9;
	}
	io->interval_us = plot_io_interval(longest, 400);
	return EXIT_DONE;
}

static int parse_graphs(struct io *io)
{
	int status = EXIT_DONE;
	bool picture = args_has(io->q.args, "plot");
	io->plain = !picture && !args_nth(io->q.args, "graph", 0);
	if (picture && !args_nth(io->q.args, "graph", 0)) {
		/* Wireshark's own two. */
		io->n = 2;
		status = graph_parse(&io->q, &io->graphs[0], plot_io_graphs[0]);
		return status == EXIT_DONE ? graph_parse(&io->q, &io->graphs[1], plot_io_graphs[1]) : status;
	}
	while (status == EXIT_DONE && io->n < 2 && io->plain) {
		status = graph_parse(&io->q, &io->graphs[io->n], io->n ? "BYTES" : "COUNT FRAMES");
		io->n++;
	}
	for (unsigned i = 0; status == EXIT_DONE && args_nth(io->q.args, "graph", i); i++) {
		if (i == GRAPHS_MAX)
			return complain(EXIT_USAGE, "at most %d times --graph", GRAPHS_MAX);
		io->n++;
		status = graph_parse(&io->q, &io->graphs[i], args_nth(io->q.args, "graph", i));
	}
	return status;
}

/* --align; and --peak with one capture is all the same. */
static int parse_align(struct io *io)
{
	const char *align = args_value(io->q.args, "align", NULL);
	io->aligned = align != NULL;
	io->absolute = align && strcmp(align, "absolute") == 0;
	if (align && !io->absolute && strcmp(align, "relative") != 0)
		return complain(EXIT_USAGE, "--align is relative or absolute, not %s", align);
	if (io->aligned && !args_has(io->q.args, "peak") &&
		(uint64_t)io->n * io->q.session.ncaptures > COLUMNS_MAX)
		return complain(EXIT_USAGE,
			"--align: %u graphs of %u captures are more than %d columns; -c picks captures",
			io->n, io->q.session.ncaptures, COLUMNS_MAX);
	for (unsigned i = 0; i < io->q.session.ncaptures; i++) {
		const struct selected_capture *c = &io->q.session.captures[i];
		if (c->frames && (!io->origin || c->time_first < io->origin))
			io->origin = c->time_first;
	}
	return EXIT_DONE;
}

/* ---- cells ---- */

static unsigned decimals(const struct io *io)
{
	return io->interval_us % 1000000 == 0 ? 0 : io->interval_us % 1000 == 0 ? 3 : 6;
}

static struct value start_of(const struct io *io, int64_t n)
{
	return value_real((double)(n * io->interval_us) / 1e6, decimals(io));
}

/* The last interval ends with the capture. */
static struct value end_of(const struct io *io, int64_t n, int64_t end_us)
{
	int64_t end = (n + 1) * io->interval_us;
	return value_real((double)(end < end_us ? end : end_us) / 1e6, end < end_us ? decimals(io) : 6);
}

/* When an interval begins, UTC: 2026-11-22T21:00:00.000. */
#define CLOCK_MAX 40
static struct value clock_of(const struct io *io, int64_t zero_ns, int64_t n, char out[CLOCK_MAX])
{
	int64_t us = zero_ns / 1000 + n * io->interval_us, part = us % 1000000;
	struct tm tm;
	if (part < 0)
		part += 1000000;
	time_t seconds = (time_t)((us - part) / 1000000);
	if (!gmtime_r(&seconds, &tm))
		return value_null();
	size_t used = strftime(out, CLOCK_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + used, CLOCK_MAX - used, ".%06dZ", (int)part);
	return value_text(out);
}

static void add_column(
	struct io *io, unsigned *k, const char *key, const char *title, enum render_align align)
{
	io->columns[(*k)++] = (struct render_column) { key, title, align };
}

static int open_render(struct io *io, unsigned k)
{
	io->render = question_render(&io->q, io->columns, k);
	return io->render ? EXIT_DONE : complain(EXIT_FAILED, "out of memory");
}

static bool is_json(const struct io *io)
{
	return strncmp(io->q.format, "json", 4) == 0;
}

static bool is_named(const struct io *io)
{
	return !io->q.table || io->q.session.ncaptures > 1;
}

/* ---- rows of one capture after the other ---- */

static int begin_rows(struct io *io)
{
	unsigned k = 0;
	if (is_named(io))
		add_column(io, &k, "capture", "Capture", RENDER_TEXT);
	add_column(io, &k, "start", "Start", RENDER_NUMBER);
	add_column(io, &k, "end", "End", RENDER_NUMBER);
	if (is_json(io) && !io->plain)
		add_column(io, &k, "values", NULL, RENDER_TEXT);
	for (unsigned i = 0; i < io->n && (!is_json(io) || io->plain); i++)
		if (io->plain)
			add_column(io, &k, i ? "bytes" : "frames", i ? "Bytes" : "Packets", RENDER_NUMBER);
		else
			add_column(io, &k, io->graphs[i].text, NULL, RENDER_NUMBER);
	return open_render(io, k);
}

static int print_rows(struct io *io, const struct series_time *t, struct series *series)
{
	struct value cells[3 + GRAPHS_MAX], values[GRAPHS_MAX];
	int status = EXIT_DONE;
	for (int64_t n = t->first; status == EXIT_DONE && n <= t->last; n++) {
		unsigned k = 0;
		if (is_named(io))
			cells[k++] = value_text(t->capture->name);
		cells[k++] = start_of(io, n);
		cells[k++] = end_of(io, n, t->end_us);
		for (unsigned i = 0; status == EXIT_DONE && i < io->n; i++)
			status = series_value(&series[i], n, &values[i]);
		if (is_json(io) && !io->plain)
			cells[k++] = value_list(values, io->n);
		else
			memcpy(&cells[k], values, io->n * sizeof(*values));
		if (status == EXIT_DONE)
			render_row(io->render, cells);
	}
	return status;
}

/* ---- the busiest interval of each graph ---- */

static int begin_peaks(struct io *io)
{
	unsigned k = 0;
	add_column(io, &k, "capture", "Capture", RENDER_TEXT);
	add_column(io, &k, "graph", "Graph", RENDER_TEXT);
	add_column(io, &k, "start", "Start", RENDER_NUMBER);
	add_column(io, &k, "end", "End", RENDER_NUMBER);
	add_column(io, &k, "time", "Time (UTC)", RENDER_FIXED);
	add_column(io, &k, "value", "Value", RENDER_NUMBER);
	return open_render(io, k);
}

static double number_of(const struct value *v)
{
	return v->kind == VALUE_INT ? (double)v->integer : v->real;
}

/* The first of those with the greatest value; an interval in which nothing happened is none. */
static int print_peak(struct io *io, const struct series_time *t, struct series *s)
{
	struct value best = value_null(), v;
	char clock[CLOCK_MAX];
	int64_t at = -1;
	int status = EXIT_DONE;
	for (int64_t n = t->first; status == EXIT_DONE && n <= t->last; n++) {
		status = series_value(s, n, &v);
		if (v.kind == VALUE_NULL || (s->graph->empty_is_zero && number_of(&v) == 0))
			continue;
		if (at < 0 || number_of(&v) > number_of(&best)) {
			best = v;
			at = n;
		}
	}
	const struct value cells[] = { value_text(t->capture->name),
		value_text(io->plain ? (s->graph == io->graphs ? "frames" : "bytes") : s->graph->text),
		at < 0 ? value_null() : start_of(io, at), at < 0 ? value_null() : end_of(io, at, t->end_us),
		at < 0 ? value_null() : clock_of(io, t->zero_ns, at, clock), best };
	if (status == EXIT_DONE)
		render_row(io->render, cells);
	return status;
}

/* One capture after the other: its rows, or its peaks. */
static int answer_each(struct io *io)
{
	bool peak = args_has(io->q.args, "peak");
	struct series series[GRAPHS_MAX] = { { NULL } };
	struct series_time t;
	int status = io->q.show_sql ? EXIT_DONE : peak ? begin_peaks(io) : begin_rows(io);
	for (unsigned c = 0; status == EXIT_DONE && c < io->q.session.ncaptures; c++) {
		if (!io->q.session.captures[c].frames)
			continue;
		if (series_time(&t, &io->q, &io->q.session.captures[c], io->interval_us,
			    io->absolute ? &io->origin : NULL) < 0)
			return EXIT_FAILED;
		for (unsigned i = 0; status == EXIT_DONE && i < io->n; i++)
			status = series_open(&series[i], &io->q, &io->graphs[i], &t);
		if (status == EXIT_DONE && !io->q.show_sql && !peak)
			status = print_rows(io, &t, series);
		for (unsigned i = 0; i < io->n; i++) {
			if (status == EXIT_DONE && !io->q.show_sql && peak)
				status = print_peak(io, &t, &series[i]);
			series_close(&series[i]);
		}
	}
	return status;
}

/* ---- captures side by side ---- */

static int begin_aligned(struct io *io, const struct series *series, unsigned n)
{
	unsigned k = 0;
	if (io->absolute)
		add_column(io, &k, "time", "Time (UTC)", RENDER_FIXED);
	add_column(io, &k, "start", "Start", RENDER_NUMBER);
	add_column(io, &k, "end", "End", RENDER_NUMBER);
	if (is_json(io))
		add_column(io, &k, "captures", NULL, RENDER_TEXT);
	for (unsigned i = 0; i < n && !is_json(io); i++) {
		const char *graph = io->plain ? (i % io->n ? "bytes" : "frames") : io->graphs[i % io->n].text;
		char **title = &io->titles[i];
		size_t size = strlen(series[i].time->capture->name) + strlen(graph) + 3;
		if (!(*title = malloc(size)))
			return complain(EXIT_FAILED, "out of memory");
		snprintf(*title, size, "%s: %s", series[i].time->capture->name, graph);
		add_column(io, &k, *title, NULL, RENDER_NUMBER);
	}
	return open_render(io, k);
}

static int print_aligned(struct io *io, struct series *series, unsigned n, int64_t last, int64_t end_us)
{
	static const char *const keys[] = { "capture", "values" };
	struct value cells[3 + COLUMNS_MAX], values[COLUMNS_MAX], parts[COLUMNS_MAX][2], objects[COLUMNS_MAX];
	char clock[CLOCK_MAX];
	int status = EXIT_DONE;
	for (int64_t at = 0; status == EXIT_DONE && at <= last; at++) {
		unsigned k = 0;
		if (io->absolute)
			cells[k++] = clock_of(io, io->origin, at, clock);
		cells[k++] = start_of(io, at);
		cells[k++] = end_of(io, at, end_us);
		for (unsigned i = 0; status == EXIT_DONE && i < n; i++)
			status = series_value(&series[i], at, &values[i]);
		for (unsigned i = 0; i < n; i += io->n) {
			parts[i][0] = value_text(series[i].time->capture->name);
			parts[i][1] = value_list(&values[i], io->n);
			objects[i / io->n] = value_object(keys, parts[i], 2);
		}
		if (is_json(io))
			cells[k] = value_list(objects, n / io->n);
		else
			memcpy(&cells[k], values, n * sizeof(*values));
		if (status == EXIT_DONE)
			render_row(io->render, cells);
	}
	return status;
}

static int answer_aligned(struct io *io)
{
	unsigned n = 0, captures = io->q.session.ncaptures;
	struct series *series = calloc(COLUMNS_MAX, sizeof(*series));
	struct series_time *times = calloc(captures + 1, sizeof(*times));
	int64_t last = -1, end_us = 0;
	int status = series && times ? EXIT_DONE : complain(EXIT_FAILED, "out of memory");
	for (unsigned c = 0; status == EXIT_DONE && c < captures; c++) {
		struct series_time *t = &times[c];
		if (!io->q.session.captures[c].frames)
			continue;
		if (series_time(t, &io->q, &io->q.session.captures[c], io->interval_us,
			    io->absolute ? &io->origin : NULL) < 0)
			status = EXIT_FAILED;
		last = t->last > last ? t->last : last;
		end_us = t->end_us > end_us ? t->end_us : end_us;
		for (unsigned i = 0; status == EXIT_DONE && i < io->n; i++)
			status = series_open(&series[n++], &io->q, &io->graphs[i], t);
	}
	if (status == EXIT_DONE && last >= INTERVALS_MAX)
		status = complain(EXIT_USAGE, "%lld intervals are too many; choose a longer --interval",
			(long long)last + 1);
	if (status == EXIT_DONE && !io->q.show_sql && (status = begin_aligned(io, series, n)) == EXIT_DONE)
		status = print_aligned(io, series, n, last, end_us);
	for (unsigned i = 0; i < n; i++)
		series_close(&series[i]);
	free(series);
	free(times);
	return status;
}

/* ---- the command ---- */

static int run(const struct args *args)
{
	struct io *io = calloc(1, sizeof(*io));
	if (!io)
		return complain(EXIT_FAILED, "out of memory");
	int status = question_open(&io->q, args);
	if (status == EXIT_DONE)
		status = choose_interval(io);
	if (status == EXIT_DONE)
		status = parse_graphs(io);
	if (status == EXIT_DONE)
		status = parse_align(io);
	if (status == EXIT_DONE)
		status = io->aligned && !args_has(args, "peak") ? answer_aligned(io) : answer_each(io);
	if (io->render && render_close(io->render) < 0)
		status = complain(EXIT_FAILED, "out of memory");
	for (unsigned i = 0; i < io->n; i++)
		graph_free(&io->graphs[i]);
	for (unsigned i = 0; i < COLUMNS_MAX; i++)
		free(io->titles[i]);
	question_close(&io->q);
	free(io);
	return status;
}

static const struct option_spec options[] = {
	{ "interval", 'i', "T", false, "length of an interval: 1, 100ms, 10min, 1h, 1d (default: 1 s)" },
	{ "graph", 'g', "GRAPH", true, "'FILTER;FUNCTION(FIELD)'" },
	{ "style", 0, "STYLE", true,
		"of a graph with --plot: line, bar, dot or stack; the nth for the nth graph",
		"line bar dot stack" },
	{ "align", 0, "TIME", false,
		"captures side by side: relative (each from its first frame) or absolute",
		"relative absolute" },
	{ "peak", 'p', NULL, false, "only the busiest interval of each graph" },
	{ 0 },
};

const struct command cmd_io = {
	.name = "io",
	.summary = "Frames, bytes and field values over time",
	.usage = "ARCHIVE [--interval T] [--graph 'FILTER;FUNCTION(FIELD)']...",
	.details =
		"What Wireshark draws as I/O Graphs: a row an interval, also where nothing happened, from "
		"the capture's first\n"
		"frame on. Without --graph: frames and bytes. A graph takes frames that match its filter "
		"(none: all) and counts\n"
		"them (COUNT FRAMES, BYTES, BITS) or works on all values that a field has in them:\n"
		"  COUNT  how many        SUM  their sum        MIN, MAX, AVG  the least, greatest, mean "
		"value\n"
		"  LOAD   spans of time (dns.time) laid back over the time that they took, as tshark does: 2 "
		"is two at once\n"
		"Times are in seconds. A frame whose time stamp steps back counts in the interval of the "
		"frames before it, as in\n"
		"tshark. Each capture has rows of its own; --align gives rows that all captures share, with "
		"columns for each,\n"
		"empty where a capture has no time. --peak names the first interval with the greatest "
		"value.\n"
		"--plot without --graph draws all packets as a line and TCP errors (tcp.analysis.flags) as "
		"bars.",
	.examples =
		"  pcapdex io a.db --interval 100ms                                     frames and bytes\n"
		"  pcapdex io a.db -g 'tcp;COUNT FRAMES' -g 'tcp;SUM(tcp.len)'          two graphs\n"
		"  pcapdex io a.db -i 10s -g ';COUNT(tcp.analysis.retransmission)'      retransmissions\n"
		"  pcapdex io a.db -g 'dns;COUNT FRAMES' --align absolute               captures by the "
		"clock\n"
		"  pcapdex io a.db -i 100ms -g ';BYTES' --peak                          when most was sent\n"
		"  pcapdex io a.db -c lab.pcap --plot io.svg                            packets and TCP "
		"errors",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
	.plot = plot_io,
};
