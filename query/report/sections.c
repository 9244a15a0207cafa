/* Properties, composition, names, glossary: tables and pictures of what the commands answer. */
#include <stdlib.h>

#include "query/report/page.h"

#define SHOWN 12  /* rows of a long table that are seen at first */
#define MOST  200 /* rows of a table in the page at all */

static void open_section(struct report *r, const char *id, const char *title, const char *words)
{
	fprintf(r->out, "<section id=\"%s\"><h2>%s</h2>\n<p class=\"intro\">%s</p>\n", id, title, words);
}

/* ---- properties ---- */

static void put_fact(struct report *r, const char *name, double value, enum chart_unit unit)
{
	char text[32];
	value_label(value, unit, text);
	fprintf(r->out, "<li><b title=\"%.0f\">%s</b> %s</li>\n", value, text, name);
}

static double sum_of(const struct kept *rows, const char *key)
{
	double sum = 0;
	for (size_t i = 0; i < rows->n; i++) {
		double v = kept_number(rows, i, kept_column(rows, key));
		sum += v == v ? v : 0;
	}
	return sum;
}

static void put_facts(struct report *r, const struct kept *rows)
{
	fputs("<ul class=\"facts\">\n", r->out);
	if (r->many)
		put_fact(r, "captures", (double)rows->n, UNIT_COUNT);
	put_fact(r, "packets", sum_of(rows, "packets"), UNIT_COUNT);
	put_fact(r, "on the wire", sum_of(rows, "bytes"), UNIT_BYTES);
	put_fact(r, r->many ? "captured, added up" : "long", sum_of(rows, "span"), UNIT_SECONDS);
	if (!r->many && rows->n) {
		put_fact(r, "on average", sum_of(rows, "bits_s"), UNIT_BITS_S);
		put_fact(r, "a packet", sum_of(rows, "packet_size"), UNIT_BYTES);
	}
	fputs("</ul>\n", r->out);
}

/* One capture: a property a line. */
static void put_sheet(struct report *r, const struct ask *a)
{
	fputs("<dl class=\"sheet\">\n", r->out);
	for (unsigned i = 0; i < a->rows.ncolumns; i++) {
		const struct value *v = kept_cell(&a->rows, 0, (int)i);
		if (v->kind == VALUE_NULL || (v->kind == VALUE_TEXT && !v->text.len))
			continue;
		fputs("<div><dt>", r->out);
		page_text(r, a->rows.columns[i].title);
		fputs("</dt><dd>", r->out);
		page_value(r, v);
		fputs("</dd></div>\n", r->out);
	}
	fputs("</dl>\n", r->out);
	page_command(r, a);
}

int report_properties(struct report *r)
{
	static const struct page_column columns[] = { { "id" }, { "name" }, { "encapsulation" },
		{ "first_packet" }, { "packets", NULL, true }, { "span" }, { "bytes", NULL, true },
		{ "bits_s" }, { "tags" }, { "damage" }, { 0 } };
	struct ask a;
	int status = ask(r, &a, false, "captures", NULL);
	open_section(r, "properties", "Properties",
		r->many ? "What was captured, and when." : "What was captured, when and how.");
	if (status == EXIT_DONE) {
		put_facts(r, &a.rows);
		if (r->many)
			page_table(r, &a,
				&(struct page_table) { "Captures", columns, SHOWN, 2000, .sortable = true });
		else
			put_sheet(r, &a);
	}
	fputs("</section>\n", r->out);
	ask_free(&a);
	return status;
}

/* ---- composition ---- */

static int put_hierarchy(struct report *r)
{
	static const struct page_column columns[] = { { "protocol" },
		{ "percent_packets", "% packets", true }, { "packets" }, { "percent_bytes", "% bytes", true },
		{ "bytes" }, { "bits_s" }, { "end_packets" }, { "end_bytes" }, { "end_bits_s" }, { "pdus" },
		{ 0 } };
	struct ask a;
	int status = ask(r, &a, true, "hierarchy", NULL);
	fputs("<h3>Protocols</h3><p>Each ring is a layer; what lies outside of a sector travelled inside of "
	      "it. Percentages "
	      "count packets that have the protocol; bytes are what the protocol itself takes.</p>\n",
		r->out);
	if (status == EXIT_DONE && a.rows.n > 1)
		page_chart(r, &a.chart, 560, 440, false);
	if (status == EXIT_DONE)
		page_table(r, &a,
			&(struct page_table) { "Protocol hierarchy", columns, a.rows.n > 60 ? 40 : 0, 0,
				.tree = "protocol" });
	ask_free(&a);
	return status;
}

