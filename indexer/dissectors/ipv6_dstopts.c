/* Destination Options for IPv6 (RFC 8200, section 4.6): see ipv6_options.c. */
#include "indexer/dissectors/ip_names.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/ipv6_options.h"

extern const struct protocol proto_ipv6_dstopts;

enum { DSTOPTS_NXT, DSTOPTS_LEN, DSTOPTS_NFIELDS };
static const struct field fields[DSTOPTS_NFIELDS] = {
	[DSTOPTS_NXT] = { "ipv6.dstopts.nxt", "Next Header", KIND_UINT, .octets = 1,
		.names = ip_proto_names },
	[DSTOPTS_LEN] = { "ipv6.dstopts.len", "Length", KIND_UINT, .octets = 1 },
};

enum { REC_HEADER, REC_OPTION, REC_COUNT };
static const struct record records[REC_COUNT] = {
	[REC_HEADER] = { "ipv6_dstopts", RECORD_LAYER, DSTOPTS_NFIELDS, fields, NULL },
	[REC_OPTION] = { "ipv6_dstopts_option", RECORD_CHILD, IPV6_OPTION_NFIELDS, ipv6_option_fields, NULL },
};

static enum verdict dissect(struct packet *pkt, struct cursor *c)
{
	return ipv6_options(pkt, &proto_ipv6_dstopts, REC_OPTION, c);
}

static const struct claim claims[] = { { CLAIM_IP_PROTO, 60 }, { 0 } };

const struct protocol proto_ipv6_dstopts = {
	.name = "ipv6.dstopts",
	.title = "Destination Options for IPv6",
	.spec = "RFC 8200, section 4.6",
	.help = "Options that only the destination looks at.",
	.id = PROTO_ID_ipv6_dstopts,
	.records = records,
	.nrecords = REC_COUNT,
	.claims = claims,
	.dissect = dissect,
	.layout = ipv6_options_layout,
	.inside = true,
	.no_item = true,
};
