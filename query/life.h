/* State of one conversation between diagnose.c, which follows it, and verdict.c, which judges it. */
#ifndef PCAPDEX_QUERY_LIFE_H
#define PCAPDEX_QUERY_LIFE_H

#include "query/diagnose.h"

#define NANOSECONDS INT64_C(1000000000)

/* Limits of the rules, as docs/diagnose.md states them. */
#define RESTORED_TWICE_NS INT64_C(1000000000)  /* without an answer so long, and sent again twice or more */
#define RESTORED_ONCE_NS  INT64_C(3000000000)  /* the same, sent again once */
#define SILENCE_NS        INT64_C(1000000000)  /* from the first transmission to the RST that answers it */
#define TIMEOUT_NS        INT64_C(100000000)   /* a shorter gap is no timeout but a frame captured twice */
#define IDLE_NS           INT64_C(10000000000) /* a side that was silent so long may have been away */
#define STALL_NS          INT64_C(1000000000)  /* a window that was closed so long held the sender up */

enum waiting { WAITING_NOT, WAITING_SYN, WAITING_DATA, WAITING_FIN, WAITING_KEEP_ALIVE, WAITING_PROBE };

/* What an ICMP error means for a connection. */
enum icmp_meaning { ICMP_NOTHING, ICMP_PATH, ICMP_EXPIRED, ICMP_REFUSED, ICMP_MTU };

#define RESENT_MAX 6

/* What one side sent and the other one has not answered: it begins with the first unanswered segment. */
struct wait {
	enum waiting what;
	uint32_t frame; /* the first transmission; 0: it is not the one that was first sent again */
	int64_t since_ns;
	uint32_t seq; /* of the first octet */
	unsigned nresent;
	uint32_t resent[RESENT_MAX];    /* the first ones and, in the last place, the last one */
	int64_t last_ns;                /* last transmission */
	int64_t first_gap, longest_gap; /* between transmissions */
	uint32_t icmp_frame;
	enum icmp_meaning icmp;
};

struct side {
	bool seen, based;
	uint32_t next;       /* highest number after a segment */
	uint32_t last_frame; /* sent */
	int64_t last_ns;
	uint64_t octets; /* payload, repeats too */
	uint32_t fin_frame, fin_end;
	uint32_t fin_acked; /* the frame that acknowledged it */
	struct wait wait;
	uint32_t closed_frame; /* it announced a window of 0 */
	int64_t closed_ns;
};

/* A silence that ended well. */
struct restored {
	struct wait wait;
	unsigned from; /* who had waited */
	uint32_t answer;
	int64_t ns;
};

struct stall {
	unsigned receiver;
	uint32_t closed, opened; /* frames; opened 0: never */
	int64_t ns;
};

struct reset {
	uint32_t frame; /* 0 none */
	int64_t ns;
	unsigned from;
	bool ack;             /* it has the ACK flag: its sender knows the connection */
	struct wait answered; /* what the other side was waiting for */
	struct wait waiting;  /* what its sender was waiting for */
	int64_t quiet;        /* since its sender's frame before; -1: it had sent none */
	uint32_t last_heard;  /* that frame */
};

struct life {
	struct side side[2]; /* 0: A */
	int64_t first_ns, last_ns;
	uint32_t first_frame, last_frame;
	uint32_t syn, synack, established; /* frames, 0 none */
	uint32_t synack_end;
	unsigned opener;
	struct reset reset;
	struct restored restored; /* the longest */
	struct stall stall;       /* the longest that ended */
	unsigned probes;          /* zero-window probes */
	unsigned keep_alives, keep_alive_acks;
	uint32_t keep_alive[2], keep_alive_ack[2]; /* first and last */
	unsigned repeats, fast, out_of_order, gaps;
	uint64_t repeated_octets;
	uint32_t icmp_frame, mtu_frame;
	enum icmp_meaning icmp;
	bool reused;
};

#endif
