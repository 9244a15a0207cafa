/* OPC Unified Architecture, binary (OPC 10000-6, section 7.1.2).
 *
 *      0               3       4               8
 *     +---------------+-------+---------------+------ - -
 *     | HEL ACK ... MSG| chunk| size, LE      | secure channel, security, sequence, service
 *     +---------------+-------+---------------+------ - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_opcua;

enum { UA_TYPE, UA_CHUNK, UA_SIZE, UA_CHANNEL, UA_NFIELDS };
static const struct field ua_fields[UA_NFIELDS] = {
	[UA_TYPE] = { "opcua.transport.type", "Message Type", KIND_TEXT },
	[UA_CHUNK] = { "opcua.transport.chunk", "Chunk Type", KIND_TEXT },
	[UA_SIZE] = { "opcua.transport.size", "Message Size", KIND_UINT, .octets = 4 },
	[UA_CHANNEL] = { "opcua.transport.scid", "SecureChannelId", KIND_UINT, .octets = 4 },
};

static const struct record ua_records[] = { { "opcua", RECORD_LAYER, UA_NFIELDS, ua_fields, NULL } };

enum { HEADER = 8 };

static uint32_t ua_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return le32(c->data + 4);
}

static enum verdict ua_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_opcua, 0);
	const uint8_t *type = c->data;
	row_string(r, UA_TYPE, c, 3);
	row_string(r, UA_CHUNK, c, 1);
	row_le(r, UA_SIZE, c, 4);
	if (!pkt->fail &&
		(memcmp(type, "MSG", 3) == 0 || memcmp(type, "OPN", 3) == 0 || memcmp(type, "CLO", 3) == 0))
		row_le(r, UA_CHANNEL, c, 4);
	return MINE;
}

static const struct pdu ua_pdu = { .min = HEADER, .length = ua_length };
static const struct claim ua_claims[] = { { CLAIM_TCP_PORT, 4840 }, { 0 } };

const struct protocol proto_opcua = {
	.name = "opcua",
	.title = "OpcUa Binary Protocol",
	.column = "OpcUa",
	.spec = "OPC 10000-6",
	.help = "Reads and writes the data of machines, with a description of what they mean.",
	.id = PROTO_ID_opcua,
	.records = ua_records,
	.nrecords = 1,
	.claims = ua_claims,
	.pdu = &ua_pdu,
	.dissect = ua_dissect,
};
