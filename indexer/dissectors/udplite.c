/* UDP-Lite (RFC 3828): UDP whose checksum may cover only the first octets; udp.c reads it. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/udp.h"

static enum verdict udplite_dissect(struct packet *pkt, struct cursor *c)
{
	return udp_header(pkt, c, true);
}

extern const struct protocol proto_udplite;
static const struct claim udplite_claims[] = { { CLAIM_IP_PROTO, 136 }, { 0 } };

const struct protocol proto_udplite = {
	.name = "udplite",
	.title = "Lightweight User Datagram Protocol",
	.column = "UDP-Lite",
	.spec = "RFC 3828",
	.help = "Sends datagrams whose payload may arrive damaged where that is better than not at all.",
	.id = PROTO_ID_udplite,
	.claims = udplite_claims,
	.dissect = udplite_dissect,
	.item_len = UDP_HEADER,
};
