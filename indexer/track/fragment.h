/* IP reassembly (RFC 791, RFC 8200 section 4.5), with Wireshark's outcome: the frame that fills the last
 * hole, whatever its position, gets the whole datagram.
 *
 * A datagram is known by its two addresses and the key of struct fragment. Fragments are kept until they
 * cover everything up to the end of the last one; from then on the key is free for another datagram, as
 * senders use identifications again. Where fragments overlap, the octets of the one that begins first count,
 * and of two that begin together those of the first to come. */
#ifndef PCAPDEX_TRACK_FRAGMENT_H
#define PCAPDEX_TRACK_FRAGMENT_H

#include "indexer/packet.h"

struct fragments;

/* What is wrong with a fragment of a datagram. */
enum fragment_fault {
	FRAGMENT_OVERLAP = 1,  /* brings octets that an earlier one brought */
	FRAGMENT_CONFLICT = 2, /* and they differ */
	FRAGMENT_TAILS = 4,    /* a last fragment that ends elsewhere than the first such one */
	FRAGMENT_TOO_LONG = 8  /* goes beyond the end */
};

struct reassembled {
	const uint8_t *data; /* the datagram's payload; lives until the next frame is dissected */
	uint32_t len;
	uint32_t count; /* fragments that made it; in the order of their offsets: */
	const struct fragment_part {
		uint32_t frame;
		uint16_t layer;       /* which occurrence of the IP layer in that frame */
		uint8_t faults;       /* enum fragment_fault */
		uint32_t offset, len; /* of its octets in `data` */
		uint64_t at;          /* where they stand in the capture file, see struct piece */
	} * parts;
};

struct fragments *fragments_new(void);
void fragments_free(struct fragments *all);

/* Take a fragment, at least one octet of it. True when it completes its datagram: *out then says what came of
 * it. Memory is bounded: pkt->dropped[CAP_FRAGMENTS] counts each datagram given up for that, the oldest
 * first. */
bool fragments_add(
	struct fragments *all, struct packet *pkt, const struct fragment *f, struct reassembled *out);

/* Where octets of a datagram that was completed in this frame stand in the capture file: what `refer` of
 * struct packet wants. */
size_t fragments_refer(
	const struct fragments *all, const uint8_t *octets, uint32_t n, char *out, size_t size);

#endif
