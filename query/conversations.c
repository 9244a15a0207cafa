#include "query/conversations.h"

#include <stdlib.h>
#include <string.h>

static const struct conversation_kind kinds[] = {
	{ "eth", 1, false },
	{ "ip", 2, false },
	{ "ipv6", 3, false },
	{ "tcp", 4, true },
	{ "udp", 5, true },
};

const struct conversation_kind *conversation_kind(const struct args *args)
{
	const char *name = args_value(args, "type", "tcp");
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	complain(EXIT_USAGE, "--type is eth, ip, ipv6, tcp or udp, not %s", name);
	return NULL;
}

static bool has_table(sqlite3 *db, const char *name)
{
	return sqlite3_table_column_metadata(db, NULL, name, NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

/* A stream of UDP may have several pairs of ends, told apart by the ports, then by the addresses. A datagram
 * that opened its stream has the number in t_udp_late. */
static void append_pair(sqlite3_str *s, const char *layer)
{
#define SAME_PORTS(v)                                                                                        \
	"(" v ".port_a = t.srcport AND " v ".port_b = t.dstport OR " v ".port_a = t.dstport AND " v          \
	".port_b = t.srcport)"
	sqlite3_str_appendf(s,
		" CROSS JOIN t_conversation v ON v.capture_id = c.id AND v.type = 5 AND v.stream = "
		"coalesce(t.stream, "
		"(SELECT l.stream FROM t_udp_late l WHERE l.frame_id = t.frame_id AND l.layer = %s)) "
		"AND " SAME_PORTS(
			"v") " AND (f.src IN (v.address_a, v.address_b) AND f.dst IN (v.address_a, "
			     "v.address_b) OR NOT EXISTS (SELECT 1 FROM t_conversation w WHERE w.capture_id "
			     "= c.id AND "
			     "w.type = 5 AND w.stream = v.stream AND w.pair <> v.pair AND " SAME_PORTS(
				     "w") "))",
		layer);
#undef SAME_PORTS
}

/* One row for each header of the protocol that counts, in frames that match: not those that an ICMP error
 * quotes, which are the ones behind an icmp token; `layers` of a stack are the headers before it. `back` is 1
 * where the header goes from `high` to `low` (addresses), or from B to A of its stream. */
static void append_headers(sqlite3_str *s, struct question *q, const struct conversation_kind *kind)
{
	static const char *const tail[] = { "", "_more" };
	/* By the ports, else by the innermost address, else by that of the frame's first IP header. */
	static const char from_a[] = "CASE WHEN v.port_a <> v.port_b THEN t.srcport = v.port_a"
				     " WHEN f.src IN (v.address_a, v.address_b) THEN f.src = v.address_a"
				     " ELSE coalesce((SELECT i.src FROM t_ip i WHERE i.frame_id = "
				     "f.frame_id) = v.address_a, 1) END";
	sqlite3_str_appendf(s, "SELECT 0 AS capture_id, 0 AS ord, 0 AS len, 0 AS time, 0 AS low, 0 AS high, "
			       "0 AS back WHERE 0");
	for (unsigned i = 0; i < 2; i++) {
		char table[32];
		snprintf(table, sizeof(table), "t_%s%s", kind->name, tail[i]);
		if (!has_table(q->session.db, table))
			continue;
		sqlite3_str_appendf(s, "\n  UNION ALL SELECT c.id, f.frame_id * 64 + %s, f.len, f.time, ",
			i ? "t.layer" : "1");
		if (kind->ports)
			sqlite3_str_appendf(s, "v.stream, v.pair, NOT %s", from_a);
		else
			sqlite3_str_appendall(s, "min(t.src, t.dst), max(t.src, t.dst), t.src > t.dst");
		sqlite3_str_appendf(s,
			/* Frames that match come first, whatever a planner thinks of the filter. */
			"\n  FROM (SELECT c.id AS cid, f.frame_id AS fid FROM %s) m CROSS JOIN capture c ON "
			"c.id "
			"= m.cid"
			" CROSS JOIN t_frame f ON f.frame_id = m.fid CROSS JOIN \"%w\" t ON t.frame_id = "
			"m.fid "
			"CROSS JOIN stacks k ON k.id = f.stack",
			q->frames, table);
		if (kind->type == 5)
			append_pair(s, i ? "t.layer" : "1");
		else if (kind->ports)
			sqlite3_str_appendf(s,
				" CROSS JOIN t_conversation v ON v.capture_id = c.id AND v.type = %d AND "
				"v.stream = t.stream",
				kind->type);
		sqlite3_str_appendf(s, " WHERE %s <= k.layers", i ? "t.layer" : "1");
		/* A header that ended early is not counted. */
		sqlite3_str_appendall(s, kind->type == 4 ? " AND t.urgent_pointer IS NOT NULL"
					 : kind->ports   ? ""
							 : " AND t.src AND t.dst");
	}
}

static char *filtered_sql(struct question *q, const struct conversation_kind *kind)
{
	/* IPv6 counts once its extension headers are behind it: not where the stack ends among them. */
	static const char open_chain[] =
		" - coalesce((SELECT k.every LIKE '%:ipv6.fraghdr::data:' OR k.every LIKE '%:ipv6.fraghdr:'"
		" OR k.every LIKE '%:ipv6.hopopts:' OR k.every LIKE '%:ipv6.routing:'"
		" OR k.every LIKE '%:ipv6.dstopts:' OR k.every LIKE '%:shim6:'"
		" OR k.every LIKE '%:ipv6%:ah:' FROM tokens k"
		" WHERE k.id = unquoted.id AND NOT instr(k.every, ':icmp')), 0)";
	sqlite3_str *s = sqlite3_str_new(NULL);
	/* Tokens of a stack, each between colons of its own; how many of this protocol come before the first
	 * icmp. */
	sqlite3_str_appendf(s,
		"WITH tokens AS (SELECT id, ':'||replace(protocols, ':', '::')||':' AS every FROM t_stack),\n"
		" unquoted AS (SELECT id, CASE WHEN instr(every, ':icmp') THEN substr(every, 1, instr(every, "
		"':icmp') - 1) ELSE every END AS every"
		" FROM tokens),\n"
		" stacks AS MATERIALIZED (SELECT id, (length(every) - length(replace(every, ':%s:', ''))) / "
		"%d%s AS layers FROM unquoted),\n"
		" h AS (",
		kind->name, (int)strlen(kind->name) + 2, kind->type == 3 ? open_chain : "");
	append_headers(s, q, kind);
	sqlite3_str_appendall(s,
		"),\n g AS (SELECT capture_id, low, high, min(ord * 2 + back) / 128 AS first_id, min(ord * 2 "
		"+ back) & 1 AS swapped,"
		" count(*) AS n, sum(len) AS bytes, sum(back) AS n_back, sum(back * len) AS bytes_back, "
		"min(time) AS first, max(time) AS last"
		" FROM h GROUP BY capture_id, low, high),\n"
		" d AS (SELECT *, CASE WHEN swapped THEN n_back ELSE n - n_back END AS fab,"
		" CASE WHEN swapped THEN bytes_back ELSE bytes - bytes_back END AS bab FROM g)");
	/* A sends the first frame that matches. */
	if (kind->ports)
		sqlite3_str_appendf(s,
			"\nSELECT d.capture_id, v.stream, CASE WHEN swapped THEN v.address_b ELSE "
			"v.address_a END AS a,"
			" CASE WHEN swapped THEN v.port_b ELSE v.port_a END AS pa, CASE WHEN swapped THEN "
			"v.address_a ELSE v.address_b END AS b,"
			" CASE WHEN swapped THEN v.port_a ELSE v.port_b END AS pb, fab, bab, d.n - fab AS "
			"fba, d.bytes - bab AS bba, d.first, d.last,"
			" first_id - c.first_frame + 1 AS first_frame, v.frames_ab + v.frames_ba AS total"
			" FROM d JOIN capture c ON c.id = d.capture_id"
			" JOIN t_conversation v ON v.capture_id = d.capture_id AND v.type = %d AND v.stream "
			"= d.low AND v.pair = d.high",
			kind->type);
	else
		sqlite3_str_appendf(s,
			",\n w AS MATERIALIZED (SELECT v.capture_id, v.stream, min(v.address_a, v.address_b) "
			"AS low,"
			" max(v.address_a, v.address_b) AS high, v.frames_ab + v.frames_ba AS total"
			" FROM t_conversation v JOIN capture c ON c.id = v.capture_id WHERE v.type = %d AND "
			"%s)\n"
			"SELECT d.capture_id, w.stream, CASE WHEN swapped THEN d.high ELSE d.low END AS a, 0 "
			"AS pa,"
			" CASE WHEN swapped THEN d.low ELSE d.high END AS b, 0 AS pb, fab, bab, d.n - fab AS "
			"fba, d.bytes - bab AS bba, d.first, d.last,"
			" first_id - c.first_frame + 1 AS first_frame, w.total"
			" FROM d JOIN capture c ON c.id = d.capture_id LEFT JOIN w ON w.capture_id = "
			"d.capture_id AND w.low = d.low AND w.high = d.high",
			kind->type, q->chosen);
	return sqlite3_str_finish(s);
}

char *conversations_sql(struct question *q, const struct conversation_kind *kind)
{
	char *sql = q->filter ? filtered_sql(q, kind)
			      : sqlite3_mprintf("SELECT v.capture_id, v.stream, v.address_a AS a, v.port_a "
						"AS pa, v.address_b AS b, v.port_b AS pb,"
						" v.frames_ab AS fab, v.bytes_ab AS bab, v.frames_ba AS fba, "
						"v.bytes_ba AS bba, v.first, v.last, v.first_frame,"
						" v.frames_ab + v.frames_ba AS total"
						" FROM capture c CROSS JOIN t_conversation v ON v.capture_id "
						"= c.id AND v.type = %d"
						" WHERE %s AND v.frames_ab + v.frames_ba > 0",
					kind->type, q->chosen);
	if (!sql)
		complain(EXIT_FAILED, "out of memory");
	return sql;
}

char *order_sql(const struct args *args, const struct answer_column *keys, unsigned n, const char *usual)
{
	const char *sort = args_value(args, "sort", NULL), *limit = args_value(args, "limit", NULL),
		   *way = NULL;
	char *end, *order = NULL;
	if (limit && (*limit < '0' || *limit > '9' || strtoull(limit, &end, 10) > INT64_MAX || *end)) {
		complain(EXIT_USAGE, "--limit takes a number, not %s", limit);
		return NULL;
	}
	for (unsigned i = 0; sort && !order && i < n; i++) {
		size_t len = strcspn(sort, ":");
		const char *key = keys[i].as.key;
		if (strlen(key) != len || strncmp(key, sort, len) != 0)
			continue;
		way = sort[len] ? sort + len + 1 : keys[i].as.align == RENDER_NUMBER ? "desc" : "asc";
		if (strcmp(way, "asc") != 0 && strcmp(way, "desc") != 0)
			break;
		order = sqlite3_mprintf(" ORDER BY \"%w\" %s NULLS LAST, %s", key, way, usual);
	}
	if (sort && !order) {
		fprintf(stderr, "pcapdex: --sort takes COLUMN, COLUMN:asc or COLUMN:desc; columns are");
		for (unsigned i = 0; i < n; i++)
			fprintf(stderr, "%s %s", i ? "," : "", keys[i].as.key);
		fputc('\n', stderr);
		return NULL;
	}
	char *all = sqlite3_mprintf("%z%s%s", order ? order : sqlite3_mprintf(" ORDER BY %s", usual),
		limit ? " LIMIT " : "", limit ? limit : "");
	if (!all)
		complain(EXIT_FAILED, "out of memory");
	return all;
}
