/* Generic Routing Encapsulation (RFC 2784, RFC 2890; RFC 1701 for routing; RFC 2637, section 4.1, for PPTP's
 * version 1).
 *
 *      0               2               4
 *     +-+-+-+-+-+-----+-----------+---+
 *     |C|R|K|S|s|recur|A| flags   |ver|   protocol type
 *     +-+-+-+-+-+-----+-----------+---+---------------+
 *     | C or R: checksum              |    offset     |
 *     | K: key, or in version 1 payload length and call id
 *     | S: sequence number            |
 *     | A: acknowledged number        |
 *     | R: source routes until an empty one ...
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_gre;

enum {
	GRE_FLAGS,
	GRE_PROTO,
	GRE_CHECKSUM,
	GRE_OFFSET,
	GRE_KEY,
	GRE_PAYLOAD_LENGTH,
	GRE_CALL_ID,
	GRE_SEQUENCE,
	GRE_ACK,
	GRE_C,
	GRE_R,
	GRE_K,
	GRE_S,
	GRE_STRICT,
	GRE_RECURSION,
	GRE_A,
	GRE_RESERVED,
	GRE_VERSION,
	GRE_NFIELDS
};

static const struct value_name gre_proto_names[] = { { 0x0800, "IP" }, { 0x0806, "ARP" }, { 0x2001, "NHRP" },
	{ 0x22eb, "ERSPAN III" }, { 0x6558, "Transparent Ethernet bridging" }, { 0x6559, "RAW Frame Relay" },
	{ 0x8200, "ARUBA WLAN" }, { 0x86dd, "IPv6" }, { 0x880b, "PPP" }, { 0x883e, "WCCP" },
	{ 0x8847, "MPLS label switched packet" }, { 0x8848, "MPLS multicast label switched packet" },
	{ 0x88be, "ERSPAN" }, { 0, NULL } };

#define PART_OPTIONAL 1

static const struct field gre_fields[GRE_NFIELDS] = {
	[GRE_FLAGS] = { "gre.flags_and_version", "Flags and Version", KIND_UINT, BASE_HEX, 2 },
	[GRE_PROTO] = { "gre.proto", "Protocol Type", KIND_UINT, BASE_HEX, 2, .names = gre_proto_names },
	[GRE_CHECKSUM] = { "gre.checksum", "Checksum", KIND_UINT, BASE_HEX, 2, .part = PART_OPTIONAL },
	[GRE_OFFSET] = { "gre.offset", "Offset", KIND_UINT, .octets = 2, .part = PART_OPTIONAL },
	[GRE_KEY] = { "gre.key", "Key", KIND_UINT, BASE_HEX, 4, .part = PART_OPTIONAL },
	[GRE_PAYLOAD_LENGTH] = { "gre.key.payload_length", "Payload Length", KIND_UINT, .octets = 2,
		.part = PART_OPTIONAL },
	[GRE_CALL_ID] = { "gre.key.call_id", "Call ID", KIND_UINT, .octets = 2, .part = PART_OPTIONAL },
	[GRE_SEQUENCE] = { "gre.sequence_number", "Sequence Number", KIND_UINT, .octets = 4,
		.part = PART_OPTIONAL },
	[GRE_ACK] = { "gre.ack_number", "Acknowledgment Number", KIND_UINT, .octets = 4,
		.part = PART_OPTIONAL },
	[GRE_C] = { "gre.flags.checksum", "Checksum Bit", KIND_BOOL, .of = GRE_FLAGS, .mask = 0x8000 },
	[GRE_R] = { "gre.flags.routing", "Routing Bit", KIND_BOOL, .of = GRE_FLAGS, .mask = 0x4000 },
	[GRE_K] = { "gre.flags.key", "Key Bit", KIND_BOOL, .of = GRE_FLAGS, .mask = 0x2000 },
	[GRE_S] = { "gre.flags.sequence_number", "Sequence Number Bit", KIND_BOOL, .of = GRE_FLAGS,
		.mask = 0x1000 },
	[GRE_STRICT] = { "gre.flags.strict_source_route", "Strict Source Route Bit", KIND_BOOL,
		.of = GRE_FLAGS, .mask = 0x0800 },
	[GRE_RECURSION] = { "gre.flags.recursion_control", "Recursion control", KIND_UINT, .octets = 2,
		.of = GRE_FLAGS, .mask = 0x0700 },
	[GRE_A] = { "gre.flags.ack", "Acknowledgment", KIND_BOOL,
		.sql = "CASE WHEN {flags_and_version}&7=1 AND {proto}=34827 THEN {flags_and_version}>>7&1 "
		       "END" },
	[GRE_RESERVED] = { "gre.flags.reserved", "Flags (Reserved)", KIND_UINT, .octets = 2,
		.sql = "CASE WHEN {flags_and_version}&7=1 AND {proto}=34827 THEN {flags_and_version}>>3&15 "
		       "ELSE {flags_and_version}>>3&31 END" },
	[GRE_VERSION] = { "gre.flags.version", "Version", KIND_UINT, .octets = 2, .of = GRE_FLAGS,
		.mask = 0x0007 },
};

enum { ROUTE_FAMILY, ROUTE_OFFSET, ROUTE_LENGTH, ROUTE_INFORMATION, ROUTE_NFIELDS };
static const struct field route_fields[ROUTE_NFIELDS] = {
	[ROUTE_FAMILY] = { "gre.routing.address_family", "Address Family", KIND_UINT, .octets = 2 },
	[ROUTE_OFFSET] = { "gre.routing.sre_offset", "SRE Offset", KIND_UINT, .octets = 1 },
	[ROUTE_LENGTH] = { "gre.routing.src_length", "SRE Length", KIND_UINT, .octets = 1 },
	[ROUTE_INFORMATION] = { "gre.routing.information", "Routing Information", KIND_BYTES },
};

enum { REC_GRE, REC_ROUTE, REC_COUNT };
static const struct record gre_records[REC_COUNT] = {
	[REC_GRE] = { "gre", RECORD_LAYER, GRE_NFIELDS, gre_fields,
		(const char *const[]) { "optional", NULL } },
	[REC_ROUTE] = { "gre_route", RECORD_CHILD, ROUTE_NFIELDS, route_fields, NULL },
};

#define FLAG_C    0x8000
#define FLAG_R    0x4000
#define FLAG_K    0x2000
#define FLAG_S    0x1000
#define FLAG_A    0x0080
#define VERSION   0x0007
#define TYPE_PPP  0x880b
#define TYPE_WCCP 0x883e

static void routes(struct packet *pkt, struct cursor *c)
{
	while (!pkt->fail) {
		struct row *r = row_open(pkt, &proto_gre, REC_ROUTE);
		uint32_t family = (uint32_t)row_be(r, ROUTE_FAMILY, c, 2);
		row_be(r, ROUTE_OFFSET, c, 1);
		uint32_t len = (uint32_t)row_be(r, ROUTE_LENGTH, c, 1);
		if (family == 0 && len == 0)
			return;
		row_bytes(r, ROUTE_INFORMATION, c, len);
	}
}

static enum verdict gre_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_gre, REC_GRE);
	if (!cur_need(c, 4))
		return MINE;
	uint32_t flags = (uint32_t)row_be(r, GRE_FLAGS, c, 2);
	uint32_t type = (uint32_t)row_be(r, GRE_PROTO, c, 2);
	bool pptp = (flags & VERSION) == 1 && type == TYPE_PPP;
	if (flags & (FLAG_C | FLAG_R)) {
		row_be(r, GRE_CHECKSUM, c, 2);
		row_be(r, GRE_OFFSET, c, 2);
	}
	if (flags & FLAG_K) {
		if (pptp) {
			row_be(r, GRE_PAYLOAD_LENGTH, c, 2);
			row_be(r, GRE_CALL_ID, c, 2);
		} else {
			row_be(r, GRE_KEY, c, 4);
		}
	}
	if (flags & FLAG_S)
		row_be(r, GRE_SEQUENCE, c, 4);
	if (flags & FLAG_A && pptp)
		row_be(r, GRE_ACK, c, 4);
	if (flags & FLAG_R)
		routes(pkt, c);
	/* Without a sequence number there may be nothing behind the header (a bare acknowledgment). */
	if (pkt->fail || (!(flags & FLAG_S) && cur_left(c) == 0))
		return MINE;
	uint64_t first;
	if (type == TYPE_WCCP && cur_peek(c, 0, 1, &first) && first >> 4 != 4)
		cur_skip(c, 4); /* WCCP 2 puts a redirect header before the packet */
	pkt_next(pkt, CLAIM_GRE, type, cur_rest(c));
	return MINE;
}

