/* HTTP/2, RFC 9113: frames of many streams over one connection.
 *
 *     | length (24) | type (8) | flags (8) | R | stream identifier (31) | payload
 *
 * A connection begins with the client's preface. Headers are compressed, see http2_hpack.c. */
#include "indexer/dissectors/http2.h"

#include <string.h>

#include "indexer/dissectors/http.h"

extern const struct protocol proto_websocket;

enum {
	FLAG_END_STREAM = 0x01,
	FLAG_ACK = 0x01,
	FLAG_END_HEADERS = 0x04,
	FLAG_PADDED = 0x08,
	FLAG_PRIORITY = 0x20
};

#define HEADERS_MAX 200 /* of a block; more are not shown */

/* Keys of what is kept of a conversation: bodies under the number of their stream, and header blocks that go
 * on in CONTINUATION frames; a side each. */
#define BODY_KEY(stream, side) ((uint32_t)(stream) << 1 | (side))
#define BLOCK_KEY(side)        (side) /* stream 0 has no body */

struct http2_flow {
	struct hpack tables[2]; /* by side */
	uint8_t block_flags[2]; /* of the HEADERS frame whose block goes on */
};

/* What is kept of a stream's body, then its octets. */
struct body {
	uint32_t content_type, content_encoding; /* dictionary ids; 0 none */
};

static const uint8_t preface[24] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

bool http2_preface(const struct cursor *c)
{
	return c->cap >= sizeof(preface) && memcmp(c->data, preface, sizeof(preface)) == 0;
}

const struct protocol *http_upgrade(struct http_span name)
{
	if (http_is(name, "websocket"))
		return &proto_websocket;
	return http_is(name, "h2c") ? &proto_http2 : NULL;
}

struct frame {
	struct packet *pkt;
	struct row *row;
	struct http2_flow *flow;
	uint8_t type, flags;
	uint32_t stream;
	unsigned side;
};

/* ---- headers ---- */

/* What of a block's headers is needed further on; dictionary ids. */
struct noted {
	uint32_t scheme, authority, path, content_type, content_encoding;
};

static struct http_span dict_span(const struct packet *pkt, uint32_t id)
{
	uint8_t kind;
	size_t len = 0;
	const uint8_t *p = id ? dict_get(pkt->dict, DICT_TEXT, id, &kind, &len) : NULL;
	return (struct http_span) { p, (uint32_t)len };
}

static void note(const struct packet *pkt, struct noted *n, const struct hpack_header *h)
{
	struct http_span name = dict_span(pkt, h->name);
	uint32_t *place = http_is(name, ":scheme")            ? &n->scheme
			  : http_is(name, ":authority")       ? &n->authority
			  : http_is(name, ":path")            ? &n->path
			  : http_is(name, "content-type")     ? &n->content_type
			  : http_is(name, "content-encoding") ? &n->content_encoding
							      : NULL;
	if (place)
		*place = h->value;
}

static void set_full_uri(struct frame *f, const struct noted *n)
{
	struct http_span scheme = dict_span(f->pkt, n->scheme), host = dict_span(f->pkt, n->authority),
			 path = dict_span(f->pkt, n->path);
	if (!scheme.at || !host.at || !path.at)
		return;
	uint8_t *uri = pkt_scratch(f->pkt, scheme.len + 3 + host.len + path.len);
	if (!uri)
		return;
	memcpy(uri, scheme.at, scheme.len);
	memcpy(uri + scheme.len, "://", 3);
	memcpy(uri + scheme.len + 3, host.at, host.len);
	memcpy(uri + scheme.len + 3 + host.len, path.at, path.len);
	row_text(f->row, FRAME_FULL_URI, (const char *)uri, scheme.len + 3 + host.len + path.len, NULL, 0);
}

