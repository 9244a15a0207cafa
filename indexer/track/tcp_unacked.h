/* The segments of one direction that wait for their acknowledgment, oldest first. */
#ifndef PCAPDEX_TRACK_TCP_UNACKED_H
#define PCAPDEX_TRACK_TCP_UNACKED_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

/* One direction keeps at most so many, as Wireshark does; all streams together, so many have room. */
#define UNACKED_SIDE_MAX  10000u
#define UNACKED_TOTAL_MAX (8u << 20)

#define UNACKED_CLASSES 14 /* room for 2, 4, ... 16384 segments */

struct unacked_segment {
	uint32_t seq, end; /* end: first number behind it; SYN and FIN count (RFC 9293, section 3.4) */
	uint32_t frame;
	int64_t time_ns;
};

/* A list lives in a block of a size class. Segments that lie in [head, head + n). */
struct unacked {
	union {
		struct unacked *next_free;
		struct {
			uint16_t head, n;
			uint8_t size_class;
			bool ordered; /* seq and end never go down from one to the next, counted from `base`
				       */
		};
	};
	uint32_t base;      /* raw number from which low and high are counted */
	uint32_t low, high; /* smallest seq and largest end */
	struct unacked_segment at[];
};

/* Blocks that no list uses. */
struct unacked_pool {
	struct unacked *free[UNACKED_CLASSES];
	uint32_t total; /* segments that all blocks in use have room for */
	uint32_t total_max;
};

/* Add a segment. false: no room, by the caps or for want of memory; the list is as before. */
bool unacked_add(
	struct unacked_pool *pool, struct unacked **list, uint32_t base, const struct unacked_segment *s);

/* An acknowledgment arrived: drop what it covers, shorten what it covers in part. *acked: the oldest segment
 * that ends exactly there; false: there is none. An emptied list goes back to the pool and *list becomes
 * NULL. */
bool unacked_ack(
	struct unacked_pool *pool, struct unacked **list, uint32_t ack, struct unacked_segment *acked);

/* Numbers from the lowest seq to the highest end, counted from base. */
uint32_t unacked_span(struct unacked *list, uint32_t base);

static inline const struct unacked_segment *unacked_oldest(const struct unacked *list)
{
	return list ? &list->at[list->head] : NULL;
}

void unacked_drop(struct unacked_pool *pool, struct unacked **list);
void unacked_pool_free(struct unacked_pool *pool);

#endif
