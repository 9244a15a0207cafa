#include "query/follow.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/store/raw.h"
#include "query/follow_order.h"
#include "query/segments.h"
#include "schema/catalogue.h"
#include "schema/kind.h"

/* ---- the statement ---- */

/* What a row has after the frame's own columns: the values of these fields. */
enum { STREAM, SRCPORT, DSTPORT, PAYLOAD, SEQ, ACK, LEN, FLAGS, SEQ_RAW, ACK_RAW, NFIELDS };
static const char *const fields[2][NFIELDS] = {
	[FOLLOW_TCP] = { "tcp.stream", "tcp.srcport", "tcp.dstport", "tcp.payload", "tcp.seq", "tcp.ack",
		"tcp.len", "tcp.flags", "tcp.seq_raw", "tcp.ack_raw" },
	[FOLLOW_UDP] = { "udp.stream", "udp.srcport", "udp.dstport", "udp.payload" },
};
enum { FRAME_ID, TIME, OFFSET, SOURCE, DESTINATION, FIRST_FIELD };

struct columns {
	enum follow_what what;
	struct catalogue_field *field[NFIELDS];
};

/* Wireshark takes the ends of a datagram from what it knows of the frame when all of it is dissected: those
 * of the innermost layer that has ports. */
#define INNERMOST(side)                                                                                      \
	"coalesce((SELECT x." side "port FROM tcp_all x WHERE x.frame_id = f.frame_id"                       \
	" ORDER BY x.layer DESC LIMIT 1), (SELECT x." side "port FROM udp_all x"                             \
	" WHERE x.frame_id = f.frame_id ORDER BY x.layer DESC LIMIT 1))"
/* What RST carries is no tcp.payload, and yet followed. */
#define OF_RESET                                                                                             \
	"CASE WHEN t.flags & 4 AND t.len > 0 AND t.hdr_len >= 20 THEN (t.\"offset\" + t.hdr_len) << 24"      \
	" | max(min(t.len, coalesce(f.caplen, f.len) - t.\"offset\" - t.hdr_len), 0) END"

/* Datagrams that an ICMP error quotes are not followed. */
static const char not_quoted[] = " AND NOT EXISTS (SELECT 1 FROM t_stack k WHERE k.id = f.stack"
				 " AND (k.protocols LIKE '%:icmp:%:udp%' OR k.protocols LIKE "
				 "'%:icmpv6:%:udp%'))";

static int find_fields(struct session *s, enum follow_what what, struct columns *c)
{
	for (unsigned i = 0; i < NFIELDS && fields[what][i]; i++) {
		const char *error = NULL;
		c->field[i] = catalogue_find(s->db, fields[what][i], &error);
		if (!c->field[i])
			return complain(-1, "%s: %s", s->path, error ? error : "no field of that name");
	}
	return 0;
}

/* The field's expression over that table, sqlite3_free() it; NULL: it has no values there. */
static char *value_in(const struct catalogue_field *f, const char *table)
{
	for (unsigned i = 0; f && i < f->nsources; i++)
		if (strcmp(f->sources[i].table, table) == 0)
			return catalogue_value_sql(f, &f->sources[i], "?4");
	return NULL;
}

/* Has the table a row of these frames? Few frames have a second layer of one kind: the statement is simpler,
 * and needs no sorting, without its table. */
static bool has_rows(
	struct session *s, const char *table, const struct selected_capture *c, const int64_t range[2])
{
	char *sql = sqlite3_mprintf("SELECT 1 FROM \"%w\" WHERE frame_id BETWEEN ?1 AND ?2 LIMIT 1", table);
	sqlite3_stmt *st = sql ? session_prepare(s, sql) : NULL;
	sqlite3_free(sql);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, c->first_frame + range[0] - 1);
	sqlite3_bind_int64(st, 2, c->first_frame + range[1] - 1);
	bool yes = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	return yes;
}

/* The frame numbers between which the conversation lies. A conversation that is known only from ICMP errors
 * has none: then 1 to 0. 0; 1 when there is no such stream, -1 after a message. */
static int find_range(struct session *s, const struct selected_capture *c, enum follow_what what,
	uint32_t stream, int64_t range[2])
{
	sqlite3_stmt *st = session_prepare(s,
		"SELECT min(nullif(first_frame, 0)), max(last_frame), count(*) FROM t_conversation"
		" WHERE capture_id = ?1 AND type = ?2 AND stream = ?3");
	int rc = -1;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, c->id);
	sqlite3_bind_int(st, 2, what == FOLLOW_TCP ? 4 : 5);
	sqlite3_bind_int64(st, 3, stream);
	if (sqlite3_step(st) == SQLITE_ROW) {
		bool seen = sqlite3_column_type(st, 0) != SQLITE_NULL;
		range[0] = seen ? sqlite3_column_int64(st, 0) : 1;
		range[1] = seen ? sqlite3_column_int64(st, 1) : 0;
		rc = sqlite3_column_int64(st, 2) == 0;
	} else {
		complain(-1, "%s: %s", s->path, archive_error(s->db));
	}
	sqlite3_finalize(st);
	return rc;
}

