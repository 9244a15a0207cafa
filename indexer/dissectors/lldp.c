/* Link Layer Discovery Protocol (IEEE 802.1AB-2016, clause 8): a list of TLVs.
 *
 *      0        7 bits  2
 *     +--------+-------+----------- - -
 *     | type 7 | len 9 | len octets
 *     +--------+-------+----------- - -
 *
 * Chassis id, port id and time to live come first, in this order; an end TLV closes the list.
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_lldp;

enum {
	LLDP_TLV_TYPE,
	LLDP_TLV_LEN,
	LLDP_CHASSIS_SUBTYPE,
	LLDP_CHASSIS_ID,
	LLDP_CHASSIS_MAC,
	LLDP_CHASSIS_IP4,
	LLDP_CHASSIS_IP6,
	LLDP_PORT_SUBTYPE,
	LLDP_PORT_ID,
	LLDP_PORT_MAC,
	LLDP_PORT_IP4,
	LLDP_PORT_IP6,
	LLDP_TTL,
	LLDP_PORT_DESC,
	LLDP_SYSTEM_NAME,
	LLDP_SYSTEM_DESC,
	LLDP_SYSTEM_CAP,
	LLDP_ENABLED_CAP,
	LLDP_NFIELDS
};

static const struct value_name chassis_names[] = { { 1, "Chassis component" }, { 2, "Interface alias" },
	{ 3, "Port component" }, { 4, "MAC address" }, { 5, "Network address" }, { 6, "Interface name" },
	{ 7, "Locally assigned" }, { 0, NULL } };
static const struct value_name port_names[] = { { 1, "Interface alias" }, { 2, "Port component" },
	{ 3, "MAC address" }, { 4, "Network address" }, { 5, "Interface name" }, { 6, "Agent circuit Id" },
	{ 7, "Locally assigned" }, { 0, NULL } };

static const struct field lldp_fields[LLDP_NFIELDS] = {
	[LLDP_TLV_TYPE] = { "lldp.tlv.type", "TLV Type", KIND_LIST },
	[LLDP_TLV_LEN] = { "lldp.tlv.len", "TLV Length", KIND_LIST },
	[LLDP_CHASSIS_SUBTYPE] = { "lldp.chassis.subtype", "Chassis Id Subtype", KIND_UINT, .octets = 1,
		.names = chassis_names },
	[LLDP_CHASSIS_ID] = { "lldp.chassis.id", "Chassis Id", KIND_BYTES },
	[LLDP_CHASSIS_MAC] = { "lldp.chassis.id.mac", "Chassis Id", KIND_ETHER },
	[LLDP_CHASSIS_IP4] = { "lldp.chassis.id.ip4", "Chassis Id", KIND_IPV4 },
	[LLDP_CHASSIS_IP6] = { "lldp.chassis.id.ip6", "Chassis Id", KIND_IPV6 },
	[LLDP_PORT_SUBTYPE] = { "lldp.port.subtype", "Port Id Subtype", KIND_UINT, .octets = 1,
		.names = port_names },
	[LLDP_PORT_ID] = { "lldp.port.id", "Port Id", KIND_TEXT },
	[LLDP_PORT_MAC] = { "lldp.port.id.mac", "Port Id", KIND_ETHER },
	[LLDP_PORT_IP4] = { "lldp.port.id.ip4", "Port Id", KIND_IPV4 },
	[LLDP_PORT_IP6] = { "lldp.port.id.ip6", "Port Id", KIND_IPV6 },
	[LLDP_TTL] = { "lldp.time_to_live", "Seconds", KIND_UINT, .octets = 2 },
	[LLDP_PORT_DESC] = { "lldp.port.desc", "Port Description", KIND_TEXT },
	[LLDP_SYSTEM_NAME] = { "lldp.tlv.system.name", "System Name", KIND_TEXT },
	[LLDP_SYSTEM_DESC] = { "lldp.tlv.system.desc", "System Description", KIND_TEXT },
	[LLDP_SYSTEM_CAP] = { "lldp.tlv.system_cap", "Capabilities", KIND_UINT, BASE_HEX, 2 },
	[LLDP_ENABLED_CAP] = { "lldp.tlv.enable_system_cap", "Enabled Capabilities", KIND_UINT, BASE_HEX, 2 },
};

enum { MGN_SUBTYPE, MGN_IP4, MGN_IP6, MGN_HEX, MGN_INTERFACE_SUBTYPE, MGN_INTERFACE, MGN_NFIELDS };
static const struct field mgn_fields[MGN_NFIELDS] = {
	[MGN_SUBTYPE] = { "lldp.mgn.address.subtype", "Address Subtype", KIND_UINT, .octets = 1 },
	[MGN_IP4] = { "lldp.mgn.addr.ip4", "Management Address", KIND_IPV4 },
	[MGN_IP6] = { "lldp.mgn.addr.ip6", "Management Address", KIND_IPV6 },
	[MGN_HEX] = { "lldp.mgn.addr.hex", "Management Address", KIND_BYTES },
	[MGN_INTERFACE_SUBTYPE] = { "lldp.mgn.interface.subtype", "Interface Subtype", KIND_UINT,
		.octets = 1 },
	[MGN_INTERFACE] = { "lldp.mgn.interface.number", "Interface Number", KIND_UINT, .octets = 4 },
};

enum { ORG_OUI, ORG_PVID, ORG_NFIELDS };
static const struct field org_fields[ORG_NFIELDS] = {
	[ORG_OUI] = { "lldp.orgtlv.oui", "Organization Unique Code", KIND_UINT, .octets = 3 },
	[ORG_PVID] = { "lldp.ieee.802_1.port_vlan.id", "Port VLAN Identifier", KIND_UINT, BASE_DEC_HEX, 2 },
};

enum { REC_LLDP, REC_MGN, REC_ORG, REC_COUNT };
static const struct record lldp_records[REC_COUNT] = {
	[REC_LLDP] = { "lldp", RECORD_LAYER, LLDP_NFIELDS, lldp_fields, NULL },
	[REC_MGN] = { "lldp_management", RECORD_CHILD, MGN_NFIELDS, mgn_fields, NULL },
	[REC_ORG] = { "lldp_organization", RECORD_CHILD, ORG_NFIELDS, org_fields, NULL },
};

enum {
	TLV_END = 0,
	TLV_CHASSIS = 1,
	TLV_PORT = 2,
	TLV_TTL = 3,
	TLV_PORT_DESC = 4,
	TLV_SYSTEM_NAME = 5,
	TLV_SYSTEM_DESC = 6,
	TLV_CAPABILITIES = 7,
	TLV_MANAGEMENT = 8,
	TLV_ORGANIZATION = 127
};

#define FAMILY_IPV4   1 /* IANA address family numbers */
#define FAMILY_IPV6   2
#define ID_MAX        256
#define OUI_IEEE_8021 0x0080c2
#define TLVS_MAX      64

