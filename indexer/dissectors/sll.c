/* Linux cooked capture, version 1 (LINKTYPE_LINUX_SLL, 113) and version 2 (LINKTYPE_LINUX_SLL2, 276).
 *
 *      0       2       4       6                       14      16
 *     +-------+-------+-------+-----------------------+-------+----- - -
 *  1  |pkttype|hatype |halen  | address, 8 octets     |protocol  payload
 *     +-------+-------+-------+-----------------------+-------+----- - -
 *      0       2       4               8       10  11  12                      20
 *     +-------+-------+---------------+-------+---+---+-----------------------+----- - -
 *  2  |protocol  0    | interface     |hatype |pkt|hal| address, 8 octets     | payload
 *     +-------+-------+---------------+-------+---+---+-----------------------+----- - -
 */
#include "indexer/dissectors/eth_names.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/trailer.h"

extern const struct protocol proto_sll, proto_eth, proto_llc, proto_ppp;

enum {
	SLL_PKTTYPE,
	SLL_HATYPE,
	SLL_HALEN,
	SLL_SRC_ETH,
	SLL_ETYPE,
	SLL_LTYPE,
	SLL_GRETYPE,
	SLL_IFINDEX,
	SLL_SRC_IPV4,
	SLL_SRC_OTHER,
	SLL_UNUSED,
	SLL_PADDING,
	SLL_TRAILER,
	SLL_NFIELDS
};

static const struct value_name pkttype_names[] = { { 0, "Unicast to us" }, { 1, "Broadcast" },
	{ 2, "Multicast" }, { 3, "Unicast to another host" }, { 4, "Sent by us" }, { 0, NULL } };

/* Linux's ARPHRD_ numbers. */
static const struct value_name hatype_names[] = { { 1, "Ethernet" }, { 6, "IEEE 802" }, { 512, "PPP" },
	{ 769, "IP6IP6 tunnel" }, { 772, "Loopback" }, { 776, "sit0 device - IPv6-in-IPv4" },
	{ 778, "GRE over IP" }, { 801, "IEEE 802.11" }, { 803, "IEEE 802.11 + radiotap header" },
	{ 824, "Netlink" }, { 0xfffe, "zero header length" }, { 0xffff, "Void type, nothing is known" },
	{ 0, NULL } };

static const struct field sll_fields[SLL_NFIELDS] = {
	[SLL_PKTTYPE] = { "sll.pkttype", "Packet type", KIND_UINT, .octets = 2, .names = pkttype_names },
	[SLL_HATYPE] = { "sll.hatype", "Link-layer address type", KIND_UINT, .octets = 2,
		.names = hatype_names },
	[SLL_HALEN] = { "sll.halen", "Link-layer address length", KIND_UINT, .octets = 2 },
	[SLL_SRC_ETH] = { "sll.src.eth", "Source", KIND_ETHER },
	[SLL_ETYPE] = { "sll.etype", "Protocol", KIND_UINT, BASE_HEX, 2, .names = eth_type_names },
	[SLL_LTYPE] = { "sll.ltype", "Protocol", KIND_UINT, BASE_HEX, 2, .part = 1 },
	[SLL_GRETYPE] = { "sll.gretype", "Protocol", KIND_UINT, BASE_HEX, 2, .part = 1 },
	[SLL_IFINDEX] = { "sll.ifindex", "Interface index", KIND_UINT, .octets = 4 },
	[SLL_SRC_IPV4] = { "sll.src.ipv4", "Source", KIND_IPV4, .part = 1 },
	[SLL_SRC_OTHER] = { "sll.src.other", "Source", KIND_BYTES, .part = 1 },
	[SLL_UNUSED] = { "sll.unused", "Unused", KIND_BYTES, .part = 1 },
	[SLL_PADDING] = { "eth.padding", "Padding", KIND_BYTES, .part = 1 },
	[SLL_TRAILER] = { "sll.trailer", "Trailer", KIND_BYTES, .part = 1 },
};

static const struct record sll_records[] = {
	{ "sll", RECORD_LAYER, SLL_NFIELDS, sll_fields, (const char *const[]) { "extra", NULL } },
};

#define LINKTYPE_SLL2  276
#define SLL_ADDRESS    8
#define ARPHRD_IPGRE   778
#define ARPHRD_NETLINK 824
#define ETH_TYPE_MAX_8023                                                                                    \
	1536 /* up to here the protocol is one of Linux's own numbers (linux/if_ether.h)                     \
	      */

enum { ETH_P_802_3 = 1, ETH_P_ALL = 3, ETH_P_802_2 = 4, ETH_P_PPP_MP = 7 };

static void sll_finish(struct packet *pkt, struct layer *l, const struct layer *child)
{
	static const struct trailer_fields fields = { SLL_PADDING, SLL_TRAILER, UINT16_MAX };
	trailer_fill(pkt, l, child, &fields);
}