/* Rows of one table. A frame that carries the conversation in any of its layers is followed with all of them:
 * that is how Wireshark's taps see a tunnel. */
static void append_table(
	sqlite3 *db, sqlite3_str *sql, const struct columns *c, const char *table, const char *others)
{
	bool layered = strcmp(table, c->field[STREAM]->sources[0].table) != 0;
	bool reset = sqlite3_table_column_metadata(db, NULL, table, "offset", NULL, NULL, NULL, NULL, NULL) ==
		     SQLITE_OK;
	sqlite3_str_appendf(
		sql, "%sSELECT f.frame_id, f.time, f.offset,", sqlite3_str_length(sql) ? "\nUNION ALL " : "");
	sqlite3_str_appendall(sql, " (SELECT a.text FROM t_address a WHERE a.id = f.src),"
				   " (SELECT a.text FROM t_address a WHERE a.id = f.dst)");
	for (unsigned i = 0; i < NFIELDS; i++) {
		char *expr = c->what == FOLLOW_UDP && i == SRCPORT   ? sqlite3_mprintf("%s", INNERMOST("src"))
			     : c->what == FOLLOW_UDP && i == DSTPORT ? sqlite3_mprintf("%s", INNERMOST("dst"))
								     : value_in(c->field[i], table);
		if (i == PAYLOAD && c->what == FOLLOW_TCP && reset && expr)
			sqlite3_str_appendf(sql, ",\n coalesce(%s, " OF_RESET ")", expr);
		else
			sqlite3_str_appendf(sql, ",\n %s", expr ? expr : "NULL");
		sqlite3_free(expr);
	}
	char *stream = value_in(c->field[STREAM], table);
	sqlite3_str_appendf(sql,
		",\n %s FROM \"%w\" t JOIN t_frame f ON f.frame_id = t.frame_id WHERE t.frame_id BETWEEN ?1 "
		"AND ?2"
		" AND (%s = ?3%s%s%s)",
		layered ? "t.layer" : "1", table, stream ? stream : "NULL",
		*others ? " OR t.frame_id IN (" : "", others, *others ? ")" : "");
	if (c->what == FOLLOW_UDP)
		sqlite3_str_appendall(sql, not_quoted);
	sqlite3_free(stream);
}

static char *ids_sql(const struct columns *c, const char *table)
{
	char *stream = value_in(c->field[STREAM], table);
	char *sql = sqlite3_mprintf(
		"SELECT t.frame_id FROM \"%w\" t WHERE t.frame_id BETWEEN ?1 AND ?2 AND %s = ?3", table,
		stream ? stream : "NULL");
	sqlite3_free(stream);
	return sql;
}

static char *build(struct session *s, const struct selected_capture *capture, const struct columns *c,
	const int64_t range[2])
{
	const struct catalogue_field *stream = c->field[STREAM];
	sqlite3_str *sql = sqlite3_str_new(NULL);
	const char *tables[8];
	unsigned n = 0;
	for (unsigned i = 0; i < stream->nsources && n < 8; i++)
		if (i == 0 || has_rows(s, stream->sources[i].table, capture, range))
			tables[n++] = stream->sources[i].table;
	for (unsigned i = 0; i < n; i++) {
		sqlite3_str *others = sqlite3_str_new(NULL);
		for (unsigned k = 0; k < n; k++) {
			char *ids = k != i ? ids_sql(c, tables[k]) : NULL;
			if (ids)
				sqlite3_str_appendf(
					others, "%s%s", sqlite3_str_length(others) ? " UNION ALL " : "", ids);
			sqlite3_free(ids);
		}
		char *text = sqlite3_str_finish(others);
		append_table(s->db, sql, c, tables[i], text ? text : "");
		sqlite3_free(text);
	}
	if (n > 1)
		sqlite3_str_appendf(sql, "\nORDER BY 1, %d", FIRST_FIELD + NFIELDS + 1);
	else
		sqlite3_str_appendall(sql, "\nORDER BY t.frame_id");
	return sqlite3_str_finish(sql);
}

