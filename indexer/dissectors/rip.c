/* Routing Information Protocol, versions 1 (RFC 1058) and 2 (RFC 2453).
 *
 *      0       1       2       4
 *     +-------+-------+-------+---- - -
 *     |command|version|domain | entries of 20 octets
 *     +-------+-------+-------+---- - -
 *     entry: family (2), route tag (2), address (4), mask (4), next hop (4), metric (4)
 *     family ffff: authentication type (2) and 16 octets of it (RFC 2453, section 4.1; RFC 4822)
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_rip;

enum { RIP_COMMAND, RIP_VERSION, RIP_NFIELDS };
static const struct value_name command_names[] = { { 1, "Request" }, { 2, "Response" }, { 3, "Traceon" },
	{ 4, "Traceoff" }, { 5, "Vendor specific (Sun)" }, { 0, NULL } };
static const struct value_name version_names[] = { { 1, "RIPv1" }, { 2, "RIPv2" }, { 0, NULL } };
static const struct field rip_fields[RIP_NFIELDS] = {
	[RIP_COMMAND] = { "rip.command", "Command", KIND_UINT, .octets = 1, .names = command_names },
	[RIP_VERSION] = { "rip.version", "Version", KIND_UINT, .octets = 1, .names = version_names },
};

enum {
	ENTRY_FAMILY,
	ENTRY_TAG,
	ENTRY_IP,
	ENTRY_MASK,
	ENTRY_NEXT_HOP,
	ENTRY_METRIC,
	ENTRY_AUTH_TYPE,
	ENTRY_PASSWORD,
	ENTRY_DIGEST_OFFSET,
	ENTRY_KEY_ID,
	ENTRY_AUTH_LEN,
	ENTRY_SEQ,
	ENTRY_AUTH_DATA,
	ENTRY_NFIELDS
};
static const struct value_name family_names[] = { { 0, "Unspecified" }, { 2, "IP" }, { 0, NULL } };
static const struct value_name auth_names[] = { { 1, "IP Route" }, { 2, "Simple Password" },
	{ 3, "Keyed Message Digest" }, { 0, NULL } };
static const struct field entry_fields[ENTRY_NFIELDS] = {
	[ENTRY_FAMILY] = { "rip.family", "Address Family", KIND_UINT, .octets = 2, .names = family_names },
	[ENTRY_TAG] = { "rip.route_tag", "Route Tag", KIND_UINT, .octets = 2 },
	[ENTRY_IP] = { "rip.ip", "IP Address", KIND_IPV4 },
	[ENTRY_MASK] = { "rip.netmask", "Netmask", KIND_IPV4 },
	[ENTRY_NEXT_HOP] = { "rip.next_hop", "Next Hop", KIND_IPV4 },
	[ENTRY_METRIC] = { "rip.metric", "Metric", KIND_UINT, .octets = 2 },
	[ENTRY_AUTH_TYPE] = { "rip.auth.type", "Authentication type", KIND_UINT, .octets = 2,
		.names = auth_names },
	[ENTRY_PASSWORD] = { "rip.auth.passwd", "Password", KIND_TEXT },
	[ENTRY_DIGEST_OFFSET] = { "rip.digest_offset", "Digest Offset", KIND_UINT, .octets = 2 },
	[ENTRY_KEY_ID] = { "rip.key_id", "Key ID", KIND_UINT, .octets = 1 },
	[ENTRY_AUTH_LEN] = { "rip.auth_data_len", "Auth Data Len", KIND_UINT, .octets = 1 },
	[ENTRY_SEQ] = { "rip.seq_num", "Seq num", KIND_UINT, .octets = 4 },
	[ENTRY_AUTH_DATA] = { "rip.authentication_data", "Authentication Data", KIND_BYTES },
};

enum { REC_RIP, REC_ENTRY, REC_COUNT };
static const struct record rip_records[REC_COUNT] = {
	[REC_RIP] = { "rip", RECORD_LAYER, RIP_NFIELDS, rip_fields, NULL },
	[REC_ENTRY] = { "rip_entry", RECORD_CHILD, ENTRY_NFIELDS, entry_fields, NULL },
};

#define ENTRY_LEN 20
enum { FAMILY_NONE = 0, FAMILY_IP = 2, FAMILY_AUTH = 0xffff };
enum { AUTH_PASSWORD = 2, AUTH_DIGEST = 3 };

static void metric(struct row *r, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 4);
	if (p)
		row_set_at(r, ENTRY_METRIC, be32(p) & 0xffff, p, 4);
}

/* A request for the whole table has family 0 and nothing but a metric (RFC 2453, section 3.9.1). */
static void route(struct row *r, struct cursor *c, unsigned version)
{
	bool whole_table = row_be(r, ENTRY_FAMILY, c, 2) == FAMILY_NONE;
	if (version == 2 && !whole_table)
		row_be(r, ENTRY_TAG, c, 2);
	else
		cur_skip(c, 2);
	if (!whole_table)
		row_address(r, ENTRY_IP, c, KIND_IPV4);
	else
		cur_skip(c, 4);
	if (version == 2 && !whole_table) {
		row_address(r, ENTRY_MASK, c, KIND_IPV4);
		row_address(r, ENTRY_NEXT_HOP, c, KIND_IPV4);
	} else {
		cur_skip(c, 8);
	}
	metric(r, c);
}

