#include "query/segments.h"

#include <stdlib.h>
#include <string.h>

#include "schema/list.h"

struct segments {
	struct session *session;
	const struct tcp_conversation *all;
	size_t n;
	int64_t first_frame; /* id of the capture's first frame */
	sqlite3_stmt *st;
	struct segment next; /* read ahead */
	bool ahead, done;
	struct segment *quotes; /* in the order of their frames */
	size_t nquotes, quotes_size, quote;
};

int tcp_conversations(
	struct session *s, const struct selected_capture *capture, struct tcp_conversation **out, size_t *n)
{
	static const char sql[] = "SELECT stream, address_a, address_b, port_a, port_b, frames_ab, bytes_ab, "
				  "frames_ba, bytes_ba,\n"
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

/* ---- segments that ICMP errors quote ---- */

/* An error may quote no more than eight octets: its segment has no stream then, and is found by its ends. */
static int by_ends(const void *a, const void *b)
{
	const struct tcp_conversation *x = *(const struct tcp_conversation *const *)a;
	const struct tcp_conversation *y = *(const struct tcp_conversation *const *)b;
	const int64_t kx[] = { x->address_a < x->address_b ? x->address_a : x->address_b,
		x->address_a < x->address_b ? x->address_b : x->address_a, x->port_a + x->port_b, x->stream };
	const int64_t ky[] = { y->address_a < y->address_b ? y->address_a : y->address_b,
		y->address_a < y->address_b ? y->address_b : y->address_a, y->port_a + y->port_b, y->stream };
	for (unsigned i = 0; i < 4; i++)
		if (kx[i] != ky[i])
			return kx[i] < ky[i] ? -1 : 1;
	return 0;
}

static bool is_a(const struct tcp_conversation *c, int64_t address, uint16_t port)
{
	return c->address_a == address && c->port_a == port;
}

static bool is_b(const struct tcp_conversation *c, int64_t address, uint16_t port)
{
	return c->address_b == address && c->port_b == port;
}

/* The newest conversation between these ends that had begun by then. */
static const struct tcp_conversation *find_ends(const struct tcp_conversation *const *sorted, size_t n,
	const struct tcp_conversation *key, uint32_t number)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (by_ends(&sorted[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low; low--) {
		const struct tcp_conversation *c = sorted[low - 1];
		bool same = (is_a(c, key->address_a, key->port_a) && is_b(c, key->address_b, key->port_b)) ||
			    (is_b(c, key->address_a, key->port_a) && is_a(c, key->address_b, key->port_b));
		if (same && c->first_frame && c->first_frame <= number)
			return c;
		if (c->address_a + c->address_b != key->address_a + key->address_b ||
			c->port_a + c->port_b != key->port_a + key->port_b)
			break;
	}
	return NULL;
}

static bool has_table(sqlite3 *db, const char *name)
{
	return sqlite3_table_column_metadata(db, NULL, name, NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

/* The quoted packet's addresses are those of the frame's innermost IP header. */
static sqlite3_stmt *prepare_quotes(struct session *s)
{
	static const char *const versions[][4] = { { "t_icmp", "t_ip_more", "0", "3, 11" },
		{ "t_icmpv6", "t_ipv6_more", "1", "1, 2, 3" } };
	sqlite3_str *sql = sqlite3_str_new(NULL);
	for (unsigned i = 0; i < 2; i++) {
		const char *const *v = versions[i];
		if (!has_table(s->db, v[0]) || !has_table(s->db, v[1]))
			continue;
		if (sqlite3_str_length(sql))
			sqlite3_str_appendall(sql, "\nUNION ALL ");
		sqlite3_str_appendf(sql,
			"SELECT i.frame_id, f.time, %s, i.type, i.code, t.srcport, t.dstport,\n"
			" (SELECT m.src FROM %s m WHERE m.frame_id = i.frame_id ORDER BY m.layer DESC LIMIT "
			"1),\n"
			" (SELECT m.dst FROM %s m WHERE m.frame_id = i.frame_id ORDER BY m.layer DESC LIMIT "
			"1)\n"
			"FROM %s i JOIN t_tcp t ON t.frame_id = i.frame_id JOIN t_frame f ON f.frame_id = "
			"i.frame_id\n"
			"WHERE i.frame_id BETWEEN ?1 AND ?2 AND i.type IN (%s) AND t.len IS NULL",
			v[2], v[1], v[1], v[0], v[3]);
	}
	sqlite3_str_appendall(sql, sqlite3_str_length(sql) ? " ORDER BY 1" : "SELECT 0 WHERE 0");
	char *text = sqlite3_str_finish(sql);
	sqlite3_stmt *st = text ? session_prepare(s, text) : NULL;
	sqlite3_free(text);
	return st;
}

static int add_quote(struct segments *list, const struct segment *quote)
{
	struct segment *more = list_room(list->quotes, &list->quotes_size, list->nquotes, sizeof(*more));
	if (!more)
		return -1;
	list->quotes = more;
	list->quotes[list->nquotes++] = *quote;
	return 0;
}

static int load_quotes(
	struct segments *list, const struct selected_capture *capture, const struct tcp_conversation *one)
{
	const struct tcp_conversation **sorted = NULL;
	int rc = SQLITE_ERROR;
	sqlite3_stmt *st = prepare_quotes(list->session);
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, capture->first_frame);
	sqlite3_bind_int64(st, 2, capture->first_frame + capture->frames - 1);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (!sorted) {
			if (!(sorted = malloc((list->n + 1) * sizeof(struct tcp_conversation *))))
				break;
			for (size_t i = 0; i < list->n; i++)
				sorted[i] = &list->all[i];
			qsort(sorted, list->n, sizeof(struct tcp_conversation *), by_ends);
		}
		struct segment quote = { .quoted = true,
			.time_ns = sqlite3_column_int64(st, 1),
			.number = (uint32_t)(sqlite3_column_int64(st, 0) - list->first_frame + 1),
			.icmp6 = sqlite3_column_int(st, 2),
			.icmp_type = sqlite3_column_int(st, 3),
			.icmp_code = sqlite3_column_int(st, 4) };
		const struct tcp_conversation key = { .stream = UINT32_MAX,
			.port_a = (uint16_t)sqlite3_column_int(st, 5),
			.port_b = (uint16_t)sqlite3_column_int(st, 6),
			.address_a = sqlite3_column_int64(st, 7),
			.address_b = sqlite3_column_int64(st, 8) };
		const struct tcp_conversation *c = find_ends(sorted, list->n, &key, quote.number);
		if (!c || (one && c != one))
			continue;
		quote.stream = c->stream;
		quote.from_a = is_a(c, key.address_a, key.port_a);
		if (add_quote(list, &quote) < 0)
			break;
	}
	sqlite3_finalize(st);
	free(sorted);
	if (rc == SQLITE_DONE)
		return 0;
	return complain(-1, "%s: %s", list->session->path,
		rc == SQLITE_ROW ? "out of memory" : archive_error(list->session->db));
}

void segments_ends(const struct segments *list, uint32_t end[])
{
	for (size_t i = 0; i < list->n; i++)
		end[i] = list->all[i].last_frame;
	for (size_t i = 0; i < list->nquotes; i++)
		if (list->quotes[i].number > end[list->quotes[i].stream])
			end[list->quotes[i].stream] = list->quotes[i].number;
}

/* ---- segments ---- */

struct segments *segments_open(struct session *s, const struct selected_capture *capture,
	const struct tcp_conversation *all, size_t n, const struct tcp_conversation *one)
{
	static const char sql[] =
		"SELECT t.frame_id, f.time, f.len, t.stream, t.srcport, t.dstport, f.src, t.flags, "
		"t.seq_raw,\n"
		" t.ack_raw, t.len, t.window_size,"
		" (SELECT a.a_flags FROM t_tcp_analysis a WHERE a.frame_id = t.frame_id),"
		" (SELECT a.analysis_ack_rtt FROM t_tcp_analysis a WHERE a.frame_id = t.frame_id), "
		"t.time_delta\n"
		"FROM t_tcp t JOIN t_frame f ON f.frame_id = t.frame_id\n"
		"WHERE t.frame_id BETWEEN ?1 AND ?2 AND t.len IS NOT NULL AND (?3 IS NULL OR t.stream = ?3)"
		" ORDER BY t.frame_id";
	struct segments *list = calloc(1, sizeof(*list));
	if (!list) {
		complain(EXIT_FAILED, "out of memory");
		return NULL;
	}
	*list = (struct segments) { .session = s, .all = all, .n = n, .first_frame = capture->first_frame };
	if (load_quotes(list, capture, one) < 0 || !(list->st = session_prepare(s, sql))) {
		segments_close(list);
		return NULL;
	}
	/* A stream that only ICMP errors tell of has no frames of its own: first_frame is 0. */
	int64_t first = capture->first_frame;
	sqlite3_bind_int64(list->st, 1, one ? first + one->first_frame - 1 : first);
	sqlite3_bind_int64(list->st, 2, one ? first + one->last_frame - 1 : first + capture->frames - 1);
	if (one)
		sqlite3_bind_int64(list->st, 3, one->stream);
	return list;
}

void segments_close(struct segments *list)
{
	if (!list)
		return;
	sqlite3_finalize(list->st);
	free(list->quotes);
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

static bool read_segment(struct segments *list, struct segment *out)
{
	sqlite3_stmt *st = list->st;
	uint32_t stream = (uint32_t)sqlite3_column_int64(st, 3);
	if (stream >= list->n)
		return false;
	*out = (struct segment) {
		.number = (uint32_t)(sqlite3_column_int64(st, 0) - list->first_frame + 1),
		.time_ns = sqlite3_column_int64(st, 1),
		.frame_len = (uint32_t)sqlite3_column_int64(st, 2),
		.stream = stream,
		.from_a = is_from_a(
			&list->all[stream], (uint16_t)sqlite3_column_int(st, 4), sqlite3_column_int64(st, 6)),
		.flags = (uint16_t)sqlite3_column_int(st, 7),
		.seq = (uint32_t)sqlite3_column_int64(st, 8),
		.ack = (uint32_t)sqlite3_column_int64(st, 9),
		.len = (uint32_t)sqlite3_column_int64(st, 10),
		.window = (uint32_t)sqlite3_column_int64(st, 11),
		.analysis = (uint32_t)sqlite3_column_int64(st, 12),
		.ack_rtt = sqlite3_column_int64(st, 13),
		.silence = sqlite3_column_int64(st, 14),
	};
	return true;
}

int segments_next(struct segments *list, struct segment *out)
{
	/* One segment is read ahead, to put the quotes before it. */
	while (!list->ahead && !list->done) {
		int rc = sqlite3_step(list->st);
		if (rc == SQLITE_ROW)
			list->ahead = read_segment(list, &list->next);
		else if (rc == SQLITE_DONE)
			list->done = true;
		else
			return complain(-1, "%s: %s", list->session->path, archive_error(list->session->db));
	}
	if (list->quote < list->nquotes &&
		(!list->ahead || list->quotes[list->quote].number < list->next.number)) {
		*out = list->quotes[list->quote++];
		return 1;
	}
	if (!list->ahead)
		return 0;
	*out = list->next;
	list->ahead = false;
	return 1;
}
