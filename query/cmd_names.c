/* pcapdex names: what addresses and ports of the captures are called, as Wireshark's Resolved Addresses
 * window. */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "query/ether_names.h"
#include "query/question.h"

struct names {
	struct question q;
	struct render *out;
	const char *type; /* NULL: all */
	struct ether_names *ether;
};

static bool wanted(const struct names *n, const char *type)
{
	return !n->type || strcmp(n->type, type) == 0;
}

static void put(struct names *n, const char *type, const char *address, const char *name, const char *source,
	int64_t captures)
{
	render_row(n->out, (struct value[]) { value_text(type), value_text(address), value_text(name),
				   value_text(source), captures ? value_int(captures) : value_null() });
}

/* --sql: print the statement; NULL: it could not be prepared. */
static int show(sqlite3_stmt *st)
{
	if (!st)
		return EXIT_FAILED;
	question_print_sql(st);
	sqlite3_finalize(st);
	return EXIT_DONE;
}

/* With -Y: the frames that it leaves, as table s of the statements below. */
#define SELECTED "WITH s AS MATERIALIZED (SELECT c.id AS capture_id, f.frame_id, f.src, f.dst FROM %s)\n"

static const char filtered_hosts_sql[] = SELECTED
	"SELECT address, name, source, count(DISTINCT capture_id) FROM ("
	" SELECT s.capture_id, coalesce(r.a, r.aaaa) AS address, r.resp_name AS name, 'DNS' AS source"
	" FROM s JOIN dns_rr r ON r.frame_id = s.frame_id WHERE coalesce(r.a, r.aaaa) IS NOT NULL"
	" UNION ALL SELECT n.capture_id, n.address, n.name, 'capture file' FROM name_record n"
	" WHERE EXISTS (SELECT 1 FROM t_address a WHERE a.text = n.address AND EXISTS (SELECT 1 FROM s"
	" WHERE s.capture_id = n.capture_id AND a.id IN (s.src, s.dst))))"
	" GROUP BY address, name, source ORDER BY instr(address, ':') > 0, address, name, source";

static const char filtered_services_sql[] =
	SELECTED "SELECT type, port, count(DISTINCT capture_id) FROM ("
		 " SELECT s.capture_id, 4 AS type, t.srcport AS port FROM s JOIN tcp_all t USING (frame_id)"
		 " UNION ALL SELECT s.capture_id, 4, t.dstport FROM s JOIN tcp_all t USING (frame_id)"
		 " UNION ALL SELECT s.capture_id, 5, t.srcport FROM s JOIN udp_all t USING (frame_id)"
		 " UNION ALL SELECT s.capture_id, 5, t.dstport FROM s JOIN udp_all t USING (frame_id)"
		 " UNION ALL SELECT s.capture_id, 6, t.srcport FROM s JOIN sctp_all t USING (frame_id)"
		 " UNION ALL SELECT s.capture_id, 6, t.dstport FROM s JOIN sctp_all t USING (frame_id))"
		 " WHERE port IS NOT NULL GROUP BY port, type ORDER BY port, type";

static const char filtered_ethers_sql[] =
	SELECTED "SELECT text, count(DISTINCT capture_id) FROM ("
		 " SELECT s.capture_id, e.src AS text FROM s JOIN eth_all e USING (frame_id)"
		 " UNION ALL SELECT s.capture_id, e.dst FROM s JOIN eth_all e USING (frame_id))"
		 " WHERE text IS NOT NULL GROUP BY text ORDER BY text";

/* Hosts: the answers that the captures' own DNS gave (mDNS and LLMNR too), and what the capture file's name
 * resolution blocks say. */
static int put_hosts(struct names *n)
{
	sqlite3_stmt *st =
		n->q.filter ? question_prepare(&n->q, filtered_hosts_sql, n->q.frames)
			    : question_prepare(&n->q,
				      "SELECT address, name, source, count(DISTINCT capture_id) FROM ("
				      " SELECT c.id AS capture_id, coalesce(r.a, r.aaaa) AS address, "
				      "r.resp_name AS name, 'DNS' AS "
				      "source"
				      " FROM capture c JOIN dns_rr r ON r.frame_id >= c.first_frame AND "
				      "r.frame_id < c.first_frame "
				      "+ c.frames"
				      " WHERE (%s) AND coalesce(r.a, r.aaaa) IS NOT NULL"
				      " UNION ALL SELECT c.id, n.address, n.name, 'capture file' FROM "
				      "capture c JOIN name_record n"
				      " ON n.capture_id = c.id WHERE (%s)) GROUP BY address, name, source"
				      " ORDER BY instr(address, ':') > 0, address, name, source",
				      n->q.chosen, n->q.chosen);
	if (!st || n->q.show_sql)
		return show(st);
	while (sqlite3_step(st) == SQLITE_ROW)
		put(n, "host", (const char *)sqlite3_column_text(st, 0),
			(const char *)sqlite3_column_text(st, 1), (const char *)sqlite3_column_text(st, 2),
			sqlite3_column_int64(st, 3));
	sqlite3_finalize(st);
	return EXIT_DONE;
}

