/* BGP's UPDATE (RFC 4271, section 4.3): addresses that are no longer reached, attributes of a path, addresses
 * that are reached by it. Addresses other than those of IPv4 stand in attributes of their own (RFC 4760).
 *
 *     | length, 2 | withdrawn prefixes | length, 2 | attributes | prefixes up to the end |
 *     attribute:  | flags | type | length, 1 or 2 | value |
 *     prefix:     | length in bits | as many octets as these take |
 */
#include "indexer/dissectors/bgp.h"

const struct field bgp_update_fields[UPDATE_NFIELDS] = {
	[UPDATE_WITHDRAWN] = { "bgp.update.withdrawn_routes.length", "Withdrawn Routes Length", KIND_UINT,
		.octets = 2 },
	[UPDATE_ATTRIBUTES] = { "bgp.update.path_attributes.length", "Total Path Attribute Length", KIND_UINT,
		.octets = 2 },
};

static const struct value_name attribute_names[] = { { 1, "ORIGIN" }, { 2, "AS_PATH" }, { 3, "NEXT_HOP" },
	{ 4, "MULTI_EXIT_DISC" }, { 5, "LOCAL_PREF" }, { 6, "ATOMIC_AGGREGATE" }, { 7, "AGGREGATOR" },
	{ 8, "COMMUNITIES" }, { 9, "ORIGINATOR_ID" }, { 10, "CLUSTER_LIST" }, { 14, "MP_REACH_NLRI" },
	{ 15, "MP_UNREACH_NLRI" }, { 16, "EXTENDED_COMMUNITIES" }, { 17, "AS4_PATH" },
	{ 18, "AS4_AGGREGATOR" }, { 26, "AIGP" }, { 32, "LARGE_COMMUNITY" }, { 0, NULL } };
static const struct value_name origin_names[] = { { 0, "IGP" }, { 1, "EGP" }, { 2, "INCOMPLETE" },
	{ 0, NULL } };
static const struct value_name segment_names[] = { { 1, "AS_SET" }, { 2, "AS_SEQUENCE" },
	{ 3, "AS_CONFED_SEQUENCE" }, { 4, "AS_CONFED_SET" }, { 0, NULL } };

#define PATH "bgp.update.path_attribute."

