/* A frame as the capture had it: octets and what was recorded with them. */
#ifndef PCAPDEX_QUERY_STORED_FRAME_H
#define PCAPDEX_QUERY_STORED_FRAME_H

#include "query/session.h"

#define FRAME_COMMENTS_MAX 64

struct stored_frame {
	int64_t frame_id, number, time_ns;
	uint32_t len, cap_len;
	const uint8_t *data; /* cap_len octets, valid until the next frame is read */
	uint64_t offset;     /* of data in the capture file */
	uint32_t interface;  /* number over the file; UINT32_MAX: the record is no packet of an interface */
	uint32_t interface_id;
	bool has_interface_id;
	uint16_t link_type;
	uint8_t fcs_len, pseudo_len; /* octets before data that are a pseudo-header of the link type */
	bool has_flags, has_packet_id;
	uint32_t flags;
	uint64_t packet_id;
	unsigned ncomments;
	const char *comments[FRAME_COMMENTS_MAX];
};

struct frame_store;

/* NULL after a message. */
struct frame_store *frame_store_open(struct session *s);
void frame_store_close(struct frame_store *f); /* takes NULL */

/* Read one; 0, or -1 after a message. `pseudo`: data shall begin with the pseudo-header, which the lengths
 * then count. */
int frame_store_read(struct frame_store *f, struct stored_frame *out, const struct selected_capture *capture,
	int64_t number, bool pseudo);

/* Read frames first to last of a capture one after the other, without their comments; next: 1, 0 after the
 * last, or -1 after a message. data[-pseudo_len] is where a pseudo-header begins. */
void frame_store_range(
	struct frame_store *f, const struct selected_capture *capture, int64_t first, int64_t last);
int frame_store_next(struct frame_store *f, struct stored_frame *out);

#endif
