/* STUN as it was before the magic cookie (RFC 3489, section 11).
 *
 *      0       2       4                                                              20
 *     +-------+-------+--------------------------------------------------------------+------------ - -
 *     | type  |length | transaction id                                               | attributes
 *     +-------+-------+--------------------------------------------------------------+------------ - -
 *     attribute: type (2), length (2), value
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_classicstun, proto_data;

enum { CLASSIC_TYPE, CLASSIC_LENGTH, CLASSIC_ID, CLASSIC_RESPONSE_TO, CLASSIC_TIME, CLASSIC_NFIELDS };
enum { ATT_TYPE, ATT_LENGTH, ATT_FAMILY, ATT_IPV4, ATT_IPV6, ATT_PORT, ATT_VALUE, ATT_SERVER, ATT_NFIELDS };
enum { REC_MESSAGE, REC_ATTRIBUTE, REC_LATE, REC_COUNT };

static const struct value_name types[] = { { 0x0001, "Binding Request" }, { 0x0101, "Binding Response" },
	{ 0x0111, "Binding Error Response" }, { 0x0002, "Shared Secret Request" },
	{ 0x0102, "Shared Secret Response" }, { 0x1112, "Shared Secret Error Response" },
	{ 0x0003, "Allocate Request" }, { 0x0103, "Allocate Response" },
	{ 0x0113, "Allocate Error Response" }, { 0x0004, "Send Request" }, { 0x0104, "Send Response" },
	{ 0x0114, "Send Error Response" }, { 0x0115, "Data Indication" },
	{ 0x0006, "Set Active Destination Request" }, { 0x0106, "Set Active Destination Response" },
	{ 0x0116, "Set Active Destination Error Response" }, { 0, NULL } };

static const struct value_name attribute_names[] = { { 0x0001, "MAPPED-ADDRESS" },
	{ 0x0002, "RESPONSE-ADDRESS" }, { 0x0003, "CHANGE-REQUEST" }, { 0x0004, "SOURCE-ADDRESS" },
	{ 0x0005, "CHANGED-ADDRESS" }, { 0x0006, "USERNAME" }, { 0x0007, "PASSWORD" },
	{ 0x0008, "MESSAGE-INTEGRITY" }, { 0x0009, "ERROR-CODE" }, { 0x000a, "UNKNOWN-ATTRIBUTES" },
	{ 0x000b, "REFLECTED-FROM" }, { 0x000d, "LIFETIME" }, { 0x000e, "ALTERNATE-SERVER" },
	{ 0x000f, "MAGIC_COOKIE" }, { 0x0010, "BANDWIDTH" }, { 0x0011, "DESTINATION-ADDRESS" },
	{ 0x0012, "REMOTE-ADDRESS" }, { 0x0013, "DATA" }, { 0x0014, "NONCE" }, { 0x0015, "REALM" },
	{ 0x0016, "REQUESTED-ADDRESS-TYPE" }, { 0x8020, "XOR_MAPPED_ADDRESS" }, { 0x0021, "XOR_ONLY" },
	{ 0x8022, "SERVER" }, { 0, NULL } };

static const struct field message_fields[CLASSIC_NFIELDS] = {
	[CLASSIC_TYPE] = { "classicstun.type", "Message Type", KIND_UINT, BASE_HEX, 2, .names = types },
	[CLASSIC_LENGTH] = { "classicstun.length", "Message Length", KIND_UINT, BASE_HEX, 2 },
	[CLASSIC_ID] = { "classicstun.id", "Message Transaction ID", KIND_BYTES },
	[CLASSIC_RESPONSE_TO] = { "classicstun.response_to", "Request In", KIND_FRAME, .generated = true },
	[CLASSIC_TIME] = { "classicstun.time", "Time", KIND_RELTIME, .generated = true },
};

static const struct field attribute_fields[ATT_NFIELDS] = {
	[ATT_TYPE] = { "classicstun.att.type", "Attribute Type", KIND_UINT, BASE_HEX, 2,
		.names = attribute_names },
	[ATT_LENGTH] = { "classicstun.att.length", "Attribute Length", KIND_UINT, .octets = 2 },
	[ATT_FAMILY] = { "classicstun.att.family", "Protocol Family", KIND_UINT, BASE_HEX, 2 },
	[ATT_IPV4] = { "classicstun.att.ipv4", "IP", KIND_IPV4 },
	[ATT_IPV6] = { "classicstun.att.ipv6", "IP", KIND_IPV6 },
	[ATT_PORT] = { "classicstun.att.port", "Port", KIND_UINT, .octets = 2 },
	[ATT_VALUE] = { "classicstun.att.value", "Value", KIND_BYTES },
	[ATT_SERVER] = { "classicstun.att.server", "Server version", KIND_TEXT },
};

static const struct field late_fields[] = {
	{ "classicstun.response_in", "Response In", KIND_FRAME, .generated = true },
};

static const struct record classic_records[REC_COUNT] = {
	[REC_MESSAGE] = { "classicstun", RECORD_LAYER, CLASSIC_NFIELDS, message_fields, NULL },
	[REC_ATTRIBUTE] = { "classicstun_att", RECORD_CHILD, ATT_NFIELDS, attribute_fields, NULL },
	[REC_LATE] = { "classicstun_late", RECORD_LATE, 1, late_fields, NULL },
};

#define HEADER 20

enum { DATA = 0x0013, SERVER = 0x8022 };

static bool is_address(uint64_t type)
{
	return type == 1 || type == 2 || type == 4 || type == 5 || type == 0x0b || type == 0x0e ||
	       type == 0x11 || type == 0x12;
}

static void attribute(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_classicstun, REC_ATTRIBUTE);
	uint64_t type = row_be(r, ATT_TYPE, c, 2);
	uint32_t len = (uint32_t)row_be(r, ATT_LENGTH, c, 2);
	if (len > cur_left(c)) { /* bogus */
		c->pos = c->len;
		return;
	}
	struct cursor v = cur_sub(c, len);
	if (is_address(type)) {
		if (len < 4)
			return;
		cur_skip(&v, 1);
		uint64_t family = row_be(r, ATT_FAMILY, &v, 1);
		row_be(r, ATT_PORT, &v, 2);
		if (family == 1 && len >= 8)
			row_address(r, ATT_IPV4, &v, KIND_IPV4);
		else if (family == 2 && len >= 20)
			row_address(r, ATT_IPV6, &v, KIND_IPV6);
	} else if (type == SERVER) {
		row_string(r, ATT_SERVER, &v, len);
	} else {
		row_bytes(r, ATT_VALUE, &v, len);
		if (type == DATA && !pkt->fail) {
			pkt_nest(pkt, true);
			v.pos = 0;
			pkt_next_proto(pkt, &proto_data, cur_rest(&v));
		}
	}
}

