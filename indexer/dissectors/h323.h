/* What the protocols of H.323 share: messages in TPKT packets (RFC 1006, section 6) over TCP,
 *
 *      0       1       2           4
 *     +-------+-------+-----------+------- - -
 *     |version|   0   |  length   | message; the length counts from the version on
 *     +-------+-------+-----------+------- - -
 */
#ifndef PCAPDEX_DISSECTORS_H323_H
#define PCAPDEX_DISSECTORS_H323_H

#include "indexer/packet.h"

#define TPKT_HEADER 4

extern const struct protocol proto_q931, proto_h225, proto_h245;
extern const struct protocol proto_h225_call; /* h225 in a Q.931 message */
extern const struct protocol proto_h245_tpkt; /* h245 in a stream */

bool is_tpkt(const struct cursor *c);
uint32_t tpkt_length(struct packet *pkt, const struct cursor *c);

/* The item of the TPKT header at the cursor, which moves behind it. */
void tpkt_header(struct packet *pkt, struct cursor *c);

#endif
