/* pcapdex lengths: Wireshark's Packet Lengths. */
#include <string.h>

#include "indexer/store/totals.h"
#include "query/plot.h"
#include "query/question.h"

#define NODES (1 + LENGTH_RANGES) /* [0] is the row over all */

struct node {
	uint64_t count, bytes;
	uint32_t min, max;
	uint32_t burst; /* most frames in 100 ms */
	double burst_start;
};

struct lengths {
	struct node nodes[NODES];
	double elapsed_ms; /* from the first to the last frame, of all captures together */
};

static const char lengths_sql[] = "SELECT t.length, sum(t.frames) FROM capture c JOIN total_length t ON "
				  "t.capture_id = c.id WHERE %s GROUP BY t.length";
static const char burst_sql[] = "SELECT t.range, t.frames, t.start_ms FROM capture c JOIN total_burst t ON "
				"t.capture_id = c.id WHERE %s ORDER BY c.id";
static const char elapsed_sql[] = "SELECT total(f.time - c.time_zero) / 1e6 FROM capture c JOIN t_frame f ON "
				  "f.frame_id = c.first_frame + c.frames - 1 WHERE c.frames AND %s";
static const char scan_sql[] =
	"SELECT c.id, f.len, (f.time - c.time_zero) / 1e6 FROM %s ORDER BY c.id, f.frame_id";

static unsigned range_of(uint32_t len)
{
	unsigned range = LENGTH_RANGES;
	while (len < length_range_from[range - 1])
		range--;
	return range;
}

static void count(struct node *n, uint32_t len, uint64_t frames)
{
	if (!n->count || len < n->min)
		n->min = len;
	if (len > n->max)
		n->max = len;
	n->count += frames;
	n->bytes += frames * len;
}

static void take_burst(struct node *n, uint32_t frames, double start)
{
	if (frames > n->burst) {
		n->burst = frames;
		n->burst_start = start;
	}
}

static void take_length(struct lengths *l, sqlite3_stmt *st)
{
	uint32_t len = (uint32_t)sqlite3_column_int64(st, 0);
	count(&l->nodes[0], len, (uint64_t)sqlite3_column_int64(st, 1));
	count(&l->nodes[range_of(len)], len, (uint64_t)sqlite3_column_int64(st, 1));
}

static void take_total_burst(struct lengths *l, sqlite3_stmt *st)
{
	int range = sqlite3_column_int(st, 0);
	if (range >= 0 && range < NODES)
		take_burst(&l->nodes[range], (uint32_t)sqlite3_column_int64(st, 1),
			sqlite3_column_double(st, 2));
}

static void take_elapsed(struct lengths *l, sqlite3_stmt *st)
{
	l->elapsed_ms = sqlite3_column_double(st, 0);
}

/* From the totals: no frame is looked at (but the last of each capture). */
static int from_totals(struct question *q, struct lengths *l)
{
	static const struct {
		const char *sql;
		void (*take)(struct lengths *, sqlite3_stmt *);
	} steps[] = { { lengths_sql, take_length }, { burst_sql, take_total_burst },
		{ elapsed_sql, take_elapsed } };
	int rc = SQLITE_DONE;
	for (unsigned i = 0; rc == SQLITE_DONE && i < 3; i++) {
		sqlite3_stmt *st = question_prepare(q, steps[i].sql, q->chosen);
		if (!st)
			return EXIT_FAILED;
		if (q->show_sql)
			question_print_sql(st);
		while (!q->show_sql && (rc = sqlite3_step(st)) == SQLITE_ROW)
			steps[i].take(l, st);
		sqlite3_finalize(st);
	}
	return rc == SQLITE_DONE ? EXIT_DONE : question_failed(q);
}

struct scan {
	int64_t capture;
	double first, last; /* milliseconds of the capture being read */
	struct burst bursts[NODES];
};

static void end_capture(struct lengths *l, struct scan *s)
{
	if (s->capture < 0)
		return;
	for (unsigned i = 0; i < NODES; i++)
		take_burst(&l->nodes[i], s->bursts[i].max, s->bursts[i].max_start);
	l->elapsed_ms += s->last - s->first;
}

