/* The flow graph as text. Each host has a lane, its name stands above its left end, the names of even and odd
 * ones in lines of their own. An arrow goes from the middle of a lane to the middle of another, with the
 * ports beside it and a line of text on it. */
#include <stdlib.h>
#include <string.h>

#include "query/flow.h"

#define LANE     20 /* columns, as in tshark */
#define LANE_MIN 16 /* a port in parentheses needs 7 on either side of the middle */
#define TIME     9

struct drawing {
	struct flow *flow;
	FILE *out;
	unsigned lane, width; /* of all lanes */
	unsigned comment;     /* columns for comments; UINT32_MAX: any */
	char *line;           /* UTF-8 is put in when the line is printed: `line` has columns */
};

/* Octets of the first `columns` characters of a text; `*used`: how many there are. */
static size_t cut(const char *text, unsigned columns, unsigned *used)
{
	size_t n = 0;
	*used = 0;
	while (text[n] && *used < columns) {
		n++;
		while ((text[n] & 0xc0) == 0x80)
			n++;
		++*used;
	}
	return n;
}

static void head(const struct drawing *d)
{
	const struct flow *f = d->flow;
	const char *conversation = f->tcp ? "Conv.| Time    |" : "|Time     |";
	fputs(conversation, d->out);
	for (unsigned i = 0; i < f->nhosts; i += 2)
		fprintf(d->out, " %-*s|", (int)(2 * d->lane - 2), f->hosts[i]);
	fprintf(d->out, f->tcp ? "\n     |         |%*s" : "\n|         |%*s", (int)d->lane - 1, "");
	for (unsigned i = 1; i < f->nhosts; i += 2) {
		bool fits = strlen(f->hosts[i]) <= d->lane - 2;
		fprintf(d->out, "| %-*s", (int)(fits ? d->lane - 2 : 2 * d->lane - 2), f->hosts[i]);
		if (fits)
			fprintf(d->out, "|%*s", (int)d->lane - 1, "");
	}
	putc('\n', d->out);
}

/* An empty line of lanes. */
static void clear(const struct drawing *d)
{
	memset(d->line, ' ', d->width + LANE);
	for (unsigned i = d->lane - 1; i < d->width; i += d->lane)
		d->line[i] = '|';
}

static void put(const struct drawing *d, unsigned at, const char *text)
{
	size_t n = strlen(text), room = d->width + LANE - at;
	memcpy(d->line + at, text, n < room ? n : room);
}

static void print_item(const struct drawing *d, const struct flow_item *item)
{
	const struct flow *f = d->flow;
	bool right = item->source <= item->destination;
	unsigned from = right ? item->source : item->destination,
		 to = right ? item->destination : item->source;
	char time[32], stream[24] = "", port[2][16];
	int64_t ns = item->time_ns < 0 ? -item->time_ns : item->time_ns;
	unsigned long long fraction = (unsigned long long)(ns % 1000000000) / (f->decimals == 9 ? 1 : 1000);
	snprintf(time, sizeof(time), "%s%lld.%0*llu", item->time_ns < 0 ? "-" : "",
		(long long)(ns / 1000000000), (int)f->decimals, fraction);
	if (f->tcp)
		snprintf(stream, sizeof(stream), "%-5lld", (long long)item->stream);
	snprintf(port[0], sizeof(port[0]), "(%u)", right ? item->source_port : item->destination_port);
	snprintf(port[1], sizeof(port[1]), "(%u)", right ? item->destination_port : item->source_port);
	if (from == to) /* to itself: into the lane beside it */
		to++;

	/* The text, over the borders of the lanes that the arrow crosses. */
	unsigned middle = d->lane / 2 - 1, at = d->lane * from + middle, columns, shown;
	unsigned room = d->width - at - 1;
	size_t octets =
		cut(item->label, d->lane * (to - from) < room ? d->lane * (to - from) : room, &columns);
	clear(d);
	fprintf(d->out, "%s|%-*s|%.*s", stream, TIME, time, (int)at, d->line);
	render_visible(d->out, item->label, octets);
	if (at + columns < d->width)
		fwrite(d->line + at + columns, 1, d->width - at - columns, d->out);
	octets = cut(item->comment, d->comment, &shown);
	render_visible(d->out, item->comment, octets);

	/* The arrow. */
	unsigned length = d->lane * (to - from) - 1, end = at + length + 2;
	clear(d);
	memset(d->line + d->lane * from, ' ', end - d->lane * from);
	put(d, d->lane * from, port[0]);
	memset(d->line + at, '-', length);
	d->line[right ? at + length - 1 : at] = right ? '>' : '<';
	put(d, end, port[1]);
	unsigned stop = end + (unsigned)strlen(port[1]);
	if (stop < d->width)
		stop = d->width;
	else {
		put(d, stop, " |");
		stop += 2;
	}
	fprintf(d->out, "\n%s|%*s|%.*s\n", f->tcp ? "     " : "", TIME, "", (int)stop, d->line);
}

int flow_print_text(struct flow *f, FILE *out, unsigned width)
{
	struct flow_item item;
	unsigned before = f->tcp ? 5 + TIME + 2 : TIME + 2;
	struct drawing d = { .flow = f, .out = out, .lane = LANE, .comment = UINT32_MAX };
	int64_t stream = -1;
	int rc = 0;
	if (width) {
		unsigned room = width > before + 2 * LANE_MIN ? width - before : 2 * LANE_MIN;
		unsigned lanes = f->nhosts ? f->nhosts : 1;
		d.lane = room / lanes > LANE ? LANE : room / lanes < LANE_MIN ? LANE_MIN : room / lanes;
		d.lane -= d.lane % 2;
		d.comment = room > lanes * d.lane ? room - lanes * d.lane : 0;
	}
	d.width = d.lane * f->nhosts;
	/* An arrow from the last host to itself reaches beyond the lanes. */
	if (!(d.line = malloc((size_t)d.width + 3 * LANE + 16)))
		return complain(-1, "out of memory");
	if (f->nhosts)
		head(&d);
	while (f->nhosts && (rc = flow_next(f, &item)) > 0 && !ferror(out)) {
		if (f->tcp && stream >= 0 && item.stream != stream) {
			for (unsigned i = 0; i < before + d.width + 1; i++)
				putc('-', out);
			putc('\n', out);
		}
		stream = item.stream;
		print_item(&d, &item);
	}
	free(d.line);
	return rc < 0 ? -1 : 0;
}
