/* Link layers and tags of which only the way to the packet inside is known: they stand in the stack, without
 * fields. */
#include "indexer/dissectors/wrappers.h"

#include <stdio.h>

#include "indexer/dissectors/trailer.h"

extern const struct protocol proto_eth, proto_llc, proto_ppp, proto_data;

#define ETH_TYPE_IP   0x0800
#define ETH_TYPE_ARP  0x0806
#define ETH_TYPE_IPX  0x8137
#define ETH_TYPE_IPV6 0x86dd

#define PKTAP_HEADER       108
#define LINK_USER2         149
#define LINK_JUNIPER_ATM2  135
#define LINK_JUNIPER_ATM1  137
#define LINK_JUNIPER_ETHER 178

/* RFC 1201's header of ARCNET, and RFC 1051's without fragments; Linux's link type has two octets more in
 * front.
 *
 *     | source | destination | (offset, 2) | protocol | flag | sequence, 2 | payload */
enum verdict arcnet_wrapper(struct packet *pkt, struct cursor *c)
{
	char src[8], dst[8];
	const uint8_t *address = cur_take(c, 2);
	if (!address)
		return MINE;
	snprintf(src, sizeof(src), "0x%02x", address[0]);
	snprintf(dst, sizeof(dst), "0x%02x", address[1]);
	pkt_show_addresses(pkt, src, dst);
	cur_take(c, pkt->link_type == 129 ? 2 : 0);
	uint32_t protocol = (uint32_t)cur_be(c, 1);
	uint64_t flag;
	bool fragments = protocol != 0xf0 && protocol != 0xf1 && protocol != 0x80 && protocol != 0xcd;
	if (fragments && cur_peek(c, 0, 1, &flag)) {
		cur_take(c,
			flag == 0xff
				? 7
				: 3); /* an exception packet has a second flag and sequence behind padding */
	}
	if (pkt->fail)
		return MINE;
	struct cursor payload = cur_rest(c);
	switch (protocol) {
	case 0xf0:
	case 0xd4:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IP, payload);
		break;
	case 0xf1:
	case 0xd5:
	case 0xd6:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_ARP, payload);
		break;
	case 0xc4:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IPV6, payload);
		break;
	case 0xec:
	case 0xfa:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IPX, payload);
		break;
	case 0xcd:
		pkt_next_always(pkt, &proto_llc, payload);
		break;
	case 0xdd:
		pkt_next(pkt, CLAIM_PPP, 0x0029, payload);
		break;
	default:
		pkt_column_number(pkt, protocol);
		pkt_next_proto(pkt, &proto_data, payload);
	}
	return MINE;
}

/* IEEE 802.5 token ring: access control, frame control, two addresses, a route of up to 30 octets when the
 * first bit of the source is set. */
enum verdict tr_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 1);
	uint32_t control = (uint32_t)cur_be(c, 1), route = 0;
	const uint8_t *address = cur_take(c, 12);
	if (!address)
		return MINE;
	uint8_t source[6];
	memcpy(source, address + 6, sizeof(source));
	source[0] &= 0x7f;
	pkt->link_dst = pkt->dst = dict_address(pkt->dict, KIND_ETHER, address, 6);
	pkt->link_src = pkt->src = dict_address(pkt->dict, KIND_ETHER, source, 6);
	if (address[6] & 0x80 && cur_need(c, 1)) {
		route = (uint32_t)cur_be(c, 1) & 0x1f; /* with the octet itself; 0: there is none after all */
		c->pos--;
		cur_skip(c, route);
	}
	static const char *const kinds[] = { "MAC", "LLC", "Reserved", "Unknown" };
	info_set(pkt, "Token-Ring %s", kinds[control >> 6]);
	switch (control >> 6) {
	case 0:
		pkt_next_proto(pkt, &wrapped_trmac, cur_rest(c));
		break;
	case 1:
		pkt_next_always(pkt, &proto_llc, cur_rest(c));
		break;
	default:
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return MINE;
}

