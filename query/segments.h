/* The TCP segments of an archive in the order of their frames: what `stream` and `diagnose` work on. */
#ifndef PCAPDEX_QUERY_SEGMENTS_H
#define PCAPDEX_QUERY_SEGMENTS_H

#include <stdint.h>

#include "query/session.h"

enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_PSH = 0x08, TCP_ACK = 0x10 };

struct tcp_conversation {
	uint32_t stream;
	int64_t address_a, address_b; /* ids; A sent the first frame */
	uint16_t port_a, port_b;
	uint64_t frames_ab, bytes_ab, frames_ba, bytes_ba;
	int64_t first_ns, last_ns;
	uint32_t first_frame, last_frame; /* numbers */
	unsigned completeness;
	int64_t initial_rtt; /* ns, 0 unknown */
};

/* The TCP conversations of a capture: [i] is stream i. free() them. 0, or -1 after a message. */
int tcp_conversations(
	struct session *s, const struct selected_capture *capture, struct tcp_conversation **out, size_t *n);

/* "192.0.2.1:80", "[2001:db8::1]:80". */
#define TCP_END_TEXT 64
void tcp_end_text(struct session *s, int64_t address, uint16_t port, char out[TCP_END_TEXT]);

struct segment {
	uint32_t number; /* of the frame */
	int64_t time_ns;
	uint32_t stream, frame_len;
	bool from_a;
	bool quoted; /* by an ICMP error of the types unreachable, too big, time exceeded: then only number,
		      * time, stream, from_a (who had sent it) and icmp_* hold */
	bool icmp6;  /* ICMPv6 */
	int icmp_type, icmp_code;
	uint16_t flags;
	uint32_t seq, ack; /* raw */
	uint32_t len;
	uint32_t window;   /* octets */
	uint32_t analysis; /* bits 1 << (number - 1) of the events below */
	int64_t ack_rtt;   /* ns, 0 none */
	int64_t silence;   /* ns since the stream's frame before */
};

/* segment.analysis: numbers 1 to 15 of schema/tcp_event.h. */
#define SEGMENT_IS(segment, event) ((segment)->analysis >> ((event)-1) & 1)

struct segments;

/* Those of one stream, or of all (NULL); `all` are the capture's conversations. NULL after a message. */
struct segments *segments_open(struct session *s, const struct selected_capture *capture,
	const struct tcp_conversation *all, size_t n, const struct tcp_conversation *one);
void segments_close(struct segments *list); /* takes NULL */

/* The next one: 1, 0 at the end, -1 after a message. */
int segments_next(struct segments *list, struct segment *out);

/* The last frame that tells of each stream: ICMP errors may come after its last own one. */
void segments_ends(const struct segments *list, uint32_t end[]);

/* What segments_open() would run, for --sql. */
sqlite3_stmt *segments_statement(struct segments *list);

#endif