static void sll_address(struct packet *pkt, struct row *r, struct cursor *c, uint32_t len)
{
	struct cursor a = cur_sub(c, SLL_ADDRESS);
	if (!cur_need(&a, SLL_ADDRESS))
		return;
	if (len == 6)
		pkt->link_src = pkt->src = row_address(r, SLL_SRC_ETH, &a, KIND_ETHER);
	else if (len == 4)
		pkt->src = row_address(r, SLL_SRC_IPV4, &a, KIND_IPV4);
	else
		row_bytes(r, SLL_SRC_OTHER, &a, len < SLL_ADDRESS ? len : SLL_ADDRESS);
	row_bytes(r, SLL_UNUSED, &a, a.len - a.pos);
}

static void sll_protocol(struct row *r, uint32_t hatype, uint32_t protocol, const uint8_t *at)
{
	row_set_at(r,
		hatype == ARPHRD_IPGRE         ? SLL_GRETYPE
		: protocol > ETH_TYPE_MAX_8023 ? SLL_ETYPE
					       : SLL_LTYPE,
		protocol, at, 2);
}

static void sll_next(struct packet *pkt, uint32_t hatype, uint32_t protocol, struct cursor payload)
{
	if (hatype == ARPHRD_IPGRE) {
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, protocol, payload);
	} else if (protocol > ETH_TYPE_MAX_8023) {
		pkt_next(pkt, CLAIM_ETHERTYPE, protocol, payload);
	} else {
		switch (protocol) {
		case ETH_P_802_3: /* NetWare's framing: IPX without LLC */
			pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x8137, payload);
			break;
		case ETH_P_ALL:
			pkt_next_proto(pkt, &proto_eth, payload);
			break;
		case ETH_P_802_2:
			pkt_next_always(pkt, &proto_llc, payload);
			break;
		case ETH_P_PPP_MP:
			pkt_next_proto(pkt, &proto_ppp, payload);
			break;
		default:
			pkt_next(pkt, CLAIM_SLL, protocol, payload);
		}
	}
}

static void sll_version1(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_sll, 0);
	if (!cur_need(c, 4))
		return;
	pkt->column = "SLL";
	uint32_t hatype = be16(c->data + 2);
	if (hatype == ARPHRD_NETLINK) { /* the header is netlink's own, its last two octets the family */
		pkt_next(pkt, CLAIM_LINKTYPE, 253, cur_rest(c));
		return;
	}
	row_be(r, SLL_PKTTYPE, c, 2);
	row_be(r, SLL_HATYPE, c, 2);
	uint32_t halen = (uint32_t)row_be(r, SLL_HALEN, c, 2);
	sll_address(pkt, r, c, halen);
	const uint8_t *at = c->data + c->pos;
	uint32_t protocol = (uint32_t)cur_be(c, 2);
	if (pkt->fail)
		return;
	sll_protocol(r, hatype, protocol, at);
	pkt_on_finish(pkt, c->pos, sll_finish);
	sll_next(pkt, hatype, protocol, cur_rest(c));
}

static void sll_version2(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_sll, 0);
	if (!cur_need(c, 12))
		return;
	const uint8_t *at = c->data;
	uint32_t protocol = (uint32_t)cur_be(c, 2);
	cur_skip(c, 2);
	row_be(r, SLL_IFINDEX, c, 4);
	uint32_t hatype = (uint32_t)row_be(r, SLL_HATYPE, c, 2);
	row_be(r, SLL_PKTTYPE, c, 1);
	uint32_t halen = (uint32_t)row_be(r, SLL_HALEN, c, 1);
	sll_protocol(r, hatype, protocol, at);
	pkt->column = "SLL";
	sll_address(pkt, r, c, halen);
	if (pkt->fail)
		return;
	pkt_on_finish(pkt, c->pos, sll_finish);
	sll_next(pkt, hatype, protocol, cur_rest(c));
}

static enum verdict sll_dissect(struct packet *pkt, struct cursor *c)
{
	if (pkt->link_type == LINKTYPE_SLL2)
		sll_version2(pkt, c);
	else
		sll_version1(pkt, c);
	return MINE;
}

static const struct claim sll_claims[] = { { CLAIM_LINKTYPE, 113 }, { CLAIM_LINKTYPE, LINKTYPE_SLL2 },
	{ 0 } };

const struct protocol proto_sll = {
	.name = "sll",
	.title = "Linux cooked-mode capture",
	.heading = "Linux cooked capture {sll.ifindex?v2}{sll.ifindex!v1}",
	.spec = "LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2",
	.help = "What Linux puts in place of the link layer when it captures on all interfaces at once.",
	.id = PROTO_ID_sll,
	.records = sll_records,
	.nrecords = 1,
	.claims = sll_claims,
	.dissect = sll_dissect,
	.item_len = 16,
};
