/* Conversations: who talks to whom, counted per layer; TCP and UDP ones are the streams. */
#ifndef PCAPDEX_CONVERSATION_H
#define PCAPDEX_CONVERSATION_H

#include <stdbool.h>
#include <stdint.h>

#include "indexer/packet.h"

struct flow;
struct kept;
struct stream_side;

struct conversation {
	uint8_t type;    /* enum conversation_type */
	uint8_t wild;    /* opened ahead: enum conv_wild, what of the other end is open */
	bool ahead;      /* opened ahead: has no frames of its own, but is owner of conversations that have */
	bool numbered;   /* `stream` holds: at once but for UDP, see conv_number() */
	bool taken;      /* opened ahead, over TCP: the connection came */
	bool foretold;   /* the connection that came */
	uint32_t stream; /* number within the type, in order of first sight, 0 = first (tcp.stream) */
	uint32_t pair;   /* of the pairs of ends that belong to its owner, 0 = first */
	uint32_t npairs;
	uint32_t index;             /* over all types, in order of creation */
	uint32_t since;             /* opened ahead: from this frame on */
	struct conversation *owner; /* whose stream it belongs to, whose state and dissector it has: itself,
				     * or one that was opened ahead with an open end */
	struct conversation *older; /* of the same pair of ends */
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
	struct kept *kept;    /* octets that protocols keep between frames */
	uint16_t server_port; /* TCP: destination of the last SYN, source of the last SYN-ACK; 0 unknown */
	struct stream_side *sides[2]; /* owned by track/stream.c: messages that are being put together */
	/* times of the previous frame of the stream, for time_delta; first frame incl. those in errors */
	int64_t stream_first_ns, stream_last_ns;
	bool stream_seen;
	/* UDP: the frame that opened it, but had got another one when it began; see dissect.c */
	struct {
		uint32_t frame;
		uint16_t layer;
		int64_t time_ns;
	} opener;
};

enum conv_wild { CONV_ANY_ADDRESS = 1, CONV_ANY_PORT = 2 };

struct conversations;

struct conversations *conv_new(void);
void conv_free(struct conversations *all);

/* The newest conversation of this unordered pair, made when there is none; a new one belongs to the one that
 * was opened ahead for it, if any. *from_a: the source is its side A. NULL when out of memory. */
struct conversation *conv_get(struct conversations *all, enum conversation_type type, uint32_t src,
	uint16_t srcport, uint32_t dst, uint16_t dstport, bool *from_a);

/* A fresh conversation for the pair, from now on the newest (TCP port reuse). Its side A is the source. */
struct conversation *conv_renew(struct conversations *all, enum conversation_type type, uint32_t src,
	uint16_t srcport, uint32_t dst, uint16_t dstport);

/* The frame that conv_count() took last belongs to another: take it back. `last_ns` and `last_frame` are
 * those before it. */
void conv_uncount(struct conversation *c, bool from_a, uint32_t len, int64_t last_ns, uint32_t last_frame);

/* Open a conversation ahead: see pkt_expect(). NULL when it makes no difference, or out of memory or of
 * bounds
 * (*dropped counts that). */
struct conversation *conv_open(struct conversations *all, const struct expected *e, uint32_t frame,
	const struct protocol *proto, uint64_t *dropped);

/* How many have been opened: changes when a frame opens one. */
uint32_t conv_opened(const struct conversations *all);

/* Give a UDP stream its number, the next one, unless it has one. */
void conv_number(struct conversations *all, struct conversation *c);

/* What a datagram from src to dst in conversation c is known to be, or NULL. */
const struct protocol *conv_speaks(const struct conversations *all, const struct conversation *c,
	uint32_t src, uint16_t srcport, uint32_t dst, uint16_t dstport);

/* The one opened ahead for end a, else for end b, whatever the other end. */
struct conversation *conv_announced(const struct conversations *all, enum conversation_type type, uint32_t a,
	uint16_t a_port, uint32_t b, uint16_t b_port);

/* State that a protocol keeps in a conversation: proto->flow_size octets, zeroed when first asked for. NULL:
 * out of memory. */
void *conv_flow(struct conversation *c, const struct protocol *proto);

/* Octets that a protocol keeps in a conversation under a key: what there is (NULL: nothing), room for `len`
 * of them (what was there stays, the rest is zero; NULL: out of memory), and nothing any more: gives how many
 * there were, and puts them into a list that conv_kept_free() frees. */
uint8_t *conv_kept(struct conversation *c, const struct protocol *proto, uint32_t key, uint32_t *len);
uint8_t *conv_keep(struct conversation *c, const struct protocol *proto, uint32_t key, uint32_t len);
uint32_t conv_forget(
	struct conversation *c, const struct protocol *proto, uint32_t key, struct kept **forgotten);
void conv_kept_free(struct kept *k);

/* Octets that a protocol gathers over several messages of one side: see pkt_gather(). */
struct gathered {
	uint8_t *octets;
	uint32_t n, size;
};

/* NULL: out of memory. */
struct gathered *conv_gathered(struct conversation *c, const struct protocol *proto, unsigned side);

/* A conversation of which no frame was counted yet gets one from its side B: that is A from now on. */
void conv_face(struct conversation *c, bool *from_a);

/* Count one frame of `len` octets on the wire. */
void conv_count(struct conversation *c, bool from_a, uint32_t len, int64_t time_ns, uint32_t frame);

/* Walk in order of first sight within all types. */
size_t conv_total(const struct conversations *all);
struct conversation *conv_at(const struct conversations *all, size_t i);

#endif
