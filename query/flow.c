#include "query/flow.h"

#include <stdlib.h>
#include <string.h>

/* What is written on the arrow of a frame, in SQL: the one place that knows. */
#define LABEL "frame_info(f.frame_id)"

/* "SYN, ACK - Len: 5" */
#define TCP_LABEL                                                                                            \
	"coalesce(nullif(ltrim(iif(t.flags & 1, ', FIN', '') || iif(t.flags & 2, ', SYN', '')\n"             \
	"  || iif(t.flags & 4, ', RST', '') || iif(t.flags & 8, ', PSH', '') || iif(t.flags & 16, ', ACK', " \
	"'')\n"                                                                                              \
	"  || iif(t.flags & 32, ', URG', '') || iif(t.flags & 64, ', ECE', '')\n"                            \
	"  || iif(t.flags & 128, ', CWR', '') || iif(t.flags & 256, ', AE', ''), ', '), ''), '<None>')\n"    \
	"  || iif(t.len > 0, ' - Len: ' || t.len, '')"

#define PORT(side)                                                                                           \
	"coalesce((SELECT x." side "port FROM tcp x WHERE x.frame_id = f.frame_id),\n"                       \
	"  (SELECT x." side "port FROM udp x WHERE x.frame_id = f.frame_id),\n"                              \
	"  (SELECT x." side "port FROM sctp x WHERE x.frame_id = f.frame_id))"

#define ADDRESS(id) "(SELECT a.text FROM t_address a WHERE a.id = " id ")"

/* Frames that tell who sent them to whom; of TCP without the segments that ICMP errors quote. */
#define FRAMES     " AND c.id = %lld AND f.src IS NOT NULL AND f.dst IS NOT NULL"
#define IS_SEGMENT " AND EXISTS (SELECT 1 FROM tcp t WHERE t.frame_id = f.frame_id AND t.len IS NOT NULL)"

sqlite3_stmt *flow_prepare(
	struct question *q, const struct selected_capture *capture, bool tcp, int64_t limit)
{
	char most[40] = "";
	static const char any_sql[] =
		"SELECT f.frame_id - c.first_frame + 1 AS number, (f.time - c.time_zero) / 1e9 AS time,\n"
		" " ADDRESS("f.src") " AS source,\n " PORT(
			"src") " AS srcport,\n"
			       " " ADDRESS("f.dst") " AS destination,\n " PORT(
				       "dst") " AS dstport,\n"
					      " (SELECT k.shown FROM t_stack k WHERE k.id = f.stack) AS "
					      "protocol,\n"
					      " NULL AS stream, NULL AS flags, NULL AS seq, NULL AS ack, "
					      "f.len AS length,\n"
					      " " LABEL " AS label, f.src, f.dst, f.time - c.time_zero\n"
					      "FROM %s" FRAMES " ORDER BY f.frame_id%s";
	static const char tcp_sql[] = "SELECT m.number, m.time / 1e9 AS time, " ADDRESS(
		"m.src") " AS source, t.srcport,\n"
			 " " ADDRESS("m.dst") " AS destination, t.dstport, 'TCP' AS protocol, t.stream,\n"
					      " t.flags, t.seq, iif(t.flags & 16, t.ack, NULL) AS ack, t.len "
					      "AS length,\n"
					      " " TCP_LABEL " AS label, m.src, m.dst, m.time\n"
					      "FROM (SELECT f.frame_id, f.src, f.dst, f.frame_id - "
					      "c.first_frame + 1 AS number,\n"
					      " f.time - c.time_zero AS time FROM %s" FRAMES ") m\n"
					      "JOIN tcp t ON t.frame_id = m.frame_id WHERE t.len IS NOT NULL "
					      "ORDER BY m.frame_id%s";
	if (limit >= 0)
		snprintf(most, sizeof(most), " LIMIT %lld", (long long)limit);
	return question_prepare(q, tcp ? tcp_sql : any_sql, q->frames, (long long)capture->id, most);
}

/* The host's place; UINT_MAX: it is none of them. */
static unsigned find(const struct flow *f, int64_t id)
{
	for (unsigned i = 0; i < f->nhosts; i++)
		if (f->ids[i] == id)
			return i;
	return UINT32_MAX;
}

static int add_host(struct flow *f, sqlite3_stmt *st, int i)
{
	int64_t id = sqlite3_column_int64(st, i);
	const char *text = (const char *)sqlite3_column_text(st, i + 1);
	if (find(f, id) != UINT32_MAX || f->others)
		return 0;
	if (f->nhosts == f->limit) {
		f->others = true;
		return 0;
	}
	f->ids[f->nhosts] = id;
	f->hosts[f->nhosts] = strdup(text ? text : "");
	return f->hosts[f->nhosts++] ? 0 : complain(-1, "out of memory");
}