/* A whole header block. */
static void take_block(struct frame *f, struct cursor c, bool end_stream)
{
	struct packet *pkt = f->pkt;
	struct hpack_header h;
	struct noted noted = { 0 };
	uint32_t length = 0, count = 0;
	uint8_t fail = CUR_OK;
	c.fail = &fail; /* compressed octets that are wrong do not end the frame */
	while (hpack_next(pkt, &f->flow->tables[f->side], &c, &h)) {
		if (h.repr == REPR_TABLE_SIZE)
			continue;
		note(pkt, &noted, &h);
		length += h.name_len + h.value_len + 8; /* as Wireshark counts: two lengths of 4 octets */
		if (++count > HEADERS_MAX)
			continue;
		struct row *row = row_open(pkt, &proto_http2, HTTP2_HEADER);
		row_set(row, H2_HEADER_REPR, h.repr);
		row_set(row, H2_HEADER_NAME_LEN, h.name_len);
		row_set(row, H2_HEADER_NAME, h.name);
		row_set(row, H2_HEADER_VALUE_LEN, h.value_len);
		row_set(row, H2_HEADER_VALUE, h.value);
		if (h.index)
			row_set(row, H2_HEADER_INDEX, h.index);
	}
	row_set(f->row, FRAME_HEADER_LENGTH, length);
	row_set(f->row, FRAME_HEADER_COUNT, count);
	set_full_uri(f, &noted);
	if (end_stream || f->stream == 0 || f->type == TYPE_PUSH_PROMISE)
		return;
	uint32_t key = BODY_KEY(f->stream, f->side), old;
	pkt_kept(pkt, &proto_http2, key, &old);
	struct body *body =
		(void *)pkt_keep(pkt, &proto_http2, key, old < sizeof(*body) ? sizeof(*body) : old);
	if (body && noted.content_type)
		body->content_type = noted.content_type;
	if (body && noted.content_encoding)
		body->content_encoding = noted.content_encoding;
}

/* A piece of a header block: the last one, or one that is kept until that comes. */
static void take_fragment(struct frame *f, struct cursor piece)
{
	struct packet *pkt = f->pkt;
	uint32_t old = 0, key = BLOCK_KEY(f->side);
	bool end = f->flags & FLAG_END_HEADERS;
	if (f->type != TYPE_CONTINUATION) {
		pkt_forget(pkt, &proto_http2, key);
		f->flow->block_flags[f->side] = f->flags;
		if (end) {
			take_block(f, piece, f->flags & FLAG_END_STREAM);
			return;
		}
	}
	pkt_kept(pkt, &proto_http2, key, &old);
	uint8_t *all = pkt_keep(pkt, &proto_http2, key, old + piece.cap);
	if (!all)
		return;
	if (piece.cap)
		memcpy(all + old, piece.data, piece.cap);
	if (!end)
		return;
	take_block(f, pkt_cursor(pkt, all, old + piece.cap), f->flow->block_flags[f->side] & FLAG_END_STREAM);
	pkt_forget(pkt, &proto_http2, key);
}

/* ---- payloads ---- */

/* The octets of padding behind the payload (section 6.1); the window becomes smaller by them. */
static void take_padding(struct frame *f, struct cursor *c)
{
	if (!(f->flags & FLAG_PADDED)) {
		row_set(f->row, FRAME_PAD_LENGTH, 0);
		return;
	}
	uint32_t n = (uint32_t)row_be(f->row, FRAME_PAD_LENGTH, c, 1);
	if (n > cur_left(c)) {
		*c->fail = *c->fail ? *c->fail : CUR_BAD;
		return;
	}
	c->len -= n;
	if (c->cap > c->len)
		c->cap = c->len;
}

static void take_priority(struct frame *f, struct cursor *c)
{
	row_be(f->row, FRAME_DEPENDENCY, c, 4);
	row_be(f->row, FRAME_WEIGHT, c, 1);
}

/* The body of a stream is handed on when it is complete. */
static void take_data(struct frame *f, struct cursor *c)
{
	struct packet *pkt = f->pkt;
	uint32_t key = BODY_KEY(f->stream, f->side), old = 0, n = cur_avail(c);
	const uint8_t *octets = c->data + c->pos;
	row_bytes_avail(f->row, FRAME_DATA, c, n);
	if (*c->fail || !pkt_kept(pkt, &proto_http2, key, &old))
		return;
	uint8_t *kept = pkt_keep(pkt, &proto_http2, key, old + n);
	if (!kept)
		return;
	if (n)
		memcpy(kept + old, octets, n);
	if (!(f->flags & FLAG_END_STREAM))
		return;
	struct body body;
	memcpy(&body, kept, sizeof(body));
	uint32_t len = old + n - (uint32_t)sizeof(body);
	uint8_t *whole = len ? pkt_scratch(pkt, len) : NULL;
	if (whole)
		memcpy(whole, kept + sizeof(body), len);
	pkt_forget(pkt, &proto_http2, key);
	struct http_span type = dict_span(pkt, body.content_type),
			 coding = dict_span(pkt, body.content_encoding);
	if (!whole || !type.at)
		return;
	struct cursor payload = pkt_cursor(pkt, whole, len);
	if (coding.at && !http_decode(pkt, coding, payload, &payload))
		return;
	pkt_next_media(pkt, payload, (const char *)type.at, type.len, CLAIM_NONE, NULL);
}

