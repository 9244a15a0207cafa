/* VXLAN with a next protocol field (draft-ietf-nvo3-vxlan-gpe).
 *
 *      0       1               3   4                   7   8
 *     +-------+---------------+---+-------------------+---+--- - -
 *     | flags |               |nxt| network identifier|   | payload
 *     +-------+---------------+---+-------------------+---+--- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_vxlan_gpe, proto_vxlan, proto_data, proto_eth, proto_ip, proto_ipv6,
	proto_mpls;

enum { GPE_FLAGS, GPE_RESERVED16, GPE_NEXT_PROTO, GPE_VNI, GPE_RESERVED8, GPE_NFIELDS };

static const struct value_name gpe_next_names[] = { { 1, "IPv4" }, { 2, "IPv6" }, { 3, "Ethernet" },
	{ 4, "Network Service Header" }, { 5, "MPLS" }, { 0, NULL } };

static const struct field gpe_fields[GPE_NFIELDS] = {
	[GPE_FLAGS] = { "vxlan.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[GPE_RESERVED16] = { "vxlan.reserved_16", "Reserved", KIND_UINT, .octets = 2 },
	[GPE_NEXT_PROTO] = { "vxlan.next_proto", "Next Protocol", KIND_UINT, .octets = 1,
		.names = gpe_next_names },
	[GPE_VNI] = { "vxlan.vni", "VXLAN Network Identifier (VNI)", KIND_UINT, .octets = 3 },
	[GPE_RESERVED8] = { "vxlan.reserved8", "Reserved", KIND_UINT, .octets = 1 },
};

static const struct record gpe_records[] = { { "vxlan_gpe", RECORD_LAYER, GPE_NFIELDS, gpe_fields, NULL } };

#define NEXT_NSH      4
#define ETHERTYPE_NSH 0x894f

static enum verdict gpe_dissect(struct packet *pkt, struct cursor *c)
{
	static const struct protocol *const next_protocols[] = { NULL, &proto_ip, &proto_ipv6, &proto_eth,
		NULL, &proto_mpls };
	struct row *r = row_open(pkt, &proto_vxlan_gpe, 0);
	pkt->ntokens--; /* Wireshark gives it no token */
	row_be(r, GPE_FLAGS, c, 1);
	row_be(r, GPE_RESERVED16, c, 2);
	uint32_t next = (uint32_t)row_be(r, GPE_NEXT_PROTO, c, 1);
	row_be(r, GPE_VNI, c, 3);
	row_be(r, GPE_RESERVED8, c, 1);
	const struct protocol *proto =
		next < sizeof(next_protocols) / sizeof(*next_protocols) ? next_protocols[next] : NULL;
	if (!pkt->fail && next == NEXT_NSH)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETHERTYPE_NSH, cur_rest(c));
	else if (!pkt->fail)
		pkt_next_proto(pkt, proto ? proto : &proto_data, cur_rest(c));
	return MINE;
}

static const struct claim gpe_claims[] = { { CLAIM_UDP_PORT, 4790 }, { 0 } };

const struct protocol proto_vxlan_gpe = {
	.name = "vxlan_gpe",
	.title = "Virtual eXtensible Local Area Network (GPE)",
	.column = "VxLAN",
	.spec = "draft-ietf-nvo3-vxlan-gpe",
	.help = "Carries packets of any protocol between the hosts of a virtual network.",
	.id = PROTO_ID_vxlan_gpe,
	.records = gpe_records,
	.nrecords = 1,
	.claims = gpe_claims,
	.dissect = gpe_dissect,
	.item_len = 8,
	.as = &proto_vxlan,
};
