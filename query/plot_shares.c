/* Lengths, hierarchy, conversations and endpoints as pictures. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/plot.h"

#define ROWS_SHOWN 20 /* of conversations and endpoints, without --limit */

int plot_lengths(const struct args *args, const struct kept *rows, struct chart *chart)
{
	int range = kept_column(rows, "range"), count = kept_column(rows, "count");
	(void)args;
	chart->kind = CHART_COLUMNS;
	chart_name(chart, "Packet lengths", NULL);
	chart_axis(chart, &chart->x, "Length of the packet on the wire (bytes)", UNIT_COUNT);
	chart_axis(chart, &chart->y, "Packets", UNIT_COUNT);
	struct chart_series *s = chart_series(chart, NULL, MARK_BARS, BLUE);
	/* the first row is the sum of the others */
	for (size_t i = 1; i < rows->n; i++) {
		char label[32];
		const char *text = kept_text(rows, i, range);
		if (strstr(text, " and greater"))
			snprintf(label, sizeof(label), "\xe2\x89\xa5 %.*s", (int)strcspn(text, " "), text);
		else
			snprintf(label, sizeof(label), "%s", text);
		chart_point(chart, s, (double)chart_label(chart, label), kept_number(rows, i, count));
	}
	return EXIT_DONE;
}

/* ---- hierarchy ---- */

/* The trunk of the tree, the child that has most of each node, gets one colour a node, and so do its other
 * children: where shares part, colours do. Below, children have their parent's. */
static void colour_slices(struct chart *chart)
{
	size_t n = chart->nslices;
	unsigned next = 0;
	bool *trunk = calloc(n ? n : 1, sizeof(*trunk));
	if (!trunk) {
		chart->failed = true;
		return;
	}
	for (int at = n ? 0 : -1; at >= 0;) {
		int largest = -1;
		trunk[at] = true;
		for (size_t i = 0; i < n; i++)
			if (chart->slices[i].parent == at &&
				(largest < 0 || chart->slices[i].value > chart->slices[largest].value))
				largest = (int)i;
		at = largest >= 0 && chart->slices[largest].value >= 0.5 * chart->slices[0].value ? largest
												  : -1;
	}
	for (size_t i = 1; i < n; i++) {
		struct slice *s = &chart->slices[i];
		bool only = true;
		for (size_t k = 1; k < n; k++)
			only &= k == i || chart->slices[k].parent != s->parent;
		s->colour = only && s->parent == 0 ? GRAY
			    : trunk[s->parent]     ? next++ % GRAY
						   : chart->slices[s->parent].colour;
	}
	free(trunk);
}

static void add_slices(const struct kept *rows, struct chart *chart)
{
	int level = kept_column(rows, "level"), protocol = kept_column(rows, "protocol"),
	    name = kept_column(rows, "name"), packets = kept_column(rows, "packets");
	int above[64] = { 0 }; /* the last slice of each level */
	for (size_t i = 0; i < rows->n; i++) {
		unsigned depth = (unsigned)fmin(kept_number(rows, i, level), 63);
		const char *short_name = kept_text(rows, i, name), *title = kept_text(rows, i, protocol);
		/* Comments stand beside the tree: they are no share of the packets. */
		if (depth == 0 && i)
			break;
		/* Long names are for tables. */
		above[depth] = chart_slice(chart,
			depth == 0    ? "packets"
			: *short_name ? short_name
				      : title,
			depth ? above[depth - 1] : -1, kept_number(rows, i, packets), BLUE);
	}
	colour_slices(chart);
}

static void add_bars(const struct kept *rows, struct chart *chart)
{
	int level = kept_column(rows, "level"), protocol = kept_column(rows, "protocol"),
	    packets = kept_column(rows, "packets");
	struct chart_series *s = chart_series(chart, NULL, MARK_BARS, BLUE);
	chart_axis(chart, &chart->x, "Packets", UNIT_COUNT);
	for (size_t i = 0; i < rows->n; i++) {
		char label[160];
		int indent = (int)kept_number(rows, i, level);
		/* Blanks would be taken together in SVG: no-break ones. */
		size_t at = 0;
		for (int k = 0; k < indent * 2 && k < 40; k++)
			at += (size_t)snprintf(label + at, sizeof(label) - at, "\xc2\xa0");
		snprintf(label + at, sizeof(label) - at, "%s", kept_text(rows, i, protocol));
		chart_point(chart, s, (double)chart_label(chart, label), kept_number(rows, i, packets));
	}
}