static bool is_known(uint64_t type)
{
	for (const struct value_name *v = types; v->name; v++)
		if ((uint64_t)v->value == type)
			return true;
	return false;
}

static enum verdict classic_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->cap < HEADER || c->cap != HEADER + (uint32_t)be16(c->data + 2) || !is_known(be16(c->data)))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_classicstun, REC_MESSAGE);
	uint64_t type = row_be(r, CLASSIC_TYPE, c, 2);
	row_be(r, CLASSIC_LENGTH, c, 2);
	const uint8_t *id = c->data + c->pos;
	row_bytes(r, CLASSIC_ID, c, 16);
	pkt_exchange(pkt, &proto_classicstun, r, be64(id) ^ be64(id + 8) << 1, type & 0x0110);
	while (cur_left(c))
		attribute(pkt, c);
	return MINE;
}

static const struct claim classic_claims[] = { { CLAIM_HEUR_UDP, 810 }, { CLAIM_HEUR_TCP, 760 }, { 0 } };

static const struct exchange_fields classic_exchange = {
	.response_to = CLASSIC_RESPONSE_TO,
	.time = CLASSIC_TIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = EXCHANGE_NO_FIELD,
	.repeat_response = EXCHANGE_NO_FIELD,
	.late_record = REC_LATE,
	.response_in = 0,
	.repeat_ns = INT64_MAX,
	.by_ports = true,
};

const struct protocol proto_classicstun = {
	.name = "classicstun",
	.title = "Simple Traversal of UDP Through NAT",
	.column = "CLASSIC-STUN",
	.spec = "RFC 3489",
	.help = "The first STUN: tells a host behind a translator its public address.",
	.id = PROTO_ID_classicstun,
	.records = classic_records,
	.nrecords = REC_COUNT,
	.claims = classic_claims,
	.dissect = classic_dissect,
	.exchange = &classic_exchange,
};
