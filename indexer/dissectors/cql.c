/* Cassandra's native protocol, CQL, versions 3 to 5.
 *
 *      0    1    2       4    5               9
 *     +----+----+-------+----+---------------+------- - -
 *     |vers|flag|stream |code| length        | body
 *     +----+----+-------+----+---------------+------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_cql;

enum {
	CQL_VERSION,
	CQL_FLAGS,
	CQL_STREAM,
	CQL_OPCODE,
	CQL_MESSAGE_LENGTH,
	CQL_STRING,
	CQL_PROTOCOL_VERSION,
	CQL_DIRECTION,
	CQL_NFIELDS
};
static const struct value_name cql_opcode_names[] = { { 0, "ERROR" }, { 1, "STARTUP" }, { 2, "READY" },
	{ 3, "AUTHENTICATE" }, { 5, "OPTIONS" }, { 6, "SUPPORTED" }, { 7, "QUERY" }, { 8, "RESULT" },
	{ 9, "PREPARE" }, { 10, "EXECUTE" }, { 11, "REGISTER" }, { 12, "EVENT" }, { 13, "BATCH" },
	{ 14, "AUTH_CHALLENGE" }, { 15, "AUTH_RESPONSE" }, { 16, "AUTH_SUCCESS" }, { 0, NULL } };
static const struct value_name cql_direction_names[] = { { 0x0, "Request" }, { 0x8, "Response" },
	{ 0, NULL } };
static const struct field cql_fields[CQL_NFIELDS] = {
	[CQL_VERSION] = { "cql.version", "Version", KIND_UINT, BASE_HEX, 1 },
	[CQL_FLAGS] = { "cql.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[CQL_STREAM] = { "cql.stream", "Stream Identifier", KIND_INT, .octets = 2 },
	[CQL_OPCODE] = { "cql.opcode", "Opcode", KIND_UINT, .octets = 1, .names = cql_opcode_names },
	[CQL_MESSAGE_LENGTH] = { "cql.message_length", "Message Length", KIND_UINT, .octets = 4 },
	[CQL_STRING] = { "cql.string", "String", KIND_TEXT },
	[CQL_PROTOCOL_VERSION] = { "cql.protocol_version", "Protocol version", KIND_UINT, .octets = 1,
		.of = CQL_VERSION, .mask = 0xf },
	[CQL_DIRECTION] = { "cql.direction", "Direction", KIND_UINT, BASE_HEX, 1, .of = CQL_VERSION,
		.mask = 0xf0, .names = cql_direction_names },
};

static const struct record cql_records[] = { { "cql", RECORD_LAYER, CQL_NFIELDS, cql_fields, NULL } };

enum { OP_QUERY = 7, OP_PREPARE = 9 };

static enum verdict cql_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_cql, 0);
	uint32_t version = (uint32_t)row_be(r, CQL_VERSION, c, 1);
	row_be(r, CQL_FLAGS, c, 1);
	row_be(r, CQL_STREAM, c, 2);
	uint32_t opcode = (uint32_t)row_be(r, CQL_OPCODE, c, 1);
	if (!pkt->fail && pkt->info)
		info_set(pkt, "v%u %s Type %s", version & 0x7f, version & 0x80 ? "S->C" : "C->S",
			info_name(cql_opcode_names, opcode, "Unknown"));
	row_be(r, CQL_MESSAGE_LENGTH, c, 4);
	if (opcode == OP_QUERY || opcode == OP_PREPARE)
		row_string(r, CQL_STRING, c, (uint32_t)cur_be(c, 4));
	return MINE;
}

static uint32_t cql_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint32_t n = be32(c->data + 5);
	return n > UINT32_MAX - 9 ? UINT32_MAX : n + 9;
}

/* Wireshark takes versions 3 to 5. */
static bool cql_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint8_t version = c->cap ? c->data[0] & 0x7f : 0;
	return version >= 3 && version <= 5;
}

static const struct pdu cql_pdu = { .min = 9, .length = cql_length, .test = cql_test };

static const struct claim cql_claims[] = { { CLAIM_TCP_PORT, 9042 }, { 0 } };

const struct protocol proto_cql = {
	.name = "cql",
	.title = "Cassandra CQL Protocol",
	.column = "CQL",
	.help = "Asks Cassandra databases.",
	.id = PROTO_ID_cql,
	.records = cql_records,
	.nrecords = 1,
	.claims = cql_claims,
	.dissect = cql_dissect,
	.pdu = &cql_pdu,
};
