/* CIP's inputs and outputs (ODVA, The CIP Networks Library, volume 2, section 2-6): datagrams of items, an
 * address that tells the connection and a running number, then the data.
 *
 *      0           2           4           6               10              14          16          18
 *     +-----------+-----------+-----------+---------------+---------------+-----------+-----------+--- - -
 *     | count 2   | 0x8002    | length 8  | connection      sequence      | 0x00b1    |  length   | data
 *     +-----------+-----------+-----------+---------------+---------------+-----------+-----------+--- - -
 *
 * Little-endian. The items are EtherNet/IP's, whose item they show as. */
#include "indexer/dissectors/cip.h"
#include "indexer/dissectors/ids.h"

extern const struct protocol proto_cipio;

enum { CIPIO_CONNECTION, CIPIO_SEQUENCE, CIPIO_NFIELDS };
static const struct field cipio_fields[CIPIO_NFIELDS] = {
	[CIPIO_CONNECTION] = { "enip.cpf.sai.connid", "Connection ID", KIND_UINT, BASE_HEX, 4 },
	[CIPIO_SEQUENCE] = { "enip.cpf.sai.seq", "Encapsulation Sequence Number", KIND_UINT, .octets = 4 },
};

static const struct record cipio_records[] = { { "cipio", RECORD_LAYER, CIPIO_NFIELDS, cipio_fields, NULL } };

enum { SEQUENCED_ADDRESS = 0x8002, CONNECTED_DATA = 0x00b1 };

static const struct protocol data = { .name = "cipio", .title = "Data", .as = &proto_cipio };

static enum verdict cipio_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_cipio, 0);
	uint32_t count = (uint32_t)cur_le(c, 2);
	pkt_no_item(pkt);
	pkt_item(pkt, &proto_enip, c->len);
	while (count-- && !pkt->fail && cur_left(c)) {
		uint32_t type = (uint32_t)cur_le(c, 2), len = (uint32_t)cur_le(c, 2);
		struct cursor item = cur_sub(c, len);
		if (type == SEQUENCED_ADDRESS) {
			row_le(r, CIPIO_CONNECTION, &item, 4);
			row_le(r, CIPIO_SEQUENCE, &item, 4);
		} else if (type == CONNECTED_DATA) {
			pkt_next_proto(pkt, &data, item);
		}
	}
	return MINE;
}

static const struct claim cipio_claims[] = { { CLAIM_UDP_PORT, 2222 }, { 0 } };

const struct protocol proto_cipio = {
	.name = "cipio",
	.title = "Common Industrial Protocol, I/O",
	.column = "CIP I/O",
	.spec = "ODVA EtherNet/IP",
	.help = "Inputs and outputs of controllers and devices, many times a second.",
	.id = PROTO_ID_cipio,
	.records = cipio_records,
	.nrecords = 1,
	.claims = cipio_claims,
	.dissect = cipio_dissect,
};
