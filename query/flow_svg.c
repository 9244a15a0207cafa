/* The flow graph as SVG: a life line for each host, time downward, an arrow for each frame. Its whole text is
 * the arrow's title, which browsers show under the pointer. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/flow.h"

#define LEFT   110 /* where times stand */
#define LANE   230
#define TOP    56
#define ROW    34
#define BOTTOM 24
#define LETTER 6.2 /* the mean width of a letter of a label */

/* Text of a hostile capture in XML 1.0: no markup, no control characters (section 2.2). */
static void escape(FILE *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)text[i];
		if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else if (c == '&')
			fputs("&amp;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else
			putc(c < ' ' || c == 0x7f ? ' ' : c, out);
	}
}

static size_t cut(const char *text, size_t letters)
{
	size_t n = 0;
	while (text[n] && letters--) {
		n++;
		while ((text[n] & 0xc0) == 0x80)
			n++;
	}
	return n;
}

static int middle(unsigned host)
{
	return LEFT + LANE / 2 + (int)host * LANE;
}

static void begin(const struct flow *f, FILE *out, int64_t items)
{
	int64_t width = LEFT + (int64_t)f->nhosts * LANE + LANE / 2, height = TOP + items * ROW + BOTTOM;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%" PRId64 "\" height=\"%" PRId64
		"\" viewBox=\"0 0 %" PRId64 " %" PRId64 "\" font-family=\"sans-serif\" font-size=\"11\">\n"
		"<title>",
		width, height, width, height);
	escape(out, f->capture->name, strlen(f->capture->name));
	fputs(f->tcp ? ": flow of TCP</title>\n" : ": flow</title>\n", out);
	fputs("<style>text{fill:#1f2933}.t,.p{fill:#6b7680}.a{stroke:#2f6f9f;fill:none}"
	      ".r{stroke:#c0392b}.l{stroke:#c5ccd3}.h{font-weight:bold;font-size:12px}</style>\n"
	      "<defs><marker id=\"e\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" "
	      "markerHeight=\"8\" orient=\"auto-start-reverse\"><path d=\"M0 0 8 4 0 8z\" "
	      "fill=\"context-stroke\"/></marker></defs>\n"
	      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
		out);
	for (unsigned i = 0; i < f->nhosts; i++) {
		fprintf(out, "<text class=\"h\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">", middle(i), 26);
		escape(out, f->hosts[i], strlen(f->hosts[i]));
		fprintf(out, "</text><path class=\"l\" d=\"M%d %dV%" PRId64 "\"/>\n", middle(i), 36,
			height - BOTTOM / 2);
	}
}

static void draw(const struct flow *f, FILE *out, const struct flow_item *item, int64_t row)
{
	int64_t y = TOP + row * ROW + 16;
	int from = middle(item->source), to = middle(item->destination);
	bool self = from == to, reset = f->tcp && strstr(item->label, "RST");
	int reach = self ? LANE / 2 : abs(to - from), left = from < to || self ? from : to;
	int side = from <= to ? 1 : -1;
	size_t shown = cut(item->label, (size_t)((reach - 12) / LETTER));
	fprintf(out, "<g><title>%" PRId64 " ", item->number);
	escape(out, item->label, strlen(item->label));
	fputs(" | ", out);
	escape(out, item->comment, strlen(item->comment));
	fprintf(out, "</title><text class=\"t\" x=\"%d\" y=\"%" PRId64 "\" text-anchor=\"end\">%.*f</text>",
		LEFT - 14, y + 4, (int)f->decimals, (double)item->time_ns / 1e9);
	if (self)
		fprintf(out, "<path class=\"a%s\" marker-end=\"url(#e)\" d=\"M%d %" PRId64 "h%dv8h-%d\"/>",
			reset ? " r" : "", from, y, reach - 20, reach - 20);
	else
		fprintf(out, "<path class=\"a%s\" marker-end=\"url(#e)\" d=\"M%d %" PRId64 "H%d\"/>",
			reset ? " r" : "", from, y, to);
	fprintf(out, "<text x=\"%d\" y=\"%" PRId64 "\" text-anchor=\"middle\">", left + reach / 2, y - 5);
	escape(out, item->label, shown);
	fputs(item->label[shown] ? "…</text>" : "</text>", out);
	if (item->source_port)
		fprintf(out, "<text class=\"p\" x=\"%d\" y=\"%" PRId64 "\" text-anchor=\"%s\">%u</text>",
			from - 5 * side, y + 4, side > 0 ? "end" : "start", item->source_port);
	if (item->destination_port && !self)
		fprintf(out, "<text class=\"p\" x=\"%d\" y=\"%" PRId64 "\" text-anchor=\"%s\">%u</text>",
			to + 5 * side, y + 4, side > 0 ? "start" : "end", item->destination_port);
	fputs("</g>\n", out);
}

int flow_print_svg(struct flow *f, FILE *out, int64_t limit)
{
	struct flow_item item;
	int64_t items = 0, row = 0;
	int rc;
	while (items < limit && (rc = flow_next(f, &item)) > 0)
		items++;
	if (items < limit && rc < 0)
		return -1;
	if (items == limit)
		complain(0, "the drawing ends after %" PRId64 " frames; --limit changes that", limit);
	flow_rewind(f);
	begin(f, out, items);
	for (rc = 1; row < items && (rc = flow_next(f, &item)) > 0; row++)
		draw(f, out, &item, row);
	fputs("</svg>\n", out);
	return rc < 0 ? -1 : 0;
}
