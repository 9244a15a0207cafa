/* Encapsulated Remote Switch Port Analyzer (draft-foschiano-erspan): copies of frames in GRE.
 *
 *      0               2               4               6               8
 *     +----+----------+---+--+-+------+---------------+---------------+
 *     |ver | vlan     |cos|en|t| span | type II: reserved, index      |
 *     +----+----------+---+--+-+------+-------------------------------+
 *     | type III: 32 bits of time in their place; security group (2), |
 *     | hardware, direction, granularity, O (2), with O a subheader (8)
 *
 * Type I has no header of its own: Wireshark knows it by the missing sequence number of GRE. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_erspan, proto_eth, proto_gre;

enum {
	ERSPAN_HEAD,
	ERSPAN_TAIL,
	ERSPAN_TIMESTAMP,
	ERSPAN_SGT,
	ERSPAN_MORE,
	ERSPAN_VERSION,
	ERSPAN_VLAN,
	ERSPAN_COS,
	ERSPAN_ENCAP,
	ERSPAN_TRUNCATED,
	ERSPAN_SPANID,
	ERSPAN_RESERVED,
	ERSPAN_INDEX,
	ERSPAN_BSO,
	ERSPAN_P,
	ERSPAN_FT,
	ERSPAN_HW,
	ERSPAN_DIRECTION,
	ERSPAN_GRA,
	ERSPAN_O,
	ERSPAN_NFIELDS
};

#define TYPE_II(e) "CASE {head}>>28 WHEN 1 THEN " e " END"

static const struct field erspan_fields[ERSPAN_NFIELDS] = {
	[ERSPAN_HEAD] = { "head", "first 4 octets", KIND_UINT, BASE_HEX, 4, .internal = true },
	[ERSPAN_TAIL] = { "tail", "next 4 octets of type II", KIND_UINT, BASE_HEX, 4, .internal = true },
	[ERSPAN_TIMESTAMP] = { "erspan.timestamp", "Timestamp", KIND_UINT, .octets = 4 },
	[ERSPAN_SGT] = { "erspan.sgt", "Security Group Tag", KIND_UINT, .octets = 2 },
	[ERSPAN_MORE] = { "more", "last 2 octets of type III", KIND_UINT, BASE_HEX, 2, .internal = true },
	[ERSPAN_VERSION] = { "erspan.version", "Version", KIND_UINT, .octets = 2, .of = ERSPAN_HEAD,
		.mask = 0xf0000000 },
	[ERSPAN_VLAN] = { "erspan.vlan", "Vlan", KIND_UINT, .octets = 2, .of = ERSPAN_HEAD,
		.mask = 0x0fff0000 },
	[ERSPAN_COS] = { "erspan.cos", "COS", KIND_UINT, .octets = 2, .of = ERSPAN_HEAD, .mask = 0xe000 },
	[ERSPAN_ENCAP] = { "erspan.encap", "Encap", KIND_UINT, .octets = 2, .sql = TYPE_II("{head}>>11&3") },
	[ERSPAN_TRUNCATED] = { "erspan.truncated", "Truncated", KIND_UINT, .octets = 2, .of = ERSPAN_HEAD,
		.mask = 0x0400 },
	[ERSPAN_SPANID] = { "erspan.spanid", "SpanID", KIND_UINT, .octets = 2, .of = ERSPAN_HEAD,
		.mask = 0x03ff },
	[ERSPAN_RESERVED] = { "erspan.reserved", "Reserved", KIND_UINT, .octets = 4, .of = ERSPAN_TAIL,
		.mask = 0xfff00000 },
	[ERSPAN_INDEX] = { "erspan.index", "Index", KIND_UINT, .octets = 4, .of = ERSPAN_TAIL,
		.mask = 0xfffff },
	[ERSPAN_BSO] = { "erspan.bso", "Bad/Short/Oversized", KIND_UINT, .octets = 2,
		.sql = "CASE {head}>>28 WHEN 2 THEN {head}>>11&3 END" },
	[ERSPAN_P] = { "erspan.p", "Has Ethernet PDU", KIND_UINT, .octets = 2, .of = ERSPAN_MORE,
		.mask = 0x8000 },
	[ERSPAN_FT] = { "erspan.ft", "Frame Type", KIND_UINT, .octets = 2, .of = ERSPAN_MORE,
		.mask = 0x7c00 },
	[ERSPAN_HW] = { "erspan.hw", "Hardware ID", KIND_UINT, .octets = 2, .of = ERSPAN_MORE,
		.mask = 0x03f0 },
	[ERSPAN_DIRECTION] = { "erspan.direction", "Direction", KIND_BOOL, .of = ERSPAN_MORE,
		.mask = 0x0008 },
	[ERSPAN_GRA] = { "erspan.gra", "Timestamp granularity", KIND_UINT, .octets = 2, .of = ERSPAN_MORE,
		.mask = 0x0006 },
	[ERSPAN_O] = { "erspan.o", "Optional Sub headers", KIND_UINT, .octets = 2, .of = ERSPAN_MORE,
		.mask = 0x0001 },
};

static const struct record erspan_records[] = { { "erspan", RECORD_LAYER, ERSPAN_NFIELDS, erspan_fields,
	NULL } };

#define GRE_FLAG_S  0x1000
#define TYPE_I_II   0x88be
#define TYPE_III    0x22eb
#define SUBHEADER_O 0x0001

/* Type I: protocol 0x88be without a sequence number in the GRE header. */
static bool has_no_header(const struct packet *pkt)
{
	int parent = pkt->layers[pkt->current].parent;
	const struct layer *l = parent >= 0 ? &pkt->layers[parent] : NULL;
	return l && l->proto == &proto_gre && l->cap >= 4 && !(be16(l->data) & GRE_FLAG_S) &&
	       be16(l->data + 2) == TYPE_I_II;
}

static enum verdict erspan_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_erspan, 0);
	if (has_no_header(pkt)) {
		pkt_next_always(pkt, &proto_eth, cur_rest(c));
		return MINE;
	}
	uint32_t head = (uint32_t)row_be(r, ERSPAN_HEAD, c, 4), version = head >> 28;
	if (pkt->fail)
		return MINE;
	if (version == 1) {
		row_be(r, ERSPAN_TAIL, c, 4);
	} else if (version == 2) {
		row_be(r, ERSPAN_TIMESTAMP, c, 4);
		row_be(r, ERSPAN_SGT, c, 2);
		if (row_be(r, ERSPAN_MORE, c, 2) & SUBHEADER_O)
			cur_skip(c, 8);
	} else {
		return MINE; /* unknown */
	}
	if (!pkt->fail)
		pkt_next_always(pkt, &proto_eth, cur_rest(c));
	return MINE;
}

static const struct claim erspan_claims[] = { { CLAIM_GRE, TYPE_I_II }, { CLAIM_GRE, TYPE_III }, { 0 } };

const struct protocol proto_erspan = {
	.name = "erspan",
	.title = "Encapsulated Remote Switch Packet ANalysis",
	.column = "ERSPAN",
	.spec = "draft-foschiano-erspan",
	.help = "Carries copies of a switch port's frames to an analyzer elsewhere.",
	.id = PROTO_ID_erspan,
	.records = erspan_records,
	.nrecords = 1,
	.claims = erspan_claims,
	.dissect = erspan_dissect,
};
