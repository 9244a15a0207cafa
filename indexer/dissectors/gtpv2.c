/* GPRS Tunnelling Protocol for control, version 2 (3GPP TS 29.274, section 5.1).
 *
 *      0     1     2           4                       8                 11    12
 *     +-----+-----+-----------+-----------------------+-----------------+-----+-------------- - -
 *     |flags|type | length    | tunnel endpoint id    | sequence        |     | information elements
 *     +-----+-----+-----------+-----------------------+-----------------+-----+-------------- - -
 *                               only with flag T
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_gtpv2;

enum {
	GTPV2_FLAGS,
	GTPV2_MESSAGE,
	GTPV2_LENGTH,
	GTPV2_TEID,
	GTPV2_SEQ,
	GTPV2_VERSION,
	GTPV2_P,
	GTPV2_T,
	GTPV2_NFIELDS
};

static const struct value_name messages[] = { { 1, "Echo Request" }, { 2, "Echo Response" },
	{ 3, "Version Not Supported Indication" }, { 32, "Create Session Request" },
	{ 33, "Create Session Response" }, { 34, "Modify Bearer Request" }, { 35, "Modify Bearer Response" },
	{ 36, "Delete Session Request" }, { 37, "Delete Session Response" }, { 95, "Create Bearer Request" },
	{ 96, "Create Bearer Response" }, { 97, "Update Bearer Request" }, { 98, "Update Bearer Response" },
	{ 99, "Delete Bearer Request" }, { 100, "Delete Bearer Response" },
	{ 170, "Release Access Bearers Request" }, { 171, "Release Access Bearers Response" },
	{ 176, "Downlink Data Notification" }, { 177, "Downlink Data Notification Acknowledgement" },
	{ 0, NULL } };

static const struct field gtpv2_fields[GTPV2_NFIELDS] = {
	[GTPV2_FLAGS] = { "gtpv2.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[GTPV2_MESSAGE] = { "gtpv2.message_type", "Message Type", KIND_UINT, .octets = 1, .names = messages },
	[GTPV2_LENGTH] = { "gtpv2.msg_length", "Message Length", KIND_UINT, .octets = 2 },
	[GTPV2_TEID] = { "gtpv2.teid", "Tunnel Endpoint Identifier", KIND_UINT, BASE_HEX_DEC, 4 },
	[GTPV2_SEQ] = { "gtpv2.seq", "Sequence Number", KIND_UINT, BASE_HEX_DEC, 3 },
	[GTPV2_VERSION] = { "gtpv2.version", "Version", KIND_UINT, .octets = 1, .of = GTPV2_FLAGS,
		.mask = 0xe0 },
	[GTPV2_P] = { "gtpv2.p", "Piggybacking flag (P)", KIND_UINT, .octets = 1, .of = GTPV2_FLAGS,
		.mask = 0x10 },
	[GTPV2_T] = { "gtpv2.t", "TEID flag (T)", KIND_UINT, .octets = 1, .of = GTPV2_FLAGS, .mask = 0x08 },
};

static const struct record gtpv2_records[] = { { "gtpv2", RECORD_LAYER, GTPV2_NFIELDS, gtpv2_fields, NULL } };

#define FLAG_TEID 0x08

static enum verdict gtpv2_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_gtpv2, 0);
	uint64_t flags = row_be(r, GTPV2_FLAGS, c, 1);
	row_be(r, GTPV2_MESSAGE, c, 1);
	uint32_t length = (uint32_t)row_be(r, GTPV2_LENGTH, c, 2);
	if (flags & FLAG_TEID)
		row_be(r, GTPV2_TEID, c, 4);
	row_be(r, GTPV2_SEQ, c, 3);
	if (!pkt->fail && 4 + length > c->len) /* from the length's own place on */
		pkt->fail = c->cap < c->len ? CUR_CUT : CUR_BAD;
	return MINE;
}

const struct protocol proto_gtpv2 = {
	.name = "gtpv2",
	.title = "GPRS Tunneling Protocol V2",
	.column = "GTPv2",
	.spec = "3GPP TS 29.274",
	.help = "Sets up and tears down the tunnels of mobile phones in LTE networks.",
	.id = PROTO_ID_gtpv2,
	.records = gtpv2_records,
	.nrecords = 1,
	.dissect = gtpv2_dissect,
};
