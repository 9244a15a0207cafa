/* The five TCP stream graphs, with the marks that Wireshark's have. */
#include <stdlib.h>
#include <string.h>

#include "query/plot.h"

/* A series of the rows: those of this name in column `series`; NULL: all of them. */
struct part {
	const char *series, *legend;
	enum mark mark;
	unsigned colour;
	bool right;
};

struct shape {
	const char *graph, *title, *y_title, *value, *right_title;
	enum chart_unit unit;
	double scale; /* values times this are in `unit` */
	struct part parts[5];
};

static const struct shape shapes[] = {
	{ "stevens", "Sequence numbers (Stevens)", "Sequence number", "seq", NULL, UNIT_BYTES, 1,
		{ { NULL, NULL, MARK_LINE, GRAY, false }, { NULL, "Segment", MARK_DOTS, BLUE, false } } },
	{ "tcptrace", "Sequence numbers (tcptrace)", "Sequence number", "high", NULL, UNIT_BYTES, 1,
		{ { "window", "Receive window", MARK_STEPS, GREEN, false },
			{ "ack", "Acknowledged", MARK_STEPS, ORANGE, false },
			{ "segment", "Segment", MARK_SEGMENTS, BLUE, false },
			{ "sack", "SACK block", MARK_SEGMENTS, RED, false },
			{ "duplicate_ack", "Duplicate ACK", MARK_TICKS, PURPLE, false } } },
	{ "throughput", "Throughput", "Segment length", "value", "Average of the window before", UNIT_BYTES,
		1,
		{ { "segment_length", "Segment length", MARK_DOTS, BLUE, false },
			{ "throughput", "Throughput (sent)", MARK_LINE, BROWN, true },
			{ "goodput", "Goodput (acknowledged)", MARK_LINE, GREEN, true } } },
	{ "rtt", "Round-trip time", "Time to the ACK", "rtt_ms", NULL, UNIT_SECONDS, 1e-3,
		{ { NULL, NULL, MARK_DOTS, BLUE, false } } },
	{ "window", "Window scaling", "Bytes", "value", NULL, UNIT_BYTES, 1,
		{ { "receive_window", "Receive window", MARK_STEPS, GREEN, false },
			{ "bytes_out", "Bytes out", MARK_DOTS, BLUE, false } } },
};

static void add_part(
	const struct kept *rows, struct chart *chart, const struct shape *shape, const struct part *part)
{
	int time = kept_column(rows, "time"), name = kept_column(rows, "series"),
	    value = kept_column(rows, shape->value), low = kept_column(rows, "low");
	struct chart_series *s = chart_series(chart, part->legend, part->mark, part->colour);
	if (!s)
		return;
	s->right = part->right;
	for (size_t i = 0; i < rows->n; i++) {
		if (part->series && strcmp(kept_text(rows, i, name), part->series) != 0)
			continue;
		double y = kept_number(rows, i, value) * shape->scale;
		chart_segment(chart, s, kept_number(rows, i, time),
			part->mark == MARK_SEGMENTS ? kept_number(rows, i, low) : 0, y);
	}
	/* What a capture does not have is not in the legend either. */
	if (s->n == 0 && part->series) {
		free(s->name);
		s->name = NULL;
	}
}

int plot_stream(const struct args *args, const struct kept *rows, struct chart *chart)
{
	const char *graph = args_value(args, "graph", PLOT_STREAM_GRAPH);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct shape *shape = &shapes[i];
		if (strcmp(shape->graph, graph) != 0)
			continue;
		chart_name(chart, shape->title, NULL);
		chart_axis(chart, &chart->x, "Time since the first frame of the stream", UNIT_SECONDS);
		chart_axis(chart, &chart->y, shape->y_title, shape->unit);
		chart_axis(chart, &chart->y2, shape->right_title, UNIT_BITS_S);
		for (unsigned k = 0; k < 5 && (k == 0 || shape->parts[k].legend); k++)
			add_part(rows, chart, shape, &shape->parts[k]);
	}
	return EXIT_DONE;
}
