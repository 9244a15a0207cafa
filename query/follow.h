/* What a conversation carried, put together as Wireshark's Follow Stream does: TCP in the order of its
 * sequence numbers, once each, with a note where octets are missing; UDP datagram by datagram. */
#ifndef PCAPDEX_QUERY_FOLLOW_H
#define PCAPDEX_QUERY_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "query/session.h"

/* The client is whoever sent the first frame. */
struct follow_peer {
	char host[128]; /* "" unknown */
	uint16_t port;
};

struct follow_chunk {
	bool from_server;
	uint32_t missing;    /* so many octets were not captured: data is Wireshark's note of it. 0: none */
	uint32_t frame;      /* that carried them; for a gap, the one that acknowledged what is behind it */
	int64_t time_ns;     /* of that frame; 0 for a gap */
	const uint8_t *data; /* until the function returns */
	uint32_t length;
};

/* Takes a chunk: 0 go on, 1 that is enough, -1 failed after a message. */
typedef int follow_fn(void *ctx, const struct follow_peer peers[2], const struct follow_chunk *chunk);

enum follow_what { FOLLOW_TCP, FOLLOW_UDP };

/* Give all chunks of a stream (tcp.stream, udp.stream) to `take`; octets are read from the archive when they
 * are given, so memory grows only with segments that wait for a gap to be filled. Fills in both peers, also
 * where there are no chunks. 0, or -1 after a message; a stream that the capture does not have is one. */
int follow_stream(struct session *s, const struct selected_capture *capture, enum follow_what what,
	uint32_t stream, struct follow_peer peers[2], follow_fn *take, void *ctx);

/* The statement that follow_stream() runs, for --sql; finalize it. NULL after a message. */
sqlite3_stmt *follow_statement(
	struct session *s, const struct selected_capture *capture, enum follow_what what, uint32_t stream);

#endif
