/* What the layers of the Common Industrial Protocol share. */
#ifndef PCAPDEX_DISSECTORS_CIP_H
#define PCAPDEX_DISSECTORS_CIP_H

#include "indexer/packet.h"

extern const struct protocol proto_enip, proto_cip, proto_cipcls, proto_cipcm, proto_cipmb, proto_cipcco,
	proto_cippccc;

enum { CIP_RESPONSE = 0x80, CIP_UNCONNECTED_SEND = 0x52 };

struct enip_flow {
	uint64_t key; /* of the message being dissected: what a response repeats of its request */
};

/* Have all classes this service? */
bool cip_is_common(uint32_t service);

/* Dissect the message at the cursor, and all messages in it, each into a row of proto_cip: what is not common
 * to all classes is handed on to the class. `embedded`: it stands inside another message. */
void cip_message(struct packet *pkt, struct cursor *c, bool embedded);

#endif
