/* What those who announce media (SDP, Skinny, H.245, MGCP) tell RTP about them. */
#ifndef PCAPDEX_DISSECTORS_RTP_H
#define PCAPDEX_DISSECTORS_RTP_H

#include "indexer/packet.h"

#define RTP_TYPES_MAX 24 /* dynamic payload types of one announcement; more are not known */

/* State of a conversation that was announced, see pkt_expect() and pkt_announced(). */
struct rtp_media {
	uint32_t frame; /* that announced it; 0: nobody did */
	bool secure;    /* SRTP: the payload is not looked at */
	uint8_t ntypes;
	struct {
		uint8_t type;  /* payload type, 96 to 127 */
		uint8_t codec; /* index + 1 of rtp_codec(), 0 one that is not dissected */
	} types[RTP_TYPES_MAX];
};

extern const struct protocol proto_rtp, proto_rtcp;

/* Index + 1 of a codec by its name in SDP; 0 unknown. */
uint8_t rtp_codec(const char *name, size_t n);

/* Await media at this address and the port, their reports at the next one. `since`: frame, 0 this one. */
void rtp_expect(
	struct packet *pkt, uint32_t address, uint16_t port, uint32_t since, const struct rtp_media *media);

/* The two ends of this datagram agreed on a profile of SRTP (RFC 5764): media come between them, encrypted.
 */
void rtp_expect_secured(struct packet *pkt);

#endif
