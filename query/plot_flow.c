/* The flow graph: a lane for each host, an arrow for each frame. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/flow.h"
#include "query/plot.h"

/* The host's lane, in the order of appearance; the last of `limit` stands for all others. */
static unsigned lane(struct chart *chart, const char *host, unsigned limit, bool *others)
{
	for (size_t i = 0; i < chart->nlabels; i++)
		if (strcmp(chart->labels[i], host) == 0)
			return (unsigned)i;
	if (chart->nlabels < limit)
		return (unsigned)chart_label(chart, host);
	*others = true;
	return limit - 1;
}

static void add_frame(struct chart *chart, const struct kept *rows, size_t i, unsigned limit, bool *others)
{
	const char *label =
		kept_text(rows, i, kept_column(rows, kept_column(rows, "text") >= 0 ? "text" : "info"));
	double seq = kept_number(rows, i, kept_column(rows, "seq")),
	       ack = kept_number(rows, i, kept_column(rows, "ack")),
	       source = kept_number(rows, i, kept_column(rows, "source_port")),
	       destination = kept_number(rows, i, kept_column(rows, "destination_port"));
	bool reset = kept_column(rows, "flags") >= 0 && strstr(label, "RST");
	char time[32], from[8] = "", to[8] = "", numbers[64] = "", about[640];
	snprintf(time, sizeof(time), "%.6f", kept_number(rows, i, kept_column(rows, "time")));
	if (source > 0)
		snprintf(from, sizeof(from), "%.0f", source);
	if (destination > 0)
		snprintf(to, sizeof(to), "%.0f", destination);
	if (seq >= 0)
		snprintf(numbers, sizeof(numbers), ack >= 0 ? " Seq = %.0f Ack = %.0f" : " Seq = %.0f", seq,
			ack);
	snprintf(about, sizeof(about), "%.0f %.500s%s", kept_number(rows, i, kept_column(rows, "number")),
		label, numbers);
	struct rung r = { .colour = reset ? RED : BLUE,
		.time = time,
		.label = (char *)label,
		.about = about,
		.from_end = *from ? from : NULL,
		.to_end = *to ? to : NULL };
	r.from = lane(chart, kept_text(rows, i, kept_column(rows, "source")), limit, others);
	r.to = lane(chart, kept_text(rows, i, kept_column(rows, "destination")), limit, others);
	chart_rung(chart, &r);
}

int plot_flow(const struct args *args, const struct kept *rows, struct chart *chart)
{
	int64_t hosts = FLOW_HOSTS, limit = FLOW_DRAWN;
	bool others = false;
	int status = flow_limits(args, &hosts, &limit);
	if (status != EXIT_DONE)
		return status;
	chart->kind = CHART_LADDER;
	chart_name(chart, args_has(args, "tcp") ? "Flow of TCP" : "Flow", NULL);
	for (size_t i = 0; i < rows->n; i++)
		add_frame(chart, rows, i, (unsigned)hosts, &others);
	if (others) {
		free(chart->labels[hosts - 1]);
		chart->labels[hosts - 1] = strdup("others");
		chart->failed |= !chart->labels[hosts - 1];
		complain(0, "the last lane stands for all other hosts; --hosts N gives N lanes");
	}
	if ((int64_t)rows->n == limit)
		complain(0, "the drawing ends after %" PRId64 " frames; --limit changes that", limit);
	return EXIT_DONE;
}
