/* RTP Control Protocol (RFC 3550, section 6): a compound of packets, each
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---+-+---------+---------------+-------------------------------+
 *     |V=2|P|  count  | packet type   |  length: words - 1            |
 *     +---+-+---------+---------------+-------------------------------+
 *     |                      SSRC of the sender                       |
 *     |  SR: NTP time (64), RTP time, packets, octets                 |
 *     |  SR, RR: `count` report blocks of 24 octets                   |
 *     +---------------------------------------------------------------+
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/rtp.h"

enum { RTCP_NFIELDS = 0 };

enum {
	PART_BITS,
	PART_PT,
	PART_LENGTH,
	PART_SSRC,
	PART_NTP_MSW,
	PART_NTP_LSW,
	PART_TIMESTAMP,
	PART_PACKETS,
	PART_OCTETS,
	PART_VERSION,
	PART_PADDING,
	PART_RC,
	PART_NFIELDS
};

static const struct value_name rtcp_types[] = { { 192, "Full INTRA-frame Request (H.261)" },
	{ 193, "Negative ACKnowledgement (H.261)" }, { 200, "Sender Report" }, { 201, "Receiver Report" },
	{ 202, "Source description" }, { 203, "Goodbye" }, { 204, "Application specific" },
	{ 205, "Generic RTP Feedback" }, { 206, "Payload-specific" }, { 207, "Extended report (RFC 3611)" },
	{ 0, NULL } };

static const struct field part_fields[PART_NFIELDS] = {
	[PART_BITS] = { "bits", "Version, padding, count", KIND_UINT, .octets = 1, .internal = true },
	[PART_PT] = { "rtcp.pt", "Packet type", KIND_UINT, .octets = 1, .names = rtcp_types },
	[PART_LENGTH] = { "rtcp.length", "Length", KIND_UINT, .octets = 2 },
	[PART_SSRC] = { "rtcp.senderssrc", "Sender SSRC", KIND_UINT, BASE_HEX_DEC, 4 },
	[PART_NTP_MSW] = { "rtcp.timestamp.ntp.msw", "Timestamp, MSW", KIND_UINT, BASE_DEC_HEX, 4 },
	[PART_NTP_LSW] = { "rtcp.timestamp.ntp.lsw", "Timestamp, LSW", KIND_UINT, BASE_DEC_HEX, 4 },
	[PART_TIMESTAMP] = { "rtcp.timestamp.rtp", "RTP timestamp", KIND_UINT, .octets = 4 },
	[PART_PACKETS] = { "rtcp.sender.packetcount", "Sender's packet count", KIND_UINT, .octets = 4 },
	[PART_OCTETS] = { "rtcp.sender.octetcount", "Sender's octet count", KIND_UINT, .octets = 4 },
	[PART_VERSION] = { "rtcp.version", "Version", KIND_UINT, .octets = 1, .mask = 0xc0, .of = PART_BITS },
	[PART_PADDING] = { "rtcp.padding", "Padding", KIND_BOOL, .mask = 0x20, .of = PART_BITS },
	[PART_RC] = { "rtcp.rc", "Reception report count", KIND_UINT, .octets = 1, .mask = 0x1f,
		.of = PART_BITS },
};

enum {
	BLOCK_SSRC,
	BLOCK_FRACTION,
	BLOCK_LOST,
	BLOCK_HIGHEST,
	BLOCK_JITTER,
	BLOCK_LSR,
	BLOCK_DLSR,
	BLOCK_NFIELDS
};

static const struct field block_fields[BLOCK_NFIELDS] = {
	[BLOCK_SSRC] = { "rtcp.ssrc.identifier", "Identifier", KIND_UINT, BASE_HEX_DEC, 4 },
	[BLOCK_FRACTION] = { "rtcp.ssrc.fraction", "Fraction lost", KIND_UINT, .octets = 1 },
	[BLOCK_LOST] = { "rtcp.ssrc.cum_nr", "Cumulative number of packets lost", KIND_INT },
	[BLOCK_HIGHEST] = { "rtcp.ssrc.ext_high", "Extended highest sequence number received", KIND_UINT,
		.octets = 4 },
	[BLOCK_JITTER] = { "rtcp.ssrc.jitter", "Interarrival jitter", KIND_UINT, .octets = 4 },
	[BLOCK_LSR] = { "rtcp.ssrc.lsr", "Last SR timestamp", KIND_UINT, BASE_DEC_HEX, 4 },
	[BLOCK_DLSR] = { "rtcp.ssrc.dlsr", "Delay since last SR timestamp", KIND_UINT, .octets = 4 },
};

static const struct record rtcp_records[] = {
	{ "rtcp", RECORD_LAYER, RTCP_NFIELDS, part_fields, NULL },
	{ "rtcp_packet", RECORD_CHILD, PART_NFIELDS, part_fields, NULL },
	{ "rtcp_block", RECORD_CHILD, BLOCK_NFIELDS, block_fields, NULL },
};

static void report_blocks(struct packet *pkt, struct cursor *c, unsigned n)
{
	for (unsigned i = 0; i < n && !pkt->fail; i++) {
		struct row *r = row_open(pkt, &proto_rtcp, 2);
		row_be(r, BLOCK_SSRC, c, 4);
		row_be(r, BLOCK_FRACTION, c, 1);
		int32_t lost = (int32_t)(cur_be(c, 3) << 8) / 256; /* 24 bits, signed */
		row_set(r, BLOCK_LOST, lost);
		row_be(r, BLOCK_HIGHEST, c, 4);
		row_be(r, BLOCK_JITTER, c, 4);
		row_be(r, BLOCK_LSR, c, 4);
		row_be(r, BLOCK_DLSR, c, 4);
	}
}

