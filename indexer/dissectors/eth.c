/* Ethernet II and IEEE 802.3.
 *
 *      0               6               12      14
 *     +---------------+---------------+-------+----------------- - - --+---------+------+
 *     |  destination  |    source     |typ/len| payload                | padding | (FCS)|
 *     +---------------+---------------+-------+----------------- - - --+---------+------+
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_eth, proto_llc;

enum {
	ETH_DST,
	ETH_SRC,
	ETH_TYPE,
	ETH_LEN,
	ETH_PADDING,
	ETH_TRAILER,
	ETH_FCS,
	ETH_INVALID,
	ETH_ADDR,
	ETH_NFIELDS
};

static const struct field eth_fields[ETH_NFIELDS] = {
	[ETH_DST] = { "eth.dst", "Destination", KIND_ETHER },
	[ETH_SRC] = { "eth.src", "Source", KIND_ETHER },
	[ETH_TYPE] = { "eth.type", "Type", KIND_UINT, BASE_HEX, 2 },
	[ETH_LEN] = { "eth.len", "Length", KIND_UINT, .octets = 2, .part = 1 },
	[ETH_PADDING] = { "eth.padding", "Padding", KIND_BYTES, .part = 1 },
	[ETH_TRAILER] = { "eth.trailer", "Trailer", KIND_BYTES, .part = 1 },
	[ETH_FCS] = { "eth.fcs", "Frame check sequence", KIND_UINT, BASE_HEX, 4, .part = 1 },
	[ETH_INVALID] = { "eth.invalid_lentype", "Invalid length/type", KIND_UINT, BASE_HEX_DEC, 2, .part = 1 },
	[ETH_ADDR] = { "eth.addr", "Address", KIND_ETHER, .hidden = true, .any = { ETH_DST, ETH_SRC }, .nany = 2 },
};

static const struct record eth_records[] = {
	{ "eth", RECORD_LAYER, ETH_NFIELDS, eth_fields, (const char *const[]){ "extra", NULL } },
};

#define ETH_HEADER      14
#define ETH_MIN_FRAME   60 /* without the FCS */
#define ETH_MAX_LENGTH  1500
#define ETH_MIN_TYPE    1536 /* IEEE 802.3, 3.2.6: from here on it is an Ethertype */

static bool all_zero(const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* What stands behind the payload, by Wireshark's guess (heuristics on): zeros that fill the frame up to 60 octets are
 * padding; of what remains in a frame of 64 octets or more, the last four are the FCS; the rest is a trailer. */
static void eth_finish(struct packet *pkt, struct layer *l, const struct layer *child)
{
	if (!child || !l->row)
		return;
	uint32_t end = l->mark + (child->trim < child->len ? child->trim : child->len);
	uint32_t extra = l->len > end ? l->len - end : 0;
	if (!extra)
		return;
	uint32_t captured = l->cap > end ? l->cap - end : 0, padding = 0, fcs = 0, trailer = extra;
	const uint8_t *p = l->data + (end < l->cap ? end : l->cap);
	if (end < ETH_MIN_FRAME) {
		uint32_t fill = ETH_MIN_FRAME - end;
		if (extra >= fill && captured >= fill && all_zero(p, fill))
			padding = fill;
	}
	trailer -= padding;
	bool has_fcs = pkt->fcs_len == 4 || (pkt->fcs_len == 0 && trailer >= 4 && l->len >= 64);
	if (has_fcs && trailer >= 4) {
		fcs = 4;
		trailer -= 4;
	}
	struct cursor c = { p, 0, captured, extra, &pkt->fail };
	row_bytes(l->row, ETH_PADDING, &c, padding);
	row_bytes_avail(l->row, ETH_TRAILER, &c, trailer);
	if (fcs && cur_avail(&c) >= 4)
		row_be(l->row, ETH_FCS, &c, 4);
	if (l->item >= 0)
		pkt->items[l->item].len = l->mark + extra;
}

static enum verdict eth_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_eth, 0);
	uint32_t dst = row_address(r, ETH_DST, c, KIND_ETHER);
	uint32_t src = row_address(r, ETH_SRC, c, KIND_ETHER);
	if (!dst || !src)
		return MINE;
	pkt->link_src = pkt->src = src;
	pkt->link_dst = pkt->dst = dst;
	pkt_count(pkt, CONV_ETH, src, dst);
	const uint8_t *at = c->data + c->pos;
	uint32_t type = (uint32_t)cur_be(c, 2);
	if (pkt->fail)
		return MINE;
	if (type > ETH_MAX_LENGTH && type < ETH_MIN_TYPE) {
		row_set_at(r, ETH_INVALID, type, at, 2);
		pkt_next(pkt, CLAIM_NONE, 0, cur_rest(c));
		return MINE;
	}
	pkt_on_finish(pkt, ETH_HEADER, eth_finish);
	if (type >= ETH_MIN_TYPE) {
		row_set_at(r, ETH_TYPE, type, at, 2);
		pkt_next(pkt, CLAIM_ETHERTYPE, type, cur_rest(c));
	} else {
		row_set_at(r, ETH_LEN, type, at, 2);
		pkt_next_proto(pkt, &proto_llc, cur_sub(c, type));
	}
	return MINE;
}

static const struct claim eth_claims[] = { { CLAIM_LINKTYPE, 1 }, { 0 } };

const struct protocol proto_eth = {
	.name = "eth",
	.title = "Ethernet",
	.column = "ETHERNET",
	.spec = "IEEE 802.3",
	.help = "Carries frames between the stations of one local network.",
	.id = PROTO_ID_eth,
	.records = eth_records,
	.nrecords = 1,
	.claims = eth_claims,
	.dissect = eth_dissect,
	.item_min = ETH_HEADER,
	.item_len = ETH_HEADER,
};
