/* Fingerprints of frames: what stays the same of a packet wherever and however it is captured. docs/course.md
 * says what they leave out, and why. */
#ifndef PCAPDEX_QUERY_FINGERPRINT_H
#define PCAPDEX_QUERY_FINGERPRINT_H

#include "query/session.h"

/* Octets from the network layer on that count: what a snapshot length of 96 leaves of them behind Ethernet,
 * so that a shortened copy has the fingerprints of its original. */
#define FINGERPRINT_OCTETS 80
/* Fewer different octets than that tell no packet from another one of its kind. */
#define FINGERPRINT_VARIETY 16

struct fingerprint {
	uint64_t hash;
	int64_t time_ns;
	uint32_t capture; /* index in the session */
	uint32_t number;  /* of the frame */
	uint32_t link; /* hash of the frame's first octets with its link layer: a copy keeps it, another point
			* of the network does not */
	bool chatter;  /* to everyone, to a group, below IP, or without variety: it proves nothing */
};

/* Of one frame of `len` octets, of which cap_len were captured. Fills all but capture, number and time. */
void fingerprint_of(
	struct fingerprint *out, uint16_t link_type, const uint8_t *data, uint32_t cap_len, uint32_t len);

/* Of all frames of the session's captures, by capture and number; read on `threads` threads (0: as many as
 * there are processors). free() them; NULL after a message. *n: how many. */
struct fingerprint *fingerprints_read(const struct session *s, unsigned threads, size_t *n);

#endif
