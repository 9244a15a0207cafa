/* Bridge protocol data units of the spanning tree protocols (IEEE 802.1D-1998, 802.1w, 802.1Q clause 14).
 *
 *      0      2   3    4     5          13      17            25     27    29    31     33     35   36     38
 *     +------+---+----+-----+----------+-------+-------------+------+-----+-----+------+------+----+------+-------
 * - - |proto-|ver|type|flags|root      |root   |bridge       |port  |msg  |max  |hello |for-  |v1  |v3    |
 * MST |col 0 |   |    |     |identifier|cost   |identifier   |ident.|age  |age  |time  |ward  |len |length|
 * configuration
 *     +------+---+----+-----+----------+-------+-------------+------+-----+-----+------+------+----+------+-------
 * - -
 *
 * A topology change notification ends behind the type. Times are in units of 1/256 s.
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/wrappers.h"

extern const struct protocol proto_stp;

enum {
	STP_PROTOCOL,
	STP_VERSION,
	STP_TYPE,
	STP_FLAGS,
	STP_ROOT_ID,
	STP_ROOT_HW,
	STP_ROOT_COST,
	STP_BRIDGE_ID,
	STP_BRIDGE_HW,
	STP_PORT,
	STP_MSG_AGE,
	STP_MAX_AGE,
	STP_HELLO,
	STP_FORWARD,
	STP_VERSION_1_LENGTH,
	STP_VERSION_3_LENGTH, /* part "mst" from here on */
	STP_MST_FORMAT,
	STP_MST_NAME,
	STP_MST_REVISION,
	STP_MST_DIGEST,
	STP_CIST_COST,
	STP_CIST_BRIDGE_ID,
	STP_CIST_BRIDGE_HW,
	STP_CIST_HOPS,
	STP_PVST_VLAN,
	STP_FLAGS_TCACK,
	STP_FLAGS_AGREEMENT,
	STP_FLAGS_FORWARDING,
	STP_FLAGS_LEARNING,
	STP_FLAGS_PORT_ROLE,
	STP_FLAGS_PROPOSAL,
	STP_FLAGS_TC,
	STP_ROOT_PRIO,
	STP_ROOT_EXT,
	STP_BRIDGE_PRIO,
	STP_BRIDGE_EXT,
	STP_NFIELDS
};

static const struct value_name version_names[] = { { 0, "Spanning Tree" }, { 2, "Rapid Spanning Tree" },
	{ 3, "Multiple Spanning Tree" }, { 4, "Shortest Path Tree" }, { 0, NULL } };
static const struct value_name type_names[] = { { 0x00, "Configuration" },
	{ 0x02, "Rapid/Multiple Spanning Tree" }, { 0x80, "Topology Change Notification" }, { 0, NULL } };
static const struct value_name role_names[] = { { 1, "Alternate or Backup" }, { 2, "Root" },
	{ 3, "Designated" }, { 0, NULL } };

