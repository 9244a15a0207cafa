/* Telecontrol over TCP (IEC 60870-5-104, section 5): frames that tell their length.
 *
 *      0       1        2       3       4       5       6
 *     +-------+--------+-------+-------+-------+-------+---- - -
 *     | 0x68  | length | control, little-endian        | application service data unit (I frames)
 *     +-------+--------+-------+-------+-------+-------+---- - -
 *
 * Control: bit 0 clear, an I frame: send (15 bits) and receive (15 bits) numbers; 01 an S frame: the receive
 * number; 11 a U frame: start, stop, test. */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_iec60870_104, proto_iec60870_asdu;

enum { I104_LENGTH, I104_TYPE, I104_UTYPE, I104_TX, I104_RX, I104_NFIELDS };

static const struct value_name type_names[] = { { 0, "I" }, { 1, "S" }, { 3, "U" }, { 0, NULL } };
static const struct value_name u_names[] = { { 0x01, "STARTDT act" }, { 0x02, "STARTDT con" },
	{ 0x04, "STOPDT act" }, { 0x08, "STOPDT con" }, { 0x10, "TESTFR act" }, { 0x20, "TESTFR con" },
	{ 0, NULL } };

static const struct field i104_fields[I104_NFIELDS] = {
	[I104_LENGTH] = { "iec60870_104.apdulen", "ApduLen", KIND_UINT, .octets = 1 },
	[I104_TYPE] = { "iec60870_104.type", "Type", KIND_UINT, BASE_HEX, 4, .names = type_names },
	[I104_UTYPE] = { "iec60870_104.utype", "UType", KIND_UINT, BASE_HEX, 4, .names = u_names },
	[I104_TX] = { "iec60870_104.tx", "Tx", KIND_UINT, .octets = 4 },
	[I104_RX] = { "iec60870_104.rx", "Rx", KIND_UINT, .octets = 4 },
};

static const struct record i104_records[] = {
	{ "iec60870_104", RECORD_LAYER, I104_NFIELDS, i104_fields, NULL },
};

enum { START = 0x68, HEADER = 6, TYPE_S = 1, TYPE_U = 3 };

/* What stands before the octet that begins a frame belongs to it; without one, all that there is. */
static uint32_t i104_start(const struct cursor *c)
{
	const uint8_t *start = c->cap > 1 ? memchr(c->data, START, c->cap - 1) : NULL;
	return start ? (uint32_t)(start - c->data) : c->cap;
}

static uint32_t i104_length(struct packet *pkt, const struct cursor *c)
{
	uint32_t start = i104_start(c);
	(void)pkt;
	return start < c->cap ? start + 2 + c->data[start + 1] : c->len;
}

static enum verdict i104_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_iec60870_104, 0);
	pkt_item_len(pkt, HEADER);
	uint32_t start = i104_start(c);
	if (start == c->cap)
		return MINE;
	cur_skip(c, start + 1);
	row_be(r, I104_LENGTH, c, 1);
	const uint8_t *p = cur_take(c, 4);
	if (!p)
		return MINE;
	unsigned type = p[0] & 1 ? p[0] & 3 : 0;
	row_set_at(r, I104_TYPE, type, p, 1);
	if (type == TYPE_U) {
		row_set_at(r, I104_UTYPE, p[0] >> 2, p, 1);
		return MINE;
	}
	if (type != TYPE_S)
		row_set_at(r, I104_TX, le16(p) >> 1, p, 2);
	row_set_at(r, I104_RX, le16(p + 2) >> 1, p + 2, 2);
	if (type != TYPE_S)
		pkt_next_proto(pkt, &proto_iec60870_asdu, cur_rest(c));
	return MINE;
}

static const struct pdu i104_pdu = { .min = HEADER, .length = i104_length };
static const struct claim i104_claims[] = { { CLAIM_TCP_PORT, 2404 }, { 0 } };

const struct protocol proto_iec60870_104 = {
	.name = "iec60870_104",
	.title = "IEC 60870-5-104",
	.column = "IEC 60870-5-104",
	.spec = "IEC 60870-5-104",
	.help = "Carries the measured values and commands of power grids over TCP.",
	.id = PROTO_ID_iec60870_104,
	.records = i104_records,
	.nrecords = 1,
	.claims = i104_claims,
	.dissect = i104_dissect,
	.pdu = &i104_pdu,
};