/* From the frames that match. */
static int from_frames(struct question *q, struct lengths *l)
{
	struct scan s = { .capture = -1 };
	int rc;
	sqlite3_stmt *st = question_prepare(q, scan_sql, q->frames);
	if (!st)
		return EXIT_FAILED;
	if (q->show_sql) {
		question_print_sql(st);
		sqlite3_finalize(st);
		return EXIT_DONE;
	}
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		uint32_t len = (uint32_t)sqlite3_column_int64(st, 1);
		double now = sqlite3_column_double(st, 2);
		unsigned range = range_of(len);
		if (sqlite3_column_int64(st, 0) != s.capture) {
			end_capture(l, &s);
			s.capture = sqlite3_column_int64(st, 0);
			s.first = now;
			for (unsigned i = 0; i < NODES; i++)
				burst_init(&s.bursts[i]);
		}
		s.last = now;
		count(&l->nodes[0], len, 1);
		count(&l->nodes[range], len, 1);
		burst_add(&s.bursts[0], now);
		burst_add(&s.bursts[range], now);
	}
	end_capture(l, &s);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? EXIT_DONE : question_failed(q);
}

static int print(struct question *q, const struct lengths *l)
{
	static const struct render_column columns[] = {
		{ "range", "Packet Lengths", RENDER_FIXED },
		{ "count", "Count", RENDER_NUMBER },
		{ "average", "Average", RENDER_NUMBER },
		{ "min", "Min Val", RENDER_NUMBER },
		{ "max", "Max Val", RENDER_NUMBER },
		{ "rate_ms", "Rate (ms)", RENDER_NUMBER },
		{ "percent", "Percent", RENDER_NUMBER },
		{ "burst_rate", "Burst Rate", RENDER_NUMBER },
		{ "burst_start", "Burst Start", RENDER_NUMBER },
	};
	struct render *r = question_render(q, columns, sizeof(columns) / sizeof(columns[0]));
	for (unsigned i = 0; r && i < NODES; i++) {
		const struct node *n = &l->nodes[i];
		char label[32] = "Packet Lengths";
		if (i == LENGTH_RANGES)
			snprintf(label, sizeof(label), "%u and greater", length_range_from[i - 1]);
		else if (i)
			snprintf(label, sizeof(label), "%u-%u", length_range_from[i - 1],
				length_range_from[i] - 1);
		double count = (double)n->count;
		struct value cells[] = { value_text(label), value_int((int64_t)n->count),
			value_real((double)n->bytes / count, 2), value_int(n->min), value_int(n->max),
			value_real(count / l->elapsed_ms, 4),
			value_real(100 * count / (double)l->nodes[0].count, 2),
			value_real(n->burst / 100.0, 4), value_real(n->burst_start / 1000, 3) };
		cells[6].unit = "%";
		if (!n->count)
			cells[3] = cells[4] = value_null();
		if (!n->burst)
			cells[7] = cells[8] = value_null();
		render_row(r, cells);
	}
	return render_close(r) < 0 ? complain(EXIT_FAILED, "out of memory") : EXIT_DONE;
}

static int run(const struct args *args)
{
	struct question q;
	struct lengths l = { 0 };
	int status = question_open(&q, args);
	if (status == EXIT_DONE)
		status = q.filter ? from_frames(&q, &l) : from_totals(&q, &l);
	if (status == EXIT_DONE && !q.show_sql)
		status = print(&q, &l);
	question_close(&q);
	return status;
}

static const struct option_spec options[] = {
	{ 0 },
};

const struct command cmd_lengths = {
	.name = "lengths",
	.summary = "How long packets are, how often, and in which bursts",
	.usage = "ARCHIVE",
	.details = "Wireshark's Packet Lengths over the frames' length on the wire. Rate is frames per "
		   "millisecond between the\n"
		   "first and the last frame. Burst rate is the most frames per millisecond in any 100 ms "
		   "(in steps of 5 ms), burst\n"
		   "start the second at which that began. Of several captures, times are added and the "
		   "greatest burst is shown.",
	.examples = "  pcapdex lengths a.db -Y udp   lengths of frames with UDP",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
	.plot = plot_lengths,
};
