/* What NetBIOS carries (sessions, datagrams, frames): told by its first octets. */
#ifndef PCAPDEX_DISSECTORS_NETBIOS_PAYLOAD_H
#define PCAPDEX_DISSECTORS_NETBIOS_PAYLOAD_H

#include "indexer/packet.h"

void netbios_payload(struct packet *pkt, struct cursor payload);

#endif
