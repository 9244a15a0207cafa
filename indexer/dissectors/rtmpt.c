/* Real Time Messaging Protocol (Adobe's specification 1.0, sections 5.2 and 5.3): a handshake of fixed sizes,
 * then messages, cut into chunks that those of other chunk streams may stand between.
 *
 *      0 1 2        8
 *     +---+-----------+---------+----------+-----------+-------+---- - -
 *     |fmt| chunk     |timestamp| length   |type| message     | as many octets as a chunk may have
 *     |   | stream id |  (24)   |  (24)    | (8)| stream id (32, little-endian)
 *     +---+-----------+---------+----------+-----------+-------+---- - -
 *
 * fmt 0 has all of this, 1 lacks the message stream id, 2 the length and the type, 3 everything: what is not
 * said is as in the chunk before of the same stream. A timestamp of 0xffffff stands for one of 32 bits behind
 * the header. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_rtmpt;

enum { RTMPT_CSID, RTMPT_TIMESTAMP, RTMPT_SIZE, RTMPT_TYPE, RTMPT_STREAM, RTMPT_NFIELDS };

static const struct value_name rtmpt_types[] = { { 1, "Set Chunk Size" }, { 2, "Abort Message" },
	{ 3, "Acknowledgement" }, { 4, "User Control Message" }, { 5, "Window Acknowledgement Size" },
	{ 6, "Set Peer Bandwidth" }, { 8, "Audio Data" }, { 9, "Video Data" }, { 15, "AMF3 Data" },
	{ 16, "AMF3 Shared Object" }, { 17, "AMF3 Command" }, { 18, "AMF0 Data" },
	{ 19, "AMF0 Shared Object" }, { 20, "AMF0 Command" }, { 22, "Aggregate" }, { 0, NULL } };

static const struct field rtmpt_fields[RTMPT_NFIELDS] = {
	[RTMPT_CSID] = { "rtmpt.header.csid", "Chunk Stream ID", KIND_UINT, .octets = 4 },
	[RTMPT_TIMESTAMP] = { "rtmpt.header.timestamp", "Timestamp", KIND_UINT, .octets = 3 },
	[RTMPT_SIZE] = { "rtmpt.header.bodysize", "Body size", KIND_UINT, .octets = 3 },
	[RTMPT_TYPE] = { "rtmpt.header.typeid", "Type ID", KIND_UINT, BASE_HEX, 1, .names = rtmpt_types },
	[RTMPT_STREAM] = { "rtmpt.header.streamid", "Stream ID", KIND_UINT, .octets = 4 },
};

static const struct record rtmpt_records[] = { { "rtmpt", RECORD_LAYER, RTMPT_NFIELDS, rtmpt_fields, NULL } };

#define CHUNK_STREAMS 16  /* of a direction; the oldest is forgotten */
#define CHUNK_SIZE    128 /* until the sender sets another one */
#define HANDSHAKE     1536

struct rtmpt_flow {
	struct side {
		uint8_t handshakes; /* parts that are done */
		uint32_t chunk_size;
		unsigned next;
		struct chunk_stream {
			uint32_t csid;
			uint32_t timestamp, size, message_stream;
			uint8_t type;
			bool extended;
			uint32_t done; /* octets of the message that came */
		} streams[CHUNK_STREAMS];
	} sides[2];
};

static struct chunk_stream *stream_of(struct side *s, uint32_t csid)
{
	for (unsigned i = 0; i < CHUNK_STREAMS; i++)
		if (s->streams[i].csid == csid)
			return &s->streams[i];
	struct chunk_stream *fresh = &s->streams[s->next];
	s->next = (s->next + 1) % CHUNK_STREAMS;
	*fresh = (struct chunk_stream) { .csid = csid };
	return fresh;
}