static void take_settings(struct frame *f, struct cursor *c)
{
	while (cur_left(c)) {
		struct row *row = row_open(f->pkt, &proto_http2, HTTP2_SETTING);
		row_be(row, SETTING_ID, c, 2);
		row_be(row, SETTING_VALUE, c, 4);
	}
}

static void take_payload(struct frame *f, struct cursor *c)
{
	switch (f->type) {
	case TYPE_DATA:
		take_padding(f, c);
		take_data(f, c);
		break;
	case TYPE_HEADERS:
		take_padding(f, c);
		if (f->flags & FLAG_PRIORITY)
			take_priority(f, c);
		if (!*c->fail)
			take_fragment(f, cur_rest(c));
		break;
	case TYPE_PRIORITY:
		take_priority(f, c);
		break;
	case TYPE_RST_STREAM:
		row_be(f->row, FRAME_RST_ERROR, c, 4);
		break;
	case TYPE_SETTINGS:
		take_settings(f, c);
		break;
	case TYPE_PUSH_PROMISE:
		take_padding(f, c);
		row_set(f->row, FRAME_PROMISED, (int64_t)(cur_be(c, 4) & 0x7fffffff));
		if (!*c->fail)
			take_fragment(f, cur_rest(c));
		break;
	case TYPE_PING:
		row_bytes(f->row, f->flags & FLAG_ACK ? FRAME_PONG : FRAME_PING, c, 8);
		break;
	case TYPE_GOAWAY:
		row_set(f->row, FRAME_LAST_STREAM, (int64_t)(cur_be(c, 4) & 0x7fffffff));
		row_be(f->row, FRAME_GOAWAY_ERROR, c, 4);
		row_bytes_avail(f->row, FRAME_GOAWAY_DATA, c, cur_left(c));
		break;
	case TYPE_WINDOW_UPDATE:
		row_set(f->row, FRAME_INCREMENT, (int64_t)(cur_be(c, 4) & 0x7fffffff));
		break;
	case TYPE_CONTINUATION:
		take_padding(f, c);
		take_fragment(f, cur_rest(c));
		break;
	default:
		break;
	}
}

static enum verdict http2_dissect(struct packet *pkt, struct cursor *c)
{
	struct http2_flow none, *flow = pkt_flow(pkt, &proto_http2);
	struct row *row = row_open(pkt, &proto_http2, HTTP2_FRAME);
	if (http2_preface(c)) {
		row_string(row, FRAME_MAGIC, c, sizeof(preface));
		return MINE;
	}
	if (!flow) {
		memset(&none, 0, sizeof(none));
		flow = &none;
	}
	struct frame f = { .pkt = pkt, .row = row, .flow = flow, .side = pkt_side(pkt) };
	row_be(row, FRAME_LENGTH, c, 3);
	f.type = (uint8_t)row_be(row, FRAME_TYPE, c, 1);
	f.flags = (uint8_t)row_be(row, FRAME_FLAGS, c, 1);
	f.stream = (uint32_t)row_be(row, FRAME_WORD, c, 4) & 0x7fffffff;
	if (!*c->fail)
		take_payload(&f, c);
	return MINE;
}

static uint32_t frame_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	if (http2_preface(c))
		return sizeof(preface);
	return ((uint32_t)c->data[0] << 16 | (uint32_t)be16(c->data + 1)) + 9;
}

/* A body of HTTP that begins with the preface. */
static bool http2_heuristic(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return http2_preface(c);
}

static const struct pdu frame_pdu = { .min = 9, .length = frame_length };

const struct protocol proto_http2 = {
	.name = "http2",
	.title = "HyperText Transfer Protocol 2",
	.column = "HTTP2",
	.spec = "RFC 9113",
	.help = "Many requests and responses at once over one connection, in binary frames.",
	.id = PROTO_ID_http2,
	.nrecords = HTTP2_NRECORDS,
	.records = http2_records,
	.claims = (const struct claim[]) { { CLAIM_HEUR_HTTP, 40 }, { CLAIM_NONE, 0 } },
	.dissect = http2_dissect,
	.heuristic = http2_heuristic,
	.pdu = &frame_pdu,
	.flow_size = sizeof(struct http2_flow),
};