static const struct claim gre_claims[] = { { CLAIM_IP_PROTO, 47 }, { CLAIM_UDP_PORT, 4754 }, { 0 } };

static const struct value_name version_names[] = { { 0, "GRE" }, { 1, "Enhanced GRE" }, { 0, NULL } };

static const struct layout_line gre_layout[] = {
	{ 0, "gre.flags_and_version" },
	{ 1, "gre.flags.checksum", "Checksum Bit: {?Yes}{!No}" },
	{ 1, "gre.flags.routing", "Routing Bit: {?Yes}{!No}" },
	{ 1, "gre.flags.key", "Key Bit: {?Yes}{!No}" },
	{ 1, "gre.flags.sequence_number", "Sequence Number Bit: {?Yes}{!No}" },
	{ 1, "gre.flags.strict_source_route", "Strict Source Route Bit: {?Yes}{!No}" },
	{ 1, "gre.flags.recursion_control" },
	{ 1, "gre.flags.ack", "Acknowledgment: {?Yes}{!No}", .mask = 0x0080, .width = 16 },
	{ 1, "gre.flags.reserved", .when = "gre.flags.ack", .mask = 0x0078, .width = 16 },
	{ 1, "gre.flags.reserved", .mask = 0x00f8, .width = 16 },
	{ 1, "gre.flags.version", "Version: {:m} ({:d})", .names = version_names },
	{ 0, "gre.proto" },
	{ 0 },
};

const struct protocol proto_gre = {
	.name = "gre",
	.title = "Generic Routing Encapsulation",
	.heading = "Generic Routing Encapsulation ({gre.proto:n})",
	.layout = gre_layout,
	.column = "GRE",
	.spec = "RFC 2784",
	.help = "Carries packets of any protocol through an IP network.",
	.id = PROTO_ID_gre,
	.records = gre_records,
	.nrecords = REC_COUNT,
	.claims = gre_claims,
	.dissect = gre_dissect,
};
