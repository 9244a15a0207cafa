/* Link Aggregation Control Protocol (IEEE 802.1AX-2014, 6.4.2.3), behind the subtype of the slow protocols:
 * TLVs of fixed length, 109 octets in all.
 *
 *      0       1    2    3        5        11    13    15    17     18    21
 *     +-------+----+----+--------+--------+-----+-----+-----+------+-----+----------- - -
 *     |version| 1  | 20 |system  |system  |key  |port |port |state |0 0 0| 2, 20, the partner's; 3, 16, the
 * collector's; |       |    |    |priority|        |     |prio |     |      |     | 0, 0, and zeros
 *     +-------+----+----+--------+--------+-----+-----+-----+------+-----+----------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_lacp;

#define SIDE_FIELDS 6 /* the same for actor and partner */

enum {
	LACP_VERSION,
	LACP_ACTOR,
	LACP_PARTNER = LACP_ACTOR + SIDE_FIELDS,
	LACP_MAX_DELAY = LACP_PARTNER + SIDE_FIELDS,
	LACP_STATE_BITS,
	LACP_NFIELDS = LACP_STATE_BITS + 16
};

#define SIDE(at, name, title)                                                                                \
	[at] = { "lacp." name ".sys_priority", title " System Priority", KIND_UINT, .octets = 2 },           \
	[(at) + 1] = { "lacp." name ".sysid", title " System ID", KIND_ETHER },                              \
	[(at) + 2] = { "lacp." name ".key", title " Key", KIND_UINT, .octets = 2 },                          \
	[(at) + 3] = { "lacp." name ".port_priority", title " Port Priority", KIND_UINT, .octets = 2 },      \
	[(at) + 4] = { "lacp." name ".port", title " Port", KIND_UINT, .octets = 2 },                        \
	[(at) + 5] = { "lacp." name ".state", title " State", KIND_UINT, BASE_HEX, 1 }

#define BIT(at, side, name, bit, label, title)                                                               \
	[at] = { "lacp." name ".state." bit, label, KIND_BOOL, .of = (side) + 5, .mask = title }
#define BITS(at, side, name)                                                                                 \
	BIT(at, side, name, "activity", "LACP Activity", 0x01),                                              \
		BIT((at) + 1, side, name, "timeout", "LACP Timeout", 0x02),                                  \
		BIT((at) + 2, side, name, "aggregation", "Aggregation", 0x04),                               \
		BIT((at) + 3, side, name, "synchronization", "Synchronization", 0x08),                       \
		BIT((at) + 4, side, name, "collecting", "Collecting", 0x10),                                 \
		BIT((at) + 5, side, name, "distributing", "Distributing", 0x20),                             \
		BIT((at) + 6, side, name, "defaulted", "Defaulted", 0x40),                                   \
		BIT((at) + 7, side, name, "expired", "Expired", 0x80)

static const struct field lacp_fields[LACP_NFIELDS] = {
	[LACP_VERSION] = { "lacp.version", "LACP Version", KIND_UINT, BASE_HEX, 1 },
	SIDE(LACP_ACTOR, "actor", "Actor"),
	SIDE(LACP_PARTNER, "partner", "Partner"),
	[LACP_MAX_DELAY] = { "lacp.collector.max_delay", "Collector Max Delay", KIND_UINT, .octets = 2 },
	BITS(LACP_STATE_BITS, LACP_ACTOR, "actor"),
	BITS(LACP_STATE_BITS + 8, LACP_PARTNER, "partner"),
};

enum { TLV_TYPE, TLV_LENGTH, TLV_NFIELDS };
static const struct field tlv_fields[TLV_NFIELDS] = {
	[TLV_TYPE] = { "lacp.tlv_type", "TLV Type", KIND_UINT, BASE_HEX, 1 },
	[TLV_LENGTH] = { "lacp.tlv_length", "TLV Length", KIND_UINT, BASE_HEX, 1 },
};

enum { REC_LACP, REC_TLV, REC_COUNT };
static const struct record lacp_records[REC_COUNT] = {
	[REC_LACP] = { "lacp", RECORD_LAYER, LACP_NFIELDS, lacp_fields, NULL },
	[REC_TLV] = { "lacp_tlv", RECORD_CHILD, TLV_NFIELDS, tlv_fields, NULL },
};

#define LACP_LENGTH 109

static void side(struct row *r, unsigned first, struct cursor *c)
{
	row_be(r, first, c, 2);
	row_address(r, first + 1, c, KIND_ETHER);
	for (unsigned i = 2; i < 5; i++)
		row_be(r, first + i, c, 2);
	row_be(r, first + 5, c, 1);
	cur_take(c, 3);
}

/* Type and length of the next TLV, as one number; 0 is the terminator, and once failed. */
static uint32_t tlv(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_lacp, REC_TLV);
	uint32_t type = (uint32_t)row_be(r, TLV_TYPE, c, 1);
	return type << 8 | (uint32_t)row_be(r, TLV_LENGTH, c, 1);
}

static enum verdict lacp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_lacp, 0);
	row_be(r, LACP_VERSION, c, 1);
	tlv(pkt, c); /* what it says does not change what is read */
	side(r, LACP_ACTOR, c);
	tlv(pkt, c);
	side(r, LACP_PARTNER, c);
	tlv(pkt, c);
	row_be(r, LACP_MAX_DELAY, c, 2);
	cur_take(c, 12);
	/* version 2 has further TLVs, up to the terminator */
	while (cur_left(c)) {
		uint32_t head = tlv(pkt, c), len = head & 0xff;
		if (head >> 8 == 0)
			break;
		cur_skip(c, len > 2 ? len - 2 : 0);
	}
	if (cur_need_at(c, 0, LACP_LENGTH)) {
		pkt_trim(pkt, LACP_LENGTH);
		pkt_item_len(pkt, LACP_LENGTH);
	}
	return MINE;
}

const struct protocol proto_lacp = {
	.name = "lacp",
	.title = "Link Aggregation Control Protocol",
	.column = "LACP",
	.spec = "IEEE 802.1AX",
	.help = "Lets two devices agree on using several links as one.",
	.id = PROTO_ID_lacp,
	.records = lacp_records,
	.nrecords = REC_COUNT,
	.dissect = lacp_dissect,
};
