/* Protocols that dissect.c itself names, and those that several dissectors hand on to by name. */
#ifndef PCAPDEX_DISSECTORS_PSEUDO_H
#define PCAPDEX_DISSECTORS_PSEUDO_H

#include "indexer/packet.h"

extern const struct protocol proto_frame, proto_data, proto_tcp, proto_udp;
extern const struct protocol proto_ethertype; /* token of every ethertype look-up */
extern const struct protocol proto_pkt_comment, proto_malformed, proto_short, proto_unreassembled;

/* frame.c: the row of the frame itself. */
struct dissect_input;
struct row *frame_open(struct packet *pkt, const struct dissect_input *in);
void frame_close(struct row *r, uint32_t stack, uint32_t src, uint32_t dst);

/* tcp.c, udp.c: put what track/ found into the row. */
struct tcp_facts;
void tcp_tracked(struct packet *pkt, struct tcp_segment *segment, const struct tcp_facts *facts);
/* The frame's segment, the `tcp_layer`th TCP layer of the frame and the packet's layer `layer`, completed a
 * message of `len` octets that stood in several. `brought`: SPAN_MAKE() of what the segment has of it, 0 its
 * whole payload.
 */
struct stream_message;
void tcp_reassembled(struct packet *pkt, int layer, uint16_t tcp_layer, const struct stream_message *message,
	uint32_t len, int64_t brought);
/* The row's segment closes a message that the FIN of an earlier frame closed. */
void tcp_closed_again(struct row *r, uint32_t frame);
/* No more comes of the message that began with this part of an earlier frame. */
struct stream_part;
void tcp_unfinished(struct packet *pkt, const struct stream_part *part);
/* A message of `len` octets stands in the TCP layer above the one being dissected. */
void tcp_pdu(struct packet *pkt, uint32_t len);
/* Open a row for each event of the frame's segment. */
struct tcp_event;
void tcp_happened(struct packet *pkt, uint32_t stream, const struct tcp_event *events, unsigned n);
/* An earlier frame's segment turns out to use the ports once more. */
void tcp_reused(struct packet *pkt, uint32_t stream, uint32_t frame);
/* The segment is the first one of a stream of that number (pkt_restart()). */
void tcp_moved(struct row *r, uint32_t stream);
void udp_tracked(struct row *r, uint32_t stream);
/* The datagram is of another stream than it seemed: of that number, or (not `known`) of one that has none
 * yet. */
void udp_moved(struct row *r, bool known, uint32_t stream, bool timed, int64_t time_relative);
/* The stream of a datagram of an earlier frame. */
void udp_late(struct packet *pkt, uint32_t number, uint16_t layer, uint32_t stream, int64_t time_relative);
void udp_timed(struct row *r, int64_t time_relative, int64_t time_delta);

/* arp.c: another station had the address in an earlier frame. */
void arp_clash(struct packet *pkt, uint32_t frame, int64_t time_ns);

#endif