static uint8_t swapped(uint8_t v)
{
	v = (uint8_t)(v >> 4 | v << 4);
	v = (uint8_t)((v & 0xcc) >> 2 | (v & 0x33) << 2);
	return (uint8_t)((v & 0xaa) >> 1 | (v & 0x55) << 1);
}

/* FDDI (ISO 9314): frame control and two addresses, whose bits pcap's link type has the other way round. */
enum verdict fddi_wrapper(struct packet *pkt, struct cursor *c)
{
	uint32_t control = (uint32_t)cur_be(c, 1);
	const uint8_t *p = cur_take(c, 12);
	if (!p)
		return MINE;
	uint8_t address[12];
	for (unsigned i = 0; i < sizeof(address); i++)
		address[i] = swapped(p[i]);
	pkt->link_dst = pkt->dst = dict_address(pkt->dict, KIND_ETHER, address, 6);
	pkt->link_src = pkt->src = dict_address(pkt->dict, KIND_ETHER, address + 6, 6);
	if (control >= 0x50 && control <= 0x5f)
		pkt_next_always(pkt, &proto_llc, cur_rest(c));
	else
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* Solaris ipnet: version, family, kind of hook, length, two interfaces, two zones. */
enum verdict ipnet_wrapper(struct packet *pkt, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 24);
	if (p && p[1] == 2)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IP, cur_rest(c));
	else if (p && p[1] == 26)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IPV6, cur_rest(c));
	else if (p)
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* RFC 4391, section 6: four octets, the first two an Ethertype; the link type has InfiniBand's 40 octets of
 * routing header in front. */
enum verdict ipoib_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 40);
	uint32_t type = (uint32_t)cur_be(c, 2);
	cur_take(c, 2);
	if (!pkt->fail)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, type, cur_rest(c));
	return MINE;
}

/* Classical IP over ATM on Linux: nothing in front of the packet. */
enum verdict clip_wrapper(struct packet *pkt, struct cursor *c)
{
	pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IP, cur_rest(c));
	return MINE;
}

/* Apple's capture header: its length and the link type of what follows, little-endian. */
enum verdict pktap_wrapper(struct packet *pkt, struct cursor *c)
{
	static const struct protocol note = { .name = "text" };
	uint32_t len = (uint32_t)cur_le(c, 4);
	if (!pkt->fail && len < PKTAP_HEADER) {
		pkt_item(pkt, &note, 0);
		return MINE;
	}
	cur_take(c, 4);
	uint32_t type = (uint32_t)cur_le(c, 4);
	if (pkt->fail)
		return MINE;
	cur_skip(c, len - c->pos);
	if (c->pos >= c->len)
		return MINE;
	pkt_token(pkt, &wrapped_pktdata);
	pkt_next(pkt, CLAIM_LINKTYPE, type, cur_rest(c));
	return MINE;
}

/* A link type that anybody may use: 149 is taken for Apple's header, as Wireshark does. */
enum verdict user_dlt_wrapper(struct packet *pkt, struct cursor *c)
{
	static const struct protocol pktap = {
		.name = "pktap", .title = "PKTAP packet header", .column = "PKTAP", .dissect = pktap_wrapper
	};
	pkt_next_proto(pkt, pkt->link_type == LINK_USER2 ? &pktap : &proto_data, cur_rest(c));
	return MINE;
}

/* Juniper's header: "MGC", flags (the first: extensions follow, with a length of 2; 2: there is no link
 * layer); on ATM a cookie. It stands in the tree as a text. */
enum verdict juniper_wrapper(struct packet *pkt, struct cursor *c)
{
	static const struct protocol text = { .name = "text" };
	uint64_t magic;
	if (!cur_peek(c, 0, 3, &magic) || magic != 0x4d4743)
		return MINE;
	pkt_no_item(pkt);
	pkt_item(pkt, &text, c->len);
	cur_take(c, 3);
	uint32_t flags = (uint32_t)cur_be(c, 1);
	if (flags & 0x80)
		cur_take(c, (uint32_t)cur_be(c, 2));
	if (flags & 0x02)
		return MINE;
	if (pkt->link_type == LINK_JUNIPER_ATM1)
		cur_take(c, 4);
	else if (pkt->link_type == LINK_JUNIPER_ATM2)
		cur_take(c, 8);
	else if (pkt->link_type == LINK_JUNIPER_ETHER && !pkt->fail)
		pkt_next_proto(pkt, &proto_eth, cur_rest(c));
	return MINE;
}

