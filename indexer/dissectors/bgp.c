/* Border Gateway Protocol, version 4 (RFC 4271); what an UPDATE says is in bgp_update.c.
 *
 *      0                    16       18   19
 *     +--------------------+--------+----+------------ - -
 *     | marker, all ones   | length |type| message
 *     +--------------------+--------+----+------------ - -
 */
#include "indexer/dissectors/bgp.h"

#include "indexer/dissectors/ids.h"

static const struct value_name type_names[] = { { 1, "OPEN Message" }, { 2, "UPDATE Message" },
	{ 3, "NOTIFICATION Message" }, { 4, "KEEPALIVE Message" }, { 5, "ROUTE-REFRESH Message" },
	{ 6, "Capability Message" }, { 128, "Cisco ROUTE-REFRESH Message" }, { 0, NULL } };
static const struct value_name major_names[] = { { 1, "Message Header Error" }, { 2, "OPEN Message Error" },
	{ 3, "UPDATE Message Error" }, { 4, "Hold Timer Expired" }, { 5, "Finite State Machine Error" },
	{ 6, "Cease" }, { 7, "ROUTE-REFRESH Message Error" }, { 0, NULL } };

static const struct field bgp_fields[BGP_NFIELDS] = {
	[BGP_LENGTH] = { "bgp.length", "Length", KIND_UINT, .octets = 2 },
	[BGP_TYPE] = { "bgp.type", "Type", KIND_UINT, .octets = 1, .names = type_names },
	[OPEN_VERSION] = { "bgp.open.version", "Version", KIND_UINT, .octets = 1, .part = 1 },
	[OPEN_AS] = { "bgp.open.myas", "My AS", KIND_UINT, .octets = 2, .part = 1 },
	[OPEN_HOLD] = { "bgp.open.holdtime", "Hold Time", KIND_UINT, .octets = 2, .part = 1 },
	[OPEN_ID] = { "bgp.open.identifier", "BGP Identifier", KIND_IPV4, .part = 1 },
	[OPEN_OPT_LEN] = { "bgp.open.opt.len", "Optional Parameters Length", KIND_UINT, .octets = 1,
		.part = 1 },
	[NOTIFY_MAJOR] = { "bgp.notify.major_error", "Major error Code", KIND_UINT, .octets = 1, .part = 2,
		.names = major_names },
	[NOTIFY_MINOR] = { "bgp.notify.minor_error", "Minor error Code (Message Header)", KIND_UINT,
		.octets = 1, .part = 2 },
	[NOTIFY_OPEN] = { "bgp.notify.minor_error_open", "Minor error Code (Open Message)", KIND_UINT,
		.octets = 1, .part = 2 },
	[NOTIFY_UPDATE] = { "bgp.notify.minor_error_update", "Minor error Code (Update Message)", KIND_UINT,
		.octets = 1, .part = 2 },
	[NOTIFY_EXPIRED] = { "bgp.notify.minor_error_expired", "Minor error Code (Hold Timer Expired)",
		KIND_UINT, .octets = 1, .part = 2 },
	[NOTIFY_STATE] = { "bgp.notify.minor_error_state", "Minor error Code (State Machine)", KIND_UINT,
		.octets = 1, .part = 2 },
	[NOTIFY_CEASE] = { "bgp.notify.minor_error_cease", "Minor error Code (Cease)", KIND_UINT, .octets = 1,
		.part = 2 },
	[REFRESH_AFI] = { "bgp.route_refresh.afi", "Address family identifier (AFI)", KIND_UINT, .octets = 2,
		.part = 3 },
	[REFRESH_SUBTYPE] = { "bgp.route_refresh.subtype", "Subtype", KIND_UINT, .octets = 1, .part = 3 },
	[REFRESH_SAFI] = { "bgp.route_refresh.safi", "Subsequent address family identifier (SAFI)", KIND_UINT,
		.octets = 1, .part = 3 },
};

static const char *const bgp_parts[] = { "open", "notify", "refresh", NULL };

