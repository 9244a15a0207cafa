/* Multicast DNS (RFC 6762): DNS messages among the hosts of one link. */
#include "indexer/dissectors/dns.h"
#include "indexer/dissectors/ids.h"

static enum verdict mdns_dissect(struct packet *pkt, struct cursor *c)
{
	return dns_message_dissect(pkt, c, 0, DNS_MULTICAST);
}

extern const struct protocol proto_mdns;
static const struct claim mdns_claims[] = { { CLAIM_UDP_PORT, 5353 }, { 0 } };

const struct protocol proto_mdns = {
	.name = "mdns",
	.title = "Multicast Domain Name System",
	.heading = "Multicast Domain Name System ({dns.flags.response?response}{dns.flags.response!query})",
	.layout = dns_layout,
	.column = "MDNS",
	.spec = "RFC 6762",
	.help = "Finds names and services on the local link without a server.",
	.id = PROTO_ID_mdns,
	.claims = mdns_claims,
	.dissect = mdns_dissect,
};
