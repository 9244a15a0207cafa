/* Remote Desktop Protocol over UDP ([MS-RDPEUDP], section 2.2).
 *
 *      0               4       6       8               12      14      16
 *     +---------------+-------+-------+---------------+-------+-------+------ - -
 *     | acknowledged  |window | flags | first sequence| MTU up| MTU dn| correlation id, extension      SYN
 *     +---------------+-------+-------+---------------+-------+-------+------ - -
 *     | acknowledged  |window | flags | ack vector (2 + n, to a multiple of 4) | ack of acks (4)       else
 *     +---------------+-------+-------+---------------+-------------------------
 *     data: sn coded (4), sn source (4), octets of TLS or, where packets may be lost, of DTLS
 *
 * From version 3 on ([MS-RDPEUDP2]) packets after the handshake look otherwise; they stay octets. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_rdpudp, proto_tls, proto_dtls;

enum {
	RDPUDP_ACK,
	RDPUDP_WINDOW,
	RDPUDP_FLAGS,
	RDPUDP_SEQUENCE,
	RDPUDP_UP,
	RDPUDP_DOWN,
	RDPUDP_CORRELATION,
	RDPUDP_VERSION,
	RDPUDP_CODED,
	RDPUDP_SOURCE,
	RDPUDP_SYN,
	RDPUDP_FIN,
	RDPUDP_HAS_ACK,
	RDPUDP_HAS_DATA,
	RDPUDP_NFIELDS
};

static const struct field rdpudp_fields[RDPUDP_NFIELDS] = {
	[RDPUDP_ACK] = { "rdpudp.snsourceack", "snSourceAck", KIND_UINT, BASE_HEX, 4 },
	[RDPUDP_WINDOW] = { "rdpudp.receivewindowsize", "ReceiveWindowSize", KIND_UINT, .octets = 2 },
	[RDPUDP_FLAGS] = { "rdpudp.flags", "Flags", KIND_UINT, BASE_HEX, 2 },
	[RDPUDP_SEQUENCE] = { "rdpudp.initialsequencenumber", "Initial SequenceNumber", KIND_UINT, BASE_HEX,
		4, .part = 1 },
	[RDPUDP_UP] = { "rdpudp.upstreammtu", "Upstream MTU", KIND_UINT, .octets = 2, .part = 1 },
	[RDPUDP_DOWN] = { "rdpudp.downstreammtu", "DownStream MTU", KIND_UINT, .octets = 2, .part = 1 },
	[RDPUDP_CORRELATION] = { "rdpudp.correlationid", "Correlation Id", KIND_BYTES, .part = 1 },
	[RDPUDP_VERSION] = { "rdpudp.synex.version", "Version", KIND_UINT, BASE_HEX, 2, .part = 1 },
	[RDPUDP_CODED] = { "rdpudp.data.sncoded", "snCoded", KIND_UINT, BASE_HEX, 4 },
	[RDPUDP_SOURCE] = { "rdpudp.data.sourceStart", "snSourceStart", KIND_UINT, BASE_HEX, 4 },
	[RDPUDP_SYN] = { "rdpudp.flags.syn", "Syn", KIND_BOOL, .of = RDPUDP_FLAGS, .mask = 0x0001 },
	[RDPUDP_FIN] = { "rdpudp.flags.fin", "Fin", KIND_BOOL, .of = RDPUDP_FLAGS, .mask = 0x0002 },
	[RDPUDP_HAS_ACK] = { "rdpudp.flags.ack", "Ack", KIND_BOOL, .of = RDPUDP_FLAGS, .mask = 0x0004 },
	[RDPUDP_HAS_DATA] = { "rdpudp.flags.data", "Data", KIND_BOOL, .of = RDPUDP_FLAGS, .mask = 0x0008 },
};

static const struct record rdpudp_records[] = {
	{ "rdpudp", RECORD_LAYER, RDPUDP_NFIELDS, rdpudp_fields, (const char *const[]) { "syn", NULL } },
};

enum {
	SYN = 0x0001,
	ACK = 0x0004,
	DATA = 0x0008,
	FEC = 0x0010,
	ACK_OF_ACKS = 0x0100,
	LOSSY = 0x0200,
	CORRELATION = 0x0800,
	EXTENDED = 0x1000
};
#define VERSION_3 0x0101

struct rdpudp_flow {
	bool lossy, newer;
};

static void handshake(struct row *r, struct cursor *c, uint64_t flags, struct rdpudp_flow *flow)
{
	row_be(r, RDPUDP_SEQUENCE, c, 4);
	row_be(r, RDPUDP_UP, c, 2);
	row_be(r, RDPUDP_DOWN, c, 2);
	if (flags & CORRELATION) {
		row_bytes(r, RDPUDP_CORRELATION, c, 16);
		cur_skip(c, 16);
	}
	if (flags & EXTENDED) {
		cur_skip(c, 2);
		uint64_t version = row_be(r, RDPUDP_VERSION, c, 2);
		flow->newer = flags & ACK && version == VERSION_3;
	}
	flow->lossy = flags & LOSSY;
}

static enum verdict rdpudp_dissect(struct packet *pkt, struct cursor *c)
{
	struct rdpudp_flow none = { 0 }, *flow = pkt_flow(pkt, &proto_rdpudp);
	struct row *r = row_open(pkt, &proto_rdpudp, 0);
	flow = flow ? flow : &none;
	if (flow->newer)
		return MINE;
	row_be(r, RDPUDP_ACK, c, 4);
	row_be(r, RDPUDP_WINDOW, c, 2);
	uint64_t flags = row_be(r, RDPUDP_FLAGS, c, 2);
	if (flags & SYN) {
		handshake(r, c, flags, flow);
		return MINE;
	}
	if (flags & ACK) {
		uint32_t n = (uint32_t)cur_be(c, 2) + 2;
		cur_skip(c, ((n + 3) & ~UINT32_C(3)) - 2);
	}
	if (flags & ACK_OF_ACKS)
		cur_skip(c, 4);
	if (!(flags & DATA) || flags & FEC)
		return MINE;
	row_be(r, RDPUDP_CODED, c, 4);
	row_be(r, RDPUDP_SOURCE, c, 4);
	if (!pkt->fail)
		pkt_next_proto(pkt, flow->lossy ? &proto_dtls : &proto_tls, cur_rest(c));
	return MINE;
}

static const struct claim rdpudp_claims[] = { { CLAIM_UDP_PORT, 3389 }, { 0 } };

const struct protocol proto_rdpudp = {
	.name = "rdpudp",
	.title = "UDP Remote Desktop Protocol",
	.column = "RDPUDP",
	.spec = "[MS-RDPEUDP]",
	.help = "Carries a remote desktop's pictures and sound over UDP.",
	.id = PROTO_ID_rdpudp,
	.records = rdpudp_records,
	.nrecords = 1,
	.claims = rdpudp_claims,
	.dissect = rdpudp_dissect,
	.flow_size = sizeof(struct rdpudp_flow),
};