sqlite3_stmt *follow_statement(
	struct session *s, const struct selected_capture *capture, enum follow_what what, uint32_t stream)
{
	struct columns c = { .what = what };
	int64_t range[2];
	sqlite3_stmt *st = NULL;
	int rc = find_range(s, capture, what, stream, range);
	if (rc > 0)
		complain(0, "%s: no %s stream %u in %s", s->path, what == FOLLOW_TCP ? "TCP" : "UDP", stream,
			capture->name);
	char *sql = rc == 0 && find_fields(s, what, &c) == 0 ? build(s, capture, &c, range) : NULL;
	if (sql && (st = session_prepare(s, sql))) {
		sqlite3_bind_int64(st, 1, capture->first_frame + range[0] - 1);
		sqlite3_bind_int64(st, 2, capture->first_frame + range[1] - 1);
		sqlite3_bind_int64(st, 3, stream);
		if (sqlite3_bind_parameter_count(st) > 3)
			sqlite3_bind_int64(st, 4, capture->id);
	}
	sqlite3_free(sql);
	for (unsigned i = 0; i < NFIELDS; i++)
		catalogue_field_free(c.field[i]);
	return st;
}

/* ---- a stream ---- */

struct follow {
	struct session *session;
	const struct selected_capture *capture;
	struct follow_peer *peers;
	follow_fn *take;
	void *ctx;
	struct raw *raw;
	sqlite3_stmt *st;
	struct direction {
		struct follow *follow;
		struct follow_order *order;
		bool from_server;
		bool has_base; /* relative numbers count from here; else as they are stored */
		uint32_t base;
	} direction[2]; /* of the client, of the server */
};

static const char *text(sqlite3_stmt *st, int i)
{
	const char *t = (const char *)sqlite3_column_text(st, i);
	return t ? t : "";
}

static bool is_client(const struct follow *f, const char *source, uint16_t port)
{
	return port == f->peers[0].port && strcmp(source, f->peers[0].host) == 0;
}

/* The first frame tells who is who; port 0 tells nothing to Wireshark, and the next frame tells again. */
static bool from_server(struct follow *f)
{
	const char *source = text(f->st, SOURCE);
	uint16_t port = (uint16_t)sqlite3_column_int(f->st, FIRST_FIELD + SRCPORT);
	if (f->peers[0].port == 0) {
		snprintf(f->peers[0].host, sizeof(f->peers[0].host), "%s", source);
		snprintf(f->peers[1].host, sizeof(f->peers[1].host), "%s", text(f->st, DESTINATION));
		f->peers[0].port = port;
		f->peers[1].port = (uint16_t)sqlite3_column_int(f->st, FIRST_FIELD + DSTPORT);
	}
	return !is_client(f, source, port);
}

static int give(struct follow *f, struct follow_chunk *chunk, const struct follow_piece *piece)
{
	const uint8_t *octets = piece->copy ? piece->copy + piece->offset
					    : raw_read(f->raw, f->capture->id, piece->offset, piece->length);
	if (!octets)
		return complain(-1, "%s: frame %u of %s: %s", f->session->path, piece->frame,
			f->capture->name, raw_error(f->raw));
	chunk->frame = piece->frame;
	chunk->time_ns = piece->time_ns;
	chunk->data = octets;
	chunk->length = piece->length;
	return f->take(f->ctx, f->peers, chunk);
}

static int give_piece(void *ctx, const struct follow_piece *piece, uint32_t missing)
{
	struct direction *d = ctx;
	struct follow_chunk chunk = { .from_server = d->from_server, .missing = missing };
	if (piece->length) {
		int rc = give(d->follow, &chunk, piece);
		free(piece->copy);
		return rc;
	}
	/* Wireshark's note ends with a NUL that counts as its last octet, and its number is signed. */
	char note[64];
	int n = snprintf(note, sizeof(note), "[%d bytes missing in capture file]", (int)missing);
	chunk.frame = piece->frame;
	chunk.data = (const uint8_t *)note;
	chunk.length = (uint32_t)n + 1;
	return d->follow->take(d->follow->ctx, d->follow->peers, &chunk);
}

/* The payload of the row: where it stands. 0, or -1 when out of memory. */
static int find_payload(struct follow *f, struct follow_piece *p)
{
	sqlite3_stmt *st = f->st;
	int column = FIRST_FIELD + PAYLOAD;
	p->frame = (uint32_t)(sqlite3_column_int64(st, FRAME_ID) - f->capture->first_frame + 1);
	p->time_ns = sqlite3_column_int64(st, TIME);
	if (sqlite3_column_type(st, column) == SQLITE_INTEGER) {
		int64_t span = sqlite3_column_int64(st, column);
		p->offset = (uint64_t)sqlite3_column_int64(st, OFFSET) + SPAN_OFFSET(span);
		p->length = SPAN_LENGTH(span);
	} else if (sqlite3_column_type(st, column) == SQLITE_TEXT) {
		size_t n = 0;
		p->copy =
			raw_pieces(f->raw, f->capture->id, (const char *)sqlite3_column_text(st, column), &n);
		p->length = p->copy ? (uint32_t)n : 0;
	} else if (sqlite3_column_type(st, column) == SQLITE_BLOB) {
		const void *octets = sqlite3_column_blob(st, column);
		p->length = (uint32_t)sqlite3_column_bytes(st, column);
		if (!(p->copy = malloc(p->length + 1)))
			return -1;
		if (p->length)
			memcpy(p->copy, octets, p->length);
	}
	return 0;
}