/* Cisco's Security Group Tag: version, length, option, tag, and the Ethertype of the frame. */
enum verdict cmd_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 6);
	uint32_t type = (uint32_t)cur_be(c, 2);
	if (!pkt->fail)
		pkt_next(pkt, CLAIM_ETHERTYPE, type, cur_rest(c));
	return MINE;
}

/* IEEE 802.1BR E-tag: six octets, then the Ethertype. */
enum verdict etag_wrapper(struct packet *pkt, struct cursor *c)
{
	return cmd_wrapper(pkt, c);
}

/* VN-tag: four octets, then the Ethertype, or a length as in a VLAN tag. */
enum verdict vntag_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 4);
	uint32_t type = (uint32_t)cur_be(c, 2);
	if (pkt->fail)
		return MINE;
	if (type > 1500)
		pkt_next(pkt, CLAIM_ETHERTYPE, type, cur_rest(c));
	else
		pkt_next_always(pkt, &proto_llc, cur_sub(c, type));
	return MINE;
}

/* IEEE 802.1ah: the service tag of a provider backbone, the customer's addresses, the Ethertype. */
enum verdict ah_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 16);
	uint32_t type = (uint32_t)cur_be(c, 2);
	if (!pkt->fail)
		pkt_next(pkt, CLAIM_ETHERTYPE, type, cur_rest(c));
	return MINE;
}

/* Network layer protocols of ISO (ISO/IEC TR 9577): the first octet says which; it belongs to those of ISO
 * itself. It is what stands in the tree where nobody takes it. */
enum verdict osi_wrapper(struct packet *pkt, struct cursor *c)
{
	static const struct protocol item_nlpid = { .name = "osi.nlpid",
		.title = "Network Layer Protocol Identifier" };
	uint64_t nlpid;
	if (!cur_peek(c, 0, 1, &nlpid)) {
		cur_need(c, 1);
		return MINE;
	}
	switch (nlpid) {
	case 0x00:
	case 0x08:
	case 0x81:
	case 0x82:
	case 0x83:
		pkt_next(pkt, CLAIM_NLPID, (uint32_t)nlpid, cur_rest(c));
		break;
	case 0x8e:
	case 0xcc:
		cur_skip(c, 1);
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, nlpid == 0xcc ? ETH_TYPE_IP : ETH_TYPE_IPV6, cur_rest(c));
		break;
	case 0xcf:
		cur_skip(c, 1);
		pkt_next_proto(pkt, &proto_ppp, cur_rest(c));
		break;
	default:
		pkt_item(pkt, &item_nlpid, 1);
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return MINE;
}

/* ISO 8473: the second octet is the length of the header. */
enum verdict clnp_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 1);
	uint32_t len = (uint32_t)cur_be(c, 1);
	if (pkt->fail || len > c->len)
		return MINE;
	if (len > c->pos)
		cur_skip(c, len - c->pos);
	else
		c->pos = 0; /* the network layer's own zero octet (ISO/IEC 10747, "inactive") */
	pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* Ethernet configuration testing (loopback): octets to be skipped, a function, and more. */
