/* QUIC as Google had it before the IETF's, versions Q0xx (draft-tsvwg-quic-protocol-02; "QUIC Crypto", A.
 * Langley and W. Chang).
 *
 *     up to  +--------+---- - -+--------- - -+---------------+------------ - -+--------------+--- - -
 *     Q043   | flags  |conn. id| version (4) | nonce (32)    | packet number | hash (12)    | frames
 *            +--------+---- - -+--------- - -+---------------+------------ - -+--------------+--- - -
 *     Q046   +--------+-------------+--------+---- - -+------------ - -+--------------+--- - -
 *            |1FTTrrnn| version (4) | lengths|conn. id| packet number | hash (12)    | frames
 *            +--------+-------------+--------+---- - -+------------ - -+--------------+--- - -
 *
 * The handshake goes in the clear on stream 1, as a tagged message: a name, how many tags; for each its name
 * and where its value ends; the values. */
#include <inttypes.h>
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_gquic;

enum {
	GQUIC_FLAGS,
	GQUIC_CID,
	GQUIC_VERSION,
	GQUIC_NUMBER,
	GQUIC_PAYLOAD,
	GQUIC_HASH,
	GQUIC_FRAME_TYPE,
	GQUIC_STREAM_ID,
	GQUIC_TAG,
	GQUIC_TAG_NUMBER,
	GQUIC_SNI,
	GQUIC_UAID,
	GQUIC_NFIELDS
};

static const struct field gquic_fields[GQUIC_NFIELDS] = {
	[GQUIC_FLAGS] = { "gquic.puflags", "Public Flags", KIND_UINT, BASE_HEX, 1 },
	[GQUIC_CID] = { "gquic.cid", "CID", KIND_UINT, .octets = 8 },
	[GQUIC_VERSION] = { "gquic.version", "Version", KIND_TEXT },
	[GQUIC_NUMBER] = { "gquic.packet_number", "Packet Number", KIND_UINT, .octets = 8 },
	[GQUIC_PAYLOAD] = { "gquic.payload", "Payload", KIND_BYTES },
	[GQUIC_HASH] = { "gquic.message_authentication_hash", "Message Authentication Hash", KIND_BYTES,
		.part = 1 },
	[GQUIC_FRAME_TYPE] = { "gquic.frame_type", "Frame Type", KIND_UINT, BASE_HEX, 1, .part = 1 },
	[GQUIC_STREAM_ID] = { "gquic.stream_id", "Stream ID", KIND_UINT, .octets = 4, .part = 1 },
	[GQUIC_TAG] = { "gquic.tag", "Tag", KIND_TEXT, .part = 1 },
	[GQUIC_TAG_NUMBER] = { "gquic.tag_number", "Tag Number", KIND_UINT, .octets = 2, .part = 1 },
	[GQUIC_SNI] = { "gquic.tag.sni", "Server Name Indication", KIND_TEXT, .part = 1 },
	[GQUIC_UAID] = { "gquic.tag.uaid", "Client's User Agent ID", KIND_TEXT, .part = 1 },
};

static const struct record gquic_records[] = {
	{ "gquic", RECORD_LAYER, GQUIC_NFIELDS, gquic_fields, (const char *const[]) { "handshake", NULL } },
};

enum { FLAG_VERSION = 0x01, FLAG_RESET = 0x02, FLAG_NONCE = 0x04, FLAG_CID = 0x08, FLAGS_NEW = 0xc0 };

#define SERVER_PORT     443
#define TAG(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* What is kept of a conversation: the number in "Q043"; 0 none seen. */
struct gquic_flow {
	uint8_t version;
};

static uint64_t read_number(struct cursor *c, unsigned n, bool big)
{
	return big ? cur_be(c, n) : cur_le(c, n);
}

/* ---- the handshake ---- */

/* ", PKN: 5, CID: 7" behind what the packet is. */
static void inform(struct packet *pkt, const char *what, uint64_t number, const uint64_t *cid)
{
	info_set(pkt, "%s, PKN: %" PRIu64, what, number);
	if (cid)
		info_add(pkt, ", CID: %" PRIu64, *cid);
}

