/* Modbus over TCP (Modbus Messaging on TCP/IP, section 3.1.3).
 *
 *      0           2           4           6       7
 *     +-----------+-----------+-----------+-------+------ - -
 *     |transaction| protocol 0|  length   | unit  | Modbus message, function first
 *     +-----------+-----------+-----------+-------+------ - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_mbtcp, proto_modbus;

enum { MB_TRANSACTION, MB_PROTOCOL, MB_LEN, MB_UNIT, MB_NFIELDS };
static const struct field mb_fields[MB_NFIELDS] = {
	[MB_TRANSACTION] = { "mbtcp.trans_id", "Transaction Identifier", KIND_UINT, .octets = 2 },
	[MB_PROTOCOL] = { "mbtcp.prot_id", "Protocol Identifier", KIND_UINT, .octets = 2 },
	[MB_LEN] = { "mbtcp.len", "Length", KIND_UINT, .octets = 2 },
	[MB_UNIT] = { "mbtcp.unit_id", "Unit Identifier", KIND_UINT, .octets = 1 },
};

static const struct record mb_records[] = { { "mbtcp", RECORD_LAYER, MB_NFIELDS, mb_fields, NULL } };

enum { HEADER = 7, EXCEPTION = 0x80 };

/* Protocol 0, and a length that holds unit and function. */
static bool mb_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap >= 8 && be16(c->data + 2) == 0 && be16(c->data + 4) >= 2;
}

static uint32_t mb_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return 6 + be16(c->data + 4);
}

static enum verdict mb_message(struct packet *pkt, struct cursor *c)
{
	uint64_t function;
	if (cur_peek(c, HEADER, 1, &function) && function & EXCEPTION && !cur_need_at(c, HEADER + 1, 1)) {
		pkt_no_item(pkt); /* its code is looked for before anything is shown */
		return MINE;
	}
	struct row *r = row_open(pkt, &proto_mbtcp, 0);
	row_be(r, MB_TRANSACTION, c, 2);
	row_be(r, MB_PROTOCOL, c, 2);
	row_be(r, MB_LEN, c, 2);
	row_be(r, MB_UNIT, c, 1);
	pkt_item_len(pkt, HEADER);
	pkt_next_proto(pkt, &proto_modbus, cur_rest(c));
	return MINE;
}

static const struct pdu mb_pdu = {
	.min = HEADER, .length = mb_length, .dissect = mb_message, .test = mb_test
};
static const struct claim mb_claims[] = { { CLAIM_TCP_PORT, 502 }, { 0 } };

const struct protocol proto_mbtcp = {
	.name = "mbtcp",
	.title = "Modbus/TCP",
	.column = "Modbus/TCP",
	.spec = "Modbus Messaging on TCP/IP",
	.help = "Carries Modbus, the language of many industrial controllers, over TCP.",
	.id = PROTO_ID_mbtcp,
	.records = mb_records,
	.nrecords = 1,
	.claims = mb_claims,
	.pdu = &mb_pdu,
	.dissect = mb_message,
};
