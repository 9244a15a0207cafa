/* Cisco Hot Standby Router Protocol, versions 1 (RFC 2281) and 2 (in TLVs, by its practice).
 *
 *      0       1       2       3       4       5       6       7       8              16
 *     +-------+-------+-------+-------+-------+-------+-------+-------+---------------+---------------+
 *     |version|opcode | state | hello | hold  |prior. | group |  0    |authentication | address       |
 *     +-------+-------+-------+-------+-------+-------+-------+-------+---------------+---------------+
 *     opcode 3 (advertise): type (2), length (2), state, 0, active (2) and passive groups (2), 0 (4)
 *     version 2: TLVs of type (1) and length (1): 1 group state, 2 interface state, 3 text, 4 MD5
 */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_hsrp, proto_data;

enum {
	HSRP_VERSION,
	HSRP_OPCODE,
	HSRP_STATE,
	HSRP_HELLO,
	HSRP_HOLD,
	HSRP_PRIORITY,
	HSRP_GROUP,
	HSRP_RESERVED,
	HSRP_AUTH,
	HSRP_ADDRESS,
	HSRP_ADV_TYPE,
	HSRP_ADV_LENGTH,
	HSRP_ADV_STATE,
	HSRP_ADV_ACTIVE,
	HSRP_ADV_PASSIVE,
	HSRP_NFIELDS
};

static const struct value_name opcode_names[] = { { 0, "Hello" }, { 1, "Coup" }, { 2, "Resign" },
	{ 3, "Advertise" }, { 0, NULL } };
static const struct value_name state_names[] = { { 0, "Initial" }, { 1, "Learn" }, { 2, "Listen" },
	{ 4, "Speak" }, { 8, "Standby" }, { 16, "Active" }, { 0, NULL } };

static const struct field hsrp_fields[HSRP_NFIELDS] = {
	[HSRP_VERSION] = { "hsrp.version", "Version", KIND_UINT, .octets = 1 },
	[HSRP_OPCODE] = { "hsrp.opcode", "Op Code", KIND_UINT, .octets = 1, .names = opcode_names },
	[HSRP_STATE] = { "hsrp.state", "State", KIND_UINT, .octets = 1, .names = state_names },
	[HSRP_HELLO] = { "hsrp.hellotime", "Hellotime", KIND_UINT, .octets = 1 },
	[HSRP_HOLD] = { "hsrp.holdtime", "Holdtime", KIND_UINT, .octets = 1 },
	[HSRP_PRIORITY] = { "hsrp.priority", "Priority", KIND_UINT, .octets = 1 },
	[HSRP_GROUP] = { "hsrp.group", "Group", KIND_UINT, .octets = 1 },
	[HSRP_RESERVED] = { "hsrp.reserved", "Reserved", KIND_UINT, .octets = 1 },
	[HSRP_AUTH] = { "hsrp.auth_data", "Authentication Data", KIND_TEXT },
	[HSRP_ADDRESS] = { "hsrp.virt_ip", "Virtual IP Address", KIND_IPV4 },
	[HSRP_ADV_TYPE] = { "hsrp.adv.tlvtype", "Adv type", KIND_UINT, .octets = 2, .part = 1 },
	[HSRP_ADV_LENGTH] = { "hsrp.adv.tlvlength", "Adv length", KIND_UINT, .octets = 2, .part = 1 },
	[HSRP_ADV_STATE] = { "hsrp.adv.state", "Adv state", KIND_UINT, .octets = 1, .part = 1 },
	[HSRP_ADV_ACTIVE] = { "hsrp.adv.activegrp", "Adv active groups", KIND_UINT, .octets = 2, .part = 1 },
	[HSRP_ADV_PASSIVE] = { "hsrp.adv.passivegrp", "Adv passive groups", KIND_UINT, .octets = 2,
		.part = 1 },
};

enum {
	TLV_VERSION,
	TLV_OPCODE,
	TLV_STATE,
	TLV_IPVER,
	TLV_GROUP,
	TLV_IDENTIFIER,
	TLV_PRIORITY,
	TLV_HELLO,
	TLV_HOLD,
	TLV_ADDRESS,
	TLV_ADDRESS6,
	TLV_ACTIVE,
	TLV_PASSIVE,
	TLV_AUTH,
	TLV_NFIELDS
};
static const struct value_name state2_names[] = { { 0, "Disabled" }, { 1, "Init" }, { 2, "Learn" },
	{ 3, "Listen" }, { 4, "Speak" }, { 5, "Standby" }, { 6, "Active" }, { 0, NULL } };
static const struct field tlv_fields[TLV_NFIELDS] = {
	[TLV_VERSION] = { "hsrp2.version", "Version", KIND_UINT, .octets = 1 },
	[TLV_OPCODE] = { "hsrp2.opcode", "Op Code", KIND_UINT, .octets = 1, .names = opcode_names },
	[TLV_STATE] = { "hsrp2.state", "State", KIND_UINT, .octets = 1, .names = state2_names },
	[TLV_IPVER] = { "hsrp2.ipversion", "IP Ver.", KIND_UINT, .octets = 1 },
	[TLV_GROUP] = { "hsrp2.group", "Group", KIND_UINT, .octets = 2 },
	[TLV_IDENTIFIER] = { "hsrp2.identifier", "Identifier", KIND_ETHER },
	[TLV_PRIORITY] = { "hsrp2.priority", "Priority", KIND_UINT, .octets = 4 },
	[TLV_HELLO] = { "hsrp2.hellotime", "Hellotime", KIND_UINT, .octets = 4 },
	[TLV_HOLD] = { "hsrp2.holdtime", "Holdtime", KIND_UINT, .octets = 4 },
	[TLV_ADDRESS] = { "hsrp2.virt_ip", "Virtual IP Address", KIND_IPV4 },
	[TLV_ADDRESS6] = { "hsrp2.virt_ip_v6", "Virtual IPv6 Address", KIND_IPV6 },
	[TLV_ACTIVE] = { "hsrp2.active_groups", "Active Groups", KIND_UINT, .octets = 2 },
	[TLV_PASSIVE] = { "hsrp2.passive_groups", "Passive Groups", KIND_UINT, .octets = 2 },
	[TLV_AUTH] = { "hsrp2.auth_data", "Authentication Data", KIND_TEXT },
};

