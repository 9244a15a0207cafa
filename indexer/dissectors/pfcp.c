/* Packet Forwarding Control Protocol (3GPP TS 29.244, section 7.2.2).
 *
 *      0     1     2           4                                   12                18
 *     +-----+-----+-----------+-----------------------------------+-----------------+-----+-------- - -
 *     |flags|type | length    | session endpoint id, if flag S    | sequence (3)    |     | elements
 *     +-----+-----+-----------+-----------------------------------+-----------------+-----+-------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_pfcp;

enum { PFCP_FLAGS, PFCP_MESSAGE, PFCP_LENGTH, PFCP_SEID, PFCP_SEQ, PFCP_VERSION, PFCP_S, PFCP_NFIELDS };

static const struct value_name messages[] = { { 1, "PFCP Heartbeat Request" },
	{ 2, "PFCP Heartbeat Response" }, { 5, "PFCP Association Setup Request" },
	{ 6, "PFCP Association Setup Response" }, { 7, "PFCP Association Update Request" },
	{ 8, "PFCP Association Update Response" }, { 9, "PFCP Association Release Request" },
	{ 10, "PFCP Association Release Response" }, { 12, "PFCP Node Report Request" },
	{ 13, "PFCP Node Report Response" }, { 50, "PFCP Session Establishment Request" },
	{ 51, "PFCP Session Establishment Response" }, { 52, "PFCP Session Modification Request" },
	{ 53, "PFCP Session Modification Response" }, { 54, "PFCP Session Deletion Request" },
	{ 55, "PFCP Session Deletion Response" }, { 56, "PFCP Session Report Request" },
	{ 57, "PFCP Session Report Response" }, { 0, NULL } };

static const struct field pfcp_fields[PFCP_NFIELDS] = {
	[PFCP_FLAGS] = { "pfcp.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[PFCP_MESSAGE] = { "pfcp.msg_type", "Message Type", KIND_UINT, .octets = 1, .names = messages },
	[PFCP_LENGTH] = { "pfcp.length", "Length", KIND_UINT, .octets = 2 },
	[PFCP_SEID] = { "pfcp.seid", "SEID", KIND_UINT, BASE_HEX, 8 },
	[PFCP_SEQ] = { "pfcp.seqno", "Sequence Number", KIND_UINT, .octets = 3 },
	[PFCP_VERSION] = { "pfcp.version", "Version", KIND_UINT, .octets = 1, .of = PFCP_FLAGS,
		.mask = 0xe0 },
	[PFCP_S] = { "pfcp.s", "SEID (S)", KIND_BOOL, .of = PFCP_FLAGS, .mask = 0x01 },
};

static const struct record pfcp_records[] = { { "pfcp", RECORD_LAYER, PFCP_NFIELDS, pfcp_fields, NULL } };

#define FLAG_SEID 0x01

static enum verdict pfcp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_pfcp, 0);
	uint64_t flags = row_be(r, PFCP_FLAGS, c, 1);
	row_be(r, PFCP_MESSAGE, c, 1);
	row_be(r, PFCP_LENGTH, c, 2);
	if (flags & FLAG_SEID)
		row_be(r, PFCP_SEID, c, 8);
	row_be(r, PFCP_SEQ, c, 3);
	return MINE;
}

static const struct claim pfcp_claims[] = { { CLAIM_UDP_PORT, 8805 }, { 0 } };

const struct protocol proto_pfcp = {
	.name = "pfcp",
	.title = "Packet Forwarding Control Protocol",
	.column = "PFCP",
	.spec = "3GPP TS 29.244",
	.help = "Tells the user plane of a 5G network what to do with a subscriber's packets.",
	.id = PROTO_ID_pfcp,
	.records = pfcp_records,
	.nrecords = 1,
	.claims = pfcp_claims,
	.dissect = pfcp_dissect,
};