static void tags(struct row *r, struct cursor *c, uint32_t count)
{
	struct cursor list = *c;
	uint32_t values = c->pos + count * 8, begin = 0;
	while (count-- && cur_left(&list)) {
		uint32_t name = (uint32_t)cur_be(&list, 4), end = (uint32_t)cur_le(&list, 4);
		struct cursor value = *c;
		if (*c->fail || end < begin)
			return;
		value.pos = values;
		cur_skip(&value, begin);
		if (name == TAG('S', 'N', 'I', 0))
			row_string(r, GQUIC_SNI, &value, end - begin);
		else if (name == TAG('U', 'A', 'I', 'D'))
			row_string(r, GQUIC_UAID, &value, end - begin);
		begin = end;
	}
}

static bool is_message(uint64_t tag)
{
	return tag == TAG('C', 'H', 'L', 'O') || tag == TAG('S', 'H', 'L', 'O') ||
	       tag == TAG('R', 'E', 'J', 0) || tag == TAG('S', 'R', 'E', 'J') ||
	       tag == TAG('P', 'R', 'S', 'T');
}

static uint32_t message(struct row *r, struct cursor *c)
{
	uint64_t tag = 0;
	cur_peek(c, 0, 4, &tag);
	row_string(r, GQUIC_TAG, c, 4);
	uint32_t count = (uint32_t)row_le(r, GQUIC_TAG_NUMBER, c, 2);
	cur_skip(c, 2);
	tags(r, c, count);
	return (uint32_t)tag;
}

static const char *message_name(uint32_t tag)
{
	switch (tag) {
	case TAG('C', 'H', 'L', 'O'):
		return "Client Hello";
	case TAG('S', 'H', 'L', 'O'):
		return "Server Hello";
	case TAG('R', 'E', 'J', 0):
		return "Rejection";
	case TAG('P', 'R', 'S', 'T'):
		return "Public Reset";
	default:
		return "Unknown";
	}
}

/* A stream frame in the clear; what else begins the payload is taken for encrypted. */
static const char *payload(struct row *r, struct cursor *c, uint8_t version, bool big)
{
	struct cursor p = *c;
	uint64_t type, id = 0, tag;
	cur_skip(&p, 12U + (version && version < 34 ? 1 : 0));
	if (cur_peek(&p, 0, 1, &type) && type & 0x80) {
		unsigned id_len = (type & 3) + 1, offset_len = type >> 2 & 7, at = 1;
		offset_len += offset_len ? 1 : 0;
		const uint8_t *octets = p.data + p.pos;
		if (cur_peek(&p, at, id_len, &id)) {
			id = 0;
			for (unsigned i = 0; i < id_len; i++)
				id |= (uint64_t)octets[at + i] << 8 * (big ? id_len - 1 - i : i);
		}
		at += id_len + offset_len + (type & 0x20 ? 2 : 0);
		if (id == 1 && cur_peek(&p, at, 4, &tag) && is_message(tag)) {
			row_bytes(r, GQUIC_HASH, c, 12);
			row_set_at(r, GQUIC_FRAME_TYPE, (int64_t)type, octets, 1);
			row_set_at(r, GQUIC_STREAM_ID, 1, octets + 1, id_len);
			cur_skip(&p, at);
			return message_name(message(r, &p));
		}
	}
	row_bytes_avail(r, GQUIC_PAYLOAD, c, cur_left(c));
	return "Payload (Encrypted)";
}

/* ---- headers ---- */

static uint8_t version_number(const uint8_t *at)
{
	unsigned v = 0;
	for (unsigned i = 1; i < 4; i++) {
		if (at[i] < '0' || at[i] > '9')
			return 0;
		v = v * 10 + (at[i] - '0');
	}
	return v > 255 ? 0 : (uint8_t)v;
}