static const struct field stp_fields[STP_NFIELDS] = {
	[STP_PROTOCOL] = { "stp.protocol", "Protocol Identifier", KIND_UINT, BASE_HEX, 2 },
	[STP_VERSION] = { "stp.version", "Protocol Version Identifier", KIND_UINT, .octets = 1,
		.names = version_names },
	[STP_TYPE] = { "stp.type", "BPDU Type", KIND_UINT, BASE_HEX, 1, .names = type_names },
	[STP_FLAGS] = { "stp.flags", "BPDU flags", KIND_UINT, BASE_HEX, 1 },
	[STP_ROOT_ID] = { "root_id", "root's priority and extension", KIND_UINT, BASE_HEX, 2,
		.internal = true },
	[STP_ROOT_HW] = { "stp.root.hw", "Root Bridge System ID", KIND_ETHER },
	[STP_ROOT_COST] = { "stp.root.cost", "Root Path Cost", KIND_UINT, .octets = 4 },
	[STP_BRIDGE_ID] = { "bridge_id", "bridge's priority and extension", KIND_UINT, BASE_HEX, 2,
		.internal = true },
	[STP_BRIDGE_HW] = { "stp.bridge.hw", "Bridge System ID", KIND_ETHER },
	[STP_PORT] = { "stp.port", "Port identifier", KIND_UINT, BASE_HEX, 2 },
	[STP_MSG_AGE] = { "stp.msg_age", "Message Age", KIND_DOUBLE },
	[STP_MAX_AGE] = { "stp.max_age", "Max Age", KIND_DOUBLE },
	[STP_HELLO] = { "stp.hello", "Hello Time", KIND_DOUBLE },
	[STP_FORWARD] = { "stp.forward", "Forward Delay", KIND_DOUBLE },
	[STP_VERSION_1_LENGTH] = { "stp.version_1_length", "Version 1 Length", KIND_UINT, .octets = 1 },
	[STP_VERSION_3_LENGTH] = { "mstp.version_3_length", "Version 3 Length", KIND_UINT, .octets = 2,
		.part = 1 },
	[STP_MST_FORMAT] = { "mstp.config_format_selector", "MST Config ID format selector", KIND_UINT,
		.octets = 1, .part = 1 },
	[STP_MST_NAME] = { "mstp.config_name", "MST Config name", KIND_TEXT, .part = 1 },
	[STP_MST_REVISION] = { "mstp.config_revision_level", "MST Config revision", KIND_UINT, .octets = 2,
		.part = 1 },
	[STP_MST_DIGEST] = { "mstp.config_digest", "MST Config digest", KIND_BYTES, .part = 1 },
	[STP_CIST_COST] = { "mstp.cist_internal_root_path_cost", "CIST Internal Root Path Cost", KIND_UINT,
		.octets = 4, .part = 1 },
	[STP_CIST_BRIDGE_ID] = { "cist_bridge_id", "CIST bridge's priority and extension", KIND_UINT,
		BASE_HEX, 2, .part = 1, .internal = true },
	[STP_CIST_BRIDGE_HW] = { "mstp.cist_bridge.hw", "CIST Bridge Identifier System ID", KIND_ETHER,
		.part = 1 },
	[STP_CIST_HOPS] = { "mstp.cist_remaining_hops", "CIST Remaining hops", KIND_UINT, .octets = 1,
		.part = 1 },
	[STP_PVST_VLAN] = { "stp.pvst.origvlan", "Originating VLAN", KIND_UINT, .octets = 2, .part = 1 },
	[STP_FLAGS_TCACK] = { "stp.flags.tcack", "Topology Change Acknowledgment", KIND_BOOL, .of = STP_FLAGS,
		.mask = 0x80 },
	[STP_FLAGS_AGREEMENT] = { "stp.flags.agreement", "Agreement", KIND_BOOL, .of = STP_FLAGS,
		.mask = 0x40 },
	[STP_FLAGS_FORWARDING] = { "stp.flags.forwarding", "Forwarding", KIND_BOOL, .of = STP_FLAGS,
		.mask = 0x20 },
	[STP_FLAGS_LEARNING] = { "stp.flags.learning", "Learning", KIND_BOOL, .of = STP_FLAGS, .mask = 0x10 },
	[STP_FLAGS_PORT_ROLE] = { "stp.flags.port_role", "Port Role", KIND_UINT, .octets = 1, .of = STP_FLAGS,
		.mask = 0x0c, .names = role_names },
	[STP_FLAGS_PROPOSAL] = { "stp.flags.proposal", "Proposal", KIND_BOOL, .of = STP_FLAGS, .mask = 0x02 },
	[STP_FLAGS_TC] = { "stp.flags.tc", "Topology Change", KIND_BOOL, .of = STP_FLAGS, .mask = 0x01 },
	[STP_ROOT_PRIO] = { "stp.root.prio", "Root Bridge Priority", KIND_UINT, .octets = 2,
		.sql = "{root_id} & 61440" },
	[STP_ROOT_EXT] = { "stp.root.ext", "Root Bridge System ID Extension", KIND_UINT, .octets = 2,
		.of = STP_ROOT_ID, .mask = 0x0fff },
	[STP_BRIDGE_PRIO] = { "stp.bridge.prio", "Bridge Priority", KIND_UINT, .octets = 2,
		.sql = "{bridge_id} & 61440" },
	[STP_BRIDGE_EXT] = { "stp.bridge.ext", "Bridge System ID Extension", KIND_UINT, .octets = 2,
		.of = STP_BRIDGE_ID, .mask = 0x0fff },
};

