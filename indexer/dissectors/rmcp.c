/* Remote Management Control Protocol (DMTF DSP0136, section 3.2.2) and what it carries: the Alert Standard
 * Format's messages and IPMI's sessions (IPMI 2.0, section 13.6).
 *
 *      0       1       2       3       4
 *     +-------+-------+-------+-------+---- - -
 *     |version|  0    | seq   | class | message; an acknowledgment (class 0x80) has none
 *     +-------+-------+-------+-------+---- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_rmcp, proto_data;

enum { RMCP_VERSION, RMCP_SEQUENCE, RMCP_FIRST, RMCP_CLASS, RMCP_TYPE, RMCP_NFIELDS };

static const struct value_name class_names[] = { { 6, "ASF" }, { 7, "IPMI" }, { 8, "OEM" }, { 0, NULL } };
static const struct value_name type_names[] = { { 0, "Normal RMCP" }, { 1, "RMCP ACK" }, { 0, NULL } };

static const struct field rmcp_fields[RMCP_NFIELDS] = {
	[RMCP_VERSION] = { "rmcp.version", "Version", KIND_UINT, BASE_HEX, 1 },
	[RMCP_SEQUENCE] = { "rmcp.sequence", "Sequence", KIND_UINT, BASE_HEX, 1 },
	[RMCP_FIRST] = { "rmcp.class_octet", "Class", KIND_UINT, .internal = true },
	[RMCP_CLASS] = { "rmcp.class", "Class", KIND_UINT, BASE_HEX, 1, .of = RMCP_FIRST, .mask = 0x1f,
		.names = class_names },
	[RMCP_TYPE] = { "rmcp.type", "Message Type", KIND_UINT, BASE_HEX, 1, .of = RMCP_FIRST, .mask = 0x80,
		.names = type_names },
};

static const struct record rmcp_records[] = { { "rmcp", RECORD_LAYER, RMCP_NFIELDS, rmcp_fields, NULL } };

enum { VERSION = 6, CLASS_ASF = 6, CLASS_IPMI = 7, ACK = 0x80 };

static const struct protocol proto_asf = {
	.name = "asf",
	.title = "Alert Standard Forum",
	.column = "ASF",
	.spec = "DMTF DSP0136",
	.help = "Wakes, resets and asks hosts whose system does not run.",
};

/* Authentication type (1), sequence (4), session (4), code (16, unless none), length (1); RMCP+ (type 6) has
 * a payload type (1), session (4), sequence (4), length (2). */
static enum verdict session_dissect(struct packet *pkt, struct cursor *c)
{
	static const struct protocol bus = { .name = "ipmb" }; /* beside the session in the tree */
	unsigned type = (unsigned)cur_be(c, 1);
	uint32_t len;
	if (type == 6) {
		unsigned payload = (unsigned)cur_be(c, 1) & 0x3f;
		if (payload == 2)
			cur_skip(c, 6); /* of a manufacturer */
		cur_skip(c, 8);
		len = (uint32_t)cur_le(c, 2);
	} else {
		cur_skip(c, type ? 24 : 8);
		len = (uint32_t)cur_be(c, 1);
		if (!pkt->fail)
			pkt_item(pkt, &bus, len);
	}
	if (!pkt->fail)
		pkt_next_proto(pkt, &proto_data, cur_sub(c, len));
	return MINE;
}

static const struct protocol proto_ipmi_session = {
	.name = "ipmi_session",
	.title = "Intelligent Platform Management Interface (Session Wrapper)",
	.column = "IPMI Session",
	.spec = "IPMI 2.0, section 13.6",
	.help = "Carries commands to the controller that watches a host's hardware.",
	.dissect = session_dissect,
};

static enum verdict rmcp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t version;
	if (!cur_peek(c, 0, 1, &version) || version != VERSION)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_rmcp, 0);
	row_be(r, RMCP_VERSION, c, 1);
	cur_skip(c, 1);
	row_be(r, RMCP_SEQUENCE, c, 1);
	unsigned class = (unsigned)row_be(r, RMCP_FIRST, c, 1);
	if (pkt->fail || class & ACK)
		return MINE;
	pkt_item_len(pkt, 4);
	pkt_next_proto(pkt,
		(class & 0x1f) == CLASS_ASF    ? &proto_asf
		: (class & 0x1f) == CLASS_IPMI ? &proto_ipmi_session
					       : &proto_data,
		cur_rest(c));
	return MINE;
}

static const struct claim rmcp_claims[] = { { CLAIM_UDP_PORT, 623 }, { 0 } };

const struct protocol proto_rmcp = {
	.name = "rmcp",
	.title = "Remote Management Control Protocol",
	.column = "RMCP",
	.spec = "DMTF DSP0136",
	.help = "Manages hosts whose system does not run.",
	.id = PROTO_ID_rmcp,
	.records = rmcp_records,
	.nrecords = 1,
	.claims = rmcp_claims,
	.dissect = rmcp_dissect,
};