struct tlvs {
	uint32_t types[TLVS_MAX], lens[TLVS_MAX];
	unsigned n;
};

static void note(struct tlvs *t, uint32_t type, uint32_t len)
{
	if (t->n == TLVS_MAX)
		return;
	t->types[t->n] = type;
	t->lens[t->n++] = len;
}

/* Where the values of a chassis id and of a port id go, and which subtype means what. */
struct id_fields {
	uint16_t subtype, id, mac, ip4, ip6;
	uint8_t is_mac, is_network;
};
static const struct id_fields chassis_id = { LLDP_CHASSIS_SUBTYPE, LLDP_CHASSIS_ID, LLDP_CHASSIS_MAC,
	LLDP_CHASSIS_IP4, LLDP_CHASSIS_IP6, 4, 5 };
static const struct id_fields port_id = { LLDP_PORT_SUBTYPE, LLDP_PORT_ID, LLDP_PORT_MAC, LLDP_PORT_IP4,
	LLDP_PORT_IP6, 3, 4 };

/* 8.5.2, 8.5.3: subtype, then the id. False: its length does not fit, and nothing behind it is looked at. */
static bool identifier(struct row *r, const struct id_fields *f, uint32_t len, struct cursor *c)
{
	if (len < 2 || len > ID_MAX)
		return false;
	uint32_t subtype = (uint32_t)row_be(r, f->subtype, c, 1);
	len--;
	if (subtype == f->is_mac) {
		if (len != 6)
			return false;
		row_address(r, f->mac, c, KIND_ETHER);
		return true;
	}
	if (subtype == f->is_network) {
		uint32_t family = (uint32_t)cur_be(c, 1);
		len--;
		if (family == FAMILY_IPV4 || family == FAMILY_IPV6) {
			if (len != (family == FAMILY_IPV4 ? 4 : 16))
				return false;
			row_address(r, family == FAMILY_IPV4 ? f->ip4 : f->ip6, c,
				family == FAMILY_IPV4 ? KIND_IPV4 : KIND_IPV6);
			return true;
		}
	}
	if (f->id == LLDP_PORT_ID)
		row_string(r, f->id, c, len);
	else
		row_bytes(r, f->id, c, len);
	return true;
}

/* One of the three that have to be there, in their order. False: it is another one, or useless. */
static bool mandatory(struct row *r, uint32_t want, struct tlvs *t, struct cursor *c)
{
	uint32_t head = (uint32_t)cur_be(c, 2), len = head & 0x1ff;
	if (!cur_need(c, len) || head >> 9 != want)
		return false;
	if (want == TLV_TTL) {
		row_be(r, LLDP_TTL, c, 2); /* always two octets, whatever the length says */
	} else {
		if (!cur_need(c, len ? len : c->len))
			return false;
		struct cursor value = cur_sub(c, len);
		if (!identifier(r, want == TLV_CHASSIS ? &chassis_id : &port_id, len, &value)) {
			note(t, head >> 9, len);
			return false;
		}
	}
	if (*c->fail)
		return false;
	note(t, head >> 9, len);
	return true;
}

