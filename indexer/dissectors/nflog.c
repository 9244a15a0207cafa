/* Netfilter log of Linux (LINKTYPE_NFLOG, 239): a list of attributes in the byte order of the host, one of
 * which is the packet.
 *
 *      0   1   2       4       6       8
 *     +---+---+-------+-------+-------+-------------- - -
 *     |fam|ver|resource|length | type  | value, padded to 4 octets       next attribute ...
 *     +---+---+-------+-------+-------+-------------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_nflog, proto_data;

enum { NFLOG_FAMILY, NFLOG_VERSION, NFLOG_RES_ID, NFLOG_PREFIX, NFLOG_NFIELDS };

static const struct value_name family_names[] = { { 2, "IPv4" }, { 3, "ARP" }, { 7, "BRIDGE" },
	{ 10, "IPv6" }, { 0, NULL } };

static const struct field nflog_fields[NFLOG_NFIELDS] = {
	[NFLOG_FAMILY] = { "nflog.family", "Family", KIND_UINT, .octets = 1, .names = family_names },
	[NFLOG_VERSION] = { "nflog.version", "Version", KIND_UINT, .octets = 1 },
	[NFLOG_RES_ID] = { "nflog.res_id", "Resource id", KIND_UINT, .octets = 2 },
	[NFLOG_PREFIX] = { "nflog.prefix", "Prefix", KIND_TEXT },
};

static const struct record nflog_records[] = { { "nflog", RECORD_LAYER, NFLOG_NFIELDS, nflog_fields, NULL } };

enum { ATTRIBUTE_PAYLOAD = 9, ATTRIBUTE_PREFIX = 10 };
#define ATTRIBUTE_HEADER 4

static void nflog_payload(struct packet *pkt, uint32_t family, struct cursor payload)
{
	if (family == 2)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x0800, payload);
	else if (family == 10)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x86dd, payload);
	else
		pkt_next_proto(pkt, &proto_data, payload);
}

static enum verdict nflog_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_nflog, 0);
	uint32_t family = (uint32_t)row_be(r, NFLOG_FAMILY, c, 1);
	row_be(r, NFLOG_VERSION, c, 1);
	row_be(r, NFLOG_RES_ID, c, 2);
	while (cur_left(c)) {
		if (!cur_need(c, ATTRIBUTE_HEADER))
			break;
		/* Written by the capturing host: the smaller reading is the length of an attribute. */
		const uint8_t *p = cur_take(c, ATTRIBUTE_HEADER);
		bool little = le16(p) <= be16(p);
		uint32_t len = little ? le16(p) : be16(p),
			 type = (little ? le16(p + 2) : be16(p + 2)) & 0x7fff;
		if (len < ATTRIBUTE_HEADER)
			break;
		struct cursor value = cur_sub(c, len - ATTRIBUTE_HEADER);
		if (type == ATTRIBUTE_PREFIX)
			row_string(r, NFLOG_PREFIX, &value, value.len);
		else if (type == ATTRIBUTE_PAYLOAD)
			nflog_payload(pkt, family, value);
		cur_skip(c, -len & 3);
	}
	return MINE;
}

static const struct claim nflog_claims[] = { { CLAIM_LINKTYPE, 239 }, { 0 } };

const struct protocol proto_nflog = {
	.name = "nflog",
	.title = "Linux Netfilter NFLOG",
	.column = "NFLOG",
	.spec = "LINKTYPE_NFLOG",
	.help = "Packets that a rule of the Linux firewall logged.",
	.id = PROTO_ID_nflog,
	.records = nflog_records,
	.nrecords = 1,
	.claims = nflog_claims,
	.dissect = nflog_dissect,
	.no_item = true, /* Wireshark has one only where its fields are asked for */
};
