/* TCP analysis: what Wireshark's [SEQ/ACK analysis] says of each segment, from the segments before it. */
#ifndef PCAPDEX_TRACK_TCP_H
#define PCAPDEX_TRACK_TCP_H

#include "indexer/conversation.h"

/* Bits of tcp_facts.flags, and of the archive's column a_flags: never renumber. */
enum tcp_flag {
	TCPA_RETRANSMISSION = 1 << 0,
	TCPA_FAST_RETRANSMISSION = 1 << 1,
	TCPA_SPURIOUS_RETRANSMISSION = 1 << 2,
	TCPA_OUT_OF_ORDER = 1 << 3,
	TCPA_LOST_SEGMENT = 1 << 4,
	TCPA_ACK_LOST_SEGMENT = 1 << 5,
	TCPA_WINDOW_UPDATE = 1 << 6,
	TCPA_WINDOW_FULL = 1 << 7,
	TCPA_KEEP_ALIVE = 1 << 8,
	TCPA_KEEP_ALIVE_ACK = 1 << 9,
	TCPA_DUPLICATE_ACK = 1 << 10,
	TCPA_ZERO_WINDOW_PROBE = 1 << 11,
	TCPA_ZERO_WINDOW = 1 << 12,
	TCPA_ZERO_WINDOW_PROBE_ACK = 1 << 13,
	TCPA_REUSED_PORTS = 1 << 14
};

/* Bits of conversation.completeness. A first segment that is no SYN adds its bits only where it is seen a
 * second time, that is on the frames after it: conversation.first_completeness is what that first frame
 * itself shows. */
enum tcp_completeness {
	TCP_COMPLETE_SYN = 1,
	TCP_COMPLETE_SYNACK = 2,
	TCP_COMPLETE_ACK = 4,
	TCP_COMPLETE_DATA = 8,
	TCP_COMPLETE_FIN = 16,
	TCP_COMPLETE_RST = 32
};

#define TCP_WSCALE_MAX 14 /* RFC 7323, section 2.3: a larger shift count counts as this */

/* What is known of one segment. */
struct tcp_facts {
	struct conversation *conversation;
	bool from_a;               /* sent by side A of the conversation */
	bool analysed;             /* sequence analysis took part: seq, ack and nxtseq count from the bases */
	uint32_t seq, ack, nxtseq; /* as shown; ack stays raw where the ACK flag is not set */
	uint32_t base, ack_base;   /* raw number shown as 0, of this direction and of the other (for SACK
				      edges); 0 unknown */
	uint32_t window;           /* calculated window size */
	bool has_scale;
	int32_t scale;                     /* -1 unknown, -2 not used, else the multiplier */
	int64_t time_relative, time_delta; /* ns in the stream; dissect.c fills them */
	bool record;                       /* tcp.analysis is shown */
	uint32_t flags;                    /* enum tcp_flag */
	uint32_t dup_ack_num, dup_ack_frame;
	int64_t rto; /* ns; 0 none */
	uint32_t rto_frame;
	uint32_t acks_frame;                       /* 0 none */
	int64_t ack_rtt;                           /* ns; 0 none */
	uint32_t bytes_in_flight, push_bytes_sent; /* 0 none */
	bool opening; /* the stream's first segment, where it shows a completeness of its own */
	bool fin_active, fin_passive; /* this FIN comes from the side that closed first, from the other one */
	uint32_t reused_before; /* a frame before this one has TCPA_REUSED_PORTS as well, now that this is
				   known; 0 none */
	bool tfo_ignored;       /* a SYN-ACK that does not take the data of the SYN (RFC 7413, section 4.2) */
};

struct tcp_tracker;

struct tcp_tracker *tcp_tracker_new(void);
void tcp_tracker_free(struct tcp_tracker *t);

/* Take the segment of this frame: find or make its conversation, update its state, say what is known. The
 * tracker owns what conversation->tcp points at and also fills completeness and initial_rtt of the
 * conversation. false: out of memory. */
bool tcp_track(struct tcp_tracker *t, struct conversations *all, const struct packet *pkt,
	const struct tcp_segment *segment, struct tcp_facts *facts);

#endif