static void old_header(struct packet *pkt, struct row *r, struct cursor *c, struct gquic_flow *flow)
{
	bool from_server = pkt->srcport == SERVER_PORT;
	uint64_t flags = row_be(r, GQUIC_FLAGS, c, 1), v;
	unsigned cid = flags & FLAG_CID ? 8 : 0;
	uint64_t id = 0, number;
	if (flags & FLAG_VERSION && cur_peek(c, cid, 4, &v))
		flow->version = version_number(c->data + c->pos + cid);
	bool big = flow->version >= 39;
	if (cid) {
		const uint8_t *at = c->data + c->pos;
		id = read_number(c, 8, big);
		row_set_at(r, GQUIC_CID, (int64_t)id, at, 8);
	}
	if (flags & FLAG_VERSION) {
		row_string(r, GQUIC_VERSION, c, 4);
		if (from_server) { /* a list of versions */
			info_set(pkt, "%s", "Version Negotiation");
			if (cid)
				info_add(pkt, ", CID: %" PRIu64, id);
			return;
		}
	}
	if (flags & FLAG_RESET) {
		message(r, c);
		info_set(pkt, "Public Reset, CID: %" PRIu64, id);
		return;
	}
	if (flags & FLAG_NONCE && flow->version >= 33 && from_server)
		cur_skip(c, 32);
	static const uint8_t lengths[] = { 1, 2, 4, 6 };
	unsigned n = lengths[flags >> 4 & 3];
	const uint8_t *at = c->data + c->pos;
	number = read_number(c, n, big);
	row_set_at(r, GQUIC_NUMBER, (int64_t)number, at, n);
	const char *what = payload(r, c, flow->version, big);
	if (pkt->info)
		inform(pkt, what, number, cid ? &id : NULL);
}

static void new_header(struct packet *pkt, struct row *r, struct cursor *c, struct gquic_flow *flow)
{
	bool from_server = pkt->srcport == SERVER_PORT;
	uint64_t first = row_be(r, GQUIC_FLAGS, c, 1), v, id = 0;
	unsigned cid = from_server ? 0 : 8;
	if ((first & FLAGS_NEW) == FLAGS_NEW) {
		if (cur_peek(c, 0, 4, &v))
			flow->version = version_number(c->data + c->pos);
		row_string(r, GQUIC_VERSION, c, 4);
		uint64_t lengths = cur_be(c, 1);
		cid = (unsigned)(from_server ? lengths & 15 : lengths >> 4) + 3;
	}
	if (cid == 8)
		id = row_be(r, GQUIC_CID, c, 8);
	else
		cur_skip(c, cid);
	uint64_t number = row_be(r, GQUIC_NUMBER, c, (first & 3) + 1);
	const char *what = payload(r, c, flow->version, true);
	if (pkt->info)
		inform(pkt, what, number, cid == 8 ? &id : NULL);
}

static bool plausible(const struct cursor *c)
{
	if (c->cap < 13)
		return false;
	uint8_t flags = c->data[0];
	if (flags & FLAGS_NEW)
		return (flags & FLAGS_NEW) == FLAGS_NEW && memcmp(c->data + 1, "Q046", 4) == 0;
	const uint8_t *version = c->data + 9;
	return flags & FLAG_VERSION && flags & FLAG_CID && memcmp(version, "Q0", 2) == 0 &&
	       version[2] >= '2' && version[2] <= '4';
}

static enum verdict gquic_dissect(struct packet *pkt, struct cursor *c)
{
	struct gquic_flow none = { 0 }, *flow = pkt_flow(pkt, &proto_gquic);
	if (!pkt_spoken(pkt, &proto_gquic)) {
		if (!plausible(c))
			return NOT_MINE;
		pkt_speak(pkt, &proto_gquic);
	}
	bool old = !(c->data[0] & FLAGS_NEW);
	if (old && c->cap < 3)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_gquic, 0);
	(old ? old_header : new_header)(pkt, r, c, flow ? flow : &none);
	return MINE;
}

static const struct claim gquic_claims[] = { { CLAIM_HEUR_UDP, 640 }, { 0 } };

const struct protocol proto_gquic = {
	.name = "gquic",
	.title = "GQUIC (Google Quick UDP Internet Connections)",
	.column = "GQUIC",
	.spec = "draft-tsvwg-quic-protocol-02",
	.help = "The QUIC of Chrome and Google's servers before the IETF's standard.",
	.id = PROTO_ID_gquic,
	.records = gquic_records,
	.nrecords = 1,
	.claims = gquic_claims,
	.dissect = gquic_dissect,
	.flow_size = sizeof(struct gquic_flow),
};
