/* Virtual eXtensible Local Area Network (RFC 7348), with the group policy extension
 * (draft-smith-vxlan-group-policy).
 *
 *      0               2               4                   7   8
 *     +---------------+---------------+-------------------+---+--- - -
 *     |G   I    flags | group policy  | network identifier|   | Ethernet frame
 *     +---------------+---------------+-------------------+---+--- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_vxlan, proto_eth;

enum {
	VXLAN_FLAGS,
	VXLAN_GBP,
	VXLAN_VNI,
	VXLAN_RESERVED8,
	VXLAN_G,
	VXLAN_I,
	VXLAN_D,
	VXLAN_A,
	VXLAN_FLAGS_RESERVED,
	VXLAN_NFIELDS
};

static const struct field vxlan_fields[VXLAN_NFIELDS] = {
	[VXLAN_FLAGS] = { "vxlan.flags", "Flags", KIND_UINT, BASE_HEX, 2 },
	[VXLAN_GBP] = { "vxlan.gbp", "Group Policy ID", KIND_UINT, .octets = 2 },
	[VXLAN_VNI] = { "vxlan.vni", "VXLAN Network Identifier (VNI)", KIND_UINT, .octets = 3 },
	[VXLAN_RESERVED8] = { "vxlan.reserved8", "Reserved", KIND_UINT, .octets = 1 },
	[VXLAN_G] = { "vxlan.flag_g", "GBP Extension", KIND_BOOL, .of = VXLAN_FLAGS, .mask = 0x8000 },
	[VXLAN_I] = { "vxlan.flag_i", "VXLAN Network ID (VNI)", KIND_BOOL, .of = VXLAN_FLAGS,
		.mask = 0x0800 },
	[VXLAN_D] = { "vxlan.flag_d", "Don't Learn", KIND_BOOL, .of = VXLAN_FLAGS, .mask = 0x0040 },
	[VXLAN_A] = { "vxlan.flag_a", "Policy Applied", KIND_BOOL, .of = VXLAN_FLAGS, .mask = 0x0008 },
	[VXLAN_FLAGS_RESERVED] = { "vxlan.flags_reserved", "Reserved(R)", KIND_UINT, BASE_HEX, 2,
		.sql = "{flags}&30647" },
};

static const struct record vxlan_records[] = { { "vxlan", RECORD_LAYER, VXLAN_NFIELDS, vxlan_fields, NULL } };

#define VXLAN_HEADER 8

static enum verdict vxlan_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_vxlan, 0);
	row_be(r, VXLAN_FLAGS, c, 2);
	row_be(r, VXLAN_GBP, c, 2);
	row_be(r, VXLAN_VNI, c, 3);
	row_be(r, VXLAN_RESERVED8, c, 1);
	if (!pkt->fail)
		pkt_next_always(pkt, &proto_eth, cur_rest(c));
	return MINE;
}

static const struct claim vxlan_claims[] = { { CLAIM_UDP_PORT, 4789 }, { 0 } };

const struct protocol proto_vxlan = {
	.name = "vxlan",
	.title = "Virtual eXtensible Local Area Network",
	.column = "VxLAN",
	.spec = "RFC 7348",
	.help = "Carries the frames of a virtual network between hosts, over UDP.",
	.id = PROTO_ID_vxlan,
	.records = vxlan_records,
	.nrecords = 1,
	.claims = vxlan_claims,
	.dissect = vxlan_dissect,
	.item_len = VXLAN_HEADER,
};
