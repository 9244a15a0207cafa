#include "query/segments.h"

#include <stdlib.h>
#include <string.h>

struct segments {
	struct session *session;
	const struct tcp_conversation *all;
	size_t n;
	int64_t first_frame; /* id of the capture's first frame */
	sqlite3_stmt *st;
};

int tcp_conversations(
	struct session *s, const struct selected_capture *capture, struct tcp_conversation **out, size_t *n)
{
	static const char sql[] =
		"SELECT stream, address_a, address_b, port_a, port_b, frames_ab, bytes_ab, frames_ba, bytes_ba,\n"
		" first, last, first_frame, last_frame, completeness, initial_rtt\n"
		"FROM t_conversation WHERE capture_id = ? AND type = 4 ORDER BY stream";
	sqlite3_stmt *st = session_prepare(s, sql);
	size_t size = 0;
	int rc = SQLITE_ERROR;
	*out = NULL;
	*n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, capture->id);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (*n == size) {
			size = size ? size * 2 : 64;
			struct tcp_conversation *more = realloc(*out, size * sizeof(*more));
			if (!more)
				break;
			*out = more;
		}
		struct tcp_conversation *c = &(*out)[(*n)++];
		*c = (struct tcp_conversation) {
			.stream = (uint32_t)sqlite3_column_int64(st, 0),
			.address_a = sqlite3_column_int64(st, 1),
			.address_b = sqlite3_column_int64(st, 2),
			.port_a = (uint16_t)sqlite3_column_int(st, 3),
			.port_b = (uint16_t)sqlite3_column_int(st, 4),
			.frames_ab = (uint64_t)sqlite3_column_int64(st, 5),
			.bytes_ab = (uint64_t)sqlite3_column_int64(st, 6),
			.frames_ba = (uint64_t)sqlite3_column_int64(st, 7),
			.bytes_ba = (uint64_t)sqlite3_column_int64(st, 8),
			.first_ns = sqlite3_column_int64(st, 9),
			.last_ns = sqlite3_column_int64(st, 10),
			.first_frame = (uint32_t)sqlite3_column_int64(st, 11),
			.last_frame = (uint32_t)sqlite3_column_int64(st, 12),
			.completeness = (unsigned)sqlite3_column_int(st, 13),
			.initial_rtt = sqlite3_column_int64(st, 14),
		};
		if (c->stream != *n - 1)
			break; /* streams are numbered without gaps: something else wrote here */
	}
	sqlite3_finalize(st);
	if (rc == SQLITE_DONE)
		return 0;
	complain(EXIT_FAILED, "%s: %s", s->path,
		rc == SQLITE_ROW ? "its conversations cannot be read" : archive_error(s->db));
	free(*out);
	*out = NULL;
	return -1;
}

void tcp_end_text(struct session *s, int64_t address, uint16_t port, char out[TCP_END_TEXT])
{
	sqlite3_stmt *st = session_prepare(s, "SELECT text FROM t_address WHERE id = ?");
	const char *text = "?";
	if (st) {
		sqlite3_bind_int64(st, 1, address);
		if (sqlite3_step(st) == SQLITE_ROW)
			text = (const char *)sqlite3_column_text(st, 0);
	}
	snprintf(out, TCP_END_TEXT, strchr(text, ':') ? "[%s]:%u" : "%s:%u", text, port);
	sqlite3_finalize(st);
}

