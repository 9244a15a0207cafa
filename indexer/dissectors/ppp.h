/* PPP: the header that all its control protocols share. */
#ifndef PCAPDEX_DISSECTORS_PPP_H
#define PCAPDEX_DISSECTORS_PPP_H

#include "indexer/packet.h"

enum { PPP_REC_LAYER, PPP_REC_CONTROL, PPP_REC_COUNT };

/* Code, identifier, length; what the length leaves is the body. Gives the code. */
uint32_t ppp_control_header(struct packet *pkt, struct cursor *c, struct cursor *body);

#endif
