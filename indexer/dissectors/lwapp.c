/* Light Weight Access Point Protocol (RFC 5412).
 *
 *      0      1       2       4       5       6
 *     +------+-------+-------+-------+-------+---- - -
 *     |flags |frag id|length |signal |noise  | frame of a wireless host, or control message (flag 0x04)
 *     +------+-------+-------+-------+-------+---- - -
 *     before it, to the port of control messages: a MAC address (6)
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_lwapp, proto_data, proto_wlan;

enum { LWAPP_FLAGS, LWAPP_FRAGMENT, LWAPP_LENGTH, LWAPP_RSSI, LWAPP_SNR, LWAPP_CONTROL, LWAPP_NFIELDS };

static const struct field lwapp_fields[LWAPP_NFIELDS] = {
	[LWAPP_FLAGS] = { "lwapp.flags_octet", "Flags", KIND_UINT, .internal = true },
	[LWAPP_FRAGMENT] = { "lwapp.fragmentId", "Fragment Id", KIND_UINT, BASE_HEX, 1 },
	[LWAPP_LENGTH] = { "lwapp.Length", "Length", KIND_UINT, .octets = 2 },
	[LWAPP_RSSI] = { "lwapp.rssi", "RSSI", KIND_UINT, BASE_HEX, 1 },
	[LWAPP_SNR] = { "lwapp.snr", "SNR", KIND_UINT, BASE_HEX, 1 },
	[LWAPP_CONTROL] = { "lwapp.flags.type", "Type", KIND_BOOL, .of = LWAPP_FLAGS, .mask = 4 },
};

static const struct record lwapp_records[] = {
	{ "lwapp", RECORD_LAYER, LWAPP_NFIELDS, lwapp_fields, NULL },
};

#define PORT_DATA    12222
#define PORT_CONTROL 12223

static enum verdict lwapp_dissect(struct packet *pkt, struct cursor *c)
{
	static const struct protocol control = { .name = "lwapp-cntl" };
	struct row *r = row_open(pkt, &proto_lwapp, 0);
	bool ethernet = pkt->dstport != PORT_DATA && pkt->dstport != PORT_CONTROL &&
			pkt->srcport != PORT_DATA && pkt->srcport != PORT_CONTROL;
	if (pkt->dstport == PORT_CONTROL)
		cur_skip(c, 6);
	unsigned flags = (unsigned)row_be(r, LWAPP_FLAGS, c, 1);
	row_be(r, LWAPP_FRAGMENT, c, 1);
	row_be(r, LWAPP_LENGTH, c, 2);
	row_be(r, LWAPP_RSSI, c, 1);
	row_be(r, LWAPP_SNR, c, 1);
	if (flags & 4 && !pkt->fail) { /* a message of control: kind, number, length */
		pkt_item(pkt, &control, cur_left(c));
		cur_take(c, 4);
	}
	if (!pkt->fail)
		pkt_next_proto(pkt, flags & 4 || ethernet ? &proto_data : &proto_wlan, cur_rest(c));
	return MINE;
}

static const struct claim lwapp_claims[] = { { CLAIM_UDP_PORT, PORT_DATA }, { CLAIM_UDP_PORT, PORT_CONTROL },
	{ CLAIM_ETHERTYPE, 0x88bb }, { CLAIM_ETHERTYPE, 0xbbbb }, { 0 } };

const struct protocol proto_lwapp = {
	.name = "lwapp",
	.title = "LWAPP Encapsulated Packet",
	.column = "LWAPP",
	.spec = "RFC 5412",
	.help = "Lets a controller run access points, before CAPWAP.",
	.id = PROTO_ID_lwapp,
	.records = lwapp_records,
	.nrecords = 1,
	.claims = lwapp_claims,
	.dissect = lwapp_dissect,
};
