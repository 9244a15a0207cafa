/* Level 3 multihoming shim for IPv6 (RFC 5533).
 *
 *      0       1       2 bit 0                         8
 *     +-------+-------+-+-----------------------------+------
 *     |nexthdr|  len  |P| context tag, or the type of a control message ...   len: words of 8 octets behind
 * these 8
 *     +-------+-------+-+-----------------------------+------
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_shim6;

enum { SHIM6_NXT, SHIM6_LEN, SHIM6_BITS, SHIM6_P, SHIM6_NFIELDS };
static const struct field shim6_fields[SHIM6_NFIELDS] = {
	[SHIM6_NXT] = { "shim6.nxt", "Next Header", KIND_UINT, .octets = 1 },
	[SHIM6_LEN] = { "shim6.len", "Header Ext Length", KIND_UINT, .octets = 1 },
	[SHIM6_BITS] = { "bits", "P bit and what follows it", KIND_UINT, BASE_HEX, 1, .internal = true },
	[SHIM6_P] = { "shim6.p", "P Bit", KIND_BOOL, .of = SHIM6_BITS, .mask = 0x80 },
};

static const struct record shim6_records[] = { { "shim6", RECORD_LAYER, SHIM6_NFIELDS, shim6_fields, NULL } };

static enum verdict shim6_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_shim6, 0);
	uint32_t next = (uint32_t)row_be(r, SHIM6_NXT, c, 1);
	uint32_t len = ((uint32_t)row_be(r, SHIM6_LEN, c, 1) + 1) * 8;
	row_be(r, SHIM6_BITS, c, 1);
	if (!cur_take(c, len - 3))
		return MINE;
	pkt_next_header(pkt, next, cur_rest(c));
	return MINE;
}

static const struct claim shim6_claims[] = { { CLAIM_IP_PROTO, 140 }, { 0 } };

const struct protocol proto_shim6 = {
	.name = "shim6",
	.title = "Shim6 Protocol",
	.spec = "RFC 5533",
	.help = "Lets a connection go on by other addresses when a link fails.",
	.id = PROTO_ID_shim6,
	.records = shim6_records,
	.nrecords = 1,
	.claims = shim6_claims,
	.dissect = shim6_dissect,
	.no_item = true,
};