enum { REC_HSRP, REC_TLV, REC_COUNT };
static const struct record hsrp_records[REC_COUNT] = {
	[REC_HSRP] = { "hsrp", RECORD_LAYER, HSRP_NFIELDS, hsrp_fields,
		(const char *const[]) { "advertise", NULL } },
	[REC_TLV] = { "hsrp_tlv", RECORD_CHILD, TLV_NFIELDS, tlv_fields, NULL },
};

#define PORT_1 1985
#define PORT_2 2029 /* IPv6 */

static void version_1(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_hsrp, REC_HSRP);
	row_be(r, HSRP_VERSION, c, 1);
	unsigned opcode = (unsigned)row_be(r, HSRP_OPCODE, c, 1);
	if (opcode > 3) {
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
		return;
	}
	if (opcode == 3) {
		row_be(r, HSRP_ADV_TYPE, c, 2);
		row_be(r, HSRP_ADV_LENGTH, c, 2);
		row_be(r, HSRP_ADV_STATE, c, 1);
		cur_skip(c, 1);
		row_be(r, HSRP_ADV_ACTIVE, c, 2);
		row_be(r, HSRP_ADV_PASSIVE, c, 2);
		return;
	}
	uint32_t state = (uint32_t)row_be(r, HSRP_STATE, c, 1);
	if (!pkt->fail && pkt->info)
		info_set(pkt, "%s (state %s)", info_name(opcode_names, opcode, "Unknown"),
			info_name(state_names, state, "Unknown"));
	row_be(r, HSRP_HELLO, c, 1);
	row_be(r, HSRP_HOLD, c, 1);
	row_be(r, HSRP_PRIORITY, c, 1);
	row_be(r, HSRP_GROUP, c, 1);
	row_be(r, HSRP_RESERVED, c, 1);
	row_string(r, HSRP_AUTH, c, 8);
	row_address(r, HSRP_ADDRESS, c, KIND_IPV4);
}

static void group_state(struct row *r, struct cursor *c)
{
	row_be(r, TLV_VERSION, c, 1);
	row_be(r, TLV_OPCODE, c, 1);
	row_be(r, TLV_STATE, c, 1);
	unsigned version = (unsigned)row_be(r, TLV_IPVER, c, 1);
	row_be(r, TLV_GROUP, c, 2);
	row_address(r, TLV_IDENTIFIER, c, KIND_ETHER);
	row_be(r, TLV_PRIORITY, c, 4);
	row_be(r, TLV_HELLO, c, 4);
	row_be(r, TLV_HOLD, c, 4);
	if (version == 4)
		row_address(r, TLV_ADDRESS, c, KIND_IPV4);
	else if (version == 6)
		row_address(r, TLV_ADDRESS6, c, KIND_IPV6);
}

static void version_2(struct packet *pkt, struct cursor *c)
{
	row_open(pkt, &proto_hsrp, REC_HSRP);
	while (cur_left(c) >= 2) {
		struct cursor all = *c;
		unsigned type = (unsigned)cur_be(c, 1);
		uint32_t len = (uint32_t)cur_be(c, 1);
		struct cursor v = cur_sub(c, len);
		if (type < 1 || type > 4) {
			pkt_next_proto(pkt, &proto_data, cur_rest(&all));
			return;
		}
		struct row *r = row_open(pkt, &proto_hsrp, REC_TLV);
		if (type == 1 && len == 40) {
			group_state(r, &v);
		} else if (type == 2 && len == 4) {
			row_be(r, TLV_ACTIVE, &v, 2);
			row_be(r, TLV_PASSIVE, &v, 2);
		} else if (type == 3 && len == 8) {
			row_string(r, TLV_AUTH, &v, 8);
		}
	}
}

/* The destination tells the version: all routers, 224.0.0.2, or the group 224.0.0.102 and its IPv6 kin. */
static enum verdict hsrp_dissect(struct packet *pkt, struct cursor *c)
{
	static const uint8_t all_routers[4] = { 224, 0, 0, 2 }, standby[4] = { 224, 0, 0, 102 };
	uint8_t kind;
	size_t len = 0;
	const void *to = pkt->net_dst ? dict_get(pkt->dict, DICT_ADDRESS, pkt->net_dst, &kind, &len) : NULL;
	if (to && len == 4 && memcmp(to, all_routers, 4) == 0)
		version_1(pkt, c);
	else if (to && (len == 16 || (len == 4 && memcmp(to, standby, 4) == 0)))
		version_2(pkt, c);
	else
		pkt_silent(pkt);
	return MINE;
}

static const struct claim hsrp_claims[] = { { CLAIM_UDP_PORT, PORT_1 }, { CLAIM_UDP_PORT, PORT_2 }, { 0 } };

const struct protocol proto_hsrp = {
	.name = "hsrp",
	.title = "Cisco Hot Standby Router Protocol",
	.column = "HSRP",
	.spec = "RFC 2281",
	.help = "Lets routers share an address, so that another takes over when one fails.",
	.id = PROTO_ID_hsrp,
	.records = hsrp_records,
	.nrecords = REC_COUNT,
	.claims = hsrp_claims,
	.dissect = hsrp_dissect,
};
