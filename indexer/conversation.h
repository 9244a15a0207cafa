/* Conversations: who talks to whom, counted per layer; TCP and UDP ones are the streams. */
#ifndef PCAPDEX_CONVERSATION_H
#define PCAPDEX_CONVERSATION_H

#include <stdbool.h>
#include <stdint.h>

#include "indexer/packet.h"

struct flow;
struct stream_side;

struct conversation {
	uint8_t type;    /* enum conversation_type */
	uint32_t stream; /* number within the type, in order of first sight, 0 = first (tcp.stream) */
	uint32_t address_a, address_b; /* dictionary ids; A sent the first frame */
	uint16_t port_a, port_b;
	uint64_t frames_ab, bytes_ab, frames_ba, bytes_ba;
	int64_t first_ns, last_ns; /* of counted frames */
	uint32_t first_frame, last_frame;
	bool counted; /* false: only seen in ICMP errors */
	/* owned by track/tcp.c */
	void *tcp;
	uint8_t completeness;       /* tcp.completeness, final */
	uint8_t first_completeness; /* what the first frame shows: its own bits count only from the next frame
				       on */
	int64_t initial_rtt;        /* ns; 0 unknown */
	void *tcp_life;             /* owned by track/tcp_events.c */
	/* owned by the loop: protocol that this conversation was found to speak, its state */
	const struct protocol *dissector;
	struct flow *flows;
	uint16_t server_port; /* TCP: destination of the last SYN, source of the last SYN-ACK; 0 unknown */
	struct stream_side *sides[2]; /* owned by track/stream.c: messages that are being put together */
	/* times of the previous frame of the stream, for time_delta; first frame incl. those in errors */
	int64_t stream_first_ns, stream_last_ns;
	bool stream_seen;
};

struct conversations;

struct conversations *conv_new(void);
void conv_free(struct conversations *all);

/* The newest conversation of this unordered pair, made when there is none. *from_a: the source is its side A.
 * NULL when out of memory. */
struct conversation *conv_get(struct conversations *all, enum conversation_type type, uint32_t src,
	uint16_t srcport, uint32_t dst, uint16_t dstport, bool *from_a);

/* A fresh conversation for the pair, from now on the newest (TCP port reuse). Its side A is the source. */
struct conversation *conv_renew(struct conversations *all, enum conversation_type type, uint32_t src,
	uint16_t srcport, uint32_t dst, uint16_t dstport);

/* State that a protocol keeps in a conversation: proto->flow_size octets, zeroed when first asked for. NULL:
 * out of memory. */
void *conv_flow(struct conversation *c, const struct protocol *proto);

/* Octets that a protocol gathers over several messages of one side: see pkt_gather(). */
struct gathered {
	uint8_t *octets;
	uint32_t n, size;
};

/* NULL: out of memory. */
struct gathered *conv_gathered(struct conversation *c, const struct protocol *proto, unsigned side);

/* Count one frame of `len` octets on the wire. */
void conv_count(struct conversation *c, bool from_a, uint32_t len, int64_t time_ns, uint32_t frame);

/* Walk in order of first sight within all types. */
size_t conv_total(const struct conversations *all);
struct conversation *conv_at(const struct conversations *all, size_t i);

#endif