const struct field bgp_attribute_fields[ATTR_NFIELDS] = {
	[ATTR_FLAGS] = { PATH "flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[ATTR_TYPE] = { PATH "type_code", "Type Code", KIND_UINT, .octets = 1, .names = attribute_names },
	[ATTR_LENGTH] = { PATH "length", "Length", KIND_UINT, .octets = 2 },
	[ATTR_ORIGIN] = { PATH "origin", "Origin", KIND_UINT, .octets = 1, .names = origin_names },
	[ATTR_NEXT_HOP] = { PATH "next_hop", "Next hop", KIND_IPV4 },
	[ATTR_MED] = { PATH "multi_exit_disc", "Multiple exit discriminator", KIND_UINT, .octets = 4 },
	[ATTR_LOCAL_PREF] = { PATH "local_pref", "Local preference", KIND_UINT, .octets = 4 },
	[ATTR_ORIGINATOR] = { PATH "originator_id", "Originator identifier", KIND_IPV4 },
	[ATTR_AGGREGATOR_AS] = { PATH "aggregator_as", "Aggregator AS", KIND_UINT, .octets = 4 },
	[ATTR_AGGREGATOR] = { PATH "aggregator_origin", "Aggregator origin", KIND_IPV4 },
	[ATTR_REACH_AFI] = { PATH "mp_reach_nlri.afi", "Address family identifier (AFI)", KIND_UINT,
		.octets = 2 },
	[ATTR_REACH_SAFI] = { PATH "mp_reach_nlri.safi", "Subsequent address family identifier (SAFI)",
		KIND_UINT, .octets = 1 },
	[ATTR_UNREACH_AFI] = { PATH "mp_unreach_nlri.afi", "Address family identifier (AFI)", KIND_UINT,
		.octets = 2 },
	[ATTR_UNREACH_SAFI] = { PATH "mp_unreach_nlri.safi", "Subsequent address family identifier (SAFI)",
		KIND_UINT, .octets = 1 },
	[ATTR_OPTIONAL] = { PATH "flags.optional", "Optional", KIND_BOOL, .of = ATTR_FLAGS, .mask = 0x80 },
	[ATTR_TRANSITIVE] = { PATH "flags.transitive", "Transitive", KIND_BOOL, .of = ATTR_FLAGS,
		.mask = 0x40 },
	[ATTR_PARTIAL] = { PATH "flags.partial", "Partial", KIND_BOOL, .of = ATTR_FLAGS, .mask = 0x20 },
	[ATTR_EXTENDED] = { PATH "flags.extended_length", "Extended-Length", KIND_BOOL, .of = ATTR_FLAGS,
		.mask = 0x10 },
};

const struct field bgp_segment_fields[SEG_NFIELDS] = {
	[SEG_TYPE] = { PATH "as_path_segment.type", "Segment type", KIND_UINT, .octets = 1,
		.names = segment_names },
	[SEG_LENGTH] = { PATH "as_path_segment.length", "Segment length (number of ASN)", KIND_UINT,
		.octets = 1 },
	[SEG_AS2] = { PATH "as_path_segment.as2", "AS2", KIND_UINT, .octets = 2 },
	[SEG_AS4] = { PATH "as_path_segment.as4", "AS4", KIND_UINT, .octets = 4 },
};

const struct field bgp_community_fields[COM_NFIELDS] = {
	[COM_AS] = { PATH "community_as", "Community AS", KIND_UINT, .octets = 2 },
	[COM_VALUE] = { PATH "community_value", "Community value", KIND_UINT, .octets = 2 },
	[COM_WELL_KNOWN] = { PATH "community_wellknown", "Community Well-known", KIND_UINT, BASE_HEX, 4 },
};

const struct field bgp_prefix_fields[PREFIX_NFIELDS] = {
	[PREFIX_LENGTH] = { "bgp.prefix_length", "Prefix Length", KIND_UINT, .octets = 1 },
	[PREFIX_NLRI] = { "bgp.nlri_prefix", "NLRI prefix", KIND_IPV4 },
	[PREFIX_WITHDRAWN] = { "bgp.withdrawn_prefix", "Withdrawn prefix", KIND_IPV4 },
	[PREFIX_REACH4] = { "bgp.mp_reach_nlri_ipv4_prefix", "MP Reach NLRI IPv4 prefix", KIND_IPV4 },
	[PREFIX_REACH6] = { "bgp.mp_reach_nlri_ipv6_prefix", "MP Reach NLRI IPv6 prefix", KIND_IPV6 },
	[PREFIX_UNREACH4] = { "bgp.mp_unreach_nlri_ipv4_prefix", "MP Unreach NLRI IPv4 prefix", KIND_IPV4 },
	[PREFIX_UNREACH6] = { "bgp.mp_unreach_nlri_ipv6_prefix", "MP Unreach NLRI IPv6 prefix", KIND_IPV6 },
};

enum {
	ORIGIN = 1,
	AS_PATH = 2,
	NEXT_HOP = 3,
	MULTI_EXIT_DISC = 4,
	LOCAL_PREF = 5,
	AGGREGATOR = 7,
	COMMUNITIES = 8,
	ORIGINATOR_ID = 9,
	MP_REACH_NLRI = 14,
	MP_UNREACH_NLRI = 15,
	AS4_PATH = 17,
	AS4_AGGREGATOR = 18
};

#define EXTENDED_LENGTH 0x10
#define AFI_IPV4        1
#define AFI_IPV6        2
#define SAFI_UNICAST    1
#define SAFI_MULTICAST  2

/* A list of prefixes up to the end of the cursor. */
static void prefixes(struct packet *pkt, struct cursor *c, unsigned field, bool v6)
{
	while (cur_left(c)) {
		struct row *r = row_open(pkt, &proto_bgp, REC_PREFIX);
		uint64_t bits;
		uint8_t octets[16] = { 0 };
		uint32_t most = v6 ? 128 : 32;
		if (!cur_peek(c, 0, 1, &bits) || bits > most)
			return;
		row_be(r, PREFIX_LENGTH, c, 1);
		uint32_t n = ((uint32_t)bits + 7) / 8;
		const uint8_t *p = cur_take(c, n);
		if (!p)
			return;
		memcpy(octets, p, n);
		if (bits % 8)
			octets[n - 1] &= (uint8_t)(0xff00 >> bits % 8);
		row_address_at(r, field, v6 ? KIND_IPV6 : KIND_IPV4, octets);
	}
}

/* Numbers of 2 octets, or of 4 between speakers that agreed on it (RFC 6793): which, the segments tell, whose
 * kinds and lengths come out even for one of them. */
static unsigned as_width(const struct cursor *c)
{
	uint32_t pos = c->pos;
	while (pos + 2 <= c->cap) {
		uint32_t n = c->data[pos + 1];
		if (c->data[pos] < 1 || c->data[pos] > 4 || n == 0 || n * 2 > c->cap - pos - 2)
			return 4;
		for (pos += 2; n; n--, pos += 2)
			if (be16(c->data + pos) == 0)
				return 4;
	}
	return pos == c->len ? 2 : 4;
}

static void as_path(struct packet *pkt, struct cursor *c, unsigned width)
{
	while (cur_left(c)) {
		struct row *r = row_open(pkt, &proto_bgp, REC_SEGMENT);
		row_be(r, SEG_TYPE, c, 1);
		uint32_t n = (uint32_t)row_be(r, SEG_LENGTH, c, 1);
		/* the first number stands in the row of the segment */
		for (uint32_t i = 0; i < n && cur_left(c); i++) {
			if (i)
				r = row_open(pkt, &proto_bgp, REC_SEGMENT);
			row_be(r, width == 2 ? SEG_AS2 : SEG_AS4, c, width);
		}
	}
}

static void communities(struct packet *pkt, struct cursor *c)
{
	while (cur_left(c)) {
		struct row *r = row_open(pkt, &proto_bgp, REC_COMMUNITY);
		uint64_t value;
		/* RFC 1997: the last 65536 are reserved; some of these have names */
		if (cur_peek(c, 0, 4, &value) && value >= 0xffff0000) {
			row_be(r, COM_WELL_KNOWN, c, 4);
			continue;
		}
		row_be(r, COM_AS, c, 2);
		row_be(r, COM_VALUE, c, 2);
	}
}

static void multiprotocol(struct packet *pkt, struct row *r, struct cursor *c, bool reach)
{
	uint32_t afi = (uint32_t)row_be(r, reach ? ATTR_REACH_AFI : ATTR_UNREACH_AFI, c, 2);
	uint32_t safi = (uint32_t)row_be(r, reach ? ATTR_REACH_SAFI : ATTR_UNREACH_SAFI, c, 1);
	if (reach) {
		cur_take(c, (uint32_t)cur_be(c, 1)); /* next hop */
		/* RFC 4760, section 3: once they counted subnetwork points, lengths in half octets */
		for (uint32_t n = (uint32_t)cur_be(c, 1); n && !*c->fail; n--)
			cur_take(c, ((uint32_t)cur_be(c, 1) + 1) / 2);
	}
	if (safi != SAFI_UNICAST && safi != SAFI_MULTICAST)
		return;
	if (afi == AFI_IPV4)
		prefixes(pkt, c, reach ? PREFIX_REACH4 : PREFIX_UNREACH4, false);
	else if (afi == AFI_IPV6)
		prefixes(pkt, c, reach ? PREFIX_REACH6 : PREFIX_UNREACH6, true);
}

static void value(struct packet *pkt, struct row *r, uint32_t type, struct cursor *c)
{
	switch (type) {
	case ORIGIN:
		if (c->len == 1)
			row_be(r, ATTR_ORIGIN, c, 1);
		break;
	case AS_PATH:
		as_path(pkt, c, as_width(c));
		break;
	case AS4_PATH:
		as_path(pkt, c, 4);
		break;
	case NEXT_HOP:
		if (c->len == 4)
			row_address(r, ATTR_NEXT_HOP, c, KIND_IPV4);
		break;
	case MULTI_EXIT_DISC:
		if (c->len == 4)
			row_be(r, ATTR_MED, c, 4);
		break;
	case LOCAL_PREF:
		if (c->len == 4)
			row_be(r, ATTR_LOCAL_PREF, c, 4);
		break;
	case AGGREGATOR:
	case AS4_AGGREGATOR:
		if (c->len == 6 || c->len == 8) {
			row_be(r, ATTR_AGGREGATOR_AS, c, c->len - 4);
			row_address(r, ATTR_AGGREGATOR, c, KIND_IPV4);
		}
		break;
	case COMMUNITIES:
		if (c->len % 4 == 0)
			communities(pkt, c);
		break;
	case ORIGINATOR_ID:
		if (c->len == 4)
			row_address(r, ATTR_ORIGINATOR, c, KIND_IPV4);
		break;
	case MP_REACH_NLRI:
		multiprotocol(pkt, r, c, true);
		break;
	case MP_UNREACH_NLRI:
		multiprotocol(pkt, r, c, false);
		break;
	default:
		break;
	}
}

void bgp_update(struct packet *pkt, struct cursor *c)
{
	struct row *u = row_open(pkt, &proto_bgp, REC_UPDATE);
	uint32_t len = (uint32_t)row_be(u, UPDATE_WITHDRAWN, c, 2);
	struct cursor list = cur_sub(c, len);
	prefixes(pkt, &list, PREFIX_WITHDRAWN, false);
	len = (uint32_t)row_be(u, UPDATE_ATTRIBUTES, c, 2);
	list = cur_sub(c, len);
	while (cur_left(&list)) {
		struct row *r = row_open(pkt, &proto_bgp, REC_ATTRIBUTE);
		uint32_t flags = (uint32_t)row_be(r, ATTR_FLAGS, &list, 1),
			 type = (uint32_t)row_be(r, ATTR_TYPE, &list, 1),
			 n = (uint32_t)row_be(r, ATTR_LENGTH, &list, flags & EXTENDED_LENGTH ? 2 : 1);
		if (n > cur_left(&list) && n - cur_left(&list) > cur_left(c))
			cur_need(c, UINT32_MAX); /* beyond the message, not only beyond the attributes */
		struct cursor v = cur_sub(&list, n);
		value(pkt, r, type, &v);
	}
	prefixes(pkt, c, PREFIX_NLRI, false);
}