/* Where no one announced it: version 2, a type that may stand first (RFC 3550, section 6.1; goodbyes and
 * feedback do in practice), whole words. */
static bool looks_like(const struct cursor *c)
{
	uint64_t bits, type;
	return cur_peek(c, 0, 1, &bits) && bits >> 6 == 2 && cur_peek(c, 1, 1, &type) &&
	       (type == 200 || type == 201 || type == 203 || type == 204 || type == 206) && c->len % 4 == 0;
}

static bool is_announced(const struct packet *pkt)
{
	int parent = pkt->layers[pkt->current].parent;
	return (parent >= 0 && pkt->layers[parent].proto == &proto_rtp) || pkt_spoken(pkt, &proto_rtcp);
}

/* What stands in the tree for reports that are encrypted; the token is that of RTCP. */
static const struct protocol srtcp = {
	.name = "srtcp", .title = "Secure Real-time Transport Control Protocol", .column = "SRTCP"
};

static enum verdict rtcp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t bits, type;
	if (!is_announced(pkt) && !looks_like(c))
		return NOT_MINE;
	row_open(pkt, &proto_rtcp, 0);
	const struct rtp_media *media = pkt_announced(pkt, &proto_rtp);
	if (media && media->secure) {
		pkt_no_item(pkt);
		pkt_item(pkt, &srtcp, c->len);
		pkt->column = srtcp.column;
	}
	while (cur_left(c) && !pkt->fail) {
		/* What follows and is none is left alone. */
		if (!cur_peek(c, 1, 1, &type) || type < 192 || type > 213)
			break;
		struct row *r = row_open(pkt, &proto_rtcp, 1);
		bits = row_be(r, PART_BITS, c, 1);
		row_be(r, PART_PT, c, 1);
		uint32_t words = (uint32_t)row_be(r, PART_LENGTH, c, 2);
		struct cursor body = cur_sub(c, words * 4);
		if ((type == 200 || type == 201) && words)
			row_be(r, PART_SSRC, &body, 4);
		if (type == 200) {
			row_be(r, PART_NTP_MSW, &body, 4);
			row_be(r, PART_NTP_LSW, &body, 4);
			row_be(r, PART_TIMESTAMP, &body, 4);
			row_be(r, PART_PACKETS, &body, 4);
			row_be(r, PART_OCTETS, &body, 4);
		}
		if (type == 200 || type == 201)
			report_blocks(pkt, &body, bits & 31);
	}
	return MINE;
}

static const struct claim rtcp_claims[] = { { CLAIM_HEUR_UDP, 200 }, { CLAIM_HEUR_STUN, 60 }, { 0 } };

const struct protocol proto_rtcp = {
	.name = "rtcp",
	.title = "Real-time Transport Control Protocol",
	.column = "RTCP",
	.spec = "RFC 3550",
	.help = "Reports how well the media of RTP arrive: loss, jitter, delay.",
	.id = PROTO_ID_rtcp,
	.records = rtcp_records,
	.nrecords = 3,
	.claims = rtcp_claims,
	.dissect = rtcp_dissect,
};
