/* RIPng for IPv6 (RFC 2080).
 *
 *      0       1       2       4
 *     +-------+-------+-------+---- - -
 *     |command|version|  0    | entries: prefix (16), route tag (2), prefix length (1), metric (1)
 *     +-------+-------+-------+---- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_ripng;

enum { RIPNG_COMMAND, RIPNG_VERSION, RIPNG_RESERVED, RIPNG_NFIELDS };
static const struct value_name command_names[] = { { 1, "Request" }, { 2, "Response" }, { 0, NULL } };
static const struct field ripng_fields[RIPNG_NFIELDS] = {
	[RIPNG_COMMAND] = { "ripng.cmd", "Command", KIND_UINT, .octets = 1, .names = command_names },
	[RIPNG_VERSION] = { "ripng.version", "Version", KIND_UINT, .octets = 1 },
	[RIPNG_RESERVED] = { "ripng.reserved", "Reserved", KIND_BYTES },
};

enum { ENTRY_PREFIX, ENTRY_TAG, ENTRY_LENGTH, ENTRY_METRIC, ENTRY_NFIELDS };
static const struct field entry_fields[ENTRY_NFIELDS] = {
	[ENTRY_PREFIX] = { "ripng.rte.ipv6_prefix", "IPv6 Prefix", KIND_IPV6 },
	[ENTRY_TAG] = { "ripng.rte.route_tag", "Route Tag", KIND_UINT, BASE_HEX, 2 },
	[ENTRY_LENGTH] = { "ripng.rte.prefix_length", "Prefix Length", KIND_UINT, .octets = 1 },
	[ENTRY_METRIC] = { "ripng.rte.metric", "Metric", KIND_UINT, .octets = 1 },
};

enum { REC_RIPNG, REC_ENTRY, REC_COUNT };
static const struct record ripng_records[REC_COUNT] = {
	[REC_RIPNG] = { "ripng", RECORD_LAYER, RIPNG_NFIELDS, ripng_fields, NULL },
	[REC_ENTRY] = { "ripng_entry", RECORD_CHILD, ENTRY_NFIELDS, entry_fields, NULL },
};

static enum verdict ripng_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ripng, REC_RIPNG);
	if (!cur_need(c, 2))
		return MINE;
	uint32_t command = (uint32_t)row_be(r, RIPNG_COMMAND, c, 1),
		 version = (uint32_t)row_be(r, RIPNG_VERSION, c, 1);
	if (command == 1 || command == 2)
		info_set(pkt, " Command %s, Version %u", command == 1 ? "Request" : "Response", version);
	else
		info_set(pkt, " Command Unknown (%u), Version %u", command, version);
	info_end(pkt);
	row_bytes(r, RIPNG_RESERVED, c, 2);
	while (cur_left(c)) {
		struct row *e = row_open(pkt, &proto_ripng, REC_ENTRY);
		row_address(e, ENTRY_PREFIX, c, KIND_IPV6);
		row_be(e, ENTRY_TAG, c, 2);
		row_be(e, ENTRY_LENGTH, c, 1);
		row_be(e, ENTRY_METRIC, c, 1);
	}
	return MINE;
}

static const struct claim ripng_claims[] = { { CLAIM_UDP_PORT, 521 }, { 0 } };

const struct protocol proto_ripng = {
	.name = "ripng",
	.title = "RIPng",
	.column = "RIPng",
	.spec = "RFC 2080",
	.help = "Tells neighbours which IPv6 networks a router reaches, and how far they are.",
	.id = PROTO_ID_ripng,
	.records = ripng_records,
	.nrecords = REC_COUNT,
	.claims = ripng_claims,
	.dissect = ripng_dissect,
};
