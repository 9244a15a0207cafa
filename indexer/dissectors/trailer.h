/* What stands behind the payload of an Ethernet-like layer: padding, a trailer, the frame check sequence. */
#ifndef PCAPDEX_DISSECTORS_TRAILER_H
#define PCAPDEX_DISSECTORS_TRAILER_H

#include "indexer/packet.h"

struct trailer_fields {
	uint16_t padding, trailer; /* KIND_BYTES fields of the layer's row */
	uint16_t fcs;              /* 32 bits; UINT16_MAX: the layer has none */
};

/* Divide the octets of layer `l` that its payload `child` (which began at l->mark) left over, and put them
 * into the layer's row. Gives how many octets that were. */
uint32_t trailer_fill(
	struct packet *pkt, struct layer *l, const struct layer *child, const struct trailer_fields *f);

#endif
