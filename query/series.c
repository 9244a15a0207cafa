#include "query/series.h"

#include <math.h>
#include <stdlib.h>

/* Captures whose time steps back have totals of their own, where they are not older than those. */
static bool has_total_io(struct question *q, int64_t capture_id)
{
	sqlite3_stmt *st = session_prepare(
		&q->session, "SELECT 1 FROM sqlite_master WHERE type='table' AND name='total_io'");
	bool yes = st && sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	if (!yes)
		return false;
	st = session_prepare(&q->session, "SELECT 1 FROM total_io WHERE capture_id=? LIMIT 1");
	if (st)
		sqlite3_bind_int64(st, 1, capture_id);
	yes = st && sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	return yes;
}

int series_time(struct series_time *t, struct question *q, const struct selected_capture *capture,
	int64_t interval_us, const int64_t *zero_ns)
{
	sqlite3_stmt *st = session_prepare(
		&q->session, "SELECT strict_order, time_zero, time_last FROM capture WHERE id=?");
	*t = (struct series_time) { .capture = capture, .interval_us = interval_us };
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, capture->id);
	int rc = sqlite3_step(st) == SQLITE_ROW ? 0 : (question_failed(q), -1);
	if (rc == 0) {
		int64_t first = sqlite3_column_int64(st, 1);
		t->zero_ns = zero_ns ? *zero_ns : first;
		t->ordered = sqlite3_column_int(st, 0) != 0;
		if (t->zero_ns == capture->time_zero)
			t->totals = t->ordered                     ? "total_second"
				    : has_total_io(q, capture->id) ? "total_io"
								   : NULL;
		t->end_us = (sqlite3_column_int64(st, 2) - t->zero_ns + 500) / 1000;
		t->first = (first - t->zero_ns + 500) / 1000 / interval_us;
		t->last = t->end_us / interval_us;
		if (t->last - t->first >= INTERVALS_MAX)
			rc = complain(-1, "%s: %lld intervals are too many; choose a longer --interval",
				capture->name, (long long)(t->last - t->first + 1));
	}
	sqlite3_finalize(st);
	return rc;
}

static int step(struct series *s)
{
	int rc = sqlite3_step(s->st);
	s->more = rc == SQLITE_ROW;
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? EXIT_DONE : question_failed(s->q);
}

/* A span of time that ends with the frame loads the time that it took. As tshark has it: what is more than
 * whole intervals lies in the frame's own one, the whole ones in those before it. */
static void spread(struct series *s, int64_t n, double span_us)
{
	double interval = (double)s->time->interval_us, part = fmod(span_us, interval);
	for (n -= s->time->first; n >= 0 && span_us > 0; n--) {
		s->load[n] += part;
		span_us -= part;
		part = span_us < interval ? span_us : interval;
	}
}

static int collect_load(struct series *s)
{
	int rc;
	s->load = calloc((size_t)(s->time->last - s->time->first + 1), sizeof(*s->load));
	if (!s->load)
		return complain(EXIT_FAILED, "out of memory");
	while ((rc = sqlite3_step(s->st)) == SQLITE_ROW) {
		int64_t n = sqlite3_column_int64(s->st, 0);
		if (n >= s->time->first && n <= s->time->last)
			spread(s, n, round(sqlite3_column_double(s->st, 2) / 1e3));
	}
	return rc == SQLITE_DONE ? EXIT_DONE : question_failed(s->q);
}

int series_open(
	struct series *s, struct question *q, const struct graph *graph, const struct series_time *time)
{
	*s = (struct series) { .q = q, .graph = graph, .time = time };
	s->st = graph_prepare(q, graph, time->interval_us, time->ordered, time->totals);
	if (!s->st)
		return EXIT_FAILED;
	sqlite3_bind_int64(s->st, sqlite3_bind_parameter_index(s->st, ":capture"), time->capture->id);
	int zero = sqlite3_bind_parameter_index(s->st, ":zero");
	if (zero)
		sqlite3_bind_int64(s->st, zero, time->zero_ns);
	if (q->show_sql) {
		question_print_sql(s->st);
		return EXIT_DONE;
	}
	return graph->function == GRAPH_LOAD ? collect_load(s) : step(s);
}

void series_close(struct series *s)
{
	sqlite3_finalize(s->st);
	free(s->load);
	*s = (struct series) { .st = NULL };
}

/* The last interval ends with the capture, by tshark's account: at its end rounded to the digits of the
 * interval, but never before it. */
static double length_of(const struct series_time *t, int64_t n)
{
	int64_t interval = t->interval_us, start = n * interval, tick = 1000000;
	if (n < t->last || t->end_us % interval == 0)
		return (double)interval;
	if (interval > t->end_us)
		tick = t->end_us < 100000000 ? 1000 : 100000; /* it shows the capture's length then */
	else
		while (interval % tick)
			tick /= 10;
	int64_t rounded = (t->end_us + tick / 2 - 1) / tick * tick;
	int64_t end = rounded > t->end_us ? rounded : t->end_us;
	return end - start < interval ? (double)(end - start) : (double)interval;
}

int series_value(struct series *s, int64_t n, struct value *v)
{
	const struct graph *g = s->graph;
	int status = EXIT_DONE;
	*v = value_null();
	if (n < s->time->first || n > s->time->last)
		return EXIT_DONE;
	if (g->function == GRAPH_LOAD) {
		*v = value_real(s->load[n - s->time->first] / length_of(s->time, n), 6);
		return EXIT_DONE;
	}
	if (g->empty_is_zero)
		*v = g->seconds ? value_real(0, 6) : value_int(0);
	while (status == EXIT_DONE && s->more && sqlite3_column_int64(s->st, 0) < n)
		status = step(s);
	if (status == EXIT_DONE && s->more && sqlite3_column_int64(s->st, 0) == n) {
		*v = sqlite3_column_type(s->st, 1) == SQLITE_INTEGER
			     ? value_int(sqlite3_column_int64(s->st, 1))
			     : value_real(sqlite3_column_double(s->st, 1), 6);
		status = step(s);
	}
	return status;
}
