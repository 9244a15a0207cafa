/* Cisco HDLC: an address, a control octet and a protocol number that mostly is an Ethertype.
 *
 *      0       1       2               4
 *     +-------+-------+---------------+----------- - -
 *     |address|control| protocol      | payload
 *     +-------+-------+---------------+----------- - -
 */
#include "indexer/dissectors/chdlc.h"
#include "indexer/dissectors/ids.h"

extern const struct protocol proto_chdlc;

enum { CHDLC_ADDRESS, CHDLC_CONTROL, CHDLC_PROTOCOL, CHDLC_PADDING, CHDLC_NFIELDS };

static const struct value_name chdlc_address_names[] = { { 0x0f, "Unicast" }, { 0x8f, "Multicast" },
	{ 0, NULL } };

static const struct field chdlc_fields[CHDLC_NFIELDS] = {
	[CHDLC_ADDRESS] = { "chdlc.address", "Address", KIND_UINT, BASE_HEX, 1,
		.names = chdlc_address_names },
	[CHDLC_CONTROL] = { "chdlc.control", "Control", KIND_UINT, BASE_HEX, 1 },
	[CHDLC_PROTOCOL] = { "chdlc.protocol", "Protocol", KIND_UINT, BASE_HEX, 2 },
	[CHDLC_PADDING] = { "chdlc.clns_padding", "CLNS Padding", KIND_UINT, BASE_HEX, 1, .part = 1 },
};

static const struct record chdlc_records[] = {
	{ "chdlc", RECORD_LAYER, CHDLC_NFIELDS, chdlc_fields, (const char *const[]) { "osi", NULL } },
};

static enum verdict chdlc_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_chdlc, 0);
	row_be(r, CHDLC_ADDRESS, c, 1);
	row_be(r, CHDLC_CONTROL, c, 1);
	uint32_t protocol = (uint32_t)row_be(r, CHDLC_PROTOCOL, c, 2);
	if (protocol == CHDLC_OSI)
		row_be(r, CHDLC_PADDING, c, 1);
	if (cur_left(c))
		cur_need(c, 1); /* Wireshark wants some of the payload at once */
	if (!pkt->fail)
		chdlc_next(pkt, protocol, cur_rest(c));
	return MINE;
}

static const struct claim chdlc_claims[] = { { CLAIM_LINKTYPE, 104 }, { CLAIM_LINKTYPE, 112 }, { 0 } };

const struct protocol proto_chdlc = {
	.name = "chdlc",
	.title = "Cisco HDLC",
	.column = "CHDLC",
	.spec = "LINKTYPE_C_HDLC",
	.help = "Cisco's way to carry packets of several protocols over a serial line.",
	.id = PROTO_ID_chdlc,
	.records = chdlc_records,
	.nrecords = 1,
	.claims = chdlc_claims,
	.dissect = chdlc_dissect,
	.item_len = 4,
};
