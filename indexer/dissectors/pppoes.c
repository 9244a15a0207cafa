/* The session of PPP over Ethernet (RFC 2516, section 6).
 *
 *      0       1       2               4               6
 *     +---+---+-------+---------------+---------------+----------- - -
 *     |ver|typ| code  | session id    | length        | payload
 *     +---+---+-------+---------------+---------------+----------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_pppoes, proto_ppp;

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

static const struct record pppoe_records[] = { { "pppoes", RECORD_LAYER, PPPOE_NFIELDS, pppoe_fields,
	NULL } };

#define PPPOE_HEADER 6

static enum verdict pppoes_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_pppoes, 0);
	row_be(r, PPPOE_FIRST, c, 1);
	row_be(r, PPPOE_CODE, c, 1);
	row_be(r, PPPOE_SESSION, c, 2);
	uint32_t len = (uint32_t)row_be(r, PPPOE_LENGTH, c, 2);
	struct cursor payload = cur_sub(c, len);
	if (!pkt->fail)
		pkt_next_always(pkt, &proto_ppp, payload); /* what follows it is not taken for padding */
	return MINE;
}

static const struct claim pppoes_claims[] = { { CLAIM_ETHERTYPE, 0x8864 }, { CLAIM_LINKTYPE, 51 }, { 0 } };

const struct protocol proto_pppoes = {
	.name = "pppoes",
	.title = "PPP-over-Ethernet Session",
	.column = "PPPoES",
	.spec = "RFC 2516",
	.help = "Carries a PPP session over Ethernet, between a home and its provider.",
	.id = PROTO_ID_pppoes,
	.records = pppoe_records,
	.nrecords = 1,
	.claims = pppoes_claims,
	.dissect = pppoes_dissect,
	.item_len = PPPOE_HEADER,
};