enum verdict loop_wrapper(struct packet *pkt, struct cursor *c)
{
	uint32_t skip = (uint32_t)cur_le(c, 2);
	bool more = true;
	cur_skip(c, skip);
	while (more && !pkt->fail) {
		uint32_t function = (uint32_t)cur_le(c, 2);
		if (function == 1)
			cur_take(c, 2); /* reply: a receipt number */
		else if (function == 2)
			cur_take(c, 6); /* forward: an address */
		more = function == 2;
	}
	if (!pkt->fail)
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* GARP (IEEE 802.1D-2004, clause 12): protocol id 1 is the only one. */
enum verdict garp_wrapper(struct packet *pkt, struct cursor *c)
{
	if (cur_be(c, 2) != 1)
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* Realtek's own Ethertype: the first octet says what it is used for. */
enum verdict realtek_wrapper(struct packet *pkt, struct cursor *c)
{
	uint64_t use;
	if (cur_peek(c, 0, 1, &use) && (use == 0x01 || use == 0x02))
		pkt_next_proto(pkt, &wrapped_rrcp, cur_rest(c));
	else if (cur_peek(c, 0, 1, &use) && use == 0x03) {
		pkt_trim(pkt, 1); /* by this octet alone Wireshark measures loop detection */
		pkt_next_proto(pkt, &wrapped_rldp, cur_rest(c));
	}
	return MINE;
}

/* Network service header (RFC 8300, section 2): words of length, metadata and the protocol inside. */
enum verdict nsh_wrapper(struct packet *pkt, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 4);
	if (!p)
		return MINE;
	uint32_t words = p[1] & 0x3f;
	cur_skip(c, words > 1 ? words * 4 - 4 : 0);
	switch (p[3]) {
	case 1:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IP, cur_rest(c));
		break;
	case 2:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IPV6, cur_rest(c));
		break;
	case 3:
		pkt_next_proto(pkt, &proto_eth, cur_rest(c));
		break;
	default:
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return MINE;
}

/* MACsec (IEEE 802.1AE): tag, packet number, channel identifier by a bit of the tag; what is not encrypted
 * goes on. */
enum verdict macsec_wrapper(struct packet *pkt, struct cursor *c)
{
	uint64_t head;
	if (!cur_peek(c, 0, 2, &head))
		return NOT_MINE;
	uint32_t tci = head >> 8, shorter = head & 0x3f, tag = 6 + (tci & 0x20 ? 8 : 0);
	if (c->cap < tag)
		return NOT_MINE;
	cur_take(c, tag);
	uint32_t left = cur_left(c), icv = 16;
	if (!shorter && left < icv)
		return MINE;
	/* The integrity check value stands at the end: behind the octets that the short length counts, or
	 * else in the last ones. */
	struct cursor inside = cur_sub(c, shorter ? shorter : left - icv);
	if (tci & 0x0c) {
		pkt_next_proto(pkt, &proto_data, inside);
		return MINE;
	}
	uint32_t type = (uint32_t)cur_be(&inside, 2);
	if (!pkt->fail)
		pkt_next(pkt, CLAIM_ETHERTYPE, type, cur_rest(&inside));
	return MINE;
}

/* EtherIP (RFC 3378): a version, then an Ethernet frame. */
enum verdict etherip_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 2);
	if (!pkt->fail)
		pkt_next_proto(pkt, &proto_eth, cur_rest(c));
	return MINE;
}

/* A header that is not looked into, as long as the item of the tree, and data. */
enum verdict header_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, (uint32_t)pkt_layer(pkt)->proto->item_len);
	if (!pkt->fail)
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

enum verdict all_data_wrapper(struct packet *pkt, struct cursor *c)
{
	pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* AX.25 over Ethernet: a length in front. */
enum verdict bpq_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 2);
	if (!pkt->fail)
		pkt_next_proto(pkt, &wrapped_ax25, cur_rest(c));
	return MINE;
}

/* Text without a network layer. */
static enum verdict no_layer_3_dissect(struct packet *pkt, struct cursor *c)
{
	pkt_nest(pkt, true);
	pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

static const struct protocol no_layer_3 = { .name = "ax25_nol3",
	.title = "AX.25 no Layer 3",
	.column = "AX.25 NoL3",
	.dissect = no_layer_3_dissect };

/* AX.25 version 2.2, section 3: two addresses of seven octets and up to eight repeaters, the last marked;
 * control; what an information frame carries. */
enum verdict ax25_wrapper(struct packet *pkt, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 14);
	for (unsigned i = 0; p && i < 8 && !(p[6 + (i ? 0 : 7)] & 1); i++)
		p = cur_take(c, 7);
	uint32_t control = (uint32_t)cur_be(c, 1);
	if (pkt->fail || (control & 1 && (control & 0xef) != 0x03))
		return MINE;
	uint32_t what = (uint32_t)cur_be(c, 1);
	if (pkt->fail)
		return MINE;
	if (what == 0xcc || what == 0xcd)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, what == 0xcc ? ETH_TYPE_IP : ETH_TYPE_ARP, cur_rest(c));
	else
		pkt_next_proto(pkt, what == 0xf0 ? &no_layer_3 : &proto_data, cur_rest(c));
	return MINE;
}