/* The digest itself stands behind the last route; Wireshark shows it here. */
static void authentication(struct row *r, struct cursor *c, const struct cursor *message)
{
	cur_skip(c, 2);
	unsigned type = (unsigned)row_be(r, ENTRY_AUTH_TYPE, c, 2);
	if (type == AUTH_PASSWORD) {
		row_ascii(r, ENTRY_PASSWORD, c, 16);
	} else if (type == AUTH_DIGEST) {
		uint32_t at = (uint32_t)row_be(r, ENTRY_DIGEST_OFFSET, c, 2);
		row_be(r, ENTRY_KEY_ID, c, 1);
		uint32_t len = (uint32_t)row_be(r, ENTRY_AUTH_LEN, c, 1);
		row_be(r, ENTRY_SEQ, c, 4);
		struct cursor data = *message;
		data.pos = at + 4;
		if (len > 4 && len <= ENTRY_LEN && at > ENTRY_LEN)
			row_bytes(r, ENTRY_AUTH_DATA, &data, len - 4);
	}
}

static enum verdict rip_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_rip, REC_RIP);
	uint32_t digest = 0;
	if (!cur_need(c, 2))
		return MINE;
	uint32_t command = (uint32_t)row_be(r, RIP_COMMAND, c, 1);
	if (pkt->info)
		info_set(pkt, "%s", info_name(command_names, command, "Unknown"));
	unsigned version = (unsigned)row_be(r, RIP_VERSION, c, 1);
	if (!pkt->in_error && (version == 1 || version == 2))
		pkt->column = version == 1 ? "RIPv1" : "RIPv2";
	cur_skip(c, 2);
	while (cur_left(c) && !pkt->fail) {
		uint64_t family, type;
		uint32_t at = c->pos;
		if (!cur_need(c, 2) || !cur_peek(c, 0, 2, &family))
			break;
		if (digest && at >= digest)
			break;
		if (family <= FAMILY_IP && !cur_need(c, ENTRY_LEN))
			break; /* one that is not whole is not shown */
		struct cursor entry = *c;
		if (family == FAMILY_AUTH && cur_peek(c, 2, 2, &type)) {
			authentication(row_open(pkt, &proto_rip, REC_ENTRY), &entry, c);
			if (type == AUTH_DIGEST && cur_peek(c, 4, 2, &type))
				digest = (uint32_t)type;
		} else if (family == FAMILY_IP || family == FAMILY_NONE) {
			route(row_open(pkt, &proto_rip, REC_ENTRY), &entry, version);
		}
		c->pos = at + ENTRY_LEN;
	}
	return MINE;
}

static const struct claim rip_claims[] = { { CLAIM_UDP_PORT, 520 }, { 0 } };

const struct protocol proto_rip = {
	.name = "rip",
	.title = "Routing Information Protocol",
	.column = "RIP",
	.spec = "RFC 2453",
	.help = "Tells neighbours which networks a router reaches, and how far they are.",
	.id = PROTO_ID_rip,
	.records = rip_records,
	.nrecords = REC_COUNT,
	.claims = rip_claims,
	.dissect = rip_dissect,
	.item_min = 2,
};