static const struct value_name capability_names[] = { { 1, "Multiprotocol extensions capability" },
	{ 2, "Route refresh capability" }, { 3, "Cooperative route filtering capability" },
	{ 5, "Extended Next Hop Encoding" }, { 6, "BGP-Extended Message" }, { 9, "BGP Role" },
	{ 64, "Graceful Restart capability" }, { 65, "Support for 4-octet AS number capability" },
	{ 69, "Support for Additional Paths" }, { 70, "Enhanced route refresh capability" },
	{ 71, "Long-Lived Graceful Restart (LLGR) Capability" }, { 73, "FQDN Capability" },
	{ 128, "Route refresh capability (Cisco)" }, { 0, NULL } };

static const struct field parameter_fields[PARAM_NFIELDS] = {
	[PARAM_TYPE] = { "bgp.open.opt.param.type", "Parameter Type", KIND_UINT, .octets = 1 },
	[PARAM_LEN] = { "bgp.open.opt.param.len", "Parameter Length", KIND_UINT, .octets = 1 },
};

static const struct field capability_fields[CAP_NFIELDS] = {
	[CAP_TYPE] = { "bgp.cap.type", "Type", KIND_UINT, .octets = 1, .names = capability_names },
	[CAP_LENGTH] = { "bgp.cap.length", "Length", KIND_UINT, .octets = 1 },
	[CAP_AFI] = { "bgp.cap.mp.afi", "AFI", KIND_UINT, .octets = 2 },
	[CAP_SAFI] = { "bgp.cap.mp.safi", "SAFI", KIND_UINT, .octets = 1 },
	[CAP_AS] = { "bgp.cap.4as", "AS Number", KIND_UINT, .octets = 4 },
};

static const struct record bgp_records[REC_COUNT] = {
	[REC_BGP] = { "bgp", RECORD_LAYER, BGP_NFIELDS, bgp_fields, bgp_parts },
	[REC_PARAMETER] = { "bgp_parameter", RECORD_CHILD, PARAM_NFIELDS, parameter_fields, NULL },
	[REC_CAPABILITY] = { "bgp_capability", RECORD_CHILD, CAP_NFIELDS, capability_fields, NULL },
	[REC_UPDATE] = { "bgp_update", RECORD_CHILD, UPDATE_NFIELDS, bgp_update_fields, NULL },
	[REC_ATTRIBUTE] = { "bgp_path_attribute", RECORD_CHILD, ATTR_NFIELDS, bgp_attribute_fields, NULL },
	[REC_SEGMENT] = { "bgp_as_path_segment", RECORD_CHILD, SEG_NFIELDS, bgp_segment_fields, NULL },
	[REC_COMMUNITY] = { "bgp_community", RECORD_CHILD, COM_NFIELDS, bgp_community_fields, NULL },
	[REC_PREFIX] = { "bgp_prefix", RECORD_CHILD, PREFIX_NFIELDS, bgp_prefix_fields, NULL },
};

#define MARKER_LENGTH 16
#define BGP_HEADER    19
#define CAPABILITIES  2 /* optional parameter, RFC 5492 */

enum { OPEN = 1, UPDATE = 2, NOTIFICATION = 3, ROUTE_REFRESH = 5, ROUTE_REFRESH_CISCO = 128 };
enum { CAPABILITY_MULTIPROTOCOL = 1, CAPABILITY_AS4 = 65 };

static void capabilities(struct packet *pkt, struct cursor *c)
{
	while (cur_left(c)) {
		struct row *r = row_open(pkt, &proto_bgp, REC_CAPABILITY);
		uint32_t type = (uint32_t)row_be(r, CAP_TYPE, c, 1),
			 len = (uint32_t)row_be(r, CAP_LENGTH, c, 1);
		struct cursor value = cur_sub(c, len);
		if (type == CAPABILITY_MULTIPROTOCOL && len == 4) {
			row_be(r, CAP_AFI, &value, 2);
			cur_take(&value, 1);
			row_be(r, CAP_SAFI, &value, 1);
		} else if (type == CAPABILITY_AS4 && len == 4) {
			row_be(r, CAP_AS, &value, 4);
		}
	}
}

static void open(struct packet *pkt, struct row *r, struct cursor *c)
{
	row_be(r, OPEN_VERSION, c, 1);
	row_be(r, OPEN_AS, c, 2);
	row_be(r, OPEN_HOLD, c, 2);
	row_address(r, OPEN_ID, c, KIND_IPV4);
	struct cursor list = cur_sub(c, (uint32_t)row_be(r, OPEN_OPT_LEN, c, 1));
	while (cur_left(&list)) {
		struct row *p = row_open(pkt, &proto_bgp, REC_PARAMETER);
		uint32_t type = (uint32_t)row_be(p, PARAM_TYPE, &list, 1);
		struct cursor value = cur_sub(&list, (uint32_t)row_be(p, PARAM_LEN, &list, 1));
		if (type == CAPABILITIES)
			capabilities(pkt, &value);
	}
}

