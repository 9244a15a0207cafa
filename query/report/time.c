/* Change over time: the I/O graph. A picture for print and for who has no script; the numbers for the script,
 * which zooms. */
#include <inttypes.h>
#include <stdlib.h>

#include "query/plot.h"
#include "query/report/page.h"

#define INTERVALS 1500 /* of a graph: as many as a wide screen shows */
#define GRAPHS    12   /* of many captures: those with most packets */

static int by_frames(const void *a, const void *b)
{
	const struct selected_capture *const *x = a, *const *y = b;
	if ((*x)->frames != (*y)->frames)
		return (*x)->frames < (*y)->frames ? 1 : -1;
	return (*x)->id < (*y)->id ? -1 : 1;
}

static void put_numbers(struct report *r, const struct ask *a, const char *key, unsigned column)
{
	fprintf(r->out, ",\n\"%s\":[", key);
	for (size_t i = 0; i < a->rows.n; i++)
		fprintf(r->out, i ? ",%.0f" : "%.0f", kept_number(&a->rows, i, (int)column));
	putc(']', r->out);
}

static int put_graph(struct report *r, const struct selected_capture *c, bool first)
{
	int64_t us = plot_io_interval((double)(c->time_last - c->time_zero) / 1e9, INTERVALS);
	char interval[32];
	struct ask a;
	if (us % 1000000 == 0)
		snprintf(interval, sizeof(interval), "%" PRId64 "s", us / 1000000);
	else if (us % 1000 == 0)
		snprintf(interval, sizeof(interval), "%" PRId64 "ms", us / 1000);
	else
		snprintf(interval, sizeof(interval), "%" PRId64 "us", us);
	int status = ask_capture(r, &a, true, c->id, "io", "--interval", interval, "--graph",
		plot_io_graphs[0], "--graph", plot_io_graphs[1], NULL);
	if (status == EXIT_DONE) {
		char title[64];
		snprintf(title, sizeof(title), "Packets per %s", interval);
		chart_axis(&a.chart, &a.chart.y, title, UNIT_COUNT);
		for (unsigned i = 0; i < a.chart.nseries && i < 2; i++) {
			free(a.chart.series[i].name);
			a.chart.series[i].name = strdup(i ? "TCP errors" : "All packets");
		}
		fprintf(r->out, "<div class=\"io\" data-name=\"");
		page_text(r, c->name);
		fprintf(r->out, "\"%s>\n", first ? "" : " hidden");
		page_chart(r, &a.chart, 900, 380, false);
		fprintf(r->out,
			"<script type=\"application/json\">{\"interval\":%.9g,\"name\":", (double)us / 1e6);
		page_json_text(r, c->name);
		put_numbers(r, &a, "packets", 3);
		put_numbers(r, &a, "errors", 4);
		fputs("}</script>\n", r->out);
		page_command(r, &a);
		fputs("</div>\n", r->out);
	}
	ask_free(&a);
	return status;
}

int report_io(struct report *r)
{
	size_t n = r->session.ncaptures;
	const struct selected_capture **list = calloc(n ? n : 1, sizeof(*list));
	int status = list ? EXIT_DONE : complain(EXIT_FAILED, "out of memory");
	for (size_t i = 0; list && i < n; i++)
		list[i] = &r->session.captures[i];
	if (list)
		qsort(list, n, sizeof(*list), by_frames);
	while (n && list && list[n - 1]->frames == 0)
		n--;
	fputs("<section id=\"time\"><h2>Change over time</h2>\n<p class=\"intro\">Packets, and below them "
	      "what TCP's analysis "
	      "marked: retransmissions, duplicate ACKs, lost segments, full and zero windows.",
		r->out);
	if (n > GRAPHS) {
		fprintf(r->out, " Of %zu captures, the %d with most packets.", n, GRAPHS);
		n = GRAPHS;
	}
	fputs("</p>\n", r->out);
	if (n > 1) {
		fputs("<p><label>Capture <select class=\"pick\">", r->out);
		for (size_t i = 0; i < n; i++) {
			fputs("<option>", r->out);
			page_text(r, list[i]->name);
			fputs("</option>", r->out);
		}
		fputs("</select></label></p>\n", r->out);
	}
	for (size_t i = 0; status == EXIT_DONE && i < n; i++)
		status = put_graph(r, list[i], i == 0);
	if (!n)
		fputs("<p class=\"none\">No packets.</p>\n", r->out);
	fputs("</section>\n", r->out);
	free(list);
	return status;
}