enum {
	MSTI_FLAGS,
	MSTI_ROOT,
	MSTI_ROOT_HW,
	MSTI_COST,
	MSTI_BRIDGE_PRIO,
	MSTI_PORT_PRIO,
	MSTI_HOPS,
	MSTI_ID,
	MSTI_NFIELDS
};
static const struct field msti_fields[MSTI_NFIELDS] = {
	[MSTI_FLAGS] = { "mstp.msti.flags", "MSTI flags", KIND_UINT, BASE_HEX, 1 },
	[MSTI_ROOT] = { "msti_root", "root's priority and MSTID", KIND_UINT, BASE_HEX, 2, .internal = true },
	[MSTI_ROOT_HW] = { "mstp.msti.root.hw", "Regional Root", KIND_ETHER },
	[MSTI_COST] = { "mstp.msti.root_cost", "Internal root path cost", KIND_UINT, .octets = 4 },
	[MSTI_BRIDGE_PRIO] = { "mstp.msti.bridge_priority", "Bridge Identifier Priority", KIND_UINT,
		.octets = 1 },
	[MSTI_PORT_PRIO] = { "mstp.msti.port_priority", "Port identifier priority", KIND_UINT, .octets = 1 },
	[MSTI_ID] = { "mstp.msti.msti_id", "MSTID", KIND_UINT, .octets = 2, .of = MSTI_ROOT, .mask = 0x0fff },
	[MSTI_HOPS] = { "mstp.msti.remaining_hops", "Remaining hops", KIND_UINT, .octets = 1 },
};

enum { REC_STP, REC_MSTI, REC_COUNT };
static const struct record stp_records[REC_COUNT] = {
	[REC_STP] = { "stp", RECORD_LAYER, STP_NFIELDS, stp_fields, (const char *const[]) { "mst", NULL } },
	[REC_MSTI] = { "stp_msti", RECORD_CHILD, MSTI_NFIELDS, msti_fields, NULL },
};

#define TYPE_CONFIGURATION 0x00
#define TYPE_RAPID         0x02
#define HEADER             4
#define TIMERS_AT          27
#define VERSION_3_AT       36
#define MST_MIN            102 /* octets with no instance but the common one */
#define MST_FIXED          64  /* of those, what the version 3 length counts */
#define MSTI_LENGTH        16

static void timer(struct row *r, unsigned field, struct cursor *c)
{
	double seconds = (double)cur_be(c, 2) / 256;
	row_double(r, field, seconds);
}

/* 802.1Q-2018, 14.4: the configuration's identifier, the common tree, then each instance. */
static void mst(struct packet *pkt, struct row *r, uint32_t version, struct cursor *c)
{
	if (c->len < MST_MIN)
		return;
	uint32_t length = (uint32_t)row_be(r, STP_VERSION_3_LENGTH, c, 2);
	row_be(r, STP_MST_FORMAT, c, 1);
	row_string(r, STP_MST_NAME, c, 32);
	row_be(r, STP_MST_REVISION, c, 2);
	row_bytes(r, STP_MST_DIGEST, c, 16);
	row_be(r, STP_CIST_COST, c, 4);
	row_be(r, STP_CIST_BRIDGE_ID, c, 2);
	row_address(r, STP_CIST_BRIDGE_HW, c, KIND_ETHER);
	row_be(r, STP_CIST_HOPS, c, 1);
	for (uint32_t n = length > MST_FIXED ? (length - MST_FIXED) / MSTI_LENGTH : 0;
		n && cur_need(c, MSTI_LENGTH); n--) {
		struct row *m = row_open(pkt, &proto_stp, REC_MSTI);
		row_be(m, MSTI_FLAGS, c, 1);
		row_be(m, MSTI_ROOT, c, 2);
		row_address(m, MSTI_ROOT_HW, c, KIND_ETHER);
		row_be(m, MSTI_COST, c, 4);
		row_set_at(m, MSTI_BRIDGE_PRIO, (int64_t)(cur_be(c, 1) >> 4), c->data + c->pos - 1, 1);
		row_set_at(m, MSTI_PORT_PRIO, (int64_t)(cur_be(c, 1) >> 4), c->data + c->pos - 1, 1);
		row_be(m, MSTI_HOPS, c, 1);
	}
	if (version >= 4)
		cur_take(c, (uint32_t)cur_be(c, 2)); /* shortest path bridging (802.1aq) */
}

/* Cisco's per-VLAN trees say behind the BPDU which VLAN they are of: type 0, length 2, VLAN. */
static void pvst(struct row *r, struct cursor *c)
{
	while (cur_left(c) >= 4) {
		uint32_t type = (uint32_t)cur_be(c, 2), len = (uint32_t)cur_be(c, 2);
		if (len > cur_left(c))
			return;
		if (type == 0 && len == 2)
			row_be(r, STP_PVST_VLAN, c, 2);
		else
			cur_skip(c, len);
	}
}

