/* Hop-by-hop and destination options (RFC 8200, sections 4.2, 4.3, 4.6).
 *
 *      0       1       2                               8
 *     +-------+-------+-------------------------------+
 *     |nexthdr|  len  | options: type, len, value ... |   len: words of 8 octets behind these 8
 *     +-------+-------+-------------------------------+
 */
#include "indexer/dissectors/ipv6_options.h"

/* IANA's "Destination Options and Hop-by-Hop Options", RFC 2711. */
static const struct value_name option_types[] = { { 0, "Pad1" }, { 1, "PadN" }, { 5, "Router Alert" },
	{ 0, NULL } };
static const struct value_name alerts[] = { { 0, "MLD" }, { 1, "RSVP" }, { 2, "Active Network" },
	{ 0, NULL } };

const struct field ipv6_option_fields[IPV6_OPTION_NFIELDS] = {
	[IPV6_OPTION_TYPE] = { "ipv6.opt.type", "Type", KIND_UINT, BASE_HEX, 1, .names = option_types },
	[IPV6_OPTION_ROUTER_ALERT] = { "ipv6.opt.router_alert", "Router Alert", KIND_UINT, .octets = 2,
		.names = alerts },
};

/* RFC 6275, section 6.3: to the layers above, a mobile node's packets come from its home address. */
static void home_address(struct packet *pkt, struct cursor c)
{
	const uint8_t *p = cur_take(&c, 16);
	if (!p)
		return;
	pkt->net_src = dict_address(pkt->dict, KIND_IPV6, p, 16);
	if (!pkt->in_error)
		pkt->src = pkt->net_src;
}

enum verdict ipv6_options(struct packet *pkt, const struct protocol *proto, unsigned option, struct cursor *c)
{
	struct row *r = row_open(pkt, proto, 0);
	if (pkt->ip_version == 4) /* where it does not belong, it is a layer like any other */
		pkt_item(pkt, proto, c->len);
	if (!cur_need(c, 2))
		return MINE;
	uint32_t next = (uint32_t)row_be(r, 0, c, 1);
	uint32_t end = ((uint32_t)row_be(r, 1, c, 1) + 1) * 8;
	/* The header's end may lie beyond the packet's: then reading on fails. */
	while (!pkt->fail && c->pos < end) {
		uint64_t type;
		if (cur_peek(c, 0, 1, &type) && type == IPV6_OPT_PAD1) {
			row_be(row_open(pkt, proto, option), IPV6_OPTION_TYPE, c, 1);
			continue;
		}
		if (!cur_need(c, 2))
			break;
		struct row *o = row_open(pkt, proto, option);
		row_be(o, IPV6_OPTION_TYPE, c, 1);
		uint32_t len = (uint32_t)cur_be(c, 1);
		if (!cur_need(c, len))
			break;
		struct cursor value = cur_sub(c, len);
		if (type == IPV6_OPT_ROUTER_ALERT)
			row_be(o, IPV6_OPTION_ROUTER_ALERT, &value, 2);
		else if (type == IPV6_OPT_HOME_ADDRESS && len == 16)
			home_address(pkt, value);
	}
	if (pkt->fail)
		return MINE;
	c->pos = end;
	pkt_next_header(pkt, next, cur_rest(c));
	return MINE;
}
