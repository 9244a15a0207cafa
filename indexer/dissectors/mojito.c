/* Mojito, the distributed hash table of LimeWire (Kademlia in Gnutella messages; no public specification).
 *
 *      0                               16   17   18   19              23
 *     +-------------------------------+----+----+----+---------------+----+-----------+----+- - -
 *     | message id                    | 44 |major|min|payload length |opc.| vendor (4)|...
 *     +-------------------------------+----+----+----+---------------+----+-----------+----+- - -
 *     length little-endian; behind it: opcode, vendor, version (2), node's id (20), its address and port
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_mojito;

enum {
	MOJITO_ID,
	MOJITO_MESSAGE,
	MOJITO_MAJOR,
	MOJITO_MINOR,
	MOJITO_LENGTH,
	MOJITO_OPCODE,
	MOJITO_VENDOR,
	MOJITO_KUID,
	MOJITO_NFIELDS
};

static const struct value_name opcodes[] = { { 1, "PING REQUEST" }, { 2, "PING RESPONSE" },
	{ 3, "STORE REQUEST" }, { 4, "STORE RESPONSE" }, { 5, "FIND NODE REQUEST" },
	{ 6, "FIND NODE RESPONSE" }, { 7, "FIND VALUE REQUEST" }, { 8, "FIND VALUE RESPONSE" },
	{ 9, "STATS REQUEST" }, { 10, "STATS RESPONSE" }, { 0, NULL } };

static const struct field mojito_fields[MOJITO_NFIELDS] = {
	[MOJITO_ID] = { "mojito.messageid", "Message ID", KIND_BYTES },
	[MOJITO_MESSAGE] = { "mojito.fdhtmessage", "FDHTMessage", KIND_UINT, BASE_HEX, 1 },
	[MOJITO_MAJOR] = { "mojito.majorversion", "Major Version", KIND_UINT, .octets = 1 },
	[MOJITO_MINOR] = { "mojito.minorversion", "Minor Version", KIND_UINT, .octets = 1 },
	[MOJITO_LENGTH] = { "mojito.payloadlength", "Payload Length", KIND_UINT, .octets = 4 },
	[MOJITO_OPCODE] = { "mojito.opcode", "OPCode", KIND_UINT, .octets = 1, .names = opcodes },
	[MOJITO_VENDOR] = { "mojito.vendor", "Vendor", KIND_TEXT },
	[MOJITO_KUID] = { "mojito.kuid", "Kademlia Unique ID (KUID)", KIND_BYTES },
};

static const struct record mojito_records[] = {
	{ "mojito", RECORD_LAYER, MOJITO_NFIELDS, mojito_fields, NULL },
};

#define GNUTELLA_HEADER 23
#define DHT_MESSAGE     0x44

static enum verdict mojito_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->cap < GNUTELLA_HEADER || c->data[16] != DHT_MESSAGE ||
		le32(c->data + 19) + GNUTELLA_HEADER != c->len)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_mojito, 0);
	row_bytes(r, MOJITO_ID, c, 16);
	row_be(r, MOJITO_MESSAGE, c, 1);
	row_be(r, MOJITO_MAJOR, c, 1);
	row_be(r, MOJITO_MINOR, c, 1);
	row_le(r, MOJITO_LENGTH, c, 4);
	uint32_t opcode = (uint32_t)row_be(r, MOJITO_OPCODE, c, 1);
	if (!pkt->fail && pkt->info)
		info_set(pkt, "%s", info_name(opcodes, opcode, "Unknown"));
	row_string(r, MOJITO_VENDOR, c, 4);
	cur_skip(c, 2);
	row_bytes(r, MOJITO_KUID, c, 20);
	return MINE;
}

static const struct claim mojito_claims[] = { { CLAIM_HEUR_UDP, 490 }, { 0 } };

const struct protocol proto_mojito = {
	.name = "mojito",
	.title = "Mojito DHT",
	.column = "Mojito",
	.spec = "LimeWire",
	.help = "The table in which LimeWire's peers found each other.",
	.id = PROTO_ID_mojito,
	.records = mojito_records,
	.nrecords = 1,
	.claims = mojito_claims,
	.dissect = mojito_dissect,
};
