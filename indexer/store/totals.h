/* Running totals of a capture: what answers questions about the whole of it without a look at its frames. */
#ifndef PCAPDEX_STORE_TOTALS_H
#define PCAPDEX_STORE_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "indexer/packet.h"

#define LENGTH_RANGES 10
/* Packet Lengths, as Wireshark's window has them: lowest frame.len of each range. */
extern const uint32_t length_range_from[LENGTH_RANGES];

struct total_stack {
	uint64_t frames, bytes;
	uint32_t first_frame;
	uint16_t nitems;
	uint64_t *item_bytes;
};

/* Most frames in a window of 100 ms, as Wireshark's stats tree finds it: buckets of 5 ms, of which the last
 * 20 count. */
struct burst {
	struct {
		int64_t number;
		uint32_t count;
		double start;
	} buckets[24];
	unsigned n;
	uint32_t current, max;
	double max_start;
};

void burst_init(struct burst *b);
/* One more frame `now` milliseconds after the first of the capture. */
void burst_add(struct burst *b, double now);

struct second {
	int64_t second;
	uint64_t frames, bytes;
};

/* Frames of one length. */
struct length {
	uint32_t length;
	uint64_t frames;
};

#define LENGTHS_DIRECT (1u << 16)

struct totals {
	uint64_t frames, bytes, captured;
	int64_t time_zero, time_first, time_last, time_previous;
	bool in_order;
	struct total_stack *stacks; /* by dictionary number of the stack */
	size_t nstacks;
	uint64_t *lengths; /* by frame.len, below LENGTHS_DIRECT */
	size_t nlengths;
	struct length *others; /* longer ones; sorted and distinct after totals_finish() */
	size_t nothers, others_size;
	struct burst bursts[1 + LENGTH_RANGES];
	struct seconds {
		struct second *list;  /* sorted by second */
		size_t n, size, last; /* last: behind the one that the frame before counted in */
	} seconds, io;     /* io: a frame whose time steps back counts in the latest second before it */
	int64_t latest_us; /* of the frames so far, from the first */
	bool failed;       /* out of memory */
};

void totals_init(struct totals *t);
void totals_free(struct totals *t);

/* After the last frame. */
void totals_finish(struct totals *t);

/* Take a frame, of `claimed` octets and items of these lengths, from one stack to another. The other has the
 * items but `n` from `first` on. */
void totals_move(struct totals *t, uint32_t number, uint32_t claimed, const uint32_t *lengths,
	const struct late_items *without, uint32_t from, uint32_t to);

/* Count a dissected frame. */
void totals_add(struct totals *t, const struct packet *pkt, uint32_t stack);

#endif
