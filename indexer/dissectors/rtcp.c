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

#define REPORT_BLOCK 24

static void source(struct packet *pkt, struct cursor *c)
{
	row_be(row_open(pkt, &proto_rtcp, 2), BLOCK_SSRC, c, 4);
}

static void report_blocks(struct packet *pkt, struct cursor *c, unsigned n)
{
	for (unsigned i = 0; i < n && cur_need(c, REPORT_BLOCK); i++) {
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

enum { FIR_H261 = 192, NACK_H261, SR = 200, RR, SDES, BYE, APP, RTPFB, PSFB, XR, AVB, RSI, TOKEN };

/* RFC 3550, sections 6.4.1 and 6.4.2. A profile's own extension may follow the blocks; those that are known
 * have a type and a length of two octets each. */
static void report(
	struct packet *pkt, struct row *r, struct cursor *c, uint32_t type, unsigned blocks, uint32_t words)
{
	uint32_t end = c->pos + words * 4;
	if (words)
		row_be(r, PART_SSRC, c, 4);
	if (type == SR) {
		row_be(r, PART_NTP_MSW, c, 4);
		row_be(r, PART_NTP_LSW, c, 4);
		row_be(r, PART_TIMESTAMP, c, 4);
		row_be(r, PART_PACKETS, c, 4);
		row_be(r, PART_OCTETS, c, 4);
	}
	report_blocks(pkt, c, blocks);
	if (!pkt->fail && c->pos < end) {
		info_add(pkt, "%s", "(");
		cur_need(c, end - c->pos);
	}
}

/* RFC 3550, section 6.5: the chunks end where their items do, whatever the length says. */
static void source_description(struct packet *pkt, struct cursor *c, unsigned chunks)
{
	for (unsigned i = 0; i < chunks && !pkt->fail; i++) {
		uint32_t start = c->pos;
		uint64_t type;
		source(pkt, c);
		while (cur_peek(c, 0, 1, &type) && type) {
			cur_be(c, 1);
			uint32_t len = (uint32_t)cur_be(c, 1);
			if (!cur_need(c, len))
				return;
			cur_skip(c, len);
		}
		cur_need(c, 1);
		/* The items end with an octet 0, filled up with others. */
		cur_skip(c, 4 - (c->pos - start) % 4);
	}
}

/* RFC 3550, section 6.6. */
static void goodbye(struct packet *pkt, struct cursor *c, unsigned sources, uint32_t words)
{
	for (unsigned i = 0; i < sources && !pkt->fail; i++)
		source(pkt, c);
	if (pkt->fail || words <= sources)
		return;
	uint32_t len = (uint32_t)cur_be(c, 1);
	if (cur_need(c, len))
		cur_skip(c, len);
}

/* RFC 3550, section 6.7. */
static void application(struct packet *pkt, struct cursor *c, unsigned subtype, uint32_t words)
{
	source(pkt, c);
	const uint8_t *name = cur_take(c, 4);
	if (!name)
		return;
	bool printable = true;
	for (unsigned i = 0; i < 4; i++)
		printable = printable && name[i] >= ' ' && name[i] <= '~';
	if (printable)
		info_add(pkt, "( %.4s ) ", (const char *)name);
	else if (words > 2 && !cur_need(c, (words - 2) * 4))
		return;
	info_add(pkt, "subtype=%u", subtype);
	if (words > 2)
		cur_need(c, (words - 2) * 4);
}

/* RFC 4585, section 6.1; RFC 5104, sections 4.2 and 4.3. What it says of each has a length of its own. */
static void feedback(struct packet *pkt, struct cursor *c, uint32_t type, unsigned format, uint32_t words)
{
	enum { NACK = 1, TMMBR = 3, TMMBN = 4, PLI = 1, FIR = 4, LAYER = 15 };
	static const struct value_name formats[] = { { 1, "PLI" }, { 2, "SLI" }, { 3, "RPSI" }, { 4, "FIR" },
		{ 5, "TSTR" }, { 6, "TSTN" }, { 7, "VBCM" }, { 15, "ALFB" }, { 31, "Reserved" },
		{ 0, NULL } };
	if (type == PSFB)
		info_add(pkt, "%s  ", info_name(formats, format, "Unknown"));
	cur_be(c, 4);
	cur_be(c, 4);
	uint32_t rest = words > 2 ? (words - 2) * 4 : 0;
	bool pairs = type == RTPFB ? format == TMMBR || format == TMMBN : format == FIR;
	/* An indication that a picture was lost says nothing more (RFC 4585, section 6.3.1). */
	if (pkt->fail || (type == PSFB && format == PLI && rest) || (pairs && rest % 8))
		pkt->fail = pkt->fail ? pkt->fail : CUR_BAD;
	else
		cur_need(c, rest);
}

/* RFC 3611, section 2: blocks, each with its length in words. */
static void extended_report(struct packet *pkt, struct row *r, struct cursor *c, uint32_t words)
{
	uint32_t end = c->pos + words * 4;
	row_be(r, PART_SSRC, c, 4);
	while (!pkt->fail && c->pos < end) {
		cur_be(c, 2);
		uint32_t len = (uint32_t)cur_be(c, 2) * 4;
		if (!pkt->fail && (len > end - c->pos || !cur_need(c, len)))
			pkt->fail = pkt->fail ? pkt->fail : CUR_BAD;
		cur_skip(c, len);
	}
}

/* One packet of a compound. */
static void part(struct packet *pkt, struct cursor *c, uint32_t type)
{
	static const struct value_name titles[] = { { FIR_H261, "Full Intra-frame Request (H.261)" },
		{ NACK_H261, "Negative Acknowledgement (H.261)" }, { SR, "Sender Report" },
		{ RR, "Receiver Report" }, { SDES, "Source description" }, { BYE, "Goodbye" },
		{ APP, "Application specific" }, { RTPFB, "Generic RTP Feedback" },
		{ PSFB, "Payload-specific Feedback" }, { XR, "Extended report (RFC 3611)" },
		{ AVB, "AVB RTCP packet (IEEE1733)" }, { RSI, "Receiver Summary Information" },
		{ TOKEN, "Port Mapping" }, { 0, NULL } };
	struct row *r = row_open(pkt, &proto_rtcp, 1);
	unsigned count = row_be(r, PART_BITS, c, 1) & 0x1f;
	row_be(r, PART_PT, c, 1);
	uint32_t words = (uint32_t)row_be(r, PART_LENGTH, c, 2);
	if (pkt->fail)
		return;
	struct cursor end = *c;
	cur_sub(&end, words * 4);
	info_add(pkt, "%s   ", info_name(titles, type, "Unknown"));
	switch (type) {
	case SR:
	case RR:
		report(pkt, r, c, type, count, words);
		break;
	case SDES:
		if (words)
			source_description(pkt, c, count);
		return;
	case BYE:
		goodbye(pkt, c, count, words);
		break;
	case APP:
		application(pkt, c, count, words);
		break;
	case FIR_H261:
	case NACK_H261:
		source(pkt, c);
		break;
	case RTPFB:
	case PSFB:
		feedback(pkt, c, type, count, words);
		break;
	case XR:
		extended_report(pkt, r, c, words);
		break;
	case AVB: /* IEEE 1733, section 5.2, and RFC 5760, section 7.1, have more than a source */
	case RSI:
		source(pkt, c);
		cur_need(c, 16);
		break;
	case TOKEN:
		source(pkt, c);
		break;
	default:
		break;
	}
	if (!pkt->fail)
		*c = end;
}

static enum verdict rtcp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t type, words;
	bool first = true, secure = false;
	if (!is_announced(pkt) && !looks_like(c))
		return NOT_MINE;
	row_open(pkt, &proto_rtcp, 0);
	const struct rtp_media *media = pkt_announced(pkt, &proto_rtp);
	if (media && media->secure) {
		pkt_no_item(pkt);
		pkt_item(pkt, &srtcp, c->len);
		pkt->column = srtcp.column;
		secure = true;
	}
	info_clear(pkt);
	/* What follows and is none is left alone. */
	while ((first || !secure) && cur_left(c) && !pkt->fail && cur_peek(c, 1, 1, &type) &&
		type >= FIR_H261 && type <= TOKEN && cur_peek(c, 2, 2, &words)) {
		uint32_t left = cur_left(c), len = (uint32_t)words * 4 + 4;
		if (len > left)
			len = left;
		if (!first && !secure)
			pkt_item(pkt, &proto_rtcp, len);
		else if (!secure)
			pkt_item_len(pkt, len);
		part(pkt, c, (uint32_t)type);
		first = false;
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