static int take_datagram(struct follow *f)
{
	struct follow_piece p = { 0 };
	struct follow_chunk chunk = { 0 };
	int rc = 0;
	if (find_payload(f, &p) < 0)
		return complain(-1, "out of memory");
	if (p.length) { /* an empty datagram tells nothing, not even who is who */
		chunk.from_server = from_server(f);
		rc = give(f, &chunk, &p);
	}
	free(p.copy);
	return rc;
}

static uint32_t number(const struct follow *f, int field)
{
	return (uint32_t)sqlite3_column_int64(f->st, FIRST_FIELD + field);
}

/* A SYN-ACK sent again with another number makes both sides count anew. tshark knows that in its second pass
 * and then counts all segments from the last such number. Few streams are long before it: they are read once
 * more. 0, or -1 after a message. */
static int find_bases(struct follow *f)
{
	struct follow_peer *client = &f->peers[0];
	struct direction *d = f->direction;
	int rc;
	while ((rc = sqlite3_step(f->st)) == SQLITE_ROW) {
		if (sqlite3_column_type(f->st, FIRST_FIELD + LEN) == SQLITE_NULL)
			continue;
		struct direction *mine = &d[from_server(f)], *other = mine == d ? d + 1 : d;
		mine->base = number(f, SEQ_RAW) - number(f, SEQ);
		mine->has_base = true;
		if (number(f, FLAGS) & TCP_ACK) {
			other->base = number(f, ACK_RAW) - number(f, ACK);
			other->has_base = true;
		}
	}
	sqlite3_reset(f->st);
	memset(client, 0, 2 * sizeof(*client));
	return rc == SQLITE_DONE ? 0 : -1;
}

static int take_segment(struct follow *f)
{
	sqlite3_stmt *st = f->st;
	struct follow_piece p = { 0 };
	/* A segment that an ICMP error quotes has no length. */
	if (sqlite3_column_type(st, FIRST_FIELD + LEN) == SQLITE_NULL)
		return 0;
	struct direction *mine = &f->direction[from_server(f)], *other = &f->direction[!mine->from_server];
	uint32_t flags = number(f, FLAGS), ack = number(f, ACK);
	p.seq = mine->has_base ? number(f, SEQ_RAW) - mine->base : number(f, SEQ);
	if (flags & TCP_ACK && other->has_base)
		ack = number(f, ACK_RAW) - other->base;
	if (flags & TCP_SYN)
		p.seq++;
	if (find_payload(f, &p) < 0)
		return complain(-1, "out of memory");
	int rc = follow_order_ack(other->order, ack, p.frame);
	if (rc == 0)
		return follow_order_segment(mine->order, p, number(f, LEN));
	free(p.copy);
	return rc;
}

int follow_stream(struct session *s, const struct selected_capture *capture, enum follow_what what,
	uint32_t stream, struct follow_peer peers[2], follow_fn *take, void *ctx)
{
	struct follow f = { .session = s,
		.capture = capture,
		.peers = peers,
		.take = take,
		.ctx = ctx,
		.raw = raw_open(s->db),
		.st = follow_statement(s, capture, what, stream) };
	int rc = f.st ? 0 : -1, step = SQLITE_DONE;
	memset(peers, 0, 2 * sizeof(*peers));
	for (unsigned i = 0; i < 2; i++) {
		struct direction *d = &f.direction[i];
		*d = (struct direction) {
			.follow = &f, .order = follow_order_new(give_piece, d), .from_server = i
		};
		if (!f.raw || !d->order)
			rc = complain(-1, "out of memory");
	}
	if (rc == 0 && what == FOLLOW_TCP && find_bases(&f) < 0)
		rc = complain(-1, "%s: %s", s->path, archive_error(s->db));
	while (rc == 0 && (step = sqlite3_step(f.st)) == SQLITE_ROW)
		rc = what == FOLLOW_TCP ? take_segment(&f) : take_datagram(&f);
	if (rc == FOLLOW_NO_MEMORY)
		complain(-1, "out of memory");
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		rc = complain(-1, "%s: %s", s->path, archive_error(s->db));
	for (unsigned i = 0; i < 2; i++)
		follow_order_free(f.direction[i].order);
	sqlite3_finalize(f.st);
	raw_close(f.raw);
	return rc < 0 ? -1 : 0;
}
