/* DCE/RPC as others carry it. */
#ifndef PCAPDEX_DISSECTORS_DCERPC_H
#define PCAPDEX_DISSECTORS_DCERPC_H

#include "indexer/packet.h"

extern const struct protocol proto_dcerpc, proto_dcerpc_pipe;

/* What is written to or read from a named pipe: DCE/RPC, or data. `salt` tells the pipe from others of the
 * same conversation. */
void dcerpc_pipe(struct packet *pkt, struct cursor data, uint64_t salt);

#endif