static void notification(struct row *r, struct cursor *c)
{
	uint32_t major = (uint32_t)row_be(r, NOTIFY_MAJOR, c, 1);
	if (major >= 1 && major <= 6)
		row_be(r, NOTIFY_MINOR + major - 1, c, 1);
}

static void route_refresh(struct row *r, struct cursor *c)
{
	row_be(r, REFRESH_AFI, c, 2);
	row_be(r, REFRESH_SUBTYPE, c, 1);
	row_be(r, REFRESH_SAFI, c, 1);
}

/* Octets up to the first marker, or up to what may become one at the end. */
static uint32_t to_marker(const struct cursor *c)
{
	uint32_t ones = 0, pos;
	for (pos = c->pos; pos < c->cap && ones < MARKER_LENGTH; pos++)
		ones = c->data[pos] == 0xff ? ones + 1 : 0;
	return pos - ones - c->pos;
}

/* Does a message stand in front of this one in the same octets? Then the marker is not looked for. */
static bool follows(const struct packet *pkt)
{
	const struct layer *l = &pkt->layers[pkt->current];
	return pkt->current > 0 && l[-1].proto == &proto_bgp && l[-1].parent == l->parent;
}

static enum verdict bgp_dissect(struct packet *pkt, struct cursor *c)
{
	uint32_t at = follows(pkt) ? 0 : to_marker(c);
	cur_skip(c, at);
	uint32_t left = cur_left(c);
	if (!left)
		return MINE;
	/* Wireshark asks for a segment, never for a number of octets: what comes with it is looked at as
	 * well. */
	if (pkt_may_want(pkt) && (left < BGP_HEADER || left < be16(c->data + at + MARKER_LENGTH))) {
		pkt_want(pkt, at, WANT_SEGMENT);
		return MINE;
	}
	if (!cur_need(c, BGP_HEADER)) {
		pkt_no_item(pkt);
		return MINE;
	}
	uint32_t len = be16(c->data + at + MARKER_LENGTH), avail = cur_avail(c);
	if (len < BGP_HEADER) {
		pkt_no_item(pkt);
		pkt->fail = CUR_BAD;
		return MINE;
	}
	if (!cur_need(c, len)) { /* nothing is shown of a message that is not all there */
		pkt_no_item(pkt);
		return MINE;
	}
	struct cursor m = { c->data + at, MARKER_LENGTH, avail < len ? avail : len, len, c->fail };
	struct row *r = row_open(pkt, &proto_bgp, REC_BGP);
	pkt_item_len(pkt, len);
	cur_skip(c, len);
	if (c->pos < c->cap)
		pkt_again(pkt, cur_rest(c));
	row_be(r, BGP_LENGTH, &m, 2);
	uint64_t type = row_be(r, BGP_TYPE, &m, 1);
	if (pkt->info) {
		if (!pkt->layers[pkt->current].again)
			info_clear(pkt);
		info_sep(pkt, ", ", "%s", info_name(type_names, (int64_t)type, "Unknown Message"));
	}
	switch (type) {
	case OPEN:
		open(pkt, r, &m);
		break;
	case UPDATE:
		bgp_update(pkt, &m);
		break;
	case NOTIFICATION:
		notification(r, &m);
		break;
	case ROUTE_REFRESH:
	case ROUTE_REFRESH_CISCO:
		route_refresh(r, &m);
		break;
	default:
		break;
	}
	return MINE;
}

static const struct claim bgp_claims[] = { { CLAIM_TCP_PORT, 179 }, { 0 } };

const struct protocol proto_bgp = {
	.name = "bgp",
	.title = "Border Gateway Protocol",
	.column = "BGP",
	.spec = "RFC 4271",
	.help = "By it the networks of the Internet tell each other which addresses they lead to.",
	.id = PROTO_ID_bgp,
	.records = bgp_records,
	.nrecords = REC_COUNT,
	.claims = bgp_claims,
	.dissect = bgp_dissect,
};
