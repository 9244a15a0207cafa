/* CIP's connection manager (ODVA, The CIP Networks Library, volume 1, section 3-5.5): opens and closes
 * connections, sends messages on to where a route leads. Behind the head of the message (cip.c):
 *
 *     forward open     ticks (2), connections to target and back (4 + 4), serial (2), vendor (2), originator
 *                      (4), timeout (1), reserved (3), interval and parameters both ways, transport (1), path
 *     forward close    ticks (2), serial (2), vendor (2), originator (4), words of the path (1), reserved
 *     send             ticks (2), length (2), message, pad to a word, words of the route (1), reserved
 *
 * and the classes that need no more than a name. */
#include "indexer/dissectors/cip.h"
#include "indexer/dissectors/ids.h"

enum { CM_OT_CONNID, CM_TO_CONNID, CM_SERIAL, CM_VENDOR, CM_ORIGINATOR, CM_TRANSPORT, CM_NFIELDS };
static const struct field cm_fields[CM_NFIELDS] = {
	[CM_OT_CONNID] = { "cip.cm.ot_connid", "O->T Network Connection ID", KIND_UINT, BASE_HEX, 4 },
	[CM_TO_CONNID] = { "cip.cm.to_connid", "T->O Network Connection ID", KIND_UINT, BASE_HEX, 4 },
	[CM_SERIAL] = { "cip.cm.conn_serial_num", "Connection Serial Number", KIND_UINT, BASE_HEX, 2 },
	[CM_VENDOR] = { "cip.cm.vendor", "Originator Vendor ID", KIND_UINT, BASE_HEX, 2 },
	[CM_ORIGINATOR] = { "cip.cm.orig_serial_num", "Originator Serial Number", KIND_UINT, BASE_HEX, 4 },
	[CM_TRANSPORT] = { "cip.cm.transport_type_trigger", "Transport Type/Trigger", KIND_UINT, BASE_HEX,
		1 },
};

static const struct record cm_records[] = { { "cipcm", RECORD_LAYER, CM_NFIELDS, cm_fields, NULL } };

enum { FORWARD_CLOSE = 0x4e, FORWARD_OPEN = 0x54, LARGE_FORWARD_OPEN = 0x5b };

static void triad(struct row *r, struct cursor *c)
{
	row_le(r, CM_SERIAL, c, 2);
	row_le(r, CM_VENDOR, c, 2);
	row_le(r, CM_ORIGINATOR, c, 4);
}

static void request(struct packet *pkt, struct row *r, struct cursor *c, uint32_t service)
{
	switch (service) {
	case FORWARD_OPEN:
	case LARGE_FORWARD_OPEN:
		cur_take(c, 2);
		row_le(r, CM_OT_CONNID, c, 4);
		row_le(r, CM_TO_CONNID, c, 4);
		triad(r, c);
		cur_take(c, 4);
		cur_take(c, service == FORWARD_OPEN ? 4 + 2 + 4 + 2 : 4 + 4 + 4 + 4);
		row_be(r, CM_TRANSPORT, c, 1);
		cur_take(c, 2 * (uint32_t)cur_be(c, 1));
		break;
	case FORWARD_CLOSE:
		cur_take(c, 2);
		triad(r, c);
		cur_take(c, 1 + 2 * (uint32_t)cur_be(c, 1));
		break;
	case CIP_UNCONNECTED_SEND: {
		cur_take(c, 2);
		uint32_t len = (uint32_t)cur_le(c, 2);
		if (!cur_need(c, len))
			break;
		struct cursor message = cur_sub(c, len);
		cip_message(pkt, &message, true);
		cur_take(c, len & 1);
		cur_take(c, 1 + 2 * (uint32_t)cur_be(c, 1));
		break;
	}
	default:
		break;
	}
}

static enum verdict cm_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_cipcm, 0);
	pkt_nest(pkt, true);
	uint32_t octet = (uint32_t)cur_be(c, 1), service = octet & ~(uint32_t)CIP_RESPONSE;
	if (!(octet & CIP_RESPONSE)) {
		cur_skip(c, 2 * (uint32_t)cur_be(c, 1));
		request(pkt, r, c, service);
		return MINE;
	}
	cur_skip(c, 1);
	uint32_t status = (uint32_t)cur_be(c, 1);
	cur_skip(c, 2 * (uint32_t)cur_be(c, 1));
	if (service == FORWARD_OPEN || service == LARGE_FORWARD_OPEN || service == FORWARD_CLOSE) {
		if (!cur_left(c))
			return MINE;
		if (status == 0 && service != FORWARD_CLOSE) {
			row_le(r, CM_OT_CONNID, c, 4);
			row_le(r, CM_TO_CONNID, c, 4);
		}
		triad(r, c);
		if (status == 0 && service != FORWARD_CLOSE)
			cur_take(c, 8);
		cur_skip(c, 2);
	} else if (!cip_is_common(service)) { /* of what was sent on: this message's head is that one's */
		c->pos = 0;
		pkt_next_proto(pkt, &proto_cipcls, *c);
	}
	return MINE;
}

const struct protocol proto_cipcm = {
	.name = "cipcm",
	.title = "CIP Connection Manager",
	.column = "CIP CM",
	.spec = "ODVA CIP",
	.help = "Opens and closes connections between controllers and devices.",
	.id = PROTO_ID_cipcm,
	.records = cm_records,
	.nrecords = 1,
	.dissect = cm_dissect,
};

#define BARE(word, label, text)                                                                              \
	const struct protocol proto_##word = { .name = #word, .title = label, .column = text }

BARE(cipcls, "CIP Class Generic", NULL);
BARE(cipmb, "CIP Modbus Object", "CIP Modbus");
BARE(cipcco, "CIP Connection Configuration Object", "CIPCCO");
BARE(cippccc, "CIP PCCC Object", "CIPPCCC");
