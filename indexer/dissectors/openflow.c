/* OpenFlow (Open Networking Foundation, versions 1.0 to 1.5): between a controller and a switch.
 *
 *      0    1    2       4               8
 *     +----+----+-------+---------------+------- - -
 *     |vers|type| length| transaction   | by type
 *     +----+----+-------+---------------+------- - -
 *
 * Packet-In and Packet-Out carry a frame. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_openflow, proto_openflow_v1, proto_openflow_v4, proto_openflow_v5,
	proto_openflow_v6, proto_eth;

enum { OPENFLOW_VERSION, OPENFLOW_LENGTH, OPENFLOW_XID, OPENFLOW_NFIELDS };
static const struct value_name openflow_version_names[] = { { 0x1, "1.0" }, { 0x2, "1.1" }, { 0x3, "1.2" },
	{ 0x4, "1.3" }, { 0x5, "1.4" }, { 0x6, "1.5" }, { 0x1, "1.0" }, { 0, NULL } };
static const struct field openflow_fields[OPENFLOW_NFIELDS] = {
	[OPENFLOW_VERSION] = { "openflow.version", "Version", KIND_UINT, BASE_HEX, 1,
		.names = openflow_version_names },
	[OPENFLOW_LENGTH] = { "openflow.length", "Length", KIND_UINT, .octets = 2 },
	[OPENFLOW_XID] = { "openflow.xid", "Transaction ID", KIND_UINT, .octets = 4 },
};

static const struct record openflow_records[] = {
	{ "openflow", RECORD_LAYER, OPENFLOW_NFIELDS, openflow_fields, NULL },
};

enum { PACKET_IN = 10, PACKET_OUT = 13, FLOW_MOD = 14, NO_BUFFER = -1 };

/* OpenFlow 1.0, section 5.1, and 1.3, section 7.1: the numbers changed from 16 on. */
static void inform(struct packet *pkt, uint32_t type, bool first)
{
	static const char *const names[] = { "HELLO", "ERROR", "ECHO_REQUEST", "ECHO_REPLY" };
	static const char *const v1[] = { "VENDOR", "FEATURES_REQUEST", "FEATURES_REPLY",
		"GET_CONFIG_REQUEST", "GET_CONFIG_REPLY", "SET_CONFIG", "PACKET_IN", "FLOW_REMOVED",
		"PORT_STATUS", "PACKET_OUT", "FLOW_MOD", "PORT_MOD", "STATS_REQUEST", "STATS_REPLY",
		"BARRIER_REQUEST", "BARRIER_REPLY", "QUEUE_GET_CONFIG_REQUEST", "QUEUE_GET_CONFIG_REPLY" };
	static const char *const v4[] = { "EXPERIMENTER", "FEATURES_REQUEST", "FEATURES_REPLY",
		"GET_CONFIG_REQUEST", "GET_CONFIG_REPLY", "SET_CONFIG", "PACKET_IN", "FLOW_REMOVED",
		"PORT_STATUS", "PACKET_OUT", "FLOW_MOD", "GROUP_MOD", "PORT_MOD", "TABLE_MOD",
		"MULTIPART_REQUEST", "MULTIPART_REPLY", "BARRIER_REQUEST", "BARRIER_REPLY",
		"QUEUE_GET_CONFIG_REQUEST", "QUEUE_GET_CONFIG_REPLY", "ROLE_REQUEST", "ROLE_REPLY",
		"GET_ASYNC_REQUEST", "GET_ASYNC_REPLY", "SET_ASYNC", "METER_MOD" };
	const char *const *rest = first ? v1 : v4;
	size_t n = first ? sizeof(v1) / sizeof(*v1) : sizeof(v4) / sizeof(*v4);
	if (pkt->fail || !pkt->info)
		return;
	if (type < 4 || type - 4 < n)
		info_set(pkt, "Type: OFPT_%s", type < 4 ? names[type] : rest[type - 4]);
	else
		info_set(pkt, "Type: Unknown message type (%u)", type);
}

static enum verdict openflow_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_openflow, 0);
	struct cursor whole = *c;
	uint64_t version = 0;
	/* The newer versions' headers have fields of their own names in Wireshark. */
	if (cur_peek(c, 0, 1, &version) && version == 1) {
		row_be(r, OPENFLOW_VERSION, c, 1);
		cur_skip(c, 1);
		row_be(r, OPENFLOW_LENGTH, c, 2);
		row_be(r, OPENFLOW_XID, c, 4);
	}
	const struct protocol *p = version == 1   ? &proto_openflow_v1
				   : version == 4 ? &proto_openflow_v4
				   : version == 5 ? &proto_openflow_v5
				   : version == 6 ? &proto_openflow_v6
						  : NULL;
	uint64_t type;
	if (version != 1 && cur_peek(&whole, 1, 1, &type))
		inform(pkt, (uint32_t)type, false);
	if (p)
		pkt_next_proto(pkt, p, whole);
	return MINE;
}

