/* Point-to-Point Protocol (RFC 1661), with or without the address and control octets of HDLC-like framing
 * (RFC 1662).
 *
 *      0       1       2               4
 *     +-------+-------+---------------+----------- - -
 *     | ff    | 03    | protocol      | information     the first two may be left out; a protocol number with
 * an odd
 *     +-------+-------+---------------+----------- - -  first octet is compressed to that one (RFC 1661,
 * section 6.5)
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/ppp.h"

extern const struct protocol proto_ppp, proto_pppoes, proto_fr, proto_chdlc;

enum { PPP_PROTOCOL, PPP_ADDRESS, PPP_CONTROL, PPP_NFIELDS };

static const struct value_name ppp_protocol_names[] = { { 0x0021, "Internet Protocol version 4" },
	{ 0x0057, "Internet Protocol version 6" }, { 0x8021, "Internet Protocol Control Protocol" },
	{ 0x8057, "IPv6 Control Protocol" }, { 0x80fd, "Compression Control Protocol" },
	{ 0xc021, "Link Control Protocol" }, { 0xc023, "Password Authentication Protocol" },
	{ 0xc223, "Challenge Handshake Authentication Protocol" },
	{ 0xc227, "Extensible Authentication Protocol" }, { 0, NULL } };

static const struct field ppp_fields[PPP_NFIELDS] = {
	[PPP_PROTOCOL] = { "ppp.protocol", "Protocol", KIND_UINT, BASE_HEX, 2, .names = ppp_protocol_names },
	[PPP_ADDRESS] = { "ppp.address", "Address", KIND_UINT, BASE_HEX, 1, .part = 1 },
	[PPP_CONTROL] = { "ppp.control", "Control", KIND_UINT, BASE_HEX, 1, .part = 1 },
};

/* The header of the control protocols (ppp_control.c). */
static const struct value_name code_names[] = { { 1, "Configuration Request" }, { 2, "Configuration Ack" },
	{ 3, "Configuration Nak" }, { 4, "Configuration Reject" }, { 5, "Termination Request" },
	{ 6, "Termination Ack" }, { 7, "Code Reject" }, { 8, "Protocol Reject" }, { 9, "Echo Request" },
	{ 10, "Echo Reply" }, { 11, "Discard Request" }, { 12, "Identification" }, { 13, "Time Remaining" },
	{ 0, NULL } };

static const struct field control_fields[] = {
	{ "ppp.code", "Code", KIND_UINT, .octets = 1, .names = code_names },
	{ "ppp.identifier", "Identifier", KIND_UINT, BASE_DEC_HEX, 1 },
	{ "ppp.length", "Length", KIND_UINT, .octets = 2 },
};

static const struct record ppp_records[PPP_REC_COUNT] = {
	[PPP_REC_LAYER] = { "ppp", RECORD_LAYER, PPP_NFIELDS, ppp_fields,
		(const char *const[]) { "framing", NULL } },
	[PPP_REC_CONTROL] = { "ppp_control", RECORD_CHILD, 3, control_fields, NULL },
};

#define PPP_ALL_STATIONS 0xff

/* PPPoE (RFC 2516, section 4) and Frame Relay (RFC 1973) carry PPP without HDLC's octets. */
static bool has_framing(const struct packet *pkt)
{
	int parent = pkt->layers[pkt->current].parent;
	const struct protocol *below = parent < 0 ? NULL : pkt->layers[parent].proto;
	return below != &proto_pppoes && below != &proto_fr;
}

static enum verdict ppp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t first;
	bool framed = has_framing(pkt);
	if (framed && cur_peek(c, 0, 1, &first) && (first == 0x0f || first == 0x8f)) {
		/* Cisco's addresses for unicast and broadcast: all of the frame is its HDLC */
		pkt_no_item(pkt);
		pkt_next_proto(pkt, &proto_chdlc, cur_rest(c));
		return MINE;
	}
	if (framed)
		pkt_no_addresses(pkt);
	struct row *r = row_open(pkt, &proto_ppp, 0);
	if (framed && cur_peek(c, 0, 1, &first) && first == PPP_ALL_STATIONS) {
		row_be(r, PPP_ADDRESS, c, 1);
		row_be(r, PPP_CONTROL, c, 1);
	}
	const uint8_t *at = c->data + c->pos;
	uint32_t protocol = (uint32_t)cur_be(c, 1), len = 1;
	if (!(protocol & 1)) {
		protocol = protocol << 8 | (uint32_t)cur_be(c, 1);
		len = 2;
	}
	row_set_at(r, PPP_PROTOCOL, protocol, at, len);
	if (!pkt->fail)
		pkt_next(pkt, CLAIM_PPP, protocol, cur_rest(c));
	return MINE;
}

/* LINKTYPE_PPP 9, PPP_HDLC 50, PPP_WITH_DIR 204 (whose octet of direction the reader takes off) */
static const struct claim ppp_claims[] = { { CLAIM_LINKTYPE, 9 }, { CLAIM_LINKTYPE, 50 },
	{ CLAIM_LINKTYPE, 204 }, { CLAIM_GRE, 0x880b }, { 0 } };

const struct protocol proto_ppp = {
	.name = "ppp",
	.title = "Point-to-Point Protocol",
	.column = "PPP",
	.spec = "RFC 1661",
	.help = "Carries packets of several protocols over a line between two hosts.",
	.id = PROTO_ID_ppp,
	.records = ppp_records,
	.nrecords = PPP_REC_COUNT,
	.claims = ppp_claims,
	.dissect = ppp_dissect,
};
