/* EAP messages, for those that carry them without a token of their own. */
#ifndef PCAPDEX_DISSECTORS_EAP_H
#define PCAPDEX_DISSECTORS_EAP_H

#include "indexer/packet.h"

extern const struct protocol proto_eap;

/* Read a message into a row of proto_eap. */
void eap_read(struct packet *pkt, struct cursor *c);

#endif
