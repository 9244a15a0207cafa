/* Prism header (drivers of Intersil's Prism chips), before an 802.11 frame; in the byte order of the machine
 * that wrote it.
 *
 *      0          4         8                24            36            144
 *     +----------+---------+----------------+-------------+--  - -  --+--------------- - -
 *     | message  | message | device name    | item 1      | ... 10    | 802.11 frame
 *     | code     | length  |                | (12)        |           |
 *     +----------+---------+----------------+-------------+--  - -  --+--------------- - -
 *     item: id (4), status (2; 0: the value is there), length (2), value (4)
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/wlan.h"

extern const struct protocol proto_prism, proto_wlancap;

enum { PRISM_MSGCODE, PRISM_MSGLEN, PRISM_DEVNAME, PRISM_NFIELDS };
static const struct field prism_fields[PRISM_NFIELDS] = {
	[PRISM_MSGCODE] = { "prism.msgcode", "Message Code", KIND_UINT, BASE_HEX, 4 },
	[PRISM_MSGLEN] = { "prism.msglen", "Message Length", KIND_UINT, .octets = 4 },
	[PRISM_DEVNAME] = { "prism.devname", "Device Name", KIND_TEXT },
};

enum {
	DID_TYPE,
	DID_STATUS,
	DID_LENGTH,
	DID_HOSTTIME,
	DID_MACTIME,
	DID_CHANNEL,
	DID_RSSI,
	DID_SQ,
	DID_SIGNAL,
	DID_NOISE,
	DID_RATE,
	DID_ISTX,
	DID_FRMLEN,
	DID_NFIELDS
};
static const struct field did_fields[DID_NFIELDS] = {
	[DID_TYPE] = { "prism.did.type", "DID", KIND_UINT, BASE_HEX, 4 },
	[DID_STATUS] = { "prism.did.status", "Status", KIND_UINT, .octets = 2 },
	[DID_LENGTH] = { "prism.did.length", "Length", KIND_UINT, .octets = 2 },
	[DID_HOSTTIME] = { "prism.did.hosttime", "Host Time", KIND_UINT, .octets = 4 },
	[DID_MACTIME] = { "prism.did.mactime", "MAC timestamp (lower 32 bits)", KIND_UINT, .octets = 4 },
	[DID_CHANNEL] = { "prism.did.channel", "Channel", KIND_UINT, .octets = 4 },
	[DID_RSSI] = { "prism.did.rssi", "RSSI", KIND_INT, .octets = 4 },
	[DID_SQ] = { "prism.did.sq", "Signal Quality", KIND_UINT, .octets = 4 },
	[DID_SIGNAL] = { "prism.did.signal", "Signal", KIND_INT, .octets = 4 },
	[DID_NOISE] = { "prism.did.noise", "Noise", KIND_INT, .octets = 4 },
	[DID_RATE] = { "prism.did.rate", "Data rate (Mb/s)", KIND_UINT, .octets = 4 },
	[DID_ISTX] = { "prism.did.istx", "IsTX", KIND_UINT, BASE_HEX, 4 },
	[DID_FRMLEN] = { "prism.did.frmlen", "Frame Length", KIND_UINT, .octets = 4 },
};

enum { REC_PRISM, REC_DID, REC_COUNT };
static const struct record prism_records[REC_COUNT] = {
	[REC_PRISM] = { "prism", RECORD_LAYER, PRISM_NFIELDS, prism_fields, NULL },
	[REC_DID] = { "prism_did", RECORD_CHILD, DID_NFIELDS, did_fields, NULL },
};

#define HEADER      144
#define DEVICE_NAME 16
#define AVS_MAGIC   0x80211000u

static uint64_t number(bool little, struct cursor *c, unsigned n)
{
	return little ? cur_le(c, n) : cur_be(c, n);
}

/* Ids are numbered from 1 in the order of the fields: 0x00010044, 0x00020044 ... in messages of one driver,
 * 0x1041, 0x2041 ... in those of the other. */
static void item(struct packet *pkt, bool little, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_prism, REC_DID);
	uint32_t did = (uint32_t)number(little, c, 4);
	row_set_at(r, DID_TYPE, did, c->data + c->pos - 4, 4);
	uint32_t status = (uint32_t)number(little, c, 2);
	row_set(r, DID_STATUS, status);
	row_set(r, DID_LENGTH, (int64_t)number(little, c, 2));
	uint32_t value = (uint32_t)number(little, c, 4);
	uint32_t index = (did & 0xffff) == 0x44 || (did & 0xffff) == 0x41 ? did >> 16
			 : (did & 0xfff) == 0x41                          ? did >> 12
									  : 0;
	if (pkt->fail || status || !index || index > 10)
		return;
	unsigned field = DID_HOSTTIME + index - 1;
	row_set_at(r, field, did_fields[field].kind == KIND_INT ? (int64_t)(int32_t)value : (int64_t)value,
		c->data + c->pos - 4, 4);
	if (field == DID_CHANNEL)
		pkt->radio.channel = (uint16_t)value;
	else if (field == DID_RATE)
		pkt->radio.rate = value * 5;
}

static enum verdict prism_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t code = 0;
	if (cur_peek(c, 0, 4, &code)) {
		if ((code & ~15u) == AVS_MAGIC && (code & 15) - 1 < 2) {
			pkt_next_proto(pkt, &proto_wlancap, cur_rest(c));
			return MINE;
		}
		if (code != 0x44 && code != 0x41 && code != 0x44000000 && code != 0x41000000) {
			pkt_next_proto(pkt, &proto_wlan, cur_rest(c)); /* no header at all */
			return MINE;
		}
	}
	if (!cur_need(c, 4))
		return MINE;
	bool little = code > 0xff;
	struct row *r = row_open(pkt, &proto_prism, REC_PRISM);
	pkt_item(pkt, &proto_prism, HEADER);
	row_set_at(r, PRISM_MSGCODE, (int64_t)number(little, c, 4), c->data, 4);
	row_set_at(r, PRISM_MSGLEN, (int64_t)number(little, c, 4), c->data + 4, 4);
	row_string(r, PRISM_DEVNAME, c, DEVICE_NAME);
	pkt->radio = (struct radio) { .set = true };
	while (c->pos < HEADER && !pkt->fail)
		item(pkt, little, c);
	if (!pkt->fail)
		wlan_hand_on(pkt, cur_rest(c));
	return MINE;
}

static const struct claim prism_claims[] = { { CLAIM_LINKTYPE, 119 }, { 0 } };

const struct protocol proto_prism = {
	.name = "prism",
	.title = "Prism capture header",
	.spec = "linux-wlan-ng",
	.help = "Says how a wireless frame was received, in the format of the Prism drivers.",
	.id = PROTO_ID_prism,
	.records = prism_records,
	.nrecords = REC_COUNT,
	.claims = prism_claims,
	.dissect = prism_dissect,
	.no_item = true, /* only a header that is there has one: pkt_item() */
};
