/* pcapdex io: I/O Graphs, as numbers. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "query/graph.h"

#define GRAPHS_MAX    60
#define INTERVALS_MAX 10000000

/* One graph while a capture's intervals are walked. */
struct line {
	struct graph graph;
	sqlite3_stmt *st[GRAPH_ORDERS];
	sqlite3_stmt *now;
	bool more;    /* `now` stands on a row */
	double *load; /* LOAD: the sum of each interval, microseconds */
};

struct io {
	struct question q;
	unsigned n;
	struct line lines[GRAPHS_MAX];
	bool plain; /* no --graph: frames and bytes */
	int64_t interval_us;
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

static int parse_graphs(struct io *io)
{
	int status = EXIT_DONE;
	io->plain = !args_nth(io->q.args, "graph", 0);
	while (status == EXIT_DONE && io->n < 2 && io->plain) {
		status = graph_parse(&io->q, &io->lines[io->n].graph, io->n ? "BYTES" : "COUNT FRAMES");
		io->n++;
	}
	for (unsigned i = 0; status == EXIT_DONE && args_nth(io->q.args, "graph", i); i++) {
		if (i == GRAPHS_MAX)
			return complain(EXIT_USAGE, "at most %d times --graph", GRAPHS_MAX);
		io->n++;
		status = graph_parse(&io->q, &io->lines[i].graph, args_nth(io->q.args, "graph", i));
	}
	return status;
}

/* ---- one capture ---- */

static int step(struct io *io, struct line *l)
{
	int rc = sqlite3_step(l->now);
	l->more = rc == SQLITE_ROW;
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? EXIT_DONE : question_failed(&io->q);
}

/* A span of time that ends with the frame lies in its interval and in those before it: a response time loads
 * the whole time since the request. */
static void spread(struct line *l, int64_t interval_us, int64_t n, int64_t us, double span_us)
{
	double room = (double)(us - n * interval_us);
	if (room < 0)
		room = 0;
	for (; n >= 0 && span_us > 0; n--) {
		double part = span_us < room ? span_us : room;
		l->load[n] += part;
		span_us -= part;
		room = (double)interval_us;
	}
}

static int collect_load(struct io *io, struct line *l, int64_t intervals)
{
	int rc;
	free(l->load);
	l->load = calloc((size_t)intervals, sizeof(*l->load));
	if (!l->load)
		return complain(EXIT_FAILED, "out of memory");
	while ((rc = sqlite3_step(l->now)) == SQLITE_ROW) {
		int64_t n = sqlite3_column_int64(l->now, 0);
		if (n >= 0 && n < intervals)
			spread(l, io->interval_us, n, sqlite3_column_int64(l->now, 1),
				sqlite3_column_double(l->now, 2) / 1e3);
	}
	return rc == SQLITE_DONE ? EXIT_DONE : question_failed(&io->q);
}

/* Set the statements to the capture; LOAD reads all of its frames. */
static int begin(struct io *io, int64_t capture, enum graph_order order, int64_t intervals)
{
	int status = EXIT_DONE;
	for (unsigned i = 0; status == EXIT_DONE && i < io->n; i++) {
		struct line *l = &io->lines[i];
		if (!l->st[order] &&
			!(l->st[order] = graph_prepare(&io->q, &l->graph, io->interval_us, order)))
			return EXIT_FAILED;
		l->now = l->st[order];
		sqlite3_reset(l->now);
		sqlite3_bind_int64(l->now, sqlite3_bind_parameter_index(l->now, ":capture"), capture);
		if (io->q.show_sql)
			question_print_sql(l->now);
		else
			status = l->graph.function == GRAPH_LOAD ? collect_load(io, l, intervals)
								 : step(io, l);
	}
	return status;
}

/* What the graph says of interval n; intervals are asked for in order. */
static int take(struct io *io, struct line *l, int64_t n, struct value *v)
{
	int status = EXIT_DONE;
	*v = l->graph.empty_is_zero ? value_int(0) : value_null();
	if (l->graph.function == GRAPH_LOAD) {
		*v = value_real(l->load[n] / (double)io->interval_us, 6);
		return EXIT_DONE;
	}
	if (l->graph.seconds && l->graph.empty_is_zero)
		*v = value_real(0, 6);
	while (status == EXIT_DONE && l->more && sqlite3_column_int64(l->now, 0) < n)
		status = step(io, l);
	if (status == EXIT_DONE && l->more && sqlite3_column_int64(l->now, 0) == n) {
		*v = sqlite3_column_type(l->now, 1) == SQLITE_INTEGER
			     ? value_int(sqlite3_column_int64(l->now, 1))
			     : value_real(sqlite3_column_double(l->now, 1), 6);
		status = step(io, l);
	}
	return status;
}

static int print_capture(struct io *io, struct render *r, const struct selected_capture *c,
	int64_t duration_us, int64_t intervals)
{
	bool list = !io->q.table && strncmp(io->q.format, "json", 4) == 0 && !io->plain;
	bool named = !io->q.table || io->q.session.ncaptures > 1;
	struct value cells[3 + GRAPHS_MAX], values[GRAPHS_MAX];
	unsigned decimals = io->interval_us % 1000000 == 0 ? 0 : io->interval_us % 1000 == 0 ? 3 : 6;
	int status = EXIT_DONE;
	for (int64_t n = 0; status == EXIT_DONE && n < intervals; n++) {
		int64_t start = n * io->interval_us, end = start + io->interval_us;
		unsigned k = 0;
		if (named)
			cells[k++] = value_text(c->name);
		cells[k++] = value_real((double)start / 1e6, decimals);
		cells[k++] = value_real((double)(end < duration_us ? end : duration_us) / 1e6,
			end < duration_us ? decimals : 6);
		for (unsigned i = 0; status == EXIT_DONE && i < io->n; i++)
			status = take(io, &io->lines[i], n, &values[i]);
		if (list)
			cells[k++] = value_list(values, io->n);
		else
			memcpy(&cells[k], values, io->n * sizeof(*values));
		if (status == EXIT_DONE)
			render_row(r, cells);
	}
	return status;
}

/* ---- the answer ---- */

static struct render *open_render(struct io *io)
{
	static struct render_column columns[3 + GRAPHS_MAX]; /* must outlive the render */
	bool list = strncmp(io->q.format, "json", 4) == 0 && !io->plain;
	unsigned k = 0;
	if (!io->q.table || io->q.session.ncaptures > 1)
		columns[k++] = (struct render_column) { "capture", "Capture", RENDER_TEXT };
	columns[k++] = (struct render_column) { "start", "Start", RENDER_NUMBER };
	columns[k++] = (struct render_column) { "end", "End", RENDER_NUMBER };
	if (list)
		columns[k++] = (struct render_column) { "values", NULL, RENDER_TEXT };
	for (unsigned i = 0; !list && i < io->n; i++)
		columns[k++] =
			io->plain ? (struct render_column) { i ? "bytes" : "frames", i ? "Bytes" : "Packets",
				RENDER_NUMBER }
				  : (struct render_column) { io->lines[i].graph.text, NULL, RENDER_NUMBER };
	return render_open(io->q.format, stdout, columns, k);
}

/* SELECT enum graph_order, microseconds from the first frame to the latest: of a capture. */
static sqlite3_stmt *prepare_captures(struct io *io)
{
	sqlite3_stmt *st = session_prepare(
		&io->q.session, "SELECT 1 FROM sqlite_master WHERE type='table' AND name='total_io'");
	bool totals = sqlite3_step(st) == SQLITE_ROW; /* older archives have it not */
	sqlite3_finalize(st);
	return session_prepare(&io->q.session,
		totals ? "SELECT CASE WHEN strict_order THEN 1 ELSE 2 * EXISTS (SELECT 1 FROM total_io WHERE "
			 "capture_id=c.id) END,"
			 " (time_last - time_zero + 500) / 1000 FROM capture c WHERE id=?"
		       : "SELECT strict_order, (time_last - time_zero + 500) / 1000 FROM capture WHERE id=?");
}

static int answer(struct io *io)
{
	struct render *r = io->q.show_sql ? NULL : open_render(io);
	int status = EXIT_DONE;
	sqlite3_stmt *st = prepare_captures(io);
	if (!st)
		status = EXIT_FAILED;
	for (unsigned i = 0; status == EXIT_DONE && i < io->q.session.ncaptures; i++) {
		const struct selected_capture *c = &io->q.session.captures[i];
		if (!c->frames)
			continue;
		sqlite3_reset(st);
		sqlite3_bind_int64(st, 1, c->id);
		if (sqlite3_step(st) != SQLITE_ROW) {
			status = question_failed(&io->q);
			break;
		}
		int64_t duration = sqlite3_column_int64(st, 1), intervals = duration / io->interval_us + 1;
		if (intervals > INTERVALS_MAX)
			status = complain(EXIT_USAGE,
				"%s: %lld intervals are too many; choose a longer --interval", c->name,
				(long long)intervals);
		if (status == EXIT_DONE)
			status = begin(io, c->id, (enum graph_order)sqlite3_column_int(st, 0), intervals);
		if (status == EXIT_DONE && !io->q.show_sql)
			status = print_capture(io, r, c, duration, intervals);
	}
	sqlite3_finalize(st);
	if (r && render_close(r) < 0)
		status = complain(EXIT_FAILED, "out of memory");
	return status;
}

static int run(const struct args *args)
{
	struct io *io = calloc(1, sizeof(*io));
	if (!io)
		return complain(EXIT_FAILED, "out of memory");
	int status = question_open(&io->q, args);
	if (status == EXIT_DONE)
		status = parse_interval(args_value(args, "interval", "1"), &io->interval_us);
	if (status == EXIT_DONE)
		status = parse_graphs(io);
	if (status == EXIT_DONE)
		status = answer(io);
	for (unsigned i = 0; i < io->n; i++) {
		for (unsigned k = 0; k < GRAPH_ORDERS; k++)
			sqlite3_finalize(io->lines[i].st[k]);
		free(io->lines[i].load);
		graph_free(&io->lines[i].graph);
	}
	question_close(&io->q);
	free(io);
	return status;
}

static const struct option_spec options[] = {
	{ "interval", 'i', "T", false, "length of an interval: 1, 100ms, 10min, 1h, 1d (default: 1 s)" },
	{ "graph", 'g', "GRAPH", true, "'FILTER;FUNCTION(FIELD)'" },
	{ 0 },
};

const struct command cmd_io = {
	.name = "io",
	.summary = "Frames, bytes and field values over time",
	.usage = "ARCHIVE [--interval T] [--graph 'FILTER;FUNCTION(FIELD)']...",
	.details = "What Wireshark draws as I/O Graphs: a row an interval, also where nothing happened, from "
		   "the capture's first\n"
		   "frame on. Without --graph: frames and bytes. A graph takes frames that match its filter "
		   "(none: all) and counts\n"
		   "them (COUNT FRAMES, BYTES, BITS) or works on all values that a field has in them:\n"
		   "  COUNT  how many        SUM  their sum        MIN, MAX, AVG  the least, greatest, mean "
		   "value\n"
		   "  LOAD   spans of time (dns.time) laid back over the time that they took: 2 is two at "
		   "once, on average\n"
		   "Times are in seconds. A frame whose time stamp steps back counts in the interval of the "
		   "frames before it, as in\n"
		   "tshark. Each capture has rows of its own.",
	.examples =
		"  pcapdex io a.db --interval 100ms                                     frames and bytes\n"
		"  pcapdex io a.db -g 'tcp;COUNT FRAMES' -g 'tcp;SUM(tcp.len)'          two graphs\n"
		"  pcapdex io a.db -i 10s -g ';COUNT(tcp.analysis.retransmission)'      retransmissions",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
};
