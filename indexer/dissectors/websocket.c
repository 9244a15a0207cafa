/* The WebSocket protocol (RFC 6455), after an HTTP/1.1 connection was upgraded to it.
 *
 *      0                   1                   2                   3
 *     |F|R R R|opcode |M|  length     | 16 or 64 bits of length, when it |
 *     |I|S V  |       |A|             | is 126 or 127                    |
 *     | masking key, 32 bits, if M    | payload                          |
 */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_websocket, proto_data, proto_data_text_lines;

enum opcode { OP_CONTINUATION = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

enum {
	WS_FIRST,
	WS_LENGTH,
	WS_MASKED,
	WS_KEY,
	WS_EXT16,
	WS_EXT64,
	WS_FIN,
	WS_RSV,
	WS_OPCODE,
	WS_MASK,
	WS_PAYLOAD_LENGTH,
	WS_CLOSE_CODE,
	WS_CLOSE_REASON,
	WS_PAYLOAD,
	WS_NFIELDS
};

static const struct value_name opcode_names[] = { { OP_CONTINUATION, "Continuation" }, { OP_TEXT, "Text" },
	{ OP_BINARY, "Binary" }, { OP_CLOSE, "Connection Close" }, { OP_PING, "Ping" }, { OP_PONG, "Pong" },
	{ 0, NULL } };

/* RFC 6455, section 7.4.1. */
static const struct value_name close_names[] = { { 1000, "Normal Closure" }, { 1001, "Going Away" },
	{ 1002, "Protocol error" }, { 1003, "Unsupported Data" }, { 1004, "---Reserved----" },
	{ 1005, "No Status Rcvd" }, { 1006, "Abnormal Closure" }, { 1007, "Invalid frame payload data" },
	{ 1008, "Policy Violation" }, { 1009, "Message Too Big" }, { 1010, "Mandatory Ext." },
	{ 1011, "Internal Server" }, { 1015, "TLS handshake" }, { 0, NULL } };

static const struct field frame_fields[WS_NFIELDS] = {
	[WS_FIRST] = { "first", "first octet: bits and opcode", KIND_UINT, .internal = true },
	[WS_LENGTH] = { "length", "length of the payload", KIND_UINT, .internal = true },
	[WS_MASKED] = { "second", "second octet: mask bit and short length", KIND_UINT, .internal = true },
	[WS_KEY] = { "websocket.masking_key", "Masking-Key", KIND_BYTES },
	[WS_EXT16] = { "websocket.payload_length_ext_16", "Extended Payload length (16 bits)", KIND_UINT,
		.octets = 2, .sql = "CASE {second}&127 WHEN 126 THEN {length} END" },
	[WS_EXT64] = { "websocket.payload_length_ext_64", "Extended Payload length (64 bits)", KIND_UINT,
		.octets = 8, .sql = "CASE {second}&127 WHEN 127 THEN {length} END" },
	[WS_FIN] = { "websocket.fin", "Fin", KIND_BOOL, .of = WS_FIRST, .mask = 0x80 },
	[WS_RSV] = { "websocket.rsv", "Reserved", KIND_UINT, BASE_HEX, 1, .of = WS_FIRST, .mask = 0x70 },
	[WS_OPCODE] = { "websocket.opcode", "Opcode", KIND_UINT, .octets = 1, .of = WS_FIRST, .mask = 0x0f,
		.names = opcode_names },
	[WS_MASK] = { "websocket.mask", "Mask", KIND_BOOL, .of = WS_MASKED, .mask = 0x80 },
	[WS_PAYLOAD_LENGTH] = { "websocket.payload_length", "Payload length", KIND_UINT, .octets = 1,
		.of = WS_MASKED, .mask = 0x7f },
	[WS_CLOSE_CODE] = { "websocket.payload.close.status_code", "Status code", KIND_UINT, .octets = 2,
		.names = close_names },
	[WS_CLOSE_REASON] = { "websocket.payload.close.reason", "Reason", KIND_TEXT },
	[WS_PAYLOAD] = { "websocket.payload", "Payload", KIND_NONE, .sql = "CASE WHEN {length} THEN 1 END" },
};
static const struct record records[] = { { "websocket", RECORD_LAYER, WS_NFIELDS, frame_fields, NULL } };

/* What is remembered of a conversation, a side each: opcode of a message that goes on in continuation frames.
 * Its payload so far is kept beside, under the side's number. */
struct websocket_flow {
	bool open[2];
	uint8_t opcode[2];
};

static uint32_t frame_length(struct packet *pkt, const struct cursor *c)
{
	uint64_t len = c->data[1] & 0x7f;
	uint32_t header = 2 + (c->data[1] & 0x80 ? 4 : 0);
	(void)pkt;
	if (len == 126) {
		if (c->cap < 4)
			return 0;
		len = be16(c->data + 2);
		header += 2;
	} else if (len == 127) {
		if (c->cap < 10)
			return 0;
		len = be64(c->data + 2);
		header += 8;
	}
	return len > INT32_MAX - header ? INT32_MAX : header + (uint32_t)len;
}

/* The payload is XORed with the key over and over (section 5.3). */
static bool unmask(struct packet *pkt, struct cursor *c, const uint8_t key[4])
{
	uint8_t *out = c->cap ? pkt_scratch(pkt, c->cap) : NULL;
	if (!out)
		return c->cap == 0;
	for (uint32_t i = 0; i < c->cap; i++)
		out[i] = c->data[i] ^ key[i & 3];
	c->data = out;
	return true;
}

/* A frame of a message in several frames (section 5.4). True: it was the last one, *payload is the whole. */
static bool join(struct packet *pkt, struct websocket_flow *flow, struct cursor *payload, bool fin)
{
	unsigned side = pkt_side(pkt);
	uint32_t old = 0;
	pkt_kept(pkt, &proto_websocket, side, &old);
	uint8_t *all = pkt_keep(pkt, &proto_websocket, side, old + payload->cap);
	if (!all) {
		flow->open[side] = false;
		return false;
	}
	if (payload->cap)
		memcpy(all + old, payload->data, payload->cap);
	if (!fin)
		return false;
	uint8_t *whole = pkt_scratch(pkt, old + payload->cap);
	if (whole) {
		memcpy(whole, all, old + payload->cap);
		*payload = pkt_cursor(pkt, whole, old + payload->cap);
	}
	pkt_forget(pkt, &proto_websocket, side);
	flow->open[side] = false;
	return whole != NULL;
}

static void take_payload(struct packet *pkt, struct row *row, uint8_t opcode, struct cursor payload)
{
	switch (opcode) {
	case OP_TEXT:
		pkt_next_proto(pkt, &proto_data_text_lines, payload);
		break;
	case OP_CLOSE:
		if (payload.len >= 2) {
			row_be(row, WS_CLOSE_CODE, &payload, 2);
			row_string(row, WS_CLOSE_REASON, &payload, payload.len - 2);
		}
		break;
	case OP_BINARY:
		pkt_next_proto(pkt, &proto_data, payload);
		break;
	default:
		break;
	}
}

static enum verdict websocket_dissect(struct packet *pkt, struct cursor *c)
{
	struct websocket_flow none = { 0 }, *flow = pkt_flow(pkt, &proto_websocket);
	struct row *row = row_open(pkt, &proto_websocket, 0);
	uint8_t first = (uint8_t)row_be(row, WS_FIRST, c, 1), second = (uint8_t)row_be(row, WS_MASKED, c, 1);
	uint64_t len = second & 0x7f;
	unsigned side = pkt_side(pkt);
	if (len >= 126)
		len = cur_be(c, len == 126 ? 2 : 8);
	row_set(row, WS_LENGTH, (int64_t)len);
	const uint8_t *key = c->data + c->pos;
	if (second & 0x80)
		row_bytes(row, WS_KEY, c, 4);
	if (*c->fail)
		return MINE;
	struct cursor payload = cur_sub(c, len > UINT32_MAX ? UINT32_MAX : (uint32_t)len);
	if (second & 0x80 && !unmask(pkt, &payload, key))
		return MINE;
	if (!flow)
		flow = &none;
	bool fin = first & 0x80;
	uint8_t opcode = first & 0x0f;
	if (opcode < OP_CLOSE && opcode != OP_CONTINUATION && !fin) {
		pkt_forget(pkt, &proto_websocket, side);
		flow->open[side] = true;
		flow->opcode[side] = opcode;
	}
	if (opcode < OP_CLOSE && flow->open[side] && (!fin || opcode == OP_CONTINUATION)) {
		if (!join(pkt, flow, &payload, fin))
			return MINE;
		opcode = flow->opcode[side];
	}
	take_payload(pkt, row, opcode, payload);
	return MINE;
}

static const struct pdu frame_pdu = { .min = 2, .length = frame_length };

const struct protocol proto_websocket = {
	.name = "websocket",
	.title = "WebSocket",
	.column = "WebSocket",
	.spec = "RFC 6455",
	.help = "Messages both ways over what began as the fetching of a web page.",
	.id = PROTO_ID_websocket,
	.nrecords = 1,
	.records = records,
	.dissect = websocket_dissect,
	.pdu = &frame_pdu,
	.flow_size = sizeof(struct websocket_flow),
};
