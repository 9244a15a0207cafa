/* GPRS Tunnelling Protocol, version 1 (3GPP TS 29.281, section 5.1; control messages TS 29.060) and version 0
 * (TS 09.60, section 6).
 *
 *      0     1     2           4                       8           10    11
 *     +-----+-----+-----------+-----------------------+-----------+-----+-----+
 *     |flags|type | length    | tunnel endpoint id    | sequence  |N-PDU|next |  last 4: if E, S or PN
 *     +-----+-----+-----------+-----------------------+-----------+-----+-----+
 *     version 0: flags, type, length, sequence (2), flow label (2), N-PDU and spare (4), tunnel id (8)
 *
 * A T-PDU carries the user's IP packet. Version 2 has a file of its own. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_gtpprime, proto_gtp, proto_gtpv2, proto_ip, proto_ipv6;

enum {
	GTP_FLAGS,
	GTP_MESSAGE,
	GTP_LENGTH,
	GTP_TEID,
	GTP_SEQ,
	GTP_VERSION,
	GTP_PAYLOAD,
	GTP_E,
	GTP_S,
	GTP_PN,
	GTP_NFIELDS
};

static const struct value_name messages[] = { { 1, "Echo request" }, { 2, "Echo response" },
	{ 3, "Version not supported" }, { 16, "Create PDP context request" },
	{ 17, "Create PDP context response" }, { 18, "Update PDP context request" },
	{ 19, "Update PDP context response" }, { 20, "Delete PDP context request" },
	{ 21, "Delete PDP context response" }, { 26, "Error indication" },
	{ 31, "Supported extension header notification" }, { 254, "End Marker" }, { 255, "T-PDU" },
	{ 0, NULL } };

static const struct field gtp_fields[GTP_NFIELDS] = {
	[GTP_FLAGS] = { "gtp.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[GTP_MESSAGE] = { "gtp.message", "Message Type", KIND_UINT, BASE_HEX, 1, .names = messages },
	[GTP_LENGTH] = { "gtp.length", "Length", KIND_UINT, .octets = 2 },
	[GTP_TEID] = { "gtp.teid", "TEID", KIND_UINT, BASE_HEX_DEC, 4 },
	[GTP_SEQ] = { "gtp.seq_number", "Sequence number", KIND_UINT, BASE_HEX_DEC, 2 },
	[GTP_VERSION] = { "gtp.flags.version", "Version", KIND_UINT, .octets = 1, .of = GTP_FLAGS,
		.mask = 0xe0 },
	[GTP_PAYLOAD] = { "gtp.flags.payload", "Protocol type", KIND_UINT, .octets = 1, .of = GTP_FLAGS,
		.mask = 0x10 },
	[GTP_E] = { "gtp.flags.e", "Is Next Extension Header present?", KIND_BOOL,
		.sql = "CASE WHEN {flags}>>5=1 THEN {flags}>>2&1 END" },
	[GTP_S] = { "gtp.flags.s", "Is Sequence Number present?", KIND_BOOL,
		.sql = "CASE WHEN {flags}>>5=1 THEN {flags}>>1&1 END" },
	[GTP_PN] = { "gtp.flags.pn", "Is N-PDU number present?", KIND_BOOL,
		.sql = "CASE WHEN {flags}>>5=1 THEN {flags}&1 END" },
};

static const struct record gtp_records[] = { { "gtp", RECORD_LAYER, GTP_NFIELDS, gtp_fields, NULL } };

/* Shows where a T-PDU does not hold an IP packet. */
static const struct protocol item_data = { .name = "gtp.tpdu_data", .title = "T-PDU Data" };

enum { T_PDU = 255, NOT_PRIME = 0x10, EXTENDED = 0x04, SEQUENCED = 0x02, NUMBERED = 0x01 };

/* What stands behind the first 8 octets of version 1. */
static void optional(struct row *r, struct cursor *c, uint64_t flags)
{
	if (!(flags & (EXTENDED | SEQUENCED | NUMBERED)))
		return;
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

static enum verdict gtp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t flags, first;
	if (!cur_peek(c, 0, 1, &flags))
		return NOT_MINE;
	if (flags >> 5 > 2)
		return NOT_MINE;
	if (flags >> 5 == 2) {
		pkt_no_item(pkt);
		pkt_next_proto(pkt, &proto_gtpv2, cur_rest(c));
		return MINE;
	}
	if (!(flags & NOT_PRIME)) { /* GTP', for charging, by its own name in the tree */
		pkt_no_item(pkt);
		pkt_item(pkt, &proto_gtpprime, c->len);
	}
	struct row *r = row_open(pkt, &proto_gtp, 0);
	row_be(r, GTP_FLAGS, c, 1);
	uint64_t message = row_be(r, GTP_MESSAGE, c, 1);
	if (pkt->info && !pkt->fail)
		info_set(pkt, "%s", info_name(messages, (int64_t)message, "Unknown"));
	row_be(r, GTP_LENGTH, c, 2);
	if (flags >> 5 == 1) {
		row_be(r, GTP_TEID, c, 4);
		optional(r, c, flags);
	} else {
		row_be(r, GTP_SEQ, c, 2);
		cur_skip(c, 2 + 4 + 8);
	}
	if (pkt->fail || message != T_PDU)
		return MINE;
	pkt_item_len(pkt, c->pos);
	struct cursor rest = cur_rest(c);
	if (!cur_peek(&rest, 0, 1, &first))
		return MINE;
	if (first >> 4 != 4 && first >> 4 != 6)
		pkt_item(pkt, &item_data, rest.len);
	else if (first >> 4 == 4)
		pkt_next_proto(pkt, &proto_ip, rest);
	else
		pkt_next_proto(pkt, &proto_ipv6, rest);
	return MINE;
}

static const struct claim gtp_claims[] = { { CLAIM_UDP_PORT, 2152 }, { CLAIM_UDP_PORT, 2123 },
	{ CLAIM_TCP_PORT, 2152 }, { CLAIM_TCP_PORT, 2123 }, { 0 } };

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