static int put_lengths(struct report *r)
{
	static const struct page_column columns[] = { { "range" }, { "count" }, { "percent", NULL, true },
		{ "average" }, { "min" }, { "max" }, { "rate_ms" }, { "burst_rate" }, { "burst_start" },
		{ 0 } };
	struct ask a;
	int status = ask(r, &a, true, "lengths", NULL);
	fputs("<h3>Packet lengths</h3><p>Short packets acknowledge and ask; packets near the largest size "
	      "carry data in "
	      "bulk.</p>\n",
		r->out);
	if (status == EXIT_DONE) {
		page_chart(r, &a.chart, 900, 330, false);
		page_table(r, &a, &(struct page_table) { "Packet lengths", columns, 0, 0 });
	}
	ask_free(&a);
	return status;
}

static const struct kind {
	const char *type, *title;
} kinds[] = { { "tcp", "TCP" }, { "udp", "UDP" }, { "ip", "IPv4" }, { "ipv6", "IPv6" },
	{ "eth", "Ethernet" } };

/* A table for each kind; the first that has rows is open. */
static int put_kinds(
	struct report *r, const char *command, const char *noun, const struct page_column *columns)
{
	int status = EXIT_DONE;
	bool any = false;
	for (size_t i = 0; status == EXIT_DONE && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct ask a;
		char caption[64];
		status = ask(r, &a, true, command, "--type", kinds[i].type, NULL);
		if (status == EXIT_DONE && a.rows.n) {
			fprintf(r->out, "<details%s><summary>%s <small>%zu</small></summary>\n",
				any ? "" : " open", kinds[i].title, a.rows.n);
			snprintf(caption, sizeof(caption), "%s of %s", noun, kinds[i].title);
			if (a.rows.n > 1)
				page_chart(r, &a.chart, 900, 96 + 24 * (unsigned)a.chart.nlabels, false);
			page_table(r, &a,
				&(struct page_table) { caption, columns, SHOWN, MOST, .sortable = true });
			fputs("</details>\n", r->out);
			any = true;
		}
		ask_free(&a);
	}
	if (!any)
		fputs("<p class=\"none\">None.</p>\n", r->out);
	return status;
}

int report_composition(struct report *r)
{
	static const struct page_column one[] = { { "stream" }, { "address_a" }, { "port_a" },
		{ "address_b" }, { "port_b" }, { "frames", NULL, true }, { "bytes", NULL, true },
		{ "frames_ab" }, { "bytes_ab" }, { "frames_ba" }, { "bytes_ba" }, { "start" }, { "duration" },
		{ "bits_s_ab" }, { "bits_s_ba" }, { 0 } };
	static const struct page_column many[] = { { "capture" }, { "stream" }, { "address_a" }, { "port_a" },
		{ "address_b" }, { "port_b" }, { "frames", NULL, true }, { "bytes", NULL, true },
		{ "frames_ab" }, { "bytes_ab" }, { "frames_ba" }, { "bytes_ba" }, { "start" }, { "duration" },
		{ 0 } };
	static const struct page_column ends[] = { { "address" }, { "port" }, { "frames", NULL, true },
		{ "bytes", NULL, true }, { "tx_frames" }, { "tx_bytes" }, { "rx_frames" }, { "rx_bytes" },
		{ 0 } };
	open_section(r, "composition", "Composition",
		"Which protocols there are, how long packets are, and who talked with whom.");
	int status = put_hierarchy(r);
	if (status == EXIT_DONE)
		status = put_lengths(r);
	fputs("<h3>Conversations</h3><p>A is the end that sent the first packet.</p>\n", r->out);
	if (status == EXIT_DONE)
		status = put_kinds(r, "conversations", "Conversations", r->many ? many : one);
	fputs("<h3>Endpoints</h3>\n", r->out);
	if (status == EXIT_DONE)
		status = put_kinds(r, "endpoints", "Endpoints", ends);
	fputs("</section>\n", r->out);
	return status;
}

/* ---- names ---- */

