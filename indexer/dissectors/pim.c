/* Protocol Independent Multicast, version 2 (RFC 7761, section 4.9).
 *
 *      0           1        2          4
 *     +-----------+--------+----------+-------------------------------------------------- - -
 *     |version,   |reserved| checksum | hello: options | type, 2 | length, 2 | value |
 *     |type       |        |          | register: flags, 4, the multicast packet
 *     +-----------+--------+----------+-------------------------------------------------- - -
 *     encoded addresses: family (1), encoding (1); group: flags (1), mask (1); source: flags (1), mask (1);
 * address
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_pim, proto_ip, proto_ipv6;

enum {
	PIM_WORD,
	PIM_CHECKSUM,
	PIM_REGISTER,
	PIM_GROUPS,
	PIM_UPSTREAM,
	PIM_UPSTREAM6,
	PIM_VERSION,
	PIM_TYPE,
	PIM_BORDER,
	PIM_NULL,
	PIM_NFIELDS
};

static const struct value_name type_names[] = { { 0, "Hello" }, { 1, "Register" }, { 2, "Register-stop" },
	{ 3, "Join/Prune" }, { 4, "Bootstrap" }, { 5, "Assert" }, { 6, "Graft" }, { 7, "Graft-Ack" },
	{ 8, "Candidate-RP-Advertisement" }, { 9, "State-Refresh" }, { 10, "DF election" },
	{ 11, "ECMP redirect" }, { 12, "PIM Flooding Mechanism" }, { 0, NULL } };

static const struct field pim_fields[PIM_NFIELDS] = {
	[PIM_WORD] = { "word", "version and type", KIND_UINT, .octets = 1, .internal = true },
	[PIM_CHECKSUM] = { "pim.cksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[PIM_REGISTER] = { "pim.register_flag", "Flags", KIND_UINT, BASE_HEX, 4, .part = 1 },
	[PIM_GROUPS] = { "pim.numgroups", "Num Groups", KIND_UINT, .octets = 2, .part = 1 },
	[PIM_UPSTREAM] = { "pim.upstream_neighbor", "Upstream-neighbor", KIND_IPV4, .part = 1 },
	[PIM_UPSTREAM6] = { "pim.upstream_neighbor_ip6", "Upstream-neighbor", KIND_IPV6, .part = 1 },
	[PIM_VERSION] = { "pim.version", "Version", KIND_UINT, .octets = 1, .of = PIM_WORD, .mask = 0xf0 },
	[PIM_TYPE] = { "pim.type", "Type", KIND_UINT, .octets = 1, .of = PIM_WORD, .mask = 0x0f,
		.names = type_names },
	[PIM_BORDER] = { "pim.register_flag.border", "Border", KIND_BOOL, .part = 1, .of = PIM_REGISTER,
		.mask = 0x80000000 },
	[PIM_NULL] = { "pim.register_flag.null_register", "Null-Register", KIND_BOOL, .part = 1,
		.of = PIM_REGISTER, .mask = 0x40000000 },
};

/* Options of a hello. */
enum { OPT_TYPE, OPT_LENGTH, OPT_HOLDTIME, OPT_PRIORITY, OPT_GENERATION, OPT_NFIELDS };
static const struct value_name option_names[] = { { 1, "Hold Time" }, { 2, "LAN Prune Delay" },
	{ 18, "Deprecated" }, { 19, "DR Priority" }, { 20, "Generation ID" }, { 21, "State-Refresh" },
	{ 22, "Bidir Capable" }, { 24, "Address List" }, { 26, "Join Attribute" }, { 0, NULL } };
static const struct field option_fields[OPT_NFIELDS] = {
	[OPT_TYPE] = { "pim.optiontype", "Type", KIND_UINT, .octets = 2, .names = option_names },
	[OPT_LENGTH] = { "pim.optionlength", "Length", KIND_UINT, .octets = 2 },
	[OPT_HOLDTIME] = { "pim.holdtime", "Holdtime", KIND_UINT, .octets = 2 },
	[OPT_PRIORITY] = { "pim.dr_priority", "DR Priority", KIND_UINT, .octets = 4 },
	[OPT_GENERATION] = { "pim.generation_id", "Generation ID", KIND_UINT, .octets = 4 },
};

/* Groups of a join or prune, and the sources of each. */
enum { GROUP_4, GROUP_6, GROUP_JOINS, GROUP_PRUNES, JOIN_4, JOIN_6, PRUNE_4, PRUNE_6, GROUP_NFIELDS };
static const struct field group_fields[GROUP_NFIELDS] = {
	[GROUP_4] = { "pim.group", "Group", KIND_IPV4 },
	[GROUP_6] = { "pim.group_ip6", "Group", KIND_IPV6 },
	[GROUP_JOINS] = { "pim.numjoins", "Num Joins", KIND_UINT, .octets = 2 },
	[GROUP_PRUNES] = { "pim.numprunes", "Num Prunes", KIND_UINT, .octets = 2 },
	[JOIN_4] = { "pim.join_ip", "IP address", KIND_IPV4 },
	[JOIN_6] = { "pim.join_ip6", "IP address", KIND_IPV6 },
	[PRUNE_4] = { "pim.prune_ip", "IP address", KIND_IPV4 },
	[PRUNE_6] = { "pim.prune_ip6", "IP address", KIND_IPV6 },
};

enum { REC_PIM, REC_OPTION, REC_GROUP, REC_COUNT };
static const struct record pim_records[REC_COUNT] = {
	[REC_PIM] = { "pim", RECORD_LAYER, PIM_NFIELDS, pim_fields,
		(const char *const[]) { "message", NULL } },
	[REC_OPTION] = { "pim_option", RECORD_CHILD, OPT_NFIELDS, option_fields, NULL },
	[REC_GROUP] = { "pim_group", RECORD_CHILD, GROUP_NFIELDS, group_fields, NULL },
};

