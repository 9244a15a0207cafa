/* Raw IP: packets without a link layer (LINKTYPE_RAW 101; 12 and 14 are the numbers of old systems). Some
 * Linux drivers captured PPP this way, so the first octets are looked at before the IP version. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_raw, proto_ppp, proto_data;

#define ETH_TYPE_IP   0x0800
#define ETH_TYPE_IPV6 0x86dd

static bool ten_zeros(const struct cursor *c)
{
	uint64_t high, low;
	return cur_peek(c, 0, 8, &high) && cur_peek(c, 8, 2, &low) && high == 0 && low == 0;
}

static enum verdict raw_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t mark;
	pkt_no_addresses(pkt);
	if (!cur_need(c, 2))
		return MINE;
	if (be16(c->data) == 0xff03) { /* HDLC address and control of PPP (RFC 1662) */
		pkt_next_proto(pkt, &proto_ppp, cur_rest(c));
		return MINE;
	}
	if (!cur_peek(c, 6, 2, &mark)) {
		cur_need(c, 8);
		return MINE;
	}
	if (mark == 0xff03) { /* ippp interfaces of Linux ISDN: a made-up MAC address before PPP */
		cur_skip(c, 6);
		pkt_next_proto(pkt, &proto_ppp, cur_rest(c));
	} else if (ten_zeros(c)) { /* the same before the line is up */
		cur_skip(c, 10);
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IP, cur_rest(c));
	} else if (c->data[0] >> 4 == 4) {
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IP, cur_rest(c));
	} else if (c->data[0] >> 4 == 6) {
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IPV6, cur_rest(c));
	} else {
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return MINE;
}

static const struct claim raw_claims[] = { { CLAIM_LINKTYPE, 12 }, { CLAIM_LINKTYPE, 14 },
	{ CLAIM_LINKTYPE, 101 }, { 0 } };

const struct protocol proto_raw = {
	.name = "raw",
	.title = "Raw packet data",
	.column = "N/A",
	.spec = "LINKTYPE_RAW",
	.help = "IP packets that were captured without a link layer.",
	.id = PROTO_ID_raw,
	.claims = raw_claims,
	.dissect = raw_dissect,
};