int plot_hierarchy(const struct args *args, const struct kept *rows, struct chart *chart)
{
	const char *style = args_value(args, "style", "sunburst");
	bool bars = strcmp(style, "bars") == 0;
	if (!bars && strcmp(style, "sunburst") != 0)
		return complain(EXIT_USAGE, "--style is sunburst or bars, not %s", style);
	if (kept_column(rows, "level") < 0)
		return complain(EXIT_USAGE, "hierarchy: --paths has no picture; leave it out");
	chart->kind = bars ? CHART_ROWS : CHART_SUNBURST;
	chart_name(chart, "Protocol hierarchy", NULL);
	if (bars)
		add_bars(rows, chart);
	else
		add_slices(rows, chart);
	return EXIT_DONE;
}

/* ---- conversations, endpoints ---- */

static void put_end(char *out, size_t size, const struct kept *rows, size_t i, int address, int port)
{
	const char *text = kept_text(rows, i, address);
	double number = kept_number(rows, i, port);
	if (isfinite(number))
		snprintf(out, size, strchr(text, ':') ? "[%s]:%.0f" : "%s:%.0f", text, number);
	else
		snprintf(out, size, "%s", text);
}

/* Two stacked bars a row: one way and the other. */
static void add_two_ways(const struct args *args, const struct kept *rows, struct chart *chart,
	const char *const names[2], const char *const frames[2], const char *const octets[2])
{
	const char *sort = args_value(args, "sort", "");
	bool bytes = strstr(sort, "bytes") || strstr(sort, "bits");
	size_t shown = args_has(args, "limit") || rows->n < ROWS_SHOWN ? rows->n : ROWS_SHOWN;
	chart->kind = CHART_ROWS;
	chart_axis(chart, &chart->x, bytes ? "Bytes" : "Packets", bytes ? UNIT_BYTES : UNIT_COUNT);
	for (unsigned way = 0; way < 2; way++) {
		struct chart_series *s = chart_series(chart, names[way], MARK_STACK, way ? ORANGE : BLUE);
		int here = kept_column(rows, bytes ? octets[way] : frames[way]),
		    before = way ? kept_column(rows, bytes ? octets[0] : frames[0]) : -1;
		for (size_t i = 0; i < shown; i++) {
			double from = way ? kept_number(rows, i, before) : 0;
			chart_segment(chart, s, (double)i, from, from + kept_number(rows, i, here));
		}
	}
	if (shown < rows->n) {
		char note[96];
		snprintf(note, sizeof(note), "The first %zu of %zu; --limit and --sort choose others.", shown,
			rows->n);
		chart->note = strdup(note);
	}
}

int plot_conversations(const struct args *args, const struct kept *rows, struct chart *chart)
{
	int capture = kept_column(rows, "capture"), a = kept_column(rows, "address_a"),
	    b = kept_column(rows, "address_b"), port_a = kept_column(rows, "port_a"),
	    port_b = kept_column(rows, "port_b");
	bool many = false;
	char label[400], left[100], right[100], title[64];
	add_two_ways(args, rows, chart, (const char *[]) { "A to B", "B to A" },
		(const char *[]) { "frames_ab", "frames_ba" }, (const char *[]) { "bytes_ab", "bytes_ba" });
	for (size_t i = 1; i < rows->n; i++)
		many |= strcmp(kept_text(rows, i, capture), kept_text(rows, 0, capture)) != 0;
	for (size_t i = 0; chart->nseries && i < chart->series[0].n; i++) {
		put_end(left, sizeof(left), rows, i, a, port_a);
		put_end(right, sizeof(right), rows, i, b, port_b);
		snprintf(label, sizeof(label), many ? "%s \xe2\x80\x93 %s, %s" : "%s \xe2\x80\x93 %s", left,
			right, kept_text(rows, i, capture));
		chart_label(chart, label);
	}
	snprintf(title, sizeof(title), "Conversations (%s)", args_value(args, "type", "tcp"));
	chart_name(chart, title, NULL);
	return EXIT_DONE;
}

int plot_endpoints(const struct args *args, const struct kept *rows, struct chart *chart)
{
	int address = kept_column(rows, "address"), port = kept_column(rows, "port");
	char label[100], title[64];
	add_two_ways(args, rows, chart, (const char *[]) { "Sent", "Received" },
		(const char *[]) { "tx_frames", "rx_frames" }, (const char *[]) { "tx_bytes", "rx_bytes" });
	for (size_t i = 0; chart->nseries && i < chart->series[0].n; i++) {
		put_end(label, sizeof(label), rows, i, address, port);
		chart_label(chart, label);
	}
	snprintf(title, sizeof(title), "Endpoints (%s)", args_value(args, "type", "tcp"));
	chart_name(chart, title, NULL);
	return EXIT_DONE;
}
