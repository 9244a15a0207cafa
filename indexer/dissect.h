/* The layer loop: one frame in, rows out. Holds what outlives a frame of one capture. */
#ifndef PCAPDEX_DISSECT_H
#define PCAPDEX_DISSECT_H

#include "indexer/packet.h"
#include "indexer/conversation.h"

struct dissection;

/* What the reader knows of a frame. */
struct dissect_input {
	const uint8_t *data;
	uint32_t cap_len, len;
	uint32_t claimed; /* octets by the record, before `len` was held below INT32_MAX; 0: as `len` */
	int64_t time_ns;
	int32_t fraction;   /* of the record, where it is no fraction of a second; else 0 */
	bool untimed;       /* the record has no time */
	uint64_t offset;    /* in the capture file */
	uint32_t number;    /* 1 = first */
	uint32_t interface; /* number over the file */
	uint32_t interface_id;
	bool has_interface;
	uint16_t link_type;
	enum claim_table
		table; /* where the first dissector is looked up, and by what; CLAIM_NONE: by link_type */
	uint32_t key;
	uint8_t fcs_len;
	uint8_t pseudo_len; /* octets before data[0] that are a pseudo-header of the link type */
	bool has_flags, has_packet_id;
	uint32_t flags;
	uint64_t packet_id;
	unsigned ncomments;
	const char *const *comments;
};

/* A dissection fills `rows`, whose frame ids are first_frame + number - 1. NULL when out of memory. */
struct dissection *dissection_new(struct rows *rows, struct dict *dict, int64_t first_frame);
void dissection_free(struct dissection *d);

/* Octets of messages that were put together are not kept in the rows, as long as they stand in the capture
 * file: the rows say where (KIND_BYTES as pieces). */
void dissection_refer(struct dissection *d);

/* Fill other rows from the next frame on. */
void dissection_set_rows(struct dissection *d, struct rows *rows);

/* Dissect one frame; its rows are complete afterwards. Gives the packet, for what is counted per frame
 * (stack, items); valid until the next call. */
struct packet *dissect_frame(struct dissection *d, const struct dissect_input *in);

/* After the last frame: rows of what is only known now. */
void dissection_finish(struct dissection *d);

/* `show`: note where values stood. The tree is filled from the next dissect_frame() on. */
void dissection_set_tree(struct dissection *d, struct tree *tree);

/* The packet list: the Info column of each frame, from the next dissect_frame() on; NULL: no more. */
void dissection_set_info(struct dissection *d, struct info *info);

struct conversations *dissection_conversations(struct dissection *d);

/* How often each cap was hit, CAP_COUNT numbers. */
const uint64_t *dissection_dropped(const struct dissection *d);

/* How many TCP events there were of each kind (schema/tcp_event.h), and the first frame that had one. */
struct event_total {
	uint64_t events;
	uint32_t first_frame;
};
const struct event_total *dissection_events(const struct dissection *d);

/* The stack of the frame just dissected (dictionary id). */
uint32_t dissection_stack(const struct dissection *d);

#endif