/* KISS: a command, 0 a frame, and a port in the upper half. */
enum verdict ax25_kiss_wrapper(struct packet *pkt, struct cursor *c)
{
	uint32_t command = (uint32_t)cur_be(c, 1);
	if (!pkt->fail && (command & 15) == 0)
		pkt_next_proto(pkt, &wrapped_ax25, cur_rest(c));
	return MINE;
}

/* XNS's IDP, of which IPX was made: a checksum, the length of the whole, and 26 octets more. */
enum verdict idp_wrapper(struct packet *pkt, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 30);
	if (!p)
		return MINE;
	uint32_t len = be16(p + 2);
	if (len < c->len)
		pkt_trim(pkt, len < 30 ? 30 : len);
	if (len > 30)
		pkt_next_proto(pkt, &proto_data, cur_sub(c, len - 30));
	return MINE;
}

/* PROFINET (IEC 61158-6-10, section 4.2.2): the frame's id says what it is. */
enum verdict profinet_wrapper(struct packet *pkt, struct cursor *c)
{
	static const struct protocol
		io = { .name = "pn_io", .title = "PROFINET IO", .column = "PNIO" },
		rtc3 = { .name = "pn_io", .title = "PROFINET IO", .column = "PN-RTC3" },
		alarm = { .name = "pn_io", .title = "PROFINET IO", .column = "PNIO-AL" },
		rsi = { .name = "pn_io", .title = "PROFINET IO", .column = "PNIO-RSI" },
		ptcp = { .name = "pn_ptcp", .title = "PROFINET PTCP", .column = "PN-PTCP" },
		mrrt = { .name = "pn_mrrt", .title = "PROFINET MRRT", .column = "PN-MRRT" },
		fragment = { .name = "pn_rt", .title = "PROFINET Real-Time Protocol", .column = "PN-RT" };
	static const struct {
		uint16_t first, last;
		const struct protocol *proto;
	} ids[] = { { 0x0000, 0x00ff, &ptcp }, { 0x0100, 0x0fff, &rtc3 }, { 0x4000, 0xbffe, &io },
		{ 0xc000, 0xfbfe, &io }, { 0xfc01, 0xfc01, &alarm }, { 0xfe01, 0xfe01, &alarm },
		{ 0xfe02, 0xfe02, &rsi }, { 0xfefc, 0xfeff, &wrapped_pn_dcp }, { 0xff00, 0xff5f, &ptcp },
		{ 0xff60, 0xff60, &mrrt }, { 0xff80, 0xff8f, &fragment } };
	uint32_t id = (uint32_t)cur_be(c, 2);
	uint64_t status;
	if (!pkt->fail && (id == 0xbfff || (id >= 0xfc00 && id < 0xfefc)))
		pkt->column = id == 0xbfff ? "PN-RTC1" : "PN-RTA";
	for (unsigned i = 0; !pkt->fail && i < sizeof(ids) / sizeof(*ids); i++) {
		if (id < ids[i].first || id > ids[i].last)
			continue;
		struct cursor rest = cur_rest(c);
		pkt_next_proto(pkt, ids[i].proto, rest);
		/* The only fragment (number 0, no more) is whole. */
		if (ids[i].proto == &fragment && cur_peek(&rest, 1, 1, &status) && !(status & 0xbf)) {
			cur_skip(&rest, 2);
			pkt_next_proto(pkt, &proto_data,
				cur_sub(&rest, cur_left(&rest) > 2 ? cur_left(&rest) - 2 : 0));
		}
	}
	return MINE;
}
