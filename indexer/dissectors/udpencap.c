/* IPsec packets in UDP (RFC 3948, section 2): a single ff keeps the translator's entry alive; four zeros
 * stand before a message of IKE; all else is ESP, whose first octets are never zero. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_udpencap, proto_esp, proto_isakmp;

enum { UDPENCAP_KEEPALIVE, UDPENCAP_MARKER, UDPENCAP_NFIELDS };

static const struct field udpencap_fields[UDPENCAP_NFIELDS] = {
	[UDPENCAP_KEEPALIVE] = { "udpencap.nat_keepalive", "NAT-keepalive packet", KIND_NONE },
	[UDPENCAP_MARKER] = { "udpencap.non_esp_marker", "Non-ESP Marker", KIND_NONE },
};

static const struct record udpencap_records[] = {
	{ "udpencap", RECORD_LAYER, UDPENCAP_NFIELDS, udpencap_fields, NULL },
};

#define MARKER 4

static enum verdict udpencap_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_udpencap, 0);
	if (c->cap == 1 && c->data[0] == 0xff) {
		row_set_at(r, UDPENCAP_KEEPALIVE, 1, c->data, 1);
		return MINE;
	}
	if (!cur_need(c, MARKER))
		return MINE;
	if (be32(c->data) == 0) {
		row_set_at(r, UDPENCAP_MARKER, 1, c->data, MARKER);
		pkt_item_len(pkt, MARKER);
		cur_skip(c, MARKER);
		pkt_next_proto(pkt, &proto_isakmp, cur_rest(c));
	} else {
		pkt_item_len(pkt, 0);
		pkt_next_proto(pkt, &proto_esp, cur_rest(c));
	}
	return MINE;
}

static const struct claim udpencap_claims[] = { { CLAIM_UDP_PORT, 4500 }, { 0 } };

const struct protocol proto_udpencap = {
	.name = "udpencap",
	.title = "UDP Encapsulation of IPsec Packets",
	.column = "UDPENCAP",
	.spec = "RFC 3948",
	.help = "Takes IPsec through address translators, inside UDP.",
	.id = PROTO_ID_udpencap,
	.records = udpencap_records,
	.nrecords = 1,
	.claims = udpencap_claims,
	.dissect = udpencap_dissect,
};
