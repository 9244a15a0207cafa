/* GPRS Tunnelling Protocol, version 1 (3GPP TS 29.281, section 5.1; control messages TS 29.060).
 *
 *      0     1     2           4                       8           10    11
 *     +-----+-----+-----------+-----------------------+-----------+-----+-----+
 *     |flags|type | length    | tunnel endpoint id    | sequence  |N-PDU|next |  last 4: if E, S or PN
 *     +-----+-----+-----------+-----------------------+-----------+-----+-----+
 *
 * A T-PDU carries the user's IP packet. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_gtp, proto_ip, proto_ipv6;

enum { GTP_FLAGS, GTP_MESSAGE, GTP_LENGTH, GTP_TEID, GTP_SEQ, GTP_VERSION, GTP_NFIELDS };

static const struct field gtp_fields[GTP_NFIELDS] = {
	[GTP_FLAGS] = { "gtp.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[GTP_MESSAGE] = { "gtp.message", "Message Type", KIND_UINT, BASE_HEX, 1 },
	[GTP_LENGTH] = { "gtp.length", "Length", KIND_UINT, .octets = 2 },
	[GTP_TEID] = { "gtp.teid", "TEID", KIND_UINT, BASE_HEX, 4 },
	[GTP_SEQ] = { "gtp.seq_number", "Sequence number", KIND_UINT, BASE_HEX, 2 },
	[GTP_VERSION] = { "gtp.flags.version", "Version", KIND_UINT, .octets = 1, .of = GTP_FLAGS,
		.mask = 0xe0 },
};

static const struct record gtp_records[] = { { "gtp", RECORD_LAYER, GTP_NFIELDS, gtp_fields, NULL } };

enum { T_PDU = 255, EXTENDED = 0x04, SEQUENCED = 0x02, NUMBERED = 0x01 };

static enum verdict gtp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t flags;
	if (!cur_peek(c, 0, 1, &flags))
		return NOT_MINE;
	if (flags >> 5 != 1)
		return MINE; /* version 0 and GTP version 2 have other headers */
	struct row *r = row_open(pkt, &proto_gtp, 0);
	row_be(r, GTP_FLAGS, c, 1);
	uint64_t message = row_be(r, GTP_MESSAGE, c, 1);
	row_be(r, GTP_LENGTH, c, 2);
	row_be(r, GTP_TEID, c, 4);
	if (flags & (EXTENDED | SEQUENCED | NUMBERED)) {
		if (flags & SEQUENCED)
			row_be(r, GTP_SEQ, c, 2);
		else
			cur_skip(c, 2);
		cur_skip(c, 1);
		/* Extension headers: a length in units of 4 octets, contents, the type of the next one. */
		for (uint64_t next = cur_be(c, 1); flags & EXTENDED && next && cur_left(c);) {
			uint32_t n = (uint32_t)cur_be(c, 1) * 4;
			if (n < 4)
				break;
			cur_skip(c, n - 2);
			next = cur_be(c, 1);
		}
	}
	if (pkt->fail || message != T_PDU)
		return MINE;
	pkt_item_len(pkt, c->pos);
	uint64_t first;
	struct cursor rest = cur_rest(c);
	if (!cur_peek(&rest, 0, 1, &first))
		return MINE;
	if (first >> 4 == 4)
		pkt_next_proto(pkt, &proto_ip, rest);
	else if (first >> 4 == 6)
		pkt_next_proto(pkt, &proto_ipv6, rest);
	return MINE;
}

static const struct claim gtp_claims[] = { { CLAIM_UDP_PORT, 2152 }, { CLAIM_UDP_PORT, 2123 },
	{ CLAIM_UDP_PORT, 3386 }, { 0 } };

const struct protocol proto_gtp = {
	.name = "gtp",
	.title = "GPRS Tunneling Protocol",
	.column = "GTP",
	.spec = "3GPP TS 29.281",
	.help = "Carries the traffic of mobile phones through their operator's network.",
	.id = PROTO_ID_gtp,
	.records = gtp_records,
	.nrecords = 1,
	.claims = gtp_claims,
	.dissect = gtp_dissect,
};
