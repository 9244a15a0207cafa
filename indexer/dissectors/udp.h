/* What udp.c and udplite.c share: the same header but for one word, the same records and streams. */
#ifndef PCAPDEX_DISSECTORS_UDP_H
#define PCAPDEX_DISSECTORS_UDP_H

#include "indexer/packet.h"

#define UDP_HEADER 8

enum verdict udp_header(struct packet *pkt, struct cursor *c, bool lite);

#endif