/* Ports that conversations use and that the system's list of services (services(5)) has a name for. */
static int put_services(struct names *n)
{
	sqlite3_stmt *st = n->q.filter ? question_prepare(&n->q, filtered_services_sql, n->q.frames)
				       : question_prepare(&n->q,
						 "SELECT type, port, count(DISTINCT capture_id) FROM ("
						 " SELECT v.capture_id, v.type, v.port_a AS port FROM "
						 "t_conversation v JOIN capture c ON c.id "
						 "= v.capture_id"
						 " WHERE (%s) UNION ALL SELECT v.capture_id, v.type, "
						 "v.port_b FROM t_conversation v"
						 " JOIN capture c ON c.id = v.capture_id WHERE (%s)) WHERE "
						 "type IN (4, 5, 6) GROUP BY port, "
						 "type"
						 " ORDER BY port, type",
						 n->q.chosen, n->q.chosen);
	if (!st || n->q.show_sql)
		return show(st);
	setservent(1);
	while (sqlite3_step(st) == SQLITE_ROW) {
		static const char *const transports[] = { [4] = "tcp", [5] = "udp", [6] = "sctp" };
		const char *transport = transports[sqlite3_column_int(st, 0)];
		uint32_t port = (uint32_t)sqlite3_column_int(st, 1);
		const struct servent *service =
			getservbyport((int)((port & 0xff) << 8 | (port >> 8 & 0xff)), transport);
		char address[32];
		snprintf(address, sizeof(address), "%u/%s", port, transport);
		if (service)
			put(n, "service", address, service->s_name, "services", sqlite3_column_int64(st, 2));
	}
	endservent();
	sqlite3_finalize(st);
	return EXIT_DONE;
}

static int put_ethers(struct names *n)
{
	sqlite3_stmt *st = n->q.filter ? question_prepare(&n->q, filtered_ethers_sql, n->q.frames)
				       : question_prepare(&n->q,
						 "SELECT a.text, count(DISTINCT capture_id) FROM ("
						 " SELECT v.capture_id, v.address_a AS id FROM "
						 "t_conversation v JOIN capture c ON c.id = "
						 "v.capture_id"
						 " WHERE v.type = 1 AND (%s) UNION ALL SELECT v.capture_id, "
						 "v.address_b FROM t_conversation v"
						 " JOIN capture c ON c.id = v.capture_id WHERE v.type = 1 "
						 "AND (%s)) e JOIN t_address a ON "
						 "a.id = e.id"
						 " GROUP BY e.id ORDER BY a.text",
						 n->q.chosen, n->q.chosen);
	if (!st || n->q.show_sql)
		return show(st);
	if (!(n->ether = ether_names_load())) {
		sqlite3_finalize(st);
		return complain(EXIT_FAILED, "out of memory");
	}
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *address = (const char *)sqlite3_column_text(st, 0);
		char name[ETHER_NAME_MAX];
		uint8_t octets[6];
		if (!address || !ether_parse(address, octets) || !ether_name(n->ether, octets, name))
			continue;
		const char *vendor = ether_vendor(n->ether, octets);
		put(n, "ether", address, name, vendor ? vendor : "well-known address",
			sqlite3_column_int64(st, 1));
	}
	sqlite3_finalize(st);
	return EXIT_DONE;
}

static int answer(struct names *n)
{
	static const struct render_column columns[] = {
		{ "type", "Type", RENDER_FIXED },
		{ "address", "Address", RENDER_FIXED },
		{ "name", "Name", RENDER_TEXT },
		{ "source", "Source", RENDER_TEXT },
		{ "captures", "Captures", RENDER_NUMBER },
	};
	if (n->type && strcmp(n->type, "host") != 0 && strcmp(n->type, "service") != 0 &&
		strcmp(n->type, "ether") != 0)
		return complain(EXIT_USAGE, "--type is host, service or ether, not %s", n->type);
	if (!n->q.show_sql && !(n->out = question_render(&n->q, columns, sizeof(columns) / sizeof(*columns))))
		return complain(EXIT_FAILED, "out of memory");
	int status = EXIT_DONE;
	if (wanted(n, "host"))
		status = put_hosts(n);
	if (status == EXIT_DONE && wanted(n, "service"))
		status = put_services(n);
	if (status == EXIT_DONE && wanted(n, "ether"))
		status = put_ethers(n);
	if (n->out && render_close(n->out) < 0)
		status = complain(EXIT_FAILED, "out of memory");
	return status;
}

static int run(const struct args *args)
{
	struct names n = { .type = args_value(args, "type", NULL) };
	int status = question_open(&n.q, args);
	if (status == EXIT_DONE)
		status = answer(&n);
	ether_names_free(n.ether);
	question_close(&n.q);
	return status;
}

static const struct option_spec options[] = {
	{ "type", 't', "TYPE", false, "only host, service or ether", "host service ether" },
	{ 0 },
};

const struct command cmd_names = {
	.name = "names",
	.summary = "Names of addresses and ports: hosts, services, vendors",
	.usage = "ARCHIVE",
	.details =
		"Wireshark's Resolved Addresses. Hosts have the names that the captures' own DNS answers "
		"gave them, and those in\n"
		"a pcapng file's name resolution blocks; nobody is asked over the network. Services are the "
		"system's\n"
		"(/etc/services). Ethernet addresses have the name of who was assigned their block, from "
		"Wireshark's list where\n"
		"it is installed, else from IEEE's (Debian's ieee-data), and well-known addresses their "
		"own.\n"
		"With -Y: the names that the frames it leaves gave, and those of the addresses and ports in "
		"them.",
	.examples = "  pcapdex names week.db --type host\n"
		    "  pcapdex names week.db --type ether --format csv",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
};
