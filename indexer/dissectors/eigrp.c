/* Enhanced Interior Gateway Routing Protocol (RFC 7868, section 6).
 *
 *      0    1      2        4       8          12         16      18      20
 *     +----+------+--------+-------+----------+----------+-------+-------+------------------------ - -
 *     |ver.|opcode|checksum| flags | sequence | ack      | router| system| | type, 2 | length, 2 | value |
 *     +----+------+--------+-------+----------+----------+-------+-------+------------------------ - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_eigrp;

enum {
	EIGRP_VERSION,
	EIGRP_OPCODE,
	EIGRP_CHECKSUM,
	EIGRP_FLAGS,
	EIGRP_SEQ,
	EIGRP_ACK,
	EIGRP_VRID,
	EIGRP_AS,
	EIGRP_INIT,
	EIGRP_CONDRECV,
	EIGRP_RESTART,
	EIGRP_EOT,
	EIGRP_NFIELDS
};

static const struct value_name opcode_names[] = { { 1, "Update" }, { 2, "Request" }, { 3, "Query" },
	{ 4, "Reply" }, { 5, "Hello" }, { 6, "IPX/SAP Update" }, { 7, "Route Probe" }, { 8, "Hello (Ack)" },
	{ 10, "SIA-Query" }, { 11, "SIA-Reply" }, { 0, NULL } };

static const struct field eigrp_fields[EIGRP_NFIELDS] = {
	[EIGRP_VERSION] = { "eigrp.version", "Version", KIND_UINT, .octets = 1 },
	[EIGRP_OPCODE] = { "eigrp.opcode", "Opcode", KIND_UINT, .octets = 1, .names = opcode_names },
	[EIGRP_CHECKSUM] = { "eigrp.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[EIGRP_FLAGS] = { "eigrp.flags", "Flags", KIND_UINT, BASE_HEX, 4 },
	[EIGRP_SEQ] = { "eigrp.seq", "Sequence", KIND_UINT, .octets = 4 },
	[EIGRP_ACK] = { "eigrp.ack", "Acknowledge", KIND_UINT, .octets = 4 },
	[EIGRP_VRID] = { "eigrp.vrid", "Virtual Router ID", KIND_UINT, .octets = 2 },
	[EIGRP_AS] = { "eigrp.as", "Autonomous System", KIND_UINT, .octets = 2 },
	[EIGRP_INIT] = { "eigrp.flags.init", "Init", KIND_BOOL, .of = EIGRP_FLAGS, .mask = 1 },
	[EIGRP_CONDRECV] = { "eigrp.flags.condrecv", "Conditional Receive", KIND_BOOL, .of = EIGRP_FLAGS,
		.mask = 2 },
	[EIGRP_RESTART] = { "eigrp.flags.restart", "Restart", KIND_BOOL, .of = EIGRP_FLAGS, .mask = 4 },
	[EIGRP_EOT] = { "eigrp.flags.eot", "End Of Table", KIND_BOOL, .of = EIGRP_FLAGS, .mask = 8 },
};

enum { TLV_TYPE, TLV_LEN, PAR_K1, PAR_K2, PAR_K3, PAR_K4, PAR_K5, PAR_K6, PAR_HOLD, TLV_NFIELDS };

static const struct value_name tlv_names[] = { { 0x0001, "Parameters" }, { 0x0002, "Authentication" },
	{ 0x0003, "Sequence" }, { 0x0004, "Software Version" }, { 0x0005, "Next multicast sequence" },
	{ 0x0006, "Peer Stub Information" }, { 0x0007, "Peer Termination" },
	{ 0x0008, "Peer Topology ID List" }, { 0x0102, "Internal Route(IPv4)" },
	{ 0x0103, "External Route(IPv4)" }, { 0x0402, "Internal Route(IPv6)" },
	{ 0x0403, "External Route(IPv6)" }, { 0x0602, "Internal Route(MTR)" },
	{ 0x0603, "External Route(MTR)" }, { 0, NULL } };

static const struct field tlv_fields[TLV_NFIELDS] = {
	[TLV_TYPE] = { "eigrp.tlv_type", "Type", KIND_UINT, BASE_HEX, 2, .names = tlv_names },
	[TLV_LEN] = { "eigrp.tlv.len", "Length", KIND_UINT, .octets = 2 },
	[PAR_K1] = { "eigrp.par.k1", "K1", KIND_UINT, .octets = 1 },
	[PAR_K2] = { "eigrp.par.k2", "K2", KIND_UINT, .octets = 1 },
	[PAR_K3] = { "eigrp.par.k3", "K3", KIND_UINT, .octets = 1 },
	[PAR_K4] = { "eigrp.par.k4", "K4", KIND_UINT, .octets = 1 },
	[PAR_K5] = { "eigrp.par.k5", "K5", KIND_UINT, .octets = 1 },
	[PAR_K6] = { "eigrp.par.k6", "K6", KIND_UINT, .octets = 1 },
	[PAR_HOLD] = { "eigrp.par.holdtime", "Hold Time", KIND_UINT, .octets = 2 },
};

enum { REC_EIGRP, REC_TLV, REC_COUNT };
static const struct record eigrp_records[REC_COUNT] = {
	[REC_EIGRP] = { "eigrp", RECORD_LAYER, EIGRP_NFIELDS, eigrp_fields, NULL },
	[REC_TLV] = { "eigrp_tlv", RECORD_CHILD, TLV_NFIELDS, tlv_fields, NULL },
};

#define EIGRP_HEADER   20
#define TLV_HEADER     4
#define TYPE_PARAMETER 0x0001

static enum verdict eigrp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_eigrp, REC_EIGRP);
	if (!cur_need(c, EIGRP_HEADER)) /* Wireshark shows nothing of less */
		return MINE;
	row_be(r, EIGRP_VERSION, c, 1);
	uint32_t opcode = (uint32_t)row_be(r, EIGRP_OPCODE, c, 1);
	const char *name = pkt->info ? info_name(opcode_names, opcode, NULL) : NULL;
	if (name)
		info_set(pkt, "%s", name);
	else
		info_set(pkt, "Unknown OpCode (0x%04x)", opcode);
	row_be(r, EIGRP_CHECKSUM, c, 2);
	row_be(r, EIGRP_FLAGS, c, 4);
	row_be(r, EIGRP_SEQ, c, 4);
	row_be(r, EIGRP_ACK, c, 4);
	row_be(r, EIGRP_VRID, c, 2);
	row_be(r, EIGRP_AS, c, 2);
	while (cur_left(c)) {
		const uint8_t *p = cur_take(c, TLV_HEADER);
		uint32_t type = p ? be16(p) : 0, len = p ? be16(p + 2) : 0;
		if (len < TLV_HEADER || !cur_need(c, len - TLV_HEADER))
			break;
		struct row *t = row_open(pkt, &proto_eigrp, REC_TLV);
		row_set_at(t, TLV_TYPE, type, p, 2);
		row_set_at(t, TLV_LEN, len, p + 2, 2);
		struct cursor value = cur_sub(c, len - TLV_HEADER);
		for (unsigned k = PAR_K1; type == TYPE_PARAMETER && k <= PAR_K6; k++)
			row_be(t, k, &value, 1);
		if (type == TYPE_PARAMETER)
			row_be(t, PAR_HOLD, &value, 2);
	}
	return MINE;
}

static const struct claim eigrp_claims[] = { { CLAIM_IP_PROTO, 88 }, { 0 } };

const struct protocol proto_eigrp = {
	.name = "eigrp",
	.title = "Enhanced Interior Gateway Routing Protocol",
	.column = "EIGRP",
	.spec = "RFC 7868",
	.help = "Cisco's protocol by which routers tell their neighbours the ways they know.",
	.id = PROTO_ID_eigrp,
	.records = eigrp_records,
	.nrecords = REC_COUNT,
	.claims = eigrp_claims,
	.dissect = eigrp_dissect,
	.item_min = EIGRP_HEADER,
};
