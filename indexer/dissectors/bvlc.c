/* BACnet Virtual Link Control: BACnet over UDP (ANSI/ASHRAE 135, annexes J and U).
 *
 *      0      1        2       4
 *     +------+--------+-------+---- - -
 *     | 0x81 |function|length | what the function takes, a network message
 *     +------+--------+-------+---- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_bvlc, proto_bacnet, proto_data;

enum {
	BVLC_TYPE,
	BVLC_FUNCTION,
	BVLC_FUNCTION6,
	BVLC_LENGTH,
	BVLC_RESULT,
	BVLC_REG_TTL,
	BVLC_FWD_IP,
	BVLC_FWD_PORT,
	BVLC_SOURCE,
	BVLC_DESTINATION,
	BVLC_NFIELDS
};

static const struct value_name function_names[] = { { 0, "BVLC-Result" },
	{ 1, "Write-Broadcast-Distribution-Table" }, { 2, "Read-Broadcast-Distribution-Table" },
	{ 3, "Read-Broadcast-Distribution-Table-Ack" }, { 4, "Forwarded-NPDU" },
	{ 5, "Register-Foreign-Device" }, { 6, "Read-Foreign-Device-Table" },
	{ 7, "Read-Foreign-Device-Table-Ack" }, { 8, "Delete-Foreign-Device-Table-Entry" },
	{ 9, "Distribute-Broadcast-To-Network" }, { 10, "Original-Unicast-NPDU" },
	{ 11, "Original-Broadcast-NPDU" }, { 12, "Secured-BVLL" }, { 0, NULL } };
static const struct value_name type_names[] = { { 0x81, "BACnet/IP (Annex J)" },
	{ 0x82, "BACnet/IPv6 (Annex U)" }, { 0, NULL } };

static const struct field bvlc_fields[BVLC_NFIELDS] = {
	[BVLC_TYPE] = { "bvlc.type", "Type", KIND_UINT, BASE_HEX, 1, .names = type_names },
	[BVLC_FUNCTION] = { "bvlc.function", "Function", KIND_UINT, BASE_HEX, 1, .names = function_names },
	[BVLC_FUNCTION6] = { "bvlc.function_ipv6", "Function", KIND_UINT, BASE_HEX, 1 },
	[BVLC_LENGTH] = { "bvlc.length", "BVLC-Length", KIND_UINT, .octets = 2 },
	[BVLC_RESULT] = { "bvlc.result", "Result", KIND_UINT, BASE_HEX, 2 },
	[BVLC_REG_TTL] = { "bvlc.reg_ttl", "TTL", KIND_UINT, .octets = 2 },
	[BVLC_FWD_IP] = { "bvlc.fwd_ip", "IP", KIND_IPV4 },
	[BVLC_FWD_PORT] = { "bvlc.fwd_port", "Port", KIND_UINT, .octets = 2 },
	[BVLC_SOURCE] = { "bvlc.virtual_source", "BVLC-Virtual-Source", KIND_UINT, BASE_DEC_HEX, 3 },
	[BVLC_DESTINATION] = { "bvlc.virtual_dest", "BVLC-Virtual-Destination", KIND_UINT, BASE_DEC_HEX, 3 },
};

static const struct record bvlc_records[] = { { "bvlc", RECORD_LAYER, BVLC_NFIELDS, bvlc_fields, NULL } };

enum { ANNEX_J = 0x81, ANNEX_U = 0x82 };

/* What the function has in front of the network message; whether there is one. */
static bool annex_j(struct row *r, struct cursor *c)
{
	unsigned function = (unsigned)row_be(r, BVLC_FUNCTION, c, 1);
	uint32_t len = (uint32_t)cur_be(c, 2);
	/* Wireshark shows the length of what stands in front of the network message. */
	row_set(r, BVLC_LENGTH, function > 8 ? 4 : function == 4 ? 10 : len);
	switch (function) {
	case 0:
		row_be(r, BVLC_RESULT, c, 2);
		return false;
	case 4:
		row_address(r, BVLC_FWD_IP, c, KIND_IPV4);
		row_be(r, BVLC_FWD_PORT, c, 2);
		return true;
	case 5:
		row_be(r, BVLC_REG_TTL, c, 2);
		return false;
	case 9:
	case 10:
	case 11:
		return true;
	default:
		return false;
	}
}

static bool annex_u(struct row *r, struct cursor *c)
{
	unsigned function = (unsigned)row_be(r, BVLC_FUNCTION6, c, 1);
	row_be(r, BVLC_LENGTH, c, 2);
	row_be(r, BVLC_SOURCE, c, 3);
	if (function == 0)
		row_be(r, BVLC_RESULT, c, 2);
	else if (function == 1)
		row_be(r, BVLC_DESTINATION, c, 3);
	else if (function == 8)
		cur_skip(c, 18); /* the address it came from */
	return function == 1 || function == 2 || function == 8;
}

static enum verdict bvlc_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t type;
	if (cur_peek(c, 0, 1, &type) && type != ANNEX_J && type != ANNEX_U)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_bvlc, 0);
	type = row_be(r, BVLC_TYPE, c, 1);
	if ((type == ANNEX_J ? annex_j(r, c) : annex_u(r, c)) && !pkt->fail) {
		pkt_item_len(pkt, c->pos);
		pkt_next_proto(pkt, &proto_bacnet, cur_rest(c));
	}
	return MINE;
}

static const struct claim bvlc_claims[] = { { CLAIM_UDP_PORT, 47808 }, { 0 } };

const struct protocol proto_bvlc = {
	.name = "bvlc",
	.title = "BACnet Virtual Link Control",
	.column = "BVLC",
	.spec = "ANSI/ASHRAE 135, annex J",
	.help = "Carries the messages of building automation over UDP.",
	.id = PROTO_ID_bvlc,
	.records = bvlc_records,
	.nrecords = 1,
	.claims = bvlc_claims,
	.dissect = bvlc_dissect,
};