/* 8.5.9: length of subtype and address, subtype (an address family), address, interface, object id. */
static void management(struct packet *pkt, struct cursor *c)
{
	struct row *m = row_open(pkt, &proto_lldp, REC_MGN);
	uint32_t len = (uint32_t)cur_be(c, 1), family = (uint32_t)row_be(m, MGN_SUBTYPE, c, 1);
	struct cursor address = cur_sub(c, len ? len - 1 : 0);
	if (family == FAMILY_IPV4 && address.len == 4)
		row_address(m, MGN_IP4, &address, KIND_IPV4);
	else if (family == FAMILY_IPV6 && address.len == 16)
		row_address(m, MGN_IP6, &address, KIND_IPV6);
	else
		row_bytes(m, MGN_HEX, &address, address.len);
	row_be(m, MGN_INTERFACE_SUBTYPE, c, 1);
	row_be(m, MGN_INTERFACE, c, 4);
	cur_take(c, (uint32_t)cur_be(c, 1));
}

static void organization(struct packet *pkt, struct cursor *c)
{
	struct row *o = row_open(pkt, &proto_lldp, REC_ORG);
	uint32_t oui = (uint32_t)row_be(o, ORG_OUI, c, 3), subtype = (uint32_t)cur_be(c, 1);
	if (oui == OUI_IEEE_8021 && subtype == 1)
		row_be(o, ORG_PVID, c, 2);
}

static void optional(struct packet *pkt, struct row *r, uint32_t type, struct cursor *c)
{
	switch (type) {
	case TLV_PORT_DESC:
		row_string(r, LLDP_PORT_DESC, c, c->len);
		break;
	case TLV_SYSTEM_NAME:
		row_string(r, LLDP_SYSTEM_NAME, c, c->len);
		break;
	case TLV_SYSTEM_DESC:
		row_string(r, LLDP_SYSTEM_DESC, c, c->len);
		break;
	case TLV_CAPABILITIES:
		row_be(r, LLDP_SYSTEM_CAP, c, 2);
		row_be(r, LLDP_ENABLED_CAP, c, 2);
		break;
	case TLV_MANAGEMENT:
		management(pkt, c);
		break;
	case TLV_ORGANIZATION:
		organization(pkt, c);
		break;
	default:
		break;
	}
}

static void all_tlvs(struct packet *pkt, struct row *r, struct tlvs *t, struct cursor *c)
{
	for (uint32_t want = TLV_CHASSIS; want <= TLV_TTL; want++)
		if (!mandatory(r, want, t, c))
			return;
	while (cur_left(c)) {
		uint32_t at = c->pos, head = (uint32_t)cur_be(c, 2), type = head >> 9, len = head & 0x1ff;
		if (!cur_need(c, len))
			return;
		if (type <= TLV_TTL) {
			/* The end, or a second one of the first three, which ends the list too. Wireshark
			 * counts the octet before it to what the frame has behind the message. */
			note(t, type, len);
			pkt_trim(pkt, at - 1);
			return;
		}
		struct cursor value = cur_sub(c, len);
		note(t, type, len);
		if (len)
			optional(pkt, r, type, &value);
		if (*c->fail)
			return;
	}
}

static enum verdict lldp_dissect(struct packet *pkt, struct cursor *c)
{
	struct tlvs t = { .n = 0 };
	struct row *r = row_open(pkt, &proto_lldp, REC_LLDP);
	pkt_item(pkt, &proto_lldp, c->len);
	all_tlvs(pkt, r, &t, c);
	if (!t.n)
		return MINE;
	uint8_t fail = pkt->fail;
	pkt->fail = CUR_OK; /* the TLVs before a broken one are shown */
	row_list(r, LLDP_TLV_TYPE, t.types, t.n, c->data, 0);
	row_list(r, LLDP_TLV_LEN, t.lens, t.n, c->data, 0);
	pkt->fail = fail;
	return MINE;
}

static const struct claim lldp_claims[] = { { CLAIM_ETHERTYPE, 0x88cc }, { CLAIM_ETHERTYPE, 0x8942 }, { 0 } };

const struct protocol proto_lldp = {
	.name = "lldp",
	.title = "Link Layer Discovery Protocol",
	.column = "LLDP",
	.spec = "IEEE 802.1AB",
	.help = "Tells the device at the other end of the link who and what this one is.",
	.id = PROTO_ID_lldp,
	.records = lldp_records,
	.nrecords = REC_COUNT,
	.claims = lldp_claims,
	.dissect = lldp_dissect,
	.no_item = true, /* it has one even where nothing was captured: pkt_item() */
};
