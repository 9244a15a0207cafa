/* Controller Area Network frames as Linux's SocketCAN gives them (LINKTYPE_CAN_SOCKETCAN, 227).
 *
 *      0               4   5   6       8
 *     +---------------+---+---+-------+------------- - -
 *     |flags, id      |len|fd |   0   | data
 *     +---------------+---+---+-------+------------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_can, proto_data;

enum { CAN_WORD, CAN_LEN, CAN_ID, CAN_XTD, CAN_RTR, CAN_ERR, CAN_NFIELDS };

static const struct field can_fields[CAN_NFIELDS] = {
	[CAN_WORD] = { "word", "flags and identifier", KIND_UINT, BASE_HEX, 4, .internal = true },
	[CAN_LEN] = { "can.len", "Frame-Length", KIND_UINT, .octets = 1 },
	[CAN_ID] = { "can.id", "Identifier", KIND_UINT, .octets = 4,
		.sql = "({word} & CASE WHEN {word} & 0x80000000 THEN 0x1fffffff ELSE 0x7ff END)" },
	[CAN_XTD] = { "can.flags.xtd", "Extended Flag", KIND_BOOL, .of = CAN_WORD, .mask = 0x80000000 },
	[CAN_RTR] = { "can.flags.rtr", "Remote Transmission Request Flag", KIND_BOOL, .of = CAN_WORD,
		.mask = 0x40000000 },
	[CAN_ERR] = { "can.flags.err", "Error Message Flag", KIND_BOOL, .of = CAN_WORD, .mask = 0x20000000 },
};

static const struct record can_records[] = { { "can", RECORD_LAYER, CAN_NFIELDS, can_fields, NULL } };

#define CAN_EXTENDED 0x80000000
#define CAN_REMOTE   0x40000000
#define CAN_ERROR    0x20000000
#define CAN_FD_FRAME 72 /* octets of the record */

/* AUTOSAR network management: by Wireshark's defaults the frames of identifier 0 are taken for it. */
static enum verdict nm_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->cap >= 2)
		info_set(pkt, "NM (CBV: 0x%02x, SNI: 0x%02x)", c->data[0], c->data[1]);
	return MINE;
}

static const struct protocol proto_nm = { .name = "autosar-nm",
	.title = "AUTOSAR Network Management",
	.column = "AUTOSAR NM",
	.dissect = nm_dissect };
static const struct protocol proto_canfd = {
	.name = "canfd", .title = "Controller Area Network FD", .no_item = true
};

static enum verdict can_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_can, 0);
	uint32_t word = (uint32_t)row_be(r, CAN_WORD, c, 4);
	uint32_t len = (uint32_t)row_be(r, CAN_LEN, c, 1);
	cur_take(c, 3);
	if (pkt->fail)
		return MINE;
	if (c->len == CAN_FD_FRAME) {
		pkt->tokens[pkt->ntokens - 1] = &proto_canfd;
		pkt->column = "CANFD";
	}
	if (word & CAN_ERROR) {
		/* Eight octets say what went wrong; a note beside CAN in the tree, where the length is
		 * another. */
		static const struct protocol mismatch = { .name = "text" };
		if (len != 8)
			pkt_item(pkt, &mismatch, 0);
		cur_take(c, 8);
		info_set(pkt, "%s", "ERR: Reserved");
		return MINE;
	}
	uint32_t id = word & (word & CAN_EXTENDED ? 0x1fffffff : 0x7ff);
	info_set(pkt, "%sID: %u (0x%x), Length: %u%s", word & CAN_EXTENDED ? "Ext. " : "", id, id, len,
		word & CAN_REMOTE ? "(Remote Transmission Request)" : "");
	bool management = id == 0 && !(word & CAN_REMOTE);
	pkt_next_proto(pkt, management ? &proto_nm : &proto_data, cur_sub(c, len));
	return MINE;
}

static const struct claim can_claims[] = { { CLAIM_LINKTYPE, 227 }, { CLAIM_SLL, 12 }, { CLAIM_SLL, 13 },
	{ 0 } };

const struct protocol proto_can = {
	.name = "can",
	.title = "Controller Area Network",
	.column = "CAN",
	.spec = "LINKTYPE_CAN_SOCKETCAN",
	.help = "Short frames on the bus of a vehicle or a machine, known by what they say and not by who "
		"says it.",
	.id = PROTO_ID_can,
	.records = can_records,
	.nrecords = 1,
	.claims = can_claims,
	.dissect = can_dissect,
};
