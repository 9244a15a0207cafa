/* IPv6 Hop-by-Hop Option (RFC 8200, section 4.3): see ipv6_options.c. */
#include "indexer/dissectors/ip_names.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/ipv6_options.h"

extern const struct protocol proto_ipv6_hopopts;

enum { HOPOPTS_NXT, HOPOPTS_LEN, HOPOPTS_NFIELDS };
static const struct field fields[HOPOPTS_NFIELDS] = {
	[HOPOPTS_NXT] = { "ipv6.hopopts.nxt", "Next Header", KIND_UINT, .octets = 1,
		.names = ip_proto_names },
	[HOPOPTS_LEN] = { "ipv6.hopopts.len", "Length", KIND_UINT, .octets = 1 },
};

enum { REC_HEADER, REC_OPTION, REC_COUNT };
static const struct record records[REC_COUNT] = {
	[REC_HEADER] = { "ipv6_hopopts", RECORD_LAYER, HOPOPTS_NFIELDS, fields, NULL },
	[REC_OPTION] = { "ipv6_hopopts_option", RECORD_CHILD, IPV6_OPTION_NFIELDS, ipv6_option_fields, NULL },
};

static enum verdict dissect(struct packet *pkt, struct cursor *c)
{
	return ipv6_options(pkt, &proto_ipv6_hopopts, REC_OPTION, c);
}

static const struct claim claims[] = { { CLAIM_IP_PROTO, 0 }, { 0 } };

const struct protocol proto_ipv6_hopopts = {
	.name = "ipv6.hopopts",
	.title = "IPv6 Hop-by-Hop Option",
	.spec = "RFC 8200, section 4.3",
	.help = "Options that every router on the way looks at.",
	.id = PROTO_ID_ipv6_hopopts,
	.records = records,
	.nrecords = REC_COUNT,
	.claims = claims,
	.dissect = dissect,
	.layout = ipv6_options_layout,
	.inside = true,
	.no_item = true,
};
