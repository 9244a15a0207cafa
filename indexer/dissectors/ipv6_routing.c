/* IPv6 routing header (RFC 8200, section 4.4).
 *
 *      0       1       2       3       4               8
 *     +-------+-------+-------+-------+---------------+-----
 *     |nexthdr|  len  | type  |segleft| by type ...          len: words of 8 octets behind these 8
 *     +-------+-------+-------+-------+---------------+-----
 *
 * Types: 0 source route (RFC 5095 ended it), 2 mobile IPv6 (RFC 6275), 3 RPL (RFC 6554), 4 segments (RFC
 * 8754). While segments are left, the header's destination is the next station only: to the layers above the
 * packet goes to the last address. */
#include "indexer/dissectors/ip_names.h"
#include "indexer/dissectors/ipv6_options.h"
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_ipv6_routing;

enum { ROUTING_NXT, ROUTING_LEN, ROUTING_TYPE, ROUTING_SEGLEFT, ROUTING_NFIELDS };
static const struct value_name types[] = { { 0, "Source Route" }, { 1, "Nimrod" }, { 2, "Type 2 Routing" },
	{ 3, "RPL Source Routing Header" }, { 4, "Segment Routing" }, { 0, NULL } };

static const struct field fields[ROUTING_NFIELDS] = {
	[ROUTING_NXT] = { "ipv6.routing.nxt", "Next Header", KIND_UINT, .octets = 1,
		.names = ip_proto_names },
	[ROUTING_LEN] = { "ipv6.routing.len", "Length", KIND_UINT, .octets = 1 },
	[ROUTING_TYPE] = { "ipv6.routing.type", "Type", KIND_UINT, .octets = 1, .names = types },
	[ROUTING_SEGLEFT] = { "ipv6.routing.segleft", "Segments Left", KIND_UINT, .octets = 1 },
};

static const struct record records[] = { { "ipv6_routing", RECORD_LAYER, ROUTING_NFIELDS, fields, NULL } };

/* RFC 6554, section 3: the last address leaves out its first cmprE octets, which are those of the
 * destination. */
static bool rpl_last(const struct packet *pkt, const uint8_t *p, uint32_t len, uint8_t address[16])
{
	uint8_t kind;
	size_t size;
	uint32_t cmpr = p[0] & 15, pad = p[1] >> 4;
	const uint8_t *dst =
		pkt->net_dst ? dict_get(pkt->dict, DICT_ADDRESS, pkt->net_dst, &kind, &size) : NULL;
	if (!dst || kind != KIND_IPV6 || len < 4 + 16 - cmpr + pad)
		return false;
	memcpy(address, dst, cmpr);
	memcpy(address + cmpr, p + len - pad - (16 - cmpr), 16 - cmpr);
	return true;
}

/* The final destination; `p`: the `len` octets behind segments left. */
static bool last_address(
	const struct packet *pkt, uint32_t type, const uint8_t *p, uint32_t len, uint8_t address[16])
{
	if (type == 3)
		return rpl_last(pkt, p, len, address);
	if (len < 4 + 16)
		return false;
	switch (type) {
	case 0:
		memcpy(address, p + 4 + (len - 4) / 16 * 16 - 16, 16);
		return true;
	case 2: /* one address */
	case 4: /* listed from the last one back */
		memcpy(address, p + 4, 16);
		return true;
	default:
		return false;
	}
}

static enum verdict dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ipv6_routing, 0);
	if (pkt->ip_version == 4) /* where it does not belong, it is a layer like any other */
		pkt_item(pkt, &proto_ipv6_routing, c->len);
	uint32_t next = (uint32_t)row_be(r, ROUTING_NXT, c, 1);
	uint32_t len = (uint32_t)row_be(r, ROUTING_LEN, c, 1) * 8 + 4;
	uint32_t type = (uint32_t)row_be(r, ROUTING_TYPE, c, 1);
	uint32_t left = (uint32_t)row_be(r, ROUTING_SEGLEFT, c, 1);
	const uint8_t *p = cur_take(c, len);
	uint8_t address[16];
	if (!p)
		return MINE;
	if (left && last_address(pkt, type, p, len, address)) {
		pkt->net_dst = dict_address(pkt->dict, KIND_IPV6, address, 16);
		if (!pkt->in_error)
			pkt->dst = pkt->net_dst;
	}
	pkt_next_header(pkt, next, cur_rest(c));
	return MINE;
}

static const struct claim claims[] = { { CLAIM_IP_PROTO, 43 }, { 0 } };

const struct protocol proto_ipv6_routing = {
	.name = "ipv6.routing",
	.title = "Routing Header for IPv6",
	.spec = "RFC 8200, section 4.4",
	.help = "Names stations that a packet visits on its way.",
	.id = PROTO_ID_ipv6_routing,
	.records = records,
	.nrecords = 1,
	.claims = claims,
	.dissect = dissect,
	.heading = "Routing Header for IPv6 ({ipv6.routing.type:n})",
	.layout = ipv6_routing_layout,
	.inside = true,
	.no_item = true,
};