/* " AND (frames of the captures that -c picks)", or "". sqlite3_free() it. */
static char *chosen_frames(struct report *r, const char *frame_id)
{
	if (!args_nth(r->args, "capture", 0))
		return sqlite3_mprintf("");
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_str_appendf(s,
		" AND EXISTS (SELECT 1 FROM capture c WHERE %s >= c.first_frame AND %s < c.first_frame + "
		"c.frames AND c.id IN (",
		frame_id, frame_id);
	for (unsigned i = 0; i < r->session.ncaptures; i++)
		sqlite3_str_appendf(s, i ? ", %lld" : "%lld", (long long)r->session.captures[i].id);
	sqlite3_str_appendall(s, "))");
	return sqlite3_str_finish(s);
}

static int put_names(struct report *r, const char *caption, const char *format)
{
	static const struct page_column columns[] = { { "name", "Name" }, { "times", "Times", true }, { 0 } };
	char *frames = chosen_frames(r, "n.frame_id"), *sql = frames ? sqlite3_mprintf(format, frames) : NULL;
	struct ask a = { 0 };
	int status = sql ? ask(r, &a, false, "sql", sql, NULL) : complain(EXIT_FAILED, "out of memory");
	fputs("<div>\n", r->out);
	if (status == EXIT_DONE && a.rows.n)
		page_table(r, &a, &(struct page_table) { caption, columns, SHOWN, 60, .sortable = true });
	else if (status == EXIT_DONE)
		fprintf(r->out, "<h4>%s</h4><p class=\"none\">None.</p>\n", caption);
	fputs("</div>\n", r->out);
	ask_free(&a);
	sqlite3_free(sql);
	sqlite3_free(frames);
	return status;
}

int report_names(struct report *r)
{
	fputs("<section id=\"names\"><h2>Names</h2>\n<p class=\"intro\">What was asked for: by DNS, by HTTP, "
	      "and in the clear "
	      "part of TLS handshakes.</p>\n<div class=\"three\">\n",
		r->out);
	int status = put_names(r, "DNS names asked for",
		"SELECT n.qry_name AS name, count(*) AS times FROM dns_query n JOIN dns d USING (frame_id)"
		" WHERE d.flags_response = 0 AND length(n.qry_name) > 0%s GROUP BY 1 ORDER BY 2 DESC, 1");
	if (status == EXIT_DONE)
		status = put_names(r, "HTTP hosts",
			"SELECT n.host AS name, count(*) AS times FROM http_header n WHERE n.host IS NOT "
			"NULL%s\n"
			" GROUP BY 1 ORDER BY 2 DESC, 1");
	if (status == EXIT_DONE)
		status = put_names(r, "TLS server names",
			"SELECT n.handshake_extensions_server_name AS name, count(*) AS times FROM "
			"tls_server_name n"
			" WHERE n.handshake_extensions_server_name IS NOT NULL%s GROUP BY 1 ORDER BY 2 "
			"DESC, 1");
	fputs("</div></section>\n", r->out);
	return status;
}

/* ---- glossary ---- */

int report_glossary(struct report *r)
{
	struct ask tree, a = { 0 };
	sqlite3_str *s = sqlite3_str_new(NULL);
	int status = ask(r, &tree, false, "hierarchy", NULL);
	sqlite3_str_appendall(
		s, "SELECT title, spec, help FROM protocol WHERE help <> '' AND name IN ('frame'");
	for (size_t i = 0; status == EXIT_DONE && i < tree.rows.n; i++)
		sqlite3_str_appendf(s, ", %Q", kept_text(&tree.rows, i, kept_column(&tree.rows, "name")));
	sqlite3_str_appendall(s, ") ORDER BY title");
	char *sql = sqlite3_str_finish(s);
	if (status == EXIT_DONE)
		status = sql ? ask(r, &a, false, "sql", sql, NULL) : complain(EXIT_FAILED, "out of memory");
	if (status == EXIT_DONE && a.rows.n) {
		open_section(r, "protocols", "What each protocol is for",
			"The protocols of this report, a sentence each.");
		fputs("<dl class=\"glossary\">\n", r->out);
		for (size_t i = 0; i < a.rows.n; i++) {
			const char *spec = kept_text(&a.rows, i, 1);
			fputs("<div><dt>", r->out);
			page_text(r, kept_text(&a.rows, i, 0));
			if (*spec) {
				fputs(" <small>", r->out);
				page_text(r, spec);
				fputs("</small>", r->out);
			}
			fputs("</dt><dd>", r->out);
			page_text(r, kept_text(&a.rows, i, 2));
			fputs("</dd></div>\n", r->out);
		}
		fputs("</dl></section>\n", r->out);
	}
	sqlite3_free(sql);
	ask_free(&tree);
	ask_free(&a);
	return status;
}
