/* Session descriptions, for the protocols that carry them. */
#ifndef PCAPDEX_DISSECTORS_SDP_H
#define PCAPDEX_DISSECTORS_SDP_H

#include "indexer/packet.h"

/* Read the description at the cursor and await the media that it announces, as from frame `since` on (0: this
 * one). Fails nothing. */
void sdp_announce(struct packet *pkt, struct cursor c, uint32_t since);

extern const struct protocol proto_sdp; /* announces what it says */
extern const struct protocol
	proto_sdp_quiet; /* the same protocol, where who carries it has done that or will not */

#endif
