/* BACnet, the network layer (ANSI/ASHRAE 135, clause 6).
 *
 *      0       1       2
 *     +-------+-------+-------------- - -+-------------- - -+-----------+---- - -
 *     |version|control| net, len, address| net, len, address| hop count | message, or APDU
 *     +-------+-------+-------------- - -+-------------- - -+-----------+---- - -
 *     control: network message 0x80, destination 0x20 (and hop count), source 0x08, reply expected 0x04
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_bacnet, proto_bacapp;

enum {
	BACNET_VERSION,
	BACNET_CONTROL,
	BACNET_DNET,
	BACNET_DLEN,
	BACNET_SNET,
	BACNET_SLEN,
	BACNET_HOPS,
	BACNET_MESSAGE,
	BACNET_VENDOR,
	BACNET_IS_NET,
	BACNET_HAS_DEST,
	BACNET_HAS_SRC,
	BACNET_EXPECT,
	BACNET_NFIELDS
};

static const struct value_name message_names[] = { { 0, "Who-Is-Router-To-Network" },
	{ 1, "I-Am-Router-To-Network" }, { 2, "I-Could-Be-Router-To-Network" },
	{ 3, "Reject-Message-To-Network" }, { 4, "Router-Busy-To-Network" },
	{ 5, "Router-Available-To-Network" }, { 6, "Initialize-Routing-Table" },
	{ 7, "Initialize-Routing-Table-Ack" }, { 8, "Establish-Connection-To-Network" },
	{ 9, "Disconnect-Connection-To-Network" }, { 0x12, "What-Is-Networknumber" },
	{ 0x13, "Networknumber-Is" }, { 0, NULL } };

static const struct field bacnet_fields[BACNET_NFIELDS] = {
	[BACNET_VERSION] = { "bacnet.version", "Version", KIND_UINT, .octets = 1 },
	[BACNET_CONTROL] = { "bacnet.control", "Control", KIND_UINT, BASE_HEX, 1 },
	[BACNET_DNET] = { "bacnet.dnet", "Destination Network Address", KIND_UINT, .octets = 2 },
	[BACNET_DLEN] = { "bacnet.dlen", "Destination MAC Layer Address Length", KIND_UINT, .octets = 1 },
	[BACNET_SNET] = { "bacnet.snet", "Source Network Address", KIND_UINT, .octets = 2 },
	[BACNET_SLEN] = { "bacnet.slen", "Source MAC Layer Address Length", KIND_UINT, .octets = 1 },
	[BACNET_HOPS] = { "bacnet.hopc", "Hop Count", KIND_UINT, .octets = 1 },
	[BACNET_MESSAGE] = { "bacnet.mesgtyp", "Network Layer Message Type", KIND_UINT, BASE_HEX, 1,
		.names = message_names },
	[BACNET_VENDOR] = { "bacnet.vendor", "Vendor ID", KIND_UINT, .octets = 2 },
	[BACNET_IS_NET] = { "bacnet.control_net", "NSDU contains", KIND_BOOL, .of = BACNET_CONTROL,
		.mask = 0x80 },
	[BACNET_HAS_DEST] = { "bacnet.control_dest", "Destination Specifier", KIND_BOOL, .of = BACNET_CONTROL,
		.mask = 0x20 },
	[BACNET_HAS_SRC] = { "bacnet.control_src", "Source specifier", KIND_BOOL, .of = BACNET_CONTROL,
		.mask = 0x08 },
	[BACNET_EXPECT] = { "bacnet.control_expect", "Expecting Reply", KIND_BOOL, .of = BACNET_CONTROL,
		.mask = 0x04 },
};

static const struct record bacnet_records[] = {
	{ "bacnet", RECORD_LAYER, BACNET_NFIELDS, bacnet_fields, NULL },
};

static enum verdict bacnet_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_bacnet, 0);
	row_be(r, BACNET_VERSION, c, 1);
	unsigned control = (unsigned)row_be(r, BACNET_CONTROL, c, 1);
	if (control & 0x20) {
		row_be(r, BACNET_DNET, c, 2);
		cur_skip(c, (uint32_t)row_be(r, BACNET_DLEN, c, 1));
	}
	if (control & 0x08) {
		row_be(r, BACNET_SNET, c, 2);
		cur_skip(c, (uint32_t)row_be(r, BACNET_SLEN, c, 1));
	}
	if (control & 0x20)
		row_be(r, BACNET_HOPS, c, 1);
	if (control & 0x80) {
		if (row_be(r, BACNET_MESSAGE, c, 1) >= 0x80)
			row_be(r, BACNET_VENDOR, c, 2);
	} else if (!pkt->fail) {
		pkt_next_proto(pkt, &proto_bacapp, cur_rest(c));
	}
	return MINE;
}

static const struct claim bacnet_claims[] = { { CLAIM_LLC_DSAP, 0x82 }, { 0 } };

const struct protocol proto_bacnet = {
	.name = "bacnet",
	.title = "Building Automation and Control Network NPDU",
	.column = "BACnet-NPDU",
	.spec = "ANSI/ASHRAE 135, clause 6",
	.help = "Routes messages between the devices of a building.",
	.id = PROTO_ID_bacnet,
	.records = bacnet_records,
	.nrecords = 1,
	.claims = bacnet_claims,
	.dissect = bacnet_dissect,
};