/* A chunk's header at the cursor; false: not all of it is there. */
static bool read_chunk(struct cursor *c, struct side *s, struct chunk_stream *out)
{
	static const uint8_t header[] = { 11, 7, 3, 0 };
	uint64_t first, more = 0;
	if (!cur_peek(c, 0, 1, &first))
		return false;
	uint32_t csid = first & 0x3f, basic = csid == 0 ? 2 : csid == 1 ? 3 : 1, fmt = (uint32_t)first >> 6;
	if (basic == 2 && cur_peek(c, 1, 1, &more))
		csid = (uint32_t)more + 64;
	else if (basic == 3 && cur_peek(c, 1, 2, &more))
		csid = ((uint32_t)(more & 0xff) << 8 | (uint32_t)(more >> 8)) + 64;
	if (cur_avail(c) < basic + header[fmt])
		return false;
	cur_skip(c, basic);
	*out = *stream_of(s, csid);
	out->csid = csid;
	if (fmt < 3) {
		out->timestamp = (uint32_t)cur_be(c, 3);
		out->extended = out->timestamp == 0xffffff;
		out->done = 0;
	}
	if (fmt < 2) {
		out->size = (uint32_t)cur_be(c, 3);
		out->type = (uint8_t)cur_be(c, 1);
	}
	if (fmt == 0)
		out->message_stream = (uint32_t)cur_le(c, 4);
	if (out->extended) {
		if (cur_avail(c) < 4)
			return false;
		out->timestamp = (uint32_t)cur_be(c, 4);
	}
	return true;
}

/* One part of the handshake: the side that opened the connection sends one octet and 1536, then 1536; the
 * other one all of it at once. */
static enum verdict handshake(struct packet *pkt, struct cursor *c, struct side *s, bool opener)
{
	uint32_t need = !opener ? 1 + 2 * HANDSHAKE : s->handshakes == 0 ? 1 + HANDSHAKE : HANDSHAKE;
	if (c->cap < need && pkt_may_want(pkt)) {
		pkt_want(pkt, 0, need - c->cap);
		return MINE;
	}
	row_open(pkt, &proto_rtmpt, 0);
	s->handshakes = opener ? (uint8_t)(s->handshakes + 1) : 2;
	pkt_item_len(pkt, need);
	cur_skip(c, need);
	pkt_again(pkt, cur_rest(c));
	return MINE;
}

static void message(struct packet *pkt, struct side *s, const struct chunk_stream *m, const uint8_t *last)
{
	struct row *r = row_open(pkt, &proto_rtmpt, 0);
	row_set(r, RTMPT_CSID, m->csid);
	row_set(r, RTMPT_TIMESTAMP, m->timestamp);
	row_set(r, RTMPT_SIZE, m->size);
	row_set(r, RTMPT_TYPE, m->type);
	row_set(r, RTMPT_STREAM, m->message_stream);
	if (m->type == 1 && m->size == 4 && last && (be32(last) & 0x7fffffff))
		s->chunk_size = be32(last) & 0x7fffffff;
}

static enum verdict rtmpt_dissect(struct packet *pkt, struct cursor *c)
{
	struct rtmpt_flow *flow = pkt_flow(pkt, &proto_rtmpt);
	if (!flow)
		return NOT_MINE;
	struct side *s = &flow->sides[pkt_side(pkt)];
	pkt_one_token(pkt);
	if (s->handshakes < 2)
		return handshake(pkt, c, s, pkt_side(pkt) == 0);
	if (!s->chunk_size)
		s->chunk_size = CHUNK_SIZE;
	/* Chunks up to the one that completes a message. */
	while (cur_avail(c)) {
		struct chunk_stream m;
		struct cursor at = *c;
		if (!read_chunk(c, s, &m)) {
			pkt_want(pkt, at.pos, WANT_SEGMENT);
			break;
		}
		uint32_t n = m.size - m.done < s->chunk_size ? m.size - m.done : s->chunk_size;
		if (cur_avail(c) < n && pkt_may_want(pkt)) {
			pkt_want(pkt, at.pos, n - cur_avail(c));
			break;
		}
		const uint8_t *body = c->data + c->pos;
		cur_skip(c, n);
		m.done += n;
		bool complete = m.done >= m.size;
		if (complete)
			m.done = 0;
		*stream_of(s, m.csid) = m;
		if (complete) {
			message(pkt, s, &m, m.size == n ? body : NULL);
			pkt_item_len(pkt, c->pos < c->len ? c->pos : c->len);
			pkt_again(pkt, cur_rest(c));
			return MINE;
		}
	}
	pkt_silent(pkt); /* nothing was completed */
	return MINE;
}

static const struct claim rtmpt_claims[] = { { CLAIM_TCP_PORT, 1935 }, { 0 } };

const struct protocol proto_rtmpt = {
	.name = "rtmpt",
	.title = "Real Time Messaging Protocol",
	.column = "RTMP",
	.help = "Carries sound, pictures and commands of Flash players, and of cameras to servers that "
		"broadcast them.",
	.id = PROTO_ID_rtmpt,
	.records = rtmpt_records,
	.nrecords = 1,
	.claims = rtmpt_claims,
	.dissect = rtmpt_dissect,
	.flow_size = sizeof(struct rtmpt_flow),
};
