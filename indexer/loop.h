/* The layer loop, for its own parts only: dissect.c (the loop and what outlives a frame), payload.c (who gets
 * a payload), segment.c (messages in TCP segments). */
#ifndef PCAPDEX_LOOP_H
#define PCAPDEX_LOOP_H

#include "indexer/dissect.h"
#include "indexer/track/stream.h"
#include "indexer/track/tcp.h"
#include "indexer/track/tcp_events.h"

#define RECENT_STACKS 16 /* a power of two */

struct dissection {
	struct packet pkt; /* first: see refer() in dissect.c */
	int64_t first_frame;
	struct conversations *conversations;
	struct tcp_tracker *tcp;
	struct tcp_events *events;
	struct event_total event_totals[EVENT_KINDS];
	struct fragments *fragments;
	struct exchanges *exchanges;
	struct bindings *bindings;
	struct streams *streams;
	uint64_t dropped[CAP_COUNT];
	uint32_t opened; /* conversations opened ahead before this frame */
	unsigned ndatagrams;
	struct datagram {
		struct conversation *conversation;
		struct row *row;
		uint32_t src, dst;
		uint16_t srcport, dstport;
		bool in_error, timed;
	} datagrams[8]; /* of this frame */
	uint32_t stack;
	struct recent_stack {
		uint32_t id; /* 0: none yet */
		uint16_t ntokens, nitems;
		const struct protocol *tokens[PACKET_TOKENS_MAX];
		struct item items[PACKET_ITEMS_MAX];
		const char *column;
	} recent[RECENT_STACKS]; /* of frames before: a few make up most of a capture */
};

/* Give a payload to the first protocol that takes it. */
void payload_dissect(struct packet *pkt, const struct next *n);

/* The payload of the segment in pkt->tcp: what keeps it from a dissector, else its messages. */
void segment_payload(struct dissection *d, const struct tcp_segment *s, const struct tcp_facts *facts);

/* Go on with what is left of the segment: pkt->runs[run]. */
void segment_step(struct dissection *d, unsigned run);

/* What `refer` of struct packet wants, for octets of messages in TCP that are being dissected. */
size_t segment_refer(const struct packet *pkt, const uint8_t *octets, uint32_t n, char *out, size_t size);

/* The dissector that segment_step() had called is done, and all below it. */
void segment_conclude(struct dissection *d, unsigned run);

#endif