enum { HELLO = 0, REGISTER = 1, REGISTER_STOP = 2, JOIN_PRUNE = 3, ASSERT = 5, GRAFT = 6, GRAFT_ACK = 7 };
enum { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 };
enum { OPTION_HOLDTIME = 1, OPTION_PRIORITY = 19, OPTION_GENERATION = 20 };

/* An encoded address with `extra` octets of flags and mask in front of it. */
static void encoded(
	struct packet *pkt, struct row *r, unsigned field4, unsigned field6, uint32_t extra, struct cursor *c)
{
	uint32_t family = (uint32_t)cur_be(c, 1);
	cur_take(c, 1 + extra);
	if (pkt->fail)
		return;
	if (family == FAMILY_IPV4)
		row_address(r, field4, c, KIND_IPV4);
	else if (family == FAMILY_IPV6)
		row_address(r, field6, c, KIND_IPV6);
	else
		pkt->fail = CUR_BAD;
}

static void hello(struct packet *pkt, struct cursor *c)
{
	while (cur_left(c) >= 2) {
		const uint8_t *p = cur_take(c, 4);
		uint32_t type = p ? be16(p) : 0, len = p ? be16(p + 2) : 0;
		if (!cur_need(c, len))
			break;
		struct cursor value = cur_sub(c, len);
		struct row *r = row_open(pkt, &proto_pim, REC_OPTION);
		row_set_at(r, OPT_TYPE, type, p, 2);
		row_set_at(r, OPT_LENGTH, len, p + 2, 2);
		if (type == OPTION_HOLDTIME && len == 2)
			row_be(r, OPT_HOLDTIME, &value, 2);
		else if (type == OPTION_PRIORITY && len == 4)
			row_be(r, OPT_PRIORITY, &value, 4);
		else if (type == OPTION_GENERATION && len == 4)
			row_be(r, OPT_GENERATION, &value, 4);
	}
}

/* Wireshark shows a group by itself, and again as the head of what is said of it: two rows. */
static struct row *group(struct packet *pkt, struct cursor *c)
{
	struct cursor again = *c;
	encoded(pkt, row_open(pkt, &proto_pim, REC_GROUP), GROUP_4, GROUP_6, 2, &again);
	struct row *g = row_open(pkt, &proto_pim, REC_GROUP);
	encoded(pkt, g, GROUP_4, GROUP_6, 2, c);
	return g;
}

static void join_prune(struct packet *pkt, struct row *r, struct cursor *c)
{
	encoded(pkt, r, PIM_UPSTREAM, PIM_UPSTREAM6, 0, c);
	cur_take(c, 1);
	uint32_t groups = (uint32_t)row_be(r, PIM_GROUPS, c, 1);
	row_be(row_open(pkt, &proto_pim, REC_OPTION), OPT_HOLDTIME, c, 2);
	for (; groups && !pkt->fail; groups--) {
		struct row *g = group(pkt, c);
		uint32_t joins = (uint32_t)row_be(g, GROUP_JOINS, c, 2),
			 prunes = (uint32_t)row_be(g, GROUP_PRUNES, c, 2);
		for (; joins && !pkt->fail; joins--)
			encoded(pkt, row_open(pkt, &proto_pim, REC_GROUP), JOIN_4, JOIN_6, 2, c);
		for (; prunes && !pkt->fail; prunes--)
			encoded(pkt, row_open(pkt, &proto_pim, REC_GROUP), PRUNE_4, PRUNE_6, 2, c);
	}
}

static void registered(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint64_t first;
	row_be(r, PIM_REGISTER, c, 4);
	if (pkt->fail || !cur_peek(c, 0, 1, &first))
		return;
	if (first >> 4 == 4)
		pkt_next_proto(pkt, &proto_ip, cur_rest(c));
	else if (first >> 4 == 6)
		pkt_next_proto(pkt, &proto_ipv6, cur_rest(c));
}

static enum verdict pim_dissect(struct packet *pkt, struct cursor *c)
{
	static const char *const columns[] = { "PIMv0", "PIMv1", "PIMv2" };
	struct row *r = row_open(pkt, &proto_pim, REC_PIM);
	uint32_t word = (uint32_t)row_be(r, PIM_WORD, c, 1);
	if (word >> 4 <= 2 && !pkt->in_error)
		pkt->column = columns[word >> 4];
	cur_take(c, 1);
	row_be(r, PIM_CHECKSUM, c, 2);
	if (pkt->fail || word >> 4 != 2)
		return MINE;
	switch (word & 15) {
	case HELLO:
		hello(pkt, c);
		break;
	case REGISTER:
		registered(pkt, r, c);
		break;
	case REGISTER_STOP:
	case ASSERT:
		group(pkt, c);
		break;
	case JOIN_PRUNE:
	case GRAFT:
	case GRAFT_ACK:
		join_prune(pkt, r, c);
		break;
	default:
		break;
	}
	return MINE;
}

static const struct claim pim_claims[] = { { CLAIM_IP_PROTO, 103 }, { 0 } };

const struct protocol proto_pim = {
	.name = "pim",
	.title = "Protocol Independent Multicast",
	.column = "PIMv0",
	.spec = "RFC 7761",
	.help = "By it routers agree which of them forwards which multicast group where.",
	.id = PROTO_ID_pim,
	.records = pim_records,
	.nrecords = REC_COUNT,
	.claims = pim_claims,
	.dissect = pim_dissect,
};
