/* IP reassembly (RFC 791, RFC 8200 section 4.5), with Wireshark's outcome: the frame that fills the last hole, whatever
 * its position, gets the whole datagram. */
#ifndef PCAPDEX_TRACK_FRAGMENT_H
#define PCAPDEX_TRACK_FRAGMENT_H

#include "indexer/packet.h"

struct fragments;

struct reassembled {
	const uint8_t *data;      /* the datagram's payload; lives until the capture's end */
	uint32_t len;
	uint32_t count;           /* fragments that made it */
	const uint32_t *frames;   /* their frame numbers, ascending offsets */
	const uint16_t *layers;   /* which occurrence of the IP layer in that frame */
	bool overlap, conflict, tails, too_long;
};

struct fragments *fragments_new(void);
void fragments_free(struct fragments *all);

/* Take a fragment. True when it completes its datagram: *out then says what came of it. When a datagram is already
 * complete and a further copy of a fragment comes, false, and *done_in gets the frame that completed it (0: not complete).
 * Memory is bounded: pkt->dropped[CAP_FRAGMENTS] counts each datagram given up for that. */
bool fragments_add(struct fragments *all, struct packet *pkt, const struct fragment *f, struct reassembled *out,
	uint32_t *done_in);

#endif
