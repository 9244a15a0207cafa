/* Link-Local Multicast Name Resolution (RFC 4795): DNS messages with other meanings of two flags. */
#include "indexer/dissectors/dns.h"
#include "indexer/dissectors/ids.h"

static enum verdict llmnr_dissect(struct packet *pkt, struct cursor *c)
{
	return dns_message_dissect(pkt, c, 0, DNS_LINK_LOCAL);
}

extern const struct protocol proto_llmnr;
static const struct claim llmnr_claims[] = { { CLAIM_UDP_PORT, 5355 }, { 0 } };

const struct protocol proto_llmnr = {
	.name = "llmnr",
	.title = "Link-local Multicast Name Resolution",
	.heading = "Link-local Multicast Name Resolution "
		   "({dns.flags.response?response}{dns.flags.response!query})",
	.layout = dns_layout,
	.column = "LLMNR",
	.spec = "RFC 4795",
	.help = "Asks the hosts of the local link for the address of a name.",
	.id = PROTO_ID_llmnr,
	.claims = llmnr_claims,
	.dissect = llmnr_dissect,
};
