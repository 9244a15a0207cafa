/* pcapdex endpoints: what each address (and port) sent and received, as Wireshark's Endpoints window has it.
 */
#include "query/conversations.h"
#include "query/plot.h"

enum { PORT = 1, COLUMNS = 8 };

static int answer(struct question *q)
{
	struct answer_column columns[COLUMNS] = {
		{ { "address", "Address", RENDER_FIXED } },
		{ { "port", "Port", RENDER_NUMBER } },
		{ { "frames", "Packets", RENDER_NUMBER } },
		{ { "bytes", "Bytes", RENDER_NUMBER } },
		{ { "tx_frames", "Tx Packets", RENDER_NUMBER } },
		{ { "tx_bytes", "Tx Bytes", RENDER_NUMBER } },
		{ { "rx_frames", "Rx Packets", RENDER_NUMBER } },
		{ { "rx_bytes", "Rx Bytes", RENDER_NUMBER } },
	};
	const struct conversation_kind *kind = conversation_kind(q->args);
	if (!kind)
		return EXIT_USAGE;
	columns[PORT].hidden = !kind->ports;
	char *order = order_sql(q->args, columns, COLUMNS, "frames DESC, seen");
	if (!order)
		return EXIT_USAGE;
	char *from = conversations_sql(q, kind);
	/* `seen` orders ends as they first appeared: by capture, frame and conversation, the source before
	 * the destination. */
	sqlite3_stmt *st =
		!from ? NULL
		      : question_prepare(q,
				"WITH v AS MATERIALIZED (%s),\n"
				" e AS (SELECT a AS address, pa AS port, fab AS txn, bab AS txb, fba AS rxn, "
				"bba AS rxb,"
				" printf('%%010d %%010d %%010d 0', capture_id, first_frame, stream) AS seen "
				"FROM v\n"
				"  UNION ALL SELECT b, pb, fba, bba, fab, bab, printf('%%010d %%010d %%010d "
				"1', capture_id, first_frame, stream) FROM v)\n"
				"SELECT %s(a.text) AS address, %s AS port, sum(e.txn + e.rxn) AS frames, "
				"sum(e.txb + e.rxb) AS bytes, sum(e.txn) AS tx_frames,\n"
				" sum(e.txb) AS tx_bytes, sum(e.rxn) AS rx_frames, sum(e.rxb) AS rx_bytes, "
				"min(e.seen) AS seen\n"
				"FROM e JOIN t_address a ON a.id = e.address GROUP BY e.address, e.port%s",
				from, question_naming(q), kind->ports ? "e.port" : "NULL", order);
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

const struct command cmd_endpoints = {
	.name = "endpoints",
	.summary = "What each address or port sent and received",
	.usage = "ARCHIVE [--type TYPE]",
	.details = "One row an end, over all chosen captures, as in Wireshark's Endpoints window; for tcp "
		   "and udp an end is an\n"
		   "address and a port. Tx is what it sent, Rx what it received. A frame from an address to "
		   "itself counts as both.",
	.examples = "  pcapdex endpoints a.db --type ip --sort tx_bytes --limit 5   the five that sent most\n"
		    "  pcapdex endpoints a.db --type udp -Y dns                     who took part in DNS",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
	.plot = plot_endpoints,
};
