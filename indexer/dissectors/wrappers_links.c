/* Link types whose header says what packet is behind it. */
#include "indexer/dissectors/wrappers.h"

extern const struct protocol proto_data, proto_eth, proto_llc, proto_q931, proto_wlan, proto_chdlc;

/* The address family as BSD numbers it; IPv6 has one number a system. */
static void by_family(struct packet *pkt, uint32_t family, struct cursor rest)
{
	enum { INET = 2, INET6_NETBSD = 24, INET6_FREEBSD = 28, INET6_DARWIN = 30 };
	if (family == INET)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x0800, rest);
	else if (family == INET6_NETBSD || family == INET6_FREEBSD || family == INET6_DARWIN)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x86dd, rest);
	else
		pkt_next_proto(pkt, &proto_data, rest);
}

/* OpenBSD's enc(4): family, index of the security association, flags, in the order of the machine. */
enum verdict enc_wrapper(struct packet *pkt, struct cursor *c)
{
	const uint8_t *head = cur_take(c, 12);
	if (head)
		by_family(pkt, be32(head) < 0x10000 ? be32(head) : le32(head), cur_rest(c));
	return MINE;
}

/* pflog(4) of OpenBSD and its heirs: the length of the header, filled up to words, then the family. */
enum verdict pflog_wrapper(struct packet *pkt, struct cursor *c)
{
	uint32_t len = (uint32_t)cur_be(c, 1), family = (uint32_t)cur_be(c, 1);
	if (pkt->fail)
		return MINE;
	len = (len + 3) & ~3u;
	if (len > 2)
		cur_take(c, len - 2);
	if (!pkt->fail)
		by_family(pkt, family, cur_rest(c));
	return MINE;
}

/* Endace's extensible record format: time (8), type, flags, lengths. The reader took it off the packet. */
enum verdict erf_wrapper(struct packet *pkt, struct cursor *c)
{
	enum { RECORD = 16, TYPE = 8 };
	enum { HDLC = 1, ETH = 2, COLOR_ETH = 11, DSM_ETH = 16, COLOR_HASH_ETH = 20, IPV4 = 22, IPV6 = 23 };
	if (pkt->pseudo_len < RECORD)
		return MINE;
	switch ((pkt->data - pkt->pseudo_len)[TYPE] & 0x7f) {
	case ETH:
	case COLOR_ETH:
	case DSM_ETH:
	case COLOR_HASH_ETH:
		pkt_next_proto(pkt, &proto_eth, cur_rest(c));
		break;
	case HDLC:
		pkt_next_proto(pkt, &proto_chdlc, cur_rest(c));
		break;
	case IPV4:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x0800, cur_rest(c));
		break;
	case IPV6:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x86dd, cur_rest(c));
		break;
	default:
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return MINE;
}

/* SunATM: direction and kind of traffic, path and channel, which the reader took off. */
enum verdict atm_wrapper(struct packet *pkt, struct cursor *c)
{
	enum { HEADER = 4, LANE = 1, LLC = 2 };
	if (pkt->pseudo_len < HEADER)
		return MINE;
	uint8_t kind = (pkt->data - pkt->pseudo_len)[0] & 0x0f;
	if (kind == LANE)
		cur_take(c, 2);
	if (!pkt->fail)
		pkt_next_proto(pkt,
			kind == LLC    ? &proto_llc
			: kind == LANE ? &proto_eth
				       : &proto_data,
			cur_rest(c));
	return MINE;
}

/* LAPD (ITU-T Q.921, section 2): signalling is SAPI 0; only information frames, numbered or not, carry it. */
enum verdict lapd_wrapper(struct packet *pkt, struct cursor *c)
{
	enum { UI = 0x03, POLL = 0x10 };
	const uint8_t *address = cur_take(c, 2);
	uint32_t control = (uint32_t)cur_be(c, 1);
	if (pkt->fail)
		return MINE;
	if ((control & 3) != 3)
		cur_be(c, 1);
	bool information = !(control & 1) || (control & ~(uint32_t)POLL) == UI;
	if (pkt->fail || !cur_left(c))
		return MINE;
	pkt_next_proto(pkt, information && address[0] >> 2 == 0 ? &proto_q931 : &proto_data, cur_rest(c));
	return MINE;
}

/* LoRaTap: 15 octets, the last of which is the sync word; 0x34 is LoRaWAN's public one. */
enum verdict loratap_wrapper(struct packet *pkt, struct cursor *c)
{
	static const struct protocol lorawan = {
		.name = "lorawan", .title = "LoRaWAN Protocol", .column = "LoRaWAN"
	};
	enum { HEADER = 15, PUBLIC = 0x34 };
	const uint8_t *head = cur_take(c, HEADER);
	if (head && cur_left(c))
		pkt_next_proto(pkt, head[HEADER - 1] == PUBLIC ? &lorawan : &proto_data, cur_rest(c));
	return MINE;
}

/* Hilscher's netANALYZER: a word of state and version; versions 1 and 2 have an Ethernet frame behind it, or,
 * of link type 241, behind its preamble. */
enum verdict netanalyzer_wrapper(struct packet *pkt, struct cursor *c)
{
	enum { TRANSPARENT = 241, PREAMBLE = 8 };
	const uint8_t *head = cur_take(c, 4);
	if (!head)
		return MINE;
	uint8_t version = head[1] & 0x3d;
	if (version != 4 && version != 8)
		return MINE;
	if (pkt->link_type == TRANSPARENT)
		cur_take(c, PREAMBLE);
	if (!pkt->fail)
		pkt_next_proto(pkt, &proto_eth, cur_rest(c));
	return MINE;
}