/* "Conf. TC + Root = 32768/0/00:19:69:df:dc:01  Cost = 0  Port = 0x8015" */
static void inform(struct packet *pkt, const uint8_t *p, uint32_t version, uint32_t type)
{
	if (pkt->fail || !pkt->info)
		return;
	info_set(pkt, "%s", type == TYPE_CONFIGURATION ? "Conf. " : version >= 3 ? "MST. " : "RST. ");
	if (p[4] & 0x01)
		info_add(pkt, "%s", "TC + ");
	/* IEEE 802.1D-2004, section 9.2.5: the lower 12 bits of a bridge's priority are its system id. */
	info_add(pkt, "Root = %u/%u/", be16(p + 5) & 0xf000, be16(p + 5) & 0x0fff);
	info_address(pkt, KIND_ETHER, p + 7);
	info_add(pkt, "  Cost = %u  Port = 0x%04x", be32(p + 13), be16(p + 25));
}

static enum verdict stp_dissect(struct packet *pkt, struct cursor *c)
{
	static const uint8_t garp[5] = { 0x01, 0x80, 0xc2, 0x00, 0x00 },
			     per_vlan[6] = { 0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcd };
	uint8_t kind;
	size_t len = 0;
	const uint8_t *to =
		pkt->link_dst ? dict_get(pkt->dict, DICT_ADDRESS, pkt->link_dst, &kind, &len) : NULL;
	if (len != 6)
		to = NULL;
	/* The same LLC address serves GARP: the group address tells (802.1D-2004, table 12-1). Others of its
	 * range are passed over, without so much as a name in the stack. */
	if (to && memcmp(to, garp, sizeof(garp)) == 0 && (to[5] & 0xf0) == 0x20) {
		if (to[5] == 0x20)
			pkt_next_always(pkt, &wrapped_gmrp, cur_rest(c));
		else if (to[5] == 0x21)
			pkt_next_always(pkt, &wrapped_gvrp, cur_rest(c));
		else
			pkt->ntokens--;
		return MINE;
	}
	if (!cur_need(c, HEADER))
		return MINE;
	uint32_t type = c->data[3];
	bool full = type == TYPE_CONFIGURATION || type == TYPE_RAPID;
	if (full && !cur_need(c, TIMERS_AT))
		return MINE;
	pkt_item(pkt, &proto_stp, c->len);
	struct row *r = row_open(pkt, &proto_stp, REC_STP);
	row_be(r, STP_PROTOCOL, c, 2);
	uint32_t version = (uint32_t)row_be(r, STP_VERSION, c, 1);
	row_be(r, STP_TYPE, c, 1);
	if (type == 0x80)
		info_set(pkt, "%s", "Topology Change Notification");
	else if (!full)
		info_set(pkt, "Unknown BPDU type (%u)", type);
	if (!full)
		return MINE;
	row_be(r, STP_FLAGS, c, 1);
	row_be(r, STP_ROOT_ID, c, 2);
	row_address(r, STP_ROOT_HW, c, KIND_ETHER);
	row_be(r, STP_ROOT_COST, c, 4);
	row_be(r, STP_BRIDGE_ID, c, 2);
	row_address(r, STP_BRIDGE_HW, c, KIND_ETHER);
	row_be(r, STP_PORT, c, 2);
	timer(r, STP_MSG_AGE, c);
	timer(r, STP_MAX_AGE, c);
	timer(r, STP_HELLO, c);
	timer(r, STP_FORWARD, c);
	inform(pkt, c->data, version, type);
	if (type == TYPE_RAPID && version >= 2)
		row_be(r, STP_VERSION_1_LENGTH, c, 1);
	if (type == TYPE_RAPID && version >= 3)
		mst(pkt, r, version, c);
	else if (to && memcmp(to, per_vlan, sizeof(per_vlan)) == 0)
		pvst(r, c);
	return MINE;
}

static const struct claim stp_claims[] = { { CLAIM_LLC_DSAP, 0x42 }, { CLAIM_ETHERTYPE, 0x8181 },
	{ CLAIM_CHDLC, 0x4242 }, { CLAIM_LLC_OUI_CISCO, 0x0108 }, { CLAIM_LLC_OUI_CISCO, 0x0109 },
	{ CLAIM_LLC_OUI_CISCO, 0x010b }, { CLAIM_LLC_OUI_CISCO, 0x010c }, { 0 } };

const struct protocol proto_stp = {
	.name = "stp",
	.title = "Spanning Tree Protocol",
	.column = "STP",
	.spec = "IEEE 802.1D",
	.help = "Lets bridges agree on a tree of links, so that no frame runs in a circle.",
	.id = PROTO_ID_stp,
	.records = stp_records,
	.nrecords = REC_COUNT,
	.claims = stp_claims,
	.dissect = stp_dissect,
	.no_item = true, /* a BPDU cut within its identifiers has none: pkt_item() */
};