/* The frame stands below OpenFlow in the tree. */
static void frame(struct packet *pkt, struct cursor *c)
{
	pkt_nest(pkt, true);
	pkt_next_proto(pkt, &proto_eth, cur_rest(c));
}

static enum verdict v1_dissect(struct packet *pkt, struct cursor *c)
{
	cur_skip(c, 1);
	uint32_t type = (uint32_t)cur_be(c, 1);
	inform(pkt, type, true);
	cur_skip(c, 6);
	if (type == PACKET_IN && cur_left(c) > 10) {
		cur_skip(c, 10);
		frame(pkt, c);
	} else if (type == PACKET_OUT && cur_left(c) > 8) {
		int32_t buffer = (int32_t)cur_be(c, 4);
		cur_skip(c, 2);
		cur_skip(c, (uint32_t)cur_be(c, 2));
		if (buffer == NO_BUFFER)
			frame(pkt, c);
	} else if (type == FLOW_MOD) {
		cur_take(c, 64); /* match (40), cookie, command, times, priority, buffer, port, flags */
		cur_take(c, 4);  /* the first action's type and length: Wireshark wants one */
	}
	return MINE;
}

/* From 1.2 on the match of a Packet-In has a length of its own, padded to 8 octets. */
static enum verdict v4_dissect(struct packet *pkt, struct cursor *c)
{
	cur_skip(c, 1);
	uint32_t type = (uint32_t)cur_be(c, 1);
	inform(pkt, type, false);
	cur_skip(c, 6);
	if (type == PACKET_IN && cur_left(c) > 20) {
		cur_skip(c, 18);
		uint32_t match = (uint32_t)cur_be(c, 2);
		cur_skip(c, match < 4 ? 4 : ((match + 7) & ~7u) - 4);
		cur_skip(c, 2);
		frame(pkt, c);
	} else if (type == PACKET_OUT && cur_left(c) > 16) {
		int32_t buffer = (int32_t)cur_be(c, 4);
		cur_skip(c, 4);
		uint32_t actions = (uint32_t)cur_be(c, 2);
		cur_skip(c, 6 + actions);
		if (buffer == NO_BUFFER)
			frame(pkt, c);
	}
	return MINE;
}

static enum verdict other_dissect(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	(void)c;
	return MINE;
}

static uint32_t openflow_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return be16(c->data + 2);
}

/* The port of old is not registered: there it has to look like OpenFlow. */
static bool openflow_test(struct packet *pkt, const struct cursor *c)
{
	if (pkt->srcport == 6653 || pkt->dstport == 6653)
		return true;
	return (pkt->srcport == 6633 || pkt->dstport == 6633) && c->cap >= 8 && (c->data[0] & 0x7f) >= 1 &&
	       (c->data[0] & 0x7f) <= 6 && be16(c->data + 2) >= 8;
}

static const struct pdu openflow_pdu = { .min = 8, .length = openflow_length, .test = openflow_test };

static const struct claim openflow_claims[] = { { CLAIM_TCP_PORT, 6653 }, { CLAIM_HEUR_TCP, 380 }, { 0 } };

const struct protocol proto_openflow = {
	.name = "openflow",
	.title = "OpenFlow",
	.column = "OpenFlow",
	.help = "Tells switches what to do with packets.",
	.id = PROTO_ID_openflow,
	.records = openflow_records,
	.nrecords = 1,
	.claims = openflow_claims,
	.dissect = openflow_dissect,
	.pdu = &openflow_pdu,
	.no_item = true,
};

#define VERSION(n, its_dissect)                                                                              \
	const struct protocol proto_openflow_v##n = {                                                        \
		.name = "openflow_v" #n,                                                                     \
		.title = "OpenFlow",                                                                         \
		.column = "OpenFlow",                                                                        \
		.help = "Tells switches what to do with packets.",                                           \
		.id = PROTO_ID_openflow_v##n,                                                                \
		.dissect = its_dissect,                                                                      \
	}

VERSION(1, v1_dissect);
VERSION(4, v4_dissect);
VERSION(5, other_dissect);
VERSION(6, other_dissect);
