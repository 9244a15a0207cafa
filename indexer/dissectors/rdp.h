/* What TPKT and COTP ask of Remote Desktop (MS-RDPBCGR). */
#ifndef PCAPDEX_DISSECTORS_RDP_H
#define PCAPDEX_DISSECTORS_RDP_H

#include "indexer/packet.h"

extern const struct protocol proto_rdp;

struct rdp_flow {
	bool begun; /* negotiated: the stream may hold units of the fast path */
};

/* Do the user's data of a connection request or confirm begin a remote desktop (section 2.2.1.1)? */
bool rdp_is_negotiation(const struct cursor *c);

#endif
