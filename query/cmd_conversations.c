/* pcapdex conversations: who talked with whom, as Wireshark's Conversations window and `tshark -z conv` have
 * it. */
#include "query/conversations.h"
#include "query/plot.h"

#include <string.h>

enum { CAPTURE, STREAM, PORT_A = 3, PORT_B = 5, TOTAL = 16, PERCENT, COLUMNS };

static int answer(struct question *q)
{
	struct answer_column columns[] = {
		{ { "capture", "Capture", RENDER_TEXT } },
		{ { "stream", "Stream", RENDER_NUMBER } },
		{ { "address_a", "Address A", RENDER_FIXED } },
		{ { "port_a", "Port A", RENDER_NUMBER } },
		{ { "address_b", "Address B", RENDER_FIXED } },
		{ { "port_b", "Port B", RENDER_NUMBER } },
		{ { "frames", "Packets", RENDER_NUMBER } },
		{ { "bytes", "Bytes", RENDER_NUMBER } },
		{ { "frames_ab", "Packets A to B", RENDER_NUMBER } },
		{ { "bytes_ab", "Bytes A to B", RENDER_NUMBER } },
		{ { "frames_ba", "Packets B to A", RENDER_NUMBER } },
		{ { "bytes_ba", "Bytes B to A", RENDER_NUMBER } },
		{ { "start", "Rel Start", RENDER_NUMBER }, .decimals = 6 },
		{ { "duration", "Duration", RENDER_NUMBER }, .decimals = 4 },
		{ { "bits_s_ab", "Bits/s A to B", RENDER_NUMBER }, .decimals = 0 },
		{ { "bits_s_ba", "Bits/s B to A", RENDER_NUMBER }, .decimals = 0 },
		{ { "total_frames", "Total Packets", RENDER_NUMBER } },
		{ { "percent_filtered", "Percent Filtered", RENDER_NUMBER }, .decimals = 2, .unit = "%" },
	};
	const struct conversation_kind *kind = conversation_kind(q->args);
	if (!kind)
		return EXIT_USAGE;
	columns[CAPTURE].hidden = q->table && q->session.ncaptures < 2;
	columns[STREAM].hidden = columns[PORT_A].hidden = columns[PORT_B].hidden = !kind->ports;
	columns[TOTAL].hidden = columns[PERCENT].hidden = !q->filter;
	char *order =
		order_sql(q->args, columns, COLUMNS, "frames DESC, v.capture_id, v.first_frame, v.stream");
	if (!order)
		return EXIT_USAGE;
	const char *naming = question_naming(q);
	char *from = conversations_sql(q, kind);
	sqlite3_stmt *st =
		!from ? NULL
		      : question_prepare(q,
				"SELECT c.name AS capture, %s AS stream, %s(a.text) AS address_a, %s AS "
				"port_a, "
				"%s(b.text) AS address_b, %s AS port_b,\n"
				" v.fab + v.fba AS frames, v.bab + v.bba AS bytes, v.fab AS frames_ab, v.bab "
				"AS bytes_ab, v.fba AS frames_ba, v.bba AS bytes_ba,\n"
				" (v.first - c.time_zero) / 1e9 AS start, (v.last - v.first) / 1e9 AS "
				"duration,\n"
				" v.bab * 8e9 / nullif(v.last - v.first, 0) AS bits_s_ab, v.bba * 8e9 / "
				"nullif(v.last - v.first, 0) AS bits_s_ba,\n"
				" v.total AS total_frames, 100.0 * (v.fab + v.fba) / v.total AS "
				"percent_filtered\n"
				"FROM (%s) v\n"
				"JOIN capture c ON c.id = v.capture_id JOIN t_address a ON a.id = v.a JOIN "
				"t_address b ON b.id = v.b%s",
				kind->ports ? "v.stream" : "NULL", naming, kind->ports ? "v.pa" : "NULL",
				naming, kind->ports ? "v.pb" : "NULL", from, order);
	sqlite3_free(from);
	sqlite3_free(order);
	return question_answer(q, st, columns, COLUMNS);
}

static int run(const struct args *args)
{
	return question_run(args, answer);
}

static const struct option_spec options[] = {
	{ "type", 't', "TYPE", false, "eth, ip, ipv6, tcp or udp (default: tcp)" },
	{ "sort", 0, "COLUMN", false,
		"order by a column of --format csv, COLUMN:asc or :desc (default: packets, descending)" },
	{ "limit", 0, "N", false, "only the first N rows" },
	NUMERIC_OPTION,
	{ 0 },
};

const struct command cmd_conversations = {
	.name = "conversations",
	.summary = "Who talked with whom: packets, bytes and rates each way",
	.usage = "ARCHIVE [--type TYPE]",
	.details = "One row a conversation, as in Wireshark's Conversations window. A is the end that sent "
		   "the first frame.\n"
		   "For tcp and udp a conversation is a stream: a port that is used again begins a new one. "
		   "Bytes are those of\n"
		   "whole frames on the wire; frames quoted by ICMP errors do not count. Rates are per "
		   "second of the duration and\n"
		   "missing where that is 0. Each capture has its own conversations; rel start is in seconds "
		   "from its first frame.\n"
		   "With -Y only frames that match count, and the last columns say how many the conversation "
		   "has in all.",
	.examples =
		"  pcapdex conversations a.db --type ip --sort bytes --limit 10   the ten that moved most\n"
		"  pcapdex conversations a.db -Y tls --format csv                 those with TLS, for a "
		"spreadsheet",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
	.plot = plot_conversations,
};
