/* The octets of one direction of TCP put into their order by the rules of Wireshark's Follow Stream: a
 * segment adds what is new of it; one beyond the end waits until the gap is filled or the other side
 * acknowledges octets behind it, which tells that they were there and just not captured. Knows where octets
 * stand, not what they are. */
#ifndef PCAPDEX_QUERY_FOLLOW_ORDER_H
#define PCAPDEX_QUERY_FOLLOW_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A stretch of payload. */
struct follow_piece {
	uint32_t seq, length; /* first sequence number; octets that were captured */
	uint32_t frame;
	int64_t time_ns;
	uint64_t offset; /* of the first octet in the capture file, or in `copy` */
	uint8_t *copy; /* octets that stand in no file (put together from fragments), malloc'ed; else NULL */
};

struct follow_order;

/* Takes a piece that is next in order; its copy is the caller's then. piece->length 0: a gap of `missing`
 * octets before the next one. */
typedef int follow_piece_fn(void *ctx, const struct follow_piece *piece, uint32_t missing);

/* NULL when out of memory. */
struct follow_order *follow_order_new(follow_piece_fn *take, void *ctx);
void follow_order_free(struct follow_order *o); /* takes NULL */

/* The other side acknowledges (relative number) in this frame. 0, or what `take` gave when it was not 0;
 * FOLLOW_NO_MEMORY. */
#define FOLLOW_NO_MEMORY (-2)
int follow_order_ack(struct follow_order *o, uint32_t ack, uint32_t frame);

/* A segment: `piece` has its captured octets (its copy goes over to the order), `length` is what its headers
 * tell. As above. */
int follow_order_segment(struct follow_order *o, struct follow_piece piece, uint32_t length);

#endif