/* As many as are wanted are soon found; so the frames are read only until then. */
static int find_hosts(struct flow *f)
{
	sqlite3_stmt *st = question_prepare(f->q,
		"SELECT f.src, " ADDRESS("f.src") ", f.dst, " ADDRESS("f.dst") " FROM %s" FRAMES "%s"
									       " ORDER BY f.frame_id",
		f->q->frames, (long long)f->capture->id, f->tcp ? IS_SEGMENT : "");
	int rc = SQLITE_DONE, failed = st ? 0 : -1;
	while (!failed && !f->others && (rc = sqlite3_step(st)) == SQLITE_ROW)
		failed = add_host(f, st, 0) < 0 || add_host(f, st, 2) < 0 ? -1 : 0;
	if (!failed && rc != SQLITE_DONE && rc != SQLITE_ROW)
		failed = (question_failed(f->q), -1);
	sqlite3_finalize(st);
	return failed;
}

/* Wireshark shows as many digits as the capture's time stamps have. */
static int find_decimals(struct flow *f)
{
	sqlite3_stmt *st = session_prepare(&f->q->session,
		"SELECT container LIKE 'nsec%' OR EXISTS (SELECT 1 FROM interface i WHERE i.capture_id = "
		"c.id AND i.tick = '10^-9 s') FROM capture c WHERE c.id = ?1");
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, f->capture->id);
	f->decimals = sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int(st, 0) ? 9 : 6;
	sqlite3_finalize(st);
	return 0;
}

int flow_open(
	struct flow *f, struct question *q, const struct selected_capture *capture, bool tcp, unsigned limit)
{
	*f = (struct flow) { .q = q,
		.capture = capture,
		.tcp = tcp,
		.limit = limit,
		.hosts = calloc(limit, sizeof(char *)),
		.ids = calloc(limit, sizeof(int64_t)) };
	if (!f->hosts || !f->ids)
		return complain(-1, "out of memory");
	if (find_hosts(f) < 0 || find_decimals(f) < 0)
		return -1;
	if (f->others) { /* the last one makes room for them */
		free(f->hosts[f->nhosts - 1]);
		f->ids[f->nhosts - 1] = -1;
		if (!(f->hosts[f->nhosts - 1] = strdup("others")))
			return complain(-1, "out of memory");
	}
	f->st = flow_prepare(q, capture, tcp, -1);
	return f->st ? 0 : -1;
}

void flow_close(struct flow *f)
{
	for (unsigned i = 0; f->hosts && i < f->nhosts; i++)
		free(f->hosts[i]);
	free(f->hosts);
	free(f->ids);
	sqlite3_free(f->comment);
	sqlite3_finalize(f->st);
	*f = (struct flow) { 0 };
}

static unsigned place(const struct flow *f, int64_t id)
{
	unsigned i = find(f, id);
	return i == UINT32_MAX ? f->nhosts - 1 : i;
}

static const char *text(sqlite3_stmt *st, int i)
{
	const char *t = (const char *)sqlite3_column_text(st, i);
	return t ? t : "";
}

int flow_next(struct flow *f, struct flow_item *item)
{
	sqlite3_stmt *st = f->st;
	int rc = sqlite3_step(st);
	if (rc != SQLITE_ROW)
		return rc == SQLITE_DONE ? 0 : (question_failed(f->q), -1);
	*item = (struct flow_item) { .number = sqlite3_column_int64(st, FLOW_NUMBER),
		.time_ns = sqlite3_column_int64(st, FLOW_COLUMNS + 2),
		.source = place(f, sqlite3_column_int64(st, FLOW_COLUMNS)),
		.destination = place(f, sqlite3_column_int64(st, FLOW_COLUMNS + 1)),
		.source_port = (uint16_t)sqlite3_column_int(st, FLOW_SOURCE_PORT),
		.destination_port = (uint16_t)sqlite3_column_int(st, FLOW_DESTINATION_PORT),
		.stream = f->tcp ? sqlite3_column_int64(st, FLOW_STREAM) : -1,
		.label = text(st, FLOW_LABEL) };
	sqlite3_free(f->comment);
	if (!f->tcp)
		f->comment = sqlite3_mprintf("%s: %s", text(st, FLOW_PROTOCOL), item->label);
	else if (sqlite3_column_type(st, FLOW_ACK) == SQLITE_NULL)
		f->comment = sqlite3_mprintf("Seq = %lld", sqlite3_column_int64(st, FLOW_SEQ));
	else
		f->comment = sqlite3_mprintf("Seq = %lld Ack = %lld", sqlite3_column_int64(st, FLOW_SEQ),
			sqlite3_column_int64(st, FLOW_ACK));
	item->comment = f->comment ? f->comment : "";
	return 1;
}