static bool has_table(sqlite3 *db, const char *name)
{
	return sqlite3_table_column_metadata(db, NULL, name, NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

/* What ICMP says, as type << 8 | code, of a frame whose segment is a quoted one: that has no length. */
static const char *icmp_sql(sqlite3 *db, const char *table)
{
	if (!has_table(db, table))
		return "NULL";
	return strcmp(table, "t_icmp") == 0
		       ? "CASE WHEN t.len IS NULL THEN"
			 " (SELECT i.type << 8 | i.code FROM t_icmp i WHERE i.frame_id = t.frame_id) END"
		       : "CASE WHEN t.len IS NULL THEN"
			 " (SELECT i.type << 8 | i.code FROM t_icmpv6 i WHERE i.frame_id = t.frame_id) END";
}

/* The frames of one stream: from its first to its last, and ICMP errors behind that. */
static void append_range(sqlite3_str *sql, sqlite3 *db, bool one)
{
	static const char *const tables[] = { "t_icmp", "t_icmpv6" };
	sqlite3_str_appendall(sql, "(t.frame_id BETWEEN ?1 AND ?2");
	for (unsigned i = 0; one && i < 2; i++)
		if (has_table(db, tables[i]))
			sqlite3_str_appendf(sql,
				"\n OR t.frame_id IN (SELECT i.frame_id FROM %s i WHERE i.frame_id > ?2 AND i.frame_id <= ?4)",
				tables[i]);
	sqlite3_str_appendall(sql, one ? ") AND t.stream = ?3" : ") AND t.stream IS NOT NULL");
}

struct segments *segments_open(struct session *s, const struct selected_capture *capture,
	const struct tcp_conversation *all, size_t n, const struct tcp_conversation *one)
{
	struct segments *list = calloc(1, sizeof(*list));
	sqlite3_str *sql = sqlite3_str_new(NULL);
	sqlite3_str_appendf(sql,
		"SELECT t.frame_id, f.time, f.len, t.stream, t.srcport, t.dstport, f.src, t.flags, t.seq_raw,\n"
		" t.ack_raw, t.len, t.window_size, a.a_flags, a.analysis_ack_rtt, t.time_delta,\n %s,\n %s\n"
		"FROM t_tcp t JOIN t_frame f ON f.frame_id = t.frame_id"
		" LEFT JOIN t_tcp_analysis a ON a.frame_id = t.frame_id\n"
		"WHERE ",
		icmp_sql(s->db, "t_icmp"), icmp_sql(s->db, "t_icmpv6"));
	append_range(sql, s->db, one != NULL);
	sqlite3_str_appendall(sql, " ORDER BY t.frame_id");
	char *text = sqlite3_str_finish(sql);
	if (!list || !text) {
		complain(EXIT_FAILED, "out of memory");
		goto fail;
	}
	*list = (struct segments) { s, all, n, capture->first_frame, session_prepare(s, text) };
	if (!list->st)
		goto fail;
	int64_t last = capture->first_frame + capture->frames - 1;
	/* A stream that only ICMP errors tell of has no frames of its own. */
	sqlite3_bind_int64(list->st, 1, one ? capture->first_frame + one->first_frame - 1 : capture->first_frame);
	sqlite3_bind_int64(list->st, 2, one ? capture->first_frame + one->last_frame - 1 : last);
	if (one) {
		sqlite3_bind_int64(list->st, 3, one->stream);
		sqlite3_bind_int64(list->st, 4, last);
	}
	sqlite3_free(text);
	return list;
fail:
	sqlite3_free(text);
	free(list);
	return NULL;
}

void segments_close(struct segments *list)
{
	if (list)
		sqlite3_finalize(list->st);
	free(list);
}

sqlite3_stmt *segments_statement(struct segments *list)
{
	return list->st;
}

static bool is_from_a(const struct tcp_conversation *c, uint16_t srcport, int64_t src)
{
	return c->port_a != c->port_b ? srcport == c->port_a : src != c->address_b;
}

int segments_next(struct segments *list, struct segment *out)
{
	sqlite3_stmt *st = list->st;
	int rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int icmp = sqlite3_column_type(st, 15) != SQLITE_NULL ? 15 : sqlite3_column_type(st, 16) != SQLITE_NULL ? 16 : 0;
		uint32_t stream = (uint32_t)sqlite3_column_int64(st, 3);
		if (stream >= list->n || (!icmp && sqlite3_column_type(st, 10) == SQLITE_NULL))
			continue; /* a header that ended early, a fragment */
		int said = icmp ? sqlite3_column_int(st, icmp) : -1;
		*out = (struct segment) {
			.number = (uint32_t)(sqlite3_column_int64(st, 0) - list->first_frame + 1),
			.time_ns = sqlite3_column_int64(st, 1),
			.frame_len = (uint32_t)sqlite3_column_int64(st, 2),
			.stream = stream,
			.from_a = is_from_a(&list->all[stream], (uint16_t)sqlite3_column_int(st, 4),
				sqlite3_column_int64(st, 6)),
			.quoted = icmp != 0,
			.icmp6 = icmp == 16,
			.icmp_type = said < 0 ? -1 : said >> 8,
			.icmp_code = said < 0 ? -1 : said & 255,
			.flags = (uint16_t)sqlite3_column_int(st, 7),
			.seq = (uint32_t)sqlite3_column_int64(st, 8),
			.ack = (uint32_t)sqlite3_column_int64(st, 9),
			.len = (uint32_t)sqlite3_column_int64(st, 10),
			.window = (uint32_t)sqlite3_column_int64(st, 11),
			.analysis = (uint32_t)sqlite3_column_int64(st, 12),
			.ack_rtt = sqlite3_column_int64(st, 13),
			.silence = sqlite3_column_int64(st, 14),
		};
		return 1;
	}
	if (rc == SQLITE_DONE)
		return 0;
	complain(EXIT_FAILED, "%s: %s", list->session->path, archive_error(list->session->db));
	return -1;
}
