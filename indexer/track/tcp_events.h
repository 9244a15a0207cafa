/* Events of TCP conversations: what the analysis says of a segment, what is odd in its header, and the steps
 * of handshake and teardown, each with the frame that it refers to. */
#ifndef PCAPDEX_TRACK_TCP_EVENTS_H
#define PCAPDEX_TRACK_TCP_EVENTS_H

#include "indexer/track/tcp.h"
#include "schema/tcp_event.h"

#define TCP_EVENTS_MAX 40 /* kinds that one frame can have */

struct tcp_event {
	uint8_t kind; /* enum tcp_event_number */
	bool has_value;
	uint32_t other; /* number of the frame that it refers to, 0 none */
	int64_t value;
};

struct tcp_events;

struct tcp_events *tcp_events_new(void);
void tcp_events_free(struct tcp_events *all);

/* The events of a segment that is not quoted by an ICMP error, after tcp_track() and tcp_tracked(). Gives how
 * many. */
unsigned tcp_events_take(struct tcp_events *all, const struct packet *pkt, const struct tcp_segment *s,
	const struct tcp_facts *facts, struct tcp_event list[TCP_EVENTS_MAX]);

#endif
