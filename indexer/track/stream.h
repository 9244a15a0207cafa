/* Messages that stand in several TCP segments. A dissector that needs more octets than its segment has makes
 * the rest of the segment the beginning of a message; segments that continue it are stored until it is whole.
 * The outcome is Wireshark's, default preferences: segments may come in any order once the beginning was
 * seen; octets sent again do not replace the first ones; a message with a hole that is never filled is never
 * seen.
 *
 * Memory is bounded by STREAM_MESSAGE_MAX for a message and STREAM_TOTAL_MAX for all that wait at a time.
 * What would go beyond the first is not kept; for the second, and beyond STREAM_SIDES_MAX directions that are
 * remembered, the one that rested longest is forgotten. pkt->dropped[CAP_STREAM_BYTES] counts each message
 * that is given up so. */
#ifndef PCAPDEX_TRACK_STREAM_H
#define PCAPDEX_TRACK_STREAM_H

#include <sys/queue.h>

#include "indexer/conversation.h"

#define STREAM_MESSAGE_MAX  (UINT32_C(64) << 20)
#define STREAM_TOTAL_MAX    (UINT64_C(256) << 20)
#define STREAM_SIDES_MAX    65536
#define STREAM_MESSAGES_MAX 8 /* of a direction that are remembered; older ones are whole or lost */

/* A stretch of a message that one segment brought. */
struct stream_part {
	uint32_t offset, len;
	uint32_t frame;
	uint16_t layer; /* which occurrence of the TCP layer in that frame */
	bool conflict;  /* its octets differ from those that a part before it in order brought */
	uint64_t at;    /* where it stands in the capture file, see struct piece */
	int64_t tail;   /* of the part that begins the message behind others in its segment: SPAN_MAKE() of it
			 * in   the frame; 0 where it takes the whole payload */
};

struct stream_message {
	uint32_t seq,
		end; /* raw numbers of its first octet and of the one behind its last, as far as known */
	uint32_t first_frame; /* in which it began */
	uint32_t whole_frame; /* that completed it; 0 not yet */
	bool used;            /* the slot holds a message */
	bool takes_segment;   /* its length is not known: it takes the whole of the next segment */
	bool lost;            /* given up for a cap */
	uint32_t last;        /* its length by the segment that ends it; 0 not seen */
	uint32_t nparts, parts_size;
	struct stream_part *parts; /* in the order of their offsets */
	uint8_t *data;             /* octets from seq on; [0, covered) are there without a hole */
	uint32_t covered, size;
};

/* One direction of a stream. */
struct stream_side {
	bool until_fin;             /* a message goes on until the sender closes */
	uint32_t fin_frame;         /* that closed it */
	unsigned next;              /* slot that is used next */
	struct stream_side **owner; /* the conversation's pointer to it */
	TAILQ_ENTRY(stream_side) list;
	struct stream_message at[STREAM_MESSAGES_MAX];
};

struct streams;

struct streams *streams_new(void);
void streams_free(struct streams *all);

/* What was completed in the frame before is no longer looked at. */
void streams_frame(struct streams *all);

/* The message of this direction that begins exactly at `seq`, or NULL. */
struct stream_message *stream_at(const struct conversation *c, unsigned side, uint32_t seq);

/* The last message that begins before `seq`, or NULL. */
struct stream_message *stream_before(const struct conversation *c, unsigned side, uint32_t seq);

/* A message begins at `seq` and ends before `end`. NULL: out of memory. */
struct stream_message *stream_begin(struct streams *all, struct packet *pkt, struct conversation *c,
	unsigned side, uint32_t seq, uint32_t end);

/* Add octets that stand `offset` behind its beginning; `more`: it goes on behind them. True when that makes
 * it whole: its octets are data[0, last). */
bool stream_add(struct streams *all, struct packet *pkt, struct stream_side *side, struct stream_message *m,
	uint32_t offset, const uint8_t *octets, uint32_t len, bool more, uint16_t layer);

/* Where octets of the message stand in the capture file: what `refer` of struct packet wants. */
size_t stream_refer(
	const struct stream_message *m, const uint8_t *octets, uint32_t n, char *out, size_t size);

/* Call back for each message that is waited for. */
void streams_unfinished(
	const struct streams *all, void (*f)(void *ctx, const struct stream_message *m), void *ctx);

/* It turns out to be longer. */
void stream_reopen(struct stream_message *m, uint32_t end, bool takes_segment);

#endif
