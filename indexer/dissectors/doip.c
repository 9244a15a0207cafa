/* Diagnostics over IP (ISO 13400-2, section 8): speaks with the control units of cars.
 *
 *      0       1        2           4               8
 *     +-------+--------+-----------+---------------+---- - -
 *     |version|its ones|   type    |    length     | payload; type 0x8001: source (2), target (2), UDS
 *     +-------+--------+-----------+---------------+---- - - */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_doip, proto_uds;

enum { DOIP_VERSION, DOIP_TYPE, DOIP_LENGTH, DOIP_SOURCE, DOIP_TARGET, DOIP_NFIELDS };

static const struct value_name type_names[] = { { 0x0000, "Generic DoIP header NACK" },
	{ 0x0001, "Vehicle identification request" }, { 0x0002, "Vehicle identification request with EID" },
	{ 0x0003, "Vehicle identification request with VIN" },
	{ 0x0004, "Vehicle announcement message/vehicle identification response message" },
	{ 0x0005, "Routing activation request" }, { 0x0006, "Routing activation response" },
	{ 0x0007, "Alive check request" }, { 0x0008, "Alive check response" },
	{ 0x4001, "DoIP entity status request" }, { 0x4002, "DoIP entity status response" },
	{ 0x4003, "Diagnostic power mode information request" },
	{ 0x4004, "Diagnostic power mode information response" }, { 0x8001, "Diagnostic message" },
	{ 0x8002, "Diagnostic message ACK" }, { 0x8003, "Diagnostic message NACK" }, { 0, NULL } };

static const struct field doip_fields[DOIP_NFIELDS] = {
	[DOIP_VERSION] = { "doip.version", "Version", KIND_UINT, BASE_HEX, 1 },
	[DOIP_TYPE] = { "doip.type", "Type", KIND_UINT, BASE_HEX, 2, .names = type_names },
	[DOIP_LENGTH] = { "doip.length", "Length", KIND_UINT, .octets = 4 },
	[DOIP_SOURCE] = { "doip.source_address", "Source Address", KIND_UINT, BASE_HEX, 2 },
	[DOIP_TARGET] = { "doip.target_address", "Target Address", KIND_UINT, BASE_HEX, 2 },
};

static const struct record doip_records[] = { { "doip", RECORD_LAYER, DOIP_NFIELDS, doip_fields, NULL } };

enum { HEADER = 8, ACTIVATION = 0x0005, DIAGNOSTIC = 0x8001, ACK = 0x8002, NACK = 0x8003 };

static uint32_t doip_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint32_t n = be32(c->data + 4);
	return n > UINT32_MAX - HEADER ? UINT32_MAX : n + HEADER;
}

static enum verdict doip_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_doip, 0);
	row_be(r, DOIP_VERSION, c, 1);
	cur_take(c, 1);
	uint32_t type = (uint32_t)row_be(r, DOIP_TYPE, c, 2);
	row_be(r, DOIP_LENGTH, c, 4);
	if (type == ACTIVATION) {
		row_be(r, DOIP_SOURCE, c, 2);
	} else if (type >= DIAGNOSTIC && type <= NACK) {
		row_be(r, DOIP_SOURCE, c, 2);
		row_be(r, DOIP_TARGET, c, 2);
	}
	if (type == DIAGNOSTIC && !pkt->fail)
		pkt_next_proto(pkt, &proto_uds, cur_rest(c));
	return MINE;
}

static const struct pdu doip_pdu = { .min = HEADER, .length = doip_length };
static const struct claim doip_claims[] = { { CLAIM_TCP_PORT, 13400 }, { CLAIM_UDP_PORT, 13400 }, { 0 } };

const struct protocol proto_doip = {
	.name = "doip",
	.title = "DoIP (ISO13400) Protocol",
	.column = "DoIP",
	.spec = "ISO 13400-2",
	.help = "Finds the control units of cars and asks for their diagnoses.",
	.id = PROTO_ID_doip,
	.records = doip_records,
	.nrecords = 1,
	.claims = doip_claims,
	.dissect = doip_dissect,
	.pdu = &doip_pdu,
};
