/* The discovery of PPP over Ethernet (RFC 2516, section 5).
 *
 *      0       1       2               4               6
 *     +---+---+-------+---------------+---------------+----------- - -
 *     |ver|typ| code  | session id    | length        | payload
 *     +---+---+-------+---------------+---------------+----------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_pppoed;

enum { PPPOE_FIRST, PPPOE_CODE, PPPOE_SESSION, PPPOE_LENGTH, PPPOE_VERSION, PPPOE_TYPE, PPPOE_NFIELDS };

static const struct value_name code_names[] = { { 0x00, "Session Data" },
	{ 0x07, "Active Discovery Offer (PADO)" }, { 0x09, "Active Discovery Initiation (PADI)" },
	{ 0x19, "Active Discovery Request (PADR)" }, { 0x65, "Active Discovery Session-confirmation (PADS)" },
	{ 0xa7, "Active Discovery Terminate (PADT)" }, { 0, NULL } };

static const struct field pppoe_fields[PPPOE_NFIELDS] = {
	[PPPOE_FIRST] = { "first", "version and type", KIND_UINT, BASE_HEX, 1, .internal = true },
	[PPPOE_CODE] = { "pppoe.code", "Code", KIND_UINT, BASE_HEX, 1, .names = code_names },
	[PPPOE_SESSION] = { "pppoe.session_id", "Session ID", KIND_UINT, BASE_HEX, 2 },
	[PPPOE_LENGTH] = { "pppoe.payload_length", "Payload Length", KIND_UINT, .octets = 2 },
	[PPPOE_VERSION] = { "pppoe.version", "Version", KIND_UINT, .octets = 1, .of = PPPOE_FIRST,
		.mask = 0xf0 },
	[PPPOE_TYPE] = { "pppoe.type", "Type", KIND_UINT, .octets = 1, .of = PPPOE_FIRST, .mask = 0x0f },
};

static const struct record pppoe_records[] = { { "pppoed", RECORD_LAYER, PPPOE_NFIELDS, pppoe_fields,
	NULL } };

#define PPPOE_HEADER 6

static enum verdict pppoed_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_pppoed, 0);
	row_be(r, PPPOE_FIRST, c, 1);
	row_be(r, PPPOE_CODE, c, 1);
	row_be(r, PPPOE_SESSION, c, 2);
	row_be(r, PPPOE_LENGTH, c,
		2); /* of the tags, which name services and hosts and are not looked into */
	return MINE;
}

static const struct claim pppoed_claims[] = { { CLAIM_ETHERTYPE, 0x8863 }, { 0 } };

const struct protocol proto_pppoed = {
	.name = "pppoed",
	.title = "PPP-over-Ethernet Discovery",
	.column = "PPPoED",
	.spec = "RFC 2516",
	.help = "Finds the access concentrator on the local network and opens a session with it.",
	.id = PROTO_ID_pppoed,
	.records = pppoe_records,
	.nrecords = 1,
	.claims = pppoed_claims,
	.dissect = pppoed_dissect,
	.item_len = PPPOE_HEADER,
	.item_min = PPPOE_HEADER,
};
